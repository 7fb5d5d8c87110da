"""Counting over people: how many are within a time, and percentiles that people really have."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ris_map.travel.arrays import FloatArray, IntArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class People:
    """Residents by place, and the group that each place belongs to.

    Parameters
    ----------
    persons, group : array of int, shape (places,)
        Residents and group index of each place.
    groups : int
        Number of groups.
    """

    persons: IntArray
    group: IntArray
    groups: int

    @property
    def located(self) -> IntArray:
        """Residents per group."""
        # bincount adds in float64: exact for whole numbers far beyond any population
        return np.bincount(self.group, weights=self.persons, minlength=self.groups).astype(np.int64)


def people_within(minutes: FloatArray, *, people: People, limit: float) -> IntArray:
    """Return the number of people per row and group whose minutes are at most the limit.

    Parameters
    ----------
    minutes : array of float, shape (rows, places)
        Minutes of each place.
    people : People
        Who lives there.
    limit : float
        Minutes; the limit itself counts as within.

    Returns
    -------
    array of int, shape (rows, groups)
    """
    rows = minutes.shape[0]
    row, place = np.nonzero(minutes <= limit)
    counted = np.bincount(
        row * people.groups + people.group[place],
        weights=people.persons[place],
        minlength=rows * people.groups,
    )
    return counted.astype(np.int64).reshape(rows, people.groups)


def weighted_mean(minutes: FloatArray, *, people: People) -> FloatArray:
    """Return mean minutes over people per row and group; infinite if anybody cannot get there.

    NaN for a group without people.
    """
    inhabited = np.flatnonzero(people.persons > 0)
    rows = minutes.shape[0]
    index = (np.arange(rows)[:, None] * people.groups + people.group[inhabited]).ravel()
    sums = np.bincount(
        index,
        weights=(minutes[:, inhabited] * people.persons[inhabited]).ravel(),
        minlength=rows * people.groups,
    )
    located = people.located
    return sums.reshape(rows, people.groups) / np.where(located > 0, located, np.nan)


def weighted_percentile(minutes: FloatArray, *, people: People, percent: int) -> FloatArray:
    """Return percentiles of minutes over people, per row and group.

    The percentile is the shortest time within which at least ``percent`` per cent of the people of
    the group arrive: always a time that somebody really has, never a value between two. It is
    infinite if too few can get there at all, and NaN for a group without people.

    Parameters
    ----------
    minutes : array of float, shape (rows, places)
        Minutes of each place; infinite = cannot be reached.
    people : People
        Who lives there.
    percent : int
        From 1 to 100.

    Returns
    -------
    array of float, shape (rows, groups)
    """
    rows, places = minutes.shape
    if places == 0:
        return np.full((rows, people.groups), np.nan)
    by_time = np.argsort(minutes, axis=1, kind="stable")
    by_group = np.argsort(people.group[by_time], axis=1, kind="stable")
    order = np.take_along_axis(by_time, by_group, axis=1)
    running = np.cumsum(people.persons[order], axis=1)
    located = people.located
    before = np.cumsum(located) - located
    # whole people, in whole numbers: 90 per cent of 11 is 10 people, with no rounding error
    wanted = before + -(-located * percent // 100)
    # one search over all rows: each row is lifted above the one before it
    lift = (np.arange(rows, dtype=np.int64) * (located.sum() + 1))[:, None]
    found = np.searchsorted((running + lift).ravel(), (wanted + lift).ravel())
    in_order = np.take_along_axis(minutes, order, axis=1).ravel()
    values = in_order[np.minimum(found, rows * places - 1)].reshape(rows, people.groups)
    return np.where(located > 0, values, np.nan)
