"""The register: read whole or refused with every fault, written, and read anew when it changes."""

import json
import logging
import re
import subprocess
import threading
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import KW_ONLY, dataclass, field, replace
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from ris_map.common import dates
from ris_map.common.faults import DataFaults, Fault, quoted
from ris_map.common.files import Stamp, fault_in, file_name, is_at_rest, read_text, stamp
from ris_map.common.records import Finding, Place, Record, finding, text_faults
from ris_map.common.yaml_file import YamlDocument, dump_yaml, read_yaml, split_comments
from ris_map.register.checks import MunicipalityAt, cross_faults, in_actor
from ris_map.register.model import Actor, Register, RegisterMeta

RELEASES = "releases"
SCHEMA = "actors.schema.json"
_ID = re.compile(r"^(?:  )?- id: ['\"]?([a-z0-9-]+)", re.MULTILINE)
_SECTIONS_ACTION = "Restore 'meta' and 'actors', nothing else, each actor from '- id: ' on."


class _Sections(Record):
    """What the file must hold, before its records are read one by one."""

    meta: dict[str, Any]
    actors: Annotated[tuple[Any, ...], Field(min_length=1)]


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The register (None if there is any error: a bad file never half-loads) and all faults."""

    register: Register | None
    faults: tuple[Fault, ...]


def check_register(
    path: Path,
    *,
    municipality_at: MunicipalityAt | None = None,
    today: date,
    known_ids: Collection[str] = (),
) -> CheckResult:
    """Read the register and say everything that is wrong with it, as of ``today``.

    Without ``municipality_at`` offices are not compared with the territory; ``known_ids`` have
    been in the register before: ids are never deleted.
    """
    try:
        document = read_yaml(path)
    except DataFaults as error:
        return CheckResult(None, error.faults)
    whole, content = Place(file_name(path), document), document.value
    faults = list(document.faults)
    meta: RegisterMeta | None = None
    actors: list[Actor] = []
    if not isinstance(content, dict):
        faults += [] if faults else [whole.fault(*finding("wrong-type/no-sections"))]
        return CheckResult(None, tuple(faults))
    unread = frozenset(found for item in document.unread for found in _ID.findall(item))
    _, wrong = whole.read(_Sections, content, with_texts=False)
    # where a record could not be read, a list without any other is not empty
    faults += [
        replace(fault, action=_SECTIONS_ACTION)
        for fault in wrong
        if not (unread and fault.field == "actors")
    ]
    rest = dict(content)
    if isinstance(content.get("meta"), dict):
        place = replace(whole, path=("meta",), record="meta")
        meta, wrong = place.read(
            RegisterMeta, rest.pop("meta"), wrong=partial(_in_meta, today=today)
        )
        faults += wrong
    listed: list[object] = rest.pop("actors") if isinstance(content.get("actors"), list) else []
    faults += text_faults(rest, place=whole)
    records: list[tuple[Place, Mapping[str, Any]]] = []
    see = partial(in_actor, today=today, municipality_at=municipality_at)
    for index, item in enumerate(listed):
        name = item.get("id") if isinstance(item, dict) else None
        name = name if name and isinstance(name, str) else f"actor number {index + 1}"
        place = replace(whole, path=("actors", index), record=name)
        records += [(place, item)] if isinstance(item, dict) else []
        actor, wrong = place.read(Actor, item, wrong=see)
        actors += [actor] if actor else []
        faults += wrong
    faults += cross_faults(records, unread=unread)
    there = {str(raw.get("id")) for _, raw in records}
    for gone in sorted(set(known_ids) - there - unread):
        # a file cut short is no register
        place = replace(whole, path=("actors",), record=gone)
        faults.append(place.fault(*finding("vanished-id", id=quoted(gone))))
    ordered = tuple(sorted(faults, key=lambda fault: fault.line or 0))
    if meta is None or any(fault.is_error for fault in ordered):
        return CheckResult(None, ordered)
    return CheckResult(Register(meta=meta, actors=tuple(actors)), ordered)


def check_changed(
    register: Register,
    record: Mapping[str, Any],
    *,
    municipality_at: MunicipalityAt | None = None,
    today: date,
) -> tuple[Fault, ...]:
    """Return the errors that the register would have with one record as YAML would give it."""
    faults: list[Fault] = []
    records: list[tuple[Place, Mapping[str, Any]]] = []
    for index, actor in enumerate(register.actors):
        place = Place("", YamlDocument(None, {}), ("actors", index), actor.id)
        is_it = actor.id == record["id"]
        records.append((place, record if is_it else actor.model_dump(mode="json")))
        if is_it:
            see = partial(in_actor, today=today, municipality_at=municipality_at)
            faults += place.read(Actor, record, wrong=see)[1]
    faults += cross_faults(records)
    return tuple(fault for fault in faults if fault.is_error)


def load_register(
    path: Path, *, municipality_at: MunicipalityAt | None = None, today: date | None = None
) -> Register:
    """Read the register; warnings do not hinder it, ``DataFaults`` has everything at once."""
    result = check_register(path, municipality_at=municipality_at, today=today or dates.today())
    if result.register is None:
        raise DataFaults(result.faults)
    return result.register


def _in_meta(meta: RegisterMeta, *, today: date) -> Iterator[Finding]:
    if dates.period_start(day := meta.reference_date) > today:
        yield finding("future-date", "reference_date", day=day)


def release_paths(data: Path) -> tuple[Path, ...]:
    """Return the files of all releases, the oldest first."""
    found = (data / RELEASES).glob("*.yaml")
    return tuple(sorted(found, key=lambda path: release_order(path.stem)))


def release_order(number: str) -> list[int]:
    """Return what puts releases in order: 2026.10 comes after 2026.9."""
    return [int(part) for part in re.findall(r"\d+", number)]


def released_ids(data: Path) -> frozenset[str]:
    """Return the ids in the newest release of the register in a data folder."""
    releases = release_paths(data)
    try:
        return frozenset(_ID.findall(read_text(releases[-1]))) if releases else frozenset()
    except DataFaults:
        return frozenset()


def committed_ids(path: Path) -> frozenset[str]:
    """Return the ids in the version of a register that git has; none without git."""
    command = ["git", "-C", str(path.parent), "show", f"HEAD:./{path.name}"]
    try:
        done = subprocess.run(command, capture_output=True, check=False, timeout=20)
    except (OSError, ValueError, subprocess.SubprocessError):
        return frozenset()
    return frozenset(_ID.findall(done.stdout.decode("utf-8", "replace")))


def canonical(register: Register) -> str:
    """Return the canonical text of a register, without a header comment and what nobody gave."""
    return dump_yaml(register.model_dump(mode="json", exclude_unset=True))


def format_register(path: Path) -> str:
    """Return what the file should be: its header comment as it is, then the canonical form.

    ``DataFaults`` if it is no register, or holds comments below its header, which would be lost.
    """
    register = load_register(path)
    header, comments = split_comments(read_text(path))
    if comments:
        raise DataFaults([fault_in(path, "comment", line=line) for line in comments])
    return header + canonical(register)


def register_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of the register, generated from the model."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:ris-map:schema:actors",
        **Register.model_json_schema(),
    }


def schema_text() -> str:
    """Return the content of :data:`SCHEMA`."""
    return json.dumps(register_schema(), ensure_ascii=False, indent=2) + "\n"


_LOG = logging.getLogger("ris_map")


@dataclass(frozen=True, slots=True)
class LiveState:
    """What is served at one moment, read at ``loaded_at`` (UTC).

    ``faults`` are those of the file as it is now: with errors among them, ``register`` is older
    than the file. ``stamp`` says which file was seen.
    """

    register: Register
    faults: tuple[Fault, ...]
    loaded_at: datetime
    stamp: Stamp

    @property
    def is_outdated(self) -> bool:
        """Whether a bad file has taken a good one's place, so that an older state is served."""
        return any(fault.is_error for fault in self.faults)

    @property
    def changed_at(self) -> datetime | None:
        """When the file was changed (UTC)."""
        return datetime.fromtimestamp(self.stamp[0] / 1e9, UTC) if self.stamp else None


@dataclass(slots=True)
class LiveRegister:
    """Follows the register's file; safe to use from several threads.

    At first it is compared with the newest release, then with what was served before; it is judged
    anew when ``today`` changes. The file must rest before it is read again: whoever writes slowly
    in place is not met half-way. The first reading does not wait.
    """

    path: Path
    _: KW_ONLY
    municipality_at: MunicipalityAt | None = None
    today: Callable[[], date] = dates.today
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)
    _state: LiveState | None = field(default=None, init=False)
    _seen: tuple[Stamp, date] | None = field(default=None, init=False)
    _refused: tuple[Fault, ...] = field(default=(), init=False)

    def current(self) -> LiveState:
        """Return the last good state, after reading the file again if it has changed.

        While one caller reads it the others do not wait. ``DataFaults`` only if there never was a
        good state.
        """
        before = self._state
        if not self._lock.acquire(blocking=before is None) and before is not None:
            return before
        try:
            seen = (stamp(self.path), self.today())
            if seen != self._seen and (self._state is None or is_at_rest(seen[0])):
                self._take(seen)
            if self._state is None:
                raise DataFaults(self._refused)
            return self._state
        finally:
            self._lock.release()

    def _take(self, seen: tuple[Stamp, date]) -> None:
        before = self._state
        ids = before.register.by_id if before else released_ids(self.path.parent)
        found = check_register(
            self.path, municipality_at=self.municipality_at, today=seen[1], known_ids=ids
        )
        if stamp(self.path) != seen[0] and before is not None:
            return  # written while it was read: wait until it rests
        self._seen = seen
        for fault in found.faults:
            if fault.is_error:
                _LOG.error("%s", fault)
        if found.register is not None:
            self._state = LiveState(found.register, found.faults, datetime.now(UTC), seen[0])
        elif before is not None:
            self._state = replace(before, faults=found.faults, stamp=seen[0])
        else:
            self._refused = found.faults
