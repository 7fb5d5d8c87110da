"""The basic figures of a municipality, and the comparison with similar ones."""

from __future__ import annotations

from collections.abc import Iterator

from ris_map.geography.statistics import Statistic
from ris_map.municipality.profile import Compared, Profile
from ris_map.municipality.similar import LIMIT
from ris_map.municipality.ways import ListKind, WayList
from ris_map.municipality.words import list_title, phase_words
from ris_map.register.in_words import Words
from ris_map.register.vocabulary import Phase
from ris_map.words.municipality_cells import Cell, Table, minutes_cell, number_cell, people_cell

FIGURE_SOURCES = {
    "population": "regionfakta",
    "population_density": "density",
    "share_in_tatort": "tatort",
    "share_65plus": "regionfakta",
    "workplaces_manufacturing_and_services": "regionfakta",
    "local_labour_market": "labour",
}


def figures_table(profile: Profile, *, words: Words) -> Table:
    """Return the basic figures, each with year and source."""
    tr = words.tr
    return Table(
        id="figures",
        title=tr("municipality.figures.title", name=profile.name),
        columns=tuple(
            tr(f"municipality.figures.column.{name}")
            for name in ("figure", "value", "year", "source")
        ),
        rows=(
            *_figure_rows(profile, words=words),
            _located_row(profile, words=words),
            *_membership_rows(profile, words=words),
        ),
    )


def compare_table(profile: Profile, *, words: Words) -> Table:
    """Return the municipality beside similar ones, in alphabetical order."""
    tr, strategy = words.tr, words.strategy
    kinds = (ListKind.HERE, ListKind.VISIT, ListKind.REACHABLE, ListKind.DIGITAL)
    return Table(
        id="compare",
        title=tr(
            f"municipality.compare.title{'-nearest' if profile.similar.nearest else ''}",
            name=profile.name,
        ),
        columns=(
            *(
                tr(f"municipality.compare.column.{name}")
                for name in ("name", "population", "density")
            ),
            *(list_title(kind, limit=profile.choice.threshold, tr=tr) for kind in kinds),
            *(
                tr(
                    "municipality.compare.column.median",
                    phase=phase_words([phase], strategy=strategy, tr=tr)[0],
                )
                for phase in Phase
            ),
        ),
        rows=tuple(_compared_row(item, kinds, words=words) for item in profile.comparison),
        note=compare_note(profile, words=words),
    )


def compare_note(profile: Profile, *, words: Words) -> str:
    """Return the rule of the comparison, and what holds where it finds nobody."""
    tr, similar = words.tr, profile.similar
    if not similar.is_known:
        return tr("municipality.compare.unknown")
    rule = tr("municipality.compare.rule", limit=tr.number(LIMIT, decimals=1))
    if similar.nearest is None:
        return rule
    none = tr(
        "municipality.compare.none",
        name=profile.name,
        other=words.municipality_names[similar.nearest],
        factor=tr.number(similar.factor or 0, decimals=1),
    )
    return f"{none} {rule}"


def _figure_rows(profile: Profile, *, words: Words) -> Iterator[tuple[Cell, ...]]:
    tr = words.tr
    for indicator, figure in profile.figures:
        yield (
            Cell(text=tr(f"municipality.figure.{indicator}")),
            _value(indicator, figure, words=words),
            Cell(text=figure.period if figure else tr("unknown")),
            Cell(text=tr(f"municipality.source.{FIGURE_SOURCES[indicator]}")),
        )


def _value(indicator: str, figure: Statistic | None, *, words: Words) -> Cell:
    tr = words.tr
    if figure is None:
        return Cell(text=tr("unknown"))
    if figure.number is None:
        return Cell(text=figure.text)
    number = 100 - figure.number if indicator == "share_in_tatort" else figure.number
    decimals = 1 if indicator == "population_density" else 0
    text = tr.number(number, decimals=decimals)
    if figure.unit == "percent":
        text = tr("figures.percent", n=text)
    return Cell(text=text, value=round(number, decimals))


def _located_row(profile: Profile, *, words: Words) -> tuple[Cell, ...]:
    tr = words.tr
    return (
        Cell(text=tr("municipality.figure.located")),
        number_cell(profile.located_residents, words=words),
        Cell(text=str(profile.definition.population_year)),
        Cell(text=tr("municipality.figure.located.source")),
    )


def _membership_rows(profile: Profile, *, words: Words) -> Iterator[tuple[Cell, ...]]:
    tr = words.tr
    for item in profile.memberships:
        as_of = item.division.as_of
        yield (
            Cell(text=item.division.label.in_(tr.language)),
            Cell(text=item.group.label.in_(tr.language)),
            Cell(text=tr("unknown") if as_of == "unknown" else as_of),
            Cell(text=item.division.source.in_(tr.language)),
        )


def _compared_row(item: Compared, kinds: tuple[ListKind, ...], *, words: Words) -> tuple[Cell, ...]:
    tr = words.tr
    lists = {found.kind: found for found in item.lists}
    density = item.density
    return (
        Cell(
            text=words.municipality_names[item.code],
            small=tr("municipality.compare.self") if item.is_self else "",
            tone="self" if item.is_self else "",
        ),
        people_cell(item.population, words=words),
        Cell(text=tr("unknown"))
        if density is None
        else Cell(text=tr.number(density, decimals=1), value=round(density, 1)),
        *(_count(lists[kind], words=words) for kind in kinds),
        *(minutes_cell(link.median_minutes, words=words) for link in item.chain.links),
    )


def _count(found: WayList, *, words: Words) -> Cell:
    tr = words.tr
    known, unsure = len(found.actor_ids), len(found.uncertain_ids)
    small = tr("municipality.compare.count-small", u=tr.number(unsure)) if unsure else ""
    return Cell(text=tr.number(known), value=known, small=small)
