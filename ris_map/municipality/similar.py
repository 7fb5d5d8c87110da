"""Municipalities that are like one another in population and density: a stated rule, no ranking.

Two municipalities are similar if neither their population nor their density differs by more than a
factor of :data:`LIMIT`. Similarity is mutual. See
``docs/method/2026-11-23-similar-municipalities.md``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ris_map.geography.statistics import Statistic
from ris_map.words import swedish_sort_key

LIMIT = 2.5
"""Largest factor between two similar municipalities, in population and in density alike."""
POPULATION, LAND_AREA = "population", "land_area_km2"


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """Population and land area of a municipality, each of the latest period."""

    code: str
    population: float
    land_km2: float

    @property
    def density(self) -> float:
        """Residents per square kilometre of land."""
        return self.population / self.land_km2


@dataclass(frozen=True, slots=True, kw_only=True)
class Similar:
    """What a municipality is compared with.

    Parameters
    ----------
    codes : tuple of str
        Similar municipalities in Swedish alphabetical order of their names.
    nearest : str or None
        If there is none: the one that comes closest to the rule without fulfilling it.
    factor : float or None
        The larger of its two factors.
    is_known : bool
        Whether the municipality's own population and area are known at all.
    """

    codes: tuple[str, ...]
    nearest: str | None
    factor: float | None
    is_known: bool

    @property
    def compared(self) -> tuple[str, ...]:
        """Codes to show: the similar ones, else the one that comes closest."""
        return self.codes or ((self.nearest,) if self.nearest else ())


def sizes(statistics: Iterable[Statistic]) -> dict[str, Size]:
    """Return the size of every municipality for which both figures are known."""
    found = tuple(statistics)
    population, area = (_latest(found, name) for name in (POPULATION, LAND_AREA))
    return {
        code: Size(code=code, population=population[code], land_km2=area[code])
        for code in population
        if area.get(code)
    }


def factor(one: Size, other: Size) -> float:
    """Return by how much two municipalities differ: the larger factor of the two measures."""
    return max(
        _ratio(one.population, other.population),
        _ratio(one.density, other.density),
    )


def similar_to(code: str, *, known: Mapping[str, Size], names: Mapping[str, str]) -> Similar:
    """Return what a municipality is compared with.

    Parameters
    ----------
    code : str
        The municipality.
    known : mapping of str to Size
        Sizes by code; a municipality that is missing is compared with none.
    names : mapping of str to str
        Names by code, for the alphabetical order.
    """
    if code not in known:
        return Similar(codes=(), nearest=None, factor=None, is_known=False)
    factors = {other: factor(known[code], known[other]) for other in known if other != code}
    codes = sorted(
        (other for other, by in factors.items() if by <= LIMIT),
        key=lambda other: swedish_sort_key(names[other]),
    )
    nearest = min(factors, key=lambda other: (factors[other], other), default=None)
    if codes or nearest is None:
        return Similar(codes=tuple(codes), nearest=None, factor=None, is_known=True)
    return Similar(codes=(), nearest=nearest, factor=factors[nearest], is_known=True)


def _ratio(one: float, other: float) -> float:
    low, high = sorted((one, other))
    return high / low if low > 0 else float("inf")


def _latest(statistics: Iterable[Statistic], indicator: str) -> dict[str, float]:
    """Figures of the latest period by municipality."""
    items = (s for s in statistics if s.indicator == indicator and s.number is not None)
    # dict() keeps the last of equal keys
    return {s.municipality_code: s.number or 0.0 for s in sorted(items, key=lambda s: s.period)}
