"""I6: the whole journey by keyboard alone, and without the map; list and map hold the same."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Browser, Page, expect

from tests.browser.harness import Server, map_frame, settle
from tests.browser.reading import (
    MAP,
    Query,
    actors_in,
    address,
    assert_shows,
    bubble,
    expected,
    guarded_page,
    label,
    load,
    option,
    shown,
    words,
)

_FOCUSED = """
() => {
  const element = document.activeElement;
  const style = getComputedStyle(element);
  const box = element.getBoundingClientRect();
  return {
    tag: element.tagName,
    text: (element.getAttribute('aria-label') || element.textContent || '').trim(),
    href: element.getAttribute('href') || '',
    outline: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0,
    size: box.width * box.height,
  };
}
"""


def tab_to(page: Page, what: str, *, most: int = 60) -> None:
    """Press Tab until an element is in focus; every stop on the way must be seen to be one."""
    for _ in range(most):
        page.keyboard.press("Tab")
        stop = page.evaluate(_FOCUSED)
        if stop["tag"] in {"A", "BUTTON"}:
            assert stop["text"], f"a stop without a name: {stop}"
            assert stop["outline"], f"a stop that cannot be seen: {stop}"
        if page.evaluate("(what) => document.activeElement.matches(what)", what):
            return
    raise AssertionError(f"{most} presses of Tab do not reach {what}")


def test_i6_the_journey_works_with_the_keyboard_alone(browser: Browser, server: Server) -> None:
    with guarded_page(browser, server) as page:
        load(page, "/")
        tab_to(page, ".st-key-fas [role=toolbar] button")
        page.keyboard.press("Space")
        assert_shows(page, {"fas": ["ide"]})
        settle(page)
        tab_to(page, ".st-key-plats input")
        page.keyboard.type("Lycksele")
        expect(page.locator("[role=option]")).to_have_count(1)
        page.keyboard.press("Enter")
        page.keyboard.press("Escape")
        query: Query = {"fas": ["ide"], "plats": ["2481"]}
        assert_shows(page, query)
        settle(page)
        tab_to(page, ".ris-card h4 a")
        actor = page.evaluate("document.activeElement.closest('.ris-card').dataset.actor")
        assert actor in expected(query)["groups"]["office"]
        tab_to(page, ".ris-card .ris-show")
        page.keyboard.press("Enter")
        expect(page.locator(".ris-card.is-marked")).to_have_count(1)
        tab_to(page, f'.ris-card[data-actor="{actor}"] a[href^="mailto:"]')
        page.keyboard.press("Shift+Tab")
        while not page.evaluate("document.activeElement.matches('.ris-card h4 a')"):
            page.keyboard.press("Shift+Tab")
        page.keyboard.press("Enter")
        page.locator(".ris-detail").wait_for()
        settle(page)
        assert parse_qs(urlsplit(page.url).query)["id"] == [actor]
        tab_to(page, 'a[href^="mailto:"]')
        assert actor in page.evaluate("document.activeElement.href")


def test_i6_a_reader_with_the_keyboard_gets_out_of_the_map_again(
    browser: Browser, server: Server
) -> None:
    with guarded_page(browser, server) as page:
        load(page, "/?plats=2481")
        page.locator(".ris-links a").last.focus()
        tab_to(page, MAP, most=20)
        tab_to(page, ".stDownloadButton button", most=40)


def test_i6_without_the_map_list_table_and_sentence_are_right(
    browser: Browser, server: Server
) -> None:
    with guarded_page(browser, server, allow="ERR_FAILED|Custom Component .* fetch error") as page:
        page.context.route("**/component/**", lambda route: route.abort())
        page.goto("/?fas=ide")
        assert_shows(page, {"fas": ["ide"]}, with_map=False)
        option(page, "stod", label("service_types", "motesplats")).click()
        query: Query = {"fas": ["ide"], "stod": ["motesplats"]}
        assert_shows(page, query, with_map=False)
        assert shown(page)["bubbles"] == {}
        # what belongs to the map does no harm without it
        button = page.locator(".ris-show").first
        button.click()
        expect(button).to_have_attribute("aria-pressed", "true")
        expect(page.locator(".ris-card.is-marked")).to_have_count(1)
        page.get_by_role("button", name=words("sv")["filter.clear"]).click()
        assert_shows(page, {}, with_map=False)
        with page.expect_download() as waiting:
            page.get_by_role("button", name=words("sv")["csv.plain"]).click()
        assert waiting.value.path().stat().st_size > 1000
        link = page.locator(".ris-card h4 a").first
        name = link.inner_text()
        link.click()
        expect(page.locator("h1").first).to_have_text(name)


def test_i6_every_actor_on_the_map_is_in_the_list_and_the_other_way_round(
    browser: Browser, server: Server
) -> None:
    query: Query = {"bredd": ["adjacent"]}
    with guarded_page(browser, server) as page:
        load(page, address(query))
        assert_shows(page, query)
        frame = map_frame(page)
        popup = frame.locator(".leaflet-popup:not([style*='opacity: 0'])")
        seen: set[str] = set()
        for town in expected(query)["bubbles"]:
            bubble(page, town).focus()
            page.keyboard.press("Enter")
            wanted = actors_in(town, query)
            expect(popup.locator("li")).to_have_count(len(wanted))
            links = popup.locator("a[data-actor]")
            assert sorted(links.evaluate_all("(all) => all.map((a) => a.dataset.actor)")) == wanted
            for ident in wanted:
                assert page.locator(f'.ris-card[data-actor="{ident}"]').count() == 1
            seen |= set(wanted)
            bubble(page, town).focus()
            page.keyboard.press("Enter")
            expect(frame.locator(".leaflet-popup")).to_have_count(0)
        on_cards = page.locator('[aria-labelledby="g-office"] .ris-card')
        assert set(on_cards.evaluate_all("(all) => all.map((c) => c.dataset.actor)")) == seen
