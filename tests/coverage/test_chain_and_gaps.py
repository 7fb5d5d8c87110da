"""The support chain and the list of gaps: what is unknown is never a gap."""

import math

import pytest
from hypothesis import given

from ris_map.coverage.cube import CellState, Certainty, cube_of
from ris_map.coverage.gaps import find_gaps, remote_facts, support_chains, weakest_phases
from ris_map.coverage.support import CubeChoice
from ris_map.register.vocabulary import Answer, Availability, Phase, ServiceScope, ServiceType
from tests.coverage.worlds import (
    CODES,
    World,
    make_locality,
    make_world,
    worlds,
)
from tests.factories import (
    make_actor,
    make_modes,
    make_offer,
    make_office,
    make_service_area,
    real_world,
)

NEAR_AND_FAR = (
    make_locality(0, code=CODES[0], population=40, is_seat=True),
    make_locality(1, code=CODES[2], population=10, is_seat=True),
)
ALL_PHASES = tuple(Phase)


def actor_of(name: str, *phases: Phase, **changes: object):
    """Return an actor that gives advice in some phases, with an office in the fourth place."""
    office = make_office(id="kontor").model_copy(update={"municipality": CODES[3]})
    offers = (make_offer(phases=phases),)
    return make_actor(**({"id": name, "offices": (office,), "offers": offers} | changes))


def test_a_chain_is_whole_only_with_every_phase_within_reach() -> None:
    world = make_world(
        actor_of("a", Phase.IDE, Phase.UTVECKLING),
        actor_of("b", Phase.VAXA),
        localities=NEAR_AND_FAR,
        minutes=[[10, 60], [30, 61]],
    )
    near, empty, far, _ = support_chains(world.cube())
    assert near.physical is Answer.YES
    assert near.weakest == (Phase.VAXA,)
    assert weakest_phases([55.0, 55.0, 55.0]) == ()
    assert weakest_phases([52.0, 55.0, 57.0]) == ()  # W3: equal within the error is equally far
    assert weakest_phases([40.0, 55.0, 57.0]) == (Phase.UTVECKLING, Phase.VAXA)
    assert [link.median_minutes for link in near.links] == [10, 10, 60]
    assert far.physical is Answer.NO
    assert far.links[2].state is CellState.OUT_OF_REACH
    assert empty.weakest == ()
    assert math.isnan(empty.links[0].median_minutes)


def test_a_chain_takes_the_nearest_of_the_chosen_service_types() -> None:
    money = actor_of(
        "b", offers=(make_offer(phases=ALL_PHASES, service_type=ServiceType.FINANSIERING),)
    )
    world = make_world(
        actor_of("a", *ALL_PHASES), money, localities=NEAR_AND_FAR, minutes=[[90, 20], [90, 20]]
    )
    any_kind = support_chains(world.cube())[0]
    advice = support_chains(world.cube(), service_types=(ServiceType.RADGIVNING,))[0]
    assert [link.median_minutes for link in any_kind.links] == [20, 20, 20]
    assert [link.median_minutes for link in advice.links] == [90, 90, 90]
    assert (any_kind.physical, advice.physical) == (Answer.YES, Answer.NO)
    assert any_kind.weakest == ()
    with pytest.raises(ValueError, match="service type"):
        support_chains(world.cube(), service_types=())


def test_r7_a_digital_chain_stands_beside_the_physical_one() -> None:
    offers = (
        make_offer(
            phases=ALL_PHASES,
            delivery=make_modes(office=Availability.NOT_OFFERED, digital=Availability.OFFERED),
        ),
    )
    world = make_world(actor_of("a", offers=offers), localities=NEAR_AND_FAR, minutes=[[1], [1]])
    chain = support_chains(world.cube())[0]
    assert (chain.physical, chain.digital) == (Answer.NO, Answer.YES)
    assert (chain.visit, chain.phone) == (Answer.UNKNOWN, Answer.UNKNOWN)
    assert {link.state for link in chain.links} == {CellState.REMOTE_ONLY}


def test_an_unknown_link_makes_the_chain_unknown_not_broken() -> None:
    silent = actor_of("b", Phase.VAXA, service_area=make_service_area(ServiceScope.UNKNOWN))
    world = make_world(
        actor_of("a", Phase.IDE, Phase.UTVECKLING),
        silent,
        localities=NEAR_AND_FAR,
        minutes=[[10, 10], [10, 70]],
    )
    near, _, far, _ = support_chains(world.cube())
    assert near.physical is Answer.UNKNOWN
    assert near.links[2].state is CellState.OUT_OF_REACH
    assert near.links[2].is_maybe_physical
    assert far.physical is Answer.NO  # even at best it is 70 minutes away


@given(worlds())
def test_a_chain_of_one_service_type_says_what_its_cells_say(world: World) -> None:
    cube = world.cube()
    for kind in ServiceType:
        for chain in support_chains(cube, service_types=(kind,)):
            for link in chain.links:
                cell = cube.cell(chain.municipality_code, phase=link.phase, service_type=kind)
                assert link.state is cell.state
                assert link.is_maybe_physical is cell.is_maybe_physical
                assert link.median_minutes == pytest.approx(cell.median_minutes, nan_ok=True)
                assert link.share_within == pytest.approx(cell.share_within[1], nan_ok=True)


def test_gaps_are_ordered_by_people() -> None:
    world = make_world(actor_of("a", Phase.IDE), localities=NEAR_AND_FAR, minutes=[[70], [200]])
    cube = world.cube()
    far = [g for g in find_gaps(cube).gaps if math.isfinite(g.cell.median_minutes)]
    place = (Phase.IDE, ServiceType.RADGIVNING)
    assert [(g.key, g.people_affected) for g in far] == [
        ((CODES[0], *place), 40),
        ((CODES[2], *place), 10),
    ]


def test_unknown_is_listed_apart_and_never_a_gap() -> None:
    silent = actor_of("a", Phase.IDE, service_area=make_service_area(ServiceScope.UNKNOWN))
    world = make_world(silent, localities=NEAR_AND_FAR, minutes=[[20], [200]])
    found = find_gaps(world.cube())
    key = (Phase.IDE, ServiceType.RADGIVNING)
    unknown = [c.municipality_code for c in found.unknown if (c.phase, c.service_type) == key]
    gaps = [g for g in found.gaps if (g.cell.phase, g.cell.service_type) == key]
    assert unknown == [CODES[0]]
    assert [g.cell.municipality_code for g in gaps] == [CODES[2]]


@given(worlds())
def test_every_cell_is_there_or_a_gap_or_unknown_or_without_people(world: World) -> None:
    cube = world.cube()
    found = find_gaps(cube)
    gaps = {gap.key for gap in found.gaps}
    unknown = {(c.municipality_code, c.phase, c.service_type) for c in found.unknown}
    assert not gaps & unknown
    for cell in cube.cells():
        key = (cell.municipality_code, cell.phase, cell.service_type)
        is_there = cell.state in (CellState.ON_SITE, CellState.WITHIN_REACH)
        assert is_there + (key in gaps) + (key in unknown) == (
            1 if is_there or key in unknown or cell.located_residents else 0
        )
        if key in unknown:
            assert cell.certainty is Certainty.DEPENDS
    people = [gap.people_affected for gap in found.gaps]
    assert people == sorted(people, reverse=True)
    assert all(2 * g.people_affected > g.cell.located_residents for g in found.gaps)


def test_the_gaps_of_the_county_are_far_even_at_best_and_break_the_chains() -> None:
    """No figure of the register is fixed here: it may be edited without touching a test."""
    cube = cube_of(real_world(), CubeChoice())
    found = find_gaps(cube)
    assert all(gap.cell.median_minutes_at_best > 60 for gap in found.gaps)
    with_gap = {gap.cell.municipality_code for gap in found.gaps}
    chains = support_chains(cube)
    assert {c.municipality_code for c in chains if c.physical is Answer.NO} <= with_gap
    assert [chain.municipality_code for chain in chains] == list(cube.municipality_codes)


@given(worlds())
def test_W7_every_gap_belongs_to_one_fact_and_a_fact_is_one_distance(world: World) -> None:
    cube = world.cube()
    found = find_gaps(cube)
    assert sorted(id(gap) for fact in found.facts for gap in fact) == sorted(map(id, found.gaps))
    home = cube.population.municipality
    keys = set()
    for fact in found.facts:
        first = fact[0].cell
        here = home == CODES.index(first.municipality_code)
        places = [(gap.cell.phase, gap.cell.service_type) for gap in fact]
        at = [(list(Phase).index(p), list(ServiceType).index(s)) for p, s in places]
        minutes = [tuple(cube.minutes[p, s][here & (cube.population.persons > 0)]) for p, s in at]
        assert len(set(minutes)) == 1
        assert {gap.people_affected for gap in fact} == {fact[0].people_affected}
        best = tuple(cube.minutes_at_best[at[0]][here & (cube.population.persons > 0)])
        keys.add((first.municipality_code, minutes[0], best))
    assert len(keys) == len(found.facts)


def test_W7_in_the_county_a_fact_is_said_once() -> None:
    cube = cube_of(real_world(), CubeChoice())
    found = find_gaps(cube)
    assert len(found.facts) < len(found.gaps)
    facts = remote_facts(cube)
    cells = sum(
        len(fact.kinds) * (len(fact.municipalities) or len(cube.municipality_codes))
        for fact in facts
    )
    assert cells == (cube.remote > 0).sum()
    assert len(facts) < 20


@pytest.mark.parametrize(("own", "facts"), [(CODES, [()]), (CODES[:2], [CODES[:2]])])
def test_W7_remote_help_that_is_the_same_everywhere_is_one_fact(own, facts) -> None:
    digital = make_modes(office=Availability.NOT_OFFERED, digital=Availability.OFFERED)
    area = make_service_area(ServiceScope.MUNICIPALITIES, municipalities=own)
    actor = actor_of(
        "a", offers=(make_offer(phases=ALL_PHASES, delivery=digital),), service_area=area
    )
    cube = make_world(actor, localities=NEAR_AND_FAR, minutes=[[1], [1]]).cube()
    known = [fact for fact in remote_facts(cube) if fact.answer is Answer.YES]
    assert [fact.municipalities for fact in known] == facts
    assert len(known[0].kinds) == 3
