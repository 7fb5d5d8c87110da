"""The finder: what it finds for every place and need, and the laws its order keeps."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ris_map.finder.answer import BY_ROAD, Group, SupportAnswer, find_support, rank
from ris_map.finder.need import (
    STEMS,
    Caution,
    Limit,
    Need,
    Who,
    Why,
    guess_phase,
    named_by,
    named_in,
    start_of,
)
from ris_map.geography.divisions import MUNICIPALITY_CODES
from ris_map.register.model import Actor, Offer
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
from ris_map.travel.world import World, foundations
from ris_map.words import swedish_sort_key
from tests import factories as make

DATA = Path(__file__).resolve().parents[2] / "data"
DAY = date(2026, 11, 23)
VILHELMINA, UMEA, LYCKSELE = "2462", "2480", "2481"


real_world = make.real_world


def world_with(*actors: Actor) -> World:
    register = make.make_register().model_copy(update={"actors": actors})
    return World(foundations=foundations(DATA), register=register, on=DAY)


def find(*actors: Actor, **need: object) -> SupportAnswer:
    return find_support(world_with(*actors), Need(**({"place": UMEA} | need)))  # type: ignore[arg-type]


def ids(answer: SupportAnswer, group: Group | None = None) -> list[str]:
    found = answer.entries if group is None else answer.group(group)
    return [entry.actor.id for entry in found]


def municipal(code: str = UMEA, **changes: object) -> Actor:
    values = {
        "id": f"kommun-{code}",
        "name": f"Kommun {code}",
        "scope": Scope.ADJACENT,
        "municipal": True,
        "offices": (make.make_office(code=code),),
        "service_area": make.make_service_area(ServiceScope.MUNICIPALITIES, municipalities=[code]),
    }
    return make.make_actor(**(values | changes))


def remote_only(**modes: Availability) -> tuple[Offer, ...]:
    offered = {"office": Availability.NOT_OFFERED} | modes
    return (make.make_offer(delivery=make.make_modes(**offered)),)


def test_every_settlement_is_a_start_and_only_the_island_has_no_road() -> None:
    world = world_with(make.make_actor())
    unreached = set[str]()
    for locality in world.foundations.geography.localities:
        answer = find_support(world, Need(place=locality.id, phase=Phase.IDE))
        assert answer.start is not None
        assert answer.start.locality is locality
        (entry,) = answer.entries
        unreached |= set() if entry.is_reached else {locality.id}
    assert unreached == {"holmon"}


# ---- I3: groups and their order


def test_i3_offices_are_in_order_of_minutes_and_nothing_else_is_among_them() -> None:
    """I3: distance orders offices only; digital and visits stand in groups of their own."""
    for place in (VILHELMINA, UMEA, "saxnas", LYCKSELE):
        answer = find_support(real_world(), Need(place=place))
        for group in BY_ROAD:
            entries = answer.group(group)
            minutes = [entry.minutes for entry in entries]
            assert None not in minutes
            assert minutes == sorted(minutes)  # type: ignore[type-var]
            assert all(entry.way is Delivery.OFFICE for entry in entries)
        assert all(e.way is Delivery.VISIT for e in answer.group(Group.VISIT))
        assert all(
            e.way in {Delivery.DIGITAL, Delivery.PHONE} and e.minutes is None
            for e in answer.group(Group.DIGITAL)
        )


def test_the_limit_is_inclusive(monkeypatch: pytest.MonkeyPatch) -> None:
    actor = make.make_actor(offices=(make.make_office(code=LYCKSELE),))
    minutes = find(actor, place=UMEA, limit=Limit.ANY).entries[0].minutes
    assert minutes is not None
    for limit, group in ((minutes, Group.NEAR), (minutes - 1e-6, Group.FAR)):
        monkeypatch.setattr(Need, "max_minutes", limit)
        assert find(actor, place=UMEA).entries[0].group is group
    monkeypatch.undo()
    assert find(actor, place=UMEA, limit=Limit.ANY).entries[0].group is Group.NEAR


def test_a_doubtful_actor_is_never_the_first_choice() -> None:
    doubtful = make.make_actor(id="aaa", name="Aaa", status=Status.UNKNOWN)
    sure = make.make_actor(id="bbb", name="Bbb", offices=(make.make_office(code="2482"),))
    answer = find(doubtful, sure)
    assert ids(answer) == ["bbb", "aaa"]
    assert answer.entries[1].group is Group.DOUBTFUL
    assert Caution.DOUBTFUL in answer.entries[1].cautions
    assert answer.nearest is not None
    assert answer.nearest.actor.id == "bbb"


def test_ended_and_planned_actors_are_not_found() -> None:
    ended = make.make_actor(id="a", status=Status.ENDED, valid_to="2025")
    planned = make.make_actor(id="b", status=Status.PLANNED)
    closed = make.make_actor(id="c", offices=(make.make_office(valid_to="2025"),))
    answer = find(ended, planned, closed)
    assert ids(answer) == ["c"]
    assert answer.entries[0].group is Group.REMOTE


def test_an_office_whose_service_area_leaves_the_place_out_is_not_shown() -> None:
    elsewhere = make.make_service_area(ServiceScope.MUNICIPALITIES, municipalities=["2482"])
    assert not find(make.make_actor(service_area=elsewhere)).entries


def test_an_unknown_service_area_is_flagged_except_at_home() -> None:
    unknown = make.make_service_area(ServiceScope.UNKNOWN)
    here = make.make_actor(id="a", service_area=unknown)
    there = make.make_actor(id="b", service_area=unknown, offices=(make.make_office(code="2460"),))
    answer = find(here, there)
    assert ids(answer, Group.NEAR) == ["a"]
    assert ids(answer, Group.MAYBE_NEAR) == ["b"]
    assert answer.group(Group.MAYBE_NEAR)[0].cautions == (Caution.SERVICE_AREA_UNKNOWN,)
    assert any(reason.why is Why.STANDS_HERE for reason in answer.entries[0].reasons)


def test_events_and_tools_are_no_digital_help() -> None:
    offers = remote_only(digital=Availability.LIMITED)
    answer = find(make.make_actor(offers=offers, offices=()))
    assert not answer.group(Group.DIGITAL)
    assert ids(answer, Group.REMOTE) == ["exempel-aktor"]


def test_an_actor_stands_once_in_each_group_it_belongs_to() -> None:
    offers = (
        make.make_offer(
            delivery=make.make_modes(digital=Availability.OFFERED, phone=Availability.OFFERED)
        ),
    )
    answer = find(make.make_actor(offers=offers))
    assert [entry.group for entry in answer.entries] == [Group.NEAR, Group.DIGITAL]
    for code in (VILHELMINA, UMEA):
        seen = [(e.actor.id, e.group) for e in find_support(real_world(), Need(place=code)).entries]
        assert len(seen) == len(set(seen))


def test_digital_first_moves_one_group_and_changes_nothing_else() -> None:
    need = Need(place=VILHELMINA, phase=Phase.IDE)
    plain = find_support(real_world(), need)
    first = find_support(real_world(), Need(place=VILHELMINA, phase=Phase.IDE, digital_first=True))
    assert first.groups[0] is Group.DIGITAL
    assert [g for g in first.groups if g is not Group.DIGITAL] == [
        g for g in plain.groups if g is not Group.DIGITAL
    ]
    assert {(e.actor.id, e.group) for e in first.entries} == {
        (e.actor.id, e.group) for e in plain.entries
    }


def test_the_municipality_is_the_first_contact_when_nothing_of_the_core_is_near() -> None:
    far = make.make_actor(offices=(make.make_office(code="2482"),))
    answer = find(far, municipal())
    assert answer.groups[0] is Group.LOCAL
    assert answer.entries[0].reasons[0].why is Why.FIRST_CONTACT
    assert answer.contact is not None
    assert answer.contact.actor.municipal
    near = find(make.make_actor(), municipal())
    assert not near.group(Group.LOCAL)
    assert ids(near, Group.ADJACENT) == ["kommun-2480"]


def test_neighbours_stand_apart_and_their_own_county_does_not_hide_them() -> None:
    neighbour = make.make_actor(
        id="granne",
        outside_county=True,
        offices=(make.make_outside_office(),),
        service_area=make.make_service_area(ServiceScope.OTHER_COUNTY),
    )
    answer = find(neighbour, make.make_actor(offices=(make.make_office(code="2482"),)))
    assert answer.groups[-1] is Group.OUTSIDE
    assert answer.entries[-1].minutes is not None
    assert answer.nearest is not None
    assert answer.nearest.actor.id != "granne"


# ---- what counts as an answer to a need


def test_who_both_funds_and_advises_answers_money_and_advice() -> None:
    both = make.make_actor(
        offers=(make.make_offer(service_type=ServiceType.FINANSIERING_RADGIVNING),)
    )
    for kind in (ServiceType.FINANSIERING, ServiceType.RADGIVNING):
        answer = find(both, service_types=(kind,))
        assert ids(answer) == ["exempel-aktor"]
        assert any(reason.why is Why.GIVES_ALSO for reason in answer.entries[0].reasons)
    only_advice = find(make.make_actor(), service_types=(ServiceType.FINANSIERING_RADGIVNING,))
    assert not only_advice.entries


def test_phase_and_type_must_belong_to_one_offer() -> None:
    offers = (
        make.make_offer(service_type=ServiceType.RADGIVNING, phases=(Phase.IDE,)),
        make.make_offer(service_type=ServiceType.FINANSIERING, phases=(Phase.VAXA,)),
    )
    answer = find(
        make.make_actor(offers=offers),
        phase=Phase.IDE,
        service_types=(ServiceType.FINANSIERING,),
    )
    assert not answer.entries


def test_who_marks_and_never_removes() -> None:
    plain = find_support(real_world(), Need(place=UMEA))
    for who in Who:
        marked = find_support(real_world(), Need(place=UMEA, who=who))
        assert {(e.actor.id, e.group) for e in marked.entries} == {
            (e.actor.id, e.group) for e in plain.entries
        }
        named = {e.actor.id for e in marked.entries if any(r.why is Why.WHO for r in e.reasons)}
        assert named == {e.actor.id for e in marked.entries if who in named_by(e.actor)}
        assert named, who


@pytest.mark.parametrize(
    ("summary", "expected"),
    [
        ("Forskare och studenter vid SLU", (Who.RESEARCHER, Who.STUDENT)),
        ("Samiska företagare, särskilt kvinnor", (Who.COMPANY, Who.SAMI)),
        ("Föreningar på landsbygden", (Who.ASSOCIATION,)),
        ("Samhällsentreprenörer", (Who.ASSOCIATION,)),
        ("Den som vill samverka i samhället", ()),
        ("Kvinnor som söker saminvesterat kapital", ()),
    ],
)
def test_the_rule_of_words(summary: str, expected: tuple[Who, ...]) -> None:
    assert named_in(summary) == expected


def test_every_group_of_people_has_stems() -> None:
    assert set(STEMS) == set(Who)


def test_the_next_phase_and_who_takes_over() -> None:
    answer = find_support(real_world(), Need(place=VILHELMINA, phase=Phase.IDE))
    assert answer.next_phase is Phase.UTVECKLING
    assert 1 <= len(answer.onward) <= 3
    assert all(
        any(Phase.UTVECKLING in offer.phases for offer in entry.offers) for entry in answer.onward
    )
    last = find_support(real_world(), Need(place=VILHELMINA, phase=Phase.VAXA))
    assert last.next_phase is None
    assert last.onward == ()


def test_without_a_place_only_help_at_a_distance_is_shown() -> None:
    answer = find_support(real_world(), Need(place=None, phase=Phase.IDE))
    assert answer.start is None
    assert answer.entries
    assert all(entry.office is None for entry in answer.entries)
    assert find_support(real_world(), Need(place="finns-inte")).start is None


def test_a_municipality_means_its_seat() -> None:
    geography = real_world().foundations.geography
    for code in MUNICIPALITY_CODES:
        start = start_of(geography, code)
        assert start is not None
        assert start.locality.is_seat
        assert start.is_municipality
        again = start_of(geography, start.locality.id)
        assert again is not None
        assert again.locality == start.locality


def test_an_office_beyond_every_road_is_said_not_dropped() -> None:
    island = make.make_outside_office(lat=66.5, lon=9.0)
    neighbour = make.make_actor(outside_county=True, offices=(island,))
    (entry,) = find(neighbour).entries
    assert entry.minutes == math.inf
    assert Caution.NO_ROAD in entry.cautions


@pytest.mark.parametrize(
    ("answers", "phase"),
    [
        ((None, None, None), None),
        ((False, None, None), None),
        ((False, None, False), Phase.IDE),
        ((False, None, True), Phase.UTVECKLING),
        ((True, None, None), None),
        ((True, False, None), Phase.UTVECKLING),
        ((True, True, None), Phase.VAXA),
        ((True, True, False), Phase.VAXA),
    ],
)
def test_the_short_questions_lead_to_a_phase(
    answers: tuple[bool | None, ...], phase: Phase | None
) -> None:
    company, users, building = answers
    assert guess_phase(has_company=company, has_users=users, is_building=building) is phase


# ---- laws of the order


needs = st.builds(
    Need,
    place=st.sampled_from([*MUNICIPALITY_CODES, "saxnas", "hemavan", None]),
    phase=st.none() | st.sampled_from(Phase),
    service_types=st.sets(st.sampled_from(ServiceType), max_size=2).map(
        lambda chosen: tuple(kind for kind in ServiceType if kind in chosen)
    ),
    strength_area=st.none() | st.sampled_from(STRENGTH_AREAS),
    who=st.none() | st.sampled_from(Who),
    digital_first=st.booleans(),
    limit=st.sampled_from(Limit),
    winter=st.booleans(),
)


@st.composite
def helpers(draw: st.DrawFn, *, actor_id: str = "aa") -> Actor:
    """Return actors that differ in what the finder looks at: it does not read the other texts."""
    codes = draw(st.lists(st.sampled_from(MUNICIPALITY_CODES), max_size=3, unique=True))
    status, is_municipal = draw(st.sampled_from(Status)), draw(st.booleans())
    offers = draw(
        st.lists(make.offers(), min_size=1, max_size=3, unique_by=lambda o: o.service_type)
    )
    return make.make_actor(
        id=actor_id,
        name=draw(st.sampled_from(["Ärlan", "Ängen", "ängen", "Ås", "As", "Östra", "Zeta"])),
        scope=Scope.ADJACENT if is_municipal else draw(st.sampled_from(Scope)),
        municipal=is_municipal,
        status=status,
        valid_to="2025" if status is Status.ENDED else None,
        summary=draw(st.sampled_from([make.text(), make.text("Samiska företagare och studenter")])),
        homepage=draw(st.sampled_from([None, "https://example.org"])),
        strength_areas=draw(make.strength_areas()),
        offers=tuple(offers),
        offices=tuple(make.make_office(code=code) for code in codes),
        service_area=draw(make.service_areas()),
    )


several = st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=4, unique=True).flatmap(
    lambda ids: st.tuples(*(helpers(actor_id=one) for one in ids))
)


@given(several, needs, st.randoms(use_true_random=False))
def test_the_order_follows_from_the_rule_alone(
    actors: tuple[Actor, ...], need: Need, random: Random
) -> None:
    """Not from the order of the file; ties by name in Swedish; a wider limit brings nearer."""
    shuffled = list(actors)
    random.shuffle(shuffled)
    world = world_with(*actors)
    one, two = (find_support(each, need) for each in (world, world_with(*shuffled)))
    assert [(e.actor.id, e.group, e.way) for e in one.entries] == [
        (e.actor.id, e.group, e.way) for e in two.entries
    ]
    assert [e and e.actor.id for e in (one.nearest, *one.onward)] == [
        e and e.actor.id for e in (two.nearest, *two.onward)
    ]
    keys = [rank(entry, need=need) for entry in one.entries]
    assert keys == sorted(keys)
    for first, second in pairwise(one.entries):
        if rank(first, need=need)[:5] == rank(second, need=need)[:5]:
            assert swedish_sort_key(first.actor.name) <= swedish_sort_key(second.actor.name)
    answers = (find_support(world, need.model_copy(update={"limit": limit})) for limit in Limit)
    near = [
        {e.actor.id for e in answer.entries if e.group in {Group.NEAR, Group.MAYBE_NEAR}}
        for answer in answers
    ]
    assert all(small <= large for small, large in pairwise(near))


@given(several, needs)
def test_a_matching_tag_never_removes_anybody(actors: tuple[Actor, ...], need: Need) -> None:
    """Adding what was asked for to one actor's offers leaves everybody in the answer."""
    actor, *others = actors
    phases = tuple(
        phase
        for phase in Phase
        if any(phase in (*offer.phases, *need.phases) for offer in actor.offers)
    )
    # a phase that is known may replace one that is not: only offers with a known phase get more
    offers = tuple(
        offer.model_copy(update={"phases": phases}) if offer.phases else offer
        for offer in actor.offers
    )
    areas = actor.strength_areas
    if areas.areas and need.strength_area and StrengthArea.ALL not in areas.areas:
        wider = tuple(dict.fromkeys((*areas.areas, need.strength_area)))
        areas = areas.model_copy(update={"areas": wider})
    richer = actor.model_copy(update={"offers": offers, "strength_areas": areas})
    before = {e.actor.id for e in find_support(world_with(*actors), need).entries}
    after = {e.actor.id for e in find_support(world_with(richer, *others), need).entries}
    assert before <= after


@given(helpers(actor_id="dd"), several, needs, st.permutations(MUNICIPALITY_CODES))
def test_nearer_is_never_worse(
    actor: Actor, others: tuple[Actor, ...], need: Need, codes: Sequence[str]
) -> None:
    """Moving an actor's only office to a place that is nearer never puts the actor further down."""
    county = make.make_service_area(ServiceScope.COUNTY)
    rest = tuple(a for a in others if a.id != "dd")
    found: list[tuple[float, int]] = []
    for code in codes[:2]:
        moved = actor.model_copy(
            update={"offices": (make.make_office(code=code),), "service_area": county}
        )
        entries = find_support(world_with(moved, *rest), need).entries
        places = [i for i, entry in enumerate(entries) if entry.actor.id == "dd"]
        minutes = [e.minutes for e in entries if e.actor.id == "dd" and e.minutes is not None]
        if not places or not minutes:
            return
        found.append((minutes[0], places[0]))
    found.sort()
    (nearer, first), (further, second) = found
    if nearer < further:
        assert first <= second


def test_I3_who_names_the_area_comes_before_who_is_open_to_all() -> None:
    """Food in Vilhelmina: first the municipality's own office, then who works with food."""
    need = Need(place=VILHELMINA, phase=Phase.IDE, strength_area=StrengthArea.LIVSMEDEL)
    entries = find_support(real_world(), need).entries
    first = [entry for entry in entries if entry.group is not Group.LOCAL]
    assert entries[0].group is Group.LOCAL
    is_own = [entry.is_of_area for entry in first]
    assert any(is_own)
    assert is_own == sorted(is_own, reverse=True)
