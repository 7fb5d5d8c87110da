"""The register's memory: frozen releases, what has changed between two, and confirmed records."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Any

from ris_map.common import dates
from ris_map.common.faults import DataFaults, Fault, quoted, refusal
from ris_map.common.files import fault_in, file_name, read_bytes, read_text, write_whole
from ris_map.common.records import is_web_address, nearest
from ris_map.common.yaml_file import dump_yaml, load_yaml
from ris_map.register.model import Actor, Register, Release
from ris_map.register.reading import (
    RELEASES,
    canonical,
    check_register,
    load_register,
    release_order,
    release_paths,
)
from ris_map.register.vocabulary import Scope, Status
from ris_map.words.markup import render_text

HASHES = "sha256.txt"
_HEADER = """\
# En fryst utgåva av aktörsregistret. Den ändras aldrig; se {hashes} i samma mapp.
# A frozen release of the register of actors. It is never changed; see {hashes} in this folder.
"""


class ChangeKind(StrEnum):
    """What has happened to a record between two releases."""

    ADDED = "added"
    ENDED = "ended"
    CHANGED = "changed"
    GONE = "gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One field of one record that differs; ``field`` is empty for a record as a whole.

    ``sources`` are the addresses that the later record has and the earlier had not, or all.
    """

    id: str
    name: str
    kind: ChangeKind
    field: str = ""
    before: str = ""
    after: str = ""
    sources: tuple[str, ...] = ()


def changes(before: Register, after: Register) -> tuple[Change, ...]:
    """Return what was added, ended and changed, field by field, in the later register's order."""
    found = []
    for actor in after.actors:
        earlier = before.by_id.get(actor.id)
        old_urls = {source.url for source in earlier.sources} if earlier else set()
        urls = tuple(dict.fromkeys(source.url for source in actor.sources))
        new_urls = tuple(url for url in urls if url not in old_urls) or urls
        of = partial(Change, id=actor.id, name=actor.name, sources=new_urls)
        if earlier is None:
            found.append(of(kind=ChangeKind.ADDED))
            continue
        if actor.status is Status.ENDED and earlier.status is not Status.ENDED:
            found.append(of(kind=ChangeKind.ENDED, after=actor.valid_to or ""))
        old, new = (dict(_fields(one.model_dump(mode="json"))) for one in (earlier, actor))
        for field in dict.fromkeys([*old, *new]):
            one, other = old.get(field, ""), new.get(field, "")
            if one != other:
                found.append(of(kind=ChangeKind.CHANGED, field=field, before=one, after=other))
    gone = (actor for actor in before.actors if actor.id not in after.by_id)
    found += [Change(id=actor.id, name=actor.name, kind=ChangeKind.GONE) for actor in gone]
    return tuple(found)


def _fields(value: Any, path: str = "") -> Iterator[tuple[str, str]]:  # noqa: ANN401
    """Yield each leaf with its dotted path; items of lists are known by their id where they can.

    Of items with the same name, such as two claims of one page, the later ones are numbered.
    """
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _fields(inner, f"{path}.{key}" if path else key)
    elif isinstance(value, list) and any(isinstance(item, Mapping) for item in value):
        seen = Counter[object]()
        for index, item in enumerate(value):
            names = (item[key] for key in ("id", "service_type", "url") if key in item)
            name = next(names, index)
            seen[name] += 1
            number = f" {seen[name]}" if seen[name] > 1 else ""
            yield from _fields(item, f"{path}[{name}{number}]")
    elif isinstance(value, list):
        yield path, ", ".join(map(str, value))
    else:
        yield path, "" if value is None else str(value)


def notes(found: Sequence[Change], *, release: Release | None = None) -> str:
    """Return the notes that a list of changes makes, for a release with a heading (Markdown)."""
    kinds = {kind: [change for change in found if change.kind is kind] for kind in ChangeKind}
    return render_text("notes.md", kinds=kinds, release=release).strip() + "\n"


def load_releases(data: Path) -> tuple[Register, ...]:
    """Return all releases, the oldest first; ``DataFaults`` if one is not what it was."""
    faults = check_releases(data)
    if faults:
        raise DataFaults(faults)
    return tuple(load_register(path) for path in release_paths(data))


def check_releases(data: Path) -> list[Fault]:
    """Return a fault for each release that is not, byte for byte, what was released."""
    folder = data / RELEASES
    try:
        known = digests(data)
    except DataFaults as error:
        return list(error.faults)
    faults, there = list[Fault](), dict[str, str]()
    for path in release_paths(data):
        faults += refusal(lambda one: there.update({one.name: _digest(one)}), path)
    unread = {Path(fault.file).name for fault in faults}
    return faults + [
        fault_in(folder / name, "changed-release" if name in known else "cut-off-release")
        for name in sorted({*known, *there} - unread)
        if known.get(name) != there.get(name)
    ]


def digests(data: Path) -> dict[str, str]:
    """Return the hash that each release had when it was made, by the name of its file."""
    path = data / RELEASES / HASHES
    if not path.exists() and not release_paths(data):
        return {}
    rows = re.findall(r"^([0-9a-f]{64})  (\S+\.yaml)$", read_text(path), re.MULTILINE)
    return {name: digest for digest, name in rows}


def _digest(path: Path) -> str:
    return hashlib.sha256(read_bytes(path)).hexdigest()


def make_release(data: Path, register: Register, *, number: str, on: str) -> Path:
    """Freeze a register as a release and note its hash.

    ``DataFaults`` if an earlier one is not what it was, or if this does not come after them all.
    """
    path = data / RELEASES / f"{number}.yaml"
    meta = register.meta.model_copy(update={"release": Release(number=number, date=on)})
    text = _HEADER.format(hashes=HASHES) + canonical(register.model_copy(update={"meta": meta}))
    for last in [one.meta.release for one in load_releases(data)[-1:] if one.meta.release]:
        if release_order(number) <= release_order(last.number):
            raise _refused(path, f"There is a release {last.number} already: give a higher number.")
        if dates.period_end(on) < dates.period_end(last.date):
            raise _refused(path, f"Release {last.number} shows {last.date}: give no day before.")
    if dates.period_end(on) > dates.today():
        raise _refused(path, f"The day it shows ({on}) lies in the future.")
    path.parent.mkdir(exist_ok=True)
    write_whole(path, text.encode())
    lines = [f"{_digest(one)}  {one.name}\n" for one in release_paths(data)]
    write_whole(path.parent / HASHES, "".join(lines).encode())
    return path


def register_on(current: Register, releases: Sequence[Register], *, on: date) -> Register:
    """Return the register that shows a day: the newest release up to it, or the present one.

    Days before the first release are shown by the first.
    """
    frozen = [(dates.period_end(r.meta.release.date), r) for r in releases if r.meta.release]
    if not frozen or on > max(day for day, _ in frozen):
        return current
    before = [register for day, register in frozen if day <= on]
    return before[-1] if before else frozen[0][1]


def since(
    then: Register, then_on: date, now: Register, now_on: date
) -> dict[str, tuple[Actor, ...]]:
    """Return what differs between the core at work on two days: three things, never added up.

    ``added`` are in the core now and not then; of those that were then, it is known that the
    ``ended`` have; no source of 2021 or later shows the ``doubtful`` at work.
    """
    before, after = (
        {a.id: a for a in register.actors if a.scope is Scope.CORE and a.is_active(on)}
        for register, on in ((then, then_on), (now, now_on))
    )
    gone = [now.by_id.get(actor.id, actor) for actor in before.values() if actor.id not in after]
    return {
        "added": tuple(actor for actor in after.values() if actor.id not in before),
        "ended": tuple(actor for actor in gone if actor.status is Status.ENDED),
        "doubtful": tuple(actor for actor in gone if actor.status is not Status.ENDED),
    }


def confirm(path: Path, actor_id: str, *, on: str, url: str | None, today: date) -> bytes:
    """Return the file's content with a record confirmed on a day, all else as it was.

    Only ``last_confirmed`` is set: the three dates are never derived from each other. An address
    becomes a source. ``DataFaults`` for an unknown id, an impossible date or address, or a file
    that is not understood.
    """
    register = load_register(path, today=today)
    ids = list(register.by_id)
    if actor_id not in ids:
        near = nearest(actor_id, ids)
        hint = f" Did you mean {quoted(near)}?" if near else ""
        raise _refused(path, f"There is no record {quoted(actor_id)}.{hint}")
    if url is not None and not is_web_address(url):
        raise _refused(path, f"{quoted(url)} is not a web address.")
    lines, at = load_yaml(path).lines, ("actors", ids.index(actor_id))
    rows = read_text(path).split("\n")
    number = lines[(*at, "last_confirmed")]
    match = re.fullmatch(r"( *)(last_confirmed: )(null|'?[0-9-]+'?)(\r?)", rows[number - 1])
    if match is None:
        reason = "The line of last_confirmed is not as the program writes it."
        raise _refused(path, reason, line=number)
    rows[number - 1] = f"{match[1]}{match[2]}'{on}'{match[4]}"
    if url is not None:
        says = {"sv": "Aktören bekräftar posten", "en": "The actor confirms the record"}
        source = dump_yaml([{"url": url, "supports": says, "year": on}])
        after = lines[(*at, "note")] - 1
        rows[after:after] = [f"{match[1]}  {row}" for row in source.splitlines()]
    content = "\n".join(rows).encode()
    draft = path.with_name(f".{path.name}.confirm")
    try:
        write_whole(draft, content)
        result = check_register(draft, today=today)
    finally:
        draft.unlink(missing_ok=True)
    if result.register is None:
        name = file_name(path)
        raise DataFaults([replace(f, file=name) for f in result.faults if f.is_error])
    return content


def _refused(path: Path, reason: str, *, line: int | None = None) -> DataFaults:
    return DataFaults([fault_in(path, "refused", reason=reason, line=line)])
