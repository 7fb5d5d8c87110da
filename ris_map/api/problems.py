"""What went wrong with a request, in words of two languages, as problem details (RFC 9457)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ris_map.common.faults import RisMapError
from ris_map.words import translator
from ris_map.words.language import Language

MEDIA_TYPE = "application/problem+json"
TYPE_PREFIX = "urn:ris-map:problem:"
STATUS = {
    "unknown-parameter": 400,
    "unknown-value": 400,
    "repeated-parameter": 400,
    "too-long": 400,
    "too-much": 400,
    "bad-query": 400,
    "bad-host": 400,
    "unknown-address": 404,
    "unknown-actor": 404,
    "wrong-method": 405,
    "address-too-long": 414,
    "too-many-requests": 429,
    "server-fault": 500,
    "no-register": 503,
}
"""HTTP status by kind of problem."""


@dataclass(eq=False)
class Problem(RisMapError):
    """A request that is refused.

    Parameters
    ----------
    kind : str
        A key of :data:`STATUS`.
    members : mapping of str to object
        What a program needs to mend its request, beside the words: ``parameter``, ``value``,
        ``allowed``, ``known``. Texts among them fill the words' placeholders.
    headers : mapping of str to str
        Further headers.
    """

    kind: str
    members: Mapping[str, str | int | Sequence[str]] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def status(self) -> int:
        """The HTTP status."""
        return STATUS[self.kind]

    def as_json(self, language: Language, *, instance: str) -> bytes:
        """Return the problem details in the words of a language."""
        tr = translator(language)
        key = f"api.problem.{self.kind}"
        words = {
            name: value if isinstance(value, str | int) else ", ".join(value)
            for name, value in self.members.items()
        }
        document = {
            "type": TYPE_PREFIX + self.kind,
            "title": tr(f"{key}.title"),
            "status": self.status,
            "detail": tr(f"{key}.detail", **words),
            "instance": instance,
            **self.members,
        }
        return json.dumps(document, ensure_ascii=False).encode("utf-8", errors="replace")


def preferred_language(wanted: str | None, accepted: str) -> Language:
    """Return the language of ``lang=``, else the first known one that the client accepts.

    Parameters
    ----------
    wanted : str or None
        The parameter; an unknown value counts as none.
    accepted : str
        The header ``Accept-Language``.
    """
    if wanted in set(Language):
        return Language(wanted)
    ranked: list[tuple[float, int, Language]] = []
    for position, part in enumerate(accepted.split(",")[:20]):
        name, _, quality = part.partition(";q=")
        code = name.strip().lower().partition("-")[0]
        weight = _weight(quality)
        if code in set(Language) and weight > 0:
            ranked.append((-weight, position, Language(code)))
    return min(ranked)[2] if ranked else Language.SV


def _weight(quality: str) -> float:
    try:
        return float(quality) if quality.strip() else 1.0
    except ValueError:
        return 0.0
