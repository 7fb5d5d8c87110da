"""Where new offices would help with what is asked: the best places, their steps, their regret."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ris_map.siting.best import TIME_LIMIT_S, Answer, Problem, best_sets, problem, search
from ris_map.siting.plan import LIMITS, OBJECTIVES, SitingChoice
from ris_map.siting.scenario import Basis, State, state
from ris_map.travel.network import IntArray


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
        basis.who_counts(choice.region),
        objective=choice.objective,
        limit=basis.limit,
    )


def suggestions(basis: Basis, choice: SitingChoice) -> Iterator[Suggestion]:
    """Yield the best places so far when the plan's other changes stand; see :func:`search`."""
    now, persons = state(basis, choice.plan, choice), basis.who_counts(choice.region)
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
        task = task_of(basis, state(basis, asked.plan, asked), asked)
        seconds = (deadline - time.monotonic()) / left
        best = best_sets(task, len(chosen), time_limit_s=seconds)
        yield Regret(
            asked=asked,
            loss=max(task.value(chosen) - best.value, 0.0),
            places=tuple(basis.place_ids[j] for j in best.sets[0]),
            is_proved=best.is_proved,
        )
