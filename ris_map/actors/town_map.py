"""The start page's map: a constant base, and one bubble per town with a ring split by phase."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import cos, pi, sin, sqrt

import folium
from branca.element import MacroElement
from jinja2 import Template

from ris_map.geography.county import Locality
from ris_map.register.in_words import town_id
from ris_map.register.model import Actor, Office
from ris_map.register.selection import Match
from ris_map.register.vocabulary import Phase
from ris_map.words import Translator, swedish_sort_key
from ris_map.words.markup import render, script_json

PHASE_COLOURS: Mapping[Phase, str] = {
    Phase.IDE: "#E69F00",
    Phase.UTVECKLING: "#0072B2",
    Phase.VAXA: "#009E73",
}
"""Okabe and Ito's colours, chosen for colour-blind eyes; always beside a letter."""
PHASE_TEXT_COLOURS: Mapping[Phase, str] = {
    Phase.IDE: "#1b1f24",
    Phase.UTVECKLING: "#ffffff",
    Phase.VAXA: "#1b1f24",
}
PHASE_LETTERS: Mapping[Phase, str] = {Phase.IDE: "I", Phase.UTVECKLING: "U", Phase.VAXA: "V"}
RING_RADIUS = 38.0
"""Of the ring's middle line, in the bubble's own 100 x 100 units."""
LETTER_SHARE = 0.12
"""An arc smaller than this share of the ring has no room for its letter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Town:
    """A town with the actors that have an office there (EPSG:4326)."""

    id: str
    name: str
    lat: float
    lon: float
    actors: tuple[Actor, ...]

    @property
    def count(self) -> int:
        """Number of actors."""
        return len(self.actors)

    def phase_counts(self) -> dict[Phase, int]:
        """Number of actors per phase; one actor may count in several."""
        return {phase: sum(phase in a.phases for a in self.actors) for phase in Phase}


@dataclass(frozen=True, slots=True, kw_only=True)
class Arc:
    """One phase's part of a ring."""

    path: str
    colour: str
    text_colour: str
    letter: str
    x: float
    y: float


def towns(matches: Iterable[Match], *, localities: Iterable[Locality]) -> tuple[Town, ...]:
    """Return the towns of the offices on the map, largest first.

    A town stands at its locality's point; a town that is no known locality stands at the middle
    of its offices. An actor with two offices in a town counts once.
    """
    points = {(loc.municipality_code, loc.name): (loc.lat, loc.lon) for loc in localities}
    offices: dict[tuple[str, str], list[Office]] = defaultdict(list)
    actors: dict[tuple[str, str], dict[str, Actor]] = defaultdict(dict)
    for match in matches:
        for office in match.offices:
            place = (office.municipality or "", office.town)
            offices[place].append(office)
            actors[place][match.actor.id] = match.actor
    found = (
        Town(
            id=town_id(offices[place][0]),
            name=place[1],
            lat=points.get(place, _middle(offices[place]))[0],
            lon=points.get(place, _middle(offices[place]))[1],
            actors=tuple(sorted(members.values(), key=lambda a: swedish_sort_key(a.name))),
        )
        for place, members in actors.items()
    )
    return tuple(sorted(found, key=lambda town: (-town.count, swedish_sort_key(town.name))))


def bubble_diameter_px(count: int) -> int:
    """Return the diameter of a bubble: area grows with the count, within readable limits."""
    return round(min(76, 30 + 7 * sqrt(count)))


def ring(phase_counts: Mapping[Phase, int]) -> tuple[Arc, ...]:
    """Return the arcs of a ring, clockwise from the top in the order of the phases."""
    total = sum(phase_counts.values())
    arcs, start = [], 0.0
    for phase, count in phase_counts.items():
        if not count:
            continue
        share = count / total
        middle = _on_ring(start + share / 2)
        arcs.append(
            Arc(
                path=_arc_path(start, share),
                colour=PHASE_COLOURS[phase],
                text_colour=PHASE_TEXT_COLOURS[phase],
                letter=PHASE_LETTERS[phase] if share >= LETTER_SHARE else "",
                x=middle[0],
                y=middle[1],
            )
        )
        start += share
    return tuple(arcs)


def town_label(town: Town, *, tr: Translator) -> str:
    """Return the accessible name of a bubble: what a sighted reader sees, in words."""
    counts = town.phase_counts()
    return tr.plural(
        "map.town",
        town.count,
        town=town.name,
        ide=tr.number(counts[Phase.IDE]),
        utveckling=tr.number(counts[Phase.UTVECKLING]),
        vaxa=tr.number(counts[Phase.VAXA]),
    )


def bubbles(shown: Iterable[Town], *, tr: Translator) -> folium.FeatureGroup:
    """Return the changing layer of the map: one marker per town, with its actors in a popup.

    One element carries all markers as data: a folium marker with icon and popup per town costs
    five elements, each with a script of its own, at every click.
    """
    group = folium.FeatureGroup(name="towns")
    _Bubbles([bubble(town, tr=tr) for town in shown]).add_to(group)
    return group


def bubble(town: Town, *, tr: Translator) -> dict[str, object]:
    """Return what ``map.js`` needs to draw one town: point, size, name, and escaped HTML."""
    size = bubble_diameter_px(town.count)
    label = town_label(town, tr=tr)
    return {
        "lat": town.lat,
        "lon": town.lon,
        "size": size,
        "title": label,
        "html": render("bubble.html", town=town, arcs=ring(town.phase_counts()), size=size),
        "popup": render("popup.html", heading=label, actors=town.actors),
    }


class _Bubbles(MacroElement):
    """Calls ``risBubbles`` of ``map.js`` with the towns as data."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
        risBubbles({{ this._parent.get_name() }}, {{ this.towns }});
        {% endmacro %}
        """
    )

    def __init__(self, towns: list[dict[str, object]]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "Bubbles"
        self.towns = script_json(towns)


def _middle(offices: Iterable[Office]) -> tuple[float, float]:
    points = [(o.lat, o.lon) for o in offices]
    return (sum(p[0] for p in points) / len(points), sum(p[1] for p in points) / len(points))


def _on_ring(turn: float) -> tuple[float, float]:
    angle = 2 * pi * turn
    return (round(50 + RING_RADIUS * sin(angle), 1), round(50 - RING_RADIUS * cos(angle), 1))


def _arc_path(start: float, share: float) -> str:
    # an arc of a whole turn has no direction in SVG: draw it in two halves
    if share > 0.999:
        (x0, y0), (x1, y1) = _on_ring(0), _on_ring(0.5)
        r = RING_RADIUS
        return f"M{x0} {y0}A{r} {r} 0 1 1 {x1} {y1}A{r} {r} 0 1 1 {x0} {y0}"
    (x0, y0), (x1, y1) = _on_ring(start), _on_ring(start + share)
    large = 1 if share > 0.5 else 0
    return f"M{x0} {y0}A{RING_RADIUS} {RING_RADIUS} 0 {large} 1 {x1} {y1}"
