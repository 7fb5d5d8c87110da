"""The questions of the page "Hitta stöd"."""

from __future__ import annotations

import streamlit as st

from ris_map.finder.choices import ADDRESS, ANY_LIMIT, UNSURE, FindParam, to_query, widget
from ris_map.finder.need import DEFAULT_LIMIT, LIMITS, Need, guess_phase, start_of
from ris_map.finder.question_words import (
    chips_html,
    chosen_html,
    phases_html,
    place_html,
    types_html,
)
from ris_map.finder.who import Who
from ris_map.register.strategy import Term
from ris_map.register.vocabulary import STRENGTH_AREAS, Phase, ServiceType, StrengthArea
from ris_map.web import data
from ris_map.words import Translator
from ris_map.words.markup import render

_GUIDE = "hitta-fragor"
"""Answers to the short questions are kept under this name; they never reach the address."""
_GUESSED = "hitta-foreslagen"


def questions(need: Need, *, tr: Translator) -> None:
    """Draw the three questions and the further choices; each writes the address when it changes."""
    with st.container(key="ris-find-questions"):
        where, what = st.columns([2, 3], gap="large")
        with where:
            _heading("find.place.heading", tr=tr)
            _place(need, tr=tr)
        with what:
            _heading("find.phase.heading", tr=tr)
            _phase(need, tr=tr)
            _heading("find.type.heading", tr=tr)
            _types(tr)
        _more(need, tr=tr)


def _heading(key: str, *, tr: Translator) -> None:
    st.html(render("heading.html", level=2, text=tr(key), hidden=False))


def _place(need: Need, *, tr: Translator) -> None:
    geography = data.geography()
    start = None if need.place is None else start_of(geography, need.place)
    st.html(place_html(geography, tr=tr))
    if start is None:
        rest = {key: value for key, value in to_query(need).items() if key != FindParam.PLACE}
        st.html(chips_html(geography, query=rest, tr=tr))
        return
    with st.container(horizontal=True, key="ris-find-chosen", vertical_alignment="center"):
        st.html(chosen_html(start, tr=tr), width="content")
        st.button(tr("find.place.clear"), key="hitta-rensa-plats", on_click=_clear_place)


def _clear_place() -> None:
    st.session_state[widget(FindParam.PLACE)] = None
    ADDRESS.write()


def _phase(need: Need, *, tr: Translator) -> None:
    options: list[str] = [*Phase, UNSURE]
    chosen = st.pills(
        tr("find.phase.label"),
        options,
        format_func=lambda option: tr(
            "find.phase.unsure" if option == UNSURE else f"find.phase.{option}"
        ),
        key=widget(FindParam.PHASE),
        label_visibility="collapsed",
        wrap=True,
        on_change=_phase_changed,
    )
    if chosen == UNSURE:
        _guide(tr)
    elif need.phases and st.session_state.get(_GUESSED) == need.phases[0]:
        label = data.strategy().label(need.phases[0]).in_(tr.language).lower()
        st.html(render("notice.html", text=tr("find.guide.result", phase=label)))
    st.html(phases_html(data.strategy(), is_open=not need.phases and chosen != UNSURE, tr=tr))


def _phase_changed() -> None:
    st.session_state[_GUESSED] = None
    ADDRESS.write()


def _guide(tr: Translator) -> None:
    with st.container(key="ris-find-guide", border=True):
        st.html(render("find_note.html", text=tr("find.guide.intro")))
        has_company = _question("company", tr=tr)
        if has_company is not None:
            _question("users" if has_company else "building", tr=tr)


def _question(name: str, *, tr: Translator) -> bool | None:
    answer: bool | None = st.pills(
        tr(f"find.guide.{name}"),
        [True, False],
        format_func=lambda yes: tr("find.guide.yes" if yes else "find.guide.no"),
        key=f"{_GUIDE}-{name}",
        on_change=_guess,
    )
    return answer


def _guess() -> None:
    state = st.session_state
    phase = guess_phase(
        has_company=state.get(f"{_GUIDE}-company"),
        has_users=state.get(f"{_GUIDE}-users"),
        is_building=state.get(f"{_GUIDE}-building"),
    )
    if phase is not None:
        state[widget(FindParam.PHASE)] = phase
        state[_GUESSED] = phase
        ADDRESS.write()


def _types(tr: Translator) -> None:
    st.pills(
        tr("find.type.label"),
        list(ServiceType),
        selection_mode="multi",
        format_func=lambda kind: tr(f"find.type.{kind}"),
        key=widget(FindParam.SERVICE_TYPE),
        wrap=True,
        on_change=ADDRESS.write,
    )
    st.html(types_html(data.strategy(), tr=tr))


def _more(need: Need, *, tr: Translator) -> None:
    strategy = data.strategy()

    def area_label(area: Term) -> str:
        if area is StrengthArea.ALL:
            return tr("find.area.any")
        return strategy.label(area).in_(tr.language)

    with st.expander(tr("find.more"), expanded=_more_is_chosen(need)):
        st.segmented_control(
            tr("find.limit.label"),
            [*LIMITS, ANY_LIMIT],
            format_func=lambda limit: (
                tr("find.limit.any")
                if limit == ANY_LIMIT
                else tr("find.limit.minutes", n=tr.number(int(limit)))
            ),
            key=widget(FindParam.LIMIT),
            required=True,
            wrap=True,
            on_change=ADDRESS.write,
        )
        st.checkbox(
            tr("find.digital.label"), key=widget(FindParam.DIGITAL), on_change=ADDRESS.write
        )
        st.pills(
            tr("find.who.label"),
            list(Who),
            format_func=lambda who: tr(f"find.who.{who}"),
            key=widget(FindParam.WHO),
            help=tr("find.who.help"),
            wrap=True,
            on_change=ADDRESS.write,
        )
        st.selectbox(
            tr("find.area.label"),
            [StrengthArea.ALL, *STRENGTH_AREAS],
            format_func=area_label,
            key=widget(FindParam.STRENGTH_AREA),
            # nothing to type, and with it none of Streamlit's own English texts
            filter_mode=None,
            on_change=ADDRESS.write,
        )


def _more_is_chosen(need: Need) -> bool:
    return (
        need.strength_area is not None
        or need.who is not None
        or need.digital_first
        or need.max_minutes != DEFAULT_LIMIT
    )
