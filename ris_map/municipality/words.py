"""A municipality's figures in words: minutes, states, lists, and the paragraph for a memo."""

from __future__ import annotations

from collections.abc import Iterable

from ris_map.coverage.cube import CellState, CoverageCell
from ris_map.geography.statistics import Statistic
from ris_map.municipality.profile import Profile
from ris_map.municipality.ways import KINDS, ListKind
from ris_map.register.strategy import Strategy
from ris_map.register.vocabulary import Phase, ServiceType
from ris_map.words import Translator
from ris_map.words.figures import minutes_words


def state_words(state: CellState, *, tr: Translator) -> str:
    """Return the name of a cell's state, as the glossary has it."""
    return tr(f"municipality.state.{state}")


def list_title(kind: ListKind, *, limit: float, tr: Translator) -> str:
    """Return the heading of a list."""
    if kind is ListKind.REACHABLE:
        return tr("municipality.list.reachable", n=tr.number(limit))
    return tr(f"municipality.list.{kind}")


def scope_words(profile: Profile, *, tr: Translator) -> str:
    """Return which actors count."""
    return tr(f"municipality.scope.{profile.choice.scope}")


def cells_words(cells: Iterable[CoverageCell], *, strategy: Strategy, tr: Translator) -> str:
    """Return cells in words, the phases of one service type together."""
    order = list(Phase).index
    phases: dict[ServiceType, list[Phase]] = {}
    for cell in cells:
        phases.setdefault(cell.service_type, []).append(cell.phase)
    return tr.listing(
        tr(
            "municipality.coverage.cell",
            type=strategy.label(kind).in_(tr.language).lower(),
            phases=tr.listing(phase_words(sorted(found, key=order), strategy=strategy, tr=tr)),
        )
        for kind, found in sorted(phases.items(), key=lambda item: list(ServiceType).index(item[0]))
    )


def phase_words(phases: Iterable[Phase], *, strategy: Strategy, tr: Translator) -> list[str]:
    """Return phases as words inside a sentence."""
    return [strategy.label(phase).in_(tr.language).lower() for phase in phases]


def year_of(figure: Statistic) -> str:
    """Return the year of a figure: the first four digits of its period."""
    return figure.period[:4]


def paragraph(profile: Profile, *, strategy: Strategy, tr: Translator) -> str:
    """Return the generated text that a civil servant could paste into a memo."""
    return " ".join(
        (
            *_people(profile, tr=tr),
            *_offices(profile, tr=tr),
            *_remote(profile, tr=tr),
            _chain(profile, strategy=strategy, tr=tr),
            _cells(profile, tr=tr),
            tr("municipality.p.source", product=tr("product.name"), date=profile.definition.on),
        )
    )


def _people(profile: Profile, *, tr: Translator) -> list[str]:
    population = profile.figure("population")
    density = profile.figure("population_density")
    if not (population and density and population.number and density.number):
        return [tr("municipality.p.people-unknown", name=profile.name)]
    parts = [
        tr(
            "municipality.p.people",
            name=profile.name,
            population=tr.number(population.number),
            year=year_of(population),
            density=tr.number(density.number, decimals=1),
        )
    ]
    inside = profile.figure("share_in_tatort")
    if inside and inside.number is not None:
        share = tr.number(100 - inside.number)
        parts.append(tr("municipality.p.outside", share=share, year=year_of(inside)))
    return parts


def _offices(profile: Profile, *, tr: Translator) -> list[str]:
    scope = scope_words(profile, tr=tr)
    here = len(profile.list_of(ListKind.HERE).actor_ids)
    near = len(profile.list_of(ListKind.REACHABLE).actor_ids)
    limit = tr.number(profile.choice.threshold)
    return [
        tr.plural("municipality.p.here", here, scope=scope)
        if here
        else tr("municipality.p.none-here", scope=scope),
        tr.plural("municipality.p.reachable", near, limit=limit)
        if near
        else tr("municipality.p.none-reachable", limit=limit),
        _nearest(profile, tr=tr),
    ]


def _nearest(profile: Profile, *, tr: Translator) -> str:
    seat = profile.times[0]
    nearest = min(seat.nearest, key=lambda item: item.minutes)
    if nearest.town is None:
        return tr("municipality.p.nearest-none")
    if nearest.town == seat.locality.name:
        return tr("municipality.p.nearest-here", seat=seat.locality.name)
    return tr(
        "municipality.p.nearest",
        seat=seat.locality.name,
        minutes=minutes_words(nearest.minutes, tr=tr),
        town=nearest.town,
    )


def _remote(profile: Profile, *, tr: Translator) -> list[str]:
    visit, digital = (profile.list_of(kind) for kind in (ListKind.VISIT, ListKind.DIGITAL))
    parts = [
        tr.plural(f"municipality.p.{name}", len(found.actor_ids))
        if found.actor_ids
        else tr(f"municipality.p.{name}-none")
        for name, found in (("visit", visit), ("digital", digital))
    ]
    if visit.uncertain_ids or digital.uncertain_ids:
        unsure = tr.number(len(digital.uncertain_ids))
        parts.append(tr.plural("municipality.p.unknown", len(visit.uncertain_ids), digital=unsure))
    return parts


def _chain(profile: Profile, *, strategy: Strategy, tr: Translator) -> str:
    chain = profile.chain
    median = max(link.median_minutes for link in chain.links)
    minutes = minutes_words(median, tr=tr)
    if not chain.weakest:
        return tr("municipality.p.even", minutes=minutes)
    phases = tr.listing(phase_words(chain.weakest, strategy=strategy, tr=tr))
    return tr("municipality.p.weakest", phases=phases, minutes=minutes)


def _cells(profile: Profile, *, tr: Translator) -> str:
    gaps, unknown = len(profile.gaps), len(profile.unknown)
    return tr(
        "municipality.p.cells",
        all=tr.number(len(KINDS)),
        there=tr.number(len(KINDS) - gaps - unknown),
        gaps=tr.number(gaps),
        unknown=tr.number(unknown),
        limit=tr.number(profile.choice.threshold),
    )
