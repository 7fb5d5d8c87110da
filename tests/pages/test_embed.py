"""What another site shows of Kommun and Täckning, and the part that gives its code (M6)."""

import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from streamlit.runtime.context import ContextProxy
from streamlit.testing.v1 import AppTest

from ris_map.web import layout
from ris_map.web.address import PART_KEY, PARTS
from ris_map.words import translator
from ris_map.words.language import Language
from tests.pages.opened import address, html, open_page

PAGES = {
    "municipality": ("/kommun", Language.SV, {"kommun": "2422", "grans": "90"}),
    "coverage": ("/tackning", Language.EN, {"grans": "90"}),
}
"""Each page in one language: another changes the words alone."""


def opened(name: str, **more: str) -> AppTest:
    _, language, query = PAGES[name]
    return open_page({**query, "lang": language, **more}, page=name)


def assert_leads_to(address: str, name: str, **more: str) -> None:
    path, language, query = PAGES[name]
    asked = urlsplit(address)
    assert asked.path == path
    assert parse_qs(asked.query) == {
        key: [value] for key, value in {**query, "lang": language.value, **more}.items()
    }


@pytest.fixture
def maps(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The pages stand in another site's page; gives the names of the maps that are drawn."""
    monkeypatch.setattr(ContextProxy, "is_embedded", property(lambda _: True))
    drawn: list[str] = []
    for page in ("municipality.page", "coverage.page.page"):
        monkeypatch.setattr(f"ris_map.{page}.show_map", lambda *_, key, **__: drawn.append(key))
    return drawn


@pytest.mark.parametrize(
    ("name", "part"),
    [
        *((name, part) for name in PAGES for part in PARTS),
        ("municipality", ""),
        ("coverage", "<b>"),
    ],
)
def test_M6_heading_the_part_source_and_link_and_nothing_else(
    maps: list[str], name: str, part: str
) -> None:
    """M6; without a part, or with one that does not exist, it is the table, as embed=true was."""
    session = opened(name, **({PART_KEY: part} if part else {}))
    shown, tr = html(session), translator(PAGES[name][1])
    assert shown.count("<h1") == 1
    assert shown.count("<table") == (part not in {"karta", "mening"})
    assert len(set(maps)) == (part == "karta")
    assert len(re.findall(r"<section[^>]*>(?:\s*<h1[^>]*>[^<]*</h1>)?\s*<p>[^<]", shown)) == (
        part != "karta"
    )
    assert [link for link in re.findall(r'<a href="([^"]*)"', shown) if "cell=" not in link] == [
        unescape(link).replace("&", "&amp;") for link in full_links(shown)
    ]
    (link,) = full_links(shown)
    assert_leads_to(link, name)
    assert "ris-menu" not in shown
    assert len(session.pills) + len(session.button) + len(session.expander) == 0
    assert tr("embed.heading") not in shown
    # a visitor who loads the frame anew sees the same part
    assert address(session).get(PART_KEY, [""]) == [part]


def full_links(shown: str) -> list[str]:
    found = re.findall(r'<p><a href="([^"]*)" target="_blank" rel="noopener">', shown)
    return [unescape(link) for link in found]


@pytest.mark.parametrize("name", PAGES)
def test_M6_the_part_is_chosen_and_its_code_has_the_choices(name: str) -> None:
    session = opened(name)
    assert translator(PAGES[name][1])("embed.heading") in [box.label for box in session.expander]
    for part in PARTS:
        session.radio(key="ris-part").set_value(part).run()
        (code,) = re.findall(r"<code>(.*?)</code>", html(session))
        found = re.fullmatch(
            r'<iframe src="([^" ]+)" title="[^"<>]+" width="100%" height="\d+"'
            r' style="min-width: 320px; border: 0"></iframe>',
            unescape(unescape(code)),
        )
        assert found, code
        assert_leads_to(found[1], name, embed=part)


def test_the_pages_that_can_be_embedded_are_these() -> None:
    assert set(layout.EMBEDDABLE) == set(PAGES)
