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
    Query,
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
START, ACTOR = ROOT / "pages" / "start.py", ROOT / "pages" / "actor.py"
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
    assert "ris-as-of" not in html(session), "the present day is no earlier one (R8)"
    languages = {a["data-ris-lang"] for _, a in read(session).tags if "data-ris-lang" in a}
    assert languages == {language}
    links = link_queries(session)
    for spec in PAGES:
        if spec.place == "footer":
            assert links[tr(f"footer.{spec.name}")]["lang"] == [language]
            assert link_paths(session)[tr(f"footer.{spec.name}")] == spec.url_path
    linked = set(link_paths(session).values())
    assert {"metod", "data", "tillganglighet", "integritet", "kontakt"} <= linked
    other = "en" if language == "sv" else "sv"
    # a real link; pages.js keeps the choices of the address
    switches = [a for _, a in read(session).tags if "data-ris-language" in a]
    assert {(a["data-ris-language"], a["href"], a["lang"]) for a in switches} == {
        (other, f"?lang={other}", other)
    }


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_I9_X1_X6_every_page_is_translated_swedish_in_its_figures_and_loads_nothing(
    path: Path,
) -> None:
    session = opened(path, "sv")
    swedish, english = visible_text(session), visible_text(opened(path, "en"))
    assert swedish != english
    for key in ("footer.note", "footer.privacy"):
        assert translator(Language.SV)(key) in swedish
        assert translator(Language.SV)(key) not in english
        assert translator(Language.EN)(key) in english
    # what is left out: addresses, file names in code, and the names of licences and standards
    plain = re.sub(r"https?://\S+|`[^`]*`|\]\([^)]*\)|\S+@\S+", " ", swedish)
    plain = re.sub(rf"\b({NAMED})[- ]?v?\.? ?\d+(\.\d+)+", " ", plain)
    assert re.findall(r"\S*\d\.\d\S*", plain) == []
    loaded = [
        value or ""
        for tag, attrs in read(session).tags
        for name, value in attrs.items()
        if name in {"src", "srcset", "poster", "data"} or (tag == "link" and name == "href")
    ]
    assert loaded == []
    assert not [e for e in session.markdown if re.search(r"!\[[^\]]*\]\(", e.value)]


def test_X1_the_map_is_made_of_files_of_this_server() -> None:
    (component,) = opened(START, "sv").get("component_instance")
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
def test_titles_name_page_and_product_and_the_page_of_an_actor_shows_it(language: str) -> None:
    tr = translator(Language(language))
    names = {info["page_name"] for info in opened(START, language)._registered_pages.values()}
    assert names == {f"{tr(f'page.{spec.name}.title')} – {tr('product.name')}" for spec in PAGES}
    actor = opened(ACTOR, language)
    assert '<h1 class="ris-title">Norrlandsfonden</h1>' in html(actor)
    assert "norrlandsfonden" in visible_text(actor)
    assert tr("detail.sources") in visible_text(actor)


@pytest.mark.parametrize("query", [{}, {"id": "<b>&\"'"}, {"id": ["almi-nord", "x"]}])
def test_an_unknown_actor_is_said_in_words(query: Query) -> None:
    session = open_page(query, page=ACTOR)
    assert not session.exception
    assert translator(Language.SV)("page.actor.not-found") in visible_text(session)
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
