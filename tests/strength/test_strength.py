"""Strength areas: own actors first and apart, honest headline, no constant figures (W10)."""

import re
from collections import Counter
from dataclasses import replace
from html import unescape

import pytest

from ris_map.register.in_words import town_id
from ris_map.register.vocabulary import STRENGTH_AREAS, Scope, ServiceType, StrengthArea
from ris_map.strength.page import StrengthChoice, StrengthView, map_layer
from ris_map.travel.world import World
from ris_map.web.map import MapPicture
from ris_map.words.language import Language
from ris_map.words.markup import render
from tests.factories import DAY, real_words, real_world, released

SWEDISH = real_words(Language.SV)


def seen(
    area: StrengthArea | None = None, *, world: World | None = None, **more: str
) -> StrengthView:
    choice = StrengthChoice.model_validate({"omrade": area, **more})
    return StrengthView(world or real_world(), choice, SWEDISH)


def part(name: str, view: StrengthView) -> str:
    return render(f"strength_{name}.html", t=SWEDISH, view=view)


def picture(view: StrengthView) -> MapPicture:
    found = map_layer(view).picture
    assert isinstance(found, MapPicture)
    return found


def test_W10_an_actor_open_to_all_is_no_areas_own() -> None:
    view = seen()
    neutral = {item.id for item in view.neutral}
    counts = {area: own for area, own, _ in view.bars}
    for area in STRENGTH_AREAS:
        own = {item.id for item in view.own(area)}
        assert not own & neutral
        assert all(area in item.strength_areas.areas for item in view.own(area))
        assert counts[area] == len(own)
    assert len(set(counts.values())) > 1, "a figure that is the same for all says nothing"


def test_W10_own_neutral_and_unknown_add_up_to_the_core_at_work_in_the_county() -> None:
    view = seen(StrengthArea.BESOKSNARING)
    groups = (view.own(), view.neutral, view.unknown)
    ids = [item.id for group in groups for item in group]
    assert len(ids) == len(set(ids)) == len(view.core)
    assert {item.scope for item in view.core} == {Scope.CORE}
    assert {item.scope for item in view.adjacent} == {Scope.ADJACENT}
    assert view.near
    for item in (*view.core, *view.adjacent):
        assert item.is_active(DAY)
        assert not item.outside_county


@pytest.mark.parametrize("area", [None, *STRENGTH_AREAS])
def test_W1_bubbles_count_the_actors_of_the_list_and_the_headline_is_honest(
    area: StrengthArea | None,
) -> None:
    view = seen(area)
    groups = {"own": view.own(area), "neutral": view.neutral, "adjacent": view.near}
    bubbles = picture(view).bubbles
    for kind, actors in groups.items():
        there = {(town_id(office), item.id) for item in actors for office in view.offices(item)}
        counts = sorted(Counter(town for town, _ in there).values(), reverse=True)
        assert [b.count for b in bubbles if b.kind == kind] == counts
    assert len({b.id for b in bubbles}) == len(bubbles)
    for said in map(real_words, Language):
        told = replace(view, tr=said)
        texts = [told.headline, told.lead, told.map_sentence]
        assert all(text and not re.search(r"[{}]|None(?! of)|  ", text) for text in texts)
        assert str(len(view.own(area))) in told.headline


def test_own_actors_stand_first_and_whole_and_that_there_is_none_is_said() -> None:
    view = seen(StrengthArea.BESOKSNARING, world=released())
    assert view.headline == "Besöksnäring: 0 egna aktörer"
    first, register = view.core[0], view.world.register
    areas = first.strength_areas.model_copy(update={"areas": ()})
    silent = first.model_copy(update={"strength_areas": areas})
    actors = tuple(silent if actor is first else actor for actor in register.actors)
    register = register.model_copy(update={"actors": actors})
    html = part("list", replace(view, world=replace(view.world, register=register)))
    assert f"För 1\xa0aktör saknas uppgift om styrkeområde: {first.name}." in unescape(html)
    assert "Vem kan hjälpa ändå?" in html
    assert 'data-group="own"' not in html
    assert str(len(view.near)) in view.lead
    near = unescape(html.split('data-group="near"')[1])
    listed = sorted(view.near, key=lambda actor: near.index(actor.name))
    last = [(actor.is_doubtful, not view.offices(actor)) for actor in listed]
    assert last == sorted(last), "who is doubtful, then who has no office to visit"
    assert html.index('data-group="near"') < html.index('data-group="open"')
    area = StrengthArea.DIGITALISERING
    html = part("list", seen(area, world=released()))
    assert html.index('data-group="own"') < html.index('data-group="open"')
    own = html.split('data-group="own"')[1].split("</section>")[0]
    assert "<details" not in own
    assert own.count("<li>") == len(view.own(area))


def test_K4_bars_are_links_that_hold_the_figures() -> None:
    view = seen(StrengthArea.LIVSMEDEL, bredd=Scope.CORE)
    html = part("bars", view)
    assert html.count("data-area=") == len(STRENGTH_AREAS)
    assert html.count('aria-current="true"') == 1
    assert "width:100%" in html
    shown = [int(n) for n in re.findall(r"<b>(\d+)</b>", html)]
    assert shown == sorted((own for _, own, _ in view.bars), reverse=True)
    assert "/styrkeomraden?omrade=life_science&amp;lang=sv" in html


def test_meeting_places_that_serve_more_than_one_area() -> None:
    view = seen()
    for item in view.meeting_places:
        assert ServiceType.MOTESPLATS in item.service_types
        assert item.strength_areas.is_neutral or len(item.strength_areas.areas) > 1
    html = unescape(part("more", view))
    for item in view.meeting_places:
        assert item.id in html
        assert SWEDISH.strength_areas(item) in html
        assert SWEDISH.places(view.offices(item)) in html
    assert "2026-11" in html


@pytest.mark.parametrize("place", [{"tatort": "2480-umea"}, {"kommun": "2480"}])
def test_K4_a_place_of_the_map_narrows_the_list(place: dict[str, str]) -> None:
    whole, narrow = (part("list", view) for view in (seen(), seen(**place)))
    assert 0 < narrow.count('class="ris-row"') < whole.count('class="ris-row"')
    assert all("2480-umea" in towns for towns in re.findall(r'data-map-ids="([^"]*)"', narrow))
    assert "Kontor i Umeå." in narrow


def test_K2_every_municipality_has_its_sentence() -> None:
    sentences = picture(seen()).sentences
    assert len(sentences) == 16
    assert sentences["2421"].figure == "0"
    assert "Storuman" in sentences["2421"].text
    assert len(sentences["2480"].text.splitlines()) == 2, "own ones, and who is open to all"
    # a town of an old link, whose office has closed, and one that is none
    for place in ({"kommun": "2421"}, {"tatort": "2421-tarnaby"}, {"tatort": "2421-narnia"}):
        empty = part("list", seen(**place))
        assert re.search(r"Ingen har kontor i (Storuman|Tärnaby|narnia)\.", empty)
        assert 'href="/styrkeomraden?lang=sv" data-ris-page>Visa hela länet' in empty
