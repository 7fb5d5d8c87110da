"""The command line says what is wrong in plain words, with exit codes, never with a traceback."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ris_map import __main__ as cli
from ris_map.__main__ import main
from ris_map.common.dates import today
from ris_map.travel.check import check_data

ROOT = Path(__file__).parents[2]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Return a copy of the data that may be spoilt."""
    return Path(shutil.copytree(ROOT / "data", tmp_path / "data"))


def spoil(path: Path, old: str, new: str) -> int:
    """Replace the first passage and return its line."""
    content = path.read_text(encoding="utf-8")
    assert old in content
    path.write_text(content.replace(old, new, 1), encoding="utf-8")
    return content[: content.index(old)].count("\n") + 1


def run(*arguments: object) -> int:
    return main([str(argument) for argument in arguments])


def test_good_data_gives_0_with_one_line_per_kind_of_warning_unless_all_or_none_are_wanted(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = check_data(ROOT / "data", today=today())
    monkeypatch.setattr(cli, "check_data", lambda *_, **__: list(found))
    counts = []
    for options in (["--quiet-warnings"], [], ["--all-warnings"]):
        assert run("check", "--data", ROOT / "data", *options) == 0
        lines = capsys.readouterr().out.splitlines()
        assert lines[-1].startswith("No errors and ")
        assert ("Warnings by kind" in "".join(lines)) is (options == [])
        counts.append(len(lines))
    assert counts[0] == 1 < counts[1] < 20 < counts[2]


def test_x10_an_error_is_one_line_with_file_line_record_field_reason_and_code(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line = spoil(data / "actors.yaml", "    status: active", "    status: aktiv")
    assert run("check", "--data", data, "--quiet-warnings") == 1
    first, last = capsys.readouterr().out.splitlines()
    assert first.startswith(f"{data / 'actors.yaml'}:{line}: error: ")
    assert " status: The text 'aktiv' is not one of the allowed values." in first
    assert first.endswith("[not-in-vocabulary]")
    assert last == "1 error and no warnings."


def test_x10_errors_of_several_files_come_at_once(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spoil(data / "actors.yaml", "    status: unknown", "    status: okänd")
    spoil(data / "strategy.yaml", "  - id: vaxa", "  - id: vax")
    spoil(data / "reports.yaml", "refused: '", "refusd: '")
    spoil(data / "actors.yaml", "        lat: 6", "        lat: 5")
    assert run("check", "--data", data, "--quiet-warnings", "--json") == 1
    report = json.loads(capsys.readouterr().out)
    # offices are compared with the real territory all the same
    assert "office-outside-county" in {fault["code"] for fault in report["faults"]}
    assert {Path(fault["file"]).name for fault in report["faults"]} >= {
        "actors.yaml",
        "strategy.yaml",
        "reports.yaml",
    }
    assert report["errors"] == len(report["faults"])


def test_bad_boundaries_are_named_and_the_register_is_checked_all_the_same(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (data / "territory.geojson").write_text("{")
    spoil(data / "actors.yaml", "    status: active", "    status: aktiv")
    assert run("check", "--data", data) == 1
    out = capsys.readouterr().out
    assert "territory.geojson" in out
    assert "not-in-vocabulary" in out
    assert "check-skipped" in out


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("frobnicate",),
        ("check", "--frobnicate"),
        ("check", "--data"),
        ("check", "--data", "/no/such/folder"),
        ("check", "--quiet-warnings", "--all-warnings"),
        ("format", "--data", "/no/such/folder"),
        ("schema", "--data", "/no/such/folder"),
    ],
)
def test_wrong_usage_and_unreadable_files_give_2_without_a_traceback(
    arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    captured = capsys.readouterr()
    assert captured.out + captured.err
    assert "Traceback" not in captured.out + captured.err


def test_a_missing_register_gives_2(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (data / "actors.yaml").unlink()
    assert run("check", "--data", data) == 2
    assert "does not exist" in capsys.readouterr().out


def test_help_gives_0(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    assert "check" in capsys.readouterr().out


def test_a_fault_of_the_program_itself_gives_2_and_no_traceback(
    data: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("boom")

    monkeypatch.setattr(cli, "check_data", fail)
    assert run("check", "--data", data) == 2
    captured = capsys.readouterr()
    assert "A fault inside the program, not in your data (RuntimeError: boom)" in captured.err
    assert "Traceback" not in captured.err


def test_a_part_of_the_program_that_is_missing_is_named(
    data: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import ris_map.geography

    monkeypatch.delattr(ris_map.geography, "roads", raising=False)
    monkeypatch.setitem(sys.modules, "ris_map.geography.roads", None)
    assert run("check", "--data", data, "--quiet-warnings") == 1
    assert "Places and roads were not checked" in capsys.readouterr().out


def test_format_check_says_where_and_format_writes_and_then_is_content(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = data / "actors.yaml"
    wanted = path.read_bytes()
    line = spoil(path, "    status: active", '    status: "active"')
    assert run("format", "--check", "--data", data) == 1
    assert f"{path}:{line}: error: " in capsys.readouterr().out
    assert run("format", "--data", data) == 0
    assert path.read_bytes() == wanted
    assert run("format", "--check", "--data", data) == 0
    assert sorted(p.name for p in data.iterdir() if p.name.startswith(".")) == []


def test_format_leaves_a_broken_file_untouched(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = data / "actors.yaml"
    spoil(path, "actors:", "actors: [")
    before = path.read_bytes()
    assert run("format", "--data", data) == 1
    assert "[syntax]" in capsys.readouterr().out
    assert path.read_bytes() == before


def test_schema_is_written_and_its_check_notices_what_is_stale(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = data / "actors.schema.json"
    path.unlink(missing_ok=True)
    assert run("schema", "--check", "--data", data) == 1
    assert "Run: python -m ris_map schema" in capsys.readouterr().out
    assert run("schema", "--data", data) == 0
    assert run("schema", "--check", "--data", data) == 0
    assert json.loads(path.read_text())["title"] == "Register"


def test_the_module_runs_as_a_program_on_any_terminal(data: Path) -> None:
    folder = data.rename(data.with_name("Åtgärd"))
    spoil(folder / "actors.yaml", "actors:", "actors: [")
    done = subprocess.run(
        [sys.executable, "-m", "ris_map", "format", "--data", str(folder)],
        cwd=ROOT,
        env={"PYTHONIOENCODING": "ascii"},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr == b""
    assert b"\\xc5tg\\xe4rd" in done.stdout
    assert b"[syntax]" in done.stdout


def test_a_reader_that_leaves_early_causes_no_traceback(data: Path) -> None:
    spoil(data / "actors.yaml", "    status: active", "    status: aktiv")
    with subprocess.Popen(
        [sys.executable, "-m", "ris_map", "check", "--data", str(data), "--all-warnings"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert b"Traceback" not in process.stderr.read()


def test_F6_a_server_does_not_start_on_broken_files_and_says_all_that_is_wrong(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ris_map.web.server import server_middleware

    monkeypatch.setenv("RIS_MAP_DATA", str(data))
    assert server_middleware()
    spoil(data / "actors.yaml", "    status: active", "    status: aktiv")
    spoil(data / "sources.yaml", "- id:", "- di:")
    (data / "municipalities.geojson").write_text('{"type": "Feat')
    with pytest.raises(SystemExit) as stopped:
        server_middleware()
    words = str(stopped.value)
    assert all(name in words for name in ("actors.yaml", "sources.yaml", "municipalities.geojson"))
