"""The region that a data folder is about: ``region.yaml`` holds what no code may know."""

import os
from collections.abc import Iterator
from functools import cached_property, lru_cache
from math import ceil, floor
from pathlib import Path
from typing import Annotated, Final, Self

from pydantic import Field, StringConstraints, model_validator

from ris_map.common.records import (
    ByLanguage,
    Finding,
    MunicipalityCode,
    Record,
    ShortText,
    Slug,
    Text,
    finding,
    load_model,
)

DATA_VARIABLE: Final = "RIS_MAP_DATA"
DATA: Final = Path(__file__).resolve().parents[2] / "data"
REGION_FILE: Final = "region.yaml"


class RegionNames(Record):
    """What the region is called; the texts' ``{region.name}`` and so on are filled with it.

    ``{region.count}`` is the number of its municipalities.
    """

    name: ShortText
    genitive: ShortText
    county: ShortText
    """The county's full name, such as "Blekinge län"."""
    unreached: ShortText
    """Where no road leads, in the legend's brackets: an island by name, or "ingen väg"."""
    place: ShortText
    """One that a search field gives as an example."""


class Box(Record):
    """Degrees (EPSG:4326)."""

    south: Annotated[float, Field(ge=54, le=71)]
    north: Annotated[float, Field(ge=54, le=71)]
    west: Annotated[float, Field(ge=8, le=26)]
    east: Annotated[float, Field(ge=8, le=26)]

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not (self.south < self.north and self.west < self.east):
            raise ValueError("south lies south of north, and west lies west of east")
        return self

    def holds(self, lat: float, lon: float) -> bool:
        """Return whether a point lies in the box or on its edge."""
        return self.south <= lat <= self.north and self.west <= lon <= self.east

    def pattern(self) -> str:
        """Return the regular expression of "latitude,longitude" in it, to whole degrees."""

        def degrees(first: float, last: float) -> str:
            whole = "|".join(str(degree) for degree in range(floor(first), ceil(last)))
            return rf"({whole})(\.[0-9]{{1,9}})?"

        return f"^{degrees(self.south, self.north)},{degrees(self.west, self.east)}$"


class NamedMunicipality(Record):
    """A municipality by its SCB code."""

    code: MunicipalityCode
    name: ShortText


class Counts(Record):
    """Numbers of actors by what they offer."""

    advice: int
    meeting: int
    incubator: int


class Yardstick(Record):
    """How many actors somebody else counted in 2022, and whom."""

    counts: Counts
    note: ByLanguage[Text]


class Region(Record):
    """A county, what it is called and where it lies."""

    county_code: Annotated[str, StringConstraints(pattern=r"^[0-9]{2}$")]
    nuts: Annotated[str, StringConstraints(pattern=r"^SE[0-9]{3}$")]
    """Its code in the EU's nomenclature of regions."""
    names: ByLanguage[RegionNames]
    bounds: Box
    """The county with its sea, and the towns where its roads end."""
    view: Box
    """What the map shows at first."""
    municipalities: Annotated[tuple[NamedMunicipality, ...], Field(min_length=1)]
    islands: tuple[ShortText, ...] = ()
    """Places that one is on and not in, by name: "på Holmön"."""
    visits_from: Slug
    """The place (``localities.csv``) from which days of visits start where none is chosen."""
    yardstick: Yardstick | None = None
    examples: dict[str, ShortText]
    """What the API's description gives as examples, by the key of an address."""

    @cached_property
    def codes(self) -> tuple[str, ...]:
        """The municipalities' codes, ascending."""
        return tuple(one.code for one in self.municipalities)


def data_folder() -> Path:
    """Return the data folder of this process."""
    return Path(os.environ.get(DATA_VARIABLE, "").strip() or DATA).expanduser()


@lru_cache(maxsize=4)
def load_region(folder: Path) -> Region:
    """Read the region of a data folder, once per process; ``DataFaults`` with all that is wrong."""
    return load_model(folder / REGION_FILE, Region, wrong=_wrong)


def _wrong(region: Region) -> Iterator[Finding]:
    before, county = "", region.county_code
    for index, code in enumerate(region.codes):
        if code.startswith(county) and code > before:
            before = code
        else:
            at = ("municipalities", index, "code")
            yield finding("bad-code/of-county", *at, code=code, county=county)
    for name in ("plats", "kommun", "jamfor"):
        if (value := region.examples.get(name)) not in region.codes:
            yield finding("unknown-municipality/row", "examples", name, value=value)
    view, bounds = region.view, region.bounds
    if not (bounds.holds(view.south, view.west) and bounds.holds(view.north, view.east)):
        yield finding("contradiction", "view", rule="the view lies within the bounds")


def region() -> Region:
    """Return the region of this process's data folder."""
    return load_region(data_folder())
