"""Check every text of a file for what must not be in it: persons, markup, invisible signs."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Any

from ris_map.common.faults import Fault
from ris_map.common.model_faults import PERSONAL_DATA, Loc, Place, quoted

# '<' is allowed as a sign ("fewer than < 10"), but not where a browser would see a tag.
_TAG = re.compile(r"<[/!?a-zA-Z]")
_FORBIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_COMPANY_WORDS = frozenset({"ab", "aktiebolag", "ek", "ekonomisk", "for", "forening", "region"})
_NOT_A_WORD = re.compile(r"[^\w]+")


def text_faults(value: Any, *, place: Place) -> Iterator[Fault]:  # noqa: ANN401
    """Yield what is wrong with the texts in a value, keys as well as values.

    Parameters
    ----------
    value : Any
        What YAML gave for one record; it need not fit the model.
    place : Place
        Where the record stands.
    """
    for path, text in _texts(value):
        yield from _personal(text, path=path, place=place)
        yield from _invisible(text, path=path, place=place)
        if _TAG.search(text):
            yield place.fault(
                path,
                f"The text {quoted(text)} looks like HTML.",
                action="Write plain text without tags.",
                code="html",
            )
        if text != text.strip():
            yield place.fault(
                path,
                f"The text {quoted(text)} begins or ends with empty space.",
                action="Remove the space.",
                code="stray-space",
            )


def _texts(value: Any) -> Iterator[tuple[Loc, str]]:  # noqa: ANN401
    """Yield every text with its path, in file order, without recursion."""
    waiting: list[tuple[Loc, Any]] = [((), value)]
    while waiting:
        path, item = waiting.pop()
        match item:
            case str():
                yield path, item
            case dict():
                waiting.extend(((*path, key), inner) for key, inner in reversed(item.items()))
                yield from (((*path, key), key) for key in item)
            case list():
                pairs = list(enumerate(item))
                waiting.extend(((*path, index), inner) for index, inner in reversed(pairs))


def _personal(text: str, *, path: Loc, place: Place) -> Iterator[Fault]:
    match = PERSONAL_DATA.search(text)
    if match is None:
        return
    found = match.group()
    kind = "a telephone or identity number" if "@" not in found else "an e-mail address"
    yield place.fault(
        path,
        f"The text holds {kind} (begins with {quoted(found[:2])}); the register holds no"
        " personal data.",
        action="Remove it; give a web page of the organisation instead.",
        code="personal-data",
    )


def _invisible(text: str, *, path: Loc, place: Place) -> Iterator[Fault]:
    found = [sign for sign in text if unicodedata.category(sign) in _FORBIDDEN_CATEGORIES]
    if found:
        signs = ", ".join(
            f"U+{ord(sign):04X} ({unicodedata.name(sign, 'control character').lower()})"
            for sign in list(dict.fromkeys(found))[:5]
        )
        yield place.fault(
            path,
            f"The text {quoted(text)} holds signs that cannot be seen: {signs}.",
            action="Write the text again by hand.",
            code="invisible-character",
        )
    if not unicodedata.is_normalized("NFC", text):
        yield place.fault(
            path,
            f"The text {quoted(text)} has letters made of two signs (a + ring for å, say).",
            action="Write the text again by hand.",
            code="decomposed-letters",
        )


def plain_name(name: str) -> str:
    """Return a name without what often differs: case, accents, punctuation, legal form.

    Examples
    --------
    >>> plain_name("Ålmi Nord AB") == plain_name("almi-nord")
    True
    """
    letters = unicodedata.normalize("NFKD", name.casefold())
    bare = "".join(sign for sign in letters if not unicodedata.combining(sign))
    words = [word for word in _NOT_A_WORD.split(bare) if word]
    return "".join(word for word in words if word not in _COMPANY_WORDS) or "".join(words)
