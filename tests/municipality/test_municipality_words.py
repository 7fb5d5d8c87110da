"""What a municipality's page, its files and its report say: paragraph, tables, lists, messages."""

import io
import math
import re
from dataclasses import replace
from functools import cache
from html import unescape
from itertools import product
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import openpyxl
import pytest

from ris_map.__main__ import main
from ris_map.common.faults import DataFaults
from ris_map.coverage.map_picture import PictureChoice, map_view, picture
from ris_map.coverage.support import KINDS
from ris_map.export.tables import WIDEST, CsvFlavour
from ris_map.geography.boundaries import county_shapes
from ris_map.geography.county import language_rights, rights_of
from ris_map.geography.divisions import MUNICIPALITY_CODES
from ris_map.municipality import files
from ris_map.municipality.page import aside_html, folds_html
from ris_map.municipality.pictures import county_layer, map_layer
from ris_map.municipality.profile import ListKind, MunicipalityChoice
from ris_map.municipality.tables import Table, cell_of, minutes_cell, tables
from ris_map.municipality.words import MunicipalityView, county_links, half_sentence, view_of
from ris_map.register.vocabulary import Phase, Scope
from ris_map.siting.plan import SitingChoice
from ris_map.travel.world import World
from ris_map.web.map import MapPicture
from ris_map.words.figures import Said, cell_text, minutes_words
from ris_map.words.language import Language
from ris_map.words.markup import held_together, render
from tests import factories as make
from tests.factories import DATA, DAY, csv_rows, real_words, real_world, released

SV = Language.SV

SAMI = {"2404", "2418", "2421", "2422", "2425", "2462", "2463", "2480", "2481"}
"""Vindeln, Malå, Storuman, Sorsele, Dorotea, Vilhelmina, Åsele, Umeå, Lycksele."""


def of(
    code: str, language: Language = SV, *, world: World | None = None, **asked: object
) -> MunicipalityView:
    choice = MunicipalityChoice(kommun=code, **asked)
    return view_of(world or real_world(), choice, real_words(language))


def page_of(view: MunicipalityView) -> str:
    """Return what stands beside the map, in the folds and in the lists."""
    lists = render("municipality_lists.html", t=view.tr, view=view)
    return aside_html(view) + folds_html(view) + lists


def table_of(table_id: str, code: str, other: str | None = None) -> Table:
    return tables(of(code, jamfor=other))[table_id]


@pytest.mark.parametrize("code", MUNICIPALITY_CODES)
def test_M1_texts_tables_and_parts_of_all_fifteen_are_whole(code: str, language: Language) -> None:
    view = of(code, language)
    cells = view.found.cells
    texts = [*map(view.headline, cells), view.paragraph, view.lead]
    texts += [" ".join(half_sentence(cell, limit=60, tr=view.tr)) for cell in cells]
    for table in tables(view).values():
        assert table.rows or table.id == "lists", table.id
        assert {len(row) for row in table.rows} <= {len(table.columns)}
        assert all(cell.text for row in table.rows for cell in row)
    layer = map_layer(view)
    assert isinstance(layer.picture, MapPicture)
    assert layer.picture.sentences.keys() == {"", *MUNICIPALITY_CODES}
    texts += [one.text for one in layer.picture.sentences.values()]
    texts.append(re.sub(r"\s+", " ", unescape(re.sub("<[^>]+>", " ", page_of(view)))))
    for text in texts:
        assert not re.search(r"[{}]|\bnan\b|\binf\b|None(?! of)|  ", text)
        if language is Language.SV:
            assert not re.search(r"(?<![\w.])\d+\.\d", text), "a decimal point in Swedish"


@pytest.mark.parametrize("is_winter", [False, True])
def test_W11_headline_matrix_and_map_say_one_figure(is_winter: bool) -> None:
    """Half of the residents' minutes, said alike in all three, for every kind of support."""
    for code in MUNICIPALITY_CODES:
        view = of(code, vinter=is_winter)
        found, said = view.found, view.tr
        assert found.cube.matrix.speed_model.id == ("winter" if is_winter else "summer")
        assert f"på {'vinter' if is_winter else 'sommar'}väg" in view.paragraph
        for cell in found.cells:
            shown, text = cell_of(view, cell), view.headline(cell)
            big, rest = half_sentence(cell, limit=60, tr=said)
            assert text.startswith(f"{found.name}: ")
            assert ("i utvecklingsfasen" in rest) == (cell.phase is Phase.UTVECKLING)
            nine = minutes_words(max(cell.p90_minutes, 5), tr=said, limit=60)
            assert f"Nio av tio har högst {nine}." in rest or not math.isfinite(cell.p90_minutes)
            if shown.tone == "near":
                assert "omkring 60" in text
                assert big == "≈\u00a060\u00a0min"
            elif shown.text.isdigit():
                assert big == f"cirka {shown.text}\u00a0min"
                assert big in text
            elif shown.text == "i orten":
                assert big in text
                assert "ett kontor för" in rest


def test_W11_the_map_to_choose_on_is_kartas_with_the_figures_of_all_fifteen() -> None:
    world, said, choice = real_world(), real_words(SV), MunicipalityChoice(fas="vaxa", vinter=True)
    shown = county_layer(world, choice, tr=said).picture
    karta = picture(map_view(world, PictureChoice(fas="vaxa", vinter=True), tr=said))
    assert replace(shown, sentences=karta.sentences) == karta
    links = county_links(world, choice, tr=said)
    assert len(links) == 15
    for _, url, figure in links:
        assert shown.sentences[parse_qs(urlsplit(url).query)["kommun"][0]].figure == figure


def test_a_gap_leads_to_what_it_would_take() -> None:
    """Each physical gap outside the error has a link to Tänk om with an office in the seat."""
    for code in MUNICIPALITY_CODES:
        found = of(code, grans=30, vinter=True).found
        sure = [cell for cell in found.gaps if not cell.is_borderline]
        for chosen in sure[:1]:
            kind = {"fas": chosen.phase, "stod": chosen.service_type}
            html = aside_html(of(code, grans=30, vinter=True, **kind)).replace("&amp;", "&")
            links = re.findall(r'href="(/tankom\?[^"]+)"', html)
            assert len(links) == len(sure) + 1
            query = parse_qs(urlsplit(links[0]).query)
            plan, _ = SitingChoice.read(query)
            assert (plan.phase, plan.service_type) == (chosen.phase, chosen.service_type)
            assert (plan.limit, plan.winter) == (30, True)
            (opening,) = plan.openings
            assert opening.place == found.seat.id
            assert (opening.service_type, opening.phases) == (chosen.service_type, (chosen.phase,))


def test_W3_phases_within_the_error_are_equally_far_and_adjacent_actors_are_named() -> None:
    found = of("2417").found
    even = replace(of("2417"), found=replace(found, chain=replace(found.chain, weakest=())))
    assert "oavsett stöd, är lika långt" in even.chain  # one type alone may be farther in a phase
    assert "närliggande" in of("2422", bredd=Scope.ADJACENT).paragraph


def test_minutes_without_a_number_have_none_in_the_files() -> None:
    tr = real_words(SV)
    assert {minutes_cell(float(text), tr=tr).value for text in ("inf", "nan")} == {None}
    assert minutes_cell(62.5, tr=tr) == Said(text="cirka 65\u00a0min", value=65)
    assert "drygt 90" in of("2421", grans=90, vinter=True).paragraph  # beyond it by a minute


def test_M3_unknown_is_not_zero_in_the_tables() -> None:
    row = next(r for r in table_of("times", "2422").rows if r[0].text == "Ammarnäs")
    island = table_of("times", "2480").rows[-1]
    assert (row[1].text, island[2].text) == ("ingen uppgift", "ingen väg i vårt vägnät")
    older = table_of("times", "2463")
    assert older.columns[1].endswith(" 2020")
    years = {row[0].text: row[1].small for row in older.rows}
    assert (years["Fredrika"], years["Åsele"]) == ("2005", "")
    world = replace(real_world(), foundations=replace(real_world().foundations, statistics=()))
    silent = of("2422", world=world)
    shown = tables(silent)
    compare, figures = shown["compare"], shown["figures"]
    assert [row[1].text for row in compare.rows[:2]] == ["ingen uppgift"] * 2
    assert compare.sentence == real_words(SV)("municipality.compare.unknown")
    assert [row[1].text for row in figures.rows[:6]] == ["ingen uppgift"] * 6
    assert "saknas uppgift om folkmängd" in silent.paragraph


def test_M3_similar_ones_stand_by_name_with_the_rule() -> None:
    table = table_of("compare", "2463")
    assert table.columns[1:] == ("Dorotea", "Sorsele", "Storuman", "Vilhelmina", "Åsele")
    assert "faktor 2,5" in table.sentence
    assert "Ingen rangordning" in table.sentence
    alone = table_of("compare", "2480")
    assert "Ingen kommun i länet liknar Umeå" in alone.sentence
    assert alone.columns[1:] == ("Skellefteå", "Umeå")


def test_M3_any_two_stand_side_by_side_with_the_figures_of_their_own_pages() -> None:
    """In the table, beside the map and in the legend."""
    one, other = of("2417", jamfor="2418"), of("2418")
    table = table_of("compare", "2417", other="2418")
    assert table.columns[1:] == ("Norsjö", "Malå")
    assert table.rows[1][2] == table_of("figures", "2418").rows[1][1], "one density"
    assert f", {table.rows[1][2].text} per" in other.paragraph
    for column, view in enumerate((one, other), start=1):
        shown = [row[column] for row in table.rows[-len(KINDS) :]]
        cells = [cell_of(view, cell) for cell in view.found.cells]
        assert shown == [replace(cell, small="") for cell in cells]
    html = aside_html(one)
    assert html.count("<table") == 2
    assert html.index(">Norsjö</h3>") < html.index(">Malå</h3>")
    beside = re.findall(r"<td[^>]*>.*?<span>([^<]*)</span>", html.split(">Malå</h3>")[1])
    assert beside == [cell.text for cell in cells]
    pair, alone, own = (map_layer(view).picture.legend for view in (one, of("2417"), other))
    assert pair.columns[1:] == ("Norsjö", "Malå")
    assert alone.columns[1:] == ("Norsjö", "Länet")
    assert [row.texts[1] for row in pair.rows] == [row.texts[0] for row in own.rows]
    assert [row.texts[1] for row in pair.rows] != [row.texts[1] for row in alone.rows]


def test_M2_counts_on_the_page_are_those_of_the_lists() -> None:
    for code in MUNICIPALITY_CODES:
        view = of(code, grans=90, bredd="adjacent")
        assert view.counts.total() == len(KINDS)
        assert view.counts["near"] == sum(c.is_borderline for c in view.found.cells)
        assert "räknas inte in" not in view.paragraph
        parts = render("municipality_lists.html", t=view.tr, view=view).split("data-list=")[1:]
        for listed, part in zip(view.found.lists.values(), parts, strict=True):
            entries = view.by_actor(listed.known)
            assert part.count("<li><p><a ") == len(entries) == len(listed.actors)
            assert len(listed.uncertain) == len({way.actor.id for way in listed.unsure})
            said = {kind for ways in entries for kind in view.types(ways).split(", ")}
            assert said == {view.tr.label(kind) for way in listed.known for _, kind in way.kinds}
            count = f"{len(listed.actors)}\xa0" if listed.known else "Ingen känd"
            assert f'data-count="{len(entries)}">{count}' in part


def test_where_nothing_is_near_the_nearest_is_told_all_the_same() -> None:
    view = of("2462", world=released())
    assert all("min" in view.minutes(first.minutes_from_seat) for first, *_ in view.towns)
    few = max(way.people_within for way in view.found.lists[ListKind.REACHABLE].known)
    assert f"nås av {few} av 6" in view.paragraph
    assert "säkert" not in view.lead, "nothing is near the limit or unknown"


def test_what_is_not_known_is_not_out_of_reach_and_none_is_not_equally_far() -> None:
    view = of("2481", world=make.unsure_world())
    cells, said = view.found.cells, view.tr
    shown = [cell_of(view, cell) for cell in cells]
    assert {one.text: one.small for one in shown} == {"?": "Ingen uppgift", "–": "Utom räckhåll"}
    halves = [half_sentence(cell, limit=60, tr=said)[0] for cell in cells]
    assert halves == [one.text for one in shown]
    assert "inget känt kontor" in view.chain
    sure = make.make_actor(id="sure", offices=(make.make_office(code="2480"),))
    both = make.make_register(*make.unsure_world().register.actors, sure)
    world = replace(make.unsure_world(), register=both, matrices={})
    drawn = picture(map_view(world, PictureChoice(), tr=said)).sentences
    assert [code for code in drawn if said("karta.beyond.may") in drawn[code].text] == ["2481"]


def test_G9_K4_the_own_office_stands_first_and_each_cell_of_the_matrix_leads_to_its_map() -> None:
    html = aside_html(of("2417", grans=90))
    assert html.index("Börja hemma") < html.index("<table")
    assert "Norsjö kommun – näringslivsservice" in html
    assert html.count('href="/kommun?kommun=2417') == len(KINDS)
    assert html.count('aria-current="true"') == 1
    # with a phase taken back on another page, the one that is shown all the same
    unchosen = aside_html(of("2417", fas=None))
    assert unchosen.count('aria-current="true"') == 1
    assert "kommun=2417&amp;fas=vaxa&amp;stod=motesplats&amp;grans=90&amp;lang=sv" in html


def test_M5_every_unconfirmed_entry_is_one_step_from_the_role_address(language: Language) -> None:
    """To confirm and to correct, with the record's id; without any the page says so."""
    view = of("2480", language)
    for actor in view.found.unconfirmed:
        parts = urlsplit(view.message_url(actor))
        assert (parts.scheme, parts.path) == ("mailto", "fel@example.org")
        fields = parse_qs(parts.query)
        assert actor.id in fields["subject"][0]
        assert actor.id in fields["body"][0]
        assert "\n" in fields["body"][0]
    html = folds_html(view)
    assert html.count("mailto:") == html.count('"/bekrafta?id=') == len(view.found.unconfirmed)
    none = folds_html(replace(view, found=replace(view.found, unconfirmed=[])))
    assert "mailto:" not in none
    assert language is not SV or "Alla poster" in none


def test_M7_nine_municipalities_for_sami_and_umea_for_finnish(tmp_path: Path) -> None:
    """Each with a source and official links; a stranger in the file is refused."""
    rights = language_rights(DATA)
    by_id = {right.id: right for right in rights}
    assert set(by_id["samiska"].municipalities) == SAMI
    assert by_id["finska"].municipalities == ("2480",)
    for code in MUNICIPALITY_CODES:
        assert bool(rights_of(code, DATA)) == (code in SAMI)
    hosts = {urlsplit(link.url).hostname for right in rights for link in right.links}
    assert hosts == {"www.sametinget.se", "minoritet.se", "rkrattsbaser.gov.se", "www.isof.se"}
    copy = tmp_path / "language_rights.yaml"
    text = (DATA / copy.name).read_text(encoding="utf-8")
    copy.write_text(text.replace('"2404"', '"9999"'), encoding="utf-8")
    with pytest.raises(DataFaults, match="9999"):
        language_rights(tmp_path)


@pytest.mark.parametrize(
    ("code", "flavour"), [("2422", CsvFlavour.SWEDISH), ("2480", CsvFlavour.PLAIN)]
)
def test_M4_csv_holds_every_cell_of_every_table(code: str, flavour: CsvFlavour) -> None:
    _, *rows = csv_rows(files.profile_csv(of(code), flavour=flavour), flavour)
    cells = [
        (table.title, column, cell)
        for table in tables(of(code)).values()
        for row in table.rows
        for column, cell in zip(table.columns[1:], row[1:], strict=True)
    ]
    for row, (title, column, cell) in zip(rows, cells, strict=True):
        assert row[0] == code
        assert row[2] == title.replace("\u00a0", " ")
        assert row[4] == column.replace("\u00a0", " ")
        if cell.value is not None:
            assert float(row[5].replace(",", ".")) == pytest.approx(cell.value)
        else:
            assert row[5].lstrip("'") == cell.text.replace("\u00a0", " ")


def test_M4_xlsx_has_a_sheet_per_table_as_wide_as_what_stands_in_it() -> None:
    view = of("2417")
    book = openpyxl.load_workbook(io.BytesIO(files.profile_xlsx(view)))
    for table, name in zip(tables(view).values(), book.sheetnames[1:], strict=True):
        assert book[name].freeze_panes == "B3"
        sized = book[name].column_dimensions.values()
        widths = {n: size.width for size in sized for n in range(size.min, size.max + 1)}
        for line, cells in zip(book[name].iter_rows(min_row=3), table.rows, strict=True):
            for written, cell in zip(line, cells, strict=True):
                longest = max(map(len, str(book[name].cell(2, written.column).value).split()))
                assert widths[written.column] > max(longest, min(len(cell.text), WIDEST))
                if cell.value is not None:
                    assert written.value == pytest.approx(cell.value)
                    form = written.number_format.replace('"', "")  # as uncertain as on the screen
                    said = re.split(r"\d[\d\s,]*\d|\d", cell_text(cell, tr=view.tr), maxsplit=1)
                    assert re.split("#,##0|General", form) == said
                    assert ("General" in form) == bool(cell.value % 1)
                else:
                    assert str(written.value).startswith(cell.text)
                    assert written.alignment.wrap_text


def test_file_names_are_plain() -> None:
    for code in MUNICIPALITY_CODES:
        name = files.file_name(of(code, bredd=Scope.ADJACENT))
        assert re.fullmatch(r"kommun-[a-z0-9-]+-60min-adjacent-2026-11", name)


THREE = ("2422", "2480", "2482")
SITE = "https://karta.example"


@cache
def report(code: str, language: Language = SV, *, site: str = SITE, **asked: object) -> str:
    return files.report_html(of(code, language, **asked), site=site)


def text_of(html: str) -> str:
    return unescape(re.sub(r"<[^>]+>", "", html))


REPORTS = [*product(MUNICIPALITY_CODES, [SV]), *product(THREE, [Language.EN])]


@pytest.mark.parametrize(("code", "language"), REPORTS)
def test_M4_the_report_asks_for_nothing(code: str, language: Language) -> None:
    html = report(code, language)
    assert f'<html lang="{language.value}">' in html
    assert "default-src 'none'" in html
    fetched = r"<(script|link|iframe|img|object|embed)\b|@import|url\((?!#)|\ssrc="
    assert not re.search(fetched, html)
    assert html.count("<svg") == html.count("</svg>") == html.count("<h1") == 1
    assert re.search(r"17[.,]5", html), "winter's minutes are not those of the formula"
    assert not re.search(r"\bNone\b(?! of)|\bnan\b|\binf\b|\{\{|\}\}", html)


@pytest.mark.parametrize("code", THREE)
def test_M4_the_report_has_the_figures_of_the_page(code: str, language: Language) -> None:
    """Every table of the page but the long list of actors stands in it, cell by cell."""
    view, html = of(code, language), report(code, language)
    assert held_together(view.paragraph) in text_of(html)
    for table in tables(view).values():
        if table.id == "lists":
            continue
        part = html.split(f'data-table="{table.id}"')[1].split("</table>")[0]
        if table.id == "times":
            assert part.count("<tr>") == len(view.found.times) + 1
            assert all(place.name in part for place, _ in view.found.times)
            continue
        body = part.split("<tbody>")[1]
        cells = re.findall(r"<t[hd]\b[^>]*>(.*?)</t[hd]>", body, re.DOTALL)
        pattern = "{} {}" if table.id == "coverage" else "{} ({})"
        expected = [
            pattern.format(cell.text, cell.small) if cell.small else cell.text
            for row in table.rows
            for cell in row
        ]
        assert " ".join(map(text_of, cells)).split() == " ".join(expected).split(), table.id


def test_M4_M7_date_method_sources_and_language_rights_stand_in_it() -> None:
    html = report("2422")
    for expected in (
        *(
            "2026-11",
            real_world().matrix.version,
            f'"{SITE}/kommun?kommun=2422',
            "näringslivsservice",
        ),
        *("på sommarväg", "SCB", "OpenStreetMap", "CC0", "https://sametinget.se/24399"),
    ):
        assert expected in html
    assert "sametinget" not in report("2482").lower()


def test_M4_by_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    output = tmp_path / "sorsele.html"
    arguments = ["report", "2422", "-o", str(output), "--data", str(DATA), "--today", str(DAY)]
    assert main(arguments) == 0
    assert output.read_text(encoding="utf-8") == report("2422", site="")
    assert 'href="/' not in output.read_text(encoding="utf-8")  # a link that leads nowhere
    monkeypatch.setenv("RIS_MAP_BASE_URL", SITE)
    assert main([*arguments, "--lang", "en", "--limit", "90", "--adjacent"]) == 0
    wide = report("2422", Language.EN, grans=90, bredd=Scope.ADJACENT)
    assert output.read_text(encoding="utf-8") == wide


def test_the_county_on_paper_is_whole_and_in_metres() -> None:
    shapes = county_shapes(DATA)
    assert set(shapes.index) == set(MUNICIPALITY_CODES)
    west, south, east, north = shapes.total_bounds
    assert 400_000 < west < east < 900_000
    assert 6_900_000 < south < north < 7_400_000
    assert len(shapes.exterior.get_coordinates()) < 3000
