"""Flat records of everything that is published, for CSV, JSON, GeoJSON, GeoPackage and XLSX alike.

A figure that does not exist is None, with a state beside it that says why; no record ever holds
"not a number" or infinity. Ids, not words: words are data of their own (the vocabulary).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from datetime import date

import numpy as np
import shapely

from ris_map.api import schemas
from ris_map.api.datasets import Terms
from ris_map.api.schemas import FigureState
from ris_map.coverage.cube import THRESHOLDS, CoverageCell
from ris_map.coverage.cubes import CubeChoice, cube_of, ranges_of
from ris_map.export.geopackage import Layer
from ris_map.export.tables import LIST_SEPARATOR, Cell
from ris_map.geography.county import Locality
from ris_map.register.model import Actor, Office
from ris_map.register.selection import Match
from ris_map.register.vocabulary import Delivery
from ris_map.travel.matrix import TravelMatrix
from ris_map.travel.world import World

Record = dict[str, Cell]


ACTOR_COLUMNS = (
    *("id", "name", "group", "kind", "scope", "municipal", "outside_county", "status"),
    *("valid_from", "valid_to", "in_2022", "summary_sv", "summary_en", "homepage"),
    *("phases", "service_types", "strength_areas"),
    *(str(mode) for mode in Delivery),
    *("service_scope", "service_municipalities", "matching_offices", "confidence"),
    *("last_evidence", "last_confirmed"),
)
OFFICE_COLUMNS = (
    *("id", "actor", "office", "name", "group", "scope", "status"),
    *("phases", "service_types", "strength_areas", "municipality_code", "town", "street"),
    *("postcode", "precision", "uncertainty_m", "outside_municipality", "outside_country"),
    *("valid_from", "valid_to"),
)
LOCALITY_COLUMNS = tuple(schemas.Settlement.model_fields)
TRAVEL_COLUMNS = ("from", "to", "minutes", "km", "state")
CELL_COLUMNS = (
    *("cell", "lat", "lon", "municipality_code", "municipality", "residents", "minutes", "state"),
    *("is_uncertain", "ferry_only", "nearest_office", "nearest_town"),
)
COVERAGE_COLUMNS = tuple(schemas.Cell.model_fields)
MINUTE_FIGURES = (
    "median_minutes",
    "p90_minutes",
    "mean_minutes",
    "shortfall_minutes",
    "nearest_minutes_from_seat",
    "median_minutes_at_best",
)


def join(values: Iterable[str]) -> str:
    """Return several ids as one cell."""
    return LIST_SEPARATOR.join(values)


def actor_record(match: Match) -> Record:
    """Return one selected actor as a flat record."""
    actor = match.actor
    return {
        "id": actor.id,
        "name": actor.name,
        "group": match.group.value,
        "kind": actor.kind.value,
        "scope": actor.scope.value,
        "municipal": actor.municipal,
        "outside_county": actor.outside_county,
        "status": actor.status.value,
        "valid_from": actor.valid_from,
        "valid_to": actor.valid_to,
        "in_2022": actor.in_2022.value,
        "summary_sv": actor.summary.sv,
        "summary_en": actor.summary.en,
        "homepage": actor.homepage,
        "phases": join(actor.phases),
        "service_types": join(actor.service_types),
        "strength_areas": join(actor.strength_areas.areas),
        **{mode.value: actor.availability(mode).value for mode in Delivery},
        "service_scope": actor.service_area.scope.value,
        "service_municipalities": join(actor.service_area.municipalities),
        "matching_offices": join(office.id for office in match.offices),
        "confidence": actor.confidence.value,
        "last_evidence": actor.last_evidence,
        "last_confirmed": actor.last_confirmed,
    }


def office_record(actor: Actor, office: Office, *, group: str, on: date) -> Record:
    """Return one office of a selected actor as a flat record, without its point."""
    outside = office.outside
    return {
        "id": f"{actor.id}/{office.id}",
        "actor": actor.id,
        "office": office.id,
        "name": actor.name,
        "group": group,
        "scope": actor.scope.value,
        "status": actor.status.value,
        "phases": join(actor.phases),
        "service_types": join(actor.service_types),
        "strength_areas": join(actor.strength_areas.areas),
        "municipality_code": office.municipality,
        "town": office.town,
        "street": office.street_on(on),
        "postcode": office.postcode,
        "precision": office.precision.value,
        "uncertainty_m": office.uncertainty_m,
        "outside_municipality": outside.municipality if outside else None,
        "outside_country": outside.country if outside else None,
        "valid_from": office.valid_from,
        "valid_to": office.valid_to,
    }


def locality_record(item: Locality) -> Record:
    """Return one settlement as a flat record."""
    return {
        "id": item.id,
        "scb_code": item.scb_code,
        "name": item.name,
        "municipality_code": item.municipality_code,
        "lat": item.lat,
        "lon": item.lon,
        "population": item.population,
        "population_year": item.population_year,
        "population_state": "unknown" if item.population is None else "known",
        "kind": item.kind,
        "is_seat": item.is_seat,
        "source": item.source,
        "note": item.note or None,
    }


def travel_records(
    matrix: TravelMatrix, *, origins: frozenset[str], destinations: frozenset[str]
) -> Iterator[Record]:
    """Yield minutes and kilometres of chosen pairs, one settlement after another."""
    columns = [i for i, name in enumerate(matrix.settlement_ids) if name in origins]
    rows = [i for i, name in enumerate(matrix.office_ids) if name in destinations]
    minutes = matrix.settlement_minutes[np.ix_(rows, columns)].tolist()
    km = matrix.settlement_km[np.ix_(rows, columns)].tolist()
    for c, column in enumerate(columns):
        for r, row in enumerate(rows):
            yield {
                "from": matrix.settlement_ids[column],
                "to": matrix.office_ids[row],
                "minutes": _finite(minutes[r][c]),
                "km": _finite(km[r][c]),
                "state": _state(minutes[r][c]).value,
            }


def coverage_records(
    world: World, choice: CubeChoice, *, codes: frozenset[str]
) -> Iterator[Record]:
    """Yield the cells of chosen municipalities in the cube's order, with their ranges."""
    geography, ranges = world.foundations.geography, ranges_of(world, choice)
    flat = [values.reshape(-1).tolist() for values in (ranges.share_low, ranges.share_high)]
    for cell, low, high in zip(cube_of(world, choice).cells(), *flat, strict=True):
        if cell.municipality_code in codes:
            name = geography.municipality(cell.municipality_code).name
            yield _cell_record(cell, name=name, share_range=(low, high))


def _cell_record(cell: CoverageCell, *, name: str, share_range: tuple[float, float]) -> Record:
    located = cell.located_residents > 0
    record: Record = {
        "municipality_code": cell.municipality_code,
        "municipality": name,
        "phase": cell.phase.value,
        "service_type": cell.service_type.value,
        "state": cell.state.value,
        "offices_on_site": cell.offices_on_site,
        "located_residents": cell.located_residents,
        "certainty": cell.certainty.value,
        "share_low": _finite(share_range[0]),
        "share_high": _finite(share_range[1]),
        "share_at_best": _finite(cell.share_at_best),
        "population_state": FigureState.KNOWN if located else FigureState.NOBODY_LOCATED,
        "nearest_office": cell.nearest_office_id,
        "nearest_town": cell.nearest_town,
        "visit": cell.visit.value,
        "digital": cell.digital.value,
        "phone": cell.phone.value,
        "is_borderline": cell.is_borderline,
        "is_maybe_physical": cell.is_maybe_physical,
        "is_maybe_remote": cell.is_maybe_remote,
        "doubtful_share": _finite(cell.doubtful_share),
    }
    for index, limit in enumerate(THRESHOLDS):
        record[f"people_within_{limit:g}"] = cell.people_within[index]
        record[f"share_within_{limit:g}"] = _finite(cell.share_within[index])
    for figure in MINUTE_FIGURES:
        value: float = getattr(cell, figure)
        record[figure] = _finite(value)
        record[f"{figure}_state"] = _state(value).value
    return {column: record[column] for column in COVERAGE_COLUMNS}


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _state(value: float) -> FigureState:
    if math.isnan(value):
        return FigureState.NOBODY_LOCATED
    return FigureState.UNREACHABLE if math.isinf(value) else FigureState.KNOWN


def layer(
    name: str,
    columns: Iterable[str],
    rows: list[Record],
    *,
    terms: Terms,
    geometries: Iterable[shapely.Geometry] = (),
    kind: str | None = None,
) -> Layer:
    """Return records as one table of a GeoPackage, with its terms as the description."""
    types = {
        **dict.fromkeys(("lat", "lon", "label_lat", "label_lon"), "DOUBLE"),
        **dict.fromkeys(("uncertainty_m", "population", "population_year"), "INTEGER"),
        **dict.fromkeys(("municipal", "outside_county", "is_seat"), "BOOLEAN"),
    }
    return Layer(
        name=name,
        description=" ".join((terms.licence, terms.address, *terms.attribution)),
        geometry_type=kind,
        columns={column: types.get(column, "TEXT") for column in columns},
        rows=rows,
        geometries=tuple(geometries),
    )
