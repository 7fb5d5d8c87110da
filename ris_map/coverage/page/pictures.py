"""Curve, coast to mountains, map and matrix: as charts on the page, as SVG and PNG for a paper."""

import json
import math
from collections.abc import Collection
from functools import lru_cache
from itertools import product
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from ris_map.common.address import YES
from ris_map.coverage.cube import THRESHOLDS, time_class
from ris_map.coverage.map_picture import picture as map_content
from ris_map.coverage.page.matrix import matrix_rows, matrix_title
from ris_map.coverage.page.summary import basis, finding_sentence, range_words
from ris_map.coverage.page.view import CoverageView
from ris_map.coverage.support import SERVICE_TYPES
from ris_map.travel.network import FloatArray
from ris_map.web.picture import CLASS_COLOURS, CLASS_INK, FILLS, FONT, CountyPicture, framed, png
from ris_map.words.figures import (
    Cell,
    FigureTable,
    between,
    count,
    minutes_number,
    near_limit,
    share,
)
from ris_map.words.markup import render

INK, SOFT, LINE = "#1B2733", "#4A5763", "#D5DADF"
GROUP_COLOURS = ["#6F2A75", "#0B4F6C", "#6B7680"]
GROUP_DASHES = [[1, 0], [8, 3], [2, 3]]
"""Inland, coast, county: each line differs in colour and in dash, and carries its name."""
LONGEST = 180
CHART = (700, 340)
PADDING = dict.fromkeys(("left", "right", "top", "bottom"), 12)
"""Streamlit writes into it: a bare number breaks the chart."""
LABEL_STEP, LETTER_MINUTES = 9.0, 2.3
"""Labels are this many per cent apart; a letter of theirs is as wide as so many minutes."""
PICTURES = ("karta", "matris", "kurva", "kust-fjall")


def _layered(*layers: alt.Chart, title: str) -> alt.LayerChart:
    axis = {"labelFontSize": 15, "titleFontSize": 15, "labelColor": INK, "titleColor": SOFT}
    made: alt.LayerChart = (
        alt.layer(*layers)
        .properties(width=CHART[0], height=CHART[1], background="#FFFFFF", padding=PADDING)
        .properties(description=title)
        .configure(font=FONT, aria=False)  # parts have names by machine, in English; a table tells
        .configure_mark(aria=False)
        .configure_view(stroke=None)
        .configure_axis(titleFontWeight=400, gridColor=LINE, **axis)
    )
    return made


def groups_of(view: CoverageView) -> dict[str, tuple[str, ...]]:
    """Return the municipalities of inland, coast and the county by name."""
    return {
        view.tr("karta.inland"): view.inland,
        view.tr("karta.coast"): view.coast,
        view.tr("coverage.county"): view.cube.municipality_codes,
    }


def shares_by_minute(view: CoverageView, codes: Collection[str]) -> FloatArray:
    """Return the share of residents that arrive within 0, 1, ... ``LONGEST`` minutes."""
    population = view.cube.population
    inside = population.cells_of(codes)
    people, times = population.persons[inside], np.ceil(view.found.minutes[inside])
    within = np.where(times <= LONGEST, times, LONGEST + 1).astype(np.int64)
    arriving = np.bincount(within, people, LONGEST + 2)[: LONGEST + 1]
    result: FloatArray = np.cumsum(arriving) / max(int(people.sum()), 1)
    return result


def curve_chart(view: CoverageView) -> alt.LayerChart:
    """Return residents by minutes, one line per group, with the names where the limit is."""
    groups, tr, limit = groups_of(view), view.tr, view.choice.limit
    names = [*groups]
    shares = pd.DataFrame({n: 100 * shares_by_minute(view, codes) for n, codes in groups.items()})
    points = shares.rename_axis("minutes").reset_index()
    points = points.melt("minutes", var_name="group", value_name="share")
    scale = alt.Scale(domain=[0, LONGEST])
    ticks = alt.Axis(values=list(range(0, LONGEST + 1, 30)), grid=False)
    x = alt.X("minutes:Q", title=tr("coverage.curve.x"), scale=scale, axis=ticks)
    y = alt.Y(
        "share:Q",
        title=tr("coverage.curve.y"),
        scale=alt.Scale(domain=[0, 108], nice=False),
        axis=alt.Axis(values=[0, 25, 50, 75, 100]),
    )
    colours, dashes = (
        alt.Scale(domain=names, range=values) for values in (GROUP_COLOURS, GROUP_DASHES)
    )
    colour = alt.Color("group:N", scale=colours, legend=None)
    dash = alt.StrokeDash("group:N", scale=dashes, legend=None)
    lines = alt.Chart(points).mark_line(interpolate="step-after", strokeWidth=2.8, clip=True)
    where = alt.Chart(pd.DataFrame(labels_at(view, shares)))
    where = where.encode(x="minutes:Q", y="share:Q", text="text:N")
    text = where.mark_text(align="left", baseline="middle", fontSize=16, fontWeight=600)
    halo = text.copy(deep=True)
    halo.mark.stroke, halo.mark.strokeWidth, halo.mark.strokeJoin = "#FFFFFF", 5, "round"
    return _layered(
        _limit_rule("x", limit),
        lines.encode(x=x, y=y, color=colour, strokeDash=dash),
        halo,
        text.encode(color=colour),
        title=curve_title(view),
    )


def _limit_rule(axis: str, limit: int) -> alt.Chart:
    rule = alt.Chart(pd.DataFrame({"minutes": [limit]})).mark_rule(color=SOFT, strokeDash=[3, 3])
    placed: alt.Chart = rule.encode(**{axis: "minutes:Q"})
    return placed


def labels_at(view: CoverageView, shares: pd.DataFrame) -> list[dict[str, Any]]:
    """Return each line's name and value at the limit, as near it as no line is covered.

    ``shares`` are those of each group, in per cent, by minute.
    """
    limit, half, placed = view.choice.limit, LABEL_STEP / 2, list[dict[str, Any]]()
    for name, part in shares.T[limit].sort_values(ascending=False, kind="stable").items():
        text = f"{name}: {view.share_words(groups_of(view)[str(name)])}"
        long = LETTER_MINUTES * len(text)
        seats = sorted(
            product((limit + 2, limit - 2 - long), range(5, 106)),
            key=lambda seat: (abs(seat[1] - part), -seat[0]),
        )
        for start, at in seats:
            # no line falls, so one that is below at the right end and above at the left passes by
            beside = shares.loc[max(math.floor(start), 0) : math.ceil(start + long)]
            passes = (beside.iloc[-1] < at - half) | (beside.iloc[0] > at + half)
            is_apart = all(abs(at - one["share"]) >= LABEL_STEP for one in placed)
            if start >= 0 and passes.all() and is_apart:
                break
        placed.append({"group": name, "text": text, "minutes": start, "share": at})
    return placed


def curve_title(view: CoverageView) -> str:
    """Return the caption of the curve."""
    return view.tr("coverage.curve.title", kind=view.asked)


def curve_table(view: CoverageView) -> FigureTable:
    """Return the share of each group within each limit."""
    tr, limits = view.tr, [int(limit) for limit in THRESHOLDS]
    rows: list[tuple[Cell, ...]] = []
    for name, codes in groups_of(view).items():
        known, best = view.found.of(codes)
        ends = zip(known.share_within[0], best.share_within[0], strict=True)
        within = (between(*map(share, pair), tr=tr) for pair in ends)
        rows.append((name, *within, count(known.persons[0])))
    return FigureTable(
        id="fordelning",
        title=curve_title(view),
        columns=(
            tr("coverage.column.group"),
            *(tr("coverage.column.within", limit=limit) for limit in limits),
            tr("coverage.column.residents"),
        ),
        rows=rows,
    )


def mountain_chart(view: CoverageView) -> alt.LayerChart:
    """Return the median of each municipality from the coast to the mountains, with its range."""
    tr, limit, rows = view.tr, view.choice.limit, []
    medians = np.array([found.figures.median_minutes for found in view.over_speeds])
    for code in view.order:
        value, *others = medians[:, view.at(code)].tolist()
        low, high = min(value, *others), max(value, *others)
        known = math.isfinite(value)
        rows.append(
            {
                "name": view.names[code],
                "minutes": value if known else 0.0,
                "low": low if known else 0.0,
                "high": high if math.isfinite(high) else 0.0,
                "colour": CLASS_COLOURS[time_class(value)] if known else "#FFFFFF",
                "text": f"≈ {limit}" if near_limit(value, limit) else minutes_number(value, tr=tr),
            }
        )
    names = alt.X("name:N", sort=None, title=None, axis=alt.Axis(labelAngle=-40))
    base = alt.Chart(pd.DataFrame(rows)).encode(x=names)
    bars = base.mark_bar(width=alt.RelativeBandSize(band=0.66), stroke="#8894A0", strokeWidth=0.5)
    texts = base.mark_text(dy=-9, fontSize=14, fontWeight=600, color=INK)
    halo, rule = (base.mark_rule(color=c, strokeWidth=w) for c, w in (("#FFFFFF", 5), (INK, 2)))
    return _layered(
        bars.encode(
            y=alt.Y("minutes:Q", title=tr("coverage.mountain.y")),
            color=alt.Color("colour:N", scale=None),
        ),
        *(line.encode(y="low:Q", y2="high:Q") for line in (halo, rule)),
        _limit_rule("y", limit),
        texts.encode(y="high:Q", text="text:N"),
        title=tr("coverage.mountain.title", kind=view.asked),
    )


# -------------------------------------------------------------------- pictures for a paper


def picture(view: CoverageView, name: str) -> str:
    """Return one of ``PICTURES`` as SVG, with title, choice, range, source and date inside."""
    if name == "karta":
        drawn = paper_map(view)
        lead, body, width, height = map_title(view), drawn.svg, drawn.width, drawn.height
    elif name == "matris":
        lead, (body, width, height) = matrix_title(view), _matrix_svg(view)
        if view.is_physical:
            note = view.tr("coverage.matrix.note", limit=view.choice.limit)
            lead = f"{lead}. {note.removesuffix('.')}"
    else:
        chart, below = (curve_chart, 80.0) if name == "kurva" else (mountain_chart, 120.0)
        spec = chart(view).to_dict()
        lead, body = spec["description"], _chart_svg(json.dumps(spec))
        width, height = CHART[0] + 110.0, CHART[1] + below
    return framed(
        body,
        width=width,
        height=height,
        title=finding_sentence(view),
        lead=f"{lead}. {range_words(view)}".strip(),
        notes=basis(view),
    )


def picture_file(view: CoverageView, name: str, suffix: str) -> bytes:
    """Return one of ``PICTURES`` as a file: ``png`` or ``svg``."""
    svg = picture(view, name)
    return (
        png(svg) if suffix == "png" else ('<?xml version="1.0" encoding="UTF-8"?>\n' + svg).encode()
    )


def file_name(view: CoverageView, name: str, suffix: str) -> str:
    """Return a file's name with the choice in it: ``tackning-karta-ide-radgivning-60-min-...``."""
    choice = view.choice
    parts = [view.tr("coverage.file"), name]
    parts += [str(p) for p in (choice.phase, choice.service_type, choice.strength_area) if p]
    parts.append(f"{choice.limit}-min" if view.is_physical else str(choice.delivery))
    query = choice.query()  # only what differs from no choice
    others = ("indelning", "plats", "lager", "bredd", "utanfor", "vinter", "belagt")
    parts += [key if text == YES else text for key in others for text in query.get(key, ())]
    stem = "-".join([*parts, view.date]).replace("_", "-")
    return f"{stem}.{suffix}"


@lru_cache(maxsize=16)
def _chart_svg(spec: str) -> str:
    import vl_convert  # noqa: PLC0415 - costs half a second that no page should wait for

    return str(vl_convert.vegalite_to_svg(spec))


def map_title(view: CoverageView) -> str:
    """Return what the map shows."""
    key = "coverage.map.heading" if view.is_physical else "coverage.map.heading.remote"
    return view.tr(key, kind=view.asked, mode=view.mode())


def paper_map(view: CoverageView) -> CountyPicture:
    """Return the page's map as it is drawn on paper: the same squares, towns and legend."""
    return CountyPicture(
        world=view.world,
        picture=map_content(view),
        title=map_title(view),
        description=finding_sentence(view),
        chosen=view.place[1] if view.choice.place else (),
        inland=view.inland,
        sides=(view.tr("karta.inland"), view.tr("karta.coast")),
        phase=view.choice.phase or "",
    )


def _matrix_svg(view: CoverageView) -> tuple[str, float, float]:
    """Return the matrix as an SVG element with its size."""
    left, y, cell, row_height, line = 130.0, 48.0, 112.0, 30.0, 0.0
    states = {
        **{str(n): (CLASS_COLOURS[n], CLASS_INK[n]) for n in range(len(CLASS_COLOURS))},
        "offered": (CLASS_COLOURS[0], INK),
        "not-offered": (CLASS_COLOURS[4], "#FFFFFF"),
        "unknown": (FILLS[-1], INK),
    }
    boxes, names = [], []
    for code, cells in matrix_rows(view).items():
        if code in view.inland and not line:
            line, y = y + 3, y + 6
        names.append((y + 20, view.names[code]))
        for i, item in enumerate(cells):
            fill, ink = states.get(item.state, ("#FFFFFF", INK))
            is_near = item.state == "near"
            halves = [CLASS_COLOURS[side] for side in item.sides] if is_near else []
            text = item.text + ("?" if item.is_open else "")
            boxes.append((left + cell * i, y, fill, ink, text, halves))
        y += row_height
    width, height = left + cell * len(SERVICE_TYPES) + 14, y + 8
    svg = render(
        "coverage_matrix.svg.html",
        font=FONT,
        title=matrix_title(view),
        width=width,
        height=height,
        cell=cell,
        row=row_height,
        line=line,
        heads=[
            (left + cell * (i + 0.5), view.tr(f"coverage.type.{kind}").replace("\u00ad", ""))
            for i, kind in enumerate(SERVICE_TYPES)
        ],
        names=names,
        boxes=boxes,
    )
    return svg, width, height
