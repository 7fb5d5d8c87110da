"""Who works with each of the nine strength areas: own, open to all, adjacent. Pure.

A sector-neutral actor serves every area and is never counted as an area's own.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from ris_map.register.in_words import by_town
from ris_map.register.model import Actor, Office
from ris_map.register.vocabulary import STRENGTH_AREAS, Scope, ServiceType, StrengthArea
from ris_map.travel.world import World, kept
from ris_map.words import swedish_sort_key

Actors = tuple[Actor, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Town:
    """A town with its actors of one kind: ``own``, ``neutral`` or ``adjacent`` (EPSG:4326)."""

    id: str
    name: str
    lat: float
    lon: float
    kind: str
    actors: Actors


@dataclass(frozen=True, slots=True, kw_only=True)
class StrengthFigures:
    """Actors in Swedish alphabetical order.

    ``core`` and ``adjacent`` hold each actor at work in the county once; the latter are in no
    count.
    """

    core: Actors
    adjacent: Actors
    on: date
    reference_date: str

    def offices(self, actor: Actor) -> tuple[Office, ...]:
        """Return an actor's offices in the county that receive people on the day."""
        return actor.offices_open(self.on)

    @property
    def neutral(self) -> Actors:
        """Actors open to all areas."""
        return tuple(actor for actor in self.core if actor.strength_areas.is_neutral)

    @property
    def unknown(self) -> Actors:
        """Actors for which the register does not know the area."""
        return tuple(actor for actor in self.core if not actor.strength_areas.areas)

    @property
    def meeting_places(self) -> Actors:
        """Meeting places for more than one area."""
        places = (a for a in self.core if ServiceType.MOTESPLATS in a.service_types)
        areas = ((actor, actor.strength_areas) for actor in places)
        return tuple(actor for actor, own in areas if own.is_neutral or len(own.areas) > 1)

    @property
    def counts(self) -> Mapping[StrengthArea, int]:
        """Own actors per area; an actor may stand in several."""
        return {area: len(self.own(area)) for area in STRENGTH_AREAS}

    def own(self, area: StrengthArea | None) -> Actors:
        """Return the actors that work with an area in particular; None = with any."""
        return _naming(self.core, area)

    def near(self, area: StrengthArea | None) -> Actors:
        """Return the adjacent actors of an area; None = of any."""
        return _naming(self.adjacent, area)

    def towns(self, area: StrengthArea | None) -> tuple[Town, ...]:
        """Return the towns of an area: own, then open to all, then adjacent, the largest first."""
        groups = [("own", self.own(area)), ("neutral", self.neutral)]
        groups += [("adjacent", self.near(area))] if area else []
        return tuple(town for kind, actors in groups for town in self._towns(actors, kind=kind))

    def _towns(self, actors: Actors, *, kind: str) -> list[Town]:
        offices = by_town((office, actor) for actor in actors for office in self.offices(actor))
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


def _naming(actors: Iterable[Actor], area: StrengthArea | None) -> Actors:
    wanted = {area} if area else set(STRENGTH_AREAS)
    return tuple(actor for actor in actors if wanted & set(actor.strength_areas.areas))


@kept(4)
def strength_figures(world: World) -> StrengthFigures:
    """Return who works with which area on the world's day."""
    at_work = (a for a in world.register.actors if a.is_active(world.on) and not a.outside_county)
    actors = sorted(at_work, key=lambda actor: swedish_sort_key(actor.name))
    return StrengthFigures(
        core=tuple(actor for actor in actors if actor.scope is Scope.CORE),
        adjacent=tuple(actor for actor in actors if actor.scope is not Scope.CORE),
        on=world.on,
        reference_date=world.register.meta.reference_date,
    )
