"""Gaps: cells where no matching office is on site or within reach, with what is unknown apart.

A gap is physical. Whether a visit, a digital service or the telephone makes up for it stands beside
it and is never counted in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from ris_map.coverage.cube import CellState, CoverageCell, CoverageCube, CoverageDefinition
from ris_map.coverage.figures import count_within
from ris_map.coverage.support import PHASES, SERVICE_TYPES
from ris_map.geography.county import Division
from ris_map.travel.arrays import BoolArray, IntArray


class GapKind(StrEnum):
    """What is missing."""

    EMPTY = "empty"
    """No matching office that serves or may serve the municipality is in the register."""
    FAR = "far"
    """There is one, or may be one, but even at best less than half of the located residents are
    within the threshold."""


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
        Located residents beyond the threshold even if everything unknown turned out well.
    inland_in : tuple of str
        Ids of the divisions that count the municipality as inland.
    """

    cell: CoverageCell
    kind: GapKind
    people_affected: int
    inland_in: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GapList:
    """Gaps in order, and apart from them the cells that may or may not be gaps.

    Parameters
    ----------
    definition : CoverageDefinition
        What was asked.
    order : GapOrder
        How the gaps are ordered.
    gaps : tuple of Gap
        Known gaps.
    unknown : tuple of CoverageCell
        Cells without a known office on site or within reach where the register does not know
        enough to call that a gap, in the order of the cube.
    """

    definition: CoverageDefinition
    order: GapOrder
    gaps: tuple[Gap, ...]
    unknown: tuple[CoverageCell, ...]


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
    is_gap = gap_mask(cube)
    affected = _people_affected(cube)
    is_empty = _is_empty(cube)
    gaps = [
        Gap(
            cell=_cell(cube, m, p, s),
            kind=GapKind.EMPTY if is_empty[m, p, s] else GapKind.FAR,
            people_affected=int(affected[m, p, s]),
            inland_in=tuple(d.id for d in divisions if cube.municipality_codes[m] in d.inland),
        )
        for m, p, s in np.argwhere(is_gap).tolist()
    ]
    inland = inland_first.inland if inland_first is not None else ()
    # sorted() is stable: equals keep the order of the cube
    gaps = sorted(gaps, key=lambda gap: _rank_key(gap, order=order, inland=inland))
    unknown = (_cell(cube, m, p, s) for m, p, s in np.argwhere(cube.is_maybe_physical).tolist())
    return GapList(
        definition=cube.definition, order=order, gaps=tuple(gaps), unknown=tuple(unknown)
    )


def gap_mask(cube: CoverageCube) -> BoolArray:
    """Return which cells are gaps: somebody is located there, nothing is there or may be there."""
    is_there = cube.has_state(CellState.ON_SITE) | cube.has_state(CellState.WITHIN_REACH)
    has_people = cube.figures.persons[:, None, None] > 0
    return np.asarray(~is_there & ~cube.is_maybe_physical & has_people)


def _people_affected(cube: CoverageCube) -> IntArray:
    people, limit = cube.population.people, cube.definition.threshold
    within = count_within(cube.minutes_at_best, people=people, limit=limit)
    return cube.figures.persons[:, None, None] - within


def _is_empty(cube: CoverageCube) -> BoolArray:
    """Where nobody located in the municipality can get to any office that may match."""
    reachable = np.isfinite(cube.minutes_at_best) & (cube.population.persons > 0)
    counts = np.zeros((len(cube.municipality_codes), *cube.minutes.shape[:2]), dtype=np.int64)
    np.add.at(counts, cube.population.municipality, np.moveaxis(reachable, -1, 0))
    return np.asarray(counts == 0)


def _cell(cube: CoverageCube, m: int, p: int, s: int) -> CoverageCell:
    return cube.cell(cube.municipality_codes[m], phase=PHASES[p], service_type=SERVICE_TYPES[s])


def _rank_key(gap: Gap, *, order: GapOrder, inland: Sequence[str]) -> tuple[bool, float, float]:
    is_behind = bool(inland) and gap.cell.municipality_code not in inland
    people, minutes = -float(gap.people_affected), -gap.cell.median_minutes_at_best
    pair = (people, minutes) if order is GapOrder.PEOPLE else (minutes, people)
    return is_behind, *pair
