"""Two catalogues: all data by the rules of DCAT-AP-SE 3.0.1, public services by CPSV-AP 3.2.0.

The rules of the first, written here as field checks, were read from the profile's own form
definitions (edition 3.0.1): what is mandatory, what is recommended, how often a field may stand,
and which vocabulary its value comes from. Shapes that others publish are held besides (X12).
"""

import html
import math
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from rdflib import Graph, Literal, Namespace, URIRef
from rdflib.compare import isomorphic
from rdflib.namespace import DCAT, DCTERMS, FOAF, ORG, OWL, RDF, XSD
from starlette.testclient import TestClient

from ris_map.api.datasets import DATASETS, LICENCES, Terms, terms
from ris_map.api.page import open_data_html
from ris_map.register.vocabulary import ActorKind
from ris_map.travel.world import sources
from ris_map.web.settings import Settings
from ris_map.words import held_together, translator
from ris_map.words.language import Language
from tests.api.api_site import CONTACT, DATA, HOST, STANDARDS, V1, client, shapes_accept, world

pytestmark = pytest.mark.filterwarnings("ignore")  # of rdflib's own reader of JSON-LD

EU = "http://publications.europa.eu/resource/authority/"
CC0 = URIRef("http://creativecommons.org/publicdomain/zero/1.0/")
ENDINGS = {"rdf": "xml", "ttl": "turtle", "jsonld": "json-ld"}
# class -> fields: ! stands once, + once or more, ? once or not; what is recommended is held too.
RULES = {
    "dcat:Catalog": """
        dct:title+ dct:description+ dct:publisher! dct:license! dct:issued! dct:modified!
        dct:language+ dct:spatial+ dcat:dataset+ dcat:themeTaxonomy+ foaf:homepage!""",
    "dcat:Dataset": """
        dct:title+ dct:description+ dct:publisher! dct:issued! dct:modified? dct:spatial+
        dct:accessRights! dct:accrualPeriodicity! dcat:contactPoint+ dcat:keyword+ dcat:theme+
        dcat:distribution+""",
    "dcat:Distribution": """
        dct:format! dct:description+ dct:license! dcat:accessURL! dcatap:availability!""",
    "dcat:DataService": """
        dct:title+ dct:format! dct:accessRights! dct:license? dcat:endpointURL+
        dcat:endpointDescription+ dcat:contactPoint+ dcat:keyword+""",
    "foaf:Agent": "foaf:name+ dct:type!",
    "vcard:Organization": "vcard:fn+ vcard:hasEmail+",
    "dct:PeriodOfTime": "dcat:startDate! dcat:endDate?",
}
TIMES = {"!": (1, 1), "+": (1, math.inf), "?": (0, 1)}
# field -> class its value must say it is
TYPED = """
    dct:publisher foaf:Agent           dct:hasVersion dcat:Dataset
    dct:isVersionOf dcat:Dataset       dct:license dct:LicenseDocument
    dct:spatial dct:Location           dct:temporal dct:PeriodOfTime
    dct:conformsTo dct:Standard        dct:language dct:LinguisticSystem
    dct:rights odrs:RightsStatement    foaf:homepage foaf:Document
    dcat:dataset dcat:Dataset          dcat:distribution dcat:Distribution
    dcat:contactPoint vcard:Organization
    dcat:accessService dcat:DataService
    dcat:service dcat:DataService      dcat:servesDataset dcat:Dataset
    vcard:hasEmail vcard:Email
"""
# fields -> what an address begins with or a value looks like, and its datatypes as a literal
_ADDRESS, _FROM_EU = r"https?://\S+", EU + r"%s\S*"
VALUES: Mapping[str, tuple[str, tuple[URIRef | None, ...]]] = {
    "dct:issued dct:modified dcat:startDate": (r"\d{4}-\d\d-\d\d", (XSD.date,)),
    "dcat:accessURL dcat:downloadURL dcat:endpointURL": (_ADDRESS, ()),
    "dcat:endpointDescription dcat:landingPage foaf:homepage": (_ADDRESS, ()),
    "dct:format": (r"\w+\/[-.\w]+(?:\+[-.\w]+)?", (None,)),
    "vcard:hasEmail": (r"mailto:[^@\s]+@[^@\s]+\.\w+", ()),
    "dcat:theme": (_FROM_EU % "data-theme/", ()),
    "dct:accessRights": (_FROM_EU % "access-right/PUBLIC", ()),
    "dct:accrualPeriodicity": (_FROM_EU % "frequency/", ()),
    "dct:language": (_FROM_EU % "language/", ()),
    "dcatap:availability": (_FROM_EU % "planned-availability/", ()),
    "dcat:mediaType": (r"https://www\.iana\.org/assignments/media-types/\S+", ()),
}
VCARD = Namespace("http://www.w3.org/2006/vcard/ns#")
M8G, ODRS = Namespace("http://data.europa.eu/m8g/"), Namespace("http://schema.theodi.org/odrs#")
CPSV = Namespace("http://purl.org/vocab/cpsv#")
SPACES: dict[str, Any] = {"dcat": DCAT, "dct": DCTERMS, "foaf": FOAF, "vcard": VCARD, "odrs": ODRS}
SPACES["dcatap"] = "http://data.europa.eu/r5r/"


def name(short: str) -> URIRef:
    prefix, _, rest = short.partition(":")
    return URIRef(SPACES[prefix] + rest)


def faults(graph: Graph) -> Iterator[str]:
    yield from _value_faults(graph)
    for kind, rule in ((kind, rule) for kind, rules in RULES.items() for rule in rules.split()):
        least, most = TIMES[rule[-1]]
        subjects = graph.subjects(RDF.type, name(kind))
        counts = [len(list(graph.objects(one, name(rule[:-1])))) for one in subjects]
        if not counts or not all(least <= count <= most for count in counts):
            yield f"{kind} has {counts} {rule}"
    words = TYPED.split()
    for field, typed in zip(words[::2], words[1::2], strict=True):
        for value in graph.objects(None, name(field)):
            if name(typed) not in graph.objects(value, RDF.type):
                yield f"{value} is no {typed} ({field})"
    for field in ("dct:title", "dct:description", "dcat:keyword"):
        for subject in set(graph.subjects(name(field), None)):
            languages = {getattr(v, "language", None) for v in graph.objects(subject, name(field))}
            if languages != {"sv", "en"}:
                yield f"{field} of {subject} in {languages}"
    for catalogue in graph.subjects(RDF.type, DCAT.Catalog):
        if graph.value(catalogue, DCTERMS.license) != CC0:
            yield "the catalogue's licence is not the language-neutral CC0 address"


def _value_faults(graph: Graph) -> Iterator[str]:
    for fields, (pattern, datatypes) in VALUES.items():
        for value in chain.from_iterable(graph.objects(None, name(x)) for x in fields.split()):
            is_literal = isinstance(value, Literal)
            if not re.fullmatch(pattern, str(value)) or is_literal == (datatypes == ()):
                yield f"{fields} may not be {value!r}"
            elif isinstance(value, Literal) and value.datatype not in datatypes:
                yield f"{fields} {value!r} has the wrong type"


@pytest.fixture(scope="module")
def graph(api: TestClient) -> Graph:
    return Graph().parse(data=api.get(f"{V1}/dcat.ttl").text, format="turtle")


@pytest.fixture(scope="module")
def services(api: TestClient) -> Graph:
    return Graph().parse(data=api.get(f"{V1}/services.ttl").text, format="turtle")


def without(graph: Graph, *fields: URIRef) -> Graph:
    poorer = Graph() + graph
    for field in fields:
        poorer.remove((None, field, None))
    return poorer


def test_R10_the_catalogue_keeps_every_rule_of_the_profile(graph: Graph) -> None:
    assert not list(faults(graph))
    assert {str(v) for v in graph.objects(None, VCARD.hasEmail)} == {f"mailto:{CONTACT}"}
    for field in (DCTERMS.license, DCTERMS.title, DCTERMS["format"], VCARD.hasEmail, DCTERMS.type):
        assert list(faults(without(graph, field))), field  # the checks are not blind


def test_X12_the_shapes_of_dcat_ap_accept_the_catalogue(graph: Graph) -> None:
    shapes = STANDARDS / "dcat-ap-2.1.1" / "dcat-ap_2.1.1_shacl_shapes.ttl"
    kept, report = shapes_accept(graph, shapes)
    assert kept, report
    assert not shapes_accept(without(graph, DCAT.contactPoint, DCTERMS.publisher), shapes)[0]


def test_X12_the_shapes_of_cpsv_ap_accept_every_service(services: Graph) -> None:
    shapes = STANDARDS / "cpsv-ap-3.2.0" / "cpsv-ap-SHACL.ttl"
    kept, report = shapes_accept(services, shapes)
    assert kept, report
    for field in (DCTERMS.title, M8G.hasCompetentAuthority, DCTERMS.spatial):
        assert not shapes_accept(without(services, field), shapes)[0], field


def test_services_are_the_offers_of_public_actors_and_of_them_alone(services: Graph) -> None:
    actors = world().register.actors
    public = [actor for actor in actors if actor.kind is ActorKind.PUBLIC]
    offers = list(chain.from_iterable(actor.offers for actor in public))
    assert len(list(services.subjects(RDF.type, CPSV.PublicService))) == len(offers) > 0
    own = f"{HOST}{V1}/services#actor-"
    for kind, wanted in ((ORG.Organization, actors), (M8G.PublicOrganisation, public)):
        named = {str(one).removeprefix(own) for one in services.subjects(RDF.type, kind)}
        assert named == {actor.id for actor in wanted}


def test_R8_releases_are_versions_of_the_register(api: TestClient, graph: Graph) -> None:
    register = URIRef(f"{HOST}{V1}/dcat#actors")
    on = world().on.isoformat()
    every = api.get(f"{V1}/releases").json()["releases"]
    dates = {release["number"]: release["date"] for release in every if release["date"] <= on}
    versions = {
        str(graph.value(one, OWL.versionInfo)): one
        for one in graph.objects(register, DCTERMS.hasVersion)
    }
    assert versions.keys() == dates.keys()
    for number, me in versions.items():
        assert graph.value(me, DCTERMS.isVersionOf) == register
        for form in graph.objects(me, DCAT.distribution):
            assert str(graph.value(form, DCAT.accessURL)).endswith(f"&datum={dates[number]}")


def test_R10_every_spelling_is_one_graph(api: TestClient, graph: Graph, services: Graph) -> None:
    for ending, name in ENDINGS.items():
        text = api.get(f"{V1}/dcat.{ending}").text
        assert isomorphic(Graph().parse(data=text, format=name), graph), ending
    text = api.get(f"{V1}/services.jsonld").text
    assert isomorphic(Graph().parse(data=text, format="json-ld"), services)


def test_servers_side_by_side_give_the_same_catalogue(api: TestClient) -> None:
    script = """from tests.api.api_site import V1, client
print(*(client().get(f"{V1}/dcat.{ending}").headers["ETag"] for ending in ("rdf", "jsonld")))"""
    command, other = [sys.executable, "-c", script], {**os.environ, "PYTHONHASHSEED": "1"}
    there = subprocess.check_output(command, cwd=DATA.parent, env=other, text=True)
    for ending, etag in zip(("rdf", "jsonld"), there.split(), strict=True):
        assert api.get(f"{V1}/dcat.{ending}").headers["ETag"] == etag


def test_R10_the_register_is_cc0_and_each_distribution_has_the_licence_of_its_files(
    graph: Graph,
) -> None:
    expected = {
        **dict.fromkeys(("actors", "offices", "strategy"), "CC0-1.0"),
        "localities": "CC-BY-4.0",
        # the roads and the coast are OpenStreetMap's
        **dict.fromkeys(("coverage", "cells", "travel-times", "municipalities"), "ODbL-1.0"),
    }
    assert expected.keys() == {dataset.id for dataset in DATASETS}
    for name, licence in expected.items():
        subject = URIRef(f"{HOST}{V1}/dcat#{name}")
        for distribution in graph.objects(subject, DCAT.distribution):
            assert graph.value(distribution, DCTERMS.license) == URIRef(LICENCES[licence])
            has_rights = graph.value(distribution, DCTERMS.rights) is not None
            assert has_rights == (licence != "CC0-1.0" or name == "strategy")


def test_every_distribution_can_be_fetched(api: TestClient, graph: Graph) -> None:
    for distribution in graph.subjects(RDF.type, DCAT.Distribution):
        address = str(graph.value(distribution, DCAT.downloadURL))
        answer = api.get(address.removeprefix(HOST))
        assert answer.status_code == 200, address
        said = str(graph.value(distribution, DCTERMS["format"]))
        assert answer.headers["Content-Type"].partition(";")[0] == said
        licence = str(graph.value(distribution, DCTERMS.license))
        assert answer.headers["Link"] == f'<{licence}>; rel="license"'
        # tables and layers are saved under their own name, what a browser shows is not
        name = address.partition("?")[0].rpartition("/")[2]
        saved = name.endswith((".csv", ".xlsx", ".gpkg")) and f'attachment; filename="{name}"'
        assert answer.headers.get("Content-Disposition", False) == saved


def test_a_data_set_was_modified_when_its_own_files_were(own_data: Path) -> None:
    os.utime(own_data / "localities.csv", (1_700_000_000, 1_700_000_000))
    text = client(own_data).get(f"{V1}/dcat.ttl").text
    graph = Graph().parse(data=text, format="turtle")
    told = {
        name: str(graph.value(URIRef(f"{HOST}{V1}/dcat#{name}"), DCTERMS.modified))
        for name in ("localities", "actors")
    }
    assert told["localities"] == "2023-11-14" < told["actors"]


def test_whom_to_name_is_told_once_in_each_language(graph: Graph) -> None:
    """In the catalogue in both; on the page about open data in its own alone."""
    known = sources(DATA)
    pages, sentences, named = {}, {}, 0
    for language in Language:
        pages[language] = html.unescape(open_data_html(translator(language)))
        texts = [source.attribution.in_(language) for source in known]
        sentences[language] = {part for text in texts for part in re.split(r"(?<=\.) ", text)}
    for dataset in DATASETS:
        allowed = terms(dataset.files, sources=known)
        rights = URIRef(f"{HOST}{V1}/dcat#{dataset.id}-rights")
        wanted = {Literal(allowed.attribution_in(x), lang=x.value) for x in Language}
        told = set(graph.objects(rights, ODRS.attributionText))
        assert told == (wanted if allowed.credits else set())
        assert all(held_together(allowed.attribution_in(x)) in pages[x] for x in Language)
        named += bool(allowed.credits)
    assert 0 < named < len(DATASETS)
    for language, other in zip(Language, [*Language][::-1], strict=True):
        assert [text for text in sentences[other] if text in pages[language]] == []
        label = translator(language)("open-data.column.attribution")
        assert pages[language].count(f" · {label}: ") == named


def test_the_operators_hostile_words_stay_words_in_every_spelling() -> None:
    hostile = "]]><script>&amp;\x00\x0b\ufffe\"''' \\ \r\n</rdf:RDF>"
    api = client(settings=Settings(publisher=hostile, publisher_type="RegionalAuthority"))
    kept = re.sub("[\x00\x0b\ufffe\\s]", "", hostile)
    for ending, name in ENDINGS.items():
        read = Graph().parse(data=api.get(f"{V1}/dcat.{ending}").content, format=name)
        publisher = read.value(None, RDF.type, FOAF.Agent)
        names = {str(name) for name in read.objects(publisher, FOAF.name)}
        assert {re.sub(r"\s", "", name) for name in names} == {kept}
        assert str(read.value(publisher, DCTERMS.type)).endswith("/RegionalAuthority")
        assert not list(faults(read))


def test_terms_are_the_strictest_and_name_everybody_once() -> None:
    known = sources(DATA)
    files = ("data/actors.yaml", "data/localities.csv", "data/background.geojson")
    mixed = terms(files, sources=known)
    assert mixed.licence == "ODbL-1.0"
    for language, coast, figures in (
        (Language.SV, "© OpenStreetMaps bidragsgivare", "Källa: SCB."),
        (Language.EN, "© OpenStreetMap contributors", "(SCB)."),
    ):
        assert coast in mixed.attribution_in(language)
        assert mixed.attribution_in(language).count(figures) == 1
    assert terms(files[:1], sources=known) == Terms("CC0-1.0", ())
    with pytest.raises(LookupError, match=r"nothing\.csv"):
        terms(("data/nothing.csv",), sources=known)
    odd = [source.model_copy(update={"licence_out": "Proprietary"}) for source in known]
    with pytest.raises((LookupError, ValueError)):
        terms(files[:1], sources=odd)
