"""The tables of one municipality: made once, shown on the page, in the report and in the files."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from ris_map.coverage.cube import CoverageCell, time_class
from ris_map.coverage.support import KINDS
from ris_map.municipality.profile import FIGURES, LIKENESS, ListKind
from ris_map.municipality.words import MunicipalityView, reading
from ris_map.register.vocabulary import Phase, ServiceType
from ris_map.words import Translator
from ris_map.words.figures import Amount, FigureTable, Said, Unit, minutes_words

COUNTED = (ListKind.HERE, ListKind.VISIT, ListKind.REACHABLE, ListKind.DIGITAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table(FigureTable):
    """A table of a municipality; the first cell of each row is the row's heading."""

    rows: Sequence[Sequence[Said]]


def tables(view: MunicipalityView) -> dict[str, Table]:
    """Return every table of a municipality by its id, in the order of the page."""
    makers = (
        *(coverage_table, _lists_table, _compare_table),
        *(_times_table, _areas_table, _figures_table),
    )
    return {table.id: table for table in (make(view) for make in makers)}


def _table(
    view: MunicipalityView,
    table_id: str,
    columns: Iterable[str],
    rows: Iterable[Sequence[str | Said]],
    *,
    more: Iterable[str] = (),
    note: str = "",
    **values: object,
) -> Table:
    """Return a table whose title and columns are texts of the catalogue; ``more`` come as texts."""
    tr, values = view.tr, {"name": view.found.name, **values}
    heads = (tr(f"municipality.{table_id}.column.{name}", **values) for name in columns)
    return Table(
        id=table_id,
        title=tr(f"municipality.{table_id}.title", **values),
        columns=(*heads, *more),
        rows=[[Said(one) if isinstance(one, str) else one for one in row] for row in rows],
        sentence=note,
    )


def minutes_cell(minutes: float, *, tr: Translator, limit: float = 0, small: str = "") -> Said:
    """Return minutes as shown; where words stand in place of a number there is none."""
    value = Amount(minutes, Unit.MINUTES).shown
    return Said(minutes_words(minutes, tr=tr, limit=limit), value=value, small=small)


def _number(number: float | None, *, decimals: int = 0, small: str = "", tr: Translator) -> Said:
    """Return a number; unknown is not zero."""
    if number is None:
        return Said(tr("unknown"), small=small)
    value = round(number, decimals) if decimals else number
    return Said(tr.number(number, decimals=decimals), value=value, small=small)


def coverage_table(view: MunicipalityView) -> Table:
    """Return minutes to the nearest office, phase by service type: half of the residents' time."""
    tr, found = view.tr, view.found
    rows = (
        [
            Said(tr.label(phase), tone=phase.value),
            *(cell_of(view, found.cell(phase, kind)) for kind in ServiceType),
        ]
        for phase in Phase
    )
    note = tr("municipality.coverage.note", year=found.cube.population.year)
    more = (tr(f"coverage.type.{kind}") for kind in ServiceType)
    return _table(view, "coverage", ("phase",), rows, more=more, note=note)


def cell_of(view: MunicipalityView, cell: CoverageCell) -> Said:
    """Return one kind of support: how far half of the residents have, and what that means.

    The tone is the class of minutes (``c0`` to ``c4``), ``near`` within the error of the limit,
    ``unknown`` where the register is silent and ``none`` where no office is known.
    """
    tr, how = view.tr, reading(cell)
    if how == "near":
        text, small = tr("municipality.coverage.near", n=view.limit), tr("municipality.borderline")
        return Said(text, small=small, tone=how, value=float(view.choice.limit))
    name = tr(f"municipality.state.{'no_information' if how == 'unknown' else cell.state}")
    if how != "time":
        return Said("?" if how == "unknown" else "–", small=name, tone=how)
    said = minutes_cell(cell.median_minutes, tr=tr)
    text = said.text if said.value is None else tr.number(said.value)
    return replace(said, text=text, small=name, tone=f"c{time_class(cell.median_minutes)}")


def _lists_table(view: MunicipalityView) -> Table:
    """Return the lists as one table: a row per way of helping, uncertain ones marked."""
    tr, limit, rows = view.tr, view.choice.limit, list[list[str | Said]]()
    for kind, listed in view.found.lists.items():
        marked = [(way, "") for way in listed.known]
        for way, mark in (*marked, *((way, tr("unknown")) for way in listed.unsure)):
            row: list[str | Said] = [Said(view.list_title(kind), small=mark), way.actor.name]
            row += [view.types([way]), tr.labels(view.phases([way]))]
            minutes = minutes_cell(way.minutes_from_seat, tr=tr, limit=limit)
            office = [way.town, minutes, _number(way.people_within, tr=tr)]
            rows.append([*row, *(office if way.office else ["–"] * 3)])
    names = ("list", "actor", "types", "phases", "place", "minutes", "people")
    return _table(view, "lists", names, rows, note=tr("municipality.lists.note"))


def _areas_table(view: MunicipalityView) -> Table:
    """Return the actors near that name a strength area; those open to all stand in no row."""
    tr = view.tr
    rows = (
        (
            tr.label(area),
            _number(len(own), tr=tr),
            ", ".join(actor.name for actor in own) or tr("municipality.none"),
        )
        for area, own in view.found.own_actors.items()
    )
    note = tr("municipality.areas.note")
    return _table(view, "areas", ("area", "own", "who"), rows, note=note)


def _times_table(view: MunicipalityView) -> Table:
    """Return minutes from every settlement to the nearest office of each kind."""
    tr, limit, rows = view.tr, view.choice.limit, list[list[Said]]()
    years = (place.population_year for place, _ in view.found.times)
    year = max(filter(None, years), default=view.found.cube.population.year)
    by_type = zip(*(nearest for _, nearest in view.found.times), strict=True)
    # an island without a road is no place where no office is known
    no_road = [Said(tr("find.way.no-road")) if min(found)[1] else None for found in by_type]
    for place, nearest in view.found.times:
        seat = tr("municipality.times.seat") if place.is_seat else ""
        older = "" if place.population_year in {None, year} else str(place.population_year)
        people = _number(place.population, small=older, tr=tr)
        times = (
            (not town and none) or minutes_cell(far, tr=tr, limit=limit, small=town)
            for (far, town), none in zip(nearest, no_road, strict=True)
        )
        rows.append([Said(place.name, small=seat), people, *times])
    note, more = tr("municipality.times.note", season=view.season), map(tr.label, ServiceType)
    return _table(view, "times", ("place", "people"), rows, more=more, note=note, year=year)


def _compare_table(view: MunicipalityView) -> Table:
    """Return municipalities side by side, a column for each; no ranking, unknown is not zero."""
    tr, beside = view.tr, view.beside
    heads = [
        tr("municipality.figure.population"),
        tr("municipality.figure.population_density"),
        *map(view.list_title, COUNTED),
        tr("municipality.compare.nearby", n=view.limit, of=tr.number(len(KINDS))),
        *(Said(tr.label(kind), small=tr.label(phase)) for phase, kind in KINDS),
    ]
    rows = zip(heads, *map(_compared, beside), strict=True)
    names = [one.found.name for one in beside]
    note, listed = compare_note(view), tr.listing(names)
    return _table(view, "compare", ("what",), rows, more=names, note=note, names=listed)


def _compared(view: MunicipalityView) -> Iterator[Said]:
    """Yield a municipality's column of the comparison."""
    tr, counts = view.tr, view.counts
    population, density = view.found.size or (None, None)
    yield _number(population, tr=tr)
    yield _number(density, decimals=1, tr=tr)
    for kind in COUNTED:
        listed = view.found.lists[kind]
        u = len(listed.uncertain)
        small = tr("municipality.compare.count-small", u=tr.number(u)) if u else ""
        yield _number(len(listed.actors), small=small, tr=tr)
    small = tr("municipality.compare.near-small", n=counts["near"]) if counts["near"] else ""
    yield _number(counts["sure"], small=small, tr=tr)
    yield from (replace(cell_of(view, cell), small="") for cell in view.found.cells)


def compare_note(view: MunicipalityView) -> str:
    """Return the rule of the comparison, and what holds where it finds nobody."""
    tr, found = view.tr, view.found
    how = tr("municipality.compare.how", n=view.limit)
    if {one.found.code for one in view.beside} - {found.code} != found.similar.keys():
        return how
    if found.size is None:
        return tr("municipality.compare.unknown")
    said = [tr("municipality.compare.rule", limit=tr.number(LIKENESS, decimals=1)), how]
    for code, factor in found.similar.items():
        if factor > LIKENESS:  # the closest one, where nobody is within it
            values = {"other": tr.municipality_names[code], "factor": tr.number(factor, decimals=1)}
            said.insert(0, tr("municipality.compare.none", name=found.name, **values))
    return " ".join(said)


def _figures_table(view: MunicipalityView) -> Table:
    """Return the basic figures, each with year and source."""
    tr, found, unknown = view.tr, view.found, view.tr("unknown")
    rows: list[Sequence[str | Said]] = [
        [
            tr(f"municipality.figure.{indicator}"),
            _figure(view, indicator),
            figure.period if figure else unknown,
            tr(f"municipality.source.{FIGURES[indicator]}"),
        ]
        for indicator, figure in found.figures.items()
    ]
    rows.append(
        [
            tr("municipality.figure.located"),
            _number(found.located_residents, tr=tr),
            str(found.cube.population.year),
            tr("municipality.figure.located.source"),
        ]
    )
    rows += [
        [
            division.label.in_(tr.language),
            division.group_of(found.code).label.in_(tr.language),
            unknown if division.as_of == "unknown" else division.as_of,
            division.source.in_(tr.language),
        ]
        for division in found.world.foundations.geography.divisions
    ]
    return _table(view, "figures", ("figure", "value", "year", "source"), rows)


def _figure(view: MunicipalityView, indicator: str) -> Said:
    tr, size, figure = view.tr, view.found.size, view.found.figures[indicator]
    if indicator == "population_density" and size:  # not rounded yet, as in the comparison
        return _number(size[1], decimals=1, tr=tr)
    if figure is None or figure.number is None:
        return Said(figure.text if figure else tr("unknown"))
    number = 100 - figure.number if indicator == "share_in_tatort" else figure.number
    cell = _number(number, tr=tr)
    if figure.unit == "percent":
        return replace(cell, text=tr("figures.percent", n=cell.text), value=round(number))
    return cell
