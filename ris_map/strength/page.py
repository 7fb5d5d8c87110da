"""Widgets and parts of the page on strength areas."""

from __future__ import annotations

import streamlit as st

from ris_map.municipality.parts import table_html
from ris_map.register.vocabulary import STRENGTH_AREAS, StrengthArea
from ris_map.strength import parts
from ris_map.strength.choices import (
    ADDRESS,
    ALL,
    AREA_WIDGET,
    SCOPE_WIDGET,
    chosen_area,
    chosen_cube,
)
from ris_map.strength.figures import StrengthFigures, strength_figures
from ris_map.web import data
from ris_map.words import Translator
from ris_map.words.markup import render


def choices(tr: Translator) -> None:
    """Draw the choices; each writes the address when it changes."""
    strategy = data.strategy()

    def label(option: str) -> str:
        if option == ALL:
            return tr("strength.choose.all")
        return strategy.label(StrengthArea(option)).in_(tr.language)

    with st.container(key="ris-m-choices", horizontal=True, vertical_alignment="bottom"):
        st.selectbox(
            tr("strength.choose"),
            (ALL, *(area.value for area in STRENGTH_AREAS)),
            format_func=label,
            key=AREA_WIDGET,
            on_change=ADDRESS.write,
        )
        st.checkbox(
            tr("strength.scope"),
            key=SCOPE_WIDGET,
            help=tr("strength.scope.help"),
            on_change=ADDRESS.write,
        )


def whole_page(*, tr: Translator) -> None:
    """Draw everything about the chosen area, or about all nine."""
    state = st.session_state
    figures = strength_figures(data.world(), chosen_cube(state))  # type: ignore[arg-type]
    area = chosen_area(state)  # type: ignore[arg-type]
    words = data.words(tr)
    st.html(render("strength_sentence.html", text=parts.honest_sentence(figures, words=words)))
    if area is None:
        _heading("summary", tr=tr)
        st.html(table_html(parts.summary_table(figures, words=words)))
    groups = data.strategy().strength_area_groups
    st.html(parts.areas_html(figures, groups, chosen=area, words=words))
    _heading("neutral", tr=tr)
    st.html(parts.actors_html(figures.neutral, name="neutral", with_areas=False, words=words))
    _heading("meeting", tr=tr, note=tr("strength.meeting.note"))
    meeting = figures.meeting_places
    st.html(parts.actors_html(meeting, name="meeting", with_areas=True, words=words))
    _end(figures, tr=tr)


def _end(figures: StrengthFigures, *, tr: Translator) -> None:
    words = data.words(tr)
    unknown = parts.unknown_sentence(figures, words=words)
    if unknown:
        st.html(render("municipality_source.html", text=unknown))
    reference = data.register_state().register.meta.reference_date
    source = parts.source_line(figures, reference=reference, words=words)
    st.html(render("municipality_source.html", text=source))


def _heading(name: str, *, tr: Translator, note: str = "") -> None:
    text = tr(f"strength.{name}.heading")
    st.html(render("municipality_heading.html", id=name, text=text, note=note))
