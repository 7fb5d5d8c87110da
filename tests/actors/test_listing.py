"""List, table and download: the same actors in the same order, in words."""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from ris_map.actors.files import CsvFlavour, actors_csv
from ris_map.actors.listing import (
    all_html,
    delivery_sentence,
    table_html,
)
from ris_map.geography.codes import MUNICIPALITY_CODES
from ris_map.register.in_words import ActorRow, actor_row, actor_rows
from ris_map.register.selection import Filter, Group, Selection, select
from ris_map.register.vocabulary import Availability, Delivery, Phase, Scope, ServiceType
from ris_map.words import translator
from ris_map.words.language import Language
from tests import factories
from tests.factories import real_register, words_in

DATA = Path(__file__).resolve().parents[2] / "data"
DAY = date(2026, 11, 23)
LANGUAGES = list(Language)


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
def test_I6_rows_table_and_download_hold_the_same_actors_in_the_same_order(
    language: Language,
) -> None:
    tr = translator(language)
    for chosen in filters():
        rows = rows_of(chosen, language)
        tags = parsed(all_html(rows, tr=tr)).tags
        hrefs = [a["href"] or "" for _, a in tags if a.get("class") == "ris-row"]
        in_rows = [parse_qs(urlsplit(href).query)["id"][0] for href in hrefs]
        file = actors_csv(rows, flavour=CsvFlavour.PLAIN, tr=tr).decode()
        in_file = [line[0] for line in csv.reader(io.StringIO(file, newline=""))][1:]
        assert in_rows == in_file == [row.id for row in rows], chosen


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_group_has_a_title_of_its_own(language: Language) -> None:
    tr = translator(language)
    assert len({tr(f"group.{group.value}.title") for group in Group}) == len(Group)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_table_has_a_cell_with_words_for_every_column(language: Language) -> None:
    tr = translator(language)
    rows = rows_of(Filter(scope=Scope.ADJACENT), language)
    table = parsed(table_html(rows, tr=tr))
    names, cells = table.all("th"), table.all("td")
    columns = names[: -len(rows)]
    assert len(set(columns)) == len(columns)
    assert len(cells) == (len(columns) - 1) * len(rows)
    assert all((*names, *cells))
    assert table.all("caption") == [" ".join(tr.plural("table.caption", len(rows)).split())]
    heads = [attrs["scope"] for tag, attrs in table.tags if tag == "th"]
    assert heads == ["col"] * len(columns) + ["row"] * len(rows)


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
