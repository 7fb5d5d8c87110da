"""Shortest times on a network with scipy, and the kilometres of exactly those ways."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from ris_map.travel.arrays import FloatArray, IntArray
from ris_map.travel.network import Network

CELLS_AT_ONCE = 4_000_000
"""Sources are taken in groups so that sources x nodes stays below this: bounded memory."""
NO_PREDECESSOR = -9999


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeedModel:
    """How long a road takes: ``minutes = time_factor x 60 x km / (share_of_limit x limit)``.

    Parameters
    ----------
    id : str
        Stable id, for addresses and files.
    share_of_limit : float
        Mean speed as a share of the posted limit.
    time_factor : float
        Multiplies every minute, also on the way to the network: 1.2 = 20 % longer.
    cap_kmh : float or None
        No mean speed above this, whatever the limit; before ``time_factor``.
    """

    id: str
    share_of_limit: float = 0.9
    time_factor: float = 1.0
    cap_kmh: float | None = None

    def __post_init__(self) -> None:
        cap = self.cap_kmh if self.cap_kmh is not None else 1.0
        if not (self.share_of_limit > 0 and self.time_factor > 0 and cap > 0):
            raise ValueError(f"speed model {self.id!r}: every number must be above zero")

    def minutes(self, km: FloatArray, *, limit_kmh: FloatArray) -> FloatArray:
        """Return the minutes of stretches of road."""
        kmh = self.share_of_limit * limit_kmh
        if self.cap_kmh is not None:
            kmh = np.minimum(kmh, self.cap_kmh)
        return self.time_factor * 60 * km / kmh


SUMMER = SpeedModel(id="summer")
"""Default: 90 % of the posted limit; within 6-8 % of twelve stated car times."""
WINTER = SpeedModel(id="winter", time_factor=1.175)
"""Middle of the 15-20 % that winter roads take longer."""
POSTED = SpeedModel(id="posted", share_of_limit=1.0)
"""The posted limit all the way: the shortest lawful time, a lower bound."""
CAUTIOUS = SpeedModel(id="cautious", time_factor=1.2, cap_kmh=80.0)
"""Winter at its slowest, and never above 80 km/h: hits the fast coast road hardest."""
SPEED_MODELS = (SUMMER, WINTER, POSTED, CAUTIOUS)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TimedGraph:
    """The fastest road per pair of nodes, both directions, sorted by (from, to).

    Parameters
    ----------
    size : int
        Number of nodes.
    key : array of int, shape (arcs,)
        ``from * size + to``, ascending and unique.
    minutes, km : array of float, shape (arcs,)
        Of the fastest road between the two.
    edge : array of int, shape (arcs,)
        Its position in the network's edges.
    """

    size: int
    key: IntArray
    minutes: FloatArray
    km: FloatArray
    edge: IntArray

    def arc(self, tail: IntArray, head: IntArray) -> IntArray:
        """Return the positions of the arcs between pairs of neighbours."""
        return np.searchsorted(self.key, tail * self.size + head)


def timed_graph(network: Network, *, speed_model: SpeedModel) -> TimedGraph:
    """Return the network with minutes, parallel roads reduced to the fastest.

    scipy adds parallel entries of a sparse matrix together (5 and 7 become 12), so they are
    reduced before there is a matrix. Between equally fast roads the shorter one counts.
    """
    size = len(network.node_ids)
    minutes = speed_model.minutes(network.km, limit_kmh=network.limit_kmh)
    both = np.concatenate([np.arange(len(network.tail))] * 2)
    tail = np.concatenate([network.tail, network.head])
    head = np.concatenate([network.head, network.tail])
    key = tail * size + head
    order = np.lexsort((both, network.km[both], minutes[both], key))
    first = np.ones(len(order), dtype=np.bool_)
    first[1:] = np.diff(key[order]) > 0
    chosen = order[first]
    edge = both[chosen]
    return TimedGraph(
        size=size, key=key[chosen], minutes=minutes[edge], km=network.km[edge], edge=edge
    )


def sparse_matrix(graph: TimedGraph) -> csr_array:
    """Return the graph for scipy.

    The three arrays of the CSR form are written here, not converted from pairs or from a dense
    matrix: that is how roads of length zero stay roads (a dense zero means "no road").
    """
    tail, head = np.divmod(graph.key, graph.size) if graph.size else (graph.key, graph.key)
    starts = np.searchsorted(tail, np.arange(graph.size + 1)).astype(np.int32)
    return csr_array((graph.minutes, head.astype(np.int32), starts), shape=(graph.size, graph.size))


def shortest_trees(graph: TimedGraph, *, sources: IntArray) -> tuple[FloatArray, IntArray]:
    """Return minutes from each source to each node, and the node before it on the fastest way."""
    minutes, before = dijkstra(
        sparse_matrix(graph), directed=True, indices=sources, return_predecessors=True
    )
    return minutes, np.asarray(before, dtype=np.int64)


def costs(
    graph: TimedGraph, *, sources: IntArray, targets: IntArray
) -> tuple[FloatArray, FloatArray]:
    """Return minutes of the fastest ways and the kilometres of the same ways.

    Parameters
    ----------
    graph : TimedGraph
        The roads.
    sources, targets : array of int
        Node positions.

    Returns
    -------
    minutes, km : array of float, shape (sources, targets)
        Infinite where there is no way.
    """
    minutes = np.empty((len(sources), len(targets)))
    km = np.empty_like(minutes)
    step = max(1, CELLS_AT_ONCE // max(1, graph.size))
    for start in range(0, len(sources), step):
        part = slice(start, start + step)
        to_all, before = shortest_trees(graph, sources=sources[part])
        minutes[part] = to_all[:, targets]
        km[part] = _km_along(graph, before=before)[:, targets]
    return minutes, np.where(np.isfinite(minutes), km, np.inf)


def _km_along(graph: TimedGraph, *, before: IntArray) -> FloatArray:
    """Kilometres from the source to each node along the tree of fastest ways.

    Pointer doubling: after n rounds each node knows the kilometres to its 2^n-th forebear, so a
    way of a thousand stretches takes ten rounds over arrays.
    """
    rows, size = before.shape
    own = np.broadcast_to(np.arange(size), before.shape)
    is_root = before < 0
    parent = np.where(is_root, own, before)
    km = np.zeros((rows, size))
    child = ~is_root
    km[child] = graph.km[graph.arc(parent[child], own[child])]
    while True:
        grandparent = np.take_along_axis(parent, parent, axis=1)
        if np.array_equal(grandparent, parent):
            return km
        km = km + np.take_along_axis(km, parent, axis=1)
        parent = grandparent
