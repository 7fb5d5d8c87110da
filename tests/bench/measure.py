"""What the benchmarks have in common: bare apps to compare with, traffic, memory, table."""

from __future__ import annotations

import json
import platform
import statistics
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.harness import (
    CHROMIUM_ARGS,
    DESKTOP,
    Server,
    chromium_path,
    free_port,
    settle,
    streamlit_command,
)

HELLO_SCRIPT = 'import streamlit as st\n\nst.title("hello")\n'
CHANGE_SCRIPT = (
    "import streamlit as st\n\n"
    'choice = st.selectbox("Choice", ["one", "two"])\n'
    'st.text(f"chosen: {choice}")\n'
)


def write_bare_app(folder: Path, name: str, script: str) -> Path:
    """Write a script that does as little as Streamlit can; give its path."""
    path = folder / name
    path.write_text(script, encoding="utf-8")
    return path


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

    @property
    def total(self) -> int:
        """Everything together."""
        return self.bytes_by_kind.total()

    def reset(self) -> None:
        """Forget what was counted."""
        self.bytes_by_kind.clear()

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


def resident_bytes(process: int) -> int:
    """Give a process's resident memory (Linux)."""
    for line in Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    raise RuntimeError(f"No resident memory known for process {process}.")


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
    def judged(self) -> float:
        """The figure the budget speaks of: the ratio where there is a comparison."""
        return self.value if self.ratio is None else self.ratio

    @property
    def kept(self) -> bool:
        """Whether the budget is kept; without a budget, always."""
        return self.budget is None or self.judged <= self.budget

    def as_json(self) -> dict[str, Any]:
        """Give everything, for the report's file."""
        fields = ("name", "unit", "value", "bare", "ratio", "budget", "kept", "note")
        return {name: getattr(self, name) for name in fields}


def quartiles(values: Sequence[float]) -> str:
    """Say how far the middle half of the measurements spreads."""
    low, _, high = statistics.quantiles(values, n=4)
    return f"quartiles {low:.0f}-{high:.0f}, n = {len(values)}"


def table(results: Iterable[Result]) -> str:
    """Lay the results out as plain text."""
    head = ("measured", "product", "bare", "ratio", "budget", "", "note")
    rows = [head, *(_row(result) for result in results)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    return "\n".join([lines[0], "-" * len(lines[0]), *lines[1:]])


def _row(result: Result) -> tuple[str, ...]:
    def number(value: float | None) -> str:
        return "" if value is None else f"{value:,.2f}" if value < 10 else f"{value:,.0f}"

    verdict = "" if result.budget is None else "kept" if result.kept else "OVER"
    return (
        result.name,
        f"{number(result.value)} {result.unit}",
        number(result.bare),
        number(result.ratio),
        number(result.budget),
        verdict,
        result.note,
    )


def write_report(results: list[Result], path: Path) -> None:
    """Write everything as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    report = {
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "machine": platform.machine(),
        "results": [result.as_json() for result in results],
    }
    path.write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Servers:
    """The product and the two bare apps."""

    product: Server
    change: Server
    hello: Server


@contextmanager
def running_servers(folder: Path) -> Iterator[Servers]:
    """Start all three, and stop them at the end."""

    def start(name: str, script: str | None) -> Server:
        port = free_port()
        path = str(write_bare_app(folder, f"{name}.py", script)) if script else "app.py"
        # The bare apps run from the product's folder too: same settings, same theme.
        return Server.start(streamlit_command(port, path), port, log=folder / f"{name}.log")

    started: list[Server] = []
    try:
        for name, script in (("product", None), ("change", CHANGE_SCRIPT), ("hello", HELLO_SCRIPT)):
            started.append(start(name, script))
        yield Servers(*started)
    finally:
        for server in started:
            server.stop()


@contextmanager
def running_browser() -> Iterator[Browser]:
    """Start the browser, and stop it at the end."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium_path(), args=list(CHROMIUM_ARGS)
        )
        yield browser
        browser.close()


@contextmanager
def all_running() -> Iterator[tuple[Browser, Servers]]:
    """Start servers and browser, and stop them at the end."""
    with (
        tempfile.TemporaryDirectory() as folder,
        running_servers(Path(folder)) as servers,
        running_browser() as browser,
    ):
        yield browser, servers


# ---- clicks

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
    browser: Browser,
    servers: Servers,
    path: str,
    changes: Mapping[str, Callable[[Page], float]],
    *,
    repeat: int,
    budgets: Mapping[str, float],
) -> list[Result]:
    """Changes of a page by name beside a choice in a bare app's list; the apps take turns.

    A budget has the name of what it is for; with one for ``bytes`` those of a change are counted.
    """
    product, bare = (browser.new_context(**DESKTOP).new_page() for _ in range(2))
    product.goto(servers.product.url + path)
    bare.goto(servers.change.url)
    for page in (product, bare):
        settle(page)
    for change in changes.values():  # the first ones warm caches up
        for _ in range(2):
            change(product), bare_click(bare)
    traffic = Traffic.listen(product)
    ours: dict[str, list[float]] = {name: [] for name in changes}
    theirs, sizes = list[float](), list[float]()
    for _ in range(repeat):
        theirs.append(bare_click(bare))
        for name, change in changes.items():
            traffic.reset()
            ours[name].append(change(product))
            sizes.append(float(traffic.total))
    for page in (product, bare):
        page.context.close()
    where = path.partition("?")[0]
    changed = [
        Result(
            name=f"{where}: {name}",
            unit="ms",
            value=statistics.median(times),
            bare=statistics.median(theirs),
            budget=budgets.get(name),
            note=quartiles(times),
        )
        for name, times in ours.items()
    ]
    if "bytes" not in budgets:
        return changed
    size = Result(
        name=f"{where}: bytes for one change",
        unit="B",
        value=statistics.median(sizes),
        budget=budgets["bytes"],
        note=f"largest {max(sizes):,.0f}",
    )
    return [*changed, size]
