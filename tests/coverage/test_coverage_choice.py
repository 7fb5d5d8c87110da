"""The choices of the coverage page and their address form."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ris_map.common.address import IgnoredValue
from ris_map.coverage.gaps import GapOrder
from ris_map.coverage.page.choices import (
    CellKey,
    CoverageChoice,
    CoverageParam,
    from_query,
    parse_cell,
    to_query,
)
from ris_map.geography.codes import MUNICIPALITY_CODES
from ris_map.register.vocabulary import STRENGTH_AREAS, Delivery, Phase, Scope, ServiceType

DIVISIONS = ("samverkan", "kust", "stodomrade")
PLACES = ("samverkan-region-10", *MUNICIPALITY_CODES)


def subset(kind: type[Phase] | type[ServiceType]) -> st.SearchStrategy[tuple[object, ...]]:
    return st.sets(st.sampled_from(list(kind))).map(lambda s: tuple(x for x in kind if x in s))


cells = st.builds(
    CellKey,
    code=st.sampled_from(MUNICIPALITY_CODES),
    phase=st.sampled_from(Phase),
    service_type=st.sampled_from(ServiceType),
)
choices = st.builds(
    CoverageChoice,
    division=st.sampled_from(DIVISIONS),
    phases=subset(Phase),
    service_types=subset(ServiceType),
    strength_area=st.none() | st.sampled_from(STRENGTH_AREAS),
    threshold=st.sampled_from((30, 60, 90, 120)),
    scope=st.sampled_from(Scope),
    delivery=st.sampled_from(Delivery),
    include_outside=st.booleans(),
    gap_order=st.sampled_from(GapOrder),
    inland_first=st.booleans(),
    place=st.sampled_from(("lan", *PLACES)),
    cell=st.none() | cells,
)


@given(choices)
def test_i5_every_choice_survives_its_address(chosen: CoverageChoice) -> None:
    query = to_query(chosen, divisions=DIVISIONS)
    assert from_query(query, divisions=DIVISIONS, place_ids=PLACES) == (chosen, ())
    assert all(value.isascii() for values in query.values() for value in values)


def test_an_empty_address_is_the_stated_default_and_the_default_has_an_empty_address() -> None:
    chosen, ignored = from_query({}, divisions=DIVISIONS, place_ids=PLACES)
    assert ignored == ()
    assert (chosen.shown_phases, chosen.shown_types) == (tuple(Phase), tuple(ServiceType))
    assert (chosen.threshold, chosen.division) == (60, "samverkan")
    assert (chosen.scope, chosen.delivery) == (Scope.CORE, Delivery.OFFICE)
    assert not chosen.include_outside
    assert to_query(chosen, divisions=DIVISIONS) == {}


@given(st.sampled_from(list(CoverageParam)), st.text(max_size=12))
def test_i5_what_means_nothing_is_left_out_and_named(key: CoverageParam, value: str) -> None:
    plain, _ = from_query({}, divisions=DIVISIONS, place_ids=PLACES)
    chosen, ignored = from_query({key: [value]}, divisions=DIVISIONS, place_ids=PLACES)
    assert (chosen == plain and ignored == (IgnoredValue(key, value),)) or not ignored


@pytest.mark.parametrize(
    "text", ["", "2422", "2422.ide", "2422.ide.x", "2499.ide.radgivning", "2422.ide.radgivning.x"]
)
def test_a_cell_that_does_not_exist_is_none(text: str) -> None:
    assert parse_cell(text) is None


def test_a_cell_is_written_as_municipality_phase_and_type() -> None:
    key = CellKey(code="2422", phase=Phase.IDE, service_type=ServiceType.RADGIVNING)
    assert str(key) == "2422.ide.radgivning"
    assert parse_cell(str(key)) == key
