"""The page "Styrkeområden" in the real browser: address, keyboard, axe, phone."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.harness import map_frame, settle

PATH = "/styrkeomraden"
LANGUAGES = ("sv", "en")


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("path", [PATH, f"{PATH}?omrade=besoksnaring", f"{PATH}?bredd=adjacent"])
def test_X4_no_accessibility_faults(
    open_page: OpenPage, axe: Callable[[Page], None], path: str, lang: str
) -> None:
    page = open_page(path, lang)
    page.evaluate("document.querySelectorAll('details').forEach((e) => { e.open = true; })")
    axe(page)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_X3_the_page_says_its_language_and_name(open_page: OpenPage, lang: str) -> None:
    page = open_page(PATH, lang)
    assert page.evaluate("document.documentElement.lang") == lang
    title = {"sv": "Styrkeområden", "en": "Strength areas"}[lang]
    expect(page).to_have_title(re.compile(f"^{title} – "))
    expect(page.locator("li[data-area]")).to_have_count(9)


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


def test_a_phone_never_scrolls_sideways(open_page: OpenPage, phone: Page) -> None:
    page = open_page(PATH, page=phone)
    page.evaluate("document.querySelectorAll('details').forEach((e) => { e.open = true; })")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    main_box = page.get_by_test_id("stMain")
    assert main_box.evaluate("(e) => e.scrollWidth - e.clientWidth") <= 0
