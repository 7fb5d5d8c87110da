"""``scripts/import_roads.py`` on a small extract that the test itself draws and writes."""

from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from ris_map.geography.roads import PAIR_COLUMNS, load_roads
from ris_map.travel.matrix import Place, travel_matrix
from ris_map.travel.network import network_from_tables
from scripts.import_roads import limit_kmh, main

LINES = [
    # a straight road to the north, written as one line that the crossing must cut
    ([(20.0, 64.0), (20.0, 64.1), (20.0, 64.2)], "90", "E4"),
    ([(19.8, 64.1), (20.0, 64.1)], "SE:rural", None),
    ([(20.0, 64.2), (20.1, 64.2)], "5", "Lv 363"),
    # a loose end of the frame
    ([(21.0, 65.0), (21.1, 65.0)], "70", "Rv 95"),
]


def write_extract(
    path: Path, *, crs: int | None = 4326, columns: tuple[str, str] = ("maxspeed", "ref")
) -> None:
    frame = gpd.GeoDataFrame(
        {columns[0]: [line[1] for line in LINES], columns[1]: [line[2] for line in LINES]},
        geometry=[shapely.LineString(line[0]) for line in LINES],
        crs=crs,
    )
    if crs is not None:
        frame = frame.to_crs(3006)  # as NVDB comes: SWEREF 99 TM, metres
    frame.to_file(path, driver="GPKG", layer="vagar")


def test_an_extract_becomes_tables_that_the_product_reads(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_extract(tmp_path / "utdrag.gpkg")
    out = tmp_path / "data" / "roads"
    assert main(["--roads", f"{tmp_path}/utdrag.gpkg", "--layer", "vagar", "--out", str(out)]) == 0
    assert capsys.readouterr().out == (
        "5 nodes, 4 edges; limit assumed for 1 lines, clipped for 1; 2 nodes left out (cut off)\n"
    )
    (out / "stated_pairs.csv").write_text(",".join(PAIR_COLUMNS) + "\n", encoding="utf-8")
    roads = load_roads(tmp_path / "data")
    assert sorted(edge.road for edge in roads.edges) == ["E4", "E4", "Lv 363", "local"]
    assert sorted(edge.limit_kmh for edge in roads.edges) == [30, 70, 90, 90]
    network = network_from_tables(roads.nodes, roads.edges)
    south = Place(id="s", name="s", lat=64.0, lon=20.0)
    west = Place(id="v", name="v", lat=64.1, lon=19.8)
    matrix = travel_matrix(network, origins=(south,), destinations=(west,))
    assert matrix.unreachable == ()
    assert matrix.km[0, 0] == pytest.approx(11.1195 + 9.714, rel=1e-3)


def test_a_file_without_the_columns_or_the_reference_system_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_extract(tmp_path / "utdrag.gpkg", columns=("hastighet", "vagnr"))
    call = ["--roads", str(tmp_path / "utdrag.gpkg"), "--out", str(tmp_path / "ut")]
    assert main(call) == 1
    assert "no column ['maxspeed', 'ref']" in capsys.readouterr().err
    assert main([*call, "--limit-column", "hastighet", "--ref-column", "vagnr"]) == 0


@pytest.mark.parametrize(
    ("value", "expected"),
    [(70, 70.0), (70.0, 70.0), ("70", 70.0), ("70 km/h", 70.0), ("40 mph", 64.37376),
     ("SE:rural", None), ("walk", None), ("0", None), (None, None), (float("nan"), None),
     ("-70", None)],
)  # fmt: skip
def test_limits_are_read_as_openstreetmap_writes_them(
    value: object, expected: float | None
) -> None:
    assert limit_kmh(value) == (None if expected is None else pytest.approx(expected))
