"""The coverage page through the real script, without a browser."""

from __future__ import annotations

from pathlib import Path

import pytest

from ris_map.coverage.page.view import TABS
from ris_map.register.vocabulary import Delivery
from ris_map.words import translator
from ris_map.words.language import Language
from tests.pages.opened import ROOT, address, html, open_page, visible_text

PAGE = ROOT / "pages" / "coverage.py"
LANGUAGES = [language.value for language in Language]
EVERY_CHOICE = {
    "fas": "vaxa",
    "stod": "finansiering",
    "omrade": "life_science",
    "grans": "90",
    "indelning": "kust",
    "bredd": "adjacent",
    "satt": "digital",
    "utanfor": "ja",
    "visa": "kurva",
    "plats": "2422",
    "cell": "2422.ide.radgivning",
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("delivery", [mode.value for mode in Delivery])
def test_R7_every_way_of_help_has_a_page_in_every_language(delivery: str, language: str) -> None:
    session = open_page({"satt": delivery, "lang": language}, page=PAGE)
    assert not session.exception
    tr = translator(Language(language))
    shown = html(session)
    kind = "office" if delivery == "office" else "remote"
    mode = tr(f"coverage.mode.{delivery}")
    key = "coverage.map.heading" if kind == "office" else "coverage.map.heading.remote"
    assert tr(key, mode=mode, kind="|").partition("|")[0] in shown
    assert 'class="cov-matrix"' in shown
    assert shown.count('class="cov-number') == 4


@pytest.mark.parametrize("tab", TABS)
def test_every_tab_has_its_content_and_no_other(tab: str) -> None:
    session = open_page({"visa": tab}, page=PAGE)
    assert not session.exception
    shown = html(session)
    marks = {
        "luckor": 'id="kommuner"',
        "kurva": 'id="fordelning"',
        "kedjan": 'id="kedja"',
        "indelningar": 'id="indelningar"',
        "metod": 'class="cov-method"',
    }
    assert [name for name, mark in marks.items() if mark in shown] == [tab]


def test_I5_an_address_with_every_choice_restores_every_choice() -> None:
    session = open_page(EVERY_CHOICE, page=PAGE)
    assert not session.exception
    expected = {k: [v] if isinstance(v, str) else v for k, v in EVERY_CHOICE.items()}
    assert address(session) == expected
    assert 'data-cov-panel="2422.ide.radgivning"' in html(session)


def test_I5_what_means_nothing_is_named() -> None:
    query = {"grans": "61", "cell": "2422.ide.x", "satt": "duva", "plats": "9999"}
    session = open_page(query, page=PAGE)
    assert not session.exception
    assert address(session) == {}
    notice = visible_text(session)
    for key, value in query.items():
        assert f"{key}={value}" in notice


def test_a_change_of_a_control_changes_the_address_and_the_figures() -> None:
    session = open_page({}, page=PAGE)
    before = visible_text(session)
    session.checkbox(key="coverage-utanfor").check().run()
    assert address(session) == {"utanfor": ["ja"]}
    session.checkbox(key="coverage-utanfor").uncheck().run()
    assert address(session) == {}
    assert visible_text(session) == before
    session.selectbox(key="coverage-stod").set_value(None).run()
    assert address(session) == {"stod": ["alla"]}
    assert visible_text(session) != before


def test_R6_R9_what_is_heavy_is_computed_only_when_it_is_opened(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("computed although nobody asked")

    monkeypatch.setattr("ris_map.coverage.page.tables.fragility", refuse)
    monkeypatch.setattr("ris_map.coverage.page.tables.sensitivity", refuse)
    assert not open_page({}, page=PAGE).exception


def test_X10_the_last_good_register_is_shown_with_the_faults_of_the_new_one(
    own_data: Path,
) -> None:
    assert not open_page({}, page=PAGE).exception
    register = own_data / "actors.yaml"
    text = register.read_text(encoding="utf-8")
    register.write_text(text.replace("scope: core", "scope: kärna", 1), encoding="utf-8")
    session = open_page({}, page=PAGE)
    assert not session.exception
    shown = html(session)
    assert 'role="alert"' in shown
    assert "actors.yaml" not in shown
    assert 'class="cov-matrix"' in shown


def test_X6_numbers_are_swedish_in_swedish_and_english_in_english() -> None:
    swedish = visible_text(open_page({}, page=PAGE))
    english = visible_text(open_page({"lang": "en"}, page=PAGE))
    assert "274\u00a0448" in swedish
    assert "274,448" in english
    assert "274,448" not in swedish
