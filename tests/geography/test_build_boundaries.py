"""What ``scripts/build_boundaries.py`` guarantees, on a small county that the test itself draws.

In EPSG:3006: two municipalities side by side, 20 x 20 km each, with a ragged border between them,
and the sea over their southern 5 km. An island of 4 km2 and an islet of 0.01 km2 lie in the sea.
"""

from collections.abc import Callable
from pathlib import Path

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


def built(folder: Path, name: str) -> gpd.GeoDataFrame:
    """Return the municipalities that were written, in degrees."""
    return gpd.read_file(folder / "out" / name)


BOTH = ("municipalities.geojson", "territory.geojson")


def test_only_the_county_is_kept_in_the_order_of_the_codes_and_of_nothing_else(
    inputs: Path,
) -> None:
    assert run(inputs) == 0
    for name in BOTH:
        found = built(inputs, name)[["code", "name"]]
        assert found.to_numpy().tolist() == [["2401", "Väst"], ["2480", "Öst"]]
    municipalities_m().iloc[::-1].to_file(inputs / "municipalities.gpkg")
    run(inputs, out="again")
    for name in BOTH:
        assert (inputs / "out" / name).read_bytes() == (inputs / "again" / name).read_bytes()


@pytest.mark.parametrize("tolerance_m", [0, 100, 1000])
def test_neighbours_share_their_border_however_strong_the_simplification(
    inputs: Path, tolerance_m: int
) -> None:
    assert run(inputs, f"--tolerance-m={tolerance_m}", "--territory-tolerance-m=500") == 0
    for name in BOTH:
        areas = built(inputs, name).geometry
        assert areas.is_valid_coverage()
        assert areas[0].intersection(areas[1]).length > 0.1
        assert all(len(part.interiors) == 0 for part in shapely.get_parts(areas.union_all()))


def test_simplification_makes_the_file_smaller_and_keeps_the_area(inputs: Path) -> None:
    run(inputs, "--tolerance-m=0")
    detailed = built(inputs, BOTH[0]).to_crs(3006)
    run(inputs, "--tolerance-m=1000")
    simple = built(inputs, BOTH[0]).to_crs(3006)
    assert len(simple.get_coordinates()) < len(detailed.get_coordinates())
    assert simple.area.to_numpy() == pytest.approx(detailed.area.to_numpy(), rel=0.02)


def test_the_sea_is_in_the_territory_and_of_the_land_islands_stay_and_islets_go(
    inputs: Path,
) -> None:
    run(inputs)
    sea_point = shapely.Point(SEA_POINT_M)
    west, east = built(inputs, BOTH[0]).to_crs(3006).geometry
    assert built(inputs, BOTH[1]).to_crs(3006).geometry[1].covers(sea_point)
    assert not east.intersects(sea_point)
    assert west.intersects(ISLAND.centroid)
    assert not east.intersects(ISLET.centroid)
    run(inputs, "--islet-km2=0", "--tolerance-m=0")
    assert built(inputs, BOTH[0]).to_crs(3006).geometry[1].intersects(ISLET.centroid)


def test_labels_stand_on_the_mainland_and_points_are_degrees_in_geojson_order(inputs: Path) -> None:
    run(inputs, "--decimals=3")
    areas = built(inputs, BOTH[0])
    for area in areas.itertuples():
        mainland = max(shapely.get_parts(area.geometry), key=shapely.area)
        assert mainland.contains(shapely.Point(area.label_lon, area.label_lat))
    lon_lat = areas.get_coordinates().to_numpy()
    assert np.array_equal(lon_lat, np.round(lon_lat, 3))
    assert ((lon_lat > [18, 63]) & (lon_lat < [21, 65])).all()
    assert areas.explode().exterior.is_ccw.all()


def test_other_columns_codes_as_numbers_and_several_rows_are_understood(inputs: Path) -> None:
    frame = municipalities_m().rename(columns={"code": "KNKOD", "name": "KNNAMN"})
    frame["KNKOD"] = frame["KNKOD"].astype(int)
    frame.to_file(inputs / "municipalities.gpkg")
    assert run(inputs, "--code-column=KNKOD", "--name-column=KNNAMN") == 0
    assert built(inputs, BOTH[1])["code"].tolist() == ["2401", "2480"]
    municipalities_m().assign(code="2480", name="Allt").to_file(inputs / "municipalities.gpkg")
    assert run(inputs) == 0
    assert len(built(inputs, BOTH[1])) == 1


def overlapping(folder: Path) -> None:
    frame = municipalities_m()
    frame.geometry = frame.geometry.buffer(500)
    frame.to_file(folder / "municipalities.gpkg")


def land_elsewhere(folder: Path) -> None:
    land_m().translate(yoff=-500_000).to_crs(4326).to_file(folder / "land.geojson")


def land_in_the_west(folder: Path) -> None:
    half = shapely.box(WEST_M, SOUTH_M, WEST_M + SIZE_M / 2, 8e6)
    land_m().clip(half).to_crs(4326).to_file(folder / "land.geojson")


@pytest.mark.parametrize(
    ("spoil", "options", "word"),
    [
        (None, ["--code-column=kommunkod"], "kommunkod"),
        (None, ["--county=25"], "25"),
        (land_elsewhere, [], "no land"),
        (land_in_the_west, [], "2480"),
        (overlapping, [], "overlap"),
    ],
)
def test_unusable_input_is_explained_and_nothing_is_written(
    inputs: Path,
    capsys: pytest.CaptureFixture[str],
    spoil: Callable[[Path], None] | None,
    options: list[str],
    word: str,
) -> None:
    if spoil:
        spoil(inputs)
    assert run(inputs, *options) == 1
    assert word in capsys.readouterr().err
    assert not (inputs / "out").exists()
