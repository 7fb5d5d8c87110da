"""Where new offices would help most: exact, with ties, gap, steps and regret.

Existing offices stay; ``p`` new ones open at named places ``j``. Residents ``w_i`` of cell ``i``,
minutes ``d_ij`` to a place, ``b_i`` to the nearest existing office, ``t_i(S) = min(b_i, d_ij)``
over the places j of a set S, limit ``L``:

- ``inom``, MCLP (Church & ReVelle 1974): least residents beyond L, ``sum w_i [t_i > L]``;
- ``medel``, p-median (Hakimi 1964): least ``sum w_i t_i`` over residents with a road;
- ``tiondel``, CVaR (Rockafellar & Uryasev 2000): least mean ``t_i`` of the tenth of the residents
  with the longest way, ``max_q sum q_i t_i / N`` over ``q_i <= w_i``, ``sum q_i = N``.

**One to three places** of a county are found by enumeration. For fixed weights q the sum ``F(S) =
sum q_i t_i(S)`` is supermodular: a place saves less the more there are (Nemhauser et al. 1978). So
from all single places and pairs, exactly computed,

    F(abc) >= F(ab) + F(ac) - F(a)

and only triples whose bound is not worse than the best set so far are computed. For ``tiondel``
any q gives a bound; q is taken from the set that looks best, until few sets are left.

**Four and five places**, and a country's, go to HiGHS (``scipy.optimize.milp``) with Benders cuts:
for any level C,

    t_i(x) >= C - sum_j x_j max(0, C - d_ij)

with equality where C is what i has at x (for MCLP t is 0 or 1; Cordeau et al. 2019), added up over
clusters of cells, and beyond ``eta`` for the worst tenth (else ``eta`` = 0). Every set proposed is
computed exactly and left out from then on, so that ties are found too.
"""

import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, partial
from itertools import combinations
from math import comb
from threading import Thread
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import Bounds, LinearConstraint, OptimizeResult, milp
from scipy.sparse import csr_array

from ris_map.siting.scenario import WORST_PERCENT
from ris_map.travel.network import FloatArray, IntArray

T = TypeVar("T")
TIME_LIMIT_S = 5.0
POLL_S = 0.2
MOST_TIES = 12
MOST_ENUMERATED = 300_000
"""Sets; with more of them, or of more than three places, HiGHS is asked."""
CHUNK = 256
TIGHT = 1e-4
SOLVER_TOLERANCE = 1e-6
"""Share by which HiGHS may miss a bound."""
RELATIVE_TIE = 1e-9
"""Sets whose cost differs by less than this share are equally good."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Problem:
    """Costs of cells, before and by place, for ``inom``, ``medel`` or ``tiondel``.

    ``weights`` (cells,) are residents whose minutes count; ``base`` (cells,) their minutes, or
    whether they are beyond the limit, with the offices that stay; ``costs`` (places, cells) the
    same by place, never above ``base``. The mean is taken over ``tail`` residents; ``unreached``
    are left out because no road, office or place reaches them.
    """

    objective: str
    weights: FloatArray
    base: FloatArray
    costs: FloatArray
    tail: float
    unreached: int = 0

    @property
    def unit(self) -> float:
        """What a sum over residents is divided by."""
        return 1.0 if self.objective == "inom" else max(self.tail, 1.0)

    def counted(self, current: FloatArray) -> FloatArray:
        """Return ``q``: how many residents of each cell count, for one or more rows of costs."""
        if self.objective != "tiondel":
            return np.broadcast_to(self.weights, current.shape)
        order = np.argsort(-current, axis=-1)
        weights = self.weights[order]
        farther = np.cumsum(weights, axis=-1) - weights
        taken = np.empty_like(current)
        np.put_along_axis(taken, order, np.clip(self.tail - farther, 0, weights), axis=-1)
        return taken

    def current(self, sets: ArrayLike) -> FloatArray:
        """Return the cost of each cell with each of some equally large sets open."""
        costs = self.costs[np.asarray(sets, dtype=np.int64)]
        current: FloatArray = costs.min(axis=1, initial=np.inf)
        return np.minimum(current, self.base)

    def values(self, sets: ArrayLike) -> FloatArray:
        """Return residents beyond the limit, or mean minutes, of those who count, for each set."""
        current = self.current(sets)
        total: FloatArray = (current * self.counted(current)).sum(axis=1) / self.unit
        return total

    def value(self, places: Sequence[int]) -> float:
        """Return the same for one set."""
        return float(self.values([places])[0])


def problem(
    minutes: FloatArray,
    place_minutes: FloatArray,
    residents: IntArray,
    *,
    objective: str,
    limit: float,
) -> Problem:
    """Return the problem of one objective; ``residents`` are who counts, 0 for nobody.

    ``minutes`` (cells,) to the nearest office that stays, ``place_minutes`` (places, cells).
    """
    best = np.minimum(minutes, place_minutes.min(axis=0, initial=np.inf))
    lost = ~np.isfinite(best) & (residents > 0)
    if objective == "inom":
        base, costs = (minutes > limit).astype(np.float64), (place_minutes > limit).astype(float)
        lost = np.zeros_like(lost)
    else:
        # without an office yet: farther than any place, so that one is always worth more
        there = np.isfinite(place_minutes) & ~lost
        worst = 2 * max(float(np.max(place_minutes, where=there, initial=limit)), limit)
        base = np.where(np.isfinite(minutes), minutes, worst)
        costs = np.where(np.isfinite(place_minutes), place_minutes, worst)
    counts = np.where(lost, 0, residents)
    tail = float(counts.sum())
    if objective == "tiondel":
        tail = float(-(-tail * WORST_PERCENT // 100))
        # the worst tenth never begins nearer than with every place open
        nearest = _tail_begins(np.minimum(base, costs.min(axis=0)), counts, tail)
        base, costs = np.maximum(base, nearest), np.maximum(costs, nearest)
    costs = np.minimum(costs, base)
    # cells that all have the same costs are added up: nothing is lost, and it is faster
    here = np.flatnonzero(counts)
    first, weights = alike(np.vstack([base, costs]).T[here], counts[here])
    kept = here[first]
    return Problem(
        objective=objective,
        weights=weights,
        base=base[kept],
        costs=np.take(costs, kept, axis=1),
        tail=tail,
        unreached=int(residents[lost].sum()),
    )


def _tail_begins(minutes: FloatArray, weights: FloatArray | IntArray, tail: float) -> float:
    """Return the longest time that at least a tail of the residents has or exceeds."""
    order = np.argsort(-minutes)
    at = int(np.searchsorted(np.cumsum(weights[order]), tail))
    return float(minutes[order[min(at, len(order) - 1)]]) if len(order) else 0.0


def alike(rows: np.ndarray, weights: FloatArray | IntArray) -> tuple[IntArray, FloatArray]:
    """Return the first of each kind of equal rows, and the weights of all of that kind."""
    rows = np.ascontiguousarray(rows)  # as bytes: several times as fast as np.unique over an axis
    as_bytes = rows.view(np.dtype((np.void, rows.dtype.itemsize * rows.shape[1]))).ravel()
    _, first, which = np.unique(as_bytes, return_index=True, return_inverse=True)
    return first, np.bincount(which.ravel(), weights).astype(np.float64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The best sets of places so far.

    ``value`` and ``before`` in residents beyond the limit or mean minutes, with the best set and
    without it. ``sets`` are all that are equally good (positions of places ascending; the first is
    the proposal), ``gap`` is (value - bound) / value: 0 = proved best. The search is not proved
    when its time ran out or somebody stopped it.
    """

    value: float
    before: float
    sets: tuple[tuple[int, ...], ...]
    has_more_ties: bool
    gap: float
    is_proved: bool


@dataclass(kw_only=True)
class _Found:
    """The best sets so far: every set offered is compared with them."""

    value: float = np.inf
    sets: list[tuple[int, ...]] = field(default_factory=list)

    def offer(self, sets: IntArray, values: FloatArray) -> None:
        for chosen, value in zip(map(tuple, sets.tolist()), values.tolist(), strict=True):
            tie = RELATIVE_TIE * max(abs(value), 1.0)
            if value < self.value - tie:
                self.sets, self.value = [chosen], value
            elif value <= self.value + tie and not self.is_full and chosen not in self.sets:
                self.sets.append(chosen)

    @property
    def is_full(self) -> bool:
        """Whether there are more equally good sets than are listed."""
        return len(self.sets) > MOST_TIES

    def beyond(self, share: float) -> float:
        """Return the bound above which no set matters: ties do until enough are known."""
        return self.value + share * max(abs(self.value), 1.0) * (-1 if self.is_full else 1)


def search(task: Problem, number: int, *, time_limit_s: float = TIME_LIMIT_S) -> Iterator[Answer]:
    """Yield the best sets of a number of places so far, until they are proved or time is out.

    Whoever stops asking has the best found and its gap.
    """
    number = min(number, len(task.costs))
    deadline = time.monotonic() + time_limit_s
    found, before, bound = _Found(), task.value(()), -np.inf
    _greedy(task, number, found)

    def answer(*, is_proved: bool) -> Answer:
        gap = (found.value - bound) / max(abs(found.value), 1e-12)
        return Answer(
            value=found.value,
            before=before,
            sets=tuple(sorted(found.sets)[:MOST_TIES]),
            has_more_ties=found.is_full,
            gap=0.0 if is_proved else min(max(gap, 0.0), 1.0),
            is_proved=is_proved,
        )

    is_small = number <= 3 and comb(len(task.costs), number) <= MOST_ENUMERATED
    solved = partial(_solved, deadline=deadline)
    for lowest in (_enumerated if is_small else solved)(task, number, found):
        bound = max(bound, lowest)
        yield answer(is_proved=False)
        if time.monotonic() >= deadline:
            return
    yield answer(is_proved=True)


def last(search: Iterable[T]) -> T:
    """Return what a search ends with."""
    *_, found = search
    return found


def _greedy(task: Problem, number: int, found: _Found) -> None:
    """Offer a good set to begin with: the best place each time, then the best exchanges."""
    chosen: list[int] = []
    for at in [*range(number), *range(number if number > 1 else 0)]:
        rest = chosen[:at] + chosen[at + 1 :]
        left = [j for j in range(len(task.costs)) if j not in rest]
        best = left[int(task.values([[*rest, j] for j in left]).argmin())]
        chosen = [*rest[:at], best, *rest[at:]]
    sets = np.sort(np.array([chosen]), axis=1)
    found.offer(sets, task.values(sets))


# ---------------------------------------------------------------- one to three places


@lru_cache(maxsize=4)
def _all_sets(places: int, number: int) -> IntArray:
    return np.array(list(combinations(range(places), number)), dtype=np.int64)


def _enumerated(task: Problem, number: int, found: _Found) -> Iterator[float]:
    """Compute every set that may be best; yield the least bound of those that are left."""
    sets = _all_sets(len(task.costs), number)
    lower = np.full(len(sets), -np.inf)
    left, before = np.arange(len(sets)), np.inf
    looks_best = np.array(found.sets[0])
    while len(left):
        is_bound_useful = len(left) > CHUNK and len(left) < 0.99 * before
        before = len(left)
        if not np.isfinite(lower[0]) or (task.objective == "tiondel" and is_bound_useful):
            weights = task.counted(task.current([looks_best])[0])
            lower = np.maximum(lower, _bounds(task, weights, sets))
        else:
            some = left[np.argsort(lower[left])[:CHUNK]]
            found.offer(sets[some], task.values(sets[some]))
            lower[some] = np.inf
        left = left[lower[left] <= found.beyond(2 * RELATIVE_TIE)]
        if len(left):
            best = left[lower[left].argmin()]
            looks_best = sets[best]
            yield float(lower[best])


def _bounds(task: Problem, weights: FloatArray, sets: IntArray) -> FloatArray:
    """Return a lower bound of the value of each set, exact for one and two places and q fixed."""
    counts = np.flatnonzero(weights)
    costs, weights = np.ascontiguousarray(task.costs[:, counts]), weights[counts] / task.unit
    one: FloatArray = costs @ weights
    if sets.shape[1] == 1:
        return one
    two = np.zeros((len(costs), len(costs)))
    for a in range(len(costs)):
        two[a, a:] = two[a:, a] = np.minimum(costs[a], costs[a:]) @ weights
    if sets.shape[1] == 2:
        pairs: FloatArray = two[sets[:, 0], sets[:, 1]]
        return pairs
    a, b, c = sets.T
    ab, ac, bc = two[a, b], two[a, c], two[b, c]
    lower: FloatArray = np.maximum.reduce([ab + ac - one[a], ab + bc - one[b], ac + bc - one[c]])
    return lower


# ---------------------------------------------------------------- four and five places


def in_thread(
    solve: Callable[[], OptimizeResult], meanwhile: T
) -> Generator[T, None, OptimizeResult]:
    """Yield something while HiGHS works, which cannot be asked; return its result."""
    results: list[OptimizeResult] = []
    thread = Thread(target=lambda: results.append(solve()), daemon=True)
    thread.start()
    while thread.is_alive():
        thread.join(POLL_S)
        yield meanwhile
    return results[0]


def _solved(task: Problem, number: int, found: _Found, *, deadline: float) -> Iterator[float]:
    """Let HiGHS propose sets until nothing that is left can be as good; yield the bound."""
    master, bound = _Master(task, number), 0.0
    for bound in master.tighten():
        yield bound
    while True:
        seconds = deadline - time.monotonic()
        result = yield from in_thread(partial(master.run, seconds), bound)
        if result.status == 2:  # every set is known
            return
        if result.mip_dual_bound is not None:
            bound = max(bound, float(result.mip_dual_bound))
        if result.x is not None:
            chosen = np.flatnonzero(result.x[: len(task.costs)] > 0.5)
            found.offer(chosen[None], task.values(chosen[None]))
            master.leave_out(chosen)
        if bound > found.beyond(SOLVER_TOLERANCE):
            return
        yield bound


class _Master:
    """A mixed-integer problem over the places.

    Variables: whether each is chosen; the cost of each cluster of cells (those with the same
    nearest place); ``eta``. The last two are bounded from below by cuts.
    """

    def __init__(self, task: Problem, number: int) -> None:
        self.task, self.number, self.places = task, number, len(task.costs)
        self.is_tail = task.objective == "tiondel"
        cluster = np.unique(task.costs.argmin(axis=0), return_inverse=True)[1].ravel()
        order = np.argsort(cluster, kind="stable")
        self.costs, self.weights = task.costs[:, order].T.copy(), task.weights[order]
        self.base = task.base[order]
        self.starts = np.flatnonzero(np.diff(cluster[order], prepend=-1))
        self.nearest_first = np.argsort(self.costs, axis=1, kind="stable")
        self.in_order = np.take_along_axis(self.costs, self.nearest_first, axis=1)
        groups = len(self.starts)
        low = high = 0.0
        if self.is_tail and len(task.base):
            low = float(task.base.min())
            high = max(_tail_begins(task.base, task.weights, task.tail), low)
        per_head = np.full(groups, 1.0 / task.unit)
        self.cost = np.concatenate([np.zeros(self.places), per_head, [1.0]])
        self.lower = np.append(np.zeros(self.places + groups), low)
        self.upper = np.concatenate([np.ones(self.places), np.full(groups, np.inf), [high]])
        self.rules: list[tuple[FloatArray, float, float]] = []
        """Coefficients of the variables, and from where to where their sum may lie."""
        self._choose(range(self.places), low=number, high=number)

    def run(self, seconds: float, *, is_whole: bool = True) -> OptimizeResult:
        """Solve the problem, or its linear relaxation."""
        lines, low, high = zip(*self.rules, strict=True)
        return milp(
            self.cost,
            integrality=np.arange(len(self.cost)) < self.places * is_whole,
            bounds=Bounds(self.lower, self.upper),
            constraints=LinearConstraint(csr_array(np.array(lines)), low, high),
            options={"time_limit": max(seconds, 0.05), "mip_rel_gap": RELATIVE_TIE},
        )

    def tighten(self) -> Iterator[float]:
        """Add cuts to the linear relaxation until its bound stands still; yield the bound."""
        bound, still = 0.0, 0
        self._add(self.base, self.lower[-1])
        while still < 2:
            solved = self.run(TIME_LIMIT_S, is_whole=False)
            if solved.x is None:
                return
            still = 0 if solved.fun > bound * (1 + TIGHT) else still + 1
            bound = max(bound, float(solved.fun))
            yield bound
            if not self._separate(solved.x):
                return

    def _choose(self, places: ArrayLike, *, low: float, high: float) -> None:
        line = np.zeros(len(self.cost))
        line[np.asarray(places)] = 1
        self.rules.append((line, low, high))

    def leave_out(self, chosen: IntArray) -> None:
        """Take a set out of what may be chosen, and add the cuts that hold with equality at it."""
        self._choose(chosen, low=-np.inf, high=self.number - 1.0)
        level = self.costs[:, chosen].min(axis=1)
        eta = _tail_begins(level, self.weights, self.task.tail) if self.is_tail else 0.0
        self._add(level, float(np.clip(eta, self.lower[-1], self.upper[-1])))

    def _separate(self, values: FloatArray) -> bool:
        """Add every cut that a solution breaks; return whether there was any."""
        x = np.clip(values[: self.places], 0.0, 1.0)
        running = np.cumsum(x[self.nearest_first], axis=1)
        at = (running < 1 - RELATIVE_TIE).sum(axis=1).clip(max=self.places - 1)
        level = np.minimum(self.base, self.in_order[np.arange(len(at)), at])
        return self._add(level, float(values[-1]), at=(x, values[self.places : -1]))

    def _add(
        self, level: FloatArray, eta: float, at: tuple[FloatArray, FloatArray] | None = None
    ) -> bool:
        """Add the cuts at some levels of the cells; with a point, only those that it breaks."""
        saved = np.maximum(level[:, None] - self.costs, 0.0)
        cost = level if at is None else level - saved @ at[0]
        counted = self.weights * (cost > eta) if self.is_tail else self.weights
        slope = np.add.reduceat(saved * counted[:, None], self.starts, axis=0)
        total = np.add.reduceat(level * counted, self.starts)
        number = np.add.reduceat(counted, self.starts)
        is_broken = number > 0
        if at is not None:
            missing = total - slope @ at[0] - eta * number - at[1]
            is_broken &= missing > SOLVER_TOLERANCE * np.maximum(total, 1.0)
        groups = np.flatnonzero(is_broken)
        lines = np.zeros((len(groups), len(self.cost)))
        lines[:, : self.places] = slope[groups]
        lines[np.arange(len(groups)), self.places + groups] = 1.0
        lines[:, -1] = number[groups]
        self.rules += [(*rule, np.inf) for rule in zip(lines, total[groups].tolist(), strict=True)]
        return bool(len(groups))
