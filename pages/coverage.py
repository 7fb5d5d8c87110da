"""Coverage page: how far it is to help, as sentence, matrix, map, curve and tables."""

import streamlit as st

from ris_map.coverage.page import downloads as coverage_downloads
from ris_map.coverage.page import sections as coverage_tables
from ris_map.coverage.page import widgets as coverage
from ris_map.coverage.page.coverage_state import ADDRESS
from ris_map.coverage.together import together
from ris_map.web import data, layout, pace

tr = layout.language_texts()
state = data.register_state()

layout.title(tr("page.coverage.title"), tr("page.coverage.lead"))
layout.fault_notice(state.faults, tr=tr, served=True)
ignored = ADDRESS.sync()


@st.fragment
def evidence_of_a_cell() -> None:
    """Only this part reruns when another cell is chosen from the lists."""
    coverage.evidence(tr)


@st.fragment
def figures_in_all_forms() -> None:
    """Controls and everything that depends on them: only this part reruns on a click."""
    view = coverage.view_of_choice(tr)
    found = together(view.cube, view.choice)
    above = layout.room_above()
    matrix_column, map_column = st.columns([13, 7], gap="medium")
    # the two pictures first: they are drawn while the rest is still being worded
    with map_column, st.container(key="cov-map"):
        coverage.coverage_map(view, found)
    with matrix_column:
        coverage.matrix(view)
    pace.rest_follows()
    with above:
        layout.ignored_notice(ignored, tr=tr)
        coverage.controls(tr)
        coverage.paragraph(view, found)
        coverage.contents(tr)
    evidence_of_a_cell()
    coverage.curve(view, found)
    coverage_tables.area(view)
    coverage_tables.chain(view)
    coverage_tables.divisions(view, found)
    coverage_tables.gaps(view)
    coverage_tables.fragility(view)
    coverage_tables.sensitivity(view)
    coverage_downloads.downloads(view, found)
    coverage_tables.method(view)


figures_in_all_forms()
