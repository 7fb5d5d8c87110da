"""What a reader of the coverage page has chosen: its widgets and its address."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from ris_map.common.address import DatedChoice, Flag, one_of
from ris_map.coverage.cubes import CubeChoice
from ris_map.geography.codes import MUNICIPALITY_CODES
from ris_map.register.vocabulary import Delivery, Phase, Scope, ServiceType, StrengthArea

DEFAULT_DIVISION = "samverkan"
TABS = ("luckor", "kurva", "kedjan", "indelningar", "metod")


_WHOLE = BeforeValidator(lambda value: int(value) if str(value).isdigit() else value)


def _is_cell(text: str) -> str:
    code, phase, kind = (*text.split("."), "", "", "")[:3]
    if code not in MUNICIPALITY_CODES or text.count(".") != 2:
        raise ValueError("no such cell")
    Phase(phase), ServiceType(kind)
    return text


def cell_id(code: str, phase: Phase, kind: ServiceType) -> str:
    """Return a cell as it stands in the address: ``2422.ide.radgivning``."""
    return f"{code}.{phase}.{kind}"


class CoverageChoice(DatedChoice):
    """One kind of help, one way of giving it, and how far is near; the four ways are never added.

    Without a phase or a kind any of them will do. ``place`` is a municipality or a group of them.
    """

    phase: Phase | None = Field(Phase.IDE, alias="fas")
    service_type: ServiceType | None = Field(ServiceType.RADGIVNING, alias="stod")
    strength_area: StrengthArea | None = Field(None, alias="omrade")
    threshold: Annotated[Literal[30, 60, 90, 120], _WHOLE] = Field(60, alias="grans")
    division: Annotated[str, one_of("divisions")] = Field(DEFAULT_DIVISION, alias="indelning")
    delivery: Delivery = Field(Delivery.OFFICE, alias="satt")
    scope: Scope = Field(Scope.CORE, alias="bredd")
    include_outside: Flag = Field(default=False, alias="utanfor")
    winter: Flag = Field(default=False, alias="vinter")
    sourced_only: Flag = Field(default=False, alias="belagt")
    place: Annotated[str, one_of("places")] = Field("", alias="plats")
    cell: Annotated[str, AfterValidator(lambda text: text and _is_cell(text))] = ""
    tab: Literal["luckor", "kurva", "kedjan", "indelningar", "metod"] = Field(
        "luckor", alias="visa"
    )

    @property
    def shown_phases(self) -> tuple[Phase, ...]:
        """Phases that count."""
        return (self.phase,) if self.phase else tuple(Phase)

    @property
    def shown_types(self) -> tuple[ServiceType, ...]:
        """Service types that count."""
        return (self.service_type,) if self.service_type else tuple(ServiceType)

    @property
    def is_physical(self) -> bool:
        """Whether the figures show offices, and therefore minutes."""
        return self.delivery is Delivery.OFFICE

    @property
    def cube_choice(self) -> CubeChoice:
        """What of it the coverage is computed from."""
        return CubeChoice(
            threshold=float(self.threshold),
            scope=self.scope,
            strength_area=self.strength_area,
            include_outside=self.include_outside,
            sourced_only=self.sourced_only,
            speed="winter" if self.winter else "summer",
        )

    @property
    def cell_key(self) -> tuple[str, Phase, ServiceType] | None:
        """The chosen cell."""
        if not self.cell:
            return None
        code, phase, kind = self.cell.split(".")
        return code, Phase(phase), ServiceType(kind)
