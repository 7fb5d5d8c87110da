"""Downloads of the coverage page: made when asked for, from the tables that are shown."""

from __future__ import annotations

from functools import partial

import streamlit as st

from ris_map.coverage.page.cell import figures_table, known_table
from ris_map.coverage.page.coverage_cells import cells_table
from ris_map.coverage.page.coverage_map_tables import municipality_table, settlement_table
from ris_map.coverage.page.curve import curve_table
from ris_map.coverage.page.gap_tables import fragility_table, sensitivity_table
from ris_map.coverage.page.method import definitions, facts
from ris_map.coverage.page.pictures import curve_svg, matrix_svg
from ris_map.coverage.page.sections import area_of, gap_tables
from ris_map.coverage.page.summary import basis, summary
from ris_map.coverage.page.tables import chain_table, division_table
from ris_map.coverage.page.view import CoverageView
from ris_map.coverage.page.widgets import heading
from ris_map.coverage.together import Together
from ris_map.export.tables import CsvFlavour, table_csv
from ris_map.export.xlsx import workbook
from ris_map.words.markup import render
from ris_map.words.table import FigureTable

XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def downloads(view: CoverageView, found: Together) -> None:
    """Draw the downloads of everything that the page shows."""
    tr = view.tr
    heading(tr("coverage.files.heading"), "filer")
    st.html(render("coverage_note.html", text=tr("coverage.files.note")))
    with st.container(horizontal=True, key="cov-files"):
        for flavour in CsvFlavour:
            _button(
                view,
                f"coverage.files.csv.{flavour}",
                partial(cells_csv, view, flavour=flavour),
                suffix="csv",
                mime="text/csv",
            )
        book = partial(book_of, view, found)
        _button(view, "coverage.files.xlsx", book, suffix="xlsx", mime=XLSX_TYPE)
        svg = "image/svg+xml"
        picture = partial(matrix_svg, view)
        _button(view, "coverage.files.svg.matrix", picture, suffix="svg", mime=svg)
        if view.choice.is_physical:
            picture = partial(curve_svg, view, found)
            _button(view, "coverage.files.svg.curve", picture, suffix="svg", mime=svg)


def cells_csv(view: CoverageView, *, flavour: CsvFlavour) -> bytes:
    """Return every cell of the matrix as CSV."""
    return table_csv(cells_table(view), flavour=flavour, tr=view.tr)


def book_of(view: CoverageView, found: Together) -> bytes:
    """Return all tables with their definitions as a workbook."""
    tr = view.tr
    return workbook(
        all_tables(view, found),
        definitions=[
            (tr("coverage.summary.heading"), summary(view, found)),
            *definitions(view),
            *facts(view),
        ],
        definitions_name=tr("coverage.sheet.definitions"),
        source=basis(view),
        tr=tr,
    )


def all_tables(view: CoverageView, found: Together) -> tuple[FigureTable, ...]:
    """Return every table of the page under the present choice, in its order."""
    physical, cell = view.choice.is_physical, view.choice.cell
    tables = [cells_table(view), municipality_table(view, found)]
    if physical:
        tables += [settlement_table(view, found), curve_table(view, found)]
    if cell is not None:
        tables += [figures_table(view, cell)] if physical else []
        tables += [known_table(view, cell)]
    tables += [area_of(view), chain_table(view), division_table(view, found)]
    tables += [*gap_tables(view), fragility_table(view)]
    return (*tables, sensitivity_table(view)) if physical else tuple(tables)


def _button(view: CoverageView, key: str, make: partial[bytes], *, suffix: str, mime: str) -> None:
    st.download_button(
        view.tr(key),
        data=make,
        file_name=f"{view.tr('coverage.file')}-{view.world.on.isoformat()}.{suffix}",
        mime=mime,
        key=key,
        on_click="ignore",
    )
