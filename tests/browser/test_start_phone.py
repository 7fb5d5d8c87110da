"""I7: 360 x 740 with touch: list before map, no trap for a finger, nothing too wide."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.harness import PHONE, Server, map_frame, settle
from tests.browser.reading import (
    MAP,
    assert_shows,
    bubble,
    expected,
    guarded_page,
    label,
    load,
    open_more,
    option,
)

_TOO_WIDE = """
() => {
  const main = document.querySelector('[data-testid=stMain]');
  const root = document.documentElement;
  const wide = [...main.querySelectorAll('*')].filter((element) =>
    !element.closest('.ris-scroll, [data-testid=stCustomComponentV1]')
    && element.getBoundingClientRect().right > root.clientWidth + 1
    && element.getClientRects().length && getComputedStyle(element).clipPath === 'none');
  return {
    document: root.scrollWidth - root.clientWidth,
    main: main.scrollWidth - main.clientWidth,
    elements: wide.slice(0, 5).map((element) => element.outerHTML.slice(0, 200)),
  };
}
"""
_FITS = {"document": 0, "main": 0, "elements": []}
_TOP = "document.querySelector('[data-testid=stMain]').scrollTop"


@pytest.fixture(scope="module")
def hand(browser: Browser, server: Server) -> Iterator[Page]:
    with guarded_page(browser, server, PHONE) as page:
        load(page, "/?bredd=adjacent")
        yield page


def test_i7_filters_and_the_first_result_stand_before_the_map(hand: Page) -> None:
    found = hand.evaluate(
        """(map) => {
          const [filters, card, frame] =
            ['.st-key-ris-filters', '.ris-card', map].map((what) => document.querySelector(what));
          const after = (one, two) =>
            Boolean(one.compareDocumentPosition(two) & Node.DOCUMENT_POSITION_FOLLOWING);
          const y = (element) => element.getBoundingClientRect();
          return {
            order: [after(filters, card), after(card, frame)],
            geometry: [y(filters).bottom <= y(card).top, y(card).bottom <= y(frame).top],
          };
        }""",
        MAP,
    )
    assert found == {"order": [True, True], "geometry": [True, True]}


def test_i7_nothing_on_the_start_page_is_wider_than_the_phone(hand: Page) -> None:
    assert hand.evaluate(_TOO_WIDE) == _FITS
    open_more(hand)
    assert hand.evaluate(_TOO_WIDE) == _FITS


def test_i7_the_map_is_at_most_sixty_percent_of_the_screen_and_whole_inside_its_frame(
    hand: Page,
) -> None:
    box = hand.locator(MAP).bounding_box()
    assert box
    assert 200 < box["height"] <= 0.6 * 740 + 1
    inside = map_frame(hand).evaluate(
        """() => ({
          cut: document.getElementById('map_div').getBoundingClientRect().bottom - innerHeight,
          known: map.getSize().y - document.getElementById('map_div').clientHeight,
          outside: [...document.querySelectorAll('.ris-bubble')].filter((bubble) => {
            const box = bubble.getBoundingClientRect();
            return box.left < 0 || box.top < 0
              || box.right > innerWidth || box.bottom > innerHeight;
          }).map((bubble) => bubble.dataset.town),
        })"""
    )
    assert inside["cut"] <= 0.5
    assert inside["known"] == 0
    assert inside["outside"] == []


def test_i7_a_finger_that_starts_on_the_map_scrolls_the_page(hand: Page) -> None:
    hand.locator(MAP).evaluate("(frame) => frame.scrollIntoView({ block: 'center' })")
    frame = map_frame(hand)
    centre = "() => [map.getCenter().lat, map.getCenter().lng, map.getZoom()]"
    before, at = hand.evaluate(_TOP), frame.evaluate(centre)
    box = hand.locator(MAP).bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] * 0.75
    finger = hand.context.new_cdp_session(hand)
    for step in range(20):
        kind = "touchMove" if step else "touchStart"
        points = [{"x": x, "y": y - 15 * step}]
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
        hand.evaluate("() => new Promise(requestAnimationFrame)")
    finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    hand.wait_for_function(f"(before) => {_TOP} > before + 100", arg=before)
    assert frame.evaluate(centre) == at


def test_i7_a_tap_on_a_bubble_opens_its_actors_inside_the_screen(hand: Page) -> None:
    hand.locator(MAP).evaluate("(frame) => frame.scrollIntoView({ block: 'center' })")
    town = max(expected({"bredd": ["adjacent"]})["bubbles"].items(), key=lambda item: item[1])[0]
    marker = bubble(hand, town)
    marker.dispatch_event("click")
    expect(hand.locator(".ris-card.is-marked").first).to_be_attached()
    frame = map_frame(hand)
    frame.locator(".leaflet-popup").wait_for()
    frame.wait_for_function(
        """() => {
          const box = document.querySelector('.leaflet-popup').getBoundingClientRect();
          return box.left >= 0 && box.right <= innerWidth && box.top >= 0
            && box.bottom <= innerHeight;
        }"""
    )
    assert hand.evaluate(_TOO_WIDE) == _FITS


def test_i7_filters_work_with_a_finger(browser: Browser, server: Server) -> None:
    with guarded_page(browser, server, PHONE) as page:
        load(page, "/")
        option(page, "fas", label("phases", "ide")).tap()
        assert_shows(page, {"fas": ["ide"]})
        settle(page)
        page.locator(".ris-jump").tap()
        expect(page.locator("#karta")).to_be_in_viewport()
        sizes = page.evaluate(
            """() => [...document.querySelectorAll('.st-key-ris-filters button, .ris-show')]
              .filter((element) => element.getClientRects().length
                && !element.closest('[data-testid=stTooltipIcon]'))
              .map((element) => [element.getBoundingClientRect().height, element.innerText])
              .filter(([height]) => height < 24)"""
        )
        assert sizes == [], "targets lower than 24 px (WCAG 2.5.8)"
