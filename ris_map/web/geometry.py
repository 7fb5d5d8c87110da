"""What the map's frame fetches once: all inhabited squares and the ground below them, as files.

Both are pure functions of the files in ``data/`` and are named by a hash of their content, so that
a browser keeps them for a year.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import shapely
from pyproj import Transformer

from ris_map.geography.county import Geography, Locality
from ris_map.geography.divisions import Division

_OPEN_SEA = (
    *((18.0, 60.0), (18.0, 62.4), (18.75, 63.25), (19.2, 63.5), (19.45, 63.65), (20.3, 63.86)),
    *((20.8, 64.1), (21.2, 64.6), (21.3, 65.0), (21.5, 65.3), (22.2, 65.55), (23.5, 65.8)),
    *((29.0, 65.8), (29.0, 60.0), (18.0, 60.0)),
)
"""Roughly the Gulf of Bothnia (lon, lat), below the county's own coast: ground beyond the data."""
Features = list[dict[str, Any]]

PEOPLE = Path("people") / "population_1km.csv"
ROADS = Path("roads") / "edges.geojson"
_CELL_SIDE_M = 1000
_STEPS = 65535


def cell_columns(data: Path) -> pd.DataFrame:
    """Return ``cell_id`` and ``municipality_code`` of every inhabited square, in the file's order.

    The order is the index that every list of classes uses.
    """
    columns = {"cell_id": str, "municipality_code": str}
    return pd.read_csv(data / PEOPLE, usecols=list(columns), dtype=columns)


def squares_bytes(data: Path) -> bytes:
    """Return the corners of each square in Web Mercator, for the browser to add and multiply.

    Four float64 (origin and step as shares of the world), then per square eight uint16 (four
    corners, x and y) and last one byte with the municipality's index among the sorted codes.
    The smallest step is 8 m, a hundredth of a side.
    """
    if not (data / PEOPLE).is_file():
        return b""
    cells = cell_columns(data)
    south_west = cells.cell_id.str.extract(r"N(\d+)E(\d+)$").astype(int).to_numpy()
    around = np.array([(0, 0), (0, 1), (1, 1), (1, 0)]) * _CELL_SIDE_M
    north_east = south_west[:, None, :] + around
    transformer = Transformer.from_crs(3035, 3857, always_xy=True)
    x, y = transformer.transform(north_east[..., 1], north_east[..., 0])
    world_m = 2 * np.pi * 6378137.0
    world = np.stack([x / world_m + 0.5, 0.5 - y / world_m], axis=-1).reshape(-1, 2)
    low, step = world.min(axis=0), np.ptp(world, axis=0) / _STEPS
    corners = np.rint((world - low) / step).astype("u2")
    codes = sorted(cells.municipality_code.unique())
    owners = cells.municipality_code.map({code: i for i, code in enumerate(codes)}).to_numpy("u1")
    head = np.concatenate([low, step]).astype("f8")
    return b"".join(part.tobytes() for part in (head, corners, owners))


def ground_bytes(data: Path, geography: Geography) -> bytes:
    """Return sea, municipalities, roads, names and each division's line in one JSON file.

    A town is ``[name, latitude, longitude, rank]``: 0 a municipality's main town, 1 another urban
    area, 2 a village.
    """
    land = _features(data / "municipalities.geojson")
    background = _features(data / "background.geojson")
    towns = sorted(geography.localities, key=lambda town: (not town.is_seat, -_people(town)))
    ground = {
        "land": [
            {
                "type": "Feature",
                "properties": {key: one["properties"][key] for key in ("code", "name")},
                "geometry": one["geometry"],
            }
            for one in sorted(land, key=lambda one: one["properties"]["code"])
        ],
        "sea": [
            {"type": "Polygon", "coordinates": [_OPEN_SEA]},
            *(one["geometry"] for one in background if one["properties"]["kind"] == "sea"),
        ],
        "roads": _roads(data, background),
        "towns": [
            [town.name, round(town.lat, 4), round(town.lon, 4), _rank(town)] for town in towns
        ],
        "lines": {division.id: dividing_line(land, division) for division in geography.divisions},
    }
    return json.dumps(ground, ensure_ascii=False, separators=(",", ":")).encode()


def dividing_line(land: Features, division: Division) -> list[list[list[float]]]:
    """Return the line between the inland and the other municipalities, as lists of lon, lat."""
    sides: dict[bool, list[shapely.Geometry]] = {True: [], False: []}
    for one in land:
        is_inland = one["properties"]["code"] in division.inland
        sides[is_inland].append(shapely.geometry.shape(one["geometry"]).buffer(0))
    inland, coast = (shapely.unary_union(sides[side]) for side in (True, False))
    # borders are shared by their points; a hair's breadth takes in what rounding moved
    shared = inland.boundary.intersection(coast.boundary.buffer(1e-4))
    merged = shapely.line_merge(shared) if shared.geom_type == "MultiLineString" else shared
    parts = shapely.get_parts(merged)
    return [shapely.get_coordinates(part).round(4).tolist() for part in parts if part.length > 0.02]


def _features(path: Path) -> Features:
    features: Features = json.loads(path.read_text(encoding="utf-8"))["features"]
    return features


def _roads(data: Path, background: Features) -> list[list[object]]:
    """Return ``[is numbered, points]`` for each road with its course."""
    path = data / ROADS
    if path.is_file():
        return [
            [int(one["properties"]["kind"] == "numbered"), one["geometry"]["coordinates"]]
            for one in _features(path)
        ]
    return [
        [1, shapely.get_coordinates(part).round(4).tolist()]
        for one in background
        if one["properties"]["kind"] == "road"
        for part in shapely.get_parts(shapely.geometry.shape(one["geometry"]))
    ]


def _people(town: Locality) -> int:
    return town.population or 0


def _rank(town: Locality) -> int:
    return 0 if town.is_seat else 1 if _people(town) else 2
