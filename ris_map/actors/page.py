"""Widgets and pictures of the start page."""

from __future__ import annotations

from functools import partial

import streamlit as st
from streamlit_folium import st_folium

from ris_map.actors.choices import ADDRESS, area_key, chosen_filter
from ris_map.actors.files import actors_csv
from ris_map.actors.listing import cards_html, table_html
from ris_map.actors.sentence import chosen_words, selection_sentence
from ris_map.actors.town_map import bubbles, towns
from ris_map.common import dates
from ris_map.export.tables import CsvFlavour
from ris_map.register.filters import Filter, Param
from ris_map.register.in_words import ActorRow, phase_marks
from ris_map.register.selection import Selection
from ris_map.register.strategy import Term, explanation
from ris_map.register.vocabulary import Delivery, Phase, ServiceType
from ris_map.web import data
from ris_map.web.map import base_map
from ris_map.words import Translator
from ris_map.words.markup import render

MAP_HEIGHT_PX = 560
MORE = "fler-filter"
"""Key of the box with further filters: whether it is open."""


def filters(tr: Translator) -> None:
    """Draw the filters; each writes the address when it changes."""
    with st.container(key="ris-filters"):
        st.html(render("heading.html", level=2, text=tr("filter.heading"), hidden=True))
        first, second = st.columns([2, 3])
        with first:
            _pills(Param.PHASE, tuple(Phase), tr("filter.phase"), tr=tr)
            _place(tr)
        with second:
            _pills(Param.SERVICE_TYPE, tuple(ServiceType), tr("filter.service-type"), tr=tr)
            st.text_input(
                tr("filter.text"),
                key=Param.TEXT,
                placeholder=tr("filter.text.placeholder"),
                max_chars=80,
                on_change=ADDRESS.write,
            )
        _more_filters(tr)


def _more_filters(tr: Translator) -> None:
    """Draw the filters that are folded away; closed and without a choice nobody waits for them."""
    is_chosen = _more_is_chosen()
    box = st.expander(tr("filter.more"), expanded=is_chosen, key=MORE, on_change="rerun")
    if not (box.open or is_chosen):
        return
    with box:
        _strength_areas(tr)
        _pills(Param.DELIVERY, tuple(Delivery), tr("filter.delivery"), tr=tr)
        st.checkbox(
            tr("filter.scope"),
            key=Param.SCOPE,
            help=tr("filter.scope.help"),
            on_change=ADDRESS.write,
        )


def in_words(selection: Selection, chosen: Filter, *, tr: Translator) -> None:
    """Draw the line that says what is selected, the button that clears it, and the sentence."""
    geography = data.geography()
    place_names = ((place.id, place.name) for place in data.places(tr.language))
    words = chosen_words(chosen, place_names=place_names, strategy=data.strategy(), tr=tr)
    with st.container(horizontal=True, key="ris-chosen", vertical_alignment="center"):
        text = f"{tr('filter.chosen')} {words}" if words else tr("filter.nothing-chosen")
        st.html(render("chosen.html", text=text))
        if not chosen.is_empty:
            st.button(tr("filter.clear"), key="clear", on_click=ADDRESS.clear)
    sentence = selection_sentence(
        selection,
        coast=geography.division(data.COAST_DIVISION),
        inland=geography.division(data.INLAND_DIVISION),
        tr=tr,
    )
    reference_date = data.register_state().register.meta.reference_date
    source = tr("sentence.source", reference=reference_date)
    st.html(render("sentence.html", text=sentence, source=source, jump=tr("map.jump")))


def town_map(selection: Selection, *, tr: Translator) -> None:
    """Draw the map; no pan or zoom reruns the page, only the bubbles change with a filter."""
    shown = towns(selection.on_map, localities=data.geography().localities)
    st_folium(
        base_map(),
        key="town-map",
        height=MAP_HEIGHT_PX,
        use_container_width=True,
        returned_objects=[],
        feature_group_to_add=bubbles(shown, tr=tr),
    )
    st.html(render("legend.html", t=tr, marks=phase_marks(Phase, words=data.words(tr))))


def listing(rows: tuple[ActorRow, ...], *, tr: Translator) -> None:
    """Draw the list, or words where there is nothing to list."""
    if not rows:
        st.html(render("empty.html", title=tr("empty.title"), text=tr("empty.text")))
        return
    st.html(cards_html(rows, tr=tr))


def table_and_files(rows: tuple[ActorRow, ...], *, tr: Translator) -> None:
    """Draw the same selection as a table, and the downloads of it."""
    st.html(render("heading.html", level=2, text=tr("table.heading"), hidden=False))
    with st.container(horizontal=True):
        for flavour in CsvFlavour:
            st.download_button(
                tr(f"csv.{flavour}"),
                data=partial(actors_csv, rows, flavour=flavour, tr=tr),
                file_name=f"{tr('csv.file')}-{dates.today().isoformat()}.csv",
                mime="text/csv",
                key=f"csv-{flavour}",
                on_click="ignore",
            )
    if rows:
        st.html(table_html(rows, tr=tr))


def _pills(key: str, options: tuple[Term, ...], label: str, *, tr: Translator) -> None:
    strategy = data.strategy()
    st.pills(
        label,
        options,
        selection_mode="multi",
        format_func=lambda member: strategy.label(member).in_(tr.language),
        key=key,
        help=_explained(options, tr=tr),
        wrap=True,
        on_change=ADDRESS.write,
    )


def _explained(options: tuple[Term, ...], *, tr: Translator) -> str:
    """Return the options with their explanations, for the help beside the label (I9)."""
    strategy, language = data.strategy(), tr.language
    return "\n\n".join(
        f"**{strategy.label(term).in_(language)}**: {explanation(term, strategy).in_(language)}"
        for term in options
    )


def _strength_areas(tr: Translator) -> None:
    for group in data.strategy().strength_area_groups:
        label = f"{tr('filter.strength-area')}: {group.label.in_(tr.language)}"
        _pills(area_key(group.id), tuple(group.areas), label, tr=tr)


def _place(tr: Translator) -> None:
    found = data.places(tr.language)
    names = {place.id: place.name for place in found}
    st.multiselect(
        tr("filter.place"),
        list(names),
        format_func=names.__getitem__,
        key=Param.PLACE,
        placeholder=tr("filter.place.placeholder"),
        on_change=ADDRESS.write,
    )


def _more_is_chosen() -> bool:
    chosen = chosen_filter(st.session_state)  # type: ignore[arg-type]
    return bool(chosen.strength_areas or chosen.delivery) or chosen.scope != Filter().scope
