"""A small network of made-up roads, and the same rules written as plain loops over networkx."""

from __future__ import annotations

import math
from itertools import product

import geopandas as gpd
import networkx as nx
import numpy as np
import shapely

from ris_map.travel.network import Network, SpeedModel, road_network

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
        line = shapely.LineString([xy[a], *changes.pop("via", []), xy[b]])
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


def slow_minutes(
    network: Network, model: SpeedModel, start: tuple[float, float], stop: tuple[float, float]
) -> float:
    """Return minutes between two points in metres (EPSG:3006), as the rule reads."""

    def drive(km: float, limit: float) -> float:
        cap = min(model.share_of_limit * limit, model.cap_kmh)
        return model.time_factor * 60 * km / cap

    def access(metres: float) -> float:
        return drive(1.3 * metres / 1000, 60 / 0.9)

    graph = nx.MultiGraph()
    graph.add_nodes_from(range(len(network.node_ids)))
    for e, (a, b) in enumerate(zip(network.tail, network.head, strict=True)):
        graph.add_edge(int(a), int(b), minutes=drive(network.km[e], network.limit_kmh[e]))

    def ways(point: tuple[float, float]) -> list[tuple[int | None, float, float, int, int]]:
        here = shapely.Point(point)
        joinable = [e for e in range(len(network.km)) if network.is_joinable[e]]
        away = {e: network.lines[e].distance(here) for e in joinable}
        places = {int(n): math.dist(point, network.node_xy[n]) for n in network.places}
        numbered = min((away[e] for e in joinable if network.is_numbered[e]), default=math.inf)
        nearest = min([*away.values(), *places.values()], default=math.inf)
        if nearest > 60_000:
            return []
        radius = max(min(1.5 * numbered + 2000, 15_000), nearest + 0.01)
        found: list[tuple[int | None, float, float, int, int]] = []
        for e, distance in away.items():
            if distance <= radius:
                at = network.lines[e].project(here, normalized=True)
                ends = int(network.tail[e]), int(network.head[e])
                found.append((e, at, distance, *ends))
        found += [(None, 0.0, d, n, n) for n, d in places.items() if d <= radius]
        return found

    def to_ends(way: tuple[int | None, float, float, int, int]) -> list[tuple[int, float]]:
        e, at, distance, tail, head = way
        if e is None:
            return [(tail, access(distance))]
        km, limit = network.km[e], network.limit_kmh[e]
        return [
            (tail, access(distance) + drive(at * km, limit)),
            (head, access(distance) + drive((1 - at) * km, limit)),
        ]

    best = math.inf
    begin, end = ways(start), ways(stop)
    if not (begin and end):
        return math.inf
    if math.dist(start, stop) <= 5000:
        best = access(math.dist(start, stop))
    for one, other in product(begin, end):
        if one[0] is not None and one[0] == other[0]:
            km, limit = network.km[one[0]], network.limit_kmh[one[0]]
            along = drive(abs(one[1] - other[1]) * km, limit)
            best = min(best, access(one[2]) + along + access(other[2]))
        for (a, first), (b, last) in product(to_ends(one), to_ends(other)):
            try:
                between = nx.shortest_path_length(graph, a, b, weight="minutes")
            except nx.NetworkXNoPath:
                continue
            best = min(best, first + between + last)
    return best
