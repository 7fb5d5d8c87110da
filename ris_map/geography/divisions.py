"""Divisions of the county into groups of municipalities, each with a named source."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable

from pydantic import ValidationError

from ris_map.common.faults import DataFaults
from ris_map.common.model_faults import Place, model_faults
from ris_map.common.records import MunicipalityCode, Record, ShortText, Slug
from ris_map.common.tables import FaultLog
from ris_map.common.yaml_file import YamlDocument, load_yaml
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
        # by way of JSON, where a list is the only way to write a tuple
        content = DivisionsFile.model_validate_json(json.dumps(document.value))
    except DataFaults as refusal:
        log.faults.extend(refusal.faults)
        return None
    except ValidationError as error:
        place = Place(str(log.path), document, (), None)
        log.faults.extend(model_faults(error, model=DivisionsFile, place=place))
        return None
    _note_repeated(content, document=document, log=log)
    for index, division in enumerate(content.divisions):
        codes = [code for group in division.groups for code in group.municipalities]
        line = document.line(("divisions", index, "groups"))
        _note_partition(codes, record=division.id, field="groups", line=line, log=log)
    _note_partition(
        content.order_coast_to_mountains,
        record=None,
        field="order_coast_to_mountains",
        line=document.line(("order_coast_to_mountains",)),
        log=log,
    )
    return content


def _note_repeated(content: DivisionsFile, *, document: YamlDocument, log: FaultLog) -> None:
    ids = [("divisions", index, item.id) for index, item in enumerate(content.divisions)]
    seen: set[str] = set()
    for key, index, division_id in ids:
        groups = Counter(group.id for group in content.divisions[index].groups)
        repeated = [group_id for group_id, times in groups.items() if times > 1]
        for duplicate in [*repeated, *([division_id] if division_id in seen else [])]:
            log.add(
                f"The id {duplicate} stands here for the second time.",
                action="Give it another id.",
                code="duplicate-id",
                line=document.line((key, index)),
                record=division_id,
                field="id",
            )
        seen.add(division_id)


def _note_partition(
    codes: Iterable[str], *, record: str | None, field: str, line: int | None, log: FaultLog
) -> None:
    times = Counter(codes)
    for problem, wrong, action in (
        ("more than once", [c for c, n in times.items() if n > 1], "Keep each in one group."),
        ("missing", [c for c in MUNICIPALITY_CODES if c not in times], "Add them."),
        ("unknown", [c for c in times if c not in MUNICIPALITY_CODES], "Remove them."),
    ):
        if wrong:
            log.add(
                f"Municipalities {problem}: {', '.join(sorted(wrong))}.",
                action=action,
                code="not-a-partition",
                line=line,
                record=record,
                field=field,
            )
