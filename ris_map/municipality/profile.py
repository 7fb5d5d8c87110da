"""Everything that is known about one municipality's support, as frozen values. Pure.

Each figure comes from the coverage cube of the world, or from the arrays it was made of, so that
page, report, files and API say the same to the unit.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np

from ris_map.common.dates import period_end
from ris_map.coverage.chain import Chain, support_chains
from ris_map.coverage.cube import CELL_STATES, CellState, CoverageCell, CoverageDefinition
from ris_map.coverage.gaps import find_gaps
from ris_map.coverage.support import EVERY_AREA, MODES, SERVICE_TYPES, Known
from ris_map.geography.county import Division, DivisionGroup, Locality
from ris_map.geography.statistics import Statistic
from ris_map.municipality.similar import Similar, similar_to, sizes
from ris_map.municipality.ways import Ground, ListKind, WayList, ground, way_lists
from ris_map.register.model import Actor
from ris_map.register.vocabulary import STRENGTH_AREAS, Delivery, ServiceType, StrengthArea
from ris_map.travel.world import CubeChoice, World
from ris_map.words import swedish_sort_key

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Nearest:
    """The nearest office of one service type, in any phase, from one place.

    ``minutes`` are infinite, and ``town`` is None, where no office is known that serves the place.
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
class AreaCoverage:
    """One strength area in the municipality.

    Parameters
    ----------
    area : StrengthArea
        The area.
    cells : tuple of int
        Number of cells (phase x service type) in each of ``CELL_STATES``; they add up to 15.
    own_actors : tuple of str
        Actors that name the area (not the sector-neutral ones), with an office here or within the
        threshold of somebody here.
    """

    area: StrengthArea
    cells: tuple[int, ...]
    own_actors: tuple[str, ...]

    def count(self, state: CellState) -> int:
        """Return the number of cells in one state."""
        return self.cells[CELL_STATES.index(state)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """The group that a division puts the municipality in."""

    division: Division
    group: DivisionGroup


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A municipality in the comparison; each count stands for itself."""

    code: str
    is_self: bool
    population: float | None
    density: float | None
    lists: tuple[WayList, ...]
    chain: Chain


@dataclass(frozen=True, slots=True, kw_only=True)
class Unconfirmed:
    """An entry that nobody has confirmed within the last twelve months."""

    actor: Actor
    is_here: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One municipality. Cells stand in the order of the cube: phases, then service types."""

    code: str
    name: str
    choice: CubeChoice
    definition: CoverageDefinition
    located_residents: int
    unlocated_share: float
    actors: Mapping[str, Actor]
    lists: tuple[WayList, ...]
    cells: tuple[CoverageCell, ...]
    gaps: tuple[CoverageCell, ...]
    unknown: tuple[CoverageCell, ...]
    chain: Chain
    areas: tuple[AreaCoverage, ...]
    times: tuple[PlaceTimes, ...]
    figures: tuple[tuple[str, Statistic | None], ...]
    memberships: tuple[Membership, ...]
    similar: Similar
    comparison: tuple[Compared, ...]
    unconfirmed: tuple[Unconfirmed, ...]

    def list_of(self, kind: ListKind) -> WayList:
        """Return one of the lists."""
        return next(found for found in self.lists if found.kind is kind)

    def figure(self, indicator: str) -> Statistic | None:
        """Return one of the basic figures; None = no information."""
        return dict(self.figures)[indicator]


@lru_cache(maxsize=64)
def profile(world: World, code: str, choice: CubeChoice) -> Profile:
    """Return the profile of one municipality.

    Parameters
    ----------
    world : World
        Where every figure comes from.
    code : str
        The municipality; ``ValueError`` if there is none.
    choice : CubeChoice
        Threshold and breadth.
    """
    base, found = ground(world, choice), world.foundations
    cube = base.cube
    m = cube.municipality_codes.index(code)
    lists = way_lists(base, code)
    gaps = find_gaps(cube)
    names = {item.code: item.name for item in found.geography.municipalities}
    similar = similar_to(code, known=sizes(found.statistics), names=names)
    return Profile(
        code=code,
        name=names[code],
        choice=choice,
        definition=cube.definition,
        located_residents=int(cube.figures.persons[m]),
        unlocated_share=float(cube.population.unlocated_share[m]),
        actors=world.register.by_id,
        lists=lists,
        cells=tuple(cell for cell in cube.cells() if cell.municipality_code == code),
        gaps=tuple(g.cell for g in gaps.gaps if g.cell.municipality_code == code),
        unknown=tuple(cell for cell in gaps.unknown if cell.municipality_code == code),
        chain=support_chains(cube)[m],
        areas=tuple(_areas(world, choice, m=m, lists=lists)),
        times=tuple(_times(base, world, m)),
        figures=tuple((name, _latest(found.statistics, code, name)) for name in FIGURES),
        memberships=tuple(
            Membership(division=division, group=division.group_of(code))
            for division in found.geography.divisions
        ),
        similar=similar,
        comparison=tuple(_comparison(base, world, code, similar)),
        unconfirmed=tuple(_unconfirmed(world, lists)),
    )


def unconfirmed_since(actor: Actor, *, on: date) -> bool:
    """Return whether nobody has confirmed an entry within twelve months before a day."""
    if actor.last_confirmed is None:
        return True
    try:
        limit = on.replace(year=on.year - 1)
    except ValueError:  # 29 February
        limit = on.replace(year=on.year - 1, day=28)
    return period_end(actor.last_confirmed) < limit


def _areas(
    world: World, choice: CubeChoice, *, m: int, lists: Iterable[WayList]
) -> Iterator[AreaCoverage]:
    near = {a for found in lists if found.kind in PHYSICAL for a in found.actor_ids}
    table = world.table
    for index, area in enumerate(STRENGTH_AREAS):
        cube = world.cube(
            CubeChoice(
                threshold=choice.threshold,
                scope=choice.scope,
                strength_area=area,
                include_outside=choice.include_outside,
            )
        )
        counts = np.bincount(cube.state[m].ravel(), minlength=len(CELL_STATES))
        yield AreaCoverage(
            area=area,
            cells=tuple(counts.tolist()),
            own_actors=tuple(
                actor_id
                for actor_id, bits in zip(table.actor_ids, table.actor_areas.tolist(), strict=True)
                if actor_id in near and bits >> index & 1 and bits != EVERY_AREA
            ),
        )


def _times(base: Ground, world: World, m: int) -> Iterator[PlaceTimes]:
    """Yield the seat first, then the other settlements by population, unknown ones last."""
    population = base.cube.population
    geography = world.foundations.geography
    here = [
        (position, geography.locality(population.locality_ids[position]))
        for position in np.flatnonzero(population.municipality == m).tolist()
    ]
    here.sort(key=lambda item: (not item[1].is_seat, -(item[1].population or 0), item[1].name))
    for position, locality in here:
        yield PlaceTimes(
            locality=locality,
            nearest=tuple(_nearest(base, position, s) for s in range(len(SERVICE_TYPES))),
        )


def _nearest(base: Ground, locality: int, service: int) -> Nearest:
    shared, table = base.shared, base.cube.table
    truth = base.tensor[:, MODES.index(Delivery.OFFICE), :, service].max(axis=1)
    offices = np.flatnonzero(truth[shared.actor] == Known.YES)
    minutes = shared.known[offices, locality]
    if not len(offices) or not np.isfinite(minutes).any():
        return Nearest(service_type=SERVICE_TYPES[service], minutes=float("inf"), town=None)
    first = int(minutes.argmin())  # offices are sorted by id: the first of equals
    return Nearest(
        service_type=SERVICE_TYPES[service],
        minutes=float(minutes[first]),
        town=table.office_towns[int(shared.office[offices[first]])],
    )


def _latest(statistics: Iterable[Statistic], code: str, indicator: str) -> Statistic | None:
    found = [s for s in statistics if s.municipality_code == code and s.indicator == indicator]
    return max(found, key=lambda s: s.period, default=None)


def _comparison(base: Ground, world: World, code: str, similar: Similar) -> Iterator[Compared]:
    """Yield the municipality and those it is compared with, in the order of the alphabet."""
    geography = world.foundations.geography
    known = sizes(world.foundations.statistics)
    chains = {chain.municipality_code: chain for chain in support_chains(base.cube)}
    wanted = {code, *similar.compared}
    for item in sorted(geography.municipalities, key=lambda m: swedish_sort_key(m.name)):
        if item.code in wanted:
            size = known.get(item.code)
            yield Compared(
                code=item.code,
                is_self=item.code == code,
                population=size.population if size else None,
                density=size.density if size else None,
                lists=way_lists(base, item.code),
                chain=chains[item.code],
            )


def _unconfirmed(world: World, lists: Iterable[WayList]) -> Iterator[Unconfirmed]:
    """Yield entries of the lists: those with an office here first, then by name."""
    here: set[str] = set()
    all_ids: set[str] = set()
    for found in lists:
        ids = {way.actor_id for way in (*found.known, *found.uncertain)}
        here |= ids if found.kind is ListKind.HERE else set()
        # without an office here, only what is known to help here is worth a question
        all_ids |= ids if found.kind is ListKind.HERE else set(found.actor_ids)
    actors = (world.register.by_id[actor_id] for actor_id in all_ids)
    stale = (actor for actor in actors if unconfirmed_since(actor, on=world.on))
    for actor in sorted(stale, key=lambda a: (a.id not in here, swedish_sort_key(a.name))):
        yield Unconfirmed(actor=actor, is_here=actor.id in here)
