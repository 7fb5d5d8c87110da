"""Graphs in RDF: the catalogue in DCAT-AP-SE 3.0.1, public actors' offers in CPSV-AP 3.2.0.

What is said stands in ``texts/dcat.ttl`` and ``texts/cpsv.ttl`` (Turtle).
"""

import json
from collections.abc import Callable
from functools import partial
from operator import itemgetter
from typing import Any

import shapely
from rdflib import Graph

from ris_map.api.calls import Call, DataRouter
from ris_map.api.datasets import ACTORS, DATASETS, LICENCES, PREFIX
from ris_map.common.dates import period_end
from ris_map.common.region import region
from ris_map.export.tables import NOT_IN_XML
from ris_map.register.vocabulary import Delivery
from ris_map.words import translator
from ris_map.words.language import Language
from ris_map.words.markup import render_text

SERIALISATIONS = {
    "rdf": ("xml", "application/rdf+xml", "RDF/XML"),
    "ttl": ("turtle", "text/turtle", "Turtle"),
    "jsonld": ("json-ld", "application/ld+json", "JSON-LD"),
}
"""rdflib's name, the media type and what it is called, by the ending of the address."""
_NOT_IN_ADDRESSES = str.maketrans({sign: f"%{ord(sign):02X}" for sign in ' "<>\\^`{|}'})
router = DataRouter("register", ACTORS)


def catalogue(ending: str, call: Call[Any]) -> bytes:
    """Return the catalogue of all data sets."""
    settings, releases = call.site.settings, call.site.served.releases
    areas = call.world.foundations.geography.territory.values()
    frozen = [one.meta.release for one in releases if one.meta.release]
    return _serialised(
        "dcat.ttl",
        ending,
        own=f"{call.base}{PREFIX}/dcat#",
        root=f"{call.base}{PREFIX}",
        base=call.base,
        settings=settings,
        publisher=lambda x: settings.publisher or translator(Language(x))("product.name"),
        modified=lambda files: call.changed(files).date(),
        bounds=shapely.total_bounds(list(areas)).tolist(),
        datasets=DATASETS,
        licences=LICENCES,
        releases=[one for one in frozen if period_end(one.date) <= call.world.on],
        terms_of=call.terms,
        period_end=period_end,
    )


def services(ending: str, call: Call[Any]) -> bytes:
    """Return every actor of the register, and the services of the public ones."""
    actors = call.world.register.actors
    return _serialised(
        "cpsv.ttl",
        ending,
        own=f"{call.base}{PREFIX}/services#",
        actors=actors,
        served={code for actor in actors for code in actor.service_area.municipalities},
        towns=call.tr.municipality_names,
        strategy=call.world.foundations.strategy,
        ways=tuple(Delivery),
        on=call.world.on,
    )


def _serialised(template: str, ending: str, *, own: str, **values: object) -> bytes:
    """Return what a template in Turtle says, in one of :data:`SERIALISATIONS`."""
    text = render_text(
        template,
        own=own,
        county=f"http://data.europa.eu/nuts/code/{region().nuts}",
        text=_text,
        both=_both,
        t=_translated,
        address=lambda url: f"<{url.translate(_NOT_IN_ADDRESSES)}>",
        **values,
    )
    graph = Graph("SimpleMemory")  # in order, so that servers side by side give the same bytes
    graph.parse(data=text, format="turtle", publicID=own)
    if ending != "jsonld":
        return graph.serialize(format=SERIALISATIONS[ending][0], encoding="utf-8")
    context = {prefix: str(space) for prefix, space in graph.namespaces()}
    document = json.loads(graph.serialize(format="json-ld", context=context))
    document["@graph"].sort(key=itemgetter("@id"))
    return json.dumps(document, ensure_ascii=False, indent=2).encode()


def _text(text: str) -> str:
    """Return a literal of Turtle, without what XML cannot hold."""
    return json.dumps(NOT_IN_XML.sub("", text), ensure_ascii=False)


def _both(word: Callable[[Language], str], after: str = "") -> str:
    """Return a text, and what follows it, in every language."""
    return ", ".join(f"{_text(word(one) + after)}@{one}" for one in Language)


def _translated(key: str, after: str = "", *, listed: bool = False) -> str:
    """Return the text of a key in every language, or each of the words that it lists."""
    if not listed:
        return _both(lambda language: translator(language)(key), after)
    words = [(word, one) for one in Language for word in translator(one)(key).split(",")]
    return ", ".join(f"{_text(word.strip())}@{one}" for word, one in words)


for _ending, (_, _kind, _) in SERIALISATIONS.items():
    for _path, _what, _make in (
        ("/dcat", "Catalogue of all data sets in DCAT-AP-SE 3.0.1", catalogue),
        ("/services", "Offers of public actors in CPSV-AP 3.2.0", services),
    ):
        if (_path, _ending) != ("/services", "rdf"):
            text = f"{_what} ({_kind})"
            router.data(f"{_path}.{_ending}", media_type=_kind, names_itself=True, text=text)(
                partial(_make, _ending)
            )
