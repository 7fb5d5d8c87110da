"""The coverage page in a real browser: first screen, matrix and map, links, pictures, paper."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from typing import Any
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
from tests.browser.reading import MAP, count_messages, go
from tests.factories import real_words as words

PATH = "/tackning"
CELL = "2425.ide.radgivning"


def query(page: Page) -> dict[str, list[str]]:
    """Give the address without the language."""
    found = parse_qs(urlsplit(page.url).query)
    found.pop("lang", None)
    return found


@pytest.mark.parametrize(
    ("lang", "visits"),
    [
        ("sv", ["visa=kurva", f"visa=kedjan&cell={CELL}", "visa=indelningar&satt=digital"]),
        ("en", [f"visa=kedjan&satt=visit&cell={CELL}", f"visa=metod&satt=phone&cell={CELL}"]),
    ],
)
def test_X4_R7_axe_finds_nothing_in_any_tab_or_way_of_help(
    open_page: OpenPage, axe: Callable[[Page], None], lang: str, visits: list[str]
) -> None:
    """The guard of the page fixture also holds X1: no request to another host, no error."""
    page = open_page(f"{PATH}?{visits[0]}", lang)
    axe(page)
    for visit in visits[1:]:
        go(page, f"{PATH}?{visit}&lang={lang}")
        expect(page.locator(f".st-key-cov-tab-{parse_qs(visit)['visa'][0]}")).to_be_visible()
        settle(page)
        axe(page)
    answers = {"sv": {"ja", "nej", "vet inte"}, "en": {"yes", "no", "not known"}}
    cells = page.locator(".cov-matrix td")
    expect(cells).to_have_count(75)
    assert set(cells.all_inner_texts()) <= answers[lang]
    assert not re.search(r"\d\smin\b", page.locator(".cov-figures").inner_text())


def test_I5_G10_the_address_alone_restores_the_page_and_leads_to_its_cell(
    open_page: OpenPage,
) -> None:
    page = open_page(f"{PATH}?fas=vaxa&grans=90&indelning=kust&visa=kedjan&plats=2462&cell={CELL}")
    expect(page.locator(f"[data-cov-panel='{CELL}']")).to_be_visible()
    page.wait_for_function("() => document.activeElement.id === 'underlag'")
    box = page.locator("#underlag").bounding_box()
    assert box
    assert 40 <= box["y"] < 800
    assert "90\u00a0min" in page.locator(".cov-figures").inner_text()
    expect(page.locator("#kedja")).to_be_visible()
    expect(page.locator("tr.is-place th")).to_have_text(re.compile("Vilhelmina"))


EVERY_VALUE: dict[str, Sequence[Any]] = {
    "phase": (None, *Phase),
    "service_type": (None, *ServiceType),
    "strength_area": (None, *STRENGTH_AREAS),
    "limit": (30, 60, 90, 120),
    "division": ("samverkan", "kust", "stodomrade"),
    "delivery": (*[Delivery.OFFICE] * 5, Delivery.VISIT, Delivery.DIGITAL, Delivery.PHONE),
    "scope": tuple(Scope),
    "include_outside": (False, True),
    "winter": (False, True),
    "sourced_only": (False, True),
    "shown": ("minuter", "aktorer"),
}


def every_value() -> list[CoverageChoice]:
    """Give a few choices, the same each time, in which every value of every control occurs."""
    dice, number = random.Random(1), max(map(len, EVERY_VALUE.values()))
    columns = {
        name: dice.sample([values[n % len(values)] for n in range(number)], number)
        for name, values in EVERY_VALUE.items()
    }
    return [CoverageChoice(**{name: columns[name][n] for name in columns}) for n in range(number)]


def test_K3_K4_what_is_drawn_for_every_value_of_a_control_equals_the_librarys(
    open_page: OpenPage,
) -> None:
    """All 5 538 squares, 15 municipalities and 75 cells, read from the page and its frame."""
    page, tr = open_page(PATH), translator(Language.SV)
    world, frame = service(data_dir()).moment().world, map_frame(page)
    for choice in every_value():
        view = CoverageView(
            world=world, choice=choice, tr=tr, words=words(Language.SV), data_dir=data_dir()
        )
        before = frame.evaluate("window.risState().url")
        go(page, f"{PATH}?{urlencode(choice.query(), doseq=True)}")
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


def _tab_and_enter(target: Locator) -> None:
    """Press something with the keyboard alone."""
    for _ in range(80):
        if target.evaluate("(e) => e === document.activeElement"):
            target.page.keyboard.press("Enter")
            return
        target.page.keyboard.press("Tab")
    raise AssertionError(f"not reached with the Tab key: {target}")


def _take(page: Page, key: str, press: Callable[[Locator], None], begins: bytes, name: str) -> None:
    """Press one of the files of an open menu; it begins so and is named so."""
    with page.expect_download() as download:
        press(page.locator(f".st-key-cov-file-{key} button"))
    assert download.value.path().read_bytes().startswith(begins)
    assert download.value.suggested_filename.startswith(name)


MAP_FILE = (b"\x89PNG", "tackning-karta-ide-radgivning-60-min-")
FILES = {
    "Bild": {
        "karta-png": MAP_FILE,
        "matris-svg": (b"<?xml", "tackning-matris-ide-radgivning-60-min-"),
        "kurva-png": (b"\x89PNG", "tackning-kurva-ide-radgivning-60-min-"),
    },
    "Filer": {
        "tabeller-xlsx": (b"PK", "tackning-tabeller-ide-radgivning-60-min-"),
        "rutor-swedish-csv": (b"\xef\xbb\xbfKommun;", "tackning-rutor-excel-ide-"),
    },
}


@pytest.mark.parametrize("hand", ["keyboard", "touch"])
def test_R12_F22_a_strategist_leaves_with_picture_text_and_link_in_six_clicks(
    open_page: OpenPage, request: pytest.FixtureRequest, hand: str
) -> None:
    """Journey (b) in three presses: the text with its permalink, the menu, the picture."""
    page = open_page(PATH, page=request.getfixturevalue("phone" if hand == "touch" else "page"))
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    press = Locator.tap if hand == "touch" else _tab_and_enter
    head = page.locator(".st-key-cov-head")
    press(head.locator("[data-copy]"))
    expect(head.locator("[data-copy]")).to_have_text("Kopierat")
    text = page.evaluate("navigator.clipboard.readText()")
    assert text.startswith("I inlandet når ")
    assert "274\u00a0448" in text
    assert text.rsplit(" ", 1)[1] == page.url
    press(head.get_by_role("button", name=re.compile("Bild")))
    if hand == "keyboard":
        expect(page.locator("[data-testid=stPopoverBody] button").first).to_be_focused()
    _take(page, "karta-png", press, *MAP_FILE)


def test_R12_F22_with_the_mouse_files_are_two_clicks_away_and_the_link_leads_back(
    open_page: OpenPage,
) -> None:
    """The choice is in the name of every file."""
    page = open_page(PATH)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    head = page.locator(".st-key-cov-head")
    head.locator("[data-copy]").click()
    expect(head.locator("[data-copy]")).to_have_text("Kopierat")
    link = page.evaluate("navigator.clipboard.readText()").rsplit(" ", 1)[1]
    for menu, files in FILES.items():
        head.get_by_role("button", name=re.compile(menu)).click()
        for key, (begins, name) in files.items():
            _take(page, key, Locator.click, begins, name)
        page.keyboard.press("Escape")
    assert "36\u00a0%" in open_page(link, page=page).locator(".cov-figures").inner_text()


def test_K2_K4_K5_K6_X8_matrix_and_map_mark_the_same_both_ways_and_ask_the_server_nothing(
    open_page: OpenPage,
) -> None:
    page = open_page(PATH)
    expect(page.locator(".cov-number")).to_have_count(4)
    frame, sent = map_frame(page), count_messages(page)
    page.locator("tr[data-map-ids='2462']").hover()
    frame.wait_for_function("() => document.body.innerText.includes('Vilhelmina har mer')")
    for code in ("2425", "2462", "2463"):
        frame.locator(f"path[data-municipality='{code}']").hover()
        expect(page.locator(f"tr[data-map-ids='{code}']")).to_have_attribute("data-map-hot", "")
        page.locator(f"tr[data-map-ids='{code}'] th").hover()
    # the matrix and the legend have the same five colours, farther = darker in light mode
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
    assert sums == sorted(sums, reverse=True)
    # the wheel over the map scrolls the page (G5)
    page.locator(MAP).hover(position={"x": 300, "y": 200})
    page.mouse.wheel(0, 300)
    page.wait_for_function("() => document.querySelector('[data-testid=stMain]').scrollTop > 100")
    assert sent == []
    # on a tablet every column of the matrix is in sight
    page.set_viewport_size({"width": 768, "height": 1024})
    expect(page.locator(".cov-matrix td")).to_have_count(75)
    page.wait_for_function(
        "[...document.querySelectorAll('.cov-matrix td')]"
        ".every((cell) => cell.getBoundingClientRect().right <= innerWidth)"
    )


def test_K2_G3_cells_places_and_controls_are_chosen_without_loading_page_or_map_anew(
    open_page: OpenPage,
) -> None:
    page = open_page(PATH)
    frame = map_frame(page)
    page.evaluate("window.risSame = true")
    frame.evaluate("() => { window.risSame = true; }")
    # a cell with the mouse, and back
    page.locator(f"a[data-cell='{CELL}']").click()
    expect(page.locator(f"[data-cov-panel='{CELL}']")).to_be_visible()
    settle(page)
    assert query(page) == {"cell": [CELL]}
    assert page.evaluate("document.activeElement.id") == "underlag"
    page.go_back()
    settle(page)
    expect(page.locator("[data-cov-panel]")).to_have_count(0)
    # a cell with the keyboard: the matrix is one stop
    stops = page.locator(".cov-matrix a:not([tabindex='-1'])")
    expect(stops).to_have_count(1)
    stops.focus()
    for key in ("ArrowDown", "ArrowDown", "ArrowRight", "End", "Home", "ArrowLeft", "ArrowUp"):
        page.keyboard.press(key)
    expect(stops).to_have_count(1)
    cell = page.evaluate("document.activeElement.dataset.cell")
    assert cell == "2480.ide.finansiering"
    page.keyboard.press("Enter")
    expect(page.locator(f"[data-cov-panel='{cell}']")).to_be_visible()
    settle(page)
    # a municipality on the map outlines itself and its row
    frame.locator("path[data-municipality='2421']").focus()
    page.keyboard.press("Enter")
    expect(page.locator("tr.is-place[data-map-ids='2421']")).to_have_count(1)
    settle(page)
    assert query(page) == {"cell": [cell], "plats": ["2421"]}
    # a control
    before = page.locator(".cov-figures").inner_text()
    page.locator(".st-key-coverage-grans").get_by_text("120\u00a0min", exact=True).click()
    settle(page)
    expect(page.locator(".cov-figures")).not_to_have_text(before)
    assert query(page) == {"cell": [cell], "plats": ["2421"], "grans": ["120"]}
    assert page.evaluate("window.risSame") is True
    assert map_frame(page).evaluate("window.risSame") is True


def _letters(text: str) -> str:
    """Give a text without spaces; a name with a halo is written twice, letter by letter."""
    return re.sub(r"(.)\1+", r"\1", re.sub(r"\s", "", text))


@pytest.mark.parametrize("path", [PATH, "/"])
def test_R12_F21_on_paper_the_map_is_whole_and_nothing_lies_over_it(
    open_page: OpenPage, path: str
) -> None:
    """Boxes are read from the PDF: the map's picture, and every piece of text."""
    page = open_page(path)
    frame = map_frame(page)
    own = _letters(frame.evaluate("document.body.innerText"))
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
    # the legend keeps its colours, and there is nothing to press
    page.emulate_media(media="print")
    expect(frame.locator(".ris-key .swatch.unknown")).to_have_css("print-color-adjust", "exact")
    expect(frame.locator(".ris-controls")).to_be_hidden()
