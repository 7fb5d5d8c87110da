"""The constant base of every map: own files only, no tiles, no request to any other host."""

from __future__ import annotations

import folium
from branca.element import MacroElement
from jinja2 import Template

COUNTY_BOUNDS = ((63.35, 14.2), (66.4, 21.9))
"""South-west and north-east corner of the county with a margin (EPSG:4326)."""


class _BaseLayers(MacroElement):
    """Calls ``risBase`` of ``map.js``: folium's own GeoJson would read the files on every rerun."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
        risBase({{ this._parent.get_name() }});
        {% endmacro %}
        """
    )

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "BaseLayers"


def base_map() -> folium.Map:
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
    # Leaflet, map.js and the styles stand in the frame's page already (ris_map/web/frame.py)
    made.default_js, made.default_css = [], []
    _BaseLayers().add_to(made)
    return made
