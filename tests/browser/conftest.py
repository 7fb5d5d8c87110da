"""Fixtures of the browser tests: the real server, the system's Chromium, a guard on every page."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, ViewportSize, expect

from tests.browser.harness import (
    CHROMIUM_ARGS,
    DESKTOP,
    PATIENCE_MS,
    PHONE,
    Guard,
    Server,
    chromium_path,
    free_port,
    new_context,
    press_enter,
    streamlit_command,
)

expect.set_options(timeout=PATIENCE_MS)


class Hand(NamedTuple):
    """A page and the way to press what is on it."""

    is_touch: bool
    page: Page
    press: Callable[[Locator], None]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything in this folder, so that ``-m 'not browser'`` leaves it out."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Any:
    """Show the end of the server's log beside a failure."""
    report = yield
    server = getattr(item, "funcargs", {}).get("server")
    if report.failed and isinstance(server, Server):
        report.sections.append(("server log", server.written()))
    return report


@pytest.fixture(scope="session")
def start_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Server]]:
    """Start more servers, with another command or environment (for example RIS_MAP_DATA)."""
    servers: list[Server] = []

    def start(
        command: Callable[[int], list[str]] = streamlit_command,
        *,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
    ) -> Server:
        port = free_port()
        log = tmp_path_factory.mktemp("server") / "server.log"
        where = {"cwd": cwd} if cwd else {}
        servers.append(Server.start(command(port), port, log=log, env=env, **where))
        return servers[-1]

    yield start
    for server in servers:
        server.stop()


@pytest.fixture(scope="session")
def server(start_server: Callable[..., Server]) -> Server:
    """The product as an operator starts it."""
    return start_server()


@pytest.fixture(scope="session")
def base_url(server: Server) -> str:
    """The product's address, for relative addresses in tests."""
    return server.url


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """Launch the system's browser: none is downloaded."""
    return {"executable_path": chromium_path(), "args": CHROMIUM_ARGS, "timeout": PATIENCE_MS}


@pytest.fixture
def guard(server: Server) -> Iterator[Guard]:
    """Fail the test at its end if a page asked another host or reported an error (X1)."""
    watcher = Guard(urlsplit(server.url).netloc)
    yield watcher
    assert not watcher.faults(), "\n".join(watcher.faults())


@pytest.fixture(scope="session")
def desk_context(browser: Browser, server: Server) -> BrowserContext:
    """One for all: the second page takes scripts and styles from its cache, as people's do."""
    return new_context(browser, server.url)


@pytest.fixture(scope="session")
def phone_context(browser: Browser, server: Server) -> BrowserContext:
    return new_context(browser, server.url, **PHONE)


def _page_of(context: BrowserContext, guard: Guard, viewport: ViewportSize) -> Iterator[Page]:
    """Give the context's page as if it were new.

    It is kept, because its process has the scripts compiled: a load takes a third less time.
    """
    page = context.pages[0] if context.pages else context.new_page()
    with guard.watching(context):
        yield page
        for other in context.pages[1:]:
            other.close()
        page.goto("about:blank")  # what it still does is this test's and not the next one's
    if page in context.pages:
        page.unroute_all(behavior="ignoreErrors")
        page.emulate_media(media="null", color_scheme="null", forced_colors="null")
        page.set_viewport_size(viewport)
    context.clear_permissions()
    context.clear_cookies()


@pytest.fixture
def page(desk_context: BrowserContext, guard: Guard) -> Iterator[Page]:
    """A desktop page, 1400 x 900."""
    yield from _page_of(desk_context, guard, DESKTOP["viewport"])


@pytest.fixture
def phone(phone_context: BrowserContext, guard: Guard) -> Iterator[Page]:
    """A phone's page, 360 x 740, with touch."""
    yield from _page_of(phone_context, guard, PHONE["viewport"])


@pytest.fixture(params=["keyboard", "touch"])
def hand(request: pytest.FixtureRequest) -> Hand:
    """Keys at a desk, and a finger on a phone."""
    if request.param == "touch":
        return Hand(True, request.getfixturevalue("phone"), Locator.tap)
    return Hand(False, request.getfixturevalue("page"), press_enter)
