"""Everything once more from the raw files, and the tables that were made before the product was.

``offices_2026_11_23.csv`` holds the offices of core actors as they were counted on that day: only
what the register stated outright ("strict"). So the tables test people, roads and the joining rule,
whatever is written in the register later.
"""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ris_map.travel.matrix import travel
from ris_map.travel.world import foundations
from tests.factories import TOWNS
from tests.travel import raw

HERE = Path(__file__).parent
OFFICES = pd.read_csv(
    HERE / "offices_2026_11_23.csv", dtype={"municipality_code": str}, keep_default_na=False
)
TABLES = pd.read_csv(HERE / "tables_2026_11_23.csv")
NAMES = {town: code for code, (town, *_) in TOWNS.items()}
"""Codes of the municipalities, which have the names of their towns."""


def codes_of(area: str) -> tuple[str, ...]:
    if area.startswith("not inland"):
        return tuple(set(NAMES.values()) - set(raw.INLAND))
    groups = {"inland": raw.INLAND, "coast": raw.COAST, "county": tuple(NAMES.values())}
    return groups.get(area.split(" ", maxsplit=1)[0]) or (NAMES[area],)


def counts(kinds: str, what: str) -> bool:
    if what == "by place":
        return True
    phase, kind = what.split(" x ") if " x " in what else (None, None)
    if what.startswith("phase "):
        phase = what.removeprefix("phase ")
    if what.startswith("service "):
        kind = what.removeprefix("service ")
    pairs = [pair.split("/") for pair in kinds.split()]
    return any(phase in (None, p) and kind in (None, k) for p, k in pairs)


def nearest(what: str) -> np.ndarray:
    """Return minutes from every square to the nearest office that counts and serves it."""
    homes = raw.cells()["municipality_code"]
    found = np.full(len(homes), np.inf)
    for office in OFFICES.itertuples():
        if counts(office.kinds, what):
            minutes = raw.minutes_at(office.lat, office.lon)
            if what != "by place":
                minutes = np.where(homes.isin(office.serves.split()), minutes, np.inf)
            found = np.minimum(found, minutes)
    return found


def test_the_tables_come_out_to_within_a_third_of_a_point() -> None:
    assert len(TABLES) == 88
    for what, rows in TABLES.groupby("what"):
        minutes = nearest(str(what))
        for row in rows.itertuples():
            expected = [row.within_30, row.within_60, row.within_90, row.within_120]
            own = raw.shares(minutes, codes_of(row.area))
            assert own == pytest.approx(expected, abs=0.3), (what, row.area)


def test_minutes_of_all_cells_to_all_offices_are_those_of_the_raw_files() -> None:
    base = foundations(raw.DATA)
    points = OFFICES.drop_duplicates(["lat", "lon"])
    sources = base.joined(list(points["lat"]), list(points["lon"]))
    minutes, _ = travel(sources, base.joined_cells)
    for row, office in zip(minutes, points.itertuples(), strict=True):
        assert row == pytest.approx(raw.minutes_at(office.lat, office.lon), abs=1e-5)
