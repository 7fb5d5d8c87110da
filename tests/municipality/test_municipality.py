"""One municipality's figures against the coverage library: every municipality, every cell (M2)."""

import gc
import math
import weakref
from dataclasses import replace
from datetime import date
from functools import cache

import numpy as np
import pandas as pd
import pytest

from ris_map.coverage.cube import CoverageCell
from ris_map.coverage.findings import Chain, cell_evidence, find_gaps, support_chains
from ris_map.coverage.support import KINDS, CubeChoice
from ris_map.geography.county import Statistic
from ris_map.geography.divisions import MUNICIPALITY_CODES
from ris_map.municipality.profile import ListKind, Profile, compared, profile, similar_to, sizes
from ris_map.register.checks import unconfirmed_since
from ris_map.register.strategy import everyday_words
from ris_map.register.vocabulary import Answer, Delivery, Scope
from ris_map.web.assets import index
from ris_map.words.language import Language
from tests.factories import DATA, DAY, make_actor, real_world

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
def of_the_library(choice: CubeChoice) -> tuple[list[CoverageCell], tuple[Chain, ...]]:
    cube = profile(real_world(), SORSELE, choice).cube
    return find_gaps(cube), support_chains(cube)


def test_M2_the_lists_hold_the_evidence_of_every_cell(found: Profile) -> None:
    """Whoever helps at a distance, every office within reach of the seat, and nobody else."""
    for kind in KINDS:
        proof = cell_evidence(found.cube, code=found.code, phase=kind[0], service_type=kind[1])
        sure = {w.office_id or (w.mode, w.actor.id) for w in proof if w.answer is Answer.YES}
        far = {w.office_id for w in proof if w.minutes_from_seat > found.cube.choice.threshold}
        ways = [way for part in found.lists.values() for way in part.ways]
        listed = {w.office_id or (w.mode, w.actor.id) for w in ways if kind in w.kinds}
        assert sure - far <= listed <= sure
        maybe = {(w.mode, w.actor.id) for w in proof if w.answer is Answer.UNKNOWN}
        remote = {(w.mode, w.actor.id) for w in ways if kind in w.possible and not w.office_id}
        assert remote == {one for one in maybe if one[0] is not Delivery.OFFICE}
        here = found.lists[ListKind.HERE]
        assert all(w.office.municipality == found.code for w in here.ways)
        assert sum(kind in w.kinds for w in here.known) == found.cell(*kind).offices_on_site


def test_M2_M3_cells_gaps_and_chain_are_the_librarys_also_of_another(found: Profile) -> None:
    cube = found.cube
    gaps, chains = of_the_library(found.cube.choice)
    assert len(found.cells) == len(KINDS)
    assert {(c.phase, c.service_type) for c in found.cells} == set(KINDS)
    for cell in found.cells:
        assert cell == cube.cell(found.code, phase=cell.phase, service_type=cell.service_type)
    assert found.gaps == tuple(g for g in gaps if g.municipality_code == found.code)
    assert found.chain in chains
    assert found.chain.municipality_code == found.code
    for other in compared(found, other=SORSELE if found.code != SORSELE else UMEA):
        assert other is profile(real_world(), other.code, found.cube.choice)  # as on its own page


def test_every_settlement_has_its_minutes_and_the_seat_stands_first(found: Profile) -> None:
    geography, cube = real_world().foundations.geography, found.cube
    here = {p.id for p in geography.localities if p.municipality_code == found.code}
    assert {place.id for place, _ in found.times} == here
    assert found.seat.is_seat
    at = cube.municipality_codes.index(found.code)
    for s, (minutes, town) in enumerate(found.times[0][1]):
        assert minutes == float(np.min(cube.nearest_minutes_from_seat[at, :, s]))
        assert (not town) == math.isinf(minutes)


def test_G9_the_municipalitys_own_office_is_known_to_itself_and_counted_nowhere() -> None:
    for code in MUNICIPALITY_CODES:
        found = profile(real_world(), code, CubeChoice())
        (home,) = found.home
        assert home.municipal
        assert home.id not in {i for part in found.lists.values() for i in part.actors}


def test_M2_W10_lists_and_offices_agree_and_wider_only_adds(found: Profile) -> None:
    """An actor is never known and uncertain in the same list; offices stand by distance."""
    minutes = [way.minutes_from_seat for way in found.offices]
    assert minutes == sorted(minutes)
    listed = {
        w.office_id for k in (ListKind.HERE, ListKind.REACHABLE) for w in found.lists[k].known
    }
    assert listed <= {way.office_id for way in found.offices}
    near = {i for k in (ListKind.HERE, ListKind.REACHABLE) for i in found.lists[k].actors}
    for area, own in found.own_actors.items():
        assert {actor.id for actor in own} <= near
        assert all(area in actor.strength_areas.areas for actor in own)
    wider = profile(real_world(), found.code, CubeChoice(threshold=120.0, scope=Scope.ADJACENT))
    far = {w.office_id for k in (ListKind.HERE, ListKind.REACHABLE) for w in wider.lists[k].known}
    assert listed <= far
    for part, broad in ((found.lists[kind], wider.lists[kind]) for kind in ListKind):
        assert not {way.actor.id for way in part.unsure} & set(part.actors)
        assert set(part.actors) <= set(broad.actors)
        if found.cube.choice.scope is Scope.CORE:
            assert all(actor.scope is Scope.CORE for actor in part.actors.values())


@pytest.mark.parametrize(
    ("confirmed", "on", "is_old"),
    [
        (None, "2026-11-23", True),
        ("2025-11-22", "2026-11-23", True),
        ("2025-11-23", "2026-11-23", False),
        ("2025", "2026-11-23", False),
        ("2025-10", "2026-11-23", True),
        ("2027-02-28", "2028-02-29", False),  # a leap day has a year before
    ],
)
def test_M5_twelve_months_to_the_day(confirmed: str | None, on: str, is_old: bool) -> None:
    """A month or a year counts by its last day: nobody is asked again too early."""
    actor = make_actor(last_confirmed=confirmed)
    assert unconfirmed_since(actor, on=date.fromisoformat(on)) is is_old


def test_M5_a_municipality_is_asked_for_what_it_can_answer() -> None:
    found = profile(real_world(), UMEA, CubeChoice())
    here = (*found.home, *found.lists[ListKind.HERE].actors.values())
    old = {actor.id for actor in here if unconfirmed_since(actor, on=DAY)}
    assert old <= {actor.id for actor in found.unconfirmed}


def test_what_is_kept_of_a_register_goes_with_it() -> None:
    """A register is replaced all the time: figures and search must not keep its world."""
    world = replace(real_world())
    assert index(world, everyday_words(DATA), Language.SV)
    assert profile(world, SORSELE, CubeChoice()) is profile(world, SORSELE, CubeChoice())
    assert profile(world, SORSELE, CubeChoice()) is not profile(real_world(), SORSELE, CubeChoice())
    gone = weakref.ref(world)
    del world
    gc.collect()
    assert gone() is None


@pytest.mark.parametrize(
    ("known", "similar"),
    [
        ({}, {}),
        ({"a": (1000, 10)}, {}),
        ({"b": (1, 10)}, {}),  # its own size is not known
        ({"a": (1000, 10), "b": (2500, 10), "c": (2501, 10)}, {"b": 2.5}),  # the limit itself
        ({"a": (2500, 10), "b": (1000, 10)}, {"b": 2.5}),  # and the other way round
        ({"a": (1000, 10), "b": (1000, 3.9), "c": (9000, 10)}, {"b": 10 / 3.9}),  # density alone
        # in Swedish order, not by figure
        ({"a": (10, 1), "b": (11, 1), "c": (12, 1), "d": (20, 1)}, {"d": 2, "c": 1.2, "b": 1.1}),
    ],
)
def test_M3_similar_are_those_within_the_factor_by_name(known, similar) -> None:
    names = {"a": "Åsele", "b": "Östby", "c": "Ed", "d": "Bo"}
    sizes_ = pd.DataFrame.from_dict(known, orient="index", columns=["population", "density"])
    found = similar_to("a", known=sizes_, names=names)
    assert list(found.items()) == [(name, pytest.approx(by)) for name, by in similar.items()]


def test_the_latest_period_counts() -> None:
    plain = {"municipality_code": "2401", "unit": "persons", "source": "s", "note": ""}
    figures = [
        Statistic(**plain, indicator=indicator, text=text, period=period)
        for indicator, text, period in (
            ("population", "300", "2024-12-31"),
            ("population", "100", "2020-12-31"),
            ("land_area_km2", "10", "2014-01-01"),
        )
    ]
    assert sizes(figures).to_dict("index") == {"2401": {"population": 300, "density": 30}}
    assert set(sizes([]).columns) == {"population", "density"}
    assert set(sizes(real_world().foundations.statistics).index) == set(MUNICIPALITY_CODES)
