"""F18: a file is written whole or not at all, and whoever is told of it is told its name."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from ris_map import __main__ as program
from ris_map.common.files import write_whole
from ris_map.municipality import files


def disk_full(*_: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_F18_a_link_stays_a_link_and_keeps_the_permissions_of_its_file(tmp_path: Path) -> None:
    target, link = tmp_path / "real" / "a.yaml", tmp_path / "a.yaml"
    target.parent.mkdir()
    target.write_text("old")
    target.chmod(0o640)
    link.symlink_to(target)
    write_whole(link, b"new")
    assert link.is_symlink()
    assert target.read_text() == "new"
    assert target.stat().st_mode & 0o777 == 0o640


def test_F18_a_draft_left_by_a_kill_is_used_up_next_time(tmp_path: Path) -> None:
    (tmp_path / ".a.yaml.draft").write_text("left by kill -9")
    write_whole(tmp_path / "a.yaml", b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["a.yaml"]


def test_F18_a_full_disk_leaves_the_old_file_and_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("old")
    monkeypatch.setattr(os, "fsync", disk_full)
    with pytest.raises(OSError, match="No space left") as refused:
        write_whole(path, b"new")
    assert refused.value.filename == str(path)
    assert path.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["a.yaml"]


def test_F18_a_full_disk_leaves_no_empty_report_and_the_words_name_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(os, "fsync", disk_full)
    monkeypatch.setattr(files, "written_report", lambda *_, **__: "<html>")
    output = tmp_path / "report.html"
    assert program.main(["report", "2422", "-o", str(output)]) == 2
    assert capsys.readouterr().err == f"{output}: No space left on device.\n"
    assert not list(tmp_path.iterdir())
