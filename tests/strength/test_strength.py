"""Strength areas against the coverage library, and what the page says of sector-neutral actors."""

from __future__ import annotations

import pytest

from ris_map.coverage.chain import support_chains
from ris_map.coverage.cube import CELL_STATES, CellState
from ris_map.geography.codes import MUNICIPALITY_CODES
from ris_map.register.vocabulary import (
    STRENGTH_AREAS,
    Answer,
    Phase,
    Scope,
    ServiceType,
    StrengthArea,
)
from ris_map.strength.figures import StrengthFigures, is_across, strength_figures
from ris_map.strength.parts import (
    area_url,
    areas_html,
    honest_sentence,
    source_line,
    summary_table,
)
from ris_map.travel.world import CubeChoice
from ris_map.words.language import Language
from tests.municipality.municipal import DAY, LANGUAGES, real_world, words


@pytest.fixture(params=list(Scope))
def figures(request: pytest.FixtureRequest) -> StrengthFigures:
    return strength_figures(real_world(), CubeChoice(scope=request.param))


def test_coverage_of_each_area_is_that_of_its_cube(figures: StrengthFigures) -> None:
    world = real_world()
    for item in figures.areas:
        choice = CubeChoice(scope=figures.definition.scope, strength_area=item.area)
        chains = support_chains(world.cube(choice))
        for position, count in enumerate(item.everybody):
            states = [chain.links[position].state for chain in chains]
            for state in CELL_STATES:
                assert count.count(state) == states.count(state)
        assert item.whole_chain == sum(c.physical is Answer.YES for c in chains)


def test_every_phase_counts_every_municipality_once(figures: StrengthFigures) -> None:
    for item in figures.areas:
        for counts in (item.everybody, item.own_only):
            assert [count.phase for count in counts] == list(Phase)
            assert all(sum(c.municipalities) == len(MUNICIPALITY_CODES) for c in counts)


def test_own_actors_alone_never_reach_farther(figures: StrengthFigures) -> None:
    near = (CellState.ON_SITE, CellState.WITHIN_REACH)
    for item in figures.areas:
        assert item.whole_chain_own <= item.whole_chain
        for all_, own in zip(item.everybody, item.own_only, strict=True):
            assert sum(map(own.count, near)) <= sum(map(all_.count, near))


def test_without_own_actors_nothing_is_near() -> None:
    found = strength_figures(real_world(), CubeChoice()).of(StrengthArea.BESOKSNARING)
    assert found.own == ()
    assert found.whole_chain_own == 0
    assert found.whole_chain > 0, "sector-neutral actors serve it all the same"


def test_neutral_actors_stand_once_and_apart(figures: StrengthFigures) -> None:
    neutral = {item.actor.id for item in figures.neutral}
    own = {actor.actor.id for item in figures.areas for actor in item.own}
    unknown = {item.actor.id for item in figures.unknown}
    assert not neutral & own
    register = real_world().register
    expected = {
        actor.id
        for actor in register.actors
        if actor.is_active(DAY)
        and not actor.outside_county
        and (actor.scope is Scope.CORE or figures.definition.scope is Scope.ADJACENT)
    }
    assert neutral | own | unknown == expected


def test_meeting_places_serve_several_areas(figures: StrengthFigures) -> None:
    assert figures.meeting_places
    for item in figures.meeting_places:
        assert ServiceType.MOTESPLATS in item.actor.service_types
        assert is_across(item.actor)


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_nine_areas_stand_in_three_groups(language: Language) -> None:
    said = words(language)
    found = strength_figures(real_world(), CubeChoice())
    html = areas_html(found, said.strategy.strength_area_groups, chosen=None, words=said)
    assert html.count("<h2") == 3
    assert html.count("<article") == len(STRENGTH_AREAS)
    for area in STRENGTH_AREAS:
        assert said.strategy.label(area).in_(language).replace("&", "&amp;") in html


def test_a_chosen_area_stands_alone_and_open() -> None:
    said = words(Language.SV)
    found = strength_figures(real_world(), CubeChoice())
    groups = said.strategy.strength_area_groups
    html = areas_html(found, groups, chosen=StrengthArea.LIFE_SCIENCE, words=said)
    assert html.count("<article") == 1
    assert "<details" not in html
    assert "Umeå Biotech Incubator" in html


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_says_first_what_neutral_actors_do_to_the_figures(language: Language) -> None:
    said = words(language)
    found = strength_figures(real_world(), CubeChoice())
    assert honest_sentence(found, words=said).startswith(str(len(found.neutral)))
    line = source_line(found, reference="2026-11", words=said)
    assert real_world().matrix.version in line


def test_the_summary_keeps_the_order_of_the_strategy() -> None:
    said = words(Language.SV)
    table = summary_table(strength_figures(real_world(), CubeChoice()), words=said)
    labels = [said.strategy.label(area).in_(Language.SV) for area in STRENGTH_AREAS]
    assert [row[0].text for row in table.rows] == labels


def test_addresses_of_areas() -> None:
    said = words(Language.EN)
    url = area_url(StrengthArea.LIFE_SCIENCE, scope=Scope.ADJACENT, words=said)
    assert url == "/styrkeomraden?omrade=life_science&bredd=adjacent&lang=en"
