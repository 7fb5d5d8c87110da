"""Who lives where: the people that every share and percentile is counted over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ris_map.coverage.people import People
from ris_map.geography.county import Geography
from ris_map.travel.arrays import FloatArray, IntArray, readonly

NO_SEAT = -1


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PopulationTable:
    """Located residents: those of localities whose population is known. Arrays are read-only.

    The residents outside the localities are *not located*: no point can be given for them, they
    are in no share or percentile, and their share of all residents stands beside every figure.

    Parameters
    ----------
    year : int
        Of the municipalities' totals.
    locality_years : tuple of int
        Years of the localities' figures; more than one if villages have an older count.
    municipality_codes : tuple of str
        In the order of the geography.
    locality_ids, locality_names : tuple of str
        Every locality, also those of unknown population (as points without weight).
    municipality : array of int, shape (localities,)
        Position of each locality's municipality.
    persons : array of int, shape (localities,)
        Residents; 0 where the number is unknown.
    seat : array of int, shape (municipalities,)
        Position of the municipality's seat among the localities; ``NO_SEAT`` if none is marked.
    total : array of float, shape (municipalities,)
        All residents; NaN if unknown.
    unknown_ids : tuple of str
        Localities of unknown population.
    """

    year: int
    locality_years: tuple[int, ...]
    municipality_codes: tuple[str, ...]
    locality_ids: tuple[str, ...]
    locality_names: tuple[str, ...]
    municipality: IntArray
    persons: IntArray
    seat: IntArray
    total: FloatArray
    unknown_ids: tuple[str, ...]

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


def population_table(
    geography: Geography, *, totals: Mapping[str, int], year: int
) -> PopulationTable:
    """Return the located residents of the county.

    Parameters
    ----------
    geography : Geography
        Municipalities and localities.
    totals : mapping of str to int
        All residents per municipality code, for the year of the localities' figures.
    year : int
        Year of the totals.

    Raises
    ------
    ValueError
        If a locality lies in no municipality, a municipality has several seats, or more people are
        located in a municipality than live there; with names.
    """
    codes = tuple(item.code for item in geography.municipalities)
    places = geography.localities
    _refuse_strangers(geography, codes)
    municipality = np.array([codes.index(p.municipality_code) for p in places], dtype=np.int64)
    table = PopulationTable(
        year=year,
        locality_years=tuple(sorted({p.population_year for p in places if p.population_year})),
        municipality_codes=codes,
        locality_ids=tuple(p.id for p in places),
        locality_names=tuple(p.name for p in places),
        municipality=readonly(municipality),
        persons=readonly(np.array([p.population or 0 for p in places], dtype=np.int64)),
        seat=readonly(_seats(geography, codes)),
        total=readonly(np.array([totals.get(code, np.nan) for code in codes], dtype=np.float64)),
        unknown_ids=tuple(p.id for p in places if p.population is None),
    )
    too_many = [code for code, over in zip(codes, table.located > table.total, strict=True) if over]
    if too_many:
        raise ValueError(f"more people located than living in {', '.join(too_many)}")
    return table


def _refuse_strangers(geography: Geography, codes: tuple[str, ...]) -> None:
    strangers = [p.id for p in geography.localities if p.municipality_code not in codes]
    if strangers:
        raise ValueError(f"localities in no municipality: {', '.join(strangers)}")


def _seats(geography: Geography, codes: tuple[str, ...]) -> IntArray:
    seats = np.full(len(codes), NO_SEAT, dtype=np.int64)
    for index, place in enumerate(geography.localities):
        if place.is_seat:
            position = codes.index(place.municipality_code)
            if seats[position] != NO_SEAT:
                raise ValueError(f"{place.municipality_code} has more than one seat")
            seats[position] = index
    return seats
