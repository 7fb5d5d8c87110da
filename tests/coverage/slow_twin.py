"""The coverage, written as its definition reads: plain loops over people, offices and offers."""

import math
from collections.abc import Iterator
from dataclasses import asdict

import pytest

from ris_map.coverage.cube import CellState, Certainty, CoverageCell
from ris_map.geography.county import Locality
from ris_map.register.model import Actor, Office
from ris_map.register.vocabulary import (
    Answer,
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

NO, UNKNOWN, YES = Answer
THRESHOLDS = (30.0, 60.0, 90.0, 120.0)
LEVELS = (
    {"at_least": YES},  # known
    {"at_least": UNKNOWN},  # at best
    {"at_least": YES, "settled_only": True},  # without whom may have ended
)


def slow_cell(world: World, code: str, phase: Phase, kind: ServiceType) -> CoverageCell:
    here = [place for place in world.geography.localities if place.municipality_code == code]
    people = sum(place.population or 0 for place in here)
    limit = world.choice.threshold

    def share(number: int) -> float:
        return number / people if people else math.nan

    times, at_best, settled = (
        {place.id: nearest(world, place, phase, kind, **level) for place in here}
        for level in LEVELS
    )
    on_site, *others = (count_on_site(world, code, phase, kind, **level) for level in LEVELS)
    median, best, sure = (percentile(here, found, 50) for found in (times, at_best, settled))
    is_there, may_be, without_doubt = (
        number > 0 or middle <= limit
        for number, middle in zip((on_site, *others), (median, best, sure), strict=True)
    )
    is_borderline = not on_site and median * 0.9 <= limit < median * 1.1
    modes = {mode.value: remote(world, code, phase, kind, mode) for mode in list(Delivery)[1:]}
    within = {one: people_within(here, times, one) for one in THRESHOLDS}
    office_id, town, minutes = nearest_to_seat(world, here, phase, kind)
    states = {
        CellState.ON_SITE: on_site,
        CellState.WITHIN_REACH: median <= limit,
        CellState.REMOTE_ONLY: YES in modes.values(),
        CellState.OUT_OF_REACH: True,
    }
    certainties = {
        Certainty.DEPENDS: may_be != without_doubt,
        Certainty.NEAR_LIMIT: is_borderline,
        Certainty.SURE: True,
    }
    return CoverageCell(
        municipality_code=code,
        phase=phase,
        service_type=kind,
        state=next(state for state, holds in states.items() if holds),
        certainty=next(certainty for certainty, holds in certainties.items() if holds),
        offices_on_site=on_site,
        located_residents=people,
        people_within=tuple(within.values()),
        share_within=tuple(map(share, within.values())),
        median_minutes=median,
        p90_minutes=percentile(here, times, 90),
        share_at_best=share(people_within(here, at_best, limit)),
        mean_minutes=mean(here, times),
        shortfall_minutes=mean(here, {k: max(t - limit, 0) for k, t in times.items()}),
        nearest_office_id=office_id,
        nearest_town=town,
        nearest_minutes_from_seat=minutes,
        **modes,
        is_borderline=is_borderline,
        is_maybe_physical=may_be and not is_there,
        is_maybe_remote=max(modes.values()) == UNKNOWN,
        median_minutes_at_best=best,
        doubtful_share=share(
            people_within(here, times, limit) - people_within(here, settled, limit)
        ),
    )


def counting_actors(world: World) -> Iterator[Actor]:
    """Yield the actors that count at all, by id."""
    for actor in sorted(world.register.actors, key=lambda actor: actor.id):
        in_scope = world.choice.scope is Scope.ADJACENT or actor.scope is Scope.CORE
        in_place = world.choice.include_outside or not actor.outside_county
        if actor.is_active(world.on) and in_scope and in_place:
            yield actor


def counting_offices(
    world: World, phase: Phase, kind: ServiceType, *, at_least: Answer, settled_only: bool = False
) -> Iterator[tuple[Actor, Office]]:
    """Yield the offices that match and count for minutes, by id, with their actors."""
    for actor in counting_actors(world):
        if settled_only and actor.status is Status.UNKNOWN:
            continue
        if actor_truth(world, actor, phase, kind, Delivery.OFFICE) >= at_least:
            for office in sorted(actor.offices, key=lambda office: office.id):
                is_inside = office.municipality or world.choice.include_outside
                if office.is_valid(world.on) and is_inside:
                    yield actor, office


def actor_truth(
    world: World, actor: Actor, phase: Phase, kind: ServiceType, mode: Delivery
) -> Answer:
    """Return the best of an actor's offers, each as good as its weakest part.

    Where only what is sourced counts, an office that is assumed is unknown.
    """
    area, areas = world.choice.strength_area, actor.strength_areas.areas
    if area in (None, StrengthArea.ALL, *areas) or StrengthArea.ALL in areas:
        best_of_area = YES
    else:
        best_of_area = NO if areas else UNKNOWN
    needs_source = world.choice.sourced_only and mode is Delivery.OFFICE
    best = NO
    for offer in actor.offers:
        way = getattr(offer.delivery, mode)
        is_other_phase = offer.phases and phase not in offer.phases
        if offer.service_type is kind and not is_other_phase and way != "not_offered":
            is_known = offer.phases and way == "offered"
            if needs_source and offer.delivery_basis.office is not Basis.SOURCE:
                is_known = False
            best = YES if is_known else max(best, UNKNOWN)
    return min(best_of_area, best)


def office_serves(actor: Actor, office: Office, code: str) -> Answer:
    if office.municipality is None and actor.outside_county:
        return YES
    serves = actor.service_area.includes(code)
    return YES if office.municipality == code and serves is UNKNOWN else serves


def nearest(
    world: World, place: Locality, phase: Phase, kind: ServiceType, **level: Answer | bool
) -> float:
    """Return the minutes from a settlement to the nearest office that counts."""
    return min(
        (
            minutes(world, place, actor, office)
            for actor, office in counting_offices(world, phase, kind, **level)
            if office_serves(actor, office, place.municipality_code) >= level["at_least"]
        ),
        default=math.inf,
    )


def minutes(world: World, place: Locality, actor: Actor, office: Office) -> float:
    row = world.matrix.office_ids.index(office_key(actor, office))
    return float(world.matrix.minutes[row, world.matrix.settlement_ids.index(place.id)])


def nearest_to_seat(
    world: World, here: list[Locality], phase: Phase, kind: ServiceType
) -> tuple[str | None, str | None, float]:
    seats = [place for place in here if place.is_seat]
    if not seats:
        return None, None, math.nan
    options = sorted(
        (minutes(world, seats[0], actor, office), office_key(actor, office), office.town)
        for actor, office in counting_offices(world, phase, kind, at_least=YES)
        if office_serves(actor, office, seats[0].municipality_code) == YES
    )
    if not options or math.isinf(options[0][0]):
        return None, None, math.inf
    return options[0][1], options[0][2], options[0][0]


def count_on_site(world: World, code: str, phase: Phase, kind: ServiceType, **level: object) -> int:
    return sum(
        office.municipality == code and office_serves(actor, office, code) == YES
        for actor, office in counting_offices(world, phase, kind, **level)
    )


def remote(world: World, code: str, phase: Phase, kind: ServiceType, mode: Delivery) -> Answer:
    return max(
        (
            min(actor_truth(world, actor, phase, kind, mode), actor.service_area.includes(code))
            for actor in counting_actors(world)
        ),
        default=NO,
    )


def people_within(here: list[Locality], times: dict[str, float], limit: float) -> int:
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
