"""The report: self-contained, the page's figures, both languages, by command line (M4)."""

from __future__ import annotations

import re
from functools import cache
from html import unescape
from pathlib import Path

import pytest

from ris_map.__main__ import main
from ris_map.common.faults import GeodataFaults
from ris_map.coverage.support import CubeChoice
from ris_map.geography.boundaries import county_shapes
from ris_map.geography.divisions import MUNICIPALITY_CODES
from ris_map.municipality import files
from ris_map.municipality.files import report_html
from ris_map.municipality.profile import MunicipalityChoice, compared, profile
from ris_map.municipality.tables import tables
from ris_map.municipality.words import paragraph
from ris_map.register.vocabulary import Scope
from ris_map.words.language import Language
from tests.factories import DATA, real_world
from tests.factories import real_words as words

LANGUAGES = tuple(Language)


@cache
def report(
    code: str, language: Language = Language.SV, *, grans: int = 60, bredd: Scope = Scope.CORE
) -> str:
    choice = MunicipalityChoice(kommun=code, grans=grans, bredd=bredd)
    return report_html(choice, world=real_world(), words=words(language))


@pytest.mark.parametrize(
    ("code", "language"),
    [
        *((code, Language.SV) for code in MUNICIPALITY_CODES),
        *((code, Language.EN) for code in ("2422", "2480", "2482")),
    ],
)
def test_M4_the_report_asks_for_nothing(code: str, language: Language) -> None:
    html = report(code, language)
    assert f'<html lang="{language.value}">' in html
    assert "default-src 'none'" in html
    fetched = r"<(script|link|iframe|img|object|embed)\b|@import|url\((?!#)|\ssrc="
    assert not re.search(fetched, html)
    assert html.count("<svg") == html.count("</svg>") == 1
    assert html.count("<h1") == 1
    assert not re.search(r"\bNone\b(?! of)|\bnan\b|\binf\b|\{\{|\}\}", html)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", ["2422", "2480", "2482"])
def test_M4_the_report_has_the_figures_of_the_page(code: str, language: Language) -> None:
    """Every table of the page but the long list of actors stands in it, cell by cell."""
    found, said = profile(real_world(), code, CubeChoice()), words(language)
    html = report(code, language)
    plain = unescape(re.sub(r"<[^>]+>", "", html))
    assert paragraph(found, words=said) in plain
    for table in tables(found, compared(real_world(), found), words=said):
        if table.id in {"lists", "times"}:
            continue
        part = html.split(f'data-table="{table.id}"')[1].split("<tbody>")[1].split("</tbody>")[0]
        cells = [
            " ".join(unescape(re.sub(r"<[^>]+>", "", cell)).split(" "))
            for cell in re.findall(r"<t[hd]\b[^>]*>(.*?)</t[hd]>", part, re.DOTALL)
        ]
        pattern = "{} {}" if table.id == "coverage" else "{} ({})"
        expected = [
            pattern.format(cell.text, cell.small) if cell.small else cell.text
            for row in table.rows
            for cell in row
        ]
        assert cells == expected, table.id


def test_M4_minutes_of_every_settlement_stand_in_the_report() -> None:
    found = profile(real_world(), "2482", CubeChoice())
    part = report("2482").split('data-table="times"')[1].split("</table>")[0]
    assert part.count("<tr>") == len(found.times) + 1
    for place in found.times:
        assert place.locality.name in part


def test_M4_M7_date_method_sources_and_language_rights_stand_in_it() -> None:
    html = report("2422")
    for expected in (
        *("2026-11", real_world().matrix.version, "/kommun?kommun=2422", "näringslivsservice"),
        *("på sommarväg", "SCB", "OpenStreetMap", "CC0", "https://sametinget.se/24399"),
    ):
        assert expected in html
    assert "sametinget" not in report("2482").lower()


def test_M4_by_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    output = tmp_path / "sorsele.html"
    arguments = ["report", "2422", "-o", str(output), "--data", str(DATA), "--today", "2026-11-23"]
    assert main(arguments) == 0
    assert output.read_text(encoding="utf-8") == report("2422")
    # the roads of a register that is read already need not be found again
    monkeypatch.setattr(files, "load_register", lambda *_, **__: real_world().register)
    assert main([*arguments, "--lang", "en", "--limit", "90", "--adjacent"]) == 0
    wide = report("2422", Language.EN, grans=90, bredd=Scope.ADJACENT)
    assert output.read_text(encoding="utf-8") == wide


def test_the_command_refuses_what_it_does_not_know(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["report", "9999", "-o", str(tmp_path / "x.html")]) == 2
    assert main(["report", "2422"]) == 2
    missing = ["report", "2422", "-o", str(tmp_path / "x.html"), "--data", str(tmp_path / "no")]
    assert main(missing) == 2
    assert "does not exist" in capsys.readouterr().err
    assert not (tmp_path / "x.html").exists()


def test_shapes_hold_all_municipalities_in_metres() -> None:
    shapes = county_shapes(DATA)
    assert set(shapes.rings) == set(MUNICIPALITY_CODES)
    west, south, east, north = shapes.bounds
    assert 400_000 < west < east < 900_000
    assert 6_900_000 < south < north < 7_400_000
    assert sum(len(ring) for rings in shapes.rings.values() for ring in rings) < 3000


def test_a_broken_land_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "municipalities.geojson").write_text("{}", encoding="utf-8")
    with pytest.raises(GeodataFaults):
        county_shapes(tmp_path)
