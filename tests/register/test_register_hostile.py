"""Hostile and careless register files: each is refused with the right fault, none half-loads.

What cannot be read as YAML at all is in ``tests/common/test_yamlio.py``.
"""

import contextlib
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import pytest
import yaml
from hypothesis import settings

from ris_map.common.faults import DataFaults, Fault
from ris_map.common.records import parts
from ris_map.common.yaml_file import dump_yaml
from ris_map.register.reading import CheckResult, canonical, check_register, load_register
from tests.factories import TOWNS, make_actor, make_office, make_register

TODAY = date(2025, 9, 1)
Raw = dict[str, Any]

REGISTER = make_register(
    make_actor(
        id="forsta", name="Första aktören", offices=(make_office(), make_office(code="2462"))
    ),
    make_actor(
        id="andra",
        name="Andra aktören",
        homepage="https://andra.example",
        offices=(make_office(code="2422"),),
    ),
    make_actor(id="tredje", name="Tredje aktören", homepage="https://tredje.example"),
)
TEXT = canonical(REGISTER)
META, ACTORS = TEXT[: TEXT.index("actors:")], TEXT[TEXT.index("actors:") :]
LISTED = yaml.safe_load(Path(__file__).with_name("hostile.yaml").read_text("utf-8"))


def raw_register() -> Raw:
    return json.loads(REGISTER.model_dump_json())


FIRST = raw_register()["actors"][0]


def put(part: Any, path: Sequence[str | int], value: object) -> None:
    """Set one value by its path, or take it out."""
    for step in path[:-1]:
        part = part[step]
    if value == "GONE":
        del part[path[-1]]
    else:
        part[path[-1]] = value


def changed(values: Mapping[str, Any]) -> Raw:
    """Return the good register with some values of its first actor set, by their paths."""
    raw = raw_register()
    for path, value in values.items():
        steps = [path] if "@" in path else path.split(".")
        put(raw["actors"][0], [int(s) if s.isdigit() else s for s in steps], value)
    return raw


def municipality_at(lat: float, lon: float) -> str | None:
    """Return the municipality whose town is within a tenth of a degree."""
    for code, (_, town_lat, town_lon) in TOWNS.items():
        if abs(lat - town_lat) < 0.1 and abs(lon - town_lon) < 0.1:
            return code
    return None


def check(folder: Path, content: Raw | str | bytes) -> CheckResult:
    text = dump_yaml(content) if isinstance(content, dict) else content
    path = folder / "actors.yaml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return check_register(path, municipality_at=municipality_at, today=TODAY)


def errors(result: CheckResult) -> list[Fault]:
    return [fault for fault in result.faults if fault.is_error]


def codes(result: CheckResult) -> list[str]:
    return [fault.code for fault in errors(result)]


# Name, what the file holds, the codes of all its errors, and a field that one of them names.
Case = tuple[str, Raw | str, str, str]
FILES: list[Case] = [
    ("a list", "- a\n- b\n", "wrong-type", ""),
    ("unknown section", TEXT + "secrets: 1\n", "unknown-key", "secrets"),
    ("no meta", ACTORS, "missing-field", "meta"),
    ("meta as list", "meta: []\n" + ACTORS, "wrong-type", "meta"),
    ("no actors", META, "missing-field", "actors"),
    ("F1 no actor at all", META + "actors: []\n", "empty-value", "actors"),
    ("actors as nothing", META + "actors:\n", "wrong-type", "actors"),
    ("day to come", TEXT.replace("date: '2025", "date: '2999"), "future-date", "reference_date"),
    ("actor as text", TEXT + "  - just text\n", "wrong-type", ""),
]
LISTED["bad"] += [
    ["long name", {"name": "a" * 161}, "too-long"],
    ["huge number", {"offices.0.lon": 10**400}, "not-finite"],
    ["offer twice", {"offers": 2 * FIRST["offers"]}, "duplicate-offer"],
]
CASES: list[Case] = [
    *FILES,
    *(
        (name, changed(values), codes, field[0] if field else next(iter(values)))
        for name, values, codes, *field in LISTED["bad"]
    ),
]


@pytest.mark.parametrize("case", CASES, ids=[case[0] for case in CASES])
def test_X10_A3_F10_a_bad_file_is_refused_with_its_faults_each_said_once_and_never_half_loads(
    tmp_path: Path, case: Case
) -> None:
    _, content, expected, field = case
    result = check(tmp_path, content)
    assert result.register is None
    assert codes(result) == expected.split(), [str(fault) for fault in result.faults]
    assert any((fault.field or "").startswith(field) for fault in errors(result))
    path = tmp_path / "actors.yaml"
    for fault in errors(result):
        assert fault.file == str(path)
        assert fault.line is not None
        assert fault.reason.endswith(".")
        assert fault.action[-1] in ".?"
        assert len(str(fault)) < 1000
        assert str(fault).isprintable()
    with pytest.raises(DataFaults) as caught:
        load_register(path, municipality_at=municipality_at, today=TODAY)
    assert caught.value.faults == result.faults
    assert str(caught.value) == "\n".join(map(str, errors(result))), "not lost among warnings"


def test_the_good_register_loads_and_only_what_is_unknown_is_a_warning(tmp_path: Path) -> None:
    result = check(tmp_path, TEXT)
    assert result.register == REGISTER
    assert {fault.code for fault in result.faults} == {"delivery-unknown"}


@pytest.mark.parametrize(
    "values",
    [
        *({"name": name} for name in ("Färre än < 10", "A <3 B", "a > b & c", "Café \u00a0 ”å”")),
        {"offers": [{**FIRST["offers"][0], "phases": phases} for phases in (["ide"], [])]},
    ],
)
def test_what_only_looks_wrong_is_allowed(tmp_path: Path, values: Raw) -> None:
    """Signs that are no HTML; two offers of one kind for different phases."""
    assert check(tmp_path, changed(values)).register is not None


@pytest.mark.parametrize("row", LISTED["doubtful"], ids=lambda row: row[0])
def test_what_is_doubtful_is_a_warning_and_the_register_still_loads(
    tmp_path: Path, row: list[Any]
) -> None:
    _, values, code, *field = row
    modes = ("visit", "digital", "phone")
    known = {f"offers.0.delivery.{mode}": "offered" for mode in modes}
    based = {f"offers.0.delivery_basis.{mode}": "editorial" for mode in modes}
    result = check(tmp_path, changed({**known, **based, **values}))
    assert result.register is not None
    assert not errors(result)
    found = {(f.record, f.field) for f in result.faults if f.code == code}
    # of two that are alike the later one is named
    record = "andra" if code in {"alike-names", "same-homepage"} else "forsta"
    assert found == {(record, field[0] if field else next(iter(values)))} | (
        {("andra", "offers"), ("tredje", "offers")} if code == "delivery-unknown" else set()
    )


def test_x10_faults_of_several_records_come_all_at_once_with_their_lines(tmp_path: Path) -> None:
    raw = changed(
        {"kind": "firma", "offices.1.lat": float("nan"), "summary.sv": "Fråga info@example.org"}
    )
    _, second, third = raw["actors"]
    second |= {"successor": "ingen", "status": "ended", "fases": []}
    del third["scope"]
    third["offices"][0]["municipality"] = 2480
    content = "# header\n" + dump_yaml(raw)
    rows = content.splitlines()
    result = check(tmp_path, content)
    assert [
        (f.record, f.field, f.code, rows[(f.line or 0) - 1].strip()) for f in errors(result)
    ] == [
        ("forsta", "kind", "not-in-vocabulary", "kind: firma"),
        ("forsta", "summary.sv", "personal-data", "sv: Fråga info@example.org"),
        ("forsta", "offices.1.lat", "not-finite", "lat: .nan"),
        ("andra", "successor", "unresolved-link", "successor: ingen"),
        ("andra", "fases", "unknown-key", "fases: []"),
        ("tredje", "scope", "missing-field", "- id: tredje"),
        ("tredje", "offices.0.municipality", "wrong-type", "municipality: 2480"),
    ]
    assert result.register is None


@pytest.mark.parametrize("secret", ["anna.berg@example.org", "070-123 45 67", "19800101-1234"])
def test_personal_data_is_never_repeated_in_a_message(tmp_path: Path, secret: str) -> None:
    filled = f"{'x' * 50} {secret}"
    values: list[Raw] = [{key: secret} for key in ("kind", "id", "homepage", "successor")]
    values += [{"name": f"{secret} {'x' * 200}"}, {"name": f"<b>{filled}"}, {"kind": filled}]
    values += [{"name": f"<b>{secret}"}, {secret: 1}]
    twice = [f"{TEXT}{key}: 1\n{key}: 2\n" for key in (secret, filled)]
    for content in (*map(changed, values), *twice):
        result = check(tmp_path, content)
        assert result.register is None
        assert content not in twice or "duplicate-key" in codes(result)
        words = "\n".join(map(str, result.faults)).replace(str(tmp_path), "")
        assert secret[:8] not in words


def test_a_text_of_megabytes_is_searched_in_linear_time(tmp_path: Path) -> None:
    # what takes the square of the time would take hours
    for sign in ("a", "a.", "0", "07", "a@", "- ", "<"):
        text = TEXT.replace("name: Första", f"name: {sign * (300_000 // len(sign))}a")
        assert check(tmp_path, text).register is None


PLACES = [path for path, _ in parts(raw_register()) if path]
VALUES: list[Any] = [None, True, 0, -1.5, float("nan"), "", "x", "2480", [], {}, [[]], [None]]
VALUES += [{"id": 1}, 10**30, "\u202e", "2023", ["2480", "2480"], [{}], {"sv": 1}]


def with_any_values(random: Random) -> str:
    """Return the register with one to three values that may be of another kind."""
    raw = raw_register()
    for place in random.sample(PLACES, random.randint(1, 3)):
        with contextlib.suppress(KeyError, IndexError, TypeError):
            put(raw, place, random.choice(VALUES))
    # JSON is YAML too, and quick to write
    return json.dumps(raw, ensure_ascii=False).replace(": NaN", ": .nan")


def cut_or_changed(random: Random) -> bytes:
    """Return the register cut off, or with some bytes changed."""
    content = TEXT.encode()
    at = random.randrange(len(content))
    damage = bytes(random.choices(range(256), k=random.randint(0, 3)))
    rest = content[at + random.randint(0, 3) :] if random.random() < 0.7 else b""
    return content[:at] + damage + rest


@pytest.mark.parametrize("spoilt", [with_any_values, cut_or_changed])
def test_any_damage_at_any_place_gives_faults_or_a_register_and_never_another_error(
    tmp_path: Path, spoilt: Callable[[Random], str | bytes]
) -> None:
    random = Random(1)
    for _ in range(8 * settings().max_examples):
        result = check(tmp_path, spoilt(random))
        assert (result.register is None) == bool(errors(result))


def test_a_circle_of_successors_is_named_at_each_of_its_records(tmp_path: Path) -> None:
    raw = raw_register()
    ended = {"status": "ended", "valid_from": "2010", "valid_to": "2021", "last_evidence": "2021"}
    for actor, successor in zip(raw["actors"], ("andra", "forsta", "andra"), strict=True):
        actor |= {**ended, "successor": successor}
    assert [(fault.record, fault.code) for fault in errors(check(tmp_path, raw))] == [
        ("forsta", "circular-link"),
        ("andra", "circular-link"),
    ]


@pytest.mark.parametrize(
    ("gone", "is_before"),
    [("2021", True), ("2022-04", True), ("2022", False), ("2022-05-06", False)],
)
def test_a_successor_that_ended_before_is_named_where_the_dates_say_so(
    tmp_path: Path, gone: str, is_before: bool
) -> None:
    raw = changed({"status": "ended", "valid_to": "2022-05", "successor": "andra"})
    raw["actors"][1] |= {"status": "ended", "valid_to": gone}
    for actor in raw["actors"]:
        actor["valid_from"] = "2010"
    assert codes(check(tmp_path, raw)) == ["successor-before"] * is_before


def test_F16_a_link_to_a_record_that_has_a_fault_or_cannot_be_read_is_not_called_broken(
    tmp_path: Path,
) -> None:
    raw = changed({"same_as": "andra", "kind": "firma"})
    raw["actors"][1]["status"] = "x"
    assert codes(check(tmp_path, raw)) == ["not-in-vocabulary"] * 2
    unread = dump_yaml(raw).replace("name: Andra", "name: 'Andra")
    assert codes(check(tmp_path, unread)) == ["not-in-vocabulary", "syntax"]


def test_without_a_territory_offices_are_checked_in_every_other_way(tmp_path: Path) -> None:
    raw = changed({"offices.0.municipality": "2401", "offices.1.lat": 20.0, "offices.1.lon": 64.0})
    check(tmp_path, raw)
    found = check_register(tmp_path / "actors.yaml", today=TODAY)
    assert codes(found) == ["swapped-coordinates"]
