"""The register as arrays: what each actor offers, where it stands, whom it serves.

Every question is answered in three values, and an answer is as good as its weakest part: an offer
counts for a cell only if its service type, phase, strength area and delivery mode are all known to
fit (the same reading as in the list of actors).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date
from itertools import product
from typing import Any

import numpy as np

from ris_map.geography.county import Geography
from ris_map.register.model import Actor, Office, Register
from ris_map.register.selection import area_truth, phase_truth
from ris_map.register.vocabulary import (
    STRENGTH_AREAS,
    Answer,
    Delivery,
    Phase,
    Scope,
    ServiceType,
    StrengthArea,
)
from ris_map.travel.matrix import office_key
from ris_map.travel.network import BoolArray, CodeArray, IntArray, readonly

ANSWERS = tuple(Answer)
NO, UNKNOWN, YES = range(3)
"""Positions in ``ANSWERS``: what arrays of answers hold."""
PHASES = tuple(Phase)
SERVICE_TYPES = tuple(ServiceType)
MODES = tuple(Delivery)
OUTSIDE = -1
Kind = tuple[Phase, ServiceType]
"""A kind of help: one cell of a municipality's coverage."""
KINDS: tuple[Kind, ...] = tuple(product(PHASES, SERVICE_TYPES))


@dataclass(frozen=True, slots=True, kw_only=True)
class CubeChoice:
    """What a reader may choose for a coverage cube.

    ``threshold`` (minutes, inclusive) decides the states. ``scope``: core actors only, or adjacent
    ones too. ``strength_area``: the area that must be served, None = any. With neighbours, actors
    and county actors' offices outside the county count too. ``sourced_only`` counts an office only
    where the register states that people are received there ("bara belagt"). ``speed`` is the id
    of a speed model.
    """

    threshold: float = 60.0
    scope: Scope = Scope.CORE
    strength_area: StrengthArea | None = None
    include_outside: bool = False
    sourced_only: bool = False
    speed: str = "summer"

    @classmethod
    def of(cls, choice: Iterable[tuple[str, Any]]) -> CubeChoice:
        """Return what of a page's choice the coverage is computed from."""
        asked = dict(iter(choice))  # a choice has keys of its own
        own = {field.name: asked[field.name] for field in fields(cls) if field.name in asked}
        speed = "winter" if asked.get("winter") else "summer"
        return cls(**own, threshold=float(asked["limit"]), speed=speed)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SupportTable:
    """Actors at work on one day, sorted by id, with the offices of that day. Arrays are read-only.

    Ended and planned actors are not in it. Answers are positions in ``ANSWERS``.
    """

    on: date
    municipality_codes: tuple[str, ...]
    actors: tuple[Actor, ...]
    actor_is_core: BoolArray
    actor_is_outside: BoolArray  # a neighbour outside the county
    actor_is_doubtful: BoolArray  # its status is open
    actor_areas: CodeArray  # (actors, 9) whether it serves each strength area
    serves: CodeArray  # (municipalities, actors) whether the service area includes it
    offer_actor: IntArray
    offer_type: IntArray
    offer_phases: CodeArray  # (offers, 3) whether it is for each phase
    offer_delivery: CodeArray  # (offers, 4) office, visit, digital, phone
    offer_sourced: CodeArray  # the same, offices only where a page says that people are received
    office_ids: tuple[str, ...]  # unique over all actors, see ``office_key``
    offices: tuple[Office, ...]
    office_actor: IntArray
    office_municipality: IntArray  # ``OUTSIDE`` for an office outside the county


def support_table(register: Register, geography: Geography, *, on: date) -> SupportTable:
    """Return the register as arrays for one day."""
    codes = tuple(item.code for item in geography.municipalities)
    areas = [(area,) for area in STRENGTH_AREAS]
    actors = sorted((a for a in register.actors if a.is_active(on)), key=lambda a: a.id)
    offers = [(i, offer) for i, actor in enumerate(actors) for offer in actor.offers]
    offices = sorted(
        (
            (office_key(actor, office), i, office)
            for i, actor in enumerate(actors)
            for office in actor.offices
            if office.is_valid(on)
        ),
        key=lambda row: row[0],
    )
    plain = [offer for _, offer in offers]
    served = [[actor.service_area.includes(code) for code in codes] for actor in actors]
    fitting = [[area_truth(actor, area) for area in areas] for actor in actors]
    phases = [[phase_truth(offer, (phase,)) for phase in PHASES] for offer in plain]
    ways = [[offer.answer(mode) for mode in MODES] for offer in plain]
    sourced = [[offer.answer(mode, sourced_only=True) for mode in MODES] for offer in plain]
    return SupportTable(
        on=on,
        municipality_codes=codes,
        actors=tuple(actors),
        actor_is_core=_flags([actor.scope is Scope.CORE for actor in actors]),
        actor_is_outside=_flags([actor.outside_county for actor in actors]),
        actor_is_doubtful=_flags([actor.is_doubtful for actor in actors]),
        actor_areas=_codes(fitting, len(areas)),
        serves=_codes(served, len(codes)).T,
        offer_actor=_numbers([i for i, _ in offers]),
        offer_type=_numbers([SERVICE_TYPES.index(offer.service_type) for offer in plain]),
        offer_phases=_codes(phases, len(PHASES)),
        offer_delivery=_codes(ways, len(MODES)),
        offer_sourced=_codes(sourced, len(MODES)),
        office_ids=tuple(key for key, _, _ in offices),
        offices=tuple(office for _, _, office in offices),
        office_actor=_numbers([i for _, i, _ in offices]),
        office_municipality=_numbers(
            [codes.index(o.municipality) if o.municipality else OUTSIDE for _, _, o in offices]
        ),
    )


def truth_tensor(table: SupportTable, choice: CubeChoice) -> CodeArray:
    """Return what is known about each actor's offers, per mode, phase and service type.

    Shape (actors, 4, 3, 5), positions in ``ANSWERS``: the best of the actor's offers, each as good
    as its weakest part.
    """
    actor_truth = np.full(len(table.actors), YES, dtype=np.int8)
    if choice.strength_area not in (None, StrengthArea.ALL):
        actor_truth = table.actor_areas[:, STRENGTH_AREAS.index(choice.strength_area)]
    if choice.scope is Scope.CORE:
        actor_truth = np.where(table.actor_is_core, actor_truth, NO)
    if not choice.include_outside:
        actor_truth = np.where(table.actor_is_outside, NO, actor_truth)
    delivery = table.offer_sourced if choice.sourced_only else table.offer_delivery
    offer_truth = np.minimum(delivery[:, :, None], table.offer_phases[:, None, :])
    offer_truth = np.minimum(offer_truth, actor_truth[table.offer_actor][:, None, None])
    shape = len(table.actors), len(SERVICE_TYPES), len(MODES), len(PHASES)
    tensor = np.zeros(shape, dtype=np.int8)
    np.maximum.at(tensor, (table.offer_actor, table.offer_type), offer_truth.astype(np.int8))
    return np.ascontiguousarray(np.moveaxis(tensor, 1, 3))


def _flags(values: list[bool]) -> BoolArray:
    return readonly(np.array(values, dtype=np.bool_))


def _numbers(values: list[int]) -> IntArray:
    return readonly(np.array(values, dtype=np.int64))


def _codes(rows: list[list[Answer]], width: int) -> CodeArray:
    codes = np.array([[ANSWERS.index(answer) for answer in row] for row in rows], dtype=np.int8)
    return readonly(codes.reshape(len(rows), width))
