"""How long the finder takes: the library for every municipality and need, and the page's change.

Run with ``python -m tests.bench.bench_finder``. The page is measured beside a bare Streamlit app in
the same browser and run.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from datetime import date

from playwright.sync_api import Page

from ris_map.finder.answer import find_support
from ris_map.finder.need import Need
from ris_map.geography.divisions import MUNICIPALITY_CODES
from ris_map.register.reading import load_register
from ris_map.register.vocabulary import Phase
from ris_map.travel.world import World, foundations
from tests.bench.measure import (
    Result,
    all_running,
    measure_changes,
    quartiles,
    table,
    time_click,
)
from tests.browser.harness import ROOT

DAY = date(2026, 11, 23)
PATH = "/hitta?plats=2462&fas=ide"
PHASES = ".ris-chain a"
"""The other phases, in order."""
# What list and map say, as text; both must change when a phase is pressed.
READ = """() => {
  const frame = document.querySelector('iframe[data-testid=stCustomComponentV1]');
  const onMap = frame && frame.contentDocument
    ? [...frame.contentDocument.querySelectorAll('.ris-bubble')].map((e) => e.textContent.trim())
    : [];
  const listed = [...document.querySelectorAll('.ris-find-row')].map((e) => e.id);
  const now = [listed.join('|'), onMap.join('|')], before = window.risSeen ??= now;
  return now[0] !== before[0] && now[1] !== before[1];
}"""


def measure_library() -> list[Result]:
    """One answer after the other: a place for the first time, and another phase at the same."""
    register = load_register(ROOT / "data" / "actors.yaml", today=DAY)
    world = World(foundations=foundations(ROOT / "data"), register=register, on=DAY)
    find_support(world, Need(place="2480", phase=Phase.VAXA))
    first, again = [], []
    for code in MUNICIPALITY_CODES:
        for times, phase in ((first, Phase.IDE), (again, Phase.UTVECKLING), (again, Phase.IDE)):
            start = time.perf_counter()
            find_support(world, Need(place=code, phase=phase))
            times.append((time.perf_counter() - start) * 1000)
    return [
        Result(
            name=name,
            unit="ms",
            value=statistics.median(times),
            budget=50.0,
            note=f"{quartiles(times)}, longest {max(times):.0f}; {len(register.actors)} actors",
        )
        for name, times in (("answer, new place", first), ("answer, another phase", again))
    ]


def press(page: Page) -> float:
    """One press on the first of the other phases, to changed list and map."""
    return time_click(page, READ, page.locator(PHASES).first.click)


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeat", type=int, default=15, help="presses measured (default 15)")
    parser.add_argument("--strict", action="store_true", help="fail when a budget is not kept")
    options = parser.parse_args()
    results = measure_library()
    name = "phase to changed list and map"
    with all_running() as (browser, servers):
        results += measure_changes(
            browser,
            servers,
            PATH,
            {name: press},
            repeat=options.repeat,
            budgets={name: 2.0, "bytes": 30_000.0},
        )
    print(table(results))
    return int(options.strict and not all(result.kept for result in results))


if __name__ == "__main__":
    sys.exit(main())
