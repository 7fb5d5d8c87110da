"""The register as it is served: read again when its file changes, the last good one kept."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

from ris_map.common import dates, files
from ris_map.common.faults import Fault, RegisterFaults
from ris_map.common.files import Stamp, stamp
from ris_map.register.checks import MunicipalityAt
from ris_map.register.model import Register
from ris_map.register.reading import check_register, released_ids

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
        times = [one[0] for one in self.stamp if one is not None]
        return datetime.fromtimestamp(max(times) / 1e9, UTC) if times else None


class LiveRegister:
    """Follows the register's file; safe to use from several threads.

    At first it is compared with the newest release, then with what was served before; it is judged
    anew when ``today`` changes. The file must have been left alone for ``rest`` seconds before it
    is read again: whoever writes slowly in place is not met half-way. The first reading does not
    wait.
    """

    def __init__(
        self,
        path: Path,
        *,
        municipality_at: MunicipalityAt | None = None,
        today: Callable[[], date] = dates.today,
        rest: float | None = None,
    ) -> None:
        self._path = path
        self._municipality_at = municipality_at
        self._today = today
        self._rest = files.REST_SECONDS if rest is None else rest
        self._lock = threading.Lock()
        self._state: LiveState | None = None
        self._seen: tuple[Stamp, date] | None = None
        self._refused: tuple[Fault, ...] = ()

    def current(self) -> LiveState:
        """Return the last good state, after reading the file again if it has changed.

        ``RegisterFaults`` only if there never was a good state.
        """
        with self._lock:
            seen = (stamp([self._path]), self._today())
            if seen != self._seen and (self._state is None or self._is_at_rest(seen[0])):
                self._take(seen)
            if self._state is None:
                raise RegisterFaults(self._refused)
            return self._state

    def _is_at_rest(self, now: Stamp) -> bool:
        ages = (time.time() - one[0] / 1e9 for one in now if one is not None)
        return not any(0 <= age < self._rest for age in ages)

    def _take(self, seen: tuple[Stamp, date]) -> None:
        before = self._state
        ids = before.register.by_id if before else released_ids(self._path.parent)
        found = check_register(
            self._path, municipality_at=self._municipality_at, today=seen[1], known_ids=ids
        )
        if stamp([self._path]) != seen[0] and before is not None:
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
