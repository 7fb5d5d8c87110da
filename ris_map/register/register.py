"""The actor register: read it whole or refuse it with every fault, write it, describe it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from ris_map.common import dates
from ris_map.common.faults import DataFaults, Fault, RegisterFaults
from ris_map.common.model_faults import Loc, Place, field_names, masked, types_at
from ris_map.common.yaml_file import dump_yaml, load_yaml, split_comments
from ris_map.register.live import LiveRegister, LiveState
from ris_map.register.model import Register
from ris_map.register.officechecks import MunicipalityAt
from ris_map.register.reading import CheckResult, check_register

__all__ = [
    "CheckResult",
    "LiveRegister",
    "LiveState",
    "MunicipalityAt",
    "canonical",
    "check_register",
    "format_register",
    "load_register",
    "register_schema",
    "schema_text",
]


def load_register(
    path: Path, *, municipality_at: MunicipalityAt | None = None, today: date | None = None
) -> Register:
    """Read the register.

    Parameters
    ----------
    path : Path
        ``actors.yaml``.
    municipality_at : callable, optional
        Gives the municipality code at (lat, lon) in EPSG:4326, None outside the county; without
        it offices are not compared with the territory.
    today : date, optional
        The day to judge dates by; the present day if left out.

    Returns
    -------
    Register
        The register; warnings do not hinder it.

    Raises
    ------
    RegisterFaults
        With all errors and warnings of the file at once.
    """
    result = check_register(path, municipality_at=municipality_at, today=today or dates.today())
    if result.register is None:
        raise RegisterFaults(result.faults)
    return result.register


def canonical(register: Register | Mapping[str, Any]) -> str:
    """Return the canonical text of a register, without a header comment.

    Parameters
    ----------
    register : Register or mapping
        A register, or what YAML gave for one; keys that the model does not know come last.
    """
    raw = register.model_dump(mode="json") if isinstance(register, Register) else register
    return dump_yaml(_ordered(raw, loc=()))


def _ordered(value: Any, *, loc: Loc) -> Any:  # noqa: ANN401
    if isinstance(value, Mapping):
        known = [name for name in field_names(Register, loc) if name in value]
        rest = [name for name in value if name not in known]
        return {name: _ordered(value[name], loc=(*loc, name)) for name in [*known, *rest]}
    if isinstance(value, list | tuple):
        return [_ordered(item, loc=(*loc, 0)) for item in value]
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    if is_whole and float in types_at(Register, loc) and abs(value) < 2**53:
        return float(value)
    return value


def format_register(path: Path) -> str:
    """Return what the file should be: its header comment as it is, then the canonical form.

    Parameters
    ----------
    path : Path
        ``actors.yaml``; it need not fit the model, but must be well-formed.

    Raises
    ------
    RegisterFaults
        If the file cannot be read, or holds comments below its header, which would be lost.
    """
    try:
        document = load_yaml(path)
    except DataFaults as error:
        raise RegisterFaults(masked(fault) for fault in error.faults) from None
    header, comments = split_comments(path.read_text(encoding="utf-8-sig"))
    place = Place(str(path), document, (), None)
    faults = []
    if not isinstance(document.value, dict):
        faults.append(
            place.fault(
                (),
                "The file does not hold 'meta' and 'actors'.",
                action="Begin with the keys 'meta:' and 'actors:'.",
                code="wrong-type",
            )
        )
    faults.extend(
        Fault(
            file=str(path),
            line=line,
            reason="A comment stands below the header of the file.",
            action="Move it to a 'note' field; the canonical form holds no other comments.",
            code="comment",
        )
        for line in comments
    )
    if faults:
        raise RegisterFaults(faults)
    return header + canonical(document.value)


def register_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of the register, generated from the model."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:ris-map:schema:actors",
        **Register.model_json_schema(),
    }


def schema_text() -> str:
    """Return the content of ``actors.schema.json``."""
    return json.dumps(register_schema(), ensure_ascii=False, indent=2) + "\n"
