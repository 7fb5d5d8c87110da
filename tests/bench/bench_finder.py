"""How long the finder takes: the library for every municipality and need, and the page's change.

Run with ``python -m tests.bench.bench_finder``. The page is measured beside a bare Streamlit app in
the same browser and run.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import partial

from playwright.sync_api import Page

from ris_map.finder.answer import find_support
from ris_map.finder.need import Need
from ris_map.geography.divisions import MUNICIPALITY_CODES
from ris_map.register.vocabulary import Phase
from tests.bench.measure import Bench, Result, county, main, measure_changes, time_click, timed

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


def measure_library(_: Bench) -> Iterator[Result]:
    """One answer after the other: a place for the first time, then other phases at the same."""
    find_support(county(), Need(place="2480", phase=Phase.VAXA))
    for name, phases in (
        ("new place", [Phase.IDE]),
        ("another phase", [Phase.UTVECKLING, Phase.IDE]),
    ):
        needs = [Need(place=code, phase=phase) for code in MUNICIPALITY_CODES for phase in phases]
        calls = [partial(find_support, county(), need) for need in needs]
        yield timed(f"answer, {name}", calls, budget=50.0)


def press(page: Page) -> float:
    """One press on the first of the other phases, to changed list and map."""
    return time_click(page, READ, page.locator(PHASES).first.click)


def measure_page(bench: Bench) -> Iterator[Result]:
    """A press beside a choice in the bare app, and its bytes."""
    name = "phase to changed list and map"
    budgets = {name: 2.0, "bytes": 30_000.0}
    yield from measure_changes(bench, PATH, {name: press}, budgets=budgets)


if __name__ == "__main__":
    sys.exit(main(__doc__, {"library": measure_library, "page": measure_page}))
