"""Facts per municipality: figures with their own source and period, and minority languages."""

from __future__ import annotations

import math
from functools import lru_cache
from pathlib import Path
from typing import Annotated

from pydantic import Field

from ris_map.common.faults import DataFaults, Fault
from ris_map.common.files import not_yet
from ris_map.common.records import Record, ShortText, Slug, Text, Url
from ris_map.common.tables import FaultLog, Row, load_listed, read_records
from ris_map.geography.boundaries import read_features
from ris_map.geography.codes import OwnMunicipality
from ris_map.words.language import LocalText

NAME_UNIT = "name"
"""Unit of values that are words, such as the name of a labour market."""
RIGHTS_FILE = "language_rights.yaml"


class Statistic(Row):
    """One figure."""

    municipality_code: OwnMunicipality
    indicator: ShortText
    text: ShortText = Field(alias="value")
    unit: ShortText
    period: ShortText
    source: Text
    note: str = ""

    @property
    def number(self) -> float | None:
        """The value; None for values that are words, NaN for what should be a number and is not."""
        if self.unit == NAME_UNIT:
            return None
        try:
            return float(self.text)
        except ValueError:
            return math.nan


class OfficialLink(Record):
    """A page of an authority."""

    title: LocalText
    url: Url


class LanguageRight(Record):
    """One language and the municipalities in whose administrative area it may be used."""

    id: Slug
    label: LocalText
    text: LocalText
    municipalities: Annotated[tuple[OwnMunicipality, ...], Field(min_length=1)]
    source: OfficialLink
    """What the list of municipalities was read from."""
    links: Annotated[tuple[OfficialLink, ...], Field(min_length=1)]


class _Background(Record):
    """Properties of what is drawn under everything on the map."""

    kind: ShortText
    id: str = ""
    name: str = ""
    road: str = ""


def load_statistics(path: Path) -> tuple[Statistic, ...]:
    """Return all figures in file order; ``DataFaults`` with everything that is wrong."""
    if not path.exists():
        return ()  # a region that has none yet
    log = FaultLog(path)
    figures = read_records(log, Statistic)
    for line, row in figures.items():
        if row.number is not None and not 0 <= row.number < math.inf:
            log.add(
                f"{row.text!r} is not a finite number of zero or more.",
                action="Write digits with a decimal point, or leave the row out.",
                code="not-a-number",
                line=line,
                record=f"{row.municipality_code} {row.indicator}",
                field="value",
            )
    if log.faults:
        raise DataFaults(log.faults)
    return tuple(figures.values())


def population_by_municipality(statistics: tuple[Statistic, ...], *, year: int) -> dict[str, int]:
    """Return all residents per municipality at the end of a year."""
    return {
        item.municipality_code: int(item.number)
        for item in statistics
        if item.indicator == "population"
        and item.period.startswith(str(year))
        and item.number is not None
    }


def load_language_rights(path: Path) -> tuple[LanguageRight, ...]:
    """Read the language rights in file order; ``DataFaults`` with everything that is wrong."""
    return load_listed(path, LanguageRight, key="languages") if path.exists() else ()


@lru_cache(maxsize=2)
def language_rights(data_dir: Path) -> tuple[LanguageRight, ...]:
    """Return the language rights of a data folder, read once per process."""
    return load_language_rights(data_dir / RIGHTS_FILE)


def rights_of(code: str, rights: tuple[LanguageRight, ...]) -> tuple[LanguageRight, ...]:
    """Return the languages of one municipality's administrative areas."""
    return tuple(right for right in rights if code in right.municipalities)


def check_facts(data_dir: Path) -> list[Fault]:
    """Return every fault of the figures, the language rights and the map's background."""
    background = FaultLog(data_dir / "background.geojson")
    features = read_features(background, _Background, key=None)
    background.add_rows(
        features[features.geometry.isna() | features.geometry.is_empty],
        "The feature has no geometry that can be drawn.",
        action="Rebuild the file with scripts/build_background.py.",
        code="bad-geometry",
    )
    if features.empty and not background.faults:
        background.add("There is no feature.", action="Rebuild the file.", code="empty-file")
    faults = background.faults
    for load, name in ((load_statistics, "statistics.csv"), (load_language_rights, RIGHTS_FILE)):
        if not (data_dir / name).exists():
            faults.append(not_yet(data_dir / name))
            continue
        try:
            load(data_dir / name)
        except DataFaults as refusal:
            faults += refusal.faults
    return faults
