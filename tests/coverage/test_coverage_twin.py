"""The fast coverage is the definition: it equals a slow twin of plain loops on small worlds."""

import math
from itertools import product

import numpy as np
import pytest
from hypothesis import given

from ris_map.coverage.cube import population_of
from ris_map.coverage.ways import cell_evidence
from ris_map.register.vocabulary import Answer, Delivery, Phase, ServiceType
from tests.coverage.slow_twin import assert_same, slow_cell
from tests.coverage.worlds import (
    CODES,
    World,
    make_geography,
    make_locality,
    make_matrix,
    worlds,
)
from tests.factories import real_world


@given(worlds())
def test_r1_every_cell_equals_the_slow_twin(world: World) -> None:
    cube = world.cube()
    for code in CODES:
        for phase in Phase:
            for kind in ServiceType:
                slow = slow_cell(world, code, phase, kind)
                assert_same(cube.cell(code, phase=phase, service_type=kind), slow)


@given(worlds())
def test_r7_evidence_explains_the_state_mode_by_mode(world: World) -> None:
    cube = world.cube()
    for cell in cube.cells():
        evidence = cell_evidence(
            cube,
            code=cell.municipality_code,
            phase=cell.phase,
            service_type=cell.service_type,
        )
        for mode, answer in (
            (Delivery.VISIT, cell.visit),
            (Delivery.DIGITAL, cell.digital),
            (Delivery.PHONE, cell.phone),
        ):
            answers = {item.answer for item in evidence if item.mode is mode}
            best = next((a for a in (Answer.YES, Answer.UNKNOWN) if a in answers), Answer.NO)
            assert best is answer
        offices = [i for i in evidence if i.mode is Delivery.OFFICE and i.answer is Answer.YES]
        assert all(item.office_id is not None for item in offices)
        nearest = min((item.minutes_from_seat for item in offices), default=math.inf)
        if not math.isnan(cell.nearest_minutes_from_seat):
            assert nearest == cell.nearest_minutes_from_seat


@pytest.mark.parametrize("include_outside", [False, True])
def test_R1_two_real_municipalities_equal_the_slow_twin_cell_by_cell(include_outside: bool) -> None:
    """Every fourth of the 1 km squares of Bjurholm and Dorotea, as if they were settlements."""
    real = real_world()
    codes, residents = ("2403", "2425"), population_of(real)
    home = np.array(residents.municipality_codes)[residents.municipality]
    chosen = np.flatnonzero(np.isin(home, codes))[::4]
    squares = tuple(
        make_locality(int(c), code=str(home[c]), population=int(residents.persons[c]))
        for c in chosen
    )
    world = World(
        register=real.register,
        geography=make_geography(squares, codes=residents.municipality_codes),
        matrix=make_matrix(
            tuple(s.id for s in squares), real.matrix.office_ids, real.matrix.minutes[:, chosen].T
        ),
        on=real.on,
        include_outside=include_outside,
    )
    cube = world.cube()
    for code in codes:
        for phase, kind in list(product(Phase, ServiceType))[::4]:
            cell = cube.cell(code, phase=phase, service_type=kind)
            assert_same(cell, slow_cell(world, code, phase, kind))
