"""Tänk om in a real browser: from a gap to a printed plan, by mouse, keyboard and on a phone."""

import re
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Hand
from tests.browser.harness import assert_accessible, map_frame, settle, sheets
from tests.browser.reading import WIDER, headed, load, query

PATH = "/tankom"
PLAN = f"{PATH}?oppna=vilhelmina:radgivning:ide"
GAP = "/tackning?fas=ide&stod=radgivning"
OPENED = {"oppna": ["vilhelmina:radgivning:ide"]}
EMPTY = re.compile(r"^Vad skulle krävas\?")
NO_PRINTER = "() => { window.print = () => { window.risPrinted = (window.risPrinted ?? 0) + 1; } }"
FILES = {"png": b"\x89PNG", "svg": b"<svg", "xlsx": b"PK", "csv": b"Municipality or group"}


def test_R12_X4_the_files_of_a_plan_are_in_the_pages_language(page: Page) -> None:
    page.emulate_media(color_scheme="dark", forced_colors="active")
    load(page, f"{PLAN}&stang=coompanion-vasterbotten@lycksele&vy=skillnad", "en")
    colours = "(all) => all.map((e) => getComputedStyle(e).backgroundColor)"
    assert len(set(page.locator(".ris-w-key i").evaluate_all(colours))) == 2  # before is not after
    page.emulate_media(forced_colors="none")
    page.locator(".st-key-siting-plan-tools button").first.click()
    expect(page.locator("[data-tag]").first).to_be_visible()
    assert_accessible(page)
    page.keyboard.press("Escape")
    page.locator(".st-key-siting-files").get_by_role("button").click()
    for name, begins in FILES.items():
        with page.expect_download() as download:
            page.locator(f".st-key-siting-file-{name} button").click()
        assert download.value.path().read_bytes().startswith(begins)
        assert re.fullmatch(rf".*-vilhelmina-.*\.{name}", download.value.suggested_filename)


def from_gap_to_plan(page: Page, act: Callable[[Locator], None]) -> None:
    """R4, R5: from a gap on Täckning to a printed plan, in at most six steps."""
    steps = list[Locator]()

    def step(what: Locator) -> None:
        steps.append(what)
        act(what)

    page.evaluate(NO_PRINTER)
    step(page.locator("a[href*='/tankom?']:visible", has_text="krävas").first)
    page.wait_for_url(re.compile(r"/tankom"))
    headed(page, EMPTY)
    step(page.get_by_role("button", name="Föreslå bästa plats"))
    expect(page.locator(".ris-w-best").first).to_contain_text("Bevisat bäst")
    settle(page)
    step(page.get_by_role("button", name="Lägg förslaget i planen").first)
    headed(page, re.compile("^Med rådgivning i Vilhelmina når 68"))
    assert query(page)["oppna"] == OPENED["oppna"]
    step(page.get_by_role("button", name="Skriv ut"))
    page.wait_for_function("() => window.risPrinted === 1")
    assert len(steps) <= 6
    assert sheets(page.pdf(format="A4")) == 2
    text = page.locator(".ris-w-paper").inner_text()
    for words in ("Så är det i dag", "Med planen", "Räkneexempel", "OpenStreetMap", page.url[-40:]):
        assert words in text
    act(page.get_by_role("button", name="Skriv ut"))
    page.wait_for_function("() => window.risPrinted === 2")


def test_R4_R5_from_a_gap_on_tackning_to_a_printed_plan(hand: Hand) -> None:
    page = load(hand.page, GAP)
    from_gap_to_plan(page, hand.press)
    if hand.is_touch:  # the map comes first
        top = "(e) => e.getBoundingClientRect().top"
        tops = [page.locator(f".st-key-siting-{name}").evaluate(top) for name in ("map", "plan")]
        assert tops == sorted(tops)
    page.set_viewport_size({"width": 672, "height": 950})
    page.emulate_media(media="print")
    assert page.locator("#paper :is(th, td)").evaluate_all(WIDER) == []


def test_R4_a_plan_is_made_and_taken_back_by_keyboard_and_on_the_map(page: Page) -> None:
    load(page, PATH)
    map_frame(page).locator("path[data-municipality='2462']").focus()
    page.keyboard.press("Enter")
    headed(page, re.compile("^Med rådgivning i Vilhelmina"))
    assert query(page) == OPENED
    expect(map_frame(page).locator("#say")).to_have_attribute("aria-live", "polite")
    planned = map_frame(page).locator("[data-town='planned-vilhelmina']")
    expect(planned).to_have_attribute("aria-label", re.compile("^Vilhelmina: planerat kontor"))
    page.get_by_role("button", name=re.compile("^Ta bort")).focus()
    page.keyboard.press("Enter")
    headed(page, EMPTY)
    expect(page.locator("#w-plan")).to_be_focused()  # the button went with the change

    frame = map_frame(page)
    frame.locator("[data-town='office-0']").first.wait_for()
    lycksele = frame.locator("[data-town]", has_text="1").first
    assert "Klicka för att stänga" in (lycksele.get_attribute("aria-label") or "")
    lycksele.press("Enter")
    headed(page, re.compile("^Med planen når"))
    assert "stang" in query(page)
    closed = map_frame(page).locator("[data-town][aria-label*='Stängt i planen']")
    expect(closed).to_be_focused()  # drawn anew, as closed
    closed.click()
    headed(page, EMPTY)
    assert query(page) == {}


def test_R5_a_long_search_is_stopped_with_the_best_so_far(page: Page) -> None:
    load(page, f"{PATH}?antal=5&mal=tiondel")
    page.get_by_role("button", name="Föreslå bästa plats").click()
    # in one breath: both are drawn anew all the time; on a slow machine the time is out before
    page.wait_for_function(
        """() => {
          const stop = [...document.querySelectorAll('button')]
            .find((button) => button.innerText.startsWith('Stoppa'));
          if (!stop || !document.querySelector('[role=progressbar]'))
            return document.querySelector('.ris-w-best');
          stop.click();
          return true;
        }"""
    )
    expect(page.locator(".ris-w-best").first).to_contain_text("slutade före beviset")
    expect(page.locator(".ris-w-best").first).to_contain_text("Bäst: ")
    expect(page.get_by_role("progressbar")).to_have_count(0)
