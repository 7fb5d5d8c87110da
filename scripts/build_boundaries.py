"""Rebuild ``municipalities.geojson`` (land) and ``territory.geojson`` (land and sea).

Both come from two files that anyone can download; see ``--help`` for where. All geometry is
computed in SWEREF 99 TM (EPSG:3006, metres) and written in WGS 84 (EPSG:4326, degrees).

The boundaries and the coast are cut into faces once, and each face is given to one municipality.
Neighbours therefore share their border vertex by vertex, and the simplification keeps it so.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from ris_map.common.region import region

METRIC_CRS = 3006
GEOGRAPHIC_CRS = 4326
SOURCES = """\
--municipalities: municipality polygons with their sea territory and a code column, e.g.
  Lantmäteriet, "Kommun, län och rike" (CC0), geotorget.lantmateriet.se
  Who's On First, Swedish county-level records (CC0 for Lantmäteriet's lines),
    github.com/whosonfirst-data/whosonfirst-data-admin-se
--land: polygons of land, e.g.
  OpenStreetMap land polygons (ODbL 1.0), osmdata.openstreetmap.de/data/land-polygons.html
  (the result is then a derived database under ODbL 1.0)
Any format that geopandas reads, in any reference system that the file states.
"""


class BuildError(Exception):
    """The input does not give boundaries that can be published; the message says why."""


def read_municipalities(
    path: Path, *, code_column: str, name_column: str, county_code: str
) -> gpd.GeoDataFrame:
    """Read one row per municipality of the county, sorted by code, in EPSG:3006.

    Codes become text of four digits, whether the file holds them as text or as numbers.
    """
    read = gpd.read_parquet if path.suffix == ".parquet" else gpd.read_file
    frame = read(path)
    missing = {code_column, name_column} - set(frame.columns)
    if missing:
        raise BuildError(f"{path}: no column {sorted(missing)}; it has {sorted(frame.columns)}")
    if frame.crs is None:
        raise BuildError(f"{path}: the file does not state its reference system")
    frame = frame.rename(columns={code_column: "code", name_column: "name"})
    frame["code"] = [str(code).removesuffix(".0").zfill(4) for code in frame["code"]]
    frame = frame.loc[frame["code"].str.startswith(county_code), ["code", "name", "geometry"]]
    if frame.empty:
        raise BuildError(f"{path}: no municipality whose code begins with {county_code}")
    return frame.to_crs(METRIC_CRS).dissolve(by="code", as_index=False).sort_values("code")


def read_land_m(path: Path, *, near: gpd.GeoDataFrame) -> shapely.Geometry:
    """Read the land around the municipalities as one geometry in EPSG:3006."""
    land = gpd.read_file(path, bbox=near)
    if land.empty:
        raise BuildError(f"{path}: no land near the municipalities")
    return shapely.union_all(shapely.make_valid(land.to_crs(METRIC_CRS).geometry.to_numpy()))


def clip_to_land(territories_m: np.ndarray, *, land_m: shapely.Geometry) -> np.ndarray:
    """Keep the land of each territory, with borders that still match vertex by vertex."""
    lines = shapely.union_all([*shapely.boundary(territories_m), shapely.boundary(land_m)])
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(lines)))
    inside_m = shapely.point_on_surface(faces)
    shapely.prepare(land_m)
    on_land = shapely.contains(land_m, inside_m)
    clipped = []
    for territory_m in territories_m:
        shapely.prepare(territory_m)
        mine = faces[on_land & shapely.contains(territory_m, inside_m)]
        clipped.append(shapely.coverage_union_all(mine))
    return np.array(clipped)


def drop_islets(polygons_m: np.ndarray, *, minimum_area_m2: float) -> np.ndarray:
    """Leave out small parts, but never the largest part of a municipality."""
    kept = []
    for polygon_m in polygons_m:
        parts = shapely.get_parts(polygon_m)
        areas_m2 = shapely.area(parts)
        large = parts[(areas_m2 >= minimum_area_m2) | (areas_m2 == areas_m2.max(initial=0.0))]
        kept.append(large[0] if len(large) == 1 else shapely.multipolygons(large))
    return np.array(kept)


def to_degrees(polygons_m: np.ndarray, *, decimals: int) -> np.ndarray:
    """Turn EPSG:3006 into rounded EPSG:4326 in a canonical order of parts and vertices.

    Equal vertices are rounded equally, so shared borders stay shared. Outer rings run
    counter-clockwise (RFC 7946).
    """
    degrees = gpd.GeoSeries(polygons_m, crs=METRIC_CRS).to_crs(GEOGRAPHIC_CRS).to_numpy()
    rounded = shapely.transform(degrees, lambda lon_lat: np.round(lon_lat, decimals))
    rounded = shapely.remove_repeated_points(rounded)
    return np.asarray(shapely.orient_polygons(shapely.normalize(rounded), exterior_cw=False))


def require_clean_coverage(codes: Sequence[str], polygons: np.ndarray) -> None:
    """Raise unless every polygon is valid and no two overlap."""
    for code, polygon in zip(codes, polygons, strict=True):
        if not shapely.is_valid(polygon):
            raise BuildError(
                f"{code}: invalid after rounding ({shapely.is_valid_reason(polygon)}); "
                "use more decimals or another tolerance"
            )
    if not shapely.coverage_is_valid(polygons):
        raise BuildError("the municipalities overlap; use more decimals or another tolerance")


def feature_line(properties: dict[str, Any], geometry: shapely.Geometry) -> str:
    """Write one feature as compact JSON on one line, so that changes can be read."""
    feature = {
        "type": "Feature",
        "properties": properties,
        "geometry": json.loads(shapely.to_geojson(geometry)),
    }
    return json.dumps(feature, ensure_ascii=False, separators=(",", ":"))


def collection_text(features: Sequence[str]) -> str:
    """Return a feature collection, one feature per line."""
    return '{"type":"FeatureCollection","features":[\n' + ",\n".join(features) + "\n]}\n"


def write_boundaries(path: Path, *, frame: gpd.GeoDataFrame, polygons: np.ndarray) -> None:
    """Write code and name with each polygon."""
    pairs = zip(frame["code"], frame["name"], polygons, strict=True)
    text = collection_text([feature_line({"code": c, "name": n}, p) for c, n, p in pairs])
    path.write_text(text, encoding="utf-8")


def write_labelled(path: Path, *, frame: gpd.GeoDataFrame, polygons: np.ndarray) -> None:
    """Write code, name and a point inside the largest part, where a label can stand."""
    lines = []
    for code, name, polygon in zip(frame["code"], frame["name"], polygons, strict=True):
        largest = max(shapely.get_parts(polygon), key=shapely.area)
        label = shapely.point_on_surface(largest)
        properties = {
            "code": code,
            "name": name,
            "label_lat": round(label.y, 4),
            "label_lon": round(label.x, 4),
        }
        lines.append(feature_line(properties, polygon))
    path.write_text(collection_text(lines), encoding="utf-8")


def build(options: argparse.Namespace) -> None:
    """Build both files, or raise :class:`BuildError` and write neither."""
    frame = read_municipalities(
        options.municipalities,
        code_column=options.code_column,
        name_column=options.name_column,
        county_code=options.county,
    )
    territories_m = frame.geometry.to_numpy()
    land_m = read_land_m(options.land, near=frame)
    clipped_m = clip_to_land(territories_m, land_m=land_m)
    dry = frame["code"][~shapely.is_empty(clipped_m)]
    if len(dry) < len(frame):
        missing = sorted(set(frame["code"]) - set(dry))
        raise BuildError(f"{options.land}: no land in {', '.join(missing)}; is the file complete?")
    municipalities_m = drop_islets(
        shapely.coverage_simplify(clipped_m, options.tolerance_m),
        minimum_area_m2=options.islet_km2 * 1e6,
    )
    territory = to_degrees(
        shapely.coverage_simplify(territories_m, options.territory_tolerance_m), decimals=5
    )
    land = to_degrees(municipalities_m, decimals=options.decimals)
    for polygons in (territory, land):
        require_clean_coverage(list(frame["code"]), polygons)
    options.out.mkdir(parents=True, exist_ok=True)
    write_labelled(options.out / "municipalities.geojson", frame=frame, polygons=land)
    write_boundaries(options.out / "territory.geojson", frame=frame, polygons=territory)


def parser() -> argparse.ArgumentParser:
    """Describe the arguments and where the input files can be had."""
    arguments = argparse.ArgumentParser(
        description=__doc__, epilog=SOURCES, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = arguments.add_argument
    add("--municipalities", type=Path, required=True, help="municipality polygons, sea included")
    add("--land", type=Path, required=True, help="land polygons")
    add("--out", type=Path, required=True, help="folder to write to")
    add("--code-column", default="code", help="column with the municipality code (code)")
    add("--name-column", default="name", help="column with the municipality name (name)")
    own = region().county_code
    add("--county", default=own, help=f"first two digits of the codes to keep ({own})")
    add("--tolerance-m", type=float, default=400.0, help="simplification of the land file (400)")
    add(
        "--territory-tolerance-m",
        type=float,
        default=0.0,
        help="simplification of the file for point tests (0: redundant vertices only)",
    )
    add("--islet-km2", type=float, default=1.0, help="leave out islands smaller than this (1)")
    add("--decimals", type=int, default=4, help="decimals of a degree in the land file (4)")
    return arguments


def main(argv: Sequence[str] | None = None) -> int:
    """Run from the command line; 0 when both files were written."""
    try:
        build(parser().parse_args(argv))
    except BuildError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
