"""Rebuild ``background.geojson``, what lies behind and between the municipalities on every map.

Run from the repository's root: ``python -m scripts.build_background``. Three kinds of features, all
in WGS 84 (EPSG:4326): the sea (territory minus land, coarse, drawn beneath the land), the roads
(numbered ones with their course, one feature per road number, cut a little outside the county) and
the municipal seats as points with their names.
"""

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import shapely
from pyproj import Transformer

from ris_map.geography.boundaries import to_metres
from ris_map.geography.county import Geography, load_geography
from ris_map.geography.roads import Roads, load_roads
from ris_map.register.in_words import place_id
from scripts.build_boundaries import collection_text, feature_line

DECIMALS = 4
ROAD_MARGIN_M = 6_000
"""How far roads are drawn beyond the county, so that a reader sees that they go on."""
SEA_OVERLAP_M = 3_000
"""The sea reaches under the land, whose own outline then draws the coast exactly."""
SEA_TOLERANCE_M = 800
ROAD_TOLERANCE_M = 150
_TO_4326 = Transformer.from_crs(3006, 4326, always_xy=True)


def background_text(*, roads: Roads, geography: Geography, land_4326: shapely.Geometry) -> str:
    """Return the file's text, one feature per line."""
    territory_3006 = shapely.union_all([_to_3006(g) for g in geography.territory.values()])
    land_3006 = _to_3006(land_4326)
    has_sea = territory_3006.difference(land_3006.buffer(1)).area > 0
    features = [
        *([_feature({"kind": "sea"}, _sea_3006(territory_3006, land_3006=land_3006))] * has_sea),
        *_road_features(roads, within_3006=territory_3006.buffer(ROAD_MARGIN_M)),
        *_seat_features(geography),
    ]
    return collection_text(features)


def _sea_3006(territory_3006: shapely.Geometry, *, land_3006: shapely.Geometry) -> shapely.Geometry:
    sea = territory_3006.difference(land_3006.buffer(1))
    largest = max(shapely.get_parts(sea), key=shapely.area)
    grown = largest.buffer(SEA_OVERLAP_M, join_style="mitre").simplify(SEA_TOLERANCE_M)
    # never beyond the territory: towards the neighbours there is no land of ours to cover it
    return shapely.Polygon(grown.intersection(territory_3006).exterior).simplify(
        SEA_TOLERANCE_M / 4
    )


def road_lines(roads: Roads) -> dict[str, list[shapely.LineString]]:
    """Return the lines (EPSG:3006) of each numbered road; one with two numbers is under both."""
    numbered = roads.edges[roads.edges["kind"] == "numbered"]
    each = numbered.assign(number=numbered["road"].str.split("/")).explode("number")
    return {str(road): list(part.geometry) for road, part in each.groupby("number")}


def _road_features(roads: Roads, *, within_3006: shapely.Geometry) -> Iterator[str]:
    for road, lines in road_lines(roads).items():
        cut = shapely.line_merge(shapely.union_all(lines)).intersection(within_3006)
        if not cut.is_empty:
            yield _feature({"road": road, "kind": "road"}, cut.simplify(ROAD_TOLERANCE_M))


def _seat_features(geography: Geography) -> Iterator[str]:
    for seat in (locality for locality in geography.localities if locality.is_seat):
        properties = {
            "kind": "seat",
            "id": place_id(seat.municipality_code, seat.name),
            "name": seat.name,
        }
        yield _feature(properties, _to_3006(shapely.Point(seat.lon, seat.lat)))


def _feature(properties: dict[str, Any], geometry_3006: shapely.Geometry) -> str:
    degrees = shapely.transform(geometry_3006, _TO_4326.transform, interleaved=False)
    rounded = shapely.transform(degrees, lambda xy: xy.round(DECIMALS))
    return feature_line(properties, rounded)


def _to_3006(geometry: shapely.Geometry) -> shapely.Geometry:
    return shapely.transform(geometry, to_metres().transform, interleaved=False)


def land_of(path: Path) -> shapely.Geometry:
    """Return all land of a boundary file as one geometry (EPSG:4326)."""
    return gpd.read_file(path).union_all()


def main(argv: Sequence[str] | None = None) -> int:
    """Run from the command line."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--data", type=Path, default=Path("data"), help="data folder (data)")
    data_dir = arguments.parse_args(argv).data
    text = background_text(
        roads=load_roads(data_dir),
        geography=load_geography(data_dir),
        land_4326=land_of(data_dir / "municipalities.geojson"),
    )
    (data_dir / "background.geojson").write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
