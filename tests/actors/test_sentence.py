"""The sentence counts what it says it counts, and names what is chosen."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from ris_map.actors.sentence import chosen_words, selection_sentence

from ris_map.geography.codes import MUNICIPALITY_CODES
from ris_map.geography.divisions import Division
from ris_map.register.filters import Filter
from ris_map.register.model import Register
from ris_map.register.reading import load_register
from ris_map.register.selection import Group, Selection, select
from ris_map.register.strategy import Strategy, load_strategy
from ris_map.register.vocabulary import STRENGTH_AREAS, Delivery, Phase, Scope, ServiceType
from ris_map.words import translator
from ris_map.words.language import Language
from tests import factories

DATA = Path(__file__).resolve().parents[2] / "data"
DAY = date(2026, 11, 23)
LANGUAGES = list(Language)


@cache
def real_register() -> Register:
    return load_register(DATA / "actors.yaml", today=DAY)


@cache
def strategy() -> Strategy:
    return load_strategy(DATA / "strategy.yaml")


@cache
def raw_divisions() -> dict[str, dict[str, Any]]:
    content = yaml.safe_load((DATA / "divisions.yaml").read_text(encoding="utf-8"))
    return {division["id"]: division for division in content["divisions"]}


def division(name: str) -> Division:
    raw = raw_divisions()[name]
    listed = [
        {**group, "municipalities": tuple(group["municipalities"])} for group in raw["groups"]
    ]
    return Division.model_validate({**raw, "groups": tuple(listed)})


def inland_codes(name: str) -> set[str]:
    groups = [group for group in raw_divisions()[name]["groups"] if group["is_inland"]]
    return {code for group in groups for code in group["municipalities"]}


def chosen_from(register: Register, chosen: Filter) -> Selection:
    return select(register, chosen, groups={}, on=DAY)


def sentence(selection: Selection, language: Language) -> str:
    return selection_sentence(
        selection,
        coast=division("kust"),
        inland=division("samverkan"),
        tr=translator(language),
    )


def expected_parts(selection: Selection, language: Language) -> list[str]:
    """Return the sentence's parts from counts of our own."""
    tr = translator(language)
    if not selection.matches:
        return [tr("sentence.none")]
    groups = [match.group.value for match in selection.matches]
    current = [group for group in groups if group not in {"unknown", "ended"}]
    parts = [tr.plural("sentence.actors", len(current))]
    offices = [o for m in selection.matches if m.group.value == "office" for o in m.offices]
    if offices:
        codes = {office.municipality for office in offices}
        no_coast, inland = inland_codes("kust"), inland_codes("samverkan")
        counts = {
            "municipalities": len(codes),
            "of": 15,
            "coast": len(codes - no_coast),
            "of_coast": 15 - len(no_coast),
            "no_coast": len(codes & no_coast),
            "of_no_coast": len(no_coast),
            "inland": len(codes & inland),
            "of_inland": len(inland),
        }
        shown = {key: tr.number(count) for key, count in counts.items()}
        parts.append(tr.plural("sentence.offices", len(offices), **shown))
    else:
        parts.append(tr("sentence.no-office"))
    for group in ("serves", "remote", "outside", "unknown", "ended"):
        if group in groups:
            parts.append(tr.plural(f"sentence.{group}", groups.count(group)))
    return parts


def filters() -> Iterator[Filter]:
    for scope in Scope:
        yield Filter(scope=scope)
        yield from (Filter(scope=scope, phases=(phase,)) for phase in Phase)
        yield from (Filter(scope=scope, service_types=(kind,)) for kind in ServiceType)
        yield from (Filter(scope=scope, strength_areas=(area,)) for area in STRENGTH_AREAS)
        yield from (Filter(scope=scope, places=(code,)) for code in MUNICIPALITY_CODES)
        yield from (Filter(scope=scope, delivery=(mode,)) for mode in Delivery)
        yield Filter(scope=scope, text="xyzzy")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_sentence_says_what_was_counted_independently(language: Language) -> None:
    for chosen in filters():
        selection = chosen_from(real_register(), chosen)
        expected = expected_parts(selection, language)
        assert sentence(selection, language) == " ".join(expected), chosen


def test_the_divisions_of_the_sentence_cover_the_county() -> None:
    assert len(inland_codes("kust")) == 11
    assert len(inland_codes("samverkan")) == 8
    assert inland_codes("samverkan") < inland_codes("kust") < set(MUNICIPALITY_CODES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_actor_is_spoken_of_in_the_singular(language: Language) -> None:
    tr = translator(language)
    text = sentence(chosen_from(factories.make_register(), Filter()), language)
    assert text.startswith(tr.plural("sentence.actors", 1))
    assert tr.plural("sentence.actors", 1) != tr.plural("sentence.actors", 2).replace("2", "1")


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_actor_with_two_offices_is_one_actor_and_two_offices(language: Language) -> None:
    offices = (factories.make_office(code="2480"), factories.make_office(code="2422"))
    register = factories.make_register(factories.make_actor(offices=offices))
    selection = chosen_from(register, Filter())
    assert sentence(selection, language) == " ".join(expected_parts(selection, language))
    assert selection.municipalities == {"2480", "2422"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_empty_selection_is_said_in_words_without_numbers(language: Language) -> None:
    text = sentence(Selection(()), language)
    assert text == translator(language)("sentence.none")
    assert not any(sign.isdigit() for sign in text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_unknown_and_ended_actors_are_not_counted_among_the_clear_ones(
    language: Language,
) -> None:
    unknown = factories.make_actor(id="a", offers=(factories.make_offer(phases=()),))
    ended = factories.make_actor(id="b", valid_to="2020")
    clear = factories.make_actor(id="c")
    register = factories.make_register(unknown, ended, clear)
    selection = chosen_from(register, Filter(phases=(Phase.IDE,)))
    text, tr = sentence(selection, language), translator(language)
    assert [m.group for m in selection.matches] == [Group.OFFICE, Group.UNKNOWN, Group.ENDED]
    for part in ("sentence.actors", "sentence.unknown", "sentence.ended"):
        assert tr.plural(part, 1) in text


# What is chosen, in words.


def in_words(chosen: Filter, language: Language) -> str:
    names = [("2480", "Umeå"), ("2482", "Skellefteå")]
    return chosen_words(chosen, place_names=names, strategy=strategy(), tr=translator(language))


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_chosen_is_an_empty_text(language: Language) -> None:
    assert in_words(Filter(), language) == ""


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_choice_is_named(language: Language) -> None:
    tr = translator(language)
    chosen = Filter(
        phases=tuple(Phase),
        service_types=tuple(ServiceType),
        strength_areas=STRENGTH_AREAS,
        places=("2480", "2482", "okänd"),
        delivery=tuple(Delivery),
        scope=Scope.ADJACENT,
        text="bio",
    )
    terms = (*Phase, *ServiceType, *STRENGTH_AREAS)
    expected = [strategy().label(term).in_(language) for term in terms]
    expected += ["Umeå", "Skellefteå", "okänd"]
    expected += [strategy().label(mode).in_(language) for mode in Delivery]
    expected += [tr("filter.scope.also"), tr("filter.text.quoted", text="bio")]
    found = in_words(chosen, language)
    position = -1
    for name in expected:
        position = found.find(name, position + 1)
        assert position >= 0, f"{name} is missing or out of order in {found}"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("text", ["{n}", "{0}", "{text}", "}{", "%s", "{{7*7}}"])
def test_searched_text_is_quoted_as_it_was_written(text: str, language: Language) -> None:
    assert text in in_words(Filter(text=text), language)
