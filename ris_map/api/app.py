"""The open-data API: bounds first, then what is kept, then FastAPI's routes."""

import ipaddress
import logging
import math
import threading
from collections.abc import Callable, Hashable
from functools import cached_property, lru_cache, partial
from time import monotonic
from typing import Any, Final
from urllib.parse import urlencode
from weakref import WeakValueDictionary

import anyio
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from ris_map.api import county, dcat, history, hsds, register, siting, text
from ris_map.api.calls import Call, DataRouter, Document, ProblemDetails, Resource, Site
from ris_map.api.datasets import LICENCES, PREFIX
from ris_map.api.hsds import HSDS
from ris_map.api.queries import COMMON_HEADERS, LanguageQuery, Problem, needed, parameters, refusal
from ris_map.common.dates import FIRST_DAY, day_of, today
from ris_map.common.faults import DataFaults
from ris_map.common.records import Record
from ris_map.common.region import region
from ris_map.travel.world import service
from ris_map.web.assets import Answer
from ris_map.web.settings import HOST, Rate, settings_at_start
from ris_map.words.markup import render_text

API_VERSION = "1.0.0"
"""Rises with every change: the first number would change the address (/v1)."""
MOUNTS = (PREFIX.rpartition("/")[0], HSDS)
"""The first also holds what lies beside the present version, so that it is refused in words."""
MAX_ADDRESS = 2000
"""Most bytes of path and query together."""
METHODS = "GET, HEAD, OPTIONS"
MAX_CLIENTS = 4096
"""Remembered clients; beyond them the one not heard of for longest is forgotten."""
TITLES = {
    PREFIX: "Innovation Map {region}: open data",
    HSDS: "Innovation Map {region}: Human Services Data Specification 3.0",
}
_WHO_MAY_ASK = {
    **COMMON_HEADERS,
    **dict.fromkeys(("Allow", "Access-Control-Allow-Methods"), METHODS),
    **{"Access-Control-Allow-Headers": "*", "Access-Control-Max-Age": "86400"},
}
_V6_PREFIX = 64
"""One subscriber holds a whole /64 of IPv6, so that is what is counted as one client."""
_log = logging.getLogger(__name__)
TAGS: Final = {
    "register": "The actors, their offers and offices, and the catalogue of all data sets.",
    "history": "Releases of the register, and what has changed.",
    "county": "Municipalities, places, roads, and how far people have to support.",
    "siting": "What would change if offices opened, closed or were visited.",
    "text": "Pages as text (Markdown), with the same figures.",
    "hsds": "The register in the words of the Human Services Data Specification.",
    "about": "What there is: addresses and description.",
}


class Index(Record):
    """All addresses."""

    title: str
    links: tuple[dict[str, str], ...]


def api_middleware() -> list[Middleware]:
    """Give what answers for the API, in front of everything that belongs to pages."""
    settings = settings_at_start()
    return [Middleware(OpenData, site=Site(served=service(settings.data), settings=settings))]


class OpenData:
    """Middleware that gives the API's addresses to the API, and all others to what it wraps.

    In front of everything that belongs to pages (sessions, the shell, headers for documents): an
    answer of the API needs none of it and has stricter headers of its own.
    """

    def __init__(self, app: ASGIApp, site: Site) -> None:
        self._app = app
        self._site = site
        self._limiter = Limiter(site.settings.api_rate)
        self._kept = Store()
        self._turns: WeakValueDictionary[str | Resource, anyio.Lock] = WeakValueDictionary()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one connection."""
        root = scope.get("root_path", "")
        path = scope.get("path", "").removeprefix(root)
        path = text.ADDRESSES.get(path, path)
        is_ours = any(path == mount or path.startswith(f"{mount}/") for mount in MOUNTS)
        if scope["type"] == "lifespan" or not is_ours:
            await self._app(scope, receive, send)
            return
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1000})
            return
        path = path.rstrip("/")
        path = f"{path}/" if path in TITLES else path
        request = Request({**scope, "path": root + path})
        answering: ASGIApp = self._api
        try:
            if request.method == "OPTIONS":
                answering = Response(status_code=204, headers=_WHO_MAY_ASK)
            else:
                self._keep_bounds(request)
        except Problem as problem:
            answering = problem.response(request)
        try:
            await answering({**request.scope, "method": "GET"}, receive, send)
        except Exception:
            _log.exception("The open-data API failed at %s", path)

    def _keep_bounds(self, request: Request) -> None:
        """Refuse what is out of bounds."""
        if request.method not in {"GET", "HEAD"}:
            members = {"method": request.method, "known": tuple(METHODS.split(", "))}
            raise Problem("wrong-method", members, {"Allow": METHODS})
        wait = self._limiter.seconds_to_wait(request.client.host if request.client else None)
        if wait:
            raise Problem("too-many-requests", {"seconds": wait}, {"Retry-After": str(wait)})
        if len(request.scope["path"]) + len(request.scope.get("query_string", b"")) > MAX_ADDRESS:
            raise Problem("address-too-long", {"most": MAX_ADDRESS})

    async def answer(self, resource: Resource, request: Request, query: LanguageQuery) -> Response:
        """Give a kept answer at once; make another in a thread, each client and address in turn.

        A client that asks for a hundred new workbooks at once waits for itself alone: others wait
        for one of them at most, and not at all for what lies at another address. Two that make the
        same figures at once would only hold each other up. Nothing is made for who has hung up.
        """
        is_page = issubclass(resource.query, text.TextQuery)  # that never refuses its address
        given = [name for name, _ in request.query_params.multi_items()]
        for parameter in parameters(resource.query).values():
            if given.count(parameter.name) > 1 and not parameter.is_many and not is_page:
                raise Problem("repeated-parameter", {"parameter": parameter.name})
        base, name = self._base(request), request.path_params.get("id", "")
        asked = partial(Call, self._site, resource=resource, query=query, base=base, id=name)
        served, day = self._site.served, day_of(getattr(query, "as_of", ""))
        present = None if day else served.at_hand()
        made = self._kept.get(asked(present).key) if present else None
        if made is None:
            client = request.client.host if request.client else ""
            turn, turn_here = (self._turns.setdefault(x, anyio.Lock()) for x in (client, resource))
            async with turn, turn_here:
                if await request.is_disconnected():
                    return Response()
                made = await anyio.to_thread.run_sync(
                    lambda: self._built(asked(served.moment(day)))
                )
        return made.response(request)

    def _built(self, call: Call[Any]) -> Answer:
        return self._kept.answer(call.key, partial(call.resource.answer, call))

    @cached_property
    def _api(self) -> FastAPI:
        faults = (Problem, RequestValidationError, DataFaults, HTTPException, Exception)
        handlers: dict[int | type[Exception], Any] = dict.fromkeys(faults, self._refused)
        api = FastAPI(openapi_url=None, redirect_slashes=False, exception_handlers=handlers)
        api.state.answers = self
        for path, resource in RESOURCES.items():  # a router that is included is matched twice
            api.add_api_route(path, resource.endpoint)
        return api

    async def _refused(self, request: Request, fault: Exception) -> Response:
        path = request.scope["path"].removeprefix(request.scope.get("root_path", ""))
        prefix = HSDS if path.startswith(HSDS) else PREFIX
        match fault:
            case Problem():
                problem = fault
            case RequestValidationError():
                query = RESOURCES[request.scope["route"].path].query
                problem = refusal(query, fault.errors())
            case DataFaults():
                problem = Problem("no-register")
            case HTTPException():
                known = tuple(x.removesuffix("/") for x in RESOURCES if x.startswith(prefix))
                members = {"value": path, "known": known, "index": f"{prefix}/openapi.json"}
                problem = Problem("unknown-address", members)
            case _:
                problem = Problem("server-fault")
        return problem.response(request)

    def _base(self, request: Request) -> str:
        """Give the public address of the site; a host that is none is refused."""
        if self._site.settings.base_url:
            return self._site.settings.base_url
        host = request.headers.get("host", "")
        if not HOST.fullmatch(host):
            raise Problem("bad-host")
        return f"{request.scope.get('scheme', 'http')}://{host}{request.scope.get('root_path', '')}"


def _index(call: Call[Any]) -> Document:
    links = []
    for path, x in RESOURCES.items():
        if path.startswith(PREFIX):
            query = urlencode(needed(x.query), safe=",")  # an example, so that it answers
            href = path.removesuffix("/") + (f"?{query}" if query else "")
            links.append({"href": href, "title": x.summary, "type": x.media_type})
    return {"title": call.tr("dataset.api.title"), "links": links}


def _description(prefix: str, call: Call[Any]) -> Document:
    """Return FastAPI's description, with the choices that the data leave."""
    settings, name = call.site.settings, region().names.en.name
    routers = ROUTERS[prefix]
    used = (str(tag) for router in routers for tag in router.tags)
    document = get_openapi(
        title=TITLES[prefix].format(region=name),
        version=API_VERSION,
        description=render_text("description.md", rate=settings.api_rate, region=name),
        license_info={"name": "CC0 1.0 (the register)", "url": LICENCES["CC0-1.0"]},
        servers=[{"url": call.base + prefix}],
        tags=[{"name": tag, "description": TAGS[tag]} for tag in dict.fromkeys(used)],
        routes=[route for router in routers for route in router.routes],
    )
    document["info"]["contact"] = {"email": settings.report_address}
    shapes = document.setdefault("components", {}).setdefault("schemas", {})
    shapes["ProblemDetails"] = ProblemDetails.model_json_schema()
    for path, item in document["paths"].items():
        is_text = issubclass(RESOURCES[prefix + path].query, text.TextQuery)
        for parameter in item["get"].get("parameters", ()):
            shape = parameter["schema"]
            shape |= shape.pop("anyOf", [{}])[0]  # "or null" says nothing in an address
            example = shape.pop("examples")[0]
            parameter["example"] = [example] if shape.get("type") == "array" else example
            if parameter["name"] == "plats" and not is_text:
                shape["items"]["enum"] = list(call.groups)
            elif parameter["name"] in {"datum", "since"} and not is_text:
                shape["pattern"] = _days_that_have_been()
    return document


def _about(prefix: str) -> DataRouter:
    router = DataRouter("about")
    publish = router.data("/openapi.json", names_itself=True, text="This description (OpenAPI 3.1)")
    publish(partial(_description, prefix))
    return router


ROUTERS: Final = {
    PREFIX: (
        *(room.router for room in (register, dcat, history, county, siting, text)),
        _about(PREFIX),
    ),
    HSDS: (hsds.router, _about(HSDS)),
}
"""The routes below each prefix."""
ROUTERS[PREFIX][-1].data("/", model=Index, names_itself=True, text="All addresses")(_index)
RESOURCES: Final = {
    prefix + path: resource
    for prefix, routers in ROUTERS.items()
    for router in routers
    for path, resource in router.resources.items()
}
"""Everything that can be asked for, by its path from the site's root."""


def _days_that_have_been() -> str:
    """Return a pattern of years, months and days for which the register can be shown."""
    past = "|".join(map(str, range(FIRST_DAY.year, today().year)))
    day = "-(0[1-9]|1[0-2])(-(0[1-9]|1[0-9]|2[0-8]))?"
    return f"^(({past})({day})?|{today().year})?$"


class Store:
    """Keeps answers up to a number and a size; what was asked for longest ago goes first.

    Safe for threads; two that ask for the same at once may both make it.
    """

    def __init__(self, *, answers: int = 256, size: int = 64_000_000) -> None:
        self._answers = answers
        self._limit = size
        self._kept: dict[Hashable, Answer] = {}
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> Answer | None:
        """Return the answer that is kept, if it is."""
        with self._lock:
            kept = self._kept.pop(key, None)
            if kept is not None:
                self._kept[key] = kept
        return kept

    def answer(self, key: Hashable, make: Callable[[], Answer]) -> Answer:
        """Return the answer that is kept, or that is made now."""
        if (kept := self.get(key)) is not None:
            return kept
        made = make()
        with self._lock:
            self._kept[key] = made
            size = sum(len(one.content) for one in self._kept.values())
            while len(self._kept) > self._answers or size > self._limit:
                size -= len(self._kept.pop(next(iter(self._kept))).content)
        return made


class Limiter:
    """Counts requests per client; not for several threads at once.

    A request costs its share of the rate's seconds, and nobody may be so many seconds ahead.
    This machine itself (loopback) is never limited: behind a proxy on the same machine that does
    not pass on the client's address everybody looks like one client, and the proxy has limits of
    its own; otherwise it is an operator's or a benchmark's own request.
    """

    def __init__(self, rate: Rate | None, *, clock: Callable[[], float] = monotonic) -> None:
        self._rate = rate
        self._clock = clock
        self._paid_until: dict[str, float] = {}

    def seconds_to_wait(self, address: str | None) -> int:
        """Count one request; return 0 if it is allowed, else whole seconds until one is."""
        client = _client(address)
        if self._rate is None or client is None:
            return 0
        now, price = self._clock(), self._rate.seconds / self._rate.requests
        paid_until = max(now, self._paid_until.pop(client, now))
        wait = round(paid_until + price - now - self._rate.seconds, 6)
        self._paid_until[client] = paid_until if wait > 0 else paid_until + price
        if len(self._paid_until) > MAX_CLIENTS:
            del self._paid_until[next(iter(self._paid_until))]
        return max(0, math.ceil(wait))


@lru_cache(MAX_CLIENTS)
def _client(address: str | None) -> str | None:
    """Return what a client is counted under; None = not counted."""
    if not address:
        return None
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address  # a name, as test clients have
    parsed = getattr(parsed, "ipv4_mapped", None) or parsed
    if parsed.is_loopback:
        return None
    if parsed.version == 6:
        return str(ipaddress.ip_network((parsed, _V6_PREFIX), strict=False))
    return str(parsed)
