"""X10 and hostile records: what a bad or hostile register file can do to the page (nothing)."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from playwright.sync_api import Browser, Page, expect

from ris_map.actors.detail import actor_html
from ris_map.actors.listing import cards_html, table_html
from ris_map.actors.town_map import bubble, towns
from ris_map.common.dates import today
from ris_map.register.in_words import Words, actor_row
from ris_map.register.reading import load_register
from ris_map.register.selection import Group
from ris_map.register.strategy import load_strategy
from ris_map.words import translator
from ris_map.words.language import Language
from tests.browser.harness import Server, settle
from tests.browser.reading import (
    DATA,
    LANGUAGES,
    assert_shows,
    data_copy,
    expected,
    guarded_page,
    label,
    load,
    option,
    words,
)
from tests.browser.reading import bubble as marker

RUNS = "window.hacked = (window.hacked || 0) + 1"
# Refused by the register's check, so drawn here by the views alone.
REFUSED = (
    f"<img src=x onerror='{RUNS}'>",
    f"<script>{RUNS}</script>",
    f"</style></title></textarea></script><script>{RUNS}</script>",
    f'"><svg onload="{RUNS}">',
    f"<!--<img src=--><img src=x onerror='{RUNS}'>-->",
)
# Plain text to the check; each is meant to break out of some place on the page.
ALLOWED = (
    f'" onmouseover="{RUNS}" onfocus="{RUNS}" autofocus x="',
    f"' onclick='{RUNS}' x='",
    f"&lt;script&gt;{RUNS}&lt;/script&gt;",
    f"< img src=x onerror={RUNS}>",
    "`);" + RUNS + ";//",
    "{{ 7 * 7 }} {% raw %} ${" + RUNS + "} #{1}",
    f"\\u003cscript\\u003e{RUNS}\\u003c/script\\u003e",
    f"[x](javascript:{RUNS}) **b** :material/home: $x$",
    f"=HYPERLINK(1) javascript:{RUNS}",
)
assert len("".join(ALLOWED)) > 300


def _write(folder: Path, change: Callable[[list[dict]], object]) -> None:
    """Replace the register in one step, as an operator should."""
    register = yaml.load((DATA / "actors.yaml").read_text("utf-8"), Loader=yaml.CSafeLoader)
    change(register["actors"])
    text = yaml.dump(register, allow_unicode=True, sort_keys=False, Dumper=yaml.CSafeDumper)
    new = folder / "actors.new"
    new.write_text(text, encoding="utf-8")
    os.utime(new, (1, 1))  # as if it had rested
    new.replace(folder / "actors.yaml")


def _nothing_ran(page: Page) -> None:
    frames = [frame for frame in page.frames if frame.url.startswith("http")]
    assert [frame.evaluate("() => window.hacked ?? 0") for frame in frames] == [0] * len(frames)


@pytest.fixture
def served(
    start_server: Callable[..., Server], tmp_path: Path
) -> Callable[..., tuple[Server, Path]]:
    """Start the product on a copy of the data, changed as wanted."""

    def start(change: Callable[[list[dict]], object] | None = None) -> tuple[Server, Path]:
        folder = data_copy(tmp_path)
        if change:
            _write(folder, change)
        return start_server(env={"RIS_MAP_DATA": str(folder)}), folder

    return start


def test_x10_a_bad_register_never_half_loads_and_a_good_one_shows(
    browser: Browser, served: Callable[..., tuple[Server, Path]]
) -> None:
    hostile = REFUSED[0]

    def break_it(actors: list[dict]) -> None:
        actors[0]["name"] = "Halvläst Fond"
        actors[1]["colour"] = "blue"
        actors[2]["scope"] = "everything"
        actors[3]["name"] = hostile
        actors[4]["id"] = actors[5]["id"]

    def rename(actors: list[dict]) -> None:
        next(actor for actor in actors if actor["id"] == "almi-nord")["name"] = "Almi Omdöpt"

    server, folder = served()
    with guarded_page(browser, server) as page:
        load(page, "/")
        assert_shows(page, {})
        _write(folder, break_it)
        # a click is enough, nobody has to load the page anew
        option(page, "fas", label("phases", "ide")).click()
        assert_shows(page, {"fas": ["ide"]})
        for lang in LANGUAGES:
            load(page, "/", lang)
            notice = page.get_by_role("alert")
            expect(notice).to_contain_text(words(lang)["fault.heading"])
            expect(notice).to_contain_text(words(lang)["fault.kept"])
            assert_shows(page, {})
            assert page.get_by_text("Halvläst Fond").count() == 0
            _nothing_ran(page)
        _write(folder, rename)
        load(page, "/")
        expect(page.get_by_role("alert")).to_have_count(0)
        assert_shows(page, {})
        expect(page.locator("#a-almi-nord h4")).to_have_text("Almi Omdöpt")
        (folder / "actors.yaml").unlink()
        load(page, "/")
        expect(page.get_by_role("alert")).to_be_visible()
        expect(page.locator("#a-almi-nord h4")).to_have_text("Almi Omdöpt")


def test_x10_a_server_that_never_had_a_good_register_says_what_is_wrong(
    browser: Browser, served: Callable[..., tuple[Server, Path]]
) -> None:
    def break_it(actors: list[dict]) -> None:
        actors[1]["colour"] = "blue"
        actors[3]["name"] = REFUSED[1]

    server, folder = served(break_it)
    with guarded_page(browser, server) as page:
        for path in ("/", "/aktor?id=almi-nord"):
            page.goto(path)
            notice = page.get_by_role("alert")
            expect(notice).to_contain_text(words("sv")["fault.none-good"])
            assert page.locator(".ris-card").count() == 0
            _nothing_ran(page)
        _write(folder, list.copy)
        load(page, "/")
        assert_shows(page, {})


def test_hostile_texts_that_the_check_lets_through_are_shown_as_they_stand(
    browser: Browser, served: Callable[..., tuple[Server, Path]]
) -> None:
    umea = expected({})["groups"]["office"]

    def poison(actors: list[dict]) -> None:
        targets = [actor for actor in actors if actor["id"] in umea]
        for actor, text in zip(targets, ALLOWED, strict=False):
            actor["name"] = text
            actor["aliases"] = [f"{text} alias"]
            actor["summary"] = {"sv": text, "en": text}
            actor["note"] = {"sv": text, "en": text}
            actor["sources"][0]["supports"] = {"sv": text, "en": text}

    server, _ = served(poison)
    with guarded_page(browser, server) as page:
        load(page, "/")
        names = page.locator(".ris-card h4").all_text_contents()
        table = page.locator(".ris-table tbody th").all_text_contents()
        for text in ALLOWED:
            assert text in names
            assert text in table
        for town in expected({})["bubbles"]:
            marker(page, town).focus()
            page.keyboard.press("Enter")
            page.frames[-1].locator(".leaflet-popup").first.wait_for()
        for card in page.locator(".ris-card h4 a").all()[:12]:
            card.hover()
        button = page.locator(".ris-show").first
        button.click()
        _nothing_ran(page)
        poisoned = page.locator(".ris-card", has=page.get_by_text("7 * 7")).first
        ident = poisoned.get_attribute("data-actor")
        load(page, f"/aktor?id={ident}", "en")
        expect(page.locator("h1")).to_have_text(ALLOWED[5])
        assert ALLOWED[5] in page.locator(".ris-detail").inner_text()
        _nothing_ran(page)


def test_hostile_names_that_the_check_refuses_would_not_run_either(
    browser: Browser, server: Server
) -> None:
    """The check is not the only wall: the views escape by themselves."""
    register = load_register(DATA / "actors.yaml")
    day = today()
    html = []
    for language in Language:
        tr = translator(language)
        say = Words(
            tr=tr,
            strategy=load_strategy(DATA / "strategy.yaml"),
            municipality_names={},
            report_address="role@example.org",
        )
        almi = register.by_id["almi-nord"]
        for text in (*REFUSED, *ALLOWED):
            office = almi.offices[0].model_copy(update={"town": text, "street": text})
            actor = almi.model_copy(
                update={
                    "name": text,
                    "aliases": (text,),
                    "summary": almi.summary.model_copy(update={"sv": text, "en": text}),
                    "homepage": f"https://example.org/{text}",
                    "offices": (office,),
                }
            )
            rows = [
                actor_row(actor, actor.offices, group=Group.OFFICE, words=say, on=day),
            ]
            html += [cards_html(rows, tr=tr), table_html(rows, tr=tr)]
            html += [actor_html(actor, words=say, on=day)]
            match = type("M", (), {"actor": actor, "offices": actor.offices})
            drawn = bubble(towns([match], localities=())[0], tr=tr)  # type: ignore[list-item]
            html += [str(drawn["html"]), str(drawn["popup"])]
    with guarded_page(browser, server) as page:
        # no policy on this answer: a script that got in would run
        page.route(
            "**/hostile",
            lambda route: route.fulfill(
                content_type="text/html; charset=utf-8",
                body="<!doctype html><html lang=sv><body>" + "\n".join(html) + "</body></html>",
            ),
        )
        page.goto("/hostile")
        for target in page.locator("a").all()[:20]:
            target.dispatch_event("mouseover")
            target.dispatch_event("focus")
        assert page.evaluate("() => window.hacked ?? 0") == 0
        names = set(page.locator(".ris-card h4").all_text_contents())
        assert names == set(REFUSED) | set(ALLOWED)
        assert page.locator("img, body script, svg[onload]").count() == 0
        odd = page.evaluate(
            """() => [...document.querySelectorAll('body *')].flatMap((element) =>
              [...element.attributes].filter((a) => a.name.startsWith('on')
                || a.value.trim().toLowerCase().startsWith('javascript:')).map((a) => a.name))"""
        )
        assert odd == []


def test_hostile_words_in_the_address_are_shown_as_they_stand(
    browser: Browser, server: Server
) -> None:
    with guarded_page(browser, server) as page:
        text = f"<img src=x onerror={RUNS[:20]}>"
        page.goto(f"/?q={text}&plats=<b>x</b>&ort='\"><script>1</script>&aktor=%22]")
        settle(page)
        assert text in page.locator(".ris-chosen").inner_text()
        assert "plats=<b>x</b>" in page.locator(".ris-notice").inner_text()
        _nothing_ran(page)
        page.goto("/aktor?id=<img src=x onerror=alert(1)>")
        expect(page.locator(".ris-notice")).to_have_text(words("sv")["page.actor.not-found"])
