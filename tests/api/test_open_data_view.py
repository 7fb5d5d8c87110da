"""The page about open data, without Streamlit: whom to name stands in the page's language only."""

from __future__ import annotations

import html
import re

import pytest

from ris_map.api.datasets import DATASETS, terms
from ris_map.api.page import open_data_html
from ris_map.travel.world import sources
from ris_map.web.settings import Settings
from ris_map.words import translator
from ris_map.words.language import Language
from tests.api.api_site import DATA

LANGUAGES = list(Language)
SOURCES = sources(DATA)


def sentences(language: Language) -> frozenset[str]:
    """Return every sentence of every attribution, as sources.yaml words it in one language."""
    texts = (source.attribution.in_(language) for source in SOURCES)
    return frozenset(part for text in texts for part in re.split(r"(?<=\.) ", text))


def page(language: Language) -> str:
    tr = translator(language)
    shown = open_data_html(tr, settings=Settings(), sources=SOURCES, reference="2026-11-23")
    return html.unescape(shown)


@pytest.mark.parametrize("language", LANGUAGES)
def test_whom_to_name_is_never_in_the_other_language(language: Language) -> None:
    shown = page(language)
    (other,) = (one for one in LANGUAGES if one is not language)
    assert [text for text in sentences(other) if text in shown] == []
    for dataset in DATASETS:
        named = terms(dataset.files, sources=SOURCES).attribution_in(language)
        assert named in shown
    coast = {Language.SV: "© OpenStreetMaps bidragsgivare", Language.EN: "© OpenStreetMap contri"}
    assert coast[language] in shown
    assert coast[other] not in shown


@pytest.mark.parametrize("language", LANGUAGES)
def test_data_that_ask_for_nothing_name_nobody(language: Language) -> None:
    label = translator(language)("open-data.column.attribution")
    allowed = {dataset.id: terms(dataset.files, sources=SOURCES) for dataset in DATASETS}
    named = sum(bool(terms.credits) for terms in allowed.values())
    assert not allowed["actors"].credits
    assert 0 < named < len(DATASETS)
    assert page(language).count(f" · {label}: ") == named
