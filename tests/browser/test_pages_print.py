"""On paper: everything is there, nothing is cut off, and nothing that only a screen can use."""

import re

import pypdfium2 as pdfium
from playwright.sync_api import Page, expect

from tests.browser.harness import DESKTOP, map_frame, sheets
from tests.browser.reading import MAP, go, headed, load

_CUT = """
(last) => {
  const cut = [];
  for (let e = last.parentElement; e; e = e.parentElement) {
    const style = getComputedStyle(e);
    const clips = style.overflowY !== 'visible' || style.maxHeight !== 'none';
    if (clips && e.scrollHeight > e.clientHeight + 1 && e !== document.documentElement) {
      cut.push(`${e.dataset.testid || e.tagName}: ${e.clientHeight} of ${e.scrollHeight}`);
    }
    if (style.position === 'fixed' || style.position === 'absolute') {
      cut.push(`${e.dataset.testid || e.tagName}: ${style.position}`);
    }
  }
  return cut;
}
"""
_SCREEN_ONLY = """
() => [...document.querySelectorAll('button, input, select, textarea, summary')]
  .filter((element) => element.getClientRects().length
    && !element.matches('summary:has(h2, h3), .ris-m-list summary'))  // headings and counts
  .map((element) => element.getAttribute('aria-label') || element.innerText || element.outerHTML)
"""
# a heading that folds on the screen is a heading on paper, if what it folds is printed
_FOLDED = """
() => [...document.querySelectorAll('details:has(> summary > :is(h2, h3))')]
  .filter((part) => part.getClientRects().length
    && ![...part.querySelectorAll(':scope > :not(summary)')].some(
      (inside) => inside.checkVisibility({contentVisibilityAuto: true})))
  .map((part) => part.innerText)
"""
A4_HEIGHT_PX = 297 / 25.4 * 96


def _assert_prints(page: Page, last: str) -> int:
    # paper is narrower than a desk: lay the page out as wide as it will be printed
    page.set_viewport_size({"width": 672, "height": 950})
    page.emulate_media(media="print")
    end = page.locator(last).last
    assert end.evaluate(_CUT) == []
    assert page.evaluate(_SCREEN_ONLY) == []
    assert page.evaluate(_FOLDED) == []
    height = page.evaluate("document.documentElement.scrollHeight")
    bottom = end.evaluate("(e) => e.getBoundingClientRect().bottom + scrollY")
    assert 0 < bottom <= height
    pages = sheets(page.pdf(format="A4"))
    assert pages > 1
    assert pages >= int(0.8 * bottom / A4_HEIGHT_PX), "the paper ends before the page does"
    wide = page.evaluate(
        """() => [...document.querySelectorAll('.ris-card, .ris-table td, .ris-table th, h1, p')]
          .filter((e) => e.getClientRects().length && getComputedStyle(e).clipPath === 'none'
            && e.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
          .map((e) => e.outerHTML.slice(0, 120)).slice(0, 5)"""
    )
    assert wide == [], "cut off at the paper's right edge"
    return pages


def _letters(text: str) -> str:
    """Give a text without spaces; a name with a halo is written twice, letter by letter."""
    return re.sub(r"(.)\1+", r"\1", re.sub(r"\s", "", text))


def _assert_the_map_prints(page: Page) -> None:
    """F21: boxes are read from the PDF: the map's picture, and every piece of text."""
    frame = map_frame(page)
    own = _letters(frame.evaluate("document.body.innerText"))
    document = pdfium.PdfDocument(page.pdf(format="A4", print_background=True))
    assert 1 <= len(document) <= 4
    first, maps = document[0], list[tuple[float, ...]]()
    for item in first.get_objects(filter=[pdfium.raw.FPDF_PAGEOBJ_IMAGE], max_depth=6):
        left, bottom, right, top = item.get_bounds()
        if right - left > 200 and top - bottom > 150:
            maps.append((left, bottom, right, top))
    assert maps, "no map on the first sheet"
    # the squares' canvas is drawn 0.4 of the map wider on each side, and cut off (map.js)
    left, bottom, right, top = maps[0]
    beside, above = ((right - left) * 0.4 / 1.8, (top - bottom) * 0.4 / 1.8)
    left, bottom, right, top = left + beside, bottom + above, right - beside, top - above
    width, height = first.get_size()
    assert -2 <= left < right <= width + 2
    assert -2 <= bottom < top <= height + 2
    text = first.get_textpage()
    for index in range(text.count_rects()):
        box = text.get_rect(index)
        said = _letters(text.get_text_bounded(*box))
        if left < (box[0] + box[2]) / 2 < right and bottom < (box[1] + box[3]) / 2 < top:
            # a short piece may be a part of a name with a halo, cut at a ligature
            assert len(said) < 10 or said in own, f"{said} lies over the map"
    # the legend keeps its colours, and there is nothing to press
    page.emulate_media(media="print")
    for swatch in frame.locator(".ris-key .swatch.unknown").all():
        expect(swatch).to_have_css("print-color-adjust", "exact")
    expect(frame.locator(".ris-controls")).to_be_hidden()
    page.emulate_media(media="null")


def test_R12_F21_every_kind_of_page_prints_whole_and_nothing_lies_over_a_map(page: Page) -> None:
    _assert_the_map_prints(load(page, "/tackning?visa=kedjan"))
    for to in ("/tackning?visa=metod", "/tankom", "/hitta?plats=2421", "/kommun?kommun=2482", "/"):
        _assert_the_map_prints(load(page, to))
    assert _assert_prints(page, "a.ris-row") <= 4
    # what is printed says what was chosen and where it comes from, without filters
    for hidden in (".st-key-ris-choices", ".st-key-ris-top"):
        assert page.locator(hidden).is_hidden()
    for said in (".ris-title", ".ris-lead", MAP, "#h-vem", ".ris-footer p"):
        assert page.locator(said).first.is_visible(), said
    for path, heading, last, most in (
        ("/aktor?id=uminova-innovation&lang=sv", "Uminova Innovation", "dd", 4),
        ("/data?lang=sv", "Data och källor", "dd", None),
        ("/metod?lang=sv", "Så är kartan gjord", ".st-key-ris-text p", None),
        # the longest of the fifteen
        ("/kommun?kommun=2482&lang=sv", re.compile("^Skellefteå: "), ".ris-m-source", 4),
        (
            "/styrkeomraden?omrade=besoksnaring&lang=sv",
            "Besöksnäring: 0 egna aktörer",
            ".ris-footer p",
            4,
        ),
    ):
        page.emulate_media(media="null")
        page.set_viewport_size(DESKTOP["viewport"])
        go(page, path)
        headed(page, heading)
        pages = _assert_prints(page, last)
        assert most is None or pages <= most, path
