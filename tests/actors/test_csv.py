"""Downloads: two flavours of CSV that read back to the same cells and run nothing."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ris_map.actors.files import COLUMNS, TERMS, CsvFlavour, actors_csv
from ris_map.register.in_words import ActorRow, actor_row, actor_rows
from ris_map.register.selection import Filter, Group, select
from ris_map.register.vocabulary import Scope
from ris_map.words import translator
from ris_map.words.language import Language
from tests import factories
from tests.factories import DAY, words_in

BOM = b"\xef\xbb\xbf"
DELIMITERS = {CsvFlavour.SWEDISH: ";", CsvFlavour.PLAIN: ","}
LANGUAGES = list(Language)
FLAVOURS = list(CsvFlavour)
FORMULAS = [
    *("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "=cmd|' /C calc'!A0"),
    *('=HYPERLINK("http://x")', "－1", "＝1+1", "＋1", "＠x"),
]


@cache
def real_rows(language: Language) -> tuple[ActorRow, ...]:
    register = factories.real_world().register
    selection = select(register, Filter(scope=Scope.ADJACENT), groups={}, on=DAY)
    return actor_rows(selection.matches, words=words_in(language), on=DAY)


@cache
def one_row() -> ActorRow:
    actor = factories.make_actor()
    return actor_row(actor, actor.offices, group=Group.OFFICE, words=words_in(Language.SV), on=DAY)


def read_back(content: bytes, flavour: CsvFlavour) -> list[list[str]]:
    text = content.removeprefix(BOM).decode("utf-8")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=DELIMITERS[flavour], strict=True)
    return list(reader)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_of_both_flavours_are_those_of_the_screen(language: Language) -> None:
    """The Swedish one opens in a Swedish spreadsheet; the plain one is RFC 4180."""
    tr, rows = translator(language), real_rows(language)
    swedish, plain = (actors_csv(rows, flavour=flavour, tr=tr) for flavour in FLAVOURS)
    assert swedish.startswith(BOM)
    assert (swedish.count(BOM), plain.count(BOM)) == (1, 0)
    assert plain.endswith(b"\r\n")
    assert plain.count(b"\n") == plain.count(b"\r\n")
    header, *lines = read_back(swedish, CsvFlavour.SWEDISH)
    assert [header, *lines] == read_back(plain, CsvFlavour.PLAIN)
    assert header == [tr(f"csv.column.{name}") for name in COLUMNS]
    assert len(set(header)) == len(header)
    for row, line in zip(rows, lines, strict=True):
        cells = dict(zip(COLUMNS, line, strict=True))
        for name in ("id", "name", "summary", "homepage"):
            assert cells[name] == getattr(row, name)
        assert cells["phases"] == (row.phase_labels or tr("unknown"))
        assert cells["service-types"] == row.service_types
        assert cells["strength-areas"] == row.strength_areas
        assert cells["group"] == tr(f"group.{row.group}.short")
        assert cells["towns"] == row.places
        assert cells["last-evidence"] == row.last_evidence
        for mark in row.delivery:
            assert cells[mark.id] == mark.known


@pytest.mark.parametrize("language", LANGUAGES)
def test_I2_every_optional_field_is_a_column_and_what_is_unknown_says_so(
    language: Language,
) -> None:
    tr, words = translator(language), words_in(language)
    rows = [
        actor_row(actor, actor.offices, group=Group.OFFICE, words=words, on=DAY)
        for actor in (factories.make_actor(**factories.TERMS), factories.make_actor())
    ]
    content = actors_csv(rows, flavour=CsvFlavour.PLAIN, tr=tr)
    _, *lines = read_back(content, CsvFlavour.PLAIN)
    known, unknown = (dict(zip(COLUMNS, line, strict=True)) for line in lines)
    said = factories.TERMS
    assert known["contact_url"] == said["contact_url"]
    assert known["last-checked"] == said["last_checked"]
    assert known["target_groups"] == tr.listing([tr("target.student"), tr("target.farm")])
    assert known["cost"] == tr.listing([tr("cost.free"), tr("cost.equity")])
    assert known["eligibility"] == said["eligibility"].in_(language)
    assert known["how_to_apply"] == said["how_to_apply"].in_(language)
    assert said["funding"].source.in_(language) in known["funding"]
    assert "2027" in known["funding"]
    assert {unknown[field] for field in TERMS} == {tr("unknown")}
    assert unknown["contact_url"] == ""
    assert unknown["last-checked"] == tr("record.never-checked")


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40), st.sampled_from(FLAVOURS))
def test_any_text_reads_back_as_it_was(text: str, flavour: CsvFlavour) -> None:
    row = replace(one_row(), summary="x" + text, name="citat \" ; , ' \r\n slut")
    content = actors_csv([row, one_row()], flavour=flavour, tr=translator(Language.SV))
    _, first, second = read_back(content, flavour)
    assert first[COLUMNS.index("summary")] == "x" + text
    assert first[COLUMNS.index("name")] == row.name
    assert second[COLUMNS.index("id")] == one_row().id


@pytest.mark.parametrize("formula", FORMULAS)
@pytest.mark.parametrize("flavour", FLAVOURS)
def test_a_cell_that_a_spreadsheet_would_run_is_made_text(
    formula: str, flavour: CsvFlavour
) -> None:
    fields = ("name", "summary", "places", "strength_areas", "service_area", "homepage")
    row = replace(one_row(), **dict.fromkeys(fields, formula))
    content = actors_csv([row], flavour=flavour, tr=translator(Language.SV))
    _, line = read_back(content, flavour)
    assert line.count(f"'{formula}") == len(fields)
    assert formula not in line


@pytest.mark.parametrize("text", ["1-2", "a=b", "Råd & Dåd", "'", "", " x", "e-post"])
def test_a_harmless_cell_is_left_alone(text: str) -> None:
    row = replace(one_row(), summary=text)
    content = actors_csv([row], flavour=CsvFlavour.PLAIN, tr=translator(Language.SV))
    assert read_back(content, CsvFlavour.PLAIN)[1][COLUMNS.index("summary")] == text


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_an_empty_selection_gives_a_file_with_the_header_alone(flavour: CsvFlavour) -> None:
    content = actors_csv([], flavour=flavour, tr=translator(Language.EN))
    assert len(read_back(content, flavour)) == 1
