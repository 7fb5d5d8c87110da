"""Read a file whole or say why not, write it whole or not at all, and follow its changes."""

from __future__ import annotations

import contextlib
import logging
import os
import re
import stat
import threading
import time
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path
from typing import Generic, TypeVar

from ris_map.common import dates
from ris_map.common.faults import DataFaults, Fault, Severity, Wordings

T = TypeVar("T")
Stamp = tuple[tuple[int, ...] | None, ...]
MAX_BYTES = 5_000_000
REST_SECONDS = 1.0
_LOG = logging.getLogger("ris_map")
_MAX_LISTED = 50
# What YAML lets stand in a file, without the line breaks that editors do not count as lines.
_FORBIDDEN = re.compile(
    "[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)

_WORDS = Wordings("""
missing-file: The file does not exist.
    Check the name and the folder.
directory: This is a folder, not a file.
    Give a file.
not-a-file: This is not an ordinary file.
    Give a file.
unreadable-file: The file cannot be read ({problem}).
    Check its permissions.
too-large: The file is too large: {size} bytes, at most {most} are read.
    Check that it is the right file.
not-utf8: The file is not UTF-8: byte {offset} (0x{byte:02X}).
    Save it with the encoding UTF-8.
control-character: There is an invisible sign U+{sign:04X} ({title}).
    Delete it.
""")


def file_name(path: Path) -> str:
    """Return how a file is named in messages: relative to the working folder where it is in it."""
    with contextlib.suppress(ValueError, OSError):
        return path.absolute().relative_to(Path.cwd()).as_posix()
    return str(path)


def not_yet(path: Path) -> Fault:
    """Return the warning for a file or folder that a new region may lack."""
    reason, action = (
        "The region has none of this yet; the pages say so.",
        "Add it when it is known.",
    )
    return Fault(file_name(path), reason, action, "not-yet", severity=Severity.WARNING)


def read_bytes(path: Path, *, max_bytes: int = MAX_BYTES) -> bytes:
    """Return the content of an ordinary file; larger ones are refused before they are read.

    ``DataFaults`` says that the file is missing, a folder, unreadable or too large.
    """
    data, size, code, problem = b"", 0, "", ""
    try:
        about = path.stat()
        size = about.st_size
        if stat.S_ISDIR(about.st_mode):
            code = "directory"
        elif not stat.S_ISREG(about.st_mode):
            code = "not-a-file"
        elif size <= max_bytes:
            with path.open("rb") as stream:
                data = stream.read(max_bytes + 1)
            # the file may have grown between the two steps
            size = len(data)
    except FileNotFoundError:
        code = "missing-file"
    except (OSError, ValueError) as error:
        code, problem = "unreadable-file", getattr(error, "strerror", None) or str(error)
    if not code and size > max_bytes:
        code = "too-large"
    if code:
        words = _WORDS.of(code, problem=problem, size=size, most=max_bytes)
        raise DataFaults([Fault(file_name(path), *words)])
    return data


def read_text(path: Path, *, max_bytes: int = MAX_BYTES) -> str:
    """Return the text of a file in UTF-8, with or without a byte order mark.

    ``DataFaults`` as :func:`read_bytes`, with byte and line of what is not UTF-8, or with each
    line that has an invisible sign.
    """
    name, data = file_name(path), read_bytes(path, max_bytes=max_bytes)
    body = data.removeprefix(b"\xef\xbb\xbf")
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        offset = error.start + len(data) - len(body)
        words = _WORDS.of("not-utf8", offset=offset, byte=body[error.start])
        line = body.count(b"\n", 0, error.start) + 1
        raise DataFaults([Fault(name, *words, line=line)]) from None
    faults = []
    for match in islice(_FORBIDDEN.finditer(text), _MAX_LISTED):
        title = unicodedata.name(match[0], "control character").lower()
        words = _WORDS.of("control-character", sign=ord(match[0]), title=title)
        faults.append(Fault(name, *words, line=text.count("\n", 0, match.start()) + 1))
    if faults:
        raise DataFaults(faults)
    return text


def write_whole(path: Path, content: bytes) -> None:
    """Write whole or not at all: a reader never sees half a file, a link stays a link.

    The draft has one fixed name beside the file, so that one left by a kill is used up next time.
    ``OSError`` names the file itself, for example when the disk is full; it is then untouched.
    """
    target = path.resolve()
    draft = target.with_name(f".{target.name}.draft")
    try:
        mode = target.stat().st_mode & 0o777 if target.exists() else 0o644
        with draft.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        draft.chmod(mode)
        draft.replace(target)
    except BaseException as error:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)
        if isinstance(error, OSError):
            error.filename = str(path)
        raise


@dataclass(frozen=True, slots=True)
class LiveState(Generic[T]):
    """What is served at one moment, read at ``loaded_at`` (UTC).

    ``faults`` are those of the files as they are now: with errors among them, ``value`` is older
    than the files. ``stamp`` says which files were seen.
    """

    value: T
    faults: tuple[Fault, ...]
    loaded_at: datetime
    stamp: Stamp

    @property
    def is_outdated(self) -> bool:
        """Whether a bad file has taken a good one's place, so that an older state is served."""
        return any(fault.is_error for fault in self.faults)

    @property
    def changed_at(self) -> datetime | None:
        """When the newest of the files was changed (UTC)."""
        times = [one[0] for one in self.stamp if one is not None]
        return datetime.fromtimestamp(max(times) / 1e9, UTC) if times else None

    @property
    def register(self) -> T:
        """The value, by the name of what is read most."""
        return self.value


class Live(Generic[T]):
    """Follows files; safe to use from several threads.

    ``read`` gets the last good value and the day, and returns a value, or None, and all faults;
    the files are judged anew when ``today`` changes. A file must have been left alone for ``rest``
    seconds before it is read again: whoever writes slowly in place is not met half-way. The first
    reading does not wait.
    """

    refusal: type[DataFaults] = DataFaults

    def __init__(
        self,
        paths: Sequence[Path],
        *,
        read: Callable[[T | None, date], tuple[T | None, tuple[Fault, ...]]],
        today: Callable[[], date] = dates.today,
        rest: float | None = None,
    ) -> None:
        self._paths = tuple(paths)
        self._read = read
        self._today = today
        self._rest = REST_SECONDS if rest is None else rest
        self._lock = threading.Lock()
        self._state: LiveState[T] | None = None
        self._seen: tuple[Stamp, date] | None = None
        self._refused: tuple[Fault, ...] = ()

    def current(self) -> LiveState[T]:
        """Return the last good state, after reading the files again if they have changed.

        ``DataFaults`` only if there never was a good state.
        """
        with self._lock:
            seen = (stamp(self._paths), self._today())
            if seen != self._seen and (self._state is None or self._is_at_rest(seen[0])):
                self._take(seen)
            if self._state is None:
                raise self.refusal(self._refused)
            return self._state

    def _is_at_rest(self, now: Stamp) -> bool:
        ages = (time.time() - one[0] / 1e9 for one in now if one is not None)
        return not any(0 <= age < self._rest for age in ages)

    def _take(self, seen: tuple[Stamp, date]) -> None:
        before = self._state
        value, faults = self._read(before.value if before else None, seen[1])
        if stamp(self._paths) != seen[0] and before is not None:
            return  # written while it was read: wait until it rests
        self._seen = seen
        for fault in faults:
            if fault.is_error:
                _LOG.error("%s", fault)
        if value is not None:
            self._state = LiveState(value, faults, datetime.now(UTC), seen[0])
        elif before is not None:
            self._state = replace(before, faults=faults, stamp=seen[0])
        else:
            self._refused = faults


def stamp(paths: Sequence[Path]) -> Stamp:
    """Return what tells one state of files from another, permissions included."""
    stamps: list[tuple[int, ...] | None] = []
    for path in paths:
        try:
            s = path.stat()
            stamps.append((s.st_mtime_ns, s.st_size, s.st_ino, s.st_mode, s.st_ctime_ns))
        except (OSError, ValueError):
            stamps.append(None)
    return tuple(stamps)
