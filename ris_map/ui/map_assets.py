"""Addresses of the map's files as seen from inside the component's frame."""

from __future__ import annotations

from ris_map.ui.assets import FROM_FRAME, asset_url
from ris_map.views.base_map import MapAssets

# A popup of folium's own made from a string calls jQuery, and without it the frame's script stops
# halfway. Our popups are made by map.js, so no visitor waits for jQuery; with a folium.Popup on any
# map, "jquery": "jquery/jquery.min.js" goes first here.
_SCRIPTS = {"map": "bundle/map.js"}
_STYLES = {"leaflet_css": "leaflet/leaflet.css", "ris_map_css": "app/map.css"}


def map_assets() -> MapAssets:
    """Return the addresses, each with the hash of its file so that the browser may keep it."""
    return MapAssets(
        scripts={name: _from_frame(path) for name, path in _SCRIPTS.items()},
        styles={name: _from_frame(path) for name, path in _STYLES.items()},
        municipalities=_from_frame("geo/municipalities.geojson"),
        background=_from_frame("geo/background.geojson"),
    )


def _from_frame(path: str) -> str:
    return FROM_FRAME + asset_url(path)
