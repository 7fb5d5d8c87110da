"""A municipality to take along: CSV and XLSX of the tables, and the report that prints on A4.

The report is one self-contained HTML file: no script, no address that is fetched, no font. Every
figure comes from the tables that the page shows.
"""

import argparse
from datetime import date
from pathlib import Path

from ris_map.common import dates
from ris_map.common.files import write_whole
from ris_map.coverage.map_picture import class_words
from ris_map.export.tables import CsvFlavour, Sheet, plain, sheets_xlsx, text_csv
from ris_map.geography.county import rights_of
from ris_map.municipality.pictures import map_picture, supply
from ris_map.municipality.profile import ListKind, MunicipalityChoice
from ris_map.municipality.tables import tables
from ris_map.municipality.words import MunicipalityView, view_of
from ris_map.register.in_words import ascii_name
from ris_map.register.reading import load_register
from ris_map.register.vocabulary import Scope
from ris_map.travel.world import World, foundations, load_sources
from ris_map.web import settings
from ris_map.words.language import Language
from ris_map.words.markup import render

CSV_COLUMNS = ("code", "name", "table", "row", "column", "value", "note", "date", "source")
USED_FILES = (
    "data/actors.yaml",
    "data/localities.csv",
    "data/municipalities.geojson",
    "data/people/population_1km.csv",
    "data/roads/edges.csv",
    "data/statistics.csv",
)
"""Files whose source stands in the report."""


def file_name(view: MunicipalityView) -> str:
    """Return the name of the files without its ending: what, choice, date, in plain ASCII."""
    tr, choice = view.tr, view.choice
    chosen = [f"{choice.limit}min"]
    chosen += [choice.scope] if choice.scope is not Scope.CORE else []
    chosen += [tr("municipality.file.winter")] if choice.winter else []
    values = {"choice": "-".join(chosen), "date": view.reference_date}
    return tr("municipality.file", name=ascii_name(view.found.name), **values)


def profile_csv(view: MunicipalityView, *, flavour: CsvFlavour) -> bytes:
    """Return the tables as one CSV file: a line per cell, named by table, row and column.

    ``SWEDISH``: semicolons, decimal commas and a byte order mark; ``PLAIN``: RFC 4180.
    """
    whose, about = (view.found.code, view.found.name), (view.reference_date, view.source)
    lines = []
    for table in tables(view).values():
        for head, *cells in table.rows:
            name = " – ".join(filter(None, (head.text, head.small)))
            for column, cell in zip(table.columns[1:], cells, strict=True):
                value = cell.text if cell.value is None else f"{cell.value:.10g}"
                if cell.value is not None and flavour is CsvFlavour.SWEDISH:
                    value = value.replace(".", ",")
                line = (*whose, table.title, name, column, value, cell.small, *about)
                lines.append([plain(part) for part in line])
    columns = [view.tr(f"municipality.csv.{name}") for name in CSV_COLUMNS]
    return text_csv(columns, lines, flavour=flavour)


def profile_xlsx(view: MunicipalityView) -> bytes:
    """Return the tables as a workbook: a sheet per table and one about the file."""
    tr, made = view.tr, tables(view)
    title = tr("municipality.report.title", name=view.found.name)
    about = Sheet(
        name=tr("municipality.sheet.about"),
        heads=(),
        rows=[[table.title, table.sentence] for table in made.values()],
        above=(title, view.source),
        has_named_rows=False,
    )
    sheets = (
        Sheet(
            name=tr(f"municipality.sheet.{name}"),
            heads=table.columns,
            rows=table.rows,
            above=(table.title,),
        )
        for name, table in made.items()
    )
    return sheets_xlsx([about, *sheets], title=title, tr=tr)


def report_html(view: MunicipalityView, *, site: str = "") -> str:
    """Return the report as a whole HTML document; no link without a ``site``."""
    tr, world = view.tr, view.found.world
    data, drawn = world.foundations.data_dir, supply(world, view.choice)
    rights, language = rights_of(view.found.code, data), tr.language
    links = ((link.title.in_(language), link.url) for right in rights for link in right.links)
    used = (
        f"{item.title.in_(language)}: {item.publisher.in_(language)} ({item.licence_out})"
        for item in load_sources(data / "sources.yaml")
        if item.file in USED_FILES
    )
    return render(
        "report.html",
        t=tr,
        view=view,
        shown=view.found,
        back=site and f"{site}{view.choice.url(tr=tr)}",
        map=map_picture(view),
        classes=class_words(drawn.minutes, drawn.is_unknown, tr=tr),
        names={kind: _names(view, kind) for kind in ListKind},
        tables=tables(view),
        rights=rights,
        links=dict.fromkeys(links),
        sources=dict.fromkeys(used),
    )


def _names(view: MunicipalityView, kind: ListKind) -> dict[str, dict[str, str]]:
    """Return the actors of a list; those of offices elsewhere by town, the nearest first."""
    names: dict[str, dict[str, str]] = {}
    for way in view.found.lists[kind].known:
        place = view.place(way) if kind is ListKind.REACHABLE else ""
        names.setdefault(place, {})[way.actor.id] = way.actor.name
    return names


def written_report(data: Path, choice: MunicipalityChoice, *, language: Language, on: date) -> str:
    """Return a municipality's report from a data folder; ``DataFaults`` with all that is wrong."""
    base = foundations(data)
    municipality_at = base.geography.municipality_at
    register = load_register(data / "actors.yaml", municipality_at=municipality_at, today=on)
    world = World(foundations=base, register=register, on=on)
    site = settings.read_settings().base_url
    return report_html(view_of(world, choice, base.words(language)), site=site)


def run_report(arguments: argparse.Namespace) -> int:
    """Write the report that the command line asks for and return the exit code."""
    data: Path = arguments.data
    asked = {"kommun": arguments.code, "grans": int(arguments.limit)}
    asked |= {"bredd": Scope.ADJACENT} if arguments.adjacent else {}
    choice = MunicipalityChoice.model_validate(asked)
    output: Path = arguments.output
    language, on = Language(arguments.lang), arguments.today or dates.today()
    write_whole(output, written_report(data, choice, language=language, on=on).encode())
    print(f"{output}: written.")
    return 0
