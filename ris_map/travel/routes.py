"""One way in full: which roads, in which order. The figures are those of the matrix."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ris_map.travel.arrays import DECIMALS, FloatArray, IntArray
from ris_map.travel.network import Network
from ris_map.travel.shortest import (
    SUMMER,
    SpeedModel,
    TimedGraph,
    shortest_trees,
    timed_graph,
)
from ris_map.travel.snapping import (
    DEFAULT_SNAP,
    NOWHERE,
    Place,
    Snapped,
    SnapRule,
    snap_places,
    straight_road_km,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """A stretch between two neighbouring nodes."""

    from_node: str
    to_node: str
    road: str
    km: float
    minutes: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """The fastest way from one place to another.

    Parameters
    ----------
    origin_id, destination_id : str
        The two places.
    minutes, km : float
        As in the matrix: legs and the ways to and from the network.
    legs : tuple of Leg
        In driving order; empty if both places share a node.
    roads : tuple of str
        Road numbers in driving order; a road that follows itself stands once.
    off_network_km : float
        Kilometres by the snap rule, before the first and after the last leg.
    """

    origin_id: str
    destination_id: str
    minutes: float
    km: float
    legs: tuple[Leg, ...]
    roads: tuple[str, ...]
    off_network_km: float


def routes_from(
    network: Network,
    *,
    origin: Place,
    destinations: Sequence[Place],
    speed_model: SpeedModel = SUMMER,
    snap: SnapRule = DEFAULT_SNAP,
) -> tuple[Route | None, ...]:
    """Return the fastest way from one place to each of several; None where there is none.

    Parameters
    ----------
    network : Network
        The roads.
    origin : Place
        Where one starts.
    destinations : sequence of Place
        Where one goes; ids must be unique.
    speed_model, snap
        As for :func:`ris_map.travel.matrix.travel_matrix`.
    """
    start = snap_places(network, places=(origin,), rule=snap)
    stop = snap_places(network, places=destinations, rule=snap)
    if start.node[0] == NOWHERE:
        return (None,) * len(destinations)
    graph = timed_graph(network, speed_model=speed_model)
    minutes, before = shortest_trees(graph, sources=start.node)
    finder = _Finder(network, graph, minutes[0], before[0], start, stop, speed_model, snap)
    return tuple(finder.route(index) for index in range(len(destinations)))


@dataclass(frozen=True, slots=True, eq=False)
class _Finder:
    network: Network
    graph: TimedGraph
    minutes: FloatArray
    before: IntArray
    start: Snapped
    stop: Snapped
    speed_model: SpeedModel
    snap: SnapRule

    def route(self, index: int) -> Route | None:
        node = int(self.stop.node[index])
        if node == NOWHERE or not np.isfinite(self.minutes[node]):
            return None
        legs = self._legs(node)
        off_km = float(self.start.km[0] + self.stop.km[index])
        minutes = float(self.minutes[node]) + self._off_minutes(off_km)
        km = sum(leg.km for leg in legs) + off_km
        if not legs:
            pair = (np.array([0]), np.array([index]))
            straight = float(straight_road_km(self.start, self.stop, pairs=pair, rule=self.snap)[0])
            if self._off_minutes(straight) < minutes:
                minutes, km, off_km = self._off_minutes(straight), straight, straight
        return Route(
            origin_id=self.start.places[0].id,
            destination_id=self.stop.places[index].id,
            minutes=round(minutes, DECIMALS),
            km=round(km, DECIMALS),
            legs=legs,
            roads=_merged([leg.road for leg in legs]),
            off_network_km=round(off_km, DECIMALS),
        )

    def _off_minutes(self, km: float) -> float:
        return self.speed_model.time_factor * 60 * km / self.snap.kmh

    def _legs(self, node: int) -> tuple[Leg, ...]:
        nodes = [node]
        while self.before[nodes[-1]] >= 0:
            nodes.append(int(self.before[nodes[-1]]))
        nodes.reverse()
        path = np.array(nodes, dtype=np.int64)
        arcs = self.graph.arc(path[:-1], path[1:])
        ids = self.network.node_ids
        return tuple(
            Leg(
                from_node=ids[tail],
                to_node=ids[head],
                road=self.network.refs[self.graph.edge[arc]],
                km=float(self.graph.km[arc]),
                minutes=float(self.graph.minutes[arc]),
            )
            for tail, head, arc in zip(path[:-1], path[1:], arcs, strict=True)
        )


def _merged(roads: Sequence[str]) -> tuple[str, ...]:
    return tuple(road for index, road in enumerate(roads) if index == 0 or road != roads[index - 1])
