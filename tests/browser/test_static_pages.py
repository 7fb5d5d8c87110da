"""Pages without scripts in a real browser: whole without JavaScript, accessible, and narrow."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Browser, Page, expect

from tests.browser.harness import Server
from tests.browser.reading import guarded_page

PATHS = ("/om/", "/om/aktor/almi-nord?lang=en", "/om/kommun/2422")


def test_X4_pages_without_scripts_are_accessible_and_narrow(
    browser: Browser, server: Server, axe: Callable[[Page], None]
) -> None:
    with guarded_page(browser, server, {"viewport": {"width": 320, "height": 640}}) as narrow:
        for path in PATHS:
            narrow.goto(path)
            expect(narrow.locator("h1")).to_be_visible()
            narrow.evaluate(
                "document.querySelectorAll('details').forEach((e) => { e.open = true; })"
            )
            assert narrow.evaluate("document.documentElement.scrollWidth") <= 320, path
            axe(narrow)


def test_without_scripts_the_shell_leads_to_them(browser: Browser, server: Server) -> None:
    context = browser.new_context(base_url=server.url, java_script_enabled=False)
    page = context.new_page()
    page.goto("/kommun?kommun=2422")
    page.get_by_role("link", name="Alla aktörer och kommuner").click()
    page.get_by_role("link", name="Sorsele", exact=True).click()
    expect(page.locator("h1")).to_contain_text("Sorsele")
    expect(page.locator(".ris-matrix td")).to_have_count(15)
    context.close()
