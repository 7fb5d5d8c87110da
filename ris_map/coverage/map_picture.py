"""The picture that a choice means: squares, sentences, legend and bubbles, the same on every page.

It is a pure function of the choice and of the data, so that it stands under an address of its own
and the neighbouring choices can be fetched before anybody clicks (``web/map.py``).
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field

from ris_map.common.address import Context, DatedChoice, Flag, Whole, one_of
from ris_map.coverage.cube import REMOTE, UNKNOWN_CLASS, CoverageCube, class_shares, supply_of
from ris_map.coverage.findings import carriers
from ris_map.coverage.support import MODES, UNKNOWN, YES, CubeChoice
from ris_map.geography.divisions import DEFAULT_DIVISION, Division
from ris_map.register.in_words import Words, by_town, town_point, towns_of, with_basis
from ris_map.register.model import Actor, Office
from ris_map.register.vocabulary import Area, Delivery, Phase, Scope, ServiceType
from ris_map.travel.network import SPEED_MODEL, BoolArray, CodeArray, FloatArray
from ris_map.travel.routes import routes_from
from ris_map.travel.world import World
from ris_map.web import as_of, data
from ris_map.web.map import (
    Bubble,
    Legend,
    LegendRow,
    MapPicture,
    Pictures,
    Route,
    Sentence,
)
from ris_map.words import Translator, swedish_sort_key
from ris_map.words.figures import (
    ROUND_MINUTES,
    minutes_words,
    near_limit,
    percent_range,
    whole_percent,
    whole_percents,
)
from ris_map.words.language import Language

LIMITS = (30, 60, 90, 120)
CLASS_WORDS = ("0–30", "30–60", "60–90", "90–120")
"""The classes of minutes but the last, which has no end."""
ACTOR_CLASSES = (10, 5, 2, 1)
"""Different actors within the limit: at least this many for classes 0 to 3; none is class 4."""
Minutes = Annotated[Literal[30, 60, 90, 120], Whole]
"""A limit to choose."""


class MapChoice(DatedChoice):
    """What everybody may ask of the picture; the keys mean the same on every page."""

    phase: Phase | None = Field(Phase.IDE, alias="fas")
    service_type: ServiceType | None = Field(ServiceType.RADGIVNING, alias="stod")
    strength_area: Area | None = Field(None, alias="omrade")
    delivery: Delivery = Field(Delivery.OFFICE, alias="satt")
    limit: Minutes = Field(60, alias="grans")
    shown: Literal["minuter", "aktorer"] = Field("minuter", alias="lager")

    @property
    def shown_phases(self) -> tuple[Phase, ...]:
        """Phases that count."""
        return (self.phase,) if self.phase else tuple(Phase)

    @property
    def shown_types(self) -> tuple[ServiceType, ...]:
        """Service types that count."""
        return (self.service_type,) if self.service_type else tuple(ServiceType)

    @property
    def cube_choice(self) -> CubeChoice:
        """What of it the coverage is computed from."""
        return CubeChoice.of(self)

    @property
    def is_physical(self) -> bool:
        """Whether the figures show offices, and therefore minutes."""
        return self.delivery is Delivery.OFFICE

    def picture_choice(self) -> "PictureChoice":
        """Return only what decides the picture."""
        return PictureChoice(**self.model_dump(include=set(PictureChoice.model_fields)))


class PictureChoice(MapChoice):
    """All that decides a picture: who counts, on which roads, and what is called inland."""

    division: Annotated[str, one_of("divisions")] = Field(DEFAULT_DIVISION, alias="indelning")
    scope: Scope = Field(Scope.CORE, alias="bredd")
    include_outside: Flag = Field(default=False, alias="utanfor")
    winter: Flag = Field(default=False, alias="vinter")
    sourced_only: Flag = Field(default=False, alias="belagt")

    @classmethod
    def lists(cls, world: World) -> Context:
        """Return the divisions, and the municipalities and groups of them."""
        geography = world.foundations.geography
        return {"divisions": [one.id for one in geography.divisions], "places": geography.places}


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """An office that matches, with its position among all offices."""

    at: int
    actor: Actor
    office: Office


@dataclass(frozen=True, kw_only=True, eq=False)
class MapView:
    """Everything that a page with this map says, from one computation."""

    world: World
    choice: MapChoice
    tr: Words

    @cached_property
    def found(self) -> CoverageCube:
        """The chosen kinds of help as if they were one: everybody goes to the nearest office."""
        choice = self.choice
        return supply_of(self.world, choice.cube_choice, choice.shown_phases, choice.shown_types)

    @property
    def division(self) -> Division:
        """What is called inland."""
        wanted = getattr(self.choice, "division", DEFAULT_DIVISION)
        return self.world.foundations.geography.division(wanted)

    @property
    def names(self) -> Mapping[str, str]:
        """Names of the municipalities."""
        return self.tr.municipality_names

    @property
    def is_physical(self) -> bool:
        """Whether the map shows offices, and therefore minutes."""
        return self.choice.is_physical

    @property
    def kind(self) -> str:
        """The chosen kind of help, in a sentence."""
        chosen = self.choice.service_type
        return self.tr(f"karta.kind.{chosen.value if chosen else 'all'}")

    @property
    def inland(self) -> tuple[str, ...]:
        """Codes of the inland municipalities."""
        return self.division.inland

    @property
    def coast(self) -> tuple[str, ...]:
        """Codes of all other municipalities."""
        return tuple(code for code in self.found.municipality_codes if code not in self.inland)

    def at(self, code: str) -> int:
        """Return a municipality's position."""
        return self.found.municipality_codes.index(code)

    def share_words(self, codes: Collection[str]) -> str:
        """Return the share within the limit: a range where it depends on what is not known."""
        return percent_range(*self.found.share_of(codes), tr=self.tr)

    def reached_words(self, codes: Collection[str]) -> str:
        """Return how many municipalities get help in the chosen remote way: known, and at most."""
        answers = [self.answers()[self.at(code)] for code in codes]
        known, at_most = (sum(answer >= level for answer in answers) for level in (YES, UNKNOWN))
        number = str(known) if known == at_most else f"{known}–{at_most}"
        return self.tr("coverage.figure.of", n=number, of=len(codes))

    def carrier_words(self, key: str = "coverage.carrier") -> str:
        """Return the actor on which the inland's share rests, if one carries it (R6)."""
        carrier = next(iter(carriers(self.found, self.inland)), None)
        if carrier is None:
            return ""
        towns = towns_of(carrier.actor, carrier.towns, tr=self.tr)
        share = percent_range(carrier.share_without, carrier.share_at_best, tr=self.tr)
        return self.tr(key, actor=carrier.actor.name, towns=towns, share=share)

    def minutes_words(self, minutes: float) -> str:
        """Return minutes in words, on their own side of the limit."""
        return minutes_words(minutes, tr=self.tr, limit=float(self.choice.limit))

    def answers(self) -> CodeArray:
        """Return per municipality whether help is given in the chosen remote way (``ANSWERS``)."""
        return self.found.remote[:, REMOTE.index(self.choice.delivery)]

    def classes(self) -> CodeArray:
        """Return the class of every square."""
        found = self.found
        if not self.is_physical:
            codes = np.array([4, UNKNOWN_CLASS, 0], dtype=np.int8)[self.answers()]
            return codes[found.population.group]
        if self.choice.shown == "aktorer":
            number = found.actors_within
            codes = (number[:, None] < np.array(ACTOR_CLASSES)).sum(axis=1)
            is_unknown = found.is_unknown & (number == 0)
            return np.where(is_unknown, UNKNOWN_CLASS, codes).astype(np.int8)
        return found.classes

    @cached_property
    def sites(self) -> tuple[Site, ...]:
        """The matching offices, sorted by id."""
        table = self.found.table
        return tuple(
            Site(at=k, actor=table.actors[table.office_actor[k]], office=table.offices[k])
            for k in self.found.offices.tolist()
        )

    def matching(self) -> list[list[Site]]:
        """Return the sites in the county, each actor's together, in Swedish order of actors."""
        by_actor: dict[str, list[Site]] = {}
        for site in self.sites:
            if site.office.municipality:
                by_actor.setdefault(site.actor.id, []).append(site)
        return sorted(by_actor.values(), key=lambda own: swedish_sort_key(own[0].actor.name))

    def remote_helpers(self) -> dict[str, list[Actor]]:
        """Return who is known to help in the chosen remote way, and of whom it is not known."""
        table, offers = self.found.table, self.found.offers[:, MODES.index(self.choice.delivery)]
        # an answer is as good as its weakest part, and a municipality is enough
        answers = np.minimum(offers, table.serves.max(axis=0)).tolist()
        named = sorted(
            zip(table.actors, answers, strict=True), key=lambda x: swedish_sort_key(x[0].name)
        )
        levels = {"known": YES, "unsure": UNKNOWN}
        return {name: [a for a, told in named if told == level] for name, level in levels.items()}

    def nearest(self, at: int, *, cell: int | None = None) -> list[tuple[Site, float]]:
        """Return the nearest site of each actor that serves a municipality, the nearest first.

        Minutes are from a square in it, or from its main town.
        """
        shared = self.found.shared
        minutes = shared.from_seat[:, at] if cell is None else shared.minutes[:, cell]
        goes = np.isfinite(minutes) & (shared.serves[:, at] == YES)
        reached = [site for site in self.sites if goes[site.at]]
        seen: dict[str, tuple[Site, float]] = {}
        for site in sorted(reached, key=lambda site: minutes[site.at]):
            seen.setdefault(site.actor.id, (site, float(minutes[site.at])))
        return list(seen.values())


def map_view(world: World, choice: MapChoice, *, tr: Words) -> MapView:
    """Return what a choice means today."""
    return MapView(world=world, choice=choice, tr=tr)


def since_html(view: MapView) -> str:
    """Return what has happened since the day that is shown."""
    now = replace(view, world=data.world())
    then, today = (one.found.share_of(one.inland)[0] for one in (view, now))
    shares = (then, today) if view.is_physical else None
    group = view.tr("as-of.inland")
    return as_of.since_html(view.choice, view.world, tr=view.tr, group=group, shares=shares)


# ---------------------------------------------------------------- the picture


def picture(view: MapView) -> MapPicture:
    """Return the picture of a choice."""
    codes = view.classes()
    return MapPicture(
        classes=codes.tolist(),
        legend=_legend(view, codes),
        sentences={"": _county(view), **{code: _sentence(view, code) for code in view.names}},
        bubbles=tuple(_bubbles(view)) if view.is_physical else (),
    )


def class_words(minutes: FloatArray, is_unknown: BoolArray, *, tr: Translator) -> tuple[str, ...]:
    """Return the words of the classes of minutes; the last says if some have no office at all."""
    has_none = (np.isinf(minutes) & ~is_unknown).any()
    return (*CLASS_WORDS, tr("karta.over.none" if has_none else "karta.over", n=LIMITS[-1]))


def _legend(view: MapView, codes: CodeArray) -> Legend:
    tr, choice = view.tr, view.choice
    groups = {"inland": view.inland, "coast": view.coast}
    shares = class_shares(view.world, codes, groups)
    parts = {name: whole_percents(found) for name, found in shares.items()}
    if not view.is_physical:
        what, head = choice.delivery.value, ""
        words = {0: tr("karta.yes"), 4: tr("karta.no"), 5: tr("karta.unknown")}
    elif choice.shown == "aktorer":
        what, head = choice.shown, tr("karta.actors.head")
        words = {code: tr(f"karta.actors.class.{code}") for code in range(5)}
    else:
        what, head = choice.shown, tr("karta.minutes.head")
        words = dict(enumerate(class_words(view.found.minutes, view.found.is_unknown, tr=tr)))
    swatch, said = (choice.phase.value,) * 2 if choice.phase else ("office", "all")
    notes = [("unknown", tr("karta.note.unknown")), (swatch, tr(f"karta.note.office.{said}"))]
    if view.is_physical and UNKNOWN_CLASS in codes[view.found.population.has_road]:
        words[UNKNOWN_CLASS], notes = tr("municipality.map.unknown"), notes[1:]
    return Legend(
        title=tr(f"karta.legend.{what}", kind=view.kind, limit=view.choice.limit),
        columns=(head, tr("karta.inland.percent"), tr("karta.coast.percent")),
        rows=tuple(
            LegendRow(
                code=code,
                label=label,
                shares=tuple(round(100 * shares[name][code], 1) for name in groups),
                texts=tuple(_bare_percent(*parts[name][code], tr=tr) for name in groups),
            )
            for code, label in words.items()
        ),
        notes=tuple(notes) if view.is_physical else (),
    )


def _bare_percent(key: str, n: int, *, tr: Translator) -> str:
    """Return per cent for a column that says so in its heading; nearly none or all is neither."""
    return {".under": "<", ".over": ">"}.get(key, "") + tr.number(n)


def _of_hundred(share: float, *, tr: Translator) -> str:
    key, n = whole_percent(share)
    return tr(f"karta.of-hundred{key}", n=n)


def _sentence(view: MapView, code: str) -> Sentence:
    tr, at, name = view.tr, view.at(code), view.names[code]
    link = {
        "url": f"/kommun?kommun={code}&lang={tr.language.value}",
        "link": tr("karta.to-page", name=name),
    }
    values = {"name": name, "kind": view.kind, "limit": view.choice.limit}
    if not view.is_physical:
        word = ("no", "unknown", "yes")[int(view.answers()[at])]
        key = f"karta.remote.{word}"
        return Sentence(figure=tr(f"karta.{word}"), text=tr(key, **values), **link)
    found = view.found
    share, median = float(found.share[at]), float(found.figures.median_minutes[at])
    if not np.isfinite(median):
        figure, key = ("?", "may") if found.is_maybe_physical[at] else ("0", "none")
    elif near_limit(median, float(view.choice.limit)):
        figure, key = tr("karta.about", n=view.choice.limit), "near"
    elif share >= 0.5:
        # who has it in town has five minutes at most
        figure, key, median = _of_hundred(share, tr=tr), "within", max(median, ROUND_MINUTES)
    else:
        figure, key = _of_hundred(1 - share, tr=tr), "beyond"
    text = tr(f"karta.{key}", median=view.minutes_words(median), **values)
    if key == "beyond" and found.is_maybe_physical[at]:
        text += f" {tr('karta.beyond.may')}"
    return Sentence(figure=figure, text=text, **link)


def _county(view: MapView) -> Sentence:
    tr = view.tr
    if not view.is_physical:
        figure, text = view.reached_words(tuple(view.names)), "karta.county.remote"
        return Sentence(figure=figure, text=tr(text, kind=view.kind))
    text = tr("karta.county", kind=view.kind, limit=view.choice.limit)
    return Sentence(figure=view.share_words(view.inland), text=text)


def _bubbles(view: MapView) -> Iterable[Bubble]:
    tr, geography = view.tr, view.world.foundations.geography
    towns = by_town((one.office, one.actor) for one in view.sites if one.office.municipality)
    for place, found in sorted(towns.items(), key=lambda item: -len(item[1])):
        office = found[0][0]
        label = tr.plural("karta.offices", len(found), town=office.town)
        names = tr.listing(dict.fromkeys(actor.name for _, actor in found))
        yield Bubble.in_town(
            *(office, geography),
            id=place,
            count=len(found),
            label=f"{label}: {with_basis([one for one, _ in found], names, tr=tr)}.",
            phases=tuple(phase.value for phase in view.choice.shown_phases),
        )


def way_to_help(view: MapView, code: str) -> Iterator[Route]:
    """Yield the way from a municipality's main town to the nearest that helps, unless in town."""
    if code and view.is_physical:
        nearest = ((site.office, far) for site, far in view.nearest(view.at(code))[:1])
        yield from drawn_ways(view.world, code, nearest, view.choice.cube_choice, tr=view.tr)


def drawn_ways(
    world: World,
    code: str,
    nearest: Iterable[tuple[Office, float]],
    asked: CubeChoice,
    *,
    tr: Translator,
) -> Iterator[Route]:
    """Yield the ways from a municipality's main town to the towns of the nearest offices.

    Offices come with their minutes; there is no way if the first of them is in the main town.
    """
    base = world.foundations
    seat = base.geography.seats[code]
    goals = [(town_point(office, base.geography), minutes) for office, minutes in nearest]
    if not goals or goals[0][0] == seat:
        return
    ends = base.joined([at.lat for at, _ in goals], [at.lon for at, _ in goals])
    model = SPEED_MODEL[asked.speed]
    ways = routes_from(base.joined([seat.lat], [seat.lon]), ends, speed_model=model)
    for way, (_, minutes) in zip(ways, goals, strict=True):
        if way is not None:
            yield Route.along(way, minutes_words(minutes, tr=tr, limit=asked.threshold))


# ---------------------------------------------------------------- its address


MAPS = Pictures(
    "restid.json",
    PictureChoice,
    draw=lambda world, choice, tr: picture(map_view(world, choice, tr=tr)),
)


def neighbours(
    world: World,
    choice: MapChoice,
    language: Language,
    options: Mapping[str, Mapping[Any, str]],
    *,
    key: Callable[[str], str],
) -> dict[str, dict[str, str]]:
    """Return the addresses of the choices that one click leads to, by widget key and text.

    ``options`` has the text of each value by field; ``key`` gives the key of a field's widget.
    """

    def after(field: str, value: object) -> str:
        # a second click on the chosen phase takes it back
        value = None if field == "phase" and value == choice.phase else value
        chosen = choice.model_copy(update={field: value})
        return MAPS.address(world, chosen.picture_choice(), language)

    return {
        key(field): {text: after(field, value) for value, text in texts.items()}
        for field, texts in options.items()
    }
