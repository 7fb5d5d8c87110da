"""The page about open data: what can be fetched, how, and on which terms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ris_map.words import Translator
from ris_map.words.markup import render

EXAMPLES = (
    "/actors.geojson?fas=ide&stod=radgivning&plats=2422",
    "/actors/almi-nord",
    "/coverage.csv?grans=90&omrade=life_science",
    "/travel-times?plats=2421",
    "/actors.xlsx?bredd=adjacent",
)
MEANINGS = ("unknown", "modes", "points", "coordinates", "times", "people")
RULES = ("cache", "cors", "stable")
CHANGES = (1,)
"""What has changed in the API, the latest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DownloadLink:
    """One form of a data set."""

    label: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetRow:
    """One data set with its terms; whom to name stands in the page's language."""

    id: str
    links: tuple[DownloadLink, ...]
    licence: str
    licence_address: str
    attribution: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterRow:
    """One parameter and what it may be; no values = free text, or an id like the example."""

    name: str
    values: tuple[str, ...]
    example: str
    is_id: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenDataFacts:
    """What the page says besides its own words.

    Parameters
    ----------
    datasets, catalogue, parameters
        Rows and links.
    licences : sequence of (str, str)
        Name and address.
    prefix : str
        Where the API lies.
    on, reference : str
        Day that is shown, and date of the research.
    rate : (int, int) or None
        Requests in seconds; None = no limit.
    report_address : str
        Role address for faults.
    """

    datasets: Sequence[DatasetRow]
    catalogue: Sequence[DownloadLink]
    parameters: Sequence[ParameterRow]
    licences: Sequence[tuple[str, str]]
    prefix: str
    on: str
    reference: str
    rate: tuple[int, int] | None
    report_address: str


def open_data_html(facts: OpenDataFacts, *, tr: Translator) -> str:
    """Return the page below its title."""
    return render(
        "open_data.html",
        t=tr,
        facts=facts,
        examples=tuple(enumerate(EXAMPLES, start=1)),
        meanings=MEANINGS,
        rules=RULES,
        changes=CHANGES,
        rate=_rate(facts.rate, tr=tr),
        values=lambda row: _values(row, tr=tr),
        cite=tr(
            "open-data.cite.text",
            product=tr("product.name"),
            dataset=tr("dataset.actors.title"),
            on=facts.on,
            licence="CC0 1.0",
        ),
    )


def _rate(rate: tuple[int, int] | None, *, tr: Translator) -> str:
    if rate is None:
        return tr("open-data.rules.no-rate")
    requests, seconds = (tr.number(number) for number in rate)
    return tr("open-data.rules.rate", requests=requests, seconds=seconds)


def _values(row: ParameterRow, *, tr: Translator) -> str:
    if row.values:
        return ", ".join(row.values)
    return (
        tr("open-data.values.id", example=row.example) if row.is_id else tr("open-data.values.text")
    )
