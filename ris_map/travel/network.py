"""The road network as arrays, from whatever holds it: tables, an edge list, or lines of a map.

A network is a plug: everything behind it only sees :class:`Network`. Roads are open in both
directions. Points are WGS 84 degrees (EPSG:4326).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from ris_map.common.faults import Fault, GeodataFaults
from ris_map.geography.roads import RoadEdge, RoadNode
from ris_map.travel.arrays import FloatArray, IntArray, readonly

Edge = tuple[str, str, float, float, str]
"""``(from node, to node, km, limit in km/h, road number)``."""
NAMES_SHOWN = 10


class Point(NamedTuple):
    """A point in degrees (EPSG:4326)."""

    lat: float
    lon: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Network:
    """A checked road network in canonical order: the same roads give the same arrays.

    Parameters
    ----------
    source : str
        What the network was made from, as shown to readers.
    node_ids : tuple of str
        Sorted.
    lat, lon : array of float, shape (nodes,)
        Degrees (EPSG:4326).
    tail, head : array of int, shape (edges,)
        Ends of each edge as positions in ``node_ids``, the smaller first.
    km, limit_kmh : array of float, shape (edges,)
        Length and posted limit.
    refs : tuple of str
        Road number of each edge, empty where there is none.
    """

    source: str
    node_ids: tuple[str, ...]
    lat: FloatArray
    lon: FloatArray
    tail: IntArray
    head: IntArray
    km: FloatArray
    limit_kmh: FloatArray
    refs: tuple[str, ...]

    def parts(self) -> IntArray:
        """Return the number of the connected part of each node; 0 is the largest part."""
        size = len(self.node_ids)
        ones = np.ones(len(self.tail))
        graph = coo_array((ones, (self.tail, self.head)), shape=(size, size))
        labels = connected_components(graph, directed=False)[1]
        by_size = np.argsort(-np.bincount(labels, minlength=1), kind="stable")
        rank = np.empty_like(by_size)
        rank[by_size] = np.arange(len(by_size))
        numbered: IntArray = rank[labels]
        return numbered


def network_from_edges(
    edges: Iterable[Edge],
    *,
    nodes: Mapping[str, tuple[float, float]],
    source: str = "edges",
    allow_parts: bool = False,
) -> Network:
    """Check an edge list and return it as a network.

    Parameters
    ----------
    edges : iterable of (str, str, float, float, str)
        From node, to node, length in km, posted limit in km/h, road number.
    nodes : mapping of str to (lat, lon)
        Points in degrees (EPSG:4326).
    source : str
        Name of the data, used in faults and shown to readers.
    allow_parts : bool
        Whether parts without a road to the rest are kept rather than refused.

    Raises
    ------
    GeodataFaults
        With every fault: no node at all, a bad point, an unknown node, a length below zero, a
        limit that is not above zero, a part without a road to the rest.
    """
    listed = sorted(edges)
    faults = [*_node_faults(nodes, source=source), *_edge_faults(listed, nodes, source=source)]
    if faults:
        raise GeodataFaults(faults)
    network = _as_arrays(listed, nodes=nodes, source=source)
    if not allow_parts:
        cut_off = list(_part_faults(network))
        if cut_off:
            raise GeodataFaults(cut_off)
    return network


def network_from_tables(
    nodes: Sequence[RoadNode],
    edges: Sequence[RoadEdge],
    *,
    source: str = "data/roads",
    allow_parts: bool = False,
) -> Network:
    """Return the hand-kept road tables as a network; see :func:`network_from_edges`."""
    return network_from_edges(
        ((e.from_node, e.to_node, e.length_km, e.limit_kmh, e.road) for e in edges),
        nodes={node.id: (node.lat, node.lon) for node in nodes},
        source=source,
        allow_parts=allow_parts,
    )


def largest_part(network: Network) -> tuple[Network, tuple[str, ...]]:
    """Return the largest connected part, and the ids of the nodes left out.

    Extracts of national road databases are cut at a frame and always hold loose ends.
    """
    inside = network.parts() == 0
    ids = np.array(network.node_ids, dtype=object)
    kept = np.flatnonzero(inside[network.tail])
    edges = [
        (
            ids[network.tail[i]],
            ids[network.head[i]],
            float(network.km[i]),
            float(network.limit_kmh[i]),
            network.refs[i],
        )
        for i in kept
    ]
    nodes = {ids[i]: (float(network.lat[i]), float(network.lon[i])) for i in np.flatnonzero(inside)}
    left_out = tuple(ids[~inside])
    return network_from_edges(edges, nodes=nodes, source=network.source), left_out


def _as_arrays(
    edges: Sequence[Edge], *, nodes: Mapping[str, tuple[float, float]], source: str
) -> Network:
    ids = sorted(nodes)
    place = {node: index for index, node in enumerate(ids)}
    # the smaller end first and everything sorted, so that the order of a file changes nothing
    rows = sorted(
        (min(place[u], place[v]), max(place[u], place[v]), float(km), float(kmh), ref)
        for u, v, km, kmh, ref in edges
        if u != v  # a road back to where it began never shortens a way
    )
    return Network(
        source=source,
        node_ids=tuple(ids),
        lat=readonly(np.array([nodes[node][0] for node in ids], dtype=np.float64)),
        lon=readonly(np.array([nodes[node][1] for node in ids], dtype=np.float64)),
        tail=readonly(np.array([row[0] for row in rows], dtype=np.int64)),
        head=readonly(np.array([row[1] for row in rows], dtype=np.int64)),
        km=readonly(np.array([row[2] for row in rows], dtype=np.float64)),
        limit_kmh=readonly(np.array([row[3] for row in rows], dtype=np.float64)),
        refs=tuple(row[4] for row in rows),
    )


def _node_faults(nodes: Mapping[str, tuple[float, float]], *, source: str) -> Iterator[Fault]:
    if not nodes:
        yield Fault(
            file=source,
            reason="The network has no node.",
            action="Give it at least one.",
            code="no-nodes",
        )
    for node, (lat, lon) in sorted(nodes.items()):
        if not (abs(lat) <= 90 and abs(lon) <= 180):  # also false for NaN
            yield Fault(
                file=source,
                record=node,
                reason=f"({lat}, {lon}) is not a point in degrees.",
                action="Correct lat and lon.",
                code="bad-point",
            )


def _edge_faults(
    edges: Iterable[Edge], nodes: Mapping[str, tuple[float, float]], *, source: str
) -> Iterator[Fault]:
    for u, v, km, kmh, ref in edges:
        problems = [
            (f"There is no node '{end}'.", "Correct the name.", "unknown-node")
            for end in (u, v)
            if end not in nodes
        ]
        if not (km >= 0 and math.isfinite(km)):
            problems.append((f"A length of {km} km.", "Give a length from zero up.", "bad-length"))
        if not (kmh > 0 and math.isfinite(kmh)):
            problems.append((f"A limit of {kmh} km/h.", "Give one above zero.", "bad-limit"))
        for reason, action, code in problems:
            record = f"{u} - {v} ({ref or 'no number'})"
            yield Fault(file=source, record=record, reason=reason, action=action, code=code)


def _part_faults(network: Network) -> Iterator[Fault]:
    parts = network.parts()
    ids = np.array(network.node_ids, dtype=object)
    for part in range(1, int(parts.max()) + 1):
        names = list(ids[parts == part])
        more = f" and {len(names) - NAMES_SHOWN} more" if len(names) > NAMES_SHOWN else ""
        yield Fault(
            file=network.source,
            record=names[0],
            reason=f"Cut off from the rest: {', '.join(names[:NAMES_SHOWN])}{more}.",
            action="Add the missing road.",
            code="isolated",
        )
