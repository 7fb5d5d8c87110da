"""What holds for the product whatever its pages contain: server, shell, frames, headers."""

from __future__ import annotations

import http.client
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.guard import Guard
from tests.browser.harness import Server, map_frame, new_context, settle, uvicorn_command

MAP = "iframe[data-testid=stCustomComponentV1]"


def get(server: Server, path: str) -> http.client.HTTPResponse:
    """Ask for a path exactly as written (a browser would tidy it up first)."""
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=90)
    connection.request("GET", path)
    response = connection.getresponse()
    response.body = response.read()  # type: ignore[attr-defined]
    connection.close()
    return response


def test_I6_the_map_frame_is_a_document_of_its_own_and_its_markers_are_pressed_with_keys(
    open_page: OpenPage,
) -> None:
    """X3, X5 for the frame: title, landmark, heading, zooming allowed, names; I6: Enter and Space.

    The frame's language is looked at on every page in both (``test_pages_all.py``).
    """
    page = open_page("/")
    title = page.locator(MAP).first.get_attribute("title") or ""
    assert title
    assert "streamlit" not in title
    found = map_frame(page).evaluate(
        """() => ({
          title: document.title,
          headings: [...document.querySelectorAll('h1')].map((e) => e.textContent),
          mains: document.querySelectorAll('[role=main], main').length,
          viewports: [...document.querySelectorAll('meta[name=viewport]')].map((e) => e.content),
          nameless: [...document.querySelectorAll('a[href], button, input, [tabindex]')]
            .filter((e) => e.tabIndex >= 0 && e.getClientRects().length
              && !(e.getAttribute('aria-label') || e.textContent.trim()))
            .map((e) => e.outerHTML),
        })"""
    )
    assert found["title"] == title
    assert found["headings"] == [title]
    assert found["mains"] == 1
    assert found["viewports"] == ["width=device-width, initial-scale=1"]
    assert found["nameless"] == []
    for number, key in enumerate(("Enter", "Space")):
        marker = map_frame(page).locator(".leaflet-marker-icon[tabindex]").nth(number)
        town = marker.get_attribute("data-town")
        assert f"tatort={town}" not in page.url
        marker.focus()
        page.keyboard.press(key)
        page.wait_for_url(f"**tatort={town}*")
        settle(page)


def test_a_finger_on_the_map_scrolls_the_page(open_page: OpenPage, phone: Page) -> None:
    """I7: no trap for one finger; the map moves with two."""
    page = open_page("/", page=phone)
    frame = map_frame(page)
    before = frame.evaluate("[map.getCenter(), map.getZoom()]")
    assert frame.evaluate("map.dragging.enabled()") is False
    assert frame.evaluate("map.touchZoom.enabled()") is True
    _scroll_by_finger(page)
    assert frame.evaluate("[map.getCenter(), map.getZoom()]") == before


def _scroll_by_finger(page: Page) -> None:
    """Drag one finger upwards over the map, until the page has gone some way."""
    frame = page.locator(MAP).first
    frame.evaluate("(e) => e.scrollIntoView({block: 'center'})")
    top = "document.querySelector('[data-testid=stMain]').scrollTop"
    before: float = page.evaluate(top)
    box = frame.bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    touch = page.context.new_cdp_session(page)
    for step in range(15):
        kind = "touchMove" if step else "touchStart"
        points = [{"x": x, "y": y - 12 * step}]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
        page.wait_for_timeout(16)
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    page.wait_for_function(f"(before) => {top} > before + 100", arg=before)


def test_the_shell_skips_to_the_content_prints_it_whole_and_runs_nothing_foreign(
    open_page: OpenPage, guard: Guard
) -> None:
    page = open_page("/metod")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.dataset.testid") == "stSkipToContent"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "stMain"

    # Streamlit scrolls inside a box; on paper the box must be as high as its content
    page.emulate_media(media="print")
    hidden = page.evaluate(
        """() => {
          const cut = [];
          let e = document.querySelector('[data-testid=stMainBlockContainer]');
          for (; e; e = e.parentElement) {
            const style = getComputedStyle(e);
            const fixed = style.position === 'absolute' || style.position === 'fixed';
            if (fixed || (style.overflowY !== 'visible' && e.scrollHeight > e.clientHeight + 1)) {
              cut.push(e.dataset.testid || e.tagName);
            }
          }
          return cut;
        }"""
    )
    assert hidden == []

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
        assert "default-src 'self'" in headers["Content-Security-Policy"], path
        assert "http" not in headers["Content-Security-Policy"], path
        loose = "'unsafe-eval'" in headers["Content-Security-Policy"]
        assert loose == (path == frame), path


@pytest.mark.parametrize(
    "path",
    [
        "/assets/geo/../../app.py",
        "/assets/geo/%2e%2e%2fsources.yaml",
        "/assets/geo/..%5csources.yaml",
        "/assets/app/../server.py",
        "/assets/app/%2e%2e/server.py",
        "/assets/leaflet/..%2f..%2f__init__.py",
        "/assets//etc/passwd",
        "/assets/geo/territory.geojson",
        "/assets/geo/actors.yaml",
    ],
)
def test_nothing_outside_the_named_files_is_served(server: Server, path: str) -> None:
    assert get(server, path).status in {400, 404}


def test_F15_uvicorn_gives_the_same_and_its_loss_is_said_in_the_pages_language(
    server: Server, browser: Browser, start_server: Callable[..., Server], tmp_path: Path
) -> None:
    """``uvicorn app:app``, started from any folder, answers like ``streamlit run app.py``."""
    other = start_server(uvicorn_command, cwd=tmp_path)
    for path in ("/", "/metod?lang=en", "/assets/geo/municipalities.geojson"):
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
