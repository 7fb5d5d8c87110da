"""Every way in which an actor helps, or may help, in a municipality: what stands behind a cell."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ris_map.coverage.cube import OFFICE, REMOTE, CoverageCube
from ris_map.coverage.support import (
    ANSWERS,
    MODES,
    OUTSIDE,
    PHASES,
    SERVICE_TYPES,
    UNKNOWN,
    YES,
    Kind,
)
from ris_map.register.vocabulary import Answer, Delivery, Phase, ServiceType
from ris_map.travel.network import BoolArray, CodeArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way in which one actor helps, and ``possible`` kinds with which it may help.

    An office has its town and the code of the municipality it stands in, minutes by road from the
    seat (infinite without a way, else NaN), and the residents who reach it within the threshold.
    """

    actor_id: str
    mode: Delivery
    kinds: tuple[Kind, ...]
    possible: tuple[Kind, ...]
    is_outside: bool
    is_doubtful: bool
    office_id: str | None = None
    town: str | None = None
    office_municipality: str | None = None
    minutes_from_seat: float = math.nan
    people_within: int = 0

    @property
    def answer(self) -> Answer:
        """Whether it helps: what is unknown makes it "may be"."""
        return Answer.YES if self.kinds else Answer.UNKNOWN if self.possible else Answer.NO


def ways(cube: CoverageCube, code: str) -> tuple[Way, ...]:
    """Return the offices that serve, or may serve, a municipality, however far, then the rest.

    An actor without a recorded office is in no office's place: it is not asked whether it receives
    people. ``ValueError`` for the code of a stranger.
    """
    m = cube.municipality_codes.index(code)
    shared, table = cube.shared, cube.table
    here = np.flatnonzero(cube.population.municipality == m)
    is_near = shared.minutes[:, here] <= cube.choice.threshold
    people = (is_near & (shared.serves[:, m, None] >= UNKNOWN)) @ cube.population.persons[here]

    def way(actor: int, mode: Delivery, answers: CodeArray, **office: Any) -> Way:  # noqa: ANN401
        return Way(
            actor_id=table.actor_ids[actor],
            mode=mode,
            kinds=_kinds(answers == YES),
            possible=_kinds(answers == UNKNOWN),
            is_outside=bool(table.actor_is_outside[actor]),
            is_doubtful=bool(table.actor_is_doubtful[actor]),
            **office,
        )

    found = []
    answers = np.minimum(cube.tensor[shared.actor, OFFICE], shared.serves[:, m, None, None])
    for k in np.flatnonzero(answers.any(axis=(1, 2))).tolist():
        office, place = int(shared.office[k]), int(shared.municipality[k])
        found.append(
            way(
                int(shared.actor[k]),
                Delivery.OFFICE,
                answers[k],
                office_id=table.office_ids[office],
                town=table.office_towns[office],
                office_municipality=None if place == OUTSIDE else table.municipality_codes[place],
                minutes_from_seat=float(shared.from_seat[k, m]),
                people_within=int(people[k]),
            )
        )
    for mode in REMOTE:
        answers = np.minimum(cube.tensor[:, MODES.index(mode)], table.serves[m, :, None, None])
        actors = np.flatnonzero(answers.any(axis=(1, 2))).tolist()
        found += [way(actor, mode, answers[actor]) for actor in actors]
    return tuple(found)


def cell_evidence(
    cube: CoverageCube, *, code: str, phase: Phase, service_type: ServiceType
) -> tuple[Way, ...]:
    """Return everything that counts or may count in a cell; ``ValueError`` for a stranger's code.

    Offices come first, then visit, digital, phone; known before unknown; near before far.
    """
    cell = (phase, service_type)
    narrowed = (
        replace(
            way,
            kinds=tuple(kind for kind in way.kinds if kind == cell),
            possible=tuple(kind for kind in way.possible if kind == cell),
        )
        for way in ways(cube, code)
    )
    return tuple(sorted((way for way in narrowed if way.kinds or way.possible), key=_order))


def _order(way: Way) -> tuple[int, int, float, str, str]:
    minutes = math.inf if math.isnan(way.minutes_from_seat) else way.minutes_from_seat
    known_first = -ANSWERS.index(way.answer)
    return MODES.index(way.mode), known_first, minutes, way.actor_id, way.office_id or ""


def _kinds(holds: BoolArray) -> tuple[Kind, ...]:
    return tuple((PHASES[p], SERVICE_TYPES[s]) for p, s in np.argwhere(holds).tolist())
