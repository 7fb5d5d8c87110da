"""How long travel and coverage take; run with ``python -m tests.bench.bench_analysis``.

With ``--sweden FOLDER`` that holds cells and roads of the whole country
(``cells_1km_2021.parquet``, ``roads_nodes.parquet``, ``roads_edges.parquet``), Sweden is timed too.
Nothing here is a test: a timed test fails on a busy machine.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from ris_map.coverage.cube import THRESHOLDS, coverage_cube, cube_of, population_of, support_of
from ris_map.coverage.gaps import find_gaps
from ris_map.coverage.groups import fragility
from ris_map.coverage.people import People, figures
from ris_map.coverage.support import CubeChoice
from ris_map.geography.boundaries import DEGREES, METRES
from ris_map.travel.matrix import nearest_minutes
from ris_map.travel.network import SPEED_MODEL, SPEED_MODELS, IntArray, Joined, join, road_network
from ris_map.travel.world import World
from tests.bench.measure import Bench, Result, county, main, memory_mb, timed

SEED = 20261126


def measure_county(_: Bench) -> Iterator[Result]:
    """Everything on the county's own data."""
    world = county()
    base, cells, offices = world.foundations, world.cells, world.joined_offices

    def fresh() -> World:
        return World(foundations=base, register=world.register, on=world.on)

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

    size = f"{len(cells)} cells, {len(world.offices)} offices"
    steps: dict[str, tuple[Callable[[], object], int, float | None]] = {
        f"all cells to all offices ({size})": (from_points, 10, 500),
        "the same, cells joined": (lambda: fresh().matrix, 10, None),
        "four speed models": (lambda: [fresh().matrix_for(m) for m in SPEED_MODELS], 5, None),
        "nearest office only": (lambda: nearest_minutes(offices, base.joined_cells), 20, None),
        "full cube, one model": (partial(fresh_cubes, CubeChoice()), 20, 30),
        "full cube, four models": (partial(fresh_cubes, *choices), 10, 120),
        "without each actor": (lambda: fragility(cube_of(world, CubeChoice())), 10, None),
        "gaps": (lambda: find_gaps(cube_of(world, CubeChoice())), 10, None),
    }
    for name, (call, runs, budget) in steps.items():
        yield timed(name, [call] * runs, budget=budget)


def sweden(folder: Path) -> tuple[int, Callable[[IntArray], Joined]]:
    """Return how many cells the whole country has, and what joins some of them to its roads."""
    nodes = pd.read_parquet(folder / "roads_nodes.parquet").set_index("node")
    edges = gpd.read_parquet(folder / "roads_edges.parquet").to_crs(METRES)
    points = gpd.points_from_xy(nodes["lon"], nodes["lat"], crs=DEGREES)
    network = road_network(
        gpd.GeoDataFrame(nodes.assign(name="", kind="junction"), geometry=points).to_crs(METRES),
        edges.assign(kind="numbered", joinable=1, geometry_kind="osm"),
    )
    cells = pd.read_parquet(folder / "cells_1km_2021.parquet")
    lat, lon = cells["lat"].to_numpy(), cells["lon"].to_numpy()
    return len(cells), lambda kept: join(network, lat=lat[kept], lon=lon[kept])


def measure_sweden(bench: Bench) -> Iterator[Result]:
    """The nearest of up to 5 000 random offices for every cell of the country, and a cube."""
    if bench.options.sweden is None:
        return
    size, joined = sweden(bench.options.sweden)
    chance = np.random.default_rng(SEED)
    for times in (1, 4, 16):
        offices = joined(chance.choice(size, 5000 * times // 16, replace=False))
        some = joined(np.arange(0, size, 16 // times))
        name = f"Sweden: nearest minutes, {len(some)} cells, {len(offices)} offices"
        calls = [partial(nearest_minutes, offices, some)] * 3
        yield timed(name, calls, budget=1000 if times == 16 else None)
    every = chance.choice(size, 5000, replace=False)
    sets = [joined(every[chance.random(5000) < k / 16]) for k in range(1, 16)]
    people = People(
        persons=chance.integers(1, 200, size), group=np.arange(size) * 290 // size, groups=290
    )

    def cube() -> None:
        rows = np.stack([nearest_minutes(offices, some) for offices in sets])
        figures(rows, people=people, thresholds=THRESHOLDS, limit=60.0)

    yield timed("Sweden: cube of 290 x 15", [cube], budget=10_000)
    peak = memory_mb(peak=True)
    yield Result(name="memory of the process at its peak", unit="MB", value=peak, budget=1000)


if __name__ == "__main__":
    folder = {"type": Path, "help": "cells and roads of the whole country"}
    parts = {"county": measure_county, "sweden": measure_sweden}
    sys.exit(main(__doc__, parts, sweden=folder))
