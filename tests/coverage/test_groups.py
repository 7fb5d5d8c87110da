"""Groups, actors and phases: people are pooled, losses are real, and what is unknown is no gap."""

import math
from itertools import product

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ris_map.coverage.cube import CELL_STATES, REMOTE, CellState, Certainty, CoverageCell
from ris_map.coverage.findings import (
    carriers,
    distinct,
    find_gaps,
    fragility,
    remote_facts,
    support_chains,
    weakest_phases,
)
from ris_map.coverage.page import tables
from ris_map.coverage.people import People, figures, weighted_percentile
from ris_map.coverage.support import ANSWERS, KINDS, NO, PHASES, SERVICE_TYPES, UNKNOWN, YES
from ris_map.register.vocabulary import Answer, Availability, Phase, ServiceType
from ris_map.words.figures import near_limit, percent
from tests.coverage.slow_twin import nearest, people_within, percentile
from tests.coverage.worlds import (
    CODES,
    World,
    make_locality,
    make_world,
    office_in,
    one_place,
    view,
    worlds,
)
from tests.factories import make_actor, make_modes, make_offer

TIMES = st.sampled_from((0.0, 5.0, 60.0, 60.000001, 300.0, math.inf))


@st.composite
def crowds(draw: st.DrawFn) -> tuple[np.ndarray, People]:
    """Return minutes of a few cells and the people behind them, in up to four groups."""
    places, rows, groups = draw(st.integers(1, 8)), draw(st.integers(1, 3)), draw(st.integers(1, 4))

    def column(values: st.SearchStrategy) -> list:
        return draw(st.lists(values, min_size=places, max_size=places))

    people = People(
        persons=np.array(column(st.integers(0, 13)), dtype=np.int64),
        group=np.array(column(st.integers(0, groups - 1)), dtype=np.int64),
        groups=groups,
        has_road=np.array(column(st.booleans()), dtype=np.bool_),
    )
    return np.array([column(TIMES) for _ in range(rows)]), people


def one_by_one(minutes: np.ndarray, people: People, inside: np.ndarray | slice) -> list[float]:
    """Return the sorted minutes of every single person of some places."""
    return sorted(np.repeat(minutes[inside], people.persons[inside]).tolist())


@given(crowds(), st.sampled_from((1, 10, 50, 90, 100)), st.sampled_from((0.0, 5.0, 60.0, 1000.0)))
def test_R1_W5_figures_equal_a_count_person_by_person(crowd, percent: int, limit: float) -> None:
    """Islanders are counted, and not reached; means are over who has a road."""
    minutes, people = crowd
    percentiles = weighted_percentile(minutes, people=people, percent=percent)
    found = figures(minutes, people=people, thresholds=(5.0, limit), limit=limit)
    for group in range(people.groups):
        inside = people.group == group
        on_road = inside & people.has_road
        for row, times in enumerate(minutes):
            everybody, drivers = (one_by_one(times, people, some) for some in (inside, on_road))
            needed = math.ceil(percent * len(everybody) / 100 - 1e-9)
            expected = everybody[needed - 1] if everybody else math.nan
            assert percentiles[group, row] == pytest.approx(expected, nan_ok=True)
            number = sum(time <= limit for time in everybody)
            assert found.people_within[group, row, 1] == number
            share = number / len(everybody) if everybody else math.nan
            assert found.share_within[group, row, 1] == pytest.approx(share, nan_ok=True)
            over = [max(time - limit, 0) for time in drivers]
            for name, counted in (
                ("mean_minutes", drivers),
                ("shortfall_minutes", over),
                ("excess_minutes", [time for time in over if time > 0]),
            ):
                expected = sum(counted) / len(counted) if counted else math.nan
                assert getattr(found, name)[group, row] == pytest.approx(expected, nan_ok=True)


def test_ninety_per_cent_of_ten_people_are_nine() -> None:
    """0.9 x 10 must not become 9.000000000000002 and ask for a tenth person."""
    for tens in range(1, 200):
        persons, both = np.array([9 * tens, tens]), np.array([True, True])
        people = People(persons=persons, group=np.array([0, 0]), groups=1, has_road=both)
        assert weighted_percentile(np.array([[3.0, 99.0]]), people=people, percent=90)[0, 0] == 3.0


IDEA, ADVICE = (Phase.IDE,), (ServiceType.RADGIVNING,)
AT = {
    (code, phase, kind): (m, p, s)
    for (m, code), (p, phase), (s, kind) in product(*map(enumerate, (CODES, Phase, ServiceType)))
}
"""Positions of cells in the arrays."""


def idea_advisor(name: str, *, town: str = "Lycksele"):
    return make_actor(id=name, offices=(office_in(CODES[3], town=town),))


@given(worlds(), st.lists(st.integers(0, 2), min_size=4, max_size=4))
def test_R3_groups_add_up_and_their_percentiles_are_over_people_for_any_division(
    world: World, drawn: list[int]
) -> None:
    cube = world.cube()
    groups = [tuple(c for c, g in zip(CODES, drawn, strict=True) if g == n) for n in range(3)]
    for phase, kind in KINDS:
        found = cube.merged((phase,), (kind,))
        parts, everyone = [found.of(codes)[0] for codes in groups], found.of(CODES)[0]
        persons = sum(part.persons[0] for part in parts)
        assert persons == everyone.persons[0] == cube.population.persons.sum()
        within = sum(part.people_within[0] for part in parts)
        assert np.array_equal(within, everyone.people_within[0])
        assert np.array_equal(within, found.figures.people_within.sum(axis=0))
        for codes, part in zip(groups, parts, strict=True):
            times = one_by_one(found.minutes, cube.population.among(codes), slice(None))
            if times:
                assert part.median_minutes[0] == times[(len(times) - 1) // 2]
                assert part.p90_minutes[0] == times[-1 - len(times) // 10]


def test_R6_an_office_carries_a_group_if_half_of_those_within_reach_have_no_other() -> None:
    places = (make_locality(0), make_locality(1))
    near, far = idea_advisor("a"), idea_advisor("b", town="Umeå")
    world = make_world(near, far, localities=places, minutes=[[20, 30], [20, 90]])
    (carrier,) = carriers(world.cube().merged(IDEA, ADVICE), CODES[:1])
    assert (carrier.actor.id, carrier.towns, carrier.share_without) == ("a", ("Lycksele",), 0.5)


@pytest.mark.parametrize(("phase", "kind"), KINDS)
@pytest.mark.parametrize("limit", [60, 120])
def test_R6_without_the_named_offices_alone_the_figure_is_the_one_that_is_said(
    phase: Phase, kind: ServiceType, limit: int
) -> None:
    shown = view(phase=phase, service_type=kind, limit=limit, sourced_only=limit == 120)
    cube, people = shown.cube, shown.cube.population.among(shown.inland)
    truth = cube.truth[PHASES.index(phase), SERVICE_TYPES.index(kind)]
    actors = [cube.table.actors[a] for a in cube.table.office_actor]
    for one in carriers(shown.found, shown.inland):
        offices = zip(actors, cube.table.offices, strict=True)
        stays = [actor is not one.actor or o.town not in one.towns for actor, o in offices]
        for level, said in ((YES, one.share_without), (UNKNOWN, one.share_at_best)):
            minutes = cube.shared.of(np.flatnonzero((truth >= level) & stays), at_best=level < YES)
            share = (minutes <= limit).any(axis=0) @ people.persons / people.persons.sum()
            assert percent(share, tr=shown.tr) == percent(said, tr=shown.tr)


def test_R6_what_two_give_is_not_lost_with_one_and_half_of_the_people_are_enough() -> None:
    """Twenty people, both advisors near ten of them, one alone near the others."""
    places = (make_locality(0, code=CODES[2]), make_locality(1, code=CODES[2]))
    modes = make_modes(digital=Availability.OFFERED)
    both = (
        make_actor(id=name, offices=(office_in(CODES[3]),), offers=(make_offer(delivery=modes),))
        for name in "ab"
    )
    cube = make_world(*both, localities=places, minutes=[[50, 80], [50, 55]]).cube()
    lost = fragility(cube)
    ((actor, *at),) = np.argwhere(lost.people).tolist()
    assert (cube.table.actors[actor].id, lost.people[actor, *at]) == ("a", 10)
    assert not lost.modes.any()
    assert CELL_STATES[int(cube.state[*at])] is CellState.WITHIN_REACH
    assert not lost.emptied.any()


@given(worlds())
def test_R6_what_is_lost_is_the_difference_of_two_coverages(world: World) -> None:
    """Residents, states and modes, cell by cell, for every actor that is taken out."""
    before = world.cube()
    lost, at = fragility(before), before.threshold_at
    for k, gone in enumerate(before.table.actors):
        after = world.with_actors(a for a in world.register.actors if a is not gone).cube()
        people = before.figures.people_within - after.figures.people_within
        assert np.array_equal(lost.people[k], people[..., at])
        assert np.array_equal(lost.modes[k], (before.remote == YES) & (after.remote != YES))
        assert np.array_equal(lost.emptied[k], before.is_there & ~after.is_there)


SEVENTY_AT_BEST = make_actor(
    offices=(office_in(CODES[1]),),
    offers=(make_offer(delivery=make_modes(office=Availability.UNKNOWN)),),
)
"""A kind of help that nobody is known to give, like all others, is not as far as they at best."""


@given(worlds())
@example(one_place(SEVENTY_AT_BEST, minutes=[70]))
def test_W7_gaps_are_far_even_at_best_and_every_distinct_fact_is_said_once(world: World) -> None:
    """Every cell is there, or a gap, or unknown, or without people; the most people come first."""
    cube = world.cube()
    found = find_gaps(cube)
    gaps = {gap.key: gap for gap in found}
    for key, (m, p, s) in AT.items():
        may_be = cube.is_maybe_physical[m, p, s]
        assert not may_be or cube.cell_at(m, p, s).certainty is Certainty.DEPENDS
        is_settled = cube.is_there[m, p, s] or may_be or not cube.figures.persons[m]
        assert (key in gaps) == (not is_settled)
        if key in gaps:
            places = [x for x in world.geography.localities if x.municipality_code == key[0]]
            best = {x.id: nearest(world, x, *key[1:], at_least=Answer.UNKNOWN) for x in places}
            everybody = sum(place.population or 0 for place in places)
            people = gaps[key].beyond_at_best
            assert people == everybody - people_within(places, best, world.choice.threshold)
            assert 2 * people > everybody
    order = [(-gap.beyond_at_best, -gap.median_minutes_at_best) for gap in found]
    assert order == sorted(order)
    told = distinct(cube, found)
    assert sorted(id(gap) for fact in told for gap in fact) == sorted(map(id, found))

    def distances(gap: CoverageCell) -> tuple[object, ...]:
        m, p, s = AT[gap.key]
        here = (cube.population.group == m) & (cube.population.persons > 0)
        times = cube.rows[[cube.row[p, s], cube.row_at_best[p, s]]][:, here]
        return m, times.tobytes()

    facts = [{distances(gap) for gap in fact} for fact in told]
    assert all(len(fact) == 1 for fact in facts)
    assert len(set().union(*facts)) == len(facts)


@given(worlds())
def test_W7_remote_help_with_the_same_municipalities_is_one_fact(world: World) -> None:
    cube, facts = world.cube(), remote_facts(world.cube())
    told = [
        (*AT[code, phase, kind], REMOTE.index(mode), ANSWERS.index(answer))
        for (mode, answer, codes), kinds in facts.items()
        for code in codes or CODES
        for phase, kind in kinds
    ]
    known = [(*at, int(cube.remote[tuple(at)])) for at in np.argwhere(cube.remote > 0).tolist()]
    assert sorted(told) == sorted(known)
    assert CODES not in {codes for _, _, codes in facts}  # the whole county has no names


@given(worlds(), st.sets(st.sampled_from(ServiceType), min_size=1))
def test_R7_a_chain_is_as_good_as_its_weakest_phase(world: World, kinds: set[ServiceType]) -> None:
    """In each phase one goes to the nearest of the kinds; what is unknown never breaks a chain."""
    cube, types = world.cube(), tuple(kind for kind in ServiceType if kind in kinds)
    limit = world.choice.threshold
    with_gap = {gap.municipality_code for gap in find_gaps(cube)}
    for chain in support_chains(cube, service_types=types):
        code = chain.municipality_code
        places = [x for x in world.geography.localities if x.municipality_code == code]
        modes, physical, certain = dict.fromkeys(REMOTE, len(ANSWERS)), [], []
        for phase, minutes in zip(Phase, chain.medians, strict=True):
            cells = [cube.cell(code, phase=phase, service_type=kind) for kind in types]
            known, at_best = (
                {
                    place.id: min(
                        nearest(world, place, phase, kind, at_least=level) for kind in types
                    )
                    for place in places
                }
                for level in (Answer.YES, Answer.UNKNOWN)
            )
            median = percentile(places, known, 50)
            on_site = any(c.state is CellState.ON_SITE for c in cells)
            is_there = on_site or median <= limit
            may_be = any(c.is_maybe_physical for c in cells)
            may_be |= percentile(places, at_best, 50) <= limit
            assert minutes == pytest.approx(median, nan_ok=True)
            physical.append(YES if is_there else UNKNOWN if may_be else NO)
            is_near = near_limit(minutes, limit) and not on_site
            certain.append(UNKNOWN if is_near else physical[-1])
            for mode in REMOTE:
                best = max(ANSWERS.index(getattr(cell, mode)) for cell in cells)
                modes[mode] = min(modes[mode], best)
        assert ANSWERS.index(chain.physical) == min(physical)
        assert chain.is_near == (min(certain) != min(physical))
        assert all(ANSWERS.index(getattr(chain, mode)) == modes[mode] for mode in REMOTE)
        everybody = sum(place.population or 0 for place in places)
        if chain.physical is Answer.NO and everybody:
            assert code in with_gap
        assert chain.weakest == weakest_phases(chain.medians)


@pytest.mark.parametrize(
    ("minutes", "weakest"),
    [
        ([10.0, 10.0, 60.0], [Phase.VAXA]),
        ([40.0, 55.0, 57.0], [Phase.UTVECKLING, Phase.VAXA]),
        ([52.0, 55.0, 57.0], []),  # equal within the error is equally far
        ([float("nan")] * 3, []),
    ],
)
def test_W3_the_weakest_phases_are_farther_beyond_the_error(minutes, weakest) -> None:
    assert weakest_phases(minutes) == tuple(weakest)


@pytest.mark.parametrize("limit", [30, 60, 90, 120])
def test_W9_no_chain_is_said_to_break_where_the_error_of_a_time_decides(limit: int) -> None:
    shown = view(limit=limit, service_type=None)
    chains = support_chains(shown.cube)
    sentence = tables.chain_table(shown).sentence
    broken = sentence.partition("Kedjan bryts i ")[2].partition(".")[0]
    near = [shown.names[chain.municipality_code] for chain in chains if chain.is_near]
    assert all(name in sentence and name not in broken for name in near)
