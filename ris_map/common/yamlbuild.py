"""Build plain values from the events of a YAML parser, one event at a time."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml  # type: ignore[import-untyped]

from ris_map.common.faults import Fault
from ris_map.common.yamlwords import Position, shown

MAX_DEPTH = 20
MAX_NODES = 400_000
MAX_FAULTS = 300
MAX_NAME = 60

YamlPath = tuple[str | int, ...]

_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,999})")
_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]*)\.[0-9]+")
_NOT_FINITE = re.compile(r"\.(?:nan|NaN|NAN)|[-+]?\.(?:inf|Inf|INF)")
_WORDS: Mapping[str, bool | None] = {
    "": None,
    "~": None,
    "null": None,
    "true": True,
    "false": False,
}


class Stop(Exception):
    """Stop reading; the reason is among the faults."""


@dataclass(slots=True)
class _Open:
    """A list or mapping that is being read."""

    value: list[Any] | dict[str, Any]
    path: YamlPath
    key: str | None = None
    first_line: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class Builder:
    """Build the value from events with a stack of its own: depth costs no call stack."""

    name: str
    root: Any = None
    lines: dict[YamlPath, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    stack: list[_Open] = field(default_factory=list)
    documents: int = 0
    nodes: int = 0
    is_blank: bool = True

    def take(self, event: Any) -> None:  # noqa: ANN401 -- PyYAML publishes no types
        """Take in one event."""
        match event:
            case yaml.ScalarEvent():
                self._marks(event)
                self._scalar(event)
            case yaml.MappingStartEvent():
                self._marks(event)
                self._enter({}, event)
            case yaml.SequenceStartEvent():
                self._marks(event)
                self._enter([], event)
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                self.stack.pop()
            case yaml.AliasEvent():
                self._fault(
                    event,
                    f"The reference *{_named(event.anchor)} stands for another part of the file.",
                    "Write the value out.",
                    "alias",
                )
                self._put(None, event)
            case yaml.DocumentStartEvent():
                self._document(event)

    def finish(self) -> None:
        """Note what can only be known at the end."""
        if self.is_blank:
            fault = Fault(
                file=self.name,
                line=1,
                reason="The file is empty.",
                action="Restore its content.",
                code="empty-file",
            )
            self.faults.append(fault)

    def _document(self, event: Position) -> None:
        self.documents += 1
        if self.documents > 1:
            self._fault(
                event,
                "A second document begins here (---).",
                "Keep one document per file.",
                "several-documents",
            )
            raise Stop

    def _marks(self, event: Any) -> None:  # noqa: ANN401
        if event.anchor is not None:
            self._fault(
                event,
                f"The anchor &{_named(event.anchor)} is not allowed.",
                "Remove it and write repeated values out.",
                "anchor",
            )
        if event.tag is not None:
            self._fault(
                event,
                f"The tag {_named(event.tag)} is not allowed.",
                "Remove the tag; use quotes where a value is text.",
                "tag",
            )

    def _scalar(self, event: Any) -> None:  # noqa: ANN401
        is_plain = not event.style
        if self._expects_key():
            self._key(event, is_plain=is_plain)
            return
        self.is_blank = self.is_blank and is_plain and event.value == ""
        self._put(_resolve(event.value) if is_plain else event.value, event)

    def _key(self, event: Any, *, is_plain: bool) -> None:  # noqa: ANN401
        here = self.stack[-1]
        key, line = event.value, event.start_mark.line + 1
        if is_plain and key == "<<":
            self._fault(
                event, "The merge key << is not allowed.", "Write the values out.", "merge-key"
            )
        elif is_plain and key == "":
            self._fault(event, "A key is empty.", "Give the key a name.", "empty-key")
        if key in here.first_line:
            self._fault(
                event,
                f"The key {_named(key)} is given more than once"
                f" (first at line {here.first_line[key]}).",
                "Keep one of them.",
                "duplicate-key",
            )
        else:
            here.first_line[key] = line
            self.lines[(*here.path, key)] = line
        here.key = key

    def _enter(self, value: list[Any] | dict[str, Any], event: Position) -> None:
        if len(self.stack) >= MAX_DEPTH:
            self._fault(
                event,
                f"The file is nested more than {MAX_DEPTH} levels deep.",
                "Check the indentation and the brackets.",
                "too-deep",
            )
            raise Stop
        self.is_blank = False
        if self._expects_key():
            self._fault(
                event,
                "A list or a mapping stands where a key should be.",
                "Give the key as text; put text with braces or brackets in quotes.",
                "complex-key",
            )
            self.stack[-1].key = ""
            path: YamlPath = (*self.stack[-1].path, "")
        else:
            path = self._put(value, event)
        self.stack.append(_Open(value, path))

    def _expects_key(self) -> bool:
        return (
            bool(self.stack)
            and isinstance(self.stack[-1].value, dict)
            and (self.stack[-1].key is None)
        )

    def _put(self, value: Any, event: Position) -> YamlPath:  # noqa: ANN401
        """Put a value where it belongs and return its path."""
        self.nodes += 1
        if self.nodes > MAX_NODES:
            self._fault(
                event,
                f"The file holds more than {MAX_NODES} values.",
                "Check that it is the right file.",
                "too-many-values",
            )
            raise Stop
        line = event.start_mark.line + 1
        if not self.stack:
            self.root = value
            self.lines[()] = line
            return ()
        here = self.stack[-1]
        if isinstance(here.value, list):
            path: YamlPath = (*here.path, len(here.value))
            here.value.append(value)
            self.lines[path] = line
            return path
        if here.key is None:
            # an alias in the place of a key: already a fault
            here.key = ""
            return (*here.path, "")
        path = (*here.path, here.key)
        # the first of duplicate keys is kept, as its line is
        here.value.setdefault(here.key, value)
        here.key = None
        return path

    def _fault(self, event: Position, reason: str, action: str, code: str) -> None:
        line = event.start_mark.line + 1
        self.faults.append(
            Fault(file=self.name, line=line, reason=reason, action=action, code=code)
        )
        if len(self.faults) >= MAX_FAULTS:
            self.faults.append(
                Fault(
                    file=self.name,
                    line=line,
                    reason=f"There are {MAX_FAULTS} faults up to here; the rest was not read.",
                    action="Mend these first.",
                    code="too-many-faults",
                )
            )
            raise Stop


def _named(text: str) -> str:
    # whole or not at all: whoever masks personal data in messages must not meet half of it
    return shown(text) if len(text) <= MAX_NAME else f"of {len(text)} characters"


def _resolve(text: str) -> str | int | float | bool | None:
    """Give a value without quotes its type; whatever is not plainly something else is text."""
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _DECIMAL.fullmatch(text):
        return float(text)
    if _NOT_FINITE.fullmatch(text):
        return float(text.replace(".", "").lower())
    return text
