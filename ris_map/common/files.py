"""Read a file whole or say why not, write it whole or not at all, and follow its changes."""

import contextlib
import errno
import logging
import os
import re
import stat
import time
import unicodedata
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Generic, TypeVar

from ris_map.common.faults import DataFaults, Fault, worded

Stamp = tuple[int, ...] | None
MAX_BYTES = 5_000_000
REST_SECONDS = 1.0
_MAX_LISTED = 50
_LOG = logging.getLogger("ris_map")
_T = TypeVar("_T")
# What YAML lets stand in a file, without the line breaks that editors do not count as lines.
_FORBIDDEN = re.compile(
    "[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)


def file_name(path: Path) -> str:
    """Return how a file is named in messages: relative to the working folder where it is in it."""
    with contextlib.suppress(ValueError, OSError):
        return path.absolute().relative_to(Path.cwd()).as_posix()
    return str(path)


def fault_in(
    path: Path,
    wording: str,
    /,
    *,
    line: int | None = None,
    record: str | None = None,
    field: str | None = None,
    **values: object,
) -> Fault:
    """Return a fault of a file by its wording, with the values that stand in its words."""
    words = worded(wording, **values)
    return Fault(file_name(path), *words, line=line, record=record, field=field)


def read_bytes(path: Path) -> bytes:
    """Return the content of an ordinary file; larger ones are refused before they are read.

    ``DataFaults`` says that the file is missing, a folder, unreadable or too large.
    """
    try:
        about = path.stat()
        if not stat.S_ISREG(about.st_mode):
            is_folder = stat.S_ISDIR(about.st_mode)
            raise DataFaults([fault_in(path, "directory" if is_folder else "not-a-file")])
        data, size = b"", about.st_size
        if size <= MAX_BYTES:
            with path.open("rb") as stream:
                data = stream.read(MAX_BYTES + 1)
            size = len(data)  # the file may have grown between the two steps
    except FileNotFoundError:
        raise DataFaults([fault_in(path, "missing-file")]) from None
    except (OSError, ValueError) as error:
        problem = getattr(error, "strerror", None) or str(error)
        raise DataFaults([fault_in(path, "unreadable-file", problem=problem)]) from None
    if size > MAX_BYTES:
        raise DataFaults([fault_in(path, "too-large", size=size, most=MAX_BYTES)])
    return data


def read_text(path: Path) -> str:
    """Return the text of a file in UTF-8, with or without a byte order mark.

    ``DataFaults`` as :func:`read_bytes`, with byte and line of what is not UTF-8, or with each
    line that has an invisible sign.
    """
    data = read_bytes(path)
    body = data.removeprefix(b"\xef\xbb\xbf")
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        offset = error.start + len(data) - len(body)
        line, byte = body.count(b"\n", 0, error.start) + 1, body[error.start]
        fault = fault_in(path, "not-utf8", line=line, offset=offset, byte=byte)
        raise DataFaults([fault]) from None
    faults = []
    for match in islice(_FORBIDDEN.finditer(text), _MAX_LISTED):
        title = unicodedata.name(match[0], "control character").lower()
        line, sign = text.count("\n", 0, match.start()) + 1, ord(match[0])
        faults.append(fault_in(path, "control-character", line=line, sign=sign, title=title))
    if faults:
        raise DataFaults(faults)
    return text


def cut_off(path: Path, text: str) -> list[Fault]:
    """Return the fault of a text whose last line has no end; nothing for any other."""
    if not text or text.endswith("\n"):
        return []
    return [fault_in(path, "cut-off", line=text.count("\n") + 1)]


def write_whole(path: Path, content: bytes, *, since: Stamp = None) -> None:
    """Write whole or not at all: a reader never sees half a file, a link stays a link.

    The draft has one fixed name beside the file, so that one left by a kill is used up next time.
    ``OSError`` names the file itself, for example when the disk is full, or when it is not as it
    was ``since`` its content was read; it is then untouched.
    """
    target = path.resolve()
    draft = target.with_name(f".{target.name}.draft")
    try:
        if path.exists() and not path.is_file():  # a pipe or a device is never replaced by a file
            path.write_bytes(content)
            return
        mode = target.stat().st_mode & 0o777 if target.exists() else 0o644
        draft.unlink(missing_ok=True)  # a link that somebody left would be written through
        with draft.open("xb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        draft.chmod(mode)
        if since is not None and stamp(path) != since:
            raise OSError(errno.EBUSY, "It was changed meanwhile; run this again")
        draft.replace(target)
    except BaseException as error:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)
        if isinstance(error, OSError):
            error.filename = str(path)
        raise


def stamp(path: Path) -> Stamp:
    """Return what tells one state of a file from another, permissions included; None without."""
    try:
        found = path.stat()
    except (OSError, ValueError):
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino, found.st_mode, found.st_ctime_ns


def is_at_rest(now: Stamp) -> bool:
    """Return whether a file has been left alone for so long that nobody is writing in it."""
    return now is None or not 0 <= time.time() - now[0] / 1e9 < REST_SECONDS


class Followed(Generic[_T]):
    """What a file says, read anew when it has changed and rests; as it last was good, if faulty.

    ``DataFaults`` only at first.
    """

    def __init__(self, read: Callable[[Path], _T], path: Path) -> None:
        self._read, self._path, self._seen = read, path, stamp(path)
        self._good = read(path)

    @property
    def seen(self) -> Stamp:
        """Which state of the file :meth:`current` tells of, or has refused."""
        self.current()
        return self._seen

    def current(self) -> _T:
        """Return what the file says now, or said last."""
        now = stamp(self._path)
        if now not in {None, self._seen} and is_at_rest(now):
            self._seen = now
            try:
                self._good = self._read(self._path)
            except DataFaults as refused:
                _LOG.error("%s", refused)
        return self._good
