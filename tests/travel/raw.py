"""Minutes from the raw files with pandas, shapely and networkx alone; nothing of ``ris_map``.

Written from the text of the rule, one point after another, to be compared with the product.
"""

from __future__ import annotations

import json
import math
import os
from functools import cache
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
import shapely
from pyproj import Transformer

DATA = Path(os.environ.get("RIS_MAP_DATA") or Path(__file__).parents[2] / "data")
INLAND = ("2417", "2418", "2421", "2422", "2425", "2462", "2463", "2481")
COAST = ("2401", "2409", "2480", "2482")
PLACES = ("tatort", "village", "external")
TO_METRES = Transformer.from_crs(4326, 3006, always_xy=True)


@cache
def cells() -> pd.DataFrame:
    """Return the squares with their points in metres."""
    frame = pd.read_csv(DATA / "people" / "population_1km.csv", dtype={"municipality_code": str})
    frame["x"], frame["y"] = TO_METRES.transform(frame["lon"], frame["lat"])
    return frame


@cache
def edges() -> pd.DataFrame:
    """Return the roads with their lines in metres and their minutes in summer."""
    frame = pd.read_csv(DATA / "roads" / "edges.csv")
    course = json.loads((DATA / "roads" / "edges.geojson").read_text(encoding="utf-8"))
    lines = {
        f["properties"]["edge_id"]: shapely.LineString(
            np.column_stack(TO_METRES.transform(*np.array(f["geometry"]["coordinates"]).T))
        )
        for f in course["features"]
    }
    frame["line"] = frame["edge_id"].map(lines)
    frame["time"] = 60 * frame["km"] / (0.9 * frame["limit_kmh"])
    return frame


@cache
def joinable() -> tuple[list[Any], np.ndarray, np.ndarray]:
    """Return the roads that may be joined, their lines, and which have numbers."""
    roads = edges()[edges()["joinable"] == 1].rename(columns={"from": "start", "to": "end"})
    is_numbered = (roads["kind"] == "numbered").to_numpy()
    return list(roads.itertuples(index=False)), roads["line"].to_numpy(), is_numbered


@cache
def graph() -> nx.DiGraph:
    """Return the roads as a graph, both ways; of two between the same nodes the faster one."""
    built = nx.Graph()
    for road in edges().sort_values("time", ascending=False).itertuples():
        built.add_edge(road[2], road[3], time=road.time)
    return built.to_directed()


@cache
def named_nodes() -> tuple[list[str], np.ndarray, np.ndarray]:
    """Return the named places of the network, and where they are in metres."""
    frame = pd.read_csv(DATA / "roads" / "nodes.csv")
    frame = frame[frame["kind"].isin(PLACES)]
    x, y = TO_METRES.transform(frame["lon"].to_numpy(), frame["lat"].to_numpy())
    return frame["node"].tolist(), x, y


Way = tuple[str | None, float, float, list[tuple[str, float]]]


def ways(x: float, y: float) -> list[Way]:
    """Return (road, place on it, way there, [(node, minutes to it)]) of a point."""
    here = shapely.Point(x, y)
    roads, lines, is_numbered = joinable()
    nodes, node_x, node_y = named_nodes()
    away, to_place = shapely.distance(lines, here), np.hypot(node_x - x, node_y - y)
    nearest = min(away.min(), to_place.min(initial=math.inf))
    if nearest > 60_000:
        return []
    radius = max(min(1.5 * away[is_numbered].min() + 2000, 15_000), nearest + 0.01)
    found: list[Way] = []
    for index in np.flatnonzero(away <= radius):
        road = roads[index]
        at = road.line.project(here, normalized=True)
        access = 1.3 * away[index] / 1000
        ends = [(road.start, access + at * road.time), (road.end, access + (1 - at) * road.time)]
        found.append((road.edge_id, at * road.time, access, ends))
    for index in np.flatnonzero(to_place <= radius):
        access = 1.3 * to_place[index] / 1000
        found.append((None, 0.0, access, [(nodes[index], access)]))
    return found


@cache
def ways_of_cells() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the ways of all squares, none where only a ferry goes.

    One table of (cell, node, minutes to it), one of (cell, road, place on it, way there).
    """
    to_nodes, to_roads = [], []
    listed = cells()[["x", "y", "access"]].itertuples(index=False)
    for index, (x, y, access) in enumerate(listed):
        for road, at, there, ends in [] if access == "ferry" else ways(x, y):
            to_nodes += [(index, node, time) for node, time in ends]
            to_roads.append((index, road, at, there))
    return (
        pd.DataFrame(to_nodes, columns=["cell", "node", "time"]),
        pd.DataFrame(to_roads, columns=["cell", "road", "at", "there"]),
    )


def minutes_to(lat: float, lon: float) -> np.ndarray:
    """Return the minutes from every square to one office."""
    x, y = TO_METRES.transform(lon, lat)
    own = ways(x, y)
    network = graph().copy()
    for _, _, _, ends in own:
        for node, time in ends:
            before = network.get_edge_data("office", node, {"time": math.inf})["time"]
            network.add_edge("office", node, time=min(time, before))
    to_node = nx.single_source_dijkstra_path_length(network, "office", weight="time")
    nodes, roads = ways_of_cells()
    fastest = (nodes["time"] + nodes["node"].map(to_node)).groupby(nodes["cell"]).min()
    found = fastest.reindex(range(len(cells())), fill_value=math.inf).to_numpy()
    for road, at, access, _ in own:
        same = roads[roads["road"] == road]
        along = access + same["there"] + (same["at"] - at).abs()
        np.minimum.at(found, same["cell"].to_numpy(), along.to_numpy())
    straight = np.hypot(cells()["x"] - x, cells()["y"] - y).to_numpy() / 1000
    is_near = np.isin(np.arange(len(found)), roads["cell"]) & (straight <= 5)
    return np.where(is_near, np.minimum(found, 1.3 * straight), found)


@cache
def minutes_at(lat: float, lon: float) -> np.ndarray:
    """Return :func:`minutes_to`, computed once per point."""
    return minutes_to(lat, lon)


def shares(minutes: np.ndarray, codes: tuple[str, ...] | None) -> list[float]:
    """Return the per cent of residents within 30, 60, 90 and 120 minutes."""
    people = cells()["population"].to_numpy()
    here = cells()["municipality_code"].isin(codes or cells()["municipality_code"]).to_numpy()
    total = people[here].sum()
    return [100 * people[here & (minutes <= limit)].sum() / total for limit in (30, 60, 90, 120)]
