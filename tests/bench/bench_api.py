"""The open-data API of the running product beside a bare Starlette route with the same bytes.

Both are packed by the same middleware and run under uvicorn on loopback, in processes of their
own. The client, this process, is itself near its limit, which brings the two figures closer
together: what counts is that the API stays above half of the bare route, not the number itself.
Run with ``python -m tests.bench.bench_api``; the table is printed and output/bench-api.json
written.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from tests.bench.measure import Result, table, write_report
from tests.browser.harness import ROOT, Server, free_port

ADDRESSES = (
    "/api/v1/actors.geojson",
    "/api/v1/actors.geojson?fas=ide&plats=2422",
    "/api/v1/coverage",
    "/api/v1/actors/almi-nord",
)
REQUESTS = 240
"""In one run."""
BUDGET = 2.0
"""Time per request, as a multiple of the bare route's: 2 = half its throughput."""
BARE_APP = """
from pathlib import Path
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response
from starlette.routing import Route

HERE = Path(__file__)
BODIES = [HERE.with_name(f"body-{{number}}").read_bytes() for number in range({count})]

async def bare(request):
    number = int(request.path_params["number"])
    return Response(BODIES[number], media_type="application/geo+json")

async def health(request):
    return Response("ok")

app = Starlette(
    routes=[Route("/bare/{{number}}", bare), Route("/_stcore/health", health)],
    middleware=[Middleware(GZipMiddleware, compresslevel=4, minimum_size=1024)],
)
"""


@dataclass(frozen=True, slots=True)
class Load:
    """One run: seconds per request over all connections, and the latency of each request."""

    per_request: float
    latencies: tuple[float, ...]

    @property
    def p99(self) -> float:
        """The slowest hundredth begins here."""
        return statistics.quantiles(self.latencies, n=100)[-1]


@contextmanager
def running(folder: Path) -> Iterator[tuple[Server, Server]]:
    """Start the product and the bare application; stop both at the end."""
    port = free_port()
    uvicorn = [sys.executable, "-m", "uvicorn", "--host", "127.0.0.1", "--log-level", "warning"]
    product = Server.start(
        [*uvicorn, "--app-dir", str(ROOT), "--port", str(port), "app:app"],
        port,
        log=folder / "product.log",
        env={"RIS_MAP_TODAY": "2026-11-23"},
    )
    try:
        for number, address in enumerate(ADDRESSES):
            with urllib.request.urlopen(product.url + address, timeout=60) as answer:
                (folder / f"body-{number}").write_bytes(answer.read())
        (folder / "bare_app.py").write_text(BARE_APP.format(count=len(ADDRESSES)))
        other = free_port()
        bare = Server.start(
            [*uvicorn, "--app-dir", str(folder), "--port", str(other), "bare_app:app"],
            other,
            log=folder / "bare.log",
        )
        try:
            yield product, bare
        finally:
            bare.stop()
    finally:
        product.stop()


async def _connection(host: str, port: int, request: bytes, count: int) -> list[float]:
    reader, writer = await asyncio.open_connection(host, port, limit=4_000_000)
    seconds = []
    for _ in range(count):
        start = time.perf_counter()
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith((b"HTTP/1.1 200", b"HTTP/1.1 304")):
            raise RuntimeError(head.decode(errors="replace"))
        low = head.lower()
        at = low.find(b"content-length:")
        if at >= 0:
            await reader.readexactly(int(low[at + 15 : low.index(b"\r\n", at)]))
        seconds.append(time.perf_counter() - start)
    writer.close()
    return seconds


def run(url: str, *, connections: int, requests: int, headers: str = "") -> Load:
    """Ask for one address over several connections that stay open."""
    parts = urlsplit(url)
    address = parts.path + (f"?{parts.query}" if parts.query else "")
    request = (
        f"GET {address} HTTP/1.1\r\nHost: {parts.netloc}\r\nAccept-Encoding: gzip\r\n{headers}\r\n"
    ).encode()

    async def all_connections() -> list[list[float]]:
        each = requests // connections
        return await asyncio.gather(
            *(
                _connection(parts.hostname or "", parts.port or 80, request, each)
                for _ in range(connections)
            )
        )

    start = time.perf_counter()
    found = asyncio.run(all_connections())
    elapsed = time.perf_counter() - start
    latencies = tuple(second for seconds in found for second in seconds)
    return Load(elapsed / len(latencies), latencies)


def cpu_seconds(process: int) -> float:
    """Give the processor time a process has used (Linux)."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def compared(
    address: str, servers: tuple[Server, Server], paths: tuple[str, str], *, connections: int
) -> list[Result]:
    """Measure product and bare route in turns: the best of five runs each, and processor time.

    The best run is the one that other programs disturbed least. Processor time per request says
    what one server process could do on a machine of its own, whatever else runs on this one.
    """
    loads: tuple[list[Load], list[Load]] = ([], [])
    used = [0.0, 0.0]
    for turn in range(6):
        for which, (server, path) in enumerate(zip(servers, paths, strict=True)):
            before = cpu_seconds(server.process.pid)
            load = run(server.url + path, connections=connections, requests=REQUESTS)
            if turn:  # the first run only warms up
                loads[which].append(load)
                used[which] += cpu_seconds(server.process.pid) - before
    mine, bare = (min(found, key=lambda load: load.per_request) for found in loads)
    counts = [sum(len(load.latencies) for load in found) for found in loads]
    name = f"{address}, {connections} connection(s)"
    return [
        Result(
            name=name,
            unit="µs",
            value=mine.per_request * 1e6,
            bare=bare.per_request * 1e6,
            budget=BUDGET,
            note=f"{1 / mine.per_request:,.0f} against {1 / bare.per_request:,.0f} requests/s; "
            f"median {statistics.median(mine.latencies) * 1e3:.2f} ms, p99 {mine.p99 * 1e3:.2f} ms",
        ),
        Result(
            name=f"{name}, processor time",
            unit="µs",
            value=used[0] / counts[0] * 1e6,
            bare=used[1] / counts[1] * 1e6,
            budget=BUDGET,
        ),
    ]


def first_time(product: Server) -> list[Result]:
    """The latency of answers that have to be made: another filter each time."""
    words = [f"q=ord{number}" for number in range(30)]
    seconds = [
        run(f"{product.url}/api/v1/actors.geojson?bredd=adjacent&{word}", connections=1, requests=1)
        for word in words
    ]
    made = statistics.median(load.per_request for load in seconds)
    grids = [f"grans={g}&bredd={b}" for g in (30, 60, 90, 120) for b in ("core", "adjacent")]
    cubes = [
        run(f"{product.url}/api/v1/coverage?{grid}&utanfor=ja", connections=1, requests=1)
        for grid in grids
    ]
    cube = statistics.median(load.per_request for load in cubes)
    return [
        Result(name="GeoJSON of a new filter", unit="ms", value=made * 1e3),
        Result(name="coverage of a new choice", unit="ms", value=cube * 1e3),
    ]


def main() -> int:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--strict", action="store_true", help="fail when a budget is not kept")
    options = parser.parse_args()
    results: list[Result] = []
    with tempfile.TemporaryDirectory() as name, running(Path(name)) as servers:
        for number, address in enumerate(ADDRESSES):
            paths = (address, f"/bare/{number}")
            for connections in (1, 16) if number == 0 else (16,):
                results += compared(address, servers, paths, connections=connections)
        results += first_time(servers[0])
    print(table(results))
    write_report(results, ROOT / "output" / "bench-api.json")
    return int(options.strict and not all(result.kept for result in results))


if __name__ == "__main__":
    sys.exit(main())
