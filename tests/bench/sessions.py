"""Many sessions at once, over Streamlit's own web socket and without browsers.

A session asks for one address after another, as Back and Forward do: the whole script
runs, not only a fragment, so the figure is on the careful side. Between two changes it pauses,
as a person does; the pauses are drawn with a fixed seed. Sessions come one after another within
the length of a pause, and all go on until the same moment, so that a server that cannot keep up
makes the measured times longer and never the measurement.
"""

import asyncio
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import cycle

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

_TIMEOUT_SECONDS = 120.0
_OK = ForwardMsg.FINISHED_SUCCESSFULLY


@dataclass(slots=True)
class Load:
    """Seconds per change over all sessions, and how many changes went wrong.

    Changes are made until ``end`` and measured from ``begin`` on, by the clock of ``perf_counter``.
    """

    begin: float
    end: float
    seconds: list[float] = field(default_factory=list)
    errors: int = 0


def run_sessions(
    urls: Sequence[str], queries: Sequence[str], *, sessions: int, pause: float, seconds: float
) -> Load:
    """Let sessions, shared by the processes at ``urls``, make changes ``pause`` apart on average.

    Measured is what begins within ``seconds`` after all of them have come.
    """
    begin = time.perf_counter() + pause
    load = Load(begin, begin + seconds)

    async def every() -> None:
        coming = (
            visitor(urls[seed % len(urls)], queries, seed, pause, load) for seed in range(sessions)
        )
        await asyncio.gather(*coming)

    asyncio.run(every())
    return load


async def visitor(url: str, queries: Sequence[str], seed: int, pause: float, load: Load) -> None:
    """Make changes until the load's end."""
    chance = random.Random(seed)
    await asyncio.sleep(chance.uniform(0, pause))
    try:
        async with websockets.connect(
            url.replace("http", "ws", 1) + "/_stcore/stream",
            subprotocols=["streamlit"],
            max_size=None,
            ping_interval=None,
            open_timeout=60,
        ) as socket:
            await rerun(socket, "")
            for query in cycle(queries):
                await asyncio.sleep(chance.uniform(0, 2 * pause))
                start = time.perf_counter()
                if start >= load.end:
                    break
                load.errors += not await rerun(socket, query)
                if start >= load.begin:
                    load.seconds.append(time.perf_counter() - start)
    except (TimeoutError, websockets.WebSocketException, OSError):
        load.errors += 1


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
