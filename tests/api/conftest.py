"""One client of the API for all tests here, on one day."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.api.api_site import DATA, client


@pytest.fixture(autouse=True, scope="package")
def _fixed_day() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RIS_MAP_TODAY", "2026-11-23")
        yield


@pytest.fixture(scope="package")
def api(_fixed_day: None) -> TestClient:
    return client()


@pytest.fixture
def own_data(tmp_path: Path) -> Path:
    """Give a copy of the data that a test may change."""
    folder = tmp_path / "data"
    shutil.copytree(DATA, folder)
    return folder
