"""The matrix against distances and times that others state, with tolerances that are argued for.

- A statement of class A (sign, road log, guide book) has a judged standard error; two of them hold
  19 of 20 true statements. The one exception is named.
- Class B is rounded or an odometer, on another route as often as not: a fifth is allowed.
- Times are stated "about"; the screen promises about 15 per cent, so that is the limit.
"""

from itertools import pairwise

import numpy as np
import pytest

from ris_map.geography.roads import StatedPair
from ris_map.travel.matrix import POSTED, WINTER, Place, TravelMatrix, travel_matrix
from tests.coverage.worlds import real_world

SIGMAS = 2.0
ROAD_363 = ("Umeå", "Ammarnäs")
"""The stated 325 km of road 363 may leave out its part along the E45."""
MAX_ROAD_363, MAX_CLASS_B, MAX_TIME = 0.10, 0.20, 0.15
PAIRS = real_world().roads.stated_pairs
DISTANCES = [pair for pair in PAIRS if pair.distance_km is not None]
TIMES = [pair for pair in PAIRS if pair.time_min is not None]


def node_matrix(**choices: object) -> TravelMatrix:
    real = real_world()
    nodes = [Place(id=n.id, name=n.name, lat=n.lat, lon=n.lon) for n in real.roads.nodes]
    return travel_matrix(real.network, origins=nodes, destinations=nodes, **choices)


MATRIX = node_matrix()


def along(pair: StatedPair, figures: np.ndarray) -> float:
    """Return the figure of the way through every place that the statement names."""
    stops = (pair.from_node, *pair.via, pair.to_node)
    index = [MATRIX.origin_ids.index(stop) for stop in stops]
    return float(sum(figures[a, b] for a, b in pairwise(index)))


def name(pair: StatedPair) -> str:
    return f"{pair.from_node}-{pair.to_node}-{pair.distance_km or pair.time_min:g}"


@pytest.mark.parametrize("pair", DISTANCES, ids=name)
def test_kilometres_agree_with_what_others_state(pair: StatedPair) -> None:
    assert pair.distance_km is not None
    assert pair.sigma_km is not None
    off = abs(along(pair, MATRIX.km) - pair.distance_km)
    if (pair.from_node, pair.to_node) == ROAD_363:
        assert off <= MAX_ROAD_363 * pair.distance_km
    elif pair.quality == "A":
        assert off <= SIGMAS * pair.sigma_km
    else:
        assert off <= MAX_CLASS_B * pair.distance_km


@pytest.mark.parametrize("pair", TIMES, ids=name)
def test_minutes_agree_with_what_others_state(pair: StatedPair) -> None:
    assert pair.time_min is not None
    assert along(pair, MATRIX.minutes) == pytest.approx(pair.time_min, rel=MAX_TIME)


def test_times_as_a_whole_are_neither_fast_nor_slow() -> None:
    errors = np.array([along(pair, MATRIX.minutes) / (pair.time_min or 1) - 1 for pair in TIMES])
    assert abs(np.median(errors)) <= 0.08
    assert np.median(np.abs(errors)) <= 0.08


def test_r9_the_stated_times_lie_between_the_posted_limit_and_winter() -> None:
    posted, winter = node_matrix(speed_model=POSTED), node_matrix(speed_model=WINTER)
    for pair in TIMES:
        low, high = along(pair, posted.minutes), along(pair, winter.minutes)
        assert low <= (pair.time_min or 0) <= high, name(pair)
