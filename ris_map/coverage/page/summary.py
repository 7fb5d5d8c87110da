"""The paragraph for a committee paper: every figure counted, dated and with its basis."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from ris_map.coverage.cube import CellState, CoverageCube
from ris_map.coverage.page.view import CoverageView
from ris_map.coverage.support import PHASES, SERVICE_TYPES, Known
from ris_map.coverage.together import Together, remote_position, unlocated_share
from ris_map.geography.county import Division
from ris_map.register.vocabulary import Phase, ServiceType

CLEAR_DIFFERENCE = 0.05
"""Shares that differ by less than this are called alike: the times are not exact enough."""
DIVISIONS_FOR_A_HEADLINE = 2
FEW = 3


def summary(view: CoverageView, together: Together) -> str:
    """Return the paragraph."""
    sentences = _physical(view, together) if view.choice.is_physical else _remote(view, together)
    return " ".join(sentence for sentence in sentences if sentence)


def basis(view: CoverageView) -> str:
    """Return what the paragraph rests on: day, register, roads, people."""
    tr, definition = view.tr, view.cube.definition
    key = "office" if view.choice.is_physical else "remote"
    scope = tr(f"coverage.scope.{definition.scope}")
    outside = tr("coverage.outside.yes" if definition.include_outside else "coverage.outside.no")
    return tr(
        f"coverage.basis.{key}",
        date=view.world.on.isoformat(),
        reference=view.world.register.meta.reference_date,
        scope=scope,
        outside=outside,
        year=definition.population_year,
        version=definition.matrix_version[:8],
    )


def _physical(view: CoverageView, found: Together) -> Iterator[str]:
    tr, everyone = view.tr, found.of(view.cube.municipality_codes)
    limit = view.choice.threshold
    reached = int(everyone.people_within[0, 0, 0, found.threshold_at])
    if not reached:
        yield from _nobody(view, found)
        return
    yield tr(
        "coverage.summary.reach",
        limit=limit,
        kind=view.kind,
        share=view.percent(float(everyone.share_within[0, 0, 0, found.threshold_at])),
        people=tr.number(reached),
        located=tr.number(int(everyone.persons[0])),
    )
    yield from _municipalities(view, found)
    worst = found.worst_off()
    key = "worst" if math.isfinite(worst.minutes_from) else "worst-none"
    yield tr(
        f"coverage.summary.{key}",
        people=tr.number(worst.people),
        minutes=view.about_minutes(worst.minutes_from),
    )
    yield divisions_sentence(view, found)
    yield _least_spread(view)
    yield _kinds_nowhere(view)
    yield tr(
        "coverage.summary.unlocated",
        share=view.percent(unlocated_share(view.cube, view.cube.municipality_codes)),
    )


def _nobody(view: CoverageView, found: Together) -> Iterator[str]:
    """Say that nobody arrives in time; comparing coast and inland would say nothing."""
    tr, codes = view.tr, view.cube.municipality_codes
    yield tr(
        "coverage.summary.reach-none",
        limit=view.choice.threshold,
        kind=view.kind,
        located=tr.number(int(view.cube.population.persons.sum())),
    )
    maybe = [codes[i] for i in np.flatnonzero(found.may_be_there)]
    if maybe:
        yield tr.plural("coverage.summary.maybe", len(maybe), names=view.names(maybe))
    yield tr("coverage.summary.unlocated", share=view.percent(unlocated_share(view.cube, codes)))


def _municipalities(view: CoverageView, found: Together) -> Iterator[str]:
    """Name the municipalities where nobody, or less than half of the people, arrives in time."""
    tr, codes = view.tr, view.cube.municipality_codes
    away = ~found.on_site
    groups = {
        "nobody": away & (found.share <= 0),
        "few": away & (found.share > 0) & (found.share < 0.5),
    }
    named = {key: [codes[i] for i in np.flatnonzero(mask)] for key, mask in groups.items()}
    if not any(named.values()):
        yield tr("coverage.summary.everywhere", of=len(codes))
        return
    for key, members in named.items():
        if members:
            yield tr.plural(
                f"coverage.summary.{key}", len(members), of=len(codes), names=view.names(members)
            )
    maybe = [codes[i] for i in np.flatnonzero(found.may_be_there)]
    if maybe and maybe == named["nobody"] + named["few"]:
        yield tr("coverage.summary.maybe-same")
    elif maybe:
        yield tr.plural("coverage.summary.maybe", len(maybe), names=view.names(maybe))


def shares_by_division(view: CoverageView, found: Together) -> list[tuple[Division, float, float]]:
    """Return each division with the share of coast and of inland within the threshold."""

    def share_of(codes: set[str]) -> float:
        return float(found.of(codes).share_within[0, 0, 0, found.threshold_at])

    everybody = set(view.cube.municipality_codes)
    divisions = sorted(view.geography.divisions, key=lambda d: d.id != view.division.id)
    return [(d, share_of(everybody - set(d.inland)), share_of(set(d.inland))) for d in divisions]


def divisions_sentence(view: CoverageView, found: Together) -> str:
    """Return coast against inland: a headline only if at least two divisions agree."""
    tr, language = view.tr, view.tr.language
    shares = shares_by_division(view, found)
    worse = sum(coast - inland >= CLEAR_DIFFERENCE for _, coast, inland in shares)
    better = sum(inland - coast >= CLEAR_DIFFERENCE for _, coast, inland in shares)
    listed = tr.listing(
        tr(
            "coverage.summary.division",
            coast=view.percent(coast),
            inland=view.percent(inland),
            division=division.label.in_(language).lower(),
        )
        for division, coast, inland in shares
    )
    head = "alike"
    if worse >= DIVISIONS_FOR_A_HEADLINE:
        head = "inland-worse"
    elif better >= DIVISIONS_FOR_A_HEADLINE:
        head = "inland-better"
    return tr(
        f"coverage.summary.{head}",
        n=max(worse, better),
        of=len(shares),
        list=listed,
        limit=view.choice.threshold,
    )


def _kinds_nowhere(view: CoverageView) -> str:
    """Name the kinds of help of which no office is known anywhere in the figures."""
    nowhere = [(p, s) for p, s in view.columns if not _has_office(view.cube, p, s)]
    if not nowhere or len(view.columns) == 1:
        return ""
    if len(nowhere) > FEW:
        return view.tr("coverage.summary.kinds-nowhere-many", n=len(nowhere), of=len(view.columns))
    listed = view.tr.listing(
        view.tr("coverage.kind.one", type=view.label(s).lower(), phase=view.label(p).lower())
        for p, s in nowhere
    )
    return view.tr("coverage.summary.kinds-nowhere", kinds=listed)


def _least_spread(view: CoverageView) -> str:
    """Name the chosen type of support that is there in the fewest municipalities."""
    types = view.choice.shown_types
    if len(types) == 1:
        return ""
    phases = [PHASES.index(phase) for phase in view.choice.shown_phases]
    there = view.cube.has_state(CellState.ON_SITE) | view.cube.has_state(CellState.WITHIN_REACH)
    counts = {s: int(there[:, phases, SERVICE_TYPES.index(s)].any(axis=1).sum()) for s in types}
    fewest = min(counts.values())
    least = [view.label(s).lower() for s in types if counts[s] == fewest]
    if len(least) == len(types) or not fewest:
        return ""
    return view.tr(
        "coverage.summary.least",
        types=view.tr.listing(least),
        n=fewest,
        of=len(view.cube.municipality_codes),
    )


def _has_office(cube: CoverageCube, phase: Phase, kind: ServiceType) -> bool:
    at = PHASES.index(phase), SERVICE_TYPES.index(kind)
    return bool(np.isfinite(cube.minutes[at]).any())


def _remote(view: CoverageView, found: Together) -> Iterator[str]:
    tr, codes = view.tr, view.cube.municipality_codes
    answers = found.remote[:, remote_position(view.choice.delivery)]
    by_answer = {
        known: [codes[i] for i in np.flatnonzero(answers == known)] for known in reversed(Known)
    }
    reached = by_answer[Known.YES]
    if not reached:
        yield tr("coverage.summary.remote.none", mode=view.mode(), kind=view.kind, of=len(codes))
        if len(by_answer[Known.UNKNOWN]) == len(codes):
            yield tr("coverage.summary.remote.unknown-all", of=len(codes))
            return
    elif len(reached) == len(codes):
        yield tr("coverage.summary.remote.all", mode=view.mode(), kind=view.kind, of=len(codes))
    else:
        yield tr.plural(
            "coverage.summary.remote.some",
            len(reached),
            mode=view.mode(),
            kind=view.kind,
            of=len(codes),
            names=view.names(reached),
        )
    if reached:
        yield _remote_kinds(view)
    for known, key in ((Known.UNKNOWN, "unknown"), (Known.NO, "no")):
        if by_answer[known]:
            yield tr.plural(
                f"coverage.summary.remote.{key}",
                len(by_answer[known]),
                mode=view.mode(),
                names=view.names(by_answer[known]),
            )
    yield _remote_divisions(view, set(reached))
    yield tr("coverage.summary.remote.no-distance", mode=view.mode())


def _remote_kinds(view: CoverageView) -> str:
    """Say for how many kinds of help the chosen way is known at all."""
    if len(view.columns) == 1:
        return ""
    at = remote_position(view.choice.delivery)
    best = [
        int(view.cube.remote[:, PHASES.index(p), SERVICE_TYPES.index(s), at].max())
        for p, s in view.columns
    ]
    return view.tr(
        "coverage.summary.remote.kinds",
        n=best.count(Known.YES),
        of=len(best),
        unknown=best.count(Known.UNKNOWN),
    )


def _remote_divisions(view: CoverageView, reached: set[str]) -> str:
    tr = view.tr
    everybody = set(view.cube.municipality_codes)
    divisions = sorted(view.geography.divisions, key=lambda d: d.id != view.division.id)
    listed = tr.listing(
        tr(
            "coverage.summary.remote.division",
            coast=len(reached - set(d.inland)),
            of_coast=len(everybody - set(d.inland)),
            inland=len(reached & set(d.inland)),
            of_inland=len(d.inland),
            division=d.label.in_(tr.language).lower(),
        )
        for d in divisions
    )
    return tr("coverage.summary.remote.divisions", list=listed)
