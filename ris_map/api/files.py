"""Answers that are files: CSV, workbook, GeoPackage and the catalogue."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import shapely
from shapely.geometry import MultiPolygon, shape

from ris_map.actors.files import actors_xlsx
from ris_map.api import documents
from ris_map.api.asked import Asked
from ris_map.api.datasets import Terms
from ris_map.api.records import (
    ACTOR_COLUMNS,
    LOCALITY_COLUMNS,
    OFFICE_COLUMNS,
    TRAVEL_COLUMNS,
    Record,
    actor_record,
    coverage_columns,
    coverage_records,
    locality_record,
    office_record,
)
from ris_map.export.geopackage import Layer, geopackage
from ris_map.export.tables import csv_bytes
from ris_map.register.selection import selected_offices

_REAL = ("lat", "lon", "label_lat", "label_lon")
_WHOLE = ("uncertainty_m", "population", "population_year")
_TRUTH = ("municipal", "outside_county", "is_seat")


def actors_csv(asked: Asked) -> bytes:
    """Return the selected actors, one line each."""
    return csv_bytes(ACTOR_COLUMNS, (actor_record(match) for match in asked.selection.matches))


def localities_csv(asked: Asked) -> bytes:
    """Return the settlements, one line each."""
    found = asked.moment.world.foundations.geography.localities
    return csv_bytes(LOCALITY_COLUMNS, map(locality_record, found))


def travel_times_csv(asked: Asked) -> bytes:
    """Return trips, one line each."""
    return csv_bytes(TRAVEL_COLUMNS, documents.trips(asked))


def coverage_csv(asked: Asked) -> bytes:
    """Return the coverage cube's cells, one line each."""
    world = asked.moment.world
    cells = coverage_records(
        world.cube(asked.cube_choice), geography=world.foundations.geography, codes=asked.codes
    )
    return csv_bytes(coverage_columns(), cells)


def actors_workbook(asked: Asked) -> bytes:
    """Return the selected actors as a workbook in the chosen language."""
    world, tr = asked.moment.world, asked.tr
    meta = world.register.meta
    terms = asked.terms(documents.ACTORS)
    about = (
        (meta.title.in_(asked.language), meta.description.in_(asked.language)),
        (tr("xlsx.about.on"), world.on.isoformat()),
        (tr("xlsx.about.register-date"), meta.reference_date),
        (tr("xlsx.about.licence"), f"{terms.licence} {terms.address}"),
        (tr("xlsx.about.points"), tr("xlsx.about.points.text")),
        (tr("xlsx.about.address"), f"{asked.base}/api/v1/actors.xlsx"),
    )
    return actors_xlsx(asked.selection, words=asked.words, on=world.on, about=about)


def actors_geopackage(asked: Asked) -> bytes:
    """Return the selected actors: a layer of offices and a table of actors."""
    on = asked.moment.world.on
    found = list(selected_offices(asked.selection, on=on))
    rows = [office_record(m.actor, o, group=m.group.value, on=on) for m, o in found]
    points = [shapely.Point(office.lon, office.lat) for _, office in found]
    table = [actor_record(match) for match in asked.selection.matches]
    terms = asked.terms(documents.ACTORS)
    layers = (
        _layer("offices", OFFICE_COLUMNS, rows, terms=terms, geometries=points, kind="POINT"),
        _layer("actors", ACTOR_COLUMNS, table, terms=terms),
    )
    return geopackage(layers, changed=asked.changed(documents.ACTORS))


def localities_geopackage(asked: Asked) -> bytes:
    """Return the settlements as a layer of points."""
    found = asked.moment.world.foundations.geography.localities
    rows = [locality_record(item) for item in found]
    points = [shapely.Point(item.lon, item.lat) for item in found]
    terms = asked.terms(documents.LOCALITIES)
    layer = _layer(
        "localities", LOCALITY_COLUMNS, rows, terms=terms, geometries=points, kind="POINT"
    )
    return geopackage([layer], changed=asked.changed(documents.LOCALITIES))


def municipalities_geopackage(asked: Asked) -> bytes:
    """Return the land of the municipalities as a layer of polygons."""
    path = asked.site.served.data_dir / "municipalities.geojson"
    features: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["features"]
    rows = [feature["properties"] for feature in features]
    terms = asked.terms(documents.BOUNDARIES)
    areas = [_as_multi(shape(feature["geometry"])) for feature in features]
    columns = ("code", "name", "label_lat", "label_lon")
    layer = _layer(
        "municipalities", columns, rows, terms=terms, geometries=areas, kind="MULTIPOLYGON"
    )
    return geopackage([layer], changed=asked.changed(documents.BOUNDARIES))


def _as_multi(area: shapely.Geometry) -> MultiPolygon:
    return area if area.geom_type == "MultiPolygon" else MultiPolygon([area])


def _layer(
    name: str,
    columns: Iterable[str],
    rows: list[Record],
    *,
    terms: Terms,
    geometries: Iterable[shapely.Geometry] = (),
    kind: str | None = None,
) -> Layer:
    types = {
        **dict.fromkeys(_REAL, "DOUBLE"),
        **dict.fromkeys(_WHOLE, "INTEGER"),
        **dict.fromkeys(_TRUTH, "BOOLEAN"),
    }
    return Layer(
        name=name,
        description=" ".join((terms.licence, terms.address, *terms.attribution)),
        geometry_type=kind,
        columns={column: types.get(column, "TEXT") for column in columns},
        rows=rows,
        geometries=tuple(geometries),
    )
