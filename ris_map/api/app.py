"""The application: one request in, one answer or problem out. Plain ASGI, no framework."""

from __future__ import annotations

import asyncio
import logging
import re
import threading
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import replace
from functools import cached_property
from typing import Any
from urllib.parse import parse_qs, quote

from ris_map.api.asked import Asked, Site
from ris_map.api.catalogue import catalogue_endpoints, index
from ris_map.api.datasets import PREFIX, Distribution
from ris_map.api.documents import encoded
from ris_map.api.endpoints import Endpoint, data_endpoints
from ris_map.api.limits import Limiter
from ris_map.api.openapi import openapi
from ris_map.api.parameters import read_query
from ris_map.api.payloads import COMMON_HEADERS, Header, Payload, Store, payload, raw
from ris_map.api.problems import MEDIA_TYPE, Problem, preferred_language
from ris_map.api.settings import HOST
from ris_map.common.faults import DataFaults
from ris_map.travel.service import Moment, place_groups

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

MOUNT = PREFIX.rpartition("/")[0]
"""Also holds what lies beside the present version, so that it is refused in words."""
VERSION = PREFIX.removeprefix(MOUNT)
MAX_ADDRESS = 2000
"""Most bytes of path and query together."""
METHODS = "GET, HEAD, OPTIONS"
_ACTORS = "/actors/"
_PREFLIGHT = raw(
    (
        *COMMON_HEADERS,
        ("Allow", METHODS),
        ("Access-Control-Allow-Methods", METHODS),
        ("Access-Control-Allow-Headers", "*"),
        ("Access-Control-Max-Age", "86400"),
    )
)
_READ = frozenset(
    (b"host", b"accept-encoding", b"accept-language", b"if-none-match", b"if-modified-since")
)
_log = logging.getLogger(__name__)


class OpenData:
    """The API of one installation, at home at :data:`MOUNT`.

    Parameters
    ----------
    site : Site
        The installation.
    """

    def __init__(self, site: Site) -> None:
        self._site = site
        self._limiter = Limiter(site.settings.rate)
        self._by_address = Store()
        self._by_meaning = Store()
        self._current: tuple[int, Moment | None] = (0, None)
        self._building = threading.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        """Answer one connection."""
        if scope["type"] != "http":
            if scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": 1000})
            return
        headers = {n: v.decode("latin-1") for n, v in scope["headers"] if n in _READ}
        try:
            await self._answer(scope, headers, send)
        except Problem as problem:
            await _send_problem(problem, scope, headers, send)
        except DataFaults:
            await _send_problem(Problem("no-register"), scope, headers, send)
        except Exception:
            _log.exception("The open-data API failed at %s", scope["path"])
            await _send_problem(Problem("server-fault"), scope, headers, send)

    async def _answer(self, scope: Scope, headers: Mapping[bytes, str], send: Send) -> None:
        method = scope["method"]
        if method == "OPTIONS":
            await _send(send, 204, _PREFLIGHT, b"")
            return
        if method not in ("GET", "HEAD"):
            problem = {"method": method, "known": ("GET", "HEAD", "OPTIONS")}
            raise Problem("wrong-method", problem, {"Allow": METHODS})
        self._check_bounds(scope)
        answer = await self._payload(scope, headers)
        packed = _accepts_gzip(headers.get(b"accept-encoding", ""))
        kept = answer.packed_headers if packed else answer.headers
        if answer.is_known(headers.get(b"if-none-match"), headers.get(b"if-modified-since")):
            await _send(send, 304, _without_body(kept), b"")
            return
        body = answer.packed if packed else answer.plain
        length = (b"content-length", str(len(body)).encode())
        await _send(send, 200, (*kept, length), b"" if method == "HEAD" else body)

    def _check_bounds(self, scope: Scope) -> None:
        client = scope.get("client")
        wait = self._limiter.seconds_to_wait(client[0] if client else None)
        if wait:
            raise Problem("too-many-requests", {"seconds": wait}, {"Retry-After": str(wait)})
        if len(scope["path"]) + len(scope.get("query_string", b"")) > MAX_ADDRESS:
            raise Problem("address-too-long", {"most": MAX_ADDRESS})

    async def _payload(self, scope: Scope, headers: Mapping[bytes, str]) -> Payload:
        """Give an answer: at once if it is kept, else made in a thread."""
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        query = scope.get("query_string", b"")
        site = (headers.get(b"host", ""), scope.get("scheme", "http"), scope.get("root_path", ""))
        generation, known = self._current
        if known is not None and known is self._site.served.unchanged_moment():
            found = self._by_address.get((generation, path, query, site))
            if found is not None:
                return found
        base = self._base(*site)
        answer, generation = await asyncio.to_thread(self._make, path, query, base)
        self._by_address.put((generation, path, query, site), answer)
        return answer

    def _make(self, path: str, raw_query: bytes, base: str) -> tuple[Payload, int]:
        """Read the register if it has changed, check the request, make the answer; in a thread.

        One at a time: two that make the same figures at once would only hold each other up.
        """
        with self._building:
            generation, known = self._current
            moment = self._site.served.moment()
            if moment is not known:
                generation += 1
                self._current = (generation, moment)
                self._by_meaning.clear()
                self._by_address.clear()
            endpoint, actor_id = self._endpoint(path)
            asked = Asked(
                site=self._site,
                moment=moment,
                query=read_query(raw_query, endpoint.parameters),
                base=base,
                actor_id=actor_id,
            )
            return self._build(endpoint, asked), generation

    def _build(self, endpoint: Endpoint, asked: Asked) -> Payload:
        base = asked.base if endpoint.names_itself else ""
        key = (endpoint.path, asked.actor_id, tuple(asked.query.items()), base)
        found = self._by_meaning.get(key)
        if found is None:
            found = payload(
                endpoint.build(asked),
                media_type=endpoint.media_type,
                cache=endpoint.cache,
                modified=asked.changed(endpoint.files) if endpoint.files else None,
                headers=tuple(_own_headers(endpoint, asked)),
            )
            self._by_meaning.put(key, found)
        return found

    def _endpoint(self, path: str) -> tuple[Endpoint, str]:
        if path == VERSION or path.startswith(f"{VERSION}/"):
            inside = path.removeprefix(VERSION).rstrip("/")
            actor_id = inside.removeprefix(_ACTORS)
            if inside in self._endpoints and "{" not in inside:
                return self._endpoints[inside], ""
            if inside.startswith(_ACTORS) and "/" not in actor_id:
                return self._endpoints[_ACTORS + "{id}"], actor_id
        known = tuple(PREFIX + known for known in self._endpoints)
        raise Problem("unknown-address", {"value": MOUNT + path, "known": known})

    @cached_property
    def _endpoints(self) -> Mapping[str, Endpoint]:
        """Every address; read once, because places do not change while the server runs."""
        geography = self._site.served.foundations.geography
        found = {**data_endpoints(place_groups(geography)), **catalogue_endpoints(self._size)}
        for path in ("/openapi.json", ""):
            found[path] = Endpoint(
                path=path,
                summary="This description (OpenAPI 3.1)" if path else "All addresses",
                media_type="application/json",
                build=lambda _: b"",
                schema=None if path else "Index",
                names_itself=True,
            )
        described = openapi(found)
        listed = index(found)
        found["/openapi.json"] = replace(
            found["/openapi.json"], build=lambda asked: encoded(described(asked))
        )
        found[""] = replace(found[""], build=lambda asked: encoded(listed(asked)))
        return found

    def _size(self, asked: Asked, distribution: Distribution) -> int:
        """Give the bytes of a distribution by making it."""
        path, _, query = distribution.path.partition("?")
        endpoint = self._endpoints[path]
        wanted = read_query(query.encode(), endpoint.parameters)
        return len(self._build(endpoint, replace(asked, query=wanted)).plain)

    def _base(self, host: str, scheme: str, root: str) -> str:
        """Give the public address of the site; a host that is none is refused."""
        if self._site.settings.base_url:
            return self._site.settings.base_url
        if not HOST.fullmatch(host):
            raise Problem("bad-host")
        return f"{scheme}://{host}{root.removesuffix(MOUNT)}"


class OpenDataFirst:
    """Middleware that gives the API's addresses to the API, and all others to what it wraps.

    In front of everything that belongs to pages (sessions, the shell, headers for documents): an
    answer of the API needs none of it and has stricter headers of its own.

    Parameters
    ----------
    app : ASGI application
        What is wrapped.
    site : Site
        The installation.
    """

    def __init__(self, app: App, site: Site) -> None:
        self._app = app
        self._api = OpenData(site)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one connection."""
        if scope["type"] in ("http", "websocket"):
            root = scope.get("root_path", "")
            path = scope["path"].removeprefix(root)
            if path == MOUNT or path.startswith(f"{MOUNT}/"):
                await self._api({**scope, "root_path": root + MOUNT}, receive, send)
                return
        await self._app(scope, receive, send)


def _own_headers(endpoint: Endpoint, asked: Asked) -> list[tuple[str, str]]:
    found = []
    if endpoint.files:
        found.append(("Link", f'<{asked.terms(endpoint.files).address}>; rel="license"'))
    if endpoint.filename:
        found.append(("Content-Disposition", f'attachment; filename="{endpoint.filename}"'))
    return found


def _accepts_gzip(accepted: str) -> bool:
    """Tell whether a client takes gzip; a quality of zero means that it does not."""
    for part in accepted.split(","):
        coding, _, quality = part.partition(";")
        if coding.strip().lower() == "gzip":
            return not re.fullmatch(r"q=0(\.0*)?", quality.replace(" ", ""))
    return False


def _without_body(headers: tuple[Header, ...]) -> tuple[Header, ...]:
    """Leave out what speaks of a body that is not sent."""
    return tuple(h for h in headers if h[0] not in (b"content-type", b"content-encoding"))


async def _send_problem(
    problem: Problem, scope: Scope, headers: Mapping[bytes, str], send: Send
) -> None:
    query = parse_qs(scope.get("query_string", b"").decode("latin-1")[:MAX_ADDRESS])
    accepted = headers.get(b"accept-language", "")
    language = preferred_language(next(iter(query.get("lang", ())), None), accepted)
    body = problem.as_json(language, instance=quote(scope["path"][:MAX_ADDRESS]))
    told = (
        ("Content-Type", MEDIA_TYPE),
        ("Content-Language", language.value),
        ("Content-Length", str(len(body))),
        ("Cache-Control", "no-store"),
        ("Vary", "Accept-Language"),
        *COMMON_HEADERS,
        *problem.headers.items(),
    )
    await _send(send, problem.status, raw(told), b"" if scope["method"] == "HEAD" else body)


async def _send(send: Send, status: int, headers: tuple[Header, ...], body: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": list(headers)})
    await send({"type": "http.response.body", "body": body})
