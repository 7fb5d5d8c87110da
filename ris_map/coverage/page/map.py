"""The map of the coverage page: shaded municipalities, settlements, rings where offices are."""

from __future__ import annotations

import math
from math import sqrt

import folium
from branca.element import MacroElement
from jinja2 import Template

from ris_map.coverage.page.matrix import REMOTE_STATES, minute_class
from ris_map.coverage.page.pictures import office_towns
from ris_map.coverage.page.view import CoverageView
from ris_map.coverage.support import Known
from ris_map.web.picture import CLASS_COLOURS
from ris_map.words.markup import script_json

REMOTE_FILLS = {
    Known.YES: CLASS_COLOURS[0],
    Known.UNKNOWN: "url(#ris-hatch)",
    Known.NO: CLASS_COLOURS[4],
}


def coverage_layer(view: CoverageView) -> folium.FeatureGroup:
    """Return the changing layer of the map; the browser draws it on the constant base."""
    group = folium.FeatureGroup(name="coverage")
    _Coverage(layer_data(view)).add_to(group)
    return group


def layer_data(view: CoverageView) -> dict[str, object]:
    """Return what ``map.js`` draws: areas by municipality code, settlements, offices."""
    areas = {code: _area(view, code) for code in view.order}
    if not view.choice.is_physical:
        return {"areas": areas, "places": [], "offices": []}
    cells = view.world.foundations.settlement_cell.tolist()
    persons = view.cube.population.persons
    places = [
        {
            "lat": place.lat,
            "lon": place.lon,
            "r": round(min(9.0, 2.5 + sqrt(float(persons[at])) / 45), 1),
            "fill": _fill(float(view.found.minutes[at]), "#ffffff"),
            "title": f"{place.name}: {view.about_minutes(float(view.found.minutes[at]))}",
        }
        for at, place in zip(cells, view.geography.localities, strict=True)
    ]
    offices = [
        {"lat": lat, "lon": lon, "r": round(8 + 1.5 * sqrt(n), 1), "title": f"{town}: {n}"}
        for town, (lat, lon, n) in office_towns(view).items()
    ]
    return {"areas": areas, "places": places, "offices": offices}


def _area(view: CoverageView, code: str) -> dict[str, str]:
    if not view.choice.is_physical:
        known = view.remote(code)
        word = view.tr(f"coverage.remote.{REMOTE_STATES[known]}")
        fill, kind = REMOTE_FILLS[known], REMOTE_STATES[known]
        return {"class": kind, "fill": fill, "title": f"{view.name(code)}: {word}"}
    value = float(view.found.median[view.at(code)])
    kind = str(minute_class(value)) if math.isfinite(value) else "none"
    title = f"{view.name(code)}: {view.about_minutes(value)}"
    return {"class": kind, "fill": _fill(value, "url(#ris-hatch)"), "title": title}


def _fill(value: float, unknown: str) -> str:
    return CLASS_COLOURS[minute_class(value)] if math.isfinite(value) else unknown


class _Coverage(MacroElement):
    """Calls ``risCoverage`` of ``map.js`` with the figures as data."""

    _template = Template(
        "{% macro script(this, kwargs) %}"
        "risCoverage({{ this._parent.get_name() }}, {{ this.data }});{% endmacro %}"
    )

    def __init__(self, data: dict[str, object]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "Coverage"
        self.data = script_json(data)
