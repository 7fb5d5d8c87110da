"""Answers ready to be sent: bytes in both codings with their headers, kept while they hold."""

from __future__ import annotations

import gzip
import hashlib
from collections import OrderedDict
from collections.abc import Hashable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

MAX_BYTES = 64_000_000
"""Most bytes that are kept, in both codings together."""
MAX_ANSWERS = 256
_SMALL = 1024
_PACKED_ALREADY = ("spreadsheetml", "geopackage")
_HASH_LENGTH = 20

Header = tuple[bytes, bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Payload:
    """One answer.

    Parameters
    ----------
    plain, packed : bytes
        Without and with gzip; the same where packing is no use.
    etag, packed_etag : str
        Strong: each names exactly one sequence of bytes.
    modified : datetime or None
        In whole seconds.
    headers, packed_headers : tuple of (bytes, bytes)
        Everything that is sent with each coding.
    """

    plain: bytes
    packed: bytes
    etag: str
    packed_etag: str
    modified: datetime | None
    headers: tuple[Header, ...]
    packed_headers: tuple[Header, ...]

    @property
    def size(self) -> int:
        """Bytes it takes to keep it."""
        return len(self.plain) + (len(self.packed) if self.packed is not self.plain else 0)

    def is_known(self, none_match: str | None, modified_since: str | None) -> bool:
        """Return whether a client that sends these conditions has this answer already."""
        if none_match is not None:
            tags = {tag.strip().removeprefix("W/") for tag in none_match.split(",")}
            return not tags.isdisjoint({self.etag, self.packed_etag, "*"})
        if modified_since is None or self.modified is None:
            return False
        try:
            since = parsedate_to_datetime(modified_since)
        except ValueError:
            return False
        since = since if since.tzinfo else since.replace(tzinfo=UTC)
        return self.modified <= since


def payload(
    content: bytes,
    *,
    media_type: str,
    cache: str,
    modified: datetime | None = None,
    headers: tuple[tuple[str, str], ...] = (),
) -> Payload:
    """Prepare an answer once for all requests to come."""
    packs = len(content) > _SMALL and not any(word in media_type for word in _PACKED_ALREADY)
    packed = gzip.compress(content, compresslevel=6, mtime=0) if packs else content
    digest = hashlib.sha256(content).hexdigest()[:_HASH_LENGTH]
    etag, packed_etag = f'"{digest}"', f'"{digest}-gzip"' if packs else f'"{digest}"'
    charset = "; charset=utf-8" if media_type.startswith("text/") else ""
    common = [
        ("Content-Type", media_type + charset),
        ("Cache-Control", cache),
        *COMMON_HEADERS,
        *headers,
    ]
    if packs:
        common.append(("Vary", "Accept-Encoding"))
    if modified is not None:
        common.append(("Last-Modified", format_datetime(modified, usegmt=True)))
    gzipped = [("Content-Encoding", "gzip")] if packs else []
    return Payload(
        plain=content,
        packed=packed,
        etag=etag,
        packed_etag=packed_etag,
        modified=modified,
        headers=raw([*common, ("ETag", etag)]),
        packed_headers=raw([*common, ("ETag", packed_etag), *gzipped]),
    )


COMMON_HEADERS = (
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Expose-Headers", "ETag, Last-Modified, Link, Retry-After"),
    ("Cross-Origin-Resource-Policy", "cross-origin"),
    ("X-Content-Type-Options", "nosniff"),
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
    ("Referrer-Policy", "strict-origin-when-cross-origin"),
)
"""Anybody may read this from anywhere; nothing in it runs or is framed."""


def raw(headers: list[tuple[str, str]] | tuple[tuple[str, str], ...]) -> tuple[Header, ...]:
    """Return headers as the protocol between server and application wants them."""
    return tuple((name.lower().encode(), value.encode("latin-1")) for name, value in headers)


class Store:
    """Keeps answers up to a number and a size; what was asked for longest ago goes first."""

    def __init__(self, *, answers: int = MAX_ANSWERS, size: int = MAX_BYTES) -> None:
        self._answers = answers
        self._limit = size
        self._size = 0
        self._kept: OrderedDict[Hashable, Payload] = OrderedDict()

    def get(self, key: Hashable) -> Payload | None:
        """Return an answer if it is kept."""
        found = self._kept.get(key)
        with suppress(KeyError):  # forgotten meanwhile by another thread
            self._kept.move_to_end(key)
        return found

    def put(self, key: Hashable, answer: Payload) -> None:
        """Keep an answer."""
        before = self._kept.pop(key, None)
        self._size += answer.size - (before.size if before else 0)
        self._kept[key] = answer
        while self._kept and (len(self._kept) > self._answers or self._size > self._limit):
            self._size -= self._kept.popitem(last=False)[1].size

    def clear(self) -> None:
        """Forget everything."""
        self._kept.clear()
        self._size = 0
