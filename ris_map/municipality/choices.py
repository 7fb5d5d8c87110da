"""The choices of the municipality page: its address, its widgets and the links to it."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from pydantic import AfterValidator, Field

from ris_map.common.address import DatedChoice, Flag
from ris_map.coverage.cube import THRESHOLDS, CoverageCell
from ris_map.coverage.cubes import CubeChoice
from ris_map.geography.codes import MUNICIPALITY_CODES
from ris_map.register.vocabulary import Phase, Scope, ServiceType
from ris_map.words import Translator

PATH = "/kommun"
LIMITS = tuple(int(limit) for limit in THRESHOLDS)


def _of_the_county(code: str) -> str:
    if code not in MUNICIPALITY_CODES:
        raise ValueError("not a municipality of the county")
    return code


def _limit(minutes: int) -> int:
    if minutes not in LIMITS:
        raise ValueError("not one of the limits")
    return minutes


Code = Annotated[str, AfterValidator(_of_the_county)]


class MunicipalityChoice(DatedChoice):
    """What a reader of the page may choose; phase and type decide what the map shows."""

    code: Code | None = Field(default=None, alias="kommun")
    beside: Code | None = Field(default=None, alias="jamfor")
    phase: Phase | None = Field(default=Phase.IDE, alias="fas")
    service_type: ServiceType | None = Field(default=ServiceType.RADGIVNING, alias="stod")
    limit: Annotated[int, AfterValidator(_limit)] = Field(default=60, alias="grans")
    scope: Scope = Field(default=Scope.CORE, alias="bredd")
    winter: Flag = Field(default=False, alias="vinter")

    @property
    def cube(self) -> CubeChoice:
        """The coverage that is asked for."""
        speed = "winter" if self.winter else "summer"
        return CubeChoice(threshold=float(self.limit), scope=self.scope, speed=speed)

    @property
    def kind(self) -> tuple[Phase, ServiceType]:
        """The kind of support on the map; one is always chosen."""
        return self.phase or Phase.IDE, self.service_type or ServiceType.RADGIVNING

    def url(self, *, tr: Translator, **changes: object) -> str:
        """Return the address of the page with these choices, some of them changed."""
        query = self.model_copy(update=changes).query()
        return f"{PATH}?{urlencode({**query, 'lang': [tr.language.value]}, doseq=True)}"

    def what_if_url(self, cell: CoverageCell, *, place: str, tr: Translator) -> str:
        """Return the address of Tänk om with a new office for one kind of support in a place."""
        query = {
            **{k: v for k, v in self.query().items() if k in ("grans", "bredd", "vinter")},
            "fas": [cell.phase],
            "stod": [cell.service_type],
            "oppna": [f"{place}:{cell.service_type}:{cell.phase}"],
            "lang": [tr.language.value],
        }
        return f"/tankom?{urlencode(query, doseq=True)}"
