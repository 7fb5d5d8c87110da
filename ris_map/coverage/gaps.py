"""Gaps ("kontorsluckor"), how stable they are, remote help beside them, and the support chain.

A gap is physical: no matching office on site or within reach, what is unknown apart. Whether a
visit, a digital service or the telephone makes up for it stands beside it and is never counted in.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from ris_map.coverage.cube import REMOTE, CoverageCell, CoverageCube, cube_of, speeds_of
from ris_map.coverage.groups import Supply
from ris_map.coverage.support import (
    ANSWERS,
    KINDS,
    NO,
    PHASES,
    SERVICE_TYPES,
    UNKNOWN,
    YES,
    CubeChoice,
    Kind,
)
from ris_map.register.vocabulary import Answer, Delivery, Phase, ServiceType
from ris_map.travel.network import BoolArray
from ris_map.travel.world import World
from ris_map.words.figures import TIME_ERROR, equally_far, rounded


def find_gaps(cube: CoverageCube) -> list[CoverageCell]:
    """Return the gaps of a cube; its threshold decides what is far.

    Those whom it concerns even at best come first, then the longest median at best.
    """
    gaps = [cube.cell_at(*at) for at in np.argwhere(gap_mask(cube)).tolist()]
    # sorted() is stable: equals keep the order of the cube
    return sorted(gaps, key=lambda gap: (-gap.beyond_at_best, -gap.median_minutes_at_best))


def gap_mask(cube: CoverageCube) -> BoolArray:
    """Return which cells are gaps: somebody lives there, nothing is there or may be there."""
    has_people = cube.figures.persons[:, None, None] > 0
    return np.asarray(~cube.is_there & ~cube.is_maybe_physical & has_people)


def distinct(cube: CoverageCube, gaps: Iterable[CoverageCell]) -> list[list[CoverageCell]]:
    """Return together the gaps that are one and the same fact: the same offices, equally far.

    So they are where everybody in the municipality has the same minutes, known and at best.
    """
    facts: dict[tuple[int, bytes, bytes], list[CoverageCell]] = {}
    for gap in gaps:
        m, p, s = cube.at(*gap.key)
        here = cube.population.people.places[m]
        known, at_best = (cube.rows[row[p, s], here] for row in (cube.row, cube.row_at_best))
        facts.setdefault((m, known.tobytes(), at_best.tobytes()), []).append(gap)
    return list(facts.values())


def stable_mask(world: World, choice: CubeChoice) -> BoolArray:
    """Return which cells are gaps under every speed model, shape (municipalities, 3, 5)."""
    masks = [gap_mask(cube_of(world, one)) for one in speeds_of(choice)]
    return np.asarray(np.all(masks, axis=0))


def remote_facts(
    cube: CoverageCube,
) -> Mapping[tuple[Delivery, Answer, tuple[str, ...]], Sequence[Kind]]:
    """Return the kinds of help that come, or may come, one remote way to the same municipalities.

    The municipalities are empty where it is every one of the county.
    """
    facts: dict[tuple[Delivery, Answer, tuple[str, ...]], list[Kind]] = {}
    every = cube.municipality_codes
    answers = cube.remote.reshape(len(every), len(KINDS), len(REMOTE))
    for (i, mode), level, (k, kind) in product(enumerate(REMOTE), (YES, UNKNOWN), enumerate(KINDS)):
        where = np.flatnonzero(answers[:, k, i] == level)
        codes = () if len(where) == len(every) else tuple(every[m] for m in where)
        if len(where):
            facts.setdefault((mode, ANSWERS[level], codes), []).append(kind)
    return facts


# ---------------------------------------------------------------- the chain


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """Whether one can go from idé through utveckling to växa from one municipality.

    Each resident goes to the nearest office of any chosen type: ``medians`` are minutes by phase.
    Physical and remote ways stand side by side, never added: a remote one is whether that one mode
    is offered in every phase.
    """

    municipality_code: str
    medians: tuple[float, ...]
    physical: Answer
    """On site or within reach in every phase; unknown: it is, or may be; no: some phase has none
    even at best."""
    is_near: bool
    """Whether the error of the times reaches across the limit and decides it: "around 60 min"."""
    visit: Answer
    digital: Answer
    phone: Answer
    weakest: tuple[Phase, ...]
    """The longest medians; empty if all phases are equally far within the error of the times."""


def support_chains(
    cube: CoverageCube, *, service_types: Sequence[ServiceType] = SERVICE_TYPES
) -> tuple[Chain, ...]:
    """Return the chain of every municipality; any of the service types will do in each phase."""
    supplies = [Supply(cube, (phase,), tuple(service_types)) for phase in PHASES]
    on_site, is_there, may_be_there, median, remote = (
        np.stack([getattr(supply, name) for supply in supplies], axis=1)
        for name in ("on_site", "is_there", "may_be_there", "median", "remote")
    )
    answers = np.select([is_there, may_be_there], [YES, UNKNOWN], NO)
    low, high = (median * factor for factor in (1 - TIME_ERROR, 1 + TIME_ERROR))
    is_near = ~on_site & (low <= cube.choice.threshold) & (high > cube.choice.threshold)
    physical, certain = answers.min(axis=1), np.where(is_near, UNKNOWN, answers).min(axis=1)
    modes = [mode.value for mode in REMOTE]
    return tuple(
        Chain(
            municipality_code=code,
            medians=tuple(median[m].tolist()),
            physical=ANSWERS[int(physical[m])],
            is_near=bool(certain[m] != physical[m]),
            weakest=weakest_phases(median[m].tolist()),
            **{mode: ANSWERS[i] for mode, i in zip(modes, remote[m].min(axis=0), strict=True)},
        )
        for m, code in enumerate(cube.municipality_codes)
    )


def weakest_phases(minutes: Sequence[float]) -> tuple[Phase, ...]:
    """Return the phases that are farther away than others, beyond the error of the times.

    Times that are said alike are equally far, too.
    """
    longest = max(minutes)
    weakest = tuple(
        phase
        for phase, one in zip(PHASES, minutes, strict=True)
        if equally_far(one, longest) or rounded(one) == rounded(longest)
    )
    return weakest if len(weakest) < len(PHASES) else ()
