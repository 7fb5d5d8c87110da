"""The register's model: actors have offers, offices and a service area.

Phases belong to an offer, not to the actor as a whole; that is what makes the gap cube exact.
Every type is frozen and strict: nothing is coerced, unknown keys are refused.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cached_property
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import Field, StringConstraints

from ris_map.common.dates import PartialDate, covers, period_end
from ris_map.common.records import MunicipalityCode, Record, ShortText, Slug, Url
from ris_map.geography.divisions import MUNICIPALITY_CODES
from ris_map.register.vocabulary import (
    ActorKind,
    Answer,
    Availability,
    Basis,
    Confidence,
    Cost,
    Delivery,
    Phase,
    Precision,
    Scope,
    ServiceScope,
    ServiceType,
    Status,
    StrengthArea,
    TargetGroup,
)
from ris_map.words.language import LocalText

Latitude = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]
Longitude = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]


class DeliveryModes(Record):
    """What is known about each of the four delivery modes of an offer."""

    office: Availability
    visit: Availability
    digital: Availability
    phone: Availability

    def of(self, mode: Delivery) -> Availability:
        """Return what is known about one mode."""
        return Availability(getattr(self, mode))


class DeliveryBasis(Record):
    """What the answer about each delivery mode rests on; null where nothing is known."""

    office: Basis | None = None
    visit: Basis | None = None
    digital: Basis | None = None
    phone: Basis | None = None


class Offer(Record):
    """One kind of service, for some phases, in some delivery modes.

    An empty ``phases`` means that the phase is not known.
    """

    service_type: ServiceType
    phases: tuple[Phase, ...]
    delivery: DeliveryModes
    delivery_basis: DeliveryBasis = DeliveryBasis()
    """``source``: a claim of a page; ``assumed``: follows from an office; else ``editorial``."""
    basis: Basis

    def basis_of(self, mode: Delivery) -> Basis | None:
        """Return what the answer about one mode rests on."""
        basis: Basis | None = getattr(self.delivery_basis, mode)
        return basis

    def answer(self, mode: Delivery, *, sourced_only: bool = False) -> Answer:
        """Return whether help is given in one way: the one rule behind every number of offices.

        An actor at work with an office in the register receives people there unless something
        says otherwise: that is assumed and counted. ``sourced_only`` leaves unknown what no page
        says about offices.
        """
        known = self.delivery.of(mode).known
        if sourced_only and mode is Delivery.OFFICE and self.basis_of(mode) is not Basis.SOURCE:
            return min(known, Answer.UNKNOWN)
        return known


def phases_of(offers: Iterable[Offer]) -> tuple[Phase, ...]:
    """Return the phases of some offers, in their order."""
    known = {phase for offer in offers for phase in offer.phases}
    return tuple(phase for phase in Phase if phase in known)


def types_of(offers: Iterable[Offer]) -> tuple[ServiceType, ...]:
    """Return the service types of some offers, the first offer's first."""
    return tuple(dict.fromkeys(offer.service_type for offer in offers))


class DeliveryClaim(Record):
    """What one page says about one delivery mode."""

    mode: Delivery
    availability: Availability
    url: Url
    year: PartialDate | None
    supports: LocalText


class Outside(Record):
    """Where an office outside the county lies."""

    municipality: ShortText
    county: ShortText
    country: ShortText
    km_to_border: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    """Straight line from the town to the county's territory, rounded."""
    nearest_municipality: MunicipalityCode


class Office(Record):
    """A place where a person can be met. ``municipality`` is null outside the county."""

    id: Slug
    municipality: MunicipalityCode | None
    town: ShortText
    street: ShortText | None
    postcode: Annotated[str, StringConstraints(pattern=r"^[0-9]{3} [0-9]{2}$")] | None
    lat: Latitude
    lon: Longitude
    precision: Precision
    uncertainty_m: Annotated[int, Field(gt=0)] | None
    basis: Basis
    address_basis: Basis | None
    valid_from: PartialDate | None
    valid_to: PartialDate | None
    last_evidence: PartialDate | None = None
    """Latest time for which a page that was read names the town as the actor's."""
    address_valid_to: PartialDate | None
    """The street stopped being right at this date, though the actor stayed in the town."""
    outside: Outside | None
    note: LocalText | None

    @property
    def is_sourced(self) -> bool:
        """Whether a page of 2020 or later names the town; else the office is assumed."""
        return self.basis is Basis.SOURCE

    def is_valid(self, on: date) -> bool:
        """Return whether the office exists on a day; open ends count as existing."""
        return covers(self.valid_from, self.valid_to, on=on)

    def street_on(self, on: date) -> str | None:
        """Return the street if it is known to hold on a day."""
        outdated = self.address_valid_to is not None and period_end(self.address_valid_to) < on
        return None if outdated else self.street


class StrengthAreas(Record):
    """Strength areas an actor serves; ``all`` alone = sector-neutral; empty = no information."""

    areas: tuple[StrengthArea, ...]
    basis: Basis

    @property
    def is_neutral(self) -> bool:
        """Whether the actor is open to all areas."""
        return StrengthArea.ALL in self.areas

    def serves(self, area: StrengthArea) -> bool:
        """Return whether the area is served, a sector-neutral actor serving every area."""
        return area in self.areas or self.is_neutral


class ServiceArea(Record):
    """Where an actor offers its help."""

    scope: ServiceScope
    municipalities: tuple[MunicipalityCode, ...]
    basis: Basis

    def includes(self, code: str) -> Answer:
        """Return whether a municipality of the county is included."""
        if self.scope is ServiceScope.UNKNOWN:
            return Answer.UNKNOWN
        areas = {ServiceScope.MUNICIPALITIES: self.municipalities, ServiceScope.OTHER_COUNTY: ()}
        return Answer.YES if code in areas.get(self.scope, MUNICIPALITY_CODES) else Answer.NO


class Source(Record):
    """A page and what it supports."""

    url: Url
    supports: LocalText
    year: PartialDate | None


class StatusNote(Record):
    """A finding about whether the actor is at work."""

    finding: LocalText
    settled: bool
    sources: tuple[Url, ...]


class Funding(Record):
    """What an activity lives on, and until when."""

    source: LocalText
    until: PartialDate | None


class Actor(Record):
    """One organisation, or one lasting activity of an organisation, that supports innovators."""

    id: Slug
    name: ShortText
    aliases: tuple[ShortText, ...]
    kind: ActorKind
    scope: Scope
    scope_basis: Basis
    own_offer: Answer = Answer.UNKNOWN
    """Whether it gives help of its own, rather than passing people on or gathering members."""
    to_innovators: Answer = Answer.UNKNOWN
    """Whether its help is for innovators in the private sector."""
    municipal: bool
    """Whether this is a municipality's own business office."""
    outside_county: bool
    status: Status
    status_note: StatusNote | None
    valid_from: PartialDate | None
    valid_to: PartialDate | None
    successor: Slug | None
    same_as: Slug | None
    """The record of the same organisation in the county, for a neighbour's office."""
    in_2022: Answer
    summary: LocalText
    homepage: Url | None
    homepage_basis: Basis | None
    contact_url: Url | None = None
    """A page with the way to get in touch; never a person."""
    target_groups: tuple[TargetGroup, ...] = ()
    cost: tuple[Cost, ...] = ()
    eligibility: LocalText | None = None
    how_to_apply: LocalText | None = None
    funding: Funding | None = None
    strength_areas: StrengthAreas
    offers: Annotated[tuple[Offer, ...], Field(min_length=1)]
    offices: tuple[Office, ...]
    service_area: ServiceArea
    delivery_claims: tuple[DeliveryClaim, ...]
    confidence: Confidence
    last_evidence: PartialDate | None
    """Latest time for which a page that was read shows the actor at work."""
    last_checked: PartialDate | None = None
    """When somebody here last read the whole record against its sources; null = never."""
    last_confirmed: PartialDate | None
    """When the actor itself, or the region, last confirmed the record; null = never."""
    sources: Annotated[tuple[Source, ...], Field(min_length=1)]
    note: LocalText | None

    @cached_property
    def phases(self) -> tuple[Phase, ...]:
        """Phases of all offers, in their order."""
        return phases_of(self.offers)

    @cached_property
    def service_types(self) -> tuple[ServiceType, ...]:
        """Service types of all offers, the first offer's first."""
        return types_of(self.offers)

    @property
    def host(self) -> str:
        """Where its homepage is, as people say it; empty without one."""
        return urlsplit(self.homepage or "").netloc.removeprefix("www.")

    @property
    def is_doubtful(self) -> bool:
        """Whether its status is open."""
        return self.status is Status.UNKNOWN

    def availability(self, mode: Delivery) -> Availability:
        """Return the strongest thing known about a delivery mode over all offers."""
        order = ("offered", "limited", "unknown", "not_offered")
        return min((offer.delivery.of(mode) for offer in self.offers), key=order.index)

    def is_active(self, on: date) -> bool:
        """Return whether the actor exists on a day: not ended, not merely planned, not before."""
        has_no_end = self.status is Status.ENDED and self.valid_to is None
        is_there = self.status is not Status.PLANNED and not has_no_end
        return is_there and covers(self.valid_from, self.valid_to, on=on)

    def offices_open(self, on: date) -> tuple[Office, ...]:
        """Return the offices in the county that count on a day: where people are received."""
        is_open = any(offer.answer(Delivery.OFFICE) is Answer.YES for offer in self.offers)
        return self.offices_on(on) if is_open else ()

    def offices_on(self, on: date) -> tuple[Office, ...]:
        """Return the offices inside the county that exist on a day."""
        return tuple(o for o in self.all_offices_on(on) if o.municipality is not None)

    def all_offices_on(self, on: date) -> tuple[Office, ...]:
        """Return the offices that exist on a day; who has ended or not begun has none."""
        return tuple(o for o in self.offices if self.is_active(on) and o.is_valid(on))


class Release(Record):
    """Which frozen copy of the register this is, and what day it shows."""

    number: Annotated[str, StringConstraints(pattern=r"^[0-9]{4}(\.[0-9]{1,3})?$")]
    date: PartialDate


class RegisterMeta(Record):
    """What the file is."""

    title: LocalText
    description: LocalText
    reference_date: PartialDate
    """The date to which the research behind the file goes."""
    release: Release | None = None
    """Number and date of a frozen copy; null in the file that is worked on."""
    licence: ShortText


class Register(Record):
    """The whole register, in file order; ids are unique."""

    meta: RegisterMeta
    actors: tuple[Actor, ...]

    @cached_property
    def by_id(self) -> Mapping[str, Actor]:
        """Actors by id."""
        return {actor.id: actor for actor in self.actors}
