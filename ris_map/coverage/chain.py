"""The support chain: whether one can go from idé through utveckling to växa from here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ris_map.coverage.cube import CELL_STATES, CellState, CoverageCube, state_codes
from ris_map.coverage.people import figures
from ris_map.coverage.support import ANSWERS, NO, PHASES, SERVICE_TYPES, UNKNOWN, YES
from ris_map.register.vocabulary import Answer, Phase, ServiceType
from ris_map.words.figures import equally_far


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One phase of a chain, over the chosen service types together.

    Parameters
    ----------
    state : CellState
        As for a cell, each resident going to the nearest office of any chosen type.
    median_minutes, share_within : float
        Over residents; the share within the threshold.
    is_maybe_physical : bool
        No office is known on site or within reach, but one may be.
    """

    phase: Phase
    state: CellState
    median_minutes: float
    share_within: float
    is_maybe_physical: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """The chain of one municipality. Physical and remote ways stand side by side, never added.

    Parameters
    ----------
    links : tuple of Link
        One per phase, in their order.
    physical : Answer
        ``YES``: an office on site or within reach in every phase; ``UNKNOWN``: in every phase
        there is one or may be one; ``NO``: some phase has none even at best.
    visit, digital, phone : Answer
        Whether that one mode is offered in every phase.
    weakest : tuple of Phase
        Phases with the longest median; empty if all phases are equally far within the error of
        the times.
    """

    municipality_code: str
    links: tuple[Link, ...]
    physical: Answer
    visit: Answer
    digital: Answer
    phone: Answer
    weakest: tuple[Phase, ...]


def support_chains(
    cube: CoverageCube, *, service_types: Sequence[ServiceType] = SERVICE_TYPES
) -> tuple[Chain, ...]:
    """Return the chain of every municipality.

    Parameters
    ----------
    cube : CoverageCube
        The coverage; its threshold decides what is within reach.
    service_types : sequence of ServiceType
        Kinds of help that count; any one of them will do in each phase.

    Raises
    ------
    ValueError
        If no service type is chosen.
    """
    if not service_types:
        raise ValueError("choose at least one service type")
    types = [SERVICE_TYPES.index(kind) for kind in service_types]
    limit = cube.definition.threshold
    nearest = np.concatenate(
        [cube.rows[index[:, types]].min(axis=1) for index in (cube.row, cube.row_at_best)]
    )
    counted = figures(nearest, people=cube.population.people, thresholds=(limit,), limit=limit)
    median, best = np.split(counted.median_minutes, 2, axis=1)
    on_site = cube.offices_on_site[:, :, types].sum(axis=2) > 0
    is_there = on_site | (median <= limit)
    may_be_there = cube.is_maybe_physical[:, :, types].any(axis=2) | (best <= limit)
    remote = cube.remote[:, :, types].max(axis=2)
    states = state_codes(on_site, is_there, (remote == YES).any(axis=-1))
    physical = np.select([is_there, may_be_there], [YES, UNKNOWN], NO)
    return tuple(
        Chain(
            municipality_code=code,
            links=tuple(
                Link(
                    phase=phase,
                    state=CELL_STATES[int(states[m, p])],
                    median_minutes=float(median[m, p]),
                    share_within=float(counted.share_within[m, p, 0]),
                    is_maybe_physical=bool(may_be_there[m, p] and not is_there[m, p]),
                )
                for p, phase in enumerate(PHASES)
            ),
            physical=ANSWERS[int(physical[m].min())],
            visit=ANSWERS[int(remote[m, :, 0].min())],
            digital=ANSWERS[int(remote[m, :, 1].min())],
            phone=ANSWERS[int(remote[m, :, 2].min())],
            weakest=weakest_phases(median[m].tolist()),
        )
        for m, code in enumerate(cube.municipality_codes)
    )


def weakest_phases(minutes: Sequence[float]) -> tuple[Phase, ...]:
    """Return the phases that are farther away than others, beyond the error of the times."""
    longest = max(minutes)
    weakest = tuple(p for p, m in zip(PHASES, minutes, strict=True) if equally_far(m, longest))
    return weakest if len(weakest) < len(PHASES) else ()
