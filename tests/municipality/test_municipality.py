"""One municipality's figures against the coverage library: every municipality, every cell (M2)."""

from __future__ import annotations

import gc
import math
import weakref
from dataclasses import replace
from datetime import date
from functools import cache

import numpy as np
import pytest

from ris_map.coverage.gaps import Chain, Gap, find_gaps, support_chains
from ris_map.coverage.support import SERVICE_TYPES, CubeChoice
from ris_map.coverage.ways import cell_evidence
from ris_map.geography.divisions import MUNICIPALITY_CODES
from ris_map.municipality.profile import (
    KINDS,
    ListKind,
    Profile,
    compared,
    profile,
)
from ris_map.register.checks import unconfirmed_since
from ris_map.register.vocabulary import Answer, Delivery, Scope
from tests import factories
from tests.factories import DAY, real_world

CHOICES = {
    CubeChoice(): MUNICIPALITY_CODES,
    CubeChoice(scope=Scope.ADJACENT): MUNICIPALITY_CODES,
    CubeChoice(threshold=30.0): MUNICIPALITY_CODES[::3],
    CubeChoice(threshold=120.0, scope=Scope.ADJACENT): MUNICIPALITY_CODES[1::3],
}
SORSELE, UMEA = "2422", "2480"


@pytest.fixture(
    scope="module",
    params=[(choice, code) for choice, codes in CHOICES.items() for code in codes],
    ids=lambda one: f"{one[0].threshold:.0f}-{one[0].scope}-{one[1]}",
)
def found(request: pytest.FixtureRequest) -> Profile:
    choice, code = request.param
    return profile(real_world(), code, choice)


@cache
def of_the_library(choice: CubeChoice) -> tuple[tuple[Gap, ...], tuple[Chain, ...]]:
    """Give what the coverage library finds for the whole county."""
    cube = profile(real_world(), SORSELE, choice).cube
    return find_gaps(cube).gaps, support_chains(cube)


def test_M2_the_lists_hold_the_evidence_of_every_cell(found: Profile) -> None:
    """Whoever helps at a distance, every office within reach of the seat, and nobody else."""
    for kind in KINDS:
        proof = cell_evidence(found.cube, code=found.code, phase=kind[0], service_type=kind[1])
        sure = {w.office_id or (w.mode, w.actor_id) for w in proof if w.answer is Answer.YES}
        far = {w.office_id for w in proof if w.minutes_from_seat > found.choice.threshold}
        ways = [way for part in found.lists for way in (*part.known, *part.uncertain)]
        listed = {w.office_id or (w.mode, w.actor_id) for w in ways if kind in w.kinds}
        assert sure - far <= listed <= sure
        maybe = {(w.mode, w.actor_id) for w in proof if w.answer is Answer.UNKNOWN}
        remote = {(w.mode, w.actor_id) for w in ways if kind in w.possible and not w.office_id}
        assert remote == {one for one in maybe if one[0] is not Delivery.OFFICE}


def test_M2_the_answers_of_the_cube_follow_from_the_lists(found: Profile) -> None:
    for kind in KINDS:
        cell = found.cube.cell(found.code, phase=kind[0], service_type=kind[1])
        here = [way for way in found.list_of(ListKind.HERE).known if kind in way.kinds]
        assert len(here) == cell.offices_on_site
        assert all(way.office_municipality == found.code for way in here)
        for name in (ListKind.VISIT, ListKind.DIGITAL, ListKind.PHONE):
            listed = found.list_of(name)
            ways = (*listed.known, *listed.uncertain)
            is_known = any(kind in way.kinds for way in listed.known)
            maybe = Answer.UNKNOWN if any(kind in way.possible for way in ways) else Answer.NO
            assert getattr(cell, name.value) is (Answer.YES if is_known else maybe)


def test_M2_cells_gaps_and_chain_are_the_librarys(found: Profile) -> None:
    cube = found.cube
    gaps, chains = of_the_library(found.choice)
    assert len(found.cells) == len(KINDS)
    assert {(c.phase, c.service_type) for c in found.cells} == set(KINDS)
    for cell in found.cells:
        assert cell == cube.cell(found.code, phase=cell.phase, service_type=cell.service_type)
    assert found.gaps == tuple(g.cell for g in gaps if g.cell.municipality_code == found.code)
    assert found.chain in chains
    assert found.chain.municipality_code == found.code


def test_every_settlement_has_a_row_and_the_seat_stands_first_with_the_cubes_minutes(
    found: Profile,
) -> None:
    geography, cube = real_world().foundations.geography, found.cube
    here = {p.id for p in geography.localities if p.municipality_code == found.code}
    assert {place.locality.id for place in found.times} == here
    assert found.times[0].locality.is_seat
    at = cube.municipality_codes.index(found.code)
    for near in found.times[0].nearest:
        s = SERVICE_TYPES.index(near.service_type)
        assert near.minutes == float(np.min(cube.nearest_minutes[at, :, s]))
        assert (near.town is None) == math.isinf(near.minutes)


def test_W10_own_actors_name_the_area_and_are_near(found: Profile) -> None:
    near = {
        i for kind in (ListKind.HERE, ListKind.REACHABLE) for i in found.list_of(kind).actor_ids
    }
    for area, ids in found.own_actors.items():
        assert set(ids) <= near
        assert all(area in found.actors[i].strength_areas.areas for i in ids)


def test_G9_the_municipalitys_own_office_is_known_to_itself_and_counted_nowhere() -> None:
    for code in MUNICIPALITY_CODES:
        found = profile(real_world(), code, CubeChoice())
        assert len(found.home) == 1
        assert found.home[0].municipal
        counted = {i for part in found.lists for i in part.actor_ids}
        assert found.home[0].id not in counted


def test_M3_side_by_side_says_of_another_what_that_ones_page_says(found: Profile) -> None:
    for other in compared(real_world(), found, other=SORSELE if found.code != SORSELE else UMEA):
        assert other is profile(real_world(), other.code, found.choice)


def test_offices_that_serve_stand_by_distance_and_hold_the_lists(found: Profile) -> None:
    """And an actor is never known and uncertain in the same list."""
    minutes = [way.minutes_from_seat for way in found.offices]
    assert minutes == sorted(minutes)
    listed = {
        w.office_id for k in (ListKind.HERE, ListKind.REACHABLE) for w in found.list_of(k).known
    }
    assert listed <= {way.office_id for way in found.offices}
    for part in found.lists:
        assert not set(part.actor_ids) & set(part.uncertain_ids)


def test_core_actors_only_unless_adjacent_ones_are_asked_for() -> None:
    by_id = real_world().register.by_id
    for code in (SORSELE, UMEA):
        core = profile(real_world(), code, CubeChoice())
        wide = profile(real_world(), code, CubeChoice(scope=Scope.ADJACENT))
        for narrow, broad in zip(core.lists, wide.lists, strict=True):
            assert all(by_id[i].scope is Scope.CORE for i in narrow.actor_ids)
            assert set(narrow.actor_ids) <= set(broad.actor_ids)


def test_a_longer_limit_never_loses_an_office() -> None:
    for code in MUNICIPALITY_CODES[::3]:
        near, far = (
            profile(real_world(), code, CubeChoice(threshold=limit)) for limit in (30.0, 60.0)
        )
        short = {way.office_id for way in near.list_of(ListKind.REACHABLE).known}
        assert short <= {way.office_id for way in far.list_of(ListKind.REACHABLE).known}


def test_an_unknown_municipality_is_refused() -> None:
    with pytest.raises(ValueError, match="not in tuple"):
        profile(real_world(), "9999", CubeChoice())


@pytest.mark.parametrize(
    ("confirmed", "is_old"),
    [
        (None, True),
        ("2025-11-22", True),
        ("2025-11-23", False),
        ("2026", False),
        ("2025", False),
        ("2024", True),
        ("2025-10", True),
        ("2025-11", False),
    ],
)
def test_M5_twelve_months_are_counted_to_the_day(confirmed: str | None, is_old: bool) -> None:
    """A month or a year counts by its last day: nobody is asked again too early."""
    actor = factories.make_actor(last_confirmed=confirmed)
    assert unconfirmed_since(actor, on=DAY) is is_old


def test_M5_a_leap_day_has_a_year_before() -> None:
    actor = factories.make_actor(last_confirmed="2027-02-28")
    assert unconfirmed_since(actor, on=date(2028, 2, 29)) is False


def test_M5_a_municipality_is_asked_for_what_it_can_answer() -> None:
    found = profile(real_world(), UMEA, CubeChoice())
    assert found.unconfirmed[0] == found.home[0]
    here = set(found.list_of(ListKind.HERE).actor_ids)
    assert here <= {actor.id for actor in found.unconfirmed}
    sorsele = profile(real_world(), SORSELE, CubeChoice())
    assert [actor.id for actor in sorsele.unconfirmed] == ["kommun-sorsele-naringsliv"]


def test_sorsele_as_it_is_known() -> None:
    """A golden case, checked by hand against the register and the road graph."""
    found = profile(real_world(), SORSELE, CubeChoice())
    assert found.list_of(ListKind.HERE).actor_ids == ()
    assert found.list_of(ListKind.REACHABLE).actor_ids == ()
    assert {way.town for way in found.offices[:3]} == {"Lycksele"}
    assert found.list_of(ListKind.VISIT).actor_ids == ()
    assert set(found.list_of(ListKind.DIGITAL).actor_ids) == {
        "almi-nord",
        "garantia-lycksele",
        "region-vasterbotten-foretagsstod",
        "vinnova",
    }


def test_what_is_kept_of_a_register_goes_with_it() -> None:
    """A register is replaced all the time: its world must not stay for the sake of its figures."""
    world = replace(real_world())
    assert profile(world, SORSELE, CubeChoice()) is profile(world, SORSELE, CubeChoice())
    assert profile(world, SORSELE, CubeChoice()) is not profile(real_world(), SORSELE, CubeChoice())
    gone = weakref.ref(world)
    del world
    gc.collect()
    assert gone() is None
