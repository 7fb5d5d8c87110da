"""The words of the regional innovation strategy: labels and explanations in both languages."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Annotated, Any, Generic, TypeVar

from pydantic import Field

from ris_map.common.faults import DataFaults, Fault, quoted
from ris_map.common.files import file_name
from ris_map.common.records import (
    ByLanguage,
    Finding,
    Place,
    Record,
    ShortText,
    Slug,
    Url,
    finding,
)
from ris_map.common.tables import load_listed
from ris_map.common.yaml_file import load_yaml
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
_Id = TypeVar("_Id", bound=Term)


class Described(Record):
    """Words for one thing: a label and what it means."""

    label: LocalText
    description: LocalText


class TermWords(Described, Generic[_Id]):
    """Words for a term of a closed vocabulary, such as a delivery mode."""

    id: _Id


class ShortTermWords(TermWords[_Id], Generic[_Id]):
    """Words for a term that has a short form too."""

    short: LocalText


class PhaseWords(ShortTermWords[Phase]):
    """A phase in words."""

    letter: Annotated[str, Field(min_length=1, max_length=1)]
    everyday: LocalText
    """The phase as the innovator would say it."""
    examples: tuple[LocalText, ...]


class ServiceTypeWords(ShortTermWords[ServiceType]):
    """A service type in words."""

    everyday: LocalText


class StrengthAreaGroup(Described):
    """A group of strength areas."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9]+([-_][a-z0-9]+)*$", max_length=80)]
    areas: Annotated[tuple[StrengthArea, ...], Field(min_length=1)]


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
    strength_areas: tuple[ShortTermWords[StrengthArea], ...]
    delivery: tuple[TermWords[Delivery], ...]
    scope: tuple[TermWords[Scope], ...]
    goals: tuple[Goal, ...]
    glossary: tuple[GlossaryTerm, ...]

    @cached_property
    def _labels(self) -> Mapping[Term, LocalText]:
        listed: list[TermWords[Any]] = [*self.phases, *self.service_types, *self.strength_areas]
        listed += [*self.delivery, *self.scope]
        return {StrengthArea.ALL: _ALL_AREAS, **{words.id: words.label for words in listed}}

    def label(self, term: Term) -> LocalText:
        """Return the label of a phase, service type, strength area, delivery mode or scope."""
        return self._labels[term]

    def phase(self, phase: Phase) -> PhaseWords:
        """Return a phase in words."""
        return next(words for words in self.phases if words.id is phase)

    def strength_area(self, area: StrengthArea) -> ShortTermWords[StrengthArea]:
        """Return one of the nine strength areas in words."""
        return next(words for words in self.strength_areas if words.id is area)

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
    """Read the words of the strategy; ``DataFaults`` with everything that is wrong."""
    document = load_yaml(path)
    place, content = Place(file_name(path), document), document.value
    strategy, faults = place.read(Strategy, content)
    if isinstance(content, dict):
        faults += [place.fault(*found) for found in _missing(content)]
    if strategy is None or faults:
        named = [_with_record(fault, content=content) for fault in faults]
        raise DataFaults(sorted(named, key=lambda fault: fault.line or 0))
    return strategy


def _with_record(fault: Fault, *, content: object) -> Fault:
    """Name the entry that a fault is in by its section and id."""
    section, _, rest = (fault.field or "").partition(".")
    position, _, field = rest.partition(".")
    if not isinstance(content, dict) or not position.isdecimal():
        return fault
    item_id = _ids(content, section)[int(position)]
    record = f"{section}/{item_id or position}"
    return replace(fault, record=record, field=field or None)


def _missing(content: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield ids that are there twice, and what has no words or no group of its own."""
    for section in ("strength_area_groups", "goals", "glossary", *_VOCABULARIES):
        ids = _ids(content, section)
        for index, item_id in enumerate(ids):
            if item_id is not None and ids.index(item_id) < index:
                yield finding("duplicate-id", section, index, "id", id=quoted(item_id))
        for wanted in _VOCABULARIES.get(section, ()):
            if section in content and wanted not in ids:
                yield finding("missing-words", section, term=wanted)
    if (section := "strength_area_groups") in content:
        areas = [one for group in _items(content, section) for one in _items(group, "areas")]
        for area in STRENGTH_AREAS:
            if (count := areas.count(area)) != 1:
                yield finding("not-in-one-group", section, area=area, count=count)


def _items(content: object, key: str) -> list[Any]:
    found = content.get(key) if isinstance(content, dict) else None
    return found if isinstance(found, list) else []


def _ids(content: Mapping[str, Any], section: str) -> list[str | None]:
    found = (i.get("id") if isinstance(i, dict) else None for i in _items(content, section))
    return [one if isinstance(one, str) else None for one in found]


SEARCH_WORDS = "search_words.yaml"
_Words = Annotated[tuple[ShortText, ...], Field(min_length=1)]


class EverydayWords(ByLanguage[_Words]):
    """Words that lead to a choice on the map, such as "food" to a strength area."""

    leads_to: ShortText
    """Key and value of the address."""


SEARCH_CHOICES: Mapping[str, Term] = {
    **{f"omrade={area}": area for area in STRENGTH_AREAS},
    **{f"stod={kind}": kind for kind in ServiceType},
    **{f"fas={phase}": phase for phase in Phase},
}


def load_everyday_words(path: Path) -> tuple[EverydayWords, ...]:
    """Read the everyday words; ``DataFaults`` with every fault, words that lead nowhere too."""
    return load_listed(path, EverydayWords, key="words", wrong=_leads_nowhere)


def _leads_nowhere(words: EverydayWords) -> Iterator[Finding]:
    if words.leads_to not in SEARCH_CHOICES:
        yield finding("unknown-choice", "leads_to", choice=words.leads_to)


@lru_cache(maxsize=2)
def everyday_words(data_dir: Path) -> tuple[EverydayWords, ...]:
    """Return the everyday words of a data folder, read once per process."""
    return load_everyday_words(data_dir / SEARCH_WORDS)
