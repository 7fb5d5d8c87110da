"""Read the register and collect everything that is wrong with it, record by record."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from ris_map.common.faults import DataFaults, Fault
from ris_map.common.model_faults import Place, masked, model_faults, quoted
from ris_map.common.yaml_file import YamlDocument, load_yaml
from ris_map.register.checks import actor_faults
from ris_map.register.crosschecks import cross_faults
from ris_map.register.model import Actor, Register, RegisterMeta
from ris_map.register.officechecks import MunicipalityAt
from ris_map.register.textchecks import text_faults

_SECTIONS = tuple(Register.model_fields)
_M = TypeVar("_M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What reading the register gave.

    Parameters
    ----------
    register : Register or None
        None if there is any error: a bad file never half-loads.
    faults : tuple of Fault
        Errors and warnings in file order.
    """

    register: Register | None
    faults: tuple[Fault, ...]


def check_register(
    path: Path, *, municipality_at: MunicipalityAt | None = None, today: date
) -> CheckResult:
    """Read the register and say everything that is wrong with it.

    Parameters
    ----------
    path : Path
        ``actors.yaml``.
    municipality_at : callable, optional
        Gives the municipality code at (lat, lon) in EPSG:4326, None outside the county; without
        it offices are not compared with the territory.
    today : date
        The day to judge dates by.
    """
    try:
        document = load_yaml(path)
    except DataFaults as error:
        return CheckResult(None, tuple(masked(fault) for fault in error.faults))
    faults: list[Fault] = []
    whole = Place(str(path), document, (), None)
    content = document.value
    if not isinstance(content, dict):
        fault = whole.fault(
            (),
            "The file does not hold 'meta' and 'actors'.",
            action="Begin with the keys 'meta:' and 'actors:'.",
            code="wrong-type",
        )
        return CheckResult(None, (fault,))
    faults.extend(_section_faults(content, place=whole))
    meta = _meta(content.get("meta"), document=document, file=str(path), faults=faults)
    actors = _actors(
        content.get("actors"),
        document=document,
        file=str(path),
        faults=faults,
        today=today,
        municipality_at=municipality_at,
    )
    ordered = tuple(sorted(faults, key=lambda fault: fault.line or 0))
    if meta is None or any(fault.is_error for fault in ordered):
        return CheckResult(None, ordered)
    return CheckResult(Register(meta=meta, actors=actors), ordered)


def _section_faults(content: Mapping[str, Any], *, place: Place) -> Iterator[Fault]:
    for key in content:
        if key not in _SECTIONS:
            yield place.fault(
                (key,),
                f"The section {quoted(key)} is not known here.",
                action=f"Known are: {', '.join(_SECTIONS)}.",
                code="unknown-key",
            )
            yield from text_faults({key: content[key]}, place=place)
    for key in _SECTIONS:
        if key not in content:
            yield place.fault(
                (key,),
                f"The section '{key}' is missing.",
                action="Add it.",
                code="missing-field",
            )


def _meta(
    raw: Any,  # noqa: ANN401 -- whatever YAML gave
    *,
    document: YamlDocument,
    file: str,
    faults: list[Fault],
) -> RegisterMeta | None:
    if raw is None and ("meta",) not in document.lines:
        return None
    place = Place(file, document, ("meta",), "meta")
    faults.extend(text_faults(raw, place=place))
    return _validated(raw, model=RegisterMeta, place=place, faults=faults)


def _actors(
    raw: Any,  # noqa: ANN401 -- whatever YAML gave
    *,
    document: YamlDocument,
    file: str,
    faults: list[Fault],
    today: date,
    municipality_at: MunicipalityAt | None,
) -> tuple[Actor, ...]:
    whole = Place(file, document, ("actors",), "actors")
    if not isinstance(raw, list):
        if ("actors",) in document.lines:
            faults.append(
                whole.fault(
                    (),
                    "'actors' is not a list.",
                    action="Begin each actor with '- id: ' on a line of its own.",
                    code="wrong-type",
                )
            )
            faults.extend(text_faults(raw, place=whole))
        return ()
    actors: list[Actor] = []
    records: list[tuple[Place, Mapping[str, Any]]] = []
    for index, item in enumerate(raw):
        place = Place(file, document, ("actors", index), _record_name(item, index=index))
        faults.extend(text_faults(item, place=place))
        if isinstance(item, dict):
            records.append((place, item))
        actor = _validated(item, model=Actor, place=place, faults=faults)
        if actor is not None:
            actors.append(actor)
            faults.extend(
                actor_faults(actor, place=place, today=today, municipality_at=municipality_at)
            )
    faults.extend(cross_faults(records))
    return tuple(actors)


def _record_name(item: object, *, index: int) -> str:
    found = item.get("id") if isinstance(item, dict) else None
    is_usable = isinstance(found, str) and found.isprintable() and found
    return str(found)[:80] if is_usable else f"actor number {index + 1}"


def _validated(
    raw: Any,  # noqa: ANN401 -- whatever YAML gave
    *,
    model: type[_M],
    place: Place,
    faults: list[Fault],
) -> _M | None:
    try:
        # JSON mode: strict for scalars, while lists become tuples and text becomes vocabulary
        return model.model_validate_json(json.dumps(raw))
    except ValidationError as error:
        faults.extend(model_faults(error, model=model, place=place))
        return None
