"""The start page's filter: widgets <-> one filter value <-> address."""

from __future__ import annotations

from ris_map.common.address import MAX_TEXT_LENGTH, IgnoredValue
from ris_map.register.filters import Filter, Param, from_query, to_query
from ris_map.register.vocabulary import STRENGTH_AREAS, Delivery, Phase, Scope, ServiceType
from ris_map.web import data
from ris_map.web.address import PageAddress, Query, WidgetValues
from ris_map.words.language import Language


def area_key(group: str) -> str:
    """Return the key of the widget for one group of strength areas."""
    return f"{Param.STRENGTH_AREA}-{group}"


def chosen_filter(state: WidgetValues) -> Filter:
    """Return the filter that the widgets say, every choice in the vocabulary's order."""

    def chosen(key: str) -> tuple[object, ...]:
        return tuple(state.get(key) or ())  # type: ignore[arg-type]

    groups = data.strategy().strength_area_groups
    areas = {area for group in groups for area in chosen(area_key(group.id))}
    return Filter(
        phases=tuple(p for p in Phase if p in chosen(Param.PHASE)),
        service_types=tuple(s for s in ServiceType if s in chosen(Param.SERVICE_TYPE)),
        strength_areas=tuple(area for area in STRENGTH_AREAS if area in areas),
        places=tuple(p.id for p in data.places(Language.SV) if p.id in chosen(Param.PLACE)),
        delivery=tuple(d for d in Delivery if d in chosen(Param.DELIVERY)),
        scope=Scope.ADJACENT if state.get(Param.SCOPE) else Scope.CORE,
        text=" ".join(str(state.get(Param.TEXT) or "").split())[:MAX_TEXT_LENGTH].strip(),
    )


def _to_widgets(query: Query) -> tuple[WidgetValues, tuple[IgnoredValue, ...]]:
    chosen, ignored = from_query(query, place_ids=[p.id for p in data.places(Language.SV)])
    areas = {
        area_key(group.id): [a for a in chosen.strength_areas if a in group.areas]
        for group in data.strategy().strength_area_groups
    }
    values: dict[str, object] = {
        Param.PHASE: list(chosen.phases),
        Param.SERVICE_TYPE: list(chosen.service_types),
        Param.PLACE: list(chosen.places),
        Param.DELIVERY: list(chosen.delivery),
        Param.SCOPE: chosen.scope is Scope.ADJACENT,
        Param.TEXT: chosen.text,
        **areas,
    }
    return values, ignored


def _to_query(state: WidgetValues) -> Query:
    return to_query(chosen_filter(state))


ADDRESS = PageAddress(
    page="start",
    keys=tuple(Param),
    to_widgets=_to_widgets,
    to_query=_to_query,
    free_text=(Param.TEXT,),
)
