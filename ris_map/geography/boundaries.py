"""Read and check municipality polygons: codes, validity, place, overlaps and gaps.

Coordinates are WGS 84 degrees (EPSG:4326), and edges are straight in degrees, as GeoJSON has it.
Areas are measured in SWEREF 99 TM (EPSG:3006).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import NoReturn

import geopandas as gpd
import numpy as np
import pyproj
import shapely
from pydantic import ValidationError

from ris_map.common.faults import GeodataFaults
from ris_map.common.model_faults import Place, model_faults
from ris_map.common.records import MunicipalityCode, Record, ShortText
from ris_map.common.tables import FaultLog, point_problem
from ris_map.common.yaml_file import YamlDocument
from ris_map.geography.codes import MUNICIPALITY_CODES

DEGREES, METRES = 4326, 3006
MAX_SLIVER_M2 = 10_000.0
"""Overlap or gap between neighbours that is still taken for rounding: one hectare."""
MAX_OUTSIDE_TERRITORY_M2 = 5_000_000.0
"""Land outside its own territory that is still taken for simplification: 5 km2."""
MAX_SEGMENT_DEGREES = 0.005
SIMPLE_TOLERANCE_M = 500.0
"""Details smaller than this are left out of drawings; shared borders stay shared."""
SMALLEST_ISLAND_M2 = 3_000_000.0

Ring = tuple[tuple[float, float], ...]


class Territory(Record):
    """Properties of a municipality's polygon with its sea."""

    code: MunicipalityCode
    name: ShortText


class Land(Territory):
    """Properties of a municipality's land, with a point where a label can stand."""

    label_lat: float
    label_lon: float


def read_areas(log: FaultLog, kind: type[Territory]) -> gpd.GeoDataFrame:
    """Read one polygon per municipality, by code, in EPSG:4326; what is wrong is noted.

    Lines are known when each feature has its own. Left out are areas whose code or geometry cannot
    be used.
    """
    rows, seen = [], set[str]()
    for line, raw, geometry in features_in(log):
        code = raw.get("code")
        record = None if code is None else str(code)
        place = Place(log.path.as_posix(), YamlDocument(None, {(): line or 1}), (), record)
        try:
            kind.model_validate(raw)
        except ValidationError as error:
            log.faults.extend(model_faults(error, model=kind, place=place))
        if isinstance(code, str) and code not in MUNICIPALITY_CODES:
            reason = f"{code} is no municipality of the county."
            log.add(
                reason,
                action="Correct the code.",
                code="unknown-municipality",
                line=line,
                record=record,
                field="code",
            )
        elif isinstance(code, str) and code in seen:
            log.add(
                "Stands here for the second time.",
                action="Remove one.",
                code="duplicate-id",
                line=line,
                record=record,
                field="code",
            )
        elif isinstance(code, str):
            seen.add(code)
            if problem := _geometry_problem(geometry):
                log.add(
                    problem,
                    action="Rebuild the file with scripts/build_boundaries.py.",
                    code="bad-geometry",
                    line=line,
                    record=code,
                    field="geometry",
                )
            else:
                rows.append({**raw, "line": line, "geometry": geometry})
    missing = [code for code in MUNICIPALITY_CODES if code not in seen]
    if missing and (seen or not log.faults):
        log.add(
            f"{len(MUNICIPALITY_CODES)} municipalities are expected; missing: "
            f"{', '.join(missing)}.",
            action="Add them.",
            code="missing-municipality",
        )
    columns = [*kind.model_fields, "line", "geometry"]
    areas = gpd.GeoDataFrame(rows, columns=columns, geometry="geometry", crs=DEGREES)
    areas = areas.set_index("code").sort_index()
    _note_overlaps_and_gaps(areas.geometry, log=log)
    return areas


def features_in(
    log: FaultLog,
) -> list[tuple[int | None, dict[str, object], shapely.Geometry | None]]:
    """Return line, properties and geometry of each feature of a GeoJSON file.

    A geometry that cannot be read is None; the line is known when each feature has its own.
    """
    text = log.text()
    if text is None:
        return []
    try:
        document = json.loads(text, parse_constant=_refuse_constant)
        features = [(dict(f["properties"]), f["geometry"]) for f in document["features"]]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        log.add(
            f"Not a GeoJSON feature collection: {error}.",
            action="Rebuild the file.",
            code="bad-json",
            line=error.lineno if isinstance(error, json.JSONDecodeError) else None,
        )
        return []
    numbers = [n for n, line in enumerate(text.splitlines(), start=1) if '"Feature"' in line]
    lines = numbers if len(numbers) == len(features) else [None] * len(features)
    pairs = zip(lines, features, strict=True)
    return [(line, properties, _geometry(shape)) for line, (properties, shape) in pairs]


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number")


def _geometry(geometry: object) -> shapely.Geometry | None:
    try:
        return shapely.from_geojson(json.dumps(geometry))
    except (shapely.GEOSException, ValueError):
        return None


def _geometry_problem(geometry: shapely.Geometry | None) -> str | None:
    if geometry is None:
        return "The geometry cannot be read."
    if geometry.geom_type not in {"Polygon", "MultiPolygon"} or geometry.is_empty:
        return f"A polygon with content is expected, not this {geometry.geom_type}."
    if not np.isfinite(shapely.get_coordinates(geometry)).all():
        return "A coordinate is not a number."
    if not geometry.is_valid:
        return f"The polygon is not valid: {shapely.is_valid_reason(geometry)}."
    west, south, east, north = geometry.bounds
    return point_problem(south, west) or point_problem(north, east)


def point_in_metres(lat: float, lon: float) -> tuple[float, float]:
    """Return a point (EPSG:4326) as east and north in metres (EPSG:3006)."""
    return _transformer().transform(lon, lat)


def sweref_point(lat: float, lon: float) -> tuple[int, int]:
    """Return north and east in SWEREF 99 TM, whole metres, of a point in degrees (EPSG:4326)."""
    east, north = point_in_metres(lat, lon)
    return round(north), round(east)


@lru_cache(maxsize=1)
def _transformer() -> pyproj.Transformer:
    return pyproj.Transformer.from_crs(DEGREES, METRES, always_xy=True)


def area_m2(areas: gpd.GeoSeries) -> gpd.GeoSeries:
    """Return the areas of geometries in EPSG:4326, measured in EPSG:3006.

    Long edges get more vertices first: straight in degrees is not straight in metres, and the
    difference would give a thin sliver hectares that it does not have.
    """
    return areas.segmentize(MAX_SEGMENT_DEGREES).to_crs(METRES).area


def _note_overlaps_and_gaps(areas: gpd.GeoSeries, *, log: FaultLog) -> None:
    if not areas.is_valid_coverage():
        pairs = gpd.sjoin(areas.to_frame("geometry"), areas.to_frame("geometry"))
        pairs = pairs[pairs.index < pairs["code_right"]]
        others = areas.loc[pairs["code_right"]]
        shared = pairs.geometry.intersection(others, align=False)
        for code, other, overlap_m2 in zip(
            pairs.index, pairs["code_right"], area_m2(shared), strict=True
        ):
            if overlap_m2 > MAX_SLIVER_M2:
                log.add(
                    f"Overlaps {other} by {overlap_m2 / 1e4:.1f} hectares.",
                    action="Rebuild both with shared borders.",
                    code="overlap",
                    record=code,
                    field="geometry",
                )
    if len(areas) < len(MUNICIPALITY_CODES):
        return  # one that is left out would look like a gap
    holes = gpd.GeoSeries(
        [
            shapely.Polygon(ring)
            for part in shapely.get_parts(areas.union_all())
            for ring in part.interiors
        ],
        crs=DEGREES,
    )
    for hole, gap_m2 in zip(holes, area_m2(holes), strict=True):
        if gap_m2 > MAX_SLIVER_M2:
            beside = areas.index[areas.intersects(hole.exterior)]
            log.add(
                f"A gap of {gap_m2 / 1e4:.1f} hectares beside {', '.join(beside)}.",
                action="Rebuild them with shared borders.",
                code="gap",
                record=beside[0],
                field="geometry",
            )


def note_land_outside_territory(
    land: gpd.GeoSeries, *, territory: gpd.GeoSeries, log: FaultLog
) -> None:
    """Note municipalities whose land does not lie in their own territory (codes mixed up, say)."""
    both = land.index.intersection(territory.index)
    outside = area_m2(land.loc[both].difference(territory.loc[both], align=True))
    for code, outside_m2 in outside[outside > MAX_OUTSIDE_TERRITORY_M2].items():
        log.add(
            f"{outside_m2 / 1e6:.0f} km2 of its land lie outside its own territory.",
            action="Rebuild municipalities.geojson and territory.geojson together.",
            code="land-outside-territory",
            record=code,
            field="geometry",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CountyShapes:
    """Outer rings of each municipality's land, simplified, in metres (EPSG:3006): east, north.

    Small islands are left out. ``bounds`` are west, south, east, north of everything.
    """

    rings: dict[str, tuple[Ring, ...]]
    bounds: tuple[float, float, float, float]


def load_county_shapes(data_dir: Path) -> CountyShapes:
    """Read the municipalities' land and simplify it for drawings on paper.

    Raises
    ------
    GeodataFaults
        With everything that is wrong with the file, if anything is.
    """
    log = FaultLog(data_dir / "municipalities.geojson")
    land = read_areas(log, Land)
    if any(fault.is_error for fault in log.faults):
        raise GeodataFaults(log.faults)
    simple = land.to_crs(METRES).geometry.simplify_coverage(SIMPLE_TOLERANCE_M)
    parts = simple.explode()
    parts = parts[parts.area >= SMALLEST_ISLAND_M2]
    rings = {
        str(code): tuple(
            tuple((float(x), float(y)) for x, y in part.exterior.coords) for part in group
        )
        for code, group in parts.groupby(level=0, sort=False)
    }
    west, south, east, north = simple.total_bounds.tolist()
    return CountyShapes(rings=rings, bounds=(west, south, east, north))


@lru_cache(maxsize=2)
def county_shapes(data_dir: Path) -> CountyShapes:
    """Return the shapes of a data folder, read once per process."""
    return load_county_shapes(data_dir)
