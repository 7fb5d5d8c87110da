"""Small worlds for the analysis tests: a few settlements, a few actors, made-up minutes."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from random import Random
from typing import Any, Self

import numpy as np
from hypothesis import strategies as st

from ris_map.coverage.cube import THRESHOLDS, CoverageCube, coverage_cube
from ris_map.coverage.page.view import CoverageChoice, CoverageView
from ris_map.coverage.people import Residents, seats
from ris_map.coverage.support import CubeChoice, SupportTable, reach, support_table
from ris_map.geography.county import Geography, Locality
from ris_map.geography.divisions import MUNICIPALITY_CODES
from ris_map.register.model import Actor, DeliveryBasis, DeliveryModes, Offer, Office, Register
from ris_map.register.vocabulary import (
    Availability,
    Basis,
    Delivery,
    Phase,
    Scope,
    ServiceScope,
    ServiceType,
    Status,
    StrengthArea,
)
from ris_map.travel.matrix import TravelMatrix, office_key
from ris_map.travel.network import SUMMER, readonly
from ris_map.words.language import Language
from tests.factories import (
    make_actor,
    make_offer,
    make_office,
    make_outside_office,
    make_register,
    make_service_area,
    make_strength,
    real_words,
    real_world,
)

DAY = date(2023, 6, 1)
CODES = MUNICIPALITY_CODES[:4]
FERRY = "ferry"
"""Note of a settlement to which no road leads."""


def make_locality(index: int, *, code: str = CODES[0], **changes: object) -> Locality:
    """Return a settlement of ten people that is no seat."""
    plain = Locality(
        id=f"ort-{index}",
        scb_code=None,
        name=f"Ort {index}",
        municipality_code=code,
        lat=64.0 + index / 100,
        lon=20.0,
        population=10,
        population_year=2020,
        kind="tatort",
        is_seat=False,
        source="prov",
        note="",
    )
    return plain.model_copy(update=changes)


def without(table: SupportTable, actor_id: str) -> SupportTable:
    """Return the table as if an actor offered nothing; it and its offices keep their rows."""
    stays = np.array([actor.id != actor_id for actor in table.actors])[:, None, None, None]
    return replace(table, offers=table.offers * stays, sourced=table.sourced * stays)


DEFAULT_CHOICE = CubeChoice()


@dataclass(frozen=True, kw_only=True)
class World:
    """Everything that a cube is computed from."""

    register: Register
    geography: Geography
    matrix: TravelMatrix
    on: date = DAY
    choice: CubeChoice = DEFAULT_CHOICE

    @property
    def table(self) -> SupportTable:
        """Return the actors as arrays."""
        return support_table(self.register, self.geography, on=self.on)

    @property
    def population(self) -> Residents:
        """Return the settlements' people as if each were one cell."""
        places = self.geography.localities
        homes = [CODES.index(place.municipality_code) for place in places]
        return Residents(
            year=2021,
            municipality_codes=CODES,
            group=np.array(homes, dtype=np.int64),
            groups=len(CODES),
            persons=np.array([place.population or 0 for place in places], dtype=np.int64),
            has_road=np.array([place.note != FERRY for place in places], dtype=np.bool_),
            seat=seats(self.geography, CODES),
        )

    def cube(self, **changes: Any) -> CoverageCube:
        """Return the coverage, with changed choices if any."""
        shared = reach(self.table, self.matrix, population=self.population)
        return coverage_cube(shared, replace(self.choice, **changes))

    def with_actors(self, chosen: Iterable[Actor]) -> Self:
        """Return the world with other actors, or with none."""
        return replace(self, register=Register(meta=self.register.meta, actors=tuple(chosen)))


def make_world(
    *chosen: Actor,
    localities: tuple[Locality, ...],
    minutes: object,
    choice: CubeChoice = DEFAULT_CHOICE,
) -> World:
    """Return a world of given actors, without boundaries and divisions.

    Minutes are rows of localities, which are cells and settlements, columns of offices by key.
    """
    keys = tuple(sorted(office_key(actor, o) for actor in chosen for o in actor.offices))
    shape = len(localities), len(keys)
    values = readonly(np.asarray(minutes, dtype=np.float64).reshape(shape).T)
    names = {code: f"Kommun {code}" for code in CODES}
    return World(
        register=Register(meta=make_register().meta, actors=chosen),
        geography=Geography(names=names, localities=localities, divisions=(), territory={}),
        matrix=TravelMatrix(
            office_ids=keys,
            settlement_ids=tuple(place.id for place in localities),
            minutes=values,
            settlement_minutes=values,
            settlement_km=values,
            version="prov",
            speed_model=SUMMER,
        ),
        choice=choice,
    )


def one_place(*actors: Actor, minutes: object, **choice: Any) -> World:
    """Return a world with a seat of ten people, in the first municipality."""
    seat = make_locality(0, is_seat=True)
    return make_world(*actors, localities=(seat,), minutes=minutes, choice=CubeChoice(**choice))


def office_in(code: str, office_id: str = "kontor", **changes: Any) -> Office:
    """Return an office that stands in a municipality of the small county."""
    return make_office(id=office_id, **changes).model_copy(update={"municipality": code})


def view(language: Language = Language.SV, **changes: Any) -> CoverageView:
    choice = CoverageChoice(**changes)
    return CoverageView(world=real_world(), choice=choice, tr=real_words(language))


TIMES = (0.0, 12.5, 29.999999, 30.0, 54.5, 59.999999, 60.0, 60.000001, 65.0, 90.0, 100.0, 121.0)
"""On both sides of every threshold, exactly on them, and near the middle one."""


class Dice(Random):
    """Chance without hypothesis' liking for the simplest: most of its worlds would be empty."""

    def mostly(self, usual: Any, *others: Any, times: int = 4) -> Any:
        """Return the usual value as a rule, and one of the others at times."""
        return self.choice((usual,) * times + others)

    def some(self, items: Iterable[Any], most: int) -> tuple[Any, ...]:
        """Return one or more different items, in their order."""
        every = tuple(items)
        chosen = self.sample(every, self.randint(1, most))
        return tuple(item for item in every if item in chosen)


def random_localities(dice: Dice) -> tuple[Locality, ...]:
    """Return three to seven settlements, some of unknown population; at most one seat each."""
    codes = [dice.choice(CODES[:3]) for _ in range(dice.randint(3, 7))]
    return tuple(
        make_locality(
            index,
            code=code,
            population=dice.mostly(10, dice.randint(1, 30), 0, None),  # halves come up exactly
            is_seat=code not in codes[:index] and dice.mostly(True, False),
            note=dice.mostly("", FERRY, times=9),
        )
        for index, code in enumerate(codes)
    )


def random_offer(dice: Dice) -> Offer:
    """Return one of few kinds of help, so that several give the same; others nobody gives."""
    ways = {mode: dice.choice(tuple(Availability)) for mode in Delivery}
    ways["office"] = dice.mostly(Availability.OFFERED, *Availability, times=8)
    return make_offer(
        service_type=dice.choice(tuple(ServiceType)[:3]),
        phases=dice.mostly(dice.some(Phase, 3), ()),
        delivery=DeliveryModes(**ways),
        delivery_basis=DeliveryBasis(office=dice.mostly(Basis.SOURCE, *Basis, times=2)),
    )


def random_office(dice: Dice, name: str) -> Office:
    code = dice.choice((*CODES, None))
    if code is None:
        return make_outside_office(id=name)
    return office_in(code, name, valid_to=dice.mostly(None, "2023-05", "2023-06", times=9))


def random_actor(dice: Dice, actor_id: str) -> Actor:
    """Return actors of every kind, at random only in what the analysis reads."""
    status = dice.mostly(Status.ACTIVE, *Status, Status.UNKNOWN, Status.UNKNOWN, times=9)
    names = dice.sample("abcdef", dice.mostly(3, 0, 1, 2, times=2))
    areas = dice.some(StrengthArea, 3)
    served = dice.mostly(ServiceScope.COUNTY, *ServiceScope, times=6)
    listed = dice.some(CODES, 3) if served is ServiceScope.MUNICIPALITIES else ()
    return make_actor(
        id=actor_id,
        scope=dice.mostly(Scope.CORE, Scope.ADJACENT),
        status=status,
        valid_from=dice.mostly(None, "2023-06-01", "2023-06-02", times=9),
        valid_to="2023-05-31" if status is Status.ENDED else None,
        outside_county=dice.mostly(False, True),
        strength_areas=make_strength().model_copy(
            update={"areas": dice.mostly((StrengthArea.ALL,), areas, ())}
        ),
        offers=tuple(random_offer(dice) for _ in range(dice.randint(1, 4))),
        offices=tuple(random_office(dice, name) for name in names),
        service_area=make_service_area(served, municipalities=listed),
    )


def worlds() -> st.SearchStrategy[World]:
    """Return small worlds with every kind of knowledge and ignorance; a seed names each."""
    return st.builds(random_world, st.integers(0, 2**32))


def random_world(seed: int) -> World:
    dice = Dice(seed)
    places = random_localities(dice)
    number = dice.mostly(5, *range(5), times=9)
    chosen = [random_actor(dice, name) for name in dice.sample("abcde", number)]
    offices = sum(len(actor.offices) for actor in chosen)
    rows = [
        [np.inf if place.note == FERRY else dice.choice(TIMES) for _ in range(offices)]
        for place in places
    ]
    choice = CubeChoice(
        threshold=dice.mostly(60.0, *THRESHOLDS),
        scope=dice.choice(tuple(Scope)),
        strength_area=dice.mostly(None, dice.choice(tuple(StrengthArea))),
        include_outside=dice.choice((False, True)),
        sourced_only=dice.mostly(False, True, times=2),
    )
    return make_world(*chosen, localities=places, minutes=rows, choice=choice)
