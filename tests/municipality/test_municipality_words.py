"""What a municipality's page says: the paragraph, the tables, the lists, the prepared messages."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest

from ris_map.common.faults import DataFaults
from ris_map.export.tables import CsvFlavour
from ris_map.geography.codes import MUNICIPALITY_CODES
from ris_map.geography.language_rights import language_rights, load_language_rights, rights_of
from ris_map.municipality.files import file_name, profile_csv, profile_xlsx
from ris_map.municipality.lists import list_parts, lists_html
from ris_map.municipality.parts import (
    confirm_html,
    confirm_url,
    embed_html,
    page_url,
    paragraph_html,
    source_line,
)
from ris_map.municipality.profile import Profile, profile
from ris_map.municipality.tables import tables
from ris_map.municipality.ways import ListKind
from ris_map.municipality.words import paragraph
from ris_map.register.vocabulary import Scope
from ris_map.travel.world import CubeChoice
from ris_map.words.figures import minutes_words, percent
from ris_map.words.language import Language
from ris_map.words.municipality_cells import Cell, minutes_cell, share_cell
from tests.municipality.municipal import DATA, LANGUAGES, real_world, words

SAMI = {"2404", "2418", "2421", "2422", "2425", "2462", "2463", "2480", "2481"}
"""Vindeln, Malå, Storuman, Sorsele, Dorotea, Vilhelmina, Åsele, Umeå, Lycksele."""


def of(code: str, choice: CubeChoice | None = None) -> Profile:
    return profile(real_world(), code, choice or CubeChoice())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", MUNICIPALITY_CODES)
def test_the_paragraph_is_whole_and_says_the_figures(code: str, language: Language) -> None:
    found, said = of(code), words(language)
    text = paragraph(found, strategy=said.strategy, tr=said.tr)
    assert found.name in text
    assert not re.search(r"[{}]|\bnan\b|\binf\b|None(?! of)|  ", text)
    assert text.endswith((".", ")."))
    if language is Language.SV:
        assert not re.search(r"\d\.\d", text), "a decimal point in Swedish"
    assert said.tr.number(len(found.gaps)) in text


def test_the_paragraph_speaks_of_adjacent_actors_when_they_count() -> None:
    said = words(Language.SV)
    text = paragraph(
        of("2422", CubeChoice(scope=Scope.ADJACENT)), strategy=said.strategy, tr=said.tr
    )
    assert "närliggande" in text


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [
        (0.0, "i orten"),
        (4.99, "i orten"),
        (5.0, "cirka 5\u00a0min"),
        (57.6, "cirka 60\u00a0min"),
        (62.4, "cirka 60\u00a0min"),
        (62.5, "cirka 65\u00a0min"),
        (1234.0, "cirka 1\u00a0235\u00a0min"),
        (float("inf"), "inget känt kontor"),
        (float("nan"), "ingen uppgift"),
    ],
)
def test_minutes_in_words(minutes: float, expected: str) -> None:
    assert minutes_words(minutes, tr=words(Language.SV).tr) == expected


def test_minutes_without_a_number_have_none_in_the_files() -> None:
    said = words(Language.SV)
    assert minutes_cell(float("inf"), words=said).value is None
    assert minutes_cell(float("nan"), words=said).value is None
    assert minutes_cell(62.5, words=said) == Cell(text="cirka 65\u00a0min", value=65)


@pytest.mark.parametrize(
    ("share", "expected"),
    [
        (0.0, "0\u00a0%"),
        (0.001, "under 1\u00a0%"),
        (0.5, "50\u00a0%"),
        (0.999, "över 99\u00a0%"),
        (1.0, "100\u00a0%"),
        (float("nan"), "ingen uppgift"),
    ],
)
def test_shares_in_words(share: float, expected: str) -> None:
    assert percent(share, tr=words(Language.SV).tr) == expected
    assert share_cell(share, words=words(Language.SV)).text == expected


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", MUNICIPALITY_CODES)
def test_every_table_is_rectangular_and_filled(code: str, language: Language) -> None:
    for table in tables(of(code), words=words(language)):
        assert table.rows, table.id
        for row in table.rows:
            assert len(row) == len(table.columns)
            assert all(cell.text for cell in row)


def test_M3_unknown_is_not_zero_in_the_tables() -> None:
    """M3: a settlement of unknown population says so, in both languages."""
    for language in LANGUAGES:
        said = words(language)
        table = next(t for t in tables(of("2422"), words=said) if t.id == "times")
        row = next(r for r in table.rows if r[0].text == "Ammarnäs")
        assert row[1] == Cell(text=said.tr("unknown"))


def test_M3_a_missing_figure_is_no_information() -> None:
    found = replace(of("2422"), figures=tuple((name, None) for name, _ in of("2422").figures))
    said = words(Language.SV)
    table = next(t for t in tables(found, words=said) if t.id == "figures")
    assert [row[1].text for row in table.rows[:6]] == ["ingen uppgift"] * 6
    text = paragraph(found, strategy=said.strategy, tr=said.tr)
    assert "saknas uppgift om folkmängd" in text


def test_M3_the_comparison_is_alphabetical_and_says_its_rule() -> None:
    table = next(t for t in tables(of("2463"), words=words(Language.SV)) if t.id == "compare")
    assert [row[0].text for row in table.rows] == [
        "Dorotea",
        "Sorsele",
        "Storuman",
        "Vilhelmina",
        "Åsele",
    ]
    assert "faktor 2,5" in table.note
    assert "ingen rangordning" in table.note


def test_M3_without_a_similar_one_the_page_says_so() -> None:
    table = next(t for t in tables(of("2480"), words=words(Language.SV)) if t.id == "compare")
    assert "Ingen kommun i länet liknar Umeå" in table.note
    assert [row[0].text for row in table.rows] == ["Skellefteå", "Umeå"]


def test_M2_counts_on_the_page_are_those_of_the_lists() -> None:
    for code in MUNICIPALITY_CODES:
        found = of(code)
        for part in list_parts(found, words=words(Language.SV)):
            listed = found.list_of(ListKind(part.id))
            assert len(part.entries) == len(listed.actor_ids)
            assert len(part.uncertain) == len(listed.uncertain_ids)
            assert part.count.startswith(
                f"{len(listed.actor_ids)} " if listed.known else "Ingen känd"
            )


def test_an_unknown_list_is_not_shown_as_zero() -> None:
    html = lists_html(of("2422"), words=words(Language.SV))
    assert "0 kända" not in html
    assert "Ingen säker uppgift om 27 aktörer" in html


def test_M5_messages_carry_the_records_id() -> None:
    """M5: one step to confirm and one to correct, to the role address, with the id."""
    for language in LANGUAGES:
        found, said = of("2480"), words(language)
        for item in found.unconfirmed:
            for answer in ("yes", "no"):
                url = confirm_url(item, answer, profile=found, words=said)
                parts = urlsplit(url)
                assert (parts.scheme, parts.path) == ("mailto", "karta@example.org")
                fields = parse_qs(parts.query)
                assert item.actor.id in fields["subject"][0]
                assert item.actor.id in fields["body"][0]
                assert "\n" in fields["body"][0]
                assert "\\n" not in fields["body"][0]
    subject = parse_qs(
        urlsplit(confirm_url(item, "yes", profile=found, words=words(Language.SV))).query
    )
    assert subject["subject"][0].startswith("Bekräfta ")


def test_M5_every_unconfirmed_entry_is_listed() -> None:
    html = confirm_html(of("2482"), words=words(Language.SV))
    assert html.count("mailto:") == 2 * len(of("2482").unconfirmed)


def test_M5_without_any_the_page_says_so() -> None:
    html = confirm_html(replace(of("2482"), unconfirmed=()), words=words(Language.SV))
    assert "mailto:" not in html
    assert "Alla poster" in html


def test_M6_the_embedded_view_is_heading_table_source_and_link() -> None:
    found, said = of("2422", CubeChoice(threshold=90.0, scope=Scope.ADJACENT)), words(Language.SV)
    table = next(t for t in tables(found, words=said) if t.id == "coverage")
    source = source_line(found, reference="2026-11", tr=said.tr)
    html = embed_html(found, table, source=source, words=said)
    assert html.count("<h1") == html.count("<table") == html.count("<a ") == 1
    assert source.split(";")[0] in html
    assert 'href="/kommun?kommun=2422&amp;grans=90&amp;bredd=adjacent&amp;lang=sv"' in html


def test_M7_nine_municipalities_for_sami_and_umea_for_finnish() -> None:
    """M7: the lists of the issue, each with a source and official links."""
    rights = language_rights(DATA)
    by_id = {right.id: right for right in rights}
    assert set(by_id["samiska"].municipalities) == SAMI
    assert by_id["finska"].municipalities == ("2480",)
    for code in MUNICIPALITY_CODES:
        assert bool(rights_of(code, rights)) == (code in SAMI)
    hosts = {urlsplit(link.url).hostname for right in rights for link in right.links}
    assert hosts == {"www.sametinget.se", "minoritet.se", "rkrattsbaser.gov.se", "www.isof.se"}


def test_M7_a_stranger_in_the_file_is_refused(tmp_path: object) -> None:
    path = DATA.joinpath("language_rights.yaml")
    bad = path.read_text(encoding="utf-8").replace('"2404"', '"9999"')
    copy = tmp_path / "language_rights.yaml"  # type: ignore[operator]
    copy.write_text(bad, encoding="utf-8")
    with pytest.raises(DataFaults, match="9999"):
        load_language_rights(copy)


def test_hostile_names_stay_text() -> None:
    found = of("2422")
    actor = found.actors["georange"].model_copy(update={"name": '<img src=x onerror="x">'})
    hostile = replace(found, actors={**found.actors, "georange": actor}, name="<b>x</b>")
    html = lists_html(hostile, words=words(Language.SV)) + paragraph_html(
        hostile, words=words(Language.SV)
    )
    assert "<img" not in html
    assert "<b>x" not in html


def test_the_address_of_a_page_holds_only_what_differs_from_the_default() -> None:
    tr = words(Language.SV).tr
    assert page_url("2422", tr=tr) == "/kommun?kommun=2422&lang=sv"
    assert page_url("2422", tr=tr, profile=of("2422")) == "/kommun?kommun=2422&lang=sv"


@pytest.mark.parametrize("flavour", list(CsvFlavour))
@pytest.mark.parametrize("code", ["2422", "2480"])
def test_M4_csv_holds_every_cell_of_every_table(code: str, flavour: CsvFlavour) -> None:
    found, said = of(code), words(Language.SV)
    shown = tables(found, words=said)
    data = profile_csv(found, shown, flavour=flavour, tr=said.tr)
    swedish = flavour is CsvFlavour.SWEDISH
    text = data.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text), delimiter=";" if swedish else ","))
    cells = [
        (table.title, column, cell)
        for table in shown
        for row in table.rows
        for column, cell in zip(table.columns[1:], row[1:], strict=True)
    ]
    assert len(rows) == len(cells) + 1
    for row, (title, column, cell) in zip(rows[1:], cells, strict=True):
        assert row[0] == code
        assert row[2] == title.replace("\u00a0", " ")
        assert row[4] == column.replace("\u00a0", " ")
        if cell.value is not None:
            assert float(row[5].replace(",", ".")) == pytest.approx(cell.value)
        else:
            assert row[5].lstrip("'") == cell.text.replace("\u00a0", " ")


def test_M4_xlsx_has_a_sheet_per_table() -> None:
    openpyxl = pytest.importorskip("openpyxl")
    found, said = of("2422"), words(Language.SV)
    shown = tables(found, words=said)
    content = profile_xlsx(found, shown, source="Källa", tr=said.tr)
    assert zipfile.is_zipfile(io.BytesIO(content))
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert len(book.sheetnames) == len(shown) + 1
    for table, name in zip(shown, book.sheetnames[1:], strict=True):
        sheet = book[name]
        assert sheet.max_row == len(table.rows) + 2
        for row, cells in enumerate(table.rows, start=3):
            for column, cell in enumerate(cells, start=1):
                value = sheet.cell(row=row, column=column).value
                if cell.value is not None:
                    assert value == pytest.approx(cell.value)
                else:
                    assert str(value).startswith(cell.text)


def test_file_names_are_plain() -> None:
    for code in MUNICIPALITY_CODES:
        assert re.fullmatch(r"[a-z0-9-]+", file_name(of(code), tr=words(Language.SV).tr))
