"""The detail page of an actor: its address works, all of its sources are there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.harness import Server, settle
from tests.browser.reading import LANGUAGES, actors, go, guarded_page, label, load, words


def _sample() -> list[dict[str, Any]]:
    """Give twelve actors: each odd kind first, then as many plain ones as are left."""
    kinds = (
        lambda a: any(office["outside"] for office in a["offices"]),
        lambda a: a["status"] == "ended",
        lambda a: a["status"] == "planned",
        lambda a: a["status"] == "unknown" and a["status_note"],
        lambda a: a["homepage"] is None,
        lambda a: not a["offices"],
        lambda a: a["same_as"],
        lambda a: a["delivery_claims"],
        lambda a: a["aliases"],
        lambda a: len(a["offices"]) > 2,
        lambda a: any(office["street"] for office in a["offices"]),
        *[lambda a: a["confidence"] == "verified"] * 5,
    )
    found: list[dict[str, Any]] = []
    for kind in kinds:
        found += next(([a] for a in actors() if kind(a) and a not in found), [])
    assert len(found) >= 12
    return found


@pytest.fixture(scope="module", params=LANGUAGES)
def desk(request: pytest.FixtureRequest, browser: Browser, server: Server) -> Iterator[Any]:
    with guarded_page(browser, server) as page:
        load(page, "/aktor?id=almi-nord", request.param)
        yield request.param, page


def _shown(page: Page, what: str) -> list[str]:
    return [text.strip() for text in page.locator(what).all_text_contents()]


def test_i5_the_address_of_an_actor_shows_it_with_all_sources(desk: tuple[str, Page]) -> None:
    lang, page = desk
    for actor in _sample()[:: 1 if lang == "sv" else 3]:
        go(page, f"/aktor?id={actor['id']}&lang={lang}")
        expect(page.locator("h1")).to_have_text(actor["name"])
        expect(page.locator("dd").filter(has_text=actor["id"]).last).to_have_text(actor["id"])
        settle(page)
        page.evaluate("document.querySelectorAll('details').forEach((e) => { e.open = true; })")
        links = page.locator('table:has(#d-sources) a[href^="http"]')
        targets = links.evaluate_all("(all) => all.map((link) => link.getAttribute('href'))")
        assert targets == [source["url"] for source in actor["sources"]]
        supports = _shown(page, "table:has(#d-sources) tbody th")
        assert supports == [source["supports"][lang] for source in actor["sources"]]
        assert len(_shown(page, "table:has(#d-offers) tbody tr")) == len(actor["offers"])
        types = _shown(page, "table:has(#d-offers) tbody th")
        assert types == [
            label("service_types", offer["service_type"], lang) for offer in actor["offers"]
        ]
        towns = _shown(page, "table:has(#d-offices) tbody th")
        assert towns == [office["town"] for office in actor["offices"]]
        if not actor["offices"]:
            expect(page.locator(".ris-detail")).to_contain_text(words(lang)["detail.no-office"])
        claims = page.locator("table:has(#d-claims) a")
        assert claims.count() == len(actor["delivery_claims"])
        text = page.locator(".ris-detail").inner_text()
        assert words(lang)[f"status.{actor['status']}"] in text
        assert words(lang)[f"confidence.{actor['confidence']}"] in text
        assert all(alias in text for alias in actor["aliases"])
        assert " ".join(actor["summary"][lang].split()) in text
        if actor["status_note"]:
            assert " ".join(actor["status_note"]["finding"][lang].split()) in text
        if actor["homepage"]:
            assert page.locator(f'.ris-links a[href="{actor["homepage"]}"]').count() == 1
        else:
            assert words(lang)["row.no-homepage"] in text
        mail = page.locator('.ris-links a[href^="mailto:"]').get_attribute("href") or ""
        assert actor["id"] in mail


@pytest.mark.parametrize("query", ["?id=finns-inte", "?id=", "?id=almi-nord&id=x"])
def test_an_unknown_actor_is_said_to_be_unknown_with_a_way_back(
    desk: tuple[str, Page], query: str
) -> None:
    lang, page = desk
    load(page, f"/aktor{query}", lang)
    if query.endswith("&id=x"):
        expect(page.locator("h1")).to_have_count(1)
        return
    expect(page.locator(".ris-notice")).to_have_text(words(lang)["page.actor.not-found"])
    page.get_by_text(words(lang)["page.actor.back"]).click()
    expect(page.locator("h1").first).not_to_have_text(words(lang)["page.actor.unknown"])
