"""What a page should say, read from the data files and catalogues, and hands to go through pages.

Nothing here uses the product's own code: a fault there must not hide itself.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from functools import cache
from typing import Any
from urllib.parse import parse_qs, urlsplit

import yaml
from babel.messages.pofile import read_po
from playwright.sync_api import Browser, Page, expect

from tests.browser.harness import ROOT, Guard, Server, map_frame, new_context, settle

LANGUAGES = ("sv", "en")
PAGES: Mapping[str, Mapping[str, str]] = {
    "/": {"sv": "I inlandet når", "en": "Inland,"},
    "/hitta": {"sv": "Hitta stöd", "en": "Find support"},
    "/tackning": {"sv": "", "en": ""},
    "/tankom": {"sv": "", "en": ""},
    "/kommun?kommun=2422": {"sv": "Sorsele", "en": "Sorsele"},
    "/styrkeomraden": {"sv": "styrkeområden", "en": "strength areas"},
    "/aktor?id=almi-nord": {"sv": "Almi Nord", "en": "Almi Nord"},
    "/bekrafta?id=almi-nord": {"sv": "Almi Nord", "en": "Almi Nord"},
    "/metod": {"sv": "Så är kartan gjord", "en": "How the map is made"},
    "/data": {"sv": "Data och källor", "en": "Data and sources"},
    "/tillganglighet": {"sv": "Tillgänglighet", "en": "Accessibility"},
    "/integritet": {"sv": "Integritet", "en": "Privacy"},
    "/kontakt": {"sv": "Kontakt", "en": "Contact"},
    "/oppna-data": {"sv": "Öppna data", "en": "Open data"},
}
"""Every page's address with words of its first-level heading."""
MAP = "iframe[data-testid=stCustomComponentV1]"
HEIGHTS = {"desk": 3500, "phone": 6000}
"""How long a page may be before anything is unfolded (X11)."""
WIDER = """cells => cells.filter(cell => {
  const inside = document.createRange();
  inside.selectNodeContents(cell);
  return inside.getBoundingClientRect().width > cell.getBoundingClientRect().width + 0.5;
}).map(cell => cell.innerText)"""
"""Cells of a table whose words have no room in them."""


@cache
def loaded(name: str) -> Any:
    return yaml.load((ROOT / "data" / name).read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)


@cache
def words(lang: str) -> dict[str, str]:
    """Give the catalogue of a language: text by key, of a plural its second form."""
    found: dict[str, str] = {}
    names = loaded("region.yaml")["names"][lang]
    for path in sorted((ROOT / "ris_map/words/catalogues" / lang).glob("*.po")):
        with path.open("rb") as file:
            catalogue = read_po(file, locale=lang)
        for message in catalogue:
            if message.id:
                key = message.id if isinstance(message.id, str) else message.id[0]
                text = message.string
                text = text if isinstance(text, str) else text[-1]
                for name, value in names.items():
                    text = text.replace(f"{{region.{name}}}", value)
                found[key] = text
    return found


def query(page: Page) -> dict[str, list[str]]:
    """Give the address without the language."""
    found = parse_qs(urlsplit(page.url).query)
    found.pop("lang", None)
    return found


def unfold(page: Page) -> None:
    """Open everything that is folded but the menu, which would lie over the rest."""
    page.evaluate(
        "document.querySelectorAll('details:not(.ris-menu *)').forEach((e) => { e.open = true; })"
    )


def map_state(page: Page) -> dict[str, Any]:
    """Give what the map says of itself: classes, bubbles, sentence, choice, zoom (map.js)."""
    return map_frame(page).evaluate("risState()")


def area_names(page: Page) -> dict[str, str]:
    """Give what each of the 15 municipalities on the map is called for a screen reader, by code."""
    found: dict[str, str] = map_frame(page).evaluate(
        "Object.fromEntries([...document.querySelectorAll('[data-municipality]')]"
        ".map((e) => [e.dataset.municipality, e.getAttribute('aria-label')]))"
    )
    assert len(found) == 15
    return found


def go(page: Page, to: str) -> None:
    """Change the address without loading anew, as Back and Forward do, and wait for the answer.

    The answer completes the address with the language, if that is not there yet.
    """
    page.evaluate(
        "(to) => { history.pushState({}, '', to);"
        " dispatchEvent(new PopStateEvent('popstate', { state: {} })); }",
        to,
    )
    page.wait_for_function("() => location.search.includes('lang=')")


def redraw(page: Page, to: str) -> None:
    """Go to an address with another picture, and wait until the map shows it."""
    before = map_state(page)["url"]
    go(page, to)
    map_frame(page).wait_for_function("(old) => risState().url !== old", arg=before)
    settle(page)


def arrive(page: Page, address: str, *, maps: bool = True) -> None:
    """Wait until the address holds what a click should put there (a pattern), and for the rest."""
    page.wait_for_url(re.compile(address))
    settle(page, maps=maps)


def headed(page: Page, said: str | re.Pattern[str]) -> None:
    """Wait for what the page's heading says, and for the rest of it."""
    expect(page.locator("h1").first).to_have_text(said)
    settle(page)


@contextmanager
def guarded_page(
    browser: Browser, server: Server, device: Mapping[str, Any] | None = None
) -> Iterator[Page]:
    """Open a page in a fresh context; at the end nothing may have gone wrong on it (X1)."""
    guard = Guard(urlsplit(server.url).netloc)
    context = new_context(browser, server.url, **(device or {}))
    with closing(context), guard.watching(context):
        yield context.new_page()
        assert not guard.faults(), "\n".join(guard.faults())


def load(page: Page, path: str = "/", lang: str = "sv") -> Page:
    """Load a path in a language and wait until it is complete."""
    joint = "&" if "?" in path else "?"
    page.goto(path if lang == "sv" else f"{path}{joint}lang={lang}")
    page.locator("h1").first.wait_for()
    settle(page)
    return page


def switch_language(page: Page, now: str) -> None:
    """Press what leads from the language that is shown now to the other one."""
    text = words("en" if now == "sv" else "sv")["lang.switch"]
    page.locator(".st-key-ris-top a[data-ris-language]:visible", has_text=text).click()
