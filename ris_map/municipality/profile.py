"""A municipality: the choices of its page, the ways in which actors help there, its figures. Pure.

Each figure comes from the coverage cube of the world, or from the arrays it was made of, so that
page, report, files and API say the same to the unit.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar
from urllib.parse import urlencode

import numpy as np
import pandas as pd
from pydantic import Field, ValidationInfo, field_validator

from ris_map.common.address import DatedChoice, Flag
from ris_map.coverage.cube import SHAPE, CoverageCell, CoverageCube, cube_of
from ris_map.coverage.findings import Chain, Way, find_gaps, support_chains, ways
from ris_map.coverage.map_picture import Minutes
from ris_map.coverage.support import YES, CubeChoice
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
        query = {k: v for k, v in self.query().items() if k in ("grans", "bredd", "vinter")}
        query |= {"fas": [cell.phase], "stod": [cell.service_type]}
        query |= {"oppna": [f"{place}:{cell.service_type}:{cell.phase}"], "lang": [tr.language]}
        return f"/tankom?{urlencode(query, doseq=True)}"


class ListKind(StrEnum):
    """Which list an actor stands in."""

    HERE = "here"  # an office in the municipality
    REACHABLE = "reachable"  # an office elsewhere, within the threshold of at least one resident
    VISIT = "visit"  # its staff travel to the municipality
    DIGITAL = "digital"  # a digital service whose service area includes the municipality
    PHONE = "phone"  # help by telephone whose service area includes the municipality


@dataclass(frozen=True)
class WayList:
    """The ways of helping of one list."""

    ways: list[Way]

    @property
    def known(self) -> list[Way]:
        """Those by which somebody is helped."""
        return [way for way in self.ways if way.kinds]

    @property
    def actors(self) -> dict[str, Actor]:
        """Actors that count, by id."""
        return {way.actor.id: way.actor for way in self.known}

    @property
    def unsure(self) -> list[Way]:
        """The ways of actors that may count and do not count already."""
        known = self.actors
        return [way for way in self.ways if not way.kinds and way.actor.id not in known]

    @property
    def uncertain(self) -> list[Actor]:
        """These actors, by name."""
        return _by_name({way.actor.id: way.actor for way in self.unsure}.values())


FIGURES = {
    "population": "regionfakta",
    "population_density": "density",
    "share_in_tatort": "tatort",
    "share_65plus": "regionfakta",
    "workplaces_manufacturing_and_services": "regionfakta",
    "local_labour_market": "labour",
}
"""Indicators of ``statistics.csv`` that are shown, each of its latest period, with their source."""
LIKENESS = 2.5
"""Largest factor between two similar municipalities, in population and in density alike; see
``docs/method/2026-11-23-similar-municipalities.md``."""


Nearest = tuple[float, str]
"""Minutes to the nearest office of one service type, in any phase, and its town; infinite and none
where no office is known that serves the place."""


@dataclass(frozen=True, kw_only=True)
class Profile:
    """One municipality. Cells stand in the order of the cube: phases, then service types.

    ``home`` are the municipality's own business offices, in no count; ``lists`` who helps, offices
    elsewhere by minutes from the seat, all others by name; ``own_actors`` the actors near it that
    name a strength area (no sector-neutral ones), by id; ``offices`` all that serve it, however
    far, the nearest to its seat first; ``times`` from its settlements, the seat first, to the
    nearest office of each service type; ``size`` population and residents per square kilometre of
    land, each of the latest period; ``similar`` those it is compared with, by name, and by how much
    each differs; ``unconfirmed`` home, then actors with an office here, whose entry nobody has
    confirmed within twelve months: those a municipality can answer for.
    """

    world: World
    code: str
    name: str
    cube: CoverageCube
    located_residents: int
    home: list[Actor]
    lists: Mapping[ListKind, WayList]
    offices: list[Way]
    cells: tuple[CoverageCell, ...]
    gaps: tuple[CoverageCell, ...]
    chain: Chain
    own_actors: Mapping[StrengthArea, list[Actor]]
    times: list[tuple[Locality, list[Nearest]]]
    figures: Mapping[str, Statistic | None]
    size: tuple[float, float] | None
    similar: Mapping[str, float]
    unconfirmed: list[Actor]

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
    m, names = cube.municipality_codes.index(code), foundations.geography.names
    home, lists = world.home_of(code), _lists(cube, code)
    near = {**lists[ListKind.HERE].actors, **lists[ListKind.REACHABLE].actors}
    own = [(set(near[i].strength_areas.areas), near[i]) for i in sorted(near)]
    offices = (way for way in ways(cube, code) if way.office and way.kinds)
    here = _by_name(way.actor for way in lists[ListKind.HERE].ways)
    asked = {actor.id: actor for actor in (*home, *here)}.values()
    known, latest = sizes(foundations.statistics), _latest(foundations.statistics)
    return Profile(
        world=world,
        code=code,
        name=names[code],
        cube=cube,
        located_residents=int(cube.figures.persons[m]),
        home=home,
        lists=lists,
        offices=sorted(offices, key=lambda w: (w.minutes_from_seat, w.town, w.actor.id)),
        cells=tuple(cube.cell_at(m, *at) for at in np.ndindex(*SHAPE)),
        gaps=tuple(gap for gap in _gaps(world, choice) if gap.municipality_code == code),
        chain=support_chains(cube)[m],
        own_actors={area: [a for of, a in own if area in of] for area in STRENGTH_AREAS},
        times=_times(cube, m, foundations.geography.localities),
        figures={name: latest.get((code, name)) for name in FIGURES},
        size=tuple(known.loc[code]) if code in known.index else None,
        similar=similar_to(code, known=known, names=names),
        unconfirmed=[actor for actor in asked if unconfirmed_since(actor, on=world.on)],
    )


def _lists(cube: CoverageCube, code: str) -> dict[ListKind, WayList]:
    def list_of(way: Way) -> ListKind | None:
        """Return the list in which a way stands; none for an office that nobody has near."""
        if way.mode is not Delivery.OFFICE:
            return ListKind(way.mode.value)
        elsewhere = ListKind.REACHABLE if way.people_within else None
        return ListKind.HERE if way.office and way.office.municipality == code else elsewhere

    def order(one: tuple[ListKind | None, Way]) -> tuple[float, tuple[str, str], str]:
        kind, way = one
        minutes = way.minutes_from_seat if kind is ListKind.REACHABLE else 0.0
        return minutes, swedish_sort_key(way.actor.name), way.office_id

    listed = sorted(((list_of(way), way) for way in ways(cube, code)), key=order)
    return {kind: WayList([way for of, way in listed if of is kind]) for kind in ListKind}


def _times(
    cube: CoverageCube, m: int, localities: Iterable[Locality]
) -> list[tuple[Locality, list[Nearest]]]:
    """Return the seat first, then the other settlements by population, unknown ones last."""
    code, table = cube.municipality_codes[m], cube.table
    here = [(i, place) for i, place in enumerate(localities) if place.municipality_code == code]
    here.sort(key=lambda item: (not item[1].is_seat, -(item[1].population or 0), item[1].name))
    counts = cube.sure.any(axis=0) & (cube.shared.serves[:, m] == YES)
    minutes = cube.matrix.settlement_minutes[cube.matrix.rows(table.office_ids)]
    far = np.where(counts[:, :, None], minutes[:, [i for i, _ in here]], np.inf)
    # before all offices none, without a way; offices are sorted by id: of equals, the first
    far = np.pad(far, ((0, 0), (1, 0), (0, 0)), constant_values=np.inf)
    towns = np.array(["", *(office.town for office in table.offices)])[far.argmin(axis=1)]
    nearest = zip(far.min(axis=1).T.tolist(), towns.T.tolist(), strict=True)
    by_place = ([*zip(*pair, strict=True)] for pair in nearest)
    return [(place, near) for (_, place), near in zip(here, by_place, strict=True)]


@kept(8)
def _gaps(world: World, choice: CubeChoice) -> list[CoverageCell]:
    """Return the gaps of the county, found once for all its municipalities."""
    return find_gaps(cube_of(world, choice))


def compared(shown: Profile, *, other: str | None = None) -> list[Profile]:
    """Return profiles to stand side by side: with one other, or with the similar ones by name."""
    codes = [shown.code, other] if other else {shown.code, *shown.similar}
    profiles = [profile(shown.world, code, shown.cube.choice) for code in codes]
    return profiles if other else sorted(profiles, key=lambda one: swedish_sort_key(one.name))


def _by_name(actors: Iterable[Actor]) -> list[Actor]:
    return sorted(actors, key=lambda actor: swedish_sort_key(actor.name))


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
    """Return all within :data:`LIKENESS`, else the closest one, in Swedish order; no ranking."""
    if code not in known.index:
        return {}
    ratio = known / known.loc[code]
    factor = np.maximum(ratio, 1 / ratio).max(axis=1).drop(code)
    alike = factor[factor <= LIKENESS]
    chosen = factor.nsmallest(1) if alike.empty else alike
    by_name = sorted(chosen.index, key=lambda other: swedish_sort_key(names[other]))
    return {other: chosen[other] for other in by_name}
