"""The languages of the product: a text in both, longer pages, and Swedish alphabetical order."""

from __future__ import annotations

import unicodedata
from enum import StrEnum
from pathlib import Path

from ris_map.common.records import Record, Text
from ris_map.common.region import data_folder

PAGES_DIR = Path(__file__).parent / "pages"
TEXTS = "texts"
"""Folder in the data folder: the pages that only a region can write."""
# Å, Ä and Ö come after Z, in this order; every other accent is ignored (é sorts as e). The three
# characters used are the ones that follow z in Unicode.
_LAST_LETTERS = str.maketrans({"å": "{", "ä": "|", "ö": "}", "æ": "|", "ø": "}"})


class Language(StrEnum):
    """Languages of the product; Swedish is the first."""

    SV = "sv"
    EN = "en"


class LocalText(Record):
    """A text in both languages."""

    sv: Text
    en: Text

    def in_(self, language: Language) -> str:
        """Return the text in one language."""
        return self.sv if language is Language.SV else self.en


def page_text(name: str, language: Language) -> str:
    """Return the Markdown of a longer text, the region's own first; empty = not written yet."""
    for folder in (data_folder() / TEXTS, PAGES_DIR):
        path = folder / language.value / f"{name}.md"
        if path.is_file():
            return path.read_text(encoding="utf-8")
    return ""


def swedish_sort_key(text: str) -> tuple[str, str]:
    """Return a key that sorts text as a Swedish dictionary does; the text itself breaks ties."""
    composed = unicodedata.normalize("NFC", text).casefold().translate(_LAST_LETTERS)
    decomposed = unicodedata.normalize("NFD", composed)
    return "".join(c for c in decomposed if not unicodedata.combining(c)), text
