"""The search of every page, as one types, by keyboard and by mouse (I10, G7)."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage


def typed(page: Page, text: str) -> list[str]:
    """Type into the search and return what is suggested."""
    field = page.get_by_role("combobox", name=re.compile("Sök ort|Find a place"))
    field.fill(text)
    expect(page.locator("#ris-sok-status")).not_to_be_empty()
    return page.locator("#ris-sok-list [role=option]").all_inner_texts()


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("mat", "Livsmedel"),
        ("Storuman", "Storumans? kommun"),
        ("malå", "Malå"),
        ("vinnova", "Vinnova"),
    ],
)
def test_I10_G7_as_one_types(open_page: OpenPage, text: str, first: str) -> None:
    page = open_page("/")
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
