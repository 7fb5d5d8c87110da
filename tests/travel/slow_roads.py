"""Small networks of made-up roads, for the product and for the minutes that are reckoned apart."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from ris_map.travel.network import Network, SpeedModel, road_network
from tests.travel.raw import RoadMap

EAST, NORTH = 700_000.0, 7_100_000.0


def make_network(
    points: dict[str, tuple[float, float]],
    edges: list[tuple[str, str, dict[str, object]]],
    *,
    places: tuple[str, ...] = (),
) -> Network:
    """Return a network from points in km beside (700, 7100) and edges with changes."""
    xy = {name: (EAST + 1000 * x, NORTH + 1000 * y) for name, (x, y) in points.items()}
    nodes = gpd.GeoDataFrame(
        {"name": list(xy), "kind": ["tatort" if n in places else "junction" for n in xy]},
        index=list(xy),
        geometry=[shapely.Point(p) for p in xy.values()],
        crs=3006,
    )
    rows = []
    for a, b, changes in edges:
        line = shapely.LineString([xy[a], xy[b]])
        plain = {
            "from": a, "to": b, "road": "Rv 1", "km": line.length / 1000, "limit_kmh": 100.0,
            "kind": "numbered", "joinable": 1, "geometry_kind": "osm", "geometry": line,
        }  # fmt: skip
        rows.append(plain | changes)
    frame = gpd.GeoDataFrame(rows, index=[f"e{i}" for i in range(len(rows))], crs=3006)
    return road_network(nodes, frame)


def degrees(points: list[tuple[float, float]]) -> dict[str, np.ndarray]:
    """Return points in km beside the origin as ``lat`` and ``lon``."""
    where = gpd.GeoSeries([shapely.Point(EAST + 1000 * x, NORTH + 1000 * y) for x, y in points],
                          crs=3006).to_crs(4326)  # fmt: skip
    return {"lat": where.y.to_numpy(), "lon": where.x.to_numpy()}


def road_map(network: Network, model: SpeedModel) -> RoadMap:
    """Return the same roads under a speed model, for the minutes that are reckoned apart."""

    def drive(km: float | np.ndarray, limit: float | np.ndarray) -> float | np.ndarray:
        return model.time_factor * 60 * km / np.minimum(model.share_of_limit * limit, model.cap_kmh)

    edges = pd.DataFrame(
        {
            "edge_id": network.edge_ids,
            "from": network.tail,
            "to": network.head,
            "kind": np.where(network.is_numbered, "numbered", "local"),
            "joinable": network.is_joinable,
            "time": drive(network.km, network.limit_kmh),
            "line": network.lines,
        }
    )
    x, y = network.node_xy[network.places].T
    places = pd.DataFrame({"node": network.places, "x": x, "y": y})
    return RoadMap(edges=edges, places=places, beside=drive(1.3 / 1000, 60 / 0.9))
