"""The road network as arrays, how long a road takes, and how a point joins the network.

Roads are open in both directions. Points come in WGS 84 degrees (EPSG:4326) and are measured in
SWEREF 99 TM (EPSG:3006), metres. Every constant and its reason stands in the note on travel in
docs/method.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import compress
from typing import TypeVar

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from ris_map.geography.boundaries import to_metres
from ris_map.geography.roads import PLACE_KINDS

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
CodeArray = NDArray[np.int8]
BoolArray = NDArray[np.bool_]
_Scalar = TypeVar("_Scalar", bound=np.generic)

DECIMALS = 6
"""Minutes and kilometres are rounded to this many decimals, so that sums of floats that should be
exactly 60 minutes are exactly 60, in whatever order they were added."""


def readonly(values: NDArray[_Scalar]) -> NDArray[_Scalar]:
    """Return a contiguous copy that refuses to be written to."""
    fixed = np.array(values, order="C")
    fixed.setflags(write=False)
    return fixed


def fingerprint(parts: Iterable[object]) -> str:
    """Return twelve hexadecimal digits that change when any of the parts changes."""
    digest = hashlib.sha256()
    for part in parts:
        content = part.tobytes() if isinstance(part, np.ndarray) else repr(part).encode()
        digest.update(len(content).to_bytes(8, "big") + content)
    return digest.hexdigest()[:12]


DETOUR = 1.3
"""Road kilometres per kilometre of straight line on the way to the network."""
ACCESS_LIMIT_KMH = 60 / 0.9
"""Limit on that way: 60 km/h in summer, like every road under every speed model."""
CANDIDATE_FACTOR, CANDIDATE_MORE_M, CANDIDATE_MOST_M = 1.5, 2000.0, 15_000.0
"""Ways to the network within 1.5 x the way to the nearest numbered road + 2 km, at most 15 km."""
NEAREST_MORE_M = 0.01
"""The nearest way is always one of them; this much is left for rounding."""
JOIN_MOST_M = 60_000.0
"""Beyond this from any road a point is not reached."""
DIRECT_KM = 5.0
"""Two points this near may go straight to each other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeedModel:
    """How long a road takes: ``time_factor x 60 x km / min(share_of_limit x limit, cap)``.

    So the cap holds the mean speed first, and the factor then lengthens every minute; the way to
    the network is a road with the limit ``ACCESS_LIMIT_KMH``.
    """

    id: str
    key: str
    """Its name in addresses."""
    share_of_limit: float = 0.9
    time_factor: float = 1.0
    cap_kmh: float = np.inf

    def minutes(self, km: FloatArray, *, limit_kmh: FloatArray | float) -> FloatArray:
        """Return the minutes of stretches of road."""
        kmh = np.minimum(self.share_of_limit * np.asarray(limit_kmh), self.cap_kmh)
        minutes: FloatArray = self.time_factor * 60 * np.asarray(km) / kmh
        return minutes

    def access_minutes(self, km: FloatArray) -> FloatArray:
        """Return the minutes of ways to the network."""
        return self.minutes(km, limit_kmh=ACCESS_LIMIT_KMH)


SUMMER = SpeedModel(id="summer", key="sommar")
"""Default: 90 % of the posted limit."""
WINTER = SpeedModel(id="winter", key="vinter", time_factor=1.175)
"""Middle of the 15-20 % that winter roads take longer."""
POSTED = SpeedModel(id="posted", key="skyltad", share_of_limit=1.0)
"""The posted limit all the way: the shortest lawful time, a lower bound."""
CAUTIOUS = SpeedModel(id="cautious", key="forsiktig", time_factor=1.2, cap_kmh=80.0)
"""Winter at its slowest, and never above 80 km/h before that: hits the fast coast road hardest."""
SPEED_MODELS = (SUMMER, WINTER, POSTED, CAUTIOUS)
SPEED_MODEL = {model.id: model for model in SPEED_MODELS}


def metres(lat: FloatArray, lon: FloatArray) -> FloatArray:
    """Return points in degrees as east and north in SWEREF 99 TM, shape (points, 2)."""
    lat, lon = np.atleast_1d(lat).astype(np.float64), np.atleast_1d(lon).astype(np.float64)
    if not ((np.abs(lat) <= 90) & (np.abs(lon) <= 180)).all():  # also false for NaN
        raise ValueError("a point is not in degrees")
    return np.column_stack(to_metres().transform(lon, lat)).reshape(-1, 2)


@dataclass(frozen=True, kw_only=True, eq=False)
class Network:
    """Roads as arrays, by node and by edge; points in EPSG:3006."""

    node_ids: tuple[str, ...]
    node_xy: FloatArray
    places: IntArray
    """Nodes that are named places: one may join the network there."""
    edge_ids: tuple[str, ...]
    roads: tuple[str, ...]
    """Road numbers, several with ``/``."""
    tail: IntArray
    head: IntArray
    """Nodes from which and to which the line of each edge leads."""
    km: FloatArray
    """Length along the road."""
    limit_kmh: FloatArray
    is_numbered: BoolArray
    is_joinable: BoolArray
    """Whether it may be joined along its length."""
    is_schematic: BoolArray
    """Whether its course is only sketched."""
    lines: np.ndarray

    @cached_property
    def version(self) -> str:
        """Changes with any road."""
        arrays = (self.node_xy, self.places, self.tail, self.head, self.km, self.limit_kmh)
        kinds = (self.is_numbered, self.is_joinable, self.is_schematic)
        course = shapely.to_wkb(self.lines).tolist()
        return fingerprint((self.node_ids, self.edge_ids, self.roads, *arrays, *kinds, course))

    @cached_property
    def _targets(self) -> tuple[tuple[shapely.STRtree, IntArray, FloatArray | None], ...]:
        """What one may join: numbered roads, other roads, places.

        Each as a tree, the road of each, and where on its line if that is at an end: a place is
        the end of one of its roads.
        """
        numbered = np.flatnonzero(self.is_joinable & self.is_numbered)
        other = np.flatnonzero(self.is_joinable & ~self.is_numbered)
        nodes, first = np.unique(np.concatenate([self.tail, self.head]), return_index=True)
        at = first[np.searchsorted(nodes, self.places)]
        is_head, edge = np.divmod(at, len(self.km))
        return (
            (shapely.STRtree(self.lines[numbered]), numbered, None),
            (shapely.STRtree(self.lines[other]), other, None),
            (shapely.STRtree(shapely.points(self.node_xy[self.places])), edge, is_head * 1.0),
        )


def road_network(nodes: gpd.GeoDataFrame, edges: gpd.GeoDataFrame) -> Network:
    """Return frames of nodes and edges as :class:`ris_map.geography.roads.Roads` holds them."""
    position = {node: index for index, node in enumerate(nodes.index)}
    points = nodes.geometry
    return Network(
        node_ids=tuple(map(str, nodes.index)),
        node_xy=readonly(np.column_stack([points.x, points.y])),
        places=readonly(np.flatnonzero(nodes["kind"].isin(PLACE_KINDS))),
        edge_ids=tuple(map(str, edges.index)),
        roads=tuple(edges["road"]),
        tail=readonly(edges["from"].map(position).to_numpy(np.int64)),
        head=readonly(edges["to"].map(position).to_numpy(np.int64)),
        km=readonly(edges["km"].to_numpy(np.float64)),
        limit_kmh=readonly(edges["limit_kmh"].to_numpy(np.float64)),
        is_numbered=readonly((edges["kind"] == "numbered").to_numpy()),
        is_joinable=readonly((edges["joinable"] == 1).to_numpy()),
        is_schematic=readonly((edges["geometry_kind"] == "schematic").to_numpy()),
        lines=edges.geometry.to_numpy(),
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class Joined:
    """Points with every way by which they may join the network, sorted by point."""

    network: Network
    xy: FloatArray
    """Of each point, EPSG:3006."""
    is_reachable: BoolArray
    """Of each point: false where no road leads, by ferry only or too far from any road."""
    point: IntArray
    edge: IntArray
    """Road of each way."""
    fraction: FloatArray
    """Where on the line of each way, 0 = its tail, 1 = its head."""
    access_km: FloatArray
    """Road kilometres to the network."""

    def __len__(self) -> int:
        return len(self.xy)

    def unreached(self, ids: Sequence[str]) -> tuple[str, ...]:
        """Return which of the points, by their ids, no road leads to."""
        return tuple(compress(ids, ~self.is_reachable))


def join(
    network: Network, *, lat: FloatArray, lon: FloatArray, no_road: BoolArray | None = None
) -> Joined:
    """Join points (EPSG:4326) to the network.

    A point joins at the nearest point of a line. Ways are all numbered roads, other joinable roads
    and named places within 1.5 x the distance to the nearest numbered road + 2 km, at most 15 km,
    and always the nearest of all. No road leads to the points of ``no_road``.
    """
    xy = metres(lat, lon)
    points = shapely.points(xy)
    away = np.full((len(network._targets), len(points)), np.inf)
    for nearest, (tree, _, _) in zip(away, network._targets, strict=True):
        (index, _), nearest[index] = tree.query_nearest(
            points, all_matches=False, return_distance=True
        )
    to_numbered, nearest = away[0], away.min(axis=0)
    radius = np.minimum(CANDIDATE_FACTOR * to_numbered + CANDIDATE_MORE_M, CANDIDATE_MOST_M)
    radius = np.minimum(np.maximum(radius, nearest + NEAREST_MORE_M), JOIN_MOST_M)
    reachable = nearest <= JOIN_MOST_M
    if no_road is not None:
        reachable &= ~no_road
    ways = list(_ways(network, points, radius))
    point, edge, fraction, access_m = map(np.concatenate, zip(*ways, strict=True))
    order = np.argsort(point, kind="stable")
    order = order[reachable[point[order]]]
    return Joined(
        network=network,
        xy=xy,
        is_reachable=readonly(reachable),
        point=point[order],
        edge=edge[order],
        fraction=fraction[order],
        access_km=access_m[order] / 1000 * DETOUR,
    )


def _ways(
    network: Network, points: np.ndarray, radius: FloatArray
) -> Iterator[tuple[np.ndarray, ...]]:
    """Yield point, road, where on its line and metres to it of all ways within the radius."""
    for tree, edges, ends in network._targets:
        point, target = tree.query(points, predicate="dwithin", distance=radius)
        here, there = points[point], tree.geometries[target]
        fraction = (
            shapely.line_locate_point(there, here, normalized=True)
            if ends is None
            else ends[target]
        )
        yield point, edges[target], fraction, shapely.distance(there, here)
