"""Check what the model alone cannot see: within one actor, its offices, and between actors."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from ris_map.common.dates import period_end, period_start
from ris_map.common.faults import Fault
from ris_map.common.model_faults import Loc, Place, nearest, quoted
from ris_map.geography.codes import MUNICIPALITY_CODES
from ris_map.register.model import Actor, Office
from ris_map.register.vocabulary import (
    Answer,
    Availability,
    Basis,
    Confidence,
    Delivery,
    Precision,
    Scope,
    ServiceScope,
    Status,
    StrengthArea,
)

MunicipalityAt = Callable[[float, float], str | None]

# Where Sweden lies; the two ranges do not overlap, so swapped coordinates can be told.
_SWEDISH_LATITUDES = (55.0, 70.0)
_SWEDISH_LONGITUDES = (10.0, 25.0)
EVIDENCE_FROM = 2021
"""An actor is at work if a page of this year or later shows it."""
OFFICE_FROM = 2020
"""An office rests on a source if a page of this year or later names its town."""
_LINKS = ("successor", "same_as")

Raw = Mapping[str, Any]
"""A record as YAML gave it: it need not fit the model, but what can be compared is compared."""
_COMPANY_WORDS = frozenset({"ab", "aktiebolag", "ek", "ekonomisk", "for", "forening", "region"})
_NOT_A_WORD = re.compile(r"[^\w]+")


def actor_faults(
    actor: Actor, *, place: Place, today: date, municipality_at: MunicipalityAt | None
) -> Iterator[Fault]:
    """Yield the faults and warnings of one actor that fits the model.

    Nothing can have been seen after ``today``; without ``municipality_at`` (the municipality code
    at a latitude and longitude, None outside the county) offices are not compared with territory.
    """
    yield from _actor_time_faults(actor, place=place, today=today)
    yield from _list_faults(actor, place=place)
    yield from _service_area_faults(actor, place=place)
    yield from _office_faults(actor, place=place, municipality_at=municipality_at)
    yield from _address_faults(actor, place=place)
    yield from _rule_faults(actor, place=place)
    yield from _warnings(actor, place=place, today=today)


def scope_by_rule(actor: Actor) -> Scope:
    """Return core or adjacent by the one written rule (docs/method/2026-11-26-register.md).

    Core: gives help of its own, to innovators in the private sector, in the county, with evidence
    of 2021 or later that it is (or, if it has ended, was) at work. A municipality's own business
    office is never core.
    """
    at_work = actor.status in {Status.ACTIVE, Status.ENDED} and _has_evidence(actor)
    is_core = (
        actor.own_offer is Answer.YES
        and actor.to_innovators is Answer.YES
        and at_work
        and not actor.municipal
        and not actor.outside_county
    )
    return Scope.CORE if is_core else Scope.ADJACENT


def _has_evidence(actor: Actor) -> bool:
    seen = actor.last_evidence
    return seen is not None and period_end(seen).year >= EVIDENCE_FROM


def _rule_faults(actor: Actor, *, place: Place) -> Iterator[Fault]:
    """Yield where a record breaks the written rules for core, active and basis."""
    if actor.status is Status.ACTIVE and not _has_evidence(actor):
        yield place.fault(
            ("status",),
            f"The status is active, but there is no evidence of {EVIDENCE_FROM} or later.",
            action="Add a source and last_evidence, or set the status to unknown.",
            code="active-without-evidence",
        )
    elif actor.scope is not scope_by_rule(actor):
        yield place.fault(
            ("scope",),
            f"The scope is {actor.scope}, but by the rule it is {scope_by_rule(actor)}.",
            action="See own_offer, to_innovators, status and last_evidence.",
            code="scope-against-rule",
        )
    yield from _delivery_faults(actor, place=place)
    yield from _evidence_faults(actor, place=place)


def _delivery_faults(actor: Actor, *, place: Place) -> Iterator[Fault]:
    claims = {(claim.mode, claim.availability) for claim in actor.delivery_claims}
    for index, offer in enumerate(actor.offers):
        for mode in Delivery:
            level, basis = offer.delivery.of(mode), offer.basis_of(mode)
            reason = ""
            if level is not Availability.UNKNOWN and basis is None:
                reason = f"It is said that {mode} is {level}, but not what that rests on."
            elif level is Availability.UNKNOWN and basis is not None:
                reason = f"Nothing is known about {mode}, but a basis is given."
            elif basis is Basis.SOURCE and (mode, level) not in claims:
                reason = f"No claim of a page says that {mode} is {level}."
            elif basis is Basis.ASSUMED and not (mode is Delivery.OFFICE and actor.offices):
                reason = "Only help at an office that is in the register can be assumed."
            elif basis not in {None, Basis.SOURCE, Basis.ASSUMED, Basis.EDITORIAL}:
                reason = f"The basis {basis} does not exist for a way of help."
            if reason:
                yield place.fault(
                    ("offers", index, "delivery_basis", mode.value),
                    reason,
                    action="Use source (with a claim), assumed (at an office), editorial or null.",
                    code="delivery-basis",
                )


def _evidence_faults(actor: Actor, *, place: Place) -> Iterator[Fault]:
    for index, office in enumerate(actor.offices):
        seen = office.last_evidence
        if office.is_sourced and (seen is None or period_end(seen).year < OFFICE_FROM):
            yield place.fault(
                ("offices", index, "basis"),
                f"The basis is source, but no page of {OFFICE_FROM} or later names the town.",
                action="Give last_evidence of the office, or set its basis to assumed.",
                code="office-basis",
            )
    last = actor.last_evidence
    if last is not None:
        years = [s.year for s in actor.sources if s.year] + [
            c.year for c in actor.delivery_claims if c.year
        ]
        notes = actor.status_note is not None
        if not notes and (not years or max(map(period_end, years)) < period_start(last)):
            yield place.warning(
                ("last_evidence",),
                f"No source is as late as the latest evidence ({last}).",
                action="Give the source its year, or correct the date.",
                code="evidence-without-source",
            )


def _address_faults(actor: Actor, *, place: Place) -> Iterator[Fault]:
    note_sources = actor.status_note.sources if actor.status_note else ()
    addresses: list[tuple[Loc, str]] = [
        *([(("homepage",), actor.homepage)] if actor.homepage else []),
        *([(("contact_url",), actor.contact_url)] if actor.contact_url else []),
        *((("sources", n, "url"), source.url) for n, source in enumerate(actor.sources)),
        *((("delivery_claims", n, "url"), c.url) for n, c in enumerate(actor.delivery_claims)),
        *((("status_note", "sources", n), url) for n, url in enumerate(note_sources)),
    ]
    for loc, url in addresses:
        if not is_web_address(url):
            yield place.fault(
                loc,
                f"{quoted(url)} is not an address that a browser can open.",
                action="Copy the address from the browser.",
                code="bad-address",
            )


def is_web_address(url: str) -> bool:
    """Return whether an address names a host that can exist, and a port that can."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    labels = (parts.hostname or "").rstrip(".").split(".")
    if parts.scheme not in {"http", "https"} or len(labels) < 2 or not all(labels):
        return False
    is_number = all(label.isdigit() for label in labels)
    return not is_number and port != 0 and all(len(label) <= 63 for label in labels)


def _actor_time_faults(actor: Actor, *, place: Place, today: date) -> Iterator[Fault]:
    yield from _reversed_faults(actor.valid_from, actor.valid_to, loc=("valid_to",), place=place)
    if actor.status is Status.ENDED and actor.valid_to is None:
        yield place.fault(
            ("valid_to",),
            "The actor has ended, but no end is given.",
            action="Give the year it ended.",
            code="ended-without-date",
        )
    dates: list[tuple[Loc, str | None]] = [
        (("last_evidence",), actor.last_evidence),
        (("last_checked",), actor.last_checked),
        (("last_confirmed",), actor.last_confirmed),
        *((("offices", n, "last_evidence"), o.last_evidence) for n, o in enumerate(actor.offices)),
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
        (("target_groups",), actor.target_groups),
        (("cost",), actor.cost),
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
        yield from _unknown_code_faults(code, loc=(*loc, index), place=place)


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


def _office_faults(
    actor: Actor, *, place: Place, municipality_at: MunicipalityAt | None
) -> Iterator[Fault]:
    for index, office in enumerate(actor.offices):
        loc: Loc = ("offices", index)
        yield from _office_time_faults(office, actor=actor, loc=loc, place=place)
        yield from _place_faults(office, actor=actor, loc=loc, place=place)
        yield from _point_faults(office, loc=loc, place=place, municipality_at=municipality_at)


def _reversed_faults(
    start: str | None, end: str | None, *, loc: Loc, place: Place
) -> Iterator[Fault]:
    """Yield a fault if an end comes before its beginning."""
    if start is not None and end is not None and period_end(end) < period_start(start):
        yield place.fault(
            loc,
            f"The end ({end}) comes before the beginning ({start}).",
            action="Swap or correct the dates.",
            code="dates-reversed",
        )


def _unknown_code_faults(code: str, *, loc: Loc, place: Place) -> Iterator[Fault]:
    """Yield a fault if a code is none of the county's."""
    if code not in MUNICIPALITY_CODES:
        yield place.fault(
            loc,
            f"'{code}' is not the code of a municipality in the county.",
            action=f"Allowed: {', '.join(MUNICIPALITY_CODES)}.",
            code="unknown-municipality",
        )


def _office_time_faults(office: Office, *, actor: Actor, loc: Loc, place: Place) -> Iterator[Fault]:
    for name, end in (
        ("valid_to", office.valid_to),
        ("address_valid_to", office.address_valid_to),
    ):
        yield from _reversed_faults(office.valid_from, end, loc=(*loc, name), place=place)
    if office.valid_to is None or actor.valid_to is None:
        return
    if period_end(office.valid_to) > period_end(actor.valid_to):
        yield place.fault(
            (*loc, "valid_to"),
            f"The office lasts until {office.valid_to}, but its actor ended {actor.valid_to}.",
            action="Correct one of the dates.",
            code="office-outlives-actor",
        )


def _place_faults(office: Office, *, actor: Actor, loc: Loc, place: Place) -> Iterator[Fault]:
    is_inside = office.municipality is not None
    if office.municipality is not None:
        yield from _unknown_code_faults(
            office.municipality, loc=(*loc, "municipality"), place=place
        )
    if office.outside is not None:
        nearest = office.outside.nearest_municipality
        at = (*loc, "outside", "nearest_municipality")
        yield from _unknown_code_faults(nearest, loc=at, place=place)
    if is_inside == (office.outside is not None):
        yield place.fault(
            (*loc, "outside"),
            "The office has both a municipality of the county and an 'outside' block."
            if is_inside
            else "The office has neither a municipality of the county nor an 'outside' block.",
            action="Keep 'municipality' for an office in the county, 'outside' for any other.",
            code="outside-block",
        )
    if is_inside and actor.outside_county:
        yield place.fault(
            (*loc, "municipality"),
            "The actor is marked outside_county, but has an office in the county.",
            action="Correct outside_county or the office.",
            code="outside-county",
        )
    if not is_inside and not actor.outside_county:
        yield place.fault(
            (*loc, "municipality"),
            "The office lies outside the county, but the actor is not marked outside_county.",
            action="Correct outside_county or the office.",
            code="outside-county",
        )


def _point_faults(
    office: Office, *, loc: Loc, place: Place, municipality_at: MunicipalityAt | None
) -> Iterator[Fault]:
    at = (*loc, "lat")
    if _are_swapped(office.lat, office.lon):
        yield place.fault(
            at,
            f"Latitude and longitude seem swapped ({office.lat}, {office.lon}).",
            action="Swap lat and lon.",
            code="swapped-coordinates",
        )
        return
    if municipality_at is None:
        return
    found = municipality_at(office.lat, office.lon)
    if found == office.municipality or office.municipality not in {*MUNICIPALITY_CODES, None}:
        return
    if office.municipality is None:
        reason = f"The office is said to lie outside the county, but the point is in {found}."
        code = "outside-office-inside"
    elif found is None:
        reason = f"The point lies outside the county, but the office is said to be in {office.town}"
        reason = f"{reason} ({office.municipality})."
        code = "office-outside-county"
    else:
        reason = f"The point lies in {found}, but the office is said to be in {office.town}"
        reason = f"{reason} ({office.municipality})."
        code = "office-in-other-municipality"
    yield place.fault(at, reason, action="Correct the point or the municipality.", code=code)


def _are_swapped(lat: float, lon: float) -> bool:
    south, north = _SWEDISH_LATITUDES
    west, east = _SWEDISH_LONGITUDES
    return south <= lon <= north and west <= lat <= east


def cross_faults(
    records: Sequence[tuple[Place, Raw]], *, unread: Collection[str] = ()
) -> Iterator[Fault]:
    """Yield the faults between records, those with faults of their own too.

    A link to a record that has a fault, or that could not be read, is not a broken link.
    """
    yield from _reused_ids(records)
    ids = {*unread, *(found for _, raw in records if (found := _text(raw, "id")))}
    for link in _LINKS:
        targets = {
            start: end
            for _, raw in records
            if (start := _text(raw, "id")) and (end := _text(raw, link))
        }
        for place, raw in records:
            target = _text(raw, link)
            if target is not None:
                yield from _link_faults(
                    link, target, start=_text(raw, "id"), place=place, ids=ids, targets=targets
                )
    yield from _successor_faults(records)
    yield from _alike(records)
    yield from _same_homepage(records)


def _text(raw: Raw, key: str) -> str | None:
    found = raw.get(key)
    return found if isinstance(found, str) else None


def _reused_ids(records: Sequence[tuple[Place, Raw]]) -> Iterator[Fault]:
    first: dict[str, Place] = {}
    for place, raw in records:
        actor_id = _text(raw, "id")
        if actor_id is None:
            continue
        if actor_id in first:
            line = first[actor_id].document.line((*first[actor_id].path, "id"))
            yield place.fault(
                ("id",),
                f"The id {quoted(actor_id)} is used already, at line {line}.",
                action="Give the record an id of its own; ids are never reused.",
                code="reused-id",
            )
        else:
            first[actor_id] = place


def _link_faults(
    link: str,
    target: str,
    *,
    start: str | None,
    place: Place,
    ids: set[str],
    targets: Mapping[str, str],
) -> Iterator[Fault]:
    if target == start:
        yield place.fault(
            (link,),
            "The record points to itself.",
            action="Give the id of another record, or null.",
            code="link-to-itself",
        )
    elif target not in ids:
        near = nearest(target, ids)
        yield place.fault(
            (link,),
            f"There is no record with the id {quoted(target)}.",
            action=f"Did you mean {quoted(near)}?" if near else "Give the id of a record, or null.",
            code="unresolved-link",
        )
    elif start is not None and _is_on_circle(start, targets=targets):
        yield place.fault(
            (link,),
            f"The records point in a circle: {quoted(start)} leads back to itself.",
            action="Set one of the links to null.",
            code="circular-link",
        )


def _successor_faults(records: Sequence[tuple[Place, Raw]]) -> Iterator[Fault]:
    """Only what has ended has a successor, and that began before its predecessor was long gone."""
    by_id = {_text(raw, "id"): raw for _, raw in records}
    for place, raw in records:
        successor = by_id.get(_text(raw, "successor"))
        if successor is None:
            continue
        if _text(raw, "status") != Status.ENDED:
            yield place.fault(
                ("successor",),
                "An actor that has not ended has a successor.",
                action="Set the status to ended, with its date, or remove the successor.",
                code="successor-of-living",
            )
        ended, gone = _text(raw, "valid_to"), _text(successor, "valid_to")
        if ended and gone and gone < ended:
            yield place.fault(
                ("successor",),
                f"The successor ended ({gone}) before its predecessor ({ended}).",
                action="Correct one of the dates, or the successor.",
                code="successor-before",
            )


def _is_on_circle(start: str, *, targets: Mapping[str, str]) -> bool:
    seen: set[str] = set()
    at: str | None = targets.get(start)
    while at is not None and at not in seen:
        if at == start:
            return True
        seen.add(at)
        at = targets.get(at)
    return False


def _alike(records: Sequence[tuple[Place, Raw]]) -> Iterator[Fault]:
    groups: dict[str, list[tuple[Place, Raw]]] = defaultdict(list)
    for place, raw in records:
        name = _text(raw, "name")
        if name:
            groups[plain_name(name)].append((place, raw))
    for (first_place, first), *others in groups.values():
        for place, raw in others:
            if not _are_linked(first, raw):
                yield place.warning(
                    ("name",),
                    f"The name {quoted(raw['name'])} is nearly that of {first_place.record}"
                    f" ({quoted(first['name'])}).",
                    action="Check that these are two actors, or link them with same_as.",
                    code="alike-names",
                )


def _same_homepage(records: Sequence[tuple[Place, Raw]]) -> Iterator[Fault]:
    first: dict[str, tuple[Place, Raw]] = {}
    for place, raw in records:
        page = re.sub(r"^https?://(www\.)?", "", (_text(raw, "homepage") or "").lower()).rstrip("/")
        if not page:
            continue
        other, others_raw = first.setdefault(page, (place, raw))
        if other is not place and not _are_linked(others_raw, raw):
            yield place.warning(
                ("homepage",),
                f"The homepage is also that of {other.record}.",
                action="Check that these are two actors, or link them with same_as.",
                code="same-homepage",
            )


def _are_linked(one: Raw, other: Raw) -> bool:
    return any(
        _text(a, link) == _text(b, "id") and _text(b, "id") is not None
        for a, b in ((one, other), (other, one))
        for link in _LINKS
    )


def plain_name(name: str) -> str:
    """Return a name without what often differs: case, accents, punctuation, legal form.

    Examples
    --------
    >>> plain_name("Ålmi Nord AB") == plain_name("almi-nord")
    True
    """
    letters = unicodedata.normalize("NFKD", name.casefold())
    bare = "".join(sign for sign in letters if not unicodedata.combining(sign))
    words = [word for word in _NOT_A_WORD.split(bare) if word]
    return "".join(word for word in words if word not in _COMPANY_WORDS) or "".join(words)
