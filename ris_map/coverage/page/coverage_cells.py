"""Every cell in full: what stands behind the matrix, for the files."""

from __future__ import annotations

from collections.abc import Iterator

from ris_map.coverage.cube import CoverageCell
from ris_map.coverage.page.choices import CellKey
from ris_map.coverage.page.matrix import matrix_cell, matrix_rows, matrix_sentence, matrix_title
from ris_map.coverage.page.view import CoverageView
from ris_map.register.vocabulary import Phase, ServiceType
from ris_map.words.table import Cell, FigureTable, count, minutes, share


def cells_table(view: CoverageView) -> FigureTable:
    """Return one row per cell of the matrix, in its order; no minutes for remote help."""
    physical = view.choice.is_physical
    rows = [
        tuple(_row(view, CellKey(code=code, phase=phase, service_type=kind), physical=physical))
        for code in view.order
        for phase, kind in view.columns
    ]
    return FigureTable(
        id="rutor",
        title=matrix_title(view),
        columns=tuple(_columns(view, physical=physical)),
        rows=rows,
        sentence=matrix_sentence(view, matrix_rows(view)),
    )


def _columns(view: CoverageView, *, physical: bool) -> Iterator[str]:
    tr = view.tr
    yield from (tr("coverage.column.municipality"), tr("coverage.csv.code"))
    yield from (tr("coverage.column.phase"), tr("coverage.column.type"), tr("coverage.csv.state"))
    if not physical:
        return
    yield from (tr("coverage.csv.marks"), tr("coverage.csv.on-site"))
    for limit in view.cube.definition.thresholds:
        yield tr("coverage.column.people-within", limit=int(limit))
        yield tr("coverage.column.share-within", limit=int(limit))
    yield from (tr("coverage.column.median"), tr("coverage.column.p90"))
    yield from (tr("coverage.csv.nearest-town"), tr("coverage.column.minutes-from-seat"))
    yield from (tr(f"coverage.column.{mode}") for mode in ("visit", "digital", "phone"))
    yield tr("coverage.column.located", year=view.cube.definition.population_year)
    yield tr("coverage.column.unlocated")


def _row(view: CoverageView, key: CellKey, *, physical: bool) -> Iterator[Cell]:
    shown = matrix_cell(view, key.code, key.phase, key.service_type)
    yield view.name(key.code)
    yield key.code
    yield view.label(key.phase)
    yield view.label(key.service_type)
    yield shown.word
    if physical:
        yield ", ".join(view.tr(f"coverage.mark.{mark}") for mark in shown.marks)
        yield from _figures(view, _cell(view, key.code, key.phase, key.service_type))


def _figures(view: CoverageView, cell: CoverageCell) -> Iterator[Cell]:
    yield count(cell.offices_on_site)
    for people, part in zip(cell.people_within, cell.share_within, strict=True):
        yield count(people)
        yield share(part)
    yield minutes(cell.median_minutes)
    yield minutes(cell.p90_minutes)
    yield cell.nearest_town or view.tr("coverage.no-way")
    yield minutes(cell.nearest_minutes_from_seat)
    yield from (view.answer(answer) for answer in (cell.visit, cell.digital, cell.phone))
    yield count(cell.located_residents)
    yield share(cell.unlocated_share)


def _cell(view: CoverageView, code: str, phase: Phase, kind: ServiceType) -> CoverageCell:
    return view.cube.cell(code, phase=phase, service_type=kind)
