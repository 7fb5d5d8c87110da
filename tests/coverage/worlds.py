"""Small worlds for the analysis tests: a few settlements, a few actors, made-up minutes."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from hypothesis import strategies as st

from ris_map.coverage.cube import CoverageCube, coverage_cube
from ris_map.coverage.people import Residents, seats
from ris_map.coverage.support import CubeChoice, SupportTable, support_table
from ris_map.geography.county import (
    Geography,
    Locality,
    Municipality,
)
from ris_map.geography.divisions import MUNICIPALITY_CODES, Division, DivisionGroup
from ris_map.register.model import Actor, Register, ServiceArea
from ris_map.register.vocabulary import Scope, ServiceScope, Status, StrengthArea
from ris_map.travel.matrix import TravelMatrix, office_key
from ris_map.travel.network import SUMMER, readonly
from tests.factories import (
    make_actor,
    make_office,
    make_outside_office,
    make_register,
    make_service_area,
    offers,
    strength_areas,
    text,
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


def make_division(
    *groups: tuple[str, bool, tuple[str, ...]], division_id: str = "prov"
) -> Division:
    """Return a division from (id, is inland, municipality codes) of each group."""
    return Division(
        id=division_id,
        label=text(),
        source=text(),
        as_of="2020",
        note=text(),
        groups=tuple(
            DivisionGroup(id=name, label=text(), is_inland=inland, municipalities=codes)
            for name, inland, codes in groups
        ),
    )


COAST_AND_INLAND = make_division(("kust", False, CODES[:2]), ("inland", True, CODES[2:]))


def make_geography(
    localities: tuple[Locality, ...], *, codes: tuple[str, ...] = CODES
) -> Geography:
    """Return a county without boundaries."""
    return Geography(
        municipalities=tuple(
            Municipality(code=code, name=f"Kommun {code}", label_lat=64.0, label_lon=20.0)
            for code in codes
        ),
        localities=localities,
        divisions=(COAST_AND_INLAND,),
        territory={},
    )


def make_matrix(places: tuple[str, ...], offices: tuple[str, ...], minutes: object) -> TravelMatrix:
    """Return a matrix with made-up minutes: rows of places, which are cells and settlements."""
    values = np.asarray(minutes, dtype=np.float64).reshape(len(places), len(offices)).T
    return TravelMatrix(
        office_ids=offices,
        cell_ids=places,
        settlement_ids=places,
        minutes=readonly(values),
        settlement_minutes=readonly(values),
        settlement_km=readonly(values),
        point=np.arange(len(offices)),
        unreached_cells=(),
        unreached_settlements=(),
        unreached_offices=(),
        version="prov",
        network_source="prov",
        speed_model=SUMMER,
    )


def residents_of(geography: Geography) -> Residents:
    """Return the settlements' people as if each were one cell."""
    codes, places = tuple(m.code for m in geography.municipalities), geography.localities
    return Residents(
        year=2021,
        municipality_codes=codes,
        cell_ids=tuple(p.id for p in places),
        municipality=np.array([codes.index(p.municipality_code) for p in places], dtype=np.int64),
        persons=np.array([p.population or 0 for p in places], dtype=np.int64),
        has_road=np.array([p.note != FERRY for p in places], dtype=np.bool_),
        seat=seats(geography, codes),
    )


def without(table: SupportTable, actor_ids: Collection[str]) -> SupportTable:
    """Return the table as if some actors offered nothing; they and their offices keep their rows.

    ``KeyError`` names who is not at work.
    """
    if strangers := sorted(set(actor_ids) - set(table.actor_ids)):
        raise KeyError(f"not at work on {table.on}: {', '.join(strangers)}")
    gone = np.array([actor in actor_ids for actor in table.actor_ids], dtype=np.bool_)
    kept = ~gone[table.offer_actor]
    names = ("offer_actor", "offer_type", "offer_phases", "offer_delivery", "offer_sourced")
    return replace(table, **{name: getattr(table, name)[kept] for name in names})


def register_of(chosen: tuple[Actor, ...]) -> Register:
    """Return a register of exactly these actors, also of none."""
    return Register(meta=make_register().meta, actors=chosen)


@dataclass(frozen=True, kw_only=True)
class World:
    """Everything that a cube is computed from."""

    register: Register
    geography: Geography
    matrix: TravelMatrix
    on: date
    scope: Scope = Scope.CORE
    strength_area: StrengthArea | None = None
    include_outside: bool = False
    sourced_only: bool = False

    @property
    def table(self) -> SupportTable:
        """Return the actors as arrays."""
        return support_table(self.register, self.geography, on=self.on)

    @property
    def population(self) -> Residents:
        """Return the people as arrays."""
        return residents_of(self.geography)

    def cube(self, **changes: object) -> CoverageCube:
        """Return the coverage, with changed choices if any."""
        choices = {
            "scope": self.scope,
            "strength_area": self.strength_area,
            "include_outside": self.include_outside,
            "sourced_only": self.sourced_only,
        }
        choice = CubeChoice(**(choices | changes))
        return coverage_cube(self.table, self.matrix, population=self.population, choice=choice)

    def with_actors(self, chosen: tuple[Actor, ...]) -> World:
        """Return the world with other actors."""
        return replace(self, register=register_of(chosen))


def make_world(
    *chosen: Actor,
    localities: tuple[Locality, ...],
    minutes: object,
    on: date = DAY,
    **changes: object,
) -> World:
    """Return a world of given actors; minutes are rows of localities, columns of offices by key."""
    keys = tuple(sorted(office_key(actor, o) for actor in chosen for o in actor.offices))
    geography = make_geography(localities)
    world = World(
        register=register_of(chosen),
        geography=geography,
        matrix=make_matrix(tuple(p.id for p in localities), keys, minutes),
        on=on,
    )
    return replace(world, **changes)


MINUTES = st.sampled_from(
    (0.0, 12.5, 29.999999, 30.0, 59.999999, 60.0, 60.000001, 90.0, 121.0, np.inf)
)
"""Times on both sides of every threshold, and exactly on them."""


@st.composite
def localities(draw: st.DrawFn) -> tuple[Locality, ...]:
    """Return one to seven settlements, some of unknown population; at most one seat each."""
    count = draw(st.integers(1, 7))
    seats: set[str] = set()
    found = []
    for index in range(count):
        code = draw(st.sampled_from(CODES))
        is_seat = code not in seats and draw(st.booleans())
        if is_seat:
            seats.add(code)
        found.append(
            make_locality(
                index,
                code=code,
                population=draw(st.none() | st.integers(0, 30)),
                is_seat=is_seat,
                note=draw(st.sampled_from(("", "", FERRY))),
            )
        )
    return tuple(found)


@st.composite
def world_actors(draw: st.DrawFn, *, max_actors: int = 5) -> tuple[Actor, ...]:
    """Return actors of every kind, their offices in the small county or outside it."""
    return tuple(
        draw(lean_actor(f"aktor-{index}")) for index in range(draw(st.integers(0, max_actors)))
    )


@st.composite
def lean_actor(draw: st.DrawFn, actor_id: str) -> Actor:
    """Return an actor in which only what the analysis reads is drawn at random."""
    places = draw(st.lists(st.sampled_from((*CODES, None)), max_size=3))
    status = draw(st.sampled_from(Status))
    return make_actor(
        id=actor_id,
        scope=draw(st.sampled_from(Scope)),
        status=status,
        valid_from=draw(st.none() | st.sampled_from(("2020", "2023-06-01", "2023-06-02"))),
        valid_to="2023-05-31" if status is Status.ENDED else None,
        outside_county=draw(st.integers(0, 3)) == 0,
        strength_areas=draw(strength_areas()),
        offers=tuple(draw(st.lists(offers(), min_size=1, max_size=3))),
        offices=tuple(
            make_outside_office(id=f"kontor-{index}")
            if code is None
            else make_office(
                id=f"kontor-{index}",
                valid_to=draw(st.sampled_from((None, None, "2023-05", "2023-06"))),
            ).model_copy(update={"municipality": code})
            for index, code in enumerate(places)
        ),
        service_area=draw(small_service_areas()),
    )


def small_service_areas() -> st.SearchStrategy[ServiceArea]:
    """Return service areas within the small county."""
    listed = st.lists(st.sampled_from(CODES), min_size=1, unique=True)
    others = [scope for scope in ServiceScope if scope is not ServiceScope.MUNICIPALITIES]
    return st.one_of(
        listed.map(lambda c: make_service_area(ServiceScope.MUNICIPALITIES, municipalities=c)),
        st.sampled_from(others).map(make_service_area),
    )


@st.composite
def worlds(draw: st.DrawFn, *, max_actors: int = 5) -> World:
    """Return small worlds with every kind of knowledge and ignorance."""
    chosen, places = draw(world_actors(max_actors=max_actors)), draw(localities())
    offices = sum(len(actor.offices) for actor in chosen)
    rows = [
        [np.inf if place.note == FERRY else draw(MINUTES) for _ in range(offices)]
        for place in places
    ]
    return make_world(
        *chosen,
        localities=places,
        minutes=rows,
        scope=draw(st.sampled_from(Scope)),
        strength_area=draw(st.none() | st.sampled_from(StrengthArea)),
        include_outside=draw(st.booleans()),
        sourced_only=draw(st.booleans()),
    )
