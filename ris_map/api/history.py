"""The register through time: its releases, what has changed since a day, and feeds of that."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time
from itertools import groupby, pairwise
from typing import Annotated, Any

from pydantic import BeforeValidator

from ris_map.api.calls import Call, Count, DataRouter, Document, RegisterMeta, listing
from ris_map.api.datasets import ACTORS
from ris_map.api.queries import LanguageQuery, Problem, key
from ris_map.common.dates import PartialDate, ShownDay, day_of, period_end
from ris_map.common.records import Record, Slug
from ris_map.register.asking import Call as Asked
from ris_map.register.asking import call_list, unknown_cells
from ris_map.register.model import Actor, Register
from ris_map.register.quality import Compared, Quality, Report, compared, quality
from ris_map.register.releases import Change, ChangeKind, changes, register_on
from ris_map.register.vocabulary import Scope
from ris_map.travel.world import Service
from ris_map.words.markup import render

router = DataRouter("history", ACTORS)
WHOLE = "register"


class SinceQuery(LanguageQuery):
    """From when changes are told."""

    since: ShownDay = key("since", "2022")


class ListedRelease(Record):
    """A frozen release of the register."""

    number: str
    date: PartialDate
    """The day that it shows."""
    actors: Count
    core: Count
    sha256: str
    """Of its file, when it was made: a release never changes."""


Filled = Annotated[str | None, BeforeValidator(lambda text: text or None)]


class ListedChange(Record):
    """One field of one record that differs; no field: the record as a whole."""

    id: Slug
    name: str
    kind: ChangeKind
    field: Filled
    before: Filled
    after: Filled
    sources: tuple[str, ...]


class RegisterQuality(Record):
    """How good the register is."""

    meta: RegisterMeta
    figures: tuple[Quality, ...]
    yardstick: tuple[Compared, ...]
    """Counts of 2022 from outside beside ours, of the core and of all."""
    calls: tuple[Asked, ...]
    """The fewest to ask, to settle every cell in which help at a distance is not known."""
    reports: tuple[Report, ...]


Releases = listing(
    "Releases", "Frozen releases of the register.", releases=tuple[ListedRelease, ...]
)
Changes = listing(
    "Changes",
    "What has changed since a release; null is the register that is worked on.",
    release=str | None,
    changes=tuple[ListedChange, ...],
)


@router.data("/releases", model=Releases)
def releases(call: Call[LanguageQuery]) -> list[Document]:
    """Frozen releases of the register, the oldest first."""
    served = call.site.served
    return [
        {
            "number": release.number,
            "date": release.date,
            "actors": len(register.actors),
            "core": sum(actor.scope is Scope.CORE for actor in register.actors),
            "sha256": served.hashes[f"{release.number}.yaml"],
        }
        for register in served.releases
        if (release := register.meta.release)
    ]


@router.data("/changes", SinceQuery, model=Changes)
def changes_since(call: Call[SinceQuery]) -> Document:
    """What has been added, ended and changed in the register since a day, field by field.

    The release of the day against the register of today; sources are those that are new, else all.
    """
    present = call.world.register
    day = day_of(call.query.since) or call.world.on
    before = register_on(present, call.site.served.releases, on=day)
    found, release = changes(before, present), before.meta.release
    number = release.number if release else None
    return {"meta": call.meta(len(found)), "release": number, "changes": found}


@router.data("/quality", model=RegisterQuality)
def register_quality(call: Call[LanguageQuery]) -> Document:
    """How good the register is: figures with goals, an outside count, whom to ask, reports."""
    found = quality_values(call.world.register, call.site.served, on=call.world.on)
    return {"meta": call.meta(len(found["figures"])), **found}


def quality_values(register: Register, served: Service, *, on: date) -> dict[str, Any]:
    """Return what there is to say of a register's quality, for page and API."""
    unknown = unknown_cells(register, on=on)
    return {
        "figures": quality(register, today=on, homepages=served.homepages.current()),
        "yardstick": compared(served.releases, register),
        "unknown": unknown,
        "calls": call_list(unknown),
        "reports": served.reports.current(),
    }


@router.data("/feeds/{id}", media_type="application/atom+xml", names_itself=True)
def feed(call: Call[LanguageQuery]) -> bytes:
    """Changes of the register as an Atom feed: all, those of a municipality, or of one actor.

    'register', the code of a municipality, or the id of an actor.
    """
    named = {
        WHOLE: call.tr("feed.register"),
        **{actor.id: actor.name for actor in call.world.register.actors},
        **call.world.foundations.geography.names,
    }
    if call.id not in named:
        raise Problem("unknown-item", {"value": call.id})
    entries = list(_entries(call))
    text = render(
        "feed.xml",
        t=call.tr,
        id=call.id,
        about=named[call.id],
        updated=max((when for when, *_ in entries), default=datetime(2022, 12, 31, tzinfo=UTC)),
        base=call.base,
        entries=entries,
        url=call.tr.detail_url,
    )
    return text.encode()


def _entries(call: Call[LanguageQuery]) -> Iterator[tuple[datetime, str, Actor, Sequence[Change]]]:
    """Yield the changes from each release to the next, and to the register that is worked on.

    A municipality reads of an actor with an office there, or that names it as served.
    """
    present = call.world.register
    stages: list[tuple[str, datetime, Register]] = [
        (release.number, datetime.combine(period_end(release.date), time(), UTC), register)
        for register in call.site.served.releases
        if (release := register.meta.release)
    ]
    stages.append(("next", call.register_changed, present))
    for (_, _, before), (number, when, after) in reversed(list(pairwise(stages))):
        for actor_id, found in groupby(changes(before, after), key=lambda change: change.id):
            actor = after.by_id.get(actor_id) or before.by_id[actor_id]
            towns = {office.municipality for office in actor.offices}
            if call.id in {WHOLE, actor_id, *towns, *actor.service_area.municipalities}:
                # an actor that has ended has changed fields too: the end is the news
                told = sorted(found, key=lambda change: change.kind is ChangeKind.CHANGED)
                yield when, number, actor, told
