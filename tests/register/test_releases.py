"""Releases are frozen, differences are told field by field, and confirming changes one line."""

from __future__ import annotations

import json
import shutil
from datetime import date
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ris_map.__main__ import main
from ris_map.common.faults import RegisterFaults
from ris_map.register.asking import (
    OPEN_FIELDS,
    call_list,
    is_to_be_asked,
    letter,
    questions,
    unknown_cells,
)
from ris_map.register.checks import EVIDENCE_FROM, OFFICE_FROM, scope_by_rule
from ris_map.register.model import Register
from ris_map.register.reading import canonical, check_register, load_register
from ris_map.register.releases import (
    ChangeKind,
    changes,
    check_releases,
    confirm,
    load_releases,
    make_release,
    register_on,
)
from ris_map.register.strategy import load_strategy
from ris_map.register.vocabulary import Availability, Basis, Delivery, Phase, ServiceType, Status
from ris_map.words import translator
from ris_map.words.language import Language
from tests.factories import (
    make_actor,
    make_modes,
    make_offer,
    make_register,
    make_source,
    real_register,
    text,
)

DATA = Path(__file__).parents[2] / "data"
STRATEGY, SWEDISH = load_strategy(DATA / "strategy.yaml"), translator(Language.SV)
TODAY = date(2026, 11, 26)


@pytest.fixture(scope="module")
def register() -> Register:
    return real_register()


@pytest.fixture(scope="module")
def releases() -> tuple[Register, ...]:
    return load_releases(DATA)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    content = "# Överst.\n" + canonical(
        make_register(make_actor(id="a"), make_actor(id="b", homepage="https://b.example"))
    )
    (folder / "actors.yaml").write_text(content, encoding="utf-8")
    return folder


def test_R8_no_release_has_been_changed(releases: tuple[Register, ...]) -> None:
    numbers = [r.meta.release.number for r in releases if r.meta.release]
    assert numbers[0] == "2022"
    assert len(numbers) >= 2


def test_R8_a_changed_release_is_named(data: Path) -> None:
    path = make_release(data, load_register(data / "actors.yaml"), number="2025.1", on="2025-09")
    assert check_releases(data) == []
    path.write_text(path.read_text() + "\n")
    assert [fault.code for fault in check_releases(data)] == ["changed-release"]
    path.unlink()
    assert [fault.code for fault in check_releases(data)] == ["changed-release"]
    with pytest.raises(RegisterFaults):
        load_releases(data)


def test_R8_a_release_is_never_written_over(data: Path) -> None:
    register = load_register(data / "actors.yaml")
    make_release(data, register, number="2025.1", on="2025-09")
    with pytest.raises(RegisterFaults, match="already"):
        make_release(data, register, number="2025.1", on="2025-09")


def test_R8_what_was_added_ended_and_changed_is_told_with_sources() -> None:
    before = make_register(
        make_actor(id="kvar"), make_actor(id="slut"), make_actor(id="borta", name="Borta")
    )
    ended = make_actor(id="slut", status=Status.ENDED, valid_to="2025")
    kept = make_actor(
        id="kvar",
        summary=text("Ny text"),
        sources=(make_source(), make_source(url="https://example.org/ny")),
    )
    found = changes(before, make_register(make_actor(id="ny"), kept, ended))
    assert [(c.id, c.kind) for c in found if not c.field] == [
        ("ny", ChangeKind.ADDED),
        ("slut", ChangeKind.ENDED),
        ("borta", ChangeKind.GONE),
    ]
    (summary,) = [c for c in found if c.field == "summary.sv"]
    assert (summary.id, summary.after) == ("kvar", "Ny text")
    assert summary.sources == ("https://example.org/ny",)
    assert changes(before, before) == ()


def test_R8_a_day_is_shown_by_the_newest_release_up_to_it(data: Path) -> None:
    current = load_register(data / "actors.yaml")
    for number, on in (("2022", "2022"), ("2024.1", "2024-06")):
        make_release(data, current, number=number, on=on)
    frozen = load_releases(data)
    assert register_on(current, frozen, on=date(2022, 12, 31)) is frozen[0]
    assert register_on(current, frozen, on=date(2020, 1, 1)) is frozen[0]
    assert register_on(current, frozen, on=date(2024, 6, 29)) is frozen[0]
    assert register_on(current, frozen, on=date(2024, 6, 30)) is frozen[1]
    assert register_on(current, frozen, on=date(2024, 7, 1)) is current
    assert register_on(current, (), on=date(2020, 1, 1)) is current


def test_A4_confirming_changes_the_one_line_and_keeps_comments_and_order(data: Path) -> None:
    path = data / "actors.yaml"
    before = path.read_text().replace("    kind: company", "    # handskriven\n    kind: company")
    path.write_text(before)
    after = confirm(path, "b", on="2026-11-26", url=None, today=TODAY).decode()
    changed = [
        (one, other)
        for one, other in zip(before.splitlines(), after.splitlines(), strict=True)
        if one != other
    ]
    assert changed == [("    last_confirmed: '2025-06-01'", "    last_confirmed: '2026-11-26'")]
    assert after.index("last_confirmed: '2026-11-26'") > after.index("- id: b")


def test_A4_the_address_becomes_a_source_in_canonical_form(data: Path) -> None:
    path = data / "actors.yaml"
    url = "https://example.org/vi-stammer"
    path.write_bytes(confirm(path, "a", on="2026-11", url=url, today=TODAY))
    register = load_register(path, today=TODAY)
    assert register.by_id["a"].sources[-1].url == url
    assert path.read_text() == "# Överst.\n" + canonical(register)
    # three dates, none derived from another
    assert register.by_id["a"].last_evidence == "2025-05"
    assert register.by_id["a"].last_checked is None


@pytest.mark.parametrize(
    ("actor_id", "on", "url"),
    [
        ("c", "2026-11-26", None),
        ("a", "2026-11-27", None),
        ("a", "2026-02-30", None),
        ("a", "2026-11-26", "https:///x"),
        ("a", "2026-11-26", "javascript:alert(1)"),
    ],
)
def test_A4_what_is_not_understood_is_refused_and_nothing_is_written(
    data: Path, actor_id: str, on: str, url: str | None
) -> None:
    path = data / "actors.yaml"
    before = path.read_bytes()
    with pytest.raises(RegisterFaults):
        confirm(path, actor_id, on=on, url=url, today=TODAY)
    assert path.read_bytes() == before
    assert [p.name for p in data.iterdir()] == ["actors.yaml"]


def test_A4_the_commands_work_together(
    data: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RIS_MAP_TODAY", "2026-11-26")
    folder = ["--data", str(data)]
    assert main(["release", "2026.1", *folder]) == 0
    assert main(["confirm", "a", *folder]) == 0
    assert main(["diff", "2026.1", "--json", *folder]) == 0
    out = capsys.readouterr().out
    found = json.loads(out[out.index("[\n") :])
    assert [(one["id"], one["field"]) for one in found] == [("a", "last_confirmed")]
    assert main(["confirm", "x", *folder]) == 1
    assert main(["release", "sommaren", *folder]) == 2
    assert main(["confirm", "a", "--on", "i går", *folder]) == 2
    assert main(["links", *folder, "--seconds", "0.01"]) == 2


def test_A3_the_rules_hold_on_the_real_register(register: Register) -> None:
    for actor in register.actors:
        assert actor.scope is scope_by_rule(actor), actor.id
        if actor.status is Status.ACTIVE:
            assert (actor.last_evidence or "") >= str(EVIDENCE_FROM), actor.id
        claims = {(claim.mode, claim.availability) for claim in actor.delivery_claims}
        for offer in actor.offers:
            for mode in Delivery:
                level, basis = offer.delivery.of(mode), offer.basis_of(mode)
                assert (basis is None) is (level is Availability.UNKNOWN), actor.id
                assert basis is not Basis.SOURCE or (mode, level) in claims, actor.id
        for office in actor.offices:
            is_seen = (office.last_evidence or "") >= str(OFFICE_FROM)
            assert not office.is_sourced or is_seen, actor.id


def test_the_note_tells_what_the_register_consists_of(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["figures", "--data", str(DATA)]) == 0
    note = (DATA.parent / "docs" / "method" / "2026-11-26-register.md").read_text("utf-8")
    told = note.partition("<!-- figures -->\n")[2].partition("<!-- /figures -->")[0]
    assert told == capsys.readouterr().out, "write the part anew: python -m ris_map figures"


def test_R8_the_newest_release_is_the_register_and_has_its_notes(
    register: Register, releases: tuple[Register, ...]
) -> None:
    assert changes(releases[-1], register) == (), "make a release of what has changed"
    for frozen in releases[1:]:
        assert frozen.meta.release
        assert (DATA / "releases" / f"{frozen.meta.release.number}.md").read_text("utf-8")


def test_a_letter_asks_for_exactly_what_is_unknown(register: Register) -> None:
    asked = [a for a in register.actors if is_to_be_asked(a, today=TODAY)]
    fields = [question.field for actor in asked for question in questions(actor)]
    ways = sum(
        offer.delivery.of(mode) is Availability.UNKNOWN
        for actor in asked
        for offer in actor.offers
        for mode in Delivery
    )
    assert sum(".delivery." in field for field in fields) == ways
    for name in OPEN_FIELDS:
        assert fields.count(name) == sum(not getattr(actor, name) for actor in asked), name
    phases = sum(not offer.phases for actor in asked for offer in actor.offers)
    assert sum(field.endswith(".phases") for field in fields) == phases
    doubtful = [o for a in asked for o in a.offices if not o.is_sourced and o.valid_to is None]
    assert sum(field.startswith("offices.") for field in fields) == len(doubtful)
    for actor in asked:
        written = letter(actor, strategy=STRATEGY, names={}, address="karta@example.org")
        different = {question.text(SWEDISH) for question in questions(actor)}
        numbered = [line for line in written.splitlines() if line[:1].isdigit()]
        assert {line.partition(". ")[2] for line in numbered} == different, actor.id


def test_letters_name_no_person_and_are_one_for_each(tmp_path: Path, register: Register) -> None:
    assert main(["letters", "-o", str(tmp_path), "--data", str(DATA)]) == 0
    names = {path.stem for path in tmp_path.iterdir()}
    assert names == {a.id for a in register.actors if is_to_be_asked(a, today=date.max)}
    assert "Garantia" in (tmp_path / "garantia-lycksele.txt").read_text("utf-8")


cells = st.dictionaries(
    st.tuples(
        st.sampled_from(["2401", "2403", "2404"]),
        st.sampled_from(Phase),
        st.sampled_from(ServiceType),
    ),
    st.frozensets(st.sampled_from("abcdef"), min_size=1, max_size=4),
    max_size=12,
)


@given(unknown=cells)
def test_R14_the_call_list_is_the_smallest_that_can_settle_every_cell(
    unknown: dict[tuple[str, Phase, ServiceType], frozenset[str]],
) -> None:
    chosen = {call.id for call in call_list(unknown)}
    assert all(able & chosen for able in unknown.values())
    assert sum(call.cells for call in call_list(unknown)) == len(unknown)
    for fewer in combinations("abcdef", max(len(chosen) - 1, 0)):
        assert not unknown or not all(able & set(fewer) for able in unknown.values())


def test_R14_a_cell_that_somebody_is_known_to_serve_is_not_asked_about() -> None:
    silent = make_actor(id="tyst")
    cells = unknown_cells(make_register(silent), on=TODAY)
    assert len(cells) == 15
    sure = make_offer(delivery=make_modes(digital=Availability.OFFERED))
    helped = make_register(silent, make_actor(id="hjalper", offers=(sure,)))
    assert unknown_cells(helped, on=TODAY) == {}


def test_A2_an_identifier_that_vanishes_or_a_file_cut_off_is_named_and_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = Path(shutil.copytree(DATA, tmp_path / "data"))
    text = (folder / "actors.yaml").read_text("utf-8")
    (folder / "actors.yaml").write_text(text[: text.rindex("\n  - id: ") + 1], encoding="utf-8")
    assert main(["check", "--quiet-warnings", "--data", str(folder)]) == 1
    said = capsys.readouterr().out
    assert "vanished-id" in said
    assert text[text.rindex("\n  - id: ") + 9 :].partition("\n")[0] in said
    assert check_register(folder / "actors.yaml", today=TODAY).register is not None
