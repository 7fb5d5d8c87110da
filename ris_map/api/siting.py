"""What a plan changes, where the best places are and which rounds serve most."""

import math
from collections.abc import Mapping
from functools import partial
from types import SimpleNamespace
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from ris_map.api.calls import (
    Call,
    Count,
    DataRouter,
    Document,
    Minutes,
    RegisterMeta,
    Share,
    listing,
    of,
)
from ris_map.api.datasets import COVERAGE
from ris_map.api.queries import ID_PATTERN, LanguageQuery, Many, Problem, YesNo, key
from ris_map.common.address import FreeText, Whole
from ris_map.common.records import Record
from ris_map.coverage.map_picture import Minutes as Limit
from ris_map.geography.divisions import VISITS_FROM
from ris_map.register.vocabulary import Area, Phase, Scope, ServiceType, StrengthArea
from ris_map.siting.best import last
from ris_map.siting.plan import MonthDays, Near, Number, Objective, SitingChoice, Visits
from ris_map.siting.scenario import basis_of, scenario
from ris_map.siting.suggest import best_rounds, regrets, suggestions

router = DataRouter("siting", COVERAGE)

Region = Literal["inland", "lan"]


class QuestionQuery(LanguageQuery):
    """What is asked, and the plan in the words of the page's address."""

    fas: Phase = key("fas", Phase.IDE)
    stod: ServiceType = key("stod", ServiceType.RADGIVNING)
    omrade: Area | Region | None = key("omrade", None)
    """inland or lan (county) means the same as yta."""
    grans: Limit = key("grans", 60)
    vinter: YesNo = key("vinter", "nej")
    bredd: Scope = key("bredd", Scope.CORE)
    oppna: Many[str] = key("oppna", ())
    stang: Many[str] = key("stang", ())
    besok: Annotated[tuple[str, ...], FreeText()] = key("besok", ())
    nara: Annotated[Near, Whole] = key("nara", 30)


class BestPlacesQuery(QuestionQuery):
    """What the best places are to be best for."""

    antal: Annotated[Number, Whole] = key("antal", 1)
    mal: Objective = key("mal", "inom")
    yta: Region | None = key("yta", None)


class BestRoundsQuery(QuestionQuery):
    """From where, how many days, and how often is enough."""

    bas: Annotated[str, Field(pattern=ID_PATTERN, max_length=80)] = key("bas", VISITS_FROM)
    dagar: Annotated[MonthDays, Whole] = key("dagar", 4)
    minst: Annotated[Visits, Whole] = key("minst", 1)
    yta: Region | None = key("yta", None)


Written = Annotated[str, BeforeValidator(str)]
"""A change as it stands in an address."""


class Question(Record):
    """What the answer depends on."""

    phase: Phase
    service_type: ServiceType
    strength_area: StrengthArea | None = of("area")
    scope: Scope
    limit_minutes: float = of("limit")
    speed_model: str = of("cube_choice", "speed")
    near_minutes: float = of("near")
    openings: tuple[Written, ...]
    closings: tuple[Written, ...]
    rounds: tuple[Written, ...]


def _rounded(decimals: int) -> BeforeValidator:
    """Return what rounds a figure, and makes null of one that does not exist."""
    return BeforeValidator(lambda x: round(float(x), decimals) if math.isfinite(x) else None)


Finite, Tenths = _rounded(3), _rounded(1)
SomeMinutes = Annotated[Minutes | None, Finite]


class State(Record):
    """Figures of a group before or after; null where no way is known."""

    residents_within_30: Count = of("within_30")
    residents_within_60: Count = of("within_60")
    residents_within_90: Count = of("within_90")
    residents_within_120: Count = of("within_120")
    share_within_limit: Share | None = of("share")
    median_minutes: SomeMinutes = of("median")
    p90_minutes: SomeMinutes = of("p90")
    shortfall_minutes: SomeMinutes = of("shortfall")
    worst_tenth_minutes: SomeMinutes = of("worst_tenth")
    actors_within_limit: Count = of("actors")
    residents_with_visits_1: Count = of("days_1")
    residents_with_visits_2: Count = of("days_2")
    residents_with_visits_4: Count = of("days_4")


class PlanGroup(Record):
    """A municipality by its code, or lan, inland, kust."""

    group: str
    residents: Count
    before: State
    after: State
    residents_nearer: Count = of("gain")
    residents_farther: Count = of("lose")


class Driven(Record):
    """A round driven; null where no road leads to a stop."""

    round: Written
    order: tuple[str, ...]
    km_per_year: Annotated[float | None, Tenths]
    hours_per_year: Annotated[float | None, Tenths]


class PlaceStep(Record):
    """One place of the first set, in the order in which each adds most."""

    place: str
    residents_within_limit: Count = of("within")
    mean_minutes: SomeMinutes


class Lost(Record):
    """What the first set loses against the best ones when the question is asked otherwise."""

    objective: str = of("asked", "objective")
    limit_minutes: float = of("asked", "limit")
    speed_model: str = of("asked", "cube_choice", "speed")
    loss: Annotated[float, Finite]
    best: tuple[str, ...] = of("places")
    is_proved: bool


ScenarioAnswer = listing(
    "ScenarioAnswer",
    "Before and after a plan.",
    definition=Question,
    groups=tuple[PlanGroup, ...],
    rounds=tuple[Driven, ...],
)


class BestPlacesAnswer(Record):
    """The best sets of places: value in residents beyond the limit, or in mean minutes."""

    meta: RegisterMeta
    definition: Question
    objective: str = of("definition", "objective")
    region: str = of("definition", "region")
    value: float = of("found", "answer", "value")
    value_before: float = of("found", "answer", "before")
    sets: tuple[tuple[str, ...], ...] = of("found", "places")
    has_more_ties: bool = of("found", "answer", "has_more_ties")
    gap: Share = of("found", "answer", "gap")
    is_proved: bool = of("found", "answer", "is_proved")
    steps: tuple[PlaceStep, ...] = of("found", "steps")
    regret: tuple[Lost, ...]
    residents_unreached: Count = of("found", "unreached")


class BestRoundsAnswer(Record):
    """The best rounds from one base."""

    meta: RegisterMeta
    definition: Question
    base: str = of("definition", "base")
    region: str = of("definition", "region")
    days_per_month: Count = of("definition", "month_days")
    visits_per_month: Count = of("definition", "visits")
    residents_served: Count = of("found", "served")
    rounds: tuple[Driven, ...] = of("found", "drives")
    gap: Share = of("found", "gap")
    is_proved: bool = of("found", "is_proved")
    tours_tried: Count = of("found", "tried")


@router.data("/scenario", QuestionQuery, model=ScenarioAnswer)
def scenario_answer(call: Call[QuestionQuery]) -> Document:
    """Before and after a plan: offices opened and closed, rounds of visits.

    The plan in the words of the page's own address; unknown parts are refused.
    """
    choice = _choice(call)
    found = scenario(basis_of(call.world, choice), choice)
    rows: list[dict[Any, Any]] = found.table.reset_index(names="group").to_dict("records")
    for row in rows:
        row |= {when: _state(row, f"{when}_", choice) for when in ("before", "after")}
    groups = [SimpleNamespace(**row) for row in rows]
    told = {"definition": choice, "groups": groups, "rounds": found.drives}
    return {"meta": call.meta(len(groups)), **told}


@router.data("/best-places", BestPlacesQuery, model=BestPlacesAnswer)
def best_places_answer(call: Call[BestPlacesQuery]) -> Document:
    """Where new offices would help most, exactly, with ties, gap and regret.

    Existing offices stay, and the plan's changes stand. At most five seconds; if they run out,
    is_proved is false and gap tells how far from the best it may be. Regret is what the first set
    loses, in residents beyond the limit or mean minutes, under the other speed model, objectives
    and limits: at most five seconds more.
    """
    choice = _choice(call)
    found = last(suggestions(basis_of(call.world, choice), choice))
    return {
        "meta": call.meta(len(found.places)),
        "definition": choice,
        "found": found,
        "regret": tuple(regrets(found.answer.sets[0], choice, partial(basis_of, call.world))),
    }


@router.data("/best-rounds", BestRoundsQuery, model=BestRoundsAnswer)
def best_rounds_answer(call: Call[BestRoundsQuery]) -> Document:
    """Which rounds of visits serve most residents within some days a month."""
    choice = _choice(call)
    found = last(best_rounds(basis_of(call.world, choice), choice))
    return {"meta": call.meta(len(found.drives)), "definition": choice, "found": found}


def _choice(call: Call[Any]) -> SitingChoice:
    """Return the page's choice that a query means; what a page ignores is refused here."""
    given = {name: texts for name, texts in call.given.items() if texts != ("nej",)}
    if given.get("omrade") in {("inland",), ("lan",)}:
        given["yta"] = given.pop("omrade")
    context = SitingChoice.lists(call.world)
    choice, ignored = SitingChoice.read(given, context=context)
    for part in ignored:
        allowed = tuple(sorted(context["offices" if part.key == "stang" else "places"]))
        members = {"parameter": part.key, "value": part.value, "allowed": allowed}
        raise Problem("unknown-value", members)
    return choice


def _state(row: Mapping[Any, Any], when: str, choice: SitingChoice) -> Document:
    told = {name.removeprefix(when): row[name] for name in row if name.startswith(when)}
    within, residents = told[f"within_{choice.limit}"], row["residents"]
    return {**told, "share": within / residents if residents else None}
