"""Gaps ("kontorsluckor"), how stable they are, remote help beside them, and the support chain.

A gap is physical: no matching office on site or within reach, what is unknown apart. Whether a
visit, a digital service or the telephone makes up for it stands beside it and is never counted in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ris_map.coverage.cube import (
    REMOTE,
    SHAPE,
    CoverageCell,
    CoverageCube,
)
from ris_map.coverage.groups import Supply
from ris_map.coverage.people import count_within
from ris_map.coverage.support import ANSWERS, NO, PHASES, SERVICE_TYPES, UNKNOWN, YES
from ris_map.register.vocabulary import Answer, Delivery, Phase, ServiceType
from ris_map.travel.network import BoolArray
from ris_map.words.figures import equally_far

CellKey = tuple[str, Phase, ServiceType]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """One gap: its figures, with visit, digital and phone; and whom it concerns even at best."""

    cell: CoverageCell
    people_affected: int

    @property
    def key(self) -> CellKey:
        """The cell's place."""
        return self.cell.municipality_code, self.cell.phase, self.cell.service_type


Fact = tuple[Gap, ...]
"""Gaps of one municipality that are one and the same fact: the same offices, equally far."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GapList:
    """Gaps, and apart from them the cells that may or may not be gaps."""

    gaps: tuple[Gap, ...]  # most people affected first, then the longest median at best
    facts: tuple[Fact, ...]  # the same, each distinct fact once, in the order of its first gap
    unknown: tuple[CoverageCell, ...]
    """Cells where the register does not know enough to call it a gap, in the order of the cube."""


def find_gaps(cube: CoverageCube) -> GapList:
    """Return the gaps of a cube; its threshold decides what is far."""
    people, limit = cube.population.people, cube.choice.threshold
    within = count_within(cube.rows, people=people, limit=limit)[:, cube.row_at_best]
    affected = cube.figures.persons[:, None, None] - within
    # a number per municipality and row, the same where everybody's minutes are the same
    alike = np.stack(
        [
            np.unique(cube.rows[:, places], axis=0, return_inverse=True)[1].reshape(-1)
            for places in people.places
        ]
    )
    found = [
        (
            Gap(cell=cube.cell_at(m, p, s), people_affected=int(affected[m, p, s])),
            (m, int(alike[m, cube.row[p, s]]), int(alike[m, cube.row_at_best[p, s]])),
        )
        for m, p, s in np.argwhere(gap_mask(cube)).tolist()
    ]
    # sorted() is stable: equals keep the order of the cube
    found.sort(key=lambda pair: (-pair[0].people_affected, -pair[0].cell.median_minutes_at_best))
    facts: dict[tuple[int, int, int], list[Gap]] = {}
    for gap, fact in found:
        facts.setdefault(fact, []).append(gap)
    return GapList(
        gaps=tuple(gap for gap, _ in found),
        facts=tuple(map(tuple, facts.values())),
        unknown=tuple(cube.cell_at(*at) for at in np.argwhere(cube.is_maybe_physical).tolist()),
    )


def gap_mask(cube: CoverageCube) -> BoolArray:
    """Return which cells are gaps: somebody lives there, nothing is there or may be there."""
    has_people = cube.figures.persons[:, None, None] > 0
    return np.asarray(~cube.is_there & ~cube.is_maybe_physical & has_people)


@dataclass(frozen=True, slots=True, kw_only=True)
class RankedGap:
    """One of the largest gaps of the first cube, and its rank from 1 in every cube.

    The rank is None where the cell is no gap; ``is_stable``: among the largest in every cube.
    """

    key: CellKey
    ranks: tuple[int | None, ...]
    is_stable: bool


def sensitivity(cubes: Sequence[CoverageCube], *, top: int = 10) -> tuple[RankedGap, ...]:
    """Return the ranks of the largest gaps of the first cube in every cube.

    The cubes are the same choice under at least three speed models and two thresholds; with fewer
    one cannot speak of stability (``ValueError``).
    """
    speeds, limits = {c.matrix.speed_model.id for c in cubes}, {c.choice.threshold for c in cubes}
    if len(speeds) < 3 or len(limits) < 2:
        raise ValueError("at least three speed models and two thresholds are needed")
    lists = [[gap.key for gap in find_gaps(cube).gaps] for cube in cubes]
    ranks = [{key: rank for rank, key in enumerate(keys, start=1)} for keys in lists]
    return tuple(
        RankedGap(
            key=key,
            ranks=tuple(by_key.get(key) for by_key in ranks),
            is_stable=all(by_key.get(key, top + 1) <= top for by_key in ranks),
        )
        for key in lists[0][:top]
    )


# ---------------------------------------------------------------- remote help


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteFact:
    """Kinds of help that come, or may come, one remote way to the same municipalities.

    ``municipalities`` is empty where it is every municipality of the county.
    """

    mode: Delivery
    answer: Answer
    kinds: tuple[tuple[Phase, ServiceType], ...]
    municipalities: tuple[str, ...]


def remote_facts(cube: CoverageCube) -> tuple[RemoteFact, ...]:
    """Return where remote help is known or may be, kinds with the same municipalities together."""
    facts: dict[tuple[Delivery, int, tuple[str, ...]], list[tuple[Phase, ServiceType]]] = {}
    every = cube.municipality_codes
    for i, mode in enumerate(REMOTE):
        for level in (YES, UNKNOWN):
            for p, s in np.ndindex(*SHAPE):
                where = np.flatnonzero(cube.remote[:, p, s, i] == level)
                codes = () if len(where) == len(every) else tuple(every[m] for m in where)
                if len(where):
                    facts.setdefault((mode, level, codes), []).append((PHASES[p], SERVICE_TYPES[s]))
    return tuple(
        RemoteFact(mode=mode, answer=ANSWERS[level], kinds=tuple(kinds), municipalities=codes)
        for (mode, level, codes), kinds in facts.items()
    )


# ---------------------------------------------------------------- the chain


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """Whether one can go from idé through utveckling to växa from one municipality.

    Each resident goes to the nearest office of any chosen type: ``medians`` are minutes by phase.
    Physical and remote ways stand side by side, never added: a remote one is whether that one mode
    is offered in every phase.
    """

    municipality_code: str
    medians: tuple[float, ...]
    physical: Answer
    """On site or within reach in every phase; unknown: it is, or may be; no: some phase has none
    even at best."""
    visit: Answer
    digital: Answer
    phone: Answer
    weakest: tuple[Phase, ...]
    """The longest medians; empty if all phases are equally far within the error of the times."""


def support_chains(
    cube: CoverageCube, *, service_types: Sequence[ServiceType] = SERVICE_TYPES
) -> tuple[Chain, ...]:
    """Return the chain of every municipality; any of the service types will do in each phase.

    ``ValueError`` if none is chosen.
    """
    if not service_types:
        raise ValueError("choose at least one service type")
    supplies = [Supply(cube, (phase,), tuple(service_types)) for phase in PHASES]
    is_there, may_be_there, median, remote = (
        np.stack([getattr(supply, name) for supply in supplies], axis=1)
        for name in ("is_there", "may_be_there", "median", "remote")
    )
    physical = np.select([is_there, may_be_there], [YES, UNKNOWN], NO).min(axis=1)
    modes = [mode.value for mode in REMOTE]
    return tuple(
        Chain(
            municipality_code=code,
            medians=tuple(median[m].tolist()),
            physical=ANSWERS[int(physical[m])],
            weakest=weakest_phases(median[m].tolist()),
            **{mode: ANSWERS[i] for mode, i in zip(modes, remote[m].min(axis=0), strict=True)},
        )
        for m, code in enumerate(cube.municipality_codes)
    )


def weakest_phases(minutes: Sequence[float]) -> tuple[Phase, ...]:
    """Return the phases that are farther away than others, beyond the error of the times."""
    longest = max(minutes)
    weakest = tuple(p for p, m in zip(PHASES, minutes, strict=True) if equally_far(m, longest))
    return weakest if len(weakest) < len(PHASES) else ()
