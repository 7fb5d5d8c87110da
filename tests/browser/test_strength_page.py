"""The page "Styrkeområden" in the real browser: address, keyboard, axe, phone."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.harness import map_frame, settle

PATH = "/styrkeomraden"


def test_X4_no_accessibility_faults_with_everything_unfolded(
    open_page: OpenPage, axe: Callable[[Page], None]
) -> None:
    page = open_page(f"{PATH}?omrade=besoksnaring&tatort=2480-umea")
    page.evaluate("document.querySelectorAll('details').forEach((e) => { e.open = true; })")
    axe(page)


def test_K4_a_bar_changes_headline_map_list_and_address(open_page: OpenPage) -> None:
    page = open_page(PATH)
    before = map_frame(page).evaluate("risState().bubbles.length")
    page.get_by_role("link", name=re.compile("^Life science")).click()
    expect(page.locator("h1")).to_have_text(re.compile("^Life science: 2 egna"))
    settle(page)
    assert parse_qs(urlsplit(page.url).query)["omrade"] == ["life_science"]
    expect(page.locator("section[data-group=own]")).to_have_attribute("data-count", "2")
    assert map_frame(page).evaluate("risState().bubbles.length") != before


def test_an_area_is_chosen_with_the_keyboard(open_page: OpenPage) -> None:
    page = open_page(PATH)
    page.get_by_role("link", name=re.compile("^Besöksnäring")).focus()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Besöksnäring: 0 egna aktörer")
    settle(page)
    assert parse_qs(urlsplit(page.url).query)["omrade"] == ["besoksnaring"]


def test_K4_a_town_on_the_map_narrows_the_list_and_rows_mark_the_map(open_page: OpenPage) -> None:
    page = open_page(PATH)
    everybody = page.locator(".ris-row").count()
    frame = map_frame(page)
    frame.locator('.ris-bubble[data-town="2480-umea"]').press("Enter")
    page.wait_for_url(re.compile("tatort=2480-umea"))
    settle(page)
    assert 0 < page.locator(".ris-row").count() < everybody
    page.locator(".ris-row").first.hover()
    assert "2480-umea" in frame.locator(".is-hot").evaluate_all(
        "(e) => e.map((m) => m.dataset.town)"
    )
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
