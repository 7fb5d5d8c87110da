"""How good the register is, and what became of reports: counted anew from the raw file."""

from __future__ import annotations

import urllib.error
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from ris_map.__main__ import main
from ris_map.common.faults import DataFaults
from ris_map.register import quality as register_quality
from ris_map.register.quality import (
    HOMEPAGES,
    Report,
    compared,
    load_homepages,
    load_reports,
    median_days,
    quality,
    tried,
)
from ris_map.register.reading import canonical, load_register
from tests.factories import make_actor, make_register, real_register

DATA = Path(__file__).resolve().parents[2] / "data"
TODAY = date(2026, 11, 26)


def raw(name: str) -> list[dict[str, Any]]:
    actors = yaml.load((DATA / name).read_bytes(), Loader=yaml.CSafeLoader)["actors"]
    return [a for a in actors if not a["outside_county"] and a["status"] != "ended"]


def test_A3_every_share_is_what_a_count_of_the_raw_file_gives() -> None:
    figures = {one.id: one for one in quality(real_register(), today=TODAY)}
    actors = raw("actors.yaml")
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
    assert all(0 <= one.count <= one.of for one in figures.values())


def test_the_yardstick_stands_beside_our_counts() -> None:
    registers = [load_register(DATA / name) for name in ("releases/2022.yaml", "actors.yaml")]
    found = {one.id: one for one in compared(registers[:1], registers[1])}
    assert [one.outside for one in found.values()] == [31, 10, 7]
    for name, field in (("releases/2022.yaml", "core_2022"), ("actors.yaml", "core_now")):
        core = [a for a in raw(name) if a["scope"] == "core" and a["status"] != "planned"]
        kinds = [{o["service_type"] for o in a["offers"]} for a in core]
        number = sum("inkubator_accelerator" in kind for kind in kinds)
        assert getattr(found["incubator"], field) == number
    assert all(one.core_2022 <= one.all_2022 for one in found.values())


def report(**changes: object) -> Report:
    text = {"sv": "Fel ort", "en": "Wrong town"}
    plain: dict[str, object] = {"id": "fel-ort", "about": None, "received": "2026-03-02"}
    rest = {"examined": None, "entered": None, "refused": None, "reason": None, "what": text}
    return Report.model_validate({**plain, **rest, **changes})


def test_a_report_has_a_state_and_a_time_to_its_answer() -> None:
    done = report(examined="2026-03-03", entered="2026-03-09")
    open_ = report(received="2026-03")
    refused = report(examined="2026-04", refused="2026-04-30", reason={"sv": "a", "en": "b"})
    assert [r.state for r in (open_, done, refused)] == ["received", "entered", "refused"]
    assert (done.answer_days, open_.answer_days, refused.answer_days) == (7, None, 59)
    assert median_days([open_]) is None
    assert median_days([done, open_, refused]) == 33


@pytest.mark.parametrize(
    "changes",
    [
        {"entered": "2026-03-09"},
        {"examined": "2026-03-03", "refused": "2026-03-04"},
        {"examined": "2026-03-03", "reason": {"sv": "a", "en": "b"}},
        {"examined": "2026-03-01"},
        {"examined": "2026-03-09", "entered": "2026-03-04"},
        {
            "examined": "2026-03-03",
            "entered": "2026-03-04",
            "refused": "2026-03-04",
            "reason": {"sv": "a", "en": "b"},
        },
        {"received": "2026-13"},
    ],
)
def test_F1_a_report_that_cannot_be_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        report(**changes)


def test_A2_reports_are_checked_and_name_records_that_exist(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ids = real_register().by_id
    reports = load_reports(DATA / "reports.yaml")
    assert len({one.id for one in reports}) == len(reports)
    assert all(one.about is None or one.about in ids for one in reports)
    data = tmp_path / "data"
    data.mkdir()
    text = (DATA / "reports.yaml").read_text("utf-8").replace("refused: '", "refusd: '", 1)
    (data / "reports.yaml").write_text(text, encoding="utf-8")
    main(["check", "--data", str(data), "--quiet-warnings"])
    assert "refusd" in capsys.readouterr().out


def answering(monkeypatch: pytest.MonkeyPatch, answers: dict[str, int | None]) -> None:
    """Let each address answer with a code, or not at all; no other address is asked."""

    @contextmanager
    def opened(request: Any, **_: float) -> Iterator[SimpleNamespace]:
        code = answers[request.full_url]
        if code is None:
            raise urllib.error.URLError("no route")
        if code >= 400:
            raise urllib.error.HTTPError(request.full_url, code, "", None, None)  # type: ignore[arg-type]
        yield SimpleNamespace(status=code)

    monkeypatch.setattr(register_quality.urllib.request, "urlopen", opened)


def test_links_keeps_what_was_found_with_its_day(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    codes = {"lever": 200, "stanger-ute": 403, "borta": 404, "tyst": None, "trasig": 500}
    register = make_register(
        *(make_actor(id=one, homepage=f"https://{one}.example") for one in codes),
        make_actor(id="utan", homepage=None),
    )
    (tmp_path / "actors.yaml").write_text(canonical(register), encoding="utf-8")
    folder = ["--data", str(tmp_path)]
    monkeypatch.setenv("RIS_MAP_TODAY", "2026-11-26")
    answering(monkeypatch, dict.fromkeys((f"https://{one}.example" for one in codes), None))
    assert main(["links", "--write", *folder]) == 2
    assert not (tmp_path / HOMEPAGES).exists(), "where there is no network nothing is said"
    answering(monkeypatch, {f"https://{one}.example": code for one, code in codes.items()})
    assert main(["links", *folder]) == 1
    assert not (tmp_path / HOMEPAGES).exists()
    assert main(["links", "--write", *folder]) == 1
    assert "2 of 5 homepages answered." in capsys.readouterr().out
    found = load_homepages(tmp_path / HOMEPAGES)
    assert {one.id: one.result.value for one in found} == {
        "lever": "ok",
        "stanger-ute": "ok",
        "borta": "dead-looking",
        "tyst": "dead-looking",
        "trasig": "dead-looking",
    }
    assert {one.date for one in found} == {TODAY.isoformat()}
    moved = [a.model_copy(update={"homepage": "https://ny.example"}) for a in register.actors[:1]]
    assert len(tried(found, [*moved, *register.actors[1:]])) == 4
    figure = quality(register, today=TODAY, homepages=found)[-1]
    assert (figure.count, figure.of, figure.on, figure.is_reached) == (2, 5, "2026-11-26", False)


def test_what_nobody_has_tried_has_no_share() -> None:
    register = real_register()
    figure = quality(register, today=TODAY, homepages=load_homepages(DATA / HOMEPAGES))[-1]
    assert figure.id == "homepage-answers"
    if not (DATA / HOMEPAGES).exists():
        assert (figure.of, figure.share, figure.on, figure.is_reached) == (0, None, None, None)


@pytest.mark.parametrize(
    "row",
    [
        "a,https://a.example,,ok",
        "a,https://a.example,2026-11-26,not-asked",
        "a,https://a.example,2026-11-26,död",
        "a,https://a.example,26/11 2026,ok",
        "a,a.example,2026-11-26,ok",
        "A b,https://a.example,2026-11-26,ok",
        "a,https://a.example,2026-11-26,ok\na,https://b.example,2026-11-26,ok",
    ],
)
def test_A2_a_file_of_homepages_that_cannot_be_is_refused(
    tmp_path: Path, row: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / HOMEPAGES
    path.write_text(f"id,url,date,result\n{row}\n", encoding="utf-8")
    with pytest.raises(DataFaults):
        load_homepages(path)
    main(["check", "--data", str(tmp_path), "--quiet-warnings"])
    assert f"{HOMEPAGES}:" in capsys.readouterr().out
