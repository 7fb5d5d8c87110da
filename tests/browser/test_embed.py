"""What another site shows of Kommun and Täckning: one part alone, 320 px wide (M6)."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.harness import settle

KOMMUN = ("/kommun?kommun=2422&grans=90", "Källa:")
COVERAGE = ("/tackning?grans=90", "registret")


@pytest.mark.parametrize(
    ("view", "part"),
    [
        *((KOMMUN, "karta"), (KOMMUN, "true")),  # true is the table, as before there were parts
        *((COVERAGE, "karta"), (COVERAGE, "tabell"), (COVERAGE, "mening")),
    ],
)
def test_M6_each_part_stands_alone_and_fits_320_px(
    open_page: OpenPage,
    page: Page,
    axe: Callable[[Page], None],
    view: tuple[str, str],
    part: str,
) -> None:
    """M6: heading, the part, source line and link to the full view; nothing scrolls sideways."""
    (path, source), has_map = view, part == "karta"
    page.set_viewport_size({"width": 320, "height": 760})
    open_page(f"{path}&embed={part}")
    expect(page.locator("h1")).to_have_count(1)
    expect(page.locator(".st-key-ris-top, .st-key-ris-footer, .st-key-ris-embed")).to_have_count(0)
    expect(page.locator("table")).to_have_count(int(part in {"tabell", "true"}))
    expect(page.locator("iframe")).to_have_count(int(has_map))
    expect(page.locator(".ris-m-embed > .ris-note")).to_contain_text(source)
    full = urlsplit(page.locator(".ris-m-embed > p > a").get_attribute("href") or "")
    asked = urlsplit(path)
    assert full.path == asked.path
    assert parse_qs(full.query) == {**parse_qs(asked.query), "lang": ["sv"]}
    main = page.get_by_test_id("stMain")
    if view == KOMMUN:  # the table of Täckning has links to its cells
        expect(main.locator("a:visible")).to_have_count(1)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert main.evaluate("(e) => e.scrollWidth - e.clientWidth") <= 0
    axe(page)
    if has_map and view == KOMMUN:  # loaded anew it is still the map: the address says so
        page.reload()
        settle(page)
        expect(page.locator("iframe")).to_have_count(1)
