"""Minutes from each cell to each office that serves it: what all cells of a cube share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ris_map.coverage.population import NO_SEAT, PopulationTable
from ris_map.coverage.support import OUTSIDE, Known, SupportTable
from ris_map.travel.arrays import CodeArray, FloatArray, IntArray, readonly
from ris_map.travel.matrix import TravelMatrix


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Reach:
    """Offices that count, with minutes from every locality. Arrays are read-only.

    Parameters
    ----------
    include_outside : bool
        Whether offices outside the county are among them.
    office : array of int, shape (offices,)
        Positions in the support table.
    actor, municipality : array of int, shape (offices,)
        Of each office; ``OUTSIDE`` for an office outside the county.
    serves : array of int8, shape (offices, municipalities)
        ``Known``: whether the office serves the municipality.
    known, at_best : array of float, shape (offices, cells)
        Minutes to the office; infinite unless it serves the cell's municipality (known), or
        may serve it (at best).
    from_seat : array of float, shape (offices, municipalities)
        Minutes from each seat to the office, whomever it serves; NaN without a seat.
    """

    include_outside: bool
    office: IntArray
    actor: IntArray
    municipality: IntArray
    serves: CodeArray
    known: FloatArray
    at_best: FloatArray
    from_seat: FloatArray


def reach(
    table: SupportTable,
    matrix: TravelMatrix,
    *,
    population: PopulationTable,
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
        If table and population list different municipalities.
    """
    if table.municipality_codes != population.municipality_codes:
        raise ValueError("the register and the population list different municipalities")
    office = np.flatnonzero((table.office_municipality != OUTSIDE) | include_outside)
    actor, municipality = table.office_actor[office], table.office_municipality[office]
    serves = _office_serves(table, actor=actor, municipality=municipality)
    rows = matrix.rows([table.office_ids[k] for k in office])
    at_best = matrix.minutes[rows]
    seated = population.seat != NO_SEAT
    from_seat = np.full(serves.shape, np.nan)
    from_seat[:, seated] = matrix.settlement_minutes[np.ix_(rows, population.seat[seated])]
    answer = serves[:, population.municipality]
    known = np.where(answer == Known.YES, at_best, np.inf)
    np.putmask(at_best, answer == Known.NO, np.inf)
    return Reach(
        include_outside=include_outside,
        office=readonly(office),
        actor=readonly(actor),
        municipality=readonly(municipality),
        serves=readonly(serves),
        known=readonly(known),
        at_best=readonly(at_best),
        from_seat=readonly(from_seat),
    )


def _office_serves(table: SupportTable, *, actor: IntArray, municipality: IntArray) -> CodeArray:
    serves = table.serves[:, actor].T.copy()
    inside = np.flatnonzero(municipality != OUTSIDE)
    own = serves[inside, municipality[inside]]
    serves[inside, municipality[inside]] = np.where(own == Known.UNKNOWN, Known.YES, own)
    serves[(municipality == OUTSIDE) & table.actor_is_outside[actor]] = Known.YES
    return serves
