"""The strategy's words are complete: every id of every vocabulary exactly once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ris_map.common.faults import RegisterFaults
from ris_map.common.yaml_file import dump_yaml, load_yaml
from ris_map.register.strategy import Strategy, Term, check_strategy, load_strategy
from ris_map.register.vocabulary import (
    STRENGTH_AREAS,
    Delivery,
    Phase,
    Scope,
    ServiceType,
    StrengthArea,
)

PATH = Path(__file__).parents[2] / "data" / "strategy.yaml"


@pytest.fixture(scope="module")
def strategy() -> Strategy:
    return load_strategy(PATH)


def faults_of(tmp_path: Path, change: Callable[[Any], object]) -> list[tuple[str, str]]:
    raw = load_yaml(PATH).value
    change(raw)
    path = tmp_path / "strategy.yaml"
    path.write_text(dump_yaml(raw), encoding="utf-8")
    with pytest.raises(RegisterFaults) as caught:
        load_strategy(path)
    assert all(fault.line for fault in caught.value.faults)
    assert check_strategy(path) == list(caught.value.faults)
    return [
        (fault.code, " ".join(part for part in (fault.record, fault.field) if part))
        for fault in caught.value.faults
    ]


@pytest.mark.parametrize("term", [*Phase, *ServiceType, *StrengthArea, *Delivery, *Scope])
def test_every_term_has_a_label_in_both_languages(strategy: Strategy, term: Term) -> None:
    label = strategy.label(term)
    assert label.sv
    assert label.en


def test_every_term_can_be_looked_up_with_its_explanation(strategy: Strategy) -> None:
    assert [strategy.phase(phase).letter for phase in Phase] == ["I", "U", "V"]
    assert [strategy.service_type(one).id for one in ServiceType] == list(ServiceType)
    assert [strategy.strength_area(one).id for one in STRENGTH_AREAS] == list(STRENGTH_AREAS)
    assert all(area in strategy.group_of(area).areas for area in STRENGTH_AREAS)
    assert {one.id for one in strategy.glossary} >= {"inkubator", "accelerator", "motesplats"}


def test_the_file_is_free_of_faults() -> None:
    assert check_strategy(PATH) == []


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda raw: raw["phases"].pop(), ("missing-words", "phases")),
        (lambda raw: raw["scope"].append(raw["scope"][0]), ("duplicate-id", "scope/core id")),
        (lambda raw: raw["glossary"].append(raw["glossary"][0]), ("duplicate-id", None)),
        (lambda raw: raw.pop("goals"), ("missing-field", "goals")),
        (lambda raw: raw["phases"][0].pop("letter"), ("missing-field", "phases/ide letter")),
        (lambda raw: raw["phases"][0]["label"].pop("en"), ("missing-field", "phases/ide label.en")),
        (lambda raw: raw["phases"][0].update(id="x"), ("not-in-vocabulary", "phases/x id")),
        (lambda raw: raw["delivery"][0].update(x=1), ("unknown-key", "delivery/office x")),
        (
            lambda raw: raw["strength_area_groups"][0]["areas"].pop(),
            ("not-in-one-group", "strength_area_groups"),
        ),
        (lambda raw: raw["phases"][0]["label"].update(sv="<b>"), ("html", "phases/ide label.sv")),
        (lambda raw: raw["meta"]["note"].update(sv="a@b.se"), ("personal-data", "meta.note.sv")),
        (lambda raw: raw.update(phases=1), ("wrong-type", "phases")),
    ],
)
def test_x10_what_is_missing_or_twice_is_named_with_entry_and_field(
    tmp_path: Path, change: Callable[[Any], object], fault: tuple[str, str | None]
) -> None:
    found = faults_of(tmp_path, change)
    assert fault in found or (fault[1] is None and fault[0] in {code for code, _ in found})


def test_a_file_that_cannot_be_read_or_is_no_mapping_is_named(tmp_path: Path) -> None:
    assert [fault.code for fault in check_strategy(tmp_path / "gone")] == ["missing-file"]
    path = tmp_path / "strategy.yaml"
    path.write_text("- a\n")
    assert [fault.code for fault in check_strategy(path)] == ["wrong-type"]


def test_a_sector_neutral_actor_has_a_label_but_belongs_to_no_group(strategy: Strategy) -> None:
    assert strategy.label(StrengthArea.ALL).sv == "Alla områden"
    with pytest.raises(KeyError):
        strategy.group_of(StrengthArea.ALL)
