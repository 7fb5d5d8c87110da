"""The map is sent first, the rest of a page a moment later."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import pytest

from ris_map.register.vocabulary import Phase
from ris_map.web import pace
from tests.pages.opened import ROOT, open_page

FIRST, CHANGE = 0.002, 0.001


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[float]]:
    """Give what was waited since the last time one asked."""
    waited: list[float] = []
    monkeypatch.setattr(pace, "FIRST_SECONDS", FIRST)
    monkeypatch.setattr(pace, "CHANGE_SECONDS", CHANGE)
    monkeypatch.setattr(pace, "time", SimpleNamespace(sleep=waited.append))

    def since() -> list[float]:
        now = waited.copy()
        waited.clear()
        return now

    return since


def test_the_start_page_waits_longer_once_in_a_session(waits: Callable[[], list[float]]) -> None:
    session = open_page()
    assert waits() == [FIRST]
    session.button_group(key="fas").set_value([Phase.IDE]).run()
    assert waits() == [CHANGE]


@pytest.mark.parametrize("page", ["find.py"])
def test_the_other_pages_with_a_map_wait_only_for_a_change(
    waits: Callable[[], list[float]], page: str
) -> None:
    open_page(page=ROOT / "pages" / page)
    assert waits() == [FIRST, CHANGE]  # the start page comes before any other in these tests
