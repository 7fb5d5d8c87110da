"""The API against its own description: random requests, good and bad (schemathesis)."""

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS

from ris_map.api.hsds import HSDS
from tests.api.api_site import V1, application

pytestmark = pytest.mark.filterwarnings("ignore")  # of the tool's own dependencies
PLANS = ("/scenario", "/best-places", "/best-rounds")
"""A plan names places and offices of the register: no description can say which texts mean one."""
few = settings(
    max_examples=settings().max_examples // 8,
    derandomize=True,
    database=None,
    phases=(Phase.generate,),
    suppress_health_check=list(HealthCheck),
)


def described_by(prefix: str) -> Any:
    # on a machine that is busy or just started answers take their time
    described = schemathesis.openapi.from_asgi(f"{prefix}/openapi.json", application(), timeout=600)
    described.config.update(request_timeout=600)
    return described


@pytest.mark.parametrize("prefix", [V1, HSDS])
@pytest.mark.parametrize("mode", list(GenerationMode))
def test_every_answer_is_as_described(prefix: str, mode: GenerationMode) -> None:
    """Status, media type, headers and shape as described; what is not allowed is refused."""
    described = described_by(prefix)
    acceptance = CHECKS.get_by_names(["positive_data_acceptance"])
    rejection = CHECKS.get_by_names(["negative_data_rejection"])
    operations = [found.ok() for found in described.get_all_operations()]
    assert len(operations) > 10
    for operation in operations:
        # a page's text tells what means nothing, and never refuses it
        tells = rejection if operation.path.endswith(".md") else []
        fits(operation, mode, acceptance if operation.path in PLANS else tells)


def fits(operation: Any, mode: GenerationMode, excluded: list[Any]) -> None:
    """Ask for one address some times; fail where an answer is not as described."""
    # plans and pages are computed for each question anew, and have tests of their own
    is_slow = operation.path in PLANS or operation.path.endswith(".md")

    @settings(few, max_examples=few.max_examples // 3 if is_slow else few.max_examples)
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: schemathesis.Case) -> None:
        case.call_and_validate(excluded_checks=excluded)

    ask()


@pytest.mark.parametrize("prefix", [V1, HSDS])
def test_calls_that_follow_one_another_are_as_described(prefix: str) -> None:
    """The stateful phase: links between operations are found and followed."""
    described = described_by(prefix)
    machine = described.as_state_machine()
    machine.run(settings=settings(few, stateful_step_count=4))
