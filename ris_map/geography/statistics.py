"""Figures per municipality, each with its own source and period."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

from ris_map.common.faults import DataFaults, Fault
from ris_map.common.records import MunicipalityCode, Record, ShortText, Text
from ris_map.common.tables import FaultLog, read_records
from ris_map.geography.boundaries import features_in
from ris_map.geography.codes import MUNICIPALITY_CODES
from ris_map.geography.language_rights import FILE as RIGHTS_FILE
from ris_map.geography.language_rights import load_language_rights

COLUMNS = ("municipality_code", "indicator", "value", "unit", "period", "source", "note")
NAME_UNIT = "name"
"""Unit of values that are words, such as the name of a labour market."""


class _Row(Record):
    municipality_code: MunicipalityCode
    indicator: ShortText
    value: ShortText
    unit: ShortText
    period: ShortText
    source: Text
    note: str = ""


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
    log = FaultLog(path)
    figures = []
    for line, row in read_records(log, _Row, columns=COLUMNS):
        record = f"{row.municipality_code} {row.indicator}"
        if row.municipality_code not in MUNICIPALITY_CODES:
            log.add(
                f"{row.municipality_code!r} is no municipality of the county.",
                action="Use the four digits of SCB.",
                code="unknown-municipality",
                line=line,
                record=record,
                field="municipality_code",
            )
        number = None if row.unit == NAME_UNIT else _number(row.value)
        if number is not None and not 0 <= number < math.inf:
            log.add(
                f"{row.value!r} is not a finite number of zero or more.",
                action="Write digits with a decimal point, or leave the row out.",
                code="not-a-number",
                line=line,
                record=record,
                field="value",
            )
        figure = row.model_dump(exclude={"value"})
        figures.append(Statistic(text=row.value, number=number, **figure))
    if not figures and not log.faults:
        log.add("There is no figure.", action="Restore the file.", code="empty-file")
    if log.faults:
        raise DataFaults(log.faults)
    return tuple(figures)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def population_by_municipality(statistics: tuple[Statistic, ...], *, year: int) -> dict[str, int]:
    """Return all residents per municipality at the end of a year."""
    return {
        item.municipality_code: int(item.number)
        for item in statistics
        if item.indicator == "population"
        and item.period.startswith(str(year))
        and item.number is not None
    }


def check_facts(data_dir: Path) -> list[Fault]:
    """Return every fault of the figures, the language rights and the map's background."""
    background = FaultLog(data_dir / "background.geojson")
    features = features_in(background)
    faults = background.faults
    for line, properties, geometry in features:
        if geometry is None or geometry.is_empty or "kind" not in properties:
            background.add(
                "The feature has no kind or no geometry that can be drawn.",
                action="Rebuild the file with scripts/build_background.py.",
                code="bad-geometry",
                line=line,
            )
    for load, name in ((load_statistics, "statistics.csv"), (load_language_rights, RIGHTS_FILE)):
        try:
            load(data_dir / name)
        except DataFaults as refusal:
            faults += refusal.faults
    return faults
