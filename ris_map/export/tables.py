"""Plain CSV (RFC 4180, UTF-8) for programs: stable column names, ids instead of words."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence

Cell = str | int | float | bool | None
Row = Mapping[str, Cell]

LIST_SEPARATOR = " "
"""Between several ids in one cell; ids hold no spaces."""
_FORMULA_STARTS = (*"=+-@\t\r\n", *"\uff1d\uff0b\uff0d\uff20")  # and their full-width twins


def csv_bytes(columns: Sequence[str], rows: Iterable[Row]) -> bytes:
    """Return records as CSV; unknown is an empty cell, never zero.

    A text that a spreadsheet would run as a formula is made text by a leading apostrophe.

    Parameters
    ----------
    columns : sequence of str
        Names of the columns, which every row has.
    rows : iterable of mapping
        Finite numbers, texts, truth values or None.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([_written(row[column]) for column in columns] for row in rows)
    return text.getvalue().encode()


def harmless(text: str) -> str:
    """Return text that no spreadsheet runs as a formula."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def _written(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    return harmless(cell) if isinstance(cell, str) else repr(cell)
