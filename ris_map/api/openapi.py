"""The description of the API: FastAPI's OpenAPI document with examples and refusals."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from ris_map.api.calls import Call, Resource
from ris_map.api.datasets import LICENCES, PREFIX
from ris_map.api.problems import MEDIA_TYPE
from ris_map.api.queries import needed, parameters
from ris_map.api.schemas import ProblemDetails

API_VERSION = "1.0.0"
"""Rises with every change: the first number would change the address (/v1)."""
EXAMPLE_ACTOR = "almi-nord"
_REFUSALS = {
    "400": ("BadRequest", "A parameter or value that is not known; the known ones are listed."),
    "404": ("NotFound", "There is no such actor."),
    "405": ("WrongMethod", "Only GET, HEAD and OPTIONS are answered."),
    "414": ("TooLong", "The address is too long."),
    "429": ("TooMany", "Too many requests; Retry-After says when to come back."),
    "503": ("NoRegister", "The register cannot be read."),
}
_DESCRIPTION = """\
Who supports innovation in Västerbotten, where, for what, and how far away. Read-only and open to
everybody; no key is needed.

- **Filters** have the keys and values of the start page's address. Several values of one key
  widen, several keys narrow. What is not known is refused with status 400 and the choices.
- **Unknown is not no.** Actors whose record lacks an answer come in the group `unknown`. Figures
  that do not exist are `null` with the reason beside them, never zero.
- **Caching:** every answer has an ETag; ask again with `If-None-Match` and get 304.
- **Limits:** {rate}. Addresses are at most 2 000 bytes.
- **Faults** are problem details (RFC 9457) in Swedish or English (`lang`, `Accept-Language`).
- **Formula guard:** in CSV a text that a spreadsheet would run as a formula begins with an
  apostrophe.
- **Licences** differ by data set and stand in each answer; the register is CC0 1.0. Whom to name
  (`attribution`) is given in Swedish and English, `sv` and `en`.
"""


def description(
    api: FastAPI,
    resources: Mapping[str, Resource],
    call: Call[Any],
    *,
    prefix: str = PREFIX,
    title: str = "Innovation Map Västerbotten: open data",
) -> dict[str, Any]:
    """Return the description; its examples come from the register as it is served."""
    settings = call.site.settings
    rate = "none on the number of requests"
    if settings.api_rate:
        requests, seconds = settings.api_rate
        rate = f"{requests} requests in {seconds} seconds and client; then 429 with `Retry-After`"
    document = get_openapi(
        title=title,
        version=API_VERSION,
        description=_DESCRIPTION.replace("{rate}", rate),
        license_info={"name": "CC0 1.0 (the register)", "url": LICENCES["CC0-1.0"]},
        servers=[{"url": call.base + prefix}],
        routes=api.routes,
    )
    document["info"]["contact"] = {"email": settings.report_address}
    schemas = document["components"]["schemas"]
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    shape = ProblemDetails.model_json_schema()
    schemas["ProblemDetails"] = shape
    problem = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemDetails"}}}
    document["components"]["responses"] = {
        name: {"description": text, "content": problem} for name, text in _REFUSALS.values()
    }
    for path, resource in resources.items():
        _complete(document["paths"][path]["get"], resource, call)
    return document


def _complete(operation: dict[str, Any], resource: Resource, call: Call[Any]) -> None:
    """Add to an operation what FastAPI cannot know: refusals, headers, examples, places."""
    known = parameters(resource.query)
    listed = operation.setdefault("parameters", [])
    for parameter in listed:
        about = known[parameter["name"]]
        parameter["example"] = [about.example] if about.is_many else about.example
        shape = parameter["schema"]
        shape.pop("examples", None)
        shape |= shape.pop("anyOf", [{}])[0]  # "or null" says nothing in an address
        if about.name == "plats":
            shape["items"]["enum"] = list(call.groups)
    if resource.path.endswith("{id}"):
        shape = {"type": "string", "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$", "maxLength": 80}
        is_ours = resource.model or "atom" in resource.media_type
        example = EXAMPLE_ACTOR if is_ours else "0b1e5d0c-0000-5000-8000-000000000000"
        listed.insert(
            0,
            {
                **{
                    "name": "id",
                    "in": "path",
                    "required": True,
                    "description": "Id.",
                },
                **{"schema": shape, "example": example},
            },
        )
    answers = operation["responses"]
    answers.pop("422", None)
    answers["304"] = {"description": "Not modified"}
    for status, (name, _) in _REFUSALS.items():
        if status != "404" or resource.path.endswith("{id}") or "aktor" in known:
            answers[status] = {"$ref": f"#/components/responses/{name}"}
    answer = answers["200"]
    answer["description"] = resource.summary
    answer["headers"] = _headers(resource)
    content = answer["content"].setdefault(resource.media_type, {})
    if resource.model is None:
        content["schema"] = _untyped(resource.media_type)
    elif resource.files and (
        not resource.path.endswith("{id}") or EXAMPLE_ACTOR in call.world.register.by_id
    ):
        query = resource.query.model_validate(needed(resource.query))
        shown = replace(call, query=query, id=EXAMPLE_ACTOR)
        content["example"] = shortened(json.loads(resource.content(shown)))


def _untyped(media_type: str) -> dict[str, Any]:
    if media_type == "application/ld+json":
        return {"type": ["object", "array"]}
    if "json" in media_type:
        return {"type": "object"}
    is_text = media_type.startswith("text/")
    return {"type": "string"} if is_text else {"type": "string", "contentMediaType": media_type}


def shortened(value: Any) -> Any:  # noqa: ANN401
    """Return a document with one item of every list, except points and rings' beginnings."""
    if isinstance(value, dict):
        return {key: shortened(part) for key, part in value.items()}
    if isinstance(value, list):
        is_position = len(value) == 2 and all(isinstance(part, float) for part in value)
        return [shortened(part) for part in (value if is_position else value[:1])]
    return value


def _headers(resource: Resource) -> dict[str, Any]:
    told = {"ETag": "Names exactly these bytes.", "Cache-Control": resource.cache}
    if resource.files:
        told["Last-Modified"] = "When the data last changed."
        told["Link"] = 'The licence, rel="license".'
    return {
        name: {"description": text, "schema": {"type": "string"}} for name, text in told.items()
    }
