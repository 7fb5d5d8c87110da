"""What may be asked: one closed model of parameters per kind of address.

Keys and values are those of the pages' addresses, and it is the pages' models that say what they
mean. What a page ignores with a notice is refused here: a program that asks for something that
does not exist must not be given something else.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, fields
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, TypeVar
from urllib.parse import quote

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response

from ris_map.common.address import MAX_TEXT_LENGTH, Choice, FreeText, Whole, in_order
from ris_map.common.dates import ShownDay
from ris_map.common.faults import DataFaults, RisMapError
from ris_map.common.region import region
from ris_map.common.yaml_file import load_yaml
from ris_map.coverage.map_picture import PictureChoice
from ris_map.coverage.support import CubeChoice
from ris_map.geography.divisions import DEFAULT_DIVISION
from ris_map.register.selection import Filter
from ris_map.register.vocabulary import Area, Delivery, Phase, Scope, ServiceType
from ris_map.travel.network import SPEED_MODELS
from ris_map.words import translator
from ris_map.words.language import Language

MEDIA_TYPE = "application/problem+json"
STATUS = {
    **dict.fromkeys(("unknown-parameter", "unknown-value", "missing-parameter"), 400),
    **dict.fromkeys(("repeated-parameter", "too-long", "bad-host"), 400),
    **dict.fromkeys(("unknown-address", "unknown-actor", "unknown-item"), 404),
    **{"wrong-method": 405, "address-too-long": 414, "too-many-requests": 429},
    **{"server-fault": 500, "no-register": 503},
}
"""HTTP status by kind of problem."""
COMMON_HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Last-Modified, Link, Retry-After",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "strict-origin-when-cross-origin",
}
"""Of every answer: anybody may read this from anywhere; nothing in it runs or is framed."""
_LONGEST = 2000
PARAMETERS = Path(__file__).with_name("parameters.yaml")


@dataclass(eq=False)
class Problem(RisMapError):
    """A request that is refused.

    ``members`` hold what a program needs to mend its request, beside the words (``parameter``,
    ``value``, ``allowed``, ``known``); texts among them fill the words' placeholders.
    """

    kind: str
    members: Mapping[str, str | int | Sequence[str]] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    def response(self, request: Request) -> Response:
        """Return the problem details in the words of the client's language."""
        language = preferred_language(request)
        tr, key = translator(language), f"api.problem.{self.kind}"
        words = {
            name: value if isinstance(value, str | int) else ", ".join(value)
            for name, value in self.members.items()
        }
        document = {
            "type": f"urn:ris-map:problem:{self.kind}",
            "title": tr(f"{key}.title"),
            "status": STATUS[self.kind],
            "detail": tr(f"{key}.detail", **words),
            "instance": quote(request.scope["path"][:_LONGEST]),
            **self.members,
        }
        told = {"Content-Language": language.value, "Vary": "Accept-Language"}
        return Response(
            json.dumps(document, ensure_ascii=False).encode("utf-8", errors="replace"),
            status_code=STATUS[self.kind],
            media_type=MEDIA_TYPE,
            headers={**told, "Cache-Control": "no-store", **COMMON_HEADERS, **self.headers},
        )


def preferred_language(request: Request) -> Language:
    """Return the language of ``lang=``, else the first known one the client accepts."""
    wanted = request.query_params.get("lang")
    if wanted in set(Language):
        return Language(wanted)
    ranked: list[tuple[float, int, Language]] = []
    for position, part in enumerate(request.headers.get("accept-language", "").split(",")[:20]):
        name, _, quality = part.partition(";q=")
        with suppress(ValueError):  # another language, or a weight that is no number
            weight = float(quality) if quality.strip() else 1.0
            code = Language(name.strip().lower().partition("-")[0])
            if weight > 0:
                ranked.append((-weight, position, code))
    return min(ranked)[2] if ranked else Language.SV


ID_PATTERN = r"^[a-z0-9]+(-[a-z0-9]+)*$"
EXAMPLE_ID = "0b1e5d0c-0000-5000-8000-000000000000"
HERE: defaultdict[str, str] = defaultdict(str)
"""Examples that name places and actors of the region, by key."""
POINT_PATTERN = ""
"""Latitude,longitude to whole degrees: the county and the roads that lead out of it."""
with suppress(DataFaults):  # what is wrong is said before the server starts
    HERE.update(region().examples, bas=region().visits_from, indelning=DEFAULT_DIVISION)
    POINT_PATTERN = region().bounds.pattern()
DESCRIBED: Mapping[str, Mapping[str, Any]] = load_yaml(PARAMETERS).value
"""Text and example of every parameter by its key; examples of :data:`HERE` go before."""

Given = Mapping[str, tuple[str, ...]]
_V = TypeVar("_V", bound=str)
if TYPE_CHECKING:
    SpeedKey = str
else:
    SpeedKey = Literal[tuple(one.key for one in SPEED_MODELS)]


Many = Annotated[tuple[_V, ...], AfterValidator(in_order)]
"""Given more than once, or as a list with commas."""
YesNo = Literal["nej", "ja"]


def key(name: str, default: Any = ...) -> Any:  # noqa: ANN401
    """Return the field of a parameter, described."""
    text, example = DESCRIBED[name]["text"], HERE.get(name, DESCRIBED[name]["example"])
    return Field(default, alias=name, description=text, examples=[example])


class LanguageQuery(Choice):
    """What every address takes; ``about`` describes each address that takes the rest too."""

    model_config = ConfigDict(populate_by_name=False)
    about: ClassVar[str] = ""

    lang: Language = key("lang", Language.SV)

    @property
    def given(self) -> Given:
        """The parameters as they were understood, in one spelling; the language last."""
        fields = type(self).model_fields
        given = {fields[name].alias or name for name in self.model_fields_set}
        listed = sorted(self.texts().items(), key=lambda item: item[0] == "lang")
        return {name: tuple(told) for name, told in listed if told and name in given}


class DatedQuery(LanguageQuery):
    """What is answered for a day."""

    as_of: ShownDay = key("datum", "")


class ActorQuery(DatedQuery):
    """A filter of the register: values of one key widen, keys narrow one another."""

    about = "The same filter as on the start page: keys, values and meaning."
    phases: Many[Phase] = key("fas", ())
    service_types: Many[ServiceType] = key("stod", ())
    strength_areas: Many[Area] = key("omrade", ())
    places: Many[str] = key("plats", ())
    delivery: Many[Delivery] = key("satt", ())
    scope: Scope = key("bredd", Scope.CORE)
    text: Annotated[
        str, Field(max_length=MAX_TEXT_LENGTH), AfterValidator(lambda text: " ".join(text.split()))
    ] = key("q", "")

    def filter(self) -> Filter:
        """Return what is to be selected."""
        return Filter(**{field.name: getattr(self, field.name) for field in fields(Filter)})


class CoverageQuery(DatedQuery):
    """The choices of the coverage page that its figures depend on, and municipalities to give."""

    threshold: Annotated[Literal[30, 60, 90, 120], Whole] = key("grans", 60)
    scope: Scope = key("bredd", Scope.CORE)
    strength_area: Area | None = key("omrade", None)
    include_outside: YesNo = key("utanfor", "nej")
    winter: YesNo = key("vinter", "nej")
    sourced_only: YesNo = key("belagt", "nej")
    places: Many[str] = key("plats", ())

    @property
    def cube_choice(self) -> CubeChoice:
        """What the coverage is computed from, as the page means it."""
        return PictureChoice.read(self.given)[0].cube_choice


class CellsQuery(CoverageQuery):
    """The choices of the coverage page; nothing chosen means any phase or type of support."""

    phases: Many[Phase] = key("fas", ())
    service_types: Many[ServiceType] = key("stod", ())


Point = Annotated[str, Field(pattern=POINT_PATTERN), FreeText()]


class WayQuery(LanguageQuery):
    """Where a way begins and ends, and under which speed model."""

    start: Point = key("from")
    stop: Point = key("to")
    model: SpeedKey = key("modell", "sommar")

    @property
    def ends(self) -> list[list[float]]:
        """Latitude and longitude where one starts, and where one goes."""
        return [[float(part) for part in end.split(",")] for end in (self.start, self.stop)]


class TravelQuery(DatedQuery):
    """Where trips begin, and to whose offices they lead."""

    places: Many[str] = key("plats", ())
    actor: Annotated[str, Field(pattern=ID_PATTERN, max_length=80)] | None = key("aktor", None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One parameter as it is described; no values = free text, an id or a place."""

    name: str
    values: tuple[str, ...]
    example: str | int | bool
    is_many: bool
    is_needed: bool


@cache
def parameters(model: type[BaseModel]) -> dict[str, Parameter]:
    """Return the parameters of a model by name, the language last, read from its JSON Schema."""
    schema = model.model_json_schema()
    shapes = sorted(schema["properties"].items(), key=lambda item: item[0] == "lang")
    return {
        name: Parameter(
            name=name,
            values=tuple(map(str, _values(shape, schema.get("$defs", {})))),
            example=shape["examples"][0],
            is_many=shape.get("type") == "array",
            is_needed=name in schema.get("required", ()),
        )
        for name, shape in shapes
    }


def needed(model: type[BaseModel]) -> dict[str, str]:
    """Return the parameters that must be given, each with its example."""
    return {one.name: str(one.example) for one in parameters(model).values() if one.is_needed}


def _values(shape: Mapping[str, Any], parts: Mapping[str, Any]) -> Iterable[str]:
    shape = parts[shape["$ref"].rpartition("/")[2]] if "$ref" in shape else shape
    yield from shape.get("enum", [shape["const"]] if "const" in shape else ())
    for inner in (*shape.get("anyOf", ()), *filter(None, [shape.get("items")])):
        yield from _values(inner, parts)


def refusal(model: type[BaseModel], faults: Sequence[Mapping[str, Any]]) -> Problem:
    """Return the first fault of a query as a problem, an unknown parameter before all others."""
    fault = min(faults, key=lambda x: (x["type"] != "extra_forbidden", x["loc"][1] == "lang"))
    name, value, known = str(fault["loc"][1]), fault["input"], parameters(model)
    if fault["type"] == "extra_forbidden":
        return Problem("unknown-parameter", {"parameter": name, "known": tuple(known)})
    if fault["type"] == "missing":
        return Problem("missing-parameter", {"parameter": name, "example": needed(model)[name]})
    if fault["type"] == "string_too_long":
        return Problem("too-long", {"parameter": name, "longest": fault["ctx"]["max_length"]})
    one = known[name]
    may_be = {"allowed" if one.values else "example": one.values or str(one.example)}
    return Problem("unknown-value", {"parameter": name, "value": str(value), **may_be})
