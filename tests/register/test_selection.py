"""What a filter selects, held against a slow twin written from the definition alone."""

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from functools import cache
from itertools import product
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ris_map.geography.divisions import MUNICIPALITY_CODES
from ris_map.register.model import Actor, Register
from ris_map.register.selection import Filter, Match, says, select
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
from tests.factories import DATA, DAY, make_actor, make_office, raw_actors, real_register
from tests.travel.raw import is_active, is_valid

WIDE = Filter(scope=Scope.ADJACENT)
MULTIPLE: Mapping[str, tuple[Any, ...]] = {
    "phases": tuple(Phase),
    "service_types": tuple(ServiceType),
    "strength_areas": STRENGTH_AREAS,
    "delivery": tuple(Delivery),
}
Found = dict[str, tuple[str, frozenset[str]]]
Matches = tuple[Match, ...]


@cache
def groups() -> dict[str, frozenset[str]]:
    content = yaml.safe_load((DATA / "divisions.yaml").read_text(encoding="utf-8"))
    return {
        f"{division['id']}-{group['id']}": frozenset(group["municipalities"])
        for division in content["divisions"]
        for group in division["groups"]
    }


def chosen_from(register: Register, chosen: Filter, *, on: date = DAY) -> Matches:
    return select(register, chosen, groups=groups(), on=on)


def found(matches: Matches) -> Found:
    return {
        match.actor.id: (match.group.value, frozenset(o.id for o in match.offices))
        for match in matches
    }


# The twin: plain records, plain words, no arithmetic on truths.


def twin(records: list[dict[str, Any]], chosen: Filter, *, on: date = DAY) -> Found:
    picked = {}
    for actor in records:
        beside = actor["scope"] == "adjacent" or actor["outside_county"]
        if beside and chosen.scope is not Scope.ADJACENT:
            continue
        answers = [twin_offers(actor, chosen), twin_area(actor, chosen), twin_text(actor, chosen)]
        is_open = any(offer["delivery"]["office"] == "offered" for offer in actor["offers"])
        offices = actor["offices"] if is_open and is_active(actor, on) else []
        at_home = [o for o in offices if o["municipality"] and is_valid(o, on)]
        here = [o for o in at_home if not chosen.places or o["municipality"] in codes_of(chosen)]
        if chosen.places and not here:
            answers.append(twin_reach(actor, chosen))
        if "no" in answers:
            continue
        if not is_active(actor, on):
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
    return "yes" if says(" ".join(texts), chosen.text) else "no"


def test_a_text_says_what_begins_a_word_or_is_a_form_of_one_or_is_long_and_inside() -> None:
    text = "Mat, lån (Norrlandsfonden), gruvor, forskning, idéer i Malå; ren luft, trä, information"
    for asked in ("maten", "lan", "lånet", "fond", "gruvan", "forskare", "ide", "malA\u030a lån"):
        assert says(text, asked), asked
    for asked in ("for mat ion", "länd", "låx", "rening", "träning", "mat ost", "%", "()"):
        assert not says(text, asked), asked


def bare(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in letters if not unicodedata.category(c).startswith("M"))


def single_filters() -> Iterator[Filter]:
    """Return every filter with one choice, with and without what stands beside the core."""
    every = {**MULTIPLE, "places": (*groups(), *MUNICIPALITY_CODES)}
    for scope in Scope:
        yield Filter(scope=scope)
        for field, members in every.items():
            yield from (Filter(scope=scope, **{field: (member,)}) for member in members)
        texts = ("umea", "umeA\u030a", "Åsele skog", "xyzzy", ".*", "%")
        yield from (Filter(scope=scope, text=text) for text in texts)


def picked(members: tuple[Any, ...]) -> st.SearchStrategy[tuple[Any, ...]]:
    """Return nothing, which restricts nothing, or up to three of the members."""
    return st.just(()) | st.lists(st.sampled_from(members), max_size=3, unique=True).map(tuple)


filters = st.builds(
    Filter,
    **{field: picked(members) for field, members in MULTIPLE.items()},
    places=picked((*groups(), *MUNICIPALITY_CODES)),
    scope=st.sampled_from(Scope),
    text=st.sampled_from([*[""] * 7, "bio", "umea", "stod foretag", "VÄXA", "skog ide", "ö e"]),
)
dates = st.sampled_from([None, None, "1999", "2014-06", "2022-01-01", "2026-11", "2027"])
EDGES = "1998-12-31 1999-01-01 1999-12-31 2000-01-01 2014-05-31 2014-06-01 2014-06-30 2014-07-01"
EDGES += " 2021-12-31 2022-01-01 2022-01-02"
edges = st.sampled_from([date.fromisoformat(edge) for edge in EDGES.split()])
days = st.just(DAY) | edges | st.dates(date(1990, 1, 1), date(2030, 12, 31))
dated_offices = st.builds(
    make_office,
    code=st.sampled_from(MUNICIPALITY_CODES),
    id=factories.slugs(),
    valid_from=dates,
    valid_to=dates,
)
neighbours = st.just((factories.make_outside_office(),))


def lean_actors(*, outside: bool) -> st.SearchStrategy[Actor]:
    """Return actors that differ only in what a selection asks about."""
    return st.builds(
        make_actor,
        id=factories.slugs(),
        name=st.sampled_from(["Åbo råd", "Örn AB", "Idé & Co", "ÅÄÖ", "zeta"]),
        aliases=st.sampled_from([(), ("Eko",), ("Umeå-hjälpen", "É")]),
        scope=st.sampled_from(Scope),
        outside_county=st.just(outside),
        status=st.sampled_from(Status),
        valid_from=dates,
        valid_to=dates,
        strength_areas=factories.strength_areas(),
        offers=st.lists(factories.offers(), min_size=1, max_size=2).map(tuple),
        offices=neighbours if outside else factories.some(dated_offices, key="id"),
        service_area=factories.service_areas(),
    )


anybody = st.one_of(*(lean_actors(outside=outside) for outside in (False, False, True)))
registers = factories.some(anybody, key="id").map(
    lambda actors: factories.make_register().model_copy(update={"actors": actors})
)


RANKS = ["office", "serves", "remote", "outside", "unknown", "ended"]


def assert_ordered(matches: Matches) -> None:
    """By group, then by name; and whoever is on the map has an office."""
    order = [(RANKS.index(m.group.value), swedish_sort_key(m.actor.name)) for m in matches]
    assert order == sorted(order)
    assert all(match.offices for match in matches if match.group.value == "office")


@given(registers | st.builds(real_register), filters, days)
def test_selection_equals_the_slow_twin_on_any_register_and_the_real_one(
    register: Register, chosen: Filter, day: date
) -> None:
    selection = chosen_from(register, chosen, on=day)
    records = register.model_dump(mode="json")["actors"]
    assert found(selection) == twin(records, chosen, on=day)
    assert_ordered(selection)


EARLIER = (date(1999, 12, 31), date(2014, 6, 1), date(2022, 1, 1))
BROAD = (Filter(), WIDE, Filter(phases=(Phase.IDE,)), Filter(places=("2480",)))


def test_I6_the_real_register_is_selected_as_by_the_twin_and_drawn_as_listed() -> None:
    """With everything asked for, every single choice, and every name typed without accents."""
    everybody = [match.actor.id for match in chosen_from(real_register(), WIDE)]
    assert sorted(everybody) == sorted(record["id"] for record in raw_actors())
    names = (replace(WIDE, text=bare(record["name"])) for record in raw_actors())
    asked = product((*single_filters(), *names), [DAY])
    non_empty = 0
    for chosen, day in (*asked, *product(BROAD, (DAY, *EARLIER))):
        selection = chosen_from(real_register(), chosen, on=day)
        expected = twin(raw_actors(), chosen, on=day)
        assert found(selection) == expected, (chosen, day)
        assert_ordered(selection)
        non_empty += bool(expected)
    assert non_empty > 50, "combinations that select nothing prove nothing"


# Examples of what is rare at random: what an actor is like, what is chosen, and where it stands.

offer = factories.make_offer
modes, FOOD = factories.make_modes, StrengthArea.LIVSMEDEL
IDE, _, VAXA = Phase
TWO_OFFERS = {
    "offers": (
        offer(phases=(IDE,), delivery=modes(digital=Availability.NOT_OFFERED)),
        offer(
            service_type=ServiceType.FINANSIERING,
            phases=(),
            delivery=modes(office=Availability.NOT_OFFERED, phone=Availability.LIMITED),
        ),
    )
}
NO_AREAS = {"strength_areas": factories.make_strength().model_copy(update={"areas": ()})}
UNKNOWN_AREA = factories.make_service_area(ServiceScope.UNKNOWN)
MONEY, ADVICE = (ServiceType.FINANSIERING,), (ServiceType.RADGIVNING,)


@pytest.mark.parametrize(
    ("changes", "choices", "group"),
    [
        # phase, type and delivery must hold for one and the same offer; a limited one is no yes
        (TWO_OFFERS, {"phases": (IDE,), "service_types": ADVICE}, "office"),
        (TWO_OFFERS, {"phases": (VAXA,), "service_types": ADVICE}, None),
        (TWO_OFFERS, {"phases": (IDE,), "service_types": MONEY}, "unknown"),
        (TWO_OFFERS, {"delivery": (Delivery.OFFICE,), "service_types": MONEY}, None),
        (TWO_OFFERS, {"delivery": (Delivery.PHONE,)}, "unknown"),
        (TWO_OFFERS, {"delivery": (Delivery.PHONE, Delivery.OFFICE)}, "office"),
        (NO_AREAS, {"strength_areas": (FOOD,)}, "unknown"),
        ({}, {"places": ("2422",)}, "serves"),
        ({}, {"places": ("2422", "2480")}, "office"),
        ({"service_area": UNKNOWN_AREA}, {"places": ("2422",)}, "unknown"),
        ({"service_area": UNKNOWN_AREA}, {"places": ("2480",)}, "office"),
        ({"status": Status.ENDED}, {}, "ended"),
        ({"status": Status.ENDED, "valid_to": str(DAY.year)}, {}, "office"),
    ],
)
def test_an_actor_stands_where_the_rules_put_it(
    changes: dict[str, Any], choices: dict[str, Any], group: str | None
) -> None:
    register = factories.make_register(make_actor(**changes))
    matches = chosen_from(register, Filter(**choices))
    assert [match.group.value for match in matches] == ([group] if group else [])
