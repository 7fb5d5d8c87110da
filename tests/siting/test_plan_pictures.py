"""The picture of a plan stands under an address of its own, and so does the small map of today."""

from __future__ import annotations

import json
from collections.abc import Mapping
from urllib.parse import parse_qs, urlsplit

import pytest
from lxml import etree

from ris_map.siting import page
from ris_map.siting.map import map_picture, picture_file, today_address
from ris_map.siting.plan import SitingChoice
from ris_map.siting.words import SitingView, view_of
from ris_map.web import data
from ris_map.web.map import picture_bytes
from ris_map.words.language import Language

OPENED = {"oppna": ["vilhelmina:radgivning:ide"]}
CHANGED = {**OPENED, "stang": ["coompanion-vasterbotten@lycksele"]}
VISITED = {**CHANGED, "besok": ["lycksele:storuman,vilhelmina:2"]}


def view(query: Mapping[str, list[str]], language: Language = Language.SV) -> SitingView:
    words = data.words(data.texts(language))
    return view_of(data.world(), SitingChoice.read(query)[0], words)


def fetched(address: str) -> bytes:
    """Return what the server sends for an address."""
    where = urlsplit(address)
    name = where.path.rpartition("/")[2].removesuffix(".json")
    found = picture_file(name, parse_qs(where.query))
    assert found
    assert f"/cells/{found[0]}/" in where.path
    return found[1]


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("query", [{}, VISITED, {**VISITED, "vy": ["skillnad"], "mal": ["medel"]}])
def test_R4_the_address_of_a_plan_s_picture_gives_what_the_page_would_draw(
    query: Mapping[str, list[str]], language: Language
) -> None:
    shown = view(query, language)
    address = page.plan_map.address_of(shown)
    assert "mal=" not in address
    assert fetched(address) == picture_bytes(map_picture(shown))


def test_R4_each_change_has_the_picture_without_it_ready_under_the_words_of_its_button() -> None:
    ready = page.next_pictures(view(CHANGED))
    ahead = ready["siting-remove-vilhelmina-radgivning-ide"]["Ta bort Öppna i Vilhelmina"]
    assert fetched(ahead) == picture_bytes(map_picture(view({"stang": CHANGED["stang"]})))
    (ahead,) = ready["siting-remove-coompanion-vasterbotten-lycksele"].values()
    assert fetched(ahead) == picture_bytes(map_picture(view(OPENED)))
    assert list(ready["siting-vy"]) == ["Före", "Efter", "Skillnad"]


def test_R4_a_query_that_means_nothing_has_no_picture() -> None:
    assert picture_file("plan", {"oppna": ["narnia:radgivning:ide"]}) is None
    assert picture_file("plan", {"x": ["1"]}) is None
    assert picture_file("plan", {"lang": ["de"]}) is None
    assert picture_file("restid", {}) is None


def test_R4_the_small_map_shows_how_it_is_whatever_the_plan_and_no_words() -> None:
    assert today_address(view({})) == ""
    small = [today_address(view(query)) for query in (OPENED, {**VISITED, "vy": ["skillnad"]})]
    assert small[0] == small[1]
    tree = etree.fromstring(fetched(small[0]))
    assert not tree.findall(".//{*}text")
    assert len(tree.findall(".//{*}path[@class='squares']")) == 6
    assert "prefers-color-scheme: dark" in "".join(tree.find("{*}style").itertext())
    now = json.loads(picture_bytes(map_picture(view({**OPENED, "vy": ["fore"]}))))
    assert now["classes"] == json.loads(picture_bytes(map_picture(view({}))))["classes"]
