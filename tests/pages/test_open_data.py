"""The page about open data: every form, every licence, working addresses, both languages."""

import re
from functools import cache

import pytest
from streamlit.testing.v1 import AppTest

from ris_map.api.datasets import DATASETS, LICENCES
from ris_map.api.page import all_parameters
from ris_map.web.settings import DEFAULT_REPORT_ADDRESS
from ris_map.words import held_together, translator
from ris_map.words.language import Language
from tests.api.api_site import client
from tests.pages.opened import html, open_page, read, visible_text

PAGE = "open_data"


@cache
def opened(language: Language) -> AppTest:
    return open_page({"lang": language.value}, page=PAGE)


def api_links(language: Language) -> list[str]:
    return list(read(opened(language)).xpath("//a[starts-with(@href, '/api')]/@href"))


def test_R10_every_form_of_every_data_set_is_linked_with_its_licence(language: Language) -> None:
    tr, links, text = translator(language), api_links(language), visible_text(opened(language))
    for dataset in DATASETS:
        assert {distribution.address for distribution in dataset.distributions} <= set(links)
        assert tr(f"dataset.{dataset.id}.title") in text
        assert held_together(tr(f"dataset.{dataset.id}.description")) in text
    assert {"/api/v1/dcat.rdf", "/api/v1/dcat.ttl", "/api/v1/dcat.jsonld"} <= set(links)
    for licence in LICENCES:
        assert tr(f"open-data.licence.{licence}") in text
    named = ("© OpenStreetMaps bidragsgivare", "© OpenStreetMap contributors")
    assert [one in text for one in named] == [language is one for one in Language]
    assert "2026-11-23" in text


def test_every_address_on_the_page_answers_and_every_parameter_is_explained() -> None:
    api, text = client(), visible_text(opened(Language.SV))
    for address in api_links(Language.SV):
        assert api.head(address).status_code == 200, address
    for parameter in all_parameters():
        assert re.search(rf"(?<!\w){parameter.name}(?!\w)", text), parameter.name
        assert all(value in text for value in parameter.values)


def test_the_rate_and_the_role_address_are_those_of_the_operator(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    text = visible_text(opened(Language.SV))
    assert "600\xa0anrop på 60\xa0sekunder" in text
    assert DEFAULT_REPORT_ADDRESS in text
    monkeypatch.setenv("RIS_MAP_API_RATE", "off")
    monkeypatch.setenv("RIS_MAP_REPORT_ADDRESS", "karta@region.example")
    session = open_page({"lang": "en"}, page=PAGE)
    assert "not limited" in visible_text(session)
    assert 'href="mailto:karta@region.example"' in html(session)
