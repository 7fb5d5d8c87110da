"""Everybody counts once; minutes and ways by hand, against a twin, and on the county's roads."""

import math
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from ris_map.travel.matrix import nearest_minutes, travel
from ris_map.travel.network import (
    CAUTIOUS,
    POSTED,
    SPEED_MODELS,
    SUMMER,
    WINTER,
    Network,
    SpeedModel,
    join,
    road_network,
)
from ris_map.travel.people import PEOPLE_FILE, number_of_squares
from ris_map.travel.routes import routes_from
from ris_map.travel.world import World
from tests.factories import DATA, make_actor, make_register
from tests.factories import real_world as world
from tests.travel.raw import RoadMap

EAST, NORTH = 700_000.0, 7_100_000.0


def make_network(
    points: dict[str, tuple[float, float]],
    edges: list[tuple[str, str, dict[str, object]]],
    *,
    places: tuple[str, ...] = (),
) -> Network:
    """Return a network from points in km beside (700, 7100) and edges with changes."""
    xy = {name: (EAST + 1000 * x, NORTH + 1000 * y) for name, (x, y) in points.items()}
    nodes = gpd.GeoDataFrame(
        {"name": list(xy), "kind": ["tatort" if n in places else "junction" for n in xy]},
        index=list(xy),
        geometry=[shapely.Point(p) for p in xy.values()],
        crs=3006,
    )
    rows = []
    for a, b, changes in edges:
        line = shapely.LineString([xy[a], xy[b]])
        plain = {
            "from": a, "to": b, "road": "Rv 1", "km": line.length / 1000, "limit_kmh": 100.0,
            "kind": "numbered", "joinable": 1, "geometry_kind": "osm", "geometry": line,
        }  # fmt: skip
        rows.append(plain | changes)
    frame = gpd.GeoDataFrame(rows, index=[f"e{i}" for i in range(len(rows))], crs=3006)
    return road_network(nodes, frame)


def degrees(points: list[tuple[float, float]]) -> dict[str, np.ndarray]:
    """Return points in km beside the origin as ``lat`` and ``lon``."""
    where = gpd.GeoSeries([shapely.Point(EAST + 1000 * x, NORTH + 1000 * y) for x, y in points],
                          crs=3006).to_crs(4326)  # fmt: skip
    return {"lat": where.y.to_numpy(), "lon": where.x.to_numpy()}


def road_map(network: Network, model: SpeedModel) -> RoadMap:
    """Return the same roads under a speed model, for the minutes that are reckoned apart."""

    def drive(km: float | np.ndarray, limit: float | np.ndarray) -> float | np.ndarray:
        return model.time_factor * 60 * km / np.minimum(model.share_of_limit * limit, model.cap_kmh)

    edges = pd.DataFrame(
        {
            "edge_id": network.edge_ids,
            "from": network.tail,
            "to": network.head,
            "kind": np.where(network.is_numbered, "numbered", "local"),
            "joinable": network.is_joinable,
            "time": drive(network.km, network.limit_kmh),
            "line": network.lines,
        }
    )
    x, y = network.node_xy[network.places].T
    places = pd.DataFrame({"node": network.places, "x": x, "y": y})
    return RoadMap(edges=edges, places=places, beside=drive(1.3 / 1000, 60 / 0.9))


def test_P1_everybody_counts_once_as_the_raw_file_says_and_in_their_municipality() -> None:
    cells = world().cells
    raw = pd.read_csv(DATA / PEOPLE_FILE, dtype={"municipality_code": str})
    assert cells.population.sum() == raw["population"].sum() == 274_448
    own = np.bincount(cells.municipality, cells.population).astype(int).tolist()
    sums = raw.groupby("municipality_code")["population"].sum()
    assert dict(zip(cells.municipality_codes, own, strict=True)) == sums.to_dict()
    assert cells.population[cells.is_ferry].sum() == 62
    assert not cells.population.flags.writeable
    assert len(cells) == number_of_squares()
    assert (cells.only_ferry(cells.lat, cells.lon) == cells.is_ferry).all()
    # at sea and on coarse borders the nearest municipality stands; that is few people
    own = np.array(cells.municipality_codes)[cells.municipality]
    there = world().foundations.geography.municipalities_at(cells.lat, cells.lon)
    is_elsewhere = pd.notna(there) & (there != own)
    assert cells.population[is_elsewhere].sum() < 0.002 * cells.population.sum()


def bent() -> Network:
    """Return 30 km of E4 to the east (at 90 km/h), then 40 km of road 90 to the north (at 72)."""
    points = {"a": (0.0, 0.0), "b": (30.0, 0.0), "c": (30.0, 40.0)}
    return make_network(points, [("a", "b", {}), ("b", "c", {"limit_kmh": 80.0})])


@pytest.mark.parametrize(
    ("start", "stop", "expected"),
    [
        # both ends join at the nearest point of a line: 3 km off E4 at 10 km, 2 km off at the end
        ((10, 3), (32, 30), 1.3 * 3 + 60 * 20 / 90 + 60 * 30 / 72 + 1.3 * 2),
        # along one road, and neighbours straight
        ((2, 1), (22, 1), 1.3 * 2 + 60 * 20 / 90),
        ((2, 8), (2, 12), 1.3 * 4),
        ((2, 8), (2, 8), 0),
        # the limit of the straight way is inclusive, and beyond it the road is taken
        ((2, 20), (2, 24.999), 1.3 * 4.999),
        ((2, 20), (2, 25.001), 1.3 * (20 + 25.001)),
        # far from every road
        ((-59, 0), (0, 0), 1.3 * 59),
        ((-61, 0), (0, 0), math.inf),
    ],
)
def test_minutes_are_those_that_a_hand_reckons(
    start: tuple[float, float], stop: tuple[float, float], expected: float
) -> None:
    ends = [join(bent(), **degrees([point])) for point in (start, stop)]
    assert travel(*ends)[0][0, 0] == pytest.approx(expected, abs=1e-5)


def test_an_island_without_a_road_is_not_reached() -> None:
    point = degrees([(2, 8)])
    shore, island = join(bent(), **point), join(bent(), **point, no_road=np.array([True]))
    for start, stop in ((shore, island), (island, shore)):
        assert travel(start, stop)[0][0, 0] == math.inf
        assert nearest_minutes(start, stop)[0] == math.inf


def test_W13_order_of_cap_and_factor_and_the_way_to_the_road() -> None:
    assert CAUTIOUS.minutes(np.array(80.0), limit_kmh=110) == pytest.approx(1.2 * 60)
    assert CAUTIOUS.minutes(np.array(63.0), limit_kmh=70) == pytest.approx(1.2 * 60)
    models = SUMMER, WINTER, POSTED, CAUTIOUS
    on_the_way = [float(one.access_minutes(np.array(60.0))) for one in models]
    assert on_the_way == pytest.approx([60, 70.5, 54, 72])
    assert WINTER.minutes(np.array(9.0), limit_kmh=10) == pytest.approx(1.175 * 60)
    assert POSTED.minutes(np.array(10.0), limit_kmh=10) == pytest.approx(60)


@pytest.mark.parametrize("bad", [(91.0, 20.0), (64.0, math.nan), (64.0, 200.0)])
def test_points_that_are_no_points_are_refused(bad: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="degrees"):
        join(bent(), lat=np.array([bad[0]]), lon=np.array([bad[1]]))


@st.composite
def networks(draw: st.DrawFn) -> Network:
    """Return roads between a few points of a grid, some of them parallel or cut off."""
    size = draw(st.integers(2, 6))
    spots = draw(st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8)), min_size=size,
                          max_size=size, unique=True))  # fmt: skip
    points = {f"n{i}": (6.0 * x, 6.0 * y) for i, (x, y) in enumerate(spots)}
    names = st.sampled_from(sorted(points))
    edges = []
    for a, b in draw(st.lists(st.tuples(names, names), min_size=1, max_size=9)):
        if a != b:
            stretch = draw(st.sampled_from((1.0, 1.02, 1.5)))
            km = stretch * math.dist(points[a], points[b])
            kind = draw(st.sampled_from(("numbered", "numbered", "local")))
            joinable = draw(st.sampled_from((1, 1, 0)))
            limit = draw(st.sampled_from((50.0, 70.0, 110.0)))
            edges.append((a, b, {"km": km, "kind": kind, "joinable": joinable, "limit_kmh": limit}))
    if not edges:
        edges = [("n0", "n1", {})]
    # every place has a road, as the check of the files demands
    ends = sorted({end for a, b, _ in edges for end in (a, b)})
    return make_network(points, edges, places=tuple(draw(st.sets(st.sampled_from(ends)))))


SPOTS = st.tuples(st.floats(-10, 60), st.floats(-10, 60))


@given(networks(), st.lists(SPOTS, min_size=1, max_size=3), st.lists(SPOTS, min_size=1, max_size=4),
       st.sampled_from(SPEED_MODELS))  # fmt: skip
def test_arrays_routes_and_nearest_agree_with_the_twin_and_no_way_passes_through_a_point(
    network: Network, starts: list[tuple[float, float]], stops: list[tuple[float, float]],
    model: SpeedModel,
) -> None:  # fmt: skip
    sources, targets = join(network, **degrees(starts)), join(network, **degrees(stops))
    minutes, km = travel(sources, targets, speed_model=model, with_km=True)
    assert np.array_equal(minutes, travel(sources, targets, speed_model=model)[0])
    twin = road_map(network, model)
    ways = twin.ways(targets.xy)
    for row, start in zip(minutes, sources.xy, strict=True):
        assert row == pytest.approx(twin.minutes(start, targets.xy, ways), abs=2e-6)
    nearest = nearest_minutes(sources, targets, speed_model=model)
    assert nearest == pytest.approx(minutes.min(axis=0), abs=2e-6)
    for row, start in enumerate(starts):
        routes = routes_from(join(network, **degrees([start])), targets, speed_model=model)
        for column, route in enumerate(routes):
            assert (route is None) == math.isinf(minutes[row, column])
            if route is not None:
                assert route.minutes == pytest.approx(minutes[row, column], abs=2e-6)
                assert route.km == pytest.approx(km[row, column], abs=1e-4)
                assert sum(leg.km for leg in route.legs) + route.off_network_km == pytest.approx(
                    route.km, abs=1e-4
                )


def test_P1_R2_every_cell_is_joined_or_named() -> None:
    matrix, base = world().matrix, world().foundations
    reached = np.isfinite(matrix.minutes).any(axis=0)
    assert matrix.minutes.shape == (len(world().offices), 5538)
    assert (reached == base.joined_cells.is_reachable).all()
    assert base.cells.population[~reached].sum() == 62  # Holmön
    assert base.joined_settlements.unreached(matrix.settlement_ids) == ("holmon",)
    assert world().joined_offices.unreached(matrix.office_ids) == ()


def test_a_register_without_offices_has_a_matrix_without_rows() -> None:
    silent = make_register(make_actor(offices=()))
    nowhere = World(foundations=world().foundations, register=silent, on=world().on)
    matrix = nowhere.matrix
    assert matrix.minutes.shape == (0, len(nowhere.cells))
    assert matrix.settlement_km.shape == (0, len(matrix.settlement_ids))


def test_a_matrix_of_settlements_agrees_with_the_routes_of_hitta() -> None:
    matrix, base = world().matrix, world().foundations
    places = base.geography.localities
    offices = world().joined_offices
    for at in range(0, len(places), 9):
        start = base.joined([places[at].lat], [places[at].lon])
        for row, route in enumerate(routes_from(start, offices)):
            expected = matrix.settlement_minutes[row, at], matrix.settlement_km[row, at]
            found = (math.inf, math.inf) if route is None else (route.minutes, route.km)
            assert found == pytest.approx(expected, abs=1e-4)


def test_the_version_changes_with_what_counts() -> None:
    network = world().foundations.network
    assert replace(network, km=network.km * 1.01).version != network.version
    assert world().matrix.version != world().matrix_for(WINTER).version
