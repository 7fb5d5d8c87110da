"""What ``app.py`` is made of: the script, the routes beside Streamlit's own, and the middleware."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from starlette.middleware import Middleware
from starlette.routing import BaseRoute

from ris_map.ui.assets import asset_routes
from ris_map.ui.headers import SecurityHeaders
from ris_map.ui.settings import frame_ancestors
from ris_map.ui.shell import Shell, build_shells

SCRIPT: Final = Path(__file__).resolve().parent / "script.py"
"""The Streamlit script: page list, configuration and navigation.

An absolute path, so that it is found from whatever folder the server is started.
"""


def server_routes() -> list[BaseRoute]:
    """Give the routes that answer before Streamlit's.

    Returns
    -------
    list of BaseRoute
        The assets; an interface for open data is appended here once it exists.
    """
    return asset_routes()


def server_middleware() -> list[Middleware]:
    """Give the middleware around all routes, the outermost first.

    Returns
    -------
    list of Middleware
        Security headers outside, so that every answer has them, the page's shell inside.
    """
    return [
        Middleware(SecurityHeaders, ancestors=frame_ancestors()),
        Middleware(Shell, shells=build_shells),
    ]
