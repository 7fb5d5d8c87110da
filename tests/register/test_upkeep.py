"""The register is tended: releases, differences, confirming, asking, and figures of its quality."""

import http.client
import urllib.error
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from functools import partial
from itertools import combinations
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from ris_map.__main__ import main
from ris_map.common.faults import DataFaults, refusal
from ris_map.common.yaml_file import dump_yaml
from ris_map.register import asking, quality, releases
from ris_map.register.model import DeliveryClaim
from ris_map.register.quality import HOMEPAGES, Report, load_homepages
from ris_map.register.reading import canonical, load_register
from ris_map.register.releases import ChangeKind
from ris_map.register.vocabulary import Availability, Delivery, Phase, ServiceType, Status
from ris_map.words import translator
from ris_map.words.language import Language
from tests.factories import (
    DATA,
    DAY,
    make_actor,
    make_modes,
    make_offer,
    make_register,
    make_source,
    raw_actors,
    real_register,
    strategy,
    text,
)

SWEDISH = translator(Language.SV)
TODAY = date(2026, 11, 26)
Capture = pytest.CaptureFixture[str]


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with a register of two actors; it is always the same day."""
    monkeypatch.setenv("RIS_MAP_TODAY", TODAY.isoformat())
    folder = tmp_path / "data"
    folder.mkdir()
    content = "# Överst.\n" + canonical(
        make_register(make_actor(id="a"), make_actor(id="b", homepage="https://b.example"))
    )
    (folder / "actors.yaml").write_text(content, encoding="utf-8")
    return folder


def test_R8_the_newest_release_is_the_register_and_each_has_its_notes() -> None:
    first, *others = releases.load_releases(DATA)
    assert first.meta.release.number == "2022"
    changed = {change.field for change in releases.changes(others[-1], real_register())}
    assert changed <= {"last_confirmed"}, "make a release of what has changed"
    for frozen in others:
        assert (DATA / "releases" / f"{frozen.meta.release.number}.md").read_text("utf-8")


def test_R8_a_release_is_never_written_over_and_a_changed_one_is_named(data: Path) -> None:
    register = load_register(data / "actors.yaml")
    (data / releases.RELEASES).mkdir()
    assert releases.check_releases(data) == [], "an empty folder"
    path = releases.make_release(data, register, number="2025.1", on="2025-09")
    for number, on, said in (
        ("2025.1", "2025-09", "already"),
        ("2025.01", "2025-09", "already"),
        ("2024.12", "2025-09", "release 2025.1 already: give a higher number"),
        ("2025.2", "2025-08", "no day before"),
        ("2026.1", "2026-11", "future"),
    ):
        with pytest.raises(DataFaults, match=said):
            releases.make_release(data, register, number=number, on=on)
    assert releases.check_releases(data) == []
    hashes, known = path.with_name(releases.HASHES), path.with_name(releases.HASHES).read_text()
    hashes.write_text(f"\n{known}x\n")
    assert releases.check_releases(data) == [], "lines that name no release"
    hashes.write_text("x\n")
    assert [fault.code for fault in releases.check_releases(data)] == ["cut-off-release"]
    hashes.write_text(known)
    path.write_text(path.read_text() + "\n")
    assert [fault.code for fault in releases.check_releases(data)] == ["changed-release"]
    path.unlink()
    assert [fault.code for fault in releases.check_releases(data)] == ["changed-release"]
    path.mkdir()
    path.with_name("2024.1.yaml").write_text("x")
    codes = [fault.code for fault in releases.check_releases(data)]
    assert codes == ["directory", "cut-off-release"], "one that cannot be read hides no other"
    with pytest.raises(DataFaults):
        releases.load_releases(data)


def test_R8_what_was_added_ended_and_changed_is_told_with_sources() -> None:
    before = make_register(
        make_actor(id="kvar"), make_actor(id="slut"), make_actor(id="borta", name="Borta")
    )
    ended = make_actor(id="slut", status=Status.ENDED, valid_to="2025")
    sources = (make_source(), make_source(url="https://example.org/ny"))
    kept = make_actor(id="kvar", summary=text("Ny text"), sources=sources)
    found = releases.changes(before, make_register(make_actor(id="ny"), kept, ended))
    assert [(c.id, c.kind) for c in found if not c.field] == [
        ("ny", ChangeKind.ADDED),
        ("slut", ChangeKind.ENDED),
        ("borta", ChangeKind.GONE),
    ]
    (summary,) = [c for c in found if c.field == "summary.sv"]
    assert (summary.id, summary.after) == ("kvar", "Ny text")
    assert summary.sources == ("https://example.org/ny",)
    assert releases.changes(before, before) == ()


def test_R8_each_claim_of_one_page_is_told_and_actors_of_one_name_are_kept_apart() -> None:
    registers = []
    for year in ("2024", "2025"):
        said = {**dict(make_source(year=year)), "availability": Availability.LIMITED}
        claims = [DeliveryClaim(mode=mode, **said) for mode in (Delivery.VISIT, Delivery.DIGITAL)]
        registers.append(make_register(make_actor(id="a", delivery_claims=tuple(claims))))
    page = f"delivery_claims[{make_source().url}"
    fields = [change.field for change in releases.changes(*registers)]
    assert fields == [f"{page}].year", f"{page} 2].year"]
    names = make_register(*(make_actor(id=one, name="*Samma* <b>") for one in "ab"))
    found = releases.changes(make_register(make_actor(id="c")), names)
    notes = releases.notes(found)
    assert notes == f"{notes.strip()}\n"
    assert all(rf"- **\*Samma\* \<b\>** (`{one}`)" in notes for one in "ab")


def test_R8_a_day_is_shown_by_the_newest_release_up_to_it(data: Path) -> None:
    current = load_register(data / "actors.yaml")
    for number, on in (("2022", "2022"), ("2024.1", "2024-06"), ("2024.2", "2024-06")):
        releases.make_release(data, current, number=number, on=on)
    first, _, last = frozen = releases.load_releases(data)
    shown = {
        date(2020, 1, 1): first,
        date(2022, 12, 31): first,
        date(2024, 6, 29): first,
        date(2024, 6, 30): last,
        date(2024, 7, 1): current,
    }
    for day, register in shown.items():
        assert releases.register_on(current, frozen, on=day) is register, day
    assert releases.register_on(current, (), on=date(2020, 1, 1)) is current


def test_A2_an_identifier_that_vanishes_or_a_file_cut_off_is_named_and_refused(
    own_data: Path, capsys: Capture
) -> None:
    path = own_data / "actors.yaml"
    kept, gone, _ = path.read_text("utf-8").partition("\n  - id: vindkraftcentrum-stromsund\n")
    path.write_text(f"{kept}\n", encoding="utf-8")
    assert main(["check", "--quiet-warnings", "--data", str(own_data)]) == 1
    said = capsys.readouterr().out
    assert "vanished-id" in said
    assert gone.split()[-1] in said
    assert load_register(path), "sound in itself"


def test_A4_confirming_changes_the_one_line_and_keeps_comments_and_order(data: Path) -> None:
    path = data / "actors.yaml"
    before = path.read_text().replace("    kind: company", "    # handskriven\n    kind: company")
    path.write_text(before)
    after = releases.confirm(path, "b", on="2026-11-26", url=None, today=TODAY).decode()
    head, _, record = before.rpartition("  - id: b")
    confirmed = record.replace("last_confirmed: '2025-06-01'", "last_confirmed: '2026-11-26'")
    assert after == f"{head}  - id: b{confirmed}" != before


def test_A4_the_address_becomes_a_source_in_canonical_form(data: Path) -> None:
    path = data / "actors.yaml"
    url = "https://example.org/vi-stammer"
    path.write_bytes(releases.confirm(path, "a", on="2026-11", url=url, today=TODAY))
    register = load_register(path, today=TODAY)
    assert register.by_id["a"].sources[-1].url == url
    assert path.read_text() == "# Överst.\n" + canonical(register)
    # three dates, none derived from another
    assert register.by_id["a"].last_evidence == "2025-05"
    assert register.by_id["a"].last_checked is None


NOW = "2026-11-26"
LISTS = ("- a\n", "actors: 1\n", "actors:\n  - a\n", "actors:\n  - id: a\n", "actors: [\n")


@pytest.mark.parametrize(
    ("actor_id", "on", "url", "content"),
    [
        ("c", NOW, None, None),
        ("a", "2026-11-27", None, None),
        ("a", "1999", None, None),
        ("a", "2026-02-30", None, None),
        ("a", NOW, "javascript:alert(1)", None),
        *(("a", NOW, None, content) for content in LISTS),
    ],
)
def test_A4_what_is_not_understood_is_refused_and_nothing_is_written(
    data: Path, actor_id: str, on: str, url: str | None, content: str | None
) -> None:
    path = data / "actors.yaml"
    path.write_text(content or path.read_text())
    before = path.read_bytes()
    with pytest.raises(DataFaults):
        releases.confirm(path, actor_id, on=on, url=url, today=TODAY)
    assert path.read_bytes() == before
    assert [p.name for p in data.iterdir()] == ["actors.yaml"]


def test_A4_the_commands_work_together(data: Path, capsys: Capture) -> None:
    folder = ["--data", str(data)]
    assert main(["release", "2026.1", *folder]) == 0
    assert main(["confirm", "a", *folder]) == 0
    capsys.readouterr()
    assert main(["diff", "2026.1", *folder]) == 0
    assert "last_confirmed" in capsys.readouterr().out
    assert main(["release", "2026.2", *folder]) == 0
    notes = (data / releases.RELEASES / "2026.2.md").read_text()
    assert notes.startswith("# Utgåva 2026.2 (2026-11-26)\n\n## Ändrade")
    assert main(["confirm", "x", *folder]) == 1
    assert main(["release", "sommaren", *folder]) == 2
    assert main(["confirm", "a", "--on", "i går", *folder]) == 2
    assert main(["links", *folder, "--seconds", "0.01"]) == 2


def test_a_letter_asks_for_exactly_what_is_unknown() -> None:
    asked = [a for a in real_register().actors if asking.is_to_be_asked(a, today=TODAY)]
    offers = [offer for actor in asked for offer in actor.offers]
    offices = [office for actor in asked for office in actor.offices]
    expected = {name: sum(not getattr(a, name) for a in asked) for name in asking.OPEN_FIELDS}
    expected["status"] = sum(actor.status is Status.UNKNOWN for actor in asked)
    expected["phases"] = sum(not offer.phases for offer in offers)
    for mode in Delivery:
        expected[mode] = [o.delivery.of(mode) for o in offers].count(Availability.UNKNOWN)
    found = Counter(question for actor in asked for question in asking.questions(actor, tr=SWEDISH))
    assert {name: found[SWEDISH(f"ask.{name}")] for name in expected} == expected
    towns = sum(not office.is_sourced and office.valid_to is None for office in offices)
    assert found.total() == sum(expected.values()) + towns
    for actor in asked:
        written = asking.letter(actor, strategy=strategy(), names={}, address="karta@example.org")
        numbered = [line for line in written.splitlines() if line[:1].isdigit()]
        assert "()" not in written
        questions = set(asking.questions(actor, tr=SWEDISH))
        assert {line.partition(". ")[2] for line in numbered} == questions, actor.id


def test_each_has_a_letter_to_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RIS_MAP_REPORT_ADDRESS", "fel@example.net")
    monkeypatch.setenv("RIS_MAP_TODAY", DAY.isoformat())
    assert main(["letters", "-o", str(tmp_path), "--data", str(DATA)]) == 0
    asked = {a.id for a in real_register().actors if asking.is_to_be_asked(a, today=DAY)}
    assert {path.stem for path in tmp_path.iterdir()} == asked
    assert "fel@example.net" in (tmp_path / f"{min(asked)}.txt").read_text("utf-8")


a_cell = st.tuples(st.just("2401"), st.sampled_from(Phase), st.sampled_from(ServiceType))
able_ones = st.frozensets(st.sampled_from("abcdef"), min_size=1, max_size=4)


@given(unknown=st.dictionaries(a_cell, able_ones, max_size=12))
def test_R14_the_call_list_is_the_smallest_that_can_settle_every_cell(
    unknown: dict[tuple[str, Phase, ServiceType], frozenset[str]],
) -> None:
    chosen = {call.id for call in asking.call_list(unknown)}
    assert all(able & chosen for able in unknown.values())
    assert sum(call.cells for call in asking.call_list(unknown)) == len(unknown)
    for fewer in combinations("abcdef", max(len(chosen) - 1, 0)):
        assert not unknown or not all(able & set(fewer) for able in unknown.values())


def test_R14_a_cell_that_somebody_is_known_to_serve_is_not_asked_about() -> None:
    silent = make_actor(id="tyst")
    assert len(asking.unknown_cells(make_register(silent), on=TODAY)) == 15
    sure = make_offer(delivery=make_modes(digital=Availability.OFFERED))
    helped = make_register(silent, make_actor(id="hjalper", offers=(sure,)))
    assert asking.unknown_cells(helped, on=TODAY) == {}


def test_A3_a_year_is_the_same_for_the_figure_and_for_who_is_asked() -> None:
    asked_on = date(2028, 6, 1)  # a leap day lies between
    for day, is_confirmed in (("2027-06-01", 1), ("2027-05-31", 0)):
        actor = make_actor(last_confirmed=day)
        figure = quality.quality(make_register(actor), today=asked_on)[0]
        assert (figure.id, figure.count) == ("confirmed", is_confirmed)
        assert asking.is_to_be_asked(actor, today=asked_on) is not bool(is_confirmed)


# How good it is, counted anew from the raw file.


def living(name: str) -> list[dict[str, Any]]:
    """Return those of the county that have not ended."""
    return [a for a in raw_actors(name) if not a["outside_county"] and a["status"] != "ended"]


def test_A3_every_share_is_what_a_count_of_the_raw_file_gives() -> None:
    figures = {one.id: one for one in quality.quality(real_register(), today=TODAY)}
    actors = living("actors.yaml")
    offers = [offer for actor in actors for offer in actor["offers"]]
    assert figures["confirmed"].count == sum(a["last_confirmed"] is not None for a in actors)
    checked = [a["last_checked"] for a in actors if a.get("last_checked")]
    assert figures["checked"].count == sum(day >= "2025-12" for day in checked)
    for mode in ("office", "visit", "digital", "phone"):
        known, sourced = figures[f"{mode}-known"], figures[f"{mode}-sourced"]
        assert known.of == sourced.of == len(offers)
        assert known.count == sum(o["delivery"][mode] != "unknown" for o in offers)
        assert sourced.count == sum(o["delivery_basis"][mode] == "source" for o in offers)
    assert figures["homepage"].count == sum(a["homepage_basis"] == "source" for a in actors)
    goals = [1, 1, None, 0.8, 1, *[0.8] * 4, *[0.8, None] * 4, 0.95]
    assert [one.goal for one in figures.values()] == goals


def test_the_yardstick_stands_beside_our_counts() -> None:
    registers = [load_register(DATA / name) for name in ("releases/2022.yaml", "actors.yaml")]
    found = {one.id: one for one in quality.compared(registers[:1], registers[1])}
    assert [one.outside for one in found.values()] == [31, 10, 7]
    for name, field in (("releases/2022.yaml", "core_2022"), ("actors.yaml", "core_now")):
        core = [a for a in living(name) if a["scope"] == "core" and a["status"] != "planned"]
        kinds = [{o["service_type"] for o in a["offers"]} for a in core]
        number = sum("inkubator_accelerator" in kind for kind in kinds)
        assert getattr(found["incubator"], field) == number
    assert all(one.core_2022 <= one.all_2022 for one in found.values())


REASON = {"sv": "a", "en": "b"}


def report(**changes: object) -> Report:
    plain = {"id": "fel-ort", "what": {"sv": "Fel ort", "en": "Wrong town"}}
    rest = dict.fromkeys(("about", "examined", "entered", "refused", "reason"))
    return Report.model_validate({**plain, "received": "2026-03-02", **rest, **changes})


def test_a_report_has_a_state_and_a_time_to_its_answer() -> None:
    done = report(examined="2026-03", entered="2026-03-09")
    open_ = report(received="2026-03")
    refused = report(examined="2026-04", refused="2026-04-30", reason=REASON)
    assert [r.state for r in (open_, done, refused)] == ["received", "entered", "refused"]
    assert (done.answer_days, open_.answer_days, refused.answer_days) == (7, None, 59)
    assert quality.median_days([open_]) is None
    assert quality.median_days([done, open_, refused]) == 33


@pytest.mark.parametrize(
    "changes",
    [
        {"refused": "2026-03-09", "reason": REASON},
        {"examined": "2026-03-03", "refused": "2026-03-04"},
        {"examined": "2026-03-03", "reason": REASON},
        {"examined": "2026-03-01"},
        {"examined": "2026-03-09", "entered": "2026-03-04"},
        {"examined": "2026-03", "entered": "2026-03", "refused": "2026-03", "reason": REASON},
        {"received": "2026-13"},
    ],
)
def test_F1_a_report_that_cannot_be_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        report(**changes)


def test_a_report_of_a_record_that_does_not_exist_or_a_day_to_come_is_named(data: Path) -> None:
    path = data / "reports.yaml"
    told = [report(about="x", received=NOW), report(id="b", about="b", received="2026-11-27")]
    path.write_text(dump_yaml({"reports": [one.model_dump(round_trip=True) for one in told]}))
    faults = refusal(partial(quality.load_reports, ids=["a", "b"]), path)
    assert {f.record: f.code for f in faults} == {"fel-ort": "unresolved-link", "b": "future-date"}


Answers = dict[str, int | Exception]
NO_ROUTE = urllib.error.URLError("no route")


def answering(monkeypatch: pytest.MonkeyPatch, answers: Answers) -> None:
    """Let each address answer with a code, or not at all; no other address is asked."""

    @contextmanager
    def opened(request: Any, **_: float) -> Iterator[SimpleNamespace]:
        code = answers[request.full_url]
        if isinstance(code, Exception):
            raise code
        if code >= 300:
            raise urllib.error.HTTPError(request.full_url, code, "", None, None)  # type: ignore[arg-type]
        yield SimpleNamespace(status=code)

    monkeypatch.setattr(quality.urllib.request, "urlopen", opened)


def test_links_keeps_what_was_found_with_its_day(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    codes: Answers = {"lever": 200, "stanger-ute": 403, "borta": 404, "runt": 300}
    codes |= {"tyst": NO_ROUTE, "rappakalja": http.client.BadStatusLine("\x1b[31m")}
    register = make_register(
        *(make_actor(id=one, homepage=f"https://{one}.example") for one in codes),
        make_actor(id="utan", homepage=None),
    )
    (data / "actors.yaml").write_text(canonical(register), encoding="utf-8")
    links = ["links", "--data", str(data)]
    answering(monkeypatch, {f"https://{one}.example": NO_ROUTE for one in codes})
    assert main([*links, "--write"]) == 2
    assert not (data / HOMEPAGES).exists(), "where there is no network nothing is said"
    answering(monkeypatch, {f"https://{one}.example": code for one, code in codes.items()})
    assert main(links) == 1
    assert not (data / HOMEPAGES).exists()
    assert main([*links, "--write"]) == 1
    said = capsys.readouterr().out
    assert "2 of 6 homepages answered." in said
    assert "\x1b" not in said, "a server writes no signs to a terminal"
    found = load_homepages(data / HOMEPAGES)
    assert [one.id for one in found] == list(codes)
    assert [one.result.value for one in found] == ["ok"] * 2 + ["dead-looking"] * 4
    assert {one.date for one in found} == {TODAY.isoformat()}
    moved = [a.model_copy(update={"homepage": "https://ny.example"}) for a in register.actors[:1]]
    assert len(quality.tried(found, [*moved, *register.actors[1:]])) == 5
    figure = quality.quality(register, today=TODAY, homepages=found)[-1]
    assert (figure.count, figure.of, figure.on, figure.is_reached) == (2, 6, "2026-11-26", False)
    untried = quality.quality(register, today=TODAY)[-1]
    assert untried.id == "homepage-answers"
    assert (untried.of, untried.share, untried.on, untried.is_reached) == (0, None, None, None)


@pytest.mark.parametrize(
    "row",
    [
        "a,https://a.example,,ok",
        "a,https://a.example,2026-11-26,not-asked",
        "a,https://a.example,26/11 2026,ok",
        "a,a.example,2026-11-26,ok",
        "a,https://a.example,2026-11-26,ok\na,https://b.example,2026-11-26,ok",
    ],
)
def test_A2_a_file_of_homepages_that_cannot_be_is_refused(
    tmp_path: Path, row: str, capsys: Capture
) -> None:
    path = tmp_path / HOMEPAGES
    path.write_text(f"id,url,date,result\n{row}\n", encoding="utf-8")
    with pytest.raises(DataFaults):
        load_homepages(path)
    main(["check", "--data", str(tmp_path), "--quiet-warnings"])
    assert f"{HOMEPAGES}:" in capsys.readouterr().out
