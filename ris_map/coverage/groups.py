"""The chosen kinds of help as one supply, for municipalities and groups of them: coast and inland.

A county average alone hides the inland, so every figure is told per group, with its range over the
speed models and the actors on which it rests.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Self

import numpy as np

from ris_map.coverage.cube import (
    THRESHOLDS,
    CoverageCube,
    class_codes,
    cube_of,
    positions,
    remote_offers,
    speeds_of,
)
from ris_map.coverage.people import Figures, People, figures, weighted_percentile
from ris_map.coverage.support import UNKNOWN, YES, CubeChoice
from ris_map.register.model import Actor
from ris_map.register.vocabulary import Phase, ServiceType
from ris_map.travel.network import BoolArray, CodeArray, FloatArray, IntArray, readonly
from ris_map.travel.world import World, kept
from ris_map.words.figures import Amount, share


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Losses:
    """What is lost without each actor of the support table; arrays begin with (actors, M, 3, 5)."""

    people: IntArray  # who were within the threshold of an office and no longer are
    modes: BoolArray  # (..., 3) visit, digital and phone known to be offered and no longer
    emptied: BoolArray  # an office was on site or within reach, and none is without the actor


def fragility(cube: CoverageCube) -> Losses:
    """Return what is lost without each actor in turn.

    Whoever has another actor within the threshold loses nothing; so each cell's nearest actor and
    the nearest other one tell the loss of every actor at once. A test takes every actor out and
    computes the whole cube again.
    """
    table, shared, limit = cube.table, cube.shared, cube.choice.threshold
    lost = np.zeros((len(table.actors), *cube.state.shape), dtype=np.int64)
    on_site = np.zeros_like(lost)
    for row in np.unique(cube.row):
        kinds = np.argwhere(cube.row == row).tolist()
        offices = np.flatnonzero(cube.sure[tuple(kinds[0])])
        each, near = actors_near(shared.of(offices), table.office_actor[offices], limit)
        for p, s in kinds:
            lost[each, :, p, s] = lost_without(near, cube.population.people)
    k = shared.at_home
    place = table.office_actor[k], table.office_municipality[k]
    np.add.at(on_site, place, np.moveaxis(cube.sure, -1, 0)[k])
    within = cube.figures.people_within[..., cube.threshold_at] - lost
    persons = cube.figures.persons[:, None, None]
    is_there = (cube.offices_on_site > on_site) | ((2 * within >= persons) & (persons > 0))
    # a remote way that no other actor offers
    is_offer = remote_offers(cube.tensor)[:, None] == YES
    own = is_offer & (table.serves.T == YES)[:, :, None, None, None]
    return Losses(
        people=readonly(lost),
        modes=readonly(own & (own.sum(axis=0) == 1)),
        emptied=readonly(cube.is_there & ~is_there),
    )


def actors_near(minutes: FloatArray, actor: IntArray, limit: float) -> tuple[IntArray, BoolArray]:
    """Return the actors of some offices, and which cells have an office of each within a limit."""
    each = np.unique(actor)
    near = np.zeros((len(each), minutes.shape[1]), dtype=np.bool_)
    np.logical_or.at(near, np.searchsorted(each, actor), minutes <= limit)
    return each, near


def lost_without(near: BoolArray, people: People) -> IntArray:
    """Return how many have no other actor near, shape (actors, groups)."""
    alone = near & (near.sum(axis=0) == 1)
    lost = np.zeros((len(near), people.groups), dtype=np.int64)
    for group, places in enumerate(people.places):
        lost[:, group] = alone[:, places] @ people.persons[places]
    return lost


CARRIES = 0.5
"""An actor carries a group if at least this part of those within the threshold are it only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Carrier:
    """An actor on which a group's figure rests.

    ``share_without`` is the group's share within the threshold without the actor, and at best, if
    everything unknown turned out well; without its offices in the ``towns`` alone both are said
    to be the same.
    """

    actor: Actor
    towns: tuple[str, ...]
    share_without: float
    share_at_best: float


@dataclass(frozen=True, eq=False)
class Supply:
    """All kinds of help of some phases and service types as if they were one; none means any.

    Everybody goes to the nearest office of any kind. Arrays are of cells or of municipalities.
    """

    cube: CoverageCube
    phases: tuple[Phase, ...] = ()
    types: tuple[ServiceType, ...] = ()
    at_best: bool = False

    @cached_property
    def best(self) -> Self:
        """The same if everything unknown turned out well; only times and shares differ."""
        return replace(self, at_best=True)

    # ---------------------------------------------------------------- by cell

    @cached_property
    def minutes(self) -> FloatArray:
        """To the nearest office that is known to match; infinite without one, or without a road."""
        row = self.cube.row_at_best if self.at_best else self.cube.row
        return np.asarray(self.cube.rows[np.unique(row[self._at])].min(axis=0))

    @property
    def is_unknown(self) -> BoolArray:
        """Cells without an answer in minutes: ferry only, or an office only if it matches."""
        depends = np.isinf(self.minutes) & np.isfinite(self.best.minutes)
        return np.asarray(~self.cube.population.has_road | depends)

    @property
    def classes(self) -> CodeArray:
        """The map's class of each cell."""
        return class_codes(self.minutes, self.is_unknown)

    @property
    def actors_within(self) -> IntArray:
        """The number of different actors within the threshold of each cell."""
        return np.asarray(self._near[1].sum(axis=0, dtype=np.int64))

    # ---------------------------------------------------------------- by municipality

    @cached_property
    def figures(self) -> Figures:
        """Per municipality."""
        return self._figures(self.cube.population.people)

    @property
    def median(self) -> FloatArray:
        """Median minutes."""
        return self.figures.median_minutes

    @property
    def share(self) -> FloatArray:
        """Share of residents within the threshold."""
        return self.figures.share_within[:, self.cube.threshold_at]

    @property
    def on_site(self) -> BoolArray:
        """Whether a matching office stands there."""
        return np.asarray((self.cube.offices_on_site[:, *self._at] > 0).any(axis=(1, 2)))

    @property
    def is_there(self) -> BoolArray:
        """Whether one is on site or within reach."""
        return np.asarray(self.on_site | (self.median <= self.cube.choice.threshold))

    @property
    def may_be_there(self) -> BoolArray:
        """Whether none is known to be there, but one may be."""
        may_be = self.cube.is_maybe_physical[:, *self._at].any(axis=(1, 2))
        is_near = self.best.median <= self.cube.choice.threshold
        return np.asarray((may_be | is_near) & ~self.is_there)

    @property
    def remote(self) -> CodeArray:
        """Positions in ``ANSWERS``, shape (municipalities, 3): visit, digital, phone."""
        return np.asarray(self.cube.remote[:, *self._at].max(axis=(1, 2)))

    # ---------------------------------------------------------------- by group

    def of(self, codes: Collection[str]) -> Figures:
        """Return the figures of any set of municipalities as one group."""
        return self._figures(self.cube.population.among(codes))

    def share_of(self, codes: Collection[str]) -> float:
        """Return the share of all residents of some municipalities within the threshold."""
        return float(self.of(codes).share_within[0, self.cube.threshold_at])

    def median_actors(self, codes: Collection[str]) -> int:
        """Return how many different actors the resident in the middle has within the threshold."""
        number, people = self.actors_within[None].astype(float), self.cube.population.among(codes)
        # of an even number of residents the one with fewer: half of them have at least this many
        median = weighted_percentile(number, people=people, percent=50)[0, 0]
        return 0 if np.isnan(median) else int(median)

    def carriers(self, codes: Collection[str]) -> tuple[Carrier, ...]:
        """Return the actors that carry the figure of a group of municipalities, if any."""
        cube, people = self.cube, self.cube.population.among(codes)
        table, limit = cube.table, cube.choice.threshold
        offices = np.flatnonzero((cube.truth[self._at] >= UNKNOWN).any(axis=(0, 1)))
        known = cube.shared.of(offices) <= limit
        known[~np.isin(offices, self.offices)] = False
        at_best = cube.shared.of(offices, at_best=True) <= limit
        within, found = people.persons[known.any(axis=0)].sum(), []

        def without(closed: IntArray) -> list[Amount]:
            left = (np.delete(one, closed, axis=0).any(axis=0) for one in (known, at_best))
            return [share(one @ people.persons / people.located[0]) for one in left]

        for a, alone in zip(self._near[0], lost_without(self._near[1], people)[:, 0], strict=True):
            if not alone or alone < CARRIES * within:
                continue
            own = np.flatnonzero(table.office_actor[offices] == a)
            own = own[np.argsort(-(known[own] @ people.persons), kind="stable")]
            steps = [without(own[: n + 1]) for n in range(len(own))]
            said = [[one.shown for one in step] for step in steps]
            towns = (table.offices[k].town for k in offices[own[: said.index(said[-1]) + 1]])
            found.append(
                Carrier(
                    actor=table.actors[a],
                    towns=tuple(dict.fromkeys(towns)),
                    share_without=steps[-1][0].value,
                    share_at_best=steps[-1][1].value,
                )
            )
        return tuple(sorted(found, key=lambda one: (one.share_without, one.actor.id)))

    # ---------------------------------------------------------------- offices

    @cached_property
    def offices(self) -> IntArray:
        """Positions of the offices that are known to match."""
        return np.flatnonzero(self.cube.sure[self._at].any(axis=(0, 1)))

    @cached_property
    def _near(self) -> tuple[IntArray, BoolArray]:
        """The actors with such offices, and which cells have one of them within the threshold."""
        minutes, actor = self.cube.shared.of(self.offices), self.cube.table.office_actor
        return actors_near(minutes, actor[self.offices], self.cube.choice.threshold)

    @property
    def _at(self) -> tuple[IntArray, IntArray]:
        return positions(self.phases, self.types)

    def _figures(self, people: People) -> Figures:
        limit = self.cube.choice.threshold
        found = figures(self.minutes[None], people=people, thresholds=THRESHOLDS, limit=limit)
        return found.of_rows(0)


@kept(96)
def supply_of(
    world: World,
    choice: CubeChoice,
    phases: tuple[Phase, ...] = (),
    types: tuple[ServiceType, ...] = (),
) -> Supply:
    """Return the chosen kinds of help as one, the same object for the same choice."""
    return Supply(cube_of(world, choice), phases, types)


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupFigures:
    """What is said of one group of municipalities, for the chosen kinds of help.

    ``beyond``: residents beyond the threshold or without a way, known and at best, if everything
    unknown turned out well; ``share``: those within it. Low and high are over the speed models,
    a high share at best. Minutes are those of :class:`ris_map.coverage.people.Figures`.
    """

    residents: int
    beyond: int
    beyond_at_best: int
    share: float
    share_low: float
    share_high: float
    median_low: float
    median_high: float
    excess_minutes: float


@kept(2048)
def group_figures(
    world: World,
    choice: CubeChoice,
    codes: tuple[str, ...],
    phases: tuple[Phase, ...] = (),
    types: tuple[ServiceType, ...] = (),
) -> GroupFigures:
    """Return the figures of a group of municipalities, with ranges."""
    supplies = [supply_of(world, one, phases, types) for one in speeds_of(choice)]
    at = supplies[0].cube.threshold_at
    over_speeds = [supply.of(codes) for supply in supplies]
    shares = [float(one.share_within[0, at]) for one in over_speeds]
    medians = [float(one.median_minutes[0]) for one in over_speeds]
    first, at_best = over_speeds[0], [supply.best.share_of(codes) for supply in supplies]
    residents = int(first.persons[0])
    return GroupFigures(
        residents=residents,
        beyond=residents - int(first.people_within[0, at]),
        beyond_at_best=round(residents * (1 - at_best[0])),
        share=shares[0],
        share_low=min(shares),
        share_high=max(at_best),
        median_low=min(medians),
        median_high=max(medians),
        excess_minutes=float(first.excess_minutes[0]),
    )
