"""One way in full: roads in order, figures as in the matrix; how far off such figures are."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby, pairwise
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
import pandas as pd
import shapely
from pydantic import Field
from shapely.ops import substring

from ris_map.common.records import Record, ShortText, Text
from ris_map.common.tables import DECIMAL, Count, Decimal, FaultLog, Row, accepted, read_frame
from ris_map.geography.boundaries import note_bad_points, to_metres
from ris_map.geography.county import Geography
from ris_map.geography.divisions import OwnMunicipality
from ris_map.geography.roads import Roads
from ris_map.travel.matrix import between, fastest_ways, nearest_minutes, travel
from ris_map.travel.network import DECIMALS, SUMMER, FloatArray, Joined, Network, SpeedModel, join
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


class _Published(Row):
    """Published minutes by car from a place to the nearest care town."""

    locality: ShortText
    municipality_code: OwnMunicipality
    cell_size: ShortText
    eurostat_minutes: Annotated[Count, Field(ge=1)]


class _CareTown(Row):
    """A town those minutes lead to (EPSG:4326)."""

    name: ShortText
    lat: Decimal
    lon: Decimal
    basis: ShortText


class _CareShare(Row):
    """A published share of residents farther than so many minutes from care."""

    beyond_minutes: Count
    published_percent: Annotated[Decimal, Field(ge=0, le=100)]
    source: ShortText


class _Pair(Row):
    """A road distance or a driving time between two places that a page states."""

    kind: Literal["distance", "time"]
    start: ShortText = Field(alias="from")
    end: ShortText = Field(alias="to")
    via: str = ""
    km_stated: Decimal | None = None
    minutes_stated: Decimal | None = None
    mode: Literal["road", "car", "bus", "ferry"]
    grade: Literal["A", "B"] = Field(alias="class")
    sigma_km: Decimal | None = None
    used_for_draft: Decimal | None = None
    basis: str = ""
    source: Text


class _Distance(_Pair):
    km_stated: Annotated[Decimal, Field(gt=0)]


class _Time(_Pair):
    minutes_stated: Annotated[Decimal, Field(gt=0)]


CHECKS = "checks"
DISTANCES, TIMES = "pairs_distance.csv", "pairs_time.csv"
MINUTES, TOWNS = "minutes.csv", "care_towns.csv"
_DEGREES = re.compile(rf"{DECIMAL} +{DECIMAL}")
_FILES: Mapping[str, type[Row]] = {
    DISTANCES: _Distance,
    TIMES: _Time,
    MINUTES: _Published,
    TOWNS: _CareTown,
    "care_shares.csv": _CareShare,
}


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
    if not (base.data_dir / CHECKS).is_dir():
        return None
    places = place_minutes(base)
    distances = pair_figures(base, DISTANCES, stated="km_stated")
    signed = distances[distances["class"] == "A"]
    return Accuracy(
        places=_errors(places["own"], places["eurostat_minutes"]),
        distances=_errors(signed["own"], signed["stated"]),
    )


def load_published(
    data_dir: Path, *, among: tuple[Geography, Roads] | None
) -> Mapping[str, pd.DataFrame]:
    """Return the tables of ``checks/`` by file; ``DataFaults`` with everything that is wrong.

    Places are looked up among those of the county and its roads, if these are right.
    """
    logs = {name: FaultLog(data_dir / CHECKS / name) for name in _FILES}
    found = {name: read_frame(logs[name], kind, key=None) for name, kind in _FILES.items()}
    for name, what, is_it in (
        (MINUTES, "20 minutes or more", found[MINUTES]["eurostat_minutes"] >= SHORTEST_MINUTES),
        (DISTANCES, "class A", found[DISTANCES]["class"] == "A"),
    ):
        if not is_it.any() and not logs[name].faults:
            logs[name].add("empty-file/published", what=what)
    note_bad_points(found[TOWNS], logs[TOWNS])
    if among:
        settled = {(p.name, p.municipality_code) for p in among[0].localities}
        columns = found[MINUTES][["locality", "municipality_code"]]
        for line, *key in columns.itertuples(name=None):
            if tuple(key) not in settled:
                logs[MINUTES].add("unknown-place/published", line=line, place=" ".join(key))
        places = _places(*among)
        ways = [(name, way) for name in (DISTANCES, TIMES) for way in _ways(found[name]).items()]
        for name, (line, way) in ways:
            for place in way:
                if place not in places and not _DEGREES.fullmatch(place):
                    logs[name].add("unknown-place/published", line=line, place=place)
    return accepted(found, [fault for log in logs.values() for fault in log.faults])


@lru_cache(maxsize=2)
def _published(base: Foundations) -> Mapping[str, pd.DataFrame]:
    return load_published(base.data_dir, among=(base.geography, base.roads))


def _places(geography: Geography, roads: Roads) -> dict[str, tuple[float, float]]:
    """Return the degrees of settlements and of places of the network by name."""
    nodes = zip(roads.nodes["name"], roads.nodes["lat"], roads.nodes["lon"], strict=True)
    towns = {place.name: (place.lat, place.lon) for place in reversed(geography.localities)}
    return towns | {name: (lat, lon) for name, lat, lon in [*nodes][::-1] if name}


def _ways(pairs: pd.DataFrame) -> dict[int, list[str]]:
    """Return the places on each way, ends included, by line."""
    ends = zip(pairs.index, pairs["from"], pairs["via"], pairs["to"], strict=True)
    return {line: [a, *filter(None, map(str.strip, via.split(","))), b] for line, a, via, b in ends}


def place_minutes(base: Foundations) -> pd.DataFrame:
    """Return places 20 minutes or more from care, with published minutes and the ``own`` ones.

    The published minutes leave ferries out, so the rule goes as if a road led to every place.
    """
    listed = _published(base)[MINUTES]
    listed = listed[listed["eurostat_minutes"] >= SHORTEST_MINUTES]
    places = {(p.name, p.municipality_code): p for p in base.geography.localities}
    keys = zip(listed["locality"], listed["municipality_code"], strict=True)
    found = [places[key] for key in keys]
    lat, lon = np.array([p.lat for p in found]), np.array([p.lon for p in found])
    own = minutes_to_care(base, join(base.network, lat=lat, lon=lon))
    return listed.assign(own=own, lat=lat, lon=lon)


def pair_figures(base: Foundations, name: str, *, stated: str) -> pd.DataFrame:
    """Return the pairs of a file, with what is ``stated`` and the ``own`` figure.

    A way through given places is the sum of its parts; ferries and buses are left out.
    """
    pairs = _published(base)[name]
    pairs = pairs[pairs["mode"].isin(["road", "car"])]
    ways = _ways(pairs).values()
    known = _places(base.geography, base.roads)
    at = {place: index for index, place in enumerate(sorted({one for way in ways for one in way}))}
    points = [known.get(place) or tuple(map(float, place.split())) for place in at]
    joined = base.joined([lat for lat, _ in points], [lon for _, lon in points])
    minutes, km = travel(joined, joined, with_km=True)
    own = km if stated == "km_stated" else minutes
    sums = [sum(own[at[a], at[b]] for a, b in pairwise(way)) for way in ways]
    return pairs.assign(stated=pairs[stated].astype(float), own=sums)


def minutes_to_care(base: Foundations, here: Joined) -> FloatArray:
    """Return the minutes from each point to the nearest care town."""
    towns = _published(base)[TOWNS]
    return nearest_minutes(base.joined(list(towns["lat"]), list(towns["lon"])), here)


def _errors(own: pd.Series, published: pd.Series) -> Errors:
    error = np.abs(own / published - 1)
    return Errors(
        count=len(error), median=float(np.median(error)), p90=float(np.quantile(error, 0.9))
    )
