"""Minutes by road from every office to everybody, all at once: the one matrix behind all else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array, hstack, vstack
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
    fingerprint,
    positions,
    readonly,
)

LIMIT_OF_ARRAY = 4_000_000
"""Offices are taken in groups so that offices x ways stays below this: bounded memory."""


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


def places_of_offices(actors: Iterable[Actor]) -> tuple[Place, ...]:
    """Return every office of the actors as a place, sorted by key, in and outside the county.

    Offices that have closed are kept: one matrix serves every date.
    """
    places = [
        Place(id=office_key(a, o), name=f"{a.name}, {o.town}", lat=o.lat, lon=o.lon)
        for a in actors
        for o in a.offices
    ]
    return tuple(sorted(places, key=lambda place: place.id))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TravelMatrix:
    """Travel by car from offices, sorted by id. The arrays are read-only."""

    office_ids: tuple[str, ...]
    cell_ids: tuple[str, ...]
    settlement_ids: tuple[str, ...]
    minutes: FloatArray
    """To cells, rounded to six decimals; infinite where no road leads."""
    settlement_minutes: FloatArray
    settlement_km: FloatArray
    """The length of the same way."""
    point: IntArray
    """Offices with the same number stand at the same point."""
    unreached_cells: tuple[str, ...]
    unreached_settlements: tuple[str, ...]
    unreached_offices: tuple[str, ...]
    version: str
    """Changes with any input: network, cells, offices, speed model."""
    network_source: str
    speed_model: SpeedModel

    def rows(self, offices: Sequence[str]) -> IntArray:
        """Return the rows of offices; ``KeyError`` with every id that is not there."""
        return positions(offices, within=self.office_ids)


def travel_matrix(
    ends: tuple[Joined, Joined, Joined],
    ids: tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]],
    *,
    speed_model: SpeedModel = SUMMER,
) -> TravelMatrix:
    """Return minutes from offices to cells and settlements (in this order), each point once."""
    offices, cells, settlements = ends
    _, kept, point = np.unique(offices.xy, axis=0, return_index=True, return_inverse=True)
    point, once = point.reshape(-1).astype(np.int64), part(offices, kept)
    minutes, _ = travel(once, cells, speed_model=speed_model)
    to_settlements, km = travel(once, settlements, speed_model=speed_model, with_km=True)
    unreached = [
        tuple(name for name, reached in zip(names, joined.is_reachable, strict=True) if not reached)
        for names, joined in zip(ids, ends, strict=True)
    ]
    everything = (*ids, *(joined.xy for joined in ends), *(joined.is_reachable for joined in ends))
    return TravelMatrix(
        office_ids=ids[0],
        cell_ids=ids[1],
        settlement_ids=ids[2],
        minutes=readonly(minutes[point]),
        settlement_minutes=readonly(to_settlements[point]),
        settlement_km=readonly(km[point]),
        point=readonly(point),
        unreached_offices=unreached[0],
        unreached_cells=unreached[1],
        unreached_settlements=unreached[2],
        version=fingerprint((offices.network.version, speed_model, *everything)),
        network_source=offices.network.source,
        speed_model=speed_model,
    )


def travel(
    sources: Joined, targets: Joined, *, speed_model: SpeedModel = SUMMER, with_km: bool = False
) -> tuple[FloatArray, FloatArray]:
    """Return minutes of the fastest ways, and with ``with_km`` the kilometres of the same ways.

    Both ends join the network; two points that join the same road may go along it; points within
    5 km may go straight. Ways never pass through a point, only through nodes of the network. The
    sources are routed from, so they should be the fewer. Both arrays have the shape (sources,
    targets), infinite where there is no way; ``km`` is NaN throughout unless asked for.
    """
    to_node, to_node_km = _to_nodes(sources, speed_model, with_km=with_km)
    minutes = np.full((len(sources), len(targets)), np.inf)
    km = np.full_like(minutes, np.inf if with_km else np.nan)
    point, node, entry_minutes, entry_km = targets.entries(speed_model)
    if len(point):
        step = max(1, LIMIT_OF_ARRAY // len(point))
        starts = np.flatnonzero(np.diff(point, prepend=-1))
        for first in range(0, len(sources), step):
            part = slice(first, first + step)
            through = to_node[part][:, node] + entry_minutes
            best = np.minimum.reduceat(through, starts, axis=1)
            minutes[part, point[starts]] = best
            if with_km:
                is_best = through <= np.repeat(best, np.diff([*starts, len(point)]), axis=1)
                length = np.where(is_best, to_node_km[part][:, node] + entry_km, np.inf)
                km[part, point[starts]] = np.minimum.reduceat(length, starts, axis=1)
    for s, t, pair_minutes, pair_km in (
        _along_one_road(sources, targets, speed_model),
        _straight(sources, targets, speed_model),
    ):
        _lower(minutes, km, (s, t), pair_minutes, pair_km)
    return np.round(minutes, DECIMALS, out=minutes), np.round(km, DECIMALS, out=km)


def nearest_minutes(
    sources: Joined, targets: Joined, *, speed_model: SpeedModel = SUMMER
) -> FloatArray:
    """Return the minutes from each target to its nearest source, without the whole matrix.

    One search from all sources at once, so that thousands of offices cost no more than one.
    """
    found = np.full(len(targets), np.inf)
    if not len(sources):
        return found
    graph, _ = _with_sources(sources, speed_model)
    begin = len(sources.network.node_ids) + np.arange(len(sources))
    to_node = dijkstra(graph, indices=begin, min_only=True)
    point, node, minutes, _ = targets.entries(speed_model)
    np.minimum.at(found, point, to_node[node] + minutes)
    _, t, along, _ = _along_one_road(sources, targets, speed_model)
    np.minimum.at(found, t, along)
    usable = sources.xy[sources.is_reachable]
    if len(usable) and len(targets):
        away = cKDTree(usable).query(targets.xy, distance_upper_bound=DIRECT_KM * 1000)[0]
        straight = speed_model.access_minutes(away / 1000 * DETOUR)
        found = np.where(targets.is_reachable, np.minimum(found, straight), np.inf)
    return np.round(found, DECIMALS)


def part(joined: Joined, kept: IntArray) -> Joined:
    """Return some of the points, in the order given."""
    rank = np.full(len(joined), -1)
    rank[kept] = np.arange(len(kept))
    ways = np.flatnonzero(rank[joined.point] >= 0)
    ways = ways[np.argsort(rank[joined.point[ways]], kind="stable")]
    return Joined(
        network=joined.network,
        xy=joined.xy[kept],
        is_reachable=joined.is_reachable[kept],
        point=rank[joined.point[ways]],
        edge=joined.edge[ways],
        fraction=joined.fraction[ways],
        access_km=joined.access_km[ways],
        tail=joined.tail[ways],
        head=joined.head[ways],
    )


def _with_sources(sources: Joined, model: SpeedModel) -> tuple[csr_array, FloatArray]:
    """Return the graph with each source as a further node, and the km of its ways to each node.

    A source only leads into the network, so no way passes through it.
    """
    size, number = len(sources.network.node_ids), len(sources)
    point, node, minutes, km = sources.entries(model)
    order = np.lexsort((km, minutes, node, point))
    kept = order[np.unique(point[order] * size + node[order], return_index=True)[1]]
    at = point[kept], node[kept]
    rows = csr_array((minutes[kept], at), shape=(number, size))
    graph = vstack([sources.network.graph(model), rows], format="csr")
    entry_km = np.full((number, size), np.inf)
    entry_km[at] = km[kept]
    return hstack([graph, csr_array((size + number, number))], format="csr"), entry_km


def _to_nodes(
    sources: Joined, model: SpeedModel, *, with_km: bool
) -> tuple[FloatArray, FloatArray]:
    """Return minutes (and km of the same ways) from each source to each node."""
    size = len(sources.network.node_ids)
    graph, entry_km = _with_sources(sources, model)
    begin = size + np.arange(len(sources))
    if not with_km:
        return dijkstra(graph, indices=begin)[:, :size], entry_km
    minutes, before = dijkstra(graph, indices=begin, return_predecessors=True)
    km = _km_along(sources.network, before.astype(np.int64), entry_km, model)
    return minutes[:, :size], np.where(np.isfinite(minutes), km, np.inf)[:, :size]


def _km_along(
    network: Network, before: IntArray, entry_km: FloatArray, model: SpeedModel
) -> FloatArray:
    """Return km from the root to each node along trees of fastest ways, by pointer doubling."""
    size = len(network.node_ids)
    own = np.broadcast_to(np.arange(before.shape[1]), before.shape)
    parent = np.where(before >= 0, before, own)
    km = np.zeros(before.shape)
    on_road, from_source = (before >= 0) & (before < size), before >= size
    km[on_road] = network.km[network.edge_between(parent[on_road], own[on_road], model)]
    km[from_source] = entry_km[parent[from_source] - size, own[from_source]]
    while True:
        grandparent = np.take_along_axis(parent, parent, axis=1)
        if np.array_equal(grandparent, parent):
            return km
        km = km + np.take_along_axis(km, parent, axis=1)
        parent = grandparent


Pairs = tuple[IntArray, IntArray, FloatArray, FloatArray]
"""Source, target, minutes and km of pairs."""


def _along_one_road(sources: Joined, targets: Joined, model: SpeedModel) -> Pairs:
    """Return every pair of ways that join the same road, going along it."""
    network = sources.network
    on = np.flatnonzero(sources.edge >= 0)
    on = on[np.argsort(sources.edge[on], kind="stable")]
    lowest = np.searchsorted(sources.edge[on], targets.edge, side="left")
    counts = np.searchsorted(sources.edge[on], targets.edge, side="right") - lowest
    counts[targets.edge < 0] = 0
    t = np.repeat(np.arange(len(targets.edge)), counts)
    s = on[np.arange(len(t)) - np.repeat(np.cumsum(counts) - counts, counts) + lowest[t]]
    edge = targets.edge[t]
    along = np.abs(sources.fraction[s] - targets.fraction[t]) * network.km[edge]
    access = sources.access_km[s] + targets.access_km[t]
    minutes = model.access_minutes(access) + model.minutes(along, limit_kmh=network.limit_kmh[edge])
    return sources.point[s], targets.point[t], minutes, access + along


def _straight(sources: Joined, targets: Joined, model: SpeedModel) -> Pairs:
    """Return every pair within 5 km, going straight."""
    s_at, t_at = np.flatnonzero(sources.is_reachable), np.flatnonzero(targets.is_reachable)
    if not (len(s_at) and len(t_at)):
        return s_at[:0], t_at[:0], np.zeros(0), np.zeros(0)
    near = cKDTree(sources.xy[s_at]).sparse_distance_matrix(
        cKDTree(targets.xy[t_at]), DIRECT_KM * 1000, output_type="ndarray"
    )
    km = near["v"] / 1000 * DETOUR
    return s_at[near["i"]], t_at[near["j"]], model.access_minutes(km), km


def _lower(
    minutes: FloatArray,
    km: FloatArray,
    at: tuple[IntArray, IntArray],
    pair_minutes: FloatArray,
    pair_km: FloatArray,
) -> None:
    """Put pairs into the arrays where they are faster, or as fast and shorter."""
    order = np.lexsort((pair_km, pair_minutes))[::-1]  # the last one written is the best
    at, pair_minutes, pair_km = (at[0][order], at[1][order]), pair_minutes[order], pair_km[order]
    best, best_km = np.full_like(minutes, np.inf), km
    best[at] = pair_minutes
    is_faster = best < minutes
    if not np.isnan(km).all():
        best_km = np.full_like(km, np.inf)
        best_km[at] = pair_km
        km[is_faster] = best_km[is_faster]
    minutes[is_faster] = best[is_faster]
