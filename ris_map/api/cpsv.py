"""Offers of public actors as public services in CPSV-AP 3.2.0; private actors as organizations.

A public service of the profile has a competent authority, so only offers of actors of kind
``public`` are services here; all others are told of as ``org:Organization`` alone.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from rdflib import Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCTERMS, FOAF, ORG, RDF, SKOS

from ris_map.api.calls import Call, DataRouter
from ris_map.api.datasets import ACTORS, PREFIX
from ris_map.api.dcat import EU, SERIALISATIONS, county, describe, in_languages, serialised
from ris_map.register.model import Actor, Offer
from ris_map.register.vocabulary import (
    ActorKind,
    Availability,
    Delivery,
    ServiceScope,
    StrengthArea,
)
from ris_map.words import translator
from ris_map.words.language import Language, LocalText

M8G = Namespace("http://data.europa.eu/m8g/")
CPSV = Namespace("http://purl.org/vocab/cpsv#")
SWEDEN = EU["country/SWE"]
ADMS = Namespace("http://www.w3.org/ns/adms#")
router = DataRouter("register", ACTORS)


def services(ending: str, call: Call[Any]) -> bytes:
    """Return every actor of the register, and the services of the public ones."""
    return serialised(_Services(call).graph, ending)


class _Services:
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
        made = []
        for way, name, town in ways:
            label = self._ways[way]
            me = self._own[f"{service}-{name}"]
            said = {
                DCTERMS.identifier: Literal(f"{service}-{name}"),
                DCTERMS.description: in_languages(partial(_placed, label, town)),
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


def _placed(label: LocalText, town: str, language: Language) -> str:
    return ", ".join(filter(None, (label.in_(language), town)))


for _ending, (_, _kind) in SERIALISATIONS.items():
    if _ending != "rdf":
        router.data(
            f"/services.{_ending}",
            media_type=_kind,
            names_itself=True,
            text=f"Offers of public actors in CPSV-AP 3.2.0 ({_kind})",
        )(partial(services, _ending))
