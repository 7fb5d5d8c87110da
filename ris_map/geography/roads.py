"""The road graph: places and junctions, the roads between them, and distances stated by others.

Lengths are kilometres along the road, limits km/h, points WGS 84 degrees (EPSG:4326).
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ris_map.common.faults import Fault, GeodataFaults
from ris_map.common.tables import FaultLog, Row, read_rows

NODE_COLUMNS = ("node", "name", "municipality_code", "lat", "lon", "kind", "coord_source")
EDGE_COLUMNS = (
    "edge_id",
    "from",
    "to",
    "road",
    "km",
    "limit_kmh",
    "gc_km",
    "verification",
    "basis",
    "limit_source",
    "note",
)
PAIR_COLUMNS = (
    "kind",
    "from",
    "to",
    "via",
    "km_stated",
    "minutes_stated",
    "mode",
    "class",
    "sigma_km",
    "basis",
    "source",
)
NODE_KINDS = ("tatort", "village", "junction", "external")
VERIFICATIONS = ("direct", "chain", "long chain only", "none")
LIMIT_RANGE_KMH = (30.0, 120.0)
EARTH_RADIUS_KM = 6371.0
SHORTEST_ROAD_PER_STRAIGHT_KM = 0.98
"""A road cannot be shorter than the straight line; 2 % is left for rounded points."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoadNode:
    """A place or junction (EPSG:4326). ``municipality_code`` is ``None`` outside Sweden."""

    id: str
    name: str
    municipality_code: str | None
    lat: float
    lon: float
    kind: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RoadEdge:
    """A road between two nodes, open in both directions.

    ``road`` is the road number, ``local`` where there is none; ``verification`` says how the
    length was checked (one of ``VERIFICATIONS``).
    """

    id: str
    from_node: str
    to_node: str
    road: str
    length_km: float
    limit_kmh: float
    verification: str
    basis: str
    limit_source: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedPair:
    """A distance or driving time between two nodes that a public page states.

    ``quality`` is ``A`` (sign, official direction, guide book, road log) or ``B`` (rounded, or an
    odometer). ``sigma_km`` is the judged error of the statement, for distances.
    """

    from_node: str
    to_node: str
    via: tuple[str, ...]
    distance_km: float | None
    time_min: float | None
    quality: str
    sigma_km: float | None
    basis: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RoadNetwork:
    """The whole graph, and the statements it can be tested against."""

    nodes: tuple[RoadNode, ...]
    edges: tuple[RoadEdge, ...]
    stated_pairs: tuple[StatedPair, ...]


def load_roads(data_dir: Path) -> RoadNetwork:
    """Read and check ``roads/`` in the data folder.

    Raises
    ------
    GeodataFaults
        With every fault of every file, if there is any error.
    """
    network, faults = _examine(data_dir)
    if any(fault.is_error for fault in faults):
        raise GeodataFaults(faults)
    return network


def check_roads(data_dir: Path) -> list[Fault]:
    """Return every fault of the road files; empty when there is none."""
    return _examine(data_dir)[1]


def straight_km(one: RoadNode, other: RoadNode) -> float:
    """Return the great-circle distance between two nodes in kilometres."""
    lat_1, lat_2 = math.radians(one.lat), math.radians(other.lat)
    half_lon = math.radians(other.lon - one.lon) / 2
    chord = math.sin((lat_2 - lat_1) / 2) ** 2
    chord += math.cos(lat_1) * math.cos(lat_2) * math.sin(half_lon) ** 2
    return 2 * EARTH_RADIUS_KM * math.asin(math.sqrt(chord))


def road_lines(network: RoadNetwork) -> dict[str, list[tuple[RoadNode, RoadNode]]]:
    """Group the edges by road number, for a schematic map of straight lines.

    A stretch that carries two numbers stands under both.
    """
    nodes = {node.id: node for node in network.nodes}
    lines = defaultdict(list)
    for edge in network.edges:
        for road in edge.road.split("/"):
            lines[road].append((nodes[edge.from_node], nodes[edge.to_node]))
    return dict(sorted(lines.items()))


def _examine(data_dir: Path) -> tuple[RoadNetwork, list[Fault]]:
    names = ("nodes.csv", "edges.csv", "stated_pairs.csv")
    logs = [FaultLog(data_dir / "roads" / name) for name in names]
    nodes_log, edges_log, pairs_log = logs
    node_rows = read_rows(nodes_log, columns=NODE_COLUMNS, key="node")
    nodes = {row.record: _node(row) for row in node_rows}
    edge_rows = read_rows(edges_log, columns=EDGE_COLUMNS, key="edge_id")
    edges = tuple(_edge(row, nodes=nodes) for row in edge_rows)
    pairs = tuple(_pair(r, nodes=nodes) for r in read_rows(pairs_log, columns=PAIR_COLUMNS))
    _note_isolated(node_rows, edges=edges)
    network = RoadNetwork(nodes=tuple(nodes.values()), edges=edges, stated_pairs=pairs)
    return network, [fault for log in logs for fault in log.faults]


def _node(row: Row) -> RoadNode:
    lat, lon = row.point()
    return RoadNode(
        id=row.record,
        name=row.required("name"),
        municipality_code=row.cells["municipality_code"] or None,
        lat=lat,
        lon=lon,
        kind=row.choice("kind", allowed=NODE_KINDS),
        source=row.required("coord_source"),
    )


def _end(row: Row, field: str, *, nodes: Mapping[str, RoadNode]) -> str:
    node = row.cells[field]
    if node not in nodes:
        row.fault(
            f"There is no node '{node}'.",
            action="Correct the name, or add the node to nodes.csv.",
            code="unknown-node",
            field=field,
        )
    return node


def _edge(row: Row, *, nodes: Mapping[str, RoadNode]) -> RoadEdge:
    edge = RoadEdge(
        id=row.record,
        from_node=_end(row, "from", nodes=nodes),
        to_node=_end(row, "to", nodes=nodes),
        road=row.required("road"),
        length_km=row.positive_number("km", unit="km"),
        limit_kmh=row.number("limit_kmh"),
        verification=row.choice("verification", allowed=VERIFICATIONS),
        basis=row.required("basis"),
        limit_source=row.cells["limit_source"],
        note=row.cells["note"],
    )
    lowest, highest = LIMIT_RANGE_KMH
    if not math.isnan(edge.limit_kmh) and not lowest <= edge.limit_kmh <= highest:
        row.fault(
            f"A limit of {edge.limit_kmh:g} km/h is not between {lowest:g} and {highest:g}.",
            action="Correct the limit.",
            code="bad-limit",
            field="limit_kmh",
        )
    _note_impossible(edge, row=row, nodes=nodes)
    return edge


def _note_impossible(edge: RoadEdge, *, row: Row, nodes: Mapping[str, RoadNode]) -> None:
    if edge.from_node == edge.to_node:
        row.fault("The road ends where it begins.", action="Correct 'to'.", code="loop", field="to")
    elif edge.from_node in nodes and edge.to_node in nodes:
        straight = straight_km(nodes[edge.from_node], nodes[edge.to_node])
        if edge.length_km < straight * SHORTEST_ROAD_PER_STRAIGHT_KM:
            row.fault(
                f"{edge.length_km:g} km is less than the straight line of {straight:.1f} km.",
                action="Correct the length, or the points of the two nodes.",
                code="too-short",
                field="km",
            )


def _pair(row: Row, *, nodes: Mapping[str, RoadNode]) -> StatedPair:
    is_distance = row.choice("kind", allowed=("distance", "time")) == "distance"
    via = tuple(part.strip() for part in row.cells["via"].split(",") if part.strip())
    for unknown in (place for place in via if place not in nodes):
        row.fault(
            f"There is no node '{unknown}'.",
            action="Correct the name.",
            code="unknown-node",
            field="via",
        )
    return StatedPair(
        from_node=_end(row, "from", nodes=nodes),
        to_node=_end(row, "to", nodes=nodes),
        via=via,
        distance_km=row.positive_number("km_stated", unit="km") if is_distance else None,
        time_min=None if is_distance else row.positive_number("minutes_stated", unit="min"),
        quality=row.choice("class", allowed=("A", "B")),
        sigma_km=row.positive_number("sigma_km", unit="km") if is_distance else None,
        basis=row.cells["basis"],
        source=row.required("source"),
    )


def _note_isolated(rows: Sequence[Row], *, edges: Sequence[RoadEdge]) -> None:
    neighbours: dict[str, set[str]] = {row.record: set() for row in rows}
    for edge in edges:
        if edge.from_node in neighbours and edge.to_node in neighbours:
            neighbours[edge.from_node].add(edge.to_node)
            neighbours[edge.to_node].add(edge.from_node)
    parts = sorted(_connected_parts(neighbours), key=len, reverse=True)
    for part in parts[1:]:
        first = next(row for row in rows if row.record in part)
        first.fault(
            f"Cut off from the rest of the network: {', '.join(sorted(part))}.",
            action="Add the missing road to edges.csv.",
            code="isolated",
        )


def _connected_parts(neighbours: Mapping[str, set[str]]) -> Iterator[set[str]]:
    unseen = set(neighbours)
    while unseen:
        part: set[str] = set()
        waiting = [unseen.pop()]
        while waiting:
            node = waiting.pop()
            part.add(node)
            waiting.extend(neighbours[node] & unseen)
            unseen -= neighbours[node]
        yield part
