"""Tänk om in a real browser: from a gap to a printed plan, by mouse, keyboard and on a phone."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.harness import layout_shift, map_frame, settle
from tests.browser.reading import go, switch_language

PATH = "/tankom"
PLAN = f"{PATH}?oppna=vilhelmina:radgivning:ide"
GAP = "/tackning?fas=ide&stod=radgivning"
OPENED = {"oppna": ["vilhelmina:radgivning:ide"]}
NO_PRINTER = "() => { window.print = () => { window.risPrinted = (window.risPrinted ?? 0) + 1; } }"
MAIN = "[data-testid=stMain]"
FILES = {"png": b"\x89PNG", "svg": b"<svg", "xlsx": b"PK", "csv": b"Area"}


def query(page: Page) -> dict[str, list[str]]:
    """Give the address without the language."""
    found = parse_qs(urlsplit(page.url).query)
    found.pop("lang", None)
    return found


def headline(page: Page, words: str) -> None:
    """Wait for what the page says, and for the rest of it."""
    expect(page.locator("h1")).to_contain_text(words)
    settle(page)


def paper_pages(page: Page) -> int:
    return len(re.findall(rb"/Type\s*/Page(?![a-zA-Z])", page.pdf(format="A4")))


def test_X1_to_X11_a_plan_with_its_map_and_files_in_both_languages(
    open_page: OpenPage, axe: Callable[[Page], None]
) -> None:
    """The guard of the page fixture also holds X1: no request to another host, no error."""
    page = open_page(f"{PLAN}&stang=coompanion-vasterbotten@lycksele&vy=skillnad")
    assert layout_shift(page) <= 0.1
    assert page.locator(MAIN).evaluate("(main) => main.scrollHeight") <= 3500

    frame = map_frame(page)  # X2, X5: it stands alone, and its markers are named
    box = page.locator(".st-key-siting-map iframe").bounding_box()
    assert box
    assert box["height"] > 200
    assert frame.locator("path[data-municipality]").count() == 15
    for marker in frame.locator("[data-town]").all():
        seen = marker.evaluate("(e) => e.querySelector('svg text')?.textContent ?? ''")
        name = marker.get_attribute("aria-label") or ""
        assert name.startswith("" if seen == "+" else seen)
        assert marker.get_attribute("role") == "button"
    text = page.locator(MAIN).inner_text()  # X6
    assert not re.search(r"(?<![\w.,:/-])\d+\.\d+(?![\w.])", text)
    assert not re.search(r"(?<![\w./:-])(?!20\d\d)\d{4,}(?![\w/:-])", text)

    sent: list[object] = []  # X8: hovering asks the server nothing
    session = page.context.new_cdp_session(page)
    session.on("Network.webSocketFrameSent", lambda event: sent.append(event))  # noqa: PLW0108 - Playwright cannot mark a built-in
    session.send("Network.enable")
    for code in ("2422", "2421"):
        frame.locator(f"path[data-municipality='{code}']").hover(
            force=True
        )  # a marker may lie there
    assert sent == []

    for lang, title in (
        ("sv", "Minuter kortare eller längre"),
        ("en", "Minutes nearer or farther"),
    ):
        if lang == "en":
            switch_language(page, "sv")
            page.wait_for_function("() => document.documentElement.lang === 'en'")
            settle(page)
        axe(page)
        assert map_frame(page).evaluate("document.documentElement.lang") == lang
        frame_title = page.locator(".st-key-siting-map iframe").get_attribute("title") or ""
        assert title in frame_title

    # in the language that is shown now
    page.locator(".st-key-siting-files").get_by_role("button").click()
    for name, begins in FILES.items():
        with page.expect_download() as download:
            page.locator(f".st-key-siting-file-{name} button").click()
        assert download.value.path().read_bytes().startswith(begins)
        assert download.value.suggested_filename.endswith(f".{name}")


def from_gap_to_plan(page: Page, act: Callable[[Locator], None]) -> None:
    """R4, R5: from a gap on Täckning to a printed plan, in at most six steps."""
    steps = list[Locator]()

    def step(what: Locator) -> None:
        steps.append(what)
        act(what)

    page.evaluate(NO_PRINTER)
    step(page.locator("a[href*='/tankom?']:visible", has_text="krävas").first)
    page.wait_for_url(re.compile(r"/tankom"))
    headline(page, "Vad skulle krävas?")
    step(page.get_by_role("button", name="Föreslå bästa plats"))
    expect(page.locator(".ris-w-best").first).to_contain_text("Bevisat bäst")
    settle(page)
    step(page.get_by_role("button", name="Lägg förslaget i planen").first)
    headline(page, "Med rådgivning i Vilhelmina når 68")
    assert query(page)["oppna"] == OPENED["oppna"]
    step(page.get_by_role("button", name="Skriv ut"))
    page.wait_for_function("() => window.risPrinted === 1")
    assert len(steps) <= 6
    assert paper_pages(page) == 2
    text = page.locator(".ris-w-paper").inner_text()
    for words in ("Så är det i dag", "Med planen", "Räkneexempel", "OpenStreetMap", page.url[-40:]):
        assert words in text
    act(page.get_by_role("button", name="Skriv ut"))
    page.wait_for_function("() => window.risPrinted === 2")


def test_R4_R5_from_a_gap_on_tackning_to_a_printed_plan_by_mouse_and_keyboard(
    open_page: OpenPage,
) -> None:
    page = open_page(GAP)

    def act(what: Locator) -> None:
        what.click(trial=True)  # nothing lies over it
        what.focus()
        page.keyboard.press("Enter")

    from_gap_to_plan(page, act)


def test_X4_X11_R4_R5_on_a_phone_the_map_comes_first_nothing_jumps_and_a_plan_is_made(
    open_page: OpenPage, phone: Page, axe: Callable[[Page], None]
) -> None:
    page = open_page(PLAN, page=phone)
    assert layout_shift(page) <= 0.1
    axe(page)
    main = page.locator(MAIN)
    assert main.evaluate("(e) => e.scrollHeight") <= 6000
    assert main.evaluate("(e) => e.scrollWidth - e.clientWidth") == 0
    box, plan = (page.locator(f".st-key-siting-{name}").bounding_box() for name in ("map", "plan"))
    assert box
    assert plan
    assert box["y"] < plan["y"]
    page.get_by_role("button", name=re.compile("^Ta bort")).tap()
    headline(page, "Vad skulle krävas?")
    go(page, GAP)
    settle(page)
    from_gap_to_plan(page, lambda what: what.tap())


def test_R4_a_plan_is_made_edited_printed_and_taken_back_by_keyboard_and_on_the_map(
    open_page: OpenPage,
) -> None:
    page = open_page(PATH)
    page.evaluate(NO_PRINTER)
    map_frame(page).locator("path[data-municipality='2462']").focus()
    page.keyboard.press("Enter")
    headline(page, "Med rådgivning i Vilhelmina")
    assert query(page) == OPENED
    planned = map_frame(page).locator("[data-town='planned-vilhelmina']")
    expect(planned).to_have_attribute("aria-label", re.compile("^Vilhelmina: planerat kontor"))
    page.get_by_role("button", name="Skriv ut").focus()
    page.keyboard.press("Enter")
    page.wait_for_function("() => window.risPrinted === 1")

    page.get_by_role("button", name="Ändra Öppna i Vilhelmina").click()
    page.get_by_role("combobox", name="Ort", exact=True).fill("Storuman")
    page.get_by_role("option", name="Storuman", exact=True).click()
    settle(page)
    page.get_by_role("button", name="Spara ändringen").click()
    headline(page, "Med rådgivning i Storuman")
    assert query(page) == {"oppna": ["storuman:radgivning:ide"]}
    page.get_by_role("button", name=re.compile("^Ta bort")).focus()
    page.keyboard.press("Enter")
    headline(page, "Vad skulle krävas?")

    frame = map_frame(page)
    frame.locator("[data-town='office-0']").first.wait_for()
    lycksele = frame.locator("[data-town]", has_text="1").first
    assert "Klicka för att stänga" in (lycksele.get_attribute("aria-label") or "")
    lycksele.click()
    headline(page, "Med planen når")
    assert "stang" in query(page)
    map_frame(page).locator("[data-town][aria-label*='Stängt i planen']").click()
    headline(page, "Vad skulle krävas?")
    assert query(page) == {}


def test_R5_R13_a_long_search_is_stopped_and_the_best_rounds_are_put_into_the_plan(
    open_page: OpenPage,
) -> None:
    page = open_page(f"{PATH}?antal=5&mal=tiondel")
    page.get_by_role("button", name="Föreslå bästa plats").click()
    # in one breath: both are drawn anew all the time, and a search may end before a second look
    page.wait_for_function(
        """() => {
          const stop = [...document.querySelectorAll('button')]
            .find((button) => button.innerText.startsWith('Stoppa'));
          if (!stop || !document.querySelector('[role=progressbar]')) return false;
          stop.click();
          return true;
        }"""
    )
    expect(page.locator(".ris-w-best").first).to_contain_text("slutade före beviset")
    expect(page.get_by_role("progressbar")).to_have_count(0)
    settle(page)

    go(page, f"{PATH}?bas=storuman&dagar=2")
    expect(page.locator(".ris-w-best").first).to_be_hidden()
    settle(page)
    page.get_by_text("Bästa besöksrundorna").click()
    page.get_by_role("button", name="Föreslå bästa rundor").click()
    rounds = page.locator(".st-key-siting-rounds .ris-w-best")
    expect(rounds).to_contain_text("Bevisat bäst")
    settle(page)
    page.locator(".st-key-siting-rounds-add button").click()
    expect(page.locator(".ris-w-side")).to_contain_text("Ett besök är inte ett kontor")
    settle(page)
    assert all(one.startswith("storuman:") for one in query(page)["besok"])
