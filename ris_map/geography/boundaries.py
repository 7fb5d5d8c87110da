"""Read and check municipality polygons: codes, validity, place, overlaps and gaps.

Coordinates are WGS 84 degrees (EPSG:4326), and edges are straight in degrees, as GeoJSON has it.
Areas are measured in SWEREF 99 TM (EPSG:3006).
"""

import io
import json
import re
import warnings
from functools import lru_cache
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyproj
import shapely
from pydantic import BaseModel

from ris_map.common.records import Record, ShortText
from ris_map.common.region import region
from ris_map.common.tables import FaultLog, accepted
from ris_map.geography.divisions import MUNICIPALITY_CODES, OwnMunicipality

DEGREES, METRES = 4326, 3006
MAX_SLIVER_M2 = 10_000.0
"""Overlap or gap between neighbours that is still taken for rounding: one hectare."""
MAX_OUTSIDE_TERRITORY_M2 = 5_000_000.0
"""Land outside its own territory that is still taken for simplification: 5 km2."""
MAX_SEGMENT_DEGREES = 0.005
SIMPLE_TOLERANCE_M = 500.0
"""Details smaller than this are left out of drawings; shared borders stay shared."""
SMALLEST_ISLAND_M2 = 3_000_000.0


class Territory(Record):
    """Properties of a municipality's polygon with its sea."""

    code: OwnMunicipality
    name: ShortText


class Land(Territory):
    """A municipality by its land, with a point on its mainland where a label can stand."""

    label_lat: float
    label_lon: float


def read_areas(log: FaultLog, kind: type[Territory]) -> gpd.GeoDataFrame:
    """Read one polygon per municipality, by code, in EPSG:4326; what is wrong is noted.

    Left out are areas whose code or geometry cannot be used.
    """
    areas = read_features(log, kind, key="code")
    areas = areas[areas["code"].isin(MUNICIPALITY_CODES)]
    log.add_rows(areas[areas["code"].duplicated()], "duplicate-id/area", field="code")
    areas = areas.drop_duplicates("code")
    wanted = areas["code"].map({one.code: one.name for one in region().municipalities})
    off = areas.assign(wanted=wanted)[areas["name"].fillna("").ne("") & areas["name"].ne(wanted)]
    log.add_rows(off, "other-name", field="name")
    problems = areas.geometry.map(_geometry_problem)
    wrong = areas.assign(problem=problems)[problems.notna().astype(bool)]
    log.add_rows(wrong, "bad-geometry/area", field="geometry")
    missing = [code for code in MUNICIPALITY_CODES if code not in set(areas["code"])]
    if missing and (len(areas) or not log.faults):
        number = len(MUNICIPALITY_CODES)
        log.add("missing-municipality", number=number, missing=", ".join(missing))
    areas = areas[problems.isna()]
    areas = areas.assign(line=areas.index).set_index("code").sort_index()
    _note_overlaps_and_gaps(areas.geometry, log=log)
    return areas


def read_features(log: FaultLog, kind: type[BaseModel], *, key: str | None) -> gpd.GeoDataFrame:
    """Return the features of a GeoJSON file (EPSG:4326) whose properties are as ``kind`` says.

    The index is the line, or 0 where features have no lines of their own. What is wrong is noted;
    features with faults in their properties stay, so that nothing else about them goes unsaid.
    """
    found = _opened(log)
    columns = list(kind.model_fields)
    properties = found.drop(columns="geometry").astype(object)
    for line, raw in properties.iterrows():
        given = {str(name): value for name, value in raw.items() if pd.notna(value)}
        place = log.place(int(str(line)), str(given[key]) if key in given else None)
        log.faults += place.read(kind, given)[1]
    found = found.reindex(columns=[*columns, "geometry"])
    found.attrs["key"] = key
    return found


def _opened(log: FaultLog) -> gpd.GeoDataFrame:
    nothing = gpd.GeoDataFrame({"geometry": []}, geometry="geometry", crs=DEGREES)
    text = log.text()
    if text is None:
        return nothing
    try:
        features = json.loads(text)["features"]  # as the map does; GDAL also takes less and more
        given = [json.dumps(one.get("geometry")) for one in features if isinstance(one, dict)]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what is wrong shows in the values
            found = gpd.read_file(io.BytesIO(text.encode()), on_invalid="ignore")
    except (RuntimeError, ValueError, TypeError, LookupError) as error:
        line = re.search(r"line (\d+)", str(error))
        reason = f"Not a GeoJSON feature collection: {error}"
        log.add("bad-json", line=int(line[1]) if line else None, reason=reason)
        return nothing
    if not isinstance(found, gpd.GeoDataFrame) or found.crs != DEGREES:
        reason = "Not a collection of features with geometry in degrees (EPSG:4326)"
        log.add("bad-json", reason=reason)
        return nothing
    if len(given) == len(found):  # of several parts GDAL leaves out those that it cannot read
        unread = shapely.is_missing(shapely.from_geojson(given, on_invalid="ignore"))
        found.loc[unread, "geometry"] = None
    names = found.columns.drop("geometry")
    # lists and mappings, in whatever form GDAL gives them, can be neither compared nor counted
    found[names] = found[names].map(lambda v: v if pd.api.types.is_scalar(v) else (str(v),))
    rows = text.splitlines()
    lines = [number for number, row in enumerate(rows, start=1) if '"Feature"' in row]
    return found.set_index(pd.Index(lines if len(lines) == len(found) else [0] * len(found)))


def _geometry_problem(geometry: shapely.Geometry | None) -> str | None:
    if geometry is None:
        return "The geometry cannot be read."
    if geometry.geom_type not in {"Polygon", "MultiPolygon"} or geometry.is_empty:
        return f"A polygon with content is expected, not this {geometry.geom_type}."
    if not geometry.is_valid:
        return f"The polygon is not valid: {shapely.is_valid_reason(geometry)}."
    west, south, east, north = geometry.bounds
    return point_problem(south, west) or point_problem(north, east)


def point_problem(lat: float, lon: float) -> str | None:
    """Say what is wrong with a point (EPSG:4326), or return None when it can be in the region."""
    bounds = region().bounds
    if bounds.holds(lat, lon):
        return None
    if bounds.holds(lon, lat):
        return f"Latitude {lat:g} and longitude {lon:g} seem to be swapped."
    return (
        f"The point ({lat:g}, {lon:g}) lies outside the region "
        f"({bounds.south}-{bounds.north} N, {bounds.west}-{bounds.east} E)."
    )


def note_bad_points(points: pd.DataFrame, log: FaultLog) -> None:
    """Note the rows of a table whose ``lat`` and ``lon`` are no point in the region."""
    found = map(point_problem, points["lat"], points["lon"])
    problems = pd.Series(list(found), index=points.index, dtype=object)
    wrong = points.assign(problem=problems)[problems.notna()]
    log.add_rows(wrong, "bad-point/place", field="lat, lon")


def point_in_metres(lat: float, lon: float) -> tuple[float, float]:
    """Return a point (EPSG:4326) as east and north in metres (EPSG:3006)."""
    return to_metres().transform(lon, lat)


def sweref_point(lat: float, lon: float) -> tuple[int, int]:
    """Return north and east in SWEREF 99 TM, whole metres, of a point in degrees (EPSG:4326)."""
    east, north = point_in_metres(lat, lon)
    return round(north), round(east)


@lru_cache(maxsize=1)
def to_metres() -> pyproj.Transformer:
    """Return the way from degrees (lon, lat) to SWEREF 99 TM (east, north)."""
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
                hectares = overlap_m2 / 1e4
                log.add("overlap", record=code, field="geometry", other=other, hectares=hectares)
    if len(areas) < len(MUNICIPALITY_CODES):
        return  # one that is left out would look like a gap
    rings = gpd.GeoSeries([areas.union_all()]).explode().interiors.explode().dropna()
    holes = gpd.GeoSeries(rings.map(shapely.Polygon), crs=DEGREES)
    for hole, gap_m2 in zip(holes, area_m2(holes), strict=True):
        if gap_m2 > MAX_SLIVER_M2:
            beside = areas.index[areas.intersects(hole.exterior)]
            values = {"hectares": gap_m2 / 1e4, "beside": ", ".join(beside)}
            log.add("gap", record=beside[0], field="geometry", **values)


def note_land_outside_territory(
    land: gpd.GeoSeries, *, territory: gpd.GeoSeries, log: FaultLog
) -> None:
    """Note municipalities whose land does not lie in their own territory (codes mixed up, say)."""
    both = land.index.intersection(territory.index)
    outside = area_m2(land.loc[both].difference(territory.loc[both], align=True))
    for code, outside_m2 in outside[outside > MAX_OUTSIDE_TERRITORY_M2].items():
        log.add("land-outside-territory", record=code, field="geometry", km2=outside_m2 / 1e6)


@lru_cache(maxsize=2)
def county_shapes(data_dir: Path) -> gpd.GeoSeries:
    """Read a data folder's land and simplify it for paper, once; ``DataFaults`` if it cannot.

    Polygons by municipality, in metres (EPSG:3006) and without small islands.
    """
    log = FaultLog(data_dir / "municipalities.geojson")
    land = accepted(read_areas(log, Land), log.faults)
    parts = land.to_crs(METRES).geometry.simplify_coverage(SIMPLE_TOLERANCE_M).explode()
    return parts[parts.area >= SMALLEST_ISLAND_M2]
