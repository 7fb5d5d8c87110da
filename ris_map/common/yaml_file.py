"""Read and write YAML so that nothing is guessed and every value knows its line.

PyYAML alone keeps the last of duplicate keys, reads ``no`` as false and ``12:30`` as 750, expands
aliases and builds Python objects from tags. Here the event stream of its C parser is read one
event at a time: nothing is expanded, nothing recurses, and all faults come at once.
"""

from __future__ import annotations

import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]

from ris_map.common.faults import DataFaults, Fault
from ris_map.common.yamlbuild import Builder, Stop, YamlPath
from ris_map.common.yamlwords import decode, syntax_faults
from ris_map.common.yamlwrite import dump_yaml

__all__ = ["MAX_BYTES", "YamlDocument", "YamlPath", "dump_yaml", "load_yaml"]

MAX_BYTES = 5_000_000


@dataclass(frozen=True, slots=True)
class YamlDocument:
    """A document and where its parts stand.

    Parameters
    ----------
    value : Any
        Plain dicts, lists, text, numbers, booleans and None.
    lines : mapping
        Line from 1 of each part, by its path: ``("actors", 3, "offices", 0, "lat")``.
    """

    value: Any
    lines: Mapping[YamlPath, int]

    def line(self, path: YamlPath) -> int | None:
        """Return the line of a path, or of the nearest part around it that is in the file."""
        for length in range(len(path), -1, -1):
            found = self.lines.get(path[:length])
            if found is not None:
                return found
        return None


def load_yaml(path: Path, *, max_bytes: int = MAX_BYTES) -> YamlDocument:
    """Read one YAML file.

    Parameters
    ----------
    path : Path
        The file.
    max_bytes : int
        Larger files are refused before they are read.

    Returns
    -------
    YamlDocument
        The value and the line of each of its parts.

    Raises
    ------
    DataFaults
        With every fault that could be found.
    """
    name = str(path)
    text = decode(_read(path, name=name, max_bytes=max_bytes), name=name)
    builder = Builder(name=name)
    try:
        for event in _events(text):
            builder.take(event)
    except Stop:
        pass
    except yaml.YAMLError as error:
        builder.faults.extend(syntax_faults(error, text=text, name=name))
    else:
        builder.finish()
    if builder.faults:
        raise DataFaults(sorted(builder.faults, key=lambda fault: fault.line or 0))
    return YamlDocument(builder.root, builder.lines)


def _read(path: Path, *, name: str, max_bytes: int) -> bytes:
    try:
        about = path.stat()
        if stat.S_ISDIR(about.st_mode):
            raise _refusal(name, "This is a folder, not a file.", "Give a file.", "directory")
        if not stat.S_ISREG(about.st_mode):
            raise _refusal(name, "This is not an ordinary file.", "Give a file.", "not-a-file")
        size = about.st_size
        if size <= max_bytes:
            with path.open("rb") as stream:
                data = stream.read(max_bytes + 1)
            # the file may have grown between the two steps
            size = len(data)
    except FileNotFoundError:
        raise _refusal(
            name, "The file does not exist.", "Check the name and the folder.", "missing-file"
        ) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise _refusal(
            name,
            f"The file cannot be read ({reason}).",
            "Check its permissions.",
            "unreadable-file",
        ) from None
    if size > max_bytes:
        raise _refusal(
            name,
            f"The file is too large: {size} bytes, at most {max_bytes} are read.",
            "Check that it is the right file.",
            "too-large",
        )
    return data


def _refusal(name: str, reason: str, action: str, code: str) -> DataFaults:
    return DataFaults([Fault(file=name, reason=reason, action=action, code=code)])


def _events(text: str) -> Iterator[Any]:
    loader = yaml.CSafeLoader(text)
    try:
        while loader.check_event():
            yield loader.get_event()
    finally:
        loader.dispose()
