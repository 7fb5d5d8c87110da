"""The ways in which actors help in one municipality: office, visit, digital service, telephone.

The same arrays as the coverage cube are read (``truth_tensor`` and ``reach``), so that every list
agrees with the cube to the unit. An actor may stand in several lists; the lists are never added.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import product

import numpy as np

from ris_map.coverage.cube import CoverageCube, Reach, tensor_of
from ris_map.coverage.cubes import CubeChoice, cube_of
from ris_map.coverage.support import MODES, PHASES, SERVICE_TYPES, UNKNOWN, YES
from ris_map.register.vocabulary import Delivery, Phase, ServiceType
from ris_map.travel.matrix import TravelMatrix
from ris_map.travel.network import SPEED_MODEL, BoolArray, CodeArray, IntArray
from ris_map.travel.world import World

Kind = tuple[Phase, ServiceType]
"""One cell of a municipality's coverage."""
KINDS: tuple[Kind, ...] = tuple(product(PHASES, SERVICE_TYPES))


class ListKind(StrEnum):
    """Which list an actor stands in."""

    HERE = "here"
    """An office in the municipality."""
    VISIT = "visit"
    """Its staff travel to the municipality."""
    REACHABLE = "reachable"
    """An office elsewhere, within the threshold of at least one located resident."""
    DIGITAL = "digital"
    """A digital service whose service area includes the municipality."""
    PHONE = "phone"
    """Help by telephone whose service area includes the municipality."""


REMOTE_MODES = {
    ListKind.VISIT: Delivery.VISIT,
    ListKind.DIGITAL: Delivery.DIGITAL,
    ListKind.PHONE: Delivery.PHONE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way in which one actor helps, or may help (``possible``), in the municipality.

    An office has its town and the code of the municipality it stands in, minutes by road from the
    seat (infinite without a way, else NaN), and the residents who reach it within the threshold.
    """

    actor_id: str
    office_id: str | None = None
    town: str | None = None
    office_municipality: str | None = None
    minutes_from_seat: float = float("nan")
    people_within: int = 0
    kinds: tuple[Kind, ...]
    possible: tuple[Kind, ...]
    is_doubtful: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class WayList:
    """One list: what is known, and apart from it what may be so. In the order of actor ids."""

    kind: ListKind
    known: tuple[Way, ...]
    uncertain: tuple[Way, ...]

    @property
    def actor_ids(self) -> tuple[str, ...]:
        """Actors that count, each once."""
        return tuple(dict.fromkeys(way.actor_id for way in self.known))

    @property
    def uncertain_ids(self) -> tuple[str, ...]:
        """Actors that may count and do not count already, each once."""
        known = set(self.actor_ids)
        ids = dict.fromkeys(way.actor_id for way in self.uncertain)
        return tuple(actor_id for actor_id in ids if actor_id not in known)

    def known_for(self, kind: Kind) -> tuple[Way, ...]:
        """Return the ways that count in one cell."""
        return tuple(way for way in self.known if kind in way.kinds)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ground:
    """What all municipalities' lists under one choice share."""

    cube: CoverageCube
    matrix: TravelMatrix
    tensor: CodeArray

    @property
    def shared(self) -> Reach:
        """Minutes to every office that counts."""
        return self.cube.shared


@lru_cache(maxsize=32)
def ground(world: World, choice: CubeChoice) -> Ground:
    """Return the arrays behind a choice; kept for the choices of late."""
    cube = cube_of(world, choice)
    return Ground(
        cube=cube,
        matrix=world.matrix_for(SPEED_MODEL[choice.speed]),
        tensor=tensor_of(cube.table, cube.definition),
    )


def way_lists(base: Ground, code: str) -> tuple[WayList, ...]:
    """Return the lists of one municipality, in their order; ``ValueError`` for an unknown one."""
    m = base.cube.municipality_codes.index(code)
    found: dict[ListKind, list[Way]] = {kind: [] for kind in ListKind}
    for kind, way in (*_office_ways(base, m), *_remote_ways(base, m)):
        found[kind].append(way)
    return tuple(
        WayList(
            kind=kind,
            known=tuple(way for way in ways if way.kinds),
            uncertain=tuple(way for way in ways if not way.kinds),
        )
        for kind, ways in found.items()
    )


def serving_offices(base: Ground, code: str) -> tuple[Way, ...]:
    """Return every office that counts for a municipality, the nearest to its seat first."""
    m = base.cube.municipality_codes.index(code)
    ways = (way for _, way in _office_ways(base, m, however_far=True) if way.kinds)
    return tuple(sorted(ways, key=lambda w: (w.minutes_from_seat, w.town or "", w.actor_id)))


def _office_ways(
    base: Ground, m: int, *, however_far: bool = False
) -> Iterator[tuple[ListKind, Way]]:
    shared, table = base.shared, base.cube.table
    truth = base.tensor[:, MODES.index(Delivery.OFFICE)][shared.actor]
    answers = np.minimum(truth, shared.serves[:, m][:, None, None])
    minutes = _seat_minutes(base, m)
    for k in np.flatnonzero(answers.any(axis=(1, 2))).tolist():
        is_here = int(shared.municipality[k]) == m
        within = _cells_within(base, k, m)
        if not (is_here or len(within) or however_far):
            continue
        office, actor = int(shared.office[k]), int(shared.actor[k])
        population = base.cube.population
        yield (
            ListKind.HERE if is_here else ListKind.REACHABLE,
            Way(
                actor_id=table.actor_ids[actor],
                office_id=table.office_ids[office],
                town=table.office_towns[office],
                office_municipality=table.municipality_codes[int(shared.municipality[k])],
                minutes_from_seat=minutes[table.office_ids[office]],
                people_within=int(population.persons[within].sum()),
                kinds=_kinds(answers[k] == YES),
                possible=_kinds(answers[k] == UNKNOWN),
                is_doubtful=bool(table.actor_is_doubtful[actor]),
            ),
        )


def _cells_within(base: Ground, k: int, m: int) -> IntArray:
    """Positions of the municipality's cells within the threshold of an office."""
    population, limit = base.cube.population, base.cube.definition.threshold
    here = np.flatnonzero(population.municipality == m)
    within: IntArray = here[base.shared.at_best[k, here] <= limit]
    return within


def _seat_minutes(base: Ground, m: int) -> dict[str, float]:
    """Minutes from the seat to every office that counts; NaN without a seat."""
    offices = [base.cube.table.office_ids[k] for k in base.shared.office.tolist()]
    return dict(zip(offices, base.shared.from_seat[:, m].tolist(), strict=True))


def _remote_ways(base: Ground, m: int) -> Iterator[tuple[ListKind, Way]]:
    table = base.cube.table
    for kind, mode in REMOTE_MODES.items():
        answers = np.minimum(base.tensor[:, MODES.index(mode)], table.serves[m][:, None, None])
        for actor in np.flatnonzero(answers.any(axis=(1, 2))).tolist():
            yield (
                kind,
                Way(
                    actor_id=table.actor_ids[actor],
                    kinds=_kinds(answers[actor] == YES),
                    possible=_kinds(answers[actor] == UNKNOWN),
                    is_doubtful=bool(table.actor_is_doubtful[actor]),
                ),
            )


def _kinds(holds: BoolArray) -> tuple[Kind, ...]:
    return tuple((PHASES[p], SERVICE_TYPES[s]) for p, s in np.argwhere(holds).tolist())
