"""Minutes and kilometres by road from every place to every other: the one matrix behind all else.

The matrix is computed once and cached; nothing is routed while a page is drawn.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from ris_map.travel.arrays import DECIMALS, FloatArray, fingerprint, positions, readonly
from ris_map.travel.network import Edge, Network, network_from_edges
from ris_map.travel.shortest import (
    CAUTIOUS,
    POSTED,
    SPEED_MODELS,
    SUMMER,
    WINTER,
    SpeedModel,
    costs,
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

__all__ = [
    "CAUTIOUS",
    "DEFAULT_SNAP",
    "POSTED",
    "SPEED_MODELS",
    "SUMMER",
    "WINTER",
    "Place",
    "Reason",
    "Role",
    "SnapRule",
    "SpeedModel",
    "TravelMatrix",
    "Unreachable",
    "travel_matrix",
    "travel_matrix_from_edges",
]


class Role(StrEnum):
    """Which side of the matrix a place stands on."""

    ORIGIN = "origin"
    DESTINATION = "destination"


class Reason(StrEnum):
    """Why a place cannot be reached."""

    TOO_FAR = "too_far"
    """The nearest node lies beyond the limit of the snap rule."""
    ISOLATED = "isolated"
    """It is on the network, but no way leads to any place on the other side of the matrix."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreachable:
    """A place that no figure can be given for; shown by name, never dropped.

    Parameters
    ----------
    id, name : str
        Of the place.
    role : Role
        Side of the matrix.
    reason : Reason
        Why.
    straight_km : float
        Great circle to the nearest node in km.
    """

    id: str
    name: str
    role: Role
    reason: Reason
    straight_km: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TravelMatrix:
    """Travel by car on the road network. The arrays are read-only.

    Parameters
    ----------
    origin_ids, destination_ids : tuple of str
        Rows and columns.
    minutes, km : array of float, shape (origins, destinations)
        Time of the fastest way, and the length of that same way (not of the shortest way);
        rounded to six decimals; infinite where there is no way.
    unreachable : tuple of Unreachable
        Every place with no way to the other side, with the reason.
    version : str
        Changes with any input: network, places, speed model, snap rule.
    network_source : str
        What the roads were made from.
    speed_model : SpeedModel
        How kilometres became minutes.
    snap : SnapRule
        How places were attached to the network.
    """

    origin_ids: tuple[str, ...]
    destination_ids: tuple[str, ...]
    minutes: FloatArray
    km: FloatArray
    unreachable: tuple[Unreachable, ...]
    version: str
    network_source: str
    speed_model: SpeedModel
    snap: SnapRule

    def aligned(self, *, origins: Sequence[str], destinations: Sequence[str]) -> FloatArray:
        """Return minutes with rows and columns in a wanted order.

        Raises
        ------
        KeyError
            With every id that is not in the matrix.
        """
        if tuple(origins) == self.origin_ids and tuple(destinations) == self.destination_ids:
            return self.minutes
        rows = positions(origins, within=self.origin_ids)
        columns = positions(destinations, within=self.destination_ids)
        return self.minutes[np.ix_(rows, columns)]


def travel_matrix(
    network: Network,
    *,
    origins: Sequence[Place],
    destinations: Sequence[Place],
    speed_model: SpeedModel = SUMMER,
    snap: SnapRule = DEFAULT_SNAP,
) -> TravelMatrix:
    """Return minutes and kilometres from every origin to every destination.

    Time and length are those of the fastest way, plus the way to and from the network by the snap
    rule. The same inputs give the same figures in whatever order they come.

    Parameters
    ----------
    network : Network
        The roads.
    origins, destinations : sequence of Place
        Places with unique ids within each list (EPSG:4326); both may be the same list.
    speed_model : SpeedModel
        How kilometres become minutes.
    snap : SnapRule
        How places are attached to the network.

    Raises
    ------
    ValueError
        If two places share an id, or a point is not in degrees.
    """
    start = snap_places(network, places=origins, rule=snap)
    stop = snap_places(network, places=destinations, rule=snap)
    minutes, km = _through_network(network, start, stop, speed_model=speed_model, snap=snap)
    _take_straight(minutes, km, start, stop, speed_model=speed_model, snap=snap)
    return TravelMatrix(
        origin_ids=tuple(place.id for place in origins),
        destination_ids=tuple(place.id for place in destinations),
        minutes=readonly(np.round(minutes, DECIMALS)),
        km=readonly(np.round(km, DECIMALS)),
        unreachable=tuple(_unreachable(minutes, start, stop)),
        version=_version(network, start, stop, speed_model, snap),
        network_source=network.source,
        speed_model=speed_model,
        snap=snap,
    )


def travel_matrix_from_edges(
    edges: Iterable[Edge],
    *,
    nodes: Mapping[str, tuple[float, float]],
    origins: Sequence[Place],
    destinations: Sequence[Place],
    source: str = "edges",
    speed_model: SpeedModel = SUMMER,
    snap: SnapRule = DEFAULT_SNAP,
) -> TravelMatrix:
    """Return the matrix for a plain edge list ``(from, to, km, limit in km/h, road number)``.

    See :func:`travel_matrix` and :func:`ris_map.travel.network.network_from_edges`.
    """
    return travel_matrix(
        network_from_edges(edges, nodes=nodes, source=source),
        origins=origins,
        destinations=destinations,
        speed_model=speed_model,
        snap=snap,
    )


def _through_network(
    network: Network, start: Snapped, stop: Snapped, *, speed_model: SpeedModel, snap: SnapRule
) -> tuple[FloatArray, FloatArray]:
    graph = timed_graph(network, speed_model=speed_model)
    sources, source_of = np.unique(start.node[start.node != NOWHERE], return_inverse=True)
    targets, target_of = np.unique(stop.node[stop.node != NOWHERE], return_inverse=True)
    node_minutes, node_km = costs(graph, sources=sources, targets=targets)
    shape = (len(start.places), len(stop.places))
    minutes, km = np.full(shape, np.inf), np.full(shape, np.inf)
    on = np.ix_(start.node != NOWHERE, stop.node != NOWHERE)
    between = np.ix_(source_of, target_of)
    stub_km = start.km[:, None] + stop.km[None, :]
    minutes[on] = node_minutes[between] + _stub_minutes(stub_km, speed_model, snap)[on]
    km[on] = node_km[between] + stub_km[on]
    return minutes, km


def _stub_minutes(km: FloatArray, speed_model: SpeedModel, snap: SnapRule) -> FloatArray:
    return speed_model.time_factor * 60 * km / snap.kmh


def _take_straight(
    minutes: FloatArray,
    km: FloatArray,
    start: Snapped,
    stop: Snapped,
    *,
    speed_model: SpeedModel,
    snap: SnapRule,
) -> None:
    """Let places that share a node go straight to each other, where that is faster."""
    same_node = (start.node[:, None] == stop.node[None, :]) & (start.node[:, None] != NOWHERE)
    o, d = np.nonzero(same_node)
    direct_km = straight_road_km(start, stop, pairs=(o, d), rule=snap)
    direct = _stub_minutes(direct_km, speed_model, snap)
    better = direct < minutes[o, d]
    minutes[o[better], d[better]] = direct[better]
    km[o[better], d[better]] = direct_km[better]


def _unreachable(minutes: FloatArray, start: Snapped, stop: Snapped) -> Iterator[Unreachable]:
    reached = np.isfinite(minutes)
    sides = (
        (Role.ORIGIN, start, reached.any(axis=1), reached.shape[1]),
        (Role.DESTINATION, stop, reached.any(axis=0), reached.shape[0]),
    )
    for role, snapped, is_reached, others in sides:
        too_far = snapped.node == NOWHERE
        for index in np.flatnonzero(too_far | (~is_reached & (others > 0))):
            place = snapped.places[index]
            yield Unreachable(
                id=place.id,
                name=place.name,
                role=role,
                reason=Reason.TOO_FAR if too_far[index] else Reason.ISOLATED,
                straight_km=float(snapped.straight_km[index]),
            )


def _version(
    network: Network, start: Snapped, stop: Snapped, speed_model: SpeedModel, snap: SnapRule
) -> str:
    return fingerprint(
        (
            network.source,
            network.node_ids,
            network.lat,
            network.lon,
            network.tail,
            network.head,
            network.km,
            network.limit_kmh,
            network.refs,
            sorted((p.id, p.name, p.lat, p.lon) for p in start.places),
            sorted((p.id, p.name, p.lat, p.lon) for p in stop.places),
            speed_model,
            snap,
        )
    )
