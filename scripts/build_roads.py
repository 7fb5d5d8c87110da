"""Rebuild the numbered roads in ``data/roads`` from Travel Mapping's waypoint files.

Run from the repository's root: ``python -m scripts.build_roads HWY_DATA``, where HWY_DATA is the
folder ``hwy_data`` of a copy of github.com/TravelMapping/HighwayData, or a CSV of its points (road,
source_file, seq, label, lat, lon). Nodes, local roads, links inside towns and speed limits are kept
by hand in ``data/roads`` and stay: a numbered road takes its limit from the same road as it stands,
nearest first. Junctions that are new in the source are printed and not added.
"""

import argparse
import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path

import pandas as pd
import shapely
from pyproj import Transformer

from ris_map.geography.roads import EARTH

LINE_FACTOR = 1.02
"""Stated over drawn kilometres, the median of the class A pairs of ``data/checks``."""
SOURCES = (
    *(f"SWE/{system}/*.wpt" for system in ("eure", "swer", "swel")),
    *(f"NOR/eure/nor.{road}.wpt" for road in ("e6", "e12")),
    *("NOR/norrv/nor.rv073.wpt", "NOR/norrv/nor.rv077.wpt", "NOR/norfv/nor.fv808*.wpt"),
)
BOX = (62.9, 66.95, 12.9, 22.6)
"""South, north, west, east of what is read, in degrees."""
PREFIXES = {"e": "E", "r": "Rv ", "l": "Lv ", "rv": "NO Rv ", "fv": "NO Fv "}
ON_ROAD_M = 5.0
FRAME_M = 30.0
Point = tuple[float, float]
"""Latitude and longitude, six decimals."""
_TO_METRES = Transformer.from_crs(4326, 3006, always_xy=True)


def read_points(path: Path) -> pd.DataFrame:
    """Return the points of all roads in order."""
    if path.is_file():
        return pd.read_csv(path)
    rows = []
    for file in sorted({f for pattern in SOURCES for f in path.glob(pattern)}):
        text = file.read_text(encoding="utf-8", errors="replace")
        for seq, (lat, lon) in enumerate(re.findall(r"lat=(-?[\d.]+)&lon=(-?[\d.]+)", text)):
            name = file.relative_to(path).as_posix()
            rows.append((road_name(file), name, seq, round(float(lat), 6), round(float(lon), 6)))
    points = pd.DataFrame(rows, columns=["road", "source_file", "seq", "lat", "lon"])
    south, north, west, east = BOX
    return points[points["lat"].between(south, north) & points["lon"].between(west, east)]


def road_name(file: Path) -> str:
    """Return the number of a road from its file's name: ``swe.r092.wpt`` is ``Rv 92``."""
    code = file.name.split(".")[1]
    found = re.match(r"(e|r|l|rv|fv)0*(\d+)", code)
    return PREFIXES[found[1]] + found[2] if found else code


def segments(points: pd.DataFrame) -> dict[tuple[Point, Point], frozenset[str]]:
    """Return each stretch between neighbouring points, and the roads that use it."""
    found: dict[tuple[Point, Point], set[str]] = defaultdict(set)
    for _, part in points.groupby("source_file"):
        rows = list(part.sort_values("seq")[["seq", "lat", "lon", "road"]].itertuples(index=False))
        for (before, *a, _), (after, *b, road) in pairwise(rows):
            if after == before + 1 and a != b:  # a hole in the numbers is where the box cuts
                one, other = sorted((tuple(a), tuple(b)))
                found[one, other].add(str(road))
    return {pair: frozenset(roads) for pair, roads in found.items()}


def cut_at(
    found: Mapping[tuple[Point, Point], frozenset[str]], nodes: Sequence[Point]
) -> dict[tuple[Point, Point], frozenset[str]]:
    """Cut stretches where a node of ``nodes.csv`` lies on them."""
    pairs = list(found)
    lines = shapely.linestrings([[_metres(a), _metres(b)] for a, b in pairs])
    tree, vertices = shapely.STRtree(lines), {p for pair in pairs for p in pair}
    cuts: dict[int, list[Point]] = defaultdict(list)
    for node in nodes:
        if node not in vertices:
            here = shapely.Point(_metres(node))
            at, away = tree.query_nearest(here, return_distance=True)
            if away[0] <= ON_ROAD_M:
                cuts[int(at[0])].append(node)
    made = dict(found)
    for at, chosen in cuts.items():
        a, b = pairs[at]
        chain = [a, *sorted(set(chosen), key=lambda p: km_between([a, p])), b]
        roads = made.pop((a, b))
        for one, other in pairwise(chain):
            made[min(one, other), max(one, other)] = roads
    return made


def contracted(
    found: Mapping[tuple[Point, Point], frozenset[str]], keep: frozenset[Point]
) -> Iterator[tuple[list[Point], frozenset[str]]]:
    """Yield lines between junctions, changes of road, ends and the points to keep."""
    beside: dict[Point, dict[Point, frozenset[str]]] = defaultdict(dict)
    for (a, b), roads in found.items():
        beside[a][b] = beside[b][a] = roads
    stops = {p for p, n in beside.items() if len(n) != 2 or len(set(n.values())) > 1 or p in keep}
    done: set[frozenset[Point]] = set()
    for start in sorted(stops):
        for first in sorted(beside[start]):
            if frozenset((start, first)) in done:
                continue
            line = [start, first]
            done.add(frozenset(line))
            while line[-1] not in stops:
                line.append(next(p for p in beside[line[-1]] if p != line[-2]))
                done.add(frozenset(line[-2:]))
            yield line, beside[start][first]


def km_between(line: Sequence[Point]) -> float:
    """Return the length of a line of points (great circles)."""
    lats, lons = zip(*line, strict=True)
    return float(EARTH.line_length(lons, lats)) / 1000


def _metres(point: Point) -> tuple[float, float]:
    east, north = _TO_METRES.transform(point[1], point[0])
    return east, north


def _in_order(roads: frozenset[str]) -> str:
    return "/".join(sorted(roads, key=lambda r: (0 if r[0] == "E" else 1 if "Rv" in r else 2, r)))


def rebuilt(
    points: pd.DataFrame, folder: Path
) -> tuple[pd.DataFrame, list[dict[str, object]], list[Point]]:
    """Return edges, their features, and the junctions of the source that are no nodes."""
    nodes = pd.read_csv(folder / "nodes.csv", keep_default_na=False)
    old = pd.read_csv(folder / "edges.csv", keep_default_na=False, dtype={"hand_edge": str})
    course = json.loads((folder / "edges.geojson").read_text(encoding="utf-8"))["features"]
    name_at = {
        (lat, lon): n for n, lat, lon in nodes[["node", "lat", "lon"]].itertuples(index=False)
    }
    vertices = [p for f in course for p in f["geometry"]["coordinates"]]
    frame = shapely.MultiPoint([_TO_METRES.transform(*p) for p in vertices]).convex_hull
    frame = frame.buffer(FRAME_M)
    inside = {
        p: frame.contains(shapely.Point(_metres(p)))
        for p in points[["lat", "lon"]].drop_duplicates().itertuples(index=False, name=None)
    }
    parts = {k: roads for k, roads in segments(points).items() if inside[k[0]] and inside[k[1]]}
    lines = contracted(cut_at(parts, list(name_at)), frozenset(name_at))
    is_numbered = old["kind"] == "numbered"
    known = _old_limits(old[is_numbered], course)
    rows, unknown = [], []
    for line, roads in lines:
        ends = [name_at.get(line[0]), name_at.get(line[-1])]
        if None in ends:
            unknown += [p for p, n in zip((line[0], line[-1]), ends, strict=True) if n is None]
            continue
        km = km_between(line)
        limit, basis = _limit(line, roads, known)
        rows.append(
            {
                "from": ends[0], "to": ends[1], "road": _in_order(roads),
                "km": round(km * LINE_FACTOR, 3), "km_basis": f"line x {LINE_FACTOR:g}",
                "limit_kmh": limit, "limit_basis": basis, "geometry_kind": "osm",
                "source": "OpenStreetMap via Travel Mapping", "kind": "numbered", "joinable": 1,
                "km_line": round(km, 3), "km_straight": round(km_between([line[0], line[-1]]), 3),
                "minutes": round(60 * km * LINE_FACTOR / (0.9 * limit), 3),
                "hand_edge": "", "note": "", "line": line,
            }
        )  # fmt: skip
    fresh = pd.DataFrame(rows).sort_values(["road", "from", "to"], ignore_index=True)
    fresh["edge_id"] = [f"r{i:04d}" for i in range(len(fresh))]
    features = [_feature(row) for _, row in fresh.iterrows()]
    features += [f for f in course if f["properties"]["kind"] != "numbered"]
    table = pd.concat([fresh[list(old.columns)], old[~is_numbered]], ignore_index=True)
    return table, features, sorted(set(unknown))


def _old_limits(
    old: pd.DataFrame, course: Sequence[dict[str, object]]
) -> list[tuple[set[str], shapely.LineString, float, str]]:
    lines = {
        f["properties"]["edge_id"]: shapely.LineString(  # type: ignore[index]
            [_TO_METRES.transform(*p) for p in f["geometry"]["coordinates"]]  # type: ignore[index]
        )
        for f in course
    }
    return [
        (set(row["road"].split("/")), lines[row["edge_id"]], row["limit_kmh"], row["limit_basis"])
        for _, row in old.iterrows()
    ]


def _limit(
    line: Sequence[Point],
    roads: frozenset[str],
    known: Sequence[tuple[set[str], shapely.LineString, float, str]],
) -> tuple[float, str]:
    """Return the limit of the same road nearest to the middle of the line, and its basis."""
    middle = shapely.LineString([_metres(p) for p in line]).interpolate(0.5, normalized=True)
    same = [k for k in known if k[0] == set(roads)] or [k for k in known if k[0] & roads]
    if not same:
        return 80.0, "default of the road class (general knowledge)"
    _, _, limit, basis = min(same, key=lambda k: k[1].distance(middle))
    return float(limit), basis


def _feature(row: pd.Series) -> dict[str, object]:
    properties = {"edge_id": row["edge_id"], "road": row["road"], "kind": "numbered"}
    properties |= {"geometry": "osm", "km": row["km"], "limit_kmh": row["limit_kmh"]}
    line = [[round(lon, 5), round(lat, 5)] for lat, lon in row["line"]]
    geometry = {"type": "LineString", "coordinates": line}
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def main(argv: Sequence[str] | None = None) -> int:
    """Run from the command line."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("source", type=Path, help="hwy_data folder, or a CSV of its points")
    arguments.add_argument("--data", type=Path, default=Path("data"), help="data folder (data)")
    arguments.add_argument("--out", type=Path, help="folder to write to (roads in the data folder)")
    chosen = arguments.parse_args(argv)
    folder = chosen.data / "roads"
    table, features, unknown = rebuilt(read_points(chosen.source), folder)
    out = chosen.out or folder
    table.to_csv(out / "edges.csv", index=False)
    text = {"type": "FeatureCollection", "name": "roads", "features": features}
    (out / "edges.geojson").write_text(
        json.dumps(text, ensure_ascii=False, separators=(",", ":")), encoding="utf-8"
    )
    for lat, lon in unknown:
        print(f"{lat},{lon}: a junction of the source that is no node; its roads were left out")
    print(f"{len(table)} edges, {table['km'].sum():.0f} km")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
