"""What holds on every page, at 1400, 768 and 390 px, light and dark, in both languages."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.harness import (
    DESKTOP,
    PHONE,
    Server,
    assert_accessible,
    height,
    map_frame,
    settle,
    stands_still,
)
from tests.browser.reading import (
    HEIGHTS,
    MAP,
    PAGES,
    guarded_page,
    load,
    query,
    switch_language,
    unfold,
    words,
)

FOOTER = {
    "footer.method": "metod",
    "footer.data": "data",
    "footer.accessibility": "tillganglighet",
    "footer.privacy": "integritet",
    "footer.contact": "kontakt",
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
# What the map says of each of its parts, where the room for it is too small (its edge is 4 px).
_CUT = """() => {
  const say = document.querySelector('#say'), cut = [];
  for (const part of document.querySelectorAll('.ris-bubble, path[data-municipality]')) {
    part.focus({ preventScroll: true });
    if (say.scrollHeight > say.clientHeight + 4) cut.push(say.innerText);
    part.blur();
  }
  return cut;
}"""
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
SCREENS = DESK, _, _, PHONE_SV, PHONE_EN = (
    *(("desk", "sv", "light"), ("desk", "en", "dark"), ("tablet", "sv", "light")),
    *(("phone", "sv", "dark"), ("phone", "en", "light")),
)
"""Size, language and colours: each pair of values at least once."""
WITH_MAP = ("/", "/hitta", "/tackning", "/tankom", "/kommun", "/styrkeomraden")
STATES = {
    "/?kommun=2418&alla=ja": [DESK],  # a panel and everybody
    "/tackning?zzz=1": [DESK],  # a notice
    "/hitta?plats=2462&fas=ide&omrade=livsmedel": [DESK, PHONE_EN],
    "/hitta?plats=2480&fas=vaxa&grans=alla": [PHONE_SV],  # the longest answer
    "/kommun": [DESK, PHONE_SV],
    "/kommun?kommun=2482&jamfor=2480&fas=vaxa&stod=motesplats": [DESK, PHONE_SV],
    "/kommun?kommun=2480&bredd=adjacent": [SCREENS[1]],
    "/styrkeomraden?omrade=besoksnaring": [DESK],  # an area without own actors
    "/tankom?oppna=vilhelmina:radgivning:ide&stang=coompanion-vasterbotten@lycksele&vy=skillnad": [
        *(DESK, PHONE_EN)
    ],
}
"""Choices with which a page looks otherwise, and where that is looked at."""


class Visit(NamedTuple):
    """A page and the screen on which it is looked at."""

    size: str
    lang: str
    colours: str
    path: str

    @property
    def has_map(self) -> bool:
        """Whether a map stands on the page."""
        return self.path.split("?")[0] in WITH_MAP


VISITS = [
    *(Visit(*screen, path) for screen in SCREENS for path in PAGES),
    *(Visit(*screen, path) for path, screens in STATES.items() for screen in screens),
]
TEXTS_ON = (DESK, PHONE_EN)
"""Pages of text are looked at where they differ most: size and language."""


@pytest.fixture(scope="module")
def screen(browser: Browser, server: Server) -> Iterator[Callable[[str, str, str], Page]]:
    """One page per screen, opened when the first visit asks; its guard watches all of it (X1)."""
    with ExitStack() as stack:

        @cache
        def opened(size: str, lang: str, colours: str) -> Page:  # noqa: ARG001
            device = {**SIZES[size], "color_scheme": colours}
            return stack.enter_context(guarded_page(browser, server, device))

        yield opened


@pytest.fixture(
    scope="module",
    params=[one for one in VISITS if one.has_map or one[:3] in TEXTS_ON],
    ids=lambda visit: "-".join([*visit[:3], visit.path.strip("/")]),
)
def visit(request: pytest.FixtureRequest) -> Visit:
    return request.param


@pytest.fixture(scope="module")
def shown(screen: Callable[[str, str, str], Page], visit: Visit) -> Page:
    """Each page once on each screen; all tests look at the same loaded page."""
    return load(screen(*visit[:3]), visit.path, visit.lang)


@pytest.fixture
def unfolded(shown: Page) -> Iterator[Page]:
    """The same page with everything open, and afterwards as it came: any test may be the next."""
    shown.evaluate("window.risFolded = document.querySelectorAll('details:not([open])'); null")
    unfold(shown)
    yield shown
    shown.evaluate("risFolded.forEach((e) => { e.open = false; })")


def test_X11_F8_no_page_jumps_or_is_long(shown: Page, visit: Visit) -> None:
    assert stands_still(shown)
    # but texts to read through, and lists that are all of the page
    if visit.path not in {"/metod", "/tillganglighet", "/oppna-data"}:
        assert height(shown) <= HEIGHTS["desk" if visit.size == "desk" else "phone"]


def test_K1_G1_the_map_begins_high_and_most_of_it_is_in_sight(shown: Page, visit: Visit) -> None:
    if not visit.has_map or visit.size == "tablet":
        return
    box = shown.locator(MAP).first.bounding_box()
    if visit.size == "phone":
        assert box["y"] < (1.5 * 844 if visit.path.startswith("/hitta") else 740)
        return
    assert box["y"] < 330
    assert min(900, box["y"] + box["height"]) - box["y"] >= 0.6 * box["height"]


_FRAME = """
() => ({
  title: document.title,
  lang: document.documentElement.lang,
  headings: [...document.querySelectorAll('h1')].map((e) => e.textContent),
  mains: document.querySelectorAll('[role=main], main').length,
  viewports: [...document.querySelectorAll('meta[name=viewport]')].map((e) => e.content),
  nameless: [...document.querySelectorAll('a[href], button, input, [tabindex]')]
    .filter((e) => e.tabIndex >= 0 && e.getClientRects().length
      && !(e.getAttribute('aria-label') || e.textContent.trim()))
    .map((e) => e.outerHTML),
  empty: document.querySelectorAll('table:not([role=presentation], :has(td))').length,
  named: [...document.querySelectorAll('.ris-bubble, [data-municipality]')]
    .map((e) => [e.textContent.trim(), e.getAttribute('aria-label') ?? '']),
})
"""


def test_X3_X5_F12_K2_the_map_is_a_document_and_its_parts_have_names(
    shown: Page, visit: Visit
) -> None:
    for frame in shown.locator(MAP).all():
        title = frame.get_attribute("title") or ""
        assert len(title) > 10
        assert "streamlit" not in title
        found = map_frame(shown).evaluate(_FRAME)
        named = found.pop("named")
        assert found == {
            **{"title": title, "lang": visit.lang, "headings": [title], "mains": 1},
            **{"viewports": ["width=device-width, initial-scale=1"], "nameless": [], "empty": 0},
        }
        assert sum(seen == "" for seen, _ in named) >= 15
        assert all(name and (seen == "+" or name.startswith(seen)) for seen, name in named)
        assert not [name for _, name in named if re.search(r"^(\w+): .*\1: |  ", name)]  # said once
        assert map_frame(shown).evaluate(_CUT) == []


def test_x3_I10_each_page_has_language_heading_title_and_search(shown: Page, visit: Visit) -> None:
    headings = shown.locator("h1").all_inner_texts()
    assert len(headings) == 1
    assert PAGES.get(visit.path, {}).get(visit.lang, "") in headings[0]
    expect(shown.locator("html")).to_have_attribute("lang", visit.lang)
    assert shown.title().endswith(words(visit.lang)["product.name"])
    expect(shown.get_by_role("combobox", name=words(visit.lang)["search.label"])).to_have_count(1)


def test_X3_no_control_of_a_swedish_page_is_named_in_english(shown: Page, visit: Visit) -> None:
    """Streamlit names its own small controls in English; shell.js names them again."""
    english = r"^(Help for|Remove|Clear all|Open$|Selected values|Download as|Copy|[XY]-axis)"
    if visit.lang == "sv":
        shown.wait_for_function(
            """(english) => ![...document.querySelectorAll('#root [aria-label]')]
              .some((e) => new RegExp(english).test(e.getAttribute('aria-label')))""",
            arg=english,
        )


def test_x9_every_page_links_to_method_data_and_rights(shown: Page, visit: Visit) -> None:
    links = shown.locator(".st-key-ris-footer a")
    found = {
        link.inner_text().strip(): urlsplit(link.get_attribute("href") or "")
        for link in links.all()
    }
    for key, path in FOOTER.items():
        target = found[words(visit.lang)[key]]
        assert target.path.strip("/") == path
        assert parse_qs(target.query).get("lang", ["sv"]) == [visit.lang]


def test_i9_no_words_of_the_other_language_and_no_keys(unfolded: Page, visit: Visit) -> None:
    own, other = words(visit.lang), words("en" if visit.lang == "sv" else "sv")
    texts = set(unfolded.evaluate(_TEXTS, "all"))
    joined = "\n".join(sorted(texts))
    foreign = []
    for key, text in other.items():
        if text == own[key] or text in own.values() or "{" in text:
            continue
        if key == "lang.switch":  # each language offers itself
            continue
        if text in texts or (len(text) >= 15 and text in joined):
            foreign.append((key, text))
    assert foreign == []
    assert texts & {key for key in own if "." in key} == set()
    assert [text for text in texts if re.search(r"\{[a-z_]+\}", text)] == []


def test_x6_swedish_pages_have_swedish_numbers_and_iso_dates(unfolded: Page, visit: Visit) -> None:
    wrong = []
    for text in unfolded.evaluate(_TEXTS, "seen"):
        rest = _NAMES.sub(" ", text)
        found = _FOREIGN_DATE.findall(rest)
        if visit.lang == "sv":
            found += _DECIMAL_POINT.findall(rest)
            found += [one for one in _UNGROUPED.findall(rest) if not _NO_AMOUNT.match(one)]
        wrong += [f"{one} in {text!r}" for one in found]
    assert wrong == []


def test_x4_axe_finds_nothing_on_any_page_or_in_its_frames(unfolded: Page, visit: Visit) -> None:
    if visit.size != "tablet":
        assert_accessible(unfolded)


def test_i7_no_page_scrolls_sideways_and_no_word_is_cut(unfolded: Page, visit: Visit) -> None:
    usual = SIZES[visit.size]["viewport"]
    for width in (360, 390) if visit.size == "phone" else (1024, usual["width"]):
        unfolded.set_viewport_size({"width": width, "height": usual["height"]})
        over = unfolded.evaluate(
            """() => [document.documentElement, document.querySelector('[data-testid=stMain]')]
              .map((element) => element.scrollWidth - element.clientWidth)"""
        )
        assert over == [0, 0]
        in_two = unfolded.locator(".ris-matrix th:is([scope=row], :nth-child(2))").evaluate_all(
            """(all) => all.filter((e) => {
              const range = document.createRange();
              range.selectNodeContents(e);
              return parseFloat(getComputedStyle(e).fontSize) < 14
                || new Set([...range.getClientRects()].map((box) => box.top)).size > 1;
            }).map((e) => e.textContent)"""
        )
        assert in_two == []
    broken = unfolded.locator(":is(.ris-m-table, .cov-table) :is(th, td)").evaluate_all(
        "(all) => all.filter((e) => getComputedStyle(e).overflowWrap !== 'normal').length"
    )
    assert broken == 0


def test_x3_page_and_frame_follow_the_language_switch_and_choices_stay(page: Page) -> None:
    load(page, "/?grans=90")
    for now, then in (("sv", "en"), ("en", "sv")):
        switch_language(page, now)
        expect(page.locator("h1").first).to_contain_text(PAGES["/"][then])
        settle(page)
        expect(page.locator("html")).to_have_attribute("lang", then)
        assert query(page) == {"grans": ["90"]}
        expect(page.locator(".ris-title")).to_be_focused()
        name = {"sv": "Visa listan", "en": "Open"}[then]
        expect(page.get_by_role("button", name=name, exact=True)).to_have_count(4)
        frame = map_frame(page)
        frame.wait_for_function("(then) => document.documentElement.lang === then", arg=then)
        home = {"sv": "Hela länet", "en": "Whole county"}[then]
        expect(frame.get_by_role("button", name=home)).to_be_visible()
        marker = frame.locator(".leaflet-marker-icon[tabindex]").first
        expect(marker).to_have_attribute(
            "aria-label", re.compile({"sv": "aktör|kontor", "en": "actor|office"}[then])
        )
