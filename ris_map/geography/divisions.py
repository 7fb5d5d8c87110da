"""Divisions of the county into groups of municipalities, each with a named source."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from ris_map.common.faults import DataFaults
from ris_map.common.model_faults import Finding, Place
from ris_map.common.records import MunicipalityCode, Record, ShortText, Slug
from ris_map.common.tables import FaultLog
from ris_map.common.yaml_file import load_yaml
from ris_map.geography.codes import MUNICIPALITY_CODES
from ris_map.words.language import LocalText


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
    whole = Place(log.path.as_posix(), document)
    content, faults = whole.read(DivisionsFile, document.value)
    log.faults.extend(faults)
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
        reason = f"The id {id_} stands here for the second time."
        yield ("id",), reason, "Give it another id.", "duplicate-id"
    codes = [code for group in division.groups for code in group.municipalities]
    if not 0 < len(division.inland) < len(codes):
        reason = "All municipalities are on one side: every comparison needs inland and others."
        action = "Let some groups be inland (is_inland) and others not."
        yield ("groups",), reason, action, "one-sided"
    yield from _no_partition("groups", codes)


def _no_partition(field: str, codes: Iterable[str]) -> Iterator[Finding]:
    times = Counter(codes)
    for problem, wrong, action in (
        ("more than once", [c for c, n in times.items() if n > 1], "Keep each in one group."),
        ("missing", [c for c in MUNICIPALITY_CODES if c not in times], "Add them."),
        ("unknown", [c for c in times if c not in MUNICIPALITY_CODES], "Remove them."),
    ):
        if wrong:
            reason = f"Municipalities {problem}: {', '.join(sorted(wrong))}."
            yield (field,), reason, action, "not-a-partition"
