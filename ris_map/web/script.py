"""The Streamlit script: list of pages, configuration, navigation. Runs on every rerun."""

import streamlit as st

from ris_map.web import layout, settings
from ris_map.web.operation import RUNS

tr = layout.words()
st.set_page_config(layout="wide", initial_sidebar_state="collapsed")

pages = {
    spec.name: st.Page(
        settings.ROOT / "pages" / f"{spec.name}.py",
        title=f"{tr(f'page.{spec.name}.title')} – {tr('product.name')}",
        url_path=spec.url_path,
        default=not spec.url_path,
        visibility="visible" if spec.place == "nav" else "hidden",
    )
    for spec in layout.PAGES
}
chosen = st.navigation(list(pages.values()), position="hidden")
current = next(spec for spec in layout.PAGES if pages[spec.name] is chosen)

# inside another site's page (?embed=true) a page made for that stands alone
is_whole = not (st.context.is_embedded and current.name in layout.EMBEDDABLE)
if is_whole:
    layout.header(current, tr=tr)
if layout.register_is_served(tr=tr):
    with RUNS.labels(current.name).time():
        chosen.run()
if is_whole:
    layout.footer(current, tr=tr)
