"""Actors and offices of the register that a filter selects, in every form.

Flat records hold ids, not words: words are data of their own (the vocabulary).
"""

from collections.abc import Iterable, Iterator
from datetime import date
from types import SimpleNamespace
from typing import Any

import shapely

from ris_map.actors.files import actors_xlsx
from ris_map.api.calls import Call, DataRouter, Document, listing
from ris_map.api.datasets import ACTORS
from ris_map.api.queries import ActorQuery, LanguageQuery, Problem
from ris_map.common.records import Slug
from ris_map.export.tables import LIST_SEPARATOR, layer
from ris_map.geography.boundaries import sweref_point
from ris_map.register.model import Actor, Office
from ris_map.register.selection import Group, Match, selected_offices, shown_offices
from ris_map.register.vocabulary import Delivery
from ris_map.words.language import Language

Row = dict[Any, Any]
"""A flat record by its columns."""
router = DataRouter("register", ACTORS)


class ListedActor(Actor):
    """A record of the register, and where it stands in the selection."""

    group: Group
    matching_offices: tuple[Slug, ...]
    """Offices that count for the filter; if none does, all that exist on the day."""


class ListedOffice(Office):
    """An office of a selected actor."""

    actor: Slug
    actor_name: str
    group: Group
    sweref_north: int
    sweref_east: int
    """Metres in SWEREF 99 TM (EPSG:3006)."""


Actors = listing("Actors", "Selected actors.", actors=tuple[ListedActor, ...])
OneActor = listing("OneActor", "One actor.", actor=Actor)
Offices = listing("Offices", "Offices of selected actors.", offices=tuple[ListedOffice, ...])


@router.data("/actors", ActorQuery, model=Actors)
def actors(call: Call[ActorQuery]) -> Document:
    """Selected actors with everything the register holds about them.

    By default core actors of the county.
    """
    listed = [
        SimpleNamespace(
            **vars(match.actor),
            group=match.group,
            matching_offices=tuple(office.id for office in match.offices),
        )
        for match in call.selection
    ]
    return {"meta": call.meta(len(listed)), "actors": listed}


@router.data("/actors.geojson", ActorQuery)
def actors_geojson(call: Call[ActorQuery]) -> Document:
    """Selected actors as points of their offices (EPSG:4326).

    An actor without a known office has a feature without geometry.
    """
    return collection(call, actor_features(call.selection, on=call.world.on))


@router.data("/actors.xlsx", ActorQuery, names_itself=True)
def actors_workbook(call: Call[ActorQuery]) -> bytes:
    """Selected actors as a workbook in words, offices in SWEREF 99 TM (EPSG:3006).

    The language of the words is chosen with lang.
    """
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
    return actors_xlsx(call.selection, tr=call.tr, on=call.world.on, about=about)


@router.data("/actors.gpkg", ActorQuery)
def actors_geopackage(call: Call[ActorQuery]) -> bytes:
    """Selected actors as a GeoPackage in SWEREF 99 TM (EPSG:3006).

    Layer offices, table actors.
    """
    chosen = list(selected_offices(call.selection, on=call.world.on))
    rows = [office_row(match, office, on=call.world.on) for match, office in chosen]
    points = [shapely.Point(office.lon, office.lat) for _, office in chosen]
    offices = layer(OFFICE_COLUMNS, rows, points)
    actors = layer(ACTOR_COLUMNS, map(actor_row, call.selection))
    return call.geopackage(offices=offices, actors=actors)


@router.data("/actors/{id}", model=OneActor)
def one_actor(call: Call[LanguageQuery]) -> Document:
    """One actor, whatever its scope."""
    actor = call.world.register.by_id.get(call.id)
    if actor is None:
        raise Problem("unknown-actor", {"value": call.id})
    return {"meta": call.meta(1), "actor": actor}


@router.data("/offices", ActorQuery, model=Offices)
def offices(call: Call[ActorQuery]) -> Document:
    """Offices of the selected actors; none of one that has ended or not begun.

    Only those in the group office are on the map.
    """
    listed = [
        SimpleNamespace(
            **vars(office),
            actor=match.actor.id,
            actor_name=match.actor.name,
            group=match.group,
            sweref_north=north,
            sweref_east=east,
        )
        for match, office in selected_offices(call.selection, on=call.world.on)
        for north, east in [sweref_point(office.lat, office.lon)]
    ]
    return {"meta": call.meta(len(listed)), "offices": listed}


@router.data("/offices.geojson", ActorQuery)
def offices_geojson(call: Call[ActorQuery]) -> Document:
    """Offices of the selected actors as points (EPSG:4326)."""
    features = []
    for match, office in selected_offices(call.selection, on=call.world.on):
        row = office_row(match, office, on=call.world.on)
        features.append(feature(row.pop("id"), row, (office.lon, office.lat)))
    return collection(call, features)


def actor_features(matches: Iterable[Match], *, on: date) -> Iterator[Document]:
    """Yield one feature per office of every selected actor, without a point if it has none."""
    for match in matches:
        properties = actor_row(match)
        properties["actor"] = me = properties.pop("id")
        for office in shown_offices(match, on=on):
            place = {"town": office.town, "municipality_code": office.municipality}
            yield feature(f"{me}/{office.id}", properties | place, (office.lon, office.lat))
        if not shown_offices(match, on=on):
            yield feature(me, properties | {"town": None, "municipality_code": None}, None)


def feature(name: str, properties: Document, point: tuple[float, float] | None) -> Document:
    """Return a GeoJSON feature (RFC 7946): degrees of EPSG:4326, longitude first."""
    geometry = point and {"type": "Point", "coordinates": list(point)}
    return {"type": "Feature", "id": name, "geometry": geometry, "properties": properties}


def collection(call: Call[Any], features: Iterable[Document]) -> Document:
    """Return a GeoJSON feature collection with its terms."""
    listed = list(features)
    return {"type": "FeatureCollection", "meta": call.meta(len(listed)), "features": listed}


ACTOR_COLUMNS = (
    *("id", "name", "group", "kind", "scope", "municipal", "outside_county", "status"),
    *("valid_from", "valid_to", "in_2022", "summary_sv", "summary_en", "homepage"),
    *("phases", "service_types", "strength_areas"),
    *(str(mode) for mode in Delivery),
    *("service_scope", "service_municipalities", "matching_offices", "confidence"),
    *("last_evidence", "last_checked", "last_confirmed", "contact_url", "target_groups", "cost"),
    *("eligibility_sv", "eligibility_en", "how_to_apply_sv", "how_to_apply_en"),
    *("funding_sv", "funding_en", "funding_until"),
)
OFFICE_COLUMNS = (
    *("id", "actor", "office", "name", "group", "scope", "status"),
    *("phases", "service_types", "strength_areas", "municipality_code", "town", "street"),
    *("postcode", "precision", "uncertainty_m", "outside_municipality", "outside_country"),
    *("valid_from", "valid_to"),
)


def actor_row(match: Match) -> Row:
    """Return one selected actor as a flat record."""
    actor, funding = match.actor, match.actor.funding
    texts = {
        "summary": actor.summary,
        "eligibility": actor.eligibility,
        "how_to_apply": actor.how_to_apply,
        "funding": funding and funding.source,
    }
    known = {
        **vars(actor),
        "phases": _joined(actor.phases),
        "service_types": _joined(actor.service_types),
        "strength_areas": _joined(actor.strength_areas.areas),
        **{
            f"{name}_{lang}": text and text.in_(lang)
            for name, text in texts.items()
            for lang in Language
        },
        "target_groups": _joined(actor.target_groups),
        "cost": _joined(actor.cost),
        "funding_until": funding and funding.until,
        "group": match.group,
        **{str(mode): actor.availability(mode) for mode in Delivery},
        "service_scope": actor.service_area.scope,
        "service_municipalities": _joined(actor.service_area.municipalities),
        "matching_offices": _joined(office.id for office in match.offices),
    }
    return {column: known[column] for column in ACTOR_COLUMNS}


@router.data("/actors.csv", ActorQuery, columns=ACTOR_COLUMNS)
def actors_table(call: Call[ActorQuery]) -> Iterable[Row]:
    """Selected actors, one line each.

    Several ids in one cell are separated by spaces.
    """
    return map(actor_row, call.selection)


def office_row(match: Match, office: Office, *, on: date) -> Row:
    """Return one office of a selected actor as a flat record, without its point."""
    actor, outside = match.actor, office.outside
    known = {
        **actor_row(match),
        **vars(office),
        "id": f"{actor.id}/{office.id}",
        "actor": actor.id,
        "office": office.id,
        "municipality_code": office.municipality,
        "street": office.street_on(on),
        "outside_municipality": outside and outside.municipality,
        "outside_country": outside and outside.country,
    }
    return {column: known[column] for column in OFFICE_COLUMNS}


def _joined(values: Iterable[str]) -> str:
    return LIST_SEPARATOR.join(values)
