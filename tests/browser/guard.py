"""What must never happen while a page is shown: requests to other hosts, errors in the console."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Error, Page, Request, WebSocket

# (pattern, why it is no fault of ours); keep this list short and every entry argued.
ALLOWED_ERRORS: tuple[tuple[str, str], ...] = ()


@dataclass
class Guard:
    """Records what a browser context does that it must not."""

    host: str
    outside: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    allowed: list[str] = field(default_factory=lambda: [pattern for pattern, _ in ALLOWED_ERRORS])

    @contextmanager
    def watching(self, context: BrowserContext) -> Iterator[None]:
        """Record every request to another host, and listen to every page, old or new."""
        context.on("request", self._request)
        context.on("page", self._watch_page)
        old = context.pages
        for page in old:
            self._watch_page(page)
        yield
        for page in set(old) & set(context.pages):
            for event, listener in self._listeners():
                page.remove_listener(event, listener)
        context.remove_listener("page", self._watch_page)
        context.remove_listener("request", self._request)

    def allow(self, pattern: str) -> None:
        """Let one kind of console error pass in one test that provokes it."""
        self.allowed.append(pattern)

    def faults(self) -> list[str]:
        """Give everything recorded that is not allowed."""
        errors = [
            error
            for error in self.errors
            if not any(re.search(pattern, error) for pattern in self.allowed)
        ]
        return [f"request to another host: {url}" for url in self.outside] + errors

    def _is_outside(self, url: str) -> bool:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https", "ws", "wss"} and parts.netloc != self.host

    def _request(self, request: Request) -> None:
        if self._is_outside(request.url):
            self.outside.append(request.url)

    def _watch_page(self, page: Page) -> None:
        for event, listener in self._listeners():
            page.on(event, listener)  # type: ignore[call-overload]

    def _listeners(self) -> tuple[tuple[str, Callable[[Any], None]], ...]:
        return (
            ("console", self._console),
            ("pageerror", self._page_error),
            ("websocket", self._websocket),
        )

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            location: Any = message.location
            self.errors.append(f"console error: {message.text} ({location.get('url', '')})")

    def _page_error(self, error: Error) -> None:
        self.errors.append(f"uncaught error: {error}")

    def _websocket(self, socket: WebSocket) -> None:
        if self._is_outside(socket.url):
            self.outside.append(socket.url)
