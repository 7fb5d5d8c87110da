"""Links between pages: followed without loading anew, and still links in every other respect."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import OpenPage
from tests.browser.harness import settle


def test_X3_links_keep_the_document_and_the_choices_and_open_a_tab_on_request(
    open_page: OpenPage,
) -> None:
    page = open_page("/?fas=vaxa&kommun=2482")
    page.evaluate("() => { window.risStayed = true; }")
    menu = page.locator(".ris-menu .ris-wide")
    menu.get_by_role("link", name="Täckning", exact=True).click()
    page.wait_for_url("**/tackning*")
    settle(page)
    expect(page.locator(".cov-matrix")).to_be_visible()
    expect(page.locator(".ris-title")).to_be_focused()
    expect(menu.locator("[aria-current=page]")).to_have_text("Täckning")
    page.go_back()
    settle(page)
    expect(page.locator(".st-key-start-fas [data-selected]")).to_have_text("Växa")

    with page.context.expect_page() as opened:
        menu.get_by_role("link", name="Kommuner", exact=True).click(modifiers=["ControlOrMeta"])
    opened.value.wait_for_url("**/kommun*", wait_until="commit")
    opened.value.close()
    assert "/kommun?" not in page.url

    link = page.locator("a.ris-row").first
    name = link.locator("b").inner_text()
    link.click()
    page.wait_for_url("**/aktor*")
    expect(page.locator("h1")).to_have_text(name)
    expect(page).to_have_title(f"{name} – Innovationskartan Västerbotten")
    page.get_by_role("link", name="Till listan och kartan").click()
    page.wait_for_url("**fas=vaxa*")
    assert "kommun=2482" in page.url
    assert page.evaluate("() => window.risStayed")
