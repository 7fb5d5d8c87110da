"""Tables as a workbook: one sheet each, numbers as numbers, and a first sheet of definitions."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from ris_map.words import Translator
from ris_map.words.table import Amount, Cell, FigureTable, Link, Unit, cell_text

WIDEST = 60
NARROWEST = 9
TITLE_ROW, SENTENCE_ROW, HEAD_ROW = 0, 1, 3
FORBIDDEN_IN_NAMES = str.maketrans("[]:*?/\\", "       ")
NAME_LENGTH = 31
Styles = dict[str, Format]


def workbook(
    tables: Iterable[FigureTable],
    *,
    definitions: Sequence[tuple[str, str]],
    definitions_name: str,
    source: str,
    tr: Translator,
) -> bytes:
    """Return tables as an Excel workbook.

    Texts are written as texts, never as formulas or links, whatever they begin with.

    Parameters
    ----------
    tables : iterable of FigureTable
        In the order of the sheets; named by their ids.
    definitions : sequence of (str, str)
        Terms and what they mean; the first sheet.
    definitions_name : str
        Name of that sheet.
    source : str
        Date and sources of all figures; stands on every sheet.
    tr : Translator
        For the words that stand in place of numbers.
    """
    memory = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(memory, options) as book:
        styles = {
            "bold": book.add_format({"bold": True}),
            "head": book.add_format(
                {"bold": True, "text_wrap": True, "bottom": 1, "valign": "top"}
            ),
            "wrap": book.add_format({"text_wrap": True, "valign": "top"}),
            Unit.COUNT: book.add_format({"num_format": "#,##0"}),
            Unit.MINUTES: book.add_format({"num_format": "0"}),
            Unit.SHARE: book.add_format({"num_format": "0%"}),
        }
        _definitions(book, definitions, name=definitions_name, source=source, styles=styles)
        for table in tables:
            _sheet(book, table, source=source, styles=styles, tr=tr)
    return memory.getvalue()


def _definitions(
    book: xlsxwriter.Workbook,
    definitions: Sequence[tuple[str, str]],
    *,
    name: str,
    source: str,
    styles: Styles,
) -> None:
    sheet = book.add_worksheet(_sheet_name(name))
    sheet.set_column(0, 0, 32)
    sheet.set_column(1, 1, 100)
    sheet.write_string(0, 0, name, styles["bold"])
    sheet.write_string(1, 1, source, styles["wrap"])
    for row, (term, text) in enumerate(definitions, start=HEAD_ROW):
        sheet.write_string(row, 0, term, styles["bold"])
        sheet.write_string(row, 1, text, styles["wrap"])


def _sheet(
    book: xlsxwriter.Workbook, table: FigureTable, *, source: str, styles: Styles, tr: Translator
) -> None:
    sheet = book.add_worksheet(_sheet_name(table.id))
    sheet.write_string(TITLE_ROW, 0, table.title, styles["bold"])
    sheet.write_string(SENTENCE_ROW, 0, table.sentence)
    sheet.write_string(SENTENCE_ROW + 1, 0, source)
    for column, text in enumerate(table.columns):
        sheet.write_string(HEAD_ROW, column, text, styles["head"])
        sheet.set_column(column, column, _width(table, column, tr=tr))
    for row, cells in enumerate(table.rows, start=HEAD_ROW + 1):
        for column, cell in enumerate(cells):
            _write(sheet, row, column, cell, styles=styles, tr=tr)
    sheet.freeze_panes(HEAD_ROW + 1, 1)


def _write(
    sheet: Worksheet, row: int, column: int, cell: Cell, *, styles: Styles, tr: Translator
) -> None:
    if isinstance(cell, Amount) and cell.shown is not None:
        sheet.write_number(row, column, cell.shown, styles[cell.unit])
    else:
        sheet.write_string(row, column, cell_text(cell, tr=tr))


def _width(table: FigureTable, column: int, *, tr: Translator) -> int:
    texts = (
        cell.text if isinstance(cell := row[column], Link) else cell_text(cell, tr=tr)
        for row in table.rows
    )
    longest = max((len(text) for text in texts), default=0)
    return min(WIDEST, max(NARROWEST, longest + 2, len(table.columns[column]) // 2))


def _sheet_name(name: str) -> str:
    return name.translate(FORBIDDEN_IN_NAMES)[:NAME_LENGTH]
