"""The real register: sound, canonical, sourced, free of personal data."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from ris_map.common.dates import today
from ris_map.common.records import PERSONAL_DATA
from ris_map.geography.county import load_geography
from ris_map.register.model import Register
from ris_map.register.reading import check_register, format_register, schema_text

DATA = Path(__file__).parents[2] / "data"
PATH = DATA / "actors.yaml"


@pytest.fixture(scope="module")
def register() -> Register:
    result = check_register(
        PATH,
        municipality_at=load_geography(DATA).municipality_at,
        today=today(),
    )
    assert [str(fault) for fault in result.faults if fault.is_error] == []
    assert result.register is not None
    return result.register


def test_the_register_loads_with_every_office_in_its_municipality(register: Register) -> None:
    assert len(register.actors) > 100


def test_the_file_is_in_its_canonical_form() -> None:
    assert PATH.read_text(encoding="utf-8") == format_register(PATH)


def test_the_published_schema_is_fresh() -> None:
    assert (DATA / "actors.schema.json").read_text(encoding="utf-8") == schema_text()


def test_every_record_has_a_source_with_an_address(register: Register) -> None:
    assert [actor.id for actor in register.actors if not actor.sources] == []


def test_no_text_holds_personal_data() -> None:
    lines = PATH.read_text(encoding="utf-8").splitlines()
    assert [number for number, line in enumerate(lines, 1) if PERSONAL_DATA.search(line)] == []


def test_the_file_explains_itself_at_its_top() -> None:
    assert PATH.read_text(encoding="utf-8").startswith("# ")


def test_no_two_actors_have_names_that_are_nearly_the_same() -> None:
    result = check_register(PATH, today=today())
    assert [str(fault) for fault in result.faults if fault.code == "alike-names"] == []


def test_the_blank_record_of_the_guide_passes_the_check(tmp_path: Path) -> None:
    guide = (DATA.parent / "CONTRIBUTING.md").read_text(encoding="utf-8")
    start = guide.index("  - id: exempelaktoren")
    blank = re.sub(r" +#.*", "", guide[start : guide.index("```", start)])
    path = tmp_path / "actors.yaml"
    head = PATH.read_text(encoding="utf-8")
    path.write_text(head[: head.index("actors:\n")] + "actors:\n" + blank, encoding="utf-8")
    result = check_register(path, today=date(2026, 11, 26))
    assert [str(fault) for fault in result.faults if fault.is_error] == []
    assert format_register(path).endswith(blank)
