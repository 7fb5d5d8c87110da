"""The table of addresses: what each gives, in which form, and what may be asked of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from ris_map.api import documents, files
from ris_map.api.asked import Asked
from ris_map.api.datasets import Format
from ris_map.api.documents import Document, encoded
from ris_map.api.parameters import (
    ACTOR,
    LANGUAGE,
    Parameter,
    coverage_parameters,
    places,
    selection_parameters,
)

FRESH = "public, no-cache"
"""Kept, but asked for anew each time: a register may be replaced at any moment."""
HOUR = "public, max-age=3600"
"""For what only changes when the server is started anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One address.

    Parameters
    ----------
    path : str
        Below the API's root; ``{id}`` at its end stands for the id of an actor.
    summary, description : str
        In English, for the description of the API.
    media_type : str
        Of the answer.
    build : callable
        Makes the answer.
    parameters : tuple of Parameter
        Everything that may be asked; anything else is refused.
    schema : str or None
        Name of the answer's shape in :mod:`ris_map.api.schemas`; None = not described by one.
    files : tuple of str
        The data files it is made from; empty = no data.
    cache : str
        ``Cache-Control``.
    filename : str
        Name under which a browser saves it; empty = shown.
    names_itself : bool
        Whether the answer holds the site's own address.
    """

    path: str
    summary: str
    description: str = ""
    media_type: str
    build: Callable[[Asked], bytes]
    parameters: tuple[Parameter, ...] = (LANGUAGE,)
    schema: str | None = None
    files: tuple[str, ...] = ()
    cache: str = FRESH
    filename: str = ""
    names_itself: bool = False


def data_endpoints(place_ids: Iterable[str]) -> Mapping[str, Endpoint]:
    """Return every address that gives data, by path."""
    known = tuple(place_ids)
    found = (*_register_endpoints(known), *_analysis_endpoints(known), *_other_endpoints())
    return {endpoint.path: endpoint for endpoint in found}


def _json(build: Callable[[Asked], Document]) -> Callable[[Asked], bytes]:
    return lambda asked: encoded(build(asked))


def _register_endpoints(place_ids: tuple[str, ...]) -> tuple[Endpoint, ...]:
    choices = selection_parameters(place_ids)
    same = "The same filter as on the start page: keys, values and meaning."
    return (
        Endpoint(
            path="/actors",
            summary="Selected actors with everything the register holds about them",
            description=f"{same} By default core actors of the county.",
            media_type=Format.JSON,
            build=_json(documents.actors),
            parameters=choices,
            schema="Actors",
            files=documents.ACTORS,
        ),
        Endpoint(
            path="/actors.geojson",
            summary="Selected actors as points of their offices (EPSG:4326)",
            description=f"{same} An actor without a known office has a feature without geometry.",
            media_type=Format.GEOJSON,
            build=_json(documents.actors_geojson),
            parameters=choices,
            schema="Features",
            files=documents.ACTORS,
        ),
        Endpoint(
            path="/actors.csv",
            summary="Selected actors, one line each",
            description=f"{same} Several ids in one cell are separated by spaces.",
            media_type=Format.CSV,
            build=files.actors_csv,
            parameters=choices,
            files=documents.ACTORS,
            filename="actors.csv",
        ),
        Endpoint(
            path="/actors.xlsx",
            summary="Selected actors as a workbook in words, offices in SWEREF 99 TM (EPSG:3006)",
            description=f"{same} The language of the words is chosen with lang.",
            media_type=Format.XLSX,
            build=files.actors_workbook,
            parameters=choices,
            files=documents.ACTORS,
            filename="actors.xlsx",
            names_itself=True,
        ),
        Endpoint(
            path="/actors.gpkg",
            summary="Selected actors as a GeoPackage in SWEREF 99 TM (EPSG:3006)",
            description=f"{same} Layer offices, table actors.",
            media_type=Format.GEOPACKAGE,
            build=files.actors_geopackage,
            parameters=choices,
            files=documents.ACTORS,
            filename="actors.gpkg",
        ),
        Endpoint(
            path="/actors/{id}",
            summary="One actor, whatever its scope",
            media_type=Format.JSON,
            build=_json(documents.one_actor),
            schema="OneActor",
            files=documents.ACTORS,
        ),
        Endpoint(
            path="/offices",
            summary="Offices of the selected actors",
            description=same,
            media_type=Format.JSON,
            build=_json(documents.offices),
            parameters=choices,
            schema="Offices",
            files=documents.ACTORS,
        ),
        Endpoint(
            path="/offices.geojson",
            summary="Offices of the selected actors as points (EPSG:4326)",
            description=same,
            media_type=Format.GEOJSON,
            build=_json(documents.offices_geojson),
            parameters=choices,
            schema="Features",
            files=documents.ACTORS,
        ),
    )


def _analysis_endpoints(place_ids: tuple[str, ...]) -> tuple[Endpoint, ...]:
    choices = coverage_parameters(place_ids)
    trips = (places(place_ids), ACTOR, LANGUAGE)
    return (
        Endpoint(
            path="/coverage",
            summary="Coverage of every municipality, phase and type of support",
            description=(
                "The figures of the coverage page. A figure that does not exist is null with its "
                "reason beside it; unknown is never zero, physical and digital are never added."
            ),
            media_type=Format.JSON,
            build=_json(documents.coverage),
            parameters=choices,
            schema="Coverage",
            files=documents.COVERAGE,
        ),
        Endpoint(
            path="/coverage.csv",
            summary="Coverage, one line per municipality, phase and type of support",
            media_type=Format.CSV,
            build=files.coverage_csv,
            parameters=choices,
            files=documents.COVERAGE,
            filename="coverage.csv",
        ),
        Endpoint(
            path="/travel-times",
            summary="Minutes and kilometres by road from settlements to offices",
            description=(
                "Computed on an estimated road graph, not measured. Closed offices and offices "
                "outside the county are included. plats chooses where the trips begin."
            ),
            media_type=Format.JSON,
            build=_json(documents.travel_times),
            parameters=trips,
            schema="TravelTimes",
            files=documents.TRAVEL,
        ),
        Endpoint(
            path="/travel-times.csv",
            summary="Minutes and kilometres by road, one line per trip",
            media_type=Format.CSV,
            build=files.travel_times_csv,
            parameters=trips,
            files=documents.TRAVEL,
            filename="travel-times.csv",
        ),
    )


def _other_endpoints() -> tuple[Endpoint, ...]:
    return (
        Endpoint(
            path="/places",
            summary="Municipalities and groups of them: what plats may be",
            media_type=Format.JSON,
            build=_json(documents.places),
            schema="Places",
            files=documents.DIVISIONS,
            cache=HOUR,
        ),
        Endpoint(
            path="/municipalities.geojson",
            summary="Land of the municipalities, simplified (EPSG:4326)",
            media_type=Format.GEOJSON,
            build=_json(documents.municipalities_geojson),
            schema="Features",
            files=documents.BOUNDARIES,
            cache=HOUR,
        ),
        Endpoint(
            path="/municipalities.gpkg",
            summary="Land of the municipalities as a GeoPackage in SWEREF 99 TM (EPSG:3006)",
            media_type=Format.GEOPACKAGE,
            build=files.municipalities_geopackage,
            files=documents.BOUNDARIES,
            cache=HOUR,
            filename="municipalities.gpkg",
        ),
        Endpoint(
            path="/localities",
            summary="Settlements with their population where it is known",
            media_type=Format.JSON,
            build=_json(documents.localities),
            schema="Localities",
            files=documents.LOCALITIES,
            cache=HOUR,
        ),
        Endpoint(
            path="/localities.csv",
            summary="Settlements, one line each",
            media_type=Format.CSV,
            build=files.localities_csv,
            files=documents.LOCALITIES,
            cache=HOUR,
            filename="localities.csv",
        ),
        Endpoint(
            path="/localities.gpkg",
            summary="Settlements as a GeoPackage in SWEREF 99 TM (EPSG:3006)",
            media_type=Format.GEOPACKAGE,
            build=files.localities_geopackage,
            files=documents.LOCALITIES,
            cache=HOUR,
            filename="localities.gpkg",
        ),
        Endpoint(
            path="/strategy",
            summary="The strategy's phases, types of support, strength areas and terms in words",
            media_type=Format.JSON,
            build=_json(documents.strategy),
            schema="Vocabulary",
            files=documents.STRATEGY,
            cache=HOUR,
        ),
        Endpoint(
            path="/schema",
            summary="JSON Schema of the actor register",
            media_type="application/schema+json",
            build=_json(documents.schema),
            cache=HOUR,
        ),
        Endpoint(
            path="/sources",
            summary="Where every data file comes from, with licences",
            media_type=Format.JSON,
            build=_json(documents.provenance),
            schema="Sources",
            cache=HOUR,
        ),
    )
