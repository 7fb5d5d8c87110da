"""From where on minutes belong in an engine: ``python -m tests.bench.bench_matrix FOLDER``.

Residents within 30 minutes by municipality and set of offices (290 x 15), by the product's arrays,
by DuckDB over a Parquet file, and without a matrix, each in a process of its own. The folder is
that of ``bench_analysis``; DuckDB is no dependency, install it in an environment of your own.
"""

from __future__ import annotations

import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from ris_map.coverage.people import People
from ris_map.travel.matrix import nearest_minutes, part, travel
from ris_map.travel.network import FloatArray, IntArray, Joined
from tests.bench.bench_analysis import SEED, sweden
from tests.bench.measure import memory_mb

SETS, LIMIT = 15, 30.0
SIZES = ((16, 312), (4, 312), (1, 312), (1, 1250), (1, 2500), (1, 5000))
"""Every so many cells of the country, and offices."""
MEMORY = "2GB"  # what DuckDB may use; the rest goes to the disk
World = tuple[Joined, Joined, People, IntArray]
"""Offices, cells, residents, and for each office a bit for each set that it belongs to."""


def world_of(cells: Joined, every: int, offices: int) -> World:
    """Return every so many cells of the country, with random offices and sets of them."""
    chance = np.random.default_rng(SEED)
    chosen = part(cells, np.sort(chance.choice(len(cells), offices, replace=False)))
    kept = part(cells, np.arange(0, len(cells), every))
    persons = chance.integers(1, 200, len(kept))
    group = np.arange(len(kept)) * 290 // len(kept)
    is_in = chance.random((offices, SETS)) < np.arange(1, SETS + 1) / (SETS + 1)
    people = People(persons=persons, group=group, groups=290)
    return chosen, kept, people, is_in @ (1 << np.arange(SETS))


def members(sets: IntArray, number: int) -> IntArray:
    """Return the offices of a set."""
    return np.flatnonzero(sets >> number & 1)


def within(rows: list[FloatArray], people: People) -> IntArray:
    """Return residents within the limit, by municipality and set."""
    near = (np.stack(rows) <= LIMIT) * people.persons
    return np.stack([near[:, places].sum(axis=1) for places in people.places])


def in_memory(world: World, _: Path) -> tuple[float, IntArray]:
    """Hold the whole matrix, as the product does."""
    offices, cells, people, sets = world
    minutes, _ = travel(offices, cells)
    start = time.process_time()
    rows = [minutes[members(sets, k)].min(axis=0) for k in range(SETS)]
    found = within(rows, people)
    return time.process_time() - start, found


def without_matrix(world: World, _: Path) -> tuple[float, IntArray]:
    """Search once from all offices of a set: nothing is held but a row for each set."""
    offices, cells, people, sets = world
    start = time.process_time()
    rows = [nearest_minutes(part(offices, members(sets, k)), cells) for k in range(SETS)]
    found = within(rows, people)
    return time.process_time() - start, found


def write_parquet(world: World, file: Path) -> tuple[float, IntArray]:
    """Write the matrix a few offices at a time."""
    offices, cells, _, _ = world
    start, number = time.process_time(), np.arange(len(cells), dtype=np.int32)
    schema = pa.schema([("cell", pa.int32()), ("office", pa.int32()), ("minutes", pa.float64())])
    with pq.ParquetWriter(file, schema, compression="zstd") as writer:
        for first in range(0, len(offices), 25):
            block = np.arange(first, min(first + 25, len(offices)), dtype=np.int32)
            minutes = travel(part(offices, block), cells)[0].ravel()
            columns = [np.tile(number, len(block)), np.repeat(block, len(cells)), minutes]
            writer.write_table(pa.table(columns, schema=schema))
    return time.process_time() - start, np.array([file.stat().st_size])


def duckdb(world: World, file: Path) -> tuple[float, IntArray]:
    """Let DuckDB read the file once for all sets."""
    import duckdb as engine

    _, _, people, sets = world
    here = engine.connect(config={"memory_limit": MEMORY, "temp_directory": str(file.parent)})
    here.register("offices", pa.table({"office": np.arange(len(sets)), "sets": sets}))
    cell = np.arange(len(people.persons))
    residents = {"cell": cell, "persons": people.persons, "place": people.group}
    here.register("people", pa.table(residents))
    nearest = (f"min(minutes) FILTER (sets & {1 << k} > 0) AS n{k}" for k in range(SETS))
    within = (f"sum(persons) FILTER (n{k} <= {LIMIT})" for k in range(SETS))
    start = time.process_time()
    rows = here.sql(
        f"WITH near AS (SELECT cell, {', '.join(nearest)} FROM '{file}' JOIN offices USING (office)"
        f" GROUP BY cell) SELECT {', '.join(within)} FROM near JOIN people USING (cell)"
        " GROUP BY place ORDER BY place"
    ).fetchall()
    return time.process_time() - start, np.array([[n or 0 for n in row] for row in rows], np.int64)


WAYS = {way.__name__: way for way in (in_memory, without_matrix, write_parquet, duckdb)}


def told(name: str, world: World, file: Path) -> str:
    """Go one of the ways; tell its processor time and memory, and the sum, which is one for all."""
    start, before = time.process_time(), memory_mb(peak=True)
    spent, found = WAYS[name](world, file)
    used = f"{time.process_time() - start:7.1f} s, the answer {spent:6.1f} s"
    return f"{used}, {memory_mb(peak=True) - before:6.0f} MB more, sum {found.sum()}"


def main(folder: Path) -> None:
    """Print what every way takes at every size, each in a process of its own."""
    cells = sweden(folder)
    own = get_context("spawn")
    with tempfile.TemporaryDirectory() as scratch:
        for every, offices in SIZES:
            world = world_of(cells, every, offices)
            print(f"{len(world[1])} cells x {offices} offices", flush=True)
            for name in WAYS:
                with ProcessPoolExecutor(1, mp_context=own) as process:
                    going = process.submit(told, name, world, Path(scratch) / "world.parquet")
                print(f"  {name:15}{going.exception() or going.result()}", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
