"""One model per page: what an address means, and the address of what is chosen."""

from __future__ import annotations

from typing import Annotated

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import AfterValidator, Field, ValidationError

from ris_map.common.address import (
    MAX_TEXT_LENGTH,
    Choice,
    Flag,
    IgnoredValue,
    SearchText,
    one_of,
)
from ris_map.register.vocabulary import Phase, ServiceType, StrengthArea


def _limit(value: int) -> int:
    if value not in (30, 60, 90, 120):
        raise ValueError("no such limit")
    return value


class Example(Choice):
    """One field of each kind."""

    phases: Annotated[tuple[Phase, ...], Field(alias="fas")] = (Phase.IDE,)
    types: Annotated[tuple[ServiceType, ...], Field(alias="stod")] = ()
    area: Annotated[StrengthArea | None, Field(alias="omrade")] = None
    limit: Annotated[int, AfterValidator(_limit), Field(alias="grans")] = 60
    place: Annotated[str, one_of("places"), Field(alias="plats")] = ""
    winter: Annotated[Flag, Field(alias="vinter")] = False
    text: Annotated[SearchText, Field(alias="q")] = ""


CONTEXT = {"places": ("2422", "inland")}


def read(**query: list[str]) -> tuple[Example, tuple[IgnoredValue, ...]]:
    return Example.read(query, context=CONTEXT)


def test_no_choice_has_an_empty_address() -> None:
    assert Example().query() == {}
    assert read() == (Example(), ())


def test_many_values_in_any_order_or_with_commas_are_one_choice() -> None:
    several, _ = read(fas=["vaxa", "ide"])
    assert several == read(fas=["ide,vaxa"])[0]
    assert several.phases == (Phase.IDE, Phase.VAXA)
    assert several.query() == {"fas": ["ide", "vaxa"]}


def test_a_default_can_be_taken_back() -> None:
    everything, ignored = read(fas=["alla"])
    assert everything.phases == ()
    assert not ignored
    assert everything.query() == {"fas": ["alla"]}


@pytest.mark.parametrize(
    ("key", "value"),
    [("fas", "idag"), ("grans", "61"), ("grans", "x"), ("plats", "9999"), ("vinter", "kanske")],
)
def test_I5_a_value_that_means_nothing_is_left_out_and_named(key: str, value: str) -> None:
    choice, ignored = read(**{key: [value]})
    assert choice == Example()
    assert ignored == (IgnoredValue(key, value),)


def test_what_cannot_be_taken_back_is_no_value() -> None:
    assert read(grans=["alla"])[1] == (IgnoredValue("grans", "alla"),)
    assert read(omrade=["alla"])[1] == (IgnoredValue("omrade", "alla"),)


def test_of_several_values_where_one_is_wanted_the_last_counts() -> None:
    assert read(grans=["30", "90", "x"])[0].limit == 90


def test_free_text_keeps_its_commas_and_is_cut() -> None:
    assert read(q=["  mat,  dryck "])[0].text == "mat, dryck"
    assert len(read(q=["x" * 500])[0].text) == MAX_TEXT_LENGTH


def test_a_program_that_asks_for_something_unknown_is_refused() -> None:
    with pytest.raises(ValidationError):
        Example.model_validate({"fas": ["ide"], "fasen": ["ide"]})
    assert Example.model_validate({"fas": ["ide,vaxa"]}).phases == (Phase.IDE, Phase.VAXA)


@given(
    phases=st.sets(st.sampled_from(Phase)),
    types=st.sets(st.sampled_from(ServiceType)),
    area=st.none() | st.sampled_from(StrengthArea),
    limit=st.sampled_from([30, 60, 90, 120]),
    place=st.sampled_from(["", "2422", "inland"]),
    winter=st.booleans(),
    text=st.text(max_size=100).map(lambda t: " ".join(t.split())[:MAX_TEXT_LENGTH].strip()),
)
def test_I5_the_address_alone_restores_the_choice(
    phases: set[Phase],
    types: set[ServiceType],
    area: StrengthArea | None,
    limit: int,
    place: str,
    winter: bool,
    text: str,
) -> None:
    chosen = Example(
        phases=tuple(p for p in Phase if p in phases),
        types=tuple(t for t in ServiceType if t in types),
        area=area,
        limit=limit,
        place=place,
        winter=winter,
        text=text,
    )
    assert Example.read(chosen.query(), context=CONTEXT) == (chosen, ())
