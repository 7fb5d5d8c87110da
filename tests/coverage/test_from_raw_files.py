"""R1, R2: every municipality x phase x service type x limit, counted again from the raw files."""

from __future__ import annotations

import ast
import inspect
from itertools import product
from types import ModuleType

import pytest

from ris_map.coverage.cube import cube_of
from ris_map.coverage.support import CubeChoice
from ris_map.register.vocabulary import Phase, ServiceType
from tests.coverage import from_raw_files
from tests.factories import real_world
from tests.travel import raw


def test_R1_R2_every_figure_of_the_county_comes_out_of_the_raw_files() -> None:
    """900 numbers of residents, from pandas and networkx, against the cube: equal to the unit."""
    cube = cube_of(real_world(), CubeChoice())
    expected = from_raw_files.people_within(real_world().on)
    assert len(expected) == 15 * 15 * 4
    for m, code in enumerate(cube.municipality_codes):
        for (p, phase), (s, kind) in product(enumerate(Phase), enumerate(ServiceType)):
            for at, limit in enumerate((30, 60, 90, 120)):
                found = int(cube.figures.people_within[m, p, s, at])
                assert found == expected[code, phase.value, kind.value, limit], (code, phase, kind)


@pytest.mark.parametrize("module", [from_raw_files, raw])
def test_the_second_count_imports_nothing_of_the_product(module: ModuleType) -> None:
    tree = ast.parse(inspect.getsource(module))
    names = {
        alias.name if isinstance(node, ast.Import) else str(node.module)
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    assert not any(name.startswith("ris_map") for name in names)
    assert {name for name in names if name.startswith("tests")} <= {"tests.travel"}
