"""GeoPackage 1.3 in SWEREF 99 TM (EPSG:3006), written by GDAL."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from ris_map.export.tables import Cell

SWEREF_99_TM, WGS_84 = 3006, 4326
_DTYPES = {"TEXT": "object", "INTEGER": "Int64", "DOUBLE": "Float64", "BOOLEAN": "boolean"}
_gdal = threading.Lock()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Layer:
    """One table of a GeoPackage.

    Parameters
    ----------
    name : str
        ASCII name of the table.
    description : str
        What it holds, with licence.
    geometry_type : str or None
        ``POINT`` or ``MULTIPOLYGON``; None = a table without geometry.
    columns : mapping of str to str
        Type (``TEXT``, ``INTEGER``, ``DOUBLE``, ``BOOLEAN``) by column name.
    rows : sequence of mapping
        Values by column.
    geometries : sequence of shapely geometry or None
        One per row in EPSG:4326, longitude first; empty for a table without geometry.
    """

    name: str
    description: str
    geometry_type: str | None
    columns: Mapping[str, str]
    rows: Sequence[Mapping[str, Cell]]
    geometries: Sequence[shapely.Geometry | None] = ()

    @property
    def frame(self) -> pd.DataFrame:
        """The rows in EPSG:3006, to the centimetre."""
        types = {name: _DTYPES[kind] for name, kind in self.columns.items()}
        frame = pd.DataFrame(list(self.rows), columns=list(types)).astype(types)
        if self.geometry_type is None:
            return frame
        metres = gpd.GeoSeries(list(self.geometries), crs=WGS_84).to_crs(SWEREF_99_TM)
        shapes: pd.DataFrame = gpd.GeoDataFrame(
            frame, geometry=metres.transform(lambda xy: np.round(xy, 2))
        )
        return shapes


def geopackage(layers: Sequence[Layer], *, changed: datetime) -> bytes:
    """Return a GeoPackage of at least one layer; the same input gives the same bytes.

    ``changed`` is when the data last changed, for the table of contents.
    """
    import pyogrio  # noqa: PLC0415 -- GDAL takes a second to start

    stamp = changed.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    with _gdal, tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file.gpkg"
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": stamp})
        for layer in layers:
            kind = layer.geometry_type
            pyogrio.write_dataframe(
                layer.frame,
                path,
                driver="GPKG",
                layer=layer.name,
                geometry_type={"POINT": "Point", "MULTIPOLYGON": "MultiPolygon"}.get(kind or ""),
                append=path.exists(),
                dataset_options={"VERSION": "1.3"},
                layer_options={"DESCRIPTION": layer.description, "SPATIAL_INDEX": "NO"},
            )
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})
        return path.read_bytes()
