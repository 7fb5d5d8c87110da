"""Minutes by road from every office to everybody, all at once: the one matrix behind all else."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from ris_map.register.model import Actor, Office
from ris_map.travel.network import (
    DECIMALS,
    DETOUR,
    DIRECT_KM,
    SUMMER,
    FloatArray,
    IntArray,
    Joined,
    Network,
    SpeedModel,
)

MOST_PAIRS = 500_000
"""Pairs of points on one road that are taken at once: bounded memory."""
STRETCH = np.dtype(
    [(name, np.int64) for name in ("begin", "end", "edge")]
    + [(name, np.float64) for name in ("start", "stop", "off_km", "km", "minutes")]
)
"""What is driven in one piece: from node to node, on which road from where to where on its line;
kilometres beside roads, and kilometres and minutes in all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A point from or to which people travel (EPSG:4326); ``name`` is what a report calls it."""

    id: str
    name: str
    lat: float
    lon: float


def office_key(actor: Actor, office: Office) -> str:
    """Return the id of an office over all actors."""
    return f"{actor.id}/{office.id}"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TravelMatrix:
    """Travel by car from offices, sorted by id. The arrays are read-only."""

    network_source: ClassVar = "data/roads"
    office_ids: tuple[str, ...]
    settlement_ids: tuple[str, ...]
    minutes: FloatArray
    """To cells, rounded to six decimals; infinite where no road leads."""
    settlement_minutes: FloatArray
    settlement_km: FloatArray
    """The length of the same way."""
    version: str
    """Changes with any input: network, cells, offices, speed model."""
    speed_model: SpeedModel

    def rows(self, offices: Sequence[str]) -> IntArray:
        """Return the rows of offices; ``KeyError`` for one that is not there."""
        row = {office: index for index, office in enumerate(self.office_ids)}
        return np.array([row[office] for office in offices], dtype=np.int64)


def travel(
    sources: Joined, targets: Joined, *, speed_model: SpeedModel = SUMMER, with_km: bool = False
) -> tuple[FloatArray, FloatArray]:
    """Return minutes of the fastest ways, and with ``with_km`` the kilometres of the same ways.

    The sources are routed from, so they should be the fewer. Both arrays have the shape (sources,
    targets), infinite where there is no way; ``km`` is NaN throughout unless asked for.
    """
    driven, minutes, before = fastest_ways(sources, targets, speed_model)
    to_targets = np.s_[:, minutes.shape[1] - len(targets) :]
    minutes = np.round(minutes[to_targets], DECIMALS)
    if not with_km:
        return minutes, np.full_like(minutes, np.nan)
    km = np.round(_km_along(before, driven)[to_targets], DECIMALS)
    return minutes, np.where(np.isfinite(minutes), km, np.inf)


def nearest_minutes(
    sources: Joined, targets: Joined, *, speed_model: SpeedModel = SUMMER
) -> FloatArray:
    """Return the minutes from each target to its nearest source, without the whole matrix.

    One search from all sources at once, so that thousands of offices cost no more than one.
    """
    found = np.full(len(targets), np.inf)
    if not len(sources):
        return found
    first = len(sources.network.node_ids)
    size = first + len(sources)
    _, graph = _fastest(_to_network(sources, speed_model), size)
    to_node = dijkstra(graph, indices=np.arange(first, size), min_only=True)
    for part in _to_targets(sources, targets, speed_model):
        np.minimum.at(found, part["end"] - size, to_node[part["begin"]] + part["minutes"])
    return np.round(found, DECIMALS)


def fastest_ways(
    sources: Joined, targets: Joined, model: SpeedModel
) -> tuple[np.ndarray, FloatArray, IntArray]:
    """Return stretches (``STRETCH``), from each source minutes to every node, and the node before.

    Nodes are those of the network, then the sources, then the targets.
    """
    first = len(sources.network.node_ids)
    last = first + len(sources)
    parts = [*_to_network(sources, model), *_to_targets(sources, targets, model)]
    driven, graph = _fastest(parts, last + len(targets))
    found = dijkstra(graph, indices=np.arange(first, last), return_predecessors=True)
    return driven, *found


def between(driven: np.ndarray, begin: IntArray, end: IntArray, *, size: int) -> IntArray:
    """Return where the fastest stretch between each pair of nodes stands; ``size`` nodes in all."""
    return np.searchsorted(driven["begin"] * size + driven["end"], begin * size + end)


def _fastest(parts: Iterable[np.ndarray], size: int) -> tuple[np.ndarray, csr_array]:
    """Keep the fastest stretch between two nodes, of equally fast ones the shortest; its graph.

    In the order of their ends.
    """
    found = np.concatenate([*parts])
    ends = found["begin"] * size + found["end"]
    order = np.lexsort((found["km"], found["minutes"], ends))
    kept = found[order[np.diff(ends[order], prepend=-1) > 0]]
    return kept, csr_array((kept["minutes"], (kept["begin"], kept["end"])), shape=(size, size))


def _to_network(sources: Joined, model: SpeedModel) -> Iterator[np.ndarray]:
    """Yield the roads, and the ways from sources: they only lead into the network."""
    network = sources.network
    edges, ends = np.arange(len(network.km)), (network.tail, network.head)
    leaving = len(network.node_ids) + sources.point
    drive = partial(_driven, (network, model))
    for at, end in enumerate(ends):
        yield drive((ends[1 - at], end), edges, (1 - at, at))
        to_end = leaving, end[sources.edge]
        yield drive(to_end, sources.edge, (sources.fraction, at), sources.access_km)


def _to_targets(sources: Joined, targets: Joined, model: SpeedModel) -> Iterator[np.ndarray]:
    """Yield the ways to targets, which only lead out of the network.

    So no way passes through a point. Two points that join the same road may go along it; points
    within 5 km may go straight.
    """
    network = sources.network
    first = len(network.node_ids)
    last = first + len(sources)
    drive = partial(_driven, (network, model))
    for at, end in enumerate((network.tail, network.head)):
        from_end = end[targets.edge], last + targets.point
        yield drive(from_end, targets.edge, (at, targets.fraction), targets.access_km)
    pairs = np.stack(_on_one_road(sources, targets))
    for s, t in np.array_split(pairs, 1 + pairs.shape[1] // MOST_PAIRS, axis=1):
        ends = first + sources.point[s], last + targets.point[t]
        along = sources.fraction[s], targets.fraction[t]
        yield drive(ends, targets.edge[t], along, sources.access_km[s] + targets.access_km[t])
    s, t, away_km = _near(sources, targets)
    yield drive((first + s, last + t), 0, (0, 0), away_km * DETOUR)


def _driven(
    rules: tuple[Network, SpeedModel],
    nodes: tuple[IntArray, IntArray],
    edge: IntArray | int,
    along: tuple[FloatArray | int, FloatArray | int],
    off_km: FloatArray | float = 0.0,
) -> np.ndarray:
    (network, model), (start, stop) = rules, along
    km = np.abs(np.subtract(stop, start)) * network.km[edge]
    minutes = model.minutes(km, limit_kmh=network.limit_kmh[edge])
    minutes = minutes + model.access_minutes(np.asarray(off_km))
    columns = np.broadcast_arrays(*nodes, edge, start, stop, off_km, km + off_km, minutes)
    return np.rec.fromarrays(columns, dtype=STRETCH)


def _on_one_road(sources: Joined, targets: Joined) -> tuple[IntArray, IntArray]:
    """Return every pair of ways that join the same road."""
    by_edge = np.argsort(sources.edge, kind="stable")
    edges = sources.edge[by_edge]
    first, end = (np.searchsorted(edges, targets.edge, side=side) for side in ("left", "right"))
    counts = end - first
    t = np.repeat(np.arange(len(counts)), counts)
    return by_edge[np.arange(len(t)) - np.repeat(np.cumsum(counts) - end, counts)], t


def _near(sources: Joined, targets: Joined) -> tuple[IntArray, IntArray, FloatArray]:
    """Return every pair of points within 5 km that roads lead to, and the km between them."""
    s, t = np.flatnonzero(sources.is_reachable), np.flatnonzero(targets.is_reachable)
    near = cKDTree(sources.xy[s]).sparse_distance_matrix(
        cKDTree(targets.xy[t]), DIRECT_KM * 1000, output_type="ndarray"
    )
    return s[near["i"]], t[near["j"]], near["v"] / 1000


def _km_along(before: IntArray, driven: np.ndarray) -> FloatArray:
    """Return km from the root to each node along trees of fastest ways, by pointer doubling."""
    size = before.shape[1]
    own = np.broadcast_to(np.arange(size), before.shape)
    has_way = before >= 0
    parent = np.where(has_way, before, own)
    km = np.zeros(before.shape)
    km[has_way] = driven["km"][between(driven, parent[has_way], own[has_way], size=size)]
    while True:
        grandparent = np.take_along_axis(parent, parent, axis=1)
        if np.array_equal(grandparent, parent):
            return km
        km = km + np.take_along_axis(km, parent, axis=1)
        parent = grandparent
