"""What would help most: the best places, their steps and regret; the best rounds of visits."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import combinations, pairwise, permutations

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, diags_array, hstack

from ris_map.coverage.map_picture import LIMITS
from ris_map.siting.best import (
    TIME_LIMIT_S,
    Answer,
    Problem,
    alike,
    in_thread,
    last,
    problem,
    search,
)
from ris_map.siting.plan import OBJECTIVES, Round, SitingChoice
from ris_map.siting.scenario import Basis, Drive, State, drive, state
from ris_map.travel.network import BoolArray, FloatArray, IntArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One place of a set, in the order in which each adds most, and residents within L then."""

    place: str
    within: int
    mean_minutes: float


@dataclass(frozen=True, kw_only=True, eq=False)
class Suggestion:
    """The best places for a question: ids of the answer's sets, and the steps of the first."""

    answer: Answer
    places: tuple[tuple[str, ...], ...]
    steps: tuple[Step, ...]
    unreached: int


def task_of(basis: Basis, now: State, choice: SitingChoice) -> Problem:
    """Return the problem of a question when the plan's other changes stand."""
    return problem(
        now.minutes,
        basis.place_minutes,
        basis.people(choice.region).persons,
        objective=choice.objective,
        limit=basis.limit,
    )


def suggestions(basis: Basis, choice: SitingChoice) -> Iterator[Suggestion]:
    """Yield the best places so far when the plan's other changes stand; see :func:`search`."""
    now, persons = state(basis, choice), basis.people(choice.region).persons
    task = task_of(basis, now, choice)
    for answer in search(task, choice.number):
        yield Suggestion(
            answer=answer,
            places=tuple(tuple(basis.place_ids[j] for j in found) for found in answer.sets),
            steps=tuple(_steps(basis, now, persons, answer.sets[0], task)),
            unreached=task.unreached,
        )


def _steps(
    basis: Basis, now: State, persons: IntArray, chosen: Sequence[int], task: Problem
) -> Iterator[Step]:
    left, minutes, taken = list(chosen), now.minutes, list[int]()
    while left:
        one = left.pop(int(task.values([[*taken, j] for j in left]).argmin()))
        taken.append(one)
        minutes = np.minimum(minutes, basis.place_minutes[one])
        there = np.isfinite(minutes) & (persons > 0)
        mean = np.average(minutes[there], weights=persons[there]) if there.any() else np.nan
        yield Step(
            place=basis.place_ids[one],
            within=int(persons[minutes <= basis.limit].sum()),
            mean_minutes=float(mean),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Regret:
    """What a proposal loses against the best set, ``places``, of a question asked otherwise.

    ``loss`` in residents beyond the limit or mean minutes; 0 = it is best there too.
    """

    asked: SitingChoice
    loss: float
    places: tuple[str, ...]
    is_proved: bool


def regrets(
    chosen: Sequence[int], choice: SitingChoice, basis_for: Callable[[SitingChoice], Basis]
) -> Iterator[Regret]:
    """Yield what a set loses under the other speed model, objectives and limits.

    All searches together take at most the time of one; what that leaves open is not proved.
    """
    others: list[dict[str, object]] = [{"winter": not choice.winter}]
    others += [{"objective": goal} for goal in OBJECTIVES if goal != choice.objective]
    others += [{"objective": "inom", "limit": limit} for limit in LIMITS if limit != choice.limit]
    deadline = time.monotonic() + TIME_LIMIT_S
    for left, update in zip(range(len(others), 0, -1), others, strict=True):
        asked = choice.model_copy(update=update)
        basis = basis_for(asked)
        task = task_of(basis, state(basis, asked), asked)
        seconds = (deadline - time.monotonic()) / left
        best = last(search(task, len(chosen), time_limit_s=seconds))
        yield Regret(
            asked=asked,
            loss=max(task.value(chosen) - best.value, 0.0),
            places=tuple(basis.place_ids[j] for j in best.sets[0]),
            is_proved=best.is_proved,
        )


DAY_HOURS = 8.0
DESK_HOURS = 2.0
MOST_STOPS = 3


@dataclass(frozen=True, kw_only=True, eq=False)
class Tours:
    """Day tours from one base: positions of stops, minutes driven, what a stop reaches.

    ``reaches`` has a column per pattern of cells that the same places reach, ``worth`` their
    residents, ``needs`` how many visits they lack.
    """

    stops: tuple[tuple[int, ...], ...]
    minutes: FloatArray
    reaches: BoolArray
    worth: FloatArray
    needs: IntArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Rounds:
    """The best rounds within some days a month so far.

    ``served`` residents get a desk within the limit often enough and had none; ``gap`` is the
    share of the possible that may be missing, 0 = proved; ``tried`` counts the tours compared.
    """

    drives: tuple[Drive, ...] = ()
    served: int = 0
    gap: float = 1.0
    is_proved: bool = False
    tried: int = 0


def day_tours(basis: Basis, choice: SitingChoice) -> Tours:
    """Return the tours that fit into a working day and of which no other reaches all the same."""
    start, hop = basis.place(choice.base), basis.hop_minutes
    worth = basis.people(choice.region).persons
    needs = np.maximum(choice.visits - state(basis, choice).days, 0)
    reaches = (basis.place_minutes <= choice.near) & (worth > 0) & (needs > 0)
    useful = [j for j in range(len(hop)) if reaches[j].any() and np.isfinite(hop[start, j])]
    # cells that the same places reach are reached alike by every tour
    bits = np.vstack([np.packbits(reaches, axis=0), needs.astype(np.uint8)]).T
    first, people = alike(bits, worth)
    by_place = reaches[:, first]
    is_near = by_place.any(axis=0)
    by_place, people = by_place[:, is_near], people[is_near]
    found: list[tuple[int, ...]] = []
    driven, covers = list[FloatArray](), list[BoolArray]()
    for size in range(1, MOST_STOPS + 1):
        left = 60 * (DAY_HOURS - DESK_HOURS * size)
        sets = np.array(list(combinations(useful, size)), dtype=np.int64).reshape(-1, size)
        minutes = _shortest(hop, start, sets)
        sets = sets[minutes <= left]
        found += [tuple(row) for row in sets.tolist()]
        driven.append(minutes[minutes <= left])
        covers.append(np.any(by_place[sets], axis=1))
    cover, length = np.concatenate(covers), np.concatenate(driven)
    kept = _undominated(cover, length)
    return Tours(
        stops=tuple(found[k] for k in kept),
        minutes=length[kept],
        reaches=cover[kept],
        worth=people,
        needs=needs[first][is_near],
    )


def _shortest(hop: FloatArray, start: int, sets: IntArray) -> FloatArray:
    """Return the minutes of the fastest round trip to each set of one to three stops."""
    stops = range(sets.shape[1])
    orders = [order for order in permutations(stops) if order[0] <= order[-1]]
    home, lengths = np.full(len(sets), start), []
    for order in orders:
        tour = [home, *(sets[:, k] for k in order), home]
        lengths.append(sum(hop[a, b] for a, b in pairwise(tour)))
    shortest: FloatArray = np.min(lengths, axis=0)
    return shortest


def _undominated(covers: BoolArray, driven: FloatArray) -> list[int]:
    """Return tours that no other one replaces: it reaches all the same, and more or sooner."""
    bits = np.packbits(covers, axis=1)
    order = np.lexsort((driven, -covers.sum(axis=1)))
    stack, kept = np.zeros_like(bits), list[int]()
    for k in order.tolist():
        missing = bits[k] & ~stack[: len(kept)]
        if missing.any(axis=1).all():
            stack[len(kept)] = bits[k]
            kept.append(k)
    return kept


def best_rounds(basis: Basis, choice: SitingChoice) -> Iterator[Rounds]:
    """Yield no rounds while searching, then those that give most residents a desk often enough.

    A covering tour problem (Current & Schilling 1994) in two steps. A tour is a working day from a
    base to one, two or three stops and home, as fast as the roads allow, with a desk of two hours
    at each. Tours whose residents another tour reaches too are left out. Then, with n_t days a
    month of tour t, a_it = 1 if a stop of t lies within the limit of cell i, and y_i = 1 if i is
    served,

        max sum w_i y_i   subject to   d y_i <= sum_t a_it n_t,   sum_t n_t <= k,

    from ``choice.base`` for at least d = ``choice.visits`` in k = ``choice.month_days``. Residents
    who have an office within the limit need none, and those whom the plan visits already need so
    many fewer.
    """
    tours, days = day_tours(basis, choice), choice.month_days
    number, patterns = len(tours.stops), len(tours.worth)
    if not number:
        yield Rounds(gap=0.0, is_proved=True)
        return
    # of equals the fewest minutes of the tours kept: a month's driving weighs less than a resident
    driving = 0.5 * tours.minutes / (tours.minutes.max() * days + 1)
    pattern = csr_array(tours.reaches.T.astype(np.float64))
    serve = hstack([pattern, -diags_array(tours.needs.astype(np.float64))]).tocsr()
    spend = np.append(np.ones(number), np.zeros(patterns))[None]
    solve = partial(
        milp,
        np.append(driving, -tours.worth),
        integrality=np.ones(number + patterns),
        bounds=Bounds(0.0, np.append(np.full(number, float(days)), np.ones(patterns))),
        constraints=[LinearConstraint(serve, 0.0, np.inf), LinearConstraint(spend, 0, days)],
        options={"time_limit": TIME_LIMIT_S, "mip_rel_gap": 0.0},
    )
    nothing = Rounds(tried=number)
    solved = yield from in_thread(solve, nothing)
    if solved.x is None:
        yield nothing
        return
    taken = np.round(solved.x[:number]).astype(np.int64)
    stops = (tuple(sorted(basis.place_ids[j] for j in tour)) for tour in tours.stops)
    chosen = (Round(choice.base, at, n) for at, n in zip(stops, taken.tolist(), strict=True) if n)
    served = int(tours.worth[tours.reaches.T @ taken >= tours.needs].sum())
    yield Rounds(
        drives=tuple(drive(basis, one) for one in chosen),
        served=served,
        gap=0.0 if solved.status == 0 else 1 - served / max(served, -solved.mip_dual_bound, 1),
        is_proved=solved.status == 0,
        tried=number,
    )
