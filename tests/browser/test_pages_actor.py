"""The detail page of an actor: its address works, all of its sources are there."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Browser, Page, expect

from tests.browser.harness import Server, settle
from tests.browser.reading import actors, go, guarded_page, label, load, words


def _sample() -> list[dict[str, Any]]:
    """Give some actors that are of every odd kind between them, the oddest first."""
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
        lambda a: a["confidence"] == "verified",
    )
    left, found = set(range(len(kinds))), []
    while left:
        of = {a["id"]: {n for n in left if kinds[n](a)} for a in actors()}
        oddest = max(actors(), key=lambda a: len(of[a["id"]]))
        assert of[oddest["id"]], "no actor is of one of the kinds"
        left -= of[oddest["id"]]
        found.append(oddest)
    return found


def _shown(page: Page, what: str) -> list[str]:
    return [text.strip() for text in page.locator(what).all_text_contents()]


def _assert_shown(page: Page, actor: dict[str, Any], lang: str) -> None:
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


def test_i5_the_address_of_an_actor_shows_it_with_all_sources(
    browser: Browser, server: Server
) -> None:
    with guarded_page(browser, server) as page:
        load(page, "/aktor?id=finns-inte", "en")
        for number, actor in enumerate(_sample()):
            _assert_shown(page, actor, "en" if number % 3 == 2 else "sv")
        go(page, "/aktor?id=finns-inte&lang=en")
        expect(page.locator(".ris-notice")).to_have_text(words("en")["page.actor.not-found"])
        page.get_by_text(words("en")["page.actor.back"]).click()
        expect(page.locator("h1").first).not_to_have_text(words("en")["page.actor.unknown"])
