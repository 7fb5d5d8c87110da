"""Hitta stöd: three questions, then who can help, near first."""

import streamlit as st

from ris_map.ui import data, find, find_answer, layout
from ris_map.ui.find_state import ADDRESS, chosen_need
from ris_map.views.markup import render

tr = layout.language_texts()
state = data.register_state()

find_answer.map_announcement(tr)
layout.title(tr("page.find.title"), tr("page.find.lead"))
layout.fault_notice(state.faults, tr=tr, served=True)
ignored = ADDRESS.sync()


@st.fragment
def questions_and_answer() -> None:
    """The questions and everything that depends on them: only this part reruns on a click."""
    layout.ignored_notice(ignored, tr=tr)
    need = chosen_need(st.session_state)
    find.questions(need, tr=tr)
    found = find_answer.prepared(data.world(), need, tr.language)
    list_column, map_column = st.columns([6, 5], gap="medium")
    with list_column, st.container(key="ris-find-list"):
        find_answer.answer_head(found.view, tr=tr)
        find_answer.answer_list(found, tr=tr)
        find_answer.share(found.view, need, tr=tr)
    with map_column, st.container(key="ris-map"):
        st.html(render("map_heading.html", text=tr("find.map.heading")))
        find_answer.find_map(found.layer, tr=tr)


questions_and_answer()
