"""Every page, in both languages, through the real script."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from streamlit.testing.v1 import AppTest

from ris_map.web.layout import PAGES
from ris_map.words import translator
from ris_map.words.language import Language
from tests.pages.opened import (
    ROOT,
    cards,
    first_level_headings,
    html,
    link_paths,
    link_queries,
    open_page,
    read,
    visible_text,
)

FILES = sorted((ROOT / "pages").glob("*.py"))
NAMES = [path.stem for path in FILES]
LANGUAGES = [language.value for language in Language]
NAMED = "Utgåva|CC[- ]BY|CC[- ]BY[- ]SA|CC0|ODbL|EUPL|WCAG|DCAT-AP-SE|OpenAPI|v"
"""Licences and standards whose names end in a version."""
EXTRA = {"actor": {"id": "norrlandsfonden"}}


@cache
def opened(path: Path, language: str) -> AppTest:
    """Open each page once in each language; the tests only look."""
    return open_page({"lang": language, **EXTRA.get(path.stem, {})}, page=path)


def test_every_page_file_is_a_page_and_the_other_way_round() -> None:
    assert FILES
    assert sorted(spec.file for spec in PAGES) == [path.name for path in FILES]
    paths = [spec.url_path for spec in PAGES]
    assert len(set(paths)) == len(paths)
    assert all(re.fullmatch(r"[a-z-]*", path) for path in paths)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_X3_X9_every_page_has_one_title_its_language_and_the_links_of_the_footer(
    path: Path, language: str
) -> None:
    session = opened(path, language)
    tr = translator(Language(language))
    assert not session.exception
    assert first_level_headings(session) == 1
    languages = {a["data-ris-lang"] for _, a in read(session).tags if "data-ris-lang" in a}
    assert languages == {language}
    links = link_queries(session)
    for spec in PAGES:
        if spec.place == "footer":
            assert links[tr(f"footer.{spec.name}")]["lang"] == [language]
            assert link_paths(session)[tr(f"footer.{spec.name}")] == spec.url_path
    other = "en" if language == "sv" else "sv"
    # a real link; pages.js keeps the choices of the address
    switches = [a for _, a in read(session).tags if "data-ris-language" in a]
    assert {(a["data-ris-language"], a["href"], a["lang"]) for a in switches} == {
        (other, f"?lang={other}", other)
    }


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_X9_accessibility_privacy_data_method_and_contact_are_linked_from_every_page(
    path: Path,
) -> None:
    session = opened(path, "sv")
    paths = set(link_paths(session).values())
    assert {"metod", "data", "tillganglighet", "integritet", "kontakt"} <= paths


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_I9_every_page_is_translated(path: Path) -> None:
    sv, en = (opened(path, code) for code in ("sv", "en"))
    swedish, english = visible_text(sv), visible_text(en)
    assert swedish != english
    for key in ("footer.note", "footer.privacy"):
        assert translator(Language.SV)(key) in swedish
        assert translator(Language.SV)(key) not in english
        assert translator(Language.EN)(key) in english


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_X6_no_page_shows_a_decimal_point_in_swedish(path: Path) -> None:
    session = opened(path, "sv")
    # what is left out: addresses, file names in code, and the names of licences and standards
    plain = re.sub(r"https?://\S+|`[^`]*`|\]\([^)]*\)|\S+@\S+", " ", visible_text(session))
    plain = re.sub(rf"\b({NAMED})[- ]?v?\.? ?\d+(\.\d+)+", " ", plain)
    assert re.findall(r"\S*\d\.\d\S*", plain) == []


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_X1_no_page_loads_anything_from_another_host(path: Path) -> None:
    session = opened(path, "sv")
    loaded = [
        value or ""
        for tag, attrs in read(session).tags
        for name, value in attrs.items()
        if name in {"src", "srcset", "poster", "data"} or (tag == "link" and name == "href")
    ]
    assert loaded == []
    assert not [e for e in session.markdown if re.search(r"!\[[^\]]*\]\(", e.value)]


def test_X1_the_map_is_made_of_files_of_this_server() -> None:
    (component,) = open_page().get("component_instance")
    arguments = json.loads(component.proto.json_args)
    sent = json.dumps({k: v for k, v in arguments.items() if k != "feature_group"})
    assert "risMap(" in sent
    assert not re.search(r"https?://(?!www\.w3\.org)", sent)


def test_I5_an_unknown_language_is_swedish_with_a_notice() -> None:
    session = open_page({"lang": "xx"})
    tr = translator(Language.SV)
    assert tr("filter.ignored", values="lang=xx") in visible_text(session)
    assert tr("nav.coverage") in visible_text(session)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_title_names_the_page_and_the_product(language: str) -> None:
    session = open_page({"lang": language})
    tr = translator(Language(language))
    names = {info["page_name"] for info in session._registered_pages.values()}
    assert names == {f"{tr(f'page.{spec.name}.title')} – {tr('product.name')}" for spec in PAGES}


# The page of one actor.


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_of_an_actor_shows_it(language: str) -> None:
    path = ROOT / "pages" / "actor.py"
    session = open_page({"id": "norrlandsfonden", "lang": language}, page=path)
    assert '<h1 class="ris-title">Norrlandsfonden</h1>' in html(session)
    assert "norrlandsfonden" in visible_text(session)
    assert translator(Language(language))("detail.sources") in visible_text(session)


@pytest.mark.parametrize("query", [{}, {"id": ""}, {"id": "finns-inte"}, {"id": "<b>&\"'"}])
def test_an_unknown_actor_is_said_in_words(query: dict[str, str]) -> None:
    session = open_page(query, page=ROOT / "pages" / "actor.py")
    tr = translator(Language.SV)
    assert not session.exception
    assert tr("page.actor.not-found") in visible_text(session)
    assert first_level_headings(session) == 1


def test_every_card_leads_to_a_page_that_exists() -> None:
    session = open_page({"alla": "ja"})
    hrefs = [a.get("href") or "" for tag, a in read(session).tags if tag == "a"]
    details = [href for href in hrefs if href.startswith("/aktor?id=")]
    assert set(details)
    assert len(cards(session)) > 20
    pages = {urlsplit(href).path.strip("/") for href in hrefs if href.startswith("/")}
    assert pages | {"bekrafta"} == {spec.url_path for spec in PAGES}
    assert "aktor" in {spec.url_path for spec in PAGES}
