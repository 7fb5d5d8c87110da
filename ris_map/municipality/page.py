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
from ris_map.municipality import words as municipal
from ris_map.municipality.pictures import county_layer, map_layer
from ris_map.municipality.profile import MunicipalityChoice, Profile, compared, profile
from ris_map.municipality.tables import Table, coverage_table, season, tables
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
            st.html(
                render(
                    "municipality_choose.html",
                    t=tr,
                    choice=choice,
                    links=municipal.county_links(world, choice, tr=tr),
                )
            )
        as_of.control(STATE, tr=tr)
        return
    shown = profile(world, choice.code, choice.cube)
    title = tr("municipality.title", name=shown.name)
    st.set_page_config(page_title=f"{title} – {tr('product.name')}")
    if st.context.is_embedded:
        draw_map = partial(show_map, map_layer(shown, choice, tr=tr), key="municipality-map")
        layout.embedded(embed_parts(shown, choice, tr=tr), draw_map=draw_map)
        return
    layout.fault_notice(tr=tr)
    _notices(ignored, tr=tr)
    _municipality(shown, choice, tr=tr)


def embed_parts(shown: Profile, choice: MunicipalityChoice, *, tr: Words) -> dict[str, str]:
    """Return heading, table, source line and so on, by their names in ``embed.html`` (M6)."""
    table = coverage_table(shown, tr=tr)
    return {
        "title": municipal.headline(shown, shown.cell(*choice.kind), tr=tr),
        "sentence": municipal.lead(shown, tr=tr),
        "table": render("municipality_matrix.html", table=table, labelled="", links=()),
        "note": table.sentence,
        "source": municipal.source_line(shown, tr=tr),
        "url": choice.url(tr=tr),
        "link": tr("municipality.embed.full", name=shown.name),
    }


def aside_html(
    shown: Profile, choice: MunicipalityChoice, *, other: Profile | None = None, tr: Words
) -> str:
    """Return what stands beside the map: first contact, matrix, and nearest towns or the other."""
    return render(
        "municipality_aside.html",
        t=tr,
        shown=shown,
        season=season(shown, tr=tr),
        matrices=[(p.name, coverage_table(p, tr=tr)) for p in (shown, other) if p],
        links=[
            [choice.url(tr=tr, phase=phase, service_type=kind) for kind in ServiceType]
            for phase in Phase
        ],
        current=choice.url(tr=tr, phase=choice.kind[0], service_type=choice.kind[1]),
        chain=municipal.chain_sentence(shown, tr=tr),
        towns=municipal.near_towns(shown, tr=tr),
        choice=choice,
        gaps=[cell for cell in shown.gaps if not cell.is_borderline],
    )


def folds_html(
    shown: Profile, choice: MunicipalityChoice, made: tuple[Table, ...], *, tr: Words
) -> str:
    """Return everything behind the first screen, folded."""
    return render(
        "municipality_folds.html",
        t=tr,
        tables={table.id: table for table in made},
        is_compared=choice.beside is not None,
        paragraph=municipal.paragraph(shown, tr=tr),
        stale=shown.unconfirmed,
        yes=partial(municipal.message_url, profile=shown, tr=tr),
        rights=rights_of(shown.code, settings.data_dir()),
        source=municipal.source_line(shown, tr=tr),
    )


def _choose(click: MapClick) -> None:
    """Take a click on the map: a municipality, one of the county's towns, or back to all."""
    if click.kind == "municipality" or (click.kind == "town" and not STATE.chosen().code):
        STATE.set(code=click.id.partition("-")[0])
    elif click.kind == "county":
        STATE.set(code=None, beside=None)


def _municipality(shown: Profile, choice: MunicipalityChoice, *, tr: Words) -> None:
    world = shown.world
    beside = compared(shown, other=choice.beside)
    other = beside[-1] if choice.beside else None
    made = tables(shown, beside, tr=tr)
    with st.container(key="ris-m-top", horizontal=True, vertical_alignment="bottom"):
        st.html(
            render(
                "municipality_head.html",
                t=tr,
                all_url=choice.url(tr=tr, code=None, beside=None),
                headline=municipal.headline(shown, shown.cell(*choice.kind), tr=tr),
                lead=municipal.lead(shown, tr=tr),
                other=other and municipal.headline(other, other.cell(*choice.kind), tr=tr),
                other_lead=other and municipal.lead(other, tr=tr),
            )
        )
        _buttons(shown, choice, tr=tr)
    if choice.as_of:
        both = (shown, profile(data.world(), shown.code, choice.cube))
        at = LIMITS.index(choice.limit)
        then, now = (float(one.cell(*choice.kind).share_within[at]) for one in both)
        st.html(as_of.since_html(choice, world, tr=tr, group=shown.name, shares=(then, now)))
    map_column, side = st.columns([6, 4], gap="medium")
    with map_column:
        layer = map_layer(shown, choice, tr=tr)
        came = as_of.marks(choice, world, tr=tr)
        layer = replace(layer, bubbles=(*layer.bubbles, *came))
        show_map(layer, key="municipality-map", on_click=_choose)
    with side, st.container(key="ris-m-aside"):
        st.html(aside_html(shown, choice, other=other, tr=tr))
    if other:
        rows = made[2].rows[: -len(KINDS)]  # each kind stands in the two matrices
        table = replace(made[2], rows=rows)
        st.html(render("municipality_table.html", table=table, note=table.sentence))
    parts = municipal.list_parts(shown, tr=tr)
    st.html(render("municipality_lists.html", t=tr, lists=parts))
    st.html(folds_html(shown, choice, made, tr=tr))
    _files(shown, choice, made, tr=tr)
    layout.embed_builder(choice.url(tr=tr), title=tr("municipality.title", name=shown.name), tr=tr)


def _buttons(shown: Profile, choice: MunicipalityChoice, *, tr: Words) -> None:
    """Draw report, comparison, share and the further choices."""
    names = tr.municipality_names
    codes = sorted(set(names) - {shown.code}, key=lambda code: swedish_sort_key(names[code]))
    with st.container(key="ris-m-buttons", horizontal=True, vertical_alignment="bottom"):
        layout.download(
            tr("municipality.button.report"),
            partial(_report, choice, tr, layout.site()),  # a file is made without the reader
            f"{files.file_name(shown, choice, tr=tr)}.html",
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


def _files(
    shown: Profile, choice: MunicipalityChoice, made: tuple[Table, ...], *, tr: Translator
) -> None:
    name = files.file_name(shown, choice, tr=tr)
    with st.expander(tr("coverage.files")), st.container(horizontal=True):
        for flavour in CsvFlavour:
            make = partial(files.profile_csv, shown, made, flavour=flavour, tr=tr)
            label = tr(f"csv.{flavour}")
            file = f"{name}-excel.csv" if flavour is CsvFlavour.SWEDISH else f"{name}.csv"
            layout.download(label, make, file, key=f"municipality-csv-{flavour}")
        make, label = partial(files.profile_xlsx, shown, made, tr=tr), tr("coverage.files.xlsx")
        layout.download(label, make, f"{name}.xlsx", key="municipality-xlsx")


def _report(choice: MunicipalityChoice, tr: Words, site: str) -> bytes:
    world = data.world(choice.as_of)
    return files.report_html(choice, world=world, tr=tr, site=site).encode()
