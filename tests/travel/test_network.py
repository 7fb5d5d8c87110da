"""The network is a plug: tables, edge lists and lines of a map go in, faults come out by name."""

import math

import numpy as np
import pytest

from ris_map.common.faults import GeodataFaults
from ris_map.travel.matrix import Place, travel_matrix
from ris_map.travel.network import Edge, largest_part, network_from_edges, network_from_tables
from scripts.road_lines import edges_from_lines, network_from_lines
from tests.coverage.worlds import real_world

NODES = {"a": (64.0, 20.0), "b": (64.1, 20.0), "c": (64.2, 20.0), "d": (64.3, 20.0)}
GOOD: Edge = ("a", "b", 12.0, 70.0, "E4")
REST: list[Edge] = [("b", "c", 12.0, 70.0, "E4"), ("c", "d", 12.0, 70.0, "E4")]


@pytest.mark.parametrize(
    ("edge", "code", "words"),
    [
        (("a", "b", -1.0, 70.0, "E4"), "bad-length", "a - b (E4)"),
        (("a", "b", math.nan, 70.0, "E4"), "bad-length", "a - b (E4)"),
        (("a", "b", 1.0, 0.0, ""), "bad-limit", "a - b (no number)"),
        (("a", "b", 1.0, math.inf, ""), "bad-limit", "a - b (no number)"),
        (("a", "x", 1.0, 70.0, "E4"), "unknown-node", "There is no node 'x'."),
    ],
)
def test_a_bad_road_is_refused_by_name(edge: Edge, code: str, words: str) -> None:
    with pytest.raises(GeodataFaults, match="prov") as refusal:
        network_from_edges([edge, *REST], nodes=NODES, source="prov")
    (fault,) = refusal.value.faults
    assert fault.code == code
    assert words in str(fault)


def test_all_faults_come_at_once() -> None:
    bad = [("a", "x", -1.0, 0.0, ""), ("b", "y", 1.0, 70.0, "")]
    with pytest.raises(GeodataFaults) as refusal:
        network_from_edges(bad, nodes=NODES | {"b": (95.0, 20.0)})
    assert sorted(f.code for f in refusal.value.faults) == [
        "bad-length", "bad-limit", "bad-point", "unknown-node", "unknown-node",
    ]  # fmt: skip


def test_a_network_without_nodes_is_refused() -> None:
    with pytest.raises(GeodataFaults, match="no node"):
        network_from_edges([], nodes={})


def test_an_isolated_part_is_refused_by_name_unless_it_is_asked_for() -> None:
    with pytest.raises(GeodataFaults, match="Cut off from the rest: c, d") as refusal:
        network_from_edges([GOOD, REST[1], ("a", "b", 9.0, 70.0, "")], nodes=NODES)
    assert [fault.code for fault in refusal.value.faults] == ["isolated"]
    kept = network_from_edges([GOOD, REST[1]], nodes=NODES, allow_parts=True)
    assert sorted(kept.parts().tolist()) == [0, 0, 1, 1]


def test_the_largest_part_is_kept_and_the_rest_named() -> None:
    whole = network_from_edges([GOOD, REST[0]], nodes=NODES, allow_parts=True)
    part, left_out = largest_part(whole)
    assert part.node_ids == ("a", "b", "c")
    assert left_out == ("d",)


def test_the_road_tables_of_the_county_are_one_network() -> None:
    real = real_world()
    network = network_from_tables(real.roads.nodes, real.roads.edges)
    assert len(network.node_ids) == len(real.roads.nodes)
    assert len(network.refs) == len(real.roads.edges)
    assert network.km.sum() == pytest.approx(sum(e.length_km for e in real.roads.edges))
    assert not network.parts().any()


# Two roads that cross at (20.0, 64.1), a third that ends there, and a bridge that does not touch.
CROSS = [
    np.array([[20.0, 64.0], [20.0, 64.1], [20.0, 64.2]]),
    np.array([[19.8, 64.1], [20.0, 64.1], [20.2, 64.1]]),
    np.array([[20.0, 64.1], [20.1, 64.15]]),
]
BRIDGE = np.array([[19.9, 64.05], [20.1, 64.05]])


def test_lines_are_cut_where_they_share_a_vertex() -> None:
    edges, nodes = edges_from_lines(CROSS, limit_kmh=[70, 90, 50], refs=["E4", "E12", ""])
    assert len(edges) == 5
    assert len(nodes) == 6
    assert sorted(edge[4] for edge in edges) == ["", "E12", "E12", "E4", "E4"]
    north = next(e for e in edges if e[:2] == ("64.100000,20.000000", "64.200000,20.000000"))
    assert north[2] == pytest.approx(11.1195, rel=1e-4)
    assert north[3] == 70


def test_a_bridge_without_a_shared_vertex_does_not_connect() -> None:
    with pytest.raises(GeodataFaults, match="Cut off"):
        network_from_lines([*CROSS, BRIDGE], limit_kmh=[70, 90, 50, 50], refs=["", "", "", ""])


def test_a_bend_keeps_the_length_of_its_line() -> None:
    bend = np.array([[20.0, 64.0], [20.1, 64.0], [20.1, 64.1]])
    edges, _ = edges_from_lines([bend], limit_kmh=[70], refs=["E4"])
    (edge,) = edges
    assert edge[2] == pytest.approx(4.874 + 11.1195, rel=1e-3)


def test_lines_that_are_none_are_refused() -> None:
    with pytest.raises(GeodataFaults, match="line 1"):
        edges_from_lines([CROSS[0], CROSS[0][:1]], limit_kmh=[70, 70], refs=["", ""])
    with pytest.raises(GeodataFaults, match="No road"):
        edges_from_lines([], limit_kmh=[], refs=[])


def test_a_matrix_from_lines_goes_through_the_crossing() -> None:
    network = network_from_lines(CROSS, limit_kmh=[70, 90, 50], refs=["E4", "E12", ""])
    south, east = (
        Place(id="s", name="s", lat=64.0, lon=20.0),
        Place(id="e", name="e", lat=64.1, lon=20.2),
    )
    matrix = travel_matrix(network, origins=(south,), destinations=(east,))
    km_south, km_east = 11.1195, 9.714
    assert matrix.km[0, 0] == pytest.approx(km_south + km_east, rel=1e-3)
    assert matrix.minutes[0, 0] == pytest.approx(
        60 * km_south / (0.9 * 70) + 60 * km_east / (0.9 * 90), rel=1e-3
    )
