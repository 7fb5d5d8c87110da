"""What is published: data sets, their forms, and the licence that follows from their files."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePath
from typing import NamedTuple, Self
from urllib.parse import urlsplit

from ris_map.travel.world import DataSource
from ris_map.words.language import Language, LocalText

PREFIX = "/api/v1"
"""Where the API lies, seen from the site's root."""

LICENCES = {
    "CC0-1.0": "http://creativecommons.org/publicdomain/zero/1.0/",
    "CC-BY-4.0": "http://creativecommons.org/licenses/by/4.0/",
    "ODbL-1.0": "http://opendatacommons.org/licenses/odbl/1.0/",
}
"""Address of each licence, the freest first; without a language, as DCAT-AP-SE asks."""
_NO_ATTRIBUTION = LocalText(sv="krävs inte", en="none required")
# the data files that answers are made from, as sources.yaml names them
REGISTER = "data/actors.yaml"
ACTORS = (REGISTER,)
BOUNDARIES = ("data/municipalities.geojson",)
DIVISIONS = ("data/divisions.yaml", "data/territory.geojson")
LOCALITIES = ("data/localities.csv",)
STRATEGY = ("data/strategy.yaml",)
ROADS = ("data/roads/nodes.csv", "data/roads/edges.csv", "data/roads/edges.geojson")
TRAVEL = (*ACTORS, *LOCALITIES, *ROADS)
COVERAGE = (*TRAVEL, "data/people/population_1km.csv", "data/statistics.csv")


class Format(StrEnum):
    """A form of a data set: its media type."""

    JSON = "application/json"
    GEOJSON = "application/geo+json"
    CSV = "text/csv"
    XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    GEOPACKAGE = "application/geopackage+sqlite3"

    @property
    def label(self) -> str:
        """What the form is called."""
        return {"GEOJSON": "GeoJSON", "GEOPACKAGE": "GeoPackage"}.get(self.name, self.name)

    @classmethod
    def of(cls, address: str) -> Self:
        """Return the form that the ending of an address names."""
        ending = PurePath(urlsplit(address).path).suffix[1:].upper() or "JSON"
        return cls["GEOPACKAGE" if ending == "GPKG" else ending]


class Distribution(NamedTuple):
    """One form of a data set, and its address from the site's root."""

    address: str
    format: Format


@dataclass(frozen=True, slots=True)
class Dataset:
    """Something that is published. Its words stand in the catalogue under ``dataset.<id>``."""

    id: str
    """Stable; part of addresses."""
    endings: tuple[str, ...]
    """Of the addresses of its forms."""
    files: tuple[str, ...]
    themes: tuple[str, ...]
    """EU data themes."""
    from_year: int | None = None
    """First year the data speak of."""
    is_spatial: bool = True
    """Whether it holds coordinates."""
    query: str = ""
    """What an address needs to give everything."""

    @property
    def distributions(self) -> tuple[Distribution, ...]:
        """Its forms."""
        forms = (f"{PREFIX}/{self.id}{ending}{self.query}" for ending in self.endings)
        return tuple(Distribution(address, Format.of(address)) for address in forms)


_ALL = "?bredd=adjacent"
_GEO = ("", ".geojson", ".csv", ".xlsx", ".gpkg")
DATASETS: tuple[Dataset, ...] = (
    Dataset("actors", _GEO, ACTORS, ("ECON", "REGI"), 2022, query=_ALL),
    Dataset("offices", ("", ".geojson"), ACTORS, ("ECON", "REGI"), 2022, query=_ALL),
    Dataset("coverage", ("", ".csv"), COVERAGE, ("REGI", "TRAN"), 2020, is_spatial=False),
    Dataset("travel-times", ("", ".csv"), TRAVEL, ("TRAN", "REGI"), is_spatial=False),
    Dataset("cells", (".csv", ".geojson"), COVERAGE, ("REGI", "TRAN", "SOCI"), 2021),
    Dataset("localities", ("", ".csv", ".gpkg"), LOCALITIES, ("REGI", "SOCI"), 2020),
    Dataset("municipalities", (".geojson", ".gpkg"), BOUNDARIES, ("REGI",)),
    Dataset("strategy", ("",), STRATEGY, ("ECON", "REGI"), 2022, is_spatial=False),
)


@dataclass(frozen=True, slots=True)
class Terms:
    """What may be done with data, and whom to name."""

    licence: str
    """SPDX name."""
    credits: tuple[LocalText, ...]
    """Whom to name, as it is to be written; empty where nobody."""

    @property
    def address(self) -> str:
        """The licence's address."""
        return LICENCES[self.licence]

    @property
    def text(self) -> str:
        """Licence and whom to name, in both languages: for what has no language of its own."""
        named = (f"{one.sv} / {one.en}" for one in self.credits)
        return " ".join((self.licence, self.address, *named))

    def attribution_in(self, language: Language) -> str:
        """Return whom to name in one language; empty where nobody."""
        return " ".join(one.in_(language) for one in self.credits)


def terms(files: Iterable[str], *, sources: Iterable[DataSource]) -> Terms:
    """Return the terms of data made from several files: the strictest licence, every attribution.

    What is made from none is free. ``LookupError`` if a file has no provenance, or a licence that
    is not known here.
    """
    wanted = set(files)
    used = [source for source in sources if source.file in wanted]
    missing = wanted - {source.file for source in used}
    if missing:
        raise LookupError(f"no provenance for {', '.join(sorted(missing))}")
    order = list(LICENCES)
    strictest = max((order.index(source.licence_out) for source in used), default=0)
    named = dict.fromkeys(s.attribution for s in used if s.attribution != _NO_ATTRIBUTION)
    # "Källa: SCB." says nothing beside "Källa: SCB. Place points: GeoNames."
    said = [one for one in named if sum(one.sv in x.sv and one.en in x.en for x in named) == 1]
    return Terms(order[strictest], tuple(said))
