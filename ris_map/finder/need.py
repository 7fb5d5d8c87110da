"""What somebody who looks for support has said (where, phase, what, who), and what matches it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Annotated, Any, ClassVar

from pydantic import Field

from ris_map.common.address import Choice, Context, Flag, one_of
from ris_map.geography.county import Geography, Locality
from ris_map.register.vocabulary import Area, Phase, ServiceType, TargetGroup
from ris_map.travel.world import World
from ris_map.words import swedish_sort_key


class Limit(StrEnum):
    """How far one can travel, in minutes; the limit itself still counts."""

    M30 = "30"
    M60 = "60"
    M90 = "90"
    M120 = "120"
    ANY = "alla"


class Who(StrEnum):
    """Who looks for support."""

    RESEARCHER = "forskare"
    STUDENT = "student"
    COMPANY = "foretag"
    ASSOCIATION = "forening"
    SAMI = "samisk"


GROUPS: Mapping[Who, frozenset[TargetGroup]] = {
    Who.RESEARCHER: frozenset({TargetGroup.RESEARCHER}),
    Who.STUDENT: frozenset({TargetGroup.STUDENT}),
    Who.COMPANY: frozenset({TargetGroup.COMPANY, TargetGroup.NEW_COMPANY}),
    Who.ASSOCIATION: frozenset({TargetGroup.ASSOCIATION, TargetGroup.SOCIAL_ENTERPRISE}),
    Who.SAMI: frozenset({TargetGroup.SAMI_ENTERPRISE}),
}
"""The target groups of an actor that name who looks for support."""


class Need(Choice):
    """A need at a place: the page's choices, its address and the question that is answered.

    ``place`` is the id of a locality or the code of a municipality (its seat is meant). ``who``
    marks the actors that name such people (:data:`GROUPS`) and never leaves anybody out.
    ``digital_first`` puts digital and phone before the way to an office.
    """

    path: ClassVar[str] = "/hitta"
    place: Annotated[str | None, one_of("places"), Field(alias="plats")] = None
    phase: Annotated[Phase | None, Field(alias="fas")] = None
    service_types: Annotated[tuple[ServiceType, ...], Field(alias="stod")] = ()
    strength_area: Annotated[Area | None, Field(alias="omrade")] = None
    who: Annotated[Who | None, Field(alias="vem")] = None
    digital_first: Annotated[Flag, Field(alias="digitalt")] = False
    limit: Annotated[Limit, Field(alias="grans")] = Limit.M60
    winter: Annotated[Flag, Field(alias="vinter")] = False

    @classmethod
    def lists(cls, world: World) -> Context:
        """Return the places to choose from."""
        return {"places": all_starts(world.foundations.geography).keys()}

    @property
    def phases(self) -> tuple[Phase, ...]:
        """The phase that is asked for; empty = any."""
        return () if self.phase is None else (self.phase,)

    @property
    def max_minutes(self) -> int | None:
        """How far one can travel, inclusive; None = any distance."""
        return None if self.limit is Limit.ANY else int(self.limit)

    @property
    def counted_types(self) -> tuple[ServiceType, ...]:
        """The wanted types; who both funds and advises also helps who needs only one of these."""
        both, either = ServiceType.FINANSIERING_RADGIVNING, {"finansiering", "radgivning"}
        return (*self.service_types, both) if either & {*self.service_types} else self.service_types


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """Where the way begins: the settlement from which minutes are counted.

    ``id`` is what the need says: a locality's id or a municipality's code.
    """

    id: str
    locality: Locality
    municipality_name: str

    @property
    def name(self) -> str:
        """What was named: the municipality, or the settlement."""
        return self.municipality_name if self.is_municipality else self.locality.name

    @property
    def code(self) -> str:
        """Code of the municipality."""
        return self.locality.municipality_code

    @property
    def is_municipality(self) -> bool:
        """Whether a whole municipality was named and its seat stands for it."""
        return self.id == self.code


@lru_cache(maxsize=4)
def all_starts(geography: Geography) -> Mapping[str, Start]:
    """Return every place to choose from by its id: municipalities, then settlements, in order."""

    def start(place: str, locality: Locality) -> Start:
        name = geography.names[locality.municipality_code]
        return Start(id=place, locality=locality, municipality_name=name)

    codes = sorted(geography.names, key=lambda code: swedish_sort_key(geography.names[code]))
    localities = sorted(geography.localities, key=lambda s: swedish_sort_key(s.name))
    return {
        **{code: start(code, geography.seats[code]) for code in codes if code in geography.seats},
        **{s.id: start(s.id, s) for s in localities},
    }


def guess_phase(has_company: bool | None, has_begun: bool | None) -> Phase | None:
    """Return the phase that plain answers lead to, each yes one further; None if one is missing.

    ``has_begun``: with a company somebody uses it or pays for it, without one a first version or a
    team is there.
    """
    if has_company is None or has_begun is None:
        return None
    return list(Phase)[has_company + has_begun]


class Why(StrEnum):
    """A reason for an actor to be in the answer."""

    OFFER = "offer"  # service type and phase of the offer; terms: service type, then phases
    GIVES_ALSO = "gives-also"  # the offer gives what is needed and more
    AREA = "area"  # names the strength area; terms: the area
    ALL_AREAS = "all-areas"  # serves every strength area
    WHO = "who"  # says that it helps such people; terms: the target groups
    SERVES = "serves"  # the service area includes the place; terms: its scope
    STANDS_HERE = "stands-here"  # the office stands in the municipality
    FIRST_CONTACT = "first-contact"  # the municipality's own office: a way in, whatever the need


class Caution(StrEnum):
    """Something that the register does not know, or that must be said first."""

    SERVICE_AREA_UNKNOWN = "service-area-unknown"
    PHASE_UNKNOWN = "phase-unknown"
    AREA_UNKNOWN = "area-unknown"
    WAY_UNKNOWN = "way-unknown"  # an office, say, that may or may not receive visitors
    MODE_UNKNOWN = "mode-unknown"  # no information on how the help is given
    DOUBTFUL = "doubtful"
    OUTSIDE = "outside"
    NO_ROAD = "no-road"


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason and the terms it speaks of."""

    why: Why
    terms: tuple[Any, ...] = ()
