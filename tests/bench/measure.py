"""What the benchmarks have in common: how they time, what stands beside, how budgets are judged."""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime
from functools import cache, cached_property, partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, sync_playwright

from ris_map.register.reading import load_register
from ris_map.travel.world import World, foundations
from tests.browser.harness import (
    CHROMIUM_ARGS,
    DESKTOP,
    ROOT,
    Server,
    chromium_path,
    free_port,
    settle,
    streamlit_command,
)

DAY = date(2026, 11, 23)
HELLO_SCRIPT = 'import streamlit as st\n\nst.title("hello")\n'
CHANGE_SCRIPT = (
    "import streamlit as st\n\n"
    'choice = st.selectbox("Choice", ["one", "two"])\n'
    'st.text(f"chosen: {choice}")\n'
)


@cache
def county() -> World:
    """Return the register, roads and people as they are."""
    register = load_register(ROOT / "data" / "actors.yaml", today=DAY)
    return World(foundations=foundations(ROOT / "data"), register=register, on=DAY)


# ---- figures and budgets


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One measured figure beside its budget; ``bare`` is the comparison, where there is one."""

    name: str
    unit: str
    value: float
    budget: float | None = None
    bare: float | None = None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """The product's figure divided by the bare app's."""
        return None if self.bare is None else self.value / self.bare

    @property
    def kept(self) -> bool:
        """Whether the budget is kept: by the ratio where there is one; without a budget, always."""
        judged = self.value if self.ratio is None else self.ratio
        return self.budget is None or judged <= self.budget

    @property
    def cells(self) -> tuple[str, ...]:
        """A line of the table."""
        figures = (self.value, self.bare, self.ratio, self.budget)
        value, *others = (
            "" if figure is None else f"{figure:,.2f}" if figure < 10 else f"{figure:,.0f}"
            for figure in figures
        )
        verdict = "" if self.budget is None else "kept" if self.kept else "OVER"
        return (self.name, f"{value} {self.unit}", *others, verdict, self.note)


def medians(
    name: str,
    values: Sequence[float],
    bare: Sequence[float] = (),
    *,
    unit: str = "ms",
    budget: float | None = None,
    note: str = "",
) -> Result:
    """Give the middle of measurements beside the bare app's, and how far half of them spread."""
    if len(values) > 1:
        low, _, high = statistics.quantiles(values, n=4)
        note = f"quartiles {low:.0f}-{high:.0f}, n = {len(values)}; {note}".removesuffix("; ")
    return Result(
        name=name,
        unit=unit,
        value=statistics.median(values),
        bare=statistics.median(bare) if bare else None,
        budget=budget,
        note=note,
    )


def timed(
    name: str,
    calls: Sequence[Callable[[], object]],
    *,
    budget: float | None = None,
    told: Callable[[Any], str] = lambda _: "",
) -> Result:
    """Time one call, or several that do the same: the median in ms of processor time.

    On a machine that is busy with other work that is what a call costs; what the clock says, and
    what is ``told`` of the last answer, is noted.
    """
    used, took, made = list[float](), list[float](), None
    for call in calls:
        cpu, clock = time.process_time(), time.perf_counter()
        made = call()
        took.append(1000 * (time.perf_counter() - clock))
        used.append(1000 * (time.process_time() - cpu))
    notes = (f"by the clock {statistics.median(took):.0f} ms", told(made))
    return medians(name, used, budget=budget, note=", ".join(filter(None, notes)))


class Bench:
    """What the parts of a benchmark share: options, and servers started when first asked for."""

    def __init__(self, options: argparse.Namespace, stack: ExitStack) -> None:
        self.options = options
        self.folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        self._stack = stack

    def start(self, name: str, command: Callable[[int], Sequence[str]], **env: str) -> Server:
        """Start the server that a command gives for a port; it is stopped at the end."""
        port = free_port()
        log = self.folder / f"{name}.log"
        server = Server.start(command(port), port, log=log, env=env)
        self._stack.callback(server.stop)
        return server

    @cached_property
    def product(self) -> Server:
        """The product."""
        return self.start("product", streamlit_command)

    @cached_property
    def hello(self) -> Server:
        """A page that says hello."""
        return self._bare("hello", HELLO_SCRIPT)

    @cached_property
    def change(self) -> Server:
        """A page with one choice and its result."""
        return self._bare("change", CHANGE_SCRIPT)

    def _bare(self, name: str, script: str) -> Server:
        """Start a script that does as little as Streamlit can, with the product's settings."""
        path = self.folder / f"{name}.py"
        path.write_text(script, encoding="utf-8")
        return self.start(name, partial(streamlit_command, script=str(path)))


def main(
    doc: str | None,
    parts: Mapping[str, Callable[[Bench], Iterable[Result]]],
    **further: dict[str, Any],
) -> int:
    """Measure parts, print the table, write ``output/<benchmark>.json``.

    ``further`` are a benchmark's own options, as ``argparse`` takes them. 1 if a budget is not
    kept and ``--strict`` asks for it.
    """
    parser = argparse.ArgumentParser(description=doc)
    names = list(parts)
    parser.add_argument("--only", choices=names, nargs="+", default=names, help="parts measured")
    parser.add_argument("--repeat", type=int, default=15, help="changes measured (default 15)")
    parser.add_argument("--strict", action="store_true", help="fail when a budget is not kept")
    for name, form in further.items():
        parser.add_argument(f"--{name}", **form)
    results: list[Result] = []
    with ExitStack() as stack:
        bench = Bench(parser.parse_args(), stack)
        for name in bench.options.only:
            results += parts[name](bench)
    print(table(results))
    report = {
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "machine": platform.machine(),
        "results": [asdict(one) | {"ratio": one.ratio, "kept": one.kept} for one in results],
    }
    path = ROOT / "output" / f"{Path(sys.argv[0]).stem}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return int(bench.options.strict and not all(result.kept for result in results))


def table(results: Iterable[Result]) -> str:
    """Lay the results out as plain text."""
    head = ("measured", "product", "bare", "ratio", "budget", "", "note")
    rows = [head, *(result.cells for result in results)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
    return "\n".join([lines[0], "-" * len(lines[0]), *lines[1:]])


# ---- traffic, memory


@dataclass
class Traffic:
    """Bytes a page receives, by kind, as they come over the wire."""

    bytes_by_kind: Counter[str] = field(default_factory=Counter)
    _kinds: dict[str, str] = field(default_factory=dict)

    @classmethod
    def listen(cls, page: Page) -> Traffic:
        """Count everything the page receives from now on."""
        traffic = cls()
        session = page.context.new_cdp_session(page)
        session.on("Network.responseReceived", traffic._response)
        session.on("Network.loadingFinished", traffic._finished)
        session.on("Network.webSocketFrameReceived", traffic._frame)
        session.send("Network.enable")
        return traffic

    def _response(self, event: dict[str, Any]) -> None:
        self._kinds[event["requestId"]] = _kind(urlsplit(event["response"]["url"]).path)

    def _finished(self, event: dict[str, Any]) -> None:
        kind = self._kinds.get(event["requestId"], "other")
        self.bytes_by_kind[kind] += int(event["encodedDataLength"])

    def _frame(self, event: dict[str, Any]) -> None:
        payload = event["response"]["payloadData"]
        binary = event["response"]["opcode"] == 2
        self.bytes_by_kind["messages"] += len(payload) * 3 // 4 if binary else len(payload)


def _kind(path: str) -> str:
    """Sort a path into what it is for."""
    kinds = {
        "/static/": "streamlit",
        "/assets/geo/": "geometry",
        "/assets/": "own files",
        "/component/": "map frame",
    }
    return next((kind for prefix, kind in kinds.items() if path.startswith(prefix)), "other")


def memory_mb(process: int | str = "self", *, peak: bool = False) -> float:
    """Give a process's resident memory in MB, now or at its peak (Linux)."""
    told = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
    return int(told.split("VmHWM:" if peak else "VmRSS:")[1].split()[0]) * 1024 / 1e6


# ---- clicks in a browser


@contextmanager
def running_browser() -> Iterator[Browser]:
    """Start the browser, and stop it at the end."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium_path(), args=list(CHROMIUM_ARGS)
        )
        yield browser
        browser.close()


BARE_READ = "() => document.querySelector('[data-testid=stText]')?.textContent"
# Squares, office towns and the sentence: all three must be other than before.
READ_MAP = """() => {
  const frame = document.querySelector('iframe')?.contentWindow;
  if (!frame?.risState) return '';
  const { codes, bubbles, say } = frame.risState();
  const seen = window.risSeen ??= [String(codes), say];
  return String(codes) !== seen[0] && say !== seen[1] && bubbles.length > 0;
}"""


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


def measure_changes(
    bench: Bench,
    path: str,
    changes: Mapping[str, Callable[[Page], float]],
    *,
    budgets: Mapping[str, float],
) -> Iterator[Result]:
    """Changes of a page by name beside a choice in a bare app's list; the apps take turns.

    A budget has the name of what it is for; with one for ``bytes`` those of a change are counted.
    """
    with running_browser() as browser:
        product, bare = (browser.new_context(**DESKTOP).new_page() for _ in range(2))
        product.goto(bench.product.url + path)
        bare.goto(bench.change.url)
        for page in (product, bare):
            settle(page)
        for change in changes.values():  # the first ones warm caches up
            for _ in range(2):
                change(product), bare_click(bare)
        traffic = Traffic.listen(product)
        ours: dict[str, list[float]] = {name: [] for name in changes}
        theirs, sizes = list[float](), list[float]()
        for _ in range(bench.options.repeat):
            theirs.append(bare_click(bare))
            for name, change in changes.items():
                traffic.bytes_by_kind.clear()
                ours[name].append(change(product))
                sizes.append(float(traffic.bytes_by_kind.total()))
    where = path.partition("?")[0]
    for name, times in ours.items():
        yield medians(f"{where}: {name}", times, theirs, budget=budgets.get(name))
    if "bytes" in budgets:
        name, largest = f"{where}: bytes for one change", f"largest {max(sizes):,.0f}"
        yield medians(name, sizes, unit="B", budget=budgets["bytes"], note=largest)
