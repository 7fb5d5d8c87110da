"""The document around the application: Streamlit's index page made ours, and security headers.

Streamlit serves one fixed page whatever the address, in English, with status 200. Language, title,
description, own style and script are set here, and an address without a page says so.
"""

import re
from collections.abc import Collection, Sequence
from functools import lru_cache
from html import escape
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders, QueryParams
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import file_util

from ris_map.common.address import load_redirects
from ris_map.common.faults import RisMapError
from ris_map.web.assets import FRAME_TO_SITE, KEPT, PREFIX, Answer, asset_url, map_script
from ris_map.words import translator
from ris_map.words.language import Language
from ris_map.words.markup import render

FRAME_PREFIX: Final = "/component/"
"""Where Streamlit serves the documents of component frames."""
FRAME_PAGE: Final = f"{FRAME_PREFIX}streamlit_folium.st_folium/index.html"
"""The document of the map's frame."""
ABOUT: Final = "/om/"
"""Where the pages without scripts are, which are no pages of Streamlit (api/page.py)."""

_OWN: Final = (FRAME_PREFIX, f"/{PREFIX}/", ABOUT)
# Streamlit's own figures, and where it would take files from anybody and keep them in memory.
_CLOSED: Final = ("/_stcore/metrics", "/_stcore/upload_file/")
_HASHED: Final = re.compile(r"/component/[^/]+/static/(js|css)/[\w.-]*\.[0-9a-f]{8}\.")
_COMMON: Final = {
    "default-src": "'self'",
    # Streamlit writes its styles into the document at run time.
    "style-src": "'self' 'unsafe-inline'",
    "img-src": "'self' data: blob:",
    # One of Streamlit's fonts is a data: address inside its own style sheet.
    "font-src": "'self' data:",
    # 'self' covers the web socket to the same host.
    "connect-src": "'self'",
    "worker-src": "'self' blob:",
    "frame-src": "'self'",
    "object-src": "'none'",
    "base-uri": "'self'",
    "form-action": "'self'",
}
# WebAssembly is compiled by Streamlit's message decoder; no text is ever run as a script.
_PAGE_SCRIPTS: Final = "'self' 'wasm-unsafe-eval'"
_FRAME_SCRIPTS: Final = "'self' 'unsafe-inline' 'unsafe-eval'"

_FIXED: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": (
        # The position is asked for by a button of "Hitta stöd" and stays in the browser.
        "camera=(), display-capture=(), geolocation=(self), microphone=(), payment=(), usb=()"
    ),
}
_HTML: Final = "text/html; charset=utf-8"
# A comment and what stands right after it, without reaching over another comment's end.
_COMMENT: Final = r"(?:<!--(?:(?!-->).)*-->\s*)?"


class PageChanged(RisMapError):
    """Streamlit's page no longer has the shape that the rewriting knows."""


def streamlit_index() -> str:
    """Read the index page of the installed Streamlit."""
    return (Path(file_util.get_static_dir()) / "index.html").read_text(encoding="utf-8")


def rewrite(index: str, language: str) -> str:
    """Turn Streamlit's index page into ours, in one language.

    ``PageChanged`` names every place that is missing, or there more than once, or a new inline
    script, which the policy would forbid silently.
    """
    tr = translator(Language(language))
    style, script, icon = (
        asset_url(name) for name in ("bundle/page.css", "bundle/page.js", "app/icon.svg")
    )
    theirs = re.search(r'<link rel="stylesheet"[^>]*>', index)
    # the chosen language first: nobody without scripts can switch
    texts = [translator(one) for one in sorted(Language, key=lambda one: one != language)]
    changes = {
        rf"^\s*{_COMMENT}<!DOCTYPE html>": "<!DOCTYPE html>",
        r'<html lang="en">': f'<html lang="{language}">',
        r"<title>.*?</title>": f"<title>{escape(tr('shell.title'))}</title>",
        r'<link rel="shortcut icon"[^>]*>': (
            f'<link rel="icon" type="image/svg+xml" href="./{icon}" />'
        ),
        # Nothing may forbid zooming.
        r'<meta\s+name="viewport"[^>]*>': (
            '<meta name="viewport" content="width=device-width, initial-scale=1" />'
        ),
        # A pointer to a programming interface that is switched off, with its explanation.
        rf'{_COMMENT}<link rel="service-desc"[^>]*>': "",
        # The only inline script serves a crawler; without it the policy needs no hash. Ours is
        # deferred, and before Streamlit's own, which waits for it.
        rf"{_COMMENT}<script>\s*window\.prerenderReady = false\s*</script>": (
            f'<script src="./{script}" defer fetchpriority="high"></script>'
        ),
        # The first words wait for no style sheet.
        r"<noscript>.*?</noscript>": (
            render("awaited.html", t=tr, texts=texts, about=ABOUT)
            + f'{theirs and theirs[0]}<link rel="stylesheet" href="./{style}" />'
        ),
        r'<link rel="stylesheet"[^>]*>\s*</head>': render("awaited_head.html", t=tr) + "</head>",
    }
    faults = []
    for pattern, replacement in changes.items():
        index, count = re.subn(pattern, replacement.replace("\\", r"\\"), index, flags=re.DOTALL)
        if count != 1:
            faults.append(f"{pattern.removeprefix(_COMMENT)} was found {count} times, not once")
    if "<script>" in index:
        faults.append("there is a new inline script in it")
    if faults:
        raise PageChanged(f"Streamlit's index.html has changed: {'; '.join(faults)}.")
    return index


@lru_cache(maxsize=4)
def frame_page(script: str) -> Answer:
    """Make the page of the map's frame: streamlit-folium's, with the map's code before its own.

    It would load the code only when the first message has reached the frame.
    """
    # found without importing it, which must wait until the runtime stands
    package = find_spec("streamlit_folium")
    path = Path((package and package.origin) or "").with_name("frontend") / "build" / "index.html"
    first = f'<script defer="defer" src="{escape(script)}"></script>'
    page, count = re.subn(
        r'(?=<script defer="defer" src="\./static/js/main\.)', first, path.read_text()
    )
    if count != 1:
        raise PageChanged(f"streamlit-folium's own script was found {count} times, not once.")
    return _html(page)


def build_shells() -> dict[str, Answer]:
    """Make the page in each language."""
    frame_page("")  # a page of another package that has changed is told at the start
    index = streamlit_index()
    return {language.value: _html(rewrite(index, language)) for language in Language}


def _html(text: str) -> Answer:
    return Answer(content=text.encode(), media_type=_HTML)


def chosen_language(query: bytes) -> Language:
    """Read the language from an address; anything unknown is Swedish."""
    language = QueryParams(query).get("lang", "")
    return Language(language) if language in set(Language) else Language.SV


class Shell:
    """Middleware that sends our page wherever Streamlit sends its index page.

    ``pages`` are the paths that lead somewhere; any other answers 404, with a page of its own.
    """

    def __init__(self, app: ASGIApp, pages: Collection[str]) -> None:
        self._app, self._shells, self._pages = app, build_shells(), frozenset(pages)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one connection."""
        is_own = scope["type"] == "http" and scope["path"].startswith(_OWN)
        if scope["type"] != "http" or (is_own and scope["path"] != FRAME_PAGE):
            await self._app(scope, receive, send)
            return
        if scope["path"].startswith(_CLOSED):
            await PlainTextResponse("404\n", status_code=404)(scope, receive, send)
            return
        if scope["path"] == FRAME_PAGE:
            content = await run_in_threadpool(lambda: frame_page(FRAME_TO_SITE + map_script()))
            await content.response(Request(scope))(scope, receive, send)
            return
        replaced = False

        async def send_shell(message: Message) -> None:
            nonlocal replaced
            if message["type"] == "http.response.start" and _is_page(message):
                replaced = True
                language = chosen_language(scope.get("query_string", b""))
                is_known = f"/{scope['path'].strip('/')}" in self._pages
                shown = self._shells[language] if is_known else _html(not_found(language))
                response = shown.response(Request(scope), status=200 if is_known else 404)
                await response(scope, receive, send)
            elif not replaced:
                await send(message)

        if not scope["path"].startswith(("/static/", "/media/")):
            # a part of Streamlit's page is of no use to anybody
            headers = [(name, value) for name, value in scope["headers"] if name != b"range"]
            scope = {**scope, "headers": headers}
        await self._app(scope, receive, send_shell)


def not_found(language: Language, *, withdrawn: str = "") -> str:
    """Return the page of an address that leads nowhere, or no more; it works without scripts."""
    tr, style = translator(language), asset_url("bundle/not_found.css")
    title = tr("gone.title") if withdrawn else tr("not-found.title")
    text = withdrawn or tr("not-found.text")
    return render("not_found.html", t=tr, style=style, title=title, text=text)


def _is_page(message: Message) -> bool:
    """Tell whether an answer is Streamlit's index page: its only HTML that is not a download."""
    headers = Headers(raw=message.get("headers", []))
    is_html = headers.get("content-type", "").startswith("text/html")
    is_whole = message["status"] in {200, 206}
    return is_whole and is_html and "content-disposition" not in headers


def content_security_policy(ancestors: Sequence[str], *, frame: bool) -> str:
    """Compose the policy for a page or for a component's frame.

    ``ancestors`` are checked sources that may show the product inside a frame.
    """
    # Every ancestor is checked, not only the nearest: the page itself is one of the map frame's.
    allowed = dict.fromkeys(("'self'", *ancestors) if frame else ancestors)
    allowed = dict.fromkeys(source for source in allowed if len(allowed) == 1 or source != "'none'")
    directives = {
        **_COMMON,
        "script-src": _FRAME_SCRIPTS if frame else _PAGE_SCRIPTS,
        "frame-ancestors": " ".join(allowed),
    }
    return "; ".join(f"{name} {value}" for name, value in directives.items())


class SecurityHeaders:
    """Middleware that adds the policy and its companions to every HTTP answer.

    Two policies, because two kinds of document are served: the page, where no script runs that is
    not a file of this server, and the map's frame, where streamlit-folium evaluates the map's code
    as text.
    """

    def __init__(self, app: ASGIApp, ancestors: Sequence[str]) -> None:
        self._app = app
        self._page = content_security_policy(ancestors, frame=False)
        self._frame = content_security_policy(ancestors, frame=True)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        policy = self._frame if scope["path"].startswith(FRAME_PREFIX) else self._page

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(_FIXED)
                headers["Content-Security-Policy"] = policy
                # the name holds a hash; Streamlit sends it anew for each map otherwise. While a
                # new version spreads over servers, one may not have it yet
                if _HASHED.match(scope["path"]) and message["status"] < 400:
                    headers["Cache-Control"] = KEPT
            await send(message)

        await self._app(scope, receive, send_with_headers)


class Moved:
    """Middleware that leads on from renamed addresses, and says why others are withdrawn."""

    def __init__(
        self, app: ASGIApp, path: Path, taken: Collection[str], ancestors: Sequence[str]
    ) -> None:
        self._app, self._known = app, load_redirects(path, taken=taken)
        self._answer = SecurityHeaders(self._moved_or_gone, ancestors)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one connection."""
        old = scope["path"].rstrip("/") if scope["type"] == "http" else ""
        is_old = old in self._known.renamed or old in self._known.withdrawn
        await (self._answer if is_old else self._app)(scope, receive, send)

    async def _moved_or_gone(self, scope: Scope, receive: Receive, send: Send) -> None:
        old, query = scope["path"].rstrip("/"), scope["query_string"].decode("latin-1")
        language, is_api = chosen_language(scope["query_string"]), old.startswith("/api/")
        headers = {"Access-Control-Allow-Origin": "*"} if is_api else {}
        answer: ASGIApp
        if new := self._known.renamed.get(old):
            answer = RedirectResponse(f"{new}?{query}" if query else new, 308, headers)
        else:
            why = self._known.withdrawn[old].in_(language)
            kind, title = "urn:ris-map:problem:gone", translator(language)("gone.title")
            told = {"type": kind, "title": title, "status": 410, "detail": why, "instance": old}
            answer = HTMLResponse(not_found(language, withdrawn=why), 410)
            if is_api:
                answer = JSONResponse(told, 410, headers, "application/problem+json")
        await answer(scope, receive, send)
