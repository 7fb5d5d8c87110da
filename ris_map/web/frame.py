"""The document of the map's frame: streamlit-folium's page with everything a map of ours needs.

streamlit-folium loads a map's libraries one after another when the first message reaches the
frame. Named in its page they come with its own script, and the geometry with them: the map stands
as soon as the message is there.
"""

from __future__ import annotations

from functools import lru_cache
from html import escape
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from ris_map.web.assets import Payload, asset_url, pack, respond
from ris_map.web.compression import FRAME, folders
from ris_map.web.rewriting import Change, rewritten

FILES: Final = (
    "bundle/map.js",
    "leaflet/leaflet.css",
    "bundle/map.css",
    "geo/municipalities.geojson",
    "geo/background.geojson",
)
"""What the frame loads beside streamlit-folium's script: code, styles, geometry."""
_FROM_FRAME: Final = "../../"
_SOURCE: Final = "streamlit-folium's page (streamlit_folium/frontend/build/index.html)"


def rewrite_frame(page: str, addresses: tuple[str, ...]) -> str:
    """Put the map's files into the frame's page.

    Parameters
    ----------
    page : str
        streamlit-folium's page.
    addresses : tuple of str
        One for each of :data:`FILES`, relative to the site's root.

    Returns
    -------
    str
        The page that is sent.

    Raises
    ------
    PageChanged
        A place that is to be changed is missing, or there is more than one.
    """
    code, *styles, land, background = (escape(_FROM_FRAME + address) for address in addresses)
    data = f'data-land="{land}" data-background="{background}"'
    script = f'<script defer src="{code}" {data}></script>'
    links = "".join(f'<link rel="stylesheet" href="{style}">' for style in styles)
    changes = (
        Change("<html lang>", r'<html lang="en"', '<html lang="sv"'),
        # before streamlit-folium's own script, which asks for the map as soon as it runs
        Change("its script", r'(?=<script defer="defer" src="\./static/js/main\.)', script),
        # in the body: streamlit-folium writes the head anew for each map, links and all
        Change("<body>", r"<body>", f"<body>{links}"),
    )
    return rewritten(page, changes, source=_SOURCE)


@lru_cache(maxsize=4)
def _payload(source: Path, addresses: tuple[str, ...]) -> Payload:
    return pack(rewrite_frame(source.read_text(encoding="utf-8"), addresses).encode())


class FramePage:
    """Middleware that sends the frame's page; Streamlit keeps routes below this prefix to itself.

    Parameters
    ----------
    app : ASGIApp
        What is wrapped.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one connection; without streamlit-folium the answer is Streamlit's."""
        folder = folders().get(FRAME)
        asked = scope["type"] == "http" and scope["path"] == f"{FRAME}index.html"
        if folder is None or not asked or scope["method"] not in {"GET", "HEAD"}:
            await self._app(scope, receive, send)
            return
        content = _payload(folder / "index.html", tuple(asset_url(name) for name in FILES))
        media_type = "text/html; charset=utf-8"
        answer = respond(Request(scope), content, media_type=media_type, cache="no-cache")
        await answer(scope, receive, send)
