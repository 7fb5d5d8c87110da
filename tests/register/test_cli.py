"""The command line says what is wrong in plain words, with exit codes, never with a traceback."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ris_map import __main__ as cli
from ris_map.__main__ import main
from ris_map.common.dates import today
from ris_map.travel.check import check_data
from ris_map.web.server import server_middleware

ROOT = Path(__file__).parents[2]
Capture = pytest.CaptureFixture[str]


def spoil(path: Path, old: str, new: str) -> int:
    """Replace the first passage and return its line."""
    content = path.read_text(encoding="utf-8")
    assert old in content
    path.write_text(content.replace(old, new, 1), encoding="utf-8")
    return content[: content.index(old)].count("\n") + 1


def run(*arguments: object) -> int:
    return main([str(argument) for argument in arguments])


def test_good_data_gives_0_with_one_line_per_kind_of_warning_unless_all_or_none_are_wanted(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch
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


def test_F6_x10_all_errors_come_at_once_a_line_each_and_keep_a_server_from_starting(
    own_data: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RIS_MAP_DATA", str(own_data))
    assert server_middleware()
    line = spoil(own_data / "actors.yaml", "    status: unknown", "    status: okänd")
    assert run("check", "--data", own_data, "--quiet-warnings") == 1
    first, last = capsys.readouterr().out.splitlines()
    assert first.startswith(f"{own_data / 'actors.yaml'}:{line}: error: ")
    assert " status: The text 'okänd' is not one of the allowed values." in first
    assert first.endswith("[not-in-vocabulary]")
    assert int(last.removeprefix("1 error and ").split()[0]) > 9, "left out, and counted"
    spoilt = {
        "actors.yaml": ("        lat: 6", "        lat: 5"),
        "strategy.yaml": ("  - id: vaxa", "  - id: vax"),
        "reports.yaml": ("refused: '", "refusd: '"),
        "sources.yaml": ("- id:", "- di:"),
    }
    for name, (old, new) in spoilt.items():
        spoil(own_data / name, old, new)
    assert run("check", "--data", own_data, "--quiet-warnings", "--json") == 1
    report = json.loads(capsys.readouterr().out)
    # offices are compared with the real territory all the same
    assert "office-outside-county" in {fault["code"] for fault in report["faults"]}
    assert {Path(fault["file"]).name for fault in report["faults"]} >= set(spoilt)
    assert report["errors"] == len(report["faults"])
    # without boundaries the register is checked all the same
    (own_data / "territory.geojson").write_text("{")
    assert run("check", "--data", own_data) == 1
    said = capsys.readouterr().out
    with pytest.raises(SystemExit) as stopped:
        server_middleware()
    for name in (*spoilt, "territory.geojson"):
        assert name in said
        assert name in str(stopped.value)
    assert "not-in-vocabulary" in said
    assert "check-skipped" in said


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        ((), 2, "usage"),
        (("--help",), 0, "check"),
        (("check", "--frobnicate"), 2, "usage"),
        (("check", "--data", "/no/such/folder"), 2, "does not exist"),
        (("check", "--data", "tests/register"), 2, "does not exist"),
        (("check", "--quiet-warnings", "--all-warnings"), 2, "usage"),
        (("release", "2026.3", "--on", "26/11"), 2, "'26/11' is no day"),
        (("report", "9999", "-o", "/no/such/x.html"), 2, "9999"),
        (("report", "2422"), 2, "usage"),
        (("report", "2422", "-o", "/no/x", "--data", "/no/such/folder"), 2, "does not exist"),
        (("format", "--data", "/no/such/folder"), 2, "does not exist"),
        (("schema", "--data", "/no/such/folder"), 2, "No such file"),
        (("schema", "--check", "--data", "tests/register"), 1, "Run: python -m ris_map schema"),
    ],
)
def test_wrong_usage_and_unreadable_files_give_2_without_a_traceback(
    arguments: tuple[str, ...], code: int, words: str, capsys: Capture
) -> None:
    assert main(arguments) == code
    captured = capsys.readouterr()
    assert words in captured.out + captured.err
    assert "Traceback" not in captured.out + captured.err


def test_F13_another_folder_is_judged_by_its_own_region_and_a_misspelt_variable_stops_it(
    own_data: Path,
) -> None:
    spoil(own_data / "region.yaml", "visits_from: lycksele", "visits_from: lulea")
    command = [sys.executable, "-m", "ris_map", "check", "--quiet-warnings"]
    found = {**os.environ, "RIS_MAP_DATA": str(own_data)}
    misspelt = {**os.environ, "RIS_MAP_TODY": "2026-11-23"}
    for more, environment, code, out, err in (
        ([], found, 1, "[unknown-place]", ""),
        (["--data", str(own_data)], None, 1, "[unknown-place]", ""),
        ([], misspelt, 2, "", "RIS_MAP_TODY: there is no such setting, but there is RIS_MAP_TODAY"),
    ):
        done = subprocess.run(
            [*command, *more],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stderr[: len(err) or None]) == (code, err)
        assert out in done.stdout


def test_a_fault_of_the_program_itself_gives_2_and_no_traceback(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("boom")

    monkeypatch.setattr(cli, "check_data", fail)
    assert run("check", "--data", ROOT / "data") == 2
    captured = capsys.readouterr()
    assert "A fault inside the program, not in your data (RuntimeError: boom)" in captured.err
    assert "Traceback" not in captured.err


@pytest.mark.parametrize(
    ("command", "name", "old", "new"),
    [
        ("format", "actors.yaml", "    status: active", '    status: "active"'),
        ("schema", "actors.schema.json", '"title": "Register"', '"title": "Registret"'),
    ],
)
def test_what_is_not_as_the_program_writes_it_is_noticed_and_written_anew(
    own_data: Path, capsys: Capture, command: str, name: str, old: str, new: str
) -> None:
    path = own_data / name
    wanted = path.read_bytes()
    line = spoil(path, old, new)
    assert run(command, "--check", "--data", own_data) == 1
    said = capsys.readouterr().out
    assert f"{path}:{line}: " in said
    assert f"Run: python -m ris_map {command}" in said
    assert run(command, "--data", own_data) == 0
    assert path.read_bytes() == wanted
    assert run(command, "--check", "--data", own_data) == 0
    assert sorted(p.name for p in own_data.iterdir() if p.name.startswith(".")) == []


def test_the_module_runs_as_a_program_on_any_terminal_and_leaves_a_broken_file_untouched(
    own_data: Path,
) -> None:
    folder = own_data.rename(own_data.with_name("Åtgärd"))
    spoil(folder / "actors.yaml", "actors:", "actors: [")
    before = (folder / "actors.yaml").read_bytes()
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
    assert (folder / "actors.yaml").read_bytes() == before


def test_a_reader_that_leaves_early_causes_no_traceback() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "ris_map", "check", "--all-warnings"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        process.stdout.close()
        assert b"Traceback" not in process.stderr.read()
