"""How long travel and coverage take; run with ``python tests/bench/bench_analysis.py``.

Nothing here is a test: a timed test fails on a busy machine. Medians of several runs are printed,
each with its budget.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from ris_map.coverage.cube import coverage_cube
from ris_map.coverage.cubes import population_of, support_of
from ris_map.register.reading import load_register
from ris_map.travel.matrix import nearest_minutes
from ris_map.travel.network import SPEED_MODELS, join
from ris_map.travel.world import World, foundations

DATA = Path(__file__).parents[2] / "data"
DAY = date(2026, 11, 23)


def measure(call: Callable[[], object], *, runs: int) -> float:
    """Return the median milliseconds of a call."""
    call()
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        call()
        times.append(1000 * (time.perf_counter() - start))
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
        lat, lon = base.cells.lat, base.cells.lon
        base.__dict__.pop("joined_cells", None)
        join(base.network, lat=lat, lon=lon, no_road=base.cells.is_ferry)
        _ = fresh().matrix

    print(f"Västerbotten: {len(base.cells)} cells, {len(world.offices)} offices")
    steps: dict[str, tuple[Callable[[], object], int, str]] = {
        "all cells to all offices": (from_points, 10, "500"),
        "the same, cells joined": (lambda: fresh().matrix, 10, ""),
        "four speed models": (lambda: [fresh().matrix_for(m) for m in SPEED_MODELS], 5, ""),
        "nearest office only": (lambda: nearest_minutes(offices, cells), 20, ""),
        "full cube": (
            lambda: coverage_cube(support_of(world), world.matrix, population=population_of(world)),
            10,
            "30",
        ),
    }
    for name, (call, runs, budget) in steps.items():
        limit = f"   budget {budget} ms" if budget else ""
        print(f"  {name:26} {measure(call, runs=runs):9.2f} ms{limit}")


if __name__ == "__main__":
    bench_county()
