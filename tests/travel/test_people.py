"""Everybody counts once: what the squares guarantee, and what is refused."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pyproj import Transformer

from ris_map.common.faults import GeodataFaults
from ris_map.travel.people import PEOPLE_FILE, Cells, check_people, load_cells
from ris_map.travel.world import foundations

DATA = Path(__file__).parents[2] / "data"
FIRST = "CRS3035RES1000mN4512000E4795000"


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """Return a data folder with the squares and the figures they must agree with."""
    (tmp_path / "people").mkdir()
    for name in (PEOPLE_FILE, "statistics.csv"):
        shutil.copy(DATA / name, tmp_path / name)
    return tmp_path


def lines_of(data: Path) -> list[str]:
    return (data / PEOPLE_FILE).read_text(encoding="utf-8").splitlines(keepends=True)


def write(data: Path, lines: list[str]) -> None:
    (data / PEOPLE_FILE).write_text("".join(lines), encoding="utf-8")


def test_the_data_have_no_fault() -> None:
    assert check_people(DATA) == []


@pytest.fixture(scope="module")
def cells() -> Cells:
    return load_cells(DATA)


def test_P1_everybody_counts_once_as_the_raw_file_says(cells: Cells) -> None:
    raw = pd.read_csv(DATA / PEOPLE_FILE, dtype={"municipality_code": str})
    assert cells.population.sum() == raw["population"].sum() == 274_448
    own = np.bincount(cells.municipality, cells.population).astype(int).tolist()
    sums = raw.groupby("municipality_code")["population"].sum()
    assert dict(zip(cells.municipality_codes, own, strict=True)) == sums.to_dict()
    assert cells.population[cells.is_ferry].sum() == 62
    assert not cells.population.flags.writeable


def test_squares_are_squares_round_their_points(cells: Cells) -> None:
    assert cells.frame.crs == 3035
    assert cells.frame.area.round().eq(1_000_000).all()
    centre = cells.frame.geometry.centroid
    to_grid = Transformer.from_crs(4326, 3035, always_xy=True)
    east, north = to_grid.transform(cells.lon, cells.lat)
    assert np.hypot(centre.x - east, centre.y - north).max() < 2
    assert cells.nearest(cells.lat, cells.lon).tolist() == list(range(len(cells)))
    assert cells.frame["residents"].sum() == 274_448


def test_the_municipality_is_the_one_that_holds_the_centre(cells: Cells) -> None:
    """At sea and on coarse borders the nearest one stands; that is few people."""
    geography = foundations(DATA).geography
    codes = np.array(cells.municipality_codes)[cells.municipality]
    sample = range(0, len(cells), 11)
    points = ((i, geography.municipality_at(cells.lat[i], cells.lon[i])) for i in sample)
    wrong = [i for i, found in points if found not in (codes[i], None)]
    assert cells.population[wrong].sum() < 0.002 * cells.population.sum()


@pytest.mark.parametrize(
    ("old", "new", "code", "field"),
    [
        (",2401,4,", ",2499,4,", "unknown-municipality", "municipality_code"),
        (",2401,4,", ",,4,", "bad-code", "municipality_code"),
        (",2401,4,", ",2401,-4,", "wrong-type", "population"),
        (",2401,4,", ",2401,4.5,", "wrong-type", "population"),
        (",2401,4,", ",2401,0,", "out-of-range", "population"),
        ("63.42648,19.48786", "19.48786,63.42648", "bad-point", "lat, lon"),
        ("63.42648,", "63.43648,", "bad-point", "lat, lon"),
        ("63.42648,", "nan,", "wrong-type", "lat"),
        (FIRST, "CRS3035RES1000m", "bad-id", "cell_id"),
        (FIRST, "", "bad-id", "cell_id"),
        ("network more than 10 km away", "båt", "not-in-vocabulary", "access"),
        ("network more than 10 km away", "", "not-in-vocabulary", "access"),
        (",network more than 10 km away", "", "bad-row", None),
    ],
)
def test_a_wrong_cell_is_refused_with_its_place(
    copied: Path, old: str, new: str, code: str, field: str | None
) -> None:
    lines = lines_of(copied)[:20]  # a line is judged alone
    assert old in lines[1]
    lines[1] = lines[1].replace(old, new, 1)
    write(copied, lines)
    fault = next(f for f in check_people(copied) if f.code == code)
    assert (fault.line, fault.field, fault.is_error) == (2, field, True)


def test_a_cell_that_stands_twice_is_refused(copied: Path) -> None:
    lines = lines_of(copied)
    write(copied, [*lines, lines[1]])
    (fault,) = check_people(copied)
    assert (fault.code, fault.line, fault.record) == ("duplicate-id", len(lines) + 1, FIRST)
    with pytest.raises(GeodataFaults):
        load_cells(copied)


def test_sums_off_the_published_totals_are_refused_by_name(copied: Path) -> None:
    lines = lines_of(copied)
    kept = [line for line in lines if ",2418," not in line or int(line.split(",")[4]) < 100]
    assert len(kept) < len(lines)
    write(copied, kept)
    faults = check_people(copied)
    assert {f.record for f in faults} == {"2418"}
    assert {f.code for f in faults} == {"sum-differs"}


def test_all_faults_come_at_once(copied: Path) -> None:
    lines = lines_of(copied)
    lines[1] = lines[1].replace(",2401,", ",2499,")
    lines[5] = lines[5].replace("CRS", "XXX")
    write(copied, lines)
    assert {(f.line, f.code) for f in check_people(copied)} >= {
        (2, "unknown-municipality"), (6, "bad-id"),
    }  # fmt: skip


@pytest.mark.parametrize("content", [None, b"", b"\xff\xfe\x00", b"a,b\n1,2,3\n", b'"', b"{}"])
def test_hostile_files_are_faults_and_never_exceptions(copied: Path, content: bytes | None) -> None:
    (copied / PEOPLE_FILE).unlink()
    if content is not None:
        (copied / PEOPLE_FILE).write_bytes(content)
    assert check_people(copied)
