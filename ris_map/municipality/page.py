"""The municipality page: widgets, map and parts."""

from dataclasses import replace
from functools import partial

import streamlit as st

from ris_map.common.address import IgnoredValue
from ris_map.coverage.map_picture import LIMITS
from ris_map.coverage.support import KINDS
from ris_map.export.tables import CsvFlavour
from ris_map.geography.county import rights_of
from ris_map.municipality import files
from ris_map.municipality.pictures import county_layer, map_layer
from ris_map.municipality.profile import MunicipalityChoice
from ris_map.municipality.tables import coverage_table, tables
from ris_map.municipality.words import MunicipalityView, county_links, view_of
from ris_map.register.in_words import Words
from ris_map.register.vocabulary import Phase, Scope, ServiceType
from ris_map.web import as_of, data, layout, settings
from ris_map.web.address import PageState
from ris_map.web.map import MapClick, show_map
from ris_map.words import Translator, swedish_sort_key
from ris_map.words.markup import render

STATE = PageState(page="municipality", model=MunicipalityChoice)


def draw(*, tr: Words) -> None:
    """Draw the whole page for the address."""
    ignored = STATE.sync()
    choice = STATE.chosen()
    world = data.world(choice.as_of)
    if choice.code is None:
        layout.title(tr("page.municipality.title"), tr("page.municipality.lead"))
        layout.fault_notice(tr=tr)
        _notices(ignored, tr=tr)
        if choice.as_of:
            st.html(as_of.since_html(choice, world, tr=tr))
        map_column, side = st.columns([6, 4], gap="medium")
        with map_column:
            layer = county_layer(world, choice, tr=tr)
            layer = replace(layer, bubbles=as_of.marks(choice, world, tr=tr))
            show_map(layer, key="municipality-map", on_click=_choose)
        with side:
            links = county_links(world, choice, tr=tr)
            st.html(render("municipality_choose.html", t=tr, choice=choice, links=links))
        as_of.control(STATE, tr=tr)
        return
    view = view_of(world, choice, tr)
    title = tr("municipality.title", name=view.found.name)
    st.set_page_config(page_title=f"{title} – {tr('product.name')}")
    if st.context.is_embedded:
        draw_map = partial(show_map, map_layer(view), key="municipality-map")
        layout.embedded(embed_parts(view), draw_map=draw_map)
        return
    layout.fault_notice(tr=tr)
    _notices(ignored, tr=tr)
    _municipality(view, title=title)


def embed_parts(view: MunicipalityView) -> dict[str, str]:
    """Return heading, table, source line and so on, by their names in ``embed.html`` (M6)."""
    table = coverage_table(view)
    return {
        "title": view.headline(),
        "sentence": view.lead,
        "table": render("municipality_matrix.html", table=table, labelled="", links=()),
        "note": table.sentence,
        "source": view.source,
        "url": view.choice.url(tr=view.tr),
        "link": view.tr("municipality.embed.full", name=view.found.name),
    }


def aside_html(view: MunicipalityView) -> str:
    """Return what stands beside the map: first contact, matrix, and nearest towns or the other."""
    phase, kind = view.choice.kind
    url = partial(view.choice.url, tr=view.tr)
    return render(
        "municipality_aside.html",
        t=view.tr,
        view=view,
        matrices={one.found.name: coverage_table(one) for one in (view, view.other) if one},
        links=[[url(phase=p, service_type=kind) for kind in ServiceType] for p in Phase],
        current=url(phase=phase, service_type=kind),
    )


def folds_html(view: MunicipalityView) -> str:
    """Return everything behind the first screen, folded."""
    rights = rights_of(view.found.code, settings.data_dir())
    values = {"view": view, "tables": tables(view), "rights": rights}
    return render("municipality_folds.html", t=view.tr, **values)


def _choose(click: MapClick) -> None:
    """Take a click on the map: a municipality, one of the county's towns, or back to all."""
    if click.kind == "municipality" or (click.kind == "town" and not STATE.chosen().code):
        STATE.set(code=click.id.partition("-")[0])
    elif click.kind == "county":
        STATE.set(code=None, beside=None)


def _municipality(view: MunicipalityView, *, title: str) -> None:
    found, choice, tr = view.found, view.choice, view.tr
    with st.container(key="ris-m-top", horizontal=True, vertical_alignment="bottom"):
        st.html(render("municipality_head.html", t=tr, view=view))
        _buttons(view)
    if choice.as_of:
        both, at = (view, view_of(data.world(), choice, tr)), LIMITS.index(choice.limit)
        then, now = (float(one.found.cell(*choice.kind).share_within[at]) for one in both)
        said = partial(as_of.since_html, choice, found.world, group=found.name, tr=tr)
        st.html(said(shares=(then, now)))
    map_column, side = st.columns([6, 4], gap="medium")
    with map_column:
        layer = map_layer(view)
        came = as_of.marks(choice, found.world, tr=tr)
        layer = replace(layer, bubbles=(*layer.bubbles, *came))
        show_map(layer, key="municipality-map", on_click=_choose)
    with side, st.container(key="ris-m-aside"):
        st.html(aside_html(view))
    if choice.beside:
        table = tables(view)["compare"]
        table = replace(table, rows=table.rows[: -len(KINDS)])  # they stand in the two matrices
        st.html(render("municipality_table.html", table=table, note=table.sentence))
    st.html(render("municipality_lists.html", t=tr, view=view))
    st.html(folds_html(view))
    _files(view)
    layout.embed_builder(choice.url(tr=tr), title=title, tr=tr)


def _buttons(view: MunicipalityView) -> None:
    """Draw report, comparison, share and the further choices."""
    tr, names = view.tr, view.tr.municipality_names
    codes = sorted(set(names) - {view.found.code}, key=lambda code: swedish_sort_key(names[code]))
    with st.container(key="ris-m-buttons", horizontal=True, vertical_alignment="bottom"):
        layout.download(
            tr("municipality.button.report"),
            partial(files.report_html, view, site=layout.site()),  # made without the reader
            f"{files.file_name(view)}.html",
            key="municipality-report",
            type="primary",
        )
        label = tr("municipality.button.compare")
        STATE.widget(
            st.selectbox,
            "beside",
            label,
            {code: names[code] for code in codes},
            index=None,
            placeholder=label,
            label_visibility="collapsed",
        )
        st.html(render("municipality_share.html", t=tr))
        with st.popover(tr("karta.more")):
            as_of.control(STATE, tr=tr)
            label = tr("coverage.control.threshold")
            limits = {limit: tr("karta.limit.min", n=limit) for limit in LIMITS}
            STATE.folded(st.segmented_control, "limit", label, limits, required=True)
            label, said = tr("municipality.scope"), tr("municipality.scope.help")
            scopes = {scope: tr(f"municipality.scope.option.{scope}") for scope in Scope}
            STATE.folded(st.segmented_control, "scope", label, scopes, required=True, help=said)
            STATE.folded(st.checkbox, "winter", tr("coverage.control.winter"))


def _notices(ignored: tuple[IgnoredValue, ...], *, tr: Translator) -> None:
    """Say what of the address means nothing; an unknown municipality in words of its own."""
    codes = [item for item in ignored if item.key == "kommun"]
    if codes:
        text = tr("municipality.unknown", code=codes[0].value)
        st.html(render("notice.html", text=text))
    layout.ignored_notice([item for item in ignored if item not in codes], tr=tr)


def _files(view: MunicipalityView) -> None:
    tr, name = view.tr, files.file_name(view)
    with st.expander(tr("coverage.files")), st.container(horizontal=True):
        for flavour in CsvFlavour:
            make = partial(files.profile_csv, view, flavour=flavour)
            file = f"{name}-excel.csv" if flavour is CsvFlavour.SWEDISH else f"{name}.csv"
            layout.download(tr(f"csv.{flavour}"), make, file, key=f"municipality-csv-{flavour}")
        make, label = partial(files.profile_xlsx, view), tr("coverage.files.xlsx")
        layout.download(label, make, f"{name}.xlsx", key="municipality-xlsx")
