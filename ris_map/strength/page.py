"""The page on strength areas: bars to choose from, map, who helps."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlencode

import streamlit as st
from pydantic import Field

from ris_map.common.address import Choice
from ris_map.register.in_words import (
    Words,
    detail_url,
    phase_marks,
    places_words,
    strength_area_words,
)
from ris_map.register.vocabulary import STRENGTH_AREAS, Scope, StrengthArea
from ris_map.strength.figures import Actors, StrengthFigures, Town, strength_figures
from ris_map.web import data, layout
from ris_map.web.address import PageState
from ris_map.web.map import Bubble, Legend, MapLayer, MapPicture, Sentence, show_map
from ris_map.words import Translator
from ris_map.words.markup import render

PATH = "/styrkeomraden"
FIRST = 3
"""Actors of a list that are shown before it is unfolded; an area's own are all shown."""
SIDE_BY_SIDE = 0.75
"""Degrees of longitude between two kinds of markers in one town."""


class StrengthChoice(Choice):
    """The chosen area; None = all nine. Adjacent actors stand apart whatever the breadth says."""

    area: StrengthArea | None = Field(default=None, alias="omrade")
    scope: Scope = Field(default=Scope.CORE, alias="bredd")

    @property
    def one(self) -> StrengthArea | None:
        """One of the nine, or None."""
        return self.area if self.area in STRENGTH_AREAS else None

    def url(self, area: StrengthArea | None, *, tr: Translator) -> str:
        """Return the address of the page with an area chosen."""
        query = self.model_copy(update={"area": area}).query()
        return f"{PATH}?{urlencode({**query, 'lang': [tr.language.value]}, doseq=True)}"


STATE = PageState(page="strength_areas", model=StrengthChoice)


def draw(*, tr: Translator) -> None:
    """Draw the whole page for the address."""
    served = data.register_state()
    ignored = STATE.sync()
    choice, words = STATE.chosen(), data.words(tr)
    figures = strength_figures(data.world())
    layout.title(headline(figures, choice.one, words=words), lead(figures, choice.one, tr=tr))
    layout.fault_notice(served.faults, tr=tr, served=True)
    layout.ignored_notice(ignored, tr=tr)
    bars, middle, side = st.columns([2.5, 4.5, 2.5], gap="medium")
    with bars, st.container(key="ris-s-bars"):
        st.html(bars_html(figures, choice, words=words))
    with middle:
        show_map(map_layer(figures, choice.one, words=words), key="strength-map")
    with side, st.container(key="ris-s-list"):
        st.html(list_html(figures, choice.one, words=words))
    st.html(more_html(figures, choice.one, words=words))


def headline(figures: StrengthFigures, area: StrengthArea | None, *, words: Words) -> str:
    """Return "Tourism: 0 own actors"."""
    own = len(figures.own(area))
    if area is None:
        return words.tr.plural("strength.headline.all", own, all=len(figures.core))
    label = words.strategy.label(area).in_(words.tr.language)
    return words.tr.plural("strength.headline", own, area=label)


def lead(figures: StrengthFigures, area: StrengthArea | None, *, tr: Translator) -> str:
    """Return who else there is: open to all, and adjacent, which are in no count."""
    parts = [tr.plural("strength.lead.neutral", len(figures.neutral))]
    near = len(figures.near(area))
    if area is not None and near:
        parts.append(tr.plural("strength.lead.near", near))
    return " ".join(parts)


def bars_html(figures: StrengthFigures, choice: StrengthChoice, *, words: Words) -> str:
    """Return the nine areas as links with bars: the most own actors first, then by strategy."""
    tr, counts = words.tr, figures.counts
    most = max(*counts.values(), 1)
    ordered = sorted(STRENGTH_AREAS, key=lambda area: -counts[area])
    return render(
        "strength_bars.html",
        t=tr,
        all_url=choice.url(None, tr=tr),
        is_all=choice.one is None,
        areas=[
            {
                "id": area.value.replace("_", "-"),
                "label": words.strategy.label(area).in_(tr.language),
                "count": tr.number(counts[area]),
                "share": round(100 * counts[area] / most),
                "url": choice.url(area, tr=tr),
                "is_chosen": area is choice.one,
            }
            for area in ordered
        ],
        note=tr(
            "strength.bars.note",
            all=tr.number(len(figures.core)),
            own=tr.number(len(figures.own(None))),
            neutral=tr.number(len(figures.neutral)),
        ),
    )


def map_layer(figures: StrengthFigures, area: StrengthArea | None, *, words: Words) -> MapLayer:
    """Return the map: own actors filled, those open to all hollow, adjacent ones as diamonds."""
    tr, towns = words.tr, figures.towns(area)
    kinds = ["own", "neutral", *(["adjacent"] if area is not None else [])]
    notes = tuple((kind, tr(f"strength.map.{kind}")) for kind in kinds)
    own = len(figures.own(area))
    sentence = Sentence(
        figure=tr("strength.map.figure", n=tr.number(own), all=tr.number(len(figures.core))),
        text=map_sentence(figures, area, words=words),
    )
    return MapLayer(
        picture=MapPicture(
            legend=Legend(title=tr("strength.map.legend"), notes=notes),
            sentences={"": sentence},
            bubbles=tuple(_bubbles(towns, tr=tr)),
        ),
        title=headline(figures, area, words=words),
        divide="samverkan",
        sides=(tr("strength.map.inland"), tr("strength.map.coast")),
    )


def map_sentence(figures: StrengthFigures, area: StrengthArea | None, *, words: Words) -> str:
    """Return where the own actors sit and, without any, where those open to all do."""
    tr = words.tr
    towns = figures.towns(area)
    own = [town for town in towns if town.kind == "own"]
    shown = (own or [town for town in towns if town.kind == "neutral"])[:FIRST]
    label = (
        tr("strength.map.any")
        if area is None
        else words.strategy.label(area).in_(tr.language).lower()
    )
    where = tr.listing(f"{town.name} {tr.number(len(town.actors))}" for town in shown)
    what = "own" if own else "open"
    text = tr("strength.map.works", area=label)
    return f"{text} {tr(f'strength.map.where.{what}', towns=where)}" if where else text


def list_html(figures: StrengthFigures, area: StrengthArea | None, *, words: Words) -> str:
    """Return own actors first, then adjacent ones, then those open to all."""
    tr = words.tr
    own = figures.own(area)
    groups = [("own", own, len(own))] if own else []
    if area is not None:
        groups.append(("near", figures.near(area), FIRST))
    groups.append(("open", figures.neutral, FIRST))
    return render(
        "strength_list.html",
        t=tr,
        heading=tr("strength.list.heading" if own else "strength.list.heading-none"),
        groups=[
            {
                "id": name,
                "title": tr(f"strength.list.{name}"),
                "count": len(actors),
                "first": _rows(actors, words=words)[:most],
                "rest": _rows(actors, words=words)[most:],
                "all": tr("strength.list.rest", n=len(actors) - most),
            }
            for name, actors, most in groups
            if actors
        ],
        unknown=_unknown(figures, words=words),
    )


def more_html(figures: StrengthFigures, area: StrengthArea | None, *, words: Words) -> str:
    """Return what stands below, folded: about the area, meeting places, source."""
    tr = words.tr
    language = tr.language
    about = None if area is None else words.strategy.strength_area(area)
    coverage = {"omrade": area, "lang": language} if area else {"lang": language}
    return render(
        "strength_more.html",
        t=tr,
        about=about,
        group=None if area is None else words.strategy.group_of(area),
        language=language,
        coverage=f"/tackning?{urlencode(coverage)}",
        meeting=_rows(figures.meeting_places, words=words, with_areas=True),
        source=tr("strength.source", reference=figures.reference_date),
    )


def _bubbles(towns: tuple[Town, ...], *, tr: Translator) -> Iterator[Bubble]:
    seen: dict[str, int] = {}
    for town in towns:
        beside = seen.get(town.id, 0)
        seen[town.id] = beside + 1
        names = tr.listing(actor.name for actor in town.actors)
        count = len(town.actors)
        label = tr.plural(f"strength.map.town.{town.kind}", count, town=town.name)
        yield Bubble(
            id=town.id if not beside else f"{town.id}-{town.kind}",
            name="" if beside else town.name,
            lat=town.lat,
            lon=town.lon - SIDE_BY_SIDE * beside,
            label=label,
            say=f"{label}: {names}.",
            count=count,
            kind=town.kind,  # type: ignore[arg-type]
        )


def _rows(actors: Actors, *, words: Words, with_areas: bool = False) -> list[dict[str, object]]:
    tr = words.tr
    return [
        {
            "name": item.actor.name,
            "url": detail_url(item.actor.id, words=words),
            "doubtful": tr("status.unknown") if item.is_doubtful else "",
            "places": places_words(item.offices, words=words) or tr("strength.no-office"),
            "marks": phase_marks(item.actor.phases, words=words),
            "areas": strength_area_words(item.actor, words=words) if with_areas else "",
        }
        for item in sorted(actors, key=lambda item: (item.is_doubtful, not item.offices))
    ]


def _unknown(figures: StrengthFigures, *, words: Words) -> str:
    if not figures.unknown:
        return ""
    names = words.tr.listing(item.actor.name for item in figures.unknown)
    return words.tr.plural("strength.unknown", len(figures.unknown), names=names)
