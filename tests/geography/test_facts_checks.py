"""F6: every file of figures, rights, background and sources says what is wrong with it."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from ris_map.common.faults import DataFaults
from ris_map.geography.county import check_facts, load_statistics
from ris_map.travel.check import check_data
from ris_map.travel.world import load_sources

DATA = Path(__file__).parents[2] / "data"
TODAY = date(2026, 11, 26)
FILES = ("statistics.csv", "language_rights.yaml", "background.geojson")


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    for name in FILES:
        shutil.copy(DATA / name, tmp_path / name)
    return tmp_path


def test_F6_the_data_have_no_fault() -> None:
    assert check_facts(DATA) == []


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("content", [None, b"", b"\x00\xff", b"{", b"[]", b"a: b", b"a,b\n1,2\n"])
def test_F6_a_missing_empty_or_cut_file_is_named(
    copied: Path, name: str, content: bytes | None
) -> None:
    path = copied / name
    if content is None:
        path.unlink()
    else:
        path.write_bytes(content)
    assert {Path(fault.file).name for fault in check_facts(copied)} == {name}


def test_F6_a_background_that_was_cut_is_named(copied: Path) -> None:
    path = copied / "background.geojson"
    path.write_bytes(path.read_bytes()[:9000])
    assert {fault.code for fault in check_facts(copied)} == {"bad-json"}


@pytest.mark.parametrize(
    ("old", "new", "code", "field"),
    [
        ("2401,fa_region", "0180,fa_region", "unknown-municipality", "municipality_code"),
        ("2401,fa_region", "240,fa_region", "bad-code", "municipality_code"),
        ("2401,fa_region", "2401,", "empty-value", "indicator"),
        (",persons,", ",,", "empty-value", "unit"),
    ],
)
def test_F6_a_bad_figure_is_named_with_line_and_field(
    copied: Path, old: str, new: str, code: str, field: str
) -> None:
    path = copied / "statistics.csv"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DataFaults) as refused:
        load_statistics(path)
    (fault,) = refused.value.faults
    assert (fault.code, fault.field) == (code, field)
    assert fault.line == next(n for n, line in enumerate(text.splitlines(), start=1) if old in line)


def test_F6_a_bad_line_of_the_sources_is_named(tmp_path: Path) -> None:
    path = tmp_path / "sources.yaml"
    text = (DATA / "sources.yaml").read_text(encoding="utf-8")
    path.write_text(text.replace("    licence_out:", "    licence_ut:", 1), encoding="utf-8")
    with pytest.raises(DataFaults) as refused:
        load_sources(path)
    assert {fault.code for fault in refused.value.faults} == {"missing-field", "unknown-key"}
    assert all(fault.line and fault.file == str(path) for fault in refused.value.faults)


def every_data_file() -> list[str]:
    patterns = ("*.yaml", "*.csv", "*.geojson")
    found = (path.relative_to(DATA) for pattern in patterns for path in DATA.rglob(pattern))
    return sorted(path.as_posix() for path in found if path.parts[0] != "checks")


def test_F6_no_file_of_the_data_can_be_cut_without_a_word(tmp_path: Path) -> None:
    """F6: ``check`` names all at once; tests read ``checks/``, which holds others' figures."""
    shutil.copytree(DATA, tmp_path, dirs_exist_ok=True)
    for name in every_data_file():
        path = tmp_path / name
        path.write_bytes(path.read_bytes()[:300])
    named = {Path(f.file).as_posix() for f in check_data(tmp_path, today=TODAY) if f.is_error}
    assert [n for n in every_data_file() if not any(file.endswith(n) for file in named)] == []
