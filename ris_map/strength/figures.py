"""The nine strength areas: who serves each, where, and how far the support reaches. Pure.

A sector-neutral actor serves every area. So that the areas can still be told apart, each figure
stands twice: with everybody who serves the area, and with the area's own actors alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ris_map.coverage.chain import Chain, support_chains
from ris_map.coverage.compute import coverage_cube
from ris_map.coverage.cube import CELL_STATES, CellState, CoverageDefinition
from ris_map.register.model import Actor, Office
from ris_map.register.vocabulary import (
    STRENGTH_AREAS,
    Answer,
    Phase,
    Scope,
    ServiceType,
    Status,
    StrengthArea,
)
from ris_map.travel.world import CubeChoice, World
from ris_map.words import swedish_sort_key


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseCount:
    """Municipalities per state in one phase; they add up to all municipalities.

    The state of a municipality is that of the phase's link in its support chain: any type of
    support will do.
    """

    phase: Phase
    municipalities: tuple[int, ...]

    def count(self, state: CellState) -> int:
        """Return the number of municipalities in one state."""
        return self.municipalities[CELL_STATES.index(state)]


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaActor:
    """An actor at work, with its offices in the county on the day."""

    actor: Actor
    offices: tuple[Office, ...]
    is_doubtful: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaSupport:
    """One strength area.

    Parameters
    ----------
    area : StrengthArea
        The area.
    own : tuple of AreaActor
        Actors that name it.
    everybody : tuple of PhaseCount
        Coverage with all who serve it, sector-neutral ones included.
    own_only : tuple of PhaseCount
        Coverage with its own actors alone.
    whole_chain, whole_chain_own : int
        Municipalities with an office on site or within reach in all three phases: with everybody,
        and with its own actors alone.
    """

    area: StrengthArea
    own: tuple[AreaActor, ...]
    everybody: tuple[PhaseCount, ...]
    own_only: tuple[PhaseCount, ...]
    whole_chain: int
    whole_chain_own: int

    @property
    def towns(self) -> tuple[str, ...]:
        """Towns of its own actors' offices, in Swedish alphabetical order."""
        return _towns(self.own)


@dataclass(frozen=True, slots=True, kw_only=True)
class StrengthFigures:
    """All areas, and what stands across them.

    Parameters
    ----------
    definition : CoverageDefinition
        What the coverage depends on; its area is None.
    areas : tuple of AreaSupport
        In the order of the vocabulary.
    neutral : tuple of AreaActor
        Sector-neutral actors: they serve every area and are listed once.
    unknown : tuple of AreaActor
        Actors for which the register does not know the area.
    meeting_places : tuple of AreaActor
        Meeting places that serve more than one area, sector-neutral ones included.
    """

    definition: CoverageDefinition
    areas: tuple[AreaSupport, ...]
    neutral: tuple[AreaActor, ...]
    unknown: tuple[AreaActor, ...]
    meeting_places: tuple[AreaActor, ...]

    def of(self, area: StrengthArea) -> AreaSupport:
        """Return one area."""
        return next(item for item in self.areas if item.area is area)


@lru_cache(maxsize=16)
def strength_figures(world: World, choice: CubeChoice) -> StrengthFigures:
    """Return the figures of all areas under a threshold and breadth.

    Parameters
    ----------
    world : World
        Where every figure comes from.
    choice : CubeChoice
        Its strength area is not asked.
    """
    actors = tuple(_at_work(world, choice))
    neutral = tuple(a for a in actors if StrengthArea.ALL in a.actor.strength_areas.areas)
    unknown = tuple(a for a in actors if not a.actor.strength_areas.areas)
    meeting = (a for a in actors if ServiceType.MOTESPLATS in a.actor.service_types)
    return StrengthFigures(
        definition=world.cube(choice).definition,
        areas=tuple(_area(world, choice, area, actors) for area in STRENGTH_AREAS),
        neutral=neutral,
        unknown=unknown,
        meeting_places=tuple(a for a in meeting if is_across(a.actor)),
    )


def is_across(actor: Actor) -> bool:
    """Return whether an actor serves more than one strength area."""
    areas = actor.strength_areas.areas
    return StrengthArea.ALL in areas or len(areas) > 1


def _at_work(world: World, choice: CubeChoice) -> Iterable[AreaActor]:
    """Return the actors that count, in Swedish alphabetical order."""
    for actor in sorted(world.register.actors, key=lambda a: swedish_sort_key(a.name)):
        if not actor.is_active(world.on) or actor.outside_county:
            continue
        if actor.scope is Scope.CORE or choice.scope is Scope.ADJACENT:
            yield AreaActor(
                actor=actor,
                offices=actor.offices_on(world.on),
                is_doubtful=actor.status is Status.UNKNOWN,
            )


def _area(
    world: World, choice: CubeChoice, area: StrengthArea, actors: tuple[AreaActor, ...]
) -> AreaSupport:
    everybody = world.cube(
        CubeChoice(threshold=choice.threshold, scope=choice.scope, strength_area=area)
    )
    others = [
        actor_id
        for actor_id in world.table.actor_ids
        if area not in world.register.by_id[actor_id].strength_areas.areas
    ]
    own_only = coverage_cube(
        world.table.without(others),
        world.matrix,
        population=world.foundations.population,
        threshold=choice.threshold,
        scope=choice.scope,
        strength_area=area,
    )
    chains, own_chains = support_chains(everybody), support_chains(own_only)
    return AreaSupport(
        area=area,
        own=tuple(a for a in actors if area in a.actor.strength_areas.areas),
        everybody=_phase_counts(chains),
        own_only=_phase_counts(own_chains),
        whole_chain=sum(chain.physical is Answer.YES for chain in chains),
        whole_chain_own=sum(chain.physical is Answer.YES for chain in own_chains),
    )


def _phase_counts(chains: Sequence[Chain]) -> tuple[PhaseCount, ...]:
    counts = []
    for position, phase in enumerate(Phase):
        states = [CELL_STATES.index(chain.links[position].state) for chain in chains]
        found = np.bincount(states, minlength=len(CELL_STATES))
        counts.append(PhaseCount(phase=phase, municipalities=tuple(found.tolist())))
    return tuple(counts)


def _towns(actors: Iterable[AreaActor]) -> tuple[str, ...]:
    towns = {office.town for item in actors for office in item.offices}
    return tuple(sorted(towns, key=swedish_sort_key))
