"""The county as it is: figures out of the raw files, ranges, and the same number everywhere.

No figure of the register is fixed here: it may be edited without touching a test.
"""

import inspect
import math
import re
from collections.abc import Iterable
from dataclasses import replace
from itertools import product
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from lxml.html import fromstring

from ris_map.actors.listing import headline_words
from ris_map.coverage.cube import (
    REMOTE,
    THRESHOLDS,
    UNKNOWN_CLASS,
    class_codes,
    class_shares,
    coverage_cube,
    cube_of,
    population_of,
    share_range,
    speeds_of,
    supply_of,
    support_of,
    time_class,
)
from ris_map.coverage.findings import carriers, distinct, find_gaps, fragility, gap_mask
from ris_map.coverage.map_picture import picture
from ris_map.coverage.page import matrix, summary, tables
from ris_map.coverage.page.page import what_if_url
from ris_map.coverage.page.pictures import curve_table, groups_of, shares_by_minute
from ris_map.coverage.page.view import CoverageChoice, CoverageView, cell_id
from ris_map.coverage.support import KINDS, PHASES, SERVICE_TYPES, YES, CubeChoice, reach
from ris_map.municipality.profile import ListKind, profile
from ris_map.register.selection import Filter, Group, select
from ris_map.register.vocabulary import Answer, Delivery, Phase, Scope, ServiceType
from ris_map.siting.plan import SitingChoice
from ris_map.travel.network import SPEED_MODELS
from ris_map.words.figures import (
    Amount,
    Link,
    Unit,
    cell_text,
    near_limit,
    percent,
    rounded,
    too_far,
)
from ris_map.words.language import Language
from tests.coverage.worlds import view, without
from tests.factories import real_world, released, unsure_world
from tests.travel import raw

IDEA, ADVICE = (Phase.IDE,), (ServiceType.RADGIVNING,)


def test_R1_R2_every_figure_of_the_county_comes_out_of_the_raw_files() -> None:
    """900 numbers of residents, counted without the product, against the cube's: the same."""
    assert not re.search(r"^(from|import) (ris_map|tests)", inspect.getsource(raw), re.MULTILINE)
    cube = cube_of(real_world(), CubeChoice())
    expected = raw.people_within(real_world().on)
    assert len(expected) == 15 * len(Phase) * len(ServiceType) * len(THRESHOLDS)
    for code, phase, kind in product(cube.municipality_codes, Phase, ServiceType):
        cell = cube.cell(code, phase=phase, service_type=kind)
        for limit, people in zip(THRESHOLDS, cell.people_within, strict=True):
            assert people == expected[code, phase.value, kind.value, limit], (code, phase, kind)


def test_K3_classes_are_inclusive_and_unknown_is_one_of_its_own() -> None:
    minutes = np.array([0.0, 30.0, 30.000001, 60.0, 90.0, 120.0, 120.000001, np.inf, 10.0])
    unknown = np.array([False] * 8 + [True])
    assert class_codes(minutes, unknown).tolist() == [0, 0, 1, 1, 2, 3, 4, 4, UNKNOWN_CLASS]
    assert [time_class(value) for value in minutes[:-1]] == [0, 0, 1, 1, 2, 3, 4, 4]


@pytest.mark.parametrize("choice", [CubeChoice(), CubeChoice(speed="winter", threshold=30.0)])
def test_K3_P1_every_square_has_the_minutes_that_the_figures_count(choice: CubeChoice) -> None:
    county, cube = real_world(), cube_of(real_world(), choice)
    minutes, residents = supply_of(county, choice, IDEA, ADVICE).minutes, population_of(county)
    assert (len(minutes), residents.persons.sum()) == (5_538, 274_448)
    assert (residents.seat >= 0).all()
    assert np.array_equal(minutes, cube.rows[cube.row[0, list(ServiceType).index(ADVICE[0])]])
    within = np.bincount(residents.group, residents.persons * (minutes <= choice.threshold), 15)
    assert np.array_equal(within, cube.figures.people_within[:, 0, 2, cube.threshold_at])
    assert np.array_equal(supply_of(county, choice).minutes, cube.rows[cube.row].min(axis=(0, 1)))


def test_K3_R2_islands_by_ferry_are_unknown_squares_and_counted_as_not_reached() -> None:
    county = real_world()
    found = supply_of(county, CubeChoice(), IDEA, ADVICE)
    ferry = np.asarray(county.cells.is_ferry)
    assert ferry.sum() > 0
    assert found.is_unknown[ferry].all()
    assert np.isinf(found.minutes[ferry]).all()
    assert (found.classes[ferry] == UNKNOWN_CLASS).all()


def test_R6_W8_each_side_has_its_legend_its_range_and_the_offices_it_rests_on() -> None:
    """Idea-phase advice inland rests on one office; the figure without it is said with it."""
    county = released()
    inland = county.foundations.geography.division("samverkan").inland
    coast = tuple(c for c in population_of(county).municipality_codes if c not in inland)
    groups = {"inland": inland, "coast": coast}
    supply = supply_of(county, CubeChoice(), IDEA, ADVICE)
    shares = class_shares(county, supply.classes, groups)
    assert carriers(supply, inland)
    for name, codes in groups.items():
        known, _ = supply.share_of(codes)
        assert sum(shares[name]) == pytest.approx(1)
        assert sum(shares[name][:2]) == pytest.approx(known)
        for carrier in carriers(supply, codes):
            table = without(support_of(county), carrier.actor.id)
            shared = reach(table, county.matrix, population=supply.population)
            share, _ = coverage_cube(shared, CubeChoice(), IDEA, ADVICE).share_of(codes)
            assert carrier.share_without == pytest.approx(share)
            assert carrier.share_without <= 0.5 * known
            assert carrier.towns


def test_R9_every_figure_has_its_range_over_the_speed_models() -> None:
    choice, county = CubeChoice(), real_world()
    cubes = [cube_of(county, one) for one in speeds_of(choice)]
    assert [cube.matrix.speed_model.id for cube in cubes] == [m.id for m in SPEED_MODELS]
    summer, winter, *_ = (cube.rows.min(axis=0) for cube in cubes)
    assert (winter >= summer).all()
    assert (winter > summer).any()
    low, high = share_range(county, choice)
    shares = [cube.share for cube in cubes]
    assert all(((low <= share) & (share <= high)).all() for share in shares)
    assert ((low == shares).any(axis=0) & (high == shares).any(axis=0)).all()
    assert np.array_equal(share_range(county, CubeChoice(speed="winter")), (low, high))


def test_W1_M2_start_kommun_and_coverage_count_the_same_offices_in_every_municipality() -> None:
    county, cube = real_world(), cube_of(real_world(), CubeChoice())
    matches = select(county.register, Filter(), groups={}, on=county.on)
    table = cube.table
    for m, code in enumerate(cube.municipality_codes):
        start = {
            match.actor.id
            for match in matches
            if match.group is Group.OFFICE
            for office in match.offices
            if office.municipality == code
        }
        lists = profile(county, code, CubeChoice()).lists[ListKind.HERE]
        counts = cube.sure.any(axis=(0, 1)) & (table.office_municipality == m)
        coverage = {table.actors[actor].id for actor in table.office_actor[counts]}
        assert start == set(lists.actors) == coverage


CHOICES = [
    {},
    {"limit": 30, "phase": Phase.VAXA, "service_type": ServiceType.FINANSIERING},
    {"limit": 120, "scope": Scope.ADJACENT, "include_outside": True, "phase": None},
    {"limit": 90, "service_type": None, "division": "kust"},
]
PLACE = ("2422", Phase.IDE, ServiceType.RADGIVNING)


def amounts(row: Iterable[object]) -> list[float]:
    return [cell.value for cell in row if isinstance(cell, Amount)]


def text_of(html: str) -> str:
    return " ".join(fromstring(html).itertext())


@pytest.mark.parametrize("text", ["2422", "2422.ide", "9999.ide.radgivning", "2422.x.radgivning"])
def test_I5_a_cell_that_does_not_exist_is_left_out_and_named(text: str) -> None:
    chosen, ignored = CoverageChoice.read({"cell": [text]})
    assert chosen.cell == ""
    assert [(one.key, one.value) for one in ignored] == [("cell", text)]


@pytest.mark.parametrize("changes", [*CHOICES, {"phase": Phase.VAXA, "sourced_only": True}])
def test_K4_R1_every_cell_of_the_matrix_holds_the_minutes_of_the_cube(changes: dict) -> None:
    shown = view(**changes)
    rows = fromstring(matrix.matrix_html(shown)).xpath(".//tbody/tr")
    assert len(rows) == 15
    phases = [PHASES.index(phase) for phase in shown.choice.shown_phases]
    limit, residents = float(shown.choice.limit), shown.cube.population
    for row, code in zip(rows, shown.order, strict=True):
        name, *cells = row
        assert name.text_content().startswith(shown.names[code])
        assert len(cells) == len(row.xpath(".//a[@data-cell]")) == len(SERVICE_TYPES)
        here = residents.group == shown.at(code)
        for kind, cell in enumerate(cells):
            text = cell.text_content().strip().rstrip("?")
            times = shown.cube.rows[shown.cube.row[phases, kind]].min(axis=0)[here]
            everybody = np.sort(np.repeat(times, residents.persons[here]))
            expected = everybody[(len(everybody) - 1) // 2]
            state = cell.get("class").split()[0]
            if not math.isfinite(expected):
                may_be = shown.cube.is_maybe_physical[shown.at(code), phases, kind].any()
                assert state == ("is-unknown" if may_be else "is-none")
            elif near_limit(expected, limit):
                assert (state, text) == ("is-near", f"≈\xa0{limit:.0f}")
            else:
                assert state == f"q{time_class(expected)}"
                assert text == (shown.tr.number(rounded(expected)) if expected >= 5 else "i orten")


@pytest.mark.parametrize("delivery", REMOTE)
def test_R7_a_remote_matrix_has_no_minutes(delivery: Delivery, language: Language) -> None:
    shown = view(language, delivery=delivery)
    drawn = picture(shown)
    assert drawn.bubbles == ()
    assert set(drawn.classes) <= {0, 4, 5}
    for cells in matrix.matrix_rows(shown).values():
        assert {cell.state for cell in cells} <= {"offered", "unknown", "not-offered"}
    texts = [
        text_of(matrix.matrix_html(shown)),
        text_of(matrix.cell_html(shown, PLACE)),
        summary.copy_text(shown),
    ]
    texts += [summary.headline(shown), *(figure.text for figure in summary.key_figures(shown))]
    texts += [t.title + t.sentence for t in tables.all_tables(shown)]
    assert not [text for text in texts if re.search(r"\d[\s\u00a0]min\b", text)]
    # how many are reached is a range where it is not known: never "0 of 15" of unknown ones
    told = [shown.remote(code) for code in shown.order]
    known, most = told.count(Answer.YES), len(told) - told.count(Answer.NO)
    number = f"{known}–{most}" if known < most else f"{known}"
    for figure in (headline_words(shown)["figure"], drawn.sentences[""].figure):
        assert re.fullmatch(rf"{number} (av|of) {len(told)}", figure)
    assert ("–" in summary.key_figures(shown)[0].number) == any(
        shown.remote(code) is Answer.UNKNOWN for code in shown.inland
    )
    for table in tables.all_tables(shown):
        for line in table.rows:
            assert not [c for c in line if isinstance(c, Amount) and c.unit is not Unit.COUNT]


@pytest.mark.parametrize("changes", CHOICES)
def test_R1_R3_coast_and_inland_are_pooled_and_curve_and_legend_say_the_same(changes: dict) -> None:
    shown = view(**changes)
    found, sides = shown.found, (shown.inland, shown.coast)
    whole, inland, coast = (found.of(codes)[0] for codes in (shown.order, *sides))
    assert inland.persons + coast.persons == whole.persons == 274_448
    assert np.array_equal(inland.people_within + coast.people_within, whole.people_within)
    (far, at_best), (near, _) = map(found.share_of, sides)
    spans = [shown.span(codes) for codes in sides]
    for part, share, (low, high) in zip((inland, coast), (far, near), spans, strict=True):
        assert share == part.people_within[0, found.threshold_at] / part.persons[0]
        assert low <= share <= high
    is_clear = near - at_best >= 0.05 and spans[1][0] > spans[0][1]
    assert (summary.finding(shown) == "inland") == (is_clear and far < 0.95)
    people, times = shown.cube.population.persons, shown.found.minutes
    beyond = np.isfinite(times) & (times > shown.choice.limit)
    expected = np.average(times[beyond] - shown.choice.limit, weights=people[beyond])
    assert whole.excess_minutes[0] == pytest.approx(expected)
    for codes in groups_of(shown).values():
        share = shares_by_minute(shown, codes)[shown.choice.limit]
        assert share == pytest.approx(shown.found.share_of(codes)[0])
    for column, codes in enumerate((shown.inland, shown.coast)):
        shares = [row.shares[column] for row in picture(shown).legend.rows]
        assert sum(shares) == pytest.approx(100, abs=0.5)  # the rest has no road
        assert sum(shares[:2]) == pytest.approx(100 * shares_by_minute(shown, codes)[60], abs=0.11)


def different_actors(shown: CoverageView, p: int, s: int) -> np.ndarray:
    """Return how many actors each square has within the limit, one actor after the other."""
    offices = np.flatnonzero(shown.cube.sure[p, s])
    near = shown.cube.shared.of(offices) <= shown.choice.limit
    actor = shown.cube.table.office_actor[offices]
    return sum((near[actor == a].any(axis=0) for a in np.unique(actor)), np.zeros(5538, int))


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
            assert row[11] == too_far(figures.shortfall_minutes[m, p, s], tr=shown.tr)
            within = shown.cube.population.group == m
            number = different_actors(shown, p, s)[within]
            persons = shown.cube.population.persons[within]
            assert 2 * persons[number >= values[-1]].sum() >= persons.sum()
            assert 2 * persons[number > values[-1]].sum() <= persons.sum()


def test_W9_W6_who_lies_inside_the_error_is_counted_apart_and_named() -> None:
    shown = view()
    clear, near, _ = shown.gaps(shown.inland)
    limit = float(shown.choice.limit)
    for code in shown.inland:
        at, found = shown.at(code), shown.found
        time, is_home = found.figures.median_minutes[at], bool(found.offices_on_site[at])
        is_near = near_limit(float(time), limit)
        assert (code in near) == (is_near and not is_home)
        assert (code in clear) == (time > limit and not is_near and not is_home)
    third = summary.key_figures(shown)[2]
    if near:
        assert third.number.startswith(f"{len(clear)}–{len(clear) + len(near)} ")
        assert all(shown.names[code] in third.note for code in near)


def test_W4_W12_R6_R9_the_summary_has_shares_ranges_date_and_carrier(language: Language) -> None:
    """The register's date, not today's; a difference inside the error is no headline."""
    shown = replace(view(language), world=released())
    first, text = summary.key_figures(shown)[0], summary.copy_text(shown)
    for codes in (shown.inland, shown.coast):
        assert percent(shown.found.share_of(codes)[0], tr=shown.tr) in summary.finding_sentence(
            shown
        )
        assert shown.range_of(codes) in text
    sides = {"inland": shown.coast, "coast": shown.inland}
    mirrored = SimpleNamespace(found=shown.found, span=shown.span, **sides)
    assert [summary.finding(one) for one in (shown, mirrored)] == ["inland", "coast"]
    money = view(phase=Phase.VAXA, service_type=ServiceType.FINANSIERING, limit=120)
    assert summary.finding(replace(money, world=released())) == "alike"
    assert first.range == shown.range_of(shown.inland)
    carrier = carriers(shown.found, shown.inland)[0].actor
    assert carrier.name in first.note
    assert carrier.name in text
    said = " ".join([summary.basis(shown), text, *(t.title for t in tables.all_tables(shown))])
    assert shown.world.on.isoformat() not in said
    assert shown.world.register.meta.reference_date in said
    assert shown.evidence_years in summary.basis(shown)


@pytest.mark.parametrize("outside", [True, False])
def test_W12_the_basis_has_the_years_of_who_counts_and_that_only_sources_count(
    outside: bool,
) -> None:
    shown = view(scope=Scope.ADJACENT, include_outside=outside, sourced_only=True)
    actors = [a for a in shown.cube.table.actors if outside or not a.outside_county]
    years = sorted(actor.last_evidence[:4] for actor in actors if actor.last_evidence)
    assert shown.evidence_years == f"{years[0]}–{years[-1]}"
    said = shown.tr("coverage.control.sourced").lower()
    assert said not in summary.basis(view())
    keys = ("scope.adjacent", f"outside.{'yes' if outside else 'no'}", "season.summer")
    for words in (said, *(shown.tr(f"coverage.{key}") for key in keys)):
        assert words in summary.basis(shown)


def test_R3_every_division_has_its_figures_and_the_chosen_one_is_first() -> None:
    shown = view(division="kust")
    table = tables.division_table(shown)
    assert table.rows[0][1] == shown.division.label.sv
    for division in shown.geography.divisions:
        residents = [amounts(row)[0] for row in table.rows if row[1] == division.label.sv]
        assert sum(residents) == shown.cube.population.persons.sum()
        assert min(residents) > 0
    remote = tables.division_table(view(delivery=Delivery.DIGITAL))
    for row, part in zip(remote.rows, shown.geography.divisions[0].groups, strict=False):
        assert sum(amounts(row)) == len(part.municipalities)  # reached, unknown and not


def test_W3_W7_the_same_fact_is_said_once() -> None:
    """Phases inside the error, a gap in several phases, remote help alike in the whole county."""
    shown = view()
    for row in tables.chain_table(view(service_type=None)).rows:
        if len({str(cell) for cell in row[1:4]}) == 1:
            assert row[4] == shown.tr("coverage.chain.equal")
    alone = tables.chain_table(replace(shown, world=unsure_world()))
    assert {row[4] for row in alone.rows} == {"–"}, "nobody reaches any"
    found, gaps = find_gaps(shown.cube), tables.all_gaps_table(shown)
    assert len(gaps.rows) == len(distinct(shown.cube, found)) < len(found)
    assert f"{len(gaps.rows)} olika luckor" in gaps.sentence
    remote = tables.remote_facts_table(shown)
    alike = [row for row in remote.rows if row[2] == shown.tr("coverage.county")]
    known = (shown.cube.remote == YES).any(axis=(1, 2)).all(axis=0).sum()
    assert len(alike) == len({(row[0], row[3]) for row in alike}) >= known > 0
    assert remote.title in [one.title for one in tables.all_tables(shown)]


@pytest.mark.parametrize("kind", list(ServiceType))
@pytest.mark.parametrize("phase", list(Phase))
def test_W2_W6_what_depends_is_a_range_and_no_gap(phase: Phase, kind: ServiceType) -> None:
    """Counted by what is sourced alone, where many offices are unknown."""
    choice = {"phase": phase, "service_type": kind, "sourced_only": True}
    shown = view(**choice)
    best, limit = shown.found.best.median_minutes, float(shown.choice.limit)
    clear, _, unsure = shown.gaps(shown.order)
    assert all(best[shown.at(code)] > limit for code in clear)
    assert {shown.at(code) for code in unsure} <= set(np.flatnonzero(shown.found.is_maybe_physical))
    number = summary.key_figures(shown)[0].number
    assert headline_words(shown)["figure"] == number
    if len({round(100 * share) for share in shown.found.share_of(shown.inland)}) > 1:
        assert "–" in number
        assert number in summary.finding_sentence(shown)
    assert (shown.cube.best.median_minutes[gap_mask(shown.cube)] > limit).all()
    unknown = shown.cube.is_maybe_physical.sum()
    assert f"För {unknown} rutor" in tables.all_gaps_table(shown).sentence
    assert "∞" not in summary.copy_text(shown)
    area = tables.area_table(view(**choice, place="samverkan-region-10")).rows
    row, at = area[KINDS.index((phase, kind))], shown.cube.threshold_at
    for cell in (row[2 + 2 * at], curve_table(shown).rows[0][1 + at]):
        assert cell_text(cell, tr=shown.tr) == number


def test_R6_R9_what_hangs_on_an_actor_is_the_librarys_and_unstable_gaps_are_marked() -> None:
    shown = view(phase=None, service_type=None)
    lost = fragility(shown.cube)
    by_name = {actor.name: k for k, actor in enumerate(shown.cube.table.actors)}
    fragile = tables.fragility_table(shown)
    assert fragile.rows
    for name, *figures in fragile.rows:
        actor = by_name[name.text]
        assert amounts(figures) == [lost.emptied[actor].sum(), lost.people[actor].max()]
    cubes = [cube_of(shown.world, one) for one in speeds_of(shown.choice.cube_choice)]
    every = [{cell_id(*gap.key) for gap in find_gaps(cube)} for cube in cubes]
    marks = {row[0].cell: row[-1] for row in tables.all_gaps_table(shown).rows}
    stable = set.intersection(*every) & marks.keys()
    assert {cell for cell, said in marks.items() if said == "✓ säker"} == stable
    assert {marks[cell] for cell in marks.keys() - stable} == {"≈ osäker"}


def test_what_it_would_take_is_asked_of_the_same_actors_and_roads() -> None:
    shown = view(limit=90, winter=True, scope=Scope.ADJACENT)
    asked, _ = SitingChoice.read(parse_qs(urlsplit(what_if_url(shown)).query))
    assert asked.cube_choice == shown.choice.cube_choice


def test_R11_the_method_says_what_distance_means(language: Language) -> None:
    shown = view(language)
    text = " ".join(text_of(summary.method_html(shown)).split())
    for name in ("capacity", "evidence", "register", "roads", "people", "outside", "time"):
        assert " ".join(shown.tr(f"coverage.method.{name}").split()) in text
    assert all(text[0].isupper() for term in summary.definitions(shown) for text in term)
    assert all(value for _, value in summary.facts(shown))
    for division in shown.geography.divisions:
        assert division.source.in_(language) in text


@pytest.mark.parametrize("changes", [{}, {"scope": Scope.ADJACENT, "include_outside": True}])
def test_what_stands_behind_a_cell_is_every_way_with_page_and_source(changes: dict) -> None:
    shown = view(**changes)
    for place in product(shown.order[::2], PHASES, SERVICE_TYPES):
        code, phase, kind = place
        cell = shown.cube.cell(code, phase=phase, service_type=kind)
        found = matrix.evidence(shown, place)
        known = [way for way in found if way.answer is Answer.YES]
        for way, row in zip(known, matrix.known_table(shown, found).rows, strict=True):
            page, source = (cell.url for cell in row if isinstance(cell, Link))
            assert page.startswith(f"/aktor?id={way.actor.id}")
            assert source.startswith("http")
            assert (way.actor.last_evidence or shown.tr("unknown")) in row[-2]
        people = [amounts(row)[0] for row in matrix.figures_table(shown, cell).rows]
        assert people == list(cell.people_within)
        said, best = text_of(matrix.cell_html(shown, place)), cell.median_minutes_at_best
        assert all(way.actor.name in said for way in found)
        assert (cell.nearest_town or "Inget känt kontor") in said
        assert ("Hälften har högst" in said) == math.isfinite(cell.median_minutes)
        assert ("felet kan flytta" in said) == near_limit(cell.median_minutes, 60)
        assert ("bara tack vare" in said) == (cell.doubtful_share > 0)
        assert ("faller väl ut" in said) == (cell.is_maybe_physical and best <= 60)
