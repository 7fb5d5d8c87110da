"""Tänk om: a plan in the address is drawn, changed, and stands in the address again."""

from __future__ import annotations

from tests.pages.opened import ROOT, address, html, open_page, text_of_class

PAGE = ROOT / "pages" / "siting.py"
PLAN = {"oppna": ["vilhelmina:radgivning:ide"]}


def test_R4_without_a_plan_the_page_says_how_it_is() -> None:
    session = open_page(page=PAGE)
    assert not session.exception
    shown = html(session)
    assert "Vad skulle krävas?" in shown
    assert "Planen är tom" in shown
    assert address(session) == {}


def test_R4_a_plan_in_the_address_is_drawn_and_can_be_taken_back() -> None:
    session = open_page(PLAN, page=PAGE)
    assert not session.exception
    shown = html(session)
    assert "Med rådgivning i Vilhelmina når" in shown
    assert "Öppna i Vilhelmina" in shown
    assert address(session) == PLAN
    session.button(key="siting-remove-vilhelmina:radgivning:ide").click().run()
    assert not session.exception
    assert address(session) == {}
    assert "Planen är tom" in html(session)


def test_R5_a_suggestion_is_proved_and_can_be_put_into_the_plan() -> None:
    session = open_page(page=PAGE)
    session.button(key="siting-suggest").click().run()
    assert not session.exception
    shown = html(session)
    assert "Bevisat bäst" in shown
    session.button(key="siting-best-add").click().run()
    assert not session.exception
    (opened,) = address(session)["oppna"]
    assert opened.endswith(":radgivning:ide")


def test_R13_a_round_is_said_beside_offices_in_both_languages() -> None:
    for language, words in (
        ("sv", "Ett besök är inte ett kontor"),
        ("en", "A visit is not an office"),
    ):
        query = {"besok": ["lycksele:storuman,vilhelmina:2"], "lang": language}
        session = open_page(query, page=PAGE)
        assert not session.exception
        assert words in html(session)


def test_R4_unknown_parts_of_a_plan_are_a_notice_and_never_an_error() -> None:
    query = {"oppna": ["narnia:radgivning:ide", "vilhelmina:radgivning:ide"], "stang": ["<script>"]}
    session = open_page(query, page=PAGE)
    assert not session.exception
    (notice,) = text_of_class(session, "ris-notice")
    assert "oppna=narnia:radgivning:ide" in notice
    assert "<script>" not in html(session)
    assert address(session) == PLAN
