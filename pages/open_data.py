"""Open data: what can be fetched, in which form, on which terms."""

import streamlit as st

from ris_map.api.page import open_data_html
from ris_map.web import layout

tr = layout.words()
layout.title(tr("page.open_data.title"), tr("page.open_data.lead"))
st.html(open_data_html(tr))
