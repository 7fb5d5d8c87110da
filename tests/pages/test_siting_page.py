"""Tänk om: a plan in the address is drawn, changed, and stands in the address again."""

from dataclasses import replace
from pathlib import Path

import html5rdf
import pytest
from lxml import etree
from streamlit.testing.v1 import AppTest

from ris_map.siting.best import last
from ris_map.siting.map import changed_by, map_classes, map_picture, offices_of, paper_html, picture
from ris_map.siting.plan import MOST_CHANGES, SitingChoice
from ris_map.siting.suggest import Regret, Rounds, suggestions
from ris_map.siting.words import (
    SitingView,
    plan_text,
    regret_table,
    rounds_html,
    suggestion_html,
    view_of,
)
from ris_map.web.map import ClickKind, MapClick
from ris_map.words.language import Language
from tests.factories import real_words, released
from tests.pages.opened import ROOT, address, html, open_page, text_of_class
from tests.web.test_palette import MODES, VISIONS, distance, tokens

PAGE = "siting"
PLAN = {"oppna": ["vilhelmina:radgivning:ide"]}


def test_R4_without_a_plan_the_page_says_how_it_is_and_speaks_of_none() -> None:
    session = open_page(page=PAGE)
    shown = html(session)
    assert "Vad skulle krävas?" in shown
    assert "Planen är tom" in shown
    assert "med planen" not in shown
    assert address(session) == {}


def test_R4_a_plan_in_the_address_is_drawn_printed_and_taken_back() -> None:
    """What of the address means nothing is a short notice and never an error (I5)."""
    assert address(open_page({**PLAN, "x": "x" * 9000}, page=PAGE)) == {}
    query = {f"x{n}": "x" * 300 for n in range(12)}
    query |= {"oppna": ["narnia:radgivning:ide", *PLAN["oppna"]], "stang": ["<script>"]}
    session = open_page(query, page=PAGE)
    (notice,) = text_of_class(session, "ris-notice")
    assert "oppna=narnia:radgivning:ide" in notice
    assert notice.endswith("x… och 4 till.")
    assert address(session) == PLAN
    assert "/tankom?oppna=vilhelmina%3Aradgivning%3Aide" in html(session)  # in the copied text
    session.button(key="siting-print").click().run()
    shown = html(session)
    assert "<script>" not in shown
    assert "Med rådgivning i Vilhelmina når" in shown
    assert "Öppna i Vilhelmina" in shown
    assert shown.count("data:image/svg+xml;base64,") == 2
    assert "Planen finns på" in shown
    session.run()
    assert "data-ris-paper" not in html(session)
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


def test_R5_a_suggestion_is_proved_and_has_its_regret() -> None:
    session = open_page(page=PAGE)
    search(session, "best")
    assert "Bevisat bäst" in html(session)
    search(session, "regret")
    assert "samma mått, vinterväg" in html(session)


def test_R13_the_best_rounds_are_found_and_put_into_the_plan() -> None:
    session = open_page({"bas": ["storuman"], "dagar": ["2"]}, page=PAGE)
    search(session, "rounds")
    assert "Bevisat bäst bland" in html(session)
    session.button(key="siting-rounds-add").click().run()
    assert not session.exception
    rounds = address(session)["besok"]
    assert rounds
    assert all(one.startswith("storuman:") for one in rounds)
    assert "Ett besök är inte ett kontor" in html(session)


def view(query: dict[str, list[str]] = PLAN, name: str = "") -> SitingView:
    """Return the page's view of a plan, with another name for an actor whose office it closes."""
    choice, _ = SitingChoice.read(query)
    world = released()
    closed = {one.actor for one in choice.closings} if name else set()
    actors = [
        a.model_copy(update={"name": name}) if a.id in closed else a for a in world.register.actors
    ]
    world = replace(world, register=world.register.model_copy(update={"actors": tuple(actors)}))
    return view_of(world, choice, real_words(Language.SV))


@pytest.fixture(scope="module")
def shown() -> SitingView:
    return view()


def seen(shown: SitingView, name: str) -> SitingView:
    return replace(shown, choice=shown.choice.model_copy(update={"view": name}))


@pytest.mark.parametrize(
    ("click", "query"),
    [
        (("municipality", "2421"), {"oppna": [*PLAN["oppna"], "storuman:radgivning:ide"]}),
        (("municipality", "2462"), {}),
        (("town", "planned-vilhelmina"), {}),
        (("town", "office-99"), PLAN),
        (("town", "home-lycksele"), PLAN),
    ],
)
def test_R4_a_click_on_the_map_changes_the_plan_and_again_takes_it_back(
    shown: SitingView, click: tuple[ClickKind, str], query: dict[str, list[str]]
) -> None:
    changed = changed_by(shown, MapClick(*click, 1))
    assert shown.choice.model_copy(update=changed).query() == query


def test_R4_a_click_on_a_square_opens_near_it_and_one_on_an_office_closes_it(
    shown: SitingView,
) -> None:
    basis = shown.scenario.basis
    square = int(basis.place_minutes[basis.place("sorsele")].argmin())
    opened = changed_by(shown, MapClick("cell", str(square), 1))["openings"]
    assert "sorsele:radgivning:ide" in map(str, opened)
    for bubble, offices in offices_of(shown).items():
        closed = changed_by(shown, MapClick("town", bubble, 1))
        assert set(closed["closings"]) == {closing for _, closing in offices}
        again = replace(shown, choice=shown.choice.model_copy(update=closed))
        assert changed_by(again, MapClick("town", bubble, 2)) == {"closings": ()}


def test_R4_a_click_on_a_full_plan_leaves_it_as_it_is(shown: SitingView) -> None:
    places = shown.scenario.basis.place_ids
    full = [f"{place}:radgivning:ide" for place in places if place != "vilhelmina"][:MOST_CHANGES]
    choice = SitingChoice.model_validate({"openings": full})
    click = MapClick("municipality", "2462", 1)
    changed = changed_by(replace(shown, choice=choice), click)
    assert SitingChoice.model_validate(changed) == choice


def test_R4_what_has_not_changed_has_a_look_of_its_own(shown: SitingView) -> None:
    codes, title, labels = map_classes(seen(shown, "skillnad"))
    is_same = shown.scenario.before.minutes == shown.scenario.after.minutes
    assert (title, len({*labels})) == ("Minuter kortare väg", 5)
    assert (codes[is_same & shown.scenario.basis.residents.has_road] == 0).all()
    both = seen(view(CLOSED), "skillnad")  # opens and closes: stronger is farther
    (codes, _, labels), after = map_classes(both), both.scenario.after.minutes
    assert labels[1::3] == ["1–30 kortare", "över 30 längre"]
    assert {0, 1} <= {*codes[after < both.scenario.before.minutes]} <= {0, 1, 2}
    assert {3, 4} <= {*codes[after > both.scenario.before.minutes]} <= {2, 3, 4}


def test_R4_a_plan_is_made_from_lists_and_a_change_in_it_is_edited() -> None:
    session = open_page(page=PAGE)
    session.selectbox(key="siting-openings-new-place").select("asele").run()
    session.multiselect(key="siting-openings-new-phases").select("vaxa").run()
    session.button(key="siting-openings-new-done").click().run()
    assert address(session)["oppna"] == ["asele:radgivning:ide-vaxa"]
    key = "siting-openings-asele:radgivning:ide-vaxa"
    session.selectbox(key=f"{key}-place").select("sorsele").run()
    session.button(key=f"{key}-done").click().run()
    assert address(session)["oppna"] == ["sorsele:radgivning:ide-vaxa"]
    session.selectbox(key="siting-closings-new-office").select_index(0).run()
    session.button(key="siting-closings-new-done").click().run()
    session.selectbox(key="siting-rounds-new-base").select("lycksele").run()
    session.multiselect(key="siting-rounds-new-stops").select("storuman").run()
    session.button(key="siting-rounds-new-done").click().run()
    key = "siting-rounds-lycksele:storuman:2"
    session.number_input(key=f"{key}-days").set_value(4).run()
    session.button(key=f"{key}-done").click().run()
    assert not session.exception
    assert address(session)["besok"] == ["lycksele:storuman:4"]
    assert len(address(session)["stang"]) == 1


def test_R5_R13_what_is_not_proved_says_so_and_its_gap(shown: SitingView) -> None:
    one = Regret(asked=shown.choice, loss=0.0, places=("vilhelmina",), is_proved=True)
    table = regret_table(shown, [one, replace(one, loss=12.0, is_proved=False)])
    assert [row[-1] for row in table.rows] == ["inget", "12 invånare, obevisat"]
    found = last(suggestions(shown.scenario.basis, shown.choice))
    for has_more in (True, False):
        answer = replace(found.answer, has_more_ties=has_more)
        told = suggestion_html(shown, replace(found, answer=answer))
        assert (shown.tr("siting.best.ties.more") in told) is has_more
    told = rounds_html(shown, Rounds(gap=0.25, tried=7))
    assert "Ingen runda hittades på den tid som fanns." in told
    assert "slutade före beviset" in told
    assert "25,0" in told


@pytest.mark.parametrize("mode", MODES)
def test_X7_before_and_after_are_told_apart(mode: str) -> None:
    colours = tokens(mode)
    # a ring and a disc, so that grey is enough: who does not see red sees the two colours alike
    for vision in VISIONS:
        assert distance(colours["--bg"], colours["--accent"], vision) >= 30
        assert distance(colours["--bg"], colours["--gap"], vision) >= 30
    css = (ROOT / "ris_map/web/static/siting.css").read_text(encoding="utf-8")
    assert "border: 2.5px solid var(--gap); background: var(--bg)" in css
    assert ".w-after { border-color: var(--accent); background: var(--accent); }" in css


@pytest.mark.parametrize("name", ["fore", "efter", "skillnad"])
def test_X7_every_class_has_words(shown: SitingView, name: str) -> None:
    again = seen(shown, name)
    legend = map_picture(again).legend
    assert {*map_classes(again)[0]} <= {*(row.code for row in legend.rows), 5}
    assert len({row.label for row in legend.rows}) == len(legend.rows)
    assert "unknown" in dict(legend.notes)
    bare = map_classes(view({"stod": ["inkubator_accelerator"], "omrade": ["skoglig_bioekonomi"]}))
    assert (bare[2][4], (bare[0] == 4).any()) == ("över 120 eller inget", True)  # as on Karta


HOSTILE = "=A1 <script>alert(1)</script> *fet* [x](javascript:alert(1)) \"'&"
CLOSED = {**PLAN, "stang": ["coompanion-vasterbotten@lycksele"]}


def test_X10_X12_what_one_takes_along_is_valid_and_nothing_in_it_runs() -> None:
    shown = view(CLOSED, HOSTILE)
    assert HOSTILE in plan_text(shown)
    drawing = picture(shown)
    tree = etree.fromstring(drawing.encode())
    assert tree.tag == "{http://www.w3.org/2000/svg}svg"
    assert not tree.findall(".//{*}script")
    assert "Med planen" in drawing
    assert "OpenStreetMap" in drawing
    paper = paper_html(shown, url="https://kartan.example/tankom", number=1)
    head = "<!DOCTYPE html><html lang='sv'><head><title>x</title></head><body>"
    parser = html5rdf.HTMLParser(strict=True, namespaceHTMLElements=False)  # a fault is an error
    document = parser.parse(f"{head}{paper}</body></html>")
    assert document.find(".//script") is None
    assert len(document.findall(".//img[@alt]")) == 2


def test_X10_a_name_with_markdown_is_text_on_the_page(own_data: Path) -> None:
    register = own_data / "actors.yaml"
    text, name = register.read_text(encoding="utf-8"), "name: Coompanion Västerbotten"
    marked = text.replace(name, "name: Vi & *fet* [x](javascript:alert(1))", 1)
    register.write_text(marked, encoding="utf-8")
    session = open_page(CLOSED, page=PAGE)
    assert "Stäng Vi &amp; *fet* [x](javascript:alert(1)), Lycksele" in html(session)
    remove = session.button(key="siting-remove-coompanion-vasterbotten@lycksele").label
    assert remove == "Ta bort *Stäng Vi  fet x(javascriptalert(1)), Lycksele*"
    assert address(session) == CLOSED
