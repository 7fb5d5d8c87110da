"""Make the data folder of another county from files of people, roads and boundaries.

Run from the repository's root; docs/another-region.md has the steps around it:

    python -m scripts.new_region --out ../norrbotten --county 25 --nuts SE332 --name Norrbotten
        --county-name "Norrbottens län" --municipalities kommun.parquet
        --code-column kommun_kod --name-column kommun
        --people cells.parquet --nodes nodes.parquet --edges edges.parquet
        --coast 2514 2580 2581 2583
        --strategy "Smart specialisering" "Region Norrbotten" 2020 https://www.example.org

``--people`` has one row per inhabited square of 1 km: e, n (corner in km, EPSG:3035), lat, lon,
municipality_code, population, age_0_14, age_15_64, age_65_plus, employed, confidential.
``--nodes`` has node, lat, lon, labels; ``--edges`` has from, to, road, km, km_line, limit_kmh,
limit_basis and geometry (WKB). Nothing is made up: what the files do not hold stays out, and the
pages say so.
"""

import argparse
import json
import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
import yaml
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from ris_map.common.region import DATA, DATA_VARIABLE, REGION_FILE, load_region
from scripts import build_boundaries
from scripts.build_boundaries import GEOGRAPHIC_CRS, METRIC_CRS

BEYOND_M = 60_000
"""Roads are kept this far outside the county: the nearest way may lead through a neighbour."""
MARGIN_DEGREES = 1.5
"""Points this far from the county are still no mistake: towns where its roads end."""
SEARCH_WORDS, STRATEGY = "search_words.yaml", "strategy.yaml"
SOURCES = (
    ("boundaries", "municipalities.geojson", "Kommungränser", "Municipality lines"),
    ("territory", "territory.geojson", "Kommunernas område", "Territories"),
    ("localities", "localities.csv", "Centralorter", "Municipal seats"),
    ("divisions", "divisions.yaml", "Indelning", "Division"),
    ("people", "people/population_1km.csv", "Invånare på kilometerrutor", "Residents on squares"),
    ("road-nodes", "roads/nodes.csv", "Vägnätets noder", "Nodes of the roads"),
    ("roads", "roads/edges.csv", "Vägar", "Roads"),
    ("road-lines", "roads/edges.geojson", "Vägarnas sträckning", "Courses of the roads"),
    ("background", "background.geojson", "Kartans vägar", "The map's roads"),
    ("statistics", "statistics.csv", "Kommunfakta (finns inte än)", "Facts (not there yet)"),
    ("strategy", STRATEGY, "Begrepp", "Concepts"),
    ("register", "actors.yaml", "Aktörsregistret", "Register of actors"),
)
"""Id, file and titles of what the folder holds or may come to hold."""


def build(options: argparse.Namespace) -> None:
    """Write the folder; ``check`` then says what is left to do."""
    out: Path = options.out
    for folder in ("roads", "people"):
        (out / folder).mkdir(parents=True, exist_ok=True)
    frame = build_boundaries.read_municipalities(
        options.municipalities,
        code_column=options.code_column,
        name_column=options.name_column,
        county_code=options.county,
    ).reset_index(drop=True)
    codes = list(frame["code"])
    degrees = build_boundaries.to_degrees(frame.geometry.to_numpy(), decimals=5)
    polygons = _filled(degrees, codes)
    build_boundaries.require_clean_coverage(codes, polygons)
    build_boundaries.write_labelled(out / "municipalities.geojson", frame=frame, polygons=polygons)
    build_boundaries.write_boundaries(out / "territory.geojson", frame=frame, polygons=polygons)
    people = pd.read_parquet(options.people).astype({"municipality_code": str})
    people = people[people["municipality_code"].isin(codes)].reset_index(drop=True)
    seats = _seats(people, frame=frame, polygons=polygons)
    seats.to_csv(out / "localities.csv", index=False)
    _write_yaml(out / REGION_FILE, _region(options, seats=seats, polygons=polygons))
    _write_yaml(out / "divisions.yaml", _divisions(options.coast, codes))
    _write_yaml(out / "sources.yaml", _sources(options.licence))
    _write_yaml(out / STRATEGY, _strategy(options))
    shutil.copy(DATA / SEARCH_WORDS, out / SEARCH_WORDS)
    os.environ[DATA_VARIABLE] = str(out)
    _write_roads(options, out / "roads", within_m=frame.union_all().buffer(BEYOND_M))
    _write_what_rests_on_roads(out, people)


def _write_what_rests_on_roads(out: Path, people: pd.DataFrame) -> None:
    """Write people and background, with the product's own readers of the folder so far."""
    # imported here: what is imported before knows the region of another folder
    from ris_map.geography.county import load_geography  # noqa: PLC0415
    from ris_map.geography.roads import load_roads  # noqa: PLC0415
    from ris_map.travel.people import PEOPLE_FILE, Square  # noqa: PLC0415
    from scripts.build_background import background_text, land_of  # noqa: PLC0415
    from scripts.build_people import FAR_KM, with_roads  # noqa: PLC0415

    roads = load_roads(out)
    corner = "N" + people["n"].astype(str) + "000E" + people["e"].astype(str) + "000"
    table = with_roads(people.round({"lat": 5, "lon": 5}), roads)
    table["cell_id"] = "CRS3035RES1000m" + corner
    far = table["km_to_network"] > FAR_KM
    table["access"] = np.where(far, "network more than 10 km away", "road")
    table = table.reindex(columns=Square.columns())
    table.sort_values(["municipality_code", "cell_id"]).to_csv(out / PEOPLE_FILE, index=False)
    land = land_of(out / "municipalities.geojson")
    text = background_text(roads=roads, geography=load_geography(out), land_4326=land)
    (out / "background.geojson").write_text(text, encoding="utf-8")


def _filled(polygons: np.ndarray, codes: Sequence[str]) -> np.ndarray:
    """Give each hole between coarse municipalities to the one with most of its edge, and say so."""
    parts = shapely.get_parts(shapely.union_all(polygons))
    filled = polygons.copy()
    for hole in (shapely.Polygon(ring) for part in parts for ring in part.interiors):
        at = int(np.argmax(shapely.length(shapely.intersection(polygons, hole.exterior))))
        filled[at] = shapely.normalize(shapely.union(filled[at], hole))
        print(f"{codes[at]}: a hole in the boundaries at {hole.centroid.wkt} was given to it")
    return filled


def _seats(people: pd.DataFrame, *, frame: gpd.GeoDataFrame, polygons: np.ndarray) -> pd.DataFrame:
    """Return the square with most residents of each municipality, named as the municipality."""
    rows = []
    for code, name, polygon in zip(frame["code"], frame["name"], polygons, strict=True):
        mine = people[people["municipality_code"] == code]
        inside = mine[shapely.contains_xy(polygon, mine["lon"], mine["lat"])]
        seat = inside.loc[inside["population"].idxmax()]
        rows.append(
            {
                "id": f"ort-{code}", "scb_code": "", "name": name, "municipality_code": code,
                "lat": round(seat["lat"], 5), "lon": round(seat["lon"], 5), "population": "",
                "population_year": "", "kind": "tatort", "is_seat": "true", "source": "people",
                "note": "Computed: the square with most residents; name of the municipality.",
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


def _region(
    options: argparse.Namespace, *, seats: pd.DataFrame, polygons: np.ndarray
) -> dict[str, Any]:
    name = options.name
    genitive = name if name[-1] in "sxz" else f"{name}s"
    west, south, east, north = (round(float(at), 2) for at in shapely.total_bounds(polygons))
    view = {"south": south, "north": north, "west": west, "east": east}
    first, second = seats.iloc[0], seats.iloc[1]
    return {
        "county_code": options.county,
        "nuts": options.nuts,
        "names": {
            "sv": {
                "name": name,
                "genitive": genitive,
                "county": options.county_name,
                "unreached": "ingen väg",
                "place": first["name"],
            },
            "en": {
                "name": name,
                "genitive": f"{name}’s",
                "county": f"{name} county",
                "unreached": "no road",
                "place": first["name"],
            },
        },
        "bounds": {
            side: round(at + (MARGIN_DEGREES if side in {"north", "east"} else -MARGIN_DEGREES), 2)
            for side, at in view.items()
        },
        "view": view,
        "municipalities": [
            {"code": seat.municipality_code, "name": seat.name} for seat in seats.itertuples(False)
        ],
        "visits_from": first.id,
        "examples": {
            "plats": first.municipality_code,
            "from": f"{first.lat:.4f},{first.lon:.4f}",
            "to": f"{second.lat:.4f},{second.lon:.4f}",
            "aktor": "exempel",
            "oppna": f"{first.id}:radgivning:ide",
            "stang": "exempel",
            "besok": f"{first.id}:{second.id}:2",
            "kommun": first.municipality_code,
            "jamfor": second.municipality_code,
            "tatort": f"{first.municipality_code}-{first['name'].casefold()}",
            "cell": f"{first.municipality_code}.ide.radgivning",
        },
    }


def _divisions(coast: Sequence[str], codes: Sequence[str]) -> dict[str, Any]:
    """Return one division, as whoever runs this says; the order is that of the codes."""

    def group(id_: str, sv: str, en: str, *, inland: bool) -> dict[str, Any]:
        mine = [code for code in codes if (code in coast) != inland]
        label = {"sv": sv, "en": en}
        return {"id": id_, "label": label, "is_inland": inland, "municipalities": mine}

    return {
        "divisions": [
            {
                "id": "kust",
                "label": {"sv": "Kust och ej kust", "en": "Coast and no coast"},
                "source": {"sv": "Egen uppgift", "en": "Our own statement"},
                "as_of": "unknown",
                "note": {
                    "sv": "Vilka kommuner som har kust är angivet för hand.",
                    "en": "Which municipalities have a coast is stated by hand.",
                },
                "groups": [
                    group("vid-kusten", "Kommuner vid kusten", "On the coast", inland=False),
                    group("ej-kust", "Kommuner utan kust", "Without a coast", inland=True),
                ],
            }
        ],
        "order_rule": {
            "sv": "Kusten först, i övrigt efter kommunkod.",
            "en": "The coast first, otherwise by municipality code.",
        },
        "order_coast_to_mountains": sorted(codes, key=lambda code: code not in coast),
    }


def _sources(licence: str) -> dict[str, Any]:
    unknown = {"sv": "Inte angivet än", "en": "Not stated yet"}
    return {
        "sources": [
            {
                "id": id_, "file": f"data/{file}", "title": {"sv": sv, "en": en},
                "publisher": unknown, "licence_in": unknown, "licence_out": licence,
                "attribution": unknown, "edition": None, "retrieved": None,
                "note": {"sv": "Byggd med scripts/new_region.py.", "en": "Made by the script."},
            }
            for id_, file, sv, en in SOURCES
        ]
    }  # fmt: skip


def _strategy(options: argparse.Namespace) -> dict[str, Any]:
    """Return the shared words of phases and kinds of support.

    What one strategy says of its areas and goals is left out: the new region writes its own.
    """
    words = yaml.safe_load((DATA / STRATEGY).read_text(encoding="utf-8"))
    ours = load_region(DATA)
    own = {ours.names.sv.name, *(one.name for one in ours.municipalities)}
    title, publisher, year, url = options.strategy
    not_yet = {
        "sv": f"Beskrivningen är inte skriven för {options.county_name} än.",
        "en": f"The description has not been written for {options.name} yet.",
    }
    words["meta"]["note"] = not_yet
    source = {"title": {"sv": title, "en": title}, "publisher": publisher}
    words["meta"]["source"] = source | {"year": int(year), "url": url}
    for area in words["strength_areas"]:
        area["description"] = not_yet
    words["goals"] = []
    words["glossary"] = [
        entry for entry in words["glossary"] if not any(name in str(entry) for name in own)
    ]
    return dict(words)


def _write_roads(options: argparse.Namespace, folder: Path, *, within_m: shapely.Geometry) -> None:
    # imported here: what is imported before knows the region of another folder
    from ris_map.geography.roads import EARTH, Edge  # noqa: PLC0415

    nodes = pd.read_parquet(options.nodes)
    points = gpd.GeoSeries(gpd.points_from_xy(nodes["lon"], nodes["lat"], crs=GEOGRAPHIC_CRS))
    near = nodes["node"][points.to_crs(METRIC_CRS).within(within_m).to_numpy()]
    edges = pd.read_parquet(options.edges)
    edges = edges[edges["from"].isin(near) & edges["to"].isin(near)]
    edges = edges[_in_largest_part(edges)].reset_index(drop=True)
    lines = shapely.from_wkb(edges["geometry"].to_numpy())
    degree = pd.concat([edges["from"], edges["to"]]).value_counts()
    kept = nodes[nodes["node"].isin(degree.index)].reset_index(drop=True)
    named = {node: f"n{index:04d}" for index, node in enumerate(kept["node"])}
    counts, origin = kept["node"].map(degree), options.roads_from
    pd.DataFrame(
        {
            "node": kept["node"].map(named), "name": "",
            "kind": np.where(counts == 1, "end", "junction"), "municipality_code": "",
            "lat": kept["lat"].round(6), "lon": kept["lon"].round(6), "place_offset_km": "",
            "labels": kept["labels"], "degree": counts, "coord_source": origin,
        }
    ).to_csv(folder / "nodes.csv", index=False)  # fmt: skip
    ends = np.array([(*line.coords[0], *line.coords[-1]) for line in lines])
    edges = edges.assign(
        edge_id=[f"r{index:04d}" for index in range(len(edges))],
        **{end: edges[end].map(named) for end in ("from", "to")},
        km_basis="as in the file", geometry_kind="osm", source=origin, kind="numbered", joinable=1,
        km_straight=(EARTH.inv(*ends.T)[2] / 1000).round(3),
        minutes=(60 * edges["km"] / (0.9 * edges["limit_kmh"])).round(3), hand_edge="", note="",
    )  # fmt: skip
    edges[Edge.columns()].to_csv(folder / "edges.csv", index=False)
    drawn = gpd.GeoDataFrame(edges[["edge_id", "road", "kind"]], geometry=lines, crs=GEOGRAPHIC_CRS)
    (folder / "edges.geojson").write_text(drawn.to_json(drop_id=True), encoding="utf-8")


def _in_largest_part(edges: pd.DataFrame) -> np.ndarray:
    codes, names = pd.factorize(pd.concat([edges["from"], edges["to"]]))
    ends = codes[: len(edges)], codes[len(edges) :]
    links = coo_array((np.ones(len(edges)), ends), shape=(len(names),) * 2)
    label = connected_components(links, directed=False)[1]
    return np.asarray(label[ends[0]] == np.bincount(label).argmax())


def _write_yaml(path: Path, content: dict[str, Any]) -> None:
    plain = json.loads(json.dumps(content))  # nothing shared: our reader knows no aliases
    text = yaml.safe_dump(plain, allow_unicode=True, sort_keys=False, width=100)
    path.write_text(text, encoding="utf-8")


def parser() -> argparse.ArgumentParser:
    """Describe the arguments."""
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = arguments.add_argument
    add("--out", type=Path, required=True, help="folder to write to")
    add("--county", required=True, help="first two digits of the municipality codes")
    add("--nuts", required=True, help="the county in NUTS 3, such as SE332")
    add("--name", required=True, help="the region's name, such as Norrbotten")
    add("--county-name", required=True, help="the county's full name, such as 'Norrbottens län'")
    add("--municipalities", type=Path, required=True, help="municipality polygons")
    add("--code-column", default="code", help="column with the municipality code (code)")
    add("--name-column", default="name", help="column with the municipality name (name)")
    add("--people", type=Path, required=True, help="inhabited squares, Parquet")
    add("--nodes", type=Path, required=True, help="nodes of the road network, Parquet")
    add("--edges", type=Path, required=True, help="roads between nodes, GeoParquet")
    add("--roads-from", default="OpenStreetMap", help="whom the roads come from")
    add("--coast", nargs="+", required=True, metavar="CODE", help="municipalities with a coast")
    add("--licence", default="ODbL-1.0", help="SPDX licence of the files (ODbL-1.0)")
    strategy = ("TITLE", "PUBLISHER", "YEAR", "URL")
    add("--strategy", nargs=4, required=True, metavar=strategy, help="the region's strategy")
    return arguments


def main(argv: Sequence[str] | None = None) -> int:
    """Run from the command line."""
    build(parser().parse_args(argv))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
