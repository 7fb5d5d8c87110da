"""Swedish alphabetical order."""

from __future__ import annotations

import unicodedata

# Å, Ä and Ö come after Z, in this order; every other accent is ignored (é sorts as e). The three
# characters used are the ones that follow z in Unicode.
_LAST_LETTERS = str.maketrans({"å": "{", "ä": "|", "ö": "}", "æ": "|", "ø": "}"})


def swedish_sort_key(text: str) -> tuple[str, str]:
    """Return a key that sorts text as a Swedish dictionary does.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    tuple of str
        Primary key (letters, Å Ä Ö last), then the text itself to make the order total.
    """
    composed = unicodedata.normalize("NFC", text).casefold().translate(_LAST_LETTERS)
    decomposed = unicodedata.normalize("NFD", composed)
    return "".join(c for c in decomposed if not unicodedata.combining(c)), text
