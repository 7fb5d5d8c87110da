"""What is served at this moment: one register, one day, one world, for the pages and for the API.

Nothing here knows the web. Page and API ask the same :class:`Service`, so a register that is
replaced while the server runs is seen by both at once, and a figure is the same object in both.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path

from ris_map.common.dates import today
from ris_map.common.files import stamp
from ris_map.export.sources import DataSource, load_sources
from ris_map.geography.county import Geography
from ris_map.register.model import Register
from ris_map.register.reading import LiveRegister, LiveState
from ris_map.register.releases import load_releases, register_on
from ris_map.travel.world import Foundations, World, foundations, world_of

REGISTER_FILE = "actors.yaml"
KEPT_DAYS = 3
"""Days that have been whose figures are kept, the one not asked for longest forgotten first."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Moment:
    """What is served at one moment.

    Parameters
    ----------
    state : LiveState
        The register with the faults of a newer file, if it has any.
    world : World
        What every figure is computed from.
    """

    state: LiveState
    world: World


class Service:
    """The data of one folder, followed while its register may be replaced; safe for threads."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        self._register = data_dir / REGISTER_FILE
        self._lock = threading.Lock()
        self._live: LiveRegister | None = None
        self._latest: Moment | None = None
        self._past: dict[date, Moment] = {}

    @property
    def foundations(self) -> Foundations:
        """What does not change with the register."""
        return foundations(self.data_dir)

    def register_state(self) -> LiveState:
        """Return the register as it is served.

        Raises
        ------
        RegisterFaults
            Only if there never was a good register.
        """
        with self._lock:
            if self._live is None:
                self._live = LiveRegister(
                    self._register,
                    municipality_at=self.foundations.geography.municipality_at,
                    today=today,
                )
        return self._live.current()

    def moment(self, on: date | None = None) -> Moment:
        """Return the register and its world; reads the register's file again if it has changed.

        The one place that picks the register of a day: a day that has been is shown by the release
        of its time, None is today by the file that is worked on.

        Raises
        ------
        RegisterFaults
            Only if there never was a good register.
        """
        state = self.register_state()
        world = world_of(self.data_dir, register=state.register, on=today())
        known = self._latest
        if known is None or known.state is not state or known.world is not world:
            known = self._latest = Moment(state=state, world=world)
        return known if on is None else self._dated(known, on)

    @cached_property
    def releases(self) -> tuple[Register, ...]:
        """The frozen releases of the register, the oldest first."""
        return load_releases(self.data_dir)

    def _dated(self, present: Moment, on: date) -> Moment:
        register = register_on(present.state.register, self.releases, on=on)
        with self._lock:
            kept = self._past.pop(on, None)
            if kept is None or kept.state.stamp != present.state.stamp:
                # the ways to the offices are those of the register, whatever the day
                alike = [m.world for m in self._past.values() if m.world.register is register]
                matrices = alike[0].matrices if alike else {}
                base = self.foundations
                world = World(foundations=base, register=register, on=on, matrices=matrices)
                kept = Moment(state=replace(present.state, value=register), world=world)
            self._past[on] = kept
            while len(self._past) > KEPT_DAYS:
                del self._past[next(iter(self._past))]
        return kept

    def unchanged_moment(self) -> Moment | None:
        """Return the last moment if neither file nor day has changed since; never reads the file.

        For callers that must not wait, such as an event loop: None means "ask :meth:`moment` in a
        thread".
        """
        known = self._latest
        if known is None or known.world.on != today():
            return None
        return known if stamp([self._register]) == known.state.stamp else None


@lru_cache(maxsize=4)
def service(data_dir: Path) -> Service:
    """Return the one service of a data folder in this process."""
    return Service(data_dir)


@lru_cache(maxsize=4)
def sources(data_dir: Path) -> tuple[DataSource, ...]:
    """Return the provenance of all data files, read once per process."""
    return load_sources(data_dir / "sources.yaml")


def group_id(division: str, group: str) -> str:
    """Return the id of a group of municipalities in addresses."""
    return f"{division}-{group}"


def place_groups(geography: Geography) -> Mapping[str, frozenset[str]]:
    """Return municipality codes by the id of every place that can be chosen.

    Groups of more than one municipality first, then each municipality by its code.
    """
    groups = {
        group_id(division.id, group.id): frozenset(group.municipalities)
        for division in geography.divisions
        for group in division.groups
        if len(group.municipalities) > 1
    }
    return {**groups, **{m.code: frozenset({m.code}) for m in geography.municipalities}}
