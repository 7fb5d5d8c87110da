"""The coverage page's choices: widgets <-> one value <-> address."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from ris_map.common.address import IgnoredValue
from ris_map.coverage.gaps import GapOrder
from ris_map.coverage.page.choices import (
    DEFAULT_THRESHOLD,
    WHOLE_COUNTY,
    CellKey,
    CoverageChoice,
    CoverageParam,
    from_query,
    to_query,
)
from ris_map.register.vocabulary import Delivery, Phase, Scope, ServiceType, StrengthArea
from ris_map.web import data
from ris_map.web.address import PageAddress, Query, WidgetValues
from ris_map.words.language import Language

INLAND_KEY = f"{CoverageParam.SHOW}-inland"
CELL_CODE = f"{CoverageParam.CELL}-kommun"
CELL_PHASE = f"{CoverageParam.CELL}-fas"
CELL_TYPE = f"{CoverageParam.CELL}-stod"
_T = TypeVar("_T")


def division_ids() -> tuple[str, ...]:
    """Return the ids of the divisions, the default first."""
    return tuple(division.id for division in data.geography().divisions)


def place_ids() -> tuple[str, ...]:
    """Return what may be chosen as an area."""
    return tuple(place.id for place in data.places(Language.SV))


def chosen_coverage(state: WidgetValues) -> CoverageChoice:
    """Return the choice that the widgets say."""
    param = CoverageParam
    return CoverageChoice(
        phases=_members(state, param.PHASE, Phase),
        service_types=_members(state, param.SERVICE_TYPE, ServiceType),
        strength_area=_one(state, param.STRENGTH_AREA, StrengthArea),
        threshold=_whole(state, param.THRESHOLD),
        division=str(state.get(param.DIVISION) or division_ids()[0]),
        scope=Scope.ADJACENT if state.get(param.SCOPE) else Scope.CORE,
        delivery=_one(state, param.DELIVERY, Delivery) or Delivery.OFFICE,
        include_outside=bool(state.get(param.OUTSIDE)),
        gap_order=_one(state, param.SHOW, GapOrder) or GapOrder.PEOPLE,
        inland_first=bool(state.get(INLAND_KEY)),
        place=str(state.get(param.PLACE) or WHOLE_COUNTY),
        cell=_cell(state),
    )


def _members(state: WidgetValues, key: str, kind: type[_T]) -> tuple[_T, ...]:
    chosen = state.get(key)
    found = chosen if isinstance(chosen, list | tuple) else ()
    return tuple(item for item in _all(kind) if item in found)


def _all(kind: type[_T]) -> Iterable[_T]:
    return iter(kind)  # type: ignore[call-overload, no-any-return]


def _one(state: WidgetValues, key: str, kind: type[_T]) -> _T | None:
    chosen = state.get(key)
    return chosen if isinstance(chosen, kind) else None


def _whole(state: WidgetValues, key: str) -> int:
    chosen = state.get(key)
    return chosen if isinstance(chosen, int) else DEFAULT_THRESHOLD


def _cell(state: WidgetValues) -> CellKey | None:
    code = state.get(CELL_CODE)
    phase, kind = _one(state, CELL_PHASE, Phase), _one(state, CELL_TYPE, ServiceType)
    if not code or phase is None or kind is None:
        return None
    return CellKey(code=str(code), phase=phase, service_type=kind)


def _to_widgets(query: Query) -> tuple[WidgetValues, tuple[IgnoredValue, ...]]:
    chosen, ignored = from_query(query, divisions=division_ids(), place_ids=place_ids())
    cell = chosen.cell
    values: dict[str, object] = {
        CoverageParam.PHASE: list(chosen.phases),
        CoverageParam.SERVICE_TYPE: list(chosen.service_types),
        CoverageParam.STRENGTH_AREA: chosen.strength_area,
        CoverageParam.THRESHOLD: chosen.threshold,
        CoverageParam.DIVISION: chosen.division,
        CoverageParam.SCOPE: chosen.scope is Scope.ADJACENT,
        CoverageParam.DELIVERY: chosen.delivery,
        CoverageParam.OUTSIDE: chosen.include_outside,
        CoverageParam.SHOW: chosen.gap_order,
        INLAND_KEY: chosen.inland_first,
        CoverageParam.PLACE: chosen.place,
        CELL_CODE: cell.code if cell else None,
        CELL_PHASE: cell.phase if cell else Phase.IDE,
        CELL_TYPE: cell.service_type if cell else ServiceType.RADGIVNING,
    }
    return values, ignored


def _to_query(state: WidgetValues) -> Query:
    return to_query(chosen_coverage(state), divisions=division_ids())


ADDRESS = PageAddress(
    page="coverage",
    keys=tuple(CoverageParam),
    to_widgets=_to_widgets,
    to_query=_to_query,
)
