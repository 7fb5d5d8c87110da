"""Whether one actor answers a need in one way, why, and what is not known.

The reading is that of the list of actors and of the coverage figures: three values, an answer as
good as its weakest part, and phase, service type and delivery held by one and the same offer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from ris_map.finder.need import Need, Start, named_by
from ris_map.register.model import Actor, Offer, Office
from ris_map.register.selection import Filter, actor_truth, offer_truth
from ris_map.register.vocabulary import Answer, Delivery, ServiceScope, StrengthArea

COUNTY_AND_WIDER = (ServiceScope.COUNTY, ServiceScope.NORTHERN_SWEDEN, ServiceScope.NATIONAL)


class Why(StrEnum):
    """A reason for an actor to be in the answer."""

    OFFER = "offer"  # service type and phase of the offer; terms: service type, then phases
    GIVES_ALSO = "gives-also"  # the offer gives what is needed and more
    AREA = "area"  # names the strength area; terms: the area
    ALL_AREAS = "all-areas"  # serves every strength area
    WHO = "who"  # names the group in its description; terms: the group
    SERVES = "serves"  # the service area includes the place; terms: its scope
    STANDS_HERE = "stands-here"  # the office stands in the municipality
    FIRST_CONTACT = "first-contact"  # the municipality's own office: a way in, whatever the need


class Caution(StrEnum):
    """Something that the register does not know, or that must be said first."""

    SERVICE_AREA_UNKNOWN = "service-area-unknown"
    PHASE_UNKNOWN = "phase-unknown"
    AREA_UNKNOWN = "area-unknown"
    WAY_UNKNOWN = "way-unknown"  # an office, say, that may or may not receive visitors
    MODE_UNKNOWN = "mode-unknown"  # no information on how the help is given
    DOUBTFUL = "doubtful"
    OUTSIDE = "outside"
    NO_ROAD = "no-road"


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason and the terms it speaks of."""

    why: Why
    terms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """What an actor can answer a need with in one way, and what is not known about it."""

    offers: tuple[Offer, ...]
    reasons: tuple[Reason, ...]
    cautions: tuple[Caution, ...]


_OF_MODE: Mapping[Delivery | None, Filter] = {
    None: Filter(),
    **{mode: Filter(delivery=(mode,)) for mode in Delivery},
}


def fit(actor: Actor, need: Need, *, mode: Delivery | None, serves: Answer) -> Fit | None:
    """Return how an actor answers a need in one way (None asks nothing about it); None for no."""
    of_need = Filter(phases=need.phases, service_types=need.counted_types)
    of_area = Filter(strength_areas=() if need.strength_area is None else (need.strength_area,))
    content = [offer_truth(offer, of_need) for offer in actor.offers]
    ways = [offer_truth(offer, _OF_MODE[mode]) for offer in actor.offers]
    whole = [min(pair) for pair in zip(content, ways, strict=True)]
    best, area = max(whole), actor_truth(actor, of_area)
    if Answer.NO in (best, area, serves):
        return None
    chosen = [index for index, value in enumerate(whole) if value is best]
    unknown = {
        Caution.SERVICE_AREA_UNKNOWN: serves,
        Caution.PHASE_UNKNOWN: max(content[index] for index in chosen),
        Caution.AREA_UNKNOWN: area,
        Caution.WAY_UNKNOWN: max(ways[index] for index in chosen),
    }
    offers = tuple(actor.offers[index] for index in chosen)
    return Fit(
        offers=offers,
        reasons=(*_offer_reasons(offers, need), *_actor_reasons(actor, need)),
        cautions=tuple(caution for caution, value in unknown.items() if value is Answer.UNKNOWN),
    )


def serves_place(actor: Actor, start: Start | None, *, office: Office | None = None) -> Answer:
    """Return whether an actor serves a place.

    An office serves the municipality it stands in unless the service area is known to leave it
    out; a neighbour's office outside the county is shown to everybody, under a heading of its own.
    Without a place only what serves the whole county, or more, is a yes.
    """
    if actor.outside_county:
        return Answer.YES
    area = actor.service_area
    if start is None:
        wide = area.scope in COUNTY_AND_WIDER
        unknown = area.scope is ServiceScope.UNKNOWN
        return Answer.YES if wide else Answer.UNKNOWN if unknown else Answer.NO
    answer = area.includes(start.code)
    stands_here = office is not None and office.municipality == start.code
    return Answer.YES if answer is Answer.UNKNOWN and stands_here else answer


def place_reason(actor: Actor, start: Start | None, *, office: Office | None) -> Reason | None:
    """Return why an actor serves a place, if that is known."""
    if actor.outside_county or serves_place(actor, start, office=office) is not Answer.YES:
        return None
    if start is not None and office is not None and office.municipality == start.code:
        return Reason(Why.STANDS_HERE)
    return Reason(Why.SERVES, (actor.service_area.scope.value,))


def _offer_reasons(offers: tuple[Offer, ...], need: Need) -> Iterator[Reason]:
    for offer in offers:
        phases = tuple(p.value for p in offer.phases if not need.phases or p in need.phases)
        yield Reason(Why.OFFER, (offer.service_type.value, *phases))
        if need.service_types and offer.service_type not in need.service_types:
            yield Reason(Why.GIVES_ALSO, (offer.service_type.value,))


def _actor_reasons(actor: Actor, need: Need) -> Iterator[Reason]:
    if need.strength_area in actor.strength_areas.areas and need.strength_area is not None:
        yield Reason(Why.AREA, (need.strength_area.value,))
    elif need.strength_area is not None and StrengthArea.ALL in actor.strength_areas.areas:
        yield Reason(Why.ALL_AREAS)
    if need.who is not None and need.who in named_by(actor):
        yield Reason(Why.WHO, (need.who.value,))
