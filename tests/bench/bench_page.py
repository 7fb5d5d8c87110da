"""The product measured in a browser, beside a bare Streamlit app in the same browser and run.

Times on one machine mean little elsewhere; the ratio to the bare app is what the budget speaks of.
Run with ``make bench``; the table is printed and output/bench.json written. A budget that is not
kept is an error only with ``--strict``.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.bench.measure import (
    Result,
    Servers,
    Traffic,
    quartiles,
    resident_bytes,
    running_servers,
    table,
    write_report,
)
from tests.bench.sessions import run_sessions
from tests.browser.harness import (
    CHROMIUM_ARGS,
    DESKTOP,
    ROOT,
    chromium_path,
    settle,
)

# ---- what the product's page looks like; the only lines to change when it changes
PRODUCT_PATH = "/"
FILTER = ".st-key-fas button:has-text('Idé')"
# What the map shows, as text; it must change when the filter is clicked.
READ_MAP = """() => [...document.querySelectorAll('iframe')].map((frame) => frame.contentDocument
  ? [...frame.contentDocument.querySelectorAll('.ris-bubble')]
      .map((e) => `${e.getAttribute('aria-label')} ${e.textContent.trim()}`).join('|')
  : '').join('#')"""
MAP_DRAWN = """() => [...document.querySelectorAll('iframe')].some((frame) =>
  frame.contentDocument
  && frame.contentDocument.querySelectorAll('path').length >= 15
  && frame.contentDocument.querySelectorAll('.ris-bubble').length > 0)"""
# A person reads between two changes; without pauses this would measure a queue.
PAUSE_SECONDS = 10.0
QUERIES = ("fas=ide", "fas=utveckling", "fas=vaxa", "")

# ---- the bare app
BARE_READ = "() => document.querySelector('[data-testid=stText]')?.textContent"
BARE_DRAWN = "() => document.querySelector('h1')?.textContent === 'hello'"

BUDGETS = {
    "click": 2.0,
    "load": 1.5,
    "change bytes": 30_000.0,
    "geometry bytes": 150_000.0,
    "session MB": 5.0,
    "many sessions": 3.0,
}


def time_click(page: Page, read: str, click: Callable[[], None]) -> float:
    """Milliseconds from a finger's pressing to the frame in which the result is other than before.

    Measured inside the page, so that the remote control of the browser takes no part in it.
    """
    page.evaluate(
        f"""() => {{
          const read = {read};
          const before = read();
          window.risBench = new Promise((done) => addEventListener('pointerdown', () => {{
            const start = performance.now();
            const look = () => read() === before
              ? requestAnimationFrame(look) : done(performance.now() - start);
            look();
          }}, {{capture: true, once: true}}));
        }}"""
    )
    click()
    elapsed: float = page.evaluate("() => window.risBench")
    return elapsed


def product_click(page: Page) -> float:
    """One click on the product's filter."""
    elapsed = time_click(page, READ_MAP, page.locator(FILTER).first.click)
    settle(page)
    return elapsed


def bare_click(page: Page) -> float:
    """One choice in the bare app's list: the list is opened first, outside the measurement."""
    page.locator(
        "[data-testid=stSelectbox] [role=combobox], [data-testid=stSelectbox] input"
    ).first.click()
    shown = page.locator("[data-testid=stText]").inner_text()
    other = "two" if shown.endswith("one") else "one"
    option = page.get_by_role("option", name=other, exact=True)
    option.wait_for()
    elapsed = time_click(page, BARE_READ, option.click)
    settle(page)
    return elapsed


def measure_clicks(browser: Browser, servers: Servers, repeat: int) -> list[Result]:
    """Filter click to changed map, and the bytes of it; the two apps take turns."""
    product, bare = (browser.new_context(**DESKTOP).new_page() for _ in range(2))
    product.goto(servers.product.url + PRODUCT_PATH)
    bare.goto(servers.change.url)
    for page in (product, bare):
        settle(page)
    product_click(product), bare_click(bare)  # the first ones warm caches up
    traffic = Traffic.listen(product)
    ours, theirs, sizes = [], [], []
    for _ in range(repeat):
        theirs.append(bare_click(bare))
        traffic.reset()
        ours.append(product_click(product))
        sizes.append(float(traffic.total))
    for page in (product, bare):
        page.context.close()
    return [
        Result(
            name="filter click to changed map",
            unit="ms",
            value=statistics.median(ours),
            bare=statistics.median(theirs),
            budget=BUDGETS["click"],
            note=quartiles(ours),
        ),
        Result(
            name="bytes for one filter change",
            unit="B",
            value=statistics.median(sizes),
            budget=BUDGETS["change bytes"],
            note=f"largest {max(sizes):,.0f}",
        ),
    ]


def load_time(page: Page, url: str, drawn: str) -> float:
    """Milliseconds from the start of the navigation until the page shows what was asked for."""
    page.goto(url, wait_until="commit")
    page.wait_for_function(drawn, polling="raf", timeout=60_000)
    elapsed: float = page.evaluate("performance.now()")
    settle(page)
    return elapsed


def measure_loads(browser: Browser, servers: Servers, repeat: int) -> list[Result]:
    """First load to map drawn, and that of a later visit with the files kept; with the bytes.

    The budget speaks of the first load. A later visit is printed beside it: the bare page has
    hardly anything to do then, so that its ratio is always the higher of the two. Bytes are counted
    in a turn of their own, the first: counting costs processor time for every file and message,
    which the page being measured would wait for.
    """
    pages = {
        "product": (servers.product.url + PRODUCT_PATH, MAP_DRAWN),
        "bare": (servers.hello.url, BARE_DRAWN),
    }
    times: dict[tuple[str, str], list[float]] = {}
    traffic: dict[str, Traffic] = {}
    for turn in range(repeat + 1):
        for name, (url, drawn) in pages.items():
            context = browser.new_context(**DESKTOP)
            for cache in ("cold", "warm"):
                page = context.new_page()
                if not turn:
                    traffic[f"{name} {cache}"] = Traffic.listen(page)
                elapsed = load_time(page, url, drawn)
                if turn:  # the server's own first time is not the visitor's
                    times.setdefault((name, cache), []).append(elapsed)
                page.close()
            context.close()
    results = [
        Result(
            name=name,
            unit="ms",
            value=statistics.median(times["product", cache]),
            bare=statistics.median(times["bare", cache]),
            budget=budget,
            note=quartiles(times["product", cache]),
        )
        for name, cache, budget in (
            ("first load to map drawn", "cold", BUDGETS["load"]),
            ("later visit to map drawn", "warm", None),
        )
    ]
    return [*results, *load_sizes(traffic)]


def load_sizes(traffic: dict[str, Traffic]) -> list[Result]:
    """The bytes of the first and of the second load."""
    cold, warm = traffic["product cold"], traffic["product warm"]
    parts = ", ".join(f"{kind} {size:,}" for kind, size in cold.bytes_by_kind.most_common())
    return [
        Result(
            name="bytes of the first load",
            unit="B",
            value=cold.total,
            bare=traffic["bare cold"].total,
            note=parts,
        ),
        Result(name="bytes of the second load", unit="B", value=warm.total),
        Result(
            name="geometry in the first load",
            unit="B",
            value=cold.bytes_by_kind["geometry"],
            budget=BUDGETS["geometry bytes"],
            note=f"second load {warm.bytes_by_kind['geometry']:,} B",
        ),
    ]


def measure_memory(browser: Browser, servers: Servers, sessions: int) -> Result:
    """The server's resident memory for each further session."""
    before = resident_bytes(servers.product.process.pid)
    contexts = []
    for _ in range(sessions):
        contexts.append(browser.new_context(**DESKTOP))
        page = contexts[-1].new_page()
        page.goto(servers.product.url + PRODUCT_PATH)
        settle(page)
    after = resident_bytes(servers.product.process.pid)
    for context in contexts:
        context.close()
    return Result(
        name="server memory per session",
        unit="MB",
        value=(after - before) / sessions / 1e6,
        budget=BUDGETS["session MB"],
        note=f"{sessions} sessions, server {after / 1e6:,.0f} MB",
    )


def measure_sessions(servers: Servers, sessions: int) -> Result:
    """The median change of many sessions at once, compared with that of one alone."""
    url = servers.product.url
    alone = run_sessions(url, QUERIES, sessions=1, changes=20, pause=0.5)
    many = run_sessions(url, QUERIES, sessions=sessions, changes=5, pause=PAUSE_SECONDS)
    return Result(
        name=f"change in {sessions} sessions at once",
        unit="ms",
        value=many.median * 1000,
        bare=alone.median * 1000,
        budget=BUDGETS["many sessions"],
        note=f"beside one session; a change about every {PAUSE_SECONDS:.0f} s in each; "
        f"slowest {max(many.seconds):.1f} s; {alone.errors + many.errors} errors",
    )


def main() -> int:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeat", type=int, default=15, help="clicks measured (default 15)")
    parser.add_argument("--loads", type=int, default=9, help="loads measured (default 9)")
    parser.add_argument(
        "--sessions", type=int, default=50, help="sessions at once; 0 leaves it out"
    )
    parser.add_argument("--strict", action="store_true", help="fail when a budget is not kept")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, running_servers(Path(folder)) as servers:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=chromium_path(), args=list(CHROMIUM_ARGS)
            )
            results = measure_loads(browser, servers, options.loads)
            results += measure_clicks(browser, servers, options.repeat)
            results.append(measure_memory(browser, servers, sessions=10))
            browser.close()
        if options.sessions:
            results.append(measure_sessions(servers, options.sessions))
    print(table(results))
    write_report(results, ROOT / "output" / "bench.json")
    return int(options.strict and not all(result.kept for result in results))


if __name__ == "__main__":
    sys.exit(main())
