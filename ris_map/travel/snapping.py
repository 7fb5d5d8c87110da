"""How a settlement or an office is attached to the road network: one rule, stated in full."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from ris_map.geography.county import Locality
from ris_map.register.model import Actor, Office
from ris_map.travel.arrays import (
    FloatArray,
    IntArray,
    great_circle_km,
    unit_vectors,
)
from ris_map.travel.network import Network

NOWHERE = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A point from or to which people travel (EPSG:4326); ``name`` is what a report calls it."""

    id: str
    name: str
    lat: float
    lon: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapRule:
    """The rule that attaches a place to the network.

    A place at most ``on_node_km`` from a node is that node. Any other place belongs to the nearest
    node by great circle; the way there is the great circle x ``detour`` at ``kmh``. Beyond
    ``limit_km`` (great circle) the place counts as not reachable and is reported by name. Two
    places that share a node may also go straight to each other by the same rule, if that is
    shorter: otherwise two neighbours far from the network would have to drive to it and back.

    Parameters
    ----------
    on_node_km : float
        Radius of a node in km.
    detour : float
        Road kilometres per kilometre of great circle.
    kmh : float
        Speed on the way to the network, in km/h.
    limit_km : float
        Longest great circle to the network, in km; the limit itself still counts.
    """

    on_node_km: float = 0.2
    detour: float = 1.3
    kmh: float = 60.0
    limit_km: float = 60.0


DEFAULT_SNAP = SnapRule()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Snapped:
    """Places with their nodes.

    Parameters
    ----------
    places : tuple of Place
        In the order given.
    lat, lon : array of float, shape (places,)
        Degrees (EPSG:4326).
    node : array of int, shape (places,)
        Position of the node; ``NOWHERE`` beyond the limit.
    straight_km : array of float, shape (places,)
        Great circle to the nearest node, also beyond the limit.
    km : array of float, shape (places,)
        Road kilometres to the node by the rule; zero on the node.
    """

    places: tuple[Place, ...]
    lat: FloatArray
    lon: FloatArray
    node: IntArray
    straight_km: FloatArray
    km: FloatArray


def snap_places(network: Network, *, places: Sequence[Place], rule: SnapRule) -> Snapped:
    """Attach places to the network by the rule.

    Raises
    ------
    ValueError
        If two places share an id, or a point is not in degrees.
    """
    _refuse_bad(places)
    lat = np.array([place.lat for place in places], dtype=np.float64)
    lon = np.array([place.lon for place in places], dtype=np.float64)
    tree = cKDTree(unit_vectors(network.lat, network.lon))
    node = np.asarray(tree.query(unit_vectors(lat, lon))[1], dtype=np.int64).reshape(len(places))
    straight_km = great_circle_km(lat, lon, network.lat[node], network.lon[node])
    return Snapped(
        places=tuple(places),
        lat=lat,
        lon=lon,
        node=np.where(straight_km <= rule.limit_km, node, NOWHERE),
        straight_km=straight_km,
        km=np.where(straight_km <= rule.on_node_km, 0.0, straight_km * rule.detour),
    )


def straight_road_km(
    origins: Snapped, destinations: Snapped, *, pairs: tuple[IntArray, IntArray], rule: SnapRule
) -> FloatArray:
    """Return road kilometres by the rule for pairs of places that share a node."""
    o, d = pairs
    straight = great_circle_km(
        origins.lat[o], origins.lon[o], destinations.lat[d], destinations.lon[d]
    )
    return straight * rule.detour


def places_of_localities(localities: Iterable[Locality]) -> tuple[Place, ...]:
    """Return settlements as places, in their order."""
    return tuple(
        Place(id=item.id, name=item.name, lat=item.lat, lon=item.lon) for item in localities
    )


def office_key(actor: Actor, office: Office) -> str:
    """Return the id of an office over all actors."""
    return f"{actor.id}/{office.id}"


def places_of_offices(actors: Iterable[Actor]) -> tuple[Place, ...]:
    """Return every office of the actors as a place, sorted by key, in and outside the county.

    Offices that have closed are kept: one matrix serves every date.
    """
    places = (
        Place(
            id=office_key(actor, office),
            name=f"{actor.name}, {office.town}",
            lat=office.lat,
            lon=office.lon,
        )
        for actor in actors
        for office in actor.offices
    )
    return tuple(sorted(places, key=lambda place: place.id))


def _refuse_bad(places: Sequence[Place]) -> None:
    seen: set[str] = set()
    for place in places:
        if place.id in seen:
            raise ValueError(f"two places are called {place.id!r}")
        if not (abs(place.lat) <= 90 and abs(place.lon) <= 180):  # also false for NaN
            raise ValueError(f"{place.id!r} is not at a point in degrees")
        seen.add(place.id)
