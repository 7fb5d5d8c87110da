"""What stands on every page: navigation, language switch, notices, footer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from ris_map.common.address import IgnoredValue
from ris_map.common.faults import Fault, RegisterFaults
from ris_map.web import address, data, settings
from ris_map.words import Translator
from ris_map.words.language import Language
from ris_map.words.markup import render
from ris_map.words.pages import page_text


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
    PageSpec(name="find", file="find.py", url_path="hitta", place="nav"),
    PageSpec(name="coverage", file="coverage.py", url_path="tackning", place="nav"),
    PageSpec(name="municipality", file="municipality.py", url_path="kommun", place="nav"),
    PageSpec(
        name="strength_areas", file="strength_areas.py", url_path="styrkeomraden", place="nav"
    ),
    PageSpec(name="open_data", file="open_data.py", url_path="oppna-data", place="nav"),
    PageSpec(name="actor", file="actor.py", url_path="aktor", place="hidden"),
    PageSpec(name="method", file="method.py", url_path="metod", place="footer"),
    PageSpec(name="data", file="data.py", url_path="data", place="footer"),
    PageSpec(
        name="accessibility", file="accessibility.py", url_path="tillganglighet", place="footer"
    ),
    PageSpec(name="privacy", file="privacy.py", url_path="integritet", place="footer"),
    PageSpec(name="contact", file="contact.py", url_path="kontakt", place="footer"),
)

EMBEDDABLE = ("municipality",)
"""Pages with a view of their own for ``?embed=true``, without header and footer."""


def header(current: PageSpec, *, tr: Translator) -> None:
    """Draw the top of a page: product name, main menu, language switch.

    The links are one piece of HTML, followed without loading anew by pages.js: a widget for each
    is a tenth of a page's first load, and says nowhere which page one is on.
    """
    st.html(
        render(
            "page_head.html",
            language=tr.language.value,
            map_title=tr("map.title"),
            map_activate=tr("map.touch"),
        )
    )
    menu = [_link(PAGES[0], tr("product.name"), current=current, is_product=True)]
    menu += [
        _link(spec, tr(f"nav.{spec.name}"), current=current)
        for spec in PAGES
        if spec.place == "nav"
    ]
    with st.container(horizontal=True, key="ris-top", vertical_alignment="center"):
        st.html(render("page_nav.html", label=tr("nav.label"), links=menu))
        other = Language.EN if tr.language is Language.SV else Language.SV
        # no link: the header is drawn before the last click inside a fragment, whose choices a
        # link would not know
        st.button(
            tr("lang.switch"),
            key="ris-lang",
            type="tertiary",
            on_click=address.switch_language,
            args=(other,),
            width="content",
        )


def footer(current: PageSpec, *, tr: Translator) -> None:
    """Draw the bottom of a page: what the register is, and the links every page has."""
    links = [
        _link(spec, tr(f"footer.{spec.name}"), current=current)
        for spec in PAGES
        if spec.place == "footer"
    ]
    with st.container(key="ris-footer"):
        st.html(render("page_note.html", text=tr("footer.note")))
        st.html(render("page_nav.html", label=tr("footer.label"), links=links))


def room_above() -> DeltaGenerator:
    """Return a container for what stands above the map and is sent after it.

    The border (which the style sheet removes) makes Streamlit keep room for it while it is empty.
    """
    return st.container(key="ris-above", border=True)


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


def _link(
    spec: PageSpec, label: str, *, current: PageSpec, is_product: bool = False
) -> dict[str, object]:
    """Return a link to a page with its last choices; to the page one is on, without any."""
    is_current = spec is current
    query = address.plain_query() if is_current else address.page_query(spec.name)
    return {
        "url": f"/{spec.url_path}?{urlencode(query, doseq=True)}",
        "label": label,
        "is_current": is_current and not is_product,
        "is_product": is_product,
    }
