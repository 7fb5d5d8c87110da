"""The support chain: whether one can go from idé through utveckling to växa from here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ris_map.coverage.cube import ANSWERS, CELL_STATES, CellState, CoverageCube, state_codes
from ris_map.coverage.figures import percentile, share_within
from ris_map.coverage.support import PHASES, SERVICE_TYPES, Known
from ris_map.register.vocabulary import Answer, Phase, ServiceType


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One phase of a chain, over the chosen service types together.

    Parameters
    ----------
    phase : Phase
        The phase.
    state : CellState
        As for a cell, each resident going to the nearest office of any chosen type.
    median_minutes : float
        Over located residents, each to the nearest office of any chosen type.
    share_within : float
        Share of located residents within the threshold.
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
    municipality_code : str
        The municipality.
    links : tuple of Link
        One per phase, in their order.
    physical : Answer
        ``YES``: an office on site or within reach in every phase; ``UNKNOWN``: in every phase
        there is one or may be one; ``NO``: some phase has none even at best.
    visit, digital, phone : Answer
        Whether that one mode is offered in every phase.
    weakest : tuple of Phase
        Phases with the longest median; empty if all phases are equally far.
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
    people, limit = cube.population.people, cube.definition.threshold
    nearest = cube.minutes[:, types].min(axis=1, keepdims=True)
    at_best = cube.minutes_at_best[:, types].min(axis=1, keepdims=True)
    median = percentile(nearest, people=people, percent=50)[..., 0]
    share = share_within(nearest, people=people, limit=limit)[..., 0]
    on_site = cube.offices_on_site[:, :, types].sum(axis=2) > 0
    is_there = on_site | (median <= limit)
    may_be_there = cube.is_maybe_physical[:, :, types].any(axis=2)
    may_be_there |= percentile(at_best, people=people, percent=50)[..., 0] <= limit
    remote = cube.remote[:, :, types].max(axis=2)
    states = state_codes(on_site, is_there, (remote == Known.YES).any(axis=-1), may_be_there)
    physical = np.select([is_there, may_be_there], [Known.YES, Known.UNKNOWN], Known.NO)
    return tuple(
        Chain(
            municipality_code=code,
            links=tuple(
                Link(
                    phase=phase,
                    state=CELL_STATES[int(states[m, p])],
                    median_minutes=float(median[m, p]),
                    share_within=float(share[m, p]),
                    is_maybe_physical=bool(may_be_there[m, p] and not is_there[m, p]),
                )
                for p, phase in enumerate(PHASES)
            ),
            physical=_answer(physical[m].min()),
            visit=_answer(remote[m, :, 0].min()),
            digital=_answer(remote[m, :, 1].min()),
            phone=_answer(remote[m, :, 2].min()),
            weakest=_weakest(median[m].tolist()),
        )
        for m, code in enumerate(cube.municipality_codes)
    )


def _answer(known: int) -> Answer:
    return ANSWERS[int(known)]


def _weakest(minutes: Sequence[float]) -> tuple[Phase, ...]:
    longest = max(minutes)
    weakest = tuple(p for p, time in zip(PHASES, minutes, strict=True) if time == longest)
    return weakest if len(weakest) < len(PHASES) else ()
