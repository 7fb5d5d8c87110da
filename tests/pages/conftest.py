"""The real Streamlit script without a browser, on a fixed day."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from ris_map.web import map as maps
from tests.factories import DAY

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def _fixed_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("RIS_MAP_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("RIS_MAP_TODAY", DAY.isoformat())
    monkeypatch.setattr(maps, "HEAD_START_S", 0.0)  # there is no map to wait for


@pytest.fixture(scope="session")
def _copied_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("own") / "data"
    shutil.copytree(ROOT / "data", folder)
    return folder


@pytest.fixture
def own_data(_copied_data: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give a copy of the data that a test may change; afterwards it is as it was.

    People and roads, which no test here changes, are read once for all of them.
    """
    monkeypatch.setenv("RIS_MAP_DATA", str(_copied_data))
    yield _copied_data
    for path in _copied_data.glob("*.*"):
        good = ROOT / "data" / path.name
        if not good.exists():
            path.unlink()
    for good in (ROOT / "data").glob("*.*"):
        path = _copied_data / good.name
        if not path.exists() or path.read_bytes() != good.read_bytes():
            path.unlink(missing_ok=True)
            shutil.copyfile(good, path)
