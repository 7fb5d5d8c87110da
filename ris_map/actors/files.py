"""The selection as CSV, in two flavours: Swedish spreadsheets and everything else."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from enum import StrEnum

from ris_map.export.tables import harmless
from ris_map.register.in_words import ActorRow
from ris_map.words import Translator

COLUMNS = (
    "id",
    "name",
    "summary",
    "group",
    "scope",
    "status",
    "phases",
    "service-types",
    "strength-areas",
    "office",
    "visit",
    "digital",
    "phone",
    "towns",
    "municipalities",
    "service-area",
    "homepage",
    "confidence",
    "last-evidence",
    "last-confirmed",
)


class CsvFlavour(StrEnum):
    """``SWEDISH``: semicolons and a byte order mark, as Excel expects here; ``PLAIN``: RFC 4180."""

    SWEDISH = "swedish"
    PLAIN = "plain"


def actors_csv(rows: Iterable[ActorRow], *, flavour: CsvFlavour, tr: Translator) -> bytes:
    """Return rows as CSV in UTF-8; the same words as on screen.

    A cell that a spreadsheet would run as a formula is made text by a leading apostrophe.
    """
    text = io.StringIO(newline="")
    swedish = flavour is CsvFlavour.SWEDISH
    writer = csv.writer(text, delimiter=";" if swedish else ",", lineterminator="\r\n")
    writer.writerow([tr(f"csv.column.{name}") for name in COLUMNS])
    writer.writerows([harmless(cell) for cell in _cells(row, tr=tr)] for row in rows)
    return text.getvalue().encode("utf-8-sig" if swedish else "utf-8")


def _cells(row: ActorRow, *, tr: Translator) -> tuple[str, ...]:
    known = {mark.id: mark.known for mark in row.delivery}
    return (
        row.id,
        row.name,
        row.summary,
        tr(f"group.{row.group}.short"),
        row.scope,
        row.status,
        row.phase_labels or tr("unknown"),
        row.service_types,
        row.strength_areas,
        known["office"],
        known["visit"],
        known["digital"],
        known["phone"],
        row.places,
        row.municipalities,
        row.service_area,
        row.homepage,
        row.confidence,
        row.last_evidence,
        row.last_confirmed,
    )
