"""Two hours of visitors while the register is replaced every minute, one file in a hundred broken.

``make soak`` (``SOAK_MINUTES=120``). Prints one line of CSV a minute: minute, memory of the process
in MB, runs, failed runs, faults the server reports, whether it is ready. Ends with 1 if memory rose
by more than a tenth after the first tenth of the time, if a run failed, or if the server was ever
not ready. Bounded in time and number; only this machine is asked.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import shutil
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from urllib.request import urlopen

from tests.bench.measure import Bench, memory_mb
from tests.bench.sessions import rerun, visit
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


@dataclass
class Soak:
    """What has happened so far."""

    server: Server
    data: Path
    until: float
    runs: int = 0
    failed: int = 0
    unready: int = 0
    memory: list[float] = field(default_factory=list)

    async def visitor(self, seed: int) -> None:
        """Change the choice every few seconds until the end."""
        chance = random.Random(seed)
        async with visit(self.server.url) as socket:
            while time.monotonic() < self.until:
                self.failed += not await rerun(socket, chance.choice(QUERIES))
                self.runs += 1
                await asyncio.sleep(chance.uniform(0, 2 * PAUSE_SECONDS))

    async def editor(self) -> None:
        """Put a new file in the register's place every minute, now and then a broken one."""
        chance = random.Random(1)
        file = self.data / "actors.yaml"
        whole = (ROOT / "data" / "actors.yaml").read_text("utf-8")
        number = 0
        while time.monotonic() < self.until:
            number += 1
            broken = chance.random() < BROKEN_SHARE or number == 3  # one at least
            draft = file.with_suffix(".draft")
            text = whole[: len(whole) // 2] if broken else f"{whole}# {number}\n"
            draft.write_text(text, "utf-8")
            draft.replace(file)
            await asyncio.sleep(REPLACE_SECONDS)

    async def watcher(self) -> None:
        """Note memory and readiness once a minute."""
        start = time.monotonic()
        print("minute,memory_mb,runs,failed,ready", flush=True)
        while time.monotonic() < self.until:
            await asyncio.sleep(REPLACE_SECONDS)
            self.memory.append(memory_mb(self.server.process.pid))
            ready = await asyncio.to_thread(self._is_ready)
            self.unready += not ready
            minute = round((time.monotonic() - start) / 60)
            row = (minute, round(self.memory[-1]), self.runs, self.failed, int(ready))
            print(*row, sep=",", flush=True)

    def _is_ready(self) -> bool:
        try:
            with urlopen(f"{self.server.url}/readyz", timeout=30) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    async def run(self) -> None:
        """Everybody at once."""
        await asyncio.gather(self.editor(), self.watcher(), *map(self.visitor, range(SESSIONS)))

    def verdict(self) -> list[str]:
        """What went wrong, in words."""
        settled = self.memory[len(self.memory) // 10 :]
        rise = max(settled) / settled[0] - 1
        return [
            words
            for wrong, words in (
                (rise > MEMORY_RISE, f"memory rose by {rise:.0%}"),
                (self.failed, f"{self.failed} of {self.runs} runs failed"),
                (self.unready, f"not ready {self.unready} times"),
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
        soak = Soak(server, data, time.monotonic() + 60 * minutes)
        asyncio.run(soak.run())
    faults = soak.verdict()
    print("\n".join(faults) or "nothing went wrong", file=sys.stderr)
    return bool(faults)


if __name__ == "__main__":
    raise SystemExit(main())
