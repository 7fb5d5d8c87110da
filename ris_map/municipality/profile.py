"""A municipality: the choices of its page, the ways in which actors help there, its figures. Pure.

Each figure comes from the coverage cube of the world, or from the arrays it was made of, so that
page, report, files and API say the same to the unit. An actor may stand in several lists; the
lists are never added.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import product
from typing import Annotated
from urllib.parse import urlencode

import numpy as np
from pydantic import AfterValidator, Field

from ris_map.common.address import DatedChoice, Flag
from ris_map.common.dates import period_end
from ris_map.coverage.cube import (
    THRESHOLDS,
    CellState,
    CoverageCell,
    CoverageCube,
)
from ris_map.coverage.cubes import cube_of
from ris_map.coverage.gaps import Chain, find_gaps, support_chains
from ris_map.coverage.support import MODES, PHASES, SERVICE_TYPES, UNKNOWN, YES, CubeChoice
from ris_map.geography.codes import MUNICIPALITY_CODES
from ris_map.geography.county import Division, DivisionGroup, Locality
from ris_map.geography.statistics import Statistic
from ris_map.register.model import Actor
from ris_map.register.vocabulary import (
    STRENGTH_AREAS,
    Delivery,
    Phase,
    Scope,
    ServiceType,
    StrengthArea,
)
from ris_map.travel.accuracy import Errors, typical_error
from ris_map.travel.network import BoolArray, IntArray
from ris_map.travel.world import World, kept
from ris_map.words import Translator, swedish_sort_key

PATH = "/kommun"
LIMITS = tuple(int(limit) for limit in THRESHOLDS)


def _of_the_county(code: str) -> str:
    if code not in MUNICIPALITY_CODES:
        raise ValueError("not a municipality of the county")
    return code


def _limit(minutes: int) -> int:
    if minutes not in LIMITS:
        raise ValueError("not one of the limits")
    return minutes


Code = Annotated[str, AfterValidator(_of_the_county)]


class MunicipalityChoice(DatedChoice):
    """What a reader of the page may choose; phase and type decide what the map shows."""

    code: Code | None = Field(default=None, alias="kommun")
    beside: Code | None = Field(default=None, alias="jamfor")
    phase: Phase | None = Field(default=Phase.IDE, alias="fas")
    service_type: ServiceType | None = Field(default=ServiceType.RADGIVNING, alias="stod")
    limit: Annotated[int, AfterValidator(_limit)] = Field(default=60, alias="grans")
    scope: Scope = Field(default=Scope.CORE, alias="bredd")
    winter: Flag = Field(default=False, alias="vinter")

    @property
    def cube(self) -> CubeChoice:
        """The coverage that is asked for."""
        speed = "winter" if self.winter else "summer"
        return CubeChoice(threshold=float(self.limit), scope=self.scope, speed=speed)

    @property
    def kind(self) -> tuple[Phase, ServiceType]:
        """The kind of support on the map; one is always chosen."""
        return self.phase or Phase.IDE, self.service_type or ServiceType.RADGIVNING

    def url(self, *, tr: Translator, **changes: object) -> str:
        """Return the address of the page with these choices, some of them changed."""
        query = self.model_copy(update=changes).query()
        return f"{PATH}?{urlencode({**query, 'lang': [tr.language.value]}, doseq=True)}"

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


Kind = tuple[Phase, ServiceType]
"""One cell of a municipality's coverage."""
KINDS: tuple[Kind, ...] = tuple(product(PHASES, SERVICE_TYPES))


class ListKind(StrEnum):
    """Which list an actor stands in."""

    HERE = "here"
    """An office in the municipality."""
    VISIT = "visit"
    """Its staff travel to the municipality."""
    REACHABLE = "reachable"
    """An office elsewhere, within the threshold of at least one located resident."""
    DIGITAL = "digital"
    """A digital service whose service area includes the municipality."""
    PHONE = "phone"
    """Help by telephone whose service area includes the municipality."""


REMOTE_MODES = {
    ListKind.VISIT: Delivery.VISIT,
    ListKind.DIGITAL: Delivery.DIGITAL,
    ListKind.PHONE: Delivery.PHONE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way in which one actor helps, or may help (``possible``), in the municipality.

    An office has its town and the code of the municipality it stands in, minutes by road from the
    seat (infinite without a way, else NaN), and the residents who reach it within the threshold.
    """

    actor_id: str
    office_id: str | None = None
    town: str | None = None
    office_municipality: str | None = None
    minutes_from_seat: float = float("nan")
    people_within: int = 0
    kinds: tuple[Kind, ...]
    possible: tuple[Kind, ...]
    is_doubtful: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class WayList:
    """One list: what is known, and apart from it what may be so. In the order of actor ids."""

    kind: ListKind
    known: tuple[Way, ...]
    uncertain: tuple[Way, ...]

    @property
    def actor_ids(self) -> tuple[str, ...]:
        """Actors that count, each once."""
        return tuple(dict.fromkeys(way.actor_id for way in self.known))

    @property
    def uncertain_ids(self) -> tuple[str, ...]:
        """Actors that may count and do not count already, each once."""
        known = set(self.actor_ids)
        ids = dict.fromkeys(way.actor_id for way in self.uncertain)
        return tuple(actor_id for actor_id in ids if actor_id not in known)


def way_lists(cube: CoverageCube, code: str) -> tuple[WayList, ...]:
    """Return the lists of one municipality, in their order; ``ValueError`` for an unknown one."""
    m = cube.municipality_codes.index(code)
    found: dict[ListKind, list[Way]] = {kind: [] for kind in ListKind}
    for kind, way in (*_office_ways(cube, m), *_remote_ways(cube, m)):
        found[kind].append(way)
    return tuple(
        WayList(
            kind=kind,
            known=tuple(way for way in ways if way.kinds),
            uncertain=tuple(way for way in ways if not way.kinds),
        )
        for kind, ways in found.items()
    )


def serving_offices(cube: CoverageCube, code: str) -> tuple[Way, ...]:
    """Return every office that counts for a municipality, the nearest to its seat first."""
    m = cube.municipality_codes.index(code)
    ways = (way for _, way in _office_ways(cube, m, however_far=True) if way.kinds)
    return tuple(sorted(ways, key=lambda w: (w.minutes_from_seat, w.town or "", w.actor_id)))


def _office_ways(
    cube: CoverageCube, m: int, *, however_far: bool = False
) -> Iterator[tuple[ListKind, Way]]:
    shared, table = cube.shared, cube.table
    truth = cube.tensor[:, MODES.index(Delivery.OFFICE)][shared.actor]
    answers = np.minimum(truth, shared.serves[:, m][:, None, None])
    minutes = _seat_minutes(cube, m)
    for k in np.flatnonzero(answers.any(axis=(1, 2))).tolist():
        is_here = int(shared.municipality[k]) == m
        within = _cells_within(cube, k, m)
        if not (is_here or len(within) or however_far):
            continue
        office, actor = int(shared.office[k]), int(shared.actor[k])
        population = cube.population
        yield (
            ListKind.HERE if is_here else ListKind.REACHABLE,
            Way(
                actor_id=table.actor_ids[actor],
                office_id=table.office_ids[office],
                town=table.office_towns[office],
                office_municipality=table.municipality_codes[int(shared.municipality[k])],
                minutes_from_seat=minutes[table.office_ids[office]],
                people_within=int(population.persons[within].sum()),
                kinds=_kinds(answers[k] == YES),
                possible=_kinds(answers[k] == UNKNOWN),
                is_doubtful=bool(table.actor_is_doubtful[actor]),
            ),
        )


def _cells_within(cube: CoverageCube, k: int, m: int) -> IntArray:
    """Positions of the municipality's cells within the threshold of an office."""
    population, limit = cube.population, cube.choice.threshold
    here = np.flatnonzero(population.municipality == m)
    within: IntArray = here[cube.shared.at_best[k, here] <= limit]
    return within


def _seat_minutes(cube: CoverageCube, m: int) -> dict[str, float]:
    """Minutes from the seat to every office that counts; NaN without a seat."""
    offices = [cube.table.office_ids[k] for k in cube.shared.office.tolist()]
    return dict(zip(offices, cube.shared.from_seat[:, m].tolist(), strict=True))


def _remote_ways(cube: CoverageCube, m: int) -> Iterator[tuple[ListKind, Way]]:
    table = cube.table
    for kind, mode in REMOTE_MODES.items():
        answers = np.minimum(cube.tensor[:, MODES.index(mode)], table.serves[m][:, None, None])
        for actor in np.flatnonzero(answers.any(axis=(1, 2))).tolist():
            yield (
                kind,
                Way(
                    actor_id=table.actor_ids[actor],
                    kinds=_kinds(answers[actor] == YES),
                    possible=_kinds(answers[actor] == UNKNOWN),
                    is_doubtful=bool(table.actor_is_doubtful[actor]),
                ),
            )


def _kinds(holds: BoolArray) -> tuple[Kind, ...]:
    return tuple((PHASES[p], SERVICE_TYPES[s]) for p, s in np.argwhere(holds).tolist())


FIGURES = (
    "population",
    "population_density",
    "share_in_tatort",
    "share_65plus",
    "workplaces_manufacturing_and_services",
    "local_labour_market",
)
"""Indicators of ``statistics.csv`` that are shown, each of its latest period."""
PHYSICAL = (ListKind.HERE, ListKind.REACHABLE)
NEARBY = (CellState.ON_SITE, CellState.WITHIN_REACH)
LIKENESS = 2.5
"""Largest factor between two similar municipalities, in population and in density alike; see
``docs/method/2026-11-23-similar-municipalities.md``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Nearest:
    """The nearest office of one service type, in any phase, from one place.

    Minutes are infinite, and the town is None, where no office is known that serves the place.
    """

    service_type: ServiceType
    minutes: float
    town: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceTimes:
    """Minutes from one settlement to the nearest office of each service type."""

    locality: Locality
    nearest: tuple[Nearest, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """Population and land area of a municipality, each of the latest period."""

    code: str
    population: float
    land_km2: float

    @property
    def density(self) -> float:
        """Residents per square kilometre of land."""
        return self.population / self.land_km2


@dataclass(frozen=True, slots=True, kw_only=True)
class Similar:
    """What a municipality is compared with: those alike or, without any, the closest one.

    ``factor`` is the larger of the two factors to ``nearest``; both are None where there are
    similar ones. ``is_known`` says whether its own population and area are known at all.
    """

    codes: tuple[str, ...] = ()
    nearest: str | None = None
    factor: float | None = None
    is_known: bool = True

    @property
    def compared(self) -> tuple[str, ...]:
        """Codes to show."""
        return self.codes or ((self.nearest,) if self.nearest else ())


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One municipality. Cells stand in the order of the cube: phases, then service types.

    ``home`` are the municipality's own business offices, in no count; ``own_actors`` the actors
    near it that name a strength area (no sector-neutral ones); ``offices`` all that serve it,
    however far, the nearest to its seat first; ``unconfirmed`` actors with an office here whose
    entry nobody has confirmed within twelve months.
    """

    code: str
    name: str
    choice: CubeChoice
    cube: CoverageCube
    typical_error: Errors | None
    reference_date: str
    located_residents: int
    actors: Mapping[str, Actor]
    home: tuple[Actor, ...]
    lists: tuple[WayList, ...]
    offices: tuple[Way, ...]
    cells: tuple[CoverageCell, ...]
    gaps: tuple[CoverageCell, ...]
    chain: Chain
    own_actors: Mapping[StrengthArea, tuple[str, ...]]
    times: tuple[PlaceTimes, ...]
    figures: tuple[tuple[str, Statistic | None], ...]
    memberships: tuple[tuple[Division, DivisionGroup], ...]
    size: Size | None
    similar: Similar
    unconfirmed: tuple[Actor, ...]

    def list_of(self, kind: ListKind) -> WayList:
        """Return one of the lists."""
        return next(item for item in self.lists if item.kind is kind)

    def cell(self, phase: Phase, service_type: ServiceType) -> CoverageCell:
        """Return one cell."""
        return next(c for c in self.cells if c.phase is phase and c.service_type is service_type)

    def figure(self, indicator: str) -> Statistic | None:
        """Return one of the basic figures; None = no information."""
        return dict(self.figures)[indicator]


@kept(64)
def profile(world: World, code: str, choice: CubeChoice) -> Profile:
    """Return the profile of one municipality; ``ValueError`` if there is none of this code."""
    cube, foundations = cube_of(world, choice), world.foundations
    m = cube.municipality_codes.index(code)
    lists, home = way_lists(cube, code), tuple(home_offices(world, code))
    gaps = find_gaps(cube)
    names = {item.code: item.name for item in foundations.geography.municipalities}
    known_sizes = sizes(foundations.statistics)
    return Profile(
        code=code,
        name=names[code],
        choice=choice,
        cube=cube,
        reference_date=world.register.meta.reference_date,
        typical_error=typical_error(foundations),
        located_residents=int(cube.figures.persons[m]),
        actors=world.register.by_id,
        home=home,
        lists=lists,
        offices=serving_offices(cube, code),
        cells=tuple(cell for cell in cube.cells() if cell.municipality_code == code),
        gaps=tuple(g.cell for g in gaps.gaps if g.cell.municipality_code == code),
        chain=support_chains(cube)[m],
        own_actors=_own_actors(world, lists),
        times=tuple(_times(cube, world, m)),
        figures=tuple((name, _latest(foundations.statistics, code, name)) for name in FIGURES),
        memberships=tuple((d, d.group_of(code)) for d in foundations.geography.divisions),
        size=known_sizes.get(code),
        similar=similar_to(code, known=known_sizes, names=names),
        unconfirmed=tuple(_unconfirmed(world, home, lists)),
    )


def compared(world: World, profile_: Profile, *, other: str | None = None) -> tuple[Profile, ...]:
    """Return profiles to stand side by side: with one other, or with the similar ones by name."""
    if other is not None:
        return (profile_, profile(world, other, profile_.choice))
    codes = {profile_.code, *profile_.similar.compared}
    profiles = (profile(world, code, profile_.choice) for code in codes)
    return tuple(sorted(profiles, key=lambda item: swedish_sort_key(item.name)))


def home_offices(world: World, code: str) -> Iterator[Actor]:
    """Yield the municipality's own business offices: the first contact, in no count."""
    for actor in world.register.actors:
        is_own = actor.municipal and not actor.outside_county and actor.is_active(world.on)
        if is_own and any(o.municipality == code for o in actor.offices_on(world.on)):
            yield actor


def unconfirmed_since(actor: Actor, *, on: date) -> bool:
    """Return whether nobody has confirmed an entry within twelve months before a day."""
    if actor.last_confirmed is None:
        return True
    try:
        limit = on.replace(year=on.year - 1)
    except ValueError:  # 29 February
        limit = on.replace(year=on.year - 1, day=28)
    return period_end(actor.last_confirmed) < limit


def sizes(statistics: Iterable[Statistic]) -> dict[str, Size]:
    """Return the size of every municipality for which both figures are known."""
    statistics = tuple(statistics)
    latest: dict[str, dict[str, float]] = {"population": {}, "land_area_km2": {}}
    for item in sorted(statistics, key=lambda s: s.period):
        if item.indicator in latest and item.number is not None:
            latest[item.indicator][item.municipality_code] = item.number
    areas = latest["land_area_km2"]
    return {
        code: Size(code=code, population=population, land_km2=areas[code])
        for code, population in latest["population"].items()
        if areas.get(code)
    }


def factor(one: Size, other: Size) -> float:
    """Return by how much two municipalities differ: the larger factor of the two measures."""

    def ratio(a: float, b: float) -> float:
        low, high = sorted((a, b))
        return high / low if low > 0 else float("inf")

    return max(ratio(one.population, other.population), ratio(one.density, other.density))


def similar_to(code: str, *, known: Mapping[str, Size], names: Mapping[str, str]) -> Similar:
    """Return what a municipality is compared with, in Swedish alphabetical order; no ranking."""
    if code not in known:
        return Similar(is_known=False)
    factors = {other: factor(known[code], known[other]) for other in known if other != code}
    codes = sorted(
        (other for other, by in factors.items() if by <= LIKENESS),
        key=lambda other: swedish_sort_key(names[other]),
    )
    nearest = min(factors, key=lambda other: (factors[other], other), default=None)
    if codes or nearest is None:
        return Similar(codes=tuple(codes))
    return Similar(nearest=nearest, factor=factors[nearest])


def _own_actors(world: World, lists: Iterable[WayList]) -> dict[StrengthArea, tuple[str, ...]]:
    near = {a for item in lists if item.kind in PHYSICAL for a in item.actor_ids}
    areas = {actor: world.register.by_id[actor].strength_areas.areas for actor in sorted(near)}
    return {
        area: tuple(actor for actor, own in areas.items() if area in own) for area in STRENGTH_AREAS
    }


def _times(cube: CoverageCube, world: World, m: int) -> Iterator[PlaceTimes]:
    """Yield the seat first, then the other settlements by population, unknown ones last."""
    here = [
        (position, place)
        for position, place in enumerate(world.foundations.geography.localities)
        if place.municipality_code == cube.municipality_codes[m]
    ]
    here.sort(key=lambda item: (not item[1].is_seat, -(item[1].population or 0), item[1].name))
    for position, locality in here:
        yield PlaceTimes(
            locality=locality,
            nearest=tuple(_nearest(cube, m, position, s) for s in range(len(SERVICE_TYPES))),
        )


def _nearest(cube: CoverageCube, m: int, locality: int, service: int) -> Nearest:
    shared, table = cube.shared, cube.table
    truth = cube.tensor[:, MODES.index(Delivery.OFFICE), :, service].max(axis=1)
    is_open = (truth[shared.actor] == YES) & (shared.serves[:, m] == YES)
    offices = np.flatnonzero(is_open)
    rows = cube.matrix.rows([table.office_ids[k] for k in shared.office[offices].tolist()])
    minutes = cube.matrix.settlement_minutes[rows, locality]
    if not len(offices) or not np.isfinite(minutes).any():
        return Nearest(service_type=SERVICE_TYPES[service], minutes=float("inf"), town=None)
    first = int(minutes.argmin())  # offices are sorted by id: the first of equals
    return Nearest(
        service_type=SERVICE_TYPES[service],
        minutes=float(minutes[first]),
        town=table.office_towns[int(shared.office[offices[first]])],
    )


def _latest(statistics: Iterable[Statistic], code: str, indicator: str) -> Statistic | None:
    items = (s for s in statistics if s.municipality_code == code and s.indicator == indicator)
    return max(items, key=lambda s: s.period, default=None)


def _unconfirmed(
    world: World, home: tuple[Actor, ...], lists: Iterable[WayList]
) -> Iterator[Actor]:
    """Yield home first, then actors with an office here: those a municipality can answer for."""
    here = next(item for item in lists if item.kind is ListKind.HERE)
    ids = {way.actor_id for way in (*here.known, *here.uncertain)} - {a.id for a in home}
    actors = sorted((world.register.by_id[i] for i in ids), key=lambda a: swedish_sort_key(a.name))
    yield from (a for a in (*home, *actors) if unconfirmed_since(a, on=world.on))
