"""One actor: what, for whom, how to get in touch, and where; all sources folded."""

import streamlit as st

from ris_map.actors.detail import actor_html, detail_layer
from ris_map.common import dates
from ris_map.web import address, data, layout, settings
from ris_map.web.map import show_map
from ris_map.words.markup import render

tr = layout.words()
state = data.register_state()
actor = state.register.by_id.get(st.query_params.get("id", ""))

if actor is None:
    layout.title(tr("page.actor.unknown"))
    st.html(render("notice.html", text=tr("page.actor.not-found")))
else:
    st.set_page_config(page_title=f"{actor.name} – {tr('product.name')}")
    today = dates.today()
    layout.title(actor.name)
    layer = detail_layer(actor, tr=tr, on=today)
    detail, side = st.columns([6, 4], gap="medium")
    with detail:
        st.html(actor_html(actor, tr=tr, on=today))
    if layer is not None:
        with side:
            show_map(layer, key="actor-map", height=420)
start, query = settings.ROOT / "pages" / "start.py", address.page_query("/")
st.page_link(start, label=tr("page.actor.back"), query_params=query)
