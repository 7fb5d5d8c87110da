"""The API against its own description: random requests, good and bad (schemathesis)."""

from __future__ import annotations

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings

from tests.api.api_site import V1, application

pytestmark = pytest.mark.filterwarnings("ignore")  # of the tool's own dependencies

schema = schemathesis.openapi.from_asgi(f"{V1}/openapi.json", application())


@schema.parametrize()
@settings(
    max_examples=10,
    deadline=None,
    derandomize=True,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
def test_every_answer_is_as_described(case: schemathesis.Case) -> None:
    """Status, media type, headers and shape as described; what is not allowed is refused."""
    case.call_and_validate()


def test_calls_that_follow_one_another_are_as_described() -> None:
    """The stateful phase: links between operations are found and followed."""
    described = schemathesis.openapi.from_asgi(f"{V1}/openapi.json", application())
    machine = described.as_state_machine()
    machine.run(
        settings=settings(
            max_examples=5,
            stateful_step_count=4,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        )
    )
