"""The coverage page in Streamlit: headline, figures, choices, map beside matrix, tabs below."""

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from ris_map.common.address import ALL, IgnoredValue
from ris_map.coverage.cube import THRESHOLDS
from ris_map.coverage.map_picture import MAPS, neighbours, since_html, way_to_help
from ris_map.coverage.page import pictures, summary, tables
from ris_map.coverage.page.matrix import cell_html, matrix_html
from ris_map.coverage.page.view import TABS, CoverageChoice, CoverageView, inland_name
from ris_map.export.tables import CsvFlavour, table_csv, workbook
from ris_map.register.in_words import Words
from ris_map.register.vocabulary import STRENGTH_AREAS, Delivery, Phase, Scope, ServiceType
from ris_map.web import as_of, data, layout
from ris_map.web.address import PageState, plain_query
from ris_map.web.map import MapClick, MapLayer, show_map
from ris_map.words import Translator
from ris_map.words.figures import FigureTable, table_html
from ris_map.words.markup import render

MAP_HEIGHT = 590

Texts = dict[Any, str]


STATE = PageState(page="coverage", model=CoverageChoice)


def page() -> None:
    """Draw the page."""
    tr = layout.words()
    if st.context.is_embedded:
        STATE.sync()
        view = view_of_choice(tr)
        layout.embedded(embed_parts(view), draw_map=partial(_map, view))
        return
    layout.fault_notice(tr=tr)
    _all_that_depends_on_the_choices(tr, STATE.sync())


def embed_parts(view: CoverageView) -> dict[str, str]:
    """Return what another site may show of this page, by its name in ``embed.html`` (M6)."""
    url = view.choice.url(tr=view.tr, cell="")
    return {
        "title": summary.headline(view),
        "sentence": " ".join(
            filter(None, [summary.finding_sentence(view), summary.range_words(view)])
        ),
        "table": matrix_html(view, full=url),
        "note": "",
        "source": summary.basis(view),
        "url": url,
        "link": view.tr("coverage.embed.full"),
    }


def view_of_choice(tr: Words) -> CoverageView:
    """Return what the page draws from: the world as it is today and the widgets' choice."""
    choice = STATE.chosen()
    return CoverageView(world=data.world(choice.as_of), choice=choice, tr=tr)


@st.fragment
def _all_that_depends_on_the_choices(tr: Words, ignored: Sequence[IgnoredValue]) -> None:
    view = view_of_choice(tr)
    layout.ignored_notice(ignored, tr=tr)
    # map and matrix are sent first; what is above them has its place already
    row = partial(st.container, horizontal=True, vertical_alignment="center")
    head, figures, since = row(key="cov-head"), st.empty(), st.empty()
    choices = row(key="ris-choices-coverage")
    left, right = st.columns([6, 4], gap="medium")
    with left, st.container(key="cov-map"):
        _map(view)
    with right, st.container(key="cov-matrix"):
        st.html(matrix_html(view))
    with head:
        layout.title(summary.headline(view))
        _buttons(view)
    figures.html(render("coverage_figures.html", t=tr, figures=summary.key_figures(view)))
    if view.choice.as_of:
        since.html(since_html(view))
    with choices:
        _choices(tr)
    if view.choice.cell_key:
        st.html(cell_html(view, view.choice.cell_key))
    _tabs(tr)
    st.html(render("coverage_paper.html", text=summary.basis(view)))
    layout.embed_builder(view.choice.url(tr=tr, cell=""), title=tr("page.coverage.title"), tr=tr)


# -------------------------------------------------------------------- buttons


def _buttons(view: CoverageView) -> None:
    tr = view.tr
    st.html(render("coverage_copy.html", text=summary.copy_text(view), t=tr), width="content")
    with st.popover(tr("coverage.picture"), key="cov-pictures", width="content"):
        for name in pictures.PICTURES if view.is_physical else pictures.PICTURES[:2]:
            with st.container(horizontal=True, vertical_alignment="center"):
                _note(tr(f"coverage.picture.{name}"))
                for suffix in ("png", "svg"):
                    make = partial(pictures.picture_file, view, name, suffix)
                    file, key = pictures.file_name(view, name, suffix), f"cov-file-{name}-{suffix}"
                    layout.download(suffix.upper(), make, file, key=key)
    st.html(render("coverage_print.html", t=tr), width="content")
    with st.popover(tr("coverage.files"), key="cov-files", width="content"):
        _note(tr("coverage.files.note"))
        label, book = tr("coverage.files.xlsx"), pictures.file_name(view, "tabeller", "xlsx")
        layout.download(label, partial(book_of, view), book, key="cov-file-tabeller-xlsx")
        for name, flavour in (("rutor-excel", CsvFlavour.SWEDISH), ("rutor", CsvFlavour.PLAIN)):
            make, label = partial(_cells_csv, view, flavour), tr(f"csv.{flavour}")
            file, key = pictures.file_name(view, name, "csv"), f"cov-file-rutor-{flavour}-csv"
            layout.download(label, make, file, key=key)


def _cells_csv(view: CoverageView, flavour: CsvFlavour) -> bytes:
    return table_csv(tables.cells_table(view), flavour=flavour, tr=view.tr)


def book_of(view: CoverageView) -> bytes:
    """Return all tables with their definitions as a workbook."""
    return workbook(
        {view.tr(f"coverage.sheet.{table.id}"): table for table in tables.all_tables(view)},
        definitions=[
            (summary.headline(view), summary.copy_text(view)),
            *summary.definitions(view),
            *summary.facts(view),
        ],
        definitions_name=view.tr("coverage.sheet.definitions"),
        source=summary.basis(view),
        tr=view.tr,
    )


# -------------------------------------------------------------------- choices


def _options(tr: Words) -> dict[str, Texts]:
    """Return the choices of each field with their texts; a text is also what a click is read by."""

    def labels(terms: Iterable[Any], prefix: str = "") -> Texts:
        return {term: prefix + tr.label(term) for term in terms}

    inland = tr("coverage.choice.division")
    divisions = data.geography().divisions
    return {
        "phase": labels(Phase),
        "service_type": labels(ServiceType, f"{tr('coverage.choice.type')}: "),
        "strength_area": labels(STRENGTH_AREAS, f"{tr('coverage.choice.area')}: "),
        "limit": {
            int(n): tr("karta.limit.min", n=int(n)) if n == THRESHOLDS[-1] else str(int(n))
            for n in THRESHOLDS
        },
        "division": {d.id: f"{inland}: {inland_name(d, tr=tr)}" for d in divisions},
        "shown": {name: tr(f"karta.shown.{name}") for name in ("minuter", "aktorer")},
        "delivery": labels(Delivery),
        "scope": {scope: tr(f"coverage.scope.{scope}") for scope in Scope},
    }


def _choices(tr: Words) -> None:
    texts, hidden = _options(tr), {"label_visibility": "collapsed"}
    everything = tr("coverage.choice.all")
    STATE.widget(st.pills, "phase", tr("filter.phase"), texts["phase"], **hidden)
    st.html(render("more.html", text=tr("karta.more")), width="content")  # on a phone
    for field, label, name, width in (
        ("service_type", tr("filter.service-type"), tr("coverage.choice.type"), 205),
        ("strength_area", tr("coverage.control.area"), tr("coverage.choice.area"), 170),
    ):
        STATE.widget(
            st.selectbox,
            field,
            label,
            texts[field],
            index=None,
            placeholder=f"{name}: {everything}",
            width=width,
            **hidden,
        )
    label, limits = tr("coverage.control.threshold"), texts["limit"]
    STATE.widget(st.segmented_control, "limit", label, limits, required=True, **hidden)
    label = tr("coverage.control.division")
    STATE.widget(st.selectbox, "division", label, texts["division"], width=190, **hidden)
    with st.popover(tr("karta.more"), width="content"):
        as_of.control(STATE, tr=tr)
        for field in ("shown", "delivery", "scope"):
            name = f"coverage.control.{field}"
            label, said = tr(name), tr(f"{name}.help")
            STATE.folded(st.segmented_control, field, label, texts[field], help=said, required=True)
        for field, short in (
            ("winter", "winter"),
            ("sourced_only", "sourced"),
            ("include_outside", "outside"),
        ):
            name = f"coverage.control.{short}"
            STATE.folded(st.checkbox, field, tr(name), help=tr(f"{name}.help"))


# -------------------------------------------------------------------- map and tabs


def _map(view: CoverageView) -> None:
    choice, tr, texts = view.choice, view.tr, _options(view.tr)
    nearby = {field: texts[field] for field in ("phase", "service_type", "limit")}
    chosen = choice.place if choice.place in view.order else ""
    layer = MapLayer(
        picture=MAPS.address(view.world, choice.picture_choice(), tr.language),
        title=pictures.map_title(view),
        chosen=chosen,
        routes=tuple(way_to_help(view, chosen)),
        divide=view.division.id,
        bubbles=as_of.marks(choice, view.world, tr=tr),
        next_pictures=neighbours(view.world, choice, tr.language, nearby, key=STATE.key),
    )
    st.html(render("heading.html", level=2, text=pictures.map_title(view), hidden=True))
    show_map(layer, key="coverage-map", height=MAP_HEIGHT, on_click=_clicked)


def _clicked(click: MapClick) -> None:
    """Choose the municipality that was clicked, or that of a town, or take the choice back."""
    place = click.id.partition("-")[0]
    if click.kind != "cell" and place in {"", *data.geography().names}:
        STATE.set(place="" if place == STATE.chosen().place else place)


@st.fragment
def _tabs(tr: Words) -> None:
    """Draw one of the tabs; choosing another reruns only this."""
    with st.container(key="cov-tabs"):
        STATE.widget(
            st.segmented_control,
            "tab",
            tr("coverage.tabs"),
            {name: tr(f"coverage.tab.{name}") for name in TABS},
            required=True,
            label_visibility="collapsed",
        )
    view = view_of_choice(tr)
    draw = {"luckor": _gaps, "kurva": _curve, "kedjan": _chain, "indelningar": _divisions}
    with st.container(key=f"cov-tab-{view.choice.tab}"):
        draw.get(view.choice.tab, _method)(view)


def _note(text: str) -> None:
    st.html(render("coverage_note.html", text=text))


def _show(table: FigureTable, *, tr: Translator) -> None:
    if table.sentence:
        _note(table.sentence)
    st.html(table_html(table, tr=tr))


def _gaps(view: CoverageView) -> None:
    tr = view.tr
    _show(tables.municipality_table(view), tr=tr)
    boxes = {"sarbarhet": tables.fragility_table}
    if view.is_physical:
        # what Tänk om does not ask for does not travel along
        is_other = {"datum", "indelning", "utanfor", "belagt"} & view.choice.query().keys()
        note = tr("coverage.what-if.other") if is_other else ""
        url, text = what_if_url(view), tr("coverage.what-if")
        st.html(render("what_if.html", url=url, text=text, note=note))
        boxes = {"luckor": tables.all_gaps_table, **boxes}
    boxes["distans"] = tables.remote_facts_table
    for name, make in boxes.items():
        # what is in a closed box is neither made nor sent
        box = st.expander(tr(f"coverage.box.{name}"), key=f"cov-{name}", on_change="rerun")
        with box:
            if box.open:
                _show(make(view), tr=tr)


def what_if_url(view: CoverageView) -> str:
    """Return the address of Tänk om with what is asked here."""
    texts = view.choice.texts()
    keys = ("fas", "stod", "omrade", "grans", "bredd", "vinter")
    asked = {key: texts[key] for key in keys if texts.get(key) not in (None, [], [ALL])}
    return f"/tankom?{urlencode({**asked, **plain_query()}, doseq=True)}"


def _curve(view: CoverageView) -> None:
    if not view.is_physical:
        _note(view.tr("coverage.curve.none", mode=view.mode()))
        return
    _note(summary.range_words(view))
    charts = {"cov-curve": pictures.curve_chart, "cov-mountain": pictures.mountain_chart}
    for column, (key, chart) in zip(st.columns(2, gap="medium"), charts.items(), strict=True):
        with column:
            st.vega_lite_chart(spec=chart(view).to_dict(), theme=None, key=key, width="stretch")
    _show(pictures.curve_table(view), tr=view.tr)


def _chain(view: CoverageView) -> None:
    tr = view.tr
    _show(tables.chain_table(view), tr=tr)
    places = {"": tr("coverage.county"), **data.places(tr.language)}
    STATE.widget(st.selectbox, "place", tr("coverage.area.label"), places)
    _show(tables.area_table(view), tr=tr)


def _divisions(view: CoverageView) -> None:
    _show(tables.division_table(view), tr=view.tr)


def _method(view: CoverageView) -> None:
    st.html(summary.method_html(view))
