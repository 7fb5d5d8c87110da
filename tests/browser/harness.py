"""Starting the product and looking at it in a real browser, for browser tests and benchmarks.

Nothing here knows what the product's pages contain.
"""

import contextlib
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Frame,
    Locator,
    Page,
    Request,
    WebError,
)

ROOT = Path(__file__).resolve().parents[2]

CHROMIUM_ARGS = (
    "--no-sandbox",  # containers have no user namespaces
    "--disable-gpu",
    "--disable-quic",
    # No other host is found. (Routes of Playwright's would do the same and turn the cache off.)
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    # The browser's own calls home would be counted as the product's.
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_START_SECONDS = 240.0
_STOP_SECONDS = 30.0

DESKTOP: Mapping[str, Any] = {"viewport": {"width": 1400, "height": 900}}
PHONE: Mapping[str, Any] = {
    "viewport": {"width": 360, "height": 740},
    "device_scale_factor": 2,
    "has_touch": True,
    "is_mobile": True,
}

# Nothing that works takes as long, on a slow machine under load either; only what hangs does.
PATIENCE_MS = 180_000

# Between a click and the start of the run Streamlit's root element still says "notRunning", however
# long that takes; so every page keeps count itself, from the first field of what is sent and
# received: 11 asks for a run, 4 begins one, 6 ends it (BackMsg and ForwardMsg of streamlit.proto).
_COUNT_RUNS = """
window.risRun = { owed: false, on: false };
window.WebSocket = class extends WebSocket {
  constructor(...where) {
    super(...where);
    this.addEventListener('message', ({ data }) => {
      if (!(data instanceof ArrayBuffer)) return;
      const bytes = new Uint8Array(data);
      let at = 0;
      while (bytes[at] >> 3 < 3) {  // hash and metadata come before what it is
        let [length, shift] = [0, 0];
        do { length |= (bytes[++at] & 127) << shift; shift += 7; } while (bytes[at] & 128);
        at += length + 1;
      }
      if (bytes[at] >> 3 === 4) window.risRun = { owed: false, on: true };
      if (bytes[at] >> 3 === 6) window.risRun.on = false;
    });
  }
  send(data) {
    if (data[0] >> 3 === 11) window.risRun.owed = true;
    super.send(data);
  }
};
"""
# What comes after the last run's end (a message to the map's frame) comes within a few turns of the
# browser's; they are counted, because under load they take their time.
_QUIET = {"turns": 6, "ms": 100}
_IDLE = """
([quiet, maps]) => {
  const app = document.querySelector('[data-testid=stApp]');
  const still = app
    && !window.risRun?.owed && !window.risRun?.on
    && app.dataset.testScriptState === 'notRunning'
    && app.dataset.testConnectionState === 'CONNECTED'
    && ![...document.querySelectorAll('[data-stale=true], [data-testid=stSkeleton]')]
         .some((room) => maps || !room.closest('[class*=st-key-map-]'))
    && [...document.querySelectorAll('iframe[data-testid=stCustomComponentV1]')]
         .every((frame) => !maps || (frame.dataset.risReady === 'true'
           && !frame.contentWindow.map?._animatingZoom
           && !frame.contentWindow.map?._panAnim?._inProgress));
  if (!still) { window.risQuiet = null; return false; }
  window.risQuiet ??= { since: performance.now(), turns: 0 };
  window.risQuiet.turns += 1;
  const { since, turns } = window.risQuiet;
  return turns >= quiet.turns && performance.now() - since >= (window.risRun ? 1 : 3) * quiet.ms;
}
"""


_SHIFT = """() => new Promise((done) => {
  let sum = 0;
  const add = (e) => { if (!e.hadRecentInput) sum += e.value; };
  new PerformanceObserver((list) => list.getEntries().forEach(add))
    .observe({ type: 'layout-shift', buffered: true });
  setTimeout(() => done(sum), 100);
})"""


def chromium_path() -> str:
    """Find the browser: the variable ``CHROMIUM``, otherwise the path."""
    named = os.environ.get("CHROMIUM")
    found = named or next(filter(None, map(shutil.which, _NAMES)), None)
    if not found:
        raise RuntimeError("No Chromium found. Run scripts/ensure_chromium.sh, or set CHROMIUM.")
    return found


def free_port() -> int:
    """Find a port nobody uses, nor the system gives to a connection before the server has it."""
    while True:
        port = secrets.randbelow(12_000) + 20_000
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def streamlit_command(port: int, script: str = "app.py") -> list[str]:
    """Give the command that the product is started with in operation."""
    options = ["--server.address=127.0.0.1", f"--server.port={port}", "--server.headless=true"]
    return [sys.executable, "-m", "streamlit", "run", script, *options]


def uvicorn_command(port: int, *, folder: Path = ROOT, app: str = "app:app") -> list[str]:
    """Give the command for running the product, or another app, under another ASGI server."""
    where = ["--app-dir", str(folder), "--host", "127.0.0.1", "--port", str(port)]
    return [sys.executable, "-m", "uvicorn", "--log-level", "warning", app, *where]


@dataclass
class Server:
    """A server in a process of its own."""

    url: str
    log: Path
    process: subprocess.Popen[bytes]

    @classmethod
    def start(
        cls,
        command: Sequence[str],
        port: int,
        *,
        log: Path,
        env: Mapping[str, str] | None = None,
        cwd: Path = ROOT,
    ) -> Self:
        """Start a server and wait until it answers; its output goes to ``log``."""
        with log.open("wb") as output:
            process = subprocess.Popen(
                command,
                cwd=cwd,
                env={**os.environ, **(env or {})},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        server = cls(f"http://127.0.0.1:{port}", log, process)
        server.wait()
        return server

    def wait(self) -> None:
        """Wait until the server answers, or raise with what it wrote."""
        end = time.monotonic() + _START_SECONDS
        while time.monotonic() < end:
            if self.process.poll() is not None:
                raise RuntimeError(f"The server stopped at once:\n{self.written()}")
            try:
                with urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=30):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        self.stop()
        raise RuntimeError(f"The server did not answer in {_START_SECONDS} s:\n{self.written()}")

    def written(self) -> str:
        """Give the end of what the server wrote."""
        return self.log.read_text(errors="replace")[-6000:]

    def stop(self) -> None:
        """End the process, and only that one."""
        self.process.terminate()
        try:
            self.process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def new_context(browser: Browser, url: str, **options: Any) -> BrowserContext:
    """Open a context that is patient and in which `settle` knows what runs."""
    context = browser.new_context(base_url=url, **{"locale": "sv-SE", **DESKTOP, **options})
    context.set_default_timeout(PATIENCE_MS)
    context.add_init_script(_COUNT_RUNS)
    return context


def settle(page: Page, *, maps: bool = True) -> None:
    """Wait until the script has ended, its result is shown and every map stands complete."""
    page.evaluate("() => { window.risQuiet = null; }")
    page.wait_for_function(_IDLE, arg=[_QUIET, maps], timeout=PATIENCE_MS)


def stands_still(page: Page) -> bool:
    """Say whether the page comes without jumping (CLS); a machine that stumbled may try again."""
    for _ in range(4):
        if page.evaluate(_SHIFT) <= 0.1:
            return True
        page.reload()
        settle(page)
    return False


def map_frame(page: Page) -> Frame:
    frame = page.locator("iframe[data-testid=stCustomComponentV1]").first.element_handle()
    content = frame.content_frame()
    if content is None:
        raise RuntimeError("The map's frame has no document.")
    return content


def height(page: Page) -> int:
    return page.get_by_test_id("stMain").evaluate("(e) => e.scrollHeight")


def sheets(pdf: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page(?![a-zA-Z])", pdf))


def count_messages(page: Page) -> list[object]:
    """Give a list that grows with every message that the page sends to the server from now on."""
    sent: list[object] = []
    session = page.context.new_cdp_session(page)
    session.on("Network.webSocketFrameSent", lambda event: sent.append(event))  # noqa: PLW0108 - Playwright cannot mark a built-in
    session.send("Network.enable")
    return sent


def hold(where: Page | Frame, milliseconds: int) -> None:
    """Let what would be done after so long a wait, and no other, wait for ``risWaited()``."""
    where.evaluate(
        """(held) => {
          const later = setTimeout;
          window.setTimeout = (act, after, ...more) =>
            after === held ? void (window.risWaited = act) : later(act, after, ...more);
        }""",
        milliseconds,
    )


def tab_to(target: Locator, most: int = 80) -> None:
    """Press Tab until one of what is meant has the focus."""
    for _ in range(most):
        if target.evaluate_all("(all) => all.includes(document.activeElement)"):
            return
        target.page.keyboard.press("Tab")
    raise AssertionError(f"{most} presses of Tab do not reach {target}")


def press_enter(target: Locator) -> None:
    """Press something with the keyboard; nothing may lie over it."""
    target.click(trial=True)
    target.focus()
    target.page.keyboard.press("Enter")


@dataclass
class Guard:
    """Records what a browser context does that it must not, on every page of it.

    A connection by WebSocket to another host ends as an error in the console: none is found.
    """

    host: str
    outside: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    allowed: list[str] = field(default_factory=list)

    @contextmanager
    def watching(self, context: BrowserContext) -> Iterator[None]:
        """Record what happens meanwhile."""
        listeners: dict[Any, Callable[[Any], None]] = {
            "request": self._request,
            "console": self._console,
            "weberror": self._page_error,
        }
        for event, listener in listeners.items():
            context.on(event, listener)
        yield
        for event, listener in listeners.items():
            context.remove_listener(event, listener)

    def allow(self, pattern: str) -> None:
        """Let one kind of console error pass in one test that provokes it."""
        self.allowed.append(pattern)

    def faults(self) -> list[str]:
        """Give everything recorded that is not allowed."""
        return [f"request to another host: {url}" for url in self.outside] + [
            error
            for error in self.errors
            if not any(re.search(pattern, error) for pattern in self.allowed)
        ]

    def _request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in {"http", "https"} and parts.netloc != self.host:
            self.outside.append(request.url)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            location: Any = message.location
            self.errors.append(f"console error: {message.text} ({location.get('url', '')})")

    def _page_error(self, error: WebError) -> None:
        self.errors.append(f"uncaught error: {error.error}")


AXE_TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
AXE_RULES = (
    "empty-heading",
    "heading-order",
    "landmark-main-is-top-level",
    "landmark-no-duplicate-main",
    "landmark-one-main",
    "landmark-unique",
    "meta-viewport-large",
    "page-has-heading-one",
    "region",
    "skip-link",
)


def assert_accessible(page: Page) -> None:
    """Let axe-core find nothing, in the page and in every frame (X4)."""
    options = {
        "iframes": False,  # each frame is looked at on its own, as a whole document
        "runOnly": {"type": "tag", "values": list(AXE_TAGS)},
        "rules": {rule: {"enabled": True} for rule in AXE_RULES},
        "resultTypes": ["violations"],
    }
    faults = []
    # what scrolling has left half under the menu is not too small
    page.evaluate("document.querySelector('[data-testid=stMain]')?.scrollTo(0, 0)")
    for frame in page.frames:
        if not frame.url.startswith("http"):
            continue
        where = "page" if frame == page.main_frame else f"frame {frame.url.split('?')[0]}"
        result = Axe().run(frame, options=options)  # type: ignore[arg-type]
        for violation in result.response["violations"]:
            for node in violation["nodes"]:
                # WCAG 2.5.8 excepts what can be done elsewhere on the page: every marker stands in
                # the list beside the map, and a real map has places that lie close to each other
                if violation["id"] == "target-size" and "leaflet-marker-icon" in node["html"]:
                    continue
                faults.append(
                    f"{where}: {violation['id']} ({violation['impact']}): {violation['help']}\n"
                    f"    {' '.join(map(str, node['target']))}\n"
                    f"    {node['html'][:300]}\n"
                    f"    {(node.get('failureSummary') or '').replace(chr(10), ' ')}"
                )
    assert not faults, f"{len(faults)} accessibility faults:\n" + "\n".join(faults)
