"""A municipality: the choices of its page, the ways in which actors help there, its figures. Pure.

Each figure comes from the coverage cube of the world, or from the arrays it was made of, so that
page, report, files and API say the same to the unit. An actor may stand in several lists; the
lists are never added.
"""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, NamedTuple
from urllib.parse import urlencode

import numpy as np
import pandas as pd
from pydantic import Field, ValidationInfo, field_validator

from ris_map.common.address import DatedChoice, Flag
from ris_map.coverage.cube import SHAPE, CellState, CoverageCell, CoverageCube, cube_of
from ris_map.coverage.findings import Chain, Way, find_gaps, support_chains, ways
from ris_map.coverage.map_picture import Minutes
from ris_map.coverage.support import SERVICE_TYPES, YES, CubeChoice
from ris_map.geography.county import Locality, Statistic
from ris_map.geography.divisions import OwnMunicipality
from ris_map.register.checks import unconfirmed_since
from ris_map.register.model import Actor
from ris_map.register.vocabulary import (
    STRENGTH_AREAS,
    Delivery,
    Phase,
    Scope,
    ServiceType,
    StrengthArea,
)
from ris_map.travel.world import World, kept
from ris_map.words import Translator, swedish_sort_key


class MunicipalityChoice(DatedChoice):
    """What a reader of the page may choose; phase and type decide what the map shows."""

    path: ClassVar[str] = "/kommun"
    code: OwnMunicipality | None = Field(default=None, alias="kommun")
    beside: OwnMunicipality | None = Field(default=None, alias="jamfor")
    phase: Phase | None = Field(default=Phase.IDE, alias="fas")
    service_type: ServiceType | None = Field(default=ServiceType.RADGIVNING, alias="stod")
    limit: Minutes = Field(default=60, alias="grans")
    scope: Scope = Field(default=Scope.CORE, alias="bredd")
    winter: Flag = Field(default=False, alias="vinter")

    @field_validator("beside")
    @classmethod
    def _another(cls, beside: str | None, info: ValidationInfo) -> str | None:
        return None if beside == info.data.get("code") else beside

    @property
    def cube(self) -> CubeChoice:
        """The coverage that is asked for."""
        return CubeChoice.of(self)

    @property
    def kind(self) -> tuple[Phase, ServiceType]:
        """The kind of support on the map; one is always chosen."""
        return self.phase or Phase.IDE, self.service_type or ServiceType.RADGIVNING

    def what_if_url(self, cell: CoverageCell, *, place: str, tr: Translator) -> str:
        """Return the address of Tänk om with a new office for one kind of support in a place."""
        query = {
            **{k: v for k, v in self.query().items() if k in ("grans", "bredd", "vinter")},
            "fas": [cell.phase],
            "stod": [cell.service_type],
            "oppna": [f"{place}:{cell.service_type}:{cell.phase}"],
            "lang": [tr.language.value],
        }
        return f"/tankom?{urlencode(query, doseq=True)}"


class ListKind(StrEnum):
    """Which list an actor stands in."""

    HERE = "here"  # an office in the municipality
    REACHABLE = "reachable"  # an office elsewhere, within the threshold of at least one resident
    VISIT = "visit"  # its staff travel to the municipality
    DIGITAL = "digital"  # a digital service whose service area includes the municipality
    PHONE = "phone"  # help by telephone whose service area includes the municipality


@dataclass(frozen=True, slots=True, kw_only=True)
class WayList:
    """One list: what is known, and apart from it what may be so. In the order of actor ids."""

    known: tuple[Way, ...]
    uncertain: tuple[Way, ...]

    @property
    def actors(self) -> dict[str, Actor]:
        """Actors that count, by id."""
        return {way.actor.id: way.actor for way in self.known}

    @property
    def unsure(self) -> list[Way]:
        """The ways of actors that may count and do not count already."""
        return [way for way in self.uncertain if way.actor.id not in self.actors]


def _list_of(way: Way, code: str) -> ListKind | None:
    """Return the list in which a way stands; none for an office that nobody has near."""
    if way.mode is not Delivery.OFFICE:
        return ListKind(way.mode.value)
    elsewhere = ListKind.REACHABLE if way.people_within else None
    return ListKind.HERE if way.office and way.office.municipality == code else elsewhere


FIGURES = {
    "population": "regionfakta",
    "population_density": "density",
    "share_in_tatort": "tatort",
    "share_65plus": "regionfakta",
    "workplaces_manufacturing_and_services": "regionfakta",
    "local_labour_market": "labour",
}
"""Indicators of ``statistics.csv`` that are shown, each of its latest period, with their source."""
NEARBY = (CellState.ON_SITE, CellState.WITHIN_REACH)
LIKENESS = 2.5
"""Largest factor between two similar municipalities, in population and in density alike; see
``docs/method/2026-11-23-similar-municipalities.md``."""


class Nearest(NamedTuple):
    """The nearest office of one service type, in any phase, from one place.

    Minutes are infinite, and the town is empty, where no office is known that serves the place.
    """

    minutes: float
    town: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One municipality. Cells stand in the order of the cube: phases, then service types.

    ``home`` are the municipality's own business offices, in no count; ``own_actors`` the actors
    near it that name a strength area (no sector-neutral ones); ``offices`` all that serve it,
    however far, the nearest to its seat first; ``times`` from its settlements, the seat first, to
    the nearest office of each service type; ``size`` population and residents per square kilometre
    of land, each of the latest period; ``similar`` those it is compared with, by name, and by how
    much each differs: all within :data:`LIKENESS`, else the closest one; ``unconfirmed`` actors
    with an office here whose entry nobody has confirmed within twelve months.
    """

    world: World
    code: str
    name: str
    choice: CubeChoice
    cube: CoverageCube
    reference_date: str
    located_residents: int
    home: tuple[Actor, ...]
    lists: Mapping[ListKind, WayList]
    offices: tuple[Way, ...]
    cells: tuple[CoverageCell, ...]
    gaps: tuple[CoverageCell, ...]
    chain: Chain
    own_actors: Mapping[StrengthArea, tuple[Actor, ...]]
    times: tuple[tuple[Locality, tuple[Nearest, ...]], ...]
    figures: Mapping[str, Statistic | None]
    size: tuple[float, float] | None
    similar: Mapping[str, float]
    unconfirmed: tuple[Actor, ...]

    @property
    def seat(self) -> Locality:
        """Its central settlement."""
        return self.times[0][0]

    def cell(self, phase: Phase, service_type: ServiceType) -> CoverageCell:
        """Return one cell."""
        return next(c for c in self.cells if c.phase is phase and c.service_type is service_type)


@kept(64)
def profile(world: World, code: str, choice: CubeChoice) -> Profile:
    """Return the profile of one municipality; ``ValueError`` if there is none of this code."""
    cube, foundations = cube_of(world, choice), world.foundations
    m = cube.municipality_codes.index(code)
    home = tuple(world.home_of(code))
    listed = [(way, _list_of(way, code)) for way in ways(cube, code)]
    lists = {
        kind: WayList(
            known=tuple(way for way, where in listed if where is kind and way.kinds),
            uncertain=tuple(way for way, where in listed if where is kind and not way.kinds),
        )
        for kind in ListKind
    }
    offices = (way for way, _ in listed if way.office and way.kinds)
    names = foundations.geography.names
    known, latest = sizes(foundations.statistics), _latest(foundations.statistics)
    return Profile(
        world=world,
        code=code,
        name=names[code],
        choice=choice,
        cube=cube,
        reference_date=world.register.meta.reference_date,
        located_residents=int(cube.figures.persons[m]),
        home=home,
        lists=lists,
        offices=tuple(sorted(offices, key=lambda w: (w.minutes_from_seat, w.town, w.actor.id))),
        cells=tuple(cube.cell_at(m, *at) for at in np.ndindex(*SHAPE)),
        gaps=tuple(gap for gap in _gaps(world, choice) if gap.municipality_code == code),
        chain=support_chains(cube)[m],
        own_actors=_own_actors(lists),
        times=_times(cube, world, m),
        figures={name: latest.get((code, name)) for name in FIGURES},
        size=tuple(known.loc[code]) if code in known.index else None,
        similar=similar_to(code, known=known, names=names),
        unconfirmed=tuple(_unconfirmed(world, home, lists[ListKind.HERE])),
    )


@kept(8)
def _gaps(world: World, choice: CubeChoice) -> list[CoverageCell]:
    """Return the gaps of the county, found once for all its municipalities."""
    return find_gaps(cube_of(world, choice))


def compared(shown: Profile, *, other: str | None = None) -> tuple[Profile, ...]:
    """Return profiles to stand side by side: with one other, or with the similar ones by name."""
    if other is not None:
        return (shown, profile(shown.world, other, shown.choice))
    codes = {shown.code, *shown.similar}
    profiles = (profile(shown.world, code, shown.choice) for code in codes)
    return tuple(sorted(profiles, key=lambda item: swedish_sort_key(item.name)))


def _latest(statistics: Iterable[Statistic]) -> dict[tuple[str, str], Statistic]:
    """Return the latest figure of each municipality and indicator."""
    in_time = sorted(statistics, key=lambda item: item.period)
    return {(item.municipality_code, item.indicator): item for item in in_time}


def sizes(statistics: Iterable[Statistic]) -> pd.DataFrame:
    """Return population and density by municipality, wherever both are known."""
    latest = _latest(item for item in statistics if item.number is not None)
    numbers = {
        name: {code: item.number for (code, of), item in latest.items() if of == name}
        for name in ("population", "land_area_km2")
    }
    size = pd.DataFrame(numbers, dtype=float).dropna()
    size["density"] = size["population"] / size.pop("land_area_km2")
    return size


def similar_to(code: str, *, known: pd.DataFrame, names: Mapping[str, str]) -> dict[str, float]:
    """Return whom a municipality is compared with, in Swedish alphabetical order; no ranking."""
    if code not in known.index:
        return {}
    ratio = known / known.loc[code]
    factor = np.maximum(ratio, 1 / ratio).max(axis=1).drop(code)
    alike = factor[factor <= LIKENESS]
    chosen = factor.nsmallest(1) if alike.empty else alike
    by_name = sorted(chosen.index, key=lambda other: swedish_sort_key(names[other]))
    return {other: chosen[other] for other in by_name}


def _own_actors(lists: Mapping[ListKind, WayList]) -> dict[StrengthArea, tuple[Actor, ...]]:
    near = {**lists[ListKind.HERE].actors, **lists[ListKind.REACHABLE].actors}
    actors = [near[i] for i in sorted(near)]
    return {
        area: tuple(actor for actor in actors if area in actor.strength_areas.areas)
        for area in STRENGTH_AREAS
    }


def _times(
    cube: CoverageCube, world: World, m: int
) -> tuple[tuple[Locality, tuple[Nearest, ...]], ...]:
    """Return the seat first, then the other settlements by population, unknown ones last."""
    code, localities = cube.municipality_codes[m], world.foundations.geography.localities
    here = [(i, place) for i, place in enumerate(localities) if place.municipality_code == code]
    here.sort(key=lambda item: (not item[1].is_seat, -(item[1].population or 0), item[1].name))
    by_type = (_nearest(cube, m, [i for i, _ in here], s) for s in range(len(SERVICE_TYPES)))
    return tuple(zip((place for _, place in here), zip(*by_type, strict=True), strict=True))


def _nearest(cube: CoverageCube, m: int, localities: list[int], s: int) -> Iterator[Nearest]:
    """Yield the nearest office of one service type, in any phase, for each of some settlements."""
    is_sure = cube.sure[:, s].any(axis=0) & (cube.shared.serves[:, m] == YES)
    offices = np.flatnonzero(is_sure)  # sorted by id: of equals, the first
    rows = cube.matrix.rows([cube.table.office_ids[k] for k in offices])
    for minutes in cube.matrix.settlement_minutes[rows][:, localities].T:
        shortest = float(minutes.min(initial=np.inf))
        is_reached = math.isfinite(shortest)
        town = cube.table.offices[offices[minutes.argmin()]].town if is_reached else ""
        yield Nearest(shortest, town)


def _unconfirmed(world: World, home: tuple[Actor, ...], here: WayList) -> Iterator[Actor]:
    """Yield home first, then actors with an office here: those a municipality can answer for."""
    actors = [way.actor for way in (*here.known, *here.uncertain)]
    actors.sort(key=lambda actor: swedish_sort_key(actor.name))
    each = {actor.id: actor for actor in (*home, *actors)}
    yield from (actor for actor in each.values() if unconfirmed_since(actor, on=world.on))
