"""How long the finder takes: the library for every municipality and need, and the page's change.

Run with ``python -m tests.bench.bench_finder``. The page is measured beside a bare Streamlit app in
the same browser and run, as in :mod:`tests.bench.bench_page`.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from ris_map.finder.answer import find_support
from ris_map.finder.need import Need
from ris_map.geography.codes import MUNICIPALITY_CODES
from ris_map.register.reading import load_register
from ris_map.register.vocabulary import Phase
from ris_map.travel.world import World, foundations
from tests.bench.bench_page import Servers, bare_click, running_servers, time_click
from tests.bench.measure import Result, Traffic, quartiles, table
from tests.browser.harness import CHROMIUM_ARGS, DESKTOP, ROOT, chromium_path, settle

DAY = date(2026, 11, 23)
PATH = "/hitta?plats=2462&fas=ide"
PHASES = ".ris-chain a"
"""The other phases, in order: one press each."""
# What list and map say, as text; both must change when a phase is pressed.
READ = """() => {
  const frame = document.querySelector('iframe[data-testid=stCustomComponentV1]');
  const onMap = frame && frame.contentDocument
    ? [...frame.contentDocument.querySelectorAll('.ris-bubble')].map((e) => e.textContent.trim())
    : [];
  const listed = [...document.querySelectorAll('.ris-find-row')].map((e) => e.id);
  const before = window.risBefore;
  const now = [listed.join('|'), onMap.join('|')];
  if (!before) { window.risBefore = now; return 'same'; }
  return now[0] !== before[0] && now[1] !== before[1] ? 'both' : 'same';
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


def press(page: Page, turn: int) -> float:
    """One press on a phase other than the present one, to changed list and map."""
    page.evaluate("() => { window.risBefore = null; }")
    link = page.locator(PHASES).nth(turn % 2)  # from the first phase to the last and back
    elapsed = time_click(page, READ, link.click)
    settle(page)
    return elapsed


def measure_page(browser: Browser, servers: Servers, repeat: int) -> list[Result]:
    """A press on a phase to changed list and map, beside a bare app's choice in a list."""
    product, bare = (browser.new_context(**DESKTOP).new_page() for _ in range(2))
    product.goto(servers.product.url + PATH)
    bare.goto(servers.change.url)
    for page in (product, bare):
        settle(page)
    press(product, 1), bare_click(bare)  # the first ones warm caches up
    traffic = Traffic.listen(product)
    ours, theirs, sizes = [], [], []
    for turn in range(repeat):
        theirs.append(bare_click(bare))
        traffic.reset()
        ours.append(press(product, turn))
        sizes.append(float(traffic.total))
    return [
        Result(
            name="phase to changed list and map",
            unit="ms",
            value=statistics.median(ours),
            bare=statistics.median(theirs),
            budget=2.0,
            note=quartiles(ours),
        ),
        Result(
            name="bytes for one change",
            unit="B",
            value=statistics.median(sizes),
            note=f"largest {max(sizes):,.0f}",
        ),
    ]


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeat", type=int, default=15, help="presses measured (default 15)")
    parser.add_argument("--strict", action="store_true", help="fail when a budget is not kept")
    options = parser.parse_args()
    results = measure_library()
    with (
        tempfile.TemporaryDirectory() as folder,
        running_servers(Path(folder)) as servers,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(
            executable_path=chromium_path(), args=list(CHROMIUM_ARGS)
        )
        results += measure_page(browser, servers, options.repeat)
        browser.close()
    print(table(results))
    return int(options.strict and not all(result.kept for result in results))


if __name__ == "__main__":
    sys.exit(main())
