"""Minutes and coverage from the raw files, with pandas, shapely, networkx; none of ``ris_map``.

Written from the method notes alone, to be compared with the product: a fault shared by the
product's own rooms cannot hide.
"""

import json
import math
import os
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from pathlib import Path

import networkx as nx
import numpy as np
import pandas as pd
import shapely
import yaml
from pyproj import Transformer

DATA = Path(os.environ.get("RIS_MAP_DATA") or Path(__file__).parents[2] / "data")
INLAND = ("2417", "2418", "2421", "2422", "2425", "2462", "2463", "2481")
COAST = ("2401", "2409", "2480", "2482")
PLACES = ("tatort", "village", "external")
PHASES = ("ide", "utveckling", "vaxa")
LIMITS = (30, 60, 90, 120)
TO_METRES = Transformer.from_crs(4326, 3006, always_xy=True)


@cache
def cells() -> pd.DataFrame:
    """Return the squares with their points in metres."""
    frame = pd.read_csv(DATA / "people" / "population_1km.csv", dtype={"municipality_code": str})
    frame["x"], frame["y"] = TO_METRES.transform(frame["lon"], frame["lat"])
    return frame


@dataclass(frozen=True, kw_only=True, eq=False)
class RoadMap:
    """Roads and named places in metres, and the rule by which points join them."""

    edges: pd.DataFrame
    """``edge_id, from, to, kind, joinable``, minutes as ``time``, and ``line``."""
    places: pd.DataFrame
    """``node, x, y``."""
    beside: float = 1.3 / 1000
    """Minutes per metre outside the network: 1.3 x the straight line, in summer at 60 km/h."""

    @cached_property
    def graph(self) -> nx.DiGraph:
        """The roads in both directions; of two between the same nodes the faster one."""
        built = nx.Graph()
        roads = self.edges.sort_values("time", ascending=False)
        built.add_weighted_edges_from(roads[["from", "to", "time"]].to_numpy(), weight="time")
        return nx.DiGraph(built)

    def ways(self, xy: np.ndarray) -> pd.DataFrame:
        """Return every way by which points join: a road and how far along it, or a named place."""
        points, places = shapely.points(xy), shapely.points(self.places[["x", "y"]])
        roads = self.edges[self.edges["joinable"] == 1]
        lines = roads["line"].to_numpy()
        numbered = _nearest(points, lines[roads["kind"] == "numbered"])
        nearest = np.minimum(_nearest(points, lines), _nearest(points, places))
        radius = np.maximum(np.minimum(1.5 * numbered + 2000, 15_000), nearest + 0.01)
        radius[nearest > 60_000] = 0
        point, at = shapely.STRtree(lines).query(points, "dwithin", radius)
        on_road = roads.iloc[at][["edge_id", "from", "to", "time"]].assign(
            point=point,
            along=shapely.line_locate_point(lines[at], points[point], normalized=True),
            metres=shapely.distance(lines[at], points[point]),
        )
        point, at = shapely.STRtree(places).query(points, "dwithin", radius)
        by_place = self.places.iloc[at][["node"]]
        by_place = by_place.assign(point=point, metres=shapely.distance(places[at], points[point]))
        found = pd.concat([on_road, by_place], ignore_index=True)
        return found.assign(access=self.beside * found["metres"])

    def minutes(self, start: np.ndarray, stops: np.ndarray, found: pd.DataFrame) -> np.ndarray:
        """Return the minutes from one point to others, which join as ``found``."""
        own, of_stops = self.ways(start[np.newaxis]), _entries(found)
        network = self.graph.copy()
        network.add_node("start")
        for node, minutes in _entries(own).groupby("node")["minutes"].min().items():
            network.add_edge("start", node, time=minutes)
        to_node = nx.single_source_dijkstra_path_length(network, "start", weight="time")
        through = of_stops["node"].map(to_node) + of_stops["minutes"]
        same = found.dropna(subset="edge_id").merge(own, on="edge_id", suffixes=("", "_own"))
        along = (
            same["access"]
            + same["access_own"]
            + (same["along"] - same["along_own"]).abs() * same["time"]
        )
        reached = found["point"].unique() if len(own) else []
        straight = pd.Series(np.hypot(*(stops - start).T))[reached]
        options = [
            through.groupby(of_stops["point"]).min(),
            along.groupby(same["point"]).min(),
            self.beside * straight[straight <= 5000],
        ]
        best = pd.concat(options).groupby(level=0).min()
        return best.reindex(range(len(stops)), fill_value=math.inf).fillna(math.inf).to_numpy()


@cache
def roads() -> RoadMap:
    """Return the roads of the files with their minutes in summer."""
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
    places = pd.read_csv(DATA / "roads" / "nodes.csv")
    places = places[places["kind"].isin(PLACES)]
    places["x"], places["y"] = TO_METRES.transform(places["lon"], places["lat"])
    return RoadMap(edges=frame, places=places)


@cache
def ways_of_cells() -> pd.DataFrame:
    """Return the ways of all squares; none where only a ferry goes."""
    found = roads().ways(cells()[["x", "y"]].to_numpy())
    return found[(cells()["access"] != "ferry").to_numpy()[found["point"]]]


@cache
def minutes_at(lat: float, lon: float) -> np.ndarray:
    office = np.array(TO_METRES.transform(lon, lat))
    return roads().minutes(office, cells()[["x", "y"]].to_numpy(), ways_of_cells())


def _entries(found: pd.DataFrame) -> pd.DataFrame:
    """Return point, node and minutes of ways: both ends of a road, or the place itself."""
    ends = (
        ("from", found["along"] * found["time"]),
        ("to", (1 - found["along"]) * found["time"]),
        ("node", 0.0),
    )
    parts = [
        pd.DataFrame(
            {"point": found["point"], "node": found[end], "minutes": found["access"] + time}
        )
        for end, time in ends
    ]
    return pd.concat(parts).dropna(subset="node")


def _nearest(points: np.ndarray, targets: np.ndarray) -> np.ndarray:
    (index, _), metres = shapely.STRtree(targets).query_nearest(
        points, all_matches=False, return_distance=True
    )
    found = np.full(len(points), math.inf)
    found[index] = metres  # a region may have no target of a kind
    return found


def shares(minutes: np.ndarray, codes: tuple[str, ...] | None) -> list[float]:
    """Return the per cent of residents within 30, 60, 90 and 120 minutes."""
    people = cells()["population"].to_numpy()
    here = cells()["municipality_code"].isin(codes or cells()["municipality_code"]).to_numpy()
    total = people[here].sum()
    return [100 * people[here & (minutes <= limit)].sum() / total for limit in LIMITS]


def people_within(on: date) -> pd.Series:
    """Return residents by municipality, phase, service type and limit."""
    people = cells()
    types = [one["id"] for one in _read("strategy.yaml")["service_types"]]
    actors = _read("actors.yaml")
    offices = [
        (actor, office)
        for actor in actors["actors"]
        if actor["scope"] == "core" and not actor["outside_county"] and is_active(actor, on)
        for office in actor["offices"]
        if office["municipality"] and is_valid(office, on)
    ]
    homes = people["municipality_code"].to_numpy()
    minutes = np.full((len(offices), len(people)), np.inf)
    for row, (actor, office) in enumerate(offices):
        served = np.isin(homes, [code for code in np.unique(homes) if _serves(actor, office, code)])
        minutes[row, served] = minutes_at(office["lat"], office["lon"])[served].round(6)
    counts = {}
    for phase in PHASES:
        for kind in types:
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


def _read(name: str) -> dict:
    return yaml.load((DATA / name).read_text(encoding="utf-8"), yaml.CSafeLoader)


def _serves(actor: dict, office: dict, code: str) -> bool:
    area = actor["service_area"]
    if area["scope"] == "municipalities":
        return code in area["municipalities"]
    if area["scope"] == "unknown":
        return code == office["municipality"]
    return area["scope"] != "other_county"


def is_active(actor: dict, on: date) -> bool:
    if actor["status"] == "planned" or (actor["status"] == "ended" and not actor["valid_to"]):
        return False
    return is_valid(actor, on)


def is_valid(item: dict, on: date) -> bool:
    """Whether a thing exists on a day; "2023" begins in January and ends in December."""
    first, last = str(item["valid_from"] or ""), str(item["valid_to"] or "")
    day = on.isoformat()
    return first <= day and (not last or day[: len(last)] <= last)
