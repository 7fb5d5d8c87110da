"""Residents by minutes: a cumulative curve per group, because two averages hide the shape."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ris_map.coverage.cube import CoverageCube
from ris_map.coverage.groups import group_index
from ris_map.coverage.support import PHASES, SERVICE_TYPES
from ris_map.geography.county import Division
from ris_map.register.vocabulary import Phase, ServiceType
from ris_map.travel.arrays import BoolArray, FloatArray, IntArray, readonly


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Curve:
    """How many residents of a group arrive within a time. Arrays are read-only.

    Parameters
    ----------
    group_id : str or None
        Group of the division; None = everybody.
    minutes : array of float
        Every time that somebody needs, ascending, without infinity.
    people : array of int
        Located residents that arrive within it (inclusive); never falls.
    located : int
        All located residents of the group; ``located - people[-1]`` cannot get there.
    """

    group_id: str | None
    minutes: FloatArray
    people: IntArray
    located: int

    @property
    def share(self) -> FloatArray:
        """``people`` as a share of the located residents."""
        share: FloatArray = self.people / max(self.located, 1)
        return share

    @property
    def without_way(self) -> int:
        """Located residents that cannot get to any matching office."""
        return self.located - (int(self.people[-1]) if len(self.people) else 0)


def distribution(
    cube: CoverageCube,
    *,
    phase: Phase,
    division: Division,
    service_types: Sequence[ServiceType] = SERVICE_TYPES,
) -> tuple[Curve, ...]:
    """Return the curve of each group of a division, then that of everybody.

    Parameters
    ----------
    cube : CoverageCube
        The coverage.
    phase : Phase
        The phase.
    division : Division
        The groups.
    service_types : sequence of ServiceType
        Each resident goes to the nearest office of any of these.

    Raises
    ------
    ValueError
        If no service type is chosen, or the division does not fit the municipalities.
    """
    if not service_types:
        raise ValueError("choose at least one service type")
    types = [SERVICE_TYPES.index(kind) for kind in service_types]
    minutes = cube.minutes[PHASES.index(phase), types].min(axis=0)
    group = group_index(cube, division)[cube.population.municipality]
    persons = cube.population.persons
    curves = [
        _curve(item.id, minutes, persons, group == index)
        for index, item in enumerate(division.groups)
    ]
    return (*curves, _curve(None, minutes, persons, np.ones_like(group, dtype=np.bool_)))


def _curve(
    group_id: str | None, minutes: FloatArray, persons: IntArray, inside: BoolArray
) -> Curve:
    counted = inside & (persons > 0)
    reaches = counted & np.isfinite(minutes)
    times, which = np.unique(minutes[reaches], return_inverse=True)
    people = np.bincount(which, weights=persons[reaches], minlength=len(times))
    return Curve(
        group_id=group_id,
        minutes=readonly(times),
        people=readonly(np.cumsum(people).astype(np.int64)),
        located=int(persons[counted].sum()),
    )
