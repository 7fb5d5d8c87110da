"""The tables of one municipality: made once, shown on the page, in the report and in the files."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import product
from typing import Literal

from ris_map.coverage.cube import CoverageCell, time_class
from ris_map.coverage.ways import Way
from ris_map.geography.county import Statistic
from ris_map.municipality.profile import LIKENESS, NEARBY, ListKind, Profile, WayList
from ris_map.register.in_words import Words
from ris_map.register.model import Actor
from ris_map.register.vocabulary import Phase, ServiceType
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

    @property
    def said(self) -> str:
        """The text with its second line."""
        return f"{self.text} ({self.small})" if self.small else self.text


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
    rows = (
        (
            Cell(text=words.label(phase), tone=phase.value),
            *(cell_of(profile.cell(phase, kind), profile, tr=tr) for kind in ServiceType),
        )
        for phase in Phase
    )
    note = tr("municipality.coverage.note", year=profile.cube.population.year)
    more = (tr(f"coverage.type.{kind}") for kind in ServiceType)
    return _table("coverage", ("phase",), rows, more=more, note=note, tr=tr, name=profile.name)


def _table(
    table_id: str,
    columns: Iterable[str],
    rows: Iterable[tuple[Cell, ...]],
    *,
    more: Iterable[str] = (),
    note: str = "",
    tr: Translator,
    **values: object,
) -> Table:
    """Return a table whose title and columns are texts of the catalogue; ``more`` come as texts."""
    heads = (tr(f"municipality.{table_id}.column.{name}", **values) for name in columns)
    title = tr(f"municipality.{table_id}.title", **values)
    return Table(id=table_id, title=title, columns=(*heads, *more), rows=tuple(rows), note=note)


def reading(cell: CoverageCell) -> Literal["unknown", "none", "near", "time"]:
    """Return how a kind of support is read: as a time, or as what stands in place of one.

    ``near`` is within the error of the limit.
    """
    if not math.isfinite(cell.median_minutes):
        return "unknown" if cell.is_maybe_physical else "none"
    return "near" if cell.is_borderline else "time"


def cell_of(cell: CoverageCell, profile: Profile, *, tr: Translator) -> Cell:
    """Return one kind of support: how far half of the residents have, and what that means.

    The tone is the class of minutes (``c0`` to ``c4``), ``near`` within the error of the limit,
    ``unknown`` where the register is silent and ``none`` where no office is known.
    """
    limit, how = profile.choice.threshold, reading(cell)
    if how == "near":
        text = tr("municipality.coverage.near", n=tr.number(limit))
        return Cell(text=text, small=tr("municipality.borderline"), tone=how, value=limit)
    name = tr(f"municipality.state.{cell.state}")
    if how != "time":
        return Cell(text="?" if how == "unknown" else "–", small=name, tone=how)
    said = minutes_cell(cell.median_minutes, tr=tr)
    text = said.text if said.value is None else tr.number(said.value)
    tone = f"c{time_class(cell.median_minutes)}"
    return Cell(text=text, small=name, tone=tone, value=said.value)


def _lists_table(profile: Profile, *, words: Words) -> Table:
    """Return the lists as one table: a row per way of helping, uncertain ones marked."""
    rows = (row for item in profile.lists for row in _list_rows(profile, item, words=words))
    names = ("list", "actor", "types", "phases", "place", "minutes", "people")
    note = words.tr("municipality.lists.note")
    return _table("lists", names, rows, note=note, tr=words.tr, name=profile.name)


def _list_rows(profile: Profile, item: WayList, *, words: Words) -> Iterator[tuple[Cell, ...]]:
    tr = words.tr
    title = list_title(item.kind, limit=profile.choice.threshold, tr=tr)
    # actors that count already are not uncertain as well
    unsure = tuple(way for way in item.uncertain if way.actor_id in item.uncertain_ids)
    none = Cell(text=tr("municipality.none"))
    for ways, mark in ((item.known, ""), (unsure, tr("unknown"))):
        for way in sorted_ways(ways, kind=item.kind, actors=profile.actors):
            shown = way.kinds or way.possible
            phases = {phase for phase, _ in shown}
            yield (
                Cell(text=title, small=mark),
                Cell(text=profile.actors[way.actor_id].name),
                Cell(text=types_words(shown, words=words)),
                Cell(text=", ".join(words.label(p) for p in Phase if p in phases)),
                Cell(text=way.town) if way.town else none,
                minutes_cell(way.minutes_from_seat, tr=tr) if way.town else none,
                number_cell(way.people_within, tr=tr) if way.town else none,
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
    tr, none = words.tr, words.tr("municipality.none")
    rows = (
        (
            Cell(text=words.label(area)),
            number_cell(len(own), tr=tr),
            Cell(text=", ".join(profile.actors[i].name for i in own) or none),
        )
        for area, own in profile.own_actors.items()
    )
    note = tr("municipality.areas.note")
    return _table("areas", ("area", "own", "who"), rows, note=note, tr=tr, name=profile.name)


def _times_table(profile: Profile, *, words: Words) -> Table:
    """Return minutes from every settlement to the nearest office of each kind."""
    tr = words.tr
    seat = tr("municipality.times.seat")
    rows = (
        (
            Cell(text=item.locality.name, small=seat if item.locality.is_seat else ""),
            number_cell(item.locality.population, tr=tr),
            *(minutes_cell(n.minutes, tr=tr, small=n.town or "") for n in item.nearest),
        )
        for item in profile.times
    )
    return _table(
        "times",
        ("place", "people"),
        rows,
        more=map(words.label, ServiceType),
        note=tr("municipality.times.note", season=season(profile, tr=tr)),
        tr=tr,
        name=profile.name,
        year=profile.cube.population.year,
    )


def _compare_table(profile: Profile, beside: Sequence[Profile], *, words: Words) -> Table:
    """Return municipalities side by side, a column for each; no ranking, unknown is not zero."""
    tr, limit = words.tr, profile.choice.threshold

    def row(head: str, cell: Callable[[Profile], Cell], small: str = "") -> tuple[Cell, ...]:
        return (Cell(text=head, small=small), *map(cell, beside))

    def size(name: str, decimals: int = 0) -> Callable[[Profile], Cell]:
        return lambda p: number_cell(getattr(p.size, name, None), decimals=decimals, tr=tr)

    def kind_of(phase: Phase, kind: ServiceType) -> Callable[[Profile], Cell]:
        return lambda p: replace(cell_of(p.cell(phase, kind), p, tr=tr), small="")

    rows = [
        row(tr("municipality.compare.population"), size("population")),
        row(tr("municipality.compare.density"), size("density", decimals=1)),
    ]
    rows += [
        row(list_title(kind, limit=limit, tr=tr), partial(_count, kind=kind, tr=tr))
        for kind in COUNTED
    ]
    rows.append(row(tr("municipality.compare.nearby", n=tr.number(limit)), partial(_nearby, tr=tr)))
    rows += [
        row(words.label(kind), kind_of(phase, kind), words.label(phase))
        for phase, kind in product(Phase, ServiceType)
    ]
    names = [p.name for p in beside]
    note = compare_note(profile, beside, words=words)
    return _table("compare", ("what",), rows, more=names, note=note, tr=tr, names=tr.listing(names))


def _count(profile: Profile, *, kind: ListKind, tr: Translator) -> Cell:
    item = profile.list_of(kind)
    unsure = len(item.uncertain_ids)
    small = tr("municipality.compare.count-small", u=tr.number(unsure)) if unsure else ""
    return replace(number_cell(len(item.actor_ids), tr=tr), small=small)


def _nearby(profile: Profile, *, tr: Translator) -> Cell:
    counts = nearby_counts(profile)
    small = tr("municipality.compare.near-small", n=counts["near"]) if counts["near"] else ""
    return replace(number_cell(counts["sure"], tr=tr), small=small)


def compare_note(profile: Profile, beside: Sequence[Profile], *, words: Words) -> str:
    """Return the rule of the comparison, and what holds where it finds nobody."""
    tr, similar = words.tr, profile.similar
    how = tr("municipality.compare.how", n=tr.number(profile.choice.threshold))
    if {p.code for p in beside} - {profile.code} != set(similar.compared):
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
    rows.append(
        (
            tr("municipality.figure.located"),
            number_cell(profile.located_residents, tr=tr),
            str(profile.cube.population.year),
            tr("municipality.figure.located.source"),
        )
    )
    rows += [
        (
            division.label.in_(tr.language),
            Cell(text=group.label.in_(tr.language)),
            unknown if division.as_of == "unknown" else division.as_of,
            division.source.in_(tr.language),
        )
        for division, group in profile.memberships
    ]
    return _table(
        "figures",
        ("figure", "value", "year", "source"),
        ((Cell(text=h), value, Cell(text=period), Cell(text=s)) for h, value, period, s in rows),
        tr=tr,
        name=profile.name,
    )


def _value(indicator: str, figure: Statistic | None, *, tr: Translator) -> Cell:
    if figure is None or figure.number is None:
        return Cell(text=figure.text if figure else tr("unknown"))
    number = 100 - figure.number if indicator == "share_in_tatort" else figure.number
    cell = number_cell(number, decimals=int(indicator == "population_density"), tr=tr)
    if figure.unit == "percent":
        return replace(cell, text=tr("figures.percent", n=cell.text), value=round(number))
    return cell


def season(profile: Profile, *, tr: Translator) -> str:
    """Return "on summer roads" or "on winter roads"."""
    return tr(f"coverage.season.{profile.choice.speed}")


def list_title(kind: ListKind, *, limit: float, tr: Translator) -> str:
    """Return the heading of a list."""
    return tr(f"municipality.list.{kind}", n=tr.number(limit))


def types_words(kinds: Iterable[tuple[Phase, ServiceType]], *, words: Words) -> str:
    """Return the service types of cells."""
    types = {kind for _, kind in kinds}
    return ", ".join(words.label(kind) for kind in ServiceType if kind in types)


def nearby_counts(profile: Profile) -> dict[str, int]:
    """Return the 15 kinds of support by how near they are; they add up to all of them.

    ``sure``: within reach; ``near``: within the error of the limit; ``unknown``; ``far``.
    """
    counts = dict.fromkeys(("sure", "near", "unknown", "far"), 0)
    for cell in profile.cells:
        how = "sure" if cell.state in NEARBY else "far"
        how = "near" if cell.is_borderline else how
        counts["unknown" if cell.is_maybe_physical else how] += 1
    return counts
