"""The county as it is: figures out of the raw files, ranges, and the same number everywhere.

No figure of the register is fixed here: it may be edited without touching a test.
"""

from __future__ import annotations

import inspect
import re
from itertools import product
from types import ModuleType

import numpy as np
import pytest

from ris_map.coverage.cube import (
    THRESHOLDS,
    UNKNOWN_CLASS,
    class_codes,
    class_shares,
    coverage_cube,
    cube_of,
    population_of,
    share_range,
    speeds_of,
    support_of,
    time_class,
)
from ris_map.coverage.groups import Supply, group_figures, supply_of
from ris_map.coverage.support import CubeChoice
from ris_map.municipality.profile import ListKind, profile
from ris_map.register.selection import Filter, select
from ris_map.register.vocabulary import Phase, ServiceType
from ris_map.travel.network import SPEED_MODELS
from tests.coverage import from_raw_files
from tests.coverage.worlds import without
from tests.factories import real_world
from tests.travel import raw

IDEA, ADVICE = (Phase.IDE,), (ServiceType.RADGIVNING,)


def test_R1_R2_every_figure_of_the_county_comes_out_of_the_raw_files() -> None:
    """900 numbers of residents, from pandas and networkx, against the cube: equal to the unit."""
    cube = cube_of(real_world(), CubeChoice())
    expected = from_raw_files.people_within(real_world().on)
    assert len(expected) == 15 * 15 * 4
    for code, phase, kind in product(cube.municipality_codes, Phase, ServiceType):
        cell = cube.cell(code, phase=phase, service_type=kind)
        for limit, people in zip(THRESHOLDS, cell.people_within, strict=True):
            assert people == expected[code, phase.value, kind.value, limit], (code, phase, kind)


@pytest.mark.parametrize("module", [from_raw_files, raw])
def test_the_second_count_imports_nothing_of_the_product(module: ModuleType) -> None:
    names = re.findall(r"^(?:from|import) (\S+)", inspect.getsource(module), re.MULTILINE)
    ours = {name for name in names if name.startswith(("ris_map", "tests"))}
    assert ours <= {"tests.travel"}


# -------------------------------------------------------------------- squares


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
    assert np.array_equal(minutes, cube.minutes[0, list(ServiceType).index(ADVICE[0])])
    within = np.bincount(
        residents.municipality, residents.persons * (minutes <= choice.threshold), 15
    )
    assert np.array_equal(within, cube.figures.people_within[:, 0, 2, cube.threshold_at])
    assert np.array_equal(supply_of(county, choice).minutes, cube.minutes.min(axis=(0, 1)))


def test_K3_R2_islands_by_ferry_are_unknown_squares_and_counted_as_not_reached() -> None:
    county = real_world()
    found = supply_of(county, CubeChoice(), IDEA, ADVICE)
    ferry = np.asarray(county.cells.is_ferry)
    assert ferry.sum() > 0
    assert found.is_unknown[ferry].all()
    assert np.isinf(found.minutes[ferry]).all()
    assert (found.classes[ferry] == UNKNOWN_CLASS).all()


# -------------------------------------------------------------------- groups and ranges


def test_R6_W8_each_side_has_its_legend_its_range_and_the_offices_it_rests_on() -> None:
    """Idea-phase advice inland rests on one office; the figure without it is said with it."""
    county = real_world()
    inland = county.foundations.geography.division("samverkan").inland
    coast = tuple(c for c in population_of(county).municipality_codes if c not in inland)
    groups = {"inland": inland, "coast": coast}
    classes = supply_of(county, CubeChoice(), IDEA, ADVICE).classes
    shares = class_shares(county, classes, groups)
    assert group_figures(county, CubeChoice(), inland, IDEA, ADVICE).carriers
    for name, codes in groups.items():
        figures = group_figures(county, CubeChoice(), codes, IDEA, ADVICE)
        assert sum(shares[name]) == pytest.approx(1)
        assert sum(shares[name][:2]) == pytest.approx(figures.share)
        assert figures.share_low <= figures.share <= figures.share_high
        assert figures.beyond == round(figures.residents * (1 - figures.share))
        for carrier in figures.carriers:
            table, people = without(support_of(county), carrier.actor.id), population_of(county)
            cube = coverage_cube(table, county.matrix, population=people)
            share = Supply(cube, IDEA, ADVICE).share_of(codes)
            assert carrier.share_without == pytest.approx(share)
            assert carrier.share_without <= 0.5 * figures.share
            assert carrier.towns


def test_R9_every_figure_has_its_range_over_the_speed_models() -> None:
    choice, county = CubeChoice(), real_world()
    cubes = [cube_of(county, one) for one in speeds_of(choice)]
    assert [cube.matrix.speed_model.id for cube in cubes] == [m.id for m in SPEED_MODELS]
    low, high = share_range(county, choice)
    shares = [cube.figures.share_within[..., cube.threshold_at] for cube in cubes]
    assert all(((low <= share) & (share <= high)).all() for share in shares)
    assert ((low == shares).any(axis=0) & (high == shares).any(axis=0)).all()
    assert np.array_equal(share_range(county, CubeChoice(speed="winter")), (low, high))


def test_one_cube_per_choice_and_the_slower_model_reaches_nobody_more() -> None:
    county = real_world()
    summer = cube_of(county, CubeChoice())
    assert cube_of(county, CubeChoice()) is summer
    winter = cube_of(county, CubeChoice(speed="winter"))
    assert (winter.rows.min(axis=0) >= summer.rows.min(axis=0)).all()
    assert (winter.figures.people_within <= summer.figures.people_within).all()


def test_W2_where_the_answer_depends_on_unknowns_there_is_a_range_and_never_a_bare_zero() -> None:
    """Counted by what is sourced alone, where many offices are unknown."""
    strict, whole = (cube_of(real_world(), CubeChoice(sourced_only=s)) for s in (True, False))
    assert (strict.figures.people_within <= whole.figures.people_within).all()
    share = strict.figures.share_within[..., strict.threshold_at]
    assert (strict.share_at_best >= share).all()
    assert (strict.share_at_best[strict.is_maybe_physical & (share == 0)] > 0).any()
    found = Supply(strict, (Phase.VAXA,), (ServiceType.FINANSIERING_RADGIVNING,))
    codes = strict.municipality_codes
    assert found.best.share_of(codes) > found.share_of(codes)


def test_W1_M2_start_kommun_and_coverage_count_the_same_offices_in_every_municipality() -> None:
    county, cube = real_world(), cube_of(real_world(), CubeChoice())
    on_map = select(county.register, Filter(), groups={}, on=county.on).on_map
    table = cube.table
    for m, code in enumerate(cube.municipality_codes):
        start = {
            match.actor.id
            for match in on_map
            for office in match.offices
            if office.municipality == code
        }
        lists = profile(county, code, CubeChoice()).list_of(ListKind.HERE)
        counts = cube.sure.any(axis=(0, 1)) & (table.office_municipality == m)
        coverage = {table.actors[actor].id for actor in table.office_actor[counts]}
        assert start == set(lists.actors) == coverage
