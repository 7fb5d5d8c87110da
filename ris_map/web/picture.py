"""Pictures for paper: the county as a map, and a frame with title, choice, source and date.

Pure SVG in SWEREF 99 TM (EPSG:3006) without any file, script or address of its own, so that
the same text stands in a report, in a printed page, in an ``img`` and, as
:func:`png`, in a slide.
"""

from __future__ import annotations

import base64
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from textwrap import wrap
from typing import Any

import numpy as np
import shapely

from ris_map.geography.boundaries import CountyShapes, Ring
from ris_map.travel.arrays import CodeArray, FloatArray
from ris_map.words.markup import render

CLASS_COLOURS = ("#E5CFE0", "#CB9CC4", "#A05B9A", "#6F2A75", "#2E0836")
"""0-30, 30-60, 60-90, 90-120 and over 120 minutes: farther = more contrast to the land."""
CLASS_INK = ("#1B2733", "#1B2733", "#FFFFFF", "#FFFFFF", "#FFFFFF")
UNKNOWN_CLASS = len(CLASS_COLOURS)
UNKNOWN_FILL = "url(#ris-unknown)"
PHASE_COLOURS = {"ide": "#E69F00", "utveckling": "#0072B2", "vaxa": "#009E73"}
FONT = "Source Sans, Source Sans Pro, Arial, Helvetica, Liberation Sans, sans-serif"
MARGIN = 14.0
LETTER = 0.55
"""Width of the average letter as a share of its size; a little too wide rather than too narrow."""
PNG_SCALE = 2.0

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Squares:
    """Inhabited squares by the centre (metres, EPSG:3006) with the class of each.

    ``classes``: 0 to 4, or ``UNKNOWN_CLASS``.
    """

    east: FloatArray
    north: FloatArray
    classes: CodeArray
    side: float = 1000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A town on the map (metres, EPSG:3006).

    ``count`` offices stand in a bubble; without any it is a point. ``kind``: ``office``, ``own``,
    ``open``, ``adjacent``, ``home`` or ``planned``.
    """

    name: str
    east: float
    north: float
    count: int = 0
    kind: str = "office"
    is_bold: bool = False

    @property
    def radius(self) -> float:
        """In the drawing's units."""
        if self.kind in ("adjacent", "home"):
            return 9.0
        return 13 + 2.2 * sqrt(self.count) if self.count else 2.6


@dataclass(frozen=True, slots=True, kw_only=True)
class LegendRow:
    """One class: its fill, its words, and the share in per cent of each group with it."""

    fill: str
    words: str
    shares: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Legend:
    """The legend as a small chart: a row for each class, a column for each group."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[LegendRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CountyPicture:
    """What stands on a map of the county.

    Parameters
    ----------
    shapes : CountyShapes
        Municipalities.
    title, description : str
        What a reader who does not see the map is told.
    fills : mapping of str to str
        Colour of a municipality; the others are land.
    chosen : collection of str
        Municipalities with an outline; with ``squares`` the others fade.
    inland : collection of str
        Municipalities on the inner side of the line between coast and inland; empty = no line.
    sides : tuple of str
        Names of the two sides of that line, coast first.
    roads : sequence of Ring
        Lines in the background (metres).
    phase : str
        Gives the colour of the ring of an office.
    """

    shapes: CountyShapes
    title: str
    description: str
    width: float = 760.0
    squares: Squares | None = None
    marks: Sequence[Mark] = ()
    fills: Mapping[str, str] | None = None
    chosen: Collection[str] = ()
    inland: Collection[str] = ()
    sides: tuple[str, ...] = ()
    roads: Sequence[Ring] = ()
    phase: str = ""
    legend: Legend | None = None

    @property
    def height(self) -> float:
        """Height in the drawing's units."""
        return _Frame(self).height

    @property
    def svg(self) -> str:
        """The map as SVG text."""
        return county_svg(self)


@dataclass(frozen=True, slots=True)
class Label:
    """A name on the map, in the drawing's own units."""

    text: str
    x: float
    y: float
    anchor: str
    is_bold: bool


class _Frame:
    """From metres to the drawing's own units; the legend has its room at the left."""

    def __init__(self, picture: CountyPicture) -> None:
        west, south, east, north = picture.shapes.bounds
        self.left = 0.0 if picture.legend is None else 0.22 * picture.width
        self.scale = (picture.width - self.left - 2 * MARGIN) / (east - west)
        self.west, self.top = west, north
        self.width = picture.width
        self.height = round((north - south) * self.scale + 2 * MARGIN, 1)

    def at(self, east: float, north: float) -> tuple[float, float]:
        return (
            round((east - self.west) * self.scale + MARGIN + self.left, 1),
            round((self.top - north) * self.scale + MARGIN, 1),
        )

    def path(self, lines: Iterable[Iterable[tuple[float, float]]], *, closed: bool = True) -> str:
        parts = []
        for line in lines:
            points = dict.fromkeys(self.at(x, y) for x, y in line)
            if len(points) > 1:
                parts.append("M" + "L".join(f"{x:g} {y:g}" for x, y in points))
        return ("Z" if closed else "").join([*parts, ""])

    def squares(self, squares: Squares) -> Iterator[tuple[str, str]]:
        """Yield fill and path of each class, the farthest last."""
        side = round(max(2.2, squares.side * 1.05 * self.scale), 1)
        x = (squares.east - self.west) * self.scale + MARGIN + self.left - side / 2
        y = (self.top - squares.north) * self.scale + MARGIN - side / 2
        for code in range(UNKNOWN_CLASS + 1):
            mine = squares.classes == code
            if mine.any():
                path = "".join(
                    f"M{a:.1f} {b:.1f}h{side}v{side}h-{side}z"
                    for a, b in zip(x[mine].tolist(), y[mine].tolist(), strict=True)
                )
                yield fill_of(code), path


def fill_of(code: int) -> str:
    """Return the fill of a class of minutes."""
    return CLASS_COLOURS[code] if 0 <= code < UNKNOWN_CLASS else UNKNOWN_FILL


def county_svg(picture: CountyPicture) -> str:
    """Return a map of the county as SVG text."""
    frame = _Frame(picture)
    border = border_of(picture.shapes, picture.inland) if picture.inland else ()
    line = shapely.MultiLineString([[frame.at(x, y) for x, y in part] for part in border])
    key = _key(picture, frame)
    sides = _sides(picture, frame)
    boxes = [*sides, *_boxes_of(line)]
    if key:
        boxes.append((key["x"], key["y"], key["x"] + key["width"], key["y"] + key["height"]))
    marks = [(mark, *frame.at(mark.east, mark.north)) for mark in picture.marks]
    return _Svg(
        render(
            "picture_map.svg.html",
            picture=picture,
            font=FONT,
            width=frame.width,
            height=frame.height,
            areas=[
                (frame.path(rings), (picture.fills or {}).get(code, "#FAF8F4"))
                for code, rings in picture.shapes.rings.items()
            ],
            roads=frame.path(picture.roads, closed=False),
            squares=list(frame.squares(picture.squares)) if picture.squares else (),
            border=frame.path(border, closed=False),
            outlines=[frame.path(picture.shapes.rings[code]) for code in picture.chosen],
            marks=marks,
            ring=PHASE_COLOURS.get(picture.phase, "#0B4F6C"),
            labels=place_labels(marks, avoid=boxes, frame=frame),
            sides=sides,
            side_names=picture.sides,
            key=key,
        )
    )


def _polygons(shapes: CountyShapes) -> dict[str, shapely.Geometry]:
    return {
        code: shapely.union_all([shapely.Polygon(ring) for ring in rings])
        for code, rings in shapes.rings.items()
    }


def border_of(shapes: CountyShapes, inland: Collection[str]) -> tuple[Ring, ...]:
    """Return the line between some municipalities and all others."""
    polygons = _polygons(shapes)
    inner = shapely.union_all([polygons[code] for code in polygons if code in inland])
    outer = shapely.union_all([polygons[code] for code in polygons if code not in inland])
    shared = shapely.intersection(shapely.boundary(inner), shapely.boundary(outer))
    lines = [part for part in shapely.get_parts(shared) if part.geom_type == "LineString"]
    merged = shapely.line_merge(shapely.MultiLineString(lines)) if lines else shared
    return tuple(
        tuple((float(x), float(y)) for x, y in part.coords)
        for part in shapely.get_parts(merged)
        if part.geom_type == "LineString"
    )


def _sides(picture: CountyPicture, frame: _Frame) -> list[Box]:
    """Return the boxes of the names of coast and inland, beside the line, near its middle."""
    if not (picture.sides and picture.inland):
        return []
    polygons = _polygons(picture.shapes)
    boxes = []
    for index, name in enumerate(picture.sides):
        codes = [code for code in polygons if (code in picture.inland) == bool(index)]
        centre = shapely.union_all([polygons[code] for code in codes]).representative_point()
        x, y = frame.at(centre.x, centre.y)
        half = LETTER * 19 * len(name) / 2
        boxes.append((x - half, y - 14, x + half, y + 6))
    return boxes


def _boxes_of(line: shapely.Geometry) -> list[Box]:
    """Return small boxes along a line, so that no name lies across it."""
    points = shapely.get_coordinates(shapely.segmentize(line, 6.0)).tolist()
    return [(x - 4, y - 4, x + 4, y + 4) for x, y in points]


def _key(picture: CountyPicture, frame: _Frame) -> dict[str, Any]:
    """Return the legend with every position worked out; bars are as long as their share."""
    legend = picture.legend
    if legend is None:
        return {}
    bar, row = 42.0, 22.0
    column = bar + 40
    width = max(110 + column * len(legend.heads), LETTER * 15 * len(legend.title) + 30)
    height = 58 + row * len(legend.rows) if legend.heads else 36 + row * len(legend.rows)
    top = frame.height - height - MARGIN
    first = top + (64 if legend.heads else 42)
    return {
        "x": MARGIN,
        "y": top,
        "width": width,
        "height": height,
        "heads": [(MARGIN + 106 + column * i, head) for i, head in enumerate(legend.heads)],
        "rows": [
            {
                "y": first + row * i,
                "fill": item.fill,
                "words": item.words,
                "bars": [
                    (
                        MARGIN + 106 + column * j,
                        max(1.5, share * bar / 100) if share else 0,
                        _per_cent(share),
                    )
                    for j, share in enumerate(item.shares)
                ],
            }
            for i, item in enumerate(legend.rows)
        ],
    }


def _per_cent(share: float) -> str:
    return "<1" if 0 < share < 0.5 else f"{share:.0f}"


def place_labels(
    marks: Sequence[tuple[Mark, float, float]], *, avoid: Sequence[Box], frame: _Frame
) -> list[Label]:
    """Place the names so that none covers a marker, another name, the line or the legend.

    The important names choose their side first; a name without room is left out.
    """
    taken: list[Box] = [*avoid]
    markers = [(x - m.radius, y - m.radius, x + m.radius, y + m.radius) for m, x, y in marks]
    labels = []
    for mark, x, y in sorted(marks, key=lambda item: (not item[0].is_bold, -item[0].count)):
        width = LETTER * 15 * len(mark.name) * (1.06 if mark.is_bold else 1)
        gap = mark.radius + 4
        own = (x - mark.radius, y - mark.radius, x + mark.radius, y + mark.radius)
        near = gap * 0.7
        seats = (
            (x + gap, y + 5, "start"),
            (x - gap, y + 5, "end"),
            (x, y - gap - 1, "middle"),
            (x, y + gap + 11, "middle"),
            (x + near, y - near, "start"),
            (x - near, y - near, "end"),
            (x + near, y + near + 10, "start"),
            (x - near, y + near + 10, "end"),
        )
        for at_x, at_y, anchor in seats:
            start = {"start": at_x, "end": at_x - width, "middle": at_x - width / 2}[anchor]
            box = (start, at_y - 12, start + width, at_y + 4)
            inside = (
                box[0] >= 0 and box[1] >= 0 and box[2] <= frame.width and box[3] <= frame.height
            )
            free = all(other == own or not overlap(box, other) for other in (*taken, *markers))
            if inside and free:
                taken.append(box)
                labels.append(
                    Label(mark.name, round(at_x, 1), round(at_y, 1), anchor, mark.is_bold)
                )
                break
    return labels


def overlap(one: Box, other: Box) -> bool:
    """Tell whether two boxes share any area."""
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


# -------------------------------------------------------------------- frame and forms


def framed(body: str, *, width: float, height: float, title: str, lead: str, notes: str) -> str:
    """Return a drawing with its title above and what it rests on below, inside the picture.

    Parameters
    ----------
    body : str
        An ``svg`` element.
    width, height : float
        Its size.
    title, lead, notes : str
        Heading; the choice or the finding; source, range, date.
    """
    room = width - 2 * MARGIN
    heads, leads = _lines(title, 22 * 1.06, room), _lines(lead, 16, room)
    foot = _lines(notes, 13, room)
    top = MARGIN + 28 * len(heads) + 21 * len(leads) + 8
    return render(
        "picture_frame.svg.html",
        font=FONT,
        body=_Svg(body),
        width=width,
        height=round(top + height + 18 * len(foot) + MARGIN + 8, 1),
        body_height=height,
        margin=MARGIN,
        top=top,
        title=title,
        heads=[(MARGIN + 20 + 28 * i, text) for i, text in enumerate(heads)],
        leads=[(MARGIN + 28 * len(heads) + 14 + 21 * i, text) for i, text in enumerate(leads)],
        foot=[(top + height + 20 + 18 * i, text) for i, text in enumerate(foot)],
    )


class _Svg(str):
    """SVG text that a template has made: not escaped again."""

    __slots__ = ()

    def __html__(self) -> str:
        return self


def _lines(text: str, size: float, width: float) -> list[str]:
    return wrap(text, int(width / (size * LETTER * 0.92)), break_long_words=False)


def png(svg: str) -> bytes:
    """Return an SVG text as PNG, twice its size in pixels."""
    import vl_convert  # noqa: PLC0415 - costs half a second that no page should wait for

    return bytes(vl_convert.svg_to_png(svg, scale=PNG_SCALE))


def data_url(svg: str) -> str:
    """Return an SVG text as the address of an image."""
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()


def minute_classes(minutes: FloatArray, ends: Sequence[float] = (30, 60, 90, 120)) -> CodeArray:
    """Return the class of each time, limits inclusive; what is not finite is ``UNKNOWN_CLASS``."""
    classes = np.searchsorted(np.asarray(ends, dtype=np.float64), minutes, side="left")
    return np.where(np.isfinite(minutes), classes, UNKNOWN_CLASS).astype(np.int8)
