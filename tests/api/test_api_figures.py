"""Page and API give the same: one selection, one cube, to the unit."""

from __future__ import annotations

import csv
import io
import math
from itertools import product
from typing import Any

import pytest
from starlette.testclient import TestClient

from ris_map.coverage.cube import THRESHOLDS, cube_of
from ris_map.coverage.support import CubeChoice
from ris_map.geography.divisions import MUNICIPALITY_CODES
from ris_map.register.selection import Filter, select
from ris_map.register.vocabulary import Delivery, Phase, Scope, ServiceType, StrengthArea
from ris_map.travel.world import World, place_groups, service
from tests.api.api_site import DATA, V1

CHOICES = (
    ("", CubeChoice()),
    ("grans=30", CubeChoice(threshold=30.0)),
    ("grans=120&bredd=adjacent", CubeChoice(threshold=120.0, scope=Scope.ADJACENT)),
    ("vinter=ja&belagt=ja", CubeChoice(speed="winter", sourced_only=True)),
    ("omrade=life_science", CubeChoice(strength_area=StrengthArea.LIFE_SCIENCE)),
    (
        "utanfor=ja&bredd=adjacent&grans=90",
        CubeChoice(threshold=90.0, scope=Scope.ADJACENT, include_outside=True),
    ),
)
QUERIES = (
    ("", Filter()),
    ("bredd=adjacent", Filter(scope=Scope.ADJACENT)),
    ("fas=ide&fas=vaxa", Filter(phases=(Phase.IDE, Phase.VAXA))),
    (
        "stod=radgivning&plats=2422",
        Filter(service_types=(ServiceType.RADGIVNING,), places=("2422",)),
    ),
    (
        "plats=samverkan-region-10&satt=digital",
        Filter(places=("samverkan-region-10",), delivery=(Delivery.DIGITAL,)),
    ),
    (
        "omrade=livsmedel&bredd=adjacent",
        Filter(strength_areas=(StrengthArea.LIVSMEDEL,), scope=Scope.ADJACENT),
    ),
    ("q=umea", Filter(text="umea")),
    ("q=finns%20inte", Filter(text="finns inte")),
)


def world() -> World:
    """What the pages compute with: the very same object as the API's."""
    return service(DATA).moment().world


def same(given: Any, figure: float) -> bool:
    return given is None if not math.isfinite(figure) else given == figure


@pytest.mark.parametrize(("query", "choice"), CHOICES, ids=[q or "default" for q, _ in CHOICES])
def test_coverage_equals_the_cube_in_every_cell(
    api: TestClient, query: str, choice: CubeChoice
) -> None:
    cells = api.get(f"{V1}/coverage?{query}").json()["cells"]
    text = api.get(f"{V1}/coverage.csv?{query}").content.decode()
    lines = list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
    cube = cube_of(world(), choice)
    keys = list(product(MUNICIPALITY_CODES, Phase, ServiceType))
    assert len(cells) == len(lines) == len(keys) == 15 * 15
    for given, line, (code, phase, service_type) in zip(cells, lines, keys, strict=True):
        cell = cube.cell(code, phase=phase, service_type=service_type)
        assert (given["municipality_code"], given["phase"], given["service_type"]) == (
            *(code, phase, service_type),
        )
        assert given["state"] == line["state"] == cell.state
        assert given["offices_on_site"] == cell.offices_on_site
        assert given["located_residents"] == cell.located_residents
        for index, limit in enumerate(THRESHOLDS):
            assert given[f"people_within_{limit:g}"] == cell.people_within[index]
            assert int(line[f"people_within_{limit:g}"]) == cell.people_within[index]
            assert same(given[f"share_within_{limit:g}"], cell.share_within[index])
        for name in ("median", "p90", "mean"):
            figure = getattr(cell, f"{name}_minutes")
            assert same(given[f"{name}_minutes"], figure)
            assert line[f"{name}_minutes"] == ("" if not math.isfinite(figure) else repr(figure))
            known = given[f"{name}_minutes_state"]
            assert known == ("known" if math.isfinite(figure) else "unreachable")
        assert same(given["nearest_minutes_from_seat"], cell.nearest_minutes_from_seat)
        assert given["certainty"] == line["certainty"] == cell.certainty
        assert same(given["share_at_best"], cell.share_at_best)
        assert given["share_low"] <= given[f"share_within_{cube.choice.threshold:g}"]
        assert given[f"share_within_{cube.choice.threshold:g}"] <= given["share_high"]
        assert same(given["shortfall_minutes"], cell.shortfall_minutes)
        assert given["nearest_office"] == cell.nearest_office_id
        assert (given["visit"], given["digital"], given["phone"]) == (
            *(cell.visit, cell.digital, cell.phone),
        )
        assert (given["is_borderline"], given["is_maybe_physical"], given["is_maybe_remote"]) == (
            *(cell.is_borderline, cell.is_maybe_physical, cell.is_maybe_remote),
        )


def test_coverage_of_chosen_places_is_a_part_of_the_whole(api: TestClient) -> None:
    whole = api.get(f"{V1}/coverage").json()["cells"]
    part = api.get(f"{V1}/coverage?plats=2422&plats=samverkan-region-10").json()["cells"]
    codes = {"2422", *place_groups(world().foundations.geography)["samverkan-region-10"]}
    assert part == [cell for cell in whole if cell["municipality_code"] in codes]


@pytest.mark.parametrize(("query", "chosen"), QUERIES)
def test_actors_are_those_that_the_filter_selects(
    api: TestClient, query: str, chosen: Filter
) -> None:
    here = world()
    groups = place_groups(here.foundations.geography)
    page = select(here.register, chosen, groups=groups, on=here.on)
    listed = api.get(f"{V1}/actors?{query}").json()
    assert [(a["id"], a["group"], a["matching_offices"]) for a in listed["actors"]] == [
        (m.actor.id, m.group.value, [office.id for office in m.offices]) for m in page.matches
    ]
    assert listed["meta"]["count"] == len(page.matches)
    on_map = api.get(f"{V1}/actors.geojson?{query}").json()["features"]
    assert {f["properties"]["actor"] for f in on_map} == {m.actor.id for m in page.matches}


def test_travel_times_equal_the_matrix(api: TestClient) -> None:
    matrix = world().matrix
    pairs = api.get(f"{V1}/travel-times").json()["pairs"]
    assert len(pairs) == matrix.settlement_minutes.size
    figures = (matrix.settlement_minutes, matrix.settlement_km)
    flat = zip(*(values.T.ravel().tolist() for values in figures), strict=True)
    for pair, (minutes, km) in zip(pairs, flat, strict=True):
        assert same(pair["minutes"], minutes)
        assert same(pair["km"], km)
        assert pair["state"] == ("known" if math.isfinite(minutes) else "unreachable")
    some = api.get(f"{V1}/travel-times?plats=2422&aktor=almi-nord").json()["pairs"]
    assert some
    assert all(pair["to"].startswith("almi-nord/") for pair in some)
    local = {
        x.id for x in world().foundations.geography.localities if x.municipality_code == "2422"
    }
    assert {pair["from"] for pair in some} == local


def test_more_trips_than_are_handed_out_are_refused(
    api: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ris_map.api.county.MAX_PAIRS", 1000)
    answer = api.get(f"{V1}/travel-times?plats=samverkan-region-10")
    assert answer.status_code == 400
    assert answer.json()["most"] == 1000
    assert (
        api.get(f"{V1}/travel-times?plats=samverkan-region-10&aktor=almi-nord").status_code == 200
    )


def test_one_actor_is_the_whole_record(api: TestClient) -> None:
    for actor in world().register.actors:
        given = api.get(f"{V1}/actors/{actor.id}").json()["actor"]
        assert given == actor.model_dump(mode="json")
