"""The picture of a choice: its squares, words and bubbles are the coverage's own figures."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from functools import cache

import numpy as np
import pytest

from ris_map.common import dates
from ris_map.coverage.groups import supply_of
from ris_map.coverage.map_picture import (
    ACTOR_CLASSES,
    LIMITS,
    NAME,
    MapChoice,
    MapView,
    address_of,
    map_view,
    neighbours,
    picture,
    picture_file,
)
from ris_map.register.vocabulary import Delivery, Phase, ServiceType, StrengthArea
from ris_map.travel.world import World, service
from ris_map.web.settings import data_dir
from ris_map.words import translator
from ris_map.words.figures import near_limit
from ris_map.words.language import Language

SV = Language.SV


@cache
def world() -> World:
    return service(data_dir()).moment().world


def view_of(choice: MapChoice, language: Language = SV) -> MapView:
    return map_view(world(), choice, tr=translator(language))


def choices() -> Iterator[MapChoice]:
    every = itertools.product((None, *Phase), (None, *ServiceType), LIMITS)
    for number, (phase, kind, limit) in enumerate(every):
        if number % 5 == 0:
            yield MapChoice(phase=phase, service_type=kind, limit=limit)
    yield MapChoice(strength_area=StrengthArea.BESOKSNARING)
    yield MapChoice(shown="aktorer")


def test_K3_squares_are_in_the_class_of_their_minutes_cell_by_cell() -> None:
    for choice in choices():
        if choice.shown == "minuter":
            kinds = choice.shown_phases, choice.shown_types
            wanted = supply_of(world(), choice.cube_choice, *kinds).classes
            assert picture(view_of(choice)).classes == wanted.tolist()


def test_K3_actors_are_counted_within_the_limit() -> None:
    view = view_of(MapChoice(shown="aktorer"))
    number, codes = view.found.actors_within, np.array(picture(view).classes)
    assert set(codes[number >= ACTOR_CLASSES[0]]) <= {0}
    assert set(codes[number == 1]) <= {3}
    assert set(codes[number == 0]) <= {4, 5}


@pytest.mark.parametrize("language", list(Language))
def test_W1_bubbles_list_and_headline_count_the_same_offices(language: Language) -> None:
    for choice in choices():
        view = view_of(choice, language)
        bubbles, found = picture(view).bubbles, view.matching()
        assert sum(bubble.count or 0 for bubble in bubbles) == sum(one.offices for one in found)
        assert all(bubble.label.startswith(str(bubble.count)) for bubble in bubbles)


def test_the_legend_counts_everybody_once() -> None:
    for choice in choices():
        view = view_of(choice)
        legend = picture(view).legend
        assert legend is not None
        for column in range(2):
            shares = [row.shares[column] for row in legend.rows]
            assert 99.0 <= sum(shares) <= 100.5  # the rest has no known way


def test_W8_W9_sentences_are_strictly_true() -> None:
    for choice in choices():
        view = view_of(choice)
        sentences = picture(view).sentences
        assert set(sentences) == {"", *view.names}
        for code in view.names:
            median = float(view.found.median[view.at(code)])
            figure = sentences[code].figure
            if near_limit(median, float(choice.limit)):
                assert figure.startswith("≈")
            elif np.isinf(median):
                assert figure in {"0", "?"}
            else:
                n = int(figure.split()[0]) if figure[0].isdigit() else None
                share = float(view.found.share[view.at(code)])
                assert n is None or abs(n - 100 * max(share, 1 - share)) <= 0.5


@pytest.mark.parametrize("delivery", [Delivery.VISIT, Delivery.DIGITAL, Delivery.PHONE])
@pytest.mark.parametrize("language", list(Language))
def test_R7_remote_help_is_an_answer_per_municipality_and_never_minutes(
    delivery: Delivery, language: Language
) -> None:
    made = picture(view_of(MapChoice(delivery=delivery), language))
    assert made.bubbles == ()
    assert set(made.classes or ()) <= {0, 4, 5}


def test_a_picture_stands_under_an_address_of_its_own() -> None:
    choice = MapChoice(phase=Phase.VAXA, limit=90)
    address = address_of(world(), choice, SV)
    assert "/cells/" in address
    found = picture_file(NAME, {"fas": ["vaxa"], "grans": ["90"], "lang": ["sv"]})
    assert found is not None
    version, content = found
    assert f"/cells/{version}/{NAME}.json" in address
    assert (
        json.loads(content)["sentences"][""]["figure"]
        == picture(view_of(choice)).sentences[""].figure
    )
    assert len(content) < 30_000


@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("annat", {}),
        (NAME, {"fas": ["nej"]}),
        (NAME, {"lang": ["de"]}),
        (NAME, {"kommun": ["2480"]}),
    ],
)
def test_an_address_that_means_nothing_has_no_picture(
    name: str, query: dict[str, list[str]]
) -> None:
    assert picture_file(name, query) is None


def test_neighbours_are_the_choices_one_click_away() -> None:
    options = {"k": {"Växa": ("phase", Phase.VAXA), "90": ("limit", 90)}}
    found = neighbours(world(), MapChoice(), SV, options)["k"]
    assert found["Växa"] == address_of(world(), MapChoice(phase=Phase.VAXA), SV)
    assert found["90"] == address_of(world(), MapChoice(limit=90), SV)


def test_the_day_is_the_services() -> None:
    assert world().on == dates.today()
