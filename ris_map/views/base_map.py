"""The constant base of every map: own files only, no tiles, no request to any other host."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import folium
from branca.element import MacroElement
from jinja2 import Template

COUNTY_BOUNDS = ((63.35, 14.2), (66.4, 21.9))
"""South-west and north-east corner of the county with a margin (EPSG:4326)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MapAssets:
    """Addresses of the map's files, as seen from the component's frame.

    Parameters
    ----------
    scripts, styles : mapping of str to str
        Address by name, in the order in which they are loaded.
    municipalities, background : str
        Geometry that the browser fetches once and caches.
    """

    scripts: Mapping[str, str]
    styles: Mapping[str, str]
    municipalities: str
    background: str


class _BaseLayers(MacroElement):
    """Calls ``risBase`` of ``map.js``: folium's own GeoJson would read the files on every rerun."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
        risBase({{ this._parent.get_name() }}, {{ this.municipalities|tojson }},
                {{ this.background|tojson }});
        {% endmacro %}
        """
    )

    def __init__(self, *, municipalities: str, background: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "BaseLayers"
        self.municipalities = municipalities
        self.background = background


def base_map(assets: MapAssets) -> folium.Map:
    """Return a new map without anything that changes.

    A new object each time: drawing it changes it, so it must never be cached or shared.
    """
    made = folium.Map(
        tiles=None,
        zoom_control=True,
        attributionControl=False,
        zoomSnap=0.25,
        minZoom=5,
        maxZoom=12,
    )
    made.fit_bounds(COUNTY_BOUNDS)
    made.default_js = list(assets.scripts.items())
    made.default_css = list(assets.styles.items())
    _BaseLayers(municipalities=assets.municipalities, background=assets.background).add_to(made)
    return made
