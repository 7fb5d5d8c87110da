"""The tables of one municipality: made once, shown on the page, in the report and in the files."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import product

from ris_map.coverage.cube import CoverageCell
from ris_map.coverage.cubes import CLASS_LIMITS
from ris_map.geography.statistics import Statistic
from ris_map.municipality.profile import LIKENESS, NEARBY, ListKind, Profile, Way, WayList
from ris_map.register.in_words import Words
from ris_map.register.model import Actor
from ris_map.register.strategy import Term
from ris_map.register.vocabulary import STRENGTH_AREAS, Phase, ServiceType
from ris_map.words import Translator, swedish_sort_key
from ris_map.words.figures import ROUND_MINUTES, minutes_words, rounded

SOURCES = {
    "population": "regionfakta",
    "population_density": "density",
    "share_in_tatort": "tatort",
    "share_65plus": "regionfakta",
    "workplaces_manufacturing_and_services": "regionfakta",
    "local_labour_market": "labour",
}
COMPARED_FIRST = 7
"""Rows of the comparison before the kinds of support, which the page shows as two matrices."""
COUNTED = (ListKind.HERE, ListKind.VISIT, ListKind.REACHABLE, ListKind.DIGITAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One cell: as it is read, as a number rounded alike (None for words), and a second line.

    ``tone`` names the look; it never carries anything that the text does not say.
    """

    text: str
    value: float | None = None
    small: str = ""
    tone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table with its caption; the first cell of each row is the row's heading."""

    id: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""


def minutes_cell(minutes: float, *, tr: Translator, small: str = "") -> Cell:
    """Return minutes as shown; where words stand in place of a number there is none."""
    value = rounded(minutes) if math.isfinite(minutes) and minutes >= ROUND_MINUTES else None
    return Cell(text=minutes_words(minutes, tr=tr), value=value, small=small)


def number_cell(number: float | None, *, decimals: int = 0, tr: Translator) -> Cell:
    """Return a number; unknown is not zero."""
    if number is None:
        return Cell(text=tr("unknown"))
    value = round(number, decimals) if decimals else number
    return Cell(text=tr.number(number, decimals=decimals), value=value)


def tables(profile: Profile, beside: Sequence[Profile], *, words: Words) -> tuple[Table, ...]:
    """Return every table of a municipality in the order of the page; ``beside`` for comparison."""
    return (
        coverage_table(profile, words=words),
        _lists_table(profile, words=words),
        _compare_table(profile, beside, words=words),
        _times_table(profile, words=words),
        _areas_table(profile, words=words),
        _figures_table(profile, words=words),
    )


def coverage_table(profile: Profile, *, words: Words) -> Table:
    """Return minutes to the nearest office, phase by service type: half of the residents' time."""
    tr = words.tr
    return Table(
        id="coverage",
        title=tr("municipality.coverage.title", name=profile.name),
        columns=(
            tr("municipality.coverage.column.phase"),
            *(tr(f"municipality.head.{kind}") for kind in ServiceType),
        ),
        rows=tuple(
            (
                Cell(text=_label(phase, words), tone=phase.value),
                *(cell_of(profile.cell(phase, kind), profile, tr=tr) for kind in ServiceType),
            )
            for phase in Phase
        ),
        note=tr("municipality.coverage.note", year=profile.cube.population.year),
    )


def _label(term: Term, words: Words) -> str:
    return words.strategy.label(term).in_(words.tr.language)


def _columns(table: str, *names: str, tr: Translator) -> tuple[str, ...]:
    return tuple(tr(f"municipality.{table}.column.{name}") for name in names)


def cell_of(cell: CoverageCell, profile: Profile, *, tr: Translator) -> Cell:
    """Return one kind of support: how far half of the residents have, and what that means.

    The tone is the class of minutes (``c0`` to ``c4``), ``near`` within the error of the limit,
    ``unknown`` where the register is silent and ``none`` where no office is known.
    """
    minutes, limit = cell.median_minutes, profile.choice.threshold
    name = tr(f"municipality.state.{cell.state}")
    if cell.is_maybe_physical and not math.isfinite(minutes):
        return Cell(text="?", small=name, tone="unknown")
    if not math.isfinite(minutes):
        return Cell(text="–", small=name, tone="none")
    if cell.is_borderline:
        text = tr("municipality.coverage.near", n=tr.number(limit))
        return Cell(text=text, small=tr("municipality.borderline"), tone="near", value=limit)
    said = minutes_cell(minutes, tr=tr)
    text = said.text if said.value is None else tr.number(said.value)
    return Cell(text=text, small=name, tone=f"c{time_class(minutes)}", value=said.value)


def time_class(minutes: float) -> int:
    """Return the class of minutes, 0 to 4."""
    return sum(minutes > limit for limit in CLASS_LIMITS)


def _lists_table(profile: Profile, *, words: Words) -> Table:
    """Return the lists as one table: a row per way of helping, uncertain ones marked."""
    tr = words.tr
    names = ("list", "actor", "types", "phases", "place", "minutes", "people")
    return Table(
        id="lists",
        title=tr("municipality.lists.title", name=profile.name),
        columns=_columns("lists", *names, tr=tr),
        rows=tuple(row for item in profile.lists for row in _list_rows(profile, item, words=words)),
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


def _areas_table(profile: Profile, *, words: Words) -> Table:
    """Return the actors near that name a strength area; those open to all stand in no row."""
    tr, own = words.tr, profile.own_actors
    return Table(
        id="areas",
        title=tr("municipality.areas.title", name=profile.name),
        columns=_columns("areas", "area", "own", "who", tr=tr),
        rows=tuple(
            (
                Cell(text=_label(area, words)),
                number_cell(len(own[area]), tr=tr),
                Cell(text=", ".join(profile.actors[i].name for i in own[area]) or _none(tr)),
            )
            for area in STRENGTH_AREAS
        ),
        note=tr("municipality.areas.note"),
    )


def _none(tr: Translator) -> str:
    return tr("municipality.none")


def _times_table(profile: Profile, *, words: Words) -> Table:
    """Return minutes from every settlement to the nearest office of each kind."""
    tr, year = words.tr, profile.cube.population.year
    seat = tr("municipality.times.seat")
    return Table(
        id="times",
        title=tr("municipality.times.title", name=profile.name),
        columns=(
            tr("municipality.times.column.place"),
            tr("municipality.times.column.people", year=year),
            *(_label(kind, words) for kind in ServiceType),
        ),
        rows=tuple(
            (
                Cell(text=item.locality.name, small=seat if item.locality.is_seat else ""),
                number_cell(item.locality.population, tr=tr),
                *(minutes_cell(n.minutes, tr=tr, small=n.town or "") for n in item.nearest),
            )
            for item in profile.times
        ),
        note=tr("municipality.times.note", season=season(profile, tr=tr)),
    )


def _compare_table(profile: Profile, beside: Sequence[Profile], *, words: Words) -> Table:
    """Return municipalities side by side, a column for each; no ranking, unknown is not zero."""
    tr, limit = words.tr, profile.choice.threshold

    def row(head: str, cell: Callable[[Profile], Cell], *, small: str = "") -> tuple[Cell, ...]:
        return (Cell(text=head, small=small), *(cell(p) for p in beside))

    return Table(
        id="compare",
        title=tr("municipality.compare.title", names=tr.listing(p.name for p in beside)),
        columns=(tr("municipality.compare.column"), *(p.name for p in beside)),
        rows=(
            row(
                tr("municipality.compare.population"),
                lambda p: number_cell(p.size.population if p.size else None, tr=tr),
            ),
            row(
                tr("municipality.compare.density"),
                lambda p: number_cell(p.size.density if p.size else None, decimals=1, tr=tr),
            ),
            *(
                row(list_title(kind, limit=limit, tr=tr), partial(_count, kind=kind, tr=tr))
                for kind in COUNTED
            ),
            row(
                tr("municipality.compare.nearby", n=tr.number(limit)),
                lambda p: _nearby(p, tr=tr),
            ),
            *(
                row(
                    _label(kind, words),
                    partial(_bare_cell, phase=phase, kind=kind, tr=tr),
                    small=_label(phase, words),
                )
                for phase, kind in product(Phase, ServiceType)
            ),
        ),
        note=compare_note(profile, beside, words=words),
    )


def _bare_cell(profile: Profile, *, phase: Phase, kind: ServiceType, tr: Translator) -> Cell:
    return replace(cell_of(profile.cell(phase, kind), profile, tr=tr), small="")


def compare_note(profile: Profile, beside: Sequence[Profile], *, words: Words) -> str:
    """Return the rule of the comparison, and what holds where it finds nobody."""
    tr, similar = words.tr, profile.similar
    how = tr("municipality.compare.how", n=tr.number(profile.choice.threshold))
    others = {p.code for p in beside} - {profile.code}
    if others != set(similar.compared):
        return how
    if not similar.is_known:
        return tr("municipality.compare.unknown")
    rule = tr("municipality.compare.rule", limit=tr.number(LIKENESS, decimals=1))
    if similar.nearest is None:
        return f"{rule} {how}"
    none = tr(
        "municipality.compare.none",
        name=profile.name,
        other=words.municipality_names[similar.nearest],
        factor=tr.number(similar.factor or 0, decimals=1),
    )
    return f"{none} {rule} {how}"


def _figures_table(profile: Profile, *, words: Words) -> Table:
    """Return the basic figures, each with year and source."""
    tr, unknown = words.tr, words.tr("unknown")
    rows = [
        (
            tr(f"municipality.figure.{indicator}"),
            _value(indicator, figure, tr=tr),
            figure.period if figure else unknown,
            tr(f"municipality.source.{SOURCES[indicator]}"),
        )
        for indicator, figure in profile.figures
    ]
    located = number_cell(profile.located_residents, tr=tr)
    year, source = str(profile.cube.population.year), "municipality.figure.located.source"
    rows.append((tr("municipality.figure.located"), located, year, tr(source)))
    for division, group in profile.memberships:
        as_of = unknown if division.as_of == "unknown" else division.as_of
        group_cell = Cell(text=group.label.in_(tr.language))
        label, said = division.label.in_(tr.language), division.source.in_(tr.language)
        rows.append((label, group_cell, as_of, said))
    return Table(
        id="figures",
        title=tr("municipality.figures.title", name=profile.name),
        columns=_columns("figures", "figure", "value", "year", "source", tr=tr),
        rows=tuple(
            (Cell(text=head), value, Cell(text=period), Cell(text=said))
            for head, value, period, said in rows
        ),
    )


def season(profile: Profile, *, tr: Translator) -> str:
    """Return "on summer roads" or "on winter roads"."""
    return tr(f"coverage.season.{profile.choice.speed}")


def list_title(kind: ListKind, *, limit: float, tr: Translator) -> str:
    """Return the heading of a list."""
    if kind is ListKind.REACHABLE:
        return tr("municipality.list.reachable", n=tr.number(limit))
    return tr(f"municipality.list.{kind}")


def types_words(kinds: Iterable[tuple[Phase, ServiceType]], *, words: Words) -> str:
    """Return the service types of cells."""
    types = {kind for _, kind in kinds}
    return ", ".join(_label(kind, words) for kind in ServiceType if kind in types)


def nearby_counts(profile: Profile) -> dict[str, int]:
    """Return the 15 kinds of support by how near they are; they add up to all of them.

    ``sure``: within reach; ``near``: within the error of the limit; ``unknown``; ``far``.
    """
    counts = dict.fromkeys(("sure", "near", "unknown", "far"), 0)
    for cell in profile.cells:
        if cell.is_maybe_physical:
            counts["unknown"] += 1
        elif cell.is_borderline:
            counts["near"] += 1
        else:
            counts["sure" if cell.state in NEARBY else "far"] += 1
    return counts


def _list_rows(profile: Profile, item: WayList, *, words: Words) -> Iterator[tuple[Cell, ...]]:
    tr = words.tr
    title = list_title(item.kind, limit=profile.choice.threshold, tr=tr)
    # actors that count already are not uncertain as well
    unsure = tuple(way for way in item.uncertain if way.actor_id in item.uncertain_ids)
    none = Cell(text=_none(tr))
    for ways, mark in ((item.known, ""), (unsure, tr("unknown"))):
        for way in sorted_ways(ways, kind=item.kind, actors=profile.actors):
            shown = way.kinds or way.possible
            phases = {phase for phase, _ in shown}
            yield (
                Cell(text=title, small=mark),
                Cell(text=profile.actors[way.actor_id].name),
                Cell(text=types_words(shown, words=words)),
                Cell(text=", ".join(_label(p, words) for p in Phase if p in phases)),
                Cell(text=way.town) if way.town else none,
                minutes_cell(way.minutes_from_seat, tr=tr) if way.town else none,
                number_cell(way.people_within, tr=tr) if way.town else none,
            )


def _count(profile: Profile, *, kind: ListKind, tr: Translator) -> Cell:
    item = profile.list_of(kind)
    unsure = len(item.uncertain_ids)
    small = tr("municipality.compare.count-small", u=tr.number(unsure)) if unsure else ""
    return replace(number_cell(len(item.actor_ids), tr=tr), small=small)


def _nearby(profile: Profile, *, tr: Translator) -> Cell:
    counts = nearby_counts(profile)
    small = tr("municipality.compare.near-small", n=counts["near"]) if counts["near"] else ""
    return replace(number_cell(counts["sure"], tr=tr), small=small)


def _value(indicator: str, figure: Statistic | None, *, tr: Translator) -> Cell:
    if figure is None or figure.number is None:
        return Cell(text=figure.text if figure else tr("unknown"))
    number = 100 - figure.number if indicator == "share_in_tatort" else figure.number
    cell = number_cell(number, decimals=int(indicator == "population_density"), tr=tr)
    if figure.unit == "percent":
        return replace(cell, text=tr("figures.percent", n=cell.text), value=round(number))
    return cell
