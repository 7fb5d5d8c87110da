"""The shape of JSON answers, from which the description of the API is made (through pydantic)."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

from pydantic import ConfigDict, Field

from ris_map.common.dates import PartialDate
from ris_map.common.records import MunicipalityCode, Record, Slug
from ris_map.coverage.cube import CellState, Certainty
from ris_map.export.sources import DataSource
from ris_map.register.model import Actor, Office
from ris_map.register.releases import ChangeKind
from ris_map.register.selection import Group
from ris_map.register.strategy import Strategy
from ris_map.register.vocabulary import Answer, Phase, Scope, ServiceType, StrengthArea
from ris_map.words.language import LocalText

Share = Annotated[float, Field(ge=0, le=1)]
Minutes = Annotated[float, Field(ge=0)]
Count = Annotated[int, Field(ge=0)]


class FigureState(StrEnum):
    """Why a figure is there or is not."""

    KNOWN = "known"
    UNREACHABLE = "unreachable"
    """No way or no matching office is known."""
    NOBODY_LOCATED = "nobody_located"
    """No resident, or no seat, has a point from which to count."""


class Meta(Record):
    """Terms of the data, and how much there is."""

    licence: str
    """SPDX name."""
    licence_url: str
    attribution: tuple[LocalText, ...]
    """Whom the licence asks to name, in both languages; empty where nobody."""
    count: Count


class RegisterMeta(Meta):
    """Terms of the data, and which register they come from."""

    register_date: PartialDate
    """The date to which the research behind the register goes."""
    on: str
    """The day for which actors and offices count."""
    register_outdated: bool
    """Whether the register's file has been replaced by a faulty one, so that the one before is
    served."""
    filter: dict[str, tuple[str, ...]]
    """The parameters as they were understood."""


class ListedActor(Actor):
    """A record of the register, and where it stands in the selection."""

    group: Group
    matching_offices: tuple[Slug, ...]
    """Offices that count for the filter; if none does, all that exist on the day."""


class Actors(Record):
    """Selected actors."""

    meta: RegisterMeta
    actors: tuple[ListedActor, ...]


class OneActor(Record):
    """One actor."""

    meta: RegisterMeta
    actor: Actor


class ListedOffice(Office):
    """An office of a selected actor."""

    actor: Slug
    actor_name: str
    group: Group
    sweref_north: int
    sweref_east: int
    """Metres in SWEREF 99 TM (EPSG:3006)."""


class Offices(Record):
    """Offices of selected actors."""

    meta: RegisterMeta
    offices: tuple[ListedOffice, ...]


class Municipality(Record):
    """A municipality."""

    code: MunicipalityCode
    name: str
    seat: Slug
    """Its central settlement, see /localities."""


class PlaceGroup(Record):
    """A group of municipalities that can be chosen as a place."""

    id: str
    label: LocalText
    division: LocalText
    is_inland: bool | None
    municipalities: tuple[MunicipalityCode, ...]


class Places(Record):
    """What ``plats`` may be."""

    meta: Meta
    municipalities: tuple[Municipality, ...]
    groups: tuple[PlaceGroup, ...]


class Settlement(Record):
    """A settlement as a point (EPSG:4326)."""

    id: Slug
    scb_code: str | None
    name: str
    municipality_code: MunicipalityCode
    lat: float
    lon: float
    population: Count | None
    population_year: int | None
    population_state: str
    """``unknown`` where the population is null: unknown is not zero."""
    kind: str
    is_seat: bool
    source: str
    note: str | None


class Localities(Record):
    """Settlements."""

    meta: Meta
    localities: tuple[Settlement, ...]


class TravelDefinition(Record):
    """How minutes were computed."""

    matrix_version: str
    network_source: str
    speed_model: str
    unreachable: tuple[str, ...]
    """Places with no way to the other side of the matrix."""


class Trip(Record):
    """The fastest way by car from a settlement to an office."""

    from_: Annotated[Slug, Field(alias="from")]
    to: str
    """Actor and office, with a slash between."""
    minutes: Minutes | None
    km: Annotated[float, Field(ge=0)] | None
    state: FigureState


class TravelTimes(Record):
    """Travel times."""

    meta: RegisterMeta
    definition: TravelDefinition
    pairs: tuple[Trip, ...]


class Point(Record):
    """A point in degrees (EPSG:4326)."""

    lat: float
    lon: float


class Leg(Record):
    """A stretch on one road."""

    road: str
    km: Annotated[float, Field(ge=0)]
    minutes: Minutes
    is_schematic: bool
    """The road is there; its course is only sketched."""


class TypicalError(Record):
    """Relative error against published minutes of 20 or more: the middle one, and nine in ten."""

    median: Share
    p90: Share


class Way(Record):
    """The fastest way by car between two points."""

    meta: Meta
    from_: Annotated[Point, Field(alias="from")]
    to: Point
    speed_model: str
    state: FigureState
    ferry_only: bool
    """Whether an end is on an island that only a ferry reaches."""
    minutes: Minutes | None
    km: Annotated[float, Field(ge=0)] | None
    minutes_by_model: dict[str, Minutes]
    roads: tuple[str, ...]
    """Numbers in driving order."""
    legs: tuple[Leg, ...]
    schematic_km: Annotated[float, Field(ge=0)] | None
    off_network_km: Annotated[float, Field(ge=0)] | None
    """Before the first and after the last road: straight line x 1.3."""
    line: tuple[tuple[float, float], ...]
    """Longitude and latitude of the course, for drawing."""
    typical_error: TypicalError


class CoverageAsked(Record):
    """What the coverage depends on."""

    on: str
    scope: Scope
    strength_area: StrengthArea | None
    include_outside: bool
    sourced_only: bool
    threshold_minutes: float
    matrix_version: str
    network_source: str
    speed_model: str
    population_year: int


class Cell(Record):
    """One municipality, phase and type of support. A null figure has its reason in ``_state``."""

    municipality_code: MunicipalityCode
    municipality: str
    phase: Phase
    service_type: ServiceType
    state: CellState
    certainty: Certainty
    offices_on_site: Count
    located_residents: Count
    population_state: FigureState
    people_within_30: Count
    people_within_60: Count
    people_within_90: Count
    people_within_120: Count
    share_within_30: Share | None
    share_within_60: Share | None
    share_within_90: Share | None
    share_within_120: Share | None
    share_low: Share | None
    """Within the chosen limit: lowest and highest over the speed models."""
    share_high: Share | None
    share_at_best: Share | None
    """Within the chosen limit if everything unknown turned out well."""
    median_minutes: Minutes | None
    median_minutes_state: FigureState
    p90_minutes: Minutes | None
    p90_minutes_state: FigureState
    mean_minutes: Minutes | None
    mean_minutes_state: FigureState
    shortfall_minutes: Minutes | None
    """Mean minutes beyond the chosen limit, over all residents with a road."""
    shortfall_minutes_state: FigureState
    nearest_minutes_from_seat: Minutes | None
    nearest_minutes_from_seat_state: FigureState
    median_minutes_at_best: Minutes | None
    median_minutes_at_best_state: FigureState
    nearest_office: str | None
    nearest_town: str | None
    visit: Answer
    digital: Answer
    phone: Answer
    is_borderline: bool
    is_maybe_physical: bool
    is_maybe_remote: bool
    doubtful_share: Share | None


class Coverage(Record):
    """Coverage of every municipality, phase and type of support."""

    meta: RegisterMeta
    definition: CoverageAsked
    cells: tuple[Cell, ...]


class Vocabulary(Record):
    """The strategy's words."""

    meta: Meta
    vocabulary: Strategy


class Sources(Record):
    """Where every data file comes from."""

    meta: Meta
    sources: tuple[DataSource, ...]


class ListedRelease(Record):
    """A frozen release of the register."""

    number: str
    date: PartialDate
    """The day that it shows."""
    actors: Count
    core: Count
    sha256: str
    """Of its file, when it was made: a release never changes."""


class Releases(Record):
    """Frozen releases of the register."""

    meta: RegisterMeta
    releases: tuple[ListedRelease, ...]


class ListedChange(Record):
    """One field of one record that differs; no field: the record as a whole."""

    id: Slug
    name: str
    kind: ChangeKind
    field: str | None
    before: str | None
    after: str | None
    sources: tuple[str, ...]


class Changes(Record):
    """What has changed since a release; null is the register that is worked on."""

    meta: RegisterMeta
    release: str | None
    changes: tuple[ListedChange, ...]


class Index(Record):
    """All addresses."""

    title: str
    links: tuple[dict[str, str], ...]


class ProblemDetails(Record):
    """Why a request is refused (RFC 9457); further members name parameter, value and choices."""

    model_config = ConfigDict(extra="allow")
    type: str
    title: str
    status: Annotated[int, Field(ge=400, le=599)]
    detail: str
    instance: str


class Shape(Record):
    """A GeoJSON feature."""

    type: Annotated[str, Field(pattern="^Feature$")]
    id: str
    geometry: dict[str, Any] | None
    properties: dict[str, Any]


class Features(Record):
    """A GeoJSON feature collection (RFC 7946) with its terms beside the features."""

    type: Annotated[str, Field(pattern="^FeatureCollection$")]
    meta: dict[str, Any]
    features: tuple[Shape, ...]
