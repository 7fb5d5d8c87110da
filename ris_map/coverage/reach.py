"""Minutes from each locality to each office that serves it: what all cells of a cube share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ris_map.coverage.population import PopulationTable
from ris_map.coverage.support import OUTSIDE, Known, SupportTable
from ris_map.travel.arrays import CodeArray, FloatArray, IntArray, readonly
from ris_map.travel.matrix import TravelMatrix

STRIP = 256
"""Offices turned over at once: few enough for the processor's cache."""


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
    known, at_best : array of float, shape (offices, localities)
        Minutes to the office; infinite unless it serves the locality's municipality (known), or
        may serve it (at best).
    """

    include_outside: bool
    office: IntArray
    actor: IntArray
    municipality: IntArray
    serves: CodeArray
    known: FloatArray
    at_best: FloatArray


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
        If the matrix lacks a locality or an office that counts.
    ValueError
        If table and population list different municipalities.
    """
    if table.municipality_codes != population.municipality_codes:
        raise ValueError("the register and the population list different municipalities")
    office = np.flatnonzero((table.office_municipality != OUTSIDE) | include_outside)
    actor, municipality = table.office_actor[office], table.office_municipality[office]
    serves = _office_serves(table, actor=actor, municipality=municipality)
    at_best = _by_office(
        matrix.aligned(
            origins=population.locality_ids, destinations=[table.office_ids[k] for k in office]
        )
    )
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
    )


def _by_office(minutes: FloatArray) -> FloatArray:
    """Return a copy with offices as rows, so that each office's minutes lie side by side.

    Turned over in strips: numpy would jump through the whole matrix for every single number.
    """
    places, offices = minutes.shape
    turned = np.empty((offices, places))
    for start in range(0, offices, STRIP):
        strip = slice(start, start + STRIP)
        turned[strip] = minutes[:, strip].T
    return turned


def _office_serves(table: SupportTable, *, actor: IntArray, municipality: IntArray) -> CodeArray:
    serves = table.serves[:, actor].T.copy()
    inside = np.flatnonzero(municipality != OUTSIDE)
    own = serves[inside, municipality[inside]]
    serves[inside, municipality[inside]] = np.where(own == Known.UNKNOWN, Known.YES, own)
    serves[(municipality == OUTSIDE) & table.actor_is_outside[actor]] = Known.YES
    return serves
