"""Check the offices of an actor: their dates, their municipality and their point."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ris_map.common.dates import period_end, period_start
from ris_map.common.faults import Fault
from ris_map.common.model_faults import Loc, Place
from ris_map.geography.codes import MUNICIPALITY_CODES
from ris_map.register.model import Actor, Office

MunicipalityAt = Callable[[float, float], str | None]

# Where Sweden lies; the two ranges do not overlap, so swapped coordinates can be told.
_SWEDISH_LATITUDES = (55.0, 70.0)
_SWEDISH_LONGITUDES = (10.0, 25.0)


def office_faults(
    actor: Actor, *, place: Place, municipality_at: MunicipalityAt | None
) -> Iterator[Fault]:
    """Yield what is wrong with the offices of an actor.

    Parameters
    ----------
    actor : Actor
        The actor.
    place : Place
        Where it stands in the file.
    municipality_at : callable or None
        Gives the municipality code at (lat, lon), None outside the county; without it offices are
        not compared with the territory.
    """
    for index, office in enumerate(actor.offices):
        loc: Loc = ("offices", index)
        yield from _time_faults(office, actor=actor, loc=loc, place=place)
        yield from _place_faults(office, actor=actor, loc=loc, place=place)
        yield from _point_faults(office, loc=loc, place=place, municipality_at=municipality_at)


def reversed_faults(
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


def unknown_code_faults(code: str, *, loc: Loc, place: Place) -> Iterator[Fault]:
    """Yield a fault if a code is none of the county's."""
    if code not in MUNICIPALITY_CODES:
        yield place.fault(
            loc,
            f"'{code}' is not the code of a municipality in the county.",
            action=f"Allowed: {', '.join(MUNICIPALITY_CODES)}.",
            code="unknown-municipality",
        )


def _time_faults(office: Office, *, actor: Actor, loc: Loc, place: Place) -> Iterator[Fault]:
    for name, end in (
        ("valid_to", office.valid_to),
        ("address_valid_to", office.address_valid_to),
    ):
        yield from reversed_faults(office.valid_from, end, loc=(*loc, name), place=place)
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
        yield from unknown_code_faults(office.municipality, loc=(*loc, "municipality"), place=place)
    if office.outside is not None:
        nearest = office.outside.nearest_municipality
        at = (*loc, "outside", "nearest_municipality")
        yield from unknown_code_faults(nearest, loc=at, place=place)
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
