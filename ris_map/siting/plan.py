"""A plan is a short list of changes in words: open, close, visit; it is its own address."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Annotated, ClassVar, Final, Literal, Self, get_args

from pydantic import Field, PlainValidator, ValidationInfo

from ris_map.common.address import Choice, Context, Flag, FreeText, Whole, one_of
from ris_map.coverage.map_picture import Minutes
from ris_map.coverage.support import CubeChoice
from ris_map.geography.divisions import VISITS_FROM
from ris_map.register.vocabulary import Area, Phase, Scope, ServiceType
from ris_map.travel.world import World

MOST_STOPS: Final = 5
WORKING_DAYS: Final = 20
"""Working days of a month: a desk that is open on all of them is an office."""
MOST_CHANGES: Final = WORKING_DAYS
"""Of one kind in a plan: the best rounds of a month may go another way each day."""
MonthDays = Literal[1, 2, 3, 4, 6, 8, 10, 15, 20]
Near = Literal[30, 60]
Number = Literal[1, 2, 3, 4, 5]
Visits = Literal[1, 2, 4]
Objective = Literal["inom", "medel", "tiondel"]
Region = Literal["lan", "inland"]
View = Literal["fore", "efter", "skillnad"]
OBJECTIVES: Final = get_args(Objective)
CHANGES: Final = ("openings", "closings", "rounds")
"""The fields of a choice that hold its plan."""
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Opening:
    """A new office at a named place: ``vilhelmina:radgivning:ide``.

    Phases are joined by hyphens; none, or ``alla``, means every phase.
    """

    place: str
    service_type: ServiceType
    phases: tuple[Phase, ...]

    @classmethod
    def read(cls, text: str) -> Self:
        """Read an opening; ``ValueError`` if it is none."""
        place, _, rest = text.partition(":")
        kind, _, phases = rest.partition(":")
        named = phases.split("-") if phases not in ("", "alla") else []
        chosen = tuple(phase for phase in Phase if phase in {Phase(p) for p in named})
        return cls(_slug(place), ServiceType(kind or "radgivning"), chosen or tuple(Phase))

    @property
    def names(self) -> tuple[str, ...]:
        """What must be among the places."""
        return (self.place,)

    def __str__(self) -> str:
        phases = "alla" if self.phases == tuple(Phase) else "-".join(self.phases)
        return f"{self.place}:{self.service_type}:{phases}"


@dataclass(frozen=True, slots=True)
class Closing:
    """An actor's office that closes, ``actor@office``, or all of them, ``actor``."""

    actor: str
    office: str = ""

    @classmethod
    def read(cls, text: str) -> Self:
        """Read a closing; ``ValueError`` if it is none."""
        actor, at, office = text.partition("@")
        return cls(_slug(actor), _slug(office) if at else "")

    @property
    def names(self) -> tuple[str, ...]:
        """What must be among the offices and actors."""
        return (str(self),)

    def __str__(self) -> str:
        return f"{self.actor}@{self.office}" if self.office else self.actor

    def covers(self, one: Self) -> bool:
        """Return whether this closes an office, too."""
        return self.actor == one.actor and self.office in ("", one.office)


@dataclass(frozen=True, slots=True)
class Round:
    """A day's round from a base to stops, some days a month: ``base:stop,stop:2``."""

    base: str
    stops: tuple[str, ...]
    days: int

    @classmethod
    def read(cls, text: str) -> Self:
        """Read a round; ``ValueError`` if it is none."""
        base, stops, days = text.split(":")
        where = tuple(dict.fromkeys(_slug(stop) for stop in stops.split(",")))
        number = int(days) if days.isascii() and days.isdigit() and len(days) < 3 else 0
        if not (1 <= len(where) <= MOST_STOPS and 1 <= number <= WORKING_DAYS):
            raise ValueError(f"not a round: {text}")
        return cls(_slug(base), tuple(sorted(where)), number)

    @property
    def names(self) -> tuple[str, ...]:
        """What must be among the places."""
        return (self.base, *self.stops)

    def __str__(self) -> str:
        return f"{self.base}:{','.join(self.stops)}:{self.days}"


Change = Opening | Closing | Round


def as_plan(changes: Iterable[Change]) -> tuple[Change, ...]:
    """Return changes of one kind as a plan holds them: each once, and no more than may be.

    Rounds from one base to the same stops are one, on the days of all.
    """
    found = dict[object, Change]()
    for change in changes:
        if not isinstance(change, Round):
            found[change] = change
            continue
        key = change.base, change.stops
        known = found.get(key)
        days = change.days + (known.days if isinstance(known, Round) else 0)
        found[key] = replace(change, days=min(days, WORKING_DAYS))
    return tuple(found.values())[:MOST_CHANGES]


def _slug(text: str) -> str:
    if not _SLUG.fullmatch(text) or len(text) > 80:
        raise ValueError(f"not an id: {text[:80]}")
    return text


def _read(kind: type[Change], listed: str) -> PlainValidator:
    """Return a reader of a change whose names are in a list, if that is given as context."""

    def read(value: Change | str, info: ValidationInfo) -> Change:
        change = kind.read(value) if isinstance(value, str) else value
        known = (info.context or {}).get(listed)
        if known is not None and not set(change.names) <= set(known):
            raise ValueError(f"not one of {listed}")
        return change

    return PlainValidator(read)


class SitingChoice(Choice):
    """What is asked, the plan, and what the suggestion of best places is to reach for.

    ``mal``: ``inom`` most residents within the limit, ``medel`` least mean minutes, ``tiondel``
    best for the tenth with the longest way. ``yta`` is whose minutes count.
    """

    path: ClassVar[str] = "/tankom"
    phase: Phase = Field(default=Phase.IDE, alias="fas")
    service_type: ServiceType = Field(default=ServiceType.RADGIVNING, alias="stod")
    area: Area | None = Field(default=None, alias="omrade")
    limit: Minutes = Field(default=60, alias="grans")
    winter: Flag = Field(default=False, alias="vinter")
    scope: Scope = Field(default=Scope.CORE, alias="bredd")
    openings: tuple[Annotated[Opening, _read(Opening, "places")], ...] = Field(
        default=(), alias="oppna", max_length=MOST_CHANGES
    )
    closings: tuple[Annotated[Closing, _read(Closing, "offices")], ...] = Field(
        default=(), alias="stang", max_length=MOST_CHANGES
    )
    rounds: Annotated[tuple[Annotated[Round, _read(Round, "places")], ...], FreeText()] = Field(
        default=(), alias="besok", max_length=MOST_CHANGES
    )
    near: Annotated[Near, Whole] = Field(default=30, alias="nara")
    objective: Objective = Field(default="inom", alias="mal")
    number: Annotated[Number, Whole] = Field(default=1, alias="antal")
    base: Annotated[str, one_of("places")] = Field(default=VISITS_FROM, alias="bas")
    month_days: Annotated[MonthDays, Whole] = Field(default=4, alias="dagar")
    visits: Annotated[Visits, Whole] = Field(default=1, alias="minst")
    region: Region = Field(default="lan", alias="yta")
    view: View = Field(default="efter", alias="vy")

    @classmethod
    def lists(cls, world: World) -> Context:
        """Return named places, and offices and actors."""
        actors, localities = world.register.actors, world.foundations.geography.localities
        offices = {f"{actor.id}@{office.id}" for actor in actors for office in actor.offices}
        return {
            "places": {place.id for place in localities},
            "offices": offices | {actor.id for actor in actors},
        }

    @property
    def cube_choice(self) -> CubeChoice:
        """What the coverage is computed for."""
        return replace(CubeChoice.of(self), strength_area=self.area)

    @property
    def matching(self) -> tuple[Opening, ...]:
        """The openings that help with what is asked."""
        kind = self.service_type
        return tuple(o for o in self.openings if o.service_type is kind and self.phase in o.phases)

    @property
    def changes(self) -> tuple[tuple[str, Change], ...]:
        """Every change of the plan, whose order means nothing, with its field."""
        return tuple((name, change) for name in CHANGES for change in getattr(self, name))

    @property
    def unchanged(self) -> Self:
        """The question without the plan."""
        return self.model_copy(update=dict.fromkeys(CHANGES, ()))
