"""A municipality's tables as CSV and XLSX: the same rows and figures as on screen."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

import xlsxwriter

from ris_map.export.tables import CsvFlavour, harmless
from ris_map.municipality.profile import Profile
from ris_map.words import Translator
from ris_map.words.municipality_cells import Cell, Table

CSV_COLUMNS = ("code", "name", "table", "row", "column", "value", "note")
_ASCII = str.maketrans("åäöéü ", "aaoeu-")
_WIDEST = 48


def file_name(profile: Profile, *, tr: Translator) -> str:
    """Return the name of the files without its ending, in plain ASCII."""
    name = profile.name.casefold().translate(_ASCII)
    return tr("municipality.file", name=name, date=profile.definition.on)


def profile_csv(
    profile: Profile, tables: Iterable[Table], *, flavour: CsvFlavour, tr: Translator
) -> bytes:
    """Return the tables as one CSV file: a line per cell, named by table, row and column.

    Parameters
    ----------
    profile : Profile
        Whose tables.
    tables : iterable of Table
        As on the page.
    flavour : CsvFlavour
        ``SWEDISH``: semicolons, decimal commas and a byte order mark; ``PLAIN``: RFC 4180, figures
        as plain numbers.
    """
    text = io.StringIO(newline="")
    swedish = flavour is CsvFlavour.SWEDISH
    writer = csv.writer(text, delimiter=";" if swedish else ",", lineterminator="\r\n")
    writer.writerow([tr(f"municipality.csv.{name}") for name in CSV_COLUMNS])
    for table in tables:
        for row in table.rows:
            name = " – ".join(part for part in (row[0].text, row[0].small) if part)
            for column, cell in zip(table.columns[1:], row[1:], strict=True):
                value = _number(cell, swedish=swedish) if cell.value is not None else cell.text
                line = (profile.code, profile.name, table.title, name, column, value, cell.small)
                writer.writerow([harmless(_plain(part)) for part in line])
    return text.getvalue().encode("utf-8-sig" if swedish else "utf-8")


def profile_xlsx(
    profile: Profile, tables: Iterable[Table], *, source: str, tr: Translator
) -> bytes:
    """Return the tables as a workbook: a sheet per table and one about the file.

    Parameters
    ----------
    profile : Profile
        Whose tables.
    tables : iterable of Table
        As on the page.
    source : str
        The source line of the page.
    """
    shown = tuple(tables)
    content = io.BytesIO()
    # texts stay texts: nothing that comes from the register is a formula or a link
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(content, options) as book:
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        about = book.add_worksheet(tr("municipality.sheet.about"))
        about.set_column(0, 0, 100)
        lines = [tr("municipality.report.title", name=profile.name), source]
        for line, words in enumerate((*lines, *(t.note for t in shown if t.note))):
            about.write_string(line, 0, words, bold if line == 0 else None)
        for table in shown:
            sheet = book.add_worksheet(tr(f"municipality.sheet.{table.id}"))
            sheet.write_string(0, 0, table.title, bold)
            for column, heading in enumerate(table.columns):
                sheet.write_string(1, column, heading, bold)
                sheet.set_column(column, column, _width(table, column))
            for line, row in enumerate(table.rows, start=2):
                for column, cell in enumerate(row):
                    if cell.value is not None:
                        sheet.write_number(line, column, cell.value)
                    else:
                        sheet.write_string(line, column, _words(cell))
            sheet.freeze_panes(2, 1)
    return content.getvalue()


def _words(cell: Cell) -> str:
    return f"{cell.text} ({cell.small})" if cell.small else cell.text


def _width(table: Table, column: int) -> int:
    longest = max((len(_words(row[column])) for row in table.rows), default=0)
    return min(max(10, longest + 1), _WIDEST)


def _number(cell: Cell, *, swedish: bool) -> str:
    text = f"{cell.value:.10g}"
    return text.replace(".", ",") if swedish else text


def _plain(text: str) -> str:
    # hard spaces are for the eye; in a file they only break searches
    return text.replace("\N{NO-BREAK SPACE}", " ")
