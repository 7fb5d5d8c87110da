"""Write YAML in one canonical form: block style, quotes only where a reader needs them."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

WIDTH = 100
MAX_DEPTH = 20
MAX_KEY = 1000

# Words that one or the other YAML reader takes for a truth value, nothing, or a merge.
_RESERVED = frozenset({"", "~", "null", "true", "false", "yes", "no", "on", "off", "y", "n", "="})
# Whatever begins like a number and holds only signs of numbers, dates and times of day.
_NUMERIC = re.compile(r"[-+.]*[0-9][0-9a-fA-FxXoOeE_.,:+TtZz-]*|[-+]?\.(?:nan|inf)", re.IGNORECASE)
# A date with a time after a space is a timestamp too.
_TIMESTAMP = re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}[Tt \t].*")
_INDICATORS = frozenset("-?:,[]{}#&*!|>'\"%@`<=.")
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Cn", "Co", "Zl", "Zp"})
_SHORT_ESCAPES = {"\n": "\\n", "\t": "\\t", "\r": "\\r", '"': '\\"', "\\": "\\\\", "\0": "\\0"}
# Only a single space between two words may become a line break.
_BREAKABLE = re.compile(r"(?<=[^ ]) (?=[^ ])")


def dump_yaml(value: Any) -> str:  # noqa: ANN401 -- any plain value can be written
    """Return the canonical YAML of a value.

    Parameters
    ----------
    value : Any
        Dicts with text keys, lists, tuples, text, numbers, booleans, None.

    Returns
    -------
    str
        Text that reads back to an equal value (tuples as lists), with a final newline.

    Raises
    ------
    ValueError
        For what cannot be written so that it reads back: other types, keys that are not text,
        half characters, too deep nesting.
    """
    if isinstance(value, dict | list | tuple) and value:
        return "\n".join(_block(value, indent=0, depth=1)) + "\n"
    return _inline(value, column=0, indent=None) + "\n"


def _block(value: Any, *, indent: int, depth: int) -> Iterator[str]:  # noqa: ANN401
    pad = " " * indent
    parts = value.values() if isinstance(value, dict) else value
    if depth == MAX_DEPTH and any(isinstance(part, dict | list | tuple) for part in parts):
        raise ValueError(f"nested more than {MAX_DEPTH} levels deep")
    if isinstance(value, dict):
        for key, item in value.items():
            head = f"{pad}{_key(key)}:"
            if isinstance(item, dict | list | tuple) and item:
                yield head
                yield from _block(item, indent=indent + 2, depth=depth + 1)
            else:
                yield f"{head} {_inline(item, column=len(head) + 1, indent=indent + 2)}"
        return
    for item in value:
        if isinstance(item, dict | list | tuple) and item:
            lines = _block(item, indent=indent + 2, depth=depth + 1)
            # the first line of the item shares the line of the dash
            yield f"{pad}- {next(lines)[indent + 2 :]}"
            yield from lines
        else:
            yield f"{pad}- {_inline(item, column=indent + 2, indent=indent + 2)}"


def _key(key: Any) -> str:  # noqa: ANN401
    if not isinstance(key, str):
        raise ValueError(f"a key must be text, not {type(key).__name__}")
    written = _quoted(str(key))
    if len(written) > MAX_KEY:
        raise ValueError(f"a key must be shorter than {MAX_KEY} characters")
    return written


def _inline(value: Any, *, column: int, indent: int | None) -> str:  # noqa: ANN401
    match value:
        case str():
            written = _quoted(str(value))
            return written if indent is None else _fold(written, column=column, indent=indent)
        case None | bool():
            return {None: "null", True: "true", False: "false"}[value]
        case int():
            return _integer(int(value))
        case float():
            return _decimal(float(value))
        case dict() | list() | tuple():
            return "{}" if isinstance(value, dict) else "[]"
    raise ValueError(f"a {type(value).__name__} cannot be written")


def _integer(value: int) -> str:
    if abs(value) >= 10**1000:
        raise ValueError("the number is too large")
    return str(value)


def _decimal(value: float) -> str:
    if math.isnan(value):
        return ".nan"
    if math.isinf(value):
        return ".inf" if value > 0 else "-.inf"
    # repr is the shortest text that reads back equal, but may have an exponent
    written = format(Decimal(repr(value)), "f")
    return written if "." in written else f"{written}.0"


def _quoted(text: str) -> str:
    if any(unicodedata.category(sign) in _INVISIBLE for sign in text):
        return _double(text)
    if _is_plain(text):
        return text
    return "'" + text.replace("'", "''") + "'"


def _is_plain(text: str) -> bool:
    if text.casefold() in _RESERVED or _NUMERIC.fullmatch(text) or _TIMESTAMP.match(text):
        return False
    if text[0] in _INDICATORS or text != text.strip() or text.endswith(":"):
        return False
    return ": " not in text and " #" not in text


def _double(text: str) -> str:
    return '"' + "".join(_escaped(sign) for sign in text) + '"'


def _escaped(sign: str) -> str:
    if sign in _SHORT_ESCAPES:
        return _SHORT_ESCAPES[sign]
    category = unicodedata.category(sign)
    if category == "Cs":
        raise ValueError("half a character (an unpaired surrogate) cannot be written")
    if category not in _INVISIBLE:
        return sign
    code = ord(sign)
    if code <= 0xFF:
        return f"\\x{code:02X}"
    return f"\\u{code:04X}" if code <= 0xFFFF else f"\\U{code:08X}"


def _fold(written: str, *, column: int, indent: int) -> str:
    """Break a long text at single spaces; a reader joins the lines with one space again."""
    if column + len(written) <= WIDTH or written.startswith('"'):
        return written
    lines: list[str] = []
    current = ""
    room = WIDTH - column
    for word in _BREAKABLE.split(written):
        if current and len(current) + 1 + len(word) > room:
            lines.append(current)
            current, room = word, WIDTH - indent
        else:
            current = f"{current} {word}" if current else word
    lines.append(current)
    return f"\n{' ' * indent}".join(lines)
