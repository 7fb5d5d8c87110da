"""How much one client may ask: a token bucket per address, small and in this process only."""

from __future__ import annotations

import ipaddress
import math
from collections import OrderedDict
from collections.abc import Callable
from functools import lru_cache
from time import monotonic

from ris_map.api.settings import Rate

MAX_CLIENTS = 4096
"""Remembered clients; beyond them the one not heard of for longest is forgotten."""
_V6_PREFIX = 64
"""One subscriber holds a whole /64 of IPv6, so that is what is counted as one client."""


class Limiter:
    """Counts requests per client; not for several threads at once.

    This machine itself (loopback) is never limited: behind a proxy on the same machine that does
    not pass on the client's address everybody looks like one client, and the proxy has limits of
    its own; otherwise it is an operator's or a benchmark's own request.

    Parameters
    ----------
    rate : Rate or None
        None = no limit.
    clock : callable
        Seconds that never run backwards.
    """

    def __init__(self, rate: Rate | None, *, clock: Callable[[], float] = monotonic) -> None:
        self._rate = rate
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def seconds_to_wait(self, address: str | None) -> int:
        """Count one request; return 0 if it is allowed, else whole seconds until one is."""
        client = _client(address)
        if self._rate is None or client is None:
            return 0
        now = self._clock()
        full, per_second = self._rate.requests, self._rate.requests / self._rate.seconds
        tokens, seen = self._buckets.pop(client, (float(full), now))
        tokens = min(full, tokens + (now - seen) * per_second)
        allowed = tokens >= 1
        self._buckets[client] = (tokens - 1 if allowed else tokens, now)
        if len(self._buckets) > MAX_CLIENTS:
            self._buckets.popitem(last=False)
        return 0 if allowed else max(1, math.ceil((1 - tokens) / per_second))


@lru_cache(maxsize=MAX_CLIENTS)
def _client(address: str | None) -> str | None:
    """Return what a client is counted under; None = not counted."""
    if not address:
        return None
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address  # a name, as test clients have
    mapped = getattr(found, "ipv4_mapped", None)
    found = mapped or found
    if found.is_loopback:
        return None
    if found.version == 6:
        return str(ipaddress.ip_network((found, _V6_PREFIX), strict=False))
    return str(found)
