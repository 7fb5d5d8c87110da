"""Minutes from the raw files with pandas, shapely and networkx alone; nothing of ``ris_map``.

Written from the text of the rule, one point after another, to be compared with the product.
"""

from __future__ import annotations

import json
import math
import os
from functools import cache
from pathlib import Path

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
            [TO_METRES.transform(*point) for point in f["geometry"]["coordinates"]]
        )
        for f in course["features"]
    }
    frame["line"] = frame["edge_id"].map(lines)
    frame["time"] = 60 * frame["km"] / (0.9 * frame["limit_kmh"])
    return frame


@cache
def graph() -> nx.Graph:
    """Return the roads as a graph; of two between the same nodes the faster one."""
    built = nx.Graph()
    for road in edges().sort_values("time", ascending=False).itertuples():
        built.add_edge(road[2], road[3], time=road.time)
    return built


@cache
def named_nodes() -> pd.DataFrame:
    """Return the named places of the network in metres."""
    frame = pd.read_csv(DATA / "roads" / "nodes.csv")
    frame = frame[frame["kind"].isin(PLACES)].reset_index(drop=True)
    frame["x"], frame["y"] = TO_METRES.transform(frame["lon"], frame["lat"])
    return frame


def ways(x: float, y: float) -> list[tuple[str | None, float, float, list[tuple[str, float]]]]:
    """Return (road, place on it, way there, [(node, minutes to it)]) of a point."""
    here = shapely.Point(x, y)
    roads = edges()[edges()["joinable"] == 1]
    away = shapely.distance(roads["line"].to_numpy(), here)
    numbered = away[(roads["kind"] == "numbered").to_numpy()].min()
    to_place = np.hypot(named_nodes()["x"] - x, named_nodes()["y"] - y)
    nearest = min(away.min(), to_place.min())
    if nearest > 60_000:
        return []
    radius = max(min(1.5 * numbered + 2000, 15_000), nearest + 0.01)
    found: list[tuple[str | None, float, float, list[tuple[str, float]]]] = []
    for index in np.flatnonzero(away <= radius):
        road = roads.iloc[index]
        at = road["line"].project(here, normalized=True)
        access = 1.3 * away[index] / 1000
        ends = [(road["from"], access + at * road["time"]),
                (road["to"], access + (1 - at) * road["time"])]  # fmt: skip
        found.append((road["edge_id"], at * road["time"], access, ends))
    for index in np.flatnonzero(to_place <= radius):
        access = 1.3 * to_place[index] / 1000
        found.append((None, 0.0, access, [(named_nodes()["node"][index], access)]))
    return found


@cache
def ways_of_cells() -> list[list[tuple[str | None, float, float, list[tuple[str, float]]]]]:
    """Return the ways of all squares; none where only a ferry goes."""
    listed = cells()[["x", "y", "access"]].itertuples(index=False)
    return [[] if access == "ferry" else ways(x, y) for x, y, access in listed]


def minutes_to(lat: float, lon: float) -> np.ndarray:
    """Return the minutes from every square to one office."""
    x, y = TO_METRES.transform(lon, lat)
    own = ways(x, y)
    network = nx.DiGraph()
    for _, _, _, ends in own:
        for node, time in ends:
            before = network.get_edge_data("office", node, {"time": math.inf})["time"]
            network.add_edge("office", node, time=min(time, before))
    network.add_edges_from((a, b, d) for a, b, d in graph().to_directed().edges(data=True))
    to_node = nx.single_source_dijkstra_path_length(network, "office", weight="time")
    along = {road: (at, access) for road, at, access, _ in own if road is not None}
    straight = np.hypot(cells()["x"] - x, cells()["y"] - y) / 1000
    found = np.full(len(cells()), math.inf)
    for index, listed in enumerate(ways_of_cells()):
        options = [to_node[node] + time for _, _, _, ends in listed for node, time in ends]
        options += [
            along[road][1] + access + abs(along[road][0] - at)
            for road, at, access, _ in listed
            if road in along
        ]
        if listed and straight[index] <= 5:
            options.append(1.3 * straight[index])
        found[index] = min(options, default=math.inf)
    return found


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
