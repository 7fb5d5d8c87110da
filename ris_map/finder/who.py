"""Whom an actor names in its own description: a rule of words, nothing guessed.

The register has no field for it. The Swedish summary of a record says in one line who gets help
with what; a group counts as named if a word of that line begins with one of the group's stems.
Being named marks an actor and, among those without a distance, puts it first. Not being named
never leaves an actor out: a line of one sentence does not list everybody.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache

from ris_map.register.model import Actor
from ris_map.words.language import Language


class Who(StrEnum):
    """Who looks for support. Their ids stand in addresses."""

    RESEARCHER = "forskare"
    STUDENT = "student"
    COMPANY = "foretag"
    ASSOCIATION = "forening"
    SAMI = "samisk"


STEMS: Mapping[Who, tuple[str, ...]] = {
    Who.RESEARCHER: ("forskar",),
    Who.STUDENT: ("student", "studerande", "elev"),
    Who.COMPANY: ("företag", "småföretag", "bolag", "startup"),
    Who.ASSOCIATION: (
        "förening",
        "kooperativ",
        "social",
        "idébur",
        "samhällsinnov",
        "samhällsentr",
        "samhällsnytt",
    ),
    Who.SAMI: ("samisk", "samer", "rennäring"),
}
"""Beginnings of Swedish words; a compound that only ends in one ("spelbolag") does not count."""

_WORD = re.compile(r"\w+")


@lru_cache(maxsize=1024)
def named_in(summary: str) -> tuple[Who, ...]:
    """Return the groups that a Swedish text names, in the order of :class:`Who`."""
    words = _WORD.findall(summary.casefold())
    return tuple(who for who, stems in STEMS.items() if any(w.startswith(stems) for w in words))


def named_by(actor: Actor) -> tuple[Who, ...]:
    """Return the groups that an actor names, the same in whatever language it is shown."""
    return named_in(actor.summary.in_(Language.SV))
