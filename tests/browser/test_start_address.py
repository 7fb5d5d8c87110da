"""I5: the address alone holds the choices, in a fresh session, with Back, and across pages."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.harness import Server, settle
from tests.browser.reading import (
    LANGUAGES,
    Query,
    address,
    assert_shows,
    choose_place,
    chosen_in,
    guarded_page,
    label,
    load,
    option,
    widget,
    words,
)

EVERYTHING: Query = {
    "fas": ["ide", "utveckling"],
    "stod": ["radgivning", "motesplats"],
    "omrade": ["life_science", "digitalisering"],
    "plats": ["samverkan-region-10", "2480"],
    "satt": ["office", "digital"],
    "bredd": ["adjacent"],
    "q": ["umea"],
}


def pressed(page: Page, key: str) -> list[str]:
    return widget(page, key).locator("button[aria-pressed=true]").all_inner_texts()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_i5_a_link_restores_every_choice_and_the_language_in_a_fresh_session(
    browser: Browser, server: Server, lang: str
) -> None:
    with guarded_page(browser, server) as page:
        load(page, address(EVERYTHING), lang)
        assert_shows(page, EVERYTHING)
        assert page.locator("html").get_attribute("lang") == lang
        expect(page.locator("h1").first).to_have_text(words(lang)["page.start.title"])
        for key, kind in (("fas", "phases"), ("stod", "service_types"), ("satt", "delivery")):
            assert pressed(page, key) == [label(kind, ident, lang) for ident in EVERYTHING[key]]
        area = {ident: label("strength_areas", ident, lang) for ident in EVERYTHING["omrade"]}
        chosen = page.locator("[class*=st-key-omrade-] button[aria-pressed=true]")
        assert sorted(chosen.all_inner_texts()) == sorted(area.values())
        places = widget(page, "plats").locator("[data-tag]").all_inner_texts()
        assert len(places) == 2
        assert places[1] == "Umeå"
        assert widget(page, "q").locator("input").input_value() == "umea"
        assert widget(page, "bredd").locator("input").is_checked()
        # what is chosen must be seen: the folded part is open
        assert widget(page, "satt").is_visible()
        assert chosen_in(page.url) == EVERYTHING


def test_i5_several_values_may_stand_behind_one_key(browser: Browser, server: Server) -> None:
    with guarded_page(browser, server) as page:
        load(page, "/?fas=ide,vaxa&plats=2482,2481")
        assert_shows(page, {"fas": ["ide", "vaxa"], "plats": ["2482", "2481"]})


@pytest.mark.parametrize("lang", LANGUAGES)
def test_i5_what_means_nothing_is_left_out_with_a_notice(
    browser: Browser, server: Server, lang: str
) -> None:
    with guarded_page(browser, server) as page:
        load(page, "/?fas=ide,nope&plats=9999&zzz=1&stod=%3Cb%3E", lang)
        assert_shows(page, {"fas": ["ide"]})
        notice = page.locator(".ris-notice")
        expect(notice).to_have_count(1)
        before = words(lang)["filter.ignored"].split("{")[0]
        expect(notice).to_contain_text(before)
        for value in ("fas=nope", "plats=9999", "zzz=1", "stod=<b>"):
            expect(notice).to_contain_text(value)
        assert "nope" not in page.url
        assert notice.locator("b").count() == 0


def test_i5_an_unknown_language_is_swedish_and_is_said(browser: Browser, server: Server) -> None:
    with guarded_page(browser, server) as page:
        load(page, "/?lang=de&fas=vaxa")
        assert_shows(page, {"fas": ["vaxa"]})
        assert page.locator("html").get_attribute("lang") == "sv"
        expect(page.locator(".ris-notice")).to_contain_text("lang=de")


def test_i5_back_and_forward_restore_widgets_and_figures(browser: Browser, server: Server) -> None:
    steps: list[Query] = [
        {},
        {"fas": ["ide"]},
        {"fas": ["ide"], "plats": ["2481"]},
        {"fas": ["ide"], "plats": ["2481"], "q": ["umea"]},
    ]

    def assert_is_at(page: Page, query: Query) -> None:
        assert_shows(page, query)
        settle(page)
        assert chosen_in(page.url) == query
        assert pressed(page, "fas") == ([label("phases", "ide")] if "fas" in query else [])
        places = widget(page, "plats").locator("[data-tag]").all_inner_texts()
        assert places == (["Lycksele"] if "plats" in query else [])
        text = widget(page, "q").locator("input").input_value()
        assert text == ("umea" if "q" in query else "")

    with guarded_page(browser, server) as page:
        load(page, "/")
        option(page, "fas", label("phases", "ide")).click()
        assert_is_at(page, steps[1])
        choose_place(page, "Lycksele")
        assert_is_at(page, steps[2])
        widget(page, "q").locator("input").fill("umea")
        page.keyboard.press("Enter")
        assert_is_at(page, steps[3])
        for query in reversed(steps[:-1]):
            page.go_back()
            assert_is_at(page, query)
        for query in steps[1:]:
            page.go_forward()
            assert_is_at(page, query)


def test_i5_switching_to_another_page_and_back_keeps_the_choices(
    browser: Browser, server: Server
) -> None:
    query: Query = {"fas": ["ide"], "plats": ["2481"]}
    with guarded_page(browser, server) as page:
        load(page, address(query), "en")
        for there, back in (("footer.method", "nav.start"), ("footer.contact", "product.name")):
            page.locator(".st-key-ris-footer").get_by_text(words("en")[there]).click()
            title = words("en")[there.replace("footer", "page") + ".title"]
            expect(page.locator("h1").first).to_have_text(title)
            settle(page)
            page.locator(".st-key-ris-top").get_by_text(words("en")[back]).click()
            expect(page.locator("h1").first).to_have_text(words("en")["page.start.title"])
            assert_shows(page, query)
            assert pressed(page, "fas") == [label("phases", "ide", "en")]
            settle(page)
            assert chosen_in(page.url) == query


def test_i5_the_way_to_an_actor_and_back_keeps_the_choices(
    browser: Browser, server: Server
) -> None:
    query: Query = {"fas": ["ide"], "plats": ["2481"]}
    with guarded_page(browser, server) as page:
        load(page, address(query))
        link = page.locator(".ris-card h4 a").first
        name = link.inner_text()
        link.click()
        expect(page.locator("h1").first).to_have_text(name)
        settle(page)
        page.go_back()
        expect(page.locator("h1").first).to_have_text(words("sv")["page.start.title"])
        assert_shows(page, query)
        link.click()
        expect(page.locator("h1").first).to_have_text(name)
        settle(page)
        page.get_by_role("link", name=words("sv")["page.actor.back"]).click()
        expect(page.locator("h1").first).to_have_text(words("sv")["page.start.title"])
        assert_shows(page, query)


def test_i5_two_sessions_do_not_see_each_others_choices(browser: Browser, server: Server) -> None:
    with guarded_page(browser, server) as one, guarded_page(browser, server) as two:
        load(one, "/?fas=ide")
        load(two, "/?fas=vaxa", "en")
        option(one, "stod", label("service_types", "motesplats")).click()
        assert_shows(one, {"fas": ["ide"], "stod": ["motesplats"]})
        assert_shows(two, {"fas": ["vaxa"]})
        assert two.locator("html").get_attribute("lang") == "en"
