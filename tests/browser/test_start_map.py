"""The map and the start page in a browser: everything that is drawn equals the library's."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from ris_map.coverage.map_picture import MapChoice, map_view, picture
from ris_map.register.vocabulary import Phase, ServiceType
from ris_map.travel.world import service
from ris_map.web.settings import data_dir
from ris_map.words import translator
from ris_map.words.language import Language
from tests.browser.conftest import OpenPage
from tests.browser.harness import map_frame, settle

STATE = "() => window.risState()"
AREAS = "[data-municipality]"


def state(page: Page) -> dict[str, Any]:
    found: dict[str, Any] = map_frame(page).evaluate(STATE)
    return found


def frame_box(page: Page) -> dict[str, float]:
    box = page.locator("iframe[data-testid=stCustomComponentV1]").first.bounding_box()
    assert box is not None
    return dict(box)


def count_messages(page: Page) -> list[str]:
    sent: list[str] = []
    page.on("websocket", lambda ws: ws.on("framesent", lambda data: sent.append(str(data)[:60])))
    return sent


def wait_for(page: Page, script: str, arg: Any = None) -> None:
    map_frame(page).wait_for_function(script, arg=arg)


def choose_by_keyboard(page: Page, code: str) -> None:
    map_frame(page).locator(f'[data-municipality="{code}"]').focus()
    page.keyboard.press("Enter")
    wait_for(page, "(code) => window.risState().chosen === code", code)
    settle(page)


def _choice(phase: Phase | None, kind: ServiceType | None, **more: Any) -> MapChoice:
    return MapChoice(phase=phase, service_type=kind, **more)


@pytest.mark.parametrize(
    ("query", "choice"),
    [
        ("", MapChoice()),
        (
            "fas=vaxa&stod=finansiering",
            MapChoice(phase=Phase.VAXA, service_type=ServiceType.FINANSIERING),
        ),
        (
            "fas=utveckling&stod=motesplats&grans=30",
            MapChoice(phase=Phase.UTVECKLING, service_type=ServiceType.MOTESPLATS, limit=30),
        ),
        (
            "fas=alla&stod=alla&lager=aktorer",
            MapChoice(phase=None, service_type=None, shown="aktorer"),
        ),
        ("satt=digital", MapChoice.model_validate({"satt": "digital"})),
    ],
)
def test_K3_all_squares_bubbles_and_words_drawn_equal_the_librarys(
    open_page: OpenPage, query: str, choice: MapChoice
) -> None:
    page = open_page(f"/?{query}")
    wait_for(page, "() => window.risState().codes?.length === 5538")
    view = map_view(service(data_dir()).moment().world, choice, tr=translator(Language.SV))
    wanted, drawn = picture(view), state(page)
    assert drawn["codes"] == wanted.classes
    if choice.shown == "minuter" and view.is_physical:
        assert drawn["codes"] == view.found.classes.tolist()
    assert sorted(drawn["bubbles"]) == sorted(bubble.id for bubble in wanted.bubbles)
    assert wanted.sentences[""].figure in drawn["say"]
    names = (
        map_frame(page)
        .locator(AREAS)
        .evaluate_all("(e) => e.map((a) => [a.dataset.municipality, a.getAttribute('aria-label')])")
    )
    assert len(names) == 15
    for code, label in names:
        assert wanted.sentences[code].figure in label


def test_K1_I7_on_a_phone_headline_and_map_share_the_first_screen(
    open_page: OpenPage, phone: Page
) -> None:
    phone.set_viewport_size({"width": 390, "height": 844})
    page = open_page(page=phone)
    box = frame_box(page)
    assert box["y"] < 240
    assert box["height"] >= 0.54 * 844
    rest = map_frame(page).evaluate("getComputedStyle(document.getElementById('say')).display")
    assert rest == "none"  # the headline says it
    more = page.locator(".ris-more summary")
    box = more.bounding_box()
    assert box
    assert box["x"] + box["width"] <= 390
    # phases at once, the rest when asked for
    expect(page.locator(".st-key-start-omrade")).to_be_hidden()
    more.click()
    for key in ("stod", "omrade", "satt", "grans", "lager"):
        box = page.locator(f".st-key-start-{key}").bounding_box()
        assert box
        assert box["x"] + box["width"] <= 390


def test_K2_X8_hover_focus_and_pin_send_no_message(open_page: OpenPage, page: Page) -> None:
    sent = count_messages(page)
    open_page()
    frame = map_frame(page)
    before, said = len(sent), set()
    for number in range(15):
        area = frame.locator(AREAS).nth(number)
        area.focus()
        said.add(state(page)["say"])
        page.keyboard.press("p")
    page.mouse.move(500, 500)
    page.mouse.move(600, 450, steps=4)
    frame.evaluate("() => { map.panBy([40, 0]); map.setZoom(map.getZoom() + 1); }")
    page.wait_for_timeout(600)
    assert len(said) == 15
    assert len(sent) == before > 0


def test_K2_G2_G3_enter_outlines_zooms_and_shows_what_serves_it(open_page: OpenPage) -> None:
    page = open_page()
    zoom = state(page)["zoom"]
    choose_by_keyboard(page, "2421")
    frame = map_frame(page)
    assert state(page)["zoom"] > zoom
    expect(frame.locator(".ris-chosen.core")).to_have_count(1)
    expect(frame.locator(".ris-route.core")).to_have_count(1)
    expect(frame.locator('[data-municipality="2421"]')).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#h-panel")).to_have_text("Storuman")
    assert parse_qs(urlsplit(page.url).query)["kommun"] == ["2421"]


def test_K6_G5_the_whole_county_comes_back_and_the_wheel_scrolls_the_page(
    open_page: OpenPage,
) -> None:
    page = open_page("/?alla=ja")
    zoom = state(page)["zoom"]
    choose_by_keyboard(page, "2418")
    map_frame(page).get_by_role("button", name="Hela länet").click()
    wait_for(page, "() => window.risState().chosen === ''")
    settle(page)
    assert state(page)["zoom"] == pytest.approx(zoom, abs=0.06)
    expect(page.locator("#h-panel")).to_have_count(0)
    box = frame_box(page)
    page.mouse.move(box["x"] + 400, box["y"] + 300)
    page.mouse.wheel(0, 250)
    page.wait_for_function("() => document.querySelector('[data-testid=stMain]').scrollTop > 100")
    assert state(page)["zoom"] == pytest.approx(zoom, abs=0.06)


LABELS = """() => {
  const box = (e) => {
    const { left, right, top, bottom } = e.getBoundingClientRect();
    return { left, right, top, bottom, text: e.textContent };
  };
  const names = [...document.querySelectorAll('.ris-names span')].map(box);
  const marks = [...document.querySelectorAll('.ris-bubble')].map(box);
  const meet = (a, b) => a.left < b.right - 1 && b.left < a.right - 1
    && a.top < b.bottom - 1 && b.top < a.bottom - 1;
  const found = [];
  names.forEach((a, i) => {
    marks.forEach((b) => { if (meet(a, b)) found.push(a.text + ' on a marker'); });
    names.slice(i + 1).forEach((b) => { if (meet(a, b)) found.push(a.text + ' on ' + b.text); });
  });
  const signs = [...document.querySelectorAll('.ris-bubble, .ris-names i')]
    .map((e) => ({ ...box(e), text: e.dataset.name }));
  const gap = (a, b, low, high) => Math.max(0, a[low] - b[high], b[low] - a[high]);
  const apart = (a, b) => Math.hypot(gap(a, b, 'left', 'right'), gap(a, b, 'top', 'bottom'));
  names.filter((a) => signs.some((b) => b.text === a.text)).forEach((a) => {
    const nearest = signs.reduce((one, other) => (apart(a, other) < apart(a, one) ? other : one));
    if (nearest.text !== a.text) found.push(a.text + ' by ' + nearest.text);
  });
  return [names.map((a) => a.text), found];
}"""


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("/", {"Umeå", "Skellefteå", "Lycksele", "Inland", "Kust"}),
        ("/?kommun=2421", {"Storuman"}),
        ("/?fas=alla&stod=alla", {"Umeå", "Skellefteå"}),
        ("/?kommun=2480", {"Umeå"}),
        ("/styrkeomraden", {"Umeå", "Skellefteå", "Lycksele", "Inland", "Kust"}),
        ("/styrkeomraden?omrade=besoksnaring", {"Umeå", "Skellefteå", "Malå", "Inland", "Kust"}),
        ("/kommun?kommun=2417&jamfor=2418", {"Norsjö", "Malå", "Lycksele"}),
        ("/kommun?kommun=2422", {"Sorsele", "Lycksele"}),
    ],
)
@pytest.mark.parametrize("screen", ["page", "phone"])
def test_K6_G6_names_stand_by_their_own_marker_and_touch_no_other(
    open_page: OpenPage, request: pytest.FixtureRequest, path: str, wanted: set[str], screen: str
) -> None:
    page = open_page(path, page=request.getfixturevalue(screen))
    named, found = map_frame(page).evaluate(LABELS)
    assert wanted <= set(named)
    assert found == []


def test_K4_list_map_and_sentence_mark_the_same_both_ways(open_page: OpenPage) -> None:
    page = open_page()
    frame = map_frame(page)
    page.locator(".ris-row").first.hover()
    hot = frame.locator(".ris-bubble.is-hot").evaluate_all("(e) => e.map((m) => m.dataset.town)")
    ids = (page.locator(".ris-row").first.get_attribute("data-map-ids") or "").split()
    assert sorted(hot) == sorted(ids)
    frame.locator('.ris-bubble[data-town="2480-umea"]').focus()
    marked = page.locator(".ris-row[data-map-hot]").count()
    assert marked == page.locator('.ris-row[data-map-ids~="2480-umea"]').count() > 0
    assert "Umeå" in state(page)["say"]


def test_a_bubble_narrows_the_list_to_its_town(open_page: OpenPage) -> None:
    page = open_page()
    all_rows = page.locator(".ris-row").count()
    map_frame(page).locator('.ris-bubble[data-town="2481-lycksele"]').focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("tatort=2481-lycksele"))
    settle(page)
    assert 0 < page.locator(".ris-row").count() < all_rows


@pytest.mark.parametrize("town", ["2480-umea", "2481-lycksele", "2482-skelleftea"])
def test_K2_a_finger_on_a_bubble_narrows_the_list(
    open_page: OpenPage, phone: Page, town: str
) -> None:
    """Nothing may grow under the finger between its press and the click."""
    page = open_page(page=phone)
    map_frame(page).locator(f'.ris-bubble[data-town="{town}"]').tap()
    page.wait_for_url(re.compile(f"tatort={town}"))


def test_a_filter_is_painted_at_the_click_and_python_agrees(open_page: OpenPage) -> None:
    page = open_page()
    before = state(page)
    # nothing that is said to the server arrives until the map has changed
    page.evaluate(
        """() => {
          const send = WebSocket.prototype.send, kept = [];
          WebSocket.prototype.send = function (data) { kept.push([this, data]); };
          window.risGoOn = () => {
            WebSocket.prototype.send = send;
            kept.forEach(([socket, data]) => socket.send(data));
            return kept.length;
          };
        }"""
    )
    page.locator(".st-key-start-fas button", has_text="Växa").click()
    wait_for(page, "(old) => window.risState().url !== old", before["url"])
    assert page.evaluate("window.risGoOn()") > 0
    settle(page)
    view = map_view(
        service(data_dir()).moment().world, MapChoice(phase=Phase.VAXA), tr=translator(Language.SV)
    )
    assert state(page)["codes"] == picture(view).classes != before["codes"]


def test_a_fast_double_click_ends_with_the_last_choice(open_page: OpenPage) -> None:
    page = open_page()
    page.locator(".st-key-start-grans button", has_text="30").click()
    page.locator(".st-key-start-grans button", has_text="120").click()
    page.wait_for_url(re.compile("grans=120"))
    settle(page)
    wait_for(page, "() => window.risState().url.includes('grans=120')")


def test_X4_axe_finds_nothing_with_a_panel_and_everybody(
    open_page: OpenPage, axe: Callable[[Page], None]
) -> None:
    page = open_page("/?kommun=2421&alla=ja&zzz=1")
    page.evaluate("document.querySelectorAll('main details').forEach((e) => { e.open = true; })")
    axe(page)


def test_F24_targets_are_large_enough_for_a_thumb(open_page: OpenPage, phone: Page) -> None:
    page = open_page(page=phone)
    for target in page.locator(".ris-row, .ris-menu summary, [data-variant]").all():
        box = target.bounding_box()
        assert box is None or box["height"] >= 44


def test_F24_dark_follows_the_system(open_page: OpenPage, page: Page) -> None:
    page.emulate_media(color_scheme="dark")
    open_page()
    assert (
        page.evaluate("getComputedStyle(document.querySelector('.stApp')).backgroundColor")
        == "rgb(18, 25, 31)"
    )
    assert (
        map_frame(page).evaluate("getComputedStyle(document.body).backgroundColor")
        == "rgb(18, 25, 31)"
    )


def test_on_paper_the_legend_keeps_its_colours_and_there_is_nothing_to_press(
    open_page: OpenPage,
) -> None:
    page = open_page()
    page.emulate_media(media="print")
    frame = map_frame(page)
    expect(frame.locator(".ris-key .swatch.unknown")).to_have_css("print-color-adjust", "exact")
    expect(frame.locator(".ris-controls")).to_be_hidden()
    page.emulate_media(media="screen")


def test_X2_I6_with_outside_hosts_blocked_the_map_stands_with_15_polygons(
    open_page: OpenPage,
) -> None:
    page = open_page()  # the guard of every page blocks and counts outside requests
    assert frame_box(page)["height"] > 200
    assert map_frame(page).locator(AREAS).count() == 15


def test_bytes_of_a_change_and_of_the_geometry_are_within_their_budgets(
    open_page: OpenPage,
) -> None:
    page = open_page()
    sizes = map_frame(page).evaluate(
        "performance.getEntriesByType('resource').map((e) => [e.name, e.encodedBodySize])"
    )
    geometry = sum(size for url, size in sizes if "/assets/geo/" in url)
    pictures = [size for url, size in sizes if "/cells/" in url]
    assert geometry <= 250_000
    assert max(pictures) <= 30_000


@pytest.mark.parametrize("device", ["page", "phone"])
def test_K2_K4_from_headline_to_an_actor_by_keyboard_and_by_touch(
    open_page: OpenPage, request: pytest.FixtureRequest, device: str
) -> None:
    """A phase, a municipality on the map, its panel, and back: with keys alone, and with taps."""
    page = open_page(page=request.getfixturevalue(device))
    press = (lambda e: e.tap()) if device == "phone" else (lambda e: e.press("Enter"))
    press(page.locator(".st-key-start-fas button", has_text="Växa"))
    page.wait_for_url(re.compile("fas=vaxa"))
    settle(page)
    if device == "phone":
        area = map_frame(page).locator('[data-municipality="2417"]')  # Norsjö
        area.evaluate("""(e) => e.dispatchEvent(new MouseEvent('click', {bubbles: true}))""")
    else:
        map_frame(page).locator('[data-municipality="2417"]').press("Enter")
    page.wait_for_url(re.compile("kommun=2417"))
    settle(page)
    expect(page.locator("#h-panel")).to_have_text("Norsjö")
    press(page.locator(".ris-actions a").first)
    page.wait_for_url("**/kommun?*kommun=2417*")
    expect(page.locator("h1")).to_contain_text("Norsjö")
    assert "fas=vaxa" in page.url


@pytest.mark.parametrize("query", ["tatort=2481-lycksele", "ort=2481-lycksele", "kommun=2481"])
def test_G10_a_deep_link_shows_what_it_names_and_announces_it(
    open_page: OpenPage, phone: Page, query: str
) -> None:
    page = open_page(f"/?{query}", page=phone)
    expect(page.locator(".ris-notice")).to_have_count(0)
    expect(page.locator("body > [role=status]")).to_contain_text("Lycksele")
    named = page.locator("[data-ris-named]").bounding_box()
    assert named
    assert 57 <= named["y"] < 740  # below the menu
