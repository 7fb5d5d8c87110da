"""The page "Styrkeområden" in the real browser: address, keyboard, axe, phone."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.harness import settle

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
    expect(page.locator("article[data-area]")).to_have_count(9)


def test_an_area_is_opened_from_its_card_and_has_an_address(open_page: OpenPage) -> None:
    page = open_page(PATH)
    page.get_by_role("link", name="Life science").first.click()
    expect(page.locator("article[data-area]")).to_have_count(1)
    settle(page)
    assert parse_qs(urlsplit(page.url).query)["omrade"] == ["life_science"]
    expect(page.locator("table[data-table=coverage-life-science] tbody tr")).to_have_count(3)


def test_an_area_is_chosen_with_the_keyboard(open_page: OpenPage) -> None:
    page = open_page(PATH)
    box = page.get_by_role("combobox", name="Styrkeområde")
    box.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.type("Livs")
    page.keyboard.press("Enter")
    expect(page.locator("article[data-area=livsmedel]")).to_have_count(1)
    settle(page)
    assert parse_qs(urlsplit(page.url).query)["omrade"] == ["livsmedel"]


def test_the_honest_sentence_stands_before_the_figures(open_page: OpenPage) -> None:
    page = open_page(PATH)
    sentence = page.locator(".ris-sentence").first
    expect(sentence).to_contain_text("branschneutrala")
    above = sentence.bounding_box()
    table = page.locator("table").first.bounding_box()
    assert above
    assert table
    assert above["y"] < table["y"]


def test_a_phone_never_scrolls_sideways(open_page: OpenPage, phone: Page) -> None:
    page = open_page(PATH, page=phone)
    page.evaluate("document.querySelectorAll('details').forEach((e) => { e.open = true; })")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    main_box = page.get_by_test_id("stMain")
    assert main_box.evaluate("(e) => e.scrollWidth - e.clientWidth") <= 0
