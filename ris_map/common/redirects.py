"""Addresses that are renamed or withdrawn: ``redirects.yaml`` of a data folder."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import partial
from pathlib import Path
from typing import Annotated, Final

from pydantic import StringConstraints

from ris_map.common.model_faults import Finding, load_model
from ris_map.common.records import Record
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
    return load_model(path, Redirects, wrong=partial(_wrong, taken=taken))


def _wrong(found: Redirects, taken: Collection[str]) -> Iterator[Finding]:
    action = "Correct the line or take it out."
    for section in ("renamed", "withdrawn"):
        for old in set(taken).intersection(getattr(found, section)):
            yield (section, old), "A page has this address.", action, "live-page"
    for old, new in found.renamed.items():
        at = ("renamed", old)
        if old in found.withdrawn:
            yield at, "The address is withdrawn as well.", action, "withdrawn-too"
        if new == old or found.renamed.get(new) == old:
            yield at, "The address leads back to itself.", action, "loop"
        elif new in found.renamed or new in found.withdrawn:
            reason = "The new address is renamed or withdrawn too."
            yield at, reason, action, "target-redirects"
