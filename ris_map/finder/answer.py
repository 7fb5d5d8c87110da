"""Who can help me, near me, now: the offers that answer a need, in groups and in order.

The order is a function that can be read in one place (:func:`rank`). There are no weights.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import chain, pairwise

import numpy as np

from ris_map.coverage.cube import REMOTE
from ris_map.finder.need import GROUPS, Caution, Need, Reason, Start, Why, all_starts
from ris_map.geography.county import Locality
from ris_map.register.model import Actor, Offer, Office, phases_of, types_of
from ris_map.register.selection import Filter, area_truth, offer_truth
from ris_map.register.vocabulary import (
    Answer,
    Delivery,
    Phase,
    Scope,
    ServiceScope,
    ServiceType,
    Status,
    StrengthArea,
)
from ris_map.travel.matrix import office_key, travel
from ris_map.travel.network import SPEED_MODEL, SPEED_MODELS, SpeedModel
from ris_map.travel.routes import Route, routes_from
from ris_map.travel.world import World, kept
from ris_map.words import swedish_sort_key
from ris_map.words.figures import ROUND_MINUTES, rounded


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
    """Minutes by road to an office, as asked and over the speed models; infinite without a road."""

    minutes: float
    fastest: float
    slowest: float


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
    def phases(self) -> tuple[Phase, ...]:
        """Phases of its offers, in their order."""
        return phases_of(self.offers)

    @property
    def types(self) -> tuple[ServiceType, ...]:
        """Service types of its offers, the first offer's first."""
        return types_of(self.offers)

    @property
    def minutes(self) -> float:
        """Minutes by road to the office; infinite without a road, or an office."""
        return math.inf if self.road is None else self.road.minutes

    @property
    def said_minutes(self) -> float:
        """Minutes as they are said: to five, and all alike within the town."""
        return rounded(self.minutes) if self.minutes >= ROUND_MINUTES else 0

    @property
    def is_reached(self) -> bool:
        """Whether there is an office, and a road to it."""
        return math.isfinite(self.minutes)

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
    def is_near(self) -> bool:
        """Whether the core has an office within the limit that is known to help."""
        return _is_near(self.entries)


def _is_near(entries: Iterable[Entry]) -> bool:
    return any(entry.group is Group.NEAR for entry in entries)


def rank(
    entry: Entry, *, need: Need
) -> tuple[int, int, int, float, int, float, tuple[str, str], str]:
    """Return the place of an entry in the answer; the smaller, the earlier.

    1. the municipality's own office as a way in, or what is digital if that was asked for;
    2. who names the chosen strength area before who is open to all, or names other people only;
    3. the group, in the order of :class:`Group`;
    4. outside the groups of offices: what is sure before what is not;
    5. minutes by road as they are said; an entry without an office comes after those with one;
    6. where these are equal: who names the group of people, who names nobody, who names others;
       then the minutes;
    7. the name in Swedish alphabetical order, then the id.
    """
    first = Group.DIGITAL if need.digital_first else Group.LOCAL
    order = sorted(Group, key=lambda group: group is not Group.DIGITAL or not need.digital_first)
    by_road, is_named = entry.group in BY_ROAD, any(one.why is Why.WHO for one in entry.reasons)
    people = 0 if is_named else 2 if need.who and entry.actor.target_groups else 1
    return (
        0 if entry.group is first else 1 if entry.is_of_area and people < 2 else 2,
        order.index(entry.group),
        0 if by_road or entry.is_sure else 1,
        entry.said_minutes,
        people,
        entry.minutes,
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
    found = np.concatenate([travel(origin, offices, speed_model=m)[0] for m in SPEED_MODELS])
    asked = found[SPEED_MODELS.index(model)]
    rows = np.stack([asked, found.min(axis=0), found.max(axis=0)], axis=1).tolist()
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
    start = all_starts(world.foundations.geography).get(need.place or "")
    roads = {} if start is None else _roads_from(world, start.locality, speed_of(need))
    search = _Search(world, need, start, roads)
    entries = search.entries()
    next_phase = dict(pairwise(Phase)).get(need.phase) if need.phase else None
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
        home = self.world.home_of(self.start.code) if self.start else []
        for actor in (one for one in home if one.status is Status.ACTIVE):
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
        return (o for o in actor.all_offices_on(self.world.on) if self.roads)

    def of(self, actor: Actor) -> list[Entry]:
        """Return the ways in which one actor helps: its best office, and those without one."""
        # of equally far ones, or without a road, the one in the municipality
        offices = sorted(self.offices(actor), key=lambda o: (not self.stands_here(o), o.id))
        found = [e for o in offices if (e := self.entry(actor, Delivery.OFFICE, o))]
        physical = sorted(found, key=lambda entry: rank(entry, need=self.need))[:1]
        if actor.outside_county:
            return physical
        remote = self.remote(actor)
        if not physical and not remote:
            # it has an office, but how far it is nobody can say before a place is chosen
            is_open = self.start is None and actor.offices
            unknown = None if is_open else self.entry(actor, None)
            remote = [] if unknown is None else [unknown]
        elif actor.status is Status.UNKNOWN or actor.scope is Scope.ADJACENT:
            remote = remote[:1]
        return (physical or remote)[:1] if actor.status is Status.UNKNOWN else [*physical, *remote]

    def remote(self, actor: Actor) -> list[Entry]:
        """Return the ways without an office that are known to be offered; digital before phone."""
        ways = {mode: self.entry(actor, mode) for mode in REMOTE}
        known = {m: e for m, e in ways.items() if e and Caution.WAY_UNKNOWN not in e.cautions}
        if Delivery.DIGITAL in known:
            known.pop(Delivery.PHONE, None)
        return list(known.values())

    def entry(
        self, actor: Actor, way: Delivery | None, office: Office | None = None
    ) -> Entry | None:
        """Return what an actor has to say in one way (None: in any); None if it is a clear no."""
        need, serves = self.need, self.serves(actor, office)
        area = area_truth(actor, (need.strength_area,) if need.strength_area else ())
        asked = Filter(phases=need.phases, service_types=need.counted_types)
        judged = [
            (offer_truth(offer, asked), Answer.YES if way is None else offer.answer(way), offer)
            for offer in actor.offers
        ]
        best = max(min(one[:2]) for one in judged)
        if Answer.NO in (best, area, serves):
            return None
        content, ways, offers = zip(*(one for one in judged if min(one[:2]) is best), strict=True)
        road = None if office is None else self.roads[office_key(actor, office)]
        cautions = {
            Caution.SERVICE_AREA_UNKNOWN: serves is Answer.UNKNOWN,
            Caution.PHASE_UNKNOWN: max(content) is Answer.UNKNOWN,
            Caution.AREA_UNKNOWN: area is Answer.UNKNOWN,
            Caution.WAY_UNKNOWN: max(ways) is Answer.UNKNOWN,
            Caution.MODE_UNKNOWN: way is None,
            Caution.NO_ROAD: road is not None and math.isinf(road.minutes),
            Caution.DOUBTFUL: actor.status is Status.UNKNOWN,
            Caution.OUTSIDE: actor.outside_county,
        }
        made = Entry(
            actor=actor,
            group=Group.REMOTE,
            way=way,
            offers=offers,
            office=office,
            road=road,
            reasons=tuple(self.reasons(actor, offers, office, serves)),
            cautions=tuple(caution for caution, holds in cautions.items() if holds),
        )
        return replace(made, group=self.group(made))

    def stands_here(self, office: Office | None) -> bool:
        """Whether an office stands in the municipality of the place."""
        return bool(office and self.start and office.municipality == self.start.code)

    def serves(self, actor: Actor, office: Office | None) -> Answer:
        """Return whether an actor serves the place.

        An office serves the municipality it stands in unless the service area is known to leave it
        out; a neighbour's office outside the county is shown to everybody, under a heading of its
        own. Without a place only what serves the whole county, or more, is a yes.
        """
        if actor.outside_county:
            return Answer.YES
        area = actor.service_area
        if self.start is None:
            bounded = {ServiceScope.MUNICIPALITIES: Answer.NO, ServiceScope.OTHER_COUNTY: Answer.NO}
            return {**bounded, ServiceScope.UNKNOWN: Answer.UNKNOWN}.get(area.scope, Answer.YES)
        answer = area.includes(self.start.code)
        is_home = answer is Answer.UNKNOWN and self.stands_here(office)
        return Answer.YES if is_home else answer

    def reasons(
        self, actor: Actor, offers: Iterable[Offer], office: Office | None, serves: Answer
    ) -> Iterator[Reason]:
        """Yield why an actor is in the answer: what it offers, and to whom and where."""
        need, areas = self.need, actor.strength_areas.areas
        for offer in offers:
            phases = (p for p in offer.phases if not need.phases or p in need.phases)
            yield Reason(Why.OFFER, (offer.service_type, *phases))
            if need.service_types and offer.service_type not in need.service_types:
                yield Reason(Why.GIVES_ALSO)
        if need.strength_area and need.strength_area in areas:
            yield Reason(Why.AREA, (need.strength_area,))
        elif need.strength_area and StrengthArea.ALL in areas:
            yield Reason(Why.ALL_AREAS)
        groups = GROUPS[need.who] if need.who else ()
        if named := tuple(group for group in actor.target_groups if group in groups):
            yield Reason(Why.WHO, named)
        if self.stands_here(office) and not actor.outside_county and serves is Answer.YES:
            yield Reason(Why.STANDS_HERE)
        elif not actor.outside_county and serves is Answer.YES:
            yield Reason(Why.SERVES, (actor.service_area.scope,))

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
            at_a_distance = Group.VISIT if entry.way is Delivery.VISIT else Group.DIGITAL
            return Group.REMOTE if entry.way is None else at_a_distance
        if not self.is_within(entry):
            return Group.FAR
        return Group.NEAR if entry.is_sure else Group.MAYBE_NEAR

    def is_within(self, entry: Entry) -> bool:
        """Whether the office can be reached within the limit; the limit itself counts."""
        return entry.is_reached and entry.minutes <= (self.need.max_minutes or math.inf)


def _nearest(entries: Sequence[Entry]) -> Entry | None:
    if _is_near(entries):
        return None
    offices = (e for e in entries if e.group in {Group.MAYBE_NEAR, Group.FAR} and e.is_reached)
    return min(
        offices,
        key=lambda e: (not e.is_sure, e.minutes, swedish_sort_key(e.actor.name)),
        default=None,
    )


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
