"""Check what the model alone cannot see: within one actor, its offices, and between actors."""

import re
from collections.abc import Callable, Collection, Hashable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from ris_map.common.dates import FIRST_DAY, period_end, period_start
from ris_map.common.faults import Fault, quoted
from ris_map.common.records import Finding, Place, finding, nearest, parts
from ris_map.common.yaml_file import Loc
from ris_map.geography.divisions import MUNICIPALITY_CODES
from ris_map.register.model import Actor, Office
from ris_map.register.selection import fold, words_of
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
Raw = Mapping[str, Any]
"""A record as YAML gave it: it need not fit the model, but what can be compared is compared."""

EVIDENCE_FROM = 2021
"""An actor is at work if a page of this year or later shows it."""
OFFICE_FROM = 2020
"""An office rests on a source if a page of this year or later names its town."""
# Where Sweden lies; the two ranges do not overlap, so swapped coordinates can be told.
_SWEDISH_LATITUDES = (55.0, 70.0)
_SWEDISH_LONGITUDES = (10.0, 25.0)
_LINKS = ("successor", "same_as")
_DATES = {"last_evidence", "last_checked", "last_confirmed", "year"}
"""Fields with the day of something that somebody has seen."""
_COMPANY_WORDS = frozenset({"ab", "aktiebolag", "ek", "ekonomisk", "for", "forening", "region"})


def actor_faults(
    actor: Actor, *, place: Place, today: date, municipality_at: MunicipalityAt | None
) -> Iterator[Fault]:
    """Yield the faults and warnings of one actor that fits the model.

    Nothing can have been seen after ``today``; without ``municipality_at`` (the municipality code
    at a latitude and longitude, None outside the county) offices are not compared with territory.
    """
    for found in (
        *_in_parts(actor, today=today),
        *_in_time(actor, today=today),
        *_in_lists(actor),
        *_in_offices(actor, municipality_at=municipality_at),
        *_against_rules(actor),
        *_doubts(actor, today=today),
    ):
        yield place.fault(*found)


def _in_parts(actor: Actor, *, today: date) -> Iterator[Finding]:
    """Yield what is wrong with a value wherever it stands: a day, an address, a list."""
    for loc, value in parts(actor):
        name = next((part for part in reversed(loc) if isinstance(part, str)), "")
        if isinstance(value, str):
            if name in _DATES and period_start(value) > today:
                yield finding("future-date", *loc, day=value)
            if name in {"last_checked", "last_confirmed"} and period_end(value) < FIRST_DAY:
                yield finding("before-register", *loc, day=value, first=FIRST_DAY)
        elif isinstance(value, tuple) and name not in {"offers", "offices"}:
            for index in _repeated(value):
                yield finding("duplicate-value", *loc, index)


def _repeated(values: Sequence[Hashable]) -> list[int]:
    """Return the positions of values that are equal to an earlier one."""
    first: dict[Hashable, int] = {}
    return [n for n, value in enumerate(values) if first.setdefault(value, n) != n]


def _in_time(actor: Actor, *, today: date) -> Iterator[Finding]:
    start, end, status = actor.valid_from, actor.valid_to, actor.status
    yield from _reversed(start, end, "valid_to")
    has_ended = status is Status.ENDED
    if has_ended and end is None:
        yield finding("ended-without-date", "valid_to")
    if start and period_start(start) > today and (has_ended or status is Status.ACTIVE):
        yield finding("future-date", "valid_from", day=start)
    if end and period_start(end) > today and has_ended:
        yield finding("future-date", "valid_to", day=end)
    if end and period_end(end) < today and status in {Status.ACTIVE, Status.PLANNED}:
        yield finding("status-against-dates", "status", status=status, end=end)


def _reversed(start: str | None, end: str | None, *loc: str | int) -> Iterator[Finding]:
    if start is not None and end is not None and period_end(end) < period_start(start):
        yield finding("dates-reversed", *loc, start=start, end=end)


def _in_lists(actor: Actor) -> Iterator[Finding]:
    for index in _repeated([office.id for office in actor.offices]):
        yield finding("reused-office-id", "offices", index, "id", id=actor.offices[index].id)
    for index in _repeated([(o.service_type, frozenset(o.phases)) for o in actor.offers]):
        yield finding("duplicate-offer", "offers", index)
    if StrengthArea.ALL in actor.strength_areas.areas and len(actor.strength_areas.areas) > 1:
        yield finding("all-beside-areas", "strength_areas", "areas")
    area, loc = actor.service_area, ("service_area", "municipalities")
    is_listed = area.scope is ServiceScope.MUNICIPALITIES
    if is_listed and not area.municipalities:
        yield finding("service-area-empty", *loc)
    if not is_listed and area.municipalities:
        yield finding("service-area-list", *loc, scope=area.scope)
    for index, code in enumerate(area.municipalities):
        yield from _unknown_code(code, *loc, index)


def _unknown_code(code: str | None, *loc: str | int) -> Iterator[Finding]:
    if code is not None and code not in MUNICIPALITY_CODES:
        allowed = ", ".join(MUNICIPALITY_CODES)
        yield finding("unknown-municipality", *loc, code=code, allowed=allowed)


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


def _against_rules(actor: Actor) -> Iterator[Finding]:
    """Yield where a record breaks the written rules for core, active and basis."""
    if actor.status is Status.ACTIVE and not _has_evidence(actor):
        yield finding("active-without-evidence", "status", year=EVIDENCE_FROM)
    elif actor.scope is not (wanted := scope_by_rule(actor)):
        yield finding("scope-against-rule", "scope", scope=actor.scope, wanted=wanted)
    yield from _against_basis(actor)
    last = actor.last_evidence
    if last is not None and actor.status_note is None:
        years = [source.year for source in actor.sources]
        years += [claim.year for claim in actor.delivery_claims]
        if all(year is None or period_end(year) < period_start(last) for year in years):
            yield finding("evidence-without-source", "last_evidence", day=last)


def _against_basis(actor: Actor) -> Iterator[Finding]:
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
                field = ("offers", index, "delivery_basis", mode.value)
                yield finding("delivery-basis", *field, reason=reason)
    for index, office in enumerate(actor.offices):
        seen = office.last_evidence
        if office.is_sourced and (seen is None or period_end(seen).year < OFFICE_FROM):
            yield finding("office-basis", "offices", index, "basis", year=OFFICE_FROM)


def is_recent(day: str | None, *, on: date, years: int = 1) -> bool:
    """Return whether something was seen within some years before a day."""
    is_leap_day = (on.month, on.day) == (2, 29)
    limit = on.replace(year=on.year - years, day=28 if is_leap_day else on.day)
    return day is not None and period_end(day) >= limit


def unconfirmed_since(actor: Actor, *, on: date) -> bool:
    """Return whether nobody has confirmed an entry within twelve months before a day."""
    return not is_recent(actor.last_confirmed, on=on)


def _doubts(actor: Actor, *, today: date) -> Iterator[Finding]:
    confirmed = actor.last_confirmed
    if unconfirmed_since(actor, on=today):
        since = "never" if confirmed is None else f"last {confirmed}"
        yield finding("not-confirmed", "last_confirmed", since=since)
    for index, office in enumerate(actor.offices):
        if office.precision is Precision.TOWN:
            yield finding("town-level-point", "offices", index, "precision", town=office.town)
    unknown = [mode for mode in Delivery if actor.availability(mode) is Availability.UNKNOWN]
    if unknown:
        yield finding("delivery-unknown", "offers", modes=", ".join(unknown))
    if actor.homepage is None:
        yield finding("homepage-missing", "homepage")
    elif not actor.homepage.startswith("https://"):
        yield finding("homepage-not-https", "homepage")
    if actor.status is Status.UNKNOWN:
        yield finding("status-unknown", "status")
    if actor.confidence is not Confidence.VERIFIED:
        yield finding("not-verified", "confidence", confidence=actor.confidence)


def _in_offices(actor: Actor, *, municipality_at: MunicipalityAt | None) -> Iterator[Finding]:
    for index, office in enumerate(actor.offices):
        loc: Loc = ("offices", index)
        for name in ("valid_to", "address_valid_to"):
            yield from _reversed(office.valid_from, getattr(office, name), *loc, name)
        until, end = office.valid_to, actor.valid_to
        if until is not None and end is not None and period_end(until) > period_end(end):
            yield finding("office-outlives-actor", *loc, "valid_to", until=until, end=end)
        yield from _in_place(office, *loc, is_outside=actor.outside_county)
        yield from _at_point(office, *loc, "lat", municipality_at=municipality_at)


def _in_place(office: Office, *loc: str | int, is_outside: bool) -> Iterator[Finding]:
    outside, is_inside = office.outside, office.municipality is not None
    yield from _unknown_code(office.municipality, *loc, "municipality")
    if outside is not None:
        at = (*loc, "outside", "nearest_municipality")
        yield from _unknown_code(outside.nearest_municipality, *at)
    if is_inside == (outside is not None):
        what, joint = ("both", "and") if is_inside else ("neither", "nor")
        yield finding("outside-block", *loc, "outside", what=what, joint=joint)
    if is_inside == is_outside:
        reason = (
            "The actor is marked outside_county, but has an office in the county."
            if is_inside
            else "The office lies outside the county, but the actor is not marked outside_county."
        )
        yield finding("outside-county", *loc, "municipality", reason=reason)


def _at_point(
    office: Office, *loc: str | int, municipality_at: MunicipalityAt | None
) -> Iterator[Finding]:
    south, north = _SWEDISH_LATITUDES
    west, east = _SWEDISH_LONGITUDES
    if south <= office.lon <= north and west <= office.lat <= east:
        yield finding("swapped-coordinates", *loc, lat=office.lat, lon=office.lon)
        return
    code = office.municipality
    if municipality_at is None or code not in {*MUNICIPALITY_CODES, None}:
        return
    found = municipality_at(office.lat, office.lon)
    if found != code:
        kind = "office-outside-county" if found is None else "office-in-other-municipality"
        kind = kind if code else "outside-office-inside"
        yield finding(kind, *loc, found=found, town=f"{office.town} ({code})")


def cross_faults(
    records: Sequence[tuple[Place, Raw]], *, unread: Collection[str] = ()
) -> Iterator[Fault]:
    """Yield the faults between records, those with faults of their own too.

    A link to a record that has a fault, or that could not be read, is not a broken link.
    """
    for (other, first), (place, _) in _repeats(records, lambda raw: _text(raw, "id")):
        line = other.document.line((*other.path, "id"))
        yield place.fault(*finding("reused-id", "id", id=quoted(first["id"]), line=line))
    for (other, first), (place, raw) in _repeats(records, _plain_name_of):
        if not _are_linked(first, raw):
            names = {"name": quoted(raw["name"]), "others": quoted(first["name"])}
            yield place.fault(*finding("alike-names", "name", other=other.record, **names))
    for (other, first), (place, raw) in _repeats(records, _plain_homepage):
        if not _are_linked(first, raw):
            yield place.fault(*finding("same-homepage", "homepage", other=other.record))
    by_id = {one: raw for _, raw in reversed(records) if (one := _text(raw, "id"))}
    for place, raw in records:
        for found in (*_in_links(raw, by_id, {*unread, *by_id}), *_in_successor(raw, by_id)):
            yield place.fault(*found)


def _text(raw: Raw, key: str) -> str | None:
    found = raw.get(key)
    return found if isinstance(found, str) else None


def _repeats(
    records: Sequence[tuple[Place, Raw]], key: Callable[[Raw], str | None]
) -> Iterator[tuple[tuple[Place, Raw], tuple[Place, Raw]]]:
    """Yield each record whose key an earlier one has, after the first that has it."""
    first: dict[str, tuple[Place, Raw]] = {}
    for record in records:
        value = key(record[1])
        if value is not None and (other := first.setdefault(value, record)) is not record:
            yield other, record


def _in_links(raw: Raw, by_id: Mapping[str, Raw], ids: Collection[str]) -> Iterator[Finding]:
    start = _text(raw, "id")
    for link in _LINKS:
        target = _text(raw, link)
        if target is None:
            continue
        if target == start:
            yield finding("link-to-itself", link)
        elif target not in ids:
            near = nearest(target, ids)
            hint = f"Did you mean {quoted(near)}?" if near else "Give the id of a record, or null."
            yield finding("unresolved-link", link, id=quoted(target), hint=hint)
        elif start and _is_on_circle(start, link, by_id):
            yield finding("circular-link", link, id=quoted(start))


def _is_on_circle(start: str, link: str, by_id: Mapping[str, Raw]) -> bool:
    seen: set[str] = set()
    at = _text(by_id[start], link)
    while at is not None and at in by_id and at not in seen and at != start:
        seen.add(at)
        at = _text(by_id[at], link)
    return at == start


def _in_successor(raw: Raw, by_id: Mapping[str, Raw]) -> Iterator[Finding]:
    """Only what has ended has a successor, and that began before its predecessor was long gone."""
    successor = by_id.get(_text(raw, "successor") or "")
    if successor is None:
        return
    if _text(raw, "status") != Status.ENDED:
        yield finding("successor-of-living", "successor")
    ended, gone = _text(raw, "valid_to"), _text(successor, "valid_to")
    # dates may be partial: 2023 is not before 2023-05
    if ended and gone and gone < ended[: len(gone)]:
        yield finding("successor-before", "successor", gone=gone, ended=ended)


def _plain_name_of(raw: Raw) -> str | None:
    return plain_name(_text(raw, "name") or "") or None


def _plain_homepage(raw: Raw) -> str | None:
    page = (_text(raw, "homepage") or "").lower()
    return re.sub(r"^https?://(www\.)?", "", page).rstrip("/") or None


def _are_linked(one: Raw, other: Raw) -> bool:
    ids = {_text(one, "id"), _text(other, "id")} - {None}
    return any(_text(raw, link) in ids for raw in (one, other) for link in _LINKS)


def plain_name(name: str) -> str:
    """Return a name without what often differs: case, accents, punctuation, legal form.

    Examples
    --------
    >>> plain_name("Ålmi Nord AB") == plain_name("almi-nord")
    True
    """
    words = words_of(fold(name))
    return "".join(word for word in words if word not in _COMPANY_WORDS) or "".join(words)
