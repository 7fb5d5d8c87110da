"""What one actor's leaving costs, and whether the largest gaps stay the largest."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given

from ris_map.coverage.cube import CellState, CoverageCube, cube_of, cubes_over_speeds, share_range
from ris_map.coverage.gaps import sensitivity
from ris_map.coverage.groups import fragility
from ris_map.coverage.support import CubeChoice
from ris_map.coverage.ways import cell_evidence
from ris_map.register.vocabulary import Answer, Availability, Delivery, Phase, ServiceType
from ris_map.travel.network import SPEED_MODELS, SUMMER
from tests.coverage.coverage_views import world as whole_county
from tests.coverage.worlds import (
    CODES,
    World,
    make_locality,
    make_world,
    without,
    worlds,
)
from tests.factories import make_actor, make_modes, make_offer, make_office

PLACES = (
    make_locality(0, code=CODES[0], population=40, is_seat=True),
    make_locality(1, code=CODES[2], population=10, is_seat=True),
)


def advisor(name: str, **changes: object):
    office = make_office(id="kontor").model_copy(update={"municipality": CODES[3]})
    return make_actor(**({"id": name, "offices": (office,)} | changes))


def test_r6_only_the_last_one_within_reach_empties_a_cell() -> None:
    world = make_world(advisor("a"), advisor("b"), localities=PLACES, minutes=[[10, 20], [50, 80]])
    (loss,) = fragility(world.cube())
    assert loss.actor_id == "a"
    (cell,) = loss.emptied
    assert (cell.municipality_code, cell.people_lost) == (CODES[2], 10)
    assert (cell.before, cell.after) == (CellState.WITHIN_REACH, CellState.OUT_OF_REACH)


def test_r6_a_lost_mode_is_named_and_is_not_a_lost_person() -> None:
    digital = make_offer(
        delivery=make_modes(office=Availability.NOT_OFFERED, digital=Availability.OFFERED)
    )
    world = make_world(advisor("a", offers=(digital,)), localities=PLACES, minutes=[[1], [1]])
    (loss,) = fragility(world.cube())
    assert {cell.modes_lost for cell in loss.losses} == {(Delivery.DIGITAL,)}
    assert {cell.people_lost for cell in loss.losses} == {0}
    assert loss.emptied == ()


@given(worlds(max_actors=4))
def test_r6_lost_people_are_the_difference_of_two_coverages(world: World) -> None:
    before = world.cube()
    found = {loss.actor_id: loss for loss in fragility(before)}
    for actor in world.register.actors:
        rest = tuple(other for other in world.register.actors if other is not actor)
        after = world.with_actors(rest).cube()
        lost = (before.figures.people_within - after.figures.people_within)[
            ..., before.threshold_at
        ]
        assert (lost >= 0).all()
        told = np.zeros_like(lost)
        for cell in found[actor.id].losses if actor.id in found else ():
            at = (
                CODES.index(cell.municipality_code),
                list(Phase).index(cell.phase),
                list(ServiceType).index(cell.service_type),
            )
            told[at] = cell.people_lost
            assert (
                cell.after
                is after.cell(
                    cell.municipality_code, phase=cell.phase, service_type=cell.service_type
                ).state
            )
        assert np.array_equal(told, lost)


def test_r6_a_strange_actor_is_refused() -> None:
    world = make_world(advisor("a"), localities=PLACES, minutes=[[1], [1]])
    with pytest.raises(KeyError, match="okand"):
        without(world.table, ["okand"])


def test_r6_in_the_county_an_emptied_cell_has_nobody_else_within_reach() -> None:
    cube = cube_of(whole_county(), CubeChoice())
    for loss in fragility(cube):
        for cell in loss.emptied:
            evidence = cell_evidence(
                cube,
                code=cell.municipality_code,
                phase=cell.phase,
                service_type=cell.service_type,
            )
            near = {
                item.actor_id
                for item in evidence
                if item.mode is Delivery.OFFICE
                and item.answer is Answer.YES
                and item.minutes_from_seat <= 30
            }
            assert near <= {loss.actor_id}


def slower(world: World, name: str, factor: float) -> World:
    matrix = world.matrix
    return replace(
        world,
        matrix=replace(
            matrix, minutes=matrix.minutes * factor, speed_model=replace(SUMMER, id=name)
        ),
    )


def both_limits(*worlds: World) -> list[CoverageCube]:
    return [world.cube(threshold=limit) for world in worlds for limit in (60.0, 90.0)]


def test_r9_a_gap_that_another_setting_closes_is_marked_unstable() -> None:
    world = make_world(advisor("a"), localities=PLACES, minutes=[[65], [200]])
    speeds = (("normal", 1.0), ("fast", 0.9), ("slow", 1.2))
    slowed = [slower(world, name, factor) for name, factor in speeds]
    found = sensitivity(both_limits(*slowed), top=50)
    by_key = {gap.key: gap for gap in found}
    near = by_key[CODES[0], Phase.IDE, ServiceType.RADGIVNING]
    far = by_key[CODES[2], Phase.IDE, ServiceType.RADGIVNING]
    assert [rank is not None for rank in near.ranks] == [True, False, False, False, True, False]
    assert not near.is_stable
    assert far.is_stable
    assert [gap.ranks[0] for gap in found] == list(range(1, len(found) + 1))


def test_r9_too_few_settings_are_refused() -> None:
    world = make_world(advisor("a"), localities=PLACES, minutes=[[65], [200]])
    with pytest.raises(ValueError, match="at least three speed models"):
        sensitivity(both_limits(world, world, world))
    three = [slower(world, name, 1.0).cube() for name in "abc"]
    with pytest.raises(ValueError, match="two thresholds"):
        sensitivity(three)


def test_R9_every_figure_has_its_range_over_the_speed_models() -> None:
    choice, county = CubeChoice(), whole_county()
    cubes = cubes_over_speeds(county, choice)
    assert [cube.matrix.speed_model.id for cube in cubes] == [m.id for m in SPEED_MODELS]
    low, high = share_range(county, choice)
    shares = [cube.figures.share_within[..., cube.threshold_at] for cube in cubes]
    assert all(((low <= share) & (share <= high)).all() for share in shares)
    assert ((low == shares).any(axis=0) & (high == shares).any(axis=0)).all()
    assert np.array_equal(share_range(county, CubeChoice(speed="winter")), (low, high))


def test_r9_the_ten_largest_gaps_of_the_county() -> None:
    county = whole_county()
    cubes = [
        cube_of(county, CubeChoice(speed=model.id, threshold=limit))
        for model in SPEED_MODELS
        for limit in (60.0, 90.0)
    ]
    found = sensitivity(cubes)
    winter = [model.id for model in SPEED_MODELS].index("winter")
    assert len(found) == 10
    for gap in found:
        assert len(gap.ranks) == 8
        in_top = [rank is not None and rank <= 10 for rank in gap.ranks]
        assert gap.is_stable is all(in_top)
        assert gap.ranks[2 * winter] is not None  # what is far in summer is far in winter
