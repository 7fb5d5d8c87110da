"""Tables as a workbook: one sheet each, numbers as numbers, texts always as texts."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import xlsxwriter

from ris_map.words import Translator
from ris_map.words.table import Amount, Cell, FigureTable, Unit, cell_text

WIDEST, NARROWEST = 60, 9
FORBIDDEN_IN_NAMES = str.maketrans("[]:*?/\\", "       ")
NAME_LENGTH = 31
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_CREATED = datetime(2026, 11, 23)
"""Written into every file, so that the same data give the same bytes."""
_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_FORMATS = {Unit.COUNT: "#,##0", Unit.MINUTES: "0", Unit.SHARE: "0%"}

Value = Amount | str | float | int | bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One sheet: lines of text above, headings, rows of values.

    An :class:`Amount` is written as it is shown. ``widths`` are those of the first columns.
    """

    name: str
    heads: Sequence[str]
    rows: Iterable[Sequence[Value]]
    above: Sequence[str] = ()
    widths: Sequence[int] = ()
    has_named_rows: bool = True


def sheets_xlsx(sheets: Iterable[Sheet], *, title: str, tr: Translator) -> bytes:
    """Return sheets as an Excel workbook; the same input gives the same bytes.

    Texts are written as texts, never as formulas or links, whatever they begin with.
    """
    memory = io.BytesIO()
    with xlsxwriter.Workbook(memory, _OPTIONS) as book:
        book.set_properties({"title": title, "created": _CREATED})
        bold = book.add_format({"bold": True})
        head = book.add_format({"bold": True, "text_wrap": True, "bottom": 1, "valign": "top"})
        wrap = book.add_format({"text_wrap": True, "valign": "top"})
        formats = {unit: book.add_format({"num_format": form}) for unit, form in _FORMATS.items()}
        for sheet in sheets:
            page = book.add_worksheet(sheet.name.translate(FORBIDDEN_IN_NAMES)[:NAME_LENGTH])
            for line, text in enumerate(sheet.above):
                page.write_string(line, 0, text, bold if line == 0 else None)
            head_row = len(sheet.above)
            first = head_row + bool(sheet.heads)
            for column, text in enumerate(sheet.heads):
                page.write_string(head_row, column, text, head)
            for column, width in enumerate(sheet.widths):
                page.set_column(column, column, width)
            for row, values in enumerate(sheet.rows, start=first):
                for column, value in enumerate(values):
                    if isinstance(value, Amount):
                        if value.shown is not None:
                            page.write_number(row, column, value.shown, formats[value.unit])
                            continue
                        text = cell_text(value, tr=tr)
                    elif value is None or isinstance(value, int | float):
                        if value is not None:
                            page.write_number(row, column, value)
                        continue
                    else:
                        text = _NOT_IN_XML.sub("", value)
                    page.write_string(row, column, text, wrap if len(text) > WIDEST else None)
            page.freeze_panes(first, int(sheet.has_named_rows))
    return memory.getvalue()


def workbook(
    tables: Iterable[FigureTable],
    *,
    definitions: Sequence[tuple[str, str]],
    definitions_name: str,
    source: str,
    tr: Translator,
) -> bytes:
    """Return tables as a workbook, the definitions on its first sheet.

    ``source``, date and sources of all figures, stands on every sheet.
    """
    about = Sheet(
        name=definitions_name,
        heads=(),
        rows=definitions,
        above=(definitions_name, source, ""),
        widths=(32, 100),
    )
    shown = (
        Sheet(
            name=table.id,
            heads=table.columns,
            rows=[[_value(cell, tr=tr) for cell in row] for row in table.rows],
            above=(table.title, table.sentence, source),
            widths=[_width(table, column, tr=tr) for column in range(len(table.columns))],
        )
        for table in tables
    )
    return sheets_xlsx((about, *shown), title=definitions_name, tr=tr)


def _value(cell: Cell, *, tr: Translator) -> Amount | str:
    return cell if isinstance(cell, Amount) else cell_text(cell, tr=tr)


def _width(table: FigureTable, column: int, *, tr: Translator) -> int:
    longest = max((len(cell_text(row[column], tr=tr)) for row in table.rows), default=0)
    return min(WIDEST, max(NARROWEST, longest + 2, len(table.columns[column]) // 2))
