"""Graphs in RDF: the catalogue in DCAT-AP-SE 3.0.1, public actors' offers in CPSV-AP 3.2.0.

DCAT-AP-SE asks for the media type as a literal in ``dcterms:format`` (once); the same as an IANA
address stands in ``dcat:mediaType``, which the profile leaves out but does not forbid.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from functools import partial
from typing import Any

import shapely
from rdflib import Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCAT, DCTERMS, FOAF, ORG, OWL, RDF, SKOS, XSD

from ris_map.api.calls import Call, DataRouter
from ris_map.api.datasets import (
    ACTORS,
    DATASETS,
    LICENCES,
    PREFIX,
    Dataset,
    Distribution,
    Format,
)
from ris_map.common.dates import period_end
from ris_map.common.region import region
from ris_map.register.model import Actor, Offer, Release
from ris_map.register.vocabulary import (
    ActorKind,
    Availability,
    Delivery,
    ServiceScope,
    StrengthArea,
)
from ris_map.words import Translator, translator
from ris_map.words.language import Language, LocalText

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
            **{"dcatap": DCATAP, "odrs": ODRS, "owl": OWL, "xsd": XSD},
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
        if dataset.id == "actors":
            frozen = (register.meta.release for register in self._call.site.served.releases)
            said[DCTERMS.hasVersion] = [
                self._version(dataset, said, one)
                for one in frozen
                if one and period_end(one.date) <= self._call.world.on
            ]
        self._is(me, DCAT.Dataset, said)

    def _version(self, whole: Dataset, said: dict[URIRef, Any], release: Release) -> URIRef:
        """Add a frozen release: what is said of the whole, with a number and forms of its own."""
        name = f"{whole.id}-{release.number}"
        forms = [
            Distribution(f"{one.path}&datum={release.date}")
            for one in whole.distributions
            if one.format in {Format.JSON, Format.CSV}
        ]
        own = {
            DCTERMS.title: self._in_words(
                lambda tr: f"{tr(f'dataset.{whole.id}.title')} {release.number}"
            ),
            DCTERMS.identifier: Literal(str(self._own[name])),
            DCTERMS.isVersionOf: self._own[whole.id],
            OWL.versionInfo: Literal(release.number),
            DCTERMS.issued: _day(max(ISSUED, period_end(release.date))),
            DCTERMS.modified: [],
            DCAT.distribution: [self._distribution(whole, one, None, of=name) for one in forms],
        }
        return self._is(self._own[name], DCAT.Dataset, said | own)

    def _distribution(
        self, about: Dataset, form: Distribution, size: int | None, *, of: str = ""
    ) -> URIRef:
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
        me = self._own[f"{of or about.id}-{form.format.name.lower()}"]
        return self._is(me, DCAT.Distribution, said)


def _clean(text: str) -> str:
    """Leave out the control characters that XML cannot hold."""
    return _NOT_IN_XML.sub("", text)


def _day(day: date) -> Literal:
    return Literal(day.isoformat(), datatype=XSD.date)


M8G = Namespace("http://data.europa.eu/m8g/")
CPSV = Namespace("http://purl.org/vocab/cpsv#")
SWEDEN = EU["country/SWE"]
ADMS = Namespace("http://www.w3.org/ns/adms#")
router = DataRouter("register", ACTORS)


def services(ending: str, call: Call[Any]) -> bytes:
    """Return every actor of the register, and the services of the public ones."""
    return serialised(_Services(call).graph, ending)


class _Services:
    """Public actors' offers; all other actors are ``org:Organization`` alone.

    A public service of the profile has a competent authority.
    """

    def __init__(self, call: Call[Any]) -> None:
        self._call, base = call, call.world.foundations
        self._own = Namespace(f"{call.base}{PREFIX}/services#")
        self.graph = Graph()
        spaces = {"cv": M8G, "cpsv": CPSV, "adms": ADMS, "dcterms": DCTERMS, "org": ORG}
        for prefix, space in {**spaces, "skos": SKOS, "foaf": FOAF}.items():
            self.graph.bind(prefix, space)
        strategy = base.strategy
        self._labels = {
            **{str(one.id): one.label for one in strategy.phases},
            **{str(one.id): one.label for one in strategy.service_types},
            **{str(one.id): one.label for one in strategy.strength_areas},
        }
        self._ways = {one.id: one.label for one in strategy.delivery}
        self._towns = {m.code: m.name for m in base.geography.municipalities}
        for place in (county(), SWEDEN):
            describe(self.graph, place, DCTERMS.Location, {})
        self._languages = [EU[f"language/{name}"] for name in ("SWE", "ENG")]
        for language in self._languages:
            describe(self.graph, language, DCTERMS.LinguisticSystem, {})
        for actor in call.world.register.actors:
            self._actor(actor)

    def _actor(self, actor: Actor) -> None:
        me, is_public = self._own[f"actor-{actor.id}"], actor.kind is ActorKind.PUBLIC
        said = {
            SKOS.prefLabel: Literal(actor.name, lang=Language.SV.value),
            DCTERMS.identifier: Literal(actor.id),
            DCTERMS.title: Literal(actor.name, lang=Language.SV.value),
            DCTERMS.description: in_languages(actor.summary.in_),
            FOAF.homepage: self._page(actor.homepage),
            DCTERMS.spatial: self._places(actor) or [SWEDEN],
        }
        describe(self.graph, me, ORG.Organization, said)
        if is_public:
            self.graph.add((me, RDF.type, M8G.PublicOrganisation))
            for number, offer in enumerate(actor.offers):
                self._service(me, actor, offer, number)

    def _service(self, authority: URIRef, actor: Actor, offer: Offer, number: int) -> None:
        label = self._labels[offer.service_type]
        name = f"service-{actor.id}-{offer.service_type}-{number}"
        contact = describe(
            self.graph,
            self._own[f"contact-{actor.id}"],
            M8G.ContactPoint,
            {M8G.contactPage: self._page(actor.contact_url or actor.homepage)},
        )
        said = {
            DCTERMS.identifier: Literal(name),
            DCTERMS.title: in_languages(lambda x: f"{label.in_(x)}: {actor.name}"),
            DCTERMS.description: in_languages(actor.summary.in_),
            DCTERMS.type: self._concept(offer.service_type),
            DCTERMS.language: self._languages,
            DCTERMS.spatial: self._places(actor),
            ADMS.status: self._status(actor),
            M8G.hasCompetentAuthority: authority,
            M8G.contactPoint: contact,
            M8G.hasChannel: self._channels(authority, actor, offer, name),
            M8G.isClassifiedBy: [self._concept(phase) for phase in offer.phases],
            M8G.thematicArea: [
                self._concept(area)
                for area in actor.strength_areas.areas
                if area is not StrengthArea.ALL
            ],
        }
        describe(self.graph, self._own[name], CPSV.PublicService, said)

    def _channels(self, owner: URIRef, actor: Actor, offer: Offer, service: str) -> list[URIRef]:
        """Return the ways that are known to be given, offices one by one; unknown is none."""
        on = self._call.world.on
        ways = [
            (way, str(way), "")
            for way in (Delivery.VISIT, Delivery.DIGITAL, Delivery.PHONE)
            if offer.delivery.of(way) in {Availability.OFFERED, Availability.LIMITED}
        ]
        if offer.delivery.office in {Availability.OFFERED, Availability.LIMITED}:
            offices = [office for office in actor.offices if office.is_valid(on)]
            ways += [(Delivery.OFFICE, f"office-{x.id}", x.town) for x in offices]

        def described(label: LocalText, town: str) -> list[Literal]:
            return in_languages(lambda x: ", ".join(filter(None, (label.in_(x), town))))

        made = []
        for way, name, town in ways:
            label = self._ways[way]
            me = self._own[f"{service}-{name}"]
            said = {
                DCTERMS.identifier: Literal(f"{service}-{name}"),
                DCTERMS.description: described(label, town),
                DCTERMS.type: self._named(f"way-{way}", label.in_),
                M8G.ownedBy: owner,
            }
            made.append(describe(self.graph, me, M8G.Channel, said))
        return made

    def _places(self, actor: Actor) -> list[URIRef]:
        """Return where an actor serves; nothing where that is not known or not in the county."""
        area = actor.service_area
        if area.scope is ServiceScope.COUNTY:
            return [county()]
        return [
            describe(
                self.graph,
                self._own[f"municipality-{code}"],
                DCTERMS.Location,
                {
                    DCTERMS.identifier: Literal(code),
                    DCTERMS.title: Literal(self._towns[code], lang=Language.SV.value),
                },
            )
            for code in area.municipalities
        ]

    def _status(self, actor: Actor) -> URIRef:
        key = f"status.{actor.status}"
        return self._named(f"status-{actor.status}", lambda x: translator(x)(key))

    def _concept(self, name: str) -> URIRef:
        return self._named(str(name), self._labels[str(name)].in_)

    def _named(self, name: str, label: Callable[[Language], str]) -> URIRef:
        said = {SKOS.prefLabel: in_languages(label), DCTERMS.identifier: Literal(name)}
        return describe(self.graph, self._own[f"concept-{name}"], SKOS.Concept, said)

    def _page(self, address: str | None) -> list[URIRef]:
        return [describe(self.graph, URIRef(address), FOAF.Document, {})] if address else []


for _ending, (_, _kind) in SERIALISATIONS.items():
    if _ending != "rdf":
        router.data(
            f"/services.{_ending}",
            media_type=_kind,
            names_itself=True,
            text=f"Offers of public actors in CPSV-AP 3.2.0 ({_kind})",
        )(partial(services, _ending))
