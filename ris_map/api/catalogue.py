"""The catalogue's answers, and the list of addresses."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ris_map.api.asked import Asked
from ris_map.api.datasets import DATASETS, PREFIX, Distribution
from ris_map.api.dcat import SERIALISATIONS, Catalogue, catalogue_graph, serialised
from ris_map.api.documents import ACTORS, Document
from ris_map.api.endpoints import Endpoint
from ris_map.words import translator
from ris_map.words.language import Language

Size = Callable[[Asked, Distribution], int]


def catalogue_endpoints(size: Size) -> dict[str, Endpoint]:
    """Return the addresses of the catalogue, one per serialisation.

    Parameters
    ----------
    size : callable
        Gives the bytes of a distribution.
    """
    found = {}
    for ending, (_, media_type) in SERIALISATIONS.items():
        found[f"/dcat.{ending}"] = Endpoint(
            path=f"/dcat.{ending}",
            summary=f"Catalogue of all data sets in DCAT-AP-SE 3.0.1 ({media_type})",
            media_type=media_type,
            build=_builder(ending, size),
            files=ACTORS,
            names_itself=True,
        )
    return found


def index(endpoints: Mapping[str, Endpoint]) -> Callable[[Asked], Document]:
    """Return what lists all addresses."""
    links = [
        {"href": PREFIX + endpoint.path, "title": endpoint.summary, "type": endpoint.media_type}
        for endpoint in endpoints.values()
    ]
    return lambda asked: {"title": asked.tr("dataset.api.title"), "links": links}


def _builder(ending: str, size: Size) -> Callable[[Asked], bytes]:
    def build(asked: Asked) -> bytes:
        graph = catalogue_graph(
            _about(asked),
            terms={dataset.id: asked.terms(dataset.files) for dataset in DATASETS},
            size=lambda distribution: size(asked, distribution),
        )
        return serialised(graph, ending)

    return build


def _about(asked: Asked) -> Catalogue:
    settings = asked.site.settings
    return Catalogue(
        base=asked.base,
        contact=asked.site.report_address,
        publisher=settings.publisher,
        publisher_type=settings.publisher_type,
        modified=asked.changed(ACTORS).date(),
        box=_box(asked),
        translators=tuple(translator(language) for language in Language),
    )


def _box(asked: Asked) -> tuple[float, float, float, float]:
    areas = asked.moment.world.foundations.geography.territory.values()
    bounds = [area.bounds for area in areas]
    west, south = (min(box[i] for box in bounds) for i in (0, 1))
    east, north = (max(box[i] for box in bounds) for i in (2, 3))
    return west, south, east, north
