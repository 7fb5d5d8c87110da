"""Coverage of every municipality x phase x service type, in one pass over arrays.

The definitions stand with the types in :mod:`ris_map.coverage.cube`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise, product

import numpy as np

from ris_map.coverage.cube import (
    CELL_STATES,
    THRESHOLDS,
    TIME_ERROR,
    CellState,
    CoverageCell,
    CoverageCube,
    CoverageDefinition,
    state_codes,
)
from ris_map.coverage.figures import figures, percentile, share_within
from ris_map.coverage.population import NO_SEAT, PopulationTable
from ris_map.coverage.reach import Reach, reach
from ris_map.coverage.support import (
    MODES,
    OUTSIDE,
    PHASES,
    SERVICE_TYPES,
    Known,
    SupportTable,
    truth_tensor,
)
from ris_map.register.vocabulary import Delivery, Scope, StrengthArea
from ris_map.travel.arrays import BoolArray, CodeArray, FloatArray, IntArray, readonly
from ris_map.travel.matrix import TravelMatrix

__all__ = [
    "CELL_STATES",
    "THRESHOLDS",
    "TIME_ERROR",
    "CellState",
    "CoverageCell",
    "CoverageCube",
    "CoverageDefinition",
    "coverage_cube",
    "cube_from_reach",
]

CELL_SHAPE = (len(PHASES), len(SERVICE_TYPES))
OFFICE = MODES.index(Delivery.OFFICE)
REMOTE = [index for index in range(len(MODES)) if index != OFFICE]


def coverage_cube(
    table: SupportTable,
    matrix: TravelMatrix,
    *,
    population: PopulationTable,
    thresholds: tuple[float, ...] = THRESHOLDS,
    threshold: float = 60.0,
    scope: Scope = Scope.CORE,
    strength_area: StrengthArea | None = None,
    include_outside: bool = False,
) -> CoverageCube:
    """Return the coverage of every municipality x phase x service type.

    Parameters
    ----------
    table : SupportTable
        Actors at work on one day.
    matrix : TravelMatrix
        Minutes from every locality of the population to every office that counts.
    population : PopulationTable
        Located residents.
    thresholds, threshold, scope, strength_area, include_outside
        See :class:`ris_map.coverage.cube.CoverageDefinition`.

    Raises
    ------
    KeyError
        If the matrix lacks a locality or an office, with their ids.
    ValueError
        If the thresholds do not ascend from above zero, or ``threshold`` is not one of them.
    """
    _check_thresholds(thresholds, threshold=threshold)
    definition = CoverageDefinition(
        on=table.on,
        scope=scope,
        strength_area=strength_area,
        include_outside=include_outside,
        thresholds=thresholds,
        threshold=threshold,
        matrix_version=matrix.version,
        network_source=matrix.network_source,
        speed_model=matrix.speed_model,
        population_year=population.year,
    )
    reached = reach(table, matrix, population=population, include_outside=include_outside)
    return cube_from_reach(reached, table, population=population, definition=definition)


def cube_from_reach(
    reached: Reach,
    table: SupportTable,
    *,
    population: PopulationTable,
    definition: CoverageDefinition,
) -> CoverageCube:
    """Return the cube when the reach of the offices is at hand already.

    Parameters
    ----------
    reached : Reach
        Of this table, or of a table with the same actors and offices in the same places.
    table : SupportTable
        Whose offers count.
    population : PopulationTable
        Located residents.
    definition : CoverageDefinition
        What is asked.
    """
    tensor = truth_tensor(
        table,
        scope=definition.scope,
        strength_area=definition.strength_area,
        include_outside=definition.include_outside,
    )
    physical = _physical(reached, table, tensor, population=population)
    people, limit = population.people, definition.threshold
    counted = figures(physical.minutes, people=people, thresholds=definition.thresholds)
    median_at_best = percentile(physical.minutes_at_best, people=people, percent=50)
    is_there = (physical.on_site > 0) | (counted.median_minutes <= limit)
    may_be_there = (
        physical.may_be_on_site | (median_at_best <= limit) | _may_be_anywhere(table, tensor)
    )
    remote = _remote(table, tensor)
    return CoverageCube(
        definition=definition,
        table=table,
        population=population,
        minutes=readonly(physical.minutes),
        minutes_at_best=readonly(physical.minutes_at_best),
        figures=counted,
        median_minutes_at_best=readonly(median_at_best),
        offices_on_site=readonly(physical.on_site),
        nearest_office=readonly(physical.nearest_office),
        nearest_minutes=readonly(physical.nearest_minutes),
        remote=readonly(remote),
        state=readonly(
            state_codes(physical.on_site > 0, is_there, _has(remote, Known.YES), may_be_there)
        ),
        is_borderline=readonly(_is_borderline(physical.on_site, counted.median_minutes, limit)),
        is_maybe_physical=readonly(may_be_there & ~is_there),
        is_maybe_remote=readonly(_has(remote, Known.UNKNOWN) & ~_has(remote, Known.YES)),
        doubtful_share=readonly(
            share_within(physical.minutes, people=people, limit=limit)
            - share_within(physical.minutes_settled, people=people, limit=limit)
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Physical:
    """What offices give, before any threshold.

    The first three are counted over localities, the rest over municipalities.
    """

    minutes: FloatArray
    minutes_at_best: FloatArray
    minutes_settled: FloatArray
    on_site: IntArray
    may_be_on_site: BoolArray
    nearest_office: IntArray
    nearest_minutes: FloatArray


def _physical(
    reached: Reach, table: SupportTable, tensor: CodeArray, *, population: PopulationTable
) -> _Physical:
    places, towns = len(population.cell_ids), len(population.municipality_codes)
    found = _Physical(
        minutes=np.empty((*CELL_SHAPE, places)),
        minutes_at_best=np.empty((*CELL_SHAPE, places)),
        minutes_settled=np.empty((*CELL_SHAPE, places)),
        on_site=np.zeros((towns, *CELL_SHAPE), dtype=np.int64),
        may_be_on_site=np.zeros((towns, *CELL_SHAPE), dtype=np.bool_),
        nearest_office=np.full((towns, *CELL_SHAPE), -1, dtype=np.int64),
        nearest_minutes=np.full((towns, *CELL_SHAPE), np.nan),
    )
    doubtful = table.actor_is_doubtful[reached.actor]
    own_answer = _own_answer(reached)
    for cell, sure, possible in _matching_offices(reached, tensor):
        found.minutes[cell] = _nearest(reached.known, sure)
        found.minutes_at_best[cell] = _nearest(reached.at_best, possible)
        found.minutes_settled[cell] = _nearest(reached.known, sure[~doubtful[sure]])
        here = sure[own_answer[sure] == Known.YES]
        maybe_here = possible[own_answer[possible] == Known.YES]
        found.on_site[:, *cell] = np.bincount(reached.municipality[here], minlength=towns)
        found.may_be_on_site[reached.municipality[maybe_here], *cell] = True
        _note_nearest(found, cell, reached, sure, population.seat)
    return found


def _matching_offices(
    reached: Reach, tensor: CodeArray
) -> Iterator[tuple[tuple[int, int], IntArray, IntArray]]:
    """Per cell, the offices that are known to match and those that may."""
    office_truth = tensor[reached.actor, OFFICE]
    for phase, service in product(*map(range, CELL_SHAPE)):
        truth = office_truth[:, phase, service]
        yield (
            (phase, service),
            np.flatnonzero(truth == Known.YES),
            np.flatnonzero(truth >= Known.UNKNOWN),
        )


def _nearest(minutes: FloatArray, offices: IntArray) -> FloatArray:
    nearest: FloatArray = minutes[offices].min(axis=0, initial=np.inf)
    return nearest


def _own_answer(reached: Reach) -> CodeArray:
    """Whether each office serves the municipality it stands in; NO outside the county."""
    own = reached.serves[np.arange(len(reached.office)), reached.municipality]
    return np.where(reached.municipality == OUTSIDE, Known.NO, own).astype(np.int8)


def _note_nearest(
    found: _Physical, cell: tuple[int, int], reached: Reach, sure: IntArray, seat: IntArray
) -> None:
    towns = np.flatnonzero(seat != NO_SEAT)
    if len(sure) == 0:
        found.nearest_minutes[towns, *cell] = np.inf
        return
    here = np.ix_(sure, towns)
    minutes = np.where(reached.serves[here] == Known.YES, reached.from_seat[here], np.inf)
    first = minutes.argmin(axis=0)  # offices are sorted by id: the first of equals
    shortest = minutes[first, np.arange(len(towns))]
    found.nearest_minutes[towns, *cell] = shortest
    found.nearest_office[towns, *cell] = np.where(
        np.isfinite(shortest), reached.office[sure[first]], -1
    )


def _may_be_anywhere(table: SupportTable, tensor: CodeArray) -> BoolArray:
    """Where an actor may receive visitors although the register names no office of it."""
    placeless = np.ones(len(table.actor_ids), dtype=np.bool_)
    placeless[table.office_actor] = False
    may_match = (tensor[:, OFFICE] >= Known.UNKNOWN) & placeless[:, None, None]
    return _any_actor(table.serves >= Known.UNKNOWN, may_match)


def _remote(table: SupportTable, tensor: CodeArray) -> CodeArray:
    """Visit, digital and phone per municipality and cell, each by itself."""
    answers = [
        _any_actor(table.serves >= Known.UNKNOWN, tensor[:, mode] >= Known.UNKNOWN).astype(np.int8)
        + _any_actor(table.serves == Known.YES, tensor[:, mode] == Known.YES)
        for mode in REMOTE
    ]
    return np.stack(answers, axis=-1).astype(np.int8)


def _any_actor(serves: BoolArray, offers: BoolArray) -> BoolArray:
    """Per municipality and cell, whether any actor both serves and offers."""
    flat = offers.reshape(len(offers), len(PHASES) * len(SERVICE_TYPES))
    active = np.flatnonzero(flat.any(axis=1))
    count = serves[:, active].astype(np.float32) @ flat[active].astype(np.float32)
    return (count > 0).reshape(len(serves), *CELL_SHAPE)


def _is_borderline(on_site: IntArray, median: FloatArray, limit: float) -> BoolArray:
    is_near = (median * (1 - TIME_ERROR) <= limit) & (median * (1 + TIME_ERROR) > limit)
    return np.asarray(is_near & (on_site == 0))


def _has(remote: CodeArray, answer: Known) -> BoolArray:
    has: BoolArray = (remote == answer).any(axis=-1)
    return has


def _check_thresholds(thresholds: tuple[float, ...], *, threshold: float) -> None:
    ascending = all(a < b for a, b in pairwise(thresholds))
    if not (thresholds and ascending and thresholds[0] > 0):
        raise ValueError(f"thresholds must ascend from above zero: {thresholds}")
    if threshold not in thresholds:
        raise ValueError(f"{threshold} minutes is not one of the thresholds {thresholds}")
