"""Two hours of visitors while the register is replaced every minute, one file in a hundred broken.

``make soak`` (``SOAK_MINUTES=120``). Prints one line of CSV a minute: minute, memory of the process
in MB, runs, failed runs, whether the server is ready. Ends with 1 if memory rose by more than a
tenth after the first tenth of the time, if a run failed, or if the server was ever not ready.
Bounded in time and number; only this machine is asked.
"""

import argparse
import asyncio
import os
import random
import shutil
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from urllib.request import urlopen

from tests.bench.measure import Bench, memory_mb
from tests.bench.sessions import Load, visitor
from tests.browser.harness import ROOT, Server, streamlit_command

SESSIONS = 20
PAUSE_SECONDS = 3.0
REPLACE_SECONDS = 60.0
BROKEN_SHARE = 0.01
MEMORY_RISE = 0.10
QUERIES = (
    "",
    "fas=ide&stod=radgivning",
    "kommun=2421",
    "omrade=energi&fas=vaxa",
    "grans=90",
    "lang=en&stod=finansiering",
)


async def edit(data: Path, load: Load) -> None:
    """Put a new file in the register's place every minute, now and then a broken one."""
    chance, file, number = random.Random(1), data / "actors.yaml", 0
    whole = (ROOT / "data" / "actors.yaml").read_text("utf-8")
    while time.perf_counter() < load.end:
        number += 1
        broken = chance.random() < BROKEN_SHARE or number == 3  # one at least
        draft = file.with_suffix(".draft")
        draft.write_text(whole[: len(whole) // 2] if broken else f"{whole}# {number}\n", "utf-8")
        draft.replace(file)
        await asyncio.sleep(REPLACE_SECONDS)


async def watch(server: Server, load: Load) -> list[tuple[float, bool]]:
    """Return memory and whether the server was ready, once a minute."""
    print("minute,memory_mb,runs,failed,ready", flush=True)
    seen = list[tuple[float, bool]]()
    while time.perf_counter() < load.end:
        await asyncio.sleep(REPLACE_SECONDS)
        seen.append((memory_mb(server.process.pid), await asyncio.to_thread(is_ready, server)))
        row = (len(seen), round(seen[-1][0]), len(load.seconds), load.errors, int(seen[-1][1]))
        print(*row, sep=",", flush=True)
    return seen


def is_ready(server: Server) -> bool:
    try:
        with urlopen(f"{server.url}/readyz", timeout=30) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


async def soak(server: Server, data: Path, load: Load) -> list[str]:
    """Let everybody work at once; return what went wrong, in words."""
    seen, *_ = await asyncio.gather(
        watch(server, load),
        edit(data, load),
        *[visitor(server.url, QUERIES, seed, PAUSE_SECONDS, load) for seed in range(SESSIONS)],
    )
    memory, ready = zip(*seen, strict=True)
    settled = memory[len(memory) // 10 :]
    rise, unready = max(settled) / settled[0] - 1, ready.count(False)
    return [
        words
        for wrong, words in (
            (rise > MEMORY_RISE, f"memory rose by {rise:.0%}"),
            (load.errors, f"{load.errors} of {len(load.seconds)} runs failed"),
            (unready, f"not ready {unready} times"),
        )
        if wrong
    ]


def main() -> int:
    """Run for ``SOAK_MINUTES``; 1 if something went wrong."""
    minutes = float(os.environ.get("SOAK_MINUTES", "120"))
    with ExitStack() as stack:
        bench = Bench(argparse.Namespace(), stack)
        data = Path(shutil.copytree(ROOT / "data", bench.folder / "data"))
        server = bench.start("server", streamlit_command, RIS_MAP_DATA=str(data))
        begin = time.perf_counter()
        faults = asyncio.run(soak(server, data, Load(begin, begin + 60 * minutes)))
    print("\n".join(faults) or "nothing went wrong", file=sys.stderr)
    return bool(faults)


if __name__ == "__main__":
    raise SystemExit(main())
