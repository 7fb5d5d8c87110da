"""Addresses of every page through the real script; tests/browser/test_pages_all.py sees them."""

import re
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from ris_map.web.layout import PAGES
from ris_map.words import translator
from ris_map.words.language import Language
from tests.pages.opened import (
    ROOT,
    address,
    cards,
    html,
    open_page,
    read,
    text_of_class,
    visible_text,
)

NAMES = sorted(path.stem for path in (ROOT / "pages").glob("*.py"))


def test_every_page_file_is_a_page_and_the_other_way_round() -> None:
    assert sorted(spec.name for spec in PAGES) == NAMES
    paths = [spec.url_path for spec in PAGES]
    assert len(set(paths)) == len(paths)
    assert all(re.fullmatch(r"[a-z-]*", path) for path in paths)


ADDRESSES: list[tuple[str, dict[str, Any], str]] = [
    ("start", {"fas": "vaxa", "stod": "finansiering", "grans": "90", "kommun": "2417"}, "Norsjö"),
    ("start", {"kommun": "2417", "jamfor": "2418"}, "Malå"),
    ("start", {"fas": "alla", "stod": "alla", "omrade": "besoksnaring"}, ""),
    ("start", {"satt": "digital", "kommun": "2421"}, "Storuman"),
    ("start", {"kommun": "2417", "ruta": "12", "lager": "aktorer"}, ""),
    ("start", {"tatort": "2480-umea", "alla": "ja"}, 'data-ris-named="Umeå'),
    (
        "coverage",
        {
            **{"fas": "vaxa", "stod": "finansiering", "omrade": "life_science", "grans": "90"},
            **{"indelning": "kust", "bredd": "adjacent", "satt": "digital", "utanfor": "ja"},
            **{"visa": "kurva", "plats": "2422", "cell": "2422.ide.radgivning"},
        },
        'is-place"',
    ),
    (
        "municipality",
        {
            **{"kommun": "2421", "jamfor": "2418", "fas": "vaxa", "stod": "motesplats"},
            **{"grans": "120", "bredd": "adjacent"},
        },
        "mötesplats",
    ),
    (
        "find",
        {
            **{"plats": "saxnas", "fas": "utveckling", "stod": ["finansiering", "radgivning"]},
            **{"omrade": "livsmedel", "vem": "samisk", "digitalt": "ja", "grans": "alla"},
        },
        "i Saxnäs",
    ),
]


@pytest.mark.parametrize(("name", "query", "shown"), ADDRESSES)
def test_I5_an_address_restores_every_choice_in_a_new_session(
    name: str, query: dict[str, Any], shown: str
) -> None:
    session = open_page(query, page=name)
    kept = {key: [value] if isinstance(value, str) else value for key, value in query.items()}
    assert address(session) == kept
    assert "ris-notice" not in html(session)
    assert shown in html(session)
    there: dict[str, list[str]] = {}
    for page in ("method", "siting"):  # the menu leads back to what was chosen on a page
        session.switch_page(str(ROOT / "pages" / f"{page}.py")).query_params = dict(there)
        links = map(urlsplit, read(session.run()).xpath("//nav//a/@href"))
        back = [(link.path, parse_qs(link.query)) for link in links]
        assert {**kept, "lang": ["sv"]} in [query for _, query in back]
        assert "ris-notice" not in html(session)  # what a page lacks is no fault of the address
        there = dict(back)["/tankom"]


@pytest.mark.parametrize(
    ("name", "given", "place"),
    [
        ("start", {"plats": "saxnas"}, {"kommun": "2462"}),
        ("coverage", {"plats": "saxnas"}, {"plats": "2462"}),
        ("find", {"kommun": "2462"}, {"plats": "2462"}),
        ("municipality", {"plats": "saxnas", "kommun": "2422"}, {"kommun": "2422"}),
    ],
)
def test_I5_the_place_of_another_page_stands_as_a_page_asks_for_it(
    name: str, given: dict[str, str], place: dict[str, str]
) -> None:
    session = open_page(given, page=name)
    assert address(session) == {key: [value] for key, value in place.items()}
    assert "ris-notice" not in html(session)


@pytest.mark.parametrize(
    ("name", "query", "kept"),
    [
        ("start", {"lang": "xx", "fas": "nej", "kommun": "9999", "ruta": "5538"}, {}),
        ("start", {"tatort": "<x>", "fas": "<script>alert(1)</script>", "grans": "45"}, {}),
        ("start", {"stod": "{{7*7}}", "okant": "'\"><img src=x>", "datum": "2021"}, {}),
        ("coverage", {"grans": "61", "cell": "2422.ide.x", "satt": "duva", "plats": "9999"}, {}),
        ("municipality", {"grans": "45", "bredd": "x", "fasen": "ide"}, {"kommun": "2422"}),
        ("strength_areas", {"omrade": "rymden", "plats": "samverkan-region-10"}, {}),
        ("find", {"plats": "atlantis", "fas": "x", "annat": "1"}, {}),
    ],
)
def test_I5_what_means_nothing_is_named_as_text_and_left_out(
    name: str, query: dict[str, str], kept: dict[str, str]
) -> None:
    session = open_page({**query, **kept}, page=name)
    (notice,) = text_of_class(session, "ris-notice")
    assert all(f"{key}={value}" in unescape(notice) for key, value in query.items())
    assert not [value for value in query.values() if "<" in value and value in html(session)]
    assert "49" not in notice
    assert translator(Language.SV)("nav.coverage") in visible_text(session)
    assert address(session) == {key: [value] for key, value in kept.items()}


def test_titles_name_page_and_product() -> None:
    for language in Language:
        tr = translator(language)
        pages = open_page({"lang": language.value})._registered_pages.values()
        titles = {f"{tr(f'page.{spec.name}.title')} – {tr('product.name')}" for spec in PAGES}
        assert {info["page_name"] for info in pages} == titles


def test_every_card_leads_to_a_page_that_exists() -> None:
    session = open_page({"alla": "ja"})
    hrefs = read(session).xpath("//a/@href")
    details = [href for href in hrefs if href.startswith("/aktor?id=")]
    assert set(details)
    assert len(cards(session)) > 20
    pages = {urlsplit(href).path.strip("/") for href in hrefs if href.startswith("/")}
    assert pages | {"bekrafta"} == {spec.url_path for spec in PAGES} >= {"aktor"}
