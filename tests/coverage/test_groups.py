"""Coast and inland: groups are data, exhaustive and disjoint, and their people are pooled."""

import math
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ris_map.coverage.compute import coverage_cube
from ris_map.coverage.distribution import distribution
from ris_map.coverage.groups import by_division, coast_and_inland, worst_off
from ris_map.register.vocabulary import Phase, ServiceType
from tests.coverage.worlds import (
    COAST_AND_INLAND,
    CODES,
    World,
    make_division,
    make_locality,
    make_world,
    real_world,
    worlds,
)
from tests.factories import make_actor, make_office

IDEA, ADVICE = Phase.IDE, ServiceType.RADGIVNING


def far_inland() -> World:
    """Return nine people at 10 minutes on the coast, and 1, 2 and 3 inland at 70, 80, 90."""
    places = (
        make_locality(0, code=CODES[0], population=9),
        make_locality(1, code=CODES[2], population=1),
        make_locality(2, code=CODES[2], population=2),
        make_locality(3, code=CODES[3], population=3),
    )
    office = make_office(id="kontor").model_copy(update={"municipality": CODES[1]})
    return make_world(make_actor(offices=(office,)), localities=places, minutes=[10, 70, 80, 90])


def test_r3_percentiles_of_a_group_are_over_its_people_not_its_municipalities() -> None:
    cube = far_inland().cube()
    division = by_division(cube, COAST_AND_INLAND)
    at = (0, list(ServiceType).index(ADVICE))
    assert division.group_ids == ("kust", "inland")
    assert division.is_inland == (False, True)
    assert division.figures.persons.tolist() == [9, 6]
    assert [division.figures.median_minutes[g, *at] for g in (0, 1)] == [10, 80]
    assert division.everyone.median_minutes[0, *at] == 10
    assert division.everyone.p90_minutes[0, *at] == 90
    assert division.everyone.mean_minutes[0, *at] == pytest.approx((90 + 70 + 160 + 270) / 15)
    assert division.unlocated_share.tolist() == pytest.approx([1 - 9 / 2000, 1 - 6 / 2000])
    assert division.unlocated_share_of_all == pytest.approx(1 - 15 / 4000)
    assert division.municipalities_by_state.sum(axis=-1).tolist() == np.full((2, 3, 5), 2).tolist()


@pytest.mark.parametrize(
    "groups",
    [
        [("a", False, CODES[:3])],
        [("a", False, CODES), ("b", True, CODES[:1])],
        [("a", False, CODES), ("b", True, ("9999",))],
    ],
    ids=["one left out", "one twice", "a stranger"],
)
def test_r3_a_division_that_is_not_one_group_each_is_refused_by_name(groups) -> None:
    cube = far_inland().cube()
    with pytest.raises(ValueError, match=r"'prov'.*(2409|2401|9999)"):
        by_division(cube, make_division(*groups))


@settings(max_examples=60, deadline=None)
@given(worlds(), st.lists(st.integers(0, 2), min_size=4, max_size=4))
def test_r3_groups_add_up_to_everybody_for_any_division(world: World, drawn: list[int]) -> None:
    groups = [
        (f"g{n}", n == 2, tuple(c for c, g in zip(CODES, drawn, strict=True) if g == n))
        for n in range(3)
    ]
    cube = world.cube()
    division = make_division(*groups)
    for found in (by_division(cube, division), coast_and_inland(cube, division)):
        everyone = found.everyone
        assert found.figures.persons.sum() == everyone.persons[0] == world.population.persons.sum()
        within = found.figures.people_within
        assert np.array_equal(within.sum(axis=0), everyone.people_within[0])
        assert np.array_equal(within.sum(axis=0), cube.figures.people_within.sum(axis=0))
        medians = found.figures.median_minutes[found.figures.persons > 0]
        if len(medians):
            assert (medians.min(axis=0) <= everyone.median_minutes[0]).all()
            assert (medians.max(axis=0) >= everyone.median_minutes[0]).all()


def test_r3_the_three_divisions_of_the_county_fit_and_agree_on_the_whole() -> None:
    real = real_world()
    cube = coverage_cube(real.table, real.matrix, population=real.population)
    wholes = [by_division(cube, d).everyone.share_within for d in real.geography.divisions]
    assert len(wholes) == 3
    assert all(np.array_equal(wholes[0], other) for other in wholes[1:])
    for division in real.geography.divisions:
        halves = coast_and_inland(cube, division)
        assert halves.figures.persons.sum() == real.population.persons.sum()
        assert (halves.figures.persons > 0).all()


def test_worst_off_are_the_people_with_the_longest_way() -> None:
    found = worst_off(far_inland().cube(), phase=IDEA, service_type=ADVICE, percent=30)
    assert (found.people, found.minutes_from) == (5, 80)
    assert found.mean_minutes == pytest.approx((3 * 90 + 2 * 80) / 5)
    assert found.by_municipality == ((CODES[2], 2.0), (CODES[3], 3.0))


def test_worst_off_at_equal_minutes_share_in_proportion() -> None:
    places = tuple(make_locality(i, code=CODES[i], population=n) for i, n in enumerate((30, 10)))
    office = make_office(id="kontor").model_copy(update={"municipality": CODES[3]})
    world = make_world(make_actor(offices=(office,)), localities=places, minutes=[50, 50])
    found = worst_off(world.cube(), phase=IDEA, service_type=ADVICE)
    assert found.people == 4
    assert found.by_municipality == ((CODES[0], 3.0), (CODES[1], 1.0))


@settings(max_examples=40, deadline=None)
@given(worlds(), st.sampled_from((1, 10, 100)))
def test_worst_off_agree_with_a_count_person_by_person(world: World, percent: int) -> None:
    cube = world.cube()
    found = worst_off(cube, phase=IDEA, service_type=ADVICE, percent=percent)
    minutes = cube.minutes[0, list(ServiceType).index(ADVICE)]
    everybody = sorted(np.repeat(minutes, cube.population.persons).tolist(), reverse=True)
    if not everybody:
        assert (found.people, found.by_municipality) == (0, ())
        return
    part = everybody[: math.ceil(percent * len(everybody) / 100)]
    assert found.people == len(part)
    assert found.minutes_from == part[-1]
    assert found.mean_minutes == pytest.approx(sum(part) / len(part))
    assert sum(number for _, number in found.by_municipality) == pytest.approx(len(part))


@settings(max_examples=40, deadline=None)
@given(worlds())
def test_curves_rise_to_those_who_have_a_way_and_add_up(world: World) -> None:
    cube = world.cube()
    for phase, kind in product(Phase, ServiceType):
        curves = distribution(cube, phase=phase, division=COAST_AND_INLAND, service_types=(kind,))
        *groups, everyone = curves
        assert [curve.group_id for curve in curves] == ["kust", "inland", None]
        assert sum(curve.located for curve in groups) == everyone.located
        assert sum(curve.without_way for curve in groups) == everyone.without_way
        at = list(Phase).index(phase), list(ServiceType).index(kind)
        for limit, index in ((30.0, 0), (60.0, 1)):
            arrived = everyone.people[everyone.minutes <= limit]
            assert (arrived[-1] if len(arrived) else 0) == cube.figures.people_within[
                :, *at, index
            ].sum()
        for curve in curves:
            assert (np.diff(curve.people) > 0).all()
            assert (np.diff(curve.minutes) > 0).all()
            assert ((curve.share >= 0) & (curve.share <= 1)).all()


def test_a_curve_over_no_service_type_is_refused() -> None:
    with pytest.raises(ValueError, match="service type"):
        distribution(far_inland().cube(), phase=IDEA, division=COAST_AND_INLAND, service_types=())
