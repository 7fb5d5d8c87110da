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
TABLES = {
    "luckor": "kommuner",
    "kurva": "fordelning",
    "kedjan": "kedja",
    "indelningar": "indelningar",
}


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("delivery", list(Delivery))
def test_R6_R7_R9_X6_every_way_of_help_has_a_page_and_every_tab_in_every_language(
    delivery: Delivery, language: Language, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is heavy is computed only when its box is opened."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("computed although nobody asked")

    monkeypatch.setattr("ris_map.coverage.page.tables.fragility", refuse)
    monkeypatch.setattr("ris_map.coverage.page.tables.sensitivity", refuse)
    tr, is_physical = translator(language), delivery is Delivery.OFFICE
    marks = {tab: f'id="{name}{"" if is_physical else "-remote"}"' for tab, name in TABLES.items()}
    marks["metod"] = 'class="cov-method"'
    for tab in TABS:
        query = {"satt": delivery.value, "lang": language.value, "visa": tab}
        session = open_page(query, page=PAGE)
        assert not session.exception
        shown = html(session)
        found = [name for name, mark in marks.items() if mark in shown]
        assert found == ([tab] if is_physical or tab != "kurva" else [])
        key = "coverage.map.heading" if is_physical else "coverage.map.heading.remote"
        mode = tr(f"coverage.mode.{delivery}")
        assert tr(key, mode=mode, kind="|").partition("|")[0] in shown
        assert 'class="cov-matrix"' in shown
        assert shown.count('class="cov-number') == 4
    numbers = {Language.SV: "274\u00a0448", Language.EN: "274,448"}
    said = [one for one, number in numbers.items() if number in visible_text(session)]
    assert said == [language]


def test_I5_an_address_with_every_choice_restores_every_choice() -> None:
    session = open_page(EVERY_CHOICE, page=PAGE)
    assert not session.exception
    assert address(session) == {k: [v] for k, v in EVERY_CHOICE.items()}
    assert 'data-cov-panel="2422.ide.radgivning"' in html(session)


def test_I5_what_means_nothing_is_named() -> None:
    query = {"grans": "61", "cell": "2422.ide.x", "satt": "duva", "plats": "9999"}
    session = open_page(query, page=PAGE)
    assert not session.exception
    assert address(session) == {}
    notice = visible_text(session)
    assert all(f"{key}={value}" in notice for key, value in query.items())


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
