"""What a filter of the register may ask for."""

from __future__ import annotations

from dataclasses import dataclass

from ris_map.register.vocabulary import Delivery, Phase, Scope, ServiceType, StrengthArea


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What is asked for; empty means no restriction. Values of a field widen, fields narrow.

    ``places`` are municipality codes (``2422``) and groups of them (``samverkan-region-10``).
    """

    phases: tuple[Phase, ...] = ()
    service_types: tuple[ServiceType, ...] = ()
    strength_areas: tuple[StrengthArea, ...] = ()
    places: tuple[str, ...] = ()
    delivery: tuple[Delivery, ...] = ()
    scope: Scope = Scope.CORE
    text: str = ""
