"""Confirm or correct one record: all of it in words, a form, and a prepared message."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from ris_map.actors.detail import actor_html
from ris_map.common import dates
from ris_map.register.asking import corrected, questions
from ris_map.register.in_words import confirm_message
from ris_map.register.model import Actor
from ris_map.register.reading import check_changed
from ris_map.register.vocabulary import Availability, Cost, Delivery, Phase, Status, TargetGroup
from ris_map.web import data, layout
from ris_map.words import swedish_sort_key
from ris_map.words.markup import render

tr = layout.words()
register = data.register_state().register
today = dates.today()


def choose(given: str) -> None:
    """Draw the list to choose from, where the address names no record."""
    layout.title(tr("page.confirm.title"), tr("page.confirm.lead"))
    if given:
        st.html(render("notice.html", text=tr("page.confirm.none")))
    actors = sorted(register.actors, key=lambda one: swedish_sort_key(one.name))
    st.html(
        render(
            "confirm_choose.html",
            heading=tr("page.confirm.choose"),
            links=[(one.name, tr.confirm_url(one.id)) for one in actors],
        )
    )


def form(actor: Actor) -> None:
    """Draw the form; what it makes is shown below it and stored nowhere."""
    with st.form(f"confirm-{actor.id}", border=False):
        said = fields(actor)
        is_made = st.form_submit_button(tr("confirm.make"), type="primary")
    if not is_made:
        return
    record, fragment = corrected(actor, said, today=today)
    changed = fragment != corrected(actor, {}, today=today)[1]
    municipality_at = data.geography().municipality_at
    found = check_changed(register, record, municipality_at=municipality_at, today=today)
    if found:
        said_of = {(named(actor, fault.field or ""), fault.code): fault for fault in found}
        st.html(render("confirm_faults.html", t=tr, faults=said_of))
        return
    url, body = confirm_message(actor, fragment, changed=changed, tr=tr)
    st.html(
        render(
            "confirm_ready.html",
            text=tr("confirm.ready" if changed else "confirm.nothing"),
            url=url,
            label=tr("confirm.mail"),
            copy=tr("confirm.copy", address=tr.report_address),
        )
    )
    st.code(body, language="yaml", wrap_lines=True)


def named(actor: Actor, field: str) -> str:
    """Return what the form calls the field of a fault."""
    match field.split("."):
        case ["offers", index, *_]:
            return tr.label(actor.offers[int(index)].service_type)
        case ["offices", index, *_]:
            return tr("confirm.street", town=actor.offices[int(index)].town)
        case [name, *_]:
            return tr.texts.get(f"confirm.{name}", tr.texts.get(f"csv.column.{name}", name))


def tidy(text: str) -> str:
    """Return a text as the register takes it: one line, no space at its ends."""
    return " ".join(text.split())


def fields(actor: Actor) -> dict[tuple[str | int, ...], Any]:
    """Draw a widget for each field that can be answered; return what they say by its path."""
    language, unknown = tr.language, tr("unknown")
    said: dict[tuple[str | int, ...], Any] = {}

    def choice(kind: str) -> Callable[[object], str]:
        return lambda value: tr(f"{kind}.{value}")

    said["name",] = tidy(st.text_input(tr("confirm.name"), actor.name))
    said["summary", "sv"] = tidy(st.text_area(tr("confirm.summary"), actor.summary.sv))
    states = [s for s in Status if s is actor.status or s is not Status.ENDED]
    at = states.index(actor.status)
    said["status",] = st.selectbox(tr("confirm.status"), states, at, format_func=choice("status"))
    for field in ("homepage", "contact_url"):
        name = tr(f"csv.column.{field}")
        address = st.text_input(name, getattr(actor, field) or "", placeholder="https://")
        said[field,] = tidy(address) or None
    for n, offer in enumerate(actor.offers):
        kind = tr.label(offer.service_type)
        chosen = st.multiselect(
            tr("confirm.offer", kind=kind),
            list(Phase),
            list(offer.phases),
            format_func=tr.label,
            placeholder=unknown,
        )
        said["offers", n, "phases"] = [phase for phase in Phase if phase in chosen]
        for column, mode in zip(st.columns(4, vertical_alignment="bottom"), Delivery, strict=True):
            with column:
                said["offers", n, "delivery", mode.value] = st.selectbox(
                    tr("confirm.offer.way", kind=kind, way=tr.label(mode)),
                    list(Availability),
                    list(Availability).index(offer.delivery.of(mode)),
                    format_func=choice("availability"),
                    key=f"{actor.id}-{n}-{mode}",
                )
    for n, office in enumerate(actor.offices):
        street = st.text_input(
            tr("confirm.street", town=office.town),
            office.street or "",
            key=f"{actor.id}-{office.id}",
        )
        said["offices", n, "street"] = tidy(street) or None
    for field, known, kind in (("target_groups", TargetGroup, "target"), ("cost", Cost, "cost")):
        picked = st.multiselect(
            tr(f"csv.column.{field}"),
            list(known),
            list(getattr(actor, field)),
            format_func=choice(kind),
            placeholder=unknown,
        )
        said[field,] = [value.value for value in known if value in picked]
    for field in ("eligibility", "how_to_apply"):
        now = getattr(actor, field)
        before = now.in_(language) if now else ""
        text = tidy(st.text_input(tr(f"csv.column.{field}"), before, help=tr("confirm.text.hint")))
        if text != before:
            both = {"sv": text, "en": text} if not now else {**now.model_dump(), language: text}
            said[field,] = both if text else None
    return said


given = st.query_params.get("id", "")
found = register.by_id.get(given)
if found is None:
    choose(given)
else:
    question = tr("page.confirm.name", name=found.name)
    st.set_page_config(page_title=f"{question} – {tr('product.name')}")
    layout.title(question, tr("page.confirm.lead"))
    fragment = corrected(found, {}, today=today)[1]
    address, _ = confirm_message(found, fragment, changed=False, tr=tr)
    left, right = st.columns(2, gap="medium")
    with left:
        asked = dict.fromkeys(questions(found, tr=tr))
        st.html(render("confirm_head.html", t=tr, url=address, asked=asked))
        st.html(actor_html(found, tr=tr, on=today, is_asked=True))
    with right:
        st.html(render("heading.html", level=2, text=tr("confirm.form"), hidden=False))
        form(found)
