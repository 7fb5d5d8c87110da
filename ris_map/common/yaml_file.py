"""Read and write YAML so that nothing is guessed and every value knows its line.

PyYAML alone keeps the last of duplicate keys, reads ``no`` as false and ``12:30`` as 750, expands
aliases and builds Python objects from tags. Here its C parser's events are taken one at a time:
nothing is expanded, nothing nests without limit, and all faults come at once.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import yaml  # type: ignore[import-untyped]

from ris_map.common.faults import DataFaults, Fault, shown, wording_for
from ris_map.common.files import cut_off, fault_in, read_text

MAX_DEPTH = 20
MAX_NODES = 400_000
MAX_FAULTS = 300
WIDTH = 90

Loc = tuple[str | int, ...]
"""Where a part stands: the keys and positions that lead to it."""

_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,999})")
_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]*)\.[0-9]+")
_NOT_FINITE = re.compile(r"\.(?:nan|NaN|NAN)|[-+]?\.(?:inf|Inf|INF)")
_CONSTANTS = {"": None, "~": None, "null": None, "true": True, "false": False}
_ITEM = re.compile(r"(?: {2})?- ")
_HEADER = re.compile(r"\A(?:[^\S\n]*\n|#.*\n)*")
_CONFLICT = re.compile(r"(<<<<<<<|=======|>>>>>>>|\|\|\|\|\|\|\|)(?: .*)?\r?")


@dataclass(frozen=True, slots=True)
class YamlDocument:
    """A document, where its parts stand (line from 1 by path), and what is wrong with it.

    ``unread`` holds the text of list items that could not be read and are missing in ``value``.
    """

    value: Any
    lines: Mapping[Loc, int]
    faults: tuple[Fault, ...] = ()
    unread: tuple[str, ...] = ()

    def line(self, path: Loc) -> int | None:
        """Return the line of a path, or of the nearest part around it that is in the file."""
        parts = (self.lines.get(path[:length]) for length in range(len(path), -1, -1))
        return next((line for line in parts if line is not None), None)


def load_yaml(path: Path) -> YamlDocument:
    """Read one YAML file; ``DataFaults`` with every fault that could be found."""
    document = read_yaml(path)
    if document.faults:
        raise DataFaults(document.faults)
    return document


def read_yaml(path: Path) -> YamlDocument:
    """Read whatever can be read of a YAML file, with every fault that could be found.

    A list item with a syntax fault is left out and the rest is read, so that one missing
    quotation mark hides no other fault; of a merge conflict the first side is read.
    ``DataFaults`` if there is no text to read: see :func:`ris_map.common.files.read_text`.
    """
    text, faults = _without_conflicts(read_text(path), path)
    faults += cut_off(path, text)
    unread: list[str] = []
    while True:
        reader, value = _Reader(text, path), None
        try:
            value = reader.document()
        except _Stop:
            pass
        except yaml.YAMLError as error:
            fault = _syntax_fault(error, reader)
            faults.append(fault)
            rest = None if len(unread) > MAX_DEPTH else _without_item(text, fault.line or 1)
            if rest is not None and fault.code != "tab":
                text, item = rest
                unread.append(item)
                continue
        faults = sorted([*faults, *reader.faults], key=lambda fault: fault.line or 0)
        return YamlDocument(value, reader.lines, tuple(faults), tuple(unread))


class _Stop(Exception):
    """Stop reading; the reason is among the faults."""


@dataclass(slots=True)
class _Reader:
    """Take the parser's events and build plain values, at most ``MAX_DEPTH`` deep."""

    text: str
    path: Path
    lines: dict[Loc, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    quotes: list[tuple[int, int]] = field(default_factory=list)
    """First and last line of quoted texts that go over several lines."""
    events: Any = None
    rows: list[str] = field(default_factory=list)
    nodes: int = 0

    def document(self) -> Any:  # noqa: ANN401 -- any plain value
        self.events = yaml.parse(self.text, Loader=yaml.CSafeLoader)
        self.rows = self.text.split("\n")
        value, is_blank = None, True
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent) and () in self.lines:
                self.stop(event, "several-documents")
            if isinstance(event, yaml.NodeEvent):
                is_blank = isinstance(event, yaml.ScalarEvent) and not (event.value or event.style)
                value = self.node(event, ())
        if is_blank:
            self.lines.setdefault((), 1)
            self.faults.append(fault_in(self.path, "empty-file", line=1))
        return value

    def node(self, event: Any, path: Loc) -> Any:  # noqa: ANN401 -- PyYAML has no types
        self.nodes += 1
        if self.nodes > MAX_NODES:
            self.stop(event, "too-many-values", most=MAX_NODES)
        self.lines.setdefault(path, event.start_mark.line + 1)
        if isinstance(event, yaml.AliasEvent):
            self.note(event, "alias", name=_named(event.anchor))
            return None
        self.note_marks(event)
        if isinstance(event, yaml.ScalarEvent):
            return self.scalar(event)
        if len(path) >= MAX_DEPTH:
            self.stop(event, "too-deep", most=MAX_DEPTH)
        if isinstance(event, yaml.SequenceStartEvent):
            items: list[Any] = []
            while not isinstance(inner := next(self.events), yaml.SequenceEndEvent):
                items.append(self.node(inner, (*path, len(items))))
            return items
        mapping: dict[str, Any] = {}
        while not isinstance(inner := next(self.events), yaml.MappingEndEvent):
            key = self.key(inner, path, mapping)
            # the first of duplicate keys is kept, as its line is
            mapping.setdefault(key, self.node(next(self.events), (*path, key)))
        return mapping

    def key(self, event: Any, path: Loc, mapping: Mapping[str, Any]) -> str:  # noqa: ANN401
        if isinstance(event, yaml.AliasEvent):
            return str(self.node(event, (*path, "")) or "")
        if not isinstance(event, yaml.ScalarEvent):
            self.note(event, "complex-key")
            self.node(event, (*path, ""))
            return ""
        self.note_marks(event)
        key = str(event.value)
        if not event.style and key in {"", "<<"}:
            self.note(event, "merge-key" if key else "empty-key")
        if key in mapping:
            self.note(event, "duplicate-key", name=_named(key), first=self.lines[*path, key])
        self.lines.setdefault((*path, key), event.start_mark.line + 1)
        return key

    def scalar(self, event: Any) -> Any:  # noqa: ANN401
        end = event.end_mark
        if event.style in {"'", '"'} and end.line > event.start_mark.line:
            self.quotes.append((event.start_mark.line + 1, end.line + 1))
        if event.style:
            return event.value
        value = _plain(event.value)
        rest = self.rows[end.line][end.column :].lstrip() if end.line < len(self.rows) else ""
        if isinstance(value, str) and rest.startswith("#"):
            self.note(event, "cut-text", name=_named(event.value))
        return value

    def note_marks(self, event: Any) -> None:  # noqa: ANN401
        for code, mark in (("anchor", event.anchor), ("tag", event.tag)):
            if mark is not None:
                self.note(event, code, name=_named(mark))

    def note(self, event: Any, code: str, /, **values: Any) -> None:  # noqa: ANN401
        line = event.start_mark.line + 1
        self.faults.append(fault_in(self.path, code, line=line, **values))
        if len(self.faults) == MAX_FAULTS:
            self.stop(event, "too-many-faults", most=MAX_FAULTS)

    def stop(self, event: Any, code: str, /, **values: Any) -> NoReturn:  # noqa: ANN401
        line = event.start_mark.line + 1
        self.faults.append(fault_in(self.path, code, line=line, **values))
        raise _Stop


def _plain(text: str) -> str | int | float | bool | None:
    """Give a value without quotes its type; whatever is not plainly something else is text."""
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _DECIMAL.fullmatch(text):
        return float(text)
    return float(text.replace(".", "").lower()) if _NOT_FINITE.fullmatch(text) else text


def _named(text: str) -> str:
    # whole or not at all: whoever masks personal data in messages must not meet half of it
    return shown(text) if len(text) <= 60 else f"of {len(text)} characters"


def _without_conflicts(text: str, path: Path) -> tuple[str, list[Fault]]:
    """Name the marks of unfinished merges, and keep the first side of each."""
    kept, faults, side = [], [], ""
    for number, row in enumerate(text.split("\n"), start=1):
        mark = _CONFLICT.fullmatch(row)
        if mark and (side or mark[1] == "<<<<<<<"):
            side = "" if mark[1] == ">>>>>>>" else mark[1]
            faults.append(fault_in(path, "merge-conflict", line=number, mark=mark[1]))
            kept.append("")
        else:
            kept.append(row if side in {"", "<<<<<<<"} else "")
    return "\n".join(kept), faults


def _without_item(text: str, line: int) -> tuple[str, str] | None:
    """Empty the lines of the list item (or section) that a line stands in."""
    rows = text.split("\n")
    starts = [n for n, row in enumerate(rows) if _ITEM.match(row)]
    sections = [n for n, row in enumerate(rows) if row[:1] not in {"", " ", "#", "-", "\r"}]
    begin = max((n for n in starts if n < line), default=None)
    if begin is None or any(begin < n < line for n in sections):
        return None
    end = min((n for n in (*starts, *sections) if n > begin), default=len(rows))
    item = "\n".join(rows[begin:end])
    return "\n".join([*rows[:begin], *[""] * (end - begin), *rows[end:]]), item


def _syntax_fault(error: Exception, reader: _Reader) -> Fault:
    """Return a syntax error in plain words, a tab first since it cannot be seen."""
    for number, row in enumerate(reader.text.split("\n"), start=1):
        if row.lstrip(" ").startswith("\t"):
            return fault_in(reader.path, "tab", line=number)
    problem = str(getattr(error, "problem", None) or getattr(error, "reason", None) or error)
    marks = ["problem_mark", "context_mark"]
    if any(begins in problem for begins in ("unexpected end", "unexpected doc", "',' or")):
        # nobody looks for a missing sign at the end of the file, where the parser notices it
        marks.reverse()
    mark: Any = next((m for name in marks if (m := getattr(error, name, None))), None)
    line = None if mark is None else min(mark.line + 1, reader.text.count("\n") + 1)
    opened = next((first for first, last in reader.quotes if last == line), None)
    if opened is not None:
        return fault_in(reader.path, "syntax/quotes", line=opened, last=line)
    return fault_in(reader.path, wording_for("syntax", problem), line=line, problem=problem)


def split_comments(text: str) -> tuple[str, list[int]]:
    """Return the header comment of a well-formed file and the lines of all other comments."""
    at = len(text) - len(_HEADER.sub("", text))
    header, kept = text[:at], ""
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        if isinstance(event, yaml.ScalarEvent):
            start, end = event.start_mark.index, event.end_mark.index
            # what stands behind | or > is not yet the text
            start = text.index("\n", start) if event.style in {"|", ">"} else start
            kept += text[at:start] + "\n" * text.count("\n", start, end)
            at = end
    rows = enumerate((kept + text[at:]).split("\n"), start=header.count("\n") + 1)
    header = header.rstrip()
    return (f"{header}\n" if header else ""), [number for number, row in rows if "#" in row]


# Codes and months: text for PyYAML, but a number for some other reader.
_LIKE_A_NUMBER = re.compile(r"[-+.]*[0-9][0-9a-fxoe_.,:+-]*")


class _Dumper(yaml.SafeDumper):  # type: ignore[misc]
    """Block style with indented lists; every value is written out."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002
        super().increase_indent(flow, indentless=False)

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ANN401, ARG002
        return True


def _represent_text(dumper: yaml.SafeDumper, text: str) -> Any:  # noqa: ANN401
    style = "'" if _LIKE_A_NUMBER.fullmatch(text) else None if text.isprintable() else '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", str(text), style=style)


def _represent_decimal(dumper: yaml.SafeDumper, value: float) -> Any:  # noqa: ANN401
    if not math.isfinite(value):
        return dumper.represent_float(value)
    # the shortest text that reads back equal, never with an exponent
    written = np.format_float_positional(value, trim="0")
    return dumper.represent_scalar("tag:yaml.org,2002:float", written)


_Dumper.add_representer(str, _represent_text)
_Dumper.add_multi_representer(StrEnum, _represent_text)
_Dumper.add_representer(float, _represent_decimal)
_Dumper.add_representer(tuple, yaml.SafeDumper.represent_list)


def dump_yaml(value: Any) -> str:  # noqa: ANN401
    """Return the canonical YAML of a list or mapping of plain values (tuples as lists)."""
    style: Any = {"allow_unicode": True, "default_flow_style": False, "sort_keys": False}
    return str(yaml.dump(value, Dumper=_Dumper, width=WIDTH, **style))
