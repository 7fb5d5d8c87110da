"""One filter value and its address form: what a reader has chosen, nothing of what it selects."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from ris_map.common.address import MAX_TEXT_LENGTH, IgnoredValue
from ris_map.register.vocabulary import (
    STRENGTH_AREAS,
    Delivery,
    Phase,
    Scope,
    ServiceType,
    StrengthArea,
)

_E = TypeVar("_E", bound=StrEnum)


class Param(StrEnum):
    """Keys in the address. Stable: links that people have saved depend on them."""

    PHASE = "fas"
    SERVICE_TYPE = "stod"
    STRENGTH_AREA = "omrade"
    PLACE = "plats"
    DELIVERY = "satt"
    SCOPE = "bredd"
    TEXT = "q"


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What a reader has chosen; empty means no restriction.

    Parameters
    ----------
    places : tuple of str
        Municipality codes (``2422``) and groups of municipalities (``samverkan-region-10``).
    """

    phases: tuple[Phase, ...] = ()
    service_types: tuple[ServiceType, ...] = ()
    strength_areas: tuple[StrengthArea, ...] = ()
    places: tuple[str, ...] = ()
    delivery: tuple[Delivery, ...] = ()
    scope: Scope = Scope.CORE
    text: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing is chosen."""
        return self == Filter()


def to_query(chosen: Filter) -> dict[str, list[str]]:
    """Return the address form: only what is chosen, in a fixed order."""
    query: dict[str, list[str]] = {
        Param.PHASE: [*chosen.phases],
        Param.SERVICE_TYPE: [*chosen.service_types],
        Param.STRENGTH_AREA: [*chosen.strength_areas],
        Param.PLACE: [*chosen.places],
        Param.DELIVERY: [*chosen.delivery],
        Param.SCOPE: [chosen.scope] if chosen.scope is not Scope.CORE else [],
        Param.TEXT: [chosen.text] if chosen.text else [],
    }
    return {str(key): [str(v) for v in values] for key, values in query.items() if values}


def from_query(
    query: Mapping[str, Sequence[str]], *, place_ids: Iterable[str]
) -> tuple[Filter, tuple[IgnoredValue, ...]]:
    """Return the filter that an address means, and what of it means nothing.

    Parameters
    ----------
    query : mapping of str to sequence of str
        All values per key; keys that are not a :class:`Param` are none of our business.
    place_ids : iterable of str
        Known municipality codes and group ids.
    """
    ignored: list[IgnoredValue] = []
    known_places = tuple(place_ids)

    def chosen(key: Param, allowed: Iterable[_E]) -> tuple[_E, ...]:
        by_value = {str(item): item for item in allowed}
        wanted = dict.fromkeys(query.get(key, ()))
        ignored.extend(IgnoredValue(key, value) for value in wanted if value not in by_value)
        return tuple(item for value, item in by_value.items() if value in wanted)

    places = tuple(dict.fromkeys(query.get(Param.PLACE, ())))
    ignored.extend(IgnoredValue(Param.PLACE, p) for p in places if p not in known_places)
    scopes = chosen(Param.SCOPE, Scope)
    text = " ".join(" ".join(query.get(Param.TEXT, ())[:1]).split())[:MAX_TEXT_LENGTH].strip()
    result = Filter(
        phases=chosen(Param.PHASE, Phase),
        service_types=chosen(Param.SERVICE_TYPE, ServiceType),
        strength_areas=chosen(Param.STRENGTH_AREA, STRENGTH_AREAS),
        places=tuple(p for p in known_places if p in places),
        delivery=chosen(Param.DELIVERY, Delivery),
        scope=Scope.ADJACENT if Scope.ADJACENT in scopes else Scope.CORE,
        text=text,
    )
    return result, tuple(ignored)


def without(chosen: Filter, param: Param, value: str) -> Filter:
    """Return the filter with one choice taken back."""
    query = to_query(chosen)
    query[param] = [v for v in query.get(param, []) if v != value]
    return from_query(query, place_ids=chosen.places)[0]
