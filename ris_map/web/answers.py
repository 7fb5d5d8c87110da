"""One way to answer with bytes: named by their hash, and not sent twice."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from functools import cached_property
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

KEPT: Final = "public, max-age=31536000, immutable"
"""``Cache-Control`` of what never changes under its address."""
_HASH_LENGTH: Final = 12
_CONDITIONS: Final = StaticFiles()


@dataclass(frozen=True, kw_only=True)
class Answer:
    """Content, and what is told of it; compression is the server's."""

    content: bytes
    media_type: str
    cache: str = "no-cache"
    modified: datetime | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def version(self) -> str:
        """The hash that names the content."""
        return hashlib.sha256(self.content).hexdigest()[:_HASH_LENGTH]

    def response(self, request: Request, *, status: int = 200, cache: str = "") -> Response:
        """Return what one client is sent: 304 without content if it has it already."""
        told = {"Cache-Control": cache or self.cache, "ETag": f'"{self.version}"', **self.headers}
        if self.modified is not None:
            told["Last-Modified"] = format_datetime(self.modified, usegmt=True)
        sent = Response(self.content, status, media_type=self.media_type, headers=told)
        if _CONDITIONS.is_not_modified(sent.headers, request.headers):
            sent = Response(status_code=304, headers=told)
        # weak: one name for the content in every coding
        sent.headers["ETag"] = f"W/{told['ETag']}"
        return sent
