"""Starting the product and looking at it in a real browser, for browser tests and benchmarks.

Nothing here knows what the product's pages contain.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Frame, Page

ROOT = Path(__file__).resolve().parents[2]

CHROMIUM_ARGS = (
    "--no-sandbox",  # containers have no user namespaces
    "--disable-gpu",
    "--disable-quic",
    # The browser's own calls home would be counted as the product's.
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_START_SECONDS = 60.0
_STOP_SECONDS = 10.0

DESKTOP: Mapping[str, Any] = {"viewport": {"width": 1400, "height": 900}}
PHONE: Mapping[str, Any] = {
    "viewport": {"width": 360, "height": 740},
    "device_scale_factor": 2,
    "has_touch": True,
    "is_mobile": True,
}

# Streamlit says on its root element whether the script runs and the connection stands; one look is
# not enough, because between a click and the start of the run it still says "notRunning".
_QUIET_MS = 250
_IDLE = """
(quiet) => {
  const app = document.querySelector('[data-testid=stApp]');
  const still = app
    && app.dataset.testScriptState === 'notRunning'
    && app.dataset.testConnectionState === 'CONNECTED'
    && !document.querySelector('[data-stale=true], [data-testid=stSkeleton]')
    && [...document.querySelectorAll('iframe[data-testid=stCustomComponentV1]')]
         .every((frame) => frame.dataset.risReady === 'true');
  const now = performance.now();
  if (!still) { window.risQuietSince = null; return false; }
  window.risQuietSince ??= now;
  return now - window.risQuietSince >= quiet;
}
"""


def chromium_path() -> str:
    """Find the browser: the variable ``CHROMIUM``, otherwise the path."""
    named = os.environ.get("CHROMIUM")
    found = named or next(filter(None, map(shutil.which, _NAMES)), None)
    if not found:
        raise RuntimeError("No Chromium found. Run scripts/ensure_chromium.sh, or set CHROMIUM.")
    return found


def free_port() -> int:
    """Ask the system for a port nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def streamlit_command(port: int, script: str = "app.py") -> list[str]:
    """Give the command that the product is started with in operation."""
    options = ["--server.address=127.0.0.1", f"--server.port={port}", "--server.headless=true"]
    return [sys.executable, "-m", "streamlit", "run", script, *options]


def uvicorn_command(port: int) -> list[str]:
    """Give the command for running the product under another ASGI server."""
    where = ["--app-dir", str(ROOT), "--host", "127.0.0.1", "--port", str(port)]
    return [sys.executable, "-m", "uvicorn", "app:app", *where]


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
                with urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=2):
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


def settle(page: Page, *, timeout: float = 30_000) -> None:
    """Wait until the script has ended, its result is shown and every map frame is complete."""
    page.evaluate("() => { window.risQuietSince = null; }")
    page.wait_for_function(_IDLE, arg=_QUIET_MS, timeout=timeout)


def map_frame(page: Page) -> Frame:
    """Give the map's frame."""
    frame = page.locator("iframe[data-testid=stCustomComponentV1]").first.element_handle()
    content = frame.content_frame()
    if content is None:
        raise RuntimeError("The map's frame has no document.")
    return content


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


def axe_faults(page: Page) -> list[str]:
    """Run axe-core in the page and in every frame; a readable entry for each place at fault."""
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
    return faults
