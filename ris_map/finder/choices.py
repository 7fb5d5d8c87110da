"""The state of the page "Hitta stöd": widgets <-> one need <-> address."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import TypeVar

from ris_map.common.address import IgnoredValue
from ris_map.finder.need import DEFAULT_LIMIT, LIMITS, Need, start_of
from ris_map.finder.who import Who
from ris_map.register.vocabulary import STRENGTH_AREAS, Phase, ServiceType, StrengthArea
from ris_map.web import data
from ris_map.web.address import PageAddress, Query, WidgetValues

UNSURE = "vet-inte"
"""The answer "I do not know" to the question of phase; it opens two short questions."""
ANY_LIMIT = "alla"
YES = "ja"
_E = TypeVar("_E", bound=StrEnum)


class FindParam(StrEnum):
    """Keys in the address. Stable: links that people have saved depend on them."""

    PLACE = "plats"
    PHASE = "fas"
    SERVICE_TYPE = "stod"
    STRENGTH_AREA = "omrade"
    WHO = "vem"
    DIGITAL = "digitalt"
    LIMIT = "grans"


def widget(param: FindParam) -> str:
    """Return the key of a widget: its own, so that no other page's widget shares its value."""
    return f"hitta-{param}"


def chosen_need(state: WidgetValues) -> Need:
    """Return the need that the widgets say."""

    def value(param: FindParam) -> object:
        return state.get(widget(param))

    phase, limit = value(FindParam.PHASE), value(FindParam.LIMIT)
    types = value(FindParam.SERVICE_TYPE)
    wanted = set(types) if isinstance(types, list | tuple) else set()
    place, area, who = (value(p) for p in (FindParam.PLACE, FindParam.STRENGTH_AREA, FindParam.WHO))
    return Need(
        place=place if isinstance(place, str) and place else None,
        phases=(phase,) if isinstance(phase, Phase) else (),
        service_types=tuple(kind for kind in ServiceType if kind in wanted),
        strength_area=area
        if isinstance(area, StrengthArea) and area is not StrengthArea.ALL
        else None,
        who=who if isinstance(who, Who) else None,
        digital_first=bool(value(FindParam.DIGITAL)),
        max_minutes=None
        if limit == ANY_LIMIT
        else limit
        if isinstance(limit, int)
        else DEFAULT_LIMIT,
    )


def to_query(need: Need) -> Query:
    """Return the address form of a need: only what differs from no choice, in a fixed order."""
    limit = ANY_LIMIT if need.max_minutes is None else str(need.max_minutes)
    query: dict[str, list[str]] = {
        FindParam.PLACE: [need.place] if need.place else [],
        FindParam.PHASE: [phase.value for phase in need.phases],
        FindParam.SERVICE_TYPE: [kind.value for kind in need.service_types],
        FindParam.STRENGTH_AREA: [need.strength_area.value] if need.strength_area else [],
        FindParam.WHO: [need.who.value] if need.who else [],
        FindParam.DIGITAL: [YES] if need.digital_first else [],
        FindParam.LIMIT: [] if need.max_minutes == DEFAULT_LIMIT else [limit],
    }
    return {str(key): values for key, values in query.items() if values}


def _to_widgets(query: Query) -> tuple[WidgetValues, tuple[IgnoredValue, ...]]:
    ignored: list[IgnoredValue] = []

    def known(param: FindParam, allowed: Iterable[str]) -> list[str]:
        found = list(dict.fromkeys(query.get(param, ())))
        accepted = set(allowed)
        ignored.extend(IgnoredValue(param, value) for value in found if value not in accepted)
        return [value for value in found if value in accepted]

    def one(param: FindParam, members: Iterable[_E]) -> _E | None:
        by_id = {member.value: member for member in members}
        first, *more = known(param, by_id) or [""]
        ignored.extend(IgnoredValue(param, value) for value in more)
        return by_id.get(first)

    places = [
        place for place in query.get(FindParam.PLACE, ()) if start_of(data.geography(), place)
    ]
    place = next(iter(known(FindParam.PLACE, places)), None)
    types = known(FindParam.SERVICE_TYPE, [kind.value for kind in ServiceType])
    limit = (known(FindParam.LIMIT, [*map(str, LIMITS), ANY_LIMIT]) or [str(DEFAULT_LIMIT)])[0]
    values: dict[FindParam, object] = {
        FindParam.PLACE: place,
        FindParam.PHASE: one(FindParam.PHASE, Phase),
        FindParam.SERVICE_TYPE: [ServiceType(kind) for kind in types],
        FindParam.STRENGTH_AREA: one(FindParam.STRENGTH_AREA, STRENGTH_AREAS) or StrengthArea.ALL,
        FindParam.WHO: one(FindParam.WHO, Who),
        FindParam.DIGITAL: bool(known(FindParam.DIGITAL, [YES])),
        FindParam.LIMIT: ANY_LIMIT if limit == ANY_LIMIT else int(limit),
    }
    return {widget(param): value for param, value in values.items()}, tuple(ignored)


ADDRESS = PageAddress(
    page="find",
    keys=tuple(FindParam),
    to_widgets=_to_widgets,
    to_query=lambda state: to_query(chosen_need(state)),
)
