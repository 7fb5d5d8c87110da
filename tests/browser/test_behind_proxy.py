"""Two processes of the product behind HAProxy: affinity, a killed process, a rolling restart."""

import asyncio
import contextlib
import os
import shutil
import signal
import socket
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import websockets
from playwright.sync_api import Browser

from tests.bench.sessions import rerun
from tests.browser.harness import ROOT, Server, free_port, new_context, settle, streamlit_command

SESSIONS = 100
WAIT = 600.0
CHOICES = ("kommun=2482", "fas=ide&kommun=2480", "omrade=energi", "stod=radgivning&fas=vaxa")


@dataclass
class Site:
    """The proxy's address and the processes behind it, by the value of their cookie."""

    url: str
    behind: dict[str, Server]
    start: Callable[[str], Server]

    def replica(self, known: str = "") -> str:
        """Ask once, as somebody new or with the cookie that is known; the cookie that is given."""
        asked = urllib.request.Request(f"{self.url}/healthz", headers={"Cookie": known})
        with urllib.request.urlopen(asked, timeout=WAIT) as answer:
            return value_of(answer.headers["Set-Cookie"])

    def wait_for(self, names: set[str]) -> None:
        """Wait until the proxy sends newcomers to all of these."""
        end, seen = time.monotonic() + WAIT, set[str]()
        while not names <= seen:
            assert time.monotonic() < end, f"only {seen} of {names}"
            with contextlib.suppress(urllib.error.HTTPError):  # 503: none is ready yet
                seen.add(self.replica())
            time.sleep(0.05)  # the processes that start need the processor


def value_of(cookie: str | None) -> str:
    return cookie.split("=", 1)[1].split(";")[0] if cookie else ""


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """HAProxy with the configuration that is shipped, and two processes as an operator has them."""
    haproxy = os.environ.get("HAPROXY") or shutil.which("haproxy")
    assert haproxy, "run scripts/ensure_haproxy.sh"
    ports = {"one": free_port(), "two": free_port()}

    def start(name: str) -> Server:
        log = tmp_path / f"{name}-{time.monotonic_ns()}.log"
        env = {"RIS_MAP_API_RATE": "off"}
        return Server.start(streamlit_command(ports[name]), ports[name], log=log, env=env)

    with ThreadPoolExecutor(2) as both:
        behind = dict(zip(ports, both.map(start, ports), strict=True))
    port = free_port()
    settings = str(ROOT / "deploy" / "haproxy.cfg")
    env = {"PORT": str(port), "ONE": str(ports["one"]), "TWO": str(ports["two"])}
    proxy = Server.start([haproxy, "-f", settings], port, log=tmp_path / "proxy.log", env=env)
    found = Site(proxy.url, behind, start)
    found.wait_for(set(behind))
    yield found
    for server in (proxy, *behind.values()):
        server.stop()


@dataclass
class Visitors:
    """What happened to all of them."""

    site: Site
    arrived: Counter[str] = field(default_factory=Counter)
    gone: str = ""
    moved: int = 0
    faults: list[str] = field(default_factory=list)
    everybody: asyncio.Event = field(default_factory=asyncio.Event)

    async def visit(self, number: int) -> None:
        """Connect and stay; when the connection ends, come back. Every fourth opens a page.

        They have a choice, and come back with it.
        """
        url = self.site.url.replace("http", "ws", 1) + "/_stcore/stream"
        query = None if number % 4 else CHOICES[number // 4 % len(CHOICES)]
        first = cookie = ""
        while True:
            with contextlib.suppress(OSError, websockets.WebSocketException):
                async with websockets.connect(
                    url,
                    subprotocols=["streamlit"],  # type: ignore[list-item]
                    additional_headers={"Cookie": f"replica={cookie}"} if cookie else {},
                    max_size=None,
                    open_timeout=WAIT,
                    ping_interval=None,
                ) as connection:
                    given = connection.response.headers.get("Set-Cookie")  # type: ignore[union-attr]
                    cookie = value_of(given) or cookie
                    if query and not await rerun(connection, query):
                        self.faults.append(f"{number}: the run for {query} failed")
                    if cookie == self.gone:
                        self.faults.append(f"{number}: came back to the process that is gone")
                    self.moved += bool(first) and first == self.gone
                    self.arrived[cookie] += not first
                    first = cookie
                    if self.arrived.total() == SESSIONS:
                        self.everybody.set()
                    async for _ in connection:
                        pass


async def a_process_dies(site: Site, name: str) -> Visitors:
    """Let everybody come, kill a process, wait until all whom it served are back."""
    visitors = Visitors(site)
    async with asyncio.timeout(WAIT):
        tasks = [asyncio.ensure_future(visitors.visit(number)) for number in range(SESSIONS)]
        await visitors.everybody.wait()
        visitors.gone = name
        site.behind[name].process.send_signal(signal.SIGKILL)
        while visitors.moved < visitors.arrived[name]:
            await asyncio.sleep(0.1)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return visitors


@contextlib.contextmanager
def asked_all_the_time(url: str) -> Iterator[list[str]]:
    """Ask the API from a thread of its own; what went wrong each time, "" if nothing did."""
    done, told = threading.Event(), list[str]()

    def ask() -> None:
        while not done.wait(0.02):
            try:
                with urllib.request.urlopen(f"{url}/api/v1/actors", timeout=WAIT) as answer:
                    answer.read()
                told.append("")
            except OSError as fault:
                told.append(str(fault))

    asking = threading.Thread(target=ask)
    asking.start()
    try:
        yield told
    finally:
        done.set()
        asking.join()


def test_F19_a_killed_process_loses_nobody_and_a_rolling_restart_fails_no_request(
    site: Site, browser: Browser
) -> None:
    """One process is killed, started again, and the other one stopped: one start for each state.

    A hundred sessions and one real browser come back on the other process with their choices; the
    API is asked all the time while a process joins and one leaves.
    """
    slow = socket.create_connection(("127.0.0.1", int(site.url.rsplit(":", 1)[1])), timeout=WAIT)
    slow.sendall(b"GET /api/v1/actors HTTP/1.1\r\nHost: x\r\nX-Slow:")
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(f"{site.url}/_stcore/metrics", timeout=WAIT)
    for name in site.behind:  # a visitor stays on one process
        assert [site.replica(f"replica={name}") for _ in range(5)] == [""] * 5

    context = new_context(browser, site.url)
    page = context.new_page()
    page.goto("/hitta?ort=vilhelmina&fas=ide")
    settle(page)
    heading, address = page.locator("h1").first.inner_text(), page.url
    cookie = next(one for one in context.cookies() if one["name"] == "replica")["value"]
    # with an event loop of its own: the browser, which comes back when it can, has this one's
    with page.expect_websocket(timeout=1000 * WAIT), ThreadPoolExecutor(1) as other:
        visitors = other.submit(asyncio.run, a_process_dies(site, cookie)).result()
    assert not visitors.faults, visitors.faults[:5]
    assert visitors.arrived[cookie] >= SESSIONS // 4
    settle(page)
    assert page.url == address
    assert page.locator("h1").first.inner_text() == heading
    (moved,) = (one["value"] for one in context.cookies() if one["name"] == "replica")
    assert {cookie, moved} == set(site.behind)
    context.close()

    site.behind[cookie].stop()
    with asked_all_the_time(site.url) as told:
        site.behind[cookie] = site.start(cookie)
        site.wait_for({cookie})
        while_it_started = len(told)
        site.behind[moved].stop()
        end = time.monotonic() + WAIT
        while len(told) < while_it_started + 100:
            assert time.monotonic() < end, "nobody was answered by the process that joined"
            time.sleep(0.1)
    assert while_it_started > 0
    assert not any(told), [fault for fault in told if fault][:5]
    with slow:
        assert b" 408 " in slow.recv(100)
