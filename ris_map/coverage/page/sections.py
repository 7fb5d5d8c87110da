"""The lower half of the coverage page: areas, divisions, chain, gaps, fragility, method."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import streamlit as st

from ris_map.coverage.gaps import GapOrder
from ris_map.coverage.page.choices import WHOLE_COUNTY, CoverageParam
from ris_map.coverage.page.coverage_state import ADDRESS, INLAND_KEY
from ris_map.coverage.page.gap_tables import (
    fragility_table,
    gap_list,
    gap_table,
    remote_gap_tables,
    sensitivity_table,
    unknown_table,
)
from ris_map.coverage.page.method import method_html
from ris_map.coverage.page.tables import area_table, chain_table, division_table
from ris_map.coverage.page.view import CoverageView
from ris_map.coverage.page.widgets import heading, show
from ris_map.coverage.together import Together
from ris_map.web import data
from ris_map.words import Translator
from ris_map.words.markup import render
from ris_map.words.table import FigureTable, table_html

GAPS_SHOWN = 15


def area(view: CoverageView) -> None:
    """Draw phase x service type for one area (R1)."""
    tr = view.tr
    heading(tr("coverage.area.heading"), "omradet")
    names = {WHOLE_COUNTY: tr("coverage.county")}
    names |= {place.id: place.name for place in data.places(tr.language)}
    st.selectbox(
        tr("coverage.area.label"),
        list(names),
        format_func=names.__getitem__,
        key=CoverageParam.PLACE,
        on_change=ADDRESS.write,
    )
    table_with_sentence(area_of(view), tr=tr)


def area_of(view: CoverageView) -> FigureTable:
    """Return the table of the chosen area."""
    tr, place = view.tr, view.choice.place
    known = {item.id: item for item in data.places(tr.language)}
    if place == WHOLE_COUNTY:
        return area_table(view, name=tr("coverage.county"), codes=view.order)
    codes = [code for code in view.order if code in known[place].codes]
    return area_table(view, name=known[place].name, codes=codes)


def chain(view: CoverageView) -> None:
    """Draw the support chain per municipality."""
    heading(view.tr("coverage.chain.heading"), "kedjan")
    table_with_sentence(chain_table(view), tr=view.tr)


def divisions(view: CoverageView, found: Together) -> None:
    """Draw coast and inland under all divisions."""
    heading(view.tr("coverage.divisions.heading"), "kust-inland")
    table_with_sentence(division_table(view, found), tr=view.tr)


def gaps(view: CoverageView) -> None:
    """Draw the gaps in the reader's order, and apart from them what is unknown."""
    tr = view.tr
    kind = "office" if view.choice.is_physical else "remote"
    heading(tr(f"coverage.gaps.heading.{kind}", mode=view.mode()), "luckorna")
    known, unknown = gap_tables(view)
    if view.choice.is_physical:
        _gap_order(tr)
    st.html(render("coverage_note.html", text=known.sentence))
    if known.rows:
        st.html(table_html(known, tr=tr, last=GAPS_SHOWN))
    if len(known.rows) > GAPS_SHOWN:
        title = tr("coverage.gaps.more", n=len(known.rows) - GAPS_SHOWN)
        with _opened(title, "cov-gaps") as is_open:
            if is_open:
                st.html(table_html(known, tr=tr, first=GAPS_SHOWN))
    if unknown.rows:
        title = tr("coverage.unknown.heading", n=len(unknown.rows))
        with _opened(title, "cov-unknown") as is_open:
            if is_open:
                table_with_sentence(unknown, tr=tr)


def gap_tables(view: CoverageView) -> tuple[FigureTable, FigureTable]:
    """Return the gaps, and what is unknown."""
    if not view.choice.is_physical:
        return remote_gap_tables(view)
    found = gap_list(view)
    return gap_table(view, found), unknown_table(view, found)


def fragility(view: CoverageView) -> None:
    """Draw what breaks if one actor leaves; computed when opened."""
    _on_request("coverage.fragility.heading", "cov-fragility", lambda: fragility_table(view), view)


def sensitivity(view: CoverageView) -> None:
    """Draw how sure the largest gaps are; computed when opened."""
    if not view.choice.is_physical:
        return
    _on_request(
        "coverage.sensitivity.heading", "cov-sensitivity", lambda: sensitivity_table(view), view
    )


def method(view: CoverageView) -> None:
    """Draw how the figures were made."""
    st.html(
        render(
            "coverage_method_box.html",
            heading=view.tr("coverage.method.heading"),
            content=method_html(view),
        )
    )


def table_with_sentence(table: FigureTable, *, tr: Translator) -> None:
    """Draw a table's sentence, then the table."""
    if table.sentence:
        st.html(render("coverage_note.html", text=table.sentence))
    show(table, tr=tr)


def _gap_order(tr: Translator) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom", key="cov-gap-order"):
        st.segmented_control(
            tr("coverage.gaps.order"),
            tuple(GapOrder),
            format_func=lambda order: tr(f"coverage.gaps.order.{order}"),
            key=CoverageParam.SHOW,
            required=True,
            wrap=True,
            on_change=ADDRESS.write,
        )
        st.checkbox(tr("coverage.gaps.inland"), key=INLAND_KEY, on_change=ADDRESS.write)


def _on_request(title: str, key: str, make: Callable[[], FigureTable], view: CoverageView) -> None:
    with _opened(view.tr(title), key) as is_open:
        if is_open:
            table_with_sentence(make(), tr=view.tr)


@contextmanager
def _opened(title: str, key: str) -> Iterator[bool]:
    """Draw a box and say whether it is open: what is in a closed one is neither made nor sent."""
    box = st.expander(title, key=key, on_change="rerun")
    with box:
        yield bool(box.open)
