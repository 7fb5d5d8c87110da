"""Tables, GeoJSON, GeoPackage and workbook: what is written reads back, and nothing runs."""

import io
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import geopandas
import openpyxl
import pyogrio
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from ris_map.actors.files import actors_xlsx
from ris_map.api.register import actor_row
from ris_map.export.tables import CsvFlavour, csv_bytes, geopackage, harmless, layer, text_csv
from ris_map.register.model import Actor
from ris_map.register.selection import Group, Match
from ris_map.words import translator
from ris_map.words.language import Language
from tests import factories
from tests.api.api_site import DATA, V1, client
from tests.factories import DAY, csv_rows

CHANGED = datetime(2026, 11, 23, tzinfo=UTC)
HOSTILE = '=HYPERLINK("http://x")<script>&\'"\x00\x0b, ;\r\n@SUM(A1)'
FORMULAS = [f"{sign}1" for sign in "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20"]


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> TestClient:
    monkeypatch.setenv("RIS_MAP_TODAY", DAY.isoformat())
    return client()


def match(actor: Actor) -> Match:
    return Match(actor=actor, group=Group.OFFICE, offices=actor.offices)


def saved(content: bytes, folder: Path) -> Path:
    path = folder / "file.gpkg"
    path.write_bytes(content)
    return path


def test_I2_a_flat_record_has_every_optional_field() -> None:
    row = actor_row(match(factories.make_actor(**factories.TERMS)))
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
    row = actor_row(match(factories.make_actor()))
    assert not any(row[column] for column in known)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(FORMULAS) | st.text(st.characters(exclude_categories=["Cs"])),
            st.none() | st.integers() | st.floats(allow_nan=False, allow_infinity=False),
            st.booleans(),
        )
    )
)
def test_csv_reads_back_a_formula_as_text_and_a_number_as_one(
    rows: list[tuple[str, int | float | None, bool]],
) -> None:
    columns = ("text", "number", "truth")
    records: list[dict[str, Any]] = [dict(zip(columns, row, strict=True)) for row in rows]
    assert csv_rows(csv_bytes(columns, records))[1:] == [
        [harmless(text), "" if number is None else repr(number), str(truth).lower()]
        for text, number, truth in rows
    ]
    lines = [[text, "citat \" ; , ' \r\n slut"] for text, *_ in rows]
    for flavour in CsvFlavour:
        table = text_csv(("a", "b"), lines, flavour=flavour)
        assert table.startswith(b"\xef\xbb\xbf") == (flavour is CsvFlavour.SWEDISH)
        assert table.endswith(b"\r\n")  # RFC 4180
        written = csv_rows(table, flavour)
        assert written == [["a", "b"], *([harmless(text), same] for text, same in lines)]


def test_a_cell_that_a_spreadsheet_would_run_is_made_text_and_no_other() -> None:
    assert [harmless(text) for text in FORMULAS] == [f"'{text}" for text in FORMULAS]
    plain = ["1-2", "a=b", "Råd & Dåd", "'", "", " x", "e-post"]
    assert [harmless(text) for text in plain] == plain


@pytest.mark.parametrize("query", ["bredd=adjacent", "q=finns%20inte", ""])
def test_the_geopackage_of_actors_reads_back(api: TestClient, tmp_path: Path, query: str) -> None:
    path = saved(api.get(f"{V1}/actors.gpkg?{query}").content, tmp_path)
    features = api.get(f"{V1}/offices.geojson?{query}").json()["features"]
    listed = api.get(f"{V1}/actors?{query}").json()["actors"]
    assert {name for name, _ in pyogrio.list_layers(path)} == {"offices", "actors"}
    offices = geopandas.read_file(path, layer="offices")
    assert offices.crs.to_epsg() == 3006
    assert offices["id"].tolist() == [feature["id"] for feature in features]
    known = api.get(f"{V1}/offices?{query}").json()["offices"]
    assert "ended" not in {office["group"] for office in known}, "who has ended has no office"
    for point, office in zip(offices.geometry, known, strict=True):
        metres = (office["sweref_north"], office["sweref_east"])
        assert (point.y, point.x) == pytest.approx(metres, abs=0.51)
    table = pyogrio.read_dataframe(path, layer="actors", read_geometry=False)
    assert table["id"].tolist() == [actor["id"] for actor in listed]
    assert table["summary_sv"].tolist() == [actor["summary"]["sv"] for actor in listed]
    for point, feature in zip(offices.to_crs(4326).geometry, features, strict=True):
        assert (point.x, point.y) == pytest.approx(feature["geometry"]["coordinates"], abs=1e-6)


def test_the_geopackage_of_municipalities_is_the_same_land(api: TestClient, tmp_path: Path) -> None:
    path = saved(api.get(f"{V1}/municipalities.gpkg").content, tmp_path)
    read = geopandas.read_file(path)
    source = geopandas.read_file(DATA / "municipalities.geojson")
    assert read["code"].tolist() == source["code"].tolist()
    assert read.is_valid.all()
    assert {pyogrio.read_info(path)["geometry_type"], *read.geom_type} == {"MultiPolygon"}
    assert read.area.tolist() == pytest.approx(source.to_crs(3006).area.tolist(), rel=1e-6)
    with closing(sqlite3.connect(path)) as database:
        (description,) = database.execute("SELECT description FROM gpkg_contents").fetchone()
    for words in ("ODbL-1.0", "© OpenStreetMaps bidragsgivare", "© OpenStreetMap contributors"):
        assert words in description


def test_the_geopackage_is_well_formed_and_the_same_every_time(tmp_path: Path) -> None:
    hostile = HOSTILE.replace("\x00", "")  # the register never holds one
    rows = [{"name": hostile, "population": 1, "lat": 63.826, "lon": 20.263}]
    rows += [{"name": None, "population": None, "geometry": None}]
    places = layer(("name", "population"), rows)
    content = geopackage({"places": places}, about=hostile, changed=CHANGED)
    assert content == geopackage({"places": places}, about=hostile, changed=CHANGED)
    with closing(sqlite3.connect(saved(content, tmp_path))) as database:
        checks = {"application_id": 0x47504B47, "user_version": 10300, "integrity_check": "ok"}
        for name, value in checks.items():
            assert database.execute(f"PRAGMA {name}").fetchone() == (value,)
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
        names = [row[0] for row in database.execute("SELECT name FROM places ORDER BY fid")]
    assert names == [hostile, None]
    read = geopandas.read_file(tmp_path / "file.gpkg")
    assert read.geometry.isna().tolist() == [False, True]


def test_the_workbook_reads_back(api: TestClient, language: Language) -> None:
    tr = translator(language)
    content = api.get(f"{V1}/actors.xlsx?bredd=adjacent&lang={language}").content
    book = openpyxl.load_workbook(io.BytesIO(content))
    names = ("actors", "offices", "offers", "sources", "about")
    assert book.sheetnames == [tr(f"xlsx.sheet.{name}") for name in names]
    actors, offices, offers, _, about = (
        list(sheet.iter_rows(min_row=2, values_only=True)) for sheet in book.worksheets
    )
    listed = api.get(f"{V1}/actors?bredd=adjacent").json()["actors"]
    assert [row[:2] for row in actors] == [(actor["id"], actor["name"]) for actor in listed]
    known = api.get(f"{V1}/offices?bredd=adjacent").json()["offices"]
    assert [row[5:7] for row in offices] == [
        (office["sweref_north"], office["sweref_east"]) for office in known
    ]
    assert len(offers) == sum(len(actor["offers"]) for actor in listed)
    said = dict(about)
    assert "CC0-1.0" in said[tr("xlsx.about.licence")]
    assert said[tr("xlsx.about.on")] == DAY.isoformat()


def test_hostile_words_are_words_in_the_workbook() -> None:
    words = factories.words_in(Language.SV)
    summary = factories.text(HOSTILE, en=HOSTILE)
    one = match(factories.make_actor(name=HOSTILE, summary=summary, aliases=(HOSTILE,)))
    made = [actors_xlsx([one], tr=words, on=DAY, about=[(HOSTILE, HOSTILE)]) for _ in range(2)]
    assert made[0] == made[1]
    book = openpyxl.load_workbook(io.BytesIO(made[0]))
    for cell in (cell for sheet in book for row in sheet.iter_rows() for cell in row):
        assert cell.data_type in ("s", "n")
        assert cell.hyperlink is None
    text = str(book.worksheets[0]["B2"].value)
    assert text.startswith("=HYPERLINK")
    assert "<script>" in text
