"""Tables, GeoJSON, GeoPackage and workbook: what is written reads back, and nothing runs."""

from __future__ import annotations

import csv
import io
import math
import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import geopandas
import openpyxl
import pyogrio
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from ris_map.actors.files import actors_xlsx
from ris_map.api.register import (
    ACTOR_COLUMNS,
    OFFICE_COLUMNS,
    actor_features,
    actor_row,
    office_row,
)
from ris_map.export.tables import csv_bytes, geopackage, harmless, layer
from ris_map.geography.boundaries import point_in_metres, sweref_point
from ris_map.register.in_words import Words
from ris_map.register.selection import Filter, Group, Match, Selection, select
from ris_map.register.vocabulary import Scope
from ris_map.travel.world import service
from ris_map.words import translator
from ris_map.words.language import Language, LocalText
from tests import factories
from tests.api.api_site import DATA, V1, client

DAY = date(2026, 11, 23)
CHANGED = datetime(2026, 11, 23, tzinfo=UTC)
HOSTILE = '=HYPERLINK("http://x")<script>&\'"\x00\x0b, ;\r\n@SUM(A1)'
FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\uff1d1", "\uff201")


@pytest.fixture(autouse=True)
def _fixed_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RIS_MAP_TODAY", DAY.isoformat())


@pytest.fixture(scope="module")
def api() -> TestClient:
    return client()


def words(language: Language = Language.SV) -> Words:
    return Words(
        tr=translator(language),
        strategy=service(DATA).foundations.strategy,
        municipality_names={code: town[0] for code, town in factories.TOWNS.items()},
        report_address="fel@example.org",
    )


def hostile_selection() -> Selection:
    actor = factories.make_actor(
        name=HOSTILE, summary=LocalText(sv=HOSTILE, en=HOSTILE), aliases=(HOSTILE,)
    )
    return Selection((Match(actor=actor, group=Group.OFFICE, offices=actor.offices),))


def saved(content: bytes, folder: Path) -> Path:
    path = folder / "file.gpkg"
    path.write_bytes(content)
    return path


def test_records_have_the_columns_that_are_named() -> None:
    world = service(DATA).moment().world
    chosen = select(world.register, Filter(scope=Scope.ADJACENT), groups={}, on=DAY)
    assert len(chosen.matches) == len(world.register.actors)
    for match in chosen.matches:
        assert tuple(actor_row(match)) == ACTOR_COLUMNS
        for office in match.actor.offices:
            assert tuple(office_row(match, office, on=DAY)) == OFFICE_COLUMNS


def test_I2_a_flat_record_has_every_optional_field() -> None:
    actor = factories.make_actor(**factories.TERMS)
    row = actor_row(Match(actor=actor, group=Group.OFFICE, offices=actor.offices))
    known = {
        "contact_url": "https://example.org/kontakt",
        "target_groups": "student farm",
        "cost": "free equity",
        "eligibility_sv": "Minst två ägare.",
        "eligibility_en": "Two owners at least.",
        "how_to_apply_sv": "Boka ett möte.",
        "how_to_apply_en": "Book a meeting.",
        "funding_sv": "Regionen",
        "funding_en": "The region",
        "funding_until": "2027",
        "last_checked": "2026-11-20",
    }
    assert {column: row[column] for column in known} == known
    bare = factories.make_actor()
    row = actor_row(Match(actor=bare, group=Group.OFFICE, offices=bare.offices))
    assert not any(row[column] for column in known)


@given(
    st.lists(
        st.tuples(
            st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")),
            st.none() | st.integers() | st.floats(allow_nan=False, allow_infinity=False),
            st.booleans(),
        )
    )
)
def test_csv_reads_back(rows: list[tuple[str, int | float | None, bool]]) -> None:
    records: list[dict[str, Any]] = [
        {"text": text, "number": number, "truth": truth} for text, number, truth in rows
    ]
    content = csv_bytes(("text", "number", "truth"), records).decode()
    read = list(csv.DictReader(io.StringIO(content, newline=""), strict=True))
    assert len(read) == len(rows)
    for line, (text, number, truth) in zip(read, rows, strict=True):
        assert line["text"].removeprefix("'") == text.removeprefix("'")
        assert (float(line["number"]) if line["number"] else None) == (
            None if number is None else float(line["number"])
        )
        assert line["number"] == ("" if number is None else repr(number))
        assert line["truth"] == str(truth).lower()


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_becomes_text_and_a_number_stays_one(text: str) -> None:
    assert harmless(text) == f"'{text}"
    assert b"-1.5" in csv_bytes(("n",), [{"n": -1.5}])
    assert b"'-1.5" not in csv_bytes(("n",), [{"n": -1.5}])


def test_nobody_is_lost_in_geojson() -> None:
    placeless = factories.make_actor(offices=())
    match = Match(actor=placeless, group=Group.REMOTE, offices=())
    (feature,) = actor_features(Selection((match,)), on=DAY)
    assert feature["geometry"] is None
    assert feature["properties"]["actor"] == placeless.id
    ((lon, lat),) = [
        f["geometry"]["coordinates"] for f in actor_features(hostile_selection(), on=DAY)
    ]
    assert (lon, lat) == (20.263, 63.826)


@pytest.mark.parametrize("query", ["bredd=adjacent", "q=finns%20inte", ""])
def test_the_geopackage_of_actors_reads_back(api: TestClient, tmp_path: Path, query: str) -> None:
    path = saved(api.get(f"{V1}/actors.gpkg?{query}").content, tmp_path)
    features = api.get(f"{V1}/offices.geojson?{query}").json()["features"]
    listed = api.get(f"{V1}/actors?{query}").json()["actors"]
    assert {name for name, _ in pyogrio.list_layers(path)} == {"offices", "actors"}
    offices = geopandas.read_file(path, layer="offices")
    assert offices.crs.to_epsg() == 3006
    assert offices["id"].tolist() == [feature["id"] for feature in features]
    table = pyogrio.read_dataframe(path, layer="actors", read_geometry=False)
    assert table["id"].tolist() == [actor["id"] for actor in listed]
    assert table["summary_sv"].tolist() == [actor["summary"]["sv"] for actor in listed]
    back = offices.to_crs(4326).geometry
    for point, feature in zip(back, features, strict=True):
        lon, lat = feature["geometry"]["coordinates"]
        assert math.isclose(point.x, lon, abs_tol=1e-6)
        assert math.isclose(point.y, lat, abs_tol=1e-6)


def test_the_geopackage_of_municipalities_is_the_same_land(api: TestClient, tmp_path: Path) -> None:
    path = saved(api.get(f"{V1}/municipalities.gpkg").content, tmp_path)
    read = geopandas.read_file(path)
    source = geopandas.read_file(DATA / "municipalities.geojson")
    assert read["code"].tolist() == source["code"].tolist()
    assert read.is_valid.all()
    assert set(read.geom_type) == {"MultiPolygon"}
    areas = zip(read.area, source.to_crs(3006).area, strict=True)
    assert all(math.isclose(a, b, rel_tol=1e-6) for a, b in areas)
    with closing(sqlite3.connect(path)) as database:
        (description,) = database.execute("SELECT description FROM gpkg_contents").fetchone()
    assert "ODbL-1.0" in description
    assert "© OpenStreetMaps bidragsgivare" in description
    assert "© OpenStreetMap contributors" in description


def test_the_geopackage_is_well_formed_and_the_same_every_time(tmp_path: Path) -> None:
    hostile = HOSTILE.replace("\x00", "")  # the register never holds one
    rows = [{"name": hostile, "population": 1}, {"name": None, "population": None}]
    places = layer(("name", "population"), rows, [shapely.Point(20.263, 63.826), None])
    content = geopackage({"places": places}, about=hostile, changed=CHANGED)
    assert content == geopackage({"places": places}, about=hostile, changed=CHANGED)
    database = sqlite3.connect(saved(content, tmp_path))
    assert database.execute("PRAGMA application_id").fetchone() == (0x47504B47,)
    assert database.execute("PRAGMA user_version").fetchone() == (10300,)
    assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert database.execute("PRAGMA foreign_key_check").fetchall() == []
    systems = {row[0] for row in database.execute("SELECT srs_id FROM gpkg_spatial_ref_sys")}
    assert {-1, 0, 4326, 3006} <= systems
    names = [row[0] for row in database.execute("SELECT name FROM places ORDER BY fid")]
    assert names == [hostile, None]
    database.close()
    read = geopandas.read_file(tmp_path / "file.gpkg")
    assert read.geometry.isna().tolist() == [False, True]


def test_points_in_sweref_are_those_of_proj() -> None:
    # Umeå in SWEREF 99 TM by pyproj itself: to the metre
    expected = geopandas.GeoSeries([shapely.Point(20.263, 63.826)], crs=4326).to_crs(3006)[0]
    assert sweref_point(63.826, 20.263) == (round(expected.y), round(expected.x))
    east, north = point_in_metres(63.826, 20.263)
    assert math.isclose(east, expected.x, abs_tol=0.01)
    assert math.isclose(north, expected.y, abs_tol=0.01)
    assert 7_000_000 < north < 7_300_000


@pytest.mark.parametrize("language", list(Language))
def test_the_workbook_reads_back(api: TestClient, language: Language) -> None:
    tr = translator(language)
    address = f"{V1}/actors.xlsx?bredd=adjacent&lang={language}"
    content = api.get(address).content
    book = openpyxl.load_workbook(io.BytesIO(content))
    names = ("actors", "offices", "offers", "sources", "about")
    assert book.sheetnames == [tr(f"xlsx.sheet.{name}") for name in names]
    listed = api.get(f"{V1}/actors?bredd=adjacent").json()["actors"]
    actors = list(book.worksheets[0].iter_rows(min_row=2, values_only=True))
    assert [row[0] for row in actors] == [actor["id"] for actor in listed]
    assert [row[1] for row in actors] == [actor["name"] for actor in listed]
    offices = list(book.worksheets[1].iter_rows(min_row=2, values_only=True))
    known = api.get(f"{V1}/offices?bredd=adjacent").json()["offices"]
    assert [(row[5], row[6]) for row in offices] == [
        (office["sweref_north"], office["sweref_east"]) for office in known
    ]
    offers = list(book.worksheets[2].iter_rows(min_row=2, values_only=True))
    assert len(offers) == sum(len(actor["offers"]) for actor in listed)
    about = dict(book.worksheets[4].iter_rows(min_row=2, values_only=True))
    assert "CC0-1.0" in about[tr("xlsx.about.licence")]
    assert about[tr("xlsx.about.on")] == DAY.isoformat()


def test_hostile_words_are_words_in_the_workbook() -> None:
    made = [
        actors_xlsx(hostile_selection(), words=words(), on=DAY, about=[(HOSTILE, HOSTILE)])
        for _ in range(2)
    ]
    assert made[0] == made[1]
    book = openpyxl.load_workbook(io.BytesIO(made[0]))
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type in ("s", "n")
                assert cell.hyperlink is None
    text = str(book.worksheets[0]["B2"].value)
    assert text.startswith("=HYPERLINK")
    assert "<script>" in text
