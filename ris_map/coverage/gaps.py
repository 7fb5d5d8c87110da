"""Gaps ("kontorsluckor"): no matching office on site or within reach, what is unknown apart.

A gap is physical. Whether a visit, a digital service or the telephone makes up for it stands beside
it and is never counted in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from ris_map.coverage.cube import (
    REMOTE,
    SHAPE,
    Certainty,
    CoverageCell,
    CoverageCube,
    CoverageDefinition,
)
from ris_map.coverage.people import count_within
from ris_map.coverage.support import PHASES, SERVICE_TYPES, UNKNOWN, YES
from ris_map.geography.county import Division
from ris_map.register.vocabulary import Answer, Delivery, Phase, ServiceType
from ris_map.travel.arrays import BoolArray, IntArray


class GapKind(StrEnum):
    """What is missing."""

    EMPTY = "empty"
    """No matching office that serves or may serve the municipality is in the register."""
    FAR = "far"
    """There is one, or may be one, but even at best less than half of the residents are within the
    threshold."""


class GapOrder(StrEnum):
    """What comes first in the list."""

    PEOPLE = "people"
    """Most people affected."""
    MINUTES = "minutes"
    """Longest median even at best; empty cells first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """One gap.

    Parameters
    ----------
    cell : CoverageCell
        Its figures, with visit, digital and phone.
    kind : GapKind
        Empty or far.
    people_affected : int
        Residents beyond the threshold even if everything unknown turned out well.
    inland_in : tuple of str
        Ids of the divisions that count the municipality as inland.
    """

    cell: CoverageCell
    kind: GapKind
    people_affected: int
    inland_in: tuple[str, ...]

    @property
    def is_near_limit(self) -> bool:
        """Whether the error of the times reaches across the threshold."""
        return self.cell.certainty is Certainty.NEAR_LIMIT


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """Gaps of one municipality that are one and the same fact: the same offices, equally far.

    Parameters
    ----------
    gaps : tuple of Gap
        In the order of the list; all figures but phase and service type are the first one's.
    """

    gaps: tuple[Gap, ...]

    @property
    def kinds(self) -> tuple[tuple[Phase, ServiceType], ...]:
        """The kinds of help that are missing."""
        return tuple((gap.cell.phase, gap.cell.service_type) for gap in self.gaps)


@dataclass(frozen=True, slots=True, kw_only=True)
class GapList:
    """Gaps in order, and apart from them the cells that may or may not be gaps.

    Parameters
    ----------
    gaps : tuple of Gap
        Known gaps.
    facts : tuple of Fact
        The same, each distinct fact once, in the order of its first gap.
    unknown : tuple of CoverageCell
        Cells without a known office on site or within reach where the register does not know
        enough to call that a gap, in the order of the cube.
    """

    definition: CoverageDefinition
    order: GapOrder
    gaps: tuple[Gap, ...]
    facts: tuple[Fact, ...]
    unknown: tuple[CoverageCell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteFact:
    """Kinds of help that come one remote way to the same municipalities.

    Parameters
    ----------
    mode : Delivery
        Visit, digital or phone.
    answer : Answer
        Known, or may be.
    kinds : tuple of (Phase, ServiceType)
        The kinds of help.
    municipalities : tuple of str
        Where; empty = in every municipality of the county.
    """

    mode: Delivery
    answer: Answer
    kinds: tuple[tuple[Phase, ServiceType], ...]
    municipalities: tuple[str, ...]


def find_gaps(
    cube: CoverageCube,
    *,
    order: GapOrder = GapOrder.PEOPLE,
    divisions: Sequence[Division] = (),
    inland_first: Division | None = None,
) -> GapList:
    """Return the gaps of a cube.

    Parameters
    ----------
    cube : CoverageCube
        The coverage; its threshold decides what is far.
    order : GapOrder
        What comes first; equals follow by the other figure, then in the order of the cube.
    divisions : sequence of Division
        Whose view of what is inland is noted with each gap.
    inland_first : Division, optional
        Puts the gaps of its inland before all others.
    """
    affected = _people_affected(cube)
    is_empty = _is_empty(cube)
    fact = _distinct(cube)
    gaps = [
        (
            Gap(
                cell=_cell(cube, m, p, s),
                kind=GapKind.EMPTY if is_empty[m, p, s] else GapKind.FAR,
                people_affected=int(affected[m, p, s]),
                inland_in=tuple(d.id for d in divisions if cube.municipality_codes[m] in d.inland),
            ),
            (m, int(fact[m, cube.row[p, s]]), int(fact[m, cube.row_at_best[p, s]])),
        )
        for m, p, s in np.argwhere(gap_mask(cube)).tolist()
    ]
    inland = inland_first.inland if inland_first is not None else ()
    # sorted() is stable: equals keep the order of the cube
    gaps = sorted(gaps, key=lambda item: _rank_key(item[0], order=order, inland=inland))
    facts: dict[tuple[int, int, int], list[Gap]] = {}
    for gap, key in gaps:
        facts.setdefault(key, []).append(gap)
    unknown = (_cell(cube, m, p, s) for m, p, s in np.argwhere(cube.is_maybe_physical).tolist())
    return GapList(
        definition=cube.definition,
        order=order,
        gaps=tuple(gap for gap, _ in gaps),
        facts=tuple(Fact(gaps=tuple(same)) for same in facts.values()),
        unknown=tuple(unknown),
    )


def gap_mask(cube: CoverageCube) -> BoolArray:
    """Return which cells are gaps: somebody lives there, nothing is there or may be there."""
    has_people = cube.figures.persons[:, None, None] > 0
    return np.asarray(~cube.is_there & ~cube.is_maybe_physical & has_people)


def remote_facts(cube: CoverageCube) -> tuple[RemoteFact, ...]:
    """Return where remote help is known or may be, kinds with the same municipalities together."""
    facts: dict[tuple[Delivery, Answer, tuple[str, ...]], list[tuple[Phase, ServiceType]]] = {}
    for i, mode in enumerate(REMOTE):
        for level, answer in ((YES, Answer.YES), (UNKNOWN, Answer.UNKNOWN)):
            for p, s in np.ndindex(*SHAPE):
                where = np.flatnonzero(cube.remote[:, p, s, i] == level)
                if len(where):
                    all_of_them = len(where) == len(cube.municipality_codes)
                    codes = () if all_of_them else tuple(cube.municipality_codes[m] for m in where)
                    key = (mode, answer, codes)
                    facts.setdefault(key, []).append((PHASES[p], SERVICE_TYPES[s]))
    return tuple(
        RemoteFact(mode=mode, answer=answer, kinds=tuple(kinds), municipalities=codes)
        for (mode, answer, codes), kinds in facts.items()
    )


def _distinct(cube: CoverageCube) -> IntArray:
    """Return a number per municipality and row, the same where everybody's minutes are the same."""
    return np.stack(
        [
            np.unique(cube.rows[:, places], axis=0, return_inverse=True)[1].reshape(-1)
            for places in cube.population.people.places
        ]
    )


def _people_affected(cube: CoverageCube) -> IntArray:
    people, limit = cube.population.people, cube.definition.threshold
    within = count_within(cube.rows, people=people, limit=limit)[:, cube.row_at_best]
    affected: IntArray = cube.figures.persons[:, None, None] - within
    return affected


def _is_empty(cube: CoverageCube) -> BoolArray:
    """Where nobody in the municipality can get to any office that may match."""
    reachable = count_within(cube.rows, people=cube.population.people, limit=np.finfo(float).max)
    return np.asarray(reachable[:, cube.row_at_best] == 0)


def _cell(cube: CoverageCube, m: int, p: int, s: int) -> CoverageCell:
    return cube.cell(cube.municipality_codes[m], phase=PHASES[p], service_type=SERVICE_TYPES[s])


def _rank_key(gap: Gap, *, order: GapOrder, inland: Sequence[str]) -> tuple[bool, float, float]:
    is_behind = bool(inland) and gap.cell.municipality_code not in inland
    people, minutes = -float(gap.people_affected), -gap.cell.median_minutes_at_best
    pair = (people, minutes) if order is GapOrder.PEOPLE else (minutes, people)
    return is_behind, *pair
