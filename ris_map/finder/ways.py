"""What each actor has to say to a need: its best office, and the ways without one."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from ris_map.finder.entry import Entry, Group, rank
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
from ris_map.finder.need import Need, Start
from ris_map.geography.county import Locality
from ris_map.register.model import Actor, Office
from ris_map.register.vocabulary import Availability, Delivery, Known, Scope, Status
from ris_map.travel.matrix import office_key
from ris_map.travel.routes import Route, routes_from
from ris_map.travel.world import World

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
    found = routes_from(
        base.joined([here.lat], [here.lon]),
        base.joined([o.lat for _, o in places], [o.lon for _, o in places]),
    )
    return Ways({key: route for (key, _), route in zip(places, found, strict=True)})


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
    asked = _Asked(actor, need, start, content)
    serves = serves_place(actor, start)
    physical = _physical(asked, ways=ways)
    if actor.outside_county:
        return physical
    remote = [] if serves is Known.NO else list(_remote(asked))
    is_aside = actor.status is Status.UNKNOWN or actor.scope is Scope.ADJACENT
    if not physical and not remote:
        remote = _somehow(asked)
    elif is_aside:
        remote = remote[:1]
    return (physical or remote)[:1] if actor.status is Status.UNKNOWN else [*physical, *remote]


@dataclass(frozen=True, slots=True)
class _Asked:
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
        if fitted.truth is Known.NO:
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


def _physical(asked: _Asked, *, ways: Ways) -> list[Entry]:
    """Return the entry of an actor's best office, by the order of the whole answer."""
    found = [
        entry
        for office, route in ways.offices(asked.actor)
        if (entry := asked.entry(way=Delivery.OFFICE, office=office, route=route)) is not None
    ]
    if len(found) > 1:
        found.sort(key=lambda e: (rank(e, need=asked.need), e.office.id if e.office else ""))
    return found[:1]


def _remote(asked: _Asked) -> Iterator[Entry]:
    """Give the ways without an office that are known to be offered; digital before phone."""
    has_digital = False
    for mode in REMOTE_MODES:
        is_offered = any(o.delivery.of(mode) is Availability.OFFERED for o in asked.actor.offers)
        if not is_offered or (mode is Delivery.PHONE and has_digital):
            continue
        entry = asked.entry(way=mode)
        if entry is not None and Caution.WAY_UNKNOWN not in entry.cautions:
            has_digital |= mode is Delivery.DIGITAL
            yield entry


def _somehow(asked: _Asked) -> list[Entry]:
    """Return the entry of an actor that serves the place in a way that is not known."""
    if asked.start is None and asked.actor.offices:
        return []  # it has an office, but how far it is nobody can say before a place is chosen
    entry = asked.entry(way=None)
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
