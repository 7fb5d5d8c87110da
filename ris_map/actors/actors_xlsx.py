"""The selected actors as a workbook in the words of one language, with points in SWEREF 99 TM."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime

import xlsxwriter

from ris_map.actors.files import COLUMNS as ACTOR_COLUMNS
from ris_map.api.records import selected_offices
from ris_map.export.tables import Cell
from ris_map.geography.boundaries import sweref_point
from ris_map.register.in_words import ActorRow, Words, actor_rows, phase_marks
from ris_map.register.selection import Selection

OFFICE_COLUMNS = ("id", "name", "town", "municipality", "street", "north", "east", "precision")
OFFER_COLUMNS = ("id", "name", "service-type", "phases", "office", "visit", "digital", "phone")
SOURCE_COLUMNS = ("id", "name", "url", "year", "supports")
_CREATED = datetime(2026, 11, 23)
"""Written into every file, so that the same data give the same bytes."""
_WIDTHS = (28, 34, 48)
_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")

Line = Sequence[Cell]


def actors_xlsx(
    selection: Selection, *, words: Words, on: date, about: Iterable[tuple[str, str]]
) -> bytes:
    """Return a workbook with actors, offices, offers, sources and a sheet about it.

    The same input gives the same bytes. Texts that look like formulas stay texts.

    Parameters
    ----------
    selection : Selection
        What is written, with the offices that count.
    words : Words
        The language.
    on : date
        The day the selection holds for.
    about : iterable of (str, str)
        Heading and text of each line of the last sheet.
    """
    tr = words.tr
    rows = actor_rows(selection.matches, words=words, on=on)
    sheets = (
        ("actors", [f"csv.column.{name}" for name in ACTOR_COLUMNS], _actors(rows, words)),
        ("offices", _heads(OFFICE_COLUMNS), _offices(selection, words, on=on)),
        ("offers", _heads(OFFER_COLUMNS), _offers(selection, words)),
        ("sources", _heads(SOURCE_COLUMNS), _sources(selection, words)),
        ("about", _heads(("what", "text")), iter(about)),
    )
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, _OPTIONS)
    book.set_properties({"title": tr("dataset.actors.title"), "created": _CREATED})
    bold = book.add_format({"bold": True})
    for name, heads, lines in sheets:
        sheet = book.add_worksheet(tr(f"xlsx.sheet.{name}"))
        sheet.freeze_panes(1, 0)
        for column, width in enumerate(_WIDTHS):
            sheet.set_column(column, column, width)
        for column, head in enumerate(heads):
            sheet.write_string(0, column, tr(head), bold)
        for row, line in enumerate(lines, start=1):
            for column, value in enumerate(line):
                if isinstance(value, str):
                    sheet.write_string(row, column, _NOT_IN_XML.sub("", value))
                elif value is not None:
                    sheet.write_number(row, column, value)
    book.close()
    return content.getvalue()


def _heads(columns: Iterable[str]) -> list[str]:
    return [f"xlsx.column.{column}" for column in columns]


def _actors(rows: Iterable[ActorRow], words: Words) -> Iterator[Line]:
    tr = words.tr
    for row in rows:
        known = {mark.id: mark.known for mark in row.delivery}
        yield (
            *(row.id, row.name, row.summary, tr(f"group.{row.group}.short"), row.scope, row.status),
            *(row.phase_labels or tr("unknown"), row.service_types, row.strength_areas),
            *(known["office"], known["visit"], known["digital"], known["phone"]),
            *(row.places, row.municipalities, row.service_area, row.homepage, row.confidence),
            *(row.last_evidence, row.last_confirmed),
        )


def _offices(selection: Selection, words: Words, *, on: date) -> Iterator[Line]:
    names = words.municipality_names
    for match, office in selected_offices(selection, on=on):
        outside = office.outside.municipality if office.outside else ""
        yield (
            *(f"{match.actor.id}/{office.id}", match.actor.name, office.town),
            *(names.get(office.municipality or "", outside), office.street_on(on)),
            *sweref_point(office.lat, office.lon),
            words.tr(f"xlsx.precision.{office.precision}"),
        )


def _offers(selection: Selection, words: Words) -> Iterator[Line]:
    tr, language = words.tr, words.tr.language
    for match in selection.matches:
        for offer in match.actor.offers:
            marks = phase_marks(offer.phases, words=words)
            modes = (offer.delivery.office, offer.delivery.visit, offer.delivery.digital)
            yield (
                *(match.actor.id, match.actor.name),
                words.strategy.label(offer.service_type).in_(language),
                ", ".join(mark.label for mark in marks) or tr("unknown"),
                *(tr(f"availability.{mode}") for mode in (*modes, offer.delivery.phone)),
            )


def _sources(selection: Selection, words: Words) -> Iterator[Line]:
    for match in selection.matches:
        for source in match.actor.sources:
            supports = source.supports.in_(words.tr.language)
            yield match.actor.id, match.actor.name, source.url, source.year, supports
