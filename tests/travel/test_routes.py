"""A route says which roads to take, and agrees with the matrix to the last decimal."""

import numpy as np
import pytest

from ris_map.travel.network import network_from_edges
from ris_map.travel.routes import Route, routes_from
from ris_map.travel.snapping import Place, places_of_localities, places_of_offices
from tests.coverage.worlds import real_world

HOME = Place(id="hem", name="Hem", lat=64.0, lon=20.0)
NODES = {
    "a": (64.0, 20.0),
    "b": (64.1, 20.0),
    "c": (64.2, 20.0),
    "d": (64.3, 20.0),
    "o": (65.0, 20.0),
}
ROADS = [
    ("a", "b", 10.0, 90.0, "E12"),
    ("b", "c", 10.0, 90.0, "E12"),
    ("c", "d", 10.0, 70.0, "Lv 363"),
    ("a", "d", 90.0, 50.0, "byväg"),
]


def on(node: str) -> Place:
    lat, lon = NODES[node]
    return Place(id=node, name=node, lat=lat, lon=lon)


def routes(*nodes: str) -> tuple[Route | None, ...]:
    network = network_from_edges(ROADS, nodes=NODES, allow_parts=True)
    return routes_from(network, origin=HOME, destinations=[on(node) for node in nodes])


def test_roads_are_named_in_driving_order_and_a_road_that_goes_on_once() -> None:
    route = routes("d")[0]
    assert route is not None
    assert route.roads == ("E12", "Lv 363")
    assert [(leg.from_node, leg.to_node) for leg in route.legs] == [
        ("a", "b"),
        ("b", "c"),
        ("c", "d"),
    ]
    assert route.km == pytest.approx(30)
    assert route.minutes == pytest.approx(60 * 20 / 81 + 60 * 10 / 63, abs=1e-6)


def test_no_way_is_none_and_at_home_there_is_no_road() -> None:
    isolated, here = routes("o", "a")
    assert isolated is None
    assert here is not None
    assert (here.minutes, here.legs, here.roads) == (0.0, (), ())


def test_too_far_from_the_network_is_none() -> None:
    network = network_from_edges(ROADS, nodes=NODES, allow_parts=True)
    far = Place(id="far", name="far", lat=68.0, lon=20.0)
    assert routes_from(network, origin=far, destinations=[on("a")]) == (None,)
    assert routes_from(network, origin=HOME, destinations=[far]) == (None,)


@pytest.mark.parametrize("start", ["klimpfjall", "sorsele", "umea", "bullmark"])
def test_routes_of_the_county_equal_the_matrix(start: str) -> None:
    real = real_world()
    origin = next(p for p in places_of_localities(real.geography.localities) if p.id == start)
    offices = places_of_offices(real.register.actors)
    found = routes_from(real.network, origin=origin, destinations=offices)
    row = real.matrix.origin_ids.index(start)
    for column, route in enumerate(found):
        if route is None:
            assert np.isinf(real.matrix.minutes[row, column])
            continue
        assert route.minutes == pytest.approx(real.matrix.minutes[row, column], abs=1e-5)
        assert route.km == pytest.approx(real.matrix.km[row, column], abs=1e-5)


def test_the_way_from_tarnaby_to_umea_is_the_blue_way() -> None:
    real = real_world()
    places = {p.id: p for p in places_of_localities(real.geography.localities)}
    route = routes_from(real.network, origin=places["tarnaby"], destinations=[places["umea"]])[0]
    assert route is not None
    assert route.roads == ("E12", "E12/E45", "E12")
