"""What rests on one actor, for all actors in one pass."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import compress

import numpy as np

from ris_map.coverage.cube import (
    CELL_STATES,
    REMOTE,
    SHAPE,
    CellState,
    CoverageCube,
    remote_offers,
    state_codes,
)
from ris_map.coverage.people import People
from ris_map.coverage.support import PHASES, SERVICE_TYPES, YES
from ris_map.register.vocabulary import Delivery, Phase, ServiceType
from ris_map.travel.network import BoolArray, FloatArray, IntArray

PHYSICAL = (CellState.ON_SITE, CellState.WITHIN_REACH)


@dataclass(frozen=True, slots=True, kw_only=True)
class CellLoss:
    """What one cell loses: its state with and without the actor, and who and what is lost.

    ``people_lost`` were within the threshold of an office and no longer are; ``modes_lost`` of
    visit, digital and phone were known to be offered and no longer are.
    """

    municipality_code: str
    phase: Phase
    service_type: ServiceType
    before: CellState
    after: CellState
    people_lost: int
    modes_lost: tuple[Delivery, ...]

    @property
    def is_emptied(self) -> bool:
        """Whether the cell had an office on site or within reach, and has none without it."""
        return self.before in PHYSICAL and self.after not in PHYSICAL


@dataclass(frozen=True, slots=True, kw_only=True)
class ActorLoss:
    """What is lost without one actor: cells that lose people or a mode, or whose state changes."""

    actor_id: str
    losses: tuple[CellLoss, ...]

    @property
    def emptied(self) -> tuple[CellLoss, ...]:
        """Cells that have no office on site or within reach any longer."""
        return tuple(loss for loss in self.losses if loss.is_emptied)


def fragility(cube: CoverageCube) -> tuple[ActorLoss, ...]:
    """Return what is lost without each actor in turn, most emptied cells first.

    Whoever has another actor within the threshold loses nothing; so each cell's nearest actor and
    the nearest other one tell the loss of every actor at once. A test takes every actor out and
    computes the whole cube again. Actors without any loss are left out.
    """
    table, shared, limit = cube.table, cube.shared, cube.choice.threshold
    actors, codes = len(table.actor_ids), len(cube.municipality_codes)
    people = cube.population.people
    lost = np.zeros((actors, codes, *SHAPE), dtype=np.int64)
    on_site = np.zeros_like(lost)
    for row in np.unique(cube.row):
        kinds = np.argwhere(cube.row == row).tolist()
        offices = np.flatnonzero(cube.sure[tuple(kinds[0])])
        each, near = actors_near(shared.of(offices), shared.actor[offices], limit)
        for p, s in kinds:
            lost[each, :, p, s] = lost_without(near, people)
    k = shared.at_home
    np.add.at(on_site, (shared.actor[k], shared.municipality[k]), np.moveaxis(cube.sure, -1, 0)[k])
    within = cube.figures.people_within[..., cube.threshold_at] - lost
    persons = cube.figures.persons[:, None, None]
    stands = cube.offices_on_site - on_site > 0
    is_there = stands | ((2 * within >= persons) & (persons > 0))
    modes = _modes_lost(cube)
    has_remote = ((cube.remote == YES) & ~modes).any(axis=-1)
    after = state_codes(stands, is_there, has_remote)
    changed = (lost > 0) | modes.any(axis=-1) | (after != cube.state)
    losses = (
        ActorLoss(
            actor_id=table.actor_ids[a],
            losses=tuple(
                CellLoss(
                    municipality_code=cube.municipality_codes[m],
                    phase=PHASES[p],
                    service_type=SERVICE_TYPES[s],
                    before=CELL_STATES[int(cube.state[m, p, s])],
                    after=CELL_STATES[int(after[a, m, p, s])],
                    people_lost=int(lost[a, m, p, s]),
                    modes_lost=tuple(compress(REMOTE, modes[a, m, p, s])),
                )
                for m, p, s in np.argwhere(changed[a]).tolist()
            ),
        )
        for a in np.flatnonzero(changed.any(axis=(1, 2, 3))).tolist()
    )
    return tuple(sorted(losses, key=lambda loss: (-len(loss.emptied), loss.actor_id)))


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


def _modes_lost(cube: CoverageCube) -> BoolArray:
    """Return which remote ways no other actor offers, shape (actors, M, 3, 5, 3)."""
    is_offer = remote_offers(cube.tensor)[:, None] == YES
    own = is_offer & (cube.table.serves.T == YES)[:, :, None, None, None]
    return np.asarray(own & (own.sum(axis=0) == 1))
