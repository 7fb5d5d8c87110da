"""The search of every page, as one types, by keyboard and by mouse (I10, G7)."""

from __future__ import annotations

import re
from unicodedata import combining, normalize

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.guard import Guard
from tests.browser.harness import settle
from tests.browser.reading import loaded


def typed(page: Page, text: str) -> list[str]:
    """Type into the search and return what is suggested."""
    field = page.get_by_role("combobox", name=re.compile("Sök ort|Find place"))
    status = page.locator("#ris-sok-status")
    status.evaluate("(e) => { e.textContent = ''; }")  # what it says next is about this text
    field.fill(text)
    expect(status).not_to_be_empty()
    return page.locator("#ris-sok-list [role=option]").all_inner_texts()


def test_I10_G7_as_one_types(open_page: OpenPage) -> None:
    page = open_page("/integritet")
    for text, first in (
        ("mat", "Livsmedel"),
        ("Storuman", "Storumans? kommun"),
        ("malå", "Malå"),
        ("vinnova", "Vinnova"),
    ):
        assert re.search(first, typed(page, text)[0])


def test_I10_without_the_dots_and_by_keyboard_alone(open_page: OpenPage) -> None:
    page = open_page("/tackning")
    assert "Sorsele" in " ".join(typed(page, "sorsele"))
    assert typed(page, "asele")[0].startswith("Åsele")
    page.keyboard.press("ArrowDown")
    expect(page.locator("#ris-sok")).to_have_attribute("aria-activedescendant", "ris-sok-0")
    page.keyboard.press("Enter")
    page.wait_for_url("**/kommun?*2463*")
    expect(page.locator("h1")).to_contain_text("Åsele")


def test_G7_a_slip_of_the_pen_and_nothing_at_all(open_page: OpenPage) -> None:
    page = open_page("/metod")
    assert "patent" in typed(page, "patnet")[0]
    assert typed(page, "zzzzzz") == []
    expect(page.locator("#ris-sok-status")).to_contain_text("Ingen träff")


@pytest.mark.parametrize("language", ["sv", "en"])
def test_I10_forty_everyday_words_lead_by_keyboard_to_what_they_mean(
    open_page: OpenPage, language: str
) -> None:
    """As one types, with and without å, ä, ö; what a screen reader is told is a count."""
    page = open_page("/kontakt", language)
    tried = 0
    for entry in loaded("search_words.yaml")["words"]:
        for word in entry[language]:
            plain = "".join(c for c in normalize("NFD", word) if not combining(c))
            found = typed(page, word)
            assert found, word
            assert typed(page, plain) == found, word
            page.keyboard.press("ArrowDown")
            active = page.locator("#ris-sok").get_attribute("aria-activedescendant")
            assert active == "ris-sok-0", word
            assert re.search(r"\d", page.locator("#ris-sok-status").inner_text()), word
            tried += 1
    assert tried >= 40


@pytest.mark.parametrize("path", ["/", "/aktor?id=almi-nord", "/oppna-data"])
def test_I10_the_search_leads_on_from_a_page(open_page: OpenPage, path: str) -> None:
    """That it is on each of them is looked at where all pages are (test_pages_all.py)."""
    page = open_page(path)
    assert "Livsmedel" in typed(page, "mat")[0]
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("omrade=livsmedel"))


def test_G12_the_search_of_the_page_that_is_not_there_is_answered(page: Page, guard: Guard) -> None:
    guard.allow("404")
    page.goto("/finns-inte")
    expect(page.locator("h1")).to_have_text("Sidan finns inte")
    page.locator("#q").fill("patent")
    page.keyboard.press("Enter")
    page.wait_for_url("**/?*")
    settle(page)
    expect(page.locator("#ris-sok-list [role=option]").first).to_be_visible()
    expect(page.locator(".ris-notice")).to_have_count(0)
