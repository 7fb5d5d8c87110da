"""The selected actors as files: CSV in two flavours and a workbook, in the words of the screen."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from ris_map.export.tables import Cell, CsvFlavour, Sheet, sheets_xlsx, text_csv
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

Line = Sequence[Cell]


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
    sheets = (
        ("actors", [f"csv.column.{name}" for name in COLUMNS], _actors(matches, tr)),
        ("offices", _heads(OFFICE_COLUMNS), _offices(matches, tr, on=on)),
        ("offers", _heads(OFFER_COLUMNS), _offers(matches, tr)),
        ("sources", _heads(SOURCE_COLUMNS), _sources(matches, tr)),
        ("about", _heads(("what", "text")), about),
    )
    return sheets_xlsx(
        (
            Sheet(
                name=tr(f"xlsx.sheet.{name}"),
                heads=[tr(head) for head in heads],
                rows=lines,
                has_named_rows=False,
            )
            for name, heads, lines in sheets
        ),
        title=tr("dataset.actors.title"),
        tr=tr,
    )


def _heads(columns: Iterable[str]) -> list[str]:
    return [f"xlsx.column.{column}" for column in columns]


def _offices(matches: Sequence[Match], tr: Words, *, on: date) -> Iterator[Line]:
    names = tr.municipality_names
    for match, office in selected_offices(matches, on=on):
        outside = office.outside.municipality if office.outside else ""
        yield (
            *(f"{match.actor.id}/{office.id}", match.actor.name, office.town),
            *(names.get(office.municipality or "", outside), office.street_on(on)),
            *sweref_point(office.lat, office.lon),
            tr(f"xlsx.precision.{office.precision}"),
        )


def _offers(matches: Sequence[Match], tr: Words) -> Iterator[Line]:
    for match in matches:
        for offer in match.actor.offers:
            yield (
                *(match.actor.id, match.actor.name),
                tr.label(offer.service_type),
                tr.labels(offer.phases) or tr("unknown"),
                *(tr(f"availability.{offer.delivery.of(mode)}") for mode in Delivery),
            )


def _sources(matches: Sequence[Match], tr: Words) -> Iterator[Line]:
    for match in matches:
        for source in match.actor.sources:
            supports = source.supports.in_(tr.language)
            yield match.actor.id, match.actor.name, source.url, source.year, supports
