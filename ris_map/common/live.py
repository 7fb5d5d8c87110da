"""Serve what is read from files while they may be replaced: the last good state stays in use."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Generic, TypeVar

from ris_map.common import dates
from ris_map.common.faults import DataFaults, Fault

T = TypeVar("T")
Stamp = tuple[tuple[int, ...] | None, ...]
REST_SECONDS = 1.0
_LOG = logging.getLogger("ris_map")


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

    Parameters
    ----------
    paths : sequence of Path
        The files that are followed.
    read : callable
        Gets the last good value and the day; returns a value, or None, and all faults.
    today : callable
        Gives the present day; the files are judged anew when it changes.
    rest : float
        Seconds that a file must have been left alone before it is read again: whoever writes
        slowly in place is not met half-way. The first reading does not wait.
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

        Raises
        ------
        DataFaults
            Only if there never was a good state.
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
            about = path.stat()
            stamps.append(
                (about.st_mtime_ns, about.st_size, about.st_ino, about.st_mode, about.st_ctime_ns)
            )
        except (OSError, ValueError):
            stamps.append(None)
    return tuple(stamps)
