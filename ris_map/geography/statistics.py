"""Figures per municipality, each with its own source and period."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ris_map.common.faults import DataFaults, Fault
from ris_map.geography.codes import MUNICIPALITY_CODES

COLUMNS = ("municipality_code", "indicator", "value", "unit", "period", "source", "note")
NAME_UNIT = "name"
"""Unit of values that are words, such as the name of a labour market."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistic:
    """One figure. ``number`` is None for values that are words (``text``)."""

    municipality_code: str
    indicator: str
    text: str
    number: float | None
    unit: str
    period: str
    source: str
    note: str


def load_statistics(path: Path) -> tuple[Statistic, ...]:
    """Return all figures in file order.

    Raises
    ------
    DataFaults
        With everything that is wrong, if anything is.
    """
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    faults = [fault for line, row in enumerate(rows, start=2) for fault in _faults(row, path, line)]
    if faults:
        raise DataFaults(faults)
    return tuple(
        Statistic(
            municipality_code=row["municipality_code"],
            indicator=row["indicator"],
            text=row["value"],
            number=None if row["unit"] == NAME_UNIT else float(row["value"]),
            unit=row["unit"],
            period=row["period"],
            source=row["source"],
            note=row["note"],
        )
        for row in rows
    )


def population_by_municipality(statistics: tuple[Statistic, ...], *, year: int) -> dict[str, int]:
    """Return all residents per municipality at the end of a year."""
    return {
        item.municipality_code: int(item.number)
        for item in statistics
        if item.indicator == "population"
        and item.period.startswith(str(year))
        and item.number is not None
    }


def _faults(row: dict[str, str], path: Path, line: int) -> Iterator[Fault]:
    record = f"{row.get('municipality_code')} {row.get('indicator')}"
    missing = [column for column in COLUMNS if row.get(column) is None]
    if missing:
        yield Fault(
            file=str(path),
            line=line,
            record=record,
            code="missing-column",
            reason=f"Columns are missing: {', '.join(missing)}.",
            action="Give every column, empty where there is nothing to say.",
        )
        return
    if row["municipality_code"] not in MUNICIPALITY_CODES:
        yield Fault(
            file=str(path),
            line=line,
            record=record,
            field="municipality_code",
            code="unknown-municipality",
            reason=f"{row['municipality_code']!r} is no municipality of the county.",
            action="Use the four digits of SCB.",
        )
    if row["unit"] != NAME_UNIT and not _is_number(row["value"]):
        yield Fault(
            file=str(path),
            line=line,
            record=record,
            field="value",
            code="not-a-number",
            reason=f"{row['value']!r} is not a finite number of zero or more.",
            action="Write digits with a decimal point, or leave the row out.",
        )
    if not row["source"]:
        yield Fault(
            file=str(path),
            line=line,
            record=record,
            field="source",
            code="missing-source",
            reason="There is no source.",
            action="Name the page that the figure was read in.",
        )


def _is_number(text: str) -> bool:
    try:
        return 0 <= float(text) < float("inf")
    except ValueError:
        return False
