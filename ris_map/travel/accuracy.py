"""How near the minutes and kilometres come to figures that others publish (``data/checks``)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd

from ris_map.travel.matrix import nearest_minutes, travel
from ris_map.travel.network import FloatArray, Joined, join
from ris_map.travel.world import Foundations
from ris_map.words import Translator

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
    minutes, km = _between(base, names)
    own = km if stated == "km_stated" else minutes
    at = {name: index for index, name in enumerate(names)}
    ways = [sum(own[at[a], at[b]] for a, b in pairwise(way)) for way in stops]
    return pairs.assign(stated=pairs[stated].astype(float), own=ways)


def _between(base: Foundations, names: Sequence[str]) -> tuple[FloatArray, FloatArray]:
    points = [_point(base, name) for name in names]
    joined = base.joined([lat for lat, _ in points], [lon for _, lon in points])
    return travel(joined, joined, with_km=True)


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
