"""The catalogue against the rules of DCAT-AP-SE 3.0.1, written here as field checks.

The rules were read from the profile's own form definitions (edition 3.0.1): what is mandatory,
what is recommended, how often a field may stand, and which vocabulary its value comes from.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import pytest
from rdflib import Graph, Literal, URIRef
from rdflib.compare import isomorphic
from rdflib.namespace import DCAT, DCTERMS, FOAF, OWL, RDF, XSD
from rdflib.term import Node
from starlette.testclient import TestClient

from ris_map.api.datasets import DATASETS, LICENCES, Terms, terms
from ris_map.api.dcat import DCATAP, ODRS, VCARD
from ris_map.travel.world import service, sources
from ris_map.web.settings import Settings
from ris_map.words.language import Language
from tests.api.api_site import CONTACT, DATA, HOST, STANDARDS, V1, client, shapes_accept

# rdflib's own reader of JSON-LD
pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")

EU = "http://publications.europa.eu/resource/authority/"
CC0 = URIRef("http://creativecommons.org/publicdomain/zero/1.0/")
ENDINGS = {"rdf": "xml", "ttl": "turtle", "jsonld": "json-ld"}
MANY = None

# class -> field -> (least, most); the recommended ones are held like mandatory ones.
RULES: Mapping[URIRef, Mapping[URIRef, tuple[int, int | None]]] = {
    DCAT.Catalog: {
        DCTERMS.title: (1, MANY),
        DCTERMS.description: (1, MANY),
        DCTERMS.publisher: (1, 1),
        DCTERMS.license: (1, 1),
        DCAT.dataset: (1, MANY),
        DCTERMS.issued: (1, 1),
        DCTERMS.modified: (1, 1),
        DCTERMS.language: (1, MANY),
        DCTERMS.spatial: (1, MANY),
        FOAF.homepage: (1, 1),
        DCAT.themeTaxonomy: (1, MANY),
    },
    DCAT.Dataset: {
        DCTERMS.title: (1, MANY),
        DCTERMS.description: (1, MANY),
        DCTERMS.publisher: (1, 1),
        DCAT.contactPoint: (1, MANY),
        DCAT.keyword: (1, MANY),
        DCAT.theme: (1, MANY),
        DCTERMS.issued: (1, 1),
        DCTERMS.modified: (0, 1),
        DCTERMS.spatial: (1, MANY),
        DCTERMS.accessRights: (1, 1),
        DCTERMS.accrualPeriodicity: (1, 1),
        DCAT.distribution: (1, MANY),
    },
    DCAT.Distribution: {
        DCAT.accessURL: (1, 1),
        DCTERMS["format"]: (1, 1),
        DCTERMS.description: (1, MANY),
        DCTERMS.license: (1, 1),
        DCATAP.availability: (1, 1),
        DCAT.byteSize: (0, 1),
    },
    DCAT.DataService: {
        DCTERMS.title: (1, MANY),
        DCAT.endpointURL: (1, MANY),
        DCAT.endpointDescription: (1, MANY),
        DCTERMS["format"]: (1, 1),
        DCAT.contactPoint: (1, MANY),
        DCAT.keyword: (1, MANY),
        DCTERMS.accessRights: (1, 1),
        DCTERMS.license: (0, 1),
    },
    FOAF.Agent: {FOAF.name: (1, MANY), DCTERMS.type: (1, 1)},
    VCARD.Organization: {VCARD.fn: (1, MANY), VCARD.hasEmail: (1, MANY)},
    DCTERMS.PeriodOfTime: {DCAT.startDate: (1, 1), DCAT.endDate: (0, 1)},
}
# field -> class its value must say it is
TYPED: Mapping[URIRef, tuple[URIRef, ...]] = {
    DCTERMS.publisher: (FOAF.Agent,),
    DCTERMS.hasVersion: (DCAT.Dataset,),
    DCTERMS.isVersionOf: (DCAT.Dataset,),
    DCTERMS.license: (DCTERMS.LicenseDocument,),
    DCTERMS.spatial: (DCTERMS.Location,),
    DCTERMS.temporal: (DCTERMS.PeriodOfTime,),
    DCTERMS.conformsTo: (DCTERMS.Standard,),
    DCTERMS.language: (DCTERMS.LinguisticSystem,),
    DCTERMS.rights: (ODRS.RightsStatement,),
    FOAF.homepage: (FOAF.Document,),
    DCAT.dataset: (DCAT.Dataset,),
    DCAT.distribution: (DCAT.Distribution,),
    DCAT.contactPoint: (VCARD.Organization,),
    DCAT.accessService: (DCAT.DataService,),
    VCARD.hasEmail: (VCARD.Email,),
}
# field -> what the address of its value begins with
VOCABULARIES: Mapping[URIRef, str] = {
    DCAT.theme: f"{EU}data-theme/",
    DCTERMS.accessRights: f"{EU}access-right/PUBLIC",
    DCTERMS.accrualPeriodicity: f"{EU}frequency/",
    DCTERMS.language: f"{EU}language/",
    DCATAP.availability: f"{EU}planned-availability/",
    DCAT.mediaType: "https://www.iana.org/assignments/media-types/",
}
# field -> what its value looks like, and its datatypes as a literal (none = an address)
_ADDRESS = (r"https?://\S+", ())
_DAY = (r"\d{4}-\d\d-\d\d", (XSD.date,))
VALUES: Mapping[URIRef, tuple[str, tuple[URIRef | None, ...]]] = {
    **dict.fromkeys((DCTERMS.issued, DCTERMS.modified, DCAT.startDate), _DAY),
    **dict.fromkeys((DCAT.accessURL, DCAT.downloadURL, DCAT.endpointURL), _ADDRESS),
    **dict.fromkeys((DCAT.endpointDescription, DCAT.landingPage, FOAF.homepage), _ADDRESS),
    DCTERMS["format"]: (r"\w+\/[-.\w]+(?:\+[-.\w]+)?", (None,)),
    DCAT.byteSize: (r"\d+", (XSD.nonNegativeInteger,)),
    VCARD.hasEmail: (r"mailto:[^@\s]+@[^@\s]+\.\w+", ()),
}
BILINGUAL = (DCTERMS.title, DCTERMS.description, DCAT.keyword)


def faults(graph: Graph) -> Iterator[str]:
    """Yield every breach of the rules."""
    for kind, fields in RULES.items():
        found = list(graph.subjects(RDF.type, kind))
        if not found:
            yield f"no {kind}"
        for subject in found:
            yield from _count_faults(graph, subject, fields)
    for field, kinds in TYPED.items():
        for value in graph.objects(None, field):
            if not set(kinds) & set(graph.objects(value, RDF.type)):
                yield f"{value} is no {kinds} ({field})"
    for field, start in VOCABULARIES.items():
        for value in graph.objects(None, field):
            if not str(value).startswith(start):
                yield f"{value} is not from {start}"
    for field in BILINGUAL:
        for subject in set(graph.subjects(field, None)):
            languages = {getattr(v, "language", None) for v in graph.objects(subject, field)}
            if languages != {"sv", "en"}:
                yield f"{field} of {subject} in {languages}"
    yield from _value_faults(graph)


def _count_faults(
    graph: Graph, subject: Node, fields: Mapping[URIRef, tuple[int, int | None]]
) -> Iterator[str]:
    for field, (least, most) in fields.items():
        count = len(list(graph.objects(subject, field)))
        if count < least or (most is not None and count > most):
            yield f"{subject} has {count} {field}"


def _value_faults(graph: Graph) -> Iterator[str]:
    for catalogue in graph.subjects(RDF.type, DCAT.Catalog):
        if graph.value(catalogue, DCTERMS.license) != CC0:
            yield "the catalogue's licence is not the language-neutral CC0 address"
    for field, (pattern, datatypes) in VALUES.items():
        for value in graph.objects(None, field):
            is_literal = isinstance(value, Literal)
            if not re.fullmatch(pattern, str(value)) or is_literal == (datatypes == ()):
                yield f"{field} may not be {value!r}"
            elif isinstance(value, Literal) and value.datatype not in datatypes:
                yield f"{field} {value!r} has the wrong type"


@pytest.fixture(scope="module")
def graph(api: TestClient) -> Graph:
    return Graph().parse(data=api.get(f"{V1}/dcat.ttl").text, format="turtle")


def test_R10_the_catalogue_keeps_every_rule_of_the_profile(graph: Graph) -> None:
    assert not list(faults(graph))


def test_X12_the_shapes_of_dcat_ap_accept_the_catalogue(graph: Graph) -> None:
    """Sizes apart: a decimal in these shapes, a whole number in the profile's own edition."""
    shapes = STANDARDS / "dcat-ap-2.1.1" / "dcat-ap_2.1.1_shacl_shapes.ttl"
    whole = Graph()
    for triple in graph:
        if triple[1] != DCAT.byteSize:
            whole.add(triple)
    kept, report = shapes_accept(whole, shapes)
    assert kept, report
    whole.remove((None, DCAT.contactPoint, None))
    whole.remove((None, DCTERMS.publisher, None))
    assert not shapes_accept(whole, shapes)[0]


def test_R8_releases_are_versions_of_the_register(api: TestClient, graph: Graph) -> None:
    register = URIRef(f"{HOST}{V1}/dcat#actors")
    on = service(DATA).moment().world.on.isoformat()
    every = api.get(f"{V1}/releases").json()["releases"]
    listed = [release for release in every if release["date"] <= on]
    versions = {
        str(graph.value(one, OWL.versionInfo)): one
        for one in graph.objects(register, DCTERMS.hasVersion)
    }
    assert versions.keys() == {release["number"] for release in listed}
    for release in listed:
        me = versions[release["number"]]
        assert graph.value(me, DCTERMS.isVersionOf) == register
        for form in graph.objects(me, DCAT.distribution):
            assert str(graph.value(form, DCAT.accessURL)).endswith(f"&datum={release['date']}")


def test_R10_three_spellings_of_one_graph(api: TestClient, graph: Graph) -> None:
    for ending, name in ENDINGS.items():
        text = api.get(f"{V1}/dcat.{ending}").text
        assert isomorphic(Graph().parse(data=text, format=name), graph), ending


def test_R10_the_register_is_cc0_and_each_distribution_has_the_licence_of_its_files(
    graph: Graph,
) -> None:
    expected = {
        **{"actors": "CC0-1.0", "offices": "CC0-1.0", "strategy": "CC0-1.0"},
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


def test_every_distribution_can_be_fetched_and_is_as_large_as_it_says(
    api: TestClient, graph: Graph
) -> None:
    distributions = list(graph.subjects(RDF.type, DCAT.Distribution))
    sized = list(graph.subjects(DCAT.byteSize))
    assert len(sized) == sum(len(dataset.distributions) for dataset in DATASETS)
    for distribution in distributions:
        address = str(graph.value(distribution, DCAT.downloadURL))
        answer = api.get(address.removeprefix(HOST), headers={"Accept-Encoding": "identity"})
        assert answer.status_code == 200, address
        said = str(graph.value(distribution, DCTERMS["format"]))
        assert answer.headers["Content-Type"].partition(";")[0] == said
        size = graph.value(distribution, DCAT.byteSize)
        assert size is None or int(str(size)) == len(answer.content)
        licence = str(graph.value(distribution, DCTERMS.license))
        assert answer.headers["Link"] == f'<{licence}>; rel="license"'


def test_names_of_our_own_hang_together(graph: Graph) -> None:
    own = f"{HOST}{V1}/dcat#"
    spoken_of = {str(node) for node in graph.subjects() if str(node).startswith(own)}
    named = {str(node) for node in graph.objects() if str(node).startswith(own)}
    assert named - spoken_of - {str(v) for v in graph.objects(None, DCTERMS.identifier)} == set()
    assert {str(v) for v in graph.objects(None, VCARD.hasEmail)} == {f"mailto:{CONTACT}"}


def test_whom_to_name_is_told_once_in_each_language(graph: Graph) -> None:
    known = sources(DATA)
    told = 0
    for dataset in DATASETS:
        allowed = terms(dataset.files, sources=known)
        rights = URIRef(f"{HOST}{V1}/dcat#{dataset.id}-rights")
        wanted = {Literal(allowed.attribution_in(x), lang=x.value) for x in Language}
        assert set(graph.objects(rights, ODRS.attributionText)) == (
            wanted if allowed.credits else set()
        )
        told += bool(allowed.credits)
    assert told


def test_the_publisher_is_set_by_the_operator() -> None:
    settings = Settings(publisher='Region <&"> X', publisher_type="RegionalAuthority")
    text = client(settings=settings).get(f"{V1}/dcat.rdf").text
    graph = Graph().parse(data=text, format="xml")
    publisher = graph.value(None, RDF.type, FOAF.Agent)
    assert {str(name) for name in graph.objects(publisher, FOAF.name)} == {'Region <&"> X'}
    kind = URIRef("http://purl.org/adms/publishertype/RegionalAuthority")
    assert graph.value(publisher, DCTERMS.type) == kind
    assert not list(faults(graph))


def test_hostile_words_stay_words_in_every_spelling() -> None:
    hostile = "]]><script>&amp;\x00\x0b\ufffe\"''' \\ \r\n</rdf:RDF>"
    api = client(settings=Settings(publisher=hostile))
    kept = re.sub("[\x00\x0b\ufffe\\s]", "", hostile)
    for ending, name in ENDINGS.items():
        read = Graph().parse(data=api.get(f"{V1}/dcat.{ending}").content, format=name)
        names = {str(name) for name in read.objects(None, FOAF.name)}
        assert {re.sub(r"\s", "", name) for name in names} == {kept}


def test_terms_are_the_strictest_and_name_everybody_once() -> None:
    known = sources(DATA)
    mixed = terms(
        ("data/actors.yaml", "data/localities.csv", "data/background.geojson"), sources=known
    )
    assert mixed.licence == "ODbL-1.0"
    assert "OpenStreetMaps bidragsgivare" in mixed.attribution_in(Language.SV)
    assert "OpenStreetMap contributors" in mixed.attribution_in(Language.EN)
    assert mixed.attribution_in(Language.SV).count("Källa: SCB.") == 1
    assert mixed.attribution_in(Language.EN).count("(SCB).") == 1
    assert terms(("data/actors.yaml",), sources=known) == Terms("CC0-1.0", ())
    with pytest.raises(LookupError, match=r"nothing\.csv"):
        terms(("data/nothing.csv",), sources=known)
    odd = [replace_licence(source) for source in known]
    with pytest.raises((LookupError, ValueError)):
        terms(("data/actors.yaml",), sources=odd)


def replace_licence(source: object) -> object:
    return source.model_copy(update={"licence_out": "Proprietary"})  # type: ignore[attr-defined]


def test_a_missing_field_would_be_found(graph: Graph) -> None:
    """The checks above are not blind: without a field they complain."""
    for field in (DCTERMS.license, DCTERMS.title, DCTERMS["format"], VCARD.hasEmail, DCTERMS.type):
        poorer = Graph()
        for triple in graph:
            if triple[1] != field:
                poorer.add(triple)
        assert list(faults(poorer)), field
