"""What somebody who looks for support has said: where, in which phase, for what, who.

Everything but the words of :mod:`ris_map.finder.who` is a closed vocabulary, so that a need can be
written into an address and read back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ris_map.finder.who import Who
from ris_map.geography.county import Geography, Locality
from ris_map.register.vocabulary import Phase, ServiceType, StrengthArea

LIMITS: tuple[int, ...] = (30, 60, 90, 120)
"""Travel limits to choose from, in minutes; the limit itself still counts."""
DEFAULT_LIMIT = 60

GIVES_ALSO: Mapping[ServiceType, tuple[ServiceType, ...]] = {
    ServiceType.FINANSIERING_RADGIVNING: (ServiceType.FINANSIERING, ServiceType.RADGIVNING),
}
"""Who both funds and advises helps the one who needs only money, or only advice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """A need at a place.

    Parameters
    ----------
    place : str or None
        Id of a locality, or code of a municipality (its seat is meant); None = not said.
    phases, service_types : tuple
        Any of them; empty = all.
    strength_area : StrengthArea or None
        The area that must be served.
    who : Who or None
        Marks who names such people; never leaves anybody out.
    digital_first : bool
        Digital and phone come before the way to an office.
    max_minutes : int or None
        How far one can travel, inclusive; None = any distance.
    """

    place: str | None
    phases: tuple[Phase, ...] = ()
    service_types: tuple[ServiceType, ...] = ()
    strength_area: StrengthArea | None = None
    who: Who | None = None
    digital_first: bool = False
    max_minutes: int | None = DEFAULT_LIMIT

    @property
    def counted_types(self) -> tuple[ServiceType, ...]:
        """Service types whose offers help: the wanted ones, and those that give them too."""
        if not self.service_types:
            return ()
        wanted = set(self.service_types)
        return tuple(
            kind
            for kind in ServiceType
            if kind in wanted or wanted.intersection(GIVES_ALSO.get(kind, ()))
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """Where the way begins.

    Parameters
    ----------
    id : str
        As in the need: locality id or municipality code.
    locality : Locality
        The settlement from which minutes are counted.
    municipality_name : str
        The municipality it lies in.
    """

    id: str
    locality: Locality
    municipality_name: str

    @property
    def code(self) -> str:
        """Code of the municipality."""
        return self.locality.municipality_code

    @property
    def is_municipality(self) -> bool:
        """Whether a whole municipality was named and its seat stands for it."""
        return self.id == self.code


def start_of(geography: Geography, place: str) -> Start | None:
    """Return the start that a place means; None if there is no such place.

    Parameters
    ----------
    geography : Geography
        The county.
    place : str
        Id of a locality, or code of a municipality.
    """
    for locality in geography.localities:
        is_seat_of = locality.is_seat and locality.municipality_code == place
        if locality.id == place or is_seat_of:
            name = geography.municipality(locality.municipality_code).name
            return Start(id=place, locality=locality, municipality_name=name)
    return None


def guess_phase(
    *, has_company: bool | None, has_users: bool | None, is_building: bool | None
) -> Phase | None:
    """Return the phase that three plain answers lead to; None while an answer is missing.

    Parameters
    ----------
    has_company : bool or None
        A company or an association stands behind the idea.
    has_users : bool or None
        Somebody uses it or pays for it today; asked if there is a company.
    is_building : bool or None
        A first version or a team is there; asked if there is no company.
    """
    if has_company is None:
        return None
    if has_company:
        return None if has_users is None else Phase.VAXA if has_users else Phase.UTVECKLING
    return None if is_building is None else Phase.UTVECKLING if is_building else Phase.IDE
