"""Widgets and parts of the municipality page."""

from __future__ import annotations

from functools import partial
from urllib.parse import urlencode, urlsplit

import streamlit as st

from ris_map.common.address import IgnoredValue
from ris_map.export.tables import CsvFlavour
from ris_map.geography.boundaries import county_shapes
from ris_map.geography.language_rights import language_rights, rights_of
from ris_map.municipality import parts
from ris_map.municipality.choices import (
    ADDRESS,
    CODE_WIDGET,
    LIMITS,
    SCOPE_WIDGET,
    THRESHOLD_WIDGET,
    chosen_code,
    chosen_cube,
)
from ris_map.municipality.files import file_name, profile_csv, profile_xlsx
from ris_map.municipality.lists import lists_html
from ris_map.municipality.pictures import chart_picture, map_picture
from ris_map.municipality.profile import Profile, profile
from ris_map.municipality.report import ReportParts, report_html
from ris_map.municipality.tables import tables
from ris_map.web import data, layout, settings
from ris_map.words import Translator, swedish_sort_key
from ris_map.words.markup import render
from ris_map.words.municipality_cells import Table


def chosen_profile() -> Profile | None:
    """Return the profile that the widgets ask for; None while no municipality is chosen."""
    state = st.session_state
    code = chosen_code(state)  # type: ignore[arg-type]
    if code is None:
        return None
    return profile(data.world(), code, chosen_cube(state))  # type: ignore[arg-type]


def is_embedded() -> bool:
    """Return whether the page stands inside another site's page (``?embed=true``)."""
    return bool(st.context.is_embedded)


def name_the_page(name: str, *, tr: Translator) -> None:
    """Put the municipality's name into the browser's tab (M1)."""
    title = tr("municipality.title", name=name)
    st.set_page_config(page_title=f"{title} – {tr('product.name')}")


def choices(tr: Translator) -> None:
    """Draw the choices; each writes the address when it changes."""
    names = {item.code: item.name for item in data.geography().municipalities}
    with st.container(key="ris-m-choices", horizontal=True, vertical_alignment="bottom"):
        st.selectbox(
            tr("municipality.choose"),
            sorted(names, key=lambda code: swedish_sort_key(names[code])),
            format_func=names.__getitem__,
            key=CODE_WIDGET,
            index=None,
            placeholder=tr("municipality.choose.placeholder"),
            on_change=ADDRESS.write,
        )
        st.radio(
            tr("municipality.threshold"),
            LIMITS,
            format_func=lambda limit: tr("municipality.threshold.option", n=limit),
            key=THRESHOLD_WIDGET,
            horizontal=True,
            on_change=ADDRESS.write,
        )
        st.checkbox(
            tr("municipality.scope"),
            key=SCOPE_WIDGET,
            help=tr("municipality.scope.help"),
            on_change=ADDRESS.write,
        )


def notices(ignored: tuple[IgnoredValue, ...], *, tr: Translator) -> None:
    """Say what of the address means nothing; an unknown municipality in words of its own."""
    codes = [item for item in ignored if item.key == parts.CODE_KEY]
    if codes:
        text = tr("municipality.unknown", code=codes[0].value)
        st.html(render("notice.html", text=text))
    layout.ignored_notice([item for item in ignored if item not in codes], tr=tr)


def list_to_choose_from(*, tr: Translator) -> None:
    """Draw the fifteen municipalities as links."""
    st.html(parts.choose_html(data.geography().municipalities, tr=tr))


def embedded(found: Profile, *, tr: Translator) -> None:
    """Draw what stands in another site's page (M6)."""
    words = data.words(tr)
    table = next(t for t in tables(found, words=words) if t.id == "coverage")
    source = _source_line(found, tr=tr)
    st.html(parts.embed_html(found, table, source=source, words=words))


def whole_page(found: Profile, *, tr: Translator) -> None:
    """Draw everything about one municipality."""
    words = data.words(tr)
    shown = {table.id: table for table in tables(found, words=words)}
    text_column, map_column = st.columns([6, 5], gap="medium")
    with text_column:
        st.html(parts.paragraph_html(found, words=words))
    with map_column:
        shapes = county_shapes(settings.data_dir())
        picture = map_picture(found, world=data.world(), shapes=shapes, words=words)
        legend = parts.map_legend(found, tr=tr)
        st.html(parts.picture_html(picture, credit=tr("municipality.map.credit"), legend=legend))
    _heading("lists", tr=tr, note=tr("municipality.lists.note"))
    st.html(lists_html(found, words=words))
    _heading("chain", tr=tr)
    st.html(parts.chain_html(found, words=words))
    _heading("coverage", tr=tr)
    st.html(parts.coverage_html(found, shown["coverage"], words=words))
    st.html(parts.table_html(shown["areas"]))
    _heading("times", tr=tr)
    st.html(parts.picture_html(chart_picture(found, words=words)))
    st.html(parts.table_html(shown["times"]))
    _heading("figures", tr=tr)
    st.html(parts.table_html(shown["figures"]))
    _heading("compare", tr=tr)
    st.html(parts.table_html(shown["compare"]))
    _heading("confirm", tr=tr)
    st.html(parts.confirm_html(found, words=words))
    rights = rights_of(found.code, language_rights(settings.data_dir()))
    if rights:
        st.html(parts.rights_html(rights, tr=tr))
    _files(found, tuple(shown.values()), tr=tr)
    st.html(render("municipality_source.html", text=_source_line(found, tr=tr)))


def _heading(name: str, *, tr: Translator, note: str = "") -> None:
    heading = tr(f"municipality.{name}.heading")
    st.html(render("municipality_heading.html", id=name, text=heading, note=note))


def _source_line(found: Profile, *, tr: Translator) -> str:
    reference = data.register_state().register.meta.reference_date
    return parts.source_line(found, reference=reference, tr=tr)


def _files(found: Profile, shown: tuple[Table, ...], *, tr: Translator) -> None:
    _heading("files", tr=tr, note=tr("municipality.files.note"))
    source = _source_line(found, tr=tr)
    name = file_name(found, tr=tr)
    with st.container(horizontal=True):
        # as text/html the shell would take it for Streamlit's page and send that instead
        kind = "application/octet-stream"
        _download("report", partial(_report, found, tr), f"{name}.html", kind, tr=tr)
        for flavour in CsvFlavour:
            make = partial(profile_csv, found, shown, flavour=flavour, tr=tr)
            _download(f"csv-{flavour}", make, f"{name}.csv", "text/csv", tr=tr)
        make_sheets = partial(profile_xlsx, found, shown, source=source, tr=tr)
        kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        _download("xlsx", make_sheets, f"{name}.xlsx", kind, tr=tr)
    with st.expander(tr("municipality.files.embed")):
        st.html(
            render(
                "municipality_embed_code.html",
                note=tr("municipality.files.embed-note"),
                address=_embed_address(found, tr=tr),
                title=tr("municipality.title", name=found.name),
            )
        )


def _download(name: str, make: partial[bytes], file: str, mime: str, *, tr: Translator) -> None:
    st.download_button(
        tr(f"municipality.files.{name}"),
        data=make,
        file_name=file,
        mime=mime,
        key=f"municipality-{name}",
        on_click="ignore",
    )


def _report(found: Profile, tr: Translator) -> bytes:
    folder = settings.data_dir()
    return report_html(
        ReportParts(
            profile=found,
            world=data.world(),
            shapes=county_shapes(folder),
            rights=rights_of(found.code, language_rights(folder)),
            sources=data.sources(),
            words=data.words(tr),
        )
    ).encode()


def _embed_address(found: Profile, *, tr: Translator) -> str:
    """Return the whole address of the embedded view, on the site as the reader sees it."""
    seen = urlsplit(st.context.url or "")
    site = f"{seen.scheme}://{seen.netloc}" if seen.netloc else ""
    page = parts.page_url(found.code, tr=tr, profile=found)
    return f"{site}{page}&{urlencode({'embed': 'true'})}"
