"""The register through time: its releases, what has changed since a day, and feeds of that."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, time
from itertools import groupby, pairwise
from xml.etree import ElementTree as ET

from ris_map.api.calls import Call, Count, DataRouter, Document, RegisterMeta
from ris_map.api.datasets import ACTORS
from ris_map.api.problems import Problem
from ris_map.api.queries import LanguageQuery, key
from ris_map.common.dates import PartialDate, ShownDay, day_of, period_end
from ris_map.common.records import Record, Slug
from ris_map.register.asking import Call as Asked
from ris_map.register.asking import call_list, unknown_cells
from ris_map.register.homepages import HOMEPAGES, load_homepages
from ris_map.register.in_words import detail_url
from ris_map.register.model import Actor, Register
from ris_map.register.quality import Compared, Quality, Report, compared, load_reports, quality
from ris_map.register.releases import Change, ChangeKind, changes, digests, register_on
from ris_map.register.vocabulary import Scope

router = DataRouter("history")
WHOLE = "register"
_ATOM = "http://www.w3.org/2005/Atom"
ET.register_namespace("", _ATOM)


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


class Releases(Record):
    """Frozen releases of the register."""

    meta: RegisterMeta
    releases: tuple[ListedRelease, ...]


class ListedChange(Record):
    """One field of one record that differs; no field: the record as a whole."""

    id: Slug
    name: str
    kind: ChangeKind
    field: str | None
    before: str | None
    after: str | None
    sources: tuple[str, ...]


class Changes(Record):
    """What has changed since a release; null is the register that is worked on."""

    meta: RegisterMeta
    release: str | None
    changes: tuple[ListedChange, ...]


class RegisterQuality(Record):
    """How good the register is."""

    meta: RegisterMeta
    figures: tuple[Quality, ...]
    yardstick: tuple[Compared, ...]
    """Counts of 2022 from outside beside ours, of the core and of all."""
    calls: tuple[Asked, ...]
    """The fewest to ask, to settle every cell in which help at a distance is not known."""
    reports: tuple[Report, ...]


@router.data(
    "/releases",
    "Frozen releases of the register, the oldest first",
    model=Releases,
    files=ACTORS,
)
def releases(call: Call[LanguageQuery]) -> Document:
    """Return number, date, size and hash of every release."""
    served = call.site.served
    hashes = digests(served.data_dir)
    listed = [
        {
            "number": release.number,
            "date": release.date,
            "actors": len(register.actors),
            "core": sum(actor.scope is Scope.CORE for actor in register.actors),
            "sha256": hashes[f"{release.number}.yaml"],
        }
        for register in served.releases
        if (release := register.meta.release)
    ]
    return {"meta": call.meta(ACTORS, len(listed)), "releases": listed}


@router.data(
    "/changes",
    "What has been added, ended and changed in the register since a day, field by field",
    description=(
        "The release of the day against the register of today; sources are those that are new, "
        "else all."
    ),
    query=SinceQuery,
    model=Changes,
    files=ACTORS,
)
def changes_since(call: Call[SinceQuery]) -> Document:
    """Return every change since a day."""
    present = call.world.register
    day = day_of(call.query.since) or call.world.on
    before = register_on(present, call.site.served.releases, on=day)
    found = [
        {
            "id": one.id,
            "name": one.name,
            "kind": one.kind.value,
            "field": one.field or None,
            "before": one.before or None,
            "after": one.after or None,
            "sources": list(one.sources),
        }
        for one in changes(before, present)
    ]
    release = before.meta.release
    return {
        "meta": call.meta(ACTORS, len(found)),
        "release": release.number if release else None,
        "changes": found,
    }


@router.data(
    "/quality",
    "How good the register is: figures with goals, an outside count, whom to ask, reports",
    model=RegisterQuality,
    files=ACTORS,
)
def register_quality(call: Call[LanguageQuery]) -> Document:
    """Return what the page about data says of the register."""
    register, served = call.world.register, call.site.served
    homepages = load_homepages(served.data_dir / HOMEPAGES)
    figures = quality(register, today=call.world.on, homepages=homepages)
    calls = call_list(unknown_cells(register, on=call.world.on))
    reports = load_reports(served.data_dir / "reports.yaml")
    return {
        "meta": call.meta(ACTORS, len(figures)),
        "figures": [one.model_dump(mode="json") for one in figures],
        "yardstick": [asdict(one) for one in compared(served.releases, register)],
        "calls": [asdict(one) for one in calls],
        "reports": [one.model_dump(mode="json") for one in reports],
    }


@router.data(
    "/feeds/{id}",
    "Changes of the register as an Atom feed: all, those of a municipality, or of one actor",
    description=f"'{WHOLE}', the code of a municipality, or the id of an actor.",
    media_type="application/atom+xml",
    files=ACTORS,
    names_itself=True,
)
def feed(call: Call[LanguageQuery]) -> bytes:
    """Return a feed with one entry per record and release in which it changed, newest first."""
    register, tr = call.world.register, call.tr
    names = {m.code: m.name for m in call.world.foundations.geography.municipalities}
    about = names.get(call.id) or (
        register.by_id[call.id].name if call.id in register.by_id else ""
    )
    if not about and call.id != WHOLE:
        raise Problem("unknown-item", {"value": call.id})
    root = ET.Element(
        f"{{{_ATOM}}}feed", {"{http://www.w3.org/XML/1998/namespace}lang": tr.language}
    )
    own = f"{call.base}/api/v1/feeds/{call.id}?lang={tr.language}"
    entries = list(_entries(call))
    latest = max((when for when, *_ in entries), default=datetime(2022, 12, 31, tzinfo=UTC))
    _add(root, "id", f"urn:ris-map:feed:{call.id}")
    _add(root, "title", f"{tr('product.name')}: {about or tr('feed.register')}")
    _add(root, "updated", latest.isoformat())
    _add(root, "rights", "CC0-1.0")
    _add(_add(root, "author"), "name", tr("product.name"))
    _add(root, "link", rel="self", type="application/atom+xml", href=own)
    for when, number, actor, found in entries:
        entry = _add(root, "entry")
        kind = found[0].kind
        _add(entry, "id", f"urn:ris-map:change:{number}:{actor.id}")
        _add(entry, "title", tr(f"feed.{kind}", name=actor.name))
        _add(entry, "updated", when.isoformat())
        _add(entry, "link", href=f"{call.base}{detail_url(actor.id, words=call.words)}")
        told = "; ".join(
            f"{one.field}: {one.before or '–'} → {one.after or '–'}" for one in found if one.field
        )
        _add(entry, "summary", told or tr(f"feed.{kind}", name=actor.name))
    content: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return content


Entry = tuple[datetime, str, Actor, Sequence[Change]]


def _entries(call: Call[LanguageQuery]) -> Iterator[Entry]:
    """Yield the changes from each release to the next, and to the register that is worked on."""
    present = call.world.register
    stages: list[tuple[str, datetime, Register]] = [
        (release.number, datetime.combine(period_end(release.date), time(), UTC), register)
        for register in call.site.served.releases
        if (release := register.meta.release)
    ]
    stages.append(("next", call.changed(ACTORS), present))
    for (_, _, before), (number, when, after) in reversed(list(pairwise(stages))):
        for actor_id, found in groupby(changes(before, after), key=lambda change: change.id):
            actor = after.by_id.get(actor_id) or before.by_id[actor_id]
            if call.id in {WHOLE, actor_id} or _concerns(actor, call.id):
                # an actor that has ended has changed fields too: the end is the news
                told = sorted(found, key=lambda change: change.kind is ChangeKind.CHANGED)
                yield when, number, actor, told


def _concerns(actor: Actor, code: str) -> bool:
    """Return whether a municipality reads of an actor: an office there, or named as served."""
    towns = {office.municipality for office in actor.offices}
    return code in towns or code in actor.service_area.municipalities


def _add(parent: ET.Element, tag: str, text: str = "", /, **attributes: str) -> ET.Element:
    made = ET.SubElement(parent, f"{{{_ATOM}}}{tag}", attributes)
    made.text = text or None
    return made
