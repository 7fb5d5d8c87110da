"""The product measured in a browser, beside a bare Streamlit app in the same browser and run.

Times on one machine mean little elsewhere; the ratio to the bare app is what the budget speaks of.
Run with ``make bench``. A budget that is not kept is an error only with ``--strict``.
"""

from __future__ import annotations

import os
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from playwright.sync_api import Page

from tests.bench.measure import (
    READ_MAP,
    Bench,
    Result,
    Traffic,
    main,
    measure_changes,
    medians,
    memory_mb,
    running_browser,
    time_click,
)
from tests.bench.sessions import Load, run_sessions
from tests.browser.harness import DESKTOP, settle, streamlit_command

# ---- what the product's pages look like; the only lines to change when they change
START, COVERAGE = "/", "/tackning"
PHASES = {START: "start-fas", COVERAGE: "coverage-fas"}
"""The key of each page's phases; the click goes to Idé and Växa in turn."""
READ_MATRIX = """() => document.querySelector('.cov-matrix')?.textContent"""
MAP_DRAWN = """() => [...document.querySelectorAll('iframe')].some((frame) =>
  frame.contentWindow?.risDrawn
  && frame.contentDocument.querySelectorAll('[data-municipality]').length === 15
  && frame.contentDocument.querySelectorAll('.ris-bubble').length > 0)"""
QUERIES = ("fas=ide", "fas=utveckling", "fas=vaxa", "")

BARE_DRAWN = "() => document.querySelector('h1')?.textContent === 'hello'"

CLICK_BUDGETS = {"phase click to changed map": 1.3, "bytes": 30_000.0}
LOAD_BUDGETS = {"first load": 1.7, "later visit": 1.6}
GEOMETRY_BYTES = 250_000.0
SESSION_MB = 5.0
SESSIONS_BUDGETS = {50: 3.0, 200: 8.0}
# A person reads between two changes; without pauses this would measure a queue.
PAUSES = {50: 10.0, 200: 30.0}
"""Seconds between two changes of a session, on average, by the number of sessions."""
MEASURED_SECONDS = 60.0


def phase_click(page: Page, path: str, read: str) -> float:
    """One click on the page's phases: the one of Idé and Växa that is not chosen."""
    group = page.locator(f".st-key-{PHASES[path]}")
    chosen = group.locator("[data-selected]").inner_text()
    other = group.locator("button", has_text="Idé" if "Växa" in chosen else "Växa")
    return time_click(page, read, other.click)


def measure_clicks(bench: Bench) -> Iterator[Result]:
    """Phase click to changed map, and to changed matrix, and the bytes."""
    for path in PHASES:
        reads = {"map": READ_MAP, **({"matrix": READ_MATRIX} if path == COVERAGE else {})}
        changes = {
            f"phase click to changed {name}": partial(phase_click, path=path, read=read)
            for name, read in reads.items()
        }
        yield from measure_changes(bench, path, changes, budgets=CLICK_BUDGETS)


def load_time(page: Page, url: str, drawn: str) -> float:
    """Milliseconds from the start of the navigation until the page shows what was asked for."""
    page.goto(url, wait_until="commit")
    page.wait_for_function(drawn, polling="raf", timeout=60_000)
    elapsed: float = page.evaluate("performance.now()")
    settle(page)
    return elapsed


def measure_loads(bench: Bench) -> Iterator[Result]:
    """First load to map drawn, and that of a later visit with the files kept; with the bytes.

    Bytes are counted in a turn of their own, the first: counting costs processor time for every
    file and message, which the page being measured would wait for.
    """
    pages = {
        "product": (bench.product.url + START, MAP_DRAWN),
        "bare": (bench.hello.url, BARE_DRAWN),
    }
    times: dict[tuple[str, str], list[float]] = defaultdict(list)
    traffic: dict[tuple[str, str], Traffic] = {}
    with running_browser() as browser:
        for turn in range(1 + max(1, bench.options.repeat // 3)):
            for name, (url, drawn) in pages.items():
                context = browser.new_context(**DESKTOP)
                for visit in LOAD_BUDGETS:
                    page = context.new_page()
                    if not turn:
                        traffic[name, visit] = Traffic.listen(page)
                    elapsed = load_time(page, url, drawn)
                    if turn:  # the server's own first time is not the visitor's
                        times[name, visit].append(elapsed)
                    page.close()
                context.close()
    for visit, budget in LOAD_BUDGETS.items():
        mine, bare = times["product", visit], times["bare", visit]
        yield medians(f"{visit} to map drawn", mine, bare, budget=budget)
    for visit in LOAD_BUDGETS:
        sizes, bare_sizes = (traffic[name, visit].bytes_by_kind for name in pages)
        told = ", ".join(f"{kind} {size:,}" for kind, size in sizes.most_common())
        total, bare_total = sizes.total(), bare_sizes.total()
        yield Result(name=f"bytes, {visit}", unit="B", value=total, bare=bare_total, note=told)
        name = f"bytes of geometry, {visit}"
        yield Result(name=name, unit="B", value=sizes["geometry"], budget=GEOMETRY_BYTES)


def measure_memory(bench: Bench, sessions: int = 10) -> Iterator[Result]:
    """The server's resident memory for each further session."""
    process = bench.product.process.pid
    with running_browser() as browser:
        held = []
        for _ in range(1 + sessions):  # the first one fills what all share
            page = browser.new_context(**DESKTOP).new_page()
            page.goto(bench.product.url + START)
            settle(page)
            held.append(memory_mb(process))
    note = f"{sessions} sessions, server {held[-1]:,.0f} MB"
    each = (held[-1] - held[0]) / sessions
    name = "server memory per session"
    yield Result(name=name, unit="MB", value=each, budget=SESSION_MB, note=note)


def measure_sessions(bench: Bench) -> Iterator[Result]:
    """The median change of many sessions at once, compared with that of one alone.

    They are shared by two processes, as many as there are cores: a process uses one.
    """
    urls = [bench.product.url, bench.start("other", streamlit_command).url]
    for url in urls:  # the first ones warm caches up
        run_sessions([url], QUERIES, sessions=1, pause=0.5, seconds=10)
    alone = run_sessions(urls[:1], QUERIES, sessions=1, pause=0.5, seconds=20)
    for count in bench.options.sessions:
        yield sessions_result(urls, alone, count)


def sessions_result(urls: Sequence[str], alone: Load, sessions: int) -> Result:
    """Many sessions beside one, and what the machine did meanwhile."""
    pause = PAUSES.get(sessions, 30.0)
    before, start = cpu_seconds(), time.perf_counter()
    lasting = max(MEASURED_SECONDS, 2 * pause)
    many = run_sessions(urls, QUERIES, sessions=sessions, pause=pause, seconds=lasting)
    used = (cpu_seconds() - before) / (time.perf_counter() - start)
    return medians(
        f"change in {sessions} sessions at once",
        [1000 * second for second in many.seconds],
        [1000 * second for second in alone.seconds],
        budget=SESSIONS_BUDGETS.get(sessions),
        note=f"beside one session; a change about every {pause:.0f} s in each; "
        f"slowest {max(many.seconds):.1f} s; {alone.errors + many.errors} errors; "
        f"the machine used {used:.1f} of its cores",
    )


def cpu_seconds() -> float:
    """Give the processor time that all programs of this machine have used (Linux)."""
    user, nice, system = Path("/proc/stat").read_text().split()[1:4]
    return (int(user) + int(nice) + int(system)) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    parts = {
        "first-load": measure_loads,
        "clicks": measure_clicks,
        "memory": measure_memory,
        "sessions": measure_sessions,
    }
    at_once = {"type": int, "nargs": "+", "default": [50, 200], "help": "(default 50 and 200)"}
    sys.exit(main(__doc__, parts, sessions=at_once))
