"""Pictures for paper: the county as a map, and a frame with title, choice, source and date.

Pure SVG in SWEREF 99 TM (EPSG:3006) without any file, script or address of its own, so that
the same text stands in a report, in a printed page, in an ``img`` and, as :func:`png`, in a slide.
"""

import base64
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import sqrt
from pathlib import Path
from textwrap import wrap
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import shapely

from ris_map.geography.boundaries import METRES, county_shapes, point_in_metres
from ris_map.travel.network import metres
from ris_map.travel.world import World
from ris_map.web.map import UNKNOWN, Legend, LegendRow, MapPicture
from ris_map.words.markup import held_together, render

CLASS_COLOURS = ("#E5CFE0", "#CB9CC4", "#A05B9A", "#6F2A75", "#2E0836")
"""0-30, 30-60, 60-90, 90-120 and over 120 minutes: farther = more contrast to the land."""
CLASS_INK = ("#1B2733", "#1B2733", "#FFFFFF", "#FFFFFF", "#FFFFFF")
FILLS = (*CLASS_COLOURS, "url(#ris-unknown)")
"""By class; the last, ``UNKNOWN``, is hatched."""
PHASE_COLOURS = {"ide": "#E69F00", "utveckling": "#0072B2", "vaxa": "#009E73"}
FONT = "Source Sans, Source Sans Pro, Arial, Helvetica, Liberation Sans, sans-serif"
MARGIN = 14.0
LETTER = 0.55
"""Width of the average letter as a share of its size; a little too wide rather than too narrow."""
PNG_SCALE = 2.0
APART = 5.0
"""A name is nearer than this to its own marker and farther from any other."""
BAR, COLUMN, ROW = 42.0, 82.0, 22.0
"""Legend: a bar of a hundred per cent, a column with its number, a row."""
CELL_SIDE_M = 1000.0

Box = tuple[float, float, float, float]


class Mark(NamedTuple):
    """A town in the drawing's own units, by a bubble's ``kind``; with no ``number`` a point."""

    name: str
    x: float
    y: float
    number: int = 0
    kind: str = ""
    is_bold: bool = False

    @property
    def radius(self) -> float:
        """In the drawing's units."""
        bare = {"home": 9.0, "planned": 18.4, "neutral": 13.0}.get(self.kind, 2.6)
        return 13 + 2.2 * sqrt(self.number) if self.number else bare


@dataclass(frozen=True, slots=True, kw_only=True)
class CountyPicture:
    """A map of the county on paper: what ``picture`` has on the screen.

    Who does not see it is told ``title`` and ``description``. The municipalities ``chosen`` have an
    outline; those in ``inland`` lie on the inner side of the line between coast and inland (empty =
    no line), whose two ``sides`` may have names, inland first. With ``has_ground`` come roads and
    every main town, ``phase`` gives the colour of an office's ring, and ``style`` is a style sheet
    for a drawing on the screen.
    """

    world: World
    picture: MapPicture
    title: str
    description: str
    width: float = 760.0
    chosen: Collection[str] = ()
    inland: Collection[str] = ()
    sides: Sequence[str] = ()
    has_ground: bool = True
    phase: str = ""
    style: str = ""

    @property
    def shapes(self) -> gpd.GeoSeries:
        """The municipalities' land, see :func:`county_shapes`."""
        return county_shapes(self.world.foundations.data_dir)

    @property
    def height(self) -> float:
        """Height in the drawing's units."""
        return _Frame(self).height

    @property
    def svg(self) -> str:
        """The map as SVG text."""
        frame = _Frame(self)
        sides, border = _sides(self) if self.inland else ([], ())
        marks, key = self.marks, _key(self.picture.legend, frame)
        taken = _along([[frame.at(*point) for point in part.coords] for part in border])
        signs, names = [*taken, *map(_around, marks)], []
        for east, north, name in sides:
            x, top, half = *frame.at(east, north), LETTER * 19 * len(name) / 2
            # where it stands in the middle, or as near as no marker and no line is covered
            seats = sorted(range(-120, 121, 4), key=abs)
            boxes = [(x - half, top + by - 14, x + half, top + by + 6) for by in seats]
            free = [box for box in boxes if not any(overlap(box, sign) for sign in signs)]
            taken.append((free or boxes)[0])
            names.append((x, taken[-1][3] - 6, name))
        if key:
            taken.append((key["x"], key["y"], key["x"] + key["width"], frame.height - MARGIN))
        roads = background_roads(self.world.foundations.data_dir) if self.has_ground else ()
        areas = dict(iter(self.shapes.exterior.groupby(level=0, sort=False)))
        drawn = render(
            "picture_map.svg.html",
            picture=self,
            style=_Svg(self.style),
            font=FONT,
            width=frame.width,
            height=frame.height,
            areas=[frame.path(rings) for rings in areas.values()],
            roads=frame.path(roads, closed=False),
            squares=list(self._squares(frame)),
            border=frame.path(border, closed=False),
            outlines=[frame.path(areas[code]) for code in self.chosen],
            marks=marks,
            ring=PHASE_COLOURS.get(self.phase, "#0B4F6C"),
            labels=list(place_labels(marks, avoid=taken, size=(frame.width, frame.height))),
            sides=names,
            key=key,
        )
        return _Svg(drawn)

    def _squares(self, frame: "_Frame") -> Iterator[tuple[str, str]]:
        """Yield fill and path of each class of squares, the farthest last."""
        cells, classes = self.world.cells, np.asarray(self.picture.classes)
        side = round(max(2.2, CELL_SIDE_M * 1.05 * frame.scale), 1)
        x, y = (at - side / 2 for at in frame.scaled(*metres(cells.lat, cells.lon).T))
        for code in range(UNKNOWN + 1):
            mine = classes == code
            points = zip(x[mine].tolist(), y[mine].tolist(), strict=True)
            path = "".join(f"M{a:.1f} {b:.1f}h{side}v{side}h-{side}z" for a, b in points)
            if path:
                yield FILLS[code], path

    @property
    def marks(self) -> list[Mark]:
        """The bubbles, then main towns without one as points, the chosen one's bold.

        Markers of one town stand in a row, the first on the place; the last has the name.
        """
        frame, marks, last = _Frame(self), list[Mark](), dict[str, int]()
        for one in self.picture.bubbles:
            x, y = frame.at(*point_in_metres(one.lat, one.lon))
            is_bold = one.kind == "home" and bool(self.chosen)
            mark = Mark(one.name, x, y, one.count or 0, one.kind, is_bold)
            if one.name in last:
                beside = marks[last[one.name]]
                marks[last[one.name]] = beside._replace(name="")
                x = beside.x - beside.radius - 3 - mark.radius
                mark = mark._replace(x=round(x, 1), y=beside.y)
            last[one.name] = len(marks)
            marks.append(mark)
        for town in self.world.foundations.geography.localities if self.has_ground else ():
            if town.is_seat and town.name not in last:
                at = frame.at(*point_in_metres(town.lat, town.lon))
                marks.append(
                    Mark(town.name, *at, is_bold=[town.municipality_code] == [*self.chosen])
                )
        return marks


@lru_cache(maxsize=2)
def background_roads(data_dir: Path) -> gpd.GeoSeries:
    """Return the roads of the map's background in metres, simplified."""
    background = gpd.read_file(data_dir / "background.geojson")
    roads = background[background["kind"] == "road"].to_crs(METRES).geometry
    return roads.explode().simplify(200.0)


class _Svg(str):
    """SVG text that a template has made: not escaped again."""

    __slots__ = ()

    def __html__(self) -> str:
        return self


class _Frame:
    """From metres to the drawing's own units; the legend has its room at the left."""

    def __init__(self, picture: CountyPicture) -> None:
        west, south, east, north = map(float, picture.shapes.total_bounds)
        self.left = 0.0 if picture.picture.legend is None else 0.22 * picture.width
        self.scale = (picture.width - self.left - 2 * MARGIN) / (east - west)
        self.west, self.top = west, north
        self.width = picture.width
        self.height = round((north - south) * self.scale + 2 * MARGIN, 1)
        if legend := picture.picture.legend:
            # five rows and a note stand in the corner that the county leaves free
            self.height += ROW * len([*legend.rows[5:], *legend.notes[1:]])

    def scaled(self, east: Any, north: Any) -> tuple[Any, Any]:  # noqa: ANN401 -- or arrays
        x = (east - self.west) * self.scale + MARGIN + self.left
        return x, (self.top - north) * self.scale + MARGIN

    def at(self, east: float, north: float) -> tuple[float, float]:
        x, y = self.scaled(east, north)
        return round(x, 1), round(y, 1)

    def path(self, lines: Iterable[shapely.LineString], *, closed: bool = True) -> str:
        parts = []
        for line in lines:
            points = dict.fromkeys(self.at(x, y) for x, y in line.coords)
            if len(points) > 1:
                parts.append("M" + "L".join(f"{x:g} {y:g}" for x, y in points))
        return ("Z" if closed else "").join([*parts, ""])


def _sides(
    picture: CountyPicture,
) -> tuple[list[tuple[float, float, str]], list[shapely.LineString]]:
    """Return where the two sides' names stand, and the line between them (metres)."""
    is_inland = picture.shapes.index.isin(picture.inland)
    filled = shapely.polygons(picture.shapes.exterior)
    halves = [shapely.union_all(filled[side]) for side in (is_inland, ~is_inland)]
    shared = shapely.intersection(*shapely.boundary(halves))
    lines = [part for part in shapely.get_parts(shared) if part.geom_type == "LineString"]
    points = [half.representative_point() for half in halves]
    named = [(at.x, at.y, name) for at, name in zip(points, picture.sides, strict=False)]
    return named, list(shapely.get_parts(shapely.line_merge(shapely.MultiLineString(lines))))


def _along(lines: Sequence[Sequence[tuple[float, float]]]) -> list[Box]:
    """Return small boxes along lines, so that no name lies across them."""
    points = shapely.get_coordinates(shapely.segmentize(shapely.MultiLineString(lines), 6.0))
    return [(x - 4, y - 4, x + 4, y + 4) for x, y in points.tolist()]


def _key(legend: Legend | None, frame: _Frame) -> dict[str, Any]:
    """Return the legend with every position worked out; bars are as long as their share."""
    if not legend:
        return {}
    heads = legend.columns[1:] if any(row.shares for row in legend.rows) else ()
    notes = [(LegendRow(code=UNKNOWN, label=text), kind) for kind, text in legend.notes]
    rows = [*((row, "unknown") for row in legend.rows), *notes]
    longest = max(len(legend.title) - 2, *(len(r.label) for r, _ in rows if not r.shares), 0)
    aside = max(106, *(36 + LETTER * 13 * len(r.label) for r, _ in rows if r.shares), 0)
    width = max(4 + aside + COLUMN * len(heads), LETTER * 15 * (longest + 2) + 30)
    above = 64 if heads else 42
    top = frame.height - MARGIN - above + 6 - ROW * len(rows)
    left = MARGIN + aside
    return {
        "title": legend.title,
        "x": MARGIN,
        "y": top,
        "width": width,
        "height": frame.height - MARGIN - top,
        "heads": [(left + COLUMN * i, head) for i, head in enumerate(heads)],
        "rows": [
            {
                "y": top + above + ROW * i,
                "kind": kind,
                "fill": FILLS[row.code],
                "words": row.label,
                "bars": [
                    (left + COLUMN * j, max(1.5, share * BAR / 100) if share else 0, text)
                    for j, (share, text) in enumerate(zip(row.shares, row.texts, strict=True))
                ],
            }
            for i, (row, kind) in enumerate(rows)
        ],
    }


def place_labels(
    marks: Sequence[Mark], *, avoid: Sequence[Box], size: tuple[float, float]
) -> Iterator[tuple[Mark, float, float, str]]:
    """Yield where names stand so that none covers a marker, another name, the line or the legend.

    The important names choose their side first, and each is nearer to its own marker than to any
    other; a name without room is left out. With each x, y and the text's anchor.
    """
    taken = [*avoid, *map(_around, marks)]
    named = [mark for mark in marks if mark.name]
    for mark in sorted(named, key=lambda mark: (not mark.is_bold, -mark.number)):
        x, y = mark.x, mark.y
        width = LETTER * 15 * len(mark.name) * (1.06 if mark.is_bold else 1)
        gap = mark.radius + 4
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
        own = _around(mark)
        for at_x, at_y, anchor in seats:
            start = {"start": at_x, "end": at_x - width, "middle": at_x - width / 2}[anchor]
            box = (start, at_y - 12, start + width, at_y + 4)
            inside = min(box[:2]) >= 0 and box[2] <= size[0] and box[3] <= size[1]
            if inside and not any(overlap(box, other) for other in taken if other != own):
                taken.append(box)
                yield mark, round(at_x, 1), round(at_y, 1), anchor
                break


def _around(mark: Mark) -> Box:
    """Return a marker's box with the room that keeps the names of others away."""
    x, y, reach = mark.x, mark.y, mark.radius + APART
    return (x - reach, y - reach, x + reach, y + reach)


def overlap(one: Box, other: Box) -> bool:
    """Tell whether two boxes share any area."""
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


# -------------------------------------------------------------------- frame and forms


def framed(body: str, *, width: float, height: float, title: str, lead: str, notes: str) -> str:
    """Return a drawing, an ``svg`` element of some size, with words above and below it.

    Above stand title and lead (the choice or the finding), below source, range and date.
    """
    heads, leads, foot = (
        wrap(
            held_together(text),
            int((width - 2 * MARGIN) / (size * LETTER * 0.92)),
            break_long_words=False,
        )
        for text, size in ((title, 22 * 1.06), (lead, 16), (notes, 13))
    )
    top = MARGIN + 28 * len(heads) + 21 * len(leads) + 8
    return render(
        "picture_frame.svg.html",
        font=FONT,
        body=_Svg(body),
        width=width,
        height=round(top + height + 18 * len(foot) + MARGIN + 8, 1),
        margin=MARGIN,
        top=top,
        title=title,
        heads=[(MARGIN + 20 + 28 * i, text) for i, text in enumerate(heads)],
        leads=[(MARGIN + 28 * len(heads) + 14 + 21 * i, text) for i, text in enumerate(leads)],
        foot=[(top + height + 20 + 18 * i, text) for i, text in enumerate(foot)],
    )


def png(svg: str) -> bytes:
    """Return an SVG text as PNG, twice its size in pixels."""
    import vl_convert  # noqa: PLC0415 - costs half a second that no page should wait for

    return bytes(vl_convert.svg_to_png(svg, scale=PNG_SCALE))


def data_url(svg: str) -> str:
    """Return an SVG text as the address of an image."""
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()
