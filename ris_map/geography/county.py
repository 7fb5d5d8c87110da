"""Municipalities, localities and divisions of the county: read once, checked at the edge.

All points and polygons are WGS 84 degrees (EPSG:4326).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import shapely

from ris_map.common.faults import Fault, GeodataFaults
from ris_map.common.tables import FaultLog, Row, read_rows
from ris_map.geography.boundaries import (
    Feature,
    Polygons,
    checked_polygons,
    note_land_outside_territory,
    read_features,
)
from ris_map.geography.codes import MUNICIPALITY_CODES
from ris_map.geography.divisions import Division, DivisionGroup, read_divisions

__all__ = [
    "Division",
    "DivisionGroup",
    "Geography",
    "Locality",
    "Municipality",
    "check_geography",
    "load_geography",
]

LOCALITY_COLUMNS = (
    "id",
    "scb_code",
    "name",
    "municipality_code",
    "lat",
    "lon",
    "population",
    "population_year",
    "kind",
    "is_seat",
    "source",
    "note",
)
LOCALITY_KINDS = ("tatort", "village")
"""``tatort``: an urban area of SCB, at least 200 people; ``village``: any smaller place."""
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Municipality:
    """A municipality and a point on its mainland where a label can stand (EPSG:4326)."""

    code: str
    name: str
    label_lat: float
    label_lon: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Locality:
    """A settlement as a point (EPSG:4326). A ``population`` of ``None`` means unknown."""

    id: str
    scb_code: str | None
    name: str
    municipality_code: str
    lat: float
    lon: float
    population: int | None
    population_year: int | None
    kind: str
    is_seat: bool
    source: str
    note: str


@dataclass(frozen=True, kw_only=True, eq=False)
class Geography:
    """The county: its parts, and which part a point lies in.

    Parameters
    ----------
    municipalities, localities, divisions : tuple
        In the order of their files; the first division is the default.
    territory : mapping of str to shapely geometry
        Polygon with the sea per municipality code, EPSG:4326.
    coast_to_mountains : tuple of str
        Municipality codes from the coast inwards.
    """

    municipalities: tuple[Municipality, ...]
    localities: tuple[Locality, ...]
    divisions: tuple[Division, ...]
    territory: Mapping[str, shapely.Geometry]
    coast_to_mountains: tuple[str, ...] = ()

    @cached_property
    def _tree(self) -> shapely.STRtree:
        return shapely.STRtree(list(self.territory.values()))

    @cached_property
    def _municipality_by_code(self) -> dict[str, Municipality]:
        return {item.code: item for item in self.municipalities}

    @cached_property
    def _locality_by_id(self) -> dict[str, Locality]:
        return {item.id: item for item in self.localities}

    @cached_property
    def _division_by_id(self) -> dict[str, Division]:
        return {item.id: item for item in self.divisions}

    def municipality_at(self, lat: float, lon: float) -> str | None:
        """Return the code of the municipality that a point (EPSG:4326) lies in.

        The boundary counts as inside; on a shared border the lowest code is returned.
        """
        hits = self._tree.query(shapely.Point(lon, lat), predicate="intersects")
        codes = list(self.territory)
        return min((codes[hit] for hit in hits), default=None)

    def municipality(self, code: str) -> Municipality:
        """Return a municipality by its code; ``KeyError`` if there is none."""
        return self._municipality_by_code[code]

    def division(self, division_id: str) -> Division:
        """Return a division by its id; ``KeyError`` if there is none."""
        return self._division_by_id[division_id]

    def locality(self, locality_id: str) -> Locality:
        """Return a locality by its id; ``KeyError`` if there is none."""
        return self._locality_by_id[locality_id]


def load_geography(data_dir: Path) -> Geography:
    """Read and check the county's geography.

    Raises
    ------
    GeodataFaults
        With every fault of every file, if there is any error.
    """
    geography, faults = _examine(data_dir)
    if any(fault.is_error for fault in faults):
        raise GeodataFaults(faults)
    return geography


def check_geography(data_dir: Path) -> list[Fault]:
    """Return every fault of the geography's files; empty when there is none."""
    return _examine(data_dir)[1]


def _examine(data_dir: Path) -> tuple[Geography, list[Fault]]:
    names = ("municipalities.geojson", "territory.geojson", "localities.csv", "divisions.yaml")
    logs = [FaultLog(data_dir / name) for name in names]
    land_log, territory_log, localities_log, divisions_log = logs
    features = read_features(land_log)
    land = checked_polygons(features, log=land_log)
    territory = checked_polygons(read_features(territory_log), log=territory_log)
    note_land_outside_territory(land, territory=territory, log=land_log)
    divided = read_divisions(divisions_log)
    unsettled = Geography(
        municipalities=tuple(_municipalities(features, land=land, log=land_log)),
        localities=(),
        divisions=divided.divisions if divided else (),
        territory=territory,
        coast_to_mountains=divided.order_coast_to_mountains if divided else (),
    )
    localities = _localities(localities_log, within=unsettled)
    geography = replace(unsettled, localities=localities)
    return geography, [fault for log in logs for fault in log.faults]


def _municipalities(
    features: Sequence[Feature], *, land: Polygons, log: FaultLog
) -> Iterator[Municipality]:
    for feature in features:
        code, name, lat, lon = (
            feature.properties.get(key) for key in ("code", "name", "label_lat", "label_lon")
        )
        if code not in land:
            continue  # noted with its polygon
        if not (isinstance(lat, float) and isinstance(lon, float)) or not shapely.covers(
            land[code], shapely.Point(lon, lat)
        ):
            log.add(
                f"The label point ({lat!r}, {lon!r}) is no point on its land.",
                action="Give label_lat and label_lon in degrees, inside the polygon.",
                code="bad-point",
                line=feature.line,
                record=code,
                field="label_lat, label_lon",
            )
            continue
        yield Municipality(code=code, name=str(name), label_lat=lat, label_lon=lon)


def _localities(log: FaultLog, *, within: Geography) -> tuple[Locality, ...]:
    rows = read_rows(log, columns=LOCALITY_COLUMNS, key="id")
    localities = tuple(_locality(row, within=within) for row in rows)
    if rows:
        _note_repeated_scb_codes(rows)
        _note_seats(localities, log=log)
    return localities


def _locality(row: Row, *, within: Geography) -> Locality:
    if not _SLUG.fullmatch(row.record):
        row.fault(
            f"'{row.record}' is not an id.",
            action="Use a-z, 0-9 and single hyphens.",
            code="bad-id",
            field="id",
        )
    lat, lon = row.point()
    code = row.choice("municipality_code", allowed=MUNICIPALITY_CODES)
    found = within.municipality_at(lat, lon)
    has_point = math.isfinite(lat)  # otherwise the point was noted already
    if has_point and code in within.territory and found != code:
        row.fault(
            f"The point lies in {found or 'no municipality'}, not in {code}.",
            action="Correct the point or the code.",
            code="wrong-municipality",
            field="municipality_code",
        )
    population, year = row.optional_count("population"), row.optional_count("population_year")
    if bool(row.cells["population"]) != bool(row.cells["population_year"]):
        row.fault(
            "Population and year belong together.",
            action="Give both or neither.",
            code="figure-without-year",
            field="population_year",
        )
    return Locality(
        id=row.record,
        scb_code=row.cells["scb_code"] or None,
        name=row.required("name"),
        municipality_code=code,
        lat=lat,
        lon=lon,
        population=population,
        population_year=year,
        kind=row.choice("kind", allowed=LOCALITY_KINDS),
        is_seat=row.choice("is_seat", allowed=("true", "false")) == "true",
        source=row.required("source"),
        note=row.cells["note"],
    )


def _note_repeated_scb_codes(rows: Sequence[Row]) -> None:
    seen: set[str] = set()
    for row in rows:
        code = row.cells["scb_code"]
        if code in seen:
            row.fault(
                f"The code {code} belongs to an earlier line.",
                action="Correct it.",
                code="duplicate-id",
                field="scb_code",
            )
        seen |= {code} - {""}


def _note_seats(localities: Sequence[Locality], *, log: FaultLog) -> None:
    seats = [locality.municipality_code for locality in localities if locality.is_seat]
    for code in MUNICIPALITY_CODES:
        if seats.count(code) != 1:
            log.add(
                f"{code} has {seats.count(code)} seats instead of one.",
                action="Mark its central locality with is_seat true, and no other.",
                code="bad-seat",
                record=code,
                field="is_seat",
            )
