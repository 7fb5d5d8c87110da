"""Rebuild ``data/people/population_1km.csv`` from the census grid of Eurostat (GISCO).

Run from the repository's root: ``python -m scripts.build_people GRID``, where GRID is the grid of
1 km of the Census 2021 as CSV or Parquet, with the columns GRD_ID, T, M, F, Y_LT15, Y_1564, Y_GE65,
EMP, LAND_SURFACE and T_CI. A square belongs to the municipality that holds its centre. What is
known by hand stays from the file as it stands: which squares only a ferry reaches, and the estimate
of residents outside urban areas.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from ris_map.geography.boundaries import DEGREES, METRES
from ris_map.geography.county import load_geography
from ris_map.geography.roads import PLACE_KINDS, Roads, load_roads
from ris_map.travel.people import FERRY, PEOPLE_FILE

COLUMNS = {
    "T": "population", "M": "male", "F": "female", "Y_LT15": "age_0_14", "Y_1564": "age_15_64",
    "Y_GE65": "age_65_plus", "EMP": "employed",
}  # fmt: skip
GRID = 3035
FAR_KM = 10.0


def squares(path: Path, territory: dict[str, shapely.Geometry]) -> pd.DataFrame:
    """Return the inhabited squares near the county with whole numbers; negative means withheld."""
    frame = pd.read_parquet(path) if path.suffix == ".parquet" else pd.read_csv(path)
    corner = frame["GRD_ID"].str.extract(r"N(\d+)E(\d+)$").astype(float) / 1000
    areas = gpd.GeoSeries(territory, crs=DEGREES).to_crs(GRID)
    west, south, east, north = areas.total_bounds / 1000
    near = corner[0].between(south, north) & corner[1].between(west, east) & (frame["T"] > 0)
    frame, corner = frame[near], corner[near]
    made = pd.DataFrame({"cell_id": frame["GRD_ID"].str.removesuffix(" ")})
    for name, ours in COLUMNS.items():
        made[ours] = frame[name].clip(lower=0).round().astype(int)
    made["land_share"] = frame["LAND_SURFACE"].round(3)
    made["confidential"] = (frame["T_CI"] == -9999).astype(int)
    centre = gpd.points_from_xy(corner[1] * 1000 + 500, corner[0] * 1000 + 500, crs=GRID)
    points = gpd.GeoSeries(centre, index=frame.index).to_crs(DEGREES)
    return made.assign(lat=points.y.round(5), lon=points.x.round(5)).reset_index(drop=True)


def with_municipality(found: pd.DataFrame, territory: dict[str, shapely.Geometry]) -> pd.DataFrame:
    """Keep the squares of the county and say which municipality each lies in."""
    areas = gpd.GeoSeries(territory, crs=DEGREES).to_crs(METRES)
    at, which = shapely.STRtree(areas.to_numpy()).query(_points(found), predicate="within")
    codes = pd.Series(areas.index.to_numpy()[which], index=at).sort_index()
    return found.loc[codes.index].assign(municipality_code=codes)


def with_roads(found: pd.DataFrame, roads: Roads) -> pd.DataFrame:
    """Say how far it is to the network, and whether that is only sketched there."""
    points, edges = _points(found), roads.edges[roads.edges["joinable"] == 1]
    numbered = edges["kind"] == "numbered"
    named = roads.nodes[roads.nodes["kind"].isin(PLACE_KINDS)].geometry
    away = {
        "numbered": _km(points, edges[numbered].geometry),
        "local": _km(points, edges[~numbered].geometry),
        "place": _km(points, named),
    }
    nearest = np.min(list(away.values()), axis=0)
    return found.assign(
        km_to_numbered_road=away["numbered"].round(2),
        km_to_network=nearest.round(2),
        nearest_is_schematic=(nearest < away["numbered"]).astype(int),
    )


def _points(found: pd.DataFrame) -> np.ndarray:
    series = gpd.GeoSeries(gpd.points_from_xy(found["lon"], found["lat"], crs=DEGREES))
    return series.to_crs(METRES).to_numpy()


def _km(points: np.ndarray, targets: gpd.GeoSeries) -> np.ndarray:
    if targets.empty:
        return np.full(len(points), np.inf)
    tree = shapely.STRtree(targets.to_numpy())
    return tree.query_nearest(points, all_matches=False, return_distance=True)[1] / 1000


def rebuilt(grid: Path, data_dir: Path) -> pd.DataFrame:
    """Return the new table."""
    old = pd.read_csv(data_dir / PEOPLE_FILE).set_index("cell_id")
    territory = dict(load_geography(data_dir).territory)
    found = with_municipality(squares(grid, territory), territory)
    found = with_roads(found, load_roads(data_dir))
    known = old.reindex(found["cell_id"])
    far = np.where(found["km_to_network"] > FAR_KM, "network more than 10 km away", "road")
    found["access"] = np.where(known["access"] == FERRY, FERRY, far)
    found["outside_tatort_est"] = known["outside_tatort_est"].fillna(0).astype(int).to_numpy()
    order = ["municipality_code", "cell_id"]
    return found.sort_values(order, ignore_index=True)[["cell_id", *old.columns]]


def main(argv: Sequence[str] | None = None) -> int:
    """Run from the command line."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("grid", type=Path, help="census grid of 1 km, CSV or Parquet")
    arguments.add_argument("--data", type=Path, default=Path("data"), help="data folder (data)")
    arguments.add_argument("--out", type=Path, help="file to write (the one in the data folder)")
    chosen = arguments.parse_args(argv)
    table = rebuilt(chosen.grid, chosen.data)
    table.to_csv(chosen.out or chosen.data / PEOPLE_FILE, index=False)
    print(f"{len(table)} squares, {table['population'].sum()} residents")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
