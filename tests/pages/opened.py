"""Opens pages of the real script and reads what they show."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from lxml.html import HtmlElement, fromstring
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "ris_map" / "web" / "script.py"
TIMEOUT_S = 300
WIDGETS = ("pills", "multiselect", "text_input", "checkbox", "selectbox", "button")
WIDGETS += ("expander", "download_button")
Query = Mapping[str, str | list[str]]
UNFILLED = re.compile(r"(?<![$/=,])\{\w+\}|\b(nan|inf)\b|(?<!-)\bNone\b(?! of)")

# Streamlit reads what every installed package says of itself for each new session: nine tenths of
# its time, and the same each time.
manifest_scanner.scan_component_manifests = cache(manifest_scanner.scan_component_manifests)


@cache
def _registered_pages() -> dict[str, Any]:
    return AppTest.from_file(SCRIPT, default_timeout=TIMEOUT_S).run()._registered_pages


def open_page(query: Query | None = None, page: str = "") -> AppTest:
    """Return a page (a file of ``pages/``) as a new session sees it under an address."""
    session = AppTest.from_file(SCRIPT, default_timeout=TIMEOUT_S)
    if page:
        # A session learns the pages' addresses from a first run; here one run teaches them all.
        session._registered_pages = _registered_pages()
        session.switch_page(str(ROOT / "pages" / f"{page}.py"))
    session.query_params.clear()
    session.query_params.update(dict(query or {}))
    session.run()
    assert not session.exception
    assert not UNFILLED.search(read(session).text_content())
    return session


def address(session: AppTest) -> dict[str, list[str]]:
    """Return the address as the session left it, without the language."""
    query = {k: [v] if isinstance(v, str) else v for k, v in session.query_params.items()}
    query.pop("lang", None)
    return query


def html(session: AppTest) -> str:
    return "\n".join(element.proto.body for element in session.html)


def words_apart(source: str) -> HtmlElement:
    """Return HTML, read; where an element begins, another word begins."""
    apart = re.sub(r"<(?=\w)", " <", source)
    return fromstring(f"<main>{apart}</main>")


def read(session: AppTest) -> HtmlElement:
    return words_apart(html(session))


def text_of_class(session: AppTest, name: str) -> list[str]:
    return [
        " ".join(p.text_content().split()) for p in read(session).xpath(f"//p[@class='{name}']")
    ]


def cards(session: AppTest) -> list[str]:
    """Return the ids of the actors in the lists."""
    hrefs = read(session).xpath("//a[@class='ris-row']/@href")
    return [parse_qs(urlsplit(href).query)["id"][0] for href in hrefs]


def visible_text(session: AppTest) -> str:
    """Return every text of the page that is neither in the map nor in a file."""
    widgets: list[Any] = [one for kind in WIDGETS for one in getattr(session, kind)]
    parts = [read(session).text_content()]
    for element in widgets:
        texts = (getattr(element.proto, name, "") for name in ("label", "placeholder", "help"))
        parts += [str(one or "") for one in (*texts, *getattr(element, "options", ()))]
    parts.extend(element.value for element in (*session.markdown, *session.caption))
    parts.extend(link.proto.label for link in session.page_link)
    return "\n".join(parts)
