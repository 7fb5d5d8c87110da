"""The page "Kommun" in the real browser; K1, X4 and X11 for it are in test_pages_all.py."""

import re
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Locator, Page, expect

from ris_map.geography.divisions import MUNICIPALITY_CODES
from ris_map.municipality.files import report_html
from ris_map.municipality.pictures import supply
from ris_map.municipality.profile import MunicipalityChoice
from ris_map.municipality.words import view_of
from ris_map.register.vocabulary import Phase, ServiceType
from ris_map.words.language import Language
from tests.browser.conftest import Hand
from tests.browser.harness import assert_accessible, map_frame, settle, sheets
from tests.browser.reading import arrive, headed, load, map_state, query, unfold
from tests.factories import real_words, real_world

A4_PAGES = 3
# A4 less the report's own margins, at 96 units per inch.
PRINTED_WIDTH = round((210 - 20) / 25.4 * 96)


def assert_classes_are_the_figures(page: Page) -> None:
    """K3: the squares of the map are in the classes of what the address asks for."""
    choice, _ = MunicipalityChoice.read(query(page))
    drawn = map_state(page)["codes"]
    assert drawn[: len(real_world().cells)] == supply(real_world(), choice).classes.tolist()


def test_K2_M1_one_of_fifteen_is_chosen_on_the_map_and_in_the_list(page: Page) -> None:
    load(page, "/kommun")
    area = map_frame(page).locator(".ris-area").nth(5)
    area.focus()
    area.press("Enter")
    arrive(page, "kommun=24")
    chosen = query(page)["kommun"][0]
    assert map_state(page)["chosen"] == chosen
    assert map_frame(page).locator(".ris-chosen").count() > 0
    assert_classes_are_the_figures(page)
    first = page.locator("h1").inner_text()
    page.get_by_role("link", name="Alla 15 kommuner").click()
    expect(map_frame(page).locator(".ris-key")).to_contain_text("Restid till rådgivning")
    page.get_by_role("link", name="Åsele cirka 75 min").click()
    headed(page, re.compile("^Åsele: "))
    assert query(page)["kommun"] == ["2463"] != [chosen]
    expect(page).to_have_title(re.compile("^Åsele kommun – "))
    page.go_back()
    page.go_back()
    expect(page.locator("h1")).to_have_text(first)


def test_K3_K4_X8_cells_of_the_matrix_change_map_and_headline(page: Page) -> None:
    """Every phase and every kind of support is chosen once; the page stays whole."""
    load(page, "/kommun?kommun=2417&jamfor=2418&fas=vaxa&stod=motesplats")
    away = map_frame(page).locator("path[data-municipality='2401']")
    away.focus()  # what has the focus is moved into sight
    assert away.bounding_box()["width"] > 9
    assert_classes_are_the_figures(page)
    pictures = {"".join(map(str, map_state(page)["codes"]))}
    for number, kind in enumerate(ServiceType):
        row = number % len(Phase)
        phase = list(Phase)[row]
        choice = MunicipalityChoice(kommun="2417", fas=phase, stod=kind)
        matrix = page.locator(".ris-matrix").first  # the other one is the other municipality's
        cell = matrix.locator("td a").nth(row * len(ServiceType) + number)
        cell.click()
        headed(page, view_of(real_world(), choice, real_words(Language.SV)).headline())
        assert_classes_are_the_figures(page)
        expect(matrix.locator("[aria-current]")).to_have_count(1)
        expect(cell).to_have_attribute("aria-current", "true")
        pictures.add("".join(map(str, map_state(page)["codes"])))
    assert len(pictures) > len(Phase)
    assert len(set(matrix.locator("td a").all_text_contents())) == 15  # each by its own name


def test_M3_M4_norsjo_beside_mala_and_the_report_in_six_presses(hand: Hand) -> None:
    """Journey (c): from the start page to both municipalities in one picture and the report."""
    page, pressed = load(hand.page), list[Locator]()

    def press(target: Locator) -> None:
        pressed.append(target)
        hand.press(target)

    if hand.is_touch:
        press(page.locator(".ris-menu summary"))
    press(page.locator(".ris-menu").get_by_role("link", name="Kommuner").locator("visible=true"))
    headed(page, "Kommuner")
    press(page.get_by_role("link", name="Norsjö ≈ 60 min"))
    headed(page, re.compile("^Norsjö: "))
    box = page.get_by_role("combobox", name="Jämför med")
    if hand.is_touch:
        press(box)
        press(page.get_by_role("option", name="Malå"))
    else:
        box.focus()
        page.keyboard.type("Malå")
        page.keyboard.press("Enter")
    expect(page.locator(".ris-m-other")).to_contain_text("Malå: ")
    settle(page)
    assert query(page)["jamfor"] == ["2418"]
    assert page.locator(".st-key-ris-m-aside table").count() == 2
    table = page.locator("table[data-table=compare]")
    expect(table.locator("thead th")).to_have_text(["Uppgift", "Norsjö", "Malå"])
    expect(table).to_be_visible()
    expect(map_frame(page).locator(".ris-chosen.core")).to_have_count(2)
    with page.expect_download() as waiting:
        press(page.get_by_role("button", name="Rapport", exact=True))
    assert len(pressed) <= 6
    assert ">Malå</th>" in Path(waiting.value.path()).read_text(encoding="utf-8")


def test_M1_M4_M5_M6_X4_what_a_municipality_takes_from_its_page(page: Page) -> None:
    """The text with and without a clipboard, a message that confirms, code to embed, the report."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    load(page, "/kommun?kommun=2422")
    expect(page).to_have_title(re.compile("^Sorsele kommun – "))

    page.get_by_text("Text till ett underlag").click()
    copied, copy = page.locator("[data-ris-copy-status=m-memo]"), "Kopiera text"
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
    expect(link).to_have_attribute("href", re.compile("^mailto:.*kommun-sorsele-naringsliv"))
    expect(page.get_by_role("link", name=re.compile("^Rätta.*näringsliv"))).to_be_visible()

    unfold(page)
    site = "{0.scheme}://{0.netloc}".format(urlsplit(page.url))
    expect(page.locator(".st-key-ris-embed code")).to_contain_text(f'<iframe src="{site}/kommun?')
    assert_accessible(page)

    with page.expect_download() as waiting:
        page.get_by_role("button", name="Rapport", exact=True).click()
    assert waiting.value.suggested_filename.startswith("kommun-sorsele-")
    content = Path(waiting.value.path()).read_text(encoding="utf-8")
    view = view_of(real_world(), MunicipalityChoice(kommun="2422"), real_words(Language.SV))
    assert content == report_html(view, site=site)


def report(folder: Path, code: str, language: Language) -> Path:
    """Write a report, the one that the command line gives (tests/municipality)."""
    view = view_of(real_world(), MunicipalityChoice(kommun=code), real_words(language))
    output = folder / f"{code}-{language}.html"
    output.write_text(report_html(view), encoding="utf-8")
    return output


def test_M4_X4_each_of_the_fifteen_prints_without_cut_offs(page: Page, tmp_path: Path) -> None:
    """M4: printed by the browser itself; nothing stands wider than the paper's text area."""
    # what is written is longer in Swedish; in English the translation is what can go wrong
    written = [(code, Language.SV) for code in MUNICIPALITY_CODES]
    written += [(code, Language.EN) for code in MUNICIPALITY_CODES[::5]]
    # from the server's host: axe looks at nothing else
    page.route(
        "**/*.html", lambda route: route.fulfill(path=tmp_path / Path(route.request.url).name)
    )
    heights: dict[str, int] = {}
    for code, language in written:
        name = report(tmp_path, code, language).name
        page.goto(f"/{name}")
        if not heights:
            assert_accessible(page)
            page.set_viewport_size({"width": PRINTED_WIDTH, "height": 1000})
            page.emulate_media(media="print")
        too_wide = page.evaluate(
            """() => [...document.querySelectorAll('body *')]
              .filter((e) => !e.closest('svg, .ris-hidden') && e.getClientRects().length
                && (e.getBoundingClientRect().right > document.documentElement.clientWidth + 1
                    || e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 0))
              .map((e) => e.outerHTML.slice(0, 120))"""
        )
        assert too_wide == [], name
        heights[name] = page.evaluate("document.documentElement.scrollHeight")
    for name in sorted(heights, key=heights.__getitem__)[-3:]:  # the longest
        page.goto(f"/{name}")
        pdf = page.pdf(prefer_css_page_size=True, print_background=True)
        assert 1 <= sheets(pdf) <= A4_PAGES, f"{name}: {sheets(pdf)} pages"
        assert b"/MediaBox [0 0 594.95996 841.91998]" in pdf or b"/MediaBox [0 0 595" in pdf
