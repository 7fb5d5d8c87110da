"""One clock: every part of the product agrees on the day, whatever the machine's time zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, tzinfo
from inspect import signature
from pathlib import Path

import pytest

from ris_map import __main__ as cli
from ris_map.common import dates
from ris_map.municipality import files
from ris_map.register.reading import LiveRegister

DATA = Path(__file__).resolve().parents[2] / "data"


class _JustAfterMidnight(datetime):
    """It is 00:30 on 24 November in Umeå, and still the 23rd in UTC."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:
        return datetime(2026, 11, 23, 23, 30, tzinfo=UTC).astimezone(tz)


@pytest.fixture
def after_midnight(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(dates.TODAY_VARIABLE, raising=False)
    monkeypatch.setattr(dates, "datetime", _JustAfterMidnight)


@pytest.mark.usefixtures("after_midnight")
def test_the_day_is_that_of_vasterbotten() -> None:
    assert dates.today() == date(2026, 11, 24)


def test_the_day_can_be_frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(dates.TODAY_VARIABLE, "2030-01-31")
    assert dates.today() == date(2030, 1, 31)


@pytest.mark.usefixtures("after_midnight")
def test_command_line_and_served_register_ask_the_same_clock(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked: list[date] = []
    written = files.written_report
    monkeypatch.setattr(
        files,
        "written_report",
        lambda data, choice, **rest: asked.append(rest["on"]) or written(data, choice, **rest),
    )
    output = tmp_path / "report.html"
    assert cli.main(["report", "2422", "-o", str(output), "--data", str(DATA)]) == 0
    assert asked == [date(2026, 11, 24)]
    assert signature(LiveRegister).parameters["today"].default is dates.today
