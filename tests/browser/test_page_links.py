"""Links between pages: followed without loading anew, and still links in every other respect."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.harness import settle

STAYED = "() => window.risStayed === true"


def follow(page: Page, name: str, where: str) -> None:
    page.get_by_role("link", name=name, exact=True).first.click()
    page.wait_for_url(where)
    settle(page)


def test_a_link_to_a_page_keeps_the_document_and_back_returns(open_page: OpenPage) -> None:
    page = open_page("/?fas=vaxa")
    page.evaluate("() => { window.risStayed = true; }")
    follow(page, "Täckning", "**/tackning*")
    expect(page.locator(".cov-matrix")).to_be_visible()
    assert page.evaluate(STAYED)
    expect(page.locator(".ris-title")).to_be_focused()
    expect(page.locator(".ris-menu .ris-wide [aria-current=page]")).to_have_text("Täckning")
    page.go_back()
    settle(page)
    expect(page.locator(".st-key-start-fas [data-selected]")).to_have_text("Växa")
    assert page.evaluate(STAYED)


def test_X3_an_actors_page_says_whose_it_is_and_leads_back_to_the_choices(
    open_page: OpenPage,
) -> None:
    page = open_page("/?fas=vaxa&kommun=2482")
    page.evaluate("() => { window.risStayed = true; }")
    link = page.locator("a.ris-row").first
    name = link.locator("b").inner_text()
    link.click()
    page.wait_for_url("**/aktor*")
    expect(page.locator("h1")).to_have_text(name)
    expect(page).to_have_title(f"{name} – Innovationskartan Västerbotten")
    assert page.evaluate(STAYED)
    page.get_by_role("link", name="Till listan och kartan").click()
    page.wait_for_url("**fas=vaxa*")
    assert "kommun=2482" in page.url


def test_a_link_opened_in_a_new_tab_is_a_whole_page(open_page: OpenPage) -> None:
    page = open_page("/")
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Kommuner", exact=True).click(modifiers=["ControlOrMeta"])
    other = opened.value
    other.wait_for_selector(".ris-title")
    assert "/kommun" in other.url
    assert "/kommun" not in page.url
