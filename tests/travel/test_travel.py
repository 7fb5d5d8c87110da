"""What the travel matrix guarantees: the right times, exact limits, nobody silently dropped."""

import heapq
import math
from dataclasses import replace
from itertools import product

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ris_map.travel.matrix import (
    CAUTIOUS,
    POSTED,
    SPEED_MODELS,
    SUMMER,
    WINTER,
    Place,
    Reason,
    Role,
    SnapRule,
    SpeedModel,
    TravelMatrix,
    travel_matrix,
    travel_matrix_from_edges,
)
from ris_map.travel.network import Edge, Network, network_from_edges
from ris_map.travel.shortest import sparse_matrix, timed_graph
from tests.coverage.worlds import real_world

KM_PER_DEGREE_LAT = 111.195
NODES = {f"n{i}": (64.0 + i / 10, 20.0) for i in range(8)}
PLACES = tuple(Place(id=node, name=node, lat=lat, lon=lon) for node, (lat, lon) in NODES.items())


def north_of(node: str, *, km: float, place_id: str = "by") -> Place:
    """Return a place so many kilometres due north of a node."""
    lat, lon = NODES[node]
    return Place(id=place_id, name="Byn", lat=lat + km / KM_PER_DEGREE_LAT, lon=lon)


def matrix_of(edges: list[Edge], **choices: object) -> TravelMatrix:
    used = {end for edge in edges for end in edge[:2]} or {"n0"}
    network = network_from_edges(
        edges, nodes={node: NODES[node] for node in used}, allow_parts=True
    )
    places = tuple(place for place in PLACES if place.id in used)
    return travel_matrix(network, **({"origins": places, "destinations": places} | choices))


def at(matrix: TravelMatrix, origin: str, destination: str) -> tuple[float, float]:
    cell = matrix.origin_ids.index(origin), matrix.destination_ids.index(destination)
    return float(matrix.minutes[cell]), float(matrix.km[cell])


def naive_dijkstra(edges: list[Edge], source: str) -> dict[str, float]:
    """Return minutes to every node: the textbook, with a heap and a dict."""
    ways: dict[str, list[tuple[str, float]]] = {}
    for u, v, km, kmh, _ in edges:
        time = 60 * km / (0.9 * kmh)
        ways.setdefault(u, []).append((v, time))
        ways.setdefault(v, []).append((u, time))
    best, heap = {source: 0.0}, [(0.0, source)]
    while heap:
        time, node = heapq.heappop(heap)
        if time > best[node]:
            continue
        for neighbour, more in ways.get(node, []):
            if time + more < best.get(neighbour, math.inf):
                best[neighbour] = time + more
                heapq.heappush(heap, (time + more, neighbour))
    return best


@st.composite
def edge_lists(draw: st.DrawFn) -> list[Edge]:
    """Return roads with parallels, loops, dead ends, length zero and several parts."""
    node = st.sampled_from(sorted(NODES))
    road = st.tuples(
        node,
        node,
        st.sampled_from((0.0, 0.5, 5.0, 7.0, 10.0, 33.3)),
        st.sampled_from((30.0, 70.0, 90.0, 110.0)),
        st.sampled_from(("E4", "E12", "local")),
    )
    return draw(st.lists(road, min_size=1, max_size=14))


@settings(max_examples=150, deadline=None)
@given(edge_lists())
def test_matrix_equals_networkx_and_a_naive_dijkstra(edges: list[Edge]) -> None:
    matrix = matrix_of(edges)
    graph = nx.MultiGraph()
    for u, v, km, kmh, _ in edges:
        graph.add_edge(u, v, time=60 * km / (0.9 * kmh))
    for origin in matrix.origin_ids:
        by_networkx = nx.single_source_dijkstra_path_length(graph, origin, weight="time")
        by_hand = naive_dijkstra(edges, origin)
        for destination in matrix.destination_ids:
            found = at(matrix, origin, destination)[0]
            assert found == pytest.approx(by_networkx.get(destination, math.inf), abs=1e-5)
            assert found == pytest.approx(by_hand.get(destination, math.inf), abs=1e-5)


@settings(max_examples=80, deadline=None)
@given(edge_lists(), st.randoms(use_true_random=False))
def test_order_of_roads_and_their_direction_change_nothing(edges, random) -> None:
    turned = [(v, u, *rest) if random.random() < 0.5 else (u, v, *rest) for u, v, *rest in edges]
    random.shuffle(turned)
    one, other = matrix_of(edges), matrix_of(turned)
    assert np.array_equal(one.minutes, other.minutes)
    assert np.array_equal(one.km, other.km)
    assert one.version == other.version


@settings(max_examples=80, deadline=None)
@given(edge_lists(), st.data())
def test_a_new_road_never_lengthens_and_the_way_back_is_as_long(edges, data) -> None:
    matrix = matrix_of(edges)
    assert np.array_equal(matrix.minutes, matrix.minutes.T)
    ends = st.sampled_from(matrix.origin_ids)
    more = (data.draw(ends), data.draw(ends), 1.0, 90.0, "ny")
    assert (matrix_of([*edges, more]).minutes <= matrix.minutes).all()


def test_parallel_roads_count_once_at_the_faster_one() -> None:
    matrix = matrix_of(
        [("n0", "n1", 5, 60, "a"), ("n0", "n1", 7, 60, "b"), ("n1", "n0", 6, 60, "")]
    )
    assert at(matrix, "n0", "n1") == pytest.approx((60 * 5 / 54, 5), abs=1e-6)


def test_kilometres_are_those_of_the_fastest_way_not_of_the_shortest() -> None:
    matrix = matrix_of([("n0", "n1", 20, 110, "E4"), ("n0", "n1", 15, 50, "byväg")])
    assert at(matrix, "n0", "n1") == pytest.approx((60 * 20 / 99, 20), abs=1e-6)


def test_a_road_of_length_zero_is_a_road() -> None:
    edges = [("n0", "n1", 0.0, 70.0, ""), ("n1", "n2", 9.0, 60.0, "")]
    matrix = matrix_of(edges)
    assert at(matrix, "n0", "n1") == (0.0, 0.0)
    assert at(matrix, "n0", "n2") == pytest.approx((10.0, 9.0))
    network = network_from_edges(edges, nodes={n: NODES[n] for n in ("n0", "n1", "n2")})
    assert sparse_matrix(timed_graph(network, speed_model=SUMMER)).nnz == 4


def test_one_node_and_no_road() -> None:
    matrix = matrix_of([])
    assert matrix.minutes.tolist() == [[0.0]]
    assert matrix.unreachable == ()


def test_no_origins_or_no_destinations_give_an_empty_matrix() -> None:
    roads = [("n0", "n1", 1.0, 70.0, "")]
    assert matrix_of(roads, origins=()).minutes.shape == (0, 2)
    assert matrix_of(roads, destinations=()).minutes.shape == (2, 0)
    assert matrix_of(roads, destinations=()).unreachable == ()


@pytest.mark.parametrize(("km", "is_within"), [(53.9999, True), (54.0, True), (54.0001, False)])
def test_sixty_minutes_exactly_is_within_sixty_just_above_is_not(
    km: float, is_within: bool
) -> None:
    tenths = [
        ("n0", "n1", km / 3, 60.0, ""),
        ("n1", "n2", km / 3, 60.0, ""),
        ("n2", "n3", km / 3, 60.0, ""),
    ]
    minutes = at(matrix_of(tenths), "n0", "n3")[0]
    assert (minutes <= 60) is is_within
    if km == 54.0:
        assert minutes == 60.0  # exactly, though 3 x 60 * 18 / 54.0 was added up in floats


def test_r2_what_cannot_be_reached_is_named_on_both_sides() -> None:
    far = north_of("n7", km=61, place_id="for-langt-bort")
    edges = [("n0", "n1", 5.0, 70.0, ""), ("n2", "n3", 5.0, 70.0, ""), ("n7", "n6", 5.0, 70.0, "")]
    matrix = matrix_of(edges, origins=(PLACES[0], PLACES[2], far), destinations=(PLACES[1],))
    named = {(item.id, item.role, item.reason) for item in matrix.unreachable}
    assert named == {
        ("n2", Role.ORIGIN, Reason.ISOLATED),
        ("for-langt-bort", Role.ORIGIN, Reason.TOO_FAR),
    }
    too_far = next(item for item in matrix.unreachable if item.reason is Reason.TOO_FAR)
    assert too_far.name == "Byn"
    assert too_far.straight_km == pytest.approx(61, rel=1e-3)
    assert matrix.minutes.tolist() == [[pytest.approx(60 * 5 / 63)], [math.inf], [math.inf]]


def test_r2_every_place_of_the_county_is_on_the_network_or_named() -> None:
    matrix = real_world().matrix
    reached = {
        place
        for place, row in zip(matrix.origin_ids, matrix.minutes, strict=True)
        if np.isfinite(row).any()
    }
    named = {item.id for item in matrix.unreachable}
    assert set(matrix.origin_ids) == reached | (named & set(matrix.origin_ids))
    assert reached == set(matrix.origin_ids)
    outside = {item.id.split("/")[1] for item in matrix.unreachable}
    assert outside == {"mosjoen", "solleftea"}


def test_r2_the_snap_rule_is_a_great_circle_times_detour_at_its_speed() -> None:
    place = north_of("n0", km=4)
    matrix = matrix_of([("n0", "n1", 9.0, 60.0, "")], origins=(place,), destinations=(PLACES[1],))
    assert at(matrix, "by", "n1") == pytest.approx((5.2 + 10, 5.2 + 9), rel=1e-4)


@pytest.mark.parametrize(("km", "extra"), [(0.19, 0.0), (0.21, 0.273)])
def test_a_place_within_the_radius_of_a_node_is_that_node(km: float, extra: float) -> None:
    matrix = matrix_of(
        [("n0", "n1", 9.0, 60.0, "")], origins=(north_of("n0", km=km),), destinations=(PLACES[1],)
    )
    assert at(matrix, "by", "n1")[0] == pytest.approx(10 + extra, rel=1e-3)


def test_the_snap_limit_itself_still_counts() -> None:
    place = north_of("n0", km=30)
    roads = [("n0", "n1", 9.0, 60.0, "")]
    near = matrix_of(roads, origins=(PLACES[1], place), destinations=(PLACES[1],))
    straight = 30.0  # measured by the rule itself below, to hit the limit exactly
    measured = travel_matrix_from_edges(
        roads,
        nodes={"n0": NODES["n0"], "n1": (60.0, 20.0)},
        origins=(place,),
        destinations=(),
        snap=SnapRule(limit_km=1),
    ).unreachable
    assert near.unreachable == ()
    assert measured[0].straight_km == pytest.approx(straight, rel=1e-3)
    exact = SnapRule(limit_km=measured[0].straight_km)
    just_less = SnapRule(limit_km=math.nextafter(measured[0].straight_km, 0))
    only = {"origins": (place,), "destinations": (PLACES[0],)}
    nodes = {"n0": NODES["n0"], "n1": (60.0, 20.0)}
    assert not travel_matrix_from_edges(roads, nodes=nodes, snap=exact, **only).unreachable
    assert travel_matrix_from_edges(roads, nodes=nodes, snap=just_less, **only).unreachable


def test_neighbours_far_from_the_network_do_not_drive_to_it_and_back() -> None:
    home, office = north_of("n1", km=20, place_id="hem"), north_of("n1", km=22, place_id="kontor")
    matrix = matrix_of([("n0", "n1", 9.0, 60.0, "")], origins=(home,), destinations=(office,))
    assert at(matrix, "hem", "kontor") == pytest.approx((2.6, 2.6), rel=1e-3)


@settings(max_examples=30, deadline=None)
@given(edge_lists(), st.sampled_from(SPEED_MODELS))
def test_r9_no_speed_model_is_faster_than_posted_or_slower_than_cautious(edges, model) -> None:
    minutes = [matrix_of(edges, speed_model=m).minutes for m in (POSTED, model, CAUTIOUS)]
    assert (minutes[0] <= minutes[1]).all()
    assert (minutes[1] <= minutes[2]).all()


def test_r9_speed_models_are_what_they_say() -> None:
    km, limit = np.array([90.0]), np.array([100.0])
    by_model = {m.id: float(m.minutes(km, limit_kmh=limit)[0]) for m in SPEED_MODELS}
    assert by_model == pytest.approx(
        {"summer": 60.0, "winter": 70.5, "posted": 54.0, "cautious": 60 * 90 / 80 * 1.2}
    )
    assert 1.15 <= WINTER.time_factor <= 1.20


@pytest.mark.parametrize(
    "change", [{"share_of_limit": 0.0}, {"time_factor": -1.0}, {"cap_kmh": 0.0}]
)
def test_a_speed_model_without_speed_is_refused_by_name(change: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="'stilla'"):
        SpeedModel(id="stilla", **change)


def test_bad_places_are_refused_by_name() -> None:
    twice = (PLACES[0], replace(PLACES[1], id="n0"))
    with pytest.raises(ValueError, match="'n0'"):
        matrix_of([("n0", "n1", 1.0, 70.0, "")], origins=twice)
    with pytest.raises(ValueError, match="'n0'"):
        matrix_of([("n0", "n1", 1.0, 70.0, "")], origins=(replace(PLACES[0], lat=math.nan),))


def test_results_are_frozen_and_the_version_follows_every_input() -> None:
    roads = [("n0", "n1", 9.0, 60.0, "E4")]
    matrix = matrix_of(roads)
    with pytest.raises(ValueError, match="read-only"):
        matrix.minutes[0, 0] = 1.0
    with pytest.raises(AttributeError):
        matrix.version = "x"  # type: ignore[misc]
    others = [
        matrix_of([("n0", "n1", 9.1, 60.0, "E4")]),
        matrix_of([("n0", "n1", 9.0, 61.0, "E4")]),
        matrix_of([("n0", "n1", 9.0, 60.0, "E12")]),
        matrix_of(roads, speed_model=WINTER),
        matrix_of(roads, snap=SnapRule(detour=1.2)),
        matrix_of(roads, origins=PLACES[:1]),
    ]
    versions = [matrix.version, *(other.version for other in others)]
    assert len(set(versions)) == len(versions)
    assert matrix_of(roads).version == matrix.version


def test_the_county_matrix_keeps_the_triangle_inequality() -> None:
    real = real_world()
    nodes = [Place(id=n.id, name=n.name, lat=n.lat, lon=n.lon) for n in real.roads.nodes]
    minutes = travel_matrix(real.network, origins=nodes, destinations=nodes).minutes
    for middle in range(len(nodes)):
        assert (minutes <= minutes[:, [middle]] + minutes[[middle], :] + 1e-5).all()


def test_large_networks_are_taken_in_groups_with_the_same_result(monkeypatch) -> None:
    whole = real_world().matrix
    monkeypatch.setattr("ris_map.travel.shortest.CELLS_AT_ONCE", 100)
    real = real_world()
    places = tuple(
        Place(id=p.id, name=p.name, lat=p.lat, lon=p.lon) for p in real.geography.localities
    )
    pieces = travel_matrix(real.network, origins=places, destinations=places)
    monkeypatch.undo()
    again = travel_matrix(real.network, origins=places, destinations=places)
    assert np.array_equal(pieces.minutes, again.minutes)
    assert np.array_equal(pieces.km, again.km)
    assert whole.origin_ids == pieces.origin_ids


def grid_network(size: int, *, seed: int) -> Network:
    """Return a town of size x size crossings with random speeds, a fifth of its streets missing."""
    random = np.random.default_rng(seed)
    nodes = {
        f"{x:02}-{y:02}": (64 + x / 100, 20 + y / 100) for x, y in product(range(size), repeat=2)
    }
    edges = [
        (
            f"{x:02}-{y:02}",
            f"{x + dx:02}-{y + dy:02}",
            float(random.integers(1, 9)),
            float(random.choice((30, 70, 110))),
            "",
        )
        for x, y in product(range(size), repeat=2)
        for dx, dy in ((1, 0), (0, 1))
        if x + dx < size and y + dy < size and random.random() > 0.2
    ]
    return network_from_edges(edges, nodes=nodes, allow_parts=True)


def test_long_ways_have_the_kilometres_of_their_own_route() -> None:
    network = grid_network(20, seed=20261123)
    places = [
        Place(id=n, name=n, lat=float(a), lon=float(b))
        for n, a, b in zip(network.node_ids, network.lat, network.lon, strict=True)
    ]
    matrix = travel_matrix(network, origins=places[:5], destinations=places)
    graph = nx.Graph()
    for u, v, km, kmh in zip(
        network.tail, network.head, network.km, network.limit_kmh, strict=True
    ):
        graph.add_edge(int(u), int(v), km=km, time=60 * km / (0.9 * kmh))
    for origin in range(5):
        for target, time in nx.single_source_dijkstra_path_length(
            graph, origin, weight="time"
        ).items():
            assert matrix.minutes[origin, target] == pytest.approx(time, abs=1e-5)
            ways = nx.all_shortest_paths(graph, origin, target, weight="time")
            first = [next(ways), next(ways, None)]
            lengths = [nx.path_weight(graph, way, "km") for way in first if way]
            if first[1] is None:  # with a single fastest way there is only one right length
                assert matrix.km[origin, target] == pytest.approx(lengths[0], abs=1e-5)
