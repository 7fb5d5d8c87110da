"""The open-data API of the running product beside a bare Starlette route with the same bytes.

Both are packed by the same middleware and run under uvicorn on loopback, in processes of their
own. The client, this process, is itself near its limit, which brings the two figures closer
together: what counts is that the API stays above half of the bare route, not the number itself.
Run with ``python -m tests.bench.bench_api``.
"""

import asyncio
import os
import statistics
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from tests.bench.measure import Bench, Result, main
from tests.browser.harness import Server, uvicorn_command

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

BODIES = {path.name: path.read_bytes() for path in Path(__file__).parent.glob("body-*")}

async def bare(request):
    return Response(BODIES[request.path_params["name"]], media_type="application/geo+json")

async def health(request):
    return Response("ok")

app = Starlette(
    routes=[Route("/bare/{name}", bare), Route("/_stcore/health", health)],
    middleware=[Middleware(GZipMiddleware, compresslevel=4, minimum_size=1024)],
)
"""


async def _connection(host: str, port: int, request: bytes, count: int) -> list[float]:
    reader, writer = await asyncio.open_connection(host, port, limit=4_000_000)
    seconds = []
    for _ in range(count):
        start = time.perf_counter()
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        if not head.startswith(b"http/1.1 200"):
            raise RuntimeError(head.decode(errors="replace"))
        _, _, length = head.partition(b"content-length:")
        await reader.readexactly(int(length.partition(b"\r\n")[0]))
        seconds.append(time.perf_counter() - start)
    writer.close()
    return seconds


def ask(url: str, *, connections: int = 1, requests: int = 1) -> list[float]:
    """Ask for one address over several connections that stay open; give each answer's seconds."""
    parts = urlsplit(url)
    address = parts.path + (f"?{parts.query}" if parts.query else "")
    head = f"GET {address} HTTP/1.1\r\nHost: {parts.netloc}\r\nAccept-Encoding: gzip\r\n\r\n"
    one = partial(_connection, parts.hostname or "", parts.port or 80, head.encode())

    async def every() -> list[list[float]]:
        each = requests // connections
        return await asyncio.gather(*(one(each) for _ in range(connections)))

    return [second for seconds in asyncio.run(every()) for second in seconds]


def cpu_seconds(process: int) -> float:
    """Give the processor time a process has used (Linux)."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def compared(name: str, places: Sequence[tuple[Server, str]], connections: int) -> Iterator[Result]:
    """Measure product and bare route in turns: the best of five runs each, and processor time.

    The best run is the one that other programs disturbed least. Processor time per request says
    what one server process could do on a machine of its own, whatever else runs on this one.
    """
    took: tuple[list[float], list[float]] = ([], [])
    used, latencies = [0.0, 0.0], list[float]()
    for turn in range(6):
        for which, (server, path) in enumerate(places):
            before, start = cpu_seconds(server.process.pid), time.perf_counter()
            seconds = ask(server.url + path, connections=connections, requests=REQUESTS)
            if turn:  # the first run only warms up
                took[which].append(1e6 * (time.perf_counter() - start) / len(seconds))
                used[which] += 1e6 * (cpu_seconds(server.process.pid) - before) / len(seconds)
                latencies += seconds if not which else []
    (mine, bare), slow = map(min, took), 1e3 * statistics.quantiles(latencies, n=100)[-1]
    note = f"{1e6 / mine:,.0f} against {1e6 / bare:,.0f} requests/s; p99 {slow:.2f} ms"
    yield Result(name, "µs", mine, BUDGET, bare, note)
    yield Result(f"{name}, processor time", "µs", used[0] / 5, BUDGET, used[1] / 5)


def measure_kept(bench: Bench) -> Iterator[Result]:
    """Answers that are kept, beside the same bytes."""
    product = bench.start("product", uvicorn_command)
    for number, address in enumerate(ADDRESSES):
        with urllib.request.urlopen(product.url + address, timeout=60) as answer:
            (bench.folder / f"body-{number}").write_bytes(answer.read())
    (bench.folder / "bare_app.py").write_text(BARE_APP, encoding="utf-8")
    command = partial(uvicorn_command, folder=bench.folder, app="bare_app:app")
    bare = bench.start("bare", command)
    for number, address in enumerate(ADDRESSES):
        places = ((product, address), (bare, f"/bare/body-{number}"))
        for connections in (1, 16) if number == 0 else (16,):
            yield from compared(f"{address}, {connections} connection(s)", places, connections)


if __name__ == "__main__":
    sys.exit(main(__doc__, {"kept": measure_kept}))
