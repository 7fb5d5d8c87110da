"""Best rounds: day tours enumerated, then the set that covers most residents within some days.

A covering tour problem (Current & Schilling 1994) in two steps. A tour is a working day from a base
to one, two or three stops and home, as fast as the roads allow, with a desk of two hours at each.
Tours whose residents another tour reaches too are left out. Then, with n_t days a month of tour t,
a_it = 1 if a stop of t lies within the limit of cell i, and y_i = 1 if i is served,

    max sum w_i y_i   subject to   d y_i <= sum_t a_it n_t,   sum_t n_t <= k,

for at least d visits in k days a month. Residents who have an office within the limit are served
already and do not count.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, diags_array, hstack

from ris_map.siting.best import TIME_LIMIT_S, who_counts
from ris_map.siting.plan import Round, SitingChoice
from ris_map.siting.scenario import Basis, Drive, State, drive
from ris_map.travel.arrays import BoolArray, IntArray

DAY_HOURS = 8.0
DESK_HOURS = 2.0
MOST_STOPS = 3


@dataclass(frozen=True, kw_only=True, eq=False)
class Tours:
    """Day tours from one base: positions of stops, minutes driven, cells within reach of a stop."""

    stops: tuple[tuple[int, ...], ...]
    minutes: tuple[float, ...]
    reaches: BoolArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Rounds:
    """The best rounds within some days a month.

    Parameters
    ----------
    rounds : tuple of Round
        Each with its days a month.
    drives : tuple of Drive
        How each is driven.
    served : int
        Residents who get a desk within the limit often enough and had none.
    gap : float
        Share by which more might be served; 0 = proved.
    tried : int
        Tours that fit into a day.
    """

    rounds: tuple[Round, ...]
    drives: tuple[Drive, ...]
    served: int
    gap: float
    is_proved: bool
    tried: int
    seconds: float


def day_tours(basis: Basis, base: str, *, near: float, worth: IntArray) -> Tours:
    """Return the tours that fit into a working day and of which no other reaches all the same.

    ``worth`` is how many residents of each cell count.
    """
    start = basis.place(base)
    hop = basis.hop_minutes
    reaches = (basis.place_minutes <= near) & (worth > 0)
    useful = [j for j in range(len(hop)) if reaches[j].any() and np.isfinite(hop[start, j])]
    # cells that the same places reach are reached alike by every tour
    alike, which = np.unique(reaches, axis=1, return_inverse=True)
    found: list[tuple[int, ...]] = []
    driven: list[float] = []
    for size in range(1, MOST_STOPS + 1):
        left = 60 * (DAY_HOURS - DESK_HOURS * size)
        sets = np.array(list(combinations(useful, size)), dtype=np.int64).reshape(-1, size)
        minutes = _shortest(hop, start, sets)
        fits = minutes <= left
        found += [tuple(row) for row in sets[fits].tolist()]
        driven += minutes[fits].tolist()
    if not found:
        return Tours(stops=(), minutes=(), reaches=np.zeros((0, len(worth)), dtype=bool))
    covers = np.array([alike[list(stops)].any(axis=0) for stops in found])
    kept = _undominated(covers, np.array(driven))
    return Tours(
        stops=tuple(found[k] for k in kept),
        minutes=tuple(driven[k] for k in kept),
        reaches=covers[kept][:, which.ravel()],
    )


def _shortest(hop: np.ndarray, start: int, sets: IntArray) -> np.ndarray:
    """Return the minutes of the fastest round trip to each set of one to three stops."""
    if not len(sets):
        return np.zeros(0)
    all_orders: dict[int, list[tuple[int, ...]]] = {
        1: [(0,)],
        2: [(0, 1)],
        3: [(0, 1, 2), (1, 0, 2), (0, 2, 1)],
    }
    lengths = []
    for order in all_orders[sets.shape[1]]:
        tour = [np.full(len(sets), start), *(sets[:, k] for k in order), np.full(len(sets), start)]
        lengths.append(sum(hop[a, b] for a, b in pairwise(tour)))
    shortest: np.ndarray = np.min(lengths, axis=0)
    return shortest


def _undominated(covers: BoolArray, driven: np.ndarray) -> list[int]:
    """Return tours that reach a cell that no other kept tour reaches beside all the rest."""
    size = covers.sum(axis=1)
    order = np.lexsort((driven, -size))
    kept: list[int] = []
    stack = np.zeros((0, covers.shape[1]), dtype=bool)
    for k in order.tolist():
        if not (stack | ~covers[k]).all(axis=1).any():
            kept.append(k)
            stack = np.vstack([stack, covers[k]])
    return kept


def best_rounds(
    basis: Basis,
    now: State,
    choice: SitingChoice,
    *,
    base: str,
    days: int,
    visits: int = 1,
    time_limit_s: float = TIME_LIMIT_S,
) -> Rounds:
    """Return the rounds from a base that give most residents a desk often enough.

    Parameters
    ----------
    days : int
        ``k``, days a month in all.
    visits : int
        ``d``, visits a month that are enough.
    """
    started = time.perf_counter()
    near = float(choice.near)
    worth = np.where(now.minutes > near, who_counts(basis, choice.region), 0)
    tours = day_tours(basis, base, near=near, worth=worth)
    if not tours.stops:
        return Rounds(rounds=(), drives=(), served=0, gap=0.0, is_proved=True, tried=0, seconds=0.0)
    pattern, which = np.unique(tours.reaches.T, axis=0, return_inverse=True)
    weights = np.bincount(which.ravel(), worth).astype(np.float64)
    some = np.flatnonzero(pattern.any(axis=1) & (weights > 0))
    pattern, weights = pattern[some].astype(np.float64), weights[some]
    number = len(tours.stops)
    # fewest minutes among the best: all driving of a month weighs less than one resident
    driving = np.array(tours.minutes) / (max(tours.minutes) * days + 1)
    serve = hstack([csr_array(pattern), -visits * diags_array(np.ones(len(weights)))])
    spend = np.append(np.ones(number), np.zeros(len(weights)))[None]
    solved = milp(
        np.append(driving * 0.5, -weights),
        integrality=np.ones(number + len(weights)),
        bounds=Bounds(0.0, np.append(np.full(number, float(days)), np.ones(len(weights)))),
        constraints=[
            LinearConstraint(serve.tocsr(), 0.0, np.inf),
            LinearConstraint(spend, 0, days),
        ],
        options={"time_limit": time_limit_s, "mip_rel_gap": 0.0},
    )
    if solved.x is None:
        return Rounds(
            rounds=(),
            drives=(),
            served=0,
            gap=1.0,
            is_proved=False,
            tried=number,
            seconds=time.perf_counter() - started,
        )
    chosen = _rounds(basis, base, tours, np.round(solved.x[:number]).astype(np.int64))
    enough = pattern @ np.round(solved.x[:number]) >= visits
    return Rounds(
        rounds=chosen,
        drives=tuple(drive(basis, one) for one in chosen),
        served=int(weights[enough].sum()),
        gap=0.0 if solved.status == 0 else float(solved.mip_gap),
        is_proved=solved.status == 0,
        tried=number,
        seconds=time.perf_counter() - started,
    )


def _rounds(
    basis: Basis, base: str, tours: Tours, days: Sequence[int] | IntArray
) -> tuple[Round, ...]:
    return tuple(
        Round(base, tuple(sorted(basis.place_ids[j] for j in stops)), int(n))
        for stops, n in zip(tours.stops, days, strict=True)
        if n > 0
    )
