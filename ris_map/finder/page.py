"""What the page "Hitta stöd" answers: head, list, map, and ways to take the list along."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache, partial

import streamlit as st
from streamlit_folium import st_folium

from ris_map.common import dates
from ris_map.finder.answer import find_support
from ris_map.finder.answer_view import (
    FindView,
    find_view,
    list_html,
    nothing_html,
    onward_html,
)
from ris_map.finder.choices import to_query
from ris_map.finder.file import find_file
from ris_map.finder.map import FindLayer, find_layer, layer_group
from ris_map.finder.need import Need
from ris_map.travel.world import World
from ris_map.web import data
from ris_map.web.map import base_map
from ris_map.words import Translator
from ris_map.words.language import Language
from ris_map.words.markup import render

MAP_HEIGHT_PX = 560
PREPARED = 48
"""Answers that are kept, about 0.2 MB each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """An answer with everything that is drawn of it."""

    view: FindView
    list_html: str
    layer: FindLayer


@lru_cache(maxsize=PREPARED)
def prepared(world: World, need: Need, language: Language) -> Prepared:
    """Return an answer in the words of a language; the same question is answered once for all.

    Parameters
    ----------
    world : World
        The register of a day, compared by identity: one that is read anew is another one.
    need : Need
        The need.
    language : Language
        The language.
    """
    tr = data.texts(language)
    base = world.foundations
    answer = find_support(world, need)
    view = find_view(
        answer,
        query=to_query(need),
        words=data.words(tr),
        on=world.on,
        reference=world.register.meta.reference_date,
    )
    return Prepared(
        view=view,
        list_html=list_html(view, tr=tr),
        layer=find_layer(answer, localities=base.geography.localities, tr=tr),
    )


def answer_head(view: FindView, *, tr: Translator) -> None:
    """Draw what was asked and found, and what to do when nothing is near."""
    st.html(render("find_answer.html", t=tr, view=view))
    if view.nothing_title:
        st.html(nothing_html(view, tr=tr))


def answer_list(found: Prepared, *, tr: Translator) -> None:
    """Draw the list, the way onward, and how the list is ordered."""
    view = found.view
    if view.sections:
        st.html(found.list_html)
    else:
        st.html(render("empty.html", title=tr("find.empty.title"), text=tr("find.empty.text")))
    st.html(onward_html(view, tr=tr))
    st.html(render("find_how.html", t=tr, source=view.source))


def share(view: FindView, need: Need, *, tr: Translator) -> None:
    """Draw the ways to take the list along: link, print, file."""
    st.html(render("heading.html", level=2, text=tr("find.share.heading"), hidden=False))
    with st.container(horizontal=True, key="ris-find-share", vertical_alignment="center"):
        st.html(render("find_share.html", t=tr), width="content")
        make = partial(
            find_file,
            view,
            tr=tr,
            site=_site(),
            query={**to_query(need), "lang": [tr.language.value]},
            on=dates.today(),
        )
        st.download_button(
            tr("find.share.save"),
            data=make,
            file_name=f"{tr('find.file.name')}-{dates.today().isoformat()}.html",
            # as text/html the shell would take it for Streamlit's page and send that instead
            mime="application/octet-stream",
            key="hitta-fil",
            on_click="ignore",
        )
    st.html(render("find_note.html", text=tr("find.share.note")))


def find_map(layer: FindLayer, *, tr: Translator) -> None:
    """Draw the map; pressing it chooses a place in the browser, without a word to the server."""
    st_folium(
        base_map(),
        key="find-map",
        height=MAP_HEIGHT_PX,
        use_container_width=True,
        returned_objects=[],
        feature_group_to_add=layer_group(layer),
    )
    st.html(render("find_legend.html", t=tr))


def map_announcement(tr: Translator) -> None:
    """Give the map its own title and the text of its touch button, after those of the shell."""
    st.html(
        render(
            "page_head.html",
            language=tr.language.value,
            map_title=tr("find.map.title"),
            map_activate=tr("find.map.activate"),
        )
    )


def _site() -> str:
    """Return where the product is, for links in a file that has left it."""
    url = st.context.url or ""
    return url.split("?")[0].rsplit("/", 1)[0]
