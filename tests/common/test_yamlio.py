"""YAML is read without guessing, with lines, and is written so that it reads back."""

import math
import os
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from ris_map.common.faults import DataFaults, Fault
from ris_map.common.files import MAX_BYTES
from ris_map.common.yaml_file import YamlDocument, dump_yaml, load_yaml, read_yaml

# what readers are known to take for something else than text
TRAPS = [
    *("no", "No", "on", "y", "null", "~", "", "true", "True", "2422", "0123", "0o17", "0x1F"),
    *("12:30", "190:20:30", "2025-06-01", "2025-06", "2001-12-14 21:59:43.10 -5", "1e5", "1_000"),
    *(".5", "5.", "+1", "-1", "1.5", ".nan", "-.inf", "<<", "=", "- a", "-", "?", ": a", "a: b"),
    *("a #b", "#a", "&a", "*a", "!a", "|", ">", "'a'", '"a"', "%a", "@a", "`a`", "{a}", "[a]"),
    *("a:", " a", "a ", "a\nb", "a\tb", "---", "...", "--- a", "it's", "903 30", "\u200b"),
    *("\ufeff", "a  b", "å" * 300, "ord " * 60 + "slut", "\u2028", "\x85", "\x00", "\U0001f600"),
    *(",a", "a,b"),
]
ALL_TRAPS = {"list": TRAPS, **{trap: trap for trap in TRAPS}}
texts = (
    st.sampled_from(TRAPS)
    | st.text(st.characters(exclude_categories=["Cs"]))
    | st.text("ab -:#'\"[]{}.,0129", max_size=250)
)
keys = st.text(st.characters(exclude_categories=["Cs"]), max_size=30) | st.sampled_from(TRAPS[:30])
finite = st.floats(allow_nan=False, allow_infinity=False)
scalars = st.none() | st.booleans() | st.integers() | finite | texts
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=15,
)


def read(folder: Path, content: str | bytes) -> YamlDocument:
    """Return what can be read, with its faults."""
    path = folder / "x.yaml"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_yaml(path)


def refused(path: Path) -> tuple[Fault, ...]:
    with pytest.raises(DataFaults) as caught:
        load_yaml(path)
    return caught.value.faults


@pytest.mark.parametrize(
    ("written", "value"),
    [
        *((text, text) for text in ("no", "on", "yes", "Off", "y", "True", "FALSE", "Null", "=")),
        *((text, text) for text in ("12:30", "2025-06-01", "0123", "007", "+1", "0x1F", "0o17")),
        *((text, text) for text in ("1e5", "1_000", ".5", "5.", "1,5", "nan", "inf", "1.2.3")),
        *((text, None) for text in ("null", "~", "")),
        *(("true", True), ("false", False), ("0", 0), ("-12", -12), ("64.5", 64.5)),
        *(("-0.25", -0.25), (".inf", math.inf), ("-.Inf", -math.inf), (".nan", math.nan)),
        *(("'12'", "12"), ('"null"', "null"), ("''", "")),
        *(("'x' # note", "x"), ("1 # note", 1), ("[] # note", []), ("x#y\n# note", "x#y")),
    ],
)
def test_F11_only_plain_numbers_truth_values_and_null_are_more_than_text(
    tmp_path: Path, written: str, value: object
) -> None:
    """A comment behind quotes, numbers and lists cuts nothing."""
    found = read(tmp_path, f"a: {written}\n")
    assert repr(found.value["a"]) == repr(value)
    assert found.faults == ()


def test_keys_are_always_text_and_a_mark_of_byte_order_and_windows_line_breaks_change_nothing(
    tmp_path: Path,
) -> None:
    document = read(tmp_path, b"\xef\xbb\xbfno: 1\r\n2422: \xc3\xa5\r\nnull: 3\r\n")
    assert document.value == {"no": 1, "2422": "å", "null": 3}
    assert document.lines["2422",] == 2


def test_every_part_knows_its_line_and_what_is_missing_that_of_what_is_around_it(
    tmp_path: Path,
) -> None:
    document = read(
        tmp_path, "# comment\nactors:\n  - id: a\n    offices:\n      - lat: 1.5\n  - id: b\n"
    )
    assert document.lines == {
        (): 2,
        ("actors",): 2,
        ("actors", 0): 3,
        ("actors", 0, "id"): 3,
        ("actors", 0, "offices"): 4,
        ("actors", 0, "offices", 0): 5,
        ("actors", 0, "offices", 0, "lat"): 5,
        ("actors", 1): 6,
        ("actors", 1, "id"): 6,
    }
    assert document.line(("actors", 1, "c", "d")) == 6


@pytest.mark.parametrize(
    ("content", "code", "line", "reason"),
    [
        ("", "empty-file", 1, ""),
        ("---\n", "empty-file", 1, ""),
        ("a: 1\n---\nb: 2\n", "several-documents", 2, ""),
        ("a: 1\nb:\n\tc: 2\n", "tab", 3, ""),
        ("a: b: c\n", "syntax", 1, ""),
        ("a: 1\nb: 'open\nc: 2\n", "syntax", 2, ""),
        ("a: [1, 2\nb: 3\n", "syntax", 1, ""),
        ("a:\n  - 1\n b: 2\n", "syntax", 3, ""),
        ("a: 1\n? \n: 2\n", "empty-key", 2, ""),
        (b"a: 1\nb: \xe5\n", "not-utf8", 2, "byte 8 (0xE5)"),
        (b"\xef\xbb\xbfa: \xe5\n", "not-utf8", 1, "byte 6 (0xE5)"),
        (b"\xff\xfea\x00", "not-utf8", 1, ""),
        (b"a: 1\nb: \x00\n", "control-character", 2, ""),
        (b"a: \x1b[2J\n", "control-character", 1, ""),
        ("a: 1\nb: x\u2028y\n", "control-character", 2, ""),
        ('a: "\\ud800"\n', "syntax", 1, ""),
        ("a: !!python/object/apply:os.system [echo]\n", "tag", 1, ""),
        ("&a b: 1\n", "anchor", 1, ""),
        ("a: Norrlandsfonden #1\n", "cut-text", 1, ""),
        ("a: 'open\nb: 1\nc: 'two'\n", "syntax", 1, ""),
        ("a:\n<<<<<<< HEAD\n  b: 1\n=======\n  b: 2\n>>>>>>> other\n", "merge-conflict", 2, ""),
        ("a: 1\n=======\n", "syntax", 3, ""),  # no merge has begun
        ("[" * 21 + "]" * 21 + "\n", "too-deep", 1, ""),
        ("a: 1\nb: half a te", "cut-off", 2, ""),
    ],
)
def test_F11_F16_what_cannot_be_read_is_named_with_line_and_kind(
    tmp_path: Path, content: str | bytes, code: str, line: int, reason: str
) -> None:
    path = tmp_path / "x.yaml"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    fault = refused(path)[0]
    assert (fault.code, fault.line, Path(fault.file).name) == (code, line, "x.yaml")
    assert reason in fault.reason
    assert fault.reason.endswith(".")
    assert fault.action.endswith(".")


def told(document: YamlDocument) -> str:
    return ", ".join(f"{fault.line} {fault.code}" for fault in document.faults)


@pytest.mark.parametrize(
    ("content", "faults", "first", "value"),
    [
        (
            "a: 1\nb: {c: 1, c: 2}\na: 2\nd:\n  - e: 1\n    e: 3\n",
            "2 duplicate-key, 3 duplicate-key, 6 duplicate-key",
            [2, 1, 5],
            {"a": 1, "b": {"c": 1}, "d": [{"e": 1}]},
        ),
        (
            "a: &x 1\nb: *x\nc: !!str 1\n<<: {d: 1}\n? [e]\n: 1\na: 2\n",
            "1 anchor, 2 alias, 3 tag, 4 merge-key, 5 complex-key, 7 duplicate-key",
            [1],
            {"a": 1, "b": None, "c": 1, "<<": {"d": 1}, "": 1},
        ),
        (
            "a: 1\n<<<<<<< HEAD\nb: 1\n=======\nb: 2\n>>>>>>> x\nc: 1\nc: 2\n",
            "2 merge-conflict, 4 merge-conflict, 6 merge-conflict, 8 duplicate-key",
            [7],
            {"a": 1, "b": 1, "c": 1},
        ),
    ],
)
def test_F16_all_faults_come_at_once_in_file_order_and_what_stands_first_is_read(
    tmp_path: Path, content: str, faults: str, first: list[int], value: object
) -> None:
    document = read(tmp_path, content)
    assert told(document) == faults
    assert document.value == value
    twice = [fault.reason for fault in document.faults if fault.code == "duplicate-key"]
    for reason, line in zip(twice, first, strict=True):
        assert f"first at line {line})" in reason


def test_F16_a_list_item_with_a_syntax_fault_hides_no_other_fault(tmp_path: Path) -> None:
    document = read(
        tmp_path,
        "actors:\n  - id: a\n    name: 'open\n  - id: b\n    c: 1\n    c: 2\n"
        "  - id: c\n    d: x: y\n  - id: d\n    e: *f\n",
    )
    assert told(document) == "3 syntax, 6 duplicate-key, 8 syntax, 10 alias"
    assert [item["id"] for item in document.value["actors"]] == ["b", "d"]
    assert document.line(("actors", 1, "e")) == 10
    assert [item.split()[2] for item in document.unread] == ["a", "c"]


def test_twenty_levels_are_read_and_millions_are_refused_in_little_memory(tmp_path: Path) -> None:
    assert not read(tmp_path, "[" * 20 + "]" * 20 + "\n").faults
    path = tmp_path / "deep.yaml"
    path.write_bytes(b"[" * 4_900_000 + b"\n")
    tracemalloc.start()
    found = refused(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [fault.code for fault in found] == ["too-deep"]
    assert peak < 5 * path.stat().st_size


def test_endless_faults_and_values_are_cut_off_and_said_to_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = read(tmp_path, "- *a\n" * 5000).faults
    assert (len(found), found[-1].code) == (301, "too-many-faults")
    monkeypatch.setattr("ris_map.common.yaml_file.MAX_NODES", 4000)
    found = read(tmp_path, "[" + "1," * 5000 + "]\n").faults
    assert [fault.code for fault in found] == ["too-many-values"]


def test_x10_what_is_no_file_to_read_is_named_and_never_blocks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "closed").write_text("a: 1\n")
    (tmp_path / "large").write_bytes(b"[" * (MAX_BYTES + 1))

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)  # the large one is refused without being read
    codes = {"gone": "missing-file", ".": "directory", "pipe": "not-a-file", "large": "too-large"}
    for name, code in {**codes, "closed": "unreadable-file", "a\0b": "unreadable-file"}.items():
        (fault,) = refused(tmp_path / name)
        assert fault.code == code
        assert name != "closed" or "cannot be read (Permission denied)" in fault.reason


@given(value=values)
@example(value=ALL_TRAPS)
def test_whatever_is_written_reads_back_equal_and_of_the_same_type(
    tmp_path_factory: pytest.TempPathFactory, value: Any
) -> None:
    written = dump_yaml(value)
    document = read(tmp_path_factory.mktemp("round"), written)
    assert document.faults == ()
    assert document.value == value
    assert repr(document.value) == repr(value)
    assert dump_yaml(document.value) == written
    assert yaml.safe_load(written) == value, "an ordinary reader takes no text for anything else"
