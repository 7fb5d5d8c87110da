"""One cube per choice, the map's squares, and figures of groups: the same numbers everywhere."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ris_map.coverage.cube import (
    UNKNOWN_CLASS,
    class_codes,
    class_shares,
    cube_of,
    population_of,
    time_class,
)
from ris_map.coverage.groups import group_figures, supply_of
from ris_map.coverage.support import CubeChoice
from ris_map.municipality.profile import ListKind, profile
from ris_map.register.selection import Filter, select
from ris_map.register.vocabulary import Phase, ServiceType
from tests.coverage.coverage_views import world

IDEA, ADVICE = (Phase.IDE,), (ServiceType.RADGIVNING,)


def test_K3_classes_are_inclusive_and_unknown_is_one_of_its_own() -> None:
    minutes = np.array([0.0, 30.0, 30.000001, 60.0, 90.0, 120.0, 120.000001, np.inf, 10.0])
    unknown = np.array([False] * 8 + [True])
    assert class_codes(minutes, unknown).tolist() == [0, 0, 1, 1, 2, 3, 4, 4, UNKNOWN_CLASS]
    assert [time_class(value) for value in minutes[:-1]] == [0, 0, 1, 1, 2, 3, 4, 4]


@pytest.mark.parametrize("choice", [CubeChoice(), CubeChoice(speed="winter", threshold=30.0)])
def test_K3_every_square_has_the_minutes_that_the_figures_count(choice: CubeChoice) -> None:
    county, cube = world(), cube_of(world(), choice)
    minutes = supply_of(county, choice, IDEA, ADVICE).minutes
    assert len(minutes) == 5_538
    assert np.array_equal(minutes, cube.minutes[0, list(ServiceType).index(ADVICE[0])])
    residents = population_of(county)
    within = np.bincount(
        residents.municipality, residents.persons * (minutes <= choice.threshold), 15
    )
    assert np.array_equal(within, cube.figures.people_within[:, 0, 2, cube.threshold_at])
    any_kind = supply_of(county, choice).minutes
    assert (any_kind <= minutes).all()
    assert np.array_equal(any_kind, cube.minutes.min(axis=(0, 1)))


def test_K3_R2_islands_by_ferry_are_unknown_squares_and_counted_as_not_reached() -> None:
    county = world()
    found = supply_of(county, CubeChoice(), IDEA, ADVICE)
    ferry = np.asarray(county.cells.is_ferry)
    assert ferry.sum() > 0
    assert found.is_unknown[ferry].all()
    assert np.isinf(found.minutes[ferry]).all()
    assert (found.classes[ferry] == UNKNOWN_CLASS).all()


def test_K3_the_legend_says_the_same_as_the_figures_of_the_groups() -> None:
    county = world()
    inland = frozenset(county.foundations.geography.division("samverkan").inland)
    groups = {"inland": inland, "county": frozenset(population_of(county).municipality_codes)}
    codes = supply_of(county, CubeChoice(), IDEA, ADVICE).classes
    shares = class_shares(county, codes, groups)
    found = group_figures(county, CubeChoice(), groups, phases=IDEA, types=ADVICE)
    for name, by_class in shares.items():
        assert sum(by_class) == pytest.approx(1)
        assert by_class[0] + by_class[1] == pytest.approx(found[name].share)


def test_one_cube_per_choice_and_the_slower_model_reaches_nobody_more() -> None:
    county = world()
    summer = cube_of(county, CubeChoice())
    assert cube_of(county, CubeChoice()) is summer
    winter = cube_of(county, CubeChoice(speed="winter"))
    assert (winter.rows.min(axis=0) >= summer.rows.min(axis=0)).all()
    assert (winter.figures.people_within <= summer.figures.people_within).all()
    assert winter.matrix.speed_model.id == "winter"
    sourced = cube_of(county, CubeChoice(sourced_only=True))
    assert (sourced.figures.people_within <= summer.figures.people_within).all()
    assert (sourced.share_at_best >= sourced.figures.share_within[..., sourced.threshold_at]).all()


def test_W2_where_the_answer_depends_on_unknowns_there_is_a_range_and_never_a_bare_zero() -> None:
    strict = replace(CubeChoice(), sourced_only=True)
    cube = cube_of(world(), strict)
    share = cube.figures.share_within[..., cube.threshold_at]
    depends = cube.is_maybe_physical
    assert depends.any()
    assert (cube.share_at_best[depends & (share == 0)] > 0).any()
    found = supply_of(world(), strict, (Phase.VAXA,), (ServiceType.FINANSIERING_RADGIVNING,))
    codes = cube.municipality_codes
    assert found.share_at_best(codes) > found.of(codes).share_within[0, 0, 0, cube.threshold_at]


def test_W1_M2_start_kommun_and_coverage_count_the_same_offices_in_every_municipality() -> None:
    county, cube = world(), cube_of(world(), CubeChoice())
    on_map = select(county.register, Filter(), groups={}, on=county.on).on_map
    shared, table = cube.shared, cube.table
    for m, code in enumerate(cube.municipality_codes):
        start = {
            match.actor.id
            for match in on_map
            for office in match.offices
            if office.municipality == code
        }
        lists = profile(county, code, CubeChoice()).list_of(ListKind.HERE)
        counts = cube.sure.any(axis=(0, 1)) & (shared.municipality == m)
        coverage = {table.actor_ids[int(actor)] for actor in shared.actor[counts]}
        assert start == set(lists.actor_ids) == coverage
