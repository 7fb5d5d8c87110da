"""Roads as lines of a map (an OpenStreetMap or NVDB extract) turned into an edge list.

No library for geodata is needed: a line is an array of longitudes and latitudes (EPSG:4326).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ris_map.common.faults import Fault, GeodataFaults
from ris_map.travel.arrays import BoolArray, FloatArray, IntArray, great_circle_km
from ris_map.travel.network import Edge, Network, Point, network_from_edges

POINT_DECIMALS = 6
"""Ends closer than about 0.1 m are the same place."""


def edges_from_lines(
    lines: Sequence[FloatArray],
    *,
    limit_kmh: Sequence[float],
    refs: Sequence[str],
    source: str = "lines",
) -> tuple[list[Edge], dict[str, Point]]:
    """Cut lines where they meet and return the stretches as edges.

    Lines meet where they share a vertex, as in OpenStreetMap and NVDB: a bridge that crosses
    without a shared vertex does not connect. One-way rules are not read. Lengths are sums of
    great circles between vertices.

    Parameters
    ----------
    lines : sequence of array of float, shape (vertices, 2)
        Longitude and latitude of each vertex (EPSG:4326), at least two per line.
    limit_kmh : sequence of float
        Posted limit of each line.
    refs : sequence of str
        Road number of each line, empty where there is none.
    source : str
        Name of the data, used in faults.

    Returns
    -------
    edges : list of (str, str, float, float, str)
        See :data:`ris_map.travel.network.Edge`.
    nodes : dict of str to Point
        Every end and meeting point.

    Raises
    ------
    GeodataFaults
        If there is no line, or a line has fewer than two vertices.
    """
    _refuse_short(lines, source=source)
    sizes = np.array([len(line) for line in lines], dtype=np.int64)
    joined = np.asarray(np.concatenate(lines), dtype=np.float64)
    vertices: FloatArray = joined.round(POINT_DECIMALS)
    vertices += 0.0  # turns a negative zero into zero
    line_of = np.repeat(np.arange(len(lines)), sizes)
    is_node = _node_mask(vertices, sizes=sizes)
    km = _step_km(vertices, line_of=line_of)
    at = np.flatnonzero(is_node)
    along = np.cumsum(km)
    starts, stops = at[:-1], at[1:]
    same_line = line_of[starts] == line_of[stops]
    names = {index: _name(vertices[index]) for index in at.tolist()}
    edges = [
        (
            names[start],
            names[stop],
            float(along[stop] - along[start]),
            float(limit_kmh[line_of[start]]),
            refs[line_of[start]],
        )
        for start, stop in zip(starts[same_line].tolist(), stops[same_line].tolist(), strict=True)
    ]
    nodes = {
        name: Point(lat=float(vertices[i][1]), lon=float(vertices[i][0]))
        for i, name in names.items()
    }
    return edges, nodes


def network_from_lines(
    lines: Sequence[FloatArray],
    *,
    limit_kmh: Sequence[float],
    refs: Sequence[str],
    source: str = "lines",
    allow_parts: bool = False,
) -> Network:
    """Return lines of a map as a network; see :func:`edges_from_lines`."""
    edges, nodes = edges_from_lines(lines, limit_kmh=limit_kmh, refs=refs, source=source)
    return network_from_edges(edges, nodes=nodes, source=source, allow_parts=allow_parts)


def _refuse_short(lines: Sequence[FloatArray], *, source: str) -> None:
    short = [index for index, line in enumerate(lines) if len(line) < 2]
    faults = [
        Fault(
            file=source,
            record=f"line {index}",
            reason="Fewer than two points.",
            action="Remove the line.",
            code="short-line",
        )
        for index in short
    ]
    if not lines:
        faults = [
            Fault(file=source, reason="No road.", action="Choose another layer.", code="no-lines")
        ]
    if faults:
        raise GeodataFaults(faults)


def _node_mask(vertices: FloatArray, *, sizes: IntArray) -> BoolArray:
    """Vertices that end a line, or that stand in the data more than once."""
    _, which, counts = np.unique(vertices, axis=0, return_inverse=True, return_counts=True)
    last = np.cumsum(sizes) - 1
    mask = counts[which.ravel()] > 1
    mask[last] = True
    mask[last - sizes + 1] = True
    return mask


def _step_km(vertices: FloatArray, *, line_of: IntArray) -> FloatArray:
    """Length from the vertex before, zero at the start of each line."""
    step = np.zeros(len(vertices))
    lon, lat = vertices[:, 0], vertices[:, 1]
    step[1:] = great_circle_km(lat[:-1], lon[:-1], lat[1:], lon[1:])
    step[1:][line_of[1:] != line_of[:-1]] = 0
    return step


def _name(vertex: FloatArray) -> str:
    return f"{vertex[1]:.{POINT_DECIMALS}f},{vertex[0]:.{POINT_DECIMALS}f}"
