"""The county as a drawing: one municipality marked, towns with offices, settlements. Pure SVG.

Drawn in SWEREF 99 TM (EPSG:3006), without any file, font or address of its own, so that the same
text stands in the report and, as an image, on the page.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ris_map.geography.boundaries import CountyShapes, Ring
from ris_map.words.markup import render

WIDTH = 480.0
MARGIN = 8.0
SPECK = 2.0
"""Radius of a settlement's point."""
LETTER_WIDTH = 6.3
"""Of the average letter at the label's size; a little too wide rather than too narrow."""

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class MapTown:
    """A town with offices, in metres (EPSG:3006).

    Parameters
    ----------
    name : str
        The town.
    east, north : float
        Where it is.
    actors : int
        Actors with an office there that counts for the municipality; 0 = only farther ones.
    is_near : bool
        Whether it lies in the municipality or within the threshold.
    """

    name: str
    east: float
    north: float
    actors: int
    is_near: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MapPlace:
    """A settlement of the municipality, in metres (EPSG:3006)."""

    name: str
    east: float
    north: float
    is_seat: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A name on the map, in the drawing's own units."""

    text: str
    x: float
    y: float
    anchor: str
    is_bold: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MapDrawing:
    """Everything that the template draws, in the drawing's own units.

    ``areas`` hold the path of a municipality and whether it is the marked one; ``dots`` a town
    with its point and radius; ``spots`` a settlement with its point.
    """

    width: float
    height: float
    title: str
    description: str
    areas: tuple[tuple[str, bool], ...]
    dots: tuple[tuple[MapTown, float, float, float], ...]
    spots: tuple[tuple[MapPlace, float, float], ...]
    labels: tuple[Label, ...]

    @property
    def svg(self) -> str:
        """The drawing as SVG text."""
        return render("report_map.svg.html", drawing=self)


@dataclass(frozen=True, slots=True)
class _Frame:
    """From metres to the drawing's own units."""

    shapes: CountyShapes

    @property
    def scale(self) -> float:
        west, _, east, _ = self.shapes.bounds
        return (WIDTH - 2 * MARGIN) / (east - west)

    @property
    def height(self) -> float:
        _, south, _, north = self.shapes.bounds
        return round((north - south) * self.scale + 2 * MARGIN, 1)

    def at(self, east: float, north: float) -> tuple[float, float]:
        west, _, _, top = self.shapes.bounds
        x, y = (east - west) * self.scale + MARGIN, (top - north) * self.scale + MARGIN
        return round(x, 1), round(y, 1)

    def path(self, rings: Iterable[Ring]) -> str:
        parts = []
        for ring in rings:
            points = dict.fromkeys(self.at(x, y) for x, y in ring)
            parts.append("M" + "L".join(f"{x:g} {y:g}" for x, y in points) + "Z")
        return "".join(parts)


def municipality_map(
    shapes: CountyShapes,
    *,
    code: str,
    towns: Sequence[MapTown],
    places: Sequence[MapPlace],
    title: str,
    description: str,
) -> MapDrawing:
    """Return the map.

    Parameters
    ----------
    shapes : CountyShapes
        The county.
    code : str
        The municipality that is marked.
    towns : sequence of MapTown
        Towns with offices.
    places : sequence of MapPlace
        Settlements of the municipality.
    title, description : str
        What a reader who does not see the map is told.
    """
    frame = _Frame(shapes)
    dots = [(town, *frame.at(town.east, town.north)) for town in towns]
    spots = [(place, *frame.at(place.east, place.north)) for place in places]
    return MapDrawing(
        width=WIDTH,
        height=frame.height,
        title=title,
        description=description,
        areas=tuple(
            (frame.path(rings), area == code)
            for area, rings in sorted(shapes.rings.items(), key=lambda item: item[0] == code)
        ),
        dots=tuple((town, x, y, _radius(town)) for town, x, y in dots),
        spots=tuple(spots),
        labels=tuple(_labels(dots, spots, height=frame.height)),
    )


def data_url(svg: str) -> str:
    """Return an SVG text as the address of an image."""
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()


def _radius(town: MapTown) -> float:
    return 4.5 if not town.is_near else 8.5


def _labels(
    dots: Sequence[tuple[MapTown, float, float]],
    spots: Sequence[tuple[MapPlace, float, float]],
    *,
    height: float,
) -> list[Label]:
    """Place the names so that none covers another; a name without room is left out."""
    named = {town.name for town, _, _ in dots}
    wanted = [(t.name, x, y, _radius(t), t.is_near) for t, x, y in dots]
    wanted += [(p.name, x, y, 3.0, True) for p, x, y in spots if p.is_seat and p.name not in named]
    wanted += [(p.name, x, y, SPECK, False) for p, x, y in spots if not p.is_seat]
    # a town's name may cover a settlement's point, but no other name and no other town
    marks = [(x - r, y - r, x + r, y + r) for _, x, y, r, _ in wanted if r > SPECK]
    specks = [(x - r, y - r, x + r, y + r) for _, x, y, r, _ in wanted if r <= SPECK]
    taken: list[Box] = []
    labels = []
    # the important names choose their side first
    for name, x, y, radius, is_bold in sorted(wanted, key=lambda item: (not item[4], -item[3])):
        width = LETTER_WIDTH * len(name) * (1.06 if is_bold else 1)
        gap = radius + 2
        choices = (
            (x + gap, y + 4, "start", (x + gap, y - 7, x + gap + width, y + 6)),
            (x - gap, y + 4, "end", (x - gap - width, y - 7, x - gap, y + 6)),
            (x, y - gap, "middle", (x - width / 2, y - gap - 11, x + width / 2, y - gap + 1)),
            (x, y + gap + 9, "middle", (x - width / 2, y + gap, x + width / 2, y + gap + 12)),
        )
        own = (x - radius, y - radius, x + radius, y + radius)
        for label_x, label_y, anchor, box in choices:
            others = [*taken, *marks, *(() if is_bold else specks)]
            free = all(other == own or not _overlap(box, other) for other in others)
            if free and box[0] >= 0 and box[2] <= WIDTH and box[1] >= 0 and box[3] <= height:
                taken.append(box)
                labels.append(
                    Label(
                        text=name,
                        x=round(label_x, 1),
                        y=round(label_y, 1),
                        anchor=anchor,
                        is_bold=is_bold,
                    )
                )
                break
    return labels


def _overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
