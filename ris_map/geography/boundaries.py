"""Read and check municipality polygons: codes, validity, place, overlaps and gaps.

Coordinates are WGS 84 degrees (EPSG:4326), and edges are straight in degrees, as GeoJSON has it.
Areas are measured in SWEREF 99 TM (EPSG:3006).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np
import pyproj
import shapely

from ris_map.common.tables import FaultLog, point_problem
from ris_map.geography.codes import MUNICIPALITY_CODES

MAX_SLIVER_M2 = 10_000.0
"""Overlap or gap between neighbours that is still taken for rounding: one hectare."""
MAX_OUTSIDE_TERRITORY_M2 = 5_000_000.0
"""Land outside its own territory that is still taken for simplification: 5 km2."""
MAX_SEGMENT_DEGREES = 0.005
_TO_METRES = pyproj.Transformer.from_crs(4326, 3006, always_xy=True)

Polygons = dict[str, shapely.Geometry]


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """One feature of a GeoJSON file; ``geometry`` is ``None`` when it cannot be read."""

    line: int | None
    properties: Mapping[str, Any]
    geometry: shapely.Geometry | None


def read_features(log: FaultLog) -> list[Feature]:
    """Read a GeoJSON feature collection; lines are known when each feature has its own."""
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
    return [
        Feature(line=line, properties=properties, geometry=_geometry(geometry))
        for line, (properties, geometry) in zip(lines, features, strict=True)
    ]


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number")


def _geometry(geometry: object) -> shapely.Geometry | None:
    try:
        return shapely.from_geojson(json.dumps(geometry))
    except (shapely.GEOSException, ValueError):
        return None


def to_metres(geometry: shapely.Geometry) -> shapely.Geometry:
    """Project the vertices from EPSG:4326 (degrees) to EPSG:3006 (metres)."""
    return shapely.transform(geometry, _TO_METRES.transform, interleaved=False)


def area_m2(geometry: shapely.Geometry) -> float:
    """Return the area of a geometry in EPSG:4326, measured in EPSG:3006.

    Long edges get more vertices first: straight in degrees is not straight in metres, and the
    difference would give a thin sliver hectares that it does not have.
    """
    return float(to_metres(shapely.segmentize(geometry, MAX_SEGMENT_DEGREES)).area)


def checked_polygons(features: Sequence[Feature], *, log: FaultLog) -> Polygons:
    """Return the usable polygon of each municipality, in the order of the codes.

    Everything else is noted: codes that are unknown, missing or there twice, geometry that is no
    valid polygon or lies outside the region, overlaps and gaps.
    """
    polygons: Polygons = {}
    seen: set[str] = set()
    for feature in features:
        code = _checked_code(feature, seen=seen, log=log)
        if code is not None:
            seen.add(code)
            if _is_usable(feature, code=code, log=log):
                polygons[code] = feature.geometry
    missing = [code for code in MUNICIPALITY_CODES if code not in seen]
    if missing and (features or not log.faults):
        log.add(
            f"{len(MUNICIPALITY_CODES)} municipalities are expected; missing: "
            f"{', '.join(missing)}.",
            action="Add them.",
            code="missing-municipality",
        )
    polygons = dict(sorted(polygons.items()))
    if polygons:
        _note_overlaps(polygons, log=log)
    if len(polygons) == len(MUNICIPALITY_CODES):  # else one that is left out would look like a gap
        _note_gaps(polygons, log=log)
    return polygons


def _checked_code(feature: Feature, *, seen: set[str], log: FaultLog) -> str | None:
    code, name = feature.properties.get("code"), feature.properties.get("name")
    record = None if code is None else str(code)
    if not isinstance(code, str) or code not in MUNICIPALITY_CODES:
        log.add(
            f"{code!r} is not the code of a municipality in the county.",
            action="Write the code as text of four digits.",
            code="unknown-municipality",
            line=feature.line,
            record=record,
            field="code",
        )
        return None
    if not isinstance(name, str) or not name:
        log.add(
            "The name is missing.",
            action="Fill it in.",
            code="missing-value",
            line=feature.line,
            record=record,
            field="name",
        )
    if code in seen:
        log.add(
            "Stands here for the second time.",
            action="Remove one.",
            code="duplicate-id",
            line=feature.line,
            record=record,
            field="code",
        )
        return None
    return code


def _is_usable(feature: Feature, *, code: str, log: FaultLog) -> bool:
    problem = _geometry_problem(feature.geometry)
    if problem is not None:
        log.add(
            problem,
            action="Rebuild the file with scripts/build_boundaries.py.",
            code="bad-geometry",
            line=feature.line,
            record=code,
            field="geometry",
        )
    return problem is None


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


def _note_overlaps(polygons: Polygons, *, log: FaultLog) -> None:
    codes, shapes = list(polygons), list(polygons.values())
    first, second = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    for left, right in zip(first, second, strict=True):
        overlap_m2 = area_m2(shapes[left].intersection(shapes[right])) if left < right else 0.0
        if overlap_m2 > MAX_SLIVER_M2:
            log.add(
                f"Overlaps {codes[right]} by {overlap_m2 / 1e4:.1f} hectares.",
                action="Rebuild both with shared borders.",
                code="overlap",
                record=codes[left],
                field="geometry",
            )


def _note_gaps(polygons: Polygons, *, log: FaultLog) -> None:
    for part in shapely.get_parts(shapely.union_all(list(polygons.values()))):
        for ring in part.interiors:
            gap_m2 = area_m2(shapely.Polygon(ring))
            if gap_m2 > MAX_SLIVER_M2:
                beside = [code for code, shape in polygons.items() if shape.intersects(ring)]
                log.add(
                    f"A gap of {gap_m2 / 1e4:.1f} hectares beside {', '.join(beside)}.",
                    action="Rebuild them with shared borders.",
                    code="gap",
                    record=beside[0],
                    field="geometry",
                )


def note_land_outside_territory(land: Polygons, *, territory: Polygons, log: FaultLog) -> None:
    """Note municipalities whose land does not lie in their own territory (codes mixed up, say)."""
    for code in sorted(land.keys() & territory.keys()):
        outside_m2 = area_m2(land[code].difference(territory[code]))
        if outside_m2 > MAX_OUTSIDE_TERRITORY_M2:
            log.add(
                f"{outside_m2 / 1e6:.0f} km2 of its land lie outside its own territory.",
                action="Rebuild municipalities.geojson and territory.geojson together.",
                code="land-outside-territory",
                record=code,
                field="geometry",
            )
