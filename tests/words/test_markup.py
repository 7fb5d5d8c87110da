"""Hostile text stays text: in cards, table, popup, bubble, detail view, sentence and notices."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import folium
import pytest
from jinja2 import UndefinedError
from lxml.html import fromstring

from ris_map.actors.detail import actor_html
from ris_map.actors.listing import all_html, table_html
from ris_map.common.faults import Fault
from ris_map.register.in_words import Words
from ris_map.register.model import Actor, DeliveryClaim, Outside, StatusNote
from ris_map.register.selection import Group, Match
from ris_map.register.vocabulary import Availability, Delivery, Status
from ris_map.travel.world import DataSource
from ris_map.web.map import Bubble, MapLayer, MapPicture, Sentence, changing
from ris_map.words import translator
from ris_map.words.language import Language, LocalText
from ris_map.words.markup import render
from tests import factories
from tests.factories import DAY, words_in

ROOT = Path(__file__).resolve().parents[2]
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
Skeleton = list[tuple[str, list[str]]]


def read(html: str) -> tuple[Skeleton, str]:
    """Return the set-up of a piece of HTML, elements and names of attributes, and its text."""
    root = fromstring(f"<main>{html}</main>")
    for element in root.iter():
        for address in filter(None, map(element.get, ("href", "src"))):
            assert address.startswith(("http", "mailto:", "/", "#")), address
    skeleton = [(str(element.tag), sorted(element.attrib)) for element in root.iter()]
    return skeleton, " ".join(root.text_content().split())


SWEDISH = translator(Language.SV)


def words_with(name: str) -> Words:
    return words_in(Language.SV, names=dict.fromkeys(factories.TOWNS, name))


def actor_with(text: str) -> Actor:
    local = factories.text(text, en=text)
    claim = DeliveryClaim(
        mode=Delivery.OFFICE,
        availability=Availability.OFFERED,
        url="https://example.org",
        year=None,
        supports=local,
    )
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
        delivery_claims=(claim,),
        sources=(factories.make_source(supports=local),),
        note=local,
    )


def matches_with(text: str) -> list[Match]:
    actor = actor_with(text)
    return [Match(actor=actor, group=group, offices=actor.offices) for group in Group]


def sources(text: str) -> str:
    local = factories.text(text, en=text)
    values = {
        name: local if field.annotation is LocalText else text
        for name, field in DataSource.model_fields.items()
    }
    source = DataSource.model_validate(values | {"id": "x"})
    return render("sources.html", t=SWEDISH, sources=[source])


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
    start = script.index("{", script.index("risLayer("))
    found, end = json.JSONDecoder().raw_decode(script, start)
    return found, re.sub(r"_[0-9a-f]{32}", "", script[:start] + script[end:])


PIECES: dict[str, Callable[[str], str]] = {
    "rows": lambda text: all_html(matches_with(text), tr=words_with(text), on=DAY),
    "table": lambda text: table_html(matches_with(text), tr=words_with(text)),
    "detail": lambda text: actor_html(actor_with(text), tr=words_with(text), on=DAY),
    "sources": sources,
    "faults": lambda text: render(
        "faults.html",
        text=str(Fault(file=text, reason=text, action=text, code=text, record=text, field=text)),
    ),
    "notice": lambda text: render("notice.html", text=text),
    "headline": lambda text: render(
        "headline.html", t=SWEDISH, parts=(text, text), figure=text, lead=text
    ),
    "panel": lambda text: render(
        "panel.html",
        t=words_with(text),
        name=text,
        figures=[(text, text)],
        square=text,
        home=[actor_with(text)],
        near=[(text, text)],
        beside=text,
        beside_figures=[(text, text)],
        url="/kommun",
    ),
    "title": lambda text: render("title.html", title=text, lead=text),
    "heading": lambda text: render("heading.html", level=2, text=text, hidden=False),
}


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("piece", PIECES)
def test_hostile_text_is_shown_as_written_and_adds_no_element_and_no_attribute(
    piece: str, text: str
) -> None:
    html = PIECES[piece](text)
    skeleton, shown = read(html)
    assert skeleton == read(PIECES[piece](HARMLESS))[0]
    assert " ".join(text.split()) in shown
    assert "<" not in text or text not in html


# The map's script is a Jinja template to folium and JavaScript to the browser.


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_neither_run_by_the_server_nor_by_the_browser(text: str) -> None:
    found, frame = data_of(drawn(text))
    assert frame == data_of(drawn(HARMLESS))[1]
    assert found["title"] == text
    assert found["picture"]["bubbles"][0]["name"] == text


# One place for HTML.

CODE = [path for folder in ("ris_map", "pages") for path in sorted((ROOT / folder).rglob("*.py"))]
TEMPLATES = sorted((ROOT / "ris_map").glob("**/templates/*"))
PREPARED: dict[str, set[str]] = {
    "coverage_cell.html": {"figures", "known"},
    "coverage_details.html": {"table"},
    "coverage_method_box.html": {"content"},
    "embed.html": {"table"},
    "siting_paper.html": {"table"},
    "static_page.html": {"html", "described"},
    "static_municipality.html": {"top", "lists"},
}
"""Values that another template has made and escaped already, by the template that takes them."""


def test_code_never_switches_escaping_off_and_names_templates_that_are_there_once() -> None:
    there = [path.name for path in TEMPLATES]
    assert len(there) == len(set(there))
    for path in CODE:
        text = path.read_text(encoding="utf-8")
        for word in ("unsafe_allow_html", "unsafe_allow_javascript", "Markup(", "autoescape=False"):
            assert word not in text, f"{word} in {path.name}"
        named = re.findall(r'"([a-z_0-9.]+\.(?:html|xml))"', text)
        assert set(named) <= {*there, "index.html"}, path.name


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_templates_escape_quote_their_attributes_and_hold_no_words_of_their_own(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert path.suffix in {".html", ".xml"}
    # JSON-LD is data, made by script_json
    markup = text.replace('<script type="application/ld+json">', "")
    forbidden = r"autoescape\s+false|<script|\son\w+=|\sstyle=(?!\"(left|width):\{\{)"
    assert not re.search(forbidden, markup)
    assert set(re.findall(r"(\S+)\s*\|\s*safe\b", text)) <= PREPARED.get(path.name, set())
    assert not re.search(r"\s[\w:-]+=\s*'?\{\{", text), "values in attributes stand in quotes"
    text = re.sub(r"<(style|code|id|rights)>.*?</\1>", " ", text, flags=re.DOTALL)
    text = re.sub(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", " ", text, flags=re.DOTALL)
    for name in ("aria-label", "title", "alt", "placeholder"):
        assert not re.search(rf'\s{name}="[^"]*[A-Za-zÅÄÖåäö]', text)
    assert not re.search(r"[A-Za-zÅÄÖåäö]", re.sub(r"<[^>]*>", " ", text))


def test_a_missing_value_is_an_error_lines_lose_their_indentation_and_numbers_no_unit() -> None:
    with pytest.raises(UndefinedError):
        render("notice.html")
    assert "rad ett\nrad två" in render("notice.html", text="rad ett\n   rad två")
    assert "≈\xa060\xa0min: 5–7\xa0av\xa08" in render("notice.html", text="≈ 60 min: 5–7 av 8")
