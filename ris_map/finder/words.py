"""An answer in the words of one language: next steps, list, the way onward, and a file of it."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from urllib.parse import urlencode

from ris_map.finder.answer import Entry, Group, SupportAnswer, route_to
from ris_map.finder.need import Need, Reason, Start, Why
from ris_map.register.in_words import Words, town_id
from ris_map.register.vocabulary import Delivery, ServiceType
from ris_map.travel.routes import error_words, typical_error
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
class FindSection:
    """The entries of one group under their heading; ``rest`` is folded away."""

    id: str
    title: str
    rows: tuple[Entry, ...]
    rest: tuple[Entry, ...]
    rest_label: str

    @property
    def rest_key(self) -> str:
        """Return the key of what is folded: of a whole group, or of what is more in one."""
        return f"hitta-{'rest' if self.rows else 'grupp'}-{self.id}"


@dataclass(frozen=True)
class FindView:
    """An answer and what page, file and text say about it in one language."""

    answer: SupportAnswer
    world: World
    tr: Words

    @property
    def title(self) -> str:
        """The page's title: how many steps from where."""
        start = self.answer.start
        if start is None:
            return self.tr("page.find.title")
        return self.tr(f"find.head.{len(self.steps)}", place=start.name)

    @property
    def lead(self) -> str:
        """How many are near, else that nobody is, with a way on."""
        answer, tr = self.answer, self.tr
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

    @property
    def place(self) -> str:
        """Where the way begins; empty before that is chosen."""
        return start_words(self.answer.start, tr=self.tr) if self.answer.start else ""

    @property
    def choices(self) -> str:
        """The choices but the place."""
        need, tr = self.answer.need, self.tr
        said = [tr.label(phase) for phase in need.phases]
        said += [tr(f"find.type.{kind}") for kind in need.service_types]
        said += [tr.label(need.strength_area)] if need.strength_area else []
        said += [tr(f"find.who.{need.who}")] if need.who else []
        said += [tr("find.file.digital")] if need.digital_first else []
        return " · ".join(said) or tr("find.chosen.none")

    @property
    def source(self) -> str:
        """What the answer rests on."""
        return self.tr(
            "find.sum.source",
            reference=self.world.register.meta.reference_date,
            season=self.tr(f"coverage.season.{'winter' if self.answer.need.winter else 'summer'}"),
            error=error_words(typical_error(self.world.foundations), tr=self.tr),
        )

    @cached_property
    def listed(self) -> tuple[Entry, ...]:
        """What the list has: the municipality's own office is the first of the steps alone."""
        return tuple(one for one in self.answer.entries if one.group is not Group.LOCAL)

    @property
    def number(self) -> int:
        """How many actors the list has."""
        return len({entry.actor.id for entry in self.listed})

    @cached_property
    def steps(self) -> Mapping[str, Entry]:
        """The best next steps, at most three: an office that is near, home, digital, the way."""
        answer = self.answer
        if answer.start is None:
            return {}
        near = next(iter(answer.group(Group.NEAR)), None)
        home = answer.contact if answer.contact and answer.contact.group is Group.LOCAL else None
        digital = next((e for e in answer.group(Group.DIGITAL) if e.is_sure), None)
        ordered = {"near": near, "home": home, "digital": digital, "office": answer.nearest}
        steps: dict[str, tuple[str, Entry]] = {}
        for kind, entry in ordered.items():
            if entry is not None:
                steps.setdefault(entry.actor.id, (kind, entry))
        return dict([*steps.values()][:3])

    def step_text(self, kind: str, entry: Entry) -> str:
        """Return what a step gives, and whether one has to ask first."""
        text = entry.actor.summary.in_(self.tr.language)
        is_unsure = kind == "office" and not entry.is_sure
        return f"{text} {self.tr('find.step.unsure')}" if is_unsure else text

    def reach(self, entry: Entry) -> str:
        """Return "Town, about 95 min", or the way of help without an office."""
        if entry.office is None:
            return self.tr(f"find.way.{entry.way or 'unknown'}")
        said = self.tr("find.way.no-road")
        if entry.is_reached:
            limit = self.answer.need.max_minutes
            said = minutes_in_words(entry.minutes, tr=self.tr, limit=limit)
        return self.tr("find.step.reach", town=entry.office.town, minutes=said)

    @property
    def is_bare(self) -> bool:
        """Whether nothing is near the chosen place."""
        return self.answer.start is not None and not self.answer.is_near

    @property
    def missing(self) -> list[str]:
        """What lead and steps leave out: offices that may fit, the nearest, no digital."""
        answer, tr, said = self.answer, self.tr, list[str]()
        if not self.is_bare:
            return said
        if maybe := len(answer.group(Group.MAYBE_NEAR)):
            said.append(tr.plural("find.nothing.maybe", maybe))
        nearest, told = answer.nearest, [self.reach(entry) for entry in self.steps.values()]
        if nearest and (office := nearest.office) and not any(office.town in one for one in told):
            name = tr.municipality_names.get(office.municipality or "", office.town)
            municipality = tr("municipality.title", name=name)
            way = self.reach(nearest)
            said.append(tr("find.nothing.nearest", way=way, municipality=municipality))
        if not answer.group(Group.DIGITAL):
            said.append(tr("find.nothing.no-digital"))
        return said

    @cached_property
    def sections(self) -> tuple[FindSection, ...]:
        """The entries under their groups' headings, in order."""
        grouped: dict[str, list[Entry]] = {}
        for entry in self.listed:
            grouped.setdefault(OF_AREA if entry.is_of_area else entry.group, []).append(entry)
        return tuple(self._section(group, rows) for group, rows in grouped.items())

    def _section(self, group: str, rows: Sequence[Entry]) -> FindSection:
        tr, area = self.tr, self.answer.need.strength_area
        first = SHOWN_FIRST.get(group, SHOWN_OF_A_GROUP)
        title = tr(f"find.group.{group}.title", area=tr.label(area).lower() if area else "")
        # one that is left alone need not be folded
        first = len(rows) if first and len(rows) == first + 1 else first
        # who names those who ask is not folded away
        named = [] if group in _LAST else [row for row in rows[first:] if self.named(row)]
        shown = (*rows[:first], *named[: max(0, SHOWN_OF_A_GROUP - first)])
        rest = tuple(row for row in rows if row not in shown)
        label = tr.plural("find.group.rest", len(rest))
        label = label if shown else f"{title} ({tr.number(len(rest))})"
        return FindSection(id=group, title=title, rows=shown, rest=rest, rest_label=label)

    @cached_property
    def parts(self) -> tuple[tuple[str, FindSection | None], ...]:
        """The list in parts: groups that stand open, and the one of them folded after it."""
        folded = {
            marker_of(entry)[1]: one.rest_key
            for one in reversed(self.sections)
            for entry in one.rest
        }
        parts: list[tuple[str, FindSection | None]] = []
        standing: list[FindSection] = []
        for section in (*self.sections, None):
            if section and section.rows:
                standing.append(section)
            if section is None or section.rest:
                first = {} if parts else {"folded": folded}
                parts.append((_list_html(self, sections=standing, **first), section))
                standing = []
        return tuple(parts)

    def element_id(self, entry: Entry) -> str:
        """Return the id of an entry on the page.

        Links on the map lead to an actor's plain id: the entry with the office, where there is one.
        """
        actor = entry.actor.id
        own = [one for one in self.listed if one.actor.id == actor]
        is_main = entry is next((one for one in own if one.office), own[0])
        return f"a-{actor}" if is_main else f"a-{actor}-{entry.way or 'annat'}"

    def way(self, entry: Entry) -> str:
        """Return how one is helped, and how far it is."""
        minutes = minutes_words(entry.minutes, limit=self.answer.need.max_minutes, tr=self.tr)
        way = "office-at" if entry.office else entry.way or "unknown"
        return self.tr(f"find.way.{way}", minutes=minutes)

    def at(self, entry: Entry) -> str:
        """Return where one is helped."""
        if entry.way not in (Delivery.OFFICE, None):
            distant = "at-yours" if entry.way is Delivery.VISIT else "from-afar"
            return self.tr(f"find.entry.{distant}")
        offices = (entry.office,) if entry.office else entry.actor.offices
        return self.tr.places(offices) or self.tr("office.none-known")

    def roads(self, entry: Entry) -> str:
        """Return kilometres, road numbers in driving order, what is only sketched, the range."""
        tr, route = self.tr, route_to(entry, world=self.world, answer=self.answer)
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

    def named(self, entry: Entry) -> str:
        """Return that the actor names the people who ask; empty where it does not."""
        return "; ".join(reason_words(r, tr=self.tr) for r in entry.reasons if r.why is Why.WHO)

    def why(self, entry: Entry) -> str:
        """Return why an entry is in the answer."""
        why = "; ".join(dict.fromkeys(reason_words(r, tr=self.tr) for r in entry.reasons))
        return why[:1].upper() + why[1:]

    @property
    def types(self) -> Iterable[ServiceType]:
        """The types of support that are listed."""
        return dict.fromkeys(
            k for one in self.sections for e in one.rows + one.rest for k in e.types
        )

    @property
    def coverage_url(self) -> str:
        """The coverage page for the same cell, as far as one is chosen."""
        need, start = self.answer.need, self.answer.start
        asked = need.query()
        kept = ("fas", "stod", "omrade", "vinter")
        query: dict[str, str] = {key: asked[key][0] for key in kept if key in asked}
        if start and need.phase and need.service_types:
            query["cell"] = f"{start.code}.{need.phase}.{need.service_types[0]}"
        if need.max_minutes:
            query["grans"] = str(need.max_minutes)
        return f"/tackning?{urlencode({**query, 'lang': self.tr.language.value})}"

    @property
    def onward_title(self) -> str:
        """Who takes over in the next phase; empty before a phase is chosen."""
        answer, tr = self.answer, self.tr
        if not answer.need.phases:
            return ""
        if answer.next_phase is None:
            return tr("find.onward.last")
        if not answer.onward:
            return tr("find.onward.none")
        return tr("find.onward.next", phase=tr.label(answer.next_phase).lower())

    def onward_way(self, entry: Entry) -> str:
        """Return how far it is to who takes over, or the way of help without an office."""
        if entry.office is None:
            return self.tr(f"find.way.{entry.way or 'unknown'}").lower()
        minutes = minutes_words(entry.minutes, limit=self.answer.need.max_minutes, tr=self.tr)
        return f"{minutes}, {entry.office.town}"


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


def marker_of(entry: Entry) -> tuple[MarkerKind, str]:
    """Return kind and id of the marker an entry's office has on the map; no id without one.

    ``office`` fits what was chosen; ``adjacent`` has a wider remit or is doubtful.
    """
    kind: MarkerKind = "home" if entry.group is Group.LOCAL else "adjacent"
    kind = "office" if entry.group in COUNTED else kind
    town = town_id(entry.office) if entry.office and entry.group is not Group.OUTSIDE else ""
    return kind, f"{town}-{kind}" if town and kind != "office" else town


def rest_html(view: FindView, section: FindSection) -> str:
    """Return what of a group is folded away."""
    return _list_html(view, sections=(), rest=section)


def _list_html(view: FindView, **values: object) -> str:
    return render("find_list.html", t=view.tr, view=view, town=lambda e: marker_of(e)[1], **values)


def find_file(view: FindView, *, site: str, query: Mapping[str, Sequence[str]], on: date) -> str:
    """Return a whole HTML document with the answer that needs nothing else: to keep, send, print.

    ``site`` is where the product is, without a slash at the end; ``query`` is the need's address.
    """
    live = f"{site}{Need.path}?{urlencode(query, doseq=True)}"
    return render("find_file.html", t=view.tr, view=view, site=site, live=live, on=on)
