"""How long travel, coverage and plans take, without a page.

Run with ``python -m tests.bench.bench_analysis``.

With ``--sweden FOLDER`` that holds cells and roads of the whole country
(``cells_1km_2021.parquet``, ``roads_nodes.parquet``, ``roads_edges.parquet``), Sweden is timed too.
Nothing here is a test: a timed test fails on a busy machine.
"""

import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy.spatial.distance import cdist

from ris_map.coverage.cube import THRESHOLDS, coverage_cube, cube_of
from ris_map.coverage.people import People, figures
from ris_map.coverage.support import CubeChoice
from ris_map.geography.boundaries import DEGREES, METRES
from ris_map.siting.best import Answer, Problem, last, problem, search
from ris_map.siting.plan import OBJECTIVES, Opening, SitingChoice
from ris_map.siting.scenario import basis_of, scenario, state
from ris_map.siting.suggest import best_rounds, task_of
from ris_map.travel.matrix import nearest_minutes
from ris_map.travel.network import SPEED_MODELS, IntArray, Joined, join, road_network
from ris_map.travel.world import World
from tests.bench.measure import Bench, Result, main, memory_mb, timed
from tests.factories import real_world

SEED = 20261126


def measure_coverage(_: Bench) -> Iterator[Result]:
    """Minutes and coverage on the county's own data."""
    world = real_world()
    base = world.foundations

    def from_points() -> None:
        base.__dict__.pop("joined_cells", None)
        _ = World(foundations=base, register=world.register, on=world.on).matrix

    choices = [CubeChoice(speed=model.id) for model in SPEED_MODELS]
    shared = {choice: cube_of(world, choice).shared for choice in choices}

    def fresh_cubes(*chosen: CubeChoice) -> None:
        """Compute cubes from the minutes of all offices."""
        for choice in chosen:
            coverage_cube(shared[choice], choice)

    size = f"{len(world.cells)} cells, {len(world.offices)} offices"
    steps: dict[str, tuple[Callable[[], object], int, float]] = {
        f"all cells to all offices ({size})": (from_points, 10, 500),
        "full cube, one model": (partial(fresh_cubes, CubeChoice()), 20, 30),
        "full cube, four models": (partial(fresh_cubes, *choices), 10, 120),
    }
    for name, (call, runs, budget) in steps.items():
        yield timed(name, [call] * runs, budget=budget)


def gap(made: Answer) -> str:
    """Say what was proved: how far an answer may be from the best one."""
    return f"gap {made.gap:.4f}"


def best_set(task: Problem, number: int) -> Answer:
    """Return the best places, once nothing better is found."""
    return last(search(task, number))


def measure_siting(bench: Bench) -> Iterator[Result]:
    """A plan, the best places and the best rounds of the county."""
    plan = SitingChoice(openings=(Opening.read("vilhelmina:radgivning:ide"),))
    basis = basis_of(real_world(), plan)
    calls = [partial(scenario, basis, plan)] * bench.options.repeat
    yield timed("before and after", calls, budget=150)
    asked = plan.model_copy(update={"openings": ()})
    for objective in OBJECTIVES:
        wanted = asked.model_copy(update={"objective": objective})
        task = task_of(basis, state(basis, wanted), wanted)
        for number in range(1, 6):
            budget = 1000 if number <= 3 else 5000
            best = partial(best_set, task, number)
            yield timed(f"{objective}, {number} places", [best], budget=budget, told=gap)
    for base in ("lycksele", "storuman", "umea"):
        wanted = asked.model_copy(update={"base": base})
        rounds = [lambda choice=wanted: last(best_rounds(basis, choice))]
        yield timed(f"rounds from {base}", rounds, budget=2000)


def measure_nation(_: Bench) -> Iterator[Result]:
    """Best places of national size: 290 places, 2 000 demand points, 25 offices."""
    rng = np.random.default_rng(SEED)
    demand, places = rng.uniform(0, 900, (2000, 2)), rng.uniform(0, 900, (290, 2))
    offices, people = rng.uniform(0, 900, (25, 2)), rng.integers(100, 20_000, 2000)
    far, minutes = 1.3 * cdist(places, demand), 1.3 * cdist(offices, demand).min(axis=0)
    for objective in OBJECTIVES:
        task = problem(minutes, far, people, objective=objective, limit=60)
        name = f"national size, {objective}, 3 places"
        yield timed(name, [partial(best_set, task, 3)], told=gap)


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
        persons=chance.integers(1, 200, size),
        group=np.arange(size) * 290 // size,
        groups=290,
        has_road=np.ones(size, dtype=np.bool_),
    )

    def cube() -> None:
        rows = np.stack([nearest_minutes(offices, some) for offices in sets])
        figures(rows, people=people, thresholds=THRESHOLDS, limit=60.0)

    yield timed("Sweden: cube of 290 x 15", [cube], budget=10_000)
    peak = memory_mb(peak=True)
    yield Result("memory of the process at its peak", "MB", peak, budget=1000)


if __name__ == "__main__":
    folder = {"type": Path, "help": "cells and roads of the whole country"}
    parts = {
        "coverage": measure_coverage,
        "siting": measure_siting,
        "nation": measure_nation,
        "sweden": measure_sweden,
    }
    sys.exit(main(__doc__, parts, sweden=folder))
