"""How near the figures come to what others publish, and that the comparison leaves nothing out."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from ris_map.travel.accuracy import Accuracy, accuracy, pair_figures, place_minutes
from ris_map.travel.world import foundations

DATA = Path(__file__).parents[2] / "data"
CHECKS = DATA / "checks"


@cache
def found() -> Accuracy:
    """Return the comparison."""
    return accuracy(foundations(DATA))


def test_P2_places_of_twenty_minutes_or_more() -> None:
    assert found().places.count == 33
    assert found().places.median <= 0.09
    assert found().places.p90 <= 0.22
    assert found().as_if_by_road == ("Holmön",)


def test_P2_distances_of_class_a() -> None:
    assert found().distances.count == 27
    assert found().distances.median <= 0.02
    assert found().distances.p90 <= 0.09


def test_P4_shares_beyond_care_are_near_the_published_ones() -> None:
    (limit_20, own_20, published_20), (limit_45, own_45, published_45) = found().beyond
    assert (limit_20, limit_45) == (20, 45)
    assert own_20 == pytest.approx(published_20, abs=0.02)
    assert own_45 == pytest.approx(published_45, abs=0.03)


def test_W14_every_stated_figure_is_compared_and_none_is_called_verified() -> None:
    """The old graph called lengths verified that differed by a fifth from their own source."""
    base = foundations(DATA)
    for name, stated in (("pairs_distance.csv", "km_stated"), ("pairs_time.csv", "minutes_stated")):
        listed = pd.read_csv(CHECKS / name)
        compared = pair_figures(base, CHECKS / name, stated=stated)
        assert len(compared) == listed["mode"].isin(["road", "car"]).sum()
        assert (compared["own"] > 0).all()
        assert compared["own"].max() < 1000
    own, published, _ = place_minutes(base, CHECKS)
    assert (
        len(own) == len(published) == (pd.read_csv(CHECKS / "minutes.csv").iloc[:, 3] >= 20).sum()
    )
    assert "verification" not in pd.read_csv(DATA / "roads" / "edges.csv").columns


def test_the_comparison_is_made_once() -> None:
    assert accuracy(foundations(DATA)) is found()
