"""Read the tables and lists of ``data/`` as records, each fault with file, line and field.

Nothing that is read from a table raises: every fault goes to a :class:`FaultLog`.
"""

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, LiteralString, TypeVar

import pandas as pd
from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError
from pydantic_core import PydanticCustomError

from ris_map.common.faults import DataFaults, Fault, quoted
from ris_map.common.files import cut_off, fault_in, file_name, read_text
from ris_map.common.records import Place, Wrong, finding, model_faults, text_faults
from ris_map.common.yaml_file import YamlDocument, load_yaml

_T = TypeVar("_T")
MOST_LISTED = 50
"""Lines that are listed for one fault; more would hide the others."""


def _as_written(pattern: str, kind: LiteralString) -> BeforeValidator:
    """Refuse what Python would take for a number beside plain digits: 1e5, 1_000, nan."""

    def checked(cell: object) -> object:
        if isinstance(cell, str) and not re.fullmatch(pattern, cell):
            raise PydanticCustomError(kind, "not a number")
        return cell

    return BeforeValidator(checked)


DECIMAL = r"-?[0-9]{1,9}(\.[0-9]{1,15})?"
Decimal = Annotated[float, _as_written(DECIMAL, "float_type")]
"""A number in plain decimals."""
Count = Annotated[int, _as_written("[0-9]{1,9}", "int_type")]
"""A whole number from zero up."""


class Row(BaseModel):
    """One line of a table; the fields (by alias) are its columns, in their order.

    An empty cell of a field that has a default is that default.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", validate_by_name=True)

    @classmethod
    def columns(cls) -> list[str]:
        """Return the header."""
        return [field.alias or name for name, field in cls.model_fields.items()]


_R = TypeVar("_R", bound=Row)


class FaultLog:
    """Collects the faults of one file, which is named in them as given here."""

    def __init__(self, path: Path) -> None:
        self.path, self.name = path, file_name(path)
        self.faults: list[Fault] = []

    def add(self, wording: str, /, **where: Any) -> None:  # noqa: ANN401 -- as fault_in
        """Note one fault by its wording, with its place and the values that stand in its words."""
        self.faults.append(fault_in(self.path, wording, **where))

    def add_rows(self, rows: pd.DataFrame, wording: str, *, field: str | None = None) -> None:
        """Note a fault for each row of a frame, whose index is the line (0: not known).

        The words of the fault may have the row's cells in them.
        """
        key = rows.attrs.get("key")
        for line, row in rows[:MOST_LISTED].iterrows():
            record = str(row[key]) if key else None
            self.add(wording, line=int(str(line)) or None, record=record, field=field, **row)
        if len(rows) > MOST_LISTED:
            more = f"{len(rows) - MOST_LISTED} further lines have the same fault."
            self.faults.append(replace(self.faults[-1], reason=more, line=None, record=None))

    def place(self, line: int, record: str | None) -> Place:
        """Return where a row stands (0: line not known), to place what is wrong in it."""
        return Place(self.name, YamlDocument(None, {(): line or 1}), record=record)

    def text(self) -> str | None:
        """Return the file's text, or note why it cannot be read."""
        try:
            return read_text(self.path)
        except DataFaults as refusal:
            self.faults.extend(refusal.faults)
        return None


def accepted(found: _T | None, faults: list[Fault]) -> _T:
    """Return what was read of a map's files; ``DataFaults`` if it has any error."""
    if found is None or any(fault.is_error for fault in faults):
        raise DataFaults(faults)
    return found


def load_listed(
    path: Path, kind: type[_T], *, key: str, wrong: Wrong | None = None
) -> tuple[_T, ...]:
    """Return the records of a YAML file that lists them under one key, in file order.

    ``DataFaults`` has everything that is wrong with the file, each with its line.
    """
    document = load_yaml(path)
    whole = Place(file_name(path), document)
    content = document.value if isinstance(document.value, dict) else {}
    listed = content.get(key)
    if not isinstance(listed, list) or not listed:
        raise DataFaults([whole.fault(*finding("wrong-type/no-list", key=key))])
    faults = [
        whole.fault(*finding("unknown-key", name, key=quoted(str(name)), hint="Remove it."))
        for name in content
        if name != key
    ]
    records, seen = [], set[str]()
    for index, raw in enumerate(listed):
        name = raw.get("id") if isinstance(raw, dict) else None
        place = Place(whole.file, document, (key, index), str(name or f"{key}[{index}]"))
        record, found = place.read(kind, raw, wrong=wrong)
        faults += found
        if name and str(name) in seen:
            faults.append(place.fault(*finding("duplicate-id/row", "id")))
        seen.add(str(name))
        records += [record] if record is not None else []
    return accepted(tuple(records), faults)


def read_records(log: FaultLog, kind: type[_R], *, key: Sequence[str] = ()) -> dict[int, _R]:
    """Return the records of a comma-separated table by line; faulty ones are noted and left out.

    ``key`` are the columns that together identify a record: filled in and unique. Without them it
    is known by its line, and no line repeats another.
    """
    optional = {name for name, field in kind.model_fields.items() if not field.is_required()}
    in_words = [
        f.alias or n for n, f in kind.model_fields.items() if f.annotation in {str, str | None}
    ]
    records, seen = {}, set[str]()
    for line, cells in _read_cells(log, kind.columns()).items():
        name = " ".join(cells[column] for column in key) or f"line {line}"
        place, identity = log.place(line, name), name if key else str(cells)
        log.faults += text_faults({column: cells[column] for column in in_words}, place=place)
        try:
            filled = {
                column: cell for column, cell in cells.items() if cell or column not in optional
            }
            record = kind.model_validate_strings(filled)
        except ValidationError as error:
            log.faults += model_faults(error, model=kind, place=place)
            continue
        if identity in seen:
            log.faults.append(place.fault(*finding("duplicate-id/row", ", ".join(key))))
        seen.add(identity)
        records[line] = record
    return records


def read_frame(log: FaultLog, kind: type[Row], *, key: str | None) -> pd.DataFrame:
    """Return the lines of a table that are without fault; the index is the line in the file."""
    records = read_records(log, kind, key=(key,) if key else ())
    rows = [list(vars(record).values()) for record in records.values()]
    frame = pd.DataFrame(rows, index=pd.Index(records, name="line"), columns=kind.columns())
    frame.attrs["key"] = key
    return frame


def _read_cells(log: FaultLog, columns: list[str]) -> dict[int, dict[str, str]]:
    """Return the cells of each line by column.

    The standard reader, for pandas' own fills up short lines and loses count of broken ones.
    """
    text = log.text()
    if text is None:
        return {}
    log.faults += cut_off(log.path, text)
    lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header, *rows = [(lines.line_num, row) for row in lines if row] or [(1, [])]
    except csv.Error as error:
        log.add("bad-csv", line=lines.line_num, error=error)
        return {}
    if header[1] != columns:
        log.add("bad-header", line=1, columns=",".join(columns))
        return {}
    found = {}
    for line, row in rows:
        if len(row) == len(columns):
            found[line] = dict(zip(columns, map(str.strip, row), strict=True))
            continue
        log.add("bad-row", line=line, found=len(row), wanted=len(columns))
    if not rows:
        log.add("empty-file/table")
    return found
