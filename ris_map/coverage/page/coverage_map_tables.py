"""The map's twins: the same figures as tables, by municipality and by settlement."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ris_map.coverage.page.map import REMOTE_CLASSES, map_sentence
from ris_map.coverage.page.view import CoverageView
from ris_map.coverage.support import Known
from ris_map.coverage.together import Together, remote_position
from ris_map.words.table import Cell, FigureTable, count, minutes, share


def municipality_table(view: CoverageView, found: Together) -> FigureTable:
    """Return the map's table: the figures of each municipality for the chosen kinds together."""
    if not view.choice.is_physical:
        return _remote_table(view, found)
    tr, limits = view.tr, view.cube.definition.thresholds
    rows: list[Sequence[Cell]] = []
    for code in view.order:
        m = view.at(code)
        within = found.figures.share_within[m, 0, 0]
        rows.append(
            (
                view.name(code),
                minutes(found.median[m]),
                minutes(found.p90[m]),
                *(share(value) for value in within),
                count(view.cube.population.located[m]),
                share(view.cube.population.unlocated_share[m]),
            )
        )
    return FigureTable(
        id="kommuner",
        title=tr("coverage.table.municipalities", kind=view.kind, date=view.world.on.isoformat()),
        columns=(
            tr("coverage.column.municipality"),
            tr("coverage.column.median"),
            tr("coverage.column.p90"),
            *(tr("coverage.column.within", limit=int(limit)) for limit in limits),
            tr("coverage.column.located", year=view.cube.definition.population_year),
            tr("coverage.column.unlocated"),
        ),
        rows=rows,
        sentence=map_sentence(view, found),
    )


def _remote_table(view: CoverageView, found: Together) -> FigureTable:
    tr = view.tr
    return FigureTable(
        id="kommuner",
        title=tr(
            "coverage.table.municipalities.remote",
            mode=view.mode(),
            kind=view.kind,
            date=view.world.on.isoformat(),
        ),
        columns=(
            tr("coverage.column.municipality"),
            tr("coverage.column.reached", mode=view.mode()),
        ),
        rows=[
            (
                view.name(code),
                _remote_word(view, found, code),
            )
            for code in view.order
        ],
        sentence=map_sentence(view, found),
    )


def _remote_word(view: CoverageView, found: Together, code: str) -> str:
    position = remote_position(view.choice.delivery)
    answer = Known(int(found.remote[view.at(code), position]))
    return view.tr(f"coverage.remote.{REMOTE_CLASSES[answer]}")


def settlement_table(view: CoverageView, found: Together) -> FigureTable:
    """Return the settlements of the map with their own minutes, longest first."""
    tr, population = view.tr, view.cube.population
    order = np.argsort(-found.minutes, kind="stable").tolist()
    places = view.geography.localities
    return FigureTable(
        id="orter",
        title=tr("coverage.table.settlements", kind=view.kind, date=view.world.on.isoformat()),
        columns=(
            tr("coverage.column.settlement"),
            tr("coverage.column.municipality"),
            tr("coverage.column.nearest"),
            tr("coverage.column.residents"),
        ),
        rows=[
            (
                places[i].name,
                view.name(places[i].municipality_code),
                minutes(found.minutes[i]),
                tr("unknown") if places[i].population is None else count(population.persons[i]),
            )
            for i in order
        ],
    )
