"""The real data as one world, for the tests of municipality and strength areas."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path

from ris_map.register.in_words import Words
from ris_map.travel.world import foundations
from ris_map.words import translator
from ris_map.words.language import Language

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "data"
DAY = date(2026, 11, 23)
LANGUAGES = tuple(Language)


@cache
def words(language: Language) -> Words:
    """Return the words of a language, with a role address for tests."""
    base = foundations(DATA)
    return Words(
        tr=translator(language),
        strategy=base.strategy,
        municipality_names={item.code: item.name for item in base.geography.municipalities},
        report_address="karta@example.org",
    )
