"""The tables of one municipality: made once, shown on the page, in the report and in the files."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from ris_map.coverage.cube import CELL_STATES, CoverageCell
from ris_map.municipality.facts import compare_table, figures_table
from ris_map.municipality.profile import Profile
from ris_map.municipality.ways import KINDS, ListKind, Way, WayList
from ris_map.municipality.words import list_title, state_words
from ris_map.register.in_words import Words
from ris_map.register.model import Actor
from ris_map.register.vocabulary import Phase, ServiceType
from ris_map.words import swedish_sort_key
from ris_map.words.figures import minutes_words
from ris_map.words.municipality_cells import (
    Cell,
    Table,
    minutes_cell,
    number_cell,
    people_cell,
    share_cell,
)


def tables(profile: Profile, *, words: Words) -> tuple[Table, ...]:
    """Return every table of a municipality, in the order of the page."""
    makers = (
        lists_table,
        chain_table,
        coverage_table,
        areas_table,
        times_table,
        figures_table,
        compare_table,
    )
    return tuple(make(profile, words=words) for make in makers)


def lists_table(profile: Profile, *, words: Words) -> Table:
    """Return the lists as one table: a row per way of helping, uncertain ones marked."""
    tr = words.tr
    columns = ("list", "actor", "types", "phases", "place", "minutes", "people")
    return Table(
        id="lists",
        title=tr("municipality.lists.title", name=profile.name),
        columns=tuple(tr(f"municipality.lists.column.{name}") for name in columns),
        rows=tuple(
            row for found in profile.lists for row in _list_rows(profile, found, words=words)
        ),
        note=tr("municipality.lists.note"),
    )


def sorted_ways(ways: tuple[Way, ...], *, kind: ListKind, actors: Mapping[str, Actor]) -> list[Way]:
    """Return ways in the order of a list: offices elsewhere by minutes, all others by name."""
    by_time = kind is ListKind.REACHABLE
    return sorted(
        ways,
        key=lambda way: (
            way.minutes_from_seat if by_time else 0.0,
            swedish_sort_key(actors[way.actor_id].name),
            way.office_id or "",
        ),
    )


def chain_table(profile: Profile, *, words: Words) -> Table:
    """Return the support chain, a row per phase."""
    tr = words.tr
    limit = tr.number(profile.choice.threshold)
    weakest = profile.chain.weakest
    return Table(
        id="chain",
        title=tr("municipality.chain.title", name=profile.name),
        columns=tuple(
            tr(f"municipality.chain.column.{name}", n=limit)
            for name in ("phase", "state", "median", "share", "weakest")
        ),
        rows=tuple(
            (
                Cell(text=words.strategy.label(link.phase).in_(tr.language)),
                Cell(text=state_words(link.state, tr=tr), tone=link.state.value),
                minutes_cell(link.median_minutes, words=words),
                share_cell(link.share_within, words=words),
                Cell(text=tr(f"municipality.answer.{'yes' if link.phase in weakest else 'no'}")),
            )
            for link in profile.chain.links
        ),
        note=tr("municipality.chain.note"),
    )


def coverage_table(profile: Profile, *, words: Words) -> Table:
    """Return what there is per service type and phase."""
    tr, strategy = words.tr, words.strategy
    cells = {(cell.phase, cell.service_type): cell for cell in profile.cells}
    return Table(
        id="coverage",
        title=tr(
            "municipality.coverage.title",
            name=profile.name,
            n=tr.number(profile.choice.threshold),
        ),
        columns=(
            tr("municipality.coverage.column.type"),
            *(strategy.label(phase).in_(tr.language) for phase in Phase),
        ),
        rows=tuple(
            (
                Cell(text=strategy.label(kind).in_(tr.language)),
                *(_state(cells[phase, kind], words=words) for phase in Phase),
            )
            for kind in ServiceType
        ),
    )


def areas_table(profile: Profile, *, words: Words) -> Table:
    """Return the states per strength area."""
    tr = words.tr
    return Table(
        id="areas",
        title=tr("municipality.areas.title", name=profile.name, all=tr.number(len(KINDS))),
        columns=(
            tr("municipality.areas.column.area"),
            *(state_words(state, tr=tr) for state in CELL_STATES),
            tr("municipality.areas.column.own"),
        ),
        rows=tuple(
            (
                Cell(text=words.strategy.label(item.area).in_(tr.language)),
                *(number_cell(item.count(state), words=words) for state in CELL_STATES),
                number_cell(len(item.own_actors), words=words),
            )
            for item in profile.areas
        ),
        note=tr("municipality.areas.note"),
    )


def times_table(profile: Profile, *, words: Words) -> Table:
    """Return minutes from every settlement to the nearest office of each kind."""
    tr = words.tr
    year = profile.definition.population_year
    return Table(
        id="times",
        title=tr("municipality.times.title", name=profile.name),
        columns=(
            tr("municipality.times.column.place"),
            tr("municipality.times.column.people", year=year),
            *(words.strategy.label(kind).in_(tr.language) for kind in ServiceType),
        ),
        rows=tuple(
            (
                Cell(
                    text=item.locality.name,
                    small=tr("municipality.times.seat") if item.locality.is_seat else "",
                ),
                people_cell(item.locality.population, words=words),
                *(
                    minutes_cell(near.minutes, words=words, small=near.town or "")
                    for near in item.nearest
                ),
            )
            for item in profile.times
        ),
        note=tr("municipality.times.note"),
    )


def _list_rows(profile: Profile, found: WayList, *, words: Words) -> Iterator[tuple[Cell, ...]]:
    tr = words.tr
    title = list_title(found.kind, limit=profile.choice.threshold, tr=tr)
    for ways, mark in ((found.known, ""), (_only_uncertain(found), tr("unknown"))):
        for way in sorted_ways(ways, kind=found.kind, actors=profile.actors):
            shown = way.kinds or way.possible
            yield (
                Cell(text=title, small=mark),
                Cell(text=profile.actors[way.actor_id].name),
                Cell(text=types_words(shown, words=words)),
                Cell(text=phases_words(shown, words=words)),
                Cell(text=way.town or tr("municipality.none")),
                minutes_cell(way.minutes_from_seat, words=words)
                if way.town
                else Cell(text=tr("municipality.none")),
                number_cell(way.people_within, words=words)
                if way.town
                else Cell(text=tr("municipality.none")),
            )


def _only_uncertain(found: WayList) -> tuple[Way, ...]:
    """Return the uncertain ways of actors that do not stand in the list already."""
    return tuple(way for way in found.uncertain if way.actor_id in found.uncertain_ids)


def types_words(kinds: tuple[tuple[Phase, ServiceType], ...], *, words: Words) -> str:
    """Return the service types of cells."""
    found = {kind for _, kind in kinds}
    labels = (words.strategy.label(k).in_(words.tr.language) for k in ServiceType if k in found)
    return ", ".join(labels)


def phases_words(kinds: tuple[tuple[Phase, ServiceType], ...], *, words: Words) -> str:
    """Return the phases of cells."""
    found = {phase for phase, _ in kinds}
    return ", ".join(
        words.strategy.label(phase).in_(words.tr.language) for phase in Phase if phase in found
    )


def _state(cell: CoverageCell, *, words: Words) -> Cell:
    tr = words.tr
    small = minutes_words(cell.median_minutes, tr=tr)
    if math.isfinite(cell.median_minutes):
        small = tr("municipality.coverage.small", minutes=small)
    if cell.is_borderline:
        small = f"{small}, {tr('municipality.borderline')}"
    return Cell(text=state_words(cell.state, tr=tr), small=small, tone=cell.state.value)
