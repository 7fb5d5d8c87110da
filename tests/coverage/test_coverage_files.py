"""Files and pictures of the coverage page: what is shown, as other programs read it (R12)."""

from __future__ import annotations

import csv
import io
import math
import re
from itertools import pairwise
from xml.etree import ElementTree as ET

import openpyxl
import pytest

from ris_map.coverage.page.matrix import matrix_rows
from ris_map.coverage.page.page import book_of
from ris_map.coverage.page.pictures import (
    PICTURES,
    file_name,
    labels_at,
    paper_map,
    picture,
    picture_file,
)
from ris_map.coverage.page.summary import basis, finding_sentence
from ris_map.coverage.page.tables import all_tables, cells_table
from ris_map.export.tables import CsvFlavour, table_csv, workbook
from ris_map.register.vocabulary import Delivery
from ris_map.travel.routes import accuracy, error_words
from ris_map.web.picture import Mark, overlap, place_labels
from ris_map.words.figures import Amount, FigureTable, cell_text, count, share
from ris_map.words.language import Language
from tests.coverage.coverage_views import view

SVG = "{http://www.w3.org/2000/svg}"
PNG = b"\x89PNG\r\n\x1a\n"


def read_csv(data: bytes, flavour: CsvFlavour) -> list[list[str]]:
    text = data.decode("utf-8-sig")
    delimiter = ";" if flavour is CsvFlavour.SWEDISH else ","
    return list(csv.reader(io.StringIO(text), delimiter=delimiter))


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("flavour", list(CsvFlavour))
def test_the_csv_holds_every_cell_as_it_is_shown(flavour: CsvFlavour, language: Language) -> None:
    shown = view(language)
    table = cells_table(shown)
    data = table_csv(table, flavour=flavour, tr=shown.tr)
    assert data.startswith(b"\xef\xbb\xbf") == (flavour is CsvFlavour.SWEDISH)
    head, *rows = read_csv(data, flavour)
    assert len(rows) == 225
    assert len({len(row) for row in (head, *rows)}) == 1
    for row, cells_of_row in zip(rows, table.rows, strict=True):
        for text, cell in zip(row, cells_of_row, strict=True):
            seen = cell_text(cell, tr=shown.tr)
            if isinstance(cell, Amount) and cell.shown is not None:
                seen = re.sub(r"[^\d]", "", seen)
            assert text == seen.replace("\u00a0", " ")


def test_a_text_that_a_spreadsheet_would_run_is_text() -> None:
    table = FigureTable(
        id="x", title="x", columns=("=1", "andel"), rows=[("=cmd|' /C calc'!A0", share(0.5))]
    )
    head, row = read_csv(table_csv(table, flavour=CsvFlavour.PLAIN, tr=view().tr), CsvFlavour.PLAIN)
    assert head == ["'=1", "andel (%)"]
    assert row == ["'=cmd|' /C calc'!A0", "50"]


def sheets(data: bytes) -> dict[str, list[list[object]]]:
    """Read a workbook as another program does; nothing in it is a formula."""
    result = {}
    for sheet in openpyxl.load_workbook(io.BytesIO(data)).worksheets:
        rows = [[cell for cell in row if cell.value is not None] for row in sheet.iter_rows()]
        assert not [cell for row in rows for cell in row if cell.data_type == "f"]
        result[sheet.title] = [[cell.value for cell in row] for row in rows if row]
    return result


@pytest.mark.parametrize("delivery", [Delivery.OFFICE, Delivery.DIGITAL])
def test_the_workbook_holds_every_table_and_a_sheet_of_definitions(delivery: Delivery) -> None:
    shown = view(delivery=delivery)
    tables = all_tables(shown)
    content = sheets(book_of(shown))
    assert list(content) == [shown.tr("coverage.sheet.definitions"), *(t.id for t in tables)]
    definitions = content[shown.tr("coverage.sheet.definitions")]
    assert any("matris" in str(cell).lower() for row in definitions for cell in row)
    for table in tables:
        rows = content[table.id]
        assert rows[0] == [table.title]
        assert [basis(shown)] in rows
        body = rows[-len(table.rows) :] if table.rows else []
        for written, cells in zip(body, table.rows, strict=True):
            for value, cell in zip(written, cells, strict=True):
                if isinstance(cell, Amount) and cell.shown is not None:
                    assert value == pytest.approx(cell.shown)
                else:
                    assert value == cell_text(cell, tr=shown.tr)


def test_no_text_of_a_workbook_is_run() -> None:
    table = FigureTable(
        id="a/b:c[d]*?" * 5, title="=1+1", columns=("a", "b"), rows=[("=1+1", count(3))]
    )
    data = workbook(
        [table], definitions=[("=1", "http://x.se")], definitions_name="d", source="s", tr=view().tr
    )
    content = sheets(data)
    assert max(len(name) for name in content) <= 31
    assert ["=1+1", 3.0] in [row for rows in content.values() for row in rows]


# -------------------------------------------------------------------- pictures


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("name", PICTURES)
def test_R12_P2_a_picture_has_title_range_error_source_and_date_inside(
    name: str, language: Language
) -> None:
    shown = view(language)
    svg = ET.fromstring(picture(shown, name))
    assert svg.tag == f"{SVG}svg"
    words = " ".join(" ".join("".join(t.itertext()) for t in svg.iter(f"{SVG}text")).split())
    for text in (finding_sentence(shown), basis(shown)):
        for word in text.replace("\u00a0", " ").split():
            assert word in words.replace("\u00a0", " ")
    assert shown.range_of(shown.side("inland")).replace("\u00a0", " ") in words.replace(
        "\u00a0", " "
    )
    assert shown.date in words
    error = error_words(accuracy(shown.world.foundations).places, tr=shown.tr)
    assert words.replace("\u00a0", " ").count(error.replace("\u00a0", " ")) == 1
    assert not re.search(r"(href|src)=|<script", picture(shown, name))


@pytest.mark.parametrize("name", PICTURES)
def test_R12_a_picture_is_also_a_png(name: str) -> None:
    data = picture_file(view(), name, "png")
    assert data.startswith(PNG)
    assert int.from_bytes(data[16:20]) >= 1200
    assert len(data) > 20_000


def test_R12_K3_the_map_on_paper_has_every_place_in_its_class() -> None:
    shown = view()
    drawn = paper_map(shown)
    assert len(drawn.squares.classes) == len(shown.found.minutes)
    svg = ET.fromstring(drawn.svg)
    paths = [p for p in svg.iter(f"{SVG}path") if p.get("class") == "squares"]
    assert sum(p.attrib["d"].count("M") for p in paths) == len(shown.found.minutes)


def test_R12_the_matrix_on_paper_has_every_cell() -> None:
    shown = view()
    svg = ET.fromstring(picture(shown, "matris"))
    texts = ["".join(t.itertext()).strip() for t in svg.iter(f"{SVG}text")]
    for code, cells in matrix_rows(shown).items():
        assert shown.name(code) in texts
        for cell in cells:
            assert cell.text + ("?" if cell.is_open else "") in texts


def test_F22_the_choice_is_in_the_name_and_no_two_files_share_one() -> None:
    names = {
        file_name(view(**changes), name, suffix)
        for changes in ({}, {"limit": 90}, {"delivery": Delivery.VISIT}, {"division": "kust"})
        for name in PICTURES
        for suffix in ("svg", "png")
    }
    assert len(names) == 4 * len(PICTURES) * 2
    assert "tackning-karta-ide-radgivning-60-min-2026-11.png" in names


@pytest.mark.parametrize("shares", [(0.36, 0.99, 0.9), (1, 1, 1), (0, 0, 0), (0.5, 0.51, 0.52)])
def test_G6_no_name_on_the_curve_lies_over_another(shares: tuple[float, ...]) -> None:
    placed = labels_at(view(), dict(zip("abc", shares, strict=True)))
    heights = sorted(float(str(label["share"])) for label in placed)
    assert all(b - a >= 8.9 for a, b in pairwise(heights))
    assert heights[0] >= 0
    assert heights[-1] <= 105


def test_G6_K6_every_name_on_the_map_stands_by_its_own_marker_and_covers_nothing() -> None:
    marks = [
        (
            Mark(name=f"Ort {i}", east=0, north=0, count=i % 3),
            40.0 + 60 * (i % 6),
            40.0 + 45 * (i // 6),
        )
        for i in range(24)
    ]
    labels = place_labels(marks, avoid=[], size=(400.0, 300.0))
    boxes = []
    for label in labels:
        width = 0.55 * 15 * len(label.text)
        left = label.x - {"start": 0, "end": width, "middle": width / 2}[label.anchor]
        boxes.append((left, label.y - 12, left + width, label.y + 4))
    circles = [(x - m.radius, y - m.radius, x + m.radius, y + m.radius) for m, x, y in marks]
    assert labels
    for i, box in enumerate(boxes):
        others = [*boxes[:i], *boxes[i + 1 :]]
        assert not any(overlap(box, other) for other in others)
        assert sum(overlap(box, circle) for circle in circles) <= 1
        away = [
            math.hypot(
                max(0.0, circle[0] - box[2], box[0] - circle[2]),
                max(0.0, circle[1] - box[3], box[1] - circle[3]),
            )
            for circle in circles
        ]
        assert marks[away.index(min(away))][0].name == labels[i].text, "it stands by its own"
