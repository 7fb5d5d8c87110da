"""The entries of an answer in the words of one language: what list and saved file both show."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from ris_map.finder.entry import Entry, Group
from ris_map.finder.match import Reason, Why
from ris_map.finder.need import Need, Start
from ris_map.register.in_words import (
    ActorRow,
    PhaseMark,
    Words,
    actor_row,
    phase_marks,
    places_words,
    town_id,
)
from ris_map.register.model import Office
from ris_map.register.selection import Group as RowGroup
from ris_map.register.strategy import Term
from ris_map.register.vocabulary import Phase, ServiceType, StrengthArea
from ris_map.words import Translator
from ris_map.words.figures import ROUND_MINUTES
from ris_map.words.figures import minutes_words as minutes_in_words

ON_MAP = frozenset(Group) - {Group.OUTSIDE}
"""Groups whose offices stand on the map."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expect:
    """What one type of support usually asks for."""

    label: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FindRow:
    """One entry in words.

    Parameters
    ----------
    id : str
        Of the element on the page; unique there.
    row : ActorRow
        The actor as everywhere else.
    way : str
        How: minutes and kilometres by road, or "digitally" and the like.
    place, roads : str
        Where, and by which roads; roads are empty where there is nothing to drive.
    gives : str
        Types of support that answer the need.
    why_says_gives : bool
        Whether the reasons name them already.
    phases : tuple of PhaseMark
        Phases of the offers that answer the need.
    why, cautions : str
        Reasons, and what is not known; empty if there is none.
    expect : tuple of Expect
        In general words, per type of support.
    town_id : str
        The town on the map; empty if the entry is not there.
    """

    id: str
    row: ActorRow
    way: str
    place: str
    roads: str
    gives: str
    why_says_gives: bool
    phases: tuple[PhaseMark, ...]
    why: str
    cautions: str
    expect: tuple[Expect, ...]
    town_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FindSection:
    """The entries of one group under their heading; ``rest`` is folded away."""

    id: str
    title: str
    note: str
    count: str
    rows: tuple[FindRow, ...]
    rest: tuple[FindRow, ...]
    rest_label: str


SHOWN_FIRST = {
    Group.FAR: 3,
    Group.ADJACENT: 3,
    Group.ADJACENT_REMOTE: 3,
    Group.DOUBTFUL: 2,
    Group.OUTSIDE: 2,
}
"""How many of a long group stand open; the rest is one press away."""


def find_sections(
    entries: Iterable[Entry], *, need: Need, words: Words, on: date
) -> tuple[FindSection, ...]:
    """Return the entries under their groups' headings, in order."""
    grouped: dict[Group, list[FindRow]] = {}
    shown = tuple(entries)
    # links on the map lead to the plain id: the entry with the office, where there is one
    with_office = {entry.actor.id for entry in shown if entry.office is not None}
    taken: set[str] = set()
    for entry in shown:
        actor = entry.actor.id
        is_main = actor not in taken and (entry.office is not None or actor not in with_office)
        element = f"a-{actor}" if is_main else f"a-{actor}-{entry.way or 'annat'}"
        taken |= {actor} if is_main else set()
        row = find_row(entry, element=element, need=need, words=words, on=on)
        grouped.setdefault(entry.group, []).append(row)
    return tuple(_section(group, rows, tr=words.tr) for group, rows in grouped.items())


def _section(group: Group, rows: Sequence[FindRow], *, tr: Translator) -> FindSection:
    first = SHOWN_FIRST.get(group, len(rows))
    # one that is left alone need not be folded
    first = len(rows) if len(rows) <= first + 1 else first
    rest = tuple(rows[first:])
    return FindSection(
        id=group.value,
        title=tr(f"find.group.{group}.title"),
        note=tr(f"find.group.{group}.note"),
        count=tr.number(len(rows)),
        rows=tuple(rows[:first]),
        rest=rest,
        rest_label=tr.plural("find.group.rest", len(rest)) if rest else "",
    )


def find_row(entry: Entry, *, element: str, need: Need, words: Words, on: date) -> FindRow:
    """Return one entry in the words of one language."""
    tr = words.tr
    offices = () if entry.office is None else (entry.office,)
    types = tuple(dict.fromkeys(offer.service_type for offer in entry.offers))
    phases = {phase for offer in entry.offers for phase in offer.phases}
    return FindRow(
        id=element,
        row=actor_row(entry.actor, offices, group=RowGroup.OFFICE, words=words, on=on),
        way=way_words(entry, need=need, tr=tr),
        place=_place_words(entry, words=words),
        roads=roads_words(entry, tr=tr),
        gives=", ".join(_label(kind, words) for kind in types),
        why_says_gives=any(reason.why is Why.OFFER for reason in entry.reasons),
        phases=phase_marks((p for p in Phase if p in phases), words=words),
        why=_sentence_start(
            "; ".join(dict.fromkeys(reason_words(r, words=words) for r in entry.reasons))
        ),
        cautions="; ".join(tr(f"find.caution.{caution}") for caution in entry.cautions),
        expect=tuple(Expect(label=_label(k, words), text=tr(f"find.expect.{k}")) for k in types),
        town_id="" if entry.office is None or entry.group not in ON_MAP else town_id(entry.office),
    )


def way_words(entry: Entry, *, need: Need, tr: Translator) -> str:
    """Return how the help is reached: by road in minutes, or in which other way."""
    if entry.office is None:
        return tr(f"find.way.{entry.way or 'unknown'}")
    minutes = minutes_words(entry, limit=need.max_minutes, tr=tr)
    return tr("find.way.office-at", minutes=minutes)


def _place_words(entry: Entry, *, words: Words) -> str:
    if entry.office is not None:
        return places_words((entry.office,), words=words)
    if entry.way is not None:
        return words.tr("find.entry.from-afar")
    return places_words(entry.actor.offices, words=words) or words.tr("office.none-known")


def minutes_words(entry: Entry, *, limit: int | None, tr: Translator) -> str:
    """Return the minutes to an office, rounded to five.

    Rounding never moves an office across the limit: 61 minutes is "just over 60", not "about 60",
    where the limit is 60.
    """
    minutes = entry.minutes
    if minutes is None:
        return tr("find.way.office")
    if math.isinf(minutes):
        return tr("find.way.no-road")
    text = minutes_in_words(minutes, tr=tr, limit=limit)
    return text if minutes < ROUND_MINUTES else tr("find.way.by-car", minutes=text)


def km_words(entry: Entry, *, tr: Translator) -> str:
    """Return the kilometres to an office; empty where there is nothing to drive."""
    if entry.km is None or math.isinf(entry.km) or entry.km < 1:
        return ""
    return tr("find.way.km", n=tr.number(round(entry.km)))


def roads_words(entry: Entry, *, tr: Translator) -> str:
    """Return kilometres and road numbers of the way, in driving order."""
    if entry.route is None:
        return ""
    roads = dict.fromkeys(_road(number, tr=tr) for number in entry.route.roads if number)
    parts = [km_words(entry, tr=tr), ", ".join(roads)]
    text = "; ".join(part for part in parts if part)
    return tr("find.entry.roads", roads=text) if text else ""


def _road(number: str, *, tr: Translator) -> str:
    """``Rv 90`` and ``Lv 360`` are said "väg 90" and "väg 360"; European roads keep their E."""
    if number == "local":
        return tr("find.road.local")
    parts = (
        tr("find.road.number", n=part[3:]) if part.startswith(("Rv ", "Lv ")) else part
        for part in number.split("/")
    )
    return "/".join(parts)


def reason_words(reason: Reason, *, words: Words) -> str:
    """Return one reason as a phrase that can stand in a list."""
    tr = words.tr
    match reason.why:
        case Why.OFFER:
            kind, *phases = reason.terms
            label = _label(ServiceType(kind), words).lower()
            if not phases:
                return label
            names = tr.listing([_label(Phase(p), words).lower() for p in phases])
            return tr.plural("find.why.offer", len(phases), type=label, phases=names)
        case Why.AREA:
            area = _label(StrengthArea(reason.terms[0]), words).lower()
            return tr("find.why.area", area=area)
        case Why.WHO | Why.SERVES:
            return tr(f"find.why.{reason.why}.{reason.terms[0]}")
        case _:
            return tr(f"find.why.{reason.why}")


def start_words(start: Start, *, tr: Translator) -> str:
    """Return a place by its name, with the municipality where that says more."""
    if start.is_municipality:
        return tr("find.place.municipality", name=start.municipality_name)
    name = start.locality.name
    return tr("find.place.locality", name=name, municipality=start.municipality_name)


def limit_words(need: Need, *, tr: Translator) -> str:
    """Return the travel limit; empty if any distance will do."""
    if need.max_minutes is None:
        return ""
    return tr("find.limit.minutes", n=tr.number(need.max_minutes))


def need_words(need: Need, *, words: Words) -> tuple[str, ...]:
    """Return the choices but the place, each as a phrase."""
    tr = words.tr
    return (
        *(_label(phase, words) for phase in need.phases),
        *(tr(f"find.type.{kind}") for kind in need.service_types),
        *((_label(need.strength_area, words),) if need.strength_area else ()),
        *((tr(f"find.who.{need.who}"),) if need.who else ()),
        *((tr("find.file.digital"),) if need.digital_first else ()),
    )


def office_municipality(office: Office, *, words: Words) -> str:
    """Return the name of the municipality of an office in the county."""
    name = words.municipality_names.get(office.municipality or "", office.town)
    return words.tr("find.nothing.municipality", name=name)


def _sentence_start(text: str) -> str:
    return text[:1].upper() + text[1:]


def _label(term: Term, words: Words) -> str:
    return words.strategy.label(term).in_(words.tr.language)
