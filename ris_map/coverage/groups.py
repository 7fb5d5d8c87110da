"""The chosen kinds of help as one, for municipalities and groups of them: coast and inland.

A county average alone hides the inland, so every figure is told per group, with its range over the
speed models and the actors on which it rests.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np

from ris_map.coverage.cube import THRESHOLDS, CoverageCube, positions
from ris_map.coverage.cubes import chosen_minutes, cubes_over_speeds
from ris_map.coverage.fragility import Carrier, carriers
from ris_map.coverage.people import Figures, figures, weighted_percentile
from ris_map.coverage.support import CubeChoice
from ris_map.register.vocabulary import Phase, ServiceType
from ris_map.travel.network import BoolArray, CodeArray, FloatArray, IntArray, readonly
from ris_map.travel.world import World


class Kinds(Protocol):
    """A choice of phases and service types; nothing chosen means all."""

    @property
    def shown_phases(self) -> tuple[Phase, ...]:
        """Phases that count."""

    @property
    def shown_types(self) -> tuple[ServiceType, ...]:
        """Service types that count."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Together:
    """All chosen kinds of help as if they were one.

    Parameters
    ----------
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
        return self._figures(self.cube.population.outside(codes)).of_group(0)

    def share_at_best(self, codes: Collection[str]) -> float:
        """Return a group's share within the threshold if all unknown turned out well."""
        population, limit = self.cube.population, self.cube.choice.threshold
        inside = ~population.outside(codes)[population.municipality]
        persons = population.persons[inside]
        within = persons[self.minutes_at_best[inside] <= limit].sum()
        return float(within / persons.sum()) if persons.sum() else float("nan")

    def actors_within(self, kinds: Kinds) -> IntArray:
        """Return the number of different actors within the threshold of each cell."""
        offices = _matching(self.cube, kinds)
        minutes, actor = self.cube.shared.of(offices), self.cube.shared.actor[offices]
        near = minutes <= self.cube.choice.threshold
        number = np.zeros(minutes.shape[1], dtype=np.int64)
        for a in np.unique(actor):
            number += near[actor == a].any(axis=0)
        return number

    def _figures(self, group: IntArray | BoolArray) -> Figures:
        people = self.cube.population.grouped(group, groups=int(group.max(initial=0)) + 1)
        return figures(
            self.minutes[None],
            people=people,
            thresholds=THRESHOLDS,
            limit=self.cube.choice.threshold,
        ).of_rows(np.zeros((1, 1), dtype=np.int64))


def together(cube: CoverageCube, choice: Kinds) -> Together:
    """Return the chosen kinds of help taken together."""
    nearest, at_best = chosen_minutes(cube, choice.shown_phases, choice.shown_types)
    limit, people = cube.choice.threshold, cube.population.people
    medians = weighted_percentile(np.stack([nearest, at_best]), people=people, percent=50)
    every = (slice(None), *positions(choice.shown_phases, choice.shown_types))
    on_site = np.asarray((cube.offices_on_site[every] > 0).any(axis=(1, 2)))
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
    people = population.grouped(population.outside(codes), groups=2)
    number = found.actors_within(kinds)[None].astype(np.float64)
    # of an even number of residents the one with fewer: half of them have at least this many
    median = weighted_percentile(number, people=people, percent=50)[0, 0]
    return 0 if np.isnan(median) else int(median)


def pooled(cube: CoverageCube, codes: Collection[str]) -> Figures:
    """Return the figures of every kind of help for a set of municipalities as one group."""
    people = cube.population.grouped(cube.population.outside(codes), groups=2)
    by_row = figures(cube.rows, people=people, thresholds=THRESHOLDS, limit=cube.choice.threshold)
    return by_row.of_rows(cube.row).of_group(0)


def matching_offices(cube: CoverageCube, choice: Kinds) -> IntArray:
    """Return the positions of the offices that are known to match any chosen kind of help."""
    return cube.shared.office[_matching(cube, choice)]


def _matching(cube: CoverageCube, choice: Kinds) -> IntArray:
    at = positions(choice.shown_phases, choice.shown_types)
    return np.flatnonzero(cube.sure[at].any(axis=(0, 1)))


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupFigures:
    """What is said of one group of municipalities, for the chosen kinds of help.

    ``beyond``: residents beyond the threshold or without a way; ``share``: within it; both known,
    and at best, if everything unknown turned out well. Low and high are over the speed models.
    Minutes are those of :class:`ris_map.coverage.people.Figures`. ``actors``: different ones that
    the resident in the middle has within the threshold. On ``carriers`` the share rests.
    """

    residents: int
    beyond: int
    beyond_at_best: int
    share: float
    share_at_best: float
    share_low: float
    share_high: float
    median_minutes: float
    median_low: float
    median_high: float
    p90_minutes: float
    shortfall_minutes: float
    excess_minutes: float
    actors: int
    carriers: tuple[Carrier, ...]


def group_figures(
    world: World, choice: CubeChoice, kinds: Kinds, groups: Mapping[str, Collection[str]]
) -> dict[str, GroupFigures]:
    """Return the figures of groups of municipalities, with ranges and what they rest on."""
    found = [together(cube, kinds) for cube in cubes_over_speeds(world, choice)]
    return {name: _group(found, kinds, codes) for name, codes in groups.items()}


def _group(found: list[Together], kinds: Kinds, codes: Collection[str]) -> GroupFigures:
    figures = [item.of(codes) for item in found]
    first, at, cube = figures[0], found[0].threshold_at, found[0].cube
    residents, at_best = int(first.persons[0]), found[0].share_at_best(codes)
    shares = [float(f.share_within[0, 0, 0, at]) for f in figures]
    medians = [float(f.median_minutes[0, 0, 0]) for f in figures]
    return GroupFigures(
        residents=residents,
        beyond=residents - int(first.people_within[0, 0, 0, at]),
        beyond_at_best=round(residents * (1 - at_best)),
        share=shares[0],
        share_at_best=at_best,
        share_low=min(shares),
        share_high=max(shares),
        median_minutes=medians[0],
        median_low=min(medians),
        median_high=max(medians),
        p90_minutes=float(first.p90_minutes[0, 0, 0]),
        shortfall_minutes=float(first.shortfall_minutes[0, 0, 0]),
        excess_minutes=float(first.excess_minutes[0, 0, 0]),
        actors=median_actors(found[0], kinds, codes),
        carriers=carriers(cube, codes, phases=kinds.shown_phases, types=kinds.shown_types),
    )
