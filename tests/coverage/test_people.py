"""Counting over people: percentiles are times that somebody has, groups are pooled."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ris_map.coverage.people import People, count_within, figures, weighted_percentile

TIMES = st.sampled_from((0.0, 5.0, 60.0, 60.000001, 300.0, math.inf))


@st.composite
def crowds(draw: st.DrawFn) -> tuple[np.ndarray, People]:
    """Return minutes of a few cells and the people behind them, in up to four groups."""
    places, rows, groups = draw(st.integers(1, 8)), draw(st.integers(1, 3)), draw(st.integers(1, 4))
    size = {"min_size": places, "max_size": places}
    minutes = [draw(st.lists(TIMES, **size)) for _ in range(rows)]
    people = People(
        persons=np.array(draw(st.lists(st.integers(0, 13), **size)), dtype=np.int64),
        group=np.array(draw(st.lists(st.integers(0, groups - 1), **size)), dtype=np.int64),
        groups=groups,
    )
    return np.array(minutes), people


def one_by_one(minutes: np.ndarray, people: People, group: int) -> list[float]:
    """Return the sorted minutes of every single person of a group."""
    inside = people.group == group
    return sorted(np.repeat(minutes[inside], people.persons[inside]).tolist())


@given(crowds(), st.sampled_from((1, 10, 50, 90, 100)), st.sampled_from((0.0, 5.0, 60.0, 1000.0)))
def test_R1_figures_equal_a_count_person_by_person(crowd, percent: int, limit: float) -> None:
    minutes, people = crowd
    percentiles = weighted_percentile(minutes, people=people, percent=percent)
    within = count_within(minutes, people=people, limit=limit)
    found = figures(minutes, people=people, thresholds=(5.0, 60.0), limit=limit)
    for row in range(len(minutes)):
        for group in range(people.groups):
            everybody = one_by_one(minutes[row], people, group)
            needed = math.ceil(percent * len(everybody) / 100 - 1e-9)
            expected = everybody[needed - 1] if everybody else math.nan
            assert percentiles[group, row] == pytest.approx(expected, nan_ok=True)
            assert within[group, row] == sum(time <= limit for time in everybody)
            over = [max(time - limit, 0) for time in everybody]
            beyond = [time for time in over if time > 0]
            for name, times in (
                ("mean_minutes", everybody),
                ("shortfall_minutes", over),
                ("excess_minutes", beyond),
            ):
                expected = sum(times) / len(times) if times else math.nan
                assert getattr(found, name)[group, row] == pytest.approx(expected, nan_ok=True)


def test_R1_the_shortfall_adds_up_over_groups_and_leaves_out_who_has_no_road() -> None:
    """FGT1 in minutes: 30 too long for one of three inland, nothing at the coast, an island."""
    minutes = np.array([[90.0, 50.0, 10.0, math.inf]])
    persons = np.array([1, 2, 3, 4])
    has_road = np.array([True, True, True, False])
    apart = People(persons=persons, group=np.array([0, 0, 1, 1]), groups=2, has_road=has_road)
    whole = People(persons=persons, group=np.zeros(4, dtype=int), groups=1, has_road=has_road)
    parts, total = (
        figures(minutes, people=people, thresholds=(60.0,), limit=60.0) for people in (apart, whole)
    )
    assert parts.shortfall_minutes[:, 0].tolist() == [10.0, 0.0]
    assert parts.excess_minutes[0, 0] == 30.0
    assert math.isnan(parts.excess_minutes[1, 0])
    assert total.shortfall_minutes[0, 0] == (3 * 10.0 + 3 * 0.0) / 6
    assert parts.people_within[:, 0, 0].tolist() == [2, 3]
    assert parts.share_within[1, 0, 0] == 3 / 7  # the islanders are counted, and not reached


def test_ninety_per_cent_of_ten_people_are_nine() -> None:
    """0.9 x 10 must not become 9.000000000000002 and ask for a tenth person."""
    for size in range(1, 2000):
        people = People(persons=np.array([size]), group=np.array([0]), groups=1)
        assert weighted_percentile(np.array([[7.0]]), people=people, percent=90)[0, 0] == 7.0
    ten = People(persons=np.array([9, 1]), group=np.array([0, 0]), groups=1)
    assert weighted_percentile(np.array([[3.0, 99.0]]), people=ten, percent=90)[0, 0] == 3.0
