"""What another site shows: chosen on Kommun and Täckning, drawn alone, 320 px wide (M6)."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.harness import settle

PAGES = {"/kommun?kommun=2422&grans=90": "Källa:", "/tackning?grans=90": "registret"}


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("part", ["karta", "tabell", "mening"])
def test_M6_each_part_stands_alone_and_fits_320_px(
    open_page: OpenPage, page: Page, axe: Callable[[Page], None], path: str, part: str
) -> None:
    """M6: heading, the part, source line and link to the full view; nothing scrolls sideways."""
    page.set_viewport_size({"width": 320, "height": 760})
    open_page(f"{path}&embed={part}")
    expect(page.locator("h1")).to_have_count(1)
    expect(page.locator(".st-key-ris-top, .st-key-ris-footer, .st-key-ris-embed")).to_have_count(0)
    expect(page.locator("table")).to_have_count(int(part == "tabell"))
    expect(page.locator("iframe")).to_have_count(int(part == "karta"))
    expect(page.locator(".ris-m-embed > .ris-note")).to_contain_text(PAGES[path])
    link = page.locator(".ris-m-embed > p > a")
    full = urlsplit(link.get_attribute("href") or "")
    asked = urlsplit(path)
    assert (full.path, parse_qs(full.query)) == (
        asked.path,
        {**parse_qs(asked.query), "lang": ["sv"]},
    )
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    main = page.get_by_test_id("stMain")
    assert main.evaluate("(e) => e.scrollWidth - e.clientWidth") <= 0
    axe(page)
    if part == "karta":  # loaded anew it is still the map: the address says so
        page.reload()
        settle(page)
        expect(page.locator("iframe")).to_have_count(1)


@pytest.mark.parametrize(
    ("path", "lang", "heading", "sentence"),
    [
        ("/kommun?kommun=2422&grans=90", "sv", "Bädda in", "Mening"),
        ("/tackning?grans=90", "en", "Embed", "Sentence"),
    ],
)
def test_M6_the_part_is_chosen_and_its_code_shown(
    open_page: OpenPage,
    axe: Callable[[Page], None],
    path: str,
    lang: str,
    heading: str,
    sentence: str,
) -> None:
    page = open_page(path, lang)
    box = page.locator(".st-key-ris-embed")
    box.get_by_text(heading, exact=True).click()
    expect(box.locator("code")).to_contain_text("embed=karta")
    axe(page)
    box.get_by_text(sentence, exact=True).click()
    expect(box.locator("code")).to_contain_text("embed=mening")
    code = box.locator("code").inner_text()
    found = re.fullmatch(r'<iframe src="(\S+)" title="([^"]+)" width="100%" .*></iframe>', code)
    assert found, code
    assert "min-width: 320px" in code
    address = urlsplit(found[1])
    asked = urlsplit(path)
    assert address.path == asked.path
    assert parse_qs(address.query) == {
        **parse_qs(asked.query),
        "lang": [lang],
        "embed": ["mening"],
    }
