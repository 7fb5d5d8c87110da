"""A table of figures once, for screen and files alike: what is shown is what is exported."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from ris_map.words import Translator
from ris_map.words.figures import NEARLY, ROUND_MINUTES, minutes_number, percent, rounded, whole
from ris_map.words.markup import render


class Unit(StrEnum):
    """What a number counts; decides how it is written."""

    COUNT = "count"
    SHARE = "share"
    MINUTES = "minutes"


@dataclass(frozen=True, slots=True)
class Amount:
    """A number with its unit. Infinite minutes = no known way; NaN = no information."""

    value: float
    unit: Unit

    @property
    def shown(self) -> float | None:
        """The number that stands on the screen, or None where words stand there."""
        if not math.isfinite(self.value):
            return None
        if self.unit is Unit.MINUTES:
            return None if self.value < ROUND_MINUTES else rounded(self.value)
        if self.unit is Unit.SHARE:
            is_nearly = 0 < self.value < NEARLY or 1 - NEARLY <= self.value < 1
            return None if is_nearly else whole(100 * self.value) / 100
        return self.value


@dataclass(frozen=True, slots=True)
class Link:
    """A text that leads to an address, or to the evidence of a cell on the same page."""

    text: str
    url: str = ""
    cell: str = ""


Cell = str | Amount | Link


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureTable:
    """A table on the page; the first cell of a row names it, the title says what of when."""

    id: str
    """Unique on the page; also the name of its sheet."""
    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    sentence: str = ""
    """What it says."""


def count(value: float) -> Amount:
    """Return a number of people or things."""
    return Amount(float(value), Unit.COUNT)


def share(value: float) -> Amount:
    """Return a share."""
    return Amount(float(value), Unit.SHARE)


def minutes(value: float) -> Amount:
    """Return minutes."""
    return Amount(float(value), Unit.MINUTES)


def cell_text(cell: Cell, *, tr: Translator) -> str:
    """Return a cell as it stands on the screen."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, Link):
        return cell.text
    if cell.unit is Unit.MINUTES:
        return minutes_number(cell.value, tr=tr)
    if cell.unit is Unit.SHARE:
        return percent(cell.value, tr=tr)
    return tr("unknown") if math.isnan(cell.value) else tr.number(cell.value)


def _cell(cell: Cell, *, tr: Translator) -> dict[str, object]:
    link = cell if isinstance(cell, Link) else Link("")
    text, is_number = cell_text(cell, tr=tr), isinstance(cell, Amount)
    return {"text": text, "url": link.url, "cell": link.cell, "number": is_number}


def table_html(
    table: FigureTable, *, tr: Translator, first: int = 0, last: int | None = None
) -> str:
    """Return a table, or some of its rows, as HTML."""
    rows = [[_cell(cell, tr=tr) for cell in row] for row in table.rows[first:last]]
    name = table.id if not first else f"{table.id}-{first}"
    caption = tr("coverage.table.continued", title=table.title) if first else table.title
    return render(
        "coverage_table.html",
        id=name,
        caption=caption,
        columns=table.columns,
        rows=rows,
        evidence=tr("coverage.table.evidence"),
    )
