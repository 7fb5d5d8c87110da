"""The matrix and the curve as SVG: pictures for papers, with title, date and source in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap

from ris_map.coverage.page.curve import COLOURS, LONGEST, Line, curve_title, labels_at, lines
from ris_map.coverage.page.matrix import legend, matrix_rows, matrix_title
from ris_map.coverage.page.summary import basis
from ris_map.coverage.page.view import CoverageView
from ris_map.coverage.together import Together
from ris_map.words.markup import render

FILLS = {
    "on_site": ("#0d4478", "#ffffff"),
    "offered": ("#0d4478", "#ffffff"),
    "within_reach": ("#b5d3e9", "#1b1f24"),
    "remote_only": ("#f3ead9", "#1b1f24"),
    "out_of_reach": ("#ffffff", "#1b1f24"),
    "not_offered": ("#ffffff", "#1b1f24"),
    "no_information": ("url(#nothing-known)", "#1b1f24"),
    "mark-maybe": ("#ffffff", "#1b1f24"),
    "mark-borderline": ("#ffffff", "#1b1f24"),
}
NAME_WIDTH, CELL, HEAD, MARGIN = 130, 34, 190, 24
LINE = 20
LETTERS_PER_PX = 0.15
BOLD = 0.75
"""Share of the letters that a heading has room for, larger and bolder as it is."""
CHART = (760, 360)
CHART_LEFT, CHART_TOP = 70, 70


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle with its fill and what is written on it."""

    x: float
    y: float
    fill: str
    ink: str
    text: str


def matrix_svg(view: CoverageView) -> bytes:
    """Return the matrix as an SVG picture."""
    rows, columns = matrix_rows(view), view.columns
    top, left = MARGIN + 40 + HEAD, MARGIN + NAME_WIDTH
    width = max(left + CELL * len(columns) + MARGIN, 760)
    boxes = [
        Box(
            left + CELL * x,
            top + CELL * y,
            *FILLS[cell.state],
            cell.symbol + _marks(view, cell.marks),
        )
        for y, row in enumerate(rows)
        for x, cell in enumerate(row.cells)
    ]
    bottom = top + CELL * len(rows) + LINE
    entries, legend_end = _legend(view, bottom=bottom, width=width)
    notes = _lines(basis(view), width=width)
    types = len(view.choice.shown_types)
    return _svg(
        "coverage_matrix_svg.html",
        width=width,
        height=legend_end + LINE * (len(notes) + 1) + MARGIN,
        title=matrix_title(view),
        margin=MARGIN,
        cell=CELL,
        left=left,
        top=top,
        phases=[
            {"x": left + CELL * types * i, "label": view.label(phase), "width": CELL * types}
            for i, phase in enumerate(view.choice.shown_phases)
        ],
        heads=[
            {"x": left + CELL * (i + 0.6), "label": view.label(kind)}
            for i, (_, kind) in enumerate(columns)
        ],
        rows=[
            {"y": top + CELL * i, "name": row.name, "starts_inland": row.starts_inland}
            for i, row in enumerate(rows)
        ],
        right=left + CELL * len(columns),
        boxes=boxes,
        entries=entries,
        notes=[(legend_end + LINE * (i + 1), text) for i, text in enumerate(notes)],
    )


def curve_svg(view: CoverageView, found: Together) -> bytes:
    """Return the cumulative curve as an SVG picture."""
    drawn = lines(view, found)
    width, height = CHART
    title = _lines(curve_title(view), width=BOLD * (width + 120))
    top = CHART_TOP + LINE * len(title)
    notes = _lines(basis(view), width=width + 120)

    def at(minute: float, percent: float) -> str:
        return f"{_x(minute):.1f},{top + height * (1 - percent / 100):.1f}"

    colours = dict(zip((line.name for line in drawn), COLOURS, strict=True))
    return _svg(
        "coverage_curve_svg.html",
        width=width + 120,
        height=top + height + 70 + LINE * len(notes) + MARGIN,
        title=curve_title(view),
        titles=[(MARGIN + LINE * (i + 1), text) for i, text in enumerate(title)],
        margin=MARGIN,
        left=CHART_LEFT,
        right=CHART_LEFT + width,
        top=top,
        bottom=top + height,
        x_title=view.tr("coverage.curve.x"),
        y_title=view.tr("coverage.curve.y"),
        x_ticks=[(_x(m), m) for m in range(0, int(LONGEST) + 1, 30)],
        y_ticks=[(top + height * (1 - p / 100), p) for p in (0, 25, 50, 75, 100)],
        limit=_x(view.choice.threshold),
        curves=[
            {
                "points": " ".join(at(*point) for point in _stairs(line)),
                "colour": line.colour,
                "dash": " ".join(map(str, line.dash)) if line.dash[1] else "none",
            }
            for line in drawn
        ],
        labels=[
            {
                "x": _x(view.choice.threshold)
                + (6 if view.choice.threshold <= LONGEST / 2 else -6),
                "y": top + height * (1 - float(str(label["share"])) / 100),
                "anchor": "start" if view.choice.threshold <= LONGEST / 2 else "end",
                "text": label["text"],
                "colour": colours[str(label["group"])],
            }
            for label in labels_at(view, drawn)
        ],
        notes=[(top + height + 70 + LINE * i, text) for i, text in enumerate(notes)],
    )


def _svg(template: str, **values: object) -> bytes:
    return ('<?xml version="1.0" encoding="UTF-8"?>\n' + render(template, **values)).encode()


def _marks(view: CoverageView, marks: Sequence[str]) -> str:
    return "".join(view.tr(f"coverage.mark.{mark}.sign") for mark in marks)


def _legend(
    view: CoverageView, *, bottom: float, width: float
) -> tuple[list[dict[str, object]], float]:
    entries, y = [], bottom
    for entry in legend(view):
        fill, ink = FILLS[entry.state]
        texts = _lines(f"{entry.word}: {entry.meaning}", width=width - 60)
        entries.append(
            {
                "y": y,
                "fill": fill,
                "ink": ink,
                "symbol": entry.symbol,
                "texts": [(y + 16 + LINE * i, text) for i, text in enumerate(texts)],
            }
        )
        y += LINE * max(len(texts), 1) + 8
    return entries, y


def _lines(text: str, *, width: float) -> list[str]:
    return wrap(text, int(width * LETTERS_PER_PX), break_long_words=False)


def _x(minute: float) -> float:
    return CHART_LEFT + CHART[0] * minute / LONGEST


def _stairs(line: Line) -> list[tuple[float, float]]:
    """Return the corners of a staircase that rises at each step."""
    corners: list[tuple[float, float]] = []
    for minute, percent in line.points():
        if corners:
            corners.append((minute, corners[-1][1]))
        corners.append((minute, percent))
    return corners
