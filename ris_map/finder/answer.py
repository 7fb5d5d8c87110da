"""Who can help me, near me, now: the offers that answer a need, in groups and in order.

The order is a function that can be read in one place (:func:`ris_map.finder.entry.rank`): the
group, then what is sure before what is not, then minutes by road, then the Swedish alphabet. There
are no weights.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import chain

from ris_map.finder.entry import Entry, Group, SupportAnswer, rank
from ris_map.finder.need import Need, Start, start_of
from ris_map.finder.ways import Ways, entries_of_all, local_contacts, ways_from
from ris_map.register.vocabulary import Phase
from ris_map.travel.world import World
from ris_map.words import swedish_sort_key

__all__ = ["Entry", "Group", "Need", "Start", "SupportAnswer", "find_support", "rank"]

ONWARD_LIMIT = 3
"""How many who take over in the next phase are named."""


def find_support(world: World, need: Need) -> SupportAnswer:
    """Return who can help with a need.

    Parameters
    ----------
    world : World
        Register, roads and settlements.
    need : Need
        The need.
    """
    start = None if need.place is None else start_of(world.foundations.geography, need.place)
    ways = ways_from(world, start)
    entries = entries_of_all(world, need, start=start, ways=ways)
    next_phase = _next_phase(need.phases)
    onward: tuple[Entry, ...] = ()
    if next_phase is not None:
        later = replace(need, phases=(next_phase,), service_types=())
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
