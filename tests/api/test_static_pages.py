"""Pages without scripts: valid, described for machines, and with the live page's figures."""

import json
from collections.abc import Callable
from functools import cache
from typing import Any

import html5rdf
import pytest
from lxml import html
from starlette.applications import Starlette
from starlette.testclient import TestClient

from ris_map.actors.detail import actor_html
from ris_map.api.page import actor_page, page_html, static_routes
from ris_map.municipality.profile import MunicipalityChoice
from ris_map.municipality.tables import coverage_table
from ris_map.municipality.words import view_of
from ris_map.web import data
from ris_map.web.shell import ABOUT
from ris_map.words.language import Language

TYPES = {"public": "GovernmentOrganization", "company": "Corporation", "nonprofit": "NGO"}
TYPES |= {"academic": "EducationalOrganization", "foundation": "NGO"}
HOSTILE = '</script><img src=x onerror=alert(1)>{{ 7*7 }}"&'


@pytest.fixture(scope="module")
def pages() -> TestClient:
    return TestClient(Starlette(routes=static_routes()), base_url="https://karta.example")


Read = Callable[[str, Language], Any]


@pytest.fixture(scope="module")
def read(pages: TestClient) -> Read:
    """Give a page as a document, the same one for all who look at it."""

    @cache
    def document(path: str, language: Language) -> Any:
        answer = pages.get(f"{ABOUT}{path}", params={"lang": language.value})
        assert answer.status_code == 200
        return html.document_fromstring(answer.text)

    return document


def described(page: Any) -> dict[str, Any]:
    (text,) = page.xpath("//script/text()")
    (kind,) = page.xpath("//script/@type")
    assert kind == "application/ld+json"
    found: dict[str, Any] = json.loads(text)
    assert found["@context"] == "https://schema.org"
    return found


def all_paths() -> list[str]:
    actors = [f"aktor/{actor.id}" for actor in data.register_state().register.actors]
    return ["", *actors, *(f"kommun/{code}" for code in data.geography().names)]


def test_every_page_is_valid_html_names_itself_and_is_listed(
    pages: TestClient, read: Read, language: Language
) -> None:
    titles = set()
    for number, path in enumerate(all_paths()):
        page = read(path, language)
        if number % 8 == 0:  # the templates are few: each is seen many times all the same
            text = pages.get(f"{ABOUT}{path}", params={"lang": language.value}).text
            html5rdf.HTMLParser(strict=True).parse(text)
        assert page.get("lang") == language.value
        (heading,) = page.xpath("//h1")
        assert heading.text_content().strip()
        address = f"https://karta.example{ABOUT}{path}"
        own = f"{address}?lang={language}"
        assert page.xpath("//link[@rel='canonical']/@href") == [own]
        others = {e.get("hreflang"): e.get("href") for e in page.xpath("//link[@rel='alternate']")}
        spoken = {one.value: f"{address}?lang={one}" for one in Language}
        assert others == {**spoken, "x-default": address}
        assert described(page)["@id"] == own
        ids = page.xpath("//@id")
        assert len(ids) == len(set(ids))
        titles.add(page.xpath("string(//title)"))
    assert len(titles) == len(all_paths())
    links = read("", language).xpath("//main//li/a/@href")
    assert {link.partition("?")[0] for link in links} == {ABOUT + path for path in all_paths()[1:]}


def test_an_actor_says_what_the_live_page_says(read: Read, language: Language) -> None:
    tr = data.words(language)
    for actor in data.register_state().register.actors:
        page = read(f"aktor/{actor.id}", language)
        live = html.fromstring(actor_html(actor, tr=tr, on=data.world().on))
        (shown,) = page.xpath("//article")
        assert shown.text_content().split() == live.text_content().split()
        assert page.xpath(f"//main//a[@href='/aktor?id={actor.id}&lang={language}']")
        thing = described(page)["mainEntity"]
        assert (thing["@type"], thing["identifier"]) == (TYPES[str(actor.kind)], actor.id)
        assert thing["description"] == actor.summary.in_(language)
        towns = [place["name"] for place in thing.get("location", [])]
        assert towns == [office.town for office in actor.offices_on(data.world().on)]
        assert not {"email", "telephone", "employee", "founder"} & set(json.dumps(thing).split('"'))


def test_a_municipality_has_the_live_pages_figures(read: Read, language: Language) -> None:
    tr = data.words(language)
    for code in data.geography().names:
        choice = MunicipalityChoice(code=code)
        view = view_of(data.world(), choice, tr)
        page = read(f"kommun/{code}", language)
        text = " ".join(page.xpath("string(//main)").split())
        for said in (view.headline(), view.lead, view.paragraph):
            assert " ".join(said.split()) in text
        cells = [
            td.text_content().split()[0].strip()
            for td in page.xpath("//table[@data-table='coverage']//td")
        ]
        table = coverage_table(view)
        assert cells == [cell.text.split()[0] for row in table.rows for cell in row[1:]]
        assert page.xpath(f"//main//a[@href='{choice.url(tr=tr)}']")
        assert described(page)["mainEntity"]["identifier"] == code


def test_X3_hostile_text_stays_text() -> None:
    tr = data.words(Language.SV)
    actor = data.register_state().register.by_id["almi-nord"]
    summary = actor.summary.model_copy(update={"sv": HOSTILE})
    evil = actor.model_copy(update={"name": HOSTILE, "summary": summary, "aliases": (HOSTILE,)})
    page = actor_page(evil, world=data.world(), tr=tr)
    text = page_html(page, base="https://karta.example", path="/om/aktor/x", tr=tr)
    html5rdf.HTMLParser(strict=True).parse(text)
    parsed = html.document_fromstring(text)
    assert parsed.xpath("//img | //*[@onerror]") == []
    assert len(parsed.xpath("//script")) == 1
    assert described(parsed)["mainEntity"]["name"] == HOSTILE
    assert parsed.xpath("string(//h1)") == HOSTILE


@pytest.mark.parametrize("path", ["aktor/nobody", "kommun/9999", "aktor/%3Cscript%3E", "annat/x"])
def test_an_unknown_one_is_404_in_words(pages: TestClient, path: str) -> None:
    answer = pages.get(f"{ABOUT}{path}?lang=en")
    assert answer.status_code == 404
    assert "<h1>" in answer.text
    assert "<script" not in answer.text


def test_what_is_known_is_not_sent_again(pages: TestClient) -> None:
    known = {"If-None-Match": pages.get(ABOUT).headers["ETag"]}
    assert pages.get(ABOUT, headers=known).status_code == 304
