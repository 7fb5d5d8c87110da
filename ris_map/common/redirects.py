"""Addresses that are renamed or withdrawn: ``redirects.yaml`` of a data folder."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Annotated, Final

from pydantic import StringConstraints, ValidationError

from ris_map.common.faults import DataFaults
from ris_map.common.model_faults import Place, model_faults
from ris_map.common.records import Record
from ris_map.common.yaml_file import load_yaml
from ris_map.words.language import LocalText

REDIRECTS: Final = "redirects.yaml"
Address = Annotated[str, StringConstraints(pattern=r"^(/|(/[A-Za-z0-9._~-]+)+)$", max_length=200)]
"""A path of this site, without query; never ``//host``, which would lead away from it."""


class Redirects(Record):
    """Old addresses, with what each is called now, or why it is no more."""

    renamed: dict[Address, Address]
    withdrawn: dict[Address, LocalText]


def load_redirects(path: Path, *, taken: Collection[str] = ()) -> Redirects:
    """Return what is said of old addresses; a region may have no such file.

    ``taken`` are the addresses of pages, which cannot lead elsewhere. ``DataFaults`` has everything
    that is wrong with the file, each with its line.
    """
    if not path.exists():
        return Redirects(renamed={}, withdrawn={})
    document = load_yaml(path)
    place = Place(path.as_posix(), document, (), None)
    try:
        found = Redirects.model_validate_json(json.dumps(document.value))
    except ValidationError as error:
        raise DataFaults(model_faults(error, model=Redirects, place=place)) from None
    if faults := [
        place.fault((section, old), reason, action="Correct the line or take it out.", code=code)
        for section, old, code, reason in _wrong(found, taken)
    ]:
        raise DataFaults(faults)
    return found


def _wrong(found: Redirects, taken: Collection[str]) -> Iterator[tuple[str, str, str, str]]:
    for section in ("renamed", "withdrawn"):
        for old in set(taken).intersection(getattr(found, section)):
            yield section, old, "live-page", "A page has this address."
    for old, new in found.renamed.items():
        if old in found.withdrawn:
            yield "renamed", old, "withdrawn-too", "The address is withdrawn as well."
        if new == old or found.renamed.get(new) == old:
            yield "renamed", old, "loop", "The address leads back to itself."
        elif new in found.renamed or new in found.withdrawn:
            yield "renamed", old, "target-redirects", "The new address is renamed or withdrawn too."
