"""The table of data files with origin and licence."""

from __future__ import annotations

from collections.abc import Iterable

from ris_map.export.sources import DataSource
from ris_map.words import Translator
from ris_map.words.markup import render

COLUMNS = ("file", "title", "publisher", "edition", "licence-in", "licence-out", "note")


def sources_html(sources: Iterable[DataSource], *, tr: Translator) -> str:
    """Return the provenance of all data files as an HTML table."""
    return render(
        "table.html",
        id="sources",
        caption=tr("sources.caption"),
        columns=[tr(f"sources.{name}") for name in COLUMNS],
        rows=[
            (
                source.file,
                source.title.in_(tr.language),
                source.publisher.in_(tr.language),
                source.edition or tr("unknown"),
                source.licence_in.in_(tr.language),
                source.licence_out,
                source.note.in_(tr.language),
            )
            for source in sources
        ],
    )
