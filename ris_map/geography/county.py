"""Municipalities, localities, divisions, figures: read once, checked at the edge.

All points and polygons are WGS 84 degrees (EPSG:4326).
"""

import math
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache, partial
from pathlib import Path
from typing import Annotated, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pydantic import Field

from ris_map.common.faults import Fault, refusal
from ris_map.common.files import fault_in
from ris_map.common.records import Record, ShortText, Slug, Text, Url
from ris_map.common.tables import (
    DECIMAL,
    Count,
    Decimal,
    FaultLog,
    Row,
    accepted,
    load_listed,
    read_records,
)
from ris_map.geography.boundaries import (
    DEGREES,
    Land,
    Territory,
    note_land_outside_territory,
    point_problem,
    read_areas,
    read_features,
)
from ris_map.geography.divisions import (
    MUNICIPALITY_CODES,
    Division,
    DivisionGroup,
    OwnMunicipality,
    read_divisions,
)
from ris_map.words.language import LocalText


class Locality(Row):
    """A settlement as a point (EPSG:4326). A ``population`` of ``None`` means unknown.

    ``kind`` is ``tatort``, an urban area of SCB (at least 200 people), or ``village``, any smaller
    place.
    """

    id: Slug
    scb_code: str | None = None
    name: ShortText
    municipality_code: OwnMunicipality
    lat: Decimal
    lon: Decimal
    population: Count | None = None
    population_year: Count | None = None
    kind: Literal["tatort", "village"]
    is_seat: bool
    source: ShortText
    note: str = ""


@dataclass(frozen=True, kw_only=True, eq=False)
class Geography:
    """The county: its parts in the order of their files, and which part a point lies in."""

    names: Mapping[str, str]
    """Names of the municipalities by code."""
    localities: tuple[Locality, ...]
    divisions: tuple[Division, ...]
    territory: Mapping[str, shapely.Geometry]
    """Polygon with the sea per municipality code, EPSG:4326."""
    coast_to_mountains: tuple[str, ...] = ()

    @cached_property
    def towns(self) -> Mapping[tuple[str, str], Locality]:
        """Settlements by the code of their municipality and their name."""
        return {(place.municipality_code, place.name): place for place in self.localities}

    @cached_property
    def seats(self) -> Mapping[str, Locality]:
        """Central settlements by the code of their municipality."""
        return {place.municipality_code: place for place in self.localities if place.is_seat}

    @cached_property
    def groups(self) -> Mapping[str, tuple[Division, DivisionGroup]]:
        """Groups of more than one municipality that can be chosen, by their ids."""
        return {
            f"{division.id}-{group.id}": (division, group)
            for division in self.divisions
            for group in division.groups
            if len(group.municipalities) > 1
        }

    @cached_property
    def places(self) -> Mapping[str, frozenset[str]]:
        """Municipality codes by the id of every place that can be chosen: groups, then each."""
        groups = {name: frozenset(group.municipalities) for name, (_, group) in self.groups.items()}
        return {**groups, **{code: frozenset({code}) for code in self.names}}

    @cached_property
    def _areas(self) -> gpd.GeoSeries:
        return gpd.GeoSeries(dict(self.territory), crs=DEGREES).sort_index()

    def municipality_at(self, lat: float, lon: float) -> str | None:
        """Return the code of the municipality that a point (EPSG:4326) lies in.

        The boundary counts as inside; on a shared border the lowest code is returned.
        """
        code: str | None = self.municipalities_at(np.array([lat]), np.array([lon]))[0]
        return code

    def municipalities_at(self, lats: np.ndarray, lons: np.ndarray) -> np.ndarray:
        """Return the code of the municipality that each point lies in; None outside the county."""
        points = shapely.points(lons, lats)
        at, area = self._areas.sindex.query(points, predicate="intersects", sort=True)
        found = np.full(len(points), None, dtype=object)
        found[at[::-1]] = self._areas.index.to_numpy()[area[::-1]]  # the lowest is written last
        return found

    def division(self, division_id: str) -> Division:
        """Return a division by its id; ``KeyError`` if there is none."""
        return {item.id: item for item in self.divisions}[division_id]


def load_geography(data_dir: Path) -> Geography:
    """Read and check the county's geography; ``DataFaults`` with every fault of every file."""
    return accepted(*examine(data_dir))


def examine(data_dir: Path) -> tuple[Geography, list[Fault]]:
    """Read the county's geography as far as it can be read, with every fault of its files."""
    names = ("municipalities.geojson", "territory.geojson", "localities.csv", "divisions.yaml")
    logs = [FaultLog(data_dir / name) for name in names]
    land_log, territory_log, localities_log, divisions_log = logs
    land = read_areas(land_log, Land)
    territory = read_areas(territory_log, Territory).geometry
    note_land_outside_territory(land.geometry, territory=territory, log=land_log)
    divided = read_divisions(divisions_log)
    unsettled = Geography(
        names=_names(land, log=land_log),
        localities=(),
        divisions=divided.divisions if divided else (),
        territory=territory.to_dict(),
        coast_to_mountains=divided.order_coast_to_mountains if divided else (),
    )
    localities = _localities(localities_log, within=unsettled)
    geography = replace(unsettled, localities=localities)
    return geography, [fault for log in logs for fault in log.faults]


def _names(land: gpd.GeoDataFrame, *, log: FaultLog) -> dict[str, str]:
    label = [pd.to_numeric(land[name], errors="coerce") for name in ("label_lon", "label_lat")]
    points = gpd.GeoSeries(gpd.points_from_xy(*label, crs=DEGREES), index=land.index)
    on_land = land.geometry.covers(points)
    off_land = land[~on_land].reset_index().set_index("line")
    off_land.attrs["key"] = "code"
    log.add_rows(off_land, "bad-point/land", field="label_lat, label_lon")
    return dict(land[on_land]["name"].items())


def _localities(log: FaultLog, *, within: Geography) -> tuple[Locality, ...]:
    rows = read_records(log, Locality, key=("id",))
    lats, lons = (np.array([getattr(r, name) for r in rows.values()]) for name in ("lat", "lon"))
    codes = Counter(item.scb_code for item in rows.values())
    there_at = within.municipalities_at(lats, lons)
    for (line, item), there in zip(rows.items(), there_at, strict=True):
        note, code = partial(log.add, line=line, record=item.id), item.municipality_code
        if problem := point_problem(item.lat, item.lon):
            note("bad-point/place", field="lat, lon", problem=problem)
        elif code in within.territory and there != code:
            lies_in = there or "no municipality"
            note("wrong-municipality", field="municipality_code", there=lies_in, code=code)
        if (item.population is None) != (item.population_year is None):
            note("figure-without-year", field="population_year")
        if item.scb_code and codes[item.scb_code] > 1:
            note("duplicate-id/place", field="scb_code", code=item.scb_code)
    if not log.faults:  # a line that was left out may have been the seat
        seats = Counter(item.municipality_code for item in rows.values() if item.is_seat)
        for code in (code for code in MUNICIPALITY_CODES if seats[code] != 1):
            log.add("bad-seat", record=code, field="is_seat", code=code, number=seats[code])
    return tuple(rows.values())


NAME_UNIT = "name"
"""Unit of values that are words, such as the name of a labour market."""
RIGHTS_FILE = "language_rights.yaml"


class Statistic(Row):
    """One figure."""

    municipality_code: OwnMunicipality
    indicator: ShortText
    text: ShortText = Field(alias="value")
    unit: ShortText
    period: ShortText
    source: Text
    note: str = ""

    @property
    def number(self) -> float | None:
        """The value; None for values that are words, NaN for what should be a number and is not."""
        if self.unit == NAME_UNIT:
            return None
        return float(self.text) if re.fullmatch(DECIMAL, self.text) else math.nan


class OfficialLink(Record):
    """A page of an authority."""

    title: LocalText
    url: Url


class LanguageRight(Record):
    """One language and the municipalities in whose administrative area it may be used."""

    id: Slug
    label: LocalText
    text: LocalText
    municipalities: Annotated[tuple[OwnMunicipality, ...], Field(min_length=1)]
    source: OfficialLink
    """What the list of municipalities was read from."""
    links: Annotated[tuple[OfficialLink, ...], Field(min_length=1)]


class _Background(Record):
    """Properties of what is drawn under everything on the map."""

    kind: Literal["sea", "road", "seat"]
    id: str = ""
    name: str = ""
    road: str = ""


def load_statistics(path: Path) -> tuple[Statistic, ...]:
    """Return all figures in file order; ``DataFaults`` with everything that is wrong."""
    if not path.exists():
        return ()  # a region that has none yet
    log = FaultLog(path)
    figures = read_records(log, Statistic, key=("municipality_code", "indicator", "period"))
    for line, row in figures.items():
        if row.number is not None and not 0 <= row.number < math.inf:
            record = f"{row.municipality_code} {row.indicator}"
            log.add("not-a-number", line=line, record=record, field="value", text=row.text)
    return accepted(tuple(figures.values()), log.faults)


@lru_cache(maxsize=2)
def language_rights(data_dir: Path) -> tuple[LanguageRight, ...]:
    """Read the language rights in file order, once; ``DataFaults`` with all that is wrong."""
    path = data_dir / RIGHTS_FILE
    return load_listed(path, LanguageRight, key="languages") if path.exists() else ()


def rights_of(code: str, data_dir: Path) -> tuple[LanguageRight, ...]:
    """Return the languages of one municipality's administrative areas."""
    return tuple(right for right in language_rights(data_dir) if code in right.municipalities)


def check_facts(data_dir: Path) -> list[Fault]:
    """Return every fault of the figures, the language rights and the map's background."""
    background = FaultLog(data_dir / "background.geojson")
    features = read_features(background, _Background, key=None)
    edges = features.geometry.bounds.itertuples(index=False)
    inside = [not (point_problem(s, w) or point_problem(n, e)) for w, s, e, n in edges]
    background.add_rows(features[~np.array(inside, dtype=bool)], "bad-geometry/background")
    if features.empty and not background.faults:
        background.add("empty-file/background")
    faults = background.faults
    read_rights = partial(load_listed, kind=LanguageRight, key="languages")
    for load, name in ((load_statistics, "statistics.csv"), (read_rights, RIGHTS_FILE)):
        path = data_dir / name
        faults += refusal(load, path) if path.exists() else [fault_in(path, "not-yet")]
    return faults
