"""What the cube says: gaps ("kontorsluckor"), what rests on whom, the chain, ways behind a cell.

A gap is physical: no matching office on site or within reach, what is unknown apart. Whether a
visit, a digital service or the telephone makes up for it stands beside it and is never counted in.
"""

import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from ris_map.coverage.cube import (
    REMOTE,
    CoverageCell,
    CoverageCube,
    cube_of,
    remote_offers,
    speeds_of,
)
from ris_map.coverage.people import People
from ris_map.coverage.support import (
    ANSWERS,
    KINDS,
    MODES,
    NO,
    PHASES,
    SERVICE_TYPES,
    UNKNOWN,
    YES,
    CubeChoice,
    Kind,
)
from ris_map.register.model import Actor, Office
from ris_map.register.vocabulary import Answer, Delivery, Phase, ServiceType
from ris_map.travel.matrix import office_key
from ris_map.travel.network import BoolArray, CodeArray, IntArray, readonly
from ris_map.travel.world import World
from ris_map.words.figures import Amount, equally_far, rounded, share


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
        here = cube.population.places[m]
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


# ---------------------------------------------------------------- what rests on whom


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Losses:
    """What is lost without each actor of the support table; arrays begin with (actors, M, 3, 5)."""

    people: IntArray  # who were within the threshold of an office and no longer are
    modes: BoolArray  # (..., 3) visit, digital and phone known to be offered and no longer
    emptied: BoolArray  # an office was on site or within reach, and none is without the actor


def fragility(cube: CoverageCube) -> Losses:
    """Return what is lost without each actor in turn.

    Whoever has another actor within the threshold loses nothing; so each cell's nearest actor and
    the nearest other one tell the loss of every actor at once. A test takes every actor out and
    computes the whole cube again.
    """
    table, shared, limit = cube.table, cube.shared, cube.choice.threshold
    lost = np.zeros((len(table.actors), *cube.state.shape), dtype=np.int64)
    on_site = np.zeros_like(lost)
    for row in np.unique(cube.row):
        kinds = np.argwhere(cube.row == row).tolist()
        each, near = shared.actors_near(np.flatnonzero(cube.sure[tuple(kinds[0])]), limit)
        for p, s in kinds:
            lost[each, :, p, s] = lost_without(near, cube.population)
    k = shared.at_home
    place = table.office_actor[k], table.office_municipality[k]
    np.add.at(on_site, place, np.moveaxis(cube.sure, -1, 0)[k])
    within = cube.figures.people_within[..., cube.threshold_at] - lost
    persons = cube.figures.persons[:, None, None]
    is_there = (cube.offices_on_site > on_site) | ((2 * within >= persons) & (persons > 0))
    # a remote way that no other actor offers
    is_offer = remote_offers(cube.offers)[:, None] == YES
    own = is_offer & (table.serves.T == YES)[:, :, None, None, None]
    return Losses(
        people=readonly(lost),
        modes=readonly(own & (own.sum(axis=0) == 1)),
        emptied=readonly(cube.is_there & ~is_there),
    )


def lost_without(near: BoolArray, people: People) -> IntArray:
    """Return how many have no other actor near, shape (actors, groups)."""
    alone = near & (near.sum(axis=0) == 1)
    lost = np.zeros((len(near), people.groups), dtype=np.int64)
    for group, places in enumerate(people.places):
        lost[:, group] = alone[:, places] @ people.persons[places]
    return lost


CARRIES = 0.5
"""An actor carries a group if at least this part of those within the threshold are it only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Carrier:
    """An actor on which a group's figure rests.

    ``share_without`` is the group's share within the threshold without the actor, and at best, if
    everything unknown turned out well; without its offices in the ``towns`` alone both are said
    to be the same.
    """

    actor: Actor
    towns: tuple[str, ...]
    share_without: float
    share_at_best: float


def carriers(cube: CoverageCube, codes: Collection[str]) -> tuple[Carrier, ...]:
    """Return the actors that carry the figure of a group of municipalities, if any.

    The cube is of one kind of help, which may be several that count as one.
    """
    table, people, limit = cube.table, cube.population.among(codes), cube.choice.threshold
    offices = np.flatnonzero(cube.truth >= UNKNOWN)
    known = (cube.shared.of(offices) <= limit) & cube.sure[offices, None]
    at_best = cube.shared.of(offices, at_best=True) <= limit
    within, found = people.persons[known.any(axis=0)].sum(), []

    def without(closed: IntArray) -> list[Amount]:
        left = (np.delete(one, closed, axis=0).any(axis=0) for one in (known, at_best))
        return [share(one @ people.persons / people.located[0]) for one in left]

    each, near = cube.shared.actors_near(cube.offices, limit)
    for a, alone in zip(each, lost_without(near, people)[:, 0], strict=True):
        if not alone or alone < CARRIES * within:
            continue
        own = np.flatnonzero(table.office_actor[offices] == a)
        own = own[np.argsort(-(known[own] @ people.persons), kind="stable")]
        steps = [without(own[: n + 1]) for n in range(len(own))]
        said = [[one.shown for one in step] for step in steps]
        towns = (table.offices[k].town for k in offices[own[: said.index(said[-1]) + 1]])
        found.append(
            Carrier(
                actor=table.actors[a],
                towns=tuple(dict.fromkeys(towns)),
                share_without=steps[-1][0].value,
                share_at_best=steps[-1][1].value,
            )
        )
    return tuple(sorted(found, key=lambda one: (one.share_without, one.actor.id)))


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
    found = cube.merged(types=tuple(service_types))
    answers = np.select([found.is_there, found.is_maybe_physical], [YES, UNKNOWN], NO)
    physical = answers.min(axis=1)
    certain = np.where(found.is_borderline, UNKNOWN, answers).min(axis=1)
    medians = [tuple(minutes) for minutes in found.figures.median_minutes.tolist()]
    modes = [mode.value for mode in REMOTE]
    return tuple(
        Chain(
            municipality_code=code,
            medians=medians[m],
            physical=ANSWERS[int(physical[m])],
            is_near=bool(certain[m] != physical[m]),
            weakest=weakest_phases(medians[m]),
            **dict(zip(modes, (ANSWERS[i] for i in found.remote[m].min(axis=0)), strict=True)),
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


# ---------------------------------------------------------------- ways behind a cell


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way in which one actor helps, and ``possible`` kinds with which it may help.

    An office has minutes by road from the seat (infinite without a way, else NaN), and the
    residents who reach it within the threshold.
    """

    actor: Actor
    mode: Delivery
    kinds: tuple[Kind, ...]
    possible: tuple[Kind, ...]
    office: Office | None = None
    minutes_from_seat: float = math.nan
    people_within: int = 0

    @property
    def answer(self) -> Answer:
        """Whether it helps: what is unknown makes it "may be"."""
        return Answer.YES if self.kinds else Answer.UNKNOWN if self.possible else Answer.NO

    @property
    def office_id(self) -> str:
        """The id of the office over all actors; empty for help at a distance."""
        return office_key(self.actor, self.office) if self.office else ""

    @property
    def town(self) -> str:
        """The office's town."""
        return self.office.town if self.office else ""


def ways(cube: CoverageCube, code: str) -> Iterator[Way]:
    """Yield the offices that serve, or may serve, a municipality, however far, then the rest.

    An actor without a recorded office is in no office's place: it is not asked whether it receives
    people. ``ValueError`` for the code of a stranger.
    """
    m = cube.municipality_codes.index(code)
    shared, table = cube.shared, cube.table
    here = np.flatnonzero(cube.population.group == m)
    is_near = shared.minutes[:, here] <= cube.choice.threshold
    people = (is_near & (shared.serves[:, m, None] >= UNKNOWN)) @ cube.population.persons[here]
    answers = np.minimum(np.moveaxis(cube.truth, -1, 0), shared.serves[:, m, None, None])
    for k in np.flatnonzero(answers.any(axis=(1, 2))).tolist():
        yield Way(
            actor=table.actors[table.office_actor[k]],
            mode=Delivery.OFFICE,
            kinds=_kinds(answers[k], YES),
            possible=_kinds(answers[k], UNKNOWN),
            office=table.offices[k],
            minutes_from_seat=float(shared.from_seat[k, m]),
            people_within=int(people[k]),
        )
    for mode in REMOTE:
        answers = np.minimum(cube.offers[:, MODES.index(mode)], table.serves[m, :, None, None])
        for actor, offers in zip(table.actors, answers, strict=True):
            if offers.any():
                kinds, possible = _kinds(offers, YES), _kinds(offers, UNKNOWN)
                yield Way(actor=actor, mode=mode, kinds=kinds, possible=possible)


def cell_evidence(
    cube: CoverageCube, *, code: str, phase: Phase, service_type: ServiceType
) -> tuple[Way, ...]:
    """Return everything that counts or may count in a cell; ``ValueError`` for a stranger's code.

    Offices come first, then visit, digital, phone; known before unknown; near before far.
    """
    cell = (phase, service_type)
    narrowed = (
        replace(
            way,
            kinds=tuple(kind for kind in way.kinds if kind == cell),
            possible=tuple(kind for kind in way.possible if kind == cell),
        )
        for way in ways(cube, code)
    )
    return tuple(sorted((way for way in narrowed if way.kinds or way.possible), key=_order))


def _order(way: Way) -> tuple[int, int, float, str, str]:
    minutes = math.inf if math.isnan(way.minutes_from_seat) else way.minutes_from_seat
    known_first = -ANSWERS.index(way.answer)
    return MODES.index(way.mode), known_first, minutes, way.actor.id, way.office_id


def _kinds(answers: CodeArray, level: int) -> tuple[Kind, ...]:
    return tuple(k for k, answer in zip(KINDS, answers.flat, strict=True) if answer == level)
