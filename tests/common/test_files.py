"""A file is written whole or not at all (F18), the region's is checked, and there is one clock."""

import errno
import os
from datetime import UTC, date, datetime, tzinfo
from inspect import signature
from pathlib import Path

import pytest

from ris_map import __main__ as program
from ris_map.common import dates
from ris_map.common.faults import DataFaults
from ris_map.common.files import stamp, write_whole
from ris_map.common.region import DATA, load_region
from ris_map.municipality import files
from ris_map.register.reading import LiveRegister
from ris_map.travel.check import check_data


def disk_full(*_: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_F18_a_link_keeps_its_file_with_its_permissions_and_an_old_draft_is_used_up(
    tmp_path: Path,
) -> None:
    target, link = tmp_path / "real" / "a.yaml", tmp_path / "a.yaml"
    target.parent.mkdir()
    target.write_text("old")
    target.chmod(0o640)
    link.symlink_to(target)
    (other := tmp_path / "other").write_text("somebody's")
    target.with_name(".a.yaml.draft").symlink_to(other)
    write_whole(link, b"new", since=(seen := stamp(link)))
    with pytest.raises(OSError, match="changed meanwhile"):
        write_whole(link, b"newer", since=seen)
    os.mkfifo(pipe := tmp_path / "pipe")
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    write_whole(pipe, b"new")
    assert link.is_symlink()
    found = target.read_text(), other.read_text(), os.read(reader, 9)
    assert found == ("new", "somebody's", b"new")
    assert target.stat().st_mode & 0o777 == 0o640
    assert [path.name for path in target.parent.iterdir()] == ["a.yaml"]


def test_F18_a_full_disk_leaves_the_old_file_and_the_words_name_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(os, "fsync", disk_full)
    monkeypatch.setattr(files, "written_report", lambda *_, **__: "<html>")
    output = tmp_path / "report.html"
    for left in ([], ["report.html"]):
        assert program.main(["report", "2422", "-o", str(output)]) == 2
        assert capsys.readouterr().err == f"{output}: No space left on device.\n"
        assert [path.name for path in tmp_path.iterdir()] == left
        output.write_text("old")
    assert output.read_text() == "old"


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ('county_code: "24"', 'county_code: "2"', "county_code"),
        ("nuts: SE331", "nuts: NO331", "nuts"),
        ("south: 63.0", "south: 19.0", "bounds.south"),
        ('"2403", name', '"2503", name', "municipalities.1.code"),
        ('"2404", name', '"2401", name', "municipalities.2.code"),
        ("    genitive: Västerbottens\n", "", "names.sv.genitive"),
        ("south: 63.0, north: 66.5", "south: 66.5, north: 63.0", "bounds"),
        ("view: {south: 63.38", "view: {south: 62.38", "view"),
        ('plats: "2422"', 'plats: "9999"', "examples.plats"),
    ],
)
def test_what_is_wrong_with_the_region_has_a_line_and_a_field(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, old: str, new: str, field: str
) -> None:
    path = tmp_path / "region.yaml"
    text = (DATA / "region.yaml").read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(DataFaults) as refused:
        load_region(tmp_path)
    assert [fault.field for fault in refused.value.faults] == [field]
    assert all(f.line and f.file == str(path) and f.action for f in refused.value.faults)
    assert set(refused.value.faults) <= set(check_data(tmp_path, today=date(2026, 11, 23)))
    monkeypatch.setenv("RIS_MAP_DATA", str(tmp_path))
    assert check_data(tmp_path, today=date(2026, 11, 23)) == list(refused.value.faults)


class _JustAfterMidnight(datetime):
    """It is 00:30 on 24 November in Umeå, and still the 23rd in UTC."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:
        return datetime(2026, 11, 23, 23, 30, tzinfo=UTC).astimezone(tz)


def test_every_part_asks_the_one_clock_that_can_be_frozen(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv(dates.TODAY_VARIABLE, raising=False)
    monkeypatch.setattr(dates, "datetime", _JustAfterMidnight)
    assert dates.today() == date(2026, 11, 24)
    asked: list[date] = []
    monkeypatch.setattr(files, "written_report", lambda *_, on, **__: asked.append(on) or "<html>")
    assert program.main(["report", "2422", "-o", str(tmp_path / "report.html")]) == 0
    assert asked == [date(2026, 11, 24)]
    assert signature(LiveRegister).parameters["today"].default is dates.today
    monkeypatch.setenv(dates.TODAY_VARIABLE, "2030-01-31")
    assert dates.today() == date(2030, 1, 31)
