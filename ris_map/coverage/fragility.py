"""Fragility: what is lost if one actor leaves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ris_map.coverage.compute import REMOTE, cube_from_reach
from ris_map.coverage.cube import CELL_STATES, CellState, CoverageCube
from ris_map.coverage.reach import reach
from ris_map.coverage.support import MODES, PHASES, SERVICE_TYPES, Known, truth_tensor
from ris_map.register.vocabulary import Delivery, Phase, ServiceType
from ris_map.travel.matrix import TravelMatrix

PHYSICAL = (CellState.ON_SITE, CellState.WITHIN_REACH)


@dataclass(frozen=True, slots=True, kw_only=True)
class CellLoss:
    """What one cell loses.

    Parameters
    ----------
    municipality_code, phase, service_type
        The cell.
    before, after : CellState
        Its state with and without the actor.
    people_lost : int
        Located residents that were within the threshold of an office and no longer are.
    modes_lost : tuple of Delivery
        Visit, digital or phone that was known to be offered and no longer is.
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
    """What is lost without one actor.

    Parameters
    ----------
    actor_id : str
        The actor.
    losses : tuple of CellLoss
        Cells that lose people or a mode, or whose state gets worse, in the order of the cube.
    """

    actor_id: str
    losses: tuple[CellLoss, ...]

    @property
    def emptied(self) -> tuple[CellLoss, ...]:
        """Cells that have no office on site or within reach any longer."""
        return tuple(loss for loss in self.losses if loss.is_emptied)


def fragility(cube: CoverageCube, matrix: TravelMatrix) -> tuple[ActorLoss, ...]:
    """Return what is lost without each actor in turn, most emptied cells first.

    Each actor is taken out and the whole cube computed again, so that lost people are by
    definition the difference of two coverages. Actors without any loss are left out.

    Parameters
    ----------
    cube : CoverageCube
        The coverage with everybody.
    matrix : TravelMatrix
        The matrix that the cube was computed from.

    Raises
    ------
    ValueError
        If the matrix is another one.
    """
    if matrix.version != cube.definition.matrix_version:
        raise ValueError("the cube was computed from another travel matrix")
    reached = reach(
        cube.table,
        matrix,
        population=cube.population,
        include_outside=cube.definition.include_outside,
    )
    losses = []
    for actor_id in _counting_actors(cube):
        reduced = cube_from_reach(
            reached,
            cube.table.without([actor_id]),
            population=cube.population,
            definition=cube.definition,
        )
        losses.append(ActorLoss(actor_id=actor_id, losses=_losses(cube, reduced)))
    felt = (loss for loss in losses if loss.losses)
    return tuple(sorted(felt, key=lambda loss: (-len(loss.emptied), loss.actor_id)))


def _counting_actors(cube: CoverageCube) -> list[str]:
    """Actors with any offer that counts or may count: without the others nothing changes."""
    tensor = truth_tensor(
        cube.table,
        scope=cube.definition.scope,
        strength_area=cube.definition.strength_area,
        include_outside=cube.definition.include_outside,
    )
    counting = np.flatnonzero(np.any(tensor, axis=(1, 2, 3)))
    return [cube.table.actor_ids[index] for index in counting]


def _losses(before: CoverageCube, after: CoverageCube) -> tuple[CellLoss, ...]:
    people = after.people_beyond() - before.people_beyond()
    modes = (before.remote == Known.YES) & (after.remote != Known.YES)
    changed = (people > 0) | modes.any(axis=-1) | (after.state > before.state)
    return tuple(
        CellLoss(
            municipality_code=before.municipality_codes[m],
            phase=PHASES[p],
            service_type=SERVICE_TYPES[s],
            before=CELL_STATES[int(before.state[m, p, s])],
            after=CELL_STATES[int(after.state[m, p, s])],
            people_lost=int(people[m, p, s]),
            modes_lost=tuple(MODES[REMOTE[i]] for i in np.flatnonzero(modes[m, p, s]).tolist()),
        )
        for m, p, s in np.argwhere(changed).tolist()
    )
