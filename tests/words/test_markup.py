"""Hostile text stays text: in cards, table, popup, bubble, detail view, sentence and notices."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import folium
import pytest
from jinja2 import UndefinedError
from pydantic import ValidationError

from ris_map.actors.detail import actor_html
from ris_map.actors.listing import all_html, table_html
from ris_map.common.faults import Fault
from ris_map.register.in_words import ActorRow, Words, actor_rows
from ris_map.register.model import Actor, DeliveryClaim, Outside, StatusNote
from ris_map.register.selection import Group, Match
from ris_map.register.vocabulary import Availability, Delivery, Status
from ris_map.travel.world import DataSource
from ris_map.web.layout import sources_html
from ris_map.web.map import Bubble, MapLayer, MapPicture, Sentence, changing
from ris_map.words import translator
from ris_map.words.language import Language, LocalText
from ris_map.words.markup import TEMPLATE_DIRS, render
from tests import factories
from tests.factories import words_in

ROOT = Path(__file__).resolve().parents[2]
DAY = date(2026, 11, 23)
HARMLESS = "Rosendal"
HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "</p></li></ul></article></textarea></script><h1>x",
    '" onmouseover="alert(1)',
    "' onmouseover='alert(1)",
    "<!-- x",
    "]]><svg onload=alert(1)>",
    "&lt;script&gt; &amp; &#60;b&#62; &copy",
    "{{7*7}} {% for x in y %} {# x #} {{ self }} {0} {name}",
    "{{ cycler.__init__.__globals__ }}",
    "${alert(1)} $`x`",
    "\\x3cimg src=x onerror=alert(1)\\x3e \\u003cb\\u003e",
    "\\`; alert(1); `\\\\`",
    "javascript:alert(1)",
    "\u202egnp.exe \u2066x\u2069 \u200f",
    "a\u2028b\u2029c",
    "**fet** [länk](javascript:alert(1)) `kod` :red[x] $x^2$",
    "x" * 160,
]
Skeleton = list[tuple[str, tuple[str, ...]]]


class Reader(HTMLParser):
    """The set-up of a piece of HTML: elements with the names of their attributes, and its text."""

    def __init__(self) -> None:
        super().__init__()
        self.skeleton: Skeleton = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a start tag."""
        self.skeleton.append((tag, tuple(name for name, _ in attrs)))
        for name, value in attrs:
            if name in {"href", "src"}:
                assert (value or "").startswith(("http", "mailto:", "/", "#")), value

    def handle_endtag(self, tag: str) -> None:
        """Note an end tag."""
        self.skeleton.append(("/" + tag, ()))

    def handle_comment(self, data: str) -> None:
        """Note a comment."""
        self.skeleton.append(("comment", (data,)))

    def handle_decl(self, decl: str) -> None:
        """Note a declaration."""
        self.skeleton.append(("declaration", (decl,)))

    def unknown_decl(self, data: str) -> None:
        """Note anything else."""
        self.skeleton.append(("declaration", (data,)))

    def handle_data(self, data: str) -> None:
        """Note text."""
        self.text += data


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    reader.close()
    return reader


def words_with(name: str) -> Words:
    return words_in(Language.SV, names=dict.fromkeys(factories.TOWNS, name))


def actor_with(text: str) -> Actor:
    """Return an actor with the same text in every field that takes text."""
    local = factories.text(text, en=text)
    note = StatusNote(finding=local, settled=False, sources=("https://example.org",))
    outside = Outside(
        municipality=text, county=text, country=text, km_to_border=1.0, nearest_municipality="2401"
    )
    offices = (
        factories.make_office(town=text, street=text, note=local),
        factories.make_outside_office(town=text, street=text, outside=outside, note=local),
    )
    return factories.make_actor(
        name=text,
        aliases=(text,),
        summary=local,
        status=Status.UNKNOWN,
        status_note=note,
        offices=offices,
        delivery_claims=(claim(text),),
        sources=(factories.make_source(supports=local),),
        note=local,
    )


def claim(text: str) -> DeliveryClaim:
    return DeliveryClaim(
        mode=Delivery.OFFICE,
        availability=Availability.OFFERED,
        url="https://example.org",
        year=None,
        supports=factories.text(text, en=text),
    )


def rows_with(text: str) -> tuple[ActorRow, ...]:
    actor = actor_with(text)
    matches = [Match(actor=actor, group=group, offices=actor.offices) for group in Group]
    return actor_rows(matches, words=words_with(text), on=DAY)


def rows(text: str) -> str:
    return all_html(rows_with(text), tr=translator(Language.SV))


def headline(text: str) -> str:
    return render(
        "headline.html", parts=(text, text), figure=text, lead=text, how=text, url="/metod"
    )


def panel(text: str) -> str:
    return render(
        "panel.html",
        t=translator(Language.SV),
        name=text,
        figures=[(text, text)],
        square=text,
        home=[(text, "/aktor")],
        near=[(text, text)],
        beside=text,
        beside_figures=[(text, text)],
        url="/kommun",
    )


def table(text: str) -> str:
    return table_html(rows_with(text), tr=translator(Language.SV))


def detail(text: str) -> str:
    return actor_html(
        actor_with(text),
        words=words_with(text),
        on=DAY,
    )


def sources(text: str) -> str:
    local = factories.text(text, en=text)
    values = {
        name: local if field.annotation is LocalText else text
        for name, field in DataSource.model_fields.items()
    }
    source = DataSource.model_validate(values | {"id": "x"})
    return sources_html([source], tr=translator(Language.SV))


def faults(text: str) -> str:
    fault = Fault(file=text, reason=text, action=text, code=text, record=text, field=text)
    return render("faults.html", text=str(fault))


def drawn(text: str) -> str:
    """Return what folium makes of a layer of the map with the text everywhere, data included."""
    picture = MapPicture(
        sentences={"": Sentence(figure=text, text=text)},
        bubbles=(Bubble(id="x", name=text, lat=64.0, lon=19.0, label=text),),
    )
    made = folium.Map(tiles=None)
    changing(MapLayer(picture=picture, title=text)).add_to(made)
    page: str = made.get_root().render()
    return page[page.index("L.featureGroup") :]


def data_of(script: str) -> tuple[dict[str, Any], str]:
    """Return the layer's data, and the script without it."""
    start = script.index("{", script.index("risLayer("))
    found, end = json.JSONDecoder().raw_decode(script, start)
    return found, re.sub(r"_[0-9a-f]{32}", "", script[:start] + script[end:])


PIECES: dict[str, Callable[[str], str]] = {
    "rows": rows,
    "table": table,
    "detail": detail,
    "sources": sources,
    "faults": faults,
    "notice": lambda text: render("notice.html", text=text),
    "headline": headline,
    "panel": panel,
    "title": lambda text: render("title.html", title=text, lead=text),
    "heading": lambda text: render("heading.html", level=2, text=text, hidden=False),
}


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("piece", PIECES)
def test_hostile_text_is_shown_as_written_and_adds_no_element_and_no_attribute(
    piece: str, text: str
) -> None:
    html = PIECES[piece](text)
    hostile = read(html)
    assert hostile.skeleton == read(PIECES[piece](HARMLESS)).skeleton
    assert " ".join(text.split()) in " ".join(hostile.text.split())
    assert "<" not in text or text not in html


# The map's script is a Jinja template to folium and JavaScript to the browser.


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_neither_run_by_the_server_nor_by_the_browser(text: str) -> None:
    found, frame = data_of(drawn(text))
    assert frame == data_of(drawn(HARMLESS))[1]
    assert found["title"] == text
    assert found["picture"]["bubbles"][0]["name"] == text


# One place for HTML.


def code_that_draws() -> Iterator[Path]:
    for folder in ("ris_map", "pages"):
        yield from sorted((ROOT / folder).rglob("*.py"))


PREPARED: dict[str, set[str]] = {
    "coverage_cell.html": {"figures", "known"},
    "coverage_details.html": {"table"},
    "coverage_method_box.html": {"content"},
    "embed.html": {"table"},
    "siting_paper.html": {"table"},
    "static_page.html": {"page.html", "described"},
    "static_municipality.html": {"top", "lists"},
}
"""Values that another template has made and escaped already, by the template that takes them."""


def test_escaping_is_never_switched_off() -> None:
    for path in code_that_draws():
        text = path.read_text(encoding="utf-8")
        for word in ("unsafe_allow_html", "unsafe_allow_javascript", "Markup(", "autoescape=False"):
            assert word not in text, f"{word} in {path.name}"
    for path in (p for d in TEMPLATE_DIRS for p in d.iterdir()):
        text = path.read_text(encoding="utf-8")
        assert path.suffix in {".html", ".xml"}
        # JSON-LD is data, made by script_json
        text = text.replace('<script type="application/ld+json">', "")
        forbidden = r"autoescape\s+false|<script|\son\w+=|\sstyle=(?!\"(left|width):\{\{)"
        assert not re.search(forbidden, text), path.name
        assert set(re.findall(r"(\S+)\s*\|\s*safe\b", text)) <= PREPARED.get(path.name, set()), path


def test_values_in_attributes_stand_in_quotes() -> None:
    for path in (p for d in TEMPLATE_DIRS for p in d.iterdir()):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"\s[\w:-]+=\s*'?\{\{", text), path.name


def test_templates_hold_no_words_of_their_own() -> None:
    for path in (p for d in TEMPLATE_DIRS for p in d.iterdir()):
        text = path.read_text(encoding="utf-8")
        text = re.sub(r"<(style|code|id|rights)>.*?</\1>", " ", text, flags=re.DOTALL)
        text = re.sub(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", " ", text, flags=re.DOTALL)
        for name in ("aria-label", "title", "alt", "placeholder"):
            assert not re.search(rf'\s{name}="[^"]*[A-Za-zÅÄÖåäö]', text), path.name
        assert not re.search(r"[A-Za-zÅÄÖåäö]", re.sub(r"<[^>]*>", " ", text)), path.name


def test_a_value_that_is_missing_is_an_error_not_a_gap() -> None:
    with pytest.raises(UndefinedError):
        render("notice.html")


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "data:text/html,x", 'https://x" onclick="x', "//x", "https://<b>"],
)
def test_an_address_that_is_no_page_never_becomes_a_link(url: str) -> None:
    with pytest.raises(ValidationError):
        factories.make_actor(homepage=url)
    with pytest.raises(ValidationError):
        factories.make_source(url=url)


def test_lines_of_a_template_lose_only_their_indentation() -> None:
    html = render("notice.html", text="rad ett\n   rad två")
    assert read(html).text.split() == ["rad", "ett", "rad", "två"]


def test_every_template_that_is_named_is_there_once() -> None:
    there = [path.name for folder in TEMPLATE_DIRS for path in folder.iterdir()]
    assert len(there) == len(set(there))
    for path in code_that_draws():
        named = re.findall(r'"([a-z_0-9.]+\.(?:html|xml))"', path.read_text(encoding="utf-8"))
        assert set(named) <= {*there, "index.html"}, path.name
