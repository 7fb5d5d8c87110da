"""What the road files guarantee, and what is refused, with line, record and field."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import networkx as nx
import pytest
import shapely

from ris_map.common.faults import GeodataFaults
from ris_map.geography.county import load_geography
from ris_map.geography.roads import check_roads, load_roads, road_lines
from scripts.build_background import background_text, land_of

DATA = Path(__file__).parents[2] / "data"
Change = Callable[[list[str]], None]


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """Return a data folder with the road files only."""
    shutil.copytree(DATA / "roads", tmp_path / "roads")
    return tmp_path


def spoil(data: Path, name: str, record: str, old: str, new: str) -> None:
    """Change one cell of one record."""
    path = data / "roads" / name
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    at = next(i for i, line in enumerate(lines) if line.startswith(f"{record},"))
    assert old in lines[at]
    lines[at] = lines[at].replace(old, new, 1)
    path.write_text("".join(lines), encoding="utf-8")


def test_the_data_have_no_fault() -> None:
    assert check_roads(DATA) == []


def test_nothing_of_the_network_is_lost() -> None:
    roads = load_roads(DATA)
    assert (len(roads.nodes), len(roads.edges)) == (202, 255)
    assert roads.edges.groupby("kind")["km"].sum().round().to_dict() == {
        "local": 1039, "numbered": 4989, "street": 69,
    }  # fmt: skip
    graph = nx.Graph(zip(roads.edges["from"], roads.edges["to"], strict=True))
    assert nx.is_connected(graph)
    assert set(graph) == set(roads.nodes.index)
    assert roads.edges.crs == roads.nodes.crs == 3006
    drawn = roads.edges.geometry.length / 1000
    assert (roads.edges["km"] >= 0.997 * drawn).all()


@pytest.mark.parametrize(
    ("name", "record", "old", "new", "code", "field"),
    [
        ("edges.csv", "r0002", ",13.723,", ",11.2,", "too-short", "km"),
        ("edges.csv", "r0002", ",13.723,", ",0,", "out-of-range", "km"),
        ("edges.csv", "r0002", ",13.723,", ",lång,", "wrong-type", "km"),
        ("edges.csv", "r0002", ",80.0,", ",800,", "out-of-range", "limit_kmh"),
        ("edges.csv", "r0002", ",n0045,", ",n9999,", "unknown-node", "to"),
        ("edges.csv", "r0002", ",n0045,", ",n0042,", "loop", "to"),
        ("edges.csv", "r0002", "numbered", "numrerad", "not-in-vocabulary", "kind"),
        ("edges.csv", "r0002", "osm", "ritad", "not-in-vocabulary", "geometry_kind"),
        ("edges.csv", "r0002", "r0002", "r0001", "duplicate-id", "edge_id"),
        ("nodes.csv", "n0000", "63.008017,18.288546", "18.288546,63.008017", "bad-point",
         "lat, lon"),
        ("nodes.csv", "n0000", ",end,", ",slut,", "not-in-vocabulary", "kind"),
    ],
)  # fmt: skip
def test_a_wrong_cell_is_refused_with_its_place(
    copied: Path, name: str, record: str, old: str, new: str, code: str, field: str
) -> None:
    spoil(copied, name, record, old, new)
    fault = next(f for f in check_roads(copied) if f.code == code)
    assert fault.file.endswith(name)
    assert fault.line is not None
    assert fault.field == field
    assert fault.record == (new if code == "duplicate-id" else record)
    with pytest.raises(GeodataFaults):
        load_roads(copied)


def test_a_second_part_and_a_node_without_edge_are_named(copied: Path) -> None:
    nodes = copied / "roads" / "nodes.csv"
    with nodes.open("a", encoding="utf-8") as file:
        for node in ("x1", "x2", "x3"):
            file.write(f"{node},,junction,,64.{node[1]},19.0,,,1,prov\n")
    with (copied / "roads" / "edges.csv").open("a", encoding="utf-8") as file:
        row = "x0001,x1,x2,Rv 1,30,prov,80,prov,osm,prov,numbered,1,30,11,25,,"
        file.write(row + "\n")
    found = {f.code: f for f in check_roads(copied)}
    assert set(found) == {"isolated", "node-without-edge"}
    assert (found["isolated"].record, found["isolated"].line) == ("x1", 204)
    assert "x1, x2" in found["isolated"].reason
    assert (found["node-without-edge"].record, found["node-without-edge"].line) == ("x3", 206)


def test_all_faults_come_at_once(copied: Path) -> None:
    spoil(copied, "edges.csv", "r0002", ",13.723,", ",0,")
    spoil(copied, "edges.csv", "r0003", ",80.0,", ",7,")
    spoil(copied, "nodes.csv", "n0000", ",end,", ",slut,")
    codes = {f.code for f in check_roads(copied)}
    assert {"out-of-range", "not-in-vocabulary"} <= codes


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda f: f.pop(), "missing-course"),
        (lambda f: f[0]["geometry"]["coordinates"].reverse(), "course-elsewhere"),
        (lambda f: f[0]["properties"].update(edge_id="zz"), "unknown-edge"),
        (lambda f: f[0].update(geometry=None), "missing-course"),
    ],
)
def test_a_wrong_course_is_refused(copied: Path, change: Change, code: str) -> None:
    path = copied / "roads" / "edges.geojson"
    content = json.loads(path.read_text(encoding="utf-8"))
    change(content["features"])
    path.write_text(json.dumps(content), encoding="utf-8")
    assert code in {f.code for f in check_roads(copied)}


@pytest.mark.parametrize("name", ["nodes.csv", "edges.csv", "edges.geojson"])
@pytest.mark.parametrize("content", [None, b"", b"\xff\xfe\x00", b"a,b\n1,2,3\n", b'"', b"{}"])
def test_hostile_files_are_faults_and_never_exceptions(
    copied: Path, name: str, content: bytes | None
) -> None:
    path = copied / "roads" / name
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    faults = check_roads(copied)
    assert faults
    assert any(f.file.endswith(name) for f in faults)


def test_the_background_draws_the_numbered_roads_and_is_fresh() -> None:
    roads = load_roads(DATA)
    lines = road_lines(roads)
    assert {"E4", "E12", "Rv 92", "Lv 363"} <= set(lines)
    text = background_text(
        roads=roads,
        geography=load_geography(DATA),
        land_4326=land_of(DATA / "municipalities.geojson"),
    )
    drawn = json.loads(text)["features"]
    on_map = json.loads((DATA / "background.geojson").read_text(encoding="utf-8"))["features"]
    kinds = [f["properties"].get("kind") for f in on_map]
    assert kinds.count("road") == sum(f["properties"]["kind"] == "road" for f in drawn) > 15
    assert all(shapely.is_valid(shapely.geometry.shape(f["geometry"])) for f in on_map)
