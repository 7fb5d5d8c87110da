"""What holds for the product whatever its pages contain: server, shell, frames, headers."""

import http.client
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, WebSocketRoute, expect

from tests.browser.harness import PHONE, Guard, Server, new_context, settle, uvicorn_command
from tests.browser.reading import load


def get(server: Server, path: str) -> http.client.HTTPResponse:
    """Ask for a path exactly as written (a browser would tidy it up first)."""
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=90)
    connection.request("GET", path)
    response = connection.getresponse()
    response.body = response.read()  # type: ignore[attr-defined]
    connection.close()
    return response


def test_X1_the_shell_skips_to_content_and_runs_nothing_foreign(page: Page, guard: Guard) -> None:
    load(page, "/metod")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.dataset.testid") == "stSkipToContent"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.tagName") == "H1"  # past the menu

    # the page may run no text as a script and reach no other host
    guard.allow("Content Security Policy|Refused to connect|Failed to fetch")
    blocked = page.evaluate(
        """async () => {
          const seen = [];
          addEventListener('securitypolicyviolation', (e) => seen.push(e.effectiveDirective));
          await fetch('https://example.org/').catch(() => null);
          const script = document.createElement('script');
          script.textContent = 'window.injected = true';
          document.body.append(script);
          while (seen.length < 2) await new Promise((done) => setTimeout(done, 20));
          return [seen.sort(), window.injected === true];
        }"""
    )
    assert blocked == [["connect-src", "script-src-elem"], False]


def test_every_answer_has_the_headers(server: Server) -> None:
    frame = "/component/streamlit_folium.st_folium/index.html"
    for path in ("/", "/metod", "/assets/app/map.css", "/assets/nope", "/_stcore/health", frame):
        headers = get(server, path).headers
        assert headers["X-Content-Type-Options"] == "nosniff", path
        assert headers["Referrer-Policy"] == "strict-origin-when-cross-origin", path
        assert "camera=()" in headers["Permissions-Policy"], path
        policy = headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy, path
        assert "frame-ancestors 'self'" in policy, path
        assert "http" not in policy, path
        assert ("'unsafe-eval'" in policy) == (path == frame), path
        assert path == frame or "script-src 'self' 'wasm-unsafe-eval';" in policy, path
        assert headers.get_all("Vary") in (None, ["Accept-Encoding"]), path


def test_F19_nothing_but_the_named_files_is_served(server: Server) -> None:
    """Nor Streamlit's own figures."""
    for path in (
        *("/assets/geo/../../app.py", "/assets/geo/%2e%2e%2fsources.yaml"),
        *("/assets/geo/..%5csources.yaml", "/assets/geo/..%2factors.yaml"),
        *("/assets/app/../server.py", "/assets/app/%2e%2e/server.py", "/assets/app/..%2fserver.py"),
        *("/assets/leaflet/..%2f..%2f__init__.py", "/assets//etc/passwd", "/assets/app/nope.js"),
        *("/assets/geo/territory.geojson", "/assets/geo/actors.geojson", "/assets/geo/actors.yaml"),
        *("/assets/nope/x", "/assets/", "/_stcore/metrics"),
    ):
        assert get(server, path).status in {400, 404}, path


def test_F15_uvicorn_gives_the_same_and_its_loss_is_said_in_the_pages_language(
    server: Server, browser: Browser, start_server: Callable[..., Server], tmp_path: Path
) -> None:
    """``uvicorn app:app``, started from any folder, answers like ``streamlit run app.py``."""
    other = start_server(uvicorn_command, cwd=tmp_path)
    for path in ("/", "/metod?lang=en", "/assets/geo/ground.json"):
        one, two = get(server, path), get(other, path)
        assert one.body == two.body  # type: ignore[attr-defined]
        assert one.headers["Content-Security-Policy"] == two.headers["Content-Security-Policy"]
    # settings and look come from the project's own file, whatever folder one starts from
    config = "/_stcore/host-config"
    assert get(server, config).body == get(other, config).body  # type: ignore[attr-defined]
    context = new_context(browser, other.url)
    pages = [context.new_page() for _ in range(2)]
    for page, lang in zip(pages, ("sv", "en"), strict=True):
        page.goto(f"/metod?lang={lang}")
        settle(page)
    other.process.kill()  # at once, as a machine that fails
    titles = ("Kontakten med servern är bruten", "cannot be reached")
    for page, title in zip(pages, titles, strict=True):
        expect(page.get_by_role("alertdialog")).to_contain_text(title)
        expect(page.get_by_text("Connection error")).to_be_hidden()
    context.close()


def test_a_slow_line_has_words_at_once_and_no_typeface_of_icons(
    browser: Browser, server: Server
) -> None:
    context = new_context(browser, server.url, **PHONE)
    page, asked = context.new_page(), list[str]()
    page.on("request", lambda request: asked.append(request.url))
    page.route("**/*.{js,css}*", lambda _: None)  # held until it is no longer routed
    page.goto("/tackning?lang=en", wait_until="commit")
    words = page.get_by_role("main")
    expect(words).to_contain_text("The map is being fetched.")
    expect(words.get_by_role("link")).to_have_attribute("href", "/om/?lang=en")
    page.unroute("**/*.{js,css}*")
    settle(page)
    expect(page.get_by_text("The map is being fetched.")).to_have_count(0)
    expect(page.get_by_test_id("stIconMaterial").first).to_be_attached()
    assert not [url for url in asked if "MaterialSymbols" in url]
    context.close()


def test_a_map_whose_code_does_not_come_is_told_of_in_its_place(page: Page, guard: Guard) -> None:
    guard.allow("ERR_FAILED|L is not defined")  # the second if drawn at once
    page.route("**/bundle/map.js*", lambda route: route.abort())
    page.goto("/?lang=en")
    frame = page.frame_locator("[class*=st-key-map-] iframe")
    expect(frame.get_by_role("heading")).to_contain_text("The map could not be fetched.")


def test_F15_what_is_followed_while_the_line_is_broken_is_there_when_it_is_back(
    browser: Browser, server: Server
) -> None:
    context = new_context(browser, server.url)
    page, lines, hung = context.new_page(), list[WebSocketRoute](), list[bool]()

    def connect(line: WebSocketRoute) -> None:
        there = line.connect_to_server()
        line.on_message(lambda said: None if hung else there.send(said))
        lines.append(line)

    page.route_web_socket("**/_stcore/stream", connect)
    page.clock.install()
    page.goto("/metod")
    settle(page)
    hung.append(True)
    page.locator(".ris-menu a", has_text="Karta").first.evaluate("(link) => link.click()")
    page.clock.fast_forward(20_000)
    expect(page.get_by_role("alertdialog")).to_contain_text("Kontakten med servern är bruten")
    hung.clear()
    page.route("**/_stcore/health", lambda route: route.abort())
    lines[0].close()
    state = page.locator("[data-test-connection-state]")
    expect(state).not_to_have_attribute("data-test-connection-state", "CONNECTED")
    page.locator(".ris-menu a", has_text="Hitta stöd").first.evaluate("(link) => link.click()")
    page.unroute("**/_stcore/health")
    expect(page.locator("h1")).to_have_text("Hitta stöd")
    expect(page.get_by_role("alertdialog")).to_have_count(0)
    context.close()
