"""Where minority languages may be used with the authorities, and where to read about it."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Annotated

from pydantic import Field

from ris_map.common.faults import DataFaults, Fault
from ris_map.common.records import MunicipalityCode, Record, Slug, Url
from ris_map.common.tables import load_listed
from ris_map.geography.codes import MUNICIPALITY_CODES
from ris_map.words.language import LocalText

FILE = "language_rights.yaml"


class OfficialLink(Record):
    """A page of an authority."""

    title: LocalText
    url: Url


class LanguageRight(Record):
    """One language and the municipalities in whose administrative area it may be used."""

    id: Slug
    label: LocalText
    text: LocalText
    municipalities: Annotated[tuple[MunicipalityCode, ...], Field(min_length=1)]
    source: OfficialLink
    """What the list of municipalities was read from."""
    links: Annotated[tuple[OfficialLink, ...], Field(min_length=1)]


def load_language_rights(path: Path) -> tuple[LanguageRight, ...]:
    """Read the language rights, in file order.

    Raises
    ------
    DataFaults
        If the file does not have the right shape or names a municipality outside the county.
    """
    rights = load_listed(path, LanguageRight, key="languages")
    strangers = {c for right in rights for c in right.municipalities} - {*MUNICIPALITY_CODES}
    if strangers:
        raise DataFaults(
            Fault(
                file=str(path),
                field="municipalities",
                reason=f"{code!r} is no municipality of the county.",
                action="Use the four digits of SCB.",
                code="unknown-municipality",
            )
            for code in sorted(strangers)
        )
    return rights


@lru_cache(maxsize=2)
def language_rights(data_dir: Path) -> tuple[LanguageRight, ...]:
    """Return the language rights of a data folder, read once per process."""
    return load_language_rights(data_dir / FILE)


def rights_of(code: str, rights: tuple[LanguageRight, ...]) -> tuple[LanguageRight, ...]:
    """Return the languages of one municipality's administrative areas."""
    return tuple(right for right in rights if code in right.municipalities)
