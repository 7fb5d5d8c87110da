"""On paper: everything is there, nothing is cut off, and nothing that only a screen can use."""

from __future__ import annotations

import re

from playwright.sync_api import Browser, Page, expect

from tests.browser.harness import DESKTOP, Server, settle
from tests.browser.reading import MAP, go, guarded_page, load

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


def pages_in(pdf: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page(?![a-zA-Z])", pdf))


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
    pages = pages_in(page.pdf(format="A4"))
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


def test_every_kind_of_page_prints_whole(browser: Browser, server: Server) -> None:
    with guarded_page(browser, server) as page:
        load(page, "/")
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
        ):
            page.emulate_media(media="screen")
            page.set_viewport_size(DESKTOP["viewport"])
            go(page, path)
            expect(page.locator("h1")).to_have_text(heading)
            settle(page)
            pages = _assert_prints(page, last)
            assert most is None or pages <= most, path
