"""The search of every page, as one types, by keyboard and by mouse (I10, G7)."""

import re
from typing import Any
from unicodedata import combining, normalize

from playwright.sync_api import Page, expect

from tests.browser.harness import Guard, settle
from tests.browser.reading import LANGUAGES, arrive, load, loaded, switch_language

# What it says next is about this text, so what it said before is taken away first.
_TYPED = """
async (texts) => {
  const field = document.getElementById('ris-sok');
  const status = document.getElementById('ris-sok-status');
  const list = document.getElementById('ris-sok-list');
  const found = [];
  for (const text of texts) {
    status.textContent = '';
    field.value = text;
    field.dispatchEvent(new Event('input', { bubbles: true }));
    const patience = performance.now() + 60000;
    while (!status.textContent && performance.now() < patience) {
      await new Promise((soon) => setTimeout(soon));
    }
    field.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowDown', bubbles: true }));
    found.push({
      options: [...list.children].map((option) => option.innerText),
      active: field.getAttribute('aria-activedescendant'),
      said: status.textContent,
    });
  }
  return found;
}
"""


def suggested(page: Page, texts: list[str]) -> list[dict[str, Any]]:
    """Write each text into the search and press the down key; in one breath, as words are many."""
    return page.evaluate(_TYPED, texts)


def test_I10_G7_words_as_one_types_lead_by_keyboard_to_what_they_mean(page: Page) -> None:
    """Forty everyday words and more in each language; what a screen reader is told is a count."""
    load(page, "/kontakt")
    for language in LANGUAGES:
        words = [word for one in loaded("search_words.yaml")["words"] for word in one[language]]
        plain = ["".join(c for c in normalize("NFD", w) if not combining(c)) for w in words]
        assert len(set(words)) >= 40
        for word, found, same in zip(
            words, suggested(page, words), suggested(page, plain), strict=True
        ):
            assert found["active"] == "ris-sok-0", word
            assert re.search(r"\d", found["said"]), word
            assert same["options"][0] == found["options"][0], word
        if language == "sv":
            switch_language(page, "sv")
            page.wait_for_function("() => document.documentElement.lang === 'en'")
            settle(page)


def test_I10_G7_names_slips_and_choices_lead_on_from_page_to_page(page: Page) -> None:
    """With the keys as they are; that it is on each page is looked at in test_pages_all.py."""
    load(page, "/oppna-data")
    first = {"Storuman": "Storumans? kommun", "mat": "Livsmedel", "patnet": "patent"}
    first |= {"mötesplats": "^Stöd: Mötesplats", "slu": "^SLU", "funding": "Finansiering"}
    first |= {"pengar till prototyp": "^Stöd: Finansiering", "exporthjälp": "^Fas: Växa"}
    first |= {"camping i ammarnäs": "^Hitta stöd i Ammarnäs", "kompanion": "Coompanion Väst"}
    first |= {"renskötseln": "Livsmedel", "kvinna": "^De 4K", "coompanion lycksele": "^Coompanion"}
    first |= {"vilhelmna kommun": "Vilhelmina", "science city skellefteå": "^Skellefteå Science"}
    for (text, name), found in zip(first.items(), suggested(page, list(first)), strict=True):
        assert re.search(name, found["options"][0]), text
    for nothing in suggested(page, ["zzzzzz", "()"]):
        assert nothing["active"] is None
        assert "Ingen träff" in nothing["said"]

    field = page.get_by_role("combobox", name=re.compile("Sök ort"))
    options = page.locator("#ris-sok-list [role=option]")
    for text, name, address in (
        ("mat", "Livsmedel", "omrade=livsmedel"),
        ("pengar", "", "stod=finansiering"),  # a choice of the page where one is
        ("almi", "Almi", r"/aktor\?.*almi"),
        ("asele", "Åsele", r"/kommun\?.*2463"),
    ):
        field.fill(text)
        expect(options.first).to_contain_text(name)
        page.keyboard.press("Enter")
        arrive(page, address)


def test_the_menu_is_one_line_and_all_that_is_found_on_the_screen_at_every_width(
    page: Page,
) -> None:
    load(page, "/kontakt")
    field, found = page.locator("#ris-sok"), page.locator("#ris-sok-list")
    for width in (1400, 1280, 1100, 1024, 901, 320):
        page.set_viewport_size({"width": width, "height": 800})
        field.fill("")
        field.fill("näringslivsservice")
        expect(found).to_be_visible()
        box, bar = found.bounding_box(), page.locator(".st-key-ris-top").bounding_box()
        assert 0 <= box["x"] <= width - box["width"]
        assert bar["height"] < 60, width
    menu = page.locator(".ris-menu summary")  # magnified four times
    assert menu.evaluate("(e) => e.scrollHeight <= e.clientHeight")
    field.fill("zzzzzz")
    expect(page.locator("#ris-sok-status")).to_be_visible()
    field.blur()  # it lies over the menu
    expect(page.locator("#ris-sok-status")).to_be_empty()


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
