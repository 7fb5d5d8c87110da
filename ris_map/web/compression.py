"""The files of Streamlit and of the map's frame, compressed: a third of a first visit's bytes.

Streamlit leaves this to a proxy in front of it, because it would compress a file anew at every
request; the frame's script it sends without leave to keep it, so that each map would fetch it anew.
Here each file is compressed once and kept; the files never change while the server runs, and their
names carry a hash of their content.
"""

from __future__ import annotations

import gzip
import importlib.util
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Final

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit import file_util

from ris_map.web.assets import KEPT, accepts_gzip

_TYPES: Final = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}
FRAME: Final = "/component/streamlit_folium.st_folium/"


@lru_cache(maxsize=1)
def folders() -> Mapping[str, Path]:
    """Give the folder behind each prefix of addresses.

    Returns
    -------
    mapping of str to Path
        Streamlit's own files, and those of the map's frame. The package of the latter is found
        without being imported: imported before the runtime exists, its frame answers 404.
    """
    found = {"/static/": Path(file_util.get_static_dir()) / "static"}
    package = importlib.util.find_spec("streamlit_folium")
    if package is not None and package.submodule_search_locations:
        found[FRAME] = Path(package.submodule_search_locations[0]) / "frontend" / "build"
    return {prefix: folder.resolve() for prefix, folder in found.items()}


@lru_cache(maxsize=512)
def _file(address: str) -> Path | None:
    """Give one of the scripts or style sheets, if there is one at this address."""
    for prefix, folder in folders().items():
        path = (folder / address.removeprefix(prefix)).resolve()
        inside = address.startswith(prefix) and path.is_relative_to(folder)
        if inside and path.suffix in _TYPES and path.is_file():
            return path
    return None


def _pack(path: Path) -> bytes:
    return gzip.compress(path.read_bytes(), compresslevel=6, mtime=0)


def _requested(scope: Scope) -> Path | None:
    """Give the script or style sheet that is asked for, if it is one of these."""
    if scope["type"] != "http" or scope["method"] != "GET":
        return None
    if not scope["path"].startswith(tuple(folders())) or "\0" in scope["path"]:
        return None
    return _file(scope["path"])


class CompressedStatic:
    """Middleware that answers for these scripts and styles where gzip is taken.

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
