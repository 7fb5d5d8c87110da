"""Who can help me, near me, now: the offers that answer a need, in groups and in order.

The order is a function that can be read in one place (:func:`rank`). There are no weights.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import chain

import numpy as np

from ris_map.coverage.cube import REMOTE
from ris_map.finder.need import (
    Caution,
    Need,
    Reason,
    Start,
    Why,
    fit,
    serves_place,
    start_of,
)
from ris_map.geography.county import Locality
from ris_map.register.model import Actor, Offer, Office
from ris_map.register.vocabulary import Answer, Availability, Delivery, Phase, Scope, Status
from ris_map.travel.matrix import office_key, travel
from ris_map.travel.network import SPEED_MODEL, SPEED_MODELS, SpeedModel
from ris_map.travel.routes import Route, routes_from
from ris_map.travel.world import World, kept
from ris_map.words import swedish_sort_key


class Group(StrEnum):
    """Groups of the answer, in their order. Physical and digital never share one."""

    NEAR = "near"  # an office within the limit that receives visitors and serves the place
    MAYBE_NEAR = "maybe-near"  # an office within the limit, but something about it is not known
    LOCAL = "local"  # the municipality's own office, when nothing of the core is near
    LOCAL_ADJACENT = "local-adjacent"  # near offices of actors with a wider remit, likewise
    VISIT = "visit"
    DIGITAL = "digital"  # digital and phone
    REMOTE = "remote"  # serves the place, but no office to visit is known, nor another way
    FAR = "far"  # an office beyond the limit
    ADJACENT = "adjacent"  # offices of actors with a wider remit
    ADJACENT_REMOTE = "adjacent-remote"  # actors with a wider remit, without the way to an office
    DOUBTFUL = "doubtful"  # no page settles whether the actor is still at work
    OUTSIDE = "outside"  # neighbours outside the county


_NEARBY = (Group.NEAR, Group.MAYBE_NEAR, Group.LOCAL, Group.LOCAL_ADJACENT)
BY_ROAD = frozenset({*_NEARBY, Group.FAR, Group.ADJACENT})
"""Groups whose entries are all offices, in the order of minutes."""


@dataclass(frozen=True, slots=True)
class Road:
    """Minutes and kilometres by road to an office; infinite without a road.

    ``fastest`` and ``slowest`` are the minutes under the fastest and the slowest speed model.
    """

    minutes: float = math.inf
    km: float = math.inf
    fastest: float = math.inf
    slowest: float = math.inf


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One way in which one actor helps; ``way`` None: not known how. Offices have a ``road``."""

    actor: Actor
    group: Group
    way: Delivery | None
    offers: tuple[Offer, ...]
    office: Office | None = None
    road: Road | None = None
    reasons: tuple[Reason, ...] = ()
    cautions: tuple[Caution, ...] = ()

    @property
    def minutes(self) -> float | None:
        """Minutes by road to the office, infinite without a road; None without an office."""
        return None if self.road is None else self.road.minutes

    @property
    def is_reached(self) -> bool:
        """Whether there is an office, and a road to it."""
        return self.road is not None and math.isfinite(self.road.minutes)

    @property
    def is_of_area(self) -> bool:
        """Whether the actor names the chosen strength area as its own."""
        return any(reason.why is Why.AREA for reason in self.reasons)

    @property
    def is_sure(self) -> bool:
        """Whether everything that was asked is known to fit."""
        return not self.cautions


@dataclass(frozen=True, slots=True, kw_only=True)
class SupportAnswer:
    """What was found. Nothing that matches is left out; the groups only put it in order.

    ``entries`` are in the order of :func:`rank`; an actor stands once in each group where it has
    something to say. ``nearest`` is the nearest office beyond the limit when none is near, a sure
    one before an unsure one. ``contact`` is one way to get in touch: the municipality's own
    office, else whoever has a page. ``onward`` takes over in ``next_phase``.
    """

    need: Need
    start: Start | None
    entries: tuple[Entry, ...]
    nearest: Entry | None
    contact: Entry | None
    next_phase: Phase | None
    onward: tuple[Entry, ...]

    def group(self, group: Group) -> tuple[Entry, ...]:
        """Return the entries of one group, in order."""
        return tuple(entry for entry in self.entries if entry.group is group)

    @property
    def groups(self) -> tuple[Group, ...]:
        """The groups that have entries, in the order in which they are shown."""
        return tuple(dict.fromkeys(entry.group for entry in self.entries))

    @property
    def is_near(self) -> bool:
        """Whether the core has an office within the limit that is known to help."""
        return _is_near(self.entries)


def _is_near(entries: Iterable[Entry]) -> bool:
    return any(entry.group is Group.NEAR for entry in entries)


def rank(entry: Entry, *, need: Need) -> tuple[int, int, int, float, int, tuple[str, str], str]:
    """Return the place of an entry in the answer; the smaller, the earlier.

    1. the municipality's own office as a way in, or what is digital if that was asked for;
    2. who names the chosen strength area before who is open to all;
    3. the group, in the order of :class:`Group`;
    4. outside the groups of offices: what is sure before what is not;
    5. minutes by road; an entry without an office comes after those with one;
    6. where there is no distance: who names the group of people before who does not;
    7. the name in Swedish alphabetical order, then the id.
    """
    first = Group.DIGITAL if need.digital_first else Group.LOCAL
    order = sorted(Group, key=lambda group: group is not Group.DIGITAL or not need.digital_first)
    minutes = math.inf if entry.minutes is None else entry.minutes
    by_road = entry.group in BY_ROAD
    names_who = any(reason.why is Why.WHO for reason in entry.reasons)
    return (
        0 if entry.group is first else 1 if entry.is_of_area else 2,
        order.index(entry.group),
        0 if by_road or entry.is_sure else 1,
        minutes,
        0 if math.isfinite(minutes) or names_who else 1,
        swedish_sort_key(entry.actor.name),
        entry.actor.id,
    )


CACHED_STARTS = 16
"""Places whose roads are kept: changing the phase must not find them again."""
ONWARD_LIMIT = 3
"""How many who take over in the next phase are named."""


def speed_of(need: Need) -> SpeedModel:
    """Return the speed model that a need asks for."""
    return SPEED_MODEL["winter" if need.winter else "summer"]


@kept(CACHED_STARTS)
def _roads_from(world: World, here: Locality, model: SpeedModel) -> Mapping[str, Road]:
    """Return the way from a place to every office of the register."""
    origin, offices = world.foundations.joined([here.lat], [here.lon]), world.joined_offices
    found = {m: travel(origin, offices, speed_model=m, with_km=m is model) for m in SPEED_MODELS}
    by_model = np.concatenate([minutes for minutes, _ in found.values()])
    (minutes,), (km,) = found[model]
    rows = np.stack([minutes, km, by_model.min(axis=0), by_model.max(axis=0)], axis=1).tolist()
    return {place.id: Road(*row) for place, row in zip(world.offices, rows, strict=True)}


def route_to(entry: Entry, *, world: World, answer: SupportAnswer) -> Route | None:
    """Return the way to an entry's office in full; None without an office or a road."""
    if answer.start is None or entry.office is None:
        return None
    routes = _routes_from(world, answer.start.locality, speed_of(answer.need))
    return routes[office_key(entry.actor, entry.office)]


@kept(CACHED_STARTS)
def _routes_from(world: World, here: Locality, model: SpeedModel) -> Mapping[str, Route | None]:
    origin = world.foundations.joined([here.lat], [here.lon])
    routes = routes_from(origin, world.joined_offices, speed_model=model)
    return {place.id: route for place, route in zip(world.offices, routes, strict=True)}


def find_support(world: World, need: Need) -> SupportAnswer:
    """Return who can help with a need."""
    start = None if need.place is None else start_of(world.foundations.geography, need.place)
    roads = {} if start is None else _roads_from(world, start.locality, speed_of(need))
    search = _Search(world, need, start, roads)
    entries = search.entries()
    next_phase = _next_phase(need.phases)
    onward: tuple[Entry, ...] = ()
    if next_phase is not None:
        later = need.model_copy(update={"phase": next_phase, "service_types": ()})
        onward = _takes_over(replace(search, need=later).entries())
    with_page = (entry for entry in entries if entry.is_sure and entry.actor.homepage)
    return SupportAnswer(
        need=need,
        start=start,
        entries=entries,
        nearest=_nearest(entries),
        contact=next(chain(search.local(), with_page, entries), None),
        next_phase=next_phase,
        onward=onward,
    )


@dataclass(frozen=True, slots=True)
class _Search:
    """A need at a place, with the ways from there to every office."""

    world: World
    need: Need
    start: Start | None
    roads: Mapping[str, Road]

    def entries(self) -> tuple[Entry, ...]:
        """Return everything that answers the need, in order."""
        found = [
            entry
            for actor in self.world.register.actors
            if actor.is_active(self.world.on)
            for entry in self.of(actor)
        ]
        if self.start is not None and not _is_near(found):
            # the municipality's own office, and others with a wider remit nearby, are ways in
            local = tuple(self.local())
            own = {entry.actor.id for entry in local}
            others = (entry for entry in found if entry.actor.id not in own)
            found = [*local, *map(self.as_way_in, others)]
        return tuple(sorted(found, key=lambda entry: rank(entry, need=self.need)))

    def as_way_in(self, entry: Entry) -> Entry:
        """Return an entry of a wider remit as a way in, if it is sure and near."""
        is_way_in = entry.group is Group.ADJACENT and entry.is_sure and self.is_within(entry)
        return replace(entry, group=Group.LOCAL_ADJACENT) if is_way_in else entry

    def local(self) -> Iterator[Entry]:
        """Yield the municipality's own office, whatever the need: a way in, labelled as such."""
        for actor in self.world.register.actors:
            is_at_work = actor.status is Status.ACTIVE and actor.is_active(self.world.on)
            if not (actor.municipal and is_at_work) or actor.outside_county or not self.start:
                continue
            if self.start.code in actor.service_area.municipalities:
                for office in self.offices(actor):
                    yield Entry(
                        actor=actor,
                        group=Group.LOCAL,
                        way=Delivery.OFFICE,
                        offers=actor.offers,
                        office=office,
                        road=self.roads[office_key(actor, office)],
                        reasons=(Reason(Why.FIRST_CONTACT),),
                    )

    def offices(self, actor: Actor) -> Iterator[Office]:
        """Yield the offices that exist; none before a place is chosen."""
        return (o for o in actor.offices if self.roads and o.is_valid(self.world.on))

    def of(self, actor: Actor) -> list[Entry]:
        """Return the ways in which one actor helps: its best office, and those without one."""
        serves = serves_place(actor, self.start)
        offices = [e for o in self.offices(actor) if (e := self.entry(actor, Delivery.OFFICE, o))]
        offices.sort(key=lambda e: (rank(e, need=self.need), e.office.id if e.office else ""))
        physical = offices[:1]
        if actor.outside_county:
            return physical
        remote = [] if serves is Answer.NO else list(self.remote(actor))
        if not physical and not remote:
            # it has an office, but how far it is nobody can say before a place is chosen
            is_open = self.start is None and actor.offices
            unknown = None if is_open else self.entry(actor, None)
            remote = [] if unknown is None else [unknown]
        elif actor.status is Status.UNKNOWN or actor.scope is Scope.ADJACENT:
            remote = remote[:1]
        return (physical or remote)[:1] if actor.status is Status.UNKNOWN else [*physical, *remote]

    def remote(self, actor: Actor) -> Iterator[Entry]:
        """Yield the ways without an office that are known to be offered; digital before phone."""
        has_digital = False
        for mode in REMOTE:
            is_offered = any(o.delivery.of(mode) is Availability.OFFERED for o in actor.offers)
            if not is_offered or (mode is Delivery.PHONE and has_digital):
                continue
            entry = self.entry(actor, mode)
            if entry is not None and Caution.WAY_UNKNOWN not in entry.cautions:
                has_digital |= mode is Delivery.DIGITAL
                yield entry

    def entry(
        self, actor: Actor, way: Delivery | None, office: Office | None = None
    ) -> Entry | None:
        """Return what an actor has to say in one way; None if it is a clear no."""
        fitted = fit(actor, self.need, self.start, mode=way, office=office)
        if fitted is None:
            return None
        road = None if office is None else self.roads[office_key(actor, office)]
        own = {
            Caution.MODE_UNKNOWN: way is None,
            Caution.NO_ROAD: road is not None and math.isinf(road.minutes),
            Caution.DOUBTFUL: actor.status is Status.UNKNOWN,
            Caution.OUTSIDE: actor.outside_county,
        }
        made = Entry(
            actor=actor,
            group=Group.REMOTE,
            way=way,
            offers=fitted.offers,
            office=office,
            road=road,
            reasons=fitted.reasons,
            cautions=(*fitted.cautions, *(caution for caution, holds in own.items() if holds)),
        )
        return replace(made, group=self.group(made))

    def group(self, entry: Entry) -> Group:
        """Return the group in which an entry stands."""
        actor = entry.actor
        if actor.outside_county:
            return Group.OUTSIDE
        if actor.status is Status.UNKNOWN:
            return Group.DOUBTFUL
        if actor.scope is Scope.ADJACENT:
            return Group.ADJACENT_REMOTE if entry.office is None else Group.ADJACENT
        if entry.office is None:
            return _GROUP_OF_WAY[entry.way]
        if not self.is_within(entry):
            return Group.FAR
        return Group.NEAR if entry.is_sure else Group.MAYBE_NEAR

    def is_within(self, entry: Entry) -> bool:
        """Whether the office can be reached within the limit; the limit itself counts."""
        limit = self.need.max_minutes or math.inf
        return entry.is_reached and (entry.minutes or 0.0) <= limit


_GROUP_OF_WAY: Mapping[Delivery | None, Group] = {
    Delivery.VISIT: Group.VISIT,
    Delivery.DIGITAL: Group.DIGITAL,
    Delivery.PHONE: Group.DIGITAL,
    None: Group.REMOTE,
}


def _nearest(entries: Sequence[Entry]) -> Entry | None:
    if _is_near(entries):
        return None
    offices = (e for e in entries if e.group in {Group.MAYBE_NEAR, Group.FAR} and e.is_reached)
    return min(
        offices,
        key=lambda e: (not e.is_sure, e.minutes, swedish_sort_key(e.actor.name)),
        default=None,
    )


def _next_phase(phases: Sequence[Phase]) -> Phase | None:
    order = tuple(Phase)
    return next(iter(order[order.index(phases[0]) + 1 :]), None) if phases else None


def _takes_over(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """Return the first sure entry by road, and the first ones on distance, of the core."""
    sure = [e for e in entries if e.is_sure]
    by_road = [e for e in sure if e.group in {Group.NEAR, Group.FAR}][:1]
    distant = [e for e in sure if e.group in {Group.VISIT, Group.DIGITAL}]
    rest = [e for e in entries if e.group in {Group.REMOTE, Group.MAYBE_NEAR}]
    chosen: dict[str, Entry] = {}
    for entry in (*by_road, *distant, *rest):
        chosen.setdefault(entry.actor.id, entry)
    return tuple(chosen.values())[:ONWARD_LIMIT]
