"""What the county's geography and roads guarantee."""

import json
import math
from collections import Counter
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from ris_map.common.yaml_file import load_yaml
from ris_map.geography.county import Geography, load_geography
from ris_map.geography.divisions import MUNICIPALITY_CODES
from ris_map.geography.roads import load_roads
from ris_map.travel.world import DataSource, load_sources
from ris_map.words.language import LocalText
from scripts.build_background import background_text, land_of, road_lines

DATA = Path(__file__).parents[2] / "data"
GEOGRAPHY = load_geography(DATA)


def polygons(name: str) -> gpd.GeoSeries:
    return gpd.read_file(DATA / name).set_index("code").geometry


@pytest.mark.parametrize("name", ["municipalities.geojson", "territory.geojson"])
def test_neighbours_share_borders_vertex_by_vertex_and_rings_run_as_geojson_wants(
    name: str,
) -> None:
    areas = polygons(name)
    assert tuple(areas.index) == MUNICIPALITY_CODES
    assert areas.is_valid_coverage()
    assert all(len(part.interiors) == 0 for part in shapely.get_parts(areas.union_all()))
    assert areas.explode().exterior.is_ccw.all()


@pytest.mark.parametrize(
    "name", ["municipalities.geojson", "territory.geojson", "background.geojson"]
)
def test_each_feature_stands_on_one_line_so_that_changes_can_be_read(name: str) -> None:
    text = (DATA / name).read_text(encoding="utf-8")
    first, *features, last = text.removesuffix("\n").split("\n")
    assert first == '{"type":"FeatureCollection","features":['
    assert last == "]}"
    for line in features:
        feature = line.removesuffix(",")
        again = json.dumps(json.loads(feature), ensure_ascii=False, separators=(",", ":"))
        assert again == feature


def test_geometry_sent_to_the_browser_stays_small() -> None:
    assert (DATA / "municipalities.geojson").stat().st_size <= 60_000
    assert (DATA / "background.geojson").stat().st_size <= 25_000


VERTICES = [(lat, lon) for lon, lat in shapely.get_coordinates([*GEOGRAPHY.territory.values()])]
ODD = [(59.3, 18.1), (20.26, 63.83), (math.nan, 20.0), (math.inf, 20.0)]
POINTS = st.one_of(
    st.tuples(st.floats(62.9, 66.6), st.floats(12.9, 22.3)),
    st.sampled_from(VERTICES),
    st.sampled_from(ODD),
)


@given(points=st.lists(POINTS, min_size=1, max_size=12))
def test_points_lie_in_the_lowest_municipality_whose_polygon_covers_them(
    points: list[tuple[float, float]],
) -> None:
    expected = [
        min(
            (c for c, area in GEOGRAPHY.territory.items() if area.covers(shapely.Point(lon, lat))),
            default=None,
        )
        for lat, lon in points
    ]
    assert GEOGRAPHY.municipalities_at(*np.array(points).T).tolist() == expected
    assert GEOGRAPHY.municipality_at(*points[0]) == expected[0]
    empty = Geography(names={}, localities=(), divisions=(), territory={})
    assert empty.municipality_at(*points[0]) is None


def test_all_108_are_there_with_the_71_urban_areas_of_2020_and_unknown_is_never_zero() -> None:
    assert len(GEOGRAPHY.localities) == 108
    urban = [item for item in GEOGRAPHY.localities if item.kind == "tatort"]
    assert len(urban) == 71
    assert all(item.scb_code and item.population_year == 2020 for item in urban)
    assert sum(item.population or 0 for item in urban) == 218_555
    villages = [item.population for item in GEOGRAPHY.localities if item.kind == "village"]
    assert Counter(value is None for value in villages) == {True: 35, False: 2}
    assert 0 not in villages


def test_localities_stand_in_order_with_codes_and_sources_that_fit() -> None:
    keys = [(item.municipality_code, item.id) for item in GEOGRAPHY.localities]
    assert keys == sorted(keys)
    assert {("2480", "ersmark-umea"), ("2482", "ersmark-skelleftea")} <= set(keys)  # namesakes
    for item in GEOGRAPHY.localities:
        assert item.scb_code is None or item.scb_code.startswith(item.municipality_code)
    ids = {entry["id"] for entry in ENTRIES if entry["file"] == "data/localities.csv"}
    assert {item.source for item in GEOGRAPHY.localities} == ids


def test_divisions_have_their_sizes_and_disagree_about_three_municipalities() -> None:
    sizes = {d.id: [len(g.municipalities) for g in d.groups] for d in GEOGRAPHY.divisions}
    assert next(iter(sizes)) == "samverkan"  # the default
    assert sizes == {"samverkan": [6, 1, 8], "kust": [4, 11], "stodomrade": [10, 5]}
    votes = Counter(code for d in GEOGRAPHY.divisions for code in d.inland)
    vannas, bjurholm, vindeln = "2460", "2403", "2404"
    assert {code for code, n in votes.items() if 0 < n < 3} == {vannas, bjurholm, vindeln}
    assert GEOGRAPHY.division("samverkan").group_of("2462").id == "region-10"
    assert GEOGRAPHY.names["2462"] == "Vilhelmina"
    note = GEOGRAPHY.division("stodomrade").note
    assert "ersatt" in note.sv
    assert "superseded" in note.en


def test_coast_and_order_from_it_follow_the_sea() -> None:
    territory = polygons("territory.geojson").to_crs(3006)
    land = polygons("municipalities.geojson").to_crs(3006).union_all()
    beside = territory.union_all().difference(land)
    # without the slivers that simplification leaves inland
    sea = max(shapely.get_parts(beside), key=shapely.area)
    touching = set(territory.index[territory.intersection(sea).area > 1e6])
    assert touching == set(GEOGRAPHY.division("kust").groups[0].municipalities)
    seats = [place for place in GEOGRAPHY.localities if place.is_seat]
    points = gpd.points_from_xy([p.lon for p in seats], [p.lat for p in seats], crs=4326)
    codes = [place.municipality_code for place in seats]
    away = gpd.GeoSeries(points, index=codes).to_crs(3006).distance(sea)
    assert GEOGRAPHY.coast_to_mountains == tuple(away.sort_values().index)


def test_figures_have_one_source_cover_all_and_agree_with_our_own_localities() -> None:
    rows = pd.read_csv(DATA / "statistics.csv", dtype=str)
    assert not rows.duplicated(["municipality_code", "indicator", "period"]).any()
    assert rows["source"].notna().all()
    codes = rows.groupby("indicator")["municipality_code"].agg(set)
    assert all(found == set(MUNICIPALITY_CODES) for found in codes)
    ours: Counter[str] = Counter()
    for item in GEOGRAPHY.localities:
        if item.kind == "tatort":
            ours[item.municipality_code] += item.population or 0
    urban = rows[rows["indicator"] == "population_in_tatort"].set_index("municipality_code")
    assert urban["value"].astype(int).to_dict() == ours


ENTRIES = load_yaml(DATA / "sources.yaml").value["sources"]


def test_every_table_and_map_file_has_a_source_complete_in_both_languages() -> None:
    files = {f for pattern in ("*.csv", "*.geojson") for f in DATA.rglob(pattern)}
    names = {f.relative_to(DATA.parent).as_posix() for f in files}
    names |= {"data/divisions.yaml", "data/actors.yaml", "data/strategy.yaml"}
    assert names <= {entry["file"] for entry in ENTRIES}
    load_sources(DATA / "sources.yaml")  # refuses what is not complete
    fields = DataSource.model_fields
    texts = [name for name, field in fields.items() if field.annotation is LocalText]
    for entry in ENTRIES:
        assert list(entry) == list(fields)
        assert all(list(entry[name]) == ["sv", "en"] for name in texts)
    assert len({entry["id"] for entry in ENTRIES}) == len(ENTRIES)


def test_nothing_of_the_network_is_lost() -> None:
    roads = load_roads(DATA)
    assert (len(roads.nodes), len(roads.edges)) == (202, 255)
    assert roads.edges.groupby("kind")["km"].sum().round().to_dict() == {
        "local": 1039, "numbered": 4989, "street": 69,
    }  # fmt: skip
    assert roads.edges.crs == roads.nodes.crs == 3006
    drawn = roads.edges.geometry.length / 1000
    assert (roads.edges["km"] >= 0.997 * drawn).all()


def test_the_background_draws_the_numbered_roads_and_is_fresh() -> None:
    roads = load_roads(DATA)
    assert {"E4", "E12", "Rv 92", "Lv 363"} <= set(road_lines(roads))
    land = land_of(DATA / "municipalities.geojson")
    text = background_text(roads=roads, geography=GEOGRAPHY, land_4326=land)
    drawn = json.loads(text)["features"]
    on_map = json.loads((DATA / "background.geojson").read_text(encoding="utf-8"))["features"]
    kinds = [f["properties"].get("kind") for f in on_map]
    assert kinds.count("road") == sum(f["properties"]["kind"] == "road" for f in drawn) > 15
    assert all(shapely.is_valid(shapely.geometry.shape(f["geometry"])) for f in on_map)
