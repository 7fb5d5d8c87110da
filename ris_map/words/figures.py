"""Figures in words: the one place where minutes and shares are rounded and compared.

And tables of them, once for screen and files alike: what is shown is what is exported.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from itertools import accumulate, pairwise

from ris_map.words.language import Translator
from ris_map.words.markup import render

ROUND_MINUTES = 5
"""Minutes are said to this: the times are estimates, and finer steps would promise too much."""
TIME_ERROR = 0.10
"""Stated error of a travel time, a share of it. Two times closer than this are equally long."""
NEARLY = 0.005
"""A share this near nothing, or everything, is not written as nothing or everything."""


def whole(value: float) -> int:
    """Return the nearest whole number, halves upwards."""
    return math.floor(value + 0.5)


def about(number: float, *, tr: Translator) -> str:
    """Return a number for a sentence, to hundreds, small ones to tens."""
    step = 100 if number >= 1000 else 10 if number >= 100 else 1
    return tr.number(whole(number / step) * step)


def rounded(minutes: float) -> float:
    """Return minutes as they are said, halves upwards; infinite and unknown stay what they are."""
    return (
        float(whole(minutes / ROUND_MINUTES) * ROUND_MINUTES) if math.isfinite(minutes) else minutes
    )


def equally_far(one: float, other: float) -> bool:
    """Return whether two times differ by no more than their error."""
    if math.isinf(one) or math.isinf(other):
        return one == other
    return abs(one - other) <= TIME_ERROR * max(one, other)


def near_limit(minutes: float, limit: float) -> bool:
    """Return whether the error of a time reaches across the limit: "around 60 min"."""
    return minutes * (1 - TIME_ERROR) <= limit < minutes * (1 + TIME_ERROR)


def minutes_words(minutes: float, *, tr: Translator, limit: float | None = None) -> str:
    """Return "about 75 min", and "in town" below five.

    Rounding never moves a time across the limit, if one is given: 61 minutes is "just over 60 min".
    """
    if math.isnan(minutes):
        return tr("unknown")
    if math.isinf(minutes):
        return tr("figures.minutes.none")
    if minutes < ROUND_MINUTES:
        return tr("figures.minutes.here")
    if limit is not None and minutes > limit >= rounded(minutes):
        return tr("figures.minutes.over", n=tr.number(limit))
    return tr("figures.minutes", n=tr.number(rounded(minutes)))


def minutes_number(minutes: float, *, tr: Translator) -> str:
    """Return minutes for a column that says "min" in its heading."""
    if math.isfinite(minutes) and minutes >= ROUND_MINUTES:
        return tr.number(rounded(minutes))
    return minutes_words(minutes, tr=tr)


def minutes_range(low: float, high: float, *, tr: Translator) -> str:
    """Return "70-80 min", or one time where both are said alike."""
    if not math.isfinite(high) or rounded(low) == rounded(high) or low < ROUND_MINUTES:
        return minutes_words(high, tr=tr)
    return tr("figures.minutes.range", low=tr.number(rounded(low)), high=tr.number(rounded(high)))


def percent(share: float, *, tr: Translator) -> str:
    """Return a share as whole per cent; unknown is unknown, nearly none is not none."""
    if math.isnan(share):
        return tr("unknown")
    return percent_words(*whole_percent(share), tr=tr)


def percent_words(key: str, n: int, *, tr: Translator) -> str:
    """Return what :func:`whole_percent` gives, in words."""
    return tr(f"figures.percent{key}", n=tr.number(n))


def whole_percent(share: float) -> tuple[str, int]:
    """Return ``.under`` 1 of nearly none, ``.over`` 99 of nearly all, else no word and per cent."""
    if _is_nearly(share):
        return (".under", 1) if share < NEARLY else (".over", 99)
    return "", whole(100 * share)


def whole_percents(shares: Sequence[float]) -> list[tuple[str, int]]:
    """Return per cent of parts that follow each other, as :func:`whole_percent` does.

    The first ones add up to what is said of them together ("within 60 min"), and all to 100.
    """
    sums = [whole(100 * part) for part in accumulate(shares)]
    found = list[tuple[str, int]]()
    for share, (before, upto) in zip(shares, pairwise([0, *sums]), strict=True):
        n = upto - before
        if n == 0 < share:
            found.append((".under", 1))
        elif n == 100 or _is_nearly(share):
            found.append(whole_percent(share))
        else:
            found.append(("", n))
    return found


def _is_nearly(share: float) -> bool:
    return 0 < share < NEARLY or 1 - NEARLY <= share < 1


def percent_range(low: float, high: float, *, tr: Translator) -> str:
    """Return "34-38 %", "97 % to over 99 %", or one figure where both are said alike."""
    if math.isnan(low) or math.isnan(high) or whole(100 * low) == whole(100 * high):
        return percent(low if high == 1 else high, tr=tr)
    if _is_nearly(low) or _is_nearly(high):
        return tr("figures.percent.between", low=percent(low, tr=tr), high=percent(high, tr=tr))
    numbers = (tr.number(whole(100 * share)) for share in (low, high))
    return tr("figures.percent.range", **dict(zip(("low", "high"), numbers, strict=True)))


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
            return None if _is_nearly(self.value) else whole(100 * self.value) / 100
        return self.value


@dataclass(frozen=True, slots=True)
class Link:
    """A text that leads to an address, or to the evidence of a cell on the same page."""

    text: str
    url: str = ""
    cell: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """Words of its own: as they are read, as a number rounded alike if there is one, a second line.

    ``tone`` names the look; it never carries anything that the text does not say.
    """

    text: str
    value: float | None = None
    small: str = ""
    tone: str = ""


Cell = str | Amount | Link | Said


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureTable:
    """A table on the page; the first cell of a row names it, the title says what of when."""

    id: str
    """Unique on the page."""
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


def too_far(beyond: float, *, tr: Translator) -> Cell:
    """Return mean minutes beyond a limit: below five they are few, NaN is a mean of nobody."""
    if math.isnan(beyond) or beyond == 0:
        return "–" if beyond else count(0)
    few = tr("figures.minutes.few", n=ROUND_MINUTES)
    return few if beyond < ROUND_MINUTES else minutes(beyond)


def cell_text(cell: Cell, *, tr: Translator) -> str:
    """Return a cell as it stands on the screen."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, Link):
        return cell.text
    if isinstance(cell, Said):
        return f"{cell.text} ({cell.small})" if cell.small else cell.text
    if cell.unit is Unit.MINUTES:
        return minutes_number(cell.value, tr=tr)
    if cell.unit is Unit.SHARE:
        return percent(cell.value, tr=tr)
    return tr("unknown") if math.isnan(cell.value) else tr.number(cell.value)


def between(low: Amount, high: Amount, *, tr: Translator) -> Cell:
    """Return a count or share, in words from low to high where the two are not said alike."""
    ends = [cell_text(one, tr=tr) for one in (low, high)]
    if ends[0] == ends[1]:
        return low
    is_share = low.unit is Unit.SHARE
    return percent_range(low.value, high.value, tr=tr) if is_share else "–".join(ends)


def table_html(table: FigureTable, *, tr: Translator) -> str:
    """Return a table as HTML; a column with a number stands to the right, its words too."""
    columns = zip(*table.rows, strict=True) if table.rows else ((),) * len(table.columns)
    return render(
        "coverage_table.html",
        t=tr,
        table=table,
        words=[not any(isinstance(cell, Amount) for cell in column) for column in columns],
        text=partial(cell_text, tr=tr),
    )
