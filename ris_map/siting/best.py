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
clusters of cells, and beyond ``eta``, where the worst tenth begins (else 0). Between two times that
``eta`` may have, ``max(t_i, earliest)`` gives a far better bound: they are halved until few matter.
Every set proposed is computed exactly and left out from then on, so that ties are found too.
"""

import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from copy import copy
from dataclasses import dataclass, field
from functools import lru_cache, partial
from itertools import combinations
from math import comb
from operator import attrgetter
from threading import Thread
from typing import Self, TypeVar

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
TIGHT = 1e-3
WIDEST_MIN = 4.0
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
    parts = [_Master(task, number)]
    while parts:
        part = min(parts, key=attrgetter("bound"))
        yield part.bound
        if part.bound > found.beyond(SOLVER_TOLERANCE):
            return
        if not part.is_tight:
            part.tighten()
        elif part.latest - part.earliest > WIDEST_MIN:
            parts.remove(part)
            parts += part.halves()
        else:
            seconds = deadline - time.monotonic()
            result = yield from in_thread(partial(part.run, seconds), part.bound)
            if result.status == 2:  # every set is known
                parts.remove(part)
            part.bound = max(part.bound, result.mip_dual_bound or 0.0)
            if result.x is not None:
                part.separate(result.x)
                chosen = np.flatnonzero(result.x[: len(task.costs)] > 0.5)
                found.offer(chosen[None], task.values(chosen[None]))
                for each in parts:
                    each.choose(chosen, low=-np.inf, high=number - 1.0)


class _Master:
    """A mixed-integer problem over the places, with ``eta`` between two times.

    Variables: whether each is chosen; the cost of each cluster of cells (those with the same
    nearest place); ``eta``. The last two are bounded from below by cuts.
    """

    def __init__(self, task: Problem, number: int) -> None:
        cluster, places = task.costs.argmin(axis=0), len(task.costs)
        order = np.argsort(cluster, kind="stable")
        self.costs, self.weights = task.costs[:, order].T.copy(), task.weights[order]
        self.base, self.cluster = task.base[order], cluster[order]
        is_tail = task.objective == "tiondel"
        self.latest = _tail_begins(task.base, task.weights, task.tail) if is_tail else 0.0
        self.earliest = float(task.costs.min(initial=self.latest))
        self.bound, self.is_tight = -np.inf, False
        self.cost = np.repeat([0.0, 1.0 / task.unit, 1.0], [places, places, 1])
        self.is_place = np.arange(len(self.cost)) < places
        self.rules: list[tuple[FloatArray, float, float]] = []
        """Coefficients of the variables, and from where to where their sum may lie."""
        self.choose(np.arange(places), low=number, high=number)

    def choose(self, places: IntArray, *, low: float, high: float) -> None:
        """Ask for a number of some places."""
        line = np.zeros(len(self.cost))
        line[places] = 1
        self.rules.append((line, low, high))

    def run(self, seconds: float, *, is_whole: bool = True) -> OptimizeResult:
        """Solve the problem, or its linear relaxation."""
        lines, low, high = zip(*self.rules, strict=True)
        least, most = np.zeros(len(self.cost)), np.where(self.is_place, 1.0, np.inf)
        least[-1], most[-1] = self.earliest, self.latest
        return milp(
            self.cost,
            integrality=self.is_place & is_whole,
            bounds=Bounds(least, most),
            constraints=LinearConstraint(csr_array(np.array(lines)), low, high),
            options={"time_limit": max(seconds, 0.05), "mip_rel_gap": RELATIVE_TIE},
        )

    def tighten(self) -> None:
        """Raise the bound by the linear relaxation, and add the cuts that its solution breaks."""
        solved = self.run(TIME_LIMIT_S, is_whole=False)
        self.is_tight = solved.x is None or solved.fun <= self.bound * (1 + TIGHT)
        if solved.x is not None:
            self.bound = max(self.bound, float(solved.fun))
            self.rules = [
                r for r in self.rules if r[2] < np.inf or r[0] @ solved.x <= r[1] * (1 + TIGHT)
            ]
            self.separate(solved.x)

    def halves(self) -> Iterator[Self]:
        """Yield the problem with the earlier and with the later times of ``eta``.

        A cell that takes less than the earliest counts as that long: it lifts the relaxation.
        """
        middle = (self.earliest + self.latest) / 2
        for earliest, latest in ((self.earliest, middle), (middle, self.latest)):
            half, kept = copy(self), self.base > earliest
            half.earliest, half.latest, half.is_tight = earliest, latest, False
            half.costs, half.base = np.maximum(self.costs[kept], earliest), self.base[kept]
            half.weights, half.cluster = self.weights[kept], self.cluster[kept]
            half.rules = self.rules.copy()
            yield half

    def separate(self, values: FloatArray) -> None:
        """Add every cut that a solution breaks."""
        x, eta = values[self.is_place], values[-1]
        used = np.flatnonzero(x > 0)
        in_order = np.argsort(self.costs[:, used], axis=1)
        running = np.cumsum(x[used][in_order], axis=1)
        at = (running < 1 - RELATIVE_TIE).sum(axis=1).clip(max=len(used) - 1)
        cells = np.arange(len(at))
        level = np.minimum(self.base, self.costs[cells, used[in_order[cells, at]]])
        saved = np.maximum(level[:, None] - self.costs, 0.0)
        counted = self.weights * (level - saved @ x > eta)
        starts = np.flatnonzero(np.diff(self.cluster, prepend=-1))
        total = np.add.reduceat(level * counted, starts)
        lines = np.zeros((len(starts), len(self.cost)))
        lines[:, self.is_place] = np.add.reduceat(saved * counted[:, None], starts, axis=0)
        lines[np.arange(len(starts)), len(x) + self.cluster[starts]] = 1.0
        lines[:, -1] = np.add.reduceat(counted, starts)
        is_broken = total - lines @ values > SOLVER_TOLERANCE * np.maximum(total, 1.0)
        broken = zip(lines[is_broken], total[is_broken].tolist(), strict=True)
        self.rules += [(*rule, np.inf) for rule in broken]
