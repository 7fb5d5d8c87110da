"""The register as arrays: what each actor offers, where it stands, whom it serves.

Every question is answered in three values, and an answer is as good as its weakest part: an offer
counts for a cell only if its service type, phase, strength area and delivery mode are all known to
fit (the same reading as in the list of actors).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date
from itertools import product
from typing import Any, Self

import numpy as np

from ris_map.coverage.people import NO_SEAT, Residents
from ris_map.geography.county import Geography
from ris_map.register.model import Actor, Office, Register
from ris_map.register.selection import area_truth, phase_truth
from ris_map.register.vocabulary import Answer, Delivery, Phase, Scope, ServiceType, StrengthArea
from ris_map.travel.matrix import TravelMatrix, office_key
from ris_map.travel.network import BoolArray, CodeArray, FloatArray, IntArray, readonly

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
    def of(cls, choice: Iterable[tuple[str, Any]]) -> Self:
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
    actors: tuple[Actor, ...]
    actor_is_outside: BoolArray  # a neighbour outside the county
    actor_is_doubtful: BoolArray  # its status is open
    serves: CodeArray  # (municipalities, actors) whether the service area includes it
    offers: CodeArray  # (actors, 4, 3, 5) its help by mode (``MODES``), phase and service type
    sourced: CodeArray  # the same, offices only where a page says that people are received
    office_ids: tuple[str, ...]  # unique over all actors, see ``office_key``
    offices: tuple[Office, ...]
    office_actor: IntArray
    office_municipality: IntArray  # ``OUTSIDE`` for an office outside the county


def support_table(register: Register, geography: Geography, *, on: date) -> SupportTable:
    """Return the register as arrays for one day."""
    codes = tuple(geography.names)
    actors = sorted((a for a in register.actors if a.is_active(on)), key=lambda a: a.id)
    offices = sorted(
        (
            (office_key(actor, office), i, office)
            for i, actor in enumerate(actors)
            for office in actor.all_offices_on(on)
        ),
        key=lambda row: row[0],
    )
    serves = [[ANSWERS.index(a.service_area.includes(code)) for a in actors] for code in codes]
    places = [codes.index(o.municipality) if o.municipality else OUTSIDE for _, _, o in offices]
    return SupportTable(
        on=on,
        actors=tuple(actors),
        actor_is_outside=readonly(np.array([a.outside_county for a in actors], dtype=np.bool_)),
        actor_is_doubtful=readonly(np.array([a.is_doubtful for a in actors], dtype=np.bool_)),
        serves=readonly(np.array(serves, dtype=np.int8)),
        offers=_offers(actors, sourced_only=False),
        sourced=_offers(actors, sourced_only=True),
        office_ids=tuple(key for key, _, _ in offices),
        offices=tuple(office for _, _, office in offices),
        office_actor=readonly(np.array([i for _, i, _ in offices], dtype=np.int64)),
        office_municipality=readonly(np.array(places, dtype=np.int64)),
    )


def _offers(actors: Sequence[Actor], *, sourced_only: bool) -> CodeArray:
    """Return the best of each actor's offers, each as good as its weakest part."""
    known = np.zeros((len(actors), len(MODES), len(PHASES), len(SERVICE_TYPES)), dtype=np.int8)
    for i, actor in enumerate(actors):
        for offer in actor.offers:
            ways = [ANSWERS.index(offer.answer(m, sourced_only=sourced_only)) for m in MODES]
            phases = [ANSWERS.index(phase_truth(offer, (phase,))) for phase in PHASES]
            best = known[i, :, :, SERVICE_TYPES.index(offer.service_type)]
            best[:] = np.maximum(best, np.minimum.outer(ways, phases))
    return readonly(known)


def truth_tensor(table: SupportTable, choice: CubeChoice) -> CodeArray:
    """Return what is known about the offers of the actors that count, none of the others.

    Shape (actors, 4, 3, 5) by mode, phase and service type, positions in ``ANSWERS``.
    """
    area = choice.strength_area
    areas = () if area in (None, StrengthArea.ALL) else (area,)
    truth = [
        ANSWERS.index(area_truth(actor, areas))
        if (choice.scope is not Scope.CORE or actor.scope is Scope.CORE)
        and (choice.include_outside or not actor.outside_county)
        else NO
        for actor in table.actors
    ]
    offers = table.sourced if choice.sourced_only else table.offers
    return np.minimum(offers, np.array(truth, dtype=np.int8)[:, None, None, None])


@dataclass(frozen=True, kw_only=True, eq=False)
class Reach:
    """Who may go to the offices of the support table, and minutes from every inhabited cell."""

    table: SupportTable
    matrix: TravelMatrix
    population: Residents
    serves: CodeArray  # (offices, M) positions in ``ANSWERS``
    at_home: IntArray  # positions of the offices that serve the municipality they stand in
    minutes: FloatArray  # (offices, C) to the office, whomever it serves
    from_seat: FloatArray  # (offices, M) the same from each seat; NaN without a seat

    def of(self, offices: IntArray, *, at_best: bool = False) -> FloatArray:
        """Return minutes to some offices; infinite where they do not serve the municipality.

        At best, an office that may serve a municipality does.
        """
        level = UNKNOWN if at_best else YES
        serves = (self.serves[offices] >= level)[:, self.population.group]
        return np.where(serves, self.minutes[offices], np.inf)

    def actors_near(self, offices: IntArray, limit: float) -> tuple[IntArray, BoolArray]:
        """Return the actors of some offices, and which cells have an office of each near."""
        return actors_near(self.of(offices), self.table.office_actor[offices], limit)


def actors_near(minutes: FloatArray, actor: IntArray, limit: float) -> tuple[IntArray, BoolArray]:
    """Return the actors of some offices, and which cells have an office of each within a limit."""
    each = np.unique(actor)
    near = np.zeros((len(each), minutes.shape[1]), dtype=np.bool_)
    np.logical_or.at(near, np.searchsorted(each, actor), minutes <= limit)
    return each, near


def reach(table: SupportTable, matrix: TravelMatrix, *, population: Residents) -> Reach:
    """Return who can go to which office, and how long it takes.

    An office serves the municipalities of its actor's service area. Two additions:

    - the municipality it stands in, unless the service area is known to leave it out;
    - every municipality, if it belongs to a neighbour outside the county, which counts only if it
      is asked for: its service area is as a rule its own county, so that would hide them all.

    ``KeyError`` if the matrix lacks an office.
    """
    actor, municipality = table.office_actor, table.office_municipality
    serves = table.serves[:, actor].T.copy()
    inside = np.flatnonzero(municipality != OUTSIDE)
    home = inside, municipality[inside]
    serves[home] = np.where(serves[home] == UNKNOWN, YES, serves[home])
    serves[(municipality == OUTSIDE) & table.actor_is_outside[actor]] = YES
    rows = matrix.rows(table.office_ids)
    seated = population.seat != NO_SEAT
    from_seat = np.full(serves.shape, np.nan)
    from_seat[:, seated] = matrix.settlement_minutes[np.ix_(rows, population.seat[seated])]
    return Reach(
        table=table,
        matrix=matrix,
        population=population,
        serves=readonly(serves),
        at_home=readonly(inside[serves[home] == YES]),
        minutes=readonly(matrix.minutes[rows]),
        from_seat=readonly(from_seat),
    )
