"""One search over places, actors, areas and words; typed in tests/browser/test_search.py."""

import json
from pathlib import Path

import pytest

from ris_map.common.faults import DataFaults
from ris_map.common.region import DATA
from ris_map.register.strategy import everyday_words, load_everyday_words
from ris_map.register.vocabulary import Status
from ris_map.web.assets import index
from ris_map.words.language import Language
from tests.factories import real_world


def test_I10_every_municipality_settlement_actor_and_area_can_be_found(language: Language) -> None:
    found = json.loads(index(real_world(), everyday_words(DATA), language))["rows"]
    kinds = [row[1] for row in found]
    geography = real_world().foundations.geography
    assert kinds.count("place") == len(geography.names) + len(geography.localities)
    assert kinds.count("actor") == len(real_world().register.actors)
    assert all(f"lang={language}" in row[2] for row in found)
    labels = {row[0] for row in found if row[1] != "choice"}
    mark = {"sv": "upphörd", "en": "ended"}[language]
    ended = [one.name for one in real_world().register.actors if one.status is Status.ENDED]
    assert {f"{name} ({mark})" for name in ended} <= labels - set(ended)
    assert len(labels) == sum(kind != "choice" for kind in kinds), "two that look alike"


def test_a_word_that_leads_nowhere_is_named(tmp_path: Path) -> None:
    path = tmp_path / "search_words.yaml"
    path.write_text("words:\n  - leads_to: omrade=rymden\n    sv: [raket]\n    en: [rocket]\n")
    with pytest.raises(DataFaults, match="rymden"):
        load_everyday_words(path)
