"""One way in full: which roads, in which order, over which ground; figures as in the matrix."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
import shapely
from scipy.sparse.csgraph import dijkstra
from shapely.ops import substring

from ris_map.geography.boundaries import to_metres
from ris_map.travel.network import (
    DECIMALS,
    DETOUR,
    DIRECT_KM,
    SPEED_MODELS,
    SUMMER,
    FloatArray,
    IntArray,
    Joined,
    Network,
    SpeedModel,
    join,
)

LatLon = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """A stretch on one road. A schematic road is known to be there, its course only roughly."""

    road: str
    km: float
    minutes: float
    is_schematic: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """The fastest way from one point to another.

    ``minutes`` and ``km`` are those of the matrix: legs in driving order (neighbouring stretches of
    one road as one, none if one goes straight), and the ways to and from the network
    (``off_network_km``: straight line x 1.3). ``line`` is for drawing: four decimals, straight
    where the course is not known.
    """

    minutes: float
    km: float
    legs: tuple[Leg, ...]
    off_network_km: float
    line: tuple[LatLon, ...]

    @property
    def roads(self) -> tuple[str, ...]:
        """Road numbers in driving order."""
        return tuple(road for road, _ in groupby(leg.road for leg in self.legs))

    @property
    def schematic_km(self) -> float:
        """Kilometres on roads whose course is only sketched."""
        return sum(leg.km for leg in self.legs if leg.is_schematic)


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey:
    """A route, and how long it takes under every speed model."""

    route: Route
    speed_model: SpeedModel
    minutes_by_model: dict[str, float]


def travel_between(
    network: Network,
    from_latlon: LatLon,
    to_latlon: LatLon,
    *,
    speed_model: SpeedModel = SUMMER,
    no_road: tuple[bool, bool] = (False, False),
) -> Journey | None:
    """Return the way between any two points (EPSG:4326); None where no road leads.

    ``no_road`` says whether either point is known to be reached by ferry only.
    """
    lat, lon = np.array([from_latlon, to_latlon]).T
    ends = [
        join(network, lat=lat[i : i + 1], lon=lon[i : i + 1], no_road=np.array(no_road[i : i + 1]))
        for i in (0, 1)
    ]
    routes = {
        model.id: routes_from(*ends, speed_model=model)[0] for model in (speed_model, *SPEED_MODELS)
    }
    route = routes[speed_model.id]
    if route is None:
        return None
    minutes = {name: found.minutes for name, found in routes.items() if found is not None}
    return Journey(route=route, speed_model=speed_model, minutes_by_model=minutes)


def routes_from(
    origin: Joined, destinations: Joined, *, speed_model: SpeedModel = SUMMER
) -> tuple[Route | None, ...]:
    """Return the fastest way from one point to each of several; None where no road leads."""
    if not (origin.is_reachable[0] and len(origin.point)):
        return (None,) * len(destinations)
    finder = _Finder(origin, destinations, speed_model)
    return tuple(finder.route(index) for index in range(len(destinations)))


class _Finder:
    """Ways from one point, with the tree of fastest ways of each node where it may begin."""

    def __init__(self, origin: Joined, destinations: Joined, model: SpeedModel) -> None:
        self.network, self.model = origin.network, model
        self.origin, self.destinations = origin, destinations
        _, self.first, self.first_minutes, self.first_km = origin.entries(model)
        point, self.last, self.last_minutes, self.last_km = destinations.entries(model)
        self.bounds = np.searchsorted(point, np.arange(len(destinations) + 1))
        self.minutes, self.before = dijkstra(
            self.network.graph(model), indices=self.first, return_predecessors=True
        )

    def route(self, index: int) -> Route | None:
        if not self.destinations.is_reachable[index]:
            return None
        options = [*self._through(index), *self._along(index), *self._straight(index)]
        if not options:
            return None
        return min(options, key=lambda route: (route.minutes, route.km))

    def _through(self, index: int) -> Iterator[Route]:
        """Yield the fastest way through nodes of the network."""
        entries = np.arange(self.bounds[index], self.bounds[index + 1])
        total = (
            self.first_minutes[:, None]
            + self.minutes[:, self.last[entries]]
            + self.last_minutes[entries]
        )
        if not np.isfinite(total).any():
            return
        # of equally fast ways any one will do for drawing; the shortest decides the kilometres
        best = np.argwhere(np.round(total, DECIMALS) <= np.round(total.min(), DECIMALS))
        yield min((self._way(int(a), int(entries[b])) for a, b in best), key=lambda way: way.km)

    def _way(self, first: int, last: int) -> Route:
        nodes = [int(self.last[last])]
        while self.before[first, nodes[-1]] >= 0:
            nodes.append(int(self.before[first, nodes[-1]]))
        path = np.array(nodes[::-1], dtype=np.int64)
        edges = self.network.edge_between(path[:-1], path[1:], self.model)
        stretches = [
            self._part(self.origin, first, leaving=True),
            *(
                (e, *self._ends(e, a))
                for e, a in zip(edges.tolist(), path[:-1].tolist(), strict=True)
            ),
            self._part(self.destinations, last, leaving=False),
        ]
        access = self.origin.access_km[first // 2] + self.destinations.access_km[last // 2]
        return self._made(stretches, float(access), self.destinations.point[last // 2])

    def _ends(self, edge: int, begin: int) -> tuple[float, float]:
        return (0.0, 1.0) if self.network.tail[edge] == begin else (1.0, 0.0)

    def _part(self, joined: Joined, entry: int, *, leaving: bool) -> tuple[int, float, float]:
        """Return the stretch between where a point joins a road and the node at its end."""
        way, at = entry // 2, joined.fraction[entry // 2]
        ends = (float(at), float(entry % 2))
        return (int(joined.edge[way]), *(ends if leaving else ends[::-1]))

    def _along(self, index: int) -> Iterator[Route]:
        here, there = self.origin, self.destinations
        for last in range(self.bounds[index] // 2, self.bounds[index + 1] // 2):
            for first in np.flatnonzero((here.edge == there.edge[last]) & (here.edge >= 0)):
                ends = float(here.fraction[first]), float(there.fraction[last])
                stretch = (int(here.edge[first]), *ends)
                access = float(here.access_km[first] + there.access_km[last])
                yield self._made([stretch], access, index)

    def _straight(self, index: int) -> Iterator[Route]:
        km = float(np.hypot(*(self.origin.xy[0] - self.destinations.xy[index]))) / 1000
        if km <= DIRECT_KM:
            yield self._made([], km * DETOUR, index)

    def _made(
        self, stretches: Sequence[tuple[int, float, float]], access_km: float, index: int | IntArray
    ) -> Route:
        driven = [part for part in stretches if part[0] >= 0 and part[1] != part[2]]
        network = self.network
        edge = np.array([part[0] for part in driven], dtype=np.int64)
        share = np.array([abs(part[2] - part[1]) for part in driven])
        km = share * network.km[edge]
        minutes = self.model.minutes(km, limit_kmh=network.limit_kmh[edge])
        access = self.model.access_minutes(np.array(access_km))
        return Route(
            minutes=round(float(minutes.sum() + access), DECIMALS),
            km=round(float(km.sum()) + access_km, DECIMALS),
            legs=tuple(self._legs(edge, km, minutes)),
            off_network_km=round(access_km, DECIMALS),
            line=self._line(driven, int(index)),
        )

    def _legs(self, edge: IntArray, km: FloatArray, minutes: FloatArray) -> Iterator[Leg]:
        network = self.network
        kinds = [(network.roads[e], bool(network.is_schematic[e])) for e in edge.tolist()]
        for (road, schematic), run in groupby(range(len(kinds)), key=lambda i: kinds[i]):
            part = list(run)
            yield Leg(
                road=road,
                km=float(km[part].sum()),
                minutes=float(minutes[part].sum()),
                is_schematic=schematic,
            )

    def _line(self, driven: Sequence[tuple[int, float, float]], index: int) -> tuple[LatLon, ...]:
        lines = self.network.lines
        parts = [
            shapely.get_coordinates(substring(lines[e], a, b, normalized=True))
            for e, a, b in driven
        ]
        all_xy = np.vstack([self.origin.xy[:1], *parts, self.destinations.xy[index : index + 1]])
        lon, lat = to_metres().transform(all_xy[:, 0], all_xy[:, 1], direction="INVERSE")
        points = zip(np.round(lat, 4).tolist(), np.round(lon, 4).tolist(), strict=True)
        return tuple(point for point, _ in groupby(points))
