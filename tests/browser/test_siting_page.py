"""Tänk om in a real browser: from a gap to a printed plan, by mouse, keyboard and on a phone."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.harness import map_frame, settle

PATH = "/tankom"
PLAN = f"{PATH}?oppna=vilhelmina:radgivning:ide"
OPENED = {"oppna": ["vilhelmina:radgivning:ide"]}
NO_PRINTER = "window.print = () => { window.risPrinted = (window.risPrinted ?? 0) + 1; }"
SHIFTS = """window.risShift = 0;
  new PerformanceObserver((list) => list.getEntries().forEach((e) => {
  if (!e.hadRecentInput) window.risShift += e.value;
})).observe({type: 'layout-shift', buffered: true});"""


def query(page: Page) -> dict[str, list[str]]:
    """Give the address without the language."""
    found = parse_qs(urlsplit(page.url).query)
    found.pop("lang", None)
    return found


def headline(page: Page, words: str) -> None:
    """Wait for what the page says."""
    expect(page.locator("h1")).to_contain_text(words)


def paper_pages(page: Page) -> int:
    return len(re.findall(rb"/Type\s*/Page(?![a-zA-Z])", page.pdf(format="A4")))


@pytest.mark.parametrize("lang", ["sv", "en"])
@pytest.mark.parametrize("path", [f"{PLAN}&stang=coompanion-vasterbotten@lycksele&vy=skillnad"])
def test_X4_X3_axe_finds_nothing_and_page_and_frame_have_language_and_title(
    open_page: OpenPage, axe: Callable[[Page], None], path: str, lang: str
) -> None:
    """The guard of the page fixture also holds X1: no request to another host, no error."""
    page = open_page(path, lang)
    axe(page)
    assert page.locator("html").get_attribute("lang") == lang
    assert map_frame(page).evaluate("document.documentElement.lang") == lang
    title = page.locator(".st-key-siting-map iframe").get_attribute("title") or ""
    assert {"sv": "Minuter kortare eller längre", "en": "Minutes nearer or farther"}[lang] in title


@pytest.mark.parametrize("way", ["mouse", "keyboard", "phone"])
def test_R4_R5_from_a_gap_on_tackning_to_a_printed_plan_in_six_clicks(
    open_page: OpenPage, request: pytest.FixtureRequest, way: str
) -> None:
    page: Page = request.getfixturevalue("phone" if way == "phone" else "page")
    page.add_init_script(NO_PRINTER)
    steps = list[Locator]()

    def act(what: Locator) -> None:
        steps.append(what)
        if way == "keyboard":
            what.focus()
            page.keyboard.press("Enter")
        else:
            what.tap() if way == "phone" else what.click()

    open_page("/tackning?fas=ide&stod=radgivning", page=page)
    act(page.locator("a[href*='/tankom?']:visible", has_text="krävas").first)
    page.wait_for_url(re.compile(r"/tankom"))
    settle(page)
    headline(page, "Vad skulle krävas?")
    act(page.get_by_role("button", name="Föreslå bästa plats"))
    expect(page.locator(".ris-w-best").first).to_contain_text("Bevisat bäst")
    settle(page)
    act(page.get_by_role("button", name="Lägg förslaget i planen").first)
    headline(page, "Med rådgivning i Vilhelmina når 68")
    settle(page)
    assert query(page)["oppna"] == OPENED["oppna"]
    act(page.get_by_role("button", name="Skriv ut"))
    page.wait_for_function("() => window.risPrinted === 1")
    assert len(steps) <= 6
    assert paper_pages(page) == 2
    text = page.locator(".ris-w-paper").inner_text()
    for words in ("Så är det i dag", "Med planen", "Räkneexempel", "OpenStreetMap", page.url[-40:]):
        assert words in text
    act(page.get_by_role("button", name="Skriv ut"))
    page.wait_for_function("() => window.risPrinted === 2")


def test_R4_the_map_is_clicked_to_open_close_and_take_back(open_page: OpenPage) -> None:
    page = open_page(PATH)
    frame = map_frame(page)
    frame.locator("[data-town='office-0']").first.wait_for()
    lycksele = frame.locator("[data-town]", has_text="1").first
    assert "Klicka för att stänga" in (lycksele.get_attribute("aria-label") or "")
    lycksele.click()
    headline(page, "Med planen når")
    settle(page)
    assert "stang" in query(page)
    lycksele = map_frame(page).locator("[data-town][aria-label*='Stängt i planen']")
    lycksele.click()
    headline(page, "Vad skulle krävas?")
    settle(page)
    assert query(page) == {}


def test_R4_by_keyboard_a_municipality_is_opened_and_the_plan_printed(
    open_page: OpenPage, page: Page
) -> None:
    page.add_init_script(NO_PRINTER)
    open_page(PATH)
    map_frame(page).locator("path[data-municipality='2462']").focus()
    page.keyboard.press("Enter")
    headline(page, "Med rådgivning i Vilhelmina")
    settle(page)
    assert query(page) == OPENED
    planned = map_frame(page).locator("[data-town='planned-vilhelmina']")
    expect(planned).to_have_attribute("aria-label", re.compile("^Vilhelmina: planerat kontor"))
    page.get_by_role("button", name="Skriv ut").focus()
    page.keyboard.press("Enter")
    page.wait_for_function("() => window.risPrinted === 1")
    page.get_by_role("button", name=re.compile("^Ta bort")).focus()
    page.keyboard.press("Enter")
    headline(page, "Vad skulle krävas?")


def test_R4_a_change_in_the_plan_is_edited_where_it_stands(open_page: OpenPage) -> None:
    page = open_page(PLAN)
    page.get_by_role("button", name="Ändra Öppna i Vilhelmina").click()
    page.get_by_role("combobox", name="Ort", exact=True).fill("Storuman")
    page.get_by_role("option", name="Storuman", exact=True).click()
    settle(page)
    page.get_by_role("button", name="Spara ändringen").click()
    headline(page, "Med rådgivning i Storuman")
    settle(page)
    assert query(page) == {"oppna": ["storuman:radgivning:ide"]}


def test_R5_a_long_search_shows_how_far_it_is_and_is_stopped(open_page: OpenPage) -> None:
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


def test_R13_the_best_rounds_are_put_into_the_plan(open_page: OpenPage) -> None:
    page = open_page(f"{PATH}?bas=storuman&dagar=2")
    page.get_by_text("Bästa besöksrundorna").click()
    page.get_by_role("button", name="Föreslå bästa rundor").click()
    rounds = page.locator(".st-key-siting-rounds .ris-w-best")
    expect(rounds).to_contain_text("Bevisat bäst")
    settle(page)
    page.locator(".st-key-siting-rounds-add button").click()
    expect(page.locator(".ris-w-side")).to_contain_text("Ett besök är inte ett kontor")
    settle(page)
    assert all(one.startswith("storuman:") for one in query(page)["besok"])


def test_X4_X11_on_a_phone_the_map_comes_first_nothing_jumps_and_the_plan_is_changed(
    open_page: OpenPage, phone: Page, axe: Callable[[Page], None]
) -> None:
    phone.add_init_script(SHIFTS)
    page = open_page(PLAN, page=phone)
    axe(page)
    assert page.evaluate("window.risShift") <= 0.1
    main = page.locator("[data-testid=stMain]")
    assert main.evaluate("(e) => e.scrollHeight") <= 6000
    assert main.evaluate("(e) => e.scrollWidth - e.clientWidth") == 0
    box, plan = (page.locator(f".st-key-siting-{name}").bounding_box() for name in ("map", "plan"))
    assert box
    assert plan
    assert box["y"] < plan["y"]
    page.get_by_role("button", name=re.compile("^Ta bort")).tap()
    headline(page, "Vad skulle krävas?")


def test_X8_X11_the_page_is_short_and_still_and_hovering_asks_the_server_nothing(
    open_page: OpenPage, page: Page
) -> None:
    page.add_init_script(SHIFTS)
    open_page(PLAN)
    frame = map_frame(page)
    assert page.evaluate("window.risShift") <= 0.1
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight") <= 3500
    sent: list[object] = []
    session = page.context.new_cdp_session(page)
    session.on("Network.webSocketFrameSent", lambda event: sent.append(event))  # noqa: PLW0108 - Playwright cannot mark a built-in
    session.send("Network.enable")
    for code in ("2425", "2463"):
        frame.locator(f"path[data-municipality='{code}']").hover()
    assert sent == []


@pytest.mark.parametrize(
    ("name", "begins"), [("png", b"\x89PNG"), ("svg", b"<svg"), ("xlsx", b"PK"), ("csv", b"Omr")]
)
def test_R4_pictures_and_files_are_two_clicks_away(
    open_page: OpenPage, name: str, begins: bytes
) -> None:
    page = open_page(PLAN)
    page.locator(".st-key-siting-files").get_by_role("button").click()
    with page.expect_download() as download:
        page.locator(f".st-key-siting-file-{name} button").click()
    assert download.value.path().read_bytes().startswith(begins)
    assert download.value.suggested_filename.endswith(f".{name}")


def test_X2_X5_X6_X9_the_map_stands_alone_markers_are_named_and_numbers_are_swedish(
    open_page: OpenPage,
) -> None:
    page = open_page(PLAN)
    frame = map_frame(page)
    box = page.locator(".st-key-siting-map iframe").bounding_box()
    assert box
    assert box["height"] > 200
    assert frame.locator("path[data-municipality]").count() == 15
    for marker in frame.locator("[data-town]").all():
        seen = marker.evaluate("(e) => e.querySelector('svg text')?.textContent ?? ''")
        name = marker.get_attribute("aria-label") or ""
        assert name.startswith("" if seen == "+" else seen)
        assert marker.get_attribute("role") == "button"
    text = page.locator("[data-testid=stMain]").inner_text()
    assert not re.search(r"(?<![\w.,:/-])\d+\.\d+(?![\w.])", text)
    assert not re.search(r"(?<![\w./:-])(?!20\d\d)\d{4,}(?![\w/:-])", text)
    links = {link.get_attribute("href") for link in page.locator(".ris-links a").all()}
    for path in ("metod", "data", "tillganglighet", "integritet", "kontakt"):
        assert any(f"/{path}" in (link or "") for link in links)
