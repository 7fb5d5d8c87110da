"""What holds for the product whatever its pages contain: server, shell, frames, headers."""

import http.client
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, expect

from tests.browser.harness import Guard, Server, new_context, settle, uvicorn_command
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
    assert page.evaluate("document.activeElement.id") == "stMain"

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
    for path in ("/", "/metod", "/assets/app/shell.css", "/assets/nope", "/_stcore/health", frame):
        headers = get(server, path).headers
        assert headers["X-Content-Type-Options"] == "nosniff", path
        assert headers["Referrer-Policy"] == "strict-origin-when-cross-origin", path
        assert "camera=()" in headers["Permissions-Policy"], path
        policy = headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy, path
        assert "frame-ancestors 'self'" in policy, path
        assert "http" not in policy, path
        is_loose = path == frame
        assert ("'unsafe-eval'" in policy) == is_loose, path
        assert is_loose or "script-src 'self' 'wasm-unsafe-eval';" in policy, path


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
