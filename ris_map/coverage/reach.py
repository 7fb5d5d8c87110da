"""Who can go to which office, and how long it takes: what all cells of a cube share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ris_map.coverage.people import NO_SEAT, Residents
from ris_map.coverage.support import OUTSIDE, UNKNOWN, YES, SupportTable
from ris_map.travel.arrays import CodeArray, FloatArray, IntArray, readonly
from ris_map.travel.matrix import TravelMatrix


@dataclass(frozen=True, kw_only=True, eq=False)
class Reach:
    """Offices that count, with minutes from every inhabited cell. Arrays are read-only.

    Parameters
    ----------
    office : array of int, shape (offices,)
        Positions in the support table.
    actor, municipality : array of int, shape (offices,)
        Of each office; ``OUTSIDE`` for an office outside the county.
    serves : array of int8, shape (offices, municipalities)
        Positions in ``ANSWERS``: whether the office serves the municipality.
    home : array of int, shape (cells,)
        Municipality of each cell.
    minutes : array of float, shape (offices, cells)
        To the office, whomever it serves.
    from_seat : array of float, shape (offices, municipalities)
        The same from each seat; NaN without a seat.
    """

    office: IntArray
    actor: IntArray
    municipality: IntArray
    serves: CodeArray
    home: IntArray
    minutes: FloatArray
    from_seat: FloatArray

    def of(self, offices: IntArray, *, at_best: bool = False) -> FloatArray:
        """Return minutes to some offices; infinite where they do not serve the municipality.

        At best, an office that may serve a municipality does.
        """
        level = UNKNOWN if at_best else YES
        minutes = self.minutes[offices]
        for k in np.flatnonzero((self.serves[offices] < level).any(axis=1)):
            minutes[k, self.serves[offices[k]][self.home] < level] = np.inf
        return minutes

    def nearest(self, offices: IntArray, *, at_best: bool = False) -> FloatArray:
        """Return minutes from each cell to the nearest of some offices, shape (cells,)."""
        level = UNKNOWN if at_best else YES
        nearest = np.full(self.minutes.shape[1], np.inf)
        some = set(np.flatnonzero((self.serves < level).any(axis=1)).tolist())
        for k in offices.tolist():
            minutes = self.minutes[k]
            if k in some:  # not served everywhere
                minutes = np.where(self.serves[k][self.home] >= level, minutes, np.inf)
            np.minimum(nearest, minutes, out=nearest)
        return nearest

    @property
    def known(self) -> FloatArray:
        """Minutes to every office where it is known to serve, shape (offices, cells)."""
        return self.of(np.arange(len(self.office)))

    @property
    def at_best(self) -> FloatArray:
        """Minutes to every office where it may serve, shape (offices, cells)."""
        return self.of(np.arange(len(self.office)), at_best=True)


def reach(
    table: SupportTable,
    matrix: TravelMatrix,
    *,
    population: Residents,
    include_outside: bool,
) -> Reach:
    """Return who can go to which office, and how long it takes.

    An office serves the municipalities of its actor's service area. Two additions:

    - the municipality it stands in, unless the service area is known to leave it out;
    - every municipality, if it belongs to a neighbour outside the county and neighbours are asked
      for: their service area is as a rule their own county, so asking for it would hide them all.

    Raises
    ------
    KeyError
        If the matrix lacks an office that counts.
    ValueError
        If table and population list different municipalities, or the matrix other cells.
    """
    if table.municipality_codes != population.municipality_codes:
        raise ValueError("the register and the population list different municipalities")
    if matrix.cell_ids != population.cell_ids:
        raise ValueError("the travel matrix and the population list different cells")
    office = np.flatnonzero((table.office_municipality != OUTSIDE) | include_outside)
    actor, municipality = table.office_actor[office], table.office_municipality[office]
    serves = _office_serves(table, actor=actor, municipality=municipality)
    rows = matrix.rows([table.office_ids[k] for k in office])
    seated = population.seat != NO_SEAT
    from_seat = np.full(serves.shape, np.nan)
    from_seat[:, seated] = matrix.settlement_minutes[np.ix_(rows, population.seat[seated])]
    return Reach(
        office=readonly(office),
        actor=readonly(actor),
        municipality=readonly(municipality),
        serves=readonly(serves),
        home=population.municipality,
        minutes=readonly(matrix.minutes[rows]),
        from_seat=readonly(from_seat),
    )


def _office_serves(table: SupportTable, *, actor: IntArray, municipality: IntArray) -> CodeArray:
    serves = table.serves[:, actor].T.copy()
    inside = np.flatnonzero(municipality != OUTSIDE)
    own = serves[inside, municipality[inside]]
    serves[inside, municipality[inside]] = np.where(own == UNKNOWN, YES, own)
    serves[(municipality == OUTSIDE) & table.actor_is_outside[actor]] = YES
    return serves
