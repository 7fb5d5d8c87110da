"""Curve, coast to mountains, map and matrix: as charts on the page, as SVG and PNG for a paper."""

from __future__ import annotations

import json
import math
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import altair as alt
import numpy as np
import pandas as pd
import pyproj
import shapely

from ris_map.coverage.groups import matching_offices
from ris_map.coverage.page.matrix import matrix_rows, matrix_title, minute_class
from ris_map.coverage.page.summary import basis, finding_sentence, range_words
from ris_map.coverage.page.view import CoverageView
from ris_map.geography.boundaries import Ring, county_shapes, point_in_metres
from ris_map.register.in_words import town_id
from ris_map.register.vocabulary import ServiceType
from ris_map.travel.arrays import CodeArray, FloatArray
from ris_map.travel.people import Cells
from ris_map.web.picture import (
    CLASS_COLOURS,
    CLASS_INK,
    FONT,
    UNKNOWN_CLASS,
    UNKNOWN_FILL,
    CountyPicture,
    Legend,
    LegendRow,
    Mark,
    Squares,
    county_svg,
    fill_of,
    framed,
    png,
)
from ris_map.words.figures import minutes_number, near_limit
from ris_map.words.markup import render
from ris_map.words.table import FigureTable, count, share

INK, SOFT, LINE = "#1B2733", "#4A5763", "#D5DADF"
GROUP_COLOURS = ("#6F2A75", "#0B4F6C", "#6B7680")
GROUP_DASHES = ((1, 0), (8, 3), (2, 3))
"""Inland, coast, county: each line differs in colour and in dash, and carries its name."""
LONGEST = 180
CHART = (700, 340)
PADDING = {"left": 12, "right": 12, "top": 12, "bottom": 12}
LABEL_STEP = 9.0
"""Labels are at least this many per cent apart."""
PICTURES = ("karta", "matris", "kurva", "kust-fjall")


def _config(chart: alt.LayerChart | alt.FacetChart) -> alt.LayerChart:
    configured: alt.LayerChart = (
        chart.properties(width=CHART[0], height=CHART[1], background="#FFFFFF", padding=PADDING)
        .configure(font=FONT)
        .configure_view(stroke=None)
        .configure_axis(
            labelFontSize=15,
            titleFontSize=15,
            labelColor=INK,
            titleColor=SOFT,
            titleFontWeight=400,
            gridColor=LINE,
        )
    )
    return configured


def groups_of(view: CoverageView) -> list[tuple[str, str, Collection[str]]]:
    """Return names, keys and municipalities of inland, coast and the county."""
    tr, division = view.tr, view.division.id
    return [
        (tr("coverage.group.inland"), f"{division}/inland", view.inland),
        (tr("coverage.group.coast"), f"{division}/coast", view.coast),
        (tr("coverage.county"), "", view.cube.municipality_codes),
    ]


def shares_by_minute(view: CoverageView, codes: Collection[str]) -> FloatArray:
    """Return the share of residents that arrive within 0, 1, ... ``LONGEST`` minutes."""
    inside = np.isin(view.cube.population.municipality, [view.at(code) for code in codes])
    people, times = view.cube.population.persons[inside], view.found.minutes[inside]
    order = np.argsort(times, kind="stable")
    reached = np.concatenate([[0], np.cumsum(people[order])])
    at = np.searchsorted(times[order], np.arange(LONGEST + 1), side="right")
    result: FloatArray = reached[at] / max(int(people.sum()), 1)
    return result


def curve_chart(view: CoverageView) -> alt.LayerChart:
    """Return residents by minutes, one line per group, with the names where the limit is."""
    groups, tr, limit = groups_of(view), view.tr, view.choice.threshold
    names = [name for name, _, _ in groups]
    shares = {name: shares_by_minute(view, codes) for name, _, codes in groups}
    points = pd.DataFrame(
        [
            {"group": name, "minutes": minute, "share": part * 100}
            for name, parts in shares.items()
            for minute, part in enumerate(parts.tolist())
        ]
    )
    x = alt.X(
        "minutes:Q",
        title=tr("coverage.curve.x"),
        scale=alt.Scale(domain=[0, LONGEST]),
        axis=alt.Axis(
            values=list(range(0, LONGEST + 1, 30)), grid=False, description=tr("coverage.curve.x")
        ),
    )
    y = alt.Y(
        "share:Q",
        title=tr("coverage.curve.y"),
        scale=alt.Scale(domain=[0, 108], nice=False),
        axis=alt.Axis(values=[0, 25, 50, 75, 100], description=tr("coverage.curve.y")),
    )
    colour = alt.Color(
        "group:N", scale=alt.Scale(domain=names, range=list(GROUP_COLOURS)), legend=None
    )
    dash = alt.StrokeDash(
        "group:N", scale=alt.Scale(domain=names, range=[list(d) for d in GROUP_DASHES]), legend=None
    )
    lines = (
        alt.Chart(points)
        .mark_line(interpolate="step-after", strokeWidth=2.8, clip=True)
        .encode(x=x, y=y, color=colour, strokeDash=dash)
    )
    rule = (
        alt.Chart(pd.DataFrame({"minutes": [limit]}))
        .mark_rule(color=SOFT, strokeDash=[2, 2])
        .encode(x="minutes:Q")
    )
    placed = pd.DataFrame(
        labels_at(view, {name: float(parts[limit]) for name, parts in shares.items()})
    )
    left = limit <= LONGEST / 2
    style: dict[str, Any] = {
        "align": "left" if left else "right",
        "dx": 7 if left else -7,
        "baseline": "middle",
        "fontSize": 16,
        "fontWeight": 600,
    }
    where = alt.Chart(placed).encode(x="minutes:Q", y="share:Q", text="text:N")
    halo = where.mark_text(stroke="#FFFFFF", strokeWidth=5, strokeJoin="round", **style)
    text = where.mark_text(**style).encode(color=colour)
    return _config(alt.layer(rule, lines, halo, text).properties(description=curve_title(view)))


def labels_at(view: CoverageView, shares: dict[str, float]) -> list[dict[str, object]]:
    """Return each line's name and value at the limit; the highest stands above its line."""
    heights = sorted(((part, name) for name, part in shares.items()), key=lambda item: -item[0])
    placed: list[dict[str, object]] = []
    above = 104.0 + LABEL_STEP
    for rank, (part, name) in enumerate(heights):
        # room for the labels that are still to come below
        lowest = LABEL_STEP * (len(heights) - rank) - LABEL_STEP / 2
        beside = part * 100 + (LABEL_STEP / 2 if rank == 0 else -LABEL_STEP / 2)
        above = max(min(beside, above - LABEL_STEP), lowest)
        text = f"{name}: {view.percent(part)}"
        placed.append(
            {"group": name, "text": text, "minutes": view.choice.threshold, "share": above}
        )
    return placed


def curve_title(view: CoverageView) -> str:
    """Return the caption of the curve."""
    return view.tr("coverage.curve.title", kind=view.kind)


def curve_table(view: CoverageView) -> FigureTable:
    """Return the share of each group within each limit."""
    tr, limits = view.tr, [int(limit) for limit in view.cube.definition.thresholds]
    return FigureTable(
        id="fordelning",
        title=curve_title(view),
        columns=(
            tr("coverage.column.group"),
            *(tr("coverage.column.within", limit=limit) for limit in limits),
            tr("coverage.column.residents"),
        ),
        rows=[
            (
                name,
                *(share(shares_by_minute(view, codes)[limit]) for limit in limits),
                count(view.groups[key].residents),
            )
            for name, key, codes in groups_of(view)
        ],
    )


def mountain_chart(view: CoverageView) -> alt.LayerChart:
    """Return the median of each municipality from the coast to the mountains, with its range."""
    tr, limit = view.tr, view.choice.threshold
    names = [view.name(code) for code in view.order]
    rows = []
    for code in view.order:
        value = float(view.found.median[view.at(code)])
        known, group = math.isfinite(value), view.groups[code]
        rows.append(
            {
                "name": view.name(code),
                "minutes": value if known else 0.0,
                "low": group.median_low if known else 0.0,
                "high": group.median_high if math.isfinite(group.median_high) else 0.0,
                "colour": CLASS_COLOURS[minute_class(value)] if known else "#FFFFFF",
                "text": f"≈ {limit}" if near_limit(value, limit) else minutes_number(value, tr=tr),
            }
        )
    base = alt.Chart(pd.DataFrame(rows)).encode(
        x=alt.X(
            "name:N",
            sort=names,
            title=None,
            axis=alt.Axis(labelAngle=-40, description=tr("coverage.mountain.x")),
        )
    )
    y = alt.Y(
        "minutes:Q",
        title=tr("coverage.mountain.y"),
        axis=alt.Axis(description=tr("coverage.mountain.y")),
    )
    bars = base.mark_bar(width=30, stroke="#8894A0", strokeWidth=0.5).encode(
        y=y, color=alt.Color("colour:N", scale=None)
    )
    errors = base.mark_rule(color=INK, strokeWidth=2).encode(y="low:Q", y2="high:Q")
    texts = base.mark_text(dy=-9, fontSize=14, fontWeight=600, color=INK).encode(
        y="high:Q", text="text:N"
    )
    rule = (
        alt.Chart(pd.DataFrame({"limit": [limit]}))
        .mark_rule(color=SOFT, strokeDash=[4, 3])
        .encode(y="limit:Q")
    )
    return _config(
        alt.layer(bars, errors, rule, texts).properties(
            description=tr("coverage.mountain.title", kind=view.kind)
        )
    )


# -------------------------------------------------------------------- pictures for a paper


def picture(view: CoverageView, name: str) -> str:
    """Return one of ``PICTURES`` as SVG, with title, choice, range, source and date inside."""
    if name == "karta":
        drawn = map_picture(view)
        body, width, height = county_svg(drawn), drawn.width, drawn.height
    elif name == "matris":
        body, width, height = _matrix_svg(view)
    else:
        chart = curve_chart(view) if name == "kurva" else mountain_chart(view)
        body = _chart_svg(json.dumps(chart.to_dict()))
        width, height = CHART[0] + 110.0, CHART[1] + (120.0 if name == "kust-fjall" else 80.0)
    leads = {
        "karta": map_title(view),
        "matris": matrix_title(view),
        "kurva": curve_title(view),
        "kust-fjall": view.tr("coverage.mountain.title", kind=view.kind),
    }
    lead = f"{leads[name]}. {range_words(view)}".strip()
    return framed(
        body, width=width, height=height, title=finding_sentence(view), lead=lead, notes=basis(view)
    )


def picture_png(view: CoverageView, name: str) -> bytes:
    """Return one of ``PICTURES`` as PNG."""
    return png(picture(view, name))


def file_name(view: CoverageView, name: str, suffix: str) -> str:
    """Return a file's name with the choice in it: ``tackning-karta-ide-radgivning-60-min-...``."""
    choice = view.choice
    parts = [view.tr("coverage.file"), name]
    parts += [str(p) for p in (choice.phase, choice.service_type, choice.strength_area) if p]
    parts.append(f"{choice.threshold}-min" if choice.is_physical else str(choice.delivery))
    parts += [choice.division] if choice.division != "samverkan" else []
    stem = "-".join([*parts, view.date]).replace("_", "-")
    return f"{stem}.{suffix}"


@lru_cache(maxsize=16)
def _chart_svg(spec: str) -> str:
    import vl_convert  # noqa: PLC0415 - costs half a second that no page should wait for

    return str(vl_convert.vegalite_to_svg(spec))


def map_picture(view: CoverageView) -> CountyPicture:
    """Return the map as it is drawn on paper."""
    tr, data_dir = view.tr, view.data_dir
    physical = view.choice.is_physical
    return CountyPicture(
        shapes=county_shapes(data_dir),
        title=map_title(view),
        description=finding_sentence(view),
        squares=squares_of(view.world.cells, view.classes),
        marks=_marks(view),
        chosen=view.place_codes if view.choice.place else (),
        inland=view.inland,
        sides=(tr("coverage.group.coast"), tr("coverage.group.inland")),
        roads=background_roads(data_dir),
        phase=view.choice.phase or "",
        legend=map_legend(view) if physical else _remote_legend(view),
    )


def map_title(view: CoverageView) -> str:
    """Return what the map shows."""
    key = "coverage.map.heading" if view.choice.is_physical else "coverage.map.heading.remote"
    return view.tr(key, kind=view.kind, mode=view.mode())


def class_words(view: CoverageView) -> list[str]:
    """Return the words of the five classes of minutes."""
    return [*("0–30", "30–60", "60–90", "90–120"), view.tr("coverage.class.last")]


def map_legend(view: CoverageView) -> Legend:
    """Return the legend, which is the chart: per cent of the residents in each class."""
    tr = view.tr
    words = [*class_words(view), tr("coverage.class.unknown")]
    columns = [[100 * s for s in view.class_shares[side]] for side in ("inland", "coast")]
    kind = view.choice.service_type
    what = view.label(kind).lower() if kind else tr("coverage.kind.any")
    return Legend(
        title=tr("coverage.legend.title", what=what),
        heads=tuple(f"{name} %" for name, _, _ in groups_of(view)[:2]),
        rows=tuple(
            LegendRow(
                fill=fill_of(code), words=text, shares=tuple(column[code] for column in columns)
            )
            for code, text in enumerate(words)
            if code < UNKNOWN_CLASS or any(column[code] for column in columns)
        ),
    )


def _remote_legend(view: CoverageView) -> Legend:
    states = ((0, "offered"), (4, "not-offered"), (UNKNOWN_CLASS, "unknown"))
    rows = [
        LegendRow(fill=fill_of(code), words=view.tr(f"coverage.remote.{name}"))
        for code, name in states
    ]
    return Legend(title=view.mode().capitalize(), heads=(), rows=tuple(rows))


def squares_of(cells: Cells, classes: CodeArray) -> Squares:
    """Return inhabited squares in metres, with the class of each."""
    transform = pyproj.Transformer.from_crs(4326, 3006, always_xy=True)
    east, north = transform.transform(cells.lon, cells.lat)
    return Squares(east=np.asarray(east), north=np.asarray(north), classes=classes)


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeTown:
    """A town with offices that match (EPSG:4326), and how many actors they belong to."""

    id: str
    name: str
    lat: float
    lon: float
    actors: int


def office_towns(view: CoverageView) -> tuple[OfficeTown, ...]:
    """Return the towns with offices that match; none for remote help."""
    if not view.choice.is_physical:
        return ()
    table, towns = view.cube.table, defaultdict[str, list[int]](list)
    for index in matching_offices(view.cube, view.choice).tolist():
        towns[table.office_towns[index]].append(index)
    found = []
    for name, indices in towns.items():
        offices = [view.offices[table.office_ids[i]] for i in indices]
        found.append(
            OfficeTown(
                id=town_id(offices[0]),
                name=name,
                lat=sum(office.lat for office in offices) / len(offices),
                lon=sum(office.lon for office in offices) / len(offices),
                actors=len({int(table.office_actor[i]) for i in indices}),
            )
        )
    return tuple(found)


def _marks(view: CoverageView) -> list[Mark]:
    marks = []
    towns = office_towns(view)
    for town in towns:
        east, north = point_in_metres(town.lat, town.lon)
        marks.append(Mark(name=town.name, east=east, north=north, count=town.actors))
    for place in view.geography.localities:
        if place.is_seat and place.name not in {town.name for town in towns}:
            east, north = point_in_metres(place.lat, place.lon)
            is_chosen = place.municipality_code == view.choice.place
            marks.append(Mark(name=place.name, east=east, north=north, is_bold=is_chosen))
    return marks


@lru_cache(maxsize=2)
def background_roads(data_dir: Path) -> tuple[Ring, ...]:
    """Return the roads of the map's background in metres, simplified."""
    collection = json.loads((data_dir / "background.geojson").read_text(encoding="utf-8"))
    transform = pyproj.Transformer.from_crs(4326, 3006, always_xy=True)
    rings: list[Ring] = []
    for feature in collection["features"]:
        if feature["properties"].get("kind") != "road":
            continue
        line = shapely.from_geojson(json.dumps(feature["geometry"]))
        for part in shapely.get_parts(line):
            moved = shapely.transform(
                part, lambda xy: np.column_stack(transform.transform(xy[:, 0], xy[:, 1]))
            )
            rings.append(tuple((float(x), float(y)) for x, y in moved.simplify(200.0).coords))
    return tuple(rings)


def _matrix_svg(view: CoverageView) -> tuple[str, float, float]:
    """Return the matrix as an SVG element with its size."""
    rows, left, head, cell, row_height = matrix_rows(view), 130.0, 48.0, 112.0, 30.0
    colours = {"offered": (CLASS_COLOURS[0], INK), "not-offered": (CLASS_COLOURS[4], "#FFFFFF")}
    boxes, y, line = [], head, 0.0
    names = []
    for row in rows:
        if row.is_inland and not line:
            line, y = y + 3, y + 6
        names.append((y + 20, row.name))
        for i, item in enumerate(row.cells):
            fill, ink = colours.get(item.state, ("#FFFFFF", INK))
            if item.state.isdigit():
                fill, ink = CLASS_COLOURS[int(item.state)], CLASS_INK[int(item.state)]
            if item.state == "unknown":
                fill = UNKNOWN_FILL
            halves = (
                [CLASS_COLOURS[min(side, 4)] for side in item.sides] if item.state == "near" else []
            )
            text = item.text + ("?" if item.is_open else "")
            boxes.append(
                {
                    "x": left + cell * i,
                    "y": y,
                    "fill": fill,
                    "ink": ink,
                    "text": text,
                    "halves": halves,
                }
            )
        y += row_height
    svg = render(
        "coverage_matrix.svg.html",
        font=FONT,
        title=matrix_title(view),
        width=left + cell * len(ServiceType) + 14,
        height=y + 8,
        cell=cell,
        row=row_height,
        line=line,
        heads=[
            (left + cell * (i + 0.5), view.tr(f"coverage.type.{kind}"))
            for i, kind in enumerate(ServiceType)
        ],
        names=names,
        boxes=boxes,
    )
    return svg, left + cell * len(ServiceType) + 14, y + 8
