"""Widgets and pictures of the coverage page."""

from __future__ import annotations

import streamlit as st
from streamlit_folium import st_folium

from ris_map.coverage.cube import THRESHOLDS
from ris_map.coverage.page.cell import cell_html
from ris_map.coverage.page.choices import CoverageParam
from ris_map.coverage.page.coverage_map_tables import municipality_table, settlement_table
from ris_map.coverage.page.coverage_state import (
    ADDRESS,
    CELL_CODE,
    CELL_PHASE,
    CELL_TYPE,
    chosen_coverage,
    division_ids,
)
from ris_map.coverage.page.curve import chart, curve_table
from ris_map.coverage.page.map import (
    coverage_layer,
    map_legend_html,
    map_title,
)
from ris_map.coverage.page.matrix import matrix_html
from ris_map.coverage.page.summary import basis, summary
from ris_map.coverage.page.view import CoverageView
from ris_map.coverage.together import Together
from ris_map.register.explain import explanation
from ris_map.register.strategy import Term
from ris_map.register.vocabulary import STRENGTH_AREAS, Delivery, Phase, ServiceType
from ris_map.web import data
from ris_map.web.map import base_map
from ris_map.words import Translator
from ris_map.words.markup import render
from ris_map.words.table import FigureTable, table_html

MAP_HEIGHT_PX = 440
SECTIONS = (
    "oversikt",
    "karta",
    "underlaget",
    "fordelning-h",
    "omradet",
    "kedjan",
    "kust-inland",
    "luckorna",
    "filer",
    "sa-raknade-vi",
)


def controls(tr: Translator) -> None:
    """Draw the controls; each writes the address when it changes."""
    with st.container(key="ris-filters"):
        st.html(render("heading.html", level=2, text=tr("coverage.controls"), hidden=True))
        first, second = st.columns([2, 3])
        with first:
            _pills(CoverageParam.PHASE, tuple(Phase), tr("filter.phase"), tr=tr)
            _threshold(tr)
        with second:
            _pills(CoverageParam.SERVICE_TYPE, tuple(ServiceType), tr("filter.service-type"), tr=tr)
            _delivery(tr)
        first, second, third = st.columns(3, vertical_alignment="bottom")
        with first:
            _strength_area(tr)
        with second:
            _division(tr)
        with third:
            _check(CoverageParam.SCOPE, "coverage.control.scope", tr=tr)
            _check(CoverageParam.OUTSIDE, "coverage.control.outside", tr=tr)


def view_of_choice(tr: Translator) -> CoverageView:
    """Return what the page draws from: the world as it is today and the widgets' choice."""
    choice = chosen_coverage(st.session_state)  # type: ignore[arg-type]
    return CoverageView(world=data.world(), choice=choice, words=data.words(tr))


def paragraph(view: CoverageView, found: Together) -> None:
    """Draw the paragraph that can be put into a paper."""
    st.html(
        render(
            "coverage_summary.html",
            heading=view.tr("coverage.summary.heading"),
            text=summary(view, found),
            basis=basis(view),
        )
    )


def contents(tr: Translator) -> None:
    """Draw the links to the sections of this long page."""
    links = [(section, tr(f"coverage.nav.{section}")) for section in SECTIONS]
    st.html(render("coverage_nav.html", label=tr("coverage.nav"), links=links))


def matrix(view: CoverageView) -> None:
    """Draw the matrix with its legend."""
    key = "office" if view.choice.is_physical else "remote"
    heading(view.tr(f"coverage.matrix.heading.{key}", mode=view.mode()), "oversikt")
    st.html(matrix_html(view))


def coverage_map(view: CoverageView, found: Together) -> None:
    """Draw the map; a change of a control changes only what is drawn on the base."""
    table = municipality_table(view, found)
    key = "coverage.map.title" if view.choice.is_physical else "coverage.map.title.remote"
    st.html(
        render(
            "coverage_map_head.html",
            heading=map_title(view),
            text=table.sentence,
            frame_title=view.tr(key, mode=view.mode()),
            activate=view.tr("map.touch"),
        )
    )
    st_folium(
        base_map(),
        key="coverage-map",
        height=MAP_HEIGHT_PX,
        use_container_width=True,
        returned_objects=[],
        feature_group_to_add=coverage_layer(view, found),
    )
    st.html(map_legend_html(view))
    details(table, view.tr("coverage.map.table"), tr=view.tr)
    if view.choice.is_physical:
        _settlements(view, found)


def _settlements(view: CoverageView, found: Together) -> None:
    """Draw the settlements of the map as a table, when asked for."""
    box = st.expander(view.tr("coverage.map.settlements"), key="cov-settlements", on_change="rerun")
    if box.open:
        with box:
            show(settlement_table(view, found), tr=view.tr)


def evidence(tr: Translator) -> None:
    """Draw the choice of a cell and what stands behind it."""
    view = view_of_choice(tr)
    heading(tr("coverage.cell.heading"), "underlaget")
    with st.container(key="cov-cell-choice"):
        first, second, third = st.columns([2, 1, 2])
        with first:
            st.selectbox(
                tr("coverage.cell.municipality"),
                view.order,
                index=None,
                format_func=view.name,
                key=CELL_CODE,
                placeholder=tr("coverage.cell.municipality.placeholder"),
                on_change=ADDRESS.write,
            )
        with second:
            _select(CELL_PHASE, tuple(Phase), tr("coverage.cell.phase"), tr=tr)
        with third:
            _select(CELL_TYPE, tuple(ServiceType), tr("coverage.cell.type"), tr=tr)
    if view.choice.cell is None:
        st.html(render("coverage_note.html", text=tr("coverage.cell.choose")))
    else:
        st.html(cell_html(view, view.choice.cell))


def curve(view: CoverageView, found: Together) -> None:
    """Draw the cumulative curve with its sentence and its table."""
    heading(view.tr("coverage.curve.heading"), "fordelning-h")
    if not view.choice.is_physical:
        st.html(render("coverage_note.html", text=view.tr("coverage.curve.none", mode=view.mode())))
        return
    table = curve_table(view, found)
    st.html(render("coverage_note.html", text=table.sentence))
    st.vega_lite_chart(spec=chart(view, found), theme=None, key="cov-curve")
    show(table, tr=view.tr)


def heading(text: str, section: str) -> None:
    """Draw the heading of a section that the page's own contents lead to."""
    st.html(render("coverage_heading.html", id=section, text=text))


def show(table: FigureTable, *, tr: Translator) -> None:
    """Draw a table."""
    st.html(table_html(table, tr=tr))


def details(table: FigureTable, summary_text: str, *, tr: Translator, first: int = 0) -> None:
    """Draw a table, or the rows from ``first`` on, that opens on request."""
    html = table_html(table, tr=tr, first=first)
    st.html(render("coverage_details.html", summary=summary_text, table=html))


def _pills(key: str, options: tuple[Term, ...], label: str, *, tr: Translator) -> None:
    strategy = data.strategy()
    explained = "\n\n".join(
        f"**{strategy.label(term).in_(tr.language)}**: "
        f"{explanation(term, strategy).in_(tr.language)}"
        for term in options
    )
    st.pills(
        label,
        options,
        selection_mode="multi",
        format_func=lambda member: strategy.label(member).in_(tr.language),
        key=key,
        help=f"{tr('coverage.control.hint')}\n\n{explained}",
        wrap=True,
        on_change=ADDRESS.write,
    )


def _threshold(tr: Translator) -> None:
    st.segmented_control(
        tr("coverage.control.threshold"),
        [int(limit) for limit in THRESHOLDS],
        format_func=lambda limit: tr("coverage.control.threshold.option", n=limit),
        key=CoverageParam.THRESHOLD,
        required=True,
        wrap=True,
        on_change=ADDRESS.write,
    )


def _delivery(tr: Translator) -> None:
    strategy = data.strategy()
    st.segmented_control(
        tr("coverage.control.delivery"),
        tuple(Delivery),
        format_func=lambda mode: strategy.label(mode).in_(tr.language),
        key=CoverageParam.DELIVERY,
        help=tr("coverage.control.delivery.help"),
        required=True,
        wrap=True,
        on_change=ADDRESS.write,
    )


def _strength_area(tr: Translator) -> None:
    strategy = data.strategy()
    st.selectbox(
        tr("coverage.control.area"),
        STRENGTH_AREAS,
        index=None,
        format_func=lambda area: strategy.label(area).in_(tr.language),
        key=CoverageParam.STRENGTH_AREA,
        placeholder=tr("coverage.control.area.all"),
        on_change=ADDRESS.write,
    )


def _division(tr: Translator) -> None:
    geography = data.geography()
    st.selectbox(
        tr("coverage.control.division"),
        division_ids(),
        format_func=lambda name: geography.division(name).label.in_(tr.language),
        key=CoverageParam.DIVISION,
        on_change=ADDRESS.write,
    )


def _check(key: str, text: str, *, tr: Translator) -> None:
    st.checkbox(tr(text), key=key, help=tr(f"{text}.help"), on_change=ADDRESS.write)


def _select(key: str, options: tuple[Term, ...], label: str, *, tr: Translator) -> None:
    strategy = data.strategy()
    st.selectbox(
        label,
        options,
        format_func=lambda term: strategy.label(term).in_(tr.language),
        key=key,
        on_change=ADDRESS.write,
    )
