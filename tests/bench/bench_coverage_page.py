"""The coverage page in a browser: change of a control to changed picture, beside a bare app.

Run with ``python -m tests.bench.bench_coverage_page``; the ratio to the bare Streamlit click in the
same browser and run is what the budget speaks of.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.bench.bench_page import Servers, bare_click, running_servers, time_click
from tests.bench.measure import Result, Traffic, quartiles, table
from tests.browser.harness import CHROMIUM_ARGS, DESKTOP, chromium_path, settle

PATH = "/tackning"
BUDGET = 3.0
LIMITS = ("90", "60")
PHASES = ("Växa", "Idé")
# The figures as text; the matrix as text and what the map's frame last painted: both have changed.
READ_FIGURES = """() => document.querySelector('.cov-figures')?.textContent"""
READ_BOTH = """() => {
  const matrix = document.querySelector('.cov-matrix')?.textContent;
  const root = document.querySelector('iframe')?.contentDocument?.documentElement;
  const painted = root?.dataset.cells;
  window.risSeen = window.risSeen ?? [matrix, painted];
  return matrix !== window.risSeen[0] && painted !== window.risSeen[1];
}"""


def change(page: Page, key: str, texts: tuple[str, str], read: str) -> float:
    """Choose the other of two options; milliseconds until the picture has changed."""
    page.evaluate("() => { delete window.risSeen; }")
    chosen = page.locator(f".st-key-{key} [aria-checked=true]").inner_text()
    other = texts[1] if chosen.replace("\u00a0", " ").strip() == texts[0] else texts[0]
    button = page.locator(f".st-key-{key}").get_by_text(other, exact=True)
    elapsed = time_click(page, read, button.click)
    settle(page)
    return elapsed


def measure(browser: Browser, servers: Servers, repeat: int) -> list[Result]:
    """Both kinds of change and the bare app's, taking turns."""
    product, bare = (browser.new_context(**DESKTOP).new_page() for _ in range(2))
    product.goto(servers.product.url + PATH)
    bare.goto(servers.change.url)
    for page in (product, bare):
        settle(page)
    changes = {
        "time limit to changed figures": ("coverage-grans", LIMITS, READ_FIGURES),
        "phase to changed matrix and map": ("coverage-fas", PHASES, READ_BOTH),
    }
    for key, texts, read in changes.values():  # the first ones warm caches up
        change(product, key, texts, read), change(product, key, texts, read)
    bare_click(bare)
    traffic = Traffic.listen(product)
    theirs: list[float] = []
    ours: dict[str, list[float]] = {name: [] for name in changes}
    sizes: list[float] = []
    for _ in range(repeat):
        theirs.append(bare_click(bare))
        for name, (key, texts, read) in changes.items():
            for _there_and_back in texts:  # the limit shows in the matrix of offices only
                traffic.reset()
                ours[name].append(change(product, key, texts, read))
                sizes.append(float(traffic.total))
    results = [
        Result(
            name=name,
            unit="ms",
            value=statistics.median(times),
            bare=statistics.median(theirs),
            budget=BUDGET,
            note=quartiles(times),
        )
        for name, times in ours.items()
    ]
    size = Result(name="bytes of a change", unit="B", value=statistics.median(sizes))
    return [*results, size]


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeat", type=int, default=15, help="changes measured (default 15)")
    parser.add_argument("--strict", action="store_true", help="fail when a budget is not kept")
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        running_servers(Path(folder)) as servers,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(
            executable_path=chromium_path(), args=list(CHROMIUM_ARGS)
        )
        results = measure(browser, servers, options.repeat)
        browser.close()
    print(table(results))
    return int(options.strict and not all(result.kept for result in results))


if __name__ == "__main__":
    sys.exit(main())
