"""The coverage page in Streamlit: headline, figures, choices, map beside matrix, tabs below."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from ris_map.common.address import ALL, Context, IgnoredValue
from ris_map.coverage.cube import THRESHOLDS
from ris_map.coverage.page import tables
from ris_map.coverage.page.choices import TABS, CoverageChoice
from ris_map.coverage.page.map import map_layer
from ris_map.coverage.page.matrix import cell_html, matrix_html
from ris_map.coverage.page.pictures import (
    PICTURES,
    curve_chart,
    curve_table,
    file_name,
    map_title,
    mountain_chart,
    picture,
    picture_png,
)
from ris_map.coverage.page.summary import (
    basis,
    copy_text,
    definitions,
    facts,
    headline,
    key_figures,
    method_html,
    range_words,
)
from ris_map.coverage.page.view import CoverageView
from ris_map.export.tables import CsvFlavour, table_csv
from ris_map.export.xlsx import workbook
from ris_map.register.strategy import Term
from ris_map.register.vocabulary import STRENGTH_AREAS, Delivery, Phase, Scope, ServiceType
from ris_map.web import as_of, data, layout, settings
from ris_map.web.address import PageState, plain_query
from ris_map.web.map import MapClick, show_map
from ris_map.words import Translator
from ris_map.words.language import Language
from ris_map.words.markup import render
from ris_map.words.table import FigureTable, table_html

XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
GAPS_SHOWN = 15
MAP_HEIGHT = 620
PATH = "/tackning"


def _context() -> Context:
    return {
        "divisions": [division.id for division in data.geography().divisions],
        "places": [place.id for place in data.places(Language.SV)],
    }


STATE = PageState(page="coverage", model=CoverageChoice, context=_context)


def page() -> None:
    """Draw the page."""
    tr = layout.language_texts()
    layout.fault_notice(data.register_state().faults, tr=tr, served=True)
    _all_that_depends_on_the_choices(tr, STATE.sync())


def view_of_choice(tr: Translator) -> CoverageView:
    """Return what the page draws from: the world as it is today and the widgets' choice."""
    return CoverageView(
        world=data.world(STATE.chosen().as_of),
        choice=STATE.chosen(),
        words=data.words(tr),
        data_dir=settings.data_dir(),
    )


@st.fragment
def _all_that_depends_on_the_choices(tr: Translator, ignored: Sequence[IgnoredValue]) -> None:
    view = view_of_choice(tr)
    layout.ignored_notice(ignored, tr=tr)
    with st.container(horizontal=True, vertical_alignment="center", key="cov-head"):
        layout.title(headline(view))
        _buttons(view)
    st.html(
        render("coverage_figures.html", figures=key_figures(view), label=tr("coverage.figures"))
    )
    _since(view)
    _choices(tr)
    left, right = st.columns([6, 4], gap="medium")
    with left, st.container(key="cov-map"):
        _map(view)
        as_of.control(STATE, tr=tr)
    with right, st.container(key="cov-matrix"):
        st.html(matrix_html(view, link=_link(view)))
    if view.choice.cell_key:
        st.html(cell_html(view, view.choice.cell_key))
    _tabs(tr)
    st.html(render("coverage_paper.html", text=basis(view)))


def _since(view: CoverageView) -> None:
    """Say what has happened since the day that is shown."""
    if not view.choice.as_of:
        return
    now = replace(view, world=data.world())
    groups = (view.inland_group, now.inland_group)
    shares = (groups[0].share, groups[1].share) if view.choice.is_physical else None
    named = view.tr("as-of.inland")
    st.html(
        as_of.since_html(view.choice, view.world, path=PATH, tr=view.tr, group=named, shares=shares)
    )


def _link(view: CoverageView) -> str:
    """Return the page's address with its choices, ready for one more value."""
    query = {key: values for key, values in view.choice.query().items() if key != "cell"}
    return f"{PATH}?{urlencode({**query, **plain_query()}, doseq=True)}&cell="


# -------------------------------------------------------------------- buttons


def _buttons(view: CoverageView) -> None:
    tr = view.tr
    words = {
        "copy": tr("coverage.copy"),
        "copied": tr("coverage.copied"),
        "print": tr("coverage.print"),
    }
    st.html(render("coverage_copy.html", text=copy_text(view), **words), width="content")
    with st.popover(tr("coverage.picture"), key="cov-pictures", width="content"):
        for name in PICTURES if view.choice.is_physical else PICTURES[:2]:
            with st.container(horizontal=True, vertical_alignment="center"):
                st.html(render("coverage_note.html", text=tr(f"coverage.picture.{name}")))
                _download(view, f"{name}-png", "PNG", partial(picture_png, view, name), "image/png")
                make = partial(_svg_file, view, name)
                _download(view, f"{name}-svg", "SVG", make, "image/svg+xml")
    st.html(render("coverage_print.html", **words), width="content")
    with st.popover(tr("coverage.files"), key="cov-files", width="content"):
        st.html(render("coverage_note.html", text=tr("coverage.files.note")))
        _download(
            view, "tabeller-xlsx", tr("coverage.files.xlsx"), partial(book_of, view), XLSX_TYPE
        )
        for flavour in CsvFlavour:
            make = partial(cells_csv, view, flavour)
            _download(
                view, f"rutor-{flavour}-csv", tr(f"coverage.files.csv.{flavour}"), make, "text/csv"
            )


def _download(
    view: CoverageView, name: str, label: str, make: Callable[[], bytes], mime: str
) -> None:
    stem, _, suffix = name.rpartition("-")
    st.download_button(
        label,
        data=make,
        file_name=file_name(view, stem.replace("-swedish", "-excel").replace("-plain", ""), suffix),
        mime=mime,
        key=f"cov-file-{name}",
        on_click="ignore",
    )


def _svg_file(view: CoverageView, name: str) -> bytes:
    return ('<?xml version="1.0" encoding="UTF-8"?>\n' + picture(view, name)).encode()


def cells_csv(view: CoverageView, flavour: CsvFlavour) -> bytes:
    """Return every cell as CSV."""
    return table_csv(tables.cells_table(view), flavour=flavour, tr=view.tr)


def book_of(view: CoverageView) -> bytes:
    """Return all tables with their definitions as a workbook."""
    tr = view.tr
    return workbook(
        tables.all_tables(view),
        definitions=[(headline(view), copy_text(view)), *definitions(view), *facts(view)],
        definitions_name=tr("coverage.sheet.definitions"),
        source=basis(view),
        tr=tr,
    )


# -------------------------------------------------------------------- choices


def _choices(tr: Translator) -> None:
    geography, strategy = data.geography(), data.strategy()

    def named(term: Term | None, name: str) -> str:
        word = strategy.label(term).in_(tr.language) if term else tr("coverage.choice.all")
        return f"{tr(f'coverage.choice.{name}')}: {word}"

    with st.container(horizontal=True, vertical_alignment="center", key="ris-choices-coverage"):
        _widget(
            st.pills,
            "phase",
            tuple(Phase),
            tr("filter.phase"),
            format_func=lambda phase: strategy.label(phase).in_(tr.language),
        )
        _widget(
            st.selectbox,
            "service_type",
            tuple(ServiceType),
            tr("filter.service-type"),
            format_func=lambda kind: named(kind, "type"),
            index=None,
            placeholder=named(None, "type"),
            width=225,
        )
        _widget(
            st.selectbox,
            "strength_area",
            STRENGTH_AREAS,
            tr("coverage.control.area"),
            format_func=lambda area: named(area, "area"),
            index=None,
            placeholder=named(None, "area"),
            width=200,
        )
        _widget(
            st.segmented_control,
            "threshold",
            [int(limit) for limit in THRESHOLDS],
            tr("coverage.control.threshold"),
            format_func=lambda limit: (
                tr("coverage.choice.minutes", n=limit) if limit == 120 else str(limit)
            ),
            required=True,
        )
        _widget(
            st.selectbox,
            "division",
            [division.id for division in geography.divisions],
            tr("coverage.control.division"),
            format_func=lambda name: (
                f"{tr('coverage.choice.division')}: "
                f"{geography.division(name).label.in_(tr.language)}"
            ),
            width=265,
        )
        with st.popover(tr("coverage.choice.more"), width="content"):
            _more_choices(tr)


def _more_choices(tr: Translator) -> None:
    strategy = data.strategy()
    _widget(
        st.segmented_control,
        "delivery",
        tuple(Delivery),
        tr("coverage.control.delivery"),
        hidden=False,
        format_func=lambda mode: strategy.label(mode).in_(tr.language),
        help=tr("coverage.control.delivery.help"),
        required=True,
    )
    _widget(
        st.segmented_control,
        "scope",
        tuple(Scope),
        tr("coverage.control.scope"),
        hidden=False,
        format_func=lambda scope: tr(f"coverage.scope.{scope}"),
        help=tr("coverage.control.scope.help"),
        required=True,
    )
    for field, name in (
        ("winter", "winter"),
        ("sourced_only", "sourced"),
        ("include_outside", "outside"),
    ):
        st.checkbox(
            tr(f"coverage.control.{name}"),
            key=STATE.key(field),
            help=tr(f"coverage.control.{name}.help"),
            on_change=STATE.write,
        )


def _widget(
    kind: Callable[..., Any],
    field: str,
    options: Sequence[object],
    label: str,
    *,
    hidden: bool = True,
    **more: object,
) -> None:
    """Draw the widget of a field; its callback writes the address."""
    kind(
        label,
        options,
        key=STATE.key(field),
        on_change=STATE.write,
        label_visibility="collapsed" if hidden else "visible",
        **more,
    )


# -------------------------------------------------------------------- map and tabs


def _map(view: CoverageView) -> None:
    st.html(render("heading.html", level=2, text=map_title(view), hidden=True))
    show_map(map_layer(view), key="coverage-map", height=MAP_HEIGHT, on_click=_clicked)


def _clicked(click: MapClick) -> None:
    """Choose the municipality that was clicked, or take the choice back."""
    if click.kind in ("municipality", "county"):
        STATE.set(place="" if click.id == STATE.chosen().place else click.id)


@st.fragment
def _tabs(tr: Translator) -> None:
    """Draw one of the tabs; choosing another reruns only this."""
    with st.container(key="cov-tabs"):
        _widget(
            st.segmented_control,
            "tab",
            TABS,
            tr("coverage.tabs"),
            format_func=lambda name: tr(f"coverage.tab.{name}"),
            required=True,
        )
    view = view_of_choice(tr)
    draw = {"luckor": _gaps, "kurva": _curve, "kedjan": _chain, "indelningar": _divisions}
    with st.container(key=f"cov-tab-{view.choice.tab}"):
        draw.get(view.choice.tab, _method)(view)


def _show(table: FigureTable, *, tr: Translator, last: int | None = None) -> None:
    if table.sentence:
        st.html(render("coverage_note.html", text=table.sentence))
    st.html(table_html(table, tr=tr, last=last))


def _gaps(view: CoverageView) -> None:
    tr = view.tr
    _show(tables.municipality_table(view), tr=tr)
    if view.choice.is_physical:
        st.html(render("what_if.html", url=what_if_url(view), text=tr("coverage.what-if")))
    boxes: list[tuple[str, Callable[[CoverageView], FigureTable]]] = [
        ("sarbarhet", tables.fragility_table)
    ]
    if view.choice.is_physical:
        boxes = [
            ("luckor", tables.all_gaps_table),
            *boxes,
            ("kanslighet", tables.sensitivity_table),
        ]
    boxes.append(("distans", tables.remote_facts_table))
    for name, make in boxes:
        with _opened(tr(f"coverage.box.{name}"), f"cov-{name}") as is_open:
            if is_open:
                _show(make(view), tr=tr)


def what_if_url(view: CoverageView) -> str:
    """Return the address of Tänk om with what is asked here."""
    texts = view.choice.texts()
    keys = ("fas", "stod", "omrade", "grans")
    asked = {key: texts[key] for key in keys if texts.get(key) not in (None, [], [ALL])}
    return f"/tankom?{urlencode({**asked, **plain_query()}, doseq=True)}"


def _curve(view: CoverageView) -> None:
    tr = view.tr
    if not view.choice.is_physical:
        st.html(render("coverage_note.html", text=tr("coverage.curve.none", mode=view.mode())))
        return
    st.html(render("coverage_note.html", text=range_words(view)))
    left, right = st.columns(2, gap="medium")
    with left:
        st.vega_lite_chart(
            spec=curve_chart(view).to_dict(), theme=None, key="cov-curve", width="stretch"
        )
    with right:
        st.vega_lite_chart(
            spec=mountain_chart(view).to_dict(), theme=None, key="cov-mountain", width="stretch"
        )
    _show(curve_table(view), tr=tr)


def _chain(view: CoverageView) -> None:
    tr = view.tr
    _show(tables.chain_table(view), tr=tr)
    names = {place.id: place.name for place in data.places(tr.language)}
    _widget(
        st.selectbox,
        "place",
        ["", *names],
        tr("coverage.area.label"),
        hidden=False,
        format_func=lambda place: names.get(place, tr("coverage.county")),
    )
    _show(tables.area_table(view, name=view.place_name, codes=view.place_codes), tr=tr)


def _divisions(view: CoverageView) -> None:
    _show(tables.division_table(view), tr=view.tr)


def _method(view: CoverageView) -> None:
    st.html(method_html(view))


@contextmanager
def _opened(title: str, key: str) -> Iterator[bool]:
    """Draw a box and say whether it is open: what is in a closed one is neither made nor sent."""
    box = st.expander(title, key=key, on_change="rerun")
    with box:
        yield bool(box.open)
