"""The choices of the page on strength areas: widgets <-> address."""

from __future__ import annotations

from ris_map.common.address import IgnoredValue
from ris_map.register.vocabulary import STRENGTH_AREAS, Scope, StrengthArea
from ris_map.strength.parts import AREA_KEY, SCOPE_KEY
from ris_map.travel.world import CubeChoice
from ris_map.web.address import PageAddress, Query, WidgetValues

AREA_WIDGET, SCOPE_WIDGET = "styrka-omrade", "styrka-bredd"
ALL = "all"
"""The option that chooses no area."""


def chosen_area(state: WidgetValues) -> StrengthArea | None:
    """Return the chosen area; None = all nine."""
    area = state.get(AREA_WIDGET)
    return StrengthArea(str(area)) if area in STRENGTH_AREAS else None


def chosen_cube(state: WidgetValues) -> CubeChoice:
    """Return the breadth, under the default threshold."""
    return CubeChoice(scope=Scope.ADJACENT if state.get(SCOPE_WIDGET) else Scope.CORE)


def to_widgets(query: Query) -> tuple[WidgetValues, tuple[IgnoredValue, ...]]:
    """Return the widgets' values for an address, and what of it means nothing."""
    ignored: list[IgnoredValue] = []

    def one(key: str, allowed: tuple[str, ...]) -> str | None:
        wanted = list(dict.fromkeys(query.get(key, ())))
        known = [value for value in wanted if value in allowed]
        ignored.extend(IgnoredValue(key, value) for value in wanted if value not in known[:1])
        return known[0] if known else None

    area = one(AREA_KEY, tuple(area.value for area in STRENGTH_AREAS))
    scope = one(SCOPE_KEY, tuple(scope.value for scope in Scope))
    values: dict[str, object] = {
        AREA_WIDGET: area or ALL,
        SCOPE_WIDGET: scope == Scope.ADJACENT,
    }
    return values, tuple(ignored)


def to_query(state: WidgetValues) -> Query:
    """Return the address form: only what is chosen."""
    area, choice = chosen_area(state), chosen_cube(state)
    query: Query = {}
    if area is not None:
        query[AREA_KEY] = [area.value]
    if choice.scope is not Scope.CORE:
        query[SCOPE_KEY] = [choice.scope.value]
    return query


ADDRESS = PageAddress(
    page="strength_areas",
    keys=(AREA_KEY, SCOPE_KEY),
    to_widgets=to_widgets,
    to_query=to_query,
)
