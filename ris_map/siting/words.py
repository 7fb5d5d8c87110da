"""What a plan does, in words, tables and files."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, TypeVar

import numpy as np
import pandas as pd

from ris_map.coverage.map_picture import LIMITS
from ris_map.register.in_words import Words
from ris_map.register.model import Office
from ris_map.siting.plan import Change, Closing, Opening, SitingChoice
from ris_map.siting.scenario import (
    COAST,
    COUNTY,
    DAYS_SHOWN,
    INLAND,
    Drive,
    Scenario,
    basis_of,
    scenario,
    state,
    today,
)
from ris_map.siting.suggest import Regret, Rounds, Suggestion
from ris_map.travel.matrix import office_key
from ris_map.travel.people import POPULATION_YEAR
from ris_map.travel.routes import error_words, typical_error
from ris_map.travel.world import World, kept
from ris_map.words import swedish_sort_key
from ris_map.words.figures import (
    Cell,
    FigureTable,
    about,
    cell_text,
    count,
    minutes,
    percent,
    share,
    too_far,
)
from ris_map.words.markup import render

K = TypeVar("K")
MOST_NAMED = 4
_PLAIN = re.compile(r"[^\w\s,.()-]")
"""What means something in the Markdown of a label, or might."""


def _in_order(names: dict[K, str]) -> dict[K, str]:
    return dict(sorted(names.items(), key=lambda item: swedish_sort_key(item[1])))


@dataclass(frozen=True, kw_only=True, eq=False)
class SitingView:
    """A scenario and the words of one language."""

    world: World
    choice: SitingChoice
    scenario: Scenario
    tr: Words

    @cached_property
    def place_names(self) -> dict[str, str]:
        """Names of places by id, in order; namesakes with their municipality."""
        places = self.world.foundations.geography.localities
        names = Counter(place.name for place in places)
        towns = self.tr.municipality_names
        return _in_order(
            {
                place.id: place.name
                if names[place.name] == 1
                else f"{place.name} ({towns[place.municipality_code]})"
                for place in places
            }
        )

    @cached_property
    def offices(self) -> dict[Closing, Office]:
        """The offices that help with what is asked, by what would close them."""
        return {
            Closing(actor.id, office.id): office
            for actor in self.world.register.actors
            for office in actor.offices
            if office_key(actor, office) in self.scenario.basis.office_ids
        }

    @cached_property
    def office_names(self) -> dict[Closing, str]:
        """Actor and town of every office, in order, by what would close it."""
        actors = self.world.register.actors
        return _in_order(
            {Closing(a.id, o.id): f"{a.name}, {o.town}" for a in actors for o in a.offices}
        )

    def label(self, term: Any) -> str:  # noqa: ANN401 -- any term of the strategy
        """Return the label of a term, in lower case."""
        return self.tr.label(term).lower()

    @cached_property
    def kind(self) -> str:
        """What is asked: ``rådgivning i idéfasen``."""
        return self.tr.kind(self.choice.phase, self.choice.service_type, self.choice.area)

    def figure(self, group: str, name: str) -> float:
        """Return a figure of a group of the table."""
        found: Any = self.scenario.table.at[group, name]
        return float(found)

    def share_of(self, group: str, when: str) -> float:
        """Return the share of a group's residents within the limit, before or after."""
        residents = self.figure(group, "residents")
        within = self.figure(group, f"{when}_within_{self.choice.limit}")
        return within / residents if residents else float("nan")

    def percent(self, group: str, when: str) -> str:
        """Return that share in words."""
        return percent(self.share_of(group, when), tr=self.tr)

    def group_name(self, group: str) -> str:
        """Return the name of a municipality or group."""
        key = {COUNTY: "county", INLAND: "whole", COAST: "coast"}.get(group)
        return self.tr(f"siting.side.{key}") if key else self.tr.municipality_names[group]

    @property
    def date(self) -> str:
        """The date of the register, which is that of all that is said."""
        return self.world.register.meta.reference_date


STEERS: Final = {
    name: SitingChoice.model_fields[name].default
    for name in ("objective", "number", "region", "base", "month_days", "visits")
}
"""What only the suggestions depend on, as it is without a choice."""


@kept(16)
def _scenario(world: World, choice: SitingChoice) -> Scenario:
    return scenario(basis_of(world, choice), choice)


def view_of(world: World, choice: SitingChoice, tr: Words) -> SitingView:
    """Return what the page draws from."""
    plain = choice.model_copy(update={**STEERS, "view": "efter"})
    return SitingView(world=world, choice=choice, scenario=_scenario(world, plain), tr=tr)


def headline(view: SitingView) -> str:
    """Return "With advice in Vilhelmina, 68% of inland residents can reach help" and so on."""
    choice, tr = view.choice, view.tr
    values = {"limit": choice.limit, "share": view.percent(INLAND, "after")}
    if not choice.matching or choice.closings:
        key = "plan" if choice.changes else "none"
        return tr(f"siting.headline.{key}", kind=view.kind, **values)
    places = [view.place_names[opening.place] for opening in choice.matching]
    kind = tr(f"karta.kind.{choice.service_type}")
    return tr("siting.headline.open", kind=kind, places=places, **values)


def lead(view: SitingView) -> str:
    """Return what it is today, how many more, and what happens at the coast."""
    tr, choice, limit = view.tr, view.choice, view.choice.limit
    if not choice.changes:
        return tr("siting.lead.none")
    now, then = (view.figure(COUNTY, f"{when}_within_{limit}") for when in ("before", "after"))
    more = then - now
    key = "more" if more > 0 else "fewer" if more < 0 else "same"
    parts = [
        tr("siting.lead.now", share=view.percent(INLAND, "before")),
        tr(f"siting.lead.{key}", n=about(abs(more), tr=tr), limit=limit),
    ]
    shares = {when: view.percent(COAST, when) for when in ("before", "after")}
    if view.figure(COAST, "gain") == view.figure(COAST, "lose") == 0:
        parts.append(tr("siting.lead.coast.same"))
    elif shares["before"] == shares["after"]:
        parts.append(tr("siting.lead.coast.share", share=shares["after"]))
    else:
        parts.append(tr("siting.lead.coast", **shares))
    if choice.openings and not choice.matching and not choice.closings:
        parts.append(tr("siting.lead.other"))
    return " ".join(parts)


def change_words(view: SitingView, change: Change) -> tuple[str, str]:
    """Return a change in two lines."""
    tr, names = view.tr, view.place_names
    if isinstance(change, Opening):
        phases = tr.listing(view.label(phase) for phase in change.phases)
        kind = view.label(change.service_type).capitalize()
        return (
            tr("siting.change.open", place=names[change.place]),
            tr("siting.change.open.what", type=kind, phases=phases),
        )
    if isinstance(change, Closing):
        actors = {actor.id: actor.name for actor in view.world.register.actors}
        name = view.office_names.get(change) or actors.get(change.actor, change.actor)
        every = "" if change.office else tr("siting.change.close.all")
        return tr("siting.change.close", name=name), every
    stops = tr.listing(names[stop] for stop in change.stops)
    return (
        tr("siting.change.round", base=names[change.base]),
        tr(
            "siting.change.round.what",
            stops=stops,
            days=tr.plural("siting.rounds.days", change.days),
        ),
    )


def spoken(text: str) -> str:
    """Return what a button is for, to be read aloud: who sees it sees where the button stands."""
    return f"*{_PLAIN.sub('', text).strip()}*"


def side_rows(view: SitingView) -> list[dict[str, Any]]:
    """Return before and after of the inland and its municipalities, the largest change first."""
    tr = view.tr

    def row(group: str) -> dict[str, Any]:
        before, after = (100 * view.share_of(group, when) for when in ("before", "after"))
        numbers = {when: view.percent(group, when) for when in ("before", "after")}
        is_same = numbers["before"] == numbers["after"]
        same, change = numbers["after"], "siting.side.change"
        if view.choice.changes:
            same = tr("siting.side.same", share=same)
        return {
            "name": view.group_name(group),
            "before": round(before, 1),
            "after": round(after, 1),
            "low": round(min(before, after), 1),
            "span": round(abs(after - before), 1),
            "is_same": is_same,
            "is_whole": group == INLAND,
            "text": same if is_same else tr(change, **numbers),
        }

    order = sorted(
        view.scenario.basis.inland,
        key=lambda code: (
            -abs(view.share_of(code, "after") - view.share_of(code, "before")),
            -view.share_of(code, "after"),
            view.group_name(code),
        ),
    )
    return [row(INLAND), *map(row, order), row(COAST), row(COUNTY)]


def still_beyond(view: SitingView) -> tuple[str, str]:
    """Return how many in the inland are still beyond the limit, and where most of them live."""
    tr, limit = view.tr, view.choice.limit
    table = view.scenario.table
    beyond = table["residents"] - table[f"after_within_{limit}"]
    left = {code: float(beyond[code]) for code in view.scenario.basis.inland}
    if not sum(left.values()):
        return tr("siting.side.none-left", limit=limit), ""
    most = sorted((code for code in left if left[code]), key=lambda code: -left[code])[:MOST_NAMED]
    key = "still" if view.figure(INLAND, "gain") else "beyond"
    return (
        tr(f"siting.side.{key}", n=about(sum(left.values()), tr=tr), limit=limit),
        tr("siting.side.still.where", places=[*map(view.group_name, most)]),
    )


def gains(view: SitingView) -> str:
    """Return shortfall, worst tenth and who gains and loses, in two sentences."""
    tr = view.tr
    found = {
        word: [view.figure(INLAND, f"{when}_{name}") for when in ("before", "after")]
        for word, name in (("mean", "shortfall"), ("worst", "worst_tenth"))
    }
    told = {  # what is the same before and after is said once
        word: " → ".join(dict.fromkeys(cell_text(too_far(n, tr=tr), tr=tr) for n in numbers))
        for word, numbers in found.items()
    }
    # where nobody has an office to go to there is no mean to speak of
    means = tr("siting.side.shortfall", **told) if np.isfinite([*found.values()]).all() else ""
    if not view.choice.changes:
        return means
    numbers = {name: view.figure(COUNTY, name) for name in ("gain", "lose")}
    people = {k: about(n, tr=tr) if n else tr("siting.side.nobody") for k, n in numbers.items()}
    return f"{means} {tr('siting.side.gain', **people)}".lstrip()


def assumed(view: SitingView) -> str:
    """Return what is assumed; stands beside every figure."""
    tr, choice, groups = view.tr, view.choice, view.scenario.basis.groups
    roads = tr("coverage.speed.winter" if choice.winter else "coverage.speed.summer")
    said = tr("siting.assumed", roads=roads, year=POPULATION_YEAR)
    found = today(view.world, choice)
    most = {side: percent(found.share_of(groups[side])[1], tr=tr) for side in (INLAND, COAST)}
    is_known = all(view.percent(side, "before") == most[side] for side in most)
    return said if is_known else f"{said} {tr('siting.assumed.unsure', **most)}"


def round_words(view: SitingView) -> list[str]:
    """Return what the rounds give and what they take, beside what offices would give."""
    choice, basis = view.choice, view.scenario.basis
    if not choice.rounds:
        return []
    once, twice, four = (view.figure(COUNTY, f"after_days_{d}") for d in DAYS_SHOWN)
    stops = dict.fromkeys(stop for one in choice.rounds for stop in one.stops)
    offices = (Opening(stop, choice.service_type, (choice.phase,)) for stop in stops)
    fixed = {"openings": (*choice.openings, *offices), "rounds": ()}
    there = state(basis, choice.model_copy(update=fixed)).days > 0
    now, all_days = view.figure(COUNTY, "before_days_1"), basis.residents.persons[there].sum()
    numbers = {"once": once, "twice": twice, "four": four, "now": now, "fixed": all_days}
    told = {name: about(number, tr=view.tr) for name, number in numbers.items()}
    sentence = view.tr("siting.rounds.sentence", near=choice.near, **told)
    return [sentence, *(drive_words(view, driven) for driven in view.scenario.drives)]


def drive_words(view: SitingView, driven: Drive) -> str:
    """Return a round's stops in order, and what it takes in a year."""
    names = view.place_names
    order = " – ".join(names[stop] for stop in driven.order)
    told = {"base": names[driven.round.base], "order": order}
    if not np.isfinite(driven.km_per_year):
        return view.tr("siting.rounds.no-road", **told)
    years = {"km": driven.km_per_year, "hours": driven.hours_per_year}
    told |= {name: about(number, tr=view.tr) for name, number in years.items()}
    return view.tr("siting.rounds.drive", **told)


def full_table(view: SitingView, limits: Sequence[int] = LIMITS) -> FigureTable:
    """Return every figure of every group, as shown; shares within some limits."""
    tr, table = view.tr, view.scenario.table
    kinds = [(f"within_{limit}", tr("siting.column.within", limit=limit)) for limit in limits]
    names = ("median", "p90", "shortfall", "worst_tenth", "actors")
    kinds += [(name, tr(f"siting.column.{name}")) for name in names]
    whens = ("before", "after")

    def cell(group: str, name: str, when: str) -> Cell:
        value = view.figure(group, f"{when}_{name}")
        if name.startswith("within"):
            return share(value / view.figure(group, "residents"))
        if name == "shortfall":
            return too_far(value, tr=tr)
        return count(value) if name == "actors" else minutes(value)

    rows = [
        [
            view.group_name(group),
            count(view.figure(group, "residents")),
            *(cell(group, name, when) for name, _ in kinds for when in whens),
            *(count(view.figure(group, name)) for name in ("gain", "lose")),
        ]
        for group in map(str, table.index)
    ]
    return FigureTable(
        id="plan",
        title=tr("siting.table", date=view.date),
        columns=[
            *(tr(f"siting.column.{name}") for name in ("area", "residents")),
            *(tr(f"siting.column.{when}", what=label) for _, label in kinds for when in whens),
            *(tr(f"siting.column.{name}") for name in ("gain", "lose")),
        ],
        rows=rows,
        sentence=headline(view),
    )


def plan_text(view: SitingView) -> str:
    """Return the plan as one line of text."""
    lines = [": ".join(filter(None, change_words(view, c))) for _, c in view.choice.changes]
    return "; ".join(lines) or view.tr("siting.plan.empty")


def copy_text(view: SitingView) -> str:
    """Return the plan and what it gives as a paragraph for a memo."""
    parts = f"{headline(view)}.", lead(view), gains(view), *still_beyond(view), *round_words(view)
    return " ".join(filter(None, (*parts, assumed(view), source(view))))


def source(view: SitingView) -> str:
    """Return date and sources."""
    error = error_words(typical_error(view.world.foundations), tr=view.tr)
    return view.tr("siting.source", date=view.date, year=POPULATION_YEAR, error=error)


def definitions(view: SitingView) -> Sequence[tuple[str, str]]:
    """Return what the words of the table mean, for the workbook's first sheet."""
    tr = view.tr
    return [
        (headline(view), copy_text(view)),
        (tr("siting.definition.plan"), plan_text(view)),
        (tr("siting.definition.assumed"), assumed(view)),
        *(
            (tr(f"siting.definition.{name}"), tr(f"siting.definition.{name}.text"))
            for name in ("median", "shortfall", "worst")
        ),
    ]


# -------------------------------------------------------------------- suggestions


def most_gained(view: SitingView) -> list[dict[str, Any]]:
    """Return the five places that alone bring most residents within the limit, as bars."""
    basis, choice = view.scenario.basis, view.choice
    more = (basis.place_minutes <= basis.limit) & (view.scenario.after.minutes > basis.limit)
    gained = pd.Series(more @ basis.people(choice.region).persons, index=list(basis.place_ids))
    best = gained[gained > 0].sort_index().sort_values(ascending=False, kind="stable")[:5]
    texts = [about(float(number), tr=view.tr) for number in best]
    return [
        {
            "name": view.place_names[str(place)],
            "width": round(100 * number / int(best.iloc[0])),
            "text": text,
            "is_best": text == texts[0],
        }
        for (place, number), text in zip(best.items(), texts, strict=True)
    ]


def suggestion_html(view: SitingView, found: Suggestion) -> str:
    """Return a suggestion: the places, ties, proof or gap, and the steps."""
    listed = [view.tr.listing(view.place_names[p] for p in places) for places in found.places]
    return render("siting_best.html", t=view.tr, view=view, found=found, listed=listed)


def regret_table(view: SitingView, told: Sequence[Regret]) -> FigureTable:
    """Return what a suggestion loses under other speed models, limits and objectives."""
    tr, choice = view.tr, view.choice
    rows = []
    for one in told:
        asked, is_people = one.asked, one.asked.objective == "inom"
        unit, decimals = ("people", 0) if is_people else ("minutes", 1)
        said = tr(f"siting.regret.{unit}", n=tr.number(one.loss, decimals=decimals))
        said = said if one.loss > 0.05 else tr("siting.regret.none")
        norm = tr(f"siting.norm.{asked.objective}")
        if asked.winter != choice.winter:
            norm = tr(f"siting.norm.{'winter' if asked.winter else 'summer'}")
        elif asked.limit != choice.limit:
            norm = tr("siting.norm.limit", limit=asked.limit)
        best = tr.listing(view.place_names[place] for place in one.places)
        said = said if one.is_proved else tr("siting.regret.open", loss=said)
        rows.append([norm, best, said])
    return FigureTable(
        id="regret",
        title=tr("siting.best.regret.title"),
        columns=[tr(f"siting.regret.{name}") for name in ("norm", "best", "loss")],
        rows=rows,
        sentence=tr("siting.best.regret.note"),
    )


def rounds_html(view: SitingView, found: Rounds) -> str:
    """Return the best rounds."""
    tr, choice = view.tr, view.choice
    days = tr.plural("siting.rounds.days", choice.month_days)
    told = {"people": about(found.served, tr=tr), "near": choice.near, "days": days}
    result = tr(f"siting.rounds.{'none' if found.is_proved else 'open'}")
    if found.drives:
        result = tr.plural("siting.rounds.result", choice.visits, **told)
    driven = [(one.round.days, drive_words(view, one)) for one in found.drives]
    return render("siting_rounds.html", t=tr, found=found, result=result, driven=driven)
