"""Hostile and careless register files: each is refused with the right fault, none half-loads."""

from __future__ import annotations

import contextlib
import copy
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import pytest
import yaml
from hypothesis import settings

from ris_map.common.faults import Fault, RegisterFaults, Severity
from ris_map.common.yaml_file import dump_yaml
from ris_map.register.reading import CheckResult, canonical, check_register, load_register
from tests.factories import TOWNS, make_actor, make_offer, make_office, make_register

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
RAW: Raw = json.loads(REGISTER.model_dump_json())
TEXT = canonical(REGISTER)


def municipality_at(lat: float, lon: float) -> str | None:
    """Return the municipality whose town is within a tenth of a degree."""
    for code, (_, town_lat, town_lon) in TOWNS.items():
        if abs(lat - town_lat) < 0.1 and abs(lon - town_lon) < 0.1:
            return code
    return None


def check(path: Path) -> CheckResult:
    return check_register(path, municipality_at=municipality_at, today=TODAY)


def check_raw(folder: Path, raw: Raw) -> CheckResult:
    """Return what is found in a register that is written into a folder."""
    path = folder / "actors.yaml"
    path.write_text(dump_yaml(raw), encoding="utf-8")
    return check(path)


def errors(result: CheckResult) -> list[Fault]:
    return [fault for fault in result.faults if fault.is_error]


def changed(old: str, new: str, *, count: int = 1) -> str:
    """Return the text of the good register with one passage replaced."""
    assert old in TEXT
    return TEXT.replace(old, new, count)


@dataclass(frozen=True)
class Case:
    """A bad file: its bytes, and the fault that must be among those found."""

    name: str
    content: bytes
    code: str
    field: str | None = None
    record: str | None = None
    inside: str = ""


def text(name: str, content: str, code: str, field: str | None = None) -> Case:
    return Case(name, content.encode("utf-8", "surrogatepass"), code, field)


def parts(path: str) -> list[str | int]:
    return [int(part) if part.isdigit() else part for part in path.split(".")]


def put(*path: str | int, value: Any) -> Callable[[Raw], object]:
    """Return a change that sets one value."""

    def change(actor: Any) -> None:
        for part in path[:-1]:
            actor = actor[part]
        actor[path[-1]] = value

    return change


def first(name: str, change: Callable[[Raw], object], code: str, field: str | None = None) -> Case:
    """Return a case with one change to the first actor."""
    raw = copy.deepcopy(RAW)
    change(raw["actors"][0])
    record = "forsta" if raw["actors"][0].get("id") == "forsta" else None
    return Case(name, dump_yaml(raw).encode(), code, field, record)


def listed() -> Iterator[Case]:
    """Return the cases of the list beside this file."""
    rows = yaml.safe_load(Path(__file__).with_name("hostile.yaml").read_text("utf-8"))
    for name, values, code, *field in rows:

        def change(actor: Raw, values: Raw = values) -> None:
            for path, value in values.items():
                put(*parts(path), value=value)(actor)

        inside = "" if field else next(iter(values))
        yield replace(first(name, change, code, *field), inside=inside)


ENDED: Raw = {"status": "ended", "valid_from": "2010", "valid_to": "2020"}
META, ACTORS = TEXT[: TEXT.index("actors:")], TEXT[TEXT.index("actors:") :]
MERGE = changed("  - id: andra", "<<<<<<< HEAD\n  - id: andra")

CASES = [
    # the file as such
    text("empty", "", "empty-file"),
    text("only a comment", "# nothing\n", "empty-file"),
    text("a list", "- a\n- b\n", "wrong-type"),
    text("a bare word", "hello\n", "wrong-type"),
    text("broken", "meta: {a: 1\nactors: ]\n", "syntax"),
    text("unclosed quote", changed("name: Första", "name: 'Första"), "syntax"),
    text("colon in text", changed("name: Första", "name: Första: en"), "syntax"),
    text("tabs", changed("  - id: forsta", "\t- id: forsta"), "tab"),
    Case("latin-1", TEXT.encode("latin-1"), "not-utf8"),
    Case("utf-16", TEXT.encode("utf-16"), "not-utf8"),
    Case("nul byte", TEXT.encode().replace(b"Andra", b"An\x00dra", 1), "control-character"),
    Case("escape sequence", TEXT.encode().replace(b"Andra", b"\x1b[2J", 1), "control-character"),
    text("two documents", TEXT + "---\n" + TEXT, "several-documents"),
    text("python tag", changed("id: forsta", "id: !!python/object/apply:os.system [x]"), "tag"),
    text("own tag", changed("id: forsta", "id: !secret forsta"), "tag"),
    text("alias", changed("id: andra", "id: *x"), "alias"),
    text("anchor", changed("id: andra", "id: &x andra"), "anchor"),
    text("merge key", changed("id: andra", "<<: {a: b}\n    id: andra"), "merge-key"),
    text("duplicate key", changed("id: andra", "id: andra\n    id: fjarde"), "duplicate-key"),
    text("duplicate section", TEXT + "actors: []\n", "duplicate-key"),
    text("deep nesting", "meta: " + "[" * 100_000, "too-deep"),
    text("10 MB of text", changed("name: Första", "name: " + "A" * 10_000_000), "too-large"),
    text("half a character", changed("name: Första", "name: \ud800"), "not-utf8"),
    text("escaped half", changed("name: Första aktören", 'name: "\\ud800"'), "syntax"),
    text("unknown section", TEXT + "secrets: 1\n", "unknown-key", "secrets"),
    text("no meta", ACTORS, "missing-field", "meta"),
    text("no actors", META, "missing-field", "actors"),
    text("actors as mapping", META + "actors: {a: 1}\n", "wrong-type"),
    text("F1 no actor at all", META + "actors: []\n", "empty-value"),
    text("F11 cut off at a number sign", changed("name: Första", "name: Första #1"), "cut-text"),
    text("unfinished merge", MERGE, "merge-conflict"),
    text("empty actors", META + "actors:\n", "wrong-type"),
    text("meta as list", "meta: []\n" + ACTORS, "wrong-type"),
    text("actor as text", TEXT + "  - just text\n", "wrong-type"),
    text("actor as nothing", TEXT + "  -\n", "wrong-type"),
    text(
        "F11 cut eligibility", changed("summary:", "how_to_apply: A #1\n    summary:"), "cut-text"
    ),
    # keys and values
    first("missing key", lambda a: a.pop("kind"), "missing-field", "kind"),
    first("missing id", lambda a: a.pop("id"), "missing-field", "id"),
    first("missing sources", lambda a: a.pop("sources"), "missing-source", "sources"),
    first("offer twice", lambda a: a["offers"].extend(a["offers"]), "duplicate-offer", "offers.1"),
    first("e-mail as a key", put("anna@example.org", value=1), "personal-data"),
    first("long name", put("name", value="a" * 161), "too-long", "name"),
    first("huge number", put("offices", 0, "lon", value=10**400), "not-finite", "offices.0.lon"),
    *listed(),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_x10_a_bad_file_is_refused_with_its_fault_and_never_half_loads(
    tmp_path: Path, case: Case
) -> None:
    path = tmp_path / "actors.yaml"
    path.write_bytes(case.content)
    result = check(path)
    assert result.register is None
    found = [fault for fault in errors(result) if fault.code == case.code]
    assert found, [str(fault) for fault in result.faults]
    if case.field is not None:
        assert case.field in {fault.field for fault in found}
    elsewhere = {"reused-id", "scope-against-rule", "active-without-evidence"}
    if case.inside and case.code not in elsewhere:
        fields = [fault.field or "" for fault in found]
        assert any(field.startswith(case.inside) for field in fields), fields
    if case.record is not None:
        assert case.record in {fault.record for fault in found}
    for fault in errors(result):
        assert fault.file == str(path)
        assert fault.line is not None or case.code == "too-large"
        assert fault.reason.endswith(".")
        assert fault.action[-1] in ".?"
        assert len(str(fault)) < 1000
        assert str(fault).isprintable()
    with pytest.raises(RegisterFaults) as caught:
        load_register(path, municipality_at=municipality_at, today=TODAY)
    assert caught.value.faults == result.faults


def test_there_are_at_least_220_hostile_files_each_with_a_name_of_its_own() -> None:
    assert len({case.name for case in CASES}) == len(CASES) >= 220


def test_the_good_register_loads_and_only_what_is_unknown_is_a_warning(tmp_path: Path) -> None:
    path = tmp_path / "actors.yaml"
    path.write_text(TEXT, encoding="utf-8")
    result = check(path)
    assert result.register == REGISTER
    assert {fault.code for fault in result.faults} == {"delivery-unknown"}


@pytest.mark.parametrize("name", ["Färre än < 10", "A <3 B", "a > b & c", "Café \u00a0 ”å”"])
def test_signs_that_only_look_like_html_are_allowed(tmp_path: Path, name: str) -> None:
    raw = copy.deepcopy(RAW)
    raw["actors"][0]["name"] = name
    assert check_raw(tmp_path, raw).register is not None


def test_x10_missing_files_and_folders_are_named(tmp_path: Path) -> None:
    assert [fault.code for fault in check(tmp_path / "gone.yaml").faults] == ["missing-file"]
    assert [fault.code for fault in check(tmp_path).faults] == ["directory"]


def test_x10_50_mb_of_nesting_is_refused_without_being_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "actors.yaml"
    path.write_bytes(b"meta: " + b"[" * 50_000_000)

    def refuse(*_: object, **__: object) -> None:
        pytest.fail("the file was opened")

    monkeypatch.setattr(Path, "open", refuse)
    assert [fault.code for fault in check(path).faults] == ["too-large"]


def test_x10_an_alias_bomb_is_refused_without_being_expanded(tmp_path: Path) -> None:
    bomb = "\n".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]" for n in range(1, 25))
    path = tmp_path / "actors.yaml"
    path.write_text(f"l0: &l0 lol\n{bomb}\n{TEXT}", encoding="utf-8")
    assert {fault.code for fault in errors(check(path))} == {"anchor", "alias", "unknown-key"}


def line_of(content: str, wanted: str, *, after: str) -> int:
    """Return the line of the first passage after another."""
    start = content.index(after)
    return content.count("\n", 0, content.index(wanted, start)) + 1


def test_x10_faults_of_several_records_come_all_at_once_with_their_lines(tmp_path: Path) -> None:
    raw = copy.deepcopy(RAW)
    one, two, three = raw["actors"]
    one["kind"] = "firma"
    one["offices"][1]["lat"] = float("nan")
    one["summary"]["sv"] = "Skriv till info@example.org"
    two["successor"] = "ingen"
    two["status"] = "ended"
    two["fases"] = []
    del three["scope"]
    three["offices"][0]["municipality"] = 2480
    content = "# header\n" + dump_yaml(raw)
    path = tmp_path / "actors.yaml"
    path.write_text(content, encoding="utf-8")
    result = check(path)
    found = [(fault.record, fault.field, fault.code, fault.line) for fault in errors(result)]
    a, b, c = ("- id: forsta", "- id: andra", "- id: tredje")
    second_office = content.index("- id: kontor-2462")
    assert found == [
        ("forsta", "kind", "not-in-vocabulary", line_of(content, "kind:", after=a)),
        ("forsta", "summary.sv", "personal-data", line_of(content, "sv:", after=a)),
        (
            "forsta",
            "offices.1.lat",
            "not-finite",
            content.count("\n", 0, content.index("lat:", second_office)) + 1,
        ),
        ("andra", "successor", "unresolved-link", line_of(content, "successor:", after=b)),
        ("andra", "fases", "unknown-key", line_of(content, "fases:", after=b)),
        ("tredje", "scope", "missing-field", line_of(content, c, after=c)),
        (
            "tredje",
            "offices.0.municipality",
            "wrong-type",
            line_of(content, "municipality: 2480", after=c),
        ),
    ]
    assert result.register is None


def test_personal_data_is_never_repeated_in_a_message(tmp_path: Path) -> None:
    secrets = ["anna.berg@example.org", "070-123 45 67", "19800101-1234"]
    for secret in secrets:
        for change in (
            put("name", value=f"{secret} {'x' * 200}"),
            put("name", value=f"<b>{'x' * 50} {secret}"),
            put("kind", value=f"{'x' * 50} {secret}"),
            put("kind", value=secret),
            put("id", value=secret),
            put("homepage", value=secret),
            put(secret, value=1),
            put("successor", value=secret),
            put("name", value=f"<b>{secret}"),
        ):
            raw = copy.deepcopy(RAW)
            change(raw["actors"][0])
            path = tmp_path / "actors.yaml"
            path.write_text(dump_yaml(raw), encoding="utf-8")
            result = check(path)
            assert result.register is None
            words = "\n".join(map(str, result.faults)).replace(str(path), "")
            assert secret[:8] not in words
        for key in (secret, f"{'x' * 52} {secret}"):
            path.write_text(f"{TEXT}{key}: 1\n{key}: 2\n", encoding="utf-8")
            result = check(path)
            assert "duplicate-key" in {fault.code for fault in result.faults}
            words = "\n".join(map(str, result.faults)).replace(str(path), "")
            assert secret[:8] not in words


def test_a_text_of_megabytes_is_searched_in_linear_time(tmp_path: Path) -> None:
    path = tmp_path / "actors.yaml"
    # what takes the square of the time would take hours
    for sign in ("a", "a.", "0", "07", "a@", "- ", "<"):
        path.write_text(changed("name: Första", f"name: {sign * (300_000 // len(sign))}a"))
        assert check(path).register is None


def test_any_value_at_any_place_gives_faults_or_a_register_and_never_another_error(
    tmp_path: Path,
) -> None:
    values: list[Any] = [None, True, 0, -1.5, float("nan"), "", "x", "2480", [], {}, [[]], [None]]
    values += [{"id": 1}, 10**30, "\u202e", "2023", ["2480", "2480"], [{}], {"sv": 1}]
    path = tmp_path / "actors.yaml"
    places = list(_places(RAW))
    random = Random(1)
    for _ in range(8 * settings().max_examples):
        raw = copy.deepcopy(RAW)
        for place in random.sample(places, random.randint(1, 3)):
            with contextlib.suppress(KeyError, IndexError, TypeError):
                put(*place, value=random.choice(values))(raw)
        # JSON is YAML too, and quick to write
        path.write_text(json.dumps(raw, ensure_ascii=False).replace(": NaN", ": .nan"))
        result = check(path)
        assert (result.register is None) == any(fault.is_error for fault in result.faults)


def test_a_file_cut_off_or_changed_at_any_byte_gives_faults_or_a_register(tmp_path: Path) -> None:
    path = tmp_path / "actors.yaml"
    content = TEXT.encode()
    random = Random(2)
    for _ in range(8 * settings().max_examples):
        at = random.randrange(len(content))
        damage = bytes(random.choices(range(256), k=random.randint(0, 3)))
        rest = content[at + random.randint(0, 3) :] if random.random() < 0.7 else b""
        path.write_bytes(content[:at] + damage + rest)
        result = check(path)
        assert (result.register is None) == any(fault.is_error for fault in result.faults)


def _places(value: Any) -> Iterator[tuple[str | int, ...]]:
    parts = value.items() if isinstance(value, dict) else enumerate(value)
    for key, part in parts:
        yield (key,)
        if isinstance(part, dict | list):
            yield from ((key, *rest) for rest in _places(part))


def test_a_circle_of_successors_is_named_at_each_of_its_records(tmp_path: Path) -> None:
    raw = copy.deepcopy(RAW)
    for actor, successor in zip(raw["actors"], ("andra", "forsta", "andra"), strict=True):
        actor.update(ENDED, last_evidence="2021", valid_to="2021", successor=successor)
        actor["scope"] = "core"
    assert [(fault.record, fault.code) for fault in errors(check_raw(tmp_path, raw))] == [
        ("forsta", "circular-link"),
        ("andra", "circular-link"),
    ]


def test_a_link_to_a_record_that_has_a_fault_of_its_own_is_not_called_broken(
    tmp_path: Path,
) -> None:
    raw = copy.deepcopy(RAW)
    raw["actors"][0]["same_as"] = "andra"
    raw["actors"][1]["kind"] = "firma"
    assert [fault.code for fault in errors(check_raw(tmp_path, raw))] == ["not-in-vocabulary"]


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        (put("last_confirmed", value=None), "not-confirmed", "last_confirmed"),
        (put("last_confirmed", value="2024-08-31"), "not-confirmed", "last_confirmed"),
        (put("offices", 0, "precision", value="town"), "town-level-point", "offices.0.precision"),
        (
            lambda a: (
                a["offers"][0]["delivery"].update(phone="unknown"),
                a["offers"][0]["delivery_basis"].update(phone=None),
            ),
            "delivery-unknown",
            "offers",
        ),
        (put("homepage", value="http://a.se"), "homepage-not-https", "homepage"),
        (put("homepage", value=None), "homepage-missing", "homepage"),
        (lambda a: a.update(status="unknown", scope="adjacent"), "status-unknown", "status"),
        (put("confidence", value="partial"), "not-verified", "confidence"),
        (put("valid_to", value="2024"), "status-against-dates", "status"),
        (put("name", value="ANDRA aktoren AB"), "alike-names", "name"),
        (put("homepage", value="https://www.andra.example/"), "same-homepage", "homepage"),
    ],
)
def test_what_is_doubtful_is_a_warning_and_the_register_still_loads(
    tmp_path: Path, change: Callable[[Raw], object], code: str, field: str
) -> None:
    raw = copy.deepcopy(RAW)
    for actor in raw["actors"]:
        modes = ("visit", "digital", "phone")
        actor["offers"][0]["delivery"].update(dict.fromkeys(modes, "offered"))
        actor["offers"][0]["delivery_basis"].update(dict.fromkeys(modes, "editorial"))
    change(raw["actors"][0])
    result = check_raw(tmp_path, raw)
    assert result.register is not None
    assert {fault.severity for fault in result.faults} == {Severity.WARNING}
    assert code in {fault.code for fault in result.faults}
    if code not in {"alike-names", "same-homepage"}:
        assert [(f.record, f.field) for f in result.faults if f.code == code] == [("forsta", field)]


def test_confirmed_exactly_12_months_ago_is_still_confirmed(tmp_path: Path) -> None:
    path = tmp_path / "actors.yaml"
    path.write_text(TEXT.replace("'2025-06-01'", "'2024-09-01'"), encoding="utf-8")
    assert "not-confirmed" not in {fault.code for fault in check(path).faults}


def test_without_a_territory_offices_are_checked_in_every_other_way(tmp_path: Path) -> None:
    raw = copy.deepcopy(RAW)
    raw["actors"][0]["offices"][0].update(municipality="2401")
    raw["actors"][0]["offices"][1].update(lat=20.0, lon=64.0)
    path = tmp_path / "actors.yaml"
    path.write_text(dump_yaml(raw), encoding="utf-8")
    found = check_register(path, today=TODAY)
    assert [fault.code for fault in errors(found)] == ["swapped-coordinates"]


def test_two_offers_of_one_kind_for_different_phases_are_allowed(tmp_path: Path) -> None:
    raw = copy.deepcopy(RAW)
    other = json.loads(make_offer(phases=()).model_dump_json())
    raw["actors"][0]["offers"].append(other)
    assert check_raw(tmp_path, raw).register is not None


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (put("offers", 0, "phases", value=["Idé"]), "not-in-vocabulary"),
        (put("sources", 0, "url", value="exempel"), "bad-address"),
        (put("offers", 0, "delivery", "phone", value="x"), "not-in-vocabulary"),
        (put("target_groups", value=["everybody"]), "not-in-vocabulary"),
        (put("cost", value=["cheap"]), "not-in-vocabulary"),
        (put("contact_url", value="https:///kontakt"), "bad-address"),
        (put("eligibility", value="alla"), "wrong-type"),
        (put("funding", value={"source": {"sv": "a", "en": "b"}, "until": "snart"}), "bad-date"),
    ],
)
def test_F10_one_fault_is_said_once(
    tmp_path: Path, change: Callable[[Raw], object], code: str
) -> None:
    raw = copy.deepcopy(RAW)
    change(raw["actors"][0])
    assert [fault.code for fault in errors(check_raw(tmp_path, raw))] == [code]


def test_F16_a_record_that_cannot_be_read_hides_no_fault_and_causes_none(tmp_path: Path) -> None:
    raw = copy.deepcopy(RAW)
    raw["actors"][0].update(same_as="andra", kind="firma")
    content = dump_yaml(raw).replace("name: Andra", "name: 'Andra")
    path = tmp_path / "actors.yaml"
    path.write_text(content, encoding="utf-8")
    assert [fault.code for fault in errors(check(path))] == ["not-in-vocabulary", "syntax"]
