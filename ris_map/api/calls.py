"""One call of the API, read and checked, and the routes whose functions answer it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Generic, Protocol, TypeVar

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel

from ris_map.api.datasets import Terms, terms
from ris_map.api.problems import Problem
from ris_map.api.queries import Given, LanguageQuery
from ris_map.geography.codes import MUNICIPALITY_CODES
from ris_map.register.filters import from_query
from ris_map.register.in_words import Words
from ris_map.register.selection import Selection, select
from ris_map.travel.service import Moment, Service, place_groups, sources
from ris_map.travel.world import World
from ris_map.web.settings import Settings
from ris_map.words import Translator, translator

REGISTER = "data/actors.yaml"
FRESH = "public, no-cache"
"""Kept, but asked for anew each time: a register may be replaced at any moment."""
HOUR = "public, max-age=3600"
"""For what only changes when the server is started anew."""

Q = TypeVar("Q", bound=LanguageQuery)
Document = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What does not change from call to call."""

    served: Service
    settings: Settings


@dataclass(frozen=True, kw_only=True)
class Call(Generic[Q]):
    """What a client asks for at one moment.

    ``base`` is the public address of the site without a slash at the end; ``id`` the name at the
    end of an address that holds one.
    """

    site: Site
    moment: Moment
    query: Q
    base: str
    id: str = ""

    @property
    def world(self) -> World:
        """What every figure is computed from."""
        return self.moment.world

    @property
    def tr(self) -> Translator:
        """Texts of the chosen language."""
        return translator(self.query.lang)

    @property
    def words(self) -> Words:
        """What puts records into words."""
        base = self.world.foundations
        return Words(
            tr=self.tr,
            strategy=base.strategy,
            municipality_names={m.code: m.name for m in base.geography.municipalities},
            report_address=self.site.settings.report_address,
        )

    @cached_property
    def given(self) -> Given:
        """The parameters as they were understood, places in their own order.

        Raises
        ------
        Problem
            If there is no such place.
        """
        given = dict(self.query.given)
        for place in given.get("plats", ()):
            if place not in self.groups:
                members = {"parameter": "plats", "value": place, "allowed": tuple(self.groups)}
                raise Problem("unknown-value", members)
        if "plats" in given:
            given["plats"] = tuple(place for place in self.groups if place in given["plats"])
        return given

    @cached_property
    def groups(self) -> Mapping[str, frozenset[str]]:
        """Municipality codes by the id of a place."""
        return place_groups(self.world.foundations.geography)

    @cached_property
    def selection(self) -> Selection:
        """What the filter selects, as the start page shows it."""
        chosen = from_query(self.given, place_ids=self.groups)[0]
        return select(self.world.register, chosen, groups=self.groups, on=self.world.on)

    @property
    def codes(self) -> frozenset[str]:
        """Municipalities of the chosen places; all if none is chosen."""
        chosen = self.given.get("plats", ())
        codes = frozenset().union(*(self.groups[place] for place in chosen))
        return codes if chosen else frozenset(MUNICIPALITY_CODES)

    def changed(self, files: Sequence[str]) -> datetime:
        """Return when an answer made from some data files may last have become another one.

        The register counts from its file's time and from the beginning of the day it is shown for;
        never a time to come.
        """
        folder = self.site.served.data_dir
        times = [
            self._register_changed()
            if name == REGISTER
            else _modified(folder / name.removeprefix("data/"))
            for name in files
        ]
        return min(max(times), datetime.now(UTC)).replace(microsecond=0)

    def _register_changed(self) -> datetime:
        state = self.moment.state
        read = state.loaded_at
        if state.changed_at is not None and not state.is_outdated:
            read = state.changed_at
        return max(read, datetime.combine(self.world.on, time(), UTC))

    def terms(self, files: Sequence[str]) -> Terms:
        """Return the terms of data made from some files."""
        return terms(files, sources=sources(self.site.served.data_dir))

    def meta(self, files: Sequence[str], count: int) -> Document:
        """Return terms and size of an answer; one made from the register also says which."""
        allowed = self.terms(files) if files else Terms("CC0-1.0", ())
        told: Document = {
            "licence": allowed.licence,
            "licence_url": allowed.address,
            "attribution": [one.model_dump(mode="json") for one in allowed.credits],
            "count": count,
        }
        if REGISTER not in files:
            return told
        state = self.moment.state
        return {
            **told,
            "register_date": state.register.meta.reference_date,
            "on": self.world.on.isoformat(),
            "register_outdated": state.is_outdated,
            "filter": {name: list(v) for name, v in self.given.items() if name != "lang"},
        }


Build = Callable[[Any], Document | bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """What lies at one address and how it is answered.

    ``files`` are the data files it is made from; a ``filename`` is one that a browser saves;
    ``names_itself`` tells that the answer holds the site's own address.
    """

    path: str
    summary: str
    build: Build
    media_type: str
    query: type[LanguageQuery]
    model: type[BaseModel] | None
    files: tuple[str, ...]
    cache: str
    filename: str
    names_itself: bool

    def content(self, call: Call[Any]) -> bytes:
        """Return the bytes of the answer."""
        made = self.build(call)
        return made if isinstance(made, bytes) else encoded(made)


class Answers(Protocol):
    """What answers calls: the application."""

    async def answer(self, resource: Resource, request: Request, query: LanguageQuery) -> Response:
        """Answer one call."""


class DataRouter(APIRouter):
    """Routes whose functions make a document, or the bytes of a file, from a call."""

    def __init__(self, tag: str) -> None:
        super().__init__(tags=[tag])
        self.resources: dict[str, Resource] = {}

    def data(
        self,
        path: str,
        summary: str,
        *,
        description: str = "",
        media_type: str = "application/json",
        query: type[LanguageQuery] = LanguageQuery,
        model: type[BaseModel] | None = None,
        files: tuple[str, ...] = (),
        cache: str = FRESH,
        filename: str = "",
        names_itself: bool = False,
    ) -> Callable[[Build], Build]:
        """Publish what a function makes at an address."""

        def publish(build: Build) -> Build:
            resource = Resource(
                path=path,
                summary=summary,
                build=build,
                media_type=media_type,
                query=query,
                model=model,
                files=files,
                cache=cache,
                filename=filename,
                names_itself=names_itself,
            )
            self.resources[path] = resource
            kind = JSONResponse if "json" in media_type else Response
            self.add_api_route(
                path,
                _endpoint(resource),
                response_model=model,
                response_class=type("Answer", (kind,), {"media_type": media_type}),
                summary=summary,
                description=description or summary,
                operation_id=path.strip("/").replace("/{id}", "-by-id").replace(".", "-")
                or "index",
            )
            return build

        return publish


def _endpoint(resource: Resource) -> Callable[..., Any]:
    async def answer(request: Request, query: LanguageQuery) -> Response:
        api: Answers = request.app.state.answers
        return await api.answer(resource, request, query)

    answer.__annotations__["query"] = Annotated[resource.query, Query()]
    return answer


def encoded(document: object) -> bytes:
    """Return a document as JSON; "not a number" and infinity are errors, never written."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def _modified(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)
