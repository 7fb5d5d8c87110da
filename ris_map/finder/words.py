"""An answer in the words of one language: next steps, list, the way onward, and a file of it."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from urllib.parse import urlencode, urlsplit

from ris_map.actors.listing import delivery_sentence
from ris_map.finder.answer import Entry, Group, SupportAnswer, route_to
from ris_map.finder.need import Need, Reason, Start, Why
from ris_map.register.in_words import (
    ActorRow,
    PhaseMark,
    Words,
    actor_row,
    detail_url,
    phase_marks,
    town_id,
)
from ris_map.register.selection import Group as RowGroup
from ris_map.register.vocabulary import Delivery, Phase
from ris_map.travel.routes import Route, error_words, typical_error
from ris_map.travel.world import World
from ris_map.web.map import MarkerKind
from ris_map.words import Translator
from ris_map.words.figures import ROUND_MINUTES, minutes_range
from ris_map.words.figures import minutes_words as minutes_in_words
from ris_map.words.markup import render

COUNTED = frozenset({Group.NEAR, Group.MAYBE_NEAR, Group.FAR})
"""Groups whose offices fit; minutes on the map are to the nearest of them."""
OF_AREA = "of-area"
"""Section of the actors that name the chosen strength area: apart from those open to all."""
SHOWN_OF_A_GROUP = 3
_LAST = (Group.DOUBTFUL, Group.OUTSIDE)
_FOLDED = (Group.ADJACENT, Group.ADJACENT_REMOTE, *_LAST)
SHOWN_FIRST: Mapping[str, int] = {Group.FAR: 1, Group.REMOTE: 1, **dict.fromkeys(_FOLDED, 0)}
"""How many of a long group stand open; the rest is one press away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FindRow:
    """One entry in words; ``id`` is its element on the page, ``town_id`` its town on the map.

    ``expect`` is what each type of support usually asks for: label and text. ``named`` says that
    the actor names the people who ask; empty where it does not.
    """

    id: str
    row: ActorRow
    way: str
    named: str
    place: str
    roads: str
    gives: str
    phases: tuple[PhaseMark, ...]
    why: str
    cautions: str
    expect: tuple[tuple[str, str], ...]
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

    @property
    def rest_key(self) -> str:
        """Return the key of what is folded: of a whole group, or of what is more in one."""
        return f"hitta-{'rest' if self.rows else 'grupp'}-{self.id}"


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
class FindView:
    """Everything that page and file say about an answer.

    ``missing`` says what lead and steps leave out: offices that may fit, the nearest, no digital.
    ``onward`` holds name, address and way of who takes over; ``chain`` mark, whether one is here,
    address and link of each phase.
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
    expect: tuple[tuple[str, str], ...]
    onward_title: str
    onward: tuple[tuple[str, str, str], ...]
    chain: tuple[tuple[PhaseMark, bool, str, str], ...]


def find_view(answer: SupportAnswer, *, world: World, tr: Words) -> FindView:
    """Return an answer in words."""
    start = answer.start
    sections = _sections(answer, world=world, tr=tr)
    steps = next_steps(answer, tr=tr)
    is_bare = start is not None and not answer.is_near
    rows = [row for section in sections for row in (*section.rows, *section.rest)]
    title = tr("page.find.title")
    if start is not None:
        title = tr(f"find.head.{len(steps)}", place=start.name)
    season = tr(f"coverage.season.{'winter' if answer.need.winter else 'summer'}")
    reference = world.register.meta.reference_date
    return FindView(
        title=title,
        lead=_lead(answer, tr=tr),
        place="" if start is None else start_words(start, tr=tr),
        choices=" · ".join(_need_words(answer.need, tr=tr)) or tr("find.chosen.none"),
        source=tr(
            "find.sum.source",
            reference=reference,
            season=season,
            error=error_words(typical_error(world.foundations), tr=tr),
        ),
        see=tr.plural("find.see", len({row.row.id for row in rows})),
        steps=steps,
        missing=tuple(_missing(answer, steps, tr=tr)) if is_bare else (),
        coverage_url=coverage_url(answer, tr=tr) if is_bare else "",
        sections=sections,
        expect=tuple(dict.fromkeys(item for row in rows for item in row.expect)),
        onward_title=_onward_title(answer, tr=tr),
        onward=tuple(_onward(entry, need=answer.need, tr=tr) for entry in answer.onward),
        chain=tuple(_chain(answer, tr=tr)),
    )


def _sections(answer: SupportAnswer, *, world: World, tr: Words) -> tuple[FindSection, ...]:
    """Return the entries under their groups' headings, in order."""
    # the municipality's own office is the first of the steps, not a second time in the list
    shown = [entry for entry in answer.entries if entry.group is not Group.LOCAL]
    # links on the map lead to the plain id: the entry with the office, where there is one
    with_office = {entry.actor.id for entry in shown if entry.office is not None}
    grouped: dict[str, list[FindRow]] = {}
    taken: set[str] = set()
    for entry in shown:
        actor = entry.actor.id
        is_main = actor not in taken and (entry.office is not None or actor not in with_office)
        element = f"a-{actor}" if is_main else f"a-{actor}-{entry.way or 'annat'}"
        taken |= {actor} if is_main else set()
        row = find_row(entry, answer, element=element, world=world, tr=tr)
        grouped.setdefault(OF_AREA if entry.is_of_area else entry.group, []).append(row)
    area = answer.need.strength_area
    name = "" if area is None else tr.label(area).lower()
    return tuple(_section(group, rows, area=name, tr=tr) for group, rows in grouped.items())


def _section(group: str, rows: Sequence[FindRow], *, area: str, tr: Translator) -> FindSection:
    first = SHOWN_FIRST.get(group, SHOWN_OF_A_GROUP)
    title = tr(f"find.group.{group}.title", **({"area": area} if group == OF_AREA else {}))
    # one that is left alone need not be folded
    first = len(rows) if first and len(rows) == first + 1 else first
    # who names those who ask is not folded away
    named = [] if group in _LAST else [row for row in rows[first:] if row.named]
    shown = [*rows[:first], *named[: max(0, SHOWN_OF_A_GROUP - first)]]
    rest = tuple(row for row in rows if row not in shown)
    label = tr.plural("find.group.rest", len(rest))
    label = label if shown else f"{title} ({tr.number(len(rest))})"
    return FindSection(
        id=group,
        title=title,
        note=tr(f"find.group.{group}.note"),
        count=tr.number(len(rows)),
        rows=tuple(shown),
        rest=rest,
        rest_label=label if rest else "",
    )


def find_row(
    entry: Entry, answer: SupportAnswer, *, element: str, world: World, tr: Words
) -> FindRow:
    """Return one entry in the words of one language."""
    office = entry.office
    offices = (office,) if office else ()
    types = tuple(dict.fromkeys(offer.service_type for offer in entry.offers))
    phases = {phase for offer in entry.offers for phase in offer.phases}
    why = "; ".join(dict.fromkeys(reason_words(r, tr=tr) for r in entry.reasons))
    row = actor_row(entry.actor, offices, group=RowGroup.OFFICE, tr=tr, on=world.on)
    minutes = minutes_words(entry.minutes, limit=answer.need.max_minutes, tr=tr)
    way = "office-at" if office else entry.way or "unknown"
    distant = "at-yours" if entry.way is Delivery.VISIT else "from-afar"
    return FindRow(
        id=element,
        row=row,
        way=tr(f"find.way.{way}", minutes=minutes),
        named="; ".join(reason_words(r, tr=tr) for r in entry.reasons if r.why is Why.WHO),
        place=row.places if entry.way in (Delivery.OFFICE, None) else tr(f"find.entry.{distant}"),
        roads=roads_words(entry, route_to(entry, world=world, answer=answer), tr=tr),
        gives=", ".join(tr.label(kind) for kind in types),
        phases=phase_marks((p for p in Phase if p in phases), tr=tr),
        why=why[:1].upper() + why[1:],
        cautions="; ".join(tr(f"find.caution.{caution}") for caution in entry.cautions),
        expect=tuple((tr.label(k), tr(f"find.expect.{k}")) for k in types),
        town_id=marker_of(entry)[1],
    )


def minutes_words(minutes: float, *, limit: int | None, tr: Translator) -> str:
    """Return the minutes to an office by car, rounded to five but never across the limit."""
    if math.isinf(minutes):
        return tr("find.way.no-road")
    text = minutes_in_words(minutes, tr=tr, limit=limit)
    return text if minutes < ROUND_MINUTES else tr("find.way.by-car", minutes=text)


def range_words(entry: Entry, *, tr: Translator) -> str:
    """Return the minutes under the fastest and the slowest speed model; empty where said alike."""
    if entry.road is None:
        return ""
    said = minutes_range(entry.road.fastest, entry.road.slowest, tr=tr)
    is_one = said == minutes_in_words(entry.road.slowest, tr=tr)
    return "" if is_one else tr("find.way.range", range=said)


def roads_words(entry: Entry, route: Route | None, *, tr: Translator) -> str:
    """Return kilometres, road numbers in driving order, what is only sketched, and the range."""
    if route is None or route.km < 1:
        return ""
    # a link inside a town is no road that anybody asks for
    numbers = (number for number in route.roads if number and number != "street")
    roads = dict.fromkeys(_road(number, tr=tr) for number in numbers)
    parts = [tr("find.way.km", n=tr.number(round(route.km))), ", ".join(roads)]
    if route.schematic_km >= 1:
        parts.append(tr("find.way.sketched", n=tr.number(round(route.schematic_km))))
    said = tr("find.entry.roads", roads="; ".join(part for part in parts if part))
    return f"{said} {range_words(entry, tr=tr)}".strip()


def _road(number: str, *, tr: Translator) -> str:
    """``Rv 90`` and ``Lv 360`` are said "väg 90" and "väg 360"; European roads keep their E."""
    if number == "local":
        return tr("find.road.local")
    parts = (
        tr("find.road.number", n=part[3:]) if part.startswith(("Rv ", "Lv ")) else part
        for part in number.split("/")
    )
    return "/".join(parts)


def reason_words(reason: Reason, *, tr: Words) -> str:
    """Return one reason as a phrase that can stand in a list."""
    key, terms = f"find.why.{reason.why}", reason.terms
    if reason.why is Why.SERVES:
        return tr(f"{key}.{terms[0]}")
    if reason.why is Why.WHO:
        return tr(key, groups=tr.listing(tr(f"target.{group}") for group in terms))
    labels = [tr.label(term).lower() for term in terms]
    if reason.why is Why.OFFER:
        kind, *phases = labels
        named = tr.listing(phases)
        return tr.plural(key, len(phases), type=kind, phases=named) if phases else kind
    return tr(key, area=labels[0]) if labels else tr(key)


def start_words(start: Start, *, tr: Translator) -> str:
    """Return a place by its name, with the municipality where that says more."""
    kind = "municipality" if start.is_municipality else "locality"
    return tr(f"find.place.{kind}", name=start.name, municipality=start.municipality_name)


def _need_words(need: Need, *, tr: Words) -> Iterator[str]:
    """Yield the choices but the place, each as a phrase."""
    yield from (tr.label(phase) for phase in need.phases)
    yield from (tr(f"find.type.{kind}") for kind in need.service_types)
    if need.strength_area:
        yield tr.label(need.strength_area)
    if need.who:
        yield tr(f"find.who.{need.who}")
    if need.digital_first:
        yield tr("find.file.digital")


def next_steps(answer: SupportAnswer, *, tr: Words) -> tuple[Step, ...]:
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
            steps[entry.actor.id] = _step(kind, entry, need=answer.need, tr=tr)
    return tuple(steps.values())[:3]


def _step(kind: str, entry: Entry, *, need: Need, tr: Words) -> Step:
    actor = entry.actor
    text = actor.summary.in_(tr.language)
    if kind == "office" and not entry.is_sure:
        text = f"{text} {tr('find.step.unsure')}"
    host = urlsplit(actor.homepage or "").netloc.removeprefix("www.")
    return Step(
        title=tr(f"find.step.{kind}"),
        way=_reach_words(entry, need=need, tr=tr),
        name=actor.name,
        text=text,
        url=actor.homepage or detail_url(actor.id, tr=tr),
        link=host or tr("find.step.more"),
    )


def _reach_words(entry: Entry, *, need: Need, tr: Translator) -> str:
    """Return "Town, about 95 min", or the way of help without an office."""
    if entry.office is None:
        return tr(f"find.way.{entry.way or 'unknown'}")
    said = tr("find.way.no-road")
    if entry.is_reached:
        said = minutes_in_words(entry.minutes, tr=tr, limit=need.max_minutes)
    return tr("find.step.reach", town=entry.office.town, minutes=said)


def _lead(answer: SupportAnswer, *, tr: Translator) -> str:
    if answer.start is None:
        return tr("find.answer.start")
    minutes = answer.need.max_minutes
    limit = "" if minutes is None else tr("karta.limit.min", n=tr.number(minutes))
    any_way = "" if limit else "-any"
    near = len(answer.group(Group.NEAR))
    if near:
        return tr.plural(f"find.sum.near{any_way}", near, limit=limit)
    nothing = tr(f"find.nothing.title{any_way}", limit=limit)
    if answer.nearest is None:  # no road leads to those that help, or none is known
        why = "no-road" if answer.group(Group.FAR) else "no-office"
        nothing = tr(f"find.nothing.{why}")
    ways = {"home": answer.group(Group.LOCAL), "remote": answer.group(Group.DIGITAL)}
    key = "-".join(name for name, there in ways.items() if there)
    return f"{nothing} {tr(f'find.nothing.{key}')}" if key else nothing


def _missing(answer: SupportAnswer, steps: Sequence[Step], *, tr: Words) -> Iterable[str]:
    nearest = answer.nearest
    maybe = len(answer.group(Group.MAYBE_NEAR))
    if maybe:
        yield tr.plural("find.nothing.maybe", maybe)
    office = nearest.office if nearest else None
    if nearest and office and not any(office.town in step.way for step in steps):
        name = tr.municipality_names.get(office.municipality or "", office.town)
        municipality = tr("municipality.title", name=name)
        way = _reach_words(nearest, need=answer.need, tr=tr)
        yield tr("find.nothing.nearest", way=way, municipality=municipality)
    if not answer.group(Group.DIGITAL):
        yield tr("find.nothing.no-digital")


def marker_of(entry: Entry) -> tuple[MarkerKind, str]:
    """Return kind and id of the marker an entry's office has on the map; no id without one.

    ``office`` fits what was chosen; ``adjacent`` has a wider remit or is doubtful.
    """
    kind: MarkerKind = "home" if entry.group is Group.LOCAL else "adjacent"
    kind = "office" if entry.group in COUNTED else kind
    town = town_id(entry.office) if entry.office and entry.group is not Group.OUTSIDE else ""
    return kind, f"{town}-{kind}" if town and kind != "office" else town


def list_parts(view: FindView, *, tr: Translator) -> tuple[tuple[str, FindSection | None], ...]:
    """Return the list in parts: groups that stand open, and the one of them folded after it."""
    folded = {row.town_id: one.rest_key for one in reversed(view.sections) for row in one.rest}
    parts: list[tuple[str, FindSection | None]] = []
    standing: list[FindSection] = []
    for section in (*view.sections, None):
        if section and section.rows:
            standing.append(section)
        if section is None or section.rest:
            first = {} if parts else {"folded": folded}
            parts.append((_list_html(tr, sections=standing, **first), section))
            standing = []
    return tuple(parts)


def rest_html(section: FindSection, *, tr: Translator) -> str:
    """Return what of a group is folded away."""
    return _list_html(tr, sections=(), rest=section)


def _list_html(tr: Translator, **values: object) -> str:
    delivery = partial(delivery_sentence, tr=tr)
    return render("find_list.html", t=tr, delivery=delivery, **values)


def find_file(
    view: FindView, *, tr: Translator, site: str, query: Mapping[str, Sequence[str]], on: date
) -> str:
    """Return a whole HTML document with the answer that needs nothing else: to keep, send, print.

    ``site`` is where the product is, without a slash at the end; ``query`` is the need's address.
    """
    return render(
        "find_file.html",
        t=tr,
        view=view,
        site=site,
        live=f"{site}{Need.path}?{urlencode(query, doseq=True)}",
        made=tr("find.file.made", date=on.isoformat()),
        delivery=partial(delivery_sentence, tr=tr),
    )


def coverage_url(answer: SupportAnswer, *, tr: Translator) -> str:
    """Return the address of the coverage page for the same cell, as far as one is chosen."""
    need, start = answer.need, answer.start
    asked = need.query()
    kept = ("fas", "stod", "omrade", "vinter")
    query: dict[str, str] = {key: asked[key][0] for key in kept if key in asked}
    if start and need.phase and need.service_types:
        query["cell"] = f"{start.code}.{need.phase}.{need.service_types[0]}"
    if need.max_minutes:
        query["grans"] = str(need.max_minutes)
    return f"/tackning?{urlencode({**query, 'lang': tr.language.value})}"


def _onward_title(answer: SupportAnswer, *, tr: Words) -> str:
    if not answer.need.phases:
        return ""
    if answer.next_phase is None:
        return tr("find.onward.last")
    if not answer.onward:
        return tr("find.onward.none")
    return tr("find.onward.next", phase=tr.label(answer.next_phase).lower())


def _onward(entry: Entry, *, need: Need, tr: Words) -> tuple[str, str, str]:
    if entry.office is None:
        way = tr(f"find.way.{entry.way or 'unknown'}").lower()
    else:
        minutes = minutes_words(entry.minutes, limit=need.max_minutes, tr=tr)
        way = f"{minutes}, {entry.office.town}"
    return entry.actor.name, detail_url(entry.actor.id, tr=tr), way


def _chain(answer: SupportAnswer, *, tr: Words) -> Iterator[tuple[PhaseMark, bool, str, str]]:
    for phase, mark in zip(Phase, phase_marks(Phase, tr=tr), strict=True):
        link = tr("find.onward.look", phase=mark.label.lower())
        yield mark, phase is answer.need.phase, answer.need.url(tr=tr, phase=phase), link
