"""Data and sources: every file with its origin and licence."""

import streamlit as st

from ris_map.web import data, layout
from ris_map.web.source_table import sources_html

tr = layout.language_texts()
layout.text_page("data", "data")
st.html(sources_html(data.sources(), tr=tr))
