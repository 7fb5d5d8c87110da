"""How long plans and best places take; run with ``python -m tests.bench.bench_siting``.

Nothing here is a test. Each line of a best set says what was proved (its gap).
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np
from playwright.sync_api import Page, expect

from ris_map.siting.best import last, problem, search
from ris_map.siting.plan import OBJECTIVES, Opening, SitingChoice
from ris_map.siting.scenario import basis_of, scenario, state
from ris_map.siting.suggest import best_rounds, task_of
from tests.bench.measure import (
    READ_MAP,
    Bench,
    Result,
    county,
    main,
    measure_changes,
    time_click,
    timed,
)
from tests.browser.harness import map_frame, settle

PATH = "/tankom?oppna=vilhelmina:radgivning:ide"
READ_HEADLINE = "() => document.querySelector('h1.ris-title')?.textContent"


def gap(made: Any) -> str:
    """Say how far an answer may be from the best one."""
    return f"gap {made.gap:.4f}"


def measure_county(bench: Bench) -> Iterator[Result]:
    """The county's own data: a plan, the best places, the best rounds."""
    plan = SitingChoice(openings=(Opening.read("vilhelmina:radgivning:ide"),))
    basis = basis_of(county(), plan)
    calls = [partial(scenario, basis, plan)] * bench.options.repeat
    yield timed("before and after", calls, budget=150)
    asked = plan.model_copy(update={"openings": ()})
    for objective in OBJECTIVES:
        wanted = asked.model_copy(update={"objective": objective})
        task = task_of(basis, state(basis, wanted), wanted)
        for number in range(1, 6):
            budget = 1000 if number <= 3 else 5000
            best = partial(lambda *asked: last(search(*asked)), task, number)
            yield timed(f"{objective}, {number} places", [best], budget=budget, told=gap)
    for base in ("lycksele", "storuman", "umea"):
        wanted = asked.model_copy(update={"base": base})
        rounds = [lambda choice=wanted: last(best_rounds(basis, choice))]
        yield timed(f"rounds from {base}", rounds, budget=2000)


def measure_nation(_: Bench) -> Iterator[Result]:
    """A problem of national size: 290 places, 2 000 demand points, 25 offices."""
    rng = np.random.default_rng(20261126)
    demand, places = rng.uniform(0, 900, (2000, 2)), rng.uniform(0, 900, (290, 2))
    offices, people = rng.uniform(0, 900, (25, 2)), rng.integers(100, 20_000, 2000)

    def far(to: np.ndarray) -> np.ndarray:
        return np.hypot(*(to[:, None] - demand[None]).transpose(2, 0, 1)) * 1.3

    for objective in OBJECTIVES:
        task = problem(far(offices).min(axis=0), far(places), people, objective=objective, limit=60)
        name = f"national size, {objective}, 3 places"
        yield timed(name, [lambda task=task: last(search(task, 3))], told=gap)


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


def measure_page(bench: Bench) -> Iterator[Result]:
    """Changes of the page, the map with its sentence and the headline, beside a bare click."""
    reads = {"map": READ_MAP, "headline": READ_HEADLINE}
    changes = {
        f"click in the plan to changed {name}": partial(plan_click, read=read)
        for name, read in reads.items()
    }
    yield from measure_changes(bench, PATH, changes, budgets=dict.fromkeys(changes, 2.0))


if __name__ == "__main__":
    parts = {"county": measure_county, "nation": measure_nation, "page": measure_page}
    sys.exit(main(__doc__, parts))
