"""An earlier day on the pages: figures of then, the difference in words and on the map."""

from datetime import date

import pytest
from streamlit.testing.v1 import AppTest

from ris_map.common.address import IgnoredValue
from ris_map.common.dates import day_of
from ris_map.coverage.map_picture import MapChoice, map_view
from ris_map.register.model import Register
from ris_map.web import as_of, data
from ris_map.words import held_together
from ris_map.words.figures import percent
from ris_map.words.language import Language
from tests.factories import real_words
from tests.pages.opened import address, open_page, read

FINANCE = {"fas": "vaxa", "stod": "finansiering"}


def notice(session: AppTest) -> str:
    return str(read(session).xpath("string(//div[@class='ris-notice ris-as-of'])"))


def core(register: Register, on: date) -> set[str]:
    return {a.id for a in register.actors if a.scope == "core" and a.is_active(on)}


def test_R8_the_start_page_shows_the_figures_of_the_day_and_what_has_happened_since(
    language: Language,
) -> None:
    tr = real_words(language)
    session = open_page({"datum": "2022", **FINANCE, "lang": language.value})
    then, now = data.world("2022"), data.world()
    assert (then.on, then.register) == (date(2022, 12, 31), data.releases()[0])
    choice = MapChoice.read({key: [value] for key, value in FINANCE.items()})[0]
    figures = [map_view(world, choice, tr=tr) for world in (then, now)]
    shares = [percent(view.found.share_of(view.inland)[0], tr=tr) for view in figures]
    assert shares[0] in read(session).text_content()
    said = notice(session)
    assert all(share in said for share in shares)
    assert "(på kartan: + " in said or "(on the map: + " in said
    gone = core(then.register, then.on) - core(now.register, now.on)
    ended = {one for one in gone if now.register.by_id[one].status == "ended"}
    added = core(now.register, now.on) - core(then.register, then.on)
    for name, ids in (("added", added), ("ended", ended), ("doubtful", gone - ended)):
        assert held_together(tr.plural(f"as-of.{name}", len(ids))) in said
        assert all(now.register.by_id[one].name in said for one in ids)


@pytest.mark.parametrize(
    ("shares", "words"),
    [
        ((0.34, 0.36), "inlandet: 2 procentenheter fler når hjälp"),
        ((0.35, 0.344), "inlandet: 1 procentenhet färre når hjälp"),
        ((0.361, 0.359), "inlandet: lika många når hjälp"),
    ],
)
def test_R8_the_difference_is_that_of_the_figures_as_they_are_said(
    shares: tuple[float, float], words: str
) -> None:
    tr, choice = real_words(Language.SV), MapChoice(as_of="2022")
    then = data.world("2022")
    said = as_of.since_html(choice, then, tr=tr, group="inlandet", shares=shares)
    assert words in said.replace("\xa0", " ")


def test_R8_what_came_and_went_is_marked_where_it_was() -> None:
    choice, tr = MapChoice(as_of="2022"), real_words(Language.SV)
    marked = as_of.marks(choice, data.world("2022"), tr=tr)
    assert {one.kind for one in marked} == {"new", "gone"}
    told = " ".join(one.label for one in marked)
    for name in ("House Be", "The Great Northern"):
        assert name in told
    assert as_of.marks(MapChoice(), data.world(), tr=tr) == ()


@pytest.mark.parametrize(
    ("script", "more"),
    [("coverage", {}), ("municipality", {"kommun": "2482"}), ("municipality", {})],
)
def test_R8_the_other_pages_show_it_too(script: str, more: dict[str, str]) -> None:
    session = open_page({"datum": "2022", **more}, page=script)
    assert "2022" in notice(session)  # none without one: test_pages.py


def test_R8_the_control_lists_today_and_the_releases_and_changes_the_address() -> None:
    session = open_page()
    control = session.selectbox(key="start-datum")
    assert control.options[0] == "Läget i dag"
    assert control.options[-1] == "Läget 2022"
    control.set_value("2022").run()
    assert address(session)["datum"] == ["2022"]
    assert notice(session)


def test_I5_a_day_of_which_the_register_says_nothing_is_named() -> None:
    for value in ("2021", "2031", "2022-13", "2022-02-30", "i går", "20220101"):
        assert MapChoice.read({"datum": [value]}) == (MapChoice(), (IgnoredValue("datum", value),))
    assert not notice(open_page({"datum": "2021"}))


def test_R8_every_day_of_a_release_shares_its_ways(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RIS_MAP_TODAY", "2026-11-23")
    assert day_of("2026-11-23") is day_of("2026") is day_of("") is None
    first, second = (data.world(day) for day in ("2022", "2022-06"))
    assert first.on != second.on
    assert first.matrix is second.matrix
    for year in ("2023", "2024", "2025"):
        data.world(year)
    assert data.world() is data.world()
