"""The coverage of a register on a day, computed once per choice and shared by page, API and report.

Whoever asks with the same choices gets the same object, so that figures agree to the unit wherever
they are shown.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from weakref import WeakKeyDictionary

import numpy as np

from ris_map.coverage.cube import CoverageCube, chosen_minutes, coverage_cube
from ris_map.coverage.fragility import Carrier, carriers
from ris_map.coverage.groups import Kinds, Together, median_actors, together
from ris_map.coverage.people import Residents, residents_of
from ris_map.coverage.reach import Reach, reach
from ris_map.coverage.sensitivity import Ranges, ranges
from ris_map.coverage.support import SupportTable, support_table
from ris_map.register.vocabulary import Phase, Scope, ServiceType, StrengthArea
from ris_map.travel.arrays import BoolArray, CodeArray, FloatArray, readonly
from ris_map.travel.network import SPEED_MODEL, SPEED_MODELS
from ris_map.travel.world import World

CACHED_CUBES = 48
CLASS_LIMITS = (30.0, 60.0, 90.0, 120.0)
"""Upper limits (inclusive) of the map's classes 0-3; class 4 is beyond the last."""
UNKNOWN_CLASS = 5
"""Only by ferry, or only if what the register does not know turns out well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CubeChoice:
    """What a reader may choose for a coverage cube.

    ``speed`` is the id of a speed model; ``sourced_only`` counts an office only where the register
    states that people are received there ("bara belagt").
    """

    threshold: float = 60.0
    scope: Scope = Scope.CORE
    strength_area: StrengthArea | None = None
    include_outside: bool = False
    sourced_only: bool = False
    speed: str = "summer"


class _Kept:
    """What is computed for one world."""

    def __init__(self, world: World) -> None:
        base = world.foundations
        self.table = support_table(world.register, base.geography, on=world.on)
        self.residents = residents_of(base.cells, base.geography)
        self.reaches: dict[tuple[str, bool], Reach] = {}
        self.cubes: dict[CubeChoice, CoverageCube] = {}


_kept: WeakKeyDictionary[World, _Kept] = WeakKeyDictionary()


def _of(world: World) -> _Kept:
    kept = _kept.get(world)
    if kept is None:
        kept = _kept[world] = _Kept(world)
    return kept


def support_of(world: World) -> SupportTable:
    """Return the actors at work on the day, as arrays."""
    return _of(world).table


def population_of(world: World) -> Residents:
    """Return everybody, by inhabited cell."""
    return _of(world).residents


def cube_of(world: World, choice: CubeChoice) -> CoverageCube:
    """Return the coverage for a choice, computed once."""
    kept = _of(world)
    cube = kept.cubes.get(choice)
    if cube is None:
        matrix = world.matrix_for(SPEED_MODEL[choice.speed])
        key = (choice.speed, choice.include_outside)
        if key not in kept.reaches:
            kept.reaches[key] = reach(
                kept.table,
                matrix,
                population=kept.residents,
                include_outside=choice.include_outside,
            )
        cube = coverage_cube(
            kept.table,
            matrix,
            population=kept.residents,
            threshold=choice.threshold,
            scope=choice.scope,
            strength_area=choice.strength_area,
            include_outside=choice.include_outside,
            sourced_only=choice.sourced_only,
            shared=kept.reaches[key],
        )
        if len(kept.cubes) >= CACHED_CUBES:
            kept.cubes.clear()
        kept.cubes[choice] = cube
    return cube


def cubes_over_speeds(world: World, choice: CubeChoice) -> tuple[CoverageCube, ...]:
    """Return the coverage under every speed model, the chosen one first."""
    others = [model.id for model in SPEED_MODELS if model.id != choice.speed]
    return tuple(cube_of(world, replace(choice, speed=s)) for s in (choice.speed, *others))


def ranges_of(world: World, choice: CubeChoice) -> Ranges:
    """Return lowest and highest figures of every cell over the speed models."""
    return ranges(cubes_over_speeds(world, choice))


# ---------------------------------------------------------------- the map


def cell_minutes(
    world: World,
    choice: CubeChoice,
    phases: tuple[Phase, ...] = (),
    types: tuple[ServiceType, ...] = (),
) -> FloatArray:
    """Return minutes from each inhabited cell to the nearest office that matches, shape (cells,).

    Nothing chosen means any phase or type; infinite where no road leads or no office matches.
    """
    return chosen_minutes(cube_of(world, choice), phases=phases, types=types)[0]


def cell_unknown(
    world: World,
    choice: CubeChoice,
    phases: tuple[Phase, ...] = (),
    types: tuple[ServiceType, ...] = (),
) -> BoolArray:
    """Return which cells have no answer in minutes: ferry only, or an office only if it matches."""
    cube = cube_of(world, choice)
    known, at_best = chosen_minutes(cube, phases=phases, types=types)
    return ~cube.population.has_road | (np.isinf(known) & np.isfinite(at_best))


def class_codes(minutes: FloatArray, is_unknown: BoolArray) -> CodeArray:
    """Return the map's class of each cell, 0-5; limits are inclusive."""
    codes = np.searchsorted(CLASS_LIMITS, minutes, side="left")
    return readonly(np.where(is_unknown, UNKNOWN_CLASS, codes).astype(np.int8))


def cell_classes(
    world: World,
    choice: CubeChoice,
    phases: tuple[Phase, ...] = (),
    types: tuple[ServiceType, ...] = (),
) -> CodeArray:
    """Return the map's class of each cell for a choice."""
    minutes = cell_minutes(world, choice, phases, types)
    return class_codes(minutes, cell_unknown(world, choice, phases, types))


def class_shares(
    world: World, codes: CodeArray, groups: Mapping[str, Collection[str]]
) -> dict[str, tuple[float, ...]]:
    """Return the share of each group's residents in each of the six classes."""
    residents = population_of(world)
    shares = {}
    for name, municipalities in groups.items():
        inside = np.array([code in municipalities for code in residents.municipality_codes])
        here = inside[residents.municipality]
        counted = np.bincount(codes[here], residents.persons[here], UNKNOWN_CLASS + 1)
        shares[name] = tuple((counted / max(counted.sum(), 1)).tolist())
    return shares


# ---------------------------------------------------------------- groups and the headline


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupFigures:
    """What is said of one group of municipalities, for the chosen kinds of help.

    Parameters
    ----------
    residents, beyond, beyond_at_best : int
        All of them, and those beyond the threshold or without a way: known, and at best.
    share, share_at_best : float
        Within the threshold: known, and if everything unknown turned out well.
    share_low, share_high, median_low, median_high : float
        Over the speed models.
    median_minutes, p90_minutes, shortfall_minutes, excess_minutes : float
        See :class:`ris_map.coverage.people.Figures`.
    actors : int
        Different actors that the resident in the middle has within the threshold.
    carriers : tuple of Carrier
        Actors on which the share rests.
    """

    residents: int
    beyond: int
    beyond_at_best: int
    share: float
    share_at_best: float
    share_low: float
    share_high: float
    median_minutes: float
    median_low: float
    median_high: float
    p90_minutes: float
    shortfall_minutes: float
    excess_minutes: float
    actors: int
    carriers: tuple[Carrier, ...]


def group_figures(
    world: World, choice: CubeChoice, kinds: Kinds, groups: Mapping[str, Collection[str]]
) -> dict[str, GroupFigures]:
    """Return the figures of groups of municipalities, with ranges and what they rest on."""
    cubes = cubes_over_speeds(world, choice)
    found = [together(cube, kinds) for cube in cubes]
    return {name: _group(found, kinds, codes) for name, codes in groups.items()}


def _group(found: list[Together], kinds: Kinds, codes: Collection[str]) -> GroupFigures:
    figures = [item.of(codes) for item in found]
    first, at = figures[0], found[0].threshold_at
    shares = [float(f.share_within[0, 0, 0, at]) for f in figures]
    medians = [float(f.median_minutes[0, 0, 0]) for f in figures]
    cube = found[0].cube
    outside = np.array([code not in codes for code in cube.municipality_codes], dtype=np.int64)
    resting = carriers(
        cube,
        cube.population.grouped(outside, groups=2),
        phases=kinds.shown_phases,
        types=kinds.shown_types,
    )
    return GroupFigures(
        residents=int(first.persons[0]),
        beyond_at_best=round(float(first.persons[0]) * (1 - found[0].share_at_best(codes))),
        beyond=int(first.persons[0] - first.people_within[0, 0, 0, at]),
        share=shares[0],
        share_at_best=found[0].share_at_best(codes),
        share_low=min(shares),
        share_high=max(shares),
        median_minutes=medians[0],
        median_low=min(medians),
        median_high=max(medians),
        p90_minutes=float(first.p90_minutes[0, 0, 0]),
        shortfall_minutes=float(first.shortfall_minutes[0, 0, 0]),
        excess_minutes=float(first.excess_minutes[0, 0, 0]),
        actors=median_actors(found[0], kinds, codes),
        carriers=tuple(carrier for carrier in resting if carrier.group == 0),
    )
