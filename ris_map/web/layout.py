"""What stands on every page: navigation, language switch, notices, footer."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlencode, urlsplit

import streamlit as st

from ris_map.common.address import IgnoredValue
from ris_map.common.faults import DataFaults
from ris_map.register.in_words import Words
from ris_map.web import address, data, settings
from ris_map.web.assets import PREFIX
from ris_map.words import Translator
from ris_map.words.language import other_languages, page_text
from ris_map.words.markup import render


@dataclass(frozen=True, slots=True)
class PageSpec:
    """One page: its path (empty for the start page), and where links to it stand.

    ``name`` is its file and the key of its texts (``page.<name>.title``, ``nav.<name>``,
    ``footer.<name>``), ``place`` is ``nav``, ``footer`` or ``hidden``.
    """

    name: str
    url_path: str
    place: str


PAGES: tuple[PageSpec, ...] = (
    PageSpec("start", "", "nav"),
    PageSpec("find", "hitta", "nav"),
    PageSpec("coverage", "tackning", "nav"),
    PageSpec("siting", "tankom", "nav"),
    PageSpec("municipality", "kommun", "nav"),
    PageSpec("strength_areas", "styrkeomraden", "nav"),
    PageSpec("actor", "aktor", "hidden"),
    PageSpec("confirm", "bekrafta", "hidden"),
    PageSpec("open_data", "oppna-data", "footer"),
    PageSpec("method", "metod", "footer"),
    PageSpec("data", "data", "footer"),
    PageSpec("accessibility", "tillganglighet", "footer"),
    PageSpec("privacy", "integritet", "footer"),
    PageSpec("contact", "kontakt", "footer"),
)

PAGE_ADDRESSES = tuple(f"/{spec.url_path}" for spec in PAGES)
EMBEDDABLE = ("municipality", "coverage")
"""Pages with a view of their own for ``?embed=true``, without header and footer."""


def header(current: PageSpec, *, tr: Translator) -> None:
    """Draw the top of a page: product name, main menu, search, language.

    The links are HTML, followed without loading anew by pages.js: a widget for each is a tenth of a
    page's first load, and says nowhere which page one is on.
    """
    names = ("none", "found", "failed", "perhaps", "place", "actor", "choice")
    texts = json.dumps({name: tr(f"search.{name}") for name in names}, ensure_ascii=False)
    links = _links("nav", current=current, tr=tr)
    others = other_languages(tr.language)
    shown = {"t": tr, "links": links, "others": others, "prefix": PREFIX, "texts": texts}
    st.html(render("page_head.html", **shown))
    with st.container(horizontal=True, key="ris-top", vertical_alignment="center"):
        st.html(render("page_menu.html", **shown))
        with st.container(key="ris-search"):
            st.html(render("page_search.html", **shown))
        st.html(render("page_language.html", **shown), width="content")


def footer(current: PageSpec, *, tr: Translator) -> None:
    """Draw the bottom of a page: what the register is, and the links every page has."""
    with st.container(key="ris-footer"):
        links = _links("footer", current=current, tr=tr)
        st.html(render("page_footer.html", t=tr, links=links))


def site() -> str:
    """Return the public address of the site; without one, as the reader sees it."""
    seen = urlsplit(st.context.url or "")
    known = f"{seen.scheme}://{seen.netloc}" if seen.netloc else ""
    return settings.read_settings().base_url or known


def embedded(whole: Mapping[str, str], *, draw_map: Callable[[], object]) -> None:
    """Draw what fills ``embed.html`` in another site's page: all, or around another part (M6)."""

    def show(*left_out: str) -> None:
        st.html(render("embed.html", **{**whole, **dict.fromkeys(left_out, "")}))

    part = st.query_params.get(address.PART_KEY)
    if part == "karta":
        show("sentence", "table", "source")
        draw_map()
        show("title", "sentence", "table", "note")
    else:
        show(*(("table", "note") if part == "mening" else ()))


@st.fragment
def embed_builder(url: str, *, title: str, tr: Translator) -> None:
    """Draw the folded part where one chooses what another site shows, and takes its code."""
    with st.expander(tr("embed.heading"), key="ris-embed"):
        texts = {part: tr(f"embed.part.{part}") for part in address.PARTS}
        part = st.radio(
            tr("embed.part"), texts, format_func=texts.__getitem__, key="ris-part", horizontal=True
        )
        where, height = f"{site()}{url}&embed={part}", 360 if part == "mening" else 760
        st.html(render("embed_code.html", t=tr, address=where, title=title, height=height))


MIME_TYPES = {
    "csv": "text/csv",
    # as text/html the shell would take it for Streamlit's page and send that instead
    "html": "application/octet-stream",
    "png": "image/png",
    "svg": "image/svg+xml",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def download(
    label: str,
    make: Callable[[], bytes | str],
    file: str,
    *,
    key: str,
    type: Literal["primary", "secondary"] = "secondary",  # noqa: A002 -- as Streamlit calls it
) -> None:
    """Draw a button for a file, which is made when it is pressed."""
    mime = MIME_TYPES[file.rpartition(".")[2]]
    st.download_button(label, make, file, mime, key=key, on_click="ignore", type=type)


def ignored_notice(ignored: Iterable[IgnoredValue], *, tr: Translator) -> None:
    """Say which values of the address mean nothing here, and to pages.js what goes along."""
    st.html(render("travel.html", text=address.travel_text()))
    if text := address.ignored_words(ignored, tr=tr):
        st.html(render("notice.html", text=text))


def fault_notice(*, tr: Translator) -> None:
    """Say in one line that a data file has faults; log and ``check`` have them all (X10, F4)."""
    if any(fault.is_error for fault in data.register_state().faults):
        st.html(render("faults.html", text=f"{tr('fault.heading')} {tr('fault.kept')}"))


def register_is_served(*, tr: Translator) -> bool:
    """Return whether there is a register to show; else say instead of any page that it is not."""
    try:
        data.register_state()
    except DataFaults:
        title(tr("fault.title"))
        st.html(render("faults.html", text=f"{tr('fault.heading')} {tr('fault.none-good')}"))
        return False
    return True


def title(text: str, lead: str = "") -> None:
    """Draw the page's only first-level heading."""
    st.html(render("title.html", title=text, lead=lead))


def text_page(name: str, file: str) -> None:
    """Draw a page that is only text."""
    tr = words()
    title(tr(f"page.{name}.title"))
    text = page_text(file, tr.language) or tr("page.not-written")
    text = text.replace("{report_address}", settings.read_settings().report_address)
    with st.container(key="ris-text"):
        st.markdown(text)


def words() -> Words:
    """Return the words of the chosen language."""
    return data.words(address.language())


def _links(place: str, *, current: PageSpec, tr: Translator) -> list[dict[str, object]]:
    """Return links to the pages of a place with their last choices; to one's own without any."""
    links: list[dict[str, object]] = []
    for spec in PAGES:
        if spec.place == place:
            is_current, path = spec is current, f"/{spec.url_path}"
            query = address.plain_query() if is_current else address.page_query(path)
            url = f"{path}?{urlencode(query, doseq=True)}"
            label = tr(f"nav.{spec.name}") if place == "nav" else tr(f"footer.{spec.name}")
            links.append({"url": url, "label": label, "is_current": is_current})
    return links
