"""Read the tables of ``data/`` at the edge.

Nothing here raises on bad input: every fault goes to a :class:`FaultLog`, with file and line.
Coordinates are WGS 84 degrees (EPSG:4326).
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ris_map.common.faults import Fault

SOUTH_LAT, NORTH_LAT = 63.0, 66.5
WEST_LON, EAST_LON = 14.0, 22.2
"""The county with its sea, and the towns just outside it where its roads end."""
MAX_DIGITS = 9
_DECIMAL = re.compile(r"-?[0-9]{1,9}(\.[0-9]{1,15})?")


class FaultLog:
    """Collects the faults of one file.

    Parameters
    ----------
    path : Path
        The file, named in every fault as given here.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.faults: list[Fault] = []

    def add(
        self,
        reason: str,
        *,
        action: str,
        code: str,
        line: int | None = None,
        record: str | None = None,
        field: str | None = None,
    ) -> None:
        """Note one fault."""
        self.faults.append(
            Fault(
                file=self.path.as_posix(),
                reason=reason,
                action=action,
                code=code,
                line=line,
                record=record,
                field=field,
            )
        )

    def text(self) -> str | None:
        """Return the file's text, or note why it cannot be read."""
        try:
            return self.path.read_text(encoding="utf-8-sig")
        except FileNotFoundError:
            self.add("The file is missing.", action="Restore it.", code="missing-file")
        except UnicodeDecodeError:
            self.add("The file is not UTF-8.", action="Save it as UTF-8.", code="bad-encoding")
        except OSError as error:
            self.add(
                f"The file cannot be read: {error}.", action="Mend it.", code="unreadable-file"
            )
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of a table, whose cells note a fault when they cannot be understood."""

    line: int
    record: str
    cells: Mapping[str, str]
    log: FaultLog

    def fault(self, reason: str, *, action: str, code: str, field: str | None = None) -> None:
        """Note a fault of this row."""
        self.log.add(
            reason, action=action, code=code, line=self.line, record=self.record, field=field
        )

    def required(self, field: str) -> str:
        """Return a text that must not be empty."""
        text = self.cells[field]
        if not text:
            self.fault(
                "The cell is empty.", action="Fill it in.", code="missing-value", field=field
            )
        return text

    def choice(self, field: str, *, allowed: Collection[str]) -> str:
        """Return a text out of a closed list."""
        text = self.cells[field]
        if text not in allowed:
            self.fault(
                f"'{text}' is not known here.",
                action=f"Use one of: {', '.join(sorted(allowed))}.",
                code="unknown-value",
                field=field,
            )
        return text

    def number(self, field: str) -> float:
        """Return a number in plain decimals; NaN, with a fault noted, if there is none."""
        if _DECIMAL.fullmatch(self.cells[field]):
            return float(self.cells[field])
        self.fault(
            f"'{self.cells[field]}' is not a number.",
            action="Write a number with a decimal point.",
            code="bad-number",
            field=field,
        )
        return math.nan

    def positive_number(self, field: str, *, unit: str) -> float:
        """Return a number above zero; NaN, with a fault noted, if there is none."""
        number = self.number(field)
        if number <= 0:
            self.fault(
                f"{number:g} {unit} is not above zero.",
                action="Correct the figure.",
                code="not-positive",
                field=field,
            )
            return math.nan
        return number

    def optional_count(self, field: str) -> int | None:
        """Return a whole number from zero up; ``None`` for an empty cell, which means unknown."""
        text = self.cells[field]
        if text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS:
            return int(text)
        if text:
            self.fault(
                f"'{text}' is not a whole number from zero up.",
                action="Correct it, or leave the cell empty if the figure is not known.",
                code="bad-count",
                field=field,
            )
        return None

    def point(self) -> tuple[float, float]:
        """Return ``lat`` and ``lon`` in degrees; NaN, with a fault noted, if not in the region."""
        lat, lon = self.number("lat"), self.number("lon")
        problem = point_problem(lat, lon)
        if problem is None:
            return lat, lon
        if math.isfinite(lat) and math.isfinite(lon):
            self.fault(problem, action="Correct lat and lon.", code="bad-point", field="lat, lon")
        return math.nan, math.nan


def point_problem(lat: float, lon: float) -> str | None:
    """Say what is wrong with a point in degrees, or return ``None`` when it can be in the region.

    Parameters
    ----------
    lat, lon : float
        Latitude and longitude, EPSG:4326.
    """
    if _in_region(lat, lon):
        return None
    if _in_region(lon, lat):
        return f"Latitude {lat:g} and longitude {lon:g} seem to be swapped."
    return (
        f"The point ({lat:g}, {lon:g}) lies outside the region "
        f"({SOUTH_LAT}-{NORTH_LAT} N, {WEST_LON}-{EAST_LON} E)."
    )


def _in_region(lat: float, lon: float) -> bool:
    return SOUTH_LAT <= lat <= NORTH_LAT and WEST_LON <= lon <= EAST_LON


def read_rows(log: FaultLog, *, columns: Sequence[str], key: str | None = None) -> list[Row]:
    """Read a comma-separated table with exactly these columns.

    Parameters
    ----------
    log : FaultLog
        Names the file and takes its faults.
    columns : sequence of str
        Required header, in this order.
    key : str, optional
        Column that identifies a row; must be filled in and unique. Without it a row is known by
        its line.
    """
    text = log.text()
    if text is None:
        return []
    lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        cells = [(lines.line_num, line) for line in lines if line]
    except csv.Error as error:
        log.add(
            f"Not a table: {error}.",
            action="Check quotation marks.",
            code="bad-csv",
            line=lines.line_num,
        )
        return []
    if not cells or cells[0][1] != list(columns):
        log.add(
            f"The header is not {','.join(columns)}.",
            action="Restore the header.",
            code="bad-header",
            line=1,
        )
        return []
    rows = list(_rows(cells[1:], columns=columns, key=key, log=log))
    if key is not None:
        _note_duplicates(rows, key=key)
    return rows


def _rows(
    numbered: Sequence[tuple[int, list[str]]],
    *,
    columns: Sequence[str],
    key: str | None,
    log: FaultLog,
) -> Iterator[Row]:
    for line, cells in numbered:
        if len(cells) != len(columns):
            log.add(
                f"{len(cells)} cells instead of {len(columns)}.",
                action="Add or remove commas.",
                code="bad-row",
                line=line,
            )
            continue
        named = dict(zip(columns, (cell.strip() for cell in cells), strict=True))
        yield Row(line=line, record=named[key] if key else f"line {line}", cells=named, log=log)


def _note_duplicates(rows: Sequence[Row], *, key: str) -> None:
    seen: set[str] = set()
    for row in rows:
        if row.required(key) in seen:
            row.fault(
                "Stands here for the second time.",
                action="Remove one, or give it another name.",
                code="duplicate-id",
                field=key,
            )
        seen.add(row.record)
