"""Everything the figures are computed from, put together once and shared by page, API and report.

One object per register and day: whoever asks it for a cube with the same choices gets the same
object, so that figures agree to the unit wherever they are shown.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache, partial, wraps
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

import numpy as np

from ris_map.common.dates import today
from ris_map.common.files import Followed, stamp
from ris_map.common.records import Record, ShortText, Slug, Text
from ris_map.common.tables import load_listed
from ris_map.geography.county import Geography, Statistic, load_geography, load_statistics
from ris_map.geography.roads import Roads, load_roads
from ris_map.register.in_words import Words
from ris_map.register.model import Actor, Register
from ris_map.register.quality import (
    HOMEPAGES,
    REPORTS,
    Homepage,
    Report,
    load_homepages,
    load_reports,
)
from ris_map.register.reading import LiveRegister, LiveState
from ris_map.register.releases import digests, load_releases, register_on
from ris_map.register.strategy import Strategy, load_strategy
from ris_map.travel.matrix import Place, TravelMatrix, office_key, travel
from ris_map.travel.network import (
    SUMMER,
    Joined,
    Network,
    SpeedModel,
    fingerprint,
    join,
    readonly,
    road_network,
)
from ris_map.travel.people import Cells, load_cells
from ris_map.words import translator
from ris_map.words.language import Language, LocalText


class DataSource(Record):
    """Provenance of one data file."""

    id: Slug
    file: ShortText
    title: LocalText
    publisher: LocalText
    licence_in: LocalText
    licence_out: Text
    attribution: LocalText
    """Whom the licence asks to name, as it is to be written."""
    edition: ShortText | None
    retrieved: ShortText | None
    """``None``: the source does not say, or it was not noted."""
    note: LocalText


def load_sources(path: Path) -> tuple[DataSource, ...]:
    """Return the provenance of all data files, in file order; ``DataFaults`` with all faults."""
    return load_listed(path, DataSource, key="sources")


REGISTER_FILE = "actors.yaml"
KEPT_DAYS = 3
"""Days that have been whose figures are kept, the one not asked for longest forgotten first."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Foundations:
    """What does not change with the register: the county, its roads, people and vocabulary."""

    geography: Geography
    strategy: Strategy
    roads: Roads
    cells: Cells
    statistics: tuple[Statistic, ...]
    data_dir: Path = Path("data")

    @cached_property
    def network(self) -> Network:
        """The roads as a graph."""
        return road_network(self.roads.nodes, self.roads.edges)

    def words(self, language: Language, *, report_address: str = "") -> Words:
        """Return the words of a language."""
        texts = translator(language)
        return Words(
            language,
            texts.texts,
            texts.plurals,
            texts.islands,
            strategy=self.strategy,
            municipality_names=self.geography.names,
            report_address=report_address,
        )

    def joined(self, lat: Sequence[float], lon: Sequence[float]) -> Joined:
        """Join points (EPSG:4326) to the network; islands that only a ferry reaches are not."""
        at = np.asarray(lat, dtype=np.float64), np.asarray(lon, dtype=np.float64)
        return join(self.network, lat=at[0], lon=at[1], no_road=self.cells.only_ferry(*at))

    @cached_property
    def joined_cells(self) -> Joined:
        """The ways of all cells to the network."""
        return join(
            self.network, lat=self.cells.lat, lon=self.cells.lon, no_road=self.cells.is_ferry
        )

    @cached_property
    def joined_settlements(self) -> Joined:
        """The ways of all named settlements to the network."""
        places = self.geography.localities
        return self.joined([p.lat for p in places], [p.lon for p in places])


@dataclass(frozen=True, kw_only=True, eq=False)
class World:
    """A register on a day, with the foundations: the source of every figure."""

    foundations: Foundations
    register: Register
    on: date
    """Actors and offices of this day count."""
    matrices: dict[SpeedModel, TravelMatrix] = field(default_factory=dict, repr=False)
    """Minutes by speed model, as far as they were asked for; shared by days of one register."""
    answers: dict[Callable[..., Any], Callable[..., Any]] = field(
        init=False, default_factory=dict, repr=False
    )
    """What :func:`kept` has computed from this world; it goes when the world goes."""

    @property
    def cells(self) -> Cells:
        """Where everybody lives."""
        return self.foundations.cells

    def home_of(self, code: str) -> list[Actor]:
        """Return a municipality's own business offices: the first contact, in no count."""
        return [
            actor
            for actor in self.register.actors
            if actor.municipal and not actor.outside_county
            if any(office.municipality == code for office in actor.offices_on(self.on))
        ]

    @cached_property
    def offices(self) -> tuple[Place, ...]:
        """Every office of the register as a place, sorted by key: the rows of the matrix.

        Offices that have closed are kept: one matrix serves every date.
        """
        places = [
            Place(id=office_key(a, o), name=f"{a.name}, {o.town}", lat=o.lat, lon=o.lon)
            for a in self.register.actors
            for o in a.offices
        ]
        return tuple(sorted(places, key=lambda place: place.id))

    @cached_property
    def joined_offices(self) -> Joined:
        """The ways of all offices to the network."""
        return self.foundations.joined([p.lat for p in self.offices], [p.lon for p in self.offices])

    @property
    def matrix(self) -> TravelMatrix:
        """Minutes from every office to every cell, summer road conditions."""
        return self.matrix_for(SUMMER)

    def matrix_for(self, speed_model: SpeedModel) -> TravelMatrix:
        """Return the matrix under a speed model, computed once."""
        if speed_model not in self.matrices:
            base, offices = self.foundations, tuple(place.id for place in self.offices)
            cells, settlements = base.joined_cells, base.joined_settlements
            points = np.array([(p.lat, p.lon) for p in self.offices]).reshape(-1, 2)
            points, site = np.unique(points, axis=0, return_inverse=True)
            sites = base.joined(*points.T)
            minutes, _ = travel(sites, cells, speed_model=speed_model)
            to_settlements, km = travel(sites, settlements, speed_model=speed_model, with_km=True)
            ids = offices, base.cells.ids, tuple(p.id for p in base.geography.localities)
            xy = sites.xy[site], cells.xy, settlements.xy
            reachable = sites.is_reachable[site], cells.is_reachable, settlements.is_reachable
            self.matrices[speed_model] = TravelMatrix(
                office_ids=offices,
                settlement_ids=ids[2],
                minutes=readonly(minutes[site]),
                settlement_minutes=readonly(to_settlements[site]),
                settlement_km=readonly(km[site]),
                version=fingerprint((base.network.version, speed_model, *ids, *xy, *reachable)),
                speed_model=speed_model,
            )
        return self.matrices[speed_model]


P = ParamSpec("P")
T = TypeVar("T")


def kept(
    most: int,
) -> Callable[[Callable[Concatenate[World, P], T]], Callable[Concatenate[World, P], T]]:
    """Keep the latest answers of a function of a world, with the world.

    A cache of the function's own would hold the worlds of registers that have been replaced.
    """

    def keeping(make: Callable[Concatenate[World, P], T]) -> Callable[Concatenate[World, P], T]:
        @wraps(make)
        def answer(world: World, /, *args: P.args, **kwargs: P.kwargs) -> T:
            known = world.answers.get(make)
            if known is None:
                known = world.answers.setdefault(make, lru_cache(most)(partial(make, world)))
            found: T = known(*args, **kwargs)
            return found

        return answer

    return keeping


@lru_cache(maxsize=4)
def foundations(data_dir: Path) -> Foundations:
    """Return everything but the register, read once; ``DataFaults`` of the first bad file."""
    return Foundations(
        geography=load_geography(data_dir),
        strategy=load_strategy(data_dir / "strategy.yaml"),
        roads=load_roads(data_dir),
        cells=load_cells(data_dir),
        statistics=load_statistics(data_dir / "statistics.csv"),
        data_dir=data_dir,
    )


# ---------------------------------------------------------------- what is served


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Moment:
    """What is served at one moment."""

    state: LiveState
    """The register of today with the faults of a newer file, if it has any."""
    world: World
    """What every figure is computed from, with the register of its day."""


class Service:
    """The data of one folder, followed while its register may be replaced; safe for threads."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        self._register = data_dir / REGISTER_FILE
        self._lock = threading.Lock()
        self._kept: dict[date | None, Moment] = {}

    @property
    def foundations(self) -> Foundations:
        """What does not change with the register."""
        return foundations(self.data_dir)

    @cached_property
    def _live(self) -> LiveRegister:
        territory = self.foundations.geography
        return LiveRegister(self._register, municipality_at=territory.municipality_at, today=today)

    def register_state(self) -> LiveState:
        """Return the register as it is served; ``DataFaults`` if there never was a good one."""
        with self._lock:
            live = self._live
        return live.current()

    def at_hand(self) -> Moment | None:
        """Return the moment of today without reading or waiting; None if it has to be read."""
        known = self._kept.get(None)
        seen = known and (known.state.stamp, known.world.on)
        return known if seen == (stamp(self._register), today()) else None

    def moment(self, on: date | None = None) -> Moment:
        """Return the register and its world; reads the register's file again if it has changed.

        The one place that picks the register of a day: a day that has been is shown by the release
        of its time, None is today by the file that is worked on. ``DataFaults`` if there never
        was a good register.
        """
        state, day = self.register_state(), on or today()
        register = (
            state.register if on is None else register_on(state.register, self.releases, on=on)
        )
        with self._lock:
            known = self._kept.pop(on, None)
            world = replaced = known.world if known is not None else None
            # a register read anew is another one, even if nothing in it has changed
            if world is None or world.register is not register or world.on != day:
                # the ways to the offices are those of the register, whatever the day
                matrices = next(
                    (m.world.matrices for m in self._kept.values() if m.world.register is register),
                    {},
                )
                base = self.foundations
                world = World(foundations=base, register=register, on=day, matrices=matrices)
            if known is None or known.state is not state or known.world is not world:
                known = Moment(state=state, world=world)
            self._kept[on] = known
            past = [day for day in self._kept if day is not None]
            gone = [self._kept.pop(forgotten).world for forgotten in past[:-KEPT_DAYS]]
            if replaced is not None and replaced is not world:
                gone.append(replaced)
        for left in gone:  # what one keeps leads back to it; what is frozen is never collected
            left.answers.clear()
        return known

    @cached_property
    def releases(self) -> tuple[Register, ...]:
        """The frozen releases of the register, the oldest first."""
        return load_releases(self.data_dir)

    @cached_property
    def hashes(self) -> Mapping[str, str]:
        """The hash of each release's file when it was made."""
        return digests(self.data_dir)

    @cached_property
    def reports(self) -> Followed[tuple[Report, ...]]:
        """What was reported about the register."""
        return Followed(load_reports, self.data_dir / REPORTS)

    @cached_property
    def homepages(self) -> Followed[tuple[Homepage, ...]]:
        """What was found when homepages were tried."""
        return Followed(load_homepages, self.data_dir / HOMEPAGES)


@lru_cache(maxsize=4)
def service(data_dir: Path) -> Service:
    """Return the one service of a data folder in this process."""
    return Service(data_dir)


@lru_cache(maxsize=4)
def sources(data_dir: Path) -> tuple[DataSource, ...]:
    """Return the provenance of all data files, read once per process."""
    return load_sources(data_dir / "sources.yaml")
