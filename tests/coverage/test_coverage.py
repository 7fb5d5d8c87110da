"""The coverage is its definition: equal to a slow twin of plain loops, and what always holds."""

import math
import re
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given

from ris_map.coverage.cube import CellState, Certainty, CoverageCell
from ris_map.coverage.findings import cell_evidence
from ris_map.register.model import DeliveryBasis
from ris_map.register.vocabulary import (
    Answer,
    Availability,
    Basis,
    Delivery,
    Phase,
    Scope,
    ServiceScope,
    ServiceType,
    Status,
    StrengthArea,
)
from tests.coverage.slow_twin import YES, assert_same, nearest, slow_cell
from tests.coverage.worlds import CODES, DAY, World, make_world, office_in, one_place, worlds
from tests.factories import (
    make_actor,
    make_modes,
    make_offer,
    make_outside_office,
    make_service_area,
    make_strength,
)

HERE, THERE = CODES[:2]
KINDS = [*product(enumerate(Phase), enumerate(ServiceType))]


@given(worlds())
def test_R1_every_cell_equals_the_slow_twin(world: World) -> None:
    """So no order of actors and offices matters, and one office more never makes a way longer."""
    cube = world.cube()
    for (p, phase), (s, kind) in KINDS:
        for code in CODES:
            slow = slow_cell(world, code, phase, kind)
            assert_same(cube.cell(code, phase=phase, service_type=kind), slow)
        slow_minutes = [
            nearest(world, place, phase, kind, at_least=YES) for place in world.geography.localities
        ]
        assert cube.rows[cube.row[p, s]].tolist() == slow_minutes
    assert (cube.rows[cube.row_at_best] <= cube.rows[cube.row]).all()


def test_a_property_that_fails_names_a_world_that_can_be_pasted() -> None:
    @given(worlds())
    def fails(world: World) -> None:
        raise ValueError(world.on)

    with pytest.raises(ValueError, match=str(DAY)) as failed:
        fails()
    assert re.search(r"world=random_world\(\d+\)", "\n".join(failed.value.__notes__))


@given(worlds())
def test_R7_evidence_explains_the_state_mode_by_mode(world: World) -> None:
    cube = world.cube()
    for cell in cube.cells():
        code, phase, kind = cell.municipality_code, cell.phase, cell.service_type
        evidence = cell_evidence(cube, code=code, phase=phase, service_type=kind)
        for mode in (Delivery.VISIT, Delivery.DIGITAL, Delivery.PHONE):
            answers = {item.answer for item in evidence if item.mode is mode}
            best = next((a for a in (Answer.YES, Answer.UNKNOWN) if a in answers), Answer.NO)
            assert best is getattr(cell, mode.value)
        offices = [i for i in evidence if i.mode is Delivery.OFFICE and i.answer is Answer.YES]
        assert all(item.office for item in offices)
        minutes = min((item.minutes_from_seat for item in offices), default=math.inf)
        if not math.isnan(cell.nearest_minutes_from_seat):
            assert minutes == cell.nearest_minutes_from_seat


def here(world: World) -> CoverageCell:
    return world.cube().cell(HERE, phase=Phase.IDE, service_type=ServiceType.RADGIVNING)


def offering(**modes: Availability) -> dict[str, object]:
    return {"offers": (make_offer(delivery=make_modes(**modes)),)}


def known_by(basis: Basis) -> dict[str, object]:
    offer = make_offer(delivery=make_modes(office=Availability.OFFERED))
    return {"offers": (offer.model_copy(update={"delivery_basis": DeliveryBasis(office=basis)}),)}


NOT_OFFERED, OFFERED = Availability.NOT_OFFERED, Availability.OFFERED
AT, NEAR, AWAY = CellState.ON_SITE, CellState.WITHIN_REACH, CellState.OUT_OF_REACH
REMOTE = CellState.REMOTE_ONLY
SURE, DEPENDS = Certainty.SURE, Certainty.DEPENDS
DIGITAL = offering(office=NOT_OFFERED, digital=OFFERED)
TWO_HALVES = (make_offer(phases=(Phase.VAXA,)), *offering(office=NOT_OFFERED)["offers"])
LIFE = {"strength_area": StrengthArea.LIFE_SCIENCE}
WOOD = make_strength(StrengthArea.SKOGLIG_BIOEKONOMI)
SILENT = make_strength().model_copy(update={"areas": ()})
ADJACENT, STRICT = {"scope": Scope.ADJACENT}, {"sourced_only": True}
THERE_AREA = make_service_area(ServiceScope.MUNICIPALITIES, municipalities=(THERE,))
UNKNOWN_AREA = {"service_area": make_service_area(ServiceScope.UNKNOWN)}
OTHER_COUNTY = {"service_area": make_service_area(ServiceScope.OTHER_COUNTY)}
NOWHERE, NEXT_DOOR = {"offices": ()}, {"offices": (office_in(THERE),)}
NEIGHBOUR = {"outside_county": True, "offices": (make_outside_office(),)}


@pytest.mark.parametrize(
    ("actor", "choice", "state", "certainty"),
    [
        (UNKNOWN_AREA, {}, AT, SURE),  # an office serves its own municipality
        ({"service_area": THERE_AREA}, {}, AWAY, SURE),  # unless its area leaves that out
        ({"strength_areas": make_strength()}, LIFE, AT, SURE),  # neutral: serves every area
        ({"strength_areas": WOOD}, LIFE, AWAY, SURE),
        ({"strength_areas": SILENT}, LIFE, AWAY, DEPENDS),  # does not say which
        (ADJACENT, {}, AWAY, SURE),
        (ADJACENT, ADJACENT, AT, SURE),
        ({"offers": TWO_HALVES}, {}, AWAY, SURE),  # both must hold for one and the same offer
        ({"status": Status.ENDED, "valid_to": "2022"}, {}, AWAY, SURE),
        ({"status": Status.PLANNED}, {}, AWAY, SURE),
        ({"valid_from": "2023-06-02"}, {}, AWAY, SURE),
        ({"valid_from": "2023-06-01"}, {}, AT, SURE),
        ({"status": Status.UNKNOWN}, {}, AT, DEPENDS),
        ({"offices": (office_in(HERE, valid_to="2023-05"),)}, {}, AWAY, SURE),
        (NEXT_DOOR, {}, NEAR, SURE),
        (NEXT_DOOR | UNKNOWN_AREA, {}, AWAY, DEPENDS),  # what is near may serve
        (NEXT_DOOR | offering(office=Availability.LIMITED), {}, AWAY, DEPENDS),
        (NEXT_DOOR | {"offers": (make_offer(phases=()),)}, {}, AWAY, DEPENDS),
        (known_by(Basis.ASSUMED), {}, AT, SURE),
        (known_by(Basis.ASSUMED), STRICT, AWAY, DEPENDS),
        (known_by(Basis.SOURCE), STRICT, AT, SURE),
        (NEIGHBOUR | OTHER_COUNTY, {}, AWAY, SURE),
        (NEIGHBOUR | OTHER_COUNTY | DIGITAL, {"include_outside": True}, AWAY, SURE),
        (NEIGHBOUR | OTHER_COUNTY, {"include_outside": True}, NEAR, SURE),
        (DIGITAL, {}, REMOTE, SURE),  # help at a distance never counts as minutes
        (DIGITAL | OTHER_COUNTY, {}, AWAY, SURE),
        (DIGITAL | UNKNOWN_AREA, {}, AWAY, SURE),
        (NOWHERE, {}, AWAY, SURE),  # nobody wrote down where it is: not possibly on site here
    ],
)
def test_R7_W2_W13_who_counts_and_how_surely(actor, choice, state, certainty) -> None:
    """Forty minutes away; an office in the municipality counts however far it is."""
    values = {"offices": (office_in(HERE),)} | actor
    minutes = [40] * len(values["offices"])
    cell = here(one_place(make_actor(**values), minutes=minutes, **choice))
    assert (cell.state, cell.certainty) == (state, certainty)
    assert cell.share_within[:2] == (0, 1 if state in (AT, NEAR) else 0)
    assert cell.is_maybe_physical == (certainty is DEPENDS and state is AWAY)
    assert cell.share_at_best == (1 if state in (AT, NEAR) or certainty is DEPENDS else 0)


@pytest.mark.parametrize(
    ("minutes", "people", "is_near_limit"),
    [
        (60 / 1.1, (0, 10, 10, 10), False),
        (54.6, (0, 10, 10, 10), True),
        (59.999999, (0, 10, 10, 10), True),
        (60.0, (0, 10, 10, 10), True),
        (60.000001, (0, 0, 10, 10), True),
        (66.6, (0, 0, 10, 10), True),
        (66.7, (0, 0, 10, 10), False),
    ],
)
def test_R1_W9_limits_are_inclusive_and_near_them_is_said(minutes, people, is_near_limit) -> None:
    cell = here(one_place(make_actor(**NEXT_DOOR), minutes=[minutes]))
    assert (cell.people_within, cell.state) == (people, NEAR if minutes <= 60 else AWAY)
    assert cell.is_borderline is is_near_limit
    assert cell.certainty is (Certainty.NEAR_LIMIT if is_near_limit else SURE)
    on_site = here(one_place(make_actor(offices=(office_in(HERE),)), minutes=[minutes]))
    assert (on_site.is_borderline, on_site.certainty) == (False, SURE)
    edge = one_place(make_actor(**NEXT_DOOR), minutes=[100], threshold=90.0)
    assert here(edge).is_borderline, "a tenth faster is the limit itself"


def test_a_county_without_settlements_has_cells_without_figures() -> None:
    cell = here(make_world(localities=(), minutes=[]))
    assert (cell.located_residents, cell.state) == (0, AWAY)
    assert math.isnan(cell.p90_minutes)


def test_bad_input_is_refused_by_name_and_results_are_frozen() -> None:
    world = one_place(make_actor(offices=(office_in(HERE),)), minutes=[5])
    cube = world.cube()
    with pytest.raises(KeyError, match="exempel-aktor/kontor"):
        replace(world, matrix=replace(world.matrix, office_ids=())).cube()
    with pytest.raises(ValueError, match="not in tuple"):
        world.cube(threshold=45.0)
    for array in (cube.rows, cube.state, cube.figures.people_within, cube.table.serves):
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0
