"""The municipalities' codes, and divisions of them into groups, each with a named source."""

import contextlib
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Annotated

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from ris_map.common.faults import DataFaults
from ris_map.common.records import (
    Finding,
    MunicipalityCode,
    Place,
    Record,
    ShortText,
    Slug,
    finding,
)
from ris_map.common.region import data_folder, region
from ris_map.common.tables import FaultLog
from ris_map.common.yaml_file import load_yaml
from ris_map.words.language import LocalText

MUNICIPALITY_CODES: tuple[str, ...] = ()
"""The municipalities of the region (SCB codes), ascending."""
DEFAULT_DIVISION = ""
"""What is called coast and inland where nothing is chosen: the first of ``divisions.yaml``."""
VISITS_FROM = ""
"""The place from which days of visits start where none is chosen."""

with contextlib.suppress(DataFaults):  # ``check`` says what is wrong, before the server starts
    MUNICIPALITY_CODES, VISITS_FROM = region().codes, region().visits_from
with contextlib.suppress(DataFaults, LookupError, TypeError):
    DEFAULT_DIVISION = load_yaml(data_folder() / "divisions.yaml").value["divisions"][0]["id"]


def _own(code: str) -> str:
    if code not in MUNICIPALITY_CODES:
        raise PydanticCustomError("unknown-municipality", "no municipality of the county")
    return code


OwnMunicipality = Annotated[MunicipalityCode, AfterValidator(_own)]
"""The code of a municipality of the region."""


class DivisionGroup(Record):
    """One group of municipalities within a division."""

    id: Slug
    label: LocalText
    is_inland: bool
    municipalities: tuple[MunicipalityCode, ...]


class Division(Record):
    """A named, sourced way to group the municipalities; each belongs to exactly one group."""

    id: Slug
    label: LocalText
    source: LocalText
    as_of: ShortText
    note: LocalText
    groups: tuple[DivisionGroup, ...]

    def group_of(self, code: str) -> DivisionGroup:
        """Return the group of a municipality; ``KeyError`` if there is none."""
        return {c: group for group in self.groups for c in group.municipalities}[code]

    @property
    def inland(self) -> tuple[str, ...]:
        """Codes of the municipalities that count as inland."""
        return tuple(c for group in self.groups if group.is_inland for c in group.municipalities)


class DivisionsFile(Record):
    """The content of ``divisions.yaml``; the first division is the default."""

    divisions: tuple[Division, ...]
    order_rule: LocalText
    order_coast_to_mountains: tuple[MunicipalityCode, ...]


def read_divisions(log: FaultLog) -> DivisionsFile | None:
    """Read the divisions, or note why there are none."""
    try:
        document = load_yaml(log.path)
    except DataFaults as refusal:
        log.faults.extend(refusal.faults)
        return None
    whole = Place(log.name, document)
    content, faults = whole.read(DivisionsFile, document.value)
    log.faults += faults
    if content is None:
        return None
    seen: set[str] = set()
    for index, division in enumerate(content.divisions):
        place = Place(whole.file, document, ("divisions", index), division.id)
        log.faults.extend(place.fault(*found) for found in _wrong(division, seen))
        seen.add(division.id)
    order = _no_partition("order_coast_to_mountains", content.order_coast_to_mountains)
    log.faults.extend(whole.fault(*found) for found in order)
    return content


def _wrong(division: Division, seen: set[str]) -> Iterator[Finding]:
    times = Counter(group.id for group in division.groups)
    for id_ in [*(i for i, number in times.items() if number > 1), *({division.id} & seen)]:
        yield finding("duplicate-id/division", "id", id=id_)
    codes = [code for group in division.groups for code in group.municipalities]
    if not 0 < len(division.inland) < len(codes):
        yield finding("one-sided", "groups")
    yield from _no_partition("groups", codes)


def _no_partition(field: str, codes: Iterable[str]) -> Iterator[Finding]:
    times = Counter(codes)
    for problem, wrong in (
        ("twice", [c for c, n in times.items() if n > 1]),
        ("missing", [c for c in MUNICIPALITY_CODES if c not in times]),
        ("unknown", [c for c in times if c not in MUNICIPALITY_CODES]),
    ):
        if wrong:
            yield finding(f"not-a-partition/{problem}", field, codes=", ".join(sorted(wrong)))
