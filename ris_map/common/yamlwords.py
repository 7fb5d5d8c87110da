"""Turn undecodable bytes and YAML syntax errors into faults in plain words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Any, Protocol

from ris_map.common.faults import DataFaults, Fault

# What YAML lets stand in a file, without the line breaks that editors do not count as lines.
_FORBIDDEN = re.compile(
    "[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
_TAB_INDENT = re.compile(r"^[ ]*\t")
_MAX_LISTED = 50

_PLAIN_WORDS: tuple[tuple[str, str, str], ...] = (
    (
        "mapping values are not allowed",
        "There is a colon where none can stand.",
        "Put text that holds ': ' in quotes, and check the indentation.",
    ),
    (
        "could not find expected ':'",
        "A line is neither 'key: value' nor part of the text above it.",
        "Check the colon after the key, and the indentation.",
    ),
    (
        "did not find expected key",
        "The indentation or the quotes do not fit the lines above.",
        "Check the indentation, and that quotes come in pairs.",
    ),
    (
        "did not find expected '-' indicator",
        "A line in a list does not begin with '- '.",
        "Check the dash and the indentation.",
    ),
    (
        "did not find expected ',' or",
        "A bracket or a brace is not closed.",
        "Close it, or put text with brackets in quotes.",
    ),
    (
        "found unexpected end of stream",
        "A quotation mark is opened and never closed.",
        "Close the quotes.",
    ),
    (
        "found unexpected document indicator",
        "A quotation mark is opened and never closed.",
        "Close the quotes.",
    ),
    (
        "did not find expected node content",
        "A value is missing or begins with a sign that has a meaning of its own.",
        "Put the value in quotes.",
    ),
    (
        "found character that cannot start any token",
        "A value begins with a sign that cannot begin a value (such as @ or `).",
        "Put the value in quotes.",
    ),
    (
        "block sequence entries are not allowed",
        "A dash stands where no list can begin.",
        "Begin the list on a line of its own, or put the text in quotes.",
    ),
    (
        "found unknown escape character",
        "There is a backslash in a text in double quotes.",
        "Use single quotes, or write the backslash twice.",
    ),
    (
        "invalid Unicode character escape code",
        "An escape in double quotes names half of a character (an unpaired surrogate).",
        "Write the character itself.",
    ),
    (
        "did not find expected <document start>",
        "The indentation does not fit the lines above.",
        "Check the indentation.",
    ),
)

# Nobody looks for a missing quotation mark at the end of the file, where the parser notices it.
_SAID_WHERE_OPENED = (
    "found unexpected end of stream",
    "found unexpected document indicator",
    "did not find expected ',' or",
)


class Position(Protocol):
    """Anything that knows where it stands in the file."""

    @property
    def start_mark(self) -> Any:  # noqa: ANN401 -- PyYAML publishes no types
        """Return the mark of the beginning."""


def shown(text: str, *, limit: int = 60) -> str:
    """Return a text for a message: in quotes, without invisible signs, never long.

    Parameters
    ----------
    text : str
        Any text, hostile text too.
    limit : int
        Longer texts are cut.
    """
    cut = text if len(text) <= limit else text[: limit - 1] + "…"
    visible = "".join(
        sign if sign.isprintable() or sign == "\u00a0" else f"\\u{{{ord(sign):04X}}}"
        for sign in cut
    )
    return f"'{visible}'"


def decode(data: bytes, *, name: str) -> str:
    """Decode UTF-8, with or without a byte order mark.

    Parameters
    ----------
    data : bytes
        The content of a file.
    name : str
        The file, as the reader knows it.

    Returns
    -------
    str
        The text without byte order mark.

    Raises
    ------
    DataFaults
        Naming byte and line of what is not UTF-8, or each line with a sign YAML forbids.
    """
    body = data.removeprefix(b"\xef\xbb\xbf")
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        offset = error.start + len(data) - len(body)
        line = body.count(b"\n", 0, error.start) + 1
        raise DataFaults(
            [
                Fault(
                    file=name,
                    line=line,
                    reason=f"The file is not UTF-8: byte {offset} (0x{body[error.start]:02X}).",
                    action="Save it with the encoding UTF-8.",
                    code="not-utf8",
                )
            ]
        ) from None
    faults = list(_forbidden(text, name=name))
    if faults:
        raise DataFaults(faults)
    return text


def _forbidden(text: str, *, name: str) -> Iterator[Fault]:
    last = 0
    line = 1
    for count, match in enumerate(_FORBIDDEN.finditer(text)):
        if count == _MAX_LISTED:
            return
        line += text.count("\n", last, match.start())
        last = match.start()
        sign = match.group()
        title = unicodedata.name(sign, "control character")
        yield Fault(
            file=name,
            line=line,
            reason=f"There is an invisible sign U+{ord(sign):04X} ({title.lower()}).",
            action="Delete it.",
            code="control-character",
        )


def syntax_faults(error: Exception, *, text: str, name: str) -> list[Fault]:
    """Return a YAML syntax error in plain words, tabs named first since they cannot be seen.

    Parameters
    ----------
    error : Exception
        What PyYAML raised.
    text : str
        The text it read.
    name : str
        The file, as the reader knows it.
    """
    tabs = [
        Fault(
            file=name,
            line=number,
            reason="A tab is used for indentation.",
            action="Use spaces.",
            code="tab",
        )
        for number, line in enumerate(text.split("\n"), start=1)
        if _TAB_INDENT.match(line)
    ]
    if tabs:
        return tabs[:_MAX_LISTED]
    problem = str(getattr(error, "problem", None) or getattr(error, "reason", None) or error)
    marks = ["problem_mark", "context_mark"]
    if any(begins in problem for begins in _SAID_WHERE_OPENED):
        marks.reverse()
    mark: Any = next((found for name in marks if (found := getattr(error, name, None))), None)
    line = None if mark is None else min(mark.line + 1, text.count("\n") + 1)
    reason, action = next(
        (words for begins, *words in _PLAIN_WORDS if begins in problem),
        ["The file is not well-formed YAML.", f"Check this line ({problem})."],
    )
    return [Fault(file=name, line=line, reason=reason, action=action, code="syntax")]
