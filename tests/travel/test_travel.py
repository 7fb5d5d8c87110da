"""Minutes and ways: by hand on small networks, against plain loops, and on the county's roads."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
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
)
from ris_map.travel.routes import routes_from, travel_between
from tests.factories import real_world
from tests.travel.slow_roads import degrees, make_network, slow_minutes

DATA = Path(__file__).parents[2] / "data"
CORNERS = {"a": (0.0, 0.0), "b": (30.0, 0.0), "c": (30.0, 40.0)}
BENT = [("a", "b", {"road": "E4"}), ("b", "c", {"road": "Rv 90", "limit_kmh": 80.0})]


world = real_world


def minutes_between(
    network: Network, start: tuple[float, float], stop: tuple[float, float],
    model: SpeedModel = SUMMER,
) -> float:  # fmt: skip
    ends = [join(network, **degrees([point])) for point in (start, stop)]
    return float(travel(*ends, speed_model=model)[0][0, 0])


def test_both_ends_join_at_the_nearest_point_of_a_line() -> None:
    network = make_network(dict(CORNERS), [(a, b, dict(c)) for a, b, c in BENT])
    # 3 km off E4 at 10 km: 3.9 km of access, 20 km at 90, 30 km at 72, and 2 km x 1.3 at the end
    expected = 1.3 * 3 + 60 * 20 / 90 + 60 * 30 / 72 + 1.3 * 2
    assert minutes_between(network, (10, 3), (32, 30)) == pytest.approx(expected, abs=1e-5)


def test_two_on_one_road_go_along_it_and_neighbours_straight() -> None:
    network = make_network(dict(CORNERS), [(a, b, dict(c)) for a, b, c in BENT])
    assert minutes_between(network, (2, 1), (22, 1)) == pytest.approx(1.3 * 2 + 60 * 20 / 90)
    assert minutes_between(network, (2, 8), (2, 12)) == pytest.approx(1.3 * 4)
    assert minutes_between(network, (2, 8), (2, 8)) == 0


def test_the_limit_of_the_straight_way_is_inclusive_and_beyond_it_the_road_is_taken() -> None:
    network = make_network(dict(CORNERS), [(a, b, dict(c)) for a, b, c in BENT])
    just, beyond = minutes_between(network, (2, 20), (2, 24.999)), (2, 25.001)
    assert just == pytest.approx(1.3 * 4.999)
    assert minutes_between(network, (2, 20), beyond) == pytest.approx(1.3 * (20 + 25.001))


def test_a_way_never_passes_through_a_place() -> None:
    """Two roads that do not meet, and an office between them: it is no bridge."""
    points = {"a": (0.0, 0.0), "b": (50.0, 0.0), "c": (0.0, 6.0), "d": (50.0, 6.0)}
    network = make_network(points, [("a", "b", {}), ("c", "d", {})])
    sources = join(network, **degrees([(25, 3), (2, 0)]))
    targets = join(network, **degrees([(48, 6)]))
    # alone: over its own 6 km x 1.3 to the other road, as the candidates allow; never via (25, 3)
    assert travel(sources, targets)[0][1, 0] == pytest.approx(
        slow_minutes(network, SUMMER, tuple(sources.xy[1]), tuple(targets.xy[0]))
    )


def test_local_roads_that_are_too_winding_are_joined_only_at_places() -> None:
    points = {"a": (0.0, 0.0), "b": (30.0, 0.0), "d": (15.0, 20.0)}
    edges = [("a", "b", {}), ("a", "d", {"kind": "local", "joinable": 0, "limit_kmh": 70.0})]
    closed = make_network(points, edges, places=("d",))
    assert minutes_between(closed, (16, 20), (0, 0)) < minutes_between(closed, (7, 11), (0, 0)) + 30
    ways = join(closed, **degrees([(7.5, 10)]))
    assert set(ways.edge.tolist()) == {0, -1}


def test_far_from_every_road_is_not_reached_and_an_island_is_named() -> None:
    network = make_network(dict(CORNERS), [(a, b, dict(c)) for a, b, c in BENT])
    assert minutes_between(network, (-59, 0), (0, 0)) < math.inf
    assert minutes_between(network, (-61, 0), (0, 0)) == math.inf
    point = degrees([(2, 8)])
    island = join(network, **point, no_road=np.array([True]))
    assert travel(join(network, **point), island)[0][0, 0] == math.inf
    assert nearest_minutes(join(network, **point), island)[0] == math.inf


def test_W13_order_of_cap_and_factor_and_the_way_to_the_road() -> None:
    assert CAUTIOUS.minutes(np.array(80.0), limit_kmh=110) == pytest.approx(1.2 * 60)
    assert CAUTIOUS.minutes(np.array(63.0), limit_kmh=70) == pytest.approx(1.2 * 60)
    on_the_way = {m.id: float(m.access_minutes(np.array(60.0))) for m in SPEED_MODELS}
    assert on_the_way == pytest.approx({"summer": 60, "winter": 70.5, "posted": 54, "cautious": 72})
    assert WINTER.minutes(np.array(9.0), limit_kmh=10) == pytest.approx(1.175 * 60)
    assert POSTED.minutes(np.array(10.0), limit_kmh=10) == pytest.approx(60)
    with pytest.raises(ValueError, match="prov"):
        SpeedModel(id="prov", time_factor=0)


@pytest.mark.parametrize("bad", [(91.0, 20.0), (64.0, math.nan), (64.0, 200.0)])
def test_points_that_are_no_points_are_refused(bad: tuple[float, float]) -> None:
    network = make_network(dict(CORNERS), [(a, b, dict(c)) for a, b, c in BENT])
    with pytest.raises(ValueError, match="degrees"):
        join(network, lat=np.array([bad[0]]), lon=np.array([bad[1]]))


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
    return make_network(points, edges, places=tuple(draw(st.sets(names))))


SPOTS = st.tuples(st.floats(-10, 60), st.floats(-10, 60))


@given(networks(), st.lists(SPOTS, min_size=1, max_size=3), st.lists(SPOTS, min_size=1, max_size=4),
       st.sampled_from(SPEED_MODELS))  # fmt: skip
def test_arrays_routes_and_nearest_agree_with_plain_loops(
    network: Network, starts: list[tuple[float, float]], stops: list[tuple[float, float]],
    model: SpeedModel,
) -> None:  # fmt: skip
    sources, targets = join(network, **degrees(starts)), join(network, **degrees(stops))
    minutes, km = travel(sources, targets, speed_model=model, with_km=True)
    assert np.array_equal(minutes, travel(sources, targets, speed_model=model)[0])
    slow = [
        [slow_minutes(network, model, tuple(a), tuple(b)) for b in targets.xy] for a in sources.xy
    ]
    assert minutes == pytest.approx(np.array(slow), abs=2e-6)
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
    matrix, cells = world().matrix, world().cells
    reached = np.isfinite(matrix.minutes).any(axis=0)
    assert matrix.minutes.shape == (len(world().offices), 5538)
    assert cells.population.sum() == 274_448
    named = [cell for cell, ok in zip(cells.ids, reached, strict=True) if not ok]
    assert tuple(named) == matrix.unreached_cells
    assert cells.population[~reached].sum() == 62  # Holmön
    assert matrix.unreached_settlements == ("holmon",)
    assert matrix.unreached_offices == ()


def test_offices_at_one_point_have_one_row_of_minutes() -> None:
    matrix = world().matrix
    assert matrix.point.max() + 1 < len(matrix.office_ids)
    first = {int(p): matrix.minutes[i] for i, p in reversed(list(enumerate(matrix.point)))}
    assert all((matrix.minutes[i] == first[int(p)]).all() for i, p in enumerate(matrix.point))


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


def test_P3_a_way_names_its_roads_and_what_is_only_sketched() -> None:
    base = world().foundations
    storuman, lycksele = (65.0959, 17.1114), (64.5954, 18.6735)
    found = travel_between(base.network, storuman, lycksele)
    assert found is not None
    assert "E12" in found.route.roads
    assert found.route.schematic_km < 1
    low, high = min(found.minutes_by_model.values()), max(found.minutes_by_model.values())
    assert low == found.minutes_by_model["posted"] < found.route.minutes < high
    assert high == pytest.approx(found.minutes_by_model["cautious"])
    ends = found.route.line[0], found.route.line[-1]
    assert ends == (pytest.approx(storuman, abs=1e-3), pytest.approx(lycksele, abs=1e-3))
    dikanas = next(p for p in base.geography.localities if p.name == "Dikanäs")
    far = travel_between(base.network, (dikanas.lat, dikanas.lon), (64.6241, 16.6561))
    assert far is not None
    assert any(leg.is_schematic for leg in far.route.legs)
    holm = next(p for p in base.geography.localities if p.name == "Holmön")
    assert (
        travel_between(base.network, (holm.lat, holm.lon), storuman, no_road=(True, False)) is None
    )
