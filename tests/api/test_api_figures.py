"""Page and API give the same: one selection, one cube, one plan, to the unit."""

import math
from collections import Counter
from functools import partial
from itertools import product
from typing import Any

import numpy as np
import pytest
from starlette.testclient import TestClient

from ris_map.coverage.cube import THRESHOLDS, cube_of, supply_of
from ris_map.coverage.support import CubeChoice
from ris_map.geography.divisions import MUNICIPALITY_CODES
from ris_map.register.selection import Filter, select
from ris_map.register.vocabulary import Delivery, Phase, Scope, ServiceType, StrengthArea
from ris_map.siting.page import view_of
from ris_map.siting.plan import SitingChoice
from ris_map.siting.scenario import basis_of, scenario
from ris_map.siting.suggest import regrets
from ris_map.siting.words import full_table
from ris_map.travel.network import SPEED_MODELS, WINTER
from ris_map.travel.routes import accuracy
from ris_map.words.language import Language
from tests.api.api_site import V1, lines_of, world
from tests.factories import real_words, released

CHOICES = {
    "": CubeChoice(),
    "grans=30": CubeChoice(threshold=30.0),
    "grans=120&bredd=adjacent": CubeChoice(threshold=120.0, scope=Scope.ADJACENT),
    "vinter=ja&belagt=ja": CubeChoice(speed="winter", sourced_only=True),
    "omrade=life_science": CubeChoice(strength_area=StrengthArea.LIFE_SCIENCE),
    "utanfor=ja&bredd=adjacent&grans=90": CubeChoice(
        threshold=90.0, scope=Scope.ADJACENT, include_outside=True
    ),
}
FIGURES = (
    "located_residents", "median_minutes", "p90_minutes", "mean_minutes", "share_at_best",
    "nearest_minutes_from_seat", "shortfall_minutes",
)  # fmt: skip
FACTS = (
    "state", "certainty", "offices_on_site", "visit", "digital", "phone", "is_borderline",
    "is_maybe_physical", "is_maybe_remote",
)  # fmt: skip
QUERIES = {
    "": Filter(),
    "bredd=adjacent": Filter(scope=Scope.ADJACENT),
    "fas=ide&fas=vaxa": Filter(phases=(Phase.IDE, Phase.VAXA)),
    "stod=radgivning&plats=2422": Filter(service_types=(ServiceType.RADGIVNING,), places=("2422",)),
    "plats=samverkan-region-10&satt=digital": Filter(
        places=("samverkan-region-10",), delivery=(Delivery.DIGITAL,)
    ),
    "omrade=livsmedel&bredd=adjacent": Filter(
        strength_areas=(StrengthArea.LIVSMEDEL,), scope=Scope.ADJACENT
    ),
    "q=umea": Filter(text="umea"),
    "q=finns%20inte": Filter(text="finns inte"),
}
STORUMAN, LYCKSELE = "65.0994,17.1197", "64.5916,18.6690"


def same(given: Any, figure: float) -> bool:
    return given is None if not math.isfinite(figure) else given == figure


@pytest.mark.parametrize(("query", "choice"), CHOICES.items(), ids=str)
def test_coverage_equals_the_cube_in_every_cell(
    api: TestClient, query: str, choice: CubeChoice
) -> None:
    cells = api.get(f"{V1}/coverage?{query}").json()["cells"]
    lines = lines_of(api, f"/coverage.csv?{query}")
    cube = cube_of(world(), choice)
    keys = list(product(MUNICIPALITY_CODES, Phase, ServiceType))
    assert len(cells) == len(lines) == len(keys)
    for given, line, (code, phase, service_type) in zip(cells, lines, keys, strict=True):
        cell = cube.cell(code, phase=phase, service_type=service_type)
        asked = (given["municipality_code"], given["phase"], given["service_type"])
        assert asked == (code, phase, service_type)
        assert [given[name] for name in FACTS] == [getattr(cell, name) for name in FACTS]
        assert [line[name] for name in FACTS[:2]] == [given[name] for name in FACTS[:2]]
        assert all(same(given[name], getattr(cell, name)) for name in FIGURES)
        assert given["nearest_office"] == cell.nearest_office_id
        for index, limit in enumerate(THRESHOLDS):
            people = cell.people_within[index]
            assert given[f"people_within_{limit:g}"] == people
            assert int(line[f"people_within_{limit:g}"]) == people
            assert same(given[f"share_within_{limit:g}"], cell.share_within[index])
        for name in ("median_minutes", "p90_minutes", "mean_minutes"):
            figure = getattr(cell, name)
            assert line[name] == ("" if not math.isfinite(figure) else repr(figure))
            known = "known" if math.isfinite(figure) else "unreachable"
            assert given[f"{name}_state"] == known
        at_limit = given[f"share_within_{cube.choice.threshold:g}"]
        assert given["share_low"] <= at_limit <= given["share_high"]


def test_coverage_of_chosen_places_is_a_part_of_the_whole(api: TestClient) -> None:
    whole = api.get(f"{V1}/coverage").json()["cells"]
    part = api.get(f"{V1}/coverage?plats=2422&plats=samverkan-region-10").json()["cells"]
    codes = {"2422", *world().foundations.geography.places["samverkan-region-10"]}
    assert part == [cell for cell in whole if cell["municipality_code"] in codes]


@pytest.mark.parametrize(("query", "chosen"), QUERIES.items(), ids=str)
def test_actors_are_those_that_the_filter_selects(
    api: TestClient, query: str, chosen: Filter
) -> None:
    here = world()
    groups = here.foundations.geography.places
    page = select(here.register, chosen, groups=groups, on=here.on)
    listed = api.get(f"{V1}/actors?{query}").json()
    assert [(a["id"], a["group"], a["matching_offices"]) for a in listed["actors"]] == [
        (m.actor.id, m.group.value, [office.id for office in m.offices]) for m in page
    ]
    assert listed["meta"]["count"] == len(page)
    on_map = api.get(f"{V1}/actors.geojson?{query}").json()["features"]
    assert {f["properties"]["actor"] for f in on_map} == {m.actor.id for m in page}


def test_one_actor_is_the_whole_record(api: TestClient) -> None:
    for actor in world().register.actors:
        given = api.get(f"{V1}/actors/{actor.id}").json()["actor"]
        assert given == actor.model_dump(mode="json")


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
    places = world().foundations.geography.localities
    local = {place.id for place in places if place.municipality_code == "2422"}
    assert {pair["from"] for pair in some} == local


def test_P3_a_way_has_minutes_roads_range_and_sketched_parts(api: TestClient) -> None:
    address = f"{V1}/travel?from={STORUMAN}&to={LYCKSELE}"
    found = api.get(address).json()
    assert found["state"] == "known"
    assert 60 < found["minutes"] < 85
    assert 95 < found["km"] < 110
    assert "E12" in found["roads"]
    by_model = found["minutes_by_model"]
    assert by_model.keys() == {model.id for model in SPEED_MODELS}
    assert by_model["posted"] < by_model["summer"] < by_model["winter"] < by_model["cautious"]
    assert found["minutes"] == by_model["summer"]
    assert found["schematic_km"] < 1
    legs = sum(leg["km"] for leg in found["legs"]) + found["off_network_km"]
    assert legs == pytest.approx(found["km"], abs=0.01)
    assert found["line"][0] == pytest.approx([17.1197, 65.0994], abs=1e-3)
    assert found["line"][-1] == pytest.approx([18.6690, 64.5916], abs=1e-3)
    assert 0.05 < found["typical_error"]["median"] <= 0.09
    winter = api.get(f"{address}&modell=vinter").json()
    assert winter["minutes"] == pytest.approx(1.175 * found["minutes"], abs=1e-4)
    assert "ODbL" in winter["meta"]["licence"]


def test_P3_a_way_is_that_of_the_matrix_and_none_leads_to_an_island(api: TestClient) -> None:
    here = world()
    points = {p.name: (p.id, f"{p.lat},{p.lon}") for p in here.foundations.geography.localities}
    place, start = points["Dikanäs"]
    at = here.matrix.settlement_ids.index(place)
    row = next(i for i, office in enumerate(here.offices) if office.id == "almi-nord/umea")
    stop = f"{here.offices[row].lat},{here.offices[row].lon}"
    found = api.get(f"{V1}/travel?from={start}&to={stop}").json()
    assert found["minutes"] == pytest.approx(here.matrix.settlement_minutes[row, at], abs=1e-5)
    assert found["schematic_km"] > 10
    assert any(leg["is_schematic"] for leg in found["legs"])
    none = api.get(f"{V1}/travel?from={points['Holmön'][1]}&to={LYCKSELE}").json()
    assert (none["state"], none["ferry_only"], none["minutes"]) == ("unreachable", True, None)
    assert none["line"] == []


def test_P1_every_square_stands_once_and_few_residents_are_no_number(api: TestClient) -> None:
    rows, cells = lines_of(api, "/cells.csv"), world().cells
    assert [row["cell"] for row in rows] == list(cells.ids)
    for row, people in zip(rows, cells.population.tolist(), strict=True):
        assert row["residents"] == ("1-9" if people < 10 else str(people))
    assert Counter(row["ferry_only"] for row in rows)["true"] == cells.is_ferry.sum() > 0


def test_cells_have_the_minutes_of_the_coverage(api: TestClient) -> None:
    here = world()
    query = "fas=ide&stod=radgivning&plats=2421&vinter=ja"
    features = api.get(f"{V1}/cells.geojson?{query}").json()["features"]
    choice = CubeChoice(speed="winter")
    expected = supply_of(here, choice, (Phase.IDE,), (ServiceType.RADGIVNING,)).minutes
    codes = np.array(here.cells.municipality_codes)[here.cells.municipality]
    matrix = here.matrix_for(WINTER)
    for feature, at in zip(features, np.flatnonzero(codes == "2421").tolist(), strict=True):
        told = feature["properties"]
        assert same(told["minutes"], expected[at])
        assert (told["nearest_office"] is None) == (told["minutes"] is None)
        assert told["state"] == ("known" if np.isfinite(expected[at]) else "unreachable")
        if told["nearest_office"]:
            row = matrix.office_ids.index(told["nearest_office"])
            assert matrix.minutes[row, at] == expected[at]


@pytest.mark.parametrize("path", ["coverage", "cells"])
def test_P2_every_file_of_minutes_says_how_far_they_may_be_off(api: TestClient, path: str) -> None:
    places = accuracy(world().foundations).places
    lines = lines_of(api, f"/{path}.csv")
    told = {(line["typical_error_median"], line["typical_error_p90"]) for line in lines}
    assert told == {(str(round(places.median, 4)), str(round(places.p90, 4)))}
    form = path if path == "coverage" else f"{path}.geojson"
    answer = api.get(f"{V1}/{form}").json()
    assert answer.get("meta", answer)["typical_error"]["median"] == round(places.median, 4)


PLAN = {"oppna": ["vilhelmina:radgivning:ide"], "besok": ["lycksele:storuman,vilhelmina:2"]}


def test_R4_page_file_and_api_give_the_same_figures(api: TestClient) -> None:
    answer = api.get(f"{V1}/scenario", params=PLAN).json()
    choice = SitingChoice.read(PLAN)[0]
    found = scenario(basis_of(world(), choice), choice)
    groups = {group["group"]: group for group in answer["groups"]}
    assert set(groups) == set(found.table.index)
    for name, row in found.table.iterrows():
        group: dict[str, Any] = groups[str(name)]
        assert group["residents"] == row["residents"]
        assert (group["residents_nearer"], group["residents_farther"]) == (row["gain"], row["lose"])
        for when in ("before", "after"):
            assert group[when]["residents_within_60"] == row[f"{when}_within_60"]
            assert group[when]["median_minutes"] == pytest.approx(row[f"{when}_median"], abs=0.001)
    table = full_table(view_of(world(), choice, real_words(Language.SV)))
    assert len(table.rows) == len(groups)
    assert [one["round"] for one in answer["rounds"]] == PLAN["besok"]
    # the headline of the method note: 36 to 68 per cent of the inland
    inland = scenario(basis_of(released(), choice), choice).table.loc["inland"]
    shares = inland[["before_within_60", "after_within_60"]] / inland["residents"]
    assert [*shares.round(2)] == [0.36, 0.68]


@pytest.mark.parametrize("goal", ["inom", "medel", "tiondel"])
def test_R5_the_best_place_is_proved_and_says_its_objective_and_regret(
    api: TestClient, monkeypatch: pytest.MonkeyPatch, goal: str
) -> None:
    monkeypatch.setattr("ris_map.siting.suggest.TIME_LIMIT_S", 600.0)  # on any machine
    answer = api.get(f"{V1}/best-places?mal={goal}&omrade=inland&antal=1").json()
    assert (answer["objective"], answer["region"]) == (goal, "inland")
    assert (answer["is_proved"], answer["gap"]) == (True, 0)
    assert answer["value"] < answer["value_before"]
    assert len(answer["steps"]) == len(answer["sets"][0]) == 1
    # the page's own regret, norm by norm
    asked = SitingChoice.read({"mal": [goal], "yta": ["inland"]})[0]
    basis = basis_of(world(), asked)
    chosen = [basis.place(place) for place in answer["sets"][0]]
    told = list(regrets(chosen, asked, partial(basis_of, world())))
    assert len(told) == len(answer["regret"]) == 6
    for one, lost in zip(told, answer["regret"], strict=True):
        assert lost["loss"] == pytest.approx(one.loss, abs=0.001)
        assert tuple(lost["best"]) == one.places
        assert lost["is_proved"]
        norm = (lost["objective"], lost["limit_minutes"], lost["speed_model"])
        assert norm == (one.asked.objective, one.asked.limit, one.asked.cube_choice.speed)


def test_R13_the_best_rounds_are_rounds_that_a_plan_can_hold(api: TestClient) -> None:
    answer = api.get(f"{V1}/best-rounds?bas=storuman&dagar=2&minst=1").json()
    assert answer["is_proved"]
    rounds = [one["round"] for one in answer["rounds"]]
    assert sum(int(one.rpartition(":")[2]) for one in rounds) <= 2
    plan = api.get(f"{V1}/scenario", params={"besok": rounds}).json()
    (county,) = [group for group in plan["groups"] if group["group"] == "lan"]
    visited = [county[when]["residents_with_visits_1"] for when in ("before", "after")]
    assert visited[1] - visited[0] == answer["residents_served"]
    (island,) = api.get(f"{V1}/scenario?besok=umea:holmon:2").json()["rounds"]
    assert (island["km_per_year"], island["hours_per_year"]) == (None, None)  # no road
