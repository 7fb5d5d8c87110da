"""The report of one municipality: one self-contained HTML file that prints on A4.

No script, no address that is fetched, no font: style and drawings stand in the file. Its policy
forbids any request. Every figure comes from the tables that the page shows.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ris_map.export.sources import DataSource
from ris_map.geography.boundaries import CountyShapes
from ris_map.geography.language_rights import LanguageRight
from ris_map.municipality.lists import ListPart, list_parts
from ris_map.municipality.parts import (
    chain_sentence,
    coverage_sentences,
    map_legend,
    source_line,
)
from ris_map.municipality.pictures import chart_picture, map_picture
from ris_map.municipality.profile import Profile
from ris_map.municipality.tables import tables
from ris_map.municipality.ways import ListKind
from ris_map.municipality.words import paragraph
from ris_map.register.in_words import Words
from ris_map.travel.world import World
from ris_map.words.markup import render

USED_FILES = (
    "data/actors.yaml",
    "data/localities.csv",
    "data/municipalities.geojson",
    "data/roads/edges.csv",
    "data/statistics.csv",
)
"""Files whose source stands in the report."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportParts:
    """Everything that a report is made of.

    Parameters
    ----------
    profile : Profile
        The municipality under the reader's choices.
    world : World
        Where it comes from.
    shapes : CountyShapes
        The county, for the map.
    rights : tuple of LanguageRight
        Languages of its administrative areas.
    sources : tuple of DataSource
        Provenance of the data files.
    words : Words
        The language.
    """

    profile: Profile
    world: World
    shapes: CountyShapes
    rights: tuple[LanguageRight, ...]
    sources: tuple[DataSource, ...]
    words: Words


def report_html(parts: ReportParts) -> str:
    """Return the report as a whole HTML document."""
    profile, words = parts.profile, parts.words
    tr = words.tr
    reference = parts.world.register.meta.reference_date
    map_drawn = map_picture(profile, world=parts.world, shapes=parts.shapes, words=words)
    chart = chart_picture(profile, words=words)
    return render(
        "report.html",
        t=tr,
        language=tr.language,
        title=tr("municipality.report.title", name=profile.name),
        made=tr("municipality.report.made", product=tr("product.name"), date=profile.definition.on),
        paragraph=paragraph(profile, strategy=words.strategy, tr=tr),
        map=map_drawn,
        legend=map_legend(profile, tr=tr),
        chart=chart,
        lists=[(part, _by_place(part)) for part in list_parts(profile, words=words)],
        tables={table.id: table for table in tables(profile, words=words)},
        chain=chain_sentence(profile, words=words),
        sentences=coverage_sentences(profile, words=words),
        stale=tr.plural("municipality.report.stale", len(profile.unconfirmed)),
        rights=parts.rights,
        links=_official_links(parts.rights, words=words),
        source=source_line(profile, reference=reference, tr=tr),
        method=tr("municipality.report.method", n=tr.number(profile.choice.threshold)),
        sources=_used(parts.sources, words=words),
    )


def _by_place(part: ListPart) -> list[tuple[str, list[str]]]:
    """Return the names of a list; of offices elsewhere by town, the nearest first."""
    if part.id != ListKind.REACHABLE:
        return [("", [entry.name for entry in part.entries])] if part.entries else []
    names: dict[str, list[str]] = {}
    for entry in part.entries:
        for place in entry.places:
            names.setdefault(place, []).append(entry.name)
    return list(names.items())


def _official_links(rights: Iterable[LanguageRight], *, words: Words) -> list[tuple[str, str]]:
    language = words.tr.language
    links = ((link.title.in_(language), link.url) for right in rights for link in right.links)
    return list(dict.fromkeys(links))


def _used(sources: Iterable[DataSource], *, words: Words) -> list[str]:
    language = words.tr.language
    return list(
        dict.fromkeys(
            f"{item.title.in_(language)}: {item.publisher.in_(language)} ({item.licence_out})"
            for item in sources
            if item.file in USED_FILES
        )
    )
