"""The coverage of the county from the raw files, with pandas and networkx; nothing of the product.

Written from the method notes on travel and coverage alone, so that a fault shared by the product's
own rooms cannot hide: only `data/people`, `data/roads` and `data/actors.yaml` are read.
"""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import networkx as nx
import numpy as np
import pandas as pd
import shapely
import yaml
from pyproj import Transformer

PHASES = ("ide", "utveckling", "vaxa")
TYPES = (
    "finansiering",
    "finansiering_radgivning",
    "radgivning",
    "inkubator_accelerator",
    "motesplats",
)
LIMITS = (30, 60, 90, 120)
TO_METRES = Transformer.from_crs(4326, 3006, always_xy=True)


def minutes_on(km: object, limit_kmh: object) -> object:
    """Summer: nine tenths of the limit."""
    return 60 * km / (0.9 * limit_kmh)


def minutes_beside(metres: object) -> object:
    """Outside the network: 1.3 x the straight line at 60 km/h."""
    return 60 * (1.3 * metres / 1000) / 60


class Roads:
    """The network, and how points join it."""

    def __init__(self, data: Path) -> None:
        self.edges = pd.read_csv(data / "roads/edges.csv")
        nodes = pd.read_csv(data / "roads/nodes.csv").set_index("node")
        course = json.loads((data / "roads/edges.geojson").read_text(encoding="utf-8"))
        lines = {
            feature["properties"]["edge_id"]: [
                TO_METRES.transform(lon, lat) for lon, lat in feature["geometry"]["coordinates"]
            ]
            for feature in course["features"]
        }
        self.lines = np.array([shapely.LineString(lines[e]) for e in self.edges["edge_id"]])
        named = nodes[nodes["kind"].isin(("tatort", "village", "external"))]
        self.places = named.index.to_numpy()
        self.place_xy = np.column_stack(TO_METRES.transform(named["lon"], named["lat"]))
        self.graph = nx.DiGraph()
        for row in self.edges.itertuples():
            minutes = minutes_on(row.km, row.limit_kmh)
            for a, b in ((row._2, row.to), (row.to, row._2)):  # ``from`` is renamed by pandas
                if minutes < self.graph.get_edge_data(a, b, {"minutes": np.inf})["minutes"]:
                    self.graph.add_edge(a, b, minutes=minutes)

    def ways(self, xy: np.ndarray) -> pd.DataFrame:
        """Return every way by which points join: a road and where on it, or a named place."""
        points = shapely.points(xy)
        joinable = np.flatnonzero(self.edges["joinable"] == 1)
        numbered = np.flatnonzero(
            (self.edges["joinable"] == 1) & (self.edges["kind"] == "numbered")
        )
        places = shapely.points(self.place_xy)
        near_road = _nearest(points, self.lines[numbered])
        nearest = np.minimum(_nearest(points, self.lines[joinable]), _nearest(points, places))
        radius = np.maximum(np.minimum(1.5 * near_road + 2000, 15_000), nearest + 0.01)
        frames = []
        p, at = shapely.STRtree(self.lines[joinable]).query(points, "dwithin", radius)
        lines = self.lines[joinable[at]]
        frames.append(
            pd.DataFrame(
                {
                    "point": p,
                    "edge": joinable[at],
                    "at": shapely.line_locate_point(lines, points[p], normalized=True),
                    "metres": shapely.distance(lines, points[p]),
                    "place": "",
                }
            )
        )
        p, at = shapely.STRtree(places).query(points, "dwithin", radius)
        metres = shapely.distance(places[at], points[p])
        frames.append(
            pd.DataFrame(
                {"point": p, "edge": -1, "at": 0.0, "metres": metres, "place": self.places[at]}
            )
        )
        return pd.concat(frames, ignore_index=True)

    def entries(self, ways: pd.DataFrame) -> pd.DataFrame:
        """Return point, node and minutes: both ends of a road, or the place itself."""
        on = ways[ways["edge"] >= 0]
        road = self.edges.iloc[on["edge"]]
        beside = minutes_beside(on["metres"].to_numpy())
        whole = minutes_on(road["km"].to_numpy(), road["limit_kmh"].to_numpy())
        at = on["at"].to_numpy()
        place = ways[ways["edge"] < 0]
        return pd.concat(
            [
                pd.DataFrame(
                    {"point": on["point"], "node": road[end].to_numpy(), "minutes": beside + along}
                )
                for end, along in (("from", at * whole), ("to", (1 - at) * whole))
            ]
            + [
                pd.DataFrame(
                    {
                        "point": place["point"],
                        "node": place["place"],
                        "minutes": minutes_beside(place["metres"]),
                    }
                )
            ],
            ignore_index=True,
        )

    def minutes(self, sources: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """Return minutes from each source to each target (points in metres)."""
        target_ways = self.ways(targets)
        target_entries = self.entries(target_ways)
        found = np.full((len(sources), len(targets)), np.inf)
        for s, source in enumerate(sources):
            ways = self.ways(source[None])
            graph = self.graph.copy()
            entries = self.entries(ways).groupby("node")["minutes"].min()
            graph.add_weighted_edges_from(
                (("start", node, minutes) for node, minutes in entries.items()), weight="minutes"
            )
            to_node = nx.single_source_dijkstra_path_length(graph, "start", weight="minutes")
            through = target_entries["node"].map(to_node) + target_entries["minutes"]
            best = through.groupby(target_entries["point"]).min()
            found[s, best.index] = best
            along = target_ways[target_ways["edge"] >= 0].merge(
                ways, on="edge", suffixes=("", "_source")
            )
            road = self.edges.iloc[along["edge"]]
            along["minutes"] = (
                minutes_beside(along["metres"] + along["metres_source"]).to_numpy()
                + (along["at"] - along["at_source"]).abs().to_numpy()
                * minutes_on(road["km"], road["limit_kmh"]).to_numpy()
            )
            best = along.groupby("point")["minutes"].min()
            found[s, best.index] = np.minimum(found[s, best.index], best)
            metres = np.hypot(*(targets - source).T)
            straight = np.where(metres <= 5000, minutes_beside(metres), np.inf)
            found[s] = np.minimum(found[s], straight)
        return found.round(6)


def _nearest(points: np.ndarray, targets: np.ndarray) -> np.ndarray:
    (index, _), metres = shapely.STRtree(targets).query_nearest(
        points, all_matches=False, return_distance=True
    )
    found = np.full(len(points), np.inf)
    found[index] = metres
    return found


def people_within(data: Path, on: date) -> pd.Series:
    """Return residents by municipality, phase, service type and limit."""
    people = pd.read_csv(data / "people/population_1km.csv", dtype={"municipality_code": str})
    actors = yaml.load((data / "actors.yaml").read_text(encoding="utf-8"), yaml.CSafeLoader)
    offices = [
        (actor, office)
        for actor in actors["actors"]
        if actor["scope"] == "core" and not actor["outside_county"] and _is_active(actor, on)
        for office in actor["offices"]
        if office["municipality"] and _is_valid(office, on)
    ]
    where = np.array([(office["lon"], office["lat"]) for _, office in offices])
    places, at = np.unique(where, axis=0, return_inverse=True)
    roads = Roads(data)
    minutes = roads.minutes(
        np.column_stack(TO_METRES.transform(*places.T)),
        np.column_stack(TO_METRES.transform(people["lon"], people["lat"])),
    )[at.reshape(-1)]
    minutes[:, people["access"] == "ferry"] = np.inf
    homes = people["municipality_code"].to_numpy()
    for row, (actor, office) in enumerate(offices):
        served = np.array([_serves(actor, office, code) for code in np.unique(homes)])
        minutes[row, ~served[np.searchsorted(np.unique(homes), homes)]] = np.inf
    counts = {}
    for phase in PHASES:
        for kind in TYPES:
            rows = [
                row
                for row, (actor, _) in enumerate(offices)
                if any(
                    offer["service_type"] == kind
                    and phase in offer["phases"]
                    and offer["delivery"]["office"] == "offered"
                    for offer in actor["offers"]
                )
            ]
            nearest = minutes[rows].min(axis=0, initial=np.inf)
            for limit in LIMITS:
                here = people["population"].where(nearest <= limit, 0)
                for code, number in here.groupby(homes).sum().items():
                    counts[code, phase, kind, limit] = number
    return pd.Series(counts)


def _serves(actor: dict, office: dict, code: str) -> bool:
    area = actor["service_area"]
    if area["scope"] == "municipalities":
        return code in area["municipalities"]
    if area["scope"] == "unknown":
        return code == office["municipality"]
    return area["scope"] != "other_county"


def _is_active(actor: dict, on: date) -> bool:
    if actor["status"] == "planned" or (actor["status"] == "ended" and not actor["valid_to"]):
        return False
    return _is_valid(actor, on)


def _is_valid(item: dict, on: date) -> bool:
    """Whether a thing exists on a day; "2023" begins in January and ends in December."""
    first, last = str(item["valid_from"] or ""), str(item["valid_to"] or "")
    day = on.isoformat()
    return first <= day and (not last or day[: len(last)] <= last)
