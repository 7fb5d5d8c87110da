"""Ways between two points and everybody's minutes, as a client gets them."""

from __future__ import annotations

import csv
import io
from collections import Counter

import numpy as np
import pytest
from starlette.testclient import TestClient

from ris_map.coverage.groups import supply_of
from ris_map.coverage.support import CubeChoice
from ris_map.register.vocabulary import Phase, ServiceType
from ris_map.travel.network import WINTER
from ris_map.travel.routes import accuracy
from ris_map.travel.world import service
from tests.api.api_site import DATA, V1

STORUMAN, LYCKSELE = "65.0994,17.1197", "64.5916,18.6690"


def test_P3_a_way_has_minutes_roads_range_and_sketched_parts(api: TestClient) -> None:
    found = api.get(f"{V1}/travel?from={STORUMAN}&to={LYCKSELE}").json()
    assert found["state"] == "known"
    assert 60 < found["minutes"] < 85
    assert 95 < found["km"] < 110
    assert found["roads"] == ["E12"] or "E12" in found["roads"]
    assert set(found["minutes_by_model"]) == {"summer", "winter", "posted", "cautious"}
    assert found["minutes"] == found["minutes_by_model"]["summer"]
    legs = sum(leg["km"] for leg in found["legs"]) + found["off_network_km"]
    assert legs == pytest.approx(found["km"], abs=0.01)
    assert found["line"][0] == pytest.approx([17.1197, 65.0994], abs=1e-3)
    assert 0.05 < found["typical_error"]["median"] <= 0.09
    winter = api.get(f"{V1}/travel?from={STORUMAN}&to={LYCKSELE}&modell=vinter").json()
    assert winter["minutes"] == pytest.approx(1.175 * found["minutes"], abs=1e-4)
    assert "ODbL" in winter["meta"]["licence"]


def test_P3_a_way_is_that_of_the_matrix(api: TestClient) -> None:
    world = service(DATA).moment().world
    place = next(p for p in world.foundations.geography.localities if p.name == "Dikanäs")
    at = world.matrix.settlement_ids.index(place.id)
    row = next(i for i, o in enumerate(world.offices) if o.id == "almi-nord/umea")
    office = world.offices[row]
    found = api.get(f"{V1}/travel?from={place.lat},{place.lon}&to={office.lat},{office.lon}").json()
    assert found["minutes"] == pytest.approx(world.matrix.settlement_minutes[row, at], abs=1e-5)
    assert found["schematic_km"] > 10
    assert any(leg["is_schematic"] for leg in found["legs"])


def test_P3_an_island_is_named_and_not_reached(api: TestClient) -> None:
    places = service(DATA).moment().world.foundations.geography.localities
    holm = next(p for p in places if p.name == "Holmön")
    found = api.get(f"{V1}/travel?from={holm.lat},{holm.lon}&to={LYCKSELE}").json()
    assert (found["state"], found["ferry_only"], found["minutes"]) == ("unreachable", True, None)
    assert found["line"] == []


@pytest.mark.parametrize(
    "query",
    ["", f"from={STORUMAN}", f"from={STORUMAN}&to=20,64", f"from={STORUMAN}&to=nan,1",
     f"from={STORUMAN}&to=64,20,1", f"from={STORUMAN}&to={LYCKSELE}&modell=flyg",
     f"from={STORUMAN}&to={LYCKSELE}&via={LYCKSELE}", f"from=65.1;17&to={LYCKSELE}"],
)  # fmt: skip
def test_points_that_are_no_points_are_refused(api: TestClient, query: str) -> None:
    answer = api.get(f"{V1}/travel?{query}")
    assert answer.status_code == 400
    assert answer.headers["content-type"].startswith("application/problem+json")


def test_P1_every_square_stands_once_and_few_residents_are_no_number(api: TestClient) -> None:
    rows = list(csv.DictReader(io.StringIO(api.get(f"{V1}/cells.csv").text.lstrip("\ufeff"))))
    cells = service(DATA).moment().world.cells
    assert [row["cell"] for row in rows] == list(cells.ids)
    shown = {row["cell"]: row["residents"] for row in rows}
    for cell, people in zip(cells.ids, cells.population.tolist(), strict=True):
        assert shown[cell] == ("1-9" if people < 10 else str(people))
    assert Counter(row["ferry_only"] for row in rows)["True"] in {0, 7}


def test_cells_have_the_minutes_of_the_coverage(api: TestClient) -> None:
    world = service(DATA).moment().world
    query = "fas=ide&stod=radgivning&plats=2421&vinter=ja"
    features = api.get(f"{V1}/cells.geojson?{query}").json()["features"]
    choice = CubeChoice(speed="winter")
    expected = supply_of(world, choice, (Phase.IDE,), (ServiceType.RADGIVNING,)).minutes
    here = np.flatnonzero(
        np.array(world.cells.municipality_codes)[world.cells.municipality] == "2421"
    )
    assert len(features) == len(here)
    for feature, at in zip(features, here.tolist(), strict=True):
        told = feature["properties"]
        minutes = expected[at]
        assert told["minutes"] == (minutes if np.isfinite(minutes) else None)
        assert (told["nearest_office"] is None) == (told["minutes"] is None)
        assert told["state"] == ("known" if np.isfinite(minutes) else "unreachable")
        if told["nearest_office"]:
            matrix = world.matrix_for(WINTER)
            assert matrix.minutes[matrix.office_ids.index(told["nearest_office"]), at] == minutes


@pytest.mark.parametrize("path", ["coverage", "cells"])
def test_P2_every_file_of_minutes_says_how_far_they_may_be_off(api: TestClient, path: str) -> None:
    places = accuracy(service(DATA).moment().world.foundations).places
    lines = list(csv.DictReader(io.StringIO(api.get(f"{V1}/{path}.csv").text)))
    told = {(line["typical_error_median"], line["typical_error_p90"]) for line in lines}
    assert told == {(str(round(places.median, 4)), str(round(places.p90, 4)))}
    form = path if path == "coverage" else f"{path}.geojson"
    answer = api.get(f"{V1}/{form}").json()
    assert answer.get("meta", answer)["typical_error"]["median"] == round(places.median, 4)
