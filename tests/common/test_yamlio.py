"""YAML is read without guessing, with lines, and is written so that it reads back."""

from __future__ import annotations

import math
import os
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ris_map.common.faults import DataFaults, Fault
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
texts = (
    st.sampled_from(TRAPS)
    | st.text(st.characters(exclude_categories=["Cs"]))
    | st.text("ab -:#'\"[]{}.,0129", max_size=250)
)
keys = st.text(st.characters(exclude_categories=["Cs"]), max_size=30) | st.sampled_from(TRAPS[:30])
scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | texts
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=15,
)


def read(tmp_path: Path, content: str | bytes) -> YamlDocument:
    path = tmp_path / "x.yaml"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return load_yaml(path)


def faults(tmp_path: Path, content: str | bytes) -> tuple[Fault, ...]:
    with pytest.raises(DataFaults) as caught:
        read(tmp_path, content)
    return caught.value.faults


@pytest.mark.parametrize(
    ("written", "value"),
    [
        *((text, text) for text in ("no", "on", "yes", "Off", "y", "True", "FALSE", "Null", "=")),
        *((text, text) for text in ("12:30", "2025-06-01", "0123", "007", "+1", "0x1F", "0o17")),
        *((text, text) for text in ("1e5", "1_000", ".5", "5.", "1,5", "nan", "inf", "1.2.3")),
        *((text, None) for text in ("null", "~", "")),
        ("true", True),
        ("false", False),
        ("0", 0),
        ("-12", -12),
        ("64.5", 64.5),
        ("-0.25", -0.25),
        (".inf", math.inf),
        ("-.Inf", -math.inf),
        ("'12'", "12"),
        ('"null"', "null"),
        ("''", ""),
    ],
)
def test_only_plain_numbers_truth_values_and_null_are_more_than_text(
    tmp_path: Path, written: str, value: object
) -> None:
    found = read(tmp_path, f"a: {written}\n").value["a"]
    assert found == value
    assert type(found) is type(value)


def test_not_a_number_is_a_float_so_that_the_model_can_refuse_it(tmp_path: Path) -> None:
    assert math.isnan(read(tmp_path, "a: .nan\n").value["a"])


def test_keys_are_always_text(tmp_path: Path) -> None:
    assert read(tmp_path, "no: 1\n2422: 2\nnull: 3\n").value == {"no": 1, "2422": 2, "null": 3}


def test_every_part_knows_its_line(tmp_path: Path) -> None:
    document = read(
        tmp_path,
        "# comment\nactors:\n  - id: a\n    offices:\n"
        "      - lat: 1.5\n        lon: 2\n  - id: b\n",
    )
    assert document.lines == {
        (): 2,
        ("actors",): 2,
        ("actors", 0): 3,
        ("actors", 0, "id"): 3,
        ("actors", 0, "offices"): 4,
        ("actors", 0, "offices", 0): 5,
        ("actors", 0, "offices", 0, "lat"): 5,
        ("actors", 0, "offices", 0, "lon"): 6,
        ("actors", 1): 7,
        ("actors", 1, "id"): 7,
    }


def test_what_is_missing_gets_the_line_of_what_is_around_it(tmp_path: Path) -> None:
    document = read(tmp_path, "a:\n  - b: 1\n")
    assert document.line(("a", 0, "c", "d")) == 2


def test_a_byte_order_mark_and_windows_line_breaks_change_nothing(tmp_path: Path) -> None:
    document = read(tmp_path, b"\xef\xbb\xbfa: 1\r\nb: \xc3\xa5\r\n")
    assert document.value == {"a": 1, "b": "å"}
    assert document.lines["b",] == 2


def test_every_duplicate_key_is_named_with_its_line(tmp_path: Path) -> None:
    found = faults(tmp_path, "a: 1\nb: {c: 1, c: 2}\na: 2\nd:\n  - e: 1\n    e: 1\n    e: 3\n")
    assert [(fault.code, fault.line) for fault in found] == [
        ("duplicate-key", 2),
        ("duplicate-key", 3),
        ("duplicate-key", 6),
        ("duplicate-key", 7),
    ]
    assert "first at line 1" in found[1].reason


def test_faults_of_different_kinds_come_at_once_in_file_order(tmp_path: Path) -> None:
    found = faults(tmp_path, "a: &x 1\nb: *x\nc: !!str 1\n<<: {d: 1}\n? [e]\n: 1\na: 2\n")
    assert [(fault.line, fault.code) for fault in found] == [
        (1, "anchor"),
        (2, "alias"),
        (3, "tag"),
        (4, "merge-key"),
        (5, "complex-key"),
        (7, "duplicate-key"),
    ]


@pytest.mark.parametrize(
    ("content", "code", "line"),
    [
        ("", "empty-file", 1),
        ("# only a comment\n", "empty-file", 1),
        ("---\n", "empty-file", 1),
        ("a: 1\n---\nb: 2\n", "several-documents", 2),
        ("a: 1\nb:\n\tc: 2\n", "tab", 3),
        ("a: b: c\n", "syntax", 1),
        ("a: 1\nb: 'open\nc: 2\n", "syntax", 2),
        ("a: [1, 2\nb: 3\n", "syntax", 1),
        ("a: @b\n", "syntax", 1),
        ("a:\n  - 1\n b: 2\n", "syntax", 3),
        ("a: 1\n? \n: 2\n", "empty-key", 2),
        (b"a: 1\nb: \xe5\n", "not-utf8", 2),
        (b"\xff\xfea\x00", "not-utf8", 1),
        (b"a: 1\nb: \x00\n", "control-character", 2),
        ("a: 1\nb: x\u2028y\n", "control-character", 2),
        ('a: "\\ud800"\n', "syntax", 1),
        ("a: !!python/object/apply:os.system [echo]\n", "tag", 1),
        ("- *a\n", "alias", 1),
        ("a: Norrlandsfonden #1\n", "cut-text", 1),
        ("a: 'open\nb: 1\nc: 'two'\n", "syntax", 1),
        ("a:\n<<<<<<< HEAD\n  b: 1\n=======\n  b: 2\n>>>>>>> other\n", "merge-conflict", 2),
    ],
)
def test_F11_F16_what_cannot_be_read_is_named_with_line_and_kind(
    tmp_path: Path, content: str | bytes, code: str, line: int
) -> None:
    found = faults(tmp_path, content)
    assert found[0].code == code
    assert found[0].line == line
    assert found[0].file.endswith("x.yaml")
    assert found[0].reason.endswith(".")
    assert found[0].action.endswith(".")


def test_F16_a_list_item_with_a_syntax_fault_hides_no_other_fault(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text(
        "actors:\n  - id: a\n    name: 'open\n  - id: b\n    c: 1\n    c: 2\n"
        "  - id: c\n    d: x: y\n  - id: d\n    e: *f\n"
    )
    document = read_yaml(path)
    assert [(fault.line, fault.code) for fault in document.faults] == [
        (3, "syntax"),
        (6, "duplicate-key"),
        (8, "syntax"),
        (10, "alias"),
    ]
    assert [item["id"] for item in document.value["actors"]] == ["b", "d"]
    assert document.line(("actors", 1, "e")) == 10
    assert [item.split()[2] for item in document.unread] == ["a", "c"]


def test_F16_of_a_merge_conflict_each_mark_is_named_and_the_first_side_is_read(
    tmp_path: Path,
) -> None:
    path = tmp_path / "x.yaml"
    path.write_text("a: 1\n<<<<<<< HEAD\nb: 1\n=======\nb: 2\n>>>>>>> x\nc: 1\nc: 2\n")
    document = read_yaml(path)
    assert [(fault.line, fault.code) for fault in document.faults] == [
        (2, "merge-conflict"),
        (4, "merge-conflict"),
        (6, "merge-conflict"),
        (8, "duplicate-key"),
    ]
    assert document.value == {"a": 1, "b": 1, "c": 1}


def test_F11_a_comment_behind_quotes_numbers_and_lists_cuts_nothing(tmp_path: Path) -> None:
    content = "a: 'x' # note\nb: 1 # note\nc: [] # note\nd: x#y\n# note\n"
    assert read(tmp_path, content).value == {"a": "x", "b": 1, "c": [], "d": "x#y"}


def test_the_byte_that_is_not_utf8_is_named(tmp_path: Path) -> None:
    assert "byte 3 (0xE5)" in faults(tmp_path, b"a: \xe5\n")[0].reason
    assert "byte 6 (0xE5)" in faults(tmp_path, b"\xef\xbb\xbfa: \xe5\n")[0].reason


def test_twenty_levels_are_read_and_one_more_is_refused(tmp_path: Path) -> None:
    read(tmp_path, "[" * 20 + "]" * 20)
    assert [fault.code for fault in faults(tmp_path, "[" * 21 + "]" * 21)] == ["too-deep"]


def test_millions_of_open_brackets_are_refused_in_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "deep.yaml"
    path.write_bytes(b"[" * 4_900_000)
    tracemalloc.start()
    with pytest.raises(DataFaults) as caught:
        load_yaml(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [fault.code for fault in caught.value.faults] == ["too-deep"]
    assert peak < 5 * path.stat().st_size


def test_endless_faults_are_cut_off_and_said_to_be(tmp_path: Path) -> None:
    found = faults(tmp_path, "- *a\n" * 5000)
    assert len(found) == 301
    assert found[-1].code == "too-many-faults"


def test_endless_values_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ris_map.common.yaml_file.MAX_NODES", 4000)
    assert [fault.code for fault in faults(tmp_path, "[" + "1," * 5000 + "]")] == [
        "too-many-values"
    ]


def test_missing_files_folders_and_pipes_are_named_and_never_block(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    expected = {"gone": "missing-file", ".": "directory", "pipe": "not-a-file"}
    for name, code in expected.items():
        with pytest.raises(DataFaults) as caught:
            load_yaml(tmp_path / name)
        assert [fault.code for fault in caught.value.faults] == [code]


def test_a_file_without_permission_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x.yaml"
    path.write_text("a: 1\n")

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(DataFaults, match=r"cannot be read \(Permission denied\)"):
        load_yaml(path)


def test_a_path_that_no_system_accepts_is_named() -> None:
    with pytest.raises(DataFaults) as caught:
        load_yaml(Path("a\0b"))
    assert caught.value.faults[0].code == "unreadable-file"


@given(value=values)
def test_whatever_is_written_reads_back_equal_and_of_the_same_type(
    tmp_path_factory: pytest.TempPathFactory, value: Any
) -> None:
    written = dump_yaml(value)
    found = read(tmp_path_factory.mktemp("round"), written).value
    assert found == value
    assert repr(found) == repr(value)
    assert dump_yaml(found) == written


@given(value=st.lists(texts) | st.dictionaries(keys, texts))
def test_written_texts_stay_texts_for_ordinary_yaml_readers(value: Any) -> None:
    assert yaml.safe_load(dump_yaml(value)) == value


@pytest.mark.parametrize("text", TRAPS)
def test_traps_stay_texts_for_ordinary_yaml_readers(text: str) -> None:
    assert yaml.safe_load(dump_yaml([text, {text: text}])) == [text, {text: text}]


def test_the_form_is_block_style_with_quotes_only_where_needed() -> None:
    value = {
        "name": "Åsele & Co",
        "code": "2422",
        "when": "2025-06-01",
        "answer": "no",
        "lat": 64.5,
        "flag": True,
        "none": None,
        "empty": [],
        "list": ["a", {"b": 1, "c": ["d"]}],
    }
    assert dump_yaml(value) == (
        "name: Åsele & Co\ncode: '2422'\nwhen: '2025-06-01'\nanswer: 'no'\nlat: 64.5\n"
        "flag: true\nnone: null\nempty: []\nlist:\n  - a\n  - b: 1\n    c:\n      - d\n"
    )


def test_long_texts_are_broken_at_a_word() -> None:
    written = dump_yaml({"text": "Ett ord till. " * 40 + "Slut"})
    assert max(map(len, written.splitlines())) <= 100
