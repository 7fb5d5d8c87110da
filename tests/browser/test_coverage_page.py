"""The coverage page in a real browser: first screen, matrix and map, links, pictures, paper."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlencode, urlsplit

import pypdfium2 as pdfium
import pytest
from playwright.sync_api import Locator, Page, expect

from ris_map.coverage.map_picture import picture
from ris_map.coverage.page.matrix import matrix_rows
from ris_map.coverage.page.view import CoverageChoice, CoverageView
from ris_map.register.vocabulary import STRENGTH_AREAS, Delivery, Phase, Scope, ServiceType
from ris_map.travel.world import service
from ris_map.web.settings import data_dir
from ris_map.words import translator
from ris_map.words.language import Language
from tests.browser.conftest import OpenPage
from tests.browser.harness import map_frame, settle
from tests.coverage.coverage_views import words

PATH = "/tackning"
CELL = "2425.ide.radgivning"
LANGUAGES = ("sv", "en")
MODES = ("office", "visit", "digital", "phone")
MAP = ".st-key-cov-map iframe"


def query(page: Page) -> dict[str, list[str]]:
    """Give the address without the language."""
    found = parse_qs(urlsplit(page.url).query)
    found.pop("lang", None)
    return found


def press(page: Page, key: str, text: str) -> None:
    """Choose an option of a control."""
    page.locator(f".st-key-coverage-{key}").get_by_text(text, exact=True).click()
    settle(page)


@pytest.mark.parametrize(("mode", "lang"), [*zip(MODES, LANGUAGES * 2, strict=True)])
def test_X4_axe_finds_nothing_whatever_the_picture_shows(
    open_page: OpenPage, axe: Callable[[Page], None], mode: str, lang: str
) -> None:
    """The guard of the page fixture also holds X1: no request to another host, no error."""
    axe(open_page(f"{PATH}?satt={mode}&cell={CELL}", lang))


@pytest.mark.parametrize("tab", ["kurva", "kedjan", "indelningar", "metod"])
def test_X4_axe_finds_nothing_in_any_tab(
    open_page: OpenPage, axe: Callable[[Page], None], tab: str
) -> None:
    axe(open_page(f"{PATH}?visa={tab}"))


def test_on_a_tablet_every_column_of_the_matrix_is_in_sight(open_page: OpenPage) -> None:
    page = open_page(PATH)
    page.set_viewport_size({"width": 768, "height": 1024})
    cells = page.locator(".cov-matrix td")
    expect(cells).to_have_count(75)
    page.wait_for_function(
        "[...document.querySelectorAll('.cov-matrix td')]"
        ".every((cell) => cell.getBoundingClientRect().right <= innerWidth)"
    )


def any_choice(number: int) -> CoverageChoice:
    """Give one of all choices that a reader has, the same for the same number."""
    dice = random.Random(number)
    return CoverageChoice(
        phase=dice.choice((None, *Phase)),
        service_type=dice.choice((None, *ServiceType)),
        strength_area=dice.choice((None, None, *STRENGTH_AREAS)),
        limit=dice.choice((30, 60, 90, 120)),
        division=dice.choice(("samverkan", "kust", "stodomrade")),
        delivery=dice.choice((*[Delivery.OFFICE] * 5, *Delivery)),
        scope=dice.choice(tuple(Scope)),
        include_outside=dice.random() < 0.3,
        winter=dice.random() < 0.3,
        sourced_only=dice.random() < 0.3,
        shown=dice.choice(("minuter", "minuter", "aktorer")),
    )


def test_K3_K4_what_is_drawn_for_20_choices_equals_the_librarys(open_page: OpenPage) -> None:
    """All 5 538 squares, 15 municipalities and 75 cells, read from the page and its frame."""
    page, tr = open_page(PATH), translator(Language.SV)
    world, frame = service(data_dir()).moment().world, map_frame(page)
    for number in range(20):
        choice = any_choice(number)
        view = CoverageView(
            world=world, choice=choice, tr=tr, words=words(Language.SV), data_dir=data_dir()
        )
        before = frame.evaluate("window.risState().url")
        page.evaluate(
            """(url) => {
              history.pushState(history.state, '', url);
              dispatchEvent(new PopStateEvent('popstate', { state: history.state }));
            }""",
            f"{PATH}?{urlencode({'lang': ['sv'], **choice.query()}, doseq=True)}",
        )
        frame.wait_for_function("(old) => window.risState().url !== old", arg=before)
        settle(page)
        wanted = picture(view)
        assert frame.evaluate("window.risState().codes") == wanted.classes, choice
        labels = frame.locator("[data-municipality]").evaluate_all(
            "(all) => all.map((e) => [e.dataset.municipality, e.getAttribute('aria-label')])"
        )
        assert len(labels) == 15
        for code, label in labels:
            assert f"{wanted.sentences[code].figure} {wanted.sentences[code].text}" in label
        cells = [cell for row in matrix_rows(view).values() for cell in row]
        shown = page.locator(".cov-matrix td").all_inner_texts()
        assert shown == [cell.text + ("?" if cell.is_open else "") for cell in cells], choice


def _by_hand(page: Page, hand: str) -> Callable[[Locator], None]:
    """Give what a reader does to press something: with a mouse, the keyboard alone or a finger."""

    def tab_and_enter(target: Locator) -> None:
        for _ in range(80):
            if target.evaluate("(e) => e === document.activeElement"):
                page.keyboard.press("Enter")
                return
            page.keyboard.press("Tab")
        raise AssertionError(f"not reached with the Tab key: {target}")

    return {"mouse": Locator.click, "keyboard": tab_and_enter, "touch": Locator.tap}[hand]


@pytest.mark.parametrize("hand", ["mouse", "keyboard", "touch"])
def test_R12_F22_a_strategist_leaves_with_picture_text_and_link_in_six_clicks(
    open_page: OpenPage, request: pytest.FixtureRequest, hand: str
) -> None:
    """Journey (b): PNG, text and permalink of a choice of one's own."""
    page = open_page(PATH, page=request.getfixturevalue("phone" if hand == "touch" else "page"))
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    press_it, presses = _by_hand(page, hand), 3
    head = page.locator(".st-key-cov-head")
    press_it(head.locator("[data-copy]"))
    expect(head.locator("[data-copy]")).to_have_text("Kopierat")
    text = page.evaluate("navigator.clipboard.readText()")
    press_it(head.get_by_role("button", name=re.compile("Bild")))
    if hand == "keyboard":
        expect(page.locator("[data-testid=stPopoverBody] button").first).to_be_focused()
    with page.expect_download() as download:
        press_it(page.locator(".st-key-cov-file-karta-png button"))
    assert presses <= 6
    assert download.value.path().read_bytes().startswith(b"\x89PNG")
    assert "ide-radgivning-60-min" in download.value.suggested_filename
    assert text.startswith("I inlandet når ")
    assert "274\u00a0448" in text
    link = text.rsplit(" ", 1)[1]
    assert link == page.url
    assert "36\u00a0%" in open_page(link, page=page).locator(".cov-figures").inner_text()


def test_K4_G3_matrix_and_map_mark_the_same_both_ways(open_page: OpenPage) -> None:
    page = open_page(PATH)
    expect(page.locator(".cov-number")).to_have_count(4)
    frame = map_frame(page)
    row = page.locator("tr[data-map-ids='2462']")
    row.hover()
    frame.wait_for_function("() => document.body.innerText.includes('Vilhelmina har mer')")
    frame.locator("path[data-municipality='2425']").hover()
    expect(page.locator("tr[data-map-ids='2425']")).to_have_attribute("data-map-hot", "")


def test_K2_G3_a_click_on_a_municipality_outlines_it_and_its_row(open_page: OpenPage) -> None:
    page = open_page(PATH)
    frame = map_frame(page)
    frame.locator("path[data-municipality='2421']").focus()
    page.keyboard.press("Enter")
    expect(page.locator("tr.is-place[data-map-ids='2421']")).to_have_count(1)
    settle(page)
    assert query(page) == {"plats": ["2421"]}


def test_K2_X8_hovering_and_moving_the_map_asks_the_server_nothing(open_page: OpenPage) -> None:
    page = open_page(PATH)
    frame = map_frame(page)
    sent: list[object] = []
    session = page.context.new_cdp_session(page)
    session.on("Network.webSocketFrameSent", lambda event: sent.append(event))  # noqa: PLW0108 - Playwright cannot mark a built-in
    session.send("Network.enable")
    for code in ("2425", "2462", "2463"):
        frame.locator(f"path[data-municipality='{code}']").hover()
        page.locator(f"tr[data-map-ids='{code}'] th").hover()
    assert sent == []


def test_K5_matrix_and_legend_have_the_same_five_colours(open_page: OpenPage) -> None:
    page = open_page(PATH)
    colours = page.evaluate(
        """() => [0, 1, 2, 3, 4].map((n) => {
          const e = document.querySelector(`.cov-matrix td.q${n}`);
          return [getComputedStyle(e).backgroundColor,
            getComputedStyle(document.documentElement).getPropertyValue(`--c${n}`).trim()];
        })"""
    )
    for shown, token in colours:
        numbers = [int(n) for n in re.findall(r"\d+", shown)[:3]]
        assert token.lower() == "#" + "".join(f"{n:02x}" for n in numbers)
    sums = [sum(int(token[i : i + 2], 16) for i in (1, 3, 5)) for _, token in colours]
    assert sums == sorted(sums, reverse=True), "farther = darker in light mode"


def test_R7_the_matrix_changes_with_the_way_of_help(open_page: OpenPage) -> None:
    page = open_page(f"{PATH}?satt=digital")
    cells = page.locator(".cov-matrix td")
    expect(cells).to_have_count(75)
    assert set(cells.all_inner_texts()) <= {"ja", "nej", "vet inte"}
    assert not re.search(r"\d\smin\b", page.locator(".cov-figures").inner_text())


def test_a_cell_is_chosen_with_the_mouse_without_loading_the_page_anew(
    open_page: OpenPage,
) -> None:
    page = open_page(PATH)
    page.evaluate("window.risSame = true")
    page.locator(f"a[data-cell='{CELL}']").click()
    expect(page.locator(f"[data-cov-panel='{CELL}']")).to_be_visible()
    settle(page)
    assert query(page) == {"cell": [CELL]}
    assert page.evaluate("window.risSame") is True
    assert page.evaluate("document.activeElement.id") == "underlag"
    page.go_back()
    settle(page)
    expect(page.locator("[data-cov-panel]")).to_have_count(0)


def test_G10_a_link_to_a_cell_scrolls_to_it_and_says_it(open_page: OpenPage) -> None:
    page = open_page(f"{PATH}?cell={CELL}")
    page.wait_for_function("() => document.activeElement.id === 'underlag'")
    box = page.locator("#underlag").bounding_box()
    assert box
    assert 40 <= box["y"] < 800


def test_a_cell_is_chosen_with_the_keyboard(open_page: OpenPage) -> None:
    page = open_page(PATH)
    stops = page.locator(".cov-matrix a:not([tabindex='-1'])")
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
    page = open_page(f"{PATH}?fas=vaxa&grans=90&indelning=kust&visa=kedjan&plats=2462&cell={CELL}")
    expect(page.locator(f"[data-cov-panel='{CELL}']")).to_be_visible()
    assert "90\u00a0min" in page.locator(".cov-figures").inner_text()
    expect(page.locator("#kedja")).to_be_visible()
    expect(page.locator("tr.is-place th")).to_have_text(re.compile("Vilhelmina"))


def test_a_control_reruns_the_fragment_and_keeps_the_map(open_page: OpenPage) -> None:
    page = open_page(PATH)
    frame = map_frame(page)
    frame.evaluate("() => { window.risSame = true; }")
    before = page.locator(".cov-figures").inner_text()
    press(page, "grans", "120\u00a0min")
    expect(page.locator(".cov-figures")).not_to_have_text(before)
    assert query(page) == {"grans": ["120"]}
    assert map_frame(page).evaluate("window.risSame") is True


FILES = {
    "Bild": {
        "karta-png": (b"\x89PNG", "tackning-karta-ide-radgivning-60-min-"),
        "matris-svg": (b"<?xml", "tackning-matris-ide-radgivning-60-min-"),
        "kurva-png": (b"\x89PNG", "tackning-kurva-ide-radgivning-60-min-"),
    },
    "Filer": {
        "tabeller-xlsx": (b"PK", "tackning-tabeller-ide-radgivning-60-min-"),
        "rutor-swedish-csv": (b"\xef\xbb\xbfKommun;", "tackning-rutor-excel-ide-"),
    },
}


@pytest.mark.parametrize("menu", FILES)
def test_R12_F22_pictures_and_files_are_two_clicks_away_with_the_choice_in_their_name(
    open_page: OpenPage, menu: str
) -> None:
    page = open_page(PATH)
    page.locator(".st-key-cov-head").get_by_role("button", name=re.compile(menu)).click()
    for key, (begins, name) in FILES[menu].items():
        with page.expect_download() as download:
            page.locator(f".st-key-cov-file-{key} button").click()
        assert download.value.path().read_bytes().startswith(begins)
        assert download.value.suggested_filename.startswith(name)


def _letters(text: str) -> str:
    """Give a text without spaces; a name with a halo is written twice, letter by letter."""
    return re.sub(r"(.)\1+", r"\1", re.sub(r"\s", "", text))


@pytest.mark.parametrize("path", [PATH, "/"])
def test_R12_F21_on_paper_the_map_is_whole_and_nothing_lies_over_it(
    open_page: OpenPage, path: str
) -> None:
    """Boxes are read from the PDF: the map's picture, and every piece of text."""
    page = open_page(path)
    own = _letters(map_frame(page).evaluate("document.body.innerText"))
    document = pdfium.PdfDocument(page.pdf(format="A4", print_background=True))
    assert 1 <= len(document) <= 4
    first, maps = document[0], list[tuple[float, ...]]()
    for item in first.get_objects(filter=[pdfium.raw.FPDF_PAGEOBJ_IMAGE], max_depth=6):
        left, bottom, right, top = item.get_bounds()
        if right - left > 200 and top - bottom > 150:
            maps.append((left, bottom, right, top))
    assert maps, "no map on the first sheet"
    # the squares' canvas is drawn 0.4 of the map wider on each side, and cut off (map.js)
    left, bottom, right, top = maps[0]
    beside, above = ((right - left) * 0.4 / 1.8, (top - bottom) * 0.4 / 1.8)
    left, bottom, right, top = left + beside, bottom + above, right - beside, top - above
    width, height = first.get_size()
    assert -2 <= left < right <= width + 2
    assert -2 <= bottom < top <= height + 2
    text = first.get_textpage()
    for index in range(text.count_rects()):
        box = text.get_rect(index)
        said = _letters(text.get_text_bounded(*box))
        if left < (box[0] + box[2]) / 2 < right and bottom < (box[1] + box[3]) / 2 < top:
            # a short piece may be a part of a name with a halo, cut at a ligature
            assert len(said) < 10 or said in own, f"{said} lies over the map"


def test_G5_K6_the_wheel_over_the_map_scrolls_the_page(open_page: OpenPage) -> None:
    page = open_page(PATH)
    map_frame(page)
    box = page.locator(MAP).bounding_box()
    assert box
    page.mouse.move(box["x"] + 300, box["y"] + 200)
    page.mouse.wheel(0, 300)
    page.wait_for_function("() => document.querySelector('[data-testid=stMain]').scrollTop > 100")
