"""What stands on every page: navigation, language switch, notices, footer."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

import streamlit as st

from ris_map.common.address import IgnoredValue
from ris_map.common.faults import Fault, RegisterFaults
from ris_map.travel.world import DataSource
from ris_map.web import address, data, settings
from ris_map.web.assets import PREFIX
from ris_map.words import Translator
from ris_map.words.language import Language, page_text
from ris_map.words.markup import render


@dataclass(frozen=True, slots=True, kw_only=True)
class PageSpec:
    """One page: its file, its path (empty for the start page), and where links to it stand.

    ``name`` is the key of its texts (``page.<name>.title``, ``nav.<name>``, ``footer.<name>``),
    ``place`` is ``nav``, ``footer`` or ``hidden``.
    """

    name: str
    file: str
    url_path: str
    place: str


def _pages(place: str, *pages: tuple[str, str]) -> tuple[PageSpec, ...]:
    specs = (PageSpec(name=n, file=f"{n}.py", url_path=path, place=place) for n, path in pages)
    # a page of the list that is not there yet is left out
    return tuple(spec for spec in specs if (settings.ROOT / "pages" / spec.file).is_file())


PAGES: tuple[PageSpec, ...] = (
    *_pages(
        "nav",
        ("start", ""),
        ("find", "hitta"),
        ("coverage", "tackning"),
        ("siting", "tankom"),
        ("municipality", "kommun"),
        ("strength_areas", "styrkeomraden"),
    ),
    *_pages("hidden", ("actor", "aktor"), ("confirm", "bekrafta")),
    *_pages(
        "footer",
        ("open_data", "oppna-data"),
        ("method", "metod"),
        ("data", "data"),
        ("accessibility", "tillganglighet"),
        ("privacy", "integritet"),
        ("contact", "kontakt"),
    ),
)

PAGE_ADDRESSES = tuple(f"/{spec.url_path}" for spec in PAGES)
EMBEDDABLE = ("municipality", "coverage")
"""Pages with a view of their own for ``?embed=true``, without header and footer."""


def header(current: PageSpec, *, tr: Translator) -> None:
    """Draw the top of a page: product name, main menu, search, language.

    The links are HTML, followed without loading anew by pages.js: a widget for each is a tenth of a
    page's first load, and says nowhere which page one is on.
    """
    st.html(render("page_head.html", language=tr.language.value))
    links = [
        _link(spec, tr(f"nav.{spec.name}"), current=current)
        for spec in PAGES
        if spec.place == "nav"
    ]
    other = Language.EN if tr.language is Language.SV else Language.SV
    switch = {
        "url": f"?{urlencode({address.LANGUAGE_KEY: other.value})}",
        "code": other.value,
        "label": tr("lang.switch"),
    }
    texts = {
        name: tr(f"search.{name}")
        for name in ("none", "found", "failed", "perhaps", "place", "actor", "choice")
    }
    search_html = render(
        "page_search.html",
        url=f"/{PREFIX}/search/{tr.language}.json",
        texts=json.dumps(texts, ensure_ascii=False),
        label=tr("search.label"),
        short=tr("search.short"),
        results=tr("search.results"),
    )
    with st.container(horizontal=True, key="ris-top", vertical_alignment="center"):
        short = tr("product.short")
        menu_html = render(
            "page_menu.html",
            label=tr("nav.label"),
            short_name=short,
            long_name=tr("product.name").removeprefix(short),
            menu=tr("nav.menu"),
            product=links[0],
            links=links,
            other=switch,
        )
        st.html(menu_html)
        with st.container(key="ris-search"):
            st.html(search_html)
        language_html = render("page_language.html", label=tr("lang.label"), other=switch)
        st.html(language_html, width="content")


def footer(current: PageSpec, *, tr: Translator) -> None:
    """Draw the bottom of a page: what the register is, and the links every page has."""
    links = [
        _link(spec, tr(f"footer.{spec.name}"), current=current)
        for spec in PAGES
        if spec.place == "footer"
    ]
    with st.container(key="ris-footer"):
        text, label = tr("footer.note"), tr("footer.label")
        st.html(render("page_footer.html", text=text, label=label, links=links))


def site() -> str:
    """Return the address of the site as the reader sees it."""
    seen = urlsplit(st.context.url or "")
    return f"{seen.scheme}://{seen.netloc}" if seen.netloc else ""


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


def ignored_notice(ignored: Iterable[IgnoredValue], *, tr: Translator) -> None:
    """Say which values of the address mean nothing here (I5)."""
    values = ", ".join(f"{item.key}={item.value}" for item in ignored)
    if values:
        st.html(render("notice.html", text=tr("filter.ignored", values=values)))


def fault_notice(faults: Iterable[Fault], *, tr: Translator, served: bool) -> None:
    """Say in one line that a data file has faults; log and ``check`` have them all (X10, F4)."""
    if any(fault.is_error for fault in faults):
        text = f"{tr('fault.heading')} {tr('fault.kept' if served else 'fault.none-good')}"
        st.html(render("faults.html", text=text))


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
    text = page_text(file, tr.language) or tr("page.not-written")
    text = text.replace("{report_address}", settings.report_address())
    with st.container(key="ris-text"):
        st.markdown(text)


def sources_html(sources: Iterable[DataSource], *, tr: Translator) -> str:
    """Return the provenance of all data files, folded file by file."""
    return render(
        "sources.html",
        heading=tr("sources.caption"),
        sources=[
            (
                source.title.in_(tr.language),
                [
                    (tr("sources.file"), source.file),
                    (tr("sources.publisher"), source.publisher.in_(tr.language)),
                    (tr("sources.edition"), source.edition or tr("unknown")),
                    (tr("sources.licence-in"), source.licence_in.in_(tr.language)),
                    (tr("sources.licence-out"), source.licence_out),
                    (tr("sources.note"), source.note.in_(tr.language)),
                ],
            )
            for source in sources
        ],
    )


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


def _link(spec: PageSpec, label: str, *, current: PageSpec) -> dict[str, object]:
    """Return a link to a page with its last choices; to the page one is on, without any."""
    is_current = spec is current
    query = address.plain_query() if is_current else address.page_query(spec.name)
    url = f"/{spec.url_path}?{urlencode(query, doseq=True)}"
    return {"url": url, "label": label, "is_current": is_current}
