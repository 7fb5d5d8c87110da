"""The register is read whole or refused, written canonically, and served while it changes."""

from __future__ import annotations

import json
import os
import subprocess
import threading
import time
from datetime import date
from pathlib import Path

import jsonschema
import pytest
import yaml
from check_jsonschema import main as check_jsonschema
from click.testing import CliRunner
from hypothesis import given

from ris_map.common.dates import period_end, period_start
from ris_map.common.faults import DataFaults, RegisterFaults
from ris_map.common.files import stamp
from ris_map.common.records import PERSONAL_DATA, fields_at, nearest
from ris_map.common.yaml_file import load_yaml, split_comments
from ris_map.register.checks import plain_name
from ris_map.register.model import Actor, Office, Register
from ris_map.register.reading import (
    LiveRegister,
    canonical,
    check_register,
    committed_ids,
    format_register,
    load_register,
    register_schema,
)
from ris_map.register.vocabulary import Delivery, Precision, Scope, Status
from tests.factories import (
    TOWNS,
    make_actor,
    make_office,
    make_outside_office,
    make_register,
    partial_dates,
    registers,
)

TODAY = date(2025, 9, 1)


def write(path: Path, register: Register, *, header: str = "") -> Path:
    path.write_text(header + canonical(register), encoding="utf-8")
    return path


PUBLISHED = jsonschema.Draft202012Validator(register_schema())


@given(register=registers(max_actors=3))
def test_every_register_fits_the_schema_and_reads_back_equal_from_its_canonical_form(
    tmp_path_factory: pytest.TempPathFactory, register: Register
) -> None:
    PUBLISHED.validate(register.model_dump(mode="json"))
    path = write(tmp_path_factory.mktemp("register") / "actors.yaml", register)
    assert load_register(path, today=TODAY) == register
    assert format_register(path) == path.read_text(encoding="utf-8")


@given(value=partial_dates(first=1000, last=2999))
def test_every_date_of_the_model_has_a_first_and_a_last_day(value: str) -> None:
    make_actor(valid_from=value)
    assert period_start(value) <= period_end(value)


def test_F3_a_foreign_validator_compiles_the_schema_and_accepts_the_register(
    tmp_path: Path,
) -> None:
    data, register = Path(__file__).parents[2] / "data", tmp_path / "actors.json"
    # as any reader of YAML reads it; the validator's own takes four seconds
    raw = yaml.load((data / "actors.yaml").read_bytes(), Loader=yaml.CSafeLoader)
    register.write_text(json.dumps(raw), encoding="utf-8")
    schema = str(data / "actors.schema.json")
    for arguments in (["--check-metaschema", schema], ["--schemafile", schema, str(register)]):
        done = CliRunner().invoke(check_jsonschema, ["--no-cache", *arguments])
        assert done.exit_code == 0, done.output


def test_the_schema_keeps_descriptions_and_names_no_host() -> None:
    schema = register_schema()
    assert schema["$id"].startswith("urn:")
    actor = schema["$defs"]["Actor"]
    assert actor["description"].startswith("One organisation")
    assert actor["properties"]["last_confirmed"]["description"].startswith("When the actor")
    assert actor["additionalProperties"] is False
    jsonschema.Draft202012Validator.check_schema(schema)


def test_offices_outside_the_county_are_accepted_for_actors_outside_it(tmp_path: Path) -> None:
    actor = make_actor(outside_county=True, scope=Scope.ADJACENT, offices=(make_outside_office(),))
    path = write(tmp_path / "actors.yaml", make_register(actor))
    assert load_register(path, municipality_at=lambda *_: None, today=TODAY).actors == (actor,)


def test_an_ended_actor_keeps_its_record_and_names_its_successor(tmp_path: Path) -> None:
    ended = make_actor(
        id="gammal", name="Gammal", status=Status.ENDED, valid_to="2024-05", successor="ny"
    )
    register = make_register(ended, make_actor(id="ny", name="Ny"))
    assert load_register(write(tmp_path / "a.yaml", register), today=TODAY) == register


def test_the_present_day_is_used_when_no_day_is_given(tmp_path: Path) -> None:
    path = write(tmp_path / "a.yaml", make_register(make_actor(last_confirmed="2024-01")))
    assert len(load_register(path).actors) == 1


def test_the_canonical_form_keeps_the_header_and_orders_keys_as_the_model_does(
    tmp_path: Path,
) -> None:
    header = "# What this file is.\n#\n# Second paragraph: åäö.\n"
    path = write(tmp_path / "a.yaml", make_register(), header=header)
    wanted = path.read_text(encoding="utf-8")
    raw = load_yaml(path).value
    raw["actors"][0] = dict(reversed(raw["actors"][0].items()))
    raw["actors"][0]["offices"][0]["lat"] = 64
    path.write_text(header + json.dumps(raw, ensure_ascii=False) + "\n", encoding="utf-8")
    assert format_register(path) == wanted.replace("lat: 63.826", "lat: 64.0")


def test_unknown_keys_survive_formatting_so_that_nothing_is_lost(tmp_path: Path) -> None:
    path = write(tmp_path / "a.yaml", make_register())
    path.write_text(path.read_text().replace("actors:\n", "extra: 1\nactors:\n"))
    assert format_register(path).endswith("extra: 1\n")


@pytest.mark.parametrize(
    "old",
    ["actors:\n", "    kind: company\n", "    summary:\n", "    aliases: []\n"],
)
@pytest.mark.parametrize("comment", [" # a comment\n", "\n# a comment\n"])
def test_formatting_refuses_to_lose_comments_below_the_header(
    tmp_path: Path, old: str, comment: str
) -> None:
    path = write(tmp_path / "a.yaml", make_register(), header="# header\n")
    content = path.read_text().replace(old, old.rstrip("\n") + comment)
    path.write_text(content)
    with pytest.raises(RegisterFaults) as caught:
        format_register(path)
    line = content[: content.index("# a comment")].count("\n") + 1
    code = "cut-text" if comment.startswith(" ") and "company" in old else "comment"
    assert [(f.code, f.line) for f in caught.value.faults] == [(code, line)]


def test_F5_a_comment_behind_a_block_mark_is_seen() -> None:
    text = "a: | # one\n  x # text\nb: > # two\n  y\n# three\nc: |\n  z\n\n# four\nd: 1\n"
    assert split_comments(text) == ("", [1, 3, 5, 9])


def test_a_number_sign_inside_a_text_is_no_comment() -> None:
    text = "# header\n\na: x#y\nb: '# not a comment\n  # neither'\nc: |\n  # nor this\nd: 1\n"
    assert split_comments(text) == ("# header\n", [])


def test_a_file_that_is_no_register_is_not_formatted(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    for content in ("- a\n", "a: [\n"):
        path.write_text(content)
        with pytest.raises(RegisterFaults):
            format_register(path)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ålmi Nord AB", "almi-nord"),
        ("Region Västerbotten", "västerbotten"),
        ("Coompanion Ek. för.", "COOMPANION"),
        ("BIC Factory", "Bic  factory."),
    ],
)
def test_names_that_differ_in_form_only_are_alike(one: str, other: str) -> None:
    assert plain_name(one) == plain_name(other)


@pytest.mark.parametrize(
    ("one", "other"), [("Almi Nord", "Almi Invest"), ("Region AB", "Region"), ("Älg", "Elg")]
)
def test_names_that_differ_in_substance_are_not_alike(one: str, other: str) -> None:
    assert plain_name(one) != plain_name(other)


def test_alike_names_are_accepted_between_linked_records(tmp_path: Path) -> None:
    register = make_register(
        make_actor(id="almi-nord", name="Almi Nord", same_as="almi"),
        make_actor(id="almi", name="ALMI Nord AB"),
    )
    result = check_register(write(tmp_path / "a.yaml", register), today=TODAY)
    assert "alike-names" not in {fault.code for fault in result.faults}


def test_misspelt_words_get_the_nearest_known_word_suggested(tmp_path: Path) -> None:
    content = canonical(make_register()).replace("homepage:", "homepaje:", 1)
    content = content.replace("service_type: radgivning", "service_type: rådgivning")
    path = tmp_path / "a.yaml"
    path.write_text(content, encoding="utf-8")
    actions = {f.field: f.action for f in check_register(path, today=TODAY).faults}
    assert actions["homepaje"] == "Did you mean homepage?"
    assert actions["offers.0.service_type"].startswith("Did you mean radgivning? Allowed: finans")
    assert nearest("x" * 10_000, ["homepage"]) is None


def test_the_model_can_be_walked_by_the_path_of_a_fault() -> None:
    assert [*fields_at(Actor, ("offices", 0))] == [*Office.model_fields]
    assert [*fields_at(Register, ("actors", 3, "offers", 1, "delivery"))] == list(Delivery)
    assert fields_at(Actor, ("name",)) == fields_at(Actor, ("nothing", 0, "at", "all")) == {}


@pytest.mark.parametrize(
    "text",
    ["2022–2030", "2022-2030", "903 30 Umeå", "kl. 08-12", "10 000 000 kr", "E4 och E12", "0-30"],
)
def test_years_postcodes_and_sums_are_not_taken_for_personal_data(text: str) -> None:
    assert PERSONAL_DATA.search(text) is None


def test_x10_the_last_good_register_is_served_while_a_bad_file_stands_there(
    tmp_path: Path,
) -> None:
    path = write(tmp_path / "a.yaml", make_register())
    live = LiveRegister(path, today=lambda: TODAY, rest=0)
    good = live.current()
    assert not good.is_outdated
    assert live.current() is good

    path.write_text("actors: [", encoding="utf-8")
    bad = live.current()
    assert bad.register is good.register
    assert bad.is_outdated
    assert bad.loaded_at == good.loaded_at
    assert {fault.code for fault in bad.faults} == {"syntax"}

    path.unlink()
    assert live.current().register is good.register
    assert [fault.code for fault in live.current().faults] == ["missing-file"]

    write(path, make_register(make_actor(), make_actor(id="ny")))
    newer = live.current()
    assert [actor.id for actor in newer.register.actors] == ["exempel-aktor", "ny"]
    assert not newer.is_outdated
    assert newer.loaded_at >= good.loaded_at


def test_x10_a_half_good_file_does_not_half_replace_the_register(tmp_path: Path) -> None:
    path = write(tmp_path / "a.yaml", make_register())
    live = LiveRegister(path, today=lambda: TODAY, rest=0)
    before = live.current().register
    both = make_register(make_actor(id="ny"), make_actor(id="trasig"))
    path.write_text(canonical(both).replace("id: trasig\n    name: ", "id: trasig\n    nam: "))
    assert live.current().register is before


def test_x10_a_register_that_never_was_good_raises_all_its_faults_until_it_is(
    tmp_path: Path,
) -> None:
    path = tmp_path / "a.yaml"
    live = LiveRegister(path, today=lambda: TODAY, rest=0)
    for _ in range(2):
        with pytest.raises(RegisterFaults) as caught:
            live.current()
        assert [fault.code for fault in caught.value.faults] == ["missing-file"]
    write(path, make_register())
    assert len(live.current().register.actors) == 1


def test_a_file_replaced_by_one_of_the_same_size_and_time_is_noticed(tmp_path: Path) -> None:
    path = write(tmp_path / "a.yaml", make_register(make_actor(name="aaa")))
    os.utime(path, ns=(1, 1))
    live = LiveRegister(path, today=lambda: TODAY, rest=0)
    live.current()
    other = write(tmp_path / "b.yaml", make_register(make_actor(name="bbb")))
    os.utime(other, ns=(1, 1))
    other.replace(path)
    assert [actor.name for actor in live.current().register.actors] == ["bbb"]


def test_F1_an_id_that_vanishes_from_the_file_is_an_error_that_names_it(tmp_path: Path) -> None:
    actors = [make_actor(id=f"a{n}", homepage=f"https://a{n}.example") for n in range(5)]
    path = write(tmp_path / "actors.yaml", make_register(*actors))
    live = LiveRegister(path, today=lambda: TODAY, rest=0)
    good = live.current().register
    text = path.read_text()
    # cut off between two records: sound in itself
    path.write_text(text[: text.index("  - id: a3")])
    state = live.current()
    assert state.register is good
    assert [(f.record, f.code) for f in state.faults if f.is_error] == [
        ("a3", "vanished-id"),
        ("a4", "vanished-id"),
    ]
    path.write_text(text)
    assert not live.current().is_outdated


def test_F1_at_start_the_register_is_compared_with_the_newest_release(tmp_path: Path) -> None:
    write(tmp_path / "actors.yaml", make_register(make_actor(id="a")))
    (tmp_path / "releases").mkdir()
    write(tmp_path / "releases" / "2025-01.yaml", make_register(make_actor(id="gone")))
    with pytest.raises(RegisterFaults, match="gone"):
        LiveRegister(tmp_path / "actors.yaml", today=lambda: TODAY).current()


def test_F1_what_is_committed_is_compared_with(tmp_path: Path) -> None:
    path = write(tmp_path / "actors.yaml", make_register(make_actor(id="aa"), make_actor(id="bb")))
    assert committed_ids(path) == frozenset()
    for arguments in (["init", "-q"], ["add", "."], ["commit", "-qm", "x"]):
        identity = ["-c", "user.name=x", "-c", "user.email=x@example.org"]
        subprocess.run(["git", *identity, *arguments], cwd=tmp_path, check=True)
    write(path, make_register(make_actor(id="aa")))
    ids = committed_ids(path)
    assert ids == {"aa", "bb"}
    result = check_register(path, today=TODAY, known_ids=ids)
    assert [f.record for f in result.faults if f.code == "vanished-id"] == ["bb"]


def test_F1_a_file_is_read_again_only_when_it_has_rested(tmp_path: Path) -> None:
    path = write(tmp_path / "a.yaml", make_register())
    live = LiveRegister(path, today=lambda: TODAY, rest=3600)
    before = live.current()
    write(path, make_register(make_actor(name="Ny")))
    assert live.current() is before
    os.utime(path, (1, 1))
    assert live.current().register.actors[0].name == "Ny"


def test_F9_a_file_mended_by_its_permissions_alone_is_noticed(tmp_path: Path) -> None:
    path = write(tmp_path / "a.yaml", make_register())
    before = stamp([path])
    path.chmod(0o600)
    changed = stamp([path])
    path.chmod(0o644)
    assert before != changed != stamp([path])


def test_a_new_day_judges_the_same_file_anew(tmp_path: Path) -> None:
    days = [date(2026, 5, 31)]
    path = write(tmp_path / "a.yaml", make_register())
    live = LiveRegister(path, today=lambda: days[-1], rest=0)
    assert "not-confirmed" not in {fault.code for fault in live.current().faults}
    days.append(date(2026, 6, 2))
    assert "not-confirmed" in {fault.code for fault in live.current().faults}


def test_many_readers_see_whole_registers_while_the_file_is_rewritten(tmp_path: Path) -> None:
    path = write(tmp_path / "a.yaml", make_register(make_actor(id="a0")))
    live = LiveRegister(path, today=lambda: TODAY, rest=0)
    live.current()
    actors = [make_actor(id=f"a{n}") for n in range(8)]
    sizes = range(1, len(actors) + 1)
    texts = {size: canonical(make_register(*actors[:size])) for size in sizes}
    done = threading.Event()
    wrong: list[object] = []

    def read() -> None:
        while not done.is_set():
            try:
                state = live.current()
                if {len(actor.offices) for actor in state.register.actors} != {1}:
                    wrong.append(state)
            except DataFaults as error:
                wrong.append(error)

    readers = [threading.Thread(target=read) for _ in range(4)]
    for reader in readers:
        reader.start()
    for size in sizes:
        # written in place, not replaced: a reader may meet half a file and must not serve it
        path.write_text(texts[size], encoding="utf-8")
        time.sleep(0.01)
    done.set()
    for reader in readers:
        reader.join()
    assert wrong == []
    assert len(live.current().register.actors) == len(actors)


def test_the_territory_is_asked_with_latitude_first(tmp_path: Path) -> None:
    asked: list[tuple[float, float]] = []

    def municipality_at(lat: float, lon: float) -> str:
        asked.append((lat, lon))
        return "2480"

    path = write(tmp_path / "a.yaml", make_register())
    LiveRegister(path, municipality_at=municipality_at, today=lambda: TODAY, rest=0).current()
    assert asked == [TOWNS["2480"][1:]]


def test_the_example_parts_can_be_changed_by_keyword() -> None:
    assert make_actor(scope=Scope.ADJACENT).scope is Scope.ADJACENT
    assert make_office(code="2463", precision=Precision.TOWN).town == "Åsele"
