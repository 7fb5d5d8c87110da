"""What stands behind one cell: who, where, how far, and what is not known."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ris_map.coverage.cube import OFFICE, CoverageCube, tensor_of
from ris_map.coverage.support import ANSWERS, MODES, PHASES, SERVICE_TYPES, UNKNOWN, YES
from ris_map.register.vocabulary import Answer, Delivery, Phase, ServiceType


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
    is_assumed : bool
        Whether an office counts though no page says that people are received there.
    office_id, town : str or None
        For an office.
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
    is_assumed: bool
    office_id: str | None
    town: str | None
    minutes_from_seat: float
    is_outside: bool
    is_doubtful: bool


def cell_evidence(
    cube: CoverageCube, *, code: str, phase: Phase, service_type: ServiceType
) -> tuple[Evidence, ...]:
    """Return everything that counts or may count in a cell; ``ValueError`` for a stranger's code.

    Offices come first, then visit, digital, phone; known before unknown; near before far. An actor
    without a recorded office is in no office's place: it is not asked whether it receives people.
    """
    m = cube.municipality_codes.index(code)
    at = (PHASES.index(phase), SERVICE_TYPES.index(service_type))
    return tuple(sorted((*_offices(cube, m, at), *_remote(cube, m, at)), key=_order))


def _offices(cube: CoverageCube, m: int, at: tuple[int, int]) -> Iterator[Evidence]:
    shared, table = cube.shared, cube.table
    matches = cube.sure[at].astype(np.int8) + cube.possible[at]
    answer = np.minimum(matches, shared.serves[:, m])
    for k in np.flatnonzero(answer >= UNKNOWN).tolist():
        actor, office = int(shared.actor[k]), int(shared.office[k])
        offers = (table.offer_actor == actor) & (table.offer_type == at[1])
        sourced = table.offer_sourced[offers, OFFICE].max(initial=0)
        yield Evidence(
            actor_id=table.actor_ids[actor],
            mode=Delivery.OFFICE,
            answer=ANSWERS[int(answer[k])],
            is_assumed=bool(answer[k] == YES and sourced != YES),
            office_id=table.office_ids[office],
            town=table.office_towns[office],
            minutes_from_seat=float(shared.from_seat[k, m]),
            is_outside=bool(table.actor_is_outside[actor]),
            is_doubtful=bool(table.actor_is_doubtful[actor]),
        )


def _remote(cube: CoverageCube, m: int, at: tuple[int, int]) -> Iterator[Evidence]:
    table = cube.table
    answer = np.minimum(
        tensor_of(table, cube.definition)[:, :, at[0], at[1]], table.serves[m][:, None]
    )
    for actor, mode in np.argwhere(answer >= UNKNOWN).tolist():
        if mode != OFFICE:
            yield Evidence(
                actor_id=table.actor_ids[actor],
                mode=MODES[mode],
                answer=ANSWERS[int(answer[actor, mode])],
                is_assumed=False,
                office_id=None,
                town=None,
                minutes_from_seat=math.nan,
                is_outside=bool(table.actor_is_outside[actor]),
                is_doubtful=bool(table.actor_is_doubtful[actor]),
            )


def _order(item: Evidence) -> tuple[int, int, float, str, str]:
    minutes = math.inf if math.isnan(item.minutes_from_seat) else item.minutes_from_seat
    known_first = -ANSWERS.index(item.answer)
    return MODES.index(item.mode), known_first, minutes, item.actor_id, item.office_id or ""
