"""The coverage page's map: squares by minutes, towns with offices, a sentence per municipality."""

from __future__ import annotations

import math

from ris_map.coverage.page.pictures import (
    class_words,
    map_legend,
    map_title,
    office_towns,
)
from ris_map.coverage.page.view import CoverageView
from ris_map.register.vocabulary import Answer
from ris_map.web.as_of import marks
from ris_map.web.map import Bubble, Legend, LegendRow, MapLayer, MapPicture, Sentence
from ris_map.web.picture import UNKNOWN_CLASS


def map_layer(view: CoverageView) -> MapLayer:
    """Return what the map shows under the present choice."""
    sides = view.tr("coverage.group.inland"), view.tr("coverage.group.coast")
    place = view.choice.place
    return MapLayer(
        picture=map_picture(view),
        title=map_title(view),
        chosen=place if place in view.order else "",
        divide=view.division.id,
        sides=sides,
        bubbles=marks(view.choice, view.world, tr=view.tr),
    )


def map_picture(view: CoverageView) -> MapPicture:
    """Return squares, legend, sentences and office towns."""
    return MapPicture(
        classes=view.classes.tolist(),
        legend=_legend(view),
        sentences={code: _sentence(view, code) for code in ("", *view.order)},
        bubbles=_bubbles(view),
    )


def _legend(view: CoverageView) -> Legend:
    tr = view.tr
    if not view.choice.is_physical:
        states = ((0, "offered"), (4, "not-offered"), (UNKNOWN_CLASS, "unknown"))
        rows = [LegendRow(code=code, label=tr(f"coverage.remote.{key}")) for code, key in states]
        return Legend(title=map_title(view), rows=tuple(rows))
    drawn = map_legend(view)
    labels = [*class_words(view), tr("coverage.class.unknown")]
    return Legend(
        title=drawn.title,
        columns=(tr("coverage.legend.minutes"), *drawn.heads),
        rows=tuple(
            LegendRow(
                code=labels.index(row.words),
                label=row.words,
                shares=row.shares,
                texts=tuple("<1" if 0 < share < 0.5 else f"{share:.0f}" for share in row.shares),
            )
            for row in drawn.rows
        ),
    )


def _sentence(view: CoverageView, code: str) -> Sentence:
    """Return what stands under the map while a municipality is pointed at."""
    tr, name, limit = view.tr, view.name(code) if code else "", view.choice.threshold
    if not view.choice.is_physical:
        if not code:
            yes = sum(view.remote(one) is Answer.YES for one in view.order)
            figure = tr("coverage.figure.of", n=yes, of=len(view.order))
            return Sentence(figure=figure, text=tr("coverage.say.remote", mode=view.mode()))
        word = {Answer.YES: "yes", Answer.UNKNOWN: "unknown", Answer.NO: "no"}[view.remote(code)]
        text = tr(f"coverage.cell.remote.{word}", mode=view.mode(), name=name)
        return Sentence(figure="", text=text)
    if not code:
        text = tr("coverage.say.inland", limit=limit, kind=view.kind)
        return Sentence(figure=view.beyond_words(view.inland), text=text)
    median = float(view.found.median[view.at(code)])
    text = tr("coverage.say.one", name=name, limit=limit, kind=view.kind)
    if math.isfinite(median):
        half = tr("coverage.half", minutes=view.about_minutes(median))
        text = f"{text}\n{half[0].upper()}{half[1:]}."
    return Sentence(figure=view.beyond_words([code]), text=text)


def _bubbles(view: CoverageView) -> tuple[Bubble, ...]:
    phases = tuple(str(phase) for phase in view.choice.shown_phases)
    return tuple(
        Bubble(
            id=town.id,
            name=town.name,
            lat=town.lat,
            lon=town.lon,
            label=view.tr.plural("coverage.say.offices", town.actors, town=town.name),
            count=town.actors,
            phases=phases,
        )
        for town in office_towns(view)
    )
