"""Small array helpers: read-only results, distances on the globe, figures over people."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
CodeArray = NDArray[np.int8]
BoolArray = NDArray[np.bool_]
_Scalar = TypeVar("_Scalar", bound=np.generic)

EARTH_RADIUS_KM = 6371.0088
DECIMALS = 6
"""Minutes and kilometres are rounded to this many decimals, so that sums of floats that should be
exactly 60 minutes are exactly 60, in whatever order they were added."""


def readonly(values: NDArray[_Scalar]) -> NDArray[_Scalar]:
    """Return a contiguous array that refuses to be written to; a view is copied first."""
    fixed = np.ascontiguousarray(values)
    if fixed.base is not None:
        fixed = fixed.copy()
    fixed.setflags(write=False)
    return fixed


def great_circle_km(
    lat_a: FloatArray, lon_a: FloatArray, lat_b: FloatArray, lon_b: FloatArray
) -> FloatArray:
    """Return great-circle distances (haversine) between points in degrees (EPSG:4326)."""
    phi_a, phi_b = np.radians(lat_a), np.radians(lat_b)
    half_lat = (phi_b - phi_a) / 2
    half_lon = np.radians(np.asarray(lon_b) - np.asarray(lon_a)) / 2
    chord = np.sin(half_lat) ** 2 + np.cos(phi_a) * np.cos(phi_b) * np.sin(half_lon) ** 2
    distance: FloatArray = 2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.clip(chord, 0, 1)))
    return distance


def unit_vectors(lat: FloatArray, lon: FloatArray) -> FloatArray:
    """Return points in degrees as vectors of length one, for neighbour search without a seam."""
    phi, lam = np.radians(lat), np.radians(lon)
    return np.stack([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)], axis=-1)


def fingerprint(parts: Iterable[object]) -> str:
    """Return twelve hexadecimal digits that change when any of the parts changes."""
    digest = hashlib.sha256()
    for part in parts:
        content = part.tobytes() if isinstance(part, np.ndarray) else repr(part).encode()
        digest.update(len(content).to_bytes(8, "big") + content)
    return digest.hexdigest()[:12]


def positions(wanted: Sequence[str], *, within: Sequence[str]) -> IntArray:
    """Return where each id stands in another list; ``KeyError`` with the ids that do not."""
    place = {key: index for index, key in enumerate(within)}
    missing = [key for key in wanted if key not in place]
    if missing:
        raise KeyError(f"not in the travel matrix: {', '.join(missing)}")
    return np.array([place[key] for key in wanted], dtype=np.int64)
