"""The real Streamlit script without a browser, on a fixed day and with caches of its own."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st

ROOT = Path(__file__).resolve().parents[2]
FROZEN_DAY = "2026-11-23"


@pytest.fixture(autouse=True)
def _fixed_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("RIS_MAP_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("RIS_MAP_TODAY", FROZEN_DAY)


@pytest.fixture(scope="session", autouse=True)
def _caches_of_our_own() -> Iterator[None]:
    st.cache_resource.clear()
    yield
    st.cache_resource.clear()


@pytest.fixture
def own_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give a copy of the data that a test may change; caches are emptied before and after."""
    folder = tmp_path / "data"
    shutil.copytree(ROOT / "data", folder)
    monkeypatch.setenv("RIS_MAP_DATA", str(folder))
    st.cache_resource.clear()
    yield folder
    st.cache_resource.clear()
