"""Who works with each of the nine strength areas: own, open to all, adjacent. Pure.

A sector-neutral actor serves every area and is never counted as an area's own.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from ris_map.register.model import Actor, Office
from ris_map.register.vocabulary import STRENGTH_AREAS, Scope, ServiceType, StrengthArea
from ris_map.travel.world import World, kept
from ris_map.words import swedish_sort_key

Actors = tuple[Actor, ...]


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
