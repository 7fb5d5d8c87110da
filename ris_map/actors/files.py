"""The selected actors as files: CSV in two flavours and a workbook, in the words of the screen."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from ris_map.export.tables import CsvFlavour, Sheet, sheets_xlsx, text_csv
from ris_map.geography.boundaries import sweref_point
from ris_map.register.in_words import TERMS, Words, words_of
from ris_map.register.selection import Match, selected_offices
from ris_map.register.vocabulary import Delivery

COLUMNS = (
    *("id", "name", "summary", "group", "scope", "status", "phases", "service-types"),
    *("strength-areas", "office", "visit", "digital", "phone", "towns", "municipalities"),
    *("service-area", "homepage", "contact_url", "confidence", "last-evidence"),
    *("last-checked", "last-confirmed", *TERMS),
)
OFFICE_COLUMNS = ("id", "name", "town", "municipality", "street", "north", "east", "precision")
OFFER_COLUMNS = ("id", "name", "service-type", "phases", "office", "visit", "digital", "phone")
SOURCE_COLUMNS = ("id", "name", "url", "year", "supports")


def actors_csv(matches: Iterable[Match], *, flavour: CsvFlavour, tr: Words) -> bytes:
    """Return a selection as CSV in UTF-8; the same words as on screen."""
    columns = [tr(f"csv.column.{name}") for name in COLUMNS]
    return text_csv(columns, _actors(matches, tr), flavour=flavour)


def _actors(matches: Iterable[Match], tr: Words) -> Iterator[list[str]]:
    for match in matches:
        said = words_of(match, tr=tr)
        yield [said[column] for column in COLUMNS]


def actors_xlsx(
    matches: Sequence[Match], *, tr: Words, on: date, about: Iterable[tuple[str, str]]
) -> bytes:
    """Return a workbook with actors, offices, offers, sources and a sheet about it.

    ``on`` is the day the selection holds for; ``about`` is heading and text of each line of the
    last sheet. The same input gives the same bytes.
    """
    actors, names = [match.actor for match in matches], tr.municipality_names
    offices = (
        (
            *(f"{match.actor.id}/{office.id}", match.actor.name, office.town),
            office.outside.municipality if office.outside else names[office.municipality or ""],
            office.street_on(on),
            *sweref_point(office.lat, office.lon),
            tr(f"xlsx.precision.{office.precision}"),
        )
        for match, office in selected_offices(matches, on=on)
    )
    offers = (
        (
            *(actor.id, actor.name, tr.label(offer.service_type)),
            tr.labels(offer.phases) or tr("unknown"),
            *(tr(f"availability.{offer.delivery.of(mode)}") for mode in Delivery),
        )
        for actor in actors
        for offer in actor.offers
    )
    sources = (
        (actor.id, actor.name, source.url, source.year, source.supports.in_(tr.language))
        for actor in actors
        for source in actor.sources
    )
    sheets = (
        ("actors", [tr(f"csv.column.{name}") for name in COLUMNS], _actors(matches, tr)),
        ("offices", _heads(OFFICE_COLUMNS, tr), offices),
        ("offers", _heads(OFFER_COLUMNS, tr), offers),
        ("sources", _heads(SOURCE_COLUMNS, tr), sources),
        ("about", _heads(("what", "text"), tr), about),
    )
    made = (
        Sheet(name=tr(f"xlsx.sheet.{name}"), heads=heads, rows=rows, has_named_rows=False)
        for name, heads, rows in sheets
    )
    return sheets_xlsx(made, title=tr("dataset.actors.title"), tr=tr)


def _heads(columns: Iterable[str], tr: Words) -> list[str]:
    return [tr(f"xlsx.column.{column}") for column in columns]
