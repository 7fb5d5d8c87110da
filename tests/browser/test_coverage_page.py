"""The coverage page in a real browser: X1-X9, cells by mouse and keyboard, one fragment."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.harness import map_frame, settle

PATH = "/tackning"
MAP = "iframe[data-testid=stCustomComponentV1]"
CELL = "2425.ide.radgivning"
LANGUAGES = ("sv", "en")
MODES = ("office", "visit", "digital", "phone")


def query(page: Page) -> dict[str, list[str]]:
    """Give the address without the language."""
    found = parse_qs(urlsplit(page.url).query)
    found.pop("lang", None)
    return found


def press(page: Page, key: str, text: str) -> None:
    """Choose an option of a control."""
    page.locator(f".st-key-{key}").get_by_text(text, exact=True).click()
    settle(page)


def sideways(page: Page) -> list[int]:
    """Give how far page and main part can be scrolled sideways."""
    found: list[int] = page.evaluate(
        """() => [document.documentElement, document.querySelector('[data-testid=stMain]')]
          .map((element) => element.scrollWidth - element.clientWidth)"""
    )
    return found


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("mode", MODES)
def test_X4_axe_finds_nothing_whatever_the_picture_shows(
    open_page: OpenPage, axe: Callable[[Page], None], mode: str, lang: str
) -> None:
    """The guard of the page fixture also holds X1: no request to another host, no error."""
    page = open_page(f"{PATH}?satt={mode}&cell={CELL}", lang)
    page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    axe(page)


def test_X4_axe_finds_nothing_with_everything_opened(
    open_page: OpenPage, axe: Callable[[Page], None]
) -> None:
    page = open_page(PATH)
    for key in ("cov-settlements", "cov-fragility", "cov-sensitivity"):
        page.locator(f".st-key-{key} summary").click()
        settle(page)
    expect(page.locator("#orter, #sarbarhet, #kanslighet")).to_have_count(3)
    axe(page)


def test_X2_X5_the_map_has_15_named_polygons_settlements_and_rings(open_page: OpenPage) -> None:
    page = open_page(PATH)
    frame = map_frame(page)
    expect(frame.locator("path[data-municipality][data-class]")).to_have_count(15)
    assert frame.evaluate("document.getElementById('map_div').offsetHeight") > 200
    expect(frame.locator("path.ris-place")).to_have_count(108)
    assert frame.locator("path.ris-office").count() >= 3
    nameless = frame.evaluate(
        """() => [...document.querySelectorAll('[tabindex], a[href], button')]
          .filter((e) => e.tabIndex >= 0 && !(e.getAttribute('aria-label') || e.textContent.trim()))
          .map((e) => e.outerHTML)"""
    )
    assert nameless == []
    shown = frame.locator("path[data-municipality='2425']").get_attribute("aria-label")
    assert shown == page.evaluate(
        """() => { const row = [...document.querySelectorAll('#kommuner tbody tr')]
          .find((tr) => tr.cells[0].textContent === 'Dorotea');
          return `Dorotea: median cirka\u00a0${row.cells[1].textContent}\u00a0min`
            .replace('cirka\u00a0', 'cirka '); }"""
    )


@pytest.mark.parametrize("lang", LANGUAGES)
def test_X3_page_and_frame_have_language_and_a_title_of_their_own(
    open_page: OpenPage, lang: str
) -> None:
    page = open_page(PATH, lang)
    frame = map_frame(page)
    assert page.locator("html").get_attribute("lang") == lang
    assert frame.evaluate("document.documentElement.lang") == lang
    title = page.locator(MAP).get_attribute("title") or ""
    assert {"sv": "skuggade efter minuter", "en": "shaded by minutes"}[lang] in title


def test_R7_the_map_changes_with_the_way_of_help(open_page: OpenPage) -> None:
    page = open_page(PATH)
    press(page, "satt", "Digitalt")
    frame = map_frame(page)
    frame.wait_for_function("() => !document.querySelector('path.ris-place')")
    classes = frame.evaluate(
        "() => [...document.querySelectorAll('path[data-municipality]')]"
        ".map((p) => p.dataset.class)"
    )
    assert set(classes) <= {"offered", "no_information", "not_offered"}
    assert "digital" in (page.locator(MAP).get_attribute("title") or "")
    expect(page.locator("#oversikt")).to_have_text("Kommuner som nås av digital hjälp")
    assert not re.search(r"\d\smin\b", page.locator(".cov-summary .ris-sentence").inner_text())


def test_a_cell_is_chosen_with_the_mouse_without_loading_the_page_anew(
    open_page: OpenPage,
) -> None:
    page = open_page(PATH)
    page.evaluate("window.risSame = true")
    page.locator(f"button[data-cell='{CELL}']").click()
    expect(page.locator(f"[data-cov-panel='{CELL}']")).to_be_visible()
    settle(page)
    assert query(page) == {"cell": [CELL]}
    assert page.evaluate("window.risSame") is True
    assert page.evaluate("document.activeElement.id") == "underlag"
    expect(page.locator("button[aria-current=true]")).to_have_attribute("data-cell", CELL)
    link = page.locator("[data-cov-panel] a").first
    assert (link.get_attribute("href") or "").startswith("/aktor?id=")
    page.go_back()
    settle(page)
    expect(page.locator("[data-cov-panel]")).to_have_count(0)


def test_a_gap_in_the_list_leads_to_its_evidence(open_page: OpenPage) -> None:
    page = open_page(PATH)
    gap = page.locator("#luckor tbody .ris-link").first
    cell = gap.get_attribute("data-cell")
    gap.click()
    expect(page.locator(f"[data-cov-panel='{cell}']")).to_be_visible()
    settle(page)
    assert query(page) == {"cell": [cell]}
    assert page.evaluate("document.activeElement.id") == "underlag"


def test_a_cell_is_chosen_with_the_keyboard(open_page: OpenPage) -> None:
    page = open_page(PATH)
    stops = page.locator(".cov-matrix button[tabindex='0']")
    expect(stops).to_have_count(1)
    stops.focus()
    for key in ("ArrowDown", "ArrowDown", "ArrowRight", "End", "Home", "ArrowLeft", "ArrowUp"):
        page.keyboard.press(key)
    expect(stops).to_have_count(1)
    chosen = page.evaluate("document.activeElement.dataset.cell")
    assert chosen == "2480.ide.finansiering"
    page.keyboard.press("Enter")
    expect(page.locator(f"[data-cov-panel='{chosen}']")).to_be_visible()


def test_I5_the_address_alone_restores_the_page(open_page: OpenPage) -> None:
    path = f"{PATH}?fas=ide&grans=90&indelning=kust&satt=office&visa=minutes,inland&cell={CELL}"
    page = open_page(path)
    expect(page.locator(f"[data-cov-panel='{CELL}']")).to_be_visible()
    expect(page.locator(".cov-matrix .cov-phase")).to_have_count(1)
    assert "90" in page.locator(".cov-matrix caption").inner_text()
    found = query(page)
    assert found["grans"] == ["90"]
    assert found["indelning"] == ["kust"]


def test_X8_moving_the_map_asks_the_server_nothing(open_page: OpenPage) -> None:
    page = open_page(PATH)
    sent: list[object] = []
    session = page.context.new_cdp_session(page)
    session.on("Network.webSocketFrameSent", lambda event: sent.append(event))  # noqa: PLW0108 - Playwright cannot mark a built-in
    session.send("Network.enable")
    map_frame(page).evaluate("() => { map.setZoom(7); map.panBy([60, 40]); }")
    map_frame(page).locator("path[data-municipality='2425']").focus()
    settle(page)
    assert sent == []


def test_a_control_reruns_the_fragment_and_keeps_the_map(open_page: OpenPage) -> None:
    page = open_page(PATH)
    frame = map_frame(page)
    frame.evaluate("() => { window.risSame = true; map.setZoom(7, {animate: false}); }")
    before = page.locator(".cov-summary").inner_text()
    press(page, "grans", "120 min")
    assert page.locator(".cov-summary").inner_text() != before
    assert query(page) == {"grans": ["120"]}
    assert map_frame(page).evaluate("() => [window.risSame, map.getZoom()]") == [True, 7]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_X6_I7_a_phone_has_no_sideways_scroll_and_can_scroll_the_matrix(
    open_page: OpenPage, phone: Page, axe: Callable[[Page], None], lang: str
) -> None:
    page = open_page(f"{PATH}?cell={CELL}", lang, page=phone)
    assert sideways(page) == [0, 0]
    assert page.locator(".cov-scroll").evaluate("(e) => e.scrollWidth > e.clientWidth")
    page.locator(".cov-scroll").evaluate("(e) => { e.scrollLeft = 200; }")
    head = page.locator(".cov-matrix tbody th").first.bounding_box()
    assert head
    assert head["x"] >= 0
    axe(page)


def test_X9_method_data_accessibility_privacy_and_contact_are_linked(open_page: OpenPage) -> None:
    page = open_page(PATH)
    links = page.locator(".st-key-ris-footer a")
    paths = {urlsplit(a.get_attribute("href") or "").path.strip("/") for a in links.all()}
    assert {"metod", "data", "tillganglighet", "integritet", "kontakt"} <= paths
    for link in page.locator(".cov-nav a").all():
        expect(page.locator(link.get_attribute("href") or "#")).to_have_count(1)


@pytest.mark.parametrize(
    ("key", "begins"),
    [
        ("coverage-files-csv-swedish", b"\xef\xbb\xbfKommun;"),
        ("coverage-files-csv-plain", b"Kommun,"),
        ("coverage-files-xlsx", b"PK"),
        ("coverage-files-svg-matrix", b"<?xml"),
        ("coverage-files-svg-curve", b"<?xml"),
    ],
)
def test_each_file_is_one_click_away(open_page: OpenPage, key: str, begins: bytes) -> None:
    page = open_page(PATH)
    with page.expect_download() as download:
        page.locator(f".st-key-{key} button").click()
    path = download.value.path()
    assert path.read_bytes().startswith(begins)
    assert download.value.suggested_filename.startswith("tackning-")
