"""How good the register is: figures, homepages, an outside count, what was reported."""

import urllib.error
import urllib.request
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import partial
from http.client import HTTPException
from itertools import pairwise
from pathlib import Path
from typing import Self

import numpy as np
import pandas as pd
from pydantic import computed_field, model_validator

from ris_map.common.dates import PartialDate, period_end, period_start, today
from ris_map.common.faults import quoted, shown
from ris_map.common.records import Finding, Record, Slug, Url, finding
from ris_map.common.region import region
from ris_map.common.tables import FaultLog, Row, accepted, load_listed, read_records
from ris_map.register.checks import is_recent
from ris_map.register.model import Actor, Register
from ris_map.register.vocabulary import Availability, Basis, Delivery, Scope, ServiceType, Status
from ris_map.words.language import LocalText

HOMEPAGES, REPORTS = "homepages.csv", "reports.yaml"
_ALIVE = {401, 403, 405, 429}
"""Answers of a site that is there, but does not let a program in."""


class Outcome(StrEnum):
    """What trying a homepage gave."""

    OK = "ok"
    DEAD_LOOKING = "dead-looking"


class Homepage(Row):
    """One line of the file; ``date`` is the day it was tried."""

    id: Slug
    url: Url
    date: PartialDate
    result: Outcome


def load_homepages(path: Path) -> tuple[Homepage, ...]:
    """Return what was found last time, nothing where nobody has tried; ``DataFaults`` if faulty."""
    log = FaultLog(path)
    records = read_records(log, Homepage, key=("id",)) if path.exists() else {}
    return accepted(tuple(records.values()), log.faults)


def tried(homepages: Iterable[Homepage], actors: Iterable[Actor]) -> tuple[Homepage, ...]:
    """Return what was found for addresses that the actors still have."""
    now = {actor.id: actor.homepage for actor in actors}
    return tuple(one for one in homepages if now.get(one.id) == one.url)


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
            code = int(answer.status or 0)
    except urllib.error.HTTPError as error:
        code = error.code
    except (OSError, HTTPException, ValueError) as error:
        return Outcome.DEAD_LOOKING, f"no answer ({shown(str(getattr(error, 'reason', error)))})"
    # one that is led in a circle, or off the web, ends in the answer that leads on
    is_alive = 200 <= code < 300 or code in _ALIVE
    return Outcome.OK if is_alive else Outcome.DEAD_LOOKING, f"HTTP {code}"


def as_csv(homepages: Iterable[Homepage]) -> str:
    """Return the content of the file."""
    rows = [one.model_dump(mode="json") for one in homepages]
    return pd.DataFrame(rows, columns=list(Homepage.model_fields)).to_csv(index=False)


ADVICE = (ServiceType.RADGIVNING, ServiceType.FINANSIERING, ServiceType.FINANSIERING_RADGIVNING)
YARDSTICK: dict[str, tuple[ServiceType, ...]] = {
    "advice": ADVICE,
    "meeting": (ServiceType.MOTESPLATS,),
    "incubator": (ServiceType.INKUBATOR_ACCELERATOR,),
}
"""What each of the counts in ``region.yaml`` is about."""


class Quality(Record):
    """One figure: ``count`` of ``of``, the share to reach, and where that limit comes from.

    ``goal`` is None where nobody has set one; ``source`` names the rule (``quality.source.<id>``);
    ``on`` is the day of what was looked up elsewhere. Of nothing there is no share.
    """

    id: str
    count: int
    of: int
    goal: float | None
    source: str
    on: str | None = None

    @computed_field  # type: ignore[prop-decorator]
    @property
    def share(self) -> float | None:
        """The figure as a share."""
        return self.count / self.of if self.of else None

    @computed_field  # type: ignore[prop-decorator]
    @property
    def is_reached(self) -> bool | None:
        """Whether the goal is reached; None without one, and where nothing is known."""
        return None if self.goal is None or self.share is None else self.share >= self.goal


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A count of the yardstick of 2022 beside ours: core and all, then and now."""

    id: str
    outside: int
    core_2022: int
    all_2022: int
    core_now: int
    all_now: int


class Report(Record):
    """Something reported about the register, and what became of it."""

    id: Slug
    about: Slug | None
    """The record it is about; null = several."""
    received: PartialDate
    what: LocalText
    examined: PartialDate | None
    entered: PartialDate | None
    refused: PartialDate | None
    reason: LocalText | None

    @model_validator(mode="after")
    def _one_end(self) -> Self:
        if self.entered and self.refused:
            raise ValueError("a report is entered or refused, not both")
        if bool(self.refused) is not bool(self.reason):
            raise ValueError("what is refused has a reason, and nothing else has")
        ended = self.entered or self.refused
        steps = [day for day in (self.received, self.examined, ended) if day]
        if ended and not self.examined:
            raise ValueError("nothing is entered or refused before it is examined")
        if any(period_end(later) < period_start(day) for day, later in pairwise(steps)):
            raise ValueError("the dates of a report follow one another")
        return self

    @computed_field  # type: ignore[prop-decorator]
    @property
    def state(self) -> str:
        """Return how far it has come."""
        states = ("refused", "entered", "examined")
        return next((name for name in states if getattr(self, name)), "received")

    @computed_field  # type: ignore[prop-decorator]
    @property
    def answer_days(self) -> int | None:
        """Days until it was entered or refused, at most: a month counts from its first day."""
        ended = self.entered or self.refused
        return (period_end(ended) - period_start(self.received)).days if ended else None


def load_reports(path: Path, *, ids: Collection[str] | None = None) -> tuple[Report, ...]:
    """Return all reports, in file order; ``DataFaults`` with everything that is wrong.

    Links and days are judged only against the ``ids`` of a register, when the data are checked.
    """
    wrong = partial(_wrong, ids=ids)
    return load_listed(path, Report, key="reports", wrong=wrong) if path.exists() else ()


def _wrong(report: Report, ids: Collection[str] | None) -> Iterator[Finding]:
    if ids is None:
        return
    for name in ("received", "examined", "entered", "refused"):
        day = getattr(report, name)
        if day and period_start(day) > today():
            yield finding("future-date", name, day=day)
    if report.about not in {None, *ids}:
        hint = "Give the id of a record, or null."
        yield finding("unresolved-link", "about", id=quoted(str(report.about)), hint=hint)


def median_days(reports: Iterable[Report]) -> float | None:
    """Return the median time to an answer; None as long as nothing has been answered."""
    days = [report.answer_days for report in reports if report.answer_days is not None]
    return float(np.median(days)) if days else None


def living(register: Register) -> tuple[Actor, ...]:
    """Return the actors of the county that have not ended: whom the figures are about."""
    return tuple(
        actor
        for actor in register.actors
        if not actor.outside_county and actor.status is not Status.ENDED
    )


def quality(
    register: Register, *, today: date, homepages: Iterable[Homepage] = ()
) -> tuple[Quality, ...]:
    """Return the figures: confirmed, checked, evidence, sources by field, homepages that answer."""
    actors = living(register)
    offers = [offer for actor in actors for offer in actor.offers]
    offices = [office for actor in actors for office in actor.offices]
    source = Basis.SOURCE

    def recent(field: str, years: int) -> list[bool]:
        return [is_recent(getattr(actor, field), on=today, years=years) for actor in actors]

    figures: list[tuple[str, list[bool], float | None, str]] = [
        ("confirmed", recent("last_confirmed", 1), 1.0, "year"),
        ("checked", recent("last_checked", 1), 1.0, "year"),
        ("evidence-1", recent("last_evidence", 1), None, "none"),
        ("evidence-3", recent("last_evidence", 3), 0.8, "ours"),
        ("evidence-5", recent("last_evidence", 5), 1.0, "rule"),
        ("office-town", [office.is_sourced for office in offices], 0.8, "ours"),
        ("service-area", [a.service_area.basis is source for a in actors], 0.8, "ours"),
        ("strength-areas", [a.strength_areas.basis is source for a in actors], 0.8, "ours"),
        ("homepage", [a.homepage_basis is source for a in actors], 0.8, "ours"),
    ]
    for mode in Delivery:
        known = [offer.delivery.of(mode) is not Availability.UNKNOWN for offer in offers]
        stated = [offer.basis_of(mode) is source for offer in offers]
        figures.append((f"{mode}-known", known, 0.8, "ours"))
        figures.append((f"{mode}-sourced", stated, None, "none"))
    asked = tried(homepages, actors)
    figures.append(("homepage-answers", [one.result is Outcome.OK for one in asked], 0.95, "ours"))
    days = {"homepage-answers": max((one.date for one in asked), default=None)}
    return tuple(
        Quality(id=id_, count=sum(met), of=len(met), goal=goal, source=limit, on=days.get(id_))
        for id_, met, goal, limit in figures
    )


def compared(releases: Sequence[Register], now: Register) -> tuple[Compared, ...]:
    """Return the region's yardstick of 2022 beside our counts, by the first release and now."""
    known = region().yardstick
    if known is None or not releases:
        return ()

    def count(register: Register, kinds: tuple[ServiceType, ...], *, core: bool) -> int:
        return sum(
            (actor.scope is Scope.CORE or not core)
            and actor.status is not Status.PLANNED
            and any(kind in kinds for kind in actor.service_types)
            for actor in living(register)
        )

    return tuple(
        Compared(
            id=name,
            outside=getattr(known.counts, name),
            core_2022=count(releases[0], kinds, core=True),
            all_2022=count(releases[0], kinds, core=False),
            core_now=count(now, kinds, core=True),
            all_now=count(now, kinds, core=False),
        )
        for name, kinds in YARDSTICK.items()
    )
