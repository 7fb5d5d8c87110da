"""Security headers on every HTTP answer, as a plain ASGI middleware.

Two policies, because two kinds of document are served: the page, where no script runs that is not
a file of this server, and the map's frame, where streamlit-folium evaluates the map's code as text.
The frame's policy is the looser one; keeping it away from the page is the reason for the split.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ris_map.web.answers import KEPT

FRAME_PREFIX: Final = "/component/"
"""Where Streamlit serves the documents of component frames."""

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


def content_security_policy(ancestors: Sequence[str], *, frame: bool) -> str:
    """Compose the policy for a page or for a component's frame.

    Parameters
    ----------
    ancestors : sequence of str
        Checked sources that may show the product inside a frame.
    frame : bool
        Whether the document is a component's frame.

    Returns
    -------
    str
        The header's value.
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

    Parameters
    ----------
    app : ASGIApp
        What is wrapped.
    ancestors : sequence of str
        Checked sources for ``frame-ancestors``.
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
                # the name holds a hash; Streamlit sends it anew for each map otherwise
                if _HASHED.match(scope["path"]):
                    headers["Cache-Control"] = KEPT
            await send(message)

        await self._app(scope, receive, send_with_headers)
