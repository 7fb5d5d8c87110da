"""Who can help me, near me, now: the offers that answer a need, in groups and in order.

The order is a function that can be read in one place (:func:`rank`). There are no weights.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from itertools import chain

from ris_map.finder.match import (
    Caution,
    Content,
    Reason,
    Why,
    content_of,
    fit,
    place_reason,
    serves_place,
)
from ris_map.finder.need import Need, Start, start_of
from ris_map.geography.county import Locality
from ris_map.register.model import Actor, Offer, Office
from ris_map.register.vocabulary import Answer, Availability, Delivery, Phase, Scope, Status
from ris_map.travel.matrix import office_key
from ris_map.travel.routes import Route, routes_from
from ris_map.travel.world import World
from ris_map.words import swedish_sort_key


class Group(StrEnum):
    """Groups of the answer, in their order. Physical and digital never share one."""

    NEAR = "near"
    """An office within the limit that receives visitors and serves the place."""
    MAYBE_NEAR = "maybe-near"
    """An office within the limit, but something about it is not known."""
    LOCAL = "local"
    """The municipality's own office, when nothing of the core is near."""
    LOCAL_ADJACENT = "local-adjacent"
    """Other offices of actors with a wider remit within the limit, likewise."""
    VISIT = "visit"
    DIGITAL = "digital"
    """Digital and phone."""
    REMOTE = "remote"
    """Serves the place, but no office to visit is known, nor another way."""
    FAR = "far"
    """An office beyond the limit."""
    ADJACENT = "adjacent"
    """Offices of actors with a wider remit."""
    ADJACENT_REMOTE = "adjacent-remote"
    """Actors with a wider remit, without the way to an office."""
    DOUBTFUL = "doubtful"
    """No page settles whether the actor is still at work."""
    OUTSIDE = "outside"
    """Neighbours outside the county."""


BY_ROAD = frozenset(
    {
        Group.NEAR,
        Group.MAYBE_NEAR,
        Group.LOCAL,
        Group.LOCAL_ADJACENT,
        Group.FAR,
        Group.ADJACENT,
    }
)
"""Groups whose entries are all offices, in the order of minutes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One way in which one actor helps.

    ``way`` None: not known how. ``minutes`` and ``km`` by road, infinite without a road.
    """

    actor: Actor
    group: Group
    way: Delivery | None
    offers: tuple[Offer, ...]
    office: Office | None = None
    minutes: float | None = None
    km: float | None = None
    route: Route | None = None
    reasons: tuple[Reason, ...] = ()
    cautions: tuple[Caution, ...] = ()

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
        return any(entry.group is Group.NEAR for entry in self.entries)


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
    order = list(Group)
    if need.digital_first:
        order.remove(Group.DIGITAL)
        order.insert(0, Group.DIGITAL)
    first = Group.DIGITAL if need.digital_first else Group.LOCAL
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
"""Places whose ways are kept: changing the phase must not find the roads again."""
REMOTE_MODES = (Delivery.VISIT, Delivery.DIGITAL, Delivery.PHONE)


@dataclass(frozen=True, slots=True)
class Ways:
    """The way from one start to every office that exists; None where there is no road."""

    routes: Mapping[str, Route | None]

    def offices(self, actor: Actor) -> Iterator[tuple[Office, Route | None]]:
        """Give the offices that exist, each with the way to it."""
        for office in actor.offices:
            key = office_key(actor, office)
            if key in self.routes:
                yield office, self.routes[key]


def ways_from(world: World, start: Start | None) -> Ways:
    """Return the ways from a start; without one there is no way to any office."""
    return Ways({}) if start is None else _ways_from(world, start.locality)


@lru_cache(maxsize=CACHED_STARTS)
def _ways_from(world: World, here: Locality) -> Ways:
    places = [
        (office_key(actor, office), office)
        for actor in world.register.actors
        for office in actor.offices
        if office.is_valid(world.on)
    ]
    base = world.foundations
    routes = routes_from(
        base.joined([here.lat], [here.lon]),
        base.joined([o.lat for _, o in places], [o.lon for _, o in places]),
    )
    return Ways({key: route for (key, _), route in zip(places, routes, strict=True)})


def entries_of_all(
    world: World, need: Need, *, start: Start | None, ways: Ways
) -> tuple[Entry, ...]:
    """Return everything that answers a need, in order; see :func:`ris_map.finder.entry.rank`."""
    found = [
        entry
        for actor in world.register.actors
        if actor.is_active(world.on)
        for entry in _entries_of(actor, need, start=start, ways=ways)
    ]
    if start is not None and not any(entry.group is Group.NEAR for entry in found):
        found = _with_local_ways_in(found, world, need, start=start, ways=ways)
    return tuple(sorted(found, key=lambda entry: rank(entry, need=need)))


def _with_local_ways_in(
    found: list[Entry], world: World, need: Need, *, start: Start, ways: Ways
) -> list[Entry]:
    """Put the municipality's own office, and others with a wider remit nearby, before the rest."""
    local = local_contacts(world, start=start, ways=ways)
    own = {entry.actor.id for entry in local}
    others = [
        replace(entry, group=Group.LOCAL_ADJACENT) if _is_local_adjacent(entry, need) else entry
        for entry in found
        if entry.actor.id not in own
    ]
    return [*local, *others]


def _is_local_adjacent(entry: Entry, need: Need) -> bool:
    return entry.group is Group.ADJACENT and entry.is_sure and _is_within(entry, need)


def _entries_of(actor: Actor, need: Need, *, start: Start | None, ways: Ways) -> list[Entry]:
    content = content_of(actor, need)
    if content.is_no:
        return []
    question = _Question(actor, need, start, content)
    serves = serves_place(actor, start)
    physical = _physical(question, ways=ways)
    if actor.outside_county:
        return physical
    remote = [] if serves is Answer.NO else list(_remote(question))
    is_aside = actor.status is Status.UNKNOWN or actor.scope is Scope.ADJACENT
    if not physical and not remote:
        remote = _way_unknown(question)
    elif is_aside:
        remote = remote[:1]
    return (physical or remote)[:1] if actor.status is Status.UNKNOWN else [*physical, *remote]


@dataclass(frozen=True, slots=True)
class _Question:
    """One actor, asked for one need at one place."""

    actor: Actor
    need: Need
    start: Start | None
    content: Content

    def entry(
        self,
        *,
        way: Delivery | None,
        office: Office | None = None,
        route: Route | None = None,
    ) -> Entry | None:
        """Return what the actor has to say in one way; None if it is a clear no."""
        serves = serves_place(self.actor, self.start, office=office)
        fitted = fit(self.actor, self.need, content=self.content, mode=way, serves=serves)
        if fitted.truth is Answer.NO:
            return None
        place = place_reason(self.actor, self.start, office=office)
        no_road = math.inf if office is not None else None
        made = Entry(
            actor=self.actor,
            group=Group.REMOTE,
            way=way,
            offers=fitted.offers,
            office=office,
            minutes=route.minutes if route else no_road,
            km=route.km if route else no_road,
            route=route,
            reasons=fitted.reasons if place is None else (*fitted.reasons, place),
            cautions=(*fitted.cautions, *_own_cautions(self.actor, way, office, route)),
        )
        return replace(made, group=_group(made, self.need))


def _own_cautions(
    actor: Actor, way: Delivery | None, office: Office | None, route: Route | None
) -> Iterator[Caution]:
    if way is None:
        yield Caution.MODE_UNKNOWN
    if office is not None and route is None:
        yield Caution.NO_ROAD
    if actor.status is Status.UNKNOWN:
        yield Caution.DOUBTFUL
    if actor.outside_county:
        yield Caution.OUTSIDE


def _physical(question: _Question, *, ways: Ways) -> list[Entry]:
    """Return the entry of an actor's best office, by the order of the whole answer."""
    found = [
        entry
        for office, route in ways.offices(question.actor)
        if (entry := question.entry(way=Delivery.OFFICE, office=office, route=route)) is not None
    ]
    if len(found) > 1:
        found.sort(key=lambda e: (rank(e, need=question.need), e.office.id if e.office else ""))
    return found[:1]


def _remote(question: _Question) -> Iterator[Entry]:
    """Give the ways without an office that are known to be offered; digital before phone."""
    has_digital = False
    for mode in REMOTE_MODES:
        is_offered = any(o.delivery.of(mode) is Availability.OFFERED for o in question.actor.offers)
        if not is_offered or (mode is Delivery.PHONE and has_digital):
            continue
        entry = question.entry(way=mode)
        if entry is not None and Caution.WAY_UNKNOWN not in entry.cautions:
            has_digital |= mode is Delivery.DIGITAL
            yield entry


def _way_unknown(question: _Question) -> list[Entry]:
    """Return the entry of an actor that serves the place in a way that is not known."""
    if question.start is None and question.actor.offices:
        return []  # it has an office, but how far it is nobody can say before a place is chosen
    entry = question.entry(way=None)
    return [] if entry is None else [entry]


def _group(entry: Entry, need: Need) -> Group:
    actor = entry.actor
    if actor.outside_county:
        return Group.OUTSIDE
    if actor.status is Status.UNKNOWN:
        return Group.DOUBTFUL
    if actor.scope is Scope.ADJACENT:
        return Group.ADJACENT_REMOTE if entry.office is None else Group.ADJACENT
    if entry.office is None:
        return _GROUP_OF_WAY[entry.way]
    if not _is_within(entry, need):
        return Group.FAR
    return Group.NEAR if entry.is_sure else Group.MAYBE_NEAR


_GROUP_OF_WAY: Mapping[Delivery | None, Group] = {
    Delivery.VISIT: Group.VISIT,
    Delivery.DIGITAL: Group.DIGITAL,
    Delivery.PHONE: Group.DIGITAL,
    None: Group.REMOTE,
}


def _is_within(entry: Entry, need: Need) -> bool:
    """Whether the office can be reached within the limit; the limit itself counts."""
    if entry.minutes is None or math.isinf(entry.minutes):
        return False
    return need.max_minutes is None or entry.minutes <= need.max_minutes


def local_contacts(world: World, *, start: Start, ways: Ways) -> tuple[Entry, ...]:
    """Return the own office of the municipality, whatever the need: a way in, labelled as such."""
    found = []
    for actor in world.register.actors:
        is_own = actor.municipal and start.code in actor.service_area.municipalities
        is_at_work = actor.status is Status.ACTIVE and actor.is_active(world.on)
        if not is_own or actor.outside_county or not is_at_work:
            continue
        for office, route in ways.offices(actor):
            found.append(
                Entry(
                    actor=actor,
                    group=Group.LOCAL,
                    way=Delivery.OFFICE,
                    offers=actor.offers,
                    office=office,
                    minutes=route.minutes if route else math.inf,
                    km=route.km if route else math.inf,
                    route=route,
                    reasons=(Reason(Why.FIRST_CONTACT),),
                )
            )
    return tuple(found)


ONWARD_LIMIT = 3
"""How many who take over in the next phase are named."""


def find_support(world: World, need: Need) -> SupportAnswer:
    """Return who can help with a need."""
    start = None if need.place is None else start_of(world.foundations.geography, need.place)
    ways = ways_from(world, start)
    entries = entries_of_all(world, need, start=start, ways=ways)
    next_phase = _next_phase(need.phases)
    onward: tuple[Entry, ...] = ()
    if next_phase is not None:
        later = need.model_copy(update={"phase": next_phase, "service_types": ()})
        onward = _takes_over(entries_of_all(world, later, start=start, ways=ways))
    return SupportAnswer(
        need=need,
        start=start,
        entries=entries,
        nearest=_nearest(entries),
        contact=_contact(entries, world, start=start, ways=ways),
        next_phase=next_phase,
        onward=onward,
    )


def _nearest(entries: Sequence[Entry]) -> Entry | None:
    if any(entry.group is Group.NEAR for entry in entries):
        return None
    offices = [
        e for e in entries if e.group in {Group.MAYBE_NEAR, Group.FAR} and e.minutes is not None
    ]
    reachable = [e for e in offices if math.isfinite(e.minutes or 0)]
    return min(
        reachable,
        key=lambda e: (not e.is_sure, e.minutes, swedish_sort_key(e.actor.name)),
        default=None,
    )


def _contact(
    entries: Sequence[Entry], world: World, *, start: Start | None, ways: Ways
) -> Entry | None:
    local = () if start is None else local_contacts(world, start=start, ways=ways)
    with_page = (entry for entry in entries if entry.is_sure and entry.actor.homepage)
    return next(chain(local, with_page, entries), None)


def _next_phase(phases: Sequence[Phase]) -> Phase | None:
    if not phases:
        return None
    order = tuple(Phase)
    later = order[order.index(max(phases, key=order.index)) + 1 :]
    return later[0] if later else None


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
