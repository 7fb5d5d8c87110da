"""The coverage page's figures are the library's, to the unit: R1, R2, R3, R6, R7, R9, R11."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest

from ris_map.coverage.chain import support_chains
from ris_map.coverage.cube import CELL_STATES, CellState
from ris_map.coverage.fragility import fragility
from ris_map.coverage.gaps import GapOrder, find_gaps
from ris_map.coverage.groups import by_division, worst_off
from ris_map.coverage.page.cell import cell_html, evidence, figures_table, known_table
from ris_map.coverage.page.choices import CellKey
from ris_map.coverage.page.coverage_map_tables import municipality_table, settlement_table
from ris_map.coverage.page.curve import curve_table, lines
from ris_map.coverage.page.gap_tables import (
    fragility_table,
    gap_list,
    gap_table,
    remote_gap_tables,
    sensitivity_table,
    unknown_table,
)
from ris_map.coverage.page.map import layer_data, minute_class, office_towns
from ris_map.coverage.page.matrix import REMOTE_STATES, matrix_html, matrix_rows
from ris_map.coverage.page.method import definitions, facts, method_html
from ris_map.coverage.page.summary import divisions_sentence, summary
from ris_map.coverage.page.tables import area_table, chain_table, division_table
from ris_map.coverage.support import PHASES, SERVICE_TYPES, Known
from ris_map.register.vocabulary import Answer, Delivery, Phase, Scope, ServiceType
from ris_map.words.language import Language
from ris_map.words.table import Amount, Link, Unit, cell_text
from tests.coverage.coverage_views import Table, found, plain, view, words, world

REMOTE = (Delivery.VISIT, Delivery.DIGITAL, Delivery.PHONE)
CHOICES = [
    {},
    {"threshold": 30},
    {"threshold": 120, "scope": Scope.ADJACENT, "include_outside": True},
]


def amounts(row: object) -> list[float]:
    return [cell.value for cell in row if isinstance(cell, Amount)]  # type: ignore[attr-defined]


@pytest.mark.parametrize("changes", CHOICES)
def test_R1_all_225_cells_of_the_page_hold_the_state_of_the_cube(changes: dict) -> None:
    """Walks 15 municipalities x 15 cells: HTML table against the library."""
    shown = view(**changes)
    table = Table(matrix_html(shown))
    assert len(table.rows) == 15
    assert len(table.buttons) == 225
    for row, code in zip(table.rows, shown.order, strict=True):
        assert row[0][1].startswith(shown.name(code))
        for cell, (phase, kind) in zip(row[1:16], shown.columns, strict=True):
            expected = shown.cube.cell(code, phase=phase, service_type=kind)
            assert cell[0]["data-cell"] == f"{code}.{phase}.{kind}"
            assert f"s-{expected.state}" in str(cell[0]["class"]).split()
            assert shown.tr(f"coverage.state.{expected.state}") in str(cell[0]["aria-label"])
            assert ("≈" in cell[1]) == expected.is_borderline
        assert row[16][1] == shown.tr.number(int(shown.cube.population.located[shown.at(code)]))


@pytest.mark.parametrize("delivery", REMOTE)
def test_R7_all_225_cells_of_a_remote_picture_hold_that_one_answer(delivery: Delivery) -> None:
    shown = view(delivery=delivery)
    at = REMOTE.index(delivery)
    for row in matrix_rows(shown):
        for cell in row.cells:
            p, s = PHASES.index(cell.key.phase), SERVICE_TYPES.index(cell.key.service_type)
            answer = Known(int(shown.cube.remote[shown.at(row.code), p, s, at]))
            assert cell.state == REMOTE_STATES[answer]


@pytest.mark.parametrize("changes", CHOICES)
def test_R1_an_area_shows_people_within_each_limit_median_and_90th_percentile(
    changes: dict,
) -> None:
    shown = view(**changes)
    for code in shown.order:
        table = area_table(shown, name="x", codes=[code])
        m, figures = shown.at(code), shown.cube.figures
        for row, (phase, kind) in zip(table.rows, shown.columns, strict=True):
            p, s = PHASES.index(phase), SERVICE_TYPES.index(kind)
            values = amounts(row)
            assert values[0:8:2] == figures.people_within[m, p, s].tolist()
            assert values[1:8:2] == pytest.approx(figures.share_within[m, p, s].tolist())
            assert values[8] == figures.median_minutes[m, p, s]
            assert values[9] == figures.p90_minutes[m, p, s]


def test_R1_the_parts_of_the_county_add_up_to_the_county() -> None:
    shown = view()
    whole = area_table(shown, name="x", codes=shown.order)
    parts = [area_table(shown, name="x", codes=[code]) for code in shown.order]
    for index, row in enumerate(whole.rows):
        sums = [sum(amounts(part.rows[index])[at] for part in parts) for at in (0, 2, 4, 6)]
        assert amounts(row)[0:8:2] == sums


def test_R1_for_one_kind_of_help_map_curve_and_worst_off_are_the_librarys() -> None:
    shown = view(phases=(Phase.IDE,), service_types=(ServiceType.RADGIVNING,))
    together = found(shown)
    figures = shown.cube.figures
    assert together.median.tolist() == figures.median_minutes[:, 0, 2].tolist()
    assert together.is_there.tolist() == [
        CELL_STATES[state] in (CellState.ON_SITE, CellState.WITHIN_REACH)
        for state in shown.cube.state[:, 0, 2]
    ]
    expected = worst_off(shown.cube, phase=Phase.IDE, service_type=ServiceType.RADGIVNING)
    assert together.worst_off() == expected
    for line in lines(shown, together):
        assert line.curve.located >= line.curve.people[-1]


def test_R1_any_of_several_kinds_is_never_farther_than_each() -> None:
    every, one = found(view()), found(view(phases=(Phase.VAXA,)))
    assert (every.minutes <= one.minutes).all()
    assert (every.minutes == view().cube.minutes.min(axis=(0, 1))).all()


def test_R2_the_method_names_matrix_roads_speed_and_every_place_out_of_reach() -> None:
    shown = view()
    text = plain(method_html(shown))
    assert shown.cube.definition.matrix_version in text
    assert shown.cube.definition.network_source in text
    for place in world().matrix.unreachable:
        assert place.name in text
    for part in ("±5", "±15", "15–20", "1,3", "60\u00a0km/h", "2020"):
        assert part in text


def test_R2_no_settlement_is_dropped() -> None:
    shown = view()
    table = settlement_table(shown, found(shown))
    assert len(table.rows) == len(shown.geography.localities) == 108
    assert len(layer_data(shown, found(shown))["places"]) == 108  # type: ignore[arg-type]


@pytest.mark.parametrize("division", ["samverkan", "kust", "stodomrade"])
def test_R3_groups_are_the_librarys_exhaustive_and_disjoint(division: str) -> None:
    shown = view(division=division, phases=(Phase.IDE,), service_types=(ServiceType.RADGIVNING,))
    expected = by_division(shown.cube, shown.division)
    table = division_table(shown, found(shown))
    own = [row for row in table.rows if row[1] == shown.division.label.sv]
    assert len(own) == len(expected.group_ids)
    for index, row in enumerate(own):
        values = amounts(row)
        assert values[:4] == pytest.approx(expected.figures.share_within[index, 0, 2].tolist())
        assert values[4] == expected.figures.median_minutes[index, 0, 2]
        assert values[6] == expected.figures.persons[index]
        assert values[7] == pytest.approx(float(expected.unlocated_share[index]))
    located = shown.cube.population.persons.sum()
    assert sum(amounts(row)[6] for row in own) == located
    curves = curve_table(shown, found(shown)).rows
    assert amounts(curves[0])[4] + amounts(curves[1])[4] == amounts(curves[2])[4] == located


def test_R3_all_divisions_stand_in_the_sentence_and_the_chosen_one_first() -> None:
    shown = view(division="kust")
    text = divisions_sentence(shown, found(shown))
    labels = [d.label.sv.lower() for d in shown.geography.divisions]
    assert all(label in text for label in labels)
    assert text.index("enligt kust och ej kust") < text.index("enligt samverkansområden")


def test_a_headline_stands_only_under_at_least_two_divisions() -> None:
    near = view(threshold=120, scope=Scope.ADJACENT)
    for shown in (view(), near):
        together = found(shown)
        text = divisions_sentence(shown, together)
        clear = 0
        for division in shown.geography.divisions:
            coast = set(shown.order) - set(division.inland)
            at = together.threshold_at
            a = together.of(coast).share_within[0, 0, 0, at]
            b = together.of(division.inland).share_within[0, 0, 0, at]
            clear += a - b >= 0.05
        assert text.startswith("Inlandet har längre väg") == (clear >= 2)


def test_R6_what_breaks_without_an_actor_is_the_librarys() -> None:
    shown = view()
    expected = {loss.actor_id: loss for loss in fragility(shown.cube, world().matrix)}
    by_name = {a.name: a.id for a in world().register.actors}
    table = fragility_table(shown)
    assert table.rows
    counts = []
    for row in table.rows:
        assert isinstance(row[0], Link)
        loss = expected[by_name[row[0].text]]
        emptied, most = amounts(row)
        assert emptied == len(loss.emptied)
        assert most == max(one.people_lost for one in loss.losses)
        counts.append(emptied)
    assert counts == sorted(counts, reverse=True)


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("delivery", REMOTE)
def test_R7_a_remote_picture_has_no_minutes_and_says_what_it_shows(
    delivery: Delivery, language: Language
) -> None:
    key = CellKey(code="2422", phase=Phase.IDE, service_type=ServiceType.RADGIVNING)
    shown = view(language, delivery=delivery, cell=key)
    together = found(shown)
    tables = [
        municipality_table(shown, together),
        area_table(shown, name="x", codes=shown.order),
        division_table(shown, together),
        chain_table(shown),
        *remote_gap_tables(shown),
        fragility_table(shown),
        known_table(shown, key),
    ]
    for table in tables:
        for row in table.rows:
            assert not [c for c in row if isinstance(c, Amount) and c.unit is not Unit.COUNT]
    assert shown.mode() in summary(shown, together)
    texts = [plain(matrix_html(shown)), plain(cell_html(shown, key)), summary(shown, together)]
    texts += [str(layer_data(shown, together)), *(t.title + t.sentence for t in tables)]
    assert not [text for text in texts if re.search(r"\d[\s\u00a0]min\b", text)]
    data = layer_data(shown, together)
    assert data["places"] == data["offices"] == []


def test_R7_the_office_picture_counts_no_remote_help() -> None:
    shown = view()
    for row in matrix_rows(shown):
        for cell in row.cells:
            if cell.state == CellState.REMOTE_ONLY:
                figures = shown.cube.cell(
                    row.code, phase=cell.key.phase, service_type=cell.key.service_type
                )
                assert figures.offices_on_site == 0
                assert figures.median_minutes > shown.choice.threshold


def test_R9_ten_gaps_under_eight_settings_unstable_ones_marked() -> None:
    shown = view()
    table = sensitivity_table(shown)
    assert len(table.columns) == 2 + 8
    assert len(table.rows) == 10
    for row in table.rows:
        ranks = row[2:]
        is_stable = all(isinstance(rank, Amount) and rank.value <= 10 for rank in ranks)
        assert row[1] == shown.tr("coverage.stable" if is_stable else "coverage.unstable")


@pytest.mark.parametrize("order", list(GapOrder))
@pytest.mark.parametrize("inland_first", [False, True])
def test_the_list_of_gaps_is_the_librarys_and_unknown_stands_apart(
    order: GapOrder, inland_first: bool
) -> None:
    shown = view(gap_order=order, inland_first=inland_first)
    expected = find_gaps(
        shown.cube,
        order=order,
        divisions=shown.geography.divisions,
        inland_first=shown.division if inland_first else None,
    )
    known = gap_table(shown, gap_list(shown))
    assert [amounts(row)[0] for row in known.rows] == [g.people_affected for g in expected.gaps]
    unknown = unknown_table(shown, gap_list(shown))
    assert len(unknown.rows) == len(expected.unknown)
    assert not {tuple(row[:3]) for row in known.rows} & {tuple(row[:3]) for row in unknown.rows}


def test_the_chain_is_the_librarys() -> None:
    shown = view(service_types=(ServiceType.RADGIVNING,))
    chains = support_chains(shown.cube, service_types=(ServiceType.RADGIVNING,))
    by_name = {shown.name(c.municipality_code): c for c in chains}
    for row in chain_table(shown).rows:
        chain = by_name[str(row[0])]
        assert amounts(row) == [link.median_minutes for link in chain.links]
        assert row[7] == shown.answer(chain.physical)


@pytest.mark.parametrize("language", list(Language))
def test_R11_the_method_says_what_distance_means_and_where_the_figures_end(
    language: Language,
) -> None:
    shown = view(language)
    text = plain(method_html(shown))
    for name in ("capacity", "evidence", "register", "roads", "people", "outside", "time"):
        assert shown.tr(f"coverage.method.{name}") in text
    terms = dict(definitions(shown))
    assert shown.tr("coverage.term.median") in terms
    assert all(value for _, value in facts(shown))
    for division in shown.geography.divisions:
        assert division.source.in_(language) in text


# -------------------------------------------------------------------- evidence


def test_the_evidence_of_every_cell_agrees_with_its_state() -> None:
    shown = view()
    for code in shown.order:
        for phase, kind in shown.columns:
            key = CellKey(code=code, phase=phase, service_type=kind)
            cell = shown.cube.cell(code, phase=phase, service_type=kind)
            known = [e for e in evidence(shown, key) if e.answer is Answer.YES]
            modes = {e.mode for e in known}
            assert (cell.visit is Answer.YES) == (Delivery.VISIT in modes)
            assert (cell.digital is Answer.YES) == (Delivery.DIGITAL in modes)
            assert (cell.phone is Answer.YES) == (Delivery.PHONE in modes)
            assert len(known_table(shown, key).rows) == len(known)
            people = [amounts(row)[0] for row in figures_table(shown, key).rows]
            assert people == list(cell.people_within)
            if math.isfinite(cell.median_minutes):
                assert Delivery.OFFICE in modes


def test_every_actor_in_the_evidence_has_a_page_a_date_and_a_source() -> None:
    key = CellKey(code="2422", phase=Phase.IDE, service_type=ServiceType.RADGIVNING)
    for row in known_table(view(), key).rows:
        links = [cell for cell in row if isinstance(cell, Link)]
        assert links[0].url.startswith("/aktor?id=")
        assert links[1].url.startswith("http")


def test_hostile_names_stay_text() -> None:
    shown = view(cell=CellKey(code="2422", phase=Phase.IDE, service_type=ServiceType.RADGIVNING))
    names = {**words(Language.SV).municipality_names, "2422": '<img src=x onerror="x()">{{7*7}}'}
    object.__setattr__(shown.words, "municipality_names", names)
    try:
        html = matrix_html(shown) + cell_html(shown, shown.choice.cell)  # type: ignore[arg-type]
    finally:
        words.cache_clear()
    assert "<img" not in html
    assert "&lt;img" in html


# -------------------------------------------------------------------- map


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (0, "0"),
        (30, "0"),
        (30.01, "1"),
        (60, "1"),
        (60.01, "2"),
        (90, "2"),
        (90.01, "3"),
        (120, "3"),
        (120.01, "4"),
        (math.inf, "none"),
        (math.nan, "none"),
    ],
)
def test_a_limit_belongs_to_the_lower_class(value: float, kind: str) -> None:
    assert minute_class(value) == kind


def test_the_map_says_what_its_table_says() -> None:
    shown = view()
    together = found(shown)
    areas = layer_data(shown, together)["areas"]
    for row in municipality_table(shown, together).rows:
        code = next(c for c in shown.order if shown.name(c) == row[0])
        assert areas[code]["class"] == minute_class(amounts(row)[0])  # type: ignore[index]
        assert areas[code]["title"].startswith(f"{row[0]}: ")  # type: ignore[index]
    towns = {town.town for town in office_towns(shown)}
    nearest = np.unique(shown.cube.nearest_office[shown.cube.nearest_office >= 0])
    assert {shown.cube.table.office_towns[i] for i in nearest} <= towns


def test_words_stand_where_a_number_would_mislead() -> None:
    tr = view().tr
    texts = {
        cell_text(Amount(value, unit), tr=tr)
        for value, unit in (
            (0.004, Unit.SHARE),
            (0.996, Unit.SHARE),
            (2.4, Unit.MINUTES),
            (math.inf, Unit.MINUTES),
            (math.nan, Unit.SHARE),
        )
    }
    assert texts == {
        "under 1\u00a0%",
        "över 99\u00a0%",
        "i orten",
        "inget känt kontor",
        "ingen uppgift",
    }
    assert cell_text(Amount(1.0, Unit.SHARE), tr=tr) == "100\u00a0%"
    assert cell_text(Amount(12345, Unit.COUNT), tr=tr) == "12\u00a0345"
    assert cell_text(Amount(62.5, Unit.MINUTES), tr=tr) == "65"
