"""Pictures and files of a choice: the coverage's own figures, as other programs read them."""

import gc
import io
import json
import re
from dataclasses import replace
from datetime import date
from itertools import combinations, product
from weakref import ref
from xml.etree import ElementTree as ET

import numpy as np
import openpyxl
import pandas as pd
import pytest
from shapely import Point, box

from ris_map.coverage.cube import class_shares, population_of
from ris_map.coverage.map_picture import (
    ACTOR_CLASSES,
    LIMITS,
    MAPS,
    MapChoice,
    PictureChoice,
    map_view,
    neighbours,
    picture,
)
from ris_map.coverage.page import pictures
from ris_map.coverage.page.matrix import matrix_rows
from ris_map.coverage.page.page import book_of
from ris_map.coverage.page.summary import basis, finding_sentence
from ris_map.coverage.page.tables import all_tables, area_table
from ris_map.coverage.support import KINDS
from ris_map.export.tables import CsvFlavour, table_csv
from ris_map.register.vocabulary import Delivery, Phase, Scope, ServiceType, StrengthArea
from ris_map.travel.routes import accuracy, error_words
from ris_map.travel.world import KEPT_DAYS, Service, service
from ris_map.web.picture import Mark, place_labels
from ris_map.web.settings import data_dir
from ris_map.words.figures import Amount, Unit, cell_text, near_limit
from ris_map.words.language import Language
from tests.coverage.worlds import view
from tests.factories import csv_rows, released

EVERY = product((None, *Phase), (None, *ServiceType), LIMITS)
CHOICES = [
    *({"phase": p, "service_type": s, "limit": limit} for p, s, limit in [*EVERY][::5]),
    {"strength_area": StrengthArea.BESOKSNARING},
    {"shown": "aktorer", "service_type": ServiceType.FINANSIERING, "sourced_only": True},
    {"shown": "aktorer", "strength_area": StrengthArea.BESOKSNARING, "limit": 90},
]


def test_K3_W1_W8_W9_the_picture_says_what_the_figures_say(language: Language) -> None:
    for choice in CHOICES:
        shown = view(language, **choice)
        drawn, found = picture(shown), shown.found
        if shown.choice.shown == "minuter":
            assert drawn.classes == found.classes.tolist()
            beyond = found.minutes[found.classes == 4]  # where no office serves is not "over"
            key = f"karta.over{'.none' * bool(np.isinf(beyond).any())}"
            assert drawn.legend.rows[4].label == shown.tr(key, n=120)
        # bubbles, list and headline count the same offices
        number = sum(map(len, shown.matching()))
        assert sum(bubble.count or 0 for bubble in drawn.bubbles) == number
        assert all(bubble.label.startswith(str(bubble.count)) for bubble in drawn.bubbles)
        groups = {"inland": shown.inland, "coast": shown.coast}
        exact = class_shares(shown.world, np.array(drawn.classes), groups)
        for row, name in product(drawn.legend.rows, groups):  # nearly all is not all
            text = dict(zip(groups, row.texts, strict=True))[name]
            assert (text == "0", text == "100") == tuple(exact[name][row.code] == n for n in (0, 1))
        assert set(drawn.sentences) == {"", *shown.names}
        assert not any("högst i orten" in one.text for one in drawn.sentences.values())
        for code in shown.names:
            median = float(found.figures.median_minutes[shown.at(code)])
            figure = drawn.sentences[code].figure
            if near_limit(median, float(shown.choice.limit)):
                assert figure.startswith("≈")
            elif np.isinf(median):
                assert figure in {"0", "?"}
            elif figure[0].isdigit():
                within = float(found.share[shown.at(code)])
                assert abs(int(figure.split()[0]) - 100 * max(within, 1 - within)) <= 0.5


def test_K3_actors_are_counted_within_the_limit() -> None:
    shown = view(shown="aktorer")
    number, codes = shown.found.actors_within, np.array(picture(shown).classes)
    assert set(codes[number >= ACTOR_CLASSES[0]]) <= {0}
    assert set(codes[number == 1]) <= {3}
    assert set(codes[number == 0]) <= {4, 5}


def test_a_picture_stands_under_an_address_of_its_own() -> None:
    """So do those one click away; what means nothing has none."""
    world, choice = service(data_dir()).moment().world, MapChoice(phase=Phase.VAXA, limit=90)
    address = MAPS.address(world, choice.picture_choice(), Language.SV)
    found = MAPS.file("restid.json", {"fas": ["vaxa"], "grans": ["90"], "lang": ["sv"]})
    version, content = found
    assert f"/cells/{version}/restid.json" in address
    told, wanted = json.loads(content), picture(map_view(world, choice, tr=view().tr))
    assert told["sentences"][""]["figure"] == wanted.sentences[""].figure
    assert [one["id"] for one in told["bubbles"]] == [one.id for one in wanted.bubbles]
    for row, drawn in zip(told["legend"]["rows"], wanted.legend.rows, strict=True):
        assert row["shares"] == list(drawn.shares)
    assert len(content) < 30_000
    assert MAPS.file("annat.json", {}) is None
    for query in ({"fas": ["nej"]}, {"lang": ["de"]}, {"kommun": ["2480"]}):
        assert MAPS.file("restid.json", query) is None
    options = {"phase": {Phase.VAXA: "Växa", Phase.IDE: "Idé"}, "limit": {90: "90"}}
    ahead = neighbours(world, MapChoice(), Language.SV, options, key="k-{}".format)
    # a second click on the chosen phase takes it back
    for phase, text in ((Phase.VAXA, "Växa"), (None, "Idé")):
        wanted = MAPS.address(world, PictureChoice(phase=phase), Language.SV)
        assert ahead["k-phase"][text] == wanted
    assert ahead["k-limit"]["90"] == MAPS.address(world, PictureChoice(limit=90), Language.SV)


def test_what_was_computed_for_a_day_goes_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Even what was there at the start, which the garbage collection never looks at."""
    served = Service(data_dir())
    firsts = [ref(population_of(served.moment(on).world)) for on in (date(2024, 5, 1), None)]
    gc.freeze()
    for day in range(2, KEPT_DAYS + 2):
        served.moment(date(2024, 5, day))
    monkeypatch.setenv("RIS_MAP_TODAY", "2026-12-30")
    served.moment()
    gc.unfreeze()
    assert [first() for first in firsts] == [None, None]


SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("flavour", list(CsvFlavour))
def test_the_csv_holds_every_cell_as_it_is_shown(flavour: CsvFlavour, language: Language) -> None:
    shown = replace(view(language, sourced_only=True), world=released())  # with ranges
    table = area_table(shown)
    head, *rows = csv_rows(table_csv(table, flavour=flavour, tr=shown.tr), flavour)
    assert len(rows) == len(KINDS)
    cells = [pair for row in table.rows for pair in enumerate(row)]
    shares = {n for n, cell in cells if isinstance(cell, Amount) and cell.unit is Unit.SHARE}
    assert [name.endswith(" (%)") for name in head] == [n in shares for n in range(len(head))]
    for row, cells_of_row in zip(rows, table.rows, strict=True):
        for text, cell in zip(row, cells_of_row, strict=True):
            seen = cell_text(cell, tr=shown.tr)
            if isinstance(cell, Amount) and cell.shown is not None:
                seen = re.sub(r"[^\d]", "", seen)
            assert text == seen.replace("\u00a0", " ")


def sheets(data: bytes) -> dict[str, list[list[object]]]:
    """Read a workbook as another program does; nothing in it is a formula."""
    result = {}
    for sheet in openpyxl.load_workbook(io.BytesIO(data)).worksheets:
        rows = [[cell for cell in row if cell.value is not None] for row in sheet.iter_rows()]
        assert not [cell for row in rows for cell in row if cell.data_type == "f"]
        result[sheet.title] = [[cell.value for cell in row] for row in rows if row]
    return result


@pytest.mark.parametrize("delivery", [Delivery.OFFICE, Delivery.DIGITAL])
def test_the_workbook_holds_every_table_and_a_sheet_of_definitions(delivery: Delivery) -> None:
    shown = view(Language.EN, delivery=delivery)
    tables = all_tables(shown)
    (first, definitions), *others = sheets(book_of(shown)).items()
    assert first == "Definitions"
    assert any("matrix" in str(cell).lower() for row in definitions for cell in row)
    assert {"Cells", "Municipalities", "Chain", "Fragility"} <= dict(others).keys()
    for table, (_, rows) in zip(tables, others, strict=True):
        assert rows[0] == [table.title]
        assert [basis(shown)] in rows
        assert {len(row) for row in table.rows} <= {len(table.columns)}
        body = rows[-len(table.rows) :] if table.rows else []
        for written, cells in zip(body, table.rows, strict=True):
            for value, cell in zip(written, cells, strict=True):
                if isinstance(cell, Amount) and cell.shown is not None:
                    assert value == pytest.approx(cell.shown)
                else:
                    assert value == cell_text(cell, tr=shown.tr)


@pytest.mark.parametrize("name", pictures.PICTURES)
def test_R12_P2_title_range_error_source_and_date_are_inside(name: str, language: Language) -> None:
    shown = view(language)
    svg = ET.fromstring(pictures.picture(shown, name))
    texts = ["".join(text.itertext()) for text in svg.iter(f"{SVG}text")]
    said = " ".join(" ".join(texts).split())
    for text in (finding_sentence(shown), basis(shown)):
        assert set(text.split()) <= set(said.split())
    assert " ".join(shown.range_of(shown.inland).split()) in said
    error = error_words(accuracy(shown.world.foundations).places, tr=shown.tr)
    assert said.count(" ".join(error.split())) == 1
    assert not re.search(r"(href|src)=|<script", pictures.picture(shown, name))
    data = pictures.picture_file(shown, name, "png")
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    assert int.from_bytes(data[16:20]) >= 1200
    assert len(data) > 20_000


def test_R12_K3_the_map_on_paper_has_every_place_in_its_class() -> None:
    shown = view()
    drawn = pictures.paper_map(shown)
    assert drawn.picture.classes == shown.found.classes.tolist()
    svg = ET.fromstring(drawn.svg)
    paths = [p for p in svg.iter(f"{SVG}path") if p.get("class") == "squares"]
    assert sum(p.attrib["d"].count("M") for p in paths) == len(shown.found.minutes)


def test_R12_the_matrix_on_paper_has_every_cell() -> None:
    shown = view()
    svg = ET.fromstring(pictures.picture(shown, "matris"))
    texts = ["".join(t.itertext()).strip() for t in svg.iter(f"{SVG}text")]
    for code, cells in matrix_rows(shown).items():
        assert shown.names[code] in texts
        for cell in cells:
            assert cell.text.replace("≈ ", "≈\xa0") + ("?" if cell.is_open else "") in texts


CHANGES = [
    {},
    {"limit": 90},
    {"delivery": Delivery.VISIT},
    {"division": "kust"},
    {"place": "2480"},
    {"shown": "aktorer"},
    {"scope": Scope.ADJACENT},
    {"include_outside": True},
    {"winter": True},
    {"sourced_only": True},
]


def test_F22_the_choice_is_in_the_name_and_no_two_files_share_one() -> None:
    names = {
        pictures.file_name(view(**changes), name, suffix)
        for changes in CHANGES
        for name in pictures.PICTURES
        for suffix in ("svg", "png")
    }
    assert len(names) == len(CHANGES) * len(pictures.PICTURES) * 2
    assert "tackning-karta-ide-radgivning-60-min-2026-11.png" in names


@pytest.mark.parametrize("limit", LIMITS)
@pytest.mark.parametrize("kind", ServiceType)
def test_G6_no_name_on_the_curve_lies_over_another_or_a_line(kind: ServiceType, limit: int) -> None:
    shown = view(limit=limit, service_type=kind)
    groups = pictures.groups_of(shown).items()
    real = pd.DataFrame({name: 100 * pictures.shares_by_minute(shown, of) for name, of in groups})
    for shares in (real, 0 * real, 0 * real + 50, 0 * real + 100):
        placed = pictures.labels_at(shown, shares)
        assert all(abs(a["share"] - b["share"]) >= 8.9 for a, b in combinations(placed, 2))
        for one in placed:
            last = one["minutes"] + 2 * len(one["text"])
            assert 0 <= one["minutes"] < last <= 180
            beside = shares.loc[one["minutes"] : last]
            assert ((beside - one["share"]).abs() > 2.5).to_numpy().all()


def test_G6_K6_every_name_on_the_map_stands_by_its_own_marker_and_covers_nothing() -> None:
    marks = [
        Mark(f"Ort {i}", 40.0 + 60 * column, 40.0 + 45 * row, i % 3)
        for i, (row, column) in enumerate(product(range(4), range(6)))
    ]
    circles = {
        one.name: Point(one.x, one.y).buffer(one.radius, cap_style="square") for one in marks
    }
    boxes = {}
    for mark, x, y, anchor in place_labels(marks, avoid=[], size=(400.0, 300.0)):
        width = 0.55 * 15 * len(mark.name)
        left = x - {"start": 0, "end": width, "middle": width / 2}[anchor]
        boxes[mark.name] = box(left, y - 12, left + width, y + 4)
    assert boxes
    assert not any(one.intersection(other).area for one, other in combinations(boxes.values(), 2))
    for name, label in boxes.items():
        assert sum(label.intersection(circle).area > 0 for circle in circles.values()) <= 1
        assert min(circles, key=lambda one: label.distance(circles[one])) == name
