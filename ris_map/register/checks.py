"""Check what the model alone cannot see: within one actor, its offices, and between actors."""

import re
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from ris_map.common.dates import FIRST_DAY, period_end, period_start
from ris_map.common.faults import Fault, quoted
from ris_map.common.records import Finding, Place, finding, nearest, parts
from ris_map.geography.divisions import MUNICIPALITY_CODES
from ris_map.register.model import Actor, DeliveryClaim, Office, Source
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
_LINKS = ("successor", "same_as")
_DATES = {"last_evidence", "last_checked", "last_confirmed", "year"}
"""Fields with the day of something that somebody has seen."""
_COMPANY_WORDS = frozenset({"ab", "aktiebolag", "ek", "ekonomisk", "for", "forening", "region"})


def in_actor(
    actor: Actor, *, today: date, municipality_at: MunicipalityAt | None
) -> Iterator[Finding]:
    """Yield what is wrong with one actor that fits the model, and what is doubtful.

    Nothing can have been seen after ``today``; without ``municipality_at`` (the municipality code
    at a latitude and longitude, None outside the county) offices are not compared with territory.
    """
    yield from _in_parts(actor, today=today)
    yield from _in_lists(actor)
    for index, office in enumerate(actor.offices):
        yield from _in_office(actor, office, "offices", index)
        yield from _at_point(office, "offices", index, "lat", municipality_at=municipality_at)
    yield from _against_basis(actor)
    yield from _in_whole(actor, today=today)


Rule = tuple[str, str, object]
"""The wording of a fault, the field it stands in, and whether it is so."""


def _broken(
    record: Actor | Office, rules: Iterable[Rule], *loc: str | int, **values: object
) -> Iterator[Finding]:
    """Yield the rules that a record breaks; their words may name it and the field's value."""
    for wording, field, is_so in rules:
        if is_so:
            steps, start = field.split("."), record.valid_from
            about = {"record": record, "day": getattr(record, steps[0]), "start": start, **values}
            yield finding(wording, *loc, *steps, **about)


def _in_whole(actor: Actor, *, today: date) -> Iterator[Finding]:
    """Yield where the record as a whole breaks a rule, and what it leaves unknown."""
    start, end, last = actor.valid_from, actor.valid_to, actor.last_evidence
    areas, codes = actor.strength_areas.areas, actor.service_area.municipalities
    homepage = actor.homepage
    has_ended, is_active = actor.status is Status.ENDED, actor.status is Status.ACTIVE
    is_over = end and period_end(end) < today and (is_active or actor.status is Status.PLANNED)
    is_listed = actor.service_area.scope is ServiceScope.MUNICIPALITIES
    not_seen, wanted = is_active and not _has_evidence(actor), scope_by_rule(actor)
    pages: tuple[Source | DeliveryClaim, ...] = (*actor.sources, *actor.delivery_claims)
    years = [page.year for page in pages]
    is_early = last and all(not year or period_end(year) < period_start(last) for year in years)
    unknown = [mode for mode in Delivery if actor.availability(mode) is Availability.UNKNOWN]
    rules: tuple[Rule, ...] = (
        ("dates-reversed", "valid_to", _are_reversed(start, end)),
        ("ended-without-date", "valid_to", has_ended and not end),
        ("future-date", "valid_from", (has_ended or is_active) and _is_later(start, today)),
        ("future-date", "valid_to", has_ended and _is_later(end, today)),
        ("status-against-dates", "status", is_over),
        ("all-beside-areas", "strength_areas.areas", StrengthArea.ALL in areas and len(areas) > 1),
        ("service-area-empty", "service_area.municipalities", is_listed and not codes),
        ("service-area-list", "service_area.municipalities", not is_listed and codes),
        ("active-without-evidence", "status", not_seen),
        ("scope-against-rule", "scope", not not_seen and actor.scope is not wanted),
        ("evidence-without-source", "last_evidence", is_early and not actor.status_note),
        ("not-confirmed", "last_confirmed", unconfirmed_since(actor, on=today)),
        ("delivery-unknown", "offers", unknown),
        ("homepage-missing", "homepage", not homepage),
        ("homepage-not-https", "homepage", homepage and not homepage.startswith("https://")),
        ("status-unknown", "status", actor.status is Status.UNKNOWN),
        ("not-verified", "confidence", actor.confidence is not Confidence.VERIFIED),
    )
    since = f"last {actor.last_confirmed}" if actor.last_confirmed else "never"
    values = {"modes": ", ".join(unknown), "since": since, "wanted": wanted}
    yield from _broken(actor, rules, year=EVIDENCE_FROM, **values)


def _is_later(day: str | None, today: date) -> bool:
    return day is not None and period_start(day) > today


def _are_reversed(start: str | None, end: str | None) -> bool:
    return start is not None and end is not None and period_end(end) < period_start(start)


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


def _in_lists(actor: Actor) -> Iterator[Finding]:
    for index in _repeated([office.id for office in actor.offices]):
        yield finding("reused-office-id", "offices", index, "id", id=actor.offices[index].id)
    for index in _repeated([(o.service_type, frozenset(o.phases)) for o in actor.offers]):
        yield finding("duplicate-offer", "offers", index)
    for index, code in enumerate(actor.service_area.municipalities):
        yield from _unknown_code(code, "service_area", "municipalities", index)


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


def _against_basis(actor: Actor) -> Iterator[Finding]:
    """Yield ways of help that rest on nothing, or on what there is not."""
    claims = {(claim.mode, claim.availability) for claim in actor.delivery_claims}
    for index, offer in enumerate(actor.offers):
        for mode in Delivery:
            level, basis = offer.delivery.of(mode), offer.basis_of(mode)
            is_known = level is not Availability.UNKNOWN
            at_office = mode is Delivery.OFFICE and actor.offices
            wrong = {
                "missing": is_known and basis is None,
                "of-nothing": not is_known and basis is not None,
                "no-claim": basis is Basis.SOURCE and (mode, level) not in claims,
                "no-office": basis is Basis.ASSUMED and not at_office,
                "no-basis": basis not in {None, Basis.SOURCE, Basis.ASSUMED, Basis.EDITORIAL},
            }
            for which in [which for which, is_so in wrong.items() if is_so][:1]:
                values = {"mode": mode, "level": level, "basis": basis}
                at = ("offers", index, "delivery_basis", mode.value)
                yield finding(f"delivery-basis/{which}", *at, **values)


def is_recent(day: str | None, *, on: date, years: int = 1) -> bool:
    """Return whether something was seen within some years before a day."""
    is_leap_day = (on.month, on.day) == (2, 29)
    limit = on.replace(year=on.year - years, day=28 if is_leap_day else on.day)
    return day is not None and period_end(day) >= limit


def unconfirmed_since(actor: Actor, *, on: date) -> bool:
    """Return whether nobody has confirmed an entry within twelve months before a day."""
    return not is_recent(actor.last_confirmed, on=on)


def _in_office(actor: Actor, office: Office, *loc: str | int) -> Iterator[Finding]:
    outside, is_inside = office.outside, office.municipality is not None
    until, end, seen = office.valid_to, actor.valid_to, office.last_evidence
    has_page = seen is not None and period_end(seen).year >= OFFICE_FROM
    moved = office.address_valid_to
    rules: tuple[Rule, ...] = (
        ("dates-reversed", "valid_to", _are_reversed(office.valid_from, until)),
        ("dates-reversed", "address_valid_to", _are_reversed(office.valid_from, moved)),
        (
            "office-outlives-actor",
            "valid_to",
            until and end and period_end(until) > period_end(end),
        ),
        ("outside-block/both", "outside", is_inside and outside),
        ("outside-block/neither", "outside", not is_inside and not outside),
        ("outside-county/inside", "municipality", is_inside and actor.outside_county),
        ("outside-county/outside", "municipality", not is_inside and not actor.outside_county),
        ("office-basis", "basis", office.is_sourced and not has_page),
        ("town-level-point", "precision", office.precision is Precision.TOWN),
    )
    yield from _unknown_code(office.municipality, *loc, "municipality")
    if outside is not None:
        at = (*loc, "outside", "nearest_municipality")
        yield from _unknown_code(outside.nearest_municipality, *at)
    yield from _broken(office, rules, *loc, actor=actor, year=OFFICE_FROM)


def _at_point(
    office: Office, *loc: str | int, municipality_at: MunicipalityAt | None
) -> Iterator[Finding]:
    lat, lon, code = office.lat, office.lon, office.municipality
    # where Sweden lies; the two ranges do not overlap, so swapped coordinates can be told
    if 55 <= lon <= 70 and 10 <= lat <= 25:
        yield finding("swapped-coordinates", *loc, lat=lat, lon=lon)
        return
    if municipality_at is None or code not in {*MUNICIPALITY_CODES, None}:
        return
    if (found := municipality_at(lat, lon)) != code:
        kind = "office-outside-county" if found is None else "office-in-other-municipality"
        kind = kind if code else "outside-office-inside"
        yield finding(kind, *loc, found=found, town=f"{office.town} ({code})")


def cross_faults(
    records: Sequence[tuple[Place, Raw]], *, unread: Collection[str] = ()
) -> Iterator[Fault]:
    """Yield the faults between records, those with faults of their own too.

    A link to a record that has a fault, or that could not be read, is not a broken link.
    """
    for wording, field, plain in (
        ("reused-id", "id", str),
        ("alike-names", "name", plain_name),
        ("same-homepage", "homepage", _plain_homepage),
    ):
        first: dict[str, tuple[Place, Raw]] = {}
        for place, raw in records:
            if not (value := plain(_text(raw, field) or "")):
                continue
            other, earlier = first.setdefault(value, (place, raw))
            if other is not place and (field == "id" or not _are_linked(earlier, raw)):
                line = other.document.line((*other.path, "id"))
                texts = {"value": quoted(raw[field]), "others": quoted(earlier[field])}
                values = {"other": other.record, "line": line, **texts}
                yield place.fault(*finding(wording, field, **values))
    by_id = {one: raw for _, raw in reversed(records) if (one := _text(raw, "id"))}
    for place, raw in records:
        for found in (*_in_links(raw, by_id, {*unread, *by_id}), *_in_successor(raw, by_id)):
            yield place.fault(*found)


def _text(raw: Raw, key: str) -> str | None:
    found = raw.get(key)
    return found if isinstance(found, str) else None


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


def _plain_homepage(page: str) -> str:
    return re.sub(r"^https?://(www\.)?", "", page.lower()).rstrip("/")


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
