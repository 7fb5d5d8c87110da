"""Start page: who helps innovators, as sentence, list, map and table of one selection."""

import streamlit as st

from ris_map.actors import page as start
from ris_map.actors.choices import ADDRESS, chosen_filter
from ris_map.common import dates
from ris_map.register.in_words import actor_rows
from ris_map.register.selection import select
from ris_map.web import data, layout
from ris_map.words.markup import render

tr = layout.language_texts()
state = data.register_state()
today = dates.today()

layout.title(tr("page.start.title"), tr("page.start.lead"))
layout.fault_notice(state.faults, tr=tr, served=True)


@st.fragment
def selection_in_all_forms() -> None:
    """Filters and everything that depends on them: only this part reruns on a click."""
    layout.ignored_notice(ADDRESS.sync(), tr=tr)
    chosen = chosen_filter(st.session_state)
    selection = select(state.register, chosen, groups=data.place_groups(), on=today)
    above = layout.room_above()
    list_column, map_column = st.columns([6, 5], gap="medium")
    # the map first: its frame loads and draws while all the rest is still being worded
    with map_column, st.container(key="ris-map"):
        st.html(render("map_heading.html", text=tr("map.heading")))
        start.town_map(selection, tr=tr)
    with above:
        start.filters(tr)
        start.in_words(selection, chosen, tr=tr)
    rows = actor_rows(selection.matches, words=data.words(tr), on=today)
    with list_column, st.container(key="ris-list"):
        st.html(render("heading.html", level=2, text=tr("list.heading"), hidden=False))
        start.listing(rows, tr=tr)
    start.table_and_files(rows, tr=tr)


selection_in_all_forms()
