"""The coverage, written as its definition reads: plain loops over people, offices and offers."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import asdict

import pytest

from ris_map.coverage.cube import CellState, Certainty, CoverageCell
from ris_map.geography.county import Locality
from ris_map.register.model import Actor, Offer, Office
from ris_map.register.vocabulary import (
    Answer,
    Availability,
    Basis,
    Delivery,
    Phase,
    Scope,
    ServiceType,
    Status,
    StrengthArea,
)
from ris_map.travel.matrix import office_key
from tests.coverage.worlds import FERRY, World

NO, UNKNOWN, YES = 0, 1, 2
ANSWER = {NO: Answer.NO, UNKNOWN: Answer.UNKNOWN, YES: Answer.YES}
THRESHOLDS = (30.0, 60.0, 90.0, 120.0)
LIMIT = 60.0


def slow_cell(world: World, code: str, phase: Phase, kind: ServiceType) -> CoverageCell:
    """Return one cell."""
    here = [place for place in world.geography.localities if place.municipality_code == code]
    people = sum(place.population or 0 for place in here)
    times = {place.id: nearest(world, place, phase, kind, at_least=YES) for place in here}
    at_best = {place.id: nearest(world, place, phase, kind, at_least=UNKNOWN) for place in here}
    settled = {
        place.id: nearest(world, place, phase, kind, at_least=YES, settled_only=True)
        for place in here
    }
    on_site = count_on_site(world, code, phase, kind, at_least=YES)
    modes = {mode: remote(world, code, phase, kind, mode) for mode in list(Delivery)[1:]}
    median, median_at_best = percentile(here, times, 50), percentile(here, at_best, 50)
    is_there = on_site > 0 or median <= LIMIT
    may_be = (
        count_on_site(world, code, phase, kind, at_least=UNKNOWN) > 0 or median_at_best <= LIMIT
    )
    without_doubt = (
        count_on_site(world, code, phase, kind, at_least=YES, settled_only=True) > 0
        or percentile(here, settled, 50) <= LIMIT
    )
    is_borderline = not on_site and median * 0.9 <= LIMIT < median * 1.1
    within = tuple(count_within(here, times, limit) for limit in THRESHOLDS)
    office_id, town, minutes = nearest_to_seat(world, here, phase, kind)
    return CoverageCell(
        municipality_code=code,
        phase=phase,
        service_type=kind,
        state=(
            CellState.ON_SITE
            if on_site
            else CellState.WITHIN_REACH
            if median <= LIMIT
            else CellState.REMOTE_ONLY
            if YES in modes.values()
            else CellState.OUT_OF_REACH
        ),
        certainty=(
            Certainty.DEPENDS
            if may_be != without_doubt
            else Certainty.NEAR_LIMIT
            if is_borderline
            else Certainty.SURE
        ),
        offices_on_site=on_site,
        located_residents=people,
        people_within=within,
        share_within=tuple(number / people if people else math.nan for number in within),
        median_minutes=median,
        p90_minutes=percentile(here, times, 90),
        share_at_best=count_within(here, at_best, LIMIT) / people if people else math.nan,
        mean_minutes=mean(here, times),
        shortfall_minutes=mean(here, {k: max(t - LIMIT, 0) for k, t in times.items()}),
        nearest_office_id=office_id,
        nearest_town=town,
        nearest_minutes_from_seat=minutes,
        visit=ANSWER[modes[Delivery.VISIT]],
        digital=ANSWER[modes[Delivery.DIGITAL]],
        phone=ANSWER[modes[Delivery.PHONE]],
        is_borderline=is_borderline,
        is_maybe_physical=may_be and not is_there,
        is_maybe_remote=max(modes.values()) == UNKNOWN,
        median_minutes_at_best=median_at_best,
        doubtful_share=(
            (count_within(here, times, LIMIT) - count_within(here, settled, LIMIT)) / people
            if people
            else math.nan
        ),
    )


def counting_actors(world: World) -> Iterator[Actor]:
    """Yield the actors that count at all, by id."""
    for actor in sorted(world.register.actors, key=lambda actor: actor.id):
        in_scope = world.scope is Scope.ADJACENT or actor.scope is Scope.CORE
        in_place = world.include_outside or not actor.outside_county
        if actor.is_active(world.on) and in_scope and in_place:
            yield actor


def counting_offices(world: World, actor: Actor) -> Iterator[Office]:
    """Yield the offices that count for minutes, by id."""
    for office in sorted(actor.offices, key=lambda office: office.id):
        if office.is_valid(world.on) and (office.municipality or world.include_outside):
            yield office


def offer_truth(
    world: World, actor: Actor, offer: Offer, phase: Phase, kind: ServiceType, mode: Delivery
) -> int:
    """Return whether one offer is of this kind, phase, area and mode: its weakest part."""
    if offer.service_type is not kind:
        return NO
    return min(
        YES if phase in offer.phases else (NO if offer.phases else UNKNOWN),
        area_truth(world, actor),
        delivery_truth(world, offer, mode),
    )


def delivery_truth(world: World, offer: Offer, mode: Delivery) -> int:
    """Return whether help is given in one way; what is assumed of an office counts as known."""
    stated = {Availability.OFFERED: YES, Availability.NOT_OFFERED: NO}.get(
        offer.delivery.of(mode), UNKNOWN
    )
    if mode is Delivery.OFFICE and world.sourced_only and stated == YES:
        return YES if offer.delivery_basis.office is Basis.SOURCE else UNKNOWN
    return stated


def area_truth(world: World, actor: Actor) -> int:
    area = world.strength_area
    if area in (None, StrengthArea.ALL) or actor.strength_areas.serves(area):
        return YES
    return NO if actor.strength_areas.areas else UNKNOWN


def actor_truth(world: World, actor: Actor, phase: Phase, kind: ServiceType, mode: Delivery) -> int:
    return max(offer_truth(world, actor, offer, phase, kind, mode) for offer in actor.offers)


def area_serves(actor: Actor, code: str) -> int:
    return list(Answer).index(actor.service_area.includes(code))


def office_serves(actor: Actor, office: Office, code: str) -> int:
    """Return whether people of a municipality may use an office."""
    if office.municipality is None and actor.outside_county:
        return YES
    if office.municipality == code:
        return YES if area_serves(actor, code) else NO
    return area_serves(actor, code)


def nearest(
    world: World,
    place: Locality,
    phase: Phase,
    kind: ServiceType,
    *,
    at_least: int,
    settled_only: bool = False,
) -> float:
    """Return the minutes from a settlement to the nearest office that counts."""
    return min(
        (
            minutes(world, place, actor, office)
            for actor in counting_actors(world)
            for office in counting_offices(world, actor)
            if not (settled_only and actor.status is Status.UNKNOWN)
            and actor_truth(world, actor, phase, kind, Delivery.OFFICE) >= at_least
            and office_serves(actor, office, place.municipality_code) >= at_least
        ),
        default=math.inf,
    )


def minutes(world: World, place: Locality, actor: Actor, office: Office) -> float:
    row = world.matrix.office_ids.index(office_key(actor, office))
    return float(world.matrix.minutes[row, world.matrix.cell_ids.index(place.id)])


def nearest_to_seat(
    world: World, here: list[Locality], phase: Phase, kind: ServiceType
) -> tuple[str | None, str | None, float]:
    seats = [place for place in here if place.is_seat]
    if not seats:
        return None, None, math.nan
    options = sorted(
        (minutes(world, seats[0], actor, office), office_key(actor, office), office.town)
        for actor in counting_actors(world)
        for office in counting_offices(world, actor)
        if actor_truth(world, actor, phase, kind, Delivery.OFFICE) == YES
        and office_serves(actor, office, seats[0].municipality_code) == YES
    )
    if not options or math.isinf(options[0][0]):
        return None, None, math.inf
    return options[0][1], options[0][2], options[0][0]


def count_on_site(
    world: World,
    code: str,
    phase: Phase,
    kind: ServiceType,
    *,
    at_least: int,
    settled_only: bool = False,
) -> int:
    return sum(
        office.municipality == code
        and actor_truth(world, actor, phase, kind, Delivery.OFFICE) >= at_least
        and office_serves(actor, office, code) == YES
        for actor in counting_actors(world)
        for office in counting_offices(world, actor)
        if not (settled_only and actor.status is Status.UNKNOWN)
    )


def remote(world: World, code: str, phase: Phase, kind: ServiceType, mode: Delivery) -> int:
    return max(
        (
            min(actor_truth(world, actor, phase, kind, mode), area_serves(actor, code))
            for actor in counting_actors(world)
        ),
        default=NO,
    )


def count_within(here: list[Locality], times: dict[str, float], limit: float) -> int:
    return sum(place.population or 0 for place in here if times[place.id] <= limit)


def percentile(here: list[Locality], times: dict[str, float], percent: int) -> float:
    """Return the shortest time within which at least so many of a hundred people arrive."""
    everybody = sorted(times[place.id] for place in here for _ in range(place.population or 0))
    if not everybody:
        return math.nan
    return next(
        time
        for count, time in enumerate(everybody, start=1)
        if 100 * count >= percent * len(everybody)
    )


def mean(here: list[Locality], times: dict[str, float]) -> float:
    everybody = [
        times[place.id]
        for place in here
        if place.note != FERRY
        for _ in range(place.population or 0)
    ]
    return sum(everybody) / len(everybody) if everybody else math.nan


def assert_same(fast: CoverageCell, slow: CoverageCell) -> None:
    """Compare two cells: words and counts exactly, figures but for the order of adding."""
    found, expected = asdict(fast), asdict(slow)
    for key, value in expected.items():
        if isinstance(value, float | tuple):
            assert found[key] == pytest.approx(value, abs=1e-9, nan_ok=True), key
        else:
            assert found[key] == value, key
