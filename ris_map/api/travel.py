"""Ways between any two points, and everybody's minutes: one line per inhabited square."""

from __future__ import annotations

import math
from dataclasses import asdict

import numpy as np

from ris_map.api import schemas
from ris_map.api.calls import Call, DataRouter, Document
from ris_map.api.county import cube_choice
from ris_map.api.datasets import COVERAGE, ROADS, Format
from ris_map.api.queries import CellsQuery, WayQuery
from ris_map.api.records import CELL_COLUMNS, Record
from ris_map.api.schemas import FigureState
from ris_map.coverage.cube import positions
from ris_map.coverage.cubes import cell_unknown, cube_of
from ris_map.export.tables import csv_bytes
from ris_map.travel.accuracy import accuracy
from ris_map.travel.arrays import FloatArray, IntArray
from ris_map.travel.network import SPEED_MODEL
from ris_map.travel.routes import travel_between

WAY = (*ROADS, "data/people/population_1km.csv")
FEWEST_SHOWN = 10
"""Fewer residents of a square than this are not told as a number."""
MODELS = {
    "sommar": "summer",
    "vinter": "winter",
    "skyltad": "posted",
    "forsiktig": "cautious",
}
router = DataRouter("travel")


@router.data(
    "/travel",
    "The way by car between any two points",
    description=(
        "Minutes, kilometres and roads in driving order, with the range over the speed models. "
        "Parts on roads whose course is only sketched are said to be so. Points outside the "
        "county are answered as far as the roads that lead out of it go."
    ),
    query=WayQuery,
    model=schemas.Way,
    files=WAY,
)
def way(call: Call[WayQuery]) -> Document:
    """Return the way between two points."""
    query, base = call.query, call.world.foundations
    points = np.array([query.start, query.stop])
    by_ferry = base.cells.only_ferry(points[:, 0], points[:, 1])
    found = travel_between(
        base.network,
        query.start,
        query.stop,
        speed_model=SPEED_MODEL[MODELS[query.modell]],
        no_road=(bool(by_ferry[0]), bool(by_ferry[1])),
    )
    told = accuracy(base)
    route = found.route if found else None
    return {
        "meta": call.meta(WAY, int(found is not None)),
        "from": dict(zip(("lat", "lon"), query.start, strict=True)),
        "to": dict(zip(("lat", "lon"), query.stop, strict=True)),
        "speed_model": MODELS[query.modell],
        "state": (FigureState.KNOWN if found else FigureState.UNREACHABLE).value,
        "ferry_only": bool(by_ferry.any()),
        "minutes": route and route.minutes,
        "km": route and route.km,
        "minutes_by_model": found.minutes_by_model if found else {},
        "roads": list(route.roads) if route else [],
        "legs": [asdict(leg) for leg in route.legs] if route else [],
        "schematic_km": route and route.schematic_km,
        "off_network_km": route and route.off_network_km,
        "line": [[lon, lat] for lat, lon in route.line] if route else [],
        "typical_error": {"median": told.places.median, "p90": told.places.p90},
    }


@router.data(
    "/cells.csv",
    "Every inhabited square of 1 km: residents, minutes, nearest office",
    description=(
        "Filters as on the coverage page. Squares with fewer than ten residents have 1-9 instead "
        "of a number."
    ),
    media_type=Format.CSV,
    query=CellsQuery,
    files=COVERAGE,
    filename="cells.csv",
)
def cells_csv(call: Call[CellsQuery]) -> bytes:
    """Return the squares, one line each."""
    return csv_bytes(CELL_COLUMNS, cell_records(call))


@router.data(
    "/cells.geojson",
    "Every inhabited square of 1 km as a point (EPSG:4326)",
    media_type=Format.GEOJSON,
    query=CellsQuery,
    model=schemas.Features,
    files=COVERAGE,
)
def cells_geojson(call: Call[CellsQuery]) -> Document:
    """Return the squares as points."""
    features = [
        {
            "type": "Feature",
            "id": record["cell"],
            "geometry": {"type": "Point", "coordinates": [record["lon"], record["lat"]]},
            "properties": record,
        }
        for record in cell_records(call)
    ]
    meta = call.meta(COVERAGE, len(features))
    return {"type": "FeatureCollection", "meta": meta, "features": features}


def cell_records(call: Call[CellsQuery]) -> list[Record]:
    """Return the squares of the chosen municipalities, in the order of the file."""
    query, world = call.query, call.world
    choice = cube_choice(query)
    cube, cells = cube_of(world, choice), world.cells
    at = positions(query.fas, query.stod)
    minutes, office = _nearest(cube.shared.of(np.flatnonzero(cube.sure[at].any(axis=(0, 1)))))
    offices = cube.shared.office[np.flatnonzero(cube.sure[at].any(axis=(0, 1)))]
    is_unknown = cell_unknown(world, choice, query.fas, query.stod)
    codes = np.array(cells.municipality_codes)[cells.municipality]
    names = {m.code: m.name for m in world.foundations.geography.municipalities}
    records: list[Record] = []
    for i in np.flatnonzero(np.isin(codes, sorted(call.codes))).tolist():
        value = float(minutes[i])
        reached = math.isfinite(value)
        k = int(offices[office[i]]) if reached else -1
        people = int(cells.population[i])
        records.append(
            {
                "cell": cells.ids[i],
                "lat": float(cells.lat[i]),
                "lon": float(cells.lon[i]),
                "municipality_code": str(codes[i]),
                "municipality": names[str(codes[i])],
                "residents": people if people >= FEWEST_SHOWN else f"1-{FEWEST_SHOWN - 1}",
                "minutes": value if reached else None,
                "state": (FigureState.KNOWN if reached else FigureState.UNREACHABLE).value,
                "is_uncertain": bool(is_unknown[i]),
                "ferry_only": bool(cells.is_ferry[i]),
                "nearest_office": cube.table.office_ids[k] if reached else None,
                "nearest_town": cube.table.office_towns[k] if reached else None,
            }
        )
    return records


def _nearest(minutes: FloatArray) -> tuple[FloatArray, IntArray]:
    """Return the shortest of the minutes to several offices, and to which; the first of equals."""
    if not len(minutes):
        return np.full(minutes.shape[1], np.inf), np.zeros(minutes.shape[1], dtype=np.int64)
    return minutes.min(axis=0), minutes.argmin(axis=0)
