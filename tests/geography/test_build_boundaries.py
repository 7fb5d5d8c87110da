"""What ``scripts/build_boundaries.py`` guarantees, on a small county that the test itself draws.

In EPSG:3006: two municipalities side by side, 20 x 20 km each, with a ragged border between them,
and the sea over their southern 5 km. An island of 4 km2 and an islet of 0.01 km2 lie in the sea.
"""

import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely

from scripts.build_boundaries import main

WEST_M, SOUTH_M, SIZE_M, SEA_M = 700_000.0, 7_100_000.0, 20_000.0, 5_000.0
ISLAND = shapely.box(703_000, 7_101_000, 705_000, 7_103_000)
ISLET = shapely.box(728_000, 7_101_000, 728_100, 7_101_100)
SEA_POINT_M = (735_000.0, 7_102_000.0)


def ragged_border() -> list[tuple[float, float]]:
    """Return a line from south to north that wriggles by up to 300 m every 200 m."""
    northings_m = np.linspace(SOUTH_M, SOUTH_M + SIZE_M, 101)
    wriggle_m = np.random.default_rng(7).uniform(-300, 300, 101)
    return list(zip(WEST_M + SIZE_M + wriggle_m, northings_m, strict=True))


def municipalities_m() -> gpd.GeoDataFrame:
    border = ragged_border()
    north_m, east_m = SOUTH_M + SIZE_M, WEST_M + 2 * SIZE_M
    west = shapely.Polygon([(WEST_M, SOUTH_M), *border, (WEST_M, north_m)])
    east = shapely.Polygon([(east_m, SOUTH_M), *border, (east_m, north_m)])
    foreign = shapely.box(east_m, SOUTH_M, east_m + SIZE_M, north_m)
    return gpd.GeoDataFrame(
        {"code": ["2480", "2401", "2284"], "name": ["Öst", "Väst", "Annan"]},
        geometry=[east, west, foreign],
        crs=3006,
    )


def land_m() -> gpd.GeoDataFrame:
    mainland = shapely.box(
        WEST_M - SIZE_M, SOUTH_M + SEA_M, WEST_M + 4 * SIZE_M, SOUTH_M + 2 * SIZE_M
    )
    return gpd.GeoDataFrame(geometry=[mainland, ISLAND, ISLET], crs=3006)


@pytest.fixture
def inputs(tmp_path: Path) -> Path:
    municipalities_m().to_file(tmp_path / "municipalities.gpkg")
    land_m().to_crs(4326).to_file(tmp_path / "land.geojson")
    return tmp_path


def run(folder: Path, *options: str, out: str = "out") -> int:
    return main(
        [
            f"--municipalities={folder / 'municipalities.gpkg'}",
            f"--land={folder / 'land.geojson'}",
            f"--out={folder / out}",
            *options,
        ]
    )


def features(folder: Path, name: str) -> list[dict[str, Any]]:
    text = (folder / "out" / name).read_text(encoding="utf-8")
    return list(json.loads(text)["features"])


def shapes(folder: Path, name: str) -> list[shapely.Geometry]:
    return [shapely.from_geojson(json.dumps(f["geometry"])) for f in features(folder, name)]


def in_metres(shape: shapely.Geometry) -> shapely.Geometry:
    return gpd.GeoSeries([shape], crs=4326).to_crs(3006).iloc[0]


def test_only_the_county_is_kept_in_the_order_of_the_codes(inputs: Path) -> None:
    assert run(inputs) == 0
    for name in ("municipalities.geojson", "territory.geojson"):
        found = [(f["properties"]["code"], f["properties"]["name"]) for f in features(inputs, name)]
        assert found == [("2401", "Väst"), ("2480", "Öst")]


@pytest.mark.parametrize("tolerance_m", [0, 100, 1000])
def test_neighbours_share_their_border_however_strong_the_simplification(
    inputs: Path, tolerance_m: int
) -> None:
    assert run(inputs, f"--tolerance-m={tolerance_m}", "--territory-tolerance-m=500") == 0
    for name in ("municipalities.geojson", "territory.geojson"):
        west, east = shapes(inputs, name)
        assert shapely.coverage_is_valid([west, east])
        assert west.intersection(east).length > 0.1
        whole = shapely.union_all([west, east])
        assert all(len(part.interiors) == 0 for part in shapely.get_parts(whole))


def test_simplification_makes_the_file_smaller_and_keeps_the_area(inputs: Path) -> None:
    run(inputs, "--tolerance-m=0")
    detailed = shapes(inputs, "municipalities.geojson")
    run(inputs, "--tolerance-m=1000")
    simple = shapes(inputs, "municipalities.geojson")
    assert shapely.get_num_coordinates(simple).sum() < shapely.get_num_coordinates(detailed).sum()
    for before, after in zip(detailed, simple, strict=True):
        assert in_metres(after).area == pytest.approx(in_metres(before).area, rel=0.02)


def test_the_sea_is_in_the_territory_and_not_in_the_land(inputs: Path) -> None:
    run(inputs)
    sea_point = shapely.Point(SEA_POINT_M)
    assert in_metres(shapes(inputs, "territory.geojson")[1]).covers(sea_point)
    assert not in_metres(shapes(inputs, "municipalities.geojson")[1]).intersects(sea_point)


def test_islands_stay_and_islets_go_unless_asked_for(inputs: Path) -> None:
    run(inputs)
    west, east = (in_metres(s) for s in shapes(inputs, "municipalities.geojson"))
    assert west.intersects(ISLAND.centroid)
    assert not east.intersects(ISLET.centroid)
    run(inputs, "--islet-km2=0", "--tolerance-m=0")
    assert in_metres(shapes(inputs, "municipalities.geojson")[1]).intersects(ISLET.centroid)


def test_the_label_stands_on_the_mainland(inputs: Path) -> None:
    run(inputs)
    for feature in features(inputs, "municipalities.geojson"):
        shape = shapely.from_geojson(json.dumps(feature["geometry"]))
        mainland = max(shapely.get_parts(shape), key=shapely.area)
        label = shapely.Point(
            feature["properties"]["label_lon"], feature["properties"]["label_lat"]
        )
        assert mainland.contains(label)


def test_coordinates_are_degrees_with_the_asked_decimals_in_geojson_order(inputs: Path) -> None:
    run(inputs, "--decimals=3")
    for shape in shapes(inputs, "municipalities.geojson"):
        lon_lat = shapely.get_coordinates(shape)
        assert np.array_equal(lon_lat, np.round(lon_lat, 3))
        assert ((lon_lat > [18, 63]) & (lon_lat < [21, 65])).all()
        assert all(part.exterior.is_ccw for part in shapely.get_parts(shape))


def test_the_same_input_in_another_order_gives_the_same_bytes(inputs: Path) -> None:
    run(inputs, out="first")
    municipalities_m().iloc[::-1].to_file(inputs / "municipalities.gpkg")
    run(inputs, out="second")
    for name in ("municipalities.geojson", "territory.geojson"):
        assert (inputs / "first" / name).read_bytes() == (inputs / "second" / name).read_bytes()


def test_other_column_names_and_codes_as_numbers_are_understood(inputs: Path) -> None:
    frame = municipalities_m().rename(columns={"code": "KNKOD", "name": "KNNAMN"})
    frame["KNKOD"] = frame["KNKOD"].astype(int)
    frame.to_file(inputs / "municipalities.gpkg")
    assert run(inputs, "--code-column=KNKOD", "--name-column=KNNAMN") == 0
    codes = [f["properties"]["code"] for f in features(inputs, "territory.geojson")]
    assert codes == ["2401", "2480"]


def test_a_municipality_in_several_rows_becomes_one_feature(inputs: Path) -> None:
    frame = municipalities_m()
    frame["code"], frame["name"] = "2480", "Allt"
    frame.to_file(inputs / "municipalities.gpkg")
    assert run(inputs) == 0
    assert len(features(inputs, "territory.geojson")) == 1


@pytest.mark.parametrize(
    ("options", "word"),
    [
        (["--code-column=kommunkod"], "kommunkod"),
        (["--county=25"], "25"),
    ],
)
def test_unusable_input_is_explained_and_nothing_is_written(
    inputs: Path, capsys: pytest.CaptureFixture[str], options: list[str], word: str
) -> None:
    assert run(inputs, *options) == 1
    assert word in capsys.readouterr().err
    assert not (inputs / "out").exists()


def test_land_that_is_somewhere_else_is_explained(
    inputs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    land_m().translate(yoff=-500_000).to_crs(4326).to_file(inputs / "land.geojson")
    assert run(inputs) == 1
    assert "no land" in capsys.readouterr().err


def test_a_municipality_without_any_land_is_named(
    inputs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    west_only = land_m().clip(shapely.box(WEST_M, SOUTH_M, WEST_M + SIZE_M / 2, 8e6))
    west_only.to_crs(4326).to_file(inputs / "land.geojson")
    assert run(inputs) == 1
    assert "2480" in capsys.readouterr().err


def test_overlapping_municipalities_are_refused(
    inputs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    frame = municipalities_m()
    frame.geometry = frame.geometry.buffer(500)
    frame.to_file(inputs / "municipalities.gpkg")
    assert run(inputs) == 1
    assert "overlap" in capsys.readouterr().err


def test_help_says_where_the_input_can_be_had(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    text = capsys.readouterr().out
    assert "geotorget.lantmateriet.se" in text
    assert "ODbL" in text
