"""Tables as CSV: for programs with stable names and ids, and for readers as on the screen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum

import pandas as pd

from ris_map.words import Translator
from ris_map.words.table import Amount, FigureTable, Link, Unit, cell_text
from ris_map.words.table import Cell as TableCell

Cell = str | int | float | bool | None
Row = Mapping[str, Cell]

LIST_SEPARATOR = " "
"""Between several ids in one cell; ids hold no spaces."""
_FORMULA_STARTS = (*"=+-@\t\r\n", *"\uff1d\uff0b\uff0d\uff20")  # and their full-width twins


class CsvFlavour(StrEnum):
    """``SWEDISH``: semicolons and a byte order mark, as Excel expects here; ``PLAIN``: RFC 4180."""

    SWEDISH = "swedish"
    PLAIN = "plain"


def text_csv(
    columns: Sequence[str], rows: Iterable[Sequence[str]], *, flavour: CsvFlavour
) -> bytes:
    """Return texts as CSV in UTF-8; what a spreadsheet would run as a formula becomes text."""
    swedish = flavour is CsvFlavour.SWEDISH
    frame = pd.DataFrame([[*map(harmless, row)] for row in rows], dtype=object)
    text = frame.reindex(columns=range(len(columns))).to_csv(
        index=False,
        header=[harmless(column) for column in columns],
        sep=";" if swedish else ",",
        lineterminator="\r\n",
    )
    return text.encode("utf-8-sig" if swedish else "utf-8")


def csv_bytes(columns: Sequence[str], rows: Iterable[Row]) -> bytes:
    """Return records as plain CSV; unknown is an empty cell, never zero.

    ``rows`` hold finite numbers, texts, truth values or None for each column.
    """
    lines = [[_written(row[column]) for column in columns] for row in rows]
    frame = pd.DataFrame(lines, columns=list(columns), dtype=object)
    return frame.to_csv(index=False, lineterminator="\r\n").encode()


def table_csv(table: FigureTable, *, flavour: CsvFlavour, tr: Translator) -> bytes:
    """Return a table as CSV in UTF-8.

    Numbers stand as shown: minutes rounded to five, shares in whole per cent. Swedish spreadsheets
    read a decimal comma and no group separators, so none are written. What is words on the screen
    (``under 5``, ``no information``) is words here.
    """
    columns = [
        f"{column} (%)" if _is_share(table, index) else column
        for index, column in enumerate(table.columns)
    ]
    rows = ([_as_shown(cell, tr=tr) for cell in row] for row in table.rows)
    return text_csv([plain(column) for column in columns], rows, flavour=flavour)


def harmless(text: str) -> str:
    """Return text that no spreadsheet runs as a formula: a leading apostrophe makes it text."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def plain(text: str) -> str:
    """Return text without hard spaces: they are for the eye, in a file they break searches."""
    return text.replace("\N{NO-BREAK SPACE}", " ")


def _written(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    return harmless(cell) if isinstance(cell, str) else repr(cell)


def _is_share(table: FigureTable, index: int) -> bool:
    cells = (row[index] for row in table.rows)
    return any(isinstance(cell, Amount) and cell.unit is Unit.SHARE for cell in cells)


def _as_shown(cell: TableCell, *, tr: Translator) -> str:
    if isinstance(cell, Amount) and cell.shown is not None:
        number = cell.shown * 100 if cell.unit is Unit.SHARE else cell.shown
        return str(round(number))
    return plain(cell.text if isinstance(cell, Link) else cell_text(cell, tr=tr))
