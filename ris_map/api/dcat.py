"""The catalogue in DCAT-AP-SE 3.0.1: one graph, written as RDF/XML, Turtle or JSON-LD.

The profile asks for the media type as a literal in ``dcterms:format`` (once); the same as an IANA
address stands in ``dcat:mediaType``, which the profile leaves out but does not forbid.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from rdflib import Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCAT, DCTERMS, FOAF, RDF, XSD

from ris_map.api.datasets import DATASETS, LICENCES, PREFIX, Dataset, Distribution, Terms
from ris_map.words import Translator

ISSUED = date(2026, 11, 23)
"""When the catalogue was first published."""

VCARD = Namespace("http://www.w3.org/2006/vcard/ns#")
DCATAP = Namespace("http://data.europa.eu/r5r/")
ODRS = Namespace("http://schema.theodi.org/odrs#")
EU = Namespace("http://publications.europa.eu/resource/authority/")
PUBLISHER_TYPES = Namespace("http://purl.org/adms/publishertype/")
MEDIA_TYPES = Namespace("https://www.iana.org/assignments/media-types/")
COUNTY = URIRef("http://data.europa.eu/nuts/code/SE331")
"""Västerbotten county in the EU's nomenclature of regions."""
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """What the catalogue says besides the data sets.

    Parameters
    ----------
    base : str
        Address of the site without a slash at the end.
    contact : str
        A role's e-mail address, never a person's.
    publisher : str
        Name of who publishes; empty = the product's name.
    publisher_type : str
        Name in the ADMS vocabulary of publisher types.
    modified : date
        When the register last changed.
    box : tuple of float
        West, south, east, north of the county in degrees (EPSG:4326).
    translators : tuple of Translator
        Languages of all titles and descriptions.
    """

    base: str
    contact: str
    publisher: str
    publisher_type: str
    modified: date
    box: tuple[float, float, float, float]
    translators: tuple[Translator, ...]


def catalogue_graph(
    catalogue: Catalogue,
    *,
    terms: Mapping[str, Terms],
    size: Callable[[Distribution], int | None],
) -> Graph:
    """Return the catalogue as a graph.

    Parameters
    ----------
    catalogue : Catalogue
        What stands beside the data sets.
    terms : mapping of str to Terms
        By the id of each data set.
    size : callable
        Bytes of a distribution; None = not known.
    """
    writer = _Writer(catalogue)
    writer.add_catalogue()
    for dataset in DATASETS:
        writer.add_dataset(dataset, terms=terms[dataset.id], size=size)
    return writer.graph


def serialised(graph: Graph, ending: str) -> bytes:
    """Return a graph in one of :data:`SERIALISATIONS`."""
    options: dict[str, Any] = {}
    if ending == "jsonld":
        options["context"] = {prefix: str(space) for prefix, space in graph.namespaces()}
    content: bytes = graph.serialize(format=SERIALISATIONS[ending][0], encoding="utf-8", **options)
    return content


class _Writer:
    """Adds statements to one graph; addresses of our own things are fragments of one document."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._about = catalogue
        self._own = Namespace(f"{catalogue.base}{PREFIX}/dcat#")
        self.graph = Graph()
        for prefix, space in {
            **{"dcat": DCAT, "dcterms": DCTERMS, "foaf": FOAF, "vcard": VCARD},
            **{"dcatap": DCATAP, "odrs": ODRS, "xsd": XSD},
        }.items():
            self.graph.bind(prefix, space)

    def add_catalogue(self) -> None:
        """Add catalogue, publisher, contact, place and data service."""
        me = self._own.catalog
        home = URIRef(f"{self._about.base}/oppna-data")
        self._add(me, RDF.type, DCAT.Catalog)
        self._words(me, "dataset.catalogue")
        self._add(me, DCTERMS.publisher, self._own.publisher)
        self._add(me, DCTERMS.license, self._licence("CC0-1.0"))
        self._add(me, DCTERMS.issued, _day(ISSUED))
        self._add(me, DCTERMS.modified, _day(self._about.modified))
        self._add(me, FOAF.homepage, home)
        self._add(home, RDF.type, FOAF.Document)
        self._add(me, DCAT.themeTaxonomy, EU["data-theme"])
        self._add(me, DCTERMS.spatial, COUNTY)
        for language in ("SWE", "ENG"):
            self._add(me, DCTERMS.language, EU[f"language/{language}"])
            self._add(EU[f"language/{language}"], RDF.type, DCTERMS.LinguisticSystem)
        self._add(me, DCAT.service, self._own.api)
        self._add_publisher()
        self._add_contact()
        self._add_place()
        self._add_service()

    def add_dataset(
        self, dataset: Dataset, *, terms: Terms, size: Callable[[Distribution], int | None]
    ) -> None:
        """Add a data set with its distributions."""
        me = self._own[dataset.id]
        self._add(self._own.catalog, DCAT.dataset, me)
        self._add(me, RDF.type, DCAT.Dataset)
        self._words(me, f"dataset.{dataset.id}")
        self._add(me, DCTERMS.publisher, self._own.publisher)
        self._add(me, DCAT.contactPoint, self._own.contact)
        self._add(me, DCTERMS.identifier, Literal(str(me)))
        self._add(me, DCTERMS.issued, _day(ISSUED))
        self._add(me, DCTERMS.modified, _day(self._about.modified))
        self._add(me, DCTERMS.accessRights, EU["access-right/PUBLIC"])
        self._add(me, DCTERMS.accrualPeriodicity, EU["frequency/IRREG"])
        self._add(me, DCAT.landingPage, URIRef(f"{self._about.base}/oppna-data"))
        self._add(me, DCTERMS.spatial, COUNTY)
        self._add(me, DCTERMS.spatial, self._own.place)
        for theme in dataset.themes:
            self._add(me, DCAT.theme, EU[f"data-theme/{theme}"])
        for tr in self._about.translators:
            for word in tr(f"dataset.{dataset.id}.keywords").split(","):
                self._add(me, DCAT.keyword, Literal(word.strip(), lang=tr.language.value))
        if dataset.is_spatial:
            self._add(me, DCTERMS.conformsTo, CRS_84)
            self._add(CRS_84, RDF.type, DCTERMS.Standard)
        if dataset.from_year is not None:
            self._add_period(me, dataset.from_year)
        for distribution in dataset.distributions:
            self._add_distribution(me, dataset, distribution, terms, size(distribution))

    def _add_distribution(
        self,
        dataset: URIRef,
        about: Dataset,
        distribution: Distribution,
        terms: Terms,
        size: int | None,
    ) -> None:
        me = self._own[f"{about.id}-{distribution.format.name.lower()}"]
        address = URIRef(self._about.base + distribution.address)
        self._add(dataset, DCAT.distribution, me)
        self._add(me, RDF.type, DCAT.Distribution)
        for tr in self._about.translators:
            title = f"{tr(f'dataset.{about.id}.title')} ({distribution.format.label})"
            self._add(me, DCTERMS.title, _text(title, tr))
            self._add(me, DCTERMS.description, _text(tr(f"format.{distribution.format.name}"), tr))
        self._add(me, DCAT.accessURL, address)
        self._add(me, DCAT.downloadURL, address)
        self._add(me, DCAT.accessService, self._own.api)
        self._add(me, DCTERMS.format, Literal(distribution.format.value))
        self._add(me, DCAT.mediaType, MEDIA_TYPES[distribution.format.value])
        self._add(me, DCTERMS.license, self._licence(terms.licence))
        self._add(me, DCATAP.availability, EU["planned-availability/AVAILABLE"])
        if size is not None:
            self._add(me, DCAT.byteSize, Literal(size, datatype=XSD.nonNegativeInteger))
        if terms.credits:
            rights = self._own[f"{about.id}-rights"]
            self._add(me, DCTERMS.rights, rights)
            self._add(rights, RDF.type, ODRS.RightsStatement)
            for tr in self._about.translators:
                named = _text(terms.attribution_in(tr.language), tr)
                self._add(rights, ODRS.attributionText, named)

    def _add_publisher(self) -> None:
        me = self._own.publisher
        self._add(me, RDF.type, FOAF.Agent)
        for tr in self._about.translators:
            self._add(me, FOAF.name, _text(self._about.publisher or tr("product.name"), tr))
        self._add(me, DCTERMS.type, PUBLISHER_TYPES[self._about.publisher_type])
        self._add(me, FOAF.homepage, URIRef(f"{self._about.base}/"))
        self._add(URIRef(f"{self._about.base}/"), RDF.type, FOAF.Document)

    def _add_contact(self) -> None:
        me, mail = self._own.contact, URIRef(f"mailto:{self._about.contact}")
        self._add(me, RDF.type, VCARD.Organization)
        first = self._about.translators[0]
        self._add(me, VCARD.fn, Literal(_clean(self._about.publisher or first("product.name"))))
        self._add(me, VCARD.hasEmail, mail)
        self._add(mail, RDF.type, VCARD.Email)
        self._add(me, VCARD.hasURL, URIRef(f"{self._about.base}/kontakt"))

    def _add_place(self) -> None:
        west, south, east, north = self._about.box
        ring = ((west, south), (east, south), (east, north), (west, north), (west, south))
        box = ", ".join(f"{x:g} {y:g}" for x, y in ring)
        centre = f"{(west + east) / 2:.4f} {(south + north) / 2:.4f}"
        me = self._own.place
        self._add(me, RDF.type, DCTERMS.Location)
        self._add(COUNTY, RDF.type, DCTERMS.Location)
        self._add(me, DCAT.bbox, Literal(f"POLYGON(({box}))", datatype=WKT))
        self._add(me, DCAT.centroid, Literal(f"POINT({centre})", datatype=WKT))

    def _add_service(self) -> None:
        me = self._own.api
        root = f"{self._about.base}{PREFIX}"
        self._add(me, RDF.type, DCAT.DataService)
        self._words(me, "dataset.api")
        self._add(me, DCAT.endpointURL, URIRef(root))
        self._add(me, DCAT.endpointDescription, URIRef(f"{root}/openapi.json"))
        self._add(me, DCTERMS.publisher, self._own.publisher)
        self._add(me, DCAT.contactPoint, self._own.contact)
        self._add(me, DCTERMS.type, REST)
        self._add(me, DCTERMS.format, Literal("application/json"))
        self._add(me, DCTERMS.accessRights, EU["access-right/PUBLIC"])
        self._add(me, DCAT.landingPage, URIRef(f"{self._about.base}/oppna-data"))
        for dataset in DATASETS:
            self._add(me, DCAT.servesDataset, self._own[dataset.id])
        for tr in self._about.translators:
            self._add(me, DCAT.keyword, _text(tr("dataset.api.keyword"), tr))

    def _add_period(self, dataset: URIRef, year: int) -> None:
        period = URIRef(f"{dataset}-period")
        self._add(dataset, DCTERMS.temporal, period)
        self._add(period, RDF.type, DCTERMS.PeriodOfTime)
        self._add(period, DCAT.startDate, _day(date(year, 1, 1)))

    def _licence(self, name: str) -> URIRef:
        address = URIRef(LICENCES[name])
        self._add(address, RDF.type, DCTERMS.LicenseDocument)
        return address

    def _words(self, subject: URIRef, key: str) -> None:
        for tr in self._about.translators:
            self._add(subject, DCTERMS.title, _text(tr(f"{key}.title"), tr))
            self._add(subject, DCTERMS.description, _text(tr(f"{key}.description"), tr))

    def _add(self, subject: URIRef, verb: URIRef, thing: URIRef | Literal) -> None:
        self.graph.add((subject, verb, thing))


def _text(text: str, tr: Translator) -> Literal:
    return Literal(_clean(text), lang=tr.language.value)


def _clean(text: str) -> str:
    """Leave out the control characters that XML cannot hold."""
    return _NOT_IN_XML.sub("", text)


def _day(day: date) -> Literal:
    return Literal(day.isoformat(), datatype=XSD.date)
