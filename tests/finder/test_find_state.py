"""The address of "Hitta stöd": every need goes there and back; what means nothing is named."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from ris_map.common.address import IgnoredValue
from ris_map.finder.choices import ADDRESS, FindParam, chosen_need, to_query
from ris_map.finder.need import Need
from ris_map.finder.who import Who
from ris_map.register.vocabulary import Phase, ServiceType, StrengthArea
from tests.finder.test_finder import needs


@given(needs)
@settings(max_examples=200, deadline=None)
def test_I5_every_need_survives_the_address(need: Need) -> None:
    values, ignored = ADDRESS.to_widgets(to_query(need))
    assert chosen_need(values) == need
    assert not ignored


def test_an_empty_address_is_no_choice() -> None:
    values, ignored = ADDRESS.to_widgets({})
    assert chosen_need(values) == Need(place=None)
    assert to_query(Need(place=None)) == {}
    assert not ignored


def test_the_keys_are_short_plain_and_known() -> None:
    assert tuple(FindParam) == ("plats", "fas", "stod", "omrade", "vem", "digitalt", "grans")
    assert ADDRESS.keys == tuple(FindParam)


def test_the_address_form_is_stable() -> None:
    need = Need(
        place="saxnas",
        phases=(Phase.VAXA,),
        service_types=(ServiceType.FINANSIERING, ServiceType.RADGIVNING),
        strength_area=StrengthArea.LIVSMEDEL,
        who=Who.SAMI,
        digital_first=True,
        max_minutes=None,
    )
    assert to_query(need) == {
        "plats": ["saxnas"],
        "fas": ["vaxa"],
        "stod": ["finansiering", "radgivning"],
        "omrade": ["livsmedel"],
        "vem": ["samisk"],
        "digitalt": ["ja"],
        "grans": ["alla"],
    }


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("plats", "atlantis"),
        ("plats", "9999"),
        ("fas", "vet-inte"),
        ("stod", "tur"),
        ("omrade", "all"),
        ("vem", "<b>"),
        ("digitalt", "kanske"),
        ("grans", "61"),
    ],
)
def test_I5_an_unknown_value_is_ignored_and_named(key: str, value: str) -> None:
    values, ignored = ADDRESS.to_widgets({key: [value]})
    assert chosen_need(values) == Need(place=None)
    assert ignored == (IgnoredValue(key, value),)


def test_I5_of_two_values_for_one_choice_the_second_is_named() -> None:
    values, ignored = ADDRESS.to_widgets({"fas": ["ide", "vaxa"], "stod": ["motesplats", "x"]})
    need = chosen_need(values)
    assert need.phases == (Phase.IDE,)
    assert need.service_types == (ServiceType.MOTESPLATS,)
    assert set(ignored) == {IgnoredValue("fas", "vaxa"), IgnoredValue("stod", "x")}
