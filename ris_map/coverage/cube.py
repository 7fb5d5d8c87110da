"""Coverage of every municipality x phase x service type: what it is, and one pass over arrays.

Axes: M municipalities, 3 phases, 5 service types, C inhabited cells, in the order of the geography
and of the enumerations. Minutes are infinite where no way or no office is known, NaN where nobody
lives. Arrays are read-only. Whoever asks with the same choices gets the same object, so that
figures agree to the unit on every page, in reports and in the API.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Any

import numpy as np

from ris_map.coverage.people import NO_SEAT, Figures, Residents, figures, seats
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
    SupportTable,
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


@dataclass(frozen=True, kw_only=True, eq=False)
class Reach:
    """Who may go to the offices of the support table, and minutes from every inhabited cell."""

    serves: CodeArray  # (offices, M) positions in ``ANSWERS``
    at_home: IntArray  # positions of the offices that serve the municipality they stand in
    home: IntArray  # (C,) municipality of each cell
    minutes: FloatArray  # (offices, C) to the office, whomever it serves
    from_seat: FloatArray  # (offices, M) the same from each seat; NaN without a seat

    def of(self, offices: IntArray, *, at_best: bool = False) -> FloatArray:
        """Return minutes to some offices; infinite where they do not serve the municipality.

        At best, an office that may serve a municipality does.
        """
        level = UNKNOWN if at_best else YES
        serves = (self.serves[offices] >= level)[:, self.home]
        return np.where(serves, self.minutes[offices], np.inf)


def reach(table: SupportTable, matrix: TravelMatrix, *, population: Residents) -> Reach:
    """Return who can go to which office, and how long it takes.

    An office serves the municipalities of its actor's service area. Two additions:

    - the municipality it stands in, unless the service area is known to leave it out;
    - every municipality, if it belongs to a neighbour outside the county, which counts only if it
      is asked for: its service area is as a rule its own county, so that would hide them all.

    ``KeyError`` if the matrix lacks an office.
    """
    actor, municipality = table.office_actor, table.office_municipality
    serves = table.serves[:, actor].T.copy()
    inside = np.flatnonzero(municipality != OUTSIDE)
    home = inside, municipality[inside]
    serves[home] = np.where(serves[home] == UNKNOWN, YES, serves[home])
    serves[(municipality == OUTSIDE) & table.actor_is_outside[actor]] = YES
    rows = matrix.rows(table.office_ids)
    seated = population.seat != NO_SEAT
    from_seat = np.full(serves.shape, np.nan)
    from_seat[:, seated] = matrix.settlement_minutes[np.ix_(rows, population.seat[seated])]
    return Reach(
        serves=readonly(serves),
        at_home=readonly(inside[serves[home] == YES]),
        home=population.municipality,
        minutes=readonly(matrix.minutes[rows]),
        from_seat=readonly(from_seat),
    )


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
    """Coverage of every municipality x phase x service type, with everything it depends on.

    Arrays without a shape are (M, 3, 5). Kinds of help with the same offices share one row of
    minutes. "At best" means: if everything unknown about actors with a recorded office turned out
    well; never longer.
    """

    choice: CubeChoice
    table: SupportTable
    tensor: CodeArray  # what is known of the actors' offers, see ``truth_tensor``
    matrix: TravelMatrix
    population: Residents
    shared: Reach  # minutes to every office
    truth: CodeArray  # (3, 5, offices) whether each office counts, positions in ``ANSWERS``
    rows: FloatArray  # (rows, C) minutes from each cell to the nearest office of a set of offices
    row: IntArray  # (3, 5) which row holds the minutes to the nearest that surely counts
    row_at_best: IntArray  # (3, 5) which row holds the minutes at best
    figures: Figures  # per municipality, from ``row``
    median_minutes_at_best: FloatArray
    share_at_best: FloatArray
    offices_on_site: IntArray  # matching offices that stand in the municipality
    nearest_office: IntArray  # the one nearest to the seat, in ``table.office_ids``; -1 = none
    nearest_minutes_from_seat: FloatArray
    remote: CodeArray  # (M, 3, 5, 3) positions in ``ANSWERS``: visit, digital, phone
    state: CodeArray  # positions in ``CELL_STATES``
    certainty: CodeArray  # positions in ``CERTAINTIES``
    is_borderline: BoolArray  # none on site, and ``TIME_ERROR`` moves the median over the threshold
    is_maybe_physical: BoolArray  # no office is known on site or within reach, but one may be
    is_maybe_remote: BoolArray  # no remote help is known, but some may be offered
    doubtful_share: FloatArray  # residents within reach only thanks to actors whose status is open

    @property
    def municipality_codes(self) -> tuple[str, ...]:
        """Codes in the order of the first axis."""
        return self.population.municipality_codes

    @property
    def sure(self) -> BoolArray:
        """Offices that are known to match, shape (3, 5, offices)."""
        return np.asarray(self.truth == YES)

    @property
    def threshold_at(self) -> int:
        """Position of the chosen threshold in ``THRESHOLDS``."""
        return THRESHOLDS.index(self.choice.threshold)

    @property
    def is_there(self) -> BoolArray:
        """Where an office is on site or within reach, shape (M, 3, 5)."""
        return np.asarray(self.state <= CELL_STATES.index(CellState.WITHIN_REACH))

    def at(self, code: str, phase: Phase, service_type: ServiceType) -> tuple[int, int, int]:
        """Return the position of a cell in the arrays; ``ValueError`` for a stranger's code."""
        m = self.municipality_codes.index(code)
        return m, PHASES.index(phase), SERVICE_TYPES.index(service_type)

    def cell(self, code: str, *, phase: Phase, service_type: ServiceType) -> CoverageCell:
        """Return one cell in plain values."""
        return self.cell_at(*self.at(code, phase, service_type))

    def cell_at(self, m: int, p: int, s: int) -> CoverageCell:
        """Return the cell at a position in the arrays."""
        office, remote = int(self.nearest_office[m, p, s]), self.remote[m, p, s].tolist()
        values: dict[str, Any] = {
            name: getattr(self if hasattr(self, name) else self.figures, name)[m, p, s].tolist()
            for name in _PLAIN
        }
        values |= {name: tuple(values[name]) for name in ("people_within", "share_within")}
        return CoverageCell(
            municipality_code=self.municipality_codes[m],
            phase=PHASES[p],
            service_type=SERVICE_TYPES[s],
            state=CELL_STATES[int(self.state[m, p, s])],
            certainty=CERTAINTIES[int(self.certainty[m, p, s])],
            located_residents=int(self.figures.persons[m]),
            nearest_office_id=self.table.office_ids[office] if office >= 0 else None,
            nearest_town=self.table.offices[office].town if office >= 0 else None,
            **{mode.value: ANSWERS[code] for mode, code in zip(REMOTE, remote, strict=True)},
            **values,
        )

    def cells(self) -> Iterator[CoverageCell]:
        """Yield every cell: municipalities, then phases, then service types, in their order."""
        for m, p, s in np.ndindex(*self.state.shape):
            yield self.cell_at(m, p, s)


_ARRAYS = {field.name for field in (*fields(CoverageCube), *fields(Figures))}
_PLAIN = {field.name for field in fields(CoverageCell)} & _ARRAYS - {"state", "certainty"}
"""Fields of a cell that stand as they are in the arrays of the cube, or in its figures."""


def coverage_cube(
    table: SupportTable,
    matrix: TravelMatrix,
    *,
    population: Residents,
    choice: CubeChoice,
    shared: Reach,
) -> CoverageCube:
    """Return the coverage of every municipality x phase x service type.

    ``shared``: of this table, or of one with the same actors and offices. ``ValueError`` for a
    threshold that is not one of ``THRESHOLDS``.
    """
    threshold, at = choice.threshold, THRESHOLDS.index(choice.threshold)
    tensor = truth_tensor(table, choice)
    truth = np.moveaxis(tensor[table.office_actor, OFFICE], 0, -1)
    if not choice.include_outside:
        truth = np.where(table.office_municipality == OUTSIDE, NO, truth)
    sure = truth == YES
    levels = sure, truth >= UNKNOWN, sure & ~table.actor_is_doubtful[table.office_actor]
    rows, (row, row_at_best, row_settled) = _rows(shared, *levels)
    by_row = figures(rows, people=population.people, thresholds=THRESHOLDS, limit=threshold)
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
    offers, serves = remote_offers(tensor), table.serves[:, :, None, None, None]
    remote = np.minimum(offers, serves).max(axis=1, initial=0)
    has_remote = (remote == YES).any(axis=-1)
    state = np.select([on_site > 0, is_there, has_remote], [0, 1, 2], 3)
    certainty = np.select([best_there != settled_there, borderline], [1, 2], 0)
    return CoverageCube(
        choice=choice,
        table=table,
        tensor=readonly(tensor),
        matrix=matrix,
        population=population,
        shared=shared,
        truth=readonly(truth),
        rows=readonly(rows),
        row=readonly(row),
        row_at_best=readonly(row_at_best),
        figures=by_row.of_rows(row),
        median_minutes_at_best=readonly(median[:, row_at_best]),
        share_at_best=readonly(share[:, row_at_best]),
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


def remote_offers(tensor: CodeArray) -> CodeArray:
    """Return the remote part of a tensor of offers, shape (actors, 3, 5, 3)."""
    return np.moveaxis(tensor[:, [MODES.index(mode) for mode in REMOTE]], 1, -1)


def positions(
    phases: tuple[Phase, ...], types: tuple[ServiceType, ...]
) -> tuple[IntArray, IntArray]:
    """Return an index into the axes of phases and service types; nothing chosen means all."""
    rows, columns = np.ix_(
        [PHASES.index(p) for p in phases or PHASES],
        [SERVICE_TYPES.index(t) for t in types or SERVICE_TYPES],
    )
    return rows, columns


def _rows(shared: Reach, *levels: BoolArray) -> tuple[FloatArray, list[IntArray]]:
    """Return the minutes of every different set of offices once, and the row of each kind.

    The levels are: known, at best, settled. At best, an office that may serve a municipality does.
    """
    flat = np.concatenate([level.reshape(np.prod(SHAPE), len(shared.serves)) for level in levels])
    is_best = np.repeat([False, True, False], len(flat) // 3)
    some_unknown = (shared.serves == UNKNOWN).any(axis=1)
    at_best = is_best & (flat & some_unknown).any(axis=1)
    sets, index = np.unique(np.column_stack([at_best, flat]), axis=0, return_inverse=True)
    minutes = (shared.of(np.flatnonzero(one[1:]), at_best=bool(one[0])) for one in sets)
    rows = np.stack([some.min(axis=0, initial=np.inf) for some in minutes])
    return rows, [part.reshape(SHAPE) for part in np.split(index.reshape(-1), 3)]


def _on_site(table: SupportTable, shared: Reach, matches: BoolArray) -> IntArray:
    """Return the number of matching offices that stand in each municipality and serve it."""
    here, count = shared.at_home, np.zeros((shared.serves.shape[1], *SHAPE), dtype=np.int64)
    np.add.at(count, table.office_municipality[here], np.moveaxis(matches[..., here], -1, 0))
    return count


def _nearest_to_seats(
    shared: Reach, sure: BoolArray, population: Residents
) -> tuple[IntArray, FloatArray]:
    serving = np.where(shared.serves == YES, shared.from_seat, np.inf)
    cost = np.where(sure[..., None], serving, np.inf)  # (3, 5, offices, municipalities)
    if not cost.shape[2]:
        cost = np.full((*SHAPE, 1, cost.shape[3]), np.inf)
    first = cost.argmin(axis=2)  # offices are sorted by id: the first of equals
    minutes = np.moveaxis(np.take_along_axis(cost, first[:, :, None], axis=2)[:, :, 0], -1, 0)
    office = np.where(np.isfinite(minutes), np.moveaxis(first, -1, 0), -1)
    minutes = np.where((population.seat >= 0)[:, None, None], minutes, np.nan)
    return office, minutes


CACHED_CUBES = 48

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
        municipality=cells.municipality,
        persons=cells.population,
        has_road=base.joined_cells.is_reachable,
        seat=readonly(seats(base.geography, cells.municipality_codes)),
    )


@kept(len(SPEED_MODELS))
def _reach(world: World, speed: str) -> Reach:
    matrix = world.matrix_for(SPEED_MODEL[speed])
    return reach(support_of(world), matrix, population=population_of(world))


@kept(CACHED_CUBES)
def cube_of(world: World, choice: CubeChoice) -> CoverageCube:
    """Return the coverage for a choice, computed once."""
    return coverage_cube(
        support_of(world),
        world.matrix_for(SPEED_MODEL[choice.speed]),
        population=population_of(world),
        choice=choice,
        shared=_reach(world, choice.speed),
    )


# ---------------------------------------------------------------- ranges


def speeds_of(choice: CubeChoice) -> list[CubeChoice]:
    """Return a choice under every speed model, the chosen one first."""
    others = [model.id for model in SPEED_MODELS if model.id != choice.speed]
    return [replace(choice, speed=speed) for speed in (choice.speed, *others)]


def share_range(world: World, choice: CubeChoice) -> tuple[FloatArray, FloatArray]:
    """Return the lowest and highest share within the threshold, shape (municipalities, 3, 5)."""
    cubes = [cube_of(world, one) for one in speeds_of(choice)]
    shares = np.stack([cube.figures.share_within[..., cube.threshold_at] for cube in cubes])
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
