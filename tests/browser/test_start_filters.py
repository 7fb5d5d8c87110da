"""Every filter changes map, list, table and sentence alike; figures straight from the YAML."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.harness import Server, map_frame, settle
from tests.browser.reading import (
    LANGUAGES,
    Query,
    address,
    assert_shows,
    choose_place,
    chosen_in,
    expected,
    go,
    guarded_page,
    label,
    load,
    loaded,
    municipality_codes,
    open_more,
    option,
    place_groups,
    shown,
    switch_language,
    widget,
    words,
)


def ids(kind: str) -> list[str]:
    return [entry["id"] for entry in loaded("strategy.yaml")[kind]]


SINGLE: dict[str, list[str]] = {
    "fas": ids("phases"),
    "stod": ids("service_types"),
    "omrade": ids("strength_areas"),
    "plats": [*place_groups(), *municipality_codes()],
    "satt": ids("delivery"),
    "bredd": ["core", "adjacent"],
    "q": ["umea", "ÅSELE", "inkubator", "almi nord", "%", "finnsinte"],
}
COMBINED: list[Query] = [
    {"fas": ["ide"], "plats": ["2422"]},
    {"fas": ["ide", "vaxa"], "stod": ["finansiering", "radgivning"]},
    {"stod": ["motesplats"], "plats": ["2481", "2480"], "bredd": ["adjacent"]},
    {"plats": ["samverkan-region-10"], "bredd": ["adjacent"]},
    {"plats": ["samverkan-region-10", "2482"], "fas": ["utveckling"], "bredd": ["adjacent"]},
    {"omrade": ["gruv_mineral", "livsmedel"], "bredd": ["adjacent"]},
    {"omrade": ["life_science"], "stod": ["inkubator_accelerator"], "fas": ["ide"]},
    {"satt": ["digital"], "bredd": ["adjacent"]},
    {"satt": ["digital", "visit"], "plats": ["2462"], "bredd": ["adjacent"]},
    {"satt": ["office"], "plats": ["kust-vid-kusten"], "stod": ["radgivning"]},
    {"q": ["science park"], "plats": ["2482"], "bredd": ["adjacent"]},
    {"q": ["innovation"], "fas": ["vaxa"], "satt": ["phone"], "bredd": ["adjacent"]},
    {
        "fas": ["ide"],
        "stod": ["motesplats"],
        "omrade": ["digitalisering"],
        "plats": ["2482"],
        "satt": ["office"],
        "bredd": ["adjacent"],
        "q": ["skelleftea"],
    },
]


@pytest.fixture(scope="module")
def desk(browser: Browser, server: Server) -> Iterator[Page]:
    """One page for all queries: what a test leaves behind must not matter to the next."""
    with guarded_page(browser, server) as page:
        load(page, "/")
        yield page


@pytest.mark.parametrize("key", SINGLE)
def test_each_value_of_a_filter_changes_map_list_table_and_sentence_alike(
    desk: Page, key: str
) -> None:
    for value in SINGLE[key]:
        query = {key: [value]}
        go(desk, address(query))
        assert_shows(desk, query)


def test_filters_together_narrow_and_choices_within_one_widen(desk: Page) -> None:
    for query in COMBINED:
        go(desk, address(query))
        assert_shows(desk, query)


def test_no_filter_loses_an_actor_in_silence(desk: Page) -> None:
    """With everything asked for, all records of the file are somewhere in the list."""
    go(desk, address({"bredd": ["adjacent"]}))
    assert_shows(desk, {"bredd": ["adjacent"]})
    listed = sum(map(len, shown(desk)["groups"].values()))
    assert listed == len(loaded("actors.yaml")["actors"])


@pytest.mark.parametrize(
    ("key", "widget_key", "kind", "value"),
    [
        ("fas", "fas", "phases", "ide"),
        ("stod", "stod", "service_types", "motesplats"),
        ("omrade", "omrade-natur_kultur_kunskap", "strength_areas", "besoksnaring"),
        ("satt", "satt", "delivery", "digital"),
    ],
)
def test_a_click_on_a_filter_does_what_its_address_says(
    desk: Page, key: str, widget_key: str, kind: str, value: str
) -> None:
    load(desk, "/")
    if key not in {"fas", "stod"}:
        open_more(desk)
    option(desk, widget_key, label(kind, value)).click()
    assert_shows(desk, {key: [value]})
    settle(desk)
    assert chosen_in(desk.url) == {key: [value]}
    option(desk, widget_key, label(kind, value)).click()
    assert_shows(desk, {})
    settle(desk)
    assert chosen_in(desk.url) == {}


def test_place_text_and_scope_do_what_their_address_says_and_one_click_clears_all(
    desk: Page,
) -> None:
    load(desk, "/")
    choose_place(desk, "Lycksele")
    assert_shows(desk, {"plats": ["2481"]})
    settle(desk)
    open_more(desk)
    widget(desk, "bredd").get_by_text(words("sv")["filter.scope"]).click()
    assert_shows(desk, {"plats": ["2481"], "bredd": ["adjacent"]})
    field = widget(desk, "q").locator("input")
    field.fill("kommun")
    field.press("Enter")
    query = {"plats": ["2481"], "bredd": ["adjacent"], "q": ["kommun"]}
    assert_shows(desk, query)
    settle(desk)
    assert chosen_in(desk.url) == query
    line = desk.locator(".ris-chosen")
    for text in ("Lycksele", words("sv")["filter.scope.also"], "”kommun”"):
        expect(line).to_contain_text(text)
    desk.get_by_role("button", name=words("sv")["filter.clear"]).click()
    assert_shows(desk, {})
    settle(desk)
    assert chosen_in(desk.url) == {}
    assert field.input_value() == ""
    assert widget(desk, "plats").locator("[data-tag]").count() == 0
    expect(line).to_have_text(words("sv")["filter.nothing-chosen"])


def test_a_selection_that_holds_nothing_says_so_and_how_to_go_on(desk: Page) -> None:
    for lang in LANGUAGES:
        load(desk, "/?q=finnsinte", lang)
        expect(desk.locator(".ris-empty")).to_contain_text(words(lang)["empty.text"])
        expect(desk.locator(".ris-sentence")).to_have_text(words(lang)["sentence.none"])
        assert desk.get_by_role("button", name=words(lang)["filter.clear"]).is_visible()
        assert map_frame(desk).locator("path[data-municipality]").count() == 15


def test_zoom_and_centre_of_the_map_are_kept_when_filters_change(desk: Page) -> None:
    load(desk, "/")
    frame = map_frame(desk)
    where = "() => [map.getZoom(), map.getCenter().lat.toFixed(4), map.getCenter().lng.toFixed(4)]"
    frame.evaluate(
        "() => { window.first = true; map.setView([64.6, 19.6], 8.25, {animate: false}); }"
    )
    before = frame.evaluate(where)
    for action in (
        lambda: option(desk, "fas", "Idé").click(),
        lambda: choose_place(desk, "Umeå"),
        lambda: desk.get_by_role("button", name=words("sv")["filter.clear"]).click(),
    ):
        was = shown(desk)["sentence"]
        action()
        expect(desk.locator(".ris-sentence")).not_to_have_text(re.compile(rf"^{was[0]} aktör"))
        settle(desk)
        assert map_frame(desk).evaluate("() => window.first") is True, "the map was built anew"
        assert frame.evaluate(where) == before


def test_switching_language_keeps_the_filters_in_address_widgets_and_figures(desk: Page) -> None:
    query: Query = {"fas": ["ide"], "plats": ["2482"], "satt": ["office"], "q": ["skelleftea"]}
    load(desk, address(query))
    assert_shows(desk, query)
    switch_language(desk, "sv")
    expect(desk.locator("h1").first).to_have_text(words("en")["page.start.title"])
    settle(desk)
    assert chosen_in(desk.url) == query
    assert_shows(desk, query)
    expect(option(desk, "fas", label("phases", "ide", "en"))).to_have_attribute(
        "aria-pressed", "true"
    )
    option(desk, "fas", label("phases", "vaxa", "en")).click()
    more = {**query, "fas": ["ide", "vaxa"]}
    assert_shows(desk, more)
    switch_language(desk, "en")
    expect(desk.locator("h1").first).to_have_text(words("sv")["page.start.title"])
    settle(desk)
    assert chosen_in(desk.url) == more
    assert_shows(desk, more)


@pytest.mark.parametrize(
    ("flavour", "delimiter", "encoding"), [("swedish", ";", "utf-8-sig"), ("plain", ",", "utf-8")]
)
def test_a_download_holds_the_same_actors_as_the_table(
    desk: Page, tmp_path: Path, flavour: str, delimiter: str, encoding: str
) -> None:
    query: Query = {"plats": ["2482"], "bredd": ["adjacent"]}
    load(desk, address(query))
    # the file is made at the click: it must be that of the choices as they are then
    option(desk, "fas", label("phases", "ide")).click()
    query = {**query, "fas": ["ide"]}
    assert_shows(desk, query)
    settle(desk)
    with desk.expect_download() as waiting:
        desk.get_by_role("button", name=words("sv")[f"csv.{flavour}"]).click()
    file = tmp_path / "actors.csv"
    waiting.value.save_as(file)
    assert waiting.value.suggested_filename.endswith(".csv")
    raw = file.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf") is (flavour == "swedish")
    rows = list(csv.DictReader(io.StringIO(raw.decode(encoding)), delimiter=delimiter))
    table = desk.locator(".ris-table tbody th").all_inner_texts()
    assert [row[words("sv")["csv.column.name"]] for row in rows] == table
    groups = expected(query)["groups"].values()
    assert {row[words("sv")["csv.column.id"]] for row in rows} == set().union(*groups)
