"""The page "Styrkeområden" in the real browser: address, keyboard, axe, phone."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.harness import map_frame, settle

PATH = "/styrkeomraden"


def test_K4_X4_bars_and_towns_change_headline_map_list_and_address(
    open_page: OpenPage, axe: Callable[[Page], None]
) -> None:
    page = open_page(PATH)
    frame = map_frame(page)
    before = frame.evaluate("risState().bubbles.length")
    page.get_by_role("link", name=re.compile("^Life science")).click()
    expect(page.locator("h1")).to_have_text(re.compile("^Life science: 2 egna"))
    settle(page)
    assert parse_qs(urlsplit(page.url).query)["omrade"] == ["life_science"]
    expect(page.locator("section[data-group=own]")).to_have_attribute("data-count", "2")
    assert frame.evaluate("risState().bubbles.length") != before
    # another with the keyboard
    page.get_by_role("link", name=re.compile("^Besöksnäring")).focus()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Besöksnäring: 0 egna aktörer")
    settle(page)
    assert parse_qs(urlsplit(page.url).query)["omrade"] == ["besoksnaring"]
    # a town on the map narrows the list, and rows mark the map
    everybody = page.locator(".ris-row").count()
    frame.locator('.ris-bubble[data-town="2480-umea"]').press("Enter")
    page.wait_for_url(re.compile("tatort=2480-umea"))
    settle(page)
    assert 0 < page.locator(".ris-row").count() < everybody
    page.evaluate("document.querySelectorAll('details').forEach((e) => { e.open = true; })")
    axe(page)
    page.locator(".ris-row").first.hover()
    hot = frame.locator(".is-hot").evaluate_all("(e) => e.map((m) => m.dataset.town)")
    assert "2480-umea" in hot
    frame.locator('[data-municipality="2421"]').press("Enter")
    page.wait_for_url(re.compile("kommun=2421"))
    assert "Storuman" in frame.evaluate("risState().say")


def test_K1_on_a_phone_the_map_follows_two_rows_of_chips(open_page: OpenPage, phone: Page) -> None:
    page = open_page(f"{PATH}?omrade=besoksnaring", page=phone)
    box = page.locator("iframe[data-testid=stCustomComponentV1]").bounding_box()
    assert box
    assert box["y"] < 400
    chips = page.locator(".ris-s-bars a")
    assert all(chip.bounding_box()["height"] >= 24 for chip in chips.all())  # type: ignore[index]
    expect(page.locator(".ris-s-bars a[aria-current]")).to_be_in_viewport(ratio=1)
    chips.nth(7).focus()  # one that lies outside is moved into sight by the keyboard
    expect(chips.nth(7)).to_be_in_viewport(ratio=1)
