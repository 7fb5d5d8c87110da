"""What another site shows of Kommun and Täckning, and the part that gives its code (M6)."""

from __future__ import annotations

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
from tests.pages.opened import ROOT, address, first_level_headings, html, open_page

PAGES = {
    "municipality": {"kommun": "2422", "grans": "90"},
    "coverage": {"grans": "90"},
}


def opened(page: str, **more: str) -> AppTest:
    session = open_page({**PAGES[page], **more}, page=ROOT / "pages" / f"{page}.py")
    assert not session.exception
    return session


@pytest.fixture
def maps(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The pages stand in another site's page; gives the names of the maps that are drawn."""
    monkeypatch.setattr(ContextProxy, "is_embedded", property(lambda _: True))
    drawn: list[str] = []
    for page in ("municipality.page", "coverage.page.page"):
        monkeypatch.setattr(f"ris_map.{page}.show_map", lambda *_, key, **__: drawn.append(key))
    return drawn


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("part", [*PARTS, "", "<b>"])
def test_M6_heading_the_part_source_and_link_and_nothing_else(
    maps: list[str], page: str, part: str, language: Language
) -> None:
    """M6; without a part, or with one that does not exist, it is the table, as embed=true was."""
    maps.clear()
    session = opened(page, lang=language, **({PART_KEY: part} if part else {}))
    shown, tr = html(session), translator(language)
    assert first_level_headings(session) == 1
    assert shown.count("<table") == (part not in {"karta", "mening"})
    assert len(set(maps)) == (part == "karta")
    assert len(re.findall(r"<section[^>]*>(?:\s*<h1[^>]*>[^<]*</h1>)?\s*<p>[^<]", shown)) == (
        part != "karta"
    )
    assert [link for link in re.findall(r'<a href="([^"]*)"', shown) if "cell=" not in link] == [
        unescape(link).replace("&", "&amp;") for link in full_links(shown)
    ]
    (link,) = full_links(shown)
    assert parse_qs(urlsplit(link).query) == {
        **{key: [value] for key, value in PAGES[page].items()},
        "lang": [language.value],
    }
    assert "ris-menu" not in shown
    assert len(session.pills) + len(session.button) + len(session.expander) == 0
    assert tr("embed.heading") not in shown
    # a visitor who loads the frame anew sees the same part
    assert address(session).get(PART_KEY, [""]) == [part]


def full_links(shown: str) -> list[str]:
    found = re.findall(r'<p><a href="([^"]*)" target="_blank" rel="noopener">', shown)
    return [unescape(link) for link in found]


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("page", PAGES)
def test_M6_the_part_is_chosen_and_its_code_has_the_choices(page: str, language: Language) -> None:
    session = opened(page, lang=language)
    tr = translator(language)
    assert tr("embed.heading") in [box.label for box in session.expander]
    for part in PARTS:
        session.radio(key="ris-part").set_value(part).run()
        (code,) = re.findall(r"<code>(.*?)</code>", html(session))
        found = re.fullmatch(
            r'<iframe src="([^" ]+)" title="[^"<>]+" width="100%" height="\d+"'
            r' style="min-width: 320px; border: 0"></iframe>',
            unescape(unescape(code)),
        )
        assert found, code
        asked = urlsplit(found[1])
        assert asked.path == {"municipality": "/kommun", "coverage": "/tackning"}[page]
        assert parse_qs(asked.query) == {
            **{key: [value] for key, value in PAGES[page].items()},
            "lang": [language.value],
            "embed": [part],
        }


def test_the_pages_that_can_be_embedded_are_these() -> None:
    assert set(layout.EMBEDDABLE) == set(PAGES)
