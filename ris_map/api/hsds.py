"""The register in the Human Services Data Specification 3.0 (Open Referral), below ``/hsds``.

An actor is an organization, each of its offers a service, each office, digital help and help by
phone a location. Ids are uuid5 of our own names. No phone numbers or mail addresses: the register
holds none.
"""

import json
import math
from collections.abc import Mapping
from datetime import date
from functools import partial
from itertools import product
from typing import Annotated, Any, Literal
from uuid import NAMESPACE_URL, uuid5

from pydantic import Field, HttpUrl

from ris_map.api.calls import Call, DataRouter, Document
from ris_map.api.datasets import ACTORS
from ris_map.api.queries import LanguageQuery, Problem, key
from ris_map.common.address import MAX_TEXT_LENGTH
from ris_map.common.dates import period_end
from ris_map.common.region import region
from ris_map.register.model import Actor, Offer, Office
from ris_map.register.selection import says
from ris_map.register.vocabulary import Availability, Basis, Delivery
from ris_map.travel.world import World, kept
from ris_map.words import Translator, swedish_sort_key, translator
from ris_map.words.language import Language
from ris_map.words.markup import render_text

HSDS = "/hsds"
"""Where it lies, seen from the site's root."""
VERSION = "3.0"
MOST = 500
_MOMENT = r"^[12][0-9]{3}-[01][0-9]-[0-3][0-9](T[0-9:.]{5,20}(Z|[+-][0-9:]{4,6})?)?$"
router = DataRouter("hsds", ACTORS)
TAXONOMIES = ("phase", "service-type", "strength-area", "way", "basis")
"""What is classified; the terms of a way say what is known of it: ``digital.offered``."""


class PageQuery(LanguageQuery):
    """A page of a list."""

    page: Annotated[int, Field(ge=1, le=100_000)] = key("page", 1)
    per_page: Annotated[int, Field(ge=1, le=MOST)] = key("per_page", 50)
    form: Literal["json"] = key("format", "json")
    search: Annotated[str, Field(max_length=MAX_TEXT_LENGTH)] = key("search", "")


class TermQuery(PageQuery):
    """A page of terms."""

    taxonomy_id: str | None = key("taxonomy_id", None)


class ServiceQuery(TermQuery):
    """A page of services, organizations or places."""

    taxonomy_term_id: str | None = key("taxonomy_term_id", None)
    organization_id: str | None = key("organization_id", None)
    modified_after: Annotated[str, Field(pattern=_MOMENT)] | None = key("modified_after", None)
    minimal: bool = key("minimal", default=False)
    full: bool = key("full", default=False)


def identifier(*names: object) -> str:
    """Return the uuid of something of ours by its names; stable, because slugs are."""
    return str(uuid5(NAMESPACE_URL, "/".join(("urn:ris-map:hsds", *map(str, names)))))


def listing(call: Call[Any]) -> Mapping[str, Mapping[str, Document]]:
    """Return every list of the standard by its name, in full: items by their id."""
    return _listing(call.world, call.query.lang, call.register_changed.date())


@kept(len(Language))
def _listing(world: World, language: Language, changed: date) -> dict[str, dict[str, Document]]:
    """Return the lists as ``texts/hsds.json`` tells them; the register's file changed on a day."""
    register, tr = world.register, translator(language)
    terms = _terms(world, tr)

    def modified(actor: Actor) -> date:  # the last day on which it may have become what it is
        last = period_end(actor.last_checked or register.meta.reference_date)
        return min(last, changed, world.on)

    def areas(actor: Actor) -> list[str]:
        names = (f"strength-area.{area}" for area in dict.fromkeys(actor.strength_areas.areas))
        return [name for name in names if name in terms]

    def classified(actor: Actor, offer: Offer) -> list[str]:
        return [
            *(f"phase.{phase}" for phase in dict.fromkeys(offer.phases)),
            f"service-type.{offer.service_type}",
            *areas(actor),
            *(f"way.{way}.{offer.delivery.of(way)}" for way in Delivery),
            f"basis.{offer.basis}",
        ]

    def places(actor: Actor, offer: Offer) -> list[Office | Delivery]:
        # unknown ways are terms only, never places
        is_at_office = offer.delivery.office is not Availability.NOT_OFFERED
        offices = actor.all_offices_on(world.on) if is_at_office else ()
        known = {Availability.OFFERED, Availability.LIMITED}
        virtual = (Delivery.DIGITAL, Delivery.PHONE)
        return [*offices, *(way for way in virtual if offer.delivery.of(way) in known)]

    told = render_text(
        "hsds.json",
        t=tr,
        id=identifier,
        uri=_uri,
        on=world.on,
        actors=sorted(register.actors, key=lambda one: swedish_sort_key(one.name)),
        towns=world.foundations.geography.names,
        county=region().names.sv.name,
        taxonomies=TAXONOMIES,
        terms=terms,
        version=register.meta.reference_date,
        modified=modified,
        areas=areas,
        classified=classified,
        places=places,
    )
    made = json.loads(told, object_hook=known)
    organizations = {one["id"]: one for one in made["organizations"]}
    for service in made["services"]:
        service["organization"] = _short(organizations[service["organization_id"]])
    made["service_at_locations"] = [
        {**place, "service": _short(service)}
        for service in made["services"]
        for place in service.get("service_at_locations", ())
    ]
    return {name: {item["id"]: item for item in items} for name, items in made.items()}


def _terms(world: World, tr: Translator) -> dict[str, tuple[str, str]]:
    """Return name and description of every term by taxonomy and code, a dot between."""
    strategy, language = world.foundations.strategy, tr.language
    named = {
        f"{taxonomy}.{one.id}": (one.label.in_(language), one.description.in_(language))
        for taxonomy, listed in (
            ("phase", strategy.phases),
            ("service-type", strategy.service_types),
            ("strength-area", strategy.strength_areas),
        )
        for one in listed
    }
    for way, level in product(strategy.delivery, Availability):
        name = f"{way.label.in_(language)}: {tr(f'hsds.availability.{level}')}"
        named[f"way.{way.id}.{level}"] = name, way.description.in_(language)
    return named | {f"basis.{one}": (tr(f"hsds.basis.{one}"),) * 2 for one in Basis}


def _uri(address: str | None) -> str | None:
    """Return an address in the letters that a URI may hold: å, ä and ö in it are written out."""
    if address is None or address.isascii():
        return address
    written = str(HttpUrl(address))
    return written if address.endswith("/") else written.removesuffix("/")


def known(document: Document) -> Document:
    """Leave out what is not known: HSDS has no null, and schema.org no word for it."""
    return {name: value for name, value in document.items() if value not in (None, [], "")}


def _short(document: Document, *, minimal: bool = False) -> Document:
    """Return an item without its lists, as it stands inside another one or in a list."""
    kept = {name: value for name, value in document.items() if not isinstance(value, list)}
    if minimal:
        rest = {"status", "last_modified"} if "status" in document else {"description"}
        kept = {name: value for name, value in kept.items() if name in {"id", "name", *rest}}
    return kept


@router.data("/", names_itself=True, files=())
def root(call: Call[LanguageQuery]) -> Document:
    """What this is: version, profile, description."""
    return {
        "version": VERSION,
        "profile": f"{call.base}{HSDS}/profile",
        "openapi_url": f"{call.base}{HSDS}/openapi.json",
    }


@router.data("/profile", files=())
def profile(call: Call[LanguageQuery]) -> Document:
    """How the register is told in the standard's words."""
    return {
        "title": call.tr("hsds.profile.title"),
        "description": call.tr("hsds.profile.text"),
        "specification": "https://docs.openreferral.org/en/3.0/",
        "version": VERSION,
        "licence": call.terms(ACTORS).address,
        "taxonomies": [
            {"id": one["id"], "name": one["name"]} for one in listing(call)["taxonomies"].values()
        ],
    }


def _page(name: str, call: Call[Any]) -> Document:
    """Return a page of a list in the standard's envelope."""
    query, items = call.query, _items(name, call)
    items = [item for item in items if says(_searched(item), query.search)]
    # what is minimal comes in one call, as the standard asks, unless a page is asked for
    is_whole = getattr(query, "minimal", False) and "per_page" not in query.model_fields_set
    size = MOST if is_whole else query.per_page
    pages = max(1, math.ceil(len(items) / size))
    contents = items[(query.page - 1) * size : query.page * size]
    if isinstance(query, ServiceQuery) and not query.full:
        contents = [_short(one, minimal=query.minimal) for one in contents]
    return {
        "total_items": len(items),
        "total_pages": pages,
        "page_number": query.page,
        "size": len(contents),
        "first_page": query.page == 1,
        "last_page": query.page >= pages,
        "empty": not contents,
        "contents": contents,
    }


def _searched(item: Document) -> str:
    named = item.get("service", item)
    return f"{named['name']} {named.get('description', '')}"


def _asked_for(query: ServiceQuery, service: Document) -> bool:
    terms = [attribute["taxonomy_term"] for attribute in service.get("attributes", ())]
    after = query.modified_after
    return (
        (not query.organization_id or service["organization_id"] == query.organization_id)
        and (not query.taxonomy_term_id or query.taxonomy_term_id in {t["id"] for t in terms})
        and (not query.taxonomy_id or query.taxonomy_id in {t["taxonomy_id"] for t in terms})
        and (after is None or service["last_modified"][:10] >= after[:10])
    )


_SERVICE = {
    "services": ("id", "id"),
    "organizations": ("id", "organization_id"),
    "service_at_locations": ("service_id", "id"),
}
"""What of an item names what of the services that are asked for."""


def _items(name: str, call: Call[Any]) -> list[Document]:
    """Return the items of a list that are asked for, or that belong to services that are."""
    query, items = call.query, listing(call)[name].values()
    if name not in _SERVICE:
        taxonomy = getattr(query, "taxonomy_id", None)
        return [one for one in items if taxonomy in {None, one.get("taxonomy_id")}]
    own, of_service = _SERVICE[name]
    services = listing(call)["services"].values()
    wanted = {one[of_service] for one in services if _asked_for(query, one)}
    return [one for one in items if one[own] in wanted]


def _one(name: str, call: Call[Any]) -> Document:
    known = listing(call)[name]
    if call.id not in known:
        raise Problem("unknown-item", {"value": call.id})
    return known[call.id]


for _name, _summary, _query in (
    ("services", "Services: one for each offer of an actor", ServiceQuery),
    ("organizations", "Organizations: the actors", ServiceQuery),
    (
        "service_at_locations",
        "Where services are given: offices, digital help, help by phone",
        ServiceQuery,
    ),
    ("taxonomies", "What services are classified by", PageQuery),
    ("taxonomy_terms", "Terms of all taxonomies", TermQuery),
):
    router.data(f"/{_name}", _query, text=_summary)(partial(_page, _name))
    router.data(f"/{_name}/{{id}}", text=f"One of: {_summary}")(partial(_one, _name))
