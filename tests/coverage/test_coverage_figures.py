"""The coverage page's figures are the library's, to the unit."""

from __future__ import annotations

import math
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml.html import fromstring

from ris_map.coverage.cube import time_class
from ris_map.coverage.gaps import find_gaps, gap_mask
from ris_map.coverage.groups import fragility, supply_of
from ris_map.coverage.map_picture import picture
from ris_map.coverage.page import tables
from ris_map.coverage.page.matrix import (
    cell_html,
    evidence,
    figures_table,
    known_table,
    matrix_html,
    matrix_rows,
)
from ris_map.coverage.page.pictures import groups_of, shares_by_minute
from ris_map.coverage.page.summary import (
    basis,
    copy_text,
    definitions,
    facts,
    finding,
    finding_sentence,
    headline,
    key_figures,
    method_html,
)
from ris_map.coverage.page.view import CoverageChoice, CoverageView, cell_id
from ris_map.coverage.support import PHASES, SERVICE_TYPES, YES
from ris_map.register.vocabulary import (
    STRENGTH_AREAS,
    Answer,
    Delivery,
    Phase,
    Scope,
    ServiceType,
)
from ris_map.words.figures import Amount, Link, Unit, near_limit, rounded
from ris_map.words.language import Language
from tests.coverage.coverage_views import plain, view, words, world
from tests.factories import DATA, DAY

REMOTE = (Delivery.VISIT, Delivery.DIGITAL, Delivery.PHONE)
CHOICES = [
    {},
    {"limit": 30, "phase": Phase.VAXA, "service_type": ServiceType.FINANSIERING},
    {"limit": 120, "scope": Scope.ADJACENT, "include_outside": True, "phase": None},
    {"limit": 90, "service_type": None, "division": "kust"},
]
PLACE = ("2422", Phase.IDE, ServiceType.RADGIVNING)


def amounts(row: object) -> list[float]:
    return [cell.value for cell in row if isinstance(cell, Amount)]  # type: ignore[attr-defined]


# -------------------------------------------------------------------- choice and address


choices = st.builds(
    CoverageChoice,
    phase=st.none() | st.sampled_from(Phase),
    service_type=st.none() | st.sampled_from(ServiceType),
    strength_area=st.none() | st.sampled_from(STRENGTH_AREAS),
    limit=st.sampled_from((30, 60, 90, 120)),
    division=st.sampled_from(("samverkan", "kust", "stodomrade")),
    delivery=st.sampled_from(Delivery),
    scope=st.sampled_from(Scope),
    include_outside=st.booleans(),
    place=st.sampled_from(("", "2422", "samverkan-region-10")),
    cell=st.sampled_from(("", "2422.ide.radgivning")),
    tab=st.sampled_from(("luckor", "metod")),
)


@given(choices)
def test_I5_every_choice_survives_its_address(chosen: CoverageChoice) -> None:
    assert CoverageChoice.read(chosen.query()) == (chosen, ())


def test_I5_no_choice_is_advice_in_the_idea_phase_within_an_hour() -> None:
    chosen, _ = CoverageChoice.read({})
    assert (chosen.phase, chosen.service_type) == (Phase.IDE, ServiceType.RADGIVNING)
    assert (chosen.limit, chosen.delivery) == (60, Delivery.OFFICE)
    assert chosen.query() == {}


@pytest.mark.parametrize("text", ["2422", "2422.ide", "9999.ide.radgivning", "2422.x.radgivning"])
def test_I5_a_cell_that_does_not_exist_is_left_out_and_named(text: str) -> None:
    chosen, ignored = CoverageChoice.read({"cell": [text]})
    assert chosen.cell == ""
    assert [(one.key, one.value) for one in ignored] == [("cell", text)]


# -------------------------------------------------------------------- matrix


@pytest.mark.parametrize("changes", CHOICES)
def test_K4_R1_all_75_cells_of_the_matrix_hold_the_minutes_of_the_cube(changes: dict) -> None:
    shown = view(**changes)
    rows = fromstring(matrix_html(shown)).xpath(".//tbody/tr")
    assert len(rows) == 15
    phases = [PHASES.index(phase) for phase in shown.choice.shown_phases]
    limit = float(shown.choice.limit)
    for row, code in zip(rows, shown.order, strict=True):
        name, *cells = row
        assert name.text_content().startswith(shown.name(code))
        assert len(cells) == len(row.xpath(".//a[@data-cell]")) == 5
        for s, cell in enumerate(cells):
            text = cell.text_content().strip().rstrip("?")
            times = shown.cube.minutes[phases, s].min(axis=0)
            inside = shown.cube.population.municipality == shown.at(code)
            expected = _median(times[inside], shown.cube.population.persons[inside])
            state = cell.get("class").split()[0]
            if not math.isfinite(expected):
                assert state in {"is-none", "is-unknown"}
            elif near_limit(expected, limit):
                assert (state, text) == ("is-near", f"≈ {limit:.0f}")
            else:
                assert state == f"q{time_class(expected)}"
                assert text == (shown.tr.number(rounded(expected)) if expected >= 5 else "i orten")


def _median(times: np.ndarray, people: np.ndarray) -> float:
    order = np.argsort(times, kind="stable")
    reached = np.cumsum(people[order])
    return float(times[order][np.searchsorted(reached * 2, reached[-1])])


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("delivery", REMOTE)
def test_R7_a_remote_matrix_holds_that_one_answer_and_no_minutes(
    delivery: Delivery, language: Language
) -> None:
    shown = view(language, delivery=delivery)
    for cells in matrix_rows(shown).values():
        assert {cell.state for cell in cells} <= {"offered", "unknown", "not-offered"}
    texts = [plain(matrix_html(shown)), plain(cell_html(shown, PLACE)), copy_text(shown)]
    texts += [headline(shown), *(figure.text for figure in key_figures(shown))]
    texts += [t.title + t.sentence for t in tables.all_tables(shown)]
    assert not [text for text in texts if re.search(r"\d[\s\u00a0]min\b", text)]
    for table in tables.all_tables(shown):
        for line in table.rows:
            assert not [c for c in line if isinstance(c, Amount) and c.unit is not Unit.COUNT]


# -------------------------------------------------------------------- figures


@pytest.mark.parametrize("changes", CHOICES)
def test_R1_R3_coast_and_inland_are_pooled_and_add_up_to_the_county(changes: dict) -> None:
    shown = view(**changes)
    whole, parts = shown.groups[""], (shown.side("inland"), shown.side("coast"))
    assert sum(part.residents for part in parts) == whole.residents == 274_448
    assert sum(part.beyond for part in parts) == whole.beyond
    for part in (*parts, whole):
        assert part.share == pytest.approx(1 - part.beyond / part.residents)
        assert part.share_low <= part.share <= part.share_high
    people, times = shown.cube.population.persons, shown.found.minutes
    far = np.isfinite(times) & (times > shown.choice.limit)
    expected = np.average(times[far] - shown.choice.limit, weights=people[far])
    assert whole.excess_minutes == pytest.approx(expected)


@pytest.mark.parametrize("changes", CHOICES)
def test_R1_the_curve_and_the_legend_say_what_the_figures_say(changes: dict) -> None:
    shown = view(**changes)
    for _, key, codes in groups_of(shown):
        share = shares_by_minute(shown, codes)[shown.choice.limit]
        assert share == pytest.approx(shown.groups[key].share)
    legend = picture(shown).legend
    assert legend is not None
    for column, codes in enumerate((shown.inland, shown.coast)):
        shares = [row.shares[column] for row in legend.rows]
        assert sum(shares) == pytest.approx(100, abs=0.5)  # the rest has no road
        assert sum(shares[:2]) == pytest.approx(100 * shares_by_minute(shown, codes)[60], abs=0.11)


def different_actors(shown: CoverageView, p: int, s: int) -> np.ndarray:
    """Return how many actors each square has within the limit, one actor after the other."""
    shared, offices = shown.cube.shared, np.flatnonzero(shown.cube.sure[p, s])
    near = shared.of(offices) <= shown.choice.limit
    actors = set(shared.actor[offices].tolist())
    return sum((near[shared.actor[offices] == a].any(axis=0) for a in actors), np.zeros(5538, int))


def test_R1_an_area_shows_all_phases_and_kinds() -> None:
    shown = view()
    for code in shown.order[:3]:
        table = tables.area_table(view(place=code))
        m, figures = shown.at(code), shown.cube.figures
        for index, row in enumerate(table.rows):
            p, s = divmod(index, len(SERVICE_TYPES))
            values = amounts(row)
            assert values[0:8:2] == figures.people_within[m, p, s].tolist()
            assert values[8] == figures.median_minutes[m, p, s]
            assert values[9] == figures.p90_minutes[m, p, s]
            assert values[10] == figures.shortfall_minutes[m, p, s]
            within = shown.cube.population.municipality == m
            number = different_actors(shown, p, s)[within]
            persons = shown.cube.population.persons[within]
            assert 2 * persons[number >= values[11]].sum() >= persons.sum()
            assert 2 * persons[number > values[11]].sum() <= persons.sum()


def test_W9_W6_who_lies_inside_the_error_is_counted_apart_and_named() -> None:
    shown = view()
    clear, near, _ = shown.gaps(shown.inland)
    assert not set(clear) & set(near)
    limit = float(shown.choice.limit)
    for code in shown.inland:
        median = float(shown.found.median[shown.at(code)])
        if near_limit(median, limit) and not shown.found.on_site[shown.at(code)]:
            assert code in near
        assert (code in clear) == (
            median > limit and code not in near and not shown.found.on_site[shown.at(code)]
        )
    third = key_figures(shown)[2]
    if near:
        assert third.number.startswith(f"{len(clear)}–{len(clear) + len(near)} ")
        assert all(shown.name(code) in third.note for code in near)


def test_R9_a_difference_inside_the_error_is_no_headline() -> None:
    shown = view()
    inland, coast = shown.side("inland"), shown.side("coast")
    assert (finding(shown) == "inland") == (
        coast.share - inland.share >= 0.05
        and coast.share_low > inland.share_high
        and inland.share < 0.95
    )
    assert shown.range_of(inland) in copy_text(shown)
    assert shown.range_of(inland) == key_figures(shown)[0].range


def test_R3_every_division_has_its_figures_and_the_chosen_one_is_first() -> None:
    shown = view(division="kust")
    table = tables.division_table(shown)
    assert table.rows[0][1] == shown.division.label.sv
    for division in shown.geography.divisions:
        own = [row for row in table.rows if row[1] == division.label.sv]
        assert sum(amounts(row)[0] for row in own) == shown.cube.population.persons.sum()


def test_W3_phases_inside_the_error_are_equally_far() -> None:
    shown = view(service_type=None)
    for row in tables.chain_table(shown).rows:
        weakest, phases = str(row[4]), {str(cell) for cell in row[1:4]}
        if len(phases) == 1:
            assert weakest == shown.tr("coverage.chain.equal")


def test_W7_the_same_gap_in_several_phases_is_one_row() -> None:
    shown = view()
    found = find_gaps(shown.cube)
    table = tables.all_gaps_table(shown)
    assert len(table.rows) == len(found.facts) < len(found.gaps)
    assert f"{len(table.rows)} olika luckor" in table.sentence


def test_W7_remote_help_that_is_the_same_in_the_county_is_one_row_of_the_page() -> None:
    shown = view()
    table = tables.remote_facts_table(shown)
    alike = [row for row in table.rows if row[2] == shown.tr("coverage.county")]
    known = (shown.cube.remote == YES).any(axis=(1, 2)).all(axis=0).sum()
    assert len(alike) == len({(row[0], row[3]) for row in alike}) >= known > 0
    assert table.title in [one.title for one in tables.all_tables(shown)]


def test_W4_both_shares_of_the_sentence_are_over_everybody_with_their_ranges() -> None:
    shown = view()
    minutes = supply_of(world(), shown.choice.cube_choice, (PLACE[1],), (PLACE[2],)).minutes
    people = pd.read_csv(DATA / "people/population_1km.csv", dtype={"municipality_code": str})
    text = copy_text(shown)
    for group, codes in ((shown.side("inland"), shown.inland), (shown.side("coast"), shown.coast)):
        inside = people["municipality_code"].isin(codes)
        near = people.loc[inside & (minutes <= 60), "population"].sum()
        assert group.residents == people.loc[inside, "population"].sum()
        assert group.share == near / group.residents
        assert shown.percent(group.share) in finding_sentence(shown)
        assert shown.range_of(group) in text
    assert shown.side("inland").residents + shown.side("coast").residents == 274_448


def test_W5_the_tenth_with_the_longest_way_is_not_the_seat() -> None:
    shown = view()
    figures, p, s = shown.cube.figures, *(list(Phase).index(PLACE[1]), 2)
    seat = shown.cube.nearest_minutes[:, p, s]
    assert (figures.p90_minutes[:, p, s] > figures.median_minutes[:, p, s]).all()
    assert (figures.p90_minutes[:, p, s] != seat).all()
    for places in shown.cube.population.people.places:
        assert len(np.unique(shown.cube.minutes[p, s, places])) > len(places) / 2


@pytest.mark.parametrize("kind", list(ServiceType))
@pytest.mark.parametrize("phase", list(Phase))
def test_W2_W6_what_depends_on_unknowns_is_a_range_and_no_gap(
    phase: Phase, kind: ServiceType
) -> None:
    """Counted by what is sourced alone, where many offices are unknown."""
    shown = view(phase=phase, service_type=kind, sourced_only=True)
    best, limit = shown.found.minutes_at_best, float(shown.choice.limit)
    clear, _, unsure = shown.gaps(shown.order)
    for code in clear:
        here = shown.cube.population.municipality == shown.at(code)
        assert _median(best[here], shown.cube.population.persons[here]) > limit
    assert {shown.at(code) for code in unsure} <= set(np.flatnonzero(shown.found.may_be_there))
    number = key_figures(shown)[0].number
    group = shown.side("inland")
    if round(100 * group.share_at_best) != round(100 * group.share):
        assert "–" in number
        assert number in finding_sentence(shown)
    found = find_gaps(shown.cube)
    assert (shown.cube.median_minutes_at_best[gap_mask(shown.cube)] > limit).all()
    unknown = shown.cube.is_maybe_physical.sum()
    assert f"För {unknown} rutor" in tables.all_gaps_table(shown).sentence
    assert len(found.unknown) == unknown


@pytest.mark.parametrize("language", list(Language))
def test_W12_the_date_of_the_figures_is_the_registers_and_not_today(language: Language) -> None:
    shown = view(language)
    said = " ".join([basis(shown), copy_text(shown), *(t.title for t in tables.all_tables(shown))])
    assert DAY.isoformat() not in said
    assert world().register.meta.reference_date in said
    years = {a.last_evidence[:4] for a in world().register.actors if a.last_evidence}
    first, last = shown.evidence_years.split("–")
    assert {first, last} <= years
    assert f"{first}–{last}" in basis(shown)


def test_R6_one_office_that_carries_the_inland_is_named_beside_the_figure() -> None:
    shown = view()
    carrier = shown.side("inland").carriers[0]
    name = world().register.by_id[carrier.actor_id].name
    assert name in key_figures(shown)[0].note
    assert name in copy_text(shown)
    assert carrier.share_without < shown.side("inland").share / 2


def test_R6_what_hangs_on_an_actor_is_the_librarys() -> None:
    shown = view(phase=None, service_type=None)
    expected = {loss.actor_id: loss for loss in fragility(shown.cube)}
    by_name = {actor.name: actor.id for actor in world().register.actors}
    table = tables.fragility_table(shown)
    assert table.rows
    for row in table.rows:
        assert isinstance(row[0], Link)
        loss = expected[by_name[row[0].text]]
        emptied, most = amounts(row)
        assert emptied == len(loss.emptied)
        assert most == max(one.people_lost for one in loss.losses)


def test_R9_ten_gaps_under_eight_settings_unstable_ones_marked() -> None:
    shown = view()
    table = tables.sensitivity_table(shown)
    assert len(table.columns) == 2 + 8
    for row in table.rows:
        is_stable = all(isinstance(rank, Amount) and rank.value <= 10 for rank in row[2:])
        assert row[1] == shown.tr("coverage.stable" if is_stable else "coverage.unstable")


@pytest.mark.parametrize("language", list(Language))
def test_R11_the_method_says_what_distance_means_and_where_the_figures_end(
    language: Language,
) -> None:
    shown = view(language)
    text = plain(method_html(shown))
    for name in ("capacity", "evidence", "register", "roads", "people", "outside", "time"):
        assert shown.tr(f"coverage.method.{name}") in text
    assert shown.tr("coverage.term.gap") in dict(definitions(shown))
    assert all(value for _, value in facts(shown))
    for division in shown.geography.divisions:
        assert division.source.in_(language) in text


# -------------------------------------------------------------------- evidence


def test_the_evidence_of_every_cell_agrees_with_the_cube() -> None:
    shown = view()
    for code in shown.order:
        for phase in PHASES:
            for kind in SERVICE_TYPES:
                place = (code, phase, kind)
                cell = shown.cube.cell(code, phase=phase, service_type=kind)
                found = evidence(shown, place)
                known = [e for e in found if e.answer is Answer.YES]
                for mode in REMOTE:
                    offered = getattr(cell, mode.value) is Answer.YES
                    assert offered == any(e.mode is mode for e in known)
                assert len(known_table(shown, found).rows) == len(known)
                people = [amounts(row)[0] for row in figures_table(shown, cell).rows]
                assert people == list(cell.people_within)


def test_every_actor_in_the_evidence_has_a_page_and_a_source() -> None:
    shown = view()
    for row in known_table(shown, evidence(shown, PLACE)).rows:
        links = [cell for cell in row if isinstance(cell, Link)]
        assert links[0].url.startswith("/aktor?id=")
        assert links[1].url.startswith("http")


def test_hostile_names_stay_text() -> None:
    shown = view(cell=cell_id(*PLACE))
    names = {**words(Language.SV).municipality_names, "2422": '<img src=x onerror="x()">{{7*7}}'}
    object.__setattr__(shown.words, "municipality_names", names)
    try:
        html = matrix_html(shown) + cell_html(shown, PLACE)
    finally:
        words.cache_clear()
    assert "<img" not in html
    assert "&lt;img" in html


def test_K4_every_nearest_office_has_its_town_on_the_map() -> None:
    shown = view(phase=None, service_type=None)
    nearest = np.unique(shown.cube.nearest_office[shown.cube.nearest_office >= 0])
    assert {shown.cube.table.office_towns[i] for i in nearest} <= {
        town.name for town in picture(shown).bubbles
    }
