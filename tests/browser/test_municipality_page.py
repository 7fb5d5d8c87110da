"""The page "Kommun" in the real browser: K1-K4, M1-M6, X3, X4, X8, X11 for this page."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from ris_map.__main__ import main
from ris_map.geography.divisions import MUNICIPALITY_CODES
from ris_map.municipality.files import report_html
from ris_map.municipality.pictures import classes_of
from ris_map.municipality.profile import MunicipalityChoice, profile
from ris_map.municipality.words import headline
from ris_map.register.vocabulary import Phase, ServiceType
from ris_map.words.language import Language
from tests.browser.conftest import OpenPage
from tests.browser.harness import ROOT, Server, map_frame, new_context, settle, stands_still
from tests.factories import real_words, real_world

SORSELE = "/kommun?kommun=2422"
BESIDE = "/kommun?kommun=2417&jamfor=2418&fas=vaxa&stod=motesplats"
A4_PAGES = 3
# A4 less the report's own margins, at 96 units per inch.
PRINTED_WIDTH = round((210 - 20) / 25.4 * 96)


def unfold(page: Page) -> None:
    page.evaluate("document.querySelectorAll('details').forEach((e) => { e.open = true; })")


def address(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def state(page: Page) -> dict[str, Any]:
    found: dict[str, Any] = map_frame(page).evaluate("risState()")
    return found


def map_box(page: Page) -> tuple[float, float]:
    """Give where the map begins, and how much of it the first screen shows."""
    box = page.locator("iframe[data-testid=stCustomComponentV1]").first.bounding_box()
    assert box
    height = page.viewport_size["height"]  # type: ignore[index]
    return box["y"], (min(height, box["y"] + box["height"]) - box["y"]) / box["height"]


def assert_short_and_still(page: Page, highest: int) -> None:
    """X11, and unfolded nothing is wider than the screen."""
    assert stands_still(page)
    main_part = page.get_by_test_id("stMain")
    assert main_part.evaluate("(e) => e.scrollHeight") <= highest
    unfold(page)
    width = page.viewport_size["width"]  # type: ignore[index]
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert main_part.evaluate("(e) => e.scrollWidth - e.clientWidth") <= 0


def assert_classes_are_the_figures(page: Page) -> None:
    """K3: the squares of the map are in the classes of what the address asks for."""
    choice, _ = MunicipalityChoice.read(address(page))
    drawn = state(page)["codes"]
    assert drawn[: len(real_world().cells)] == classes_of(real_world(), choice).tolist()


def test_K1_K2_M1_X4_X11_one_of_fifteen_is_chosen_on_the_map_and_in_the_list(
    open_page: OpenPage, axe: Callable[[Page], None]
) -> None:
    page = open_page("/kommun")
    top, shown = map_box(page)
    assert top < 330
    assert shown >= 0.6
    assert_short_and_still(page, 3500)
    axe(page)
    area = map_frame(page).locator(".ris-area").nth(5)
    area.focus()
    area.press("Enter")
    page.wait_for_url(re.compile("kommun=24"))
    settle(page)
    chosen = address(page)["kommun"][0]
    assert state(page)["chosen"] == chosen
    assert map_frame(page).locator(".ris-chosen").count() > 0
    assert_classes_are_the_figures(page)
    first = page.locator("h1").inner_text()
    page.get_by_role("link", name="Alla 15 kommuner").click()
    page.get_by_role("link", name="Åsele", exact=True).click()
    expect(page.locator("h1")).to_have_text(re.compile("^Åsele: "))
    settle(page)
    assert address(page)["kommun"] == ["2463"] != [chosen]
    expect(page).to_have_title(re.compile("^Åsele kommun – "))
    page.go_back()
    page.go_back()
    expect(page.locator("h1")).to_have_text(first)


def test_K1_the_map_of_an_area_without_own_actors_is_in_the_first_screen(
    open_page: OpenPage,
) -> None:
    top, shown = map_box(open_page("/styrkeomraden?omrade=besoksnaring"))
    assert top < 330
    assert shown >= 0.6


@pytest.mark.parametrize("path", [BESIDE, "/kommun"])
def test_K1_X11_on_a_phone_the_page_is_short_and_stands_still(
    open_page: OpenPage, phone: Page, path: str
) -> None:
    page = open_page(path, page=phone)
    assert map_box(page)[0] < 740
    assert_short_and_still(page, 6000)


def test_K3_K4_X8_X11_cells_of_the_matrix_change_map_and_headline(open_page: OpenPage) -> None:
    """Every phase and every kind of support is chosen once; the page stays whole."""
    page = open_page(BESIDE)
    assert_short_and_still(page, 3500)
    assert_classes_are_the_figures(page)
    pictures = {"".join(map(str, state(page)["codes"]))}
    for number, kind in enumerate(ServiceType):
        row = number % len(Phase)
        phase = list(Phase)[row]
        choice = MunicipalityChoice(kommun="2417", fas=phase, stod=kind)
        shown = profile(real_world(), "2417", choice.cube)
        matrix = page.locator(".ris-matrix").first  # the other one is the other municipality's
        cell = matrix.locator("td a").nth(row * len(ServiceType) + number)
        cell.click()
        said = headline(shown, shown.cell(phase, kind), tr=real_words(Language.SV).tr)
        expect(page.locator("h1")).to_have_text(said)
        settle(page)
        assert_classes_are_the_figures(page)
        expect(matrix.locator("[aria-current]")).to_have_count(1)
        expect(cell).to_have_attribute("aria-current", "true")
        pictures.add("".join(map(str, state(page)["codes"])))
    assert len(pictures) > len(Phase)
    assert page.locator(".ris-m-list").count() >= 5


@pytest.mark.parametrize("how", ["touch", "keyboard"])
def test_M3_M4_norsjo_beside_mala_and_the_report_in_six_presses(
    open_page: OpenPage, request: pytest.FixtureRequest, how: str
) -> None:
    """Journey (c): from the start page to both municipalities in one picture and the report."""
    page = open_page("/", page=request.getfixturevalue("phone") if how == "touch" else None)
    presses = 0

    def press(target: Locator) -> None:
        nonlocal presses
        presses += 1
        if how == "touch":
            target.tap()
        else:
            target.focus()
            page.keyboard.press("Enter")

    if how == "touch":
        press(page.locator(".ris-menu summary"))
    press(page.locator(".ris-menu").get_by_role("link", name="Kommuner").locator("visible=true"))
    expect(page.locator("h1")).to_have_text("Kommuner")
    settle(page)
    press(page.get_by_role("link", name="Norsjö", exact=True))
    expect(page.locator("h1")).to_have_text(re.compile("^Norsjö: "))
    settle(page)
    box = page.get_by_role("combobox", name="Jämför med")
    if how == "keyboard":
        box.focus()
        page.keyboard.type("Malå")
        page.keyboard.press("Enter")
    else:
        press(box)
        press(page.get_by_role("option", name="Malå"))
    expect(page.locator(".ris-m-other")).to_contain_text("Malå: ")
    settle(page)
    assert address(page)["jamfor"] == ["2418"]
    assert page.locator(".st-key-ris-m-aside table").count() == 2
    table = page.locator("table[data-table=compare]")
    expect(table.locator("thead th")).to_have_text(["Uppgift", "Norsjö", "Malå"])
    expect(table).to_be_visible()
    expect(map_frame(page).locator(".ris-chosen.core")).to_have_count(2)
    with page.expect_download() as waiting:
        press(page.get_by_role("button", name="Rapport", exact=True))
    assert presses <= 6
    assert ">Malå</th>" in Path(waiting.value.path()).read_text(encoding="utf-8")


def test_M1_X4_in_english_words_in_tables_stay_whole(
    open_page: OpenPage, axe: Callable[[Page], None]
) -> None:
    page = open_page("/kommun?kommun=2480&bredd=adjacent", "en")
    expect(page).to_have_title(re.compile("^Umeå municipality – "))
    expect(page.locator("h1")).to_have_text(re.compile("^Umeå: "))
    assert page.evaluate("document.documentElement.lang") == "en"
    for width in (1400, 360):
        page.set_viewport_size({"width": width, "height": 900})
        broken = page.evaluate(
            "[...document.querySelectorAll('.ris-m-table th, .ris-m-table td')]"
            ".filter((e) => getComputedStyle(e).overflowWrap !== 'normal').length"
        )
        assert broken == 0
        in_two = page.locator(".ris-matrix th[scope=row]").evaluate_all(
            """(all) => all.filter((e) => {
              const range = document.createRange();
              range.selectNodeContents(e);
              return new Set([...range.getClientRects()].map((box) => box.top)).size > 1;
            }).map((e) => e.textContent)"""
        )
        assert in_two == []
    page.set_viewport_size({"width": 1400, "height": 900})
    unfold(page)
    axe(page)


def test_M1_M4_M5_M6_X4_what_a_municipality_takes_from_its_page(
    open_page: OpenPage, page: Page, axe: Callable[[Page], None], tmp_path: Path
) -> None:
    """The text with and without a clipboard, a message that confirms, code to embed, the report."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    open_page(SORSELE)
    expect(page).to_have_title(re.compile("^Sorsele kommun – "))

    page.get_by_text("Text till ett underlag").click()
    copied, copy = page.locator("[data-ris-copy-status=m-memo]"), "Kopiera texten"
    page.get_by_role("button", name=copy).focus()
    page.keyboard.press("Enter")
    expect(copied).to_have_text("Texten är kopierad.")
    text = page.locator("#m-memo").inner_text().strip()
    assert page.evaluate("navigator.clipboard.readText()") == text
    page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    page.get_by_role("button", name=copy).click()
    expect(copied).to_contain_text("Ctrl+C")
    selected = page.evaluate("getSelection().toString().trim()")
    assert selected.startswith("Sorsele kommun hade")

    page.get_by_text("Uppgifter att bekräfta").click()
    link = page.get_by_role("link", name=re.compile("^Stämmer.*näringslivsservice"))
    message = urlsplit(link.get_attribute("href") or "")
    assert message.scheme == "mailto"
    assert "kommun-sorsele-naringsliv" in parse_qs(message.query)["subject"][0]
    expect(page.get_by_role("link", name=re.compile("^Rätta.*näringsliv"))).to_be_visible()

    box = page.locator(".st-key-ris-embed")
    box.get_by_text("Bädda in", exact=True).click()
    expect(box.locator("code")).to_contain_text("embed=karta")
    unfold(page)
    axe(page)
    box.get_by_text("Mening", exact=True).click()
    expect(box.locator("code")).to_contain_text("embed=mening")
    code = box.locator("code").inner_text()
    found = re.fullmatch(r'<iframe src="(\S+)" title="[^"]+" width="100%" .*></iframe>', code)
    assert found, code
    assert found[1].startswith(f"{urlsplit(page.url).scheme}://{urlsplit(page.url).netloc}/kommun?")

    with page.expect_download() as waiting:
        page.get_by_role("button", name="Rapport", exact=True).click()
    assert waiting.value.suggested_filename.startswith("kommun-sorsele-")
    content = Path(waiting.value.path()).read_text(encoding="utf-8")
    output = tmp_path / "sorsele.html"
    assert main(["report", "2422", "-o", str(output), "--data", str(ROOT / "data")]) == 0
    site = f"{urlsplit(page.url).scheme}://{urlsplit(page.url).netloc}"
    assert content.replace(f"{site}/kommun", "/kommun") == output.read_text(encoding="utf-8")


def report(folder: Path, code: str, language: Language) -> Path:
    """Write a report, the one that the command line gives (tests/municipality)."""
    choice, output = MunicipalityChoice(kommun=code), folder / f"{code}-{language}.html"
    html = report_html(choice, world=real_world(), words=real_words(language))
    output.write_text(html, encoding="utf-8")
    return output


def test_M4_each_of_the_fifteen_prints_without_cut_offs(browser: Browser, tmp_path: Path) -> None:
    """M4: printed by the browser itself; nothing stands wider than the paper's text area."""
    context = new_context(browser, "file:///", viewport={"width": PRINTED_WIDTH, "height": 1000})
    asked: list[str] = []
    page = context.new_page()
    page.on("request", lambda request: asked.append(request.url))
    page.emulate_media(media="print")
    # what is written is longer in Swedish; in English the translation is what can go wrong
    written = [(code, Language.SV) for code in MUNICIPALITY_CODES]
    written += [(code, Language.EN) for code in MUNICIPALITY_CODES[::5]]
    heights: dict[Path, int] = {}
    for code, language in written:
        file = report(tmp_path, code, language)
        page.goto(file.as_uri())
        too_wide = page.evaluate(
            """() => [...document.querySelectorAll('body *')]
              .filter((e) => !e.closest('svg, .ris-hidden') && e.getClientRects().length
                && (e.getBoundingClientRect().right > document.documentElement.clientWidth + 1
                    || e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 0))
              .map((e) => e.outerHTML.slice(0, 120))"""
        )
        assert too_wide == [], file.name
        heights[file] = page.evaluate("document.documentElement.scrollHeight")
    for file in sorted(heights, key=heights.__getitem__)[-3:]:  # the longest
        page.goto(file.as_uri())
        pdf = page.pdf(prefer_css_page_size=True, print_background=True)
        pages = len(re.findall(rb"/Type /Page\b", pdf))
        assert 1 <= pages <= A4_PAGES, f"{file.name}: {pages} pages"
        assert b"/MediaBox [0 0 594.95996 841.91998]" in pdf or b"/MediaBox [0 0 595" in pdf
    context.close()
    assert all(url.startswith("file:") for url in asked), "the report asked for something"


def test_X4_the_report_has_no_accessibility_faults(
    browser: Browser, server: Server, tmp_path: Path, axe: Callable[[Page], None]
) -> None:
    output = report(tmp_path, "2422", Language.SV)
    context = new_context(browser, server.url)
    page = context.new_page()
    # read from the server's host: axe only looks at frames with an http address
    page.route("**/report.html", lambda route: route.fulfill(path=output))
    page.goto("/report.html")
    expect(page.locator("h1")).to_be_visible()
    axe(page)
    context.close()
