"""What holds on every page, at 1400, 768 and 390 px, light and dark, in both languages."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.harness import DESKTOP, PHONE, Server, map_frame, settle, stands_still
from tests.browser.reading import (
    MAP,
    PAGES,
    guarded_page,
    load,
    switch_language,
    words,
)

FOOTER = {
    "footer.method": ("metod", "page.method.title"),
    "footer.data": ("data", "page.data.title"),
    "footer.accessibility": ("tillganglighet", "page.accessibility.title"),
    "footer.privacy": ("integritet", "page.privacy.title"),
    "footer.contact": ("kontakt", "page.contact.title"),
}
_TEXTS = """
(where) => {
  const found = [];
  const frames = [...document.querySelectorAll('iframe')].map((frame) => frame.contentDocument);
  for (const doc of [document, ...frames.filter(Boolean)]) {
    const walk = doc.createTreeWalker(doc.body, NodeFilter.SHOW_TEXT);
    for (let node = walk.nextNode(); node; node = walk.nextNode()) {
      const holder = node.parentElement;
      if (!holder || holder.closest('script, style, noscript, template, code, [translate=no]')) {
        continue;
      }
      if (where === 'seen' && !holder.getClientRects().length) continue;
      found.push(node.textContent.replace(/[ \\t\\n]+/g, ' ').trim());
    }
    for (const name of ['aria-label', 'title', 'alt', 'placeholder']) {
      for (const element of doc.querySelectorAll(`[${name}]`)) {
        if (element.getClientRects().length) found.push(element.getAttribute(name));
      }
    }
    found.push(doc.title);
  }
  return found.filter(Boolean);
}
"""
# Names with a number in them are written as their owners write them.
_NAMES = re.compile(
    r"https?://\S+|\b(?:CC BY(?:-SA)?|ODbL|EUPL|WCAG|EN 301 549|DCAT-AP-SE|Leaflet|jQuery|version"
    r"|SFS|Utgåva|Release|EPSG:?|OpenAPI|RFC)[ -]?v?\d[\d.:]*|\b\d{4}:\d+|\bv\d+(?:\.\d+)+",
    re.IGNORECASE,
)
_DECIMAL_POINT = re.compile(r"(?<![\w.,:/-])\d+\.\d+(?![\w.])")
_UNGROUPED = re.compile(r"(?<![\w./:-])\d{4,}(?![\w/:]|[.-]\d)")
_NO_AMOUNT = re.compile(r"(?:1[89]|20)\d\d$|24\d\d$")
"""Years, and the codes of the municipalities: digits that are never grouped."""
_FOREIGN_DATE = re.compile(r"\b\d{1,2}/\d{1,2}[/ ]\d{2,4}\b|\b\d{1,2}\.\d{1,2}\.\d{4}\b")


SIZES = {
    "desk": DESKTOP,
    "tablet": {"viewport": {"width": 768, "height": 1024}},
    "phone": {**PHONE, "viewport": {"width": 390, "height": 844}},
}
SCREENS = (
    *(("desk", "sv", "light"), ("desk", "en", "dark"), ("tablet", "sv", "light")),
    *(("phone", "sv", "dark"), ("phone", "en", "light")),
)
"""Size, language and colours: each pair of values at least once."""
WITH_MAP = ("/", "/hitta", "/tackning", "/tankom", "/kommun?kommun=2422", "/styrkeomraden")


TEXTS_ON = (SCREENS[0], SCREENS[-1])
"""Pages of text are looked at where they differ most: size and language."""
VISITS = [
    (screen, path) for screen in SCREENS for path in PAGES if path in WITH_MAP or screen in TEXTS_ON
]


class Screens:
    """One page per screen, opened when the first visit asks; its guard watches all of it (X1)."""

    def __init__(self, browser: Browser, server: Server, stack: ExitStack) -> None:
        self._where, self._stack = (browser, server), stack
        self._pages: dict[tuple[str, str, str], Page] = {}

    def page(self, screen: tuple[str, str, str]) -> Page:
        """Give the page of a screen."""
        if screen not in self._pages:
            device = {**SIZES[screen[0]], "color_scheme": screen[2]}
            opened = guarded_page(*self._where, device)
            self._pages[screen] = self._stack.enter_context(opened)
        return self._pages[screen]


@pytest.fixture(scope="module")
def screens(browser: Browser, server: Server) -> Iterator[Screens]:
    with ExitStack() as stack:
        yield Screens(browser, server, stack)


@pytest.fixture(
    scope="module", params=VISITS, ids=lambda visit: "-".join([*visit[0], visit[1].strip("/")])
)
def visit(request: pytest.FixtureRequest) -> tuple[tuple[str, str, str], str]:
    chosen: tuple[tuple[str, str, str], str] = request.param
    return chosen


@pytest.fixture(scope="module")
def path(visit: tuple[tuple[str, str, str], str]) -> str:
    return visit[1]


@pytest.fixture(scope="module")
def lang(visit: tuple[tuple[str, str, str], str]) -> str:
    return visit[0][1]


@pytest.fixture(scope="module")
def size(visit: tuple[tuple[str, str, str], str]) -> str:
    return visit[0][0]


@pytest.fixture(scope="module")
def shown(screens: Screens, visit: tuple[tuple[str, str, str], str]) -> Page:
    """Each page once on each screen; all tests look at the same loaded page."""
    screen, path = visit
    return load(screens.page(screen), path, screen[1])


def test_X11_F8_no_page_jumps_or_is_long(shown: Page, path: str, size: str) -> None:
    assert stands_still(shown)
    if path in {"/metod", "/tillganglighet", "/oppna-data"}:
        return  # texts to read through, and lists that are all of the page
    height = shown.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
    assert height <= (3500 if size == "desk" else 6000)


def test_K1_G1_the_map_begins_high_and_most_of_it_is_in_sight(
    shown: Page, path: str, size: str
) -> None:
    if path not in WITH_MAP or size == "tablet":
        return
    box = shown.locator(MAP).first.bounding_box()
    assert box
    if size == "phone":
        assert box["y"] < 1.5 * 844
        return
    assert box["y"] < 330
    assert min(900, box["y"] + box["height"]) - box["y"] >= 0.6 * box["height"]


def test_X5_F12_K2_what_can_be_pressed_on_a_map_is_named_by_what_is_seen(shown: Page) -> None:
    for frame in shown.locator(MAP).all():
        document = frame.element_handle().content_frame()  # type: ignore[union-attr]
        assert document
        named = document.evaluate(
            """() => [...document.querySelectorAll('.ris-bubble, [data-municipality]')]
              .map((e) => [e.textContent.trim(), e.getAttribute('aria-label') ?? ''])"""
        )
        assert sum(seen == "" for seen, _ in named) >= 15
        assert all(name.startswith(seen) and name for seen, name in named)


def test_x3_each_page_has_its_language_one_heading_and_a_title(
    shown: Page, path: str, lang: str
) -> None:
    headings = shown.locator("h1").all_inner_texts()
    assert len(headings) == 1
    assert PAGES[path][lang] in headings[0]
    assert shown.locator("html").get_attribute("lang") == lang
    assert shown.title().endswith(words(lang)["product.name"])
    for frame in shown.locator(MAP).all():
        assert len(frame.get_attribute("title") or "") > 10
        assert map_frame(shown).evaluate("document.documentElement.lang") == lang


def test_x4_axe_finds_nothing_on_any_page_or_in_its_frames(
    shown: Page, axe: Callable[[Page], None], size: str
) -> None:
    if size != "tablet":
        axe(shown)


def test_X3_no_control_of_a_swedish_page_is_named_in_english(shown: Page, lang: str) -> None:
    """Streamlit names its own small controls in English; shell.js names them again."""
    english = r"^(Help for|Remove|Clear all|Open$|Selected values|Download as|Copy|[XY]-axis)"
    if lang == "sv":
        shown.wait_for_function(
            """(english) => ![...document.querySelectorAll('#root [aria-label]')]
              .some((e) => new RegExp(english).test(e.getAttribute('aria-label')))""",
            arg=english,
        )


def test_I10_the_search_is_on_every_page(shown: Page, lang: str) -> None:
    name = {"sv": "Sök ort", "en": "Find place"}[lang]
    expect(shown.get_by_role("combobox", name=re.compile(name))).to_have_count(1)


def test_i7_no_page_scrolls_sideways(shown: Page) -> None:
    over = shown.evaluate(
        """() => [document.documentElement, document.querySelector('[data-testid=stMain]')]
          .map((element) => element.scrollWidth - element.clientWidth)"""
    )
    assert over == [0, 0]


def test_i9_no_screen_shows_words_of_the_other_language(shown: Page, lang: str) -> None:
    other = words("en" if lang == "sv" else "sv")
    own = words(lang)
    texts = set(shown.evaluate(_TEXTS, "all"))
    joined = "\n".join(sorted(texts))
    foreign = []
    for key, text in other.items():
        if text == own[key] or text in own.values() or "{" in text:
            continue
        if text in texts or (len(text) >= 15 and text in joined):
            foreign.append((key, text))
    assert foreign == []


def test_i9_no_key_or_placeholder_is_left_in_a_text(shown: Page) -> None:
    texts = shown.evaluate(_TEXTS, "all")
    keys = set(words("sv"))
    dotted = {key for key in keys if "." in key}
    assert [text for text in texts if text in dotted] == []
    assert [text for text in texts if re.search(r"\{[a-z_]+\}", text)] == []


def test_x6_swedish_screens_have_swedish_numbers_and_iso_dates(shown: Page, lang: str) -> None:
    wrong = []
    for text in shown.evaluate(_TEXTS, "seen"):
        rest = _NAMES.sub(" ", text)
        wrong += [f"{found} in {text!r}" for found in _FOREIGN_DATE.findall(rest)]
        if lang == "en":
            continue
        wrong += [f"{found} in {text!r}" for found in _DECIMAL_POINT.findall(rest)]
        wrong += [
            f"{found} in {text!r}"
            for found in _UNGROUPED.findall(rest)
            if not _NO_AMOUNT.match(found)
        ]
    assert wrong == []


def test_x9_every_page_links_to_method_data_accessibility_privacy_and_contact(
    shown: Page, lang: str
) -> None:
    links = shown.locator(".st-key-ris-footer a")
    found = {
        link.inner_text().strip(): urlsplit(link.get_attribute("href") or "")
        for link in links.all()
    }
    for key, (path, _) in FOOTER.items():
        target = found[words(lang)[key]]
        assert target.path.strip("/") == path
        assert parse_qs(target.query).get("lang", ["sv"]) == [lang]


def test_x9_the_links_of_the_footer_lead_to_what_they_say(browser: Browser, server: Server) -> None:
    tongue = "en"  # what is not the page's own language must be kept on the way
    with guarded_page(browser, server) as page:
        load(page, "/aktor?id=almi-nord", tongue)
        for key, (path, title) in FOOTER.items():
            page.locator(".st-key-ris-footer").get_by_text(words(tongue)[key], exact=True).click()
            expect(page.locator("h1").first).to_have_text(words(tongue)[title])
            settle(page)
            assert urlsplit(page.url).path.strip("/") == path
            assert page.locator("html").get_attribute("lang") == tongue
            # a new page begins at its top
            assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollTop") == 0


def test_x3_page_and_frame_follow_the_language_switch(browser: Browser, server: Server) -> None:
    with guarded_page(browser, server) as page:
        load(page, "/")
        for now, then in (("sv", "en"), ("en", "sv")):
            switch_language(page, now)
            expect(page.locator("h1").first).to_contain_text(PAGES["/"][then])
            settle(page)
            assert page.locator("html").get_attribute("lang") == then
            frame = map_frame(page)
            frame.wait_for_function("(then) => document.documentElement.lang === then", arg=then)
            home = {"sv": "Hela länet", "en": "Whole county"}[then]
            expect(frame.get_by_role("button", name=home)).to_be_visible()
            name = frame.locator(".leaflet-marker-icon[tabindex]").first
            expect(name).to_have_attribute(
                "aria-label", re.compile({"sv": "aktör|kontor", "en": "actor|office"}[then])
            )
        load(page, "/metod")
        switch_language(page, "sv")
        expect(page.locator("h1").first).to_have_text(words("en")["page.method.title"])
        expect(page.locator("html")).to_have_attribute("lang", "en")
