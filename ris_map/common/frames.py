"""Read a table of ``data/`` as a DataFrame, and note faults of many rows at once.

The index of every frame is the line in the file, so that a fault names it.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from ris_map.common.tables import FaultLog

TEXT, NUMBER, COUNT = "text", "number", "count"
"""What a column holds: words, decimals, whole numbers from zero up."""
Reason = str | Callable[[pd.Series], str]


def read_frame(log: FaultLog, *, columns: Mapping[str, str], key: str) -> pd.DataFrame | None:
    """Read a comma-separated table with exactly these columns; None if it is no such table.

    Cells that are no number are noted and become NaN; ``key`` must be filled in and unique.
    """
    text = log.text()
    if text is None:
        return None
    try:
        frame = pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False, index_col=False)
    except (ValueError, pd.errors.ParserError, pd.errors.ParserWarning) as error:
        log.add(f"Not a table: {error}.", action="Check commas and quotes.", code="bad-csv")
        return None
    if list(frame.columns) != list(columns):
        log.add(
            f"The header is not {','.join(columns)}.",
            action="Restore the header.",
            code="bad-header",
            line=1,
        )
        return None
    frame.index = pd.RangeIndex(2, len(frame) + 2, name="line")
    # a line with too few cells has empty ones at its end, which the checks of the columns note
    frame = pd.DataFrame({name: frame[name].fillna("").str.strip() for name in columns})
    frame.attrs["key"] = key
    for column, kind in columns.items():
        if kind != TEXT:
            frame[column] = _numbers(frame, column, kind=kind, log=log)
    empty = frame[key] == ""
    note_rows(
        log,
        frame[empty],
        "The cell is empty.",
        action="Fill it in.",
        code="missing-value",
        field=key,
    )
    note_rows(
        log,
        frame[~empty & frame[key].duplicated()],
        "Stands here for the second time.",
        action="Remove one, or give it another name.",
        code="duplicate-id",
        field=key,
    )
    return frame


def note_rows(
    log: FaultLog,
    rows: pd.DataFrame,
    reason: Reason,
    *,
    action: str,
    code: str,
    field: str | None = None,
) -> None:
    """Note the same fault for each of some rows of a frame made by :func:`read_frame`."""
    key = rows.attrs.get("key")
    for line, row in rows.iterrows():
        log.add(
            reason if isinstance(reason, str) else reason(row),
            action=action,
            code=code,
            line=int(str(line)),
            record=str(row[key]) if key else None,
            field=field,
        )


def _numbers(frame: pd.DataFrame, column: str, *, kind: str, log: FaultLog) -> pd.Series:
    values = pd.to_numeric(frame[column], errors="coerce").astype(float)
    wrong = ~np.isfinite(values)
    if kind == COUNT:
        wrong |= (values < 0) | (values != values.round())
    what = "a number" if kind == NUMBER else "a whole number from zero up"
    note_rows(
        log,
        frame[wrong],
        lambda row: f"'{row[column]}' is not {what}.",
        action="Correct it.",
        code="bad-number" if kind == NUMBER else "bad-count",
        field=column,
    )
    values = values.mask(wrong)
    return values.astype(int) if kind == COUNT and not wrong.any() else values
