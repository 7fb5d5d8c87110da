"""One translator per language: texts by key, plural forms, numbers and dates."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from babel.messages.pofile import read_po
from babel.numbers import format_decimal

from ris_map.common.faults import RisMapError
from ris_map.common.region import data_folder, load_region
from ris_map.words.language import Language

CATALOGUES_DIR = Path(__file__).parent / "catalogues"


class MissingTextError(RisMapError):
    """A key has no text in a language."""


@dataclass(frozen=True, slots=True)
class Translator:
    """Texts and formats of one language."""

    language: Language
    texts: Mapping[str, str]
    plurals: Mapping[str, tuple[str, str]]
    """(one, other) by key; both languages have exactly these two forms."""

    def __call__(self, key: str, /, **values: object) -> str:
        """Return the text of a key, its ``{placeholders}`` filled; ``MissingTextError`` if none."""
        if key not in self.texts:
            raise MissingTextError(f"no text for {key!r} in {self.language}")
        return self.texts[key].format(**values) if values else self.texts[key]

    def plural(self, key: str, count: int, /, **values: object) -> str:
        """Return the plural form for a count, with ``{n}`` as the formatted count."""
        if key not in self.plurals:
            raise MissingTextError(f"no plural for {key!r} in {self.language}")
        return self.plurals[key][count != 1].format(n=self.number(count), **values)

    def number(self, value: float, *, decimals: int = 0) -> str:
        """Return a number as readers of the language expect: ``12 345,6`` with hard spaces."""
        pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
        return str(format_decimal(value, format=pattern, locale=self.language.value))

    def date(self, value: date) -> str:
        """Return an ISO date, the Swedish habit and unambiguous in English."""
        return value.isoformat()

    def listing(self, items: Iterable[str]) -> str:
        """Return ``a, b och c``."""
        *head, last = list(items) or [""]
        if not head:
            return last
        return f"{', '.join(head)} {self('list.and')} {last}"


def translator(language: Language) -> Translator:
    """Return the translator of a language for the region of the data folder."""
    return _translator(language, data_folder())


@lru_cache(maxsize=2 * len(Language))
def _translator(language: Language, folder: Path) -> Translator:
    """Read a language's PO catalogues once per process and fill in what the region is called.

    ``MissingTextError`` if two catalogues of the language define the same key.
    """
    names = getattr(load_region(folder).names, language.value)
    named = {f"{{region.{key}}}": name for key, name in names.model_dump().items()}

    def filled(text: object) -> str:
        return re.sub(r"\{region\.\w+\}", lambda found: named[found[0]], str(text))

    texts: dict[str, str] = {}
    plurals: dict[str, tuple[str, str]] = {}
    for path in sorted((CATALOGUES_DIR / language.value).glob("*.po")):
        with path.open("rb") as file:
            catalogue = read_po(file, locale=language.value, abort_invalid=True)
        for message in (one for one in catalogue if one.id):
            key = message.id if isinstance(message.id, str) else message.id[0]
            if key in texts or key in plurals:
                raise MissingTextError(f"{path.name}: {key!r} is defined twice")
            if isinstance(message.id, str):
                texts[key] = filled(message.string)
            else:
                one, other = map(filled, message.string or ("", ""))
                plurals[key] = (one, other)
    return Translator(language=language, texts=texts, plurals=plurals)
