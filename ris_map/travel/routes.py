"""One way in full: roads in order, figures as in the matrix; how far off such figures are."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby, pairwise
from pathlib import Path
from typing import Annotated

import numpy as np
import pandas as pd
import shapely
from pydantic import Field
from scipy.sparse.csgraph import dijkstra
from shapely.ops import substring

from ris_map.common.records import Record
from ris_map.geography.boundaries import to_metres
from ris_map.travel.matrix import nearest_minutes, travel
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
from ris_map.travel.world import Foundations
from ris_map.words import Translator

LatLon = tuple[float, float]


class Leg(Record):
    """A stretch on one road."""

    road: str
    km: Annotated[float, Field(ge=0)]
    minutes: Annotated[float, Field(ge=0)]
    is_schematic: bool
    """The road is there; its course is only sketched."""


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


SHORTEST_MINUTES = 20
"""Below this, minutes say more about where in the town a care centre stands than about roads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Errors:
    """Relative errors of one kind of figure, as shares of the published figure."""

    count: int
    median: float
    p90: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Accuracy:
    """The comparison with everything published."""

    places: Errors
    """Minutes of places at least 20 minutes from care."""
    distances: Errors
    """Kilometres between places, class A."""


def error_words(errors: Errors | None, *, tr: Translator) -> str:
    """Return how far minutes may be off, in per cent, or that nobody has measured it.

    The text says "one place in ten over p90": a whole number that lies below, never rounded up.
    """
    if errors is None:
        return tr("travel.error.unknown")
    below = math.ceil(100 * errors.p90) - 1
    return tr("travel.error", median=tr.number(100 * errors.median), p90=tr.number(below))


def typical_error(base: Foundations) -> Errors | None:
    """Return how far minutes are off from published ones; None if none are published."""
    found = accuracy(base)
    return found.places if found else None


@lru_cache(maxsize=2)
def accuracy(base: Foundations) -> Accuracy | None:
    """Return the comparison under summer conditions, computed once; None without a ``checks``."""
    folder = base.data_dir / "checks"
    if not folder.is_dir():
        return None
    places = place_minutes(base, folder)
    distances = pair_figures(base, folder / "pairs_distance.csv", stated="km_stated")
    signed = distances[distances["class"] == "A"]
    return Accuracy(
        places=_errors(places["own"], places["eurostat_minutes"]),
        distances=_errors(signed["own"], signed["stated"]),
    )


def place_minutes(base: Foundations, folder: Path) -> pd.DataFrame:
    """Return places 20 minutes or more from care, with published minutes and the ``own`` ones.

    The published minutes leave ferries out, so the rule goes as if a road led to every place.
    """
    listed = pd.read_csv(folder / "minutes.csv", dtype={"municipality_code": str})
    listed = listed[listed["eurostat_minutes"] >= SHORTEST_MINUTES]
    places = {(p.name, p.municipality_code): p for p in base.geography.localities}
    keys = zip(listed["locality"], listed["municipality_code"], strict=True)
    found = [places[key] for key in keys]
    lat, lon = np.array([p.lat for p in found]), np.array([p.lon for p in found])
    own = minutes_to_care(base, folder, join(base.network, lat=lat, lon=lon))
    return listed.assign(own=own, lat=lat, lon=lon)


def pair_figures(base: Foundations, path: Path, *, stated: str) -> pd.DataFrame:
    """Return the pairs that can be placed, with what is ``stated`` and the ``own`` figure.

    A way through given places is the sum of its parts; ferries and buses are left out.
    """
    pairs = pd.read_csv(path, keep_default_na=False)
    pairs = pairs[pairs["mode"].isin(["road", "car"])].reset_index(drop=True)
    stops = [
        [a, *(v.strip() for v in via.split(",") if v.strip()), b]
        for a, via, b in zip(pairs["from"], pairs["via"], pairs["to"], strict=True)
    ]
    names = sorted({name for way in stops for name in way})
    points = [_point(base, name) for name in names]
    joined = base.joined([lat for lat, _ in points], [lon for _, lon in points])
    minutes, km = travel(joined, joined, with_km=True)
    own = km if stated == "km_stated" else minutes
    at = {name: index for index, name in enumerate(names)}
    ways = [sum(own[at[a], at[b]] for a, b in pairwise(way)) for way in stops]
    return pairs.assign(stated=pairs[stated].astype(float), own=ways)


def _point(base: Foundations, name: str) -> tuple[float, float]:
    """Return the degrees of a place of the network or a settlement, or those it stands by."""
    if name[0].isdigit():
        lat, lon = map(float, name.split())
        return lat, lon
    nodes = base.roads.nodes[base.roads.nodes["name"] == name]
    if len(nodes):
        return float(nodes["lat"].iloc[0]), float(nodes["lon"].iloc[0])
    place = next(p for p in base.geography.localities if p.name == name)
    return place.lat, place.lon


def minutes_to_care(base: Foundations, folder: Path, here: Joined) -> FloatArray:
    """Return the minutes from each point to the nearest care town."""
    towns = pd.read_csv(folder / "care_towns.csv")
    return nearest_minutes(base.joined(list(towns["lat"]), list(towns["lon"])), here)


def _errors(own: pd.Series, published: pd.Series) -> Errors:
    error = np.abs(own / published - 1)
    return Errors(
        count=len(error), median=float(np.median(error)), p90=float(np.quantile(error, 0.9))
    )
