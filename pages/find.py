"""Hitta stöd: a few questions, the best next steps, then everybody who can help, near first."""

import streamlit as st

from ris_map.finder.page import body
from ris_map.web import layout

tr = layout.words()
layout.fault_notice(tr=tr)
st.fragment(body)(tr)
