"""How long travel and coverage take; run with ``python tests/bench/bench_analysis.py [FOLDER]``.

With a folder that holds cells and roads of the whole country (``cells_1km_2021.parquet``,
``roads_nodes.parquet``, ``roads_edges.parquet``), Sweden is timed too.

Nothing here is a test: a timed test fails on a busy machine. Medians of several runs are printed in
processor time, each with its budget.
"""

from __future__ import annotations

import resource
import statistics
import sys
import time
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).parents[2]))

from ris_map.coverage.cube import THRESHOLDS, coverage_cube, cube_of, population_of, support_of
from ris_map.coverage.gaps import find_gaps
from ris_map.coverage.groups import fragility
from ris_map.coverage.people import People, figures
from ris_map.coverage.support import CubeChoice
from ris_map.geography.boundaries import DEGREES, METRES
from ris_map.register.reading import load_register
from ris_map.travel.matrix import nearest_minutes, part
from ris_map.travel.network import SPEED_MODEL, SPEED_MODELS, Joined, Network, join, road_network
from ris_map.travel.world import World, foundations

DATA = Path(__file__).parents[2] / "data"
DAY = date(2026, 11, 23)
SEED = 20261126


def measure(call: Callable[[], object], *, runs: int) -> float:
    """Return the median milliseconds of a call."""
    call()
    times = []
    for _ in range(runs):
        start = time.process_time()
        call()
        times.append(1000 * (time.process_time() - start))
    return statistics.median(times)


def bench_county() -> None:
    """Time everything on the county's own data."""
    register = load_register(DATA / "actors.yaml", today=DAY)
    base = foundations(DATA)
    world = World(foundations=base, register=register, on=DAY)
    cells, offices = base.joined_cells, world.joined_offices

    def fresh() -> World:
        return World(foundations=base, register=register, on=DAY)

    def from_points() -> None:
        base.__dict__.pop("joined_cells", None)
        _ = fresh().matrix

    choices = [CubeChoice(speed=model.id) for model in SPEED_MODELS]
    shared = {choice: cube_of(world, choice).shared for choice in choices}

    def fresh_cubes(*chosen: CubeChoice) -> None:
        """Compute cubes from the minutes of all offices."""
        for choice in chosen:
            coverage_cube(
                support_of(world),
                world.matrix_for(SPEED_MODEL[choice.speed]),
                population=population_of(world),
                shared=shared[choice],
            )

    print(f"Västerbotten: {len(base.cells)} cells, {len(world.offices)} offices")
    steps: dict[str, tuple[Callable[[], object], int, str]] = {
        "all cells to all offices": (from_points, 10, "500"),
        "the same, cells joined": (lambda: fresh().matrix, 10, ""),
        "four speed models": (lambda: [fresh().matrix_for(m) for m in SPEED_MODELS], 5, ""),
        "nearest office only": (lambda: nearest_minutes(offices, cells), 20, ""),
        "full cube, one model": (partial(fresh_cubes, CubeChoice()), 20, "30"),
        "full cube, four models": (partial(fresh_cubes, *choices), 10, "120"),
        "without each actor": (lambda: fragility(cube_of(world, CubeChoice())), 10, ""),
        "gaps": (lambda: find_gaps(cube_of(world, CubeChoice())), 10, ""),
    }
    for name, (call, runs, budget) in steps.items():
        limit = f"   budget {budget} ms" if budget else ""
        print(f"  {name:26} {measure(call, runs=runs):9.2f} ms{limit}")


def sweden(folder: Path) -> tuple[Joined, Network]:
    """Return the cells of the whole country joined to its roads, and those."""
    nodes = pd.read_parquet(folder / "roads_nodes.parquet").set_index("node")
    edges = gpd.read_parquet(folder / "roads_edges.parquet").to_crs(METRES)
    points = gpd.points_from_xy(nodes["lon"], nodes["lat"], crs=DEGREES)
    network = road_network(
        gpd.GeoDataFrame(nodes.assign(name="", kind="junction"), geometry=points).to_crs(METRES),
        edges.assign(kind="numbered", joinable=1, geometry_kind="osm"),
        source="sweden",
    )
    cells = pd.read_parquet(folder / "cells_1km_2021.parquet")
    start = time.process_time()
    joined = join(network, lat=cells["lat"].to_numpy(), lon=cells["lon"].to_numpy())
    spent = time.process_time() - start
    print(f"Sweden: {len(cells)} cells, {len(network.km)} roads, joined in {spent:.1f} s")
    return joined, network


def bench_sweden(folder: Path) -> None:
    """Time the nearest of up to 5 000 random offices for every cell of the country."""
    cells, _ = sweden(folder)
    chance = np.random.default_rng(SEED)
    print("  cells   offices   nearest minutes (s), budget 1 s for the last line")
    for times in (1, 4, 16):
        offices = part(cells, np.sort(chance.choice(len(cells), 5000 * times // 16, replace=False)))
        kept = np.arange(0, len(cells), 16 // times)
        some = part(cells, kept)
        spent = measure(partial(nearest_minutes, offices, some), runs=3) / 1000
        print(f"  {len(some):6} {len(offices):8} {spent:9.3f}")
    every = part(cells, np.sort(chance.choice(len(cells), 5000, replace=False)))
    start = time.process_time()
    rows = np.stack(
        [
            nearest_minutes(part(every, np.flatnonzero(chance.random(5000) < (k + 1) / 16)), cells)
            for k in range(15)
        ]
    )
    group = np.arange(len(cells)) * 290 // len(cells)
    persons = chance.integers(1, 200, len(cells))
    people = People(persons=persons, group=group, groups=290)
    figures(rows, people=people, thresholds=THRESHOLDS, limit=60.0)
    print(f"  cube of 290 x 15: {time.process_time() - start:.1f} s, budget 10 s")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    print(f"  memory of the process at its peak: {peak:.0f} MB")


if __name__ == "__main__":
    bench_county()
    for path in sys.argv[1:]:
        bench_sweden(Path(path))
