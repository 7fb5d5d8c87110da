"""Coast and inland: groups are data, exhaustive and disjoint, and their people are pooled."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ris_map.coverage.cube import coverage_cube, cube_of, population_of, support_of
from ris_map.coverage.groups import Supply, group_figures, pooled
from ris_map.coverage.support import CubeChoice
from ris_map.geography.divisions import MUNICIPALITY_CODES
from ris_map.register.vocabulary import Phase, ServiceType
from tests.coverage.coverage_views import world as whole_county
from tests.coverage.worlds import (
    CODES,
    World,
    make_locality,
    make_world,
    without,
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
    found = Supply(far_inland().cube(), (IDEA,), (ADVICE,))
    coast, inland, everyone = (found.of(c) for c in (CODES[:2], CODES[2:], CODES))
    assert (coast.persons[0], inland.persons[0]) == (9, 6)
    assert (coast.median_minutes[0, 0, 0], inland.median_minutes[0, 0, 0]) == (10, 80)
    assert (everyone.median_minutes[0, 0, 0], everyone.p90_minutes[0, 0, 0]) == (10, 90)
    assert everyone.mean_minutes[0, 0, 0] == pytest.approx((90 + 70 + 160 + 270) / 15)
    assert inland.excess_minutes[0, 0, 0] == pytest.approx((10 + 40 + 90) / 6)


@given(worlds(), st.lists(st.integers(0, 2), min_size=4, max_size=4))
def test_r3_groups_add_up_to_everybody_for_any_division(world: World, drawn: list[int]) -> None:
    cube = world.cube()
    groups = [tuple(c for c, g in zip(CODES, drawn, strict=True) if g == n) for n in range(3)]
    parts, everyone = [pooled(cube, codes) for codes in groups], pooled(cube, CODES)
    assert sum(p.persons[0] for p in parts) == everyone.persons[0] == cube.population.persons.sum()
    within = sum(part.people_within[0] for part in parts)
    assert np.array_equal(within, everyone.people_within[0])
    assert np.array_equal(within, cube.figures.people_within.sum(axis=0))
    medians = np.array([part.median_minutes[0] for part in parts if part.persons[0] > 0])
    if len(medians):
        assert (medians.min(axis=0) <= everyone.median_minutes[0]).all()
        assert (medians.max(axis=0) >= everyone.median_minutes[0]).all()


def test_r3_the_three_divisions_of_the_county_fit_and_agree_on_the_whole() -> None:
    county = whole_county()
    cube = cube_of(county, CubeChoice())
    for division in county.foundations.geography.divisions:
        residents = [pooled(cube, group.municipalities).persons[0] for group in division.groups]
        assert sum(residents) == 274_448
        assert min(residents) > 0


def test_R6_the_headline_says_which_office_carries_the_inland() -> None:
    """W8: idea-phase advice inland rests on one office; the figure without it is said with it."""
    county = whole_county()
    inland = set(county.foundations.geography.division("samverkan").inland)
    groups = {"inland": inland, "coast": set(MUNICIPALITY_CODES) - inland}
    found = group_figures(county, CubeChoice(), groups, phases=(IDEA,), types=(ADVICE,))
    for name, codes in groups.items():
        for carrier in found[name].carriers:
            cube = coverage_cube(
                without(support_of(county), [carrier.actor_id]),
                county.matrix,
                population=population_of(county),
            )
            share = (
                Supply(cube, (IDEA,), (ADVICE,)).of(codes).share_within[0, 0, 0, cube.threshold_at]
            )
            assert carrier.share_without == pytest.approx(float(share))
            assert carrier.share_without <= 0.5 * found[name].share
            assert carrier.towns
    figures = found["inland"]
    assert figures.share_low <= figures.share <= figures.share_high
    assert figures.beyond == round(figures.residents * (1 - figures.share))


def test_R6_an_office_carries_a_group_if_half_of_those_within_reach_have_no_other() -> None:
    places = (
        make_locality(0, code=CODES[0], population=10),
        make_locality(1, code=CODES[0], population=10),
    )
    near, far = (
        make_actor(
            id=name,
            offices=(make_office(id="k", town=town).model_copy(update={"municipality": CODES[3]}),),
        )
        for name, town in (("a", "Lycksele"), ("b", "Umeå"))
    )
    world = make_world(near, far, localities=places, minutes=[[20, 30], [20, 90]])
    cube = world.cube()
    (carrier,) = Supply(cube, (IDEA,), (ADVICE,)).carriers(CODES[:1])
    assert (carrier.actor_id, carrier.towns, carrier.share_without) == ("a", ("Lycksele",), 0.5)


@given(worlds())
def test_actors_within_the_limit_are_counted_once_each(world: World) -> None:
    cube = world.cube()
    found = Supply(cube, (IDEA,), (ADVICE,))
    number = found.actors_within
    assert np.array_equal(number > 0, found.minutes <= 60)
    assert (number <= len(world.register.actors)).all()
    assert found.median_actors(CODES) <= max(number, default=0)
