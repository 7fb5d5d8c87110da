"""Everything the figures are computed from, put together once and shared by page, API and report.

One object per register and day: whoever asks it for a cube with the same choices gets the same
object, so that figures agree to the unit wherever they are shown.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path

from ris_map.coverage.compute import CoverageCube, coverage_cube
from ris_map.coverage.population import PopulationTable, population_table
from ris_map.coverage.support import SupportTable, support_table
from ris_map.geography.county import Geography, load_geography
from ris_map.geography.roads import RoadNetwork, load_roads
from ris_map.geography.statistics import Statistic, load_statistics, population_by_municipality
from ris_map.register.model import Register
from ris_map.register.strategy import Strategy, load_strategy
from ris_map.register.vocabulary import Scope, StrengthArea
from ris_map.travel.matrix import SUMMER, SpeedModel, TravelMatrix, travel_matrix
from ris_map.travel.network import Network, network_from_tables
from ris_map.travel.snapping import places_of_localities, places_of_offices

POPULATION_YEAR = 2020
"""Year of the localities' population (SCB), and therefore of every population-weighted figure."""
CACHED_CUBES = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class CubeChoice:
    """What a reader may choose for a coverage cube."""

    threshold: float = 60.0
    scope: Scope = Scope.CORE
    strength_area: StrengthArea | None = None
    include_outside: bool = False


@dataclass(frozen=True, kw_only=True, eq=False)
class Foundations:
    """What does not change with the register: the county, its roads, people and vocabulary."""

    geography: Geography
    strategy: Strategy
    roads: RoadNetwork
    statistics: tuple[Statistic, ...]

    @cached_property
    def network(self) -> Network:
        """The roads as a graph."""
        return network_from_tables(self.roads.nodes, self.roads.edges)

    @cached_property
    def population(self) -> PopulationTable:
        """Located residents and all residents of one year."""
        totals = population_by_municipality(self.statistics, year=POPULATION_YEAR)
        return population_table(self.geography, totals=totals, year=POPULATION_YEAR)


@dataclass(frozen=True, kw_only=True, eq=False)
class World:
    """A register on a day, with the foundations: the source of every figure.

    Parameters
    ----------
    foundations : Foundations
        The county.
    register : Register
        The register.
    on : date
        Actors and offices of this day count.
    """

    foundations: Foundations
    register: Register
    on: date
    _cubes: dict[CubeChoice, CoverageCube] = field(default_factory=dict, repr=False)

    @cached_property
    def table(self) -> SupportTable:
        """The actors at work on the day, as arrays."""
        return support_table(self.register, self.foundations.geography, on=self.on)

    @cached_property
    def matrix(self) -> TravelMatrix:
        """Minutes and kilometres from every locality to every office, summer road conditions."""
        return self.matrix_for(SUMMER)

    def matrix_for(self, speed_model: SpeedModel) -> TravelMatrix:
        """Return the matrix under another speed model; not cached."""
        return travel_matrix(
            self.foundations.network,
            origins=places_of_localities(self.foundations.geography.localities),
            destinations=places_of_offices(self.register.actors),
            speed_model=speed_model,
        )

    def cube(self, choice: CubeChoice) -> CoverageCube:
        """Return the coverage for a choice, computed once."""
        if choice not in self._cubes:
            if len(self._cubes) >= CACHED_CUBES:
                self._cubes.clear()
            self._cubes[choice] = coverage_cube(
                self.table,
                self.matrix,
                population=self.foundations.population,
                threshold=choice.threshold,
                scope=choice.scope,
                strength_area=choice.strength_area,
                include_outside=choice.include_outside,
            )
        return self._cubes[choice]


def load_foundations(data_dir: Path) -> Foundations:
    """Read everything but the register.

    Raises
    ------
    DataFaults
        With every fault of the first file that is refused.
    """
    return Foundations(
        geography=load_geography(data_dir),
        strategy=load_strategy(data_dir / "strategy.yaml"),
        roads=load_roads(data_dir),
        statistics=load_statistics(data_dir / "statistics.csv"),
    )


@lru_cache(maxsize=1)
def foundations(data_dir: Path) -> Foundations:
    """Return the foundations of a data folder, read once per process."""
    return load_foundations(data_dir)


_latest: list[World] = []


def world_of(data_dir: Path, *, register: Register, on: date) -> World:
    """Return the world of a register on a day; the latest one is kept.

    The register is compared by identity: a register read anew is another one.
    """
    base = foundations(data_dir)
    for known in _latest:
        if known.register is register and known.on == on and known.foundations is base:
            return known
    made = World(foundations=base, register=register, on=on)
    _latest[:] = [made, *_latest[:3]]
    return made
