"""The tables of one municipality: made once, shown on the page, in the report and in the files."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from ris_map.coverage.cube import CoverageCell, time_class
from ris_map.coverage.findings import Way
from ris_map.coverage.support import KINDS
from ris_map.geography.county import Statistic
from ris_map.municipality.profile import FIGURES, LIKENESS, NEARBY, ListKind, Profile
from ris_map.register.in_words import Words
from ris_map.register.vocabulary import Phase, ServiceType
from ris_map.words import Translator, swedish_sort_key
from ris_map.words.figures import Amount, FigureTable, Said, Unit, minutes_words

COUNTED = (ListKind.HERE, ListKind.VISIT, ListKind.REACHABLE, ListKind.DIGITAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table(FigureTable):
    """A table of a municipality; the first cell of each row is the row's heading."""

    rows: Sequence[Sequence[Said]]


def minutes_cell(minutes: float, *, tr: Translator, limit: float = 0, small: str = "") -> Said:
    """Return minutes as shown; where words stand in place of a number there is none."""
    value = Amount(minutes, Unit.MINUTES).shown
    return Said(minutes_words(minutes, tr=tr, limit=limit), value=value, small=small)


def number_cell(number: float | None, *, decimals: int = 0, tr: Translator) -> Said:
    """Return a number; unknown is not zero."""
    if number is None:
        return Said(tr("unknown"))
    value = round(number, decimals) if decimals else number
    return Said(tr.number(number, decimals=decimals), value=value)


def tables(profile: Profile, beside: Sequence[Profile], *, tr: Words) -> tuple[Table, ...]:
    """Return every table of a municipality in the order of the page; ``beside`` for comparison."""
    return (
        coverage_table(profile, tr=tr),
        _lists_table(profile, tr=tr),
        _compare_table(profile, beside, tr=tr),
        _times_table(profile, tr=tr),
        _areas_table(profile, tr=tr),
        _figures_table(profile, tr=tr),
    )


def coverage_table(profile: Profile, *, tr: Words) -> Table:
    """Return minutes to the nearest office, phase by service type: half of the residents' time."""
    rows = (
        (
            Said(tr.label(phase), tone=phase.value),
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
    rows: Iterable[tuple[Said, ...]],
    *,
    more: Iterable[str] = (),
    note: str = "",
    tr: Translator,
    **values: object,
) -> Table:
    """Return a table whose title and columns are texts of the catalogue; ``more`` come as texts."""
    heads = (tr(f"municipality.{table_id}.column.{name}", **values) for name in columns)
    title = tr(f"municipality.{table_id}.title", **values)
    columns = (*heads, *more)
    return Table(id=table_id, title=title, columns=columns, rows=tuple(rows), sentence=note)


def reading(cell: CoverageCell) -> Literal["unknown", "none", "near", "time"]:
    """Return how a kind of support is read: as a time, or as what stands in place of one.

    ``near`` is within the error of the limit.
    """
    if not math.isfinite(cell.median_minutes):
        return "unknown" if cell.is_maybe_physical else "none"
    return "near" if cell.is_borderline else "time"


def cell_of(cell: CoverageCell, profile: Profile, *, tr: Translator) -> Said:
    """Return one kind of support: how far half of the residents have, and what that means.

    The tone is the class of minutes (``c0`` to ``c4``), ``near`` within the error of the limit,
    ``unknown`` where the register is silent and ``none`` where no office is known.
    """
    limit, how = profile.choice.threshold, reading(cell)
    if how == "near":
        text = tr("municipality.coverage.near", n=tr.number(limit))
        return Said(text, small=tr("municipality.borderline"), tone=how, value=limit)
    name = tr(f"municipality.state.{'no_information' if how == 'unknown' else cell.state}")
    if how != "time":
        return Said("?" if how == "unknown" else "–", small=name, tone=how)
    said = minutes_cell(cell.median_minutes, tr=tr)
    text = said.text if said.value is None else tr.number(said.value)
    tone = f"c{time_class(cell.median_minutes)}"
    return Said(text, small=name, tone=tone, value=said.value)


def _lists_table(profile: Profile, *, tr: Words) -> Table:
    """Return the lists as one table: a row per way of helping, uncertain ones marked."""
    rows = (row for kind in ListKind for row in _list_rows(profile, kind, tr=tr))
    names = ("list", "actor", "types", "phases", "place", "minutes", "people")
    note = tr("municipality.lists.note")
    return _table("lists", names, rows, note=note, tr=tr, name=profile.name)


def _list_rows(profile: Profile, kind: ListKind, *, tr: Words) -> Iterator[tuple[Said, ...]]:
    item, limit = profile.lists[kind], profile.choice.threshold
    title = list_title(kind, limit=limit, tr=tr)
    no_office = (Said("–"),) * 3
    for ways, mark in ((item.known, ""), (item.unsure, tr("unknown"))):
        for way in sorted_ways(ways, kind=kind):
            shown = way.kinds or way.possible
            phases = {phase for phase, _ in shown}
            office = (
                Said(way.town),
                minutes_cell(way.minutes_from_seat, tr=tr, limit=limit),
                number_cell(way.people_within, tr=tr),
            )
            yield (
                Said(title, small=mark),
                Said(way.actor.name),
                Said(types_words(shown, tr=tr)),
                Said(", ".join(tr.label(p) for p in Phase if p in phases)),
                *(office if way.office else no_office),
            )


def sorted_ways(ways: Iterable[Way], *, kind: ListKind) -> list[Way]:
    """Return ways in the order of a list: offices elsewhere by minutes, all others by name."""
    by_time = kind is ListKind.REACHABLE
    return sorted(
        ways,
        key=lambda way: (
            way.minutes_from_seat if by_time else 0.0,
            swedish_sort_key(way.actor.name),
            way.office_id,
        ),
    )


def _areas_table(profile: Profile, *, tr: Words) -> Table:
    """Return the actors near that name a strength area; those open to all stand in no row."""
    none = tr("municipality.none")
    rows = (
        (
            Said(tr.label(area)),
            number_cell(len(own), tr=tr),
            Said(", ".join(actor.name for actor in own) or none),
        )
        for area, own in profile.own_actors.items()
    )
    note = tr("municipality.areas.note")
    return _table("areas", ("area", "own", "who"), rows, note=note, tr=tr, name=profile.name)


def _times_table(profile: Profile, *, tr: Words) -> Table:
    """Return minutes from every settlement to the nearest office of each kind."""
    seat, limit = tr("municipality.times.seat"), profile.choice.threshold
    years = (place.population_year for place, _ in profile.times)
    year = max(filter(None, years), default=profile.cube.population.year)
    columns = zip(*(nearest for _, nearest in profile.times), strict=True)
    # an island without a road is no place where no office is known
    no_road = [Said(tr("find.way.no-road")) if min(found).town else None for found in columns]
    rows = (
        (
            Said(place.name, small=seat if place.is_seat else ""),
            replace(
                number_cell(place.population, tr=tr),
                small="" if place.population_year in {None, year} else str(place.population_year),
            ),
            *(
                (not one.town and none)
                or minutes_cell(one.minutes, tr=tr, limit=limit, small=one.town)
                for one, none in zip(nearest, no_road, strict=True)
            ),
        )
        for place, nearest in profile.times
    )
    return _table(
        "times",
        ("place", "people"),
        rows,
        more=map(tr.label, ServiceType),
        note=tr("municipality.times.note", season=season(profile, tr=tr)),
        tr=tr,
        name=profile.name,
        year=year,
    )


def _compare_table(profile: Profile, beside: Sequence[Profile], *, tr: Words) -> Table:
    """Return municipalities side by side, a column for each; no ranking, unknown is not zero."""
    limit = profile.choice.threshold
    heads = [
        Said(tr("municipality.figure.population")),
        Said(tr("municipality.figure.population_density")),
        *(Said(list_title(kind, limit=limit, tr=tr)) for kind in COUNTED),
        Said(tr("municipality.compare.nearby", n=tr.number(limit), of=tr.number(len(KINDS)))),
        *(Said(tr.label(kind), small=tr.label(phase)) for phase, kind in KINDS),
    ]
    rows = zip(heads, *(_compared(one, tr=tr) for one in beside), strict=True)
    names = [p.name for p in beside]
    note = compare_note(profile, beside, tr=tr)
    return _table("compare", ("what",), rows, more=names, note=note, tr=tr, names=tr.listing(names))


def _compared(profile: Profile, *, tr: Translator) -> Iterator[Said]:
    """Yield a municipality's column of the comparison."""
    population, density = profile.size or (None, None)
    yield number_cell(population, tr=tr)
    yield number_cell(density, decimals=1, tr=tr)
    for item in (profile.lists[kind] for kind in COUNTED):
        unsure = len({way.actor.id for way in item.unsure})
        small = tr("municipality.compare.count-small", u=tr.number(unsure)) if unsure else ""
        yield replace(number_cell(len(item.actors), tr=tr), small=small)
    counts = nearby_counts(profile)
    small = tr("municipality.compare.near-small", n=counts["near"]) if counts["near"] else ""
    yield replace(number_cell(counts["sure"], tr=tr), small=small)
    for cell in profile.cells:
        yield replace(cell_of(cell, profile, tr=tr), small="")


def compare_note(profile: Profile, beside: Sequence[Profile], *, tr: Words) -> str:
    """Return the rule of the comparison, and what holds where it finds nobody."""
    similar = profile.similar
    how = tr("municipality.compare.how", n=tr.number(profile.choice.threshold))
    if {p.code for p in beside} - {profile.code} != similar.keys():
        return how
    if profile.size is None:
        return tr("municipality.compare.unknown")
    rule = tr("municipality.compare.rule", limit=tr.number(LIKENESS, decimals=1))
    differing = next((one for one in similar.items() if one[1] > LIKENESS), None)
    if differing is None:
        return f"{rule} {how}"
    none = tr(
        "municipality.compare.none",
        name=profile.name,
        other=tr.municipality_names[differing[0]],
        factor=tr.number(differing[1], decimals=1),
    )
    return f"{none} {rule} {how}"


def _figures_table(profile: Profile, *, tr: Words) -> Table:
    """Return the basic figures, each with year and source."""
    unknown = tr("unknown")
    rows = [
        (
            tr(f"municipality.figure.{indicator}"),
            _value(indicator, figure, profile, tr=tr),
            figure.period if figure else unknown,
            tr(f"municipality.source.{FIGURES[indicator]}"),
        )
        for indicator, figure in profile.figures.items()
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
            Said(division.group_of(profile.code).label.in_(tr.language)),
            unknown if division.as_of == "unknown" else division.as_of,
            division.source.in_(tr.language),
        )
        for division in profile.world.foundations.geography.divisions
    ]
    return _table(
        "figures",
        ("figure", "value", "year", "source"),
        ((Said(h), value, Said(period), Said(s)) for h, value, period, s in rows),
        tr=tr,
        name=profile.name,
    )


def _value(indicator: str, figure: Statistic | None, profile: Profile, *, tr: Translator) -> Said:
    if indicator == "population_density" and profile.size:  # not rounded yet, as in the comparison
        return number_cell(profile.size[1], decimals=1, tr=tr)
    if figure is None or figure.number is None:
        return Said(figure.text if figure else tr("unknown"))
    number = 100 - figure.number if indicator == "share_in_tatort" else figure.number
    cell = number_cell(number, tr=tr)
    if figure.unit == "percent":
        return replace(cell, text=tr("figures.percent", n=cell.text), value=round(number))
    return cell


def season(profile: Profile, *, tr: Translator) -> str:
    """Return "on summer roads" or "on winter roads"."""
    return tr(f"coverage.season.{profile.choice.speed}")


def list_title(kind: ListKind, *, limit: float, tr: Translator) -> str:
    """Return the heading of a list."""
    return tr(f"municipality.list.{kind}", n=tr.number(limit))


def types_words(kinds: Iterable[tuple[Phase, ServiceType]], *, tr: Words) -> str:
    """Return the service types of cells."""
    types = {kind for _, kind in kinds}
    return ", ".join(tr.label(kind) for kind in ServiceType if kind in types)


def nearby_counts(profile: Profile) -> dict[str, int]:
    """Return the kinds of support by how near they are; they add up to all of them.

    ``sure``: within reach; ``near``: within the error of the limit; ``unknown``; ``far``.
    """
    counts = dict.fromkeys(("sure", "near", "unknown", "far"), 0)
    for cell in profile.cells:
        how = "sure" if cell.state in NEARBY else "unknown" if cell.is_maybe_physical else "far"
        counts["near" if cell.is_borderline else how] += 1
    return counts
