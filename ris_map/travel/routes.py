"""One way in full: roads in order, figures as in the matrix; how far off such figures are."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby, pairwise
from pathlib import Path
from typing import Annotated

import numpy as np
import pandas as pd
import shapely
from pydantic import Field
from shapely.ops import substring

from ris_map.common.records import Record
from ris_map.geography.boundaries import to_metres
from ris_map.travel.matrix import between, fastest_ways, nearest_minutes, travel
from ris_map.travel.network import (
    DECIMALS,
    SUMMER,
    FloatArray,
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


def routes_from(
    origin: Joined, destinations: Joined, *, speed_model: SpeedModel = SUMMER
) -> tuple[Route | None, ...]:
    """Return the fastest way from one point to each of several; None where no road leads."""
    driven, _, before = fastest_ways(origin, destinations, speed_model)
    size, found = before.shape[1], list[Route | None]()
    for node, xy in enumerate(destinations.xy, start=size - len(destinations)):
        nodes = [node]
        while before[0, nodes[-1]] >= 0:
            nodes.append(int(before[0, nodes[-1]]))
        path = np.array(nodes[::-1])
        way = driven[between(driven, path[:-1], path[1:], size=size)]
        ends = origin.xy[0], xy
        found.append(_route(way, ends, origin.network, speed_model) if len(way) else None)
    return tuple(found)


def _route(
    way: np.ndarray, ends: tuple[FloatArray, FloatArray], network: Network, model: SpeedModel
) -> Route:
    """Return a way in full, from the stretches that are driven."""
    on_road = way[way["start"] != way["stop"]]
    edge, start, stop = (on_road[name] for name in ("edge", "start", "stop"))
    lines = zip(network.lines[edge], start, stop, strict=True)
    drawn = [substring(line, *ends_on_it, normalized=True) for line, *ends_on_it in lines]
    xy = np.vstack([ends[0], *map(shapely.get_coordinates, drawn), ends[1]])
    lon, lat = to_metres().transform(xy[:, 0], xy[:, 1], direction="INVERSE")
    points = zip(np.round(lat, 4).tolist(), np.round(lon, 4).tolist(), strict=True)
    km = np.abs(stop - start) * network.km[edge]
    minutes = model.minutes(km, limit_kmh=network.limit_kmh[edge])
    kinds = [(network.roads[at], bool(network.is_schematic[at])) for at in edge]
    runs = [(kind, [*run]) for kind, run in groupby(range(len(kinds)), kinds.__getitem__)]
    return Route(
        minutes=round(float(way["minutes"].sum()), DECIMALS),
        km=round(float(way["km"].sum()), DECIMALS),
        legs=tuple(
            Leg(
                road=road,
                km=float(km[run].sum()),
                minutes=float(minutes[run].sum()),
                is_schematic=is_schematic,
            )
            for (road, is_schematic), run in runs
        ),
        off_network_km=round(float(way["off_km"].sum()), DECIMALS),
        line=tuple(point for point, _ in groupby(points)),
    )


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
