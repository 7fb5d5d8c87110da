"""The register is read whole or refused, written canonically, and served while it changes."""

import json
import os
import re
import shutil
import subprocess
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given

from ris_map.common import files
from ris_map.common.dates import today
from ris_map.common.faults import PERSONAL_DATA, DataFaults, refusal
from ris_map.common.files import stamp
from ris_map.common.records import nearest
from ris_map.common.yaml_file import load_yaml, split_comments
from ris_map.geography.county import load_geography
from ris_map.register.checks import plain_name
from ris_map.register.model import Register
from ris_map.register.reading import (
    LiveRegister,
    canonical,
    check_register,
    committed_ids,
    format_register,
    load_register,
    register_schema,
    schema_text,
)
from tests.factories import DATA, make_actor, make_register, registers

TODAY = date(2025, 9, 1)
REAL = DATA / "actors.yaml"


def write(path: Path, register: Register, *, header: str = "") -> Path:
    path.write_text(header + canonical(register), encoding="utf-8")
    return path


def test_the_real_register_is_sound_sourced_and_canonical_and_its_schema_is_fresh() -> None:
    place = load_geography(DATA).municipality_at
    result = check_register(REAL, municipality_at=place, today=today())
    assert [str(fault) for fault in result.faults if fault.is_error] == []
    assert "alike-names" not in {fault.code for fault in result.faults}
    assert len(result.register.actors) > 100
    text = REAL.read_text(encoding="utf-8")
    assert text.startswith("# "), "the file explains itself at its top"
    assert text == format_register(REAL)
    assert (DATA / "actors.schema.json").read_text(encoding="utf-8") == schema_text()
    lines = enumerate(text.splitlines(), 1)
    assert [number for number, line in lines if PERSONAL_DATA.search(line)] == []


def test_the_blank_record_of_the_guide_passes_the_check(tmp_path: Path) -> None:
    guide = (DATA.parent / "CONTRIBUTING.md").read_text(encoding="utf-8")
    start = guide.index("  - id: exempelaktoren")
    blank = re.sub(r" +#.*", "", guide[start : guide.index("```", start)])
    path = tmp_path / "actors.yaml"
    head = REAL.read_text(encoding="utf-8").partition("actors:\n")[0]
    path.write_text(f"{head}actors:\n{blank}", encoding="utf-8")
    result = check_register(path, today=date(2026, 11, 26))
    assert [str(fault) for fault in result.faults if fault.is_error] == []
    assert format_register(path).endswith(blank)


PUBLISHED = jsonschema.Draft202012Validator(register_schema())


@given(register=registers())
def test_every_register_fits_the_schema_and_reads_back_equal_from_its_canonical_form(
    tmp_path_factory: pytest.TempPathFactory, register: Register
) -> None:
    PUBLISHED.validate(register.model_dump(mode="json"))
    path = write(tmp_path_factory.mktemp("register") / "actors.yaml", register)
    assert load_register(path, today=TODAY) == register
    assert format_register(path) == path.read_text(encoding="utf-8")


def test_F3_a_foreign_validator_takes_the_register_and_the_schema_explains_its_fields() -> None:
    """That another one compiles it is tested with the API."""
    PUBLISHED.validate(load_yaml(REAL).value)
    schema = register_schema()
    assert schema["$id"].startswith("urn:"), "it names no host"
    actor = schema["$defs"]["Actor"]
    assert actor["description"].startswith("One organisation")
    assert actor["properties"]["last_confirmed"]["description"].startswith("When the actor")


def test_the_canonical_form_keeps_the_header_and_orders_keys_as_the_model_does(
    tmp_path: Path,
) -> None:
    header = "# What this file is.\n#\n# Second paragraph: åäö.\n"
    path = write(tmp_path / "a.yaml", make_register(), header=header)
    wanted = path.read_text(encoding="utf-8").replace("lat: 63.83067", "lat: 64.0")
    raw = load_yaml(path).value
    raw["actors"][0] = dict(reversed(raw["actors"][0].items()))
    raw["actors"][0]["offices"][0]["lat"] = 64
    path.write_text(f"{header}{json.dumps(raw, ensure_ascii=False)}\n", encoding="utf-8")
    assert format_register(path) == wanted


@pytest.mark.parametrize("old", ["actors:\n", "    summary:\n", "    aliases: []\n"])
def test_formatting_refuses_to_lose_comments_below_the_header_and_a_list(
    tmp_path: Path, old: str
) -> None:
    path = write(tmp_path / "a.yaml", make_register(), header="# header\n")
    content = path.read_text().replace(old, f"{old[:-1]} # a comment\n\n# another\n")
    path.write_text(content)
    line = content[: content.index("# a comment")].count("\n") + 1
    found = [(fault.code, fault.line) for fault in refusal(format_register, path)]
    assert found == [("comment", line), ("comment", line + 2)]
    path.write_text("- a\n")
    assert [fault.code for fault in refusal(format_register, path)] == ["wrong-type"]


COMMENTED = {
    "a: | # 1\n  x # text\nb: > # 2\n  y\n# 3\nc: |\n  z\n\n# 4\n": ("", [1, 3, 5, 9]),
    "# top\n\na: x#y\nb: '# text\n  # too'\nc: |\n  # text\nd: 1\n": ("# top\n", []),
}


def test_F5_a_comment_behind_a_block_mark_is_seen_and_a_number_sign_in_a_text_is_none() -> None:
    for text, found in COMMENTED.items():
        assert split_comments(text) == found


ALIKE = [
    {"Ålmi Nord AB", "almi-nord"},
    {"Region Västerbotten", "västerbotten"},
    {"Coompanion Ek. för.", "COOMPANION"},
    {"BIC Factory", "Bic  factory."},
]


def test_names_that_differ_in_form_only_are_alike_and_accepted_between_linked_records(
    tmp_path: Path,
) -> None:
    assert all(len(set(map(plain_name, names))) == 1 for names in ALIKE)
    apart = {"Almi Nord", "Almi Invest", "Region AB", "Region", "Älg", "Elg"}
    assert len(set(map(plain_name, apart))) == len(apart)
    register = make_register(
        make_actor(id="almi-nord", name="Almi Nord", same_as="almi"),
        make_actor(id="almi", name="ALMI Nord AB"),
    )
    found = check_register(write(tmp_path / "a.yaml", register), today=TODAY).faults
    assert "alike-names" not in {fault.code for fault in found}


def test_misspelt_words_get_the_nearest_known_word_suggested(tmp_path: Path) -> None:
    content = canonical(make_register())
    for old, new in (("homepage:", "homepaje:"), (" lat:", " latt:"), (" phone:", " fone:")):
        content = content.replace(old, new, 1)
    path = tmp_path / "a.yaml"
    path.write_text(content.replace("service_type: rad", "service_type: råd"), encoding="utf-8")
    actions = {f.field: f.action for f in check_register(path, today=TODAY).faults}
    assert actions["homepaje"] == "Did you mean homepage?"
    assert actions["offices.0.latt"] == "Did you mean lat?"
    assert actions["offers.0.delivery.fone"] == "Did you mean phone?"
    assert actions["offers.0.service_type"].startswith("Did you mean radgivning? Allowed: finans")
    assert nearest("x" * 10_000, ["homepage"]) is None


@pytest.mark.parametrize(
    "text",
    ["2022–2030", "2022-2030", "903 30 Umeå", "kl. 08-12", "10 000 000 kr", "E4 och E12", "0-30"],
)
def test_years_postcodes_and_sums_are_not_taken_for_personal_data(text: str) -> None:
    assert PERSONAL_DATA.search(text) is None


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return write(tmp_path / "actors.yaml", make_register(make_actor(id="aa"), make_actor(id="bb")))


def served(path: Path, *, day: Callable[[], date] = lambda: TODAY) -> LiveRegister:
    return LiveRegister(path, today=day)


def test_x10_the_last_good_register_is_served_while_a_bad_file_stands_there(path: Path) -> None:
    live, text = served(path), path.read_text()
    good = live.current()
    assert not good.is_outdated
    assert live.current() is good
    # broken; cut off between two records, which is sound in itself; one of two records faulty
    spoilt = {
        "actors: [": ("syntax", None),
        text[: text.index("  - id: bb")]: ("vanished-id", "bb"),
        text.replace("id: bb\n    name: ", "id: bb\n    nam: "): ("missing-field", "bb"),
    }
    for content, found in spoilt.items():
        path.write_text(content, encoding="utf-8")
        bad = live.current()
        assert bad.register is good.register
        assert bad.is_outdated
        assert bad.loaded_at == good.loaded_at
        assert found in {(fault.code, fault.record) for fault in bad.faults}
    path.unlink()
    assert live.current().register is good.register
    assert [fault.code for fault in live.current().faults] == ["missing-file"]

    write(path, make_register(*good.register.actors, make_actor(id="ny")))
    newer = live.current()
    assert [actor.id for actor in newer.register.actors] == ["aa", "bb", "ny"]
    assert not newer.is_outdated
    assert newer.loaded_at >= good.loaded_at


def test_x10_a_register_that_never_was_good_raises_all_its_faults_until_it_is(
    tmp_path: Path,
) -> None:
    path = tmp_path / "a.yaml"
    live = served(path)
    for _ in range(2):
        with pytest.raises(DataFaults) as caught:
            live.current()
        assert [fault.code for fault in caught.value.faults] == ["missing-file"]
    write(path, make_register())
    assert len(live.current().register.actors) == 1


def test_F1_at_start_the_register_is_compared_with_the_newest_release(path: Path) -> None:
    releases = path.with_name("releases")
    releases.mkdir()
    write(releases / "2025-01.yaml", make_register(make_actor(id="gone")))
    with pytest.raises(DataFaults, match="gone"):
        served(path).current()


@pytest.mark.skipif(not shutil.which("git"), reason="Git is not on this machine")
def test_F1_what_is_committed_is_compared_with(path: Path) -> None:
    assert committed_ids(path) == frozenset()
    for arguments in (["init", "-q"], ["add", "."], ["commit", "-qm", "x"]):
        identity = ["-c", "user.name=x", "-c", "user.email=x@example.org"]
        subprocess.run(["git", *identity, *arguments], cwd=path.parent, check=True)
    write(path, make_register(make_actor(id="aa")))
    ids = committed_ids(path)
    assert ids == {"aa", "bb"}
    result = check_register(path, today=TODAY, known_ids=ids)
    assert [f.record for f in result.faults if f.code == "vanished-id"] == ["bb"]


def test_F1_a_file_is_read_again_only_when_it_has_rested(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "REST_SECONDS", 3600)
    live = served(path)
    before = live.current()
    write(path, make_register(make_actor(id="aa", name="Ny"), make_actor(id="bb")))
    assert live.current() is before
    os.utime(path, (1, 1))
    assert live.current().register.actors[0].name == "Ny"


def test_F9_a_file_of_the_same_size_and_time_or_mended_by_its_permissions_is_noticed(
    path: Path,
) -> None:
    os.utime(path, ns=(1, 1))
    live = served(path)
    live.current()
    other = path.with_name("b.yaml")
    other.write_text(path.read_text().replace("Exempelaktören", "Exempelaktörer"))
    assert other.stat().st_size == path.stat().st_size
    os.utime(other, ns=(1, 1))
    other.replace(path)
    assert {actor.name for actor in live.current().register.actors} == {"Exempelaktörer"}
    before = stamp(path)
    path.chmod(0o600)
    assert before != stamp(path)


def test_a_new_day_judges_the_same_file_anew(path: Path) -> None:
    days = [date(2026, 5, 31)]
    live = served(path, day=lambda: days[-1])
    assert "not-confirmed" not in {fault.code for fault in live.current().faults}
    days.append(date(2026, 6, 2))
    assert "not-confirmed" in {fault.code for fault in live.current().faults}


def test_X10_while_one_reads_the_file_the_others_have_the_last_good_one(path: Path) -> None:
    live = served(path)
    good = live.current()
    with ThreadPoolExecutor(1) as pool:
        live.today = lambda: pool.submit(live.current).result(20) and TODAY
        assert live.current() is good


def test_many_readers_see_whole_registers_while_the_file_is_rewritten(path: Path) -> None:
    live = served(path)
    actors = [*live.current().register.actors]
    texts = []
    for number in range(8):
        actors.append(make_actor(id=f"a{number}"))
        texts.append(canonical(make_register(*actors)))
    done = threading.Event()

    def read() -> set[int]:
        offices: set[int] = set()
        while True:
            offices.update(len(actor.offices) for actor in live.current().register.actors)
            if done.is_set():
                return offices

    with ThreadPoolExecutor(4) as pool:
        readers = [pool.submit(read) for _ in range(4)]
        for text in texts:
            # written in place, not replaced: a reader may meet half a file and must not serve it
            path.write_text(text, encoding="utf-8")
            time.sleep(0.01)
        done.set()
    assert [reader.result() for reader in readers] == [{1}] * 4
    assert live.current().register.actors == tuple(actors)
