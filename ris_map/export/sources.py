"""Where every data file comes from, and under which licence it goes on."""

from __future__ import annotations

from pathlib import Path

from ris_map.common.records import Record, ShortText, Slug, Text
from ris_map.common.tables import load_listed
from ris_map.words.language import LocalText


class DataSource(Record):
    """Provenance of one data file."""

    id: Slug
    file: ShortText
    title: LocalText
    publisher: LocalText
    licence_in: LocalText
    licence_out: Text
    attribution: LocalText
    """Whom the licence asks to name, as it is to be written."""
    edition: ShortText | None
    retrieved: ShortText | None
    """``None``: the source does not say, or it was not noted."""
    note: LocalText


def load_sources(path: Path) -> tuple[DataSource, ...]:
    """Return the provenance of all data files, in file order.

    Raises
    ------
    DataFaults
        With everything that is wrong with the file, each with its line.
    """
    return load_listed(path, DataSource, key="sources")
