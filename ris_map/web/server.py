"""What ``app.py`` is made of: the script, the routes beside Streamlit's own, and the middleware."""

import asyncio
import gc
import logging
import re
import socket
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, Final
from weakref import WeakKeyDictionary

import h11
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import Message, Receive, Scope, Send
from streamlit import net_util
from uvicorn.protocols.http.h11_impl import H11Protocol

from ris_map.common.address import REDIRECTS
from ris_map.common.dates import today
from ris_map.common.faults import RisMapError
from ris_map.geography.boundaries import county_shapes
from ris_map.geography.county import language_rights
from ris_map.register.strategy import everyday_words
from ris_map.travel.check import check_data
from ris_map.travel.world import Moment, World, service, sources
from ris_map.web.assets import PictureSource, asset_routes, map_script
from ris_map.web.layout import PAGE_ADDRESSES, PAGES
from ris_map.web.operation import serve_metrics, write_json_log
from ris_map.web.picture import background_roads
from ris_map.web.settings import HOST, data_dir, read_settings, settings_at_start
from ris_map.web.shell import ABOUT, Moved, SecurityHeaders, Shell
from ris_map.words import translator
from ris_map.words.language import TEXTS, Language, page_text
from ris_map.words.markup import render, render_text

SCRIPT: Final = Path(__file__).resolve().parent / "script.py"
"""The Streamlit script; an absolute path, found from whatever folder the server is started."""
HEADER_SECONDS: Final = 20.0
"""A connection whose request is not complete by then is closed."""
PREPARE: Final[list[Callable[[World], object]]] = []
"""What is read and computed at the start, given the world; rooms above add theirs."""
_LOG = logging.getLogger(__name__)
# At each web socket from another site Streamlit would ask a host outside for this server's address,
# and nobody would be answered until that has come or failed.
net_util.get_external_ip = lambda: None
_NO_GZIP: Final = re.compile(rb"gzip\s*;\s*q=0(\.0*)?\s*(,|$)")


class Compressed(GZipMiddleware):
    """Starlette's compression, which takes "gzip;q=0" for a yes; Streamlit's stands behind it."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one connection."""
        if scope["type"] == "http":
            asked = [
                (n, _NO_GZIP.sub(b"", v) if n == b"accept-encoding" else v)
                for n, v in scope["headers"]
            ]
            scope = {**scope, "headers": asked}

        async def send_vary_once(message: Message) -> None:
            if message["type"] == "http.response.start" and "Vary" in MutableHeaders(scope=message):
                told = MutableHeaders(scope=message)
                told["Vary"] = ", ".join(dict.fromkeys(", ".join(told.getlist("Vary")).split(", ")))
            await send(message)

        await super().__call__(scope, receive, send_vary_once)


COMPRESSION: Final = Middleware(Compressed, compresslevel=4, minimum_size=1024)
"""Of every answer, anew for each visitor: level 4 takes a third of the time of the highest."""


def server_routes(*pictures: PictureSource) -> list[BaseRoute]:
    """Give the routes that answer before Streamlit's: assets, and what machines look for."""
    return [
        *asset_routes(pictures),
        Route("/robots.txt", _plain),
        Route("/sitemap.xml", _sitemap),
        Route("/.well-known/security.txt", _plain),
        Route("/favicon.ico", _favicon),
        Route("/healthz", _health),
        Route("/readyz", _ready),
    ]


def server_middleware() -> list[Middleware]:
    """Give the middleware around all routes, the outermost first.

    Security headers around all, so that every answer has them. Compression, renamed addresses and
    the open-data API stand in front, see ``app.py``.
    """
    settings = settings_at_start()
    _stop_on_faults(settings.data)
    # not in the lifespan: a fault there is told as a traceback
    serve_metrics(settings.metrics_port, _moment)
    return [
        Middleware(SecurityHeaders, ancestors=settings.frame_ancestors),
        Middleware(Shell, pages=PAGE_ADDRESSES),
    ]


def front_middleware() -> list[Middleware]:
    """Give what stands in front of pages and API: compression, renamed and withdrawn addresses."""
    now = settings_at_start()
    path, ancestors = now.data / REDIRECTS, now.frame_ancestors
    return [COMPRESSION, Middleware(Moved, path=path, taken=PAGE_ADDRESSES, ancestors=ancestors)]


def _stop_on_faults(data: Path) -> None:
    """End the start if a data file is broken, with every fault in words and no traceback (F6)."""
    found = check_data(data, today=today(), taken=PAGE_ADDRESSES)
    errors = [str(fault) for fault in found if fault.is_error]
    if errors:
        raise SystemExit("\n".join(["The server cannot start:", *errors]))


@asynccontextmanager
async def server_lifespan(_app: object) -> AsyncIterator[dict[str, Any]]:
    """Run what belongs to the server's start and end."""
    guard_connections()
    if read_settings().log == "json":
        write_json_log()
    threading.Thread(target=warm_up, name="warm-up", daemon=True).start()
    yield {}


def base_address(request: Request) -> str:
    """Return the public address of the site without a slash at the end."""
    host = request.headers.get("host", "")
    safe = host if HOST.fullmatch(host) else "localhost"
    return read_settings().base_url or f"{request.url.scheme}://{safe}"


def _sitemap(request: Request) -> Response:
    base = base_address(request)
    paths = [*(f"/{spec.url_path}" for spec in PAGES if spec.place != "hidden"), ABOUT]
    moment = _moment()
    if moment is not None:
        paths += [f"{ABOUT}kommun/{code}" for code in moment.world.foundations.geography.names]
        paths += [f"{ABOUT}aktor/{actor.id}" for actor in moment.state.register.actors]
    text = render("sitemap.xml", base=base, paths=paths, languages=list(Language))
    return Response(text, media_type="application/xml")


async def _plain(request: Request) -> Response:
    """Give a text for machines, whose name is the end of the address."""
    text = render_text(
        request.url.path.rpartition("/")[2],
        base=base_address(request),
        report_address=read_settings().report_address,
        expires=today() + timedelta(days=180),
    )
    return PlainTextResponse(text)


async def _favicon(_: Request) -> Response:
    return RedirectResponse("/assets/app/icon.svg", status_code=301)


async def _health(_: Request) -> Response:
    """The process answers."""
    return PlainTextResponse("ok\n", headers={"Cache-Control": "no-store"})


def _ready(_: Request) -> Response:
    """The data are loaded; says which register and last release, and what of a newer is refused."""
    moment = _moment()
    told: dict[str, Any] = {"ready": moment is not None}
    if moment is not None:
        state, releases = moment.state, service(data_dir()).releases
        frozen = [one.meta.release.number for one in releases if one.meta.release]
        told["register"] = state.register.meta.reference_date
        told["release"] = frozen[-1] if frozen else None
        told["on"] = moment.world.on.isoformat()
        told["outdated"] = state.is_outdated
        told["faults"] = sum(fault.is_error for fault in state.faults)
    status = 200 if moment is not None else 503
    return JSONResponse(told, status_code=status, headers={"Cache-Control": "no-store"})


def _moment() -> Moment | None:
    try:
        return service(data_dir()).moment()
    except RisMapError as refused:
        _LOG.warning("The register cannot be shown: %s", refused)
        return None


def warm_up() -> None:
    """Do the first visitor's waiting: read texts and data, and keep all that for good.

    A refused register is no reason not to start. What now exists is taken out of the garbage
    collector's sight: Streamlit collects after every run, 130 ms in which the run's last messages
    wait to be sent.
    """
    for language in Language:
        translator(language)
    moment = _moment()
    if moment is not None:
        for prepare in PREPARE:
            prepare(moment.world)
    gc.collect()
    gc.freeze()


def read_all(world: World) -> None:
    """Read what stands beside the register while it is as it was checked, for good."""
    data = world.foundations.data_dir
    for read in (sources, everyday_words, language_rights, county_shapes, background_roads):
        read(data)
    for language in Language:
        for text in (data / TEXTS / language).glob("*.md"):
            page_text(text.stem, language)
    served = service(data)
    _ = served.releases, served.hashes, served.reports, served.homepages, map_script()


PREPARE.append(read_all)


def guard_connections(seconds: float = HEADER_SECONDS) -> None:
    """Make every connection send small answers at once, and not wait for ever for a request.

    asyncio leaves Nagle's algorithm on for sockets that Streamlit binds, 40 ms for each small
    answer; uvicorn waits for slow headers without an end.
    """
    made, received = H11Protocol.connection_made, H11Protocol.data_received
    timers: WeakKeyDictionary[H11Protocol, asyncio.TimerHandle] = WeakKeyDictionary()

    def close(self: H11Protocol) -> None:
        is_http = getattr(self.transport, "get_protocol", lambda: self)() is self
        if is_http and self.conn.their_state is h11.IDLE:
            self.transport.close()

    def connection_made(self: H11Protocol, transport: asyncio.Transport) -> None:
        made(self, transport)
        raw = transport.get_extra_info("socket")
        if raw is not None and raw.family in {socket.AF_INET, socket.AF_INET6}:
            raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        timers[self] = self.loop.call_later(seconds, close, self)

    def data_received(self: H11Protocol, data: bytes) -> None:
        received(self, data)
        is_waiting = self.conn.their_state is h11.IDLE and bool(self.conn.trailing_data[0])
        if is_waiting and self not in timers:
            timers[self] = self.loop.call_later(seconds, close, self)
        elif not is_waiting and self in timers:
            timers.pop(self).cancel()

    H11Protocol.connection_made = connection_made  # type: ignore[method-assign]
    H11Protocol.data_received = data_received  # type: ignore[method-assign]
