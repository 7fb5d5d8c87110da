"""View as text: the same figures as the page's view objects and the API, whatever is chosen."""

import re
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from starlette.testclient import TestClient

from ris_map.actors.listing import StartChoice, headline_words, rows_words
from ris_map.common.address import Choice
from ris_map.coverage.map_picture import map_view, picture
from ris_map.coverage.page import summary, tables
from ris_map.coverage.page.view import CoverageChoice, CoverageView
from ris_map.finder.answer import find_support
from ris_map.finder.need import Need
from ris_map.finder.words import FindView
from ris_map.municipality.profile import MunicipalityChoice
from ris_map.municipality.tables import coverage_table
from ris_map.municipality.words import view_of
from ris_map.register.vocabulary import STRENGTH_AREAS, Delivery, Phase, ServiceType
from ris_map.siting import words as siting
from ris_map.siting.plan import SitingChoice
from ris_map.web import data
from ris_map.web.settings import Settings
from ris_map.words.figures import cell_text, percent
from ris_map.words.language import Language
from ris_map.words.markup import markdown_text
from tests.api.api_site import client

PAGES = ("karta", "tackning", "kommun", "hitta", "tankom")
few = settings(
    max_examples=4, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)
common = {
    "fas": st.sampled_from([*Phase]),
    "stod": st.sampled_from([*ServiceType]),
    "grans": st.sampled_from(["30", "60", "90", "120"]),
    "lang": st.sampled_from([*Language]),
}
areas = {"omrade": st.sampled_from(STRENGTH_AREAS)}
ways = {"satt": st.sampled_from([*Delivery])}
towns = st.sampled_from(["2422", "2480", "2481"])
winter = {"vinter": st.just("ja")}
Query = dict[str, str]


def some(**more: Any) -> st.SearchStrategy[Query]:
    return st.fixed_dictionaries({}, optional={**common, **more})


def read(api: TestClient, page: str, query: Mapping[str, str | list[str]]) -> str:
    """Return a page's text with its escapes taken back."""
    answer = api.get(f"/{page}.md", params=dict(query))
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/markdown; charset=utf-8"
    return re.sub(r"\\(.)", r"\1", answer.text)


def has(text: str, *said: str) -> None:
    for one in said:
        assert " ".join(one.replace("\u00ad", "").split()) in text, one


def opened(api: TestClient, page: str, model: type[Choice], query: Query) -> tuple[str, Any, Any]:
    """Return a page's text, what its address chooses, and what puts that into words."""
    asked = {name: [value] for name, value in query.items() if name != "lang"}
    tr = data.words(Language(query.get("lang", "sv")))
    return read(api, page, query), model.read(asked)[0], tr


@few
@given(query=some(**areas, **ways, kommun=towns))
def test_karta_has_the_pages_figures(api: TestClient, query: Query) -> None:
    text, choice, words = opened(api, "karta", StartChoice, query)
    view = map_view(data.world(), choice, tr=words)
    said, drawn = headline_words(view), picture(view)
    has(text, said["parts"][0] + said["figure"] + said["parts"][1], said["lead"])
    has(text, *(f"**{drawn.sentences[code].figure}**" for code in view.names))
    has(text, *(drawn.sentences[code].text for code in view.names))
    has(text, *(f"| {' | '.join((row.label, *row.texts))} |" for row in drawn.legend.rows))
    for heading, rows in rows_words(view, choice)["sections"]:
        has(text, f"## {heading}".strip(), *(actor.name for actor, *_ in rows))


@few
@given(query=some(**areas, **ways, **winter))
def test_tackning_has_the_figures_of_page_and_api(api: TestClient, query: Query) -> None:
    text, choice, words = opened(api, "tackning", CoverageChoice, query)
    view = CoverageView(world=data.world(), choice=choice, tr=words)
    has(text, summary.headline(view), summary.finding_sentence(view), summary.basis(view))
    for figure in summary.key_figures(view):
        range_words = figure.range and f" ({figure.range})"
        has(text, f"**{figure.number}** {figure.text}{range_words}. {figure.note}")
    table = tables.municipality_table(view)
    shown = [[cell_text(cell, tr=words) for cell in row] for row in table.rows]
    has(text, table.title, *(f"| {' | '.join(row)} |" for row in shown))
    if not view.is_physical:
        return
    asked = {k: v for k, v in query.items() if k in {"omrade", "grans", "vinter"}}
    cells = api.get("/api/v1/coverage", params=asked).json()["cells"]
    phase, kind = choice.phase, choice.service_type
    of_api = {
        cell["municipality"]: cell[f"share_within_{choice.limit}"]
        for cell in cells
        if (cell["phase"], cell["service_type"]) == (phase, kind)
    }
    for row in shown:
        if row[0] in of_api:
            known = percent(of_api[row[0]], tr=words)
            assert row[2] == known or row[2].startswith(f"{known.split()[0]}–"), row


@few
@given(query=some(kommun=towns, **winter))
def test_kommun_has_the_pages_figures(api: TestClient, query: Query) -> None:
    text, choice, words = opened(api, "kommun", MunicipalityChoice, query)
    if choice.code is None:
        has(text, *words.municipality_names.values())
        return
    view = view_of(data.world(), choice, words)
    has(text, view.headline(), view.lead, view.paragraph)
    for row in coverage_table(view).rows:
        told = (f"{c.text} ({c.small})" if c.small else c.text for c in row)
        has(text, f"| {' | '.join(told)} |")


@few
@given(query=some(**areas, **winter, plats=towns, digitalt=st.just("ja")))
def test_hitta_has_the_pages_answer(api: TestClient, query: Query) -> None:
    text, need, words = opened(api, "hitta", Need, query)
    view = FindView(find_support(data.world(), need), data.world(), words)
    has(text, view.title, view.lead, view.choices, view.source, *view.missing)
    has(text, *(part for e in view.steps.values() for part in (e.actor.name, view.reach(e))))
    for section in view.sections:
        has(text, section.title, *(row.actor.name for row in section.rows + section.rest))
        has(text, *map(view.way, section.rows + section.rest))


@few
@given(query=some(**areas, **winter, oppna=st.just("vilhelmina:radgivning:ide")))
def test_tankom_has_the_figures_of_page_and_api(api: TestClient, query: Query) -> None:
    text, choice, words = opened(api, "tankom", SitingChoice, query)
    view = siting.view_of(data.world(), choice, words)
    has(text, siting.headline(view), siting.lead(view), siting.gains(view), siting.source(view))
    for row in siting.full_table(view).rows:
        has(text, f"| {' | '.join(cell_text(cell, tr=words) for cell in row)} |")
    answer = api.get("/api/v1/scenario", params=query).json()
    for group in answer["groups"]:
        if group["group"] in {"inland", *view.scenario.basis.groups["inland"]}:
            name = view.group_name(group["group"])
            after = percent(group["after"]["share_within_limit"], tr=words).replace("\xa0", " ")
            assert re.search(rf"\*\*[^*]*{re.escape(after)}[^*]*\*\* {name}", text), name


@pytest.mark.parametrize("page", PAGES)
def test_what_means_nothing_is_told_and_never_refused(api: TestClient, page: str) -> None:
    many = dict.fromkeys(map(str, range(120)), "1")
    strange: Query = {"fas": "nix", "hej": "<img src=x>", "q": "x", **many}
    text = read(api, page, {**strange, "lang": ["en", "xx"]})
    assert "> De här valen i adressen räknas inte" in text
    has(text, "fas=nix", "hej=<img src=x>")
    raw = api.get(f"/{page}.md", params={"hej": "<img src=x onerror=y>|[a](javascript:b)"}).text
    html = MarkdownIt("commonmark").enable("table").render(raw)
    assert "<img" not in html
    assert "javascript:b)" in html
    assert 'href="javascript' not in html


@pytest.mark.parametrize(("page", "own"), [("tackning", "plats"), ("kommun", "kommun")])
def test_a_settlement_is_its_municipality_where_the_page_takes_it_so(
    api: TestClient, page: str, own: str
) -> None:
    text = read(api, page, {"plats": "saxnas"})
    assert text == read(api, page, {own: "2462"})
    assert "valen i adressen" not in text


def test_a_plan_with_more_changes_than_allowed_is_answered(api: TestClient) -> None:
    places = ("storuman", "vilhelmina")
    kinds = [f"{one}:{kind}:{phase}" for one in places for kind in ServiceType for phase in Phase]
    answer = api.get("/tankom.md", params={"oppna": kinds})
    assert answer.status_code == 200
    assert "valen i adressen räknas inte" in answer.text


def test_the_short_addresses_are_those_of_the_api_and_described(api: TestClient) -> None:
    paths = api.get("/api/v1/openapi.json").json()["paths"]
    for page in PAGES:
        assert f"/{page}.md" in paths
        one, other = (api.get(f"{prefix}/{page}.md") for prefix in ("", "/api/v1"))
        assert (one.status_code, one.text) == (200, other.text)
        assert one.headers["ETag"]
    assert api.get("/.md").text == api.get("/karta.md").text


def test_links_lead_to_the_site_also_below_a_path() -> None:
    base = "https://karta.example.se/ris"
    text = client(settings=Settings(base_url=base)).get("/karta.md").text
    links = re.findall(r"\]\(<(.*?)>\)", text)
    assert len(links) > 5
    assert all(link.startswith(f"{base}/") for link in links)


def test_hostile_text_is_only_text_in_markdown() -> None:
    evil = "<script>alert(1)</script> [x](javascript:y) | *b* `c` \\ &lt; _d_ ~~e~~\n# f"
    html = MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(markdown_text(evil))
    assert re.findall(r"<(\w+)", html) == ["p"]
    assert "&lt;script&gt;" in html
    for line in ("1. a", "- a", "+ a", "# a", "> a", "---"):
        assert re.findall(r"<(\w+)", MarkdownIt().render(markdown_text(line))) == ["p"], line
