"""The pages measured in a browser, beside a bare Streamlit app in the same browser and run.

Times on one machine mean little elsewhere; the ratio to the bare app is what the budget speaks of.
Run with ``make bench``. A budget that is not kept is an error only with ``--strict``.
"""

import re
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.bench.measure import Bench, Result, main, medians, memory_mb
from tests.bench.sessions import run_sessions
from tests.browser.harness import (
    CHROMIUM_ARGS,
    DESKTOP,
    chromium_path,
    map_frame,
    settle,
    streamlit_command,
)

HELLO_SCRIPT = 'import streamlit as st\n\nst.title("hello")\n'
CHANGE_SCRIPT = (
    "import streamlit as st\n\n"
    'choice = st.selectbox("Choice", ["one", "two"])\n'
    'st.text(f"chosen: {choice}")\n'
)
BARE_DRAWN = "() => document.querySelector('h1')?.textContent === 'hello'"
BARE_READ = "() => document.querySelector('[data-testid=stText]')?.textContent"

LOAD_BUDGETS = {"first load": 1.7, "later visit": 1.6}
CHANGE_BYTES = 30_000.0
GEOMETRY_BYTES = 250_000.0
SESSION_MB = 5.0
SESSIONS_BUDGETS = {50: 3.0, 200: 8.0}
# A person reads between two changes; without pauses this would measure a queue.
PAUSES = {50: 10.0, 200: 30.0}
"""Seconds between two changes of a session, on average, by the number of sessions."""
MEASURED_SECONDS = 60.0


@contextmanager
def running_browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium_path(), args=list(CHROMIUM_ARGS)
        )
        yield browser
        browser.close()


def bytes_of(page: Page) -> Counter[str]:
    """Count by kind the bytes that the page receives from now on, as they come over the wire."""
    received, kinds = Counter[str](), dict[str, str]()
    prefixes = {
        "/static/": "streamlit",
        "/assets/geo/": "geometry",
        "/assets/": "own files",
        "/component/": "map frame",
    }

    def responded(event: dict[str, Any]) -> None:
        path = urlsplit(event["response"]["url"]).path
        named = (kind for prefix, kind in prefixes.items() if path.startswith(prefix))
        kinds[event["requestId"]] = next(named, "other")

    def finished(event: dict[str, Any]) -> None:
        received[kinds.get(event["requestId"], "other")] += int(event["encodedDataLength"])

    def told(event: dict[str, Any]) -> None:
        size, binary = len(event["response"]["payloadData"]), event["response"]["opcode"] == 2
        received["messages"] += size * 3 // 4 if binary else size

    session = page.context.new_cdp_session(page)
    session.on("Network.responseReceived", responded)
    session.on("Network.loadingFinished", finished)
    session.on("Network.webSocketFrameReceived", told)
    session.send("Network.enable")
    return received


def time_click(page: Page, read: str, click: Callable[[], None]) -> float:
    """Milliseconds from a finger's pressing to the frame in which the result is other than before.

    Measured inside the page, so that the remote control of the browser takes no part in it.
    """
    page.evaluate(
        f"""() => {{
          delete window.risSeen;
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
    return time_click(page, BARE_READ, option.click)


# what the product's pages look like; the only lines to change when they change
MAP_DRAWN = """() => [...document.querySelectorAll('iframe')].some((frame) =>
  frame.contentWindow?.risDrawn
  && frame.contentDocument.querySelectorAll('[data-municipality]').length === 15
  && frame.contentDocument.querySelectorAll('.ris-bubble').length > 0)"""
# Squares, office towns and the sentence: all three must be other than before.
READ_MAP = """() => {
  const frame = document.querySelector('iframe')?.contentWindow;
  if (!frame?.risState) return '';
  const { codes, bubbles, say } = frame.risState();
  const seen = window.risSeen ??= [String(codes), say];
  return String(codes) !== seen[0] && say !== seen[1] && bubbles.length > 0;
}"""
READ_MATRIX = "() => document.querySelector('.cov-matrix')?.textContent"
READ_HEADLINE = "() => document.querySelector('h1.ris-title')?.textContent"
# What Hitta's list and map say, as text; both must change when a phase is pressed.
READ_FOUND = """() => {
  const frame = document.querySelector('iframe[data-testid=stCustomComponentV1]');
  const onMap = frame && frame.contentDocument
    ? [...frame.contentDocument.querySelectorAll('.ris-bubble')].map((e) => e.textContent.trim())
    : [];
  const listed = [...document.querySelectorAll('.ris-find-row')].map((e) => e.id);
  const now = [listed.join('|'), onMap.join('|')], before = window.risSeen ??= now;
  return now[0] !== before[0] && now[1] !== before[1];
}"""
QUERIES = ("fas=ide", "fas=utveckling", "fas=vaxa", "")


def phase_click(page: Page, read: str) -> float:
    """One click on the page's phases: the one of Idé and Växa that is not chosen."""
    group = page.locator(".st-key-start-fas, .st-key-coverage-fas")
    chosen = group.locator("[data-selected]").inner_text()
    other = group.locator("button", has_text="Idé" if "Växa" in chosen else "Växa")
    return time_click(page, read, other.click)


def chain_click(page: Page) -> float:
    """One press on the first of Hitta's other phases, to changed list and map."""
    return time_click(page, READ_FOUND, page.locator(".ris-chain a").first.click)


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


Change = tuple[str, Callable[[Page], float], float | None]
"""What is changed, how, and its budget as a multiple of the bare click."""
CHANGES: Mapping[str, tuple[Change, ...]] = {
    "/": (("phase click to changed map", partial(phase_click, read=READ_MAP), 1.3),),
    "/tackning": (
        ("phase click to changed map", partial(phase_click, read=READ_MAP), 1.3),
        ("phase click to changed matrix", partial(phase_click, read=READ_MATRIX), None),
    ),
    "/hitta?plats=2462&fas=ide": (("phase to changed list and map", chain_click, 2.0),),
    "/tankom?oppna=vilhelmina:radgivning:ide": (
        ("click in the plan to changed map", partial(plan_click, read=READ_MAP), 2.0),
        ("click in the plan to changed headline", partial(plan_click, read=READ_HEADLINE), 2.0),
    ),
}


def measure_clicks(bench: Bench) -> Iterator[Result]:
    """Changes of each page beside a choice in a bare app's list, in turns; and their bytes."""
    bare_app = bench.start_script("change", CHANGE_SCRIPT)
    for path, changes in CHANGES.items():
        with running_browser() as browser:
            product, bare = (browser.new_context(**DESKTOP).new_page() for _ in range(2))
            product.goto(bench.product.url + path)
            bare.goto(bare_app.url)
            for page in (product, bare):
                settle(page)
            for _, change, _ in changes:  # the first ones warm caches up
                for _ in range(2):
                    change(product), bare_click(bare)
            received = bytes_of(product)
            ours, sizes = defaultdict[str, list[float]](list), list[float]()
            theirs = list[float]()
            for _ in range(bench.options.repeat):
                theirs.append(bare_click(bare))
                for name, change, _ in changes:
                    received.clear()
                    ours[name].append(change(product))
                    sizes.append(float(received.total()))
        where = path.partition("?")[0]
        for name, _, budget in changes:
            yield medians(f"{where}: {name}", ours[name], theirs, budget=budget)
        if where != "/tankom":  # where a change is two
            name, note = f"{where}: bytes for one change", f"largest {max(sizes):,.0f}"
            yield medians(name, sizes, unit="B", budget=CHANGE_BYTES, note=note)


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
        "product": (bench.product.url, MAP_DRAWN),
        "bare": (bench.start_script("hello", HELLO_SCRIPT).url, BARE_DRAWN),
    }
    times: dict[tuple[str, str], list[float]] = defaultdict(list)
    received: dict[tuple[str, str], Counter[str]] = {}
    with running_browser() as browser:
        for turn in range(1 + max(1, bench.options.repeat // 3)):
            for name, (url, drawn) in pages.items():
                context = browser.new_context(**DESKTOP)
                for visit in LOAD_BUDGETS:
                    page = context.new_page()
                    if not turn:
                        received[name, visit] = bytes_of(page)
                    elapsed = load_time(page, url, drawn)
                    if turn:  # the server's own first time is not the visitor's
                        times[name, visit].append(elapsed)
                    page.close()
                context.close()
    for visit, budget in LOAD_BUDGETS.items():
        mine, bare = times["product", visit], times["bare", visit]
        yield medians(f"{visit} to map drawn", mine, bare, budget=budget)
        sizes, total = received["product", visit], received["bare", visit].total()
        told = ", ".join(f"{kind} {size:,}" for kind, size in sizes.most_common())
        yield Result(f"bytes, {visit}", "B", sizes.total(), bare=total, note=told)
        name = f"bytes of geometry, {visit}"
        yield Result(name, "B", sizes["geometry"], budget=GEOMETRY_BYTES)


def measure_memory(bench: Bench, sessions: int = 10) -> Iterator[Result]:
    """The server's resident memory for each further session."""
    process = bench.product.process.pid
    with running_browser() as browser:
        held = []
        for _ in range(1 + sessions):  # the first one fills what all share
            page = browser.new_context(**DESKTOP).new_page()
            page.goto(bench.product.url)
            settle(page)
            held.append(memory_mb(process))
    note = f"{sessions} sessions, server {held[-1]:,.0f} MB"
    each = (held[-1] - held[0]) / sessions
    yield Result("server memory per session", "MB", each, budget=SESSION_MB, note=note)


def measure_sessions(bench: Bench) -> Iterator[Result]:
    """The median change of many sessions at once, compared with that of one alone.

    They are shared by two processes, as many as there are cores: a process uses one.
    """
    urls = [bench.product.url, bench.start("other", streamlit_command).url]
    for url in urls:  # the first ones warm caches up
        run_sessions([url], QUERIES, sessions=1, pause=0.5, seconds=10)
    alone = run_sessions(urls[:1], QUERIES, sessions=1, pause=0.5, seconds=20)
    for count in bench.options.sessions:
        pause = PAUSES.get(count, 30.0)
        lasting = max(MEASURED_SECONDS, 2 * pause)
        many = run_sessions(urls, QUERIES, sessions=count, pause=pause, seconds=lasting)
        yield medians(
            f"change in {count} sessions at once",
            [1000 * second for second in many.seconds],
            [1000 * second for second in alone.seconds],
            budget=SESSIONS_BUDGETS.get(count),
            note=f"beside one session; a change about every {pause:.0f} s in each; slowest "
            f"{max(many.seconds):.1f} s; {alone.errors + many.errors} errors",
        )


if __name__ == "__main__":
    parts = {
        "first-load": measure_loads,
        "clicks": measure_clicks,
        "memory": measure_memory,
        "sessions": measure_sessions,
    }
    at_once = {"type": int, "nargs": "+", "default": [50, 200], "help": "(default 50 and 200)"}
    sys.exit(main(__doc__, parts, sessions=at_once))
