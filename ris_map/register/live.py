"""Serve the register while its file may be replaced: the last good one stays in use."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from ris_map.common import dates
from ris_map.common.faults import Fault, RegisterFaults
from ris_map.register.model import Register
from ris_map.register.officechecks import MunicipalityAt
from ris_map.register.reading import check_register

Stamp = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class LiveState:
    """What is served at one moment.

    Parameters
    ----------
    register : Register
        The last good register.
    faults : tuple of Fault
        Of the file as it is now; if there are errors among them, ``register`` is older than the
        file.
    loaded_at : datetime
        When ``register`` was read (UTC).
    stamp : tuple or None
        Time, size and number of the file as last seen; None if it was not there.
    """

    register: Register
    faults: tuple[Fault, ...]
    loaded_at: datetime
    stamp: Stamp | None

    @property
    def is_outdated(self) -> bool:
        """Whether the file has been replaced by a bad one, so that an older register is served."""
        return any(fault.is_error for fault in self.faults)


class LiveRegister:
    """A register that follows its file; safe to use from several threads.

    Parameters
    ----------
    path : Path
        ``actors.yaml``.
    municipality_at : callable, optional
        Gives the municipality code at (lat, lon), None outside the county.
    today : callable
        Gives the present day; the file is judged anew when the day changes.
    """

    def __init__(
        self,
        path: Path,
        *,
        municipality_at: MunicipalityAt | None = None,
        today: Callable[[], date] = dates.today,
    ) -> None:
        self._path = path
        self._municipality_at = municipality_at
        self._today = today
        self._lock = threading.Lock()
        self._state: LiveState | None = None
        self._seen: tuple[Stamp | None, date] | None = None
        self._refused: tuple[Fault, ...] = ()

    def current(self) -> LiveState:
        """Return the last good register, after reading the file again if it has changed.

        Raises
        ------
        RegisterFaults
            Only if there never was a good register.
        """
        with self._lock:
            # taken before reading: a change during reading is then seen at the next call
            seen = (_stamp(self._path), self._today())
            if seen != self._seen:
                self._read(stamp=seen[0], today=seen[1])
                self._seen = seen
            if self._state is None:
                raise RegisterFaults(self._refused)
            return self._state

    def _read(self, *, stamp: Stamp | None, today: date) -> None:
        result = check_register(self._path, municipality_at=self._municipality_at, today=today)
        if result.register is not None:
            self._state = LiveState(result.register, result.faults, datetime.now(UTC), stamp)
        elif self._state is not None:
            before = self._state
            self._state = LiveState(before.register, result.faults, before.loaded_at, stamp)
        else:
            self._refused = result.faults


def _stamp(path: Path) -> Stamp | None:
    try:
        about = path.stat()
    except (OSError, ValueError):
        return None
    return about.st_mtime_ns, about.st_size, about.st_ino
