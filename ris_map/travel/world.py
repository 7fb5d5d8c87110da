"""Everything the figures are computed from, put together once and shared by page, API and report.

One object per register and day: whoever asks it for a cube with the same choices gets the same
object, so that figures agree to the unit wherever they are shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np

from ris_map.geography.county import Geography, load_geography
from ris_map.geography.roads import Roads, load_roads
from ris_map.geography.statistics import Statistic, load_statistics
from ris_map.register.model import Register
from ris_map.register.strategy import Strategy, load_strategy
from ris_map.travel.arrays import IntArray
from ris_map.travel.matrix import Place, TravelMatrix, places_of_offices, travel_matrix
from ris_map.travel.network import SUMMER, Joined, Network, SpeedModel, join, network_of
from ris_map.travel.people import POPULATION_YEAR, Cells, load_cells

__all__ = ["POPULATION_YEAR", "Foundations", "World", "foundations", "world_of"]


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
        return network_of(self.roads)

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
    def settlement_cell(self) -> IntArray:
        """Position of the cell nearest to each named settlement."""
        places = self.geography.localities
        return self.cells.nearest(
            np.array([p.lat for p in places]), np.array([p.lon for p in places])
        )

    @cached_property
    def joined_settlements(self) -> Joined:
        """The ways of all named settlements to the network."""
        places = self.geography.localities
        return self.joined([p.lat for p in places], [p.lon for p in places])


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
    matrices : dict
        Minutes by speed model, as far as they were asked for; shared by days of one register.
    """

    foundations: Foundations
    register: Register
    on: date
    matrices: dict[SpeedModel, TravelMatrix] = field(default_factory=dict, repr=False)

    @property
    def cells(self) -> Cells:
        """Where everybody lives."""
        return self.foundations.cells

    @cached_property
    def offices(self) -> tuple[Place, ...]:
        """Every office of the register as a place, sorted by key; the rows of the matrix."""
        return places_of_offices(self.register.actors)

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
            base = self.foundations
            self.matrices[speed_model] = travel_matrix(
                self.joined_offices,
                base.joined_cells,
                base.joined_settlements,
                office_ids=[place.id for place in self.offices],
                cell_ids=base.cells.ids,
                settlement_ids=[place.id for place in base.geography.localities],
                speed_model=speed_model,
            )
        return self.matrices[speed_model]


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
        cells=load_cells(data_dir),
        statistics=load_statistics(data_dir / "statistics.csv"),
        data_dir=data_dir,
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
