"""The county: places and land, ways and minutes by road, coverage, the strategy's words, sources.

A figure that does not exist is None, with a state beside it that says why; no record ever holds
"not a number" or infinity.
"""

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path
from types import SimpleNamespace
from typing import Annotated, Any

import numpy as np
import pandas as pd
from pydantic import BeforeValidator, Field, create_model

from ris_map.api.calls import (
    OF_ERROR,
    Call,
    Count,
    DataRouter,
    Document,
    FigureState,
    Finite,
    Meta,
    Minutes,
    Share,
    TypicalError,
    listing,
    of,
)
from ris_map.api.datasets import COVERAGE, DIVISIONS, ROADS
from ris_map.api.queries import (
    CellsQuery,
    CoverageQuery,
    LanguageQuery,
    Problem,
    TravelQuery,
    WayQuery,
)
from ris_map.common.records import MunicipalityCode, Record, Slug
from ris_map.coverage.cube import THRESHOLDS, CellState, Certainty, cube_of, share_range, supply_of
from ris_map.export.tables import Row
from ris_map.register.reading import register_schema
from ris_map.register.strategy import Strategy
from ris_map.register.vocabulary import Answer, Phase, Scope, ServiceType, StrengthArea
from ris_map.travel.network import SPEED_MODELS
from ris_map.travel.routes import Leg, routes_from
from ris_map.travel.world import DataSource, sources
from ris_map.words.language import LocalText

FEWEST_SHOWN = 10
"""Fewer residents of a square than this are not told as a number."""
WAY = (*ROADS, "data/people/population_1km.csv")
Km = Annotated[float, Field(ge=0)]
router = DataRouter("county", COVERAGE)


class Municipality(Record):
    """A municipality."""

    code: MunicipalityCode
    name: str
    seat: Slug
    """Its central settlement, see /localities."""


class PlaceGroup(Record):
    """A group of municipalities that can be chosen as a place."""

    id: str
    label: LocalText
    division: LocalText
    is_inland: bool | None
    municipalities: tuple[MunicipalityCode, ...]


Places = listing(
    "Places",
    "What ``plats`` may be.",
    Meta,
    municipalities=tuple[Municipality, ...],
    groups=tuple[PlaceGroup, ...],
)


@router.data("/places", model=Places, files=DIVISIONS)
def places(call: Call[LanguageQuery]) -> Document:
    """Municipalities and groups of them: what plats may be."""
    geography = call.world.foundations.geography
    seats, names = geography.seats, geography.names.items()
    listed = [{"code": code, "name": name, "seat": seats[code].id} for code, name in names]
    groups = [
        {**dict(group), "id": name, "division": division.label}
        for name, (division, group) in geography.groups.items()
    ]
    meta = call.meta(len(listed) + len(groups))
    return {"meta": meta, "municipalities": listed, "groups": groups}


@router.data("/municipalities.geojson")
def municipalities_geojson(call: Call[LanguageQuery]) -> Document:
    """Land of the municipalities, simplified (EPSG:4326)."""
    land = [{**a, "id": a["properties"]["code"]} for a in land_of(call.site.served.data_dir)]
    return {"type": "FeatureCollection", "meta": call.meta(len(land)), "features": land}


@router.data("/municipalities.gpkg", columns=("code", "name", "label_lat", "label_lon"))
def municipalities(call: Call[LanguageQuery]) -> list[Row]:
    """Land of the municipalities as a GeoPackage in SWEREF 99 TM (EPSG:3006)."""
    land = land_of(call.site.served.data_dir)
    return [{**area["properties"], "geometry": area["geometry"]} for area in land]


@lru_cache(maxsize=2)
def land_of(data_dir: Path) -> list[Document]:
    """Return the municipalities as they stand in their file, read once."""
    path = data_dir / "municipalities.geojson"
    land: list[Document] = json.loads(path.read_text(encoding="utf-8"))["features"]
    return land


class Settlement(Record):
    """A settlement as a point (EPSG:4326)."""

    id: Slug
    scb_code: str | None
    name: str
    municipality_code: MunicipalityCode
    lat: float
    lon: float
    population: Count | None
    population_year: int | None
    population_state: str
    """``unknown`` where the population is null: unknown is not zero."""
    kind: str
    is_seat: bool
    source: str
    note: str | None


Localities = listing("Localities", "Settlements.", Meta, localities=tuple[Settlement, ...])
LOCALITY_COLUMNS = tuple(Settlement.model_fields)


@router.data(
    "/localities.gpkg",
    columns=LOCALITY_COLUMNS,
    text="Settlements as a GeoPackage in SWEREF 99 TM (EPSG:3006)",
)
@router.data("/localities.csv", columns=LOCALITY_COLUMNS, text="Settlements, one line each")
@router.data("/localities", model=Localities)
def localities(call: Call[LanguageQuery]) -> list[Row]:
    """Settlements with their population where it is known."""
    return [
        {
            **dict(item),
            "population_state": "unknown" if item.population is None else "known",
            "note": item.note or None,
        }
        for item in call.world.foundations.geography.localities
    ]


class TravelDefinition(Record):
    """How minutes were computed."""

    matrix_version: str = of("matrix", "version")
    network_source: str = of("matrix", "network_source")
    speed_model: str = of("matrix", "speed_model", "id")
    unreachable: tuple[str, ...]
    """Places with no way to the other side of the matrix."""


class Trip(Record):
    """The fastest way by car from a settlement to an office."""

    from_: Annotated[Slug, Field(alias="from")]
    to: str
    """Actor and office, with a slash between."""
    minutes: Annotated[Minutes | None, Finite]
    km: Annotated[Km | None, Finite]
    state: FigureState


TravelTimes = listing(
    "TravelTimes", "Travel times.", definition=TravelDefinition, pairs=tuple[Trip, ...]
)


@router.data("/travel-times", TravelQuery, model=TravelTimes)
def travel_times(call: Call[TravelQuery]) -> Document:
    """Minutes and kilometres by road from settlements to offices.

    Computed on an estimated road graph, not measured. Closed offices and offices outside the county
    are included. plats chooses where the trips begin.
    """
    matrix, pairs = call.world.matrix, _trips(call)
    places = call.world.foundations.joined_settlements.unreached(matrix.settlement_ids)
    offices = call.world.joined_offices.unreached(matrix.office_ids)
    definition = SimpleNamespace(matrix=matrix, unreachable=(*places, *offices))
    return {"meta": call.meta(len(pairs)), "definition": definition, "pairs": pairs}


@router.data("/travel-times.csv", TravelQuery, columns=("from", "to", "minutes", "km", "state"))
def _trips(call: Call[TravelQuery]) -> Sequence[Row]:
    """Minutes and kilometres by road, one line per trip."""
    # every office of the matrix is there, closed ones and those outside the county included
    world, matrix, actor = call.world, call.world.matrix, call.query.actor
    if actor and actor not in world.register.by_id:
        raise Problem("unknown-actor", {"parameter": "aktor", "value": actor})
    places = world.foundations.geography.localities
    here = [place.id for place in places if place.municipality_code in call.codes]
    trips = pd.DataFrame(
        {
            "from": np.repeat(matrix.settlement_ids, len(matrix.office_ids)),
            "to": np.tile(matrix.office_ids, len(matrix.settlement_ids)),
            "minutes": matrix.settlement_minutes.T.ravel(),
            "km": matrix.settlement_km.T.ravel(),
            "state": map(_state, matrix.settlement_minutes.T.ravel()),
        }
    )
    theirs = f"{actor}/" if actor else ""
    asked = trips["from"].isin(here) & trips["to"].str.startswith(theirs)
    return trips[asked].to_dict("records")


def _state(value: float) -> FigureState:
    if math.isnan(value):
        return FigureState.NOBODY_LOCATED
    return FigureState.UNREACHABLE if math.isinf(value) else FigureState.KNOWN


class Point(Record):
    """A point in degrees (EPSG:4326)."""

    lat: float
    lon: float


class Way(Record):
    """The fastest way by car between two points."""

    meta: Meta
    from_: Annotated[Point, Field(alias="from")]
    to: Point
    speed_model: str
    state: FigureState
    ferry_only: bool
    """Whether an end is on an island that only a ferry reaches."""
    minutes: Minutes | None
    km: Km | None
    minutes_by_model: dict[str, Minutes]
    roads: tuple[str, ...]
    """Numbers in driving order."""
    legs: tuple[Leg, ...]
    schematic_km: Km | None
    off_network_km: Km | None
    """Before the first and after the last road: straight line x 1.3."""
    line: tuple[tuple[float, float], ...]
    """Longitude and latitude of the course, for drawing."""
    typical_error: TypicalError | None


@router.data("/travel", WayQuery, model=Way, files=WAY)
def way(call: Call[WayQuery]) -> Document:
    """The way by car between any two points.

    Minutes, kilometres and roads in driving order, with the range over the speed models. Parts on
    roads whose course is only sketched are said to be so. Points outside the county are answered as
    far as the roads that lead out of it go.
    """
    base, (start, stop) = call.world.foundations, call.query.ends
    model = next(one.id for one in SPEED_MODELS if one.key == call.query.model)
    ends = [base.joined(lat=[lat], lon=[lon]) for lat, lon in (start, stop)]
    routes = {one.id: routes_from(*ends, speed_model=one)[0] for one in SPEED_MODELS}
    route = routes[model]
    figures = ("minutes", "km", "schematic_km", "off_network_km")
    return {
        "meta": call.meta(int(route is not None)),
        "from": dict(zip(("lat", "lon"), start, strict=True)),
        "to": dict(zip(("lat", "lon"), stop, strict=True)),
        "speed_model": model,
        "state": FigureState.KNOWN if route else FigureState.UNREACHABLE,
        "ferry_only": bool(base.cells.only_ferry(*np.array([start, stop]).T).any()),
        **{name: getattr(route, name, None) for name in figures},
        "minutes_by_model": {name: one.minutes for name, one in routes.items() if one},
        "roads": route.roads if route else (),
        "legs": route.legs if route else (),
        "line": tuple((lon, lat) for lat, lon in route.line) if route else (),
        "typical_error": call.typical_error(),
    }


class CoverageAsked(Record):
    """What the coverage depends on."""

    on: Annotated[str, BeforeValidator(str)] = of("table", "on")
    scope: Scope = of("choice", "scope")
    strength_area: StrengthArea | None = of("choice", "strength_area")
    include_outside: bool = of("choice", "include_outside")
    sourced_only: bool = of("choice", "sourced_only")
    threshold_minutes: float = of("choice", "threshold")
    matrix_version: str = of("matrix", "version")
    network_source: str = of("matrix", "network_source")
    speed_model: str = of("matrix", "speed_model", "id")
    population_year: int = of("population", "year")


_FIGURES = (
    *("median_minutes", "p90_minutes", "mean_minutes", "shortfall_minutes"),
    *("nearest_minutes_from_seat", "median_minutes_at_best"),
)
"""Shortfall: mean minutes beyond the chosen limit, over all residents with a road."""
SomeShare = Annotated[Share | None, Finite]
_ROW: dict[str, Any] = dict(
    municipality_code=MunicipalityCode,
    municipality=str,
    phase=Phase,
    service_type=ServiceType,
    state=CellState,
    certainty=Certainty,
    offices_on_site=Count,
    located_residents=Count,
    population_state=FigureState,
    **{f"people_within_{limit:g}": Count for limit in THRESHOLDS},
    **{f"share_within_{limit:g}": SomeShare for limit in THRESHOLDS},
    **{f"share_{end}": SomeShare for end in ("low", "high", "at_best")},
    **{
        name + ending: kind
        for name in _FIGURES
        for ending, kind in (("", Annotated[Minutes | None, Finite]), ("_state", FigureState))
    },
    nearest_office=str | None,
    nearest_town=str | None,
    **dict.fromkeys(("visit", "digital", "phone"), Answer),
    **dict.fromkeys(("is_borderline", "is_maybe_physical", "is_maybe_remote"), bool),
    doubtful_share=SomeShare,
)
CoverageRow: Any = create_model("Cell", __base__=Record, **_ROW)
"""A null figure has its reason in ``_state``; ``share_low`` and ``share_high`` are within the limit
over the speed models, ``share_at_best`` if everything unknown turned out well."""
COVERAGE_COLUMNS = tuple(CoverageRow.model_fields)


Coverage = listing(
    "Coverage",
    "Coverage of every municipality, phase and type of support.",
    definition=CoverageAsked,
    cells=tuple[CoverageRow, ...],
)


@router.data("/coverage", CoverageQuery, model=Coverage)
def coverage(call: Call[CoverageQuery]) -> Document:
    """Coverage of every municipality, phase and type of support.

    The figures of the coverage page. A figure that does not exist is null with its reason beside
    it; unknown is never zero, physical and digital are never added.
    """
    cube, cells = cube_of(call.world, call.query.cube_choice), list(coverage_rows(call))
    return {"meta": call.meta(len(cells)), "definition": cube, "cells": cells}


@router.data("/coverage.csv", CoverageQuery, columns=(*COVERAGE_COLUMNS, *OF_ERROR))
def coverage_rows(call: Call[CoverageQuery]) -> Iterator[Row]:
    """Coverage, one line per municipality, phase and type of support."""
    world, choice = call.world, call.query.cube_choice
    names = world.foundations.geography.names
    ends = [values.reshape(-1).tolist() for values in share_range(world, choice)]
    for cell, low, high in zip(cube_of(world, choice).cells(), *ends, strict=True):
        if cell.municipality_code not in call.codes:
            continue
        is_known = cell.located_residents > 0
        known = {
            **asdict(cell),
            "municipality": names[cell.municipality_code],
            "share_low": low,
            "share_high": high,
            "population_state": FigureState.KNOWN if is_known else FigureState.NOBODY_LOCATED,
            "nearest_office": cell.nearest_office_id,
            **{f"{name}_state": _state(getattr(cell, name)) for name in _FIGURES},
        }
        for index, limit in enumerate(THRESHOLDS):
            known[f"people_within_{limit:g}"] = cell.people_within[index]
            known[f"share_within_{limit:g}"] = cell.share_within[index]
        yield {column: known[column] for column in COVERAGE_COLUMNS}


CELL_COLUMNS = (
    *("cell", "lat", "lon", "municipality_code", "municipality", "residents", "minutes"),
    *("state", "is_uncertain", "ferry_only", "nearest_office", "nearest_town"),
)


@router.data("/cells.csv", CellsQuery, columns=(*CELL_COLUMNS, *OF_ERROR))
@router.data(
    "/cells.geojson",
    CellsQuery,
    columns=CELL_COLUMNS,
    text="Every inhabited square of 1 km as a point (EPSG:4326)",
)
def cell_rows(call: Call[CellsQuery]) -> Sequence[Row]:
    """Every inhabited square of 1 km: residents, minutes, nearest office.

    Filters as on the coverage page. Squares with fewer than ten residents have 1-9 instead of a
    number.
    """
    query, world, choice = call.query, call.world, call.query.cube_choice
    cells, supply = world.cells, supply_of(world, choice, query.phases, query.service_types)
    # a last row for "no office": the nearest of none is infinitely far away
    offices = np.append(supply.offices, -1)
    reach = np.vstack([supply.shared.of(supply.offices), np.full(len(cells.ids), np.inf)])
    minutes = reach.min(axis=0)
    nearest = np.where(np.isfinite(minutes), offices[reach.argmin(axis=0)], -1)
    code = np.array(cells.municipality_codes)[cells.municipality]
    squares = pd.DataFrame(
        {
            "id": cells.ids,
            "cell": cells.ids,
            "lat": cells.lat,
            "lon": cells.lon,
            "municipality_code": code,
            "municipality": pd.Series(code).map(world.foundations.geography.names),
            "residents": pd.Series(cells.population, dtype=object).mask(
                cells.population < FEWEST_SHOWN, f"1-{FEWEST_SHOWN - 1}"
            ),
            "minutes": minutes,
            "state": map(_state, minutes),
            "is_uncertain": supply.is_unknown,
            "ferry_only": cells.is_ferry,
            "nearest_office": np.array([*supply.table.office_ids, None])[nearest],
            "nearest_town": np.array([*(x.town for x in supply.table.offices), None])[nearest],
        }
    )
    return squares[squares.municipality_code.isin(call.codes)].to_dict("records")


Vocabulary = listing("Vocabulary", "The strategy's words.", Meta, vocabulary=Strategy)
Sources = listing(
    "Sources", "Where every data file comes from.", Meta, sources=tuple[DataSource, ...]
)


@router.data("/strategy", model=Vocabulary)
def strategy(call: Call[LanguageQuery]) -> Document:
    """The strategy's phases, types of support, strength areas and terms in words."""
    return {"meta": call.meta(1), "vocabulary": call.world.foundations.strategy}


@router.data("/schema", media_type="application/schema+json", files=())
def schema(_: Call[LanguageQuery]) -> Document:
    """JSON Schema of the actor register."""
    return register_schema()


@router.data("/sources", model=Sources, files=())
def provenance(call: Call[LanguageQuery]) -> tuple[DataSource, ...]:
    """Where every data file comes from, with licences."""
    return sources(call.site.served.data_dir)
