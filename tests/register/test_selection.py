"""What a filter selects, held against a slow twin written from the definition alone."""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ris_map.geography.divisions import MUNICIPALITY_CODES
from ris_map.register.model import Actor, Register
from ris_map.register.selection import Filter, Group, Selection, place_codes, select
from ris_map.register.vocabulary import (
    STRENGTH_AREAS,
    Availability,
    Delivery,
    Phase,
    Scope,
    ServiceScope,
    ServiceType,
    Status,
    StrengthArea,
)
from ris_map.words import swedish_sort_key
from tests import factories
from tests.factories import real_register

DATA = Path(__file__).resolve().parents[2] / "data"
DAY = date(2026, 11, 23)
OFFERED, LIMITED = Availability.OFFERED, Availability.LIMITED
NOT_OFFERED, UNKNOWN = Availability.NOT_OFFERED, Availability.UNKNOWN
WIDE = Filter(scope=Scope.ADJACENT)
MULTIPLE: Mapping[str, tuple[Any, ...]] = {
    "phases": tuple(Phase),
    "service_types": tuple(ServiceType),
    "strength_areas": STRENGTH_AREAS,
    "delivery": tuple(Delivery),
}
Found = dict[str, tuple[str, frozenset[str]]]


@cache
def real_records() -> list[dict[str, Any]]:
    """Return the register straight from YAML, without anything of the product."""
    text = (DATA / "actors.yaml").read_text(encoding="utf-8")
    return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))["actors"]


@cache
def groups() -> dict[str, frozenset[str]]:
    content = yaml.safe_load((DATA / "divisions.yaml").read_text(encoding="utf-8"))
    return {
        f"{division['id']}-{group['id']}": frozenset(group["municipalities"])
        for division in content["divisions"]
        for group in division["groups"]
    }


def chosen_from(register: Register, chosen: Filter, *, on: date = DAY) -> Selection:
    return select(register, chosen, groups=groups(), on=on)


def of(*actors: Actor, on: date = DAY, **choices: Any) -> dict[str, str]:
    """Return the group of each actor that is selected from a register of these actors."""
    selection = chosen_from(factories.make_register(*actors), Filter(**choices), on=on)
    return {match.actor.id: match.group.value for match in selection.matches}


def found(selection: Selection) -> Found:
    return {
        match.actor.id: (match.group.value, frozenset(o.id for o in match.offices))
        for match in selection.matches
    }


def ids(selection: Selection) -> set[str]:
    return {match.actor.id for match in selection.matches}


def current_ids(selection: Selection) -> set[str]:
    return {match.actor.id for match in selection.current}


# The twin: plain records, plain words, no arithmetic on truths.


def twin(records: list[dict[str, Any]], chosen: Filter, *, on: date = DAY) -> Found:
    picked = {}
    for actor in records:
        beside = actor["scope"] == "adjacent" or actor["outside_county"]
        if beside and chosen.scope is not Scope.ADJACENT:
            continue
        answers = [twin_offers(actor, chosen), twin_area(actor, chosen), twin_text(actor, chosen)]
        is_open = any(offer["delivery"]["office"] == "offered" for offer in actor["offers"])
        offices = actor["offices"] if is_open else []
        at_home = [o for o in offices if o["municipality"] and twin_exists(o, on=on)]
        here = [o for o in at_home if not chosen.places or o["municipality"] in codes_of(chosen)]
        if chosen.places and not here:
            answers.append(twin_reach(actor, chosen))
        if "no" in answers:
            continue
        if not twin_at_work(actor, on=on):
            group = "ended"
        elif "perhaps" in answers:
            group = "unknown"
        elif actor["outside_county"]:
            group = "outside"
        elif here:
            group = "office"
        elif at_home:
            group = "serves"
        else:
            group = "remote"
        picked[actor["id"]] = (group, frozenset(o["id"] for o in here or at_home))
    return picked


def codes_of(chosen: Filter) -> set[str]:
    codes: set[str] = set()
    for place in chosen.places:
        codes |= {place} if place in MUNICIPALITY_CODES else set(groups()[place])
    return codes


def twin_offers(actor: dict[str, Any], chosen: Filter) -> str:
    """Return the best answer that one and the same offer gives to all three questions."""
    per_offer = []
    for offer in actor["offers"]:
        replies = []
        if chosen.service_types:
            replies.append("yes" if offer["service_type"] in chosen.service_types else "no")
        if chosen.phases:
            hit = any(phase in offer["phases"] for phase in chosen.phases)
            replies.append("yes" if hit else "no" if offer["phases"] else "perhaps")
        if chosen.delivery:
            states = {offer["delivery"][mode] for mode in chosen.delivery}
            flat = "no" if states == {"not_offered"} else "perhaps"
            replies.append("yes" if "offered" in states else flat)
        per_offer.append("no" if "no" in replies else "perhaps" if "perhaps" in replies else "yes")
    return "yes" if "yes" in per_offer else "perhaps" if "perhaps" in per_offer else "no"


def twin_area(actor: dict[str, Any], chosen: Filter) -> str:
    served = actor["strength_areas"]["areas"]
    if not chosen.strength_areas or "all" in served or set(served) & set(chosen.strength_areas):
        return "yes"
    return "no" if served else "perhaps"


def twin_reach(actor: dict[str, Any], chosen: Filter) -> str:
    match actor["service_area"]["scope"]:
        case "unknown":
            return "perhaps"
        case "other_county":
            return "no"
        case "municipalities":
            listed = set(actor["service_area"]["municipalities"])
            return "yes" if listed & codes_of(chosen) else "no"
        case _:
            return "yes"


def twin_text(actor: dict[str, Any], chosen: Filter) -> str:
    towns_of = [office["town"] for office in actor["offices"]]
    texts = [actor["name"], *actor["aliases"], *actor["summary"].values(), *towns_of]
    plain = [bare(text) for text in texts]
    hit = all(any(word in text for text in plain) for word in bare(chosen.text).split())
    return "yes" if hit else "no"


def bare(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in letters if not unicodedata.category(c).startswith("M"))


def twin_exists(thing: dict[str, Any], *, on: date) -> bool:
    """Compare partial dates as texts of the same length."""
    start, end, day = thing["valid_from"], thing["valid_to"], on.isoformat()
    begun = start is None or start <= day[: len(start)]
    return begun and (end is None or day[: len(end)] <= end)


def twin_at_work(actor: dict[str, Any], *, on: date) -> bool:
    stopped = actor["status"] == "ended" and actor["valid_to"] is None
    return actor["status"] != "planned" and not stopped and twin_exists(actor, on=on)


# Filters and registers to try.


def single_filters() -> Iterator[Filter]:
    """Return every filter with one choice, with and without what stands beside the core."""
    for scope in Scope:
        yield Filter(scope=scope)
        for field, members in MULTIPLE.items():
            yield from (Filter(scope=scope, **{field: (member,)}) for member in members)
        for place in (*groups(), *MUNICIPALITY_CODES):
            yield Filter(scope=scope, places=(place,))
        yield from (Filter(scope=scope, text=text) for text in ("umea", "Åsele skog", "xyzzy"))


def seeded_filters(count: int, *, seed: int = 20261123) -> Iterator[Filter]:
    source = random.Random(seed)
    texts = [*[""] * 7, "bio", "umea", "stod foretag", "VÄXA", "skog ide", "a", "ö e"]

    def some(members: tuple[Any, ...]) -> tuple[Any, ...]:
        picked = source.sample(members, source.choice([0, 0, 1, 1, 2, 3]))
        return tuple(member for member in members if member in picked)

    for _ in range(count):
        yield Filter(
            **{field: some(members) for field, members in MULTIPLE.items()},
            places=some((*groups(), *MUNICIPALITY_CODES)),
            scope=source.choice(list(Scope)),
            text=source.choice(texts),
        )


filters = st.integers(0, 10**9).map(lambda seed: next(seeded_filters(1, seed=seed)))
days = st.dates(date(1949, 1, 1), date(2030, 12, 31))
dates = st.sampled_from([None, None, "1999", "2014-06", "2022-01-01", "2026-11", "2027"])


@st.composite
def lean_actors(draw: st.DrawFn, *, actor_id: str) -> Actor:
    """Return actors that differ only in what a selection asks about."""
    outside = draw(st.integers(0, 3)) == 0
    codes = draw(st.lists(st.sampled_from(MUNICIPALITY_CODES), max_size=2, unique=True))
    offices = tuple(
        factories.make_office(
            code=code, id=f"kontor-{code}", valid_from=draw(dates), valid_to=draw(dates)
        )
        for code in codes
    )
    return factories.make_actor(
        id=actor_id,
        name=draw(st.sampled_from(["Åbo råd", "Örn AB", "Idé & Co", "ÅÄÖ", "zeta"])),
        aliases=draw(st.sampled_from([(), ("Eko",), ("Umeå-hjälpen", "É")])),
        scope=draw(st.sampled_from(Scope)),
        outside_county=outside,
        status=draw(st.sampled_from(Status)),
        valid_from=draw(dates),
        valid_to=draw(dates),
        strength_areas=draw(factories.strength_areas()),
        offers=tuple(draw(st.lists(factories.offers(), min_size=1, max_size=2))),
        offices=(factories.make_outside_office(),) if outside else offices,
        service_area=draw(factories.service_areas()),
    )


@st.composite
def registers(draw: st.DrawFn) -> Register:
    """Return registers with neighbours and with offices that open and close."""
    count = draw(st.integers(1, 4))
    return factories.make_register(
        *(draw(lean_actors(actor_id=f"a{number}")) for number in range(count))
    )


@given(registers(), filters, days)
def test_selection_equals_the_slow_twin_on_any_register(
    register: Register, chosen: Filter, day: date
) -> None:
    records = register.model_dump(mode="json")["actors"]
    assert found(chosen_from(register, chosen, on=day)) == twin(records, chosen, on=day)


EARLIER = (date(1999, 12, 31), date(2014, 6, 1), date(2022, 1, 1))
BROAD = (Filter(), WIDE, Filter(phases=(Phase.IDE,)), Filter(places=("2480",)))


def test_I6_the_real_register_is_selected_as_by_the_twin_and_drawn_as_listed() -> None:
    """With everything asked for, every single choice, 200 combined ones, some on earlier days."""
    ranks = [group.value for group in Group]
    assert ranks == ["office", "serves", "remote", "outside", "unknown", "ended"]
    everybody = [match.actor.id for match in chosen_from(real_register(), WIDE).matches]
    assert sorted(everybody) == sorted(record["id"] for record in real_records())
    asked = product((*single_filters(), *seeded_filters(200)), [DAY])
    non_empty = 0
    for chosen, day in (*asked, *product(BROAD, (DAY, *EARLIER))):
        selection = chosen_from(real_register(), chosen, on=day)
        expected = twin(real_records(), chosen, on=day)
        assert found(selection) == expected, (chosen, day)
        non_empty += bool(expected)
        drawn = {match.actor.id for match in selection.on_map if match.offices}
        assert drawn == {match.actor.id for match in selection.group(Group.OFFICE)}, chosen
        order = [
            (ranks.index(match.group.value), swedish_sort_key(match.actor.name))
            for match in selection.matches
        ]
        assert order == sorted(order)
    assert non_empty > 50, "combinations that select nothing prove nothing"


# What follows from the definition.


@given(filters, st.data())
def test_choices_within_one_filter_widen_to_exactly_the_union_and_filters_narrow(
    chosen: Filter, data: st.DataObject
) -> None:
    places = (*groups(), *MUNICIPALITY_CODES)
    field = data.draw(st.sampled_from([*MULTIPLE, "places"]))
    members = places if field == "places" else MULTIPLE[field]
    some = st.sets(st.sampled_from(members), min_size=1, max_size=3)
    one, other = data.draw(some), data.draw(some)
    first, second, both = (
        chosen_from(real_register(), replace(chosen, **{field: tuple(choice)}))
        for choice in (one, other, one | other)
    )
    assert ids(both) == ids(first) | ids(second)
    assert current_ids(both) == current_ids(first) | current_ids(second)
    without = replace(chosen, **{field: ()})
    for wide in (chosen_from(real_register(), one) for one in (without, replace(without, text=""))):
        assert ids(both) <= ids(wide)
        assert current_ids(both) <= current_ids(wide)
    core, beside = (
        chosen_from(real_register(), replace(chosen, scope=scope))
        for scope in (Scope.CORE, Scope.ADJACENT)
    )
    assert ids(core) <= ids(beside)
    added = [m.actor for m in beside.matches if m.actor.id not in ids(core)]
    assert all(a.scope is Scope.ADJACENT or a.outside_county for a in added)


# Examples: what an actor is like, and where it stands for some choices (None: left out).

IDE, UTVECKLING, VAXA = Phase
ADVICE, MONEY = ServiceType.RADGIVNING, ServiceType.FINANSIERING
FOOD, MINING = StrengthArea.LIVSMEDEL, StrengthArea.GRUV_MINERAL
OFFICE, DIGITAL, PHONE = Delivery.OFFICE, Delivery.DIGITAL, Delivery.PHONE
offer, office, area = factories.make_offer, factories.make_office, factories.make_service_area
modes, strength = factories.make_modes, factories.make_strength
AT_DESK, ON_LINE = (
    modes(office=OFFERED, digital=NOT_OFFERED),
    modes(office=NOT_OFFERED, digital=OFFERED),
)
BY_PHONE = modes(office=NOT_OFFERED, digital=LIMITED, phone=OFFERED)
NO_AREAS = strength().model_copy(update={"areas": ()})
LISTED = ServiceScope.MUNICIPALITIES
FIELDS = {
    Phase: "phases",
    ServiceType: "service_types",
    StrengthArea: "strength_areas",
    Delivery: "delivery",
    str: "places",
}

EXAMPLES: dict[str, tuple[dict[str, Any], dict[tuple[Any, ...], str | None]]] = {
    "phase, type and delivery must hold for one and the same offer": (
        {
            "offers": (
                offer(service_type=ADVICE, phases=(IDE,), delivery=AT_DESK),
                offer(service_type=MONEY, phases=(VAXA,), delivery=ON_LINE),
            )
        },
        {
            (IDE, ADVICE, OFFICE): "office",
            (VAXA, MONEY, DIGITAL): "office",
            (IDE, MONEY): None,
            (VAXA, ADVICE): None,
            (IDE, DIGITAL): None,
            (MONEY, OFFICE): None,
            (UTVECKLING,): None,
        },
    ),
    "an unknown phase stands under no information, never yes and never dropped": (
        {"offers": (offer(phases=()),)},
        {**{(phase,): "unknown" for phase in Phase}, (): "office"},
    ),
    "a known offer settles what another, of another type, leaves open": (
        {"offers": (offer(service_type=MONEY, phases=()), offer(phases=(IDE,)))},
        {(IDE,): "office", (VAXA,): "unknown", (VAXA, ADVICE): None},
    ),
    "delivery modes widen each other": (
        {"offers": (offer(delivery=BY_PHONE),)},
        {(DIGITAL,): "unknown", (DIGITAL, PHONE): "remote"},
    ),
    "a sector-neutral actor serves every area": (
        {"strength_areas": strength(StrengthArea.ALL)},
        {(one,): "office" for one in STRENGTH_AREAS},
    ),
    "no areas are no information": ({"strength_areas": NO_AREAS}, {(FOOD,): "unknown"}),
    "an actor of other areas is left out": (
        {"strength_areas": strength(FOOD)},
        {(MINING,): None, (MINING, FOOD): "office"},
    ),
    "a closed office is not on the map": (
        {"offices": (office(code="2422", valid_to="2020"),)},
        {(): "remote", (date(2020, 12, 31),): "office"},
    ),
    "an office in the place and one that serves it stand apart": (
        {},
        {("2480",): "office", ("2422",): "serves", ("2422", "2480"): "office"},
    ),
    **{
        f"an actor elsewhere with the service area {one.scope} {one.municipalities}": (
            {"service_area": one},
            {("2422",): group, ("2480",): "office"},
        )
        for one, group in (
            (area(ServiceScope.COUNTY), "serves"),
            (area(ServiceScope.NORTHERN_SWEDEN), "serves"),
            (area(ServiceScope.NATIONAL), "serves"),
            (area(ServiceScope.UNKNOWN), "unknown"),
            (area(ServiceScope.OTHER_COUNTY), None),
            (area(LISTED, municipalities=["2422"]), "serves"),
            (area(LISTED, municipalities=["2480"]), None),
        )
    },
    "without an office an actor serves from afar": (
        {"offices": ()},
        {(): "remote", ("2422",): "remote"},
    ),
    "a group of municipalities means all of them": (
        {"offices": (office(code="2422"),)},
        {("samverkan-region-10",): "office"},
    ),
    "neighbours are shown only beside the core and in their own group": (
        {"outside_county": True, "offices": (factories.make_outside_office(),)},
        {(): None, (Scope.ADJACENT,): "outside"},
    ),
    "what stands beside the core is shown when asked for": (
        {"scope": Scope.ADJACENT},
        {(): None, (Scope.ADJACENT,): "office"},
    ),
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_actor_stands_where_the_rules_put_it(name: str) -> None:
    changes, answers = EXAMPLES[name]
    actor = factories.make_actor(**changes)
    for terms, group in answers.items():
        choices: dict[str, Any] = {"on": DAY}
        for term in terms:
            if isinstance(term, Scope | date):
                choices["scope" if isinstance(term, Scope) else "on"] = term
            else:
                field = FIELDS[type(term)]
                choices[field] = (*choices.get(field, ()), term)
        assert of(actor, **choices) == ({actor.id: group} if group else {}), terms


TEXTS = dict.fromkeys(
    ("umea", "UMEÅ", "ume\u0061\u030a", "  Umeå  ", "åmegård ume", "FORETAG", "alias a", "firms"),
    True,
) | dict.fromkeys(("umeo", "åmegård skellefteå", ".*", "%", "storgatan"), False)


@pytest.mark.parametrize("text", TEXTS)
def test_text_search_ignores_case_and_accents_and_asks_for_every_word(text: str) -> None:
    actor = factories.make_actor(
        name="Åmegård",
        aliases=("Alias AB",),
        summary=factories.text("Hjälper företag.", en="Helps firms."),
    )
    assert bool(of(actor, text=text)) is TEXTS[text]


@pytest.mark.parametrize(
    ("state", "group"),
    [(OFFERED, "office"), (LIMITED, "unknown"), (UNKNOWN, "unknown"), (NOT_OFFERED, None)],
)
@pytest.mark.parametrize("mode", list(Delivery))
def test_a_limited_or_unknown_delivery_is_not_a_yes(
    mode: Delivery, state: Availability, group: str | None
) -> None:
    silent = dict.fromkeys(("office", "visit", "digital", "phone"), NOT_OFFERED)
    known = modes(**(silent | {mode.value: state}))
    actor = factories.make_actor(offers=(offer(delivery=known),))
    # an office that receives nobody is no place on the map
    where = "remote" if group == "office" and mode is not Delivery.OFFICE else group
    assert of(actor, delivery=(mode,)) == ({actor.id: where} if where else {})
    other = next(m for m in Delivery if m is not mode)
    assert of(actor, delivery=(other,)) == {}


@pytest.mark.parametrize(
    ("changes", "at_work"),
    [
        ({"status": Status.ACTIVE}, True),
        ({"status": Status.UNKNOWN}, True),
        ({"status": Status.PLANNED}, False),
        ({"status": Status.ENDED}, False),
        ({"status": Status.ENDED, "valid_to": "2026"}, True),
        ({"status": Status.ENDED, "valid_to": "2026-11-23"}, True),
        ({"status": Status.ENDED, "valid_to": "2026-11-22"}, False),
        ({"status": Status.ENDED, "valid_to": "2026-10"}, False),
        ({"valid_from": "2026-11-23"}, True),
        ({"valid_from": "2026-11-24"}, False),
        ({"valid_from": "2026-11"}, True),
        ({"valid_from": "2027"}, False),
    ],
)
def test_ended_and_not_begun_actors_stand_apart(changes: dict[str, Any], at_work: bool) -> None:
    actor = factories.make_actor(**changes)
    register = factories.make_register(actor)
    selection = chosen_from(register, Filter())
    assert [m.group for m in selection.matches] == [Group.OFFICE if at_work else Group.ENDED]
    assert bool(selection.on_map) is bool(selection.current) is at_work
    assert bool(selection.municipalities) is at_work


def test_only_the_offices_that_are_open_and_in_the_place_count() -> None:
    closed = office(code="2422", valid_to="2020")
    half = factories.make_actor(offices=(closed, office(code="2480")))
    matches = chosen_from(factories.make_register(half), Filter()).matches
    assert [o.municipality for match in matches for o in match.offices] == ["2480"]
    both = factories.make_actor(offices=(office(code="2480"), office(code="2422")))
    register = factories.make_register(both)
    for code in ("2480", "2422"):
        selection = chosen_from(register, Filter(places=(code,)))
        assert [o.municipality for o in selection.matches[0].offices] == [code]
        assert selection.municipalities == {code}
    assert chosen_from(register, Filter()).municipalities == {"2480", "2422"}


def test_the_codes_of_places() -> None:
    inland = groups()["samverkan-region-10"]
    assert place_codes(("samverkan-region-10", "2480"), groups=groups()) == inland | {"2480"}
    assert place_codes((), groups=groups()) is None


def test_every_actor_is_found_by_its_name_typed_without_accents() -> None:
    for record in real_records():
        plain = bare(record["name"])
        assert record["id"] in ids(chosen_from(real_register(), replace(WIDE, text=plain))), plain


def test_an_empty_register_selects_nothing() -> None:
    empty = factories.make_register().model_copy(update={"actors": ()})
    selection = chosen_from(empty, Filter())
    assert selection.matches == selection.current == selection.on_map == ()
    assert selection.municipalities == frozenset()
