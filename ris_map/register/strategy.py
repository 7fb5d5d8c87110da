"""The words of the regional innovation strategy: labels and explanations in both languages."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, ValidationError

from ris_map.common.faults import DataFaults, Fault, RegisterFaults
from ris_map.common.files import file_name
from ris_map.common.model_faults import Place, masked, model_faults, quoted, text_faults
from ris_map.common.records import Record, ShortText, Slug, Url
from ris_map.common.tables import load_listed
from ris_map.common.yaml_file import YamlDocument, load_yaml
from ris_map.register.vocabulary import (
    STRENGTH_AREAS,
    Delivery,
    Phase,
    Scope,
    ServiceType,
    StrengthArea,
)
from ris_map.words.language import LocalText

Term = Phase | ServiceType | StrengthArea | Delivery | Scope


class Described(Record):
    """Words for one thing: a label and what it means."""

    label: LocalText
    description: LocalText


class PhaseWords(Described):
    """A phase in words."""

    id: Phase
    letter: Annotated[str, Field(min_length=1, max_length=1)]
    short: LocalText
    everyday: LocalText
    """The phase as the innovator would say it."""
    examples: tuple[LocalText, ...]


class ServiceTypeWords(Described):
    """A service type in words."""

    id: ServiceType
    short: LocalText
    everyday: LocalText


class StrengthAreaGroup(Described):
    """A group of strength areas."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9]+([-_][a-z0-9]+)*$", max_length=80)]
    areas: Annotated[tuple[StrengthArea, ...], Field(min_length=1)]


class StrengthAreaWords(Described):
    """A strength area in words."""

    id: StrengthArea
    short: LocalText


class DeliveryWords(Described):
    """A delivery mode in words."""

    id: Delivery


class ScopeWords(Described):
    """Core or adjacent, in words."""

    id: Scope


class Goal(Described):
    """A goal of the strategy and the efforts it names."""

    id: Slug
    efforts: tuple[LocalText, ...]


class GlossaryTerm(Record):
    """A word and its explanation."""

    id: Slug
    term: LocalText
    explanation: LocalText


class StrategySource(Record):
    """Where the strategy can be read."""

    title: LocalText
    publisher: ShortText
    year: Annotated[int, Field(ge=2000, le=2100)]
    url: Url


class StrategyMeta(Record):
    """What the file is."""

    title: LocalText
    note: LocalText
    source: StrategySource


class Strategy(Record):
    """The whole file; every id of the closed vocabularies is there exactly once."""

    meta: StrategyMeta
    phases: tuple[PhaseWords, ...]
    service_types: tuple[ServiceTypeWords, ...]
    strength_area_groups: tuple[StrengthAreaGroup, ...]
    strength_areas: tuple[StrengthAreaWords, ...]
    delivery: tuple[DeliveryWords, ...]
    scope: tuple[ScopeWords, ...]
    goals: tuple[Goal, ...]
    glossary: tuple[GlossaryTerm, ...]

    @cached_property
    def _labels(self) -> Mapping[tuple[type, str], LocalText]:
        return {
            (type(words.id), words.id): words.label
            for section in (
                self.phases,
                self.service_types,
                self.strength_areas,
                self.delivery,
                self.scope,
            )
            for words in section
        }

    def label(self, term: Term) -> LocalText:
        """Return the label of a phase, service type, strength area, delivery mode or scope."""
        if term is StrengthArea.ALL:
            return _ALL_AREAS
        return self._labels[type(term), term]

    def phase(self, phase: Phase) -> PhaseWords:
        """Return a phase in words."""
        return next(words for words in self.phases if words.id is phase)

    def service_type(self, service_type: ServiceType) -> ServiceTypeWords:
        """Return a service type in words."""
        return next(words for words in self.service_types if words.id is service_type)

    def strength_area(self, area: StrengthArea) -> StrengthAreaWords:
        """Return one of the nine strength areas in words; ``KeyError`` for ``ALL``."""
        return {words.id: words for words in self.strength_areas}[area]

    def group_of(self, area: StrengthArea) -> StrengthAreaGroup:
        """Return the group of one of the nine strength areas; ``KeyError`` for ``ALL``."""
        return {one: group for group in self.strength_area_groups for one in group.areas}[area]


_ALL_AREAS = LocalText(sv="Alla områden", en="All areas")
"""The label of a sector-neutral actor: a marker of the register, not a word of the strategy."""

_VOCABULARIES: Mapping[str, Sequence[str]] = {
    "phases": tuple(Phase),
    "service_types": tuple(ServiceType),
    "strength_areas": STRENGTH_AREAS,
    "delivery": tuple(Delivery),
    "scope": tuple(Scope),
}


def load_strategy(path: Path) -> Strategy:
    """Read the words of the strategy; ``RegisterFaults`` with everything that is wrong."""
    strategy, faults = _examine(path)
    if strategy is None:
        raise RegisterFaults(faults)
    return strategy


def check_strategy(path: Path) -> list[Fault]:
    """Return everything that is wrong with the words of the strategy; empty when nothing is."""
    return _examine(path)[1]


def _examine(path: Path) -> tuple[Strategy | None, list[Fault]]:
    try:
        document = load_yaml(path)
    except DataFaults as error:
        return None, [masked(fault) for fault in error.faults]
    place = Place(file_name(path), document, (), None)
    faults = [
        *_id_faults(document, file=file_name(path)),
        *text_faults(document.value, place=place),
    ]
    try:
        strategy = Strategy.model_validate_json(json.dumps(document.value))
    except ValidationError as error:
        strategy = None
        faults = model_faults(error, model=Strategy, place=place) + faults
    faults = sorted(
        (_with_record(fault, content=document.value) for fault in faults),
        key=lambda fault: fault.line or 0,
    )
    return (None if faults else strategy), faults


def _with_record(fault: Fault, *, content: object) -> Fault:
    """Name the entry that a fault is in by its section and id."""
    section, _, rest = (fault.field or "").partition(".")
    position, _, field = rest.partition(".")
    if not isinstance(content, dict) or not position.isdecimal():
        return fault
    item_id = _id(_items(content, section)[int(position)])
    record = f"{section}/{item_id or position}"
    return masked(replace(fault, record=record, field=field or None))


def _id_faults(document: YamlDocument, *, file: str) -> Iterator[Fault]:
    content: Mapping[str, Any] = document.value if isinstance(document.value, dict) else {}
    place = Place(file, document, (), None)
    for section in ("strength_area_groups", "goals", "glossary", *_VOCABULARIES):
        found = [(index, _id(item)) for index, item in enumerate(_items(content, section))]
        first = dict(reversed([(item_id, index) for index, item_id in found]))
        for index, item_id in found:
            if item_id is not None and first[item_id] != index:
                yield place.fault(
                    (section, index, "id"),
                    f"The id {quoted(item_id)} is used more than once.",
                    action="Remove one, or give it an id of its own.",
                    code="duplicate-id",
                )
        for wanted in _VOCABULARIES.get(section, ()):
            if section in content and wanted not in first:
                yield place.fault(
                    (section,),
                    f"The words for '{wanted}' are missing.",
                    action="Add them.",
                    code="missing-words",
                )
    yield from _group_faults(content, place=place)


def _group_faults(content: Mapping[str, Any], *, place: Place) -> Iterator[Fault]:
    groups = _items(content, "strength_area_groups")
    areas = [a for group in groups if isinstance(group, dict) for a in _items(group, "areas")]
    counts = Counter(area for area in areas if isinstance(area, str))
    for area in STRENGTH_AREAS if "strength_area_groups" in content else ():
        if counts[area] != 1:
            yield place.fault(
                ("strength_area_groups",),
                f"The area '{area}' stands in {counts[area]} groups.",
                action="Put it in exactly one.",
                code="not-in-one-group",
            )


def _items(content: Mapping[str, Any], section: str) -> list[Any]:
    found = content.get(section)
    return found if isinstance(found, list) else []


def _id(item: object) -> str | None:
    found = item.get("id") if isinstance(item, dict) else None
    return found if isinstance(found, str) else None


SEARCH_WORDS = "search_words.yaml"
_Words = Annotated[tuple[ShortText, ...], Field(min_length=1)]


class EverydayWords(Record):
    """Words that lead to a choice on the map, such as "food" to a strength area."""

    leads_to: ShortText
    sv: _Words
    en: _Words

    @property
    def choice(self) -> tuple[str, str]:
        """Key and value of the address."""
        key, _, value = self.leads_to.partition("=")
        return key, value


SEARCH_CHOICES: Mapping[str, tuple[Term, ...]] = {
    "omrade": STRENGTH_AREAS,
    "stod": tuple(ServiceType),
    "fas": tuple(Phase),
}


def load_everyday_words(path: Path) -> tuple[EverydayWords, ...]:
    """Read the everyday words; ``DataFaults`` with every fault, words that lead nowhere too."""
    words = load_listed(path, EverydayWords, key="words")
    wrong = [one for one in words if one.choice[1] not in SEARCH_CHOICES.get(one.choice[0], ())]
    if wrong:
        raise DataFaults(
            Fault(
                file=str(path),
                record=one.leads_to,
                field="leads_to",
                reason=f"{one.leads_to!r} is no choice.",
                action="Use omrade, stod or fas with a value of the vocabulary.",
                code="unknown-choice",
            )
            for one in wrong
        )
    return words


@lru_cache(maxsize=2)
def everyday_words(data_dir: Path) -> tuple[EverydayWords, ...]:
    """Return the everyday words of a data folder, read once per process."""
    return load_everyday_words(data_dir / SEARCH_WORDS)
