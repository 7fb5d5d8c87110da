"""Figures in words: the one place where minutes and shares are rounded and compared."""

from __future__ import annotations

import math

from ris_map.words.translator import Translator

ROUND_MINUTES = 5
"""Minutes are said to this: the times are estimates, and finer steps would promise too much."""
TIME_ERROR = 0.10
"""Stated error of a travel time, a share of it. Two times closer than this are equally long."""
NEARLY = 0.005
"""A share this near nothing, or everything, is not written as nothing or everything."""


def whole(value: float) -> int:
    """Return the nearest whole number, halves upwards."""
    return math.floor(value + 0.5)


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
    if 0 < share < NEARLY:
        return tr("figures.percent.under", n=1)
    if 1 - NEARLY <= share < 1:
        return tr("figures.percent.over", n=99)
    return tr("figures.percent", n=tr.number(whole(100 * share)))


def percent_range(low: float, high: float, *, tr: Translator) -> str:
    """Return "34-38 %", or one figure where both are said alike."""
    if math.isnan(low) or math.isnan(high) or whole(100 * low) == whole(100 * high):
        return percent(high, tr=tr)
    numbers = (tr.number(whole(100 * share)) for share in (low, high))
    return tr("figures.percent.range", **dict(zip(("low", "high"), numbers, strict=True)))
