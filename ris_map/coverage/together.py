"""The chosen kinds of help taken together: each resident goes to the nearest office of any of them.

Counting is left to the library; here it is only told what to count over.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np

from ris_map.coverage.cube import CoverageCube
from ris_map.coverage.distribution import Curve, distribution
from ris_map.coverage.figures import Figures, figures, percentile
from ris_map.coverage.groups import WorstOff, worst_off
from ris_map.coverage.page.choices import CoverageChoice
from ris_map.coverage.support import MODES, OUTSIDE, PHASES, SERVICE_TYPES, Known, truth_tensor
from ris_map.geography.county import Division
from ris_map.register.vocabulary import Delivery
from ris_map.travel.arrays import BoolArray, CodeArray, FloatArray, IntArray

OFFICE = MODES.index(Delivery.OFFICE)
REMOTE = (Delivery.VISIT, Delivery.DIGITAL, Delivery.PHONE)


@dataclass(frozen=True, kw_only=True, eq=False)
class Together:
    """All chosen kinds of help as if they were one.

    Parameters
    ----------
    cube : CoverageCube
        The coverage.
    minutes : array of float, shape (localities,)
        To the nearest office that is known to match.
    figures : Figures
        Per municipality; one phase and one service type.
    on_site, is_there, may_be_there : array of bool, shape (municipalities,)
        Whether an office stands there; on site or within reach; not known to be there, but may be.
    remote : array of int8, shape (municipalities, 3)
        ``Known``: visit, digital, phone.
    """

    cube: CoverageCube
    minutes: FloatArray
    figures: Figures
    on_site: BoolArray
    is_there: BoolArray
    may_be_there: BoolArray
    remote: CodeArray

    @property
    def median(self) -> FloatArray:
        """Median minutes per municipality."""
        return self.figures.median_minutes[:, 0, 0]

    @property
    def p90(self) -> FloatArray:
        """90th percentile of minutes per municipality."""
        return self.figures.p90_minutes[:, 0, 0]

    @property
    def threshold_at(self) -> int:
        """Position of the chosen threshold."""
        definition = self.cube.definition
        return definition.thresholds.index(definition.threshold)

    @property
    def share(self) -> FloatArray:
        """Share of located residents within the threshold, per municipality."""
        return self.figures.share_within[:, 0, 0, self.threshold_at]

    def of(self, codes: Collection[str]) -> Figures:
        """Return the pooled figures of any set of municipalities (one group)."""
        return pooled(self.cube, self.minutes[None, None], codes=codes)

    def curves(self, division: Division) -> tuple[Curve, ...]:
        """Return the cumulative curve of each group of a division, then of everybody."""
        return distribution(
            self._as_cube(), phase=PHASES[0], division=division, service_types=SERVICE_TYPES[:1]
        )

    def worst_off(self, percent: int = 10) -> WorstOff:
        """Return the part of the located residents with the longest way."""
        return worst_off(
            self._as_cube(), phase=PHASES[0], service_type=SERVICE_TYPES[0], percent=percent
        )

    def _as_cube(self) -> CoverageCube:
        # the two functions above read nothing but the minutes of the one cell they are asked for
        shape = self.cube.minutes.shape
        return replace(self.cube, minutes=np.broadcast_to(self.minutes, shape))


def together(cube: CoverageCube, choice: CoverageChoice) -> Together:
    """Return the chosen kinds of help taken together."""
    phases, types = _positions(choice)
    people, limit = cube.population.people, cube.definition.threshold
    nearest: FloatArray = cube.minutes[phases, types].min(axis=(0, 1))
    at_best: FloatArray = cube.minutes_at_best[phases, types].min(axis=(0, 1))
    counted = figures(nearest[None, None], people=people, thresholds=cube.definition.thresholds)
    on_site: BoolArray = np.asarray((cube.offices_on_site[:, phases, types] > 0).any(axis=(1, 2)))
    is_there = on_site | (counted.median_minutes[:, 0, 0] <= limit)
    best = percentile(at_best[None, None], people=people, percent=50)[:, 0, 0]
    may_be_there = cube.is_maybe_physical[:, phases, types].any(axis=(1, 2)) | (best <= limit)
    return Together(
        cube=cube,
        minutes=nearest,
        figures=counted,
        on_site=on_site,
        is_there=is_there,
        may_be_there=may_be_there & ~is_there,
        remote=cube.remote[:, phases, types].max(axis=(1, 2)),
    )


def pooled(cube: CoverageCube, minutes: FloatArray, *, codes: Collection[str]) -> Figures:
    """Return the figures of a set of municipalities as one group.

    Parameters
    ----------
    cube : CoverageCube
        Gives residents and thresholds.
    minutes : array of float, shape (phases, service types, localities)
        Minutes to the nearest office.
    codes : collection of str
        Municipality codes.
    """
    inside = np.array([code not in codes for code in cube.municipality_codes], dtype=np.int64)
    people = cube.population.grouped(inside, groups=2)
    both = figures(minutes, people=people, thresholds=cube.definition.thresholds)
    return Figures(
        persons=both.persons[:1],
        people_within=both.people_within[:1],
        share_within=both.share_within[:1],
        median_minutes=both.median_minutes[:1],
        p90_minutes=both.p90_minutes[:1],
        mean_minutes=both.mean_minutes[:1],
    )


def unlocated_share(cube: CoverageCube, codes: Collection[str]) -> float:
    """Return the share of the residents of some municipalities that no figure covers."""
    inside = [code in codes for code in cube.municipality_codes]
    population = cube.population
    return float(1 - population.located[inside].sum() / population.total[inside].sum())


def matching_offices(cube: CoverageCube, choice: CoverageChoice) -> IntArray:
    """Return the positions of the offices that are known to match any chosen kind of help."""
    table, definition = cube.table, cube.definition
    phases, types = _positions(choice)
    tensor = truth_tensor(
        table,
        scope=definition.scope,
        strength_area=definition.strength_area,
        include_outside=definition.include_outside,
    )
    matches = (tensor[:, OFFICE][:, phases, types] == Known.YES).any(axis=(1, 2))
    counts = (table.office_municipality != OUTSIDE) | definition.include_outside
    return np.flatnonzero(matches[table.office_actor] & counts)


def remote_position(delivery: Delivery) -> int:
    """Return the position of a way of help in the arrays named ``remote``."""
    return REMOTE.index(delivery)


def _positions(choice: CoverageChoice) -> tuple[IntArray, IntArray]:
    phases = [PHASES.index(p) for p in choice.shown_phases]
    types = [SERVICE_TYPES.index(t) for t in choice.shown_types]
    rows, columns = np.ix_(phases, types)
    return rows, columns
