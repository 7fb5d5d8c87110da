"""GeoPackage 1.3 in SWEREF 99 TM (EPSG:3006), written by GDAL."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from ris_map.export.tables import Cell

SWEREF_99_TM, WGS_84 = 3006, 4326
TYPES: Mapping[str, str] = {
    **dict.fromkeys(("lat", "lon", "label_lat", "label_lon"), "Float64"),
    **dict.fromkeys(("uncertainty_m", "population", "population_year"), "Int64"),
    **dict.fromkeys(("municipal", "outside_county", "is_seat"), "boolean"),
}
"""Types of columns by their name; all others are texts."""
_gdal = threading.Lock()


def layer(
    columns: Sequence[str],
    rows: Iterable[Mapping[str, Cell]],
    geometries: Iterable[shapely.Geometry | None] | None = None,
) -> pd.DataFrame:
    """Return records as one table of a GeoPackage.

    ``geometries``, one a row in EPSG:4326 and longitude first, become metres of EPSG:3006, to the
    centimetre.
    """
    types = {column: TYPES.get(column, "object") for column in columns}
    frame = pd.DataFrame(list(rows), columns=list(columns)).astype(types)
    if geometries is None:
        return frame
    metres = gpd.GeoSeries(list(geometries), crs=WGS_84).to_crs(SWEREF_99_TM)
    rounded = metres.transform(lambda xy: np.round(xy, 2))
    placed: pd.DataFrame = gpd.GeoDataFrame(frame, geometry=rounded)
    return placed


def geopackage(layers: Mapping[str, pd.DataFrame], *, about: str, changed: datetime) -> bytes:
    """Return a GeoPackage of at least one layer; the same input gives the same bytes.

    The layers' names are ASCII; ``about`` is what is said of each, the licence, and ``changed``
    when the data last changed, for the table of contents.
    """
    import pyogrio  # noqa: PLC0415 -- GDAL takes a second to start

    stamp = changed.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    with _gdal, tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file.gpkg"
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": stamp})
        for name, frame in layers.items():
            pyogrio.write_dataframe(
                frame,
                path,
                driver="GPKG",
                layer=name,
                geometry_type=_geometry_type(frame),
                append=path.exists(),
                dataset_options={"VERSION": "1.3"},
                layer_options={"DESCRIPTION": about, "SPATIAL_INDEX": "NO"},
            )
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})
        return path.read_bytes()


def _geometry_type(frame: pd.DataFrame) -> str | None:
    if not isinstance(frame, gpd.GeoDataFrame):
        return None
    return "MultiPolygon" if "MultiPolygon" in set(frame.geom_type) else "Point"
