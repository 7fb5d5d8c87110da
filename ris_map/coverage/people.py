"""Counting over residents: who lives where, who is within a time, and times people really have.

Municipalities, coast and inland, and the county all go through :func:`figures`: a group's figure
is counted over its people, never averaged over its municipalities.
"""

from collections.abc import Collection
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Self

import numpy as np

from ris_map.geography.county import Geography
from ris_map.travel.network import BoolArray, FloatArray, IntArray, readonly

NO_SEAT = -1


@dataclass(frozen=True, kw_only=True, eq=False)
class People:
    """Residents by place, and the group that each place belongs to."""

    persons: IntArray  # (places,)
    group: IntArray  # (places,) index of each place's group
    groups: int
    has_road: BoolArray
    """(places,) Where no road leads there is no time: left out of means, counted in every share."""

    @cached_property
    def located(self) -> IntArray:
        """Residents per group."""
        # bincount adds in float64: exact for whole numbers far beyond any population
        return np.bincount(self.group, self.persons, self.groups).astype(np.int64)

    @cached_property
    def places(self) -> tuple[IntArray, ...]:
        """The inhabited places of each group."""
        inhabited = np.flatnonzero(self.persons > 0)
        order = inhabited[np.argsort(self.group[inhabited], kind="stable")]
        bounds = np.searchsorted(self.group[order], np.arange(1, self.groups))
        return tuple(np.split(order, bounds))


@dataclass(frozen=True, kw_only=True, eq=False)
class Residents(People):
    """Everybody, by inhabited 1 km cell and municipality. Arrays are read-only.

    No road leads to islands by ferry, nor to what is too far from every road.
    """

    year: int  # of the census
    municipality_codes: tuple[str, ...]  # in the order of the geography, and of the groups
    seat: IntArray  # (municipalities,) the seat among the settlements, or ``NO_SEAT``

    def among(self, codes: Collection[str]) -> People:
        """Return the residents of some municipalities as one group."""
        return People(
            persons=np.where(self.cells_of(codes), self.persons, 0),
            group=np.zeros_like(self.group),
            groups=1,
            has_road=self.has_road,
        )

    def cells_of(self, codes: Collection[str]) -> BoolArray:
        """Return which cells lie in some municipalities."""
        inside = np.array([code in codes for code in self.municipality_codes])
        return np.asarray(inside[self.group])


def seats(geography: Geography, codes: tuple[str, ...]) -> IntArray:
    """Return the position of each municipality's seat among the localities, or ``NO_SEAT``."""
    found = np.full(len(codes), NO_SEAT, dtype=np.int64)
    for index, place in enumerate(geography.localities):
        if place.is_seat:
            found[codes.index(place.municipality_code)] = index
    return found


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Figures:
    """Figures per group and row of minutes, over all residents. Arrays are read-only.

    Shapes are (groups, rows), where rows may be any further axes: phases x service types. A
    percentile is the shortest time within which so many of a hundred residents arrive, infinite if
    too few can get there at all. Means are over residents with a road, infinite if any of them has
    no office to go to.
    """

    persons: IntArray  # (groups,) residents
    people_within: IntArray  # (groups, rows, thresholds) at most the threshold, inclusive
    share_within: FloatArray  # the same as a share of all residents; NaN for a group without any
    median_minutes: FloatArray
    p90_minutes: FloatArray
    mean_minutes: FloatArray
    shortfall_minutes: FloatArray  # mean minutes beyond the limit, nobody's below zero (FGT1)
    excess_minutes: FloatArray  # the same of those who are beyond it; NaN if nobody is

    def of_rows(self, index: IntArray | int) -> Self:
        """Return the figures with the second axis replaced by ``index``."""
        taken = {
            item.name: readonly(getattr(self, item.name)[:, index])
            for item in fields(self)
            if item.name != "persons"
        }
        return replace(self, **taken)


def figures(
    minutes: FloatArray, *, people: People, thresholds: tuple[float, ...], limit: float
) -> Figures:
    """Return the figures of groups of places, from minutes of shape (rows, places)."""
    shape = (people.groups, len(minutes))
    within = np.zeros((*shape, len(thresholds)), dtype=np.int64)
    median, p90, mean, shortfall, excess = (np.full(shape, np.nan) for _ in range(5))
    for group, places in enumerate(people.places):
        if not len(places):
            continue
        mine, persons = minutes[:, places], people.persons[places]
        in_order, running = _running(mine, persons)
        for at, threshold in enumerate(thresholds):
            within[group, :, at] = (mine <= threshold) @ persons
        median[group], p90[group] = (_percentile(in_order, running, part) for part in (50, 90))
        on_road = people.has_road[places]
        mine, persons = mine[:, on_road], persons[on_road]
        over = np.maximum(mine - limit, 0.0)
        beyond = (over > 0) @ persons
        with np.errstate(invalid="ignore", divide="ignore"):  # 0 / 0 where nobody is beyond
            mean[group] = mine @ persons / persons.sum()
            shortfall[group] = over @ persons / persons.sum()
            excess[group] = over @ persons / beyond
    located = people.located
    all_of_them = np.where(located > 0, located, np.nan)
    return Figures(
        persons=readonly(located),
        people_within=readonly(within),
        share_within=readonly(within / all_of_them[:, None, None]),
        median_minutes=readonly(median),
        p90_minutes=readonly(p90),
        mean_minutes=readonly(mean),
        shortfall_minutes=readonly(shortfall),
        excess_minutes=readonly(excess),
    )


def weighted_percentile(minutes: FloatArray, *, people: People, percent: int) -> FloatArray:
    """Return percentiles of minutes over people, shape (groups, rows).

    The percentile is the shortest time within which at least ``percent`` per cent of the people of
    the group arrive: always a time that somebody really has, never a value between two. It is
    infinite if too few can get there at all, and NaN for a group without people.
    """
    found = np.full((people.groups, len(minutes)), np.nan)
    for group, places in enumerate(people.places):
        if len(places):
            found[group] = _percentile(
                *_running(minutes[:, places], people.persons[places]), percent
            )
    return found


def _running(minutes: FloatArray, persons: IntArray) -> tuple[FloatArray, IntArray]:
    """Return minutes in order, and how many people have the first 0, 1, 2 ... of them."""
    by_time = np.argsort(minutes, axis=1)
    running = np.zeros((len(minutes), len(persons) + 1), dtype=np.int64)
    np.cumsum(persons[by_time], axis=1, out=running[:, 1:])
    return np.take_along_axis(minutes, by_time, axis=1), running


def _percentile(in_order: FloatArray, running: IntArray, percent: int) -> FloatArray:
    # whole people, in whole numbers: 90 per cent of 11 is 10 people, with no rounding error
    wanted = -(-running[:, -1] * percent // 100)
    position = (running[:, 1:] < wanted[:, None]).sum(axis=1)
    return np.asarray(in_order[np.arange(len(running)), position])
