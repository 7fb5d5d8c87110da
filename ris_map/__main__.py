"""The command line: check the data, write it anew, freeze, compare and confirm the register.

Exit codes: 0 = no errors, 1 = errors in data, 2 = usage, or a file that cannot be read.
"""

import argparse
import io
import json
import os
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from datetime import date
from itertools import zip_longest
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from ris_map.common import dates
from ris_map.common.faults import DataFaults, Fault, RisMapError, quoted
from ris_map.common.files import fault_in, file_name, stamp, write_whole
from ris_map.common.region import DATA_VARIABLE, data_folder
from ris_map.geography.county import load_geography
from ris_map.geography.divisions import MUNICIPALITY_CODES
from ris_map.register.asking import call_list, is_to_be_asked, letter, unknown_cells
from ris_map.register.model import Register
from ris_map.register.quality import HOMEPAGES, Outcome, as_csv, try_homepages
from ris_map.register.reading import RELEASES, SCHEMA, format_register, load_register, schema_text
from ris_map.register.releases import changes, confirm, load_releases, make_release, notes
from ris_map.register.strategy import load_strategy
from ris_map.travel.check import check_data
from ris_map.travel.world import REGISTER_FILE
from ris_map.words.language import Language

STRATEGY = "strategy.yaml"
OK, FAULTY, UNUSABLE = 0, 1, 2

_UNREADABLE = frozenset({"missing-file", "directory", "not-a-file", "unreadable-file"})


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; without ``argv`` that of the process."""
    _tolerate_any_terminal()
    try:
        if argv is None:
            _in_its_region()
        arguments = _parser().parse_args(argv)
        run: Callable[[argparse.Namespace], int] = arguments.run
        return run(arguments)
    except (Exception, KeyboardInterrupt, SystemExit) as error:  # no traceback reaches the user
        return _after(error)


def _folder() -> argparse.ArgumentParser:
    """Return what every command takes: its data folder."""
    parser = argparse.ArgumentParser(prog="python -m ris_map", add_help=False)
    here = Path(file_name(data_folder()))
    parser.add_argument("--data", type=Path, default=here, metavar="DIR", help="folder of data")
    return parser


def _in_its_region() -> None:
    """Begin anew where another folder is given: a process knows one region."""
    data: Path = _folder().parse_known_args()[0].data
    if data.is_dir() and data.resolve() != data_folder().resolve():
        environment = {**os.environ, DATA_VARIABLE: str(data)}
        again = [sys.executable, "-m", "ris_map", *sys.argv[1:]]
        os.execve(sys.executable, again, environment)
    # imported here: where a process begins anew it would be for nothing
    from ris_map.web.settings import read_settings  # noqa: PLC0415

    read_settings()


def _after(error: BaseException) -> int:
    """Say what stopped a command and return its exit code."""
    match error:
        case SystemExit():
            return OK if error.code in {None, 0} else UNUSABLE
        case DataFaults():
            print(error)
            return _exit_code(error.faults)
        case RisMapError():
            words = str(error)
        case KeyboardInterrupt():
            words = "Stopped."
        case BrokenPipeError():
            # the reader of our output has left; keep the interpreter from complaining at its end
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            words = "The output was cut off by its reader."
        case OSError():
            words = f"{error.filename or 'File'}: {error.strerror or error}."
        case _:
            words = f"A fault inside the program, not in your data ({type(error).__name__}:"
            words = f"{words} {error}). Please report it."
    return _complain(words)


def _complain(words: str) -> int:
    print(words, file=sys.stderr)
    return UNUSABLE


def _tolerate_any_terminal() -> None:
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m ris_map", description="Tend the data.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(
        name: str, run: Callable[[argparse.Namespace], int], words: str
    ) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=words, parents=[_folder()])
        made.set_defaults(run=run)
        return made

    check = command("check", _check, "say everything that is wrong with the data")
    check.add_argument("--json", action="store_true", help="print the faults as JSON")
    warnings = check.add_mutually_exclusive_group()
    warnings.add_argument("--quiet-warnings", action="store_true", help="leave warnings out")
    warnings.add_argument(
        "--all-warnings", action="store_true", help="list every warning, not one line per kind"
    )
    for name, words in (
        ("format", f"write {REGISTER_FILE} in its canonical form"),
        ("schema", f"write {SCHEMA} from the model"),
    ):
        made = command(name, _renew, words)
        made.set_defaults(command=name)
        made.add_argument("--check", action="store_true", help="only say whether it is so")

    report = command("report", _report, "write the report of one municipality as HTML")
    report.add_argument("code", choices=MUNICIPALITY_CODES, metavar="CODE", help="its four digits")
    report.add_argument("-o", "--output", type=Path, required=True, metavar="FILE")
    report.add_argument("--lang", choices=list(map(str, Language)), default=Language.SV.value)
    report.add_argument("--limit", type=float, choices=(30, 60, 90, 120), default=60.0)
    report.add_argument("--adjacent", action="store_true", help="count adjacent actors too")
    report.add_argument("--today", type=date.fromisoformat, help=argparse.SUPPRESS)

    release = command("release", _release, "freeze the register, with notes of what is new")
    release.add_argument("number", metavar="NUMBER", help="such as 2026.1")
    release.add_argument("--on", type=_partial_date, metavar="DATE", help="the day it shows")

    diff = command("diff", _diff, "say what differs between two releases")
    diff.add_argument("before", metavar="A", help="number of a release")
    diff.add_argument("after", metavar="B", nargs="?", default="", help="left out: the register")

    confirm = command("confirm", _confirm, "note that an actor has confirmed its record")
    confirm.add_argument("id", metavar="ID", help="such as almi-nord")
    confirm.add_argument("--on", type=_partial_date, metavar="DATE", help="left out: today")
    confirm.add_argument("--url", help="a page that says so; becomes a source")

    letters = command("letters", _letters, "write one letter (sv) for each organisation")
    letters.add_argument("-o", "--output", type=Path, required=True, metavar="DIR")
    letters.add_argument("--address", help="for answers; left out: RIS_MAP_REPORT_ADDRESS")

    command("calllist", _calllist, "say whom to ask first, to know the most")
    links = command("links", _links, "try every homepage (needs a network)")
    links.add_argument("--write", action="store_true", help=f"keep the result in {HOMEPAGES}")
    links.add_argument("--seconds", type=float, default=10.0, help="to wait for an answer")
    return parser


def _check(arguments: argparse.Namespace) -> int:
    data: Path = arguments.data
    if not data.is_dir():
        return _complain(f"{data}: This folder does not exist. Give the data folder with --data.")
    # imported here: Streamlit takes longer to start than the other commands take to run
    from ris_map.web.layout import PAGE_ADDRESSES  # noqa: PLC0415

    faults = check_data(data, today=dates.today(), taken=PAGE_ADDRESSES)
    quiet = arguments.quiet_warnings
    if arguments.json:
        print(_as_json([fault for fault in faults if fault.is_error or not quiet]))
    else:
        _print_faults(faults, all_warnings=arguments.all_warnings, quiet=quiet)
    return _exit_code(faults)


def _exit_code(faults: Iterable[Fault]) -> int:
    codes = {fault.code for fault in faults if fault.is_error}
    if codes & _UNREADABLE:
        return UNUSABLE
    return FAULTY if codes else OK


def _as_json(faults: Sequence[Fault]) -> str:
    errors = sum(fault.is_error for fault in faults)
    counts = {"errors": errors, "warnings": len(faults) - errors}
    listed = {"faults": [asdict(fault) for fault in faults]}
    return json.dumps(counts | listed, ensure_ascii=False, indent=2)


def _print_faults(faults: Sequence[Fault], *, all_warnings: bool, quiet: bool) -> None:
    errors = [fault for fault in faults if fault.is_error]
    warnings = [fault for fault in faults if not fault.is_error]
    for fault in (*errors, *warnings) if all_warnings else errors:
        print(fault)
    if warnings and not (all_warnings or quiet):
        kinds = Counter(fault.code for fault in warnings)
        examples = {fault.code: fault for fault in reversed(warnings)}
        print("Warnings by kind, each with its first case (--all-warnings lists them all):")
        for code, count in kinds.most_common():
            print(f"{count:6} x {examples[code]}")
    counts = f"{_counted(len(errors), 'error')} and {_counted(len(warnings), 'warning')}."
    print(counts.capitalize())


def _counted(count: int, word: str) -> str:
    return f"{count or 'no'} {word}{'' if count == 1 else 's'}"


def _report(arguments: argparse.Namespace) -> int:
    # imported here: figures and maps take longer to start than the other commands take to run
    from ris_map.municipality import files  # noqa: PLC0415

    return files.run_report(arguments)


def _partial_date(text: str) -> str:
    """Return a partial date as it is."""
    try:
        return TypeAdapter(dates.PartialDate).validate_python(text)
    except ValidationError:
        words = f"{quoted(text)} is no day, month or year such as 2026-11-23"
        raise argparse.ArgumentTypeError(words) from None


def _loaded(arguments: argparse.Namespace, number: str = "") -> Register:
    """Return a release of the register, or the register itself."""
    data: Path = arguments.data
    path = data / RELEASES / f"{number}.yaml" if number else data / REGISTER_FILE
    return load_register(path)


def _release(arguments: argparse.Namespace) -> int:
    data: Path = arguments.data
    number: str = arguments.number
    if not re.fullmatch(r"[0-9]{4}(\.[0-9]{1,3})?", number):
        return _complain(f"{number}: A release is numbered like 2026.1.")
    on = arguments.on or dates.today().isoformat()
    path = make_release(data, _loaded(arguments), number=number, on=on)
    print(f"{path}: written.")
    last_two = load_releases(data)[-2:]
    if len(last_two) == 2:
        said = notes(changes(*last_two), release=last_two[1].meta.release)
        write_whole(path.with_suffix(".md"), said.encode())
        print(said, end="")
    return OK


def _diff(arguments: argparse.Namespace) -> int:
    found = changes(_loaded(arguments, arguments.before), _loaded(arguments, arguments.after))
    print(notes(found), end="")
    return OK


def _confirm(arguments: argparse.Namespace) -> int:
    path: Path = arguments.data / REGISTER_FILE
    today, seen = dates.today(), stamp(path)
    on = arguments.on or today.isoformat()
    content = confirm(path, arguments.id, on=on, url=arguments.url, today=today)
    write_whole(path, content, since=seen)
    print(f"{path}: {arguments.id} confirmed {on}.")
    return OK


def _letters(arguments: argparse.Namespace) -> int:
    # imported here: Streamlit takes longer to start than the other commands take to run
    from ris_map.web.settings import read_settings  # noqa: PLC0415

    data, output = arguments.data, arguments.output
    given = {"RIS_MAP_REPORT_ADDRESS": arguments.address} if arguments.address else {}
    address = read_settings({**os.environ, **given}).report_address
    names, today = load_geography(data).names, dates.today()
    strategy = load_strategy(data / STRATEGY)
    asked = [one for one in _loaded(arguments).actors if is_to_be_asked(one, today=today)]
    output.mkdir(parents=True, exist_ok=True)
    for actor in asked:
        text = letter(actor, strategy=strategy, names=names, address=address)
        write_whole(output / f"{actor.id}.txt", text.encode())
    print(_counted(len(asked), "letter").capitalize() + ".", file=sys.stderr)
    return OK


def _calllist(arguments: argparse.Namespace) -> int:
    register = _loaded(arguments)
    unknown = unknown_cells(register, on=dates.today())
    calls = call_list(unknown)
    for place, call in enumerate(calls, start=1):
        print(f"{place:3}. {register.by_id[call.id].name} ({call.id}): {call.cells}")
    words = f"{_counted(len(calls), 'organisation')} for {_counted(len(unknown), 'unknown cell')}."
    print(words.capitalize())
    return OK


def _links(arguments: argparse.Namespace) -> int:
    data: Path = arguments.data
    actors = _loaded(arguments).actors
    found = try_homepages(actors, seconds=arguments.seconds, on=dates.today())
    if not any(words.startswith("HTTP") for _, words in found):
        return _complain("No homepage answered: there is no network here. Nothing was checked.")
    dead = [(one, words) for one, words in found if one.result is not Outcome.OK]
    for one, words in dead:
        print(f"{one.id}: {words}")
    print(f"{len(found) - len(dead)} of {_counted(len(found), 'homepage')} answered.")
    if arguments.write:
        write_whole(data / HOMEPAGES, as_csv(one for one, _ in found).encode())
        print(f"{data / HOMEPAGES}: written.")
    return FAULTY if dead else OK


def _renew(arguments: argparse.Namespace) -> int:
    """Write a file if its content differs, or only say that it does."""
    is_register = arguments.command == "format"
    path: Path = arguments.data / (REGISTER_FILE if is_register else SCHEMA)
    seen = stamp(path)
    text = format_register(path) if is_register else schema_text()
    found = path.read_bytes().decode(errors="replace") if path.exists() else ""
    if found == text and path.exists():
        print(f"{path}: unchanged.")
        return OK
    if not arguments.check:
        write_whole(path, text.encode(), since=seen)
        print(f"{path}: written.")
        return OK
    rows = zip_longest(found.split("\n"), text.split("\n"))
    line = next((n for n, (one, other) in enumerate(rows, start=1) if one != other), 1)
    wording = "not-canonical" if is_register else "stale-schema"
    print(fault_in(path, wording, line=line, command=arguments.command))
    return FAULTY


if __name__ == "__main__":
    sys.exit(main())
