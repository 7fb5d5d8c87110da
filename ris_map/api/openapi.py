"""The description of the API: OpenAPI 3.1, from the same table that answers requests."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from ris_map.api.asked import Asked
from ris_map.api.datasets import LICENCES, PREFIX
from ris_map.api.endpoints import Endpoint
from ris_map.api.parameters import Parameter
from ris_map.api.problems import MEDIA_TYPE
from ris_map.api.schemas import REFERENCE, schemas
from ris_map.common.address import MAX_TEXT_LENGTH

OPENAPI_VERSION = "3.1.1"
API_VERSION = "1.0.0"
"""Rises with every change: the first number would change the address (/v1)."""
EXAMPLE_ACTOR = "almi-nord"
_SHORT = 1
"""Items that an example keeps of every list."""
_PROBLEM = {"$ref": REFERENCE.format(model="ProblemDetails")}
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


def openapi(endpoints: Mapping[str, Endpoint]) -> Callable[[Asked], dict[str, Any]]:
    """Return what makes the description; its examples come from the register as it is served."""
    return lambda asked: {
        "openapi": OPENAPI_VERSION,
        "info": {
            "title": "Innovation Map Västerbotten: open data",
            "version": API_VERSION,
            "description": _DESCRIPTION.replace("{rate}", _rate(asked)),
            "contact": {"email": asked.site.report_address},
            "license": {"name": "CC0 1.0 (the register)", "url": LICENCES["CC0-1.0"]},
        },
        "servers": [{"url": asked.base + PREFIX}],
        "paths": {
            endpoint.path: {"get": _operation(endpoint, asked)} for endpoint in endpoints.values()
        },
        "components": {"schemas": schemas(), "responses": _shared_responses()},
    }


def _operation(endpoint: Endpoint, asked: Asked) -> dict[str, Any]:
    parameters = [_parameter(parameter) for parameter in endpoint.parameters]
    responses = {"200": _success(endpoint, asked), "304": {"description": "Not modified"}}
    if endpoint.path.endswith("{id}"):
        parameters.insert(0, _path_parameter())
        responses["404"] = {"$ref": "#/components/responses/NotFound"}
    elif any(parameter.name == "aktor" for parameter in endpoint.parameters):
        responses["404"] = {"$ref": "#/components/responses/NotFound"}
    responses |= {
        status: {"$ref": f"#/components/responses/{name}"}
        for status, name in (
            ("400", "BadRequest"),
            ("405", "WrongMethod"),
            ("414", "TooLong"),
            ("429", "TooMany"),
            ("503", "NoRegister"),
        )
    }
    name = endpoint.path.strip("/").replace("/{id}", "-by-id").replace(".", "-") or "index"
    operation = {
        "operationId": name,
        "summary": endpoint.summary,
        "parameters": parameters,
        "responses": responses,
    }
    if endpoint.description:
        operation["description"] = endpoint.description
    return operation


def _success(endpoint: Endpoint, asked: Asked) -> dict[str, Any]:
    shape: dict[str, Any] = {"type": "object"}
    if endpoint.schema:
        shape = {"$ref": REFERENCE.format(model=endpoint.schema)}
    elif endpoint.media_type.startswith("text/"):
        shape = {"type": "string"}
    elif "json" not in endpoint.media_type:
        shape = {"type": "string", "contentMediaType": endpoint.media_type}
    elif endpoint.media_type == "application/ld+json":
        shape = {"type": ["object", "array"]}
    content: dict[str, Any] = {"schema": shape}
    if endpoint.schema and endpoint.files:
        example = Asked(
            site=asked.site,
            moment=asked.moment,
            query={},
            base=asked.base,
            actor_id=EXAMPLE_ACTOR,
        )
        if endpoint.path != "/actors/{id}" or EXAMPLE_ACTOR in _actors(asked):
            content["example"] = shortened(json.loads(endpoint.build(example)))
    return {
        "description": endpoint.summary,
        "headers": _headers(endpoint),
        "content": {endpoint.media_type: content},
    }


def shortened(value: Any) -> Any:  # noqa: ANN401
    """Return a document with one item of every list, except points and rings' beginnings."""
    if isinstance(value, dict):
        return {key: shortened(part) for key, part in value.items()}
    if isinstance(value, list):
        kept = value if _is_position(value) else value[:_SHORT]
        return [shortened(part) for part in kept]
    return value


def _is_position(value: list[Any]) -> bool:
    return len(value) == 2 and all(isinstance(part, float) for part in value)


def _rate(asked: Asked) -> str:
    rate = asked.site.settings.rate
    if rate is None:
        return "none on the number of requests"
    each = f"{rate.requests} requests in {rate.seconds} seconds and client"
    return f"{each}; then 429 with `Retry-After`"


def _actors(asked: Asked) -> Mapping[str, object]:
    return asked.moment.state.register.by_id


def _headers(endpoint: Endpoint) -> dict[str, Any]:
    text = {"schema": {"type": "string"}}
    found = {
        "ETag": {"description": "Names exactly these bytes.", **text},
        "Cache-Control": {"description": endpoint.cache, **text},
    }
    if endpoint.files:
        found["Last-Modified"] = {"description": "When the data last changed.", **text}
        found["Link"] = {"description": 'The licence, rel="license".', **text}
    return found


def _parameter(parameter: Parameter) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string"}
    if parameter.values:
        schema["enum"] = list(parameter.values)
    else:
        schema["maxLength"] = MAX_TEXT_LENGTH
    if parameter.pattern:
        schema["pattern"] = f"^{parameter.pattern}$"
    if parameter.default is not None:
        schema["default"] = parameter.default
    if parameter.many:
        schema = {"type": "array", "items": schema}
    written: dict[str, Any] = {
        "name": parameter.name,
        "in": "query",
        "required": False,
        "description": parameter.meaning,
        "schema": schema,
        "example": [parameter.example] if parameter.many else parameter.example,
    }
    if parameter.many:
        written |= {"style": "form", "explode": True}
    return written


def _path_parameter() -> dict[str, Any]:
    return {
        "name": "id",
        "in": "path",
        "required": True,
        "description": "Id of an actor.",
        "schema": {"type": "string", "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$", "maxLength": 80},
        "example": EXAMPLE_ACTOR,
    }


def _shared_responses() -> dict[str, Any]:
    described = {
        "BadRequest": "A parameter or value that is not known; the known ones are listed.",
        "NotFound": "There is no such actor.",
        "WrongMethod": "Only GET, HEAD and OPTIONS are answered.",
        "TooLong": "The address is too long.",
        "TooMany": "Too many requests; Retry-After says when to come back.",
        "NoRegister": "The register cannot be read.",
    }
    return {
        name: {"description": text, "content": {MEDIA_TYPE: {"schema": _PROBLEM}}}
        for name, text in described.items()
    }
