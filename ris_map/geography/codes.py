"""Codes of the county's municipalities."""

from __future__ import annotations

import contextlib

from ris_map.common.faults import DataFaults
from ris_map.common.region import region

MUNICIPALITY_CODES: tuple[str, ...] = ()
"""The municipalities of the region (SCB codes), ascending: one process serves one region."""

with contextlib.suppress(DataFaults):  # ``check`` says what is wrong, before the server starts
    MUNICIPALITY_CODES = region().codes
