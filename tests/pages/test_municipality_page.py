"""The pages "Kommun" and "Styrkeområden" without a browser: addresses, words, both languages."""

from __future__ import annotations

import re
import shutil
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from streamlit.testing.v1 import AppTest

from ris_map.geography.divisions import MUNICIPALITY_CODES
from ris_map.register.vocabulary import STRENGTH_AREAS
from ris_map.strength.figures import strength_figures
from ris_map.strength.page import StrengthChoice, bars_html
from ris_map.words.language import Language
from tests.factories import real_register, real_words, real_world
from tests.pages.opened import (
    ROOT,
    address,
    first_level_headings,
    html,
    open_page,
    read,
    visible_text,
)

MUNICIPALITY = ROOT / "pages" / "municipality.py"
STRENGTH = ROOT / "pages" / "strength_areas.py"
BESIDE, LIMIT, SCOPE = "municipality-jamfor", "municipality-grans", "municipality-bredd"


def open_municipality(**query: str) -> AppTest:
    return open_page(query, page=MUNICIPALITY)


@cache
def seen(code: str, **more: str) -> AppTest:
    """Open each municipality once; the tests that use it only look."""
    return open_municipality(kommun=code, **more)


def heading(session: AppTest) -> str:
    found = re.search(r"<h1[^>]*>(.*?)</h1>", html(session))
    return found.group(1) if found else ""


def without_names(text: str) -> str:
    """Leave out addresses, licences and the names of actors, offices and settlements."""
    names = {actor.name for actor in real_register().actors}
    names |= {place.name for place in real_world().foundations.geography.localities}
    for name in sorted(names, key=len, reverse=True):
        text = text.replace(name, "")
    return re.sub(r"https?://\S+|ODbL 1\.0|CC BY 4\.0", "", text)


def counts(session: AppTest) -> dict[str, int]:
    tags = read(session).tags
    lists = [a["data-list"] for tag, a in tags if tag == "section" and "data-list" in a]
    numbers = [int(a["data-count"] or 0) for tag, a in tags if tag == "span" and "data-count" in a]
    return {str(name): number for name, number in zip(lists, numbers, strict=True)}


@pytest.mark.parametrize("code", MUNICIPALITY_CODES)
def test_M1_every_code_is_an_address_of_its_own(code: str) -> None:
    """M1: a fresh session, the name in the heading, one first-level heading, no error."""
    session = seen(code)
    assert not session.exception
    assert heading(session).startswith(f"{real_words(Language.SV).municipality_names[code]}: ")
    assert first_level_headings(session) == 1
    assert address(session) == {"kommun": [code]}
    assert 'class="ris-notice"' not in html(session)


def test_M1_an_unknown_code_is_named_and_the_fifteen_stand_to_choose() -> None:
    assert "ris-notice" not in html(open_municipality())
    session = open_municipality(kommun="9999")
    assert not session.exception
    assert "9999" in visible_text(session)
    links = re.findall(r'href="/kommun\?kommun=(\d{4})&', html(session).replace("&amp;", "&"))
    assert sorted(links) == sorted(MUNICIPALITY_CODES)
    assert address(session) == {}


def test_choices_write_the_address() -> None:
    session = open_municipality(kommun="2480")
    session.selectbox(key=BESIDE).set_value("2482").run()
    session.segmented_control(key=LIMIT).set_value(90).run()
    session.segmented_control(key=SCOPE).set_value("adjacent").run()
    assert not session.exception
    written = {"kommun": ["2480"], "jamfor": ["2482"], "grans": ["90"], "bredd": ["adjacent"]}
    assert address(session) == written
    assert html(session).count('data-table="compare"') == 1
    assert "<details" not in html(session).split('data-table="compare"')[0].split("ris-m-home")[-1]


def test_an_address_restores_every_choice() -> None:
    query = {"kommun": "2421", "jamfor": "2418", "fas": "vaxa", "stod": "motesplats"}
    session = open_municipality(**query, grans="120", bredd="adjacent")
    assert session.selectbox(key=BESIDE).value == "2418"
    assert session.segmented_control(key=LIMIT).value == 120
    assert "mötesplats" in heading(session)
    assert address(session)["fas"] == ["vaxa"]


def test_what_means_nothing_is_ignored_with_a_notice() -> None:
    session = open_municipality(kommun="2422", grans="45", bredd="x", fasen="ide")
    assert not session.exception
    assert html(session).count("ris-notice") == 1
    assert all(one in visible_text(session) for one in ("grans=45", "bredd=x", "fasen=ide"))
    assert address(session) == {"kommun": ["2422"]}


def test_M2_adjacent_actors_only_add() -> None:
    core, wide = counts(seen("2480")), counts(seen("2480", bredd="adjacent"))
    assert {"here", "visit", "reachable", "digital"} <= set(core)
    assert all(core[name] <= wide[name] for name in core)
    assert wide["here"] > core["here"]


@pytest.mark.parametrize("code", ["2422", "2480"])
def test_I9_no_swedish_words_are_left_in_english(code: str) -> None:
    session = open_municipality(kommun=code, lang="en")
    text = without_names(visible_text(session)).replace("näringslivsservice", "")
    swedish = (
        r"\b(?:och|aktör\w*|kontor|kommunen|minuter|uppgift|stödkedjan|restid|styrkeområden)\b"
    )
    assert not re.findall(swedish, text)
    assert heading(session).startswith(f"{real_words(Language.SV).municipality_names[code]}: ")


def test_X6_swedish_figures() -> None:
    for session in (seen("2480", bredd="adjacent"), open_page(page=STRENGTH)):
        text = without_names(read(session).text)
        assert not re.search(r"(?<![\w.])\d+\.\d+(?![\w.])", text)
        assert not re.search(r"\b\d{5,}\b", text)


def test_M7_language_rights_stand_only_where_they_hold() -> None:
    """M7: official information is one link away."""
    hosts = {}
    for code in ("2401", "2422", "2480"):
        rights = re.findall(r'<section class="ris-m-rights".*?</section>', html(seen(code)), re.S)
        links = re.findall(r'href="([^"]+)"', "".join(rights))
        hosts[code] = {urlsplit(link).hostname for link in links}
    assert hosts["2401"] == set()
    assert "www.sametinget.se" in hosts["2422"] & hosts["2480"]
    assert "www.isof.se" in hosts["2480"] - hosts["2422"]
    assert "finska" in html(seen("2480"))


def test_X10_faults_of_a_newer_register_are_shown_with_the_last_good_one(own_data: Path) -> None:
    session = open_municipality(kommun="2422")
    path = own_data / "actors.yaml"
    shutil.copy(path, own_data / "good.yaml")
    path.write_text(path.read_text(encoding="utf-8") + "\nnonsense: [", encoding="utf-8")
    session.run()
    assert not session.exception
    assert 'role="alert"' in html(session)
    assert heading(session).startswith("Sorsele: ")


def chosen_areas(shown: str) -> list[str]:
    found = re.findall(r'<li data-area="([^"]+)"><a [^>]*aria-current', shown)
    return [area.replace("-", "_") for area in found]


def test_all_nine_areas_stand_on_the_page_and_have_an_address() -> None:
    session = open_page(page=STRENGTH)
    assert not session.exception
    assert first_level_headings(session) == 1
    areas = {a["data-area"] for _, a in read(session).tags if "data-area" in a}
    assert areas == {area.value.replace("_", "-") for area in STRENGTH_AREAS}
    assert chosen_areas(html(session)) == []
    figures, words = strength_figures(real_world()), real_words(Language.SV)
    for area in STRENGTH_AREAS:
        choice, ignored = StrengthChoice.read({"omrade": [area.value]})
        assert (choice.query(), ignored) == ({"omrade": [area.value]}, ())
        assert chosen_areas(bars_html(figures, choice, words=words)) == [area.value]


def test_no_own_actor_is_the_headline_and_an_unknown_area_is_ignored_with_a_notice() -> None:
    session = open_page({"omrade": "besoksnaring"}, page=STRENGTH)
    assert heading(session) == "Besöksnäring: 0 egna aktörer"
    assert chosen_areas(html(session)) == ["besoksnaring"]
    session = open_page({"omrade": "rymden"}, page=STRENGTH)
    assert "omrade=rymden" in visible_text(session)
    assert address(session) == {}


def test_the_strength_page_in_english() -> None:
    session = open_page({"lang": "en", "omrade": "life_science"}, page=STRENGTH)
    assert not session.exception
    assert address(session) == {"omrade": ["life_science"]}
    assert chosen_areas(html(session)) == ["life_science"]
    text = without_names(visible_text(session))
    assert "own actors" in text
    assert not re.findall(r"\b(?:och|aktörer|kommuner|egna)\b", text)
