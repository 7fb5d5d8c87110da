"""What ``app.py`` is made of: the script, the routes beside Streamlit's own, and the middleware."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

from starlette.middleware import Middleware
from starlette.routing import BaseRoute

from ris_map.web.assets import asset_routes
from ris_map.web.compression import CompressedStatic
from ris_map.web.headers import SecurityHeaders
from ris_map.web.network import send_at_once
from ris_map.web.settings import apply_settings_file, settings_at_start
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
        The assets.
    """
    return asset_routes()


def server_middleware() -> list[Middleware]:
    """Give the middleware around all routes, the outermost first.

    Returns
    -------
    list of Middleware
        Security headers around all, so that every answer has them; the page's shell and the
        compression of Streamlit's files inside. The open-data API stands in front, see app.py.
    """
    return [
        Middleware(SecurityHeaders, ancestors=settings_at_start().frame_ancestors),
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
