"""What must never happen while a page is shown: requests to other hosts, errors in the console."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Request, WebError


@dataclass
class Guard:
    """Records what a browser context does that it must not, on every page of it.

    A connection by WebSocket to another host ends as an error in the console: none is found.
    """

    host: str
    outside: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    allowed: list[str] = field(default_factory=list)

    @contextmanager
    def watching(self, context: BrowserContext) -> Iterator[None]:
        """Record what happens meanwhile."""
        listeners: dict[Any, Callable[[Any], None]] = {
            "request": self._request,
            "console": self._console,
            "weberror": self._page_error,
        }
        for event, listener in listeners.items():
            context.on(event, listener)
        yield
        for event, listener in listeners.items():
            context.remove_listener(event, listener)

    def allow(self, pattern: str) -> None:
        """Let one kind of console error pass in one test that provokes it."""
        self.allowed.append(pattern)

    def faults(self) -> list[str]:
        """Give everything recorded that is not allowed."""
        return [f"request to another host: {url}" for url in self.outside] + [
            error
            for error in self.errors
            if not any(re.search(pattern, error) for pattern in self.allowed)
        ]

    def _request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in {"http", "https"} and parts.netloc != self.host:
            self.outside.append(request.url)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            location: Any = message.location
            self.errors.append(f"console error: {message.text} ({location.get('url', '')})")

    def _page_error(self, error: WebError) -> None:
        self.errors.append(f"uncaught error: {error.error}")
