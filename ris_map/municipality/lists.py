"""The lists of a municipality: who helps here, and how."""

from __future__ import annotations

from dataclasses import dataclass

from ris_map.municipality.profile import Profile
from ris_map.municipality.tables import sorted_ways, types_words
from ris_map.municipality.ways import ListKind, Way, WayList
from ris_map.municipality.words import list_title
from ris_map.register.in_words import PhaseMark, Words, detail_url, phase_marks
from ris_map.register.vocabulary import Phase
from ris_map.words import swedish_sort_key
from ris_map.words.figures import minutes_words
from ris_map.words.markup import render

MINOR = (ListKind.PHONE, ListKind.PLACELESS)
"""Beside the four lists, in a smaller row of their own."""
LONG = 4
"""More actors than this, and a list takes the whole width."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One way of helping, in words."""

    name: str
    url: str
    types: str
    marks: tuple[PhaseMark, ...]
    places: tuple[str, ...]
    facts: tuple[str, ...]
    doubtful: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPart:
    """One list in words."""

    id: str
    title: str
    note: str
    count: str
    is_minor: bool
    is_long: bool
    entries: tuple[Entry, ...]
    uncertain_title: str
    uncertain: tuple[tuple[str, str], ...]


def list_parts(profile: Profile, *, words: Words) -> tuple[ListPart, ...]:
    """Return the lists in words; telephone and placeless only where there is anything to say."""
    shown = (
        found
        for found in profile.lists
        if found.known or found.uncertain or found.kind is not ListKind.PLACELESS
    )
    return tuple(_list_part(profile, found, words=words) for found in shown)


def lists_html(profile: Profile, *, words: Words) -> str:
    """Return the lists side by side."""
    return render("municipality_lists.html", t=words.tr, lists=list_parts(profile, words=words))


def _list_part(profile: Profile, found: WayList, *, words: Words) -> ListPart:
    tr, actors = words.tr, profile.actors
    unsure = sorted((actors[i].name, i) for i in found.uncertain_ids)
    unsure.sort(key=lambda item: swedish_sort_key(item[0]))
    return ListPart(
        id=found.kind.value,
        title=list_title(found.kind, limit=profile.choice.threshold, tr=tr),
        note=tr(f"municipality.list.note.{found.kind}"),
        count=tr.plural("municipality.list.count", len(found.actor_ids))
        if found.known
        else tr("municipality.list.empty"),
        is_minor=found.kind in MINOR,
        is_long=len(found.actor_ids) > LONG,
        entries=_entries(profile, found, words=words),
        uncertain_title=tr.plural("municipality.list.uncertain", len(unsure)),
        uncertain=tuple((name, detail_url(i, words=words)) for name, i in unsure),
    )


def _entries(profile: Profile, found: WayList, *, words: Words) -> tuple[Entry, ...]:
    """Return one entry per actor, in the order of the list; several offices stand in one entry."""
    ways: dict[str, list[Way]] = {}
    for way in sorted_ways(found.known, kind=found.kind, actors=profile.actors):
        ways.setdefault(way.actor_id, []).append(way)
    return tuple(
        _entry(profile, found.kind, actor_id, own, words=words) for actor_id, own in ways.items()
    )


def _entry(
    profile: Profile, kind: ListKind, actor_id: str, ways: list[Way], *, words: Words
) -> Entry:
    actor = profile.actors[actor_id]
    kinds = tuple(dict.fromkeys(one for way in ways for one in way.kinds))
    phases = {phase for phase, _ in kinds}
    offices = [way for way in ways if way.town]
    places = tuple(dict.fromkeys(_place(profile, way, words=words) for way in offices))
    return Entry(
        name=actor.name,
        url=detail_url(actor.id, words=words),
        types=types_words(kinds, words=words),
        marks=phase_marks([phase for phase in Phase if phase in phases], words=words),
        places=places,
        facts=tuple(dict.fromkeys(_reached(profile, way, words=words) for way in offices))
        if kind is ListKind.REACHABLE
        else places,
        doubtful=words.tr("status.unknown") if ways[0].is_doubtful else "",
    )


def _place(profile: Profile, way: Way, *, words: Words) -> str:
    """Return where an office is, and how far from the seat unless it lies there."""
    tr, seat = words.tr, profile.times[0].locality.name
    if way.town == seat:
        return seat
    minutes = minutes_words(way.minutes_from_seat, tr=tr)
    return f"{way.town}, {tr('municipality.entry.minutes', minutes=minutes, seat=seat)}"


def _reached(profile: Profile, way: Way, *, words: Words) -> str:
    """Return where an office elsewhere is, and how many of the residents reach it in time."""
    tr = words.tr
    reached = tr(
        "municipality.entry.people",
        n=tr.number(way.people_within),
        all=tr.number(profile.located_residents),
    )
    return f"{_place(profile, way, words=words)}; {reached}"
