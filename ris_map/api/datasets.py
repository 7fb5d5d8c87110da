"""What is published: data sets, their forms, and the licence that follows from their files."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from ris_map.export.sources import DataSource
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
_ROADS = ("data/roads/nodes.csv", "data/roads/edges.csv")
_COVERAGE = ("data/actors.yaml", "data/localities.csv", *_ROADS)


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


@dataclass(frozen=True, slots=True)
class Distribution:
    """One form of a data set and its address below :data:`PREFIX`."""

    format: Format
    path: str

    @property
    def address(self) -> str:
        """The address from the site's root."""
        return PREFIX + self.path


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """Something that is published. Its words stand in the catalogue under ``dataset.<id>``.

    Parameters
    ----------
    id : str
        Stable; part of addresses.
    files : tuple of str
        The data files it is made from, as ``sources.yaml`` names them.
    themes : tuple of str
        EU data themes.
    frequency : str
        EU frequency of update.
    from_year : int or None
        First year the data speak of.
    is_spatial : bool
        Whether it holds coordinates.
    """

    id: str
    files: tuple[str, ...]
    themes: tuple[str, ...]
    frequency: str
    from_year: int | None
    is_spatial: bool
    distributions: tuple[Distribution, ...]


DATASETS: tuple[Dataset, ...] = (
    Dataset(
        id="actors",
        files=("data/actors.yaml",),
        themes=("ECON", "REGI"),
        frequency="IRREG",
        from_year=2022,
        is_spatial=True,
        distributions=(
            Distribution(Format.JSON, "/actors?bredd=adjacent"),
            Distribution(Format.GEOJSON, "/actors.geojson?bredd=adjacent"),
            Distribution(Format.CSV, "/actors.csv?bredd=adjacent"),
            Distribution(Format.XLSX, "/actors.xlsx?bredd=adjacent"),
            Distribution(Format.GEOPACKAGE, "/actors.gpkg?bredd=adjacent"),
        ),
    ),
    Dataset(
        id="offices",
        files=("data/actors.yaml",),
        themes=("ECON", "REGI"),
        frequency="IRREG",
        from_year=2022,
        is_spatial=True,
        distributions=(
            Distribution(Format.JSON, "/offices?bredd=adjacent"),
            Distribution(Format.GEOJSON, "/offices.geojson?bredd=adjacent"),
        ),
    ),
    Dataset(
        id="coverage",
        files=(*_COVERAGE, "data/statistics.csv"),
        themes=("REGI", "TRAN"),
        frequency="IRREG",
        from_year=2020,
        is_spatial=False,
        distributions=(
            Distribution(Format.JSON, "/coverage"),
            Distribution(Format.CSV, "/coverage.csv"),
        ),
    ),
    Dataset(
        id="travel-times",
        files=_COVERAGE,
        themes=("TRAN", "REGI"),
        frequency="IRREG",
        from_year=None,
        is_spatial=False,
        distributions=(
            Distribution(Format.JSON, "/travel-times"),
            Distribution(Format.CSV, "/travel-times.csv"),
        ),
    ),
    Dataset(
        id="localities",
        files=("data/localities.csv",),
        themes=("REGI", "SOCI"),
        frequency="IRREG",
        from_year=2020,
        is_spatial=True,
        distributions=(
            Distribution(Format.JSON, "/localities"),
            Distribution(Format.CSV, "/localities.csv"),
            Distribution(Format.GEOPACKAGE, "/localities.gpkg"),
        ),
    ),
    Dataset(
        id="municipalities",
        files=("data/municipalities.geojson",),
        themes=("REGI",),
        frequency="IRREG",
        from_year=None,
        is_spatial=True,
        distributions=(
            Distribution(Format.GEOJSON, "/municipalities.geojson"),
            Distribution(Format.GEOPACKAGE, "/municipalities.gpkg"),
        ),
    ),
    Dataset(
        id="strategy",
        files=("data/strategy.yaml",),
        themes=("ECON", "REGI"),
        frequency="IRREG",
        from_year=2022,
        is_spatial=False,
        distributions=(Distribution(Format.JSON, "/strategy"),),
    ),
)


@dataclass(frozen=True, slots=True)
class Terms:
    """What may be done with data, and whom to name.

    Parameters
    ----------
    licence : str
        SPDX name.
    credits : tuple of LocalText
        Whom to name, as it is to be written; empty where nobody.
    """

    licence: str
    credits: tuple[LocalText, ...]

    @property
    def address(self) -> str:
        """The licence's address."""
        return LICENCES[self.licence]

    @property
    def attribution(self) -> tuple[str, ...]:
        """Whom to name, each in both languages: for what has no language of its own."""
        return tuple(f"{one.sv} / {one.en}" for one in self.credits)

    def attribution_in(self, language: Language) -> str:
        """Return whom to name in one language; empty where nobody."""
        return " ".join(one.in_(language) for one in self.credits)


def terms(files: Iterable[str], *, sources: Iterable[DataSource]) -> Terms:
    """Return the terms of data made from several files: the strictest licence, every attribution.

    Raises
    ------
    LookupError
        If a file has no provenance, or a licence that is not known here.
    """
    wanted = set(files)
    used = [source for source in sources if source.file in wanted]
    missing = wanted - {source.file for source in used}
    if missing:
        raise LookupError(f"no provenance for {', '.join(sorted(missing))}")
    order = list(LICENCES)
    strictest = max(order.index(source.licence_out) for source in used)
    named = dict.fromkeys(s.attribution for s in used if s.attribution != _NO_ATTRIBUTION)
    # "Källa: SCB." says nothing beside "Källa: SCB. Place points: GeoNames."
    said = (one for one in named if not any(_is_said_by(other, one) for other in named))
    return Terms(order[strictest], tuple(said))


def _is_said_by(other: LocalText, one: LocalText) -> bool:
    return other != one and one.sv in other.sv and one.en in other.en
