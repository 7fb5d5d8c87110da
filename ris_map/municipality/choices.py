"""The municipality page's choices: widgets <-> address."""

from __future__ import annotations

from ris_map.common.address import IgnoredValue
from ris_map.coverage.cube import THRESHOLDS
from ris_map.geography.codes import MUNICIPALITY_CODES
from ris_map.municipality.parts import CODE_KEY, SCOPE_KEY, THRESHOLD_KEY
from ris_map.register.vocabulary import Scope
from ris_map.travel.world import CubeChoice
from ris_map.web.address import PageAddress, Query, WidgetValues

CODE_WIDGET, THRESHOLD_WIDGET, SCOPE_WIDGET = "kommun-kod", "kommun-grans", "kommun-bredd"
DEFAULT = CubeChoice()
LIMITS = tuple(f"{limit:.0f}" for limit in THRESHOLDS)


def chosen_code(state: WidgetValues) -> str | None:
    """Return the chosen municipality's code; None = none is chosen."""
    code = state.get(CODE_WIDGET)
    return str(code) if code in MUNICIPALITY_CODES else None


def chosen_cube(state: WidgetValues) -> CubeChoice:
    """Return threshold and breadth."""
    limit = state.get(THRESHOLD_WIDGET)
    return CubeChoice(
        threshold=float(str(limit)) if limit in LIMITS else DEFAULT.threshold,
        scope=Scope.ADJACENT if state.get(SCOPE_WIDGET) else Scope.CORE,
    )


def to_widgets(query: Query) -> tuple[WidgetValues, tuple[IgnoredValue, ...]]:
    """Return the widgets' values for an address, and what of it means nothing.

    An unknown municipality is none of these: the page itself says so, with the fifteen to choose.
    """
    ignored: list[IgnoredValue] = []

    def one(key: str, allowed: tuple[str, ...]) -> str | None:
        wanted = list(dict.fromkeys(query.get(key, ())))
        known = [value for value in wanted if value in allowed]
        ignored.extend(IgnoredValue(key, value) for value in wanted if value not in known[:1])
        return known[0] if known else None

    code = one(CODE_KEY, MUNICIPALITY_CODES)
    limit = one(THRESHOLD_KEY, LIMITS)
    scope = one(SCOPE_KEY, tuple(Scope))
    values: dict[str, object] = {
        CODE_WIDGET: code,
        THRESHOLD_WIDGET: limit or f"{DEFAULT.threshold:.0f}",
        SCOPE_WIDGET: scope == Scope.ADJACENT,
    }
    return values, tuple(ignored)


def to_query(state: WidgetValues) -> Query:
    """Return the address form: only what is chosen."""
    code, choice = chosen_code(state), chosen_cube(state)
    query: Query = {}
    if code is not None:
        query[CODE_KEY] = [code]
    if choice.threshold != DEFAULT.threshold:
        query[THRESHOLD_KEY] = [f"{choice.threshold:.0f}"]
    if choice.scope is not DEFAULT.scope:
        query[SCOPE_KEY] = [choice.scope.value]
    return query


ADDRESS = PageAddress(
    page="municipality",
    keys=(CODE_KEY, THRESHOLD_KEY, SCOPE_KEY),
    to_widgets=to_widgets,
    to_query=to_query,
)
