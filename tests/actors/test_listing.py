"""List, table and download: the same actors in the same order, in words."""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pytest

from ris_map.actors.files import CsvFlavour, actors_csv
from ris_map.actors.listing import (
    cards_html,
    delivery_sentence,
    sections,
    table_cells,
    table_columns,
    table_html,
)
from ris_map.actors.town_map import towns
from ris_map.geography.codes import MUNICIPALITY_CODES
from ris_map.register.filters import Filter
from ris_map.register.in_words import ActorRow, Words, actor_row, actor_rows
from ris_map.register.model import Register
from ris_map.register.reading import load_register
from ris_map.register.selection import Group, Selection, select
from ris_map.register.strategy import Strategy, load_strategy
from ris_map.register.vocabulary import Availability, Delivery, Phase, Scope, ServiceType
from ris_map.words import translator
from ris_map.words.language import Language
from tests import factories

DATA = Path(__file__).resolve().parents[2] / "data"
DAY = date(2026, 11, 23)
LANGUAGES = list(Language)


@cache
def real_register() -> Register:
    return load_register(DATA / "actors.yaml", today=DAY)


@cache
def strategy() -> Strategy:
    return load_strategy(DATA / "strategy.yaml")


def words_in(language: Language) -> Words:
    return Words(
        tr=translator(language),
        strategy=strategy(),
        municipality_names={code: town[0] for code, town in factories.TOWNS.items()},
        report_address="fel@example.org",
    )


def chosen_from_register(chosen: Filter) -> Selection:
    return select(real_register(), chosen, groups={}, on=DAY)


def rows_of(chosen: Filter, language: Language) -> tuple[ActorRow, ...]:
    matches = chosen_from_register(chosen).matches
    return actor_rows(matches, words=words_in(language), on=DAY)


def filters() -> Iterator[Filter]:
    for scope in Scope:
        yield Filter(scope=scope)
        yield from (Filter(scope=scope, phases=(phase,)) for phase in Phase)
        yield from (Filter(scope=scope, service_types=(kind,)) for kind in ServiceType)
        yield from (Filter(scope=scope, delivery=(mode,)) for mode in Delivery)
        yield from (Filter(scope=scope, places=(code,)) for code in MUNICIPALITY_CODES)


class Elements(HTMLParser):
    """Start tags with attributes, and the text of each element of one kind."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str]] = []
        self._open: list[int] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a start tag."""
        self.tags.append((tag, dict(attrs)))
        self.texts.append((tag, ""))
        self._open.append(len(self.texts) - 1)

    def handle_endtag(self, tag: str) -> None:
        """Note an end tag."""
        position = self._open.pop()
        assert self.texts[position][0] == tag, "elements are closed in the order they are opened"

    def handle_data(self, data: str) -> None:
        """Note text."""
        for position in self._open:
            tag, text = self.texts[position]
            self.texts[position] = (tag, text + data)

    def all(self, tag: str) -> list[str]:
        """Return the text of every element of a kind."""
        return [" ".join(text.split()) for found, text in self.texts if found == tag]


def parsed(html: str) -> Elements:
    elements = Elements()
    elements.feed(html)
    elements.close()
    assert elements._open == [], "every element is closed"
    return elements


@pytest.mark.parametrize("language", LANGUAGES)
def test_I6_cards_table_and_download_hold_the_same_actors_in_the_same_order(
    language: Language,
) -> None:
    tr = translator(language)
    for chosen in filters():
        rows = rows_of(chosen, language)
        cards = parsed(cards_html(rows, tr=tr))
        in_cards = [a["data-actor"] for tag, a in cards.tags if a.get("class") == "ris-card"]
        table = parsed(table_html(rows, tr=tr))
        heads = [
            " ".join(text.split())
            for (tag, text), (_, attrs) in zip(table.texts, table.tags, strict=True)
            if tag == "th" and attrs.get("scope") == "row"
        ]
        file = actors_csv(rows, flavour=CsvFlavour.PLAIN, tr=tr).decode()
        in_file = [line[0] for line in csv.reader(io.StringIO(file, newline=""))][1:]
        assert in_cards == in_file == [row.id for row in rows], chosen
        assert heads == [" ".join(row.name.split()) for row in rows], chosen


@pytest.mark.parametrize("language", LANGUAGES)
def test_I6_every_actor_on_the_map_has_a_card_that_names_its_town(language: Language) -> None:
    for chosen in filters():
        selection = chosen_from_register(chosen)
        shown = towns(selection.on_map, localities=())
        html = cards_html(rows_of(chosen, language), tr=translator(language))
        cards = {
            attrs["data-actor"]: (attrs.get("data-towns") or "").split()
            for _, attrs in parsed(html).tags
            if attrs.get("class") == "ris-card"
        }
        for town in shown:
            for actor in town.actors:
                assert town.id in cards[actor.id], f"{chosen}: {actor.id}"
        drawn = {actor.id for town in shown for actor in town.actors}
        assert drawn == {actor for actor, ids in cards.items() if ids}, chosen


@pytest.mark.parametrize("language", LANGUAGES)
def test_I6_only_actors_on_the_map_offer_to_be_shown_there(language: Language) -> None:
    for chosen in (Filter(), Filter(scope=Scope.ADJACENT), Filter(places=("2481",))):
        rows = rows_of(chosen, language)
        tags = parsed(cards_html(rows, tr=translator(language))).tags
        buttons = {attrs["data-actor"] for tag, attrs in tags if tag == "button"}
        assert buttons == {row.id for row in rows if row.group == Group.OFFICE.value}
        assert all(attrs.get("aria-label") for tag, attrs in tags if tag == "button")


def test_groups_stand_in_their_order_with_their_counts_and_no_empty_one() -> None:
    tr = translator(Language.SV)
    rows = rows_of(Filter(scope=Scope.ADJACENT), Language.SV)
    found = sections(rows, tr=tr)
    order = [group.value for group in Group]
    assert [section.id for section in found] == [
        group for group in order if any(row.group == group for row in rows)
    ]
    assert [row for section in found for row in section.rows] == list(rows)
    assert all(section.count == tr.number(len(section.rows)) for section in found)
    assert all(section.rows for section in found)
    assert [section.id for section in found if section.on_map] == [Group.OFFICE.value]
    assert sections((), tr=tr) == ()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_group_has_a_title_and_a_note_of_its_own(language: Language) -> None:
    tr = translator(language)
    titles = {tr(f"group.{group.value}.title") for group in Group}
    notes = {tr(f"group.{group.value}.note") for group in Group}
    assert len(titles) == len(notes) == len(Group)


@pytest.mark.parametrize("language", LANGUAGES)
def test_headings_of_the_list_go_down_one_level_at_a_time_and_ids_are_unique(
    language: Language,
) -> None:
    rows = rows_of(Filter(scope=Scope.ADJACENT), language)
    tags = parsed(cards_html(rows, tr=translator(language))).tags
    levels = [int(tag[1]) for tag, _ in tags if tag in {"h1", "h2", "h3", "h4", "h5", "h6"}]
    assert levels[0] == 3
    assert set(levels) == {3, 4}
    ids = [attrs["id"] for _, attrs in tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    labelled = {attrs["aria-labelledby"] for _, attrs in tags if "aria-labelledby" in attrs}
    assert labelled <= set(ids)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_table_has_a_cell_with_words_for_every_column(language: Language) -> None:
    tr = translator(language)
    rows = rows_of(Filter(scope=Scope.ADJACENT), language)
    columns, cells = table_columns(tr), table_cells(rows, tr=tr)
    assert len(set(columns)) == len(columns)
    for row in cells:
        assert len(row) == len(columns)
        assert all(isinstance(cell, str) and cell.strip() for cell in row), row
    table = parsed(table_html(rows, tr=tr))
    assert table.all("caption") == [" ".join(tr.plural("table.caption", len(rows)).split())]
    heads = [attrs["scope"] for tag, attrs in table.tags if tag == "th"]
    assert heads == ["col"] * len(columns) + ["row"] * len(rows)


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_empty_selection_gives_no_cards_and_a_table_that_says_none(language: Language) -> None:
    tr = translator(language)
    assert cards_html((), tr=tr) == ""
    assert parsed(table_html((), tr=tr)).all("caption") == [tr.plural("table.caption", 0)]


def row_with(states: tuple[Availability, ...], language: Language) -> ActorRow:
    names = ("office", "visit", "digital", "phone")
    modes = factories.make_modes(**dict(zip(names, states, strict=True)))
    actor = factories.make_actor(offers=(factories.make_offer(delivery=modes),))
    return actor_row(actor, actor.offices, group=Group.OFFICE, words=words_in(language), on=DAY)


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_has_ended_is_not_said_to_help(language: Language) -> None:
    tr = translator(language)
    row = replace(row_with((Availability.OFFERED,) * 4, language), group=Group.ENDED.value)
    assert delivery_sentence(row, tr=tr) == tr("row.delivery-ended")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_sentence_about_delivery_keeps_yes_limited_no_and_unknown_apart(
    language: Language,
) -> None:
    tr = translator(language)
    seen = {}
    for states in itertools.product(Availability, repeat=4):
        text = delivery_sentence(row_with(states, language), tr=tr)
        stated, silent = [], []
        for mode, state in zip(Delivery, states, strict=True):
            name = tr(f"mode.{mode.value}")
            match state:
                case Availability.UNKNOWN:
                    silent.append(name)
                case Availability.LIMITED:
                    known = tr("availability.limited")
                    stated.append(tr("row.mode-limited", mode=name, known=known))
                case Availability.NOT_OFFERED:
                    stated.append(tr("row.mode-not-offered", mode=name))
                case _:
                    stated.append(name)
        expected = []
        if stated:
            expected.append(tr("row.delivery", modes=tr.listing(stated)))
        if silent and stated:
            expected.append(tr("row.no-information-about", modes=tr.listing(silent)))
        if not stated:
            expected.append(tr("row.delivery-unknown"))
        assert text == " ".join(expected)
        assert text not in seen, f"{states} reads like {seen.get(text)}"
        seen[text] = states
