"""The map of the coverage page: shaded municipalities, settlements, rings where offices are."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import sqrt

import folium
from branca.element import MacroElement
from jinja2 import Template

from ris_map.coverage.page.view import CoverageView
from ris_map.coverage.support import Known
from ris_map.coverage.together import Together, matching_offices, remote_position
from ris_map.register.model import Office
from ris_map.travel.snapping import office_key
from ris_map.words import swedish_sort_key
from ris_map.words.markup import render, script_json

CLASS_ENDS = (30.0, 60.0, 90.0, 120.0)
CLASS_COLOURS = ("#e4eff7", "#b5d3e9", "#79aed3", "#3b7fb5", "#0d4478")
"""One hue, darker with more minutes; in greyscale the same order."""
NO_WAY = "none"
NO_WAY_FILL = "url(#ris-hatch)"
NO_WAY_POINT = "#ffffff"
REMOTE_FILLS = {Known.YES: "#3b7fb5", Known.UNKNOWN: NO_WAY_FILL, Known.NO: "#ffffff"}
REMOTE_CLASSES = {Known.YES: "offered", Known.UNKNOWN: "no_information", Known.NO: "not_offered"}


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeTown:
    """A town with matching offices (EPSG:4326)."""

    town: str
    lat: float
    lon: float
    actors: tuple[str, ...]


def minute_class(value: float) -> str:
    """Return the class of minutes: ``0`` to ``4``, or ``none`` without a known way."""
    if not math.isfinite(value):
        return NO_WAY
    return str(sum(value > end for end in CLASS_ENDS))


def fill_of(minute_class_id: str) -> str:
    """Return the fill of a class of minutes."""
    return NO_WAY_FILL if minute_class_id == NO_WAY else CLASS_COLOURS[int(minute_class_id)]


def coverage_layer(view: CoverageView, found: Together) -> folium.FeatureGroup:
    """Return the changing layer of the map; the browser draws it on the constant base."""
    group = folium.FeatureGroup(name="coverage")
    _Coverage(layer_data(view, found)).add_to(group)
    return group


def layer_data(view: CoverageView, found: Together) -> dict[str, object]:
    """Return what ``map.js`` draws: areas by municipality code, settlements, offices."""
    if not view.choice.is_physical:
        return {"areas": dict(_remote_areas(view, found)), "places": [], "offices": []}
    return {
        "areas": dict(_areas(view, found)),
        "places": list(_places(view, found)),
        "offices": [_ring(view, town) for town in office_towns(view)],
    }


def _areas(view: CoverageView, found: Together) -> Iterator[tuple[str, dict[str, str]]]:
    for code in view.order:
        m = view.at(code)
        median = float(found.median[m])
        kind = minute_class(median)
        title = view.tr(
            "coverage.map.area", name=view.name(code), minutes=view.about_minutes(median)
        )
        yield code, {"class": kind, "fill": fill_of(kind), "title": title}


def _remote_areas(view: CoverageView, found: Together) -> Iterator[tuple[str, dict[str, str]]]:
    position = remote_position(view.choice.delivery)
    for code in view.order:
        answer = Known(int(found.remote[view.at(code), position]))
        kind = REMOTE_CLASSES[answer]
        title = f"{view.name(code)}: {view.mode()}, {view.tr(f'coverage.remote.{kind}')}"
        yield code, {"class": kind, "fill": REMOTE_FILLS[answer], "title": title}


def _places(view: CoverageView, found: Together) -> Iterator[dict[str, object]]:
    persons = view.cube.population.persons
    for index, place in enumerate(view.geography.localities):
        value = float(found.minutes[index])
        kind = minute_class(value)
        yield {
            "lat": place.lat,
            "lon": place.lon,
            "r": round(min(9.0, 2.5 + sqrt(float(persons[index])) / 45), 1),
            "fill": NO_WAY_POINT if kind == NO_WAY else CLASS_COLOURS[int(kind)],
            "title": view.tr(
                "coverage.map.place", name=place.name, minutes=view.about_minutes(value)
            ),
        }


def office_towns(view: CoverageView) -> tuple[OfficeTown, ...]:
    """Return the towns with offices that match any chosen kind of help, in Swedish order."""
    table, register = view.cube.table, view.world.register
    offices = {
        office_key(actor, office): (actor.name, office)
        for actor in register.actors
        for office in actor.offices
    }
    by_town: dict[str, list[tuple[str, Office]]] = defaultdict(list)
    for index in matching_offices(view.cube, view.choice).tolist():
        by_town[table.office_towns[index]].append(offices[table.office_ids[index]])
    towns = (
        OfficeTown(
            town=town,
            lat=_mean(office.lat for _, office in found),
            lon=_mean(office.lon for _, office in found),
            actors=tuple(sorted({name for name, _ in found}, key=swedish_sort_key)),
        )
        for town, found in by_town.items()
    )
    return tuple(sorted(towns, key=lambda item: swedish_sort_key(item.town)))


def _ring(view: CoverageView, town: OfficeTown) -> dict[str, object]:
    return {
        "lat": town.lat,
        "lon": town.lon,
        "r": round(min(16.0, 8 + 1.5 * sqrt(len(town.actors))), 1),
        "title": view.tr.plural("coverage.map.offices", len(town.actors), town=town.town),
    }


def _mean(values: Iterable[float]) -> float:
    listed = list(values)
    return sum(listed) / len(listed)


class _Coverage(MacroElement):
    """Calls ``risCoverage`` of ``map.js`` with the figures as data."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
        risCoverage({{ this._parent.get_name() }}, {{ this.data }});
        {% endmacro %}
        """
    )

    def __init__(self, data: dict[str, object]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "Coverage"
        self.data = script_json(data)


def map_title(view: CoverageView) -> str:
    """Return the heading of the map: what it shows under the present choice."""
    if view.choice.is_physical:
        return view.tr("coverage.map.heading.office", kind=view.kind)
    return view.tr("coverage.map.heading.remote", mode=view.mode(), kind=view.kind)


def map_legend_html(view: CoverageView) -> str:
    """Return the legend: five classes of minutes and no way, or the three answers."""
    tr = view.tr
    if view.choice.is_physical:
        starts = (0, *(int(end) for end in CLASS_ENDS))
        entries = [
            {"class": f"m-{index}", "word": _class_words(view, index, starts)}
            for index in range(len(CLASS_COLOURS))
        ]
        entries.append({"class": "m-none", "word": tr("coverage.map.class.none")})
    else:
        entries = [
            {"class": f"m-{name}", "word": tr(f"coverage.remote.{name}")}
            for name in REMOTE_CLASSES.values()
        ]
    return render(
        "coverage_map_legend.html", t=tr, entries=entries, is_physical=view.choice.is_physical
    )


def _class_words(view: CoverageView, index: int, starts: tuple[int, ...]) -> str:
    if index == len(starts) - 1:
        return view.tr("coverage.map.class.last", start=starts[index])
    return view.tr("coverage.map.class", start=starts[index], end=starts[index + 1])


def map_sentence(view: CoverageView, found: Together) -> str:
    """Return what the map says, class by class."""
    if not view.choice.is_physical:
        return view.tr("coverage.map.sentence.remote", mode=view.mode())
    classes = [minute_class(float(found.median[view.at(code)])) for code in view.order]
    starts = (0, *(int(end) for end in CLASS_ENDS))
    parts = [
        view.tr.plural(
            "coverage.map.count", number, words=_class_words(view, index, starts).lower()
        )
        for index in range(len(CLASS_COLOURS))
        if (number := classes.count(str(index)))
    ]
    if number := classes.count(NO_WAY):
        parts.append(view.tr.plural("coverage.map.count", number, words=view.tr("coverage.no-way")))
    return view.tr("coverage.map.sentence.office", counts=view.tr.listing(parts))
