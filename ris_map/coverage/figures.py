"""People within a time, and percentiles of time, for any grouping of the localities.

Municipalities, coast and inland, and the county all go through this one function: a group's figure
is counted over its people, never averaged over its municipalities.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ris_map.coverage.people import People, people_within, weighted_mean, weighted_percentile
from ris_map.travel.arrays import FloatArray, IntArray, readonly


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Figures:
    """Figures per group, phase and service type, over located residents. Arrays are read-only.

    Parameters
    ----------
    persons : array of int, shape (groups,)
        Located residents.
    people_within : array of int, shape (groups, 3, 5, thresholds)
        Located residents whose minutes are at most the threshold (inclusive).
    share_within : array of float, same shape
        The same as a share of located residents; NaN for a group without any.
    median_minutes, p90_minutes : array of float, shape (groups, 3, 5)
        The shortest time within which at least 50 (90) per cent of located residents arrive;
        infinite if fewer can get there at all.
    mean_minutes : array of float, shape (groups, 3, 5)
        Mean over located residents, each to the office nearest to them; infinite if anybody
        cannot get there.
    """

    persons: IntArray
    people_within: IntArray
    share_within: FloatArray
    median_minutes: FloatArray
    p90_minutes: FloatArray
    mean_minutes: FloatArray


def figures(minutes: FloatArray, *, people: People, thresholds: tuple[float, ...]) -> Figures:
    """Return the figures of groups of localities.

    Parameters
    ----------
    minutes : array of float, shape (3, 5, localities)
        Minutes from each locality to the nearest office of each cell.
    people : People
        Residents of each locality and the group it belongs to.
    thresholds : tuple of float
        Minutes.
    """
    within = np.stack(
        [count_within(minutes, people=people, limit=limit) for limit in thresholds], axis=-1
    )
    rows = _as_rows(minutes)
    mean = weighted_mean(rows, people=people)
    return Figures(
        persons=readonly(people.located),
        people_within=readonly(within),
        share_within=readonly(within / _or_nan(people)[:, None, None, None]),
        median_minutes=readonly(percentile(minutes, people=people, percent=50)),
        p90_minutes=readonly(percentile(minutes, people=people, percent=90)),
        mean_minutes=readonly(mean.T.reshape(people.groups, *minutes.shape[:2])),
    )


def percentile(minutes: FloatArray, *, people: People, percent: int) -> FloatArray:
    """Return one percentile, shape (groups, 3, 5); see ``weighted_percentile``."""
    rows = _as_rows(minutes)
    found = weighted_percentile(rows, people=people, percent=percent)
    return found.T.reshape(people.groups, *minutes.shape[:2])


def count_within(minutes: FloatArray, *, people: People, limit: float) -> IntArray:
    """Return the people within one limit, shape (groups, 3, 5)."""
    rows = _as_rows(minutes)
    counted = people_within(rows, people=people, limit=limit)
    return counted.T.reshape(people.groups, *minutes.shape[:2])


def share_within(minutes: FloatArray, *, people: People, limit: float) -> FloatArray:
    """Return the share of people within one limit, shape (groups, 3, 5)."""
    counted = count_within(minutes, people=people, limit=limit)
    share: FloatArray = counted / _or_nan(people)[:, None, None]
    return share


def _or_nan(people: People) -> FloatArray:
    located = people.located
    return np.where(located > 0, located.astype(np.float64), np.nan)


def _as_rows(minutes: FloatArray) -> FloatArray:
    phases, services, places = minutes.shape
    return minutes.reshape(phases * services, places)
