"""The page about open data in a real browser, and the API of the running product."""

from __future__ import annotations

from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenPage
from tests.browser.harness import Server


def test_R10_one_click_gives_each_form_and_a_phone_scrolls_down_only(open_page: OpenPage) -> None:
    """CSV, workbook and GeoPackage are saved under a name; the addresses are the page's own."""
    page = open_page("/oppna-data")
    for ending in ("csv", "xlsx", "gpkg"):
        with page.expect_download() as begun:
            page.locator(f'a[href^="/api/v1/actors.{ending}"]').first.click()
        assert begun.value.suggested_filename == f"actors.{ending}"
    expect(page.locator('a[href="/api/v1/dcat.rdf"]')).to_be_visible()

    page.get_by_role("link", name="Aktörer i innovationsstödsystemet, GeoJSON").focus()
    assert page.evaluate("document.activeElement.getAttribute('href')").endswith(
        "actors.geojson?bredd=adjacent"
    )
    names = [" ".join(name.split()) for name in page.locator(".ris-formats a").all_inner_texts()]
    assert len(names) == len(set(names)) > 0

    page.set_viewport_size({"width": 360, "height": 740})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    sideways = page.evaluate(
        """() => [...document.querySelectorAll('.ris-open-data *')]
          .filter((e) => !e.closest('.ris-scroll, .ris-hidden') && e.getClientRects().length
            && e.getBoundingClientRect().right > 361)
          .map((e) => e.outerHTML.slice(0, 120))"""
    )
    assert sideways == []


def test_another_site_may_read_the_api(server: Server) -> None:
    """CORS, with the product's own middleware around the API."""
    asked = Request(
        f"{server.url}/api/v1/actors.geojson", headers={"Origin": "https://elsewhere.example"}
    )
    with urlopen(asked, timeout=90) as answer:
        assert answer.headers["access-control-allow-origin"] == "*"
        assert answer.headers["content-type"] == "application/geo+json"
        assert "etag" in answer.headers
    for path, status in (("v1/actors?fas=hej", 400), ("nothing", 404)):
        with pytest.raises(HTTPError) as refused:
            urlopen(f"{server.url}/api/{path}", timeout=90)
        with refused.value as answer:
            assert answer.code == status
            assert answer.headers["content-type"] == "application/problem+json"
