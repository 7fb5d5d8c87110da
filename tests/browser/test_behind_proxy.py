"""Two processes of the product behind HAProxy: affinity, a killed process, a rolling restart."""

from __future__ import annotations

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
from playwright.sync_api import Browser, expect

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

    def replica(self) -> str:
        """Ask as somebody new; the cookie that was given."""
        with urllib.request.urlopen(f"{self.url}/healthz", timeout=WAIT) as answer:
            return str(answer.headers["Set-Cookie"]).split("=", 1)[1].split(";")[0]

    def wait_for(self, names: set[str]) -> None:
        """Wait until the proxy sends newcomers to all of these."""
        end, seen = time.monotonic() + WAIT, set[str]()
        while not names <= seen:
            assert time.monotonic() < end, f"only {seen} of {names}"
            with contextlib.suppress(urllib.error.HTTPError):  # 503: none is ready yet
                seen.add(self.replica())


@pytest.fixture(scope="session")  # tests with a browser are run apart from the others
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """HAProxy with the configuration that is shipped, and two processes as an operator has them."""
    haproxy = os.environ.get("HAPROXY") or shutil.which("haproxy")
    assert haproxy, "run scripts/ensure_haproxy.sh"
    folder = tmp_path_factory.mktemp("proxy")
    ports = {"one": free_port(), "two": free_port()}

    def start(name: str) -> Server:
        port = ports[name]
        log = folder / f"{name}-{time.monotonic_ns()}.log"
        env = {"RIS_MAP_API_RATE": "off"}
        return Server.start(streamlit_command(port), port, log=log, env=env)

    with ThreadPoolExecutor(2) as both:
        behind = dict(zip(ports, both.map(start, ports), strict=True))
    port = free_port()
    settings = str(ROOT / "deploy" / "haproxy.cfg")
    env = {"PORT": str(port), "ONE": str(ports["one"]), "TWO": str(ports["two"])}
    proxy = Server.start([haproxy, "-f", settings], port, log=folder / "proxy.log", env=env)
    found = Site(proxy.url, behind, start)
    found.wait_for(set(behind))
    yield found
    for server in (proxy, *behind.values()):
        server.stop()


def in_a_thread(call: Callable[[], Visitors]) -> Visitors:
    """Run with a thread, and so an event loop, of its own: the browser holds this one's."""
    with ThreadPoolExecutor(1) as other:
        return other.submit(call).result()


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
        """Open a page with a choice, stay; when the connection ends, come back with the choice."""
        url = self.site.url.replace("http", "ws", 1) + "/_stcore/stream"
        query, cookie = CHOICES[number % len(CHOICES)], ""
        first = ""
        while True:
            try:
                headers = {"Cookie": f"replica={cookie}"} if cookie else {}
                async with websockets.connect(
                    url,
                    subprotocols=["streamlit"],  # type: ignore[list-item]
                    additional_headers=headers,
                    max_size=None,
                    open_timeout=WAIT,
                    ping_interval=None,
                ) as connection:
                    given = connection.response.headers.get("Set-Cookie", "")  # type: ignore[union-attr]
                    cookie = given.split("=", 1)[1].split(";")[0] if given else cookie
                    if not await rerun(connection, query):
                        self.faults.append(f"{number}: the run for {query} failed")
                    if self.gone and cookie == self.gone:
                        self.faults.append(f"{number}: came back to the process that is gone")
                    self.moved += bool(first) and first == self.gone
                    self.arrived[cookie] += not first
                    first = cookie
                    if self.arrived.total() == SESSIONS:
                        self.everybody.set()
                    async for _ in connection:
                        pass
            except (OSError, websockets.WebSocketException):
                if not first:
                    continue


def test_a_visitor_stays_on_one_process(site: Site) -> None:
    site.wait_for({"one", "two"})
    for name in site.behind:
        asked = urllib.request.Request(f"{site.url}/healthz", headers={"Cookie": f"replica={name}"})
        for _ in range(5):
            with urllib.request.urlopen(asked, timeout=WAIT) as answer:
                assert answer.headers["Set-Cookie"] is None


def test_F19_what_is_internal_is_closed_from_outside(site: Site) -> None:
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(f"{site.url}/_stcore/metrics", timeout=WAIT)


def test_a_killed_process_loses_no_visitor_and_no_choice(site: Site, browser: Browser) -> None:
    """A hundred sessions and one real browser: all come back on the other process."""
    context = new_context(browser, site.url)
    page = context.new_page()
    page.goto("/hitta?ort=vilhelmina&fas=ide")
    settle(page)
    heading = page.locator("h1").first.inner_text()
    address = page.url
    cookie = next(one for one in context.cookies() if one["name"] == "replica")["value"]

    async def burst() -> Visitors:
        visitors = Visitors(site)
        tasks = [asyncio.ensure_future(visitors.visit(number)) for number in range(SESSIONS)]
        await asyncio.wait_for(visitors.everybody.wait(), WAIT)
        visitors.gone = cookie
        site.behind[cookie].process.send_signal(signal.SIGKILL)
        end = time.monotonic() + WAIT
        while visitors.moved < SESSIONS // 4:
            await asyncio.sleep(0.1)
            assert time.monotonic() < end, f"{visitors.moved} of {visitors.arrived} came back"
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        return visitors

    try:
        visitors = in_a_thread(lambda: asyncio.run(burst()))
        assert not visitors.faults, visitors.faults[:5]
        assert visitors.arrived.total() == SESSIONS
        assert visitors.moved >= SESSIONS // 4
        expect(page.locator("[data-testid=stApp]")).to_have_attribute(
            "data-test-connection-state", "CONNECTED"
        )
        settle(page)
        assert page.url == address
        assert page.locator("h1").first.inner_text() == heading
        moved = next(one for one in context.cookies() if one["name"] == "replica")["value"]
        assert moved != cookie
    finally:
        context.close()
        site.behind[cookie].stop()
        site.behind[cookie] = site.start(cookie)
        site.wait_for({cookie})


def test_a_rolling_restart_fails_no_request(site: Site) -> None:
    """One process after the other is replaced while the API is asked all the time."""
    done, faults, answers = threading.Event(), [], 0

    def ask() -> None:
        nonlocal answers
        while not done.is_set():
            try:
                with urllib.request.urlopen(f"{site.url}/api/v1/actors", timeout=WAIT) as answer:
                    answer.read()
                answers += 1
            except OSError as fault:
                faults.append(str(fault))

    asking = threading.Thread(target=ask)
    asking.start()
    try:
        for name in site.behind:
            site.behind[name].stop()
            before = answers
            site.behind[name] = site.start(name)
            site.wait_for({name})
            assert answers > before, f"nobody was answered while {name} started"
    finally:
        done.set()
        asking.join()
    assert not faults, faults[:5]


def test_F19_slow_headers_are_ended(site: Site) -> None:
    with socket.create_connection(("127.0.0.1", int(site.url.rsplit(":", 1)[1]))) as slow:
        slow.sendall(b"GET /api/v1/actors HTTP/1.1\r\nHost: x\r\nX-Slow:")
        slow.settimeout(WAIT)
        assert b" 408 " in slow.recv(100)


def test_the_shipped_files_name_the_same_paths_and_ports() -> None:
    """The probes ask what the product answers, in every way of running it."""
    deploy = ROOT / "deploy"
    for name in ("haproxy.cfg", "kubernetes.yaml", "Caddyfile"):
        assert "/readyz" in Path(deploy / name).read_text("utf-8")
    assert "/healthz" in (ROOT / "Containerfile").read_text("utf-8")
