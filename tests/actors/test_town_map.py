"""The map: bubbles that count right, rings that add up, a script that changes when it must."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import date
from functools import cache
from itertools import pairwise
from math import atan2, pi
from pathlib import Path
from typing import Any

import folium
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from ris_map.actors.town_map import (
    PHASE_COLOURS,
    Town,
    bubble_diameter_px,
    bubbles,
    ring,
    town_label,
    towns,
)
from ris_map.geography.codes import MUNICIPALITY_CODES
from ris_map.geography.county import Geography, load_geography
from ris_map.register.filters import Filter
from ris_map.register.in_words import place_id
from ris_map.register.model import Register
from ris_map.register.reading import load_register
from ris_map.register.selection import Group, Match, select
from ris_map.register.vocabulary import STRENGTH_AREAS, Delivery, Phase, Scope, ServiceType
from ris_map.web.map import COUNTY_BOUNDS, base_map
from ris_map.words import swedish_sort_key, translator
from ris_map.words.language import Language
from tests import factories

DATA = Path(__file__).resolve().parents[2] / "data"
DAY = date(2026, 11, 23)
LANGUAGES = list(Language)
Place = tuple[str, str]


@cache
def real_register() -> Register:
    return load_register(DATA / "actors.yaml", today=DAY)


@cache
def geography() -> Geography:
    return load_geography(DATA)


@cache
def real_records() -> list[dict[str, Any]]:
    text = (DATA / "actors.yaml").read_text(encoding="utf-8")
    return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))["actors"]


def towns_of(chosen: Filter) -> tuple[Town, ...]:
    selection = select(real_register(), chosen, groups={}, on=DAY)
    return towns(selection.on_map, localities=geography().localities)


def counted(keeps: Callable[[dict[str, Any]], bool], *, code: str = "") -> dict[Place, set[str]]:
    """Return the ids of actors per town, in a few lines straight from YAML."""
    day, found = DAY.isoformat(), {}

    def holds(thing: dict[str, Any]) -> bool:
        start, end = thing["valid_from"] or "0", thing["valid_to"] or "9"
        return start <= day[: len(start)] and day[: len(end)] <= end

    for actor in real_records():
        if actor["status"] in {"planned", "ended"} or not holds(actor) or not keeps(actor):
            continue
        for office in actor["offices"]:
            if office["municipality"] and holds(office) and code in office["municipality"]:
                place = (office["municipality"], office["town"])
                found.setdefault(place, set()).add(actor["id"])
    return found


def shown(found: tuple[Town, ...]) -> dict[Place, set[str]]:
    names = {town.id: town.name for town in found}
    return {(key[:4], names[key]): {a.id for a in t.actors} for key, t in by_id(found).items()}


def by_id(found: tuple[Town, ...]) -> dict[str, Town]:
    indexed = {town.id: town for town in found}
    assert len(indexed) == len(found), "two towns with one id"
    return indexed


def core(actor: dict[str, Any]) -> bool:
    return actor["scope"] == "core" and not actor["outside_county"]


def script(found: tuple[Town, ...], language: Language = Language.SV) -> str:
    """Return the script that draws the bubbles, as the map component gets it."""
    made = folium.Map(tiles=None)
    group = bubbles(found, tr=translator(language))
    group.add_to(made)
    text = made.get_root().render()
    return text[text.index("L.featureGroup") :]


def data_of(text: str) -> list[dict[str, Any]]:
    """Return the towns that a script hands to the browser."""
    start = text.index("[", text.index("risBubbles("))
    return json.JSONDecoder().raw_decode(text, start)[0]


def compared(text: str) -> str:
    """Return what the map component compares: it deletes what looks like a random name."""
    return re.sub(r"_[a-z0-9]+", "", text)


def single_filters() -> Iterator[Filter]:
    for scope in Scope:
        yield Filter(scope=scope)
        yield from (Filter(scope=scope, phases=(phase,)) for phase in Phase)
        yield from (Filter(scope=scope, service_types=(kind,)) for kind in ServiceType)
        yield from (Filter(scope=scope, strength_areas=(area,)) for area in STRENGTH_AREAS)
        yield from (Filter(scope=scope, delivery=(mode,)) for mode in Delivery)
        yield from (Filter(scope=scope, places=(code,)) for code in MUNICIPALITY_CODES)


# Counts.


def test_bubbles_count_what_the_file_says_for_the_whole_register() -> None:
    assert shown(towns_of(Filter(scope=Scope.ADJACENT))) == counted(
        lambda actor: not actor["outside_county"]
    )
    assert shown(towns_of(Filter())) == counted(core)


@pytest.mark.parametrize("phase", list(Phase))
def test_bubbles_count_what_the_file_says_for_each_phase(phase: Phase) -> None:
    def keeps(actor: dict[str, Any]) -> bool:
        return core(actor) and any(phase in offer["phases"] for offer in actor["offers"])

    assert shown(towns_of(Filter(phases=(phase,)))) == counted(keeps)


@pytest.mark.parametrize("kind", list(ServiceType))
def test_bubbles_count_what_the_file_says_for_each_service_type(kind: ServiceType) -> None:
    def keeps(actor: dict[str, Any]) -> bool:
        return core(actor) and any(offer["service_type"] == kind for offer in actor["offers"])

    assert shown(towns_of(Filter(service_types=(kind,)))) == counted(keeps)


@pytest.mark.parametrize("mode", list(Delivery))
def test_bubbles_count_what_the_file_says_for_each_delivery_mode(mode: Delivery) -> None:
    def keeps(actor: dict[str, Any]) -> bool:
        offers = actor["offers"]
        return core(actor) and any(offer["delivery"][mode] == "offered" for offer in offers)

    assert shown(towns_of(Filter(delivery=(mode,)))) == counted(keeps)


@pytest.mark.parametrize("code", MUNICIPALITY_CODES)
def test_bubbles_count_what_the_file_says_for_each_municipality(code: str) -> None:
    assert shown(towns_of(Filter(places=(code,)))) == counted(core, code=code)


def test_the_ring_counts_an_actor_once_for_each_of_its_phases() -> None:
    phases = {
        actor["id"]: {phase for offer in actor["offers"] for phase in offer["phases"]}
        for actor in real_records()
    }
    for town in towns_of(Filter(scope=Scope.ADJACENT)):
        expected = {phase: sum(phase in phases[a.id] for a in town.actors) for phase in Phase}
        assert town.phase_counts() == expected
        assert town.count == len({actor.id for actor in town.actors})


def match_of(*offices: Any, actor_id: str = "a") -> Match:
    actor = factories.make_actor(id=actor_id, name=actor_id, offices=offices)
    return Match(actor=actor, group=Group.OFFICE, offices=offices)


def test_an_actor_with_two_offices_in_a_town_counts_once() -> None:
    offices = (factories.make_office(id="k1"), factories.make_office(id="k2"))
    (town,) = towns([match_of(*offices)], localities=())
    assert town.count == 1


def test_there_is_one_town_per_municipality_and_name() -> None:
    for chosen in single_filters():
        found = towns_of(chosen)
        places = [(town.id[:4], town.name) for town in found]
        assert len(places) == len(set(places)) == len(by_id(found))
    same_name = (
        factories.make_office(code="2480", id="k1", town="Nyby"),
        factories.make_office(code="2482", id="k2", town="Nyby"),
    )
    found = towns([match_of(*same_name)], localities=())
    assert {town.id for town in found} == {"2480-nyby", "2482-nyby"}


# Where and in which order.


def test_a_town_stands_at_its_locality_or_in_the_middle_of_its_offices() -> None:
    known = geography().localities
    points = {(one.municipality_code, one.name): (one.lat, one.lon) for one in known}
    (south, west), (north, east) = COUNTY_BOUNDS
    for town in towns_of(Filter(scope=Scope.ADJACENT)):
        if (town.id[:4], town.name) in points:
            assert (town.lat, town.lon) == points[town.id[:4], town.name]
        assert south < town.lat < north
        assert west < town.lon < east
        assert geography().municipality_at(town.lat, town.lon) == town.id[:4]
    offices = (
        factories.make_office(id="k1", town="Ingenstans", lat=64.0, lon=20.0),
        factories.make_office(id="k2", town="Ingenstans", lat=65.0, lon=19.0),
    )
    (town,) = towns([match_of(*offices)], localities=geography().localities)
    assert (town.lat, town.lon) == (64.5, 19.5)


def test_towns_are_ordered_by_size_and_then_by_name() -> None:
    found = towns_of(Filter(scope=Scope.ADJACENT))
    assert len(found) > 10
    for before, after in pairwise(found):
        assert (-before.count, swedish_sort_key(before.name)) < (
            -after.count,
            swedish_sort_key(after.name),
        )
    for town in found:
        names = [swedish_sort_key(actor.name) for actor in town.actors]
        assert names == sorted(names)


def test_ids_are_ascii_with_hyphens_and_without_underscores() -> None:
    for town in towns_of(Filter(scope=Scope.ADJACENT)):
        assert re.fullmatch(r"24\d\d(-[a-z0-9]+)+", town.id), town.id
    assert all("_" not in actor.id for actor in real_register().actors)


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=30))
def test_any_name_of_a_town_gives_an_id_that_is_safe_in_markup_and_in_the_map_key(
    name: str,
) -> None:
    assert re.fullmatch(r"2480-[a-z0-9-]*", place_id("2480", name))


@pytest.mark.parametrize(
    ("name", "town_id"),
    [
        ("Umeå", "2480-umea"),
        ("Västra Örträsk", "2480-vastra-ortrask"),
        ("Holmsund-Obbola", "2480-holmsund-obbola"),
        ("ÅÄÖÉÜ", "2480-aaoeu"),
    ],
)
def test_ids_of_towns_are_stable(name: str, town_id: str) -> None:
    assert place_id("2480", name) == town_id


# Size and ring.


def test_a_larger_count_is_never_a_smaller_bubble_and_every_bubble_can_be_hit() -> None:
    sizes = [bubble_diameter_px(count) for count in range(1, 500)]
    assert sizes == sorted(sizes)
    assert sizes[0] >= 24
    assert sizes[-1] <= 80
    assert sizes[0] < sizes[10] < sizes[30]


def turns(path: str) -> tuple[float, float]:
    """Return start and length of an arc as shares of a whole turn, clockwise from the top."""
    number = r"(-?\d+(?:\.\d+)?)"
    start = re.match(rf"M{number} {number}A", path)
    arcs = re.findall(rf"A{number} {number} 0 ([01]) 1 {number} {number}", path)
    assert start is not None
    assert arcs
    x, y = float(start[1]), float(start[2])
    first = at = turn_of(x, y)
    length = 0.0
    for radius_x, radius_y, large, x, y in arcs:
        assert radius_x == radius_y
        end = turn_of(float(x), float(y))
        step = (end - at) % 1.0
        # "large" says which of the two ways round; half a turn is both
        assert abs(step - 0.5) < 0.01 or (step > 0.5) == (large == "1")
        length, at = length + step, end
    return first, length


def turn_of(x: str | float, y: str | float) -> float:
    return (atan2(float(x) - 50, 50 - float(y)) / (2 * pi)) % 1.0


phase_counts = st.tuples(*(st.integers(0, 40) for _ in Phase)).map(
    lambda counts: dict(zip(Phase, counts, strict=True))
)


@settings(deadline=None)
@given(phase_counts)
def test_arcs_of_a_ring_make_up_the_whole_ring_in_proportion(counts: dict[Phase, int]) -> None:
    arcs, total = ring(counts), sum(counts.values())
    present = [phase for phase in Phase if counts[phase]]
    assert [arc.colour for arc in arcs] == [PHASE_COLOURS[phase] for phase in present]
    if not total:
        return
    measured = [turns(arc.path) for arc in arcs]
    assert sum(length for _, length in measured) == pytest.approx(1, abs=0.005)
    at = 0.0
    for phase, (start, length) in zip(present, measured, strict=True):
        assert (start - at + 0.5) % 1.0 == pytest.approx(0.5, abs=0.003), "arcs join"
        assert length == pytest.approx(counts[phase] / total, abs=0.005)
        at += counts[phase] / total


@given(phase_counts)
def test_a_letter_stands_in_the_middle_of_its_arc(counts: dict[Phase, int]) -> None:
    for arc in ring(counts):
        start, length = turns(arc.path)
        middle = (turn_of(arc.x, arc.y) - start) % 1.0
        assert middle == pytest.approx(length / 2, abs=0.005)


def test_a_town_without_known_phases_has_a_bubble_without_a_ring() -> None:
    office = factories.make_office()
    actor = factories.make_actor(offers=(factories.make_offer(phases=()),))
    found = towns([Match(actor=actor, group=Group.OFFICE, offices=(office,))], localities=())
    assert ring(found[0].phase_counts()) == ()
    assert "ris-bubble" in script(found)


# The script.


def test_the_script_changes_whenever_the_bubbles_do() -> None:
    seen: dict[str, object] = {}
    for chosen in single_filters():
        found = towns_of(chosen)
        content = [(town.id, [actor.id for actor in town.actors]) for town in found]
        key = compared(script(found))
        assert seen.setdefault(key, content) == content, f"stale map after {chosen}"
    assert len(seen) > 20


def test_the_script_of_one_selection_is_the_same_at_every_rerun() -> None:
    found = towns_of(Filter())
    assert compared(script(found)) == compared(script(towns_of(Filter())))


def test_the_script_differs_when_a_single_id_does() -> None:
    one, other = (
        towns([match_of(factories.make_office(), actor_id=name)], localities=())
        for name in ("ide-a", "ide-b")
    )
    assert compared(script(one)) != compared(script(other))


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_empty_selection_is_an_empty_layer_not_none(language: Language) -> None:
    layer = bubbles((), tr=translator(language))
    assert isinstance(layer, folium.FeatureGroup)
    assert data_of(script((), language)) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_X5_every_bubble_has_a_name_that_says_its_numbers(language: Language) -> None:
    tr = translator(language)
    found = towns_of(Filter(scope=Scope.ADJACENT))
    titles = [town["title"] for town in data_of(script(found, language))]
    assert titles == [town_label(town, tr=tr) for town in found]
    for town, title in zip(found, titles, strict=True):
        counts = town.phase_counts()
        assert title == tr.plural(
            "map.town",
            town.count,
            town=town.name,
            **{phase.value: tr.number(counts[phase]) for phase in Phase},
        )
        assert town.name in title


def test_every_bubble_lists_its_actors_with_links_to_their_cards() -> None:
    found = towns_of(Filter(scope=Scope.ADJACENT))
    popups = "".join(town["popup"] for town in data_of(script(found)))
    links = re.findall(r'href="#a-([a-z0-9-]+)" data-actor="([a-z0-9-]+)"', popups)
    assert [a for a, _ in links] == [actor.id for town in found for actor in town.actors]
    assert all(one == other for one, other in links)


# The base.


def test_X1_the_base_map_asks_no_other_host() -> None:
    page = base_map().get_root().render()
    assert not re.search(r"""https?:|["'(]//""", page)
    assert "risBase(" in page


def test_the_base_map_is_the_same_at_every_rerun_and_never_shared() -> None:
    one, other = base_map(), base_map()
    assert one is not other
    assert compared(one.get_root().render()) == compared(other.get_root().render())
