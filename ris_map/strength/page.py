"""The page on strength areas: who works with each of the nine, on bars, on the map and in a list.

A sector-neutral actor serves every area and is never counted as an area's own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import streamlit as st
from pydantic import Field

from ris_map.actors.listing import MunicipalityCode, Row, TownId
from ris_map.common.address import Choice
from ris_map.geography.divisions import DEFAULT_DIVISION
from ris_map.register.in_words import Words, by_town, place_id, town_id
from ris_map.register.model import Actor, Office
from ris_map.register.vocabulary import STRENGTH_AREAS, Area, Scope, ServiceType, StrengthArea
from ris_map.travel.world import World
from ris_map.web import data, layout
from ris_map.web.address import PageState
from ris_map.web.map import (
    Bubble,
    Legend,
    MapClick,
    MapLayer,
    MapPicture,
    MarkerKind,
    Sentence,
    show_map,
)
from ris_map.words import swedish_sort_key
from ris_map.words.markup import render

FIRST = 3
"""Actors of a list that are shown before it is unfolded; an area's own are all shown."""
Actors = Sequence[Actor]


class StrengthChoice(Choice):
    """The chosen area (None = all nine), and where the list's offices are to be.

    Adjacent actors stand apart whatever the breadth says.
    """

    path: ClassVar[str] = "/styrkeomraden"
    area: Area | None = Field(default=None, alias="omrade")
    scope: Scope = Field(default=Scope.CORE, alias="bredd")
    municipality: MunicipalityCode = Field("", alias="kommun")
    town: TownId = Field("", alias="tatort")


STATE = PageState(page="strength_areas", model=StrengthChoice)


@dataclass(frozen=True)
class StrengthView:
    """What the page says: actors at work in the county, each once, in Swedish alphabetical order.

    Adjacent ones are in no count.
    """

    world: World
    choice: StrengthChoice
    tr: Words

    @cached_property
    def core(self) -> Actors:
        """Core actors."""
        return self._at_work(Scope.CORE)

    @cached_property
    def adjacent(self) -> Actors:
        """Adjacent actors."""
        return self._at_work(Scope.ADJACENT)

    def _at_work(self, scope: Scope) -> Actors:
        there = (a for a in self.world.register.actors if not a.outside_county)
        actors = (a for a in there if a.scope is scope and a.is_active(self.world.on))
        return sorted(actors, key=lambda actor: swedish_sort_key(actor.name))

    def own(self, area: StrengthArea | None = None) -> Actors:
        """Return the core actors that work with an area in particular; None = with any."""
        return _naming(self.core, area)

    @property
    def near(self) -> Actors:
        """The adjacent actors of the chosen area; of all nine together, nobody."""
        return _naming(self.adjacent, self.choice.area) if self.choice.area else ()

    @property
    def neutral(self) -> Actors:
        """Actors open to all areas."""
        return [actor for actor in self.core if actor.strength_areas.is_neutral]

    @property
    def unknown(self) -> Actors:
        """Actors for which the register does not know the area."""
        return [actor for actor in self.core if not actor.strength_areas.areas]

    @property
    def meeting_places(self) -> Actors:
        """Meeting places for more than one area."""
        places = (actor for actor in self.core if ServiceType.MOTESPLATS in actor.service_types)
        areas = ((actor, actor.strength_areas) for actor in places)
        return [actor for actor, own in areas if own.is_neutral or len(own.areas) > 1]

    @property
    def bars(self) -> list[tuple[StrengthArea, int, int]]:
        """The nine areas with their own actors, and the bar in per cent of the longest.

        The most actors stand first, then as in the strategy; an actor may stand in several.
        """
        counts = {area: len(self.own(area)) for area in STRENGTH_AREAS}
        most = max(*counts.values(), 1)
        ordered = sorted(counts.items(), key=lambda one: -one[1])
        return [(area, n, round(100 * n / most)) for area, n in ordered]

    def offices(self, actor: Actor) -> Sequence[Office]:
        """Return an actor's offices in the county that receive people on the day."""
        return actor.offices_open(self.world.on)

    def at(self, places: set[str], actors: Actors) -> Actors:
        """Return the actors that have an office in one of some municipalities or towns."""

        def is_there(office: Office) -> bool:
            return bool({office.municipality, town_id(office)} & places)

        return [actor for actor in actors if any(map(is_there, self.offices(actor)))]

    @property
    def headline(self) -> str:
        """How many own actors: "Tourism: 0 own actors"."""
        area, own = self.choice.area, len(self.own(self.choice.area))
        if area is None:
            return self.tr.plural("strength.headline.all", own, all=len(self.core))
        return self.tr.plural("strength.headline", own, area=self.tr.label(area))

    @property
    def lead(self) -> str:
        """Who else there is: open to all, and adjacent, which are in no count."""
        text = self.tr.plural("strength.lead.neutral", len(self.neutral))
        return (
            f"{text} {self.tr.plural('strength.lead.near', len(self.near))}" if self.near else text
        )

    @cached_property
    def bubbles(self) -> Sequence[Bubble]:
        """The towns of the area: own, then open to all, then adjacent, the largest first."""
        own = self.own(self.choice.area)
        groups: dict[MarkerKind, Actors]
        groups = {"own": own, "neutral": self.neutral, "adjacent": self.near}
        bubbles, seen = list[Bubble](), set[str]()
        for kind, actors in groups.items():
            towns, found = by_town((o, a) for a in actors for o in self.offices(a)), list[Bubble]()
            for place, there in towns.items():
                first, names = there[0][0], {actor.id: actor.name for _, actor in there}
                label = self.tr.plural(f"strength.map.town.{kind}", len(names), town=first.town)
                bubble = Bubble.in_town(
                    *(first, self.world.foundations.geography),
                    id=f"{place}-{kind}" if place in seen else place,
                    label=f"{label}: {self.tr.listing(names.values())}.",
                    count=len(names),
                    kind=kind,
                )
                found.append(bubble)
            bubbles += sorted(found, key=lambda b: (-(b.count or 0), swedish_sort_key(b.name)))
            seen |= towns.keys()
        return bubbles

    @property
    def map_sentence(self) -> str:
        """Where the own actors sit and, without any, where those open to all do."""
        tr, area = self.tr, self.choice.area
        own, neutral = (
            [b for b in self.bubbles if b.kind == kind][:FIRST] for kind in ("own", "neutral")
        )
        towns = [f"{b.name}\N{NO-BREAK SPACE}{tr.number(b.count or 0)}" for b in own or neutral]
        text = tr(
            "strength.map.works", area=tr.label(area).lower() if area else tr("strength.map.any")
        )
        if not towns:
            return text
        where = tr(f"strength.map.where.{'own' if own else 'open'}", towns=tr.listing(towns))
        return f"{text} {where}"

    @property
    def groups(self) -> list[tuple[str, list[Row], list[Row]]]:
        """Own actors, then adjacent ones, then those open to all: what is shown, and the rest.

        Only those at the chosen place, if one is chosen.
        """
        own, places = (
            self.own(self.choice.area),
            {self.choice.municipality, self.choice.town} - {""},
        )
        groups = []
        for name, actors in (("own", own), ("near", self.near), ("open", self.neutral)):
            if rows := self.rows(self.at(places, actors) if places else actors):
                most = len(rows) if name == "own" else FIRST
                groups.append((name, rows[:most], rows[most:]))
        return groups

    def rows(self, actors: Actors, *, with_areas: bool = False) -> list[Row]:
        """Return actors with where they are; last those in doubt, or with no office to visit."""
        tr, offices_of, rows = self.tr, self.offices, list[Row]()
        for actor in sorted(actors, key=lambda actor: (actor.is_doubtful, not offices_of(actor))):
            where = [tr.places(offices_of(actor)) or tr("strength.no-office")]
            where += [tr.strength_areas(actor)] if with_areas else []
            where += [tr("status.unknown")] if actor.is_doubtful else []
            rows.append((actor, ". ".join(where), [*map(town_id, offices_of(actor))]))
        return rows

    @property
    def place(self) -> str:
        """What the chosen place is called; of what is no place, what its id says."""
        geography, code, town = (
            self.world.foundations.geography,
            self.choice.municipality,
            self.choice.town,
        )
        names = {
            place_id(one.municipality_code, one.name): one.name for one in geography.localities
        }
        names |= {town_id(o): o.town for a in self.world.register.actors for o in a.offices}
        return geography.names.get(code) or names.get(town, town[5:])


def _naming(actors: Actors, area: StrengthArea | None) -> Actors:
    wanted = {area} if area else set(STRENGTH_AREAS)
    return [actor for actor in actors if wanted & set(actor.strength_areas.areas)]


def draw(*, tr: Words) -> None:
    """Draw the whole page for the address."""
    ignored = STATE.sync()
    view = StrengthView(data.world(), STATE.chosen(), tr)
    layout.title(view.headline, view.lead)
    layout.fault_notice(tr=tr)
    layout.ignored_notice(ignored, tr=tr)
    bars, middle, side = st.columns([2.5, 4.5, 2.5], gap="medium")
    with bars, st.container(key="ris-s-bars"):
        st.html(render("strength_bars.html", t=tr, view=view))
    with middle:
        show_map(map_layer(view), key="strength-map", on_click=_clicked)
    with side, st.container(key="ris-s-list"):
        st.html(render("strength_list.html", t=tr, view=view))
    st.html(render("strength_more.html", t=tr, view=view))


def _clicked(click: MapClick) -> None:
    """Take a click on the map before the page is drawn: it says where the list's offices are."""
    chosen = STATE.chosen()
    match click.kind:
        case "town":
            town = click.id.removesuffix("-neutral").removesuffix("-adjacent")
            STATE.set(town="" if town == chosen.town else town, municipality="")
        case "municipality":
            STATE.set(municipality="" if click.id == chosen.municipality else click.id, town="")
        case "county":
            STATE.set(municipality="", town="")


def map_layer(view: StrengthView) -> MapLayer:
    """Return the map: own actors filled, those open to all hollow, adjacent ones as diamonds."""
    tr, area, own = view.tr, view.choice.area, view.own(view.choice.area)
    figure = tr("strength.map.figure", n=tr.number(len(own)), all=tr.number(len(view.core)))
    sentences = {"": Sentence(figure=figure, text=view.map_sentence)}
    for code, name in tr.municipality_names.items():
        here, neutral = (len(view.at({code}, actors)) for actors in (own, view.neutral))
        text = tr.plural("strength.map.in", here, name=name)
        text += f"\n{tr.plural('strength.map.in.neutral', neutral)}" if neutral else ""
        sentences[code] = Sentence(figure=tr.number(here), text=text)
    kinds = ("own", "neutral", *(("adjacent",) if area else ()))
    notes = tuple((kind, tr(f"strength.map.{kind}")) for kind in kinds)
    return MapLayer(
        picture=MapPicture(
            legend=Legend(title=tr("strength.map.legend"), notes=notes),
            sentences=sentences,
            bubbles=tuple(view.bubbles),
        ),
        title=view.headline,
        chosen=view.choice.municipality,
        divide=DEFAULT_DIVISION,
    )
