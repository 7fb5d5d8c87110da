"""Every text of the product is spelt right, by dictionaries that others keep."""

import re
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

from spylls.hunspell import Dictionary

from ris_map.words.language import Language
from tests.words.test_i18n import forms, messages, pages_of

OWN = Path(__file__).with_name("own_words.txt")
DICTIONARIES = {"sv": str(Path(sys.prefix) / "share" / "hunspell" / "sv_SE"), "en": "en_US"}

# What stands in a text without being one: variables, tags, code, addresses.
NOT_TEXT = re.compile(r"\{[^}]*\}|<[^>]*>|`[^`]*`|\S*[_/@]\S*|\xad")
WORD = re.compile(r"[^\W\d_]+(?:[’'-][^\W\d_]+)*")


def own_words(language: str) -> set[str]:
    """Names and terms of the product: those of every language, then those of this one."""
    words: dict[str, set[str]] = {}
    for line in OWN.read_text("utf-8").splitlines():
        section, _, listed = line.partition(":")
        words.setdefault(section, set()).update(listed.split())
    return words["names"] | words[language]


def texts(language: Language) -> Iterator[tuple[str, str]]:
    """Each text with its key, each page with its name."""
    for key, message in messages(language).items():
        yield from ((key, form) for form in forms(message))
    yield from pages_of(language).items()


def test_F25_every_word_is_in_the_dictionary_or_among_our_own(language: Language) -> None:
    seen: dict[str, str] = {}
    for name, text in texts(language):
        for word in WORD.findall(NOT_TEXT.sub(lambda m: "" if m[0] == "\xad" else " ", text)):
            seen.setdefault(word, name)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # the reader leaves its files open
        dictionary = Dictionary.from_files(DICTIONARIES[language])
    known = own_words(language)
    faults = {
        word: name
        for word, name in seen.items()
        if len(word) > 1
        and word not in known
        and word.lower() not in known
        and not dictionary.lookup(word)
    }
    assert not faults, f"spell them right, or list them in {OWN.name}"
    assert len(seen) > 1000
    assert not dictionary.lookup("rådgivningg" if language == "sv" else "adviceing")
