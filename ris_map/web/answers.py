"""One way to answer with bytes: compressed once, named by their hash, not sent twice."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

KEPT: Final = "public, max-age=31536000, immutable"
"""``Cache-Control`` of what never changes under its address."""
_HASH_LENGTH: Final = 12
_SMALL: Final = 1024


@dataclass(frozen=True, slots=True)
class Payload:
    """Content in the two forms it may be sent in, with the hash that names it."""

    plain: bytes
    packed: bytes
    version: str

    @property
    def size(self) -> int:
        """Bytes it takes to keep it."""
        return len(self.plain) + (len(self.packed) if self.packed is not self.plain else 0)


def pack(plain: bytes, *, packs: bool = True) -> Payload:
    """Give content in both forms; something small, or packed already, stays as it is."""
    packed = plain
    if packs and len(plain) > _SMALL:
        packed = gzip.compress(plain, compresslevel=6, mtime=0)
    return Payload(plain, packed, hashlib.sha256(plain).hexdigest()[:_HASH_LENGTH])


def respond(
    request: Request,
    content: Payload,
    *,
    media_type: str,
    cache: str,
    modified: datetime | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Answer with a payload: compressed where taken, 304 where the client has it already."""
    is_packed = content.packed is not content.plain
    sends_packed = is_packed and accepts_gzip(request)
    # Two encodings are two representations: each has an ETag of its own.
    tags = (f'"{content.version}"', f'"{content.version}-gz"')
    told = {"Cache-Control": cache, "ETag": tags[sends_packed], **(headers or {})}
    if is_packed:
        told["Vary"] = "Accept-Encoding"
    if modified is not None:
        told["Last-Modified"] = format_datetime(modified, usegmt=True)
    if _is_known(request, tags, modified):
        return Response(status_code=304, headers=told)
    if sends_packed:
        told["Content-Encoding"] = "gzip"
    body = content.packed if sends_packed else content.plain
    return Response(body, media_type=media_type, headers=told)


def accepts_gzip(request: Request) -> bool:
    """Tell whether a client takes gzip (a quality of zero means that it does not)."""
    for part in request.headers.get("accept-encoding", "").split(","):
        coding, _, quality = part.partition(";")
        if coding.strip().lower() == "gzip":
            return quality.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return False


def _is_known(request: Request, tags: tuple[str, str], modified: datetime | None) -> bool:
    none_match = request.headers.get("if-none-match")
    if none_match is not None:
        known = {tag.strip().removeprefix("W/") for tag in none_match.split(",")}
        return not known.isdisjoint({*tags, "*"})
    since = request.headers.get("if-modified-since")
    if since is None or modified is None:
        return False
    try:
        moment = parsedate_to_datetime(since)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return modified <= moment
    except (ValueError, OverflowError):  # a year or an offset beyond the calendar
        return False
