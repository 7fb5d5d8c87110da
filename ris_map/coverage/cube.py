"""What the coverage cube is: its definition, its cells and their states."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import numpy as np

from ris_map.coverage.figures import Figures
from ris_map.coverage.population import PopulationTable
from ris_map.coverage.support import PHASES, SERVICE_TYPES, Known, SupportTable
from ris_map.register.vocabulary import Answer, Phase, Scope, ServiceType, StrengthArea
from ris_map.travel.arrays import BoolArray, CodeArray, FloatArray, IntArray
from ris_map.travel.network import SpeedModel

THRESHOLDS = (30.0, 60.0, 90.0, 120.0)
TIME_ERROR = 0.15
"""Stated error of a travel time: a median this near the threshold may lie on its other side."""
ANSWERS = (Answer.NO, Answer.UNKNOWN, Answer.YES)
"""By ``Known``."""


class CellState(StrEnum):
    """The one state of a cell: the first in this order that holds.

    Only what is *known* can make one of the first three states; only the register's silence about
    an office makes the fourth. Physical and remote help are never added: a cell with digital help
    only is ``REMOTE_ONLY`` whatever the distance, and says nothing about minutes.
    """

    ON_SITE = "on_site"
    """A matching office stands in the municipality and serves it."""
    WITHIN_REACH = "within_reach"
    """At least half of the located residents are within the threshold of a matching office that
    serves their municipality (the median is at most the threshold)."""
    REMOTE_ONLY = "remote_only"
    """Neither of these is known, but a visit, a digital service or telephone help is offered, with
    a service area that includes the municipality."""
    NO_INFORMATION = "no_information"
    """None of these is known, but some actor, if what the register does not know turned out well,
    would be on site or within reach. Never counted as a gap."""
    OUT_OF_REACH = "out_of_reach"
    """As far as the register knows nobody offers this here: even if every unknown turned out well,
    no office would be within reach. Whether somebody would come, or help over the net or the
    telephone, may still be unknown: ``is_maybe_remote``."""


CELL_STATES = tuple(CellState)
"""States by the codes in ``CoverageCube.state``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageDefinition:
    """Everything that a figure depends on besides the register and the people.

    Parameters
    ----------
    on : date
        Actors and offices of this day.
    scope : Scope
        ``CORE``: core actors only; ``ADJACENT``: both.
    strength_area : StrengthArea or None
        Only offers for this area (sector-neutral ones included); None = all.
    include_outside : bool
        Whether known neighbours outside the county count, and county actors' offices there. Their
        service area is not asked then: as a rule it is their own county.
    thresholds : tuple of float
        Minutes, ascending; a threshold itself counts as within.
    threshold : float
        The one of them that decides the states.
    matrix_version, network_source : str
        Of the travel matrix.
    speed_model : SpeedModel
        Of the travel matrix.
    population_year : int
        Of the located residents.
    """

    on: date
    scope: Scope
    strength_area: StrengthArea | None
    include_outside: bool
    thresholds: tuple[float, ...]
    threshold: float
    matrix_version: str
    network_source: str
    speed_model: SpeedModel
    population_year: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageCell:
    """One municipality, phase and service type, in plain values.

    Minutes are infinite where no way or no office is known, NaN where nobody is located.
    """

    municipality_code: str
    phase: Phase
    service_type: ServiceType
    state: CellState
    offices_on_site: int
    located_residents: int
    unlocated_share: float
    people_within: tuple[int, ...]
    share_within: tuple[float, ...]
    median_minutes: float
    p90_minutes: float
    mean_minutes: float
    nearest_office_id: str | None
    nearest_town: str | None
    nearest_minutes_from_seat: float
    visit: Answer
    digital: Answer
    phone: Answer
    is_borderline: bool
    is_maybe_physical: bool
    is_maybe_remote: bool
    median_minutes_at_best: float
    doubtful_share: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CoverageCube:
    """Coverage of every municipality x phase x service type. Arrays are read-only.

    Axes: M municipalities, 3 phases, 5 service types, L localities, in the order of ``table`` and
    ``population`` and of the enumerations.

    Parameters
    ----------
    definition : CoverageDefinition
        What was asked.
    table : SupportTable
        Who counted.
    population : PopulationTable
        Over whom it was counted.
    minutes : array of float, shape (3, 5, L)
        From each locality to the nearest office that is known to match and to serve it.
    minutes_at_best : array of float, shape (3, 5, L)
        The same if everything unknown about actors with a recorded office turned out well: never
        longer.
    figures : Figures
        Per municipality, from ``minutes``.
    median_minutes_at_best : array of float, shape (M, 3, 5)
        From ``minutes_at_best``.
    offices_on_site : array of int, shape (M, 3, 5)
        Matching offices that stand in the municipality.
    nearest_office : array of int, shape (M, 3, 5)
        Position in ``table.office_ids`` of the matching office nearest to the municipality's seat,
        the first id among equals; -1 = none.
    nearest_minutes : array of float, shape (M, 3, 5)
        Minutes from the seat to it; NaN without a seat.
    remote : array of int8, shape (M, 3, 5, 3)
        ``Known``: visit, digital, phone.
    state : array of int8, shape (M, 3, 5)
        Position in ``CELL_STATES``.
    is_borderline : array of bool, shape (M, 3, 5)
        Nothing on site, and the median would lie on the other side of the threshold if times were
        ``TIME_ERROR`` longer or shorter.
    is_maybe_physical : array of bool, shape (M, 3, 5)
        No office is known on site or within reach, but one may be.
    is_maybe_remote : array of bool, shape (M, 3, 5)
        No remote help is known, but for some matching actor it is not known either way.
    doubtful_share : array of float, shape (M, 3, 5)
        Share of located residents within the threshold only thanks to actors whose status is open.
    """

    definition: CoverageDefinition
    table: SupportTable
    population: PopulationTable
    minutes: FloatArray
    minutes_at_best: FloatArray
    figures: Figures
    median_minutes_at_best: FloatArray
    offices_on_site: IntArray
    nearest_office: IntArray
    nearest_minutes: FloatArray
    remote: CodeArray
    state: CodeArray
    is_borderline: BoolArray
    is_maybe_physical: BoolArray
    is_maybe_remote: BoolArray
    doubtful_share: FloatArray

    @property
    def municipality_codes(self) -> tuple[str, ...]:
        """Codes in the order of the first axis."""
        return self.population.municipality_codes

    def people_beyond(self) -> IntArray:
        """Return located residents beyond the threshold, shape (M, 3, 5)."""
        within = self.figures.people_within[..., self._threshold_at]
        beyond: IntArray = self.figures.persons[:, None, None] - within
        return beyond

    def has_state(self, state: CellState) -> BoolArray:
        """Return where a state holds, shape (M, 3, 5)."""
        return np.asarray(self.state == CELL_STATES.index(state))

    def cell(self, code: str, *, phase: Phase, service_type: ServiceType) -> CoverageCell:
        """Return one cell in plain values; ``ValueError`` for an unknown municipality."""
        m = self.municipality_codes.index(code)
        at = (m, PHASES.index(phase), SERVICE_TYPES.index(service_type))
        office = int(self.nearest_office[at])
        visit, digital, phone = (ANSWERS[Known(value)] for value in self.remote[at].tolist())
        return CoverageCell(
            municipality_code=code,
            phase=phase,
            service_type=service_type,
            state=CELL_STATES[int(self.state[at])],
            offices_on_site=int(self.offices_on_site[at]),
            located_residents=int(self.figures.persons[m]),
            unlocated_share=float(self.population.unlocated_share[m]),
            people_within=tuple(self.figures.people_within[at].tolist()),
            share_within=tuple(self.figures.share_within[at].tolist()),
            median_minutes=float(self.figures.median_minutes[at]),
            p90_minutes=float(self.figures.p90_minutes[at]),
            mean_minutes=float(self.figures.mean_minutes[at]),
            nearest_office_id=self.table.office_ids[office] if office >= 0 else None,
            nearest_town=self.table.office_towns[office] if office >= 0 else None,
            nearest_minutes_from_seat=float(self.nearest_minutes[at]),
            visit=visit,
            digital=digital,
            phone=phone,
            is_borderline=bool(self.is_borderline[at]),
            is_maybe_physical=bool(self.is_maybe_physical[at]),
            is_maybe_remote=bool(self.is_maybe_remote[at]),
            median_minutes_at_best=float(self.median_minutes_at_best[at]),
            doubtful_share=float(self.doubtful_share[at]),
        )

    def cells(self) -> Iterator[CoverageCell]:
        """Yield every cell: municipalities, then phases, then service types, in their order."""
        for code in self.municipality_codes:
            for phase in PHASES:
                for service_type in SERVICE_TYPES:
                    yield self.cell(code, phase=phase, service_type=service_type)

    @property
    def _threshold_at(self) -> int:
        return self.definition.thresholds.index(self.definition.threshold)


def state_codes(
    on_site: BoolArray, is_there: BoolArray, has_remote: BoolArray, may_be_there: BoolArray
) -> CodeArray:
    """Return the first state that holds, as positions in ``CELL_STATES``."""
    code = {state: index for index, state in enumerate(CELL_STATES)}
    return np.select(
        [on_site, is_there, has_remote, may_be_there],
        [
            code[CellState.ON_SITE],
            code[CellState.WITHIN_REACH],
            code[CellState.REMOTE_ONLY],
            code[CellState.NO_INFORMATION],
        ],
        default=code[CellState.OUT_OF_REACH],
    ).astype(np.int8)
