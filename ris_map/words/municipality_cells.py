"""Tables as values: what the page, the report and the files of a municipality all show."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ris_map.register.in_words import Words
from ris_map.words.figures import NEARLY, ROUND_MINUTES, minutes_words, percent, rounded, whole


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One cell of a table.

    Parameters
    ----------
    text : str
        As it is read.
    value : float, optional
        The same figure as a number, rounded as on screen; None for words.
    small : str
        A second line.
    tone : str
        Name of the look; it never carries anything that the text does not say.
    """

    text: str
    value: float | None = None
    small: str = ""
    tone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table with its caption; the first cell of each row is the row's heading."""

    id: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""


def minutes_cell(minutes: float, *, words: Words, small: str = "") -> Cell:
    """Return minutes as shown; where words stand in place of a number there is none."""
    value = rounded(minutes) if math.isfinite(minutes) and minutes >= ROUND_MINUTES else None
    return Cell(text=minutes_words(minutes, tr=words.tr), value=value, small=small)


def share_cell(share: float, *, words: Words) -> Cell:
    """Return a share as whole per cent; where words stand in place of a number there is none."""
    is_words = math.isnan(share) or 0 < share < NEARLY or 1 - NEARLY <= share < 1
    value = None if is_words else whole(100 * share)
    return Cell(text=percent(share, tr=words.tr), value=value)


def number_cell(number: float, *, words: Words) -> Cell:
    """Return a whole number."""
    return Cell(text=words.tr.number(number), value=number)


def people_cell(number: float | None, *, words: Words) -> Cell:
    """Return a number of people; unknown is not zero."""
    return Cell(text=words.tr("unknown")) if number is None else number_cell(number, words=words)
