"""The chosen kinds of help as one, for municipalities and groups of them: coast and inland.

A county average alone hides the inland; so every figure is told per group, with the tenth of the
residents that has the longest way.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np

from ris_map.coverage.cube import (
    REMOTE,
    CoverageCube,
    chosen_minutes,
    positions,
)
from ris_map.coverage.people import Figures, figures, weighted_percentile
from ris_map.geography.county import Division
from ris_map.register.vocabulary import Delivery, Phase, ServiceType
from ris_map.travel.arrays import BoolArray, CodeArray, FloatArray, IntArray, readonly

COAST, INLAND = "coast", "inland"


class Kinds(Protocol):
    """A choice of phases and service types; nothing chosen means all."""

    @property
    def shown_phases(self) -> tuple[Phase, ...]:
        """Phases that count."""

    @property
    def shown_types(self) -> tuple[ServiceType, ...]:
        """Service types that count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorstOff:
    """The part of the residents with the longest way to the chosen kinds of help.

    Parameters
    ----------
    percent, people : int
        How large a part, and its number of people, rounded up to whole people.
    minutes_from : float
        The shortest time among them: all the others need at most this long.
    mean_minutes : float
        Their mean; infinite if any of them cannot get there.
    by_municipality : tuple of (str, float)
        How many of them live where, in the order of the municipalities, without zeros. Places with
        equal minutes at the limit share in proportion to their people.
    """

    percent: int
    people: int
    minutes_from: float
    mean_minutes: float
    by_municipality: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Curve:
    """How many residents of a group arrive within a time. Arrays are read-only.

    Parameters
    ----------
    group_id : str or None
        Group of the division; None = everybody.
    minutes : array of float
        Every time that somebody needs, ascending, without infinity.
    people : array of int
        Residents that arrive within it (inclusive); never falls.
    located : int
        All residents of the group; ``located - people[-1]`` cannot get there.
    """

    group_id: str | None
    minutes: FloatArray
    people: IntArray
    located: int

    @property
    def share(self) -> FloatArray:
        """``people`` as a share of all residents of the group."""
        share: FloatArray = self.people / max(self.located, 1)
        return share

    @property
    def without_way(self) -> int:
        """Residents that cannot get to any matching office."""
        return self.located - (int(self.people[-1]) if len(self.people) else 0)


@dataclass(frozen=True, kw_only=True, eq=False)
class Together:
    """All chosen kinds of help as if they were one.

    Parameters
    ----------
    cube : CoverageCube
        The coverage.
    minutes, minutes_at_best : array of float, shape (cells,)
        To the nearest office that is known to match; and if all unknown turned out well.
    on_site, is_there, may_be_there : array of bool, shape (municipalities,)
        Whether an office stands there; on site or within reach; not known to be there, but may be.
    remote : array of int8, shape (municipalities, 3)
        Positions in ``ANSWERS``: visit, digital, phone.
    """

    cube: CoverageCube
    minutes: FloatArray
    minutes_at_best: FloatArray
    on_site: BoolArray
    is_there: BoolArray
    may_be_there: BoolArray
    remote: CodeArray

    @cached_property
    def figures(self) -> Figures:
        """Per municipality; one phase and one service type."""
        return self._figures(np.arange(len(self.cube.municipality_codes)))

    @property
    def median(self) -> FloatArray:
        """Median minutes per municipality."""
        return self.figures.median_minutes[:, 0, 0]

    @property
    def p90(self) -> FloatArray:
        """90th percentile of minutes per municipality."""
        return self.figures.p90_minutes[:, 0, 0]

    @property
    def threshold_at(self) -> int:
        """Position of the chosen threshold."""
        return self.cube.threshold_at

    @property
    def share(self) -> FloatArray:
        """Share of residents within the threshold, per municipality."""
        return self.figures.share_within[:, 0, 0, self.threshold_at]

    def of(self, codes: Collection[str]) -> Figures:
        """Return the pooled figures of any set of municipalities (one group)."""
        return self._figures(_outside(self.cube, codes)).of_group(0)

    def share_at_best(self, codes: Collection[str]) -> float:
        """Return a group's share within the threshold if all unknown turned out well."""
        limit = self.cube.definition.threshold
        inside = _outside(self.cube, codes)[self.cube.population.municipality] == 0
        persons = self.cube.population.persons[inside]
        within = persons[self.minutes_at_best[inside] <= limit].sum()
        return float(within / persons.sum()) if persons.sum() else float("nan")

    def curves(self, division: Division) -> tuple[Curve, ...]:
        """Return the cumulative curve of each group of a division, then of everybody."""
        population = self.cube.population
        group = group_index(self.cube, division)[population.municipality]
        masks = [(item.id, group == index) for index, item in enumerate(division.groups)]
        return tuple(
            _curve(group_id, self.minutes, population.persons, inside)
            for group_id, inside in (*masks, (None, np.ones(len(group), dtype=np.bool_)))
        )

    def worst_off(self, percent: int = 10) -> WorstOff:
        """Return the part of the residents with the longest way."""
        population, people = self.cube.population, self.cube.population.persons
        wanted = -(-int(people.sum()) * percent // 100)
        if not wanted:
            nan = float("nan")
            return WorstOff(
                percent=percent, people=0, minutes_from=nan, mean_minutes=nan, by_municipality=()
            )
        order = np.argsort(-self.minutes, kind="stable")
        limit = float(self.minutes[order[np.searchsorted(np.cumsum(people[order]), wanted)]])
        beyond, at = self.minutes > limit, self.minutes == limit
        left = wanted - people[beyond].sum()
        taken = np.where(beyond, people, np.where(at, people * (left / people[at].sum()), 0))
        living = np.bincount(
            population.municipality, weights=taken, minlength=len(population.municipality_codes)
        )
        some = taken > 0
        return WorstOff(
            percent=percent,
            people=wanted,
            minutes_from=limit,
            mean_minutes=float((self.minutes[some] * taken[some]).sum() / wanted),
            by_municipality=tuple(
                (code, float(number))
                for code, number in zip(population.municipality_codes, living, strict=True)
                if number > 0
            ),
        )

    def actors_within(self, kinds: Kinds) -> IntArray:
        """Return the number of different actors within the threshold of each cell."""
        offices = _matching(self.cube, kinds)
        minutes, actor = self.cube.shared.of(offices), self.cube.shared.actor[offices]
        near = minutes <= self.cube.definition.threshold
        number = np.zeros(minutes.shape[1], dtype=np.int64)
        for a in np.unique(actor):
            number += near[actor == a].any(axis=0)
        return number

    def _figures(self, group: IntArray) -> Figures:
        definition = self.cube.definition
        people = self.cube.population.grouped(group, groups=int(group.max(initial=0)) + 1)
        return figures(
            self.minutes[None],
            people=people,
            thresholds=definition.thresholds,
            limit=definition.threshold,
        ).of_rows(np.zeros((1, 1), dtype=np.int64))


def together(cube: CoverageCube, choice: Kinds) -> Together:
    """Return the chosen kinds of help taken together."""
    at = positions(choice.shown_phases, choice.shown_types)
    nearest, at_best = chosen_minutes(cube, phases=choice.shown_phases, types=choice.shown_types)
    limit, people = cube.definition.threshold, cube.population.people
    medians = weighted_percentile(np.stack([nearest, at_best]), people=people, percent=50)
    every = (slice(None), *at)
    on_site: BoolArray = np.asarray((cube.offices_on_site[every] > 0).any(axis=(1, 2)))
    is_there = on_site | (medians[:, 0] <= limit)
    may_be_there = cube.is_maybe_physical[every].any(axis=(1, 2)) | (medians[:, 1] <= limit)
    return Together(
        cube=cube,
        minutes=readonly(nearest),
        minutes_at_best=readonly(at_best),
        on_site=on_site,
        is_there=is_there,
        may_be_there=may_be_there & ~is_there,
        remote=cube.remote[every].max(axis=(1, 2)),
    )


def median_actors(found: Together, kinds: Kinds, codes: Collection[str]) -> int:
    """Return how many different actors the resident in the middle has within the threshold."""
    population = found.cube.population
    people = population.grouped(_outside(found.cube, codes), groups=2)
    number = found.actors_within(kinds)[None].astype(np.float64)
    # of an even number of residents the one with fewer: half of them have at least this many
    median = weighted_percentile(number, people=people, percent=50)[0, 0]
    return 0 if np.isnan(median) else int(median)


def pooled(cube: CoverageCube, codes: Collection[str]) -> Figures:
    """Return the figures of every kind of help for a set of municipalities as one group."""
    definition = cube.definition
    return (
        figures(
            cube.rows,
            people=cube.population.grouped(_outside(cube, codes), groups=2),
            thresholds=definition.thresholds,
            limit=definition.threshold,
        )
        .of_rows(cube.row)
        .of_group(0)
    )


def group_index(cube: CoverageCube, division: Division) -> IntArray:
    """Return the position of each municipality's group within the division.

    Raises
    ------
    ValueError
        If a municipality is in no group or in several, or a group names an unknown one.
    """
    codes = cube.municipality_codes
    listed = [code for group in division.groups for code in group.municipalities]
    wrong = sorted({code for code in listed if listed.count(code) > 1} | (set(listed) ^ set(codes)))
    if wrong:
        raise ValueError(f"division {division.id!r} is not one group each for: {', '.join(wrong)}")
    index = {code: i for i, group in enumerate(division.groups) for code in group.municipalities}
    return np.array([index[code] for code in codes], dtype=np.int64)


def matching_offices(cube: CoverageCube, choice: Kinds) -> IntArray:
    """Return the positions of the offices that are known to match any chosen kind of help."""
    return cube.shared.office[_matching(cube, choice)]


def remote_position(delivery: Delivery) -> int:
    """Return the position of a way of help in the arrays named ``remote``."""
    return REMOTE.index(delivery)


def _matching(cube: CoverageCube, choice: Kinds) -> IntArray:
    at = positions(choice.shown_phases, choice.shown_types)
    return np.flatnonzero(cube.sure[at].any(axis=(0, 1)))


def _outside(cube: CoverageCube, codes: Collection[str]) -> IntArray:
    """Return 0 for the municipalities in a set and 1 for the others."""
    return np.array([code not in codes for code in cube.municipality_codes], dtype=np.int64)


def _curve(
    group_id: str | None, minutes: FloatArray, persons: IntArray, inside: BoolArray
) -> Curve:
    counted = inside & (persons > 0)
    reaches = counted & np.isfinite(minutes)
    times, which = np.unique(minutes[reaches], return_inverse=True)
    people = np.bincount(which, weights=persons[reaches], minlength=len(times))
    return Curve(
        group_id=group_id,
        minutes=readonly(times),
        people=readonly(np.cumsum(people).astype(np.int64)),
        located=int(persons[counted].sum()),
    )
