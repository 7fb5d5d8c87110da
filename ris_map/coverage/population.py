"""Who lives where: the people that every share and percentile is counted over."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ris_map.coverage.people import People
from ris_map.geography.county import Geography
from ris_map.travel.arrays import FloatArray, IntArray, readonly
from ris_map.travel.people import POPULATION_YEAR, Cells

NO_SEAT = -1


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PopulationTable:
    """Everybody, by inhabited cell. Arrays are read-only.

    Parameters
    ----------
    year : int
        Of the count.
    municipality_codes : tuple of str
        In the order of the geography.
    cell_ids : tuple of str
        Every inhabited cell.
    municipality : array of int, shape (cells,)
        Position of each cell's municipality.
    persons : array of int, shape (cells,)
        Residents.
    seat : array of int, shape (municipalities,)
        Position of the municipality's seat among the settlements; ``NO_SEAT`` if none is marked.
    total : array of float, shape (municipalities,)
        All residents.
    """

    year: int
    municipality_codes: tuple[str, ...]
    cell_ids: tuple[str, ...]
    municipality: IntArray
    persons: IntArray
    seat: IntArray
    total: FloatArray

    @property
    def people(self) -> People:
        """The residents, grouped by municipality."""
        size = len(self.municipality_codes)
        return self.grouped(np.arange(size), groups=size)

    def grouped(self, group: IntArray, *, groups: int) -> People:
        """Return the residents in groups of municipalities, given each municipality's group."""
        return People(persons=self.persons, group=group[self.municipality], groups=groups)

    @property
    def located(self) -> IntArray:
        """Located residents per municipality."""
        return self.people.located

    @property
    def unlocated_share(self) -> FloatArray:
        """Share of each municipality's residents that no figure covers; NaN if unknown."""
        share: FloatArray = 1 - self.located / self.total
        return share


def population_of_cells(cells: Cells, geography: Geography) -> PopulationTable:
    """Return all residents of the county; the seats are positions among the localities."""
    codes = tuple(item.code for item in geography.municipalities)
    if codes != cells.municipality_codes:
        raise ValueError("the geography and the cells list different municipalities")
    return PopulationTable(
        year=POPULATION_YEAR,
        municipality_codes=codes,
        cell_ids=cells.ids,
        municipality=cells.municipality,
        persons=cells.population,
        seat=readonly(seats(geography, codes)),
        total=readonly(
            np.bincount(cells.municipality, cells.population, len(codes)).astype(np.float64)
        ),
    )


def seats(geography: Geography, codes: tuple[str, ...]) -> IntArray:
    """Return the position of each municipality's seat among the localities, or ``NO_SEAT``."""
    found = np.full(len(codes), NO_SEAT, dtype=np.int64)
    for index, place in enumerate(geography.localities):
        if place.is_seat:
            position = codes.index(place.municipality_code)
            if found[position] != NO_SEAT:
                raise ValueError(f"{place.municipality_code} has more than one seat")
            found[position] = index
    return found
