"""What ``app.py`` is made of: the script, the routes beside Streamlit's own, and the middleware."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

from starlette.middleware import Middleware
from starlette.routing import BaseRoute

from ris_map.api.app import OpenData
from ris_map.api.calls import Site
from ris_map.travel.service import service
from ris_map.web.assets import asset_routes
from ris_map.web.compression import CompressedStatic
from ris_map.web.headers import SecurityHeaders
from ris_map.web.network import send_at_once
from ris_map.web.settings import SettingFault, apply_settings_file, read_settings
from ris_map.web.shell import Shell, build_shells
from ris_map.web.warmup import warm_up_in_background

SCRIPT: Final = Path(__file__).resolve().parent / "script.py"
"""The Streamlit script: page list, configuration and navigation.

An absolute path, so that it is found from whatever folder the server is started.
"""


def server_routes() -> list[BaseRoute]:
    """Give the routes that answer before Streamlit's.

    Returns
    -------
    list of BaseRoute
        The assets. The open-data API stands in front of all routes, see server_middleware.
    """
    return asset_routes()


def server_middleware() -> list[Middleware]:
    """Give the middleware around all routes, the outermost first.

    Returns
    -------
    list of Middleware
        The open-data API in front, with headers of its own; security headers around all
        else, so that every answer has them; the page's shell and the
        compression of Streamlit's files inside.
    """
    try:
        settings = read_settings()
    except SettingFault as refused:
        raise SystemExit(f"The server cannot start:\n{refused}") from None
    site = Site(served=service(settings.data), settings=settings)
    return [
        Middleware(OpenData, site=site),
        Middleware(SecurityHeaders, ancestors=settings.frame_ancestors),
        Middleware(Shell, shells=build_shells),
        Middleware(CompressedStatic),
    ]


@asynccontextmanager
async def server_lifespan(_app: object) -> AsyncIterator[dict[str, Any]]:
    """Run what belongs to the server's start and end; the sockets exist by now."""
    apply_settings_file()
    send_at_once()
    warm_up_in_background()
    yield {}
