"""The page "Hitta stöd" as people use it: a phone, a keyboard, no map."""

import re
from base64 import b64decode
from html import unescape

from playwright.sync_api import Locator, Page, expect

from tests.browser.harness import (
    Guard,
    assert_accessible,
    count_messages,
    map_frame,
    settle,
    tab_to,
)
from tests.browser.reading import MAP, arrive, go, load, map_state, query, unfold

CARDS = ".ris-find-row"
FOLDS = ".st-key-ris-find-list [data-testid=stExpander] > details"
FIELD = "#ris-plats"
OPTION = "#ris-plats-list [role=option]"
LINE = ".st-key-ris-line-plats"


def pill(page: Page, name: str) -> Locator:
    return page.locator("[data-testid=stButtonGroup] button", has_text=name)


def fits_a_phone(page: Page) -> None:
    """I7: the answer in words comes before the map, the list after it; thumbs hit every button."""
    top = "(e) => e.getBoundingClientRect().top"
    tops = [page.locator(name).first.evaluate(top) for name in ("#svar", MAP, CARDS)]
    assert tops == sorted(tops)
    assert tops[1] < 1.5 * 740
    small = page.locator(".ris-button, .ris-chip, [data-testid=stButtonGroup] button").evaluate_all(
        "(all) => all.filter((e) => e.getClientRects().length && !e.closest('details'))"
        ".filter((e) => e.getBoundingClientRect().height < 44).map((e) => e.textContent)"
    )
    assert small == []


def test_I1_I7_K1_G8_three_presses_on_a_phone_lead_to_a_list_and_four_to_food(phone: Page) -> None:
    """I1: from the start page: the menu, the municipality, the phase."""
    page = load(phone, "/")
    page.locator(".ris-menu summary").tap()
    page.locator(".ris-menu details a", has_text="Hitta stöd").tap()
    arrive(page, "/hitta")
    page.locator(FIELD).fill("vilhelm")
    page.locator(OPTION).first.tap()
    arrive(page, "plats=2462")
    pill(page, "Jag har en idé").tap()
    arrive(page, "fas=ide")
    expect(page.locator("h1")).to_have_text("Tre vägar till hjälp i Vilhelmina")
    steps = page.locator(".ris-steps > li")
    expect(steps.first).to_contain_text("Vilhelmina kommun")
    expect(steps.last).to_contain_text("Coompanion Västerbotten")
    assert page.locator(CARDS).count() > 5
    # something visible says how many answers there are and where (I1, G8)
    expect(page.locator(".ris-see")).to_be_in_viewport()
    expect(page.locator(".ris-see")).to_contain_text(re.compile(r"Visa \d+\ssvar"))
    fits_a_phone(page)
    # Streamlit makes compact expanders pale, which axe does not see
    pale = "all => all.filter((e) => getComputedStyle(e).opacity !== '1').length"
    assert page.locator(f"{FOLDS} > summary, {FOLDS} > summary *").evaluate_all(pale) == 0
    for path in ("/hitta?plats=2480&fas=vaxa&grans=alla", "/hitta?plats=2462", "/hitta"):
        go(page, path)
        settle(page)
        fits_a_phone(page)
    page.locator("[data-testid=stMain]").evaluate("(all) => all.scrollTo(0, all.scrollHeight)")
    link = page.locator(".ris-footer a").last.bounding_box()
    bar = page.locator(".ris-see").bounding_box()
    assert link["y"] + link["height"] <= bar["y"]
    # G8, journey (a): four presses lead to the municipality's own and those who know food
    pill(page, "Livsmedel").tap()
    arrive(page, "omrade=livsmedel")
    page.locator(FIELD).tap()
    page.keyboard.type("vilhelmina")
    page.locator(OPTION).first.tap()
    arrive(page, "plats=2462")
    pill(page, "Jag har en idé").tap()
    arrive(page, "fas=ide.*omrade=livsmedel")
    expect(steps.first).to_contain_text("Vilhelmina kommun")
    expect(page.locator(".ris-group h2").first).to_contain_text("De kan livsmedel")
    assert page.locator(".ris-steps").bounding_box()["y"] < 844

    go(page, "/hitta?plats=2462")
    page.get_by_text("Jag vet inte").tap()
    expect(page.locator(".st-key-ris-find-guide").get_by_text("Nej").first).to_be_visible()
    settle(page)
    page.locator(".st-key-hitta-fler summary").tap()
    unfold(page)
    assert_accessible(page)


def answer_is_taken_along(page: Page) -> None:
    with page.expect_download() as download:
        page.get_by_role("button", name="Spara som fil").click()
    assert re.fullmatch(r"hitta-stod-\d{4}-\d\d-\d\d\.html", download.value.suggested_filename)
    saved = unescape(download.value.path().read_text(encoding="utf-8"))
    assert page.url.split("&lang")[0] in saved
    names = page.locator(f"{CARDS} .ris-row-head a").all_text_contents()
    assert all(name in saved for name in names)
    # on paper there is every entry and no control
    folds = page.locator(f"{FOLDS}:not([open])").count()
    page.evaluate("() => { window.print = () => { window.printed = true; }; }")
    page.locator("[data-ris-print]").click()
    page.wait_for_function("() => window.printed")
    assert saved.count("<article") == page.locator(CARDS).count() > len(names)
    unfolding = "(e) => Object.assign(e.style, { height: '45px', overflow: 'hidden' })"
    page.locator(FOLDS).first.evaluate(unfolding)  # so high is it when the paper is made
    page.emulate_media(media="print")
    assert page.locator("[data-ris-copy]").is_hidden()
    assert all(card.is_visible() for card in page.locator(CARDS).all())
    assert page.locator(FOLDS).first.evaluate(
        "(e) => e.scrollHeight <= e.offsetHeight && e.offsetHeight > 45"
    )
    page.emulate_media(media="null")
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    expect(page.locator(f"{FOLDS}:not([open])")).to_have_count(folds)


def answer_leads_on(page: Page) -> None:
    """X8: the map moves without a rerun, and the next phase comes without loading."""
    page.evaluate("window.risSame = true")
    sent, frame = count_messages(page), map_frame(page)
    frame.evaluate("map.panBy([60, 40], {animate: false}); map.setZoom(map.getZoom() + 1)")
    page.wait_for_timeout(1500)  # a rerun would start within the component's 250 ms delay
    assert sent == []
    page.locator(".ris-chain a", has_text="Utveckling").click()
    arrive(page, "plats=2462&fas=utveckling")
    assert page.evaluate("window.risSame")
    expect(page.locator(".ris-chain .is-here")).to_contain_text("Utveckling")
    # I5, G10: what has been chosen since the menu was drawn goes along to the other pages
    for name, there in (("Karta", "kommun=2462"), ("Täckning", "tackning.*plats=2462")):
        page.get_by_role("link", name=name, exact=True).click()
        arrive(page, there)
        assert query(page).items() >= {"fas": ["utveckling"], "omrade": ["livsmedel"]}.items()


def test_G2_X3_X8_an_answer_can_be_taken_back_and_along_and_leads_on(page: Page) -> None:
    load(page, "/hitta")
    heads = page.locator(":is(.st-key-ris-find-questions, .st-key-ris-find-list) h2")
    questions, answers = (heads.nth(n).bounding_box()["y"] for n in range(2))
    assert abs(questions - answers) < 2
    page.locator(FIELD).fill("sorsele")
    page.locator(OPTION).first.click()
    arrive(page, "plats=2422")
    pill(page, "Jag har en idé").click()
    arrive(page, "fas=ide")
    page.go_back()
    page.wait_for_function("() => !new URLSearchParams(location.search).has('fas')")
    settle(page)
    assert query(page)["plats"] == ["2422"]
    expect(page.locator(LINE)).to_contain_text("Sorsele kommun")

    go(page, "/hitta?plats=2462&fas=ide&omrade=livsmedel")
    arrive(page, "lang=sv")
    expect(page.locator(".ris-group h2").first).to_contain_text("De kan livsmedel")
    assert "din plats" in (page.locator(MAP).get_attribute("title") or "").lower()
    drawn = map_state(page)
    assert drawn["chosen"] == "2462"
    assert "min" in drawn["say"]
    answer_is_taken_along(page)
    answer_leads_on(page)


def test_K2_a_place_is_found_with_and_without_dots_and_on_the_map(page: Page) -> None:
    load(page, "/hitta?fas=ide")
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
        ("ÅSE", "Åsele kommun"),
        ("vilhelmina k", "Vilhelmina kommun"),
        ("saxnas", "Saxnäs, Vilhelmina kommun"),
    ):
        field.fill(typed)
        expect(options.first).to_have_text(found)
    page.keyboard.press("Enter")
    arrive(page, "plats=saxnas")
    expect(page.locator(LINE)).to_contain_text(found)
    assert query(page)["fas"] == ["ide"]
    assert list(query(page)) == ["plats", "fas"]

    map_frame(page).locator("path[aria-label^='Sorsele']").first.focus()
    page.keyboard.press("Enter")
    arrive(page, "plats=2422&fas=ide")
    expect(page.locator("h1")).to_contain_text("Sorsele")
    # a town on the map leads to who is there, also in a folded part
    for town in ("2481-lycksele", "2482-skelleftea"):
        map_frame(page).locator(f".ris-bubble[data-town='{town}']").press("Enter")
        expect(page.locator(f".ris-find-row[data-town='{town}'] a").first).to_be_focused()


def test_the_position_is_used_on_request_only_and_stays_in_the_browser(page: Page) -> None:
    load(page, "/hitta")
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
    arrive(page, "plats=saxnas")
    expect(page.locator(LINE)).to_contain_text("Saxnäs")
    assert any("saxnas" in text for text in sent)
    assert not any(re.search(r"64\.95|15\.69|59\.33|18\.07", text) for text in [*sent, page.url])


def test_I6_the_whole_journey_by_keyboard_with_the_map_blocked(page: Page, guard: Guard) -> None:
    guard.allow("ERR_FAILED|Failed to (load|fetch)|[Cc]omponent")
    page.route("**/component/**", lambda route: route.abort())
    page.goto("/")
    page.wait_for_selector(".ris-menu a")
    settle(page, maps=False)
    told = page.frame_locator("[class*=st-key-map-] iframe").get_by_role("heading")
    expect(told).to_contain_text("Kartan kunde inte hämtas.")
    # from the page's very first stop: where a fresh page's focus begins is the browser's affair
    page.locator("[data-testid=stSkipToContent]").focus()
    tab_to(page.locator("a[href*='hitta']"), most=10)
    page.keyboard.press("Enter")
    page.wait_for_selector(FIELD)
    page.wait_for_selector(CARDS)
    settle(page, maps=False)
    # who follows a link stands at the new page's heading, and the first question comes next
    assert page.evaluate("document.activeElement.className") == "ris-title"
    tab_to(page.locator(FIELD), most=60)
    page.keyboard.type("vilhelmina")
    page.keyboard.press("ArrowDown")
    active = page.locator(FIELD).get_attribute("aria-activedescendant")
    assert page.locator(f"#{active}").get_attribute("aria-selected") == "true"
    page.keyboard.press("Enter")
    arrive(page, "plats=2462", maps=False)
    # the next question is where one stands
    page.wait_for_function("() => document.activeElement.closest('.st-key-hitta-fas') !== null")
    page.keyboard.press("Space")
    arrive(page, "fas=ide", maps=False)
    expect(page.locator(".ris-steps > li").first).to_contain_text("Vilhelmina kommun")
    expect(page.locator("#svar")).to_be_focused()
    # what is pressed goes away, the focus stays with its question
    page.get_by_role("button", name="Ändra fas").press("Enter")
    expect(pill(page, "Jag har en idé")).to_be_focused()
    pill(page, "Jag bygger").press("Space")
    expect(page.get_by_role("button", name="Ändra fas")).to_be_focused()
    arrive(page, "fas=utveckling", maps=False)
    page.go_back()
    arrive(page, "fas=ide", maps=False)
    page.locator("#svar").focus()
    tab_to(page.locator(f"{CARDS} .ris-row-head a"))
    tab_to(page.locator(f"{CARDS} .ris-find-detail summary"))
    page.keyboard.press("Enter")
    expect(page.locator(f"{CARDS} .ris-find-detail").first).to_have_attribute("open", "")
    tab_to(page.locator(f"{CARDS} .ris-links a[href^='mailto:']"))
    tab_to(page.locator(f"{FOLDS} > summary"))
    page.keyboard.press("Enter")
    expect(page.locator(f"{FOLDS} {CARDS}").first).to_be_visible()
    tab_to(page.locator("[data-ris-copy]"), most=200)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.keyboard.press("Enter")
    expect(page.locator(".ris-share-status")).to_have_text("Länken är kopierad.")
    assert page.evaluate("navigator.clipboard.readText()") == page.url
