"""Minutes to the nearest office of each kind as bars. Pure SVG, every bar with its words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from ris_map.words.markup import render

WIDTH = 480.0
LABEL_WIDTH = 150.0
WORDS_WIDTH = 120.0
ROW_HEIGHT = 30.0
TOP = 26.0
CLASSES = (30.0, 60.0, 90.0, 120.0)
"""Upper ends of the first four classes of minutes; a limit itself belongs to its class."""
COLOURS = ("#c6dbef", "#9ecae1", "#6baed6", "#3182bd", "#08519c")
"""One per class, from light to dark: also told apart in greyscale, and never without words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One bar; infinite minutes have no length, only words."""

    label: str
    minutes: float
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartDrawing:
    """Everything that the template draws; ``bars`` hold each bar with its length and colour."""

    width: float
    height: float
    top: float
    left: float
    row: float
    limit_x: float
    limit_words: str
    title: str
    description: str
    bars: tuple[tuple[Bar, float, str], ...]

    @property
    def svg(self) -> str:
        """The drawing as SVG text."""
        return render("report_chart.svg.html", drawing=self)


def time_class(minutes: float) -> int:
    """Return the class of minutes, 0 to 4."""
    return sum(minutes > limit for limit in CLASSES)


def bar_chart(
    bars: Sequence[Bar], *, limit: float, limit_words: str, title: str, description: str
) -> ChartDrawing:
    """Return the chart.

    Parameters
    ----------
    bars : sequence of Bar
        From the top.
    limit : float
        Where the line of the threshold stands, in minutes.
    limit_words : str
        What is written at it.
    title, description : str
        What a reader who does not see the chart is told.
    """
    known = [bar.minutes for bar in bars if math.isfinite(bar.minutes)]
    longest = max([*known, limit, CLASSES[1]])
    room = WIDTH - LABEL_WIDTH - WORDS_WIDTH
    scale = room / longest
    return ChartDrawing(
        width=WIDTH,
        height=TOP + ROW_HEIGHT * len(bars) + 4,
        top=TOP,
        left=LABEL_WIDTH,
        row=ROW_HEIGHT,
        limit_x=round(LABEL_WIDTH + limit * scale, 1),
        limit_words=limit_words,
        title=title,
        description=description,
        bars=tuple(
            (
                bar,
                round(bar.minutes * scale, 1) if math.isfinite(bar.minutes) else 0.0,
                COLOURS[time_class(bar.minutes)],
            )
            for bar in bars
        ),
    )
