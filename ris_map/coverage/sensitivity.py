"""Sensitivity: how figures and the list of gaps stand under other speeds, thresholds, divisions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ris_map.coverage.cube import CoverageCube
from ris_map.coverage.gaps import Gap, GapOrder, find_gaps
from ris_map.register.vocabulary import Phase, ServiceType
from ris_map.travel.arrays import BoolArray, FloatArray

CellKey = tuple[str, Phase, ServiceType]


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
        Whether it is a gap, and among the largest, in every setting.
    """

    key: CellKey
    ranks: tuple[int | None, ...]
    is_stable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensitivity:
    """How stable the list of the largest gaps is; the first setting is the one shown elsewhere."""

    settings: tuple[Setting, ...]
    order: GapOrder
    top: int
    gaps: tuple[RankedGap, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ranges:
    """Lowest and highest figures over the speed models, shape (municipalities, 3, 5).

    Parameters
    ----------
    share_low, share_high : array of float
        Share of residents within the threshold.
    median_low, median_high, p90_low, p90_high : array of float
        Minutes.
    is_unstable : array of bool
        Whether an office is on site or within reach under some of the models only.
    """

    share_low: FloatArray
    share_high: FloatArray
    median_low: FloatArray
    median_high: FloatArray
    p90_low: FloatArray
    p90_high: FloatArray
    is_unstable: BoolArray


def ranges(cubes: Sequence[CoverageCube]) -> Ranges:
    """Return the ranges over cubes of the same choice under several speed models."""
    at = cubes[0].threshold_at
    share = np.stack([cube.figures.share_within[..., at] for cube in cubes])
    median = np.stack([cube.figures.median_minutes for cube in cubes])
    p90 = np.stack([cube.figures.p90_minutes for cube in cubes])
    there = np.stack([cube.is_there for cube in cubes])
    return Ranges(
        share_low=share.min(axis=0),
        share_high=share.max(axis=0),
        median_low=median.min(axis=0),
        median_high=median.max(axis=0),
        p90_low=p90.min(axis=0),
        p90_high=p90.max(axis=0),
        is_unstable=np.asarray(there.any(axis=0) & ~there.all(axis=0)),
    )


def sensitivity(
    cubes: Sequence[CoverageCube], *, order: GapOrder = GapOrder.PEOPLE, top: int = 10
) -> Sensitivity:
    """Return the ranks of the largest gaps of the first cube in every cube.

    Parameters
    ----------
    cubes : sequence of CoverageCube
        The same choice under at least three speed models and two thresholds.
    order, top
        What the largest gaps are.

    Raises
    ------
    ValueError
        If there are too few speed models or thresholds to speak of stability.
    """
    settings = tuple(
        Setting(speed_model_id=cube.definition.speed_model.id, threshold=cube.definition.threshold)
        for cube in cubes
    )
    if len({s.speed_model_id for s in settings}) < 3 or len({s.threshold for s in settings}) < 2:
        raise ValueError("at least three speed models and two thresholds are needed")
    lists = [find_gaps(cube, order=order).gaps for cube in cubes]
    ranks = [{_key(gap): rank for rank, gap in enumerate(gaps, start=1)} for gaps in lists]
    return Sensitivity(
        settings=settings,
        order=order,
        top=top,
        gaps=tuple(_ranked(_key(gap), ranks, top=top) for gap in lists[0][:top]),
    )


def _key(gap: Gap) -> CellKey:
    return gap.cell.municipality_code, gap.cell.phase, gap.cell.service_type


def _ranked(key: CellKey, ranks: Sequence[dict[CellKey, int]], *, top: int) -> RankedGap:
    found = tuple(by_key.get(key) for by_key in ranks)
    stable = all(rank is not None and rank <= top for rank in found)
    return RankedGap(key=key, ranks=found, is_stable=stable)
