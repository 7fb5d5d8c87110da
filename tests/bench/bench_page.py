"""The product measured in a browser, beside a bare Streamlit app in the same browser and run.

Times on one machine mean little elsewhere; the ratio to the bare app is what the budget speaks of.
Run with ``make bench``; the table is printed and output/bench.json written. A budget that is not
kept is an error only with ``--strict``.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from playwright.sync_api import Browser, Page

from tests.bench.measure import (
    READ_MAP,
    Result,
    Servers,
    Traffic,
    measure_changes,
    quartiles,
    resident_bytes,
    running_browser,
    running_servers,
    table,
    time_click,
    write_report,
)
from tests.bench.sessions import Load, run_sessions
from tests.browser.harness import DESKTOP, ROOT, Server, free_port, settle, streamlit_command

# ---- what the product's pages look like; the only lines to change when they change
START, COVERAGE = "/", "/tackning"
PHASES = {START: "start-fas", COVERAGE: "coverage-fas"}
"""The key of each page's phases; the click goes to Idé and Växa in turn."""
READ_MATRIX = """() => document.querySelector('.cov-matrix')?.textContent"""
MAP_DRAWN = """() => [...document.querySelectorAll('iframe')].some((frame) =>
  frame.contentWindow?.risDrawn
  && frame.contentDocument.querySelectorAll('[data-municipality]').length === 15
  && frame.contentDocument.querySelectorAll('.ris-bubble').length > 0)"""
# A person reads between two changes; without pauses this would measure a queue.
PAUSES = {50: 10.0, 200: 30.0}
"""Seconds between two changes of a session, on average, by the number of sessions."""
MEASURED_SECONDS = 60.0
QUERIES = ("fas=ide", "fas=utveckling", "fas=vaxa", "")

# ---- the bare app
BARE_DRAWN = "() => document.querySelector('h1')?.textContent === 'hello'"

BUDGETS = {
    "click": 1.3,
    "load": 1.7,
    "later": 1.6,
    "change bytes": 30_000.0,
    "geometry bytes": 250_000.0,
    "session MB": 5.0,
}
SESSION_BUDGETS = {50: 3.0, 200: 8.0}


def phase_click(page: Page, path: str, read: str) -> float:
    """One click on the page's phases: the one of Idé and Växa that is not chosen."""
    group = page.locator(f".st-key-{PHASES[path]}")
    chosen = group.locator("[data-selected]").inner_text()
    other = group.locator("button", has_text="Idé" if "Växa" in chosen else "Växa")
    return time_click(page, read, other.click)


def measure_clicks(browser: Browser, servers: Servers, path: str, repeat: int) -> list[Result]:
    """Phase click to changed map, and to changed matrix, and the bytes."""
    reads = {"map": READ_MAP, **({"matrix": READ_MATRIX} if path == COVERAGE else {})}
    changes = {
        f"phase click to changed {name}": partial(phase_click, path=path, read=read)
        for name, read in reads.items()
    }
    budgets = {"phase click to changed map": BUDGETS["click"], "bytes": BUDGETS["change bytes"]}
    return measure_changes(browser, servers, path, changes, repeat=repeat, budgets=budgets)


def load_time(page: Page, url: str, drawn: str) -> float:
    """Milliseconds from the start of the navigation until the page shows what was asked for."""
    page.goto(url, wait_until="commit")
    page.wait_for_function(drawn, polling="raf", timeout=60_000)
    elapsed: float = page.evaluate("performance.now()")
    settle(page)
    return elapsed


def measure_loads(browser: Browser, servers: Servers, repeat: int) -> list[Result]:
    """First load to map drawn, and that of a later visit with the files kept; with the bytes.

    Bytes are counted in a turn of their own, the first: counting costs processor time for every
    file and message, which the page being measured would wait for.
    """
    pages = {
        "product": (servers.product.url + START, MAP_DRAWN),
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
            ("later visit to map drawn", "warm", BUDGETS["later"]),
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
        page.goto(servers.product.url + START)
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


def measure_sessions(servers: Servers, folder: Path, counts: Sequence[int]) -> list[Result]:
    """The median change of many sessions at once, compared with that of one alone.

    They are shared by two processes, as many as there are cores: a process uses one.
    """
    port = free_port()
    other = Server.start(streamlit_command(port), port, log=folder / "other.log")
    urls = (servers.product.url, other.url)
    try:
        for url in urls:  # the first ones warm caches up
            run_sessions([url], QUERIES, sessions=1, pause=0.5, seconds=10)
        alone = run_sessions(urls[:1], QUERIES, sessions=1, pause=0.5, seconds=20)
        return [sessions_result(urls, alone, count) for count in counts]
    finally:
        other.stop()


def sessions_result(urls: Sequence[str], alone: Load, sessions: int) -> Result:
    """Many sessions beside one, and what the machine did meanwhile."""
    pause = PAUSES.get(sessions, 30.0)
    before, start = cpu_seconds(), time.perf_counter()
    many = run_sessions(
        urls, QUERIES, sessions=sessions, pause=pause, seconds=max(MEASURED_SECONDS, 2 * pause)
    )
    used = (cpu_seconds() - before) / (time.perf_counter() - start)
    return Result(
        name=f"change in {sessions} sessions at once",
        unit="ms",
        value=many.median * 1000,
        bare=alone.median * 1000,
        budget=SESSION_BUDGETS.get(sessions),
        note=f"beside one session; a change about every {pause:.0f} s in each; "
        f"{len(many.seconds)} changes, slowest {max(many.seconds):.1f} s; "
        f"{alone.errors + many.errors} errors; the machine used {used:.1f} of its cores",
    )


def cpu_seconds() -> float:
    """Give the processor time that all programs of this machine have used (Linux)."""
    user, nice, system = Path("/proc/stat").read_text().split()[1:4]
    return (int(user) + int(nice) + int(system)) / os.sysconf("SC_CLK_TCK")


PARTS = ("first-load", "clicks", "memory", "sessions")


def main() -> int:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=PARTS, nargs="+", default=PARTS, help="parts measured")
    parser.add_argument("--repeat", type=int, default=9, help="clicks measured (default 9)")
    parser.add_argument("--loads", type=int, default=5, help="loads measured (default 5)")
    parser.add_argument(
        "--sessions", type=int, nargs="+", default=[50, 200], help="at once (default 50 and 200)"
    )
    parser.add_argument("--strict", action="store_true", help="fail when a budget is not kept")
    options = parser.parse_args()
    results: list[Result] = []
    with tempfile.TemporaryDirectory() as folder, running_servers(Path(folder)) as servers:
        with running_browser() as browser:
            if "first-load" in options.only:
                results += measure_loads(browser, servers, options.loads)
            if "clicks" in options.only:
                for path in PHASES:
                    results += measure_clicks(browser, servers, path, options.repeat)
            if "memory" in options.only:
                results.append(measure_memory(browser, servers, sessions=10))
        if "sessions" in options.only:
            results += measure_sessions(servers, Path(folder), options.sessions)
    print(table(results))
    write_report(results, ROOT / "output" / "bench.json")
    return int(options.strict and not all(result.kept for result in results))


if __name__ == "__main__":
    sys.exit(main())
