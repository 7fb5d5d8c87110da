"""Whether the homepages in the register answer: tried where there is a network, kept with a date.

``data/homepages.csv`` is written by ``python -m ris_map links --write`` and is not there before
anybody has tried. The pages and the API read the file and never ask another site.
"""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from pathlib import Path

import pandas as pd

from ris_map.common.dates import PartialDate
from ris_map.common.faults import DataFaults
from ris_map.common.records import Slug, Url
from ris_map.common.tables import FaultLog, Row, read_records
from ris_map.register.model import Actor

HOMEPAGES = "homepages.csv"
_ALIVE = {401, 403, 405, 429}
"""Answers of a site that is there, but does not let a program in."""


class Outcome(StrEnum):
    """What trying a homepage gave."""

    OK = "ok"
    DEAD_LOOKING = "dead-looking"
    NOT_ASKED = "not-asked"


class Homepage(Row):
    """One line of the file; ``date`` is the day it was tried, none if it was not."""

    id: Slug
    url: Url
    date: PartialDate | None = None
    result: Outcome


def load_homepages(path: Path) -> tuple[Homepage, ...]:
    """Return what was found last time, nothing where nobody has tried; ``DataFaults`` if faulty."""
    log = FaultLog(path)
    records = read_records(log, Homepage, key="id") if path.exists() else {}
    for line, one in records.items():
        if (one.date is None) is not (one.result is Outcome.NOT_ASKED):
            reason = f"The result is {one.result}, but the day is {one.date or 'not given'}."
            action = "Give the day it was tried, or not-asked without a day."
            log.add(reason, action, "homepage-day", line=line, record=one.id)
    if log.faults:
        raise DataFaults(log.faults)
    return tuple(records.values())


def tried(homepages: Iterable[Homepage], actors: Iterable[Actor]) -> tuple[Homepage, ...]:
    """Return what was found for addresses that the actors still have."""
    now = {actor.id: actor.homepage for actor in actors}
    return tuple(
        one
        for one in homepages
        if one.result is not Outcome.NOT_ASKED and now.get(one.id) == one.url
    )


def try_homepages(
    actors: Iterable[Actor], *, seconds: float, on: date
) -> tuple[tuple[Homepage, str], ...]:
    """Ask every homepage, and return what was found with the answer in words."""
    found = []
    for actor in actors:
        if actor.homepage:
            result, words = _ask(actor.homepage, seconds)
            one = Homepage(id=actor.id, url=actor.homepage, date=on.isoformat(), result=result)
            found.append((one, words))
    return tuple(found)


def _ask(url: str, seconds: float) -> tuple[Outcome, str]:
    request = urllib.request.Request(url, headers={"User-Agent": "ris-map links"})
    try:
        with urllib.request.urlopen(request, timeout=seconds) as answer:
            code = int(answer.status)
    except urllib.error.HTTPError as error:
        code = error.code
    except (OSError, ValueError) as error:
        return Outcome.DEAD_LOOKING, f"no answer ({getattr(error, 'reason', error)})"
    is_alive = code < 400 or code in _ALIVE
    return Outcome.OK if is_alive else Outcome.DEAD_LOOKING, f"HTTP {code}"


def as_csv(homepages: Iterable[Homepage]) -> str:
    """Return the content of the file."""
    rows = [one.model_dump(mode="json") for one in homepages]
    return pd.DataFrame(rows, columns=list(Homepage.model_fields)).to_csv(index=False)
