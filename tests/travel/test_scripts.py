"""People and roads can be rebuilt from files that anyone can download."""

import json
from pathlib import Path

import pandas as pd
import pytest

from ris_map.travel.people import PEOPLE_FILE
from scripts import build_people, build_roads

DATA = Path(__file__).parents[2] / "data"
ROADS = DATA / "roads"
WAYPOINTS = Path(__file__).parent / "waypoints.csv.gz"
HERE = "https://www.openstreetmap.org/?lat={}&lon={}"


def test_the_squares_come_out_of_the_census_grid_as_they_stand(tmp_path: Path) -> None:
    now = pd.read_csv(DATA / PEOPLE_FILE, dtype={"municipality_code": str})
    names = {ours: theirs for theirs, ours in build_people.COLUMNS.items()}
    grid = now.rename(columns={"cell_id": "GRD_ID", "land_share": "LAND_SURFACE", **names})
    grid = grid[["GRD_ID", *names.values(), "LAND_SURFACE"]].assign(T_CI=0)
    far = grid.iloc[[0]].assign(GRD_ID="CRS3035RES1000mN3600000E4600000")
    over_the_border = grid.iloc[[2]].assign(GRD_ID="CRS3035RES1000mN4521000E4778000", T=99)
    nobody = grid.iloc[[1]].assign(GRD_ID="CRS3035RES1000mN4600000E4700000", T=0)
    path = tmp_path / "grid.csv"
    pd.concat([grid.sample(frac=1, random_state=1), far, over_the_border, nobody]).to_csv(
        path, index=False
    )
    made = build_people.rebuilt(path, DATA).set_index("cell_id")
    assert set(made.index) == set(now["cell_id"])
    now = now.set_index("cell_id").loc[made.index]
    differ = (made[now.columns] != now).sum()
    assert differ.pop("nearest_is_schematic") <= 2  # ties
    assert differ[differ > 0].empty


def test_the_numbered_roads_come_out_of_the_waypoints_as_they_stand_and_have_their_names() -> None:
    """The points: © OpenStreetMap contributors, via Travel Mapping (commit 3d7993c9cb60), ODbL."""
    now = pd.read_csv(ROADS / "edges.csv", keep_default_na=False, dtype={"hand_edge": str})
    course = json.loads((ROADS / "edges.geojson").read_text(encoding="utf-8"))["features"]
    points = build_roads.read_points(WAYPOINTS)
    assert points["source_file"].map(Path).map(build_roads.road_name).equals(points["road"])
    assert {"E12", "Rv 92", "Lv 363", "NO Rv 73"} <= set(points["road"])
    made, features, _ = build_roads.rebuilt(points, ROADS)
    assert made.astype(str).equals(now.astype(str))
    assert features == course


def test_waypoints_become_lines_between_junctions(tmp_path: Path) -> None:
    folder = tmp_path / "SWE" / "swer"
    folder.mkdir(parents=True)
    line = [(64.0, 19.0), (64.0, 19.1), (64.0, 19.2), (64.0, 19.3)]
    branch = [(64.0, 19.2), (64.1, 19.2)]
    for name, points in (("r001", line), ("r002", branch)):
        rows = [f"A{i} {HERE.format(*point)}" for i, point in enumerate(points)]
        (folder / f"swe.{name}.wpt").write_text("\n".join(rows), encoding="utf-8")
    points = build_roads.read_points(tmp_path)
    assert set(points["road"]) == {"Rv 1", "Rv 2"}
    parts = build_roads.cut_at(build_roads.segments(points), [(64.0, 19.05)])
    found = list(build_roads.contracted(parts, frozenset({(64.0, 19.05)})))
    ends = {(made[0], made[-1]) for made, _ in found}
    assert ends == {
        ((64.0, 19.0), (64.0, 19.05)), ((64.0, 19.05), (64.0, 19.2)),
        ((64.0, 19.2), (64.0, 19.3)), ((64.0, 19.2), (64.1, 19.2)),
    }  # fmt: skip
    whole = sum(build_roads.km_between(made) for made, _ in found)
    assert whole == pytest.approx(build_roads.km_between(line) + build_roads.km_between(branch))
