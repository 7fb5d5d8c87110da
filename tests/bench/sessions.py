"""Many sessions at once, over Streamlit's own web socket and without browsers.

A session asks for one address after another, as Back and Forward do: the whole script
runs, not only a fragment, so the figure is on the careful side. Between two changes it pauses,
as a person does; the pauses are drawn with a fixed seed.
"""

from __future__ import annotations

import asyncio
import random
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

_TIMEOUT_SECONDS = 120.0
_OK = ForwardMsg.FINISHED_SUCCESSFULLY


@dataclass(frozen=True, slots=True)
class Load:
    """Seconds per change over all sessions, and how many changes went wrong."""

    seconds: tuple[float, ...]
    errors: int

    @property
    def median(self) -> float:
        """The middle one of all changes."""
        return statistics.median(self.seconds)


def run_sessions(
    url: str, queries: Sequence[str], *, sessions: int, changes: int, pause: float
) -> Load:
    """Let sessions make ``changes`` changes each, ``pause`` seconds apart on average."""
    where = url.replace("http", "ws", 1) + "/_stcore/stream"
    return asyncio.run(_run(where, queries, sessions, changes, pause))


async def _run(url: str, queries: Sequence[str], sessions: int, changes: int, pause: float) -> Load:
    outcomes = await asyncio.gather(
        *(_session(url, queries, _pauses(seed, changes, pause)) for seed in range(sessions))
    )
    return Load(
        tuple(second for seconds, _ in outcomes for second in seconds),
        sum(errors for _, errors in outcomes),
    )


def _pauses(seed: int, changes: int, mean: float) -> list[float]:
    chance = random.Random(seed)
    return [chance.uniform(0, 2 * mean) for _ in range(changes)]


async def _session(
    url: str, queries: Sequence[str], pauses: Sequence[float]
) -> tuple[list[float], int]:
    seconds: list[float] = []
    errors = 0
    async with websockets.connect(
        url, subprotocols=["streamlit"], max_size=None, ping_interval=None
    ) as socket:  # type: ignore[list-item]
        await rerun(socket, "")
        for query, pause in zip(cycle(queries), pauses, strict=False):
            await asyncio.sleep(pause)
            start = time.perf_counter()
            errors += not await rerun(socket, query)
            seconds.append(time.perf_counter() - start)
    return seconds, errors


async def rerun(socket: websockets.ClientConnection, query: str) -> bool:
    """Ask for one run of the script; tell whether it ended well and without an exception shown."""
    message = BackMsg()
    message.rerun_script.query_string = query
    await socket.send(message.SerializeToString())
    well = True
    async with asyncio.timeout(_TIMEOUT_SECONDS):
        while True:
            answer = ForwardMsg()
            answer.ParseFromString(await socket.recv())  # type: ignore[arg-type]
            if answer.delta.new_element.HasField("exception"):
                well = False
            if answer.WhichOneof("type") == "script_finished":
                if answer.script_finished == _OK:
                    return well
                if answer.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                    return False
