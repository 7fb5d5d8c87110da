"""Check what the model alone cannot see within one actor: dates, lists, what is not known."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from datetime import date

from ris_map.common.dates import period_end, period_start
from ris_map.common.faults import Fault
from ris_map.common.model_faults import Loc, Place
from ris_map.register.model import Actor
from ris_map.register.officechecks import (
    MunicipalityAt,
    office_faults,
    reversed_faults,
    unknown_code_faults,
)
from ris_map.register.vocabulary import (
    Availability,
    Confidence,
    Delivery,
    Precision,
    ServiceScope,
    Status,
    StrengthArea,
)


def actor_faults(
    actor: Actor, *, place: Place, today: date, municipality_at: MunicipalityAt | None
) -> Iterator[Fault]:
    """Yield the faults and warnings of one actor that fits the model.

    Parameters
    ----------
    actor : Actor
        The actor.
    place : Place
        Where it stands in the file.
    today : date
        Nothing can have been seen or confirmed after this day.
    municipality_at : callable or None
        Gives the municipality code at (lat, lon), None outside the county; without it offices are
        not compared with the territory.
    """
    yield from _time_faults(actor, place=place, today=today)
    yield from _list_faults(actor, place=place)
    yield from _service_area_faults(actor, place=place)
    yield from office_faults(actor, place=place, municipality_at=municipality_at)
    yield from _warnings(actor, place=place, today=today)


def _time_faults(actor: Actor, *, place: Place, today: date) -> Iterator[Fault]:
    yield from reversed_faults(actor.valid_from, actor.valid_to, loc=("valid_to",), place=place)
    if actor.status is Status.ENDED and actor.valid_to is None:
        yield place.fault(
            ("valid_to",),
            "The actor has ended, but no end is given.",
            action="Give the year it ended.",
            code="ended-without-date",
        )
    dates: list[tuple[Loc, str | None]] = [
        (("last_evidence",), actor.last_evidence),
        (("last_confirmed",), actor.last_confirmed),
        *((("sources", n, "year"), source.year) for n, source in enumerate(actor.sources)),
        *((("delivery_claims", n, "year"), c.year) for n, c in enumerate(actor.delivery_claims)),
    ]
    if actor.status in {Status.ACTIVE, Status.ENDED}:
        dates.append((("valid_from",), actor.valid_from))
    if actor.status is Status.ENDED:
        dates.append((("valid_to",), actor.valid_to))
    yield from (future for loc, value in dates for future in _future(value, loc, place, today))
    has_passed = actor.valid_to is not None and period_end(actor.valid_to) < today
    if has_passed and actor.status in {Status.ACTIVE, Status.PLANNED}:
        yield place.warning(
            ("status",),
            f"The status is '{actor.status}', but valid_to ({actor.valid_to}) has passed.",
            action="Set the status to ended, or correct the date.",
            code="status-against-dates",
        )


def _future(value: str | None, loc: Loc, place: Place, today: date) -> Iterator[Fault]:
    if value is not None and period_start(value) > today:
        yield place.fault(
            loc,
            f"The date {value} lies in the future.",
            action="Correct the date.",
            code="future-date",
        )


def _list_faults(actor: Actor, *, place: Place) -> Iterator[Fault]:
    lists: list[tuple[Loc, Sequence[Hashable]]] = [
        (("aliases",), actor.aliases),
        (("strength_areas", "areas"), actor.strength_areas.areas),
        (("service_area", "municipalities"), actor.service_area.municipalities),
        (("sources",), actor.sources),
        (("delivery_claims",), actor.delivery_claims),
        *((("offers", n, "phases"), offer.phases) for n, offer in enumerate(actor.offers)),
    ]
    if actor.status_note is not None:
        lists.append((("status_note", "sources"), actor.status_note.sources))
    for loc, values in lists:
        for index in _repeated(values):
            yield place.fault(
                (*loc, index),
                "The value stands in the list for the second time.",
                action="Remove one.",
                code="duplicate-value",
            )
    for index in _repeated([office.id for office in actor.offices]):
        yield place.fault(
            ("offices", index, "id"),
            f"The office id '{actor.offices[index].id}' is used more than once.",
            action="Give each office of the actor an id of its own.",
            code="reused-office-id",
        )
    for index in _repeated([(o.service_type, frozenset(o.phases)) for o in actor.offers]):
        yield place.fault(
            ("offers", index),
            "An offer of this service type for these phases is there already.",
            action="Join the two.",
            code="duplicate-offer",
        )
    areas = actor.strength_areas.areas
    if StrengthArea.ALL in areas and len(areas) > 1:
        yield place.fault(
            ("strength_areas", "areas"),
            "'all' stands beside other strength areas.",
            action="Keep either 'all' alone or the areas.",
            code="all-beside-areas",
        )


def _repeated(values: Sequence[Hashable]) -> list[int]:
    """Return the positions of values that are equal to an earlier one."""
    first: dict[Hashable, int] = {}
    return [n for n, value in enumerate(values) if first.setdefault(value, n) != n]


def _service_area_faults(actor: Actor, *, place: Place) -> Iterator[Fault]:
    area = actor.service_area
    loc: Loc = ("service_area", "municipalities")
    is_listed = area.scope is ServiceScope.MUNICIPALITIES
    if is_listed and not area.municipalities:
        yield place.fault(
            loc,
            "The service area is 'municipalities', but none is listed.",
            action="List their codes, or set the scope to unknown.",
            code="service-area-empty",
        )
    if not is_listed and area.municipalities:
        yield place.fault(
            loc,
            f"Municipalities are listed, but the scope is '{area.scope}'.",
            action="Set the scope to municipalities, or empty the list.",
            code="service-area-list",
        )
    for index, code in enumerate(area.municipalities):
        yield from unknown_code_faults(code, loc=(*loc, index), place=place)


def _warnings(actor: Actor, *, place: Place, today: date) -> Iterator[Fault]:
    confirmed = actor.last_confirmed
    if confirmed is None or period_end(confirmed) < _year_before(today):
        since = "never" if confirmed is None else f"last {confirmed}"
        yield place.warning(
            ("last_confirmed",),
            f"The record has not been confirmed for 12 months ({since}).",
            action="Ask the actor, and write the date.",
            code="not-confirmed",
        )
    for index, office in enumerate(actor.offices):
        if office.precision is Precision.TOWN:
            yield place.warning(
                ("offices", index, "precision"),
                f"The point stands for the whole of {office.town}.",
                action="Give the point of the address when it is known.",
                code="town-level-point",
            )
    unknown = [mode for mode in Delivery if actor.availability(mode) is Availability.UNKNOWN]
    if unknown:
        yield place.warning(
            ("offers",),
            f"Nothing is known about these delivery modes: {', '.join(unknown)}.",
            action="Ask the actor.",
            code="delivery-unknown",
        )
    if actor.homepage is None:
        yield place.warning(
            ("homepage",), "There is no homepage.", action="Add it.", code="homepage-missing"
        )
    elif not actor.homepage.startswith("https://"):
        yield place.warning(
            ("homepage",),
            "The homepage is not https.",
            action="Check whether https:// works.",
            code="homepage-not-https",
        )
    if actor.status is Status.UNKNOWN:
        yield place.warning(
            ("status",),
            "It is not known whether the actor is at work.",
            action="Find out.",
            code="status-unknown",
        )
    if actor.confidence is not Confidence.VERIFIED:
        yield place.warning(
            ("confidence",),
            f"The record is not verified ({actor.confidence}).",
            action="Read a page of the actor and add it as a source.",
            code="not-verified",
        )


def _year_before(day: date) -> date:
    is_leap_day = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year - 1, day=28 if is_leap_day else day.day)
