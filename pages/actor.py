"""One actor with everything the register holds and all its sources."""

import streamlit as st

from ris_map.actors.detail import actor_html
from ris_map.common import dates
from ris_map.web import data, layout
from ris_map.words.markup import render

tr = layout.language_texts()
state = data.register_state()
actor = state.register.by_id.get(st.query_params.get("id", ""))

if actor is None:
    layout.title(tr("page.actor.title"))
    st.html(render("notice.html", text=tr("page.actor.not-found")))
else:
    st.set_page_config(page_title=f"{actor.name} – {tr('product.name')}")
    layout.title(actor.name)
    st.html(actor_html(actor, words=data.words(tr), on=dates.today()))
layout.back_to_start(tr=tr)
