"""Similar municipalities: the stated rule, at its limits, mutual and without any ranking."""

from __future__ import annotations

from itertools import permutations

import pytest

from ris_map.geography.county import Statistic
from ris_map.geography.divisions import MUNICIPALITY_CODES
from ris_map.municipality.profile import LIKENESS, Size, factor, similar_to, sizes
from ris_map.words import swedish_sort_key
from tests.factories import real_world

NAMES = {"a": "Åsele", "b": "Östby", "c": "Bo", "d": "Ed"}


def size(code: str, population: float, land_km2: float = 100.0) -> Size:
    return Size(code=code, population=population, land_km2=land_km2)


def known(*found: Size) -> dict[str, Size]:
    return {item.code: item for item in found}


def test_the_limit_itself_is_similar() -> None:
    at = size("b", 1000 * LIKENESS, 100 * LIKENESS)
    over = size("c", 1000 * LIKENESS + 1, 100 * LIKENESS)
    found = similar_to("a", known=known(size("a", 1000), at, over), names=NAMES)
    assert found.codes == ("b",)


def test_density_alone_can_keep_two_apart() -> None:
    found = similar_to("a", known=known(size("a", 1000, 100), size("b", 1000, 251)), names=NAMES)
    assert found.codes == ()
    assert found.nearest == "b"
    assert found.factor == pytest.approx(2.51)
    assert found.compared == ("b",)


def test_the_order_is_swedish_not_by_figure() -> None:
    sized = known(size("d", 1000), size("a", 1001), size("b", 1002), size("c", 2000))
    assert similar_to("d", known=sized, names=NAMES).codes == ("c", "a", "b")


def test_unknown_size_is_not_zero_and_without_another_there_is_nobody() -> None:
    unknown = similar_to("a", known=known(size("b", 1)), names=NAMES)
    alone = similar_to("a", known=known(size("a", 1000)), names=NAMES)
    assert (unknown.is_known, alone.is_known) == (False, True)
    assert unknown.compared == alone.compared == ()


def test_the_latest_period_counts() -> None:
    def figure(indicator: str, number: float, period: str) -> Statistic:
        return Statistic(
            municipality_code="2401",
            indicator=indicator,
            text=str(number),
            unit="persons",
            period=period,
            source="s",
            note="",
        )

    found = sizes(
        [
            figure("population", 300, "2024-12-31"),
            figure("population", 100, "2020-12-31"),
            figure("land_area_km2", 10, "2014-01-01"),
        ]
    )
    assert found["2401"].population == 300
    assert found["2401"].density == 30


def test_M3_in_the_county_similarity_is_mutual_and_by_the_rule() -> None:
    """M3: nobody is similar one way only, and every factor keeps the stated limit."""
    world = real_world()
    sized = sizes(world.foundations.statistics)
    names = {m.code: m.name for m in world.foundations.geography.municipalities}
    assert set(sized) == set(MUNICIPALITY_CODES)
    found = {code: similar_to(code, known=sized, names=names) for code in sized}
    for one, other in permutations(sized, 2):
        is_similar = other in found[one].codes
        assert is_similar == (one in found[other].codes)
        assert is_similar == (factor(sized[one], sized[other]) <= LIKENESS)
    for item in found.values():
        listed = [names[code] for code in item.codes]
        assert listed == sorted(listed, key=swedish_sort_key)
        assert bool(item.codes) != bool(item.nearest)
