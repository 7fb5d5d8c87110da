"""What holds for every test: how many examples a property has, what is not imported, languages."""

import os
import shutil
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, core, settings
from hypothesis.vendor import pretty

from ris_map.common import files
from ris_map.words.language import Language

# here and in every process that a test starts
_WITHOUT = str(Path(__file__).parent / "without")
sys.path.insert(0, _WITHOUT)
os.environ["PYTHONPATH"] = os.pathsep.join([_WITHOUT, os.environ.get("PYTHONPATH", "")]).strip(":")

# schemathesis takes the values out of what every failing property says, to be faster itself
core.RepresentationPrinter = pretty.RepresentationPrinter

# a shared machine is slow at times: only a test that hangs is a fault
_COMMON = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("quick", max_examples=25, derandomize=True, **_COMMON)
settings.register_profile("long", max_examples=200, **_COMMON)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))

# a file need not rest after a test has written it
files.REST_SECONDS = 0.0


@pytest.fixture
def own_data(tmp_path: Path) -> Path:
    """Give a copy of the data that a test may change."""
    data = Path(__file__).parents[1] / "data"
    return Path(shutil.copytree(data, tmp_path / "data"))


@pytest.fixture(params=list(Language))
def language(request: pytest.FixtureRequest) -> Language:
    """Ask a test in each language."""
    return request.param
