"""Residents by minutes: a cumulative curve per group, its table and its sentence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ris_map.coverage.distribution import Curve
from ris_map.coverage.groups import COAST, INLAND
from ris_map.coverage.page.view import CoverageView
from ris_map.coverage.together import Together
from ris_map.geography.county import Division, DivisionGroup
from ris_map.words import translator
from ris_map.words.language import Language, LocalText
from ris_map.words.table import Cell, FigureTable, count, share

COLOURS = ("#0b4f6c", "#a3195b", "#5b646d")
DASHES = ((1, 0), (8, 3), (2, 3))
"""Coast, inland, county: each line differs in colour and in dash, and carries its name."""
LONGEST = 180.0
"""The axis ends here; later steps are said in words."""
CHART_HEIGHT = 340
TICKS = (0, 30, 60, 90, 120, 150, 180)
CONFIG = {
    "font": "Source Sans, Source Sans Pro, Segoe UI, Arial, sans-serif",
    "view": {"stroke": None},
    "axis": {
        "labelFontSize": 13,
        "titleFontSize": 13,
        "labelColor": "#1b1f24",
        "titleColor": "#1b1f24",
    },
}
LABEL_STEP = 9.0
"""Labels are at least this many per cent apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One curve with its name, colour and dash, as points of a staircase."""

    name: str
    curve: Curve
    colour: str
    dash: tuple[int, int]

    def points(self) -> Iterator[tuple[float, float]]:
        """Yield minutes and per cent of residents: every step, and the end of the axis."""
        yield 0.0, 0.0
        last = 0.0
        for minute, part in zip(
            self.curve.minutes.tolist(), self.curve.share.tolist(), strict=True
        ):
            if minute > LONGEST:
                break
            last = part * 100
            yield minute, last
        yield LONGEST, last


def lines(view: CoverageView, found: Together) -> tuple[Line, ...]:
    """Return the curves of coast and inland as the division draws the line, and of the county."""
    division = two_groups(view)
    names = [group.label.in_(view.tr.language) for group in division.groups]
    names.append(view.tr("coverage.county"))
    styles = zip(names, found.curves(division), COLOURS, DASHES, strict=True)
    return tuple(
        Line(name=name, curve=curve, colour=colour, dash=dash)
        for name, curve, colour, dash in styles
    )


def two_groups(view: CoverageView) -> Division:
    """Return the chosen division with its groups joined into coast and inland."""
    division = view.division

    def joined(group_id: str, *, is_inland: bool) -> DivisionGroup:
        return DivisionGroup(
            id=group_id,
            label=LocalText(
                sv=translator(Language.SV)(f"coverage.group.{group_id}"),
                en=translator(Language.EN)(f"coverage.group.{group_id}"),
            ),
            is_inland=is_inland,
            municipalities=tuple(
                code
                for group in division.groups
                if group.is_inland is is_inland
                for code in group.municipalities
            ),
        )

    groups = (joined(COAST, is_inland=False), joined(INLAND, is_inland=True))
    return division.model_copy(update={"groups": groups})


def chart(view: CoverageView, found: Together) -> dict[str, Any]:
    """Return the curves as a Vega-Lite specification.

    Written out rather than built with Altair, which spends more than 0.1 s on each chart to check
    it against its schema; a test does that check once.
    """
    drawn, tr = lines(view, found), view.tr
    names = [line.name for line in drawn]
    colour = {
        "field": "group",
        "type": "nominal",
        "scale": {"domain": names, "range": [line.colour for line in drawn]},
        "legend": None,
    }
    dash = {
        "field": "group",
        "type": "nominal",
        "scale": {"domain": names, "range": [list(line.dash) for line in drawn]},
        "legend": None,
    }
    x = {
        "field": "minutes",
        "type": "quantitative",
        "title": tr("coverage.curve.x"),
        "scale": {"domain": [0, LONGEST], "nice": False},
        # else the drawing library describes the axis in English
        "axis": {"values": [*TICKS], "grid": False, "description": tr("coverage.curve.x")},
    }
    y = {
        "field": "share",
        "type": "quantitative",
        "title": tr("coverage.curve.y"),
        "scale": {"domain": [0, 100]},
        "axis": {"values": [0, 25, 50, 75, 100], "description": tr("coverage.curve.y")},
    }
    points = [
        {"group": line.name, "minutes": minute, "share": part}
        for line in drawn
        for minute, part in line.points()
    ]
    curves = {
        "data": {"values": points},
        "mark": {"type": "line", "interpolate": "step-after", "strokeWidth": 2.5, "clip": True},
        "encoding": {"x": x, "y": y, "color": colour, "strokeDash": dash},
    }
    limit = {
        "data": {"values": [{"minutes": view.choice.threshold}]},
        "mark": {"type": "rule", "color": "#5b646d", "strokeDash": [2, 2]},
        "encoding": {"x": {"field": "minutes", "type": "quantitative"}},
    }
    return {
        "description": curve_title(view),
        "height": CHART_HEIGHT,
        "layer": [limit, curves, *_label_layers(view, drawn, colour=colour)],
        "config": CONFIG,
    }


def _label_layers(
    view: CoverageView, drawn: tuple[Line, ...], *, colour: dict[str, Any]
) -> list[dict[str, Any]]:
    """Return the names on the lines: a white halo first, then the text."""
    mark = {
        "type": "text",
        "align": "left" if _has_room(view) else "right",
        "dx": 6 if _has_room(view) else -6,
        "baseline": "middle",
        "fontSize": 14,
        "fontWeight": 600,
    }
    halo = {"stroke": "#ffffff", "strokeWidth": 5, "strokeJoin": "round"}
    data = {"values": labels_at(view, drawn)}
    place = {
        "x": {"field": "minutes", "type": "quantitative"},
        "y": {"field": "share", "type": "quantitative"},
        "text": {"field": "text", "type": "nominal"},
    }
    return [
        {"data": data, "mark": {**mark, **halo}, "encoding": place},
        {"data": data, "mark": mark, "encoding": {**place, "color": colour}},
    ]


def labels_at(view: CoverageView, drawn: tuple[Line, ...]) -> list[dict[str, object]]:
    """Return each line's name and value where it crosses the chosen limit, never over another."""
    limit = float(view.choice.threshold)
    heights = sorted(
        ((_share_at(line.curve, limit), line) for line in drawn), key=lambda item: -item[0]
    )
    placed, above = [], 100.0 + LABEL_STEP / 2
    for rank, (part, line) in enumerate(heights):
        # room for the labels that are still to come below
        lowest = LABEL_STEP * (len(heights) - rank) - LABEL_STEP / 2
        above = max(min(part * 100 - LABEL_STEP / 2, above - LABEL_STEP), lowest)
        text = f"{line.name}: {view.percent(part)}"
        placed.append({"group": line.name, "text": text, "minutes": limit, "share": above})
    return placed


def _has_room(view: CoverageView) -> bool:
    """Tell whether the labels fit to the right of the chosen limit."""
    return view.choice.threshold <= LONGEST / 2


def curve_title(view: CoverageView) -> str:
    """Return the caption of the curve and its table."""
    return view.tr(
        "coverage.curve.title",
        kind=view.kind,
        division=view.division.label.in_(view.tr.language).lower(),
        date=view.world.on.isoformat(),
    )


def curve_table(view: CoverageView, found: Together) -> FigureTable:
    """Return the share of each group within each threshold."""
    tr, limits = view.tr, view.cube.definition.thresholds
    rows: list[Sequence[Cell]] = [
        (
            line.name,
            *(share(_share_at(line.curve, limit)) for limit in limits),
            count(line.curve.located),
            count(line.curve.without_way),
        )
        for line in lines(view, found)
    ]
    return FigureTable(
        id="fordelning",
        title=curve_title(view),
        columns=(
            tr("coverage.column.group"),
            *(tr("coverage.column.within", limit=int(limit)) for limit in limits),
            tr("coverage.column.located", year=view.cube.definition.population_year),
            tr("coverage.column.without-way"),
        ),
        rows=rows,
        sentence=curve_sentence(view, found),
    )


def curve_sentence(view: CoverageView, found: Together) -> str:
    """Return what the curve says at the chosen threshold."""
    limit = float(view.choice.threshold)
    parts = [
        view.tr(
            "coverage.curve.part",
            name=line.name,
            share=view.percent(_share_at(line.curve, limit)),
        )
        for line in lines(view, found)
    ]
    return view.tr(
        "coverage.curve.sentence", limit=view.choice.threshold, parts=view.tr.listing(parts)
    )


def _share_at(curve: Curve, limit: float) -> float:
    reached = int(np.searchsorted(curve.minutes, limit, side="right"))
    return float(curve.share[reached - 1]) if reached else 0.0
