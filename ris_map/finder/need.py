"""What somebody who looks for support has said (where, phase, what, who), and what matches it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Annotated

from pydantic import BeforeValidator, Field

from ris_map.common.address import Choice, Flag, one_of
from ris_map.geography.county import Geography, Locality
from ris_map.register.model import Actor, Offer, Office
from ris_map.register.selection import Filter, actor_truth, offer_truth
from ris_map.register.vocabulary import (
    Answer,
    Delivery,
    Phase,
    ServiceScope,
    ServiceType,
    StrengthArea,
)
from ris_map.words import swedish_sort_key
from ris_map.words.language import Language

GIVES_ALSO: Mapping[ServiceType, tuple[ServiceType, ...]] = {
    ServiceType.FINANSIERING_RADGIVNING: (ServiceType.FINANSIERING, ServiceType.RADGIVNING),
}
"""Who both funds and advises helps the one who needs only money, or only advice."""


class Limit(StrEnum):
    """How far one can travel, in minutes; the limit itself still counts."""

    M30 = "30"
    M60 = "60"
    M90 = "90"
    M120 = "120"
    ANY = "alla"


class Who(StrEnum):
    """Who looks for support."""

    RESEARCHER = "forskare"
    STUDENT = "student"
    COMPANY = "foretag"
    ASSOCIATION = "forening"
    SAMI = "samisk"


STEMS: Mapping[Who, tuple[str, ...]] = {
    Who.RESEARCHER: ("forskar",),
    Who.STUDENT: ("student", "studerande", "elev"),
    Who.COMPANY: ("företag", "småföretag", "bolag", "startup"),
    Who.ASSOCIATION: (
        "förening",
        "kooperativ",
        "social",
        "idébur",
        "samhällsinnov",
        "samhällsentr",
        "samhällsnytt",
    ),
    Who.SAMI: ("samisk", "samer", "rennäring"),
}
"""Beginnings of Swedish words; a compound that only ends in one ("spelbolag") does not count."""
_WORD = re.compile(r"\w+")


def _no_neutral(area: object) -> object:
    """Refuse "all": it marks an actor, nobody asks for it."""
    if area == StrengthArea.ALL:
        raise ValueError("not an area")
    return area


class Need(Choice):
    """A need at a place: the page's choices, its address and the question that is answered.

    ``place`` is the id of a locality or the code of a municipality (its seat is meant). ``who``
    marks the actors that name such people and never leaves anybody out. ``digital_first`` puts
    digital and phone before the way to an office.
    """

    place: Annotated[str | None, one_of("places"), Field(alias="plats")] = None
    phase: Annotated[Phase | None, Field(alias="fas")] = None
    service_types: Annotated[tuple[ServiceType, ...], Field(alias="stod")] = ()
    strength_area: Annotated[
        StrengthArea | None, BeforeValidator(_no_neutral), Field(alias="omrade")
    ] = None
    who: Annotated[Who | None, Field(alias="vem")] = None
    digital_first: Annotated[Flag, Field(alias="digitalt")] = False
    limit: Annotated[Limit, Field(alias="grans")] = Limit.M60
    winter: Annotated[Flag, Field(alias="vinter")] = False

    @property
    def phases(self) -> tuple[Phase, ...]:
        """The phase that is asked for; empty = any."""
        return () if self.phase is None else (self.phase,)

    @property
    def max_minutes(self) -> int | None:
        """How far one can travel, inclusive; None = any distance."""
        return None if self.limit is Limit.ANY else int(self.limit)

    @property
    def counted_types(self) -> tuple[ServiceType, ...]:
        """Service types whose offers help: the wanted ones, and those that give them too."""
        wanted = set(self.service_types)
        return tuple(
            kind
            for kind in ServiceType
            if kind in wanted or wanted.intersection(GIVES_ALSO.get(kind, ()))
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """Where the way begins: the settlement from which minutes are counted.

    ``id`` is what the need says: a locality's id or a municipality's code.
    """

    id: str
    locality: Locality
    municipality_name: str

    @property
    def code(self) -> str:
        """Code of the municipality."""
        return self.locality.municipality_code

    @property
    def is_municipality(self) -> bool:
        """Whether a whole municipality was named and its seat stands for it."""
        return self.id == self.code


@lru_cache(maxsize=4)
def all_starts(geography: Geography) -> Mapping[str, Start]:
    """Return every place to choose from by its id: municipalities, then settlements, in order."""

    def start(place: str, locality: Locality) -> Start:
        name = geography.municipality(locality.municipality_code).name
        return Start(id=place, locality=locality, municipality_name=name)

    seats = {s.municipality_code: s for s in geography.localities if s.is_seat}
    municipalities = sorted(geography.municipalities, key=lambda m: swedish_sort_key(m.name))
    localities = sorted(geography.localities, key=lambda s: swedish_sort_key(s.name))
    return {
        **{m.code: start(m.code, seats[m.code]) for m in municipalities if m.code in seats},
        **{s.id: start(s.id, s) for s in localities},
    }


def start_of(geography: Geography, place: str) -> Start | None:
    """Return the start that a place means; None if there is no such place."""
    return all_starts(geography).get(place)


def guess_phase(
    *, has_company: bool | None, has_users: bool | None, is_building: bool | None
) -> Phase | None:
    """Return the phase that plain answers lead to; None while an answer is missing.

    ``has_users`` (somebody uses it or pays for it) is asked if there is a company,
    ``is_building`` (a first version or a team is there) if there is none.
    """
    if has_company is None:
        return None
    if has_company:
        return None if has_users is None else Phase.VAXA if has_users else Phase.UTVECKLING
    return None if is_building is None else Phase.UTVECKLING if is_building else Phase.IDE


@lru_cache(maxsize=1024)
def named_in(summary: str) -> tuple[Who, ...]:
    """Return the groups that a Swedish text names: a word of it begins with one of their stems."""
    words = _WORD.findall(summary.casefold())
    return tuple(who for who, stems in STEMS.items() if any(w.startswith(stems) for w in words))


def named_by(actor: Actor) -> tuple[Who, ...]:
    """Return the groups that an actor names, the same in whatever language it is shown."""
    return named_in(actor.summary.in_(Language.SV))


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


def fit(
    actor: Actor,
    need: Need,
    start: Start | None,
    *,
    mode: Delivery | None,
    office: Office | None = None,
) -> Fit | None:
    """Return how an actor answers a need in one way (None asks nothing about it); None for no."""
    serves = serves_place(actor, start, office=office)
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
        reasons=(
            *_offer_reasons(offers, need),
            *_actor_reasons(actor, need),
            *_place_reasons(actor, start, office, serves),
        ),
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


def _offer_reasons(offers: tuple[Offer, ...], need: Need) -> Iterator[Reason]:
    for offer in offers:
        phases = tuple(p.value for p in offer.phases if not need.phases or p in need.phases)
        yield Reason(Why.OFFER, (offer.service_type.value, *phases))
        if need.service_types and offer.service_type not in need.service_types:
            yield Reason(Why.GIVES_ALSO, (offer.service_type.value,))


def _place_reasons(
    actor: Actor, start: Start | None, office: Office | None, serves: Answer
) -> Iterator[Reason]:
    if actor.outside_county or serves is not Answer.YES:
        return
    if start is not None and office is not None and office.municipality == start.code:
        yield Reason(Why.STANDS_HERE)
    else:
        yield Reason(Why.SERVES, (actor.service_area.scope.value,))


def _actor_reasons(actor: Actor, need: Need) -> Iterator[Reason]:
    if need.strength_area in actor.strength_areas.areas and need.strength_area is not None:
        yield Reason(Why.AREA, (need.strength_area.value,))
    elif need.strength_area is not None and StrengthArea.ALL in actor.strength_areas.areas:
        yield Reason(Why.ALL_AREAS)
    if need.who is not None and need.who in named_by(actor):
        yield Reason(Why.WHO, (need.who.value,))
