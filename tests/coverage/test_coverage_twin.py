"""The fast coverage is the definition: it equals a slow twin of plain loops on small worlds."""

import math

from hypothesis import given, settings

from ris_map.coverage.evidence import cell_evidence
from ris_map.register.vocabulary import Answer, Delivery, Phase, ServiceType
from tests.coverage.slow_twin import assert_same, slow_cell
from tests.coverage.worlds import CODES, World, real_world, worlds


@settings(max_examples=60, deadline=None)
@given(worlds())
def test_r1_every_cell_equals_the_slow_twin(world: World) -> None:
    cube = world.cube()
    for code in CODES:
        for phase in Phase:
            for kind in ServiceType:
                slow = slow_cell(world, code, phase, kind)
                assert_same(cube.cell(code, phase=phase, service_type=kind), slow)


@settings(max_examples=20, deadline=None)
@given(worlds())
def test_r7_evidence_explains_the_state_mode_by_mode(world: World) -> None:
    cube = world.cube()
    for cell in cube.cells():
        evidence = cell_evidence(
            cube,
            world.matrix,
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


def test_r1_the_real_county_equals_the_slow_twin_in_every_fifth_cell() -> None:
    real = real_world()
    for include_outside in (False, True):
        world = World(
            register=real.register,
            geography=real.geography,
            matrix=real.matrix,
            on=real.table.on,
            include_outside=include_outside,
            totals=dict(
                zip(
                    real.population.municipality_codes,
                    (int(total) for total in real.population.total),
                    strict=True,
                )
            ),
        )
        for cell in list(world.cube().cells())[::5]:
            slow = slow_cell(world, cell.municipality_code, cell.phase, cell.service_type)
            assert_same(cell, slow)
