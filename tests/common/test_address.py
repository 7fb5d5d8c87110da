"""One model per page: what an address means, and the address of what is chosen."""

from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import AfterValidator, Field, ValidationError

from ris_map.common.address import Choice, Flag, FreeText, IgnoredValue, one_of
from ris_map.register.vocabulary import Phase, ServiceType, StrengthArea


def _limit(value: int) -> int:
    if value not in (30, 60, 90, 120):
        raise ValueError("no such limit")
    return value


class Example(Choice):
    """One field of each kind."""

    phases: Annotated[tuple[Phase, ...], Field(alias="fas", max_length=2)] = (Phase.IDE,)
    types: Annotated[tuple[ServiceType, ...], Field(alias="stod")] = ()
    area: Annotated[StrengthArea | None, Field(alias="omrade")] = None
    limit: Annotated[int, AfterValidator(_limit), Field(alias="grans")] = 60
    place: Annotated[str, one_of("places"), Field(alias="plats")] = ""
    winter: Annotated[Flag, Field(alias="vinter")] = False
    text: Annotated[str, FreeText(), Field(alias="q")] = ""


CONTEXT = {"places": ("2422", "inland")}
TWO = (Phase.IDE, Phase.VAXA)


@pytest.mark.parametrize(
    ("key", "values", "chosen", "address", "ignored"),
    [
        ("fas", ["vaxa", "ide"], {"phases": TWO}, ["ide", "vaxa"], []),
        ("fas", ["vaxa,ide,utveckling"], {"phases": TWO}, ["ide", "vaxa"], ["utveckling"]),
        ("fas", ["alla"], {"phases": ()}, ["alla"], []),
        ("fas", ["idag"], {}, [], ["idag"]),
        ("omrade", ["alla"], {}, [], ["alla"]),
        ("grans", ["61"], {}, [], ["61"]),
        ("grans", ["30", "90", "x"], {"limit": 90}, ["90"], ["x", "30"]),
        ("plats", ["9999"], {}, [], ["9999"]),
        ("vinter", ["kanske"], {}, [], ["kanske"]),
        ("q", ["mat, dryck"], {"text": "mat, dryck"}, ["mat, dryck"], []),
    ],
)
def test_I5_an_address_means_one_choice_and_what_means_nothing_is_left_out_and_named(
    key: str, values: list[str], chosen: dict[str, Any], address: list[str], ignored: list[str]
) -> None:
    """Of several values where one is wanted the last counts; a default can be taken back."""
    choice, left_out = Example.read({key: values}, context=CONTEXT)
    assert choice == Example(**chosen)
    assert choice.query() == ({key: address} if address else {})
    assert left_out == tuple(IgnoredValue(key, value) for value in ignored)


def test_a_program_that_asks_for_something_unknown_is_refused() -> None:
    with pytest.raises(ValidationError):
        Example.model_validate({"fas": ["ide"], "fasen": ["ide"]})
    assert Example.model_validate({"fas": ["ide,vaxa"]}).phases == TWO


@given(
    phases=st.sets(st.sampled_from(Phase), max_size=2),
    types=st.sets(st.sampled_from(ServiceType)),
    area=st.none() | st.sampled_from(StrengthArea),
    limit=st.sampled_from([30, 60, 90, 120]),
    place=st.sampled_from(["", "2422", "inland"]),
    winter=st.booleans(),
    text=st.text(max_size=100).map(lambda t: " ".join(t.split())),
)
def test_I5_the_address_alone_restores_the_choice(
    phases: set[Phase], types: set[ServiceType], **others: Any
) -> None:
    chosen = Example(
        phases=tuple(p for p in Phase if p in phases),
        types=tuple(t for t in ServiceType if t in types),
        **others,
    )
    for form in (chosen.query(), chosen.texts()):
        assert Example.read(form, context=CONTEXT) == (chosen, ())
