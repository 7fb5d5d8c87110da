"""The municipalities' land as simple shapes in SWEREF 99 TM (EPSG:3006), for drawings on paper."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import shapely

from ris_map.common.faults import GeodataFaults
from ris_map.common.tables import FaultLog
from ris_map.geography.boundaries import checked_polygons, read_features, to_metres

TOLERANCE_M = 500.0
"""Details smaller than this are left out; shared borders stay shared."""
SMALLEST_ISLAND_M2 = 3_000_000.0

Ring = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CountyShapes:
    """Outer rings per municipality, in metres (EPSG:3006): east, north.

    Parameters
    ----------
    rings : mapping of str to tuple of Ring
        Land of each municipality; small islands are left out.
    bounds : tuple of float
        West, south, east, north of everything.
    """

    rings: Mapping[str, tuple[Ring, ...]]
    bounds: tuple[float, float, float, float]


def load_county_shapes(data_dir: Path) -> CountyShapes:
    """Read the municipalities' land and simplify it.

    Raises
    ------
    GeodataFaults
        With everything that is wrong with the file, if anything is.
    """
    log = FaultLog(data_dir / "municipalities.geojson")
    land = checked_polygons(read_features(log), log=log)
    if any(fault.is_error for fault in log.faults):
        raise GeodataFaults(log.faults)
    projected = [to_metres(polygon) for polygon in land.values()]
    simple = shapely.coverage_simplify(projected, TOLERANCE_M)
    rings = {
        code: tuple(
            tuple((float(x), float(y)) for x, y in part.exterior.coords)
            for part in shapely.get_parts(shape)
            if part.area >= SMALLEST_ISLAND_M2
        )
        for code, shape in zip(land, simple, strict=True)
    }
    west, south, east, north = shapely.total_bounds(simple).tolist()
    return CountyShapes(rings=rings, bounds=(west, south, east, north))


@lru_cache(maxsize=2)
def county_shapes(data_dir: Path) -> CountyShapes:
    """Return the shapes of a data folder, read once per process."""
    return load_county_shapes(data_dir)


def point_in_metres(lat: float, lon: float) -> tuple[float, float]:
    """Return a point (EPSG:4326) as east and north in metres (EPSG:3006)."""
    point = to_metres(shapely.Point(lon, lat))
    return float(point.x), float(point.y)
