"""The start page's script: address, headline, list and panel of one choice."""

from __future__ import annotations

import re
from html import unescape
from itertools import product
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from ris_map.actors.page import STATE
from ris_map.coverage.map_picture import MapChoice, map_view
from ris_map.geography.divisions import MUNICIPALITY_CODES
from ris_map.register.vocabulary import Phase, ServiceType
from ris_map.web import data
from ris_map.words import translator
from ris_map.words.figures import percent
from ris_map.words.language import Language
from tests.pages.opened import address, cards, html, open_page, read, text_of_class

TR = translator(Language.SV)


def notices(session: AppTest) -> str:
    return " ".join(text_of_class(session, "ris-notice"))


def text(session: AppTest) -> str:
    return re.sub(r"[ \n]+", " ", read(session).text)


@pytest.mark.parametrize("language", list(Language))
def test_I1_X5_F23_the_page_opens_on_inland_against_coast_for_advice_on_an_idea(
    language: Language,
) -> None:
    """Everybody, the table and the files come only when asked for."""
    session, tr = open_page({"lang": language.value}), translator(language)
    view = map_view(data.world(), MapChoice(), tr=tr)
    assert not session.exception
    for codes in (view.inland, view.coast):
        assert percent(view.share(codes), tr=tr) in text(session)
    assert cards(session)
    assert sorted(cards(session)) == sorted(one.actor.id for one in view.matching())
    for box in session.selectbox:
        assert box.label
        assert "option" not in (box.proto.placeholder or "")
    few = len(cards(session))
    assert not session.get("download_button")
    next(b for b in session.button if b.label == tr("karta.everybody")).click().run()
    assert len(cards(session)) >= few + 20
    assert len(session.get("download_button")) == 2


def test_W8_what_the_inland_rests_on_is_said_with_the_headline() -> None:
    view = map_view(data.world(), MapChoice(), tr=TR)
    (carrier,) = view.found.carriers(view.inland)
    lead = text(open_page())
    both = (view.share(view.inland), carrier.share_without)
    assert all(percent(share, tr=TR) in lead for share in both)
    actor = view.world.register.by_id[carrier.actor_id]
    assert not any(o.is_sourced for o in actor.offices if o.town in carrier.towns)
    assert "Lycksele (antaget kontor)" in lead


ADDRESSES: list[dict[str, Any]] = [
    {"fas": "vaxa", "stod": "finansiering", "grans": "90", "kommun": "2417", "jamfor": "2418"},
    {"fas": "alla", "stod": "alla", "omrade": "besoksnaring"},
    {"satt": "digital", "kommun": "2421"},
    {"kommun": "2417", "ruta": "12", "lager": "aktorer"},
    {"tatort": "2480-umea", "alla": "ja"},
]


@pytest.mark.parametrize("query", ADDRESSES)
def test_I5_an_address_restores_every_choice_in_a_new_session(query: dict[str, str]) -> None:
    session = open_page(query)
    assert not session.exception
    assert notices(session) == ""
    assert address(session) == {key: [value] for key, value in query.items()}


@pytest.mark.parametrize(
    "query",
    [
        {"fas": "nej", "kommun": "9999", "ruta": "5538", "tatort": "<x>", "grans": "45"},
        {"fas": "<script>alert(1)</script>", "stod": "{{7*7}}", "okant": "'\"><img src=x>"},
    ],
)
def test_I5_unknown_and_hostile_values_are_named_as_text_and_left_out(
    query: dict[str, str],
) -> None:
    session = open_page(query)
    assert not session.exception
    named = unescape(notices(session))
    assert all(f"{key}={value}" in named for key, value in query.items())
    assert not [value for value in query.values() if "<" in value and value in html(session)]
    assert "49" not in named
    assert address(session) == {}


COMBINATIONS = [*zip(MUNICIPALITY_CODES, product(Phase, ServiceType), strict=True)]


@pytest.mark.parametrize(("code", "choice"), COMBINATIONS)
def test_G2_I1_I4_every_municipality_has_figures_first_contact_and_who_is_near(
    code: str, choice: tuple[Phase, ServiceType]
) -> None:
    """Each with another phase and kind of help: no choice gives an empty page."""
    phase, kind = choice
    for query in ({"kommun": code}, {"fas": phase.value, "stod": kind.value, "kommun": code}):
        session = open_page(query)
        assert not session.exception
        shown = text(session)
        assert TR("karta.home") in shown
        assert TR("karta.near.title") in shown
        assert "/kommun?" in html(session)
        assert f"kommun={code}" in html(session)
        assert cards(session) or TR("karta.nobody", kind="").split("{")[0][:20] in shown


def test_K2_two_municipalities_stand_beside_each_other() -> None:
    session = open_page({"kommun": "2417"})
    assert 'id="h-beside"' not in html(session)
    session.selectbox(key=STATE.key("beside")).set_value("2418").run()
    assert re.findall(r'id="h-beside">([^<]+)', html(session)) == ["Malå"]
    assert html(session).count('class="ris-figures"') == 2
    assert "jamfor=2418" in html(session)
    assert address(session) == {"kommun": ["2417"], "jamfor": ["2418"]}


def test_G11_the_strength_area_is_in_sight_and_own_actors_come_first() -> None:
    session = open_page({"omrade": "livsmedel", "fas": "alla", "stod": "alla"})
    (_,) = [box for box in session.selectbox if box.key == STATE.key("strength_area")]
    shown = text(session)
    own, neutral = (TR(f"karta.{name}", n="|").split("|")[0] for name in ("own", "neutral"))
    assert shown.index(own) < shown.index(neutral)


def test_G10_a_town_narrows_the_list_and_can_be_taken_back() -> None:
    """Also by the name that the address had before."""
    everywhere = open_page()
    for key in ("tatort", "ort"):
        there = open_page({key: "2481-lycksele"})
        assert (notices(there), address(there)) == ("", {"tatort": ["2481-lycksele"]})
        assert html(there).count('data-ris-named="Lycksele') == 1
        assert set(cards(there)) < set(cards(everywhere))
    next(b for b in there.button if b.label == TR("karta.all-towns")).click().run()
    assert cards(there) == cards(everywhere)


def test_X6_a_choice_changes_headline_and_list_together() -> None:
    session = open_page()
    session.selectbox(key=STATE.key("service_type")).set_value(ServiceType.MOTESPLATS).run()
    view = map_view(data.world(), MapChoice(service_type=ServiceType.MOTESPLATS), tr=TR)
    assert percent(view.share(view.inland), tr=TR) in text(session)
    assert sorted(cards(session)) == sorted(one.actor.id for one in view.matching())
    assert address(session) == {"stod": ["motesplats"]}
