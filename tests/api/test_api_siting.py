"""Tänk om over HTTP: the figures and the address of the page, bounded and refused in words."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from starlette.testclient import TestClient

from ris_map.siting.page import view_of
from ris_map.siting.plan import SitingChoice
from ris_map.siting.scenario import basis_of, scenario
from ris_map.siting.suggest import regrets
from ris_map.siting.words import full_table
from ris_map.travel.world import service
from ris_map.words.language import Language
from tests.api.api_site import DATA, V1
from tests.factories import real_words as words

PLAN = "oppna=vilhelmina:radgivning:ide&besok=lycksele:storuman,vilhelmina:2"


def choice() -> SitingChoice:
    query = {
        "oppna": ["vilhelmina:radgivning:ide"],
        "besok": ["lycksele:storuman,vilhelmina:2"],
    }
    return SitingChoice.read(query)[0]


def test_R4_page_file_and_api_give_the_same_figures(api: TestClient) -> None:
    answer = api.get(f"{V1}/scenario?{PLAN}").json()
    world = service(DATA).moment().world
    found = scenario(basis_of(world, choice()), choice())
    groups = {group["group"]: group for group in answer["groups"]}
    assert set(groups) == set(found.table.index)
    for name, row in found.table.iterrows():
        group: dict[str, Any] = groups[str(name)]
        assert group["residents"] == row["residents"]
        assert group["residents_nearer"] == row["gain"]
        for when in ("before", "after"):
            assert group[when]["residents_within_60"] == row[f"{when}_within_60"]
            assert group[when]["median_minutes"] == pytest.approx(row[f"{when}_median"], abs=0.001)
    table = full_table(view_of(world, choice(), words(Language.SV)))
    assert len(table.rows) == len(groups)
    assert answer["rounds"][0]["round"] == "lycksele:storuman,vilhelmina:2"
    # the headline of the method note: 36 to 68 per cent of the inland
    inland = groups["inland"]
    assert round(100 * inland["before"]["share_within_limit"]) == 36
    assert round(100 * inland["after"]["share_within_limit"]) == 68


@pytest.mark.parametrize("goal", ["inom", "medel", "tiondel"])
def test_R5_the_best_place_is_proved_and_says_its_objective_and_regret(
    api: TestClient, monkeypatch: pytest.MonkeyPatch, goal: str
) -> None:
    monkeypatch.setattr("ris_map.siting.suggest.TIME_LIMIT_S", 600.0)  # on any machine
    answer = api.get(f"{V1}/best-places?mal={goal}&omrade=inland&antal=1").json()
    assert answer["objective"] == goal
    assert answer["region"] == "inland"
    assert answer["is_proved"]
    assert answer["gap"] == 0
    assert answer["value"] < answer["value_before"]
    assert len(answer["steps"]) == len(answer["sets"][0]) == 1
    # the page's own regret, norm by norm
    asked = SitingChoice.read({"mal": [goal], "yta": ["inland"]})[0]
    world = service(DATA).moment().world
    basis = basis_of(world, asked)
    chosen = [basis.place(place) for place in answer["sets"][0]]
    told = list(regrets(chosen, asked, partial(basis_of, world)))
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
    assert sum(int(one["round"].rpartition(":")[2]) for one in answer["rounds"]) <= 2
    again = "&".join(f"besok={one['round']}" for one in answer["rounds"])
    plan = api.get(f"{V1}/scenario?{again}").json()
    (county,) = [group for group in plan["groups"] if group["group"] == "lan"]
    gained = (
        county["after"]["residents_with_visits_1"] - county["before"]["residents_with_visits_1"]
    )
    assert gained == answer["residents_served"]


@pytest.mark.parametrize(
    ("address", "parameter"),
    [
        ("/scenario?oppna=narnia:radgivning:ide", "oppna"),
        ("/scenario?stang=ingen@alls", "stang"),
        ("/scenario?besok=lycksele:storuman:99", "besok"),
        ("/best-places?antal=9", "antal"),
        ("/best-places?mal=snabbast", "mal"),
        ("/best-rounds?bas=narnia", "bas"),
        ("/scenario?" + "&".join(f"oppna=o{n}" for n in range(20)), "oppna"),
    ],
)
def test_R4_what_a_page_ignores_is_refused_here(
    api: TestClient, address: str, parameter: str
) -> None:
    answer = api.get(f"{V1}{address}")
    assert answer.status_code == 400
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert answer.json()["parameter"] == parameter
