"""What the region of this process calls its parts: one process serves one region."""

from __future__ import annotations

import contextlib
from typing import Annotated

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from ris_map.common.faults import DataFaults
from ris_map.common.records import MunicipalityCode
from ris_map.common.region import data_folder, region
from ris_map.common.yaml_file import load_yaml

MUNICIPALITY_CODES: tuple[str, ...] = ()
"""The municipalities of the region (SCB codes), ascending."""
DEFAULT_DIVISION = ""
"""What is called coast and inland where nothing is chosen: the first of ``divisions.yaml``."""
VISITS_FROM = ""
"""The place from which days of visits start where none is chosen."""

with contextlib.suppress(DataFaults):  # ``check`` says what is wrong, before the server starts
    MUNICIPALITY_CODES, VISITS_FROM = region().codes, region().visits_from
with contextlib.suppress(DataFaults, LookupError, TypeError):
    DEFAULT_DIVISION = load_yaml(data_folder() / "divisions.yaml").value["divisions"][0]["id"]


def _own(code: str) -> str:
    if code not in MUNICIPALITY_CODES:
        raise PydanticCustomError("unknown-municipality", "no municipality of the county")
    return code


OwnMunicipality = Annotated[MunicipalityCode, AfterValidator(_own)]
"""The code of a municipality of the region."""
