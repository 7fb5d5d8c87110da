"""Tables as files: CSV for programs and for readers, workbooks, GeoPackage 1.3 (EPSG:3006)."""

import io
import math
import re
import tempfile
import threading
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
import xlsxwriter
from xlsxwriter.format import Format

from ris_map.words import Translator
from ris_map.words.figures import Amount, FigureTable, Link, Said, Unit, cell_text
from ris_map.words.figures import Cell as TableCell

Cell = str | int | float | bool | None
Row = Mapping[Any, Any]
"""A flat record by its columns: cells. Where it lies stands beside them, as degrees (EPSG:4326):
``lat`` and ``lon``, or ``geometry`` in GeoJSON."""

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
    lines = [[*map(harmless, line)] for line in (columns, *rows)]
    if flavour is CsvFlavour.SWEDISH:
        return _csv(lines, separator=";").encode("utf-8-sig")
    return _csv(lines).encode()


def csv_bytes(columns: Sequence[str], rows: Iterable[Row]) -> bytes:
    """Return records as plain CSV; unknown is an empty cell, never zero."""
    lines = [[_written(row.get(column)) for column in columns] for row in rows]
    return _csv([columns, *lines]).encode()


def _csv(lines: Sequence[Sequence[str]], *, separator: str = ",") -> str:
    frame = pd.DataFrame(lines, dtype=object)
    return frame.to_csv(index=False, header=False, sep=separator, lineterminator="\r\n")


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
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, int | float):
        return repr(cell) if math.isfinite(cell) else ""
    return harmless(cell or "")


def _is_share(table: FigureTable, index: int) -> bool:
    cells = (row[index] for row in table.rows)
    return any(isinstance(cell, Amount) and cell.unit is Unit.SHARE for cell in cells)


def _as_shown(cell: TableCell, *, tr: Translator) -> str:
    if isinstance(cell, Amount) and cell.shown is not None:
        number = cell.shown * 100 if cell.unit is Unit.SHARE else cell.shown
        return str(round(number))
    return plain(cell.text if isinstance(cell, Link) else cell_text(cell, tr=tr))


WIDEST, NARROWEST = 60, 9
_DIGITS = re.compile(r"\d(?:[\d\s,.]*\d)?")
NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_CREATED = datetime(2026, 11, 23)
"""Written into every file, so that the same data give the same bytes."""
_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_FORMATS = {Unit.COUNT: "#,##0", Unit.MINUTES: "0", Unit.SHARE: "0%"}

Value = TableCell | float | int | bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One sheet, named by the catalogue: lines of text above, headings, rows of values.

    An :class:`Amount` is written as it is shown.
    """

    name: str
    heads: Sequence[str]
    rows: Iterable[Sequence[Value]]
    above: Sequence[str] = ()
    has_named_rows: bool = True


def sheets_xlsx(sheets: Iterable[Sheet], *, title: str, tr: Translator) -> bytes:
    """Return sheets as an Excel workbook; the same input gives the same bytes.

    Texts are written as texts, never as formulas or links, whatever they begin with. A column is
    as wide as what stands in it, up to ``WIDEST``; longer texts have more lines. A number is shown
    with the words that it has on the screen (``≈ 60``, ``0 (18 without information)``).
    """
    memory = io.BytesIO()
    with xlsxwriter.Workbook(memory, _OPTIONS) as book:
        book.set_properties({"title": title, "created": _CREATED})
        bold = book.add_format({"bold": True})
        head = book.add_format({"bold": True, "text_wrap": True, "bottom": 1, "valign": "top"})
        wrap = book.add_format({"text_wrap": True, "valign": "top"})
        formats = {
            unit: book.add_format({"num_format": form, "align": "right", "valign": "top"})
            for unit, form in _FORMATS.items()
        }

        @cache
        def worded(form: str) -> Format:
            return book.add_format({"num_format": form, "valign": "top"})

        for sheet in sheets:
            page = book.add_worksheet(sheet.name)
            for line, text in enumerate(sheet.above):
                page.write_string(line, 0, text, bold if line == 0 else None)
            head_row = len(sheet.above)
            first = head_row + bool(sheet.heads)
            longest = Counter[int]()
            for column, text in enumerate(sheet.heads):
                page.write_string(head_row, column, text, head)
                longest[column] = max(len(text) // 2, *map(len, text.split()), 0)
            for row, values in enumerate(sheet.rows, start=first):
                for column, value in enumerate(values):
                    said, number = _said(value, tr=tr)
                    longest[column] = max(longest[column], len(said))
                    style = formats[value.unit] if isinstance(value, Amount) else wrap
                    if number is None:
                        page.write_string(row, column, NOT_IN_XML.sub("", said), style)
                        continue
                    if isinstance(value, Said):
                        style = worded(_number_in_words(said, number))
                    page.write_number(row, column, number, style)
            for column, width in longest.items():
                page.set_column(column, column, min(WIDEST, max(NARROWEST, width + 2)))
            page.freeze_panes(first, int(sheet.has_named_rows))
    return memory.getvalue()


def _number_in_words(said: str, number: float) -> str:
    """Return the form of a number that a spreadsheet shows as it is said."""
    form = "#,##0" if float(number).is_integer() else "General"
    parts = (f'"{part}"' if part else "" for part in _DIGITS.split(said.replace('"', ""), 1))
    return form.join(parts)


def _said(value: Value, *, tr: Translator) -> tuple[str, float | None]:
    """Return a value in words and, if it is a number, as one."""
    if value is None or isinstance(value, float | int):
        return ("" if value is None else str(value)), value
    number = value.shown if isinstance(value, Amount) else getattr(value, "value", None)
    return cell_text(value, tr=tr), number


def workbook(
    tables: Mapping[str, FigureTable],
    *,
    definitions: Sequence[tuple[str, str]],
    definitions_name: str,
    source: str,
    tr: Translator,
) -> bytes:
    """Return tables, by the names of their sheets, as a workbook; definitions come first.

    ``source``, date and sources of all figures, stands on every sheet.
    """
    about = Sheet(
        name=definitions_name, heads=(), rows=definitions, above=(definitions_name, source, "")
    )
    shown = (
        Sheet(
            name=name,
            heads=table.columns,
            rows=table.rows,
            above=(table.title, table.sentence, source),
        )
        for name, table in tables.items()
    )
    return sheets_xlsx((about, *shown), title=definitions_name, tr=tr)


TYPES: Mapping[str, str] = {
    **dict.fromkeys(("lat", "lon", "label_lat", "label_lon"), "Float64"),
    **dict.fromkeys(("uncertainty_m", "population", "population_year"), "Int64"),
    **dict.fromkeys(("municipal", "outside_county", "is_seat"), "boolean"),
}
"""Types of columns by their name; all others are texts."""
_gdal = threading.Lock()


def feature(columns: Sequence[str], row: Row) -> dict[str, Any]:
    """Return a record as a GeoJSON feature (RFC 7946), named by its ``id``."""
    properties = {column: row[column] for column in columns}
    return {"type": "Feature", "id": row["id"], "geometry": _at(row), "properties": properties}


def _at(row: Row) -> Any:  # noqa: ANN401
    """Return where a record lies, in GeoJSON: longitude first; None if that is not known."""
    if "geometry" in row:
        return row["geometry"]
    return {"type": "Point", "coordinates": (row["lon"], row["lat"])}


def layer(columns: Sequence[str], rows: Iterable[Row], *, is_placed: bool = True) -> pd.DataFrame:
    """Return records as one table of a GeoPackage; places in metres of EPSG:3006, to the cm."""
    listed = list(rows)
    types = {column: TYPES.get(column, "object") for column in columns}
    frame = pd.DataFrame(listed, columns=list(columns)).astype(types)
    if not is_placed:
        return frame
    shapes = [place and shapely.geometry.shape(place) for place in map(_at, listed)]
    metres = gpd.GeoSeries(shapes, crs=4326).to_crs(3006)
    rounded = metres.transform(lambda xy: np.round(xy, 2))
    placed: pd.DataFrame = gpd.GeoDataFrame(frame, geometry=rounded)
    return placed


def geopackage(layers: Mapping[str, pd.DataFrame], *, about: str, changed: datetime) -> bytes:
    """Return a GeoPackage of at least one layer; the same input gives the same bytes.

    The layers' names are ASCII; ``about`` is what is said of each, the licence, and ``changed``
    when the data last changed, for the table of contents.
    """
    import pyogrio  # noqa: PLC0415 -- GDAL takes a second to start

    stamp = changed.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    with _gdal, tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file.gpkg"
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": stamp})
        for name, frame in layers.items():
            pyogrio.write_dataframe(
                frame,
                path,
                driver="GPKG",
                layer=name,
                geometry_type=_geometry_type(frame),
                append=path.exists(),
                dataset_options={"VERSION": "1.3"},
                layer_options={"DESCRIPTION": about, "SPATIAL_INDEX": "NO"},
            )
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})
        return path.read_bytes()


def _geometry_type(frame: pd.DataFrame) -> str | None:
    if not isinstance(frame, gpd.GeoDataFrame):
        return None
    return "MultiPolygon" if "MultiPolygon" in set(frame.geom_type) else "Point"
