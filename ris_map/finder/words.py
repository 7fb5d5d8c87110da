"""An answer in the words of one language: next steps, list, the way onward, and a file of it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode, urlsplit

from ris_map.actors.listing import delivery_sentence
from ris_map.finder.answer import Entry, Group, SupportAnswer
from ris_map.finder.match import Reason, Why
from ris_map.finder.need import Need, Start
from ris_map.register.in_words import (
    ActorRow,
    PhaseMark,
    Words,
    actor_row,
    detail_url,
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
from ris_map.words.markup import render

PATH = "/hitta"
COVERAGE_PATH = "/tackning"

ON_MAP = frozenset(Group) - {Group.OUTSIDE}
"""Groups whose offices stand on the map."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expect:
    """What one type of support usually asks for."""

    label: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FindRow:
    """One entry in words; ``id`` is its element on the page, ``town_id`` its town on the map."""

    id: str
    row: ActorRow
    way: str
    place: str
    roads: str
    gives: str
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


OF_AREA = "of-area"
"""Section of the actors that name the chosen strength area: apart from those open to all."""
SHOWN_OF_A_GROUP = 3
SHOWN_FIRST: Mapping[str, int] = {
    Group.FAR: 1,
    Group.REMOTE: 1,
    Group.ADJACENT: 1,
    Group.ADJACENT_REMOTE: 1,
    Group.DOUBTFUL: 1,
    Group.OUTSIDE: 1,
}
"""How many of a long group stand open; the rest is one press away."""


def find_sections(
    entries: Iterable[Entry], *, need: Need, words: Words, on: date
) -> tuple[FindSection, ...]:
    """Return the entries under their groups' headings, in order."""
    grouped: dict[str, list[FindRow]] = {}
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
        grouped.setdefault(OF_AREA if entry.is_of_area else entry.group, []).append(row)
    area = "" if need.strength_area is None else _label(need.strength_area, words).lower()
    return tuple(_section(group, rows, area=area, tr=words.tr) for group, rows in grouped.items())


def _section(group: str, rows: Sequence[FindRow], *, area: str, tr: Translator) -> FindSection:
    first = SHOWN_FIRST.get(group, SHOWN_OF_A_GROUP)
    # one that is left alone need not be folded
    first = len(rows) if len(rows) == first + 1 else first
    rest = tuple(rows[first:])
    return FindSection(
        id=group,
        title=tr(f"find.group.{group}.title", area=area)
        if group == OF_AREA
        else tr(f"find.group.{group}.title"),
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
    # a link inside a town is no road that anybody asks for
    numbers = (number for number in entry.route.roads if number and number != "street")
    roads = dict.fromkeys(_road(number, tr=tr) for number in numbers)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One of the best next steps: what to do, with whom, how far."""

    title: str
    way: str
    name: str
    text: str
    url: str
    link: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Onward:
    """One actor that takes over in the next phase."""

    name: str
    url: str
    way: str
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainStep:
    """One phase of the chain, with a link to its support where it is not the present one."""

    mark: PhaseMark
    is_here: bool
    url: str
    link: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FindView:
    """Everything that page and file say about an answer.

    ``missing`` says what is not there: an office that is near, an office at all, digital help.
    """

    title: str
    lead: str
    place: str
    choices: str
    source: str
    see: str
    steps: tuple[Step, ...]
    missing: tuple[str, ...]
    coverage_url: str
    sections: tuple[FindSection, ...]
    expect: tuple[Expect, ...]
    onward_title: str
    onward: tuple[Onward, ...]
    chain: tuple[ChainStep, ...]


def find_view(answer: SupportAnswer, *, words: Words, on: date, reference: str) -> FindView:
    """Return an answer in words; ``reference`` is the date of the register's research."""
    tr = words.tr
    # the municipality's own office is the first of the steps, not a second time in the list
    listed = [entry for entry in answer.entries if entry.group is not Group.LOCAL]
    sections = find_sections(listed, need=answer.need, words=words, on=on)
    steps = next_steps(answer, words=words)
    is_bare = answer.start is not None and not answer.is_near
    rows = [row for section in sections for row in (*section.rows, *section.rest)]
    return FindView(
        title=_title(answer, len(steps), tr=tr),
        lead=_lead(answer, tr=tr),
        place="" if answer.start is None else start_words(answer.start, tr=tr),
        choices=" · ".join(need_words(answer.need, words=words)) or tr("find.chosen.none"),
        source=tr("find.sum.source", reference=reference),
        see=tr.plural("find.see", len({row.row.id for row in rows})),
        steps=steps,
        missing=tuple(_missing(answer, steps, words=words)) if is_bare else (),
        coverage_url=coverage_url(answer, tr=tr) if is_bare else "",
        sections=sections,
        expect=tuple(dict.fromkeys(item for row in rows for item in row.expect)),
        onward_title=_onward_title(answer, words=words),
        onward=tuple(_onward(entry, need=answer.need, words=words) for entry in answer.onward),
        chain=_chain(answer, words=words),
    )


def next_steps(answer: SupportAnswer, *, words: Words) -> tuple[Step, ...]:
    """Return the best next steps, at most three: an office that is near, home, digital, the way."""
    if answer.start is None:
        return ()
    near = next((e for e in answer.entries if e.group is Group.NEAR), None)
    home = answer.contact if answer.contact and answer.contact.group is Group.LOCAL else None
    digital = next((e for e in answer.entries if e.group is Group.DIGITAL and e.is_sure), None)
    ordered = [("near", near), ("home", home), ("digital", digital), ("office", answer.nearest)]
    steps: dict[str, Step] = {}
    for kind, entry in ordered:
        if entry is not None and entry.actor.id not in steps:
            steps[entry.actor.id] = _step(kind, entry, need=answer.need, words=words)
    return tuple(steps.values())[:3]


def _step(kind: str, entry: Entry, *, need: Need, words: Words) -> Step:
    tr, actor = words.tr, entry.actor
    way = tr(f"find.way.{entry.way or 'unknown'}")
    if entry.office is not None:
        way = _reach_words(entry, need=need, words=words)
    text = actor.summary.in_(tr.language)
    if kind == "office" and not entry.is_sure:
        text = f"{text} {tr('find.step.unsure')}"
    return Step(
        title=tr(f"find.step.{kind}"),
        way=way,
        name=actor.name,
        text=text,
        url=actor.homepage or detail_url(actor.id, words=words),
        link=urlsplit(actor.homepage).netloc.removeprefix("www.")
        if actor.homepage
        else tr("find.step.more"),
    )


def _reach_words(entry: Entry, *, need: Need, words: Words) -> str:
    """Return "Lycksele, about 95 min", the municipality named where the town does not say it."""
    tr, office = words.tr, entry.office
    if office is None:
        raise ValueError("the entry has no office")
    minutes = entry.minutes if entry.minutes is not None else math.inf
    said = (
        tr("find.way.no-road")
        if math.isinf(minutes)
        else minutes_in_words(minutes, tr=tr, limit=need.max_minutes)
    )
    return tr("find.step.reach", town=office.town, minutes=said)


def _title(answer: SupportAnswer, steps: int, *, tr: Translator) -> str:
    start = answer.start
    if start is None:
        return tr("page.find.title")
    name = start.municipality_name if start.is_municipality else start.locality.name
    return tr(f"find.head.{steps}", place=name)


def _lead(answer: SupportAnswer, *, tr: Translator) -> str:
    if answer.start is None:
        return tr("find.answer.start")
    limit = limit_words(answer.need, tr=tr)
    near = len(answer.group(Group.NEAR))
    if near:
        key = "find.sum.near" if limit else "find.sum.near-any"
        return tr.plural(key, near, limit=limit)
    key = "find.nothing.title" if limit else "find.nothing.title-any"
    return tr(key, limit=limit)


def _missing(answer: SupportAnswer, steps: Sequence[Step], *, words: Words) -> Iterable[str]:
    tr = words.tr
    maybe = len(answer.group(Group.MAYBE_NEAR))
    if maybe:
        yield tr.plural("find.nothing.maybe", maybe)
    if answer.nearest is None:
        yield tr("find.nothing.no-office")
    elif answer.nearest.office is not None and not any(
        answer.nearest.office.town in step.way for step in steps
    ):
        municipality = office_municipality(answer.nearest.office, words=words)
        way = _reach_words(answer.nearest, need=answer.need, words=words)
        yield tr("find.nothing.nearest", way=way, municipality=municipality)
    if not answer.group(Group.DIGITAL):
        yield tr("find.nothing.no-digital")


def list_html(view: FindView, *, tr: Translator) -> str:
    """Return the list with its headings."""
    return render(
        "find_list.html",
        sections=view.sections,
        t=tr,
        delivery=lambda r: delivery_sentence(r, tr=tr),
    )


def find_file(
    view: FindView,
    *,
    tr: Translator,
    site: str,
    query: Mapping[str, Sequence[str]],
    on: date,
) -> str:
    """Return a whole HTML document with the answer that needs nothing else: to keep, send, print.

    ``site`` is where the product is, without a slash at the end; ``query`` is the need's address.
    """
    return render(
        "find_file.html",
        t=tr,
        view=view,
        site=site,
        live=f"{site}{PATH}?{urlencode(query, doseq=True)}",
        made=tr("find.file.made", date=tr.date(on)),
        delivery=lambda row: delivery_sentence(row, tr=tr),
    )


def coverage_url(answer: SupportAnswer, *, tr: Translator) -> str:
    """Return the address of the coverage page for the same cell, as far as one is chosen."""
    need, start = answer.need, answer.start
    phases, types = need.phases[:1], need.service_types[:1]
    query = {
        "fas": phases[0].value if phases else "",
        "stod": types[0].value if types else "",
        "omrade": need.strength_area.value if need.strength_area else "",
        "grans": str(need.max_minutes) if need.max_minutes else "",
        "cell": f"{start.code}.{phases[0]}.{types[0]}" if start and phases and types else "",
        "lang": tr.language.value,
    }
    return f"{COVERAGE_PATH}?{urlencode({k: v for k, v in query.items() if v})}"


def _onward_title(answer: SupportAnswer, *, words: Words) -> str:
    tr = words.tr
    if not answer.need.phases:
        return ""
    if answer.next_phase is None:
        return tr("find.onward.last")
    if not answer.onward:
        return tr("find.onward.none")
    phase = words.strategy.label(answer.next_phase).in_(tr.language).lower()
    return tr("find.onward.next", phase=phase)


def _onward(entry: Entry, *, need: Need, words: Words) -> Onward:
    tr = words.tr
    if entry.office is None:
        way = tr(f"find.way.{entry.way or 'unknown'}").lower()
        place = ""
    else:
        way = minutes_words(entry, limit=need.max_minutes, tr=tr)
        place = entry.office.town
    return Onward(
        name=entry.actor.name,
        url=detail_url(entry.actor.id, words=words),
        way=way,
        place=place,
    )


def _chain(answer: SupportAnswer, *, words: Words) -> tuple[ChainStep, ...]:
    tr = words.tr
    steps = []
    for phase, mark in zip(Phase, phase_marks(Phase, words=words), strict=True):
        target = {**answer.need.query(), "fas": [phase.value], "lang": [tr.language.value]}
        steps.append(
            ChainStep(
                mark=mark,
                is_here=phase in answer.need.phases,
                url=f"{PATH}?{urlencode(target, doseq=True)}",
                link=tr("find.onward.look", phase=mark.label.lower()),
            )
        )
    return tuple(steps)
