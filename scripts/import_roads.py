"""Turn a file of road lines (OpenStreetMap, NVDB) into ``roads/nodes.csv`` and ``edges.csv``.

The lines are cut where they share a vertex; lengths are measured on the globe. One-way rules are
not read: the network is open in both directions. What is cut off from the largest part is left
out and counted, since every extract has loose ends at its frame.

``stated_pairs.csv`` names nodes of the network that it belongs to: empty it, or write it anew.
"""

from __future__ import annotations

import argparse
import csv
import math
import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np

from ris_map.common.faults import RisMapError
from ris_map.geography.roads import EDGE_COLUMNS, LIMIT_RANGE_KMH, NODE_COLUMNS
from ris_map.travel.arrays import great_circle_km
from ris_map.travel.network import Network, largest_part
from scripts.road_lines import network_from_lines

GEOGRAPHIC_CRS = 4326
SOURCES = """\
--roads: lines with a limit in km/h and a road number, e.g.
  Trafikverket, NVDB (CC0), lastkajen.trafikverket.se
  OpenStreetMap highways (ODbL 1.0), exported with osmium and ogr2ogr
  (the result is then a derived database under ODbL 1.0)
Any format that geopandas reads, in any reference system that the file states.
"""


class ImportFault(RisMapError):
    """The file does not give a network; the message says why."""


@dataclass(frozen=True, slots=True)
class Notes:
    """What was assumed or left out on the way."""

    assumed_limits: int
    clipped_limits: int
    nodes_left_out: int


def read_network(
    path: Path,
    *,
    layer: str | None,
    limit_column: str,
    ref_column: str,
    default_limit_kmh: float,
) -> tuple[Network, Notes]:
    """Read lines and return the largest connected network in them.

    Parameters
    ----------
    path : Path
        The file of lines.
    layer : str or None
        Layer within it; None = the first.
    limit_column, ref_column : str
        Columns with the posted limit in km/h and the road number.
    default_limit_kmh : float
        Used, and counted, where the limit cannot be read.
    """
    frame = gpd.read_file(path, layer=layer) if layer else gpd.read_file(path)
    missing = {limit_column, ref_column} - set(frame.columns)
    if missing:
        raise ImportFault(f"{path}: no column {sorted(missing)}; it has {sorted(frame.columns)}")
    if frame.crs is None:
        raise ImportFault(f"{path}: the file does not state its reference system")
    frame = frame.to_crs(GEOGRAPHIC_CRS).explode(ignore_index=True)
    frame = frame[frame.geometry.geom_type == "LineString"]
    read = [limit_kmh(value) for value in frame[limit_column]]
    limits = [default_limit_kmh if value is None else value for value in read]
    lowest, highest = LIMIT_RANGE_KMH
    network = network_from_lines(
        [np.asarray(line.coords)[:, :2] for line in frame.geometry],
        limit_kmh=[min(max(value, lowest), highest) for value in limits],
        refs=[_text(value) or "local" for value in frame[ref_column]],
        source=path.name,
        allow_parts=True,
    )
    network, left_out = largest_part(network)
    return network, Notes(
        assumed_limits=read.count(None),
        clipped_limits=sum(not lowest <= value <= highest for value in limits),
        nodes_left_out=len(left_out),
    )


def limit_kmh(value: object) -> float | None:
    """Return a limit in km/h from a number or an OpenStreetMap tag; None if it is not one.

    ``70`` and ``"70 km/h"`` are 70, ``"40 mph"`` is 64.4; ``"SE:rural"`` and ``"walk"`` are not.
    """
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(km/h|mph)?", _text(value))
    if found is None or float(found[1]) <= 0:
        return None
    return float(found[1]) * (1.609344 if found[2] == "mph" else 1)


def write_network(network: Network, *, folder: Path, source: str) -> None:
    """Write the network in the form of ``data/roads``."""
    folder.mkdir(parents=True, exist_ok=True)
    names = {node: f"J_{index:06}" for index, node in enumerate(network.node_ids)}
    nodes = (
        (names[node], node, "", f"{lat:.6f}", f"{lon:.6f}", "junction", source)
        for node, lat, lon in zip(network.node_ids, network.lat, network.lon, strict=True)
    )
    tail, head = network.tail, network.head
    straight = great_circle_km(
        network.lat[tail], network.lon[tail], network.lat[head], network.lon[head]
    )
    edges = (
        (
            f"{i + 1}",
            names[network.node_ids[tail[i]]],
            names[network.node_ids[head[i]]],
            network.refs[i],
            f"{max(network.km[i], 1e-6):.6f}",
            f"{network.limit_kmh[i]:g}",
            f"{straight[i]:.6f}",
            "direct",
            f"measured on the line in {source}",
            source,
            "",
        )
        for i in range(len(tail))
    )
    _write(folder / "nodes.csv", NODE_COLUMNS, nodes)
    _write(folder / "edges.csv", EDGE_COLUMNS, edges)


def _write(path: Path, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)


def _text(value: object) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    return str(value).strip().removesuffix(".0")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the import; 0 on success."""
    parser = argparse.ArgumentParser(
        description=__doc__, epilog=SOURCES, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--roads", type=Path, required=True, help="file of lines")
    parser.add_argument("--layer", help="layer within the file (default: the first)")
    parser.add_argument("--limit-column", default="maxspeed")
    parser.add_argument("--ref-column", default="ref")
    parser.add_argument("--default-limit-kmh", type=float, default=70.0)
    parser.add_argument("--out", type=Path, required=True, help="folder for the two tables")
    chosen = parser.parse_args(arguments)
    try:
        network, notes = read_network(
            chosen.roads,
            layer=chosen.layer,
            limit_column=chosen.limit_column,
            ref_column=chosen.ref_column,
            default_limit_kmh=chosen.default_limit_kmh,
        )
    except RisMapError as error:
        print(error, file=sys.stderr)
        return 1
    write_network(network, folder=chosen.out, source=chosen.roads.name)
    print(
        f"{len(network.node_ids)} nodes, {len(network.refs)} edges; "
        f"limit assumed for {notes.assumed_limits} lines, clipped for {notes.clipped_limits}; "
        f"{notes.nodes_left_out} nodes left out (cut off)"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
