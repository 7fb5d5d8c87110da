"""The road network as it stands in ``data/roads``: nodes, roads with their course, and its checks.

Lengths are kilometres along the road, limits km/h. Points in the files are WGS 84 degrees
(EPSG:4326); the course is SWEREF 99 TM (EPSG:3006), in metres.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from ris_map.common.faults import Fault, GeodataFaults
from ris_map.common.frames import COUNT, NUMBER, TEXT, note_rows, read_frame
from ris_map.common.tables import FaultLog

WGS_84, SWEREF_99_TM = 4326, 3006
NODE_COLUMNS = {
    "node": TEXT,
    "name": TEXT,
    "kind": TEXT,
    "municipality_code": TEXT,
    "lat": NUMBER,
    "lon": NUMBER,
    "place_offset_km": TEXT,
    "labels": TEXT,
    "degree": COUNT,
    "coord_source": TEXT,
}
EDGE_COLUMNS = {
    "edge_id": TEXT,
    "from": TEXT,
    "to": TEXT,
    "road": TEXT,
    "km": NUMBER,
    "km_basis": TEXT,
    "limit_kmh": NUMBER,
    "limit_basis": TEXT,
    "geometry_kind": TEXT,
    "source": TEXT,
    "kind": TEXT,
    "joinable": COUNT,
    "km_line": NUMBER,
    "km_straight": NUMBER,
    "minutes": NUMBER,
    "hand_edge": TEXT,
    "note": TEXT,
}
PLACE_KINDS = ("tatort", "village", "external")
"""Kinds of nodes that are named places: one may join the network there."""
NODE_KINDS = (*PLACE_KINDS, "junction", "road change", "end")
EDGE_KINDS = ("numbered", "local", "street")
COURSES = ("osm", "schematic")
LIMIT_RANGE_KMH = (30.0, 120.0)
REGION = (62.5, 67.0, 12.5, 23.0)
"""South, north, west, east: the county and the roads that lead out of it, in degrees."""
STRAIGHT_LINE_SLACK_KM = 0.002
"""Kilometres are rounded to metres: a road may be this much shorter than the straight line."""
END_SLACK_M = 20.0
"""Points of the course are rounded to five decimals, about one metre."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Roads:
    """The checked network.

    Parameters
    ----------
    nodes : GeoDataFrame
        Index: node; name, kind, lat, lon; points in EPSG:3006.
    edges : GeoDataFrame
        Index: edge id; from, to, road, km, limit_kmh, limit_basis, kind, geometry_kind, joinable;
        lines from ``from`` to ``to`` in EPSG:3006.
    """

    nodes: gpd.GeoDataFrame
    edges: gpd.GeoDataFrame


def load_roads(data_dir: Path) -> Roads:
    """Read and check ``roads/`` in the data folder.

    Raises
    ------
    GeodataFaults
        With every fault of every file, if there is any error.
    """
    roads, faults = _examine(data_dir)
    if roads is None or any(fault.is_error for fault in faults):
        raise GeodataFaults(faults)
    return roads


def check_roads(data_dir: Path) -> list[Fault]:
    """Return every fault of the road files; empty when there is none."""
    return _examine(data_dir)[1]


def road_lines(roads: Roads) -> dict[str, list[shapely.LineString]]:
    """Return the lines (EPSG:3006) of each numbered road; one with two numbers is under both."""
    numbered = roads.edges[roads.edges["kind"] == "numbered"]
    each = numbered.assign(number=numbered["road"].str.split("/")).explode("number")
    return {str(road): list(part.geometry) for road, part in each.groupby("number")}


def _examine(data_dir: Path) -> tuple[Roads | None, list[Fault]]:
    folder = data_dir / "roads"
    logs = [FaultLog(folder / name) for name in ("nodes.csv", "edges.csv", "edges.geojson")]
    nodes_log, edges_log, course_log = logs
    nodes = read_frame(nodes_log, columns=NODE_COLUMNS, key="node")
    edges = read_frame(edges_log, columns=EDGE_COLUMNS, key="edge_id")
    course = _read_course(course_log)
    if nodes is not None:
        _check_nodes(nodes, nodes_log)
    if nodes is not None and edges is not None:
        _check_edges(edges, nodes, edges_log)
        _check_whole(nodes, edges, nodes_log)
        if course is not None and not any(log.faults for log in logs):
            made = _with_course(nodes, edges, course)
            _check_course(
                made, edges, edges_log, course_log, extra=set(course) - set(made.edges.index)
            )
            return made, [fault for log in logs for fault in log.faults]
    return None, [fault for log in logs for fault in log.faults]


def _check_nodes(nodes: pd.DataFrame, log: FaultLog) -> None:
    south, north, west, east = REGION
    note_rows(
        log,
        nodes[~(nodes["lat"].between(south, north) & nodes["lon"].between(west, east))],
        lambda row: f"The point ({row['lat']:g}, {row['lon']:g}) lies outside the region.",
        action="Correct lat and lon; they may be swapped.",
        code="bad-point",
        field="lat, lon",
    )
    _check_word(nodes, log, "kind", NODE_KINDS)
    note_rows(
        log,
        nodes[nodes["kind"].isin(PLACE_KINDS) & (nodes["name"] == "")],
        "A place has a name.",
        action="Fill it in.",
        code="missing-value",
        field="name",
    )


def _check_word(
    frame: pd.DataFrame, log: FaultLog, field: str, allowed: tuple[str, ...] | tuple[int, ...]
) -> None:
    note_rows(
        log,
        frame[~frame[field].isin(allowed)],
        lambda row: f"'{row[field]}' is not known here.",
        action=f"Use one of: {', '.join(map(str, allowed))}.",
        code="unknown-value",
        field=field,
    )


def _check_edges(edges: pd.DataFrame, nodes: pd.DataFrame, log: FaultLog) -> None:
    for end in ("from", "to"):
        note_rows(
            log,
            edges[~edges[end].isin(nodes["node"])],
            lambda row, end=end: f"There is no node '{row[end]}'.",  # type: ignore[misc]
            action="Correct the name, or add the node to nodes.csv.",
            code="unknown-node",
            field=end,
        )
    note_rows(
        log,
        edges[~(edges["km"] > 0)],
        lambda row: f"{row['km']:g} km is not above zero.",
        action="Correct the length.",
        code="not-positive",
        field="km",
    )
    lowest, highest = LIMIT_RANGE_KMH
    note_rows(
        log,
        edges[~edges["limit_kmh"].between(lowest, highest)],
        lambda row: (
            f"A limit of {row['limit_kmh']:g} km/h is not between {lowest:g} and {highest:g}."
        ),
        action="Correct the limit.",
        code="bad-limit",
        field="limit_kmh",
    )
    note_rows(
        log,
        edges[edges["from"] == edges["to"]],
        "The road ends where it begins.",
        action="Correct 'to'.",
        code="loop",
        field="to",
    )
    _check_word(edges, log, "kind", EDGE_KINDS)
    _check_word(edges, log, "geometry_kind", COURSES)
    _check_word(edges, log, "joinable", (0, 1))
    straight = _straight_km(edges, nodes)
    short = edges.assign(straight=straight)[
        (edges["km"] > 0) & (edges["km"] < straight - STRAIGHT_LINE_SLACK_KM)
    ]
    note_rows(
        log,
        short,
        lambda row: f"{row['km']:g} km is less than the straight line of {row['straight']:.3f} km.",
        action="Correct the length, or the points of the two nodes.",
        code="too-short",
        field="km",
    )


def _straight_km(edges: pd.DataFrame, nodes: pd.DataFrame) -> pd.Series:
    """Return the great circle between the ends of each road; NaN where a node is unknown."""
    point = nodes.drop_duplicates("node").set_index("node")[["lat", "lon"]].map(np.radians)
    a, b = (point.reindex(edges[end]).to_numpy() for end in ("from", "to"))
    half = (b - a) / 2
    chord = np.sin(half[:, 0]) ** 2 + np.cos(a[:, 0]) * np.cos(b[:, 0]) * np.sin(half[:, 1]) ** 2
    return pd.Series(2 * 6371.0088 * np.arcsin(np.sqrt(chord)), index=edges.index)


def _check_whole(nodes: pd.DataFrame, edges: pd.DataFrame, log: FaultLog) -> None:
    """Note nodes without any road, and every part that is cut off from the largest."""
    names = nodes["node"].drop_duplicates()
    position = pd.Series(np.arange(len(names)), index=names)
    ends = edges[["from", "to"]].apply(lambda column: column.map(position)).dropna().astype(int)
    links = coo_array((np.ones(len(ends)), (ends["from"], ends["to"])), shape=(len(names),) * 2)
    label = connected_components(links, directed=False)[1]
    groups = names.groupby(label).apply(sorted)
    parts = sorted(groups, key=lambda part: (-len(part), part))
    for part in parts[1:]:
        alone = len(part) == 1
        note_rows(
            log,
            nodes[nodes["node"] == part[0]],
            "No road leads here."
            if alone
            else f"Cut off from the rest of the network: {', '.join(part)}.",
            action="Add the missing road to edges.csv"
            + (", or remove the node." if alone else "."),
            code="node-without-edge" if alone else "isolated",
            field="node",
        )


def _read_course(log: FaultLog) -> dict[str, shapely.LineString] | None:
    """Return the line of each road (EPSG:4326) by its id."""
    text = log.text()
    if text is None:
        return None
    try:
        return {
            str(feature["properties"]["edge_id"]): shapely.LineString(
                feature["geometry"]["coordinates"]
            )
            for feature in json.loads(text)["features"]
        }
    except (ValueError, KeyError, TypeError, shapely.errors.ShapelyError) as error:
        log.add(
            f"Not a collection of lines: {error!r}.",
            action="Restore the file.",
            code="bad-geojson",
        )
        return None


def _with_course(
    nodes: pd.DataFrame, edges: pd.DataFrame, course: dict[str, shapely.LineString]
) -> Roads:
    lines = [course.get(edge, shapely.LineString()) for edge in edges["edge_id"]]
    points = shapely.points(nodes["lon"], nodes["lat"])
    return Roads(
        nodes=gpd.GeoDataFrame(nodes, geometry=points, crs=WGS_84)
        .set_index("node")
        .to_crs(SWEREF_99_TM),
        edges=gpd.GeoDataFrame(edges, geometry=lines, crs=WGS_84)
        .set_index("edge_id")
        .to_crs(SWEREF_99_TM),
    )


def _check_course(
    roads: Roads, edges: pd.DataFrame, log: FaultLog, course_log: FaultLog, *, extra: set[str]
) -> None:
    lines = roads.edges.geometry.to_numpy()
    missing = shapely.is_empty(lines)
    note_rows(
        log,
        edges[missing],
        "The road has no course in edges.geojson.",
        action="Add its line.",
        code="missing-course",
        field="edge_id",
    )
    place = roads.nodes.geometry
    ends = [
        shapely.distance(shapely.get_point(lines, at), place.loc[roads.edges[end]].to_numpy())
        for end, at in (("from", 0), ("to", -1))
    ]
    note_rows(
        log,
        edges[~missing & (np.maximum(*ends) > END_SLACK_M)],
        "The line does not lead from 'from' to 'to'.",
        action="Turn or mend the line in edges.geojson.",
        code="course-elsewhere",
        field="edge_id",
    )
    for edge in sorted(extra):
        course_log.add(
            "The line belongs to no road of edges.csv.",
            action="Remove it, or add the road.",
            code="unknown-edge",
            record=edge,
        )
