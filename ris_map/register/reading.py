"""The register: read whole or refused with every fault, written, and served while it changes."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from ris_map.common import dates, files
from ris_map.common.faults import DataFaults, Fault, RegisterFaults
from ris_map.common.files import file_name, read_text
from ris_map.common.model_faults import (
    Loc,
    Place,
    field_names,
    masked,
    model_faults,
    quoted,
    text_faults,
    types_at,
)
from ris_map.common.yaml_file import YamlDocument, dump_yaml, load_yaml, read_yaml, split_comments
from ris_map.register.checks import MunicipalityAt, actor_faults, cross_faults
from ris_map.register.model import Actor, Register, RegisterMeta

__all__ = ["LiveRegister", "LiveState", "MunicipalityAt", "check_register", "load_register"]

LiveState = files.LiveState[Register]
RELEASES = "releases"
_SECTIONS = tuple(Register.model_fields)
_ID = re.compile(r"^(?:  )?- id: ['\"]?([a-z0-9-]+)", re.MULTILINE)
_M = TypeVar("_M", bound=BaseModel)


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
        return CheckResult(None, tuple(masked(fault) for fault in error.faults))
    reading = _Reading(file_name(path), document, today, municipality_at)
    return reading.result(known_ids)


def check_changed(
    register: Register,
    record: Mapping[str, Any],
    *,
    municipality_at: MunicipalityAt | None = None,
    today: date,
) -> tuple[Fault, ...]:
    """Return the errors that the register would have with one record as YAML would give it."""
    raw = register.model_dump(mode="json")
    raw["actors"] = [record if one["id"] == record["id"] else one for one in raw["actors"]]
    reading = _Reading("", YamlDocument(raw, {}), today, municipality_at)
    return tuple(fault for fault in reading.result(register.by_id).faults if fault.is_error)


def load_register(
    path: Path, *, municipality_at: MunicipalityAt | None = None, today: date | None = None
) -> Register:
    """Read the register; warnings do not hinder it, ``RegisterFaults`` has everything at once."""
    result = check_register(path, municipality_at=municipality_at, today=today or dates.today())
    if result.register is None:
        raise RegisterFaults(result.faults)
    return result.register


def _no_sections(place: Place) -> Fault:
    return place.fault(
        (),
        "The file does not hold 'meta' and 'actors'.",
        action="Begin with the keys 'meta:' and 'actors:'.",
        code="wrong-type",
    )


@dataclass(slots=True)
class _Reading:
    """One reading of a document, which collects its faults."""

    file: str
    document: YamlDocument
    today: date
    municipality_at: MunicipalityAt | None
    faults: list[Fault] = field(default_factory=list)

    def result(self, known_ids: Collection[str]) -> CheckResult:
        """Return the register, if nothing is wrong, with all faults in the order of their lines."""
        whole, content = self.place((), None), self.document.value
        meta: RegisterMeta | None = None
        actors: tuple[Actor, ...] = ()
        self.faults = [masked(fault) for fault in self.document.faults]
        if isinstance(content, dict):
            self.faults += _section_faults(content, place=whole)
            if ("meta",) in self.document.lines or content.get("meta") is not None:
                meta = self.read(content.get("meta"), RegisterMeta, self.place(("meta",), "meta"))
            listed = content.get("actors")
            if listed and isinstance(listed, list):
                actors = self.actors(listed)
            elif ("actors",) in self.document.lines and not self.document.unread:
                self.faults += _no_actors(listed, place=self.place(("actors",), "actors"))
            self.faults += self.vanished(listed, known_ids)
        elif not self.faults:
            self.faults.append(_no_sections(whole))
        ordered = tuple(sorted(self.faults, key=lambda fault: fault.line or 0))
        if meta is None or any(fault.is_error for fault in ordered):
            return CheckResult(None, ordered)
        return CheckResult(Register(meta=meta, actors=actors), ordered)

    def place(self, path: Loc, record: str | None) -> Place:
        return Place(self.file, self.document, path, record)

    def read(self, raw: object, model: type[_M], place: Place) -> _M | None:
        """Return a part of the document as its model; None, and faults, where it does not fit."""
        self.faults += text_faults(raw, place=place)
        try:
            # JSON mode: strict for scalars, while lists become tuples and text becomes vocabulary
            return model.model_validate_json(json.dumps(raw))
        except ValidationError as error:
            self.faults += model_faults(error, model=model, place=place)
            return None

    def actors(self, listed: Sequence[object]) -> tuple[Actor, ...]:
        """Return the records that fit the model, checked each by itself and with one another."""
        actors: list[Actor] = []
        records: list[tuple[Place, Mapping[str, Any]]] = []
        for index, item in enumerate(listed):
            here = self.place(("actors", index), _record_name(item, index=index))
            if isinstance(item, dict):
                records.append((here, item))
            actor = self.read(item, Actor, here)
            if actor is not None:
                actors.append(actor)
                self.faults += actor_faults(
                    actor, place=here, today=self.today, municipality_at=self.municipality_at
                )
        self.faults += cross_faults(records, unread=self.unread_ids)
        return tuple(actors)

    @property
    def unread_ids(self) -> frozenset[str]:
        """The ids of records that are there, but could not be read."""
        return frozenset(found for item in self.document.unread for found in _ID.findall(item))

    def vanished(self, raw: object, known_ids: Collection[str]) -> Iterator[Fault]:
        """Yield a fault for each id that was there before: a file cut short is no register."""
        items = raw if isinstance(raw, list) else []
        there = {str(item.get("id")) for item in items if isinstance(item, dict)}
        for gone in sorted(set(known_ids) - there - self.unread_ids):
            yield self.place(("actors",), gone).fault(
                (),
                f"The record {quoted(gone)} was in the register before and is gone.",
                action="Put it back; ids are never deleted, an actor that ends gets the status"
                " ended.",
                code="vanished-id",
            )


def _section_faults(content: Mapping[str, Any], *, place: Place) -> Iterator[Fault]:
    for key in content:
        if key not in _SECTIONS:
            yield place.fault(
                (key,),
                f"The section {quoted(key)} is not known here.",
                action=f"Known are: {', '.join(_SECTIONS)}.",
                code="unknown-key",
            )
            yield from text_faults({key: content[key]}, place=place)
    for key in _SECTIONS:
        if key not in content:
            yield place.fault(
                (key,), f"The section '{key}' is missing.", action="Add it.", code="missing-field"
            )


def _no_actors(raw: object, *, place: Place) -> Iterator[Fault]:
    if isinstance(raw, list):
        reason, action, code = "The register holds no actor.", "Restore the file.", "empty-value"
    else:
        reason, code = "'actors' is not a list.", "wrong-type"
        action = "Begin each actor with '- id: ' on a line of its own."
    yield place.fault((), reason, action=action, code=code)
    yield from text_faults(raw, place=place)


def _record_name(item: object, *, index: int) -> str:
    name = item.get("id") if isinstance(item, dict) else None
    is_usable = isinstance(name, str) and name.isprintable() and name
    return str(name)[:80] if is_usable else f"actor number {index + 1}"


def release_paths(data: Path) -> tuple[Path, ...]:
    """Return the files of all releases, the oldest first."""
    found = (data / RELEASES).glob("*.yaml")
    return tuple(sorted(found, key=lambda path: [int(n) for n in re.findall(r"\d+", path.stem)]))


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


class LiveRegister(files.Live[Register]):
    """A register that follows its file; at first it is compared with the newest release."""

    refusal = RegisterFaults

    def __init__(
        self,
        path: Path,
        *,
        municipality_at: MunicipalityAt | None = None,
        today: Callable[[], date] = dates.today,
        rest: float | None = None,
    ) -> None:
        def read(before: Register | None, day: date) -> tuple[Register | None, tuple[Fault, ...]]:
            ids = released_ids(path.parent) if before is None else frozenset(before.by_id)
            result = check_register(path, municipality_at=municipality_at, today=day, known_ids=ids)
            return result.register, result.faults

        super().__init__([path], read=read, today=today, rest=rest)


def canonical(register: Register | Mapping[str, Any]) -> str:
    """Return the canonical text of a register, without a header comment.

    Of what YAML gave for one, keys that the model does not know come last.
    """
    raw = register.model_dump(mode="json") if isinstance(register, Register) else register
    return dump_yaml(_ordered(raw, loc=()))


def _ordered(value: Any, *, loc: Loc) -> Any:  # noqa: ANN401
    if isinstance(value, Mapping):
        known = [name for name in field_names(Register, loc) if name in value]
        rest = [name for name in value if name not in known]
        return {name: _ordered(value[name], loc=(*loc, name)) for name in [*known, *rest]}
    if isinstance(value, list | tuple):
        return [_ordered(item, loc=(*loc, 0)) for item in value]
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    if is_whole and float in types_at(Register, loc) and abs(value) < 2**53:
        return float(value)
    return value


def format_register(path: Path) -> str:
    """Return what the file should be: its header comment as it is, then the canonical form.

    It need not fit the model; ``RegisterFaults`` if it is not well-formed, or holds comments
    below its header, which would be lost.
    """
    try:
        document = load_yaml(path)
    except DataFaults as error:
        raise RegisterFaults(masked(fault) for fault in error.faults) from None
    header, comments = split_comments(read_text(path))
    name = file_name(path)
    faults = [
        Fault(
            file=name,
            line=line,
            reason="A comment stands below the header of the file.",
            action="Move it to a 'note' field; the canonical form holds no other comments.",
            code="comment",
        )
        for line in comments
    ]
    if not isinstance(document.value, dict):
        faults.append(_no_sections(Place(name, document, (), None)))
    if faults:
        raise RegisterFaults(faults)
    return header + canonical(document.value)


def register_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of the register, generated from the model."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:ris-map:schema:actors",
        **Register.model_json_schema(),
    }


def schema_text() -> str:
    """Return the content of ``actors.schema.json``."""
    return json.dumps(register_schema(), ensure_ascii=False, indent=2) + "\n"
