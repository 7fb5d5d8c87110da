"""What whoever runs the product looks at: figures for Prometheus, and a log that machines read."""

import json
import logging
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from threading import Thread
from typing import Final
from wsgiref.simple_server import WSGIServer

from prometheus_client import REGISTRY, Gauge, Histogram, start_http_server
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ris_map.travel.world import Moment

_SECONDS: Final = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
# Known first parts of a path; anything else is one label, so that no visitor can add any.
_PARTS: Final = frozenset({"api", "hsds", "assets", "cells", "component", "static", "_stcore"})
SESSIONS: Final = Gauge("ris_map_sessions", "Visitors with a page open (web sockets).")
RUNS: Final = Histogram(
    "ris_map_run_seconds", "Time of one run of a page's script.", ["page"], buckets=_SECONDS
)
REQUESTS: Final = Histogram(
    "ris_map_request_seconds",
    "Time of one HTTP request until its answer is complete.",
    ["part", "status"],
    buckets=_SECONDS,
)


class Counted:
    """Middleware that counts requests and open web sockets; it keeps nothing about a visitor."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one connection."""
        if scope["type"] == "websocket":
            with SESSIONS.track_inprogress():
                await self._app(scope, receive, send)
            return
        start, status = time.perf_counter(), 500

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, noted)
        finally:
            if scope["type"] == "http":
                first = scope["path"].partition("/")[2].partition("/")[0]
                part = first if first in _PARTS else "page"
                took = time.perf_counter() - start
                REQUESTS.labels(part, f"{status // 100}xx").observe(took)


class DataState(Collector):
    """The state of the data when somebody asks; ``moment`` gives None while nothing is served."""

    def __init__(self, moment: Callable[[], Moment | None]) -> None:
        self._moment = moment

    def collect(self) -> Iterator[Metric]:
        """Give readiness, age and faults of the register, and its number of actors."""
        moment = self._moment()
        yield GaugeMetricFamily("ris_map_ready", "Data are loaded.", float(moment is not None))
        if moment is None:
            return
        state = moment.state
        faults = sum(fault.is_error for fault in state.faults)
        for name, text, value in (
            ("outdated", "A newer file was refused, an older one is served.", state.is_outdated),
            ("faults", "Errors in the files as they are now.", faults),
            ("loaded_timestamp_seconds", "When it was read.", state.loaded_at.timestamp()),
            ("actors", "Actors in the register.", len(state.register.actors)),
        ):
            yield GaugeMetricFamily(f"ris_map_register_{name}", text, float(value))


def serve_metrics(
    port: int | None, moment: Callable[[], Moment | None]
) -> tuple[WSGIServer, Thread] | None:
    """Serve the figures on a port of their own, for this machine alone; no port: not at all."""
    if port is None:
        return None
    try:
        served = start_http_server(port, addr="127.0.0.1")
    except OSError as refused:
        words = f"The server cannot start:\nRIS_MAP_METRICS_PORT: {port}: {refused.strerror}."
        raise SystemExit(words) from None
    REGISTRY.register(DataState(moment))
    return served


class JsonLines(logging.Formatter):
    """One JSON object a line: time (UTC), level, logger, message, and a traceback where one is.

    Nothing that says who asked is ever logged: no client address, no query.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Write one record."""
        told = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            told["traceback"] = self.formatException(record.exc_info)
        return json.dumps(told, ensure_ascii=False)


def write_json_log() -> None:
    """Make every logger write JSON lines to standard error, Streamlit's and uvicorn's included."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    logging.root.handlers = [handler]
    for name in list(logging.root.manager.loggerDict):
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [], True
    logging.getLogger("uvicorn.access").disabled = True
