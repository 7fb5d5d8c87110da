"""The road network as it stands in ``data/roads``: nodes, roads with their course, and its checks.

Lengths are kilometres along the road, limits km/h. Points in the files are WGS 84 degrees
(EPSG:4326); the course is SWEREF 99 TM (EPSG:3006), in metres.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pydantic import BaseModel, Field, StringConstraints
from pyproj import Geod
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from ris_map.common.records import ShortText
from ris_map.common.tables import Count, Decimal, FaultLog, Row, accepted, read_frame
from ris_map.geography.boundaries import DEGREES, METRES, note_bad_points, read_features

PLACE_KINDS = ("tatort", "village", "external")
"""Kinds of nodes that are named places: one may join the network there."""
STRAIGHT_LINE_SLACK_KM = 0.002
"""Kilometres are rounded to metres: a road may be this much shorter than the straight line."""
END_SLACK_M = 20.0
"""Points of the course are rounded to five decimals, about one metre."""
EARTH = Geod(a=6_371_008.8, f=0)


_NUMBER = "([A-Z]{2} )?(E|[A-Z][a-z] )[0-9]{1,4}"
ROAD = f"^(local|street|{_NUMBER}(/{_NUMBER})*)?$"
"""A road's number (E12, Rv 90, NO Fv 808), several with a slash between, or what kind it is."""


class _Node(Row):
    """A place, a junction, or where a road changes or ends; the region reaches past the county."""

    node: ShortText
    name: str = ""
    kind: Literal["tatort", "village", "external", "junction", "road change", "end"]
    municipality_code: str = ""
    lat: Decimal
    lon: Decimal
    place_offset_km: str = ""
    labels: str = ""
    degree: Count
    coord_source: str = ""


RoadKind = Literal["numbered", "local", "street"]


class Edge(Row):
    """A stretch of road between two nodes."""

    edge_id: ShortText
    from_: str = Field(alias="from")
    to: str
    road: Annotated[str, StringConstraints(pattern=ROAD)] = ""
    km: Annotated[Decimal, Field(gt=0)]
    km_basis: str = ""
    limit_kmh: Annotated[Decimal, Field(ge=30, le=120)]
    limit_basis: str = ""
    geometry_kind: Literal["osm", "schematic"]
    source: str = ""
    kind: RoadKind
    joinable: Annotated[Count, Field(le=1)]
    km_line: Decimal
    km_straight: Decimal
    minutes: Decimal
    hand_edge: str = ""
    note: str = ""


class _Course(BaseModel):
    """What is needed of the properties of a road's line."""

    edge_id: ShortText
    kind: RoadKind


@dataclass(frozen=True, kw_only=True, eq=False)
class Roads:
    """The checked network."""

    nodes: gpd.GeoDataFrame
    """Index: node; name, kind, lat, lon; points in EPSG:3006."""
    edges: gpd.GeoDataFrame
    """Index: edge id; from, to, road, km, limit_kmh, limit_basis, kind, geometry_kind, joinable;
    lines from ``from`` to ``to`` in EPSG:3006."""


def load_roads(data_dir: Path) -> Roads:
    """Read and check ``roads/`` in the data folder; ``DataFaults`` with every fault."""
    folder = data_dir / "roads"
    logs = [FaultLog(folder / name) for name in ("nodes.csv", "edges.csv", "edges.geojson")]
    nodes_log, edges_log, course_log = logs
    nodes = read_frame(nodes_log, _Node, key="node")
    edges = read_frame(edges_log, Edge, key="edge_id")
    course = read_features(course_log, _Course, key="edge_id")
    roads = None
    nameless = nodes[nodes["kind"].isin(PLACE_KINDS) & (nodes["name"] == "")]
    nodes_log.add_rows(nameless, "empty-value/road", field="name")
    note_bad_points(nodes, nodes_log)
    if not nodes_log.faults:  # one that was left out would be missed by roads
        _check_edges(edges, nodes, edges_log)
        if not edges_log.faults:
            _check_whole(nodes, edges, nodes_log)
    if not any(log.faults for log in logs):
        roads = _with_course(nodes, edges, course)
        _check_course(roads, edges, edges_log)
        strangers = course[~course["edge_id"].isin(edges["edge_id"])]
        course_log.add_rows(strangers, "unknown-edge", field="edge_id")
        twice = course[course["edge_id"].duplicated()]
        course_log.add_rows(twice, "duplicate-id/row", field="edge_id")
    return accepted(roads, [fault for log in logs for fault in log.faults])


def _check_edges(edges: pd.DataFrame, nodes: pd.DataFrame, log: FaultLog) -> None:
    for end in ("from", "to"):
        lost = edges.assign(node=edges[end])[~edges[end].isin(nodes["node"])]
        log.add_rows(lost, "unknown-node", field=end)
    log.add_rows(edges[edges["from"] == edges["to"]], "loop/road", field="to")
    straight = edges.assign(straight=_straight_km(edges, nodes))
    short = straight[straight["km"] < straight["straight"] - STRAIGHT_LINE_SLACK_KM]
    log.add_rows(short, "too-short", field="km")


def _straight_km(edges: pd.DataFrame, nodes: pd.DataFrame) -> pd.Series:
    """Return the great circle between the ends of each road; NaN where a node is unknown."""
    point = nodes.set_index("node")[["lon", "lat"]]
    a, b = (point.reindex(edges[end]) for end in ("from", "to"))
    metres = EARTH.inv(a["lon"], a["lat"], b["lon"], b["lat"])[2]
    return pd.Series(metres, index=edges.index) / 1000


def _check_whole(nodes: pd.DataFrame, edges: pd.DataFrame, log: FaultLog) -> None:
    """Note nodes without any road, and every part that is cut off from the largest."""
    at = pd.Series(range(len(nodes)), index=nodes["node"])
    ends = at[edges["from"]], at[edges["to"]]
    links = coo_array((np.ones(len(edges)), ends), shape=(len(nodes),) * 2)
    label = connected_components(links, directed=False)[1]
    groups = nodes["node"].groupby(label).apply(sorted)
    parts = sorted(groups, key=lambda part: (-len(part), part))
    for part in parts[1:]:
        first = nodes[nodes["node"] == part[0]].assign(part=", ".join(part))
        code = "node-without-edge" if len(part) == 1 else "isolated"
        log.add_rows(first, code, field="node")


def _with_course(nodes: pd.DataFrame, edges: pd.DataFrame, course: gpd.GeoDataFrame) -> Roads:
    lines = course.drop_duplicates("edge_id").set_index("edge_id").geometry
    points = gpd.points_from_xy(nodes["lon"], nodes["lat"], crs=DEGREES)
    drawn = lines.reindex(edges["edge_id"]).to_numpy()
    return Roads(
        nodes=gpd.GeoDataFrame(nodes, geometry=points).set_index("node").to_crs(METRES),
        edges=gpd.GeoDataFrame(edges, geometry=drawn, crs=DEGREES)
        .set_index("edge_id")
        .to_crs(METRES),
    )


def _check_course(roads: Roads, edges: pd.DataFrame, log: FaultLog) -> None:
    lines = roads.edges.geometry.to_numpy()
    missing = shapely.get_type_id(lines) != shapely.GeometryType.LINESTRING
    log.add_rows(edges[missing], "missing-course", field="edge_id")
    place = roads.nodes.geometry
    ends = [
        shapely.distance(shapely.get_point(lines, at), place.loc[roads.edges[end]].to_numpy())
        for end, at in (("from", 0), ("to", -1))
    ]
    elsewhere = edges[~missing & ~(np.maximum(*ends) <= END_SLACK_M)]  # an empty line too
    log.add_rows(elsewhere, "course-elsewhere", field="edge_id")
