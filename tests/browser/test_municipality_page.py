"""The page "Kommun" in the real browser: M1, M4-M7, X1, X3, X4, X6-X9 for this page."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from ris_map.__main__ import main
from ris_map.geography.codes import MUNICIPALITY_CODES
from ris_map.municipality.files import report_html
from ris_map.municipality.pictures import classes_of
from ris_map.municipality.profile import MunicipalityChoice
from ris_map.register.vocabulary import Phase, ServiceType
from ris_map.words.language import Language
from tests.browser.conftest import OpenPage
from tests.browser.harness import ROOT, Server, map_frame, new_context, settle, stands_still
from tests.factories import real_words as report_words
from tests.factories import real_world

LANGUAGES = ("sv", "en")
SORSELE = "/kommun?kommun=2422"
A4_PAGES = 3
# A4 less the report's own margins, at 96 units per inch.
PRINTED_WIDTH = round((210 - 20) / 25.4 * 96)
LAPTOP_SCROLL = "document.documentElement.scrollWidth"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_M1_the_tab_and_the_heading_have_the_name(open_page: OpenPage, lang: str) -> None:
    page = open_page(SORSELE, lang)
    name = {"sv": "Sorsele kommun", "en": "Sorsele municipality"}[lang]
    expect(page).to_have_title(re.compile(f"^{name} – "))
    expect(page.locator("h1")).to_have_text(re.compile("^Sorsele: "))
    assert page.evaluate("document.documentElement.lang") == lang


def test_M1_another_is_chosen_from_the_list_and_back_returns(open_page: OpenPage) -> None:
    page = open_page(SORSELE)
    page.get_by_role("link", name="Alla 15 kommuner").click()
    page.get_by_role("link", name="Åsele", exact=True).click()
    expect(page.locator("h1")).to_have_text(re.compile("^Åsele: "))
    settle(page)
    assert parse_qs(urlsplit(page.url).query)["kommun"] == ["2463"]
    expect(page).to_have_title(re.compile("^Åsele kommun – "))
    page.go_back()
    page.go_back()
    expect(page.locator("h1")).to_have_text(re.compile("^Sorsele: "))


def test_K1_the_map_is_in_the_first_screen(open_page: OpenPage, page: Page) -> None:
    sizes = {(1400, 900): 330, (390, 844): 844}
    for (width, height), latest in sizes.items():
        page.set_viewport_size({"width": width, "height": height})
        for path in ("/kommun", "/styrkeomraden?omrade=besoksnaring"):
            open_page(path)
            box = page.locator("iframe[data-testid=stCustomComponentV1]").first.bounding_box()
            assert box
            assert box["y"] < latest, path
            if width == 1400:
                shown = min(height, box["y"] + box["height"]) - box["y"]
                assert shown / box["height"] >= 0.6, path


def test_K2_a_municipality_on_the_map_is_outlined_and_opened(open_page: OpenPage) -> None:
    page = open_page("/kommun")
    area = map_frame(page).locator(".ris-area[aria-label^='Malå'], .ris-area").nth(5)
    area.focus()
    area.press("Enter")
    page.wait_for_url(re.compile("kommun=24"))
    settle(page)
    state = map_frame(page).evaluate("risState()")
    assert state["chosen"] == parse_qs(urlsplit(page.url).query)["kommun"][0]
    assert map_frame(page).locator(".ris-chosen").count() > 0


def test_K3_squares_have_the_classes_of_the_figures(open_page: OpenPage) -> None:
    page = open_page("/kommun?kommun=2417&fas=vaxa&stod=motesplats")
    drawn = map_frame(page).evaluate("risState().codes")
    choice = MunicipalityChoice(kommun="2417", fas=Phase.VAXA, stod=ServiceType.MOTESPLATS)
    assert drawn[: len(real_world().cells)] == classes_of(real_world(), choice).tolist()


def test_K4_a_cell_of_the_matrix_changes_the_map_and_the_headline(open_page: OpenPage) -> None:
    page = open_page("/kommun?kommun=2462")
    before = map_frame(page).evaluate("risState().codes.join('')")
    page.locator(".ris-matrix td a").nth(3).click()
    expect(page.locator("h1")).to_contain_text("inkubator")
    settle(page)
    assert map_frame(page).evaluate("risState().codes.join('')") != before
    expect(page.locator(".ris-matrix [aria-current]")).to_have_count(1)


def test_M3_two_stand_side_by_side(open_page: OpenPage) -> None:
    page = open_page("/kommun?kommun=2417")
    page.get_by_role("combobox", name="Jämför med").click()
    page.get_by_role("option", name="Malå").click()
    table = page.locator("table[data-table=compare]")
    expect(table.locator("thead th")).to_have_text(["Uppgift", "Norsjö", "Malå"])
    expect(table).to_be_visible()
    settle(page)
    assert parse_qs(urlsplit(page.url).query)["jamfor"] == ["2418"]
    expect(map_frame(page).locator(".ris-chosen.core")).to_have_count(2)


@pytest.mark.parametrize("how", ["touch", "mouse", "keyboard"])
def test_M4_norsjo_beside_mala_and_the_report_in_six_presses(
    open_page: OpenPage, phone: Page, how: str
) -> None:
    """Journey (c): from the start page to both municipalities in one picture and the report."""
    page = open_page("/", page=phone if how == "touch" else None)
    presses = 0

    def press(target: Locator) -> None:
        nonlocal presses
        presses += 1
        if how == "touch":
            target.tap()
        elif how == "mouse":
            target.click()
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
    assert page.locator(".st-key-ris-m-aside table").count() == 2
    with page.expect_download() as waiting:
        press(page.get_by_role("button", name="Rapport", exact=True))
    assert presses <= 6
    report = Path(waiting.value.path()).read_text(encoding="utf-8")
    assert ">Malå</th>" in report


@pytest.mark.parametrize(("device", "highest"), [("page", 3500), ("phone", 6000)])
@pytest.mark.parametrize("path", ["/kommun?kommun=2417&jamfor=2418", "/kommun"])
def test_X11_the_page_is_short_and_stands_still(
    request: pytest.FixtureRequest, open_page: OpenPage, device: str, highest: int, path: str
) -> None:
    page = open_page(path, page=request.getfixturevalue(device))
    assert stands_still(page)
    main = page.get_by_test_id("stMain")
    assert main.evaluate("(e) => e.scrollHeight") <= highest
    page.evaluate("document.querySelectorAll('details').forEach((e) => { e.open = true; })")
    assert page.evaluate(LAPTOP_SCROLL) <= page.viewport_size["width"]  # type: ignore[index]
    assert main.evaluate("(e) => e.scrollWidth - e.clientWidth") <= 0


@pytest.mark.parametrize(
    ("path", "lang"),
    [(SORSELE, "en"), ("/kommun", "sv"), ("/kommun?kommun=2480&bredd=adjacent", "sv")],
)
def test_X4_no_accessibility_faults(
    open_page: OpenPage, axe: Callable[[Page], None], path: str, lang: str
) -> None:
    page = open_page(path, lang)
    page.evaluate("document.querySelectorAll('details').forEach((e) => { e.open = true; })")
    axe(page)


def test_X4_the_embedded_view_has_no_accessibility_faults(
    open_page: OpenPage, axe: Callable[[Page], None]
) -> None:
    axe(open_page(f"{SORSELE}&embed=true"))


@pytest.mark.parametrize("width", [1400, 360])
def test_words_in_tables_stay_whole(open_page: OpenPage, page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    open_page(SORSELE, "en")
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


def test_the_text_is_copied_with_the_keyboard(open_page: OpenPage, page: Page) -> None:
    """The button takes the paragraph, says so, and needs no mouse."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    open_page(SORSELE)
    page.get_by_text("Text till ett underlag").click()
    text = page.locator("#m-memo").inner_text()
    page.get_by_role("button", name="Kopiera texten").focus()
    page.keyboard.press("Enter")
    expect(page.locator("[data-ris-copy-status=m-memo]")).to_have_text("Texten är kopierad.")
    assert page.evaluate("navigator.clipboard.readText()") == text.strip()


def test_without_a_clipboard_the_text_is_selected(open_page: OpenPage) -> None:
    page = open_page(SORSELE)
    page.get_by_text("Text till ett underlag").click()
    page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    page.get_by_role("button", name="Kopiera texten").click()
    expect(page.locator("[data-ris-copy-status=m-memo]")).to_contain_text("Ctrl+C")
    selected = page.evaluate("getSelection().toString().trim()")
    assert selected.startswith("Sorsele kommun hade")


def test_M5_one_step_to_confirm(open_page: OpenPage) -> None:
    page = open_page(SORSELE)
    page.get_by_text("Uppgifter att bekräfta").click()
    link = page.get_by_role("link", name=re.compile("^Stämmer.*näringslivsservice"))
    address = urlsplit(link.get_attribute("href") or "")
    fields = parse_qs(address.query)
    assert address.scheme == "mailto"
    assert "kommun-sorsele-naringsliv" in fields["subject"][0]
    expect(page.get_by_role("link", name=re.compile("^Rätta.*näringsliv"))).to_be_visible()


def test_M6_the_embedded_view_has_nothing_else(open_page: OpenPage) -> None:
    """M6: heading, table, source line, link to the full view; no menu, no footer."""
    page = open_page(f"{SORSELE}&grans=90&embed=true")
    expect(page.locator("h1")).to_contain_text("Sorsele")
    expect(page.locator("table")).to_have_count(1)
    expect(page.get_by_test_id("stMain").locator("a:visible")).to_have_count(1)
    expect(page.locator(".st-key-ris-top, .st-key-ris-footer")).to_have_count(0)
    link = page.get_by_role("link", name="Hela sidan om Sorsele kommun")
    query = parse_qs(urlsplit(link.get_attribute("href") or "").query)
    assert query == {"kommun": ["2422"], "grans": ["90"], "lang": ["sv"]}
    expect(page.locator(".ris-m-embed > .ris-note")).to_contain_text("Källa:")


def test_M6_another_site_may_show_it_only_where_the_operator_allows(
    start_server: Callable[..., Server], server: Server
) -> None:
    import urllib.request

    allowed = start_server(env={"RIS_MAP_FRAME_ANCESTORS": "https://kommun.example"})
    for site, expected in ((server, "frame-ancestors 'self'"), (allowed, "https://kommun.example")):
        with urllib.request.urlopen(f"{site.url}{SORSELE}&embed=true", timeout=90) as answer:
            assert expected in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("code", ["2422", "2480"])
def test_M7_official_information_is_one_link_away(open_page: OpenPage, code: str) -> None:
    page = open_page(f"/kommun?kommun={code}")
    links = page.locator(".ris-m-rights a")
    hosts = {urlsplit(a.get_attribute("href") or "").hostname for a in links.all()}
    assert "www.sametinget.se" in hosts
    assert ("www.isof.se" in hosts) == (code == "2480")


def test_M4_the_downloaded_report_is_the_one_of_the_command_line(
    open_page: OpenPage, tmp_path: Path
) -> None:
    page = open_page(SORSELE)
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Rapport", exact=True).click()
    content = Path(waiting.value.path()).read_text(encoding="utf-8")
    assert waiting.value.suggested_filename.startswith("kommun-sorsele-")
    output = tmp_path / "sorsele.html"
    assert main(["report", "2422", "-o", str(output), "--data", str(ROOT / "data")]) == 0
    site = f"{urlsplit(page.url).scheme}://{urlsplit(page.url).netloc}"
    assert content.replace(f"{site}/kommun", "/kommun") == output.read_text(encoding="utf-8")


def report(folder: Path, code: str, lang: str) -> Path:
    """Write a report, the one that the command line gives (tests/municipality/test_report.py)."""
    choice, output = MunicipalityChoice(kommun=code), folder / f"{code}.html"
    html = report_html(choice, world=real_world(), words=report_words(Language(lang)))
    output.write_text(html, encoding="utf-8")
    return output


@pytest.mark.parametrize("lang", LANGUAGES)
def test_M4_each_of_the_fifteen_prints_without_cut_offs(
    browser: Browser, tmp_path: Path, lang: str
) -> None:
    """M4: printed by the browser itself; nothing stands wider than the paper's text area."""
    context = new_context(browser, "file:///", viewport={"width": PRINTED_WIDTH, "height": 1000})
    asked: list[str] = []
    page = context.new_page()
    page.on("request", lambda request: asked.append(request.url))
    page.emulate_media(media="print")
    # what is written is longer in Swedish; in English the translation is what can go wrong
    for code in MUNICIPALITY_CODES[:: 1 if lang == "sv" else 5]:
        page.goto(report(tmp_path, code, lang).as_uri())
        too_wide = page.evaluate(
            """() => [...document.querySelectorAll('body *')]
              .filter((e) => !e.closest('svg, .ris-hidden') && e.getClientRects().length
                && (e.getBoundingClientRect().right > document.documentElement.clientWidth + 1
                    || e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 0))
              .map((e) => e.outerHTML.slice(0, 120))"""
        )
        assert too_wide == [], f"{code} ({lang})"
        pdf = page.pdf(prefer_css_page_size=True, print_background=True)
        pages = len(re.findall(rb"/Type /Page\b", pdf))
        assert 1 <= pages <= A4_PAGES, f"{code} ({lang}): {pages} pages"
        assert b"/MediaBox [0 0 594.95996 841.91998]" in pdf or b"/MediaBox [0 0 595" in pdf
    context.close()
    assert all(url.startswith("file:") for url in asked), "the report asked for something"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_X4_the_report_has_no_accessibility_faults(
    browser: Browser, server: Server, tmp_path: Path, axe: Callable[[Page], None], lang: str
) -> None:
    output = report(tmp_path, "2422", lang)
    context = new_context(browser, server.url)
    page = context.new_page()
    # read from the server's host: axe only looks at frames with an http address
    page.route("**/report.html", lambda route: route.fulfill(path=output))
    page.goto("/report.html")
    expect(page.locator("h1")).to_be_visible()
    axe(page)
    context.close()


def test_X8_thirty_changes_leave_the_page_whole(open_page: OpenPage) -> None:
    page = open_page(SORSELE)
    for turn in range(30):
        page.locator(".ris-matrix td a").nth(turn % 15).click()
        settle(page)
    expect(page.locator("h1")).to_have_text(re.compile("^Sorsele: "))
    assert page.locator(".ris-m-list").count() >= 5
