"""The finder: what it finds for every place and need, and the laws its order keeps."""

from collections.abc import Sequence
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ris_map.finder.answer import BY_ROAD, Group, SupportAnswer, find_support, rank
from ris_map.finder.need import GROUPS, Limit, Need, Who, Why, all_starts, guess_phase
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
from tests import factories as make

VILHELMINA, UMEA, LYCKSELE = "2462", "2480", "2481"


def world_with(*actors: Actor) -> World:
    register = make.make_register().model_copy(update={"actors": actors})
    return World(foundations=foundations(make.DATA), register=register, on=make.DAY)


def find(*actors: Actor, **need: object) -> SupportAnswer:
    return find_support(world_with(*actors), Need(**({"place": UMEA} | need)))  # type: ignore[arg-type]


def test_every_place_is_a_start_and_only_the_island_has_no_road() -> None:
    offices = tuple(make.make_office(code=code) for code in ("2401", UMEA))
    world, unreached = world_with(make.make_actor(offices=offices)), set[tuple[str, str]]()
    geography = world.foundations.geography
    for locality in geography.localities:
        answer = find_support(world, Need(place=locality.id, phase=Phase.IDE))
        assert answer.start.locality is locality
        (entry,) = answer.entries
        unreached |= set() if entry.is_reached else {(locality.id, entry.office.municipality)}
    assert unreached == {("holmon", UMEA)}
    for code in MUNICIPALITY_CODES:
        start = all_starts(geography)[code]
        assert start.is_municipality
        assert start.locality.is_seat
        assert start.code == code
    assert find(place="finns-inte").start is None


def test_i3_offices_are_in_order_of_minutes_and_nothing_else_is_among_them() -> None:
    """I3: distance orders offices only; digital and visits stand in groups of their own."""
    ways = {group: {Delivery.OFFICE} for group in BY_ROAD}
    ways |= {Group.VISIT: {Delivery.VISIT}, Group.DIGITAL: {Delivery.DIGITAL, Delivery.PHONE}}
    for place in (VILHELMINA, UMEA, "saxnas", LYCKSELE):
        answer = find_support(make.real_world(), Need(place=place))
        for group, allowed in ways.items():
            entries = answer.group(group)
            assert {entry.way for entry in entries} <= allowed
            minutes = [entry.minutes for entry in entries]
            assert group not in BY_ROAD or minutes == sorted(minutes)
        assert all(entry.office is None for entry in answer.group(Group.DIGITAL))


def test_the_limit_is_inclusive(monkeypatch: pytest.MonkeyPatch) -> None:
    actor = make.make_actor(offices=(make.make_office(code=LYCKSELE),))
    minutes = find(actor, place=UMEA, limit=Limit.ANY).entries[0].minutes
    for limit, group in ((minutes, Group.NEAR), (minutes - 1e-6, Group.FAR)):
        monkeypatch.setattr(Need, "max_minutes", limit)
        assert find(actor, place=UMEA).entries[0].group is group
    monkeypatch.undo()
    assert find(actor, place=UMEA, limit=Limit.ANY).entries[0].group is Group.NEAR


def office(code: str, **changes: object) -> dict[str, object]:
    return {"offices": (make.make_office(code=code, **changes),)}


def at_a_distance(*, digital: Availability, **changes: object) -> tuple[Offer, ...]:
    modes = make.make_modes(office=Availability.NOT_OFFERED, digital=digital)
    return (make.make_offer(delivery=modes, **changes),)


UNKNOWN = {"service_area": make.make_service_area(ServiceScope.UNKNOWN)}
ELSEWHERE = make.make_service_area(ServiceScope.MUNICIPALITIES, municipalities=["2482"])
OFFERED, LIMITED = Availability.OFFERED, Availability.LIMITED
EVERY_WAY = make.make_offer(delivery=make.make_modes(digital=OFFERED, phone=OFFERED))
MONEY, ADVICE = ServiceType.FINANSIERING, ServiceType.RADGIVNING
BOTH = {"offers": (make.make_offer(service_type=ServiceType.FINANSIERING_RADGIVNING),)}
GROWING = make.make_offer(service_type=MONEY, phases=(Phase.VAXA,))
NEIGHBOUR = {
    "outside_county": True,
    "service_area": make.make_service_area(ServiceScope.OTHER_COUNTY),
}
BEYOND = NEIGHBOUR | {"offices": (make.make_outside_office(lat=66.5, lon=9.0),)}
ABROAD = NEIGHBOUR | {"offices": (make.make_outside_office(),)}
WIDER = {"scope": Scope.ADJACENT}
MUNICIPAL = WIDER | {
    "municipal": True,
    "service_area": make.make_service_area(ServiceScope.MUNICIPALITIES, municipalities=[UMEA]),
}
HALVES = {"offers": (make.make_offer(), GROWING)}
ONLINE_LATER = {
    "offers": (
        *at_a_distance(digital=LIMITED),
        *at_a_distance(service_type=MONEY, phases=(Phase.VAXA,), digital=OFFERED),
    ),
    "offices": (),
}
FAR = office("2482")


@pytest.mark.parametrize(
    ("actors", "need", "found"),
    [
        # who may have ended is never the first choice
        ([{"status": Status.UNKNOWN}, FAR], {}, ["b far", "a doubtful doubtful"]),
        ([{"status": Status.ENDED, "valid_to": "2025"}], {}, []),
        ([{"status": Status.PLANNED}], {}, []),
        ([office(UMEA, valid_to="2025")], {}, ["a remote mode-unknown"]),
        ([{"service_area": ELSEWHERE}], {}, []),
        # an unknown service area is flagged, except at home
        ([UNKNOWN], {}, ["a near stands-here"]),
        ([UNKNOWN | office("2460")], {}, ["a maybe-near service-area-unknown nearest"]),
        ([UNKNOWN | office("2460"), FAR], {}, ["a maybe-near", "b far nearest"]),
        # events and tools are no digital help
        ([{"offers": at_a_distance(digital=LIMITED), "offices": ()}], {}, ["a remote"]),
        ([ONLINE_LATER], {"phase": Phase.IDE}, ["a remote"]),
        ([ONLINE_LATER], {"phase": Phase.VAXA}, ["a digital"]),
        ([{"offers": (EVERY_WAY,)}], {}, ["a near", "a digital"]),  # once in each group
        # the municipality is the first contact when nothing of the core is near
        ([FAR, MUNICIPAL], {}, ["b local first-contact", "a far"]),
        ([{}, MUNICIPAL], {}, ["a near", "b adjacent"]),
        ([FAR, MUNICIPAL | {"valid_from": "2099"}], {}, ["a far"]),  # not there yet
        ([FAR, WIDER | office("2460")], {}, ["b local-adjacent", "a far"]),
        ([FAR, WIDER | UNKNOWN | office("2460")], {}, ["a far", "b adjacent"]),
        # neighbours stand apart, and their own county does not hide them
        ([ABROAD, FAR], {}, ["b far", "a outside outside"]),
        ([BEYOND], {}, ["a outside no-road"]),  # said, not dropped
        # who both funds and advises answers money and advice; who advises does not fund
        ([BOTH], {"service_types": (MONEY,)}, ["a near gives-also"]),
        ([BOTH], {"service_types": (ADVICE,)}, ["a near gives-also"]),
        ([{}], {"service_types": (ServiceType.FINANSIERING_RADGIVNING,)}, []),
        # phase and type must belong to one offer
        ([HALVES], {"phase": Phase.IDE, "service_types": (MONEY,)}, []),
        ([HALVES], {"phase": Phase.VAXA, "service_types": (MONEY,)}, ["a near"]),
    ],
)
def test_I3_who_is_found_in_which_group_and_why(actors, need, found: list[str]) -> None:
    """Seen from Umeå: id, group, and what must be among the reasons and cautions given."""
    answer = find(
        *(make.make_actor(**({"id": i} | values)) for i, values in zip("ab", actors, strict=False)),
        **need,
    )
    assert [f"{e.actor.id} {e.group}" for e in answer.entries] == [
        " ".join(line.split()[:2]) for line in found
    ]
    for entry, line in zip(answer.entries, found, strict=True):
        given = {*(reason.why.value for reason in entry.reasons), *entry.cautions}
        given |= {"nearest"} if entry == answer.nearest else set()
        assert set(line.split()[2:]) <= given
    if answer.group(Group.LOCAL):
        assert answer.contact == answer.entries[0]


def marked(answer: SupportAnswer) -> list[tuple[str, Group]]:
    return [(entry.actor.id, entry.group) for entry in answer.entries]


def test_digital_first_and_who_one_is_change_the_order_and_never_the_list() -> None:
    world = make.real_world()
    plain = find_support(world, Need(place=UMEA))
    first = find_support(world, Need(place=UMEA, digital_first=True))
    # before the municipality too, which is the first contact there
    at_vilhelmina = find_support(world, Need(place=VILHELMINA, digital_first=True)).entries
    assert first.entries[0].group is at_vilhelmina[0].group is Group.DIGITAL
    rest = [one for one in marked(plain) if Group.DIGITAL not in one]
    assert [one for one in marked(first) if Group.DIGITAL not in one] == rest
    assert {*marked(first)} == {*marked(plain)}
    for who in Who:
        found = find_support(world, Need(place=UMEA, who=who))
        assert {*marked(found)} == {*marked(plain)}
        for entry in found.entries:
            named = [{*reason.terms} for reason in entry.reasons if reason.why is Why.WHO]
            wanted = GROUPS[who] & {*entry.actor.target_groups}
            assert named == ([wanted] if wanted else [])
        assert any(GROUPS[who] & {*entry.actor.target_groups} for entry in plain.entries)
        near = [e for e in found.group(Group.NEAR) if e.minutes < 5]  # all said "i orten"
        groups = [{*entry.actor.target_groups} for entry in near]
        order = [0 if GROUPS[who] & named else 2 if named else 1 for named in groups]
        assert order == sorted(order)
    # SLU Holding has the area as its own, for researchers and students
    food = Need(place=UMEA, strength_area=StrengthArea.LIVSMEDEL)
    for who, is_first in ((None, True), (Who.RESEARCHER, True), (Who.COMPANY, False)):
        entries = find_support(world, food.model_copy(update={"who": who})).entries
        assert (entries[0].actor.id == "slu-holding-umea") is is_first


def test_the_next_phase_and_who_takes_over() -> None:
    answer = find_support(make.real_world(), Need(place=VILHELMINA, phase=Phase.IDE))
    assert answer.next_phase is Phase.UTVECKLING
    assert 1 <= len(answer.onward) <= 3
    for entry in answer.onward:
        assert any(Phase.UTVECKLING in offer.phases for offer in entry.offers)
    last = find_support(make.real_world(), Need(place=VILHELMINA, phase=Phase.VAXA))
    assert (last.next_phase, last.onward) == (None, ())


@pytest.mark.parametrize(
    ("answers", "phase"),
    [
        ((None, None), None),
        ((False, None), None),
        ((False, False), Phase.IDE),
        ((False, True), Phase.UTVECKLING),
        ((True, None), None),
        ((True, False), Phase.UTVECKLING),
        ((True, True), Phase.VAXA),
    ],
)
def test_the_short_questions_lead_to_a_phase(
    answers: tuple[bool | None, bool | None], phase: Phase | None
) -> None:
    assert guess_phase(*answers) is phase


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
        offers=tuple(draw(st.lists(make.offers(), min_size=1, max_size=3))),
        offices=tuple(make.make_office(code=code) for code in codes),
        service_area=draw(make.service_areas()),
    )


KEYS = {"plats", "fas", "stod", "omrade", "vem", "digitalt", "grans", "vinter"}
CONTEXT = {"places": all_starts(make.real_world().foundations.geography).keys()}


@given(needs)
def test_I5_every_need_survives_the_address(need: Need) -> None:
    assert need.query().keys() <= KEYS
    assert Need.read(need.query(), context=CONTEXT) == (need, ())


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
    offices = [e for e in one.entries if e.group in {Group.FAR, Group.MAYBE_NEAR} and e.is_reached]
    assert (one.nearest is None) == (one.is_near or not offices)
    if one.nearest:
        sure = [entry for entry in offices if entry.is_sure] or offices
        assert one.nearest.minutes == min(entry.minutes for entry in sure)
    if need.place is None:  # only help at a distance
        assert one.start is None
        assert all(entry.office is None for entry in one.entries)
    keys = [rank(entry, need=need) for entry in one.entries]
    assert keys == sorted(keys)
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
        minutes = [e.minutes for e in entries if e.actor.id == "dd" and e.office is not None]
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
    entries = find_support(make.released(), need).entries
    first = [entry for entry in entries if entry.group is not Group.LOCAL]
    assert entries[0].group is Group.LOCAL
    is_own = [entry.is_of_area for entry in first]
    assert any(is_own)
    assert is_own == sorted(is_own, reverse=True)
