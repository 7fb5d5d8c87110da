"""What a page shows, and what it should show: computed from the data files in a few plain lines.

Nothing here uses the product's own code: a fault there must not hide itself.
"""

from __future__ import annotations

import json
import re
import shutil
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit
from zoneinfo import ZoneInfo

import yaml
from babel.messages.pofile import read_po
from playwright.sync_api import Browser, Locator, Page
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from tests.browser.guard import Guard
from tests.browser.harness import DESKTOP, ROOT, Server, map_frame, settle

DATA = ROOT / "data"
LANGUAGES = ("sv", "en")
PAGES: Mapping[str, Mapping[str, str]] = {
    "/": {"sv": "I inlandet når", "en": "Inland,"},
    "/metod": {"sv": "Så är kartan gjord", "en": "How the map is made"},
    "/data": {"sv": "Data och källor", "en": "Data and sources"},
    "/tillganglighet": {"sv": "Tillgänglighet", "en": "Accessibility"},
    "/integritet": {"sv": "Integritet", "en": "Privacy"},
    "/kontakt": {"sv": "Kontakt", "en": "Contact"},
    "/kommun?kommun=2422": {"sv": "Sorsele", "en": "Sorsele"},
    "/styrkeomraden": {"sv": "styrkeområden", "en": "strength areas"},
    "/oppna-data": {"sv": "Öppna data", "en": "Open data"},
    "/aktor?id=almi-nord": {"sv": "Almi Nord", "en": "Almi Nord"},
}
"""Every page's address with words of its first-level heading."""
MAP = "iframe[data-testid=stCustomComponentV1]"
SENTENCE = ".ris-sentence"
FILTER_KEYS = ("fas", "stod", "omrade", "plats", "satt", "bredd", "q")
Query = Mapping[str, Sequence[str]]


@cache
def loaded(name: str) -> Any:
    """Read a YAML file of the data folder."""
    return yaml.load((DATA / name).read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)


def actors() -> list[dict[str, Any]]:
    """Give the register's records as they stand in the file."""
    found: list[dict[str, Any]] = loaded("actors.yaml")["actors"]
    return found


@cache
def place_groups() -> dict[str, set[str]]:
    """Give the groups of municipalities that can be chosen, by their id in the address."""
    return {
        f"{division['id']}-{group['id']}": set(group["municipalities"])
        for division in loaded("divisions.yaml")["divisions"]
        for group in division["groups"]
        if len(group["municipalities"]) > 1
    }


def municipality_codes() -> list[str]:
    """Give the codes of the county's municipalities."""
    codes: list[str] = loaded("divisions.yaml")["order_coast_to_mountains"]
    return codes


@cache
def words(lang: str) -> dict[str, str]:
    """Give the catalogue of a language: text by key, of a plural its second form."""
    found: dict[str, str] = {}
    for path in sorted((ROOT / "ris_map/words/catalogues" / lang).glob("*.po")):
        with path.open("rb") as file:
            catalogue = read_po(file, locale=lang)
        for message in catalogue:
            if message.id:
                key = message.id if isinstance(message.id, str) else message.id[0]
                text = message.string
                found[key] = text if isinstance(text, str) else text[-1]
    return found


def label(kind: str, ident: str, lang: str = "sv") -> str:
    """Give the words of a phase, service type, strength area, delivery mode or group of them."""
    entries = loaded("strategy.yaml")[kind]
    text: str = next(entry for entry in entries if entry["id"] == ident)["label"][lang]
    return text


# ------------------------------------------------------------------ what should be shown


def _runs(start: str | None, end: str | None) -> bool:
    """Compare partial ISO dates as texts: '2023' as an end lasts to the end of 2023."""
    day = datetime.now(ZoneInfo("Europe/Stockholm")).date().isoformat()
    return (start is None or start <= day) and (end is None or day[: len(end)] <= end)


def _plain(text: str) -> str:
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in parts if not unicodedata.combining(sign))


def town_key(office: Mapping[str, Any]) -> str:
    """Give a town's id: the municipality's code and the name in plain letters."""
    return f"{office['municipality']}-{_plain(office['town']).replace(' ', '-')}"


def _answer(wanted: Sequence[str], held: Sequence[str]) -> int:
    """0 no, 1 not known, 2 yes."""
    if not wanted or set(wanted) & set(held):
        return 2
    return 0 if held else 1


def _offer_answer(offer: Mapping[str, Any], query: Query) -> int:
    known = {"offered": 2, "limited": 1, "unknown": 1, "not_offered": 0}
    modes = [known[offer["delivery"][mode]] for mode in query.get("satt", ())]
    return min(
        _answer(query.get("stod", ()), [offer["service_type"]]),
        _answer(query.get("fas", ()), offer["phases"]),
        max(modes, default=2),
    )


def _reaches(actor: Mapping[str, Any], codes: set[str]) -> int:
    area = actor["service_area"]
    if area["scope"] == "unknown":
        return 1
    if area["scope"] == "municipalities":
        return 2 if codes & set(area["municipalities"]) else 0
    return 0 if area["scope"] == "other_county" else 2


def _is_asked_for(actor: Mapping[str, Any], query: Query) -> bool:
    core = actor["scope"] == "core" and not actor["outside_county"]
    texts = [actor["name"], *actor["aliases"], *actor["summary"].values()]
    text = _plain(" ".join([*texts, *(office["town"] for office in actor["offices"])]))
    wanted = _plain("".join(query.get("q", ()))).split()
    return (core or "adjacent" in query.get("bredd", ())) and all(word in text for word in wanted)


def _is_at_work(actor: Mapping[str, Any]) -> bool:
    over = actor["status"] == "planned" or (actor["status"] == "ended" and not actor["valid_to"])
    return not over and _runs(actor["valid_from"], actor["valid_to"])


def _place(actor: Mapping[str, Any], query: Query) -> tuple[str, list[Any]] | None:
    """Give the group that an actor belongs to and its offices that count, or None."""
    areas = [area for area in actor["strength_areas"]["areas"] if area != "all"]
    neutral = "all" in actor["strength_areas"]["areas"]
    answer = min(
        max(_offer_answer(offer, query) for offer in actor["offers"]),
        2 if neutral else _answer(query.get("omrade", ()), areas),
    )
    codes = {c for p in query.get("plats", ()) for c in place_groups().get(p, {p})}
    at_all = [
        office
        for office in actor["offices"]
        if office["municipality"] and _runs(office["valid_from"], office["valid_to"])
    ]
    offices = [office for office in at_all if not codes or office["municipality"] in codes]
    if codes and not offices:
        answer = min(answer, _reaches(actor, codes))
    if answer == 0 or not _is_asked_for(actor, query):
        return None
    group = "office" if offices else "serves" if at_all else "remote"
    if not _is_at_work(actor):
        group = "ended"
    elif answer == 1:
        group = "unknown"
    elif actor["outside_county"]:
        group = "outside"
    return group, (offices if group == "office" else [])


def expected(query: Query) -> dict[str, Any]:
    """Give what the start page must show for a query, in the form of :func:`shown`."""
    groups: dict[str, list[str]] = {}
    offices: list[Any] = []
    bubbles: Counter[str] = Counter()
    for actor in actors():
        place = _place(actor, query)
        if place:
            groups.setdefault(place[0], []).append(actor["id"])
            offices += place[1]
            bubbles.update({town_key(office) for office in place[1]})
    groups = {group: sorted(members) for group, members in groups.items()}
    return {
        "bubbles": dict(bubbles),
        "groups": groups,
        "heads": {group: len(members) for group, members in groups.items()},
        "sentence": _figures(groups, {office["municipality"] for office in offices}, len(offices)),
        "table": sum(map(len, groups.values())),
    }


def _figures(groups: Mapping[str, Sequence[str]], places: set[str], offices: int) -> list[int]:
    """Give the figures of the sentence in their order; 10 stands in "Region 10"."""
    if not groups:
        return []
    county = set(municipality_codes())
    no_coast, inland = place_groups()["kust-ej-kust"], place_groups()["samverkan-region-10"]
    coast = county - no_coast
    clear = [group for group in ("office", "serves", "remote", "outside") if group in groups]
    figures = [sum(len(groups[group]) for group in clear)]
    if offices:
        figures += [offices, len(places), len(county)]
        figures += [len(places & coast), len(coast), len(places & no_coast), len(no_coast)]
        figures += [10, len(places & inland), len(inland)]
    rest = ("serves", "remote", "outside", "unknown", "ended")
    return figures + [len(groups[group]) for group in rest if group in groups]


# ------------------------------------------------------------------ what is shown

_READ = """
() => {
  const text = (element) => element.textContent.trim();
  const all = (where, what) => [...where.querySelectorAll(what)];
  const frame = document.querySelector('iframe[data-testid=stCustomComponentV1]');
  const map = frame && frame.contentDocument;
  const result = { bubbles: {}, groups: {}, heads: {}, sentence: [], table: 0 };
  for (const bubble of map ? all(map, '.ris-bubble') : []) {
    result.bubbles[bubble.dataset.town] = Number(text(all(bubble, 'svg text').at(-1)));
  }
  for (const group of all(document, '.ris-group')) {
    const name = group.querySelector('h3').id.slice(2);
    result.groups[name] = all(group, '.ris-card').map((card) => card.dataset.actor).sort();
    result.heads[name] = Number(text(group.querySelector('.ris-count')));
  }
  const sentence = document.querySelector('.ris-sentence');
  result.sentence = sentence ? (text(sentence).match(/[0-9]+/g) || []).map(Number) : null;
  const names = all(document, '.ris-table tbody th').map(text);
  const cards = all(document, '.ris-card h4').map(text);
  result.table = names.length === cards.length && names.every((name, at) => name === cards[at])
    ? names.length : [names, cards];
  return result;
}
"""
# Objects compared whatever the order of their keys; page and map arrive one after the other.
_IS_SHOWN = f"""
(wanted) => {{
  const sorted = (key, value) => value && typeof value === 'object' && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort()) : value;
  const as = (value) => JSON.stringify(value, sorted);
  return as(({_READ})()) === as(JSON.parse(wanted));
}}
"""


def shown(page: Page) -> dict[str, Any]:
    """Give what the start page shows: bubbles, groups, their headings, sentence, table.

    ``table`` is the number of rows if table and list name the same actors in the same order.
    """
    result: dict[str, Any] = page.evaluate(_READ)
    return result


def assert_shows(page: Page, query: Query, *, with_map: bool = True) -> None:
    """Wait until the start page shows what the query means, in every form alike."""
    wanted = expected(query) if with_map else {**expected(query), "bubbles": {}}
    try:
        page.wait_for_function(_IS_SHOWN, arg=json.dumps(wanted), timeout=15_000)
    except PlaywrightTimeout:
        assert shown(page) == wanted, f"for {dict(query)}"
        raise


def address(query: Query, path: str = "/") -> str:
    """Give the address of a query."""
    return f"{path}?{urlencode(query, doseq=True)}" if query else path


def chosen_in(url: str) -> dict[str, list[str]]:
    """Give the choices that stand in an address."""
    found: dict[str, list[str]] = {}
    for part in urlsplit(url).query.split("&"):
        key, _, value = part.partition("=")
        if key in FILTER_KEYS:
            found.setdefault(key, []).append(value)
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


# ------------------------------------------------------------------ hands


def widget(page: Page, key: str) -> Locator:
    """Give a filter's widget."""
    return page.locator(f".st-key-{key}")


def option(page: Page, key: str, text: str) -> Locator:
    """Give one of the buttons of a filter."""
    return (
        widget(page, key)
        .locator("[role=toolbar] button")
        .filter(has_text=re.compile(rf"^\s*{re.escape(text)}\s*$"))
    )


def choose_place(page: Page, name: str) -> None:
    """Choose a place by its name, and close the list (open, it hides the rest from helpers)."""
    field = widget(page, "plats").locator("input")
    field.fill(name)
    page.locator("[role=option]").filter(has_text=name).first.click()
    page.keyboard.press("Escape")
    page.locator("[role=listbox]").wait_for(state="hidden")


def open_more(page: Page) -> None:
    """Open the part of the filters that is folded away."""
    summary = page.locator(".st-key-ris-filters summary")
    if summary.locator("xpath=..").get_attribute("open") is None:
        summary.click()
        page.locator(".st-key-satt").wait_for()


def bubble(page: Page, town: str) -> Locator:
    """Give the marker of a town."""
    return map_frame(page).locator(f'.leaflet-marker-icon:has([data-town="{town}"])')


def marked_bubbles(page: Page) -> list[str]:
    """Give the towns that are marked on the map."""
    towns: list[str] = map_frame(page).evaluate(
        "() => [...document.querySelectorAll('.is-marked .ris-bubble')]"
        ".map((bubble) => bubble.dataset.town).sort()"
    )
    return towns


def marked_cards(page: Page) -> list[str]:
    """Give the actors that are marked in the list."""
    found: list[str] = page.evaluate(
        "() => [...document.querySelectorAll('.ris-card.is-marked')]"
        ".map((card) => card.dataset.actor).sort()"
    )
    return found


@contextmanager
def guarded_page(
    browser: Browser,
    server: Server,
    device: Mapping[str, Any] = DESKTOP,
    *,
    allow: str = "",
) -> Iterator[Page]:
    """Open a page in a fresh context; at the end nothing may have gone wrong on it (X1)."""
    guard = Guard(urlsplit(server.url).netloc)
    if allow:
        guard.allow(allow)
    context = browser.new_context(base_url=server.url, locale="sv-SE", **device)
    guard.watch(context)
    try:
        yield context.new_page()
        assert not guard.faults(), "\n".join(guard.faults())
    finally:
        context.close()


def load(page: Page, path: str, lang: str = "sv") -> Page:
    """Load a path in a language and wait until it is complete."""
    joint = "&" if "?" in path else "?"
    page.goto(path if lang == "sv" else f"{path}{joint}lang={lang}")
    page.locator("h1").first.wait_for()
    settle(page)
    return page


def data_copy(folder: Path) -> Path:
    """Copy the files of the data folder (links would let a test change the product's data)."""
    target = folder / "data"
    shutil.copytree(DATA, target)
    return target


def switch_language(page: Page, now: str) -> None:
    """Press what leads from the language that is shown now to the other one."""
    text = words(now)["lang.switch"]
    page.locator(".st-key-ris-top a[data-ris-language]:visible", has_text=text).click()


def actors_in(town: str, query: Query) -> list[str]:
    """Give the ids of the actors that a town's bubble stands for."""
    placed = ((actor["id"], _place(actor, query)) for actor in actors())
    return sorted(
        ident
        for ident, place in placed
        if place and any(town_key(office) == town for office in place[1])
    )


def towns_of(actor: str, query: Query) -> list[str]:
    """Give the towns whose bubbles an actor is part of."""
    return sorted(town for town in expected(query)["bubbles"] if actor in actors_in(town, query))


def count_frames_sent(page: Page) -> list[object]:
    """Give a list that grows with every message from the page to the server, from now on.

    Must be called before the page is loaded. A rerun of the script is one message.
    """
    sent: list[object] = []

    def keep(message: object) -> None:
        sent.append(message)

    page.on("websocket", lambda socket: socket.on("framesent", keep))
    return sent
