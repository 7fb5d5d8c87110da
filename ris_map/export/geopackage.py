"""GeoPackage 1.3 in SWEREF 99 TM (EPSG:3006).

Written with SQLite from the standard library: a GeoPackage is an SQLite file with four tables, and
GDAL (pyogrio, geopandas) would add some 30 MB to every installation to make them. The tests read
the files back with pyogrio.
"""

from __future__ import annotations

import sqlite3
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

import numpy as np
import shapely
from pyproj import CRS, Transformer

from ris_map.export.tables import Cell

SWEREF_99_TM = 3006
WGS_84 = 4326
_APPLICATION_ID = 0x47504B47  # "GPKG"
_VERSION = 10300
_TABLES = """
CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT NOT NULL, srs_id INTEGER NOT NULL PRIMARY KEY,
  organization TEXT NOT NULL, organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL,
  description TEXT);
CREATE TABLE gpkg_contents (table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL,
  identifier TEXT UNIQUE, description TEXT DEFAULT '',
  last_change DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')),
  min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE, srs_id INTEGER,
  CONSTRAINT fk_gc_r_srs_id FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id));
CREATE TABLE gpkg_geometry_columns (table_name TEXT NOT NULL, column_name TEXT NOT NULL,
  geometry_type_name TEXT NOT NULL, srs_id INTEGER NOT NULL, z TINYINT NOT NULL,
  m TINYINT NOT NULL, CONSTRAINT pk_geom_cols PRIMARY KEY (table_name, column_name),
  CONSTRAINT uk_gc_table_name UNIQUE (table_name),
  CONSTRAINT fk_gc_tn FOREIGN KEY (table_name) REFERENCES gpkg_contents(table_name),
  CONSTRAINT fk_gc_srs FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys (srs_id));
"""


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
        SQLite type (``TEXT``, ``INTEGER``, ``DOUBLE``, ``BOOLEAN``) by column name.
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


def geopackage(layers: Sequence[Layer], *, changed: datetime) -> bytes:
    """Return a GeoPackage of some layers; the same input gives the same bytes.

    Parameters
    ----------
    layers : sequence of Layer
        At least one.
    changed : datetime
        When the data last changed, for the table of contents.
    """
    database = sqlite3.connect(":memory:", check_same_thread=True)
    try:
        database.execute(f"PRAGMA application_id = {_APPLICATION_ID}")
        database.execute(f"PRAGMA user_version = {_VERSION}")
        database.executescript(_TABLES)
        database.executemany(
            "INSERT INTO gpkg_spatial_ref_sys VALUES (?, ?, ?, ?, ?, ?)", _reference_systems()
        )
        stamp = changed.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
        for layer in layers:
            _write(database, layer, stamp=stamp)
        database.commit()
        return bytes(database.serialize())
    finally:
        database.close()


def to_sweref(geometry: shapely.Geometry) -> shapely.Geometry:
    """Return a geometry of EPSG:4326 (longitude first) in SWEREF 99 TM (east first), in metres."""
    return shapely.transform(geometry, _project)


def sweref_point(lat: float, lon: float) -> tuple[float, float]:
    """Return north and east in SWEREF 99 TM, whole metres, of a point in degrees (EPSG:4326)."""
    east, north = _transformer().transform(lon, lat)
    return round(north), round(east)


@cache
def _transformer() -> Transformer:
    return Transformer.from_crs(WGS_84, SWEREF_99_TM, always_xy=True)


def _project(coordinates: np.ndarray) -> np.ndarray:
    east, north = _transformer().transform(coordinates[:, 0], coordinates[:, 1])
    return np.round(np.column_stack([east, north]), 2)


def _reference_systems() -> list[tuple[str, int, str, int, str, str | None]]:
    known = [
        (crs.name, code, "EPSG", code, crs.to_wkt("WKT1_GDAL"), None)
        for code, crs in ((code, CRS.from_epsg(code)) for code in (WGS_84, SWEREF_99_TM))
    ]
    return [
        ("Undefined cartesian SRS", -1, "NONE", -1, "undefined", None),
        ("Undefined geographic SRS", 0, "NONE", 0, "undefined", None),
        *known,
    ]


def _write(database: sqlite3.Connection, layer: Layer, *, stamp: str) -> None:
    geometries = [None if g is None else to_sweref(g) for g in layer.geometries]
    box: tuple[float | None, ...] = (None,) * 4
    if any(g is not None for g in geometries):
        box = tuple(shapely.total_bounds([g for g in geometries if g is not None]).tolist())
    has_geometry = layer.geometry_type is not None
    kind = "features" if has_geometry else "attributes"
    srs = SWEREF_99_TM if has_geometry else None
    database.execute(
        "INSERT INTO gpkg_contents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (layer.name, kind, layer.name, layer.description, stamp, *box, srs),
    )
    columns = {"fid": "INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL"}
    if has_geometry:
        columns["geom"] = layer.geometry_type or ""
    columns |= layer.columns
    spelled = ", ".join(f'"{name}" {kind}' for name, kind in columns.items())
    database.execute(f'CREATE TABLE "{layer.name}" ({spelled})')
    if has_geometry:
        database.execute(
            "INSERT INTO gpkg_geometry_columns VALUES (?, 'geom', ?, ?, 0, 0)",
            (layer.name, layer.geometry_type, SWEREF_99_TM),
        )
    names = [name for name in columns if name != "fid"]
    spelled = ", ".join(f'"{name}"' for name in names)
    marks = ", ".join("?" for _ in names)
    values = [[row[name] for name in layer.columns] for row in layer.rows]
    if has_geometry:
        values = [[_blob(g), *rest] for g, rest in zip(geometries, values, strict=True)]  # type: ignore[list-item]
    database.executemany(f'INSERT INTO "{layer.name}" ({spelled}) VALUES ({marks})', values)


def _blob(geometry: shapely.Geometry | None) -> bytes | None:
    """Return a geometry as GeoPackage binary: header with its box (not for points), then WKB."""
    if geometry is None:
        return None
    is_point = geometry.geom_type == "Point"
    flags = 0b00000001 | (0 if is_point else 0b00000010)
    header = struct.pack("<2sBBi", b"GP", 0, flags, SWEREF_99_TM)
    if not is_point:
        min_x, min_y, max_x, max_y = geometry.bounds
        header += struct.pack("<4d", min_x, max_x, min_y, max_y)
    wkb: bytes = shapely.to_wkb(geometry, byte_order=1, output_dimension=2, flavor="iso")
    return header + wkb
