"""The page on strength areas: bars to choose from, map, who helps."""

from collections.abc import Iterator
from typing import ClassVar
from urllib.parse import urlencode

import streamlit as st
from pydantic import Field

from ris_map.actors.listing import MunicipalityCode, Row, TownId
from ris_map.common.address import Choice
from ris_map.geography.divisions import DEFAULT_DIVISION
from ris_map.register.in_words import (
    Words,
    by_town,
    place_id,
    town_id,
)
from ris_map.register.vocabulary import STRENGTH_AREAS, Area, Scope, StrengthArea
from ris_map.strength.figures import Actors, StrengthFigures, strength_figures
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
from ris_map.words import Translator, swedish_sort_key
from ris_map.words.markup import render

FIRST = 3
"""Actors of a list that are shown before it is unfolded; an area's own are all shown."""


class StrengthChoice(Choice):
    """The chosen area (None = all nine), and where the list's offices are to be.

    Adjacent actors stand apart whatever the breadth says.
    """

    path: ClassVar[str] = "/styrkeomraden"
    area: Area | None = Field(default=None, alias="omrade")
    scope: Scope = Field(default=Scope.CORE, alias="bredd")
    municipality: MunicipalityCode = Field("", alias="kommun")
    town: TownId = Field("", alias="tatort")

    def of(self, actors: Actors, figures: StrengthFigures) -> Actors:
        """Return the actors that have an office at the chosen place, if one is chosen."""
        wanted = {self.municipality, self.town} - {""}
        if not wanted:
            return actors
        offices = ((actor, office) for actor in actors for office in figures.offices(actor))
        here = {actor.id for actor, o in offices if {o.municipality, town_id(o)} & wanted}
        return tuple(actor for actor in actors if actor.id in here)


STATE = PageState(page="strength_areas", model=StrengthChoice)


def draw(*, tr: Words) -> None:
    """Draw the whole page for the address."""
    ignored = STATE.sync()
    choice = STATE.chosen()
    figures = strength_figures(data.world())
    layout.title(headline(figures, choice.area, tr=tr), lead(figures, choice.area, tr=tr))
    layout.fault_notice(tr=tr)
    layout.ignored_notice(ignored, tr=tr)
    bars, middle, side = st.columns([2.5, 4.5, 2.5], gap="medium")
    with bars, st.container(key="ris-s-bars"):
        st.html(bars_html(figures, choice, tr=tr))
    with middle:
        show_map(map_layer(figures, choice, tr=tr), key="strength-map", on_click=_clicked)
    with side, st.container(key="ris-s-list"):
        st.html(list_html(figures, choice, tr=tr))
    st.html(more_html(figures, choice.area, tr=tr))


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


def headline(figures: StrengthFigures, area: StrengthArea | None, *, tr: Words) -> str:
    """Return "Tourism: 0 own actors"."""
    own = len(figures.own(area))
    if area is None:
        return tr.plural("strength.headline.all", own, all=len(figures.core))
    label = tr.label(area)
    return tr.plural("strength.headline", own, area=label)


def lead(figures: StrengthFigures, area: StrengthArea | None, *, tr: Translator) -> str:
    """Return who else there is: open to all, and adjacent, which are in no count."""
    parts = [tr.plural("strength.lead.neutral", len(figures.neutral))]
    near = len(figures.near(area))
    if area is not None and near:
        parts.append(tr.plural("strength.lead.near", near))
    return " ".join(parts)


def bars_html(figures: StrengthFigures, choice: StrengthChoice, *, tr: Words) -> str:
    """Return the nine areas as links with bars: the most own actors first, then by strategy."""
    counts = figures.counts
    most = max(*counts.values(), 1)
    ordered = sorted(STRENGTH_AREAS, key=lambda area: -counts[area])
    return render(
        "strength_bars.html",
        t=tr,
        choice=choice,
        areas=ordered,
        counts=counts,
        most=most,
    )


def map_layer(figures: StrengthFigures, choice: StrengthChoice, *, tr: Words) -> MapLayer:
    """Return the map: own actors filled, those open to all hollow, adjacent ones as diamonds."""
    area = choice.area
    kinds = ["own", "neutral", *(["adjacent"] if area is not None else [])]
    notes = tuple((kind, tr(f"strength.map.{kind}")) for kind in kinds)
    own = len(figures.own(area))
    sentence = Sentence(
        figure=tr("strength.map.figure", n=tr.number(own), all=tr.number(len(figures.core))),
        text=map_sentence(figures, area, tr=tr),
    )
    return MapLayer(
        picture=MapPicture(
            legend=Legend(title=tr("strength.map.legend"), notes=notes),
            sentences={"": sentence, **_sentences(figures, area, tr=tr)},
            bubbles=tuple(_bubbles(figures, area, tr=tr)),
        ),
        title=headline(figures, area, tr=tr),
        chosen=choice.municipality,
        divide=DEFAULT_DIVISION,
    )


def _sentences(
    figures: StrengthFigures, area: StrengthArea | None, *, tr: Words
) -> dict[str, Sentence]:
    """Return who has an office in each municipality."""
    found = {}
    for code, name in tr.municipality_names.items():
        here = StrengthChoice.model_validate({"kommun": code})
        groups = figures.own(area), figures.neutral
        own, neutral = (len(here.of(actors, figures)) for actors in groups)
        text = tr.plural("strength.map.in", own, name=name)
        if neutral:
            text += "\n" + tr.plural("strength.map.in.neutral", neutral)
        found[code] = Sentence(figure=tr.number(own), text=text)
    return found


def map_sentence(figures: StrengthFigures, area: StrengthArea | None, *, tr: Words) -> str:
    """Return where the own actors sit and, without any, where those open to all do."""
    towns = [*_bubbles(figures, area, tr=tr)]
    own = [town for town in towns if town.kind == "own"]
    shown = (own or [town for town in towns if town.kind == "neutral"])[:FIRST]
    label = tr("strength.map.any") if area is None else tr.label(area).lower()
    where = tr.listing(f"{town.name}\u00a0{tr.number(town.count or 0)}" for town in shown)
    what = "own" if own else "open"
    text = tr("strength.map.works", area=label)
    return f"{text} {tr(f'strength.map.where.{what}', towns=where)}" if where else text


def list_html(figures: StrengthFigures, choice: StrengthChoice, *, tr: Words) -> str:
    """Return own actors first, then adjacent ones, then those open to all."""
    area = choice.area
    own = figures.own(area)
    everybody = [("own", own, len(own))]
    everybody += [("near", figures.near(area), FIRST)] if area else []
    everybody.append(("open", figures.neutral, FIRST))
    groups = []
    for name, actors, most in everybody:
        rows = _rows(figures, choice.of(actors, figures), tr=tr)
        groups += [(name, rows[:most], rows[most:])] if rows else []
    return render(
        "strength_list.html",
        t=tr,
        has_own=bool(own),
        groups=groups,
        unknown=[actor.name for actor in figures.unknown],
        place=_place(figures, choice, tr=tr, is_anybody=bool(groups)),
        all_url=choice.url(tr=tr, municipality="", town=""),
    )


def more_html(figures: StrengthFigures, area: StrengthArea | None, *, tr: Words) -> str:
    """Return what stands below, folded: about the area, meeting places, source."""
    coverage = {"omrade": area} if area else {}
    return render(
        "strength_more.html",
        t=tr,
        area=area,
        coverage=f"/tackning?{urlencode({**coverage, 'lang': tr.language})}",
        meeting=_rows(figures, figures.meeting_places, tr=tr, with_areas=True),
        reference=figures.reference_date,
    )


def _bubbles(
    figures: StrengthFigures, area: StrengthArea | None, *, tr: Translator
) -> Iterator[Bubble]:
    """Yield the towns of an area: own, then open to all, then adjacent, the largest first."""
    groups: dict[MarkerKind, Actors] = {"own": figures.own(area), "neutral": figures.neutral}
    groups |= {"adjacent": figures.near(area)} if area else {}
    seen: set[str] = set()
    for kind, actors in groups.items():
        towns, found = by_town((o, a) for a in actors for o in figures.offices(a)), list[Bubble]()
        for place, there in towns.items():
            first, names = there[0][0], {actor.id: actor.name for _, actor in there}
            label = tr.plural(f"strength.map.town.{kind}", len(names), town=first.town)
            bubble = Bubble.in_town(
                *(first, data.geography()),
                id=f"{place}-{kind}" if place in seen else place,
                label=f"{label}: {tr.listing(names.values())}.",
                count=len(names),
                kind=kind,
            )
            found.append(bubble)
        yield from sorted(found, key=lambda one: (-(one.count or 0), swedish_sort_key(one.name)))
        seen |= towns.keys()


def _rows(
    figures: StrengthFigures, actors: Actors, *, tr: Words, with_areas: bool = False
) -> list[Row]:
    offices_of, rows = figures.offices, list[Row]()
    for actor in sorted(actors, key=lambda actor: (actor.is_doubtful, not offices_of(actor))):
        where = [tr.places(offices_of(actor)) or tr("strength.no-office")]
        where += [tr.strength_areas(actor)] if with_areas else []
        where += [tr("status.unknown")] if actor.is_doubtful else []
        rows.append((actor, ". ".join(where), [*map(town_id, offices_of(actor))]))
    return rows


def _place(figures: StrengthFigures, choice: StrengthChoice, *, tr: Words, is_anybody: bool) -> str:
    """Return where the list's offices are, if a place is chosen."""
    everybody = (*figures.core, *figures.adjacent)
    places = data.geography().localities
    names = {place_id(place.municipality_code, place.name): place.name for place in places}
    names |= {town_id(o): o.town for actor in everybody for o in figures.offices(actor)}
    town = names.get(choice.town, choice.town[5:])  # of what is no place, what its id says
    name = tr.municipality_names.get(choice.municipality) or town
    if not name:
        return ""
    return tr("strength.list.here" if is_anybody else "strength.list.nobody-here", name=name)
