"""What may be asked: one closed model of parameters per kind of address.

Keys and values are those of the pages' addresses, so a link to a page and a request mean the
same. What a page ignores with a notice is refused here: a program that asks for something that
does not exist must not be given something else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from ris_map.api.problems import Problem
from ris_map.common.address import MAX_TEXT_LENGTH
from ris_map.common.dates import ShownDay
from ris_map.register.vocabulary import (
    STRENGTH_AREAS,
    Delivery,
    Phase,
    Scope,
    ServiceType,
    StrengthArea,
)
from ris_map.words.language import Language

MAX_FIELDS = 100
"""Most ``key=value`` pairs in one address."""

Given = Mapping[str, tuple[str, ...]]
_V = TypeVar("_V", bound=str)
if TYPE_CHECKING:
    Area = StrengthArea
else:
    Area = Literal[STRENGTH_AREAS]


def _split(values: object) -> object:
    """Accept ``fas=ide,vaxa`` beside ``fas=ide&fas=vaxa``."""
    if isinstance(values, list | tuple):
        return [part for value in values for part in str(value).split(",")]
    return values


def _in_order(values: tuple[_V, ...]) -> tuple[_V, ...]:
    """Give each value once; those of a vocabulary in its order."""
    once = tuple(dict.fromkeys(values))
    kinds = {type(value) for value in values if isinstance(value, StrEnum)}
    return tuple(value for kind in kinds for value in kind if value in once) if kinds else once


def _one_line(text: str) -> str:
    return " ".join(text.split())


Many = Annotated[tuple[_V, ...], BeforeValidator(_split), AfterValidator(_in_order)]
"""Given more than once, or as a list with commas."""
Phases = Annotated[
    Many[Phase],
    Field(
        description="Development phases; one of them must be among the phases of an offer.",
        examples=["ide"],
    ),
]
Services = Annotated[
    Many[ServiceType], Field(description="Types of support.", examples=["radgivning"])
]
Areas = Annotated[
    Many[Area],
    Field(
        description="Strength areas; sector-neutral actors serve all of them.",
        examples=["life_science"],
    ),
]
Places = Annotated[
    Many[str],
    Field(
        description="Municipality codes and groups of municipalities, see /places.",
        examples=["2422"],
    ),
]
Ways = Annotated[
    Many[Delivery],
    Field(
        description="Ways of delivery, for the same offer as phase and type of support.",
        examples=["digital"],
    ),
]
Breadth = Annotated[
    Scope,
    Field(
        description=(
            "core: innovation support to the private sector, in the county. adjacent: these, what "
            "stands beside them, and known neighbours outside the county."
        ),
        examples=["adjacent"],
    ),
]


class LanguageQuery(BaseModel):
    """What every address takes."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    lang: Annotated[
        Language,
        Field(
            description="Language of problem details and of words in workbooks.", examples=["en"]
        ),
    ] = Language.SV

    @property
    def given(self) -> Given:
        """The parameters as they were understood, in one spelling whatever was written."""
        read = {}
        for name in names(type(self)):
            field = _field(type(self), name)
            value: object = getattr(self, field)
            values = value if isinstance(value, tuple) else (value,)
            told = tuple(str(one) for one in values if one not in {"", None})
            if field in self.model_fields_set and told:
                read[name] = told
        return read


class DatedQuery(LanguageQuery):
    """What is answered for a day."""

    datum: Annotated[
        ShownDay,
        Field(
            description=(
                "The register and the figures as of a day or year that has been, from 2022; left "
                "out: today."
            ),
            examples=["2022"],
        ),
    ] = ""


class ActorQuery(DatedQuery):
    """The filter of the start page: values of one key widen, keys narrow one another."""

    fas: Phases = ()
    stod: Services = ()
    omrade: Areas = ()
    plats: Places = ()
    satt: Ways = ()
    bredd: Breadth = Scope.CORE
    q: Annotated[
        str,
        Field(
            max_length=MAX_TEXT_LENGTH,
            description=(
                "Words that must all occur in name, summary or town; accents do not matter."
            ),
            examples=["bioteknik"],
        ),
        AfterValidator(_one_line),
    ] = ""


class CoverageQuery(DatedQuery):
    """The choices of the coverage cube, and the municipalities to give."""

    grans: Annotated[
        Literal["30", "60", "90", "120"],
        Field(
            description=(
                "Minutes by car that decide the state of a cell; the limit itself is within."
            ),
            examples=["60"],
        ),
    ] = "60"
    bredd: Breadth = Scope.CORE
    omrade: Annotated[
        Area | None,
        Field(
            description="Only offers for one strength area, sector-neutral ones included.",
            examples=["digitalisering"],
        ),
    ] = None
    utanfor: Annotated[
        Literal["nej", "ja"],
        Field(description="Whether known neighbours outside the county count.", examples=["ja"]),
    ] = "nej"
    vinter: Annotated[
        Literal["nej", "ja"],
        Field(description="Minutes on winter roads.", examples=["ja"]),
    ] = "nej"
    belagt: Annotated[
        Literal["nej", "ja"],
        Field(
            description="Only offices where a page says that people are received.",
            examples=["ja"],
        ),
    ] = "nej"
    plats: Places = ()


class CellsQuery(CoverageQuery):
    """The choices of the coverage page; nothing chosen means any phase or type of support."""

    fas: Phases = ()
    stod: Services = ()


Point = Annotated[str, Field(pattern=r"^6[3-6](\.[0-9]{1,9})?,(1[3-9]|2[0-2])(\.[0-9]{1,9})?$")]
"""Latitude 63-67, longitude 13-23: the county and the roads that lead out of it."""


class WayQuery(LanguageQuery):
    """Where a way begins and ends, and under which speed model."""

    from_: Annotated[
        Point,
        Field(
            alias="from",
            description="Where one starts: latitude,longitude in degrees (EPSG:4326).",
            examples=["65.0994,17.1197"],
        ),
    ]
    to: Annotated[
        Point,
        Field(
            description="Where one goes: latitude,longitude in degrees (EPSG:4326).",
            examples=["64.5916,18.6690"],
        ),
    ]
    modell: Annotated[
        Literal["sommar", "vinter", "skyltad", "forsiktig"],
        Field(
            description=(
                "sommar: 90 % of the limit. vinter: 17.5 % longer. skyltad: the limit. forsiktig: "
                "at most 80 km/h, and 20 % longer."
            ),
            examples=["vinter"],
        ),
    ] = "sommar"

    @property
    def start(self) -> tuple[float, float]:
        """Latitude and longitude where one starts."""
        lat, lon = map(float, self.from_.split(","))
        return lat, lon

    @property
    def stop(self) -> tuple[float, float]:
        """Latitude and longitude where one goes."""
        lat, lon = map(float, self.to.split(","))
        return lat, lon


class TravelQuery(DatedQuery):
    """Where trips begin, and to whose offices they lead."""

    plats: Places = ()
    aktor: Annotated[
        str | None,
        Field(
            pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$",
            max_length=80,
            description="Id of one actor; only trips to its offices.",
            examples=["almi-nord"],
        ),
    ] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One parameter as it is described; no values = free text, an id or a place."""

    name: str
    values: tuple[str, ...]
    example: str | int
    is_many: bool


def names(model: type[BaseModel]) -> tuple[str, ...]:
    """Return the parameters of a model, the language last."""
    keys = [about.alias or field for field, about in model.model_fields.items()]
    return tuple(sorted(keys, key=lambda name: name == "lang"))


def _field(model: type[BaseModel], name: str) -> str:
    """Return the field behind a parameter."""
    return next(f for f, about in model.model_fields.items() if name in {f, about.alias})


def parameters(model: type[BaseModel]) -> dict[str, Parameter]:
    """Return the parameters of a model by name, read from its JSON Schema."""
    schema = model.model_json_schema()
    found = {}
    for name in names(model):
        shape = schema["properties"][name]
        found[name] = Parameter(
            name=name,
            values=tuple(_values(shape, schema.get("$defs", {}))),
            example=shape["examples"][0],
            is_many=shape.get("type") == "array",
        )
    return found


def needed(model: type[BaseModel]) -> dict[str, str]:
    """Return the parameters that must be given, each with its example."""
    found = parameters(model)
    fields = model.model_fields.items()
    keys = [about.alias or field for field, about in fields if about.is_required()]
    return {key: str(found[key].example) for key in keys}


def _values(shape: Mapping[str, Any], parts: Mapping[str, Any]) -> Iterable[str]:
    shape = parts[shape["$ref"].rpartition("/")[2]] if "$ref" in shape else shape
    yield from shape.get("enum", ())
    for inner in (*shape.get("anyOf", ()), *filter(None, [shape.get("items")])):
        yield from _values(inner, parts)


def refusal(model: type[BaseModel], faults: Sequence[Mapping[str, Any]]) -> Problem:
    """Return the first fault of a query as a problem, an unknown parameter before all others."""
    fault = min(faults, key=lambda x: (x["type"] != "extra_forbidden", x["loc"][1] == "lang"))
    name, value = str(fault["loc"][1]), fault["input"]
    if fault["type"] == "extra_forbidden":
        return Problem("unknown-parameter", {"parameter": name, "known": names(model)})
    if fault["type"] == "missing":
        return Problem("missing-parameter", {"parameter": name, "example": needed(model)[name]})
    if fault["type"] == "string_too_long":
        return Problem("too-long", {"parameter": name, "longest": fault["ctx"]["max_length"]})
    members: dict[str, str | Sequence[str]] = {"parameter": name, "value": str(value)}
    if allowed := parameters(model)[name].values:
        members["allowed"] = allowed
    return Problem("unknown-value", members)
