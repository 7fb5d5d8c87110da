"""Codes of the county's municipalities."""

from __future__ import annotations

MUNICIPALITY_CODES: tuple[str, ...] = (
    "2401",
    "2403",
    "2404",
    "2409",
    "2417",
    "2418",
    "2421",
    "2422",
    "2425",
    "2460",
    "2462",
    "2463",
    "2480",
    "2481",
    "2482",
)
"""The fifteen municipalities of Västerbotten (SCB codes)."""
