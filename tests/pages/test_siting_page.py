"""Tänk om: a plan in the address is drawn, changed, and stands in the address again."""

from __future__ import annotations

from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from ris_map.siting.map import changed_by, class_labels, map_classes, offices_of, picture
from ris_map.siting.page import view_of
from ris_map.siting.plan import SitingChoice
from ris_map.siting.words import SitingView
from ris_map.travel.world import service
from ris_map.web.map import ClickKind, MapClick
from ris_map.words.language import Language
from tests.municipality.municipal import words
from tests.pages.opened import ROOT, address, html, open_page, text_of_class

PAGE = ROOT / "pages" / "siting.py"
PLAN = {"oppna": ["vilhelmina:radgivning:ide"]}


def test_R4_without_a_plan_the_page_says_how_it_is() -> None:
    session = open_page(page=PAGE)
    assert not session.exception
    shown = html(session)
    assert "Vad skulle krävas?" in shown
    assert "Planen är tom" in shown
    assert address(session) == {}


def test_R4_a_plan_in_the_address_is_drawn_and_can_be_taken_back() -> None:
    session = open_page(PLAN, page=PAGE)
    assert not session.exception
    shown = html(session)
    assert "Med rådgivning i Vilhelmina når" in shown
    assert "Öppna i Vilhelmina" in shown
    assert address(session) == PLAN
    session.button(key="siting-remove-vilhelmina:radgivning:ide").click().run()
    assert not session.exception
    assert address(session) == {}
    assert "Planen är tom" in html(session)


def search(session: AppTest, name: str) -> None:
    """Press a search's button; what takes longer goes on with every run."""
    session.button(key=f"siting-{name}-button").click().run()
    while any(button.key == f"siting-{name}-stop" for button in session.button):
        session.run()
    assert not session.exception


def test_R5_a_suggestion_is_proved_and_can_be_put_into_the_plan() -> None:
    session = open_page(page=PAGE)
    search(session, "best")
    assert "Bevisat bäst" in html(session)
    search(session, "regret")
    assert "samma mått, vinterväg" in html(session)
    session.button(key="siting-best-add").click().run()
    assert not session.exception
    (opened,) = address(session)["oppna"]
    assert opened.endswith(":radgivning:ide")


def test_R5_a_stopped_search_shows_the_best_so_far_with_its_gap() -> None:
    session = open_page({"antal": ["5"], "mal": ["tiondel"]}, page=PAGE)
    session.button(key="siting-best-button").click().run()
    session.button(key="siting-best-stop").click().run()
    assert not session.exception
    shown = html(session)
    assert "Sökningen slutade före beviset" in shown
    assert "Bäst: " in shown
    assert not any(button.key == "siting-best-stop" for button in session.button)


def test_R13_the_best_rounds_are_found_and_put_into_the_plan() -> None:
    session = open_page({"bas": ["storuman"], "dagar": ["2"]}, page=PAGE)
    search(session, "rounds")
    assert "Bevisat bäst bland" in html(session)
    session.button(key="siting-rounds-add").click().run()
    assert not session.exception
    rounds = address(session)["besok"]
    assert rounds
    assert all(one.startswith("storuman:") for one in rounds)


def test_R4_an_empty_plan_is_not_spoken_of_as_one() -> None:
    assert "med planen" not in html(open_page(page=PAGE))


def view() -> SitingView:
    """Return the page's view of the plan as it is drawn in the tests."""
    choice = SitingChoice.read(PLAN)[0]
    return view_of(service(ROOT / "data").moment().world, choice, words(Language.SV))


@pytest.mark.parametrize(
    ("click", "query"),
    [
        (
            ("municipality", "2421"),
            {"oppna": [*PLAN["oppna"], "storuman:radgivning:ide"]},
        ),
        (("municipality", "2462"), {}),
        (("town", "planned-vilhelmina"), {}),
        (("town", "office-99"), PLAN),
        (("town", "home-lycksele"), PLAN),
    ],
)
def test_R4_a_click_on_the_map_changes_the_plan_and_again_takes_it_back(
    click: tuple[ClickKind, str], query: dict[str, list[str]]
) -> None:
    changed = changed_by(view(), MapClick(*click, 1))
    assert view().choice.model_copy(update=changed).query() == query


def test_R4_a_click_on_a_square_opens_near_it_and_one_on_an_office_closes_it() -> None:
    shown = view()
    basis = shown.scenario.basis
    square = int(basis.place_minutes[basis.place("sorsele")].argmin())
    opened = changed_by(shown, MapClick("cell", str(square), 1))["openings"]
    assert "sorsele:radgivning:ide" in opened
    for bubble, offices in offices_of(shown).items():
        closed = changed_by(shown, MapClick("town", bubble, 1))
        assert set(closed["closings"]) == {key for key, _ in offices}
        again = replace(shown, choice=shown.choice.model_copy(update=closed))
        assert changed_by(again, MapClick("town", bubble, 2)) == {"closings": ()}


def test_R4_what_has_not_changed_has_a_look_of_its_own() -> None:
    shown = view()
    codes, title = map_classes(shown, "skillnad")
    is_same = shown.scenario.before.minutes == shown.scenario.after.minutes
    has_road = shown.scenario.basis.residents.has_road
    assert title == "change.shorter"
    assert (codes[is_same & has_road] == 0).all()
    assert (codes[~is_same & (codes != 0)] > 0).all()
    assert len(set(class_labels(shown, "skillnad"))) == 5


def test_R4_the_paper_and_the_pictures_hold_the_plan() -> None:
    session = open_page(PLAN, page=PAGE)
    session.button(key="siting-print").click().run()
    assert not session.exception
    shown = html(session)
    assert shown.count("data:image/svg+xml;base64,") == 2
    assert "Planen finns på" in shown
    svg = picture(view(), ROOT / "data")
    assert "Med rådgivning i Vilhelmina" in svg
    assert "OpenStreetMap" in svg
    session.run()
    assert "data-ris-paper" not in html(session)


def test_R13_a_round_is_said_beside_offices_in_both_languages() -> None:
    for language, told in (
        ("sv", "Ett besök är inte ett kontor"),
        ("en", "A visit is not an office"),
    ):
        query = {"besok": ["lycksele:storuman,vilhelmina:2"], "lang": language}
        session = open_page(query, page=PAGE)
        assert not session.exception
        assert told in html(session)


def test_R4_unknown_parts_of_a_plan_are_a_notice_and_never_an_error() -> None:
    query = {"oppna": ["narnia:radgivning:ide", "vilhelmina:radgivning:ide"], "stang": ["<script>"]}
    session = open_page(query, page=PAGE)
    assert not session.exception
    (notice,) = text_of_class(session, "ris-notice")
    assert "oppna=narnia:radgivning:ide" in notice
    assert "<script>" not in html(session)
    assert address(session) == PLAN
