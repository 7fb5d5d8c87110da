"""Coverage of every municipality x kind of help: what it is, and one pass over arrays.

Axes: M municipalities, C inhabited cells, and K: 3 phases x 5 service types, in the order of the
geography and of the enumerations. Phases or types that count as one kind of help have no axis.
Minutes are infinite where no way or no office is known, NaN where nobody lives. Arrays are
read-only. Whoever asks with the same choices gets the same object, so that figures agree to the
unit on every page, in reports and in the API.
"""

import math
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import starmap

import numpy as np

from ris_map.coverage.people import (
    NO_SEAT,
    Figures,
    Residents,
    figures,
    seats,
    weighted_percentile,
)
from ris_map.coverage.support import (
    ANSWERS,
    MODES,
    NO,
    OUTSIDE,
    PHASES,
    SERVICE_TYPES,
    UNKNOWN,
    YES,
    CubeChoice,
    Reach,
    SupportTable,
    reach,
    support_table,
    truth_tensor,
)
from ris_map.register.vocabulary import Answer, Delivery, Phase, ServiceType
from ris_map.travel.matrix import TravelMatrix
from ris_map.travel.network import (
    SPEED_MODEL,
    SPEED_MODELS,
    BoolArray,
    CodeArray,
    FloatArray,
    IntArray,
    readonly,
)
from ris_map.travel.people import POPULATION_YEAR
from ris_map.travel.world import World, kept
from ris_map.words.figures import TIME_ERROR

THRESHOLDS = (30.0, 60.0, 90.0, 120.0)
"""Limits to choose, and upper limits (inclusive) of the map's classes 0-3; 4 is beyond the last."""
OFFICE = MODES.index(Delivery.OFFICE)
REMOTE = tuple(mode for mode in MODES if mode is not Delivery.OFFICE)
"""Ways of help in the order of the last axis of the arrays named ``remote``."""
SHAPE = (len(PHASES), len(SERVICE_TYPES))
Phases = tuple[Phase, ...] | None
Types = tuple[ServiceType, ...] | None
"""What counts as one: these, every one if empty; each has a place on its axis if None."""
CellKey = tuple[str, Phase, ServiceType]
"""Municipality, phase and service type."""


class CellState(StrEnum):
    """What is known to be there: the first in this order that holds.

    Physical and remote help are never added: a cell with digital help only is ``REMOTE_ONLY``
    ("kontorslucka") whatever the distance. Help counts if its service area includes the
    municipality. How sure the answer is stands apart, see :class:`Certainty`.
    """

    ON_SITE = "on_site"  # a matching office stands in the municipality
    WITHIN_REACH = "within_reach"  # at least half of the residents are within the threshold of one
    REMOTE_ONLY = "remote_only"  # none within reach, but visits, digital or telephone help
    OUT_OF_REACH = "out_of_reach"  # neither, that the register knows of


class Certainty(StrEnum):
    """How sure it is whether an office is on site or within reach."""

    SURE = "sure"
    DEPENDS = "depends_on_unknown"  # what the register does not know would change the answer
    NEAR_LIMIT = "near_limit"  # the error of the median reaches across it: "around 60 min"


CELL_STATES, CERTAINTIES = tuple(CellState), tuple(Certainty)
"""By the codes in ``CoverageCube.state`` and ``certainty``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageCell:
    """One municipality, phase and service type in plain values, named as in the cube's arrays."""

    municipality_code: str
    phase: Phase
    service_type: ServiceType
    state: CellState
    certainty: Certainty
    offices_on_site: int
    located_residents: int
    people_within: tuple[int, ...]
    share_within: tuple[float, ...]
    share_at_best: float
    median_minutes: float
    p90_minutes: float
    mean_minutes: float
    shortfall_minutes: float
    nearest_office_id: str | None
    nearest_town: str | None
    nearest_minutes_from_seat: float
    visit: Answer
    digital: Answer
    phone: Answer
    is_borderline: bool
    is_maybe_physical: bool
    is_maybe_remote: bool
    median_minutes_at_best: float
    doubtful_share: float

    @property
    def key(self) -> CellKey:
        """Its place."""
        return self.municipality_code, self.phase, self.service_type

    @property
    def beyond_at_best(self) -> int:
        """Residents beyond the threshold even if everything unknown turned out well."""
        return round(self.located_residents * (1 - self.share_at_best))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CoverageCube:
    """Coverage of every municipality x kind of help, with everything it depends on.

    Arrays without a shape are (M, K). Everybody goes to the nearest office of a kind; kinds with
    the same offices share one row of minutes. "At best" means: if everything unknown about actors
    with a recorded office turned out well; never longer.
    """

    choice: CubeChoice
    table: SupportTable
    matrix: TravelMatrix
    population: Residents
    shared: Reach  # minutes to every office
    offers: CodeArray  # (actors, 4, K) what is known of them, see ``truth_tensor``
    truth: CodeArray  # (K, offices) whether each office counts, positions in ``ANSWERS``
    rows: FloatArray  # (rows, C) minutes from each cell to the nearest office of a set of offices
    row: IntArray  # (K) which row holds the minutes to the nearest that surely counts
    row_at_best: IntArray  # (K) which row holds the minutes at best
    figures: Figures  # per municipality, from ``row``
    best: Figures  # the same at best
    offices_on_site: IntArray  # matching offices that stand in the municipality
    nearest_office: IntArray  # the one nearest to the seat, in ``table.office_ids``; -1 = none
    nearest_minutes_from_seat: FloatArray
    remote: CodeArray  # (M, K, 3) positions in ``ANSWERS``: visit, digital, phone
    state: CodeArray  # positions in ``CELL_STATES``
    certainty: CodeArray  # positions in ``CERTAINTIES``
    is_borderline: BoolArray  # none on site, and ``TIME_ERROR`` moves the median over the threshold
    is_maybe_physical: BoolArray  # no office is known on site or within reach, but one may be
    is_maybe_remote: BoolArray  # no remote help is known, but some may be offered
    doubtful_share: FloatArray  # residents within reach only thanks to actors whose status is open
    groups: dict[tuple[str, ...], tuple[Figures, Figures]] = field(default_factory=dict)
    """What has been asked for by :meth:`of`."""

    @property
    def municipality_codes(self) -> tuple[str, ...]:
        """Codes in the order of the first axis."""
        return self.population.municipality_codes

    @property
    def sure(self) -> BoolArray:
        """Offices that are known to match, shape (K, offices)."""
        return np.asarray(self.truth == YES)

    @property
    def offices(self) -> IntArray:
        """Positions of the offices that are known to match, of any kind."""
        return np.flatnonzero(self.sure.reshape(self.row.size, -1).any(axis=0))

    @property
    def threshold_at(self) -> int:
        """Position of the chosen threshold in ``THRESHOLDS``."""
        return THRESHOLDS.index(self.choice.threshold)

    @property
    def share(self) -> FloatArray:
        """Share of residents within the threshold."""
        return self.figures.share_within[..., self.threshold_at]

    @property
    def is_there(self) -> BoolArray:
        """Where an office is on site or within reach."""
        return np.asarray(self.state <= CELL_STATES.index(CellState.WITHIN_REACH))

    @property
    def minutes(self) -> FloatArray:
        """To the nearest office that is known to match, shape (K, C)."""
        return self.rows[self.row]

    @property
    def minutes_at_best(self) -> FloatArray:
        """The same at best."""
        return self.rows[self.row_at_best]

    @property
    def is_unknown(self) -> BoolArray:
        """Cells without an answer in minutes: ferry only, or an office only if it matches."""
        depends = np.isinf(self.minutes) & np.isfinite(self.minutes_at_best)
        return np.asarray(~self.population.has_road | depends)

    @property
    def classes(self) -> CodeArray:
        """The map's class of each cell."""
        return class_codes(self.minutes, self.is_unknown)

    @property
    def actors_within(self) -> IntArray:
        """The number of different actors within the threshold of each cell, shape (K, C)."""
        limit, kinds = self.choice.threshold, self.sure.reshape(self.row.size, -1)
        near = (self.shared.actors_near(np.flatnonzero(sure), limit)[1] for sure in kinds)
        counts = np.stack([one.sum(axis=0, dtype=np.int64) for one in near])
        return counts.reshape(*self.row.shape, -1)

    # ---------------------------------------------------------------- by group

    def of(self, codes: Collection[str]) -> tuple[Figures, Figures]:
        """Return the figures of some municipalities as one group: known, and at best."""
        key = tuple(codes)
        if key not in self.groups:
            people, limit = self.population.among(codes), self.choice.threshold
            found = figures(self.rows, people=people, thresholds=THRESHOLDS, limit=limit)
            self.groups[key] = found.of_rows(self.row), found.of_rows(self.row_at_best)
        return self.groups[key]

    def share_of(self, codes: Collection[str]) -> tuple[float, float]:
        """Return the share of residents within the threshold: known, and at best."""
        known, best = (one.share_within[0, ..., self.threshold_at] for one in self.of(codes))
        return float(known), float(best)

    def median_actors(self, codes: Collection[str]) -> IntArray:
        """Return how many actors the resident in the middle has within the threshold, shape (K)."""
        number = self.actors_within.reshape(-1, len(self.population.persons)).astype(float)
        # of an even number of residents the one with fewer: half of them have at least this many
        median = weighted_percentile(number, people=self.population.among(codes), percent=50)
        return np.asarray(np.nan_to_num(median[0]).astype(np.int64).reshape(self.row.shape))

    # ---------------------------------------------------------------- by kind

    def merged(self, phases: Phases = None, types: Types = None) -> "CoverageCube":
        """Return the coverage by some phases or types as if they were one kind of help."""
        return coverage_cube(self.shared, self.choice, phases, types)

    def at(self, code: str, phase: Phase, service_type: ServiceType) -> tuple[int, int, int]:
        """Return the position of a cell in the arrays; ``ValueError`` for a stranger's code."""
        m = self.municipality_codes.index(code)
        return m, PHASES.index(phase), SERVICE_TYPES.index(service_type)

    def cell(self, code: str, *, phase: Phase, service_type: ServiceType) -> CoverageCell:
        """Return one cell in plain values."""
        return self.cell_at(*self.at(code, phase, service_type))

    def cell_at(self, *at: int) -> CoverageCell:
        """Return the cell at a position in the arrays."""
        m, p, s = at
        office, remote = int(self.nearest_office[at]), self.remote[at].tolist()
        values = {name: getattr(self, name)[at].item() for name in _OWN}
        values |= {name: getattr(self.figures, name)[at].tolist() for name in _FIGURES}
        return CoverageCell(
            municipality_code=self.municipality_codes[m],
            phase=PHASES[p],
            service_type=SERVICE_TYPES[s],
            state=CELL_STATES[self.state[at]],
            certainty=CERTAINTIES[self.certainty[at]],
            located_residents=int(self.figures.persons[m]),
            people_within=tuple(self.figures.people_within[at].tolist()),
            share_within=tuple(self.figures.share_within[at].tolist()),
            share_at_best=float(self.best.share_within[*at, self.threshold_at]),
            median_minutes_at_best=float(self.best.median_minutes[at]),
            nearest_office_id=self.table.office_ids[office] if office >= 0 else None,
            nearest_town=self.table.offices[office].town if office >= 0 else None,
            **{mode.value: ANSWERS[code] for mode, code in zip(REMOTE, remote, strict=True)},
            **values,
        )

    def cells(self) -> Iterator[CoverageCell]:
        """Yield every cell: municipalities, then phases, then service types, in their order."""
        return starmap(self.cell_at, np.ndindex(*self.state.shape))


_FIGURES = ("median_minutes", "p90_minutes", "mean_minutes", "shortfall_minutes")
_OWN = (
    *("offices_on_site", "nearest_minutes_from_seat", "doubtful_share"),
    *("is_borderline", "is_maybe_physical", "is_maybe_remote"),
)
"""Values of a cell that stand as they are in the arrays of the cube, or in its figures."""


def coverage_cube(
    shared: Reach, choice: CubeChoice, phases: Phases = None, types: Types = None
) -> CoverageCube:
    """Return the coverage of every municipality x kind of help.

    ``ValueError`` for a threshold that is not one of ``THRESHOLDS``.
    """
    table, population, threshold = shared.table, shared.population, choice.threshold
    at = THRESHOLDS.index(threshold)
    offers = truth_tensor(table, choice)
    if types is not None:
        offers = offers[..., [SERVICE_TYPES.index(one) for one in types or SERVICE_TYPES]].max(-1)
    if phases is not None:
        offers = offers[:, :, [PHASES.index(one) for one in phases or PHASES]].max(axis=2)
    truth = np.moveaxis(offers[table.office_actor, OFFICE], 0, -1)
    if not choice.include_outside:
        truth = np.where(table.office_municipality == OUTSIDE, NO, truth)
    sure = truth == YES
    levels = sure, truth >= UNKNOWN, sure & ~table.actor_is_doubtful[table.office_actor]
    rows, (row, row_at_best, row_settled) = _rows(shared, *levels)
    by_row = figures(rows, people=population, thresholds=THRESHOLDS, limit=threshold)
    median, share = by_row.median_minutes, by_row.share_within[..., at]
    on_site, *others = (_on_site(table, shared, level) for level in levels)
    is_there, best_there, settled_there = (
        (site > 0) | (median[:, place] <= threshold)
        for site, place in zip((on_site, *others), (row, row_at_best, row_settled), strict=True)
    )
    nearest_office, nearest_minutes = _nearest_to_seats(shared, sure, population)
    low, high = (median[:, row] * factor for factor in (1 - TIME_ERROR, 1 + TIME_ERROR))
    borderline = (on_site == 0) & (low <= threshold) & (high > threshold)
    # the best of all actors, each as good as its weakest part
    ways = remote_offers(offers)
    serves = table.serves.reshape(*table.serves.shape, *[1] * (ways.ndim - 1))
    remote = np.minimum(ways, serves).max(axis=1, initial=0)
    has_remote = (remote == YES).any(axis=-1)
    state = np.select([on_site > 0, is_there, has_remote], [0, 1, 2], 3)
    certainty = np.select([best_there != settled_there, borderline], [1, 2], 0)
    return CoverageCube(
        choice=choice,
        table=table,
        matrix=shared.matrix,
        population=population,
        shared=shared,
        offers=readonly(offers),
        truth=readonly(truth),
        rows=readonly(rows),
        row=readonly(row),
        row_at_best=readonly(row_at_best),
        figures=by_row.of_rows(row),
        best=by_row.of_rows(row_at_best),
        offices_on_site=readonly(on_site),
        nearest_office=readonly(nearest_office),
        nearest_minutes_from_seat=readonly(nearest_minutes),
        remote=readonly(remote),
        state=readonly(state.astype(np.int8)),
        certainty=readonly(certainty.astype(np.int8)),
        is_borderline=readonly(borderline),
        is_maybe_physical=readonly(best_there & ~is_there),
        is_maybe_remote=readonly((remote == UNKNOWN).any(axis=-1) & ~has_remote),
        doubtful_share=readonly(share[:, row] - share[:, row_settled]),
    )


def remote_offers(offers: CodeArray) -> CodeArray:
    """Return the remote part of a tensor of offers, shape (actors, K, 3)."""
    return np.moveaxis(offers[:, [MODES.index(mode) for mode in REMOTE]], 1, -1)


def _rows(shared: Reach, *levels: BoolArray) -> tuple[FloatArray, list[IntArray]]:
    """Return the minutes of every different set of offices once, and the row of each kind.

    The levels are: known, at best, settled. At best, an office that may serve a municipality does.
    """
    kinds = levels[0].shape[:-1]
    flat = np.stack(levels).reshape(3 * math.prod(kinds), -1)
    is_best = np.repeat([False, True, False], math.prod(kinds))
    some_unknown = (shared.serves == UNKNOWN).any(axis=1)
    at_best = is_best & (flat & some_unknown).any(axis=1)
    sets, index = np.unique(np.column_stack([at_best, flat]), axis=0, return_inverse=True)
    minutes = (shared.of(np.flatnonzero(one[1:]), at_best=bool(one[0])) for one in sets)
    rows = np.stack([some.min(axis=0, initial=np.inf) for some in minutes])
    index = index.reshape(3, *kinds)
    return rows, [index[level, ...] for level in range(3)]


def _on_site(table: SupportTable, shared: Reach, matches: BoolArray) -> IntArray:
    """Return the number of matching offices that stand in each municipality and serve it."""
    here, shape = shared.at_home, (shared.serves.shape[1], *matches.shape[:-1])
    count = np.zeros(shape, dtype=np.int64)
    np.add.at(count, table.office_municipality[here], np.moveaxis(matches[..., here], -1, 0))
    return count


def _nearest_to_seats(
    shared: Reach, sure: BoolArray, population: Residents
) -> tuple[IntArray, FloatArray]:
    """Return the nearest office to each seat, the first of equals by id, and its minutes."""
    serving = np.where(shared.serves == YES, shared.from_seat, np.inf)
    cost = np.where(sure[..., None], serving, np.inf)  # (K, offices, M), and a last for "none"
    cost = np.pad(cost, [*[(0, 0)] * (sure.ndim - 1), (0, 1), (0, 0)], constant_values=np.inf)
    first, minutes = (np.moveaxis(one, -1, 0) for one in (cost.argmin(-2), cost.min(-2)))
    minutes[population.seat == NO_SEAT] = np.nan
    return np.where(np.isfinite(minutes), first, -1), minutes


UNKNOWN_CLASS = 5
"""Only by ferry, or only if what the register does not know turns out well."""


@kept(1)
def support_of(world: World) -> SupportTable:
    """Return the actors at work on the day, as arrays."""
    return support_table(world.register, world.foundations.geography, on=world.on)


@kept(1)
def population_of(world: World) -> Residents:
    """Return everybody, by inhabited cell."""
    base, cells = world.foundations, world.foundations.cells
    return Residents(
        year=POPULATION_YEAR,
        municipality_codes=cells.municipality_codes,
        group=cells.municipality,
        groups=len(cells.municipality_codes),
        persons=cells.population,
        has_road=base.joined_cells.is_reachable,
        seat=readonly(seats(base.geography, cells.municipality_codes)),
    )


@kept(len(SPEED_MODELS))
def _reach(world: World, speed: str) -> Reach:
    matrix = world.matrix_for(SPEED_MODEL[speed])
    return reach(support_of(world), matrix, population=population_of(world))


@kept(48)
def cube_of(world: World, choice: CubeChoice) -> CoverageCube:
    """Return the coverage for a choice, computed once."""
    return coverage_cube(_reach(world, choice.speed), choice)


@kept(144)
def supply_of(
    world: World, choice: CubeChoice, phases: Phases = (), types: Types = ()
) -> CoverageCube:
    """Return the chosen kinds of help as one, the same object for the same choice."""
    return coverage_cube(_reach(world, choice.speed), choice, phases, types)


# ---------------------------------------------------------------- ranges


def speeds_of(choice: CubeChoice) -> list[CubeChoice]:
    """Return a choice under every speed model, the chosen one first."""
    others = [model.id for model in SPEED_MODELS if model.id != choice.speed]
    return [replace(choice, speed=speed) for speed in (choice.speed, *others)]


def share_range(world: World, choice: CubeChoice) -> tuple[FloatArray, FloatArray]:
    """Return the lowest and highest share within the threshold, shape (municipalities, 3, 5)."""
    cubes = [cube_of(world, one) for one in speeds_of(choice)]
    shares = np.stack([cube.share for cube in cubes])
    return shares.min(axis=0), shares.max(axis=0)


# ---------------------------------------------------------------- the map


def time_class(minutes: float) -> int:
    """Return the class of minutes, 0 to 4."""
    return sum(minutes > limit for limit in THRESHOLDS)


def class_codes(minutes: FloatArray, is_unknown: BoolArray) -> CodeArray:
    """Return the map's class of each cell, 0-5; limits are inclusive."""
    codes = np.searchsorted(THRESHOLDS, minutes, side="left")
    return readonly(np.where(is_unknown, UNKNOWN_CLASS, codes).astype(np.int8))


def class_shares(
    world: World, codes: CodeArray, groups: Mapping[str, Collection[str]]
) -> dict[str, tuple[float, ...]]:
    """Return the share of each group's residents in each of the six classes."""
    residents, shares = population_of(world), {}
    for name, municipalities in groups.items():
        here = residents.cells_of(municipalities)
        counted = np.bincount(codes[here], residents.persons[here], UNKNOWN_CLASS + 1)
        shares[name] = tuple((counted / max(counted.sum(), 1)).tolist())
    return shares
