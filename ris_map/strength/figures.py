"""Who works with each of the nine strength areas: own, open to all, adjacent. Pure.

A sector-neutral actor serves every area and is never counted as an area's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ris_map.register.in_words import by_town
from ris_map.register.model import Actor, Office
from ris_map.register.vocabulary import STRENGTH_AREAS, Scope, ServiceType, Status, StrengthArea
from ris_map.travel.world import World, kept
from ris_map.words import swedish_sort_key


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaActor:
    """An actor at work, with its offices in the county that receive people on the day."""

    actor: Actor
    offices: tuple[Office, ...]

    @property
    def is_doubtful(self) -> bool:
        """Whether its status is open."""
        return self.actor.status is Status.UNKNOWN

    @property
    def is_neutral(self) -> bool:
        """Whether it is open to all areas."""
        return StrengthArea.ALL in self.actor.strength_areas.areas

    def names(self, area: StrengthArea | None) -> bool:
        """Return whether it works with an area in particular; None = with any."""
        areas = self.actor.strength_areas.areas
        return not self.is_neutral and (bool(areas) if area is None else area in areas)


Actors = tuple[AreaActor, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Town:
    """A town with its actors of one kind: ``own``, ``neutral`` or ``adjacent`` (EPSG:4326)."""

    id: str
    name: str
    lat: float
    lon: float
    kind: str
    actors: tuple[Actor, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StrengthFigures:
    """Actors in Swedish alphabetical order.

    ``core`` and ``adjacent`` hold each actor at work in the county once; the latter are in no
    count.
    """

    core: Actors
    adjacent: Actors
    reference_date: str

    @property
    def neutral(self) -> Actors:
        """Actors open to all areas."""
        return tuple(item for item in self.core if item.is_neutral)

    @property
    def unknown(self) -> Actors:
        """Actors for which the register does not know the area."""
        return tuple(item for item in self.core if not item.actor.strength_areas.areas)

    @property
    def meeting_places(self) -> Actors:
        """Meeting places for more than one area."""
        return tuple(
            item
            for item in self.core
            if ServiceType.MOTESPLATS in item.actor.service_types
            and (item.is_neutral or len(item.actor.strength_areas.areas) > 1)
        )

    @property
    def counts(self) -> Mapping[StrengthArea, int]:
        """Own actors per area; an actor may stand in several."""
        return {area: len(self.own(area)) for area in STRENGTH_AREAS}

    def own(self, area: StrengthArea | None) -> Actors:
        """Return the actors that work with an area in particular; None = with any."""
        return tuple(item for item in self.core if item.names(area))

    def near(self, area: StrengthArea | None) -> Actors:
        """Return the adjacent actors of an area; None = of any."""
        return tuple(item for item in self.adjacent if item.names(area))

    def towns(self, area: StrengthArea | None) -> tuple[Town, ...]:
        """Return the towns of an area: own, then open to all, then adjacent, the largest first."""
        groups = [("own", self.own(area)), ("neutral", self.neutral)]
        if area is not None:
            groups.append(("adjacent", self.near(area)))
        return tuple(town for kind, actors in groups for town in _towns(actors, kind=kind))


@kept(4)
def strength_figures(world: World) -> StrengthFigures:
    """Return who works with which area on the world's day."""
    actors = [
        AreaActor(actor=actor, offices=actor.offices_open(world.on))
        for actor in sorted(world.register.actors, key=lambda a: swedish_sort_key(a.name))
        if actor.is_active(world.on) and not actor.outside_county
    ]
    return StrengthFigures(
        core=tuple(item for item in actors if item.actor.scope is Scope.CORE),
        adjacent=tuple(item for item in actors if item.actor.scope is not Scope.CORE),
        reference_date=world.register.meta.reference_date,
    )


def _towns(actors: Iterable[AreaActor], *, kind: str) -> list[Town]:
    offices = by_town((o, item.actor) for item in actors for o in item.offices if o.municipality)
    towns = [
        Town(
            id=place,
            name=there[0][0].town,
            lat=sum(office.lat for office, _ in there) / len(there),
            lon=sum(office.lon for office, _ in there) / len(there),
            kind=kind,
            actors=tuple({actor.id: actor for _, actor in there}.values()),
        )
        for place, there in offices.items()
    ]
    return sorted(towns, key=lambda town: (-len(town.actors), swedish_sort_key(town.name)))
