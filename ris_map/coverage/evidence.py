"""What stands behind one cell: who, where, how far, and what is not known."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ris_map.coverage.cube import ANSWERS, CoverageCube
from ris_map.coverage.population import NO_SEAT
from ris_map.coverage.reach import Reach, reach
from ris_map.coverage.support import MODES, PHASES, SERVICE_TYPES, Known, truth_tensor
from ris_map.register.vocabulary import Answer, Delivery, Phase, ServiceType
from ris_map.travel.arrays import CodeArray
from ris_map.travel.matrix import TravelMatrix


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One way in which one actor helps, or may help, in one cell.

    Parameters
    ----------
    actor_id : str
        The actor.
    mode : Delivery
        Office, visit, digital or phone.
    answer : Answer
        ``YES`` counts in the cell's state and figures; ``UNKNOWN`` makes it "may be".
    office_id, town : str or None
        For an office; None if the register names no office.
    minutes_from_seat : float
        For an office; infinite if there is no way, NaN for everything else.
    is_outside : bool
        Whether the actor is a neighbour outside the county.
    is_doubtful : bool
        Whether its status is open.
    """

    actor_id: str
    mode: Delivery
    answer: Answer
    office_id: str | None
    town: str | None
    minutes_from_seat: float
    is_outside: bool
    is_doubtful: bool


def cell_evidence(
    cube: CoverageCube,
    matrix: TravelMatrix,
    *,
    code: str,
    phase: Phase,
    service_type: ServiceType,
) -> tuple[Evidence, ...]:
    """Return everything that counts or may count in a cell.

    Offices come first, then visit, digital, phone; known before unknown; near before far.

    Parameters
    ----------
    cube : CoverageCube
        The coverage.
    matrix : TravelMatrix
        The matrix that the cube was computed from.
    code, phase, service_type
        The cell.

    Raises
    ------
    ValueError
        For an unknown municipality.
    """
    m = cube.municipality_codes.index(code)
    definition = cube.definition
    tensor = truth_tensor(
        cube.table,
        scope=definition.scope,
        strength_area=definition.strength_area,
        include_outside=definition.include_outside,
    )[:, :, PHASES.index(phase), SERVICE_TYPES.index(service_type)]
    reached = reach(
        cube.table,
        matrix,
        population=cube.population,
        include_outside=definition.include_outside,
    )
    found = [
        *_offices(cube, reached, tensor[:, MODES.index(Delivery.OFFICE)], matrix, m),
        *_actors(cube, tensor, m),
    ]
    return tuple(sorted(found, key=_order))


def _offices(
    cube: CoverageCube, reached: Reach, truth: CodeArray, matrix: TravelMatrix, m: int
) -> Iterator[Evidence]:
    answer = np.minimum(truth[reached.actor], reached.serves[:, m])
    for k in np.flatnonzero(answer >= Known.UNKNOWN):
        office = int(reached.office[k])
        yield _evidence(
            cube,
            int(reached.actor[k]),
            Delivery.OFFICE,
            int(answer[k]),
            office=office,
            minutes=_minutes(cube, matrix, m, cube.table.office_ids[office]),
        )


def _minutes(cube: CoverageCube, matrix: TravelMatrix, m: int, office_id: str) -> float:
    seat = int(cube.population.seat[m])
    if seat == NO_SEAT:
        return math.nan
    return float(matrix.settlement_minutes[matrix.office_ids.index(office_id), seat])


def _actors(cube: CoverageCube, tensor: CodeArray, m: int) -> Iterator[Evidence]:
    table = cube.table
    has_office = np.zeros(len(table.actor_ids), dtype=np.bool_)
    has_office[table.office_actor] = True
    answer = np.minimum(tensor, table.serves[m][:, None])
    for actor, mode in np.argwhere(answer >= Known.UNKNOWN).tolist():
        if MODES[mode] is not Delivery.OFFICE:
            yield _evidence(cube, actor, MODES[mode], int(answer[actor, mode]))
        elif not has_office[actor]:
            # it may receive visitors, but nobody knows where: never more than unknown
            yield _evidence(cube, actor, Delivery.OFFICE, Known.UNKNOWN)


def _evidence(
    cube: CoverageCube,
    actor: int,
    mode: Delivery,
    answer: int,
    *,
    office: int | None = None,
    minutes: float = math.nan,
) -> Evidence:
    table = cube.table
    return Evidence(
        actor_id=table.actor_ids[actor],
        mode=mode,
        answer=ANSWERS[answer],
        office_id=None if office is None else table.office_ids[office],
        town=None if office is None else table.office_towns[office],
        minutes_from_seat=minutes,
        is_outside=bool(table.actor_is_outside[actor]),
        is_doubtful=bool(table.actor_is_doubtful[actor]),
    )


def _order(item: Evidence) -> tuple[int, int, float, str, str]:
    minutes = math.inf if math.isnan(item.minutes_from_seat) else item.minutes_from_seat
    known_first = -ANSWERS.index(item.answer)
    return MODES.index(item.mode), known_first, minutes, item.actor_id, item.office_id or ""
