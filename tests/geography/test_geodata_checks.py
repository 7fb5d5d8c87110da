"""Every kind of fault in the geography is named with file, record and field; nothing half-loads."""

import json
import math
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from ris_map.common.faults import Fault, GeodataFaults
from ris_map.geography.boundaries import point_problem
from ris_map.geography.county import examine, load_geography

DATA = Path(__file__).parents[2] / "data"
GEOGRAPHY_FILES = (
    "municipalities.geojson",
    "territory.geojson",
    "localities.csv",
    "divisions.yaml",
)
TERRITORY = load_geography(DATA).territory


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    for name in GEOGRAPHY_FILES:
        shutil.copy(DATA / name, tmp_path / name)
    return tmp_path


def check_geography(data: Path) -> list[Fault]:
    return examine(data)[1]


def replace_once(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


HOSTILE = {
    # name: file, what to replace, by what, expected fault code, record, field
    "unknown-code": (0, '"code":"2401"', '"code":"0180"', "unknown-municipality", "0180", "code"),
    "code-as-number": (0, '"code":"2401"', '"code":2401', "wrong-type", "2401", "code"),
    "duplicate-code": (0, '"code":"2403"', '"code":"2401"', "duplicate-id", "2401", "code"),
    "missing-code": (0, '"code":"2403"', '"code":"2401"', "missing-municipality", None, None),
    "no-name": (0, '"name":"Malå"', '"name":""', "empty-value", "2418", "name"),
    "label-text": (0, '"label_lat":', '"label_lat":"x","a":', "bad-point", "2401", None),
    "label-elsewhere": (0, '"label_lat":', '"label_lat":65.0,"a":', "bad-point", "2401", None),
    "not-a-number": (0, "[18.8007,63.782]", "[NaN,63.782]", "bad-geometry", "2401", "geometry"),
    "infinite": (0, "[18.8007,63.782]", "[1e999,63.782]", "bad-json", None, None),
    "swapped-vertex": (0, "[18.8025,63.7799]", "[63.7799,18.8025]", "bad-geometry", "2401", None),
    "not-a-polygon": (0, '"MultiPolygon"', '"LineString"', "bad-geometry", "2401", "geometry"),
    "truncated": (0, "]}\n", "", "bad-json", None, None),
    "no-features": (1, '"features"', '"things"', "bad-json", None, None),
    "territory-code": (1, '"code":"2482"', '"code":"2483"', "unknown-municipality", "2483", None),
    "seat-moved": (2, "63.83067,20.25582", "64.75067,20.95279", "wrong-municipality", "umea", None),
    "swapped-point": (2, "63.83067,20.25582", "20.25582,63.83067", "bad-point", "umea", "lat, lon"),
    "nan-point": (2, "63.83067,20.25582", "nan,20.25582", "wrong-type", "umea", "lat"),
    "inf-point": (2, "63.83067,20.25582", "63.83067,inf", "wrong-type", "umea", "lon"),
    "far-point": (2, "63.83067,20.25582", "59.3,18.1", "bad-point", "umea", "lat, lon"),
    "decimal-comma": (2, "63.83067", '"63,83067"', "wrong-type", "umea", "lat"),
    "wrong-code": (2, "Umeå,2480", "Umeå,2482", "wrong-municipality", "umea", "municipality_code"),
    "strange-code": (2, "Umeå,2480", "Umeå,248", "bad-code", "umea", "municipality_code"),
    "foreign-place": (2, "Umeå,2480", "Umeå,0180", "unknown-municipality", "umea", None),
    "duplicate-id": (2, "\nholmsund,", "\numea,", "duplicate-id", "umea", "id"),
    "duplicate-scb": (2, "2480TB107", "2480TC122", "duplicate-id", None, "scb_code"),
    "bad-id": (2, "\nholmsund,", "\nHolm_sund,", "bad-id", "Holm_sund", "id"),
    "negative": (2, "91916", "-5", "wrong-type", "umea", "population"),
    "fraction": (2, "91916", "9.5", "wrong-type", "umea", "population"),
    "huge": (2, "91916", "9" * 5000, "wrong-type", "umea", "population"),
    "other-digits": (2, "91916", "²", "wrong-type", "umea", "population"),
    "no-year": (2, "91916,2020", "91916,", "figure-without-year", "umea", "population_year"),
    "kind": (2, "2020,tatort", "2020,city", "not-in-vocabulary", None, "kind"),
    "two-seats": (2, "tatort,false", "tatort,true", "bad-seat", None, "is_seat"),
    "no-seat": (2, "tatort,true", "tatort,false", "bad-seat", None, "is_seat"),
    "header": (2, "id,scb_code", "id,code", "bad-header", None, None),
    "comma": (2, "Umeå,2480", "Umeå,,2480", "bad-row", None, None),
    "open-quote": (2, "Umeå,2480", '"Umeå,2480', "bad-csv", None, None),
    "in-two-groups": (3, '["2482"]', '["2482", "2480"]', "not-a-partition", "samverkan", "groups"),
    "in-no-group": (3, '["2482"]', "[]", "not-a-partition", "samverkan", "groups"),
    "foreign-code": (3, '["2482"]', '["2482", "0180"]', "not-a-partition", "samverkan", "groups"),
    "code-unquoted": (3, '["2482"]', "[2482]", "wrong-type", None, None),
    "one-sided": (3, "is_inland: true", "is_inland: false", "one-sided", "samverkan", "groups"),
    "same-division-id": (3, "id: kust", "id: samverkan", "duplicate-id", "samverkan", "id"),
    "same-group-id": (3, "id: skelleftea", "id: region-10", "duplicate-id", "samverkan", "id"),
    "duplicate-key": (3, "as_of: unknown", "as_of: a\n    as_of: b", "duplicate-key", None, None),
    "language-missing": (3, "      en: Co-operation areas\n", "", "missing-field", None, None),
    "order-short": (
        3,
        '  - "2421" # ',
        "  # ",
        "not-a-partition",
        None,
        "order_coast_to_mountains",
    ),
}


@pytest.mark.parametrize(
    ("number", "old", "new", "code", "record", "field"), HOSTILE.values(), ids=HOSTILE.keys()
)
def test_a_fault_is_named_and_is_one_that_refuses_the_data(
    copied: Path, number: int, old: str, new: str, code: str, record: str, field: str
) -> None:
    path = copied / GEOGRAPHY_FILES[number]
    replace_once(path, old, new)
    matching = [f for f in check_geography(copied) if f.code == code]
    assert [f for f in matching if f.file == str(path)]
    assert record is None or record in {f.record for f in matching}
    assert field is None or field in {f.field for f in matching}
    assert any(f.is_error for f in matching)  # with one, nothing is loaded


@pytest.mark.parametrize("name", GEOGRAPHY_FILES)
def test_a_missing_file_is_named(copied: Path, name: str) -> None:
    (copied / name).unlink()
    faults = check_geography(copied)
    assert {(f.code, Path(f.file).name) for f in faults} == {("missing-file", name)}


def test_faults_of_all_files_come_at_once(copied: Path) -> None:
    for number, old, new in (
        (0, '"name":"Malå"', '"name":""'),
        (1, '"name":"Malå"', '"name":""'),
        (2, "91916", "-5"),
        (3, '["2482"]', "[]"),
    ):
        replace_once(copied / GEOGRAPHY_FILES[number], old, new)
    with pytest.raises(GeodataFaults) as refused:
        load_geography(copied)
    assert [Path(f.file).name for f in refused.value.faults] == list(GEOGRAPHY_FILES)
    assert all(f.line for f in refused.value.faults)


def test_the_line_of_a_locality_is_the_line_in_the_file(copied: Path) -> None:
    path = copied / "localities.csv"
    replace_once(path, "91916", "-5")
    lines = path.read_text(encoding="utf-8").splitlines()
    (fault,) = check_geography(copied)
    assert lines[(fault.line or 0) - 1].startswith("umea,")


@pytest.mark.parametrize(("side_m", "expected"), [(100.0, set()), (200.0, {"overlap"})])
def test_an_overlap_of_two_hectares_is_named_and_half_a_hectare_is_taken_for_rounding(
    copied: Path, side_m: float, expected: set[str]
) -> None:
    square = square_on_border(side_m=side_m)
    reshape(
        copied / "territory.geojson",
        change=lambda code, shape: shape.union(square) if code == "2462" else shape,
    )
    assert {f.code for f in check_geography(copied)} == expected


@pytest.mark.parametrize(("side_m", "expected"), [(70.0, set()), (145.0, {"gap"})])
def test_a_gap_of_two_hectares_is_named_and_half_a_hectare_is_taken_for_rounding(
    copied: Path, side_m: float, expected: set[str]
) -> None:
    square = square_on_border(side_m=side_m)
    reshape(copied / "territory.geojson", change=lambda _code, shape: shape.difference(square))
    faults = check_geography(copied)
    assert {f.code for f in faults} == expected
    assert all("2462, 2463" in f.reason for f in faults)


def test_two_municipalities_under_each_others_codes_are_noticed(copied: Path) -> None:
    path = copied / "municipalities.geojson"
    text = path.read_text(encoding="utf-8")
    text = text.replace('"2401"', '"X"').replace('"2403"', '"2401"').replace('"X"', '"2403"')
    path.write_text(text, encoding="utf-8")
    assert Counter(f.code for f in check_geography(copied)) == {"land-outside-territory": 2}


def spoilt(name: str, content: bytes) -> list[Fault]:
    """Return the errors of a file that stands alone with this content."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        return [f for f in check_geography(path.parent) if f.file == str(path) and f.is_error]


@given(name=st.sampled_from(GEOGRAPHY_FILES), content=st.binary(max_size=300))
def test_any_bytes_at_all_give_faults_and_never_a_crash(name: str, content: bytes) -> None:
    assert spoilt(name, content)


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
def test_any_json_in_place_of_a_geometry_is_a_fault_and_never_a_crash(geometry: object) -> None:
    document = json.loads((DATA / "municipalities.geojson").read_text(encoding="utf-8"))
    document["features"][0]["geometry"] = geometry
    faults = spoilt("municipalities.geojson", json.dumps(document).encode())
    assert "bad-geometry" in {f.code for f in faults}


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


def reshape(path: Path, *, change: Callable[[str, shapely.Geometry], shapely.Geometry]) -> None:
    """Pass every polygon of a file through ``change(code, polygon)``."""
    document = json.loads(path.read_text(encoding="utf-8"))
    for feature in document["features"]:
        shape = shapely.from_geojson(json.dumps(feature["geometry"]))
        changed = change(feature["properties"]["code"], shape)
        feature["geometry"] = json.loads(shapely.to_geojson(changed))
    path.write_text(json.dumps(document), encoding="utf-8")


@given(lat=st.floats(63.0, 66.5), lon=st.floats(13.0, 22.2))
def test_every_point_of_the_region_passes_and_its_swapped_twin_is_named(
    lat: float, lon: float
) -> None:
    assert point_problem(lat, lon) is None
    assert "swapped" in (point_problem(lon, lat) or "")


@given(lat=st.floats(), lon=st.floats())
def test_a_point_passes_only_inside_the_region(lat: float, lon: float) -> None:
    inside = 63.0 <= lat <= 66.5 and 13.0 <= lon <= 22.2
    assert (point_problem(lat, lon) is None) == inside
