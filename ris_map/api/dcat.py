"""The catalogue in DCAT-AP-SE 3.0.1: one graph, written as RDF/XML, Turtle or JSON-LD.

The profile asks for the media type as a literal in ``dcterms:format`` (once); the same as an IANA
address stands in ``dcat:mediaType``, which the profile leaves out but does not forbid.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import shapely
from rdflib import Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCAT, DCTERMS, FOAF, RDF, XSD

from ris_map.api.calls import Call
from ris_map.api.datasets import ACTORS, DATASETS, LICENCES, PREFIX, Dataset, Distribution
from ris_map.common.region import region
from ris_map.words import Translator, translator
from ris_map.words.language import Language

ISSUED = date(2026, 11, 23)
"""When the catalogue was first published."""

VCARD = Namespace("http://www.w3.org/2006/vcard/ns#")
DCATAP = Namespace("http://data.europa.eu/r5r/")
ODRS = Namespace("http://schema.theodi.org/odrs#")
EU = Namespace("http://publications.europa.eu/resource/authority/")
PUBLISHER_TYPES = Namespace("http://purl.org/adms/publishertype/")
MEDIA_TYPES = Namespace("https://www.iana.org/assignments/media-types/")
CRS_84 = URIRef("http://www.opengis.net/def/crs/EPSG/0/4326")
REST = URIRef("http://www.wikidata.org/entity/Q749568")
WKT = URIRef("http://www.opengis.net/ont/geosparql#wktLiteral")

SERIALISATIONS = {
    "rdf": ("pretty-xml", "application/rdf+xml"),
    "ttl": ("turtle", "text/turtle"),
    "jsonld": ("json-ld", "application/ld+json"),
}
"""rdflib's name and the media type by the ending of the address."""
SERIALISATION_NAMES = {"rdf": "RDF/XML", "ttl": "Turtle", "jsonld": "JSON-LD"}
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def catalogue_graph(call: Call[Any], *, size: Callable[[Distribution], int | None]) -> Graph:
    """Return the catalogue as a graph; ``size`` gives the bytes of a distribution, if known."""
    writer = _Writer(call)
    writer.add_catalogue()
    for dataset in DATASETS:
        writer.add_dataset(dataset, size=size)
    return writer.graph


def serialised(graph: Graph, ending: str) -> bytes:
    """Return a graph in one of :data:`SERIALISATIONS`."""
    options: dict[str, Any] = {}
    if ending == "jsonld":
        options["context"] = {prefix: str(space) for prefix, space in graph.namespaces()}
    content: bytes = graph.serialize(format=SERIALISATIONS[ending][0], encoding="utf-8", **options)
    return content


def describe(graph: Graph, me: URIRef, kind: URIRef, said: Mapping[URIRef, Any]) -> URIRef:
    """State what a thing is and what is said of it; a list says several things."""
    graph.add((me, RDF.type, kind))
    for verb, things in said.items():
        for thing in things if isinstance(things, list) else [things]:
            graph.add((me, verb, thing))
    return me


def in_languages(word: Callable[[Language], str]) -> list[Literal]:
    """Return a text in every language, without what XML cannot hold."""
    return [Literal(_clean(word(language)), lang=language.value) for language in Language]


def county() -> URIRef:
    """Return the county in the EU's nomenclature of regions."""
    return URIRef(f"http://data.europa.eu/nuts/code/{region().nuts}")


class _Writer:
    """Describes things in one graph; addresses of our own are fragments of one document."""

    def __init__(self, call: Call[Any]) -> None:
        self._call = call
        self._translators = tuple(translator(language) for language in Language)
        self._settings = call.site.settings
        self._modified = call.changed(ACTORS).date()
        self._home = URIRef(f"{call.base}/")
        self._page = URIRef(f"{call.base}/oppna-data")
        self._own = Namespace(f"{call.base}{PREFIX}/dcat#")
        self.graph = Graph()
        for prefix, space in {
            **{"dcat": DCAT, "dcterms": DCTERMS, "foaf": FOAF, "vcard": VCARD},
            **{"dcatap": DCATAP, "odrs": ODRS, "xsd": XSD},
        }.items():
            self.graph.bind(prefix, space)

    def _is(self, me: URIRef, kind: URIRef, said: dict[URIRef, Any]) -> URIRef:
        return describe(self.graph, me, kind, said)

    def _in_words(self, word: Callable[[Translator], str]) -> list[Literal]:
        return in_languages(lambda language: word(translator(language)))

    def _titled(self, key: str) -> dict[URIRef, Any]:
        return {
            DCTERMS.title: self._in_words(lambda tr: tr(f"{key}.title")),
            DCTERMS.description: self._in_words(lambda tr: tr(f"{key}.description")),
        }

    def _licence(self, name: str) -> URIRef:
        return self._is(URIRef(LICENCES[name]), DCTERMS.LicenseDocument, {})

    def add_catalogue(self) -> None:
        """Add catalogue, publisher, contact, place and data service."""
        own, published = self._own, self._settings.publisher
        languages = [EU[f"language/{name}"] for name in ("SWE", "ENG")]
        for language in languages:
            self._is(language, DCTERMS.LinguisticSystem, {})
        for page in (self._page, self._home):
            self._is(page, FOAF.Document, {})
        publisher = self._is(
            own.publisher,
            FOAF.Agent,
            {
                FOAF.name: self._in_words(lambda tr: published or tr("product.name")),
                DCTERMS.type: PUBLISHER_TYPES[self._settings.publisher_type],
                FOAF.homepage: self._home,
            },
        )
        mail = URIRef(f"mailto:{self._settings.report_address}")
        contact = self._is(
            own.contact,
            VCARD.Organization,
            {
                VCARD.fn: Literal(_clean(published or self._translators[0]("product.name"))),
                VCARD.hasEmail: self._is(mail, VCARD.Email, {}),
                VCARD.hasURL: URIRef(f"{self._call.base}/kontakt"),
            },
        )
        self._is(
            own.catalog,
            DCAT.Catalog,
            {
                **self._titled("dataset.catalogue"),
                DCTERMS.publisher: publisher,
                DCTERMS.license: self._licence("CC0-1.0"),
                DCTERMS.issued: _day(ISSUED),
                DCTERMS.modified: _day(self._modified),
                FOAF.homepage: self._page,
                DCAT.themeTaxonomy: EU["data-theme"],
                DCTERMS.spatial: county(),
                DCTERMS.language: languages,
                DCAT.service: own.api,
                DCAT.dataset: [own[dataset.id] for dataset in DATASETS],
            },
        )
        areas = self._call.world.foundations.geography.territory.values()
        west, south, east, north = shapely.total_bounds(list(areas)).tolist()
        ring = ((west, south), (east, south), (east, north), (west, north), (west, south))
        box = ", ".join(f"{x:g} {y:g}" for x, y in ring)
        centre = f"{(west + east) / 2:.4f} {(south + north) / 2:.4f}"
        self._is(county(), DCTERMS.Location, {})
        self._is(
            own.place,
            DCTERMS.Location,
            {
                DCAT.bbox: Literal(f"POLYGON(({box}))", datatype=WKT),
                DCAT.centroid: Literal(f"POINT({centre})", datatype=WKT),
            },
        )
        root = f"{self._call.base}{PREFIX}"
        self._is(
            own.api,
            DCAT.DataService,
            {
                **self._titled("dataset.api"),
                DCAT.endpointURL: URIRef(root),
                DCAT.endpointDescription: URIRef(f"{root}/openapi.json"),
                DCTERMS.publisher: publisher,
                DCAT.contactPoint: contact,
                DCTERMS.type: REST,
                DCTERMS.format: Literal("application/json"),
                DCTERMS.accessRights: EU["access-right/PUBLIC"],
                DCAT.landingPage: self._page,
                DCAT.servesDataset: [own[dataset.id] for dataset in DATASETS],
                DCAT.keyword: self._in_words(lambda tr: tr("dataset.api.keyword")),
            },
        )

    def add_dataset(self, dataset: Dataset, *, size: Callable[[Distribution], int | None]) -> None:
        """Add a data set with its distributions."""
        me, key = self._own[dataset.id], f"dataset.{dataset.id}"
        said = {
            **self._titled(key),
            DCTERMS.publisher: self._own.publisher,
            DCAT.contactPoint: self._own.contact,
            DCTERMS.identifier: Literal(str(me)),
            DCTERMS.issued: _day(ISSUED),
            DCTERMS.modified: _day(self._modified),
            DCTERMS.accessRights: EU["access-right/PUBLIC"],
            DCTERMS.accrualPeriodicity: EU["frequency/IRREG"],
            DCAT.landingPage: self._page,
            DCTERMS.spatial: [county(), self._own.place],
            DCAT.theme: [EU[f"data-theme/{theme}"] for theme in dataset.themes],
            DCAT.keyword: [
                Literal(word.strip(), lang=tr.language.value)
                for tr in self._translators
                for word in tr(f"{key}.keywords").split(",")
            ],
            DCAT.distribution: [
                self._distribution(dataset, one, size(one)) for one in dataset.distributions
            ],
        }
        if dataset.is_spatial:
            said[DCTERMS.conformsTo] = self._is(CRS_84, DCTERMS.Standard, {})
        if dataset.from_year is not None:
            start = {DCAT.startDate: _day(date(dataset.from_year, 1, 1))}
            said[DCTERMS.temporal] = self._is(URIRef(f"{me}-period"), DCTERMS.PeriodOfTime, start)
        self._is(me, DCAT.Dataset, said)

    def _distribution(self, about: Dataset, form: Distribution, size: int | None) -> URIRef:
        terms, address = self._call.terms(about.files), URIRef(self._call.base + form.address)
        title = f"dataset.{about.id}.title"
        said = {
            DCTERMS.title: self._in_words(lambda tr: f"{tr(title)} ({form.format.label})"),
            DCTERMS.description: self._in_words(lambda tr: tr(f"format.{form.format.name}")),
            DCAT.accessURL: address,
            DCAT.downloadURL: address,
            DCAT.accessService: self._own.api,
            DCTERMS.format: Literal(form.format.value),
            DCAT.mediaType: MEDIA_TYPES[form.format.value],
            DCTERMS.license: self._licence(terms.licence),
            DCATAP.availability: EU["planned-availability/AVAILABLE"],
        }
        if size is not None:
            said[DCAT.byteSize] = Literal(size, datatype=XSD.nonNegativeInteger)
        if terms.credits:
            named = self._in_words(lambda tr: terms.attribution_in(tr.language))
            said[DCTERMS.rights] = self._is(
                self._own[f"{about.id}-rights"],
                ODRS.RightsStatement,
                {ODRS.attributionText: named},
            )
        me = self._own[f"{about.id}-{form.format.name.lower()}"]
        return self._is(me, DCAT.Distribution, said)


def _clean(text: str) -> str:
    """Leave out the control characters that XML cannot hold."""
    return _NOT_IN_XML.sub("", text)


def _day(day: date) -> Literal:
    return Literal(day.isoformat(), datatype=XSD.date)
