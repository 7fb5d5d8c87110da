"""What a page should say, read from the data files and catalogues, and hands to go through pages.

Nothing here uses the product's own code: a fault there must not hide itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import yaml
from babel.messages.pofile import read_po
from playwright.sync_api import Browser, Page

from tests.browser.guard import Guard
from tests.browser.harness import ROOT, Server, new_context, settle

LANGUAGES = ("sv", "en")
PAGES: Mapping[str, Mapping[str, str]] = {
    "/": {"sv": "I inlandet når", "en": "Inland,"},
    "/hitta": {"sv": "Hitta stöd", "en": "Find support"},
    "/tackning": {"sv": "", "en": ""},
    "/tankom": {"sv": "", "en": ""},
    "/kommun?kommun=2422": {"sv": "Sorsele", "en": "Sorsele"},
    "/styrkeomraden": {"sv": "styrkeområden", "en": "strength areas"},
    "/aktor?id=almi-nord": {"sv": "Almi Nord", "en": "Almi Nord"},
    "/bekrafta?id=almi-nord": {"sv": "Almi Nord", "en": "Almi Nord"},
    "/metod": {"sv": "Så är kartan gjord", "en": "How the map is made"},
    "/data": {"sv": "Data och källor", "en": "Data and sources"},
    "/tillganglighet": {"sv": "Tillgänglighet", "en": "Accessibility"},
    "/integritet": {"sv": "Integritet", "en": "Privacy"},
    "/kontakt": {"sv": "Kontakt", "en": "Contact"},
    "/oppna-data": {"sv": "Öppna data", "en": "Open data"},
}
"""Every page's address with words of its first-level heading."""
MAP = "iframe[data-testid=stCustomComponentV1]"


@cache
def loaded(name: str) -> Any:
    """Read a YAML file of the data folder."""
    return yaml.load((ROOT / "data" / name).read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)


def actors() -> list[dict[str, Any]]:
    """Give the register's records as they stand in the file."""
    found: list[dict[str, Any]] = loaded("actors.yaml")["actors"]
    return found


@cache
def words(lang: str) -> dict[str, str]:
    """Give the catalogue of a language: text by key, of a plural its second form."""
    found: dict[str, str] = {}
    names = loaded("region.yaml")["names"][lang]
    for path in sorted((ROOT / "ris_map/words/catalogues" / lang).glob("*.po")):
        with path.open("rb") as file:
            catalogue = read_po(file, locale=lang)
        for message in catalogue:
            if message.id:
                key = message.id if isinstance(message.id, str) else message.id[0]
                text = message.string
                text = text if isinstance(text, str) else text[-1]
                for name, value in names.items():
                    text = text.replace(f"{{region.{name}}}", value)
                found[key] = text
    return found


def label(kind: str, ident: str, lang: str = "sv") -> str:
    """Give the words of a phase, service type, strength area, delivery mode or group of them."""
    entries = loaded("strategy.yaml")[kind]
    text: str = next(entry for entry in entries if entry["id"] == ident)["label"][lang]
    return text


def go(page: Page, to: str) -> None:
    """Change the address without loading anew, as Back and Forward do, and wait for the answer.

    The answer completes the address with the language, if that is not there yet.
    """
    page.evaluate(
        "(to) => { history.pushState({}, '', to);"
        " dispatchEvent(new PopStateEvent('popstate', { state: {} })); }",
        to,
    )
    page.wait_for_function("() => location.search.includes('lang=')")


def count_messages(page: Page) -> list[object]:
    """Give a list that grows with every message that the page sends to the server from now on."""
    sent: list[object] = []
    session = page.context.new_cdp_session(page)
    session.on("Network.webSocketFrameSent", lambda event: sent.append(event))  # noqa: PLW0108 - Playwright cannot mark a built-in
    session.send("Network.enable")
    return sent


@contextmanager
def guarded_page(
    browser: Browser,
    server: Server,
    device: Mapping[str, Any] | None = None,
    *,
    allow: str = "",
) -> Iterator[Page]:
    """Open a page in a fresh context; at the end nothing may have gone wrong on it (X1)."""
    guard = Guard(urlsplit(server.url).netloc)
    if allow:
        guard.allow(allow)
    context = new_context(browser, server.url, **(device or {}))
    with closing(context), guard.watching(context):
        yield context.new_page()
        assert not guard.faults(), "\n".join(guard.faults())


def load(page: Page, path: str, lang: str = "sv") -> Page:
    """Load a path in a language and wait until it is complete."""
    joint = "&" if "?" in path else "?"
    page.goto(path if lang == "sv" else f"{path}{joint}lang={lang}")
    page.locator("h1").first.wait_for()
    settle(page)
    return page


def switch_language(page: Page, now: str) -> None:
    """Press what leads from the language that is shown now to the other one."""
    text = words(now)["lang.switch"]
    page.locator(".st-key-ris-top a[data-ris-language]:visible", has_text=text).click()
