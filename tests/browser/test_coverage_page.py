"""The coverage page in a real browser: first screen, matrix and map, links, pictures, paper."""

import re
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Page, expect

from ris_map.coverage.map_picture import picture
from ris_map.coverage.page.matrix import matrix_rows
from ris_map.coverage.page.view import CoverageChoice, CoverageView
from ris_map.travel.world import service
from ris_map.web.settings import data_dir
from ris_map.words.language import Language
from tests.browser.conftest import Hand
from tests.browser.harness import assert_accessible, count_messages, hold, map_frame, settle
from tests.browser.reading import WIDER, area_names, go, load, map_state, query, redraw
from tests.factories import real_words

PATH = "/tackning"
CELL = "2425.ide.radgivning"


@pytest.mark.parametrize(
    ("lang", "visits"),
    [
        ("sv", [f"fas=vaxa&visa=kedjan&cell={CELL}", "visa=indelningar&satt=digital"]),
        ("en", [f"visa=kedjan&satt=visit&cell={CELL}", f"visa=metod&satt=phone&cell={CELL}"]),
    ],
)
def test_X4_R7_I5_G10_an_address_leads_to_its_cell_and_every_tab_is_accessible(
    page: Page, lang: str, visits: list[str]
) -> None:
    load(page, f"{PATH}?{visits[0]}", lang)
    expect(page.locator(f"[data-cov-panel='{CELL}']")).to_be_visible()
    page.wait_for_function("() => document.activeElement.id === 'underlag'")
    box = page.locator("#underlag").bounding_box()
    assert 40 <= box["y"] < 800
    assert_accessible(page)
    for visit in ("visa=kurva", *visits[1:]):
        go(page, f"{PATH}?{visit}&lang={lang}")
        expect(page.locator(f".st-key-cov-tab-{parse_qs(visit)['visa'][0]}")).to_be_visible()
        settle(page)
        assert_accessible(page)
        expect(page.locator("[aria-label*='axis titled'], [aria-label*='group:']")).to_have_count(0)
    answers = {"sv": {"ja", "nej", "okänt"}, "en": {"yes", "no", "unknown"}}
    cells = page.locator(".cov-matrix td")
    expect(cells).to_have_count(75)
    assert set(cells.all_inner_texts()) <= answers[lang]
    assert not re.search(r"\d\smin\b", page.locator(".cov-figures").inner_text())
    page.set_viewport_size({"width": 360, "height": 780})  # no word is cut on a phone
    assert cells.evaluate_all(WIDER) == []
    tops = [part.bounding_box()["y"] for part in page.locator("[class*=st-key-cov-tab]").all()]
    assert tops == sorted(tops)
    # what the keyboard leads back to is not below the menu
    page.get_by_test_id("stMain").evaluate("(all) => all.scrollTo(0, all.scrollHeight)")
    page.locator(".st-key-cov-tabs button").first.focus()
    assert page.locator(":focus").bounding_box()["y"] > 56


CHOICES = (
    *("fas=alla&stod=motesplats&omrade=livsmedel&grans=30", "fas=vaxa&stod=finansiering&grans=90"),
    *("stod=alla&bredd=adjacent&utanfor=ja&indelning=kust", "vinter=ja&belagt=ja&grans=120"),
    *("lager=aktorer&indelning=stodomrade", "fas=utveckling&satt=digital", "satt=visit"),
)
"""Every control once; that each value has its own meaning is in tests/api/test_api_figures.py."""


def test_K3_K4_what_is_drawn_for_every_control_equals_the_librarys(page: Page) -> None:
    """All 5 538 squares, 15 municipalities and 75 cells, read from the page and its frame."""
    load(page, PATH)
    world = service(data_dir()).moment().world
    for address in CHOICES:
        choice, ignored = CoverageChoice.read(parse_qs(address))
        assert not ignored
        view = CoverageView(world=world, choice=choice, tr=real_words(Language.SV))
        redraw(page, f"{PATH}?{address}")
        wanted = picture(view)
        assert map_state(page)["codes"] == wanted.classes, choice
        for code, label in area_names(page).items():
            assert f"{wanted.sentences[code].figure} {wanted.sentences[code].text}" in label
        cells = [cell for row in matrix_rows(view).values() for cell in row]
        shown = [t.replace("\xa0", " ") for t in page.locator(".cov-matrix td").all_inner_texts()]
        assert shown == [cell.text + ("?" if cell.is_open else "") for cell in cells], choice


def _take(hand: Hand, key: str, begins: bytes, name: str) -> None:
    """Press one of the files of an open menu; it begins so and is named so."""
    with hand.page.expect_download() as download:
        hand.press(hand.page.locator(f".st-key-cov-file-{key} button"))
    assert download.value.path().read_bytes().startswith(begins)
    assert download.value.suggested_filename.startswith(name)


MAP_FILE = (b"\x89PNG", "tackning-karta-ide-radgivning-60-min-")
FILES = {
    "Bild": {
        "matris-svg": (b"<?xml", "tackning-matris-ide-radgivning-60-min-"),
        "kurva-png": (b"\x89PNG", "tackning-kurva-ide-radgivning-60-min-"),
    },
    "Filer": {
        "tabeller-xlsx": (b"PK", "tackning-tabeller-ide-radgivning-60-min-"),
        "rutor-swedish-csv": (b"\xef\xbb\xbfKommun;", "tackning-rutor-excel-ide-"),
    },
}


def test_R12_F22_picture_text_and_link_in_six_clicks(hand: Hand) -> None:
    """Journey (b) in three presses: the text with its permalink, the menu, the picture.

    With the keyboard every kind of file is taken; the choice is in the name of each.
    """
    page, press = load(hand.page, PATH), hand.press
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    head = page.locator(".st-key-cov-head")
    hold(page, 3000)  # after which the button says again what it does
    press(head.locator("[data-copy]"))
    expect(head.locator("[data-copy]")).to_have_text("Kopierat")
    page.evaluate("risWaited()")
    expect(head.locator("[aria-live=off]")).to_have_text("Kopiera text")  # not read aloud
    text = page.evaluate("navigator.clipboard.readText()")
    assert text.startswith("I inlandet når ")
    assert "274\u00a0448" in text
    assert text.rsplit(" ", 1)[1] == page.url
    press(head.get_by_role("button", name=re.compile("Bild")))
    if not hand.is_touch:
        expect(page.locator("[data-testid=stPopoverBody] button").first).to_be_focused()
    _take(hand, "karta-png", *MAP_FILE)
    for menu, files in FILES.items() if not hand.is_touch else ():
        if menu != "Bild":
            press(head.get_by_role("button", name=re.compile(menu)))
        for key, (begins, name) in files.items():
            _take(hand, key, begins, name)
        page.keyboard.press("Escape")


def test_K2_K4_K5_X8_matrix_and_map_mark_the_same_and_ask_nothing(page: Page) -> None:
    load(page, PATH)
    frame, sent = map_frame(page), count_messages(page)
    page.locator("tr[data-map-ids='2462']").hover()
    frame.wait_for_function("() => document.body.innerText.includes('Vilhelmina har mer')")
    for code in ("2425", "2462", "2463"):
        frame.locator(f"path[data-municipality='{code}']").hover()
        expect(page.locator(f"tr[data-map-ids='{code}']")).to_have_attribute("data-map-hot", "")
        page.locator(f"tr[data-map-ids='{code}'] th").hover()
    # each class has a look of its own; which, is in tests/web/test_palette.py
    colours = page.evaluate(
        "[0, 1, 2, 3, 4].map((n) =>"
        " getComputedStyle(document.querySelector(`.cov-matrix td.q${n}`)).backgroundColor)"
    )
    assert len(set(colours)) == 5
    assert sent == []
    # on a tablet every column of the matrix is in sight
    page.set_viewport_size({"width": 768, "height": 1024})
    page.wait_for_function(
        "[...document.querySelectorAll('.cov-matrix td')]"
        ".every((cell) => cell.getBoundingClientRect().right <= innerWidth)"
    )


def test_K2_G3_cells_places_and_controls_are_chosen_without_loading_anew(page: Page) -> None:
    load(page, PATH)
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
    expect(frame.locator("path.ris-route.core")).to_have_count(1)
    # so does a town's marker
    frame.locator(".ris-bubble[data-town='2481-lycksele']").press("Enter")
    expect(page.locator("tr.is-place[data-map-ids='2481']")).to_have_count(1)
    settle(page)
    frame.locator("path[data-municipality='2421']").press("Enter")
    settle(page)
    # a control
    page.locator(".st-key-coverage-grans").get_by_text("120\u00a0min", exact=True).click()
    settle(page)
    assert query(page) == {"cell": [cell], "plats": ["2421"], "grans": ["120"]}
    assert page.evaluate("window.risSame") is True
    assert map_frame(page).evaluate("window.risSame") is True
    # what a popover holds comes to the browser when it opens, and says what is chosen all the same
    page.get_by_role("button", name="Fler val", exact=True).click()
    expect(page.locator("[data-testid=stPopoverBody] [aria-checked=true]")).to_have_count(3)
    expect(page.get_by_role("button", name="Förklaring: Visa på kartan")).to_be_visible()
