"""The page "Hitta stöd" as people use it: a phone, a keyboard, no map; X1-X9 for this page."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Callable, Iterator
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.guard import Guard
from tests.browser.harness import Server, map_frame, settle, stands_still
from tests.browser.reading import MAP, go, guarded_page, load

CARDS = ".ris-find-row"
FIELD = "#ris-plats"
OPTION = "#ris-plats-list [role=option]"
LINE = ".st-key-ris-line-plats"
PATH = "/hitta?plats=2462&fas=ide"
LONGEST = "/hitta?plats=2480&fas=vaxa&grans=alla"


def query(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def wait_for_query(page: Page, **wanted: str) -> None:
    for key, value in wanted.items():
        page.wait_for_function(
            "([key, value]) => new URLSearchParams(location.search).get(key) === value",
            arg=[key, value],
        )
    settle(page)


def pill(page: Page, name: str) -> Locator:
    return page.locator("[data-testid=stButtonGroup] button", has_text=name)


def tab_to(page: Page, what: str, *, most: int = 80) -> None:
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("(what) => document.activeElement.matches(what)", what):
            return
    raise AssertionError(f"{most} presses of Tab do not reach {what}")


def fits_a_phone(page: Page) -> None:
    """I7, K1: nothing is wider, the answer in words comes before the map, and the map is near."""
    wide = page.evaluate(
        "() => { const m = document.querySelector('[data-testid=stMain]'); m.scrollTo(0, 0);"
        " return [document.documentElement.scrollWidth, m.scrollWidth - m.clientWidth,"
        " m.scrollHeight]; }"
    )
    assert wide[0] <= 360
    assert wide[1] <= 0
    assert wide[2] <= 6000
    page.set_viewport_size({"width": 390, "height": 844})
    settle(page)
    top = "(e) => e.getBoundingClientRect().top"
    steps, frame, first = (
        page.locator(name).first.evaluate(top) for name in (".ris-steps", MAP, CARDS)
    )
    assert steps <= frame < first
    assert frame < 1.5 * 844
    small = page.locator(".ris-button, .ris-chip, [data-testid=stButtonGroup] button").evaluate_all(
        "(all) => all.filter((e) => e.getClientRects().length && !e.closest('details'))"
        ".filter((e) => e.getBoundingClientRect().height < 44).map((e) => e.textContent)"
    )
    assert small == []
    page.set_viewport_size({"width": 360, "height": 740})
    settle(page)


def map_is_named(page: Page, title: str) -> None:
    """X3, X5: the frame says what it shows, and whatever takes the focus in it has a name."""
    assert title in (page.locator(MAP).get_attribute("title") or "").lower()
    nameless = map_frame(page).evaluate(
        """() => [...document.querySelectorAll('a[href], button, [tabindex]')]
          .filter((e) => e.tabIndex >= 0 && e.getClientRects().length
            && !(e.getAttribute('aria-label') || e.textContent.trim()))
          .map((e) => e.outerHTML)"""
    )
    assert nameless == []


def idea_in_food(page: Page, press: Callable[[Locator], None]) -> None:
    """G8, journey (a): four presses lead to the municipality's own and those who know food."""
    press(pill(page, "Livsmedel"))
    wait_for_query(page, omrade="livsmedel")
    press(page.locator(FIELD))
    page.keyboard.type("vilhelmina")
    press(page.locator(OPTION).first)
    wait_for_query(page, plats="2462")
    press(pill(page, "Jag har en idé"))
    wait_for_query(page, fas="ide", omrade="livsmedel")
    expect(page.locator(".ris-steps > li").first).to_contain_text("Vilhelmina kommun")
    expect(page.locator(".ris-group h2").first).to_contain_text("De kan livsmedel")
    top = page.locator(".ris-steps").bounding_box()
    assert top
    assert top["y"] < 844


# ---- I1, I7: a phone


def test_I1_I7_K1_G8_three_presses_on_a_phone_lead_to_a_list_and_four_to_food(
    open_page: OpenPage, phone: Page
) -> None:
    """I1: from the start page: the menu, the municipality, the phase."""
    page = open_page("/", page=phone)
    page.locator(".ris-menu summary").tap()
    page.locator(".ris-menu details a", has_text="Hitta stöd").tap()
    page.wait_for_url("**/hitta*")
    settle(page)
    page.locator(FIELD).fill("vilhelm")
    page.locator(OPTION).first.tap()
    wait_for_query(page, plats="2462")
    pill(page, "Jag har en idé").tap()
    wait_for_query(page, fas="ide")
    steps = page.locator(".ris-steps > li")
    expect(steps.first).to_contain_text("Vilhelmina kommun")
    expect(steps.last).to_contain_text("Coompanion Västerbotten")
    assert page.locator(CARDS).count() > 5
    # something visible says how many answers there are and where (I1, G8)
    expect(page.locator(".ris-see")).to_be_in_viewport()
    expect(page.locator(".ris-see")).to_contain_text(re.compile(r"Visa \d+ svar"))
    fits_a_phone(page)
    for path in (LONGEST, "/hitta"):
        go(page, path)
        settle(page)
        fits_a_phone(page)
    idea_in_food(page, lambda target: target.tap())


def test_I7_K1_X4_the_short_questions_on_a_phone_and_no_faults_with_everything_open(
    open_page: OpenPage, axe: Callable[[Page], None], phone: Page
) -> None:
    page = open_page("/hitta?plats=2462", page=phone)
    fits_a_phone(page)
    page.get_by_text("Jag vet inte").tap()
    settle(page)
    page.locator("[data-testid=stExpander] summary").tap()
    page.evaluate(
        "document.querySelectorAll('details').forEach((e) => { e.open = !e.closest('.ris-menu'); })"
    )
    axe(page)
    guide = page.locator(".st-key-ris-find-guide")
    guide.get_by_text("Nej").first.tap()
    settle(page)
    guide.get_by_text("Nej").last.tap()
    wait_for_query(page, fas="ide")
    expect(page.locator(".ris-notice")).to_contain_text("idé")


# ---- the search for a place, by mouse and keyboard


def test_G8_an_idea_in_food_takes_four_keys_and_back_takes_back_a_choice(
    open_page: OpenPage,
) -> None:
    page = open_page("/hitta")
    page.locator(FIELD).fill("sorsele")
    page.locator(OPTION).first.click()
    wait_for_query(page, plats="2422")
    pill(page, "Jag har en idé").click()
    wait_for_query(page, fas="ide")
    page.go_back()
    page.wait_for_function("() => !new URLSearchParams(location.search).has('fas')")
    settle(page)
    assert query(page)["plats"] == ["2422"]
    expect(page.locator(LINE)).to_contain_text("Sorsele kommun")

    def press(target: Locator) -> None:
        target.click(trial=True)  # nothing lies over it
        if target.get_attribute("role") == "option":
            page.keyboard.press("ArrowDown")
        else:
            target.focus()
        page.keyboard.press("Enter")

    go(page, "/hitta")
    expect(page.locator(FIELD)).to_be_visible()
    settle(page)
    idea_in_food(page, press)


def test_K2_a_place_is_found_with_and_without_dots_and_on_the_map(open_page: OpenPage) -> None:
    page = open_page("/hitta?fas=ide")
    field, options = page.locator(FIELD), page.locator(OPTION)
    field.fill("Atlantis")  # no place: answered in words
    expect(page.locator("#ris-plats-status")).to_contain_text("stämmer")
    expect(field).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("Enter")
    settle(page)
    assert "plats" not in query(page)

    field.fill("ume")
    expect(options.first).to_be_visible()
    page.keyboard.press("Escape")
    expect(options.first).to_be_hidden()
    page.keyboard.press("ArrowUp")
    expect(options.first).to_be_visible()
    page.locator("#ris-sok").focus()
    expect(options.first).to_be_hidden()

    for typed, found in (
        ("saxnas", "Saxnäs, Vilhelmina kommun"),
        ("asele", "Åsele kommun"),
        ("ÅSE", "Åsele kommun"),
        ("vilhelmina k", "Vilhelmina kommun"),
        ("Saxnäs", "Saxnäs, Vilhelmina kommun"),
    ):
        field.fill(typed)
        expect(options.first).to_have_text(found)
    page.keyboard.press("Enter")
    wait_for_query(page, plats="saxnas")
    expect(page.locator(LINE)).to_contain_text(found)
    assert query(page)["fas"] == ["ide"]
    assert list(query(page)) == ["plats", "fas", "lang"]

    map_frame(page).locator("[role=button][aria-label^='Sorsele']").first.focus()
    page.keyboard.press("Enter")
    wait_for_query(page, plats="2422", fas="ide")
    expect(page.locator("h1")).to_contain_text("Sorsele")


def test_the_position_is_used_on_request_only_and_stays_in_the_browser(open_page: OpenPage) -> None:
    page = open_page("/hitta")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url + (request.post_data or "")))
    session = page.context.new_cdp_session(page)
    session.on(
        "Network.webSocketFrameSent",
        lambda event: sent.append(repr(b64decode(event["response"]["payloadData"]))),
    )
    session.send("Network.enable")
    status = page.locator("#ris-plats-status")
    button = page.get_by_role("button", name="Använd min position")

    def is_answered_in_words(said: str) -> None:
        button.click()
        expect(status).to_contain_text(said)
        assert "plats" not in query(page)

    page.context.grant_permissions([])
    is_answered_in_words("Skriv orten i stället")
    # Stockholm, once; the browser itself would go on giving what it has found
    page.evaluate(
        """() => { const where = navigator.geolocation;
          where.getCurrentPosition = (found) => { delete where.getCurrentPosition;
            found({ coords: { latitude: 59.33, longitude: 18.07 } }); }; }"""
    )
    is_answered_in_words("långt från")
    page.context.grant_permissions(["geolocation"])
    page.context.set_geolocation({"latitude": 64.9512, "longitude": 15.6934})
    button.click()
    wait_for_query(page, plats="saxnas")
    expect(page.locator(LINE)).to_contain_text("Saxnäs")
    assert any("saxnas" in text for text in sent)
    assert not any(re.search(r"64\.95|15\.69|59\.33|18\.07", text) for text in [*sent, page.url])


# ---- I6: keyboard only, map blocked


def test_I6_the_whole_journey_by_keyboard_with_the_map_blocked(
    open_page: OpenPage, page: Page, guard: Guard
) -> None:
    guard.allow("ERR_FAILED|Failed to (load|fetch)|[Cc]omponent")
    page.route("**/component/**", lambda route: route.abort())
    page.goto("/")
    page.wait_for_selector(".ris-menu a")
    settle(page, maps=False)
    # from the page's very first stop: where a fresh page's focus begins is the browser's affair
    page.locator("[data-testid=stSkipToContent]").focus()
    tab_to(page, "a[href*='hitta']", most=10)
    page.keyboard.press("Enter")
    page.wait_for_selector(FIELD)
    page.wait_for_selector(CARDS)
    settle(page, maps=False)
    # who follows a link stands at the new page's heading, and the first question comes next
    assert page.evaluate("document.activeElement.className") == "ris-title"
    tab_to(page, FIELD, most=60)
    page.keyboard.type("vilhelmina")
    page.keyboard.press("ArrowDown")
    active = page.locator(FIELD).get_attribute("aria-activedescendant")
    assert page.locator(f"#{active}").get_attribute("aria-selected") == "true"
    page.keyboard.press("Enter")
    _address_has(page, "plats", "2462")
    # the next question is where one stands
    page.wait_for_function("() => document.activeElement.closest('.st-key-hitta-fas') !== null")
    page.keyboard.press("Space")
    _address_has(page, "fas", "ide")
    expect(page.locator(".ris-steps > li").first).to_contain_text("Vilhelmina kommun")
    tab_to(page, f"{CARDS} .ris-row-head a")
    tab_to(page, f"{CARDS} .ris-find-detail summary")
    page.keyboard.press("Enter")
    expect(page.locator(f"{CARDS} .ris-find-detail").first).to_have_attribute("open", "")
    tab_to(page, f"{CARDS} .ris-links a[href^='mailto:']")
    tab_to(page, ".ris-rest > summary")
    page.keyboard.press("Enter")
    tab_to(page, "[data-ris-copy]", most=200)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.keyboard.press("Enter")
    expect(page.locator(".ris-share-status")).to_have_text("Länken är kopierad.")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == page.url
    assert open_page  # the desktop page is the one that this test drives


def _address_has(page: Page, key: str, value: str) -> None:
    page.wait_for_function(
        "([key, value]) => new URLSearchParams(location.search).get(key) === value",
        arg=[key, value],
    )
    settle(page, maps=False)


# ---- one answer and the ways to take it along


@pytest.fixture(scope="module")
def answer(browser: Browser, server: Server) -> Iterator[Page]:
    """One answer on a desktop, loaded once for all who look at it; nothing goes wrong (X1)."""
    with guarded_page(browser, server) as page:
        yield load(page, f"{PATH}&omrade=livsmedel")


def test_X3_X4_X5_X11_the_answer_is_short_and_still_and_axe_finds_nothing(
    answer: Page, axe: Callable[[Page], None]
) -> None:
    assert stands_still(answer)
    assert answer.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight") <= 3500
    axe(answer)
    map_is_named(answer, "din plats")


def test_G2_the_map_outlines_the_municipality_and_draws_the_way(answer: Page) -> None:
    state = map_frame(answer).evaluate("() => window.risState()")
    assert state["chosen"] == "2462"
    assert "min" in state["say"]


def test_I8_each_entry_opens_a_message_with_its_id(answer: Page) -> None:
    for card in answer.locator(CARDS).all():
        link = card.locator("a[href^='mailto:']")
        href = unquote(link.get_attribute("href") or "")
        assert f"({card.get_attribute('data-actor')})" in href


def test_the_saved_file_stands_alone(answer: Page) -> None:
    with answer.expect_download() as download:
        answer.get_by_role("button", name="Spara som fil").click()
    assert re.fullmatch(r"hitta-stod-\d{4}-\d\d-\d\d\.html", download.value.suggested_filename)
    html = download.value.path().read_text(encoding="utf-8")
    assert answer.url.split("&lang")[0] in html.replace("&amp;", "&")
    names = answer.locator(f"{CARDS} .ris-row-head a").all_text_contents()
    alone = answer.context.new_page()
    requested: list[str] = []
    alone.on("request", lambda request: requested.append(request.url))
    alone.set_content(html)
    shown = alone.locator("article h3").all_text_contents()
    alone.close()
    assert sorted(shown) == sorted(names)
    assert requested == []


def test_print_shows_every_entry_and_no_controls(answer: Page) -> None:
    answer.evaluate("window.print = () => { window.printed = true; }")
    answer.locator("[data-ris-print]").click()
    assert answer.evaluate("window.printed")
    answer.emulate_media(media="print")
    assert answer.locator("[data-ris-copy]").is_hidden()
    hidden = answer.locator(CARDS).evaluate_all(
        "(all) => all.filter((e) => !e.getClientRects().length).length"
    )
    answer.emulate_media(media="null")
    assert hidden == 0
    answer.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert answer.locator("details.ris-rest[open]").count() == 0


def test_X8_the_map_moves_without_a_rerun_and_the_way_onward_without_loading(answer: Page) -> None:
    answer.evaluate(
        """() => {
          window.runs = 0;
          const app = document.querySelector('[data-testid=stApp]');
          new MutationObserver(() => {
            if (app.dataset.testScriptState === 'running') window.runs += 1;
          }).observe(app, {attributes: true, attributeFilter: ['data-test-script-state']});
        }"""
    )
    map_frame(answer).evaluate(
        "() => { map.panBy([60, 40], {animate: false}); map.setZoom(map.getZoom() + 1); }"
    )
    answer.wait_for_timeout(1500)  # a rerun would start within the component's 250 ms delay
    assert answer.evaluate("window.runs") == 0
    answer.locator(".ris-chain a", has_text="Utveckling").click()
    wait_for_query(answer, fas="utveckling", plats="2462")
    assert answer.evaluate("window.runs") > 0  # the same document
    expect(answer.locator(".ris-chain .is-here")).to_contain_text("Utveckling")


def test_I5_X3_X4_X5_the_address_alone_restores_it_in_both_languages(
    open_page: OpenPage, axe: Callable[[Page], None]
) -> None:
    path = "/hitta?plats=saxnas&fas=utveckling&stod=finansiering&omrade=livsmedel&grans=90"
    page = open_page(path)
    swedish = page.locator(CARDS).evaluate_all("(all) => all.map((e) => e.id)")
    expect(page.locator(LINE)).to_contain_text("Saxnäs, Vilhelmina kommun")
    page.get_by_role("link", name="In English").click()
    page.wait_for_function("() => document.documentElement.lang === 'en'")
    settle(page)
    assert page.locator(CARDS).evaluate_all("(all) => all.map((e) => e.id)") == swedish
    expect(page.locator(LINE)).to_contain_text("Vilhelmina municipality")
    assert query(page) == {**parse_qs(urlsplit(path).query), "lang": ["en"]}
    axe(page)
    map_is_named(page, "your place")
