"""How near the figures come to what others publish, and that the comparison leaves nothing out."""

import re
from functools import cache

import pandas as pd
import pytest

from ris_map.finder.answer import find_support
from ris_map.finder.need import Need
from ris_map.finder.words import FindView
from ris_map.municipality.files import report_html
from ris_map.municipality.profile import MunicipalityChoice
from ris_map.municipality.words import view_of
from ris_map.register.vocabulary import Phase
from ris_map.siting.plan import SitingChoice
from ris_map.siting.scenario import basis_of, scenario
from ris_map.siting.words import SitingView, copy_text
from ris_map.travel.routes import (
    Accuracy,
    accuracy,
    error_words,
    minutes_to_care,
    pair_figures,
    place_minutes,
)
from ris_map.travel.world import foundations
from ris_map.words.language import Language
from tests.factories import DATA, real_words, real_world

CHECKS = DATA / "checks"


@cache
def found() -> Accuracy:
    return accuracy(foundations(DATA))


def test_P2_places_of_twenty_minutes_or_more_and_distances_of_class_a() -> None:
    assert found().places.count == 33
    assert found().places.median <= 0.09
    assert found().places.p90 <= 0.22
    base = foundations(DATA)
    places = place_minutes(base)
    by_ferry = base.cells.only_ferry(places["lat"].to_numpy(), places["lon"].to_numpy())
    assert places["locality"][by_ferry].tolist() == ["Holmön"]
    assert found().distances.count == 27
    assert found().distances.median <= 0.02
    assert found().distances.p90 <= 0.09
    assert accuracy(base) is found(), "made once"


def test_P4_shares_beyond_care_are_near_the_published_ones() -> None:
    base, shares = foundations(DATA), pd.read_csv(CHECKS / "care_shares.csv")
    minutes, people = minutes_to_care(base, base.joined_cells), base.cells.population
    assert shares["beyond_minutes"].tolist() == [20, 45]
    for limit, percent, off in zip(*shares.iloc[:, :2].T.to_numpy(), (0.02, 0.03), strict=True):
        own = people[minutes > limit].sum() / people.sum()
        assert own == pytest.approx(percent / 100, abs=off)


def test_W14_every_stated_figure_is_compared_and_none_is_called_verified() -> None:
    """The old graph called lengths verified that differed by a fifth from their own source."""
    base = foundations(DATA)
    for name, stated in (("pairs_distance.csv", "km_stated"), ("pairs_time.csv", "minutes_stated")):
        listed = pd.read_csv(CHECKS / name)
        compared = pair_figures(base, name, stated=stated)
        assert len(compared) == listed["mode"].isin(["road", "car"]).sum()
        assert compared["own"].between(0.1, 1000).all()
    places = place_minutes(base)
    assert len(places) == (pd.read_csv(CHECKS / "minutes.csv").iloc[:, 3] >= 20).sum()
    assert "verification" not in pd.read_csv(DATA / "roads" / "edges.csv").columns


def test_P2_what_one_takes_along_says_how_far_minutes_may_be_off(language: Language) -> None:
    """The report, the saved answer and the text of a plan say the same two figures."""
    world, tr = real_world(), real_words(language)
    answer = find_support(world, Need(plats="2462", fas=Phase.IDE))
    plan = SitingChoice()
    made = scenario(basis_of(world, plan), plan)
    told = (
        report_html(view_of(world, MunicipalityChoice(kommun="2462"), tr)),
        FindView(answer, world, tr).source,
        copy_text(SitingView(world=world, choice=plan, scenario=made, tr=tr)),
    )
    error = error_words(found().places, tr=tr)
    assert all(error in text for text in told)
    over = re.search(r"(?:över|over) (\d+)", error)
    assert 100 * found().places.p90 - 1 <= int(over[1]) < 100 * found().places.p90
