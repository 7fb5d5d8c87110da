"""Every way in which an actor helps, or may help, in a municipality: what stands behind a cell."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from ris_map.coverage.cube import REMOTE, CoverageCube
from ris_map.coverage.support import ANSWERS, KINDS, MODES, UNKNOWN, YES, Kind
from ris_map.register.model import Actor, Office
from ris_map.register.vocabulary import Answer, Delivery, Phase, ServiceType
from ris_map.travel.matrix import office_key
from ris_map.travel.network import CodeArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way in which one actor helps, and ``possible`` kinds with which it may help.

    An office has minutes by road from the seat (infinite without a way, else NaN), and the
    residents who reach it within the threshold.
    """

    actor: Actor
    mode: Delivery
    kinds: tuple[Kind, ...]
    possible: tuple[Kind, ...]
    office: Office | None = None
    minutes_from_seat: float = math.nan
    people_within: int = 0

    @property
    def answer(self) -> Answer:
        """Whether it helps: what is unknown makes it "may be"."""
        return Answer.YES if self.kinds else Answer.UNKNOWN if self.possible else Answer.NO

    @property
    def office_id(self) -> str:
        """The id of the office over all actors; empty for help at a distance."""
        return office_key(self.actor, self.office) if self.office else ""

    @property
    def town(self) -> str:
        """The office's town."""
        return self.office.town if self.office else ""


def ways(cube: CoverageCube, code: str) -> Iterator[Way]:
    """Yield the offices that serve, or may serve, a municipality, however far, then the rest.

    An actor without a recorded office is in no office's place: it is not asked whether it receives
    people. ``ValueError`` for the code of a stranger.
    """
    m = cube.municipality_codes.index(code)
    shared, table = cube.shared, cube.table
    here = np.flatnonzero(cube.population.municipality == m)
    is_near = shared.minutes[:, here] <= cube.choice.threshold
    people = (is_near & (shared.serves[:, m, None] >= UNKNOWN)) @ cube.population.persons[here]
    answers = np.minimum(np.moveaxis(cube.truth, -1, 0), shared.serves[:, m, None, None])
    for k in np.flatnonzero(answers.any(axis=(1, 2))).tolist():
        yield Way(
            actor=table.actors[table.office_actor[k]],
            mode=Delivery.OFFICE,
            kinds=_kinds(answers[k], YES),
            possible=_kinds(answers[k], UNKNOWN),
            office=table.offices[k],
            minutes_from_seat=float(shared.from_seat[k, m]),
            people_within=int(people[k]),
        )
    for mode in REMOTE:
        answers = np.minimum(cube.tensor[:, MODES.index(mode)], table.serves[m, :, None, None])
        for actor, offers in zip(table.actors, answers, strict=True):
            if offers.any():
                kinds, possible = _kinds(offers, YES), _kinds(offers, UNKNOWN)
                yield Way(actor=actor, mode=mode, kinds=kinds, possible=possible)


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
    return MODES.index(way.mode), known_first, minutes, way.actor.id, way.office_id


def _kinds(answers: CodeArray, level: int) -> tuple[Kind, ...]:
    return tuple(k for k, answer in zip(KINDS, answers.flat, strict=True) if answer == level)
