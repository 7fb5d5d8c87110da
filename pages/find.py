"""Hitta stöd: three questions, then who can help, near first."""

import streamlit as st

from ris_map.finder import page as find_answer
from ris_map.finder import questions as find
from ris_map.finder.choices import ADDRESS, chosen_need
from ris_map.web import data, layout
from ris_map.words.markup import render

tr = layout.language_texts()
state = data.register_state()

find_answer.map_announcement(tr)
layout.title(tr("page.find.title"), tr("page.find.lead"))
layout.fault_notice(state.faults, tr=tr, served=True)
ignored = ADDRESS.sync()


@st.fragment
def questions_and_answer() -> None:
    """The questions and everything that depends on them: only this part reruns on a click."""
    need = chosen_need(st.session_state)
    found = find_answer.prepared(data.world(), need, tr.language)
    above = layout.room_above()
    list_column, map_column = st.columns([6, 5], gap="medium")
    # map and answer first: they are drawn while the questions, which hardly change, are worded
    with map_column, st.container(key="ris-map"):
        st.html(render("map_heading.html", text=tr("find.map.heading")))
        find_answer.find_map(found.layer, tr=tr)
    with list_column, st.container(key="ris-find-list"):
        find_answer.answer_head(found.view, tr=tr)
        find_answer.answer_list(found, tr=tr)
        find_answer.share(found.view, need, tr=tr)
    with above:
        layout.ignored_notice(ignored, tr=tr)
        find.questions(need, tr=tr)


questions_and_answer()
