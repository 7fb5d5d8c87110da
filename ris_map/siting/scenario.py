"""Before and after a plan: minutes, shares and actors, for each municipality and group.

Symbols: residents ``w`` of cell ``i``, minutes ``t`` from it to the nearest office, limit ``L``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise, permutations

import numpy as np
import pandas as pd

from ris_map.coverage.cube import THRESHOLDS, CoverageCube, cube_of, supply_of
from ris_map.coverage.people import People, Residents, figures, weighted_percentile
from ris_map.coverage.support import PHASES, SERVICE_TYPES, actors_near
from ris_map.siting.plan import WORKING_DAYS, Closing, Round, SitingChoice
from ris_map.travel.matrix import travel
from ris_map.travel.network import SPEED_MODEL, FloatArray, IntArray, readonly
from ris_map.travel.world import Foundations, World

COUNTY, INLAND, COAST = "lan", "inland", "kust"
WORST_PERCENT = 10
DAYS_SHOWN = (1, 2, 4)
MONTHS = 12


@dataclass(frozen=True, kw_only=True, eq=False)
class Basis:
    """What every plan for one question is computed from. Arrays are read-only.

    ``limit`` is L, itself within. Offices, ``actor/office``, help with what is asked;
    ``office_minutes`` (offices, cells) is infinite where one does not serve the cell's municipality
    and ``place_minutes`` (places, cells) from each named place where an office may open.
    ``hop_minutes`` and ``hop_km`` lie between places, ``inland`` has municipality codes.
    """

    limit: float
    residents: Residents
    office_ids: tuple[str, ...]
    office_minutes: FloatArray
    place_ids: tuple[str, ...]
    place_minutes: FloatArray
    hop_minutes: FloatArray
    hop_km: FloatArray
    inland: frozenset[str]

    def place(self, place_id: str) -> int:
        """Return the position of a named place; ``ValueError`` if there is none."""
        return self.place_ids.index(place_id)

    @cached_property
    def groups(self) -> Mapping[str, frozenset[str]]:
        """Codes of the county's municipalities, of its inland and coast, and each on its own."""
        codes = self.residents.municipality_codes
        coast = frozenset(codes) - self.inland
        wide = {COUNTY: frozenset(codes), INLAND: self.inland, COAST: coast}
        return {**wide, **{code: frozenset({code}) for code in codes}}

    def people(self, group: str) -> People:
        """Return the residents of a group."""
        return self.residents.among(self.groups[group])


def basis_of(world: World, choice: SitingChoice) -> Basis:
    """Return what plans for a question are computed from."""
    base = world.foundations
    cube = cube_of(world, choice.cube_choice)
    at = PHASES.index(choice.phase), SERVICE_TYPES.index(choice.service_type)
    sure = np.flatnonzero(cube.sure[at])
    ids = tuple(cube.table.office_ids[k] for k in sure.tolist())
    minutes, hop_minutes, hop_km = _from_places(base, choice.cube_choice.speed)
    return Basis(
        limit=float(choice.limit),
        residents=cube.population,
        office_ids=ids,
        office_minutes=readonly(cube.shared.of(sure)),
        place_ids=tuple(place.id for place in base.geography.localities),
        place_minutes=minutes,
        hop_minutes=hop_minutes,
        hop_km=hop_km,
        inland=frozenset(base.geography.divisions[0].inland),
    )


def today(world: World, choice: SitingChoice) -> CoverageCube:
    """Return what is asked for, as it is today."""
    return supply_of(world, choice.cube_choice, (choice.phase,), (choice.service_type,))


@lru_cache(maxsize=4)
def _from_places(base: Foundations, speed: str) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return minutes from each named place to each cell, and minutes and km between places."""
    model, places = SPEED_MODEL[speed], base.joined_settlements
    minutes, _ = travel(places, base.joined_cells, speed_model=model)
    hops, km = travel(places, places, speed_model=model, with_km=True)
    return readonly(minutes), readonly(hops), readonly(km)


@dataclass(frozen=True, kw_only=True, eq=False)
class State:
    """How far everybody has, before or after a plan.

    ``minutes`` to the nearest office and ``actors`` within the limit, shape (cells,); ``days`` a
    month with a desk within ``near`` minutes, where an office is there on all working days.
    """

    minutes: FloatArray
    actors: IntArray
    days: IntArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Drive:
    """A round driven: the order of its stops, km and hours (driving alone) a year.

    They are infinite where no road leads to a stop.
    """

    round: Round
    order: tuple[str, ...]
    km_per_year: float
    hours_per_year: float


@dataclass(frozen=True, kw_only=True, eq=False)
class Scenario:
    """Before and after a choice's plan, with a drive for each of its rounds.

    ``table`` has a row per group (county, inland, coast, each municipality), columns ``residents``
    and, for ``before_`` and ``after_`` each: ``within_30`` ... ``within_120`` (residents),
    ``median``, ``p90``, ``shortfall`` (mean of max(0, t - L), FGT1), ``worst_tenth`` (mean) in
    minutes, infinite where no way is known, ``actors`` (within L, of the resident in the middle),
    ``days_1``, ``days_2``, ``days_4`` (residents with a desk near so often); and ``gain``, ``lose``
    (residents whose way gets shorter, longer).
    """

    basis: Basis
    before: State
    after: State
    table: pd.DataFrame
    drives: tuple[Drive, ...]


def state(basis: Basis, choice: SitingChoice) -> State:
    """Return how far everybody has under a choice's plan."""
    offices = [Closing(*key.split("/")) for key in basis.office_ids]
    closed = [any(one.covers(office) for one in choice.closings) for office in offices]
    stays = np.flatnonzero(np.logical_not(closed))
    places = sorted({basis.place(opening.place) for opening in choice.matching})
    rows = np.concatenate([basis.office_minutes[stays], basis.place_minutes[places]])
    whose = [*(offices[k].actor for k in stays), *(f"@{place}" for place in places)]
    actor = np.unique(whose, return_inverse=True)[1]
    number = actors_near(rows, actor, basis.limit)[1].sum(axis=0, dtype=np.int64)
    minutes = rows.min(axis=0, initial=np.inf)
    days = np.where(minutes <= choice.near, WORKING_DAYS, 0)
    for one_round in choice.rounds:
        stops = [basis.place(stop) for stop in one_round.stops]
        is_driven = np.isfinite(basis.hop_minutes[basis.place(one_round.base), stops]).all()
        there = (basis.place_minutes[stops] <= choice.near).any(axis=0)
        days = days + one_round.days * (there & is_driven)
    return State(
        minutes=readonly(minutes),
        actors=readonly(number),
        days=readonly(np.minimum(days, WORKING_DAYS)),
    )


def scenario(basis: Basis, choice: SitingChoice) -> Scenario:
    """Return the choice's plan before and after; the same input gives the same figures."""
    before, after = state(basis, choice.unchanged), state(basis, choice)
    rows = {group: _row(basis.people(group), basis.limit, before, after) for group in basis.groups}
    return Scenario(
        basis=basis,
        before=before,
        after=after,
        table=pd.DataFrame.from_dict(rows, orient="index"),
        drives=tuple(drive(basis, one) for one in choice.rounds),
    )


def drive(basis: Basis, one: Round) -> Drive:
    """Return a round's fastest order of stops and what it takes in a year."""
    start, stops = basis.place(one.base), [basis.place(stop) for stop in one.stops]

    def length(order: tuple[int, ...], hop: FloatArray) -> float:
        tour = [start, *order, start]
        return float(sum(hop[a, b] for a, b in pairwise(tour)))

    order = min(
        permutations(stops), key=lambda tour: (length(tour, basis.hop_minutes), tour[0] > tour[-1])
    )
    return Drive(
        round=one,
        order=tuple(basis.place_ids[k] for k in order),
        km_per_year=MONTHS * one.days * length(order, basis.hop_km),
        hours_per_year=MONTHS * one.days * length(order, basis.hop_minutes) / 60,
    )


def worst_tenth(minutes: FloatArray, persons: IntArray) -> float:
    """Return the mean minutes of the tenth of the residents with the longest way (CVaR).

    The tenth is rounded up to whole residents; of cells with equal minutes a part may count.
    """
    total = int(persons.sum())
    if total == 0:
        return float("nan")
    wanted = -(-total * WORST_PERCENT // 100)
    order = np.argsort(-minutes, kind="stable")
    running = np.cumsum(persons[order])
    taken = np.clip(wanted - (running - persons[order]), 0, persons[order])
    some = taken > 0
    return float((minutes[order][some] * taken[some]).sum() / wanted)


def _row(people: People, limit: float, before: State, after: State) -> dict[str, float]:
    persons, here = people.persons, people.places[0]
    on_road = here[people.has_road[here]]
    states = {"before": before, "after": after}
    minutes = np.stack([one.minutes for one in states.values()])
    actors = np.stack([one.actors for one in states.values()]).astype(np.float64)
    counted = figures(minutes, people=people, thresholds=THRESHOLDS, limit=limit)
    middle = np.nan_to_num(weighted_percentile(actors, people=people, percent=50)[0])
    row: dict[str, float] = {"residents": counted.persons[0]}
    for at, (when, one) in enumerate(states.items()):
        for most, within in zip(THRESHOLDS, counted.people_within[0, at], strict=True):
            row[f"{when}_within_{most:.0f}"] = within
        row[f"{when}_median"] = counted.median_minutes[0, at]
        row[f"{when}_p90"] = counted.p90_minutes[0, at]
        row[f"{when}_shortfall"] = counted.shortfall_minutes[0, at]
        row[f"{when}_worst_tenth"] = worst_tenth(one.minutes[on_road], persons[on_road])
        row[f"{when}_actors"] = int(middle[at])
        for days in DAYS_SHOWN:
            row[f"{when}_days_{days}"] = persons[one.days >= days].sum()
    row["gain"] = persons[after.minutes < before.minutes].sum()
    row["lose"] = persons[after.minutes > before.minutes].sum()
    return row
