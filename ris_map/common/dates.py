"""The present day, and ISO dates whose month and day may be left out, with their periods."""

import os
from calendar import monthrange
from datetime import date, datetime
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, StringConstraints

TODAY_VARIABLE: Final = "RIS_MAP_TODAY"
_HERE: Final = ZoneInfo("Europe/Stockholm")
_PARTIAL: Final = r"[12][0-9]{3}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?"
DATE: Final = f"^{_PARTIAL}$"
"""The form of :data:`PartialDate`."""


def today() -> date:
    """Return the day it is in Sweden; ``RIS_MAP_TODAY`` freezes it for tests.

    The one clock of the product: page, API, command line and register agree on the day, whatever
    the machine's own time zone is.
    """
    frozen = os.environ.get(TODAY_VARIABLE, "")
    return date.fromisoformat(frozen) if frozen else datetime.now(_HERE).date()


def period_start(value: str) -> date:
    """Return the first day of a partial ISO date."""
    parts = [int(part) for part in value.split("-")]
    return date(*[*parts, 1, 1][:3])


def period_end(value: str) -> date:
    """Return the last day of a partial ISO date (``2023`` is 2023-12-31)."""
    year, *rest = (int(part) for part in value.split("-"))
    if len(rest) == 2:
        return date(year, rest[0], rest[1])
    month = rest[0] if rest else 12
    return date(year, month, monthrange(year, month)[1])


def _existing_day(value: str) -> str:
    period_start(value)
    period_end(value)
    return value


PartialDate = Annotated[str, StringConstraints(pattern=DATE), AfterValidator(_existing_day)]
"""An ISO date whose month and day may be left out: ``2023``, ``2023-04`` or ``2023-04-01``.

It names a day that exists, so that :func:`period_start` and :func:`period_end` never fail on it.
"""


FIRST_DAY: Final = date(2022, 1, 1)
"""The register says nothing of days before the picture that it reconstructs."""


def day_of(value: str) -> date | None:
    """Return the day that a page or an answer of ``value`` shows; None = the present one.

    The last day of the period that is not to come: ``2022`` is 2022-12-31. ``ValueError`` for a day
    of which the register says nothing.
    """
    if not value:
        return None
    if not FIRST_DAY <= period_start(value) <= today():
        raise ValueError("a day of which the register says nothing")
    end = period_end(value)
    return end if end < today() else None


def _shown_day(value: str) -> str:
    day_of(value)
    return value


ShownDay = Annotated[str, StringConstraints(pattern=f"^({_PARTIAL})?$"), AfterValidator(_shown_day)]
"""A partial date for which the register can be shown; empty = today."""


def covers(start: str | None, end: str | None, *, on: date) -> bool:
    """Return whether a period includes a day; an open end includes everything on its side."""
    begun = start is None or period_start(start) <= on
    return begun and (end is None or on <= period_end(end))
