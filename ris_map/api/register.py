"""Actors and offices: the selection of the start page in every form."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

import shapely

from ris_map.actors.files import actors_xlsx
from ris_map.api import schemas
from ris_map.api.calls import Call, DataRouter, Document
from ris_map.api.datasets import ACTORS, Format
from ris_map.api.problems import Problem
from ris_map.api.queries import ActorQuery, LanguageQuery
from ris_map.api.records import (
    ACTOR_COLUMNS,
    OFFICE_COLUMNS,
    actor_record,
    layer,
    office_record,
)
from ris_map.export.geopackage import geopackage
from ris_map.export.tables import csv_bytes
from ris_map.geography.boundaries import sweref_point
from ris_map.register.model import Office
from ris_map.register.selection import Selection, selected_offices, shown_offices

router = DataRouter("register")
_SAME = "The same filter as on the start page: keys, values and meaning."


@router.data(
    "/actors",
    "Selected actors with everything the register holds about them",
    description=f"{_SAME} By default core actors of the county.",
    query=ActorQuery,
    model=schemas.Actors,
    files=ACTORS,
)
def actors(call: Call[ActorQuery]) -> Document:
    """Return the selected actors with all that the register holds about them."""
    listed = [
        {
            **match.actor.model_dump(mode="json"),
            "group": match.group.value,
            "matching_offices": [office.id for office in match.offices],
        }
        for match in call.selection.matches
    ]
    return {"meta": call.meta(ACTORS, len(listed)), "actors": listed}


@router.data(
    "/actors.geojson",
    "Selected actors as points of their offices (EPSG:4326)",
    description=f"{_SAME} An actor without a known office has a feature without geometry.",
    media_type=Format.GEOJSON,
    query=ActorQuery,
    model=schemas.Features,
    files=ACTORS,
)
def actors_geojson(call: Call[ActorQuery]) -> Document:
    """Return one feature per office of every selected actor; one without offices has no point."""
    return _collection(call, actor_features(call.selection, on=call.world.on))


@router.data(
    "/actors.csv",
    "Selected actors, one line each",
    description=f"{_SAME} Several ids in one cell are separated by spaces.",
    media_type=Format.CSV,
    query=ActorQuery,
    files=ACTORS,
    filename="actors.csv",
)
def actors_csv(call: Call[ActorQuery]) -> bytes:
    """Return the selected actors, one line each."""
    return csv_bytes(ACTOR_COLUMNS, map(actor_record, call.selection.matches))


@router.data(
    "/actors.xlsx",
    "Selected actors as a workbook in words, offices in SWEREF 99 TM (EPSG:3006)",
    description=f"{_SAME} The language of the words is chosen with lang.",
    media_type=Format.XLSX,
    query=ActorQuery,
    files=ACTORS,
    filename="actors.xlsx",
    names_itself=True,
)
def actors_workbook(call: Call[ActorQuery]) -> bytes:
    """Return the selected actors as a workbook in the chosen language."""
    tr, language = call.tr, call.query.lang
    meta, terms = call.world.register.meta, call.terms(ACTORS)
    about = (
        (meta.title.in_(language), meta.description.in_(language)),
        (tr("xlsx.about.on"), call.world.on.isoformat()),
        (tr("xlsx.about.register-date"), meta.reference_date),
        (tr("xlsx.about.licence"), f"{terms.licence} {terms.address}"),
        (tr("xlsx.about.points"), tr("xlsx.about.points.text")),
        (tr("xlsx.about.address"), f"{call.base}/api/v1/actors.xlsx"),
    )
    return actors_xlsx(call.selection, words=call.words, on=call.world.on, about=about)


@router.data(
    "/actors.gpkg",
    "Selected actors as a GeoPackage in SWEREF 99 TM (EPSG:3006)",
    description=f"{_SAME} Layer offices, table actors.",
    media_type=Format.GEOPACKAGE,
    query=ActorQuery,
    files=ACTORS,
    filename="actors.gpkg",
)
def actors_geopackage(call: Call[ActorQuery]) -> bytes:
    """Return the selected actors: a layer of offices and a table of actors."""
    on = call.world.on
    offices = list(selected_offices(call.selection, on=on))
    rows = [office_record(m.actor, o, group=m.group.value, on=on) for m, o in offices]
    points = [shapely.Point(office.lon, office.lat) for _, office in offices]
    table = [actor_record(match) for match in call.selection.matches]
    terms = call.terms(ACTORS)
    layers = (
        layer("offices", OFFICE_COLUMNS, rows, terms=terms, geometries=points, kind="POINT"),
        layer("actors", ACTOR_COLUMNS, table, terms=terms),
    )
    return geopackage(layers, changed=call.changed(ACTORS))


@router.data("/actors/{id}", "One actor, whatever its scope", model=schemas.OneActor, files=ACTORS)
def one_actor(call: Call[LanguageQuery]) -> Document:
    """Return one actor."""
    actor = call.moment.state.register.by_id.get(call.id)
    if actor is None:
        raise Problem("unknown-actor", {"value": call.id})
    return {"meta": call.meta(ACTORS, 1), "actor": actor.model_dump(mode="json")}


@router.data(
    "/offices",
    "Offices of the selected actors",
    description=_SAME,
    query=ActorQuery,
    model=schemas.Offices,
    files=ACTORS,
)
def offices(call: Call[ActorQuery]) -> Document:
    """Return the offices of the selected actors."""
    listed = []
    for match, office in selected_offices(call.selection, on=call.world.on):
        north, east = sweref_point(office.lat, office.lon)
        own = {"actor": match.actor.id, "actor_name": match.actor.name, "group": match.group.value}
        point = {"sweref_north": north, "sweref_east": east}
        listed.append({**office.model_dump(mode="json"), **own, **point})
    return {"meta": call.meta(ACTORS, len(listed)), "offices": listed}


@router.data(
    "/offices.geojson",
    "Offices of the selected actors as points (EPSG:4326)",
    description=_SAME,
    media_type=Format.GEOJSON,
    query=ActorQuery,
    model=schemas.Features,
    files=ACTORS,
)
def offices_geojson(call: Call[ActorQuery]) -> Document:
    """Return the offices of the selected actors as points, with what is known of each."""
    on = call.world.on
    features = []
    for match, office in selected_offices(call.selection, on=on):
        record: Document = dict(office_record(match.actor, office, group=match.group.value, on=on))
        features.append(_feature(record.pop("id"), record, office))
    return _collection(call, features)


def actor_features(selection: Selection, *, on: date) -> Iterator[Document]:
    """Yield one feature per office of every selected actor, without a point if it has none."""
    for match in selection.matches:
        properties: Document = dict(actor_record(match))
        properties["actor"] = properties.pop("id")
        for office in shown_offices(match, on=on) or (None,):
            place = {
                "town": office and office.town,
                "municipality_code": office and office.municipality,
            }
            name = f"{match.actor.id}/{office.id}" if office else match.actor.id
            yield _feature(name, properties | place, office)


def _collection(call: Call[ActorQuery], features: Iterable[Document]) -> Document:
    listed = list(features)
    meta = call.meta(ACTORS, len(listed))
    return {"type": "FeatureCollection", "meta": meta, "features": listed}


def _feature(name: str, properties: Document, office: Office | None) -> Document:
    """Return a GeoJSON feature (RFC 7946): degrees of EPSG:4326, longitude first."""
    point = {"type": "Point", "coordinates": [office.lon, office.lat]} if office else None
    return {"type": "Feature", "id": name, "geometry": point, "properties": properties}
