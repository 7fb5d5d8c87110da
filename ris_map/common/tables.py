"""Read the tables of ``data/`` at the edge.

Nothing here raises on bad input: every fault goes to a :class:`FaultLog`, with file and line.
Coordinates are WGS 84 degrees (EPSG:4326).
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, LiteralString, TypeVar

from pydantic import BeforeValidator, TypeAdapter, ValidationError
from pydantic_core import PydanticCustomError

from ris_map.common.faults import DataFaults, Fault
from ris_map.common.files import read_text
from ris_map.common.model_faults import Place, model_faults
from ris_map.common.yaml_file import YamlDocument, load_yaml

SOUTH_LAT, NORTH_LAT = 63.0, 66.5
WEST_LON, EAST_LON = 14.0, 22.2
"""The county with its sea, and the towns just outside it where its roads end."""
_DECIMAL = re.compile(r"-?[0-9]{1,9}(\.[0-9]{1,15})?")
_COUNT = re.compile(r"[0-9]{1,9}")
_T = TypeVar("_T")


def _as_written(pattern: re.Pattern[str], kind: LiteralString) -> BeforeValidator:
    """Refuse what Python would take for a number beside plain digits: 1e5, 1_000, nan."""

    def checked(cell: object) -> object:
        if isinstance(cell, str) and not pattern.fullmatch(cell):
            raise PydanticCustomError(kind, "not a number")
        return cell

    return BeforeValidator(checked)


Decimal = Annotated[float, _as_written(_DECIMAL, "float_type")]
"""A number in plain decimals."""
Count = Annotated[int, _as_written(_COUNT, "int_type")]
"""A whole number from zero up."""


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
            return read_text(self.path)
        except DataFaults as refusal:
            self.faults.extend(refusal.faults)
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of a table, its cells without white space around them."""

    line: int
    record: str
    cells: Mapping[str, str]


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


def load_listed(path: Path, kind: type[_T], *, key: str) -> tuple[_T, ...]:
    """Return the records of a YAML file that lists them under one key, in file order.

    Raises
    ------
    DataFaults
        With everything that is wrong with the file, each with its line.
    """
    document = load_yaml(path)
    content = document.value
    listed = content.get(key) if isinstance(content, dict) else content
    whole = Place(str(path), document, (), None)
    if not isinstance(listed, list) or not listed:
        reason, action = f"The list '{key}' is missing or empty.", "Restore it."
        raise DataFaults([whole.fault((), reason, action=action, code="wrong-type")])
    adapter, records, faults = TypeAdapter(kind), [], []
    for index, raw in enumerate(listed):
        name = raw.get("id") if isinstance(raw, dict) else None
        place = Place(str(path), document, (key, index), str(name or f"{key}[{index}]"))
        try:
            # by way of JSON, where a list is the only way to write a tuple
            records.append(adapter.validate_json(json.dumps(raw)))
        except ValidationError as error:
            faults += model_faults(error, model=kind, place=place)
    if faults:
        raise DataFaults(faults)
    return tuple(records)


def read_records(
    log: FaultLog, kind: type[_T], *, columns: Sequence[str], key: str | None = None
) -> list[tuple[int, _T]]:
    """Return the records of a table with their lines; those with faults are noted and left out.

    Parameters
    ----------
    log : FaultLog
        Names the file and takes its faults.
    kind : type
        A pydantic model or dataclass with the columns as fields; an empty cell of a field that has
        a default is that default.
    columns : sequence of str
        Required header, in this order.
    key : str, optional
        Column that identifies a record; must be filled in and unique.
    """
    adapter = TypeAdapter(kind)
    optional = {name for name, field in _fields(kind).items() if not field.is_required()}
    records = []
    for row in _read_rows(log, columns=columns, key=key):
        cells = {k: v for k, v in row.cells.items() if v or k not in optional}
        try:
            records.append((row.line, adapter.validate_strings(cells)))
        except ValidationError as error:
            place = Place(log.path.as_posix(), YamlDocument(None, {(): row.line}), (), row.record)
            log.faults.extend(model_faults(error, model=kind, place=place))
    return records


def _fields(kind: Any) -> Mapping[str, Any]:  # noqa: ANN401
    fields: Mapping[str, Any] = getattr(kind, "model_fields", None) or kind.__pydantic_fields__
    return fields


def _read_rows(log: FaultLog, *, columns: Sequence[str], key: str | None = None) -> list[Row]:
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
        _note_duplicates(rows, log=log, key=key)
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
        yield Row(line=line, record=named[key] if key else f"line {line}", cells=named)


def _note_duplicates(rows: Sequence[Row], *, log: FaultLog, key: str) -> None:
    seen: set[str] = set()
    for row in rows:
        if not row.record:
            reason, action, code = "The cell is empty.", "Fill it in.", "empty-value"
        elif row.record in seen:
            reason, action = "Stands here for the second time.", "Remove one, or rename it."
            code = "duplicate-id"
        else:
            seen.add(row.record)
            continue
        log.add(reason, action=action, code=code, line=row.line, record=row.record, field=key)
