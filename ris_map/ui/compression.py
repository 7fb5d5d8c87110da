"""Streamlit's own scripts and styles, compressed: a third of the bytes of a first visit.

Streamlit leaves this to a proxy in front of it, because it would compress a file anew at every
request. Here each file is compressed once and kept; the files never change while the server runs.
"""

from __future__ import annotations

import gzip
from functools import lru_cache
from pathlib import Path
from typing import Final

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit import file_util

from ris_map.ui.assets import KEPT, accepts_gzip

_PREFIX: Final = "/static/"
_TYPES: Final = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}


@lru_cache(maxsize=1)
def _folder() -> Path:
    return Path(file_util.get_static_dir()).resolve() / "static"


@lru_cache(maxsize=512)
def _file(name: str) -> Path | None:
    """Give one of Streamlit's scripts or style sheets, if there is one of this name."""
    path = (_folder() / name).resolve()
    inside = path.is_relative_to(_folder()) and path.suffix in _TYPES
    return path if inside and path.is_file() else None


def _pack(path: Path) -> bytes:
    return gzip.compress(path.read_bytes(), compresslevel=6, mtime=0)


def _requested(scope: Scope) -> Path | None:
    """Give the script or style sheet that is asked for, if it is one of Streamlit's."""
    if scope["type"] != "http" or scope["method"] != "GET":
        return None
    if not scope["path"].startswith(_PREFIX) or "\0" in scope["path"]:
        return None
    return _file(scope["path"].removeprefix(_PREFIX))


class CompressedStatic:
    """Middleware that answers for Streamlit's scripts and styles where gzip is taken.

    Everything else, a request for a part of a file included, goes on to Streamlit.

    Parameters
    ----------
    app : ASGIApp
        What is wrapped.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._packed: dict[Path, bytes] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one connection."""
        path = _requested(scope)
        if (
            path is None
            or not accepts_gzip(request := Request(scope))
            or "range" in request.headers
        ):
            await self._app(scope, receive, send)
            return
        if path not in self._packed:
            # In a thread: the large ones take a tenth of a second, and pages are being drawn.
            self._packed[path] = await to_thread.run_sync(_pack, path)
        body = self._packed[path]
        headers = {"Cache-Control": KEPT, "Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
        response = Response(body, media_type=_TYPES[path.suffix], headers=headers)
        await response(scope, receive, send)
