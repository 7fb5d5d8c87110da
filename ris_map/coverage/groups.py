"""Coast and inland: figures pooled over the people of groups of municipalities.

A county average alone hides the inland, where a quarter of the people live; so there are groups,
and the tenth of the people that has the longest way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ris_map.coverage.cube import CELL_STATES, CoverageCube
from ris_map.coverage.figures import Figures, figures
from ris_map.coverage.support import PHASES, SERVICE_TYPES
from ris_map.geography.county import Division
from ris_map.register.vocabulary import Phase, ServiceType
from ris_map.travel.arrays import BoolArray, FloatArray, IntArray, readonly

COAST, INLAND = "coast", "inland"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DivisionCoverage:
    """Coverage of the groups of a division, and of all of them together.

    Parameters
    ----------
    division_id : str
        Which division.
    group_ids : tuple of str
        Groups, in the order of the division.
    is_inland : tuple of bool
        Whether each counts as inland.
    group : array of int, shape (municipalities,)
        Group of each municipality.
    figures, everyone : Figures
        Per group; and one group with everybody. People pooled, never averages of averages.
    unlocated_share : array of float, shape (groups,)
        Share of the groups' residents that no figure covers; NaN if a total is unknown.
    unlocated_share_of_all : float
        The same for everybody.
    municipalities_by_state : array of int, shape (groups, 3, 5, 5)
        Number of municipalities in each state of ``CELL_STATES``.
    """

    division_id: str
    group_ids: tuple[str, ...]
    is_inland: tuple[bool, ...]
    group: IntArray
    figures: Figures
    everyone: Figures
    unlocated_share: FloatArray
    unlocated_share_of_all: float
    municipalities_by_state: IntArray


@dataclass(frozen=True, slots=True, kw_only=True)
class WorstOff:
    """The part of the located residents with the longest way to one kind of help.

    Parameters
    ----------
    percent : int
        How large a part.
    people : int
        Its number of people, rounded up to whole people.
    minutes_from : float
        The shortest time among them: all the others need at most this long.
    mean_minutes : float
        Their mean; infinite if any of them cannot get there.
    by_municipality : tuple of (str, float)
        How many of them live where, in the order of the municipalities, without zeros. Places with
        equal minutes at the limit share in proportion to their people.
    """

    percent: int
    people: int
    minutes_from: float
    mean_minutes: float
    by_municipality: tuple[tuple[str, float], ...]


def by_division(cube: CoverageCube, division: Division) -> DivisionCoverage:
    """Return the coverage of each group of a division.

    Raises
    ------
    ValueError
        If a municipality is in no group or in several, or a group names an unknown one.
    """
    ids = tuple(group.id for group in division.groups)
    inland = tuple(group.is_inland for group in division.groups)
    return _pooled(cube, division, ids=ids, is_inland=inland, group=group_index(cube, division))


def coast_and_inland(cube: CoverageCube, division: Division) -> DivisionCoverage:
    """Return the coverage of two groups, coast and inland, as a division draws the line.

    Raises
    ------
    ValueError
        As for :func:`by_division`.
    """
    inland = np.array([group.is_inland for group in division.groups], dtype=np.int64)
    group = inland[group_index(cube, division)]
    return _pooled(cube, division, ids=(COAST, INLAND), is_inland=(False, True), group=group)


def group_index(cube: CoverageCube, division: Division) -> IntArray:
    """Return the position of each municipality's group within the division."""
    codes = cube.municipality_codes
    listed = [code for group in division.groups for code in group.municipalities]
    wrong = sorted({code for code in listed if listed.count(code) > 1} | (set(listed) ^ set(codes)))
    if wrong:
        raise ValueError(f"division {division.id!r} is not one group each for: {', '.join(wrong)}")
    index = {code: i for i, group in enumerate(division.groups) for code in group.municipalities}
    return np.array([index[code] for code in codes], dtype=np.int64)


def inland_mask(cube: CoverageCube, division: Division) -> BoolArray:
    """Return which municipalities a division counts as inland."""
    return np.array([code in division.inland for code in cube.municipality_codes], dtype=np.bool_)


def worst_off(
    cube: CoverageCube, *, phase: Phase, service_type: ServiceType, percent: int = 10
) -> WorstOff:
    """Return who has the longest way to one kind of help.

    Parameters
    ----------
    cube : CoverageCube
        The coverage.
    phase, service_type
        The kind of help.
    percent : int
        Size of the part, from 1 to 100 per cent of the located residents.
    """
    minutes = cube.minutes[PHASES.index(phase), SERVICE_TYPES.index(service_type)]
    persons = cube.population.persons
    inhabited = np.flatnonzero(persons > 0)
    minutes, persons = minutes[inhabited], persons[inhabited]
    wanted = int(-(-persons.sum() * percent // 100))
    order = np.argsort(-minutes, kind="stable")
    first = np.searchsorted(np.cumsum(persons[order]), max(wanted, 1))
    limit = float(minutes[order[first]]) if wanted else float("nan")
    beyond, at = minutes > limit, minutes == limit
    left = wanted - persons[beyond].sum()
    taken = np.where(beyond, persons, np.where(at, persons * (left / max(persons[at].sum(), 1)), 0))
    where = cube.population.municipality[inhabited]
    living = np.bincount(where, weights=taken, minlength=len(cube.municipality_codes))
    some = taken > 0
    return WorstOff(
        percent=percent,
        people=wanted,
        minutes_from=limit,
        mean_minutes=float((minutes[some] * taken[some]).sum() / wanted) if wanted else limit,
        by_municipality=tuple(
            (code, float(number))
            for code, number in zip(cube.municipality_codes, living, strict=True)
            if number > 0
        ),
    )


def _pooled(
    cube: CoverageCube,
    division: Division,
    *,
    ids: Sequence[str],
    is_inland: Sequence[bool],
    group: IntArray,
) -> DivisionCoverage:
    population, thresholds = cube.population, cube.definition.thresholds
    people = population.grouped(group, groups=len(ids))
    everyone = population.grouped(np.zeros_like(group), groups=1)
    total = np.bincount(group, weights=population.total, minlength=len(ids))
    states = np.zeros((len(ids), *cube.state.shape[1:], len(CELL_STATES)), dtype=np.int64)
    for code in range(len(CELL_STATES)):
        np.add.at(states[..., code], group, cube.state == code)
    return DivisionCoverage(
        division_id=division.id,
        group_ids=tuple(ids),
        is_inland=tuple(is_inland),
        group=readonly(group),
        figures=figures(cube.minutes, people=people, thresholds=thresholds),
        everyone=figures(cube.minutes, people=everyone, thresholds=thresholds),
        unlocated_share=readonly(1 - people.located / np.where(total > 0, total, np.nan)),
        unlocated_share_of_all=float(1 - population.persons.sum() / total.sum()),
        municipalities_by_state=readonly(states),
    )
