"""The page about open data in a real browser, and the API of the running product."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.harness import Server

PATH = "/oppna-data"


def test_X1_X4_a_phone_scrolls_down_only(
    open_page: OpenPage, phone: Page, axe: Callable[[Page], None]
) -> None:
    page = open_page(PATH, page=phone)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    sideways = page.evaluate(
        """() => [...document.querySelectorAll('.ris-open-data *')]
          .filter((e) => !e.closest('.ris-scroll, .ris-hidden') && e.getClientRects().length
            && e.getBoundingClientRect().right > 361)
          .map((e) => e.outerHTML.slice(0, 120))"""
    )
    assert sideways == []
    axe(page)


def test_R10_one_click_gives_each_form(open_page: OpenPage) -> None:
    """CSV, workbook and GeoPackage are saved under a name; the addresses are the page's own."""
    page = open_page(PATH)
    for ending in ("csv", "xlsx", "gpkg"):
        with page.expect_download() as begun:
            page.locator(f'a[href^="/api/v1/actors.{ending}"]').first.click()
        assert begun.value.suggested_filename == f"actors.{ending}"
    expect(page.locator('a[href="/api/v1/dcat.rdf"]')).to_be_visible()


def test_links_are_reached_by_keyboard_and_have_names_of_their_own(open_page: OpenPage) -> None:
    page = open_page(PATH)
    link = page.get_by_role("link", name="Aktörer i innovationsstödsystemet, GeoJSON")
    link.focus()
    assert page.evaluate("document.activeElement.getAttribute('href')").endswith(
        "actors.geojson?bredd=adjacent"
    )
    names = [element.inner_text() for element in page.locator(".ris-formats a").all()]
    accessible = [" ".join(name.split()) for name in names]
    assert len(accessible) == len(set(accessible))


def test_another_site_may_read_the_api(page: Page, server: Server) -> None:
    """CORS, with the product's own middleware around the API."""
    answer = page.request.get(
        f"{server.url}/api/v1/actors.geojson", headers={"Origin": "https://elsewhere.example"}
    )
    assert answer.status == 200
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["content-type"] == "application/geo+json"
    assert "etag" in answer.headers
    refused = page.request.get(f"{server.url}/api/v1/actors?fas=hej")
    assert refused.status == 400
    assert refused.headers["content-type"] == "application/problem+json"
    nothing = page.request.get(f"{server.url}/api/nothing")
    assert nothing.status == 404
    assert nothing.headers["content-type"] == "application/problem+json"
