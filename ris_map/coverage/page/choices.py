"""What a reader of the coverage page has chosen, and its address form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from ris_map.common.address import IgnoredValue
from ris_map.coverage.cube import THRESHOLDS
from ris_map.coverage.gaps import GapOrder
from ris_map.geography.codes import MUNICIPALITY_CODES
from ris_map.register.vocabulary import (
    STRENGTH_AREAS,
    Delivery,
    Phase,
    Scope,
    ServiceType,
    StrengthArea,
)
from ris_map.travel.world import CubeChoice

DEFAULT_THRESHOLD = 60
WHOLE_COUNTY = "lan"
OUTSIDE_COUNTS = "ja"
INLAND_FIRST = "inland"
_E = TypeVar("_E", bound=StrEnum)


class CoverageParam(StrEnum):
    """Keys in the address. Stable: links that people have saved depend on them."""

    PHASE = "fas"
    SERVICE_TYPE = "stod"
    STRENGTH_AREA = "omrade"
    THRESHOLD = "grans"
    DIVISION = "indelning"
    SCOPE = "bredd"
    DELIVERY = "satt"
    OUTSIDE = "utanfor"
    SHOW = "visa"
    PLACE = "plats"
    CELL = "cell"


@dataclass(frozen=True, slots=True, kw_only=True)
class CellKey:
    """One cell of the matrix; ``2422.ide.radgivning`` in the address."""

    code: str
    phase: Phase
    service_type: ServiceType

    def __str__(self) -> str:
        return f"{self.code}.{self.phase}.{self.service_type}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageChoice:
    """What a reader has chosen.

    Parameters
    ----------
    phases, service_types : tuple
        Empty means all.
    threshold : int
        Minutes, one of the four.
    division : str
        Id of a division.
    delivery : Delivery
        The one way of help that the figures show; the four are never added.
    include_outside : bool
        Whether known neighbours outside the county count.
    gap_order, inland_first
        How the gaps are listed.
    place : str
        Area of the table of figures: ``lan``, a group of municipalities or a municipality.
    cell : CellKey or None
        The cell whose evidence is shown.
    """

    division: str
    phases: tuple[Phase, ...] = ()
    service_types: tuple[ServiceType, ...] = ()
    strength_area: StrengthArea | None = None
    threshold: int = DEFAULT_THRESHOLD
    scope: Scope = Scope.CORE
    delivery: Delivery = Delivery.OFFICE
    include_outside: bool = False
    gap_order: GapOrder = GapOrder.PEOPLE
    inland_first: bool = False
    place: str = WHOLE_COUNTY
    cell: CellKey | None = None

    @property
    def shown_phases(self) -> tuple[Phase, ...]:
        """Phases that count."""
        return self.phases or tuple(Phase)

    @property
    def shown_types(self) -> tuple[ServiceType, ...]:
        """Service types that count."""
        return self.service_types or tuple(ServiceType)

    @property
    def is_physical(self) -> bool:
        """Whether the figures show offices, and therefore minutes."""
        return self.delivery is Delivery.OFFICE

    @property
    def cube_choice(self) -> CubeChoice:
        """What of it the coverage is computed from."""
        return CubeChoice(
            threshold=float(self.threshold),
            scope=self.scope,
            strength_area=self.strength_area,
            include_outside=self.include_outside,
        )


def parse_cell(text: str) -> CellKey | None:
    """Return the cell of an address, or None if there is no such cell."""
    code, _, rest = text.partition(".")
    phase, _, service_type = rest.partition(".")
    if code in MUNICIPALITY_CODES and phase in set(Phase) and service_type in set(ServiceType):
        return CellKey(code=code, phase=Phase(phase), service_type=ServiceType(service_type))
    return None


def to_query(chosen: CoverageChoice, *, divisions: Sequence[str]) -> dict[str, list[str]]:
    """Return the address form: only what differs from the state without any choice.

    Parameters
    ----------
    chosen : CoverageChoice
        The choice.
    divisions : sequence of str
        Known divisions; the first is the default.
    """
    plain = CoverageChoice(division=divisions[0])
    show = [str(chosen.gap_order)] if chosen.gap_order is not plain.gap_order else []
    show += [INLAND_FIRST] if chosen.inland_first else []
    area, cell = chosen.strength_area, chosen.cell
    query: dict[CoverageParam, list[str]] = {
        CoverageParam.PHASE: [*chosen.phases],
        CoverageParam.SERVICE_TYPE: [*chosen.service_types],
        CoverageParam.STRENGTH_AREA: [area] if area else [],
        CoverageParam.THRESHOLD: _unless(str(chosen.threshold), str(plain.threshold)),
        CoverageParam.DIVISION: _unless(chosen.division, plain.division),
        CoverageParam.SCOPE: _unless(chosen.scope, plain.scope),
        CoverageParam.DELIVERY: _unless(chosen.delivery, plain.delivery),
        CoverageParam.OUTSIDE: [OUTSIDE_COUNTS] if chosen.include_outside else [],
        CoverageParam.SHOW: show,
        CoverageParam.PLACE: _unless(chosen.place, plain.place),
        CoverageParam.CELL: [str(cell)] if cell else [],
    }
    return {str(key): [str(v) for v in values] for key, values in query.items() if values}


def from_query(
    query: Mapping[str, Sequence[str]], *, divisions: Sequence[str], place_ids: Iterable[str]
) -> tuple[CoverageChoice, tuple[IgnoredValue, ...]]:
    """Return the choice that an address means, and what of it means nothing.

    Parameters
    ----------
    query : mapping of str to sequence of str
        All values per key; other keys are none of our business.
    divisions : sequence of str
        Known divisions; the first is the default.
    place_ids : iterable of str
        Known municipality codes and group ids.
    """
    reader = _Reader(query)
    gap_words = reader.many(CoverageParam.SHOW, (*GapOrder, INLAND_FIRST))
    threshold = reader.one(CoverageParam.THRESHOLD, [str(int(t)) for t in THRESHOLDS])
    chosen = CoverageChoice(
        phases=tuple(reader.members(CoverageParam.PHASE, Phase)),
        service_types=tuple(reader.members(CoverageParam.SERVICE_TYPE, ServiceType)),
        strength_area=reader.member(CoverageParam.STRENGTH_AREA, STRENGTH_AREAS),
        threshold=int(threshold or DEFAULT_THRESHOLD),
        division=reader.one(CoverageParam.DIVISION, divisions) or divisions[0],
        scope=reader.member(CoverageParam.SCOPE, Scope) or Scope.CORE,
        delivery=reader.member(CoverageParam.DELIVERY, Delivery) or Delivery.OFFICE,
        include_outside=reader.one(CoverageParam.OUTSIDE, [OUTSIDE_COUNTS]) is not None,
        gap_order=GapOrder.MINUTES if GapOrder.MINUTES in gap_words else GapOrder.PEOPLE,
        inland_first=INLAND_FIRST in gap_words,
        place=reader.one(CoverageParam.PLACE, (WHOLE_COUNTY, *place_ids)) or WHOLE_COUNTY,
        cell=reader.cell(),
    )
    return chosen, tuple(reader.ignored)


class _Reader:
    """Reads one key after another and notes what it had to leave out."""

    def __init__(self, query: Mapping[str, Sequence[str]]) -> None:
        self._query = query
        self.ignored: list[IgnoredValue] = []

    def many(self, key: CoverageParam, allowed: Iterable[str]) -> list[str]:
        known = [str(item) for item in allowed]
        wanted = dict.fromkeys(self._query.get(key, ()))
        self.ignored.extend(IgnoredValue(key, value) for value in wanted if value not in known)
        return [value for value in known if value in wanted]

    def one(self, key: CoverageParam, allowed: Iterable[str]) -> str | None:
        """Return the last value that is allowed: the one that was added last to the address."""
        self.many(key, allowed := tuple(allowed))
        return next((v for v in reversed(self._query.get(key, ())) if v in allowed), None)

    def members(self, key: CoverageParam, allowed: Iterable[_E]) -> list[_E]:
        known = tuple(allowed)
        found = self.many(key, known)
        return [item for item in known if item in found]

    def member(self, key: CoverageParam, allowed: Iterable[_E]) -> _E | None:
        known = tuple(allowed)
        found = self.one(key, known)
        return next((item for item in known if item == found), None)

    def cell(self) -> CellKey | None:
        texts = self._query.get(CoverageParam.CELL, ())
        cells = [(text, parse_cell(text)) for text in texts]
        self.ignored.extend(
            IgnoredValue(CoverageParam.CELL, text) for text, found in cells if found is None
        )
        return next((found for _, found in reversed(cells) if found is not None), None)


def _unless(value: str, default: str) -> list[str]:
    return [value] if value != default else []
