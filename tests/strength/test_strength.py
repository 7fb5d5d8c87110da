"""Strength areas: own actors first and apart, honest headline, no constant figures (W10)."""

from __future__ import annotations

import re

import pytest

from ris_map.register.vocabulary import STRENGTH_AREAS, Scope, ServiceType, StrengthArea
from ris_map.strength.figures import StrengthFigures, strength_figures
from ris_map.strength.page import (
    StrengthChoice,
    bars_html,
    headline,
    lead,
    list_html,
    map_layer,
    map_sentence,
    more_html,
)
from ris_map.words.language import Language
from tests.factories import DAY, real_world
from tests.factories import real_words as words


def chosen(area: StrengthArea | None, **more: str) -> StrengthChoice:
    return StrengthChoice.model_validate({"omrade": area, **more})


@pytest.fixture
def figures() -> StrengthFigures:
    return strength_figures(real_world())


def test_W10_an_actor_open_to_all_is_no_areas_own(figures: StrengthFigures) -> None:
    neutral = {item.actor.id for item in figures.neutral}
    for area in STRENGTH_AREAS:
        own = {item.actor.id for item in figures.own(area)}
        assert not own & neutral
        assert all(area in item.actor.strength_areas.areas for item in figures.own(area))
        assert figures.counts[area] == len(own)
    assert len(set(figures.counts.values())) > 1, "a figure that is the same for all says nothing"


def test_W10_own_neutral_and_unknown_add_up_to_the_core(figures: StrengthFigures) -> None:
    groups = (figures.own(None), figures.neutral, figures.unknown)
    ids = [item.actor.id for group in groups for item in group]
    assert len(ids) == len(set(ids)) == len(figures.core)


def test_adjacent_actors_are_in_no_count(figures: StrengthFigures) -> None:
    assert all(item.actor.scope is Scope.CORE for item in figures.core)
    assert all(item.actor.scope is Scope.ADJACENT for item in figures.adjacent)
    assert figures.near(StrengthArea.BESOKSNARING)


def test_actors_are_at_work_in_the_county(figures: StrengthFigures) -> None:
    for item in (*figures.core, *figures.adjacent):
        assert item.actor.is_active(DAY)
        assert not item.actor.outside_county


@pytest.mark.parametrize("area", [None, *STRENGTH_AREAS])
def test_W1_bubbles_count_the_actors_of_the_list(
    figures: StrengthFigures, area: StrengthArea | None
) -> None:
    lists = {"own": figures.own(area), "neutral": figures.neutral, "adjacent": figures.near(area)}
    for kind, actors in lists.items():
        expected = {item.actor.id for item in actors if item.offices}
        towns = [town for town in figures.towns(area) if town.kind == kind]
        if kind == "adjacent" and area is None:
            assert towns == []
            continue
        assert {actor.id for town in towns for actor in town.actors} == expected
    bubbles = map_layer(figures, chosen(area), words=words(Language.SV)).picture.bubbles  # type: ignore[union-attr]
    assert [b.count for b in bubbles] == [len(town.actors) for town in figures.towns(area)]
    assert len({b.id for b in bubbles}) == len(bubbles)


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("area", [None, *STRENGTH_AREAS])
def test_texts_are_whole_and_the_headline_is_honest(
    figures: StrengthFigures, area: StrengthArea | None, language: Language
) -> None:
    said = words(language)
    texts = [
        headline(figures, area, words=said),
        lead(figures, area, tr=said.tr),
        map_sentence(figures, area, words=said),
    ]
    assert all(text and not re.search(r"[{}]|None(?! of)|  ", text) for text in texts)
    assert str(len(figures.own(area))) in texts[0]


def test_no_own_actor_is_said_in_the_headline(figures: StrengthFigures) -> None:
    area = StrengthArea.BESOKSNARING
    said = words(Language.SV)
    assert headline(figures, area, words=said) == "Besöksnäring: 0 egna aktörer"
    html = list_html(figures, chosen(area), words=said)
    assert "Vem kan hjälpa ändå?" in html
    assert 'data-group="own"' not in html
    assert html.index('data-group="near"') < html.index('data-group="open"')


def test_own_actors_stand_first_and_whole(figures: StrengthFigures) -> None:
    area = StrengthArea.DIGITALISERING
    html = list_html(figures, chosen(area), words=words(Language.SV))
    assert html.index('data-group="own"') < html.index('data-group="open"')
    own = html.split('data-group="own"')[1].split("</section>")[0]
    assert "<details" not in own
    assert own.count("<li>") == len(figures.own(area))


def test_K4_bars_are_links_that_hold_the_figures(figures: StrengthFigures) -> None:
    choice = StrengthChoice(omrade=StrengthArea.LIVSMEDEL, bredd=Scope.CORE)
    html = bars_html(figures, choice, words=words(Language.SV))
    assert html.count("data-area=") == len(STRENGTH_AREAS)
    assert html.count('aria-current="true"') == 1
    shown = [int(n) for n in re.findall(r"<b>(\d+)</b>", html)]
    assert shown == sorted(figures.counts.values(), reverse=True)
    assert "/styrkeomraden?omrade=life_science&amp;lang=sv" in html


def test_meeting_places_that_serve_more_than_one_area(figures: StrengthFigures) -> None:
    for item in figures.meeting_places:
        assert ServiceType.MOTESPLATS in item.actor.service_types
        assert item.is_neutral or len(item.actor.strength_areas.areas) > 1
    html = more_html(figures, None, words=words(Language.SV))
    assert all(item.actor.id in html for item in figures.meeting_places)
    assert "2026-11" in html


@pytest.mark.parametrize("place", [{"tatort": "2480-umea"}, {"kommun": "2480"}])
def test_K4_a_place_of_the_map_narrows_the_list(
    figures: StrengthFigures, place: dict[str, str]
) -> None:
    everywhere, here = chosen(None), chosen(None, **place)
    said = words(Language.SV)
    whole, part = (list_html(figures, one, words=said) for one in (everywhere, here))
    assert 0 < part.count('class="ris-row"') < whole.count('class="ris-row"')
    assert all("2480-umea" in towns for towns in re.findall(r'data-map-ids="([^"]*)"', part))
    assert "Kontor i Umeå." in part


def test_K2_every_municipality_has_its_sentence(figures: StrengthFigures) -> None:
    layer = map_layer(figures, chosen(None), words=words(Language.SV))
    assert len(layer.picture.sentences) == 16  # type: ignore[union-attr]
    storuman = layer.picture.sentences["2421"]  # type: ignore[union-attr]
    assert storuman.figure == "0"
    assert "Storuman" in storuman.text
    empty = list_html(figures, chosen(None, kommun="2421"), words=words(Language.SV))
    assert "Ingen har kontor i Storuman." in empty
