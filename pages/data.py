"""Data and sources: how good the register is, then every file with its origin and licence."""

import streamlit as st

from ris_map.api.page import register_quality_html
from ris_map.web import data, layout
from ris_map.words.markup import render

tr = layout.words()
layout.text_page("data", "data")
st.html(register_quality_html(tr))
st.html(render("sources.html", t=tr, sources=data.sources()))
