"""What stands on every page: navigation, language switch, notices, footer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from ris_map.errors import Fault, RegisterFaults
from ris_map.filters import IgnoredValue
from ris_map.i18n import Translator
from ris_map.i18n.pages import page_text
from ris_map.taxonomy import Language
from ris_map.ui import address, data, settings
from ris_map.views.markup import render


@dataclass(frozen=True, slots=True, kw_only=True)
class PageSpec:
    """One page: its file, its address and where links to it stand.

    Parameters
    ----------
    name : str
        Key of its texts (``page.<name>.title``, ``nav.<name>`` or ``footer.<name>``).
    url_path : str
        Path in the address; empty for the start page.
    place : str
        ``nav``, ``footer`` or ``hidden``.
    """

    name: str
    file: str
    url_path: str
    place: str


PAGES: tuple[PageSpec, ...] = (
    PageSpec(name="start", file="start.py", url_path="", place="nav"),
    PageSpec(name="actor", file="actor.py", url_path="aktor", place="hidden"),
    PageSpec(name="method", file="method.py", url_path="metod", place="footer"),
    PageSpec(name="data", file="data.py", url_path="data", place="footer"),
    PageSpec(
        name="accessibility", file="accessibility.py", url_path="tillganglighet", place="footer"
    ),
    PageSpec(name="privacy", file="privacy.py", url_path="integritet", place="footer"),
    PageSpec(name="contact", file="contact.py", url_path="kontakt", place="footer"),
)


def header(pages: Mapping[str, StreamlitPage], current: PageSpec, *, tr: Translator) -> None:
    """Draw the top of a page: product name, main menu, language switch."""
    st.html(
        render(
            "page_head.html",
            language=tr.language.value,
            map_title=tr("map.title"),
            map_activate=tr("map.touch"),
        )
    )
    with st.container(horizontal=True, key="ris-top", vertical_alignment="center"):
        st.page_link(
            pages["start"],
            label=f"**{tr('product.name')}**",
            query_params=address.page_query("start"),
        )
        for spec in PAGES:
            if spec.place == "nav":
                _link(pages[spec.name], spec, tr(f"nav.{spec.name}"))
        other = Language.EN if tr.language is Language.SV else Language.SV
        st.page_link(
            pages[current.name],
            label=tr("lang.switch"),
            query_params={**_own_query(), address.LANGUAGE_KEY: [other.value]},
        )


def footer(pages: Mapping[str, StreamlitPage], *, tr: Translator) -> None:
    """Draw the bottom of a page: what the register is, and the links every page has."""
    with st.container(key="ris-footer"):
        st.caption(tr("footer.note"))
        with st.container(horizontal=True, key="ris-footer-links"):
            for spec in PAGES:
                if spec.place == "footer":
                    _link(pages[spec.name], spec, tr(f"footer.{spec.name}"))


def ignored_notice(ignored: Iterable[IgnoredValue], *, tr: Translator) -> None:
    """Say which values of the address mean nothing here (I5)."""
    values = ", ".join(f"{item.key}={item.value}" for item in ignored)
    if values:
        st.html(render("notice.html", text=tr("filter.ignored", values=values)))


def fault_notice(faults: Iterable[Fault], *, tr: Translator, served: bool) -> None:
    """Show the faults of a register file, all at once (X10)."""
    faults = tuple(fault for fault in faults if fault.is_error)
    if faults:
        st.html(
            render(
                "faults.html",
                heading=tr("fault.heading"),
                lead=tr("fault.kept" if served else "fault.none-good"),
                faults=[str(fault) for fault in faults],
            )
        )


def register_is_served(*, tr: Translator) -> bool:
    """Return whether there is a register to show; else show its faults instead of any page."""
    try:
        data.register_state()
    except RegisterFaults as refused:
        title(tr("fault.title"))
        fault_notice(refused.faults, tr=tr, served=False)
        return False
    return True


def title(text: str, lead: str = "") -> None:
    """Draw the page's only first-level heading."""
    st.html(render("title.html", title=text, lead=lead))


def text_page(name: str, file: str) -> None:
    """Draw a page that is only text."""
    tr = language_texts()
    title(tr(f"page.{name}.title"))
    text = page_text(file, tr.language).replace("{report_address}", settings.report_address())
    with st.container(key="ris-text"):
        st.markdown(text)


def back_to_start(*, tr: Translator) -> None:
    """Draw the link to the list and the map, with the session's last choices."""
    st.page_link(
        settings.ROOT / "pages" / "start.py",
        label=tr("page.actor.back"),
        query_params=address.page_query("start"),
    )


def language_texts() -> Translator:
    """Return the texts of the chosen language."""
    return data.texts(address.language())


def _link(page: StreamlitPage, spec: PageSpec, label: str) -> None:
    st.page_link(page, label=label, query_params=address.page_query(spec.name))


def _own_query() -> address.Query:
    return {key: st.query_params.get_all(key) for key in st.query_params}
