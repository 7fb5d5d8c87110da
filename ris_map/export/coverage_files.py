"""The coverage page's tables as CSV, in two flavours: the same figures as on screen."""

from __future__ import annotations

import csv
import io

from ris_map.actors.files import CsvFlavour
from ris_map.export.tables import harmless
from ris_map.words import Translator
from ris_map.words.table import Amount, Cell, FigureTable, Link, Unit, cell_text


def table_csv(table: FigureTable, *, flavour: CsvFlavour, tr: Translator) -> bytes:
    """Return a table as CSV in UTF-8.

    Numbers stand as shown: minutes rounded to five, shares in whole per cent. Swedish spreadsheets
    read a decimal comma and no group separators, so none are written. What is words on the screen
    (``under 5``, ``no information``) is words here; a text that a spreadsheet would run as a
    formula begins with an apostrophe.
    """
    text = io.StringIO(newline="")
    swedish = flavour is CsvFlavour.SWEDISH
    writer = csv.writer(text, delimiter=";" if swedish else ",", lineterminator="\r\n")
    writer.writerow([harmless(_plain(column)) for column in _columns(table)])
    writer.writerows([_written(cell, tr=tr) for cell in row] for row in table.rows)
    return text.getvalue().encode("utf-8-sig" if swedish else "utf-8")


def _columns(table: FigureTable) -> list[str]:
    """Return the headings; a column of shares says that it is in per cent."""
    return [
        f"{column} (%)" if _is_share(table, index) else column
        for index, column in enumerate(table.columns)
    ]


def _is_share(table: FigureTable, index: int) -> bool:
    return any(
        isinstance(cell := row[index], Amount) and cell.unit is Unit.SHARE for row in table.rows
    )


def _written(cell: Cell, *, tr: Translator) -> str:
    if isinstance(cell, Amount) and cell.shown is not None:
        number = cell.shown * 100 if cell.unit is Unit.SHARE else cell.shown
        return str(round(number))
    text = cell.text if isinstance(cell, Link) else cell_text(cell, tr=tr)
    return harmless(_plain(text))


def _plain(text: str) -> str:
    # hard spaces are for the eye; in a file they only break searches
    return text.replace("\N{NO-BREAK SPACE}", " ")
