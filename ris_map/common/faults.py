"""Faults in data, as values: every fault of a file is collected before anything is refused."""

import dataclasses
import re
from collections.abc import Callable, Iterable
from enum import StrEnum
from functools import cache
from pathlib import Path

_PREFIX = r"(?<![\d-])(?:(?:\+|00)46[\s-]?(?:\(0\)[\s-]?)?|0[\s-]?)"
PERSONAL_DATA = re.compile(
    # an e-mail address; begun only where a word begins, so that long texts take linear time
    r"(?<![\w.+-])[\w.+-]+@[\w-]+\.\w+"
    rf"|{_PREFIX}7\d(?:[\s-]?\d){{7}}(?!\d)"  # a Swedish mobile number
    rf"|{_PREFIX}[1-9]\d{{0,2}}[\s-]\d{{2,3}}(?:[\s-]?\d{{2,3}}){{1,3}}(?!\d)"  # a land line
    r"|(?<!\d)(?:19|20)?\d{6}[-+]\d{4}(?!\d)"  # a personal identity number
)
"""E-mail, telephone and identity numbers: a register of organisations holds none of them."""
_MASK = "•••"
_LONGEST = {"record": 80, "field": 160, "reason": 1000, "action": 1000}


class Severity(StrEnum):
    """How grave a fault is: an error refuses the file, a warning does not."""

    ERROR = "error"
    WARNING = "warning"


@dataclasses.dataclass(frozen=True, slots=True)
class Fault:
    """One fault, said so that a person who does not program can mend it.

    ``line`` counts from 1, ``record`` is an id or a position, ``field`` a dotted path inside the
    record; ``reason`` says what is wrong, ``action`` what to do; ``code`` is the short stable name
    of the kind of fault, for example ``unknown-key``; it decides how grave the fault is. Messages
    end up in logs: personal data is masked in all of them.
    """

    file: str
    reason: str
    action: str
    code: str
    _: dataclasses.KW_ONLY
    line: int | None = None
    record: str | None = None
    field: str | None = None
    severity: Severity = dataclasses.field(init=False)

    def __post_init__(self) -> None:
        severity = _wordings().get(self.code, ("", "", Severity.ERROR))[2]
        object.__setattr__(self, "severity", severity)
        for name, longest in _LONGEST.items():
            if words := getattr(self, name):
                # no text of a file writes lines of its own into a log
                masked = shown(PERSONAL_DATA.sub(_MASK, words), limit=longest, mark="")
                object.__setattr__(self, name, masked)

    @property
    def is_error(self) -> bool:
        """Whether this fault refuses the file."""
        return self.severity is Severity.ERROR

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        subject = " ".join(part for part in (self.record, self.field) if part)
        subject = f"{subject}: " if subject else ""
        return f"{place}: {self.severity}: {subject}{self.reason} {self.action} [{self.code}]"


@cache
def _wordings() -> dict[str, tuple[str, str, Severity]]:
    """Return reason, action and severity by code and wording, from ``fault_words.txt``."""
    text = Path(__file__).with_name("fault_words.txt").read_text(encoding="utf-8")
    rows = [row for row in text.splitlines() if row and not row.startswith("#")]
    found = {}
    for head, action in zip(rows[::2], rows[1::2], strict=True):
        name, _, reason = head.partition(": ")
        code = name.removeprefix("warning ")
        severity = Severity.ERROR if code == name else Severity.WARNING
        found[code] = (reason, action.strip(), severity)
    return found


def worded(name: str, /, **values: object) -> tuple[str, str, str]:
    """Return reason, action and code of a fault by its wording, with its values filled in."""
    reason, action, _ = _wordings()[name]
    return reason.format_map(values), action.format_map(values), name.partition("/")[0]


def wording_for(code: str, seen: str) -> str:
    """Return the wording of a code whose own name occurs in what was seen, else the plain one."""
    named = (name for name in _wordings() if name.startswith(f"{code}/"))
    return next((name for name in named if name.partition("/")[2] in seen), code)


class RisMapError(Exception):
    """Base class of every error that this product raises on purpose."""


class DataFaults(RisMapError):
    """A data file is refused; ``faults`` holds warnings too, the message only the errors."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults: tuple[Fault, ...] = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults if fault.is_error))


def refusal(load: Callable[[Path], object], path: Path) -> tuple[Fault, ...]:
    """Return why a file is refused when it is loaded; nothing if it is not."""
    try:
        load(path)
    except DataFaults as error:
        return error.faults
    return ()


def shown(text: str, *, limit: int = 60, mark: str = "'") -> str:
    """Return any text for a message: between quotes, without invisible signs, never long."""
    cut = text if len(text) <= limit else text[: limit - 1] + "…"
    visible = "".join(
        sign if sign.isprintable() or sign == "\u00a0" else f"\\u{{{ord(sign):04X}}}"
        for sign in cut
    )
    return f"{mark}{visible}{mark}"


def quoted(text: str) -> str:
    """Return a text for a message: in quotes, short, without invisible signs or personal data."""
    # masked before it is cut: half an address would not be recognised any more
    return shown(PERSONAL_DATA.sub(_MASK, text))
