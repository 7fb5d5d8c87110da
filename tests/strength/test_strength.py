"""Strength areas: own actors first and apart, honest headline, no constant figures (W10)."""

import re
from collections import Counter
from dataclasses import replace
from html import unescape

import pytest

from ris_map.register.in_words import town_id
from ris_map.register.vocabulary import STRENGTH_AREAS, Scope, ServiceType, StrengthArea
from ris_map.strength import page
from ris_map.strength.figures import StrengthFigures, strength_figures
from ris_map.web.map import MapPicture
from ris_map.words.language import Language
from tests.factories import DAY, real_words, real_world, released

SWEDISH = real_words(Language.SV)


def chosen(area: StrengthArea | None, **more: str) -> page.StrengthChoice:
    return page.StrengthChoice.model_validate({"omrade": area, **more})


@pytest.fixture
def figures() -> StrengthFigures:
    return strength_figures(real_world())


def picture(figures: StrengthFigures, area: StrengthArea | None) -> MapPicture:
    found = page.map_layer(figures, chosen(area), tr=SWEDISH).picture
    assert isinstance(found, MapPicture)
    return found


def test_W10_an_actor_open_to_all_is_no_areas_own(figures: StrengthFigures) -> None:
    neutral = {item.id for item in figures.neutral}
    for area in STRENGTH_AREAS:
        own = {item.id for item in figures.own(area)}
        assert not own & neutral
        assert all(area in item.strength_areas.areas for item in figures.own(area))
        assert figures.counts[area] == len(own)
    assert len(set(figures.counts.values())) > 1, "a figure that is the same for all says nothing"


def test_W10_own_neutral_and_unknown_add_up_to_the_core_at_work_in_the_county(
    figures: StrengthFigures,
) -> None:
    groups = (figures.own(None), figures.neutral, figures.unknown)
    ids = [item.id for group in groups for item in group]
    assert len(ids) == len(set(ids)) == len(figures.core)
    assert {item.scope for item in figures.core} == {Scope.CORE}
    assert {item.scope for item in figures.adjacent} == {Scope.ADJACENT}
    assert figures.near(StrengthArea.BESOKSNARING)
    for item in (*figures.core, *figures.adjacent):
        assert item.is_active(DAY)
        assert not item.outside_county


@pytest.mark.parametrize("area", [None, *STRENGTH_AREAS])
def test_W1_bubbles_count_the_actors_of_the_list_and_the_headline_is_honest(
    figures: StrengthFigures, area: StrengthArea | None
) -> None:
    near = figures.near(area) if area else ()
    groups = {"own": figures.own(area), "neutral": figures.neutral, "adjacent": near}
    bubbles = picture(figures, area).bubbles
    for kind, actors in groups.items():
        there = {(town_id(office), item.id) for item in actors for office in figures.offices(item)}
        counts = sorted(Counter(town for town, _ in there).values(), reverse=True)
        assert [b.count for b in bubbles if b.kind == kind] == counts
    assert len({b.id for b in bubbles}) == len(bubbles)
    for said in map(real_words, Language):
        texts = [
            page.headline(figures, area, tr=said),
            page.lead(figures, area, tr=said),
            page.map_sentence(figures, area, tr=said),
        ]
        assert all(text and not re.search(r"[{}]|None(?! of)|  ", text) for text in texts)
        assert str(len(figures.own(area))) in texts[0]


def test_own_actors_stand_first_and_whole_and_that_there_is_none_is_said() -> None:
    figures, area = strength_figures(released()), StrengthArea.BESOKSNARING
    assert page.headline(figures, area, tr=SWEDISH) == "Besöksnäring: 0 egna aktörer"
    first, *others = figures.core
    areas = first.strength_areas.model_copy(update={"areas": ()})
    silent = first.model_copy(update={"strength_areas": areas})
    html = page.list_html(replace(figures, core=(silent, *others)), chosen(area), tr=SWEDISH)
    assert f"För 1\xa0aktör saknas uppgift om styrkeområde: {first.name}." in unescape(html)
    assert "Vem kan hjälpa ändå?" in html
    assert 'data-group="own"' not in html
    assert str(len(figures.near(area))) in page.lead(figures, area, tr=SWEDISH)
    near = unescape(html.split('data-group="near"')[1])
    listed = sorted(figures.near(area), key=lambda actor: near.index(actor.name))
    last = [(actor.is_doubtful, not figures.offices(actor)) for actor in listed]
    assert last == sorted(last), "who is doubtful, then who has no office to visit"
    assert html.index('data-group="near"') < html.index('data-group="open"')
    area = StrengthArea.DIGITALISERING
    html = page.list_html(figures, chosen(area), tr=SWEDISH)
    assert html.index('data-group="own"') < html.index('data-group="open"')
    own = html.split('data-group="own"')[1].split("</section>")[0]
    assert "<details" not in own
    assert own.count("<li>") == len(figures.own(area))


def test_K4_bars_are_links_that_hold_the_figures(figures: StrengthFigures) -> None:
    choice = page.StrengthChoice(omrade=StrengthArea.LIVSMEDEL, bredd=Scope.CORE)
    html = page.bars_html(figures, choice, tr=SWEDISH)
    assert html.count("data-area=") == len(STRENGTH_AREAS)
    assert html.count('aria-current="true"') == 1
    assert "width:100%" in html
    shown = [int(n) for n in re.findall(r"<b>(\d+)</b>", html)]
    assert shown == sorted(figures.counts.values(), reverse=True)
    assert "/styrkeomraden?omrade=life_science&amp;lang=sv" in html


def test_meeting_places_that_serve_more_than_one_area(figures: StrengthFigures) -> None:
    for item in figures.meeting_places:
        assert ServiceType.MOTESPLATS in item.service_types
        assert item.strength_areas.is_neutral or len(item.strength_areas.areas) > 1
    html = unescape(page.more_html(figures, None, tr=SWEDISH))
    for item in figures.meeting_places:
        assert item.id in html
        assert SWEDISH.strength_areas(item) in html
        assert SWEDISH.places(figures.offices(item)) in html
    assert "2026-11" in html


@pytest.mark.parametrize("place", [{"tatort": "2480-umea"}, {"kommun": "2480"}])
def test_K4_a_place_of_the_map_narrows_the_list(
    figures: StrengthFigures, place: dict[str, str]
) -> None:
    whole, part = (
        page.list_html(figures, one, tr=SWEDISH) for one in (chosen(None), chosen(None, **place))
    )
    assert 0 < part.count('class="ris-row"') < whole.count('class="ris-row"')
    assert all("2480-umea" in towns for towns in re.findall(r'data-map-ids="([^"]*)"', part))
    assert "Kontor i Umeå." in part


def test_K2_every_municipality_has_its_sentence(figures: StrengthFigures) -> None:
    sentences = picture(figures, None).sentences
    assert len(sentences) == 16
    assert sentences["2421"].figure == "0"
    assert "Storuman" in sentences["2421"].text
    assert len(sentences["2480"].text.splitlines()) == 2, "own ones, and who is open to all"
    # a town of an old link, whose office has closed, and one that is none
    for place in ({"kommun": "2421"}, {"tatort": "2421-tarnaby"}, {"tatort": "2421-narnia"}):
        empty = page.list_html(figures, chosen(None, **place), tr=SWEDISH)
        assert re.search(r"Ingen har kontor i (Storuman|Tärnaby|narnia)\.", empty)
        assert 'href="/styrkeomraden?lang=sv" data-ris-page>Visa hela länet' in empty
