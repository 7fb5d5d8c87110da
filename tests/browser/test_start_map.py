"""The map and the start page in a browser: everything that is drawn equals the library's."""

from typing import Any
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Page, expect

from ris_map.coverage.map_picture import MapChoice, map_view, picture
from ris_map.travel.world import service
from ris_map.web.settings import data_dir
from ris_map.words.language import Language
from tests.browser.conftest import Hand
from tests.browser.harness import count_messages, hold, map_frame, settle
from tests.browser.reading import MAP, area_names, arrive, go, load, map_state, redraw
from tests.factories import real_words


def frame_box(page: Page) -> dict[str, float]:
    return dict(page.locator(MAP).first.bounding_box())


def wait_for(page: Page, script: str, arg: Any = None) -> None:
    map_frame(page).wait_for_function(script, arg=arg)


CHOICES = (
    *("", "fas=vaxa&stod=finansiering", "fas=utveckling&stod=motesplats&grans=30"),
    *("fas=alla&stod=alla&lager=aktorer", "satt=digital"),
)


def test_K3_X2_I6_all_squares_bubbles_and_words_drawn_equal_the_librarys(page: Page) -> None:
    """With 15 municipalities and no outside host (the guard), in few bytes."""
    load(page)
    frame, world, tr = map_frame(page), service(data_dir()).moment().world, real_words(Language.SV)
    assert frame_box(page)["height"] > 200
    for address in CHOICES:
        if address:
            redraw(page, f"/?{address}")
        choice, _ = MapChoice.read(parse_qs(address))
        view = map_view(world, choice, tr=tr)
        wanted, drawn = picture(view), map_state(page)
        assert len(drawn["codes"]) == 5538
        assert drawn["codes"] == wanted.classes
        assert sorted(drawn["bubbles"]) == sorted(bubble.id for bubble in wanted.bubbles)
        assert wanted.sentences[""].figure in drawn["say"]
        for code, label in area_names(page).items():
            assert wanted.sentences[code].figure in label
    sizes = frame.evaluate(
        "performance.getEntriesByType('resource').map((e) => [e.name, e.encodedBodySize])"
    )
    pictures = [size for url, size in sizes if "/cells/" in url]
    assert len(pictures) >= len(CHOICES)
    assert max(pictures) <= 30_000
    assert sum(size for url, size in sizes if "/assets/geo/" in url) <= 250_000


DARK = "rgb(18, 25, 31)"
REST = ("stod", "omrade", "satt", "grans", "lager")


def scroll_by_finger(page: Page) -> None:
    """Drag one finger upwards over the map, until the page has gone some way."""
    frame = page.locator(MAP).first
    frame.evaluate("(e) => e.scrollIntoView({block: 'center'})")
    top = "document.querySelector('[data-testid=stMain]').scrollTop"
    before: float = page.evaluate(top)
    box = frame_box(page)
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    touch = page.context.new_cdp_session(page)
    for step in range(15):
        kind = "touchMove" if step else "touchStart"
        points = [{"x": x, "y": y - 12 * step}]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
        page.wait_for_timeout(16)
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    page.wait_for_function(f"(before) => {top} > before + 100", arg=before)


def test_K1_I7_F24_on_a_phone_the_map_is_in_the_first_screen_and_traps_no_finger(
    phone: Page,
) -> None:
    """On a dark one; every target is large enough for a thumb; the map moves with two fingers."""
    phone.set_viewport_size({"width": 390, "height": 844})
    phone.emulate_media(color_scheme="dark")
    page = load(phone)
    box = frame_box(page)
    assert box["y"] < 240
    assert box["height"] >= 0.54 * 844
    for where, element in ((page, ".stApp"), (map_frame(page), "body")):
        expect(where.locator(element)).to_have_css("background-color", DARK)
    expect(map_frame(page).locator("#say")).to_be_hidden()  # the headline says it
    for target in page.locator(".ris-row, .ris-menu summary, [data-variant]").all():
        box = target.bounding_box()  # type: ignore[assignment]
        assert box is None or box["height"] >= 44
    # phases at once, the rest when asked for
    expect(page.locator(".st-key-start-omrade")).to_be_hidden()
    more = page.locator(".ris-more summary")
    more.click()
    fields = [page.locator(f".st-key-start-{key}") for key in REST]
    for found in (one.bounding_box() for one in (more, *fields)):
        assert found["x"] + found["width"] <= 390
    assert all(one.bounding_box()["width"] > 330 for one in fields[:2])  # a select: the whole width
    frame, where_it_is = map_frame(page), "[map.getCenter(), map.getZoom()]"
    before = frame.evaluate(where_it_is)
    assert frame.evaluate("[map.dragging.enabled(), map.touchZoom.enabled()]") == [False, True]
    scroll_by_finger(page)
    assert frame.evaluate(where_it_is) == before
    # a choice makes the frame lower: the way's end is above the legend all the same, not behind it
    frame.locator("path[data-municipality='2417']").press("Enter")
    frame.wait_for_function("() => map.getZoom() > 7 && map.getZoom() < 8")


LABELS = """() => {
  const box = (e) => {
    const { left, right, top, bottom } = e.getBoundingClientRect();
    return { left, right, top, bottom, text: e.textContent };
  };
  const names = [...document.querySelectorAll('.ris-names span')].map(box);
  const marks = [...document.querySelectorAll('.ris-bubble')].map(box);
  const meet = (a, b, apart = -1) => a.left < b.right + apart && b.left < a.right + apart
    && a.top < b.bottom + apart && b.top < a.bottom + apart;
  const ours = ['.ris-key', '#say', '.ris-controls'].map((one) => box(document.querySelector(one)));
  const found = meet(ours[0], ours[1]) ? ['the sentence on the legend'] : [];
  if (marks.some((one) => meet(one, ours[2]))) found.push('a button on a marker');
  names.forEach((a, i) => {
    marks.forEach((b) => { if (meet(a, b)) found.push(a.text + ' on a marker'); });
    names.slice(i + 1).forEach((b) => { if (meet(a, b, 2)) found.push(a.text + ' on ' + b.text); });
  });
  const signs = [...document.querySelectorAll('.ris-bubble, .ris-names i')]
    .map((e) => ({ ...box(e), text: e.dataset.name }));
  const gap = (a, b, low, high) => Math.max(0, a[low] - b[high], b[low] - a[high]);
  const apart = (a, b) => Math.hypot(gap(a, b, 'left', 'right'), gap(a, b, 'top', 'bottom'));
  names.filter((a) => signs.some((b) => b.text === a.text)).forEach((a) => {
    const nearest = signs.reduce((one, other) => (apart(a, other) < apart(a, one) ? other : one));
    if (nearest.text !== a.text) found.push(a.text + ' by ' + nearest.text);
  });
  return found;
}"""


LAND_UNDER_LEGEND = """() => {
  const { left, right, top, bottom } = document.querySelector('.ris-key').getBoundingClientRect();
  let found = 0;
  for (let x = left; x < right; x += 10) for (let y = top; y < bottom; y += 10)
    found += document.elementsFromPoint(x, y).some((one) => one.matches('.ris-area'));
  return found;
}"""


def test_K1_the_legend_covers_no_land_on_a_low_screen(page: Page) -> None:
    page.set_viewport_size({"width": 1280, "height": 720})
    load(page, "/tackning")
    assert map_frame(page).evaluate(LAND_UNDER_LEGEND) == 0


NAMED = {
    "/": {"Umeå", "Skellefteå", "Lycksele", "Inland", "Kust"},
    "/?kommun=2421": {"Storuman"},
    "/?fas=alla&stod=alla": {"Umeå", "Skellefteå"},
    "/?kommun=2480": {"Umeå"},
    "/styrkeomraden": {"Umeå", "Skellefteå", "Lycksele", "Inland", "Kust"},
    "/styrkeomraden?omrade=besoksnaring": {"Umeå", "Skellefteå", "Malå", "Inland", "Kust"},
    "/kommun?kommun=2417&jamfor=2418": {"Norsjö", "Malå", "Lycksele"},
    "/kommun?kommun=2422&jamfor=2480": {"Sorsele", "Lycksele"},
    "/kommun?kommun=2409": {"Robertsfors", "Skellefteå", "Umeå"},
}


def test_K6_G6_names_stand_by_their_own_marker_and_touch_no_other(hand: Hand) -> None:
    page = load(hand.page)
    for path, wanted in NAMED.items():
        if path != "/":
            go(page, path)
            settle(page)
        names = map_frame(page).locator(".ris-names")
        for name in wanted:
            expect(names.get_by_text(name, exact=True), path).to_be_visible()
        assert map_frame(page).evaluate(LABELS) == [], path


def test_K2_K4_X8_hover_focus_and_pin_mark_list_and_map_and_send_no_message(page: Page) -> None:
    load(page)
    frame, sent, said = map_frame(page), count_messages(page), set()
    row = page.locator(".ris-row").first
    row.hover()
    hot = frame.locator(".ris-bubble.is-hot").evaluate_all("(e) => e.map((m) => m.dataset.town)")
    assert sorted(hot) == sorted((row.get_attribute("data-map-ids") or "").split())
    frame.locator('.ris-bubble[data-town="2480-umea"]').focus()
    marked = page.locator(".ris-row[data-map-hot]").count()
    assert marked == page.locator('.ris-row[data-map-ids~="2480-umea"]').count() > 0
    said_of_town = map_state(page)["say"].split()  # the number once, then the words
    assert said_of_town.count(said_of_town[0]) == said_of_town.count("Umeå:") == 1
    for area in frame.locator("[data-municipality]").all():
        area.focus()
        said.add(map_state(page)["say"])
        page.keyboard.press("p")
    page.mouse.move(600, 450, steps=4)
    frame.evaluate("() => { map.panBy([40, 0]); map.setZoom(map.getZoom() + 1); }")
    page.wait_for_timeout(600)
    assert len(said) == 15
    assert sent == []
    expect(frame.locator("#say")).to_have_attribute("aria-live", "off")  # a name says it all
    assert area.get_attribute("aria-label").startswith("Åsele")  # the alphabet's last
    frame.get_by_text("Förbi kartan").press("Enter")
    expect(row).to_be_focused()


def test_K2_what_comes_to_lie_under_a_mouse_at_rest_is_told_when_it_moves(page: Page) -> None:
    load(page)
    frame, say = map_frame(page), map_frame(page).locator("#say")
    area = frame.locator("[data-municipality='2462']").bounding_box()
    x, y = area["x"] + area["width"] / 2, area["y"] + area["height"] / 2
    page.mouse.move(x - 5, y)
    page.mouse.click(x, y)
    arrive(page, "kommun=2462")
    at = frame_box(page)
    under = "([x, y]) => document.elementFromPoint(x, y)?.dataset.municipality === '2425'"
    wait_for(page, under, [x - at["x"], y - at["y"]])
    frame.wait_for_timeout(300)  # the browser tells of it some frames later, or never
    expect(say).to_contain_text("Vilhelmina")
    page.mouse.move(x + 1, y)
    expect(say).to_contain_text("Dorotea")
    expect(page.locator("body > [role=status]")).to_be_empty()  # no link named it


def test_K2_K6_G5_enter_outlines_and_zooms_and_the_whole_county_comes_back(page: Page) -> None:
    load(page, "/?kommun=2418")
    frame, zooms = map_frame(page), []
    for code in ("2421", ""):
        frame.get_by_role("button", name="Hela länet").click()
        wait_for(page, "() => window.risState().chosen === ''")
        settle(page)
        zooms.append(map_state(page)["zoom"])
        expect(page.locator("#h-panel")).to_have_count(0)
        if code:
            area = frame.locator(f'[data-municipality="{code}"]')
            area.press("Enter")
            arrive(page, f"kommun={code}")
            assert map_state(page)["zoom"] > zooms[0]
            expect(frame.locator(".ris-chosen.core")).to_have_count(1)
            expect(frame.locator(".ris-route.core")).to_have_count(1)
            expect(area).to_have_attribute("aria-pressed", "true")
            expect(page.locator("#h-panel")).to_have_text("Storuman")
            page.locator(".st-key-start-fas button", has_text="Växa").click()
            expect(frame.locator('[data-town="2482-skelleftea"]')).to_be_in_viewport(ratio=1)
    # the wheel scrolls the page (G5)
    page.evaluate("document.querySelector('[data-testid=stMain]').scrollTo(0, 0)")
    page.locator(MAP).first.hover()
    page.mouse.wheel(0, 250)
    page.wait_for_function("() => document.querySelector('[data-testid=stMain]').scrollTop > 100")
    assert [*zooms, map_state(page)["zoom"]] == pytest.approx([zooms[0]] * 3, abs=0.06)


def test_K4_a_filter_is_painted_at_the_click_and_a_bubble_narrows_the_list(page: Page) -> None:
    load(page)
    before = map_state(page)
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
    hold(map_frame(page), 3000)
    page.locator(".st-key-start-fas button", has_text="Växa").click()
    wait_for(page, "(old) => window.risState().url !== old", before["url"])
    map_frame(page).evaluate("risWaited()")
    # what a second choice leads to from here nobody has said yet, however late: it is not guessed
    page.locator(".st-key-start-grans button", has_text="90").click()
    map_frame(page).wait_for_timeout(300)
    assert "fas=vaxa" in map_state(page)["url"]
    assert page.evaluate("window.risGoOn()") > 0
    arrive(page, "grans=90")
    wait_for(page, "() => /fas=vaxa.*grans=90/.test(window.risState().url)")
    assert map_state(page)["codes"] != before["codes"]  # which: the test of all squares
    # a fast double click ends with the last choice
    page.locator(".st-key-start-grans button", has_text="30").click()
    page.locator(".st-key-start-grans button", has_text="120").click()
    arrive(page, "grans=120")
    wait_for(page, "() => window.risState().url.includes('grans=120')")
    all_rows = page.locator(".ris-row").count()
    bubble = map_frame(page).locator(".ris-bubble").first
    town = bubble.get_attribute("data-town")
    bubble.press("Space")  # and Enter on Styrkeområden
    arrive(page, f"tatort={town}")
    assert 0 < page.locator(".ris-row").count() < all_rows
    page.locator(".st-key-karta-alla button").click()
    expect(page.locator("#h-alla")).to_be_focused()
    # in colours that the system forces the chosen phase and the legend keep their own
    page.emulate_media(forced_colors="active")
    chosen = page.locator(".st-key-start-fas [data-selected]")
    for kept in (chosen, map_frame(page).locator(".ris-key")):
        expect(kept).to_have_css("forced-color-adjust", "none")
    page.set_viewport_size({"width": 768, "height": 1024})
    # the inland is not hidden by the key of a tablet
    assert map_frame(page).locator(".ris-key").bounding_box()["height"] < 200


def shows_what_is_named(page: Page, name: str) -> None:
    """G10: a deep link shows what it names, below the menu, and announces it."""
    expect(page.locator(".ris-notice")).to_have_count(0)
    expect(page.locator("body > [role=status]")).to_contain_text(name)
    named = page.locator("[data-ris-named]").bounding_box()
    assert 57 <= named["y"] < page.viewport_size["height"]


def test_K2_G10_a_link_shows_a_town_and_a_finger_on_a_bubble_chooses_another(phone: Page) -> None:
    """Nothing may grow under the finger between its press and the click."""
    page = load(phone, "/?tatort=2481-lycksele")
    shows_what_is_named(page, "Lycksele")
    for town in ("2480-umea", "2482-skelleftea", "2481-lycksele"):
        map_frame(page).locator(f'.ris-bubble[data-town="{town}"]').tap()
        arrive(page, f"tatort={town}")


def test_K2_K4_G10_from_a_link_to_an_actor_by_keyboard_and_by_touch(hand: Hand) -> None:
    """A phase, a municipality on the map, its panel, and on: with keys alone, and with taps."""
    page, press = load(hand.page, "/?kommun=2481"), hand.press
    shows_what_is_named(page, "Lycksele")
    press(page.locator(".st-key-start-fas button", has_text="Växa"))
    arrive(page, "fas=vaxa")
    area = map_frame(page).locator('[data-municipality="2417"]')  # Norsjö
    if hand.is_touch:
        area.evaluate("""(e) => e.dispatchEvent(new MouseEvent('click', {bubbles: true}))""")
    else:
        area.press("Enter")
    arrive(page, "kommun=2417")
    expect(page.locator("#h-panel")).to_have_text("Norsjö")
    press(page.locator(".ris-actions a").first)
    page.wait_for_url("**/kommun?*kommun=2417*")
    expect(page.locator("h1")).to_contain_text("Norsjö")
    assert "fas=vaxa" in page.url
