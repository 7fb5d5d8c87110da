"""Data and sources: every file with its origin and licence."""

import streamlit as st

from ris_map.web import data, layout

tr = layout.language_texts()
layout.text_page("data", "data")
st.html(layout.sources_html(data.sources(), tr=tr))
