"""Parameters in addresses: a closed list per address, checked value by value.

Keys and values are those of the pages' addresses, so a link to a page and
a request mean the same. What a page ignores with a notice is refused here: a program that asks
for something that does not exist must not be given something else.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl

from ris_map.api.problems import Problem
from ris_map.common.address import MAX_TEXT_LENGTH
from ris_map.coverage.cube import THRESHOLDS
from ris_map.register.filters import Param
from ris_map.register.vocabulary import STRENGTH_AREAS, Delivery, Phase, Scope, ServiceType
from ris_map.words.language import Language

MAX_FIELDS = 100
"""Most ``key=value`` pairs in one address."""

Query = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One parameter.

    Parameters
    ----------
    name : str
        Its key.
    meaning : str
        In English, for the description of the API.
    values : tuple of str
        Everything it may be; empty = free text.
    many : bool
        Whether it may be given more than once (or as a list with commas).
    example : str
        A value that exists.
    default : str or None
        What holds if it is left out; None = no restriction.
    pattern : str
        What free text must look like; empty = anything.
    """

    name: str
    meaning: str
    values: tuple[str, ...] = ()
    many: bool = False
    example: str
    default: str | None = None
    pattern: str = ""

    def read(self, given: Sequence[str]) -> tuple[str, ...]:
        """Return the values in their own order, each once.

        Raises
        ------
        Problem
            If a value is not allowed, or there are several where one is.
        """
        if not self.values:
            return self._text(given)
        split = [part for value in given for part in value.split(",")] if self.many else given
        for value in split:
            if value not in self.values:
                raise self._refusal(value)
        if len(split) > 1 and not self.many:
            raise Problem("repeated-parameter", {"parameter": self.name})
        return tuple(value for value in self.values if value in split)

    def _refusal(self, value: str) -> Problem:
        members: dict[str, str | tuple[str, ...]] = {"parameter": self.name, "value": value}
        if self.values:
            members["allowed"] = self.values
        return Problem("unknown-value", members)

    def _text(self, given: Sequence[str]) -> tuple[str, ...]:
        if len(given) > 1:
            raise Problem("repeated-parameter", {"parameter": self.name})
        if len(given[0]) > MAX_TEXT_LENGTH:
            raise Problem("too-long", {"parameter": self.name, "longest": MAX_TEXT_LENGTH})
        if self.pattern and not re.fullmatch(self.pattern, given[0]):
            raise self._refusal(given[0])
        text = " ".join(given[0].split())
        return (text,) if text else ()


def read_query(raw: bytes, parameters: Iterable[Parameter]) -> Query:
    """Return what an address asks for, in one spelling whatever the order it was written in.

    Raises
    ------
    Problem
        If a parameter or a value is not known.
    """
    known = {parameter.name: parameter for parameter in parameters}
    try:
        pairs = parse_qsl(raw.decode("latin-1"), keep_blank_values=True, max_num_fields=MAX_FIELDS)
    except ValueError:
        raise Problem("bad-query", {"most": MAX_FIELDS}) from None
    given: dict[str, list[str]] = {}
    for name, value in pairs:
        if name not in known:
            raise Problem("unknown-parameter", {"parameter": name, "known": tuple(known)})
        given.setdefault(name, []).append(value)
    read = {name: known[name].read(given[name]) for name in known if name in given}
    return {name: values for name, values in read.items() if values}


LANGUAGE = Parameter(
    name="lang",
    meaning="Language of problem details and of words in workbooks.",
    values=tuple(Language),
    example="en",
    default="sv",
)
SCOPE = Parameter(
    name=Param.SCOPE,
    meaning=(
        "core: innovation support to the private sector, in the county. adjacent: these, what "
        "stands beside them, and known neighbours outside the county."
    ),
    values=tuple(Scope),
    example="adjacent",
    default="core",
)


ACTOR = Parameter(
    name="aktor",
    meaning="Id of one actor; only trips to its offices.",
    example="almi-nord",
    pattern=r"[a-z0-9]+(-[a-z0-9]+)*",
)


def places(place_ids: Iterable[str]) -> Parameter:
    """Return the parameter for municipalities and groups of them."""
    return Parameter(
        name=Param.PLACE,
        meaning="Municipality codes and groups of municipalities, see /places.",
        values=tuple(place_ids),
        many=True,
        example="2422",
    )


def selection_parameters(place_ids: Iterable[str]) -> tuple[Parameter, ...]:
    """Return the filter of the start page: values of one key widen, keys narrow one another."""
    return (
        Parameter(
            name=Param.PHASE,
            meaning="Development phases; one of them must be among the phases of an offer.",
            values=tuple(Phase),
            many=True,
            example="ide",
        ),
        Parameter(
            name=Param.SERVICE_TYPE,
            meaning="Types of support.",
            values=tuple(ServiceType),
            many=True,
            example="radgivning",
        ),
        Parameter(
            name=Param.STRENGTH_AREA,
            meaning="Strength areas; sector-neutral actors serve all of them.",
            values=STRENGTH_AREAS,
            many=True,
            example="life_science",
        ),
        places(place_ids),
        Parameter(
            name=Param.DELIVERY,
            meaning="Ways of delivery, for the same offer as phase and type of support.",
            values=tuple(Delivery),
            many=True,
            example="digital",
        ),
        SCOPE,
        Parameter(
            name=Param.TEXT,
            meaning="Words that must all occur in name, summary or town; accents do not matter.",
            example="bioteknik",
        ),
        LANGUAGE,
    )


def coverage_parameters(place_ids: Iterable[str]) -> tuple[Parameter, ...]:
    """Return the choices of the coverage cube, and the municipalities to give."""
    return (
        Parameter(
            name="grans",
            meaning="Minutes by car that decide the state of a cell; the limit itself is within.",
            values=tuple(f"{limit:g}" for limit in THRESHOLDS),
            example="60",
            default="60",
        ),
        SCOPE,
        Parameter(
            name=Param.STRENGTH_AREA,
            meaning="Only offers for one strength area, sector-neutral ones included.",
            values=STRENGTH_AREAS,
            example="digitalisering",
        ),
        Parameter(
            name="utanfor",
            meaning="Whether known neighbours outside the county count.",
            values=("nej", "ja"),
            example="ja",
            default="nej",
        ),
        places(place_ids),
        LANGUAGE,
    )
