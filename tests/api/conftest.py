"""One client of the API for all tests here, on one day."""

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from tests.api.api_site import client
from tests.factories import DAY


@pytest.fixture(autouse=True, scope="package")
def _fixed_day() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RIS_MAP_TODAY", DAY.isoformat())
        yield


@pytest.fixture(scope="package")
def api(_fixed_day: None) -> TestClient:
    return client()
