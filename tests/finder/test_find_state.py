"""The address of "Hitta stöd": every need goes there and back; what means nothing is named."""

from __future__ import annotations

import pytest
from hypothesis import given

from ris_map.common.address import IgnoredValue
from ris_map.finder.need import Limit, Need, Who, all_starts
from ris_map.register.vocabulary import Phase, ServiceType, StrengthArea
from tests.finder.test_finder import needs, real_world

CONTEXT = {"places": all_starts(real_world().foundations.geography).keys()}


@given(needs)
def test_I5_every_need_survives_the_address(need: Need) -> None:
    assert Need.read(need.query(), context=CONTEXT) == (need, ())


def test_the_address_form_is_stable() -> None:
    need = Need(
        place="saxnas",
        phase=Phase.VAXA,
        service_types=(ServiceType.FINANSIERING, ServiceType.RADGIVNING),
        strength_area=StrengthArea.LIVSMEDEL,
        who=Who.SAMI,
        digital_first=True,
        limit=Limit.ANY,
        winter=True,
    )
    assert need.query() == {
        "plats": ["saxnas"],
        "fas": ["vaxa"],
        "stod": ["finansiering", "radgivning"],
        "omrade": ["livsmedel"],
        "vem": ["samisk"],
        "digitalt": ["ja"],
        "grans": ["alla"],
        "vinter": ["ja"],
    }
    assert Need.keys() == tuple(need.query())


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
        ("vinter", "snö"),
    ],
)
def test_I5_an_unknown_value_is_ignored_and_named(key: str, value: str) -> None:
    assert Need.read({key: [value]}, context=CONTEXT) == (Need(), (IgnoredValue(key, value),))
