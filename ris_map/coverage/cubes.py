"""The coverage of a register on a day, computed once per choice and shared by page, API and report.

Whoever asks with the same choices gets the same object, so that figures agree to the unit wherever
they are shown.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

import numpy as np

from ris_map.coverage.cube import CoverageCube, Reach, coverage_cube, reach
from ris_map.coverage.people import Residents, residents_of
from ris_map.coverage.support import CubeChoice, SupportTable, support_table
from ris_map.travel.network import (
    SPEED_MODEL,
    SPEED_MODELS,
    BoolArray,
    CodeArray,
    FloatArray,
    readonly,
)
from ris_map.travel.world import World, kept

CACHED_CUBES = 48
CLASS_LIMITS = (30.0, 60.0, 90.0, 120.0)
"""Upper limits (inclusive) of the map's classes 0-3; class 4 is beyond the last."""
UNKNOWN_CLASS = 5
"""Only by ferry, or only if what the register does not know turns out well."""


@kept(1)
def support_of(world: World) -> SupportTable:
    """Return the actors at work on the day, as arrays."""
    return support_table(world.register, world.foundations.geography, on=world.on)


@kept(1)
def population_of(world: World) -> Residents:
    """Return everybody, by inhabited cell."""
    base = world.foundations
    return residents_of(base.cells, base.geography, has_road=base.joined_cells.is_reachable)


@kept(2 * len(SPEED_MODELS))
def _reach(world: World, speed: str, include_outside: bool) -> Reach:
    return reach(
        support_of(world),
        world.matrix_for(SPEED_MODEL[speed]),
        population=population_of(world),
        include_outside=include_outside,
    )


@kept(CACHED_CUBES)
def cube_of(world: World, choice: CubeChoice) -> CoverageCube:
    """Return the coverage for a choice, computed once."""
    return coverage_cube(
        support_of(world),
        world.matrix_for(SPEED_MODEL[choice.speed]),
        population=population_of(world),
        choice=choice,
        shared=_reach(world, choice.speed, choice.include_outside),
    )


# ---------------------------------------------------------------- ranges


def cubes_over_speeds(world: World, choice: CubeChoice) -> tuple[CoverageCube, ...]:
    """Return the coverage under every speed model, the chosen one first."""
    others = [model.id for model in SPEED_MODELS if model.id != choice.speed]
    return tuple(cube_of(world, replace(choice, speed=s)) for s in (choice.speed, *others))


def share_range(world: World, choice: CubeChoice) -> tuple[FloatArray, FloatArray]:
    """Return the lowest and highest share within the threshold, shape (municipalities, 3, 5)."""
    cubes = cubes_over_speeds(world, choice)
    shares = np.stack([cube.figures.share_within[..., cube.threshold_at] for cube in cubes])
    return shares.min(axis=0), shares.max(axis=0)


# ---------------------------------------------------------------- the map


def time_class(minutes: float) -> int:
    """Return the class of minutes, 0 to 4."""
    return sum(minutes > limit for limit in CLASS_LIMITS)


def class_codes(minutes: FloatArray, is_unknown: BoolArray) -> CodeArray:
    """Return the map's class of each cell, 0-5; limits are inclusive."""
    codes = np.searchsorted(CLASS_LIMITS, minutes, side="left")
    return readonly(np.where(is_unknown, UNKNOWN_CLASS, codes).astype(np.int8))


def class_shares(
    world: World, codes: CodeArray, groups: Mapping[str, Collection[str]]
) -> dict[str, tuple[float, ...]]:
    """Return the share of each group's residents in each of the six classes."""
    residents, shares = population_of(world), {}
    for name, municipalities in groups.items():
        here = ~residents.outside(municipalities)[residents.municipality]
        counted = np.bincount(codes[here], residents.persons[here], UNKNOWN_CLASS + 1)
        shares[name] = tuple((counted / max(counted.sum(), 1)).tolist())
    return shares
