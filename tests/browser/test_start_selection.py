"""Selecting a town or an actor marks it in list and map, both ways, and stands in the address."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.harness import Server, map_frame, settle
from tests.browser.reading import (
    SENTENCE,
    actors_in,
    assert_shows,
    bubble,
    count_frames_sent,
    guarded_page,
    label,
    load,
    marked_bubbles,
    marked_cards,
    option,
    towns_of,
    words,
)

TOWN = "2482-skelleftea"
ACTOR = "almi-nord"


@pytest.fixture(scope="module")
def desk(browser: Browser, server: Server) -> Iterator[Page]:
    with guarded_page(browser, server) as page:
        yield page


def in_address(page: Page, key: str) -> list[str]:
    return parse_qs(urlsplit(page.url).query).get(key, [])


def assert_nothing_is_marked(page: Page) -> None:
    expect(page.locator(".ris-card.is-marked")).to_have_count(0)
    assert marked_bubbles(page) == []
    assert in_address(page, "ort") == []
    assert in_address(page, "aktor") == []


def show_button(actor: str) -> str:
    return f'.ris-show[data-actor="{actor}"]'


def assert_town_is_marked(page: Page, town: str) -> None:
    wanted = actors_in(town, {})
    expect(page.locator(".ris-card.is-marked")).to_have_count(len(wanted))
    assert marked_cards(page) == wanted
    assert marked_bubbles(page) == [town]
    assert in_address(page, "ort") == [town]


def assert_actor_is_marked(page: Page, actor: str) -> None:
    expect(page.locator(".ris-card.is-marked")).to_have_count(1)
    assert marked_cards(page) == [actor]
    assert marked_bubbles(page) == towns_of(actor, {})
    assert in_address(page, "aktor") == [actor]
    pressed = page.locator('.ris-show[aria-pressed="true"]')
    expect(pressed).to_have_count(1)
    expect(pressed).to_have_attribute("data-actor", actor)


def test_a_click_on_a_bubble_marks_its_actors_in_the_list_and_a_second_takes_it_back(
    desk: Page,
) -> None:
    load(desk, "/")
    assert_nothing_is_marked(desk)
    bubble(desk, TOWN).click()
    assert_town_is_marked(desk, TOWN)
    names = desk.locator(".ris-card.is-marked h4").all_inner_texts()
    live = desk.locator("[data-ris-live]")
    for name in names:
        expect(live).to_contain_text(name)
    # the popup moves the map a little; a click meanwhile would miss the bubble
    expect(map_frame(desk).locator(".leaflet-popup")).to_be_visible()
    desk.wait_for_function(
        """() => {
            const map = document.querySelector('iframe[src*="streamlit_folium"]').contentWindow.map;
            return !(map._panAnim && map._panAnim._inProgress);
        }"""
    )
    bubble(desk, TOWN).click()
    assert_nothing_is_marked(desk)
    expect(live).to_have_text("")


@pytest.mark.parametrize("key", ["Enter", "Space"])
def test_i6_enter_and_space_on_a_bubble_mark_its_actors_and_take_it_back(
    desk: Page, key: str
) -> None:
    load(desk, "/")
    bubble(desk, TOWN).focus()
    desk.keyboard.press(key)
    assert_town_is_marked(desk, TOWN)
    assert map_frame(desk).locator(".leaflet-popup").count() == 1
    bubble(desk, TOWN).focus()
    desk.keyboard.press(key)
    assert_nothing_is_marked(desk)


def test_another_bubble_takes_the_mark_over(desk: Page) -> None:
    load(desk, "/")
    bubble(desk, TOWN).focus()
    desk.keyboard.press("Enter")
    assert_town_is_marked(desk, TOWN)
    bubble(desk, "2481-lycksele").focus()
    desk.keyboard.press("Enter")
    assert_town_is_marked(desk, "2481-lycksele")


def test_show_on_the_map_marks_all_towns_of_the_actor_and_a_second_press_takes_it_back(
    desk: Page,
) -> None:
    load(desk, "/")
    assert len(towns_of(ACTOR, {})) > 1, "the test wants an actor with several towns"
    button = desk.locator(show_button(ACTOR))
    button.click()
    assert_actor_is_marked(desk, ACTOR)
    button.click()
    assert_nothing_is_marked(desk)
    for key in ("Enter", "Space"):
        button.focus()
        desk.keyboard.press(key)
        assert_actor_is_marked(desk, ACTOR)
        desk.keyboard.press(key)
        assert_nothing_is_marked(desk)


def test_a_name_in_a_popup_leads_to_its_card(desk: Page) -> None:
    load(desk, "/")
    bubble(desk, TOWN).click()
    link = map_frame(desk).locator(f'.ris-popup a[data-actor="{ACTOR}"]')
    link.focus()
    desk.keyboard.press("Enter")
    assert_actor_is_marked(desk, ACTOR)
    card = desk.locator(f"#a-{ACTOR}")
    expect(card.locator("h4 a")).to_be_focused()
    expect(card).to_be_in_viewport()


def test_i5_a_link_with_a_town_or_an_actor_marks_it_in_a_fresh_session(
    browser: Browser, server: Server
) -> None:
    with guarded_page(browser, server) as page:
        load(page, f"/?ort={TOWN}")
        assert_town_is_marked(page, TOWN)
    with guarded_page(browser, server) as page:
        load(page, f"/?aktor={ACTOR}", "en")
        assert_actor_is_marked(page, ACTOR)
    with guarded_page(browser, server) as page:
        load(page, "/?ort=9999-atlantis&fas=ide")
        assert_shows(page, {"fas": ["ide"]})
        assert marked_cards(page) == marked_bubbles(page) == []


def test_marks_survive_a_change_of_filters(desk: Page) -> None:
    load(desk, f"/?aktor={ACTOR}")
    assert_actor_is_marked(desk, ACTOR)
    option(desk, "fas", label("phases", "utveckling")).click()
    assert_shows(desk, {"fas": ["utveckling"]})
    settle(desk)
    assert marked_cards(desk) == [ACTOR]
    assert marked_bubbles(desk) == towns_of(ACTOR, {"fas": ["utveckling"]})
    assert in_address(desk, "aktor") == [ACTOR]
    # out of the selection and back again
    option(desk, "stod", label("service_types", "motesplats")).click()
    assert_shows(desk, {"fas": ["utveckling"], "stod": ["motesplats"]})
    settle(desk)
    assert ACTOR not in marked_cards(desk)
    desk.get_by_role("button", name=words("sv")["filter.clear"]).click()
    assert_shows(desk, {})
    settle(desk)
    assert_actor_is_marked(desk, ACTOR)


def test_marking_does_not_ask_the_server(browser: Browser, server: Server) -> None:
    """A mark is the browser's affair: no rerun, the sentence's element stays the same one."""
    with guarded_page(browser, server) as page:
        sent = count_frames_sent(page)
        load(page, "/")
        before = len(sent)
        page.locator(SENTENCE).evaluate("(element) => { element.risSame = true; }")
        bubble(page, TOWN).click()
        assert_town_is_marked(page, TOWN)
        page.locator(show_button(ACTOR)).click()
        assert_actor_is_marked(page, ACTOR)
        settle(page)
        assert len(sent) == before
        assert page.locator(SENTENCE).evaluate("(element) => element.risSame") is True
