"""How long plans and best places take; run with ``python -m tests.bench.bench_siting``.

Nothing here is a test. Each line says what was proved; budgets stand beside.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import Page, expect

from ris_map.register.reading import load_register
from ris_map.siting.best import best_sets, last, problem
from ris_map.siting.plan import OBJECTIVES, Plan, SitingChoice
from ris_map.siting.scenario import basis_of, scenario, state
from ris_map.siting.suggest import best_rounds, task_of
from ris_map.travel.world import World, foundations
from tests.bench.measure import (
    READ_MAP,
    Result,
    all_running,
    measure_changes,
    table,
    time_click,
)
from tests.browser.harness import map_frame, settle

DATA = Path(__file__).parents[2] / "data"
DAY = date(2026, 11, 23)
PATH = "/tankom?oppna=vilhelmina:radgivning:ide"
READ_HEADLINE = "() => document.querySelector('h1.ris-title')?.textContent"


def tell(what: str, budget: str, call: Callable[[], Any]) -> None:
    """Print how long a call took, alone and on all cores together, and what it proved.

    On a machine that is busy with other work the second figure is what the call costs.
    """
    start, used = time.perf_counter(), time.process_time()
    made = call()
    took, used = time.perf_counter() - start, time.process_time() - used
    gap = f"; gap {made.gap:.4f}" if hasattr(made, "gap") else ""
    print(f"{what:36} {took:6.2f} s ({used:5.2f} s of a core), at most {budget}{gap}")


def plan_click(page: Page, read: str) -> float:
    """Milliseconds from a click that takes an office out of the plan to what is then read.

    It is put back by a click on the map, which is not measured.
    """
    remove = page.get_by_role("button", name=re.compile("^Ta bort"))
    elapsed = time_click(page, read, remove.click)
    map_frame(page).locator("path[data-municipality='2462']").click()
    expect(page.locator("h1")).to_contain_text("Med rådgivning i Vilhelmina", timeout=60_000)
    settle(page)
    return elapsed


def measure_page(repeat: int = 15) -> list[Result]:
    """Changes of the page, the map with its sentence and the headline, beside a bare click."""
    reads = {"map": READ_MAP, "headline": READ_HEADLINE}
    changes = {
        f"click in the plan to changed {name}": partial(plan_click, read=read)
        for name, read in reads.items()
    }
    budgets = dict.fromkeys(changes, 2.0)
    with all_running() as (browser, servers):
        return measure_changes(browser, servers, PATH, changes, repeat=repeat, budgets=budgets)


def main() -> None:
    """Time the county's own data, then a problem of national size."""
    register = load_register(DATA / "actors.yaml", today=DAY)
    world = World(foundations=foundations(DATA), register=register, on=DAY)
    plan = SitingChoice(openings=("vilhelmina:radgivning:ide",))
    basis = basis_of(world, plan)
    scenario(basis, plan)
    tell("before and after", "0.15", lambda: scenario(basis, plan))
    asked = plan.model_copy(update={"openings": ()})
    for objective in OBJECTIVES:
        wanted = asked.model_copy(update={"objective": objective})
        task = task_of(basis, state(basis, Plan(), wanted), wanted)
        for number in (1, 2, 3, 4, 5):
            budget = "1" if number <= 3 else "5"
            tell(f"{objective}, {number} places", budget, partial(best_sets, task, number))
    for base in ("lycksele", "storuman", "umea"):
        wanted = asked.model_copy(update={"base": base})
        tell(f"rounds from {base}", "2", lambda c=wanted: last(best_rounds(basis, c)))
    rng = np.random.default_rng(20261126)
    demand, places = rng.uniform(0, 900, (2000, 2)), rng.uniform(0, 900, (290, 2))
    offices, people = rng.uniform(0, 900, (25, 2)), rng.integers(100, 20_000, 2000)

    def far(to: np.ndarray) -> np.ndarray:
        return np.hypot(*(to[:, None] - demand[None]).transpose(2, 0, 1)) * 1.3

    for objective in OBJECTIVES:
        task = problem(far(offices).min(axis=0), far(places), people, objective=objective, limit=60)
        tell(f"national size, {objective}, 3 places", "-", partial(best_sets, task, 3))
    print(table(measure_page()))


if __name__ == "__main__":
    main()
