"""Sensitivity: whether the largest gaps stay the largest under other speeds and thresholds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

from ris_map.coverage.compute import coverage_cube
from ris_map.coverage.gaps import Gap, GapOrder, find_gaps
from ris_map.coverage.population import PopulationTable
from ris_map.coverage.support import SupportTable
from ris_map.register.vocabulary import Phase, Scope, ServiceType, StrengthArea
from ris_map.travel.matrix import TravelMatrix

CellKey = tuple[str, Phase, ServiceType]
FEWEST_SPEED_MODELS = 3
FEWEST_THRESHOLDS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One combination of a speed model and a threshold in minutes."""

    speed_model_id: str
    threshold: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RankedGap:
    """One of the largest gaps of the first setting, and its rank in every setting.

    Parameters
    ----------
    key : (str, Phase, ServiceType)
        The cell.
    ranks : tuple of int or None
        Rank from 1 in each setting; None where the cell is no gap.
    is_stable : bool
        Whether it is among the largest in every setting.
    """

    key: CellKey
    ranks: tuple[int | None, ...]
    is_stable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensitivity:
    """How stable the list of the largest gaps is.

    Parameters
    ----------
    settings : tuple of Setting
        The first one is the one shown everywhere else.
    order : GapOrder
        What "largest" means.
    top : int
        How many are looked at.
    gaps : tuple of RankedGap
        In the order of the first setting.
    """

    settings: tuple[Setting, ...]
    order: GapOrder
    top: int
    gaps: tuple[RankedGap, ...]


def sensitivity(
    table: SupportTable,
    matrices: Sequence[TravelMatrix],
    *,
    population: PopulationTable,
    thresholds: tuple[float, ...] = (60.0, 90.0),
    order: GapOrder = GapOrder.PEOPLE,
    top: int = 10,
    scope: Scope = Scope.CORE,
    strength_area: StrengthArea | None = None,
    include_outside: bool = False,
) -> Sensitivity:
    """Return the ranks of the largest gaps under every speed model and threshold.

    Parameters
    ----------
    table : SupportTable
        Actors at work on one day.
    matrices : sequence of TravelMatrix
        One per speed model, at least three; the first is the default.
    population : PopulationTable
        Located residents.
    thresholds : tuple of float
        Minutes, at least two; the first is the default.
    order, top
        What the largest gaps are.
    scope, strength_area, include_outside
        As for :func:`ris_map.coverage.compute.coverage_cube`.

    Raises
    ------
    ValueError
        If there are too few speed models or thresholds to speak of stability.
    """
    speeds = {matrix.speed_model.id for matrix in matrices}
    if len(speeds) < FEWEST_SPEED_MODELS or len(set(thresholds)) < FEWEST_THRESHOLDS:
        raise ValueError("at least three speed models and two thresholds are needed")
    lists = [
        find_gaps(
            coverage_cube(
                table,
                matrix,
                population=population,
                thresholds=(threshold,),
                threshold=threshold,
                scope=scope,
                strength_area=strength_area,
                include_outside=include_outside,
            ),
            order=order,
        ).gaps
        for matrix, threshold in product(matrices, thresholds)
    ]
    ranks = [_ranks(gaps) for gaps in lists]
    return Sensitivity(
        settings=tuple(
            Setting(speed_model_id=matrix.speed_model.id, threshold=threshold)
            for matrix, threshold in product(matrices, thresholds)
        ),
        order=order,
        top=top,
        gaps=tuple(_ranked(_key(gap), ranks, top=top) for gap in lists[0][:top]),
    )


def _ranks(gaps: Sequence[Gap]) -> dict[CellKey, int]:
    return {_key(gap): rank for rank, gap in enumerate(gaps, start=1)}


def _key(gap: Gap) -> CellKey:
    return gap.cell.municipality_code, gap.cell.phase, gap.cell.service_type


def _ranked(key: CellKey, ranks: Sequence[dict[CellKey, int]], *, top: int) -> RankedGap:
    found = tuple(by_key.get(key) for by_key in ranks)
    stable = all(rank is not None and rank <= top for rank in found)
    return RankedGap(key=key, ranks=found, is_stable=stable)
