"""Actors and offices of the register that a filter selects, in every form.

Flat records hold ids, not words: words are data of their own (the vocabulary).
"""

from collections.abc import Iterable, Iterator
from types import SimpleNamespace

import pandas as pd

from ris_map.actors.files import actors_xlsx
from ris_map.api.calls import Call, DataRouter, Document, listing
from ris_map.api.datasets import ACTORS
from ris_map.api.queries import ActorQuery, LanguageQuery, Problem
from ris_map.common.records import Slug
from ris_map.export.tables import LIST_SEPARATOR, Row, layer
from ris_map.geography.boundaries import sweref_point
from ris_map.register.model import Actor, Office
from ris_map.register.selection import Group, Match, selected_offices, shown_offices
from ris_map.register.vocabulary import Delivery
from ris_map.words.language import Language

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


@router.data("/actors", ActorQuery, model=Actors)
def actors(call: Call[ActorQuery]) -> list[SimpleNamespace]:
    """Selected actors with everything the register holds about them.

    By default core actors of the county.
    """
    return [
        SimpleNamespace(
            **vars(match.actor),
            group=match.group,
            matching_offices=tuple(office.id for office in match.offices),
        )
        for match in call.selection
    ]


@router.data(
    "/actors.geojson",
    ActorQuery,
    columns=(*ACTOR_COLUMNS[1:], "actor", "town", "municipality_code"),
)
def actors_geojson(call: Call[ActorQuery]) -> Iterator[Row]:
    """Selected actors as points of their offices (EPSG:4326).

    An actor without a known office has a feature without geometry.
    """
    nowhere = {"town": None, "municipality_code": None, "geometry": None}
    for match in call.selection:
        actor = {**actor_row(match), "actor": match.actor.id}
        offices = shown_offices(match, on=call.world.on)
        for office in offices:
            at = {name: getattr(office, name) for name in ("town", "lat", "lon")}
            code, name = office.municipality, f"{match.actor.id}/{office.id}"
            yield {**actor, **at, "municipality_code": code, "id": name}
        if not offices:
            yield {**actor, **nowhere}


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
    return actors_xlsx(call.selection, tr=tr, on=call.world.on, about=about)


@router.data("/actors.gpkg", ActorQuery)
def actors_geopackage(call: Call[ActorQuery]) -> dict[str, pd.DataFrame]:
    """Selected actors as a GeoPackage in SWEREF 99 TM (EPSG:3006).

    Layer offices, table actors.
    """
    return {
        "offices": layer(OFFICE_COLUMNS, office_rows(call)),
        "actors": layer(ACTOR_COLUMNS, map(actor_row, call.selection), is_placed=False),
    }


@router.data("/actors/{id}", model=OneActor)
def one_actor(call: Call[LanguageQuery]) -> Document:
    """One actor, whatever its scope."""
    actor = call.world.register.by_id.get(call.id)
    if actor is None:
        raise Problem("unknown-actor", {"value": call.id})
    return {"meta": call.meta(1), "actor": actor}


@router.data("/offices", ActorQuery, model=Offices)
def offices(call: Call[ActorQuery]) -> list[SimpleNamespace]:
    """Offices of the selected actors; none of one that has ended or not begun.

    Only those in the group office are on the map.
    """
    return [
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


@router.data("/offices.geojson", ActorQuery, columns=OFFICE_COLUMNS[1:])
def office_rows(call: Call[ActorQuery]) -> Iterator[Row]:
    """Offices of the selected actors as points (EPSG:4326)."""
    on = call.world.on
    for match, office in selected_offices(call.selection, on=on):
        actor, outside = match.actor, office.outside
        yield {
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


def actor_row(match: Match) -> Row:
    """Return one selected actor as a flat record."""
    actor, funding = match.actor, match.actor.funding
    ids = {
        **{name: getattr(actor, name) for name in ("phases", "service_types")},
        **{name: getattr(actor, name) for name in ("target_groups", "cost")},
        "strength_areas": actor.strength_areas.areas,
        "service_municipalities": actor.service_area.municipalities,
        "matching_offices": (office.id for office in match.offices),
    }
    texts = {
        **{name: getattr(actor, name) for name in ("summary", "eligibility", "how_to_apply")},
        "funding": funding and funding.source,
    }
    told = [
        (f"{name}_{lang}", text and text.in_(lang))
        for name, text in texts.items()
        for lang in Language
    ]
    return {
        **vars(actor),
        **{name: LIST_SEPARATOR.join(several) for name, several in ids.items()},
        **dict(told),
        **{str(mode): actor.availability(mode) for mode in Delivery},
        "group": match.group,
        "service_scope": actor.service_area.scope,
        "funding_until": funding and funding.until,
    }


@router.data("/actors.csv", ActorQuery, columns=ACTOR_COLUMNS)
def actors_table(call: Call[ActorQuery]) -> Iterable[Row]:
    """Selected actors, one line each.

    Several ids in one cell are separated by spaces.
    """
    return map(actor_row, call.selection)
