"""JSON and GeoJSON answers as plain documents; their shapes stand in :mod:`ris_map.api.schemas`."""

from __future__ import annotations

import json
from typing import Any

from ris_map.api.asked import Asked
from ris_map.api.datasets import Terms
from ris_map.api.geojson import actor_features, feature_collection, office_features
from ris_map.api.problems import Problem
from ris_map.api.records import (
    Record,
    coverage_records,
    locality_record,
    travel_records,
)
from ris_map.geography.boundaries import sweref_point
from ris_map.register.model import Actor
from ris_map.register.register import register_schema
from ris_map.register.selection import selected_offices
from ris_map.travel.service import group_id, sources

Document = dict[str, Any]

ACTORS = ("data/actors.yaml",)
BOUNDARIES = ("data/municipalities.geojson",)
DIVISIONS = ("data/divisions.yaml", "data/territory.geojson")
LOCALITIES = ("data/localities.csv",)
STRATEGY = ("data/strategy.yaml",)
TRAVEL = ("data/actors.yaml", *LOCALITIES, "data/roads/nodes.csv", "data/roads/edges.csv")
COVERAGE = (*TRAVEL, "data/statistics.csv")
MAX_PAIRS = 50_000
"""Most trips in one answer; the county has some 13 000."""


def encoded(document: object) -> bytes:
    """Return a document as JSON; "not a number" and infinity are errors, never written."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def actors(asked: Asked) -> Document:
    """Return the selected actors with all that the register holds about them."""
    listed = [
        {
            **_dumped(match.actor),
            "group": match.group.value,
            "matching_offices": [office.id for office in match.offices],
        }
        for match in asked.selection.matches
    ]
    return {"meta": register_meta(asked, ACTORS, len(listed)), "actors": listed}


def one_actor(asked: Asked) -> Document:
    """Return one actor.

    Raises
    ------
    Problem
        If the register has no such actor.
    """
    found = asked.moment.state.register.by_id.get(asked.actor_id)
    if found is None:
        raise Problem("unknown-actor", {"value": asked.actor_id})
    return {"meta": register_meta(asked, ACTORS, 1), "actor": _dumped(found)}


def actors_geojson(asked: Asked) -> Document:
    """Return the selected actors as points of their offices."""
    features = list(actor_features(asked.selection, on=asked.moment.world.on))
    return feature_collection(features, meta=register_meta(asked, ACTORS, len(features)))


def offices(asked: Asked) -> Document:
    """Return the offices of the selected actors."""
    listed = []
    for match, office in selected_offices(asked.selection, on=asked.moment.world.on):
        north, east = sweref_point(office.lat, office.lon)
        own = {"actor": match.actor.id, "actor_name": match.actor.name, "group": match.group.value}
        point = {"sweref_north": north, "sweref_east": east}
        listed.append({**office.model_dump(mode="json"), **own, **point})
    return {"meta": register_meta(asked, ACTORS, len(listed)), "offices": listed}


def offices_geojson(asked: Asked) -> Document:
    """Return the offices of the selected actors as points."""
    features = list(office_features(asked.selection, on=asked.moment.world.on))
    return feature_collection(features, meta=register_meta(asked, ACTORS, len(features)))


def places(asked: Asked) -> Document:
    """Return municipalities and groups of them."""
    geography = asked.moment.world.foundations.geography
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
    meta = _meta(asked.terms(DIVISIONS), len(listed) + len(groups))
    return {"meta": meta, "municipalities": listed, "groups": groups}


def municipalities_geojson(asked: Asked) -> Document:
    """Return the land of the municipalities."""
    path = asked.site.served.data_dir / "municipalities.geojson"
    found = json.loads(path.read_text(encoding="utf-8"))["features"]
    features = [{**feature, "id": feature["properties"]["code"]} for feature in found]
    return feature_collection(features, meta=_meta(asked.terms(BOUNDARIES), len(features)))


def localities(asked: Asked) -> Document:
    """Return the settlements."""
    found = [locality_record(x) for x in asked.moment.world.foundations.geography.localities]
    return {"meta": _meta(asked.terms(LOCALITIES), len(found)), "localities": found}


def trips(asked: Asked) -> list[Record]:
    """Return the trips that are asked for: from chosen places to the offices of a chosen actor.

    Every office of the matrix is there, closed ones and those outside the county included.

    Raises
    ------
    Problem
        If there are too many, or no such actor.
    """
    world = asked.moment.world
    matrix, actor = world.matrix, asked.one("aktor")
    if actor and actor not in world.register.by_id:
        raise Problem("unknown-actor", {"value": actor})
    settlements = world.foundations.geography.localities
    origins = frozenset(x.id for x in settlements if x.municipality_code in asked.codes)
    destinations = frozenset(
        name for name in matrix.destination_ids if not actor or name.startswith(f"{actor}/")
    )
    size = len(origins) * len(destinations)
    if size > MAX_PAIRS:
        raise Problem("too-much", {"most": MAX_PAIRS, "asked": size})
    return list(travel_records(matrix, origins=origins, destinations=destinations))


def travel_times(asked: Asked) -> Document:
    """Return minutes and kilometres by road."""
    matrix = asked.moment.world.matrix
    pairs = trips(asked)
    return {
        "meta": register_meta(asked, TRAVEL, len(pairs)),
        "definition": {
            "matrix_version": matrix.version,
            "network_source": matrix.network_source,
            "speed_model": matrix.speed_model.id,
            "unreachable": [place.id for place in matrix.unreachable],
        },
        "pairs": pairs,
    }


def coverage(asked: Asked) -> Document:
    """Return the coverage cube's cells."""
    world = asked.moment.world
    cube = world.cube(asked.cube_choice)
    found = list(coverage_records(cube, geography=world.foundations.geography, codes=asked.codes))
    definition = cube.definition
    return {
        "meta": register_meta(asked, COVERAGE, len(found)),
        "definition": {
            "on": definition.on.isoformat(),
            "scope": definition.scope.value,
            "strength_area": definition.strength_area,
            "include_outside": definition.include_outside,
            "threshold_minutes": definition.threshold,
            "matrix_version": definition.matrix_version,
            "network_source": definition.network_source,
            "speed_model": definition.speed_model.id,
            "population_year": definition.population_year,
        },
        "cells": found,
    }


def strategy(asked: Asked) -> Document:
    """Return the strategy's words."""
    words = asked.moment.world.foundations.strategy
    meta = _meta(asked.terms(STRATEGY), 1)
    return {"meta": meta, "vocabulary": words.model_dump(mode="json")}


def schema(_: Asked) -> Document:
    """Return the JSON Schema of the register."""
    return register_schema()


def provenance(asked: Asked) -> Document:
    """Return where every data file comes from."""
    found = [item.model_dump(mode="json") for item in sources(asked.site.served.data_dir)]
    return {"meta": _meta(Terms("CC0-1.0", ()), len(found)), "sources": found}


def register_meta(asked: Asked, files: tuple[str, ...], count: int) -> Document:
    """Return the terms of an answer made from the register, and which register that is."""
    state = asked.moment.state
    return {
        **_meta(asked.terms(files), count),
        "register_date": state.register.meta.reference_date,
        "on": asked.moment.world.on.isoformat(),
        "register_outdated": state.is_outdated,
        "filter": {name: list(values) for name, values in asked.query.items() if name != "lang"},
    }


def _meta(terms: Terms, count: int) -> Document:
    return {
        "licence": terms.licence,
        "licence_url": terms.address,
        "attribution": [one.model_dump(mode="json") for one in terms.credits],
        "count": count,
    }


def _dumped(actor: Actor) -> Document:
    return actor.model_dump(mode="json")
