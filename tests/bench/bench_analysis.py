"""How long the analysis takes and how it grows; run with ``python tests/bench/bench_analysis.py``.

Nothing here is a test: a timed test fails on a busy machine. Medians of several runs are printed,
each with its budget. Memory is the peak of Python's own allocations during one run (numpy's arrays
are counted) and the peak of the whole process.
"""

from __future__ import annotations

import csv
import resource
import statistics
import sys
import time
import tracemalloc
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from ris_map.coverage.chain import support_chains
from ris_map.coverage.compute import coverage_cube
from ris_map.coverage.fragility import fragility
from ris_map.coverage.gaps import find_gaps
from ris_map.coverage.population import PopulationTable, population_table
from ris_map.coverage.sensitivity import sensitivity
from ris_map.coverage.support import EVERY_AREA, Known, SupportTable, support_table
from ris_map.geography.county import load_geography
from ris_map.geography.roads import load_roads
from ris_map.register.register import load_register
from ris_map.travel.arrays import readonly
from ris_map.travel.matrix import DEFAULT_SNAP, SPEED_MODELS, SUMMER, TravelMatrix, travel_matrix
from ris_map.travel.network import Network, network_from_edges, network_from_tables
from ris_map.travel.snapping import Place, places_of_localities, places_of_offices

DATA = Path(__file__).parents[2] / "data"
DAY = date(2026, 11, 23)
REAL_BUDGET_MS, SWEDEN_BUDGET_MS = 20.0, 2000.0
SWEDEN = {"municipalities": 290, "localities": 2000, "offices": 5000}
SEED = 20261123
FULL_CUBE = "full cube"


def measure(call: Callable[[], object], *, runs: int) -> float:
    """Return the median milliseconds of a call."""
    call()
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        call()
        times.append(1000 * (time.perf_counter() - start))
    return statistics.median(times)


def peak_mb(call: Callable[[], object]) -> float:
    """Return the peak of allocations during one call, in megabytes."""
    tracemalloc.start()
    call()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 1e6


def bench_county() -> None:
    """Time everything on the county's own data."""
    roads, geography = load_roads(DATA), load_geography(DATA)
    register = load_register(DATA / "actors.yaml", today=DAY)
    network = network_from_tables(roads.nodes, roads.edges)
    origins = places_of_localities(geography.localities)
    offices = places_of_offices(register.actors)
    with (DATA / "statistics.csv").open(encoding="utf-8") as file:
        totals = {
            row["municipality_code"]: int(row["value"])
            for row in csv.DictReader(file)
            if row["indicator"] == "population" and row["period"].startswith("2020")
        }
    people = population_table(geography, totals=totals, year=2020)
    table = support_table(register, geography, on=DAY)
    matrices = [
        travel_matrix(network, origins=origins, destinations=offices, speed_model=model)
        for model in SPEED_MODELS
    ]
    matrix = matrices[0]
    cube = coverage_cube(table, matrix, population=people)
    print(f"Västerbotten: {len(origins)} localities, {len(offices)} offices")
    steps: dict[str, tuple[Callable[[], object], int]] = {
        "travel matrix": (
            lambda: travel_matrix(network, origins=origins, destinations=offices),
            20,
        ),
        "support table": (lambda: support_table(register, geography, on=DAY), 20),
        FULL_CUBE: (lambda: coverage_cube(table, matrix, population=people), 200),
        "chains": (lambda: support_chains(cube), 100),
        "gaps": (lambda: find_gaps(cube), 100),
        "fragility of every actor": (lambda: fragility(cube, matrix), 5),
        "sensitivity, 8 settings": (lambda: sensitivity(table, matrices, population=people), 10),
    }
    for name, (call, runs) in steps.items():
        limit = f"   budget {REAL_BUDGET_MS:g} ms" if name == FULL_CUBE else ""
        print(f"  {name:26} {measure(call, runs=runs):9.2f} ms{limit}")
    print(f"  memory of one cube {peak_mb(steps[FULL_CUBE][0]):.1f} MB")


def synthetic(share: float) -> tuple[SupportTable, TravelMatrix, PopulationTable]:
    """Return a country with a share of Sweden's municipalities, localities and offices."""
    random = np.random.default_rng(SEED)
    towns, places, offices = (max(2, round(size * share)) for size in SWEDEN.values())
    actors = offices * 4 // 5
    offers = actors * 3 // 2
    codes = tuple(f"{index:04}" for index in range(towns))
    place_ids = tuple(f"ort-{index}" for index in range(places))
    office_ids = tuple(f"kontor-{index:05}" for index in range(offices))
    # a third serve the whole country, the others a few municipalities; a tenth do not say
    serves = np.where(random.random((towns, actors)) < 0.02, Known.YES, Known.NO)
    serves[:, random.random(actors) < 0.33] = Known.YES
    serves[:, random.random(actors) < 0.10] = Known.UNKNOWN
    table = SupportTable(
        on=DAY,
        municipality_codes=codes,
        actor_ids=tuple(f"aktor-{index:05}" for index in range(actors)),
        actor_is_core=readonly(random.random(actors) < 0.6),
        actor_is_outside=readonly(random.random(actors) < 0.1),
        actor_is_doubtful=readonly(random.random(actors) < 0.2),
        actor_areas=readonly(np.where(random.random(actors) < 0.7, EVERY_AREA, 5)),
        serves=readonly(serves.astype(np.int8)),
        offer_actor=readonly(np.sort(random.integers(0, actors, offers))),
        offer_type=readonly(random.integers(0, 5, offers)),
        offer_phases=readonly(random.integers(0, 8, offers)),
        offer_delivery=readonly(random.integers(0, 3, (offers, 4)).astype(np.int8)),
        office_ids=office_ids,
        office_towns=office_ids,
        office_actor=readonly(np.sort(random.integers(0, actors, offices))),
        office_municipality=readonly(random.integers(0, towns, offices)),
    )
    matrix = TravelMatrix(
        origin_ids=place_ids,
        destination_ids=office_ids,
        minutes=readonly(np.round(random.gamma(3.0, 120.0, (places, offices)), 6)),
        km=readonly(np.zeros((places, offices))),
        unreachable=(),
        version="synthetic",
        network_source="synthetic",
        speed_model=SUMMER,
        snap=DEFAULT_SNAP,
    )
    persons = np.maximum(1, random.lognormal(6.5, 1.3, places)).astype(np.int64)
    town_of = np.sort(random.integers(0, towns, places))
    people = PopulationTable(
        year=2020,
        locality_years=(2020,),
        municipality_codes=codes,
        locality_ids=place_ids,
        locality_names=place_ids,
        municipality=readonly(town_of),
        persons=readonly(persons),
        seat=readonly(np.minimum(np.searchsorted(town_of, np.arange(towns)), places - 1)),
        total=readonly(np.bincount(town_of, weights=persons, minlength=towns) * 1.25),
        unknown_ids=(),
    )
    return table, matrix, people


def bench_growth() -> None:
    """Time the cube at 1x, 4x and 16x of travel-matrix size; 16x is Sweden."""
    print("\nSynthetic Sweden (16x), a quarter and a sixteenth of its travel matrix")
    print("  size  munic.  local.  offices   matrix cells   cube ms   ns/cell   peak MB")
    for name, share in (("1x", 0.25), ("4x", 0.5), ("16x", 1.0)):
        table, matrix, people = synthetic(share)
        call = partial(coverage_cube, table, matrix, population=people)
        took, cells = measure(call, runs=5), matrix.minutes.size
        print(
            f"  {name:4} {len(people.municipality_codes):7} {len(people.locality_ids):7}"
            f" {len(table.office_ids):8} {cells:14,} {took:9.1f} {1e6 * took / cells:9.1f}"
            f" {peak_mb(call):9.1f}"
        )
    print(f"  budget for 16x: {SWEDEN_BUDGET_MS:g} ms")


def road_grid(size: int) -> Network:
    """Return a square of size x size crossings about 5 km apart."""
    random = np.random.default_rng(SEED)
    nodes = {
        f"{x:03}-{y:03}": (58 + x * 0.045, 14 + y * 0.09) for x in range(size) for y in range(size)
    }
    edges = [
        (f"{x:03}-{y:03}", f"{x + dx:03}-{y + dy:03}", 5 + float(random.random()), 70.0, "")
        for x in range(size)
        for y in range(size)
        for dx, dy in ((1, 0), (0, 1))
        if x + dx < size and y + dy < size
    ]
    return network_from_edges(edges, nodes=nodes)


def bench_matrix() -> None:
    """Time the travel matrix on large networks: computed once, never while a page is drawn."""
    print("\nTravel matrix on a grid of roads")
    random = np.random.default_rng(SEED)
    for size in (35, 70, 140):
        network = road_grid(size)
        picks = random.choice(len(network.node_ids), size=(2, 1000), replace=size < 40)
        origins, offices = (
            [
                Place(id=f"{i}", name="", lat=float(network.lat[n]), lon=float(network.lon[n]))
                for i, n in enumerate(chosen)
            ]
            for chosen in picks
        )
        call = partial(travel_matrix, network, origins=origins, destinations=offices)
        print(
            f"  {len(network.node_ids):6} nodes, 1000 x 1000 places:"
            f" {measure(call, runs=1):8.0f} ms, peak {peak_mb(call):6.0f} MB"
        )


if __name__ == "__main__":
    bench_county()
    bench_growth()
    bench_matrix()
    peak_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"\nPeak of the whole process: {peak_kb / 1e3:.0f} MB")
