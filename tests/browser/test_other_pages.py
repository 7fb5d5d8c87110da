"""Pages with a test or two of their own, and the links between pages, in a real browser."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.harness import Server, assert_accessible, map_frame, new_context, settle
from tests.browser.reading import MAP, arrive, go, headed, load, map_state, query, unfold, words


def test_X3_links_keep_the_document_and_the_choices_and_open_a_tab_on_request(page: Page) -> None:
    load(page, "/?fas=vaxa&kommun=2482")
    page.go_back()
    assert page.url == "about:blank"  # one press leaves the product
    load(page, "/?fas=vaxa&kommun=2482")
    page.evaluate("() => { window.risStayed = true; }")
    menu = page.locator(".ris-menu .ris-wide")
    menu.get_by_role("link", name="Täckning", exact=True).click()
    arrive(page, "/tackning")
    expect(page.locator(".cov-matrix")).to_be_visible()
    expect(page.locator(".ris-title")).to_be_focused()
    expect(menu.locator("[aria-current=page]")).to_have_text("Täckning")
    page.go_back()
    settle(page)
    expect(page.locator(".st-key-start-fas [data-selected]")).to_have_text("Växa")

    with page.context.expect_page() as opened:
        menu.get_by_role("link", name="Kommuner", exact=True).click(modifiers=["ControlOrMeta"])
    opened.value.wait_for_url("**/kommun*", wait_until="commit")
    opened.value.close()
    assert "/kommun?" not in page.url

    link = page.locator("a.ris-row").first
    name = link.locator("b").inner_text()
    link.click()
    page.wait_for_url("**/aktor*")
    expect(page.locator("h1")).to_have_text(name)
    expect(page).to_have_title(f"{name} – Innovationskartan Västerbotten")
    page.get_by_role("link", name="Till listan och kartan").click()
    page.wait_for_url("**fas=vaxa*")
    assert "kommun=2482" in page.url
    settle(page)
    page.locator(".st-key-ris-footer").get_by_text(words("sv")["footer.method"], exact=True).click()
    headed(page, words("sv")["page.method.title"])
    # a new page begins at its top, and Back leads to where the old one was left
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollTop") == 0
    assert page.evaluate("() => window.risStayed")
    page.go_back()
    expect(page.locator(".st-key-ris-footer")).to_be_in_viewport()


def test_I5_the_address_of_an_actor_shows_it_and_of_nobody_leads_back(page: Page) -> None:
    load(page, "/aktor?id=almi-nord")
    page.get_by_role("link", name="In English").click()
    expect(page.locator("h1")).to_be_focused()  # the same in both languages
    go(page, "/aktor?id=norrlandsfonden&lang=en")
    expect(page.locator("h1")).to_have_text("Norrlandsfonden")
    expect(page.locator("dd", has_text="norrlandsfonden").last).to_have_text("norrlandsfonden")
    expect(page.locator('table:has(#d-sources) a[href^="http"]')).not_to_have_count(0)
    go(page, "/aktor?id=finns-inte&lang=en")
    expect(page.locator(".ris-notice")).to_have_text(words("en")["page.actor.not-found"])
    page.get_by_text(words("en")["page.actor.back"]).click()
    expect(page.locator("h1").first).not_to_have_text(words("en")["page.actor.unknown"])


def test_K4_bars_and_towns_change_headline_map_list_and_address(page: Page) -> None:
    load(page, "/styrkeomraden")
    frame, before = map_frame(page), len(map_state(page)["bubbles"])
    page.get_by_role("link", name=re.compile("^Life science")).click()
    headed(page, re.compile(r"^Life science: 2\segna"))
    assert query(page)["omrade"] == ["life_science"]
    expect(page.locator("section[data-group=own]")).to_have_attribute("data-count", "2")
    assert len(map_state(page)["bubbles"]) != before
    # another with the keyboard
    page.get_by_role("link", name=re.compile("^Besöksnäring")).focus()
    page.keyboard.press("Enter")
    headed(page, "Besöksnäring: 0 egna aktörer")
    assert query(page)["omrade"] == ["besoksnaring"]
    # a town on the map narrows the list, and rows mark the map
    everybody = page.locator(".ris-row").count()
    frame.locator('.ris-bubble[data-town="2480-umea"]').press("Enter")
    arrive(page, "tatort=2480-umea")
    assert 0 < page.locator(".ris-row").count() < everybody
    unfold(page)
    page.locator(".ris-row").first.hover()
    hot = frame.locator(".is-hot").evaluate_all("(e) => e.map((m) => m.dataset.town)")
    assert "2480-umea" in hot
    frame.locator('[data-municipality="2421"]').press("Enter")
    page.wait_for_url(re.compile("kommun=2421"))
    assert "Storuman" in map_state(page)["say"]


TOUCHING = """() => [...document.querySelectorAll('.ris-bubble')]
  .map((e) => e.getBoundingClientRect()).filter((a, i, all) => all.slice(i + 1).some((b) =>
    Math.hypot(a.x + a.right - b.x - b.right, a.y + a.bottom - b.y - b.bottom)
      < a.width + b.width - 12)).length"""


def test_K1_on_a_phone_the_map_follows_two_rows_of_chips(phone: Page) -> None:
    page = load(phone, "/styrkeomraden?omrade=tillverkningsindustri")
    assert map_frame(page).evaluate(TOUCHING) == 0
    box = page.locator(MAP).bounding_box()
    assert box["y"] < 400
    chips = page.locator(".ris-s-bars a")
    assert all(chip.bounding_box()["height"] >= 24 for chip in chips.all())  # type: ignore[index]
    expect(page.locator(".ris-s-bars a[aria-current]")).to_be_in_viewport(ratio=1)
    chips.nth(7).focus()  # one that lies outside is moved into sight by the keyboard
    expect(chips.nth(7)).to_be_in_viewport(ratio=1)


def test_R10_one_click_gives_each_form(page: Page) -> None:
    """CSV, workbook and GeoPackage are saved under a name; the addresses are the page's own."""
    load(page, "/oppna-data")
    for ending in ("csv", "xlsx", "gpkg"):
        with page.expect_download() as begun:
            page.locator(f'a[href^="/api/v1/actors.{ending}"]').first.click()
        assert begun.value.suggested_filename == f"actors.{ending}"
    link = page.get_by_role("link", name="Aktörer i innovationsstödsystemet, GeoJSON")
    expect(link).to_have_attribute("href", re.compile(r"actors\.geojson\?bredd=adjacent$"))
    names = [" ".join(name.split()) for name in page.locator(".ris-formats a").all_inner_texts()]
    assert len(names) == len(set(names)) > 0


SORSELE, COUNTY = "/kommun?kommun=2422&grans=90", "/tackning?grans=90"


@pytest.mark.parametrize(
    ("path", "part"),
    [
        *((SORSELE, "karta"), (SORSELE, "true")),  # true is the table, as before there were parts
        *((COUNTY, "karta"), (COUNTY, "tabell"), (COUNTY, "mening")),
    ],
)
def test_M6_each_part_stands_alone_and_fits_320_px(page: Page, path: str, part: str) -> None:
    page.set_viewport_size({"width": 320, "height": 760})
    load(page, f"{path}&embed={part}")
    expect(page.locator(".st-key-ris-top, .st-key-ris-footer, .st-key-ris-embed")).to_have_count(0)
    expect(page.locator("iframe")).to_have_count(int(part == "karta"))
    source = {SORSELE: "Källa:", COUNTY: "registret"}[path]
    expect(page.locator(".ris-m-embed > .ris-note")).to_contain_text(source)
    for part_of_it in (page.locator("html"), page.get_by_test_id("stMain")):
        assert part_of_it.evaluate("(e) => e.scrollWidth - e.clientWidth") <= 0
    assert_accessible(page)
    if (path, part) == (SORSELE, "karta"):  # loaded anew it is still the map: the address says so
        page.reload()
        settle(page)
        expect(page.locator("iframe")).to_have_count(1)


def test_X4_pages_without_scripts_are_accessible_and_narrow(page: Page) -> None:
    page.set_viewport_size({"width": 320, "height": 640})
    for path in ("/om/", "/om/aktor/almi-nord?lang=en", "/om/kommun/2422"):
        page.goto(path)
        expect(page.locator("h1")).to_be_visible()
        unfold(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path
        assert_accessible(page)


def test_without_scripts_the_shell_leads_to_them(browser: Browser, server: Server) -> None:
    context = new_context(browser, server.url, java_script_enabled=False)
    page = context.new_page()
    page.goto("/kommun?kommun=2422")
    page.get_by_role("link", name="Alla aktörer och kommuner").click()
    page.get_by_role("link", name="Sorsele", exact=True).click()
    expect(page.locator("h1")).to_contain_text("Sorsele")
    expect(page.locator(".ris-matrix td")).to_have_count(15)
    context.close()
