"""How long plans and best places take; run with ``python -m tests.bench.bench_siting``.

Nothing here is a test. Each line says what was proved; budgets stand beside.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np

from ris_map.register.reading import load_register
from ris_map.siting.best import best_sets, last, problem, task_of
from ris_map.siting.plan import OBJECTIVES, Plan, SitingChoice
from ris_map.siting.rounds import best_rounds
from ris_map.siting.scenario import basis_of, scenario, state
from ris_map.travel.world import World, foundations

DATA = Path(__file__).parents[2] / "data"
DAY = date(2026, 11, 23)


def seconds(call: Callable[[], object]) -> tuple[float, object]:
    """Return the wall time of a call, and what it gave."""
    start = time.perf_counter()
    made = call()
    return time.perf_counter() - start, made


def main() -> None:
    """Time the county's own data, then a problem of national size."""
    register = load_register(DATA / "actors.yaml", today=DAY)
    world = World(foundations=foundations(DATA), register=register, on=DAY)
    plan = SitingChoice(openings=("vilhelmina:radgivning:ide",))
    basis = basis_of(world, plan)
    scenario(basis, plan)
    took = sorted(seconds(lambda: scenario(basis, plan))[0] for _ in range(5))[2]
    print(f"before and after               {1000 * took:7.0f} ms   at most 150")
    for objective in OBJECTIVES:
        asked = plan.model_copy(update={"openings": (), "objective": objective})
        task = task_of(basis, state(basis, Plan(), asked), asked)
        for number in (1, 2, 3, 5):
            took, answer = seconds(lambda t=task, n=number: best_sets(t, n))
            print(
                f"{objective:8} {number} places              {took:7.2f} s    "
                f"at most {1 if number < 5 else 5}; gap {answer.gap:.4f}"  # type: ignore[attr-defined]
            )
    for base in ("lycksele", "storuman", "umea"):
        asked = plan.model_copy(update={"openings": (), "base": base})
        took, found = seconds(lambda c=asked: last(best_rounds(basis, c)))
        print(f"rounds from {base:12}       {took:7.2f} s    at most 2; gap {found.gap:.4f}")  # type: ignore[attr-defined]
    rng = np.random.default_rng(20261126)
    demand, places = rng.uniform(0, 900, (2000, 2)), rng.uniform(0, 900, (290, 2))
    offices, people = rng.uniform(0, 900, (25, 2)), rng.integers(100, 20_000, 2000)

    def far(to: np.ndarray) -> np.ndarray:
        return np.hypot(*(to[:, None] - demand[None]).transpose(2, 0, 1)) * 1.3

    for objective in OBJECTIVES:
        task = problem(far(offices).min(axis=0), far(places), people, objective=objective, limit=60)
        took, answer = seconds(lambda t=task: best_sets(t, 3))
        gap = answer.gap  # type: ignore[attr-defined]
        print(f"national size, {objective:8} 3      {took:7.2f} s    gap {gap:.4f}")


if __name__ == "__main__":
    main()
