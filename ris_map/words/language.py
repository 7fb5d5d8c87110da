"""The languages of the product: texts by key, plurals, numbers, longer pages, Swedish order."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from babel.messages.pofile import read_po
from babel.numbers import format_decimal

from ris_map.common.faults import RisMapError
from ris_map.common.records import ByLanguage, Text
from ris_map.common.region import data_folder, load_region

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


class LocalText(ByLanguage[Text]):
    """A text in every language."""


def page_text(name: str, language: Language) -> str:
    """Return the Markdown of a longer text, the region's own first; empty = not written yet."""
    folders = (data_folder() / TEXTS, PAGES_DIR)
    return next(filter(None, (_text(one / language / f"{name}.md") for one in folders)), "")


@lru_cache
def _text(path: Path) -> str:
    """Return a file's text as it was at the start; empty where there is none."""
    return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""


def swedish_sort_key(text: str) -> tuple[str, str]:
    """Return a key that sorts text as a Swedish dictionary does; the text itself breaks ties."""
    composed = unicodedata.normalize("NFC", text).casefold().translate(_LAST_LETTERS)
    decomposed = unicodedata.normalize("NFD", composed)
    return "".join(c for c in decomposed if not unicodedata.combining(c)), text


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
    islands: tuple[str, ...] = ()
    """Places that one is on and not in."""

    def __call__(self, key: str, /, **values: object) -> str:
        """Return the text of a key, its ``{placeholders}`` filled; ``MissingTextError`` if none."""
        if key not in self.texts:
            raise MissingTextError(f"no text for {key!r} in {self.language}")
        return self.texts[key].format_map(_Values(self, values)) if values else self.texts[key]

    def plural(self, key: str, count: int, /, **values: object) -> str:
        """Return the plural form for a count, with ``{n}`` as the formatted count."""
        if key not in self.plurals:
            raise MissingTextError(f"no plural for {key!r} in {self.language}")
        values["n"] = self.number(count)
        return self.plurals[key][count != 1].format_map(_Values(self, values))

    def number(self, value: float, *, decimals: int = 0) -> str:
        """Return a number as readers of the language expect: ``12 345,6`` with hard spaces."""
        pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
        return _formatted(value or 0, pattern, self.language.value)

    def listing(self, items: Iterable[str]) -> str:
        """Return ``a, b och c``."""
        *head, last = list(items) or [""]
        if not head:
            return last
        return f"{', '.join(head)} {self('list.and')} {last}"

    def at(self, names: Iterable[str]) -> str:
        """Return ``i Umeå och Vindeln``, ``på Holmön``; a name may end with its municipality's."""
        found: dict[str, list[str]] = {"in": [], "on": []}
        for name in names:
            found["on" if name.partition(",")[0] in self.islands else "in"].append(name)
        return self.listing(
            self(f"place.{word}", names=self.listing(ones)) for word, ones in found.items() if ones
        )


class _Values(dict[str, object]):
    """Values of a text, and forms of the names of places among them.

    ``{name_of}`` is a name as before "kommun" (Nordmalings, Malå), ``{name_in}`` says where
    something is, in one place or several (i Umeå, på Holmön).
    """

    def __init__(self, tr: Translator, values: Mapping[str, object]) -> None:
        super().__init__(values)
        self._tr = tr

    def __missing__(self, key: str) -> str:
        value = self.get(key[:-3])
        if not value or key[-3:] not in {"_of", "_in"}:
            raise KeyError(key)
        if key.endswith("_in"):
            return self._tr.at(value if isinstance(value, list) else [str(value)])
        name = str(value)
        return name if name[-1] in "aeiouyåäösxz" else f"{name}s"


@lru_cache(maxsize=4096)
def _formatted(value: float, pattern: str, locale: str) -> str:
    # a page says some three hundred numbers, most of them again and again
    return str(format_decimal(value, format=pattern, locale=locale))


def other_languages(language: Language) -> dict[Language, str]:
    """Return the other languages, each with the words in which it offers itself."""
    return {one: translator(one)("lang.switch") for one in Language if one is not language}


def translator(language: Language) -> Translator:
    """Return the translator of a language for the region of the data folder."""
    return _translator(language, data_folder())


@lru_cache(maxsize=2 * len(Language))
def _translator(language: Language, folder: Path) -> Translator:
    """Read a language's PO catalogues once per process and fill in what the region is called.

    ``MissingTextError`` if two catalogues of the language define the same key.
    """
    region = load_region(folder)
    names = region.names.in_(language).model_dump() | {"count": len(region.codes)}
    named = {f"{{region.{key}}}": str(name) for key, name in names.items()}

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
    return Translator(language, texts, plurals, region.islands)
