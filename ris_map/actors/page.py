"""The start page in Streamlit: headline, one line of choices, the map, and who helps beside it."""

from collections.abc import Callable
from functools import partial
from typing import Any

import streamlit as st

from ris_map.actors import listing
from ris_map.actors.files import actors_csv
from ris_map.actors.listing import StartChoice
from ris_map.coverage.map_picture import (
    LIMITS,
    MAPS,
    MapView,
    map_view,
    neighbours,
    since_html,
    way_to_help,
)
from ris_map.export.tables import CsvFlavour
from ris_map.register.in_words import Words
from ris_map.register.selection import Filter, select
from ris_map.register.vocabulary import STRENGTH_AREAS, Delivery, Phase, ServiceType
from ris_map.web import as_of, data, layout
from ris_map.web.address import PageState
from ris_map.web.map import MapClick, MapLayer, head_start, show_map
from ris_map.words import Translator, swedish_sort_key
from ris_map.words.markup import render

STATE = PageState(page="start", model=StartChoice)
Options = dict[str, dict[Any, str]]
"""Texts of the choices by field."""


def page() -> None:
    """Draw the page."""
    tr = layout.words()
    if "ort" in st.query_params:  # of links from before 2026-11-26
        st.query_params["tatort"] = st.query_params.pop("ort")
    layout.fault_notice(tr=tr)
    _all_that_depends_on_the_choices(tr)


@st.fragment
def _all_that_depends_on_the_choices(tr: Words) -> None:
    layout.ignored_notice(STATE.sync(), tr=tr)
    choice = STATE.chosen()
    view = map_view(data.world(choice.as_of), choice, tr=tr)
    with st.container(key="ris-head"):
        st.html(render("headline.html", t=tr, **listing.headline_words(view)))
        if choice.as_of:
            st.html(since_html(view))
    # the frame takes longest: its message goes before those of the widgets above it
    choices = st.container(horizontal=True, key="ris-choices", vertical_alignment="center")
    left, right = st.columns([7, 3], gap="medium")
    with left:
        _map(view, choice)
        head_start()
    with choices:
        _choices(tr)
    with right, st.container(key="ris-list"):
        st.html(render("lead.html", t=tr, lead=listing.lead(view)))
        if choice.municipality:
            st.html(render("panel.html", t=tr, **listing.panel_words(view, choice)))
            _beside(choice, tr)
        st.html(render("rows.html", t=tr, id="vem", **listing.rows_words(view, choice)))
        _ways_on(choice, tr)
        if not choice.municipality and all(map(view.world.home_of, view.names)):
            st.html(render("home.html", title=tr("karta.home"), text=tr("karta.home.everywhere")))
    as_of.control(STATE, tr=tr)
    if choice.everybody:
        _everybody(view)


def _choices(tr: Words) -> None:
    options = _options(tr)

    def draw(widget: Callable[..., object], field: str, **more: object) -> None:
        label = tr(f"karta.{field}")
        STATE.widget(widget, field, label, options[field], label_visibility="collapsed", **more)

    draw(st.pills, "phase", width="content")
    st.html(render("more.html", text=tr("karta.more")), width="content")  # on a phone
    for field, width in (("service_type", 195), ("strength_area", 160), ("delivery", 148)):
        placeholder = tr(f"karta.{field}.all") if field != "delivery" else None
        draw(st.selectbox, field, placeholder=placeholder, width=width)
    for field in ("limit", "shown"):
        draw(st.segmented_control, field, required=True, width="content")


def _options(tr: Words) -> Options:
    """Return the choices of every widget with their texts."""
    label = tr.label
    every_type, every_area = tr("karta.service_type.all"), tr("karta.strength_area.all")
    return {
        "phase": {phase: label(phase) for phase in Phase},
        "service_type": {None: every_type, **{kind: label(kind) for kind in ServiceType}},
        "strength_area": {None: every_area, **{area: label(area) for area in STRENGTH_AREAS}},
        "delivery": {way: tr(f"karta.way.{way.value}") for way in Delivery},
        "limit": {
            limit: tr("karta.limit.min", n=limit) if limit == LIMITS[-1] else str(limit)
            for limit in LIMITS
        },
        "shown": {name: tr(f"karta.shown.{name}") for name in ("minuter", "aktorer")},
    }


def _map(view: MapView, choice: StartChoice) -> None:
    world, tr = view.world, view.tr
    layer = MapLayer(
        picture=MAPS.address(world, choice.picture_choice(), tr.language),
        title=tr("karta.title"),
        chosen=choice.municipality,
        routes=tuple(way_to_help(view, choice.municipality)),
        divide=view.division.id,
        bubbles=as_of.marks(choice, world, tr=tr),
        next_pictures=neighbours(world, choice, tr.language, _options(tr), key=STATE.key),
    )
    show_map(layer, key="karta", on_click=_clicked)


def _clicked(click: MapClick) -> None:
    """Take a click on the map before the page is drawn."""
    match click.kind:
        case "municipality":
            beside = STATE.chosen().beside
            kept = "" if beside == click.id else beside
            STATE.set(municipality=click.id, beside=kept, town="", cell="")
        case "town":
            chosen = STATE.chosen().town
            town = click.id.removesuffix("-new").removesuffix("-gone")
            STATE.set(town="" if chosen == town else town, cell="")
        case "cell":
            STATE.set(cell=click.id)
        case "county":
            STATE.set(municipality="", beside="", town="", cell="")


def _beside(choice: StartChoice, tr: Translator) -> None:
    """Draw the choice of a municipality to compare with."""
    names = data.geography().names
    others = sorted(names.keys() - {choice.municipality}, key=lambda c: swedish_sort_key(names[c]))
    label = tr("karta.compare")
    shown = {"": label, **{code: names[code] for code in others}}
    STATE.widget(st.selectbox, "beside", label, shown, label_visibility="collapsed")


def _ways_on(choice: StartChoice, tr: Translator) -> None:
    if choice.town:
        st.button(tr("karta.all-towns"), type="tertiary", on_click=STATE.set, kwargs={"town": ""})
    st.button(
        tr("karta.fewer" if choice.everybody else "karta.everybody"),
        key="karta-alla",
        type="tertiary",
        on_click=STATE.set,
        kwargs={"everybody": not choice.everybody},
    )


def _everybody(view: MapView) -> None:
    """Draw the whole core of the register as rows, its files and its table."""
    tr, on = view.tr, view.world.on
    matches = select(view.world.register, Filter(), groups=data.geography().places, on=on)
    st.html(listing.all_html(matches, tr=tr, on=on))
    with st.expander(tr("karta.files")):
        with st.container(horizontal=True):
            for flavour in CsvFlavour:
                make = partial(actors_csv, matches, flavour=flavour, tr=tr)
                name = f"{tr('csv.file')}-{on.isoformat()}.csv"
                layout.download(tr(f"csv.{flavour}"), make, name, key=f"csv-{flavour}")
        st.html(listing.table_html(matches, tr=tr))
