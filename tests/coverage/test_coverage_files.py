"""Files of the coverage page: exactly what is shown, in forms that other programs read."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from itertools import pairwise
from xml.etree import ElementTree as ET

import altair as alt
import pytest

from ris_map.coverage.page.choices import CellKey
from ris_map.coverage.page.coverage_cells import cells_table
from ris_map.coverage.page.curve import chart, lines
from ris_map.coverage.page.downloads import all_tables, book_of
from ris_map.coverage.page.map import CLASS_COLOURS
from ris_map.coverage.page.matrix import matrix_rows
from ris_map.coverage.page.pictures import FILLS, curve_svg, matrix_svg
from ris_map.coverage.page.summary import basis
from ris_map.export.tables import CsvFlavour, table_csv
from ris_map.export.xlsx import workbook
from ris_map.register.vocabulary import Delivery, Phase, ServiceType
from ris_map.words.language import Language
from ris_map.words.table import Amount, FigureTable, cell_text, count, share
from tests.coverage.coverage_views import found, view
from tests.web.test_palette import LIGHTER_OR_DARKER, VISION, seen

SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
SVG = "{http://www.w3.org/2000/svg}"
CELL = CellKey(code="2422", phase=Phase.IDE, service_type=ServiceType.RADGIVNING)


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
    cells = [cell for row in matrix_rows(shown) for cell in row.cells]
    assert [row[4] for row in rows] == [cell.word for cell in cells]
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


def sheets(data: bytes) -> dict[str, list[list[str | float]]]:
    """Read a workbook with nothing but the standard library."""
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        strings = [
            "".join(t.text or "" for t in item.iter(f"{SHEET}t"))
            for item in ET.fromstring(book.read("xl/sharedStrings.xml"))
        ]
        names = [
            sheet.attrib["name"]
            for sheet in ET.fromstring(book.read("xl/workbook.xml")).iter(f"{SHEET}sheet")
        ]
        result = {}
        for number, name in enumerate(names, start=1):
            content = ET.fromstring(book.read(f"xl/worksheets/sheet{number}.xml"))
            assert not list(content.iter(f"{SHEET}f"))
            result[name] = [
                [_value(cell, strings) for cell in row.iter(f"{SHEET}c")]
                for row in content.iter(f"{SHEET}row")
            ]
    return result


def _value(cell: ET.Element, strings: list[str]) -> str | float:
    text = cell.findtext(f"{SHEET}v") or ""
    return strings[int(text)] if cell.get("t") == "s" else float(text or 0)


@pytest.mark.parametrize("delivery", [Delivery.OFFICE, Delivery.DIGITAL])
def test_the_workbook_holds_every_table_and_a_sheet_of_definitions(delivery: Delivery) -> None:
    shown = view(delivery=delivery, cell=CELL)
    together = found(shown)
    tables = all_tables(shown, together)
    content = sheets(book_of(shown, together))
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


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("delivery", list(Delivery))
def test_the_matrix_as_svg_shows_every_cell_and_its_basis(
    delivery: Delivery, language: Language
) -> None:
    shown = view(language, delivery=delivery)
    svg = ET.fromstring(matrix_svg(shown))
    texts = [element.text or "" for element in svg.iter(f"{SVG}text")]
    cells = [cell for row in matrix_rows(shown) for cell in row.cells]
    fills = [r.get("fill") for r in svg.iter(f"{SVG}rect") if r.get("width") == "34"]
    assert fills == [FILLS[cell.state][0] for cell in cells]
    for cell in cells:
        assert any(text.startswith(cell.symbol) for text in texts)
    assert all(shown.name(code) in texts for code in shown.order)
    assert shown.world.on.isoformat() in " ".join(texts)
    assert basis(shown).split(";")[0].split()[0] in " ".join(texts)
    assert svg.findtext(f"{SVG}title")


def test_the_curve_as_svg_has_the_lines_of_the_page() -> None:
    shown = view()
    svg = ET.fromstring(curve_svg(shown, found(shown)))
    drawn = lines(shown, found(shown))
    curves = list(svg.iter(f"{SVG}polyline"))
    assert [c.get("stroke") for c in curves] == [line.colour for line in drawn]
    assert len({c.get("stroke-dasharray") for c in curves}) == len(drawn)
    texts = " ".join(element.text or "" for element in svg.iter(f"{SVG}text"))
    assert all(line.name in texts for line in drawn)
    for curve in curves:
        heights = [float(p.split(",")[1]) for p in str(curve.get("points")).split()]
        assert heights == sorted(heights, reverse=True)


@pytest.mark.parametrize("threshold", [30, 60, 90, 120])
def test_the_curve_on_the_page_is_a_valid_specification_with_a_name_on_each_line(
    threshold: int,
) -> None:
    shown = view(threshold=threshold)
    spec = chart(shown, found(shown))
    alt.LayerChart.from_dict(spec, validate=True)
    labels = spec["layer"][-1]["data"]["values"]
    assert [label["group"] for label in labels]
    assert len(labels) == 3
    heights = [label["share"] for label in labels]
    assert all(a - b >= 8.9 for a, b in pairwise(heights))
    assert min(heights) > 0


@pytest.mark.parametrize("vision", VISION)
def test_X7_the_five_classes_keep_their_order_for_every_eye(vision: str) -> None:
    shades = [seen(colour, vision)[0] for colour in CLASS_COLOURS]
    assert all(a - b >= LIGHTER_OR_DARKER for a, b in pairwise(shades))
