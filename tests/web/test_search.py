"""One search over places, actors, areas and everyday words (I10, G7)."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from ris_map.common.faults import DataFaults
from ris_map.register.strategy import everyday_words, load_everyday_words
from ris_map.travel.world import World
from ris_map.web.assets import index
from ris_map.words.language import Language
from tests import factories

DATA = Path(__file__).resolve().parents[2] / "data"
DAY = date(2026, 11, 23)


@pytest.fixture(scope="module")
def world() -> World:
    return factories.real_world()


def rows(world: World, language: Language) -> list[tuple[str, str, str, list[str], str]]:
    return [tuple(row) for row in json.loads(index(world, everyday_words(DATA), language))]


def test_I10_there_are_forty_everyday_words_and_more() -> None:
    words = everyday_words(DATA)
    assert len({word for one in words for word in one.sv}) >= 40
    assert len({word for one in words for word in one.en}) >= 40


@pytest.mark.parametrize("language", list(Language))
def test_I10_every_municipality_settlement_actor_and_area_can_be_found(
    world: World, language: Language
) -> None:
    found = rows(world, language)
    kinds = [row[1] for row in found]
    geography = world.foundations.geography
    assert kinds.count("place") == len(geography.municipalities) + len(geography.localities)
    assert kinds.count("actor") == len(world.register.actors)
    assert all(f"lang={language}" in row[2] for row in found)
    labels = {row[0] for row in found if row[1] != "choice"}
    assert len(labels) == sum(kind != "choice" for kind in kinds), "two that look alike"


@pytest.mark.parametrize(
    ("word", "target"),
    [("mat", "omrade=livsmedel"), ("pengar", "stod=finansiering"), ("patent", "stod=radgivning")],
)
def test_G7_an_everyday_word_leads_to_a_choice(world: World, word: str, target: str) -> None:
    [row] = [row for row in rows(world, Language.SV) if word in row[3]]
    assert target in row[2]


def test_a_word_that_leads_nowhere_is_named(tmp_path: Path) -> None:
    path = tmp_path / "search_words.yaml"
    path.write_text("words:\n  - leads_to: omrade=rymden\n    sv: [raket]\n    en: [rocket]\n")
    with pytest.raises(DataFaults, match="rymden"):
        load_everyday_words(path)
