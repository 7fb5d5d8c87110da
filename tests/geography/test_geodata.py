"""What the county's geography guarantees."""

import csv
import json
import math
import re
from collections import Counter
from pathlib import Path

import geopandas
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from ris_map.common.yaml_file import load_yaml
from ris_map.geography.county import Geography, examine, load_geography
from ris_map.geography.divisions import MUNICIPALITY_CODES

DATA = Path(__file__).parents[2] / "data"
GEOGRAPHY_FILES = (
    "municipalities.geojson",
    "territory.geojson",
    "localities.csv",
    "divisions.yaml",
)
MAX_LAND_BYTES = 60_000
MAX_BACKGROUND_BYTES = 25_000
GEOGRAPHY = load_geography(DATA)
LOCALITY = {place.id: place for place in GEOGRAPHY.localities}


def to_metres(geometry: shapely.Geometry) -> shapely.Geometry:
    return geopandas.GeoSeries([geometry], crs=4326).to_crs(3006)[0]


def polygons(name: str) -> dict[str, shapely.Geometry]:
    document = json.loads((DATA / name).read_text(encoding="utf-8"))
    return {
        f["properties"]["code"]: shapely.from_geojson(json.dumps(f["geometry"]))
        for f in document["features"]
    }


def table(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


LAND = polygons("municipalities.geojson")


def test_the_data_have_no_fault() -> None:
    assert examine(DATA)[1] == []


def test_the_fifteen_municipalities_stand_in_the_order_of_their_codes() -> None:
    assert tuple(m.code for m in GEOGRAPHY.municipalities) == MUNICIPALITY_CODES
    assert tuple(GEOGRAPHY.territory) == MUNICIPALITY_CODES


@pytest.mark.parametrize("name", ["municipalities.geojson", "territory.geojson"])
def test_neighbours_share_their_borders_vertex_by_vertex(name: str) -> None:
    shapes = list(polygons(name).values())
    assert shapely.coverage_is_valid(shapes)
    whole = shapely.union_all(shapes)
    assert all(len(part.interiors) == 0 for part in shapely.get_parts(whole))


@pytest.mark.parametrize("name", ["municipalities.geojson", "territory.geojson"])
def test_outer_rings_run_counter_clockwise_as_geojson_wants(name: str) -> None:
    for shape in polygons(name).values():
        assert all(part.exterior.is_ccw for part in shapely.get_parts(shape))


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
    assert (DATA / "municipalities.geojson").stat().st_size <= MAX_LAND_BYTES
    assert (DATA / "background.geojson").stat().st_size <= MAX_BACKGROUND_BYTES


def test_each_label_stands_on_land_in_its_own_municipality() -> None:
    for municipality in GEOGRAPHY.municipalities:
        lat, lon = municipality.label_lat, municipality.label_lon
        assert LAND[municipality.code].covers(shapely.Point(lon, lat))
        assert GEOGRAPHY.municipality_at(lat, lon) == municipality.code


@given(lat=st.floats(62.9, 66.6), lon=st.floats(12.9, 22.3))
def test_municipality_at_agrees_with_asking_every_polygon_in_turn(lat: float, lon: float) -> None:
    point = shapely.Point(lon, lat)
    covering = [code for code, area in GEOGRAPHY.territory.items() if area.covers(point)]
    assert GEOGRAPHY.municipality_at(lat, lon) == min(covering, default=None)


def test_many_points_at_once_lie_where_each_of_them_does() -> None:
    rng = np.random.default_rng(7)
    lats, lons = rng.uniform(62.9, 66.6, 300), rng.uniform(13.9, 22.3, 300)
    expected = [
        GEOGRAPHY.municipality_at(lat, lon)
        for lat, lon in zip(lats.tolist(), lons.tolist(), strict=True)
    ]
    assert GEOGRAPHY.municipalities_at(lats, lons).tolist() == expected
    assert {None} < set(expected)


@given(data=st.data())
def test_every_boundary_vertex_counts_as_inside_and_gives_the_lowest_code(
    data: st.DataObject,
) -> None:
    code = data.draw(st.sampled_from(MUNICIPALITY_CODES))
    vertices = shapely.get_coordinates(GEOGRAPHY.territory[code])
    lon, lat = vertices[data.draw(st.integers(0, len(vertices) - 1))]
    found = GEOGRAPHY.municipality_at(float(lat), float(lon))
    assert found is not None
    assert found <= code


@pytest.mark.parametrize(
    ("lat", "lon"), [(59.3, 18.1), (20.26, 63.83), (math.nan, 20.0), (math.inf, 20.0)]
)
def test_municipality_at_is_none_outside_the_county_for_swapped_and_for_impossible_points(
    lat: float, lon: float
) -> None:
    assert GEOGRAPHY.municipality_at(lat, lon) is None


def test_municipality_at_is_none_everywhere_without_territory() -> None:
    empty = Geography(municipalities=(), localities=(), divisions=(), territory={})
    assert empty.municipality_at(63.83, 20.26) is None


def test_known_ids_are_found() -> None:
    assert GEOGRAPHY.municipality("2462").name == "Vilhelmina"
    assert LOCALITY["hemavan"].municipality_code == "2421"
    assert GEOGRAPHY.division("samverkan").group_of("2462").id == "region-10"


@pytest.mark.parametrize("method", ["municipality", "division"])
def test_unknown_ids_raise_key_error(method: str) -> None:
    with pytest.raises(KeyError):
        getattr(GEOGRAPHY, method)("no-such-id")


def test_all_108_are_there_with_the_71_urban_areas_of_2020() -> None:
    assert len(GEOGRAPHY.localities) == 108
    urban = [item for item in GEOGRAPHY.localities if item.kind == "tatort"]
    assert len(urban) == 71
    assert all(item.scb_code and item.population_year == 2020 for item in urban)
    assert sum(item.population or 0 for item in urban) == 218_555


def test_unknown_population_is_none_and_never_zero() -> None:
    known = [item.population for item in GEOGRAPHY.localities if item.kind == "village"]
    assert Counter(value is None for value in known) == {True: 35, False: 2}
    assert 0 not in known


def test_namesakes_have_ids_of_their_own() -> None:
    assert LOCALITY["ersmark-umea"].municipality_code == "2480"
    assert LOCALITY["ersmark-skelleftea"].municipality_code == "2482"


def test_scb_codes_begin_with_the_code_of_the_municipality() -> None:
    for item in GEOGRAPHY.localities:
        assert item.scb_code is None or item.scb_code.startswith(item.municipality_code)


def test_lines_stand_in_the_order_of_municipality_and_id() -> None:
    keys = [(item.municipality_code, item.id) for item in GEOGRAPHY.localities]
    assert keys == sorted(keys)


def test_the_default_is_co_operation_and_all_three_have_their_sizes() -> None:
    sizes = {d.id: [len(g.municipalities) for g in d.groups] for d in GEOGRAPHY.divisions}
    assert sizes == {"samverkan": [6, 1, 8], "kust": [4, 11], "stodomrade": [10, 5]}
    assert next(iter(sizes)) == "samverkan"


def test_they_disagree_about_exactly_vannas_bjurholm_and_vindeln() -> None:
    votes = Counter(code for d in GEOGRAPHY.divisions for code in d.inland)
    assert {code for code, n in votes.items() if 0 < n < 3} == {"2460", "2403", "2404"}


def test_the_superseded_aid_area_says_so_in_both_languages() -> None:
    note = GEOGRAPHY.division("stodomrade").note
    assert "ersatt" in note.sv
    assert "superseded" in note.en


def test_the_coast_is_where_the_territory_reaches_the_sea() -> None:
    coast = GEOGRAPHY.division("kust").groups[0].municipalities
    sea = open_sea_m()
    touching = {c for c, area in GEOGRAPHY.territory.items() if overlap_km2(area, sea) > 1}
    assert touching == set(coast)


def test_the_order_from_the_coast_follows_the_rule_it_states() -> None:
    sea = open_sea_m()
    away_m = {
        seat.municipality_code: sea.distance(to_metres(shapely.Point(seat.lon, seat.lat)))
        for seat in GEOGRAPHY.localities
        if seat.is_seat
    }
    assert GEOGRAPHY.coast_to_mountains == tuple(sorted(away_m, key=lambda c: away_m[c]))


def open_sea_m() -> shapely.Geometry:
    """Territory less land, without the slivers that simplification leaves inland; EPSG:3006."""
    whole = shapely.union_all([to_metres(area) for area in GEOGRAPHY.territory.values()])
    land = shapely.union_all([to_metres(area) for area in LAND.values()])
    return max(shapely.get_parts(whole.difference(land)), key=shapely.area)


def overlap_km2(area: shapely.Geometry, sea_m: shapely.Geometry) -> float:
    return float(to_metres(area).intersection(sea_m).area / 1e6)


def test_each_figure_has_exactly_one_source() -> None:
    keys = Counter(
        (row["municipality_code"], row["indicator"], row["period"])
        for row in table("statistics.csv")
    )
    assert set(keys.values()) == {1}
    assert all(row["source"] for row in table("statistics.csv"))


def test_values_are_numbers_from_zero_up_unless_the_unit_is_name() -> None:
    for row in table("statistics.csv"):
        if row["unit"] != "name":
            assert 0 <= float(row["value"]) < math.inf, row


def test_each_indicator_covers_all_fifteen_municipalities() -> None:
    codes: dict[str, set[str]] = {}
    for row in table("statistics.csv"):
        codes.setdefault(row["indicator"], set()).add(row["municipality_code"])
    assert all(found == set(MUNICIPALITY_CODES) for found in codes.values())


def test_people_in_urban_areas_are_the_sum_of_our_own_localities() -> None:
    for row in table("statistics.csv"):
        if row["indicator"] == "population_in_tatort":
            ours = sum(
                item.population or 0
                for item in GEOGRAPHY.localities
                if (item.municipality_code, item.kind) == (row["municipality_code"], "tatort")
            )
            assert int(row["value"]) == ours


ENTRIES = load_yaml(DATA / "sources.yaml").value["sources"]


def test_every_table_and_map_file_has_an_entry() -> None:
    files = {f for pattern in ("*.csv", "*.geojson") for f in DATA.rglob(pattern)}
    names = {f.relative_to(DATA.parent).as_posix() for f in files}
    names |= {"data/divisions.yaml", "data/actors.yaml", "data/strategy.yaml"}
    assert names <= {entry["file"] for entry in ENTRIES}


def test_every_entry_is_complete_in_both_languages() -> None:
    places, rights = ["id", "file", "title", "publisher"], ["licence_in", "licence_out"]
    keys = [*places, *rights, "attribution", "edition", "retrieved", "note"]
    for entry in ENTRIES:
        assert list(entry) == keys
        for key in ("title", "publisher", "licence_in", "attribution", "note"):
            assert list(entry[key]) == ["sv", "en"], (entry["id"], key)
        required = {
            key: value for key, value in entry.items() if key not in ("edition", "retrieved")
        }
        assert all(required.values()), entry["id"]
    assert len({entry["id"] for entry in ENTRIES}) == len(ENTRIES)


def test_attributions_do_not_mix_languages() -> None:
    worded = {
        language: {
            part
            for entry in ENTRIES
            for part in re.split(r"(?<=\.) ", entry["attribution"][language])
        }
        for language in ("sv", "en")
    }
    assert worded["sv"] & worded["en"] == set()
    none = [tuple(entry["attribution"].values()) for entry in ENTRIES]
    assert {pair for pair in none if {*pair} & {"krävs inte", "none required"}} == {
        ("krävs inte", "none required")
    }


def test_the_sources_that_localities_name_are_defined() -> None:
    ids = {entry["id"] for entry in ENTRIES if entry["file"] == "data/localities.csv"}
    assert {item.source for item in GEOGRAPHY.localities} == ids
