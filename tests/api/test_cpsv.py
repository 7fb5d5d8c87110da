"""Offers of public actors against the shapes that CPSV-AP 3.2.0 publishes (X12)."""

from __future__ import annotations

import pytest
from rdflib import Graph
from rdflib.compare import isomorphic
from rdflib.namespace import DCTERMS, ORG, RDF
from starlette.testclient import TestClient

from ris_map.api.dcat import CPSV, M8G
from ris_map.register.vocabulary import ActorKind
from ris_map.travel.world import service
from tests.api.api_site import DATA, HOST, STANDARDS, V1, shapes_accept

SHAPES = STANDARDS / "cpsv-ap-3.2.0" / "cpsv-ap-SHACL.ttl"
pytestmark = pytest.mark.filterwarnings("ignore")  # of rdflib's own reader of JSON-LD


@pytest.fixture(scope="module")
def graph(api: TestClient) -> Graph:
    return Graph().parse(data=api.get(f"{V1}/services.ttl").text, format="turtle")


def test_X12_the_shapes_of_cpsv_ap_accept_every_service(graph: Graph) -> None:
    kept, report = shapes_accept(graph, SHAPES)
    assert kept, report


@pytest.mark.parametrize("field", [DCTERMS.title, M8G.hasCompetentAuthority, DCTERMS.spatial])
def test_X12_the_shapes_are_not_blind(graph: Graph, field: object) -> None:
    poorer = Graph()
    for triple in graph:
        if triple[1] != field:
            poorer.add(triple)
    assert not shapes_accept(poorer, SHAPES)[0]


def test_services_are_the_offers_of_public_actors_and_of_them_alone(graph: Graph) -> None:
    actors = service(DATA).moment().state.register.actors
    public = {actor.id for actor in actors if actor.kind is ActorKind.PUBLIC}
    offers = sum(len(actor.offers) for actor in actors if actor.id in public)
    assert len(list(graph.subjects(RDF.type, CPSV.PublicService))) == offers > 0
    own = f"{HOST}{V1}/services#actor-"
    listed = {str(one).removeprefix(own) for one in graph.subjects(RDF.type, ORG.Organization)}
    assert listed == {actor.id for actor in actors}
    of_public = {
        str(one).removeprefix(own) for one in graph.subjects(RDF.type, M8G.PublicOrganisation)
    }
    assert of_public == public


def test_both_spellings_are_one_graph(api: TestClient, graph: Graph) -> None:
    text = api.get(f"{V1}/services.jsonld").text
    assert isomorphic(Graph().parse(data=text, format="json-ld"), graph)
