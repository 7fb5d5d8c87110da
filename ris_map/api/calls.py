"""One call of the API, read and checked, and the routes whose functions answer it."""

import inspect
import math
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from datetime import UTC, datetime, time
from enum import StrEnum
from functools import cached_property, partial
from pathlib import PurePath
from types import SimpleNamespace
from typing import Annotated, Any, Final, Generic, TypeVar

from fastapi import APIRouter, Query, Request
from fastapi import Path as PathParameter
from fastapi.responses import JSONResponse, Response
from pydantic import AliasPath, BaseModel, BeforeValidator, ConfigDict, Field, create_model
from pydantic_core import to_json

from ris_map.api.datasets import DATASETS, REGISTER, ROADS, Format, Terms, terms
from ris_map.api.queries import (
    COMMON_HEADERS,
    EXAMPLE_ID,
    HERE,
    ID_PATTERN,
    MEDIA_TYPE,
    ActorQuery,
    Given,
    LanguageQuery,
    Problem,
)
from ris_map.common.dates import PartialDate
from ris_map.common.records import Record
from ris_map.export.tables import csv_bytes, feature, geopackage, layer
from ris_map.geography.divisions import MUNICIPALITY_CODES
from ris_map.register.in_words import Words
from ris_map.register.selection import Match, select
from ris_map.travel.routes import typical_error
from ris_map.travel.world import Moment, Service, World, sources
from ris_map.web.assets import Answer
from ris_map.web.settings import Settings
from ris_map.words.language import LocalText

FRESH = "public, no-cache"
"""Kept, but asked for anew each time: a register may be replaced at any moment."""
HOUR = "public, max-age=3600"
"""For what only changes when the server is started anew."""
Q = TypeVar("Q", bound=LanguageQuery)
Document = dict[str, Any]
Share = Annotated[float, Field(ge=0, le=1)]
Minutes = Annotated[float, Field(ge=0)]
Count = Annotated[int, Field(ge=0)]
Finite = BeforeValidator(lambda x: None if isinstance(x, float) and not math.isfinite(x) else x)
"""Makes null of a figure that does not exist: infinite, or not a number."""


class FigureState(StrEnum):
    """Why a figure is there or is not."""

    KNOWN = "known"
    UNREACHABLE = "unreachable"
    """No way or no matching office is known."""
    NOBODY_LOCATED = "nobody_located"
    """No resident, or no seat, has a point from which to count."""


class Meta(Record):
    """Terms of the data, and how much there is."""

    licence: str
    """SPDX name."""
    licence_url: str
    attribution: tuple[LocalText, ...]
    """Whom the licence asks to name, in both languages; empty where nobody."""
    count: Count


class TypicalError(Record):
    """Relative error against published minutes of 20 or more: the middle one, and nine in ten."""

    median: Share
    p90: Share


class RegisterMeta(Meta):
    """Terms of the data, and which register they come from."""

    register_date: PartialDate
    """The date to which the research behind the register goes."""
    on: str
    """The day for which actors and offices count."""
    register_outdated: bool
    """Whether the register's file has been replaced by a faulty one, so that the one before is
    served."""
    filter: dict[str, tuple[str, ...]]
    """The parameters as they were understood."""
    typical_error: Annotated[TypicalError | None, Field(exclude_if=lambda told: told is None)] = (
        None
    )
    """How far the minutes may be off; only where there are minutes."""


class Shape(Record):
    """A GeoJSON feature."""

    type: Annotated[str, Field(pattern="^Feature$")]
    id: str
    geometry: dict[str, Any] | None
    properties: dict[str, Any]


class Features(Record):
    """A GeoJSON feature collection (RFC 7946) with its terms beside the features."""

    type: Annotated[str, Field(pattern="^FeatureCollection$")]
    meta: dict[str, Any]
    features: tuple[Shape, ...]


class ProblemDetails(Record):
    """Why a request is refused (RFC 9457); further members name parameter, value and choices."""

    model_config = ConfigDict(extra="allow")
    type: str
    title: str
    status: Annotated[int, Field(ge=400, le=599)]
    detail: str
    instance: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What does not change from call to call."""

    served: Service
    settings: Settings


@dataclass(frozen=True)
class Call(Generic[Q]):
    """What a client asks for at one moment.

    ``base`` is the public address of the site without a slash at the end; ``id`` the name at the
    end of an address that holds one.
    """

    site: Site
    moment: Moment
    resource: "Resource"
    query: Q
    base: str
    id: str = ""

    @property
    def world(self) -> World:
        """What every figure is computed from."""
        return self.moment.world

    @property
    def key(self) -> Hashable:
        """What the answer depends on: data, day, and the question however it is spelt."""
        state, served = self.moment.state, self.site.served
        beside = (served.reports.seen, served.homepages.seen)
        data = (state.loaded_at, state.stamp, self.world.on, beside)
        base = self.base if self.resource.names_itself else ""
        return data, self.resource, self.id, tuple(self.given.items()), base

    @property
    def tr(self) -> Words:
        """The words of the chosen language."""
        address = self.site.settings.report_address
        return self.world.foundations.words(self.query.lang, report_address=address)

    @cached_property
    def given(self) -> Given:
        """The parameters as understood, places in their own order; ``Problem`` if one is none."""
        given = dict(self.query.given)
        for place in given.get("plats", ()):
            if place not in self.groups:
                members = {"parameter": "plats", "value": place, "allowed": tuple(self.groups)}
                raise Problem("unknown-value", members)
        if "plats" in given:
            given["plats"] = tuple(place for place in self.groups if place in given["plats"])
        return given

    @property
    def groups(self) -> Mapping[str, frozenset[str]]:
        """Municipality codes by the id of a place."""
        return self.world.foundations.geography.places

    @cached_property
    def selection(self) -> tuple[Match, ...]:
        """What the filter of an :class:`ActorQuery` selects."""
        query: ActorQuery = self.query  # type: ignore[assignment]
        return select(self.world.register, query.filter(), groups=self.groups, on=self.world.on)

    @property
    def codes(self) -> frozenset[str]:
        """Municipalities of the chosen places; all if none is chosen."""
        chosen = self.given.get("plats", ())
        codes = frozenset().union(*(self.groups[place] for place in chosen))
        return codes if chosen else frozenset(MUNICIPALITY_CODES)

    def changed(self, files: Sequence[str]) -> datetime:
        """Return when an answer made from some data files may last have become another one.

        The register counts from its own time and from the beginning of the day it is shown for;
        never a time to come.
        """
        folder = self.site.served.data_dir
        paths = [folder / name.removeprefix("data/") for name in files if name != REGISTER]
        # a region may lack some of them
        times = [datetime.fromtimestamp(p.stat().st_mtime, UTC) for p in paths if p.exists()]
        if REGISTER in files:
            times += [self.register_changed, datetime.combine(self.world.on, time(), UTC)]
        return min(max(times), datetime.now(UTC)).replace(microsecond=0)

    @property
    def register_changed(self) -> datetime:
        """When the register became what it is; the day it is shown for means nothing here."""
        state = self.moment.state
        changed = None if state.is_outdated else state.changed_at
        return (changed or state.loaded_at).replace(microsecond=0)

    def terms(self, files: Sequence[str]) -> Terms:
        """Return the terms of data made from some files."""
        return terms(files, sources=sources(self.site.served.data_dir))

    def typical_error(self) -> dict[str, float] | None:
        """Return how far minutes are off from published ones, see :class:`TypicalError`."""
        found = typical_error(self.world.foundations)
        return {"median": round(found.median, 4), "p90": round(found.p90, 4)} if found else None

    def meta(self, count: int) -> Document:
        """Return terms and size of the answer; one made from the register also says which."""
        files = self.resource.files
        allowed = self.terms(files)
        told: Document = {
            "licence": allowed.licence,
            "licence_url": allowed.address,
            "attribution": allowed.credits,
            "count": count,
        }
        if REGISTER not in files:
            return told
        if not set(ROADS).isdisjoint(files):
            told["typical_error"] = self.typical_error()
        return {
            **told,
            "register_date": self.world.register.meta.reference_date,
            "on": self.world.on.isoformat(),
            "register_outdated": self.moment.state.is_outdated,
            "filter": {name: told for name, told in self.given.items() if name != "lang"},
        }


def listing(name: str, text: str, meta: type[Meta] = RegisterMeta, **fields: Any) -> type[Record]:  # noqa: ANN401
    """Return the model of an answer: terms, and what it lists by the names of its fields."""
    shape: dict[str, Any] = {"meta": meta, **fields}
    return create_model(name, __base__=Record, __doc__=text, **shape)


def of(*path: str) -> Any:  # noqa: ANN401
    """Return the field of an answer that is read from an attribute elsewhere in what is made."""
    return Field(validation_alias=AliasPath(*path))


Build = TypeVar("Build", bound=Callable[[Any], Mapping[str, Any] | Iterable[Any] | bytes])
OF_ERROR = tuple(f"typical_error_{name}" for name in TypicalError.model_fields)
"""Columns that tell in each line of a table how far minutes are off."""
_PROBLEM = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemDetails"}}}
_REFUSALS: Final[dict[int | str, dict[str, Any]]] = {
    304: {"description": "Not modified"},
    "4XX": {
        "description": "What is not known (400, 404), not allowed (405), too long (414) or too "
        "often (429; Retry-After says when to come back), in words.",
        "content": _PROBLEM,
    },
    "5XX": {"description": "The register cannot be read, or a fault.", "content": _PROBLEM},
}


_OWN = ("",)
"""Stands for the files of the router."""


@dataclass(eq=False)
class Resource:
    """What lies at one address and how it is answered; its ending tells the media type.

    Called with the function that makes the answer it is published: a document, rows, layers or the
    bytes of a file. ``files`` are the data files that is made from, by default the router's;
    ``columns`` those of a table of records; ``names_itself`` tells that the answer holds the site's
    own address; ``text``, by default the function's docstring, describes it: a line that sums it
    up, an empty one, and more.
    """

    router: "DataRouter"
    path: str
    query: type[LanguageQuery] = LanguageQuery
    _: KW_ONLY
    model: type[BaseModel] | None = None
    columns: Sequence[str] = ()
    files: tuple[str, ...] = _OWN
    media_type: str = ""
    names_itself: bool = False
    text: str = ""
    summary: str = field(init=False)
    build: Callable[[Any], Any] = field(init=False)
    endpoint: Callable[..., Any] = field(init=False)

    def __call__(self, build: Build) -> Build:
        """Publish what a function makes."""
        self.build, self.router.resources[self.path] = build, self
        self.media_type = kind = self.media_type or Format.of(self.path)
        if self.files is _OWN:
            known = self.router.files
            self.files = known.get(self.path.strip("/").partition(".")[0], known[""])
        if kind == Format.GEOJSON:
            self.model = Features
        text = self.text or inspect.cleandoc(build.__doc__ or "")
        summary, _, more = text.partition("\n\n")
        self.summary = summary.removesuffix(".")
        self.endpoint = _endpoint(self)
        base = JSONResponse if "json" in kind else Response
        name = self.path.strip("/").replace("/{id}", "-by-id").replace(".", "-")
        self.router.add_api_route(
            self.path,
            self.endpoint,
            response_model=self.model,
            response_class=type("Answer", (base,), {"media_type": kind}),
            summary=self.summary,
            description=" ".join([self.query.about, *more.split()]).strip() or self.summary,
            operation_id=name or "index",
            responses={200: {"description": self.summary, "headers": self.headers}},
        )
        return build

    @property
    def cache(self) -> str:
        """How long it holds: what neither the register nor a choice changes, for an hour."""
        is_fixed = self.query is LanguageQuery and REGISTER not in self.files
        return HOUR if is_fixed and not self.names_itself else FRESH

    @property
    def headers(self) -> Document:
        """What is told of the headers of its answers."""
        told = {"ETag": "Names exactly this content.", "Cache-Control": self.cache}
        if self.files:
            told["Last-Modified"] = "When the data last changed."
            told["Link"] = 'The licence, rel="license".'
        return {n: {"description": t, "schema": {"type": "string"}} for n, t in told.items()}

    def answer(self, call: Call[Any]) -> Answer:
        """Return the answer to a call, with its headers."""
        headers = dict(COMMON_HEADERS)
        if self.files:
            headers["Link"] = f'<{call.terms(self.files).address}>; rel="license"'
        if self.media_type in {Format.CSV, Format.XLSX, Format.GEOPACKAGE}:
            headers["Content-Disposition"] = f'attachment; filename="{self.path[1:]}"'
        return Answer(
            content=self._content(call),
            media_type=self.media_type,
            cache=self.cache,
            modified=call.changed(self.files) if self.files else None,
            headers=headers,
        )

    def _content(self, call: Call[Any]) -> bytes:
        """Return the bytes of the answer; what has a model is held against it.

        "Not a number" and infinity are never written: such a figure is null, or an empty cell.
        """
        made, columns, model = self.build(call), self.columns, self.model
        if isinstance(made, bytes):
            return made
        if self.media_type == Format.CSV:
            known = call.typical_error() if OF_ERROR[0] in columns else None
            error = {f"typical_error_{name}": share for name, share in (known or {}).items()}
            return csv_bytes(columns, ({**row, **error} for row in made))
        if self.media_type == Format.GEOPACKAGE:
            about, changed = call.terms(self.files).text, call.changed(self.files)
            name = PurePath(self.path).stem
            layers = made if isinstance(made, Mapping) else {name: layer(columns, made)}
            return geopackage(layers, about=about, changed=changed)
        is_geojson = self.media_type == Format.GEOJSON
        if model is not None and not isinstance(made, Mapping):
            listed = [feature(columns, row) for row in made] if is_geojson else list(made)
            kind = {"type": "FeatureCollection"} if is_geojson else {}
            made = {**kind, "meta": call.meta(len(listed)), list(model.model_fields)[-1]: listed}
        if model is not None and not is_geojson:
            told = SimpleNamespace(**made)
            made = model.model_validate(told, strict=False, from_attributes=True)
        return to_json(made, inf_nan_mode="null")


class DataRouter(APIRouter):
    """Routes whose functions make an answer from a call.

    What a data set is made from stands with it; ``files`` are those of all other addresses.
    """

    def __init__(self, tag: str, files: tuple[str, ...] = ()) -> None:
        super().__init__(tags=[tag], responses=_REFUSALS)
        self.resources: dict[str, Resource] = {}
        self.files = {**{dataset.id: dataset.files for dataset in DATASETS}, "": files}
        self.data = partial(Resource, self)


def _endpoint(resource: Resource) -> Callable[..., Any]:
    kind = Annotated[resource.query, Query()]  # type: ignore[name-defined]
    is_actor = resource.model or "atom" in resource.media_type
    about = PathParameter(
        description="Id.",
        examples=[HERE["aktor"] if is_actor else EXAMPLE_ID],
        # Said, not checked: an id of another form is refused in words like any other unknown one.
        json_schema_extra={"pattern": ID_PATTERN, "maxLength": 80},
    )

    async def answer(request: Request, query: kind) -> Response:
        return await request.app.state.answers.answer(resource, request, query)  # type: ignore[no-any-return]

    async def answer_one(request: Request, query: kind, id: Annotated[str, about]) -> Response:  # noqa: A002, ARG001
        return await answer(request, query)

    return answer_one if resource.path.endswith("{id}") else answer
