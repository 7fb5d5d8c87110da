"""The county: places, land, minutes by road, coverage, the strategy's words, sources."""

from __future__ import annotations

import json

import shapely
from shapely.geometry import MultiPolygon, shape

from ris_map.api import schemas
from ris_map.api.calls import HOUR, Call, DataRouter, Document
from ris_map.api.datasets import (
    BOUNDARIES,
    COVERAGE,
    DIVISIONS,
    LOCALITIES,
    STRATEGY,
    TRAVEL,
    Format,
)
from ris_map.api.problems import Problem
from ris_map.api.queries import CoverageQuery, LanguageQuery, TravelQuery
from ris_map.api.records import (
    COVERAGE_COLUMNS,
    LOCALITY_COLUMNS,
    TRAVEL_COLUMNS,
    Record,
    coverage_records,
    layer,
    locality_record,
    travel_records,
)
from ris_map.coverage.cubes import CubeChoice, cube_of
from ris_map.export.geopackage import geopackage
from ris_map.export.tables import csv_bytes
from ris_map.register.reading import register_schema
from ris_map.travel.service import group_id, sources

MAX_PAIRS = 50_000
"""Most trips in one answer; the county has some 13 000."""
router = DataRouter("county")


@router.data(
    "/coverage",
    "Coverage of every municipality, phase and type of support",
    description=(
        "The figures of the coverage page. A figure that does not exist is null with its "
        "reason beside it; unknown is never zero, physical and digital are never added."
    ),
    query=CoverageQuery,
    model=schemas.Coverage,
    files=COVERAGE,
)
def coverage(call: Call[CoverageQuery]) -> Document:
    """Return the coverage cube's cells."""
    cube = cube_of(call.world, cube_choice(call.query))
    cells = _cells(call)
    definition = cube.definition
    return {
        "meta": call.meta(COVERAGE, len(cells)),
        "definition": {
            "on": definition.on.isoformat(),
            "scope": definition.scope.value,
            "strength_area": definition.strength_area,
            "include_outside": definition.include_outside,
            "sourced_only": definition.sourced_only,
            "threshold_minutes": definition.threshold,
            "matrix_version": definition.matrix_version,
            "network_source": definition.network_source,
            "speed_model": definition.speed_model.id,
            "population_year": definition.population_year,
        },
        "cells": cells,
    }


@router.data(
    "/coverage.csv",
    "Coverage, one line per municipality, phase and type of support",
    media_type=Format.CSV,
    query=CoverageQuery,
    files=COVERAGE,
    filename="coverage.csv",
)
def coverage_csv(call: Call[CoverageQuery]) -> bytes:
    """Return the coverage cube's cells, one line each."""
    return csv_bytes(COVERAGE_COLUMNS, _cells(call))


def cube_choice(query: CoverageQuery) -> CubeChoice:
    """Return what the coverage is computed from."""
    return CubeChoice(
        threshold=float(query.grans),
        scope=query.bredd,
        strength_area=query.omrade,
        include_outside=query.utanfor == "ja",
        sourced_only=query.belagt == "ja",
        speed="winter" if query.vinter == "ja" else "summer",
    )


def _cells(call: Call[CoverageQuery]) -> list[Record]:
    return list(coverage_records(call.world, cube_choice(call.query), codes=call.codes))


@router.data(
    "/travel-times",
    "Minutes and kilometres by road from settlements to offices",
    description=(
        "Computed on an estimated road graph, not measured. Closed offices and offices "
        "outside the county are included. plats chooses where the trips begin."
    ),
    query=TravelQuery,
    model=schemas.TravelTimes,
    files=TRAVEL,
)
def travel_times(call: Call[TravelQuery]) -> Document:
    """Return minutes and kilometres by road."""
    matrix = call.world.matrix
    pairs = _trips(call)
    return {
        "meta": call.meta(TRAVEL, len(pairs)),
        "definition": {
            "matrix_version": matrix.version,
            "network_source": matrix.network_source,
            "speed_model": matrix.speed_model.id,
            "unreachable": [*matrix.unreached_settlements, *matrix.unreached_offices],
        },
        "pairs": pairs,
    }


@router.data(
    "/travel-times.csv",
    "Minutes and kilometres by road, one line per trip",
    media_type=Format.CSV,
    query=TravelQuery,
    files=TRAVEL,
    filename="travel-times.csv",
)
def travel_times_csv(call: Call[TravelQuery]) -> bytes:
    """Return trips, one line each."""
    return csv_bytes(TRAVEL_COLUMNS, _trips(call))


def _trips(call: Call[TravelQuery]) -> list[Record]:
    """Return the trips from chosen places to the offices of a chosen actor.

    Every office of the matrix is there, closed ones and those outside the county included.
    """
    world, actor = call.world, call.query.aktor
    if actor and actor not in world.register.by_id:
        raise Problem("unknown-actor", {"value": actor})
    settlements = world.foundations.geography.localities
    origins = frozenset(x.id for x in settlements if x.municipality_code in call.codes)
    destinations = frozenset(
        name for name in world.matrix.office_ids if not actor or name.startswith(f"{actor}/")
    )
    size = len(origins) * len(destinations)
    if size > MAX_PAIRS:
        raise Problem("too-much", {"most": MAX_PAIRS, "asked": size})
    return list(travel_records(world.matrix, origins=origins, destinations=destinations))


@router.data(
    "/places",
    "Municipalities and groups of them: what plats may be",
    model=schemas.Places,
    files=DIVISIONS,
    cache=HOUR,
)
def places(call: Call[LanguageQuery]) -> Document:
    """Return municipalities and groups of them."""
    geography = call.world.foundations.geography
    seats = {item.municipality_code: item.id for item in geography.localities if item.is_seat}
    listed = [
        {"code": item.code, "name": item.name, "seat": seats[item.code]}
        for item in geography.municipalities
    ]
    groups = [
        {
            "id": group_id(division.id, group.id),
            "label": group.label.model_dump(),
            "division": division.label.model_dump(),
            "is_inland": group.is_inland,
            "municipalities": list(group.municipalities),
        }
        for division in geography.divisions
        for group in division.groups
        if len(group.municipalities) > 1
    ]
    meta = call.meta(DIVISIONS, len(listed) + len(groups))
    return {"meta": meta, "municipalities": listed, "groups": groups}


@router.data(
    "/municipalities.geojson",
    "Land of the municipalities, simplified (EPSG:4326)",
    media_type=Format.GEOJSON,
    model=schemas.Features,
    files=BOUNDARIES,
    cache=HOUR,
)
def municipalities_geojson(call: Call[LanguageQuery]) -> Document:
    """Return the land of the municipalities."""
    features = [{**feature, "id": feature["properties"]["code"]} for feature in _land(call)]
    meta = call.meta(BOUNDARIES, len(features))
    return {"type": "FeatureCollection", "meta": meta, "features": features}


@router.data(
    "/municipalities.gpkg",
    "Land of the municipalities as a GeoPackage in SWEREF 99 TM (EPSG:3006)",
    media_type=Format.GEOPACKAGE,
    files=BOUNDARIES,
    cache=HOUR,
    filename="municipalities.gpkg",
)
def municipalities_geopackage(call: Call[LanguageQuery]) -> bytes:
    """Return the land of the municipalities as a layer of polygons."""
    features = _land(call)
    areas = [shape(feature["geometry"]) for feature in features]
    made = layer(
        "municipalities",
        ("code", "name", "label_lat", "label_lon"),
        [feature["properties"] for feature in features],
        terms=call.terms(BOUNDARIES),
        geometries=[a if a.geom_type == "MultiPolygon" else MultiPolygon([a]) for a in areas],
        kind="MULTIPOLYGON",
    )
    return geopackage([made], changed=call.changed(BOUNDARIES))


def _land(call: Call[LanguageQuery]) -> list[Document]:
    path = call.site.served.data_dir / "municipalities.geojson"
    features: list[Document] = json.loads(path.read_text(encoding="utf-8"))["features"]
    return features


@router.data(
    "/localities",
    "Settlements with their population where it is known",
    model=schemas.Localities,
    files=LOCALITIES,
    cache=HOUR,
)
def localities(call: Call[LanguageQuery]) -> Document:
    """Return the settlements."""
    listed = [locality_record(item) for item in call.world.foundations.geography.localities]
    return {"meta": call.meta(LOCALITIES, len(listed)), "localities": listed}


@router.data(
    "/localities.csv",
    "Settlements, one line each",
    media_type=Format.CSV,
    files=LOCALITIES,
    cache=HOUR,
    filename="localities.csv",
)
def localities_csv(call: Call[LanguageQuery]) -> bytes:
    """Return the settlements, one line each."""
    return csv_bytes(
        LOCALITY_COLUMNS, map(locality_record, call.world.foundations.geography.localities)
    )


@router.data(
    "/localities.gpkg",
    "Settlements as a GeoPackage in SWEREF 99 TM (EPSG:3006)",
    media_type=Format.GEOPACKAGE,
    files=LOCALITIES,
    cache=HOUR,
    filename="localities.gpkg",
)
def localities_geopackage(call: Call[LanguageQuery]) -> bytes:
    """Return the settlements as a layer of points."""
    settlements = call.world.foundations.geography.localities
    made = layer(
        "localities",
        LOCALITY_COLUMNS,
        [locality_record(item) for item in settlements],
        terms=call.terms(LOCALITIES),
        geometries=[shapely.Point(item.lon, item.lat) for item in settlements],
        kind="POINT",
    )
    return geopackage([made], changed=call.changed(LOCALITIES))


@router.data(
    "/strategy",
    "The strategy's phases, types of support, strength areas and terms in words",
    model=schemas.Vocabulary,
    files=STRATEGY,
    cache=HOUR,
)
def strategy(call: Call[LanguageQuery]) -> Document:
    """Return the strategy's words."""
    words = call.world.foundations.strategy.model_dump(mode="json")
    return {"meta": call.meta(STRATEGY, 1), "vocabulary": words}


@router.data(
    "/schema",
    "JSON Schema of the actor register",
    media_type="application/schema+json",
    cache=HOUR,
)
def schema(_: Call[LanguageQuery]) -> Document:
    """Return the JSON Schema of the register."""
    return register_schema()


@router.data(
    "/sources",
    "Where every data file comes from, with licences",
    model=schemas.Sources,
    cache=HOUR,
)
def provenance(call: Call[LanguageQuery]) -> Document:
    """Return where every data file comes from."""
    listed = [item.model_dump(mode="json") for item in sources(call.site.served.data_dir)]
    return {"meta": call.meta((), len(listed)), "sources": listed}
