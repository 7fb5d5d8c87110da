"""List, table and download: the same actors in the same order, in words."""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import html5rdf
import pytest
from lxml import html
from lxml.html import HtmlElement

from ris_map.actors.files import CsvFlavour, actors_csv
from ris_map.actors.listing import (
    all_html,
    delivery_sentence,
    table_html,
)
from ris_map.geography.divisions import MUNICIPALITY_CODES
from ris_map.register.in_words import ActorRow, actor_row, actor_rows
from ris_map.register.selection import Filter, Group, select
from ris_map.register.vocabulary import Availability, Delivery, Phase, Scope, ServiceType
from ris_map.words import translator
from ris_map.words.language import Language
from tests import factories
from tests.factories import DAY, real_register, words_in

LANGUAGES = list(Language)


def rows_of(chosen: Filter, language: Language) -> tuple[ActorRow, ...]:
    matches = select(real_register(), chosen, groups={}, on=DAY).matches
    return actor_rows(matches, words=words_in(language), on=DAY)


def filters(language: Language) -> Iterator[Filter]:
    """Give every kind of choice; which language the words are in changes no selection."""
    for scope in Scope:
        yield Filter(scope=scope)
        if language is Language.EN:
            continue
        yield from (Filter(scope=scope, phases=(phase,)) for phase in Phase)
        yield from (Filter(scope=scope, service_types=(kind,)) for kind in ServiceType)
        yield from (Filter(scope=scope, delivery=(mode,)) for mode in Delivery)
        yield from (Filter(scope=scope, places=(code,)) for code in MUNICIPALITY_CODES[::5])


def parsed(text: str) -> HtmlElement:
    """Read HTML; a single fault, as an element that is not closed, is refused."""
    html5rdf.HTMLParser(strict=True).parse(f"<!DOCTYPE html><title>x</title>{text}")
    return html.fragment_fromstring(text, create_parent="div")


def said(elements: list[HtmlElement]) -> list[str]:
    return [" ".join(element.text_content().split()) for element in elements]


@pytest.mark.parametrize("language", LANGUAGES)
def test_I6_rows_table_and_download_hold_the_same_actors_in_the_same_order(
    language: Language,
) -> None:
    tr = translator(language)
    for chosen in filters(language):
        rows = rows_of(chosen, language)
        hrefs = html.fromstring(all_html(rows, tr=tr)).xpath("//a[@class='ris-row']/@href")
        in_rows = [parse_qs(urlsplit(href).query)["id"][0] for href in hrefs]
        file = actors_csv(rows, flavour=CsvFlavour.PLAIN, tr=tr).decode()
        in_file = [line[0] for line in csv.reader(io.StringIO(file, newline=""))][1:]
        assert in_rows == in_file == [row.id for row in rows], chosen


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_table_has_a_cell_with_words_for_every_column(language: Language) -> None:
    tr, rows = translator(language), rows_of(Filter(scope=Scope.ADJACENT), language)
    parsed(all_html(rows, tr=tr))
    table = parsed(table_html(rows, tr=tr))
    names, cells = (said(table.xpath(f"//{tag}")) for tag in ("th", "td"))
    columns = names[: -len(rows)]
    assert len(set(columns)) == len(columns)
    assert len(cells) == (len(columns) - 1) * len(rows)
    assert all((*names, *cells))
    caption = " ".join(tr.plural("table.caption", len(rows)).split())
    assert said(table.xpath("//caption")) == [caption]
    assert table.xpath("//th/@scope") == ["col"] * len(columns) + ["row"] * len(rows)


def row_with(states: tuple[Availability, ...], language: Language) -> ActorRow:
    names = ("office", "visit", "digital", "phone")
    modes = factories.make_modes(**dict(zip(names, states, strict=True)))
    actor = factories.make_actor(offers=(factories.make_offer(delivery=modes),))
    return actor_row(actor, actor.offices, group=Group.OFFICE, words=words_in(language), on=DAY)


@pytest.mark.parametrize("language", LANGUAGES)
def test_groups_have_titles_and_who_has_ended_is_not_said_to_help(language: Language) -> None:
    tr = translator(language)
    assert len({tr(f"group.{group.value}.title") for group in Group}) == len(Group)
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
