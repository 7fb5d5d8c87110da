"""The map itself: X2, X5, X7, X8."""

from __future__ import annotations

import io
import re
import statistics
import time
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Frame, Page, Route, expect

from tests.browser.harness import DESKTOP, Server, map_frame, settle
from tests.browser.reading import (
    LANGUAGES,
    MAP,
    Query,
    assert_shows,
    bubble,
    choose_place,
    count_frames_sent,
    expected,
    guarded_page,
    label,
    load,
    option,
)

# Everything a Tab key stops at, with the name that a screen reader would say.
_FOCUSABLE = """
() => [...document.querySelectorAll('a[href], button, input, [tabindex]')]
  .filter((element) => element.tabIndex >= 0 && element.getClientRects().length)
  .map((element) => element.getAttribute('aria-label') ?? element.innerText)
"""

# Where the map's column stands in each frame of the first load, from when the heading is there.
_RECORD_TOPS = """
if (window === parent) {
  window.risTops = [];
  const record = () => {
    const column = document.querySelector('.st-key-ris-map');
    if (column && document.querySelector('h1')) {
      window.risTops.push(Math.round(column.getBoundingClientRect().top));
    }
    requestAnimationFrame(record);
  };
  record();
}
"""


@pytest.mark.parametrize("width", [1024, 1280, 1400])
def test_x8_the_map_stands_still_while_the_first_load_comes_in(
    browser: Browser, server: Server, width: int
) -> None:
    with guarded_page(
        browser, server, {**DESKTOP, "viewport": {"width": width, "height": 900}}
    ) as page:
        page.add_init_script(_RECORD_TOPS)
        load(page, "/")
        tops = page.evaluate("risTops")
        assert max(tops) - min(tops) < 60, sorted(set(tops))


_TOP = "(element) => element.getBoundingClientRect().top"


@pytest.mark.parametrize("width", [360, 768, 1024, 1400])
@pytest.mark.parametrize("lang", LANGUAGES)
def test_x8_menu_and_heading_that_come_late_push_nothing_down(
    browser: Browser, server: Server, width: int, lang: str
) -> None:
    """Streamlit loads the code of HTML pieces by itself; on a slow line widgets stand before it."""
    with guarded_page(
        browser, server, {**DESKTOP, "viewport": {"width": width, "height": 900}}
    ) as page:
        held: list[Route] = []
        # Playwright cannot keep a built-in method as a handler
        page.route("**/static/js/Html.*.js", lambda route: held.append(route))  # noqa: PLW0108
        page.goto("/" if lang == "sv" else f"/?lang={lang}")
        first = page.locator(".st-key-ris-above")  # what stands below menu and heading
        expect(first).to_be_attached()
        expect(page.locator(".st-key-ris-lang button")).to_be_visible()
        expect(page.locator(".ris-nav")).to_have_count(0)
        before = first.evaluate(_TOP)
        for route in held:
            route.continue_()
        settle(page)
        expect(page.locator(".ris-nav").first).to_be_visible()
        assert held
        one_line = 31  # English headings wrap otherwise than the Swedish ones the room is made for
        assert before == pytest.approx(first.evaluate(_TOP), abs=one_line)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_x2_the_map_has_its_height_its_polygons_and_keeps_them_when_filters_change(
    browser: Browser, server: Server, lang: str
) -> None:
    with guarded_page(browser, server) as page:
        load(page, "/", lang)
        for phase in ("vaxa", "ide"):
            frame = map_frame(page)
            expect(frame.locator("path[data-municipality]")).to_have_count(15)
            box = page.locator(MAP).bounding_box()
            assert box
            assert box["height"] > 200
            drawn = frame.locator("path[data-municipality]").evaluate_all(
                "(all) => all.map((path) => path.getBoundingClientRect())"
                ".filter((box) => box.width > 5 && box.height > 5 && box.top >= 0"
                " && box.bottom <= innerHeight + 1).length"
            )
            assert drawn == 15, "the whole county is in view"
            option(page, "fas", label("phases", phase, lang)).click()
            assert_shows(page, {"fas": ["vaxa"] if phase == "vaxa" else ["ide", "vaxa"]})
            settle(page)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_x5_every_stop_in_the_map_has_a_name_of_its_own(
    browser: Browser, server: Server, lang: str
) -> None:
    with guarded_page(browser, server) as page:
        load(page, "/?bredd=adjacent", lang)
        frame = map_frame(page)
        bubble(page, "2480-umea").focus()
        page.keyboard.press("Enter")
        frame.locator(".leaflet-popup").wait_for()
        settle(page)
        names = frame.evaluate(_FOCUSABLE)
        assert len(names) > 17 + 20
        assert [name for name in names if not name.strip()] == []
        # one line in words, without the letters that are drawn for the eye
        assert [name for name in names if "\n" in name or re.search(r"\bI U V?\d", name)] == []
        markers = frame.locator(".leaflet-marker-icon[tabindex]")
        spoken = markers.evaluate_all("(all) => all.map((e) => e.getAttribute('aria-label'))")
        assert len(set(spoken)) == len(spoken) == 17
        for town, count in expected({"bredd": ["adjacent"]})["bubbles"].items():
            name = bubble(page, town).get_attribute("aria-label") or ""
            assert re.search(rf": {count}\b", name), name
            assert name.count(":") == 1, name


def _contrast(image: Image.Image) -> float:
    """Contrast (WCAG) between the lightest and the darkest twentieth of a picture's points."""

    def linear(value: int) -> float:
        share = value / 255
        return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4

    points = list(image.convert("RGB").get_flattened_data())
    light = sorted(
        0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b) for r, g, b in points
    )
    tenth = max(1, len(light) // 20)
    return (statistics.mean(light[-tenth:]) + 0.05) / (statistics.mean(light[:tenth]) + 0.05)


@pytest.fixture(scope="module")
def sharp(browser: Browser, server: Server) -> Page:
    """The map, large, with every bubble that there is."""
    with guarded_page(browser, server, {**DESKTOP, "device_scale_factor": 3}) as page:
        load(page, "/")
        yield page


@pytest.mark.parametrize("seen_as", ["achromatopsia", "deuteranopia", "protanopia", "tritanopia"])
def test_x7_letters_and_figures_of_the_bubbles_are_legible_without_colour(
    sharp: Page, seen_as: str
) -> None:
    sharp.locator(MAP).scroll_into_view_if_needed()
    session = sharp.context.new_cdp_session(sharp)
    session.send("Emulation.setEmulatedVisionDeficiency", {"type": seen_as})
    try:
        frame: Frame = map_frame(sharp)
        for town in ("2480-umea", "2482-skelleftea"):
            texts = bubble(sharp, town).locator("svg text")
            shown = [text.strip() for text in texts.all_text_contents()]
            assert shown == ["I", "U", "V", str(expected({})["bubbles"][town])]
            for text in texts.all():
                picture = Image.open(io.BytesIO(text.screenshot()))
                assert _contrast(picture) >= 3, (seen_as, town, text.text_content())
        legend = sharp.locator(".ris-legend b[aria-hidden]")
        assert legend.all_inner_texts() == ["I", "U", "V"]
        for text in legend.all():
            assert _contrast(Image.open(io.BytesIO(text.screenshot()))) >= 3
        assert frame.locator(".ris-town").count() == len(expected({})["bubbles"])
    finally:
        session.send("Emulation.setEmulatedVisionDeficiency", {"type": "none"})
        session.detach()


def test_x8_panning_and_zooming_send_nothing_to_the_server(
    browser: Browser, server: Server
) -> None:
    with guarded_page(browser, server) as page:
        sent = count_frames_sent(page)
        load(page, "/")
        page.locator(MAP).scroll_into_view_if_needed()
        frame = map_frame(page)
        box = page.locator(MAP).bounding_box()
        assert box
        before = len(sent)
        view = "() => [map.getZoom(), map.getCenter().lat, map.getCenter().lng].join()"
        at = frame.evaluate(view)
        frame.evaluate("() => map.on('moveend', () => { window.risMoved = performance.now(); })")
        x, y = box["x"] + 60, box["y"] + box["height"] - 60
        page.mouse.move(x, y)
        page.mouse.down()
        for step in range(1, 8):
            page.mouse.move(x + 12 * step, y - 9 * step)
        page.mouse.up()
        frame.wait_for_function(f"(at) => ({view})() !== at", arg=at)
        for control in ("in", "in", "out"):
            frame.locator(f".leaflet-control-zoom-{control}").click()
        page.mouse.wheel(0, -200)
        frame.locator("#map_div").focus()
        page.keyboard.press("ArrowLeft")
        # a map that told the server would do so within a quarter of a second of its last move
        frame.wait_for_function("() => performance.now() - window.risMoved > 1000")
        assert len(sent) == before
        # the count does see reruns
        option(page, "fas", label("phases", "ide")).click()
        assert_shows(page, {"fas": ["ide"]})
        assert len(sent) > before


def _memory_mb(server: Server) -> float:
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    kilobytes = re.search(r"VmRSS:\s+(\d+)", status)
    assert kilobytes
    return int(kilobytes[1]) / 1024


def test_x8_fifty_filter_changes_cost_neither_memory_nor_time(
    browser: Browser, server: Server
) -> None:
    with guarded_page(browser, server) as page:
        load(page, "/")
        on: list[str] = []
        taken: list[float] = []
        memory: list[float] = []
        for change in range(50):
            phase = ("ide", "vaxa")[change % 2]
            on = [p for p in on if p != phase] if phase in on else [*on, phase]
            query: Query = {"fas": on} if on else {}
            option(page, "fas", label("phases", phase)).click()
            begun = time.perf_counter()
            assert_shows(page, query)
            taken.append(time.perf_counter() - begun)
            memory.append(_memory_mb(server))
        first, last = statistics.median(taken[:10]), statistics.median(taken[-10:])
        assert last <= 2 * first + 0.3, f"{first:.2f} s at first, {last:.2f} s at last"
        assert memory[-1] - memory[9] < 40, [round(value) for value in memory]
        assert page.locator("iframe").count() == 1


def test_the_map_is_drawn_after_a_selection_without_any_bubble(
    browser: Browser, server: Server
) -> None:
    with guarded_page(browser, server) as page:
        load(page, "/?q=finnsinte")
        assert_shows(page, {"q": ["finnsinte"]})
        page.locator(".st-key-q input").fill("")
        page.keyboard.press("Enter")
        assert_shows(page, {})
        choose_place(page, "Sorsele")
        assert_shows(page, {"plats": ["2422"]})
