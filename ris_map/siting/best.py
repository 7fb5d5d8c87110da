"""Where new offices would help most: exact, with ties, gap, steps and regret.

Existing offices stay; ``p`` new ones open at named places ``j``. Residents ``w_i`` of cell ``i``,
minutes ``d_ij`` to a place, ``b_i`` to the nearest existing office, ``t_i = min(b_i, min d_ij)``
over the chosen places, limit ``L``:

- ``inom``, MCLP (Church & ReVelle 1974): least residents beyond L, ``sum w_i [t_i > L]``;
- ``medel``, p-median (Hakimi 1964): least ``sum w_i t_i`` over residents with a road;
- ``tiondel``, CVaR (Rockafellar & Uryasev 2000): least mean ``t_i`` of the tenth of the residents
  with the longest way, at most ``q_i <= w_i`` of each cell: ``max_q sum q_i t_i / sum q_i``.

For the last two, ``c_i(x) = min(b_i, min_j d_ij)`` is convex in the choice x: for any level C,

    c_i(x) >= C - sum_j x_j max(0, C - d_ij)

with equality where C is what i costs at x. Added up over the cells of a cluster, and beyond ``eta``
for the worst tenth (``eta`` = 0 for the mean), these are Benders cuts on the cluster's variable.
First the linear relaxation is tightened by cuts, then HiGHS (``scipy.optimize.milp``) minimises
over whole sets; each set that it proposes gives further cuts until the best set costs no more than
the bound. MCLP goes to HiGHS whole, cells with the same places added up.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, OptimizeResult, milp
from scipy.sparse import csr_array, eye_array, hstack

from ris_map.siting.plan import LIMITS, OBJECTIVES, SitingChoice
from ris_map.siting.scenario import WORST_PERCENT, Basis, State
from ris_map.travel.arrays import FloatArray, IntArray

TIME_LIMIT_S = 5.0
MOST_TIES = 12
TAIL_STEPS = 5
FINEST = 3.0
"""Minutes; ranges of where the worst tenth begins are cut down to this."""
TIGHT = 1e-4
SOLVER_TOLERANCE = 1e-6
"""Share by which HiGHS may miss a bound."""
RELATIVE_TIE = 1e-9
"""Sets whose cost differs by less than this share are equally good."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Problem:
    """Costs of cells, before and by place.

    Parameters
    ----------
    objective : str
        ``inom``, ``medel`` or ``tiondel``.
    weights : array of float, shape (cells,)
        Residents whose minutes count.
    base : array of float, shape (cells,)
        ``c_i0``: minutes, or whether beyond the limit, with the offices that stay.
    costs : array of float, shape (places, cells)
        ``c_ij``.
    tail : float
        Residents over whom the mean is taken.
    unreached : int
        Residents left out because no road, office or place reaches them.
    """

    objective: str
    weights: FloatArray
    base: FloatArray
    costs: FloatArray
    tail: float
    unreached: int = 0

    def current(self, places: Sequence[int]) -> FloatArray:
        """Return the cost of each cell with some places open."""
        if not len(places):
            return self.base
        current: FloatArray = np.minimum(self.base, self.costs[list(places)].min(axis=0))
        return current

    def counted(self, current: FloatArray) -> FloatArray:
        """Return ``q``: how many residents of each cell count."""
        if self.objective != "tiondel":
            return self.weights
        order = np.argsort(-current)
        running = np.cumsum(self.weights[order])
        taken = np.empty_like(self.weights)
        taken[order] = np.clip(self.tail - (running - self.weights[order]), 0, self.weights[order])
        return taken

    def value(self, places: Sequence[int]) -> float:
        """Return residents beyond the limit, or mean minutes, of those who count."""
        current = self.current(places)
        total = float(self.counted(current) @ current)
        return total if self.objective == "inom" else total / max(self.tail, 1.0)


def problem(
    minutes: FloatArray,
    place_minutes: FloatArray,
    residents: IntArray,
    *,
    objective: str,
    limit: float,
) -> Problem:
    """Return the problem of one objective.

    Parameters
    ----------
    minutes : array of float, shape (cells,)
        To the nearest office that stays.
    place_minutes : array of float, shape (places, cells)
        To each place.
    residents : array of int, shape (cells,)
        Who counts; 0 for nobody.
    """
    best = np.minimum(minutes, place_minutes.min(axis=0, initial=np.inf))
    lost = ~np.isfinite(best) & (residents > 0)
    if objective == "inom":
        base, costs = (minutes > limit).astype(np.float64), (place_minutes > limit).astype(float)
        lost = np.zeros_like(lost)
    else:
        # without an office yet: farther than any place, so that one is always worth more
        worst = 2 * max(
            float(
                np.max(
                    place_minutes[:, ~lost],
                    where=np.isfinite(place_minutes[:, ~lost]),
                    initial=limit,
                )
            ),
            limit,
        )
        base = np.where(np.isfinite(minutes), minutes, worst)
        costs = np.where(np.isfinite(place_minutes), place_minutes, worst)
    counts = np.where(lost, 0, residents)
    tail = float(counts.sum())
    if objective == "tiondel":
        tail = float(-(-tail * WORST_PERCENT // 100))
        # the worst tenth never begins nearer than with every place open
        nearest = _tail_begins(np.minimum(base, costs.min(axis=0)), counts, tail)
        base, costs = np.maximum(base, nearest), np.maximum(costs, nearest)
    weights, base, costs = _merged(
        counts[counts > 0].astype(np.float64), base[counts > 0], costs[:, counts > 0]
    )
    return Problem(
        objective=objective,
        weights=weights,
        base=base,
        costs=costs,
        tail=tail,
        unreached=int(residents[lost].sum()),
    )


def _tail_begins(minutes: FloatArray, weights: FloatArray | IntArray, tail: float) -> float:
    """Return the longest time that at least a tail of the residents has or exceeds."""
    order = np.argsort(-minutes)
    at = int(np.searchsorted(np.cumsum(weights[order]), tail))
    return float(minutes[order[min(at, len(order) - 1)]]) if len(order) else 0.0


def _merged(
    weights: FloatArray, base: FloatArray, costs: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Add up cells that all have the same costs: nothing is lost, and it is faster."""
    if not len(base):
        return weights, base, costs
    rows = np.ascontiguousarray(np.column_stack([base, costs.T]))
    as_bytes = rows.view(np.dtype((np.void, rows.dtype.itemsize * rows.shape[1]))).ravel()
    _, first, which = np.unique(as_bytes, return_index=True, return_inverse=True)
    summed = np.bincount(which.ravel(), weights).astype(np.float64)
    return summed, base[first], costs[:, first]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The best sets of places.

    Parameters
    ----------
    objective : str
        What was reached for.
    value, before : float
        Residents beyond the limit, or mean minutes, with the best set and without it.
    sets : tuple of tuple of int
        Every set that is equally good, positions of places ascending; the first is the proposal.
    has_more_ties : bool
        Whether there are more than are listed.
    gap : float
        (value - bound) / value: 0 = proved best.
    is_proved : bool
        Whether the search ended by itself and not by its time limit.
    """

    objective: str
    value: float
    before: float
    sets: tuple[tuple[int, ...], ...]
    has_more_ties: bool
    gap: float
    is_proved: bool


def best_sets(
    task: Problem, number: int, *, time_limit_s: float = TIME_LIMIT_S, with_ties: bool = True
) -> Answer:
    """Return every best set of a number of places, proved by a bound."""
    number = min(number, len(task.costs))
    deadline = time.monotonic() + time_limit_s
    best = [_greedy(task, number)]
    value = task.value(best[0])
    open_masters = _masters(task, number, best[0])
    excluded: list[tuple[int, ...]] = []
    while open_masters and time.monotonic() < deadline:
        master = open_masters[-1]
        slack, tie = (r * max(abs(value), 1.0) for r in (SOLVER_TOLERANCE, RELATIVE_TIE))
        if not master.is_tight:
            master.tighten(deadline, enough=value + slack)
            if master.bound > value + slack:
                open_masters.pop()
            elif parts := master.parts():
                open_masters[-1:] = parts
            continue
        found = master.solve(excluded, deadline - time.monotonic())
        if found is None:
            if not master.is_empty:
                break
            open_masters.pop()
            continue
        chosen, lowest = found
        master.bound = max(master.bound, lowest)
        is_beaten = lowest > value + slack  # nothing else here is as good
        if is_beaten or (lowest >= value - slack and (not with_ties or len(best) > MOST_TIES)):
            open_masters.pop()
            continue
        here = task.value(chosen)
        if here < value - tie:
            best, value = [chosen], here
        elif here <= value + tie and chosen not in best:
            best.append(chosen)
        excluded.append(chosen)  # its cost is known
        master.cut(chosen)
    bound = min((master.bound for master in open_masters), default=value)
    return Answer(
        objective=task.objective,
        value=value,
        before=task.value(()),
        sets=tuple(sorted(best)[:MOST_TIES] if with_ties else best[:1]),
        has_more_ties=len(best) > MOST_TIES,
        gap=min(max((value - bound) / max(abs(value), 1e-12), 0.0), 1.0),
        is_proved=not open_masters,
    )


def _masters(task: Problem, number: int, greedy: tuple[int, ...]) -> list[_Master]:
    """Return master problems that together hold every set.

    The worst tenth is cut up by where it begins, finest where the first good set has it.
    """
    if task.objective == "inom":
        return [_Covering(task, number)]
    if task.objective == "medel":
        return [_Cuts(task, number, (0.0, 0.0))]
    high = min(_tail_begins(task.base, task.weights, task.tail), task.value(greedy))
    low = min(_lowest_tail(task, number, high), high)
    middle = _tail_begins(task.current(greedy), task.weights, task.tail)
    edges = [low, *(middle + step * FINEST for step in (-1.5, -0.5, 0.5, 1.5)), high]
    edges = sorted({min(max(edge, low), high) for edge in edges})
    return [_Cuts(task, number, part) for part in pairwise(edges)] or [
        _Cuts(task, number, (low, high))
    ]


def _lowest_tail(task: Problem, number: int, high: float) -> float:
    """Return minutes below which the worst tenth of no set of places begins.

    If even the linear relaxation of MCLP leaves a tenth beyond L, so does every set.
    """
    low = float(task.base.min())
    for _ in range(TAIL_STEPS):
        limit = (low + high) / 2
        weights, base, costs = _merged(
            task.weights, (task.base > limit).astype(float), (task.costs > limit).astype(float)
        )
        cover = Problem(objective="inom", weights=weights, base=base, costs=costs, tail=1.0)
        left = _Covering(cover, number).run([], 1.0, is_whole=False)
        if left.x is not None and left.fun >= task.tail * (1 + SOLVER_TOLERANCE):
            low = limit
        else:
            high = limit
    return low


def _greedy(task: Problem, number: int) -> tuple[int, ...]:
    """Return a good set to begin with: the best place each time, then the best exchanges."""
    chosen: list[int] = []
    everyone = range(len(task.costs))
    for _ in range(number):
        left = [j for j in everyone if j not in chosen]
        chosen.append(min(left, key=lambda j: (task.value([*chosen, j]), j)))
    value = task.value(chosen)
    for at in [*range(number)] * (number > 1):
        rest = chosen[:at] + chosen[at + 1 :]
        one = min((j for j in everyone if j not in rest), key=lambda j: (task.value([*rest, j]), j))
        if task.value([*rest, one]) < value:
            chosen[at] = one
            value = task.value(chosen)
    return tuple(sorted(chosen))


class _Master:
    """A mixed-integer problem over the places; the first variables are whether each is chosen."""

    def __init__(self, task: Problem, number: int) -> None:
        self.task, self.number, self.places = task, number, len(task.costs)
        self.is_empty, self.is_tight, self.bound = False, True, 0.0

    def form(self) -> tuple[FloatArray, Bounds, list[LinearConstraint]]:
        """Return cost, bounds and constraints of all variables."""
        raise NotImplementedError

    def tighten(self, deadline: float, *, enough: float) -> None:
        """Add cuts to the linear relaxation until its bound stands still or is enough."""

    def parts(self) -> list[_Master]:
        """Return problems that together are this one and are easier to prove; none = solve it."""
        return []

    def cut(self, chosen: tuple[int, ...]) -> None:
        """Add what is learnt from a set."""

    def run(
        self, excluded: Sequence[tuple[int, ...]], seconds: float, *, is_whole: bool
    ) -> OptimizeResult:
        """Solve the problem without some sets, or its linear relaxation."""
        cost, bounds, constraints = self.form()
        lines = [np.ones(self.places)]
        for known in excluded:
            lines.append(np.zeros(self.places))
            lines[-1][list(known)] = 1
        block = np.zeros((len(lines), len(cost)))
        block[:, : self.places] = lines
        low = np.append(float(self.number), np.full(len(excluded), -np.inf))
        high = np.append(float(self.number), [len(known) - 1.0 for known in excluded])
        kinds = np.zeros(len(cost))
        kinds[: self.places] = float(is_whole)
        return milp(
            cost,
            integrality=kinds,
            bounds=bounds,
            constraints=[LinearConstraint(csr_array(block), low, high), *constraints],
            options={"time_limit": max(seconds, 0.05), "mip_rel_gap": 1e-9},
        )

    def solve(
        self, excluded: Sequence[tuple[int, ...]], seconds: float
    ) -> tuple[tuple[int, ...], float] | None:
        """Return the best set and its bound; None when there is none, or no time."""
        solved = self.run(excluded, seconds, is_whole=True)
        if solved.x is None or solved.status != 0:
            self.is_empty = solved.status == 2
            return None
        chosen = np.flatnonzero(solved.x[: self.places] > 0.5)
        return tuple(chosen.tolist()), float(solved.fun)


class _Covering(_Master):
    """MCLP: y_i = 1 if still beyond the limit, so y_i + the chosen places that help >= 1."""

    def __init__(self, task: Problem, number: int) -> None:
        super().__init__(task, number)
        open_cells = np.flatnonzero((task.base > 0) & (task.weights > 0))
        helps = csr_array((task.costs[:, open_cells] < 1).T.astype(np.float64))
        self.cost = np.append(np.zeros(self.places), task.weights[open_cells])
        self.rows = hstack([helps, eye_array(len(open_cells))], format="csr")

    def form(self) -> tuple[FloatArray, Bounds, list[LinearConstraint]]:
        """Return the whole problem."""
        rows = [LinearConstraint(self.rows, 1.0, np.inf)] if self.rows.shape[0] else []
        return self.cost, Bounds(0.0, 1.0), rows


class _Cuts(_Master):
    """Mean or worst tenth: a variable per cluster of cells, and eta, bounded from below by cuts.

    A cluster is the cells that have the same nearest place.
    """

    def __init__(self, task: Problem, number: int, eta: tuple[float, float]) -> None:
        super().__init__(task, number)
        self.is_tail, self.eta, self.is_tight = task.objective == "tiondel", eta, False
        self.bound = eta[0]  # the mean of a tail is never below where it begins
        base, costs = np.maximum(task.base, self.eta[0]), np.maximum(task.costs, self.eta[0])
        kept = np.flatnonzero(base > self.eta[0])
        weights, base, costs = _merged(task.weights[kept], base[kept], costs[:, kept])
        cluster = np.unique(costs.argmin(axis=0), return_inverse=True)[1].ravel()
        order = np.argsort(cluster, kind="stable")
        self.base, self.costs = base[order], costs[:, order].T.copy()
        self.weights = weights[order]
        self.starts = np.flatnonzero(np.diff(cluster[order], prepend=-1))
        self.nearest_first = np.argsort(self.costs, axis=1, kind="stable")
        self.in_order = np.take_along_axis(self.costs, self.nearest_first, axis=1)
        self.lines: list[FloatArray] = []
        self.levels: list[float] = []

    def form(self) -> tuple[FloatArray, Bounds, list[LinearConstraint]]:
        """Return the problem under all cuts so far."""
        groups = len(self.starts)
        per_head = np.full(groups, 1.0 / self.task.tail)
        cost = np.concatenate([np.zeros(self.places), per_head, [1.0]])
        lower = np.append(np.zeros(self.places + groups), self.eta[0])
        upper = np.concatenate([np.ones(self.places), np.full(groups, np.inf), [self.eta[1]]])
        cuts = LinearConstraint(csr_array(np.array(self.lines)), self.levels, np.inf)
        return cost, Bounds(lower, upper), [cuts] if self.lines else []

    def tighten(self, deadline: float, *, enough: float) -> None:
        """Add cuts to the linear relaxation until its bound stands still or is enough."""
        self._add(self.base, np.zeros(len(self.starts)), self.eta[0])
        still = 0
        while still < 2 and self.bound <= enough and time.monotonic() < deadline:
            solved = self.run([], deadline - time.monotonic(), is_whole=False)
            if solved.x is None:
                break
            still = 0 if solved.fun > self.bound * (1 + TIGHT) else still + 1
            self.bound = max(self.bound, float(solved.fun))
            if not self._separate(solved.x):
                break
        self.is_tight = True

    def parts(self) -> list[_Master]:
        """Return the two halves of where the worst tenth may begin, while that is a wide range."""
        low, high = self.eta
        if high - low <= FINEST * 1.01:
            return []
        halves = [(low, (low + high) / 2), ((low + high) / 2, high)]
        return [_Cuts(self.task, self.number, half) for half in halves]

    def cut(self, chosen: tuple[int, ...]) -> None:
        """Add the cuts that hold with equality at a set."""
        x = np.zeros(self.places)
        x[list(chosen)] = 1.0
        level = np.minimum(self.base, self.costs[:, list(chosen)].min(axis=1))
        eta = 0.0
        if self.is_tail:
            task = self.task
            eta = _tail_begins(task.current(chosen), task.weights, task.tail)
            eta = min(max(eta, self.eta[0]), self.eta[1])
        self._add(level, np.full(len(self.starts), -np.inf), eta)

    def _separate(self, values: FloatArray) -> bool:
        """Add every cut that a solution breaks; return whether there was any."""
        x = np.clip(values[: self.places], 0.0, 1.0)
        running = np.cumsum(x[self.nearest_first], axis=1)
        at = (running < 1 - 1e-9).sum(axis=1)
        reached = np.where(
            at < self.places,
            self.in_order[np.arange(len(at)), np.minimum(at, self.places - 1)],
            np.inf,
        )
        level = np.minimum(self.base, reached)
        groups = len(self.starts)
        return self._add(level, values[self.places : self.places + groups], float(values[-1]), x=x)

    def _add(
        self, level: FloatArray, theta: FloatArray, eta: float, x: FloatArray | None = None
    ) -> bool:
        saved = np.maximum(level[:, None] - self.costs, 0.0)
        cost = level if x is None else level - saved @ x
        counted = self.weights * (cost > eta) if self.is_tail else self.weights
        slope = np.add.reduceat(saved * counted[:, None], self.starts, axis=0)
        total = np.add.reduceat(level * counted, self.starts)
        number = np.add.reduceat(counted, self.starts)
        at = np.zeros(self.places) if x is None else x
        broken = total - slope @ at - eta * number - theta if x is not None else np.inf
        broken = np.broadcast_to(broken, total.shape)
        for g in np.flatnonzero((broken > 1e-6 * np.maximum(total, 1.0)) & (number > 0)):
            line = np.zeros(self.places + len(self.starts) + 1)
            line[: self.places] = slope[g]
            line[self.places + g] = 1.0
            line[-1] = number[g]
            self.lines.append(line)
            self.levels.append(float(total[g]))
        return bool((broken > 1e-6 * np.maximum(total, 1.0)).any())


# ---------------------------------------------------------------- for one question


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One place of a set, in the order in which each adds most, and residents within L then."""

    place: str
    within: int
    mean_minutes: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Regret:
    """What a proposal loses against the best set for another norm.

    ``value`` and ``best`` in residents beyond the limit or mean minutes; ``places`` are the best
    set of that norm.
    """

    norm: str
    value: float
    best: float
    places: tuple[str, ...]

    @property
    def loss(self) -> float:
        """How much worse the proposal is; 0 = it is best there too."""
        return max(self.value - self.best, 0.0)


@dataclass(frozen=True, kw_only=True, eq=False)
class Suggestion:
    """The best places for a question, and what else one should know before choosing.

    Parameters
    ----------
    answer : Answer
        The best sets.
    places : tuple of tuple of str
        Their places' ids.
    steps : tuple of Step
        Of the first set.
    singles : tuple of (str, int)
        The best single places and how many residents more each brings within the limit.
    """

    answer: Answer
    places: tuple[tuple[str, ...], ...]
    steps: tuple[Step, ...]
    singles: tuple[tuple[str, int], ...]
    unreached: int
    seconds: float
    regrets: tuple[Regret, ...] = field(default=())


def who_counts(basis: Basis, region: str) -> IntArray:
    """Return residents by cell; outside the region nobody counts."""
    persons = basis.residents.persons
    return persons if region == "lan" else np.where(basis.cells_of(region), persons, 0)


def suggest(basis: Basis, now: State, choice: SitingChoice) -> Suggestion:
    """Return the best places for a question when the plan's other changes stand."""
    started = time.perf_counter()
    persons = who_counts(basis, choice.region)
    task = problem(
        now.minutes, basis.place_minutes, persons, objective=choice.objective, limit=basis.limit
    )
    answer = best_sets(task, choice.number)
    seconds = time.perf_counter() - started
    places = tuple(tuple(basis.place_ids[j] for j in found) for found in answer.sets)
    within = (basis.place_minutes <= basis.limit) & (now.minutes > basis.limit)
    more = within @ persons
    order = sorted(range(len(more)), key=lambda j: (-more[j], basis.place_ids[j]))[:5]
    return Suggestion(
        answer=answer,
        places=places,
        steps=_steps(basis, now, persons, answer.sets[0], task),
        singles=tuple((basis.place_ids[j], int(more[j])) for j in order),
        unreached=task.unreached,
        seconds=seconds,
    )


def _steps(
    basis: Basis, now: State, persons: IntArray, chosen: Sequence[int], task: Problem
) -> tuple[Step, ...]:
    left, taken, steps = list(chosen), list[int](), []
    while left:
        one = min(left, key=lambda j: (task.value([*taken, j]), j))
        left.remove(one)
        taken.append(one)
        minutes = np.minimum(now.minutes, basis.place_minutes[taken].min(axis=0))
        there = np.isfinite(minutes) & (persons > 0)
        steps.append(
            Step(
                place=basis.place_ids[one],
                within=int(persons[minutes <= basis.limit].sum()),
                mean_minutes=float(
                    np.average(minutes[there], weights=persons[there]) if there.any() else np.nan
                ),
            )
        )
    return tuple(steps)


def regrets(
    chosen: Sequence[int],
    settings: Sequence[tuple[str, Basis, State]],
    choice: SitingChoice,
) -> tuple[Regret, ...]:
    """Return what a set loses under other norms: speed models, limits and objectives.

    Parameters
    ----------
    chosen : sequence of int
        The set.
    settings : sequence of (name, Basis, State)
        The question as asked first, then under other speed models.
    """
    found = []
    for at, (name, basis, now) in enumerate(settings):
        persons = who_counts(basis, choice.region)
        norms = (
            [(choice.objective, basis.limit)]
            if at
            else [
                *((o, basis.limit) for o in OBJECTIVES if o != choice.objective),
                *(("inom", float(limit)) for limit in LIMITS if limit != basis.limit),
            ]
        )
        for objective, limit in norms:
            task = problem(
                now.minutes, basis.place_minutes, persons, objective=objective, limit=limit
            )
            best = best_sets(task, len(chosen), with_ties=False, time_limit_s=2.0)
            norm = name or (objective if limit == basis.limit else f"{objective}-{limit:.0f}")
            found.append(
                Regret(
                    norm=norm,
                    value=task.value(chosen),
                    best=best.value,
                    places=tuple(basis.place_ids[j] for j in best.sets[0]),
                )
            )
    return tuple(found)
