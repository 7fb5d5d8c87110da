"""A filter and its address form: what is chosen comes back, what means nothing is reported."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, replace
from enum import StrEnum
from typing import Any
from urllib.parse import parse_qs, urlencode

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ris_map.common.address import MAX_TEXT_LENGTH, IgnoredValue
from ris_map.geography.codes import MUNICIPALITY_CODES
from ris_map.register.filters import Filter, Param, from_query, to_query, without
from ris_map.register.vocabulary import (
    STRENGTH_AREAS,
    Delivery,
    Phase,
    Scope,
    ServiceType,
    StrengthArea,
)

PLACES = ("samverkan-region-10", "kust-vid-kusten", *MUNICIPALITY_CODES)
HOSTILE = [
    *("<script>alert(1)</script>", "' OR 1=1 --", '"><img src=x onerror=alert(1)>', "{{7*7}}"),
    *("../../etc/passwd", "%00", "\x00", "\u202egnp.exe", "\ufeffide", "ide\u200b", "${jndi:x}"),
    *(
        "IDE",
        " ide",
        "ide ",
        "ıde",
        "0",
        "-1",
        "null",
        "None",
        "True",
        "å" * 5000,
        "\n",
        "ide,vaxa",
    ),
]


def subset(members: Any) -> st.SearchStrategy[tuple[Any, ...]]:
    """Return some of the members in their own order."""
    ordered = tuple(members)
    return st.sets(st.sampled_from(ordered)).map(lambda s: tuple(m for m in ordered if m in s))


def clean(text: str) -> str:
    return " ".join(text.split())[:MAX_TEXT_LENGTH].strip()


filters = st.builds(
    Filter,
    phases=subset(Phase),
    service_types=subset(ServiceType),
    strength_areas=subset(STRENGTH_AREAS),
    places=subset(PLACES),
    delivery=subset(Delivery),
    scope=st.sampled_from(Scope),
    text=st.text(st.characters(exclude_categories=["Cs"]), max_size=120).map(clean),
)
CHOICES: dict[Param, tuple[str, ...]] = {
    Param.PHASE: tuple(Phase),
    Param.SERVICE_TYPE: tuple(ServiceType),
    Param.STRENGTH_AREA: STRENGTH_AREAS,
    Param.PLACE: PLACES,
    Param.DELIVERY: tuple(Delivery),
    Param.SCOPE: tuple(Scope),
}


def read(query: dict[str, list[str]]) -> tuple[Filter, tuple[IgnoredValue, ...]]:
    return from_query(query, place_ids=PLACES)


def test_I5_keys_of_the_address_are_ascii_and_stable() -> None:
    assert {param.name: param.value for param in Param} == {
        "PHASE": "fas",
        "SERVICE_TYPE": "stod",
        "STRENGTH_AREA": "omrade",
        "PLACE": "plats",
        "DELIVERY": "satt",
        "SCOPE": "bredd",
        "TEXT": "q",
    }
    assert all(param.isascii() and param.isalnum() for param in Param)


@pytest.mark.parametrize(
    ("vocabulary", "values"),
    [
        (Phase, "ide utveckling vaxa"),
        (
            ServiceType,
            "finansiering finansiering_radgivning radgivning inkubator_accelerator motesplats",
        ),
        (
            StrengthArea,
            "skoglig_bioekonomi gruv_mineral hallbara_energisystem tillverkningsindustri "
            "besoksnaring livsmedel kulturella_kreativa_naringar life_science digitalisering all",
        ),
        (Delivery, "office visit digital phone"),
        (Scope, "core adjacent"),
    ],
)
def test_I5_values_of_the_address_are_stable(vocabulary: type[StrEnum], values: str) -> None:
    assert [member.value for member in vocabulary] == values.split()


@settings(deadline=None)
@given(filters)
def test_I5_every_filter_comes_back_from_its_address_form(chosen: Filter) -> None:
    assert read(to_query(chosen)) == (chosen, ())


@settings(deadline=None)
@given(filters)
def test_I5_every_filter_comes_back_from_a_real_address(chosen: Filter) -> None:
    address = urlencode(to_query(chosen), doseq=True)
    assert address.isascii()
    assert read(parse_qs(address, keep_blank_values=True, strict_parsing=bool(address)))[0] == (
        chosen
    )


@settings(deadline=None)
@given(filters)
def test_I5_the_address_form_holds_only_what_is_chosen(chosen: Filter) -> None:
    query = to_query(chosen)
    assert set(query) <= set(Param)
    assert all(query.values())
    assert all(type(key) is str for key in query)
    assert all(type(value) is str for values in query.values() for value in values)
    assert (query == {}) == chosen.is_empty == (chosen == Filter())


@settings(deadline=None)
@given(filters, st.randoms(use_true_random=False), st.integers(1, 3))
def test_I5_order_and_repetition_in_the_address_do_not_matter(
    chosen: Filter, random: Any, times: int
) -> None:
    query = to_query(chosen)
    for key, values in query.items():
        if key != Param.TEXT:
            query[key] = random.sample(values * times, len(values) * times)
    assert read(query) == (chosen, ())


@settings(deadline=None)
@given(filters, st.sampled_from(sorted(CHOICES)), st.sampled_from(HOSTILE) | st.text(max_size=20))
def test_I5_an_unknown_value_is_reported_and_the_rest_is_kept(
    chosen: Filter, key: Param, value: str
) -> None:
    if value in CHOICES[key]:
        return
    query = to_query(chosen)
    query[key] = [value, *query.get(key, []), value]
    assert read(query) == (chosen, (IgnoredValue(key, value),))


def test_I5_everything_unknown_is_reported_not_only_the_first() -> None:
    query = {key.value: ["finns-inte", "heller-inte"] for key in CHOICES}
    found, ignored = read(query)
    assert found == Filter()
    assert set(ignored) == {IgnoredValue(k, v) for k, values in query.items() for v in values}
    assert len(ignored) == 2 * len(CHOICES)


@pytest.mark.parametrize("key", sorted(CHOICES))
@pytest.mark.parametrize("value", HOSTILE)
def test_I5_a_hostile_value_chooses_nothing(key: Param, value: str) -> None:
    assert read({key: [value]}) == (Filter(), (IgnoredValue(key, value),))


def test_the_marker_of_sector_neutral_actors_cannot_be_chosen() -> None:
    assert read({"omrade": ["all"]}) == (Filter(), (IgnoredValue("omrade", "all"),))


def test_only_known_places_can_be_chosen() -> None:
    query = {"plats": ["2480", "2499", "kust-vid-kusten"]}
    assert from_query(query, place_ids=["2480"]) == (
        Filter(places=("2480",)),
        (IgnoredValue("plats", "2499"), IgnoredValue("plats", "kust-vid-kusten")),
    )


def test_keys_of_others_are_left_alone() -> None:
    assert read({"lang": ["en"], "utm_source": ["x"], "FAS": ["ide"], "ort": ["x"]}) == (
        Filter(),
        (),
    )


def test_of_both_scopes_the_wider_one_counts() -> None:
    assert read({"bredd": ["core", "adjacent"]})[0].scope is Scope.ADJACENT
    assert read({"bredd": ["core"]}) == (Filter(), ())


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=300))
@example("a" * (MAX_TEXT_LENGTH - 1) + " b")
@example("å" * 5000)
@example(" \t\n ")
def test_I5_text_is_trimmed_bounded_and_stable(text: str) -> None:
    found, ignored = read({"q": [text]})
    assert ignored == ()
    assert len(found.text) <= MAX_TEXT_LENGTH
    assert found.text == found.text.strip()
    assert found.text.split() == " ".join(text.split())[:MAX_TEXT_LENGTH].split()
    assert read(to_query(found))[0] == found


@pytest.mark.parametrize("text", [*HOSTILE, "Umeå & Co; a=b?c#d", "100 % + 1"])
def test_I5_hostile_text_is_text(text: str) -> None:
    address = urlencode(to_query(read({"q": [text]})[0]), doseq=True)
    assert read(parse_qs(address))[0].text == clean(text)


@settings(deadline=None)
@given(filters)
def test_one_choice_can_be_taken_back_at_a_time(chosen: Filter) -> None:
    for key, values in to_query(chosen).items():
        for value in values:
            left = to_query(without(chosen, Param(key), value))
            expected = to_query(chosen)
            expected[key] = [v for v in expected[key] if v != value]
            assert left == {k: v for k, v in expected.items() if v}


@settings(deadline=None)
@given(filters)
def test_taking_back_what_is_not_chosen_changes_nothing(chosen: Filter) -> None:
    assert without(chosen, Param.PHASE, "finns-inte") == chosen


@settings(deadline=None)
@given(filters, filters)
def test_a_filter_is_a_value(one: Filter, other: Filter) -> None:
    assert (one == other) == (to_query(one) == to_query(other))
    assert hash(one) == hash(replace(one))
    with pytest.raises(FrozenInstanceError):
        one.text = "x"  # type: ignore[misc]
