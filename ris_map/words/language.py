"""The languages of the product, and a text in both."""

from __future__ import annotations

from enum import StrEnum

from ris_map.common.records import Record, Text


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
